//! The history of a record as far as this phone knows it: who wrote what, when, and what stood there before.
//!
//! Owns the order, newest first, and that each own save is a line of its own: its state shows the last one only. Refuses
//! to reach further back: the whole timeline is the server's. Invariant: a field that the reader's roles do not read has
//! no line; what the server refused has none either, it stands under needs attention.

use super::named::{Named, shape_name};
use super::{Reader, field_line};
use gridwalk_model::kind::{CONFIRMED, Field, Kind, KindTable, Shape};
use gridwalk_model::name::hits;
use gridwalk_model::op::{Op, RESTORED};
use gridwalk_model::state::{State, Tag};
use gridwalk_model::value::Value;
use gridwalk_model::{AccountId, Name, RecordId, Roles, Timestamp};
use gridwalk_store::{OwnDone, StoreError};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Who did what to a record.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct HistoryView {
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// What was done, the newest first.
    pub lines: Vec<HistoryLine>,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct HistoryLine {
    /// The member of the same-as group that it was done to.
    pub record: RecordId,
    /// What: `field`, `set`, `removed`, `confirmed`, `step`, `delete` or `restored`.
    pub what: &'static str,
    /// Name of the field or set, code of the step.
    pub name: String,
    /// Name of the field's shape.
    pub shape: &'static str,
    /// The field's code set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_set: Option<&'static str>,
    /// What was written; null where the field was cleared.
    pub value: Json,
    /// What that stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_named: Option<Named>,
    /// What stood there before; null where nothing did.
    pub before: Json,
    /// What that stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_named: Option<Named>,
    /// Who.
    pub by: AccountId,
    /// What they are called, as far as it is known here.
    pub by_name: Option<String>,
    /// When; a state does not say when somebody else deleted the record, the server's history does.
    pub at: Option<Timestamp>,
    /// Where it stands among the others.
    #[serde(skip)]
    order: Timestamp,
    /// How an own save stands that no pulled state contains yet: a status code of the outbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
}

/// An own save with all names of its change.
struct Own {
    done: OwnDone,
    names: Vec<Name>,
}

/// Tells what was done to one kind of record.
struct Teller<'a> {
    reader: Reader<'a>,
    table: Option<&'static KindTable>,
    roles: Roles,
    not_in_use: BTreeSet<&'static str>,
    lines: Vec<HistoryLine>,
}

impl Reader<'_> {
    /// The history of a record and of those that are the same thing; `None` if it is not on this phone.
    pub fn history(&self, record: RecordId) -> Result<Option<HistoryView>, StoreError> {
        let record = self.store.living(record)?;
        let loaded = self.load([record])?;
        let Some(view) = super::shown(&loaded, record) else { return Ok(None) };
        let kind = view.front().map(|f| f.kind().to_owned()).unwrap_or_default();
        let mut teller = Teller {
            reader: *self,
            table: Kind::from_name(&kind).map(Kind::table),
            roles: self.actor.roles,
            not_in_use: self.not_in_use(&loaded, &view)?,
            lines: Vec::new(),
        };
        for member in &view.members {
            teller.member(member)?;
        }
        let mut lines = teller.lines;
        // The own saves of one record stand in the order of saving already; a sort that keeps it puts the rest between.
        lines.sort_by_key(|line| std::cmp::Reverse(line.order));
        let title = self.title_of(view.shown)?.map(|named| named.title).unwrap_or_default();
        Ok(Some(HistoryView { record: view.shown, kind, title, lines }))
    }
}

impl Teller<'_> {
    fn member(&mut self, member: &State) -> Result<(), StoreError> {
        let stands = |own: &Own| {
            // Once it stands beside no own change any more, only the state can say that the server took it.
            let admitted = || member.edits.iter().any(|edit| hits(&edit.tag.names, &own.names));
            !own.done.refused && (own.done.held || admitted())
        };
        let own = self.reader.store.done_on(member.record)?.into_iter();
        let own: Vec<Own> =
            own.map(|done| Own { names: done.item.change.names(), done }).filter(|own| stands(own)).collect();
        for save in own.iter().rev() {
            self.own_save(member, save)?;
        }
        let ours = |tag: &Tag| own.iter().any(|save| hits(&tag.names, &save.names));
        self.of_state(member, ours)
    }

    fn may(&self, field: Option<&Field>) -> bool {
        field.is_none_or(|f| f.read.meets(self.roles) && !self.not_in_use.contains(f.name))
    }

    /// What the state tells of others, and of own saves that are remembered no more.
    fn of_state(&mut self, member: &State, ours: impl Fn(&Tag) -> bool) -> Result<(), StoreError> {
        let record = member.record;
        for (name, register) in member.fields.iter().filter(|(name, _)| !name.starts_with('@')) {
            let field = self.table.and_then(|t| t.field(name));
            for head in register.heads.iter().filter(|head| !ours(&head.tag)) {
                let (value, before) = (head.value.as_ref(), head.replaced.as_ref());
                self.put(record, ("field", name, field), (value, before), (head.tag.author, head.tag.effective), None)?;
            }
        }
        for word in member.sets.get(RESTORED).into_iter().flat_map(|set| &set.adds).filter(|add| !ours(&add.tag)) {
            let by = (word.tag.author, word.tag.effective);
            self.put(record, ("restored", "restored", None), (None, None), by, None)?;
        }
        self.deletions(member, &ours)?;
        for (name, set) in member.sets.iter().filter(|(name, _)| !name.starts_with('@')) {
            let field = self.table.and_then(|t| t.set(name));
            let what = if name == CONFIRMED { CONFIRMED } else { "set" };
            for add in set.adds.iter().filter(|add| !ours(&add.tag)) {
                let by = (add.tag.author, add.tag.effective);
                self.put(record, (what, name, field), (Some(&add.element), None), by, None)?;
            }
        }
        for step in member.steps.iter().filter(|step| !ours(&step.tag)) {
            let to = Value::from(step.to.as_str());
            let by = (step.tag.author, step.tag.effective);
            self.put(record, ("step", &step.step, None), (Some(&to), None), by, None)?;
        }
        Ok(())
    }

    /// Who deleted it: now, or before what somebody wrote since.
    fn deletions(&mut self, member: &State, ours: impl Fn(&Tag) -> bool) -> Result<(), StoreError> {
        let since = member.edits.first().map_or(Timestamp(i64::MAX), |edit| edit.tag.effective);
        for deletion in &member.deletes {
            let tag = Tag { id: deletion.id, names: vec![deletion.id], author: deletion.author, effective: since };
            if !ours(&tag) {
                self.put(member.record, ("delete", "delete", None), (None, None), (deletion.author, since), None)?;
                if let Some(line) = self.lines.last_mut() {
                    line.at = None;
                }
            }
        }
        Ok(())
    }

    /// What an own save did, with what stood on the screen before it.
    fn own_save(&mut self, member: &State, own: &Own) -> Result<(), StoreError> {
        let (item, status) = (&own.done.item, own.done.status.map(gridwalk_store::OutboxStatus::code));
        let change = &item.change.change;
        let edit = member.edits.iter().find(|edit| hits(&edit.tag.names, &own.names));
        let by = (change.author, edit.map_or(change.typed_at, |edit| edit.tag.effective));
        let (record, table) = (member.record, self.table);
        for op in &change.ops {
            match op {
                Op::Put { field: name, value, within: None, .. } if !name.starts_with('@') => {
                    let before = item.former.field(None, name).last().and_then(Option::as_ref);
                    let field = table.and_then(|t| t.field(name));
                    self.put(record, ("field", name, field), (value.as_ref(), before), by, status)?;
                }
                Op::Add { set, .. } if set == RESTORED => {
                    self.put(record, ("restored", "restored", None), (None, None), by, status)?;
                }
                Op::Add { set, element } if !set.starts_with('@') => {
                    let what = if set == CONFIRMED { CONFIRMED } else { "set" };
                    let field = table.and_then(|t| t.set(set));
                    self.put(record, (what, set, field), (Some(element), None), by, status)?;
                }
                Op::Step { step, to, .. } => {
                    let to = Value::from(to.as_str());
                    self.put(record, ("step", step, None), (Some(&to), None), by, status)?;
                }
                Op::Delete { .. } => self.put(record, ("delete", "delete", None), (None, None), by, status)?,
                _ => {}
            }
        }
        for (set, element) in item.former.removed.iter().filter(|(set, _)| !set.starts_with('@')) {
            let field = table.and_then(|t| t.set(set));
            self.put(record, ("removed", set, field), (Some(element), None), by, status)?;
        }
        Ok(())
    }

    fn put(
        &mut self,
        record: RecordId,
        (what, name, field): (&'static str, &str, Option<&Field>),
        (value, before): (Option<&Value>, Option<&Value>),
        (by, at): (AccountId, Timestamp),
        status: Option<&'static str>,
    ) -> Result<(), StoreError> {
        if !self.may(field) {
            return Ok(());
        }
        let shape: Option<Shape> = field.map(|f| f.shape);
        let (value, before) = (field_line::json_or_null(shape, value), field_line::json_or_null(shape, before));
        let of_field = field.is_some();
        let named = |value: &Json| if of_field { self.reader.named(shape, value) } else { Ok(None) };
        let (value_named, before_named) = (named(&value)?, named(&before)?);
        let by_name = self.reader.person(by)?;
        self.lines.push(HistoryLine {
            record,
            what,
            name: name.to_owned(),
            shape: shape_name(shape),
            code_set: field.and_then(field_line::code_set),
            value,
            value_named,
            before,
            before_named,
            by,
            by_name,
            at: Some(at),
            order: at,
            status,
        });
        Ok(())
    }
}
