//! The encrypted store beside the plain one: the same saves into two files of one build.
//!
//! Owns the two stores. Refuses to measure the floor: that is the plain store's business. Invariant: both are asked for the
//! same saves in the same order, and only the one has a key.

use crate::benchmark::{Bench, Figure};
use crate::fault::Fault;
use crate::generator::{Register, Resident};
use crate::measure::{Times, ms, pairs, ratio, timed};
use gridwalk_model::{AccountId, Basis, DeviceId, SpaceId, Timestamp};
use gridwalk_store::{DatabaseKey, OpenOptions, ReplicaMark, SaveRequest, Store};

/// Saves of one bulk transaction.
const BULK_ROWS: usize = 1000;
/// Pairs of bulk transactions, and of single saves.
const PAIRS: (usize, usize) = (15, 400);
/// What a single save may be: what a prototype had, as each page of the log is encrypted and summed alone.
const SINGLE_GOAL: f64 = 3.6;
/// What saves in bulk may be.
const BULK_GOAL: f64 = 2.0;
const WHEN: Timestamp = Timestamp(1_790_000_000_000);

fn request(resident: &Resident) -> SaveRequest {
    SaveRequest {
        record: resident.record,
        space: SpaceId([0x51; 16]),
        kind: "resident".to_owned(),
        unit: resident.unit,
        author: AccountId([0x41; 16]),
        device: DeviceId([0x44; 16]),
        machine: false,
        typed_at: WHEN,
        heard: None,
        wishes: resident.wishes(),
        draft: None,
        basis: Basis::blank(resident.record),
        instead_of: None,
        salt: [9; 16],
    }
}

struct Sides {
    register: Register,
    encrypted: Store,
    plain: Store,
    next: usize,
}

impl Sides {
    fn open(bench: &Bench) -> Result<Self, Fault> {
        let mut made: u128 = 0;
        let fresh = move || {
            made += 1;
            made.to_be_bytes()
        };
        let open = |name: &str, key| {
            let options = OpenOptions::new(ReplicaMark { held: None, next: [1; 16] }, fresh);
            Store::open(&bench.scratch().join(name), OpenOptions { key, ..options })
        };
        let encrypted = open("encrypted.db", Some(DatabaseKey::new([0xc4; 32].into())))?;
        Ok(Self { register: bench.register(), encrypted, plain: open("plain.db", None)?, next: 0 })
    }

    fn requests(&mut self, count: usize) -> Vec<SaveRequest> {
        let first = self.next;
        self.next += count;
        (first..self.next).map(|n| request(&self.register.resident(n))).collect()
    }

    /// So many rows on both sides, before anything is measured.
    fn fill(&mut self, rows: usize) -> Result<(), Fault> {
        while self.next < rows {
            let requests = self.requests(BULK_ROWS);
            self.encrypted.save_all(&requests)?;
            self.plain.save_all(&requests)?;
        }
        Ok(())
    }

    fn saves(&mut self, name: &str, goal: f64, (count, each): (usize, usize)) -> Result<Figure, Fault> {
        let warm = 2;
        let batches: Vec<Vec<SaveRequest>> = (0..count + warm).map(|_| self.requests(each)).collect();
        let times: (Times, Times) = pairs(
            count,
            warm,
            |nth| Ok(timed(|| Ok(self.encrypted.save_all(&batches[nth])?))?.0),
            |nth| Ok(timed(|| Ok(self.plain.save_all(&batches[nth])?))?.0),
        )?;
        #[expect(clippy::cast_precision_loss, reason = "a count of rows")]
        let of_one = |times: &Times| ms(times.median()) / each as f64;
        let (encrypted, plain) = (of_one(&times.0), of_one(&times.1));
        let figure = Figure::new(name, ratio(times.0.median(), times.1.median()), goal);
        Ok(figure.with("encrypted", encrypted, "ms").with("plain", plain, "ms"))
    }
}

/// Saves beside the plain store's.
pub fn saves(bench: &mut Bench) -> Result<Vec<Figure>, Fault> {
    let mut sides = Sides::open(bench)?;
    sides.fill(bench.rows / 5)?;
    Ok(vec![
        sides.saves("encrypted bulk", BULK_GOAL, (PAIRS.0, BULK_ROWS))?,
        sides.saves("encrypted save", SINGLE_GOAL, (PAIRS.1, 1))?,
    ])
}
