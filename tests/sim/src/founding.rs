//! The founding of a made-up office: its server's options, its units, and who works there.
//!
//! Owns what every made-up office has alike. Refuses to know which units there are. Invariant: the server of an office has the
//! world's clock and seeded bytes, moves nothing by itself and asks no disk how full it is.

use crate::machine::{SeededIds, TrueTime};
use gridwalk_model::id::{AccountId, SpaceId, UnitId};
use gridwalk_model::kind::Kind;
use gridwalk_model::wish::Wish;
use gridwalk_server::console::{self, ConsoleWrite};
use gridwalk_server::grant::{self, NewGrant};
use gridwalk_server::store::AccountRow;
use gridwalk_server::{Result, ServerOptions, Writing};
use std::path::PathBuf;
use std::sync::Arc;

/// Whose hand sets offices up.
pub const ADMIN: AccountId = AccountId([0xAD; 16]);

/// A server's options in a world.
pub fn options(folder: impl Into<PathBuf>, time: &TrueTime, ids: SeededIds) -> ServerOptions {
    let mut options = ServerOptions::new(folder);
    options.clock = Arc::new(time.clone());
    options.ids = Arc::new(ids);
    (options.inline, options.moves_by_hand) = (true, true);
    options.disk_free = Arc::new(|_| None);
    options
}

/// Somebody who has no password.
pub fn account(w: &Writing<'_>, id: AccountId, login: &str, name: &str) -> Result<()> {
    let (login, name, password) = (login.to_owned(), name.to_owned(), String::new());
    w.tx.account_put(&AccountRow { id, login, name, password, made_at: w.now })
}

/// Somebody new with a role for cases in a unit.
pub fn case_worker(w: &Writing<'_>, login: &str, role: &str, unit: UnitId) -> Result<()> {
    let id = AccountId(w.running.options.ids.b16());
    account(w, id, login, login)?;
    let kinds = [Kind::Unit.name(), Kind::Case.name()];
    grant::grant(w, &NewGrant { account: id, unit, role, kinds: &kinds, by: Some(ADMIN) })?;
    Ok(())
}

/// A new unit: its level and its name, what it lies in, and its code.
pub fn unit(
    w: &Writing<'_>,
    reference: SpaceId,
    (level, name): (&str, &str),
    (parent, code): (Option<UnitId>, Option<&str>),
) -> Result<UnitId> {
    let id = UnitId(w.running.options.ids.b16());
    let mut wishes = vec![Wish::put("name", name), Wish::put("level", level)];
    wishes.extend(parent.map(|above| Wish::put("parent", above.record())));
    wishes.extend(code.map(|code| Wish::put("code", code)));
    let write = ConsoleWrite {
        author: ADMIN,
        machine: true,
        judged: false,
        space: reference,
        record: id.record(),
        kind: Kind::Unit.name(),
        unit: id,
        wishes: &wishes,
        basis: None,
    };
    console::write(w, &write)?;
    Ok(id)
}
