//! Health is asked about only after an administrator said what for, and no longer than that holds.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;

const TOWNSHIP: &str = "330402007";

/// What a resident's card says of a field.
fn shown<'a>(card: &'a Json, field: &str) -> Option<&'a Json> {
    card["fields"].as_array().unwrap().iter().find(|line| line["field"] == field).map(|line| &line["value"])
}

fn may_edit(card: &Json, field: &str) -> bool {
    let actions = card["allowed_actions"].as_array().unwrap();
    let edit = actions.iter().find(|a| a["action"] == "edit").unwrap();
    edit["fields"].as_array().unwrap().iter().any(|f| f == field)
}

fn add_wang(ann: &Phone) {
    ann.ok(&["building", "add", "3 幢"]);
    ann.ok(&["dwelling", "add", "402", "--in", "3 幢"]);
    ann.ok(&["household", "add", "王家", "--in", "402", "--resident", "王小明"]);
}

#[test]
fn a_sensitive_field_with_a_purpose_and_without() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    add_wang(&ann);
    let set = ["resident", "edit", "王小明", "--set", "health=3"];
    assert_eq!(fails(&ann, &set).1, "field_not_in_use");
    let said =
        String::from_utf8(ann.run_plain(&["--lang", "zh", "resident", "edit", "王小明", "--set", "health=3"]).stderr)
            .unwrap();
    assert!(said.contains("尚未启用") && said.contains("用途"), "{said}");
    assert!(!may_edit(&ann.ok(&["resident", "show", "王小明"]), "health"));
    ann.sync();

    // sun, who answers for people, states what for and how long, and everybody below the township hears it.
    street.user("sun", "security_admin", "330402");
    let enable = ["field", "enable", TOWNSHIP, "health", "--purpose", "独居老人走访", "--days", "90", "--by"];
    assert_eq!(street.admin_fails(&[&enable[..], &["bob"]].concat())["error"]["code"], "not_an_administrator");
    assert_eq!(street.admin_fails(&[&enable[..], &["li"]].concat())["error"]["code"], "not_an_administrator");
    street.admin(&[&enable[..], &["sun"]].concat());
    ann.sync();
    ann.ok(&set);
    ann.sync();
    bob.sync();
    let card = bob.ok(&["resident", "show", "王小明"]);
    assert_eq!(shown(&card, "health"), Some(&Json::from("3")));
    assert!(may_edit(&card, "health") && !may_edit(&card, "religion"));
    assert_eq!(fails(&bob, &["resident", "edit", "王小明", "--set", "religion=10"]).1, "field_not_in_use");

    // It is switched off while ann is without a signal: what she types in good faith is taken, and shown to nobody.
    let address = street.stop();
    let off = street.admin(&["field", "disable", TOWNSHIP, "health", "--by", "sun"]);
    assert!(off["due_at"].as_i64().unwrap() - off["until"].as_i64().unwrap() == 90 * 86_400_000, "{off}");
    ann.ok(&["resident", "edit", "王小明", "--set", "health=2"]);
    street.start_again(&address);
    ann.sync();
    bob.sync();
    assert_eq!(street.admin(&["quarantine", "list"])["waiting"], Json::Array(Vec::new()));
    for phone in [&ann, &bob] {
        let card = phone.ok(&["resident", "show", "王小明"]);
        assert_eq!(shown(&card, "health"), None, "{card}");
        assert!(card.get("withheld").is_none(), "only who administers is told that there is a value");
        let history = phone.ok(&["resident", "history", "王小明"]).to_string();
        assert!(!history.contains("health"), "{history}");
    }
    let due = street.admin(&["field", "due"]);
    assert_eq!(due["due"], Json::Array(Vec::new()), "for ninety days they stay");
    let listed = street.admin(&["field", "list"]);
    assert_eq!((listed["uses"].as_array().unwrap().len(), &listed["uses"][0]["on"]), (1, &Json::from(false)));
    assert_eq!(listed["fields"].as_array().unwrap().len(), 8);
}

#[test]
fn a_childs_number_with_a_purpose_and_without() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    add_wang(&ann);
    let (adult, child) = ("id_number=11010519491231002X", "id_number=110105202001010014");
    ann.ok(&["resident", "edit", "王小明", "--set", adult]);
    ann.ok(&["resident", "add", "王小小", "--household", "王家", "--set", "birth=2020-01-01"]);
    let set = ["resident", "edit", "王小小", "--set", child];
    assert_eq!(fails(&ann, &set).1, "field_not_in_use");
    assert_eq!(fails(&ann, &["resident", "edit", "王小小", "--set", adult]).1, "field_not_in_use", "the child is one");
    let unborn = ["resident", "add", "王小妹", "--household", "王家", "--set", child];
    assert_eq!(fails(&ann, &unborn).1, "field_not_in_use", "the number itself says how old");
    assert!(may_edit(&ann.ok(&["resident", "show", "王小明"]), "id_number"));
    assert!(!may_edit(&ann.ok(&["resident", "show", "王小小"]), "id_number"));
    ann.sync();

    street.user("sun", "security_admin", "330402");
    street.admin(&["field", "enable", TOWNSHIP, "id_number", "--purpose", "入学登记", "--days", "90", "--by", "sun"]);
    ann.sync();
    ann.ok(&set);
    ann.sync();
    bob.sync();
    let number = Json::from("110105202001010014");
    assert_eq!(shown(&bob.ok(&["resident", "show", "王小小"]), "id_number"), Some(&number));
    assert_eq!(
        bob.ok(&["search", "110105202001010014"])["rows"],
        Json::Array(Vec::new()),
        "nobody finds a child by it"
    );
    assert_eq!(bob.ok(&["search", "11010519491231002X"])["rows"].as_array().unwrap().len(), 1);

    street.admin(&["field", "disable", TOWNSHIP, "id_number", "--by", "sun"]);
    for phone in [&ann, &bob] {
        phone.sync();
        assert_eq!(shown(&phone.ok(&["resident", "show", "王小小"]), "id_number"), None);
        assert!(shown(&phone.ok(&["resident", "show", "王小明"]), "id_number").is_some(), "an adult's stays");
    }
    assert!(street.admin(&["field", "due"])["due"].as_array().unwrap().is_empty(), "for ninety days it stays");
}
