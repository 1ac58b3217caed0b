//! Problems (RFC 9457): why a whole request came to nothing. A single change's fate is a verdict, never a problem.
//!
//! Owns the codes and their JSON. Refuses to hold prose in more than `detail`, which is for engineers.
//! Invariant: a code never changes its meaning; phones and console own the words.

/// Stable codes of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProblemCode {
    /// Not the expected CBOR or JSON.
    Malformed,
    /// Larger than its limit, packed or unpacked.
    TooLarge,
    /// The request's or the frame's signature is missing or wrong.
    BadSignature,
    /// The request's time is outside the window; `now` tells the server's.
    ClockOff,
    /// The nonce was used before.
    Replayed,
    /// No such device.
    UnknownDevice,
    /// The device was revoked: hand over and purge.
    Revoked,
    /// Not allowed.
    Forbidden,
    /// No such thing, or not for you: the two are the same.
    NotFound,
    /// A seq is missing: `expected` names the next one.
    Gap,
    /// A dot is taken by another body, or a replica by another device: `seq` names it.
    Clash,
    /// This protocol version is not served for this call; pushing still is.
    UpdateNeeded,
    /// The phone is newer than the server: pulling waits until the server is updated; pushing is still served.
    ServerOld,
    /// The enrolment code is wrong, used or too old.
    BadCode,
    /// The phone was enrolled, and nobody has confirmed it yet: come again later.
    Unconfirmed,
    /// Login, password or code are wrong; which of them is not told.
    LoginFailed,
    /// No session, or one that is over: log in.
    NoSession,
    /// The session lacks its second factor.
    SecondFactor,
    /// The poster was taken down, or its time is over.
    PosterOver,
    /// Too many requests; come again later.
    TooMany,
    /// The server's disk is nearly full: reading goes on, pushing waits.
    StorageFull,
    /// The bundle is sealed to another server.
    BundleForeign,
    /// The bundle was changed on its way.
    BundleDamaged,
    /// No such device wrote the bundle.
    AuthorUnknown,
    /// A fault at the server; the request id finds it in the log.
    Fault,
    /// Starting, stopping or under maintenance.
    Unavailable,
}

impl ProblemCode {
    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::BadSignature => "bad_signature",
            Self::ClockOff => "clock_off",
            Self::Replayed => "replayed",
            Self::UnknownDevice => "unknown_device",
            Self::Revoked => "revoked",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Gap => "gap",
            Self::Clash => "clash",
            Self::UpdateNeeded => "update_needed",
            Self::ServerOld => "server_old",
            Self::BadCode => "bad_code",
            Self::Unconfirmed => "unconfirmed",
            Self::LoginFailed => "login_failed",
            Self::NoSession => "no_session",
            Self::SecondFactor => "second_factor",
            Self::PosterOver => "poster_over",
            Self::TooMany => "too_many",
            Self::StorageFull => "storage_full",
            Self::BundleForeign => "bundle_foreign",
            Self::BundleDamaged => "bundle_damaged",
            Self::AuthorUnknown => "author_unknown",
            Self::Fault => "fault",
            Self::Unavailable => "unavailable",
        }
    }

    /// The HTTP status that it travels with.
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::BadSignature
            | Self::ClockOff
            | Self::Replayed
            | Self::UnknownDevice
            | Self::LoginFailed
            | Self::NoSession => 401,
            Self::Forbidden
            | Self::Revoked
            | Self::BadCode
            | Self::Unconfirmed
            | Self::SecondFactor
            | Self::PosterOver => 403,
            Self::NotFound => 404,
            Self::Gap | Self::Clash => 409,
            Self::TooLarge => 413,
            Self::BundleForeign | Self::BundleDamaged | Self::AuthorUnknown => 422,
            Self::UpdateNeeded => 426,
            Self::TooMany => 429,
            Self::Fault => 500,
            Self::ServerOld => 501,
            Self::Unavailable => 503,
            Self::StorageFull => 507,
        }
    }
}

/// A problem as it travels.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Problem {
    /// `urn:gridwalk:problem:<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// HTTP status.
    pub status: u16,
    /// Stable code.
    pub code: ProblemCode,
    /// For engineers; no personal data.
    pub detail: String,
    /// With `gap`: the next seq that the server expects.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expected: Option<u64>,
    /// With `clash`: the seq that is taken.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seq: Option<u64>,
    /// With `clock_off`: the server's time, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub now: Option<i64>,
    /// With `too_many` and `unavailable`: seconds to wait.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retry_after_s: Option<u64>,
    /// Finds the request in the server's log.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request_id: Option<String>,
}

impl Problem {
    /// Content type of problems.
    pub const CONTENT_TYPE: &'static str = "application/problem+json";

    /// A problem with nothing but its code.
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:gridwalk:problem:{}", code.name()),
            status: code.status(),
            code,
            detail: detail.into(),
            expected: None,
            seq: None,
            now: None,
            retry_after_s: None,
            request_id: None,
        }
    }

    /// Its JSON.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_one_name_in_code_and_on_the_wire() {
        for code in [ProblemCode::TooLarge, ProblemCode::ClockOff, ProblemCode::UpdateNeeded, ProblemCode::Gap] {
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
        }
    }
}
