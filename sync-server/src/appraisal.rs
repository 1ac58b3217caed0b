//! Appraisal 考核 on the server: facts made from states that changed since somebody last asked, and a month counted from them.
//!
//! Owns when facts are made, and from which states. Refuses to count and to judge rights: the model counts, `admin` asks.
//! Invariant: facts that were kept up with are those made anew from all states; no push waits for them.

use crate::error::{Result, ServerError};
use crate::server::Running;
use crate::store::fact::FactsUpto;
use crate::store::{StateRow, Tx};
use gridwalk_model::appraisal::{CaseFact, Fact, Month, ObjectionFact, PlaceFact};
use gridwalk_model::coverage::{Counted, Entry, Standing};
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::kind::{Kind, attempt, campaign, home};
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::view::{GroupView, Policy};
use std::collections::BTreeSet;

pub mod locked;
mod same;

/// Version of what facts hold and of how they are made: those of another are made anew.
const VERSION: u64 = 3;
/// States looked at in one transaction: whoever pushes waits for no more than these.
const STATES: usize = 500;

/// Makes the facts of what changed since they were made last, in one space; how many states were looked at.
pub fn keep_up(running: &Running, space: SpaceId) -> Result<usize> {
    let mut looked = 0;
    loop {
        let step = running.write(|w| step(w.tx, space))?;
        looked += step;
        if step < STATES {
            return Ok(looked);
        }
    }
}

/// The same within a transaction, where what is asked next must miss nothing; `keep_up` does the most of it before.
pub(crate) fn catch_up(tx: &dyn Tx, space: SpaceId) -> Result<()> {
    while step(tx, space)? == STATES {}
    Ok(())
}

/// Forgets the facts of a space: the next question makes them anew.
pub fn forget(tx: &dyn Tx, space: SpaceId) -> Result<()> {
    tx.facts_clear(space)?;
    tx.facts_upto_set(space, &START)
}

/// Before all states.
const START: FactsUpto = FactsUpto { pos: 0, record: RecordId([0; 16]), version: VERSION };

fn step(tx: &dyn Tx, space: SpaceId) -> Result<usize> {
    let mut upto = tx.facts_upto(space)?.unwrap_or(START);
    if upto.version != VERSION {
        forget(tx, space)?;
        upto = START;
    }
    let rows = tx.counted_after(space, &upto, STATES)?;
    let mut due = BTreeSet::new();
    for row in &rows {
        touched(tx, space, row, &mut due)?;
    }
    for record in due {
        make(tx, space, record)?;
    }
    if let Some(last) = rows.last() {
        tx.facts_upto_set(space, &FactsUpto { pos: last.pos, record: last.record, version: VERSION })?;
    }
    Ok(rows.len())
}

/// Names the records whose facts a changed state is part of.
fn touched(tx: &dyn Tx, space: SpaceId, row: &StateRow, due: &mut BTreeSet<RecordId>) -> Result<()> {
    match Kind::from_name(&row.kind) {
        Some(Kind::Campaign) => due.extend(tx.children(space, row.record)?),
        Some(Kind::Attempt) => {
            let state = read_state(&row.bytes)?;
            due.extend(tx.raised_by(space, row.record)?);
            let raised = if is_here(&state) { id(&GroupView::alone(&state), attempt::RAISED) } else { None };
            tx.raised_set(space, row.record, raised)?;
            due.extend(raised);
            due.extend(home::parents(&state));
        }
        Some(Kind::Case) => due.extend(same::around(tx, space, row.record)?),
        _ => drop(due.insert(row.record)),
    }
    Ok(())
}

/// Whether a record stands in this space.
fn is_here(state: &State) -> bool {
    !state.is_deleted() && state.moved_to().is_none()
}

fn id(view: &GroupView<'_>, field: &str) -> Option<RecordId> {
    view.value(field)?.as_id()
}

/// Makes the fact of a record, or takes it out.
fn make(tx: &dyn Tx, space: SpaceId, record: RecordId) -> Result<()> {
    let Some(row) = tx.state(space, record)? else { return Ok(()) };
    let state = read_state(&row.bytes)?;
    let fact = match Kind::from_name(&row.kind).filter(|_| is_here(&state)) {
        Some(Kind::Case) => {
            let shown_as = same::shown_as(tx, space, record)?;
            CaseFact::of(&state, tx.is_raised(space, record)?, shown_as).map(Fact::Case)
        }
        Some(Kind::Target) => place(tx, space, &state)?.map(Fact::Place),
        Some(Kind::Objection) => ObjectionFact::of(&state).map(Fact::Objection),
        _ => None,
    };
    let Some(fact) = fact else { return tx.fact_replace(space, record, [], &[]) };
    let bytes = serde_json::to_vec(&fact).map_err(|_| ServerError::Cut)?;
    tx.fact_replace(space, record, fact.months(), &bytes)
}

/// A target of a campaign with all attempts at it.
fn place(tx: &dyn Tx, space: SpaceId, target: &State) -> Result<Option<PlaceFact>> {
    let Some(of) = home::parents(target).first().copied() else { return Ok(None) };
    let Some(campaign) = tx.state(space, of)?.map(|row| read_state(&row.bytes)).transpose()? else { return Ok(None) };
    if campaign.is_deleted() {
        return Ok(None);
    }
    let Some(counted) = Counted::of(Kind::Target, &GroupView::alone(target)) else { return Ok(None) };
    let (mut standing, mut confirmed) = (Standing::default(), None);
    for record in tx.children(space, target.record)? {
        let row = tx.state(space, record)?.filter(|row| row.kind == Kind::Attempt.name());
        let Some(state) = row.map(|row| read_state(&row.bytes)).transpose()?.filter(is_here) else { continue };
        let view = GroupView::alone(&state);
        let Some(outcome) = view.field("outcome", Policy::Review) else { continue };
        let stands = Standing::of(outcome.value.and_then(|value| value.as_text()).unwrap_or_default());
        let at = view.field("at", Policy::Review).and_then(|at| at.value?.as_int()).unwrap_or_default();
        standing = standing.max(stands);
        if stands.is_checked() {
            confirmed = confirmed.into_iter().chain([(at, record, outcome.head.tag.author)]).min();
        }
    }
    let entry = Entry {
        target: target.record,
        unit: home::own_units(target).first().copied().unwrap_or_default(),
        building: counted.building,
        place: counted.place,
        door: counted.door,
        standing,
        found: counted.found,
        left: counted.left,
    };
    Ok(Some(PlaceFact::new(&entry, of, campaign::days(&campaign), confirmed.map(|(.., by)| by))))
}

/// The facts of a month in a space, as they are made.
pub fn facts(tx: &dyn Tx, space: SpaceId, month: Month) -> Result<Vec<Fact>> {
    let mut facts = Vec::new();
    tx.facts_of_month(space, month, |bytes| {
        facts.push(serde_json::from_slice(bytes).map_err(|_| ServerError::Cut)?);
        Ok(())
    })?;
    Ok(facts)
}
