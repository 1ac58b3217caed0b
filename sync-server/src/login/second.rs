//! The second factor: six digits that a clock and a shared secret give (RFC 6238), and recovery codes for whoever lost it.
//!
//! Owns setting it up, confirming it, and taking codes. Refuses to take a step twice, or one that is older than the last.
//! Invariant: a secret counts only after a code of it was shown; of recovery codes hashes are kept, each good once.

use super::sealed;
use super::session::{self, Opened, Principal, Stage};
use super::told::{SecondFactorRequest, SessionTold};
use crate::admin::Password;
use crate::error::{Result, ServerError, problem};
use crate::limits;
use crate::rate;
use crate::server::Running;
use crate::writing::{Reading, Writing};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::AccountId;
use gridwalk_model::time::Timestamp;
use gridwalk_sync::ProblemCode;
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

/// Bytes of a secret, as RFC 4226 advises.
const SECRET_BYTES: usize = 20;
/// Who gives the code, as the person's app shows it.
const ISSUER: &str = "Gridwalk";

/// What came of it: new tokens, unless nothing changed yet.
pub type Answered = (Option<Opened>, SessionTold);

/// Does what is asked about the second factor of whoever asks.
pub fn answer(running: &Running, who: &Principal, asked: &SecondFactorRequest) -> Result<Answered> {
    if Stage::of(&who.session) == Stage::PasswordNeeded {
        return Err(ServerError::Refused("password_needed"));
    }
    match asked {
        SecondFactorRequest::SetUp => set_up(running, who),
        SecondFactorRequest::Confirm { code } => {
            rate::of_second_factor(running, who.account.id)?;
            confirm(running, who, code)
        }
        SecondFactorRequest::Code { code } => enter(running, who, |w| taken(w, who, code)),
        SecondFactorRequest::Recovery { code } => {
            let hash = recovery_hash(code);
            enter(running, who, |w| {
                let good = w.tx.recovery_code_use(who.account.id, hash)?;
                if good {
                    w.audit(Some(who.account.id), "recovery_code_used", &format!("session {}", who.session.id))?;
                }
                Ok(good)
            })
        }
    }
}

fn totp(secret: &[u8], login: &str) -> Result<Totp> {
    let account = login.replace(':', "_");
    let builder = Builder::new().with_skew(limits::SECOND_FACTOR_SKEW_STEPS).with_secret(secret.to_vec());
    let built = builder.with_account_name(account).with_issuer(Some(ISSUER)).build();
    built.map_err(|_| ServerError::Refused("second_factor"))
}

/// The step whose code this is, if it is one of now.
pub fn step_of(secret: &[u8], login: &str, code: &str, now: Timestamp) -> Result<Option<u64>> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.0.div_euclid(1000)).unwrap_or(0);
    Ok(totp(secret, login)?.check(&code, seconds))
}

/// A confirmed second factor is changed by nobody who has only shown the first.
fn unconfirmed(r: &Reading<'_>, account: AccountId) -> Result<Option<Zeroizing<Vec<u8>>>> {
    match sealed::seed(r, account)? {
        Some((_, Some(_))) => Err(ServerError::Refused("second_factor_stands")),
        Some((secret, None)) => Ok(Some(secret)),
        None => Ok(None),
    }
}

fn set_up(running: &Running, who: &Principal) -> Result<Answered> {
    let mut secret = Zeroizing::new([0; SECRET_BYTES]);
    running.options.ids.fill(&mut secret[..]);
    running.write(|w| {
        unconfirmed(&w.reading(), who.account.id)?;
        sealed::keep_seed(w, who.account.id, &secret[..])?;
        let made = totp(&secret[..], &who.account.login)?;
        let told = SessionTold::of(&w.reading(), &who.session)?;
        let uri = made.to_url().map_err(|_| ServerError::Refused("second_factor"))?;
        Ok((None, SessionTold { secret: Some(made.secret().to_base32()), secret_uri: Some(uri), ..told }))
    })
}

fn confirm(running: &Running, who: &Principal, code: &str) -> Result<Answered> {
    let codes = recovery_codes(running);
    running.write(|w| {
        let account = who.account.id;
        let secret = unconfirmed(&w.reading(), account)?.ok_or(ServerError::Refused("second_factor_missing"))?;
        let step = step_of(&secret, &who.account.login, code, w.now)?;
        if !step.map_or(Ok(false), |step| w.tx.second_factor_step(account, step))? {
            return Ok(Err(refused(w, account)?));
        }
        w.tx.second_factor_confirm(account, w.now)?;
        codes.iter().try_for_each(|code| w.tx.recovery_code_put(account, recovery_hash(code.reveal())))?;
        w.audit(Some(account), "second_factor_set", &account.to_string())?;
        let (opened, told) = completed(w, who)?;
        let codes = codes.iter().map(|code| code.reveal().to_owned()).collect();
        Ok(Ok((Some(opened), SessionTold { recovery_codes: Some(codes), ..told })))
    })?
}

/// Lets in whoever is asked for a code, if `good` says that it is one.
fn enter(running: &Running, who: &Principal, good: impl Fn(&Writing<'_>) -> Result<bool>) -> Result<Answered> {
    if Stage::of(&who.session) != Stage::CodeNeeded {
        return Err(ServerError::Refused("second_factor_missing"));
    }
    rate::of_second_factor(running, who.account.id)?;
    running.write(|w| {
        if !good(w)? {
            return Ok(Err(refused(w, who.account.id)?));
        }
        let (opened, told) = completed(w, who)?;
        Ok(Ok((Some(opened), told)))
    })?
}

fn taken(w: &Writing<'_>, who: &Principal, code: &str) -> Result<bool> {
    let Some((secret, Some(_))) = sealed::seed(&w.reading(), who.account.id)? else { return Ok(false) };
    let step = step_of(&secret, &who.account.login, code, w.now)?;
    step.map_or(Ok(false), |step| w.tx.second_factor_step(who.account.id, step))
}

/// The session as it stands in this transaction, made whole: one that was ended meanwhile stays so.
fn completed(w: &Writing<'_>, who: &Principal) -> Result<(Opened, SessionTold)> {
    let session = w.tx.session(who.session.id)?.filter(|s| session::goes_on(s, w.now));
    let opened = session::complete(w, &session.ok_or_else(session::no_session)?)?;
    let told = SessionTold::opened(&w.reading(), &opened)?;
    w.audit(Some(who.account.id), "logged_in", &format!("session {} {}", opened.session.id, told.stage))?;
    Ok((opened, told))
}

fn refused(w: &Writing<'_>, account: AccountId) -> Result<ServerError> {
    w.audit(Some(account), "login_failed", "second factor")?;
    Ok(problem(ProblemCode::LoginFailed, "the code is wrong, or was used before"))
}

fn recovery_codes(running: &Running) -> Vec<Password> {
    let made = (0..limits::RECOVERY_CODES).map(|_| {
        let mut random = Zeroizing::new([0; 10]);
        running.options.ids.fill(&mut random[..]);
        Password::generated(&random)
    });
    made.collect()
}

/// What is kept of a recovery code: it has eighty random bits, so that a plain hash does.
fn recovery_hash(code: &str) -> Hash {
    let signs: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    Hash::with_context("gridwalk 2026 recovery code", &[signs.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, SHA-1, its last six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = b"12345678901234567890";
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            let at = |second: i64| step_of(secret, "li", code, Timestamp(second * 1000)).unwrap();
            assert_eq!(at(second), Some(second.unsigned_abs() / 30), "{code}");
            assert_eq!(at(second + 30), Some(second.unsigned_abs() / 30), "a step late");
            assert_eq!(at(second + 90), None, "too late");
        }
        for wrong in ["", "28708", "2870822", "28708a", "网格网格网格", "+28708"] {
            assert_eq!(step_of(secret, "li", wrong, Timestamp(59_000)).unwrap(), None, "{wrong}");
        }
        assert_eq!(step_of(secret, "li", " 287 082 ", Timestamp(59_000)).unwrap(), Some(1));
    }

    #[test]
    fn a_recovery_code_is_read_as_people_write_it() {
        assert_eq!(recovery_hash("abcd-efgh"), recovery_hash(" ABCD efgh "));
        assert_ne!(recovery_hash("abcd-efgh"), recovery_hash("abcd-efgi"));
    }
}
