//! Divergences that nobody is told of, as tests plant them.
//!
//! Owns the ways around the store. Refuses to exist in what ships. Invariant: nothing but rows changes, and no view is
//! made anew but where a whole database is mended from what can be read of it.

use crate::error::StoreError;
use crate::store::Store;
use crate::{digest, record, space};
use gridwalk_model::exchange::digest_share;
use gridwalk_model::state_codec::{FOLD_VERSION, state_bytes};
use gridwalk_model::{RecordId, State};
use rusqlite::params;

impl Store {
    /// Runs SQL behind the store's back.
    pub fn behind_its_back(&self, sql: &str) -> Result<(), StoreError> {
        self.with_writer(|db| Ok(db.execute_batch(sql)?))
    }

    /// What the database, its indices and the checksums of its rows find wrong with it; `None` if nothing.
    pub fn wrong(&self) -> Result<Option<String>, StoreError> {
        self.read(|db| {
            let found: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
            if found != "ok" {
                return Ok(Some(found));
            }
            if db.prepare("PRAGMA foreign_key_check")?.exists([])? {
                return Ok(Some("a row refers to one that is not there".to_owned()));
            }
            for space in space::all(db)? {
                let all = digest::verify(db, space.space, None, usize::MAX >> 1)?;
                if let Some(row) = all.damaged.first() {
                    return Ok(Some(format!("the row of {} does not bear out its checksums", row.record)));
                }
            }
            Ok(None)
        })
    }

    /// Takes away the row of a record.
    pub fn lose_silently(&self, record: RecordId) -> Result<(), StoreError> {
        self.with_writer(|db| Ok(db.execute("DELETE FROM record WHERE record = ?1", params![record.0]).map(drop)?))
    }

    /// Takes away every own change from this save on; what is shown is made again without them. The numbers stay taken.
    pub fn lose_own_silently(&self, save: u64) -> Result<(), StoreError> {
        let lose = "DELETE FROM own_change WHERE save >= ?1";
        self.with_writer(|db| Ok(db.execute(lose, params![save.cast_signed()]).map(drop)?))?;
        self.rebuild_views(|_, _| {})
    }

    /// Damages the bytes of what is held of a record; its share of the digest stays what it was.
    pub fn damage_silently(&self, record: RecordId) -> Result<(), StoreError> {
        let damage = "UPDATE record SET state = CAST(x'00ff' || substr(state, 3) AS BLOB) WHERE record = ?1";
        self.with_writer(|db| Ok(db.execute(damage, params![record.0]).map(drop)?))
    }

    /// Puts this state into the place of what is held of its record, or beside it: sound in itself, under the keys under
    /// which `like` is held.
    pub fn put_silently(&self, state: &State, like: RecordId) -> Result<(), StoreError> {
        self.with_writer(|db| {
            let keys = "SELECT length(held_by) / 16 FROM record WHERE record = ?1";
            let keys: i64 = db.query_row(keys, params![like.0], |r| r.get(0))?;
            let share =
                digest_share(state.record, state.pos, FOLD_VERSION).wrapping_mul(u128::from(keys.unsigned_abs()));
            let (bytes, pos) = (state_bytes(state), state.pos.cast_signed());
            let row = params![state.record.0, like.0, bytes, record::sum(&bytes), pos, share.to_le_bytes()];
            db.execute(include_str!("silent/put.sql"), row)?;
            Ok(())
        })
    }
}
