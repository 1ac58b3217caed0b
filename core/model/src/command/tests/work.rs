//! The work list: who lets an item in, whom it reaches, and what doing it writes.

use super::*;
use crate::kind::work_item::{self, WorkItem};
use crate::view::GroupView;

const ITEM: RecordId = RecordId([75; 16]);
const DONE: RecordId = RecordId([76; 16]);

fn today() -> i64 {
    actor(Role::Gridworker).today()
}

fn proposal(sort: &str, target: &str) -> Edits {
    Edits::none().put("title", "核对常住人数").put("category", "people").put("sort", sort).put("target", target)
}

fn propose(edits: Edits) -> Command {
    Command::ProposeWork(ProposeWork { record: ITEM, unit: STREET, edits })
}

fn move_on(notebook: &Notebook, step: &str, answers: &[(&str, Value)]) -> Command {
    let answers = answers.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    Command::TakeStep(TakeStep { record: ITEM, basis: notebook.basis(ITEM), step: step.to_owned(), answers })
}

fn admit(notebook: &Notebook, from: i64, until: i64) -> Command {
    let unit = Value::Id(GRID.record());
    let answers = [("begins", from.into()), ("ends", until.into()), ("purpose", "年底核对".into()), ("for_unit", unit)];
    move_on(notebook, "admit", &answers)
}

/// A street with an item of the list in force.
fn admitted(edits: Edits) -> Notebook {
    let mut notebook = street();
    notebook.do_as(Role::TownshipSupervisor, &propose(edits)).unwrap();
    let command = admit(&notebook, today(), today() + 30);
    notebook.do_as(Role::CountySupervisor, &command).unwrap();
    notebook
}

fn reaches(notebook: &Notebook) -> bool {
    Kind::WorkItem.table().reaches_down.is_so(&notebook.held[&ITEM])
}

#[test]
fn an_item_reaches_phones_only_while_the_county_has_admitted_it() {
    let mut notebook = street();
    for role in [Role::Gridworker, Role::Volunteer, Role::VillageSupervisor] {
        let refused = propose(proposal("task", "building")).decide(&notebook.held, &actor(role));
        assert_eq!(refused.unwrap_err().code(), "step_not_permitted", "{role}");
    }
    notebook.do_as(Role::Handler, &propose(proposal("task", "building"))).unwrap();
    assert!(!reaches(&notebook));
    let command = admit(&notebook, today(), today() + 30);
    let refused = command.decide(&notebook.held, &actor(Role::TownshipSupervisor));
    assert_eq!(refused.unwrap_err().code(), "step_not_permitted");
    let refused = admit(&notebook, today(), today() - 1).decide(&notebook.held, &actor(Role::CountySupervisor));
    assert_eq!(refused.unwrap_err().code(), "out_of_range");
    let refused = move_on(&notebook, "admit", &[("begins", today().into())]);
    let refused = refused.decide(&notebook.held, &actor(Role::CountySupervisor));
    assert_eq!(refused.unwrap_err().code(), "missing_answer");

    notebook.do_as(Role::CountySupervisor, &command).unwrap();
    let item = |notebook: &Notebook| WorkItem::of(&GroupView::alone(&notebook.held[&ITEM]));
    assert!(reaches(&notebook) && item(&notebook).is_in_force(today()));
    assert_eq!(home_unit(&notebook.held, ITEM), Some(GRID), "it is at home where it was admitted for");
    assert_eq!(notebook.shown(ITEM, "purpose"), Some("年底核对".into()));

    let withdraw = move_on(&notebook, work_item::TAKE_BACK, &[("reason", "重复".into())]);
    notebook.do_as(Role::CountySupervisor, &withdraw).unwrap();
    assert!(!reaches(&notebook) && !item(&notebook).is_in_force(today()));
    assert_eq!(notebook.held[&ITEM].status(), "withdrawn");
    let again = admit(&notebook, today(), today());
    notebook.do_as(Role::CountySupervisor, &again).unwrap();
    assert!(reaches(&notebook));
}

#[test]
fn doing_an_item_writes_the_register_and_is_refused_elsewhere() {
    let notebook = admitted(proposal("fact", "household").put("fact", "household.size"));
    let work = |place: RecordId| DoWork {
        record: DONE,
        item: ITEM,
        basis: notebook.basis(place),
        at: None,
        value: Some(Value::Int(4)),
        note: None,
    };
    let earlier = Some(Timestamp(1_600_000_000_000));
    #[rustfmt::skip]
    let table = [
        // what is done                                             writes, or why not
        (work(HOUSEHOLD),                                           Ok(2)),
        (work(DWELLING),                                            Err("wrong_parent")),
        (DoWork { value: None, ..work(HOUSEHOLD) },                 Err("missing_field")),
        (DoWork { value: Some("many".into()), ..work(HOUSEHOLD) },  Err("wrong_shape")),
        (DoWork { at: earlier, ..work(HOUSEHOLD) },                 Err("not_in_force")),
        (DoWork { item: BUILDING, ..work(HOUSEHOLD) },              Err("wrong_kind")),
        (DoWork { item: NEW, ..work(HOUSEHOLD) },                   Err("unknown_record")),
    ];
    for (command, expected) in table {
        let said = format!("{command:?}");
        let decided = Command::DoWork(command).decide(&notebook.held, &actor(Role::Gridworker));
        assert_eq!(decided.map(|d| d.writes().count()).map_err(|r| r.code()), expected, "{said}");
    }
    let mut after = notebook.clone();
    after.do_as(Role::Gridworker, &Command::DoWork(work(HOUSEHOLD))).unwrap();
    assert_eq!(after.shown(HOUSEHOLD, "size"), Some(Value::Int(4)), "typed once");
    assert_eq!(after.shown(DONE, "value"), Some("4".into()));
    assert_eq!(after.shown(DONE, "title"), Some("核对常住人数".into()), "it is read where the item is no more");

    let visits = admitted(proposal("visit", "household"));
    let command = DoWork { basis: visits.basis(HOUSEHOLD), value: None, ..work(HOUSEHOLD) };
    let refused = Command::DoWork(command).decide(&visits.held, &actor(Role::Gridworker));
    assert_eq!(refused.unwrap_err(), Rejection::WrongKind { wanted: "visit" }, "visits are written down as visits");
    let needs = admitted(proposal("fact", "household").put("fact", "household.needs"));
    let command = DoWork { value: Some("gas_check".into()), ..work(HOUSEHOLD) };
    let decided = Command::DoWork(command).decide(&needs.held, &actor(Role::Gridworker)).unwrap();
    assert_eq!(decided.more[0].wishes, [Wish::Add { set: "needs".to_owned(), element: "gas_check".into() }]);
}
