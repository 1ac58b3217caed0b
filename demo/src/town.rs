//! What stands and lives in the town by now, as the demo remembers it: where to find work.
//!
//! Owns the ids of what the phones made. Refuses to know fields and states: the phones hold those. Invariant: each home
//! is in one grid.

use gridwalk_model::RecordId;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// A household with its door.
#[derive(Debug, Clone)]
pub struct Home {
    /// The grid that it is in.
    pub grid: usize,
    /// The building.
    pub building: RecordId,
    /// The household.
    pub household: RecordId,
    /// Name of its head.
    pub head: String,
    /// Those who live there.
    pub residents: Vec<RecordId>,
}

/// A dwelling where nobody lives.
#[derive(Debug, Clone)]
pub struct Vacancy {
    /// The grid that it is in.
    pub grid: usize,
    /// The dwelling.
    pub dwelling: RecordId,
    /// Building and number.
    pub label: String,
}

/// The town.
#[derive(Debug, Default)]
pub struct Town {
    /// Homes.
    pub homes: Vec<Home>,
    /// Vacant dwellings.
    pub vacancies: Vec<Vacancy>,
    /// Cases that are not closed yet, as far as anybody told.
    pub cases: Vec<RecordId>,
    /// The import that is going to be taken back.
    pub import: Option<i64>,
}

impl Town {
    /// Some home of a grid.
    pub fn home(&self, rng: &mut ChaCha8Rng, grid: usize) -> Option<Home> {
        let there: Vec<&Home> = self.homes.iter().filter(|h| h.grid == grid).collect();
        if there.is_empty() { None } else { Some(there[rng.random_range(0..there.len())].clone()) }
    }
}
