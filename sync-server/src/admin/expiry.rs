//! Expiry: items of the work list whose last day is over are struck off, so that they leave the phones by themselves.
//!
//! Owns when it is looked for: once a day of China's calendar, and when the server starts. Refuses to delete: the item
//! stays with those who keep the list, and can be let in again. Invariant: an item is struck off on the day after its last
//! or later, never on it, however often it is looked.

use super::Admin;
use crate::console::{self, ConsoleWrite};
use crate::error::Result;
use crate::server::Server;
use crate::store::UnitRow;
use crate::writing::Reading;
use gridwalk_model::exchange::Key;
use gridwalk_model::id::RecordId;
use gridwalk_model::kind::Kind;
use gridwalk_model::kind::work_item::{self, WorkItem};
use gridwalk_model::state_codec::read_state;
use gridwalk_model::view::GroupView;
use gridwalk_model::wish::Wish;
use std::collections::BTreeMap;

/// Under which name the day stands on which it was looked last.
const LOOKED: &str = "work_expired";

impl Admin {
    /// Strikes off the items whose last day is over; how many.
    pub fn strike_expired(&self) -> Result<usize> {
        let over = self.server.read(|r| {
            let mut over = Vec::new();
            for unit in r.tx.units()? {
                over.extend(expired_in(r, &unit)?.into_iter().map(|record| (unit.clone(), record)));
            }
            Ok(over)
        })?;
        for (unit, record) in &over {
            self.act(|w| {
                let mut wishes = work_item::moved_by(work_item::EXPIRE, &BTreeMap::new(), w.now).unwrap_or_default();
                let (step, to) = (work_item::EXPIRE.to_owned(), work_item::EXPIRED.to_owned());
                wishes.push(Wish::Step { step, to, answers: BTreeMap::new() });
                let wanted = ConsoleWrite {
                    author: self.author(),
                    machine: true,
                    judged: false,
                    space: unit.space,
                    record: *record,
                    kind: Kind::WorkItem.name(),
                    unit: unit.id,
                    wishes: &wishes,
                    basis: None,
                };
                console::write(w, &wanted).map(drop)
            })?;
        }
        Ok(over.len())
    }
}

/// Items let in for a unit whose last day is over: they are told to those below it, so its own key sees them.
fn expired_in(r: &Reading<'_>, unit: &UnitRow) -> Result<Vec<RecordId>> {
    let today = r.now.china_day();
    let mut over = Vec::new();
    for record in r.tx.audience_records(unit.space, Key::own(unit.id))? {
        let Some(row) = r.tx.state(unit.space, record)?.filter(|row| row.kind == Kind::WorkItem.name()) else {
            continue;
        };
        let state = read_state(&row.bytes)?;
        let item = WorkItem::of(&GroupView::alone(&state));
        if state.status() == work_item::LET_IN && item.until.is_some_and(|until| until < today) {
            over.push(record);
        }
    }
    Ok(over)
}

/// Looks for what is over, once a day.
pub(crate) fn keep_expiry(server: &Server) -> Result<()> {
    let day = |now: gridwalk_model::time::Timestamp| now.china_day().to_be_bytes();
    if server.read(|r| Ok(r.tx.meta(LOOKED)?.as_deref() == Some(&day(r.now))))? {
        return Ok(());
    }
    let struck = Admin::new(server.clone()).strike_expired()?;
    if struck > 0 {
        tracing::info!(struck, "items of the work list are over");
    }
    server.write(|w| w.tx.meta_set(LOOKED, &day(w.now)))
}
