//! Making many rows at once: what a page or a rebuild brings.
//!
//! Owns the short way for plain records: held, alive, alone, without own changes, and without a row so far. Refuses the
//! others: they go the long way. Invariant: both ways write the same rows, and full text is written after all tables, as
//! a statement that may have to be undone in part makes SQLite flush what full text has gathered.

use super::shown::Shown;
use super::write::{self, Place, Units, Written};
use super::{marks, shown};
use crate::error::StoreError;
use crate::search::FoundBy;
use crate::store::{Arrived, Made, Work};
use crate::{overtaken, record};
use gridwalk_model::view::GroupView;
use gridwalk_model::{RecordId, SpaceId, State};
use std::collections::BTreeSet;

/// Fewer records than this are no bulk.
pub(super) const BULK_MIN: usize = 8;

/// Whether so many records are made the short way.
pub(crate) const fn are_many(records: usize) -> bool {
    records >= BULK_MIN
}

/// The row of a plain record, made before there is a transaction.
pub(crate) struct Ready {
    shown: Shown,
    found: FoundBy,
}

impl Ready {
    /// The row of a record that nobody ever deleted, neither linked nor from another space, and has no overtaken steps.
    pub fn of(state: &State) -> Option<Self> {
        let plain = state.deletes.is_empty() && state.links().is_empty() && state.origins().is_empty();
        if !plain || overtaken::has_any(state) {
            return None;
        }
        let shown = shown::shown(&GroupView::alone(state));
        let found = FoundBy::of(&shown.row);
        Some(Self { shown, found })
    }
}

/// Makes the rows of the plain ones among these records; the others are returned.
pub(super) fn make_plain(work: &mut Work<'_>, touched: BTreeSet<RecordId>) -> Result<BTreeSet<RecordId>, StoreError> {
    let mut arrived = std::mem::take(&mut work.arrived);
    let own = records_of(work, "SELECT record FROM own_change INDEXED BY own_change_outbox WHERE lane = 0")?;
    let mut linked = records_of(work, "SELECT record FROM view_link UNION SELECT other FROM view_link")?;
    linked.extend(records_of(work, "SELECT old FROM view_origin UNION SELECT record FROM view_origin")?);
    let (mut rest, mut written) = (BTreeSet::new(), Vec::new());
    let mut units = Units::default();
    for id in touched {
        let ready =
            if own.contains(&id) || linked.contains(&id) { None } else { ready(work, id, arrived.remove(&id))? };
        let row = match ready {
            Some((space, ready)) => write(work, &mut units, (space, id), ready)?,
            None => None,
        };
        match row {
            Some(row) => written.push(row),
            None => {
                rest.insert(id);
            }
        }
    }
    write::finish(work, written)?;
    Ok(rest)
}

/// The row of a record as it arrived, or as it stands; `None` if it is no plain one.
fn ready(work: &Work<'_>, record: RecordId, arrived: Option<Arrived>) -> Result<Option<(SpaceId, Ready)>, StoreError> {
    let (space, state) = match arrived {
        Some(Arrived { space, of: Made::Row(ready) }) => return Ok(Some((space, *ready))),
        Some(Arrived { space, of: Made::State(state) }) => (space, *state),
        None => match record::confirmed(&work.tx, record)?.filter(|c| !c.leaving) {
            Some(held) => (held.space, held.state),
            None => return Ok(None),
        },
    };
    Ok(Ready::of(&state).map(|ready| (space, ready)))
}

fn records_of(work: &Work<'_>, sql: &str) -> Result<BTreeSet<RecordId>, StoreError> {
    let mut statement = work.tx.prepare_cached(sql)?;
    let rows = statement.query_map([], |r| r.get(0).map(RecordId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn write(
    work: &Work<'_>,
    units: &mut Units,
    (space, record): (SpaceId, RecordId),
    Ready { shown, found }: Ready,
) -> Result<Option<Written>, StoreError> {
    let at = Place { space, record, shown_as: None, flags: marks(&shown) };
    write::write(work, units, &at, shown, Some(found), None)
}
