//! Sessions and what leads to them, as administration sees it: listed, ended, begun by a code, freed of a lost second factor.
//!
//! Owns the acts. Refuses to show a token or a secret. Invariant: whoever loses what they log in with loses their sessions
//! in the same transaction.

use super::{Admin, EnrolCode, account_named, power};
use crate::error::{Result, ServerError};
use crate::limits::LOGIN_CODE_VALID_MS;
use crate::login::{ended_of, session};
use crate::store::{SessionId, SessionRow};
use gridwalk_model::time::Timestamp;

/// A session that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// The session.
    pub session: SessionRow,
    /// What its person calls the device; none for a browser's.
    pub device_name: Option<String>,
}

impl Admin {
    /// An account's sessions that go on, the oldest first.
    pub fn sessions(&self, login: &str) -> Result<Vec<SessionView>> {
        self.server.read(|r| {
            let account = account_named(r.tx, login)?;
            power::sees_sessions(r.tx, self.by, account.id)?;
            let view = |session: SessionRow| {
                let device = session.device.map(|id| r.tx.device(id)).transpose()?.flatten();
                Ok(SessionView { session, device_name: device.map(|d| d.name) })
            };
            r.tx.sessions_of(account.id, r.now)?.into_iter().map(view).collect()
        })
    }

    /// Ends one session of an account, or all; how many it were.
    pub fn end_sessions(&self, login: &str, only: Option<SessionId>) -> Result<usize> {
        self.act_by(|w| {
            let account = account_named(w.tx, login)?;
            power::ends_sessions(w.tx, self.by, account.id)?;
            let Some(only) = only else { return ended_of(w, self.by, account.id, None, "administration") };
            let sessions = w.tx.sessions_of(account.id, w.now)?;
            let found = sessions.iter().find(|s| s.id == only).ok_or(ServerError::NotFound("session"))?;
            session::end(w, found)?;
            w.audit(self.by, "sessions_ended", &format!("account {} session {only}: administration", account.id))?;
            Ok(1)
        })
    }

    /// Makes a one-time code with which a person chooses a password, and says until when it is good.
    pub fn login_code(&self, login: &str) -> Result<(EnrolCode, Timestamp)> {
        let code = EnrolCode::new(self.server.running().options.ids.b16());
        let until = self.act_by(|w| {
            let account = account_named(w.tx, login)?;
            power::gives_credentials(w.tx, self.by, account.id)?;
            let until = w.now.plus_ms(LOGIN_CODE_VALID_MS);
            w.tx.login_code_put(code.login_hash(), account.id, until)?;
            w.audit(self.by, "login_code_made", &account.id.to_string())?;
            Ok(until)
        })?;
        Ok((code, until))
    }

    /// Takes an account's second factor off: whoever lost it sets up another with the next login.
    pub fn reset_second_factor(&self, login: &str) -> Result<()> {
        self.act_by(|w| {
            let account = account_named(w.tx, login)?;
            power::gives_credentials(w.tx, self.by, account.id)?;
            if w.tx.second_factor(account.id)?.is_none() {
                return Err(ServerError::Refused("second_factor_missing"));
            }
            w.tx.second_factor_drop(account.id)?;
            w.audit(self.by, "second_factor_reset", &account.id.to_string())?;
            ended_of(w, self.by, account.id, None, "second factor").map(drop)
        })
    }
}
