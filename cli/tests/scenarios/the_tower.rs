//! A typhoon comes; every door of a tower is knocked on by two volunteers and a gridworker, and nobody has a signal.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;

const GRID: &str = "330402007024001";
const VILLAGE: &str = "330402007024";
/// Whom the register knows in the tower: made up, the number by GB 11643 in region 99, which is assigned to nobody.
const RESIDENT: [&str; 3] = ["欧阳听雨", "995954195103054883", "13900004321"];

fn number(floor: usize, door: usize) -> String {
    format!("{floor}{door:02}")
}

fn count(phone: &Phone, name: &str) -> u64 {
    phone.ok(&["campaign", "coverage"])["total"][name].as_u64().unwrap()
}

fn listed(phone: &Phone, which: &str) -> Vec<Json> {
    phone.ok(&["canvass", "list", "--which", which]).as_array().unwrap().clone()
}

/// The register of the tower: 18 floors with four doors each, but that nobody has written down the last two.
fn register(ann: &Phone) {
    ann.ok(&["building", "add", "15 幢", "--set", "address=建设路8号"]);
    for floor in 1..=18 {
        for door in 1..=4 {
            if floor < 18 || door < 3 {
                let floor_text = format!("floor={floor}");
                ann.ok(&["dwelling", "add", &number(floor, door), "--building", "15 幢", "--set", &floor_text]);
            }
        }
    }
    ann.ok(&["household", "add", "欧阳家", "--dwelling", "301", "--resident", RESIDENT[0]]);
    let (id, phone) = (format!("id_number={}", RESIDENT[1]), format!("phone={}", RESIDENT[2]));
    ann.ok(&["resident", "edit", RESIDENT[0], "--set", &id, "--set", &phone]);
}

/// The places of the list by their labels, as this phone names them.
fn targets(phone: &Phone) -> impl Fn(&str) -> String + use<> {
    let list = listed(phone, "baseline");
    move |door: &str| {
        let label = format!("{door}室");
        let found = list.iter().find(|t| t["label"] == label.as_str()).unwrap_or_else(|| panic!("no {label}"));
        found["record"].as_str().unwrap().to_owned()
    }
}

fn holds(phone: &Phone, text: &str) -> bool {
    let files = std::fs::read_dir(phone.folder()).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file());
    files.map(|p| std::fs::read(p).unwrap()).any(|bytes| bytes.windows(text.len()).any(|w| w == text.as_bytes()))
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
fn the_tower_of_72_doors() {
    let street = Street::new();
    for login in ["vera", "vito"] {
        street.admin(&["user", "add", login, "--role", "volunteer", "--unit", GRID]);
    }
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    register(&ann);
    ann.sync();
    bob.sync();
    let text = "逐户敲门，问清有几人在家、需要什么";
    bob.ok(&[
        "campaign",
        "add",
        "台风摸排",
        "--unit",
        VILLAGE,
        "--sort",
        "应急摸排",
        "--ask",
        "people",
        "--text",
        text,
    ]);
    let made = bob.ok(&["campaign", "baseline", "台风摸排", "--of", "dwelling"]);
    assert_eq!((&made["added"], &made["places"]), (&Json::from(70), &Json::from(70)));
    assert_eq!(
        bob.ok(&["campaign", "baseline", "台风摸排", "--of", "dwelling"])["added"],
        0,
        "done again it adds nothing"
    );
    bob.sync();
    let (vera, vito) = (street.phone("vera"), street.phone("vito"));
    ann.sync();
    let address = street.stop();

    // Vera takes the floors to nine, Vito those above; nobody answers at four doors.
    let target = targets(&vera);
    let mut knocks = 0;
    let mut knock = |phone: &Phone, door: &str, rest: &[&str]| {
        let id = target(door);
        phone.ok(&[&["canvass", "call", id.as_str()], rest].concat());
        knocks += 1;
    };
    for floor in 1..=18 {
        let who = if floor <= 9 { &vera } else { &vito };
        for door in 1..=4 {
            let number = number(floor, door);
            match (floor, door) {
                (18, 3..) => {}
                (4, 2) | (7, 3) | (12, 1) | (16, 4) => knock(who, &number, &["nobody_home"]),
                (5, 1) => knock(who, &number, &["vacant"]),
                (2, 2) | (8, 4) | (11, 1) | (17, 3) => {
                    knock(who, &number, &["seen", "--people", "2", "--need", "需要药品", "--say", "降压药", "--raise"]);
                }
                _ => knock(who, &number, &["seen", "--people", "3"]),
            }
        }
    }
    let unanswered = fails(&vera, &["canvass", "call", &target("101"), "seen"]);
    assert_eq!(unanswered, (3, "missing_field".to_owned()), "the campaign asks how many are there");
    let asked = vera.run_plain(&["--lang", "zh", "canvass", "call", &target("101"), "seen"]).stderr;
    assert!(String::from_utf8(asked).unwrap().contains("在场人数"), "and says so in words");

    // Two doors are on no list. Both volunteers add one of them, each in their own way; Vito adds the other.
    let one = vera.ok(&["canvass", "add", "1803", "--building", "15 幢"])["record"].as_str().unwrap().to_owned();
    vera.ok(&["canvass", "call", &one, "seen", "--people", "1"]);
    let other = vito.ok(&["canvass", "add", "1803室", "--building", "15 幢"])["record"].as_str().unwrap().to_owned();
    let last = vito.ok(&["canvass", "add", "1804", "--building", "15 幢"])["record"].as_str().unwrap().to_owned();
    vito.ok(&["canvass", "call", &last, "nobody_home"]);
    knocks += 2;
    // Where nobody was met another hour is proposed, and an hour that was agreed on comes before it.
    let nobody = vera.ok(&["canvass", "call", &target("402"), "nobody_home"]);
    assert!(nobody["call_back"]["at"].as_i64() > Some(0) && nobody["agreed_at"].is_null(), "{nobody}");
    let agreed = "2099-01-01 19:00";
    let nobody = vera.ok(&["canvass", "call", &target("703"), "nobody_home", "--again", agreed]);
    assert_eq!(nobody["agreed_at"].as_i64(), Some(4_070_948_400_000), "{nobody}");
    knocks += 2;

    // Ann comes again in the evening, to two of the doors that did not open, and to one that the volunteers had seen.
    let call_back = targets(&ann);
    ann.ok(&["canvass", "call", &call_back("402"), "seen", "--people", "1", "--need", "medicine", "--raise"]);
    ann.ok(&["canvass", "call", &call_back("1201"), "refused"]);
    ann.ok(&["canvass", "call", &call_back("203"), "nobody_home"]);
    knocks += 3;

    street.start_again(&address);
    for phone in [&ann, &vera, &vito, &bob, &ann, &vera, &vito] {
        phone.sync();
    }
    for phone in [&ann, &bob, &vera, &vito] {
        assert_eq!((count(phone, "baseline"), count(phone, "found")), (72, 2), "{}: no door is lost", phone.name);
        assert_eq!((count(phone, "checked"), count(phone, "doubles")), (68, 1), "{}", phone.name);
        let waiting: Vec<Json> = listed(phone, "unchecked").into_iter().map(|t| t["label"].clone()).collect();
        assert_eq!(waiting, ["703室", "1201室", "1604室", "1804室"], "{}", phone.name);
        let all: usize = listed(phone, "baseline").iter().map(|t| t["attempts"].as_array().unwrap().len()).sum();
        assert_eq!(all, knocks, "{}: every attempt of everybody is there", phone.name);
    }
    let seen_after = listed(&bob, "seen").into_iter().find(|t| t["label"] == "203室").unwrap();
    assert_eq!(seen_after["attempts"].as_array().unwrap().len(), 2, "the best outcome stands, both attempts stay");

    let again = listed(&bob, "call_back").into_iter().find(|t| t["label"] == "1604室").unwrap();
    assert!(again["call_back"]["reason"].is_string(), "the hour is offered to whoever looks: {again}");
    assert!(listed(&bob, "seen").iter().all(|t| t.get("call_back").is_none()), "and not where somebody was met");
    // The list of campaigns counts without opening a place, and says what the coverage says.
    let line = &bob.ok(&["campaign", "list"])[0];
    let coverage = bob.ok(&["campaign", "coverage"]);
    assert_eq!((&line["count"], &line["asks"]), (&coverage["total"], &coverage["asks"]));

    // Five need medicine, and five cases say so.
    let needs = bob.ok(&["canvass", "needs"]);
    let medicine = needs.as_array().unwrap().iter().filter(|n| n["needs"][0] == "medicine").count();
    assert_eq!(medicine, 5, "{needs}");
    assert_eq!(bob.ok(&["campaign", "coverage"])["asks"], serde_json::json!({"raised": 5, "closed": 0, "not_here": 0}));
    assert!(bob.text(&["canvass", "needs"]).contains("降压药"));
    let coverage = bob.ok(&["campaign", "coverage"]);
    assert_eq!(
        (&coverage["buildings"][0]["name"], &coverage["buildings"][0]["baseline"]),
        (&"15 幢".into(), &72.into())
    );

    // The door that stands there twice is proposed as one; said to be one, and that taken back, it is one place all along.
    let twice = &listed(&bob, "doubles")[0];
    assert_eq!(twice["doubles"].as_array().unwrap().len(), 2, "{twice}");
    bob.ok(&["same", &one, &other]);
    bob.sync();
    vera.sync();
    for phone in [&bob, &vera] {
        assert_eq!((count(phone, "baseline"), count(phone, "checked"), count(phone, "doubles")), (72, 68, 0));
    }
    bob.ok(&["apart", &one, &other]);
    assert_eq!((count(&bob, "baseline"), count(&bob, "doubles")), (72, 1));

    // What volunteers hold: the campaign, its places and attempts, the buildings; nothing of anybody who lives there.
    for what in RESIDENT {
        assert!(holds(&ann, what), "the gridworker's own file has {what}, so that the next lines can fail");
        assert!(!holds(&vera, what) && !holds(&vito, what), "a volunteer's file holds {what}");
    }
    for kind in ["dwelling", "household", "resident"] {
        let held = vera.ok(&["unit", GRID])["counts"].as_array().unwrap().clone();
        let count = held.iter().find(|c| c["kind"] == kind).map_or(0, |c| c["count"].as_u64().unwrap());
        assert_eq!(count, 0, "a volunteer holds {kind}s");
    }
    assert!(holds(&vera, "15 幢") && holds(&vera, "台风摸排"));
}
