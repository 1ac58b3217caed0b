//! Undo of administrative acts, by their number in the audit.
//!
//! Owns which acts have a way back and how it is gone. Refuses to take anything out of the journal or the audit: an undo
//! is an act of its own. Invariant: what somebody else wrote since stays, and is told.

use super::{Admin, reference_space, unit};
use crate::api::history;
use crate::console::{self, ConsoleWrite};
use crate::error::{Result, ServerError};
use crate::grant::{self, NewGrant};
use crate::limits;
use crate::store::row::EntryKind;
use crate::store::{AuditRow, GrantRow};
use crate::writing::Writing;
use gridwalk_model::basis::Basis;
use gridwalk_model::command::{Actor, Write};
use gridwalk_model::fold;
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::journal::Entry;
use gridwalk_model::kind::Kind;
use gridwalk_model::role::Roles;
use gridwalk_model::undo::{Compensation, Done, Former, Hindrance, compensate};
use gridwalk_model::wish::Wish;
use std::collections::{BTreeMap, BTreeSet};

/// Acts that wrote changes to records of the tree, and nothing else that would have to be put right.
const OF_RECORDS: [&str; 8] = [
    "unit_renamed",
    "unit_moved",
    "unit_duty_set",
    "post_set",
    "post_vacated",
    "boundaries_imported",
    "edition_applied",
    "undone",
];

/// What an undo came to.
#[derive(Debug, Clone)]
pub struct Undone {
    /// The act.
    pub act: AuditRow,
    /// Records that were written.
    pub records: Vec<RecordId>,
    /// What stays as it is, and why.
    pub hindrances: Vec<Hindrance>,
}

impl Admin {
    /// Undoes the act with this number. Where somebody wrote since it is refused, or the rest undone if so asked.
    pub fn undo(&self, number: i64, go_on: bool) -> Result<Undone> {
        self.act(|w| {
            let act = w.tx.audit_numbered(number)?.ok_or(ServerError::NotFound("audit_row"))?;
            let (records, hindrances) = match act.code.as_str() {
                "granted" => (Vec::new(), self.ungrant_again(w, &act)?),
                "withdrawn" => (Vec::new(), self.grant_again(w, &act)?),
                code if OF_RECORDS.contains(&code) => self.put_back(w, &act, go_on)?,
                _ => return Err(ServerError::Refused("cannot_be_undone")),
            };
            w.audit(self.by, "undone", &format!("act {number} {}", act.code))?;
            Ok(Undone { act, records, hindrances })
        })
    }

    fn ungrant_again(&self, w: &Writing<'_>, act: &AuditRow) -> Result<Vec<Hindrance>> {
        let found = granted(w, act)?;
        if found.until.is_some() {
            return Err(ServerError::Refused("nothing_to_undo"));
        }
        grant::ungrant(w, found.id, self.by)?;
        Ok(Vec::new())
    }

    fn grant_again(&self, w: &Writing<'_>, act: &AuditRow) -> Result<Vec<Hindrance>> {
        let found = granted(w, act)?;
        let mut living = w.tx.grants(found.account)?.into_iter().filter(|g| g.until.is_none());
        if living.any(|g| g.unit == found.unit && g.role == found.role) {
            return Err(ServerError::Refused("nothing_to_undo"));
        }
        let kinds: Vec<&str> = found.kinds.iter().map(String::as_str).collect();
        let (account, unit, role) = (found.account, found.unit, found.role.as_str());
        grant::grant(w, &NewGrant { account, unit, role, kinds: &kinds, by: self.by })?;
        Ok(Vec::new())
    }

    fn put_back(&self, w: &Writing<'_>, act: &AuditRow, go_on: bool) -> Result<(Vec<RecordId>, Vec<Hindrance>)> {
        let space = reference_space(w.tx)?.id;
        let found = self.compensation(w, space, act)?;
        match found.hindrances.first() {
            Some(hindrance) if !go_on || found.writes.is_empty() => return Err(ServerError::Refused(hindrance.code)),
            _ if found.writes.is_empty() => return Err(ServerError::Refused("nothing_to_undo")),
            _ => {}
        }
        let mut records = Vec::new();
        for write in found.writes {
            records.push(write.record);
            self.write_back(w, space, &write)?;
        }
        Ok((records, found.hindrances))
    }

    /// What the act did, from the journal, and what puts it right now.
    fn compensation(&self, w: &Writing<'_>, space: SpaceId, act: &AuditRow) -> Result<Compensation> {
        let rows = w.tx.journal_newest(space, limits::UNDO_ENTRIES_MAX)?;
        let of_act = rows.iter().filter(|row| row.received_at == act.at && row.kind == EntryKind::Change);
        let written: BTreeSet<(RecordId, u64)> = of_act.filter_map(|row| Some((row.record?, row.pos))).collect();
        if written.is_empty() {
            return Err(ServerError::Refused("too_long_ago"));
        }
        let timeline = w.reading().branches(space)?.last().map(|b| b.id).unwrap_or_default();
        let (mut held, mut done) = (BTreeMap::new(), Vec::new());
        for (record, pos) in &written {
            let entries = history::entries(&w.reading(), space, *record)?;
            let before = fold::fold(*record, entries.iter().filter(|e| e.pos() < *pos));
            let now = fold::fold(*record, &entries);
            let Some(Entry::Change { change, names, .. }) = entries.iter().find(|e| e.pos() == *pos) else { continue };
            done.push(Done {
                save: *pos,
                change: (*change.change).clone(),
                names: names.clone(),
                former: Former::of_ops(&before, &change.change.ops),
                basis: Basis::of(&now, timeline, 0),
                again: later_undos(w, space, &entries, *pos)?,
                below: Vec::new(),
            });
            held.insert(*record, now);
        }
        let actor = Actor { account: self.author(), roles: Roles::EVERYONE, now: w.now };
        Ok(compensate(&done, None, &held, &actor))
    }

    fn write_back(&self, w: &Writing<'_>, space: SpaceId, write: &Write) -> Result<()> {
        let name = write.wishes.iter().find_map(|wish| match wish {
            Wish::Put { field, value: Some(value), within: None } if field == "name" => value.as_text(),
            _ => None,
        });
        // A unit's name is its space's, too.
        if let (Some(name), true, [_]) = (name, write.kind == Kind::Unit.name(), write.wishes.as_slice()) {
            let row = w.tx.unit(write.record.unit())?.ok_or(ServerError::NotFound("unit"))?;
            return unit::rename(w, self.author(), &row, name);
        }
        let wanted = ConsoleWrite {
            author: self.author(),
            machine: self.by.is_none(),
            judged: false,
            space,
            record: write.record,
            kind: &write.kind,
            unit: write.unit,
            wishes: &write.wishes,
            basis: Some(&write.basis),
        };
        console::write(w, &wanted).map(drop)
    }
}

/// Names of changes that later undos wrote to the record: what they put back counts as what this act wrote.
fn later_undos(w: &Writing<'_>, space: SpaceId, entries: &[Entry], pos: u64) -> Result<Vec<gridwalk_model::Name>> {
    let acts = w.tx.audit_newest(limits::UNDO_ENTRIES_MAX)?;
    let undone: BTreeSet<_> = acts.into_iter().filter(|a| a.code == "undone").map(|a| a.at).collect();
    let rows = w.tx.journal_newest(space, limits::UNDO_ENTRIES_MAX)?;
    let at: BTreeSet<u64> =
        rows.iter().filter(|r| r.pos > pos && undone.contains(&r.received_at)).map(|r| r.pos).collect();
    let later = entries.iter().filter(|e| at.contains(&e.pos()));
    Ok(later.flat_map(|e| if let Entry::Change { names, .. } = e { names.clone() } else { Vec::new() }).collect())
}

/// The grant that an act of giving or withdrawing names: `grant 12: …`.
fn granted(w: &Writing<'_>, act: &AuditRow) -> Result<GrantRow> {
    let id = act.detail.strip_prefix("grant ").and_then(|rest| rest.split(':').next()?.trim().parse().ok());
    let found = id.map(|id| w.tx.grant(id)).transpose()?.flatten();
    found.ok_or(ServerError::NotFound("grant"))
}
