//! A server put back from a backup: a new timeline, and phones that give back what it lacks.

use crate::world::{World, problem, record};
use gridwalk_model::op::Op;
use gridwalk_model::wish::Wish;
use gridwalk_server::console::{self, ConsoleWrite};
use gridwalk_server::{Server, ServerError};
use gridwalk_sync::ProblemCode;

#[test]
fn a_restored_folder_begins_a_timeline_and_takes_back_what_it_lost() {
    let mut world = World::new();
    let mut phone = world.worker(1, 11);
    let kept = phone.building(&world, record(1), 11, "kept");
    phone.push(&world, std::slice::from_ref(&kept));
    let copy = world.copy_folder();
    let lost = phone.put(&world, record(1), "building", Op::put("name", "lost"), vec![kept.name()]);
    let other = phone.building(&world, record(2), 11, "other");
    phone.push(&world, &[lost.clone(), other.clone()]);
    phone.pull(&world, 1000);
    let (before, _) = phone.held[&world.space].cursor.unwrap();
    world.restore(copy);
    let page = phone.pull_page(&world, world.space, 1, &[lost.name()]);
    assert_ne!(page.timeline(), before);
    assert_eq!(page.branches.len(), 2);
    assert_eq!(page.branches[1].from, page.cursor, "the cursor of another timeline is not trusted");
    assert_eq!((page.epoch.timeline, page.rows.len()), (page.timeline(), 1), "all is filled in anew");
    assert!(page.verdicts.is_empty(), "the server has never heard of it");
    assert_eq!(page.chain, (1, kept.hash));
    phone.pull(&world, 1000);
    assert_eq!(phone.records(&world), [record(1)]);
    let gap = problem(&phone.push_frame(&world, &phone.frame(&world, std::slice::from_ref(&other))));
    assert_eq!((gap.code, gap.expected), (ProblemCode::Gap, Some(2)));
    assert_eq!(phone.verdicts(&world, &[kept, lost, other]), ["applied"; 3]);
    assert_eq!(world.values(record(1), "name"), ["lost".into()]);
    phone.pull(&world, 1000);
    assert_eq!(phone.records(&world), [record(1), record(2)]);
    world.verify();
}

#[test]
fn the_console_writes_under_a_new_replica_in_a_new_timeline() {
    let mut world = World::new();
    let write = |world: &World, name: &str| {
        let wishes = [Wish::put("unit", crate::world::unit(11).record()), Wish::put("name", name)];
        let wanted = ConsoleWrite {
            author: world.admin,
            machine: false,
            judged: false,
            space: world.space,
            record: record(7),
            kind: "building",
            unit: crate::world::unit(11),
            wishes: &wishes,
            basis: None,
        };
        world.server.write(|w| console::write(w, &wanted)).unwrap()
    };
    let first = write(&world, "a");
    let copy = world.copy_folder();
    let forgotten = write(&world, "b");
    assert_eq!((forgotten.replica, forgotten.seq), (first.replica, 2));
    world.restore(copy);
    let again = write(&world, "c");
    assert_ne!(again.replica, first.replica, "no dot names two bodies");
    assert_eq!(world.values(record(7), "name"), ["c".into()]);
    world.verify();
}

#[test]
fn an_edit_from_an_old_form_disagrees_and_overwrites_nothing() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    let first = phone.building(&world, record(1), 11, "a");
    phone.push(&world, std::slice::from_ref(&first));
    let basis = world.server.read(|r| console::open(r, world.space, record(1))).unwrap().unwrap().1;
    let renamed = phone.put(&world, record(1), "building", Op::put("name", "b"), vec![first.name()]);
    phone.push(&world, &[renamed]);
    let wishes = [Wish::put("name", "c")];
    let mut wanted = ConsoleWrite {
        author: world.admin,
        machine: false,
        judged: true,
        space: world.space,
        record: record(1),
        kind: "building",
        unit: crate::world::unit(11),
        wishes: &wishes,
        basis: Some(&basis),
    };
    let judged = world.server.write(|w| console::write(w, &wanted));
    assert!(matches!(judged, Err(ServerError::Refused("not_in_scope"))), "an administrator without a grant");
    wanted.judged = false;
    world.server.write(|w| console::write(w, &wanted)).unwrap();
    assert_eq!(world.values(record(1), "name").len(), 2);
    world.verify();
}

#[test]
fn one_process_has_the_folder() {
    let world = World::new();
    let options = crate::world::options(world.dir.path(), &world.clock, &world.ids);
    assert!(matches!(Server::open(options.clone()), Err(ServerError::InUse)));
    assert!(matches!(Server::create(options), Err(ServerError::InUse)));
}

#[test]
fn a_damaged_file_is_said_to_be_damaged() {
    let world = World::new();
    let copy = world.copy_folder();
    let file = copy.path().join("gridwalk.db");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 6000].fill(0xAA);
    std::fs::write(&file, bytes).unwrap();
    let options = crate::world::options(copy.path(), &world.clock, &world.ids);
    assert!(matches!(Server::open(options.clone()), Err(ServerError::Corrupt(_))));
    std::fs::write(&file, b"not a database at all, but long enough to be looked at as one by whoever opens it")
        .unwrap();
    assert!(matches!(Server::open(options), Err(ServerError::Corrupt(_))));
    let empty = tempfile::tempdir().unwrap();
    let options = crate::world::options(empty.path(), &world.clock, &world.ids);
    assert!(matches!(Server::open(options), Err(ServerError::NotInitialised)));
}

#[test]
fn a_verified_backup_lets_phones_forget() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    let change = phone.building(&world, record(1), 11, "a");
    phone.push(&world, &[change]);
    assert_eq!(phone.pull(&world, 1000)[0].safe_pos, 0);
    let to = tempfile::tempdir().unwrap();
    world.server.back_up(&to.path().join("copy.db")).unwrap();
    assert_eq!(phone.pull(&world, 1000)[0].safe_pos, world.head());
}

/// A restore may lose a grant, and with it all that says whose a space was: whoever names its timeline was told of it.
#[test]
fn whoever_lost_a_grant_by_a_restore_is_told_what_left() {
    let mut world = World::new();
    let mut author = world.worker(1, 11);
    let building = author.building(&world, record(1), 11, "kept");
    author.push(&world, &[building]);
    let mut late = world.phone(2);
    let copy = world.copy_folder();
    world.grant(&late, 11, "gridworker");
    late.pull(&world, 1000);
    assert_eq!(late.records(&world), [record(1)]);
    world.restore(copy);
    late.pull(&world, 1000);
    assert_eq!(late.records(&world), []);
    late.held.clear();
    let answer = late.pull_raw(&world, &late.pull_request(world.space, 1000, &[]));
    assert_eq!(problem(&answer).code, ProblemCode::NotFound, "to know the space's id is not enough");
}
