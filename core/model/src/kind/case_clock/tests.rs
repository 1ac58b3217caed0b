//! What steps stamp, and what of a case stands still.

use super::*;
use crate::command::Edits;
use crate::command::tests::{CASE, GRID, actor, edit, step, street};
use crate::kind::case_file;
use crate::role::Role;
use crate::state::Tag;
use crate::value::Value;
use crate::work_time::TimeUnit;
use std::sync::Arc;

const POLICE: crate::id::UnitId = crate::id::UnitId([21; 16]);

/// A step, so many minutes after the report, by whom, with what was answered.
type Taken<'a> = (i64, Role, &'a str, &'a [(&'a str, Value)]);

/// A case with these steps after its report.
fn case(steps: &[Taken<'_>]) -> State {
    case_with(&Edits::none(), steps)
}

/// The same, with what was written of it before them.
fn case_with(edits: &Edits, steps: &[Taken<'_>]) -> State {
    let mut notebook = street();
    if *edits != Edits::none() {
        let command = edit(&notebook, CASE, edits.clone());
        notebook.do_as(Role::VillageSupervisor, &command).unwrap();
    }
    for (_, role, code, answers) in steps {
        notebook.do_as(*role, &step(&notebook, code, answers)).unwrap();
    }
    let mut state = notebook.held[&CASE].clone();
    let minutes = std::iter::once(0).chain(steps.iter().map(|(minute, ..)| *minute));
    for (taken, minute) in state.steps.iter_mut().zip(minutes) {
        let tag = Tag { effective: Timestamp(minute * 60_000), ..(*taken.tag).clone() };
        taken.tag = Arc::new(tag);
    }
    state
}

fn minute(minute: i64) -> Timestamp {
    Timestamp(minute * 60_000)
}

fn hold() -> [(&'static str, Value); 5] {
    let text = |name, text: &str| (name, Value::from(text));
    [text("reason", "待"), text("leader", "李"), text("team", "专班"), text("plan", "拆"), ("next_on", 20_000.into())]
}

#[test]
fn what_a_step_stamps_is_read_back_and_a_later_one_is_read_instead() {
    let to = ("unit", Value::Id(POLICE.record()));
    let stamp = |due: i64| {
        [("class", Value::from("gridwalk_safety/1/0104")), ("limit", " 2 工作时".into()), ("due", minute(due).0.into())]
    };
    let first = stamp(60);
    let state = case(&[(5, Role::VillageSupervisor, "file", &first)]);
    assert_eq!(class(&state).unwrap().to_string(), "gridwalk_safety/1/0104");
    assert_eq!(limit(&state), Some(Limit::of(2, TimeUnit::WorkHour)), "tidied as it was typed");
    assert_eq!(case_file::deadline(&state), Some(minute(60)));
    let later = [to, ("due", minute(90).0.into())];
    let state = case(&[(5, Role::VillageSupervisor, "file", &first), (9, Role::Dispatcher, "dispatch", &later)]);
    assert_eq!(
        (limit(&state), case_file::deadline(&state)),
        (Some(Limit::of(2, TimeUnit::WorkHour)), Some(minute(90)))
    );
    let measured = measured(&state).unwrap();
    assert_eq!((measured.since, measured.from), (minute(0), minute(9)), "the limit begins anew, the matter does not");
}

#[test]
fn a_class_that_is_none_and_a_limit_that_is_none_are_refused() {
    for (ask, wrong) in
        [("class", "0104"), ("class", "a/b/c/d"), ("limit", "soon"), ("limit", "2"), ("limit", "0 工作日")]
    {
        let notebook = street();
        let command = step(&notebook, "file", &[(ask, wrong.into())]);
        let refused = command.decide(&notebook.held, &actor(Role::VillageSupervisor)).unwrap_err();
        assert_eq!(refused.code(), "wrong_answer", "{ask}={wrong}");
    }
}

#[test]
fn other_dates_of_a_case_are_not_its_deadline() {
    let call = [("unit", Value::Id(GRID.record())), ("matter", "抢修".into()), ("due", minute(7).0.into())];
    let state = case(&[(1, Role::Gridworker, "call_up", &call)]);
    assert_eq!(case_file::deadline(&state), None, "a call has a date of its own");
}

#[test]
fn what_is_held_stands_still_and_is_due_as_much_later() {
    let to = [("unit", Value::Id(POLICE.record())), ("due", minute(100).0.into())];
    let hold = hold();
    let steps: [Taken<'_>; 3] = [
        (10, Role::VillageSupervisor, "accept", &[]),
        (20, Role::Dispatcher, "dispatch", &to),
        (30, Role::DutyOfficer, "hold", &hold),
    ];
    let state = case(&steps);
    let held = measured(&state).unwrap();
    assert_eq!((held.pauses().open_since(), held.pauses_before().open_since()), (Some(minute(30)), None));
    assert_eq!(resumed_due(&state, minute(70)), Some(minute(140)), "forty minutes later");
    assert!(held.pauses_until(minute(70)).at(minute(69)) && !held.pauses_until(minute(70)).at(minute(70)));
    let on = [("due", minute(140).0.into())];
    let state = case(&[steps[0], steps[1], steps[2], (70, Role::Handler, "take", &on)]);
    assert_eq!((case_file::deadline(&state), resumed_due(&state, minute(80))), (Some(minute(140)), None));
    assert_eq!(measured(&state).unwrap().held, [(minute(30), Some(minute(70)))]);
}

#[test]
fn settled_is_when_it_was_handled_unless_somebody_found_that_it_is_not() {
    let to = [("unit", Value::Id(POLICE.record()))];
    let (done, again) = ([("result", Value::from("清了"))], [("reason", Value::from("还在"))]);
    let safe = [("measure", Value::from("围挡"))];
    let steps: [Taken<'_>; 7] = [
        (1, Role::VillageSupervisor, "accept", &[]),
        (2, Role::Dispatcher, "dispatch", &to),
        (3, Role::Handler, "take", &[]),
        (4, Role::Handler, "make_safe", &safe),
        (5, Role::Handler, "arrive", &[]),
        (6, Role::Handler, "handle", &done),
        (7, Role::VillageSupervisor, "rework", &again),
    ];
    let handled = measured(&case(&steps[..6])).unwrap();
    assert_eq!(
        (handled.made_safe, handled.arrived, handled.settled),
        (Some(minute(4)), Some(minute(5)), Some(minute(6)))
    );
    assert_eq!(measured(&case(&steps)).unwrap().settled, None, "rework is not settled");
}

#[test]
fn what_is_void_is_not_measured() {
    let reason = [("reason", Value::from("重复"))];
    assert_eq!(measured(&case(&[(1, Role::VillageSupervisor, "void", &reason)])), None);
    assert_eq!(measured(&State::new(CASE)), None);
}

#[test]
fn what_is_taken_up_again_has_no_date_of_the_round_before() {
    let to = ("unit", Value::Id(POLICE.record()));
    let first = [to.clone(), ("limit", Value::from("2 工作时")), ("due", minute(60).0.into())];
    let (done, again) = ([("result", Value::from("答复了"))], [("reason", Value::from("不满意"))]);
    let second = [to, ("due", minute(900).0.into())];
    let steps: [Taken<'_>; 9] = [
        (1, Role::VillageSupervisor, "accept", &[]),
        (2, Role::Dispatcher, "dispatch", &first),
        (3, Role::Handler, "take", &[]),
        (4, Role::Handler, "handle", &done),
        (5, Role::Gridworker, "verify", &[]),
        (6, Role::VillageSupervisor, "close", &[]),
        (500, Role::IntakeClerk, "follow_up", &[("satisfied", Value::Bool(false))]),
        (600, Role::VillageSupervisor, "handle_again", &again),
        (700, Role::Dispatcher, "dispatch", &second),
    ];
    let ask = Edits::none().put("kind", "ask").put("deadline", minute(90).0);
    let state = |steps: &[Taken<'_>]| case_with(&ask, steps);
    assert_eq!(case_file::deadline(&state(&steps[..7])), Some(minute(60)));
    let mut again = state(&steps[..8]);
    assert_eq!((case_file::deadline(&again), limit(&again)), (None, None), "neither the stamp nor the field of before");
    for head in &mut again.fields.get_mut("deadline").unwrap().heads {
        head.tag = Arc::new(Tag { effective: minute(650), ..(*head.tag).clone() });
    }
    assert_eq!(case_file::deadline(&again), Some(minute(90)), "what was agreed since counts");
    assert_eq!(case_file::deadline(&state(&steps)), Some(minute(900)));
}
