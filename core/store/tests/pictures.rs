//! Pictures on a phone: when their rows and files come, and when they go.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod desk;

use desk::{Desk, SPACE, Server, record};
use gridwalk_model::hash::Hash;
use gridwalk_model::op::ATTACHED;
use gridwalk_model::wish::Wish;
use gridwalk_model::{Timestamp, Value, limits};
use gridwalk_store::{Left, PictureStanding, PurgeOutcome, Store};
use std::collections::BTreeMap;

fn element(hash: Hash) -> Value {
    Value::Map(BTreeMap::from([("hash".to_owned(), Value::Bytes(hash.0.to_vec()))]))
}

fn attach(hash: Hash) -> Wish {
    Wish::Attach { element: element(hash) }
}

fn detach(hash: Hash) -> Wish {
    Wish::Remove { set: ATTACHED.to_owned(), element: element(hash) }
}

fn files(desk: &Desk) -> usize {
    std::fs::read_dir(desk.path().with_file_name("phone.db-pictures")).map_or(0, Iterator::count)
}

fn later(desk: &Desk, ms: i64) -> Timestamp {
    Timestamp(desk.now().0 + ms)
}

fn waiting(desk: &Desk) -> Vec<u8> {
    desk.store.pictures_waiting().unwrap().iter().map(|w| w.record.0[0]).collect()
}

#[test]
fn a_picture_waits_until_the_server_has_it_and_goes_when_its_record_does() {
    let desk = Desk::new();
    let mut server = Server::default();
    let hash = desk.store.keep_picture(b"cylinders", desk.now()).unwrap();
    assert!(waiting(&desk).is_empty(), "it belongs to nothing yet");
    desk.save(record(1), &[Wish::put("name", "x"), attach(hash)]);
    desk.save(record(2), &[Wish::put("name", "y"), attach(hash)]);
    assert_eq!((waiting(&desk), files(&desk)), (vec![1, 2], 1));
    assert_eq!(desk.store.picture_standing(record(1), hash).unwrap(), PictureStanding::Waits);
    desk.sync(&mut server);
    let years = later(&desk, 2 * 365 * 24 * 3_600_000);
    server.hide(desk.author, record(1), true);
    desk.sync(&mut server);
    desk.store.drop_pictures(years).unwrap();
    assert_eq!((waiting(&desk), files(&desk)), (vec![1, 2], 1), "the server was not given it: it stays");
    for one in desk.store.pictures_waiting().unwrap() {
        assert_eq!(one.space, SPACE);
        desk.store.picture_settled(&one).unwrap();
    }
    desk.store.drop_pictures(years).unwrap();
    assert_eq!(files(&desk), 1, "another record has it");
    assert_eq!(desk.store.picture(hash).unwrap().as_deref(), Some(b"cylinders".as_slice()));
    server.hide(desk.author, record(2), true);
    desk.sync(&mut server);
    // What a backup does not hold yet is kept beside the record that left.
    server.safe_pos = 1_000_000;
    desk.sync(&mut server);
    desk.store.drop_pictures(years).unwrap();
    assert_eq!((files(&desk), desk.store.picture(hash).unwrap()), (0, None));
    assert_eq!(desk.store.picture_standing(record(2), hash).unwrap(), PictureStanding::Elsewhere);
}

#[test]
fn what_nobody_saved_goes_after_a_day() {
    let desk = Desk::new();
    desk.store.keep_picture(b"a finger", desk.now()).unwrap();
    desk.store.drop_pictures(later(&desk, limits::PICTURE_UNNAMED_MS - 1_000)).unwrap();
    assert_eq!(files(&desk), 1);
    std::fs::write(desk.path().with_file_name("phone.db-pictures").join("of-nobody"), "x").unwrap();
    desk.store.drop_pictures(desk.now()).unwrap();
    assert_eq!(files(&desk), 1, "a file without a row is nobody's");
    desk.store.drop_pictures(later(&desk, limits::PICTURE_UNNAMED_MS + 1_000)).unwrap();
    assert_eq!(files(&desk), 0);
}

#[test]
fn what_was_taken_away_can_come_back_for_a_month() {
    let desk = Desk::new();
    let hash = desk.store.keep_picture(b"cylinders", desk.now()).unwrap();
    desk.save(record(1), &[Wish::put("name", "x"), attach(hash)]);
    desk.save(record(1), &[detach(hash)]);
    assert!(waiting(&desk).is_empty(), "nobody is to be given what was taken away");
    assert!(desk.store.predicted(record(1), desk.now()).unwrap().state.sets[ATTACHED].adds.is_empty());
    desk.store.drop_pictures(later(&desk, limits::SENT_KEPT_MS - 1_000)).unwrap();
    desk.save(record(1), &[Wish::Add { set: ATTACHED.to_owned(), element: element(hash) }]);
    assert_eq!((waiting(&desk), files(&desk)), (vec![1], 1));
    desk.save(record(1), &[detach(hash)]);
    desk.store.drop_pictures(later(&desk, limits::SENT_KEPT_MS + 1_000)).unwrap();
    assert_eq!(files(&desk), 0);
}

#[test]
fn purge_and_wipe_leave_no_file() {
    let desk = Desk::new();
    let hash = desk.store.keep_picture(b"cylinders", desk.now()).unwrap();
    desk.save(record(1), &[Wish::put("name", "x"), attach(hash)]);
    let (_, names) = desk.store.hand_over().unwrap();
    assert_eq!(desk.store.purge(&names).unwrap(), PurgeOutcome::Purged);
    assert_eq!((files(&desk), waiting(&desk)), (0, vec![]));
    desk.store.keep_picture(b"another", desk.now()).unwrap();
    assert_eq!(files(&desk), 1);
    let path = desk.path();
    let Desk { folder, store, .. } = desk;
    drop(store);
    Store::remove(&path).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn pictures_outlive_a_kill() {
    let mut desk = Desk::new();
    let hash = desk.store.keep_picture(b"cylinders", desk.now()).unwrap();
    desk.save(record(1), &[Wish::put("name", "x"), attach(hash)]);
    desk.reopen();
    assert_eq!((waiting(&desk), files(&desk)), (vec![1], 1));
    assert_eq!(desk.store.picture(hash).unwrap().as_deref(), Some(b"cylinders".as_slice()));
}

#[test]
fn what_the_server_was_not_given_is_handed_over_before_the_purge() {
    let desk = Desk::new();
    let large = vec![7; limits::HANDED_OVER_PICTURES_BYTES_AIM + 1];
    let (one, other) = (desk.store.keep_picture(&large, desk.now()), desk.store.keep_picture(b"two", desk.now()));
    desk.save(record(1), &[Wish::put("name", "x"), attach(one.unwrap())]);
    desk.save(record(2), &[Wish::put("name", "y"), attach(other.unwrap())]);
    let pictures = |left: &[Left]| {
        let bytes =
            left.iter().filter_map(|l| if let Left::Picture { bytes, .. } = l { Some(bytes.len()) } else { None });
        bytes.collect::<Vec<_>>()
    };
    let (left, first) = desk.store.hand_over().unwrap();
    assert_eq!(pictures(&left), [large.len()], "a large one travels alone");
    assert_eq!(desk.store.purge(&first).unwrap(), PurgeOutcome::TypedSince);
    let (left, second) = desk.store.hand_over().unwrap();
    assert_eq!(pictures(&left), [3]);
    assert_eq!((desk.store.purge(&second).unwrap(), files(&desk)), (PurgeOutcome::Purged, 0));
}
