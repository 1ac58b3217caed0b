//! What formulas count, whatever happened in whatever order.

use super::condition::Item;
use super::formula::{conditions, in_words};
use super::number::permille;
use super::volume::{VolumeBy, volume};
use super::*;
use crate::code_set::CodeSet;
use crate::id::{AccountId, RecordId, UnitId};
use crate::journal::Outcome;
use crate::kind::Kind;
use crate::name::Name;
use crate::state::{Add, ObservedSet, State, Step, Tag};
use crate::time::Timestamp;
use crate::value::Value;
use crate::workflow::START;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

const HOUR: i64 = 3_600_000;

fn unit(n: u8) -> UnitId {
    UnitId([n; 16])
}

fn account(n: u8) -> AccountId {
    AccountId([n; 16])
}

fn october() -> Month {
    "2026-10".parse().unwrap()
}

/// So many hours after October began.
fn hour(hour: i64) -> Timestamp {
    october().begins().plus_ms(hour * HOUR)
}

fn case(id: u8) -> State {
    State { kinds: vec![Kind::Case.name().to_owned()], named: vec![unit(id % 3 + 1)], ..State::new(RecordId([id; 16])) }
}

fn tag(by: u8, at: Timestamp) -> Arc<Tag> {
    Arc::new(Tag { effective: at, id: Name::default(), names: Vec::new(), author: account(by) })
}

/// Takes a step as it is admitted: applied where the table has it open.
fn take(state: &mut State, by: u8, at: Timestamp, step: &str, answers: &[(&str, Value)]) -> bool {
    let Some(row) = Kind::Case.steps().row(state.status(), step) else { return false };
    let answers = answers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let to = row.to.to_owned();
    state.steps.push(Step { tag: tag(by, at), step: step.to_owned(), to, answers, outcome: Outcome::Applied });
    true
}

/// A case of such an id with these steps: hour, by whom, step, and the deadline's hour that it stamps.
fn story(id: u8, steps: &[(i64, u8, &str, Option<i64>)]) -> State {
    let mut state = case(id);
    for (at, by, step, due) in steps {
        let mut answers: Vec<(&str, Value)> = due.iter().map(|due| ("due", Value::Int(hour(*due).0))).collect();
        if *step == "dispatch" {
            answers.push(("unit", Value::Id(unit(9).record())));
        }
        assert!(take(&mut state, *by, hour(*at), step, &answers), "{step} of {id}");
    }
    state
}

fn fact(state: &State) -> Fact {
    Fact::Case(CaseFact::of(state, false, state.record).unwrap())
}

fn october_of(states: &[State], now: i64) -> Sheet {
    let mut book = Book::default();
    for state in states {
        book.replace(state.record, Some(fact(state)));
    }
    book.total(october(), hour(now))
}

fn ids(rows: &[RecordId]) -> Vec<u8> {
    rows.iter().map(|record| record.0[0]).collect()
}

#[test]
fn the_tables_that_ship_read_and_have_words_in_three_languages() {
    assert_eq!(Formulas::unread(), Vec::<&str>::new());
    let formulas = Formulas::shipped();
    let countings =
        || formulas.numbers.iter().map(|f| &f.counting).chain(formulas.adjustments.iter().map(|a| &a.counting));
    for counting in countings() {
        let Label { code, zh_hans, zh_hant, en } = counting.label;
        assert!([code, zh_hans, zh_hant, en].iter().all(|text| !text.is_empty()), "{code}");
        for condition in counting.base.iter().chain(&counting.top).chain(&counting.left_out) {
            assert_eq!(Condition::from_name(&condition.name()), Some(*condition));
            let name = condition.name();
            assert!(conditions().iter().any(|label| label.code == name), "{code} asks for {name} without words");
            assert!(["zh-Hans", "zh-Hant", "en"].iter().all(|language| !in_words(*condition, language).is_empty()));
        }
    }
    for label in conditions() {
        assert!(Condition::from_name(label.code).is_some(), "{} is no condition", label.code);
    }
    let codes: std::collections::BTreeSet<&str> = countings().map(|counting| counting.code).collect();
    assert_eq!(codes.len(), countings().count(), "a code stands once");
    for line in CodeSet::CaseLine.entries() {
        assert!(formulas.number(&format!("asks_{}", line.code)).is_some(), "asks by the line {}", line.code);
    }
    assert!(formulas.numbers.iter().map(|formula| formula.weight).sum::<u32>() == 100);
}

#[test]
fn nothing_is_counted_by_distance_time_spent_or_presence() {
    let published: String = Formulas::published().map(|(_, table)| table).concat().to_lowercase();
    for word in [
        "kilomet",
        "公里",
        "里程",
        "minute",
        "分钟",
        "分鐘",
        "login",
        "登录",
        "登錄",
        "在线",
        "在線",
        "check-in",
        "打卡",
        "steps walked",
        "步数",
    ] {
        assert!(!published.contains(word), "{word}");
    }
    let fact = serde_json::to_value(fact(&story(1, &[(1, 1, "report", None)]))).unwrap();
    let kept: Vec<&String> = fact["case"].as_object().unwrap().keys().collect();
    let allowed = ["record", "kind", "lines", "origins", "unit", "worker", "reported", "marks"];
    assert!(kept.iter().all(|name| allowed.contains(&name.as_str())), "{kept:?}: and nobody who complained");
}

#[test]
fn each_number_opens_its_rows_and_says_why_others_are_left_out() {
    let whole = |id, settled, due| {
        story(
            id,
            &[
                (1, 1, "report", None),
                (2, 2, "accept", None),
                (3, 2, "dispatch", Some(due)),
                (4, 3, "take", None),
                (settled, 3, "handle", None),
                (settled + 1, 4, "verify", None),
                (settled + 2, 2, "close", None),
            ],
        )
    };
    let states = [
        whole(1, 10, 20),
        whole(2, 30, 20),
        story(3, &[(1, 1, "report", None), (2, 2, "accept", None), (3, 2, "dispatch", Some(50))]),
        story(4, &[(1, 1, "report", None), (2, 2, "accept", None), (3, 2, "dispatch", Some(20)), (5, 2, "hold", None)]),
        story(5, &[(1, 1, "report", None), (2, 2, "void", None)]),
        story(6, &[(1, 1, "submit", None)]),
        story(
            7,
            &[
                (1, 1, "report", None),
                (2, 2, "accept", None),
                (3, 2, "dispatch", Some(20)),
                (4, 3, "take", None),
                (6, 3, "handle", None),
            ],
        ),
        story(8, &[(1, 1, "report", None), (2, 2, "accept", None), (3, 2, "dispatch", Some(20))]),
    ];
    let sheet = october_of(&states, 40);
    let closing = sheet.number("closing").unwrap();
    assert_eq!((ids(&closing.top_rows), ids(&closing.base_rows)), (vec![1, 2], vec![1, 2, 3, 7, 8]));
    let why: Vec<(u8, &str)> = closing.left_out.iter().map(|left| (left.record.0[0], left.reason.as_str())).collect();
    assert_eq!(why, [(4, "held"), (5, "void"), (6, "unverified")]);
    let on_time = sheet.number("on_time").unwrap();
    assert_eq!(
        (ids(&on_time.top_rows), ids(&on_time.base_rows), on_time.permille),
        (vec![1], vec![1, 2, 8], Some(333))
    );
    let why: Vec<(u8, &str)> = on_time.left_out.iter().map(|left| (left.record.0[0], left.reason.as_str())).collect();
    assert_eq!(why, [(3, "not_yet_due"), (4, "held"), (7, "waits_for_check")]);
    let later = october_of(&states, 60);
    assert_eq!(ids(&later.number("on_time").unwrap().base_rows), [1, 2, 3, 8], "what was not due is late by now");
    assert_eq!(ids(&sheet.number("verified_first").unwrap().base_rows), [1, 2]);
    assert_eq!(
        (sheet.score, later.score),
        (Some(500), Some(464)),
        "40 % of 25 parts, 33 % of 30, later 25 %, and all of 15"
    );
}

#[test]
fn rework_and_a_second_round_are_told_and_the_first_round_is_judged_as_it_was() {
    let mut again = vec![
        (1, 1, "report", None),
        (2, 2, "accept", None),
        (3, 2, "dispatch", Some(20)),
        (4, 3, "take", None),
        (5, 3, "handle", None),
        (6, 4, "rework", None),
    ];
    again.extend([
        (7, 3, "handle", None),
        (8, 4, "verify", None),
        (9, 2, "close", None),
        (30, 2, "handle_again", None),
        (31, 2, "dispatch", Some(40)),
    ]);
    let state = story(1, &again);
    let Fact::Case(fact) = fact(&state) else { panic!("a case") };
    assert_eq!((fact.settled, fact.due, fact.closed), (Some(hour(7)), Some(hour(20)), Some(hour(9))));
    assert!(fact.is_on_time() && fact.has(Mark::Reworked) && !fact.has(Mark::CheckedRight) && !fact.has(Mark::Closed));
    let sheet = october_of(&[state], 35);
    assert_eq!(sheet.number("handled_again").unwrap().top, 1);
    assert_eq!(sheet.number("on_time").unwrap().top, 0, "on time, and not closed any more");
    assert_eq!((sheet.number("verified_first").unwrap().top, sheet.number("verified_first").unwrap().base), (0, 1));
}

#[test]
fn whose_a_case_is_by_grid_unit_and_worker() {
    let held =
        story(3, &[(1, 1, "report", None), (2, 2, "accept", None), (3, 2, "dispatch", Some(50)), (4, 3, "take", None)]);
    let (fact, fresh) = (fact(&held), fact(&story(4, &[(1, 1, "report", None)])));
    assert_eq!(fact.key(Group::Grid), Some(unit(1).record()));
    assert_eq!(fact.key(Group::Unit), Some(unit(9).record()), "the one that leads");
    assert_eq!(fact.key(Group::Worker), Some(RecordId([3; 16])), "who has it");
    assert_eq!((fresh.key(Group::Unit), fresh.key(Group::Worker)), (Some(unit(2).record()), Some(RecordId([1; 16]))));
    let mut book = Book::default();
    for fact in [fact, fresh] {
        book.replace(fact.record(), Some(fact));
    }
    let by_worker = book.by(Group::Worker, october(), hour(60));
    assert_eq!(by_worker.keys().map(|worker| worker.0[0]).collect::<Vec<_>>(), [1, 3]);
    assert!(by_worker.values().all(|sheet| sheet.number("coverage").is_none()), "nobody answers for doors alone");
}

#[test]
fn multipliers_apply_and_a_veto_leaves_nothing() {
    let closed = |id| {
        story(
            id,
            &[
                (1, 1, "report", None),
                (2, 2, "accept", None),
                (3, 2, "dispatch", Some(20)),
                (4, 3, "take", None),
                (5, 3, "handle", None),
                (6, 4, "verify", None),
                (7, 2, "close", None),
            ],
        )
    };
    let supervised = |id| {
        story(
            id,
            &[
                (1, 1, "report", None),
                (2, 2, "accept", None),
                (3, 2, "supervise", None),
                (3, 2, "dispatch", Some(20)),
                (4, 3, "take", None),
                (5, 3, "handle", None),
                (6, 4, "verify", None),
                (7, 2, "close", None),
            ],
        )
    };
    assert_eq!(october_of(&[closed(1), closed(2)], 40).score, Some(1000));
    assert_eq!(october_of(&[closed(1), supervised(2)], 40).score, Some(1000), "once is not often");
    let twice = october_of(&[supervised(1), supervised(2)], 40);
    assert_eq!(
        (twice.score, twice.adjustments.iter().map(|a| a.number.number).collect::<Vec<_>>()),
        (Some(900), vec!["supervised"])
    );
    let mut grave = story(3, &[(1, 1, "report", None), (2, 2, "accept", None), (3, 2, "dispatch", Some(20))]);
    let head = crate::state::Head { tag: tag(1, hour(1)), value: Some("4".into()), replaced: None, gone: false };
    grave.fields.insert("level".to_owned(), crate::state::Register { heads: vec![head], early: Vec::new() });
    assert_eq!(october_of(&[closed(1), grave.clone()], 40).score, Some(0));
    assert_eq!(october_of(&[closed(1), grave], 10).score.map(|score| score > 0), Some(true), "it is not late yet");
}

#[test]
fn a_place_of_a_list_counts_once_however_it_is_spelt_and_whoever_confirmed_it() {
    use crate::coverage::{Entry, Standing, door_key};
    let campaign = RecordId([200; 16]);
    let building = Some(RecordId([201; 16]));
    let place = |id: u8, label: &str, standing, left| {
        let door = door_key(label, true);
        let entry =
            Entry { target: RecordId([id; 16]), unit: unit(1), building, door, standing, left, ..Entry::default() };
        let days = (october().first_day() + 3, october().first_day() + 40);
        Fact::Place(PlaceFact::new(&entry, campaign, days, None))
    };
    let facts = [
        place(1, "3幢2单元501室", Standing::NotYet, false),
        place(2, "2-501", Standing::Seen, false),
        place(3, "2-502", Standing::NobodyHome, false),
        place(4, "2-503", Standing::Shut, true),
    ];
    let asked = Asked { month: october(), now: hour(60), by: Some(Group::Grid) };
    let coverage = |asked: &Asked| sheet(Formulas::shipped(), facts.iter(), asked).number("coverage").cloned().unwrap();
    let number = coverage(&asked);
    assert_eq!((number.top, number.base, number.permille, ids(&number.top_rows)), (1, 2, Some(500), vec![1]));
    assert_eq!(number.left_out, [LeftOut { record: RecordId([4; 16]), reason: "left_list".to_owned() }]);
    assert_eq!(coverage(&Asked { month: october().plus(1), ..asked }).base, 2, "it ran in November, too");
    assert_eq!(coverage(&Asked { month: october().plus(2), ..asked }).base, 0);
}

#[test]
fn volumes_are_counted_month_by_month_and_a_case_of_two_lines_in_both() {
    let mut state = story(1, &[(1, 1, "report", None)]);
    let line = |text: &str| Add { tag: tag(1, hour(1)), index: 0, element: text.into() };
    let adds = vec![line("hotline"), line("chat")];
    state.sets.insert("lines".to_owned(), ObservedSet { adds, early: Vec::new() });
    let facts = [
        fact(&state),
        fact(&story(2, &[(-24, 1, "report", None)])),
        fact(&story(3, &[(1, 1, "report", None), (2, 1, "void", None)])),
    ];
    let counted = volume(facts.iter(), VolumeBy::Line, october(), 6);
    assert_eq!(counted.all, [0, 0, 0, 0, 1, 1], "what is void is no volume");
    let part = |name: &str| counted.parts[name].clone();
    assert_eq!(
        (part("hotline"), part("chat"), part("grid")),
        (vec![0, 0, 0, 0, 0, 1], vec![0, 0, 0, 0, 0, 1], vec![0, 0, 0, 0, 1, 0])
    );
    let kinds = volume(facts.iter(), VolumeBy::Kind, october(), 1);
    assert_eq!(kinds.parts, BTreeMap::from([("hazard".to_owned(), vec![1])]));
    assert!(VolumeBy::ALL.iter().all(|by| VolumeBy::from_name(by.name()) == Some(*by)));
}

#[test]
fn a_share_is_rounded_to_the_nearest() {
    assert_eq!(
        (permille(0, 0), permille(1, 3), permille(2, 3), permille(1995, 1998)),
        (None, Some(333), Some(667), Some(998))
    );
}

/// What somebody does next to one of a few cases: which, which of the open steps, how many hours later, with which date.
type Act = (u8, usize, i64, Option<i64>);

/// Takes any step that is open, as the table has it.
fn act(state: &mut State, at: Timestamp, (id, choice, _, due): &Act) {
    let open: Vec<&str> = Kind::Case.steps().rows.iter().filter(|r| r.from == state.status()).map(|r| r.step).collect();
    let Some(step) = open.get(choice % open.len().max(1)) else { return };
    let mut answers =
        vec![("unit", Value::Id(unit(id % 5 + 4).record())), ("satisfied", Value::Bool(choice.is_multiple_of(2)))];
    answers.extend(due.map(|hours| ("due", Value::Int(at.0 + hours * HOUR))));
    assert!(take(state, id % 4, at, step, &answers));
}

proptest! {
    #[test]
    fn facts_that_are_replaced_one_by_one_are_those_made_anew(
        acts in proptest::collection::vec((0u8..8, 0usize..40, 0i64..200, proptest::option::of(1i64..900)), 1..160),
        order in any::<u64>(),
        now in 0i64..3000,
    ) {
        let mut states: BTreeMap<u8, State> = (0..8).map(|id| (id, case(id))).collect();
        prop_assert!(states.values().all(|state| state.status() == START));
        let (mut kept, mut at) = (Book::default(), hour(0));
        for one in &acts {
            at = at.plus_ms(one.2 * HOUR);
            let Some(state) = states.get_mut(&one.0) else { continue };
            act(state, at, one);
            kept.replace(state.record, CaseFact::of(state, false, state.record).map(Fact::Case));
        }
        let mut anew = Book::default();
        let mut last: Vec<&State> = states.values().collect();
        last.sort_by_key(|state| u64::from(state.record.0[0] + 1).wrapping_mul(order | 1).rotate_left(17));
        for state in &last {
            anew.replace(state.record, CaseFact::of(state, false, state.record).map(Fact::Case));
        }
        prop_assert_eq!(&kept, &anew);
        let months: Vec<Month> = anew.known_months().collect();
        for month in months {
            let total = kept.total(month, hour(now));
            prop_assert_eq!(&total, &anew.total(month, hour(now)));
            let direct = sheet(Formulas::shipped(), kept.facts(), &Asked { month, now: hour(now), by: None });
            prop_assert_eq!(&total, &direct, "the index by months leaves nothing out");
            for group in Group::ALL {
                let parts = kept.by(*group, month, hour(now));
                for number in total.numbers.iter().filter(|n| n.number != "coverage") {
                    let sum = |of: fn(&Number) -> usize| parts.values().filter_map(|s| s.number(number.number)).map(of).sum::<usize>();
                    prop_assert_eq!(sum(|n| n.base), number.base, "{} by {:?}", number.number, group);
                    prop_assert_eq!(sum(|n| n.top), number.top);
                    prop_assert_eq!(sum(|n| n.left_out.len()), number.left_out.len());
                }
            }
            for number in &total.numbers {
                prop_assert!(number.top_rows.iter().all(|row| number.base_rows.contains(row)));
                prop_assert_eq!((number.top_rows.len(), number.base_rows.len()), (number.top, number.base));
            }
        }
        for empty in states.values() {
            kept.replace(empty.record, None);
        }
        prop_assert_eq!(kept, Book::default(), "what goes leaves nothing behind");
    }

    #[test]
    fn a_fact_reads_back_as_it_was_written(acts in proptest::collection::vec((0u8..1, 0usize..40, 0i64..200, proptest::option::of(1i64..900)), 1..30)) {
        let (mut state, mut at) = (case(0), hour(0));
        for one in &acts {
            at = at.plus_ms(one.2 * HOUR);
            act(&mut state, at, one);
        }
        let fact = fact(&state);
        let text = serde_json::to_string(&fact).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Fact>(&text).unwrap(), &fact);
        let Fact::Case(case) = &fact else { unreachable!() };
        prop_assert_eq!(Condition::Overdue.holds(Item::Case(case), at) && Condition::OnTime.holds(Item::Case(case), at), false);
    }
}

/// An objection that was raised by one and decided by another.
fn objection(id: u8, of: u8, row: Option<u8>, decided: Option<&str>) -> State {
    let mut state = State {
        kinds: vec![Kind::Objection.name().to_owned()],
        named: vec![unit(of)],
        ..State::new(RecordId([id; 16]))
    };
    let fields = [("unit", Some(Value::Id(unit(of).record()))), ("month", Some("2026-10".into()))];
    let fields = fields
        .into_iter()
        .chain([("number", Some("closing".into())), ("row", row.map(|n| Value::Id(RecordId([n; 16]))))]);
    for (name, value) in fields.filter_map(|(name, value)| Some((name, value?))) {
        let head = crate::state::Head { tag: tag(1, hour(1)), value: Some(value), replaced: None, gone: false };
        state.fields.insert(name.to_owned(), crate::state::Register { heads: vec![head], early: Vec::new() });
    }
    let steps = [("object", "raised", 1)].into_iter().chain(decided.map(|step| match step {
        "uphold" => (step, "upheld", 5),
        _ => (step, "dismissed", 5),
    }));
    for (step, to, by) in steps {
        state.steps.push(Step {
            tag: tag(by, hour(2)),
            step: step.to_owned(),
            to: to.to_owned(),
            answers: BTreeMap::new(),
            outcome: Outcome::Applied,
        });
    }
    state
}

#[test]
fn an_objection_takes_out_what_it_names_once_it_is_upheld_and_nothing_else() {
    let cases = [1, 2, 3, 4].map(|n| fact(&story(n, &[(1, 1, "report", None), (2, 1, "accept", None)])));
    let counted = |objection: Option<State>| {
        let objected = objection.map(|state| Fact::Objection(ObjectionFact::of(&state).unwrap()));
        let all: Vec<Fact> = cases.iter().cloned().chain(objected).collect();
        let asked = Asked { month: october(), now: hour(700), by: Some(Group::Grid) };
        let sheets = book::grouped(Formulas::shipped(), all.iter(), &asked);
        let of = |n: u8| {
            sheets.get(&unit(n).record()).map(|sheet| {
                let closing = sheet.number("closing").unwrap();
                assert!(sheet.number("held").unwrap().left_out.is_empty(), "another figure is as it was");
                assert!(closing.left_out.iter().all(|left| left.reason == "objected"));
                (closing.base, closing.left_out.len())
            })
        };
        [of(1), of(2), of(3)]
    };
    // Cases 1 and 4 are in unit 2, case 2 in unit 3, case 3 in unit 1.
    let plain = [Some((1, 0)), Some((2, 0)), Some((1, 0))];
    assert_eq!(counted(None), plain);
    assert_eq!(counted(Some(objection(9, 2, Some(1), None))), plain, "nobody decided");
    assert_eq!(counted(Some(objection(9, 2, Some(1), Some("dismiss")))), plain);
    assert_eq!(counted(Some(objection(9, 2, Some(1), Some("uphold")))), [Some((1, 0)), Some((1, 1)), Some((1, 0))]);
    assert_eq!(counted(Some(objection(9, 1, Some(1), Some("uphold")))), [Some((1, 0)), Some((1, 1)), Some((1, 0))]);
    assert_eq!(counted(Some(objection(9, 2, None, Some("uphold")))), [Some((1, 0)), Some((0, 2)), Some((1, 0))]);
    let other_month = State { ..objection(9, 2, None, Some("uphold")) };
    let fact = ObjectionFact { month: october().plus(1), ..ObjectionFact::of(&other_month).unwrap() };
    let all: Vec<Fact> = cases.iter().cloned().chain([Fact::Objection(fact)]).collect();
    let sheet = sheet(Formulas::shipped(), all.iter(), &Asked { month: october(), now: hour(700), by: None });
    assert_eq!(sheet.number("closing").unwrap().base, 4, "of another month");
}
