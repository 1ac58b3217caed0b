//! Pictures on this phone: which bytes are here, what they belong to, and whether the server is to be given them.
//!
//! Owns the table `picture` and when a file goes. Refuses to know what a picture shows. Invariant: a file that the server
//! is still to be given goes with nothing but the purge or the wipe; each other one goes when what it belongs to does.

mod folder;

use crate::column::id;
use crate::error::StoreError;
use crate::save::SaveRequest;
use crate::store::{Durability, Store, Work};
pub(crate) use folder::Folder;
use gridwalk_model::hash::Hash;
use gridwalk_model::limits;
use gridwalk_model::op::ATTACHED;
use gridwalk_model::picture::hash_of;
use gridwalk_model::wish::Wish;
use gridwalk_model::{RecordId, SpaceId, Timestamp};
use rusqlite::{Connection, Row, named_params, params};
use std::collections::BTreeSet;

/// A picture that the server is still to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingPicture {
    /// Its content.
    pub hash: Hash,
    /// What it is attached to.
    pub record: RecordId,
    /// The space that the change was written for.
    pub space: SpaceId,
}

/// How a picture stands on this phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureStanding {
    /// Its bytes are here, and at the server as far as this phone is to see to that.
    Here,
    /// Its bytes are here, and the server is still to be given them.
    Waits,
    /// Its bytes are not here yet.
    Elsewhere,
}

impl PictureStanding {
    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Waits => "waits",
            Self::Elsewhere => "elsewhere",
        }
    }
}

/// What a save says about pictures, in its transaction.
pub(crate) fn saved(work: &Work<'_>, request: &SaveRequest) -> Result<(), StoreError> {
    for wish in &request.wishes {
        let (element, comes) = match wish {
            Wish::Attach { element } => (element, true),
            Wish::Add { set, element } if set == ATTACHED => (element, true),
            Wish::Remove { set, element } if set == ATTACHED => (element, false),
            _ => continue,
        };
        let Some(hash) = hash_of(element) else { continue };
        if comes {
            work.tx.prepare_cached(include_str!("picture/attach.sql"))?.execute(named_params! {
                ":hash": hash.0, ":record": request.record.0, ":space": request.space.0, ":at": request.typed_at.0,
            })?;
            let unnamed = "DELETE FROM picture WHERE hash = ?1 AND length(record) = 0";
            work.tx.prepare_cached(unnamed)?.execute(params![hash.0])?;
        } else {
            let gone = "UPDATE picture SET waits = 0, gone_at = ?3 WHERE hash = ?1 AND record = ?2";
            work.tx.prepare_cached(gone)?.execute(params![hash.0, request.record.0, request.typed_at.0])?;
        }
    }
    Ok(())
}

/// Another timeline of a space began: what this phone took is offered to its server again.
pub(crate) fn give_back(work: &Work<'_>, space: SpaceId) -> Result<(), StoreError> {
    let offered = "UPDATE picture SET waits = 1 WHERE space = ?1 AND gone_at IS NULL";
    work.tx.prepare_cached(offered)?.execute(params![space.0])?;
    Ok(())
}

/// What the server is still to be given.
pub(crate) fn waiting(db: &Connection) -> Result<Vec<WaitingPicture>, StoreError> {
    let mut statement = db.prepare_cached(include_str!("picture/waiting.sql"))?;
    let row = |r: &Row<'_>| {
        let (hash, record) = (id(r, "hash", Hash)?, id(r, "record", RecordId)?);
        Ok(WaitingPicture { hash, record, space: id(r, "space", SpaceId)? })
    };
    Ok(statement.query_map([], row)?.collect::<Result<_, _>>()?)
}

/// The server has it, or will never take it.
pub(crate) fn settle(work: &Work<'_>, waiting: &WaitingPicture) -> Result<(), StoreError> {
    let sql = "UPDATE picture SET waits = 0 WHERE hash = ?1 AND record = ?2";
    work.tx.prepare_cached(sql)?.execute(params![waiting.hash.0, waiting.record.0])?;
    Ok(())
}

/// A row that is to go.
fn dropped(db: &Connection, now: Timestamp) -> Result<Vec<(Hash, Vec<u8>)>, StoreError> {
    let mut statement = db.prepare_cached(include_str!("picture/dropped.sql"))?;
    let times = named_params! {
        ":unnamed": now.0.saturating_sub(limits::PICTURE_UNNAMED_MS),
        ":taken_away": now.0.saturating_sub(limits::SENT_KEPT_MS),
    };
    let row = |r: &Row<'_>| Ok((id(r, "hash", Hash)?, r.get("record")?));
    Ok(statement.query_map(times, row)?.collect::<Result<_, _>>()?)
}

fn named(db: &Connection) -> Result<BTreeSet<Hash>, StoreError> {
    let mut statement = db.prepare_cached("SELECT DISTINCT hash FROM picture")?;
    Ok(statement.query_map([], |r| id(r, "hash", Hash))?.collect::<Result<_, _>>()?)
}

impl Store {
    /// Keeps a picture that is still to be attached; when it returns, its bytes are on the disk. Gives its content's hash.
    pub fn keep_picture(&self, bytes: &[u8], now: Timestamp) -> Result<Hash, StoreError> {
        self.keep(None, bytes, now)
    }

    /// Keeps a picture of a record that the server gave.
    pub fn keep_fetched_picture(&self, record: RecordId, bytes: &[u8], now: Timestamp) -> Result<Hash, StoreError> {
        self.keep(Some(record), bytes, now)
    }

    fn keep(&self, record: Option<RecordId>, bytes: &[u8], now: Timestamp) -> Result<Hash, StoreError> {
        let hash = Hash::of_content(bytes);
        let record = record.map_or(Vec::new(), |record| record.0.to_vec());
        self.write(Durability::Full, |work| {
            let row = named_params! { ":hash": hash.0, ":record": record, ":at": now.0 };
            Ok(work.tx.prepare_cached(include_str!("picture/keep.sql"))?.execute(row)?)
        })?;
        self.folder().put(hash, bytes)?;
        Ok(hash)
    }

    /// The bytes of a picture, if they are here; an error if they are not what they were.
    pub fn picture(&self, hash: Hash) -> Result<Option<Vec<u8>>, StoreError> {
        self.folder().get(hash)
    }

    /// How a record's picture stands here.
    pub fn picture_standing(&self, record: RecordId, hash: Hash) -> Result<PictureStanding, StoreError> {
        if !self.folder().has(hash) {
            return Ok(PictureStanding::Elsewhere);
        }
        let waits = self.read(|db| {
            let sql = "SELECT 1 FROM picture WHERE hash = ?1 AND record = ?2 AND waits = 1";
            Ok(db.prepare_cached(sql)?.exists(params![hash.0, record.0])?)
        })?;
        Ok(if waits { PictureStanding::Waits } else { PictureStanding::Here })
    }

    /// The pictures that the server is still to be given, the oldest first.
    pub fn pictures_waiting(&self) -> Result<Vec<WaitingPicture>, StoreError> {
        self.read(waiting)
    }

    /// The server has a picture's bytes, or will never take them.
    pub fn picture_settled(&self, waiting: &WaitingPicture) -> Result<(), StoreError> {
        self.write(Durability::Full, |work| settle(work, waiting))?;
        Ok(())
    }

    /// Removes the files of what is no longer held, of what was taken away long ago, and of what nobody saved; how many.
    pub fn drop_pictures(&self, now: Timestamp) -> Result<usize, StoreError> {
        // Looked at before the rows are: whoever keeps one meanwhile has made its row before its file.
        let files = self.folder().files()?;
        if files.is_empty() {
            return Ok(0);
        }
        let dropped = self.read(|db| dropped(db, now))?;
        if !dropped.is_empty() {
            self.write(Durability::Full, |work| {
                let mut delete = work.tx.prepare_cached("DELETE FROM picture WHERE hash = ?1 AND record = ?2")?;
                Ok(dropped.iter().try_for_each(|(hash, record)| delete.execute(params![hash.0, record]).map(drop))?)
            })?;
        }
        let kept = self.read(named)?;
        self.folder().keep_only(&files, &kept)
    }

    /// Brings what was kept in the clear under the key that the database has now.
    pub(crate) fn seal_pictures(&self) -> Result<(), StoreError> {
        self.read(named)?.into_iter().try_for_each(|hash| self.folder().seal_clear(hash))
    }

    /// After the purge: no picture is left.
    pub(crate) fn purge_pictures(&self) -> Result<(), StoreError> {
        self.folder().keep_only(&self.folder().files()?, &BTreeSet::new()).map(drop)
    }
}
