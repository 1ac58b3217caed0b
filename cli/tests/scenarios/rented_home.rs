//! A home that is let by the room: a place with a landlord, not a list of lodgers, who are residents like others.

use super::street::Street;
use serde_json::Value as Json;

const GRID: &str = "330402007024001";

fn value<'a>(card: &'a Json, name: &str) -> &'a Json {
    let line = card["fields"].as_array().unwrap().iter().find(|line| line["field"] == name);
    line.map_or(&Json::Null, |line| &line["value"])
}

#[test]
fn a_home_let_by_the_room_and_those_who_live_in_it() {
    let street = Street::new();
    street.user("vera", "volunteer", GRID);
    let (ann, bob, vera) = (street.phone("ann"), street.phone("bob"), street.phone("vera"));
    let address = street.stop();
    ann.ok(&["building", "add", "3 幢"]);
    let home = ["--set", "rented=yes", "--set", "rental_kind=分间出租", "--set", "rooms=4", "--set", "lodgers=6"];
    let landlord = ["--set", "landlord_name=房东老周", "--set", "landlord_phone=13800000009"];
    ann.ok(&[&["dwelling", "add", "402", "--building", "3 幢"][..], &home, &landlord].concat());
    // Three households behind one door: each its own, and two people of one booklet in two of them.
    for (household, name) in [("周工家", "周工"), ("小吴家", "小吴"), ("小吴弟家", "小吴弟")] {
        ann.ok(&["household", "add", household, "--dwelling", "402", "--set", "kind=lodgers", "--resident", name]);
    }
    for name in ["小吴", "小吴弟"] {
        ann.ok(&["resident", "edit", name, "--set", "booklet=0086021", "--set", "registered_here=02"]);
    }
    ann.ok(&["case", "report", "402 隔断过密", "--at", "402", "--set", "category=fire_exit_blocked"]);
    street.start_again(&address);
    ann.sync();
    bob.sync();
    vera.sync();

    let card = bob.ok(&["dwelling", "show", "402"]);
    let told = ["rented", "rental_kind", "rooms", "lodgers", "landlord_phone"].map(|name| value(&card, name).clone());
    let expected: [Json; 5] = [true.into(), "by_room".into(), 4.into(), 6.into(), "13800000009".into()];
    assert_eq!(told, expected, "{card}");
    let below = card["below"].as_array().unwrap().iter().find(|list| list["kind"] == "household");
    assert_eq!(below.map(|list| list["rows"].as_array().unwrap().len()), Some(3), "{card}");
    let household = bob.ok(&["household", "show", "小吴家"]);
    assert_eq!(household["booklets"].as_object().unwrap().keys().collect::<Vec<_>>(), ["0086021"], "{household}");
    let both = bob.ok(&["search", "0086021"]);
    assert_eq!(both["rows"].as_array().unwrap().len(), 2, "one booklet, two households: {both}");
    assert!(bob.ok(&["search", "fdlz"]).to_string().contains("402"), "by the landlord's initials");
    let held = vera.ok(&["search", "402"]);
    let kinds: Vec<&Json> = held["rows"].as_array().unwrap().iter().map(|row| &row["kind"]).collect();
    let holds = |kind: &str| kinds.iter().any(|held| *held == kind);
    assert!(holds("case") && !holds("dwelling"), "a volunteer holds the case, and no home: {held}");
    let of_landlord = vera.ok(&["search", "房东老周"]);
    assert!(of_landlord["rows"].as_array().unwrap().is_empty(), "{of_landlord}");

    // The landlord lets it as a whole again, to one family; who left has left, and the place says how it is now.
    for name in ["小吴", "小吴弟"] {
        bob.ok(&["resident", "move-out", name, "--to", "海宁"]);
    }
    let whole = ["--set", "rental_kind=whole", "--set", "lodgers=1"];
    bob.ok(&[&["dwelling", "edit", "402"][..], &whole].concat());
    bob.sync();
    ann.sync();
    assert_eq!(value(&ann.ok(&["dwelling", "show", "402"]), "rental_kind"), "whole");
    assert!(ann.ok(&["household", "show", "小吴家"])["residents"].as_array().unwrap().is_empty());
}
