//! Edit a record: fields and sets of any kind, by its table.
//!
//! In a same-as group a field is written to every member on the screen that holds it, so that the group agrees; sets
//! and new fields go to the record that was opened. A return whose comments stood on the screen is answered by it.

use super::add_dwelling::building_name;
use super::{Actor, Decision, Edits, Opened, review_record};
use crate::basis::Basis;
use crate::id::RecordId;
use crate::kind::{Kind, PARENT};
use crate::picture::{elements_of, hash_of};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;

/// Fields and sets of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct EditRecord {
    /// The record.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// The same of the other members of its same-as group, and of the returns whose comments were shown.
    pub also: Vec<Basis>,
    /// What was changed.
    pub edits: Edits,
}

impl EditRecord {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let opened = Opened::all(held, self.record, &self.basis, &self.also)?;
        let mut writes = Vec::new();
        for (nth, one) in opened.iter().enumerate() {
            let edits = one.in_form(held, &self.edits);
            let mut wishes = edits.wishes(one.table, actor.roles, |field, value| one.is_news(field, value))?;
            if nth > 0 {
                wishes.retain(|w| one.holds(w));
            } else {
                wishes.retain(|w| one.has_use(w));
            }
            one.refuse_again(&wishes)?;
            if !wishes.is_empty() {
                writes.push(one.write(wishes));
            }
        }
        if writes.is_empty() {
            return Err(Rejection::NothingToDo);
        }
        let edited = |name: &str| writes.iter().flat_map(|w| &w.wishes).any(|w| w.is_about(name));
        let answers = review_record::answers(held, &self.also, edited, actor)?;
        writes.extend(answers);
        Decision::of(writes)
    }
}

impl Opened<'_> {
    /// Edits in the form in which the kind keeps them: doors as all phones write them.
    fn in_form(&self, held: &impl Held, edits: &Edits) -> Edits {
        if self.table.kind != Kind::Dwelling {
            return edits.clone();
        }
        let building = self.state.head_ids(PARENT).first().map(|b| building_name(held, *b)).unwrap_or_default();
        edits.clone().with_door(&building)
    }

    /// No for a field that is written once and stands here already.
    fn refuse_again(&self, wishes: &[Wish]) -> Result<(), Rejection> {
        let again = |wish: &Wish| match wish {
            Wish::Put { field, within: None, .. } => self.table.stands_for_good(field, self.state),
            _ => false,
        };
        match wishes.iter().find(|wish| again(wish)) {
            Some(Wish::Put { field, .. }) => Err(Rejection::FieldNotPermitted { field: field.clone() }),
            _ => Ok(()),
        }
    }

    /// Whether a value says something new: the record does not say just that, or something stands there that was not
    /// on the screen.
    pub(super) fn is_news(&self, field: &str, value: Option<&Value>) -> bool {
        // What a mask hid may say anything.
        if self.state.is_masked(field) {
            return true;
        }
        let heads = self.state.fields.get(field).map_or(&[][..], |r| r.heads.as_slice());
        let says_so = match heads {
            [] => value.is_none(),
            heads => heads.iter().all(|h| h.value.as_ref() == value),
        };
        !(says_so && self.saw_all(None, field))
    }

    /// Whether another member of the group holds what the wish is about.
    fn holds(&self, wish: &Wish) -> bool {
        match wish {
            Wish::Put { field, within: None, .. } if self.state.is_masked(field) => true,
            Wish::Put { field, .. } => self.state.fields.get(field).is_some_and(|r| !r.heads.is_empty()),
            Wish::Remove { set, element } => !self.basis.element(set, element).is_empty(),
            _ => false,
        }
    }

    /// Whether a set's wish has anything to do here: what is to go is there, what is to come is not.
    fn has_use(&self, wish: &Wish) -> bool {
        let here =
            |set: &str, e: &Value| self.state.sets.get(set).is_some_and(|s| s.adds.iter().any(|a| a.element == *e));
        match wish {
            Wish::Remove { set, element } => here(set, element) || !self.basis.element(set, element).is_empty(),
            Wish::Add { set, element } => !here(set, element) || self.basis.element(set, element).is_empty(),
            Wish::Attach { element } => hash_of(element).is_none_or(|hash| elements_of(self.state, hash).is_empty()),
            _ => true,
        }
    }
}
