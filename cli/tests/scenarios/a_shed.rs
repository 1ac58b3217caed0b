//! A suggestion of residents goes through the council, is public, is built, checked, told and rated.

use super::street::{Street, fails};
use std::path::Path;

const SHED: &str = "加装电动车车棚";

#[test]
fn a_suggestion_becomes_a_shed_then_a_facility_on_every_patroller_s_map() {
    let street = Street::new();
    let [ann, bob] = ["ann", "bob"].map(|login| street.phone(login));
    let shed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures/lane.jpg");
    let shed = shed.to_str().unwrap();
    ann.ok(&["case", "report", SHED, "--set", "kind=proposal"]);
    ann.sync();
    bob.sync();
    bob.ok(&["case", "accept", SHED]);
    assert_eq!(fails(&bob, &["case", "order", SHED]), (3, "step_needs_power".to_owned()));
    bob.ok(&["case", "convene", SHED, "--on", "2026-11-20", "--who", "议事会九人、居民代表三人"]);
    bob.ok(&["case", "decide", SHED, "--result", "东侧空地建车棚二十位"]);
    let early = ["case", "carry-out", SHED, "--result", "建成"];
    assert_eq!(fails(&bob, &early), (3, "step_not_open".to_owned()), "what was decided is published first");
    bob.ok(&["case", "publish", SHED, "--days", "7", "--where", "小区公告栏"]);
    bob.sync();
    street.days_pass(7);
    assert_eq!(fails(&bob, &early), (3, "still_public".to_owned()), "seven whole days after that day");
    street.days_pass(1);
    bob.ok(&["case", "carry-out", SHED, "--result", "建成二十个车位", "--picture", shed]);
    bob.ok(&[
        "facility",
        "add",
        "3 号车棚",
        "--unit",
        "330402007024001",
        "--set",
        "point=30.75,120.76;crs=wgs84",
        "--set",
        "kind=charging_shed",
    ]);
    bob.sync();
    ann.sync();
    assert_eq!(fails(&ann, &["case", "verify", SHED]), (3, "missing_answer".to_owned()), "the committee looks");
    ann.ok(&["case", "verify", SHED, "--committee", "居务监督委员会三人到场"]);
    ann.ok(&["case", "tell", SHED, "--how", "上门告知提议人"]);
    ann.sync();
    bob.sync();
    assert_eq!(fails(&bob, &["case", "close", SHED]), (3, "not_rated".to_owned()));
    ann.ok(&["case", "rate", SHED, "--rating", "5", "--note", "好用"]);
    ann.sync();
    bob.sync();
    bob.ok(&["case", "close", SHED]);
    bob.sync();
    ann.sync();
    let case = ann.ok(&["case", "show", SHED]);
    assert_eq!((&case["status"], &case["matter"]), (&"closed".into(), &"proposal".into()));
    let text = ann.text(&["case", "show", SHED]);
    for word in ["议事", "公示", "实施", "告知", "评价", "居务监督委员会"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    street.stop();
    let found = ann.ok(&["search", "3 号车棚"]);
    assert_eq!(found["rows"][0]["kind"], "facility", "on the map of whoever patrols, without a signal: {found}");
}
