//! Pauses: when a clock stood.
//!
//! Owns the order and the joining of pauses. Refuses to know why a clock stood. Invariant: pauses are in order and apart;
//! one without length is none.

use crate::time::Timestamp;

/// The times at which a clock stood; the last may go on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pauses {
    list: Vec<(Timestamp, Timestamp)>,
}

/// The end of a pause that goes on.
const OPEN: Timestamp = Timestamp(i64::MAX);

impl Pauses {
    /// None.
    pub const fn none() -> Self {
        Self { list: Vec::new() }
    }

    /// These, each from when until when; `None` for one that goes on. Any order will do.
    pub fn new(pauses: impl IntoIterator<Item = (Timestamp, Option<Timestamp>)>) -> Self {
        let mut list: Vec<_> = pauses.into_iter().map(|(from, to)| (from, to.unwrap_or(OPEN))).collect();
        list.retain(|(from, to)| from < to);
        list.sort_unstable();
        list.dedup_by(|later, earlier| {
            let one = later.0 <= earlier.1;
            if one {
                earlier.1 = earlier.1.max(later.1);
            }
            one
        });
        Self { list }
    }

    /// Since when the clock stands, if a pause goes on.
    pub fn open_since(&self) -> Option<Timestamp> {
        self.list.last().filter(|(_, to)| *to == OPEN).map(|(from, _)| *from)
    }

    /// Whether a moment lies in a pause.
    pub fn at(&self, at: Timestamp) -> bool {
        self.list.iter().any(|(from, to)| *from <= at && at < *to)
    }

    /// Whether the clock stood for any time between two moments.
    pub(super) fn touch(&self, begin: Timestamp, end: Timestamp) -> bool {
        self.list.iter().any(|(from, to)| *from < end && begin < *to)
    }

    /// The pieces between two moments in which the clock ran.
    pub(super) fn between(&self, begin: Timestamp, end: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let (mut pieces, mut at) = (Vec::new(), begin);
        for (from, to) in self.list.iter().filter(|(from, to)| *from < end && begin < *to) {
            if at < *from {
                pieces.push((at, *from));
            }
            at = at.max(*to);
        }
        if at < end {
            pieces.push((at, end));
        }
        pieces
    }
}
