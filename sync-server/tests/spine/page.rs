//! Pages: bounds, resumption, epochs, and what each row says.

use crate::phone::Held;
use crate::world::{World, record, unit};
use gridwalk_model::change::SealedChange;
use gridwalk_model::exchange::{Backfill, PageRow};
use gridwalk_model::op::Op;

fn filled(world: &World) {
    let mut worker = world.worker(9, 2);
    let mut changes = Vec::new();
    for n in 1..=20 {
        let grid = [11, 12, 21][usize::from(n % 3)];
        changes.push(worker.building(world, record(n), grid, &format!("building {n}")));
        changes.push(worker.dwelling(world, record(100 + n), record(n), grid));
    }
    assert!(worker.verdicts(world, &changes).iter().all(|v| *v == "applied"));
}

fn rows(held: &Held) -> Vec<(gridwalk_model::RecordId, Vec<u8>, usize)> {
    held.rows.iter().map(|(r, (state, keys, _))| (*r, state.clone(), keys.len())).collect()
}

#[test]
fn many_tiny_pages_equal_one_big_one() {
    let world = World::new();
    filled(&world);
    let mut big = world.worker(1, 10);
    world.grant(&big, 11, "gridworker");
    let mut tiny = big.clone();
    assert_eq!(big.pull(&world, 1 << 19).len(), 1);
    let pages = tiny.pull(&world, 1);
    assert!(pages.len() > 20, "{}", pages.len());
    assert_eq!(rows(&big.held[&world.space]), rows(&tiny.held[&world.space]));
    assert_eq!(big.records(&world).len(), 26, "twelve or so of each in two grids");
}

#[test]
fn the_tail_comes_before_any_backfill_and_all_of_one_pos_on_one_page() {
    let world = World::new();
    filled(&world);
    let mut phone = world.worker(1, 11);
    phone.pull(&world, 1 << 19);
    let mut writer = world.worker(8, 11);
    let known = phone.records(&world);
    for id in &known {
        let kind = if id.0[0] > 100 { "dwelling" } else { "building" };
        let change = writer.put(&world, *id, kind, Op::put("note", "n"), vec![]);
        assert_eq!(writer.verdicts(&world, &[change]), ["applied"]);
    }
    world.grant(&phone, 12, "gridworker");
    let mut backfilling = false;
    let mut pages = 0;
    loop {
        let page = phone.pull_page(&world, world.space, 1, &[]);
        pages += 1;
        assert!(!backfilling || page.at_head);
        if !page.at_head {
            assert_eq!(page.backfill, Backfill::Start, "nothing is filled in before the tail is at the head");
        }
        backfilling |= page.backfill != Backfill::Start;
        if !page.more() {
            break;
        }
    }
    assert!(pages > known.len());
    assert_eq!(phone.records(&world).len(), 26);
}

#[test]
fn the_cursor_moves_even_when_nothing_matches() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    phone.pull(&world, 1000);
    let mut far = world.worker(2, 21);
    let change = far.building(&world, record(1), 21, "a");
    far.push(&world, &[change]);
    let page = phone.pull_page(&world, world.space, 1000, &[]);
    assert_eq!((page.cursor, page.rows.len(), page.at_head), (world.head(), 0, true));
}

#[test]
fn a_new_epoch_fills_in_what_came_and_sweeps_what_went() {
    let world = World::new();
    filled(&world);
    let mut phone = world.phone(1);
    let first = world.grant(&phone, 11, "gridworker");
    phone.pull(&world, 500);
    let before = phone.records(&world);
    world.ungrant(first);
    world.grant(&phone, 21, "gridworker");
    let pages = phone.pull(&world, 500);
    assert!(pages.len() > 1);
    let after = phone.records(&world);
    assert!(!after.is_empty() && after.iter().all(|r| !before.contains(r)), "{before:?} {after:?}");
    world.ungrant(world.server.read(|r| Ok(r.tx.grants(phone.account)?[1].id)).unwrap());
    phone.pull(&world, 500);
    assert!(phone.records(&world).is_empty(), "without a grant nothing is left");
}

#[test]
fn a_departed_record_is_told_as_left() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    let change = phone.building(&world, record(1), 11, "a");
    phone.push(&world, std::slice::from_ref(&change));
    phone.pull(&world, 1000);
    let mut chief = world.phone(2);
    world.grant(&chief, 2, "county_supervisor");
    let moved = chief.put(&world, record(1), "building", Op::put("unit", unit(12).record()), vec![change.name()]);
    assert_eq!(chief.verdicts(&world, &[moved]), ["applied"]);
    let page = phone.pull_page(&world, world.space, 1000, &[change.name()]);
    assert!(matches!(&page.rows[..], [PageRow::Left { record: r }] if *r == record(1)), "{:?}", page.rows);
    assert_eq!(page.verdicts[0].verdict.code(), "applied");
}

#[test]
fn a_cursor_that_is_too_old_begins_anew() {
    let world = World::new();
    filled(&world);
    let mut phone = world.worker(1, 10);
    phone.pull(&world, 1 << 19);
    let mut writer = world.worker(8, 10);
    let known = phone.records(&world)[0];
    let change = writer.put(&world, known, "building", Op::put("note", "n"), vec![]);
    assert_eq!(writer.verdicts(&world, &[change]), ["applied"]);
    world.tick(401 * 24 * 3600 * 1000);
    let page = phone.pull_page(&world, world.space, 1, &[]);
    assert_ne!(page.backfill, Backfill::Done);
    assert!(page.at_head);
}

#[test]
fn a_cursor_that_is_too_old_keeps_nothing_that_left_meanwhile() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    let changes: Vec<_> = (1..4).map(|n| phone.building(&world, record(n), 11, "a")).collect();
    phone.push(&world, &changes);
    phone.pull(&world, 1 << 19);
    let mut chief = world.phone(2);
    world.grant(&chief, 2, "county_supervisor");
    let away = Op::put("unit", unit(21).record());
    let moved = chief.put(&world, record(1), "building", away, vec![changes[0].name()]);
    assert_eq!(chief.verdicts(&world, &[moved]), ["applied"]);
    world.tick(401 * 24 * 3600 * 1000);
    phone.pull(&world, 200);
    assert_eq!(phone.records(&world), [record(2), record(3)], "the tail that would have said so was passed over");
    let epoch = phone.held[&world.space].epoch;
    phone.pull(&world, 200);
    assert_eq!(phone.held[&world.space].epoch, epoch, "once");
}

#[test]
fn what_was_asked_makes_no_page_larger_than_a_phone_takes() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    phone.pull(&world, 1000);
    let changes: Vec<_> = (1..40).map(|n| phone.building(&world, record(n), 11, &"a".repeat(500))).collect();
    phone.push(&world, &changes);
    let names: Vec<_> = changes.iter().map(SealedChange::name).collect();
    let mut known = std::collections::BTreeSet::new();
    phone.held.get_mut(&world.space).unwrap().cursor.as_mut().unwrap().1 = world.head();
    for pages in 0.. {
        assert!(pages < names.len(), "a pull that never ends");
        let left: Vec<_> = names.iter().filter(|n| !known.contains(*n)).copied().collect();
        let page = phone.pull_page(&world, world.space, 2000, &left);
        assert!(page.rows.len() <= 6, "{} rows", page.rows.len());
        assert!(page.verdicts.len() <= page.rows.len(), "beside `applied` always the record");
        known.extend(page.verdicts.iter().map(|v| v.name));
        assert_eq!(page.more(), known.len() < names.len(), "what was not answered is asked again at once");
        if !page.more() {
            break;
        }
    }
    assert_eq!(known.len(), names.len());
}

#[test]
fn two_grants_for_one_record_count_it_once_for_each_key() {
    let world = World::new();
    filled(&world);
    let mut phone = world.worker(1, 11);
    world.grant(&phone, 11, "village_supervisor");
    world.grant(&phone, 10, "gridworker");
    phone.pull(&world, 3000);
    let held = &phone.held[&world.space];
    assert!(held.rows.values().any(|(_, keys, _)| keys.len() == 2));
}

#[test]
fn everybody_knows_the_units_above_and_below_them() {
    let world = World::new();
    let mut phone = world.worker(1, 10);
    phone.pull_space(&world, world.reference, 300);
    let units: Vec<u8> = phone.held[&world.reference].rows.keys().map(|r| r.0[0]).collect();
    assert_eq!(units, [1, 2, 10, 11, 12], "city, county, own village, its grids; not the neighbours");
}
