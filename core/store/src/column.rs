//! How ids and numbers stand in columns.
//!
//! Owns the conversions. Refuses to know tables. Invariant: what was written reads back as it was.

use rusqlite::Row;
use rusqlite::types::FromSql;

/// An unsigned number as SQLite keeps it.
pub const fn int(n: u64) -> i64 {
    n.cast_signed()
}

/// The number in a column.
pub fn uint(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::cast_unsigned)
}

/// The number in a column that may be empty.
pub fn maybe_uint(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<u64>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(i64::cast_unsigned))
}

/// An id of its own type from a column of bytes.
pub fn id<B: FromSql, T>(row: &Row<'_>, column: &str, make: impl FnOnce(B) -> T) -> rusqlite::Result<T> {
    row.get(column).map(make)
}

/// An id from a column that may be empty.
pub fn maybe_id<B: FromSql, T>(row: &Row<'_>, column: &str, make: impl FnOnce(B) -> T) -> rusqlite::Result<Option<T>> {
    Ok(row.get::<_, Option<B>>(column)?.map(make))
}
