//! Inspections as tables: what is wanted, by whom, and what comes of it.

use super::*;
use crate::basis::Basis;
use crate::command::Write;
use crate::inspection::{Template, TemplateBook};
use crate::kind::case;
use crate::kind::inspection::{hazard_of, inspection_of, recheck_of};
use crate::picture::{Media, Picture};
use crate::role::Role;
use crate::state::{Add, Head, ObservedSet, Register, State, Step, Tag};
use crate::time::Timestamp;
use crate::value::Value;
use crate::wish::Wish;
use std::collections::BTreeMap;
use std::sync::Arc;

const GRID: RecordId = RecordId([1; 16]);
const WORKS: RecordId = RecordId([5; 16]);
const DAY: i64 = 19_675;

type States = BTreeMap<RecordId, State>;

fn actor(role: Role) -> Actor {
    Actor {
        account: crate::AccountId([7; 16]),
        roles: role.into(),
        powers: crate::power::Powers::NONE,
        now: Timestamp::of_china_day(DAY + 60),
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

fn street() -> States {
    let works = [("unit", GRID.into()), ("name", "海州化工厂".into()), ("kind", "small_chemical".into())];
    [known(Kind::Unit, GRID, &[]), known(Kind::Premises, WORKS, &works)].map(|state| (state.record, state)).into()
}

/// The states with what a decision wrote.
fn saved(mut states: States, decision: &Decision) -> States {
    for write in decision.writes() {
        let kind = Kind::from_name(&write.kind).unwrap();
        let state = states.entry(write.record).or_insert_with(|| known(kind, write.record, &[]));
        for wish in &write.wishes {
            match wish {
                Wish::Put { field, value, .. } => {
                    let head = Head { tag: tag(), value: value.clone(), replaced: None, gone: false };
                    state.fields.insert(field.clone(), Register { heads: vec![head], early: Vec::new() });
                }
                Wish::Add { set, element } => {
                    let add = Add { tag: tag(), index: 0, element: element.clone() };
                    let none = || ObservedSet { adds: Vec::new(), early: Vec::new() };
                    state.sets.entry(set.clone()).or_insert_with(none).adds.push(add);
                }
                Wish::Step { step, to, answers } => {
                    let (step, to) = (step.clone(), to.clone());
                    let outcome = crate::journal::Outcome::Applied;
                    let to = if to == "=" { state.status().to_owned() } else { to };
                    state.steps.push(Step { step, to, answers: answers.clone(), outcome, tag: tag() });
                }
                _ => {}
            }
        }
    }
    states
}

fn put<'a>(write: &'a Write, name: &str) -> Option<&'a Value> {
    write.wishes.iter().find_map(|w| match w {
        Wish::Put { field, value, .. } if field == name => value.as_ref(),
        _ => None,
    })
}

fn done(states: &States, role: Role, command: Inspect) -> Result<Decision, Rejection> {
    Command::Inspect(Box::new(command)).decide(states, &actor(role))
}

fn template() -> Template {
    TemplateBook::shipped().template(&"gridwalk_inspection/1/small_chemical".parse().unwrap()).unwrap().clone()
}

fn begin() -> BeginInspection {
    let (template, origin, office) = (template(), "third_party".to_owned(), Some("安评公司".to_owned()));
    BeginInspection { place: WORKS, template, origin, on: Some(DAY), campaign: None, target: None, office }
}

fn root() -> RecordId {
    inspection_of(WORKS, &template().of, "third_party", DAY, None)
}

fn picture() -> Picture {
    let hash = crate::hash::Hash([3; 32]);
    Picture { hash, size: 9, media: Media::Jpeg, width: 1, height: 1, taken_at: None, look: None }
}

fn answer(inspection: RecordId, item: &str, result: &str) -> AnswerItem {
    let hazard =
        Hazard { open: None, category: "plant_small_chemical".to_owned(), place: "海州化工厂".to_owned() };
    AnswerItem {
        inspection,
        item: item.to_owned(),
        result: result.to_owned(),
        note: None,
        number: Some("嘉应急〔2026〕9号".to_owned()),
        pictures: vec![picture()],
        basis: None,
        hazard: Some(hazard),
    }
}

fn begun() -> States {
    let states = street();
    let decision = done(&states, Role::Gridworker, Inspect::Begin(begin())).unwrap();
    saved(states, &decision)
}

fn all_but(states: States, failed: &[&str]) -> States {
    template().items.iter().fold(states, |states, item| {
        let result = if failed.contains(&item.item.as_str()) { "failed" } else { "passed" };
        let decision = done(&states, Role::Gridworker, Inspect::Answer(answer(root(), &item.item, result))).unwrap();
        saved(states, &decision)
    })
}

#[test]
fn an_inspection_keeps_its_items_and_has_one_id_whoever_begins_it() {
    let decision = done(&street(), Role::Gridworker, Inspect::Begin(begin())).unwrap();
    assert_eq!(decision.first.record, root());
    let other = BeginInspection { office: Some("街道".to_owned()), ..begin() };
    assert_eq!(done(&street(), Role::Handler, Inspect::Begin(other)).unwrap().first.record, root());
    let states = saved(street(), &decision);
    let read = Inspection::of(&states[&root()]).unwrap();
    assert_eq!((read.items, read.round, read.parent), (template().items, 0, WORKS));
    let elsewhere = [
        BeginInspection { on: Some(DAY + 1), ..begin() },
        BeginInspection { origin: "street".to_owned(), ..begin() },
        BeginInspection { campaign: Some(GRID), ..begin() },
    ];
    assert!(elsewhere.into_iter().all(|begin| begin.record() != root()));
}

#[test]
fn what_cannot_be_begun_is_refused() {
    // what is wanted, code
    let rows = [
        (BeginInspection { on: Some(DAY + 61), ..begin() }, "not_yet"),
        (BeginInspection { on: None, ..begin() }, "missing_field"),
        (BeginInspection { place: GRID, ..begin() }, "wrong_parent"),
        (BeginInspection { place: RecordId([8; 16]), ..begin() }, "unknown_parent"),
        (BeginInspection { origin: "newspaper".to_owned(), ..begin() }, "unknown_code"),
        (BeginInspection { template: Template { items: Vec::new(), ..template() }, ..begin() }, "missing_field"),
    ];
    for (begin, code) in rows {
        assert_eq!(done(&street(), Role::Gridworker, Inspect::Begin(begin)).unwrap_err().code(), code);
    }
    assert_eq!(done(&begun(), Role::Gridworker, Inspect::Begin(begin())).unwrap_err().code(), "record_exists");
    assert_eq!(done(&begun(), Role::Volunteer, Inspect::Begin(begin())).unwrap_err().code(), "record_exists");
    assert_eq!(done(&street(), Role::Volunteer, Inspect::Begin(begin())).unwrap_err().code(), "field_not_permitted");
}

#[test]
fn what_failed_is_a_hazard_in_the_same_save_and_one_on_two_phones() {
    let states = begun();
    let fails = |role| done(&states, role, Inspect::Answer(answer(root(), "chem_store", "failed"))).unwrap();
    let (one, other) = (fails(Role::Gridworker), fails(Role::Handler));
    let [case] = one.more.as_slice() else { panic!("one hazard") };
    assert_eq!(case.record, hazard_of(root(), "chem_store"));
    assert_eq!(case.record, other.more[0].record, "two phones make one hazard");
    assert_eq!(case.wishes, other.more[0].wishes, "what both write is equal");
    assert_eq!(put(case, case::ITEM), Some(&"chem_store".into()));
    assert_eq!(put(case, "category"), Some(&"plant_small_chemical".into()));
    assert_eq!(put(case, "parent"), Some(&WORKS.into()));
    let class = case.wishes.iter().find_map(|wish| match wish {
        Wish::Step { step, answers, .. } if step == "report" => answers.get("class"),
        _ => None,
    });
    assert_eq!(class, Some(&"gridwalk_safety/1/0203".into()));
    let days = template().items.iter().find(|item| item.item == "chem_store").unwrap().recheck_days.clone();
    assert_eq!(put(&one.first, inspection_item::RECHECK_ON), Some(&Value::Int(DAY + days[0])));
    let passed = done(&states, Role::Gridworker, Inspect::Answer(answer(root(), "chem_store", "passed"))).unwrap();
    assert_eq!((passed.more.len(), put(&passed.first, inspection_item::CASE)), (0, None));
}

#[test]
fn a_hazard_of_the_item_that_is_open_is_added_to() {
    let open = RecordId([6; 16]);
    let mut states = begun();
    states.insert(open, known(Kind::Case, open, &[("unit", GRID.into()), ("title", "旧隐患".into())]));
    let hazard = Hazard { open: Some(Basis::blank(open)), ..Hazard::default() };
    let again = AnswerItem { hazard: Some(hazard), ..answer(root(), "chem_store", "failed") };
    let decision = done(&states, Role::Gridworker, Inspect::Answer(again.clone())).unwrap();
    assert_eq!(put(&decision.first, inspection_item::CASE), Some(&open.into()));
    let [case] = decision.more.as_slice() else { panic!("the open one") };
    assert_eq!((case.record, case.wishes.len()), (open, 1));
    assert!(
        matches!(&case.wishes[0], Wish::Add { set, element } if set == case::INSPECTIONS && *element == root().into())
    );
    let told = saved(states, &decision);
    let basis = Basis::of(&told[&decision.first.record], crate::TimelineId::default(), 1);
    let twice = AnswerItem { basis: Some(basis), note: Some("仍在".to_owned()), ..again };
    assert_eq!(done(&told, Role::Gridworker, Inspect::Answer(twice)).unwrap().more, [], "it is told once");
}

#[test]
fn what_an_item_asks_for_has_to_be_brought_along() {
    let states = begun();
    let bare = |item: &str, result: &str| AnswerItem { number: None, pictures: vec![], ..answer(root(), item, result) };
    // item with its evidence, result, code
    let rows = [
        ("chem_store", "failed", Some("no_evidence")),
        ("chem_store", "passed", None),
        ("chem_licence", "passed", Some("missing_field")),
        ("chem_licence", "failed", None),
        ("vapour_alarm", "failed", Some("missing_field")),
        ("vapour_alarm", "passed", Some("missing_field")),
        ("vapour_alarm", "not_applicable", None),
        ("crane", "passed", Some("item_unknown")),
        ("chem_store", "so_so", Some("unknown_code")),
    ];
    for (item, result, code) in rows {
        let decided = done(&states, Role::Gridworker, Inspect::Answer(bare(item, result)));
        assert_eq!(decided.as_ref().err().map(Rejection::code), code, "{item} {result}");
    }
    let volunteer = done(&states, Role::Volunteer, Inspect::Answer(answer(root(), "chem_store", "passed")));
    assert_eq!(volunteer.unwrap_err().code(), "field_not_permitted");
    let answered = all_but(states, &[]);
    let unseen = done(&answered, Role::Gridworker, Inspect::Answer(answer(root(), "chem_store", "failed")));
    assert_eq!(unseen.unwrap_err().code(), "record_exists", "what stands there was not on the screen");
}

#[test]
fn it_is_finished_when_all_is_answered_and_signed() {
    let items: Vec<String> = template().items.into_iter().map(|item| item.item).collect();
    let finish = |states: &States, signed: Option<&str>| {
        let basis = Basis::of(&states[&root()], crate::TimelineId::default(), 1);
        let (record, items) = (root(), items.clone());
        let signed_by = signed.map(str::to_owned);
        let (unsigned, signature, note, attempt, people) = (None, None, None, None, None);
        let finish = FinishInspection { record, basis, items, signed_by, unsigned, signature, note, attempt, people };
        done(states, Role::Gridworker, Inspect::Finish(finish))
    };
    assert_eq!(finish(&begun(), Some("王经理")).unwrap_err().code(), "items_unanswered");
    let answered = all_but(begun(), &["chem_store"]);
    assert_eq!(finish(&answered, None).unwrap_err().code(), "missing_field");
    let decision = finish(&answered, Some("王经理")).unwrap();
    assert_eq!(put(&decision.first, "signed_by"), Some(&"王经理".into()));
    assert!(Inspection::of(&saved(answered, &decision)[&root()]).unwrap().finished_at.is_some());
}

#[test]
fn a_round_looks_again_at_what_failed_and_at_nothing_else() {
    let states = all_but(begun(), &["chem_store", "wiring"]);
    let recheck = |round: u32, items: &[&str]| {
        let items = items.iter().map(|item| (*item).to_owned()).collect();
        Inspect::Recheck(BeginRecheck { of: root(), round, items, on: Some(DAY + 3), office: None })
    };
    // round, items, code
    let rows: [(u32, &[&str], &str); 5] = [
        (1, &["chem_licence"], "nothing_to_recheck"),
        (1, &["crane"], "item_unknown"),
        (2, &["wiring"], "nothing_to_recheck"),
        (4, &["wiring"], "nothing_to_recheck"),
        (1, &[], "nothing_to_recheck"),
    ];
    for (round, items, code) in rows {
        assert_eq!(
            done(&states, Role::Gridworker, recheck(round, items)).unwrap_err().code(),
            code,
            "{round} {items:?}"
        );
    }
    let decision = done(&states, Role::Gridworker, recheck(1, &["chem_store", "wiring"])).unwrap();
    let round = recheck_of(root(), 1);
    assert_eq!(decision.first.record, round);
    let states = saved(states, &decision);
    let read = Inspection::of(&states[&round]).unwrap();
    assert_eq!((read.round, read.root(), read.items.len()), (1, root(), 2));

    // What fails again is a step of its hazard with the next day; what passes is one without.
    let case = hazard_of(root(), "wiring");
    let again = |result: &str| {
        let open = Basis::of(&states[&case], crate::TimelineId::default(), 1);
        let hazard = Some(Hazard { open: Some(open), ..Hazard::default() });
        let answer = AnswerItem { hazard, ..answer(round, "wiring", result) };
        done(&states, Role::Gridworker, Inspect::Answer(answer)).unwrap()
    };
    let step = |decision: &Decision| match &decision.more[0].wishes[0] {
        Wish::Step { step, answers, .. } => (step.clone(), answers.clone()),
        other => panic!("{other:?}"),
    };
    let (code, answers) = step(&again("failed"));
    let days = template().items.iter().find(|item| item.item == "wiring").unwrap().recheck_days.clone();
    assert_eq!((code.as_str(), &answers["passed"], &answers["round"]), ("recheck", &false.into(), &Value::Int(1)));
    assert_eq!(answers["next_on"], Value::Int(DAY + 3 + days[1]));
    let (_, answers) = step(&again("passed"));
    assert_eq!((&answers["passed"], answers.get("next_on")), (&true.into(), None));
    assert_eq!(put(&again("failed").first, inspection_item::CASE), Some(&case.into()));
}

#[test]
fn what_a_change_said_is_said_again() {
    let decision = done(&street(), Role::Gridworker, Inspect::Begin(begin())).unwrap();
    let edits = decision.first.wishes.iter().fold(Edits::none(), |edits, wish| match wish {
        Wish::Put { field, value: Some(value), .. } => edits.put(field, value.clone()),
        Wish::Add { set, element } => edits.add(set, element.clone()),
        _ => edits,
    });
    assert_eq!(begin_again(WORKS, &edits), Some(Inspect::Begin(begin())));
    let said = answer(root(), "chem_ledger", "passed");
    let decision = done(&begun(), Role::Gridworker, Inspect::Answer(said.clone())).unwrap();
    let edits = decision.first.wishes.iter().fold(Edits::none(), |edits, wish| match wish {
        Wish::Put { field, value: Some(value), .. } => edits.put(field, value.clone()),
        Wish::Attach { .. } => edits.attach(picture()),
        _ => edits,
    });
    assert_eq!(answer_again(root(), &edits), Some(AnswerItem { hazard: None, ..said }));
}
