//! Somebody leaves, or is away for some days; the work goes on, and what was typed before is not lost.

use super::street::{Phone, Street};
use gridwalk_model::civil_date::CivilDate;
use std::time::{SystemTime, UNIX_EPOCH};

const DAY_MS: i64 = 86_400_000;

fn real_now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// A day so many days from the real one, as China's calendar has it.
fn day(from_now: i64) -> String {
    let days = (real_now_ms() + 8 * 3_600_000).div_euclid(DAY_MS) + from_now;
    CivilDate::from_days(days).unwrap().to_string()
}

/// A household and a case that ann's phone has; dora works nowhere yet.
fn leased(street: &Street) -> (Phone, Phone, String) {
    street.admin(&["user", "add", "dora", "--name", "多拉"]);
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    ann.ok(&["building", "add", "3 幢"]);
    ann.ok(&["dwelling", "add", "402", "--building", "3 幢"]);
    ann.ok(&["household", "add", "王家", "--dwelling", "402"]);
    let case = ann.ok(&["case", "report", "路灯不亮", "--at", "3 幢"])["record"].as_str().unwrap().to_owned();
    ann.sync();
    bob.sync();
    bob.ok(&["case", "accept", &case]);
    let unit = bob.ok(&["case", "show", &case])["unit"].as_str().unwrap().to_owned();
    bob.ok(&["case", "dispatch", &case, "--to", &unit]);
    bob.sync();
    ann.sync();
    ann.ok(&["case", "take", &case]);
    ann.sync();
    bob.sync();
    (ann, bob, case)
}

fn applied_steps(phone: &Phone, case: &str) -> Vec<(String, bool)> {
    let card = phone.ok(&["case", "show", case]);
    let steps = card["steps"].as_array().unwrap();
    steps.iter().map(|s| (s["step"].as_str().unwrap().to_owned(), s["applied"].as_bool().unwrap())).collect()
}

#[test]
fn a_gridworker_leaves_with_6_unsent_visits_and_the_phone_surfaces_after_9_days() {
    let street = Street::new();
    let (ann, bob, case) = leased(&street);
    for n in 1..=6 {
        ann.ok(&["visit", "王家", "seen", "--note", &format!("第 {n} 次")]);
    }
    ann.ok(&["case", "handle", &case, "--result", "换了灯泡"]);
    let typed_before = real_now_ms();
    assert!(ann.ok(&["outbox"]).as_array().unwrap().len() >= 7);

    street.days_pass(1);
    let left = street.admin(&["user", "leave", "ann", "--successor", "dora"]);
    assert_eq!((left["grants"].as_array().unwrap().len(), left["planned"].as_bool()), (1, Some(false)));
    let dora = street.phone("dora");
    let offered = dora.ok(&["handover"]);
    assert_eq!((offered[0]["mine"].as_bool(), offered[0]["cases"].as_array().unwrap().len()), (Some(true), 1));
    dora.ok(&["handover", "accept"]);
    dora.sync();

    street.days_pass(8);
    ann.run(&["sync"]);
    let waiting = ann.ok(&["outbox"]);
    let waits = waiting.as_array().unwrap().iter().filter(|line| line["status"] == "waits").count();
    assert!(waits >= 7, "what she typed while she had the grid waits for a supervisor: {waiting}");
    let waiting = || street.admin(&["quarantine", "list"])["waiting"].as_array().unwrap().clone();
    assert!(waiting().len() >= 7, "{:?}", waiting());
    while let Some(change) = waiting().first() {
        street.admin(&["quarantine", "approve", change["name"].as_str().unwrap(), "--by", "bob"]);
    }
    bob.sync();
    dora.sync();

    let visits = bob.ok(&["review", "queue", "--kind", "visit"]);
    assert_eq!(visits.as_array().unwrap().len(), 6, "nothing is lost");
    for visit in visits.as_array().unwrap() {
        assert!(visit["changed_at"].as_i64().unwrap() <= typed_before + 1000, "as of its day: {visit}");
    }
    let steps = applied_steps(&bob, &case);
    assert_eq!(&steps[steps.len() - 2..], [("take_over".to_owned(), true), ("handle".to_owned(), false)]);
    assert_eq!(bob.ok(&["case", "show", &case])["status"], "taken", "the lease has one survivor");
    dora.ok(&["case", "handle", &case, "--result", "已复核，灯亮"]);
    dora.sync();
    bob.sync();
    assert_eq!(bob.ok(&["case", "show", &case])["status"], "handled");
}

#[test]
fn a_gridworker_is_substituted_for_days_and_hears_of_it_afterwards() {
    let street = Street::new();
    let (ann, bob, case) = leased(&street);
    ann.ok(&["plan", "add", "王家", "newcomer", "--every", "30", "--mine"]);
    ann.sync();
    let planned = street.admin(&["user", "substitute", "ann", "--by", "dora", "--from", &day(1), "--until", &day(3)]);
    assert_eq!(planned["planned"], true);
    ann.ok(&["case", "handle", &case, "--result", "换了灯泡"]);
    ann.ok(&["visit", "王家", "seen"]);

    street.days_pass(1);
    let dora = street.phone("dora");
    assert_eq!(dora.ok(&["household", "list"]).as_array().unwrap().len(), 1, "the role began on its day");
    let offered = dora.ok(&["handover"]);
    assert_eq!((offered[0]["plans"].as_array().unwrap().len(), &offered[0]["plans_due"]), (1, &1.into()), "{offered}");
    assert!(dora.text(&["handover"]).contains("已逾期或今日应访 1"));
    let mine = |phone: &Phone| phone.ok(&["day"])["due"]["overdue"].as_array().unwrap().len();
    assert_eq!(mine(&dora), 0, "the plan names ann");
    dora.ok(&["handover", "accept"]);
    assert_eq!(mine(&dora), 1, "and is dora's as long as she stands in");
    dora.sync();

    street.days_pass(1);
    ann.run(&["sync"]);
    let told = ann.ok(&["attention"]).to_string();
    assert!(told.contains("overtaken"), "the old phone learns that its step did not take effect: {told}");
    bob.sync();
    assert_eq!(bob.ok(&["review", "queue", "--kind", "visit"]).as_array().unwrap().len(), 1, "the visit is applied");
    assert_eq!(bob.ok(&["case", "show", &case])["status"], "taken");

    street.days_pass(2);
    dora.run(&["sync"]);
    assert_eq!(dora.ok(&["household", "list"]).as_array().unwrap().len(), 0, "and ended on its day");
}
