//! Reviews of a record: what the reviewers saw, and how the record stands by what they said of it.
//!
//! Owns the rule by which a record is approved, returned, answered or changed since. Refuses to write anything: a
//! record's standing is derived, so that it cannot be out of step with the record. Invariant: an approval is of what
//! stood on the reviewer's screen and of nothing else; a return stays until an answer to that very return.

use crate::hash::Hash;
use crate::id::{AccountId, RecordId};
use crate::journal::Outcome;
use crate::kind::review::{self, Comment};
use crate::kind::{CONFIRMED, Kind};
use crate::moved::is_reserved;
use crate::name::Name;
use crate::state::{State, Tag};
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::Policy;
use std::collections::{BTreeMap, BTreeSet};

/// The entry of a sight that stands for the steps of a workflow.
const STEPS: &str = "@steps";

/// What stood in each field, set and among the steps: a mark of the changes that wrote it, eight bytes each. Fields that
/// choose by themselves (last seen at) and confirmations are none of a reviewer's business.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sight(BTreeMap<String, [u8; 8]>);

fn mark<'a>(what: &str, tags: impl IntoIterator<Item = (&'a Tag, u32)>) -> [u8; 8] {
    let mut names: BTreeSet<(Name, u32)> = BTreeSet::new();
    names.extend(tags.into_iter().map(|(tag, index)| (tag.id, index)));
    let mut bytes = Vec::new();
    for (name, index) in names {
        bytes.extend(name.replica.0);
        bytes.extend(name.seq.to_be_bytes());
        bytes.extend(name.mark.0);
        bytes.extend(index.to_be_bytes());
    }
    Hash::with_context("gridwalk 2026 what a reviewer saw", &[what.as_bytes(), &bytes]).mark().0
}

/// Whether a reviewer looks at the field.
fn is_reviewed(kind: &str, name: &str) -> bool {
    let policy = Kind::from_name(kind).and_then(|k| k.table().field(name)).map_or(Policy::Review, |f| f.policy);
    !is_reserved(name) && policy == Policy::Review
}

impl Sight {
    /// What stands in the members of a same-as group.
    pub fn of(members: &[&State]) -> Self {
        let mut marks = BTreeMap::new();
        let kind = members.first().map_or("", |m| m.kind());
        let fields: BTreeSet<&String> = members.iter().flat_map(|m| m.fields.keys()).collect();
        for name in fields.into_iter().filter(|name| is_reviewed(kind, name)) {
            let heads = members.iter().filter_map(|m| m.fields.get(name)).flat_map(|r| &r.heads);
            marks.insert(name.clone(), mark(name, heads.map(|h| (&*h.tag, 0))));
        }
        let sets: BTreeSet<&String> = members.iter().flat_map(|m| m.sets.keys()).collect();
        for name in sets.into_iter().filter(|name| *name != CONFIRMED && !name.starts_with('@')) {
            let adds = members.iter().filter_map(|m| m.sets.get(name)).flat_map(|s| &s.adds);
            marks.insert(name.clone(), mark(name, adds.map(|a| (&*a.tag, a.index))));
        }
        let steps = members.iter().flat_map(|m| &m.steps).filter(|s| s.outcome == Outcome::Applied);
        let taken: Vec<_> = steps.map(|s| (&*s.tag, 0)).collect();
        if !taken.is_empty() {
            marks.insert(STEPS.to_owned(), mark(STEPS, taken));
        }
        Self(marks)
    }

    /// Without what `saw` denies: fields, sets, and `steps` for the steps of a workflow.
    #[must_use]
    pub fn seen(mut self, saw: impl Fn(&str) -> bool) -> Self {
        self.0.retain(|name, _| saw(name));
        self
    }

    /// Whether an entry stands for the steps.
    pub fn is_steps(name: &str) -> bool {
        name == STEPS
    }

    /// The fields and sets that say something else now.
    pub fn changed(&self, now: &Self) -> Vec<String> {
        let names: BTreeSet<&String> = self.0.keys().chain(now.0.keys()).collect();
        names.into_iter().filter(|name| self.0.get(*name) != now.0.get(*name)).cloned().collect()
    }

    /// As the value of a field.
    pub fn to_value(&self) -> Value {
        Value::Map(self.0.iter().map(|(name, mark)| (name.clone(), Value::Bytes(mark.to_vec()))).collect())
    }

    /// Of a field's value; `None` for what is none.
    pub fn from_value(value: &Value) -> Option<Self> {
        let mark = |(name, value): (&String, &Value)| match value {
            Value::Bytes(bytes) => Some((name.clone(), bytes.as_slice().try_into().ok()?)),
            _ => None,
        };
        value.as_map()?.iter().map(mark).collect::<Option<_>>().map(Self)
    }
}

/// How a record stands by its reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nobody reviewed it.
    Unreviewed,
    /// It is as it was when somebody approved it.
    Approved,
    /// It was approved, and edited since.
    ChangedSince,
    /// It waits for its author.
    Returned,
    /// It came back and was answered: somebody looks again.
    Answered,
}

impl Standing {
    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreviewed => "unreviewed",
            Self::Approved => "approved",
            Self::ChangedSince => "changed_since",
            Self::Returned => "returned",
            Self::Answered => "answered",
        }
    }

    /// Whether a reviewer is to look at it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Unreviewed | Self::ChangedSince | Self::Answered)
    }
}

/// One review as it is read.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Review {
    /// The review's record.
    pub review: RecordId,
    /// Its status: a code of the workflow.
    pub status: String,
    /// Who reviewed.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// What the reviewer said about the whole.
    pub note: Option<String>,
    /// Comments by field.
    pub comments: Vec<Comment>,
    /// Those to whom it goes back.
    pub to: Vec<AccountId>,
    /// Who answered, when, and with which words.
    pub answered: Option<Answer>,
    /// What says something else now than it did on the reviewer's screen.
    pub changed: Vec<String>,
}

/// The answer to a return.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Answer {
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// With which words.
    pub note: Option<String>,
}

impl Review {
    /// The review of a state, beside its subject; `None` for one that says nothing or was deleted.
    pub fn of(state: &State, subject: &Sight) -> Option<Self> {
        let verdict = state.steps.iter().find(|s| s.outcome == Outcome::Applied)?;
        if state.is_deleted() || state.kind() != Kind::Review.name() {
            return None;
        }
        let shown = |name: &str| state.value(name);
        let saw = shown(review::SAW).and_then(Sight::from_value).unwrap_or_default();
        let text = |answers: &BTreeMap<String, Value>| answers.get("note")?.as_text().map(str::to_owned);
        let answer = state.applied().rev().find(|s| s.step == review::ANSWER);
        let to_answer =
            |s: &crate::state::Step| Answer { by: s.tag.author, at: s.tag.effective, note: text(&s.answers) };
        Some(Self {
            review: state.record,
            status: state.status().to_owned(),
            by: verdict.tag.author,
            at: shown(review::AT).and_then(Value::as_int).map_or(verdict.tag.effective, Timestamp),
            note: text(&verdict.answers),
            comments: review::comments(state),
            to: review::addressed(state),
            answered: answer.map(to_answer),
            changed: saw.changed(subject),
        })
    }

    /// Whether its record waits for its author.
    pub fn is_returned(&self) -> bool {
        self.status == review::RETURNED
    }

    /// Whether it still counts.
    pub fn counts(&self) -> bool {
        self.status != review::WITHDRAWN
    }
}

/// How a record stands by these reviews, in any order. A return that nobody answered goes before everything else: its
/// author has something to do, whoever approved meanwhile.
pub fn standing(reviews: &[Review]) -> Standing {
    let counting = || reviews.iter().filter(|r| r.counts());
    if counting().any(Review::is_returned) {
        return Standing::Returned;
    }
    match counting().max_by_key(|r| (r.at, r.review)) {
        None => Standing::Unreviewed,
        Some(last) if last.status == review::ANSWERED => Standing::Answered,
        Some(last) if last.changed.is_empty() => Standing::Approved,
        Some(_) => Standing::ChangedSince,
    }
}

/// Those who made a record what it is: whose report it is where it has a workflow, else who wrote it last; of fields that
/// are commented on, who wrote those.
pub fn makers<'a>(members: &[&State], commented: impl IntoIterator<Item = &'a str>) -> BTreeSet<AccountId> {
    let mut makers = BTreeSet::new();
    for name in commented {
        let heads = members.iter().filter_map(|m| m.fields.get(name)).flat_map(|r| &r.heads).map(|h| &h.tag);
        let adds = members.iter().filter_map(|m| m.sets.get(name)).flat_map(|s| &s.adds).map(|a| &a.tag);
        makers.extend(heads.chain(adds).map(|tag| tag.author));
    }
    if makers.is_empty() {
        makers.extend(members.iter().filter_map(|m| author(m)));
    }
    makers
}

/// Who made a record what it is.
pub fn author(state: &State) -> Option<AccountId> {
    if let Some(first) = state.steps.iter().find(|s| s.outcome == Outcome::Applied) {
        return Some(first.tag.author);
    }
    let kind = state.kind();
    let heads = state.fields.iter().filter(|(name, _)| is_reviewed(kind, name)).flat_map(|(_, r)| &r.heads);
    heads.map(|h| &h.tag).max_by_key(|tag| tag.order()).map(|tag| tag.author)
}

#[cfg(test)]
mod tests;
