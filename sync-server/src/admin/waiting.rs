//! What waits for a person's decision.
//!
//! Owns the list and the way to the decision. Refuses to show what was typed. Invariant: a decision names who took it.

use super::{Admin, power};
use crate::error::{Result, ServerError};
use crate::field_use;
use crate::ingest::decide::{Decision, decide};
use crate::store::InboxRow;
use crate::writing::Reading;
use gridwalk_model::change::SealedChange;
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::name::Name;
use gridwalk_model::time::Timestamp;

/// A change that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its name.
    pub name: Name,
    /// Its space.
    pub space: SpaceId,
    /// Its space's name.
    pub space_name: String,
    /// The record that it is about.
    pub record: Option<RecordId>,
    /// The record's kind.
    pub kind: String,
    /// Login of its author.
    pub author_login: String,
    /// Whether it takes a step.
    pub step: bool,
    /// The sensitive fields that it fills and for which nobody had stated a purpose: why it waits, if there are any.
    pub unstated: Vec<&'static str>,
    /// When it came.
    pub received_at: Timestamp,
}

impl Admin {
    /// What waits for a decision, in all spaces.
    pub fn waiting(&self) -> Result<Vec<Waiting>> {
        self.server.read(|r| r.tx.quarantined(None)?.iter().map(|row| waiting(r, row)).collect())
    }

    /// Approves a change that waits, or declines it with a reason, in the name of an account; says what was decided
    /// with it.
    pub fn decide_quarantined(&self, name: Name, declined_for: Option<&str>, by: &str) -> Result<Vec<Name>> {
        self.act_by(|w| {
            let by = self.in_the_name_of(w, by)?;
            let rows = w.tx.quarantined(None)?;
            let row = rows.iter().find(|row| row.name() == name).ok_or(ServerError::NotFound("change"))?;
            power::decides(&w.reading(), by, row)?;
            let (approve, reason) = (declined_for.is_none(), declined_for.unwrap_or_default());
            decide(w, &Decision { space: row.space, name, approve, reason, by })
        })
    }
}

fn waiting(r: &Reading<'_>, row: &InboxRow) -> Result<Waiting> {
    let tx = r.tx;
    let space_name = tx.space(row.space)?.map(|s| s.name).unwrap_or_default();
    let change = row.body.as_deref().and_then(|body| SealedChange::open(body).ok());
    let author = change.as_ref().map(|c| tx.account(c.change.author)).transpose()?.flatten();
    let unstated = match &change {
        Some(sealed) => {
            let state = tx.state(row.space, sealed.change.record)?;
            field_use::unstated(r, &sealed.change, state.as_ref())?
        }
        None => Vec::new(),
    };
    Ok(Waiting {
        unstated,
        name: row.name(),
        space: row.space,
        space_name,
        record: row.record,
        kind: change.map(|c| c.change.kind.clone()).unwrap_or_default(),
        author_login: author.map(|a| a.login).unwrap_or_default(),
        step: row.step,
        received_at: row.received_at,
    })
}
