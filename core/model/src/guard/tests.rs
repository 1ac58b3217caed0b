//! Steps of cases as tables: who is stopped, by what, and how they get on.

use super::*;
use crate::command::tests::{CASE, GRID, Notebook, actor, edit, step, street};
use crate::command::{Actor, Command, Edits, allowed_actions};
use crate::hash::Hash;
use crate::id::{RecordId, UnitId};
use crate::journal::Outcome;
use crate::kind::Kind;
use crate::limits;
use crate::matter::{Matter, Matters};
use crate::picture::{Media, Picture};
use crate::power::{Power, Powers};
use crate::role::{Role, Roles};
use crate::step_table::ClockEffect::{Pauses, Resumes, Starts};
use crate::step_table::{ClockEffect, StepRow, StepTable};
use crate::view::GroupView;

const FORMER: &str = include_str!("../../../../catalog/workflows/former/case_3.csv");
const POLICE: UnitId = UnitId([21; 16]);
const BRIGADE: UnitId = UnitId([22; 16]);

fn unit(unit: UnitId) -> (&'static str, Value) {
    ("unit", Value::Id(unit.record()))
}

/// Takes a step as somebody, or says by which code they are stopped.
fn take_as(notebook: &mut Notebook, who: &Actor, code: &str, answers: &[(&str, Value)]) -> Result<(), &'static str> {
    let decision = step(notebook, code, answers).decide(&notebook.held, who).map_err(|refused| refused.code())?;
    notebook.save(who.account.0[0], decision);
    Ok(())
}

fn take(notebook: &mut Notebook, role: Role, code: &str, answers: &[(&str, Value)]) -> Result<(), &'static str> {
    take_as(notebook, &actor(role), code, answers)
}

/// A case that was dispatched and that a handler's phone has.
fn taken() -> Notebook {
    let mut notebook = street();
    take(&mut notebook, Role::VillageSupervisor, "accept", &[]).unwrap();
    take(&mut notebook, Role::Dispatcher, "dispatch", &[unit(POLICE)]).unwrap();
    take(&mut notebook, Role::Handler, "take", &[]).unwrap();
    notebook
}

fn case(notebook: &Notebook) -> &State {
    &notebook.held[&CASE]
}

fn attach(notebook: &mut Notebook, n: u8) -> (&'static str, Value) {
    let hash = Hash([n; 32]);
    let picture = Picture { hash, size: 9, media: Media::Jpeg, width: 3, height: 3, taken_at: None, look: None };
    let command = edit(notebook, CASE, Edits::none().attach(picture));
    notebook.do_as(Role::Gridworker, &command).unwrap();
    named(n)
}

fn named(n: u8) -> (&'static str, Value) {
    (PICTURE, Value::Bytes(vec![n; 32]))
}

fn said(notebook: &mut Notebook, edits: Edits) {
    let command = edit(notebook, CASE, edits);
    notebook.do_as(Role::VillageSupervisor, &command).unwrap();
}

fn reason() -> (&'static str, Value) {
    ("reason", "还在".into())
}

#[test]
fn every_line_of_the_table_is_read_and_leads_to_one_status() {
    let table = Kind::Case.steps();
    let text = include_str!("../../../../catalog/workflows/case.csv");
    let lines: usize = crate::code_set::rows(text).map(|line| line.split(',').next().unwrap().split(' ').count()).sum();
    assert_eq!(table.rows.len(), lines, "a line of case.csv does not read");
    for row in &table.rows {
        assert_eq!(table.workflow.leads_to(row.from, row.step), Some(row.to), "{} {}", row.from, row.step);
        let twins = table.rows.iter().filter(|r| r.from == row.from && r.step == row.step && *r != row);
        assert!(twins.clone().all(|r| r.to == row.to && !r.of.meets(row.of)), "{} {}", row.from, row.step);
        assert_eq!(table.power_of(row.step), row.power, "{}: a power is the step's in every status", row.step);
    }
    for guard in Guard::ALL {
        assert_eq!(Guard::from_name(guard.name()), Some(guard));
        let mut rows = Kind::ALL.into_iter().flat_map(|kind| &kind.steps().rows);
        assert!(rows.any(|row| row.guards.contains(&guard)), "{} guards nothing", guard.name());
    }
}

#[test]
fn what_was_open_in_the_table_before_leads_there_still() {
    let (before, now) = (StepTable::read(FORMER), Kind::Case.steps());
    assert_eq!((before.workflow.version, now.workflow.version), (3, 7));
    assert_eq!(before.rows.len(), 23);
    for row in before.rows {
        let rows = now.rows.iter().filter(|r| r.from == row.from && r.step == row.step);
        let (to, roles) = rows.fold(("", Roles::NONE), |(_, roles), r| (r.to, roles.and(r.roles)));
        assert_eq!((to, roles.and(row.roles)), (row.to, roles), "{} {}", row.from, row.step);
        assert_eq!((row.of, row.power, row.clock), (Matters::ALL, None, None));
    }
    // What was overtaken before is overtaken still: where a step is open that was not, nothing refuses it and nothing moves.
    let old = StepTable::read(FORMER);
    let (statuses, takers) = (old.statuses(), |row: &StepRow| old.takers(row.step).is_some());
    let since =
        now.rows.iter().filter(|r| statuses.contains(&r.from) && takers(r) && old.row(r.from, r.step).is_none());
    for row in since {
        assert!(row.guards.is_empty() && row.power.is_none() && !row.leads_on(), "{} {}", row.from, row.step);
    }
}

#[test]
fn an_order_is_a_department_s_that_holds_the_power() {
    let mut notebook = taken();
    let answers = [
        ("basis", "消防法第六十条".into()),
        ("number", "嘉消责〔2026〕7号".into()),
        ("issued", 20_000.into()),
        ("until", 20_003.into()),
    ];
    let police = Actor { powers: [Power::Order].into_iter().collect(), ..actor(Role::Handler) };
    for status in ["taken", "reported"] {
        let stopped = if status == "taken" { notebook.clone() } else { street() };
        for role in [Role::Gridworker, Role::Handler, Role::VillageSupervisor] {
            assert_eq!(take(&mut stopped.clone(), role, "order", &answers), Err("step_needs_power"), "{role} {status}");
        }
    }
    let with_all = Actor { powers: Powers::EVERY, ..actor(Role::Gridworker) };
    assert_eq!(take_as(&mut notebook, &with_all, "order", &answers), Err("step_not_permitted"));
    assert_eq!(take_as(&mut notebook, &police, "order", &answers[..3]), Err("missing_answer"));
    assert_eq!(
        take_as(&mut notebook, &police, "shut", &answers[..3]),
        Err("step_needs_power"),
        "each power for itself"
    );
    let offers = |who: &Actor, notebook: &Notebook| {
        let offered = allowed_actions(&GroupView::alone(case(notebook)), who);
        offered.iter().any(|a| matches!(a, crate::command::Action::Step { step: "order", .. }))
    };
    assert!(offers(&police, &notebook) && !offers(&actor(Role::Handler), &notebook));
    take_as(&mut notebook, &police, "order", &answers).unwrap();
    let acts = case_file::acts(case(&notebook));
    assert_eq!((acts.len(), acts[0].number.as_str(), acts[0].issued), (1, "嘉消责〔2026〕7号", Some(20_000)));
    assert_eq!(case(&notebook).status(), "taken", "it stands, and the case goes on");

    said(&mut notebook, Edits::none().put("kind", "ask"));
    assert_eq!(take_as(&mut notebook, &police, "order", &answers), Err("step_of_another_kind"));
    assert!(!offers(&police, &notebook));
}

#[test]
fn a_handler_s_work_is_verified_by_another_with_a_picture_of_their_own() {
    let mut notebook = taken();
    take(&mut notebook, Role::Handler, "handle", &[("result", "已搬走".into())]).unwrap();
    assert_eq!(take(&mut notebook, Role::Gridworker, "verify", &[]), Err("missing_answer"));
    assert_eq!(take(&mut notebook, Role::Gridworker, "verify", &[named(1)]), Err("no_such_evidence"));
    let first = attach(&mut notebook, 1);
    let handler_too = Actor { roles: Roles::of(&[Role::Handler, Role::Gridworker]), ..actor(Role::Handler) };
    assert_eq!(take_as(&mut notebook, &handler_too, "verify", std::slice::from_ref(&first)), Err("own_handling"));
    take(&mut notebook, Role::Gridworker, "rework", &[reason(), first.clone()]).unwrap();
    take(&mut notebook, Role::Handler, "handle", &[("result", "已清空".into())]).unwrap();
    assert_eq!(take(&mut notebook, Role::Gridworker, "verify", &[first]), Err("no_such_evidence"), "of before");
    let second = attach(&mut notebook, 2);
    take(&mut notebook, Role::Gridworker, "verify", &[second]).unwrap();
    assert_eq!(case(&notebook).status(), "verified");
}

#[test]
fn an_ask_needs_no_picture_to_be_verified() {
    let mut notebook = taken();
    said(&mut notebook, Edits::none().put("kind", "ask"));
    take(&mut notebook, Role::Handler, "handle", &[("result", "已答复".into())]).unwrap();
    take(&mut notebook, Role::Gridworker, "verify", &[]).unwrap();
}

#[test]
fn a_deadline_is_extended_while_it_is_ahead() {
    let mut notebook = taken();
    let now = actor(Role::Dispatcher).now.0;
    let until = |ms: i64| [("due", Value::Int(ms)), reason()];
    assert_eq!(take(&mut notebook, Role::Dispatcher, "extend", &until(now + 9)), Err("no_deadline_ahead"), "none");
    said(&mut notebook, Edits::none().put("deadline", now + 100));
    assert_eq!(take(&mut notebook, Role::Dispatcher, "extend", &until(now + 50)), Err("no_deadline_ahead"), "earlier");
    take(&mut notebook, Role::Dispatcher, "extend", &until(now + 200)).unwrap();
    assert_eq!(case_file::deadline(case(&notebook)), Some(Timestamp(now + 200)));
    let late = Actor { now: Timestamp(now + 201), ..actor(Role::Dispatcher) };
    assert_eq!(take_as(&mut notebook, &late, "extend", &until(now + 900)), Err("no_deadline_ahead"), "past");
}

#[test]
fn each_line_is_owed_its_answer_before_the_case_is_closed() {
    let mut notebook = taken();
    said(&mut notebook, Edits::none().add("lines", "hotline").add("lines", "public_opinion").add("lines", "grid"));
    take(&mut notebook, Role::Handler, "handle", &[("result", "已修".into())]).unwrap();
    let picture = attach(&mut notebook, 1);
    take(&mut notebook, Role::Gridworker, "verify", &[picture]).unwrap();
    let close = |notebook: &mut Notebook| take(notebook, Role::VillageSupervisor, "close", &[]);
    let reply = |notebook: &mut Notebook, line: &str| {
        take(notebook, Role::IntakeClerk, "reply", &[("line", line.into()), ("text", "已修复".into())])
    };
    assert_eq!(close(&mut notebook), Err("answers_owed"));
    assert_eq!(case_file::owed(case(&notebook)), ["hotline", "public_opinion"], "the grid sees for itself");
    assert_eq!(reply(&mut notebook, "petition"), Err("not_by_that_line"));
    reply(&mut notebook, "hotline").unwrap();
    assert_eq!(close(&mut notebook), Err("answers_owed"));
    reply(&mut notebook, "public_opinion").unwrap();
    close(&mut notebook).unwrap();
    said(&mut notebook, Edits::none().add("lines", "chat"));
    assert_eq!(case_file::owed(case(&notebook)), ["chat"], "a line that comes late is owed its answer, too");
    reply(&mut notebook, "chat").unwrap();
    take(&mut notebook, Role::IntakeClerk, "handle_again", &[reason()]).unwrap();
    assert_eq!(case_file::owed(case(&notebook)).len(), 3, "handled again, answered again");
}

#[test]
fn what_the_public_says_is_looked_at_before_it_is_filed() {
    let mut notebook = street();
    said(&mut notebook, Edits::none().add("lines", "hotline"));
    assert_eq!(take(&mut notebook, Role::IntakeClerk, "file", &[]), Err("not_looked_at"));
    take(&mut notebook, Role::Gridworker, "confirm", &[]).unwrap();
    take(&mut notebook, Role::IntakeClerk, "file", &[]).unwrap();
    assert_eq!(case(&notebook).status(), "filed");
    let mut own = street();
    take(&mut own, Role::IntakeClerk, "file", &[]).unwrap();
}

#[test]
fn a_call_waits_until_the_unit_that_was_called_answers() {
    let mut notebook = street();
    let answer = |unit_called| [unit(unit_called), ("result", "已到现场".into())];
    assert_eq!(take(&mut notebook, Role::VillageSupervisor, "answer_call", &answer(POLICE)), Err("not_called"));
    take(&mut notebook, Role::Gridworker, "call_up", &[unit(POLICE), ("matter", "无法清运".into())]).unwrap();
    take(&mut notebook, Role::Gridworker, "call_up", &[unit(BRIGADE), ("matter", "车".into()), ("due", 90.into())])
        .unwrap();
    assert_eq!(case(&notebook).status(), "reported", "a call moves nothing");
    let calls = case_file::calls(case(&notebook));
    // Typed in the first milliseconds of 1970, at eight in the morning in China: the day ends at 16:00 UTC.
    assert_eq!(calls[0].due, Timestamp(16 * 3_600_000), "the same day");
    assert_eq!(calls[1].due, Timestamp(90), "its own limit");
    assert!(!calls[0].is_late(calls[0].due) && calls[0].is_late(calls[0].due.plus_ms(1)));
    let seen = crate::kind::case::ever_dispatched_to(case(&notebook));
    assert_eq!(seen, [POLICE, BRIGADE], "who is called sees the case");
    take(&mut notebook, Role::Dispatcher, "answer_call", &answer(BRIGADE)).unwrap();
    assert_eq!(take(&mut notebook, Role::Dispatcher, "answer_call", &answer(BRIGADE)), Err("not_called"), "answered");
    let open: Vec<UnitId> =
        case_file::calls(case(&notebook)).iter().filter(|c| c.answered.is_none()).map(|c| c.unit).collect();
    assert_eq!(open, [POLICE]);
}

#[test]
fn of_two_who_take_at_once_the_second_is_overtaken_and_never_refused() {
    let mut notebook = street();
    take(&mut notebook, Role::VillageSupervisor, "accept", &[]).unwrap();
    take(&mut notebook, Role::Dispatcher, "dispatch", &[unit(POLICE)]).unwrap();
    let second = step(&notebook, "take", &[]).decide(&notebook.held, &actor(Role::Mediator)).unwrap();
    take(&mut notebook, Role::Handler, "take", &[]).unwrap();
    let first = case(&notebook).last_applied().unwrap().tag.id;
    assert!(Kind::Case.steps().row_in(case(&notebook), "take").is_none(), "no guard looks at what is not open");
    notebook.save(Role::Mediator as u8 + 1, second);
    assert_eq!(case(&notebook).steps.last().unwrap().outcome, Outcome::Overtaken(Some(first)));
    let lease = case::lease(case(&notebook)).unwrap();
    assert_eq!(
        (lease.account, lease.until()),
        (actor(Role::Handler).account, lease.last.plus_ms(limits::CASE_LEASE_MS))
    );
    let later = Actor { now: lease.until().plus_ms(1), ..actor(Role::Mediator) };
    assert_eq!(
        take_as(&mut notebook, &later, "take", &[]),
        Err("step_not_open"),
        "a lease that ran out is recalled first"
    );
}

#[test]
fn a_dispatch_anew_leaves_one_survivor() {
    let mut notebook = taken();
    let decide = |notebook: &Notebook| {
        step(notebook, "handle", &[("result", "已搬走".into())]).decide(&notebook.held, &actor(Role::Handler)).unwrap()
    };
    let (early, late) = (decide(&notebook), decide(&notebook));
    let joint = ("joint", Value::List(vec![Value::Id(GRID.record())]));
    let dispatcher = |now: Timestamp| Actor { now, ..actor(Role::Dispatcher) };
    let until = case::lease(case(&notebook)).unwrap().until();
    assert_eq!(take_as(&mut notebook, &dispatcher(until), "recall", &[reason()]), Err("lease_runs"));
    take_as(&mut notebook, &dispatcher(until.plus_ms(1)), "recall", &[reason()]).unwrap();
    notebook.save(Role::Handler as u8 + 1, early);
    assert_eq!(case(&notebook).status(), "accepted", "nobody has it");
    take(&mut notebook, Role::Dispatcher, "dispatch", &[unit(BRIGADE), joint]).unwrap();
    assert_eq!(case::dispatched_to(case(&notebook)), Some(BRIGADE));
    assert_eq!(case::joint_units(case(&notebook)), [GRID]);
    take(&mut notebook, Role::Mediator, "take", &[]).unwrap();
    let result = [("result", "已搬走".into())];
    assert_eq!(take(&mut notebook, Role::Handler, "handle", &result), Err("on_another_phone"), "once it is heard of");
    // Somebody presses in between; the phone that had it surfaces and has heard of nothing.
    take(&mut notebook, Role::DutyOfficer, "urge", &[unit(BRIGADE), reason()]).unwrap();
    notebook.save(Role::Handler as u8 + 1, late);
    let overtaken = case(&notebook).steps.iter().filter(|s| matches!(s.outcome, Outcome::Overtaken(Some(_))));
    assert_eq!((case(&notebook).status(), overtaken.count()), ("taken", 2));
    assert_eq!(case::ever_dispatched_to(case(&notebook)), [GRID, POLICE, BRIGADE]);
}

#[test]
fn what_somebody_has_nobody_else_handles_who_never_had_it() {
    let mut notebook = street();
    take(&mut notebook, Role::VillageSupervisor, "accept", &[]).unwrap();
    take(&mut notebook, Role::Dispatcher, "dispatch", &[unit(POLICE)]).unwrap();
    let result = [("result", Value::from("已搬走"))];
    take(&mut notebook, Role::Handler, "take", &[]).unwrap();
    let has = case(&notebook).last_applied().unwrap().tag.id;
    for (code, answers) in [("handle", &result[..]), ("arrive", &[]), ("hand_back", &[reason()])] {
        assert_eq!(take(&mut notebook.clone(), Role::Mediator, code, answers), Err("on_another_phone"), "{code}");
        let offers = Kind::Case.steps().open_to(case(&notebook), &actor(Role::Mediator));
        assert!(offers.iter().all(|row| row.step != code), "{code} is offered to nobody else");
    }
    // A phone that has not heard of it sends its step all the same: it is kept, and moves nothing.
    let unaware = crate::command::Decision {
        first: crate::command::Write {
            wishes: vec![crate::wish::Wish::Step {
                step: "handle".to_owned(),
                to: "handled".to_owned(),
                answers: result.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            }],
            ..step(&notebook, "handle", &result).decide(&notebook.held, &actor(Role::Handler)).unwrap().first
        },
        more: Vec::new(),
    };
    notebook.save(Role::Mediator as u8 + 1, unaware);
    assert_eq!(case(&notebook).steps.last().unwrap().outcome, Outcome::Overtaken(Some(has)));
    take(&mut notebook, Role::Handler, "handle", &result).unwrap();
    assert_eq!(case(&notebook).status(), "handled");
}

/// Whether a step would be let pass to somebody whose posts lie so to the units of the case.
fn lets(
    notebook: &Notebook,
    who: &Actor,
    code: &str,
    answers: &[(&str, Value)],
    over: &[UnitId],
) -> Result<(), &'static str> {
    let answers = answers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let units = case::ever_dispatched_to(case(notebook));
    let posts = over.iter().copied().collect();
    let same = |unit, of: &std::collections::BTreeSet<UnitId>| Ok::<_, ()>(of.contains(&unit));
    let posts = crate::posts::Posts::of(&units, &posts, same).unwrap();
    let taking = Taking { posts: Some(&posts), answers: Some(&answers), ..Taking::asked(who) };
    let row = Kind::Case.steps().row_in(case(notebook), code).unwrap();
    row.check_guards(case(notebook), &taking, |_| true).map_err(|refused| refused.code())
}

#[test]
fn a_case_is_taken_by_those_to_whom_it_was_dispatched_and_taken_over_by_those_who_lead() {
    let mut notebook = street();
    take(&mut notebook, Role::VillageSupervisor, "accept", &[]).unwrap();
    let joint = ("joint", Value::List(vec![Value::Id(BRIGADE.record())]));
    take(&mut notebook, Role::Dispatcher, "dispatch", &[unit(POLICE), joint]).unwrap();
    let who = actor(Role::Handler);
    for code in ["take", "hand_back"] {
        assert_eq!(lets(&notebook, &who, code, &[reason()], &[GRID]), Err("not_dispatched_here"), "{code}");
        for unit in [POLICE, BRIGADE] {
            assert_eq!(lets(&notebook, &who, code, &[reason()], &[unit]), Ok(()), "{code}");
        }
    }
    take(&mut notebook, Role::Handler, "take", &[]).unwrap();
    let from = [("from", Value::Id(RecordId(who.account.0)))];
    let other = actor(Role::Mediator);
    assert_eq!(lets(&notebook, &other, "take_over", &from, &[BRIGADE]), Err("led_elsewhere"), "who helps does not");
    assert_eq!(lets(&notebook, &other, "take_over", &from, &[POLICE]), Ok(()));
    assert_eq!(lets(&notebook, &other, "hand_back", &[reason()], &[POLICE]), Err("on_another_phone"));
    assert_eq!(lets(&notebook, &who, "hand_back", &[reason()], &[]), Ok(()), "whoever has it, wherever they work now");
    // Who helps has a word of their own in the case.
    let said = [("who", Value::from("大队")), ("agreed", "周五前清运".into())];
    assert_eq!(lets(&notebook, &other, "consult", &said, &[BRIGADE]), Ok(()));
}

#[test]
fn a_call_is_answered_by_the_unit_that_was_called_and_never_by_the_caller() {
    let mut notebook = street();
    take(&mut notebook, Role::Gridworker, "call_up", &[unit(POLICE), ("matter", "无法清运".into())]).unwrap();
    let answer = [unit(POLICE), ("result", Value::from("已到现场")), ("due", 90.into())];
    assert_eq!(take(&mut notebook, Role::Gridworker, "answer_call", &answer), Err("own_call"));
    let offers = Kind::Case.steps().open_to(case(&notebook), &actor(Role::Gridworker));
    assert!(offers.iter().all(|row| row.step != "answer_call"));
    let desk = actor(Role::Dispatcher);
    assert_eq!(lets(&notebook, &desk, "answer_call", &answer, &[GRID]), Err("another_unit_called"));
    assert_eq!(lets(&notebook, &desk, "answer_call", &answer, &[POLICE]), Ok(()));
    take(&mut notebook, Role::Dispatcher, "answer_call", &answer).unwrap();
    let calls = case_file::calls(case(&notebook));
    assert_eq!((calls[0].due, calls[0].promised), (Timestamp(16 * 3_600_000), Some(Timestamp(90))), "its own limit");
    assert_eq!(case_file::deadline(case(&notebook)), None, "and not the case's");
}

#[test]
fn the_first_receiver_owes_the_answer_until_another_takes_it_over() {
    let mut notebook = street();
    let (first, clerk) = (actor(Role::Gridworker).account, actor(Role::IntakeClerk).account);
    take(&mut notebook, Role::IntakeClerk, "accept", &[]).unwrap();
    assert_eq!(case_file::first_receiver(case(&notebook)), Some(first));
    let to = [("to", Value::Id(RecordId(clerk.0)))];
    assert_eq!(take(&mut notebook, Role::IntakeClerk, "pass_on", &to), Err("not_first_receiver"));
    assert_eq!(take(&mut notebook, Role::IntakeClerk, "receive", &[]), Err("not_passed_on"));
    take(&mut notebook, Role::Gridworker, "pass_on", &to).unwrap();
    assert_eq!(case_file::first_receiver(case(&notebook)), Some(first), "offered is not accepted");
    assert_eq!(take(&mut notebook, Role::Dispatcher, "receive", &[]), Err("not_passed_on"));
    take(&mut notebook, Role::IntakeClerk, "receive", &[]).unwrap();
    assert_eq!(case_file::first_receiver(case(&notebook)), Some(clerk));
    assert_eq!(take(&mut notebook, Role::IntakeClerk, "receive", &[]), Err("not_passed_on"), "once");
}

#[test]
fn whoever_volunteers_owes_no_answer() {
    let mut notebook = street();
    let report = |record| {
        let edits = Edits::none().put("title", "路灯不亮");
        Command::ReportCase(crate::command::ReportCase {
            record,
            unit: Some(GRID),
            parent: None,
            edits,
            answers: [].into(),
        })
    };
    let record = RecordId([77; 16]);
    notebook.do_as(Role::Volunteer, &report(record)).unwrap();
    assert_eq!(case_file::first_receiver(&notebook.held[&record]), None);
}

#[test]
fn what_is_held_is_measured_no_more_and_keeps_its_next_date() {
    let mut notebook = taken();
    let answers = |next: i64| {
        let text = |name, text: &str| (name, Value::from(text));
        [reason(), text("leader", "李书记"), text("team", "专班"), text("plan", "年内拆除"), ("next_on", next.into())]
    };
    assert_eq!(case_file::paused_since(case(&notebook)), None);
    assert_eq!(take(&mut notebook, Role::DutyOfficer, "hold", &answers(1)[..4]), Err("missing_answer"));
    take(&mut notebook, Role::DutyOfficer, "hold", &answers(20_100)).unwrap();
    let since = case_file::paused_since(case(&notebook));
    assert_eq!(since, Some(case(&notebook).last_applied().unwrap().tag.effective));
    take(&mut notebook, Role::DutyOfficer, "hold", &answers(20_200)).unwrap();
    assert_eq!(case_file::paused_since(case(&notebook)), since, "held on, not anew");
    let hold = case_file::hold(case(&notebook)).unwrap();
    assert_eq!((hold.leader.as_str(), hold.next_on), ("李书记", Some(20_200)));
    assert_eq!(case::dispatched_to(case(&notebook)), Some(POLICE), "it stays in hand");
    take(&mut notebook, Role::Handler, "take", &[]).unwrap();
    assert_eq!((case_file::paused_since(case(&notebook)), case_file::hold(case(&notebook))), (None, None));
    let effects: Vec<ClockEffect> = case_file::clock(case(&notebook)).into_iter().map(|(_, effect)| effect).collect();
    assert_eq!(effects, [Starts, Starts, Pauses, Pauses, Resumes]);
}

#[test]
fn a_re_check_that_failed_says_when_the_next_is() {
    let mut notebook = taken();
    let passed = |yes: bool| ("passed", Value::Bool(yes));
    assert_eq!(take(&mut notebook, Role::Gridworker, "recheck", &[passed(false)]), Err("no_next_recheck"));
    take(&mut notebook, Role::Gridworker, "recheck", &[passed(false), ("next_on", 20_010.into())]).unwrap();
    assert_eq!(case_file::next_recheck(case(&notebook)), Some(20_010));
    take(&mut notebook, Role::Gridworker, "recheck", &[passed(true)]).unwrap();
    assert_eq!((case_file::next_recheck(case(&notebook)), case_file::rounds(case(&notebook))), (None, (2, 1)));
}

/// Whatever is open to somebody is decided when it is answered well; every case that is not done is open to somebody.
#[test]
fn a_case_that_is_not_done_has_somebody_who_may_go_on() {
    let table = Kind::Case.steps();
    for status in table.statuses().into_iter().filter(|status| !case::DONE.contains(status)) {
        let reaches = |matter: &Matter| table.rows.iter().any(|r| r.to == status && r.leads_on() && r.of.has(*matter));
        for matter in Matters::ALL.iter().filter(|matter| status == crate::workflow::START || reaches(matter)) {
            let on = |r: &&crate::step_table::StepRow| r.from == status && r.of.has(matter) && r.leads_on();
            assert!(table.rows.iter().any(|r| on(&r) && r.power.is_none()), "{status} {}", matter.name());
        }
    }
}

/// Who takes which step with which answers, and the status it leads to or why not.
type Taken<'a> = (Role, &'a str, Vec<(&'a str, Value)>, Result<&'a str, &'a str>);

/// Walks a case of a sort by steps, and says where each leads or by what it is stopped.
fn walk(notebook: &mut Notebook, way: &[Taken<'_>]) {
    for (role, code, answers, expected) in way {
        let done = take(notebook, *role, code, answers).map(|()| case(notebook).status());
        assert_eq!(done, *expected, "{code}");
    }
}

#[test]
fn an_ask_that_did_not_satisfy_is_handled_again_by_whoever_received_it_first() {
    let mut notebook = taken();
    said(&mut notebook, Edits::none().put("kind", "ask"));
    let first = case_file::first_receiver(case(&notebook));
    let text = |name, text: &str| vec![(name, Value::from(text))];
    let satisfied = |yes: bool| vec![("satisfied", Value::Bool(yes))];
    walk(
        &mut notebook,
        &[
            (Role::Handler, "handle", text("result", "已联系"), Ok("handled")),
            (Role::Gridworker, "verify", vec![], Ok("verified")),
            (Role::VillageSupervisor, "close", vec![], Ok("closed")),
            (Role::Gridworker, "handle_again", text("reason", "x"), Err("nobody_unsatisfied")),
            (Role::Gridworker, "follow_up", satisfied(true), Ok("closed")),
            (Role::Gridworker, "handle_again", text("reason", "x"), Err("nobody_unsatisfied")),
            (Role::IntakeClerk, "follow_up", satisfied(false), Ok("closed")),
            (Role::Handler, "handle_again", text("reason", "x"), Err("first_received_by_another")),
            (Role::Gridworker, "handle_again", text("reason", "未解决"), Ok("accepted")),
        ],
    );
    assert_eq!(case_file::first_receiver(case(&notebook)), first, "the same one owes the answer");
}

#[test]
fn a_dispute_is_settled_by_an_agreement_and_asked_about_after_7_and_30_days() {
    let mut notebook = street();
    said(&mut notebook, Edits::none().put("kind", "dispute"));
    let parties = ("parties", Value::List(vec!["王家".into(), "李家".into()]));
    let session = vec![("on", Value::Int(20_000)), parties.clone(), ("result", "未达成".into())];
    let picture = attach(&mut notebook, 4);
    let agreement = vec![parties, ("text", "各让一步".into()), ("on", 20_001.into()), picture];
    walk(
        &mut notebook,
        &[
            (Role::Mediator, "screen", vec![("result", "噪声".into())], Ok("reported")),
            (Role::VillageSupervisor, "accept", vec![], Ok("accepted")),
            (Role::Dispatcher, "dispatch", vec![unit(POLICE)], Ok("dispatched")),
            (Role::Mediator, "take", vec![], Ok("taken")),
            (Role::Mediator, "session", session, Ok("taken")),
            (Role::Mediator, "agree", agreement[..3].to_vec(), Err("missing_answer")),
            (Role::Mediator, "agree", agreement, Ok("handled")),
            (Role::Mediator, "verify", vec![], Err("step_not_permitted")),
            (Role::Gridworker, "verify", vec![], Ok("verified")),
            (Role::VillageSupervisor, "close", vec![], Ok("closed")),
        ],
    );
    let days = |notebook: &Notebook| -> Vec<(i64, bool)> {
        case_file::follow_ups(case(notebook)).iter().map(|one| (one.due, one.done.is_some())).collect()
    };
    assert_eq!(days(&notebook), [(7, false), (30, false)], "days since it was closed, on the first day of 1970");
    take(&mut notebook, Role::Gridworker, "follow_up", &[("satisfied", true.into())]).unwrap();
    assert_eq!(days(&notebook), [(7, false), (30, false)], "asked on the same day says nothing of a week later");
}

#[test]
fn a_proposal_goes_through_the_council_and_is_public_before_it_is_carried_out() {
    let mut notebook = street();
    said(&mut notebook, Edits::none().put("kind", "proposal"));
    let text = |name, text: &str| vec![(name, Value::from(text))];
    walk(
        &mut notebook,
        &[
            (Role::VillageSupervisor, "accept", vec![], Ok("accepted")),
            (Role::Gridworker, "convene", vec![("on", 1.into()), ("who", "议事会".into())], Ok("in_council")),
            (Role::Gridworker, "decide", text("result", "建车棚"), Ok("decided")),
            (Role::Gridworker, "publish", vec![("days", 7.into()), ("where", "公告栏".into())], Ok("published")),
        ],
    );
    let until = case_file::public_until(case(&notebook)).unwrap();
    assert_eq!(until, Timestamp::of_china_day(8), "seven whole days");
    let early = Actor { now: until.plus_ms(-1), ..actor(Role::VillageSupervisor) };
    assert_eq!(take_as(&mut notebook, &early, "carry_out", &text("result", "建成")), Err("still_public"));
    walk(
        &mut notebook,
        &[
            (Role::VillageSupervisor, "carry_out", text("result", "建成"), Ok("handled")),
            (Role::Gridworker, "verify", vec![], Err("missing_answer")),
            (Role::Gridworker, "verify", text("committee", "监委会三人"), Ok("verified")),
            (Role::VillageSupervisor, "close", vec![], Err("step_of_another_kind")),
            (Role::Gridworker, "tell", text("how", "群里"), Ok("told")),
            (Role::VillageSupervisor, "close", vec![], Err("not_rated")),
            (Role::Gridworker, "rate", text("rating", "5"), Ok("told")),
            (Role::VillageSupervisor, "close", vec![], Ok("closed")),
        ],
    );
}

/// An answer of that shape; the picture is one that nobody attached.
fn any_answer(shape: crate::kind::Shape, n: u8) -> Value {
    use crate::kind::Shape;
    match shape {
        Shape::UnitRef | Shape::Account => Value::Id(POLICE.record()),
        Shape::Units => Value::List(vec![Value::Id(BRIGADE.record())]),
        Shape::Texts { .. } => Value::List(vec!["王家".into()]),
        Shape::Date | Shape::Int { .. } => Value::Int(20_000),
        Shape::Moment => Value::Int(1_800_000_000_000 + i64::from(n)),
        Shape::Bool => Value::Bool(n.is_multiple_of(2)),
        Shape::Code(set) => set.entries()[usize::from(n) % set.entries().len()].code.into(),
        Shape::Picture => Value::Bytes(vec![n % 4; 32]),
        _ => "好".into(),
    }
}

/// Three people: one handles, one walks the grid, one has the desks and supervises.
fn people() -> [Actor; 4] {
    let desk = Roles::DESKS.and(Roles::SUPERVISORS);
    let alone = |role: Role| (role, Roles::from(role));
    [alone(Role::Handler), alone(Role::Gridworker), (Role::DutyOfficer, desk), alone(Role::Volunteer)]
        .map(|(who, roles)| Actor { roles, powers: Powers::EVERY, ..actor(who) })
}

proptest::proptest! {
    /// Four phones that hear of each other now and then take whatever steps their screens allow.
    #[test]
    fn every_step_is_kept_and_a_case_is_with_one_phone(
        matter in 0usize..5,
        acts in proptest::collection::vec((0usize..4, 0usize..64, proptest::prelude::any::<u8>(), 0u8..4), 1..60),
    ) {
        let mut server = street();
        said(&mut server, Edits::none().put("kind", Matter::ALL[matter].name()).add("lines", "hotline"));
        for n in 0..4 {
            attach(&mut server, n);
        }
        let (people, table) = (people(), Kind::Case.steps());
        let mut phones = [server.clone(), server.clone(), server.clone(), server.clone()];
        let mut unsent: [Vec<crate::command::Decision>; 4] = Default::default();
        let before = case(&server).steps.len();
        let (mut sent, mut refused) = (0, 0);
        let all = (0..4).map(|phone| (phone, 0, 0, 0));
        for (phone, choice, n, sync) in acts.into_iter().chain(all.clone()).chain(all) {
            let who = &people[phone];
            if sync == 0 {
                for decision in unsent[phone].drain(..) {
                    let crate::wish::Wish::Step { step, answers, .. } = &decision.first.wishes[0] else { unreachable!() };
                    let taking = Taking { answers: Some(answers), ..Taking::asked(who) };
                    let open = table.row_in(case(&server), step);
                    let stops = open.and_then(|row| row.check_guards(case(&server), &taking, Guard::judged_at_admission).err());
                    if let Some(refusal) = stops {
                        refused += 1;
                        proptest::prop_assert!(!refusal.code().is_empty());
                    } else {
                        sent += 1;
                        server.save(who.account.0[0], decision.clone());
                    }
                }
                phones[phone] = server.clone();
                continue;
            }
            let offered = table.open_to(case(&phones[phone]), who);
            let Some(row) = offered.get(choice % offered.len().max(1)) else { continue };
            let asks = row.asks.iter().map(|ask| (ask.name, any_answer(ask.shape, n))).collect::<Vec<_>>();
            if let Ok(decision) = step(&phones[phone], row.step, &asks).decide(&phones[phone].held, who) {
                phones[phone].save(who.account.0[0], decision.clone());
                unsent[phone].push(decision);
            }
        }
        let state = case(&server);
        proptest::prop_assert_eq!(state.steps.len(), before + sent, "every step that was typed is in the timeline, {} refused", refused);
        let (mut holder, mut claimer) = (None, None);
        for taken in state.steps.iter().filter(|s| s.outcome == Outcome::Applied) {
            match taken.step.as_str() {
                "take" | "take_over" => holder = Some(taken.tag.author),
                "claim" => claimer = Some(taken.tag.author),
                "entrust" => holder = claimer,
                "handle" | "arrive" | "hand_back" | "session" | "agree" => {
                    let others = holder.is_some_and(|h| h != taken.tag.author);
                    proptest::prop_assert!(!others, "{} of a phone that does not have it took effect", taken.step);
                }
                _ => {}
            }
            if !["taken", "entrusted", "handled", "verified"].contains(&taken.to.as_str()) {
                holder = None;
            }
        }
        if !case::DONE.contains(&state.status()) {
            // What was told waits for whoever asked for it: to be rated and answered is to go on.
            let goes_on = |row: &StepRow| row.leads_on() || row.step == "rate";
            let on = people.iter().flat_map(|who| table.open_to(state, who)).any(goes_on);
            proptest::prop_assert!(on, "nobody can go on from {}", state.status());
        }
    }
}
