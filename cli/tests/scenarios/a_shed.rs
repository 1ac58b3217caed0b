//! A suggestion of residents goes through the council, is public, is built, checked, told and rated.

use super::street::{Street, fails};
use std::path::Path;

const SHED: &str = "加装电动车车棚";
const GRID: &str = "330402007024001";
const HERE: [&str; 7] = ["near", "30.7501", "120.7600", "--crs", "wgs84", "--metres", "50"];

#[test]
fn a_suggestion_becomes_a_shed_then_a_facility_on_every_patroller_s_map() {
    let street = Street::new();
    street.user("dan", "gridworker", GRID);
    street.user("vol", "volunteer", GRID);
    let [ann, bob, dan, vol] = ["ann", "bob", "dan", "vol"].map(|login| street.phone(login));
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
        GRID,
        "--set",
        "point=30.75,120.76;crs=wgs84",
        "--set",
        "kind=charging_shed",
        "--set",
        &format!("proposal={SHED}"),
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
    // Whoever else walks the grid, a volunteer too, stands beside it and has no signal.
    dan.sync();
    vol.sync();
    street.stop();
    for phone in [&ann, &dan, &vol] {
        let found = phone.ok(&["search", "3 号车棚"]);
        assert_eq!(found["rows"][0]["kind"], "facility", "{}: {found}", phone.name);
        let near = phone.ok(&HERE);
        let near = near["rows"].as_array().unwrap().iter().find(|row| row["title"] == "3 号车棚");
        let near = near.unwrap_or_else(|| panic!("{}: on no map", phone.name));
        assert_eq!((&near["kind"], &near["metres"]), (&"facility".into(), &11.into()), "{}", phone.name);
        let card = phone.ok(&["facility", "show", "3 号车棚"]);
        let link = card["fields"].as_array().unwrap().iter().find(|field| field["field"] == "proposal").unwrap();
        assert_eq!((&link["value"], &link["title"]), (&case["record"], &SHED.into()), "whose wish it was: {card}");
        let text = phone.text(&["facility", "show", "3 号车棚"]);
        assert!(text.contains("由哪项议题而来") && text.contains(SHED), "{}: {text}", phone.name);
    }
}
