//! One operation put right: fields get their former values, sets their elements, steps the step that leads back.
//!
//! Owns the rule for each operation. Refuses to guess: what was written since by others is told, not taken away.
//! Invariant: an operation whose effect is gone already needs no wish and is no hindrance.

use super::{Hindrance, Part, Why};
use crate::command::restoring_word;
use crate::name::hits;
use crate::op::{ATTACHED, LINKS, Op, RESTORED};
use crate::state::Head;
use crate::value::Value;
use crate::wish::Wish;

/// Statuses from which nothing needs to be taken back any more.
pub(super) const ENDS: [&str; 2] = ["voided", "withdrawn"];
/// Steps by which a record with a workflow is taken out of it.
pub(super) const OUT: &[&str] = &["void", "withdraw"];

/// The steps that lead back behind a step, the nearest first. Those that are missing here have no way back: what was
/// said to people cannot be unsaid, and the answer names the ways on.
const BACK: [(&str, &[&str]); 17] = [
    ("report", OUT),
    ("dispatch", &["hand_back"]),
    ("take", &["hand_back"]),
    ("hand_back", &["dispatch"]),
    ("handle", &["rework"]),
    ("solve_on_spot", &["rework"]),
    ("verify", &["rework"]),
    ("close", &["handle_again"]),
    ("agree", &["rework"]),
    ("seek", &["call_in"]),
    ("claim", &["hand_back"]),
    ("entrust", &["call_in"]),
    ("carry_out", &["rework"]),
    ("hold", &["take", "dispatch"]),
    ("approve", &["withdraw"]),
    ("return_for_correction", &["withdraw"]),
    ("accept_handover", &["reopen_handover"]),
];

impl Part<'_> {
    pub(super) fn operations(&self, wishes: &mut Vec<Wish>, beside: &mut Vec<Wish>) -> Result<(), Vec<Hindrance>> {
        let (mut hindrances, mut step_stays) = (Vec::new(), false);
        for op in &self.one.change.ops {
            let found = match op {
                Op::Put { field, value, within, .. } => {
                    self.put(field, value.as_ref(), within.as_deref(), wishes, beside)
                }
                Op::Add { set, .. } if set == RESTORED => self.unrestore().map(|w| wishes.extend(w)),
                Op::Add { set, element } => self.unadd(set, element).map(|w| wishes.extend(w)),
                Op::Attach { element } => self.unadd(ATTACHED, element).map(|w| wishes.extend(w)),
                Op::Link { other } => self.unlink(&Value::Id(*other)).map(|w| wishes.extend(w)),
                Op::Remove { .. } | Op::Unlink { .. } => Ok(()),
                Op::AddInstance { within } => {
                    wishes.push(Wish::RemoveInstance { within: within.clone() });
                    Ok(())
                }
                Op::RemoveInstance { within, .. } => {
                    wishes.push(Wish::AddInstance { within: within.clone() });
                    Ok(())
                }
                Op::Step { step, .. } => self.unstep(step).map(|w| wishes.extend(w)),
                Op::Delete { .. } => self.restore().map(|w| wishes.extend(w)),
                Op::Unknown { .. } => Err(self.hindrance(Why::CannotBeUndone)),
            };
            step_stays |= found.is_err() && matches!(op, Op::Step { .. });
            hindrances.extend(found.err());
        }
        for (set, element) in &self.one.former.removed {
            match self.put_in_again(set, element) {
                Ok(wish) => wishes.extend(wish),
                Err(hindrance) => hindrances.push(hindrance),
            }
        }
        // What was written with a step belongs to it: an item that stays admitted keeps its dates.
        if step_stays {
            wishes.clear();
            beside.clear();
        }
        if hindrances.is_empty() { Ok(()) } else { Err(hindrances) }
    }

    /// Whether the head says what this save wrote: it is this save's, or an undo of this phone put the same there again.
    fn says_so(&self, head: &Head, value: Option<&Value>) -> bool {
        hits(&head.tag.names, self.ours) || (hits(&head.tag.names, &self.one.again) && head.value.as_ref() == value)
    }

    fn put(
        &self,
        field: &str,
        value: Option<&Value>,
        within: Option<&str>,
        wishes: &mut Vec<Wish>,
        beside: &mut Vec<Wish>,
    ) -> Result<(), Hindrance> {
        if within.is_none() && self.state.is_masked(field) {
            return Err(self.hindrance(Why::CannotBeUndone).about(field));
        }
        let heads = self.state.register(within, field).map_or(&[][..], |r| r.heads.as_slice());
        let former = self.one.former.field(within, field);
        let cleared = [None];
        let former = if former.is_empty() { &cleared[..] } else { former };
        let says = |value: &Option<Value>| heads.iter().any(|h| h.value == *value);
        if !heads.is_empty() && heads.iter().all(|h| former.contains(&h.value)) && former.iter().all(says) {
            return Ok(());
        }
        if let Some(later) = heads.iter().rev().find(|h| !self.says_so(h, value)) {
            return Err(self.hindrance(Why::ChangedSince).about(field).by(&later.tag));
        }
        let wish = |value: &Option<Value>| Wish::Put {
            field: field.to_owned(),
            value: value.clone(),
            within: within.map(str::to_owned),
        };
        let op = Op::Put { field: field.to_owned(), value: None, within: within.map(str::to_owned), seen: None };
        if !self.permits(&op) {
            return Err(self.hindrance(Why::NotPermitted).about(field));
        }
        match former {
            [one] => wishes.push(wish(one)),
            // They stood side by side: each is written by a change of its own that has not seen the others.
            several => beside.extend(several.iter().map(|value| Wish::PutBeside {
                field: field.to_owned(),
                value: value.clone(),
                within: within.map(str::to_owned),
            })),
        }
        Ok(())
    }

    /// The element goes again, unless somebody else put it there, too.
    fn unadd(&self, set: &str, element: &Value) -> Result<Option<Wish>, Hindrance> {
        let adds = self.state.sets.get(set).into_iter().flat_map(|s| &s.adds);
        let here: Vec<_> = adds.filter(|a| a.element == *element).collect();
        if let Some(other) = here.iter().find(|a| !self.is_ours(&a.tag)) {
            return Err(self.hindrance(Why::ChangedSince).about(set).by(&other.tag));
        }
        if here.is_empty() {
            return Ok(None);
        }
        let wish = Wish::Remove { set: set.to_owned(), element: element.clone() };
        if self.permits(&Op::Remove { set: set.to_owned(), dots: Vec::new() }) {
            Ok(Some(wish))
        } else {
            Err(self.hindrance(Why::NotPermitted).about(set))
        }
    }

    fn unlink(&self, other: &Value) -> Result<Option<Wish>, Hindrance> {
        let found = self.unadd(LINKS, other)?;
        Ok(found.and(other.as_id()).map(|other| Wish::Unlink { other }))
    }

    /// What was taken out comes in again, unless it is there.
    fn put_in_again(&self, set: &str, element: &Value) -> Result<Option<Wish>, Hindrance> {
        let adds = self.state.sets.get(set).into_iter().flat_map(|s| &s.adds);
        if adds.into_iter().any(|a| a.element == *element) {
            return Ok(None);
        }
        let link = element.as_id().filter(|_| set == LINKS);
        let (op, wish) = if let Some(other) = link {
            (Op::Link { other }, Wish::Link { other })
        } else {
            let (set, element) = (set.to_owned(), element.clone());
            (Op::Add { set: set.clone(), element: element.clone() }, Wish::Add { set, element })
        };
        if self.permits(&op) { Ok(Some(wish)) } else { Err(self.hindrance(Why::NotPermitted).about(set)) }
    }

    /// The step that leads back, as long as no other followed.
    fn unstep(&self, step: &str) -> Result<Option<Wish>, Hindrance> {
        let mine = self.state.steps.iter().find(|s| hits(&s.tag.names, &self.one.names));
        let Some(last) = self.state.last_applied() else { return Ok(None) };
        if mine.is_none_or(|s| s.outcome != crate::journal::Outcome::Applied)
            || self.state.status() == self.one.former.status
        {
            return Ok(None);
        }
        if !hits(&last.tag.names, &self.one.names) {
            return Err(self.hindrance(Why::StepFollowed).about(&last.step).by(&last.tag));
        }
        let back = BACK.iter().find(|(forward, _)| *forward == step).map_or(&[][..], |(_, back)| *back);
        self.step_by(back).map(Some)
    }

    /// A deletion is taken back by a word that it has not seen.
    fn restore(&self) -> Result<Option<Wish>, Hindrance> {
        if !self.state.is_deleted() {
            return Ok(None);
        }
        let wish = restoring_word(self.actor);
        let op = Op::Add { set: RESTORED.to_owned(), element: Value::Bool(true) };
        if self.permits(&op) { Ok(Some(wish)) } else { Err(self.hindrance(Why::NotPermitted).about("delete")) }
    }

    /// What was restored goes again, as long as nobody wrote on it since.
    fn unrestore(&self) -> Result<Option<Wish>, Hindrance> {
        if self.state.is_deleted() {
            return Ok(None);
        }
        match self.state.edits.iter().rev().find(|e| !self.is_ours(&e.tag)) {
            Some(edit) => Err(self.hindrance(Why::EditedSince).by(&edit.tag)),
            None => Ok(Some(Wish::Delete)),
        }
    }
}
