//! The server's clock, injected.
//!
//! Owns the trait and the one real implementation. Refuses to know spaces: that time never falls inside a space is the
//! store's doing. Invariant: nothing else in this crate asks the system for the time.

use gridwalk_model::time::Timestamp;
use std::sync::Arc;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970 UTC.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX).saturating_add(ahead_ms()))
    }
}

/// By how much a scenario turned this clock ahead; builds for release know no such thing.
fn ahead_ms() -> i64 {
    let ahead = if cfg!(debug_assertions) { std::env::var("GRIDWALK_CLOCK_AHEAD_MS").ok() } else { None };
    ahead.and_then(|text| text.parse().ok()).unwrap_or(0)
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Timestamp {
        (**self).now()
    }
}
