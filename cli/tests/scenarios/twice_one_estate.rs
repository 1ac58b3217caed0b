//! Two people write the same estate into the register, neither with a signal.

use super::street::{Phone, Street};
use serde_json::Value as Json;

const VILLAGE: &str = "330402007024";
const SECOND_GRID: &str = "330402007024002";

fn estates(phone: &Phone) -> Vec<String> {
    let list = phone.ok(&["estate", "list"]);
    list.as_array().unwrap().iter().map(|e| e["title"].as_str().unwrap().to_owned()).collect()
}

fn counted(phone: &Phone) -> u64 {
    let unit = phone.ok(&["unit", VILLAGE]);
    let line = unit["counts"].as_array().unwrap().iter().find(|c| c["kind"] == "estate").unwrap();
    line["count"].as_u64().unwrap()
}

fn id(answer: &Json) -> String {
    answer["record"].as_str().unwrap().to_owned()
}

#[test]
fn an_estate_added_twice_is_15_not_17() {
    let street = Street::new();
    street.admin(&["user", "add", "carl", "--role", "gridworker", "--unit", SECOND_GRID]);
    let (ann, carl, bob) = (street.phone("ann"), street.phone("carl"), street.phone("bob"));
    for nth in 1..=14 {
        let who = if nth <= 7 { &ann } else { &carl };
        who.ok(&[
            "estate",
            "add",
            &format!(
                "{}苑小区",
                ["东", "南", "西", "北", "春", "夏", "秋", "冬", "梅", "兰", "竹", "菊", "松", "柏"][nth - 1]
            ),
        ]);
    }
    [&ann, &carl, &bob].into_iter().for_each(Phone::sync);
    let address = street.stop();
    let one = id(&ann.ok(&["estate", "add", "香樟苑小区", "--set", "address=建设路1号", "--set", "doors=320"]));
    let other = id(&carl.ok(&["estate", "add", "香樟苑", "--set", "address=建设路1号", "--set", "management=company"]));
    carl.ok(&["building", "add", "3 幢", "--estate", "香樟苑"]);
    street.start_again(&address);
    [&ann, &carl, &bob].into_iter().for_each(Phone::sync);
    assert_eq!((estates(&bob).len(), counted(&bob)), (16, 16), "both are there, and nobody was told to wait");

    // They are proposed as one; Bob says that they are, and so does the county's supervisor at the same time.
    let candidates = bob.ok(&["estate", "candidates", "香樟苑小区"]);
    let proposed: Vec<&str> = candidates.as_array().unwrap().iter().map(|c| c["record"].as_str().unwrap()).collect();
    assert!(proposed.contains(&one.as_str()) && proposed.contains(&other.as_str()), "{candidates}");
    street.admin(&["user", "add", "dora", "--role", "township_supervisor", "--unit", "330402007"]);
    let dora = street.phone("dora");
    let address = street.stop();
    bob.ok(&["same", &one, &other]);
    dora.ok(&["same", &other, &one]);
    street.start_again(&address);
    for phone in [&bob, &dora, &bob, &ann, &carl] {
        phone.sync();
        assert_ne!(estates(phone).len(), 17, "{}", phone.name);
    }
    for phone in [&bob, &dora] {
        assert_eq!((estates(phone).len(), counted(phone)), (15, 15), "{}: 16 to 15", phone.name);
        assert_eq!(estates(phone).iter().filter(|e| e.starts_with("香樟苑")).count(), 1);
        let card = phone.ok(&["estate", "show", &other]);
        assert_eq!(card["members"].as_array().unwrap().len(), 2);
        let fields: Vec<&str> =
            card["fields"].as_array().unwrap().iter().map(|f| f["field"].as_str().unwrap()).collect();
        assert!(fields.contains(&"doors") && fields.contains(&"management"), "each wrote a part of it: {card}");
        assert_eq!(card["below"][0]["rows"].as_array().unwrap().len(), 1, "the building stands in it: {card}");
    }

    // A campaign over all estates counts it once, and once more when it is two again.
    bob.ok(&["campaign", "add", "小区消防检查", "--unit", VILLAGE, "--sort", "place_inspection"]);
    assert_eq!(bob.ok(&["campaign", "baseline", "小区消防检查", "--of", "estate"])["added"], 15);
    bob.ok(&["apart", &one, &other]);
    bob.sync();
    dora.sync();
    assert_eq!((estates(&bob).len(), estates(&dora).len()), (16, 16), "taken back, they are two");
    assert_eq!(bob.ok(&["campaign", "baseline", "小区消防检查", "--of", "estate"])["added"], 1);
    assert_eq!(bob.ok(&["campaign", "coverage"])["total"]["baseline"], 16);
    bob.ok(&["same", &one, &other]);
    assert_eq!(
        bob.ok(&["campaign", "coverage"])["total"]["baseline"],
        15,
        "one place, though two targets stand for it"
    );
}
