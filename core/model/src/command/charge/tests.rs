//! Tasks: given, fed back by two phones of one grid, asked for more, withdrawn.

use super::*;
use crate::basis::Basis;
use crate::command::tests::{GRID, Notebook, actor, street};
use crate::command::{Command, TakeStep};
use crate::kind::task::{self, TARGETS};
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
