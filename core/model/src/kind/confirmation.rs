//! Confirmation 确认无变化: that somebody found everything as it is written, and when.
//!
//! Owns its form as an element of a set. Refuses to change any field. Invariant: confirmations of two people, or of two
//! days, stand beside each other; none takes another away.

use crate::id::{AccountId, RecordId};
use crate::time::Timestamp;
use crate::value::Value;

/// Somebody found everything as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Confirmation {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: AccountId,
}

impl Confirmation {
    /// As an element of a set.
    pub fn to_value(self) -> Value {
        let entries = [("at", Value::Int(self.at.0)), ("by", Value::Id(RecordId(self.by.0)))];
        Value::Map(entries.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// Of an element; `None` for what is none.
    pub fn from_value(value: &Value) -> Option<Self> {
        let map = value.as_map().filter(|map| map.len() == 2)?;
        let at = map
            .get("at")?
            .as_int()
            .filter(|ms| (super::field::MOMENT_MS.0..=super::field::MOMENT_MS.1).contains(ms))?;
        Some(Self { at: Timestamp(at), by: AccountId(map.get("by")?.as_id()?.0) })
    }
}
