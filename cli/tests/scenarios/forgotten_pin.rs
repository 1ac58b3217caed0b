//! A phone with a PIN that nobody remembers, and one that was in a drawer for weeks: what was typed reaches the server.

use super::street::{Phone, Street};
use serde_json::Value as Json;
use std::process::Output;

const PIN: (&str, &str) = ("GRIDWALK_PIN", "739154");

fn code(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let said: Json = serde_json::from_slice(&output.stderr).unwrap();
    said["error"]["code"].as_str().unwrap().to_owned()
}

fn done(output: &Output) -> Json {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Ann's phone with a PIN, and a building that she typed without a signal.
fn locked(street: &Street) -> Phone {
    let ann = street.phone("ann");
    street.stop();
    done(&ann.run_with(&[("GRIDWALK_NEW_PIN", PIN.1)], &["pin", "set"]));
    done(&ann.run_with(&[PIN], &["building", "add", "3 幢"]));
    ann
}

#[test]
fn a_pin_that_nobody_remembers_costs_no_typed_word() {
    let street = Street::new();
    let ann = locked(&street);
    assert_eq!(code(&ann.run(&["day"])), "locked");
    for _ in 0..5 {
        assert_eq!(code(&ann.run_with(&[("GRIDWALK_PIN", "280617")], &["day"])), "pin_wrong");
    }
    assert_eq!(code(&ann.run_with(&[PIN], &["day"])), "pin_wait", "not even the right one, before its time");
    assert!(ann.ok(&["pin", "status"])["wait_ms"].as_i64().unwrap() > 0);
    let file = street.folder().join("unsent.gwb");
    let made = ann.ok(&["bundle", "make", file.to_str().unwrap()]);
    assert_eq!(made["changes"], 1, "what waits leaves a locked phone");

    street.start_again(street.address());
    ann.sync();
    let bob = street.phone("bob");
    assert_eq!(bob.ok(&["building", "show", "3 幢"])["title"], "3 幢");

    let fresh = street.admin(&["user", "code", "ann", "--confirmed"]);
    let new = [("GRIDWALK_NEW_PIN", "280617")];
    done(&ann.run_with(&new, &["pin", "reset", fresh["code"].as_str().unwrap()]));
    assert_eq!(done(&ann.run_with(&[("GRIDWALK_PIN", "280617")], &["building", "show", "3 幢"]))["title"], "3 幢");
}

#[test]
fn a_phone_from_a_drawer_shows_nothing_until_it_was_heard_of() {
    let street = Street::new();
    let ann = street.phone("ann");
    ann.ok(&["building", "add", "3 幢"]);
    let address = street.stop();
    street.days_pass(15);
    street.stop();
    assert_eq!(code(&ann.run(&["day"])), "lease_over");
    assert_eq!(code(&ann.run(&["building", "add", "4 幢"])), "lease_over");
    assert_eq!(code(&ann.run(&["wipe", "--yes"])), "unsent_left");
    street.start_again(&address);
    ann.sync();
    assert!(ann.ok(&["day"]).is_object());
    assert_eq!(street.phone("bob").ok(&["building", "show", "3 幢"])["title"], "3 幢");
    assert_eq!(ann.ok(&["wipe", "--yes"])["wiped"], true);
    assert_eq!(code(&ann.run(&["day"])), "no_phone");
}
