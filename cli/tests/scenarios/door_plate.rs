//! A door, written down by two people in two ways; the plate beside it; and everything that the register can do, by hand.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;

const VILLAGE: &str = "330402007024";
const SECOND_GRID: &str = "330402007024002";

fn saved(phone: &Phone, args: &[&str]) -> String {
    phone.ok(args)["record"].as_str().unwrap().to_owned()
}

fn field<'a>(card: &'a Json, name: &str) -> &'a Json {
    let lines = card["fields"].as_array().unwrap();
    lines.iter().find(|line| line["field"] == name).map_or(&Json::Null, |line| &line["value"])
}

const PLATE: &str = "https://mp.example/d?c=330402007024-3-402";

#[test]
fn one_door_typed_in_two_ways_and_the_plate_beside_it() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    let building = saved(&ann, &["building", "add", "3 幢", "--set", "address=南湖路3号"]);
    ann.sync();
    bob.sync();
    let address = street.stop();
    let anns = saved(&ann, &["dwelling", "add", "三单元402室", "--in", &building]);
    let bobs = saved(&bob, &["dwelling", "add", "３－４０２", "--in", &building]);
    for (phone, door) in [(&ann, &anns), (&bob, &bobs)] {
        let card = phone.ok(&["dwelling", "show", door]);
        assert_eq!(
            (field(&card, "number"), field(&card, "entrance")),
            (&Json::from("402"), &Json::from("3")),
            "{card}"
        );
    }
    assert_eq!(
        fails(&ann, &["dwelling", "edit", &anns, "--set", "number=402室"]).1,
        "nothing_to_do",
        "it says so already"
    );
    street.start_again(&address);
    ann.sync();
    bob.sync();
    let again = ann.ok(&["dwelling", "add", "3单元402", "--in", &building]);
    assert!(again["candidates"].to_string().contains(&anns), "{again}");
    ann.sync();
    bob.sync();

    // The plate: unknown, attached, known to both; the address with it is confirmed.
    assert_eq!(ann.ok(&["scan", PLATE])["found"], Json::Array(Vec::new()));
    assert!(ann.text(&["scan", PLATE]).contains("--attach"));
    let plate = saved(&ann, &["scan", PLATE, "--attach", &anns]);
    assert_eq!(fails(&ann, &["scan", PLATE, "--attach", &anns]).1, "nothing_to_do");
    ann.sync();
    bob.sync();
    let found = bob.ok(&["scan", PLATE]);
    assert_eq!(
        (&found["found"][0]["record"], &found["found"][0]["at"]["record"]),
        (&plate.into(), &anns.as_str().into())
    );
    let card = bob.ok(&["address", "show", found["found"][0]["record"].as_str().unwrap()]);
    assert_eq!((field(&card, "state"), field(&card, "text")), (&"confirmed".into(), &"南湖路3号3单元402室".into()));

    // An address that nobody looked at says so in lists, until a visit finds it as it is written.
    let other = saved(&bob, &["address", "add", "南湖路3号3单元402", "--at", &bobs]);
    let badges = |phone: &Phone| {
        let list = phone.ok(&["address", "list"]);
        let line = list.as_array().unwrap().iter().find(|l| l["record"] == other.as_str()).unwrap().clone();
        line["badges"].to_string()
    };
    assert!(badges(&bob).contains("unconfirmed_address"));
    assert!(
        bob.text(&["address", "list"]).contains("未核实地址")
            || bob.text(&["--lang", "zh", "address", "list"]).contains("未核实地址")
    );
    bob.ok(&["visit", &bobs, "no_change"]);
    assert!(!badges(&bob).contains("unconfirmed_address"));
    bob.sync();

    // A facility is found by the number on it.
    let hydrant = saved(
        &ann,
        &["facility", "add", "消火栓", "--at", &building, "--set", "kind=hydrant", "--set", "code=XHS-0001"],
    );
    assert_eq!(ann.ok(&["scan", "XHS-0001"])["found"][0]["record"], hydrant.as_str());
    assert_eq!(ann.ok(&["scan", "XHS-0002"])["found"], Json::Array(Vec::new()), "whole codes only");
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story")]
fn what_the_register_can_do_by_hand() {
    let street = Street::new();
    street.admin(&["user", "add", "carl", "--role", "gridworker", "--unit", SECOND_GRID]);
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));

    // An estate with buildings in two grids; a firm with premises in both.
    let estate = saved(&bob, &["estate", "add", "香樟苑", "--in", VILLAGE]);
    let units = bob.ok(&["unit"]);
    let grid = |code: &str| {
        let list = units.as_array().unwrap();
        list.iter().find(|u| u["subtitle"] == code).unwrap()["record"].as_str().unwrap().to_owned()
    };
    let (one, two) = (grid("330402007024001"), grid(SECOND_GRID));
    let first = saved(&bob, &["building", "add", "1 幢", "--in", &one, "--at", &estate]);
    saved(&bob, &["building", "add", "2 幢", "--in", &two, "--at", &estate]);
    let firm = saved(&bob, &["organisation", "add", "好又多超市有限公司", "--in", &one]);
    let organisation = format!("organisation={firm}");
    for (name, unit) in [("好又多一店", &one), ("好又多二店", &two)] {
        saved(&bob, &["premises", "add", name, "--in", unit, "--set", "kind=shop", "--set", &organisation]);
    }
    let card = bob.ok(&["estate", "show", &estate]);
    assert_eq!(card["units"].as_array().unwrap().len(), 2, "{card}");
    let card = bob.ok(&["organisation", "show", &firm]);
    let premises: Vec<&str> =
        card["premises"].as_array().unwrap().iter().map(|p| p["title"].as_str().unwrap()).collect();
    assert_eq!((premises.len(), premises.contains(&"好又多二店")), (2, true), "{card}");
    assert!(bob.text(&["organisation", "show", &firm]).contains("好又多一店"));
    bob.sync();
    ann.sync();

    // One household written down twice is one: it is confirmed, moved and merged as one.
    let doors: Vec<String> =
        ["101", "102", "103"].iter().map(|n| saved(&ann, &["dwelling", "add", n, "--in", &first])).collect();
    let home = saved(&ann, &["household", "add", "王家", "--in", &doors[0], "--resident", "王老大"]);
    let twin = saved(&ann, &["household", "add", "王老大家", "--in", &doors[1], "--resident", "王小妹"]);
    ann.ok(&["same", &home, &twin]);
    ann.ok(&["move", &home, "--to", &doors[2]]);
    for member in [&home, &twin] {
        let state = ann.ok(&["household", "show", member]);
        let parent = state["fields"].as_array().unwrap().iter().find(|f| f["field"] == "parent").unwrap().clone();
        assert_eq!((&parent["value"], parent.get("at_odds")), (&doors[2].as_str().into(), None), "{state}");
    }
    let into = saved(&ann, &["household", "add", "李家", "--in", &doors[1]]);
    ann.ok(&["household", "merge", &home, &into]);
    let lives: Vec<String> = ann.ok(&["household", "show", &into])["residents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["title"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(lives.len(), 2, "both twins' people: {lives:?}");
    let split = saved(&ann, &["household", "split", &into, "王小家", "--resident", "王小妹"]);
    ann.ok(&["resident", "move-out", "王小妹", "--to", "杭州"]);
    let card = ann.ok(&["household", "show", &split]);
    assert_eq!((card["residents"].as_array().unwrap().len(), card["away"].as_array().unwrap().len()), (0, 1));
    ann.ok(&["resident", "move-in", "王小妹", "--household", &into]);
    ann.ok(&["household", "confirm", &into]);
    let candidates = ann.ok(&["resident", "candidates", "王老大"]);
    assert!(candidates.as_array().unwrap().is_empty(), "a name alone is no candidate");
    let facility = saved(&ann, &["facility", "add", "井盖", "--set", "kind=manhole"]);
    ann.ok(&["facility", "check", &facility, "damaged"]);
    let hung = ann.ok(&["case", "report", "井盖破损", "--at", "井盖"])["record"].as_str().unwrap().to_owned();
    assert!(
        ann.ok(&["case", "show", &hung]).to_string().contains(&facility),
        "a case hangs on what is found by its name"
    );

    // A villagers' group in walking order.
    ann.ok(&["household", "village", "沙家", "--resident", "沙老大"]);
    ann.ok(&["household", "village", "杭家", "--after", "沙家"]);
    ann.ok(&["household", "place", "杭家"]);
    let walk = ann.ok(&["household", "walk", "330402007024001"]);
    let order: Vec<&str> = walk["households"].as_array().unwrap().iter().filter_map(|h| h["title"].as_str()).collect();
    let place = |name: &str| order.iter().position(|title| *title == name);
    assert!(place("杭家") < place("沙家"), "{order:?}");
    ann.sync();
    bob.sync();

    // Who wrote what, from the server: every change, where the phone knows the last one only.
    bob.ok(&["household", "edit", &into, "--set", "note=二楼"]);
    ann.ok(&["household", "edit", &into, "--set", "note=三楼"]);
    ann.sync();
    let told = ann.ok(&["history", &into, "--server"]);
    let lines = told["lines"].as_array().unwrap();
    assert!(lines.iter().any(|l| l["name"] == "note" && l["value"] == "三楼" && l["at"].is_i64()), "{told}");
    assert!(lines.iter().any(|l| l["what"] == "confirmed"), "{told}");
    assert!(ann.text(&["history", &into, "--server"]).contains("三楼"));
    let here = ann.ok(&["history", &into]);
    assert!(here["lines"].as_array().unwrap().iter().any(|l| l["name"] == "note"));
    street.stop();
    assert_eq!(fails(&ann, &["history", &into, "--server"]).1, "offline");
}
