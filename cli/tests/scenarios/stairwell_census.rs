//! Nineteen o'clock, a stairwell, no signal: a gridworker goes from door to door and writes down who lives there now.

use super::street::{Phone, Street};
use gridwalk_model::civil_date::CivilDate;
use serde_json::{Value as Json, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// Today by China's clock, days since 1970-01-01, which was a Thursday.
fn china_day() -> i64 {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    i64::try_from((seconds + 8 * 3600) / 86_400).unwrap()
}

/// Yesterday at so many hours by China's clock, as it is typed.
fn yesterday(clock: &str) -> String {
    format!("{} {clock}", CivilDate::from_days(china_day() - 1).unwrap())
}

fn titles(rows: &Json) -> Vec<&str> {
    rows.as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap()).collect()
}

fn field<'a>(card: &'a Json, name: &str) -> &'a Json {
    let fields = card["fields"].as_array().unwrap();
    &fields.iter().find(|f| f["field"] == name).unwrap_or_else(|| panic!("{name}: {card}"))["value"]
}

/// A building of two floors with two doors each.
fn stairwell(ann: &Phone) {
    ann.ok(&["building", "add", "3 幢", "--set", "floors=2", "--set", "doors_a_floor=2"]);
    for door in ["101", "102", "201", "202"] {
        let floor = format!("floor={}", &door[..1]);
        ann.ok(&["dwelling", "add", door, "--building", "3 幢", "--set", &floor]);
    }
}

/// A household alone, or with all who live there: one save that is taken back as one.
fn confirmed_with_its_members(bob: &Phone) {
    bob.ok(&["household", "confirm", "王家"]);
    assert!(bob.ok(&["resident", "show", "王奶奶"])["confirmed"].is_null());
    bob.ok(&["household", "confirm", "王家", "--members"]);
    assert!(bob.ok(&["resident", "show", "王奶奶"])["confirmed"]["at"].as_i64() > Some(0));
    bob.ok(&["undo"]);
    assert!(bob.ok(&["resident", "show", "王奶奶"])["confirmed"].is_null(), "one undo");
}

#[test]
fn census_at_nineteen_in_a_stairwell_without_signal() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    ann.sync();
    let address = street.stop();

    stairwell(&ann);
    ann.ok(&["household", "add", "王家", "--dwelling", "101", "--resident", "王小明", "--resident", "王奶奶"]);
    ann.ok(&["household", "add", "李家", "--dwelling", "102", "--resident", "李二"]);
    ann.ok(&["resident", "edit", "李二", "--set", "name=李尔", "--set", "birth=1990-05-01"]);
    let at = |clock| yesterday(clock);
    let (first, second, third) = (at("19:00"), at("19:10"), at("19:20"));

    let raised = ann.ok(&[
        "visit",
        "王家",
        "seen",
        "--at",
        &first,
        "--met",
        "王奶奶",
        "--met-other",
        "对门邻居",
        "--heard",
        "楼道灯坏了半个月，老人晚上不敢下楼",
        "--found",
        "违规存放液化气罐=楼梯间堆放十个钢瓶",
        "--confirm",
        "王小明",
    ]);
    assert_eq!(raised["cases"].as_array().unwrap().len(), 2, "{raised}");
    ann.ok(&["visit", "李家", "no_change", "--at", &second]);
    let nobody = ann.ok(&["visit", "201", "nobody_home", "--at", &third]);
    let proposal = &nobody["call_back"];
    let knocked = json!({ "weekday": (china_day() - 1 + 3) % 7, "window": "evening" });
    assert_ne!(proposal["slot"], knocked, "another hour than the one that failed: {nobody}");
    assert!(proposal["at"].as_i64() > Some(0), "{nobody}");
    // Which other hour depends on the weekday on which this runs.
    let again = ann.text(&["visit", "again"]);
    assert!(["换一个时段", "换一天", "此前都在工作日"].iter().any(|why| again.contains(why)), "{again}");

    let matrix = ann.ok(&["building", "doors", "3 幢"]);
    assert_eq!((&matrix["doors"], &matrix["lived_in"]), (&Json::from(4), &Json::from(2)), "{matrix}");
    assert!(bob.ok(&["visit", "list"]).as_array().unwrap().is_empty(), "nothing left the stairwell yet");
    street.start_again(&address);
    ann.sync();
    bob.sync();

    let visits = bob.ok(&["visit", "list"]);
    assert_eq!(titles(&visits), ["nobody_home", "no_change", "seen"], "the newest first");
    let seen = bob.ok(&["visit", "show", visits[2]["record"].as_str().unwrap()]);
    assert_eq!((titles(&seen["met"]), field(&seen, "met_other")), (vec!["王奶奶"], &Json::from("对门邻居")));
    assert_eq!((&seen["mode"], titles(&seen["cases"]).len()), (&Json::from("door"), 2), "{seen}");
    let hazard = bob.ok(&["case", "show", "楼梯间堆放十个钢瓶"]);
    assert_eq!(field(&hazard, "visit"), &visits[2]["record"], "the case names the visit, the visit the case");
    assert_eq!((field(&hazard, "kind"), field(&hazard, "category")), (&"hazard".into(), &"fire_gas_cylinder".into()));
    assert_eq!(field(&bob.ok(&["case", "show", "楼道灯"]), "kind"), "ask");
    assert!(bob.text(&["case", "show", "楼道灯"]).contains("走访时发现  见到本人"));

    let household = bob.ok(&["household", "show", "李家"]);
    assert_eq!(titles(&household["residents"]), ["李尔"]);
    for (kind, record) in [("household", "李家"), ("resident", "李尔"), ("dwelling", "102"), ("resident", "王小明")]
    {
        let card = bob.ok(&[kind, "show", record]);
        assert!(card["confirmed"]["at"].as_i64() > Some(0), "one tap confirmed {record}: {card}");
    }
    assert!(bob.ok(&["resident", "show", "王奶奶"])["confirmed"].is_null(), "she was met, not confirmed");
    confirmed_with_its_members(&bob);
    let again = bob.ok(&["visit", "again"]);
    assert_eq!((titles(&again), &again[0]["call_back"]["in_vain"]), (vec!["201"], &Json::from(1)), "{again}");

    bob.ok(&["household", "add", "赵家", "--dwelling", "201", "--resident", "赵三"]);
    bob.ok(&["visit", "赵家", "family_met", "--mode", "phone"]);
    bob.sync();
    ann.sync();
    assert!(ann.ok(&["visit", "again"]).as_array().unwrap().is_empty(), "somebody answered behind that door");
}
