//! Begin a round of re-checks: what failed is looked at again, and nothing else.

use super::answer::{answer_in, hazard_named};
use super::{opened, stamped};
use crate::command::{Actor, Blank, Decision, Edits, home_unit};
use crate::id::RecordId;
use crate::inspection::ItemResult;
use crate::kind::inspection::{CAMPAIGN, ON, ORIGIN, ROUND, TARGET, TEMPLATE, TITLE, recheck_of};
use crate::kind::inspection_item::worst;
use crate::kind::{Kind, PARENT};
use crate::limits;
use crate::rejection::Rejection;
use crate::view::Held;

/// Another look at what failed.
#[derive(Debug, Clone, PartialEq)]
pub struct BeginRecheck {
    /// The first inspection.
    pub of: RecordId,
    /// Which round.
    pub round: u32,
    /// The codes of what failed in the round before.
    pub items: Vec<String>,
    /// The day; today if nothing is said.
    pub on: Option<i64>,
    /// Who looks: an office or a firm.
    pub office: Option<String>,
}

impl BeginRecheck {
    /// The id that it has.
    pub fn record(&self) -> RecordId {
        recheck_of(self.of, self.round)
    }

    /// The records that it looks at.
    pub(super) fn looks_at(&self) -> Vec<RecordId> {
        let before = self.round.saturating_sub(1);
        let answers =
            self.items.iter().flat_map(|item| [answer_in(self.of, before, item), answer_in(self.of, 0, item)]);
        [self.record(), self.of].into_iter().chain(answers).collect()
    }

    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let first = opened(held, self.of)?;
        if first.round != 0 {
            return Err(Rejection::WrongParent { kind: Kind::Inspection.name().to_owned() });
        }
        if !(1..=limits::RECHECK_ROUNDS).contains(&self.round) || self.items.is_empty() {
            return Err(Rejection::NothingToRecheck);
        }
        let on = self.on.ok_or(Rejection::MissingField { field: ON })?;
        if on > actor.today() {
            return Err(Rejection::NotYet { field: ON });
        }
        let mut items = Vec::new();
        for code in &self.items {
            let item = first.item(code).ok_or(Rejection::NoSuchItem)?;
            let failed = held.state(answer_in(self.of, self.round - 1, code)).and_then(worst);
            if failed != Some(ItemResult::Failed) || hazard_named(held, self.of, code).is_none() {
                return Err(Rejection::NothingToRecheck);
            }
            items.push(item);
        }
        let blank = Blank::again(held, self.record(), Kind::Inspection)?;
        let edits = Edits::none()
            .put(TEMPLATE, first.template.to_string())
            .put(TITLE, first.title.as_str())
            .put(ORIGIN, first.origin.as_str())
            .put(ON, on)
            .put(ROUND, i64::from(self.round));
        let refs = [(CAMPAIGN, first.campaign), (TARGET, first.target)];
        let edits = refs.into_iter().fold(edits, |edits, (field, id)| match id {
            Some(id) => edits.put(field, id),
            None => edits,
        });
        let unit = home_unit(held, self.of).unwrap_or_default();
        let edits = stamped(edits, items, self.office.as_deref());
        Ok(blank.write(unit, Some((PARENT, self.of)), &edits, actor)?.into())
    }
}
