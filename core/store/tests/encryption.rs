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

/// Types all of them, in records and open forms, searches for them, and leaves the phone open.
fn furnish(desk: &Desk) {
    for (n, canary) in (1_u8..).zip(&canaries()) {
        if n % 5 == 0 {
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

/// How many of them stand in the files of the phone's folder and in what SQLite left in the folder for temporary files.
fn found(desk: &Desk) -> usize {
    let folders = [desk.folder.path().to_owned(), std::env::temp_dir()];
    let entries = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()).map(Result::unwrap);
    let is_ours = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        path.is_file() && (path.starts_with(desk.folder.path()) || name.starts_with("etilqs_"))
    };
    let files = entries.map(|entry| entry.path()).filter(|path| is_ours(path));
    let bytes: Vec<Vec<u8>> = files.map(|path| std::fs::read(path).unwrap_or_default()).collect();
    let holds = |canary: &String| bytes.iter().any(|b| b.windows(canary.len()).any(|w| w == canary.as_bytes()));
    canaries().iter().filter(|canary| holds(canary)).count()
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
