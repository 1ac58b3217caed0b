//! How many questions a push and a poll put to the database: what no noise can move.

use crate::phone::Phone;
use crate::world::{World, problem, record};
use gridwalk_model::exchange::Page;
use gridwalk_model::op::Op;
use gridwalk_server::grant;
use gridwalk_server::store::Statement as S;
use gridwalk_sync::ProblemCode;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

const PUSHED: u8 = 20;

type Counts = Arc<Mutex<BTreeMap<S, usize>>>;

/// What a job asks.
fn asked<T>(counts: &Counts, job: impl FnOnce() -> T) -> (T, BTreeMap<S, usize>) {
    counts.lock().unwrap().clear();
    let done = job();
    (done, std::mem::take(&mut *counts.lock().unwrap()))
}

fn poll(phone: &mut Phone, world: &World) -> Page {
    phone.pull_page(world, world.space, 1 << 16, &[])
}

#[test]
fn a_push_of_twenty_asks_so_much_a_change_and_no_more() {
    let mut world = World::new();
    let mut phone = world.worker(1, 11);
    let counts = world.count();
    let new: Vec<_> = (0..PUSHED).map(|n| phone.building(&world, record(n + 1), 11, "new")).collect();
    let (verdicts, of_new) = asked(&counts, || phone.verdicts(&world, &new));
    assert_eq!(verdicts, ["applied"; PUSHED as usize]);
    let edits: Vec<_> = (new.iter().zip(1..))
        .map(|(c, n)| phone.put(&world, record(n), "building", Op::put("name", "other"), vec![c.name()]))
        .collect();
    let (verdicts, of_edits) = asked(&counts, || phone.verdicts(&world, &edits));
    assert_eq!(verdicts, ["applied"; PUSHED as usize]);
    let (of_new_all, of_edits_all): (usize, usize) = (of_new.values().sum(), of_edits.values().sum());
    assert!(of_new_all <= 320, "{of_new_all}: {of_new:#?}");
    assert!(of_edits_all <= 350, "{of_edits_all}: {of_edits:#?}");
    for once in [S::SpaceMoved, S::FramePut, S::UptoSet, S::Branches] {
        assert_eq!(of_new.get(&once), Some(&1), "{once:?}");
    }
    // Whether it is a newcomer's phone is asked before the writer is free, and remembered after that.
    assert_eq!([&of_new, &of_edits].map(|of| of.get(&S::Grants).copied()), [Some(2), Some(1)]);
    world.verify();
}

#[test]
fn a_poll_for_nothing_asks_three_questions() {
    let mut world = World::new();
    let mut phone = world.worker(1, 11);
    let counts = world.count();
    let change = phone.building(&world, record(1), 11, "new");
    phone.push(&world, &[change]);
    phone.pull(&world, 1 << 16);
    let first = poll(&mut phone, &world);
    let (page, of_poll) = asked(&counts, || poll(&mut phone, &world));
    assert_eq!(of_poll, BTreeMap::from([(S::Standing, 1), (S::Spaces, 1), (S::ChainEnd, 1)]));
    assert!(page.rows.is_empty() && page.digest.is_some() && page.digest == first.digest);
    assert_eq!((page.epoch, page.cursor, page.elsewhere), (first.epoch, first.cursor, first.elsewhere));
}

/// What one poll was told is never told to the next one when anything of it has changed, and another phone's answer never.
#[test]
fn a_poll_sees_at_once_what_changed_since_the_last() {
    let mut world = World::new();
    let (mut phone, mut other) = (world.worker(1, 11), world.worker(2, 12));
    let _counts = world.count();
    phone.pull(&world, 1 << 16);
    other.pull(&world, 1 << 16);
    let (mine, theirs) = (poll(&mut phone, &world), poll(&mut other, &world));
    assert_eq!((mine.digest, theirs.digest), (Some(0), Some(0)));
    let change = phone.building(&world, record(1), 11, "mine");
    phone.push(&world, &[change]);
    let page = poll(&mut phone, &world);
    assert!(page.rows.len() == 1 && page.digest.is_some_and(|sum| sum != 0), "a record came");
    assert_eq!(poll(&mut other, &world).digest, Some(0), "to the one, not to the other");
    let granted = world.grant(&other, 11, "gridworker");
    let page = poll(&mut other, &world);
    assert_eq!((page.epoch.n, page.rows.len()), (theirs.epoch.n + 1, 1), "a grant came");
    assert_eq!(page.digest, poll(&mut phone, &world).digest);
    world.server.write(|w| grant::ungrant(w, granted, None)).unwrap();
    assert_eq!(poll(&mut other, &world).digest, Some(0), "it went");
    world.move_unit(11, 20);
    assert!(poll(&mut phone, &world).epoch.n > mine.epoch.n, "the tree was cut anew");
    let undone = world.server.write(|w| {
        grant::revoke(w, phone.device, None)?;
        Err::<(), _>(gridwalk_server::ServerError::Refused("undone"))
    });
    assert!(undone.is_err() && poll(&mut phone, &world).digest.is_some(), "what was undone was never told");
    world.server.write(|w| grant::revoke(w, phone.device, None)).unwrap();
    let answer = phone.pull_raw(&world, &phone.pull_request(world.space, 1 << 16, &[]));
    assert_eq!(problem(&answer).code, ProblemCode::Revoked);
}
