//! The clock of a case over the real server: what is stamped offline is what everybody reads.
#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod field;

use field::*;
use gridwalk_app::read::case_board::Board;
use gridwalk_app::read::{CaseView, Reader};
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::command::{Command, Edits, ReportCase, TakeStep};
use gridwalk_model::work_time::{Deadline, Limit, Office, Pauses, Standing, TimeUnit};
use gridwalk_model::{RecordId, Timestamp, Value};
use std::collections::BTreeMap;

const DAY_MS: i64 = 86_400_000;

fn shown(phone: &Phone, case: RecordId) -> CaseView {
    let reader = Reader { store: phone.notebook.store(), actor: phone.notebook.actor().unwrap() };
    reader.case(case).unwrap().unwrap()
}

fn board(phone: &Phone, board: Board) -> Vec<RecordId> {
    let reader = Reader { store: phone.notebook.store(), actor: phone.notebook.actor().unwrap() };
    reader.case_board(board, None).unwrap().iter().map(|line| line.row.record).collect()
}

fn take(phone: &Phone, case: RecordId, code: &str, answers: &[(&str, Value)]) {
    let answers = answers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let basis = phone.notebook.basis(case).unwrap();
    let step = TakeStep { record: case, basis, step: code.to_owned(), answers };
    phone.notebook.execute(&Command::TakeStep(step)).unwrap();
}

/// When the office closes on that day.
fn closing(date: &str) -> Timestamp {
    Timestamp::of_china_day(CivilDate::parse(date).unwrap().days()).plus_ms((17 * 60 + 30) * 60_000)
}

#[test]
fn what_was_held_is_due_as_many_working_days_later_on_every_phone() {
    // Thursday afternoon; Saturday makes up for the holiday.
    let mut field = Field::new();
    let (mut ann, mut bob) = (field.phone(3 * DAY_MS), field.phone(0));
    field.grant_role(&bob, "county_supervisor");
    for phone in [&mut ann, &mut bob] {
        phone.sync(&field.line);
    }
    let case = ann.notebook.new_record().unwrap();
    let edits = Edits::none().put("title", "店里住人").put("category", "fire_three_in_one");
    let report = ReportCase { record: case, unit: Some(GRID), parent: None, edits, answers: BTreeMap::new() };
    ann.notebook.execute(&Command::ReportCase(report)).unwrap();
    ann.sync(&field.line);
    bob.sync(&field.line);
    let class = shown(&bob, case).class.unwrap();
    assert_eq!(class.class.of.to_string(), "gridwalk_safety/1/0106", "the only class of its category");
    assert_eq!(shown(&bob, case).deadline, None, "nobody filed it");

    take(&bob, case, "file", &[]);
    let filed = shown(&bob, case);
    assert_eq!(filed.deadline, Some(closing("2025-10-13")), "Friday, Saturday, Monday");
    assert_eq!(filed.clock.unwrap().limit, Some(Limit::of(3, TimeUnit::Workday)));
    take(&bob, case, "dispatch", &[("unit", Value::Id(GRID.record()))]);
    let text = |text: &str| Value::from(text);
    let hold = [("reason", text("待腾退")), ("leader", text("李书记")), ("team", text("专班")), ("plan", text("腾退"))];
    let hold: Vec<_> = hold.into_iter().chain([("next_on", Value::Int(20_400))]).collect();
    take(&bob, case, "hold", &hold);
    assert_eq!(shown(&bob, case).clock.unwrap().standing, Some(Standing::Paused));
    bob.sync(&field.line);
    ann.sync(&field.line);

    // A day later it goes on, without a signal: Thursday and Friday do not count.
    field.hands.pass(DAY_MS);
    take(&ann, case, "take", &[]);
    ann.sync(&field.line);
    bob.sync(&field.line);
    for phone in [&ann, &bob] {
        let line = shown(phone, case);
        assert_eq!(line.deadline, Some(closing("2025-10-14")), "Saturday, Monday, Tuesday");
        assert_eq!(line.clock.unwrap().standing, Some(Standing::Running));
        assert!(board(phone, Board::Warned).is_empty());
    }
    // On the last day people are warned, before the office closes; then it is late.
    field.hands.pass(4 * DAY_MS);
    assert_eq!((board(&ann, Board::Warned), board(&ann, Board::Overdue)), (vec![case], vec![]));
    field.hands.pass(DAY_MS / 24);
    assert_eq!((board(&ann, Board::Warned), board(&ann, Board::Overdue)), (vec![], vec![case]));
}

/// A phone of the county's supervisor, and a case that was reported there.
fn reported(field: &mut Field, edits: Edits) -> (Phone, RecordId) {
    let mut bob = field.phone(0);
    field.grant_role(&bob, "county_supervisor");
    bob.sync(&field.line);
    let case = bob.notebook.new_record().unwrap();
    let report = ReportCase { record: case, unit: Some(GRID), parent: None, edits, answers: BTreeMap::new() };
    bob.notebook.execute(&Command::ReportCase(report)).unwrap();
    (bob, case)
}

fn now(phone: &Phone) -> Timestamp {
    phone.notebook.actor().unwrap().now
}

fn three_in_one() -> Edits {
    Edits::none().put("title", "店里住人").put("category", "fire_three_in_one")
}

fn hold(phone: &Phone, case: RecordId) {
    let text = |text: &str| Value::from(text);
    let hold = [("reason", text("待腾退")), ("leader", text("李书记")), ("team", text("专班")), ("plan", text("腾退"))];
    take(phone, case, "hold", &hold.into_iter().chain([("next_on", Value::Int(20_400))]).collect::<Vec<_>>());
}

#[test]
fn a_limit_that_is_typed_as_people_write_it_stamps_class_and_date() {
    let mut field = Field::new();
    let (bob, case) = reported(&mut field, three_in_one());
    let to = ("unit", Value::Id(GRID.record()));
    let by = |limit: Limit| Deadline::of(limit, now(&bob), Office::shipped(), &Pauses::none()).unwrap().due;
    take(&bob, case, "file", &[("limit", " 4 工作时".into())]);
    let filed = shown(&bob, case);
    assert_eq!(filed.clock.unwrap().limit, Some(Limit::of(4, TimeUnit::WorkHour)));
    assert_eq!(filed.deadline, Some(by(Limit::of(4, TimeUnit::WorkHour))));
    assert_eq!(filed.card.steps.last().unwrap().answers["class"], "gridwalk_safety/1/0106");
    take(&bob, case, "dispatch", &[to, ("limit", "20 工作日".into())]);
    assert_eq!(shown(&bob, case).deadline, Some(by(Limit::of(20, TimeUnit::Workday))));
}

#[test]
fn what_was_held_before_it_was_ever_dispatched_gets_class_limit_and_date_when_it_is() {
    let mut field = Field::new();
    let (bob, case) = reported(&mut field, three_in_one());
    let to = ("unit", Value::Id(GRID.record()));
    take(&bob, case, "accept", &[]);
    hold(&bob, case);
    assert_eq!(shown(&bob, case).deadline, None);
    field.hands.pass(DAY_MS);
    take(&bob, case, "dispatch", std::slice::from_ref(&to));
    let dispatched = shown(&bob, case);
    let answers = &dispatched.card.steps.last().unwrap().answers;
    assert_eq!((answers["class"].as_str(), answers.contains_key("limit")), (Some("gridwalk_safety/1/0106"), true));
    assert_eq!(dispatched.deadline, Some(closing("2025-10-14")), "Saturday, Monday, Tuesday: as at a first dispatch");
    let clock = dispatched.clock.unwrap();
    assert_eq!((clock.limit, clock.standing), (Some(Limit::of(3, TimeUnit::Workday)), Some(Standing::Running)));
    // Held once more; whoever dispatches it says another limit, which begins then.
    hold(&bob, case);
    field.hands.pass(DAY_MS);
    take(&bob, case, "dispatch", &[to, ("limit", "2 工作日".into())]);
    let again = shown(&bob, case);
    assert_eq!(again.deadline, Some(closing("2025-10-14")), "Monday and Tuesday, from Saturday on");
    assert_eq!(again.clock.unwrap().from, now(&bob), "the limit that was typed begins anew");
}

#[test]
fn a_proposal_that_was_carried_out_in_time_is_late_no_more_however_long_its_rating_takes() {
    let mut field = Field::new();
    let (mut bob, case) = reported(&mut field, Edits::none().put("title", "建车棚").put("kind", "proposal"));
    let mut ann = field.phone(0);
    let text = |name, text: &str| (name, Value::from(text));
    take(&bob, case, "file", &[("due", Value::Int(now(&bob).plus_days(3).0))]);
    take(&bob, case, "convene", &[("on", Value::Int(20_370)), text("who", "议事会")]);
    take(&bob, case, "decide", &[text("result", "建")]);
    take(&bob, case, "publish", &[("days", Value::Int(0)), text("where", "公告栏")]);
    field.hands.pass(DAY_MS);
    take(&bob, case, "carry_out", &[text("result", "建成")]);
    bob.sync(&field.line);
    ann.sync(&field.line);
    take(&ann, case, "verify", &[text("committee", "监委会三人")]);
    take(&ann, case, "tell", &[text("how", "群里")]);
    field.hands.pass(9 * DAY_MS);
    assert_eq!(shown(&ann, case).card.status, "told");
    assert!(board(&ann, Board::Overdue).is_empty() && board(&ann, Board::Warned).is_empty());
}
