//! The register over the real server: estates, villages, households that split and merge, confirmations of two people.
#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod field;

use field::*;
use gridwalk_app::read::{Card, Reader};
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::command::*;
use gridwalk_model::kind::{Kind, household};
use gridwalk_model::walk_order::{WriterTag, insert};
use gridwalk_model::{RecordId, Rejection};

fn reader(phone: &Phone) -> Reader<'_> {
    Reader { store: phone.notebook.store(), actor: phone.notebook.actor().unwrap() }
}

fn new(phone: &Phone) -> RecordId {
    phone.notebook.new_record().unwrap()
}

fn add(phone: &Phone, kind: Kind, parent: Option<RecordId>, edits: Edits) -> RecordId {
    let record = new(phone);
    let command = AddPlace { record, kind, unit: Some(GRID), parent, edits };
    phone.notebook.execute(&Command::AddPlace(command)).unwrap();
    record
}

fn named(name: &str) -> Edits {
    Edits::none().put("name", name)
}

fn village(phone: &Phone, label: &str, residents: &[&str]) -> (RecordId, Vec<RecordId>) {
    let (record, group) = (new(phone), reader(phone).village_group(GRID).unwrap());
    let keys = group.keys(None);
    let writer = WriterTag::of(phone.notebook.store().replica().unwrap());
    let (walk, _) = insert(&keys, keys.len(), writer).unwrap();
    let residents: Vec<NewResident> =
        residents.iter().map(|name| NewResident { record: new(phone), edits: named(name) }).collect();
    let ids = residents.iter().map(|r| r.record).collect();
    let command = AddVillageHousehold {
        record,
        house: new(phone),
        unit: GRID,
        house_name: label.to_owned(),
        walk: Some(walk),
        edits: Edits::none().put("label", label),
        residents,
    };
    phone.notebook.execute(&Command::AddVillageHousehold(command)).unwrap();
    (record, ids)
}

fn card(phone: &Phone, record: RecordId) -> Card {
    reader(phone).card(record).unwrap().unwrap()
}

fn titles(rows: &[gridwalk_app::read::RowLine]) -> Vec<&str> {
    rows.iter().map(|r| r.title.as_str()).collect()
}

fn refused(phone: &Phone, command: &Command) -> &'static str {
    match phone.notebook.execute(command) {
        Err(gridwalk_app::AppError::Rejected(rejection)) => Rejection::code(&rejection),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn an_estate_shows_its_buildings_and_facilities_on_the_other_phone_too() {
    let mut field = Field::new();
    let (mut ann, mut bob) = (field.phone(0), field.phone(0));
    ann.sync(&field.line);
    bob.sync(&field.line);
    let estate = add(&ann, Kind::Estate, None, named("香樟苑小区").put("management", "none"));
    let building = new(&ann);
    let edits = named("5 幢").put("floors", 6).put("doors_a_floor", 4).put("parent", estate);
    ann.notebook.execute(&Command::AddBuilding(AddBuilding { record: building, unit: GRID, edits })).unwrap();
    let hydrant = add(&ann, Kind::Facility, Some(estate), named("北门消火栓").put("kind", "hydrant"));
    let shop = add(&ann, Kind::Premises, Some(building), named("老王小吃").put("kind", "restaurant"));
    let case = new(&ann);
    let edits = Edits::none().put("title", "消火栓漏水");
    let report = ReportCase {
        record: case,
        unit: None,
        parent: Some(hydrant),
        edits,
        answers: std::collections::BTreeMap::new(),
    };
    ann.notebook.execute(&Command::ReportCase(report)).unwrap();
    ann.sync(&field.line);
    bob.sync(&field.line);

    let shown = reader(&bob).place_card(estate).unwrap().unwrap();
    let below: Vec<_> = shown.below.iter().map(|b| (b.kind, titles(&b.rows))).collect();
    assert_eq!(below, [("building", vec!["5 幢"]), ("facility", vec!["北门消火栓"])]);
    let hydrant_card = reader(&bob).place_card(hydrant).unwrap().unwrap();
    assert_eq!(titles(&hydrant_card.below[0].rows), ["消火栓漏水"], "a case hangs on it");
    assert_eq!(titles(&hydrant_card.address), ["香樟苑小区"]);
    assert_eq!(titles(&reader(&bob).above(shop).unwrap()), ["5 幢", "香樟苑小区"]);

    let check = CheckFacility {
        record: hydrant,
        basis: bob.notebook.basis(hydrant).unwrap(),
        state: "damaged".into(),
        at: None,
    };
    bob.notebook.execute(&Command::CheckFacility(check)).unwrap();
    bob.sync(&field.line);
    ann.sync(&field.line);
    assert_eq!(ann.heads(hydrant, "state"), ["damaged"]);
}

#[test]
fn an_estate_added_twice_is_told_at_entry_and_linked() {
    let mut field = Field::new();
    let (mut ann, mut bob) = (field.phone(0), field.phone(0));
    ann.sync(&field.line);
    bob.sync(&field.line);
    let one = add(&ann, Kind::Estate, None, named("香樟苑小区"));
    let other = add(&bob, Kind::Estate, None, named("香樟苑"));
    assert!(reader(&bob).candidates_of(other).unwrap().is_empty(), "offline nobody knows of the other");
    ann.sync(&field.line);
    bob.sync(&field.line);
    let found = reader(&bob).candidates_of(other).unwrap();
    assert_eq!(found.iter().map(|c| c.row.record).collect::<Vec<_>>(), [one]);
    let basis = |r| bob.notebook.basis(r).unwrap();
    let link = Command::LinkSame(LinkSame { basis: basis(one), other: basis(other) });
    bob.notebook.execute(&link).unwrap();
    bob.sync(&field.line);
    ann.sync(&field.line);
    for phone in [&ann, &bob] {
        assert_eq!(reader(phone).list(Kind::Estate, None, None, 0).unwrap().len(), 1);
        assert!(reader(phone).candidates_of(other).unwrap().is_empty(), "what is linked is no candidate");
    }
}

#[test]
fn a_building_added_twice_is_told_to_both_until_somebody_decides() {
    let mut field = Field::new();
    let (mut ann, mut bob) = (field.phone(0), field.phone(0));
    ann.sync(&field.line);
    let estate = add(&ann, Kind::Estate, None, named("香樟苑"));
    ann.sync(&field.line);
    bob.sync(&field.line);
    let building = |phone: &Phone, name: &str, edits: Edits| {
        let record = new(phone);
        let edits = edits.put("name", name).put("parent", estate);
        phone.notebook.execute(&Command::AddBuilding(AddBuilding { record, unit: GRID, edits })).unwrap();
        record
    };
    let says = Edits::none().put("floors", 2).put("doors_a_floor", 2);
    let (one, other) = (building(&ann, "3 幢", says), building(&bob, "３号楼", Edits::none()));
    let edits = Edits::none().put("number", "301");
    let door = Command::AddDwelling(AddDwelling { record: new(&ann), building: one, edits });
    let warned: Vec<_> = ann.notebook.execute(&door).unwrap().warnings.iter().map(|w| w.code).collect();
    assert_eq!(warned, ["door_floor"]);
    ann.sync(&field.line);
    bob.sync(&field.line);
    ann.sync(&field.line);
    let told = |phone: &Phone| {
        let lines = reader(phone).duplicates().unwrap();
        lines.into_iter().map(|line| (line.row.record, line.other.unwrap().record, line.score)).collect::<Vec<_>>()
    };
    for phone in [&ann, &bob] {
        assert_eq!(told(phone), [(one.min(other), one.max(other), 80)]);
        let matrix = reader(phone).door_matrix(one).unwrap().unwrap();
        assert_eq!((matrix.said, matrix.doors, matrix.not_visited, matrix.odd), (Some(4), 1, 4, 1));
    }
    let basis = |r| bob.notebook.basis(r).unwrap();
    let two = Command::NotSame(NotSame { basis: basis(one), other: basis(other), back: false });
    bob.notebook.execute(&two).unwrap();
    bob.sync(&field.line);
    ann.sync(&field.line);
    assert_eq!((told(&ann), told(&bob)), (vec![], vec![]), "what somebody said is remembered");
}

#[test]
fn two_people_confirm_one_household_and_both_are_heard() {
    let mut field = Field::new();
    let (mut ann, mut bob) = (field.phone(0), field.phone(0));
    ann.sync(&field.line);
    let (home, people) = village(&ann, "王家", &["王大", "王二"]);
    ann.sync(&field.line);
    bob.sync(&field.line);
    for phone in [&ann, &bob] {
        let basis = phone.notebook.basis(home).unwrap();
        let confirm = ConfirmUnchanged { record: home, basis, at: None, members: Vec::new() };
        phone.notebook.execute(&Command::ConfirmUnchanged(confirm)).unwrap();
    }
    field.hands.pass(1000);
    let resident = people[0];
    let edits = Edits::none().put("phone", "１３８０５７３００１").put("id_number", "110105194912310021");
    let basis = bob.notebook.basis(resident).unwrap();
    let edit = Command::EditRecord(EditRecord { record: resident, basis, also: vec![], edits });
    let codes: Vec<_> = bob.notebook.execute(&edit).unwrap().warnings.iter().map(|w| w.code).collect();
    assert_eq!(codes, ["id_check_digit", "phone_mobile_length"], "odd, and saved all the same");
    ann.sync(&field.line);
    bob.sync(&field.line);
    ann.sync(&field.line);
    let lines = reader(&ann).history(home).unwrap().unwrap().lines;
    let mut by: Vec<_> = lines.iter().filter(|l| l.what == "confirmed").map(|l| l.by).collect();
    by.sort();
    let mut both = vec![ann.account, bob.account];
    both.sort();
    assert_eq!(by, both);
    assert!(card(&ann, home).confirmed.is_some());
    let typed = reader(&ann).history(resident).unwrap().unwrap().lines;
    let phone = typed.iter().find(|l| l.name == "phone").unwrap();
    assert_eq!((phone.value.as_str(), phone.by), (Some("1380573001"), bob.account));
    let wrong = Edits::none().put("id_number", "没有");
    let basis = bob.notebook.basis(resident).unwrap();
    let edit = Command::EditRecord(EditRecord { record: resident, basis, also: vec![], edits: wrong });
    assert_eq!(refused(&bob, &edit), "surely_wrong");
}

#[test]
fn a_village_is_walked_in_one_order_that_two_people_lengthened_offline() {
    let mut field = Field::new();
    let (mut ann, mut bob) = (field.phone(0), field.phone(0));
    ann.sync(&field.line);
    village(&ann, "赵家", &["赵一"]);
    ann.sync(&field.line);
    bob.sync(&field.line);
    for label in ["钱家", "孙家"] {
        village(&ann, label, &[]);
    }
    for label in ["周家", "吴家"] {
        village(&bob, label, &[]);
    }
    ann.sync(&field.line);
    bob.sync(&field.line);
    ann.sync(&field.line);
    let order = |phone: &Phone| -> Vec<String> {
        reader(phone).village_group(GRID).unwrap().households.into_iter().map(|l| l.row.title).collect()
    };
    assert_eq!(order(&ann), order(&bob));
    let order = order(&ann);
    assert_eq!((order.len(), order[0].as_str()), (5, "赵家"));
    let at = |label: &str| order.iter().position(|l| l == label).unwrap();
    assert_eq!((at("孙家") - at("钱家"), at("吴家") - at("周家")), (1, 1), "runs stay together: {order:?}");
}

#[test]
fn a_household_splits_and_merges_while_another_phone_adds_to_it() {
    let mut field = Field::new();
    let (mut ann, mut bob) = (field.phone(0), field.phone(0));
    ann.sync(&field.line);
    let (home, people) = village(&ann, "王家", &["王大", "王二", "王三"]);
    ann.sync(&field.line);
    bob.sync(&field.line);
    let young = new(&ann);
    let basis = |phone: &Phone, r| phone.notebook.basis(r).unwrap();
    let split = SplitHousehold {
        record: young,
        basis: basis(&ann, home),
        dwelling: None,
        edits: Edits::none().put("label", "王小家"),
        residents: vec![basis(&ann, people[1]), basis(&ann, people[2])],
    };
    ann.notebook.execute(&Command::SplitHousehold(split.clone())).unwrap();
    assert_eq!(
        refused(&ann, &Command::SplitHousehold(SplitHousehold { record: new(&ann), ..split })),
        "not_in_household"
    );
    let residents = |phone: &Phone, r| titles(&reader(phone).household_card(r).unwrap().unwrap().residents).join(" ");
    assert_eq!((residents(&ann, home), residents(&ann, young)), ("王大".into(), "王二 王三".into()));
    ann.sync(&field.line);
    bob.sync(&field.line);
    assert_eq!(residents(&bob, young), "王二 王三");

    let members = vec![basis(&ann, people[1]), basis(&ann, people[2])];
    let merge = MergeHouseholds {
        basis: basis(&ann, young),
        also: Vec::new(),
        into: basis(&ann, home),
        residents: members,
        on: None,
    };
    ann.notebook.execute(&Command::MergeHouseholds(merge)).unwrap();
    let late = AddResident { record: new(&bob), household: young, edits: named("王四") };
    bob.notebook.execute(&Command::AddResident(late)).unwrap();
    ann.sync(&field.line);
    bob.sync(&field.line);
    ann.sync(&field.line);
    for phone in [&ann, &bob] {
        assert_eq!(residents(phone, home), "王大 王二 王三");
        assert_eq!(residents(phone, young), "王四", "who was added meanwhile stays in sight");
        let line = card(phone, young).fields.into_iter().find(|f| f.field == household::MERGED_INTO).unwrap();
        assert_eq!(line.value, home.to_string());
    }

    let on = CivilDate::parse("2025-10-01");
    let out =
        MoveOut { record: people[2], basis: basis(&bob, people[2]), also: Vec::new(), on, to: Some("杭州".into()) };
    bob.notebook.execute(&Command::MoveOut(out)).unwrap();
    bob.sync(&field.line);
    ann.sync(&field.line);
    let shown = reader(&ann).household_card(home).unwrap().unwrap();
    assert_eq!((titles(&shown.residents), titles(&shown.away)), (vec!["王大", "王二"], vec!["王三"]));
    let back =
        MoveIn { record: people[2], basis: basis(&ann, people[2]), also: Vec::new(), household: young, on: None };
    ann.notebook.execute(&Command::MoveIn(back.clone())).unwrap();
    assert_eq!(residents(&ann, young), "王三 王四");
    let again = MoveIn { basis: basis(&ann, people[2]), ..back };
    assert_eq!(refused(&ann, &Command::MoveIn(again)), "nothing_to_do");
    let tomorrow = MoveOut {
        basis: basis(&ann, people[0]),
        also: Vec::new(),
        record: people[0],
        on: CivilDate::parse("2199-01-01"),
        to: None,
    };
    assert_eq!(refused(&ann, &Command::MoveOut(tomorrow)), "not_yet");
}
