//! Moves: of places, with what is below them, and of units.

use crate::world::{World, record, unit};
use gridwalk_model::id::RecordId;
use gridwalk_model::op::Op;

fn chief(world: &World) -> crate::phone::Phone {
    let chief = world.phone(9);
    world.grant(&chief, 2, "county_supervisor");
    chief
}

#[test]
fn children_follow_a_moved_building() {
    let world = World::new();
    let mut chief = chief(&world);
    let house = chief.building(&world, record(1), 11, "a");
    let home = chief.dwelling(&world, record(2), record(1), 11);
    let ops = vec![Op::put("parent", record(2)), Op::put("label", "Wang")];
    let typed = crate::phone::Typed { record: record(3), kind: "household", unit: 11, ops, seen: vec![] };
    let family = chief.save(&world, typed);
    chief.push(&world, &[house.clone(), home, family]);
    let (mut old, mut new) = (world.worker(1, 11), world.worker(2, 21));
    old.pull(&world, 1000);
    new.pull(&world, 1000);
    let all = [record(1), record(2), record(3)];
    assert_eq!((old.records(&world), new.records(&world)), (all.to_vec(), Vec::<RecordId>::new()));
    let moved = chief.put(&world, record(1), "building", Op::put("unit", unit(21).record()), vec![house.name()]);
    chief.push(&world, &[moved]);
    old.pull(&world, 1);
    new.pull(&world, 1);
    assert_eq!((old.records(&world), new.records(&world)), (vec![], all.to_vec()));
    world.verify();
}

#[test]
fn a_child_that_came_before_its_parent_follows_it_when_it_comes() {
    let world = World::new();
    let mut chief = chief(&world);
    let home = chief.dwelling(&world, record(2), record(1), 11);
    let house = chief.building(&world, record(1), 21, "a");
    chief.push(&world, &[home]);
    let (mut old, mut new) = (world.worker(1, 11), world.worker(2, 21));
    old.pull(&world, 1000);
    assert_eq!(old.records(&world), [record(2)], "the unit that the change names counts while nothing else is known");
    chief.push(&world, &[house]);
    old.pull(&world, 1000);
    new.pull(&world, 1000);
    assert_eq!((old.records(&world), new.records(&world)), (vec![], vec![record(1), record(2)]));
}

#[test]
fn two_moves_at_once_hide_a_record_from_nobody() {
    let world = World::new();
    let (mut a, mut b) = (chief(&world), world.phone(8));
    world.grant(&b, 2, "county_supervisor");
    let house = a.building(&world, record(1), 11, "a");
    let home = a.dwelling(&world, record(2), record(1), 11);
    a.push(&world, &[house.clone(), home]);
    let to_12 = a.put(&world, record(1), "building", Op::put("unit", unit(12).record()), vec![house.name()]);
    let to_21 = b.put(&world, record(1), "building", Op::put("unit", unit(21).record()), vec![house.name()]);
    a.push(&world, &[to_12]);
    b.push(&world, &[to_21]);
    let mut phones = [world.worker(1, 11), world.worker(2, 12), world.worker(3, 21)];
    let seen: Vec<usize> = phones
        .iter_mut()
        .map(|p| {
            p.pull(&world, 1000);
            p.records(&world).len()
        })
        .collect();
    assert_eq!(seen, [0, 2, 2], "house and dwelling at both new homes");
}

#[test]
fn a_unit_that_moves_takes_its_records_along() {
    let world = World::new();
    let mut chief = chief(&world);
    let house = chief.building(&world, record(1), 11, "a");
    let home = chief.dwelling(&world, record(2), record(1), 11);
    chief.push(&world, &[house, home]);
    let (mut old, mut new, mut grid) = (world.worker(1, 10), world.worker(2, 20), world.worker(3, 11));
    for phone in [&mut old, &mut new, &mut grid] {
        phone.pull(&world, 1000);
        phone.pull_space(&world, world.reference, 1000);
    }
    assert_eq!((old.records(&world).len(), new.records(&world).len(), grid.records(&world).len()), (2, 0, 2));
    let offline = old.put(&world, record(1), "building", Op::put("floors", 2), vec![]);
    world.move_unit(11, 20);
    for phone in [&mut old, &mut new, &mut grid] {
        phone.pull(&world, 1);
        phone.pull_space(&world, world.reference, 1);
    }
    assert_eq!((old.records(&world).len(), new.records(&world).len(), grid.records(&world).len()), (0, 2, 2));
    let units = |p: &crate::phone::Phone| -> Vec<u8> { p.held[&world.reference].rows.keys().map(|r| r.0[0]).collect() };
    assert_eq!((units(&old), units(&new)), (vec![1, 2, 10, 12], vec![1, 2, 11, 20, 21]));
    assert_eq!(units(&grid), [1, 2, 11, 20], "the grid's people see the village that they belong to now");
    assert_eq!(old.verdicts(&world, &[offline]), ["applied"], "typed before the phone knew of the move");
    world.verify();
}
