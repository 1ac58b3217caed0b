//! The great round of visits 大走访: every household of two grids is called on, what it asks is heard and closed, and the
//! campaign counts both.

use super::street::{Phone, Street};
use serde_json::{Value as Json, json};

const VILLAGE: &str = "330402007024";
const SECOND_GRID: &str = "330402007024002";
const TITLE: &str = "大走访";
/// Households of each of the two.
const EACH: usize = 12;

fn register(phone: &Phone, building: &str) {
    phone.ok(&["building", "add", building]);
    for nth in 1..=EACH {
        let (door, family) = (format!("{nth}01"), format!("{building}{nth}户"));
        phone.ok(&["dwelling", "add", &door, "--building", building]);
        phone.ok(&["household", "add", &family, "--dwelling", &door]);
    }
}

fn doors(phone: &Phone) -> Vec<String> {
    let list = phone.ok(&["canvass", "list", "--which", "baseline"]);
    list.as_array().unwrap().iter().map(|line| line["record"].as_str().unwrap().to_owned()).collect()
}

/// Walks all doors: at the second and third something is asked, nobody is at home at the fifth.
fn walk(phone: &Phone) {
    for (nth, door) in doors(phone).iter().enumerate() {
        let call = |rest: &[&str]| drop(phone.ok(&[&["canvass", "call", door], rest].concat()));
        match nth {
            1 => call(&["seen", "--need", "advice", "--say", "医保怎么续", "--raise"]),
            2 => call(&["seen", "--need", "repair", "--say", "楼道灯不亮", "--raise"]),
            4 => call(&["nobody_home"]),
            _ => call(&["seen"]),
        }
    }
}

/// Settles an ask: who holds the grid answers, another looks, the supervisor closes.
fn close(case: &str, walker: &Phone, bob: &Phone) {
    walker.ok(&["case", "solve-on-spot", case, "--result", "已答复"]);
    walker.sync();
    bob.sync();
    bob.ok(&["case", "verify", case]);
    bob.ok(&["case", "close", case]);
    bob.sync();
    walker.sync();
}

#[test]
fn the_great_round_counts_the_households_seen_and_the_asks_heard_and_closed() {
    let street = Street::new();
    street.user("carl", "gridworker", SECOND_GRID);
    let [ann, bob, carl] = ["ann", "bob", "carl"].map(|login| street.phone(login));
    register(&ann, "1 幢");
    register(&carl, "2 幢");
    [&ann, &carl, &bob].into_iter().for_each(Phone::sync);
    bob.ok(&["campaign", "add", TITLE, "--unit", VILLAGE, "--sort", "大走访", "--text", "家家到，事事记"]);
    let made = bob.ok(&["campaign", "baseline", TITLE, "--of", "dwelling"]);
    assert_eq!(made["added"], 2 * EACH, "{made}");
    [&bob, &ann, &carl].into_iter().for_each(Phone::sync);

    // Both walk without a signal.
    let address = street.stop();
    walk(&ann);
    walk(&carl);
    let own = ann.ok(&["campaign", "coverage", TITLE])["total"].clone();
    assert_eq!((&own["checked"], &own["baseline"]), (&json!(EACH - 1), &json!(EACH)), "told without a signal");
    street.start_again(&address);
    [&ann, &carl, &bob].into_iter().for_each(Phone::sync);
    let total = bob.ok(&["campaign", "coverage", TITLE])["total"].clone();
    assert_eq!((&total["checked"], &total["baseline"]), (&json!(2 * EACH - 2), &json!(2 * EACH)), "{total}");
    let asks = |phone: &Phone| phone.ok(&["campaign", "ledger", TITLE])["asks"].clone();
    assert_eq!(asks(&bob), json!({ "raised": 4, "closed": 0, "not_here": 0 }));

    // Three of the four are closed, each after somebody else looked.
    let needs = bob.ok(&["canvass", "needs", "--campaign", TITLE]);
    let mut raised: Vec<(String, bool)> = Vec::new();
    for need in needs.as_array().unwrap() {
        let case = need["raised"].as_str().unwrap().to_owned();
        let shown = bob.ok(&["case", "show", &case]);
        assert_eq!((&shown["matter"], &shown["status"]), (&"ask".into(), &"reported".into()), "{shown}");
        raised.push((case.clone(), ann.run(&["case", "show", &case]).status.success()));
    }
    assert_eq!(raised.iter().filter(|(_, of_ann)| *of_ann).count(), 2, "each walker holds what was said in their grid");
    for (case, of_ann) in &raised[..3] {
        close(case, if *of_ann { &ann } else { &carl }, &bob);
    }
    assert_eq!(asks(&bob), json!({ "raised": 4, "closed": 3, "not_here": 0 }));
    let open: Vec<Json> = bob.ok(&["case", "list", "--open"])["rows"].as_array().unwrap().clone();
    assert_eq!((open.len(), &open[0]["record"]), (1, &raised[3].0.as_str().into()), "the fourth is still owed");
    let month = bob.ok(&["numbers"]);
    let number = |name: &str| month["all"]["numbers"].as_array().unwrap().iter().find(|n| n["number"] == name).cloned();
    let said = number("asks_campaign").unwrap_or_else(|| panic!("{month}"));
    assert_eq!((&said["top"], &said["base"]), (&3.into(), &4.into()), "the month counts the same: {said}");

    // Somebody is at home in the evening, and the campaign is closed with its last door but one.
    let again = ann.ok(&["canvass", "list", "--which", "nobody_home"])[0]["record"].as_str().unwrap().to_owned();
    ann.ok(&["canvass", "call", &again, "seen"]);
    [&ann, &bob].into_iter().for_each(Phone::sync);
    assert_eq!(bob.ok(&["campaign", "coverage", TITLE])["total"]["checked"], 2 * EACH - 1);
    assert_eq!(street.admin(&["audit", "verify"])["good"], true);
}
