//! Submission 填报: a form that somebody fills, or filled.
//!
//! Owns its field table and what it says besides answers. Refuses to list answers: each question has a field that begins with
//! `/`, in a copy of a repeat where it stands in one, and what those mean the form knows. Invariant: whoever fills it writes
//! the fields of what they answered and no others, so that two people fill one submission without a signal.

use super::field::text;
use super::form::{FILLERS, hash_of};
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::hash::Hash;
use crate::id::RecordId;
use crate::limits;
use crate::role::Roles;
use crate::state::{Instance, State};
use crate::step_table::StepTable;
use crate::submission::{is_answer, is_meta};
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::{Policy, show};

/// The field that names the form.
pub const FORM: &str = "form";
/// The field that names the version by which it is filled: the hash of its definition.
pub const VERSION: &str = "version";
/// The field that holds what the form is called.
pub const TITLE: &str = "title";
/// The field that says when it was finished.
pub const FINISHED_AT: &str = "finished_at";

/// What a submission may be about.
pub const ABOUT: &[Kind] = &[
    Kind::Estate,
    Kind::Building,
    Kind::Dwelling,
    Kind::Household,
    Kind::Resident,
    Kind::Premises,
    Kind::Organisation,
    Kind::Facility,
    Kind::Case,
];

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, FILLERS, FILLERS)
}

/// What Gridwalk says about submissions.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Submission,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field(PARENT, Shape::Ref(ABOUT)),
        field(FORM, Shape::Ref(&[Kind::Form])).required(),
        field(VERSION, text(64)).required().policy(Policy::Latest),
        field(TITLE, text(limits::FORM_TITLE_CHARS_MAX)).required().search(SearchUse::Name),
        field(FINISHED_AT, Shape::Moment).policy(Policy::Latest),
    ],
    sets: &[],
    steps: StepTable::none,
    home: Home::Unit,
    delete: Roles::SUPERVISORS,
    author_sees: true,
    reaches_down: ReachesDown::No,
    place: false,
    title: &[TITLE],
    subtitle: &[],
    sort: SortBy::Newest(""),
};

/// A submission as its record says, but for its answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Its record.
    pub record: RecordId,
    /// The form.
    pub form: RecordId,
    /// The definition by which it is filled.
    pub version: Hash,
    /// What the form is called.
    pub title: String,
    /// What it is about.
    pub about: Option<RecordId>,
    /// When it was finished.
    pub finished_at: Option<Timestamp>,
    /// How many questions are answered.
    pub answered: usize,
    /// In how many people disagree.
    pub at_odds: usize,
}

impl Submission {
    /// What a record says; `None` for one that is deleted, not whole, or no submission.
    pub fn of(state: &State) -> Option<Self> {
        if state.kind() != Kind::Submission.name() || state.is_deleted() {
            return None;
        }
        let id = |name: &str| state.value(name).and_then(Value::as_id);
        let said = |name: &str| state.value(name).and_then(Value::as_text);
        let latest = |name: &str| state.fields.get(name).and_then(|field| show(&field.heads, Policy::Latest)?.value);
        let living =
            |within: Option<&str>| within.is_none_or(|key| state.instances.get(key).is_some_and(Instance::alive));
        let answers =
            state.registers().filter(|(within, field, _)| is_answer(field) && !is_meta(field) && living(*within));
        let shown: Vec<_> = answers.filter_map(|(_, _, register)| show(&register.heads, Policy::Review)).collect();
        Some(Self {
            record: state.record,
            form: id(FORM)?,
            version: hash_of(latest(VERSION)?.as_text()?)?,
            title: said(TITLE)?.to_owned(),
            about: id(PARENT),
            finished_at: latest(FINISHED_AT).and_then(Value::as_int).map(Timestamp),
            answered: shown.iter().filter(|answer| answer.value.is_some()).count(),
            at_odds: shown.iter().filter(|answer| !answer.at_odds.is_empty()).count(),
        })
    }
}
