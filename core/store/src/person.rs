//! What people are called whom records here name.
//!
//! Owns the table `person`. Refuses to know more of anybody than a name. Invariant: a person stands here only because a
//! state that was pulled names them, or because the phone is theirs.

use crate::column::id;
use crate::error::StoreError;
use crate::store::{Durability, Store, Work};
use gridwalk_model::{AccountId, RecordId, SpaceId, Timestamp, limits};
use rusqlite::{OptionalExtension as _, params};

/// A state that was pulled names these people.
pub(crate) fn met(work: &mut Work<'_>, record: RecordId, people: &[AccountId]) -> Result<(), StoreError> {
    // What nobody's account wrote, administration did by machine: that has a word, and no name.
    for person in people.iter().filter(|person| **person != AccountId::default()) {
        if work.met.insert(*person) {
            work.tx.prepare_cached(include_str!("person/met.sql"))?.execute(params![person.0, record.0])?;
        }
    }
    Ok(())
}

impl Store {
    /// What was pulled before this table was there names people too: those who wrote last, so that they can be asked.
    pub(crate) fn meet_those_held(&self) -> Result<(), StoreError> {
        let unmet =
            "SELECT NOT EXISTS (SELECT 1 FROM person WHERE record IS NOT NULL) AND EXISTS (SELECT 1 FROM space)";
        if self.read(|db| Ok(db.query_row(unmet, [], |r| r.get(0))?))? {
            self.write(Durability::Normal, |work| Ok(work.tx.execute(include_str!("person/held.sql"), [])?))?;
        }
        Ok(())
    }

    /// What a person is called, as far as it is known here.
    pub fn person(&self, account: AccountId) -> Result<Option<String>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT name FROM person WHERE account = ?1")?;
            Ok(statement.query_row(params![account.0], |r| r.get(0)).optional()?.flatten())
        })
    }

    /// Those whom this phone knows by this name.
    pub fn people_called(&self, name: &str) -> Result<Vec<AccountId>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT account FROM person WHERE name = ?1 ORDER BY account")?;
            let rows = statement.query_map(params![name], |r| id(r, "account", AccountId))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// People whose names it is time to ask, each with a record held that names them.
    pub fn people_to_ask(&self, now: Timestamp) -> Result<Vec<(AccountId, SpaceId, RecordId)>, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(include_str!("person/to_ask.sql"))?;
            let most = i64::try_from(limits::PEOPLE_ASKED_MAX).unwrap_or(i64::MAX);
            let unnamed = now.0.saturating_sub(limits::NAME_ASKED_AGAIN_MS);
            let named = now.0.saturating_sub(limits::NAME_HOLDS_MS);
            let rows = statement.query_map(params![unnamed, named, most], |r| {
                Ok((id(r, "account", AccountId)?, id(r, "space", SpaceId)?, id(r, "record", RecordId)?))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// These were asked at this time, and so many of them were named.
    pub fn keep_names(
        &self,
        asked: &[AccountId],
        named: &[(AccountId, String)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(Durability::Normal, |work| {
            let mut ask = work.tx.prepare_cached("UPDATE person SET asked_at = ?2 WHERE account = ?1")?;
            for account in asked {
                ask.execute(params![account.0, now.0])?;
            }
            let mut name = work.tx.prepare_cached(include_str!("person/named.sql"))?;
            for (account, told) in named {
                name.execute(params![account.0, told, now.0])?;
            }
            // Of somebody whom the server has forgotten nothing is left in the file either.
            if named.iter().any(|(_, told)| told.is_empty()) {
                work.tx.execute("UPDATE space SET remains = 1", [])?;
            }
            Ok(())
        })?;
        Ok(())
    }
}
