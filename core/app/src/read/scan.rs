//! What a scanned code stands for: the address, dwelling or facility that bears it.
//!
//! Owns how a code is compared: whole, in the form in which fields keep it. Refuses to open links. Invariant: what only
//! contains the text of a code is not what was scanned.

use super::Reader;
use super::row_line::RowLine;
use gridwalk_model::kind::{Kind, PARENT, address};
use gridwalk_model::value::Value;
use gridwalk_model::view::Held;
use gridwalk_model::{Basis, RecordId, limits};
use gridwalk_store::{RowFilter, StoreError};

/// What was found by a code.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Scanned {
    /// The text that was scanned.
    pub text: String,
    /// What bears it.
    pub found: Vec<ScannedLine>,
}

/// One record that bears a code.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ScannedLine {
    /// The record.
    #[serde(flatten)]
    pub row: RowLine,
    /// What it is the address of: the dwelling to go on with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<RowLine>,
}

/// The fields by which a scanned code is found.
const BORNE_BY: [(Kind, &str); 3] =
    [(Kind::Address, address::DOOR_QR), (Kind::Address, "code"), (Kind::Facility, "code")];

impl Reader<'_> {
    /// What bears a code.
    pub fn scan(&self, text: &str) -> Result<Scanned, StoreError> {
        let mut found: Vec<ScannedLine> = Vec::new();
        let text = text.trim().to_owned();
        for (kind, name) in BORNE_BY {
            let Some(field) = kind.table().field(name) else { continue };
            let wanted = field.shape.tidy(Value::from(text.as_str()));
            for row in self.store.search(&text, &[kind.name()], limits::CANDIDATES_MAX)? {
                let loaded = self.load([row.record])?;
                let heads = loaded.state(row.record).and_then(|s| s.fields.get(name)).map(|r| &r.heads);
                let bears = heads.is_some_and(|heads| heads.iter().any(|h| h.value.as_ref() == Some(&wanted)));
                if !bears || found.iter().any(|f| f.row.record == row.record) {
                    continue;
                }
                let parent = |record: RecordId| loaded.state(record)?.value(PARENT)?.as_id();
                let at = parent(row.record).filter(|_| kind == Kind::Address);
                let at = at.map(|at| self.store.row(at)).transpose()?.flatten().map(RowLine::from);
                found.push(ScannedLine { row: row.into(), at });
            }
        }
        Ok(Scanned { text, found })
    }

    /// The address of a place with its basis, if it has one: to attach a code to.
    pub fn address_at(&self, at: RecordId) -> Result<Option<Basis>, StoreError> {
        let kind = Some(Kind::Address.name().to_owned());
        let first = self.store.rows(&RowFilter { kind, ..RowFilter::children(at) })?.into_iter().next();
        first.map(|row| self.store.begin(row.record, self.actor.now)).transpose()
    }
}
