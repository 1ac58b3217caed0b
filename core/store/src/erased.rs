//! What was erased: of own bodies, and of everything that this phone keeps beside a record.
//!
//! Owns what goes from where when the server says that something was erased. Refuses to decide that anything is. Invariant:
//! a body keeps its names and what it covers; after the page nothing reads what was erased, and after the file was written
//! anew nothing holds it; a draft stays, for somebody typed it.

use crate::column::int;
use crate::error::StoreError;
use crate::planted::Planted;
use crate::store::Work;
use crate::{attention, own, undo};
use gridwalk_model::exchange::Page;
use gridwalk_model::hash::Hash;
use gridwalk_model::{RecordId, SpaceId};
use rusqlite::params;
use std::collections::BTreeSet;

/// Takes from own changes what the page says was erased of them.
pub(crate) fn take(work: &mut Work<'_>, page: &Page) -> Result<(), StoreError> {
    if work.planted(Planted::ErasedKept) {
        return Ok(());
    }
    for erased in &page.erased {
        let found = own::by_dot(&work.tx, page.space, (erased.name.replica, erased.name.seq))?;
        let Some(own) = found.filter(|own| own.hash.mark() == erased.name.mark) else { continue };
        let left = own.change.without(&erased.places);
        let update = "UPDATE own_change SET body = ?2 WHERE save = ?1";
        work.tx.prepare_cached(update)?.execute(params![int(own.save), &*left.bytes])?;
        work.saved.remove(&own.save);
        // What was never taken up is gone without anybody having seen it: its author is told.
        if own.is_refused() || own.verdict.as_deref() == Some("quarantined") {
            attention::list(work, own.save, "erased", "")?;
            attention::say(work, own.save, "erased")?;
        }
        forget(work, page.space, own.record)?;
    }
    Ok(())
}

/// Nothing beside the record says any more what stood in it: what own changes replaced, and what they were.
pub(crate) fn forget(work: &mut Work<'_>, space: SpaceId, record: RecordId) -> Result<(), StoreError> {
    undo::forget(work, record)?;
    work.tx.prepare_cached("UPDATE space SET remains = 1 WHERE space = ?1")?.execute(params![space.0])?;
    work.touched.insert(record);
    Ok(())
}

/// Pictures of a record of which something was erased: only those that its state still names stay.
pub(crate) fn pictures(work: &Work<'_>, record: RecordId, attached: &BTreeSet<Hash>) -> Result<(), StoreError> {
    let here: Vec<Hash> = {
        let mut statement = work.tx.prepare_cached("SELECT hash FROM picture WHERE record = ?1")?;
        let rows = statement.query_map(params![record.0], |r| r.get(0).map(Hash))?;
        rows.collect::<Result<_, _>>()?
    };
    let own = own::foldable(&work.tx, record, &work.saved)?;
    let typed: BTreeSet<Hash> = own
        .iter()
        .flat_map(|own| own.change.change.ops.iter())
        .filter_map(|op| gridwalk_model::picture::hash_of(op.attached()?))
        .collect();
    for hash in here.iter().filter(|hash| !attached.contains(hash) && !typed.contains(hash)) {
        let gone = "UPDATE picture SET waits = 0, gone_at = 0 WHERE hash = ?1 AND record = ?2";
        work.tx.prepare_cached(gone)?.execute(params![hash.0, record.0])?;
    }
    Ok(())
}
