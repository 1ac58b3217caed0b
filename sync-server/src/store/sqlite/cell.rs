//! Cells of rows: ids, hashes, moments and counts from and to SQLite.
//!
//! Owns the conversions. Refuses to know tables. Invariant: a cell of the wrong shape is an error, never a default.

use gridwalk_model::hash::Hash;
use gridwalk_model::id::UnitId;
use gridwalk_model::time::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Error, Result, Row};

fn wrong(at: usize) -> Error {
    Error::InvalidColumnType(at, String::new(), Type::Blob)
}

/// Bytes of a fixed length.
pub(super) fn fixed<const N: usize>(row: &Row<'_>, at: usize) -> Result<[u8; N]> {
    row.get_ref(at)?.as_blob().ok().and_then(|b| b.try_into().ok()).ok_or_else(|| wrong(at))
}

/// Sixteen bytes.
pub(super) fn b16(row: &Row<'_>, at: usize) -> Result<[u8; 16]> {
    fixed(row, at)
}

/// Sixteen bytes, or NULL.
pub(super) fn b16_or_null(row: &Row<'_>, at: usize) -> Result<Option<[u8; 16]>> {
    if row.get_ref(at)? == rusqlite::types::ValueRef::Null { Ok(None) } else { b16(row, at).map(Some) }
}

/// A hash.
pub(super) fn hash(row: &Row<'_>, at: usize) -> Result<Hash> {
    fixed(row, at).map(Hash)
}

/// A moment.
pub(super) fn time(row: &Row<'_>, at: usize) -> Result<Timestamp> {
    row.get(at).map(Timestamp)
}

/// A moment, or NULL.
pub(super) fn time_or_null(row: &Row<'_>, at: usize) -> Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(at)?.map(Timestamp))
}

/// A count.
pub(super) fn count(row: &Row<'_>, at: usize) -> Result<u64> {
    u64::try_from(row.get::<_, i64>(at)?).map_err(|_| wrong(at))
}

/// A count as SQLite keeps it; what is beyond its range is no count that we ever made.
pub(super) fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A limit as SQLite keeps it.
pub(super) fn limit(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Units one after the other.
pub(super) fn units_blob(units: &[UnitId]) -> Vec<u8> {
    units.iter().flat_map(|u| u.0).collect()
}

/// Reads them.
pub(super) fn units(row: &Row<'_>, at: usize) -> Result<Vec<UnitId>> {
    let blob = row.get_ref(at)?.as_blob().map_err(|_| wrong(at))?;
    blob.chunks(16).map(|c| UnitId::from_slice(c).ok_or_else(|| wrong(at))).collect()
}

/// Names of kinds as a JSON list, for `json_each`.
pub(super) fn json_list(kinds: &[String]) -> String {
    serde_json::to_string(kinds).unwrap_or_default()
}
