//! Cells: what goes into a statement and what comes out of a row, in the three shapes that every database has.
//!
//! Owns the conversions. Refuses to know tables and databases. Invariant: a cell of the wrong shape is an error, never a
//! default.

use crate::error::{Result, ServerError};
use gridwalk_model::codec::Malformed;
use gridwalk_model::exchange::Key;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, RecordId, ReplicaId, SpaceId, TimelineId, UnitId};
use gridwalk_model::name::Mark;
use gridwalk_model::time::Timestamp;

/// A value in a statement or a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing.
    Null,
    /// An integer.
    Int(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

impl Cell<'_> {
    /// Whether it has the shape of a letter in a statement's line.
    pub const fn is(&self, shape: char) -> bool {
        matches!(
            (self, shape),
            (Self::Null, 'B' | 'T' | 'I')
                | (Self::Int(_), 'i' | 'I')
                | (Self::Text(_), 't' | 'T')
                | (Self::Bytes(_), 'b' | 'B')
        )
    }
}

macro_rules! from_bytes {
    ($($id:ident),+) => {$(
        impl<'a> From<&'a $id> for Cell<'a> {
            fn from(id: &'a $id) -> Self { Self::Bytes(&id.0) }
        }
    )+};
}
from_bytes!(AccountId, DeviceId, RecordId, ReplicaId, SpaceId, TimelineId, UnitId, Key, Hash, Mark);

impl<'a, const N: usize> From<&'a [u8; N]> for Cell<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a [u8]> for Cell<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell<'_> {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<bool> for Cell<'_> {
    fn from(yes: bool) -> Self {
        Self::Int(i64::from(yes))
    }
}

impl From<u64> for Cell<'_> {
    /// What is beyond the range is no count that we ever made.
    fn from(count: u64) -> Self {
        Self::Int(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Cell<'_> {
    fn from(count: usize) -> Self {
        Self::Int(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<Timestamp> for Cell<'_> {
    fn from(at: Timestamp) -> Self {
        Self::Int(at.0)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell<'_> {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Null, Into::into)
    }
}

/// A row of an answer.
pub trait Row {
    /// The cell of a column, from 0.
    fn cell(&self, at: usize) -> Result<Cell<'_>>;
}

fn wrong() -> ServerError {
    ServerError::Stored(Malformed::Shape)
}

impl dyn Row + '_ {
    /// Bytes of any length.
    pub fn bytes(&self, at: usize) -> Result<&[u8]> {
        if let Cell::Bytes(bytes) = self.cell(at)? { Ok(bytes) } else { Err(wrong()) }
    }

    /// Bytes of any length, or null.
    pub fn bytes_or_null(&self, at: usize) -> Result<Option<&[u8]>> {
        if self.cell(at)? == Cell::Null { Ok(None) } else { self.bytes(at).map(Some) }
    }

    /// Bytes of a fixed length: ids, hashes, keys.
    pub fn fixed<const N: usize>(&self, at: usize) -> Result<[u8; N]> {
        self.bytes(at)?.try_into().map_err(|_| wrong())
    }

    /// Sixteen bytes, or null.
    pub fn id_or_null(&self, at: usize) -> Result<Option<[u8; 16]>> {
        if self.cell(at)? == Cell::Null { Ok(None) } else { self.fixed(at).map(Some) }
    }

    /// An integer.
    pub fn int(&self, at: usize) -> Result<i64> {
        if let Cell::Int(n) = self.cell(at)? { Ok(n) } else { Err(wrong()) }
    }

    /// A count.
    pub fn count(&self, at: usize) -> Result<u64> {
        u64::try_from(self.int(at)?).map_err(|_| wrong())
    }

    /// Yes or no.
    pub fn yes(&self, at: usize) -> Result<bool> {
        self.int(at).map(|n| n != 0)
    }

    /// A moment.
    pub fn time(&self, at: usize) -> Result<Timestamp> {
        self.int(at).map(Timestamp)
    }

    /// A moment, or null.
    pub fn time_or_null(&self, at: usize) -> Result<Option<Timestamp>> {
        if self.cell(at)? == Cell::Null { Ok(None) } else { self.time(at).map(Some) }
    }

    /// Text.
    pub fn text(&self, at: usize) -> Result<String> {
        if let Cell::Text(text) = self.cell(at)? { Ok(text.to_owned()) } else { Err(wrong()) }
    }

    /// Units one after the other.
    pub fn units(&self, at: usize) -> Result<Vec<UnitId>> {
        self.bytes(at)?.chunks(16).map(|c| UnitId::from_slice(c).ok_or_else(wrong)).collect()
    }
}

/// Units one after the other.
pub(super) fn units_bytes(units: &[UnitId]) -> Vec<u8> {
    units.iter().flat_map(|u| u.0).collect()
}

/// Names of kinds as a JSON list: what every database can unfold.
pub(super) fn json_list(kinds: &[String]) -> String {
    serde_json::to_string(kinds).unwrap_or_default()
}
