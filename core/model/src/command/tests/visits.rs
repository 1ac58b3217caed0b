//! Visits: what one save holds, who may have been met, and what is said again.

use super::*;

const VISIT: RecordId = RecordId([60; 16]);
const ASK: RecordId = RecordId([61; 16]);
const HAZARD: RecordId = RecordId([62; 16]);

fn visit(notebook: &Notebook, door: RecordId, outcome: &str) -> RecordVisit {
    RecordVisit::plain(VISIT, door, notebook.basis(door), outcome)
}

#[test]
fn one_save_holds_the_visit_what_it_confirms_and_a_case_for_each_thing_raised() {
    let mut notebook = street();
    let said = "楼道灯坏了半个月，".repeat(20);
    let paid = RecordVisit {
        edits: Edits::none().put("mode", "chat").put("met_other", "对门邻居").add("met", RESIDENT),
        raised: vec![Raised::heard(ASK, said.as_str()), Raised::found(HAZARD, "楼下十个钢瓶")],
        confirms: [HOUSEHOLD, RESIDENT, HOUSEHOLD].map(|r| notebook.basis(r)).to_vec(),
        ..visit(&notebook, HOUSEHOLD, "seen")
    };
    let decision = Command::RecordVisit(paid).decide(&notebook.held, &actor(Role::Gridworker)).unwrap();
    let written: Vec<RecordId> = decision.writes().map(|w| w.record).collect();
    assert_eq!(written, [VISIT, HOUSEHOLD, RESIDENT, ASK, HAZARD], "one write a record");
    notebook.save(1, decision);
    assert_eq!(notebook.shown(ASK, "kind"), Some("ask".into()));
    assert_eq!(notebook.shown(HAZARD, "kind"), Some("hazard".into()));
    for case in [ASK, HAZARD] {
        assert_eq!(notebook.held[&case].status(), "reported");
        assert_eq!(notebook.shown(case, "visit"), Some(Value::Id(VISIT)));
        assert_eq!(notebook.shown(case, PARENT), Some(Value::Id(DWELLING)), "the nearest place that has cases");
    }
    assert_eq!(notebook.shown(ASK, "description"), Some(said.as_str().into()), "nothing typed is cut off");
    assert_eq!(notebook.shown(HAZARD, "description"), None);
    let set = |record: RecordId, set: &str| notebook.held[&record].sets.get(set).map_or(0, |s| s.adds.len());
    assert_eq!((set(VISIT, "met"), set(VISIT, "cases")), (1, 2));
    assert_eq!((set(HOUSEHOLD, "confirmed"), set(RESIDENT, "confirmed")), (1, 1));
    assert_eq!(notebook.shown(HOUSEHOLD, "last_visited"), Some(Value::Int(1_700_000_000_000)));
}

#[test]
fn visits_are_paid_to_places_too_and_met_is_who_lives_there() {
    let mut notebook = street();
    let (shop, elsewhere, far) = (RecordId([70; 16]), RecordId([71; 16]), RecordId([72; 16]));
    let place = AddPlace {
        record: shop,
        kind: Kind::Premises,
        unit: Some(GRID),
        parent: None,
        edits: Edits::none().put("name", "老王小吃").put("kind", "restaurant"),
    };
    notebook.do_as(Role::Gridworker, &Command::AddPlace(place)).unwrap();
    let other = AddHousehold {
        record: elsewhere,
        dwelling: BUILDING,
        edits: Edits::none().put("label", "李家"),
        residents: vec![NewResident { record: far, edits: Edits::none().put("name", "李二") }],
    };
    notebook.do_as(Role::Gridworker, &Command::AddHousehold(other)).unwrap();
    let met =
        |door, who: RecordId| RecordVisit { edits: Edits::none().add("met", who), ..visit(&notebook, door, "seen") };
    let with_mode =
        |mode: &str| RecordVisit { edits: Edits::none().put("mode", mode), ..visit(&notebook, shop, "closed") };
    #[rustfmt::skip]
    let table = [
        // the visit                                 writes, or why not
        (visit(&notebook, shop, "seen"),             Ok(1)),
        (visit(&notebook, BUILDING, "seen"),         Err("wrong_parent")),
        (with_mode("phone"),                         Ok(1)),
        (with_mode("letter"),                        Err("unknown_code")),
        (met(HOUSEHOLD, RESIDENT),                   Ok(2)),
        (met(DWELLING, RESIDENT),                    Ok(2)),
        (met(HOUSEHOLD, far),                        Err("not_in_household")),
        (met(HOUSEHOLD, DWELLING),                   Err("wrong_kind")),
        (met(HOUSEHOLD, RecordId([80; 16])),         Err("unknown_record")),
    ];
    for (paid, expected) in table {
        let said = format!("{paid:?}");
        let decided = Command::RecordVisit(paid).decide(&notebook.held, &actor(Role::Gridworker));
        assert_eq!(decided.map(|d| d.writes().count()).map_err(|r| r.code()), expected, "{said}");
    }
    let decided =
        Command::RecordVisit(visit(&notebook, HOUSEHOLD, "seen")).decide(&notebook.held, &actor(Role::Volunteer));
    assert_eq!(decided.unwrap_err().code(), "field_not_permitted", "volunteers pay no visits");
}

#[test]
fn a_refused_visit_is_said_again_whole() {
    let mut notebook = street();
    let paid = RecordVisit {
        at: Some(Timestamp(1_699_000_000_000)),
        edits: Edits::none().put("note", "x").put("mode", "phone").add("met", RESIDENT),
        ..visit(&notebook, HOUSEHOLD, "family_met")
    };
    let decision = Command::RecordVisit(paid).decide(&notebook.held, &actor(Role::Gridworker)).unwrap();
    let wishes = decision.first.wishes.clone();
    let resolved = resolve(&wishes, &decision.first.basis, &[]);
    let change = Change { ops: resolved.ops, ..blank_change(VISIT, Kind::Visit.name()) };
    notebook.save(1, decision.first.clone().into());
    let without = street();
    let command = again(&change, false, &Basis::blank(VISIT), &Edits::none().put("note", "y")).unwrap();
    let second = command.decide(&without.held, &actor(Role::Gridworker)).unwrap();
    let expected: Vec<Wish> =
        wishes.into_iter().map(|w| if w == Wish::put("note", "x") { Wish::put("note", "y") } else { w }).collect();
    assert_eq!(second.first.wishes, expected);
}
