//! Visits, plans and the work list over the real server: two people without a signal, and nothing is lost.
#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod field;

use field::*;
use gridwalk_app::read::{CallBack, HouseholdCard, Reader, VisitForm};
use gridwalk_model::command::*;
use gridwalk_model::kind::visit_plan::Standing;
use gridwalk_model::view::Held as _;
use gridwalk_model::{RecordId, Timestamp};

fn reader(phone: &Phone) -> Reader<'_> {
    Reader { store: phone.notebook.store(), actor: phone.notebook.actor().unwrap() }
}

fn new(phone: &Phone) -> RecordId {
    phone.notebook.new_record().unwrap()
}

/// A household behind a door, with one resident.
fn household(phone: &Phone) -> (RecordId, RecordId) {
    let (building, dwelling, record, resident) = (new(phone), new(phone), new(phone), new(phone));
    let name = |name: &str| Edits::none().put("name", name);
    let commands = [
        Command::AddBuilding(AddBuilding { record: building, unit: GRID, edits: name("3 幢") }),
        Command::AddDwelling(AddDwelling { record: dwelling, building, edits: Edits::none().put("number", "402") }),
        Command::AddHousehold(AddHousehold {
            record,
            dwelling,
            edits: Edits::none().put("label", "王家"),
            residents: vec![NewResident { record: resident, edits: name("王奶奶") }],
        }),
    ];
    for command in commands {
        phone.notebook.execute(&command).unwrap();
    }
    (record, resident)
}

fn form(phone: &Phone, door: RecordId) -> VisitForm {
    reader(phone).visit_form(door).unwrap().unwrap()
}

/// Pays a visit as its form offers it.
fn pay(phone: &Phone, door: RecordId, outcome: &str, change: impl FnOnce(&mut RecordVisit, &VisitForm)) -> RecordId {
    let form = form(phone, door);
    let mut visit = RecordVisit::plain(new(phone), door, form.basis.parse().unwrap(), outcome);
    visit.plans = form.plans.iter().map(|planned| planned.basis.parse().unwrap()).collect();
    change(&mut visit, &form);
    let record = visit.record;
    phone.notebook.execute(&Command::RecordVisit(visit)).unwrap();
    record
}

fn card(phone: &Phone, record: RecordId) -> HouseholdCard {
    reader(phone).household_card(record).unwrap().unwrap()
}

#[test]
fn two_visits_without_a_signal_stand_beside_each_other_with_what_they_raised() {
    let mut field = Field::new();
    let (mut ann, mut bob) = (field.phone(0), field.phone(0));
    ann.sync(&field.line);
    let (door, resident) = household(&ann);
    let plan = Command::AddVisitPlan(AddVisitPlan {
        record: new(&ann),
        door,
        case: None,
        edits: Edits::none()
            .put("purpose", "alone_old")
            .put("every_days", 7)
            .put("consent_by", "王奶奶")
            .put("consent_on", reader(&ann).actor.today()),
    });
    ann.notebook.execute(&plan).unwrap();
    ann.sync(&field.line);
    bob.sync(&field.line);
    assert_eq!(form(&bob, door).plans.len(), 1);

    let hazard = new(&ann);
    let first = pay(&ann, door, "nobody_home", |visit, _| {
        visit.raised = vec![Raised::found(hazard, "楼道堆放液化气罐")];
    });
    assert!(form(&ann, door).call_back.is_some());
    let ask = new(&bob);
    let second = pay(&bob, door, "seen", |visit, form| {
        visit.edits = Edits::none().add("met", resident);
        visit.raised = vec![Raised::heard(ask, "想装扶手")];
        visit.confirms = form.confirms.iter().map(|one| one.basis.parse().unwrap()).collect();
    });
    ann.sync(&field.line);
    bob.sync(&field.line);
    ann.sync(&field.line);
    for phone in [&ann, &bob] {
        assert_eq!(card(phone, door).visits.len(), 2);
        assert!(card(phone, door).card.confirmed.is_some());
        assert_eq!(form(phone, door).call_back, None, "somebody was met");
        let line = &reader(phone).plans(None, Some(door), 0).unwrap()[0];
        assert_eq!((line.standing, line.row.badges.as_slice()), (Standing::Later, &[][..]), "and no disagreement");
        for (case, visit) in [(hazard, first), (ask, second)] {
            let loaded = reader(phone).load([case]).unwrap();
            assert_eq!(loaded.state(case).unwrap().head_ids("visit"), [visit]);
            let shown = reader(phone).visit(visit).unwrap().unwrap();
            assert_eq!(shown.cases[0].record, case);
        }
        assert_eq!(reader(phone).visit(second).unwrap().unwrap().met[0].record, resident);
    }
}

#[test]
fn what_is_due_is_read_in_order_and_links_and_call_backs_stand_in_it() {
    let mut field = Field::new();
    let mut ann = field.phone(0);
    ann.sync(&field.line);
    let (door, _) = household(&ann);
    let today = reader(&ann).actor.today();
    let edits = |from: i64| {
        let edits = Edits::none().put("purpose", "newcomer").put("every_days", 30).put("from", from);
        if from > today { edits.put("until", from + 60) } else { edits }
    };
    let mut plans = Vec::new();
    for from in [today + 3, today - 5, today, today + 40] {
        let record = new(&ann);
        let command = AddVisitPlan { record, door, case: None, edits: edits(from) };
        ann.notebook.execute(&Command::AddVisitPlan(command)).unwrap();
        plans.push(record);
    }
    let link = Edits::none().put("label", "3幢联户").add("households", door);
    let link = AddHouseholdLink { record: new(&ann), unit: GRID, edits: link };
    ann.notebook.execute(&Command::AddHouseholdLink(link)).unwrap();
    let due = reader(&ann).visits_due(Some(GRID), false).unwrap();
    let records = |lines: &[gridwalk_app::read::DueLine]| lines.iter().map(|l| l.row.record).collect::<Vec<_>>();
    assert_eq!(records(&due.overdue), [plans[1]]);
    assert_eq!(due.today.len(), 2, "the plan and the link of this month: {due:?}");
    assert_eq!(records(&due.coming), [plans[0]], "what lies further ahead is not read");
    let day = reader(&ann).my_day().unwrap();
    assert_eq!(day.due.overdue.len(), 1);

    let agreed = Timestamp(reader(&ann).actor.now.0 + 86_400_000);
    pay(&ann, door, "call_back", |visit, _| visit.edits = Edits::none().put("again_at", agreed.0));
    let due = reader(&ann).visits_due(Some(GRID), false).unwrap();
    assert_eq!(due.call_backs.iter().map(CallBack::when).collect::<Vec<_>>(), [Some(agreed)], "as agreed");
    assert_eq!((due.done, due.overdue.len()), (0, 1), "nobody was met");
    pay(&ann, door, "seen", |_, _| ());
    let due = reader(&ann).visits_due(Some(GRID), false).unwrap();
    assert_eq!((due.done, due.overdue.len(), due.call_backs.len()), (1, 0, 0));
}
