//! Disagreements: before, theirs, mine, who, when; with the basis to decide them.

use super::card::basis_text;
use super::named::{Named, shape_name};
use super::{Reader, field_line, shown};
use gridwalk_model::command::fields_at_odds;
use gridwalk_model::kind::Kind;
use gridwalk_model::state::{Head, State};
use gridwalk_model::view::GroupView;
use gridwalk_model::{AccountId, RecordId, Timestamp, limits};
use gridwalk_store::StoreError;
use serde_json::Value as Json;

/// A record with the fields that people disagree about.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct DisagreementView {
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// The fields at odds.
    pub fields: Vec<DisagreementLine>,
    /// Whether this person may decide all of them.
    pub may_decide: bool,
    /// The basis to decide with.
    pub basis: String,
}

/// One field at odds.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct DisagreementLine {
    /// The field.
    pub field: String,
    /// Name of its shape.
    pub shape: &'static str,
    /// The code set that its codes come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_set: Option<&'static str>,
    /// What stood there before people disagreed; null if nothing did.
    pub before: Json,
    /// What that stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before_named: Option<Named>,
    /// The values, the one that is shown first; numbered from 1 on the screen.
    pub sides: Vec<Side>,
}

/// One value with whose it is.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Side {
    /// The value; null where the field was cleared.
    pub value: Json,
    /// What that stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_named: Option<Named>,
    /// What stood there before.
    pub before: Json,
    /// Who typed it.
    pub by: AccountId,
    /// What they are called, as far as it is known here.
    pub by_name: Option<String>,
    /// Whether that is the reader.
    pub mine: bool,
    /// When.
    pub at: Timestamp,
    /// Whether it stands on this phone only.
    pub unconfirmed: bool,
    /// The pos at which it was admitted.
    #[serde(skip)]
    admitted: u64,
}

impl Reader<'_> {
    /// All disagreements of what this phone holds.
    pub fn disagreements(&self) -> Result<Vec<DisagreementView>, StoreError> {
        let mut list = Vec::new();
        for row in self.store.disagreements(limits::DISAGREEMENTS_MAX)? {
            list.extend(self.disagreement(row.record)?);
        }
        Ok(list)
    }

    /// The disagreements of one record; `None` if there are none.
    pub fn disagreement(&self, record: RecordId) -> Result<Option<DisagreementView>, StoreError> {
        let loaded = self.load([record])?;
        let Some(view) = shown(&loaded, record) else { return Ok(None) };
        let Some(kind) = Kind::from_name(view.front().map_or("", State::kind)) else { return Ok(None) };
        let confirmed: Vec<State> =
            view.members.iter().filter_map(|m| self.store.confirmed(m.record).transpose()).collect::<Result<_, _>>()?;
        let table = kind.table();
        let not_in_use = self.not_in_use(&loaded, &view)?;
        let readable = |name: &String| {
            table.field(name).is_none_or(|f| f.read.meets(self.actor.roles) && !not_in_use.contains(f.name))
        };
        let names: Vec<String> = fields_at_odds(&view, kind).into_iter().filter(readable).collect();
        if names.is_empty() {
            return Ok(None);
        }
        let may_decide =
            names.iter().all(|n| table.field(n).map_or(table.writers(), |f| f.write).meets(self.actor.roles));
        Ok(Some(DisagreementView {
            record: view.shown,
            kind: kind.name().to_owned(),
            title: self.store.row(view.shown)?.map(|r| r.title).unwrap_or_default(),
            fields: names.iter().map(|name| self.line(&view, kind, name, &confirmed)).collect::<Result<_, _>>()?,
            may_decide,
            basis: basis_text(&self.bases(&loaded, &view)?),
        }))
    }

    fn line(
        &self,
        view: &GroupView<'_>,
        kind: Kind,
        name: &str,
        confirmed: &[State],
    ) -> Result<DisagreementLine, StoreError> {
        let field = kind.table().field(name);
        let shape = field.map(|f| f.shape);
        let mut heads: Vec<&Head> =
            view.members.iter().filter_map(|m| m.fields.get(name)).flat_map(|r| &r.heads).collect();
        heads.sort_by_key(|h| std::cmp::Reverse(h.tag.order()));
        let known = |h: &Head| {
            let registers = confirmed.iter().filter_map(|s| s.fields.get(name));
            registers.flat_map(|r| &r.heads).any(|c| gridwalk_model::name::hits(&c.tag.names, &h.tag.names))
        };
        let edits = || view.members.iter().flat_map(|m| &m.edits);
        let admitted = |h: &Head| {
            let edit = edits().find(|edit| gridwalk_model::name::hits(&edit.tag.names, &h.tag.names));
            edit.map_or(u64::MAX, |edit| edit.pos)
        };
        let mut sides: Vec<Side> = Vec::new();
        for head in heads {
            let value = field_line::json_or_null(shape, head.value.as_ref());
            if sides.iter().any(|s| s.value == value) {
                continue;
            }
            sides.push(Side {
                value_named: self.named(shape, &value)?,
                value,
                by_name: self.person(head.tag.author)?,
                before: field_line::json_or_null(shape, head.replaced.as_ref()),
                by: head.tag.author,
                mine: head.tag.author == self.actor.account,
                at: head.tag.effective,
                unconfirmed: !known(head),
                admitted: admitted(head),
            });
        }
        // Whoever was admitted first knows what stood there; one that came upon it later may have replaced nothing, or
        // what its own author wrote in between.
        let first = |side: &&Side| (side.unconfirmed, side.admitted, side.at);
        let before = sides.iter().filter(|s| !s.before.is_null()).min_by_key(first).map(|s| s.before.clone());
        let before = before.unwrap_or_default();
        Ok(DisagreementLine {
            field: name.to_owned(),
            shape: shape_name(shape),
            code_set: field.and_then(field_line::code_set),
            before_named: self.named(shape, &before)?,
            before,
            sides,
        })
    }
}
