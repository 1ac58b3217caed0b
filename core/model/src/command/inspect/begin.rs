//! Begin an inspection of a place by a template: the items as they stand today are kept in it.
//!
//! Its id follows from place, template, origin, day and campaign: whoever begins it beside somebody else, without a signal,
//! begins the same one.

use super::stamped;
use crate::command::{Actor, Blank, Decision, Edits, parent_unit};
use crate::id::RecordId;
use crate::inspection::Template;
use crate::kind::inspection::{self, CAMPAIGN, ON, ORIGIN, PLACES, ROUND, TARGET, TEMPLATE, TITLE};
use crate::kind::{Kind, PARENT};
use crate::rejection::Rejection;
use crate::view::Held;

/// A look at a place by a template.
#[derive(Debug, Clone, PartialEq)]
pub struct BeginInspection {
    /// Premises, a home, another place, or one of a campaign's list that the register does not know.
    pub place: RecordId,
    /// The template as it holds there today.
    pub template: Template,
    /// At whose instance: a code.
    pub origin: String,
    /// The day; today if nothing is said.
    pub on: Option<i64>,
    /// The campaign that it is part of.
    pub campaign: Option<RecordId>,
    /// The place of the campaign's list that it is.
    pub target: Option<RecordId>,
    /// Who looks: an office or a firm.
    pub office: Option<String>,
}

impl BeginInspection {
    /// The id that it has, once its day is said.
    pub fn record(&self) -> RecordId {
        let on = self.on.unwrap_or_default();
        inspection::inspection_of(self.place, &self.template.of, &self.origin, on, self.campaign)
    }

    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let on = self.on.ok_or(Rejection::MissingField { field: ON })?;
        if on > actor.today() {
            return Err(Rejection::NotYet { field: ON });
        }
        if self.template.items.is_empty() {
            return Err(Rejection::MissingField { field: inspection::ITEMS });
        }
        let unit = parent_unit(held, self.place, PLACES)?;
        if held.state(self.place).is_some_and(|place| place.kind() == Kind::Inspection.name()) {
            return Err(Rejection::WrongParent { kind: Kind::Inspection.name().to_owned() });
        }
        let blank = Blank::again(held, self.record(), Kind::Inspection)?;
        let edits = Edits::none()
            .put(TEMPLATE, self.template.of.to_string())
            .put(TITLE, self.template.name.zh_hans.as_str())
            .put(ORIGIN, self.origin.as_str())
            .put(ON, on)
            .put(ROUND, 0);
        let refs = [(CAMPAIGN, self.campaign), (TARGET, self.target)];
        let edits = refs.into_iter().fold(edits, |edits, (field, id)| match id {
            Some(id) => edits.put(field, id),
            None => edits,
        });
        let edits = stamped(edits, &self.template.items, self.office.as_deref());
        Ok(blank.write(unit, Some((PARENT, self.place)), &edits, actor)?.into())
    }
}
