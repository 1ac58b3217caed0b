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
    late.ok(&["building", "add", "3 幢", "--unit", "330402007024001"]);
    street.admin(&["tls", "renew"]);
    phone.sync();
    assert_eq!(street.admin_fails(&["tls", "rotate"])["error"]["code"], "no_next_key");
    assert!(street.admin(&["tls", "announce"])["next_pin"].is_string());
    phone.sync();
    street.admin(&["tls", "rotate"]);
    phone.sync();
    assert_eq!(fails(&late, &["sync"]).1, "wrong_server");
    // A new invitation tells it the new key; what was typed on it is still there, and arrives. Another person's does not.
    let anothers = invited(&street, "ann", &address)["invitation"].as_str().unwrap().to_owned();
    assert_eq!(fails(&late, &["enrol", &anothers]).1, "code_of_another");
    assert_eq!(late.ok(&["outbox"])[0]["status"], "saved");
    enrolled(&street, &late, "bob", &address);
    assert!(late.ok(&["outbox"]).as_array().unwrap().iter().all(|line| line["status"] == "applied"));
    phone.sync();
    assert_eq!(phone.ok(&["building", "show", "3 幢"])["title"], "3 幢");
    let again = invited(&street, "bob", &address)["invitation"].as_str().unwrap().to_owned();
    assert_eq!(fails(&late, &["enrol", &again]).1, "already_enrolled");
    assert!(street.admin_text(&["audit", "list"]).contains("key_rotated"));
}

#[test]
fn a_backup_starts_with_its_seal_and_without_one_phones_follow_by_a_new_code() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    ann.ok(&["building", "add", "3 幢"]);
    ann.sync();
    let path = |name: &str| street.folder().join(name).to_str().unwrap().to_owned();
    let (backup, kept, seal) = (path("backup.db"), path("kept"), street.folder().join("server").join("gridwalk.seal"));
    assert_eq!(street.admin(&["backup", &backup])["seal_exported"], false);
    street.admin(&["seal", "export", &kept]);
    assert_eq!(street.admin(&["backup", &path("second.db")])["seal_exported"], true);

    // On a machine that has the backup only, nothing starts, and the words say what is missing.
    let address = street.stop();
    std::fs::remove_file(&seal).unwrap();
    let missing = street.admin_fails(&["status"])["error"].clone();
    assert_eq!(missing["code"], "seal_missing");
    assert!(missing["message"].as_str().unwrap().contains("gridwalk.seal"), "{missing}");
    std::fs::copy(&kept, &seal).unwrap();
    assert_eq!(street.admin_fails(&["seal", "lost", "--sure"])["error"]["code"], "seal_not_lost");
    street.start_again(&address);
    ann.ok(&["building", "add", "5 幢"]);
    ann.sync();

    // Nobody kept it: the server goes on under a new key, which phones take from a new code and from nothing else.
    street.stop();
    std::fs::remove_file(&seal).unwrap();
    ann.ok(&["building", "add", "7 幢"]);
    street.admin(&["seal", "lost", "--sure"]);
    street.start_again(&address);
    ann.run(&["sync"]);
    assert!(ann.ok(&["outbox"]).to_string().contains("7 幢") || ann.ok(&["outbox"])[0]["status"] != "applied");
    for phone in [&ann, &bob] {
        let code = street.admin(&["user", "code", &phone.name, "--confirmed"])["code"].as_str().unwrap().to_owned();
        phone.ok(&["enrol", street.address(), &code]);
        phone.sync();
    }
    assert!(ann.ok(&["outbox"]).as_array().unwrap().iter().all(|line| line["status"] == "applied"));
    bob.sync();
    assert_eq!(bob.ok(&["building", "list"]).as_array().unwrap().len(), 3);
    assert_eq!(street.admin(&["audit", "verify"])["good"], true);
    assert!(street.admin_text(&["audit", "list"]).contains("server_key_lost"));
}
