//! Tasks: given, fed back by two phones of one grid, asked for more, withdrawn.

use super::*;
use crate::basis::Basis;
use crate::command::tests::{GRID, Notebook, actor, street};
use crate::command::{Command, TakeStep};
use crate::kind::attendance::attendance_of;
use crate::kind::notice_receipt::receipt_of;
use crate::kind::task::{self, TARGETS};
use crate::kind::training_done::done_of;
use crate::role::Role;
use crate::value::Value;
use std::collections::BTreeMap;

const TASK: RecordId = RecordId([50; 16]);
const OTHER: UnitId = UnitId([3; 16]);

fn give(edits: Edits) -> Command {
    Command::Charge(Charge::GiveTask(GiveTask { record: TASK, unit: GRID, edits }))
}

fn asked() -> Edits {
    let edits = Edits::none().put("title", "报送消火栓数").put("due", 1_800_000_000_000_i64);
    edits.put("number_1", "数量").add(TARGETS, GRID.record())
}

fn back(unit: UnitId, basis: Option<Basis>, edits: Edits) -> Command {
    Command::Charge(Charge::FeedBack(FeedBack { task: TASK, unit, basis, edits }))
}

fn step(notebook: &Notebook, record: RecordId, step: &str) -> Command {
    let answers: BTreeMap<String, Value> = [("reason".to_owned(), "补照片".into())].into();
    let basis = notebook.basis(record);
    Command::TakeStep(TakeStep { record, basis, step: step.to_owned(), answers })
}

fn refused(notebook: &Notebook, role: Role, command: &Command) -> &'static str {
    command.decide(&notebook.held, &actor(role)).map_or_else(|refusal| refusal.code(), |_| "taken")
}

#[test]
fn a_task_names_who_owes_it_and_a_moment_that_is_still_to_come() {
    let mut notebook = street();
    let past = asked().put("due", 1_600_000_000_000_i64);
    // who, what, what comes of it
    let rows = [
        (Role::Gridworker, asked(), "step_not_permitted"),
        (Role::TownshipSupervisor, Edits { add: Vec::new(), ..asked() }, "missing_field"),
        (Role::TownshipSupervisor, past, "out_of_range"),
        (Role::TownshipSupervisor, Edits::none().put("title", "x").add(TARGETS, GRID.record()), "missing_field"),
        (Role::TownshipSupervisor, asked(), "taken"),
        (Role::VillageSupervisor, asked(), "taken"),
    ];
    for (role, edits, code) in rows {
        assert_eq!(refused(&notebook, role, &give(edits)), code);
    }
    notebook.do_as(Role::TownshipSupervisor, &give(asked())).unwrap();
    assert_eq!(notebook.held[&TASK].status(), task::GIVEN);
}

#[test]
fn two_phones_of_one_grid_feed_back_into_one_record() {
    let mut notebook = street();
    notebook.do_as(Role::TownshipSupervisor, &give(asked())).unwrap();
    let record = feedback_of(TASK, GRID);
    let one = back(GRID, None, Edits::none().put("done", true).put("number_1", 7));
    let two = back(GRID, None, Edits::none().put("note", "两处漏水"));
    // Neither has heard of the other.
    let decisions = [one, two].map(|command| command.decide(&notebook.held, &actor(Role::Gridworker)).unwrap());
    for (replica, decision) in (60..).zip(decisions) {
        assert_eq!(decision.first.record, record);
        notebook.save(replica, decision);
    }
    let state = &notebook.held[&record];
    assert_eq!(state.status(), task_feedback::FED_BACK);
    assert_eq!(task_feedback::fed_back(state).count(), 2, "both count");
    assert_eq!(notebook.shown(record, "number_1"), Some(7.into()));
    assert_eq!(notebook.shown(record, "note"), Some("两处漏水".into()));
    let state = &notebook.held[&record];
    let view = crate::view::GroupView::alone(state);
    let at_odds = crate::command::fields_at_odds(&view, crate::kind::Kind::TaskFeedback);
    assert!(at_odds.is_empty(), "what both wrote is equal: {at_odds:?}");
}

#[test]
fn more_is_asked_for_and_comes_and_who_was_not_asked_says_nothing() {
    let mut notebook = street();
    notebook.do_as(Role::TownshipSupervisor, &give(asked())).unwrap();
    assert_eq!(refused(&notebook, Role::Gridworker, &back(OTHER, None, Edits::none())), "not_yours");
    let record = feedback_of(TASK, GRID);
    notebook.do_as(Role::Gridworker, &back(GRID, None, Edits::none().put("number_1", 7))).unwrap();
    assert_eq!(refused(&notebook, Role::Gridworker, &step(&notebook, record, "ask_more")), "step_not_permitted");
    notebook.do_as(Role::TownshipSupervisor, &step(&notebook, record, "ask_more")).unwrap();
    assert_eq!(notebook.held[&record].status(), task_feedback::ASKED_MORE);
    let basis = Some(notebook.basis(record));
    notebook.do_as(Role::Gridworker, &back(GRID, basis, Edits::none().put("number_1", 8))).unwrap();
    assert_eq!((notebook.held[&record].status(), notebook.shown(record, "number_1")), ("fed_back", Some(8.into())));
    let basis = Some(notebook.basis(record));
    let again = back(GRID, basis, Edits::none().put("number_1", 8));
    assert_eq!(refused(&notebook, Role::Gridworker, &again), "nothing_to_do");
    // A task that is withdrawn is still answered: what was done was done.
    notebook.do_as(Role::TownshipSupervisor, &step(&notebook, TASK, "withdraw")).unwrap();
    let basis = Some(notebook.basis(record));
    notebook.do_as(Role::Gridworker, &back(GRID, basis, Edits::none().put("note", "补"))).unwrap();
}

const NOTICE: RecordId = RecordId([51; 16]);
const COURSE: RecordId = RecordId([52; 16]);
const ACTIVITY: RecordId = RecordId([53; 16]);

fn activity() -> Command {
    let edits = Edits::none().put("title", "清理楼道").put("from", 1_600_000_000_000_i64);
    Command::Charge(Charge::AddActivity(AddActivity { record: ACTIVITY, unit: GRID, edits }))
}

fn sign_up(notebook: &Notebook, who: Role) -> Command {
    let basis = notebook.basis(attendance_of(ACTIVITY, actor(who).account));
    Command::Charge(Charge::SignUp(SignUp { activity: ACTIVITY, unit: GRID, basis }))
}

fn hours(notebook: &Notebook, who: Role, minutes: Option<i64>) -> Command {
    let who = actor(who).account;
    let basis = notebook.basis(attendance_of(ACTIVITY, who));
    let hours = ConfirmHours { activity: ACTIVITY, who, unit: GRID, basis, minutes, note: None };
    Command::Charge(Charge::ConfirmHours(hours))
}

#[test]
fn hours_are_the_organisers_word_and_nobodys_own() {
    let mut notebook = street();
    notebook.do_as(Role::VillageSupervisor, &activity()).unwrap();
    notebook.do_as(Role::Volunteer, &sign_up(&notebook, Role::Volunteer)).unwrap();
    let record = attendance_of(ACTIVITY, actor(Role::Volunteer).account);
    assert_eq!(notebook.held[&record].status(), "signed_up");
    // who says it, of whom, what comes of it
    let rows = [
        (Role::Volunteer, Role::Volunteer, "own_record"),
        (Role::TownshipSupervisor, Role::Volunteer, "not_yours"),
        (Role::VillageSupervisor, Role::VillageSupervisor, "own_record"),
        (Role::VillageSupervisor, Role::Volunteer, "taken"),
        // Who came without signing up was there all the same.
        (Role::VillageSupervisor, Role::Gridworker, "taken"),
    ];
    for (role, of, code) in rows {
        assert_eq!(refused(&notebook, role, &hours(&notebook, of, Some(150))), code, "{role} of {of}");
    }
    notebook.do_as(Role::VillageSupervisor, &hours(&notebook, Role::Volunteer, Some(150))).unwrap();
    assert_eq!(crate::kind::attendance::minutes(&notebook.held[&record]), Some(150));
    let leave = |notebook: &Notebook| {
        let (basis, step) = (notebook.basis(record), "leave".to_owned());
        Command::TakeStep(TakeStep { record, basis, step, answers: BTreeMap::new() })
    };
    assert_eq!(refused(&notebook, Role::Volunteer, &leave(&notebook)), "step_not_open");
    notebook.do_as(Role::VillageSupervisor, &hours(&notebook, Role::Volunteer, None)).unwrap();
    assert_eq!(crate::kind::attendance::minutes(&notebook.held[&record]), None, "they were not there after all");
    let later = Edits::none().put("title", "义诊").put("from", 1_900_000_000_000_i64);
    let record_of_later = RecordId([54; 16]);
    let later = Charge::AddActivity(AddActivity { record: record_of_later, unit: GRID, edits: later });
    notebook.do_as(Role::VillageSupervisor, &Command::Charge(later)).unwrap();
    let who = actor(Role::Volunteer).account;
    let basis = Basis::blank(attendance_of(record_of_later, who));
    let (activity, minutes, note) = (record_of_later, Some(60), None);
    let early = Charge::ConfirmHours(ConfirmHours { activity, who, unit: GRID, basis, minutes, note });
    assert_eq!(refused(&notebook, Role::VillageSupervisor, &Command::Charge(early)), "not_yet");
    // A step past the command is stopped, too: by whoever the record names.
    let minutes: BTreeMap<String, Value> = [("minutes".to_owned(), Value::Int(600))].into();
    let basis = notebook.basis(record);
    let attend = Command::TakeStep(TakeStep { record, basis, step: "attend".to_owned(), answers: minutes });
    assert_eq!(refused(&notebook, Role::Gridworker, &attend), "not_organiser");
}

#[test]
fn a_training_is_checked_off_by_somebody_else_and_runs_on_the_day_that_was_said() {
    let mut notebook = street();
    let edits = Edits::none().put("title", "岗前培训");
    let bare = Command::Charge(Charge::AddTraining(AddTraining { record: COURSE, unit: GRID, edits: edits.clone() }));
    assert_eq!(refused(&notebook, Role::TownshipSupervisor, &bare), "missing_field", "it is for nobody");
    let edits = edits.add("for_roles", "gridworker");
    let add = Command::Charge(Charge::AddTraining(AddTraining { record: COURSE, unit: GRID, edits }));
    notebook.do_as(Role::TownshipSupervisor, &add).unwrap();
    let today = actor(Role::Gridworker).today();
    let off = |notebook: &Notebook, who: Role, on: i64| {
        let who = actor(who).account;
        let (basis, on) = (notebook.basis(done_of(COURSE, who)), Some(on));
        let (training, unit) = (COURSE, GRID);
        Command::Charge(Charge::CheckOff(CheckOff { training, who, unit, basis, on, online: false, note: None }))
    };
    let rows = [
        (Role::VillageSupervisor, Role::VillageSupervisor, today, "own_record"),
        (Role::Mediator, Role::Gridworker, today, "step_not_permitted"),
        (Role::VillageSupervisor, Role::Gridworker, today + 1, "not_yet"),
        (Role::VillageSupervisor, Role::Gridworker, today - 3, "taken"),
    ];
    for (role, of, on, code) in rows {
        assert_eq!(refused(&notebook, role, &off(&notebook, of, on)), code, "{role} of {of}");
    }
    notebook.do_as(Role::VillageSupervisor, &off(&notebook, Role::Gridworker, today - 3)).unwrap();
    let record = done_of(COURSE, actor(Role::Gridworker).account);
    let done_on = |notebook: &Notebook| crate::kind::training_done::checked_off_on(&notebook.held[&record]);
    assert_eq!(done_on(&notebook), Some(today - 3));
    notebook.do_as(Role::TownshipSupervisor, &step(&notebook, record, "strike")).unwrap();
    assert_eq!(done_on(&notebook), None, "struck");
}

#[test]
fn a_notice_is_read_once_and_confirmed_once() {
    let mut notebook = street();
    let give = |volunteers, edits| GiveNotice { record: NOTICE, unit: GRID, volunteers, edits };
    let edits = Edits::none().put("title", "寒潮预警");
    let over = edits.clone().put("until", 1);
    let over = Command::Charge(Charge::GiveNotice(give(false, over)));
    assert_eq!(refused(&notebook, Role::TownshipSupervisor, &over), "out_of_range");
    notebook.do_as(Role::TownshipSupervisor, &Command::Charge(Charge::GiveNotice(give(false, edits)))).unwrap();
    let read = |notebook: &Notebook, acknowledged| {
        let basis = notebook.basis(receipt_of(NOTICE, actor(Role::Gridworker).account));
        Command::Charge(Charge::ReadNotice(ReadNotice { notice: NOTICE, unit: GRID, basis, acknowledged }))
    };
    notebook.do_as(Role::Gridworker, &read(&notebook, false)).unwrap();
    assert_eq!(refused(&notebook, Role::Gridworker, &read(&notebook, false)), "nothing_to_do");
    notebook.do_as(Role::Gridworker, &read(&notebook, true)).unwrap();
    assert_eq!(refused(&notebook, Role::Gridworker, &read(&notebook, true)), "nothing_to_do");
}

/// What a phone that was tampered with sends is stopped by the same rule at the server.
#[test]
fn what_oversteps_is_known_by_the_change_alone() {
    use crate::kind::addressed::oversteps;
    let mut notebook = street();
    notebook.do_as(Role::VillageSupervisor, &activity()).unwrap();
    let changed = |notebook: &mut Notebook, role: Role, command: &Command, as_if: u8| {
        let decision = command.decide(&notebook.held, &actor(role)).unwrap();
        let before = notebook.held.get(&decision.first.record).cloned();
        let saved = notebook.clone().save(as_if, decision);
        oversteps(&saved[0].change, before.as_ref()).map(str::to_owned)
    };
    let (volunteer, leader) = (Role::Volunteer as u8 + 1, Role::VillageSupervisor as u8 + 1);
    let own = sign_up(&notebook, Role::Volunteer);
    assert_eq!(changed(&mut notebook, Role::Volunteer, &own, volunteer), None);
    assert_eq!(changed(&mut notebook, Role::Volunteer, &own, leader).as_deref(), Some("sign_up"), "for somebody else");
    let came = hours(&notebook, Role::Volunteer, Some(60));
    assert_eq!(changed(&mut notebook, Role::VillageSupervisor, &came, leader), None);
    assert_eq!(
        changed(&mut notebook, Role::VillageSupervisor, &came, volunteer).as_deref(),
        Some("attend"),
        "own hours"
    );
    assert_eq!(
        changed(&mut notebook, Role::VillageSupervisor, &came, 77).as_deref(),
        Some("attend"),
        "not the organiser"
    );
}
