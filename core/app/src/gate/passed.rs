//! How much time has passed, on a phone whose clock anybody may turn.
//!
//! Owns the reckoning between two looks at the clocks. Refuses to know what is waited for. Invariant: a wall clock that is
//! turned while the phone runs changes nothing.

use crate::clock::{Boot, Clock};

/// Where the clocks stood at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Mark {
    boot: Boot,
    wall_ms: i64,
}

impl Mark {
    /// Where they stand now; a machine that knows nothing of its starts counts from that of this program.
    pub fn now(clock: &dyn Clock, run: [u8; 16]) -> Self {
        let boot = clock.boot().unwrap_or_else(|| Boot { id: run, ms: clock.steady_ms() });
        Self { boot, wall_ms: clock.wall().0 }
    }

    /// Whether both were taken between the same start of the machine and its end.
    pub const fn is_of_run(&self, other: &Self) -> bool {
        u128::from_be_bytes(self.boot.id) == u128::from_be_bytes(other.boot.id)
    }

    /// Milliseconds since a former mark. Over a start of the machine only the wall clock can tell, and is believed up to
    /// `restart_max_ms`.
    pub fn since(&self, former: &Self, restart_max_ms: i64) -> i64 {
        let passed = if self.is_of_run(former) {
            self.boot.ms.saturating_sub(former.boot.ms)
        } else {
            self.wall_ms.saturating_sub(former.wall_ms).min(restart_max_ms)
        };
        passed.max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn mark(boot: u8, ms: i64, wall_ms: i64) -> Mark {
        Mark { boot: Boot { id: [boot; 16], ms }, wall_ms }
    }

    #[test]
    fn the_wall_clock_counts_over_a_restart_only_and_never_backwards() {
        let first = mark(1, 1_000, 50_000);
        assert_eq!(mark(1, 4_000, 9_999_999).since(&first, 500), 3_000, "turned ahead while running");
        assert_eq!(mark(1, 4_000, 0).since(&first, 500), 3_000, "turned back while running");
        assert_eq!(mark(2, 10, 50_400).since(&first, 500), 400, "a restart");
        assert_eq!(mark(2, 10, 9_999_999).since(&first, 500), 500, "a restart into 2099");
        assert_eq!(mark(2, 10, 0).since(&first, 500), 0, "a restart into 1970");
    }
}
