//! Digests that do not agree: how phone and server find the few records that differ, in few and small questions.
//!
//! Owns the sums, the buckets and the shapes of questions, answers and reports. Refuses to know bytes and storage.
//! Invariant: two sides that hold the same records under the same keys have the same sums at every step, and a report
//! holds no value of any record.

use crate::exchange::{Epoch, Key};
use crate::hash::Hash;
use crate::id::{RecordId, SpaceId, TimelineId};
use crate::limits;
use crate::time::Timestamp;

/// A key of the audience with a kind of record: what a digest is kept for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    /// The key.
    pub key: Key,
    /// The kind's name.
    pub kind: String,
}

/// The sum of a bucket's records, or of one record, over several pairs.
pub type Detail = u64;

/// One record's part in the sums of buckets: unlike its share of the digest it also says under which pair it stands.
pub fn detail(record: RecordId, pos: u64, fold_version: u32, pair: &Pair) -> Detail {
    let (pos, version) = (pos.to_le_bytes(), fold_version.to_le_bytes());
    let parts: [&[u8]; 5] = [&record.0, &pos, &version, &pair.key.0, pair.kind.as_bytes()];
    let hash = Hash::with_context("gridwalk 2026 digest of a bucket", &parts);
    let mut low = [0; 8];
    low.copy_from_slice(&hash.0[..8]);
    Detail::from_le_bytes(low)
}

/// The bucket of a record among so many (a power of two): by the end of its id, which is random.
pub fn bucket(record: RecordId, buckets: u32) -> u32 {
    u32::from(u16::from_be_bytes([record.0[14], record.0[15]])) & (buckets.max(1) - 1)
}

/// How many buckets make question and answer together smallest: about as many sums as a bucket has records.
pub fn buckets_for(records: u64) -> u32 {
    let root = records.saturating_mul(2).isqrt().next_power_of_two();
    u32::try_from(root).unwrap_or(u32::MAX).clamp(1, limits::DIGEST_BUCKETS_MAX)
}

/// What a phone asks after its digest did not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Which of these sums differ, or stand on one side only?
    Pairs(Vec<(Pair, u128)>),
    /// Over these pairs: which of these buckets differ?
    Buckets {
        /// The pairs.
        pairs: Vec<Pair>,
        /// The sum of each bucket; as many as there are buckets.
        sums: Vec<Detail>,
    },
    /// Over these pairs: which records of these buckets differ?
    Items {
        /// The pairs.
        pairs: Vec<Pair>,
        /// How many buckets there are.
        buckets: u32,
        /// Those asked about, ascending.
        chosen: Vec<u32>,
        /// What the phone holds in them.
        items: Vec<(RecordId, Detail)>,
    },
}

/// How far narrowing has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Reach {
    /// Only the total is known to differ.
    #[default]
    Total,
    /// The sums of these pairs differ.
    Pairs(Vec<Pair>),
    /// The sums of these buckets differ, over these pairs.
    Buckets {
        /// The pairs.
        pairs: Vec<Pair>,
        /// How many buckets there are.
        buckets: u32,
        /// Those that differ, ascending.
        chosen: Vec<u32>,
    },
}

/// A question with where the phone stands: it is answered only if nothing of the phone's scope is newer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestRequest {
    /// The space.
    pub space: SpaceId,
    /// Where the phone stands.
    pub cursor: (TimelineId, u64),
    /// The epoch that its rows are marked with.
    pub epoch: Epoch,
    /// Version of the fold that the phone runs.
    pub fold_version: u32,
    /// The question.
    pub ask: Ask,
}

/// What the server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DigestReply {
    /// Something is newer here than where the phone stands: pull first.
    Later,
    /// The pairs whose sums differ.
    Pairs(Vec<Pair>),
    /// The buckets whose sums differ, ascending.
    Buckets(Vec<u32>),
    /// The records that differ.
    Items(Differing),
}

/// Records that differ between a phone and the server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Differing {
    /// The server shows them, and the phone does not hold them.
    pub missing: Vec<RecordId>,
    /// Both have them, at another pos or under other keys.
    pub other: Vec<RecordId>,
    /// The phone holds them, and the server does not show them.
    pub extra: Vec<RecordId>,
    /// Whether there were more than one answer holds.
    pub more: bool,
}

impl Differing {
    /// How many records it names.
    pub const fn len(&self) -> usize {
        self.missing.len() + self.other.len() + self.extra.len()
    }

    /// Whether it names none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The records.
    pub fn records(&self) -> impl Iterator<Item = RecordId> + '_ {
        self.missing.iter().chain(&self.other).chain(&self.extra).copied()
    }
}

/// How a divergence ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is being looked into.
    Open,
    /// Records were fetched anew, and the digest agreed again.
    Repaired,
    /// The digest agreed again without anything having been fetched anew.
    Settled,
    /// It still did not agree; the phone looks again the next day.
    Again,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Repaired, Self::Settled, Self::Again];

    /// Stable code, a key of the words and on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Repaired => "repaired",
            Self::Settled => "settled",
            Self::Again => "again",
        }
    }

    /// The outcome with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.code() == code)
    }
}

/// A divergence, as the phone reports it: when, where, how much; nothing that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Divergence {
    /// Random: a report that is delivered twice counts once.
    pub id: [u8; 16],
    /// The space.
    pub space: SpaceId,
    /// The server's time on the page that showed it.
    pub found_at: Timestamp,
    /// Kinds of the records that differed, as far as narrowing came.
    pub kinds: Vec<String>,
    /// Keys under which they differed.
    pub keys: Vec<Key>,
    /// Records that the phone lacked.
    pub missing: u64,
    /// Records at another pos or under other keys.
    pub other: u64,
    /// Records that the server does not show.
    pub extra: u64,
    /// Records whose bytes were damaged on the phone.
    pub damaged: u64,
    /// Records fetched anew.
    pub repaired: u64,
    /// How it ended.
    pub outcome: Outcome,
}

impl Divergence {
    /// How many records differed.
    pub const fn records(&self) -> u64 {
        self.missing + self.other + self.extra + self.damaged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_one_bucket_and_there_are_about_as_many_as_it_takes() {
        for records in [0, 1, 2_000, 100_000, u64::MAX] {
            let buckets = buckets_for(records);
            assert!(buckets.is_power_of_two() && buckets <= limits::DIGEST_BUCKETS_MAX);
            for end in 0..=u16::MAX {
                let mut id = [7; 16];
                id[14..].copy_from_slice(&end.to_be_bytes());
                assert!(bucket(RecordId(id), buckets) < buckets);
            }
        }
        assert_eq!((buckets_for(0), buckets_for(2_000), buckets_for(100_000)), (1, 64, 512));
    }

    #[test]
    fn a_detail_tells_records_places_and_pairs_apart() {
        let pair = |key: u8, kind: &str| Pair { key: Key([key; 16]), kind: kind.to_owned() };
        let record = RecordId([1; 16]);
        let of = |record, pos, pair: &Pair| detail(record, pos, 1, pair);
        let one = of(record, 5, &pair(1, "case"));
        assert_eq!(one, of(record, 5, &pair(1, "case")));
        let others = [
            of(RecordId([2; 16]), 5, &pair(1, "case")),
            of(record, 6, &pair(1, "case")),
            of(record, 5, &pair(2, "case")),
            of(record, 5, &pair(1, "visit")),
        ];
        assert!(others.iter().all(|other| *other != one));
    }

    #[test]
    fn an_outcome_reads_back_by_its_code() {
        assert!(Outcome::ALL.into_iter().all(|o| Outcome::from_code(o.code()) == Some(o)));
    }
}
