//! The clock of a case over the real server: what is stamped offline is what everybody reads.
#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod field;

use field::*;
use gridwalk_app::read::case_board::Board;
use gridwalk_app::read::{CaseView, Reader};
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::command::{Command, Edits, ReportCase, TakeStep};
use gridwalk_model::work_time::{Limit, Standing, TimeUnit};
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
