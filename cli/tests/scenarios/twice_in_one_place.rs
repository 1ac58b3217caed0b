//! What was written down twice in one place: a building of an estate, a household behind a door, a person in a household, a
//! hydrant with its code. Each is a hint to a person, and never holds anybody up.

use super::street::{Phone, Street};
use serde_json::Value as Json;

const SECOND_GRID: &str = "330402007024002";

fn id(answer: &Json) -> String {
    answer["record"].as_str().unwrap().to_owned()
}

/// Codes of what agrees with each candidate that was told when it was added.
fn told(answer: &Json) -> Vec<&str> {
    answer["candidates"].as_array().unwrap().iter().map(|c| c["agreed"][0].as_str().unwrap()).collect()
}

/// The pairs that a phone lists: kind and what agrees, sorted.
fn listed(phone: &Phone) -> Vec<(String, String)> {
    let pairs = phone.ok(&["duplicates"]);
    let line = |pair: &Json| {
        let kind = pair["row"]["kind"].as_str().unwrap().to_owned();
        (kind, pair["agreed"][0].as_str().unwrap().to_owned())
    };
    let mut list: Vec<_> = pairs.as_array().unwrap().iter().map(line).collect();
    list.sort();
    list
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(kind, code)| ((*kind).to_owned(), (*code).to_owned())).collect()
}

#[test]
fn what_was_added_twice_in_one_place_is_told_and_remembered() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    ann.ok(&["estate", "add", "香樟苑"]);
    ann.sync();
    bob.sync();
    let address = street.stop();

    // Two people, no signal, one building.
    let first = id(&ann.ok(&["building", "add", "3 幢", "--estate", "香樟苑"]));
    let grid = ["--unit", "330402007024001"];
    let second = id(&bob.ok(&[&["building", "add", "3号楼", "--estate", "香樟苑"], &grid[..]].concat()));
    let again = ann.ok(&["building", "candidates", "三幢", "--estate", "香樟苑"]);
    assert_eq!((&again[0]["record"], &again[0]["agreed"][0]), (&Json::from(first.as_str()), &"building_here".into()));
    assert_eq!(told(&ann.ok(&["building", "add", "13 幢", "--estate", "香樟苑"])), Vec::<&str>::new());

    ann.ok(&["dwelling", "add", "402", "--building", "3 幢"]);
    ann.ok(&["household", "add", "王家", "--dwelling", "402", "--resident", "王伟"]);
    let twice = ann.ok(&["household", "add", "王家", "--dwelling", "402"]);
    assert_eq!(told(&twice), ["household_here"]);
    // Another family behind the same door is told at entry, and not listed: they share the flat.
    let lodgers = ann.ok(&["household", "add", "李家", "--dwelling", "402"]);
    assert_eq!(told(&lodgers), ["household_here", "household_here"]);
    assert_eq!(lodgers["candidates"][0]["likeness"], "possible");

    let wang =
        ann.ok(&["household", "list"]).as_array().unwrap().iter().find(|h| h["title"] == "王家").unwrap()["record"]
            .clone();
    let household = wang.as_str().unwrap();
    let households = ann.ok(&["resident", "show", "王伟"])["parent"].clone();
    let home = households.as_str().unwrap_or(household).to_owned();
    let second_wei = ann.ok(&["resident", "add", "王伟", "--household", &home]);
    assert_eq!(told(&second_wei), ["name_here"]);
    let people = ann.ok(&["resident", "list"]);
    let ids: Vec<String> = people.as_array().unwrap().iter().filter(|r| r["title"] == "王伟").map(id).collect();
    ann.ok(&["different", &ids[0], &ids[1]]);
    // Father and son bear one name; a third of that name is told again, beside both.
    let third = ann.ok(&["resident", "add", "王伟", "--household", &home]);
    assert_eq!(told(&third), ["name_here", "name_here"]);
    assert_eq!(
        listed(&ann),
        pairs(&[("household", "household_here"), ("resident", "name_here"), ("resident", "name_here")])
    );

    // After the sync the buildings are side by side on both phones, and one word settles it on both.
    street.start_again(&address);
    [&ann, &bob, &ann].into_iter().for_each(Phone::sync);
    let all = [("building", "building_here"), ("household", "household_here"), ("resident", "name_here")];
    for phone in [&ann, &bob] {
        assert_eq!(listed(phone), pairs(&[all[0], all[1], all[2], all[2]]), "{}", phone.name);
    }
    bob.ok(&["different", &first, &second]);
    bob.sync();
    ann.sync();
    for phone in [&ann, &bob] {
        assert_eq!(listed(phone), pairs(&[all[1], all[2], all[2]]), "{}", phone.name);
    }
    // Said back, they are proposed again; said to be the same, they are one.
    bob.ok(&["different", &first, &second, "--back"]);
    assert_eq!(listed(&bob).len(), 4);
    bob.ok(&["same", &first, &second]);
    assert_eq!(listed(&bob).len(), 3);
}

#[test]
fn two_facilities_with_one_code_are_found_across_grids() {
    let street = Street::new();
    street.user("carl", "gridworker", SECOND_GRID);
    let (ann, carl, bob) = (street.phone("ann"), street.phone("carl"), street.phone("bob"));
    let address = street.stop();
    let hydrant =
        |code: &str| ["--set".to_owned(), "kind=hydrant".to_owned(), "--set".to_owned(), format!("code={code}")];
    let add = |phone: &Phone, name: &str, code: &str| {
        let more = hydrant(code);
        phone.ok(&[&["facility", "add", name], &more.each_ref().map(String::as_str)[..]].concat())
    };
    let first = id(&add(&ann, "东门消火栓", "XF-012"));
    let beside = add(&ann, "北门消火栓", "ｘｆ０１２");
    assert_eq!((told(&beside), &beside["candidates"][0]["record"]), (vec!["facility_code"], &first.as_str().into()));
    assert_eq!(listed(&ann), pairs(&[("facility", "facility_code")]));
    ann.ok(&["different", &first, &id(&beside)]);
    assert_eq!(listed(&ann), []);
    // In the next grid nobody knows of it; the server tells whoever may see both, and of the other grid's the unit alone.
    let far = id(&add(&carl, "河边消火栓", "XF012"));
    street.start_again(&address);
    [&ann, &carl, &bob, &ann].into_iter().for_each(Phone::sync);
    let seen = bob.ok(&["duplicates"]);
    assert_eq!(seen.as_array().unwrap().len(), 2, "{seen}");
    let elsewhere = ann.ok(&["duplicates"]).to_string();
    assert!(elsewhere.contains("facility_code") && !elsewhere.contains("河边"), "{elsewhere}");
    bob.ok(&["different", &far, &first]);
    bob.ok(&["different", &far, &id(&beside)]);
    [&bob, &ann, &carl, &ann].into_iter().for_each(Phone::sync);
    assert_eq!(listed(&bob), []);
}
