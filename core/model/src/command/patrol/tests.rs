//! On duty, past a check-point, off duty: what is taken and what is refused.

use super::*;
use crate::command::Command;
use crate::role::Role;
use crate::state::{Head, Register, Tag};
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

const GRID: UnitId = UnitId([1; 16]);
const PATROL: RecordId = RecordId([2; 16]);
const SPOT: RecordId = RecordId([3; 16]);
const ANN: AccountId = AccountId([7; 16]);
const NOW: i64 = 1_700_000_000_000;

type States = BTreeMap<RecordId, State>;

fn actor(account: AccountId) -> Actor {
    Actor { account, roles: Role::Gridworker.into(), powers: crate::power::Powers::NONE, now: Timestamp(NOW) }
}

fn known(kind: Kind, record: RecordId, fields: &[(&str, Value)]) -> State {
    let id = crate::Name::default();
    let tag = Arc::new(Tag { effective: Timestamp(1), id, names: vec![id], author: ANN });
    let head = |value: &Value| Head { tag: tag.clone(), value: Some(value.clone()), replaced: None, gone: false };
    let mut state = State { kinds: vec![kind.name().to_owned()], pos: 1, ..State::new(record) };
    for (name, value) in fields {
        state.fields.insert((*name).to_owned(), Register { heads: vec![head(value)], early: Vec::new() });
    }
    state
}

fn duty(ended: Option<i64>) -> States {
    let mut fields = vec![("unit", Value::Id(GRID.record())), ("started", Value::Int(NOW - 3_600_000))];
    fields.extend(ended.map(|ms| ("ended", Value::Int(ms))));
    let spot = known(Kind::CheckPoint, SPOT, &[("unit", Value::Id(GRID.record())), ("name", "北门".into())]);
    [known(Kind::Patrol, PATROL, &fields), spot].map(|state| (state.record, state)).into()
}

fn basis(states: &States) -> Basis {
    Basis::of(&states[&PATROL], crate::TimelineId::default(), 0)
}

fn pass(states: &States, who: AccountId, at: Option<i64>) -> Result<Decision, &'static str> {
    let point = Some(Point { accuracy_cm: Some(900), ..Point::new(307_500_000, 1_207_600_000).unwrap() });
    let at = at.map(Timestamp);
    let command = PassCheckPoint { record: PATROL, basis: basis(states), check_point: SPOT, at, point };
    Command::Patrol(Patrol::Pass(command)).decide(states, &actor(who)).map_err(|r| r.code())
}

#[test]
fn nothing_is_written_off_duty() {
    let on = duty(None);
    let made = pass(&on, ANN, None).unwrap();
    assert_eq!(made.first.wishes.len(), 1);
    let Wish::Add { set, element } = &made.first.wishes[0] else { panic!("{made:?}") };
    let passing = Passing::from_value(element).unwrap();
    assert_eq!((set.as_str(), passing.check_point, passing.at), (PASSED, SPOT, Timestamp(NOW)));
    assert_eq!(passing.point.and_then(|p| p.accuracy_cm), Some(900));
    // states, who, when, code
    let rows = [
        (&on, ANN, Some(NOW - 3_600_001), "off_duty"),
        (&on, ANN, Some(NOW + 1), "not_yet"),
        (&on, AccountId([8; 16]), None, "not_your_duty"),
        (&duty(Some(NOW - 1)), ANN, None, "off_duty"),
    ];
    for (states, who, at, code) in rows {
        assert_eq!(pass(states, who, at).unwrap_err(), code);
    }
    assert!(pass(&duty(Some(NOW - 1)), ANN, Some(NOW - 1)).is_ok(), "written down later, of when they were on duty");
}

#[test]
fn one_is_on_duty_once_and_comes_off_once() {
    let start = |states: &States, who: AccountId| {
        let record = RecordId([9; 16]);
        let command = StartPatrol { record, unit: GRID, at: None, open: vec![PATROL] };
        Command::Patrol(Patrol::Start(command)).decide(states, &actor(who)).map(drop).map_err(|r| r.code())
    };
    assert_eq!(start(&duty(None), ANN), Err("on_duty_already"));
    assert_eq!(start(&duty(Some(NOW - 1)), ANN), Ok(()));
    assert_eq!(start(&duty(None), AccountId([8; 16])), Ok(()), "another one's duty is theirs");
    let end = |states: &States, at: i64| {
        let command = EndPatrol { record: PATROL, basis: basis(states), at: Some(Timestamp(at)), note: None };
        Command::Patrol(Patrol::End(command)).decide(states, &actor(ANN)).map(drop).map_err(|r| r.code())
    };
    assert_eq!(end(&duty(None), NOW), Ok(()));
    assert_eq!(end(&duty(None), NOW - 3_600_001), Err("off_duty"));
    assert_eq!(end(&duty(Some(NOW)), NOW), Err("off_duty"));
}
