//! Visit plans: consent, directed visits, and visits that count for them.

use super::*;
use crate::kind::visit_plan::{Plan, Standing};
use crate::view::GroupView;

const PLAN: RecordId = RecordId([65; 16]);
const VISIT: RecordId = RecordId([66; 16]);

fn plan(edits: Edits) -> AddVisitPlan {
    AddVisitPlan { record: PLAN, door: HOUSEHOLD, case: None, edits }
}

fn care() -> Edits {
    let today = actor(Role::Gridworker).today();
    Edits::none()
        .put("purpose", "alone_old")
        .put("every_days", 7)
        .put("consent_by", "王奶奶")
        .put("consent_on", today - 1)
}

fn standing(notebook: &Notebook) -> Standing {
    Plan::of(&GroupView::alone(&notebook.held[&PLAN])).standing(actor(Role::Gridworker).today())
}

#[test]
fn a_plan_that_helps_needs_consent_and_a_frequency() {
    let notebook = street();
    let today = actor(Role::Gridworker).today();
    let on = |door: RecordId, edits: Edits| AddVisitPlan { door, ..plan(edits) };
    #[rustfmt::skip]
    let table = [
        // plan                                                         why not
        (plan(care()),                                                  Ok(())),
        (plan(care().clear("consent_by")),                              Err("consent_missing")),
        (plan(care().clear("consent_on")),                              Err("consent_missing")),
        (plan(care().put("consent_on", today + 1)),                     Err("not_yet")),
        (plan(care().put("purpose", "other").clear("consent_by")),      Err("consent_missing")),
        (plan(care().put("purpose", "hypertension")),                   Err("unknown_code")),
        (plan(care().clear("every_days")),                              Err("missing_field")),
        (plan(care().clear("purpose")),                                 Err("missing_field")),
        (plan(care().put("until", today - 1)),                          Err("out_of_range")),
        (on(BUILDING, care()),                                          Err("wrong_parent")),
        (on(DWELLING, Edits::none().put("purpose", "rented_home").put("every_days", 90)), Ok(())),
        (AddVisitPlan { case: Some(BUILDING), ..plan(care()) },         Err("wrong_kind")),
        (AddVisitPlan { case: Some(PLAN), ..plan(care()) },             Err("unknown_record")),
    ];
    for (command, expected) in table {
        let said = format!("{command:?}");
        let decided = Command::AddVisitPlan(command).decide(&notebook.held, &actor(Role::Gridworker));
        assert_eq!(decided.map(drop).map_err(|r| r.code()), expected, "{said}");
    }
    let decided = Command::AddVisitPlan(plan(care())).decide(&notebook.held, &actor(Role::Volunteer));
    assert_eq!(decided.unwrap_err().code(), "field_not_permitted");
}

#[test]
fn a_visit_that_met_somebody_counts_and_consent_taken_back_ends_it() {
    let mut notebook = street();
    notebook.do_as(Role::Gridworker, &Command::AddVisitPlan(plan(care()))).unwrap();
    assert_eq!(standing(&notebook), Standing::Today);
    for (record, outcome, after) in [(VISIT, "nobody_home", Standing::Today), (NEW, "family_met", Standing::Later)] {
        let plans = vec![notebook.basis(PLAN)];
        let paid = RecordVisit { plans, ..RecordVisit::plain(record, HOUSEHOLD, notebook.basis(HOUSEHOLD), outcome) };
        notebook.do_as(Role::Gridworker, &Command::RecordVisit(paid)).unwrap();
        assert_eq!(standing(&notebook), after, "{outcome}");
        assert_eq!(notebook.held[&record].sets["plans"].adds.len(), 1);
    }
    let end = |notebook: &Notebook, reason: &str| {
        let (basis, reason) = (notebook.basis(PLAN), reason.to_owned());
        Command::EndVisitPlan(EndVisitPlan { record: PLAN, basis, reason, on: None })
    };
    let refused = end(&notebook, "bored").decide(&notebook.held, &actor(Role::Gridworker));
    assert_eq!(refused.unwrap_err().code(), "unknown_code");
    let withdrawn = end(&notebook, "consent_withdrawn");
    notebook.do_as(Role::Gridworker, &withdrawn).unwrap();
    assert_eq!(standing(&notebook), Standing::Ended);
    let shown = Plan::of(&GroupView::alone(&notebook.held[&PLAN]));
    assert!(!shown.consent && shown.next_due().is_none());
    let again = end(&notebook, "consent_withdrawn").decide(&notebook.held, &actor(Role::Gridworker));
    assert_eq!(again.unwrap_err(), Rejection::NothingToDo);
}

#[test]
fn a_case_orders_a_visit_once_and_both_sides_show_it() {
    let mut notebook = street();
    let due = actor(Role::Gridworker).today() + 3;
    let edits = Edits::none().put("purpose", "follow_up").put("due", due);
    let ordered = AddVisitPlan { case: Some(CASE), ..plan(edits) };
    notebook.do_as(Role::VillageSupervisor, &Command::AddVisitPlan(ordered)).unwrap();
    assert_eq!(notebook.shown(PLAN, "case"), Some(Value::Id(CASE)));
    assert_eq!(notebook.held[&CASE].sets["visit_plans"].adds[0].element, Value::Id(PLAN));
    let plans = vec![notebook.basis(PLAN)];
    let paid = RecordVisit { plans, ..RecordVisit::plain(VISIT, HOUSEHOLD, notebook.basis(HOUSEHOLD), "seen") };
    notebook.do_as(Role::Gridworker, &Command::RecordVisit(paid)).unwrap();
    assert_eq!(standing(&notebook), Standing::Done);
}
