//! Answers as fields of a record: how a question and a copy of a repeat are called there, and what is written to them.
//!
//! Owns the names. Refuses to know forms and expressions: what a form asks, gridwalk-forms knows. Invariant: one question has
//! one name on every phone, and a copy that a form makes by itself has one, too, so that two people who fill one submission
//! write to the same field where they answer the same question, and to different ones where each adds a copy.

use crate::hash::Hash;
use crate::id::RecordId;
use crate::limits;
use crate::rejection::Rejection;
use crate::value::Value;
use crate::wish::Wish;

/// The field of a copy that names the copy that it stands in.
pub const INSIDE: &str = "inside";

/// Something that a person, or the form, says in a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// An answer, or none any more.
    Put {
        /// The copy of a repeat in which the question stands.
        copy: Option<String>,
        /// The question: see [`field_of`].
        field: String,
        /// The answer as the form keeps it.
        answer: Option<String>,
    },
    /// A copy of a repeat that somebody added.
    Added {
        /// The copy: see [`copy_of`].
        copy: String,
        /// The copy that it stands in.
        inside: Option<String>,
    },
    /// A copy of a repeat that somebody took out. Its answers stay in the record, hidden.
    Removed {
        /// The copy.
        copy: String,
    },
}

/// The field of a question, by its path below the root of the form: the path itself, or where that is longer than a field's
/// name may be, a hash of it.
pub fn field_of(path: &str) -> String {
    if path.len() <= limits::FIELD_NAME_BYTES_MAX {
        return path.to_owned();
    }
    let hash = Hash::with_context("gridwalk 2026 question", &[path.as_bytes()]);
    format!("/~{}", data_encoding::BASE64URL_NOPAD.encode(&hash.0))
}

/// Whether a field of a submission is the answer to a question, or what the form says of itself.
pub fn is_answer(field: &str) -> bool {
    field.starts_with('/')
}

/// Whether it is what the form says of itself: the block `meta` of the ODK XForms specification, which nobody answers.
pub fn is_meta(field: &str) -> bool {
    field.starts_with("/meta/")
}

/// The key of a copy of a repeat.
pub fn copy_of(repeat: &str, id: RecordId) -> String {
    format!("{}/{id}", field_of(repeat))
}

/// The key of a copy that a form makes by itself: the same on every phone. It stands before those that people add.
pub fn made_copy(submission: RecordId, repeat: &str, inside: Option<&str>, place: u32) -> String {
    let [a, b, c, d] = place.to_be_bytes();
    let parts = [submission.bytes(), repeat.as_bytes(), &[0], inside.unwrap_or_default().as_bytes()];
    copy_of(repeat, RecordId::hashed([0, 0, a, b, c, d], "gridwalk 2026 copy of a repeat", &parts))
}

/// The repeat of a copy's key, and the id by which copies are ordered.
pub fn copy_parts(copy: &str) -> Option<(&str, &str)> {
    copy.rsplit_once('/')
}

impl Answered {
    /// What is to be written, if it has the shape of an answer.
    pub fn wishes(&self) -> Result<Vec<Wish>, Rejection> {
        let fits = |field: &str| is_answer(field) && field.len() <= limits::FIELD_NAME_BYTES_MAX;
        let known = |copy: &str| match copy_parts(copy) {
            Some((repeat, id)) if fits(repeat) && id.parse::<RecordId>().is_ok() => Ok(copy.to_owned()),
            _ => Err(Rejection::UnknownField { kind: "submission", field: copy.to_owned() }),
        };
        Ok(match self {
            Self::Put { copy, field, answer } => {
                if !fits(field) {
                    return Err(Rejection::UnknownField { kind: "submission", field: field.clone() });
                }
                if answer.as_ref().is_some_and(|answer| answer.len() > limits::FORM_ANSWER_BYTES_MAX) {
                    return Err(Rejection::TooLong { field: "answer", chars_max: limits::FORM_ANSWER_BYTES_MAX });
                }
                let within = copy.as_deref().map(known).transpose()?;
                let value = answer.as_deref().map(Value::from);
                vec![Wish::Put { field: field.clone(), value, within }]
            }
            Self::Added { copy, inside } => {
                let within = known(copy)?;
                let inside = inside.as_deref().map(known).transpose()?;
                let put = |inside: String| Wish::Put {
                    field: INSIDE.to_owned(),
                    value: Some(Value::Text(inside)),
                    within: Some(within.clone()),
                };
                std::iter::once(Wish::AddInstance { within: within.clone() }).chain(inside.map(put)).collect()
            }
            Self::Removed { copy } => vec![Wish::RemoveInstance { within: known(copy)? }],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_has_one_name_and_a_long_one_is_a_hash_of_it() {
        assert_eq!(field_of("/house/people"), "/house/people");
        let long = format!("/{}", "户".repeat(30));
        assert!(field_of(&long).len() <= limits::FIELD_NAME_BYTES_MAX && is_answer(&field_of(&long)));
        assert_eq!(field_of(&long), field_of(&long));
        assert_ne!(field_of(&long), field_of(&format!("{long}口")));
    }

    #[test]
    fn copies_that_a_form_makes_have_one_name_everywhere_and_stand_in_their_order() {
        let (one, other) = (RecordId([1; 16]), RecordId([2; 16]));
        let copy = |of, place| made_copy(of, "/people", None, place);
        assert_eq!(copy(one, 0), copy(one, 0));
        assert_ne!(copy(one, 0), copy(other, 0));
        assert_ne!(
            made_copy(one, "/people/toys", Some(&copy(one, 0)), 0),
            made_copy(one, "/people/toys", Some(&copy(one, 1)), 0)
        );
        let mut copies: Vec<String> = [300, 2, 10, 0].map(|place| copy(one, place)).to_vec();
        copies.push(copy_of("/people", RecordId([1; 16])));
        copies.sort();
        assert_eq!(copies[..4], [0, 2, 10, 300].map(|place| copy(one, place)));
        assert!(copies.iter().all(|copy| copy.len() <= 2 * limits::FIELD_NAME_BYTES_MAX));
    }

    #[test]
    fn what_is_no_answer_is_not_written() {
        let put = |copy: Option<&str>, field: &str, answer: &str| Answered::Put {
            copy: copy.map(str::to_owned),
            field: field.to_owned(),
            answer: Some(answer.to_owned()),
        };
        assert!(put(None, "/a", "x").wishes().is_ok());
        assert_eq!(put(None, "unit", "x").wishes().unwrap_err().code(), "unknown_field");
        assert_eq!(put(Some("people"), "/a", "x").wishes().unwrap_err().code(), "unknown_field");
        let long = "x".repeat(limits::FORM_ANSWER_BYTES_MAX + 1);
        assert_eq!(put(None, "/a", &long).wishes().unwrap_err().code(), "too_long");
    }
}
