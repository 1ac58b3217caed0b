//! Ten gas cylinders under a block: the police order them away, two re-checks fail, the penalty and the shutdown follow,
//! and the gridworker who found them reads all of it without a signal.
//!
//! Codes and names of the units are those that the National Bureau of Statistics of China published (edition of 2023); people,
//! the house and what happens there are made up.

use super::street::{Phone, Street, fails};
use gridwalk_model::civil_date::CivilDate;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

const TABLE: &str = "code,name,parent,level,kind
340400000000,淮南市,340000000000,prefecture,
340405000000,八公山区,340400000000,county,
340405001000,新庄孜街道,340405000000,township,subdistrict
340405001001,治东社区居委会,340405001000,village,residents_committee
";
const COMMUNITY: &str = "340405001001";
const GRID: &str = "340405001001001";
const STATION: &str = "340405001-D05";
const CASE: &str = "十只液化气罐";

fn file(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(name).to_str().unwrap().to_owned()
}

/// A day so many days from the real one, as China's calendar has it.
fn day(from_now: i64) -> String {
    let now_ms = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    CivilDate::from_days((now_ms + 8 * 3_600_000).div_euclid(86_400_000) + from_now).unwrap().to_string()
}

fn step(phone: &Phone, code: &str, answers: &[&str], picture: Option<&str>) {
    let file = picture.map(file);
    let mut args = vec!["case", "step", CASE, code];
    args.extend(answers.iter().flat_map(|answer| ["--answer", *answer]));
    args.extend(file.iter().flat_map(|file| ["--picture", file]));
    phone.ok(&args);
    phone.sync();
}

/// What a department does by its power, on paper.
fn act(phone: &Phone, code: &str, number: &str, issued: i64, more: &[&str]) {
    let (number, issued) = (format!("number={number}"), format!("issued={}", day(issued)));
    let mut answers = vec!["basis=消防法第六十条", &number, &issued];
    answers.extend(more);
    step(phone, code, &answers, None);
}

#[test]
fn ten_gas_cylinders_are_ordered_away_in_three_rounds() {
    let street = Street::with_table(TABLE, ("340405", "八公山区"), 2);
    street.user("ann", "gridworker", GRID);
    street.user("bob", "village_supervisor", COMMUNITY);
    street.admin(&["unit", "add", STATION, "治东派出所"]);
    street.user("pan", "handler", STATION);
    let (ann, bob, pan) = (street.phone("ann"), street.phone("bob"), street.phone("pan"));
    ann.ok(&["building", "add", "3 幢"]);
    ann.ok(&["case", "report", CASE, "--at", "3 幢", "--set", "kind=hazard", "--picture", &file("cylinders.jpg")]);

    // The gridworker's own order is refused: it is not theirs to give. Nor is it the station's before it holds the power.
    let order = ["case", "step", CASE, "order", "--answer", "number=1"];
    assert_eq!(fails(&ann, &order), (3, "step_needs_power".to_owned()));
    let said = String::from_utf8(ann.run_plain(&order).stderr).unwrap();
    assert!(said.contains("上报、会商") && said.contains("call_up"), "the way on: {said}");
    ann.sync();
    bob.sync();
    bob.ok(&["case", "accept", CASE]);
    bob.ok(&["case", "dispatch", CASE, "--to", "治东派出所"]);
    bob.sync();
    pan.sync();
    pan.ok(&["case", "take", CASE]);
    assert_eq!(fails(&pan, &order), (3, "step_needs_power".to_owned()));
    street.admin(&["unit", "powers", STATION, "order,penalty,shut"]);
    pan.sync();
    let until = format!("until={}", day(3));
    act(&pan, "order", "嘉消责〔2026〕7号", 0, &[&until]);

    // Round after round: on day 3 they are still there, on day 10 again.
    ann.sync();
    street.days_pass(3);
    let again = format!("next_on={}", day(10));
    let unsaid = ["case", "step", CASE, "recheck", "--answer", "passed=no"];
    assert_eq!(fails(&ann, &unsaid), (3, "no_next_recheck".to_owned()));
    step(&ann, "recheck", &["passed=no", &again], Some("lane.jpg"));
    assert_eq!(ann.ok(&["case", "show", CASE])["next_recheck"], day(10));
    pan.sync();
    act(&pan, "penalty", "嘉消罚〔2026〕3号", 3, &["yuan=5000"]);
    street.days_pass(7);
    let old = ["case", "step", CASE, "recheck", "--answer", "passed=no", "--answer", &again];
    let found = ann.ok(&["picture", "list", CASE])[1]["hash"].as_str().unwrap().to_owned();
    let named = format!("picture={found}");
    let on_old = [&old[..], &["--answer", &named]].concat();
    assert_eq!(fails(&ann, &on_old), (3, "no_such_evidence".to_owned()), "a picture speaks for one round");
    step(&ann, "recheck", &["passed=no", &again], Some("cylinders-small.jpg"));
    pan.sync();
    act(&pan, "shut", "嘉消停〔2026〕1号", 10, &[]);

    ann.sync();
    street.stop();
    let case = ann.ok(&["case", "show", CASE]);
    assert_eq!(ann.ok(&["unit", COMMUNITY])["name"], "治东社区居委会");
    let acts: Vec<(&str, &str)> = case["acts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|act| (act["step"].as_str().unwrap(), act["number"].as_str().unwrap()))
        .collect();
    assert_eq!(
        acts,
        [("order", "嘉消责〔2026〕7号"), ("penalty", "嘉消罚〔2026〕3号"), ("shut", "嘉消停〔2026〕1号")],
        "the order stands beside what followed"
    );
    assert_eq!((case["rechecks"].as_u64(), case["rechecks_failed"].as_u64()), (Some(2), Some(2)));
    let text = ann.text(&["case", "show", CASE]);
    assert!(
        text.contains("责令整改") && text.contains("嘉消停〔2026〕1号") && text.contains("消防法第六十条"),
        "{text}"
    );
    assert!(case["steps"].as_array().unwrap().iter().all(|step| step["applied"] == true));
}
