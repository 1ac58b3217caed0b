//! What lies on the disk of an encrypted phone, searched byte by byte for what was typed.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod desk;

use desk::{Desk, SPACE, record};
use gridwalk_model::id::DraftId;
use gridwalk_model::wish::Wish;
use gridwalk_store::DraftRequest;
use std::path::Path;

/// Fifty things that somebody typed and nobody else may find.
fn canaries() -> Vec<String> {
    (0..50).map(|n| format!("金丝雀{n:02}号-138{:08}", n * 1_234_567 + 42)).collect()
}

/// Types all of them, in records, pictures and open forms, searches for them, and leaves the phone open.
fn furnish(desk: &Desk) {
    for (n, canary) in (1_u8..).zip(&canaries()) {
        if n % 7 == 0 {
            desk.store.keep_picture(format!("\u{ff}\u{d8} {canary}").as_bytes(), gridwalk_model::Timestamp(1)).unwrap();
        } else if n % 5 == 0 {
            let request = DraftRequest {
                draft: DraftId([n; 16]),
                record: record(n),
                space: SPACE,
                kind: "building".into(),
                content: format!("{{\"note\":\"{canary}\"}}"),
                opened_at: desk.now(),
            };
            desk.store.open_draft(&request).unwrap();
        } else {
            desk.save(record(n), &[Wish::put("name", canary.as_str()), Wish::put("note", canary.as_str())]);
        }
        desk.store.search(canary, &["building"], 20).unwrap();
    }
}

/// What stands in all files of a folder and of those below it.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![std::fs::read(path).unwrap_or_default()] })
        .collect()
}

/// What stands in the temporary files that SQLite holds open in this process: they have no name.
fn temporary() -> Vec<Vec<u8>> {
    let Ok(open) = std::fs::read_dir("/proc/self/fd") else { return Vec::new() };
    let is_gone = |path: &Path| std::fs::read_link(path).is_ok_and(|to| to.to_string_lossy().ends_with(" (deleted)"));
    let paths = open.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_gone(path));
    paths.filter_map(|path| std::fs::read(path).ok()).collect()
}

fn holds(bytes: &[Vec<u8>], text: &str) -> bool {
    bytes.iter().any(|b| b.windows(text.len()).any(|w| w == text.as_bytes()))
}

/// How many of them stand in the files of the phone's folder, its pictures' too, and in SQLite's temporary files.
fn found(desk: &Desk) -> usize {
    let bytes = [files(desk.folder.path()), temporary()].concat();
    canaries().iter().filter(|canary| holds(&bytes, canary)).count()
}

/// A temporary file that SQLite makes is looked into, or that none was found in one would prove nothing.
#[test]
#[cfg(target_os = "linux")]
fn what_sqlite_keeps_in_a_temporary_file_is_searched() {
    let (clear, canary) = (rusqlite::Connection::open_in_memory().unwrap(), "a canary for temporary files");
    clear.execute_batch("PRAGMA temp_store = FILE; CREATE TEMP TABLE t (a TEXT); PRAGMA temp.cache_size = 1").unwrap();
    let rows = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO t SELECT ?1 || i FROM n";
    clear.execute(rows, [canary]).unwrap();
    assert!(holds(&temporary(), canary));
}

/// The same search finds everything on a phone without encryption, or it would prove nothing.
#[test]
fn nothing_that_was_typed_is_found_on_the_disk() {
    let desk = Desk::new();
    furnish(&desk);
    assert!(desk.folder.path().join("phone.db-wal").metadata().unwrap().len() > 0, "the log is searched too");
    let expected = if cfg!(feature = "encrypted") { 0 } else { canaries().len() };
    assert_eq!(found(&desk), expected, "with the log");
    desk.store.empty_log().unwrap();
    assert_eq!(found(&desk), expected, "in the main file");
}

#[cfg(feature = "encrypted")]
mod with_a_key {
    use super::*;
    use gridwalk_store::{DatabaseKey, OpenOptions, ReplicaMark, Store, StoreError};

    fn open(path: &Path, key: Option<[u8; 32]>) -> Result<Store, StoreError> {
        let options = OpenOptions::new(ReplicaMark { held: None, next: [1; 16] }, || [3; 16]);
        Store::open(path, OpenOptions { key: key.map(|key| DatabaseKey::new(key.into())), ..options })
    }

    #[test]
    fn another_key_and_no_key_open_nothing_and_change_nothing() {
        let desk = Desk::new();
        furnish(&desk);
        desk.store.empty_log().unwrap();
        let before = std::fs::read(desk.path()).unwrap();
        assert!(matches!(open(&desk.path(), Some([7; 32])), Err(StoreError::KeyDoesNotFit)));
        assert!(matches!(open(&desk.path(), None), Err(StoreError::NotADatabase)));
        assert!(std::fs::read(desk.path()).unwrap() == before);
        assert_eq!(desk.text(record(1), "name"), [canaries()[0].clone()]);
    }

    #[test]
    fn a_phone_in_the_clear_is_encrypted_when_it_gets_a_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("phone.db");
        let clear = open(&path, None).unwrap();
        let request = DraftRequest {
            draft: DraftId([1; 16]),
            record: record(1),
            space: SPACE,
            kind: "building".into(),
            content: canaries()[0].clone(),
            opened_at: gridwalk_model::Timestamp(1),
        };
        clear.open_draft(&request).unwrap();
        drop(clear);
        // A copy that was cut short by a power loss is begun anew.
        std::fs::write(folder.path().join("phone.db.sealing"), b"half a copy").unwrap();
        let encrypted = open(&path, Some([5; 32])).unwrap();
        assert_eq!(encrypted.draft(DraftId([1; 16])).unwrap().unwrap().content, canaries()[0]);
        assert!(!std::fs::read(&path).unwrap().starts_with(b"SQLite format 3"));
        assert!(!folder.path().join("phone.db.sealing").exists());
        drop(encrypted);
        assert!(open(&path, Some([5; 32])).unwrap().draft(DraftId([1; 16])).unwrap().is_some());
    }

    #[test]
    fn a_byte_that_rotted_is_an_error_and_never_other_data() {
        let desk = Desk::new();
        furnish(&desk);
        desk.store.empty_log().unwrap();
        let (path, image) = (desk.path(), std::fs::read(desk.path()).unwrap());
        drop(desk.store);
        let (mut refused, mut whole) = (0, 0);
        for at in (0..image.len()).step_by(image.len() / 40) {
            let mut rotten = image.clone();
            rotten[at] ^= 0x10;
            std::fs::write(&path, &rotten).unwrap();
            let read = open(&path, Some(desk::KEY)).and_then(|store| {
                let names = (1..=50)
                    .map(|n| store.predicted(record(n), gridwalk_model::Timestamp(9_000)))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(names.len())
            });
            match read {
                Ok(_) => whole += 1,
                Err(StoreError::KeyDoesNotFit | StoreError::NotADatabase | StoreError::Damaged) => refused += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        assert!(refused > 0, "{whole} of {} were read whole", refused + whole);
    }
}
