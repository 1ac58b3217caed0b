//! Back-checks: what a round drew, what was found when it was looked at again, and how both compare.
//!
//! Owns the working out of a draw over what this phone holds, and the sums by maker. Refuses to rank anybody: numbers
//! stand beside the records that they are made of. Invariant: the same records and the same round give the same draw.

use super::row_line::RowLine;
use super::{Reader, field_line, shown};
use gridwalk_model::kind::Kind;
use gridwalk_model::kind::back_check::{self, FOUND, RESULT};
use gridwalk_model::kind::check_round::Round;
use gridwalk_model::kind::review::Comment;
use gridwalk_model::review::author;
use gridwalk_model::row::plain_text;
use gridwalk_model::state::ObservedSet;
use gridwalk_model::time::DAY_MS;
use gridwalk_model::view::{GroupView, Policy};
use gridwalk_model::{AccountId, RecordId, State, Timestamp, UnitId};
use gridwalk_store::{RowFilter, StoreError};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A round with what it drew.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct SampleView {
    /// The round.
    pub round: RecordId,
    /// What it is called.
    pub title: String,
    /// The unit that it is drawn in.
    pub unit: Option<UnitId>,
    /// How many records it is drawn from.
    pub of: usize,
    /// The records drawn, in the order of the draw.
    pub drawn: Vec<DrawnLine>,
    /// The same in numbers, by who made the records.
    pub makers: Vec<MakerSum>,
}

/// One record that was drawn.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct DrawnLine {
    /// The record.
    #[serde(flatten)]
    pub row: RowLine,
    /// Who made it.
    pub by: Option<AccountId>,
    /// What came of looking again; none yet.
    pub check: Option<CheckLine>,
}

/// What came of looking again.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CheckLine {
    /// The back-check.
    pub record: RecordId,
    /// What came of it: a code.
    pub result: String,
    /// When.
    pub at: Timestamp,
    /// Written and found, field by field.
    pub fields: Vec<FieldCompared>,
}

/// A field as it was written and as it was found.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct FieldCompared {
    /// The field.
    pub field: String,
    /// What stands there.
    pub written: Json,
    /// What was found.
    pub found: String,
    /// Whether they are the same.
    pub same: bool,
}

/// The checks of one person's records in numbers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MakerSum {
    /// Who made the records.
    pub by: AccountId,
    /// How many were drawn.
    pub drawn: usize,
    /// How many of them were looked at again.
    pub checked: usize,
    /// How many of those agree.
    pub agree: usize,
}

impl Reader<'_> {
    /// What a round drew; `None` if it is not on this phone or is no round.
    pub fn sample(&self, record: RecordId) -> Result<Option<SampleView>, StoreError> {
        let state = self.store.predicted(record, self.actor.now)?.state;
        let (Some(round), Some(row)) = (Round::of(&state), self.store.row(record)?) else { return Ok(None) };
        let mut held: BTreeMap<RecordId, DrawnLine> = BTreeMap::new();
        let since = Timestamp((round.days.0 - 1) * DAY_MS);
        for line in self.store.typed_since(round.of.name(), since, row.unit, true)? {
            let loaded = self.load([line.record])?;
            let Some(view) = shown(&loaded, line.record) else { continue };
            let Some(by) = view.members.iter().find_map(|m| author(m)) else { continue };
            if round.covers(by, line.changed_at.china_day()) {
                let check = self.check_of(&view, record)?;
                held.insert(line.record, DrawnLine { row: line.into(), by: Some(by), check });
            }
        }
        let drawn = round.draw.sample_at_least(held.keys().copied(), round.least);
        let of = held.len();
        let drawn: Vec<DrawnLine> = drawn.iter().filter_map(|id| held.remove(id)).collect();
        Ok(Some(SampleView { round: record, title: row.title, unit: row.unit, of, makers: sums(&drawn), drawn }))
    }

    /// The rounds that this phone knows, the newest first.
    pub fn samples(&self) -> Result<Vec<RowLine>, StoreError> {
        Ok(super::row_line::lines(self.store.rows(&RowFilter::kind(Kind::CheckRound.name()))?))
    }

    fn check_of(&self, view: &GroupView<'_>, round: RecordId) -> Result<Option<CheckLine>, StoreError> {
        let mut newest: Option<CheckLine> = None;
        for member in &view.group {
            let filter = RowFilter { kind: Some(Kind::BackCheck.name().to_owned()), ..RowFilter::children(*member) };
            for row in self.store.rows(&filter)? {
                let state = self.store.predicted(row.record, self.actor.now)?.state;
                let line = check_line(&state, view).filter(|_| state.head_ids(back_check::ROUND) == [round]);
                if let Some(line) = line.filter(|l| newest.as_ref().is_none_or(|n| n.at < l.at)) {
                    newest = Some(line);
                }
            }
        }
        Ok(newest)
    }
}

fn check_line(state: &State, subject: &GroupView<'_>) -> Option<CheckLine> {
    let value = |name: &str| state.value(name);
    let found = state.sets.get(FOUND).map(ObservedSet::elements).unwrap_or_default();
    let table = subject.front().and_then(|f| Kind::from_name(f.kind())).map(Kind::table);
    let compared = |found: Comment| {
        let field = table.and_then(|t| t.field(&found.field));
        let shown = subject.field(&found.field, field.map_or(Policy::Review, |f| f.policy)).and_then(|f| f.value);
        let text = shown.zip(field).and_then(|(v, f)| plain_text(f.shape, v));
        FieldCompared {
            same: text.as_deref().map(str::trim) == Some(found.text.trim()),
            written: field_line::json_or_null(field.map(|f| f.shape), shown),
            field: found.field,
            found: found.text,
        }
    };
    Some(CheckLine {
        record: state.record,
        result: value(RESULT)?.as_text()?.to_owned(),
        at: Timestamp(value(back_check::AT)?.as_int()?),
        fields: found.into_iter().filter_map(Comment::from_value).map(compared).collect(),
    })
}

fn sums(drawn: &[DrawnLine]) -> Vec<MakerSum> {
    let mut sums: BTreeMap<AccountId, MakerSum> = BTreeMap::new();
    for line in drawn {
        let Some(by) = line.by else { continue };
        let sum = sums.entry(by).or_insert(MakerSum { by, drawn: 0, checked: 0, agree: 0 });
        sum.drawn += 1;
        if let Some(check) = line.check.as_ref().filter(|c| c.result != "not_met") {
            sum.checked += 1;
            sum.agree += usize::from(check.result == "agrees");
        }
    }
    sums.into_values().collect()
}
