//! What holds of every kind's table.

use super::*;
use crate::op::Op;
use crate::rejection::Rejection;
use crate::role::Role;
use crate::value::Value;
use crate::workflow::START;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn answers(list: &[(&str, Value)]) -> std::collections::BTreeMap<String, Value> {
    list.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect()
}

#[test]
fn names_and_back() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
        assert_eq!(kind.table().kind, kind);
    }
    assert_eq!(Kind::from_name("horoscope"), None);
}

#[test]
fn tables_are_whole() {
    for kind in Kind::ALL {
        let table = kind.table();
        let names: Vec<_> = table.fields.iter().chain(table.sets).map(|f| f.name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{kind} names a field twice");
        for name in table.title.iter().chain(table.subtitle) {
            assert!(table.field(name).is_some(), "{kind} has no {name}");
        }
        let sorted = match table.sort {
            SortBy::Natural(fields) => fields.to_vec(),
            SortBy::Pinyin(field) => vec![field],
            SortBy::Soonest => Vec::new(),
            SortBy::NewestIn(within, field) => vec![within, field],
            SortBy::Newest(field) => [field].into_iter().filter(|f| !f.is_empty()).collect(),
        };
        assert!(sorted.iter().all(|f| table.field(f).is_some()), "{kind}");
        for field in table.fields.iter().chain(table.sets) {
            assert!(!field.read.is_empty() && !field.write.is_empty(), "{kind}.{}", field.name);
            assert!(field.name.len() <= crate::limits::FIELD_NAME_BYTES_MAX);
            if let Shape::Text { chars_max } = field.shape {
                assert!(chars_max * 4 <= crate::limits::TEXT_BYTES_MAX);
            }
        }
        match table.home {
            Home::Itself => assert_eq!(kind, Kind::Unit),
            Home::Unit => assert_eq!(table.field(UNIT).map(|f| (f.shape, f.required)), Some((Shape::UnitRef, true))),
            Home::Parent(kinds) => {
                // Work is done at a place, or for a grid: its command asks for one of the two.
                let either = kind == Kind::WorkDone;
                assert_eq!(table.field(PARENT).map(|f| (f.shape, f.required)), Some((Shape::Ref(kinds), !either)));
                assert_eq!(table.field(UNIT).is_some(), either, "what is below takes its parent's unit");
            }
        }
        assert_eq!(table.place, table.field("point").is_some(), "{kind}");
    }
}

#[test]
fn volunteers_hold_no_residents() {
    for kind in [Kind::Dwelling, Kind::Household, Kind::Resident, Kind::Visit, Kind::VisitPlan] {
        assert!(!kind.table().readers().has(Role::Volunteer), "{kind}");
        assert!(!kind.table().author_sees, "the register is not its authors'");
    }
}

#[test]
fn what_was_answered_in_a_form_is_for_those_who_keep_the_register() {
    let (form, filled) = (Kind::Form.table(), Kind::Submission.table());
    for role in Role::ALL {
        let keeps = Roles::REGISTER.has(role);
        assert_eq!((filled.readers().has(role), filled.writers().has(role)), (keeps, keeps), "{role}");
        assert!(!filled.delete.has(role) || keeps, "{role}");
        // An answer is a field that no table lists: who writes the kind writes it, and nobody else reads it.
        let answer = Op::put("/name", "王小明");
        assert_eq!(filled.permits(&answer, role.into()).is_ok(), keeps, "{role}");
        assert_eq!(form.writers().has(role), form::PUBLISHERS.has(role), "{role}");
        assert_eq!(read_by(role).any(|kind| kind == "form_piece"), form::PUBLISHERS.has(role) || keeps, "{role}");
    }
    assert!(!form.writers().has(Role::Gridworker) && !form.readers().has(Role::Volunteer));
}

#[test]
fn guests_hold_places_and_inspections_and_nobody_who_lives_there() {
    let held: Vec<&str> = read_by(Role::Inspector).collect();
    assert_eq!(
        held,
        [
            "unit",
            "rule_table",
            "boundary",
            "premises",
            "campaign",
            "target",
            "attempt",
            "inspection",
            "inspection_item"
        ]
    );
    for kind in [Kind::Dwelling, Kind::Household, Kind::Resident, Kind::Visit, Kind::Organisation, Kind::Building] {
        assert!(!kind.table().readers().has(Role::Inspector), "{kind}");
        assert!(!kind.table().writers().has(Role::Inspector), "{kind}");
    }
    // Of cases they see their own, as their author, and of others no contact.
    assert!(Kind::Case.table().author_sees && Kind::Case.table().readers().has(Role::Inspector));
    let hidden = Kind::Premises.table().hidden_from(Role::Inspector.into());
    assert_eq!(hidden, ["contact_name", "contact_phone"], "nobody's number");
    let hidden = Kind::Case.table().hidden_from(Role::Inspector.into());
    assert!(["reporter_name", "reporter_phone", "visit"].iter().all(|field| hidden.contains(field)), "{hidden:?}");
}

#[test]
fn what_volunteers_canvass_with_names_no_person() {
    for kind in [Kind::Campaign, Kind::Target, Kind::Attempt] {
        let table = kind.table();
        assert!(table.readers().has(Role::Volunteer), "{kind}");
        for field in table.fields.iter().chain(table.sets) {
            let of_people = [Kind::Household, Kind::Resident, Kind::Visit];
            assert!(!of_people.into_iter().any(|k| field.shape.refers_to(k)), "{kind}.{}", field.name);
            assert!(!matches!(field.shape, Shape::Phone | Shape::IdNumber), "{kind}.{}", field.name);
        }
    }
}

#[test]
fn a_complainants_contact_is_the_handlers_only() {
    let table = Kind::Case.table();
    for name in ["reporter_name", "reporter_phone"] {
        let field = table.field(name).unwrap();
        assert_eq!((field.handled, field.search), (Some(Role::IntakeClerk.into()), SearchUse::None));
        assert!(!table.opens_all(Role::Handler.into()), "not every handler handles every case");
        assert!(!table.title.contains(&name) && !table.subtitle.contains(&name));
    }
    let newcomer = table.hidden_from(Role::Newcomer.into());
    assert!(["reporter_name", "reporter_phone"].iter().all(|name| newcomer.contains(name)));
}

#[test]
fn nobody_is_found_or_listed_by_what_is_sensitive() {
    let mut found = 0;
    for kind in Kind::ALL {
        let table = kind.table();
        for field in table.sensitive() {
            found += 1;
            // By an ID number adults are found; rows leave out a child's.
            let search = if field.of_children { SearchUse::Number } else { SearchUse::None };
            assert_eq!((field.search, field.required), (search, false), "{}", field.name);
            assert!(!table.title.contains(&field.name) && !table.subtitle.contains(&field.name), "{}", field.name);
        }
    }
    assert_eq!(found, Kind::Resident.table().sensitive().count());
    assert_eq!(found, 8);
}

#[test]
fn values_are_tidied_then_checked() {
    let case = Kind::Case.table();
    let resident = Kind::Resident.table();
    // table, field, typed, stored or code
    let long = "长".repeat(81);
    let rows: Vec<(&KindTable, &str, Value, Result<Value, &str>)> = vec![
        (resident, "name", " 王小明 ".into(), Ok("王小明".into())),
        (resident, "name", "  ".into(), Err("empty_text")),
        (resident, "name", long.into(), Err("too_long")),
        (resident, "name", Value::Int(3), Err("wrong_shape")),
        (resident, "sex", "1".into(), Ok("1".into())),
        (resident, "sex", "3".into(), Err("unknown_code")),
        (resident, "birth", Value::Int(-7306), Ok(Value::Int(-7306))),
        (resident, "birth", Value::Int(1_000_000), Err("out_of_range")),
        (resident, "id_number", "１１０105 19491231002x".into(), Ok("11010519491231002X".into())),
        (resident, "id_number", "not on the card".into(), Ok("NOTONTHECARD".into())),
        (resident, "phone", "０518-8580 1234".into(), Ok("051885801234".into())),
        (resident, "phone", "+86 138-1234-5678".into(), Ok("+8613812345678".into())),
        (resident, "phone", "ask her son".into(), Err("wrong_shape")),
        (resident, "parent", Value::Id(crate::RecordId([1; 16])), Ok(Value::Id(crate::RecordId([1; 16])))),
        (resident, "religion", "x".into(), Err("unknown_code")),
        (resident, "score", "x".into(), Err("unknown_field")),
        (case, "level", "4".into(), Ok("4".into())),
        (case, "point", Value::Map([].into()), Err("wrong_shape")),
        (Kind::Unit.table(), "code", "320703000000".into(), Ok("320703".into())),
        (Kind::Unit.table(), "code", "32070".into(), Err("wrong_shape")),
    ];
    for (table, field, typed, want) in rows {
        let got = table.accept(field, typed.clone());
        assert_eq!(got.as_ref().map_err(Rejection::code), want.as_ref().map_err(|c| *c), "{field} {typed:?}");
        if let Err(rejection) = got {
            assert_eq!(rejection.field(), Some(field));
        }
    }
    assert_eq!(resident.accept_element("tags", "volunteer".into()), Ok("volunteer".into()));
    assert_eq!(resident.accept_element("tags", "key_person".into()).unwrap_err().code(), "unknown_code");
    assert_eq!(resident.accept_element("friends", "x".into()).unwrap_err().code(), "unknown_set");
}

#[test]
fn what_is_missing_is_named() {
    let missing = Kind::Visit.table().missing(|f| f == "at");
    let fields: Vec<_> = missing.iter().filter_map(Rejection::field).collect();
    assert_eq!(fields, ["parent", "outcome"]);
}

#[test]
fn rights_of_operations() {
    let (case, resident) = (Kind::Case.table(), Kind::Resident.table());
    let volunteer = Roles::from(Role::Volunteer);
    let worker = Roles::from(Role::Gridworker);
    assert!(case.permits(&Op::put("title", "x"), volunteer).is_ok());
    assert_eq!(case.permits(&Op::put("deadline", 5), worker).unwrap_err().code(), "field_not_permitted");
    assert!(case.permits(&Op::put("deadline", 5), Role::Dispatcher.into()).is_ok());
    assert!(resident.permits(&Op::put("name", "x"), volunteer).is_err());
    assert!(resident.permits(&Op::put("of_a_later_version", "x"), worker).is_ok());
    assert!(resident.permits(&Op::put("of_a_later_version", "x"), volunteer).is_err());
    assert!(Kind::Unit.table().permits(&Op::put("name", "x"), worker).is_err());
    let delete = Op::Delete { timeline: crate::TimelineId::default(), pos: 1, own: vec![] };
    assert!(case.permits(&delete, worker).is_err() && case.permits(&delete, Roles::SUPERVISORS).is_ok());
    let step = |step: &str| Op::Step { step: step.to_owned(), to: String::new(), answers: [].into() };
    assert!(case.permits(&step("report"), volunteer).is_ok());
    assert_eq!(case.permits(&step("close"), volunteer).unwrap_err().code(), "step_not_permitted");
}

#[test]
fn every_row_of_the_case_table_reads() {
    let steps = Kind::Case.steps();
    assert_eq!(steps.workflow.version, 7);
    for row in &steps.rows {
        assert!(!row.roles.is_empty(), "{row:?}");
    }
}

#[test]
fn every_row_of_the_review_table_reads() {
    let text = include_str!("../../../../catalog/workflows/review.csv");
    let steps = Kind::Review.steps();
    assert_eq!(steps.rows.len(), text.lines().filter(|l| !l.starts_with('#')).count() - 1);
    for status in [review::APPROVED, review::RETURNED, review::ANSWERED, review::WITHDRAWN] {
        assert!(steps.statuses().contains(&status), "{status}");
    }
    for step in [review::APPROVE, review::RETURN, review::ANSWER, review::WITHDRAW] {
        assert!(steps.takers(step).is_some(), "{step}");
    }
    assert!(!Kind::Review.table().readers().has(Role::Volunteer), "comments speak of residents");
}

#[test]
fn every_status_is_reached_and_ends() {
    let steps = Kind::Case.steps();
    for status in steps.statuses() {
        let mut met = BTreeSet::from([status]);
        while let Some(row) = steps.rows.iter().find(|r| met.contains(r.from) && !met.contains(r.to)) {
            met.insert(row.to);
        }
        assert!(case::DONE.iter().any(|d| met.contains(d)), "{status} never ends");
        assert!(status == START || steps.rows.iter().any(|r| r.to == status), "{status} is never reached");
    }
    let stepped = Kind::ALL.into_iter().filter(|kind| !kind.steps().rows.is_empty());
    let own = [Kind::Review, Kind::Handover, Kind::WorkItem, Kind::Task, Kind::TaskFeedback, Kind::Objection];
    let known = [&[Kind::Case], &own[..], &[Kind::TrainingDone, Kind::Attendance]].concat();
    assert_eq!(stepped.collect::<BTreeSet<_>>(), known.into_iter().collect());
}

/// A step, who takes it, with which answers, and where it leads.
type Taken = (&'static str, Role, Vec<(&'static str, Value)>, &'static str);

#[test]
fn a_case_from_report_to_close() {
    let steps = Kind::Case.steps();
    let unit = Value::Id(crate::RecordId([9; 16]));
    let way: [Taken; 10] = [
        ("report", Role::Volunteer, vec![], "reported"),
        ("accept", Role::IntakeClerk, vec![], "accepted"),
        ("dispatch", Role::Dispatcher, vec![("unit", unit)], "dispatched"),
        ("take", Role::Handler, vec![], "taken"),
        ("make_safe", Role::Handler, vec![("measure", "barrier".into())], "taken"),
        ("handle", Role::Handler, vec![("result", "fixed".into())], "handled"),
        ("rework", Role::Gridworker, vec![("reason", "still loose".into())], "taken"),
        ("handle", Role::Handler, vec![("result", "fixed again".into())], "handled"),
        ("verify", Role::Gridworker, vec![("picture", Value::Bytes(vec![7; 32])), ("note", "seen".into())], "verified"),
        ("close", Role::VillageSupervisor, vec![], "closed"),
    ];
    let mut status = START;
    for (step, role, given, to) in way {
        let row = steps.check("case", status, step, role.into(), &answers(&given)).unwrap();
        assert_eq!(row.to, to, "{step}");
        assert!(Kind::Case.allowed_steps(status, role.into()).contains(&row));
        status = row.to;
    }
}

#[test]
fn what_a_newcomer_says_waits_until_somebody_looked() {
    let steps = Kind::Case.steps();
    let check = |status, step, role: Role, given: &[(&str, Value)]| {
        steps.check("case", status, step, role.into(), &answers(given)).map(|row| row.to).map_err(|e| e.code())
    };
    let (new, seen) = (Role::Newcomer, case::UNVERIFIED);
    assert_eq!(check(START, case::REPORT, new, &[]), Err("step_not_permitted"));
    assert_eq!(check(START, case::SUBMIT, new, &[]), Ok(seen));
    assert_eq!(check(seen, "confirm", new, &[]), Err("step_not_permitted"));
    assert_eq!(check(seen, "confirm", Role::Volunteer, &[]), Err("step_not_permitted"));
    assert_eq!(check(seen, "confirm", Role::Gridworker, &[]), Ok("reported"));
    assert_eq!(check(seen, "turn_down", Role::Gridworker, &[]), Err("missing_answer"));
    assert_eq!(check(seen, "turn_down", Role::Gridworker, &[("reason", "all is well".into())]), Ok("voided"));
    for status in steps.statuses().into_iter().filter(|status| *status != START) {
        assert!(Kind::Case.allowed_steps(status, new.into()).is_empty(), "{status}");
    }
}

#[test]
fn a_newcomer_reads_the_frame_and_writes_reports() {
    for kind in Kind::ALL {
        let (table, new) = (kind.table(), Role::Newcomer);
        assert_eq!(table.writers().has(new), kind == Kind::Case, "{kind}");
        assert_eq!(table.readers().has(new), matches!(kind, Kind::Case | Kind::Unit), "{kind}");
        assert!(!table.delete.has(new) && table.sets.iter().all(|set| !set.read.has(new) && !set.write.has(new)));
        let reads: Vec<&str> = table.fields.iter().filter(|f| f.read.has(new)).map(|f| f.name).collect();
        let wanted: &[&str] = match kind {
            Kind::Case => &["unit", "title", "kind", "category", "description", "place", "point"],
            Kind::Unit => &["parent", "name", "level", "code", "kind"],
            _ => &[],
        };
        assert_eq!(reads, wanted, "{kind}");
    }
}

#[test]
fn refused_steps() {
    let steps = Kind::Case.steps();
    let handler = Roles::from(Role::Handler);
    let code = |status, step, roles, given: &[(&str, Value)]| {
        steps.check("case", status, step, roles, &answers(given)).unwrap_err().code()
    };
    assert_eq!(code("closed", "take", handler, &[]), "step_not_open");
    assert_eq!(code("taken", "fly", handler, &[]), "unknown_step");
    assert_eq!(code("verified", "close", handler, &[]), "step_not_permitted");
    assert_eq!(code("taken", "handle", handler, &[]), "missing_answer");
    assert_eq!(code("taken", "handle", handler, &[("result", Value::Int(1))]), "wrong_answer");
    assert_eq!(code("dispatched", "take", handler, &[("speed", Value::Int(1))]), "wrong_answer");
}

proptest! {
    #[test]
    fn what_was_accepted_fits(kind in proptest::sample::select(&Kind::ALL[..]), text in "[ 0-9０-９xX+()-]{0,20}|.{0,12}") {
        for field in kind.table().fields {
            if let Ok(value) = field.accept(Value::Text(text.clone())) {
                prop_assert_eq!(field.check(&value), Ok(()));
                prop_assert_eq!(field.accept(value.clone()), Ok(value));
            }
        }
    }
}
