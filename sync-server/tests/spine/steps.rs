//! Steps at admission: what a phone would have refused, the server refuses; what has been overtaken, it admits.

use crate::phone::{Phone, Typed};
use crate::world::{World, record, unit, write_unit};
use gridwalk_model::Value;
use gridwalk_model::exchange::Verdict;
use gridwalk_model::id::RecordId;
use gridwalk_model::op::Op;
use gridwalk_model::wish::Wish;

const CASE: RecordId = record(5);

fn role(world: &World, n: u8, at: u8, role: &str) -> Phone {
    let phone = world.phone(n);
    world.grant(&phone, at, role);
    phone
}

fn op(step: &str, to: &str, answers: &[(&str, Value)]) -> Op {
    let answers = answers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Op::Step { step: step.into(), to: to.into(), answers }
}

/// What the server says to a step that this phone sends, whatever its own screen would have said.
fn said(world: &World, phone: &mut Phone, step: &str, to: &str, answers: &[(&str, Value)]) -> String {
    let change = phone.put(world, CASE, "case", op(step, to, answers), vec![]);
    match phone.verdict(world, &change) {
        Verdict::Refused { code, hint } => format!("{code} {hint}"),
        other => other.code().to_owned(),
    }
}

/// A case in grid 12 that a handler took, with the handler and the duty officer of the village.
fn taken(world: &World, lines: &[&str]) -> (Phone, Phone) {
    let mut desk = role(world, 3, 10, "duty_officer");
    let mut ops = vec![Op::put("title", "t"), Op::put("unit", unit(12).record())];
    ops.extend(lines.iter().map(|line| Op::Add { set: "lines".to_owned(), element: (*line).into() }));
    ops.push(op("report", "reported", &[]));
    let case = desk.save(world, Typed { record: CASE, kind: "case", unit: 12, ops, seen: vec![] });
    assert_eq!(desk.verdicts(world, &[case]), ["applied"]);
    assert_eq!(said(world, &mut desk, "accept", "accepted", &[]), "applied");
    let to = [("unit", Value::Id(unit(12).record()))];
    assert_eq!(said(world, &mut desk, "dispatch", "dispatched", &to), "applied");
    let mut handler = role(world, 4, 12, "handler");
    assert_eq!(said(world, &mut handler, "take", "taken", &[]), "applied");
    (desk, handler)
}

#[test]
fn an_order_needs_the_power_of_the_handler_s_own_unit() {
    let world = World::new();
    let (mut desk, mut handler) = taken(&world, &[]);
    let paper = [("basis", Value::from("法")), ("number", "7".into()), ("issued", 1.into()), ("until", 2.into())];
    assert_eq!(said(&world, &mut handler, "order", "taken", &paper), "step_needs_power order");
    let power = |n: u8| {
        let wishes = [Wish::Add { set: "powers".to_owned(), element: "order".into() }];
        world.server.write(|w| write_unit(w, world.admin, world.reference, unit(n), &wishes)).unwrap();
    };
    power(10);
    assert_eq!(said(&world, &mut handler, "order", "taken", &paper), "step_needs_power order", "not by the unit above");
    power(12);
    assert_eq!(said(&world, &mut handler, "order", "taken", &paper), "applied");
    let mut walker = role(&world, 6, 12, "gridworker");
    assert_eq!(
        said(&world, &mut walker, "order", "taken", &paper),
        "step_needs_power order",
        "the way is told, not the post"
    );
    let kind = desk.put(&world, CASE, "case", Op::put("kind", "ask"), vec![]);
    assert_eq!(desk.verdicts(&world, &[kind]), ["applied"]);
    assert_eq!(said(&world, &mut handler, "order", "taken", &paper), "step_of_another_kind order");
    world.verify();
}

#[test]
fn guards_hold_at_admission_and_never_for_what_is_overtaken() {
    let world = World::new();
    let (mut desk, mut handler) = taken(&world, &["hotline"]);
    let mut walker = role(&world, 6, 12, "gridworker");
    world.grant(&handler, 12, "gridworker");
    let result = [("result", Value::from("done"))];
    let picture = [("picture", Value::Bytes(vec![7; 32]))];
    assert_eq!(said(&world, &mut handler, "handle", "handled", &result), "applied");
    assert_eq!(said(&world, &mut handler, "verify", "verified", &picture), "own_handling verify");
    assert_eq!(said(&world, &mut walker, "verify", "verified", &picture), "no_such_evidence verify");
    let attach = Op::Attach {
        element: Value::Map(
            [("hash".to_owned(), Value::Bytes(vec![7; 32])), ("size".to_owned(), 1.into())].into_iter().collect(),
        ),
    };
    let attached = walker.put(&world, CASE, "case", attach, vec![]);
    assert_eq!(walker.verdicts(&world, &[attached]), ["applied"]);
    assert_eq!(said(&world, &mut walker, "verify", "verified", &picture), "applied");
    assert_eq!(said(&world, &mut desk, "close", "closed", &[]), "answers_owed hotline");
    let reply = |line: &str| [("line", Value::from(line)), ("text", "好了".into())];
    assert_eq!(said(&world, &mut desk, "reply", "verified", &reply("petition")), "not_by_that_line reply");
    assert_eq!(said(&world, &mut desk, "reply", "verified", &reply("hotline")), "applied");
    assert_eq!(said(&world, &mut desk, "close", "closed", &[]), "applied");
    // By now no step of these is open: each is kept in the timeline, whatever its guard would have said.
    for (step, to) in [("verify", "verified"), ("close", "closed"), ("file", "filed")] {
        assert_eq!(said(&world, &mut desk, step, to, &[]), "applied", "{step}");
    }
    let state = world.state(CASE);
    assert_eq!((state.status(), state.steps.len()), ("closed", 11));
    world.verify();
}

#[test]
fn a_case_is_with_those_whom_it_was_given_and_a_call_is_answered_where_it_went() {
    let world = World::new();
    let (mut desk, mut handler) = taken(&world, &[]);
    let mut walker = role(&world, 6, 12, "gridworker");
    let result = [("result", Value::from("done"))];
    assert_eq!(said(&world, &mut walker, "handle", "handled", &result), "applied", "kept in the timeline");
    assert_eq!(world.state(CASE).status(), "taken", "and moves nothing that another phone has");
    let call = [("unit", Value::Id(unit(10).record())), ("matter", "车".into())];
    let answer = [("unit", Value::Id(unit(10).record())), ("result", "到了".into())];
    assert_eq!(said(&world, &mut walker, "call_up", "taken", &call), "applied");
    assert_eq!(said(&world, &mut walker, "answer_call", "taken", &answer), "own_call answer_call");
    assert_eq!(said(&world, &mut handler, "answer_call", "taken", &answer), "another_unit_called answer_call");
    assert_eq!(said(&world, &mut desk, "answer_call", "taken", &answer), "applied");
    // It goes to the grid beside, and back: those there see it still, and take it no more.
    let mut beside = role(&world, 7, 11, "handler");
    let reason = [("reason", Value::from("不属本单位"))];
    assert_eq!(said(&world, &mut handler, "hand_back", "accepted", &reason), "applied");
    let to = |n: u8| [("unit", Value::Id(unit(n).record()))];
    assert_eq!(said(&world, &mut desk, "dispatch", "dispatched", &to(11)), "applied");
    assert_eq!(said(&world, &mut handler, "take", "taken", &[]), "not_dispatched_here take");
    assert_eq!(said(&world, &mut desk, "dispatch", "dispatched", &to(12)), "applied");
    assert_eq!(said(&world, &mut beside, "take", "taken", &[]), "not_dispatched_here take");
    assert_eq!(said(&world, &mut beside, "hand_back", "accepted", &reason), "not_dispatched_here hand_back");
    assert_eq!(said(&world, &mut handler, "take", "taken", &[]), "applied");
    world.verify();
}

#[test]
fn what_was_typed_in_time_is_in_time_however_late_it_comes() {
    let world = World::new();
    let (mut desk, _) = taken(&world, &[]);
    let deadline = 1_700_000_000_000 + 3_600_000;
    let due = desk.put(&world, CASE, "case", Op::put("deadline", deadline), vec![]);
    assert_eq!(desk.verdicts(&world, &[due]), ["applied"]);
    let later = |ms: i64| [("due", Value::Int(deadline + ms)), ("reason", "缺料".into())];
    let typed = desk.put(&world, CASE, "case", op("extend", "taken", &later(1)), vec![]);
    world.tick(2 * 3_600_000);
    assert_eq!(desk.verdicts(&world, &[typed]), ["applied"], "typed before the deadline, received after it");
    desk.pull(&world, 100_000);
    assert_eq!(said(&world, &mut desk, "extend", "taken", &later(2)), "no_deadline_ahead extend");
    world.verify();
}
