//! The write path: whatever is typed on this phone goes through `execute`.
//!
//! Owns the order: load what is shown, decide, save everything in one transaction, tell. Refuses to decide (the model
//! does) and to know screens. Invariant: a command is saved whole or not at all, and nothing is saved but by a command.

use crate::error::AppError;
use crate::events::Changes;
use crate::ids;
use crate::notebook::Notebook;
use crate::read::Reader;
use gridwalk_model::command::{Command, Decision, FieldWarning, Write};
use gridwalk_model::id::{DraftId, RecordId, SpaceId, UnitId};
use gridwalk_model::kind::{PARENT, UNIT};
use gridwalk_model::limits;
use gridwalk_model::undo::Former;
use gridwalk_model::wish::Wish;
use gridwalk_model::{Basis, State, Timestamp};
use gridwalk_store::{Draft, DraftRequest, Remembered, SaveRequest, Saved};
use std::collections::BTreeMap;

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The record that the command is about.
    pub record: RecordId,
    /// The saves, one for each record written, that of `record` first.
    pub saved: Vec<Saved>,
    /// What listeners were told.
    pub changes: Changes,
    /// What looks odd about what was typed; it is saved all the same.
    pub warnings: Vec<FieldWarning>,
}

impl Notebook {
    /// Does what a person wants, or says why not. When it returns, everything is on the disk.
    pub fn execute(&self, command: &Command) -> Result<Changed, AppError> {
        self.execute_in(command, None)
    }

    /// The same with what was typed into an open form, which the save ends: for a record that does not exist before it.
    /// `NotFound` if the form is gone or belongs to another record.
    pub fn execute_in(&self, command: &Command, form: Option<DraftId>) -> Result<Changed, AppError> {
        self.pass_gate()?;
        self.execute_behind_gate(command, form)
    }

    /// The same of what the phone itself notices while it is locked.
    pub(crate) fn execute_behind_gate(&self, command: &Command, form: Option<DraftId>) -> Result<Changed, AppError> {
        let reader = Reader { store: self.store(), actor: self.actor()? };
        let stamped = reader.stamped(command)?;
        let (command, actor) = (stamped.as_ref().unwrap_or(command), &reader.actor);
        reader.refuse_untrained(command)??;
        reader.refuse_locked(command)??;
        let held = self.held_for(&command.looks_at(), actor.now)?;
        let mut decision = command.decide(&held, actor)?;
        reader.refuse_elsewhere(command)??;
        if let Some(form) = form {
            let open = self.store().draft(form)?.filter(|draft| draft.record == decision.first.record);
            decision.first.basis.draft = Some(open.ok_or(gridwalk_store::StoreError::NotFound)?.draft);
        }
        reader.refuse_unused(&decision, &held)??;
        let mut warnings = decision.warnings(&held, actor);
        if decision.links_households() {
            warnings.extend(decision.linked_twice(&reader.links()?));
        }
        warnings.extend(reader.untrained_there(command)?);
        warnings.extend(reader.elsewhere(&decision)?);
        if let Command::DeleteRecord(delete) = command {
            warnings.extend(reader.left_below(delete.record)?);
        }
        let about = Remembered {
            name: command.name(),
            remedy: command.remedy().code(),
            undoes: if let Command::Undo(undo) = command { undo.command() } else { None },
            former: decision.writes().map(|w| Former::of(held.get(&w.record), &w.wishes)).collect(),
        };
        Ok(Changed { warnings, ..self.save_decided(decision, Some(&about), actor.now)? })
    }

    /// Saves what was decided: the second half of [`Self::execute`], open to measurements of it.
    #[doc(hidden)]
    pub fn save_decision(&self, decision: Decision, now: Timestamp) -> Result<Changed, AppError> {
        self.save_decided(decision, None, now)
    }

    fn save_decided(
        &self,
        decision: Decision,
        about: Option<&Remembered>,
        now: Timestamp,
    ) -> Result<Changed, AppError> {
        let record = decision.first.record;
        let mut requests: Vec<SaveRequest> = Vec::new();
        let mut homes: BTreeMap<RecordId, SpaceId> = BTreeMap::new();
        let mut changes = Changes::default();
        for write in decision.into_writes() {
            changes.kinds.insert(write.kind.clone());
            changes.ids.insert(write.record);
            let parent = put_id(&write.wishes, PARENT);
            let space = match parent.and_then(|p| homes.get(&p)) {
                Some(space) => *space,
                None => self.space_of(&write, parent, now)?,
            };
            homes.entry(write.record).or_insert(space);
            requests.push(self.request(write, space, now)?);
        }
        let saved = self.store().save_command(&requests, about)?;
        self.note_saved(&changes);
        Ok(Changed { record, saved, changes, warnings: Vec::new() })
    }

    /// Opens a form on a record, or on one that does not exist yet: its basis is what stands on the screen now.
    pub fn open_draft(&self, record: RecordId, kind: &str, unit: UnitId, content: &str) -> Result<Draft, AppError> {
        let now = self.now();
        let shown = self.store().predicted(record, now)?.space;
        let space = match shown {
            Some(space) => space,
            None => self.space_of_unit(unit, now)?,
        };
        let draft = self.new_draft()?;
        let request =
            DraftRequest { draft, record, space, kind: kind.to_owned(), content: content.to_owned(), opened_at: now };
        self.store().open_draft(&request)?;
        self.store().draft(draft)?.ok_or(AppError::Store(gridwalk_store::StoreError::NotFound))
    }

    /// Throws a form away; the only way that one is lost.
    pub fn discard_draft(&self, draft: DraftId) -> Result<(), AppError> {
        Ok(self.store().discard_draft(draft)?)
    }

    /// What stands on the screen of a record now.
    pub fn basis(&self, record: RecordId) -> Result<Basis, AppError> {
        Ok(self.store().begin(record, self.now())?)
    }

    /// The predicted states that a decision looks at: the records, their same-as groups, and all above them.
    pub fn held_for(&self, records: &[RecordId], now: Timestamp) -> Result<BTreeMap<RecordId, State>, AppError> {
        Ok(self.store().looked_at(records, now)?)
    }

    fn request(&self, write: Write, space: SpaceId, now: Timestamp) -> Result<SaveRequest, AppError> {
        let enrolment = self.enrolment().ok_or(AppError::NotEnrolled)?;
        // A basis outlives its draft when a person threw the form away and saves from a copy of it.
        let draft = match write.basis.draft {
            Some(draft) => self.store().draft(draft)?.map(|d| d.draft),
            None => None,
        };
        Ok(SaveRequest {
            record: write.record,
            space,
            kind: write.kind,
            unit: write.unit,
            author: enrolment.account,
            device: enrolment.device,
            machine: false,
            typed_at: now,
            heard: None,
            wishes: write.wishes,
            basis: write.basis,
            instead_of: write.instead_of,
            salt: ids::random(self.ids())?,
            draft,
        })
    }

    /// The space that a record lives in: its own, its parent's, or that of its unit.
    fn space_of(&self, write: &Write, parent: Option<RecordId>, now: Timestamp) -> Result<SpaceId, AppError> {
        for record in [Some(write.record), parent].into_iter().flatten() {
            if let Some(space) = self.store().space_of(record)? {
                return Ok(space);
            }
        }
        self.space_of_unit(put_id(&write.wishes, UNIT).map_or(write.unit, RecordId::unit), now)
    }

    /// The space that a unit's records live in: the one in which the person holds the unit or one above it, else the
    /// only one that is no reference space.
    fn space_of_unit(&self, unit: UnitId, now: Timestamp) -> Result<SpaceId, AppError> {
        let enrolment = self.enrolment().ok_or(AppError::NotEnrolled)?;
        let mut granted: BTreeMap<UnitId, SpaceId> = BTreeMap::new();
        for info in enrolment.spaces.iter().filter(|s| !s.reference) {
            let held = self.store().space(info.space)?.grants.into_iter().map(|g| g.unit);
            granted.extend(held.chain(info.units.iter().copied()).map(|u| (u, info.space)));
        }
        let mut at = unit;
        for _ in 0..limits::UNIT_DEPTH_MAX {
            if let Some(space) = granted.get(&at) {
                return Ok(*space);
            }
            let shown = self.store().predicted(at.record(), now)?.state;
            let above = shown.fields.get(PARENT).and_then(|f| f.heads.first()?.value.as_ref()?.as_id());
            let Some(above) = above else { break };
            at = above.unit();
        }
        let mut own = enrolment.spaces.iter().filter(|s| !s.reference && !s.units.is_empty());
        match (own.next(), own.next()) {
            (Some(only), None) => Ok(only.space),
            _ => Err(AppError::NoSpace),
        }
    }
}

/// The id that a write puts into a field.
fn put_id(wishes: &[Wish], name: &str) -> Option<RecordId> {
    wishes.iter().find_map(|w| match w {
        Wish::Put { field, value: Some(value), within: None } if field == name => value.as_id(),
        _ => None,
    })
}
