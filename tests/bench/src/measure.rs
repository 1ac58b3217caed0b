//! Timing: single runs, interleaved pairs, medians.
//!
//! Owns how a thing is timed. Refuses to know what it is. Invariant: in a pair both sides run as often, and who goes
//! first takes turns, so that what the machine does besides falls on both.

use crate::fault::Fault;
use std::time::{Duration, Instant};

/// How long the work took, and what it gave.
pub fn timed<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<(Duration, T), Fault> {
    let start = Instant::now();
    let result = work()?;
    Ok((start.elapsed(), result))
}

/// Times of one thing, sorted.
#[derive(Debug, Clone, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Of these.
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The one in the middle; zero where there is none.
    pub fn median(&self) -> Duration {
        self.at(50)
    }

    /// The one below which so many of a hundred lie.
    pub fn at(&self, percent: usize) -> Duration {
        let last = self.0.len().saturating_sub(1);
        self.0.get(last * percent.min(100) / 100).copied().unwrap_or_default()
    }
}

/// Runs `ours` and `floor` in pairs, each told its number; the first `warm` pairs are not counted.
pub fn pairs(
    count: usize,
    warm: usize,
    mut ours: impl FnMut(usize) -> Result<Duration, Fault>,
    mut floor: impl FnMut(usize) -> Result<Duration, Fault>,
) -> Result<(Times, Times), Fault> {
    let (mut of_ours, mut of_floor) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for nth in 0..warm + count {
        let (a, b) = if nth % 2 == 0 {
            let a = ours(nth)?;
            (a, floor(nth)?)
        } else {
            let b = floor(nth)?;
            (ours(nth)?, b)
        };
        if nth >= warm {
            of_ours.push(a);
            of_floor.push(b);
        }
    }
    Ok((Times::of(of_ours), Times::of(of_floor)))
}

/// How many times the one is of the other.
pub fn ratio(ours: Duration, floor: Duration) -> f64 {
    ours.as_secs_f64() / floor.as_secs_f64().max(f64::MIN_POSITIVE)
}

/// Milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_run_as_often_and_take_turns() {
        let order = std::cell::RefCell::new(Vec::new());
        let run = |who: char| {
            let order = &order;
            move |_| {
                order.borrow_mut().push(who);
                Ok(Duration::from_millis(if who == 'a' { 3 } else { 2 }))
            }
        };
        let (a, b) = pairs(3, 1, run('a'), run('b')).unwrap();
        assert_eq!(order.borrow().iter().collect::<String>(), "abbaabba");
        assert_eq!((a.count(), b.count()), (3, 3));
        assert!((ratio(a.median(), b.median()) - 1.5).abs() < 1e-9);
    }

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        let times = Times::of([5, 1, 9].map(Duration::from_millis).to_vec());
        assert_eq!(times.median(), Duration::from_millis(5));
        assert_eq!(Times::default().median(), Duration::ZERO);
    }
}
