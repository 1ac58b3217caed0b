//! One leaking pipe by three lines is one case with three answers owed; a call that nobody answers stands on both boards.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;
use std::path::Path;

const TOWNSHIP: &str = "330402007";
const PIPE: &str = "水管漏水";

fn board(phone: &Phone, which: &str) -> Vec<Json> {
    phone.ok(&["case", "board", which]).as_array().unwrap().clone()
}

fn step(phone: &Phone, code: &str, answers: &[&str]) {
    let mut args = vec!["case", "step", PIPE, code];
    args.extend(answers.iter().flat_map(|answer| ["--answer", *answer]));
    phone.ok(&args);
}

fn reply(phone: &Phone, line: &str) {
    step(phone, "reply", &[&format!("line={line}"), "text=已修复，感谢反映"]);
}

#[test]
fn one_leaking_pipe_by_three_lines_is_one_case_with_three_answers_owed() {
    let street = Street::new();
    street.user("cai", "intake_clerk", TOWNSHIP);
    street.user("dai", "intake_clerk", TOWNSHIP);
    let [ann, bob, cai, dai] = ["ann", "bob", "cai", "dai"].map(|login| street.phone(login));
    let grid = "330402007024001";
    cai.ok(&["case", "report", PIPE, "--unit", grid, "--set", "kind=hazard", "--add", "lines=hotline"]);
    for phone in [&cai, &dai, &ann, &bob] {
        phone.sync();
    }
    // Two of the lines bring it while nobody has a signal.
    let address = street.stop();
    dai.ok(&["case", "edit", PIPE, "--add", "lines=public_opinion"]);
    ann.ok(&["case", "edit", PIPE, "--add", "lines=群聊"]);
    ann.ok(&["case", "confirm", PIPE]);
    street.start_again(&address);
    for phone in [&dai, &ann, &cai, &bob] {
        phone.sync();
    }
    let owed = board(&cai, "owed");
    assert_eq!(owed.len(), 1, "one case");
    assert_eq!(owed[0]["owed"], serde_json::json!(["chat", "hotline", "public_opinion"]));
    assert_eq!(owed[0]["first_receiver"], cai.ok(&["whoami"])["account"]);

    step(&cai, "file", &[]);
    cai.sync();
    bob.sync();
    bob.ok(&["case", "dispatch", PIPE, "--to", grid]);
    bob.ok(&["case", "take", PIPE]);
    bob.ok(&["case", "handle", PIPE, "--result", "换了管"]);
    bob.sync();
    ann.sync();
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures/lane.jpg");
    let picture = picture.to_str().unwrap();
    assert_eq!(fails(&bob, &["case", "verify", PIPE, "--picture", picture]), (3, "own_handling".to_owned()));
    bob.ok(&["undo"]);
    assert_eq!(fails(&ann, &["case", "verify", PIPE]), (3, "missing_answer".to_owned()));
    ann.ok(&["case", "verify", PIPE, "--picture", picture, "--note", "不漏了"]);
    reply(&ann, "chat");
    ann.sync();
    bob.sync();
    assert_eq!(fails(&bob, &["case", "close", PIPE]), (3, "answers_owed".to_owned()));
    let said = String::from_utf8(bob.run_plain(&["case", "close", PIPE]).stderr).unwrap();
    assert!(said.contains("未答复"), "{said}");
    cai.sync();
    reply(&cai, "hotline");
    cai.sync();
    dai.sync();
    reply(&dai, "舆情");
    dai.sync();
    bob.sync();
    bob.ok(&["case", "close", PIPE]);
    bob.sync();
    cai.sync();
    let case = cai.ok(&["case", "show", PIPE]);
    assert_eq!((case["status"].as_str(), case["owed"].as_array()), (Some("closed"), None));
    assert!(board(&cai, "owed").is_empty() && street.admin(&["audit", "verify"])["good"] == true);
}

#[test]
fn called_but_not_answered_by_midnight() {
    let street = Street::new();
    street.user("tao", "duty_officer", TOWNSHIP);
    let [ann, tao] = ["ann", "tao"].map(|login| street.phone(login));
    let township = street.unit(TOWNSHIP);
    let unit = format!("unit={township}");
    ann.ok(&["case", "report", PIPE, "--set", "kind=hazard"]);
    assert_eq!(
        fails(&ann, &["case", "step", PIPE, "answer_call", "--answer", &unit, "--answer", "result=好"]),
        (3, "not_called".to_owned())
    );
    step(&ann, "call_up", &[&unit, "matter=需街道协调抢修"]);
    ann.sync();
    tao.sync();
    for phone in [&ann, &tao] {
        let called = board(phone, "called");
        assert_eq!((called.len(), &called[0]["calls"][0]["late"]), (1, &false.into()), "{}", phone.name);
    }
    // Nobody answers on the same day.
    street.days_pass(1);
    for phone in [&ann, &tao] {
        assert_eq!(board(phone, "called")[0]["calls"][0]["late"], true, "{}", phone.name);
        assert!(phone.text(&["case", "board", "called"]).contains("呼而未应"));
    }
    step(&tao, "answer_call", &[&unit, "result=抢修队已出发"]);
    tao.sync();
    ann.sync();
    assert!(board(&ann, "called").is_empty() && board(&tao, "called").is_empty());
    let call = &ann.ok(&["case", "show", PIPE])["calls"][0];
    assert_eq!((&call["late"], call["answered"].is_i64()), (&true.into(), true), "answered, and late for good");
}

#[test]
fn a_held_case_leaves_the_overdue_and_keeps_its_leader_and_date() {
    let street = Street::new();
    street.user("tao", "duty_officer", TOWNSHIP);
    let [ann, tao] = ["ann", "tao"].map(|login| street.phone(login));
    ann.ok(&["case", "report", PIPE, "--set", "kind=hazard"]);
    ann.sync();
    tao.sync();
    tao.ok(&["case", "accept", PIPE]);
    tao.ok(&["case", "dispatch", PIPE, "--to", "330402007024001", "--due", "2026-01-01"]);
    assert_eq!(board(&tao, "overdue").len(), 1);
    let late = ["case", "step", PIPE, "extend", "--answer", "due=2030-01-01", "--answer", "reason=缺料"];
    assert_eq!(fails(&tao, &late), (3, "no_deadline_ahead".to_owned()), "what is overdue is not extended");
    step(&tao, "hold", &["reason=待旧改", "leader=李书记", "team=旧改专班", "plan=随旧改换管", "next_on=2027-03-01"]);
    tao.sync();
    ann.sync();
    for phone in [&tao, &ann] {
        assert!(board(phone, "overdue").is_empty());
        let held = board(phone, "held");
        assert_eq!((held.len(), &held[0]["hold"]["leader"]), (1, &"李书记".into()));
        assert_eq!(held[0]["hold"]["next_on"], "2027-03-01");
    }
    assert!(ann.text(&["case", "board", "held"]).contains("旧改专班"));
    assert!(ann.ok(&["case", "show", PIPE])["paused_since"].is_i64());
    ann.ok(&["case", "take", PIPE]);
    assert!(board(&ann, "held").is_empty() && board(&ann, "overdue").len() == 1, "it goes on, and is late");
}
