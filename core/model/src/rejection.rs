//! Refusals: the domain says no to what somebody is typing, in a way that a person can act on.
//!
//! Owns their codes. Refuses to know words (shells own them) and faults (those are errors). Invariant: a code never
//! changes, and no refusal carries what was typed.

/// Why a command is refused before it becomes a change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The kind has no such field.
    #[error("{kind} has no field {field}")]
    UnknownField {
        /// The kind.
        kind: &'static str,
        /// The field that was named.
        field: String,
    },
    /// The kind has no such set.
    #[error("{kind} has no set {field}")]
    UnknownSet {
        /// The kind.
        kind: &'static str,
        /// The set that was named.
        field: String,
    },
    /// The value is of another shape than the field.
    #[error("{field} takes {wanted}")]
    WrongShape {
        /// The field.
        field: &'static str,
        /// The shape's name, as in `Shape::name`.
        wanted: &'static str,
    },
    /// A text with nothing in it; clear the field instead.
    #[error("{field} is empty")]
    EmptyText {
        /// The field.
        field: &'static str,
    },
    /// A text that is too long.
    #[error("{field} is longer than {chars_max} characters")]
    TooLong {
        /// The field.
        field: &'static str,
        /// Most characters.
        chars_max: usize,
    },
    /// A number, date or moment outside its range.
    #[error("{field} is outside {min}..={max}")]
    OutOfRange {
        /// The field.
        field: &'static str,
        /// Least value.
        min: i64,
        /// Greatest value.
        max: i64,
    },
    /// A code that the code set does not have.
    #[error("{field} takes a code of {code_set}")]
    UnknownCode {
        /// The field.
        field: &'static str,
        /// The code set.
        code_set: &'static str,
    },
    /// A required field is empty.
    #[error("{field} is missing")]
    MissingField {
        /// The field.
        field: &'static str,
    },
    /// The person's roles do not write this field.
    #[error("{field} is not written by these roles")]
    FieldNotPermitted {
        /// The field.
        field: String,
    },
    /// The workflow has no such step, or the kind no workflow.
    #[error("{kind} has no step {step}")]
    UnknownStep {
        /// The kind.
        kind: &'static str,
        /// The step that was named.
        step: String,
    },
    /// The step is not open in the status that the record has.
    #[error("step {step} is not open in status {status}")]
    StepNotOpen {
        /// The step.
        step: String,
        /// The record's status.
        status: String,
    },
    /// The person's roles do not take this step.
    #[error("step {step} is not taken by these roles")]
    StepNotPermitted {
        /// The step.
        step: String,
    },
    /// The step asks for something that was not answered.
    #[error("step {step} asks for {ask}")]
    MissingAnswer {
        /// The step.
        step: String,
        /// What it asks for.
        ask: String,
    },
    /// An answer that the step does not ask for, or of another shape.
    #[error("step {step} does not take {ask} in this form")]
    WrongAnswer {
        /// The step.
        step: String,
        /// The answer's name.
        ask: String,
    },
}

impl Rejection {
    /// The stable code that shells and servers branch on.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownField { .. } => "unknown_field",
            Self::UnknownSet { .. } => "unknown_set",
            Self::WrongShape { .. } => "wrong_shape",
            Self::EmptyText { .. } => "empty_text",
            Self::TooLong { .. } => "too_long",
            Self::OutOfRange { .. } => "out_of_range",
            Self::UnknownCode { .. } => "unknown_code",
            Self::MissingField { .. } => "missing_field",
            Self::FieldNotPermitted { .. } => "field_not_permitted",
            Self::UnknownStep { .. } => "unknown_step",
            Self::StepNotOpen { .. } => "step_not_open",
            Self::StepNotPermitted { .. } => "step_not_permitted",
            Self::MissingAnswer { .. } => "missing_answer",
            Self::WrongAnswer { .. } => "wrong_answer",
        }
    }

    /// The field, set or answer that it is about, so that a form can point at it.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::UnknownField { field, .. } | Self::UnknownSet { field, .. } | Self::FieldNotPermitted { field } => {
                Some(field)
            }
            Self::WrongShape { field, .. }
            | Self::EmptyText { field }
            | Self::TooLong { field, .. }
            | Self::OutOfRange { field, .. }
            | Self::UnknownCode { field, .. }
            | Self::MissingField { field } => Some(field),
            Self::MissingAnswer { ask, .. } | Self::WrongAnswer { ask, .. } => Some(ask),
            Self::UnknownStep { .. } | Self::StepNotOpen { .. } | Self::StepNotPermitted { .. } => None,
        }
    }
}
