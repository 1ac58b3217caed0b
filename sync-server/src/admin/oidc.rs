//! An office's own provider of logins, and whose account a person there is.
//!
//! Owns the acts. Refuses to show the secret that this server proves itself with. Invariant: a person at a provider is one
//! account, linked by an administrator; without a provider nobody logs in through one.

use super::{Admin, account_named, power};
use crate::error::{Result, ServerError};
use crate::login::oidc::{self, Settings};

/// When the key that seals was copied last.
const SEAL_EXPORTED: &str = "seal_exported_at";

impl Admin {
    /// Sets the provider, or takes it away.
    pub fn set_oidc(&self, settings: Option<&Settings>) -> Result<()> {
        if settings.is_some_and(|s| ![&s.issuer, &s.address].iter().all(|address| oidc::is_address(address))) {
            return Err(ServerError::Refused("oidc_address"));
        }
        self.act_by(|w| {
            power::runs_the_system(w.tx, self.by)?;
            oidc::keep(w, settings)?;
            w.audit(self.by, "oidc_set", settings.map_or("none", |s| &s.issuer))
        })
    }

    /// Another key seals secrets in the database from now on, and all of them are sealed anew.
    pub fn rotate_seal(&self) -> Result<()> {
        self.act_by(|w| {
            power::runs_the_system(w.tx, self.by)?;
            w.tx.meta_set(SEAL_EXPORTED, &[])?;
            w.audit(self.by, "seal_rotated", crate::sealing::FILE)
        })?;
        crate::login::sealed::rotate(self.server.running())
    }

    /// Copies the key under which secrets lie in the database into a file, to be kept apart from the backups.
    pub fn export_seal(&self, to: &std::path::Path) -> Result<()> {
        self.act_by(|w| {
            power::runs_the_system(w.tx, self.by)?;
            w.running.sealing.export(to)?;
            w.tx.meta_set(SEAL_EXPORTED, &w.now.0.to_be_bytes())?;
            w.audit(self.by, "seal_exported", crate::sealing::FILE)
        })
    }

    /// Whether the key that seals now was ever copied for keeping.
    pub fn is_seal_exported(&self) -> Result<bool> {
        self.server.read(|r| Ok(r.tx.meta(SEAL_EXPORTED)?.is_some_and(|at| !at.is_empty())))
    }

    /// The provider.
    pub fn oidc(&self) -> Result<Option<Settings>> {
        self.server.read(oidc::settings)
    }

    /// Links a person at the provider to an account.
    pub fn link_oidc(&self, login: &str, subject: &str) -> Result<()> {
        self.act_by(|w| {
            let account = account_named(w.tx, login)?;
            power::gives_credentials(w.tx, self.by, account.id)?;
            let issuer = oidc::settings(&w.reading())?.ok_or(ServerError::Refused("oidc_missing"))?.issuer;
            if !w.tx.oidc_link_put(&issuer, subject, account.id, w.now)? {
                return Err(ServerError::Refused("oidc_taken"));
            }
            w.audit(self.by, "oidc_linked", &account.id.to_string())
        })
    }

    /// Takes all such links of an account away, and ends its sessions; how many links it were.
    pub fn unlink_oidc(&self, login: &str) -> Result<usize> {
        self.act_by(|w| {
            let account = account_named(w.tx, login)?;
            power::gives_credentials(w.tx, self.by, account.id)?;
            let links = w.tx.oidc_links(account.id)?;
            links.iter().try_for_each(|(issuer, subject)| w.tx.oidc_link_drop(issuer, subject))?;
            w.audit(self.by, "oidc_unlinked", &account.id.to_string())?;
            crate::login::ended_of(w, self.by, account.id, None, "unlinked")?;
            Ok(links.len())
        })
    }
}
