//! Random bytes for ids, keys and salts, injected.
//!
//! Owns the trait and the one real implementation. Refuses to know what the bytes are for.
//! Invariant: nothing else in this crate asks the system for randomness.

use gridwalk_model::id::RecordId;
use gridwalk_model::time::Timestamp;
use std::sync::Arc;

/// Gives random bytes.
pub trait Ids: Send + Sync {
    /// Fills with random bytes.
    fn fill(&self, bytes: &mut [u8]);

    /// Sixteen random bytes.
    fn b16(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        bytes
    }

    /// Thirty-two random bytes.
    fn b32(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.fill(&mut bytes);
        bytes
    }

    /// A record's id (UUIDv7) made now.
    fn record(&self, now: Timestamp) -> RecordId {
        let mut random = [0; 10];
        self.fill(&mut random);
        let ms = u64::try_from(now.0).unwrap_or(0);
        RecordId(*uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid().as_bytes())
    }
}

/// The platform's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness no key and no id may be made: stopping is the only safe answer.
        if getrandom::fill(bytes).is_err() {
            std::process::abort();
        }
    }
}

impl<I: Ids + ?Sized> Ids for Arc<I> {
    fn fill(&self, bytes: &mut [u8]) {
        (**self).fill(bytes);
    }
}
