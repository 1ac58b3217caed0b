//! One list of work: what a township wants asked goes through the county first, and nobody is asked twice unseen.

use super::street::{Phone, Street, fails};
use gridwalk_model::civil_date::CivilDate;
use serde_json::Value as Json;
use std::time::{SystemTime, UNIX_EPOCH};

const COUNTY: &str = "330402";
const TOWNSHIP: &str = "330402007";
const GRID: &str = "330402007024001";

/// The day so many days from today, as it is typed.
fn day(ahead: i64) -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let today = i64::try_from((seconds + 8 * 3600) / 86_400).unwrap();
    CivilDate::from_days(today + ahead).unwrap().to_string()
}

fn titles(list: &Json) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|line| line["title"].as_str().unwrap()).collect()
}

#[test]
fn work_item_proposed_admitted_done_and_withdrawn() {
    let street = Street::new();
    street.user("carol", "county_supervisor", COUNTY);
    street.user("dora", "township_supervisor", TOWNSHIP);
    street.user("vera", "volunteer", GRID);
    let (ann, carol) = (street.phone("ann"), street.phone("carol"));
    let (dora, vera) = (street.phone("dora"), street.phone("vera"));
    let all = |phone: &Phone| phone.ok(&["work", "list", "--all"]).as_array().unwrap().len();

    assert_eq!(carol.ok(&["work", "import"])["proposed"], 42);
    assert_eq!(carol.ok(&["work", "import"])["proposed"], 0, "what is here is left alone");
    dora.ok(&[
        "work",
        "propose",
        "登记家庭人口",
        "--category",
        "people",
        "--sort",
        "fact",
        "--target",
        "household",
        "--fact",
        "household.size",
    ]);
    let own = ["work", "propose", "我的事项", "--category", "people", "--sort", "task", "--target", "building"];
    assert_eq!(fails(&ann, &own), (3, "step_not_permitted".to_owned()));
    ann.ok(&["building", "add", "3 幢"]);
    ann.ok(&["dwelling", "add", "402", "--building", "3 幢"]);
    ann.ok(&["household", "add", "王家", "--dwelling", "402", "--resident", "王小明"]);
    for phone in [&carol, &dora, &ann, &carol, &vera] {
        phone.sync();
    }
    assert_eq!((all(&carol), all(&dora), all(&ann), all(&vera)), (43, 1, 0, 0), "a proposal reaches nobody below");

    let (from, until) = (day(0), day(30));
    let admit = |item: &str, from: &str, until: &str| {
        carol.ok(&["work", "admit", item, "--from", from, "--until", until, "--purpose", "年底人口核对"]);
    };
    assert_eq!(fails(&dora, &["work", "withdraw", "登记家庭人口", "--reason", "x"]).1, "step_not_open");
    for number in ["示例1-01", "示例1-04", "示例3-01"] {
        admit(number, &from, &until);
    }
    admit("登记家庭人口", &from, &until);
    admit("示例6-02", "2020-01-01", "2020-12-31");
    carol.sync();
    let before = (all(&dora), all(&ann));
    dora.sync();
    ann.sync();
    vera.sync();
    assert_eq!((before, all(&vera)), ((1, 0), 0));
    let list = ann.ok(&["work", "list"]);
    assert_eq!(titles(&list).len(), 4, "the one that is over is not on the list: {list}");
    assert_eq!(fails(&ann, &["work", "done", "示例6-02", "王家"]), (3, "not_in_force".to_owned()));
    let twice = ann.ok(&["work", "twice"]);
    assert_eq!(
        (&twice["items"][0]["fact"], twice["items"][0]["items"].as_array().unwrap().len()),
        (&"household.size".into(), 2)
    );
    done_without_a_signal(&street, &ann, &carol);
    taken_back(&carol, &ann, &dora);
    for_the_whole_grid(&carol, &ann);
}

/// An item that names no single place is due once a grid, and done by somebody on a day.
fn for_the_whole_grid(carol: &Phone, ann: &Phone) {
    let of =
        |sort| ["work", "propose", "召开网格议事会", "--category", "participation", "--sort", sort, "--target", "unit"];
    assert_eq!(fails(carol, &of("visit")).1, "wrong_parent", "nobody visits a grid");
    carol.ok(&of("task"));
    let (from, until) = (day(0), day(30));
    carol.ok(&["work", "admit", "召开网格议事会", "--from", &from, "--until", &until, "--purpose", "协商"]);
    carol.sync();
    ann.sync();
    let due = ann.ok(&["work", "due", "召开网格议事会"]);
    assert_eq!((&due[0]["count"]["targets"], &due[0]["count"]["open"]), (&Json::from(1), &Json::from(1)), "{due}");
    ann.ok(&["work", "done", "召开网格议事会", "--note", "到会十一人"]);
    ann.sync();
    carol.sync();
    let due = carol.ok(&["work", "due", "召开网格议事会", "--in", GRID]);
    assert_eq!((&due[0]["count"]["done"], &due[0]["count"]["targets"]), (&Json::from(1), &Json::from(1)), "{due}");
    assert!(due[0]["by_unit"][0]["last"].as_i64() > Some(0) && due[0]["by_unit"][0]["done_by"].is_string(), "{due}");
    assert_eq!(fails(carol, &["work", "done", "召开网格议事会", TOWNSHIP]).1, "wrong_parent", "a township is no grid");
    assert_eq!(fails(ann, &["work", "done", "示例3-01"]).1, "which_place", "other items name a place");
}

#[test]
fn an_item_leaves_the_phones_by_itself_when_it_is_over() {
    let street = Street::new();
    street.user("carol", "county_supervisor", COUNTY);
    let (ann, carol) = (street.phone("ann"), street.phone("carol"));
    carol.ok(&["work", "import"]);
    let (from, until) = (day(0), day(3));
    carol.ok(&["work", "admit", "示例3-01", "--from", &from, "--until", &until, "--purpose", "冬季防火"]);
    carol.sync();
    ann.sync();
    ann.ok(&["building", "add", "3 幢"]);
    ann.ok(&["work", "done", "示例3-01", "3 幢"]);
    ann.sync();
    // On its last day it is there still.
    street.days_pass(3);
    ann.sync();
    assert_eq!(ann.ok(&["work", "list"]).as_array().unwrap().len(), 1);
    street.days_pass(1);
    ann.sync();
    carol.sync();
    assert!(ann.ok(&["work", "list", "--all"]).as_array().unwrap().is_empty(), "it left by itself");
    assert_eq!(ann.ok(&["building", "show", "3 幢"])["title"], "3 幢");
    let ledger = carol.ok(&["work", "list", "--all"]);
    let item = ledger.as_array().unwrap().iter().find(|i| i["subtitle"] == "示例3-01").unwrap();
    assert_eq!((&item["status"], &item["in_force"]), (&"expired".into(), &false.into()), "{item}");
    assert!(carol.text(&["work", "list", "--all"]).contains("已到期"));
    // It can be let in again.
    let (from, until) = (day(4), day(30));
    carol.ok(&["work", "admit", "示例3-01", "--from", &from, "--until", &until, "--purpose", "冬季防火"]);
    carol.sync();
    ann.sync();
    assert_eq!(ann.ok(&["work", "list"]).as_array().unwrap().len(), 1);
}

/// Ann does what is admitted without a signal, and the county counts it.
fn done_without_a_signal(street: &Street, ann: &Phone, carol: &Phone) {
    let address = street.stop();
    ann.ok(&["work", "done", "示例1-01", "王家", "--value", "4"]);
    ann.ok(&["work", "done", "登记家庭人口", "王家", "--value", "4", "--note", "同上"]);
    ann.ok(&["work", "done", "示例3-01", "3 幢", "--note", "楼道清理完毕"]);
    ann.ok(&["visit", "王家", "seen"]);
    let household = ann.ok(&["household", "show", "王家"]);
    let size = household["fields"].as_array().unwrap().iter().find(|f| f["field"] == "size").unwrap();
    assert_eq!(size["value"], 4, "typed once, kept in the register");
    street.start_again(&address);
    ann.sync();
    carol.sync();
    for (item, targets) in [("示例1-01", 1), ("示例1-04", 1), ("示例3-01", 1)] {
        let due = carol.ok(&["work", "due", item]);
        assert_eq!(
            (&due[0]["count"]["done"], &due[0]["count"]["targets"]),
            (&Json::from(targets), &Json::from(1)),
            "{due}"
        );
        assert_eq!(due[0]["by_unit"][0]["done"], 1, "by grid: {due}");
    }
    let twice = carol.ok(&["work", "twice"]);
    assert_eq!((titles(&twice["places"]), &twice["places"][0]["fact"]), (vec!["王家"], &Json::from("household.size")));
    assert!(carol.text(&["work", "twice"]).contains("多个事项采集同一信息"));
}

/// What the county takes back leaves the grid's phone, and stays with those who keep the list.
fn taken_back(carol: &Phone, ann: &Phone, dora: &Phone) {
    carol.ok(&["work", "withdraw", "登记家庭人口", "--reason", "与示例1-01重复"]);
    carol.sync();
    ann.sync();
    dora.sync();
    assert!(!titles(&ann.ok(&["work", "list", "--all"])).contains(&"登记家庭人口"), "it left the phone");
    assert_eq!(fails(ann, &["work", "done", "登记家庭人口", "王家", "--value", "4"]).0, 4);
    for keeper in [carol, dora] {
        let ledger = keeper.ok(&["work", "list", "--all"]);
        let item = ledger.as_array().unwrap().iter().find(|i| i["title"] == "登记家庭人口").unwrap();
        assert_eq!((&item["status"], &item["in_force"]), (&"withdrawn".into(), &false.into()), "{item}");
    }
    let below = ann.ok(&["household", "show", "王家"])["record"].as_str().unwrap().to_owned();
    assert_eq!(ann.ok(&["work", "twice"])["places"][0]["record"], below, "what was done stays");
}
