//! An intranet that no public authority reaches: the server has its own certificate, and phones know its key from the
//! invitation that they scanned.

use crate::street::{Phone, Street, fails};
use serde_json::Value as Json;

fn invited(street: &Street, login: &str, address: &str) -> Json {
    street.admin(&["user", "code", login, "--confirmed", "--address", address])
}

fn enrolled(street: &Street, phone: &Phone, login: &str, address: &str) {
    let invitation = invited(street, login, address)["invitation"].as_str().unwrap().to_owned();
    phone.ok(&["enrol", &invitation]);
    phone.sync();
}

#[test]
fn a_phone_enrols_by_its_invitation_and_refuses_whoever_stands_in_between() {
    let (street, other) = (Street::new(), Street::new());
    let (address, elsewhere) = (street.start_with_tls(), other.start_with_tls());
    assert!(address.starts_with("https://127.0.0.1:"), "{address}");
    let phone = street.stranger();
    let invitation = invited(&street, "ann", &address)["invitation"].as_str().unwrap().to_owned();
    assert_eq!(fails(&phone, &["enrol", &invitation[..invitation.len() - 1]]), (2, "no_invitation".to_owned()));
    // Without the pin nobody vouches for the certificate.
    let code = invited(&street, "ann", &address)["code"].as_str().unwrap().to_owned();
    assert_eq!(fails(&phone, &["enrol", &address, &code]).1, "no_server_there");
    // With the pin of this server no other is spoken to.
    let pin = street.admin(&["tls", "show"])["pin"].as_str().unwrap().to_owned();
    assert_eq!(fails(&phone, &["enrol", &elsewhere, &code, "--pin", &pin]).1, "wrong_server");
    enrolled(&street, &phone, "ann", &address);
    // The key changes, after it was announced: the phone that synced goes on, the one that did not is told.
    let late = Phone::at(street.folder().join("late"), "bob");
    enrolled(&street, &late, "bob", &address);
    street.admin(&["tls", "renew"]);
    phone.sync();
    assert_eq!(street.admin_fails(&["tls", "rotate"])["error"]["code"], "no_next_key");
    assert!(street.admin(&["tls", "announce"])["next_pin"].is_string());
    phone.sync();
    street.admin(&["tls", "rotate"]);
    phone.sync();
    assert_eq!(fails(&late, &["sync"]).1, "wrong_server");
    assert!(street.admin_text(&["audit", "list"]).contains("key_rotated"));
}
