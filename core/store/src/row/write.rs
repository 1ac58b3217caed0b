//! Writing one row: its columns, then what it is found by and where it is on the map.
//!
//! Owns the statements on `view_row` and how a unit passes down. Refuses to choose what a row says. Invariant: full text
//! is written after all tables, as a statement that may have to be undone in part makes SQLite flush what full text has
//! gathered; what a row is found by is written again only where it changed.

use super::{Shown, flag};
use crate::column::{id, maybe_id};
use crate::error::StoreError;
use crate::place;
use crate::search::{self, FoundBy};
use crate::store::Work;
use gridwalk_model::coverage::Counted;
use gridwalk_model::kind::Kind;
use gridwalk_model::{RecordId, SpaceId, UnitId};
use rusqlite::{OptionalExtension as _, Row, params};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What indices hold of a row: where lists find it, and in which order.
#[derive(PartialEq, Eq)]
struct Listed<'a> {
    front: bool,
    shown_as: Option<RecordId>,
    kind: Cow<'a, str>,
    status: Cow<'a, str>,
    at_odds: bool,
    sort: Cow<'a, str>,
    unit: Option<UnitId>,
    parent: Option<RecordId>,
}

/// What stood of a row before.
pub(super) struct Before {
    key: i64,
    listed: Listed<'static>,
    found_by: Option<i64>,
    point: Option<(i32, i32)>,
    bounded: bool,
}

impl Before {
    /// What stands of a record's row, if it has one.
    pub fn of(work: &Work<'_>, record: RecordId) -> Result<Option<Self>, StoreError> {
        let mut statement = work.tx.prepare_cached(include_str!("before.sql"))?;
        Ok(statement.query_row(params![record.0], Self::from_row).optional()?)
    }

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let (lat, lon): (Option<i32>, Option<i32>) = (row.get("lat_e7")?, row.get("lon_e7")?);
        let listed = Listed {
            front: row.get("front")?,
            shown_as: maybe_id(row, "shown_as", RecordId)?,
            kind: row.get::<_, String>("kind")?.into(),
            status: row.get::<_, String>("status")?.into(),
            at_odds: row.get("at_odds")?,
            sort: row.get::<_, String>("sort")?.into(),
            unit: maybe_id(row, "unit", UnitId)?,
            parent: maybe_id(row, "parent", RecordId)?,
        };
        Ok(Self {
            key: row.get("id")?,
            bounded: [Kind::Unit.name(), Kind::Boundary.name()].contains(&&*listed.kind),
            listed,
            found_by: row.get("found_by")?,
            point: lat.zip(lon),
        })
    }
}

/// Units of parents, each asked for once.
#[derive(Default)]
pub(super) struct Units(BTreeMap<RecordId, Option<UnitId>>);

impl Units {
    fn of(&mut self, work: &Work<'_>, parent: RecordId) -> Result<Option<UnitId>, StoreError> {
        if let Some(known) = self.0.get(&parent) {
            return Ok(*known);
        }
        let mut statement = work.tx.prepare_cached("SELECT unit FROM view_row WHERE record = ?1")?;
        let unit = statement.query_row(params![parent.0], |r| maybe_id(r, "unit", UnitId)).optional()?.flatten();
        self.0.insert(parent, unit);
        Ok(unit)
    }
}

/// A row that waits for its full text and its place on the map.
pub(super) struct Written {
    record: RecordId,
    key: i64,
    unit: Option<UnitId>,
    found: Option<FoundBy>,
    shown: Shown,
    before: Option<Before>,
}

/// What a row says besides what is shown of it.
pub(super) struct Place {
    pub space: SpaceId,
    pub record: RecordId,
    /// The front of its group, if that is another record.
    pub shown_as: Option<RecordId>,
    pub flags: u32,
}

/// Writes a row's columns, new or in place of what stood there; `None` if a row stands there against what was thought.
/// `found` is what it is found by, if that is known.
pub(super) fn write(
    work: &Work<'_>,
    units: &mut Units,
    at: &Place,
    shown: Shown,
    found: Option<FoundBy>,
    before: Option<Before>,
) -> Result<Option<Written>, StoreError> {
    let row = &shown.row;
    let (own_unit, parent) = (row.units.first().copied(), row.parents.first().copied());
    let of_parent = match parent.filter(|_| shown.inherits) {
        Some(parent) => units.of(work, parent)?,
        None => None,
    };
    let unit = of_parent.or(own_unit);
    let found = at.shown_as.is_none().then(|| found.unwrap_or_else(|| FoundBy::sum_of(row)));
    let listed = Listed {
        front: at.shown_as.is_none(),
        shown_as: at.shown_as,
        kind: row.kind.as_str().into(),
        status: row.status.as_str().into(),
        at_odds: at.flags & flag::DISAGREEMENT != 0,
        sort: row.sort.as_str().into(),
        unit,
        parent,
    };
    // A statement that names a column puts its rows into the indices of it anew, also where it says the same.
    let sql = match &before {
        None => include_str!("insert.sql"),
        Some(before) if before.listed == listed => include_str!("update_unlisted.sql"),
        Some(_) => include_str!("update.sql"),
    };
    let done = work.tx.prepare_cached(sql)?.execute(params![
        at.record.0,
        at.space.0,
        listed.front,
        listed.shown_as.map(|r| r.0),
        listed.kind,
        row.title,
        row.subtitle,
        listed.status,
        at.flags,
        listed.at_odds,
        listed.sort,
        own_unit.map(|u| u.0),
        unit.map(|u| u.0),
        parent.map(|p| p.0),
        shown.inherits,
        shown.changed_at.0,
        shown.changed_by.0,
        row.point.map(|p| p.lat_e7),
        row.point.map(|p| p.lon_e7),
        found.as_ref().map(|f| f.sum)
    ])?;
    if done == 0 {
        return Ok(None);
    }
    if let Some(counted) = &row.counted {
        count(work, at.record, counted)?;
    } else if before.is_some() && row.kind == Kind::Attempt.name() {
        work.tx.prepare_cached("DELETE FROM view_counted WHERE record = ?1")?.execute(params![at.record.0])?;
    }
    units.0.insert(at.record, unit);
    let key = before.as_ref().map_or_else(|| work.tx.last_insert_rowid(), |b| b.key);
    Ok(Some(Written { record: at.record, key, unit, found, shown, before }))
}

fn count(work: &Work<'_>, record: RecordId, counted: &Counted) -> Result<(), StoreError> {
    let Counted { place, building, door, found, left, raised } = counted;
    let id = |id: &Option<RecordId>| id.map(|r| r.0);
    let sql = "INSERT OR REPLACE INTO view_counted (record, place, building, door, found, has_left, raised) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let mut insert = work.tx.prepare_cached(sql)?;
    insert.execute(params![record.0, id(place), id(building), door, found, left, id(raised)])?;
    Ok(())
}

/// Takes a row away, with all that it is found by; what is below it keeps its own unit.
pub(super) fn take_away(work: &Work<'_>, record: RecordId) -> Result<(), StoreError> {
    let Some(before) = Before::of(work, record)? else { return Ok(()) };
    search::remove(work, before.key)?;
    place::remove(work, before.key)?;
    work.tx.prepare_cached("DELETE FROM view_row WHERE id = ?1")?.execute(params![before.key])?;
    work.tx.prepare_cached("DELETE FROM view_counted WHERE record = ?1")?.execute(params![record.0])?;
    pass_down(work, record, None)
}

/// Does what waits for all rows to be written: units pass down, then full text and the map.
pub(super) fn finish(work: &Work<'_>, mut written: Vec<Written>) -> Result<(), StoreError> {
    for row in &written {
        if row.before.as_ref().is_none_or(|b| b.listed.unit != row.unit) {
            pass_down(work, row.record, row.unit)?;
        }
    }
    // Full text flushes what it has gathered whenever a key is less than the one before.
    written.sort_unstable_by_key(|row| row.key);
    let mut found = Vec::new();
    for row in written {
        let before = row.before.as_ref();
        if before.and_then(|b| b.found_by) != row.found.as_ref().map(|f| f.sum) {
            if before.is_some_and(|b| b.found_by.is_some()) {
                search::remove(work, row.key)?;
            }
            found.extend(row.found.map(|found| (row.key, found.full_text(&row.shown.row))));
        }
        let point = row.shown.row.point.map(|p| (p.lat_e7, p.lon_e7));
        let bounded = row.shown.boundary.is_some();
        if bounded || before.map_or(point.is_some(), |b| b.bounded || b.point != point) {
            if before.is_some_and(|b| b.bounded || b.point.is_some()) {
                place::remove(work, row.key)?;
            }
            place::index(work, row.key, row.shown.row.point, row.shown.boundary.as_ref())?;
        }
    }
    search::index(work, &found)
}

/// What is below a place takes the place's unit; a move reaches all that is below.
fn pass_down(work: &Work<'_>, record: RecordId, unit: Option<UnitId>) -> Result<(), StoreError> {
    let mut queue = vec![(record, unit)];
    let mut find = work.tx.prepare_cached(include_str!("unsettled.sql"))?;
    while let Some((above, unit)) = queue.pop() {
        let rows = find.query_map(params![above.0, unit.map(|u| u.0)], |r| {
            Ok((id(r, "record", RecordId)?, maybe_id(r, "should", UnitId)?))
        })?;
        let unsettled: Vec<(RecordId, Option<UnitId>)> = rows.collect::<Result<_, _>>()?;
        for (child, should) in unsettled {
            let update = "UPDATE view_row SET unit = ?2 WHERE record = ?1";
            work.tx.prepare_cached(update)?.execute(params![child.0, should.map(|u| u.0)])?;
            queue.push((child, should));
        }
    }
    Ok(())
}
