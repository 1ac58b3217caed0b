//! What can go wrong in the app: the errors of the layers below, joined.
//!
//! Owns the joining and each error's stable code. Refuses to hold words for people. Invariant: no text of an error
//! carries personal data.

use crate::ids::NoRandomness;
use crate::keys::VaultError;
use crate::picture::PictureFault;
use crate::transport::TransportError;
use gridwalk_model::Rejection;
use gridwalk_store::StoreError;
use gridwalk_sync::part::PartFault;
use gridwalk_sync::seal::Unsealed;

/// Why the app could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// The domain says no to what was typed, in a way that a person can act on.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The phone's database failed.
    #[error("the phone's database failed")]
    Store(#[from] StoreError),
    /// The key vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// There are no random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// No answer came.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The server answered with a problem.
    #[error("the server answered with the problem {}", .0.kind)]
    Problem(Box<gridwalk_sync::Problem>),
    /// The answer is not one of this protocol (a login page of a hotel, for instance).
    #[error("the answer is not one of this protocol")]
    NotUnderstood,
    /// What the key vault holds of the enrolment cannot be read.
    #[error("the stored enrolment cannot be read")]
    EnrolmentDamaged,
    /// A definition of a form was made by a later version of the program.
    #[error("the form is of a later version")]
    FormTooNew,
    /// The unit lies in none of the spaces that this account works in.
    #[error("no space for this unit")]
    NoSpace,
    /// The worker's thread could not be started.
    #[error("the sync worker could not be started")]
    Worker(#[source] std::io::Error),
    /// What was handed over is no seal for this phone or its server.
    #[error("what was handed over cannot be taken")]
    Sealed(#[from] Unsealed),
    /// A file or code is no part of anything.
    #[error("a part cannot be taken")]
    Part(#[from] PartFault),
    /// A file is not kept as a picture.
    #[error("the picture is not kept")]
    Picture(#[from] PictureFault),
    /// This phone is not enrolled yet.
    #[error("this phone is not enrolled")]
    NotEnrolled,
    /// This is a notebook to practise in: nothing leaves it.
    #[error("nothing leaves a notebook in training")]
    Training,
    /// This phone is enrolled already.
    #[error("this phone is enrolled already")]
    AlreadyEnrolled,
    /// The code is for somebody else, and this phone is not theirs.
    #[error("the code is for somebody else")]
    CodeOfAnother,
    /// The poster is of another grid or another server than the one that this phone reports to.
    #[error("this phone reports to another grid already")]
    OtherPoster,
    /// The PIN is asked for first.
    #[error("the phone is locked")]
    Locked,
    /// The phone has not heard of its server for so long that it shows nothing until it does.
    #[error("the offline lease is over")]
    LeaseOver,
    /// The PIN was another one; what is saved here is safe.
    #[error("the PIN is wrong")]
    PinWrong {
        /// How long the next try has to wait, milliseconds.
        wait_ms: i64,
    },
    /// After several wrong ones the next has to wait.
    #[error("the next PIN has to wait")]
    PinWait {
        /// How long, milliseconds.
        ms: i64,
    },
    /// No PIN: too short, too long, no digits, or the first that anybody would try.
    #[error("this is no good PIN")]
    PinTooSimple,
    /// The database is encrypted, and its key is gone.
    #[error("the key of the database is gone")]
    KeyLost,
    /// Something was typed that no receipt names: it would be lost.
    #[error("unsent work is left on this phone")]
    UnsentLeft {
        /// How many changes and open forms.
        count: usize,
    },
}

impl AppError {
    /// Whether the same again later may work.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Store(e) => e.is_transient(),
            Self::Transport(e) => e.is_transient(),
            Self::NotUnderstood => true,
            Self::Problem(p) => matches!(p.status, 429 | 500 | 503),
            _ => false,
        }
    }

    /// The stable code that shells branch on and find words by.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rejected(rejection) => rejection.code(),
            Self::Store(e) => store_code(e),
            Self::Vault(_) => "key_vault",
            Self::Randomness(_) => "no_randomness",
            Self::Transport(TransportError::Address) => "address_not_allowed",
            Self::Transport(TransportError::WrongServer) => "wrong_server",
            Self::Transport(TransportError::TooLarge) => "answer_too_large",
            Self::Transport(_) => "offline",
            Self::Sealed(e) => e.code(),
            Self::Part(e) => e.code(),
            Self::Picture(e) => e.code(),
            Self::Problem(p) => p.code.name(),
            Self::NotUnderstood => "not_understood",
            Self::EnrolmentDamaged => "enrolment_damaged",
            Self::NoSpace => "no_space",
            Self::FormTooNew => "form_too_new",
            Self::Training => "training",
            Self::Worker(_) => "worker",
            Self::NotEnrolled => "not_enrolled",
            Self::AlreadyEnrolled => "already_enrolled",
            Self::CodeOfAnother => "code_of_another",
            Self::OtherPoster => "other_poster",
            Self::Locked => "locked",
            Self::LeaseOver => "lease_over",
            Self::PinWrong { .. } => "pin_wrong",
            Self::PinWait { .. } => "pin_wait",
            Self::PinTooSimple => "pin_too_simple",
            Self::KeyLost => "database_key_lost",
            Self::UnsentLeft { .. } => "unsent_left",
        }
    }
}

const fn store_code(error: &StoreError) -> &'static str {
    match error {
        StoreError::NotADatabase => "not_a_database",
        StoreError::NewerSchema { .. } => "newer_schema",
        StoreError::Full => "disk_full",
        StoreError::Busy => "busy",
        StoreError::KeyDoesNotFit => "database_key",
        StoreError::EncryptionUnavailable => "encryption_unavailable",
        StoreError::Damaged => "damaged",
        StoreError::NotFound => "not_found",
        _ => "store",
    }
}
