//! Security events: one structured line each, for whoever watches the log.
//!
//! Owns which answers are such events, and the shape of the line: `security=<code>`, inside the request's span with its id
//! and route. Refuses to write down an address, a name, a device's id or anything typed. Invariant: every refusal that an
//! attacker could cause is told, and told the same way.

use gridwalk_sync::{Problem, ProblemCode};

/// Whether an answer is a security event.
const fn counts(code: ProblemCode) -> bool {
    matches!(
        code,
        ProblemCode::BadSignature
            | ProblemCode::ClockOff
            | ProblemCode::Replayed
            | ProblemCode::UnknownDevice
            | ProblemCode::Revoked
            | ProblemCode::BadCode
            | ProblemCode::LoginFailed
            | ProblemCode::TooMany
    )
}

/// Tells of an answer, if it is a security event; whether it was.
pub(crate) fn answered(problem: &Problem) -> bool {
    let told = counts(problem.code);
    if told {
        tracing::warn!(security = problem.code.name(), "refused");
    }
    told
}

/// Tells that one address held too many connections.
pub(crate) fn connections_of_one_address() {
    tracing::warn!(security = "connections_of_one_address", "refused");
}

/// Tells that a request of a browser came from a page of another site.
pub(crate) fn other_origin() {
    tracing::warn!(security = "other_origin", "refused");
}

/// Tells that a request of a browser did not say its session's token.
pub(crate) fn without_csrf_token() {
    tracing::warn!(security = "without_csrf_token", "refused");
}

/// Tells that a session was renewed with a token that was used before: two have it.
pub(crate) fn renewal_reused() {
    tracing::warn!(security = "renewal_reused", "refused");
}

/// Tells that a handler panicked.
pub(crate) fn panicked() {
    tracing::error!(security = "panicked", "a handler panicked");
}
