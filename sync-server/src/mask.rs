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
use gridwalk_model::id::{AccountId, UnitId};
use gridwalk_model::kind::{Kind, case};
use gridwalk_model::mask::{self, Sight};
use gridwalk_model::state::State;
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
    /// With which eyes they look at a record in this state that these keys hold.
    pub fn sight(&self, r: &Reading<'_>, state: &State, held_by: &[Key]) -> Result<Sight> {
        let roles = rights::roles_by(self.scope, state.kind(), held_by.iter().copied());
        let mut holding = Ok(false);
        let handles = state.kind() == Kind::Case.name()
            && case::is_handled_by(state, self.account, |unit| {
                if holding.is_ok() {
                    holding = self.holds(r, unit);
                }
                matches!(holding, Ok(true))
            });
        holding?;
        Ok(Sight { account: self.account, roles, handles })
    }

    /// Whether they are among those who have a unit's cases in hand.
    fn holds(&self, r: &Reading<'_>, unit: UnitId) -> Result<bool> {
        let above = r.with_above(&[unit], None)?;
        let by = rights::roles_by(self.scope, Kind::Case.name(), above.iter().copied().map(Key::unit));
        Ok(by.meets(case::HOLDERS))
    }

    /// A state as they are given it.
    pub fn state(&self, r: &Reading<'_>, kind: &str, held_by: &[Key], bytes: Arc<[u8]>) -> Result<Arc<[u8]>> {
        let roles = rights::roles_by(self.scope, kind, held_by.iter().copied());
        if mask::is_open(kind, &bytes, roles) || r.running.planted(Planted::MaskSkipped) {
            return Ok(bytes);
        }
        let state = read_state(&bytes)?;
        let sight = self.sight(r, &state, held_by)?;
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
