//! The server of a simulated world: the real one on a folder, with administration and dumps.
//!
//! Owns the set-up of a small city and the reading of what the server holds. Refuses shortcuts into its tables: all goes
//! through its library. Invariant: dumps are taken on one snapshot.

use crate::county::Second;
use crate::dump::{Granted, Journalled, Received, ServerDump, SpaceDump};
use crate::machine::{SeededIds, TrueTime};
use crate::plant::Plant;
use crate::run::SimError;
use gridwalk_model::id::{AccountId, DeviceId, SpaceId, UnitId};
use gridwalk_model::kind::Kind;
use gridwalk_model::name::Name;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::wish::Wish;
use gridwalk_model::{Entry, SealedChange, Timestamp};
use gridwalk_server::admin::Admin;
use gridwalk_server::console::{self, ConsoleWrite};
use gridwalk_server::grant::{self, NewGrant};
use gridwalk_server::ingest::decide::{self, Decision};
use gridwalk_server::store::{AccountRow, InboxRow};
use gridwalk_server::{Reading, Server, ServerOptions, journal_codec, server, tree};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// True time, as the server's clock.
struct ServerClock(TrueTime);
impl gridwalk_server::Clock for ServerClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.now_ms())
    }
}

/// Seeded bytes, as the server's ids.
struct ServerIds(SeededIds);
impl gridwalk_server::Ids for ServerIds {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}

/// The small city: two villages of two grids each.
#[derive(Debug, Clone)]
pub struct City {
    /// The reference space.
    pub reference: SpaceId,
    /// The county's space.
    pub county: SpaceId,
    /// The township.
    pub township: UnitId,
    /// Villages.
    pub villages: [UnitId; 2],
    /// Grids, two in each village.
    pub grids: [UnitId; 4],
}

/// The server.
pub struct SimServer {
    /// The real one.
    pub server: Server,
    /// Its city.
    pub city: City,
    /// Whose hand administers.
    pub admin: AccountId,
    /// The second county, once somebody thought of it.
    pub second: Option<Second>,
}

const ALL_KINDS: [&str; 7] = ["unit", "building", "dwelling", "household", "resident", "case", "visit"];

impl SimServer {
    /// Sets up a city in a folder.
    pub fn create(folder: &Path, seed: u64, time: &TrueTime, plant: Option<Plant>) -> Result<Self, SimError> {
        let mut options = ServerOptions::new(folder);
        options.clock = Arc::new(ServerClock(time.clone()));
        options.ids = Arc::new(ServerIds(SeededIds::new(seed, 1)));
        options.inline = true;
        options.moves_by_hand = true;
        options.disk_free = Arc::new(|_| None);
        let server = Server::create(options)?;
        let admin = AccountId([0xAD; 16]);
        let city = server.write(|w| {
            w.tx.account_put(&AccountRow {
                id: admin,
                login: "admin".into(),
                name: "Administrator".into(),
                password: String::new(),
                made_at: w.now,
            })?;
            let reference = server::make_space(w, "city", true)?;
            let county = server::make_space(w, "county", false)?;
            let unit = |level: &str, name: &str, parent: Option<UnitId>| -> gridwalk_server::Result<UnitId> {
                let id = UnitId(w.running.options.ids.b16());
                let mut wishes = vec![Wish::put("name", name), Wish::put("level", level)];
                wishes.extend(parent.map(|p| Wish::put("parent", p.record())));
                console::write(
                    w,
                    &ConsoleWrite {
                        author: admin,
                        machine: true,
                        judged: false,
                        space: reference,
                        record: id.record(),
                        kind: Kind::Unit.name(),
                        unit: id,
                        wishes: &wishes,
                        basis: None,
                    },
                )?;
                Ok(id)
            };
            let top = unit("city", "海州市", None)?;
            let district = unit("county", "河东区", Some(top))?;
            let township = unit("township", "新桥街道", Some(district))?;
            let villages = [unit("village", "柳林社区", Some(township))?, unit("village", "北塘社区", Some(township))?];
            let mut grids = [UnitId::default(); 4];
            for (n, grid) in grids.iter_mut().enumerate() {
                *grid = unit("grid", &format!("第{}网格", n + 1), Some(villages[n / 2]))?;
            }
            tree::assign_space(w, district, county)?;
            Ok(City { reference, county, township, villages, grids })
        })?;
        let sim = Self { server, city, admin, second: None };
        if let Some(Plant::Server(bug)) = plant {
            sim.server.plant(Some(bug));
        }
        Ok(sim)
    }

    /// A new account.
    pub fn account(&self, number: usize) -> Result<AccountId, SimError> {
        Ok(self.server.write(|w| {
            let id = AccountId(w.running.options.ids.b16());
            let login = format!("p{number}");
            w.tx.account_put(&AccountRow {
                id,
                login: login.clone(),
                name: login,
                password: String::new(),
                made_at: w.now,
            })?;
            Ok(id)
        })?)
    }

    /// Grants all kinds of a unit.
    pub fn grant(&self, account: AccountId, unit: UnitId, role: &str) -> Result<i64, SimError> {
        let new = NewGrant { account, unit, role, kinds: &ALL_KINDS, by: Some(self.admin) };
        Ok(self.server.write(|w| grant::grant(w, &new))?)
    }

    /// Withdraws a grant.
    pub fn ungrant(&self, id: i64) -> Result<(), SimError> {
        Ok(self.server.write(|w| grant::ungrant(w, id, Some(self.admin)))?)
    }

    /// Revokes a device.
    pub fn revoke(&self, device: DeviceId) -> Result<(), SimError> {
        Ok(self.server.write(|w| grant::revoke(w, device, Some(self.admin)))?)
    }

    /// A one-time code for a phone.
    pub fn enrol_code(&self, number: usize) -> Result<String, SimError> {
        let admin = Admin::new(self.server.clone()).acting_as(self.admin);
        Ok(admin.enrol_code(&format!("p{number}"))?.0.to_string())
    }

    /// What waits for a decision.
    pub fn quarantined(&self) -> Result<Vec<(SpaceId, Name)>, SimError> {
        let rows = self.server.read(|r| r.tx.quarantined(None))?;
        Ok(rows.iter().map(|row| (row.space, row.name())).collect())
    }

    /// Decides what waits.
    pub fn decide(&self, space: SpaceId, name: Name, approve: bool) -> Result<(), SimError> {
        let decision = Decision { space, name, approve, reason: "not ours", by: self.admin };
        self.server.write(|w| decide::decide(w, &decision))?;
        Ok(())
    }

    /// Moves a unit below another.
    pub fn recut(&self, unit: UnitId, below: UnitId) -> Result<(), SimError> {
        let wishes = [Wish::put("parent", below.record())];
        self.server.write(|w| {
            console::write(
                w,
                &ConsoleWrite {
                    author: self.admin,
                    machine: false,
                    judged: false,
                    space: self.city.reference,
                    record: unit.record(),
                    kind: Kind::Unit.name(),
                    unit,
                    wishes: &wishes,
                    basis: None,
                },
            )
        })?;
        Ok(())
    }

    /// The last pos of both spaces, to see whether a dump is still right.
    pub fn version(&self) -> Result<Vec<u64>, SimError> {
        Ok(self.server.read(|r| Ok(r.tx.spaces()?.iter().map(|s| s.pos).collect()))?)
    }

    /// Everything that checkers look at.
    pub fn dump(&self) -> Result<ServerDump, SimError> {
        Ok(self.server.read(|r| {
            let mut dump = ServerDump::default();
            for space in r.tx.spaces()? {
                dump.spaces.insert(space.id, dump_space(r, space.id)?);
            }
            for unit in r.tx.units()? {
                if let Some(above) = r.tx.units_above(unit.id, None)?.first() {
                    dump.parent_of.insert(unit.id, *above);
                }
            }
            for account in r.tx.accounts()? {
                for grant in r.tx.grants(account.id)?.into_iter().filter(|g| g.until.is_none()) {
                    let kinds: BTreeSet<String> = grant.kinds.into_iter().collect();
                    dump.grants.push(Granted { account: account.id, unit: grant.unit, kinds });
                }
            }
            Ok(dump)
        })?)
    }
}

fn dump_space(r: &Reading<'_>, space: SpaceId) -> gridwalk_server::Result<SpaceDump> {
    let mut dump = SpaceDump { branches: r.tx.branches(space)?, ..SpaceDump::default() };
    let mut after = None;
    loop {
        let states = r.tx.states_after(space, after, 500)?;
        let Some(last) = states.last() else { break };
        after = Some(last.record);
        for row in states {
            dump.states.insert(row.record, read_state(&row.bytes)?);
        }
    }
    let mut replicas: Vec<(gridwalk_model::ReplicaId, u64)> = Vec::new();
    let mut pos = 0;
    loop {
        let rows = r.tx.journal_after(space, pos, 500)?;
        let Some(last) = rows.last() else { break };
        pos = last.pos;
        for row in rows {
            let body = r.tx.inbox(space, row.replica, row.seq)?.and_then(|i| i.body);
            if let (Some(entry), Some(record)) = (journal_codec::entry(&row, body.as_deref())?, row.record) {
                dump.journal.push(Journalled { record, entry });
            }
            replicas.push((row.replica, row.seq));
        }
    }
    for waiting in r.tx.quarantined(Some(space))? {
        dump.inbox.push(received(waiting));
    }
    let known: BTreeSet<_> = replicas.iter().map(|(replica, _)| *replica).collect();
    for replica in known {
        for seq in 1..=r.tx.upto(space, replica)? {
            if let Some(row) = r.tx.inbox(space, replica, seq)? {
                let first = r.tx.inbox(space, row.first.0, row.first.1)?;
                let verdict = first.map_or(row.verdict.clone(), |f| f.verdict);
                if !dump.inbox.iter().any(|i| i.name == row.name()) {
                    dump.inbox.push(received(InboxRow { verdict, ..row }));
                }
            }
        }
    }
    Ok(dump)
}

fn received(row: InboxRow) -> Received {
    let change = row.body.as_deref().and_then(|b| SealedChange::open(b).ok());
    Received { name: row.name(), change, verdict: row.verdict }
}

/// Names of entries' changes, for coverage.
pub fn steps_overtaken(dump: &ServerDump) -> usize {
    let entries = dump.spaces.values().flat_map(|s| &s.journal);
    entries
        .filter(|j| {
            matches!(&j.entry, Entry::Change { stamps, .. } if matches!(stamps.outcome, Some(gridwalk_model::journal::Outcome::Overtaken(_))))
        })
        .count()
}
