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

/// The line never comes back to this phone: what waits and the open form are brought to the server by hand.
#[test]
fn a_phone_that_will_not_sync_again_is_rescued_by_a_file() {
    let street = Street::new();
    let ann = locked(&street);
    done(&ann.run_with(&[PIN], &["dwelling", "add", "101", "--building", "3 幢"]));
    done(&ann.run_with(&[PIN], &["visit", "101", "seen", "--heard", "三楼灯坏了", "--keep"]));
    let file = street.folder().join("ann.rescue");
    let file = file.to_str().unwrap();
    let made = ann.ok(&["rescue", file]);
    assert_eq!((&made["changes"], made["files"].as_array().unwrap().len()), (&Json::from(2), 2));
    assert_eq!(code(&ann.run(&["rescue", file])), "file", "never over a file that is there");
    let bytes = std::fs::read(file).unwrap();
    assert!(!bytes.windows("幢".len()).any(|w| w == "幢".as_bytes()), "only the server can open it");

    street.start_again(street.address());
    let reply = street.folder().join("ann.reply");
    let reply = reply.to_str().unwrap();
    let mut take = vec!["bundle", "take"];
    take.extend(made["files"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()));
    take.extend(["--reply", reply]);
    let taken = street.admin(&take);
    let left = taken["bundles"].as_array().unwrap().iter().find(|row| row["drafts"] == 1).unwrap();
    let shown = street.admin_text(&["left-over", left["left_over"].as_str().unwrap(), "--by", "ann"]);
    assert!(shown.contains("三楼灯坏了"), "{shown}");
    assert_eq!(street.phone("bob").ok(&["building", "show", "3 幢"])["title"], "3 幢");
    ann.ok(&["bundle", "take", reply]);
    street.stop();
    let outbox = done(&ann.run_with(&[PIN], &["outbox"]));
    assert!(
        outbox.as_array().unwrap().iter().all(|row| row["status"] == "applied"),
        "the verdicts came back: {outbox}"
    );
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
