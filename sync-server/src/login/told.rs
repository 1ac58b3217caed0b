//! What is sent and told about logins and sessions, in JSON.
//!
//! Owns the shapes. Refuses to know how anything is kept. Invariant: a browser is told no token but the one that its
//! pages say with what they change.

use super::ClearText;
use super::carrier;
use super::session::{Opened, Stage, roles_of};
use super::token::Token;
use crate::error::{Result, ServerError};
use crate::store::SessionRow;
use crate::writing::Reading;
use gridwalk_model::role::{Role, Roles};

/// `POST /v1/login`.
#[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct LoginRequest {
    /// The login.
    pub login: String,
    /// The password; with a code, the one that the person chooses now.
    pub password: ClearText,
    /// The one-time code of a first login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<ClearText>,
}

/// `POST /v1/password`.
#[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct PasswordRequest {
    /// The password that the person has.
    pub old: ClearText,
    /// The one that they choose.
    pub new: ClearText,
}

/// `POST /v1/login/totp`.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum SecondFactorRequest {
    /// A new secret is wanted.
    SetUp,
    /// The first code of it.
    Confirm {
        /// Six digits.
        code: ClearText,
    },
    /// A code, to log in.
    Code {
        /// Six digits.
        code: ClearText,
    },
    /// A recovery code in place of one.
    Recovery {
        /// The recovery code.
        code: ClearText,
    },
}

/// `POST /v1/refresh`.
#[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct RenewalRequest {
    /// What renews the session of a device; that of a browser is in its cookie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal: Option<ClearText>,
}

/// A session as it is told to whoever has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SessionTold {
    /// Its id; no secret.
    pub session: String,
    /// The login.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// Names of the person's roles.
    pub roles: Vec<String>,
    /// Those of them that are administrators' powers.
    pub powers: Vec<String>,
    /// What it still lacks: `whole`, `code_needed`, `set_up_needed` or `password_needed`.
    pub stage: String,
    /// Until when the access token is good, milliseconds.
    pub access_until: i64,
    /// Until when the session goes on at most, milliseconds.
    pub until: i64,
    /// The server's time, milliseconds.
    pub now: i64,
    /// What a browser's pages say in `x-csrf-token` with whatever they change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub csrf_token: Option<String>,
    /// A device's access token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<String>,
    /// What renews a device's session, once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal: Option<String>,
    /// A new second factor's secret in base32, to be typed by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The same as an address, to be shown as a QR code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_uri: Option<String>,
    /// A new second factor's recovery codes, told once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_codes: Option<Vec<String>>,
    /// How many recovery codes are left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_left: Option<u64>,
}

impl SessionTold {
    /// A session as it stands.
    pub fn of(r: &Reading<'_>, session: &SessionRow) -> Result<Self> {
        let account = r.tx.account(session.account)?.ok_or(ServerError::NotFound("account"))?;
        let roles = roles_of(r.tx, session.account)?;
        let stage = Stage::of(session);
        let confirmed = r.tx.second_factor(session.account)?.is_some_and(|(_, confirmed)| confirmed.is_some());
        let left = stage == Stage::Whole && confirmed;
        let name = |role: &Role| role.name().to_owned();
        Ok(Self {
            session: session.id.to_string(),
            login: account.login,
            name: account.name,
            roles: Role::ALL.iter().filter(|role| roles.has(**role)).map(name).collect(),
            powers: Role::ALL.iter().filter(|r| roles.has(**r) && Roles::POWERS.has(**r)).map(name).collect(),
            stage: stage.name().to_owned(),
            access_until: session.access_until.0,
            until: session.until.0,
            now: r.now.0,
            csrf_token: session.device.is_none().then(|| carrier::csrf_token(r.running, session.id)),
            recovery_left: if left { Some(r.tx.recovery_codes(session.account)?) } else { None },
            ..Self::default()
        })
    }

    /// A session with its new tokens.
    pub fn opened(r: &Reading<'_>, opened: &Opened) -> Result<Self> {
        let told = Self::of(r, &opened.session)?;
        if opened.session.device.is_none() {
            return Ok(told);
        }
        Ok(Self { access: Some(opened.access.text()), renewal: opened.renewal.as_ref().map(Token::text), ..told })
    }
}
