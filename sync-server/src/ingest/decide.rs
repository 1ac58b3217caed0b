//! Decisions on what waits: approved and admitted, or declined with a reason.
//!
//! Owns what is decided together. Refuses to say who may decide: the caller has asked. Invariant: a decision is taken
//! once; steps of one replica on one record are decided together, in their order.

use crate::error::{Result, ServerError};
use crate::ingest::admit;
use crate::limits;
use crate::store::InboxRow;
use crate::writing::Writing;
use gridwalk_model::change::SealedChange;
use gridwalk_model::exchange::Verdict;
use gridwalk_model::id::{AccountId, SpaceId};
use gridwalk_model::name::Name;

/// A decision on a quarantined change.
#[derive(Debug, Clone)]
pub struct Decision<'a> {
    /// The space.
    pub space: SpaceId,
    /// Any name of the change.
    pub name: Name,
    /// Approve, or decline.
    pub approve: bool,
    /// Why; told to the author of a declined change.
    pub reason: &'a str,
    /// Who decides.
    pub by: AccountId,
}

/// Decides; the names of everything that was decided by it.
pub fn decide(w: &Writing<'_>, decision: &Decision<'_>) -> Result<Vec<Name>> {
    let space = decision.space;
    let first = w.tx.first_of(space, decision.name)?.ok_or(ServerError::NotFound("change"))?;
    let row = w.tx.inbox(space, first.0, first.1)?.ok_or(ServerError::NotFound("change"))?;
    if row.verdict != Verdict::Quarantined {
        return Err(ServerError::Refused("already_decided"));
    }
    if decision.reason.len() > limits::REASON_BYTES_MAX {
        return Err(ServerError::Refused("too_long"));
    }
    let together = match (row.step, row.record) {
        (true, Some(record)) => w.tx.quarantined_steps(space, row.replica, record)?,
        _ => vec![row],
    };
    for row in &together {
        settle(w, decision, row)?;
    }
    let names: Vec<Name> = together.iter().map(InboxRow::name).collect();
    let listed: Vec<String> = names.iter().map(Name::to_string).collect();
    let detail = format!("space {space}: {}", listed.join(" "));
    w.audit(Some(decision.by), if decision.approve { "approved" } else { "declined" }, &detail)?;
    Ok(names)
}

fn settle(w: &Writing<'_>, decision: &Decision<'_>, row: &InboxRow) -> Result<()> {
    if decision.approve {
        let body = row.body.as_deref().ok_or(ServerError::NotFound("body"))?;
        admit::admit(w, row, &SealedChange::kept(body, row.hash)?, Some(decision.by))?;
        return Ok(());
    }
    let pos = w.pos_next(row.space)?;
    let declined = Verdict::Declined { reason: decision.reason.to_owned() };
    w.tx.verdict_set(row.space, row.first, &declined, pos, None)
}
