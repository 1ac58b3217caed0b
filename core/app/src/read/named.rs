//! What a value stands for: the title of the record that it refers to, the name of the person whose account it is.
//!
//! Owns that one way from ids to what people call things. Refuses to draw: titles may be codes. Invariant: what is not
//! on this phone has no name here.

use super::Reader;
use super::row_line::RowLine;
use gridwalk_model::kind::{Kind, Shape, handover};
use gridwalk_model::{AccountId, RecordId};
use gridwalk_store::{StoreError, ViewRow};
use serde_json::Value as Json;

/// What a value stands for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Named {
    /// The record's title, or the person's name.
    pub title: String,
    /// The record's kind: its title may be a code. None for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// The name of a field's shape; `unknown` for a field of a later version.
pub(crate) fn shape_name(shape: Option<Shape>) -> &'static str {
    shape.map_or("unknown", Shape::name)
}

impl Reader<'_> {
    /// What a person is called, as far as it is known here.
    pub fn person(&self, account: AccountId) -> Result<Option<String>, StoreError> {
        self.store.person(account)
    }

    /// What a value of this shape stands for, as far as that is here.
    pub fn named(&self, shape: Option<Shape>, value: &Json) -> Result<Option<Named>, StoreError> {
        if let (Some(Shape::Units), Some(units)) = (shape, value.as_array()) {
            let named = units.iter().map(|unit| self.named(Some(Shape::UnitRef), unit));
            let titles = named.filter_map(Result::transpose).map(|named| Ok(named?.title));
            let title = titles.collect::<Result<Vec<_>, StoreError>>()?.join("、");
            return Ok(Some(Named { title, kind: None }));
        }
        let Some(text) = value.as_str() else { return Ok(None) };
        match shape {
            Some(Shape::Account) => {
                let account = text.parse::<AccountId>().ok();
                let name = account.map(|a| self.person(a)).transpose()?.flatten();
                Ok(name.map(|title| Named { title, kind: None }))
            }
            Some(Shape::Ref(_) | Shape::UnitRef) | None => {
                let record = text.parse::<RecordId>().ok();
                let row = record.map(|r| self.store.row(self.store.living(r)?)).transpose()?.flatten();
                row.map(|row| self.called(row)).transpose()
            }
            Some(_) => Ok(None),
        }
    }

    /// Lines of records; a household that nobody gave a name is called by its door, and a visit says where it was paid.
    pub(super) fn placed(&self, mut lines: Vec<RowLine>) -> Result<Vec<RowLine>, StoreError> {
        for line in &mut lines {
            if line.title.is_empty() && line.kind == Kind::Household.name() {
                line.title = self.door_of(line.parent)?;
            }
            if line.kind == Kind::Visit.name() {
                let door = line.parent.map(|door| self.title_of(door)).transpose()?.flatten();
                line.place = door.map(|named| named.title).filter(|title| !title.is_empty());
            }
        }
        Ok(lines)
    }

    /// What a door is called, as far as it is here.
    fn door_of(&self, door: Option<RecordId>) -> Result<String, StoreError> {
        Ok(door.map(|door| self.store.row(door)).transpose()?.flatten().map(|row| row.title).unwrap_or_default())
    }

    /// The row's title, or what stands for it where nobody gave one.
    fn called(&self, row: ViewRow) -> Result<Named, StoreError> {
        let title = match Kind::from_name(&row.kind) {
            Some(Kind::Handover) if row.title.is_empty() => self.handed_between(row.record)?,
            Some(Kind::Household) if row.title.is_empty() => self.door_of(row.parent)?,
            _ => row.title,
        };
        Ok(Named { title, kind: Some(row.kind) })
    }

    /// A handover that nobody wrote a note to is called by those between whom it goes.
    fn handed_between(&self, record: RecordId) -> Result<String, StoreError> {
        let state = self.store.predicted(record, self.actor.now)?.state;
        let mut names = Vec::new();
        for field in [handover::FROM, handover::TO] {
            let account = handover::account(&state, field);
            names.push(account.map(|a| self.person(a)).transpose()?.flatten().unwrap_or_else(|| "—".to_owned()));
        }
        Ok(names.join(" → "))
    }

    /// Kind and title of a record, also of one that is deleted and stands in no list any more.
    pub fn title_of(&self, record: RecordId) -> Result<Option<Named>, StoreError> {
        if let Some(row) = self.store.row(record)? {
            return self.called(row).map(Some);
        }
        let loaded = self.load([record])?;
        let row = super::shown(&loaded, record).map(|view| gridwalk_model::row::row(&view));
        Ok(row.map(|row| Named { title: row.title, kind: Some(row.kind) }))
    }
}
