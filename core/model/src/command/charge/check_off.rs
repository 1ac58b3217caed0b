//! Check somebody's training off: never one's own.

use crate::basis::Basis;
use crate::command::{Actor, Blank, Decision, Edits, Opened, parent_unit};
use crate::id::{AccountId, RecordId, UnitId};
use crate::kind::addressed::WHO;
use crate::kind::training_done::{CHECK_OFF, TRAINING, done_of};
use crate::kind::{Kind, UNIT};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::{Held, Policy, show};
use crate::wish::Wish;
use crate::workflow::START;
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
        let steps = Kind::TrainingDone.steps();
        match Blank::of(held, record, Kind::TrainingDone) {
            Ok(blank) => {
                let row = steps.check(Kind::TrainingDone.name(), START, CHECK_OFF, actor.roles, &answers)?;
                let title = held.state(self.training).and_then(|state| state.fields.get("title"));
                let title = title.and_then(|title| show(&title.heads, Policy::Review)?.value.cloned());
                let edits = Edits::none().put(TRAINING, self.training).put(WHO, RecordId(self.who.0));
                let edits = title.map_or(edits.clone(), |title| edits.put("title", title));
                let mut write = blank.write(self.unit, Some((UNIT, self.unit.record())), &edits, actor)?;
                write.wishes.push(Wish::Step { step: CHECK_OFF.to_owned(), to: row.to.to_owned(), answers });
                Ok(write.into())
            }
            Err(Rejection::RecordExists) => {
                let opened = Opened::of(held, record, &self.basis)?;
                let row = steps.judge(opened.state, CHECK_OFF, actor, &answers)?;
                let wish = Wish::Step { step: CHECK_OFF.to_owned(), to: row.to.to_owned(), answers };
                Ok(opened.write(vec![wish]).into())
            }
            Err(other) => Err(other),
        }
    }
}
