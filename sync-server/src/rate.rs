//! How often somebody may ask: turns that come back with time, kept in the database.
//!
//! Owns the paces and whom they are counted by. Refuses to know what is asked. Invariant: a turn is counted by a device that
//! proved to be it, or by the address of whoever is nobody yet; the address itself is kept nowhere, only a hash under a
//! secret of the server.

use crate::error::{Result, ServerError};
use crate::limits;
use crate::server::Running;
use crate::serving::connection::Peer;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId};
use gridwalk_sync::{Problem, ProblemCode};
use http::Extensions;

/// A pace: so many at once, and one more after each while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// So many at once.
    pub burst: i64,
    /// One more after so many milliseconds.
    pub every_ms: i64,
}

/// Requests of a device.
const OF_A_DEVICE: Pace = Pace { burst: limits::DEVICE_BURST_MAX, every_ms: limits::DEVICE_EACH_MS };
/// Tries to enrol, to set up or to log in, and signatures that do not hold, by address: an office stands behind one.
const OF_AN_ADDRESS: Pace = Pace { burst: limits::ADDRESS_BURST_MAX, every_ms: limits::ADDRESS_EACH_MS };
/// Pushes of somebody who joined by a poster, by device.
const OF_A_NEWCOMER: Pace = Pace { burst: limits::NEWCOMER_BURST_MAX, every_ms: limits::NEWCOMER_EACH_MS };
/// People who join by one poster.
const OF_A_POSTER: Pace = Pace { burst: limits::POSTER_BURST_MAX, every_ms: limits::POSTER_EACH_MS };
/// Tries of one key to join.
const OF_A_JOINER: Pace = Pace { burst: limits::JOINER_BURST_MAX, every_ms: limits::JOINER_EACH_MS };

/// Takes a turn of a newcomer's device.
pub(crate) fn of_newcomer(running: &Running, device: DeviceId) -> Result<()> {
    take(running, "newcomer", &device.0, OF_A_NEWCOMER)
}

/// Takes a turn of whoever joins by a poster.
pub(crate) fn of_poster(running: &Running, poster: i64) -> Result<()> {
    take(running, "poster", &poster.to_be_bytes(), OF_A_POSTER)
}

/// Takes a turn of a key that asks to join.
pub(crate) fn of_joiner(running: &Running, public_key: &[u8; 32]) -> Result<()> {
    take(running, "joiner", public_key, OF_A_JOINER)
}

/// Tries of one address at one login.
const OF_A_LOGIN_FROM: Pace = Pace { burst: limits::LOGIN_FROM_BURST_MAX, every_ms: limits::LOGIN_FROM_EACH_MS };
/// Tries at one login, wherever they come from.
const OF_A_LOGIN: Pace = Pace { burst: limits::LOGIN_BURST_MAX, every_ms: limits::LOGIN_EACH_MS };
/// Tries at the second factor of an account.
const OF_A_SECOND_FACTOR: Pace =
    Pace { burst: limits::SECOND_FACTOR_BURST_MAX, every_ms: limits::SECOND_FACTOR_EACH_MS };

/// Tries of a supervisor at phones' digits.
const OF_A_CONFIRMATION: Pace = Pace { burst: limits::CONFIRMATION_BURST_MAX, every_ms: limits::CONFIRMATION_EACH_MS };

/// Takes a turn of whoever compares a phone's digits.
pub(crate) fn of_confirmation(running: &Running, by: AccountId) -> Result<()> {
    take(running, "confirmation", &by.0, OF_A_CONFIRMATION)
}

/// Takes a turn of a device.
pub(crate) fn of_device(running: &Running, device: DeviceId) -> Result<()> {
    take(running, "device", &device.0, OF_A_DEVICE)
}

/// Takes a turn of whoever asks without being anybody yet. Within one process there is no address and no limit.
pub(crate) fn of_address(running: &Running, what: &'static str, extensions: &Extensions) -> Result<()> {
    extensions
        .get::<Peer>()
        .map_or(Ok(()), |Peer(address)| take(running, what, address.to_string().as_bytes(), OF_AN_ADDRESS))
}

/// What a refused signature is answered: the refusal, as long as its address has turns. Whoever signs well takes none.
pub(crate) fn of_refused(running: &Running, refused: ServerError, extensions: &Extensions) -> ServerError {
    let unsigned = |problem: &Problem| matches!(problem.code, ProblemCode::BadSignature | ProblemCode::UnknownDevice);
    match &refused {
        ServerError::Problem(problem) if unsigned(problem) => {
            of_address(running, "unsigned", extensions).err().unwrap_or(refused)
        }
        _ => refused,
    }
}

/// Takes a turn at a login, whether there is one or not. One address uses up its own turns before those of everybody.
pub(crate) fn of_login(running: &Running, login: &str, extensions: &Extensions) -> Result<()> {
    if let Some(Peer(address)) = extensions.get::<Peer>() {
        take(running, "login_from", format!("{address} {login}").as_bytes(), OF_A_LOGIN_FROM)?;
    }
    take(running, "login", login.as_bytes(), OF_A_LOGIN)
}

/// Takes a turn at the second factor of an account.
pub(crate) fn of_second_factor(running: &Running, account: AccountId) -> Result<()> {
    take(running, "second_factor", &account.0, OF_A_SECOND_FACTOR)
}

fn take(running: &Running, what: &str, whose: &[u8], pace: Pace) -> Result<()> {
    let secret = running.key.to_bytes();
    let of = Hash::with_context("gridwalk 2026 turns", &[&secret, what.as_bytes(), whose]);
    let Some(wait_ms) = running.store.take_turn(of, running.now(), pace)? else { return Ok(()) };
    let mut problem = Problem::new(ProblemCode::TooMany, "too many requests");
    problem.retry_after_s = Some(u64::try_from(wait_ms).unwrap_or(0).div_ceil(1000).max(1));
    Err(problem.into())
}
