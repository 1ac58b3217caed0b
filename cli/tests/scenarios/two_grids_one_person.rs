//! A man moves from one grid to the next and is written down by both gridworkers, each without a signal.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;

const OTHER_GRID: &str = "330402007029001";
const COUNTY: &str = "330402";
const NUMBER: &str = "11010519491231002X";

fn write_down(phone: &Phone, door: &str, name: &str) -> String {
    phone.ok(&["building", "add", door]);
    phone.ok(&["dwelling", "add", "402", "--in", door]);
    let household = phone.ok(&["household", "add", "家", "--in", "402"]);
    let household = household["record"].as_str().unwrap().to_owned();
    let number = format!("id_number={NUMBER}");
    let saved = phone.ok(&["resident", "add", name, "--in", &household, "--set", &number]);
    saved["record"].as_str().unwrap().to_owned()
}

fn pairs(phone: &Phone) -> Vec<Json> {
    phone.ok(&["duplicates"]).as_array().unwrap().clone()
}

#[test]
fn one_person_in_two_grids_is_found_without_showing_anybody() {
    let street = Street::new();
    street.admin(&["user", "add", "carl", "--role", "gridworker", "--unit", OTHER_GRID]);
    street.admin(&["user", "add", "sue", "--role", "county_supervisor", "--unit", COUNTY]);
    let (ann, carl) = (street.phone("ann"), street.phone("carl"));
    let address = street.stop();
    let mine = write_down(&ann, "3 幢", "王小明");
    let theirs = write_down(&carl, "9 幢", "王晓明");
    assert_eq!(pairs(&ann), Vec::<Json>::new(), "nobody is asked without a network");
    street.start_again(&address);
    ann.sync();
    carl.sync();
    // Ann typed nothing since she asked: her own record is told again because it met another one, and she asks at once.
    assert_eq!(pairs(&ann), Vec::<Json>::new());
    ann.sync();

    // Both hear that there is another one, where, and by what; never whom.
    for (phone, record, other) in [(&carl, &theirs, "王小明"), (&ann, &mine, "王晓明")] {
        let found = pairs(phone);
        assert_eq!((found.len(), &found[0]["row"]["record"]), (1, &Json::from(record.as_str())), "{found:?}");
        assert_eq!((&found[0]["may_decide"], &found[0]["agreed"][0]), (&Json::from(false), &Json::from("id_number")));
        assert!(found[0]["unit_name"].as_str().unwrap().contains("网格"), "{found:?}");
        let all = format!("{found:?}{}", phone.text(&["duplicates"]));
        assert!(!all.contains(other) && !all.contains(&theirs) | !all.contains(&mine), "{all}");
    }

    // Who sees both decides; undone and decided the other way, the pair is proposed no more.
    let sue = street.phone("sue");
    let found = pairs(&sue);
    assert_eq!((found.len(), &found[0]["may_decide"]), (1, &Json::from(true)), "{found:?}");
    sue.ok(&["same", &mine, &theirs]);
    assert_eq!(pairs(&sue), Vec::<Json>::new());
    sue.ok(&["apart", &mine, &theirs]);
    assert_eq!(pairs(&sue).len(), 1);
    sue.ok(&["different", &mine, &theirs]);
    assert_eq!(pairs(&sue), Vec::<Json>::new());
    sue.ok(&["different", &mine, &theirs, "--back"]);
    assert_eq!(pairs(&sue).len(), 1);
    sue.ok(&["different", &mine, &theirs]);
    assert_eq!(fails(&sue, &["different", &mine, &theirs]).1, "nothing_to_do");
    sue.sync();
}
