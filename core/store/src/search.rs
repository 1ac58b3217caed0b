//! Search: records by any part of a name or number, and by pinyin initials.
//!
//! Owns the full-text tables. Refuses to rank people. Invariant: a part of one or two characters finds as surely as a
//! longer one, and no query reads the records.

use crate::error::StoreError;
use crate::query::{self, ViewRow};
use crate::store::{Store, Work};
use gridwalk_model::limits::SEARCH_PARTS_MAX;
use gridwalk_model::row::Row;
use gridwalk_model::search_key;
use rusqlite::{named_params, params};

/// Parts of fewer characters are looked up whole.
const TRIGRAM: usize = 3;

/// Every part of one or two characters of a text, and its kind.
fn grams(row: &Row) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for run in row.search_text.split(|c: char| !c.is_alphanumeric()).chain(row.search_initials.split_whitespace()) {
        let mut before = None;
        for (at, c) in run.char_indices() {
            let end = at + c.len_utf8();
            parts.push(&run[at..end]);
            if let Some(from) = before.replace(at) {
                parts.push(&run[from..end]);
            }
        }
    }
    parts.sort_unstable();
    parts.dedup();
    let kind = kind_gram(&row.kind);
    parts.push(&kind);
    parts.join(" ")
}

/// The kind as a word that no text contains.
fn kind_gram(kind: &str) -> String {
    let plain: String = kind.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
    format!("__{plain}")
}

/// What the two full-text tables hold of a row: its text, and its short parts.
#[doc(hidden)]
pub fn full_text(row: &Row) -> (String, String) {
    (format!("{}\n{}", row.search_text, row.search_initials), grams(row))
}

/// What a row is found by.
pub(crate) struct FoundBy {
    /// A sum of it: where it is the same, nothing is written again.
    pub sum: i64,
    /// What the two full-text tables hold, if that was made already.
    full_text: Option<(String, String)>,
}

impl FoundBy {
    /// The sum alone: what is not written again need not be made.
    pub fn sum_of(row: &Row) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in [&row.kind, &row.search_text, &row.search_initials] {
            hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
        }
        let mut sum = [0; 8];
        sum.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        Self { sum: i64::from_le_bytes(sum), full_text: None }
    }

    /// All of it.
    pub fn of(row: &Row) -> Self {
        Self { full_text: Some(full_text(row)), ..Self::sum_of(row) }
    }
}

/// Takes away what a row is found by.
pub(crate) fn remove(work: &Work<'_>, key: i64) -> Result<(), StoreError> {
    work.tx.prepare_cached("DELETE FROM view_search WHERE rowid = ?1")?.execute(params![key])?;
    work.tx.prepare_cached("DELETE FROM view_gram WHERE rowid = ?1")?.execute(params![key])?;
    Ok(())
}

/// Writes what a row is found by, where nothing of it stands.
pub(crate) fn index(work: &Work<'_>, key: i64, row: &Row, found: FoundBy) -> Result<(), StoreError> {
    let (text, grams) = found.full_text.unwrap_or_else(|| full_text(row));
    let insert = "INSERT INTO view_search (rowid, text) VALUES (?1, ?2)";
    work.tx.prepare_cached(insert)?.execute(params![key, text])?;
    let insert = "INSERT INTO view_gram (rowid, grams) VALUES (?1, ?2)";
    work.tx.prepare_cached(insert)?.execute(params![key, grams])?;
    Ok(())
}

/// A query as the two full-text tables take it: long parts, and short parts with the kinds.
struct Wanted {
    long: String,
    short: String,
}

/// A part as typed, or as it is spelled.
fn either(part: &str, spelled: Option<String>) -> String {
    let quoted = format!("\"{}\"", part.replace('"', "\"\""));
    match spelled.filter(|letters| letters != part) {
        Some(letters) => format!("({quoted} OR \"{letters}\")"),
        None => quoted,
    }
}

fn wanted(text: &str, kinds: &[&str]) -> Option<Wanted> {
    let (mut long, mut short) = (Vec::new(), Vec::new());
    for part in search_key::normalize(text).split_whitespace().take(SEARCH_PARTS_MAX) {
        if part.chars().count() >= TRIGRAM {
            long.push(either(part, search_key::letters_of(part)));
        } else {
            for run in part.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty()) {
                short.push(either(run, search_key::letters_of(run)));
            }
        }
    }
    if long.is_empty() && short.is_empty() {
        return None;
    }
    // Where there are short parts, the kind is one of them; else the rows found are asked.
    if !kinds.is_empty() && !short.is_empty() {
        let any: Vec<String> = kinds.iter().map(|k| format!("\"{}\"", kind_gram(k))).collect();
        short.push(format!("({})", any.join(" OR ")));
    }
    Some(Wanted { long: long.join(" AND "), short: short.join(" AND ") })
}

/// The statement for a query with long parts, short parts or both.
fn statement(long: bool, short: bool) -> String {
    let found = match (long, short) {
        (true, true) => include_str!("search/both.sql"),
        (true, false) => include_str!("search/long.sql"),
        (false, _) => include_str!("search/short.sql"),
    };
    let order = include_str!("search/order.sql");
    format!("SELECT r.* FROM ({found}) f CROSS JOIN view_row r ON r.id = f.id {order}")
}

/// All statements that a search may run, so that a test can read their plans.
#[doc(hidden)]
pub fn search_statements() -> [String; 3] {
    [statement(true, true), statement(true, false), statement(false, true)]
}

impl Store {
    /// Rows found by every part of the text, of these kinds or of all, the nearest to the beginning of a title first.
    pub fn search(&self, text: &str, kinds: &[&str], limit: u32) -> Result<Vec<ViewRow>, StoreError> {
        let Some(wanted) = wanted(text, kinds) else { return Ok(Vec::new()) };
        let sql = statement(!wanted.long.is_empty(), !wanted.short.is_empty());
        let listed = serde_json::to_string(kinds).unwrap_or_default();
        let first = text.split_whitespace().next().unwrap_or_default();
        let bound = named_params! { ":long": wanted.long, ":short": wanted.short, ":kinds": listed, ":first": first, ":limit": limit };
        self.read(|db| query::rows(db, &sql, bound))
    }
}
