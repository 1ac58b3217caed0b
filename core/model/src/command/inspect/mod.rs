//! Inspections: begun by a template, answered item by item, finished with a signature, and looked at again in rounds.
//!
//! Owns one file a use case. Refuses to know which template holds where: the phone's rule tables say. Invariant: the ids of
//! inspections, answers and hazards follow from what they are about, so that two people without a signal make the same
//! records; what failed is a hazard in the same save.

mod answer;
mod begin;
mod finish;
mod recheck;
#[cfg(test)]
mod tests;

pub use answer::{AnswerItem, Hazard};
pub use begin::BeginInspection;
pub use finish::FinishInspection;
pub use recheck::BeginRecheck;

use super::{Actor, Command, Decision, Edits, Remedy};
use crate::id::RecordId;
use crate::inspection::TemplateItem;
use crate::kind::inspection::{self, ITEMS, Inspection, OFFICES};
use crate::kind::rule_table::numbered_row;
use crate::kind::{Kind, inspection_item};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;

/// Everything that a person can want of inspections.
#[derive(Debug, Clone, PartialEq)]
pub enum Inspect {
    /// A look at a place by a template.
    Begin(BeginInspection),
    /// What came of an item.
    Answer(AnswerItem),
    /// The end of a look, with who signed.
    Finish(FinishInspection),
    /// Another look at what failed.
    Recheck(BeginRecheck),
}

impl Inspect {
    /// Its name, for logs and shells.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Begin(_) => "begin_inspection",
            Self::Answer(_) => "answer_item",
            Self::Finish(_) => "finish_inspection",
            Self::Recheck(_) => "begin_recheck",
        }
    }

    /// How it is put right.
    pub const fn remedy(&self) -> Remedy {
        match self {
            Self::Begin(_) | Self::Recheck(_) => Remedy::TakesAway,
            Self::Answer(_) | Self::Finish(_) => Remedy::TakesAwayAndPutsBack,
        }
    }

    /// The records that a decision looks at.
    pub fn looks_at(&self) -> Vec<RecordId> {
        match self {
            Self::Begin(c) => [c.record(), c.place].into_iter().chain(c.campaign).chain(c.target).collect(),
            Self::Answer(c) => c.looks_at(),
            Self::Finish(c) => c.looks_at(),
            Self::Recheck(c) => c.looks_at(),
        }
    }

    /// Decides.
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        match self {
            Self::Begin(c) => c.decide(held, actor),
            Self::Answer(c) => c.decide(held, actor),
            Self::Finish(c) => c.decide(held, actor),
            Self::Recheck(c) => c.decide(held, actor),
        }
    }
}

/// An inspection that is here and whole.
fn opened(held: &impl Held, record: RecordId) -> Result<Inspection, Rejection> {
    let state = held.state(record).ok_or(Rejection::UnknownRecord)?;
    if state.is_deleted() {
        return Err(Rejection::RecordDeleted);
    }
    Inspection::of(state).ok_or(Rejection::WrongKind { wanted: Kind::Inspection.name() })
}

/// Edits with the items as they stand today, and who looks.
fn stamped<'a>(edits: Edits, items: impl IntoIterator<Item = &'a TemplateItem>, office: Option<&str>) -> Edits {
    let rows = items.into_iter().enumerate();
    let edits = rows.fold(edits, |edits, (n, item)| edits.add(ITEMS, numbered_row(n + 1, item.cells())));
    office.into_iter().fold(edits, |edits, office| edits.add(OFFICES, office))
}

/// The command that a change came from which the server did not take: an inspection that was begun, or an answer.
pub(super) fn again(kind: Kind, parent: RecordId, edits: &Edits) -> Option<Command> {
    let command = match kind {
        Kind::Inspection => begin_again(parent, edits)?,
        _ => Inspect::Answer(answer_again(parent, edits)?),
    };
    Some(Command::Inspect(Box::new(command)))
}

/// The same inspection.
fn begin_again(place: RecordId, edits: &Edits) -> Option<Inspect> {
    let value = |field: &str| edits.fields.get(field)?.as_ref();
    let set = |name: &'static str| edits.add.iter().filter(move |(set, _)| set == name).map(|(_, element)| element);
    let rows = set(ITEMS).filter_map(|row| Some(crate::rule_table::unpacked(row.as_text()?.split_once('\t')?.1)));
    let template = crate::inspection::Template::of_rows(rows).into_iter().next()?;
    let office = set(OFFICES).find_map(Value::as_text).map(str::to_owned);
    let id = |field: &str| value(field).and_then(Value::as_id);
    if value(inspection::ROUND)?.as_int()? > 0 {
        let round = u32::try_from(value(inspection::ROUND)?.as_int()?).ok()?;
        let items = template.items.into_iter().map(|item| item.item).collect();
        return Some(Inspect::Recheck(BeginRecheck { of: place, round, items, on: id_day(edits), office }));
    }
    Some(Inspect::Begin(BeginInspection {
        place,
        template,
        origin: value(inspection::ORIGIN)?.as_text()?.to_owned(),
        on: id_day(edits),
        campaign: id(inspection::CAMPAIGN),
        target: id(inspection::TARGET),
        office,
    }))
}

fn id_day(edits: &Edits) -> Option<i64> {
    edits.fields.get(inspection::ON)?.as_ref()?.as_int()
}

/// The same answer; its hazard was saved beside it.
fn answer_again(inspection: RecordId, edits: &Edits) -> Option<AnswerItem> {
    let text = |field: &str| Some(edits.fields.get(field)?.as_ref()?.as_text()?.to_owned());
    Some(AnswerItem {
        inspection,
        item: text(inspection_item::ITEM)?,
        result: text(inspection_item::RESULT)?,
        note: text("note"),
        number: text(inspection_item::NUMBER),
        pictures: edits.attach.clone(),
        basis: None,
        hazard: None,
    })
}
