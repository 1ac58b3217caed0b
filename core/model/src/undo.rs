//! Undo: the change that compensates for a save, and what stands in its way.
//!
//! Owns what a save replaced ([`Former`]) and the rule by which each of its operations is put right. Refuses to take
//! anything out of a journal: an undo is one more change, with a basis, and can be undone like any other. Invariant: what
//! somebody else wrote since is never taken away; the answer says what it is and who wrote it.

mod former;
mod operation;

pub use former::Former;

use crate::basis::Basis;
use crate::change::Change;
use crate::command::{Actor, Write, home_unit};
use crate::id::{AccountId, RecordId};
use crate::kind::{Kind, KindTable, PARENT};
use crate::name::{Name, hits};
use crate::op::Op;
use crate::state::{State, Tag};
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;
use std::collections::BTreeMap;

/// One save of the command that is to be undone.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// How-manieth save of this phone.
    pub save: u64,
    /// Its change.
    pub change: Change,
    /// All names of it.
    pub names: Vec<Name>,
    /// What it replaced.
    pub former: Former,
    /// What stands on the screen of its record now.
    pub basis: Basis,
    /// Names of this phone's later undos on the record: what they put back counts as what this save wrote.
    pub again: Vec<Name>,
    /// Records below its record that the command did not make.
    pub below: Vec<RecordId>,
}

/// What stands in the way of undoing one part of a save.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Hindrance {
    /// The record.
    pub record: RecordId,
    /// Why: a stable code.
    pub code: &'static str,
    /// The field, set or step that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
    /// Who wrote there since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The steps by which one gets on from here instead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<&'static str>,
}

/// Why a part cannot be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The record is not on this phone any more.
    NotHere,
    /// Somebody wrote the field or set since.
    ChangedSince,
    /// Somebody edited the record that the save had made.
    EditedSince,
    /// Something stands below the record that the save had made.
    HasBelow,
    /// A later step was taken.
    StepFollowed,
    /// No step leads back, or not for these roles.
    NoStepBack,
    /// These roles may not do it.
    NotPermitted,
    /// It is of a later version, or says something that cannot be taken back.
    CannotBeUndone,
}

impl Why {
    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotHere => "not_here",
            Self::ChangedSince => "changed_since",
            Self::EditedSince => "edited_since",
            Self::HasBelow => "has_below",
            Self::StepFollowed => "step_followed",
            Self::NoStepBack => "no_step_back",
            Self::NotPermitted => "not_permitted",
            Self::CannotBeUndone => "cannot_be_undone",
        }
    }
}

/// What undoing comes to: the writes, and what stays as it is and why.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Compensation {
    /// The writes, the last save's first.
    pub writes: Vec<Write>,
    /// What stands in the way of the rest.
    pub hindrances: Vec<Hindrance>,
}

/// The compensation for all saves of a command. `reason` answers a step that asks for one.
pub fn compensate(done: &[Done], reason: Option<&str>, held: &impl Held, actor: &Actor) -> Compensation {
    let mut all = Compensation::default();
    let ours: Vec<Name> = done.iter().flat_map(|d| d.names.iter().copied()).collect();
    let mut order: Vec<&Done> = done.iter().collect();
    order.sort_by_key(|d| std::cmp::Reverse(d.save));
    for one in order {
        let hindered = |why: Why| Hindrance::of(one.change.record, why);
        let Some(state) = held.state(one.change.record).filter(|s| !s.kinds.is_empty()) else {
            all.hindrances.push(hindered(Why::NotHere));
            continue;
        };
        let Some(kind) = Kind::from_name(state.kind()) else {
            all.hindrances.push(hindered(Why::CannotBeUndone));
            continue;
        };
        let part = Part { one, state, table: kind.table(), ours: &ours, reason, actor };
        part.undo(held, &mut all);
    }
    all
}

impl Hindrance {
    fn of(record: RecordId, why: Why) -> Self {
        Self { record, code: why.code(), what: None, by: None, at: None, ways: Vec::new() }
    }

    fn about(self, what: &str) -> Self {
        Self { what: Some(what.to_owned()), ..self }
    }

    fn by(self, tag: &Tag) -> Self {
        Self { by: Some(tag.author), at: Some(tag.effective), ..self }
    }
}

/// One save on its record as that stands now.
struct Part<'a> {
    one: &'a Done,
    state: &'a State,
    table: &'static KindTable,
    ours: &'a [Name],
    reason: Option<&'a str>,
    actor: &'a Actor,
}

impl Part<'_> {
    fn undo(&self, held: &impl Held, all: &mut Compensation) {
        let (mut wishes, mut beside) = (Vec::new(), Vec::new());
        let found = if self.one.former.created {
            self.uncreate().map(|wish| wishes.extend(wish)).map_err(|h| vec![h])
        } else {
            self.operations(&mut wishes, &mut beside)
        };
        if let Err(hindrances) = found {
            all.hindrances.extend(hindrances);
        }
        for wishes in std::iter::once(wishes).chain(beside.into_iter().map(|wish| vec![wish])) {
            if !wishes.is_empty() {
                all.writes.push(self.write(held, wishes));
            }
        }
    }

    fn write(&self, held: &impl Held, wishes: Vec<Wish>) -> Write {
        let back_below = wishes.iter().find_map(|w| match w {
            Wish::Put { field, value: Some(Value::Id(parent)), within: None } if field == PARENT => Some(*parent),
            _ => None,
        });
        let unit = back_below.and_then(|parent| home_unit(held, parent));
        Write {
            record: self.state.record,
            kind: self.state.kind().to_owned(),
            unit: unit.or_else(|| home_unit(held, self.state.record)).unwrap_or(self.one.change.unit),
            basis: self.one.basis.clone(),
            wishes,
            instead_of: None,
        }
    }

    fn hindrance(&self, why: Why) -> Hindrance {
        Hindrance::of(self.state.record, why)
    }

    /// Whether it is this save's, or of the command that it is part of, or what an undo of this phone put back.
    fn is_ours(&self, tag: &Tag) -> bool {
        hits(&tag.names, self.ours) || hits(&tag.names, &self.one.again)
    }

    fn permits(&self, op: &Op) -> bool {
        self.table.permits(op, self.actor.roles).is_ok()
    }

    /// The record that the save had made goes again; what has a workflow takes a step out of it.
    fn uncreate(&self) -> Result<Option<Wish>, Hindrance> {
        if self.state.is_deleted() {
            return Ok(None);
        }
        let workflow = !self.table.kind.steps().rows.is_empty();
        let followed = self.state.last_applied().is_some_and(|s| !hits(&s.tag.names, &self.one.names));
        if workflow && (followed || self.table.kind == Kind::Review) {
            return self.step_out();
        }
        if let Some(edit) = self.state.edits.iter().rev().find(|e| !self.is_ours(&e.tag)) {
            return Err(self.hindrance(Why::EditedSince).by(&edit.tag));
        }
        if let Some(below) = self.one.below.first() {
            return Err(self.hindrance(Why::HasBelow).about(&below.to_string()));
        }
        let delete = Op::Delete { timeline: self.one.basis.timeline, pos: self.one.basis.pos, own: Vec::new() };
        // Whoever made it and is the only one who ever wrote on it may take it back, whatever else their roles delete.
        let own = self.state.edits.iter().all(|e| e.tag.author == self.actor.account);
        if own || self.permits(&delete) { Ok(Some(Wish::Delete)) } else { Err(self.hindrance(Why::NotPermitted)) }
    }

    /// A matter that was opened by mistake is taken back or voided, never made to vanish: others may have it already.
    fn step_out(&self) -> Result<Option<Wish>, Hindrance> {
        let status = self.state.status();
        if operation::ENDS.contains(&status) {
            return Ok(None);
        }
        self.step_by(operation::OUT).map(Some)
    }

    /// The first of these steps that is open now for these roles, with the reason where it asks for one.
    fn step_by(&self, steps: &[&str]) -> Result<Wish, Hindrance> {
        let (kind, status) = (self.table.kind, self.state.status());
        let allowed = kind.allowed_steps(status, self.actor.roles);
        let found = steps.iter().find_map(|step| allowed.iter().find(|row| row.step == *step));
        let no = || Hindrance {
            ways: kind.steps().rows.iter().filter(|r| r.from == status).map(|r| r.step).collect(),
            ..self.hindrance(Why::NoStepBack).about(status)
        };
        let row = found.ok_or_else(no)?;
        let mut answers = BTreeMap::new();
        for ask in row.asks.iter().filter(|a| a.required || self.reason.is_some()) {
            let answer = match (ask.name, self.reason) {
                ("reason" | "note", Some(reason)) => Value::from(reason),
                ("unit", _) => self.one.former.unit.map(Value::Id).ok_or_else(no)?,
                _ if !ask.required => continue,
                _ => return Err(self.hindrance(Why::NoStepBack).about(ask.name).asking(row.step)),
            };
            answers.insert(ask.name.to_owned(), answer);
        }
        Ok(Wish::Step { step: row.step.to_owned(), to: row.to.to_owned(), answers })
    }
}

impl Hindrance {
    /// The step could be taken if what it asks for were answered.
    fn asking(self, step: &'static str) -> Self {
        Self { ways: vec![step], ..self }
    }
}

#[cfg(test)]
mod tests;
