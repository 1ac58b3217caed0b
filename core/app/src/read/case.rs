//! One case: its card, its timeline, who has it now.

use super::card::Card;
use super::{Reader, shown};
use gridwalk_model::kind::{Kind, case};
use gridwalk_model::{RecordId, UnitId};
use gridwalk_store::StoreError;

/// A case as its screen draws it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CaseView {
    /// The case itself, with its steps.
    #[serde(flatten)]
    pub card: Card,
    /// The unit that has it now.
    pub dispatched_to: Option<UnitId>,
    /// That unit's name.
    pub dispatched_to_name: Option<String>,
    /// Whether it is done.
    pub done: bool,
}

impl Reader<'_> {
    /// A case; `None` if there is no such case on this phone.
    pub fn case(&self, record: RecordId) -> Result<Option<CaseView>, StoreError> {
        let loaded = self.load([record])?;
        let Some(view) = shown(&loaded, record) else { return Ok(None) };
        let Some(front) = view.front().filter(|f| f.kind() == Kind::Case.name()) else { return Ok(None) };
        let dispatched_to = case::dispatched_to(front);
        Ok(Some(CaseView {
            card: self.card_of(&loaded, &view)?,
            dispatched_to,
            dispatched_to_name: dispatched_to.map(|u| self.unit_name(u)).transpose()?.flatten(),
            done: case::DONE.contains(&front.status()),
        }))
    }
}
