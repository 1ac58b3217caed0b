//! Making many rows at once: what a page or a rebuild brings.
//!
//! Owns the short way for plain records: held, alive, alone, without own changes, and without a row so far. Refuses the
//! others: they go the long way. Invariant: both ways write the same rows, and full text is written after all tables, as
//! a statement that may have to be undone in part makes SQLite flush what full text has gathered.

use super::{marks, settle_units, shown};
use crate::error::StoreError;
use crate::store::Work;
use crate::{overtaken, place, record, search};
use gridwalk_model::view::GroupView;
use gridwalk_model::{RecordId, SpaceId, State, UnitId};
use rusqlite::{OptionalExtension as _, params};
use std::collections::{BTreeMap, BTreeSet};

/// Fewer records than this are no bulk.
pub(super) const BULK_MIN: usize = 8;

/// A row that waits for its full text and its place on the map.
struct Written {
    record: RecordId,
    key: i64,
    unit: Option<UnitId>,
    shown: shown::Shown,
}

/// Makes the rows of the plain ones among these records; the others are returned.
pub(super) fn make_plain(work: &mut Work<'_>, touched: BTreeSet<RecordId>) -> Result<BTreeSet<RecordId>, StoreError> {
    let mut arrived = std::mem::take(&mut work.arrived);
    let own = records_of(work, "SELECT DISTINCT record FROM own_change WHERE lane = 0")?;
    let linked = records_of(work, "SELECT record FROM view_link UNION SELECT other FROM view_link")?;
    let (mut rest, mut written) = (BTreeSet::new(), Vec::new());
    let mut units = BTreeMap::new();
    for id in touched {
        let held = if own.contains(&id) || linked.contains(&id) || has_row(work, id)? {
            None
        } else {
            match arrived.remove(&id) {
                Some(found) => Some(found),
                None => record::confirmed(&work.tx, id)?.filter(|c| !c.leaving).map(|c| (c.space, c.state)),
            }
        };
        match held.filter(|(_, state)| !state.is_deleted() && state.links().is_empty()) {
            Some((space, state)) => written.push(write(work, space, &state, &mut units)?),
            None => {
                rest.insert(id);
            }
        }
    }
    settle_children(work, &written)?;
    for row in &written {
        search::index(work, row.key, Some(&row.shown.row))?;
        place::index(work, row.key, row.shown.row.point, row.shown.boundary.as_ref())?;
    }
    Ok(rest)
}

fn records_of(work: &Work<'_>, sql: &str) -> Result<BTreeSet<RecordId>, StoreError> {
    let mut statement = work.tx.prepare_cached(sql)?;
    let rows = statement.query_map([], |r| r.get(0).map(RecordId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn has_row(work: &Work<'_>, record: RecordId) -> Result<bool, StoreError> {
    Ok(super::key_of(work, record)?.is_some())
}

/// The unit that a row has, if there is such a row; asked once for each parent.
fn unit_of(
    work: &Work<'_>,
    parent: RecordId,
    units: &mut BTreeMap<RecordId, Option<UnitId>>,
) -> Result<Option<UnitId>, StoreError> {
    if let Some(known) = units.get(&parent) {
        return Ok(*known);
    }
    let mut statement = work.tx.prepare_cached("SELECT unit FROM view_row WHERE record = ?1")?;
    let found: Option<Option<[u8; 16]>> = statement.query_row(params![parent.0], |r| r.get(0)).optional()?;
    let unit = found.flatten().map(UnitId);
    units.insert(parent, unit);
    Ok(unit)
}

fn write(
    work: &Work<'_>,
    space: SpaceId,
    state: &State,
    units: &mut BTreeMap<RecordId, Option<UnitId>>,
) -> Result<Written, StoreError> {
    let shown = shown::shown(&GroupView::alone(state));
    let flags = marks(&shown);
    overtaken::index(work, state)?;
    let row = &shown.row;
    let (own_unit, parent) = (row.units.first().copied(), row.parents.first().copied());
    let of_parent = match parent.filter(|_| shown.inherits) {
        Some(parent) => unit_of(work, parent, units)?,
        None => None,
    };
    let unit = of_parent.or(own_unit);
    units.insert(state.record, unit);
    work.tx.prepare_cached(include_str!("insert.sql"))?.execute(params![
        state.record.0,
        space.0,
        row.kind,
        row.title,
        row.subtitle,
        row.status,
        flags,
        flags & super::flag::DISAGREEMENT != 0,
        row.sort,
        own_unit.map(|u| u.0),
        unit.map(|u| u.0),
        parent.map(|p| p.0),
        shown.inherits,
        shown.changed_at.0,
        shown.changed_by.0,
        row.point.map(|p| p.lat_e7),
        row.point.map(|p| p.lon_e7)
    ])?;
    Ok(Written { record: state.record, key: work.tx.last_insert_rowid(), unit, shown })
}

/// What was there before its parent takes its parent's unit.
fn settle_children(work: &Work<'_>, written: &[Written]) -> Result<(), StoreError> {
    let mut moved = BTreeSet::new();
    let mut below = work.tx.prepare_cached(include_str!("unsettled.sql"))?;
    for row in written {
        if below.exists(params![row.record.0, row.unit.map(|u| u.0)])? {
            moved.insert(row.record);
        }
    }
    drop(below);
    settle_units(work, &moved)
}
