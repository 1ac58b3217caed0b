//! Sensitive fields: taken where and while a purpose stands, as of what the author had heard; else a person decides.

use crate::phone::{Phone, Typed};
use crate::world::{World, record, unit};
use gridwalk_model::change::SealedChange;
use gridwalk_model::exchange::Verdict;
use gridwalk_model::id::RecordId;
use gridwalk_model::op::Op;
use gridwalk_model::wish::Wish;
use gridwalk_server::Clock as _;
use gridwalk_server::admin::Admin;
use gridwalk_server::console::{self, ConsoleWrite};
use gridwalk_server::ingest::decide::{Decision, decide};

const RESIDENT: RecordId = record(4);
const DAY_MS: i64 = 24 * 3600 * 1000;

fn write(world: &World, id: RecordId, of: u8, wishes: &[Wish]) {
    let wanted = ConsoleWrite {
        author: world.admin,
        machine: true,
        judged: false,
        space: world.reference,
        record: id,
        kind: "field_use",
        unit: unit(of),
        wishes,
        basis: None,
    };
    world.server.write(|w| console::write(w, &wanted)).unwrap();
}

fn switch_on(world: &World, id: RecordId, of: u8, field: &str) {
    world.tick(1);
    let wishes = [
        Wish::put("parent", unit(of).record()),
        Wish::put("kind", "resident"),
        Wish::put("field", field),
        Wish::put("purpose", "visits to those who live alone"),
        Wish::put("days", 30),
        Wish::put("from", world.clock.now().0),
    ];
    write(world, id, of, &wishes);
}

fn switch_off(world: &World, id: RecordId, of: u8) {
    world.tick(1);
    write(world, id, of, &[Wish::put("until", world.clock.now().0)]);
}

/// A resident behind a door of grid 11.
fn behind_a_door(world: &World, phone: &mut Phone) -> SealedChange {
    let building = phone.building(world, record(1), 11, "a");
    let door = phone.dwelling(world, record(2), record(1), 11);
    let below = |parent: RecordId, name: &'static str| vec![Op::put("parent", parent), Op::put(name, "王")];
    let household =
        Typed { record: record(3), kind: "household", unit: 11, ops: below(record(2), "label"), seen: vec![] };
    let household = phone.save(world, household);
    let resident = Typed { record: RESIDENT, kind: "resident", unit: 11, ops: below(record(3), "name"), seen: vec![] };
    let resident = phone.save(world, resident);
    assert_eq!(phone.verdicts(world, &[building, door, household, resident.clone()]), ["applied"; 4]);
    resident
}

fn typed(world: &World, phone: &mut Phone, field: &str, value: &str) -> &'static str {
    let change = phone.put(world, RESIDENT, "resident", Op::put(field, value), vec![]);
    match phone.verdict(world, &change) {
        Verdict::Applied => "applied",
        Verdict::Quarantined => "quarantined",
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_nobody_stated_a_purpose_for_waits_for_a_person() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    behind_a_door(&world, &mut phone);
    phone.pull(&world, 1 << 16);

    let change = phone.put(&world, RESIDENT, "resident", Op::put("health", "3"), vec![]);
    assert_eq!(phone.verdict(&world, &change), Verdict::Quarantined, "off until somebody states what for");
    assert!(world.values(RESIDENT, "health").is_empty());
    assert_eq!(typed(&world, &mut phone, "name", "王大"), "applied", "what is not sensitive goes on");
    let clear = phone.put(
        &world,
        RESIDENT,
        "resident",
        Op::Put { field: "health".into(), value: None, within: None, seen: None },
        vec![],
    );
    assert_eq!(phone.verdict(&world, &clear), Verdict::Applied, "to take a value away needs no purpose");

    // Never lost: a person approves, and it stands as it was typed.
    let decision = Decision { space: world.space, name: change.name(), approve: true, reason: "", by: world.admin };
    world.server.write(|w| decide(w, &decision)).unwrap();
    assert_eq!(world.values(RESIDENT, "health"), ["3".into()]);
    let due = Admin::new(world.server.clone()).fields_due(None).unwrap();
    assert_eq!((due.len(), due[0].since), (1, None), "nobody ever stated a purpose");
    world.verify();
}

#[test]
fn a_purpose_holds_where_and_while_it_was_stated_as_its_author_had_heard() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    behind_a_door(&world, &mut phone);
    phone.pull(&world, 1 << 16);
    switch_on(&world, record(60), 12, "health");
    switch_on(&world, record(61), 10, "religion");
    assert_eq!(typed(&world, &mut phone, "religion", "10"), "quarantined", "its author had not heard of it yet");
    world.tick(1);
    phone.pull(&world, 1 << 16);
    assert_eq!(typed(&world, &mut phone, "religion", "20"), "applied", "on in the village above");
    assert_eq!(typed(&world, &mut phone, "health", "1"), "quarantined", "on in another grid");

    let due = || Admin::new(world.server.clone()).fields_due(None).unwrap();
    assert_eq!(due(), []);
    switch_off(&world, record(61), 10);
    assert_eq!(typed(&world, &mut phone, "religion", "30"), "applied", "typed before its author heard that it is off");
    world.tick(1);
    phone.pull(&world, 1 << 16);
    assert_eq!(typed(&world, &mut phone, "religion", "40"), "quarantined");
    let off_at = world.clock.now().0;
    world.tick(29 * DAY_MS);
    assert_eq!(due(), [], "retention runs");
    world.tick(DAY_MS);
    let found = due();
    assert_eq!((found.len(), found[0].record, found[0].field.as_str()), (1, RESIDENT, "religion"));
    assert!(found[0].since.unwrap().0 <= off_at + 30 * DAY_MS);
    switch_on(&world, record(62), 2, "religion");
    world.tick(1);
    phone.pull(&world, 1 << 16);
    assert_eq!(typed(&world, &mut phone, "religion", "50"), "applied", "on again, in the whole county");
    assert_eq!(due(), [], "what is in use is not due");
    world.verify();
}

#[test]
fn who_types_at_the_server_hears_at_once_and_who_has_no_right_is_refused_as_ever() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    behind_a_door(&world, &mut phone);
    let wanted = ConsoleWrite {
        author: world.admin,
        machine: true,
        judged: false,
        space: world.space,
        record: RESIDENT,
        kind: "resident",
        unit: unit(11),
        wishes: &[Wish::put("income", 1000)],
        basis: None,
    };
    let refused = world.server.write(|w| console::write(w, &wanted)).unwrap_err();
    assert_eq!(refused.code(), "field_not_in_use");
    let mut neighbour = world.worker(2, 12);
    let change = neighbour.put(&world, RESIDENT, "resident", Op::put("health", "3"), vec![]);
    assert_eq!(neighbour.verdict(&world, &change).code(), "refused");
}
