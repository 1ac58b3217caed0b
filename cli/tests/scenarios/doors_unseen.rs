//! A building says how many doors it has; the stairs show which of them nobody has written down yet.

use super::street::{Street, fails};
use serde_json::Value as Json;

/// Entrance, floor, doors entered and doors that nobody entered, floor by floor.
fn floors(matrix: &Json) -> Vec<(String, i64, Vec<String>, Vec<String>)> {
    let texts = |list: &Json| list.as_array().unwrap().iter().map(|t| t.as_str().unwrap().to_owned()).collect();
    let mut all = Vec::new();
    for entrance in matrix["entrances"].as_array().unwrap() {
        for floor in entrance["floors"].as_array().unwrap() {
            let doors = floor["doors"].as_array().unwrap().iter();
            let entered = doors.map(|door| door["title"].as_str().unwrap().to_owned()).collect();
            let name = entrance["entrance"].as_str().unwrap().to_owned();
            all.push((name, floor["floor"].as_i64().unwrap(), entered, texts(&floor["not_visited"])));
        }
    }
    all
}

#[test]
fn doors_that_nobody_entered_yet() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    let address = street.stop();
    // The plate by the door says it in full-width digits, and the keyboard writes them so.
    let says = ["--set", "floors=６", "--set", "entrances=2", "--set", "doors_a_floor=２"];
    let building = ann.ok(&[&["building", "add", "3 幢"], &says[..]].concat());
    assert_eq!(building["warnings"].as_array().unwrap().len(), 0);
    let before = ann.ok(&["building", "doors", "3 幢"]);
    assert_eq!((&before["said"], &before["doors"], &before["not_visited"]), (&24.into(), &0.into(), &24.into()));

    ann.ok(&["dwelling", "add", "1-602", "--building", "3 幢"]);
    ann.ok(&["household", "add", "王家", "--dwelling", "602", "--resident", "王小明"]);
    // Nobody is held up before a door of which the building does not speak; they are told.
    let odd = ann.ok(&["dwelling", "add", "1-702", "--building", "3 幢"]);
    assert_eq!((&odd["warnings"][0]["field"], &odd["warnings"][0]["code"]), (&"number".into(), &"door_floor".into()));
    let third = ann.ok(&["dwelling", "add", "3-101", "--building", "3 幢"]);
    assert_eq!(third["warnings"][0]["code"], "door_entrance");

    let matrix = ann.ok(&["building", "doors", "3 幢"]);
    let counts = ["said", "doors", "lived_in", "not_visited", "odd"].map(|name| matrix[name].as_i64().unwrap());
    assert_eq!(counts, [24, 3, 1, 23, 2]);
    let drawn = floors(&matrix);
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    assert!(drawn.contains(&("1".to_owned(), 6, texts(&["602"]), texts(&["601"]))), "{drawn:?}");
    assert!(drawn.contains(&("2".to_owned(), 1, texts(&[]), texts(&["101", "102"]))), "{drawn:?}");
    assert!(drawn.contains(&("1".to_owned(), 7, texts(&["702"]), texts(&[]))), "{drawn:?}");
    let text = ann.text(&["building", "doors", "3 幢"]);
    assert!(text.contains("[601 未走访]  [602 王家]") && text.contains("未走访 23 户"), "{text}");
    assert!(text.contains("[702 （空） ⚠ 楼栋没有这一层]"), "{text}");

    // Nothing of it is a record: the other phone works it out from the same building.
    street.start_again(&address);
    ann.sync();
    bob.sync();
    assert_eq!(floors(&bob.ok(&["building", "doors", "3 幢"])), drawn);
    bob.ok(&["building", "edit", "3 幢", "--set", "floors=7", "--set", "entrances=3"]);
    let matrix = bob.ok(&["building", "doors", "3 幢"]);
    assert_eq!((&matrix["odd"], &matrix["not_visited"]), (&0.into(), &(42 - 3).into()));
}

#[test]
fn what_is_odd_is_told_and_what_is_no_category_refused() {
    let street = Street::new();
    let ann = street.phone("ann");
    street.stop();
    ann.ok(&["building", "add", "3 幢"]);
    ann.ok(&["dwelling", "add", "４０２室", "--building", "3 幢"]);
    ann.ok(&["household", "add", "王家", "--dwelling", "402", "--resident", "王小明"]);
    // field, typed, warned of
    let rows = [
        ("birth", "2090-01-01", "birth_unborn"),
        ("birth", "1850-01-01", "birth_age"),
        ("phone", "12345", "phone_short"),
        ("phone", "１３８００００００１", "phone_mobile_length"),
    ];
    for (field, typed, code) in rows {
        let saved = ann.ok(&["resident", "edit", "王小明", "--set", &format!("{field}={typed}")]);
        let warned = &saved["warnings"][0];
        assert_eq!((&warned["field"], &warned["code"]), (&field.into(), &code.into()), "{typed}: {saved}");
    }
    let saved = ann.ok(&[
        "resident",
        "edit",
        "王小明",
        "--set",
        "birth=１９９０－０５－０１",
        "--set",
        "phone=１３８１２３４５６７８",
    ]);
    assert_eq!(saved["warnings"].as_array().unwrap().len(), 0, "{saved}");
    assert!(ann.text(&["resident", "show", "王小明"]).contains("1990-05-01"));

    let refused = ann.run(&["visit", "王家", "seen", "--found", "nosuch=十个液化气罐"]);
    let said: Json = serde_json::from_slice(&refused.stderr).unwrap();
    assert_eq!((refused.status.code(), &said["error"]["code"]), (Some(2), &"not_a_category".into()));
    let names = said["error"]["names"].as_array().unwrap();
    assert!(names.contains(&"gas_cylinder".into()) || names.len() > 30, "{said}");
    assert!(
        ann.ok(&["visit", "list"]).as_array().unwrap().is_empty() && ann.ok(&["case", "list"]).to_string().len() < 200
    );
    assert_eq!(fails(&ann, &["visit", "王家", "seen", "--found", " x = y"]).1, "not_a_category");
    // A category by its word or its code, and a text with the sign in it that has none.
    let category = ann.ok(&["visit", "王家", "seen", "--found", &format!("{}=在楼道", names[0].as_str().unwrap())]);
    assert_eq!(category["cases"].as_array().unwrap().len(), 1);
    ann.ok(&["visit", "王家", "seen", "--found", "=a=b"]);
    assert!(ann.text(&["case", "list"]).contains("a=b"), "{}", ann.text(&["case", "list"]));
}
