//! Two neighbours settle a dispute; a week and a month later somebody asks whether it is settled.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;
use std::path::Path;

const DISPUTE: &str = "楼上漏水纠纷";
const GRID: &str = "330402007024001";

fn to_ask(phone: &Phone) -> Vec<Json> {
    phone.ok(&["case", "board", "follow-up"]).as_array().unwrap().clone()
}

fn ask(phone: &Phone) {
    phone.ok(&["case", "step", DISPUTE, "follow_up", "--answer", "satisfied=yes", "--answer", "note=未再发生"]);
    phone.sync();
}

#[test]
fn a_dispute_with_its_follow_ups_after_7_and_30_days() {
    let street = Street::new();
    street.user("ni", "mediator", GRID);
    let [ann, bob, ni] = ["ann", "bob", "ni"].map(|login| street.phone(login));
    ann.ok(&["case", "report", DISPUTE, "--set", "kind=dispute", "--set", "category=dispute_neighbours"]);
    ann.sync();
    bob.sync();
    bob.ok(&["case", "accept", DISPUTE]);
    bob.ok(&["case", "dispatch", DISPUTE, "--to", GRID]);
    bob.sync();
    ni.sync();
    ni.ok(&["case", "take", DISPUTE]);
    let session = ["on=2026-11-20", "parties=王家、李家", "result=各执一词", "next_on=2026-11-25"];
    let mut args = vec!["case", "step", DISPUTE, "session"];
    args.extend(session.iter().flat_map(|answer| ["--answer", *answer]));
    ni.ok(&args);
    // The agreement is signed at the kitchen table, without a signal; the signatures are a picture.
    let address = street.stop();
    let mut args = vec!["case", "step", DISPUTE, "agree"];
    let agreement = ["on=2026-11-25", "parties=王家、李家", "text=楼上修防水，楼下分担三成"];
    args.extend(agreement.iter().flat_map(|answer| ["--answer", *answer]));
    assert_eq!(fails(&ni, &args), (3, "missing_answer".to_owned()), "an agreement bears signatures");
    let signed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures/lane.jpg");
    args.extend(["--picture", signed.to_str().unwrap()]);
    ni.ok(&args);
    street.start_again(&address);
    ni.sync();
    ann.sync();
    ann.ok(&["case", "verify", DISPUTE, "--note", "双方在场确认"]);
    ann.sync();
    bob.sync();
    bob.ok(&["case", "close", DISPUTE]);
    bob.sync();
    ann.sync();
    let text = ann.text(&["case", "show", DISPUTE]);
    assert!(
        text.contains("化解") && text.contains("王家") && text.contains("已化解"),
        "in the words of a dispute: {text}"
    );
    assert!(to_ask(&ann).is_empty(), "not yet");
    street.days_pass(7);
    assert_eq!(to_ask(&ann).len(), 1, "a week later");
    ask(&ann);
    assert!(to_ask(&ann).is_empty());
    street.days_pass(23);
    bob.sync();
    assert_eq!(to_ask(&bob).len(), 1, "a month later");
    ask(&bob);
    ann.sync();
    assert!(to_ask(&ann).is_empty());
    let follow_ups = ann.ok(&["case", "show", DISPUTE])["follow_ups"].clone();
    assert!(follow_ups.as_array().unwrap().iter().all(|one| one["done"].is_i64()), "{follow_ups}");
}
