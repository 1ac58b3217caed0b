//! Who may take a step of a case by where they work: whoever takes it, hands it back or answers a call.
//!
//! Owns the way from a case's units to the reader's own. Refuses to judge: the guards of the model do, on a server alike.
//! Invariant: of a unit that this phone does not know nothing is refused; the server has the last word.

use super::Reader;
use gridwalk_model::command::{Action, Command};
use gridwalk_model::guard::{Guard, Taking};
use gridwalk_model::kind::{Kind, case};
use gridwalk_model::posts::Posts;
use gridwalk_model::rejection::Rejection;
use gridwalk_model::{State, UnitId};
use gridwalk_store::StoreError;

impl Reader<'_> {
    /// No if a command takes a step for which the reader would have to work elsewhere.
    pub fn refuse_elsewhere(&self, command: &Command) -> Result<Result<(), Rejection>, StoreError> {
        let Command::TakeStep(taken) = command else { return Ok(Ok(())) };
        let state = self.store.predicted(taken.record, self.actor.now)?.state;
        self.stopped_elsewhere(&state, &taken.step, |taking| Taking { answers: Some(&taken.answers), ..taking })
    }

    /// Leaves the steps out for which the reader would have to work elsewhere.
    pub(super) fn leave_out_elsewhere(&self, front: &State, allowed: &mut Vec<Action>) -> Result<(), StoreError> {
        let mut elsewhere = Vec::new();
        for action in &*allowed {
            if let Action::Step { step, .. } = action
                && self.stopped_elsewhere(front, step, |taking| taking)?.is_err()
            {
                elsewhere.push(*step);
            }
        }
        allowed.retain(|action| !matches!(action, Action::Step { step, .. } if elsewhere.contains(step)));
        Ok(())
    }

    fn stopped_elsewhere<'t>(
        &self,
        state: &State,
        step: &str,
        with: impl FnOnce(Taking<'t>) -> Taking<'t>,
    ) -> Result<Result<(), Rejection>, StoreError> {
        let row = Kind::Case.steps().row_in(state, step).filter(|_| state.kind() == Kind::Case.name());
        let Some(row) = row.filter(|row| row.guards.iter().any(|guard| guard.asks_posts())) else {
            return Ok(Ok(()));
        };
        let posts = self.posts_at(&case::ever_dispatched_to(state))?;
        let taking = with(Taking::asked(&self.actor));
        Ok(row.check_guards(state, &Taking { posts: Some(&posts), ..taking }, Guard::asks_posts))
    }

    fn posts_at(&self, units: &[UnitId]) -> Result<Posts, StoreError> {
        let own = self.own_units()?;
        let posts = Posts::of(units, &own, |unit, of| self.is_within(Some(unit), of))?;
        let mut unknown = Vec::new();
        for unit in units {
            if own.is_empty() || self.store.row(unit.record())?.is_none() {
                unknown.push(*unit);
            }
        }
        Ok(posts.or_unknown(unknown))
    }
}
