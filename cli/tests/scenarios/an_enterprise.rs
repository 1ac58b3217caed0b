//! An enterprise asks, is answered and called back, is not satisfied, and is heard again by whoever heard it first.

use super::street::{Phone, Street, fails};
use gridwalk_model::Timestamp;
use gridwalk_model::civil_date::CivilDate;

const ASK: &str = "招工难";
const GRID: &str = "330402007024001";

fn settle(ann: &Phone, bob: &Phone, result: &str) {
    bob.ok(&["case", "dispatch", ASK, "--to", GRID]);
    bob.sync();
    ann.sync();
    ann.ok(&["case", "take", ASK]);
    ann.ok(&["case", "handle", ASK, "--result", result]);
    ann.sync();
    bob.sync();
    bob.ok(&["case", "verify", ASK, "--note", "企业已收到"]);
}

#[test]
fn an_enterprise_that_is_not_satisfied_is_handled_again_by_the_same_first_receiver() {
    let street = Street::new();
    let [ann, bob] = ["ann", "bob"].map(|login| street.phone(login));
    let lines = ["--add", "lines=enterprise"];
    let mut args = vec!["case", "report", ASK, "--set", "kind=ask", "--class", "企业诉求"];
    args.extend(lines);
    ann.ok(&args);
    ann.sync();
    bob.sync();
    bob.ok(&["case", "accept", ASK]);
    settle(&ann, &bob, "联系了招聘会");
    assert_eq!(fails(&bob, &["case", "close", ASK]), (3, "answers_owed".to_owned()));
    bob.ok(&["case", "reply", ASK, "--line", "enterprise", "--text", "五月十二日登门答复"]);
    bob.ok(&["case", "close", ASK]);
    bob.sync();
    ann.sync();
    let again = ["case", "handle-again", ASK, "--reason", "没有招到人"];
    assert_eq!(fails(&ann, &again), (3, "nobody_unsatisfied".to_owned()), "nobody was called back");
    ann.ok(&["case", "follow-up", ASK, "--satisfied", "no", "--note", "没有招到人"]);
    ann.ok(&again);
    ann.sync();
    bob.sync();
    let case = bob.ok(&["case", "show", ASK]);
    assert_eq!((&case["status"], &case["owed"][0]), (&"accepted".into(), &"enterprise".into()), "owed anew");
    assert_eq!(case["first_receiver"]["account"], ann.ok(&["whoami"])["account"], "the same as before");
    settle(&ann, &bob, "送上门五名应聘者");
    bob.ok(&["case", "reply", ASK, "--line", "enterprise", "--text", "已录用三人"]);
    bob.ok(&["case", "close", ASK]);
    bob.sync();
    ann.sync();
    ann.ok(&["case", "follow-up", ASK, "--satisfied", "yes"]);
    assert_eq!(fails(&ann, &again), (3, "nobody_unsatisfied".to_owned()), "content at last");
    let text = ann.text(&["case", "show", ASK]);
    assert!(text.contains("企业诉求") && text.contains("回访") && text.contains("重新办理"), "{text}");
}

/// A moment of a day in May 2024, by China's clock.
fn in_may(day: u8, hour: i64, minute: i64) -> Timestamp {
    let date = CivilDate::parse(&format!("2024-05-{day:02}")).unwrap();
    Timestamp::of_china_day(date.days()).plus_ms((hour * 60 + minute) * 60_000)
}

#[test]
fn an_enterprise_s_ask_of_9_may_is_due_across_the_make_up_saturday() {
    const SERVICE: &str = "330402-D07";
    let street = Street::in_the_year_of(in_may(9, 14, 30));
    street.admin(&["unit", "add", SERVICE, "区企业服务中心"]);
    street.user("pan", "handler", SERVICE);
    let [ann, bob, pan] = ["ann", "bob", "pan"].map(|login| street.phone(login));
    street.clock_at(in_may(9, 15, 0));
    // Ann is in the works, without a signal; so is whoever takes it up below.
    let address = street.stop();
    let line = ["--add", "lines=enterprise"];
    ann.ok(&[&["case", "report", ASK, "--set", "kind=ask", "--class", "企业诉求"][..], &line].concat());
    street.start_again(&address);
    ann.sync();
    bob.sync();
    bob.ok(&["case", "accept", ASK]);
    let asked = bob.ok(&["case", "show", ASK]);
    assert_eq!(asked["first_receiver"]["account"], ann.ok(&["whoami"])["account"]);
    // Handed over on the same day: three working days are Friday, Saturday the 11th that makes up for the holiday, and Monday.
    bob.ok(&["case", "dispatch", ASK, "--to", "区企业服务中心"]);
    let due = in_may(13, 17, 30).0;
    let stamped = bob.ok(&["case", "show", ASK]);
    let dispatch = stamped["steps"].as_array().unwrap().last().unwrap();
    assert_eq!((&dispatch["step"], &dispatch["answers"]["due"]), (&"dispatch".into(), &due.into()), "{dispatch}");
    assert_eq!(stamped["clock"]["limit"], serde_json::json!({ "unit": "workday", "amount": 3 }));
    assert_eq!(stamped["clock"]["deadline"]["warn_at"], in_may(13, 8, 30).0, "on the morning of the last day");
    bob.sync();
    pan.sync();
    pan.ok(&["case", "take", ASK]);
    pan.sync();

    // Met on Sunday the 12th.
    street.clock_at(in_may(12, 10, 0));
    pan.sync();
    assert_eq!(pan.ok(&["case", "show", ASK])["clock"]["standing"], "running", "Sunday warns nobody");
    let address = street.stop();
    pan.ok(&["case", "arrive", ASK, "--note", "登门"]);
    pan.ok(&["case", "handle", ASK, "--result", "对接三家劳务公司"]);
    street.start_again(&address);
    pan.sync();
    ann.sync();
    ann.ok(&["case", "verify", ASK, "--note", "企业已收到"]);
    ann.ok(&["case", "reply", ASK, "--line", "enterprise", "--text", "五月十二日登门答复"]);
    ann.sync();
    street.clock_at(in_may(13, 9, 0));
    bob.sync();
    bob.ok(&["case", "close", ASK]);
    bob.sync();
    // Called back and satisfied.
    ann.sync();
    ann.ok(&["case", "follow-up", ASK, "--satisfied", "yes", "--note", "已录用五人"]);
    ann.sync();
    for phone in [&bob, &pan] {
        phone.sync();
        let case = phone.ok(&["case", "show", ASK]);
        assert_eq!((&case["status"], &case["clock"]["standing"]), (&"closed".into(), &"in_time".into()), "{case}");
        assert_eq!(case["deadline"], due, "{}", phone.name);
        let settled = case["clock"]["settled"].as_i64().unwrap();
        assert!((settled - in_may(12, 10, 0).0).abs() < 60_000, "it counts when he was there: {settled}");
        assert!(case["owed"].is_null(), "{case}");
    }
    assert_eq!(fails(&ann, &["case", "handle-again", ASK, "--reason", "无"]), (3, "nobody_unsatisfied".to_owned()));
    let text = ann.text(&["case", "show", ASK]);
    assert!(["2024-05-13 17:30", "按时完成", "回访"].iter().all(|word| text.contains(word)), "{text}");
    assert_eq!(street.admin(&["audit", "verify"])["good"], true);
}
