//! The watch: one input through one door, with an eye on panic, memory and time.
//!
//! Owns the limits and the finding. Refuses to run doors side by side, for memory is counted for the whole program.
//! Invariant: a finding names the door and holds the input that shows it again.

use crate::door::Door;
use crate::spoil::spoil;
use peak_alloc::PeakAlloc;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Counts what is allocated.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// An input is looked at again when it took so long; the machine may have been busy with something else.
const SLOW: Duration = Duration::from_millis(500);
/// So often.
const AGAIN: usize = 3;

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The decoder panicked.
    Panicked,
    /// It took more memory than it may, bytes.
    Memory(usize),
    /// It took long each time, milliseconds of the shortest.
    Time(u128),
}

/// An input that shows something wrong.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The door.
    pub door: &'static str,
    /// What.
    pub wrong: Wrong,
    /// The input.
    pub input: Vec<u8>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = data_encoding::HEXLOWER.encode(&self.input);
        write!(f, "{}: {:?} on {} bytes: {hex}", self.door, self.wrong, self.input.len())
    }
}

/// How a door fared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fared {
    /// Inputs given.
    pub given: u64,
    /// Of those taken as valid.
    pub taken: u64,
    /// The most memory that one took, bytes.
    pub memory: usize,
}

/// One input through a door: whether it was taken, and the memory it took.
pub fn enter(door: &Door, input: &[u8]) -> Result<(bool, usize), Finding> {
    let finding = |wrong| Finding { door: door.name, wrong, input: input.to_vec() };
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let mut shortest = Duration::MAX;
    let mut taken = false;
    for _ in 0..AGAIN {
        let began = Instant::now();
        taken = catch_unwind(AssertUnwindSafe(|| (door.enter)(input))).map_err(|_| finding(Wrong::Panicked))?;
        shortest = shortest.min(began.elapsed());
        if shortest < SLOW {
            break;
        }
    }
    let memory = MEMORY.peak_usage().saturating_sub(before);
    if memory > door.memory_max {
        return Err(finding(Wrong::Memory(memory)));
    }
    if shortest >= SLOW {
        return Err(finding(Wrong::Time(shortest.as_millis())));
    }
    Ok((taken, memory))
}

/// What a door is used to, then spoiled input as long as `more` says so.
pub fn besiege(door: &Door, seed: u64, mut more: impl FnMut(u64) -> bool) -> Result<Fared, Finding> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut fared = Fared::default();
    let mut note = |(taken, memory): (bool, usize)| {
        fared.given += 1;
        fared.taken += u64::from(taken);
        fared.memory = fared.memory.max(memory);
        fared.given
    };
    for input in &door.usual {
        note(enter(door, input)?);
    }
    while more(note(enter(door, &spoil(&door.usual, &mut rng))?)) {}
    Ok(fared)
}
