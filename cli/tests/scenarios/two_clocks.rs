//! A loose sign on two clocks, and a drill on a phone whose own clock is slow.

use super::street::{Phone, Street, fails};
use gridwalk_model::Timestamp;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::work_time::Office;
use serde_json::Value as Json;
use std::process::Output;
use std::time::{SystemTime, UNIX_EPOCH};

const GRID: &str = "330402007024001";
const SIGN: &str = "招牌松动";
const MINUTE: i64 = 60_000;

/// The first day after the real one on which offices work.
fn workday() -> i64 {
    let now_ms = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    let today = Timestamp(now_ms).china_day();
    (today + 1..today + 30).find(|day| Office::shipped().is_workday(*day)).unwrap()
}

fn at(day: i64, hour: i64, minute: i64) -> Timestamp {
    Timestamp::of_china_day(day).plus_ms((hour * 60 + minute) * MINUTE)
}

/// A phone whose own clock is off by so many minutes.
struct Off<'a> {
    street: &'a Street,
    phone: &'a Phone,
    minutes: i64,
}

impl Off<'_> {
    fn run(&self, args: &[&str]) -> Output {
        let ahead = (self.street.ahead_ms() + self.minutes * MINUTE).to_string();
        let output = self.phone.run_with(&[("GRIDWALK_CLOCK_AHEAD_MS", &ahead)], args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stdout));
        output
    }
}

fn clock(phone: &Phone, case: &str) -> Json {
    phone.ok(&["case", "show", case])["clock"].clone()
}

#[test]
fn the_sign_on_two_clocks_is_the_same_on_a_phone_three_days_fast() {
    let street = Street::new();
    street.admin(&["unit", "add", "330402-D03", "区城市管理局"]);
    let [ann, bob] = ["ann", "bob"].map(|login| street.phone(login));
    let fast = Off { street: &street, phone: &ann, minutes: 3 * 24 * 60 };
    let day = workday();
    fast.run(&["sync"]);
    street.clock_at(at(day, 16, 45));
    fast.run(&["case", "report", SIGN, "--set", "kind=hazard", "--class", "招牌破损"]);
    fast.run(&["sync"]);
    bob.sync();
    bob.ok(&["case", "file", SIGN, "--condition", "招牌随时可能坠落"]);
    let case = bob.ok(&["case", "show", SIGN]);
    assert_eq!(case["class"]["class"], "gbt30428_event/2013/0205");
    assert_eq!(case["clock"]["limit"], serde_json::json!({ "unit": "urgent_hour", "amount": 240 }), "stamped");
    assert_eq!(case["proposed"]["unit_name"], "区城市管理局", "the rules propose, bob decides");
    let filed = case["steps"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(filed["answers"]["class"], "gbt30428_event/2013/0205", "{filed}");
    let due = case["clock"]["deadline"]["due"].as_i64().unwrap();
    assert!((due - at(day, 20, 45).0).abs() < MINUTE, "four hours without a night: {due}");
    assert_eq!(
        fails(&bob, &["case", "dispatch", SIGN, "--to", GRID, "--limit", "很快"]),
        (3, "wrong_answer".to_owned())
    );
    bob.ok(&["case", "dispatch", SIGN, "--to", GRID]);
    bob.sync();

    street.clock_at(at(day, 17, 5));
    fast.run(&["sync"]);
    fast.run(&["case", "take", SIGN]);
    fast.run(&["case", "make-safe", SIGN, "--measure", "拉了警戒带"]);
    fast.run(&["sync"]);
    let line = clock(&bob, SIGN);
    assert!(line["settled"].is_null() && line["standing"] == "running", "made safe does not stop the clock: {line}");
    street.clock_at(at(day, 19, 30));
    let address = street.stop();
    fast.run(&["case", "handle", SIGN, "--result", "加固完毕"]);
    street.start_again(&address);
    fast.run(&["sync"]);
    bob.sync();
    let shown: Json = serde_json::from_slice(&fast.run(&["case", "show", SIGN]).stdout).unwrap();
    for line in [clock(&bob, SIGN), shown["clock"].clone()] {
        let ran = (line["urgent_minutes"].as_u64(), line["work_minutes"].as_u64());
        assert_eq!(ran, (Some(165), Some(45)), "2 h 45 without a stop, 45 min by office hours: {line}");
        assert_eq!(line["standing"], "in_time", "{line}");
        assert!((line["made_safe"].as_i64().unwrap() - at(day, 17, 5).0).abs() < MINUTE, "{line}");
    }
    let text = bob.text(&["case", "show", SIGN]);
    assert!(text.contains("2 小时 45 分（紧急工作时）") && text.contains("45 分（工作时）"), "{text}");
    assert!(text.contains("立案条件") && text.contains("按时完成") && text.contains("先期处置"), "{text}");
    let name = CivilDate::from_days(day).unwrap().to_string();
    assert!(text.contains(&name), "the day is the server's, not the phone's: {text}");
}

#[test]
fn a_drill_on_a_clock_ten_minutes_slow_reads_27_minutes() {
    let street = Street::new();
    let [ann, bob] = ["ann", "bob"].map(|login| street.phone(login));
    let slow = Off { street: &street, phone: &ann, minutes: -10 };
    let day = workday();
    slow.run(&["sync"]);
    street.clock_at(at(day, 9, 0));
    bob.sync();
    let wrong = ["case", "report", "防汛演练", "--unit", GRID, "--drill", "--set", "kind=hazard"];
    assert_eq!(fails(&bob, &wrong), (2, "drill_kind".to_owned()));
    bob.ok(&["case", "report", "防汛演练", "--unit", GRID, "--drill", "--class", "防汛险情"]);
    bob.ok(&["case", "report", "真的进水", "--unit", GRID, "--set", "kind=incident", "--class", "防汛险情"]);
    bob.ok(&["case", "accept", "防汛演练"]);
    bob.ok(&["case", "dispatch", "防汛演练", "--to", GRID]);
    bob.sync();
    slow.run(&["sync"]);
    street.clock_at(at(day, 9, 27));
    slow.run(&["case", "take", "防汛演练"]);
    slow.run(&["case", "arrive", "防汛演练"]);
    // What the drill finds becomes a case; whether something is a drill is for those to say who hand matters out.
    assert_eq!(fails(&ann, &["case", "report", "我的演练", "--drill"]), (3, "field_not_permitted".to_owned()));
    let address = street.stop();
    slow.run(&["case", "report", "沙袋不足", "--set", "kind=hazard", "--found-in", "防汛演练"]);
    slow.run(&["case", "report", "水泵打不着", "--set", "kind=hazard", "--found-in", "防汛演练"]);
    street.start_again(&address);
    slow.run(&["sync"]);
    bob.sync();
    assert_eq!(clock(&bob, "防汛演练")["arrived_minutes"], 27);
    assert!(bob.text(&["case", "show", "防汛演练"]).contains("到场用时  27 分"));
    let drill = bob.ok(&["case", "show", "防汛演练"]);
    let mut found: Vec<&str> =
        drill["found"].as_array().unwrap().iter().map(|c| c["title"].as_str().unwrap()).collect();
    found.sort_unstable();
    assert_eq!((&drill["drill"], found), (&true.into(), vec!["水泵打不着", "沙袋不足"]), "{drill}");
    let text = bob.text(&["case", "show", "防汛演练"]);
    assert!(text.contains("演练（不计入统计）") && text.contains("演练中发现") && text.contains("沙袋不足"), "{text}");
    let finding = bob.ok(&["case", "show", "沙袋不足"]);
    assert_eq!((&finding["status"], &finding["drill"]), (&"reported".into(), &false.into()), "{finding}");
    let at = finding["fields"].as_array().unwrap().iter().find(|field| field["field"] == "found_in").unwrap();
    assert_eq!((&at["value"], &at["title"]), (&drill["record"], &"防汛演练".into()), "{finding}");
    assert!(bob.text(&["case", "show", "沙袋不足"]).contains("发现于"));

    // The drill is in no number; what it found is, and so is the real water.
    let month = at_month(day);
    let numbers = bob.ok(&["numbers", "--rows", "closing", "--month", &month]);
    let counted: Vec<&str> = numbers["rest"].as_array().unwrap().iter().map(|r| r["title"].as_str().unwrap()).collect();
    assert!(["真的进水", "沙袋不足", "水泵打不着"].iter().all(|title| counted.contains(title)), "{numbers}");
    assert!(!counted.contains(&"防汛演练"), "{numbers}");
    let left = numbers["left_out"].as_array().unwrap().iter().find(|row| row["title"] == "防汛演练").unwrap();
    assert_eq!(left["reason"], "drill", "and it is told why");
    let volume = bob.ok(&["numbers", "--volumes", "kind", "--month", &month]);
    assert_eq!(
        volume["parts"]["incident"].as_array().unwrap().iter().filter_map(Json::as_u64).sum::<u64>(),
        1,
        "{volume}"
    );
}

/// The month of a day, as it is typed.
fn at_month(day: i64) -> String {
    CivilDate::from_days(day).unwrap().to_string()[..7].to_owned()
}
