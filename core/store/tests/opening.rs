//! Files that cannot be opened or trusted: each gets an error of its own.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod desk;

use desk::{Desk, SPACE, Server, record};
use gridwalk_model::limits::DATABASE_BUSY_MS_MAX;
use gridwalk_model::wish::Wish;
use gridwalk_store::{OpenOptions, ReplicaMark, Store, StoreError};
use std::path::Path;

fn open(path: &Path) -> Result<Store, StoreError> {
    let options = OpenOptions::new(ReplicaMark { held: None, next: [1; 16] }, || [3; 16]);
    Store::open(path, OpenOptions { key: desk::key(), ..options })
}

#[test]
fn a_file_that_is_no_database_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("phone.db");
    std::fs::write(&path, "这不是数据库".repeat(400)).unwrap();
    let why = open(&path).map(|_| ()).unwrap_err();
    // With a key nobody can tell whether it is the key or the file.
    let with_a_key = matches!(why, StoreError::KeyDoesNotFit);
    assert!(with_a_key == cfg!(feature = "encrypted") && (with_a_key || matches!(why, StoreError::NotADatabase)));
}

#[test]
fn a_schema_of_a_later_release_is_not_touched() {
    let desk = Desk::new();
    let db = desk.raw();
    db.execute("INSERT INTO refinery_schema_history VALUES (99, 'later', '', '0')", []).unwrap();
    assert!(matches!(open(&desk.path()), Err(StoreError::NewerSchema { found: 99, known: 15 })));
}

#[cfg(not(feature = "encrypted"))]
#[test]
fn a_key_is_refused_where_nothing_can_be_encrypted() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = OpenOptions::new(ReplicaMark { held: None, next: [1; 16] }, || [3; 16]);
    options.key = Some(gridwalk_store::DatabaseKey::new([5; 32].into()));
    assert!(matches!(Store::open(&folder.path().join("phone.db"), options), Err(StoreError::EncryptionUnavailable)));
    assert!(!folder.path().join("phone.db").exists(), "not even made");
}

#[test]
fn a_full_disk_says_so_and_what_was_saved_before_stays() {
    let desk = Desk::new();
    desk.save(record(1), &[Wish::put("name", "甲")]);
    let pages: i64 = desk.raw().query_row("PRAGMA page_count", [], |r| r.get(0)).unwrap();
    desk.store.limit_pages(pages).unwrap();
    let long = "长".repeat(8000);
    let mut full = false;
    for n in 2..40 {
        let basis = desk.store.begin(record(n), desk.now()).unwrap();
        let request = desk.request(record(n), &[Wish::put("note", long.as_str())], basis);
        match desk.store.save(&request) {
            Err(StoreError::Full) => full = true,
            other => assert!(other.is_ok(), "{other:?}"),
        }
    }
    assert!(full);
    assert_eq!(desk.text(record(1), "name"), ["甲"]);
    assert_eq!(
        desk.store.outbox().unwrap().len() as u64,
        desk.store.space(SPACE).unwrap().seq,
        "no seq is used up in vain"
    );
}

#[test]
fn another_process_that_writes_is_waited_for_and_then_named() {
    let desk = Desk::new();
    let other = desk.raw();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let basis = desk.store.begin(record(1), desk.now()).unwrap();
    let request = desk.request(record(1), &[Wish::put("name", "甲")], basis);
    assert!(matches!(desk.store.save(&request), Err(StoreError::Busy)), "after {DATABASE_BUSY_MS_MAX} ms");
    other.execute_batch("ROLLBACK").unwrap();
    desk.store.save(&request).unwrap();
}

#[test]
fn a_state_with_other_bytes_than_were_stored_is_not_believed() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &[Wish::put("name", "甲")]);
    desk.sync(&mut server);
    let db = desk.raw();
    db.execute("UPDATE record SET state = zeroblob(length(state))", []).unwrap();
    assert!(matches!(desk.store.confirmed(record(1)), Ok(None)), "it counts as one that is not here yet");
}

#[test]
fn two_threads_read_while_one_writes() {
    let desk = Desk::new();
    desk.save(record(1), &[Wish::put("name", "甲")]);
    let store = &desk.store;
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..50 {
                    assert!(!store.search("甲", &[], 5).unwrap().is_empty());
                }
            });
        }
        for n in 2..20 {
            let basis = store.begin(record(n), desk.now()).unwrap();
            store.save(&desk.request(record(n), &[Wish::put("name", "乙")], basis)).unwrap();
        }
    });
}
