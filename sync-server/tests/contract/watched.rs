//! Stores around a store: one that checks shapes and counts what it was asked, one that runs every job twice.

use gridwalk_model::hash::Hash;
use gridwalk_model::id::DeviceId;
use gridwalk_model::time::Timestamp;
use gridwalk_server::rate::Pace;
use gridwalk_server::store::cell::{Cell, Row};
use gridwalk_server::store::{Facts, Hint, Job, Statement, Store, Tx};
use gridwalk_server::{Result, ServerError};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tokio::sync::broadcast::Receiver;

/// Counts every statement, and holds parameters and rows against its line.
pub struct Watched {
    pub store: Arc<dyn Store>,
    pub seen: Arc<Mutex<BTreeMap<Statement, usize>>>,
}

/// Undoes the first run of every job that writes.
pub struct RunAgain(pub Arc<dyn Store>);

struct WatchedTx<'t> {
    tx: &'t dyn Tx,
    seen: &'t Mutex<BTreeMap<Statement, usize>>,
}

impl Tx for WatchedTx<'_> {
    fn rows(
        &self,
        statement: Statement,
        with: &[Cell<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<bool>,
    ) -> Result<()> {
        *self.seen.lock().unwrap().entry(statement).or_default() += 1;
        assert!(statement.is_called_right(with), "{statement:?} {with:?}");
        self.tx.rows(statement, with, &mut |row| {
            for (at, shape) in statement.gives().chars().enumerate() {
                assert!(row.cell(at)?.is(shape), "{statement:?}: column {at} is {:?}", row.cell(at));
            }
            each(row)
        })
    }

    fn run(&self, statement: Statement, with: &[Cell<'_>]) -> Result<u64> {
        *self.seen.lock().unwrap().entry(statement).or_default() += 1;
        assert!(statement.is_called_right(with), "{statement:?} {with:?}");
        self.tx.run(statement, with)
    }

    fn part(&self, job: Job<'_>) -> Result<()> {
        self.tx.part(&mut |tx| job(&WatchedTx { tx, seen: self.seen }))
    }
}

macro_rules! as_the_store_below {
    ($below:tt) => {
        fn use_nonce(&self, device: DeviceId, nonce: &str, created_s: i64, forget_before_s: i64) -> Result<bool> {
            self.$below.use_nonce(device, nonce, created_s, forget_before_s)
        }
        fn take_turn(&self, of: Hash, now: Timestamp, pace: Pace) -> Result<Option<i64>> {
            self.$below.take_turn(of, now, pace)
        }
        fn heard(&self) -> Result<Vec<(DeviceId, Timestamp)>> {
            self.$below.heard()
        }
        fn tell(&self, hint: Hint) {
            self.$below.tell(hint);
        }
        fn listen(&self) -> Receiver<Hint> {
            self.$below.listen()
        }
        fn checkpoint(&self) -> Result<()> {
            self.$below.checkpoint()
        }
        fn check(&self, whole: bool) -> Result<Option<String>> {
            self.$below.check(whole)
        }
        fn write_anew(&self) -> Result<()> {
            self.$below.write_anew()
        }
        fn back_up(&self, to: &Path) -> Result<()> {
            self.$below.back_up(to)
        }
        fn facts(&self) -> Result<Facts> {
            self.$below.facts()
        }
    };
}

impl Store for Watched {
    fn write(&self, job: Job<'_>) -> Result<()> {
        self.store.write(&mut |tx| job(&WatchedTx { tx, seen: &self.seen }))
    }
    fn read(&self, job: Job<'_>) -> Result<()> {
        self.store.read(&mut |tx| job(&WatchedTx { tx, seen: &self.seen }))
    }
    as_the_store_below!(store);
}

impl Store for RunAgain {
    fn write(&self, job: Job<'_>) -> Result<()> {
        let mut first = Ok(());
        let undone = self.0.write(&mut |tx| {
            first = job(tx);
            Err(ServerError::Cut)
        });
        match (first, undone) {
            (Ok(()), Err(ServerError::Cut)) => self.0.write(job),
            (Err(error), _) => Err(error),
            (Ok(()), other) => panic!("what was undone is told as {other:?}"),
        }
    }
    fn read(&self, job: Job<'_>) -> Result<()> {
        self.0.read(job)
    }
    as_the_store_below!(0);
}
