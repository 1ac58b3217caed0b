//! Randomness and what is made of it: ids, salts, nonces.
//!
//! Owns the one door to random bytes. Refuses to know what the ids stand for. Invariant: no other module of the core
//! asks the machine for randomness, so that a seed replays a run.

use gridwalk_model::id::{DraftId, RecordId, ReplicaId};
use gridwalk_model::time::Timestamp;

/// The machine gave no random bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the machine gives no random bytes: {0}")]
pub struct NoRandomness(pub String);

/// A source of random bytes.
pub trait Ids: Send + Sync {
    /// Fills the bytes with random ones.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness>;
}

/// The operating system's randomness.
#[derive(Debug, Default, Clone, Copy)]
pub struct OsIds;

impl Ids for OsIds {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        getrandom::fill(bytes).map_err(|e| NoRandomness(e.to_string()))
    }
}

/// Random bytes of a fixed count: salts, nonces, seeds of keys.
pub fn random<const N: usize>(ids: &dyn Ids) -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    ids.fill(&mut bytes)?;
    Ok(bytes)
}

/// A new record's id: UUIDv7 (RFC 9562) of the time at which it was first typed.
pub fn record_id(ids: &dyn Ids, now: Timestamp) -> Result<RecordId, NoRandomness> {
    let millis = u64::try_from(now.0).unwrap_or(0);
    Ok(RecordId(uuid::Builder::from_unix_timestamp_millis(millis, &random(ids)?).into_uuid().into_bytes()))
}

/// A new replica's id.
pub fn replica_id(ids: &dyn Ids) -> Result<ReplicaId, NoRandomness> {
    random(ids).map(ReplicaId)
}

/// A new draft's id.
pub fn draft_id(ids: &dyn Ids) -> Result<DraftId, NoRandomness> {
    random(ids).map(DraftId)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;
    impl Ids for Fixed {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
            bytes.fill(0xab);
            Ok(())
        }
    }

    #[test]
    fn a_record_id_carries_its_time() {
        let id = record_id(&Fixed, Timestamp(1_700_000_000_000)).unwrap();
        assert_eq!(id.to_string(), "018bcfe5-6800-7bab-abab-abababababab");
        assert!(record_id(&Fixed, Timestamp(-5)).is_ok(), "a clock before 1970 is no reason to stop");
        assert_ne!(random::<16>(&OsIds).unwrap(), random::<16>(&OsIds).unwrap());
    }
}
