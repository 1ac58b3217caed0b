//! Edits: fields and sets as a form gives them, checked against the kind's table.
//!
//! Owns the way from a form's contents to wishes. Refuses what does not fit, what is not known and what the person may
//! not write. Invariant: a field left alone in a form is no edit, and is not written.

use crate::door::entry;
use crate::kind::KindTable;
use crate::limits;
use crate::op::{ATTACHED, Op};
use crate::picture::Picture;
use crate::rejection::Rejection;
use crate::role::Roles;
use crate::value::Value;
use crate::wish::Wish;
use std::collections::{BTreeMap, BTreeSet};

/// Fields and sets that a person changed in a form.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Edits {
    /// Fields with their new values; `None` clears.
    pub fields: BTreeMap<String, Option<Value>>,
    /// Elements added to sets.
    pub add: Vec<(String, Value)>,
    /// Elements removed from sets.
    pub remove: Vec<(String, Value)>,
    /// Pictures attached; their bytes are kept already.
    pub attach: Vec<Picture>,
    /// Elements of pictures taken away again.
    pub detach: Vec<Value>,
}

impl Edits {
    /// Nothing changed.
    pub fn none() -> Self {
        Self::default()
    }

    /// With a field written.
    #[must_use]
    pub fn put(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), Some(value.into()));
        self
    }

    /// With a field cleared.
    #[must_use]
    pub fn clear(mut self, field: &str) -> Self {
        self.fields.insert(field.to_owned(), None);
        self
    }

    /// With an element added to a set.
    #[must_use]
    pub fn add(mut self, set: &str, element: impl Into<Value>) -> Self {
        self.add.push((set.to_owned(), element.into()));
        self
    }

    /// With an element removed from a set.
    #[must_use]
    pub fn remove(mut self, set: &str, element: impl Into<Value>) -> Self {
        self.remove.push((set.to_owned(), element.into()));
        self
    }

    /// With a picture attached.
    #[must_use]
    pub fn attach(mut self, picture: Picture) -> Self {
        self.attach.push(picture);
        self
    }

    /// With the door of a building of this name in its one form: `三单元402室` is entrance 3, door 402. What was said in the
    /// fields of their own stays.
    pub(super) fn with_door(mut self, building: &str) -> Self {
        let text = |edits: &Self, name: &str| {
            edits.fields.get(name).and_then(|value| value.as_ref()?.as_text().map(str::to_owned))
        };
        if let Some(entrance) = text(&self, "entrance").and_then(|typed| entry::entrance(&typed)) {
            self = self.put("entrance", entrance);
        }
        let Some(door) = text(&self, "number").and_then(|typed| entry::entry(&typed, building)) else { return self };
        self = self.put("number", door.number);
        if let Some(entrance) = door.entrance.filter(|_| !self.fields.contains_key("entrance")) {
            self = self.put("entrance", entrance);
        }
        match door.floor.filter(|_| !self.fields.contains_key("floor")) {
            Some(floor) => self.put("floor", floor),
            None => self,
        }
    }

    /// Whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
            && self.add.is_empty()
            && self.remove.is_empty()
            && self.attach.is_empty()
            && self.detach.is_empty()
    }

    /// The wishes, in the table's one form. `news` tells whether a field's value would say something new; what would
    /// not is left out.
    pub(super) fn wishes(
        &self,
        table: &'static KindTable,
        roles: Roles,
        news: impl Fn(&str, Option<&Value>) -> bool,
    ) -> Result<Vec<Wish>, Rejection> {
        let mut wishes = Vec::new();
        for (field, value) in &self.fields {
            let value = match value {
                Some(value) => Some(accepted(table, field, value.clone())?),
                None => cleared(table, field)?,
            };
            permit(table, field, roles)?;
            if news(field, value.as_ref()) {
                wishes.push(Wish::Put { field: field.clone(), value, within: None });
            }
        }
        for (set, element) in &self.add {
            let element = table.accept_element(set, element.clone())?;
            permit_set(table, set, roles)?;
            wishes.push(Wish::Add { set: set.clone(), element });
        }
        for (set, element) in &self.remove {
            let unknown = || Rejection::UnknownSet { kind: table.kind.name(), field: set.clone() };
            let shape = table.set(set).ok_or_else(unknown)?.shape;
            permit_set(table, set, roles)?;
            wishes.push(Wish::Remove { set: set.clone(), element: shape.tidy(element.clone()) });
        }
        wishes.extend(self.pictures(table, roles)?);
        Ok(wishes)
    }

    /// The wishes about pictures: each content once.
    fn pictures(&self, table: &'static KindTable, roles: Roles) -> Result<Vec<Wish>, Rejection> {
        if self.attach.is_empty() && self.detach.is_empty() {
            return Ok(Vec::new());
        }
        if !table.kind.bears_pictures() {
            return Err(Rejection::NoPictures { kind: table.kind.name() });
        }
        if self.attach.len() > limits::PICTURES_A_SAVE_MAX {
            return Err(Rejection::TooManyPictures { max: limits::PICTURES_A_SAVE_MAX });
        }
        table.permits(&Op::Attach { element: Value::Bool(true) }, roles)?;
        let mut known = BTreeSet::new();
        let new = self.attach.iter().filter(|picture| known.insert(picture.hash));
        let attached = new.map(|picture| Wish::Attach { element: picture.to_value() });
        let gone = self.detach.iter().map(|e| Wish::Remove { set: ATTACHED.to_owned(), element: e.clone() });
        Ok(attached.chain(gone).collect())
    }
}

/// The value as it is stored, if it fits and is not surely wrong.
fn accepted(table: &'static KindTable, field: &str, value: Value) -> Result<Value, Rejection> {
    let value = table.accept(field, value)?;
    match table.field(field) {
        Some(entry) => super::warned::refuse_surely_wrong(entry.name, entry.shape, &value).map(|()| value),
        None => Ok(value),
    }
}

/// A required field cannot be cleared.
fn cleared(table: &'static KindTable, field: &str) -> Result<Option<Value>, Rejection> {
    let unknown = || Rejection::UnknownField { kind: table.kind.name(), field: field.to_owned() };
    let entry = table.field(field).ok_or_else(unknown)?;
    if entry.required { Err(Rejection::MissingField { field: entry.name }) } else { Ok(None) }
}

/// Whether these roles write the field.
pub(super) fn permit(table: &'static KindTable, field: &str, roles: Roles) -> Result<(), Rejection> {
    let allowed = table.field(field).map_or(table.writers(), |f| f.write);
    if allowed.meets(roles) { Ok(()) } else { Err(Rejection::FieldNotPermitted { field: field.to_owned() }) }
}

fn permit_set(table: &'static KindTable, set: &str, roles: Roles) -> Result<(), Rejection> {
    let allowed = table.set(set).map_or(table.writers(), |f| f.write);
    if allowed.meets(roles) { Ok(()) } else { Err(Rejection::FieldNotPermitted { field: set.to_owned() }) }
}
