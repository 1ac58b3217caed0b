//! Secrets as they lie in the database: seeds of second factors, what this server proves itself with at a provider, and its own keys.
//!
//! Owns which of them are sealed and that all are. Refuses to know the key. Invariant: once a server has started, none of them lies
//! readable, and none under an older key.

use super::oidc;
use crate::erase::remains;
use crate::error::Result;
use crate::own_key;
use crate::sealing;
use crate::server::Running;
use crate::tls;
use crate::writing::{Reading, Writing};
use gridwalk_model::id::{AccountId, RecordId};
use gridwalk_model::time::Timestamp;
use zeroize::Zeroizing;

const SEED: &str = "gridwalk 2026 second factor";
const PROVIDER: &str = "gridwalk 2026 provider of logins";

/// A seed, and since when it is confirmed.
pub(super) type Seed = (Zeroizing<Vec<u8>>, Option<Timestamp>);

/// The seed of an account's second factor, and since when it is confirmed.
pub(super) fn seed(r: &Reading<'_>, account: AccountId) -> Result<Option<Seed>> {
    let Some((kept, confirmed)) = r.tx.second_factor(account)? else { return Ok(None) };
    Ok(Some((r.running.sealing.open((SEED, &account.0), &kept)?, confirmed)))
}

/// Keeps a seed that is not confirmed yet.
pub(super) fn keep_seed(w: &Writing<'_>, account: AccountId, seed: &[u8]) -> Result<()> {
    let sealed = w.running.sealing.seal(&*w.running.options.ids, (SEED, &account.0), seed)?;
    w.tx.second_factor_put(account, &sealed)
}

/// What is kept of the provider's settings.
pub(super) fn settings(r: &Reading<'_>) -> Result<Option<Zeroizing<Vec<u8>>>> {
    let Some(kept) = r.tx.meta(oidc::SETTINGS)?.filter(|kept| !kept.is_empty()) else { return Ok(None) };
    r.running.sealing.open((PROVIDER, b""), &kept).map(Some)
}

/// Keeps the provider's settings, or forgets them.
pub(super) fn keep_settings(w: &Writing<'_>, settings: Option<&[u8]>) -> Result<()> {
    let seal = |clear| w.running.sealing.seal(&*w.running.options.ids, (PROVIDER, b""), clear);
    w.tx.meta_set(oidc::SETTINGS, &settings.map_or(Ok(Vec::new()), seal)?)
}

/// Another key seals from now on, and everything is sealed under it; the ones of before are forgotten.
pub(crate) fn rotate(running: &Running) -> Result<()> {
    running.sealing.rotate(&*running.options.ids)?;
    settle(running)?;
    running.sealing.forget_older()
}

/// Seals what an earlier release left readable, or what was sealed under an older key. What no key opens stays as it is, and is told:
/// its people set it up anew.
pub(crate) fn settle(running: &Running) -> Result<()> {
    let own = running.read(|r| Ok((own_key::is_newest(r)?, tls::is_newest(r)?)))?;
    let nothing = running.read(|r| {
        Ok(r.tx.second_factors()?.is_empty() && r.tx.meta(oidc::SETTINGS)?.is_none_or(|kept| kept.is_empty()))
    })?;
    if nothing && own == (true, true) {
        return Ok(());
    }
    running.write(|w| {
        if !own.0 {
            own_key::seal_anew(w)?;
        }
        if !own.1 {
            tls::seal_anew(w)?;
        }
        let (keys, ids) = (&running.sealing, &*running.options.ids);
        let anew = |of: (&str, &[u8]), kept: &[u8]| {
            if keys.is_newest(of, kept)? {
                return Ok(None);
            }
            match keys.open(of, kept) {
                Ok(clear) => keys.seal(ids, of, &clear).map(Some),
                Err(error) if error.code() == "seal_lost" => {
                    tracing::error!(
                        file = sealing::FILE,
                        "what is sealed under a key that is gone must be set up anew"
                    );
                    Ok(None)
                }
                Err(error) => Err(error),
            }
        };
        for account in w.tx.second_factors()? {
            let Some((kept, _)) = w.tx.second_factor(account)? else { continue };
            if let Some(sealed) = anew((SEED, &account.0), &kept)? {
                if !sealing::is_sealed(&kept) {
                    remains::note(w, RecordId::default())?;
                }
                w.tx.second_factor_seal(account, &sealed)?;
            }
        }
        if let Some(kept) = w.tx.meta(oidc::SETTINGS)?.filter(|kept| !kept.is_empty())
            && let Some(sealed) = anew((PROVIDER, b""), &kept)?
        {
            if !sealing::is_sealed(&kept) {
                remains::note(w, RecordId::default())?;
            }
            w.tx.meta_set(oidc::SETTINGS, &sealed)?;
        }
        Ok(())
    })
}
