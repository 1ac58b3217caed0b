//! Reviews: what a reviewer is to look at, what came back to its author, and how a record stands.
//!
//! Owns these screens. Refuses to say how a record stands by itself (the model does) and to judge anybody by a hint.
//! Invariant: what an author is told came back carries the basis with the comments in it, so that a correction typed on
//! it is an answer.

use super::card::basis_text;
use super::field_line;
use super::row_line::RowLine;
use super::{Loaded, Reader, shown};
use gridwalk_model::hint::{Hint, Submitted, hints};
use gridwalk_model::kind::review::{APPROVE, RETURNED, REVIEWED};
use gridwalk_model::kind::{Kind, PARENT, visit};
use gridwalk_model::picture::pictures_of;
use gridwalk_model::review::{Review, Sight, Standing, author, standing};
use gridwalk_model::sampling::{Limits, Submission};
use gridwalk_model::view::{GroupView, Held, Policy};
use gridwalk_model::{AccountId, RecordId, State, Timestamp, UnitId, Value, geo, limits};
use gridwalk_store::{RowFilter, StoreError};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What a reviewer wants to see of the queue.
#[derive(Debug, Clone, Default)]
pub struct QueueFilter {
    /// Of these kinds; all that are reviewed if none is named.
    pub kinds: Vec<Kind>,
    /// In this unit and below.
    pub unit: Option<UnitId>,
    /// Made by this person.
    pub by: Option<AccountId>,
    /// Only those with a hint.
    pub hinted: bool,
    /// The one that waits longest first.
    pub oldest_first: bool,
    /// At most so many; 0 means as many as there may be.
    pub limit: usize,
}

/// One record that a reviewer is to look at.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct QueueLine {
    /// The record.
    #[serde(flatten)]
    pub row: RowLine,
    /// How it stands.
    pub standing: Standing,
    /// Who made it what it is.
    pub by: Option<AccountId>,
    /// What says something else than it did at the last review.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// What asks for a look, with its number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
}

/// One record that came back.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ReturnedLine {
    /// The record.
    #[serde(flatten)]
    pub row: RowLine,
    /// The review.
    pub review: Review,
    /// The comments, with what stands in the field now.
    pub fields: Vec<CommentLine>,
    /// Whether it was edited since without anybody having seen the comments: both are kept.
    pub edited_unaware: bool,
    /// The basis of a correction that answers.
    pub basis: String,
}

/// A comment on a field.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CommentLine {
    /// The field or set.
    pub field: String,
    /// The code set of its values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_set: Option<&'static str>,
    /// What is to be mended.
    pub text: String,
    /// What stands there now.
    pub value: Json,
}

/// How a record stands, with all that was said of it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ReviewView {
    /// How it stands.
    pub standing: Standing,
    /// The reviews, the newest first.
    pub reviews: Vec<Review>,
    /// What asks for a look.
    pub hints: Vec<Hint>,
}

impl Reader<'_> {
    /// The reviews of what is shown as one record, the newest first.
    pub(super) fn reviews_of(&self, view: &GroupView<'_>) -> Result<Vec<Review>, StoreError> {
        let kind = view.front().and_then(|f| Kind::from_name(f.kind()));
        if !kind.is_some_and(|kind| REVIEWED.contains(&kind)) {
            return Ok(Vec::new());
        }
        let sight = Sight::of(&view.members);
        let mut reviews = Vec::new();
        for member in &view.group {
            let filter = RowFilter { kind: Some(Kind::Review.name().to_owned()), ..RowFilter::children(*member) };
            for row in self.store.rows(&filter)? {
                let state = self.store.predicted(row.record, self.actor.now)?.state;
                reviews.extend(Review::of(&state, &sight));
            }
        }
        reviews.sort_by_key(|r| std::cmp::Reverse((r.at, r.review)));
        reviews.dedup_by_key(|r| r.review);
        Ok(reviews)
    }

    /// How a record stands; `None` if it is not on this phone.
    pub fn review(&self, record: RecordId) -> Result<Option<ReviewView>, StoreError> {
        let loaded = self.load([self.store.living(record)?])?;
        let Some(view) = shown(&loaded, record) else { return Ok(None) };
        let reviews = self.reviews_of(&view)?;
        let kind = view.front().map_or("", |f| f.kind());
        let hints = if kind == Kind::Visit.name() { self.hints_of(view.shown)? } else { Vec::new() };
        Ok(Some(ReviewView { standing: standing(&reviews), reviews, hints }))
    }

    /// Whether the reader reviews what others made.
    pub fn reviews(&self) -> bool {
        Kind::Review.steps().takers(APPROVE).is_some_and(|takers| takers.meets(self.actor.roles))
    }

    /// What this person is to review: nothing of their own.
    pub fn review_queue(&self, filter: &QueueFilter) -> Result<Vec<QueueLine>, StoreError> {
        if !self.reviews() {
            return Ok(Vec::new());
        }
        let since = Timestamp(self.actor.now.0 - limits::REVIEW_BACK_MS);
        let kinds = if filter.kinds.is_empty() { REVIEWED } else { filter.kinds.as_slice() };
        let mut rows = Vec::new();
        for kind in kinds {
            rows.extend(self.store.typed_since(kind.name(), since, filter.unit, filter.oldest_first)?);
        }
        rows.sort_by_key(|r| (if filter.oldest_first { r.changed_at.0 } else { -r.changed_at.0 }, r.record));
        let hinted = if kinds.contains(&Kind::Visit) { self.hints_since(since, filter.unit)? } else { BTreeMap::new() };
        let limit = if filter.limit == 0 { limits::REVIEW_LINES_MAX } else { filter.limit };
        let mut lines = Vec::new();
        for row in rows.into_iter().take(limits::REVIEW_READ_MAX) {
            if lines.len() == limit {
                break;
            }
            let loaded = self.load([row.record])?;
            let Some(view) = shown(&loaded, row.record) else { continue };
            // What a machine brought in is nobody's report.
            if view.members.iter().all(|m| m.edits.is_empty()) {
                continue;
            }
            let by = view.members.iter().find_map(|m| author(m));
            let reviews = self.reviews_of(&view)?;
            let standing = standing(&reviews);
            let hints = hinted.get(&view.shown).cloned().unwrap_or_default();
            let wanted = filter.by.is_none_or(|who| by == Some(who)) && (!filter.hinted || !hints.is_empty());
            if !standing.is_open() || by == Some(self.actor.account) || !wanted {
                continue;
            }
            let changed = reviews.iter().find(|r| r.counts()).map(|r| r.changed.clone()).unwrap_or_default();
            let row = self.placed(vec![row.into()])?.pop();
            lines.extend(row.map(|row| QueueLine { row, standing, by, changed, hints }));
        }
        Ok(lines)
    }

    /// What came back to this person and waits for a correction, the longest waiting first; `everybodys` for those who
    /// look after others.
    pub fn returned(&self, everybodys: bool) -> Result<Vec<ReturnedLine>, StoreError> {
        let filter = RowFilter { status: Some(RETURNED.to_owned()), ..RowFilter::kind(Kind::Review.name()) };
        let mut lines = Vec::new();
        for row in self.store.rows(&filter)? {
            let state = self.store.predicted(row.record, self.actor.now)?.state;
            for subject in state.head_ids(PARENT).into_iter().take(1) {
                lines.extend(self.returned_line(&state, subject, everybodys)?);
            }
        }
        lines.sort_by_key(|line| (line.review.at, line.review.review));
        Ok(lines)
    }

    fn returned_line(&self, state: &State, subject: RecordId, all: bool) -> Result<Option<ReturnedLine>, StoreError> {
        let loaded = self.load([self.store.living(subject)?])?;
        let Some(view) = shown(&loaded, subject) else { return Ok(None) };
        let Some(row) = self.store.row(view.shown)? else { return Ok(None) };
        let review = Review::of(state, &Sight::of(&view.members));
        let Some(review) = review.filter(Review::is_returned) else { return Ok(None) };
        if !all && !review.to.contains(&self.actor.account) {
            return Ok(None);
        }
        Ok(Some(ReturnedLine {
            fields: review.comments.iter().map(|c| comment(&view, &c.field, &c.text)).collect(),
            edited_unaware: !review.changed.is_empty(),
            basis: self.basis_with_returns(&loaded, &view)?,
            row: row.into(),
            review,
        }))
    }

    /// The basis of what is shown, with the returns whose comments are shown beside it.
    pub(super) fn basis_with_returns(&self, loaded: &Loaded, view: &GroupView<'_>) -> Result<String, StoreError> {
        let mut bases = self.bases(loaded, view)?;
        for review in self.reviews_of(view)?.into_iter().filter(Review::is_returned) {
            bases.push(self.store.begin(review.review, self.actor.now)?);
        }
        Ok(basis_text(&bases))
    }

    /// The hints of one visit, measured against the other visits of its days.
    fn hints_of(&self, record: RecordId) -> Result<Vec<Hint>, StoreError> {
        let since = Timestamp(self.actor.now.0 - limits::REVIEW_BACK_MS);
        Ok(self.hints_since(since, None)?.remove(&record).unwrap_or_default())
    }

    fn hints_since(&self, since: Timestamp, unit: Option<UnitId>) -> Result<BTreeMap<RecordId, Vec<Hint>>, StoreError> {
        let mut submitted = Vec::new();
        for row in self.store.typed_since(Kind::Visit.name(), since, unit, false)? {
            let loaded = self.load([row.record])?;
            let Some(state) = loaded.state(row.record) else { continue };
            if let Some(by) = author(state) {
                submitted.push(Submitted { by, what: submission(&loaded, state) });
            }
        }
        Ok(hints(&submitted, Limits::default()))
    }
}

/// What is known of how a visit was filled in, and where its door is.
fn submission(held: &impl Held, state: &State) -> Submission {
    let value = |name: &str| state.value(name);
    let moment = |name: &str| value(name).and_then(Value::as_int).map(Timestamp);
    let opened_at = moment(visit::OPENED_AT);
    let finished_at = moment(visit::FINISHED_AT);
    Submission {
        id: state.record,
        at: value(visit::STOOD_AT).and_then(geo::Point::from_value),
        door: door(held, state),
        filled: opened_at.zip(finished_at),
        pictures: pictures_of(state).into_iter().map(|(picture, _)| picture.mark()).collect(),
    }
}

/// Where the door is: the nearest place above that says so.
fn door(held: &impl Held, state: &State) -> Option<geo::Point> {
    let mut at = state.head_ids(PARENT).first().copied();
    for _ in 0..limits::PARENTS_DEPTH_MAX {
        let above = held.state(at?)?;
        let heads = above.fields.get("point").map_or(&[][..], |r| r.heads.as_slice());
        let point = gridwalk_model::view::show(heads, Policy::Review).and_then(|f| f.value);
        if let Some(point) = point.and_then(geo::Point::from_value) {
            return Some(point);
        }
        at = above.head_ids(PARENT).first().copied();
    }
    None
}

fn comment(view: &GroupView<'_>, name: &str, text: &str) -> CommentLine {
    let table = view.front().and_then(|f| Kind::from_name(f.kind())).map(Kind::table);
    let field = table.and_then(|t| t.field(name).or_else(|| t.set(name)));
    let shape = field.map(|f| f.shape);
    let value = if table.is_some_and(|t| t.set(name).is_some()) {
        Json::Array(view.set(name).into_iter().map(|e| field_line::json(shape, e)).collect())
    } else {
        let shown = view.field(name, field.map_or(Policy::Review, |f| f.policy));
        field_line::json_or_null(shape, shown.and_then(|f| f.value))
    };
    CommentLine { field: name.to_owned(), code_set: field.and_then(field_line::code_set), text: text.to_owned(), value }
}
