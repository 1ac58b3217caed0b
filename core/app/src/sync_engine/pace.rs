//! The pace of a line: how large a page may be so that it comes in a few seconds.
//!
//! Owns the aim between its bounds. Refuses to measure time. Invariant: the aim grows and shrinks by halves and never
//! leaves its bounds; a line that is cut in the middle of a page gets a smaller one.

use gridwalk_model::limits::{PAGE_BYTES_AIM, PAGE_BYTES_FIRST, PAGE_BYTES_MIN, PAGE_LATE_MS, PAGE_SOON_MS};

/// How large the next page may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace(usize);

impl Default for Pace {
    fn default() -> Self {
        Self(PAGE_BYTES_FIRST)
    }
}

impl Pace {
    /// The aim of the next page, bytes.
    pub const fn bytes(self) -> u64 {
        self.0 as u64
    }

    /// A full page came after so many milliseconds.
    pub fn came(&mut self, after_ms: i64) {
        if after_ms < PAGE_SOON_MS {
            self.0 = (self.0 * 2).min(PAGE_BYTES_AIM);
        } else if after_ms > PAGE_LATE_MS {
            self.cut();
        }
    }

    /// A page did not come.
    pub fn cut(&mut self) {
        self.0 = (self.0 / 2).max(PAGE_BYTES_MIN);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_gets_the_pages_that_it_carries() {
        // milliseconds a page took (none: it was cut), and the aim after it in KiB
        let rows: [(&[Option<i64>], u64); 6] = [
            (&[], 512),
            (&[Some(80)], 1024),
            (&[Some(80), Some(80), Some(80), Some(0)], 2048),
            (&[Some(4000)], 512),
            (&[Some(9000), None], 128),
            (&[None, None, None, None, None, None], 32),
        ];
        for (story, kib) in rows {
            let mut pace = Pace::default();
            for page in story {
                match page {
                    Some(after) => pace.came(*after),
                    None => pace.cut(),
                }
            }
            assert_eq!(pace.bytes(), kib * 1024, "{story:?}");
        }
    }
}
