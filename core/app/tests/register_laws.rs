//! Random people of ten roles type random things with every command there is on three phones without a signal, and meet at the
//! server: nothing is lost, everything has a place, and a child is in sight where its parent is.
#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod every;
mod field;

use every::{ADMINISTERED, COMMANDS, More};
use field::*;
use gridwalk_app::AppError;
use gridwalk_app::read::Reader;
use gridwalk_model::command::*;
use gridwalk_model::id::{AccountId, UnitId};
use gridwalk_model::kind::{Kind, PARENT, UNIT, addressed, case, home};
use gridwalk_model::role::Role;
use gridwalk_model::walk_order::{self, WriterTag};
use gridwalk_model::wish::Wish;
use gridwalk_model::{RecordId, ReplicaId, State, Value};
use gridwalk_server::console::{self, ConsoleWrite};
use gridwalk_server::grant::{self, NewGrant};
use gridwalk_server::{role_kinds, verify};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// Histories of one run.
const CASES: u32 = 14;
/// The grid next door: what moves there is out of the gridworkers' sight.
const NEXT_DOOR: UnitId = UnitId([0x62; 16]);
/// Roles that see both grids, and may give a place away.
const LEADS: [Role; 3] = [Role::VillageSupervisor, Role::TownshipSupervisor, Role::CountySupervisor];
/// Kinds that are edited, moved and deleted.
const KINDS: [Kind; 9] = [
    Kind::Resident,
    Kind::Household,
    Kind::Dwelling,
    Kind::Building,
    Kind::Estate,
    Kind::Address,
    Kind::Premises,
    Kind::Organisation,
    Kind::Facility,
];

/// One thing that somebody wants; numbers choose among what is on the phone.
#[derive(Debug, Clone)]
enum Wanted {
    Estate(String),
    Address(usize, String),
    Premises(usize, String),
    Organisation(usize, String),
    Building(usize),
    Facility(usize),
    Dwelling(usize, u8),
    Household(usize, String),
    HouseholdLink(String),
    Resident(usize, String),
    Village(String),
    Edit(usize, String),
    Confirm(usize),
    Check(usize, usize),
    Visit(usize),
    Case(usize, String),
    Walk(usize, bool),
    MoveIn(usize, usize),
    MoveOut(usize),
    MovePlace(usize, bool),
    MoveHome(usize, usize),
    Split(usize),
    Merge(usize, usize),
    Same(usize, usize, usize),
    Other(usize, usize),
    Delete(usize),
    Beyond(More),
}

/// A phone does something, or has a signal for a moment.
#[derive(Debug, Clone)]
enum Event {
    Typed(usize, Wanted),
    Signal(usize),
}

/// Who has a phone, and what they do.
type Story = (Vec<Role>, Vec<Event>);

fn added() -> impl Strategy<Value = Wanted> {
    let some = || any::<prop::sample::Index>().prop_map(|i| i.index(1000));
    let name = || "[甲乙丙丁]{1,3}";
    prop_oneof![
        2 => name().prop_map(Wanted::Estate),
        2 => (some(), name()).prop_map(|(p, n)| Wanted::Address(p, n)),
        2 => (some(), name()).prop_map(|(p, n)| Wanted::Premises(p, n)),
        2 => (some(), name()).prop_map(|(p, n)| Wanted::Organisation(p, n)),
        2 => some().prop_map(Wanted::Building),
        2 => some().prop_map(Wanted::Facility),
        2 => (some(), any::<u8>()).prop_map(|(b, n)| Wanted::Dwelling(b, n)),
        2 => (some(), name()).prop_map(|(d, n)| Wanted::Household(d, n)),
        1 => name().prop_map(Wanted::HouseholdLink),
        2 => (some(), name()).prop_map(|(h, n)| Wanted::Resident(h, n)),
        2 => name().prop_map(Wanted::Village),
        1 => (some(), name()).prop_map(|(p, n)| Wanted::Case(p, n)),
        1 => some().prop_map(Wanted::Visit),
    ]
}

fn changed() -> impl Strategy<Value = Wanted> {
    let some = || any::<prop::sample::Index>().prop_map(|i| i.index(1000));
    prop_oneof![
        6 => (some(), "[甲乙丙丁]{1,3}").prop_map(|(r, n)| Wanted::Edit(r, n)),
        2 => some().prop_map(Wanted::Confirm),
        1 => (some(), 0..4usize).prop_map(|(f, s)| Wanted::Check(f, s)),
        2 => (some(), any::<bool>()).prop_map(|(h, first)| Wanted::Walk(h, first)),
        2 => (some(), some()).prop_map(|(r, h)| Wanted::MoveIn(r, h)),
        1 => some().prop_map(Wanted::MoveOut),
        2 => (some(), any::<bool>()).prop_map(|(p, away)| Wanted::MovePlace(p, away)),
        1 => (some(), some()).prop_map(|(r, to)| Wanted::MoveHome(r, to)),
        2 => some().prop_map(Wanted::Split),
        1 => (some(), some()).prop_map(|(a, b)| Wanted::Merge(a, b)),
        2 => (some(), some(), some()).prop_map(|(k, a, b)| Wanted::Same(k, a, b)),
        1 => (some(), some()).prop_map(|(k, a)| Wanted::Other(k, a)),
        1 => some().prop_map(Wanted::Delete),
    ]
}

fn story() -> impl Strategy<Value = Story> {
    let role = || {
        prop_oneof![
            3 => Just(Role::Gridworker),
            2 => Just(Role::VillageSupervisor),
            2 => Just(Role::CountySupervisor),
            1 => Just(Role::TownshipSupervisor),
            1 => Just(Role::Volunteer),
            1 => Just(Role::DutyOfficer),
            1 => Just(Role::Dispatcher),
            1 => Just(Role::IntakeClerk),
            1 => Just(Role::Handler),
            1 => Just(Role::Mediator),
        ]
    };
    let roles = (role(), role()).prop_map(|(one, other)| vec![Role::Gridworker, one, other]);
    let event = prop_oneof![
        4 => (0..3usize, added()).prop_map(|(p, w)| Event::Typed(p, w)),
        5 => (0..3usize, changed()).prop_map(|(p, w)| Event::Typed(p, w)),
        5 => (0..3usize, every::more()).prop_map(|(p, w)| Event::Typed(p, Wanted::Beyond(w))),
        // Cases go on more often than by chance, or nobody would ever have one.
        6 => (0..3usize, 0..4usize, 0..64usize).prop_map(|(p, n, s)| Event::Typed(p, Wanted::Beyond(More::Step(0, n, s)))),
        2 => (0..3usize).prop_map(Event::Signal),
    ];
    (roles, prop::collection::vec(event, 40..110))
}

fn records(phone: &Phone, kind: Kind) -> Vec<RecordId> {
    let filter = gridwalk_store::RowFilter::kind(kind.name());
    phone.notebook.store().rows(&filter).unwrap().into_iter().map(|r| r.record).collect()
}

fn state(phone: &Phone, record: RecordId) -> State {
    phone.notebook.store().predicted(record, phone.notebook.now()).unwrap().state
}

/// Whether a record is on the phone, shown or not.
fn is_here(phone: &Phone, record: RecordId) -> bool {
    !state(phone, record).kinds.is_empty()
}

/// The `n`th record of a kind on a phone.
fn pick(phone: &Phone, kind: Kind, n: usize) -> Option<RecordId> {
    let list = records(phone, kind);
    (!list.is_empty()).then(|| list[n % list.len()])
}

fn any_of(phone: &Phone, kinds: &[Kind], n: usize) -> Option<RecordId> {
    pick(phone, kinds[n % kinds.len()], n / kinds.len())
}

fn residents_of(phone: &Phone, home: RecordId) -> Vec<RecordId> {
    let all = records(phone, Kind::Resident);
    all.into_iter().filter(|r| state(phone, *r).head_ids(PARENT).contains(&home)).collect()
}

/// A command that makes something, as far as this phone holds what it is to stand at.
#[expect(clippy::too_many_lines, reason = "a table: one arm a command")]
fn adding(phone: &Phone, wanted: &Wanted) -> Option<Command> {
    let record = phone.notebook.new_record().unwrap();
    let with = |field: &'static str, text: &str| Edits::none().put(field, text);
    let place = |kind, parent: Option<RecordId>, edits| {
        let unit = parent.is_none().then_some(GRID);
        Command::AddPlace(AddPlace { record, kind, unit, parent, edits })
    };
    let at = |kinds: &[Kind], n: usize| if n.is_multiple_of(4) { None } else { any_of(phone, kinds, n) };
    Some(match wanted {
        Wanted::Estate(name) => place(Kind::Estate, None, with("name", name)),
        Wanted::Address(n, text) => place(Kind::Address, at(&[Kind::Building, Kind::Dwelling], *n), with("text", text)),
        Wanted::Premises(n, name) => {
            place(Kind::Premises, at(&[Kind::Building, Kind::Estate], *n), with("name", name).put("kind", "shop"))
        }
        Wanted::Organisation(n, name) => {
            place(Kind::Organisation, at(&[Kind::Premises, Kind::Building], *n), with("name", name))
        }
        Wanted::Facility(n) => place(Kind::Facility, at(&[Kind::Building, Kind::Estate], *n), with("kind", "hydrant")),
        Wanted::Building(n) => {
            let estate = pick(phone, Kind::Estate, *n);
            let edits = estate.map_or(with("name", "幢"), |estate| with("name", "幢").put(PARENT, estate));
            Command::AddBuilding(AddBuilding { record, unit: GRID, edits })
        }
        Wanted::Dwelling(n, number) => {
            let building = pick(phone, Kind::Building, *n)?;
            Command::AddDwelling(AddDwelling { record, building, edits: with("number", &number.to_string()) })
        }
        Wanted::Household(n, label) => {
            let dwelling = pick(phone, Kind::Dwelling, *n)?;
            Command::AddHousehold(AddHousehold { record, dwelling, edits: with("label", label), residents: vec![] })
        }
        Wanted::HouseholdLink(label) => {
            Command::AddHouseholdLink(AddHouseholdLink { record, unit: GRID, edits: with("label", label) })
        }
        Wanted::Resident(n, name) => {
            let household = pick(phone, Kind::Household, *n)?;
            Command::AddResident(AddResident { record, household, edits: with("name", name) })
        }
        Wanted::Village(label) => Command::AddVillageHousehold(AddVillageHousehold {
            record,
            house: phone.notebook.new_record().unwrap(),
            unit: GRID,
            house_name: label.clone(),
            walk: None,
            edits: with("label", label),
            residents: vec![NewResident { record: phone.notebook.new_record().unwrap(), edits: with("name", label) }],
        }),
        Wanted::Case(n, title) => {
            let parent = at(&[Kind::Building, Kind::Facility, Kind::Premises], *n);
            let (unit, edits) = (parent.is_none().then_some(GRID), with("title", title));
            Command::ReportCase(ReportCase { record, unit, parent, edits, answers: BTreeMap::new() })
        }
        Wanted::Visit(n) => {
            let door = any_of(phone, &[Kind::Household, Kind::Dwelling, Kind::HouseholdLink], *n)?;
            let basis = phone.notebook.basis(door).unwrap();
            let (outcome, filled) = ("seen".to_owned(), Filled { stood_at: None, opened_at: None });
            let (raised, confirms, plans) = (vec![], vec![], vec![]);
            Command::RecordVisit(RecordVisit {
                record,
                door,
                basis,
                outcome,
                at: None,
                filled,
                edits: Edits::none(),
                raised,
                confirms,
                plans,
            })
        }
        _ => return None,
    })
}

/// A command about what is there, as far as this phone holds it.
#[expect(clippy::too_many_lines, reason = "a table: one arm a command")]
fn changing(phone: &Phone, wanted: &Wanted) -> Option<Command> {
    let basis = |r| phone.notebook.basis(r).unwrap();
    let pick = |kind: Kind, n: usize| pick(phone, kind, n);
    Some(match wanted {
        Wanted::Edit(n, text) => {
            let record = any_of(phone, &KINDS, *n)?;
            let edits = Edits::none().put("note", text.as_str());
            Command::EditRecord(EditRecord { record, basis: basis(record), also: vec![], edits })
        }
        Wanted::Confirm(n) => {
            let record = any_of(phone, &KINDS, *n)?;
            Command::ConfirmUnchanged(ConfirmUnchanged { record, basis: basis(record), at: None, members: Vec::new() })
        }
        Wanted::Check(n, s) => {
            let record = pick(Kind::Facility, *n)?;
            let state = ["intact", "damaged", "lost", "abandoned"][*s].to_owned();
            Command::CheckFacility(CheckFacility { record, basis: basis(record), state, at: None })
        }
        Wanted::Walk(n, first) => {
            let record = pick(Kind::Household, *n)?;
            let keys = records(phone, Kind::Household).into_iter().flat_map(|h| phone.heads(h, "walk"));
            let keys: BTreeSet<_> = keys.filter_map(|key| walk_order::WalkKey::parse(&key)).collect();
            let (low, high) = if *first { (None, keys.first()) } else { (keys.last(), None) };
            let key = walk_order::between(low, high, WriterTag::of(ReplicaId([n.to_le_bytes()[0]; 16])))?;
            Command::SetWalk(SetWalk { first: (basis(record), key), more: vec![] })
        }
        Wanted::MoveIn(r, h) => {
            let (record, household) = (pick(Kind::Resident, *r)?, pick(Kind::Household, *h)?);
            Command::MoveIn(MoveIn { record, basis: basis(record), also: Vec::new(), household, on: None })
        }
        Wanted::MoveOut(r) => {
            let record = pick(Kind::Resident, *r)?;
            Command::MoveOut(MoveOut { record, basis: basis(record), also: Vec::new(), on: None, to: None })
        }
        Wanted::MovePlace(n, away) => {
            let record = any_of(phone, &[Kind::Building, Kind::Estate, Kind::Premises, Kind::Facility], *n)?;
            // A gridworker who gave a place away would have no right to what they put there before they hear of it.
            let roles = phone.notebook.roles().unwrap();
            let away = *away && Role::ALL.into_iter().any(|r| LEADS.contains(&r) && roles.has(r));
            let to = Target::Unit(if away { NEXT_DOOR } else { GRID });
            Command::MoveRecord(MoveRecord { record, basis: basis(record), also: Vec::new(), to })
        }
        Wanted::MoveHome(r, to) => {
            let (record, to) = (pick(Kind::Household, *r)?, Target::Parent(pick(Kind::Dwelling, *to)?));
            Command::MoveRecord(MoveRecord { record, basis: basis(record), also: Vec::new(), to })
        }
        Wanted::Split(h) => {
            let home = pick(Kind::Household, *h)?;
            let residents = residents_of(phone, home).into_iter().take(1).map(basis).collect();
            let (record, edits) = (phone.notebook.new_record().unwrap(), Edits::none().put("label", "分户"));
            Command::SplitHousehold(SplitHousehold { record, basis: basis(home), dwelling: None, edits, residents })
        }
        Wanted::Merge(a, b) => {
            let (ends, into) = (pick(Kind::Household, *a)?, pick(Kind::Household, *b)?);
            let residents = residents_of(phone, ends).into_iter().map(basis).collect();
            Command::MergeHouseholds(MergeHouseholds {
                basis: basis(ends),
                also: Vec::new(),
                into: basis(into),
                residents,
                on: None,
            })
        }
        Wanted::Same(k, a, b) => {
            let kind = KINDS[k % KINDS.len()];
            Command::LinkSame(LinkSame { basis: basis(pick(kind, *a)?), other: basis(pick(kind, *b)?) })
        }
        Wanted::Other(k, a) => {
            let record = pick(KINDS[k % KINDS.len()], *a)?;
            let other = state(phone, record).links().into_iter().next()?;
            let other_basis = is_here(phone, other).then(|| basis(other));
            Command::UnlinkSame(UnlinkSame { record, basis: basis(record), other, other_basis })
        }
        Wanted::Delete(n) => {
            let record = any_of(phone, &KINDS, *n)?;
            Command::DeleteRecord(DeleteRecord { record, basis: basis(record), also: vec![] })
        }
        _ => return None,
    })
}

/// A phone with whose it is.
struct Person {
    phone: Phone,
    role: Role,
}

impl Person {
    /// Somebody with a role in a unit, and an enrolled phone.
    fn new(field: &mut Field, role: Role, unit: UnitId, skew_ms: i64) -> Self {
        let phone = field.stranger(skew_ms);
        let new = NewGrant { account: phone.account, unit, role: role.name(), kinds: &[], by: None };
        field.server().write(|w| grant::grant(w, &new)).unwrap();
        wait(phone.notebook.enrol(&field.line, "line", &field.code(&phone), "手机")).unwrap();
        Self { phone, role }
    }

    /// Whether they work with a kind at all.
    fn works_with(&self, kind: &str) -> bool {
        role_kinds::kinds_of(self.role).iter().any(|name| name == kind)
    }
}

/// What was typed where, and who had heard of what: for whether people wrote at the same time.
#[derive(Default)]
struct Typed {
    /// Dots of all changes.
    dots: BTreeSet<(ReplicaId, u64)>,
    /// By record: who wrote, and when that reached the server.
    by: BTreeMap<RecordId, Vec<(usize, Option<usize>)>>,
    /// When each last heard of the others.
    heard: [usize; 3],
    /// The last note on each record.
    notes: BTreeMap<RecordId, String>,
    /// Every note that was ever typed.
    said: BTreeSet<(RecordId, String)>,
    /// Whether two wrote on a record, neither knowing of the other.
    at_once: bool,
    /// Numbers of the commands that were typed.
    commands: BTreeSet<usize>,
    /// Kinds of the records that were written.
    kinds: BTreeSet<String>,
    /// How often a child went out of sight with its parent.
    spared: usize,
}

impl Typed {
    fn note(&mut self, who: usize, records: impl Iterator<Item = RecordId>, phone: &Phone) {
        for record in records {
            let heard = self.heard[who];
            let written = self.by.entry(record).or_default();
            self.at_once |= written.iter().any(|(other, told)| *other != who && told.is_none_or(|told| told > heard));
            written.push((who, None));
        }
        let outbox = phone.notebook.store().outbox().unwrap();
        self.dots.extend(outbox.iter().map(|item| (item.change.change.replica, item.change.change.seq)));
    }

    fn synced(&mut self, who: usize, now: usize) {
        let own = self.by.values_mut().flatten().filter(|(other, told)| *other == who && told.is_none());
        own.for_each(|(_, told)| *told = Some(now));
        self.heard[who] = now;
    }
}

/// The grid next door.
fn lay_out_next_door(field: &Field) {
    let write = ConsoleWrite {
        author: AccountId::default(),
        machine: true,
        judged: false,
        space: field.reference,
        record: NEXT_DOOR.record(),
        kind: "unit",
        unit: NEXT_DOOR,
        wishes: &[
            Wish::put("name", "第二网格"),
            Wish::put("level", "grid"),
            Wish::put(PARENT, Value::Id(COUNTY.record())),
        ],
        basis: None,
    };
    field.server().write(|w| console::write(w, &write)).unwrap();
}

/// One of everything, so that there is something to meet on.
fn found(field: &Field, people: &mut [Person]) {
    let phone = &people[0].phone;
    let name = || "甲".to_owned();
    let all = [
        Wanted::Estate(name()),
        Wanted::Building(1),
        Wanted::Dwelling(1, 1),
        Wanted::Household(1, name()),
        Wanted::Resident(1, name()),
        Wanted::Village(name()),
        Wanted::Premises(2, name()),
        Wanted::Organisation(2, name()),
        Wanted::Facility(2),
        Wanted::Address(2, name()),
        Wanted::HouseholdLink(name()),
        Wanted::Case(4, name()),
    ];
    for wanted in all {
        phone.notebook.execute(&adding(phone, &wanted).unwrap()).unwrap();
    }
    for person in people {
        person.phone.sync(&field.line);
    }
}

/// Lets a story happen; who was in it, and what was typed.
fn tell(field: &mut Field, (roles, events): Story) -> (Vec<Person>, Typed) {
    lay_out_next_door(field);
    let unit = |role: Role| if walks(role) { GRID } else { COUNTY };
    let mut people: Vec<Person> =
        (0..).zip(roles).map(|(n, role)| Person::new(field, role, unit(role), n * 3_600_000)).collect();
    let mut typed = Typed::default();
    every::offer(field, people[0].phone.account, people[2].phone.account);
    for person in &mut people {
        person.phone.sync(&field.line);
    }
    found(field, &mut people);
    for (at, event) in (1..).zip(events) {
        field.hands.pass(60_000);
        match event {
            Event::Signal(who) => {
                people[who].phone.sync(&field.line);
                typed.synced(who, at);
            }
            Event::Typed(who, wanted) => {
                let phone = &people[who].phone;
                let beyond = |wanted: &Wanted| match wanted {
                    Wanted::Beyond(more) => every::wanted(phone, more),
                    _ => None,
                };
                let command = adding(phone, &wanted).or_else(|| changing(phone, &wanted)).or_else(|| beyond(&wanted));
                let Some(command) = command else { continue };
                let before: BTreeSet<u64> = phone.notebook.store().outbox().unwrap().iter().map(|o| o.save).collect();
                match phone.notebook.execute(&command) {
                    Ok(_) => {}
                    Err(AppError::Rejected(refused)) => {
                        is_explained(refused.code());
                        continue;
                    }
                    Err(other) => panic!("{other:?}"),
                }
                let outbox = phone.notebook.store().outbox().unwrap();
                let new: Vec<_> = outbox.iter().filter(|item| !before.contains(&item.save)).collect();
                typed.kinds.extend(new.iter().map(|item| item.change.change.kind.clone()));
                typed.commands.insert(every::number(&command));
                if matches!(command, Command::Undo(_) | Command::Decide(_)) {
                    // Whoever puts a note right, or decides, has seen it.
                    for item in &new {
                        typed.notes.remove(&item.record);
                    }
                }
                typed.note(who, new.iter().map(|item| item.record), phone);
                if let Command::EditRecord(edit) = &command
                    && let Some(Some(Value::Text(note))) = edit.edits.fields.get("note")
                {
                    typed.notes.insert(edit.record, note.clone());
                    typed.said.insert((edit.record, note.clone()));
                }
            }
        }
    }
    for _ in 0..2 {
        for person in &mut people {
            person.phone.sync(&field.line);
        }
    }
    (people, typed)
}

/// Every change that was typed stands in the server's journal.
fn is_in_a_timeline(field: &Field, typed: &Typed) {
    // Posts stand where the units do.
    let rows = [field.county, field.reference].map(|space| {
        let rows = field.server().read(|r| r.tx.journal_after(space, 0, 100_000)).unwrap();
        rows.into_iter().map(move |row| (row.replica, row.seq))
    });
    let admitted: BTreeSet<(ReplicaId, u64)> = rows.into_iter().flatten().collect();
    let lost: Vec<_> = typed.dots.difference(&admitted).collect();
    assert!(lost.is_empty(), "in no timeline: {lost:?}");
    for check in [verify::chain, verify::states, verify::digests] {
        let found = field.server().read(|r| check(r, field.county)).unwrap();
        assert!(found.is_ok(), "{found:?}");
    }
}

/// Every note that was ever typed is told in the history that people open, overwritten since or not, also of what was
/// deleted; and whoever holds a record is told of each deletion there.
fn is_told(field: &Field, all: &Person, typed: &Typed) {
    let records: BTreeSet<RecordId> = typed.said.iter().map(|(record, _)| *record).collect();
    for record in records {
        let told = wait(all.phone.notebook.server_history(&field.line, record)).unwrap();
        for (_, note) in typed.said.iter().filter(|(of, _)| *of == record) {
            let says =
                |line: &gridwalk_app::server_history::DoneLine| line.name == "note" && line.value == note.as_str();
            assert!(told.lines.iter().any(says), "{note} on {record} is in no history");
        }
        let held = state(&all.phone, record);
        let actor = all.phone.notebook.actor().unwrap();
        let history = Reader { store: all.phone.notebook.store(), actor }.history(record).unwrap().unwrap();
        let deletions = history.lines.iter().filter(|line| line.record == record && line.what == "delete").count();
        assert_eq!(deletions, held.deletes.len(), "{record}: a deletion that nobody is told of");
        let listed = all.phone.notebook.store().deleted(None, 1000).unwrap();
        let stands = listed.iter().any(|row| row.record == record);
        assert_eq!(stands, held.is_deleted(), "{record}: what is deleted can be found");
    }
}

/// Whether people of this role walk one grid; the others see all of the county.
fn walks(role: Role) -> bool {
    matches!(role, Role::Gridworker | Role::Volunteer)
}

/// Whether a record at home in units is meant for people of a role by those: in their grid, told to those below, or
/// dispatched to them.
fn is_meant(role: Role, truth: &State) -> bool {
    let units = home::own_units(truth).into_iter().chain(case::ever_dispatched_to(truth));
    let down = Kind::from_name(truth.kind()).is_some_and(|kind| kind.table().reaches_down.is_so(truth));
    !walks(role) || down || units.into_iter().any(|unit| unit == GRID)
}

/// Whether a record is about somebody: then it is held by those whom it names, and by those who see its kind for their
/// unit, and by nobody else.
fn are_told(people: &[Person], all: &Person, record: RecordId) -> bool {
    let everybody = || people.iter().chain([all]);
    let held = everybody().map(|person| state(&person.phone, record)).find(|held| !held.kinds.is_empty());
    let Some(truth) = held else { return false };
    let kind = Kind::from_name(truth.kind()).unwrap();
    if kind.addressed().is_empty() {
        return false;
    }
    let named = addressed::addressees(&truth);
    for person in everybody() {
        let by_unit = kind.seen_by_unit().has(person.role) && is_meant(person.role, &truth);
        let here = !state(&person.phone, record).kinds.is_empty();
        assert_eq!(here, by_unit || named.contains(&person.phone.account), "{kind} {record} and the {}", person.role);
    }
    true
}

/// What everybody holds, beside somebody who sees all of the county and has never had a phone before.
///
/// Gives how often somebody who walks a grid was rightly spared a child, as its parent went next door.
fn is_in_sight(people: &[Person], all: &Person, typed: &Typed) -> usize {
    let (sees_all, mut spared) = (&all.phone, 0);
    for (record, note) in &typed.notes {
        // Nobody can have seen the last note and written since.
        assert!(sees_all.heads(*record, "note").contains(note), "{note} on {record} is lost");
    }
    for record in typed.by.keys() {
        if are_told(people, all, *record) {
            continue;
        }
        let truth = state(sees_all, *record);
        assert!(!truth.kinds.is_empty(), "{record} was typed and is nowhere");
        let loaded = sees_all.notebook.held_for(&[*record], sees_all.notebook.now()).unwrap();
        let at = home_unit(&loaded, *record);
        assert!([Some(GRID), Some(NEXT_DOOR), Some(COUNTY)].contains(&at), "{} {record} has no place", truth.kind());
        let table = Kind::from_name(truth.kind()).unwrap().table();
        for person in people.iter().chain([all]) {
            let held = state(&person.phone, *record);
            let here = !held.kinds.is_empty();
            if here {
                assert_eq!(held.pos, truth.pos, "{record} is another one for the {}", person.role);
            }
            if !person.works_with(truth.kind()) {
                assert!(!here || table.author_sees, "{} {record} is nothing for the {}", truth.kind(), person.role);
            } else if home::is_below(&truth) {
                let parents: Vec<RecordId> = truth.head_ids(PARENT).into_iter().collect();
                let above = parents.iter().filter(|p| person.works_with(state(sees_all, **p).kind()));
                let above: Vec<bool> = above.map(|p| is_here(&person.phone, *p)).collect();
                let in_sight = above.iter().any(|here| *here);
                // What came back to its author is seen by them wherever it is.
                let here = here && (in_sight || !table.author_sees);
                assert_eq!(here, in_sight, "{} {record}: in sight of the {} as its parent", truth.kind(), person.role);
                spared += usize::from(!in_sight && walks(person.role));
            } else if truth.fields.get(UNIT).is_some_and(|units| !units.heads.is_empty()) {
                let meant = is_meant(person.role, &truth);
                let here = here && (meant || !table.author_sees);
                assert_eq!(here, meant, "{} {record}: in the scope of the {}", truth.kind(), person.role);
            }
        }
    }
    spared
}

/// Of every case that there is: it was with one phone at a time, and as long as it is not done somebody can go on.
fn is_in_one_hand(all: &Person) -> usize {
    let actor = all.phone.notebook.actor().unwrap();
    let (table, cases) = (Kind::Case.steps(), records(&all.phone, Kind::Case));
    for record in &cases {
        let (mut claimer, state) = (None, state(&all.phone, *record));
        // Whose phone took it last, and what it was thereby: it is theirs whenever it is that, also when it was sent back to them.
        let mut last: Option<(AccountId, &str)> = None;
        let mut status = "";
        for step in state.applied() {
            let (by, to) = (step.tag.author, step.to.as_str());
            let holder = last.filter(|(_, taken)| *taken == status).map(|(who, _)| who);
            match step.step.as_str() {
                case::TAKE => {
                    assert_eq!(holder, None, "{record}: taken while another phone has it");
                    last = Some((by, to));
                }
                case::TAKE_OVER => {
                    let from = step.answers.get("from").and_then(Value::as_id);
                    assert!(from.is_some(), "{record}: taken over, and nobody is named");
                    last = Some((by, to));
                }
                case::CLAIM => claimer = Some(by),
                case::ENTRUST => last = claimer.map(|who| (who, to)),
                name @ ("handle" | "arrive" | "session" | "agree" | "hand_back") => {
                    let has = holder.unwrap_or(by);
                    assert_eq!(has, by, "{record}: {name} by a phone that does not have it");
                }
                _ => {}
            }
            status = to;
        }
        let holder = last.filter(|(_, taken)| *taken == status).map(|(who, _)| who);
        assert_eq!(case::leased_to(&state), holder, "{record}: the lease that is told");
        let may = |role: Role| {
            let roles = gridwalk_model::role::Roles::from(role);
            let who = Actor { account: AccountId([0xee; 16]), roles, ..actor };
            table.open_to(&state, &who).iter().any(|row| row.leads_on() || row.step == "rate")
        };
        let done = case::DONE.contains(&state.status());
        assert!(done || Role::ALL.into_iter().any(may), "{record}: nobody can go on from {}", state.status());
    }
    cases.len()
}

/// That a refusal has words in all three languages.
fn is_explained(code: &str) {
    let words = [
        include_str!("../../../catalog/words/zh-Hans.toml"),
        include_str!("../../../catalog/words/zh-Hant.toml"),
        include_str!("../../../catalog/words/en.toml"),
    ];
    for words in words {
        let section = words.split("\n[").find_map(|part| part.strip_prefix("rejection]")).unwrap();
        let said = section.lines().find_map(|line| line.strip_prefix(code)?.trim_start().strip_prefix('='));
        assert!(said.is_some_and(|text| text.trim().len() > 2), "no words for {code}");
    }
}

/// Lets a story happen and looks at all that came of it.
fn live(story: Story) -> Typed {
    let mut field = Field::new();
    let (people, mut typed) = tell(&mut field, story);
    for Person { phone, role } in &people {
        assert_eq!(phone.waiting(), 0, "all was sent and came back: {role}");
        let refused = phone.notebook.store().attention().unwrap();
        let why: Vec<_> =
            refused.iter().map(|a| (&a.change.change.kind, &a.code, &a.hint, &a.change.change.ops)).collect();
        assert!(why.is_empty(), "something of the {role} came back: {why:?}");
    }
    is_in_a_timeline(&field, &typed);
    let mut all = Person::new(&mut field, Role::CountySupervisor, COUNTY, 0);
    all.phone.sync(&field.line);
    typed.spared = is_in_sight(&people, &all, &typed);
    assert!(is_in_one_hand(&all) > 0 || !typed.kinds.contains(Kind::Case.name()), "cases were typed and are nowhere");
    is_told(&field, &all, &typed);
    typed
}

/// One of everything that people type, each by somebody who may, and all signals only between its parts.
fn everything() -> Story {
    let typed = |who: usize| move |wanted: Wanted| Event::Typed(who, wanted);
    let name = || "乙".to_owned();
    let added = [
        Wanted::Estate(name()),
        Wanted::Address(4, name()),
        Wanted::Premises(0, name()),
        Wanted::Organisation(0, name()),
        Wanted::Building(0),
        Wanted::Dwelling(0, 9),
        Wanted::Household(0, name()),
        Wanted::Resident(0, name()),
        Wanted::Village(name()),
        Wanted::HouseholdLink(name()),
        Wanted::Facility(0),
        Wanted::Visit(0),
        Wanted::Case(0, name()),
        Wanted::Edit(0, name()),
        Wanted::Confirm(0),
        Wanted::Check(0, 1),
        Wanted::Walk(0, true),
        Wanted::MoveIn(0, 1),
        Wanted::MovePlace(0, false),
        Wanted::MoveHome(0, 1),
        Wanted::MoveOut(1),
        Wanted::Split(0),
        Wanted::Same(4, 0, 1),
        Wanted::Delete(8),
    ];
    let mut events: Vec<Event> = added.into_iter().map(typed(0)).collect();
    events.extend([Event::Signal(0), Event::Signal(1), Event::Signal(2)]);
    // Two write one note without a signal, and the third decides; what was one is taken apart again.
    events.extend([0, 2].map(|who| Event::Typed(who, Wanted::Edit(3, format!("{who}")))));
    events.extend([Event::Signal(0), Event::Signal(2), Event::Signal(1)]);
    events.extend((0..40).map(|n| Event::Typed(1, Wanted::Beyond(More::Decide(3, n)))));
    events.extend((0..4).map(|n| Event::Typed(1, Wanted::Other(4, n))));
    events.push(Event::Typed(1, Wanted::Merge(0, 1)));
    for (who, more) in every::one_of_each() {
        events.extend([Event::Typed(who, Wanted::Beyond(more)), Event::Signal(who)]);
    }
    events.extend([Event::Signal(0), Event::Typed(0, Wanted::Beyond(More::Duty)), Event::Signal(1), Event::Signal(0)]);
    events.extend((0..2).map(|n| Event::Typed(0, Wanted::Beyond(More::Pass(n, 0)))));
    events.extend((0..6).map(|s| Event::Typed(1, Wanted::Beyond(More::Step(0, 0, s)))));
    events.extend((0..9).map(|n| Event::Typed(1, Wanted::Beyond(More::Undo(n)))));
    // At last whole buildings go next door, with all that is in them.
    events.push(Event::Signal(1));
    events.extend((0..3).map(|n| Event::Typed(1, Wanted::MovePlace(4 * n, true))));
    (vec![Role::Gridworker, Role::CountySupervisor, Role::Gridworker], events)
}

#[test]
fn people_type_every_command_and_write_every_kind() {
    let typed = live(everything());
    let missing: Vec<usize> = (0..COMMANDS).filter(|n| !typed.commands.contains(n)).collect();
    assert!(missing.is_empty(), "nobody typed commands {missing:?}");
    let written = |kind: &Kind| ADMINISTERED.contains(kind) || typed.kinds.contains(kind.name());
    let unwritten: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| !written(kind)).collect();
    assert!(unwritten.is_empty(), "nobody wrote {unwritten:?}");
    assert!(typed.spared > 0, "no child went away with its parent");
}

#[test]
fn what_is_typed_is_in_a_timeline_and_has_a_place() {
    let (stories, at_once, writes) = (Cell::new(0_u32), Cell::new(0_u32), Cell::new(0_usize));
    let mut runner =
        TestRunner::new(ProptestConfig { cases: CASES, source_file: Some(file!()), ..ProptestConfig::default() });
    let told = runner.run(&story(), |story| {
        let typed = live(story);
        stories.set(stories.get() + 1);
        at_once.set(at_once.get() + u32::from(typed.at_once));
        writes.set(writes.get() + typed.dots.len());
        Ok(())
    });
    told.unwrap();
    assert!(10 * at_once.get() >= 3 * stories.get(), "people wrote at once in {at_once:?} of {stories:?} stories");
    assert!(writes.get() >= 8 * stories.get() as usize, "{writes:?} changes in {stories:?} stories");
}
