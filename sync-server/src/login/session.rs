//! Sessions: begun by a login, renewed with a token that is good once, ended by whoever may.
//!
//! Owns their times and stages, and who asks. Refuses to know passwords and cookies. Invariant: of many that renew with
//! one token one succeeds, and whoever comes with it afterwards ends the session for both; a person without a role has
//! no session.

use super::carrier::{self, Carrier};
use super::token::{Token, Use};
use crate::auth;
use crate::error::{Result, ServerError, problem};
use crate::limits;
use crate::security;
use crate::server::Running;
use crate::standing;
use crate::store::{AccountRow, SessionId, SessionRow, Tx};
use crate::writing::Writing;
use gridwalk_model::id::{AccountId, DeviceId};
use gridwalk_model::role::{Role, Roles};
use gridwalk_model::time::Timestamp;
use gridwalk_sync::ProblemCode;
use http::request::Parts;

/// What a session still lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nothing.
    Whole,
    /// A code of the second factor.
    CodeNeeded,
    /// A second factor: an administrator has none yet.
    SetUpNeeded,
    /// A password of the person's own: the one that they came with was given to them.
    PasswordNeeded,
}

impl Stage {
    const ALL: [Self; 4] = [Self::Whole, Self::CodeNeeded, Self::SetUpNeeded, Self::PasswordNeeded];

    /// Its number in the database.
    pub const fn number(self) -> i64 {
        match self {
            Self::Whole => 0,
            Self::CodeNeeded => 1,
            Self::SetUpNeeded => 2,
            Self::PasswordNeeded => 3,
        }
    }

    /// That of a row; a number of a later version lacks what we do not know.
    pub fn of(row: &SessionRow) -> Self {
        Self::ALL.into_iter().find(|stage| stage.number() == row.stage).unwrap_or(Self::CodeNeeded)
    }

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::CodeNeeded => "code_needed",
            Self::SetUpNeeded => "set_up_needed",
            Self::PasswordNeeded => "password_needed",
        }
    }
}

/// A session with its tokens, which are told once.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The session.
    pub session: SessionRow,
    /// To ask.
    pub access: Token,
    /// To renew it; none before it is whole.
    pub renewal: Option<Token>,
}

/// Who asks, and in which session.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The session.
    pub session: SessionRow,
    /// The person's account.
    pub account: AccountRow,
    /// What the person is now.
    pub roles: Roles,
}

/// The roles that an account has now.
pub fn roles_of(tx: &dyn Tx, account: AccountId) -> Result<Roles> {
    let grants = tx.grants(account)?;
    Ok(grants.iter().filter(|g| g.until.is_none()).filter_map(|g| Role::from_name(&g.role)).collect())
}

/// The problem of whoever has no session that is good.
pub fn no_session() -> ServerError {
    problem(ProblemCode::NoSession, "no session, or one that is over")
}

/// Begins a session of an account that showed its first factor; none for a person without a role.
pub fn begin(w: &Writing<'_>, account: AccountId, device: Option<DeviceId>) -> Result<Option<Opened>> {
    begin_lacking(w, account, device, false)
}

/// The same; `first_lacks`: the first factor itself is to be chosen anew.
pub(super) fn begin_lacking(
    w: &Writing<'_>,
    account: AccountId,
    device: Option<DeviceId>,
    first_lacks: bool,
) -> Result<Option<Opened>> {
    let roles = roles_of(w.tx, account)?;
    if roles == Roles::NONE {
        return Ok(None);
    }
    let stage = if first_lacks { Stage::PasswordNeeded } else { after_the_first(w.tx, account, roles)? };
    w.tx.sessions_forget(account, w.now.plus_ms(-limits::SESSION_REMEMBERED_MS))?;
    let others = w.tx.sessions_of(account, w.now)?;
    let too_many = (others.len() + 1).saturating_sub(limits::SESSIONS_OF_ONE_MAX);
    others.into_iter().take(too_many).try_for_each(|old| end(w, &old))?;
    let session = SessionRow {
        id: SessionId(w.running.options.ids.b16()),
        account,
        device,
        stage: stage.number(),
        begun_at: w.now,
        until: w.now.plus_ms(limits::SECOND_FACTOR_WAITS_MS),
        access: gridwalk_model::hash::Hash::default(),
        access_until: w.now,
        seen_at: w.now,
        ended_at: None,
    };
    give(w, session).map(Some)
}

/// What a session lacks of a person who has shown their first factor.
pub(super) fn after_the_first(tx: &dyn Tx, account: AccountId, roles: Roles) -> Result<Stage> {
    let confirmed = tx.second_factor(account)?.is_some_and(|(_, confirmed)| confirmed.is_some());
    Ok(match (confirmed, roles.meets(Roles::POWERS)) {
        (true, _) => Stage::CodeNeeded,
        (false, true) => Stage::SetUpNeeded,
        (false, false) => Stage::Whole,
    })
}

/// Another session of the same person goes on from where this one stood; whoever has anything of the old one has nothing.
pub(super) fn begin_again(w: &Writing<'_>, session: &SessionRow, stage: Stage) -> Result<Opened> {
    let id = SessionId(w.running.options.ids.b16());
    let until = w.now.plus_ms(limits::SECOND_FACTOR_WAITS_MS);
    give(w, SessionRow { id, stage: stage.number(), until, ended_at: None, ..session.clone() })
}

/// The session is whole from now on, and gets other tokens: whoever saw the ones of before has nothing.
pub fn complete(w: &Writing<'_>, session: &SessionRow) -> Result<Opened> {
    give(w, SessionRow { stage: Stage::Whole.number(), ..session.clone() })
}

/// Gives a session its next tokens.
fn give(w: &Writing<'_>, mut session: SessionRow) -> Result<Opened> {
    let ids = &*w.running.options.ids;
    let whole = Stage::of(&session) == Stage::Whole;
    if whole {
        session.until = session.begun_at.plus_ms(limits::SESSION_VALID_MS);
    }
    let access = Token::new(ids);
    session.access = access.hash(Use::Access);
    session.access_until = w.now.plus_ms(limits::ACCESS_VALID_MS).min(session.until);
    session.seen_at = w.now;
    w.tx.session_put(&session)?;
    let renewal = whole.then(|| Token::new(ids));
    if let Some(renewal) = &renewal {
        let until = w.now.plus_ms(limits::RENEWAL_VALID_MS).min(session.until);
        w.tx.renewal_put(renewal.hash(Use::Renewal), session.id, until)?;
    }
    Ok(Opened { session, access, renewal })
}

/// Renews a session; none where it is over. A token that renewed it before, or that comes from elsewhere, ends it.
pub fn renew(w: &Writing<'_>, token: &Token, device: Option<DeviceId>) -> Result<Option<Opened>> {
    let hash = token.hash(Use::Renewal);
    let used = w.tx.renewal_use(hash, w.now)?;
    let Some(id) = used else {
        let reused = w.tx.renewal_used(hash)?.map(|id| w.tx.session(id)).transpose()?.flatten();
        if let Some(session) = reused {
            reused_by_somebody(w, &session)?;
        }
        return Ok(None);
    };
    let Some(session) = w.tx.session(id)?.filter(|s| goes_on(s, w.now)) else { return Ok(None) };
    if session.device != device {
        reused_by_somebody(w, &session)?;
        return Ok(None);
    }
    if roles_of(w.tx, session.account)? == Roles::NONE {
        end(w, &session)?;
        return Ok(None);
    }
    give(w, session).map(Some)
}

/// Two have what one should have: the session ends for both, and whoever watches is told.
fn reused_by_somebody(w: &Writing<'_>, session: &SessionRow) -> Result<()> {
    security::renewal_reused();
    if goes_on(session, w.now) {
        end(w, session)?;
        w.audit(Some(session.account), "session_reused", &format!("session {}", session.id))?;
    }
    Ok(())
}

/// Ends one session.
pub fn end(w: &Writing<'_>, session: &SessionRow) -> Result<()> {
    w.tx.session_put(&SessionRow { ended_at: Some(w.now), ..session.clone() })
}

/// Ends the sessions of an account, or those of one device of it, with a line in the audit if there were any.
pub fn ended_of(
    w: &Writing<'_>,
    by: Option<AccountId>,
    account: AccountId,
    device: Option<DeviceId>,
    why: &str,
) -> Result<usize> {
    let sessions = w.tx.sessions_of(account, w.now)?;
    let ended: Vec<&SessionRow> = sessions.iter().filter(|s| device.is_none() || s.device == device).collect();
    ended.iter().try_for_each(|session| end(w, session))?;
    if !ended.is_empty() {
        w.audit(by, "sessions_ended", &format!("account {account} sessions {}: {why}", ended.len()))?;
    }
    Ok(ended.len())
}

/// Whether a session goes on at that time.
pub fn goes_on(session: &SessionRow, at: Timestamp) -> bool {
    session.ended_at.is_none() && at <= session.until
}

/// Who asks, whatever their session still lacks: by the access token, with the device's signature or from a page of ours.
pub fn who(running: &Running, parts: &Parts, body: &[u8]) -> Result<Principal> {
    let (token, carrier) = carrier::access(parts).ok_or_else(no_session)?;
    let found = running.read(|r| {
        let session = r.tx.session_by_access(token.hash(Use::Access))?;
        let Some(session) = session.filter(|s| goes_on(s, r.now) && r.now <= s.access_until) else { return Ok(None) };
        let roles = roles_of(r.tx, session.account)?;
        let account = r.tx.account(session.account)?.filter(|_| roles != Roles::NONE);
        Ok(account.map(|account| Principal { session, account, roles }))
    })?;
    let principal = found.ok_or_else(no_session)?;
    match (carrier, principal.session.device) {
        (Carrier::Device, Some(device)) => {
            let asks = auth::proven(running, parts, body)?;
            let row = running.read(|r| standing::device(r, asks))?;
            if asks != device || row.revoked_at.is_some() {
                return Err(no_session());
            }
        }
        (Carrier::Browser, None) if carrier::is_safe(&parts.method) => {}
        (Carrier::Browser, None) => {
            carrier::same_origin(parts)?;
            carrier::says_csrf_token(running, principal.session.id, parts)?;
        }
        _ => return Err(no_session()),
    }
    Ok(principal)
}

/// Who asks, in a session that lacks nothing: what everything but the login itself goes by.
pub fn whole(running: &Running, parts: &Parts, body: &[u8]) -> Result<Principal> {
    let principal = who(running, parts, body)?;
    match Stage::of(&principal.session) {
        Stage::Whole => Ok(principal),
        _ => Err(problem(ProblemCode::SecondFactor, "the second factor was not shown yet")),
    }
}
