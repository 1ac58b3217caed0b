//! Decisions as tables: what is wanted, by whom, and what comes of it; then laws over random edits.

mod visit_plans;
mod visits;
mod work;

use super::*;
use crate::change::{Change, SealedChange};
use crate::hash::Hash;
use crate::id::{DeviceId, ReplicaId, SpaceId, TimelineId};
use crate::journal::Entry;
use crate::kind::{Kind, PARENT};
use crate::picture::{Media, Picture};
use crate::role::Role;
use crate::state::State;
use crate::value::Value;
use crate::wish::{OwnChange, resolve};
use crate::{admission, fold, kind, view};
use proptest::prelude::*;
use std::collections::BTreeMap;

pub(crate) const GRID: UnitId = UnitId([1; 16]);
const STREET: UnitId = UnitId([2; 16]);
pub(crate) const BUILDING: RecordId = RecordId([10; 16]);
pub(crate) const DWELLING: RecordId = RecordId([11; 16]);
pub(crate) const HOUSEHOLD: RecordId = RecordId([12; 16]);
pub(crate) const RESIDENT: RecordId = RecordId([13; 16]);
pub(crate) const CASE: RecordId = RecordId([14; 16]);
pub(crate) const NEW: RecordId = RecordId([99; 16]);
const TIMELINE: TimelineId = TimelineId([7; 16]);

/// One phone's states with a journal of one writer behind them.
#[derive(Clone, Default)]
pub(crate) struct Notebook {
    pub(crate) held: BTreeMap<RecordId, State>,
    pub(crate) pos: u64,
}

impl Notebook {
    pub(crate) fn save(&mut self, replica: u8, decision: Decision) -> Vec<SealedChange> {
        let mut saved = Vec::new();
        for write in decision.into_writes() {
            self.pos += 1;
            let own: [OwnChange; 0] = [];
            let resolved = resolve(&write.wishes, &write.basis, &own);
            let change = Change {
                replica: ReplicaId([replica; 16]),
                seq: self.pos,
                unit: write.unit,
                author: AccountId([replica; 16]),
                typed_at: Timestamp(i64::try_from(self.pos).unwrap()),
                seen: resolved.seen,
                ops: resolved.ops,
                ..blank_change(write.record, &write.kind)
            };
            let change: SealedChange = change.seal().unwrap();
            let state = self.held.entry(write.record).or_insert_with(|| State::new(write.record));
            let at = admission::Circumstances {
                pos: self.pos,
                received_at: Timestamp(1_000_000),
                first_received_at: Timestamp(1_000_000),
                workflow: kind::workflow_of(&write.kind),
                branches: &[admission::Branch { id: TIMELINE, from: 0 }],
                approved_by: None,
            };
            let known = |_| Ok::<_, ()>(Some(admission::Known::Admitted(Timestamp(0))));
            let stamps = admission::admit(state, &change.change, &at, known).unwrap();
            fold::apply(state, &Entry::admitted(stamps, change.clone()));
            saved.push(change);
        }
        saved
    }

    pub(crate) fn do_as(&mut self, role: Role, command: &Command) -> Result<(), Rejection> {
        let decision = command.decide(&self.held, &actor(role))?;
        self.save(role as u8 + 1, decision);
        Ok(())
    }

    pub(crate) fn basis(&self, record: RecordId) -> Basis {
        self.held.get(&record).map_or_else(|| Basis::blank(record), |s| Basis::of(s, TIMELINE, 0))
    }

    pub(crate) fn shown(&self, record: RecordId, field: &str) -> Option<Value> {
        self.held.get(&record)?.value(field).cloned()
    }

    pub(crate) fn values(&self, record: RecordId, field: &str) -> Vec<Option<Value>> {
        self.held[&record].fields[field].heads.iter().map(|h| h.value.clone()).collect()
    }
}

fn blank_change(record: RecordId, kind: &str) -> Change {
    Change {
        space: SpaceId([5; 16]),
        replica: ReplicaId::default(),
        seq: 1,
        prev: Hash::default(),
        record,
        kind: kind.to_owned(),
        unit: GRID,
        author: AccountId::default(),
        machine: false,
        device: DeviceId::default(),
        typed_at: Timestamp(0),
        heard: Timestamp(0),
        seen: Vec::new(),
        was: Vec::new(),
        instead_of: None,
        salt: [0; 16],
        ops: Vec::new(),
        extra: Vec::new(),
    }
}

pub(crate) fn actor(role: Role) -> Actor {
    Actor {
        account: AccountId([role as u8 + 1; 16]),
        roles: role.into(),
        powers: crate::power::Powers::NONE,
        now: Timestamp(1_700_000_000_000),
    }
}

/// A building, a dwelling, a household and a resident; a case that was reported.
pub(crate) fn street() -> Notebook {
    let mut notebook = Notebook::default();
    let name = |name: &str| Edits::none().put("name", name);
    let commands = [
        Command::AddBuilding(AddBuilding { record: BUILDING, unit: GRID, edits: name("3 幢") }),
        Command::AddDwelling(AddDwelling {
            record: DWELLING,
            building: BUILDING,
            edits: Edits::none().put("number", "402"),
        }),
        Command::AddHousehold(AddHousehold {
            record: HOUSEHOLD,
            dwelling: DWELLING,
            edits: Edits::none().put("label", "王家").put("phone", "0573-8300 0001"),
            residents: vec![NewResident { record: RESIDENT, edits: name("王小明") }],
        }),
        Command::ReportCase(ReportCase {
            record: CASE,
            unit: None,
            parent: Some(BUILDING),
            edits: Edits::none().put("title", "楼下堆放液化气罐").put("category", "fire_gas_cylinder"),
            answers: BTreeMap::new(),
        }),
    ];
    for command in commands {
        notebook.do_as(Role::Gridworker, &command).unwrap();
    }
    notebook
}

pub(crate) fn edit(notebook: &Notebook, record: RecordId, edits: Edits) -> Command {
    Command::EditRecord(EditRecord { record, basis: notebook.basis(record), also: Vec::new(), edits })
}

pub(crate) fn step(notebook: &Notebook, step: &str, answers: &[(&str, Value)]) -> Command {
    let answers = answers.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    Command::TakeStep(TakeStep { record: CASE, basis: notebook.basis(CASE), step: step.to_owned(), answers })
}

#[test]
fn what_is_added_is_at_home_where_its_building_is() {
    let notebook = street();
    for record in [BUILDING, DWELLING, HOUSEHOLD, RESIDENT, CASE] {
        assert_eq!(home_unit(&notebook.held, record), Some(GRID), "{record}");
    }
    assert_eq!(notebook.shown(HOUSEHOLD, "phone"), Some(Value::from("057383000001")), "a number in one form");
    assert_eq!(notebook.held[&CASE].status(), "reported");
}

#[test]
fn edits_that_are_refused() {
    let notebook = street();
    let none = Edits::none;
    #[rustfmt::skip]
    let table: Vec<(RecordId, Edits, Role, &str)> = vec![
        // record    edits                                              who                  code
        (RESIDENT,  none().put("name", "  "),                           Role::Gridworker,    "empty_text"),
        (RESIDENT,  none().clear("name"),                               Role::Gridworker,    "missing_field"),
        (RESIDENT,  none().put("sex", "3"),                             Role::Gridworker,    "unknown_code"),
        (RESIDENT,  none().put("birth", "1990"),                        Role::Gridworker,    "wrong_shape"),
        (RESIDENT,  none().put("horoscope", "x"),                       Role::Gridworker,    "unknown_field"),
        (RESIDENT,  none().add("lists", "x"),                           Role::Gridworker,    "unknown_set"),
        (RESIDENT,  none().add("tags", "petitioner"),                   Role::Gridworker,    "unknown_code"),
        (HOUSEHOLD, none().put("size", 5_000),                          Role::Gridworker,    "out_of_range"),
        (HOUSEHOLD, none().put("note", "字".repeat(2001)),              Role::Gridworker,    "too_long"),
        (HOUSEHOLD, none().put("note", "ok"),                           Role::Volunteer,     "field_not_permitted"),
        (HOUSEHOLD, none().put("note", "ok"),                           Role::SystemAdmin,   "field_not_permitted"),
        (CASE,      none().put("deadline", 1_700_000_000_000),          Role::Gridworker,    "field_not_permitted"),
        (HOUSEHOLD, none(),                                             Role::Gridworker,    "nothing_to_do"),
        (HOUSEHOLD, none().put("label", "王家"),                        Role::Gridworker,    "nothing_to_do"),
        (HOUSEHOLD, none().clear("note"),                               Role::Gridworker,    "nothing_to_do"),
        (HOUSEHOLD, none().remove("needs", "gas_check"),                Role::Gridworker,    "nothing_to_do"),
        (NEW,       none().put("name", "x"),                            Role::Gridworker,    "unknown_record"),
    ];
    for (record, edits, role, code) in table {
        let refused = edit(&notebook, record, edits.clone()).decide(&notebook.held, &actor(role));
        assert_eq!(refused.map_err(|r| r.code()), Err(code), "{edits:?}");
    }
}

#[test]
fn additions_that_are_refused() {
    let notebook = street();
    let name = || Edits::none().put("name", "陈红");
    let resident = |record, household, edits| Command::AddResident(AddResident { record, household, edits });
    let dwelling = |building, edits| Command::AddDwelling(AddDwelling { record: NEW, building, edits });
    #[rustfmt::skip]
    let table = [
        (resident(NEW, HOUSEHOLD, Edits::none()),                      "missing_field"),
        (resident(RESIDENT, HOUSEHOLD, name()),                        "record_exists"),
        (resident(NEW, DWELLING, name()),                              "wrong_parent"),
        (resident(NEW, NEW, name()),                                   "unknown_parent"),
        (dwelling(BUILDING, Edits::none()),                            "missing_field"),
        (dwelling(HOUSEHOLD, Edits::none().put("number", "1")),        "wrong_parent"),
        (Command::AddHousehold(AddHousehold { record: NEW, dwelling: DWELLING, edits: Edits::none(), residents: vec![] }), "nothing_to_do"),
        (Command::ReportCase(ReportCase { record: NEW, unit: None, parent: None, edits: Edits::none().put("title", "x"), answers: BTreeMap::new() }), "missing_field"),
        (Command::ReportCase(ReportCase { record: NEW, unit: Some(GRID), parent: None, edits: Edits::none(), answers: BTreeMap::new() }), "missing_field"),
        (Command::ReportCase(ReportCase { record: NEW, unit: Some(GRID), parent: Some(RESIDENT), edits: Edits::none().put("title", "x"), answers: BTreeMap::new() }), "wrong_parent"),
    ];
    for (command, code) in table {
        let refused = command.decide(&notebook.held, &actor(Role::Gridworker));
        assert_eq!(refused.map_err(|r| r.code()), Err(code), "{command:?}");
    }
}

/// Step, answers, who takes it, and the status it leads to or why not.
type Row<'a> = (&'a str, Vec<(&'a str, Value)>, Role, Result<&'a str, &'a str>);

#[test]
fn a_boundary_is_ended_and_never_drawn_anew_in_place() {
    let mut notebook = street();
    let wishes =
        vec![Wish::put(kind::PARENT, GRID.record()), Wish::put("valid_from", 20_000), Wish::put("area_m2", 100)];
    let (basis, kind) = (Basis::blank(NEW), Kind::Boundary.name().to_owned());
    let write = Write { record: NEW, kind, unit: GRID, basis, wishes, instead_of: None };
    notebook.save(9, write.into());
    for edits in [Edits::none().put("valid_from", 20_001), Edits::none().put("area_m2", 101).put("valid_to", 20_400)] {
        let field = edits.fields.keys().find(|field| *field != "valid_to").unwrap().clone();
        let command = edit(&notebook, NEW, edits);
        assert_eq!(notebook.do_as(Role::SystemAdmin, &command), Err(Rejection::FieldNotPermitted { field }));
    }
    let command = edit(&notebook, NEW, Edits::none().put("valid_to", 20_400));
    notebook.do_as(Role::SystemAdmin, &command).unwrap();
    assert_eq!(notebook.shown(NEW, "valid_to"), Some(Value::Int(20_400)));
}

#[test]
fn a_case_goes_its_way() {
    let mut notebook = street();
    let (hash, media) = (Hash([7; 32]), Media::Png);
    let picture = Picture { hash, size: 9, media, width: 3, height: 3, taken_at: None, look: None };
    notebook.do_as(Role::Gridworker, &edit(&notebook, CASE, Edits::none().attach(picture))).unwrap();
    let unit = || ("unit", Value::Id(STREET.record()));
    #[rustfmt::skip]
    let way: Vec<Row<'_>> = vec![
        // step       answers                        who                        status, or why not
        ("close",    vec![],                         Role::VillageSupervisor,   Err("step_not_open")),
        ("fly",      vec![],                         Role::VillageSupervisor,   Err("unknown_step")),
        ("accept",   vec![],                         Role::Gridworker,          Err("step_not_permitted")),
        ("accept",   vec![],                         Role::VillageSupervisor,   Ok("accepted")),
        ("dispatch", vec![],                         Role::Dispatcher,          Err("missing_answer")),
        ("dispatch", vec![("unit", "x".into())],     Role::Dispatcher,          Err("wrong_answer")),
        ("dispatch", vec![unit()],                   Role::Dispatcher,          Ok("dispatched")),
        ("take",     vec![],                         Role::Handler,             Ok("taken")),
        ("handle",   vec![("result", "  ".into())],  Role::Handler,             Err("wrong_answer")),
        ("handle",   vec![("result", "已搬走".into())], Role::Handler,          Ok("handled")),
        ("rework",   vec![("reason", "还在".into())], Role::Gridworker,         Ok("taken")),
        ("handle",   vec![("result", "搬走了".into())], Role::Handler,          Ok("handled")),
        ("verify",   vec![],                         Role::Gridworker,          Err("missing_answer")),
        ("verify",   vec![("picture", Value::Bytes(vec![7; 32]))], Role::Gridworker, Ok("verified")),
        ("close",    vec![],                         Role::VillageSupervisor,   Ok("closed")),
        ("take",     vec![],                         Role::Handler,             Err("step_not_open")),
    ];
    for (code, answers, role, expected) in way {
        let done = notebook.do_as(role, &step(&notebook.clone(), code, &answers));
        let status = notebook.held[&CASE].status();
        assert_eq!(done.map(|()| status).map_err(|r| r.code()), expected, "{code}");
    }
}

#[test]
fn two_open_forms_disagree_and_somebody_decides() {
    let mut notebook = street();
    let (ann, bob) = (notebook.basis(HOUSEHOLD), notebook.basis(HOUSEHOLD));
    for (basis, role, label) in [(ann, Role::Gridworker, "王宅"), (bob, Role::VillageSupervisor, "王府")] {
        let edits = Edits::none().put("label", label);
        let command = Command::EditRecord(EditRecord { record: HOUSEHOLD, basis, also: vec![], edits });
        notebook.do_as(role, &command).unwrap();
    }
    assert_eq!(notebook.values(HOUSEHOLD, "label").len(), 2, "nobody was overwritten");
    let offered = allowed_actions(&view::GroupView::alone(&notebook.held[&HOUSEHOLD]), &actor(Role::Gridworker));
    assert!(offered.contains(&Action::Decide { fields: vec!["label".to_owned()] }), "{offered:?}");

    let decide = |notebook: &Notebook, field: &str, choice: Value| {
        Command::Decide(Decide {
            record: HOUSEHOLD,
            basis: notebook.basis(HOUSEHOLD),
            also: vec![],
            field: field.to_owned(),
            within: None,
            choice: Some(choice),
        })
    };
    #[rustfmt::skip]
    let table = [
        (decide(&notebook, "phone", "110".into()),   Role::Gridworker, "nothing_to_decide"),
        (decide(&notebook, "colour", "red".into()),  Role::Gridworker, "unknown_field"),
        (decide(&notebook, "label", " ".into()),     Role::Gridworker, "empty_text"),
        (decide(&notebook, "label", "王宅".into()),  Role::Handler,    "field_not_permitted"),
    ];
    for (command, role, code) in table {
        assert_eq!(command.decide(&notebook.held, &actor(role)).map_err(|r| r.code()), Err(code), "{command:?}");
    }
    let command = decide(&notebook, "label", "王宅".into());
    notebook.do_as(Role::VillageSupervisor, &command).unwrap();
    assert_eq!(notebook.values(HOUSEHOLD, "label"), [Some("王宅".into())]);
}

#[test]
fn the_same_value_typed_over_an_unseen_one_is_said_again() {
    let mut notebook = street();
    let before = notebook.basis(HOUSEHOLD);
    let theirs = edit(&notebook, HOUSEHOLD, Edits::none().put("label", "王府"));
    notebook.do_as(Role::VillageSupervisor, &theirs).unwrap();
    let edits = Edits::none().put("label", "王府");
    let mine = Command::EditRecord(EditRecord { record: HOUSEHOLD, basis: before, also: vec![], edits });
    assert!(mine.decide(&notebook.held, &actor(Role::Gridworker)).is_ok());
}

#[test]
fn deleted_before_and_after_the_form_was_opened() {
    let mut notebook = street();
    let opened_before = notebook.basis(HOUSEHOLD);
    let delete = |basis: Basis| Command::DeleteRecord(DeleteRecord { record: HOUSEHOLD, basis, also: vec![] });
    let refused = delete(notebook.basis(HOUSEHOLD)).decide(&notebook.held, &actor(Role::Volunteer));
    assert_eq!(refused, Err(Rejection::FieldNotPermitted { field: "delete".to_owned() }));
    let command = delete(notebook.basis(HOUSEHOLD));
    notebook.do_as(Role::VillageSupervisor, &command).unwrap();
    assert!(notebook.held[&HOUSEHOLD].is_deleted());

    let edits = Edits::none().put("note", "仍住这里");
    let late = edit(&notebook, HOUSEHOLD, edits.clone());
    assert_eq!(late.decide(&notebook.held, &actor(Role::Gridworker)), Err(Rejection::RecordDeleted));
    let below = AddResident { record: NEW, household: HOUSEHOLD, edits: Edits::none().put("name", "陈红") };
    let below = Command::AddResident(below).decide(&notebook.held, &actor(Role::Gridworker));
    assert_eq!(below, Err(Rejection::ParentDeleted));

    let typed = EditRecord { record: HOUSEHOLD, basis: opened_before, also: vec![], edits };
    notebook.do_as(Role::Gridworker, &Command::EditRecord(typed)).unwrap();
    assert!(notebook.held[&HOUSEHOLD].is_edited_after_deletion(), "what was typed keeps it alive");
}

#[test]
fn a_basis_serves_its_own_record_only() {
    let notebook = street();
    let basis = notebook.basis(RESIDENT);
    let edits = Edits::none().put("note", "x");
    let command = Command::EditRecord(EditRecord { record: HOUSEHOLD, basis, also: vec![], edits });
    let refused = command.decide(&notebook.held, &actor(Role::Gridworker));
    assert_eq!(refused, Err(Rejection::BasisOfAnotherRecord));
}

#[test]
fn a_visit_moves_the_door_on_only_if_somebody_answered() {
    let notebook = street();
    let visit = |door, outcome: &str, at| {
        Command::RecordVisit(RecordVisit { at, ..RecordVisit::plain(NEW, door, notebook.basis(door), outcome) })
    };
    let yesterday = Some(Timestamp(1_699_900_000_000));
    #[rustfmt::skip]
    let table = [
        // door       outcome                   writes, or why not
        (HOUSEHOLD,  "seen",        None,       Ok(2)),
        (DWELLING,   "no_change",   yesterday,  Ok(2)),
        (HOUSEHOLD,  "nobody_home", None,       Ok(1)),
        (BUILDING,   "seen",        None,       Err("wrong_parent")),
        (HOUSEHOLD,  "dreamt",      None,       Err("unknown_code")),
        (HOUSEHOLD,  "seen", Some(Timestamp(1_700_000_000_001)), Err("not_yet")),
    ];
    for (door, outcome, at, expected) in table {
        let decided = visit(door, outcome, at).decide(&notebook.held, &actor(Role::Gridworker));
        assert_eq!(decided.map(|d| d.writes().count()).map_err(|r| r.code()), expected, "{outcome}");
    }
}

#[test]
fn moves() {
    let mut notebook = street();
    let second = AddBuilding { record: NEW, unit: STREET, edits: Edits::none().put("name", "5 幢") };
    notebook.do_as(Role::Gridworker, &Command::AddBuilding(second)).unwrap();
    let to =
        |record, to| Command::MoveRecord(MoveRecord { record, basis: notebook.basis(record), also: Vec::new(), to });
    #[rustfmt::skip]
    let table = [
        (to(DWELLING, Target::Parent(NEW)),        Ok(STREET)),
        (to(BUILDING, Target::Unit(STREET)),       Ok(STREET)),
        (to(BUILDING, Target::Unit(GRID)),         Err("nothing_to_do")),
        (to(DWELLING, Target::Parent(BUILDING)),   Err("nothing_to_do")),
        (to(DWELLING, Target::Parent(DWELLING)),   Err("below_itself")),
        (to(DWELLING, Target::Parent(HOUSEHOLD)),  Err("below_itself")),
        (to(DWELLING, Target::Parent(CASE)),       Err("wrong_parent")),
        (to(DWELLING, Target::Unit(GRID)),         Err("wrong_parent")),
        (to(BUILDING, Target::Parent(NEW)),        Err("wrong_parent")),
    ];
    for (command, expected) in table {
        let decided = command.decide(&notebook.held, &actor(Role::Gridworker));
        assert_eq!(decided.map(|d| d.first.unit).map_err(|r| r.code()), expected, "{command:?}");
    }
}

#[test]
fn the_same_household_twice() {
    let mut notebook = street();
    let twin = AddHousehold {
        record: NEW,
        dwelling: DWELLING,
        edits: Edits::none().put("label", "王氏").put("phone", "110"),
        residents: vec![],
    };
    notebook.do_as(Role::Gridworker, &Command::AddHousehold(twin)).unwrap();
    let link = |n: &Notebook, a, b| Command::LinkSame(LinkSame { basis: n.basis(a), other: n.basis(b) });
    let refused =
        |command: Command, n: &Notebook| command.decide(&n.held, &actor(Role::Gridworker)).map_err(|r| r.code());
    assert_eq!(refused(link(&notebook, NEW, NEW), &notebook), Err("same_as_itself"));
    assert_eq!(refused(link(&notebook, NEW, RESIDENT), &notebook), Err("not_one_kind"));

    let command = link(&notebook, HOUSEHOLD, NEW);
    notebook.do_as(Role::Gridworker, &command).unwrap();
    assert_eq!(view::group_of(&notebook.held, NEW), [HOUSEHOLD, NEW]);
    assert_eq!(refused(link(&notebook, HOUSEHOLD, NEW), &notebook), Err("nothing_to_do"));

    let decide = Command::Decide(Decide {
        record: HOUSEHOLD,
        basis: notebook.basis(HOUSEHOLD),
        also: vec![notebook.basis(NEW)],
        field: "label".to_owned(),
        within: None,
        choice: Some("王家".into()),
    });
    notebook.do_as(Role::Gridworker, &decide).unwrap();
    let edits = Edits::none().put("phone", "119").put("note", "一户");
    let both =
        EditRecord { record: HOUSEHOLD, basis: notebook.basis(HOUSEHOLD), also: vec![notebook.basis(NEW)], edits };
    notebook.do_as(Role::Gridworker, &Command::EditRecord(both)).unwrap();
    let group = view::view_of(&notebook.held, NEW).unwrap();
    for (field, value) in [("label", "王家"), ("phone", "119"), ("note", "一户")] {
        let shown = group.field(field, view::Policy::Review).unwrap();
        assert_eq!((shown.value, shown.at_odds.len()), (Some(&Value::from(value)), 0), "{field}");
    }
    assert!(!notebook.held[&NEW].fields.contains_key("note"), "a new field goes to the record that was opened");

    let apart = Command::UnlinkSame(UnlinkSame {
        record: HOUSEHOLD,
        basis: notebook.basis(HOUSEHOLD),
        other: NEW,
        other_basis: Some(notebook.basis(NEW)),
    });
    notebook.do_as(Role::Gridworker, &apart).unwrap();
    assert_eq!(view::group_of(&notebook.held, NEW), [NEW]);
    assert_eq!(refused(apart, &notebook), Err("not_linked"));
}

#[test]
fn a_correction_is_the_same_command_in_place_of_a_save() {
    let notebook = street();
    let with = Box::new(edit(&notebook, HOUSEHOLD, Edits::none().put("note", "x")));
    let correct = |record| Command::Correct(Correct { save: 7, record, with: with.clone() });
    let decided = correct(HOUSEHOLD).decide(&notebook.held, &actor(Role::Gridworker)).unwrap();
    assert_eq!(decided.first.instead_of, Some(7));
    let refused = correct(RESIDENT).decide(&notebook.held, &actor(Role::Gridworker));
    assert_eq!(refused, Err(Rejection::CorrectsAnotherRecord));
}

#[test]
fn a_refused_change_is_said_again_as_the_command_that_it_was() {
    let notebook = street();
    let sealed = |command: Command, role| {
        let write = command.decide(&notebook.held, &actor(role)).unwrap().first;
        let ops = resolve(&write.wishes, &write.basis, &[]).ops;
        Change { ops, ..blank_change(write.record, &write.kind) }
    };
    let take = step(&notebook, "accept", &[("note", "x".into())]);
    let accept = sealed(take.clone(), Role::VillageSupervisor);
    assert_eq!(again(&accept, true, &notebook.basis(CASE), &Edits::none()), Some(take));

    let size = edit(&notebook, HOUSEHOLD, Edits::none().put("size", 4).put("note", "x"));
    let further = Edits::none().put("size", 5);
    let said = again(&sealed(size, Role::Gridworker), true, &notebook.basis(HOUSEHOLD), &further);
    assert_eq!(said, Some(edit(&notebook, HOUSEHOLD, Edits::none().put("size", 5).put("note", "x"))));

    let building = AddBuilding { record: NEW, unit: GRID, edits: Edits::none().put("name", "9 幢") };
    let refused = sealed(Command::AddBuilding(building.clone()), Role::Gridworker);
    let moved = again(&refused, false, &Basis::blank(NEW), &Edits::none().put("unit", STREET.record()));
    assert_eq!(moved, Some(Command::AddBuilding(AddBuilding { unit: STREET, ..building })));

    let gone = DeleteRecord { record: HOUSEHOLD, basis: notebook.basis(HOUSEHOLD), also: vec![] };
    let gone = Command::DeleteRecord(gone);
    let said = again(&sealed(gone.clone(), Role::Gridworker), true, &notebook.basis(HOUSEHOLD), &Edits::none());
    assert_eq!(said, Some(gone));
}

#[test]
fn what_is_offered_is_not_refused() {
    let notebook = street();
    for role in Role::ALL {
        for (record, state) in &notebook.held {
            for action in allowed_actions(&view::GroupView::alone(state), &actor(role)) {
                let basis = notebook.basis(*record);
                let command = match action {
                    Action::Step { step: code, asks, .. } => {
                        let required = asks.iter().filter(|ask| ask.required);
                        let answers = required.map(|ask| match ask.shape {
                            "unit" | "account" => (ask.name, Value::Id(STREET.record())),
                            "bool" => (ask.name, true.into()),
                            _ => (ask.name, "x".into()),
                        });
                        step(&notebook, code, &answers.collect::<Vec<_>>())
                    }
                    Action::Edit { fields } if fields.contains(&"note") => {
                        edit(&notebook, *record, Edits::none().put("note", "x"))
                    }
                    Action::Delete => Command::DeleteRecord(DeleteRecord { record: *record, basis, also: vec![] }),
                    _ => continue,
                };
                assert!(command.decide(&notebook.held, &actor(role)).is_ok(), "{role} {command:?}");
            }
        }
    }
    let volunteer = allowed_actions(&view::GroupView::alone(&notebook.held[&HOUSEHOLD]), &actor(Role::Volunteer));
    assert!(volunteer.is_empty(), "a volunteer holds no register: {volunteer:?}");
}

proptest! {
    /// Two people who edit from one screen lose nothing, whatever they type and in whichever order it arrives.
    #[test]
    fn nothing_typed_from_one_screen_is_lost(
        typed in proptest::collection::vec((0usize..3, "[a-z]{1,6}", any::<bool>()), 1..8),
    ) {
        let fields = ["label", "head", "note"];
        let mut notebook = street();
        let shared = notebook.basis(HOUSEHOLD);
        let mut last: BTreeMap<(bool, usize), String> = BTreeMap::new();
        let mut bases = BTreeMap::from([(false, shared.clone()), (true, shared)]);
        for (field, text, who) in typed {
            let command = Command::EditRecord(EditRecord {
                record: HOUSEHOLD,
                basis: bases[&who].clone(),
                also: vec![],
                edits: Edits::none().put(fields[field], text.as_str()),
            });
            let role = if who { Role::Gridworker } else { Role::VillageSupervisor };
            match notebook.do_as(role, &command) {
                Ok(()) => {
                    // Whoever saves opens the form again and sees everything: from then on the other one's is seen.
                    bases.insert(who, notebook.basis(HOUSEHOLD));
                    last.remove(&(!who, field));
                    last.insert((who, field), text);
                }
                Err(refused) => prop_assert_eq!(refused, Rejection::NothingToDo),
            }
        }
        for ((_, field), text) in last {
            let values = notebook.values(HOUSEHOLD, fields[field]);
            prop_assert!(values.contains(&Some(text.as_str().into())), "{} lost: {:?}", text, values);
        }
    }

    /// A decision changes nothing but by its writes: the same twice, and its wishes fit the table.
    #[test]
    fn a_decision_is_a_function(text in "\\PC{0,90}", clear in any::<bool>()) {
        let notebook = street();
        let edits = if clear { Edits::none().clear("note") } else { Edits::none().put("note", text.as_str()) };
        let command = edit(&notebook, HOUSEHOLD, edits);
        let once = command.decide(&notebook.held, &actor(Role::Gridworker));
        prop_assert_eq!(&once, &command.decide(&notebook.held, &actor(Role::Gridworker)));
        for wish in once.iter().flat_map(Decision::writes).flat_map(|w| &w.wishes) {
            if let Wish::Put { field, value: Some(value), .. } = wish {
                let again = Kind::Household.table().accept(field, value.clone());
                prop_assert_eq!(again.as_ref(), Ok(value));
            }
        }
    }
}
