//! The one serializer: what of a record's bytes an account is given.
//!
//! Owns the way from a scope and the keys that hold a record to the mask. Refuses to say which field is whose: the model's
//! tables do. Invariant: whatever of a state or a body leaves for a device goes through here; bytes of which nothing is
//! hidden go out as they are stored.

use crate::error::Result;
use crate::planted::Planted;
use crate::rights::{self, Scope};
use crate::writing::Reading;
use gridwalk_model::change::SealedChange;
use gridwalk_model::exchange::Key;
use gridwalk_model::id::AccountId;
use gridwalk_model::mask::{self, Sight};
use gridwalk_model::state_codec::{read_state, state_bytes};
use std::sync::Arc;

/// An account that looks at the records of a space.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// Who.
    pub account: AccountId,
    /// What they see.
    pub scope: &'a Scope,
}

impl Reader<'_> {
    /// With which eyes they look at a record of a kind that these keys hold.
    pub fn sight(&self, kind: &str, held_by: &[Key]) -> Sight {
        Sight { account: self.account, roles: rights::roles_by(self.scope, kind, held_by.iter().copied()) }
    }

    /// A state as they are given it.
    pub fn state(&self, r: &Reading<'_>, kind: &str, held_by: &[Key], bytes: Arc<[u8]>) -> Result<Arc<[u8]>> {
        let sight = self.sight(kind, held_by);
        if mask::is_open(kind, &bytes, sight.roles) || r.running.planted(Planted::MaskSkipped) {
            return Ok(bytes);
        }
        let state = read_state(&bytes)?;
        let masked = state.clone().masked_for(&sight);
        Ok(if masked == state { bytes } else { state_bytes(&masked).into() })
    }
}

/// A body as a reader is given it: as it was received if nothing in it is hidden; `None` if nothing else is in it.
pub fn body(sight: &Sight, body: Arc<[u8]>) -> Result<Option<Arc<[u8]>>> {
    let change = SealedChange::open(&body)?.change;
    Ok(match change.masked_for(sight) {
        Some(masked) if masked == *change => Some(body),
        Some(masked) => Some(masked.seal()?.bytes),
        None => None,
    })
}
