//! What was deleted: found again by what it was called, and restored.
//!
//! Owns the lines. Refuses to restore. Invariant: what is here stands in
//! no other list.

use super::Reader;
use super::named::Named;
use gridwalk_model::kind::Kind;
use gridwalk_model::{AccountId, RecordId};
use gridwalk_store::StoreError;

/// A record that somebody deleted.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct DeletedLine {
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// What it was called.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// What it was below, as far as that is here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<Named>,
    /// Who deleted it.
    pub deleted_by: AccountId,
    /// What they are called, as far as it is known here.
    pub deleted_by_name: Option<String>,
}

impl Reader<'_> {
    /// Records that are deleted, of a kind or of all, the last deleted first.
    pub fn deleted(&self, kind: Option<Kind>, limit: u32) -> Result<Vec<DeletedLine>, StoreError> {
        let mut lines = Vec::new();
        for row in self.store.deleted(kind.map(Kind::name), limit)? {
            lines.push(DeletedLine {
                below: row.parent.map(|parent| self.title_of(parent)).transpose()?.flatten(),
                deleted_by_name: self.person(row.deleted_by)?,
                record: row.record,
                kind: row.kind,
                title: row.title,
                subtitle: row.subtitle,
                deleted_by: row.deleted_by,
            });
        }
        Ok(lines)
    }
}
