//! No network, on the command line: files and codes change hands, the programs themselves do the rest.

#![expect(clippy::unwrap_used, reason = "a test stops at the first answer that is not what it must be")]

mod street;

use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use street::{Street, fails};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn files(made: &Json) -> Vec<String> {
    made["files"].as_array().unwrap().iter().map(|f| f.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_bundle_goes_by_file_and_its_reply_comes_back() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    let address = street.stop();
    ann.ok(&["building", "add", "3 幢"]);
    let hand = tempfile::tempdir().unwrap();
    let at = |name: &str| -> PathBuf { hand.path().join(name) };
    let made = ann.ok(&["bundle", "make", text(&at("ann.gwb")), "--piece", "150"]);
    let parts = files(&made);
    assert!(made["changes"] == 1 && parts.len() > 1, "{made}");
    assert_eq!(ann.ok(&["outbox"])[0]["status"], "saved", "nothing leaves the outbox by it");
    assert_eq!(
        fails(&ann, &["bundle", "make", text(&at("ann.gwb")), "--piece", "150"]),
        (7, "file".into()),
        "not over it"
    );

    assert_eq!(fails(&bob, &["bundle", "take", &parts[0]]), (3, "parts_missing".into()));
    let mut bent = std::fs::read(&parts[0]).unwrap();
    let middle = bent.len() / 2;
    bent[middle] ^= 1;
    std::fs::write(at("bent"), bent).unwrap();
    assert_eq!(fails(&bob, &["bundle", "take", text(&at("bent"))]), (3, "part_damaged".into()));
    std::fs::write(at("words"), "hello").unwrap();
    assert_eq!(fails(&bob, &["bundle", "take", text(&at("words"))]), (3, "not_a_bundle".into()));
    let mut take = vec!["bundle", "take", parts[0].as_str()];
    take.extend(parts.iter().rev().map(String::as_str));
    assert_eq!(bob.ok(&take)[0]["carrying"], "taken");
    assert_eq!(bob.ok(&take)[0]["carrying"], "known");
    assert_eq!(fails(&bob, &["bundle", "reply", text(&at("none"))]), (4, "no_reply_here".into()));

    street.start_again(&address);
    assert_eq!(bob.ok(&["sync"])["report"]["carried"], 1);
    assert_eq!(bob.ok(&["bundle", "list"])[0]["about"], made["bundle"]);
    bob.ok(&["bundle", "reply", text(&at("reply")), "--bundle", &made["bundle"].as_str().unwrap()[..6]]);
    let taken = ann.ok(&["bundle", "take", text(&at("reply"))]);
    assert_eq!(taken[0]["reply"]["verdicts"]["applied"], 1, "{taken}");
    assert_eq!(ann.ok(&["outbox"])[0]["status"], "applied");
    ann.sync();
    assert!(ann.ok(&["outbox"]).as_array().unwrap().is_empty());
    let seal = bob.ok(&["bundle", "list"])[0]["seal"].as_str().unwrap().to_owned();
    bob.ok(&["bundle", "drop", &seal[..8]]);
    assert_eq!(fails(&bob, &["bundle", "drop", &seal[..8]]), (4, "no_such_seal".into()));
}

#[test]
fn codes_are_scanned_and_the_administrator_takes_a_bundle_by_hand() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    assert_eq!(ann.ok(&["bundle", "make", "--qr"])["changes"], 0);
    ann.ok(&["building", "add", "3 幢", "--set", "note=楼下堆放杂物"]);
    let made = ann.ok(&["bundle", "make", "--qr", "--piece", "100"]);
    let codes: Vec<&str> = made["codes"].as_array().unwrap().iter().map(|c| c.as_str().unwrap()).collect();
    assert!(codes.len() > 2 && codes.iter().all(|c| c.starts_with("GW1:")));
    let drawn = ann.text(&["bundle", "make", "--qr"]);
    assert!(drawn.contains("1/1") && drawn.contains('█'), "{drawn}");
    let hand = tempfile::tempdir().unwrap();
    let scanned = hand.path().join("scanned");
    std::fs::write(&scanned, codes.iter().rev().flat_map(|c| [*c, "\r\n"]).collect::<String>()).unwrap();
    assert_eq!(bob.ok(&["bundle", "take", text(&scanned)])[0]["carrying"], "taken");

    let (file, reply) = (hand.path().join("ann.gwb"), hand.path().join("reply"));
    ann.ok(&["bundle", "make", text(&file)]);
    let done = street.admin(&["bundle", "take", text(&file), "--reply", text(&reply)]);
    assert_eq!((&done["bundles"][0]["frames"], &done["bundles"][0]["refused"]), (&1.into(), &0.into()), "{done}");
    assert_eq!(ann.ok(&["bundle", "take", text(&reply)])[0]["reply"]["verdicts"]["applied"], 1);
    assert_eq!(bob.ok(&["sync"])["report"]["carried"], 1, "the same changes once more");
    ann.sync();
    let listed = bob.ok(&["building", "list"]);
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
}
