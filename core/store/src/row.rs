//! The view: one row for each record that is shown, with what lists, search and maps need of it.
//!
//! Owns the view tables and when a row is made anew. Refuses to choose what a row says: that is the model's part.
//! Invariant: rows are a function of confirmed states and own changes: dropped and built again they are the same.

mod bulk;
mod shown;
mod write;

use crate::column::int;
use crate::error::StoreError;
use crate::predict::{self, Predicted};
use crate::store::{Durability, Store, Work};
use crate::{deleted, origin, overtaken};
pub(crate) use bulk::{Ready, are_many};
use gridwalk_model::view::{GroupView, view_of};
use gridwalk_model::{RecordId, State, Timestamp};
use rusqlite::params;
pub(crate) use shown::{Shown, workflow_of};
use std::collections::{BTreeMap, BTreeSet};
use write::{Before, Place, Units, Written};

/// Version of what the view tables hold; another one in the file has them built again.
const ROW_VERSION: u64 = 10;
/// Records that a rebuild takes at a time.
const REBUILD_STRIDE: usize = 512;
/// Views are of no moment: own changes count as typed, and a rebuild gives the same.
const NO_MOMENT: Timestamp = Timestamp(i64::MAX);

/// What a row's `flags` say.
pub mod flag {
    /// Values of a field stand side by side.
    pub const DISAGREEMENT: u32 = 1;
    /// Somebody edited what another deleted.
    pub const EDITED_AFTER_DELETION: u32 = 1 << 1;
    /// A step did not take effect.
    pub const OVERTAKEN: u32 = 1 << 2;
    /// An own change is not in the confirmed state yet.
    pub const UNCONFIRMED: u32 = 1 << 3;
    /// An own change waits for a supervisor.
    pub const WAITS: u32 = 1 << 4;
    /// The row stands for several records that are the same thing.
    pub const GROUP: u32 = 1 << 5;
    /// A field has more heads than anybody can look through.
    pub const MORE_HEADS: u32 = 1 << 6;
    /// An address that nobody looked at.
    pub const UNCONFIRMED_ADDRESS: u32 = 1 << 7;
    /// A person typed something in it, and its kind is reviewed. Indices name this bit: 256.
    pub const TYPED: u32 = 1 << 8;
    /// A household that nobody lives in any more. Indices name this bit: 512.
    pub const ENDED: u32 = 1 << 9;
}

/// Records whose links are followed, before and after a change.
fn component(work: &Work<'_>, record: RecordId) -> Result<BTreeSet<RecordId>, StoreError> {
    let mut statement = work.tx.prepare_cached(include_str!("row/linked.sql"))?;
    let mut all = BTreeSet::from([record]);
    let mut queue = vec![record];
    while let Some(at) = queue.pop() {
        let rows = statement.query_map(params![at.0], |r| r.get(0).map(RecordId))?;
        for other in rows {
            let other = other?;
            if all.insert(other) {
                queue.push(other);
            }
        }
    }
    Ok(all)
}

/// States of one refresh, each folded once.
struct Folded<'a, 'b> {
    work: &'a Work<'b>,
    known: BTreeMap<RecordId, Predicted>,
    /// Whether any record shown has ever moved between spaces.
    any_moved: bool,
}

impl Folded<'_, '_> {
    fn of(&mut self, record: RecordId) -> Result<&Predicted, StoreError> {
        if !self.known.contains_key(&record) {
            let folded = predict::predicted_beside(&self.work.tx, record, NO_MOMENT, &self.work.saved)?;
            if folded.damaged {
                self.work.damage_seen.borrow_mut().insert(record);
            }
            self.known.insert(record, folded);
        }
        self.known.get(&record).ok_or(StoreError::NotFound)
    }
}

/// Whether the record is held and stands in lists, as far as itself goes.
fn is_visible(p: &Predicted) -> bool {
    p.space.is_some() && !p.leaving
}

/// Makes the rows of all touched records anew, and of those that share a group or a place with them.
pub(crate) fn refresh(work: &mut Work<'_>) -> Result<BTreeSet<RecordId>, StoreError> {
    let touched = std::mem::take(&mut work.touched);
    if touched.is_empty() || version(work)? != ROW_VERSION {
        return Ok(touched);
    }
    make_all(work, touched)
}

/// Makes rows anew: the plain ones of many the short way.
fn make_all(work: &mut Work<'_>, touched: BTreeSet<RecordId>) -> Result<BTreeSet<RecordId>, StoreError> {
    if touched.len() < bulk::BULK_MIN {
        work.arrived.clear();
        return make_anew(work, touched);
    }
    let rest = bulk::make_plain(work, touched.clone())?;
    let mut changed = make_anew(work, rest)?;
    changed.extend(touched);
    Ok(changed)
}

fn version(work: &Work<'_>) -> Result<u64, StoreError> {
    let version: i64 = work.tx.prepare_cached("SELECT row_version FROM meta")?.query_row([], |r| r.get(0))?;
    Ok(version.cast_unsigned())
}

fn make_anew(work: &Work<'_>, touched: BTreeSet<RecordId>) -> Result<BTreeSet<RecordId>, StoreError> {
    let linked = "SELECT EXISTS (SELECT 1 FROM view_link)";
    let before: bool = work.tx.prepare_cached(linked)?.query_row([], |r| r.get(0))?;
    let any_moved = origin::any(&work.tx)?;
    let mut folded = Folded { work, known: BTreeMap::new(), any_moved };
    let (mut dirty, mut linked) = (touched.clone(), before);
    for record in &touched {
        let shown = folded.of(*record)?;
        let seen = is_visible(shown);
        let (links, origins) = if seen { (shown.state.links(), shown.state.origins()) } else { Default::default() };
        if folded.any_moved || !origins.is_empty() {
            folded.any_moved = true;
            dirty.extend(origin::set(work, *record, &origins)?);
        }
        if before {
            dirty.extend(component(work, *record)?);
            work.tx.prepare_cached("DELETE FROM view_link WHERE record = ?1")?.execute(params![record.0])?;
        }
        for other in links {
            let insert = "INSERT OR IGNORE INTO view_link (record, other) VALUES (?1, ?2)";
            work.tx.prepare_cached(insert)?.execute(params![record.0, other.0])?;
            linked = true;
        }
    }
    if linked {
        for record in touched {
            dirty.extend(component(work, record)?);
        }
    }
    let (mut units, mut written) = (Units::default(), Vec::new());
    for record in &dirty {
        written.extend(make(&mut folded, &mut units, *record, linked)?);
    }
    write::finish(work, written)?;
    Ok(dirty)
}

/// The model's marks as `flags`.
fn marks(shown: &Shown) -> u32 {
    let marks = shown.row.flags;
    let bit = |set: bool, bit: u32| if set { bit } else { 0 };
    bit(marks.disagreement, flag::DISAGREEMENT)
        | bit(marks.edited_after_deletion, flag::EDITED_AFTER_DELETION)
        | bit(marks.overtaken, flag::OVERTAKEN)
        | bit(marks.more_heads, flag::MORE_HEADS)
        | bit(marks.unconfirmed_address, flag::UNCONFIRMED_ADDRESS)
        | bit(marks.typed, flag::TYPED)
        | bit(marks.ended, flag::ENDED)
}

/// Makes one record's row, or takes it away. Where nothing is `linked`, the record stands for itself alone.
fn make(
    folded: &mut Folded<'_, '_>,
    units: &mut Units,
    record: RecordId,
    linked: bool,
) -> Result<Option<Written>, StoreError> {
    let work = folded.work;
    let own = folded.of(record)?;
    let Some(space) = own.space.filter(|_| is_visible(own) && !own.state.is_deleted()) else {
        deleted::note(work, record, is_visible(own).then_some(&own.state))?;
        return unmake(work, record);
    };
    if !own.state.deletes.is_empty() {
        deleted::note(work, record, None)?;
    }
    if folded.any_moved && origin::living(&work.tx, record)?.is_some() {
        return unmake(work, record);
    }
    let held = if linked { group(folded, record)? } else { BTreeMap::new() };
    let own = folded.of(record)?;
    let view = if linked { view_of(&held, record) } else { Some(GroupView::alone(&own.state)) };
    let Some(view) = view else { return unmake(work, record) };
    let front = view.shown == record;
    let row = if front { shown::shown(&view) } else { shown::shown(&GroupView::alone(&own.state)) };
    let mut flags = marks(&row) | if front && view.members.len() > 1 { flag::GROUP } else { 0 };
    let of_row: Vec<RecordId> = if front { view.members.iter().map(|m| m.record).collect() } else { vec![record] };
    let shown_as = (!front).then_some(view.shown);
    let before = Before::of(work, record)?;
    overtaken::index(work, &own.state, before.is_some())?;
    for member in of_row {
        let member = folded.of(member)?;
        flags |= if member.own > 0 { flag::UNCONFIRMED } else { 0 };
        flags |= if member.waits { flag::WAITS } else { 0 };
    }
    write::write(work, units, &Place { space, record, shown_as, flags }, row, None, before)
}

/// The visible states of a record's component.
fn group(folded: &mut Folded<'_, '_>, record: RecordId) -> Result<BTreeMap<RecordId, State>, StoreError> {
    let mut held = BTreeMap::new();
    for member in component(folded.work, record)? {
        let member = folded.of(member)?;
        if is_visible(member) {
            held.insert(member.state.record, member.state.clone());
        }
    }
    Ok(held)
}

fn unmake(work: &Work<'_>, record: RecordId) -> Result<Option<Written>, StoreError> {
    overtaken::remove(work, record)?;
    write::take_away(work, record)?;
    Ok(None)
}

/// Whether the views must be built again.
pub(crate) fn is_stale(store: &Store) -> Result<bool, StoreError> {
    store.read(|db| {
        let version: i64 = db.query_row("SELECT row_version FROM meta", [], |r| r.get(0))?;
        Ok(version != int(ROW_VERSION))
    })
}

impl Store {
    /// Drops all views and builds them again; `progress` is told (done, total).
    pub fn rebuild_views(&self, mut progress: impl FnMut(u64, u64)) -> Result<(), StoreError> {
        self.write(Durability::Normal, |work| {
            work.tx.execute_batch(include_str!("row/tables.sql"))?;
            let records: Vec<RecordId> = {
                let mut statement = work.tx.prepare(include_str!("row/all_records.sql"))?;
                let rows = statement.query_map([], |r| r.get(0).map(RecordId))?;
                rows.collect::<Result<_, _>>()?
            };
            let total = records.len() as u64;
            for (done, stride) in (0..).step_by(REBUILD_STRIDE).zip(records.chunks(REBUILD_STRIDE)) {
                progress(done, total);
                make_all(work, stride.iter().copied().collect())?;
            }
            progress(total, total);
            work.touched.clear();
            work.tx.execute("UPDATE meta SET row_version = ?1", params![int(ROW_VERSION)])?;
            Ok(())
        })?;
        Ok(())
    }
}
