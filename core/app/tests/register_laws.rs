//! Random people type random things into the register on three phones without a signal, and meet at the server: nothing
//! is lost, everything has a place, and a child is in sight where its parent is.
#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod field;

use field::*;
use gridwalk_app::AppError;
use gridwalk_model::command::*;
use gridwalk_model::kind::{Home, Kind, PARENT};
use gridwalk_model::{RecordId, State, Value};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// One thing that somebody wants; numbers choose among what is on the phone.
#[derive(Debug, Clone)]
enum Wanted {
    Estate(String),
    Building(usize),
    Facility(usize),
    Dwelling(usize, u8),
    Household(usize, String),
    Resident(usize, String),
    Village(String),
    Edit(usize, String),
    Confirm(usize),
    Check(usize, usize),
    MoveIn(usize, usize),
    MoveOut(usize),
    Split(usize),
    Merge(usize, usize),
    Same(usize, usize),
    Delete(usize),
}

/// A phone does something, or has a signal for a moment.
#[derive(Debug, Clone)]
enum Event {
    Typed(usize, Wanted),
    Signal(usize),
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let some = || any::<prop::sample::Index>().prop_map(|i| i.index(1000));
    let name = || "[甲乙丙丁]{1,3}";
    prop_oneof![
        1 => name().prop_map(Wanted::Estate),
        1 => some().prop_map(Wanted::Building),
        1 => some().prop_map(Wanted::Facility),
        1 => (some(), any::<u8>()).prop_map(|(b, n)| Wanted::Dwelling(b, n)),
        1 => (some(), name()).prop_map(|(d, n)| Wanted::Household(d, n)),
        1 => (some(), name()).prop_map(|(h, n)| Wanted::Resident(h, n)),
        1 => name().prop_map(Wanted::Village),
        4 => (some(), name()).prop_map(|(r, n)| Wanted::Edit(r, n)),
        2 => some().prop_map(Wanted::Confirm),
        1 => (some(), 0..4usize).prop_map(|(f, s)| Wanted::Check(f, s)),
        2 => (some(), some()).prop_map(|(r, h)| Wanted::MoveIn(r, h)),
        1 => some().prop_map(Wanted::MoveOut),
        2 => some().prop_map(Wanted::Split),
        1 => (some(), some()).prop_map(|(a, b)| Wanted::Merge(a, b)),
        1 => (some(), some()).prop_map(|(a, b)| Wanted::Same(a, b)),
        1 => some().prop_map(Wanted::Delete),
    ]
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let one = prop_oneof![
        5 => (0..3usize, wanted()).prop_map(|(p, w)| Event::Typed(p, w)),
        1 => (0..3usize).prop_map(Event::Signal),
    ];
    prop::collection::vec(one, 20..60)
}

fn records(phone: &Phone, kind: Kind) -> Vec<RecordId> {
    let filter = gridwalk_store::RowFilter::kind(kind.name());
    phone.notebook.store().rows(&filter).unwrap().into_iter().map(|r| r.record).collect()
}

fn state(phone: &Phone, record: RecordId) -> State {
    phone.notebook.store().predicted(record, phone.notebook.now()).unwrap().state
}

/// The command, as far as this phone holds what it is about.
#[expect(clippy::too_many_lines, reason = "an arm for each thing that somebody may want")]
fn command(phone: &Phone, wanted: &Wanted) -> Option<Command> {
    let record = phone.notebook.new_record().unwrap();
    let basis = |r| phone.notebook.basis(r).unwrap();
    let pick = |kind: Kind, n: usize| {
        let list = records(phone, kind);
        (!list.is_empty()).then(|| list[n % list.len()])
    };
    let named = |name: &str| Edits::none().put("name", name);
    let residents_of = |home: RecordId| -> Vec<RecordId> {
        let all = records(phone, Kind::Resident);
        all.into_iter().filter(|r| state(phone, *r).head_ids(PARENT).contains(&home)).collect()
    };
    let place = |kind, parent, edits| Command::AddPlace(AddPlace { record, kind, unit: Some(GRID), parent, edits });
    Some(match wanted {
        Wanted::Estate(name) => place(Kind::Estate, None, named(name)),
        Wanted::Building(n) => {
            let edits = pick(Kind::Estate, *n).map_or(named("幢"), |e| named("幢").put(PARENT, e));
            Command::AddBuilding(AddBuilding { record, unit: GRID, edits })
        }
        Wanted::Facility(n) => place(Kind::Facility, pick(Kind::Building, *n), Edits::none().put("kind", "hydrant")),
        Wanted::Dwelling(n, number) => {
            let edits = Edits::none().put("number", number.to_string());
            Command::AddDwelling(AddDwelling { record, building: pick(Kind::Building, *n)?, edits })
        }
        Wanted::Household(n, label) => {
            let edits = Edits::none().put("label", label.as_str());
            Command::AddHousehold(AddHousehold {
                record,
                dwelling: pick(Kind::Dwelling, *n)?,
                edits,
                residents: vec![],
            })
        }
        Wanted::Resident(n, name) => {
            Command::AddResident(AddResident { record, household: pick(Kind::Household, *n)?, edits: named(name) })
        }
        Wanted::Village(label) => Command::AddVillageHousehold(AddVillageHousehold {
            record,
            house: phone.notebook.new_record().unwrap(),
            unit: GRID,
            house_name: label.clone(),
            walk: None,
            edits: Edits::none().put("label", label.as_str()),
            residents: vec![NewResident { record: phone.notebook.new_record().unwrap(), edits: named(label) }],
        }),
        Wanted::Edit(n, text) => {
            let kinds = [Kind::Resident, Kind::Household, Kind::Estate, Kind::Facility, Kind::Building];
            let record = pick(kinds[n % kinds.len()], n / kinds.len())?;
            let edits = Edits::none().put("note", text.as_str());
            Command::EditRecord(EditRecord { record, basis: basis(record), also: vec![], edits })
        }
        Wanted::Confirm(n) => {
            let kinds = [Kind::Resident, Kind::Household, Kind::Estate];
            let record = pick(kinds[n % kinds.len()], n / kinds.len())?;
            Command::ConfirmUnchanged(ConfirmUnchanged { record, basis: basis(record), at: None })
        }
        Wanted::Check(n, s) => {
            let record = pick(Kind::Facility, *n)?;
            let state = ["intact", "damaged", "lost", "abandoned"][*s].to_owned();
            Command::CheckFacility(CheckFacility { record, basis: basis(record), state, at: None })
        }
        Wanted::MoveIn(r, h) => {
            let (record, household) = (pick(Kind::Resident, *r)?, pick(Kind::Household, *h)?);
            Command::MoveIn(MoveIn { record, basis: basis(record), household, on: None })
        }
        Wanted::MoveOut(r) => {
            let record = pick(Kind::Resident, *r)?;
            Command::MoveOut(MoveOut { record, basis: basis(record), on: None, to: None })
        }
        Wanted::Split(h) => {
            let home = pick(Kind::Household, *h)?;
            let residents = residents_of(home).into_iter().take(1).map(basis).collect();
            let edits = Edits::none().put("label", "分户");
            Command::SplitHousehold(SplitHousehold { record, basis: basis(home), dwelling: None, edits, residents })
        }
        Wanted::Merge(a, b) => {
            let (ends, into) = (pick(Kind::Household, *a)?, pick(Kind::Household, *b)?);
            let residents = residents_of(ends).into_iter().map(basis).collect();
            Command::MergeHouseholds(MergeHouseholds { basis: basis(ends), into: basis(into), residents, on: None })
        }
        Wanted::Same(a, b) => {
            let (one, other) = (pick(Kind::Household, *a)?, pick(Kind::Household, *b)?);
            Command::LinkSame(LinkSame { basis: basis(one), other: basis(other) })
        }
        Wanted::Delete(r) => {
            let record = pick(Kind::Resident, *r)?;
            Command::DeleteRecord(DeleteRecord { record, basis: basis(record), also: vec![] })
        }
    })
}

/// The records that a phone holds, of every kind.
fn held(phone: &Phone) -> BTreeSet<RecordId> {
    Kind::ALL.into_iter().flat_map(|kind| records(phone, kind)).collect()
}

fn holds(phones: &[Phone], typed: &BTreeSet<RecordId>) {
    let first = held(&phones[0]);
    for phone in phones {
        assert_eq!(phone.waiting(), 0, "all was sent and came back");
        assert!(phone.notebook.store().attention().unwrap().is_empty(), "nothing came back refused");
        assert_eq!(held(phone), first, "all hold the same");
        for record in typed {
            let state = state(phone, *record);
            assert!(!state.kinds.is_empty(), "{record} was typed and is nowhere");
            let loaded = phone.notebook.held_for(&[*record], phone.notebook.now()).unwrap();
            assert_eq!(home_unit(&loaded, *record), Some(GRID), "{} {record} has no place", state.kind());
            let table = Kind::from_name(state.kind()).unwrap().table();
            if matches!(table.home, Home::Parent(_)) {
                for parent in state.head_ids(PARENT) {
                    assert!(loaded.contains_key(&parent), "the parent of {record} is not in sight");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn what_is_typed_is_in_a_timeline_and_has_a_place(events in events()) {
        let mut field = Field::new();
        let mut phones: Vec<Phone> = (0..3).map(|n| field.phone(n * 3_600_000)).collect();
        let mut typed: BTreeSet<RecordId> = BTreeSet::new();
        let mut notes: Vec<(RecordId, String)> = Vec::new();
        for phone in &mut phones {
            phone.sync(&field.line);
        }
        for event in events {
            field.hands.pass(60_000);
            match event {
                Event::Signal(n) => drop(phones[n].sync(&field.line)),
                Event::Typed(n, wanted) => {
                    let Some(command) = command(&phones[n], &wanted) else { continue };
                    match phones[n].notebook.execute(&command) {
                        Ok(changed) => typed.extend(changed.changes.ids.iter()),
                        Err(AppError::Rejected(_)) => continue,
                        Err(other) => panic!("{other:?}"),
                    }
                    if let Command::EditRecord(edit) = &command
                        && let Some(Some(Value::Text(note))) = edit.edits.fields.get("note")
                    {
                        notes.push((edit.record, note.clone()));
                    }
                }
            }
        }
        for _ in 0..2 {
            for phone in &mut phones {
                phone.sync(&field.line);
            }
        }
        holds(&phones, &typed);
        // The last note that anybody typed on a record stands in its heads: nobody can have seen it and written since.
        let mut seen = BTreeSet::new();
        for (record, note) in notes.iter().rev().filter(|(record, _)| seen.insert(*record)) {
            prop_assert!(phones[0].heads(*record, "note").contains(note), "{note} on {record} is lost");
        }
    }
}
