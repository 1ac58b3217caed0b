//! What one deleted another finds again, with who did it, and restores; two that were said to be one come apart by name.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;

fn whats(history: &Json) -> Vec<&str> {
    history["lines"].as_array().unwrap().iter().map(|line| line["what"].as_str().unwrap()).collect()
}

/// Two gridworkers of one grid, and a household that the first wrote down.
fn two() -> (Street, Phone, Phone) {
    let street = Street::new();
    street.user("wen", "gridworker", "330402007024001");
    let (ann, wen) = (street.phone("ann"), street.phone("wen"));
    ann.ok(&["building", "add", "3 幢"]);
    ann.ok(&["dwelling", "add", "402", "--building", "3 幢"]);
    ann.ok(&["household", "add", "王家", "--dwelling", "402", "--resident", "王小明"]);
    ann.sync();
    wen.sync();
    (street, ann, wen)
}

#[test]
fn what_a_colleague_deleted_is_found_again_and_restored() {
    let (street, ann, wen) = two();
    let address = street.stop();
    wen.ok(&["delete", "王小明"]);
    street.start_again(&address);
    wen.sync();
    ann.sync();

    assert_eq!(fails(&ann, &["resident", "show", "王小明"]), (4, "deleted_here".to_owned()));
    let deleted = ann.ok(&["deleted"]);
    let line = &deleted.as_array().unwrap()[0];
    assert_eq!((&line["title"], &line["deleted_by_name"]), (&"王小明".into(), &"wen".into()), "{deleted}");
    assert_eq!(line["below"]["title"], "王家");
    assert!(ann.ok(&["deleted", "--kind", "楼栋"]).as_array().unwrap().is_empty());
    let id = line["record"].as_str().unwrap();

    let known = ann.ok(&["history", id]);
    assert_eq!(whats(&known)[0], "delete", "whoever wrote it hears that it was deleted: {known}");
    assert_eq!((&known["lines"][0]["by_name"], known["lines"][0]["at"].is_null()), (&"wen".into(), true));
    let whole = ann.ok(&["history", id, "--server"]);
    assert_eq!((whats(&whole)[0], &whole["title"]), ("delete", &"王小明".into()), "{whole}");
    assert!(whole["lines"][0]["at"].as_i64() > Some(0), "the server knows when");

    assert_eq!(fails(&ann, &["restore", "王家"]), (3, "not_deleted".to_owned()));
    ann.ok(&["restore", "王小明"]);
    assert_eq!(whats(&ann.ok(&["history", "王小明"]))[0], "restored");
    ann.sync();
    wen.sync();
    assert!(wen.ok(&["resident", "show", "王小明"])["badges"].as_array().unwrap().is_empty());
    assert!(wen.ok(&["deleted"]).as_array().unwrap().is_empty());
    let whole = wen.ok(&["history", "王小明", "--server"]);
    assert_eq!(whats(&whole)[..2], ["restored", "delete"], "{whole}");
    ann.ok(&["undo"]);
    assert_eq!(ann.ok(&["deleted"]).as_array().unwrap().len(), 1, "a restoring is taken back like anything else");
}

#[test]
fn what_stays_below_a_deleted_place_is_told_and_comes_back_after_it() {
    let (_street, ann, _wen) = two();
    let gone = ann.ok(&["delete", "王家"]);
    assert_eq!(gone["warnings"][0]["code"], "below_remains", "{gone}");
    assert!(ann.ok(&["delete", "王小明"])["warnings"].as_array().unwrap().is_empty());
    assert_eq!(fails(&ann, &["restore", "王小明"]), (3, "parent_deleted".to_owned()));
    ann.ok(&["restore", "王家"]);
    ann.ok(&["restore", "王小明"]);
    assert_eq!(ann.ok(&["household", "show", "王家"])["residents"][0]["title"], "王小明");
}

#[test]
fn two_records_said_to_be_one_come_apart_by_their_common_name() {
    let (_street, ann, _wen) = two();
    let one = ann.ok(&["organisation", "add", "小王商贸", "--at", "3 幢"])["record"].clone();
    let other = ann.ok(&["organisation", "add", "小王商行", "--at", "3 幢"])["record"].clone();
    ann.ok(&["same", "小王商贸", "小王商行"]);
    assert_eq!(ann.ok(&["organisation", "list"]).as_array().unwrap().len(), 1);
    ann.ok(&["apart", "小王商贸", "小王商行"]);
    assert_eq!(ann.ok(&["organisation", "list"]).as_array().unwrap().len(), 2);
    ann.ok(&["same", one.as_str().unwrap(), other.as_str().unwrap()]);
    ann.ok(&["apart", "小王商行"]);
    assert_eq!(ann.ok(&["organisation", "list"]).as_array().unwrap().len(), 2);
    assert_eq!(fails(&ann, &["apart", "小王商行"]), (3, "not_linked".to_owned()));
}

#[test]
fn a_name_of_another_kind_is_not_said_to_be_missing() {
    let (_street, ann, _wen) = two();
    let refused = ann.run(&["household", "show", "王小明"]);
    let said: Json = serde_json::from_slice(&refused.stderr).unwrap();
    assert_eq!((refused.status.code(), &said["error"]["code"]), (Some(4), &"other_kind".into()), "{said}");
    assert_eq!(said["error"]["choices"][0]["kind"], "resident");
    assert!(said["error"]["message"].as_str().unwrap().contains("住户"), "{said}");
}
