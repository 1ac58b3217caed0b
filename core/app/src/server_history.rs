//! The whole history of a record, as the server tells it while there is a line: change by change, field by field.
//!
//! Owns the question and how entries become lines. Refuses to keep them. Invariant: a field that the reader's roles do
//! not read, or that is not in use where the record is, has no line.

use crate::error::AppError;
use crate::notebook::Notebook;
use crate::read::field_line;
use crate::read::named::{Named, shape_name};
use crate::sync_engine::carry::Carrier;
use crate::sync_engine::people;
use crate::transport::Transport;
use gridwalk_model::change::Change;
use gridwalk_model::kind::{CONFIRMED, Kind, KindTable, Shape};
use gridwalk_model::op::{Op, RESTORED};
use gridwalk_model::{AccountId, RecordId, SpaceId, Timestamp, limits};
use gridwalk_sync::client::{self, NoAnswer};
use gridwalk_sync::history_codec::Admitted;
use gridwalk_sync::people::PersonMet;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What happened to a record.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ServerHistory {
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// What was done, the newest first.
    pub lines: Vec<DoneLine>,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct DoneLine {
    /// The place of its change in the journal.
    pub pos: u64,
    /// What: `field`, `added`, `removed`, `confirmed`, `step`, `link`, `unlink`, `delete`, `restored`
    /// or `other`.
    pub what: &'static str,
    /// Name of the field or set, code of the step; empty for what has none.
    pub name: String,
    /// Name of the field's shape.
    pub shape: &'static str,
    /// The field's code set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_set: Option<&'static str>,
    /// What was written; null where the field was cleared.
    pub value: Json,
    /// Whether what was written was erased since.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
    /// What that stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_named: Option<Named>,
    /// Who typed it.
    pub by: AccountId,
    /// What they are called.
    pub by_name: Option<String>,
    /// When it was typed, by the phone's clock.
    pub typed_at: Timestamp,
    /// When it counts.
    pub at: Timestamp,
    /// When the server had it.
    pub received_at: Timestamp,
    /// Who approved it, if it had waited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<AccountId>,
    /// What they are called, as far as it is known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved_by_name: Option<String>,
}

impl Notebook {
    /// Asks the server what happened to a record.
    pub async fn server_history(
        self: &Arc<Self>,
        transport: &dyn Transport,
        record: RecordId,
    ) -> Result<ServerHistory, AppError> {
        let carrier = Carrier::new(self)?;
        let missing = || AppError::Store(gridwalk_store::StoreError::NotFound);
        let space = self.store().space_of(record)?.ok_or_else(missing)?;
        let answer = carrier.get(transport, &format!("/v1/history/{space}/{record}")).await??;
        let entries = match client::read_history(answer.status().as_u16(), answer.body()) {
            Ok(entries) => entries,
            Err(NoAnswer::Refused(problem)) => return Err(AppError::Problem(problem)),
            Err(_) => return Err(AppError::NotUnderstood),
        };
        let reader = self.reader()?;
        // One that is deleted has no row, and a history all the same.
        let of = reader.title_of(record)?.ok_or_else(missing)?;
        let (kind_name, title) = (of.kind.unwrap_or_default(), of.title);
        let kind = Kind::from_name(&kind_name);
        let hidden = reader.not_shown(record)?;
        let mut lines: Vec<DoneLine> = entries.iter().flat_map(|entry| done(entry, kind, &hidden)).collect();
        lines.reverse();
        self.learn_names(&carrier, transport, (space, record), &lines).await?;
        let reader = self.reader()?;
        for line in &mut lines {
            line.value_named = reader.named(kind.and_then(|k| shape_of(k.table(), line)), &line.value)?;
            line.by_name = reader.person(line.by)?;
            line.approved_by_name = line.approved_by.map(|by| reader.person(by)).transpose()?.flatten();
        }
        Ok(ServerHistory { record, kind: kind_name, title, lines })
    }
}

impl Notebook {
    /// Asks who those are of whom no record here told: a history reaches further back than states do.
    async fn learn_names(
        &self,
        carrier: &Carrier,
        transport: &dyn Transport,
        (space, record): (SpaceId, RecordId),
        lines: &[DoneLine],
    ) -> Result<(), AppError> {
        let mut unknown = BTreeSet::new();
        for by in lines.iter().map(|line| line.by) {
            if unknown.len() < limits::PEOPLE_ASKED_MAX && self.store().person(by)?.is_none() {
                unknown.insert(by);
            }
        }
        let met = unknown.into_iter().map(|account| PersonMet { account, space, record }).collect();
        people::ask_for(self, carrier, transport, met).await
    }
}

/// The shape of what a line says was written; none where it is no field's value.
fn shape_of(table: &KindTable, line: &DoneLine) -> Option<Shape> {
    let text = Shape::Text { chars_max: usize::MAX };
    match line.what {
        "link" => None,
        "field" | "added" => table.field(&line.name).or_else(|| table.set(&line.name)).map(|f| f.shape).or(Some(text)),
        _ => Some(text),
    }
}

fn done(entry: &Admitted, kind: Option<Kind>, hidden: &BTreeSet<&'static str>) -> Vec<DoneLine> {
    let Some(change) = entry.change.as_ref().map(|sealed| &sealed.change) else { return Vec::new() };
    let blanked = change.blanked();
    let lines = (0..).zip(&change.ops).filter_map(|(at, op)| {
        let line = line(entry, change, op, kind)?;
        let erased = blanked.contains(&at) && matches!(line.what, "field" | "added");
        Some(DoneLine { erased, value: if erased { Json::Null } else { line.value }, ..line })
    });
    lines.filter(|l| !hidden.contains(&*l.name)).collect()
}

fn line(entry: &Admitted, change: &Change, op: &Op, kind: Option<Kind>) -> Option<DoneLine> {
    let table = kind.map(Kind::table);
    let field = |name: &str| table.and_then(|t| t.field(name).or_else(|| t.set(name)));
    let shape = |name: &str| -> Option<Shape> { field(name).map(|f| f.shape) };
    let (what, name, value) = match op {
        Op::Put { field, value, within: None, .. } => {
            ("field", field.as_str(), field_line::json_or_null(shape(field), value.as_ref()))
        }
        Op::Add { set, .. } if set == RESTORED => ("restored", "", Json::Null),
        Op::Add { set, element } if set == CONFIRMED => ("confirmed", set.as_str(), field_line::json(None, element)),
        Op::Add { set, element } => ("added", set.as_str(), field_line::json(shape(set), element)),
        Op::Remove { set, .. } => ("removed", set.as_str(), Json::Null),
        Op::Step { step, to, .. } => ("step", step.as_str(), Json::from(to.as_str())),
        Op::Link { other } => ("link", "", Json::from(other.to_string())),
        Op::Unlink { .. } => ("unlink", "", Json::Null),
        Op::Delete { .. } => ("delete", "", Json::Null),
        _ => ("other", "", Json::Null),
    };
    (!name.starts_with('@')).then(|| DoneLine {
        pos: entry.pos,
        what,
        name: name.to_owned(),
        code_set: field(name).and_then(field_line::code_set),
        shape: shape_name(shape(name)),
        value,
        erased: false,
        value_named: None,
        by: change.author,
        by_name: None,
        typed_at: change.typed_at,
        at: entry.effective,
        received_at: entry.received_at,
        approved_by: entry.approved_by,
        approved_by_name: None,
    })
}
