//! Undo of administrative acts, by their number in the audit.
//!
//! Owns how the way back is gone; `act` says which acts have one. Refuses to take anything out of the journal or the audit: an undo
//! is an act of its own. Invariant: what somebody else wrote since stays, and is told.

use super::act::{Answer, answer};
use super::{Admin, grant, poster, power, reference_space, unit};
use crate::api::history;
use crate::console::{self, ConsoleWrite};
use crate::error::{Result, ServerError};
use crate::grant::NewGrant;
use crate::limits;
use crate::mover::whereabouts;
use crate::store::row::{EntryKind, JournalRow};
use crate::store::{AuditRow, GrantRow};
use crate::writing::Writing;
use gridwalk_model::basis::Basis;
use gridwalk_model::command::{Actor, Write};
use gridwalk_model::fold;
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::journal::Entry;
use gridwalk_model::kind::{Kind, UNIT};
use gridwalk_model::name::Name;
use gridwalk_model::op::RESTORED;
use gridwalk_model::power::Powers;
use gridwalk_model::role::Roles;
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::time::Timestamp;
use gridwalk_model::undo::{Compensation, Done, Former, Hindrance, compensate};
use gridwalk_model::wish::Wish;
use std::collections::{BTreeMap, BTreeSet};

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

/// What was written, and what stays.
type Written = (Vec<RecordId>, Vec<Hindrance>);

impl Admin {
    /// Undoes the act with this number. Where somebody wrote since it is refused, or the rest undone if so asked.
    pub fn undo(&self, number: i64, go_on: bool) -> Result<Undone> {
        self.act_by(|w| {
            let act = w.tx.audit_numbered(number)?.ok_or(ServerError::NotFound("audit_row"))?;
            self.may_undo(w, &act)?;
            let (records, hindrances) = self.undo_act(w, &act, go_on)?;
            w.audit(self.by, "undone", &format!("act {number} {}", act.code))?;
            Ok(Undone { act, records, hindrances })
        })
    }

    /// An act is taken back by whoever might do it; an undo by whoever might do what it took back.
    fn may_undo(&self, w: &Writing<'_>, act: &AuditRow) -> Result<()> {
        if self.by.is_none() {
            return Ok(());
        }
        match answer(&act.code) {
            Some(Answer::Granted | Answer::Withdrawn) => power::manages_people(w.tx, self.by),
            Some(Answer::Newcomer) => power::receives(&w.reading(), self.by, granted(w, act)?.account),
            Some(Answer::PosterMade | Answer::PosterWithdrawn) => {
                let unit = act.detail.rsplit(' ').next().and_then(|unit| unit.parse().ok());
                power::hangs_posters(&w.reading(), self.by, unit.ok_or(ServerError::NotFound("unit"))?)
            }
            Some(Answer::Undone) => {
                let mut first = act.clone();
                while first.code == "undone" {
                    let number = first.detail.split_whitespace().nth(1).and_then(|number| number.parse().ok());
                    let found = number.map(|number| w.tx.audit_numbered(number)).transpose()?.flatten();
                    first = found.filter(|found| found.at <= first.at).ok_or(ServerError::NotFound("audit_row"))?;
                }
                self.may_undo(w, &first)
            }
            Some(Answer::Place | Answer::Places) => self.may_put_places_back(w, act),
            Some(Answer::Records) => self.may_put_records_back(w, act),
            Some(Answer::Never(_)) | None => Ok(()),
        }
    }

    /// Places go back by the word of whoever supervises where they stood before, or stand now.
    fn may_put_places_back(&self, w: &Writing<'_>, act: &AuditRow) -> Result<()> {
        let r = w.reading();
        for space in w.tx.spaces()?.into_iter().map(|space| space.id) {
            for record in written_by(w, space, act)? {
                power::moves_places(&r, self.by, (space, record), act.at)?;
            }
        }
        Ok(())
    }

    fn may_put_records_back(&self, w: &Writing<'_>, act: &AuditRow) -> Result<()> {
        let r = w.reading();
        match act.code.as_str() {
            "post_set" | "post_vacated" => {
                let unit = act.detail.split(' ').next().and_then(|unit| unit.parse().ok());
                power::fills_posts(&r, self.by, unit.ok_or(ServerError::NotFound("unit"))?)
            }
            "ranking_switched" => {
                let unit = act.detail.split(' ').next().and_then(|unit| unit.parse().ok());
                let by = self.by.ok_or(power::LACKING)?;
                power::supervises(&r, by, unit.ok_or(ServerError::NotFound("unit"))?)
            }
            "rule_table_imported" | "rule_table_withdrawn" => {
                let space = reference_space(w.tx)?.id;
                for record in written_by(w, space, act)? {
                    let homes = w.tx.home(space, record)?.unwrap_or_default();
                    homes.into_iter().try_for_each(|unit| power::rules(&r, self.by, unit))?;
                }
                Ok(())
            }
            _ => power::runs_the_system(w.tx, self.by),
        }
    }

    fn undo_act(&self, w: &Writing<'_>, act: &AuditRow, go_on: bool) -> Result<Written> {
        match answer(&act.code).unwrap_or(Answer::Never("cannot_be_undone")) {
            Answer::Never(why) => Err(ServerError::Refused(why)),
            Answer::Granted => self.ungrant_again(w, &granted(w, act)?).map(|()| Written::default()),
            Answer::Withdrawn => self.grant_again(w, &granted(w, act)?).map(|()| Written::default()),
            Answer::PosterMade => poster::poster_back(w, act, false).map(|()| Written::default()),
            Answer::PosterWithdrawn => poster::poster_back(w, act, true).map(|()| Written::default()),
            Answer::Newcomer => self.newcomer_back(w, &granted(w, act)?, act, true).map(|()| Written::default()),
            Answer::Records => {
                if act.code == "unit_added" {
                    let added = act.detail.parse().map_err(|_| ServerError::NotFound("unit"))?;
                    unit::refuse_in_use(w.tx, added, w.now.china_day())?;
                }
                self.put_back(w, reference_space(w.tx)?.id, act, go_on)
            }
            Answer::Places => self.put_back(w, space_named(act)?, act, go_on),
            Answer::Place => self.place_back(w, act, go_on),
            Answer::Undone => self.undo_undone(w, act, go_on),
        }
    }

    /// What an undo put right is as it was before the undo: for a role the act is done again, for records the undo's own
    /// changes are taken back.
    fn undo_undone(&self, w: &Writing<'_>, act: &AuditRow, go_on: bool) -> Result<Written> {
        let number = act.detail.split_whitespace().nth(1).and_then(|number| number.parse().ok());
        let first = number.map(|number| w.tx.audit_numbered(number)).transpose()?.flatten();
        let first = first.ok_or(ServerError::NotFound("audit_row"))?;
        match answer(&first.code) {
            Some(Answer::Granted) => self.grant_again(w, &granted(w, &first)?).map(|()| Written::default()),
            Some(Answer::Withdrawn) => self.ungrant_again(w, &granted(w, &first)?).map(|()| Written::default()),
            Some(Answer::PosterMade) => poster::poster_back(w, &first, true).map(|()| Written::default()),
            Some(Answer::PosterWithdrawn) => poster::poster_back(w, &first, false).map(|()| Written::default()),
            Some(Answer::Newcomer) => {
                self.newcomer_back(w, &granted(w, &first)?, &first, false).map(|()| Written::default())
            }
            Some(Answer::Places) => self.put_back(w, space_named(&first)?, act, go_on),
            Some(Answer::Place) => {
                let act = AuditRow { detail: first.detail, ..act.clone() };
                self.place_back(w, &act, go_on)
            }
            _ => self.put_back(w, reference_space(w.tx)?.id, act, go_on),
        }
    }

    /// Ends a role that is held now: this grant, or the one that gave the same again.
    fn ungrant_again(&self, w: &Writing<'_>, found: &GrantRow) -> Result<()> {
        let living = living_like(w, found)?.ok_or(ServerError::Refused("nothing_to_undo"))?;
        grant::withdraw(w, self.by, &living)
    }

    fn grant_again(&self, w: &Writing<'_>, found: &GrantRow) -> Result<()> {
        if living_like(w, found)?.is_some() {
            return Err(ServerError::Refused("nothing_to_undo"));
        }
        let kinds: Vec<&str> = found.kinds.iter().map(String::as_str).collect();
        let (account, unit, role) = (found.account, found.unit, found.role.as_str());
        grant::give(w, &NewGrant { account, unit, role, kinds: &kinds, by: self.by }).map(drop)
    }

    /// Takes back what one transaction wrote to records of the tree, as far as nobody wrote there since and it need not stay:
    /// how many records, and how many stay.
    pub(crate) fn put_tree_back(
        &self,
        w: &Writing<'_>,
        at: Timestamp,
        stays: impl Fn(&State) -> bool,
    ) -> Result<(u64, u64)> {
        let (space, act) =
            (reference_space(w.tx)?.id, AuditRow { at, account: None, code: String::new(), detail: String::new() });
        let found = match self.compensation(w, space, &act) {
            Err(ServerError::Refused(_)) => return Ok((0, 0)),
            found => found?,
        };
        let (mut back, mut left) = (BTreeSet::new(), found.hindrances.len() as u64);
        for write in found.writes {
            let now = w.tx.state(space, write.record)?.map(|row| read_state(&row.bytes)).transpose()?;
            if now.is_some_and(|now| stays(&now)) {
                left += 1;
            } else {
                self.write_back(w, space, &write)?;
                back.insert(write.record);
            }
        }
        Ok((back.len() as u64, left))
    }

    fn put_back(&self, w: &Writing<'_>, space: SpaceId, act: &AuditRow, go_on: bool) -> Result<Written> {
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

    /// Puts a moved place back. Where the move handed it over to another county, it is moved back from where it lives now,
    /// if nobody moved it on.
    fn place_back(&self, w: &Writing<'_>, act: &AuditRow, go_on: bool) -> Result<Written> {
        let none = || ServerError::NotFound("record");
        let record: RecordId = act.detail.split_whitespace().next().and_then(|id| id.parse().ok()).ok_or_else(none)?;
        for space in w.tx.spaces()?.into_iter().map(|space| space.id) {
            let rows = w.tx.journal_of(space, record)?;
            let Some(moved) = rows.iter().find(|r| r.received_at == act.at && r.kind == EntryKind::Change) else {
                continue;
            };
            let at = whereabouts::living(w.tx, space, record)?.ok_or_else(none)?;
            if at.space == space && at.record == record {
                return self.put_back(w, space, act, go_on);
            }
            let entries = history::entries(&w.reading(), space, record)?;
            let before = fold::fold(record, entries.iter().filter(|e| e.pos() < moved.pos));
            let after = fold::fold(record, entries.iter().filter(|e| e.pos() <= moved.pos));
            let now =
                w.tx.state(at.space, at.record)?.map(|row| read_state(&row.bytes)).transpose()?.ok_or_else(none)?;
            let [home] = before.head_ids(UNIT)[..] else { return Err(ServerError::Refused("cannot_be_undone")) };
            if now.head_ids(UNIT) != after.head_ids(UNIT) {
                return Err(ServerError::Refused("changed_since"));
            }
            let wanted = ConsoleWrite {
                author: self.author(),
                machine: self.by.is_none(),
                judged: false,
                space: at.space,
                record: at.record,
                kind: now.kind(),
                unit: home.unit(),
                wishes: &[Wish::put(UNIT, home)],
                basis: None,
            };
            console::write(w, &wanted)?;
            return Ok((vec![at.record], Vec::new()));
        }
        Err(ServerError::Refused("too_long_ago"))
    }

    /// What the act did, from the journal, and what puts it right now.
    fn compensation(&self, w: &Writing<'_>, space: SpaceId, act: &AuditRow) -> Result<Compensation> {
        let rows = w.tx.journal_newest(space, limits::UNDO_ENTRIES_MAX)?;
        let of_act = rows.iter().filter(|row| row.received_at == act.at && row.kind == EntryKind::Change);
        let written: BTreeSet<(RecordId, u64)> = of_act.filter_map(|row| Some((row.record?, row.pos))).collect();
        if written.is_empty() {
            return Err(ServerError::Refused("too_long_ago"));
        }
        let by_undo = written_by_undos(w, &rows)?;
        let timeline = w.reading().branches(space)?.last().map(|b| b.id).unwrap_or_default();
        let (mut held, mut done) = (BTreeMap::new(), Vec::new());
        for (record, pos) in &written {
            let entries = history::entries(&w.reading(), space, *record)?;
            let before = fold::fold(*record, entries.iter().filter(|e| e.pos() < *pos));
            let now = fold::fold(*record, &entries);
            let Some(Entry::Change { change, names, .. }) = entries.iter().find(|e| e.pos() == *pos) else { continue };
            let later = entries.iter().filter(|e| e.pos() > *pos && by_undo.contains(&e.pos()));
            done.push(Done {
                save: *pos,
                change: (*change.change).clone(),
                names: names.clone(),
                former: Former::of_ops(&before, &change.change.ops),
                basis: Basis::of(&now, timeline, 0),
                again: later.flat_map(names_of).collect(),
                below: Vec::new(),
            });
            held.insert(*record, now);
        }
        let actor = Actor { account: self.author(), roles: Roles::EVERYONE, powers: Powers::EVERY, now: w.now };
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
        // A deletion is taken back by a person's word only, and somebody typed this undo.
        let restores = write.wishes.iter().any(|wish| matches!(wish, Wish::Add { set, .. } if set == RESTORED));
        let wanted = ConsoleWrite {
            author: self.author(),
            machine: self.by.is_none() && !restores,
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

/// The records of a space on which an act wrote, as far back as acts are undone.
fn written_by(w: &Writing<'_>, space: SpaceId, act: &AuditRow) -> Result<BTreeSet<RecordId>> {
    let rows = w.tx.journal_newest(space, limits::UNDO_ENTRIES_MAX)?;
    let of_act = rows.into_iter().filter(|row| row.received_at == act.at && row.kind == EntryKind::Change);
    Ok(of_act.filter_map(|row| row.record).collect())
}

/// Places of entries that undos wrote: what they put back counts as what the act wrote.
fn written_by_undos(w: &Writing<'_>, rows: &[JournalRow]) -> Result<BTreeSet<u64>> {
    let acts = w.tx.audit_newest(limits::UNDO_ENTRIES_MAX)?;
    let undone: BTreeSet<_> = acts.into_iter().filter(|a| a.code == "undone").map(|a| a.at).collect();
    Ok(rows.iter().filter(|row| undone.contains(&row.received_at)).map(|row| row.pos).collect())
}

fn names_of(entry: &Entry) -> Vec<Name> {
    if let Entry::Change { names, .. } = entry { names.clone() } else { Vec::new() }
}

/// The space that an act's detail names: `space …`.
fn space_named(act: &AuditRow) -> Result<SpaceId> {
    let named = act.detail.strip_prefix("space ").and_then(|rest| rest.split_whitespace().next()?.parse().ok());
    named.ok_or(ServerError::NotFound("space"))
}

/// The grant by which an account has the role of another grant now.
fn living_like(w: &Writing<'_>, found: &GrantRow) -> Result<Option<GrantRow>> {
    let mut grants = w.tx.grants(found.account)?.into_iter().filter(|g| g.until.is_none());
    Ok(grants.find(|g| g.unit == found.unit && g.role == found.role))
}

/// The grant that an act of giving or withdrawing names: `grant 12: …`.
fn granted(w: &Writing<'_>, act: &AuditRow) -> Result<GrantRow> {
    let id = act.detail.strip_prefix("grant ").and_then(|rest| rest.split(':').next()?.trim().parse().ok());
    let found = id.map(|id| w.tx.grant(id)).transpose()?.flatten();
    found.ok_or(ServerError::NotFound("grant"))
}
