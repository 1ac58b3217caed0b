//! Needs attention, its other half: own steps that did not take effect because the case had moved on.

use super::Reader;
use gridwalk_model::state::Step;
use gridwalk_model::{AccountId, Name, RecordId, Timestamp};
use gridwalk_store::{Counts, OvertakenStep, StoreError};

/// Why such a step is listed.
const CODE: &str = "overtaken";

/// One own step that did not take effect.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct OvertakenView {
    /// What it is called when it is put aside.
    pub item: String,
    /// The step's name.
    #[serde(skip)]
    pub name: Name,
    /// The case.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// Why: a stable code.
    pub code: &'static str,
    /// The reader's step.
    pub mine: TakenStep,
    /// The step that stood there by then, as far as it is known.
    pub theirs: Option<TakenStep>,
}

/// A step with who took it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TakenStep {
    /// Its code.
    pub step: String,
    /// Who took it.
    pub by: AccountId,
    /// What they are called, as far as it is known here.
    pub by_name: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What tells a step from all others, as short as that can be: the mark of its change.
fn item(name: &Name) -> String {
    format!("{:016x}", u64::from_be_bytes(name.mark.0))
}

impl Reader<'_> {
    fn taken(&self, step: &Step) -> Result<TakenStep, StoreError> {
        let by = step.tag.author;
        Ok(TakenStep { step: step.step.clone(), by, by_name: self.person(by)?, at: step.tag.effective })
    }

    /// This person's steps that did not take effect and were not put aside, in the order of their times.
    pub fn overtaken(&self) -> Result<Vec<OvertakenView>, StoreError> {
        let view = |found: OvertakenStep| {
            let row = self.store.row(found.record)?;
            Ok(OvertakenView {
                item: item(&found.step.tag.id),
                name: found.step.tag.id,
                record: found.record,
                kind: row.as_ref().map(|r| r.kind.clone()).unwrap_or_default(),
                title: row.map(|r| r.title).unwrap_or_default(),
                code: CODE,
                mine: self.taken(&found.step)?,
                theirs: found.by.as_ref().map(|step| self.taken(step)).transpose()?,
            })
        };
        self.store.overtaken(self.actor.account)?.into_iter().map(view).collect()
    }

    /// How much waits, and for what; what needs attention counts this person's overtaken steps too.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        let counts = self.store.counts()?;
        let overtaken = self.store.overtaken_count(self.actor.account)?;
        Ok(Counts { needs_attention: counts.needs_attention + overtaken, ..counts })
    }
}
