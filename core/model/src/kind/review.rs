//! Review 审核: somebody looked at a record and approves it, or returns it with a comment on each field.
//!
//! Owns the review's field table, its workflow and the form of a comment and of what the reviewer saw. Refuses to change
//! the record that it is about: its author corrects that. Invariant: a review is where its subject is, and one that a
//! volunteer's report came back with reaches its author, wherever that is.

use super::field::text;
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, Shape, SortBy};
use crate::id::{AccountId, RecordId};
use crate::limits;
use crate::role::Roles;
use crate::state::State;
use crate::step_table::StepTable;
use crate::value::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The kinds whose records are reviewed.
pub const REVIEWED: &[Kind] = &[
    Kind::Visit,
    Kind::Case,
    Kind::Resident,
    Kind::Household,
    Kind::Dwelling,
    Kind::Building,
    Kind::Estate,
    Kind::Address,
    Kind::Premises,
    Kind::Organisation,
    Kind::Facility,
    Kind::HouseholdLink,
];

/// The step by which a reviewer finds a record right.
pub const APPROVE: &str = "approve";
/// The step by which a reviewer sends a record back to its author.
pub const RETURN: &str = "return_for_correction";
/// The step by which what came back is answered: corrected, or explained.
pub const ANSWER: &str = "answer";
/// The step by which a reviewer takes a review back.
pub const WITHDRAW: &str = "withdraw";

/// Status of a review that approves.
pub const APPROVED: &str = "approved";
/// Status of a review whose record waits for its author.
pub const RETURNED: &str = "returned";
/// Status of a review whose record its author corrected or explained.
pub const ANSWERED: &str = "answered";
/// Status of a review that was taken back.
pub const WITHDRAWN: &str = "withdrawn";

/// The field that names the kind of the record under review.
pub const OF: &str = "of";
/// The field that holds what the reviewer saw: see [`crate::review::Sight`].
pub const SAW: &str = "saw";
/// The field that holds when it was reviewed.
pub const AT: &str = "at";
/// The set of those to whom the record goes back.
pub const TO: &str = "to";
/// The set of comments.
pub const COMMENTS: &str = "comments";

/// Who reads reviews by their unit: everybody who works with records but volunteers; theirs reach them as authors.
const READERS: Roles = Roles::STAFF;

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, READERS, Roles::SUPERVISORS)
}

fn steps() -> &'static StepTable {
    static STEPS: LazyLock<StepTable> =
        LazyLock::new(|| StepTable::read(include_str!("../../../../catalog/workflows/review.csv")));
    &STEPS
}

/// What Gridwalk says about reviews.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Review,
    fields: &[
        field(PARENT, Shape::Ref(REVIEWED)).required(),
        field(OF, text(40)).required(),
        field(SAW, Shape::Sight).required(),
        field(AT, Shape::Moment).required(),
    ],
    sets: &[field(TO, Shape::Account), field(COMMENTS, Shape::Comment)],
    steps,
    home: Home::Parent(REVIEWED),
    delete: Roles::SUPERVISORS,
    author_sees: true,
    reaches_down: ReachesDown::No,
    place: false,
    title: &[OF],
    subtitle: &[],
    sort: SortBy::Newest(AT),
};

/// A comment on a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Comment {
    /// The field, or set, that it is about.
    pub field: String,
    /// What is to be mended.
    pub text: String,
}

impl Comment {
    /// As an element of a set.
    pub fn to_value(&self) -> Value {
        let entries = [("field", self.field.as_str()), ("text", self.text.as_str())];
        Value::Map(entries.map(|(name, text)| (name.to_owned(), Value::from(text))).into())
    }

    /// Of an element; `None` for what is none.
    pub fn from_value(value: &Value) -> Option<Self> {
        let map = value.as_map().filter(|map| map.len() == 2)?;
        let text = |name: &str, chars_max: usize| {
            let text = map.get(name)?.as_text()?.trim();
            (!text.is_empty() && text.chars().nth(chars_max).is_none()).then(|| text.to_owned())
        };
        let (field, text) = (text("field", limits::FIELD_NAME_BYTES_MAX)?, text("text", limits::ANSWER_CHARS_MAX)?);
        Some(Self { field, text })
    }
}

/// The comments of a review, by field.
pub fn comments(state: &State) -> Vec<Comment> {
    let elements = state.sets.get(COMMENTS).map(crate::state::ObservedSet::elements).unwrap_or_default();
    let mut list: Vec<Comment> = elements.into_iter().filter_map(Comment::from_value).collect();
    list.sort();
    list
}

/// Those to whom a review goes.
pub fn addressed(state: &State) -> Vec<AccountId> {
    let elements = state.sets.get(TO).map(crate::state::ObservedSet::elements).unwrap_or_default();
    elements.into_iter().filter_map(|e| Some(AccountId(e.as_id()?.0))).collect()
}

/// An account as an element of a set.
pub fn account(account: AccountId) -> Value {
    Value::Id(RecordId(account.0))
}

/// Those who see a review wherever they are, because they see its subject wherever they are.
pub fn seen_by_authors(state: &State) -> Vec<AccountId> {
    let heads = state.fields.get(OF).into_iter().flat_map(|r| &r.heads);
    let follows = |name: &str| Kind::from_name(name).is_some_and(|kind| kind.table().author_sees);
    if heads.filter_map(|h| h.value.as_ref()?.as_text()).any(follows) { addressed(state) } else { Vec::new() }
}

/// What a reviewer saw, as it is stored: marks by field.
pub(super) fn is_sight(value: &Value) -> bool {
    let mark = |value: &Value| matches!(value, Value::Bytes(bytes) if bytes.len() == 8);
    value.as_map().is_some_and(|map: &BTreeMap<String, Value>| map.values().all(mark))
}
