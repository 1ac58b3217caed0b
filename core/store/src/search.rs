//! Search: records by any part of a name or number, and by pinyin initials.
//!
//! Owns the full-text tables. Refuses to rank people. Invariant: a part of one or two characters finds as surely as a
//! longer one, and no query reads the records.

use crate::error::StoreError;
use crate::query::{self, ViewRow};
use crate::store::{Store, Work};
use gridwalk_model::exchange::Backfill;
use gridwalk_model::limits::SEARCH_PARTS_MAX;
use gridwalk_model::row::Row;
use gridwalk_model::search_key;
use rusqlite::{named_params, params};

/// Parts of fewer characters are looked up whole.
const TRIGRAM: usize = 3;

/// Every part of one or two characters of a text, in their order, and its kind.
fn grams(row: &Row) -> String {
    // A part as a number: its first character, then its second or none. Numbers sort as the parts do, and faster.
    let mut parts: Vec<u64> = Vec::with_capacity(row.search_text.len() + 2 * row.search_initials.len());
    let mut before = 0;
    for c in row.search_text.chars().chain([' ']).chain(row.search_initials.chars()) {
        let alone = u64::from(u32::from(c)) << 32;
        let is_part = is_word(c);
        if is_part {
            parts.push(alone);
            if before > 0 {
                parts.push(before | alone >> 32);
            }
        }
        before = if is_part { alone } else { 0 };
    }
    parts.sort_unstable();
    parts.dedup();
    let mut all = String::with_capacity(8 * parts.len() + 32);
    for part in parts {
        all.extend([part >> 32, part & u64::from(u32::MAX)].into_iter().filter_map(character));
        all.push(' ');
    }
    all.push_str(&kind_gram(&row.kind));
    all
}

/// Whether a character stands in parts; what does not stands between them.
fn is_word(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() }
}

/// The character of a part's half, if there is one.
fn character(half: u64) -> Option<char> {
    u32::try_from(half).ok().filter(|c| *c > 0).and_then(char::from_u32)
}

/// The kind as a word that no text contains.
fn kind_gram(kind: &str) -> String {
    let plain: String = kind.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
    format!("__{plain}")
}

/// What the two full-text tables hold of a row: its text, and its short parts.
pub(crate) type FullText = (String, String);

/// The full text of a row.
#[doc(hidden)]
pub fn full_text(row: &Row) -> FullText {
    (format!("{}\n{}", row.search_text, row.search_initials), grams(row))
}

/// What a row is found by.
pub(crate) struct FoundBy {
    /// A sum of it: where it is the same, nothing is written again.
    pub sum: i64,
    /// What the two full-text tables hold, if that was made already.
    full_text: Option<FullText>,
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

    /// What the two full-text tables hold.
    pub fn full_text(self, row: &Row) -> FullText {
        self.full_text.unwrap_or_else(|| full_text(row))
    }
}

/// Takes away what a row is found by.
pub(crate) fn remove(work: &Work<'_>, key: i64) -> Result<(), StoreError> {
    work.tx.prepare_cached("DELETE FROM view_search WHERE rowid = ?1")?.execute(params![key])?;
    work.tx.prepare_cached("DELETE FROM view_gram WHERE rowid = ?1")?.execute(params![key])?;
    Ok(())
}

/// Writes what rows are found by, in the order of their keys, where nothing of it stands: one table after the other, as each gathers what it gets in
/// memory, and both at once do not fit into a processor's cache.
pub(crate) fn index(work: &Work<'_>, found: &[(i64, FullText)]) -> Result<(), StoreError> {
    let mut insert = work.tx.prepare_cached("INSERT INTO view_search (rowid, text) VALUES (?1, ?2)")?;
    for (key, (text, _)) in found {
        insert.execute(params![key, text])?;
    }
    let mut insert = work.tx.prepare_cached("INSERT INTO view_gram (rowid, grams) VALUES (?1, ?2)")?;
    for (key, (_, grams)) in found {
        insert.execute(params![key, grams])?;
    }
    Ok(())
}

/// How many segments of full text are merged into one: SQLite's own number.
const SEGMENTS: i64 = 4;
/// The same while a backfill runs: nobody searches for most of what comes, so more of it may wait.
const SEGMENTS_OF_BACKFILL: i64 = 8;

/// Before a page is written: full text is merged more seldom from the first page of a backfill until its last.
pub(crate) fn merge_for(work: &Work<'_>, before: Backfill, after: Backfill) -> Result<(), StoreError> {
    let runs = |backfill| matches!(backfill, Backfill::After(_));
    if runs(before) == runs(after) {
        return Ok(());
    }
    let segments = if runs(after) { SEGMENTS_OF_BACKFILL } else { SEGMENTS };
    for table in ["view_search", "view_gram"] {
        let set = format!("INSERT INTO {table} ({table}, rank) VALUES ('automerge', ?1)");
        work.tx.prepare_cached(&set)?.execute(params![segments])?;
    }
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
