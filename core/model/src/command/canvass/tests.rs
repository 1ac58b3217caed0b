//! Campaigns as tables: what is wanted, by whom, and what comes of it.

use super::*;
use crate::basis::Basis;
use crate::command::{Command, Write};
use crate::kind::Kind;
use crate::role::Role;
use crate::state::{Head, Register, State, Tag};
use crate::wish::Wish;
use std::collections::BTreeMap;
use std::sync::Arc;

const GRID: RecordId = RecordId([1; 16]);
const CAMPAIGN: RecordId = RecordId([2; 16]);
const BUILDING: RecordId = RecordId([3; 16]);
const DOOR: RecordId = RecordId([4; 16]);
const WORKS: RecordId = RecordId([5; 16]);
const NEW: RecordId = RecordId([9; 16]);
const CASE: RecordId = RecordId([8; 16]);

type States = BTreeMap<RecordId, State>;

fn actor(role: Role) -> Actor {
    Actor {
        account: crate::AccountId([7; 16]),
        roles: role.into(),
        powers: crate::power::Powers::NONE,
        now: Timestamp(1_700_000_000_000),
    }
}

fn tag() -> Arc<Tag> {
    let id = crate::Name::default();
    Arc::new(Tag { effective: Timestamp(1), id, names: vec![id], author: crate::AccountId([7; 16]) })
}

fn known(kind: Kind, record: RecordId, fields: &[(&str, Value)]) -> State {
    let head = |value: &Value| Head { tag: tag(), value: Some(value.clone()), replaced: None, gone: false };
    let mut state = State { kinds: vec![kind.name().to_owned()], pos: 1, ..State::new(record) };
    for (name, value) in fields {
        state.fields.insert((*name).to_owned(), Register { heads: vec![head(value)], early: Vec::new() });
    }
    state
}

/// A campaign that asks how many are there, a building with a door, and a works.
fn street() -> States {
    let mut campaign = known(Kind::Campaign, CAMPAIGN, &[("unit", GRID.into()), ("title", "台风摸排".into())]);
    let ask = crate::state::Add { tag: tag(), index: 0, element: "people".into() };
    campaign.sets.insert("asks".to_owned(), crate::state::ObservedSet { adds: vec![ask], early: Vec::new() });
    let building = [("unit", GRID.into()), ("name", "3幢".into()), ("address", "建设路1号".into())];
    let door = [("parent", BUILDING.into()), ("number", "501".into()), ("entrance", "2".into()), ("floor", 5.into())];
    let works = [("unit", GRID.into()), ("name", "海州化工厂".into()), ("contact_name", "王老板".into())];
    [
        known(Kind::Unit, GRID, &[]),
        campaign,
        known(Kind::Building, BUILDING, &building),
        known(Kind::Dwelling, DOOR, &door),
        known(Kind::Premises, WORKS, &works),
    ]
    .map(|state| (state.record, state))
    .into()
}

/// The states with what a decision wrote.
fn saved(mut states: States, decision: &Decision) -> States {
    for write in decision.writes() {
        let kind = Kind::from_name(&write.kind).unwrap();
        let mut fields: Vec<(&str, Value)> = Vec::new();
        for wish in &write.wishes {
            if let Wish::Put { field, value: Some(value), .. } = wish {
                fields.push((field, value.clone()));
            }
        }
        states.insert(write.record, known(kind, write.record, &fields));
    }
    states
}

fn put<'a>(write: &'a Write, name: &str) -> Option<&'a Value> {
    write.wishes.iter().find_map(|w| match w {
        Wish::Put { field, value, .. } if field == name => value.as_ref(),
        _ => None,
    })
}

fn done(states: &States, role: Role, command: Canvass) -> Result<Decision, Rejection> {
    Command::Canvass(command).decide(states, &actor(role))
}

fn baseline(places: &[RecordId]) -> Canvass {
    Canvass::MakeBaseline(MakeBaseline { campaign: CAMPAIGN, places: places.to_vec() })
}

fn attempt(target: RecordId, outcome: &str) -> RecordAttempt {
    let (outcome, edits) = (outcome.to_owned(), Edits::none());
    RecordAttempt { record: NEW, target, outcome, at: None, needs: Vec::new(), edits, ask: None }
}

#[test]
fn a_list_is_made_once_and_bears_the_doors_text() {
    let states = street();
    let decision = done(&states, Role::Gridworker, baseline(&[DOOR, WORKS])).unwrap();
    let [door, works] = [&decision.first, &decision.more[0]];
    assert_eq!((door.record, door.unit), (target_of(CAMPAIGN, DOOR), GRID.unit()));
    let text = |write: &Write, field: &str| put(write, field).and_then(Value::as_text).map(str::to_owned);
    assert_eq!(text(door, "label").as_deref(), Some("2单元501室"));
    assert_eq!(text(door, "building_name").as_deref(), Some("3幢"));
    assert_eq!(put(door, "building"), Some(&Value::Id(BUILDING)));
    assert_eq!(text(door, "address").as_deref(), Some("建设路1号"));
    assert_eq!(text(works, "sort").as_deref(), Some("premises"));
    assert!(!format!("{decision:?}").contains("王老板"), "no person comes onto a list");
    let later = saved(states, &decision);
    assert_eq!(done(&later, Role::Gridworker, baseline(&[DOOR, WORKS])), Err(Rejection::NothingToDo));
    let one_more = done(&street(), Role::VillageSupervisor, baseline(&[DOOR])).unwrap();
    assert_eq!(one_more.first.record, door.record, "two people make the same record");
    assert_ne!(target_of(CAMPAIGN, DOOR), target_of(NEW, DOOR));
    let code = |places: &[RecordId]| done(&later, Role::Gridworker, baseline(places)).unwrap_err().code();
    assert_eq!((code(&[GRID]), code(&[NEW])), ("unknown_kind", "unknown_record"));
    assert_eq!(done(&street(), Role::Handler, baseline(&[DOOR])).unwrap_err().code(), "field_not_permitted");
}

#[test]
fn a_place_found_on_the_spot_is_marked() {
    let add = |building: Option<RecordId>, label: &str| {
        let (record, campaign, label) = (NEW, CAMPAIGN, label.to_owned());
        let new = AddTarget { record, campaign, unit: None, building, place: None, label, edits: Edits::none() };
        done(&street(), Role::Volunteer, Canvass::AddTarget(new))
    };
    let found = add(Some(BUILDING), "2-502").unwrap().first;
    assert_eq!((put(&found, "found"), put(&found, "label")), (Some(&true.into()), Some(&"2单元502室".into())));
    assert_eq!((put(&found, "building_name"), found.unit), (Some(&"3幢".into()), GRID.unit()));
    assert_eq!(add(None, "2-502"), Err(Rejection::MissingField { field: "unit" }));
    assert_eq!(add(Some(DOOR), "2-502").unwrap_err().code(), "wrong_parent");
}

#[test]
fn what_the_campaign_asks_is_answered_by_who_met_somebody() {
    let states = saved(street(), &done(&street(), Role::Gridworker, baseline(&[DOOR])).unwrap());
    let at = target_of(CAMPAIGN, DOOR);
    let try_it = |attempt: RecordAttempt| done(&states, Role::Volunteer, Canvass::RecordAttempt(attempt));
    assert_eq!(try_it(attempt(at, "seen")), Err(Rejection::MissingField { field: "people" }));
    assert!(try_it(attempt(at, "nobody_home")).is_ok());
    let answered = RecordAttempt { edits: Edits::none().put("people", 3), ..attempt(at, "seen") };
    assert!(try_it(answered.clone()).is_ok());
    let sick = RecordAttempt { needs: vec!["medicine".to_owned()], ..answered.clone() };
    assert_eq!(put(&try_it(sick.clone()).unwrap().first, "outcome"), Some(&"needs".into()));
    assert_eq!(try_it(attempt(at, "needs")), Err(Rejection::MissingField { field: "needs" }));
    let nobody = RecordAttempt { outcome: "nobody_home".to_owned(), ..sick.clone() };
    assert_eq!(try_it(nobody), Err(Rejection::MissingField { field: "outcome" }));
    let later = RecordAttempt { at: Some(Timestamp(1_700_000_000_001)), ..answered };
    assert_eq!(try_it(later), Err(Rejection::NotYet { field: "at" }));
    let strange = RecordAttempt { needs: vec!["love".to_owned()], ..sick };
    assert_eq!(try_it(strange).unwrap_err().code(), "unknown_code");
}

#[test]
fn a_need_raises_a_case_in_the_same_save() {
    let states = saved(street(), &done(&street(), Role::Gridworker, baseline(&[DOOR])).unwrap());
    let ask = Some(RaisedAsk { record: CASE, title: "2单元501室：需要药品".to_owned() });
    let of = attempt(target_of(CAMPAIGN, DOOR), "needs");
    let edits = Edits::none().put("people", 1).put("need", "降压药");
    let wanted = RecordAttempt { needs: vec!["medicine".to_owned()], edits, ask, ..of.clone() };
    let decision = done(&states, Role::Gridworker, Canvass::RecordAttempt(wanted.clone())).unwrap();
    let case = &decision.more[0];
    assert_eq!((decision.first.record, case.record, case.kind.as_str()), (NEW, CASE, "case"));
    assert_eq!(put(&decision.first, "raised"), Some(&Value::Id(CASE)));
    assert_eq!(put(case, "parent"), Some(&Value::Id(DOOR)), "a phone that holds the door says which");
    assert_eq!(put(case, "place"), Some(&"建设路1号 3幢 2单元501室".into()));
    let mut of_volunteer = states.clone();
    of_volunteer.remove(&DOOR);
    let decision = done(&of_volunteer, Role::Volunteer, Canvass::RecordAttempt(wanted.clone())).unwrap();
    assert_eq!(put(&decision.more[0], "parent"), None);
    let no_need = RecordAttempt { needs: Vec::new(), edits: Edits::none().put("people", 1), ..wanted };
    assert!(done(&states, Role::Gridworker, Canvass::RecordAttempt(no_need)).is_err());
}

#[test]
fn a_place_leaves_with_a_reason_and_comes_back() {
    let mut states = saved(street(), &done(&street(), Role::Gridworker, baseline(&[WORKS])).unwrap());
    let record = target_of(CAMPAIGN, WORKS);
    let basis = || Basis::of(&states[&record], crate::TimelineId::default(), 0);
    let off = |basis: Basis, reason: Option<&str>| {
        Canvass::TakeOff(TakeOff { record, basis, also: vec![], reason: reason.map(str::to_owned), note: None })
    };
    assert_eq!(done(&states, Role::Volunteer, off(basis(), None)), Err(Rejection::NothingToDo));
    let unknown = done(&states, Role::Volunteer, off(basis(), Some("too far"))).unwrap_err();
    assert_eq!(unknown.code(), "unknown_code");
    let gone = done(&states, Role::Volunteer, off(basis(), Some("shut_for_good"))).unwrap();
    assert_eq!(put(&gone.first, "left"), Some(&"shut_for_good".into()));
    let fields = [("unit", GRID.into()), ("left", "shut_for_good".into()), ("left_at", 5.into())];
    states.insert(record, known(Kind::Target, record, &fields));
    let basis = Basis::of(&states[&record], crate::TimelineId::default(), 0);
    let back = done(&states, Role::Gridworker, off(basis, None)).unwrap();
    assert_eq!(back.first.wishes, [Wish::clear("left"), Wish::clear("left_at")]);
}

#[test]
fn campaigns_are_their_leaders() {
    let add = |role: Role, edits: Edits| {
        let edits = edits.put("title", "小化工检查").put("sort", "place_inspection");
        done(&street(), role, Canvass::AddCampaign(AddCampaign { record: NEW, unit: GRID.unit(), edits }))
    };
    let made = add(Role::TownshipSupervisor, Edits::none()).unwrap().first;
    assert_eq!(put(&made, "from"), Some(&Value::Int(19_676)), "it begins today");
    assert_eq!(add(Role::Gridworker, Edits::none()).unwrap_err().code(), "field_not_permitted");
    let before = Edits::none().put("from", 20_000).put("until", 19_999);
    assert_eq!(add(Role::CountySupervisor, before).unwrap_err().code(), "out_of_range");
    let states = street();
    let basis = Basis::of(&states[&CAMPAIGN], crate::TimelineId::default(), 0);
    let close = |reopen: bool| {
        Canvass::CloseCampaign(CloseCampaign { record: CAMPAIGN, basis: basis.clone(), reopen, note: None })
    };
    assert!(done(&states, Role::DutyOfficer, close(false)).is_ok());
    assert_eq!(done(&states, Role::DutyOfficer, close(true)), Err(Rejection::NothingToDo));
    assert_eq!(done(&states, Role::Volunteer, close(false)).unwrap_err().code(), "field_not_permitted");
}

#[test]
fn what_the_server_did_not_take_is_said_again() {
    let edits = Edits::none().put("outcome", "needs").put("at", 5).put("people", 2).add("needs", "food_water");
    let again = attempt_again(NEW, DOOR, edits).unwrap();
    assert_eq!(
        (again.outcome.as_str(), again.at, again.needs.as_slice()),
        ("needs", Some(Timestamp(5)), &["food_water".to_owned()][..])
    );
    assert_eq!(again.edits, Edits::none().put("people", 2));
    let edits = Edits::none().put("label", "101室").put("building", BUILDING).put("sort", "door");
    let again = target_again(NEW, Some(GRID.unit()), CAMPAIGN, edits).unwrap();
    assert_eq!((again.label.as_str(), again.building), ("101室", Some(BUILDING)));
}
