//! The first use of the library in a process, by many threads at once. It stands alone in its file: whatever ran before it in the same
//! process would have been the first.

#![cfg(feature = "encrypted")]
#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

use gridwalk_store::{DatabaseKey, OpenOptions, ReplicaMark, Store};
use std::sync::Barrier;

/// Without turns each of some runs told one of them that its key was empty: SQLite lets threads in before SQLCipher is set up.
#[test]
fn phones_that_are_opened_at_once_are_all_opened() {
    const THREADS: usize = 16;
    let folder = tempfile::tempdir().unwrap();
    let barrier = Barrier::new(THREADS);
    let opened = std::thread::scope(|scope| {
        let open = |n: usize| {
            let (path, barrier) = (folder.path().join(format!("{n}.db")), &barrier);
            scope.spawn(move || {
                let options = OpenOptions::new(ReplicaMark { held: None, next: [1; 16] }, || [3; 16]);
                let options = OpenOptions { key: Some(DatabaseKey::new([5; 32].into())), ..options };
                barrier.wait();
                Store::open(&path, options).map(drop).map_err(|e| e.to_string())
            })
        };
        let threads: Vec<_> = (0..THREADS).map(open).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(opened, vec![Ok(()); THREADS]);
}
