//! What was done by mistake is put right, on the phone and on the server, and nothing that others wrote goes with it.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;

/// Two households behind one door, with a resident each; known to a gridworker and a supervisor.
fn two_households(street: &Street) -> (Phone, Phone) {
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    ann.ok(&["building", "add", "3 幢"]);
    ann.ok(&["dwelling", "add", "402", "--building", "3 幢"]);
    ann.ok(&["household", "add", "王家", "--dwelling", "402", "--resident", "王小明"]);
    ann.ok(&["household", "add", "陈家", "--dwelling", "402", "--resident", "陈红"]);
    ann.sync();
    bob.sync();
    (ann, bob)
}

fn residents(phone: &Phone, household: &str) -> Vec<String> {
    let card = phone.ok(&["household", "show", household]);
    let list = card["residents"].as_array().unwrap();
    list.iter().map(|r| r["title"].as_str().unwrap().to_owned()).collect()
}

fn field<'a>(card: &'a Json, name: &str) -> &'a Json {
    let fields = card["fields"].as_array().unwrap();
    fields.iter().find(|f| f["field"] == name).map_or(&Json::Null, |f| &f["value"])
}

#[test]
fn undo_after_a_wrong_merge() {
    let street = Street::new();
    let (ann, bob) = two_households(&street);
    ann.ok(&["household", "merge", "陈家", "王家"]);
    ann.sync();
    bob.sync();
    assert_eq!(residents(&bob, "王家").len(), 2);
    // Somebody else goes on working with what was merged.
    bob.ok(&["resident", "edit", "陈红", "--set", "phone=13800000001"]);
    bob.sync();
    ann.sync();

    let list = ann.ok(&["undo", "--list"]);
    assert_eq!((list[0]["name"].as_str(), list[0]["remedy"].as_str()), (Some("merge_households"), Some("puts_back")));
    assert!(list[0]["hindrances"].as_array().unwrap().is_empty(), "{list}");
    assert!(ann.text(&["undo", "--list"]).contains("并户"));
    let undone = ann.ok(&["undo"]);
    assert_eq!(undone["undone"]["name"], "merge_households");
    assert_eq!(
        (residents(&ann, "王家"), residents(&ann, "陈家")),
        (vec!["王小明".to_owned()], vec!["陈红".to_owned()])
    );
    ann.sync();
    bob.sync();
    assert_eq!(residents(&bob, "陈家"), ["陈红"]);
    assert_eq!(field(&bob.ok(&["resident", "show", "陈红"]), "phone"), "13800000001", "what was typed since stays");
    assert!(bob.ok(&["household", "show", "陈家"])["ended"].is_null());
    assert_eq!(ann.ok(&["undo", "--list"])[1]["undone"], true);

    // The merge was right after all: an undo is a change like any other.
    let undo = ann.ok(&["undo", "--list"])[0]["command"].to_string();
    ann.ok(&["undo", &undo]);
    ann.sync();
    bob.sync();
    assert_eq!(residents(&bob, "王家").len(), 2);
}

#[test]
fn what_somebody_wrote_since_is_told_and_left() {
    let street = Street::new();
    let (ann, bob) = two_households(&street);
    ann.ok(&["household", "edit", "王家", "--set", "phone=13800000001", "--set", "note=一楼"]);
    ann.sync();
    bob.sync();
    bob.ok(&["household", "edit", "王家", "--set", "phone=13800000002"]);
    bob.sync();
    ann.sync();
    assert_eq!(fails(&ann, &["undo"]), (3, "changed_since".to_owned()));
    ann.ok(&["undo", "--rest"]);
    ann.sync();
    bob.sync();
    let card = bob.ok(&["household", "show", "王家"]);
    let card = if card["fields"].is_array() { card } else { card["card"].clone() };
    assert_eq!((field(&card, "phone"), field(&card, "note")), (&Json::from("13800000002"), &Json::Null));
}

#[test]
fn what_was_never_sent_is_undone_and_still_told() {
    let street = Street::new();
    let (ann, bob) = two_households(&street);
    let made = ann.ok(&["visit", "王家", "seen", "--note", "走错门了"]);
    let case = ann.ok(&["case", "report", "路灯不亮"]);
    let case = case["record"].as_str().unwrap();
    ann.ok(&["undo"]);
    ann.ok(&["undo"]);
    assert!(ann.ok(&["case", "list"])["rows"].as_array().unwrap().is_empty());
    assert!(ann.ok(&["outbox"]).as_array().unwrap().len() >= 4, "nothing leaves the outbox by an undo");
    let visit = made["record"].as_str().unwrap();
    ann.sync();
    bob.sync();
    assert!(bob.ok(&["case", "list"])["rows"].as_array().unwrap().is_empty(), "its reporter may take it back");
    assert_eq!(bob.ok(&["review", "queue", "--kind", "visit"]).as_array().unwrap().len(), 0, "{visit}");
    // Taken up by somebody, a case does not vanish any more.
    let taken = ann.ok(&["case", "report", "井盖松动"]);
    let taken = taken["record"].as_str().unwrap();
    ann.sync();
    bob.sync();
    bob.ok(&["case", "accept", taken]);
    bob.sync();
    ann.sync();
    assert_eq!(fails(&ann, &["undo"]), (3, "no_step_back".to_owned()));
    assert_ne!(case, taken);
}

#[test]
fn two_gridworkers_correct_one_household_different_fields_and_the_same_field() {
    let street = Street::new();
    street.admin(&["user", "add", "dora", "--role", "gridworker", "--unit", "330402007024001"]);
    let (ann, bob) = two_households(&street);
    let dora = street.phone("dora");
    // Both without a signal, at one door.
    ann.ok(&["household", "edit", "王家", "--set", "phone=13800000001", "--set", "label=王宅"]);
    dora.ok(&["household", "edit", "王家", "--set", "size=4", "--set", "label=王府"]);
    for phone in [&ann, &dora, &ann, &bob] {
        phone.sync();
    }
    let at_odds = bob.ok(&["disagreements"]);
    assert_eq!(at_odds.as_array().unwrap().len(), 1);
    assert_eq!(at_odds[0]["fields"].as_array().unwrap().len(), 1, "what does not overlap merges in silence");
    assert_eq!(at_odds[0]["fields"][0]["before"], "王家");
    let record = at_odds[0]["record"].as_str().unwrap().to_owned();
    bob.ok(&["decide", &record, "label", "--value", "王府"]);
    for phone in [&bob, &ann, &dora] {
        phone.sync();
        assert!(phone.ok(&["disagreements"]).as_array().unwrap().is_empty(), "the decision reaches {}", phone.name);
    }
    // Decided too soon: it is open again, with both values, on all phones.
    bob.ok(&["undo"]);
    for phone in [&bob, &ann, &dora] {
        phone.sync();
        let open = phone.ok(&["disagreements"]);
        let sides = open[0]["fields"][0]["sides"].as_array().unwrap();
        let mut values: Vec<&str> = sides.iter().map(|s| s["value"].as_str().unwrap()).collect();
        values.sort_unstable();
        assert_eq!(values, sorted(&["王宅", "王府"]));
    }
}

fn sorted<'a>(list: &[&'a str]) -> Vec<&'a str> {
    let mut list = list.to_vec();
    list.sort_unstable();
    list
}

#[test]
fn what_administration_did_is_undone_by_its_number() {
    let street = Street::new();
    let newest = |code: &str| newest(&street, code);
    let name = || {
        let list = street.admin(&["unit", "list"]);
        let unit = list["units"].as_array().unwrap().iter().find(|u| u["code"] == GRID).unwrap().clone();
        unit["name"].as_str().unwrap().to_owned()
    };
    let before = name();
    street.admin(&["unit", "rename", GRID, "改错的名字"]);
    assert_eq!(name(), "改错的名字");
    street.admin(&["audit", "undo", &newest("unit_renamed")]);
    assert_eq!(name(), before);
    street.admin(&["audit", "undo", &newest("undone")]);
    assert_eq!(name(), "改错的名字", "an undo is undone like anything else");
    assert_eq!(street.admin_fails(&["audit", "undo", &newest("account_added")])["error"]["code"], "undo_account");

    // A role withdrawn by mistake is given again.
    let ann = street.phone("ann");
    street.admin(&["user", "ungrant", "ann", "--role", "gridworker", "--unit", GRID]);
    street.admin(&["audit", "undo", &newest("withdrawn")]);
    ann.sync();
    assert_eq!(ann.ok(&["unit"]).as_array().unwrap().iter().filter(|u| u["title"] == "改错的名字").count(), 1);
    street.admin(&["audit", "verify"]);
}

const GRID: &str = "330402007024001";

fn file(street: &Street, name: &str, text: &str) -> String {
    let path = street.folder().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The number of the newest act of that code.
fn newest(street: &Street, code: &str) -> String {
    let list = street.admin(&["audit", "list", "--last", "60"]);
    let found = list["audit"].as_array().unwrap().iter().find(|row| row["code"] == code);
    found.unwrap_or_else(|| panic!("no {code} in {list}"))["number"].to_string()
}

fn undo(street: &Street, code: &str) {
    street.admin(&["audit", "undo", &newest(street, code)]);
}

#[test]
fn a_unit_added_by_mistake_goes_and_its_code_is_free() {
    const NEW: &str = "330402007024003";
    let street = Street::new();
    let bob = street.phone("bob");
    let units = || {
        let list = street.admin(&["unit", "list", "--below", "330402007024"]);
        list["units"].as_array().unwrap().iter().map(|u| u["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    street.admin(&["unit", "add", NEW, "香樟园区网格", "--kind", "park"]);
    bob.sync();
    assert!(bob.ok(&["unit"]).to_string().contains("香樟园区网格"));
    undo(&street, "unit_added");
    assert!(!units().contains(&NEW.to_owned()));
    street.admin(&["unit", "add", NEW, "香樟校园网格", "--kind", "campus"]);
    bob.sync();
    let titles = bob.ok(&["unit"]).to_string();
    assert!(titles.contains("香樟校园网格") && !titles.contains("香樟园区网格"), "{titles}");
    // One in which somebody works stays.
    street.admin(&["user", "add", "cleo", "--role", "gridworker", "--unit", NEW]);
    let refused = street.admin_fails(&["audit", "undo", &newest(&street, "unit_added")]);
    assert_eq!(refused["error"]["code"], "unit_in_use", "{refused}");
    street.admin(&["user", "ungrant", "cleo", "--role", "gridworker", "--unit", NEW]);
    street.admin(&["unit", "remove", NEW]);
    undo(&street, "unit_removed");
    assert_eq!(units().len(), 4);
    bob.sync();
    assert!(bob.ok(&["unit"]).to_string().contains("香樟校园网格"));
}

#[test]
fn a_place_that_was_moved_comes_back_also_from_another_county() {
    let street = Street::new();
    let ann = street.phone("ann");
    let table = "code,name,parent,level\n3304,嘉兴市,33,city\n330411,秀洲区,3304,county\n330411001,新城街道,330411,township\n330411001001,一社区,330411001,village\n";
    street.admin(&["import", "units", &file(&street, "more.csv", table)]);
    street.user("dora", "gridworker", "330411");
    let dora = street.phone("dora");
    let building = ann.ok(&["building", "add", "3 幢"])["record"].as_str().unwrap().to_owned();
    ann.ok(&["dwelling", "add", "402", "--building", "3 幢"]);
    ann.sync();
    let buildings = |phone: &Phone| {
        phone.sync();
        phone.ok(&["building", "list"]).as_array().unwrap().len()
    };
    for (to, seen) in [("330402007024002", (0, 0)), ("330411001001001", (0, 1))] {
        street.admin(&["place", "move", &building, "--to", to, "--by", "bob"]);
        assert_eq!((buildings(&ann), buildings(&dora)), seen, "{to}");
        undo(&street, "place_moved");
        assert_eq!((buildings(&ann), buildings(&dora)), (1, 0), "back from {to}");
    }
    assert_eq!(ann.ok(&["dwelling", "list"]).as_array().unwrap().len(), 1, "with everything below it");
}

#[test]
fn every_act_is_undone_or_says_why_not() {
    let street = Street::new();
    let _phones = (street.phone("ann"), street.phone("bob"));
    street.admin(&["unit", "add", "330402007024003", "香樟校园网格", "--kind", "campus"]);
    street.admin(&["unit", "duty", "330402007", "0573-83000005"]);
    street.admin(&["unit", "post", "set", GRID, "mediator", "--name", "马调解"]);
    street.admin(&["unit", "post", "vacate", GRID, "mediator"]);
    street.admin(&["unit", "move", "330402007024003", "--to", "330402007029"]);
    street.user("sun", "security_admin", "330402");
    street.admin(&["field", "enable", "330402", "health", "--purpose", "独居老人走访", "--days", "90", "--by", "sun"]);
    street.admin(&["field", "disable", "330402", "health", "--by", "sun"]);
    street.user("dora", "gridworker", GRID);
    street.admin(&["user", "leave", "dora", "--successor", "bob"]);
    street.admin(&["user", "revoke", "ann"]);
    let staff = file(&street, "staff.csv", "姓名,登录名,网格\n陈新,chenxin,330402007024001\n");
    let run = street.admin(&["import", "staff", &staff, "--unit", GRID])["import"].to_string();
    street.admin(&["import", "undo", &run]);
    let acts = street.admin(&["audit", "list", "--last", "500"]);
    let acts: Vec<&Json> = acts["audit"].as_array().unwrap().iter().collect();
    let kinds: std::collections::BTreeSet<&str> = acts.iter().map(|act| act["code"].as_str().unwrap()).collect();
    assert!(kinds.len() >= 18, "{kinds:?}");
    let (mut undone, mut told) = (0, std::collections::BTreeSet::new());
    for act in &acts {
        let answer = street.admin_any(&["audit", "undo", &act["number"].to_string()]);
        if answer["undone"].is_string() {
            undone += 1;
            continue;
        }
        let why = answer["error"]["code"].as_str().unwrap().to_owned();
        let known = ["nothing_to_undo", "changed_since", "edited_since", "unit_in_use", "powers_apart"];
        assert!(why.starts_with("undo_") || known.contains(&why.as_str()), "{act}: {answer}");
        assert!(answer["error"]["message"].as_str().unwrap().chars().count() > 8, "{answer}");
        told.insert(why);
    }
    assert!(undone >= 5, "{undone} {told:?}");
    assert!(["undo_revoked", "undo_import", "undo_account", "undo_field_enabled"].iter().all(|w| told.contains(*w)));
    street.admin(&["audit", "verify"]);
}
