//! What can go wrong in the app: the errors of the layers below, joined.
//!
//! Owns the joining and each error's stable code. Refuses to hold words for people. Invariant: no text of an error
//! carries personal data.

use crate::ids::NoRandomness;
use crate::keys::VaultError;
use crate::transport::TransportError;

/// Why the app could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
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
    /// This phone is not enrolled yet.
    #[error("this phone is not enrolled")]
    NotEnrolled,
    /// This phone is enrolled already.
    #[error("this phone is enrolled already")]
    AlreadyEnrolled,
}
