//! An old woman lives alone and agrees to be visited; weeks later she does not want it any more.

use super::street::{Street, fails};
use serde_json::Value as Json;

const GRID: &str = "330402007024001";

fn due(list: &Json) -> (usize, usize, usize) {
    let count = |name: &str| list[name].as_array().unwrap().len();
    (count("overdue"), count("today"), count("coming"))
}

#[test]
fn care_visit_with_consent_given_and_withdrawn() {
    let street = Street::new();
    street.user("vera", "volunteer", GRID);
    let (ann, bob, vera) = (street.phone("ann"), street.phone("bob"), street.phone("vera"));
    ann.ok(&["building", "add", "3 幢"]);
    ann.ok(&["dwelling", "add", "402", "--building", "3 幢"]);
    ann.ok(&["household", "add", "王家", "--dwelling", "402", "--resident", "王奶奶"]);

    let plan = ["plan", "add", "王家", "独居老人", "--every", "7", "--resident", "王奶奶"];
    assert_eq!(fails(&ann, &plan), (3, "consent_missing".to_owned()));
    ann.ok(&[&plan[..], &["--consent-by", "王奶奶本人"]].concat());
    assert_eq!(due(&ann.ok(&["plan", "due"])), (0, 1, 0));
    assert!(ann.text(&["day"]).contains("独居老人"), "the first screen says so");
    ann.sync();
    bob.sync();
    vera.sync();
    assert_eq!(due(&bob.ok(&["plan", "due"])), (0, 1, 0));
    assert!(!vera.ok(&["day"]).to_string().contains("alone_old"), "volunteers see no plans");
    assert!(vera.ok(&["plan", "list"]).as_array().unwrap().is_empty());

    ann.ok(&["visit", "王家", "nobody_home"]);
    assert_eq!(due(&ann.ok(&["plan", "due"])), (0, 1, 0), "nobody was met: it is due still");
    ann.ok(&["visit", "王家", "seen", "--met", "王奶奶"]);
    let after = ann.ok(&["plan", "due"]);
    assert_eq!((due(&after), &after["done"]), ((0, 0, 1), &Json::from(1)), "{after}");
    ann.sync();
    bob.sync();
    assert_eq!(due(&bob.ok(&["plan", "due"])), (0, 0, 1));

    let address = street.stop();
    bob.ok(&["plan", "end", "王家", "consent_withdrawn"]);
    ann.ok(&["visit", "王家", "family_met", "--note", "女儿说以后由她照看"]);
    street.start_again(&address);
    bob.sync();
    ann.sync();
    bob.sync();
    for phone in [&ann, &bob] {
        assert_eq!(due(&phone.ok(&["plan", "due"])), (0, 0, 0), "nobody is sent any more");
        let plans = phone.ok(&["plan", "list", "--in", "王家"]);
        assert_eq!(plans[0]["standing"], "ended", "{plans}");
        assert_eq!(phone.ok(&["visit", "list", "--in", "王家"]).as_array().unwrap().len(), 3, "what was paid stays");
        let disagreements = phone.ok(&["disagreements"]);
        assert!(disagreements.as_array().is_none_or(Vec::is_empty), "{disagreements}");
    }
}

#[test]
fn a_case_orders_one_visit_and_hears_of_it() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    ann.ok(&["premises", "add", "老王小吃", "--set", "kind=restaurant"]);
    ann.ok(&["case", "report", "后厨堆放液化气罐"]);
    ann.sync();
    bob.sync();
    bob.ok(&["plan", "add", "老王小吃", "follow_up", "--case", "后厨堆放液化气罐", "--due", "2099-01-01"]);
    bob.sync();
    ann.sync();
    let plans = ann.ok(&["plan", "list", "--in", "老王小吃"]);
    assert_eq!(
        (plans[0]["title"].as_str(), plans[0]["standing"].as_str()),
        (Some("follow_up"), Some("later")),
        "{plans}"
    );
    ann.ok(&["visit", "老王小吃", "seen", "--note", "已清走"]);
    ann.sync();
    bob.sync();
    let plans = bob.ok(&["plan", "list", "--in", "老王小吃"]);
    assert_eq!(plans[0]["standing"], "done", "{plans}");
    let case = bob.ok(&["case", "show", "后厨堆放液化气罐"]);
    let ordered = case["sets"].as_array().unwrap().iter().find(|s| s["set"] == "visit_plans").unwrap();
    assert_eq!(ordered["elements"][0], plans[0]["record"], "{case}");
}
