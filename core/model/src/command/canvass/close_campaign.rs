//! Close a campaign, or open it again: its list and all that came of it stay.
//!
//! What is recorded later, by somebody who was without a signal, counts all the same.

use crate::basis::Basis;
use crate::command::{Actor, Decision, Edits, Opened};
use crate::id::RecordId;
use crate::kind::{Kind, campaign};
use crate::rejection::Rejection;
use crate::view::Held;

/// The end of a campaign, or of that end.
#[derive(Debug, Clone, PartialEq)]
pub struct CloseCampaign {
    /// The campaign.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// Whether it is opened again instead.
    pub reopen: bool,
    /// A word at the end.
    pub note: Option<String>,
}

impl CloseCampaign {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let opened = Opened::of(held, self.record, &self.basis)?;
        if opened.table.kind != Kind::Campaign {
            return Err(Rejection::WrongKind { wanted: Kind::Campaign.name() });
        }
        let closed = opened.state.value(campaign::CLOSED_AT).is_some();
        let edits = match (self.reopen, closed) {
            (true, false) | (false, true) => return Err(Rejection::NothingToDo),
            (true, true) => Edits::none().clear(campaign::CLOSED_AT),
            (false, false) => Edits::none().put(campaign::CLOSED_AT, actor.now.0),
        };
        let edits = self.note.iter().fold(edits, |edits, note| edits.put("closing_note", note.as_str()));
        let wishes = edits.wishes(opened.table, actor.roles, |_, _| true)?;
        Ok(opened.write(wishes).into())
    }
}
