//! Refusals: the domain says no to what somebody is typing, in a way that a person can act on.
//!
//! Owns their codes. Refuses to know words (shells own them) and faults (those are errors). Invariant: a code never
//! changes, and no refusal carries what was typed.

use crate::guard::Guard;

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
    /// The step is one of other kinds of case.
    #[error("step {step} is not taken of a case of this kind")]
    StepOfAnotherKind {
        /// The step.
        step: String,
    },
    /// Only a handler of a department that holds the power takes the step.
    #[error("step {step} needs the power {power}")]
    StepNeedsPower {
        /// The step.
        step: String,
        /// The power's name.
        power: &'static str,
    },
    /// Something is not so that must be so before the step.
    #[error("step {step} waits for {}", guard.name())]
    StepGuarded {
        /// The step.
        step: String,
        /// What is not so.
        guard: Guard,
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
    /// The record is not on this phone.
    #[error("the record is not here")]
    UnknownRecord,
    /// The record is of a kind of a later version: shown and kept, not edited.
    #[error("records of kind {kind} are of a later version")]
    UnknownKind {
        /// The kind.
        kind: String,
    },
    /// A new record was to have an id that is taken: it was saved already.
    #[error("the record is here already")]
    RecordExists,
    /// The record was deleted when it was opened.
    #[error("the record is deleted")]
    RecordDeleted,
    /// The record that is to be restored lives.
    #[error("the record is not deleted")]
    NotDeleted,
    /// The basis is that of another record.
    #[error("the basis is of another record")]
    BasisOfAnotherRecord,
    /// Nothing would change.
    #[error("nothing to do")]
    NothingToDo,
    /// The values agree, and all of them were seen.
    #[error("{field} is no disagreement")]
    NothingToDecide {
        /// The field.
        field: String,
    },
    /// The record that it is to be below is not on this phone.
    #[error("the record above is not here")]
    UnknownParent,
    /// The record that it is to be below is deleted.
    #[error("the record above is deleted")]
    ParentDeleted,
    /// A record of that kind cannot be above it.
    #[error("a record of kind {kind} cannot be above it")]
    WrongParent {
        /// The kind.
        kind: String,
    },
    /// A record cannot be moved below itself.
    #[error("a record cannot be below itself")]
    BelowItself,
    /// A moment that is still to come.
    #[error("{field} is still to come")]
    NotYet {
        /// The field.
        field: &'static str,
    },
    /// A record is the same as itself anyway.
    #[error("the two are one record")]
    SameAsItself,
    /// Records of two kinds are never the same thing.
    #[error("the two records are of different kinds")]
    NotOneKind,
    /// The two records are not said to be the same thing.
    #[error("the two records are not linked")]
    NotLinked,
    /// What was typed is surely wrong in this field, whoever insists.
    #[error("{field} is surely wrong: {why}")]
    SurelyWrong {
        /// The field.
        field: &'static str,
        /// Why: a code of `check::Blocking`.
        why: &'static str,
    },
    /// The command is about records of another kind.
    #[error("this is done with a {wanted}")]
    WrongKind {
        /// The kind that it is about.
        wanted: &'static str,
    },
    /// The resident is not in the household that is split or merged.
    #[error("the resident is not in that household")]
    NotInHousehold,
    /// Nobody reviews what they made themselves.
    #[error("the record is the reviewer's own")]
    OwnRecord,
    /// A sensitive field that nobody stated a purpose for where the record is.
    #[error("{field} is not in use here")]
    FieldNotInUse {
        /// The field.
        field: &'static str,
    },
    /// An item of the work list that is not admitted, or not for that day.
    #[error("the item is not in force on that day")]
    NotInForce,
    /// A visit plan that helps people names nobody who consented.
    #[error("nobody is named who consented")]
    ConsentMissing,
    /// Off duty nothing is written about where somebody is.
    #[error("this is not on duty")]
    OffDuty,
    /// Whoever is on duty ends that before going on duty again.
    #[error("on duty already")]
    OnDutyAlready,
    /// Only whoever went on duty writes where they were.
    #[error("this is another one's duty")]
    NotYourDuty,
    /// It was handed to somebody else.
    #[error("it is handed to somebody else")]
    NotYours,
    /// Something stands in the way of an undo.
    #[error("the undo is hindered: {why}")]
    UndoHindered {
        /// Why: a code of `undo::Why`.
        why: &'static str,
    },
    /// All of it is put right already.
    #[error("nothing to undo")]
    NothingToUndo,
    /// Pictures are of places and matters, never of people.
    #[error("a {kind} bears no pictures")]
    NoPictures {
        /// The kind.
        kind: &'static str,
    },
    /// More pictures than one save attaches.
    #[error("more than {max} pictures at once")]
    TooManyPictures {
        /// Most pictures.
        max: usize,
    },
    /// The inspection has no such item.
    #[error("the inspection has no such item")]
    NoSuchItem,
    /// What failed has to be shown by a picture.
    #[error("a picture has to show it")]
    NoEvidence,
    /// Items of the inspection are not answered here.
    #[error("items are not answered")]
    ItemsUnanswered,
    /// Nothing of the inspection failed that is to be looked at again in that round.
    #[error("nothing to look at again")]
    NothingToRecheck,
    /// A training that is required before a case is taken was not checked off.
    #[error("a training that is required was not checked off")]
    NotTrained,
    /// The figures of the month do not change any more.
    #[error("the month is locked")]
    MonthLocked,
    /// A correction must be about the record of what it corrects.
    #[error("the correction is about another record")]
    CorrectsAnotherRecord,
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
            Self::StepOfAnotherKind { .. } => "step_of_another_kind",
            Self::StepNeedsPower { .. } => "step_needs_power",
            Self::StepGuarded { guard, .. } => guard.code(),
            Self::MissingAnswer { .. } => "missing_answer",
            Self::WrongAnswer { .. } => "wrong_answer",
            Self::UnknownRecord => "unknown_record",
            Self::UnknownKind { .. } => "unknown_kind",
            Self::RecordExists => "record_exists",
            Self::RecordDeleted => "record_deleted",
            Self::NotDeleted => "not_deleted",
            Self::BasisOfAnotherRecord => "basis_of_another_record",
            Self::NothingToDo => "nothing_to_do",
            Self::NothingToDecide { .. } => "nothing_to_decide",
            Self::UnknownParent => "unknown_parent",
            Self::ParentDeleted => "parent_deleted",
            Self::WrongParent { .. } => "wrong_parent",
            Self::BelowItself => "below_itself",
            Self::NotYet { .. } => "not_yet",
            Self::SameAsItself => "same_as_itself",
            Self::NotOneKind => "not_one_kind",
            Self::NotLinked => "not_linked",
            Self::SurelyWrong { .. } => "surely_wrong",
            Self::WrongKind { .. } => "wrong_kind",
            Self::NotInHousehold => "not_in_household",
            Self::OwnRecord => "own_record",
            Self::FieldNotInUse { .. } => "field_not_in_use",
            Self::NotInForce => "not_in_force",
            Self::ConsentMissing => "consent_missing",
            Self::OffDuty => "off_duty",
            Self::OnDutyAlready => "on_duty_already",
            Self::NotYourDuty => "not_your_duty",
            Self::NotYours => "not_yours",
            Self::UndoHindered { .. } => "undo_hindered",
            Self::NothingToUndo => "nothing_to_undo",
            Self::NoPictures { .. } => "no_pictures",
            Self::TooManyPictures { .. } => "too_many_pictures",
            Self::NoSuchItem => "item_unknown",
            Self::NoEvidence => "no_evidence",
            Self::ItemsUnanswered => "items_unanswered",
            Self::NothingToRecheck => "nothing_to_recheck",
            Self::NotTrained => "not_trained",
            Self::MonthLocked => "month_locked",
            Self::CorrectsAnotherRecord => "corrects_another_record",
        }
    }

    /// The field, set or answer that it is about, so that a form can point at it.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::UnknownField { field, .. }
            | Self::UnknownSet { field, .. }
            | Self::FieldNotPermitted { field }
            | Self::NothingToDecide { field } => Some(field),
            Self::WrongShape { field, .. }
            | Self::EmptyText { field }
            | Self::TooLong { field, .. }
            | Self::OutOfRange { field, .. }
            | Self::UnknownCode { field, .. }
            | Self::MissingField { field }
            | Self::SurelyWrong { field, .. }
            | Self::FieldNotInUse { field }
            | Self::NotYet { field } => Some(field),
            Self::MissingAnswer { ask, .. } | Self::WrongAnswer { ask, .. } => Some(ask),
            _ => None,
        }
    }
}
