//! Cases that are one matter, as the facts of each are made.
//!
//! Owns which cases are looked at when one of them changed, and under which id a reader of all of the space would list it.
//! Refuses to know when two are one: the model's view says so. Invariant: whoever's group changed is among those around it.

use crate::error::Result;
use crate::store::Tx;
use gridwalk_model::appraisal::Fact;
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::kind::Kind;
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::view;
use std::collections::{BTreeMap, BTreeSet};

/// A case and all that it was one with when their facts were made last, or may be one with now.
pub fn around(tx: &dyn Tx, space: SpaceId, record: RecordId) -> Result<BTreeSet<RecordId>> {
    walk(record, |at| {
        let mut next: BTreeSet<RecordId> = links(case(tx, space, at)?.as_ref());
        let made = tx.facts_of_record(space, at)?;
        if let Some((_, bytes)) = made.first()
            && let Ok(Fact::Case(fact)) = serde_json::from_slice(bytes)
        {
            next.extend(fact.links);
        }
        Ok(next)
    })
}

/// The id under which a case is listed: the smallest that stands here of those that are the same.
pub fn shown_as(tx: &dyn Tx, space: SpaceId, record: RecordId) -> Result<RecordId> {
    let mut held: BTreeMap<RecordId, State> = BTreeMap::new();
    walk(record, |at| {
        let Some(state) = case(tx, space, at)? else { return Ok(BTreeSet::new()) };
        let next = links(Some(&state));
        held.insert(at, state);
        Ok(next)
    })?;
    let group = view::group_of(&held, record);
    let stands = |id: &&RecordId| held.get(id).is_some_and(super::is_here);
    Ok(group.iter().find(stands).copied().unwrap_or(record))
}

fn case(tx: &dyn Tx, space: SpaceId, record: RecordId) -> Result<Option<State>> {
    let row = tx.state(space, record)?.filter(|row| row.kind == Kind::Case.name());
    row.map(|row| read_state(&row.bytes)).transpose().map_err(Into::into)
}

fn links(state: Option<&State>) -> BTreeSet<RecordId> {
    state.map(State::links).unwrap_or_default().into_iter().collect()
}

/// All that can be reached.
fn walk(from: RecordId, mut next: impl FnMut(RecordId) -> Result<BTreeSet<RecordId>>) -> Result<BTreeSet<RecordId>> {
    let (mut seen, mut queue) = (BTreeSet::from([from]), vec![from]);
    while let Some(at) = queue.pop() {
        queue.extend(next(at)?.into_iter().filter(|other| seen.insert(*other)));
    }
    Ok(seen)
}
