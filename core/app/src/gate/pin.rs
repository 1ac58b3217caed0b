//! The PIN: what is kept of it, and how long whoever guesses must wait.
//!
//! Owns its form, its hash and the count of wrong ones. Refuses to know screens. Invariant: a wrong try is counted on the
//! disk before it is judged, so that neither a kill nor a restart nor a turned clock gives one for nothing.

use super::passed::Mark;
use crate::error::AppError;
use crate::ids::{self, Ids};
use crate::keys::{self, KeyVault};
use argon2::{Algorithm, Argon2, Params, Version};
use gridwalk_model::limits::{PIN_DIGITS_MAX, PIN_DIGITS_MIN, PIN_WAITS_MS};
use zeroize::Zeroizing;

const HASH_BYTES: usize = 32;
/// What argon2id costs: OWASP's second choice, 19 MiB in two passes, as phones of some years ago can do it at once.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

/// What the vault holds of a PIN.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Kept {
    salt: [u8; 16],
    hash: [u8; HASH_BYTES],
    memory_kib: u32,
    passes: u32,
    /// Wrong ones since the last right one.
    failures: u32,
    /// When the last wrong one was typed.
    failed_at: Option<Mark>,
}

/// Refuses what anybody would try first, and what is no row of digits.
pub(super) fn checked(pin: &[u8]) -> Result<(), AppError> {
    let long_enough = (PIN_DIGITS_MIN..=PIN_DIGITS_MAX).contains(&pin.len());
    let steps: Vec<i16> = pin.windows(2).map(|two| i16::from(two[1]) - i16::from(two[0])).collect();
    let is_run = steps.windows(2).all(|two| two[0] == two[1]) && steps.iter().all(|step| step.abs() <= 1);
    let is_good = long_enough && pin.iter().all(u8::is_ascii_digit) && !is_run;
    if is_good { Ok(()) } else { Err(AppError::PinTooSimple) }
}

fn hash(pin: &[u8], salt: [u8; 16], memory_kib: u32, passes: u32) -> Result<Zeroizing<[u8; HASH_BYTES]>, AppError> {
    let damaged = |_| AppError::EnrolmentDamaged;
    let params = Params::new(memory_kib, passes, 1, Some(HASH_BYTES)).map_err(damaged)?;
    let mut hash = Zeroizing::new([0; HASH_BYTES]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(pin, &salt, &mut *hash)
        .map_err(damaged)?;
    Ok(hash)
}

impl Kept {
    /// A new PIN.
    pub fn of(pin: &[u8], random: &dyn Ids) -> Result<Self, AppError> {
        checked(pin)?;
        let salt = ids::random(random)?;
        let hash = *hash(pin, salt, MEMORY_KIB, PASSES)?;
        Ok(Self { salt, hash, memory_kib: MEMORY_KIB, passes: PASSES, failures: 0, failed_at: None })
    }

    pub fn load(vault: &dyn KeyVault) -> Result<Option<Self>, AppError> {
        let Some(bytes) = vault.load(keys::PIN)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|_| AppError::EnrolmentDamaged)
    }

    pub fn keep(&self, vault: &dyn KeyVault) -> Result<(), AppError> {
        let bytes = Zeroizing::new(serde_json::to_vec(self).map_err(|_| AppError::EnrolmentDamaged)?);
        Ok(vault.keep(keys::PIN, &bytes)?)
    }

    /// How long the next try has to wait, milliseconds. After a restart of the machine the whole wait begins anew.
    pub fn wait_ms(&self, now: &Mark) -> i64 {
        let wait = self.failures.checked_sub(1).map_or(0, |at| {
            let at = usize::try_from(at).unwrap_or(usize::MAX).min(PIN_WAITS_MS.len() - 1);
            PIN_WAITS_MS[at]
        });
        let passed = self.failed_at.filter(|at| at.is_of_run(now)).map_or(0, |at| now.since(&at, 0));
        wait.saturating_sub(passed).max(0)
    }

    /// After a restart the wait counts from here, as nobody knows how long the machine was off.
    pub fn restarted(&mut self, now: &Mark) -> bool {
        let other_run = self.failed_at.is_some_and(|at| !at.is_of_run(now));
        if other_run {
            self.failed_at = Some(*now);
        }
        other_run
    }

    /// Judges a try.
    pub fn try_with(&mut self, pin: &[u8], now: &Mark, vault: &dyn KeyVault) -> Result<(), AppError> {
        let ms = self.wait_ms(now);
        if ms > 0 {
            return Err(AppError::PinWait { ms });
        }
        self.failures = self.failures.saturating_add(1);
        self.failed_at = Some(*now);
        self.keep(vault)?;
        let typed = hash(pin, self.salt, self.memory_kib, self.passes)?;
        // All bytes are looked at, so that the time says nothing.
        if typed.iter().zip(&self.hash).fold(0, |differs, (a, b)| differs | (a ^ b)) != 0 {
            return Err(AppError::PinWrong { wait_ms: self.wait_ms(now) });
        }
        self.failures = 0;
        self.failed_at = None;
        self.keep(vault)
    }
}
