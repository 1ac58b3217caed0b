//! Check somebody's training off: never one's own.

use super::once::{Once, titled};
use crate::basis::Basis;
use crate::command::{Actor, Decision, Edits, parent_unit};
use crate::id::{AccountId, RecordId, UnitId};
use crate::kind::Kind;
use crate::kind::addressed::WHO;
use crate::kind::training_done::{CHECK_OFF, TRAINING, done_of};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;
use std::collections::BTreeMap;

/// That somebody was trained.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckOff {
    /// The training.
    pub training: RecordId,
    /// Who was trained.
    pub who: AccountId,
    /// The unit in which they work.
    pub unit: UnitId,
    /// What stood on the screen of their record.
    pub basis: Basis,
    /// On which day; today if nothing is said. Days since 1970-01-01.
    pub on: Option<i64>,
    /// Whether it was online.
    pub online: bool,
    /// A note.
    pub note: Option<String>,
}

impl CheckOff {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        parent_unit(held, self.training, &[Kind::Training])?;
        if self.who == actor.account {
            return Err(Rejection::OwnRecord);
        }
        let on = self.on.unwrap_or_else(|| actor.today());
        if on > actor.today() {
            return Err(Rejection::NotYet { field: "on" });
        }
        let answers = [("on", Value::Int(on)), ("online", Value::Bool(self.online))];
        let mut answers: BTreeMap<String, Value> = answers.map(|(ask, said)| (ask.to_owned(), said)).into();
        answers.extend(self.note.as_ref().map(|note| ("note".to_owned(), Value::from(note.as_str()))));
        let record = done_of(self.training, self.who);
        let once = Once { kind: Kind::TrainingDone, record, unit: self.unit, basis: &self.basis };
        once.step(held, actor, (CHECK_OFF, answers), || {
            let edits = Edits::none().put(TRAINING, self.training).put(WHO, RecordId(self.who.0));
            Ok(titled(held, self.training, edits))
        })
    }
}
