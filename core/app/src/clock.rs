//! Clocks: the wall's, which anybody may turn, and a steady one, which nobody does.
//!
//! Owns what time it is for the rest of the core and what replies teach about it. Refuses to order anything: that is the
//! model's. Invariant: no other module of the core asks the machine for the time.

use gridwalk_model::time::Timestamp;
use std::sync::Mutex;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// What the machine says about time.
pub trait Clock: Send + Sync {
    /// The wall clock: milliseconds since 1970 UTC. It may lie and may jump.
    fn wall(&self) -> Timestamp;

    /// A clock that only runs forward, milliseconds since some moment that stays as long as the program runs.
    fn steady_ms(&self) -> i64;

    /// How long the machine runs, for those that tell: a clock that goes on between two runs of the program.
    fn boot(&self) -> Option<Boot> {
        None
    }
}

/// How long a machine runs since it was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Boot {
    /// Names the start.
    pub id: [u8; 16],
    /// Milliseconds since then, also while it slept.
    pub ms: i64,
}

/// The machine's own clocks.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
    /// The name of the machine's start, for those that tell.
    boot: Option<[u8; 16]>,
}

impl SystemClock {
    /// A clock whose steady part begins now.
    pub fn new() -> Self {
        Self { started: Instant::now(), boot: boot_id() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn wall(&self) -> Timestamp {
        let ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
        };
        Timestamp(ms.saturating_add(ahead_ms()))
    }

    fn steady_ms(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    fn boot(&self) -> Option<Boot> {
        let id = self.boot?;
        let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
        let (seconds, hundredths) = uptime.split_whitespace().next()?.split_once('.')?;
        let ms = seconds.parse::<i64>().ok()?.checked_mul(1000)?.checked_add(hundredths.parse::<i64>().ok()? * 10)?;
        Some(Boot { id, ms: ms.saturating_add(ahead_ms()) })
    }
}

fn boot_id() -> Option<[u8; 16]> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(uuid::Uuid::parse_str(id.trim()).ok()?.into_bytes())
}

/// By how much a scenario turned this clock ahead; builds for release know no such thing.
fn ahead_ms() -> i64 {
    let ahead = if cfg!(debug_assertions) { std::env::var("GRIDWALK_CLOCK_AHEAD_MS").ok() } else { None };
    ahead.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// What replies taught about the difference between this machine's clocks and the server's.
#[derive(Debug, Default)]
pub struct ServerTime {
    offsets: Mutex<Offsets>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Offsets {
    wall_ms: i64,
    steady_ms: Option<i64>,
}

impl ServerTime {
    /// Starts from the offset of the wall clock that was stored last.
    pub fn with_wall_offset(wall_ms: i64) -> Self {
        Self { offsets: Mutex::new(Offsets { wall_ms, steady_ms: None }) }
    }

    /// Now, as the server would say: by the steady clock once a reply was heard in this run, else by the wall clock and
    /// the offset stored last.
    pub fn now(&self, clock: &dyn Clock) -> Timestamp {
        let offsets = *self.lock();
        match offsets.steady_ms {
            Some(offset) => Timestamp(clock.steady_ms()).plus_ms(offset),
            None => clock.wall().plus_ms(offsets.wall_ms),
        }
    }

    /// Learns from a reply that has just come; returns the wall clock's new offset, to be stored.
    pub fn learn(&self, clock: &dyn Clock, server: Timestamp) -> i64 {
        let wall_ms = server.0.saturating_sub(clock.wall().0);
        let steady_ms = Some(server.0.saturating_sub(clock.steady_ms()));
        *self.lock() = Offsets { wall_ms, steady_ms };
        wall_ms
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Offsets> {
        self.offsets.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI64, Ordering};

    #[derive(Default)]
    struct Turned {
        wall: AtomicI64,
        steady: AtomicI64,
    }

    impl Clock for Turned {
        fn wall(&self) -> Timestamp {
            Timestamp(self.wall.load(Ordering::Relaxed))
        }
        fn steady_ms(&self) -> i64 {
            self.steady.load(Ordering::Relaxed)
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_start_of_this_machine_has_a_name_and_a_clock() {
        let clock = SystemClock::new();
        let (one, other) = (clock.boot().unwrap(), clock.boot().unwrap());
        assert!(one.id == other.id && one.id != [0; 16] && one.ms > 0 && other.ms >= one.ms);
    }

    #[test]
    fn a_wall_clock_turned_after_a_reply_changes_nothing() {
        let clock = Turned::default();
        let time = ServerTime::with_wall_offset(7);
        clock.wall.store(100, Ordering::Relaxed);
        assert_eq!(time.now(&clock), Timestamp(107), "the stored offset until a reply comes");
        assert_eq!(time.learn(&clock, Timestamp(5_000)), 4_900);
        clock.wall.store(-9_999_999, Ordering::Relaxed);
        clock.steady.store(50, Ordering::Relaxed);
        assert_eq!(time.now(&clock), Timestamp(5_050));
    }
}
