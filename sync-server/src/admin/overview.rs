//! What is going on, in numbers: for the status page and the verb `status`.
//!
//! Owns the choice of what is told. Refuses to tell what a record says. Invariant: one snapshot.

use super::Admin;
use crate::divergence::{self, DivergenceCount, RecentDivergence};
use crate::error::Result;
use crate::limits;
use crate::store::{EntryKind, Tx};
use gridwalk_model::id::SpaceId;
use gridwalk_model::time::Timestamp;
use std::collections::{BTreeMap, HashMap};

/// A space in numbers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SpaceCount {
    /// Its id.
    pub space: SpaceId,
    /// Its name.
    pub name: String,
    /// Whether it holds the organisation tree.
    pub reference: bool,
    /// The last pos taken.
    pub pos: u64,
    /// Records by kind.
    pub records: BTreeMap<String, u64>,
}

/// A change as the overview tells it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RecentChange {
    /// When it was received.
    pub at: Timestamp,
    /// In which space.
    pub space: String,
    /// Kind of its record; empty for what is about no record.
    pub kind: String,
    /// Its pos.
    pub pos: u64,
}

/// A phone that has not been heard for a day.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SilentDevice {
    /// What the person calls it.
    pub name: String,
    /// Whose it is.
    pub login: String,
    /// When it was last heard.
    pub heard_at: Option<Timestamp>,
}

/// The server in numbers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Overview {
    /// The program's version.
    pub version: &'static str,
    /// The server's time.
    pub now: Timestamp,
    /// Whether somebody administers it.
    pub set_up: bool,
    /// Whether the disk is nearly full.
    pub disk_short: bool,
    /// Units by level.
    pub units: BTreeMap<String, u64>,
    /// Accounts.
    pub accounts: u64,
    /// Phones that are not revoked.
    pub devices: u64,
    /// Changes that wait for a decision.
    pub waiting: u64,
    /// Spaces, that of the tree first.
    pub spaces: Vec<SpaceCount>,
    /// The last changes, newest first.
    pub last_changes: Vec<RecentChange>,
    /// Digests of phones that did not agree, counted by how they ended.
    pub divergences: Vec<DivergenceCount>,
    /// The last of them, newest first.
    pub last_divergences: Vec<RecentDivergence>,
    /// Phones silent for more than a day, the longest silent first.
    pub silent: Vec<SilentDevice>,
}

impl Admin {
    /// Digests of phones that did not agree, counted by how they ended: what the metrics show.
    pub fn divergence_counts(&self) -> Result<Vec<DivergenceCount>> {
        self.server.read(|r| divergence::counts(r.tx))
    }

    /// The server in numbers.
    pub fn overview(&self) -> Result<Overview> {
        let running = self.server.running();
        let heard: HashMap<_, _> = running.store.heard()?.into_iter().collect();
        self.server.read(|r| {
            let spaces = space_counts(r.tx)?;
            let mut units = BTreeMap::new();
            for unit in r.tx.units()? {
                *units.entry(unit.level).or_default() += 1;
            }
            let (mut devices, mut silent) = (0, Vec::new());
            let accounts = r.tx.accounts()?;
            for account in &accounts {
                for device in r.tx.devices(account.id)?.into_iter().filter(|d| d.revoked_at.is_none()) {
                    devices += 1;
                    let heard_at = heard.get(&device.id).copied();
                    if heard_at.unwrap_or(device.enrolled_at).plus_ms(limits::SILENT_MS) < r.now {
                        silent.push(SilentDevice { name: device.name, login: account.login.clone(), heard_at });
                    }
                }
            }
            silent.sort_by(|a, b| (a.heard_at, &a.login).cmp(&(b.heard_at, &b.login)));
            silent.truncate(limits::SILENT_DEVICES_MAX);
            Ok(Overview {
                version: env!("CARGO_PKG_VERSION"),
                now: r.now,
                set_up: !accounts.is_empty(),
                disk_short: running.disk_is_short(),
                units,
                accounts: accounts.len() as u64,
                devices,
                waiting: r.tx.quarantined(None)?.len() as u64,
                last_changes: last_changes(r.tx, &spaces)?,
                spaces,
                divergences: divergence::counts(r.tx)?,
                last_divergences: divergence::newest(r.tx, limits::RECENT_DIVERGENCES_MAX)?,
                silent,
            })
        })
    }
}

fn space_counts(tx: &dyn Tx) -> Result<Vec<SpaceCount>> {
    let count = |space: crate::store::SpaceRow| {
        let records = tx.state_counts(space.id)?.into_iter().collect();
        Ok(SpaceCount { space: space.id, name: space.name, reference: space.reference, pos: space.pos, records })
    };
    tx.spaces()?.into_iter().map(count).collect()
}

fn last_changes(tx: &dyn Tx, spaces: &[SpaceCount]) -> Result<Vec<RecentChange>> {
    let mut changes = Vec::new();
    for space in spaces {
        for row in tx
            .journal_newest(space.space, limits::RECENT_CHANGES_MAX)?
            .into_iter()
            .filter(|row| row.kind == EntryKind::Change)
        {
            let state = row.record.map(|record| tx.state(space.space, record)).transpose()?.flatten();
            let kind = state.map(|s| s.kind).unwrap_or_default();
            changes.push(RecentChange { at: row.received_at, space: space.name.clone(), kind, pos: row.pos });
        }
    }
    changes.sort_by_key(|c| std::cmp::Reverse((c.at, c.pos)));
    changes.truncate(limits::RECENT_CHANGES_MAX);
    Ok(changes)
}
