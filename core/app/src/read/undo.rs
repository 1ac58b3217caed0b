//! What can be undone: the newest commands of this phone, what each undo would do, and what stands in its way.
//!
//! Owns the list and what an undo is decided over. Refuses to undo. Invariant: what is said here that an undo will do is
//! what the same undo does, as long as nothing arrives in between.

use super::Reader;
use super::outbox::what;
use gridwalk_model::command::Undo;
use gridwalk_model::kind::{Kind, PARENT};
use gridwalk_model::undo::{Done, Hindrance};
use gridwalk_model::wish::Wish;
use gridwalk_model::{AccountId, Name, RecordId, Timestamp, limits};
use gridwalk_store::{StoreError, UndoItem};
use std::collections::{BTreeMap, BTreeSet};

/// One command that was done here.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct UndoLine {
    /// The command: its first save.
    pub command: u64,
    /// Its saves.
    pub saves: Vec<u64>,
    /// Its name.
    pub name: String,
    /// How it is put right: a code.
    pub remedy: String,
    /// When.
    pub at: Timestamp,
    /// What it did.
    pub did: Vec<UndoPart>,
    /// What an undo would do now.
    pub will: Vec<UndoPart>,
    /// What stands in the way.
    pub hindrances: Vec<Hindrance>,
    /// What those are called who wrote there since, as far as it is known here.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub people: BTreeMap<AccountId, String>,
    /// Whether it is undone.
    pub undone: bool,
    /// The command that it undid itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<u64>,
}

/// One record with what is done to it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct UndoPart {
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its title, as far as the record is here.
    pub title: String,
    /// Names of fields and sets, codes of steps, `delete`.
    pub what: Vec<String>,
}

fn wished(wish: &Wish) -> String {
    match wish {
        Wish::Put { field, .. } | Wish::PutBeside { field, .. } => field.clone(),
        Wish::Add { set, .. } | Wish::Remove { set, .. } => set.clone(),
        Wish::AddInstance { within } | Wish::RemoveInstance { within } => within.clone(),
        Wish::Step { step, .. } => step.clone(),
        Wish::Link { .. } => "same".to_owned(),
        Wish::Unlink { .. } => "apart".to_owned(),
        Wish::Attach { .. } => gridwalk_model::op::ATTACHED.to_owned(),
        Wish::Delete => "delete".to_owned(),
    }
}

impl UndoLine {
    /// Whether there is anything left to put right, or to be told why it cannot be.
    pub fn is_open(&self) -> bool {
        !self.undone && self.undoes.is_none() && !(self.will.is_empty() && self.hindrances.is_empty())
    }

    /// Whether all of it can be put right.
    pub fn is_free(&self) -> bool {
        self.is_open() && self.hindrances.is_empty()
    }
}

impl Reader<'_> {
    /// The newest commands, the last one first.
    pub fn undo_list(&self, commands: u32) -> Result<Vec<UndoLine>, StoreError> {
        let items = self.store.undoable(commands.min(limits::UNDO_LINES_MAX))?;
        let undone: BTreeSet<u64> = items.iter().filter(|i| i.undone_by.is_some()).map(|i| i.command).collect();
        let mut lines = Vec::new();
        for saves in items.chunk_by(|a, b| a.command == b.command) {
            lines.extend(self.undo_line(saves, &undone, None)?);
        }
        Ok(lines)
    }

    /// What the undo of the command that a save is of would be; `None` if this phone does not remember it.
    pub fn undo_of(&self, save: u64, reason: Option<String>, go_on: bool) -> Result<Option<Undo>, StoreError> {
        let items = self.store.saves_with(save)?;
        if items.is_empty() {
            return Ok(None);
        }
        Ok(Some(Undo { done: self.done(&items)?, reason, go_on }))
    }

    /// One line about the command that a save is of.
    pub fn undo_line_of(&self, save: u64, reason: Option<String>) -> Result<Option<UndoLine>, StoreError> {
        let items = self.store.saves_with(save)?;
        self.undo_line(&items, &BTreeSet::new(), reason)
    }

    fn undo_line(
        &self,
        items: &[UndoItem],
        undone: &BTreeSet<u64>,
        reason: Option<String>,
    ) -> Result<Option<UndoLine>, StoreError> {
        let Some(first) = items.first() else { return Ok(None) };
        let undo = Undo { done: self.done(items)?, reason, go_on: true };
        let held = self.store.looked_at(&undo.looks_at(), self.actor.now)?;
        let found = undo.compensation(&held, &self.actor);
        let mut did = Vec::new();
        for item in items {
            did.push(self.part(item.record, &item.change.change.kind, what(&item.change.change))?);
        }
        let mut will = Vec::new();
        for write in &found.writes {
            will.push(self.part(write.record, &write.kind, write.wishes.iter().map(wished).collect())?);
        }
        let mut people = BTreeMap::new();
        for by in found.hindrances.iter().filter_map(|hindrance| hindrance.by) {
            people.extend(self.person(by)?.map(|name| (by, name)));
        }
        // An undo that was undone itself leaves what it was of undone no more.
        let stands = first.undone_by.is_some_and(|by| !undone.contains(&by));
        Ok(Some(UndoLine {
            command: first.command,
            saves: items.iter().map(|i| i.save).collect(),
            name: first.name.clone(),
            remedy: first.remedy.clone(),
            at: first.change.change.typed_at,
            did,
            will,
            hindrances: found.hindrances,
            people,
            undone: stands,
            undoes: first.undoes,
        }))
    }

    fn part(&self, record: RecordId, kind: &str, what: Vec<String>) -> Result<UndoPart, StoreError> {
        let title = self.title_of(record)?.map(|named| named.title).unwrap_or_default();
        Ok(UndoPart { record, kind: kind.to_owned(), title, what })
    }

    fn done(&self, items: &[UndoItem]) -> Result<Vec<Done>, StoreError> {
        let made: BTreeSet<RecordId> = items.iter().map(|i| i.record).collect();
        let mut list = Vec::new();
        for item in items {
            let later = self.store.undos_on(item.record, item.save)?;
            let again: Vec<Name> = later.iter().flat_map(|l| l.change.names()).collect();
            let mut below = Vec::new();
            if item.former.created {
                for row in self.store.children(item.record)? {
                    let still = !made.contains(&row.record) && row.kind != Kind::Review.name();
                    let state = self.store.predicted(row.record, self.actor.now)?.state;
                    if still && !state.is_deleted() && state.head_ids(PARENT).contains(&item.record) {
                        below.push(row.record);
                    }
                }
            }
            list.push(Done {
                save: item.save,
                change: (*item.change.change).clone(),
                names: item.change.names(),
                former: item.former.clone(),
                basis: self.store.begin(item.record, self.actor.now)?,
                again,
                below,
            });
        }
        Ok(list)
    }
}
