//! Drafts: forms that a person has open, with what stood on the screen when they began.
//!
//! Owns their rows. Refuses to know forms. Invariant: a draft goes only when it is saved or discarded by a person:
//! never with the record, never with a page.

use crate::column::id;
use crate::error::StoreError;
use crate::store::{Durability, Store, Work};
use crate::{predict, record, space};
use gridwalk_model::id::DraftId;
use gridwalk_model::{Basis, RecordId, SpaceId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// What opens a draft.
#[derive(Debug, Clone)]
pub struct DraftRequest {
    /// Its id, made by the caller.
    pub draft: DraftId,
    /// The record.
    pub record: RecordId,
    /// The space.
    pub space: SpaceId,
    /// The record's kind.
    pub kind: String,
    /// What is typed so far, as JSON.
    pub content: String,
    /// The phone's time.
    pub opened_at: Timestamp,
}

/// An open form.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Its id.
    pub draft: DraftId,
    /// The record.
    pub record: RecordId,
    /// The space.
    pub space: SpaceId,
    /// The record's kind.
    pub kind: String,
    /// What stood on the screen when it was opened.
    pub basis: Basis,
    /// What is typed so far, as JSON.
    pub content: String,
    /// The last complete page that the phone knew then.
    pub heard: Timestamp,
    /// When it was opened.
    pub opened_at: Timestamp,
}

impl Draft {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let bytes: Vec<u8> = row.get("basis")?;
        let basis = Basis::from_bytes(&bytes)
            .map_err(|e| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, Box::new(e)))?;
        Ok(Self {
            draft: id(row, "draft", DraftId)?,
            record: id(row, "record", RecordId)?,
            space: id(row, "space", SpaceId)?,
            kind: row.get("kind")?,
            basis,
            content: row.get("content")?,
            heard: Timestamp(row.get("heard")?),
            opened_at: Timestamp(row.get("opened_at")?),
        })
    }
}

pub(crate) fn find(db: &Connection, draft: DraftId) -> Result<Option<Draft>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM draft WHERE draft = ?1")?;
    Ok(statement.query_row(params![draft.0], Draft::from_row).optional()?)
}

pub(crate) fn all(db: &Connection) -> Result<Vec<Draft>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM draft ORDER BY opened_at, draft")?;
    Ok(statement.query_map([], Draft::from_row)?.collect::<Result<_, _>>()?)
}

/// The form was saved or thrown away.
pub(crate) fn close(work: &mut Work<'_>, draft: DraftId) -> Result<(), StoreError> {
    let found = find(&work.tx, draft)?.ok_or(StoreError::NotFound)?;
    work.tx.prepare_cached("DELETE FROM draft WHERE draft = ?1")?.execute(params![draft.0])?;
    work.touched.insert(found.record);
    Ok(())
}

impl Store {
    /// Opens a form on a record; its basis is what stands on the screen now.
    pub fn open_draft(&self, request: &DraftRequest) -> Result<Basis, StoreError> {
        let (basis, _) = self.write(Durability::Full, |work| {
            let mut basis = predict::basis(&work.tx, request.record, request.opened_at)?;
            basis.draft = Some(request.draft);
            let heard = space::of(&work.tx, request.space)?.heard;
            let insert = "INSERT INTO draft VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
            work.tx.prepare_cached(insert)?.execute(params![
                request.draft.0,
                request.record.0,
                request.space.0,
                request.kind,
                basis.to_bytes(),
                request.content,
                heard.0,
                request.opened_at.0
            ])?;
            Ok(basis)
        })?;
        Ok(basis)
    }

    /// Keeps what is typed so far.
    pub fn keep_draft(&self, draft: DraftId, content: &str) -> Result<(), StoreError> {
        let (kept, _) = self.write(Durability::Full, |work| {
            let update = "UPDATE draft SET content = ?2 WHERE draft = ?1";
            Ok(work.tx.prepare_cached(update)?.execute(params![draft.0, content])?)
        })?;
        if kept == 0 { Err(StoreError::NotFound) } else { Ok(()) }
    }

    /// Throws a draft away; the only way that one is lost, and only by a person.
    pub fn discard_draft(&self, draft: DraftId) -> Result<(), StoreError> {
        self.write(Durability::Full, |work| {
            let found = find(&work.tx, draft)?.ok_or(StoreError::NotFound)?;
            close(work, draft)?;
            record::settle(work, found.record)
        })?;
        Ok(())
    }

    /// A draft.
    pub fn draft(&self, draft: DraftId) -> Result<Option<Draft>, StoreError> {
        self.read(|db| find(db, draft))
    }

    /// All drafts, oldest first.
    pub fn drafts(&self) -> Result<Vec<Draft>, StoreError> {
        self.read(all)
    }

    /// How many drafts are open on a record.
    pub fn drafts_on(&self, record: RecordId) -> Result<u64, StoreError> {
        let count = "SELECT count(*) FROM draft WHERE record = ?1";
        self.read(|db| Ok(db.prepare_cached(count)?.query_row(params![record.0], |r| r.get::<_, i64>(0))?))
            .map(i64::cast_unsigned)
    }
}
