//! Counted: what a campaign's numbers are made of, read along indices without opening a record.
//!
//! Owns the statements on `view_counted`. Refuses to judge outcomes and to say which targets are one place: the model
//! does. Invariant: what is read here is what the list of the campaign says, target by target.

use crate::column::{id, maybe_id};
use crate::error::StoreError;
use crate::store::Store;
use gridwalk_model::coverage::{Entry, Standing};
use gridwalk_model::{RecordId, UnitId};
use rusqlite::named_params;
use std::collections::BTreeMap;

/// What a campaign's numbers are made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CampaignParts {
    /// The targets of its list.
    pub entries: Vec<Entry>,
    /// For each case that an attempt raised its status, where the case is here.
    pub raised: Vec<Option<String>>,
}

impl Store {
    /// What the numbers of a campaign are made of: all of its list that this phone holds.
    pub fn campaign_parts(&self, campaign: RecordId) -> Result<CampaignParts, StoreError> {
        self.read(|db| {
            let named = named_params! { ":campaign": campaign.0 };
            let (mut best, mut raised) = (BTreeMap::<RecordId, Standing>::new(), Vec::new());
            let mut statement = db.prepare_cached(include_str!("counted/attempts.sql"))?;
            let mut rows = statement.query(named)?;
            while let Some(row) = rows.next()? {
                let standing = best.entry(id(row, "target", RecordId)?).or_default();
                *standing = (*standing).max(Standing::of(row.get_ref("outcome")?.as_str().unwrap_or_default()));
                if maybe_id(row, "raised", RecordId)?.is_some() {
                    raised.push(row.get("status")?);
                }
            }
            let mut statement = db.prepare_cached(include_str!("counted/targets.sql"))?;
            let entries = statement.query_map(named, |row| {
                let target = id(row, "target", RecordId)?;
                Ok(Entry {
                    target,
                    unit: maybe_id(row, "unit", UnitId)?.unwrap_or_default(),
                    building: maybe_id(row, "building", RecordId)?,
                    place: maybe_id(row, "place", RecordId)?,
                    door: row.get("door")?,
                    standing: best.get(&target).copied().unwrap_or_default(),
                    found: row.get("found")?,
                    left: row.get("has_left")?,
                })
            })?;
            Ok(CampaignParts { entries: entries.collect::<Result<_, _>>()?, raised })
        })
    }
}
