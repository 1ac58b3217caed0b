//! Steps that did not take effect because the case had moved on: what their author must look at, until put aside.
//!
//! Owns the list of those in confirmed states, and what was put aside. Refuses to decide what took effect: that is
//! stamped at admission. Invariant: the list is a function of the confirmed states; what was put aside never returns.

use crate::column::{id, int, uint};
use crate::error::StoreError;
use crate::record;
use crate::store::{Durability, Store, Work};
use gridwalk_model::journal::Outcome;
use gridwalk_model::name::Mark;
use gridwalk_model::state::Step;
use gridwalk_model::{AccountId, Name, RecordId, ReplicaId, State};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// A step that did not take effect.
#[derive(Debug, Clone, PartialEq)]
pub struct OvertakenStep {
    /// The case.
    pub record: RecordId,
    /// The step.
    pub step: Step,
    /// The step that stood there by then, as far as the state still has it.
    pub by: Option<Step>,
}

/// Lists the overtaken steps of a record that is shown; `shown` is its predicted state. Only a record that `had_row` may
/// stand in the list.
pub(crate) fn index(work: &Work<'_>, shown: &State, had_row: bool) -> Result<(), StoreError> {
    if had_row {
        remove(work, shown.record)?;
    }
    if !has_any(shown) {
        return Ok(());
    }
    let Some(held) = record::confirmed(&work.tx, shown.record)? else { return Ok(()) };
    let mut put = work.tx.prepare_cached(include_str!("overtaken/put.sql"))?;
    for tag in held.state.steps.iter().filter(|s| is_overtaken(s)).map(|s| &s.tag) {
        put.execute(params![tag.author.0, shown.record.0, tag.id.replica.0, int(tag.id.seq), tag.id.mark.0])?;
    }
    Ok(())
}

/// Whether any step of a state was overtaken.
pub(crate) fn has_any(state: &State) -> bool {
    state.steps.iter().any(is_overtaken)
}

/// The record is not shown any more.
pub(crate) fn remove(work: &Work<'_>, record: RecordId) -> Result<(), StoreError> {
    work.tx.prepare_cached("DELETE FROM view_overtaken WHERE record = ?1")?.execute(params![record.0])?;
    Ok(())
}

fn is_overtaken(step: &Step) -> bool {
    step.outcome != Outcome::Applied
}

/// Records and names of an author's overtaken steps that were not put aside.
fn unseen(db: &Connection, author: AccountId) -> Result<BTreeMap<RecordId, Vec<Name>>, StoreError> {
    let mut statement = db.prepare_cached(include_str!("overtaken/unseen.sql"))?;
    let rows = statement.query_map(params![author.0], |r| {
        let (replica, seq, mark) = (id(r, "replica", ReplicaId)?, uint(r, "seq")?, id(r, "mark", Mark)?);
        Ok((id(r, "record", RecordId)?, Name { replica, seq, mark }))
    })?;
    let mut by_record: BTreeMap<RecordId, Vec<Name>> = BTreeMap::new();
    for row in rows {
        let (record, name) = row?;
        by_record.entry(record).or_default().push(name);
    }
    Ok(by_record)
}

impl Store {
    /// An author's steps that did not take effect and were not put aside, in the order of their times.
    pub fn overtaken(&self, author: AccountId) -> Result<Vec<OvertakenStep>, StoreError> {
        self.read(|db| {
            let mut list = Vec::new();
            for (record, names) in unseen(db, author)? {
                let Some(held) = record::confirmed(db, record)? else { continue };
                let steps = &held.state.steps;
                let found = |name: &Name| steps.iter().find(|s| s.tag.names.contains(name) || s.tag.id == *name);
                for step in names.iter().filter_map(found) {
                    let by = if let Outcome::Overtaken(Some(by)) = &step.outcome { found(by).cloned() } else { None };
                    list.push(OvertakenStep { record, step: step.clone(), by });
                }
            }
            list.sort_by_key(|o| o.step.tag.order());
            Ok(list)
        })
    }

    /// How many of an author's steps did not take effect and were not put aside.
    pub fn overtaken_count(&self, author: AccountId) -> Result<u64, StoreError> {
        self.read(|db| Ok(unseen(db, author)?.values().map(|names| names.len() as u64).sum()))
    }

    /// Puts an overtaken step aside: its author has looked at it.
    pub fn put_overtaken_aside(&self, step: Name) -> Result<(), StoreError> {
        self.write(Durability::Full, |work| {
            let insert = "INSERT OR IGNORE INTO seen_overtaken (replica, seq, mark) VALUES (?1, ?2, ?3)";
            work.tx.prepare_cached(insert)?.execute(params![step.replica.0, int(step.seq), step.mark.0])?;
            Ok(())
        })?;
        Ok(())
    }
}
