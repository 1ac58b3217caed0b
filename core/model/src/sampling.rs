//! Back-checks: which submissions are looked at again, and what about one asks for it.
//!
//! Owns the draw and the flags. Refuses to judge people: a flag asks for a look, and says why. Invariant: whether an id
//! is drawn depends on the seed, the id and the share alone, so that new ones change nothing for the others.

use crate::geo::Point;
use crate::hash::Hash;
use crate::id::RecordId;
use crate::limits;
use crate::picture::{PictureMark, twins};
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// A draw: its seed, made outside, and how many of a million are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// The seed; a new one for each round, and secret until it is drawn.
    pub seed: [u8; 16],
    /// How many of a million.
    pub per_million: u32,
}

impl Draw {
    /// Whether the id is drawn. With a greater share all that were drawn are drawn again.
    pub fn takes(&self, id: RecordId) -> bool {
        // A hash below the threshold: the share of a million, scaled to 64 bits.
        u128::from(self.rank(id)) * 1_000_000 < u128::from(self.per_million) << 64
    }

    /// The drawn ones of a list, in its order.
    pub fn sample(&self, ids: impl IntoIterator<Item = RecordId>) -> Vec<RecordId> {
        ids.into_iter().filter(|id| self.takes(*id)).collect()
    }

    /// The drawn ones, and at least so many if there are as many: small lists are drawn from, too. In the order of the
    /// draw. Adding an id takes away at most what was there to fill up.
    pub fn sample_at_least(&self, ids: impl IntoIterator<Item = RecordId>, least: usize) -> Vec<RecordId> {
        let ids: BTreeSet<(u64, RecordId)> = ids.into_iter().map(|id| (self.rank(id), id)).collect();
        let drawn = |(n, (_, id)): &(usize, (u64, RecordId))| *n < least || self.takes(*id);
        ids.into_iter().enumerate().take_while(drawn).map(|(_, (_, id))| id).collect()
    }

    fn rank(&self, id: RecordId) -> u64 {
        let hash = Hash::with_context("gridwalk 2026 back-check", &[&self.seed, id.bytes()]);
        hash.0.iter().take(8).fold(0, |rank, byte| rank << 8 | u64::from(*byte))
    }
}

/// What about a submission asks for a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// It was filled in far from the door.
    FarFromDoor,
    /// Its position is made up, as the platform says.
    MockPosition,
    /// It was filled in within seconds.
    FilledInSeconds,
    /// A picture of it stands in another submission, too.
    SamePicture,
    /// It was finished sooner after the one before than anybody gets from door to door.
    ImpossibleSpeed,
}

impl Flag {
    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::FarFromDoor => "far_from_door",
            Self::MockPosition => "mock_position",
            Self::FilledInSeconds => "filled_in_seconds",
            Self::SamePicture => "same_picture",
            Self::ImpossibleSpeed => "impossible_speed",
        }
    }
}

/// What is known of a submission.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Submission {
    /// Its record.
    pub id: RecordId,
    /// Where it was filled in, if that is known: indoors often not, and that is no flag.
    pub at: Option<Point>,
    /// Where its door is, if that is known.
    pub door: Option<Point>,
    /// When the form was opened and when it was finished.
    pub filled: Option<(Timestamp, Timestamp)>,
    /// Its pictures.
    pub pictures: Vec<PictureMark>,
}

/// From where on something asks for a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Farther from the door than this and the accuracies of both points, metres.
    pub far_m: u32,
    /// Filled in within less than this, milliseconds.
    pub quick_ms: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { far_m: limits::FAR_FROM_DOOR_M, quick_ms: limits::FILLED_QUICK_MS }
    }
}

/// The flags of each submission that has some, and the submissions with which it shares a picture.
pub fn flags(submissions: &[Submission], limits: Limits) -> BTreeMap<RecordId, (BTreeSet<Flag>, BTreeSet<RecordId>)> {
    let mut sharing = twins(submissions.iter().map(|s| (s.id, s.pictures.as_slice())));
    let mut found = BTreeMap::new();
    for submission in submissions {
        let mut flags = own_flags(submission, limits);
        let twins = sharing.remove(&submission.id).unwrap_or_default();
        if !twins.is_empty() {
            flags.insert(Flag::SamePicture);
        }
        if !flags.is_empty() {
            found.insert(submission.id, (flags, twins));
        }
    }
    found
}

/// The flags that a submission has by itself.
pub fn own_flags(submission: &Submission, limits: Limits) -> BTreeSet<Flag> {
    let mut flags = BTreeSet::new();
    let accuracy_m = |point: &Point| f64::from(point.accuracy_cm.unwrap_or(0)) / 100.0;
    if let (Some(at), Some(door)) = (&submission.at, &submission.door) {
        let reach_m = f64::from(limits.far_m) + accuracy_m(at) + accuracy_m(door);
        if at.distance_m(door) > reach_m {
            flags.insert(Flag::FarFromDoor);
        }
    }
    if submission.at.is_some_and(|at| at.mock) {
        flags.insert(Flag::MockPosition);
    }
    // A clock that was set back in between says nothing.
    let took_ms = submission.filled.map(|(from, to)| to.0.saturating_sub(from.0));
    if took_ms.is_some_and(|ms| (0..limits.quick_ms).contains(&ms)) {
        flags.insert(Flag::FilledInSeconds);
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(n: u32) -> RecordId {
        RecordId(u128::from(n).to_be_bytes())
    }

    fn submission(n: u32, north_m: i32, accuracy_m: u32, took_ms: i64, pictures: &[u8]) -> Submission {
        let door = Point::from_degrees(34.6, 119.2).unwrap();
        let at = Point { lat_e7: door.lat_e7 + north_m * 90, accuracy_cm: Some(accuracy_m * 100), ..door };
        Submission {
            id: record(n),
            at: Some(at),
            door: Some(door),
            filled: Some((Timestamp(1_000_000), Timestamp(1_000_000 + took_ms))),
            pictures: pictures.iter().map(|p| PictureMark { hash: Hash([*p; 32]), look: None }).collect(),
        }
    }

    #[test]
    fn flags_ask_for_a_look() {
        use Flag::{FarFromDoor, FilledInSeconds, SamePicture};
        let list = [
            submission(1, 20, 10, 300_000, &[1]),
            submission(2, 300, 10, 300_000, &[2]),
            submission(3, 300, 400, 300_000, &[3, 3]),
            submission(4, 20, 10, 9_000, &[4]),
            submission(5, 20, 10, -9_000, &[1, 5]),
            Submission { id: record(6), ..Submission::default() },
        ];
        let found = flags(&list, Limits { far_m: 100, quick_ms: 20_000 });
        let told: Vec<_> =
            found.into_iter().map(|(id, (f, twins))| (id, Vec::from_iter(f), Vec::from_iter(twins))).collect();
        let wanted = [
            (record(1), vec![SamePicture], vec![record(5)]),
            (record(2), vec![FarFromDoor], vec![]),
            (record(4), vec![FilledInSeconds], vec![]),
            (record(5), vec![SamePicture], vec![record(1)]),
        ];
        assert_eq!(told, wanted);
        let mut mock = submission(7, 0, 5, 300_000, &[]);
        mock.at = mock.at.map(|at| Point { mock: true, ..at });
        assert_eq!(own_flags(&mock, Limits::default()), BTreeSet::from([Flag::MockPosition]));
    }

    #[test]
    fn about_the_share_is_drawn() {
        for per_million in [0, 50_000, 500_000, 1_000_000] {
            let draw = Draw { seed: [7; 16], per_million };
            let drawn = draw.sample((0..20_000).map(record)).len();
            let wanted = usize::try_from(per_million / 50).unwrap();
            assert!(drawn.abs_diff(wanted) < 300, "{drawn} of {wanted}");
            assert!((per_million != 0 || drawn == 0) && (per_million != 1_000_000 || drawn == 20_000));
        }
    }

    proptest! {
        #[test]
        fn new_ones_change_nothing_for_the_others(seed: [u8; 16], share in 0u32..=1_000_000, more in 0u32..=1_000_000, count in 0u32..60, added in 0u32..60) {
            let draw = Draw { seed, per_million: share };
            let before = draw.sample((0..count).map(record));
            let after = draw.sample((0..count + added).map(record));
            prop_assert_eq!(&after[..before.len()], before.as_slice());
            let larger = Draw { seed, per_million: share.max(more) };
            prop_assert!(before.iter().all(|id| larger.takes(*id)), "a greater share draws them again");
        }

        #[test]
        fn at_least_so_many_are_drawn(seed: [u8; 16], share in 0u32..=1_000_000, count in 0u32..40, least in 0usize..10) {
            let draw = Draw { seed, per_million: share };
            let drawn = draw.sample_at_least((0..count).map(record), least);
            let plain = draw.sample((0..count).map(record));
            prop_assert_eq!(drawn.len(), plain.len().max(least.min(count as usize)));
            prop_assert!(plain.iter().all(|id| drawn.contains(id)));
            prop_assert_eq!(draw.sample_at_least((0..count).rev().map(record), least), drawn);
        }
    }
}
