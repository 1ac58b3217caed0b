//! Inspections from a phone: which template holds, which hazard is open, and what is to be looked at again.
//!
//! Owns the way from what somebody names to the commands of inspections. Refuses to decide: the model does. Invariant: what
//! stood on the screen is the basis of every answer that is given again.

use crate::error::AppError;
use crate::execute::Changed;
use crate::notebook::Notebook;
use gridwalk_model::command::Command;
use gridwalk_model::command::canvass::target_of;
use gridwalk_model::command::inspect::{AnswerItem, BeginInspection, BeginRecheck, FinishInspection, Hazard, Inspect};
use gridwalk_model::inspection::{ItemResult, Template};
use gridwalk_model::kind::inspection::{Inspection, answer_of, hazard_of};
use gridwalk_model::kind::inspection_item::CASE;
use gridwalk_model::picture::Picture;
use gridwalk_model::view::{Policy, show};
use gridwalk_model::{RecordId, Rejection};

/// An inspection that is to be begun.
#[derive(Debug, Clone, PartialEq)]
pub struct InspectionBegun {
    /// The place, or one of a campaign's list.
    pub place: RecordId,
    /// The template.
    pub template: Template,
    /// At whose instance: a code.
    pub origin: String,
    /// The day; today if nothing is said.
    pub on: Option<i64>,
    /// The campaign.
    pub campaign: Option<RecordId>,
    /// Who looks.
    pub office: Option<String>,
}

/// An answer that is to be given.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ItemAnswered {
    /// The inspection, or the round of re-checks.
    pub inspection: RecordId,
    /// The item's code.
    pub item: String,
    /// What came of it: a code.
    pub result: String,
    /// More about it.
    pub note: Option<String>,
    /// The number of a document, or what was measured.
    pub number: Option<String>,
    /// Pictures of it.
    pub pictures: Vec<Picture>,
}

/// An inspection that is to be finished.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InspectionFinished {
    /// The inspection, or the round of re-checks.
    pub record: RecordId,
    /// Who signed on the premises.
    pub signed_by: Option<String>,
    /// Why nobody signed.
    pub unsigned: Option<String>,
    /// A picture of the signature.
    pub signature: Option<Picture>,
    /// More about it.
    pub note: Option<String>,
    /// How many people are there.
    pub people: Option<i64>,
}

impl Notebook {
    fn inspect(&self, command: Inspect) -> Result<Changed, AppError> {
        self.execute(&Command::Inspect(Box::new(command)))
    }

    fn inspection_here(&self, record: RecordId) -> Result<Inspection, AppError> {
        let state = self.store().predicted(record, self.now())?.state;
        Ok(Inspection::of(&state).ok_or(Rejection::UnknownRecord)?)
    }

    /// Begins an inspection; of one that somebody began already this is told.
    pub fn begin_inspection(&self, wanted: InspectionBegun) -> Result<Changed, AppError> {
        let InspectionBegun { place, template, origin, on, campaign, office } = wanted;
        let target = match campaign.map(|campaign| target_of(campaign, place)) {
            Some(target) if self.reader()?.store.row(target)?.is_some() => Some(target),
            _ => None,
        };
        let on = Some(on.unwrap_or(self.actor()?.today()));
        self.inspect(Inspect::Begin(BeginInspection { place, template, origin, on, campaign, target, office }))
    }

    /// Answers an item, or answers it again.
    pub fn answer_item(&self, wanted: ItemAnswered) -> Result<Changed, AppError> {
        let inspection = self.inspection_here(wanted.inspection)?;
        let record = answer_of(wanted.inspection, &wanted.item);
        // Also one that was taken away: what is said now stands over it.
        let stands = !self.store().predicted(record, self.now())?.state.kinds.is_empty();
        let basis = if stands { Some(self.basis(record)?) } else { None };
        let hazard = self.hazard(&inspection, &wanted)?;
        let ItemAnswered { inspection, item, result, note, number, pictures } = wanted;
        let answer = AnswerItem { inspection, item, result, note, number, pictures, basis, hazard };
        self.inspect(Inspect::Answer(answer))
    }

    /// The hazard of an item: of a round that which the first inspection named, else one that is open at the place.
    fn hazard(&self, inspection: &Inspection, wanted: &ItemAnswered) -> Result<Option<Hazard>, AppError> {
        let reader = self.reader()?;
        let root = inspection.root();
        let answer = self.store().predicted(answer_of(root, &wanted.item), self.now())?.state;
        let heads = answer.fields.get(CASE).map_or(&[][..], |field| field.heads.as_slice());
        let named = show(heads, Policy::Review).and_then(|shown| shown.value?.as_id());
        if inspection.round == 0 && wanted.result != ItemResult::Failed.code() {
            return Ok(None);
        }
        let open = match named {
            Some(case) => Some(case),
            None if inspection.round > 0 => None,
            None => {
                let own = hazard_of(root, &wanted.item);
                let own = reader.store.row(own)?.map(|row| row.record);
                own.map_or_else(|| reader.open_hazard(inspection.parent, &wanted.item), |own| Ok(Some(own)))?
            }
        };
        let open = match open {
            Some(case) if reader.store.row(case)?.is_some() => Some(self.basis(case)?),
            // One that is not on this phone is still the one that was named.
            Some(case) => Some(gridwalk_model::Basis::blank(case)),
            None => None,
        };
        let unit = reader.store.row(inspection.record)?.and_then(|row| row.unit);
        let class = inspection.item(&wanted.item).map(|item| reader.class(&item.class, unit)).transpose()?.flatten();
        let place = if inspection.round == 0 { reader.place_in_words(inspection.parent)? } else { String::new() };
        Ok(Some(Hazard { open, category: class.map(|view| view.class.category).unwrap_or_default(), place }))
    }

    /// Finishes an inspection; a place of a campaign's list counts as checked with it.
    pub fn finish_inspection(&self, wanted: InspectionFinished) -> Result<Changed, AppError> {
        let inspection = self.inspection_here(wanted.record)?;
        let attempt = match inspection.target {
            Some(target) if inspection.round == 0 && inspection.finished_at.is_none() => {
                Some((target, self.new_record()?))
            }
            _ => None,
        };
        let InspectionFinished { record, signed_by, unsigned, signature, note, people } = wanted;
        let (basis, items) = (self.basis(record)?, inspection.items.into_iter().map(|item| item.item).collect());
        let finish = FinishInspection { record, basis, items, signed_by, unsigned, signature, note, attempt, people };
        self.inspect(Inspect::Finish(finish))
    }

    /// Begins the round of re-checks that is due; of one that somebody began already this is told.
    pub fn begin_recheck(
        &self,
        inspection: RecordId,
        on: Option<i64>,
        office: Option<String>,
    ) -> Result<Changed, AppError> {
        let of = self.inspection_here(inspection)?.root();
        let (round, items) = self.reader()?.to_look_again(of)?.ok_or(Rejection::NothingToRecheck)?;
        let on = Some(on.unwrap_or(self.actor()?.today()));
        self.inspect(Inspect::Recheck(BeginRecheck { of, round, items, on, office }))
    }
}
