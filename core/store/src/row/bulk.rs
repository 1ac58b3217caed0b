//! Making many rows at once: what a page or a rebuild brings.
//!
//! Owns the short way for plain records: held, alive, alone, without own changes, and without a row so far. Refuses the
//! others: they go the long way. Invariant: both ways write the same rows, and full text is written after all tables, as
//! a statement that may have to be undone in part makes SQLite flush what full text has gathered.

use super::write::{self, Before, Place, Units, Written};
use super::{marks, shown};
use crate::error::StoreError;
use crate::store::Work;
use crate::{overtaken, record};
use gridwalk_model::view::GroupView;
use gridwalk_model::{RecordId, SpaceId, State};
use std::collections::BTreeSet;

/// Fewer records than this are no bulk.
pub(super) const BULK_MIN: usize = 8;

/// Makes the rows of the plain ones among these records; the others are returned.
pub(super) fn make_plain(work: &mut Work<'_>, touched: BTreeSet<RecordId>) -> Result<BTreeSet<RecordId>, StoreError> {
    let mut arrived = std::mem::take(&mut work.arrived);
    let own = records_of(work, "SELECT record FROM own_change INDEXED BY own_change_outbox WHERE lane = 0")?;
    let mut linked = records_of(work, "SELECT record FROM view_link UNION SELECT other FROM view_link")?;
    linked.extend(records_of(work, "SELECT old FROM view_origin UNION SELECT record FROM view_origin")?);
    let (mut rest, mut written) = (BTreeSet::new(), Vec::new());
    let mut units = Units::default();
    for id in touched {
        let held = if own.contains(&id) || linked.contains(&id) || Before::of(work, id)?.is_some() {
            None
        } else {
            match arrived.remove(&id) {
                Some(found) => Some(found),
                None => record::confirmed(&work.tx, id)?.filter(|c| !c.leaving).map(|c| (c.space, c.state)),
            }
        };
        match held.filter(|(_, state)| is_plain(state)) {
            Some((space, state)) => written.push(write(work, &mut units, space, &state)?),
            None => {
                rest.insert(id);
            }
        }
    }
    write::finish(work, &written)?;
    Ok(rest)
}

/// Alive, and neither linked nor from another space.
fn is_plain(state: &State) -> bool {
    !state.is_deleted() && state.links().is_empty() && state.origins().is_empty()
}

fn records_of(work: &Work<'_>, sql: &str) -> Result<BTreeSet<RecordId>, StoreError> {
    let mut statement = work.tx.prepare_cached(sql)?;
    let rows = statement.query_map([], |r| r.get(0).map(RecordId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn write(work: &Work<'_>, units: &mut Units, space: SpaceId, state: &State) -> Result<Written, StoreError> {
    let shown = shown::shown(&GroupView::alone(state));
    overtaken::index(work, state, false)?;
    let at = Place { space, record: state.record, shown_as: None, flags: marks(&shown) };
    write::write(work, units, &at, shown, None)
}
