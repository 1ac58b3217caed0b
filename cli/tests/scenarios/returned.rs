//! What a supervisor returns goes back to the phone that made it, whatever was typed there meanwhile.

use super::street::{Phone, Street, fails};

const GRID: &str = "330402007024001";

fn visited(street: &Street) -> (Phone, Phone, String) {
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    ann.ok(&["building", "add", "3 幢"]);
    ann.ok(&["dwelling", "add", "402", "--building", "3 幢"]);
    ann.ok(&["household", "add", "王家", "--dwelling", "402"]);
    let visit = ann.ok(&["visit", "王家", "seen", "--note", "都好"]);
    ann.sync();
    bob.sync();
    let visit = visit["record"].as_str().unwrap().to_owned();
    (ann, bob, visit)
}

/// Records that a list names.
fn records(phone: &Phone, args: &[&str]) -> Vec<String> {
    phone.ok(args).as_array().unwrap().iter().map(|l| l["record"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_supervisor_returns_a_visit_while_its_author_edits_it_offline() {
    let street = Street::new();
    let (ann, bob, visit) = visited(&street);
    assert_eq!(records(&bob, &["review", "queue", "--kind", "visit"]), [visit.as_str()]);
    assert!(records(&ann, &["review", "queue"]).is_empty(), "nobody reviews their own");
    assert_eq!(fails(&ann, &["review", "approve", &visit]), (3, "own_record".to_owned()));

    // At the same time, neither knowing of the other:
    let said = bob.text(&["review", "return", &visit, "--field", "note=谁在家？", "--note", "请补充"]);
    assert!(said.contains("审核 走访"), "a review is called after what it is about: {said}");
    ann.ok(&["returned", "correct", &visit, "--set", "note=都好，孙子也在"]);
    bob.sync();
    ann.sync();
    bob.sync();

    let back = ann.ok(&["returned"]);
    assert_eq!((back[0]["record"].as_str(), back.as_array().unwrap().len()), (Some(visit.as_str()), 1));
    assert_eq!(back[0]["review"]["note"], "请补充");
    assert_eq!(back[0]["fields"][0]["text"], "谁在家？");
    assert_eq!(back[0]["fields"][0]["value"], "都好，孙子也在", "what was typed stands");
    assert_eq!(back[0]["edited_unaware"], true, "and nobody takes it for an answer");
    let shown = bob.ok(&["review", "show", &visit]);
    assert_eq!(shown["review"]["standing"], "returned");
    assert_eq!(shown["review"]["reviews"][0]["changed"][0], "note");
    assert!(ann.text(&["day"]).contains("谁在家？"), "the first screen says so");

    ann.ok(&["returned", "correct", &visit, "--set", "note=王大爷和孙子在家"]);
    assert!(ann.ok(&["returned"]).as_array().unwrap().is_empty());
    ann.sync();
    bob.sync();
    let queue = bob.ok(&["review", "queue", "--kind", "visit"]);
    assert_eq!((queue[0]["record"].as_str(), queue[0]["standing"].as_str()), (Some(visit.as_str()), Some("answered")));
    bob.ok(&["review", "approve", &visit]);
    assert!(records(&bob, &["review", "queue", "--kind", "visit"]).is_empty());
    bob.sync();
    ann.sync();
    let shown = ann.ok(&["review", "show", &visit]);
    assert_eq!(shown["review"]["standing"], "approved");
    assert_eq!(shown["reviews"].as_array().unwrap().len(), 2, "both reviews are told");
    let note = shown["fields"].as_array().unwrap().iter().find(|f| f["field"] == "note").unwrap();
    assert_eq!(note["value"], "王大爷和孙子在家");
}

#[test]
fn what_a_volunteer_reported_comes_back_to_the_volunteer() {
    let street = Street::new();
    street.admin(&["user", "add", "carl", "--role", "volunteer", "--unit", GRID]);
    let (bob, carl) = (street.phone("bob"), street.phone("carl"));
    let case = carl.ok(&["case", "report", "消防通道被堵", "--set", "category=other"]);
    let case = case["record"].as_str().unwrap();
    carl.sync();
    bob.sync();
    assert_eq!(records(&bob, &["review", "queue", "--kind", "case"]), [case]);
    bob.ok(&["review", "return", case, "--field", "place=在哪个门口？"]);
    bob.sync();
    carl.sync();
    let back = carl.ok(&["returned"]);
    assert_eq!(back[0]["fields"][0]["text"], "在哪个门口？");
    carl.ok(&["returned", "correct", case, "--set", "place=3 幢东门"]);
    carl.sync();
    bob.sync();
    let shown = bob.ok(&["review", "show", case]);
    assert_eq!(shown["review"]["standing"], "answered", "{shown}");
    assert!(shown["fields"].to_string().contains("3 幢东门"), "the correction moves the case on");
    bob.ok(&["review", "approve", case]);
    bob.ok(&["review", "withdraw", case, "--reason", "看错了"]);
    assert_eq!(bob.ok(&["review", "show", case])["review"]["standing"], "answered");
}

#[test]
fn a_reviewer_is_told_what_asks_for_a_look() {
    let street = Street::new();
    let (ann, bob, visit) = visited(&street);
    ann.ok(&["building", "edit", "3 幢", "--set", "point=30.75,120.76;crs=wgs84"]);
    let far = ["--stood-at", "30.76,120.76;crs=wgs84;accuracy=10;mock=yes", "--opened"];
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let now = now.to_string();
    let odd = ann.ok(&[&["visit", "王家", "no_change"][..], &far[..], &[now.as_str()][..]].concat());
    let odd = odd["record"].as_str().unwrap();
    ann.sync();
    bob.sync();
    let queue = bob.ok(&["review", "queue", "--kind", "visit", "--hinted"]);
    assert_eq!((queue.as_array().unwrap().len(), queue[0]["record"].as_str()), (1, Some(odd)));
    let hints = queue[0]["hints"].as_array().unwrap();
    let told: Vec<_> = hints.iter().map(|h| h["flag"].as_str().unwrap()).collect();
    assert_eq!(told, ["far_from_door", "mock_position", "filled_in_seconds"]);
    let metres = hints[0]["measured"].as_u64().unwrap();
    assert!((1100..1125).contains(&metres), "{metres}");
    assert!(bob.text(&["review", "queue"]).contains(&format!("{metres} 米")));

    let done = bob.ok(&["review", "approve", &visit, odd]);
    assert_eq!((&done["approved"][0], &done["left"][0]), (&visit.as_str().into(), &odd.into()), "one by one");
    assert_eq!(records(&bob, &["review", "queue", "--kind", "visit"]), [odd]);
}

#[test]
fn a_sample_is_drawn_again_by_its_seed_and_compared_with_what_was_found() {
    let street = Street::new();
    let (ann, bob, _) = visited(&street);
    for n in 0..7 {
        ann.ok(&["visit", "王家", "seen", "--note", &format!("第 {n} 次")]);
    }
    ann.sync();
    bob.sync();
    let seed = "000102030405060708090a0b0c0d0e0f";
    let draw =
        |title: &str| bob.ok(&["review", "sample", "draw", title, "--percent", "10", "--least", "3", "--seed", seed]);
    let drawn = |sample: &serde_json::Value| -> Vec<String> {
        sample["drawn"].as_array().unwrap().iter().map(|l| l["record"].as_str().unwrap().to_owned()).collect()
    };
    let first = draw("十一月抽查");
    assert_eq!((first["of"].as_u64(), first["drawn"].as_array().unwrap().len() >= 3), (Some(8), true));
    assert_eq!(drawn(&first), drawn(&draw("再抽一次")), "the same seed draws the same ones");
    let round = first["round"].as_str().unwrap();
    let [agrees, differs, ..] = &drawn(&first)[..] else { panic!("too few") };
    assert_eq!(fails(&ann, &["review", "backcheck", agrees, "--result", "agrees"]).0, 3, "not the reviewers' own");
    bob.ok(&["review", "backcheck", agrees, "--round", round, "--result", "agrees"]);
    bob.ok(&["review", "backcheck", differs, "--round", round, "--result", "不符", "--found", "outcome=nobody_home"]);
    bob.sync();
    ann.sync();
    let shown = bob.ok(&["review", "sample", "show", round]);
    let lines = shown["drawn"].as_array().unwrap();
    let check = |record: &str| lines.iter().find(|l| l["record"] == record).unwrap()["check"].clone();
    assert_eq!(check(agrees)["result"], "agrees");
    let compared = &check(differs)["fields"][0];
    assert_eq!(
        (&compared["written"], &compared["found"], &compared["same"]),
        (&"seen".into(), &"nobody_home".into(), &false.into())
    );
    let sum = &shown["makers"][0];
    assert_eq!((sum["checked"].as_u64(), sum["agree"].as_u64()), (Some(2), Some(1)));
    assert!(ann.ok(&["review", "sample", "list"]).as_array().unwrap().is_empty(), "whose work is drawn knows no seed");
}
