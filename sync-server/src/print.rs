//! Prints of records, and which of them meet: candidates that the server tells to whoever sees one of the two.
//!
//! Owns the county's key, when prints are written, and what an answer may say. Refuses to give prints or the key to
//! anybody. Invariant: prints are a function of the states that stand, written in the transaction that writes the state;
//! a kind without prints costs no statement, a record whose prints stay as they were costs none either.

use crate::audience;
use crate::error::{Result, ServerError};
use crate::limits as own_limits;
use crate::rights::{self, Scope};
use crate::server::Running;
use crate::standing;
use crate::store::print::{Meeting, PrintRow};
use crate::store::{DeviceRow, StateRow, Tx};
use crate::writing::{Reading, Writing};
use gridwalk_model::candidate::{CandidateReply, CandidateRequest, Kept, Other, Told, prints_stay, traits_of};
use gridwalk_model::change::Change;
use gridwalk_model::duplicate::{TenantKey, Trait};
use gridwalk_model::exchange::Key;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, RecordId, SpaceId, UnitId};
use gridwalk_model::kind::{Kind, NOT_SAME};
use gridwalk_model::limits;
use gridwalk_model::role::{Role, Roles};
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::unit_code::Level;
use std::collections::BTreeMap;

/// Under which name the version of the prints is kept that stand in the database.
const FILLED: &str = "prints";
/// The version of what is printed; another one in the database has all made anew.
const VERSION: u8 = 2;
/// Records that a fill takes at a time.
const STRIDE: usize = 500;

/// The key under which a county's prints are made.
fn county_key(running: &Running, space: SpaceId) -> TenantKey {
    let secret = running.key.to_bytes();
    TenantKey::new(Hash::with_context("gridwalk 2026 county prints", &[&secret, &space.0]).0)
}

/// All prints are made anew at the next start: they were made under a key that is gone.
pub(crate) fn forget(tx: &dyn Tx) -> Result<()> {
    tx.meta_set(FILLED, &[])
}

fn has_prints(kind: &str) -> Option<Kind> {
    Kind::from_name(kind).filter(|k| traits_of(*k).is_some())
}

/// Writes the prints of a record whose state has just been written, if they are other ones than before. `change` is what
/// it was written for, if that is known.
pub fn refresh(
    w: &Writing<'_>,
    space: SpaceId,
    state: &State,
    (before, change): (Option<&StateRow>, Option<&Change>),
) -> Result<()> {
    let Some(kind) = has_prints(state.kind()) else { return Ok(()) };
    if before.is_some() && change.is_some_and(|change| prints_stay(change, state)) {
        return Ok(());
    }
    let key = county_key(w.running, space);
    let now = Kept::of(&key, state);
    let had = before.map(|row| read_state(&row.bytes)).transpose()?.map(|s| Kept::of(&key, &s)).unwrap_or_default();
    if now == had {
        return Ok(());
    }
    put(w.tx, space, state, kind, now)?;
    tell_whom_it_meets(w, space, state.record, kind)
}

/// Those that new prints meet are told again as they are, each under a new pos: whoever sees one of them hears of it with
/// the next pull, and asks. Nothing of the new record is in it.
fn tell_whom_it_meets(w: &Writing<'_>, space: SpaceId, record: RecordId, kind: Kind) -> Result<()> {
    let likely = |meeting: &Meeting| {
        let compared = meeting.one.kept.compared(&meeting.other.kept, kind);
        compared.is_some_and(|met| kind == Kind::Estate || met.score >= limits::LIKELY_PERCENT)
    };
    for meeting in w.tx.prints_of(space, record)?.iter().filter(|meeting| likely(meeting)) {
        audience::refresh_as_it_is(w, space, meeting.other.record)?;
    }
    Ok(())
}

fn put(tx: &dyn Tx, space: SpaceId, state: &State, kind: Kind, kept: Kept) -> Result<()> {
    if kept.is_empty() {
        return tx.print_drop(space, state.record);
    }
    let kind = kind.name().to_owned();
    tx.print_put(space, &PrintRow { record: state.record, kind, pos: state.pos, kept })
}

/// Makes the prints of all states, if those in the database are not of this version: once, after an upgrade.
pub fn fill(running: &Running) -> Result<()> {
    if running.read(|r| r.tx.meta(FILLED))?.as_deref() == Some(&[VERSION]) {
        return Ok(());
    }
    for space in running.read(|r| r.tx.spaces())?.into_iter().filter(|s| !s.reference) {
        let key = county_key(running, space.id);
        let mut after = None;
        loop {
            let rows = running.read(|r| r.tx.states_after(space.id, after, STRIDE))?;
            after = rows.last().map(|row| row.record);
            if after.is_none() {
                break;
            }
            running.write_alone(|w| {
                for row in &rows {
                    let Some(kind) = has_prints(&row.kind) else { continue };
                    let state = read_state(&row.bytes)?;
                    put(w.tx, space.id, &state, kind, Kept::of(&key, &state))?;
                }
                Ok(())
            })?;
        }
    }
    running.write_alone(|w| w.tx.meta_set(FILLED, &[VERSION]))
}

/// One question's circumstances.
struct Asking<'a> {
    r: &'a Reading<'a>,
    space: SpaceId,
    account: AccountId,
    scope: Scope,
    seen: BTreeMap<RecordId, bool>,
    states: BTreeMap<RecordId, Option<State>>,
}

/// Answers from one snapshot. Whoever does not keep the register, volunteers among them, is told nothing.
pub fn answer(r: &Reading<'_>, device: &DeviceRow, request: &CandidateRequest) -> Result<CandidateReply> {
    let space = r.tx.space(request.space)?.ok_or(standing::NO_SPACE)?;
    let since = request.since.map(|(timeline, _)| timeline);
    standing::seen(r, device.account, &space)?.heard_of(since)?;
    let timeline = r.tx.branches(space.id)?.last().map(|b| b.id).unwrap_or_default();
    let mut reply =
        CandidateReply { upto: (timeline, space.pos), after: None, more: false, found: Vec::new(), gone: Vec::new() };
    let grants = rights::living_grants(r, device.account, space.id)?;
    let roles: Roles = grants.iter().filter_map(|g| Role::from_name(&g.role)).collect();
    if space.reference || !roles.meets(Roles::REGISTER) {
        return Ok(reply);
    }
    let scope = rights::scope(r, device.account, space.id)?;
    let (seen, states) = (BTreeMap::new(), BTreeMap::new());
    let mut asking = Asking { r, space: space.id, account: device.account, scope, seen, states };
    for (record, mark) in &request.held {
        if !asking.still_holds(*record, *mark)? {
            reply.gone.push((*record, *mark));
        }
    }
    match request.since.filter(|(held, _)| *held == timeline) {
        Some((_, since)) => asking.since(since, &mut reply)?,
        None => asking.all(request.after, &mut reply)?,
    }
    Ok(reply)
}

impl Asking<'_> {
    /// What met since a pos: new prints of anybody, where one of the two is in scope.
    fn since(&mut self, since: u64, reply: &mut CandidateReply) -> Result<()> {
        let limit = own_limits::MEETINGS_MAX;
        let mut met = self.r.tx.prints_since(self.space, since, limit)?;
        if met.len() >= limit {
            let last = met.last().map_or(since, |(pos, _)| *pos);
            met.retain(|(pos, _)| *pos < last);
            let upto = met.last().map_or(last, |(pos, _)| *pos);
            (reply.upto.1, reply.more) = (upto, true);
        }
        for (_, meeting) in met {
            self.tell(&meeting, reply)?;
        }
        Ok(())
    }

    /// What meets of all that is in scope, key by key.
    fn all(&mut self, after: Option<(Key, Option<RecordId>)>, reply: &mut CandidateReply) -> Result<()> {
        let limit = own_limits::MEETINGS_MAX;
        let keys: Vec<(Key, Vec<String>)> = self.scope.iter().map(|(k, s)| (*k, s.keys().cloned().collect())).collect();
        let from = after.map(|(key, _)| key);
        for (key, kinds) in keys.into_iter().filter(|(key, _)| from.is_none_or(|from| *key >= from)) {
            let record = after.filter(|(at, _)| *at == key).and_then(|(_, record)| record);
            let mut met = self.r.tx.prints_of_key(self.space, key, &kinds, record, limit)?;
            let full = met.len() >= limit;
            if full {
                let last = met.last().map(|m| m.one.record);
                met.retain(|m| Some(m.one.record) != last);
            }
            let upto = met.last().map(|m| m.one.record).or(record);
            for meeting in met {
                self.tell(&meeting, reply)?;
            }
            if full {
                reply.after = Some((key, upto));
                return Ok(());
            }
        }
        Ok(())
    }

    /// Tells a meeting to whoever sees one of the two, from the side that they see.
    fn tell(&mut self, meeting: &Meeting, reply: &mut CandidateReply) -> Result<()> {
        let Some(kind) = has_prints(&meeting.one.kind) else { return Ok(()) };
        let (one, other) = match (self.sees(meeting.one.record, kind)?, self.sees(meeting.other.record, kind)?) {
            (true, _) => (&meeting.one, &meeting.other),
            (false, true) => (&meeting.other, &meeting.one),
            (false, false) => return Ok(()),
        };
        let seen = self.sees(other.record, kind)?;
        // Two that are both seen are told once.
        let (one, other) = if seen && other.record < one.record { (other, one) } else { (one, other) };
        let Some(compared) = one.kept.compared(&other.kept, kind) else { return Ok(()) };
        let mut agreed: Vec<&'static str> = compared.agreed.iter().map(|t| t.code()).collect();
        let mut score = compared.score;
        if kind == Kind::Estate {
            if !self.are_near(one.record, other.record)? {
                return Ok(());
            }
            (agreed, score) = (vec![Trait::EstateHere.code()], score.max(Trait::EstateHere.agrees()));
        }
        let told = |told: &Told| told.record == one.record && told.other == self.other(one.record, other.record, seen);
        if score < limits::LIKELY_PERCENT
            || reply.found.iter().any(told)
            || self.is_settled(one.record, other.record)?
        {
            return Ok(());
        }
        let Some(unit) = self.r.tx.home(self.space, other.record)?.and_then(|units| units.first().copied()) else {
            return Ok(());
        };
        let unit_name = self.r.tx.unit(unit)?.map(|u| u.name).unwrap_or_default();
        if reply.found.len() < limits::TOLD_MAX {
            let (agreed, other) =
                (agreed.into_iter().map(str::to_owned).collect(), self.other(one.record, other.record, seen));
            reply.found.push(Told { record: one.record, other, unit, unit_name, agreed, score });
        }
        Ok(())
    }

    /// The other one as it is told: by its id to whoever sees it, else by a mark.
    fn other(&self, record: RecordId, other: RecordId, seen: bool) -> Other {
        if seen {
            return Other::Seen(other);
        }
        let secret = self.r.running.key.to_bytes();
        let parts: [&[u8]; 4] = [&secret, &self.account.0, &record.0, &other.0];
        let hash = Hash::with_context("gridwalk 2026 unseen candidate", &parts);
        let mut mark = [0; 16];
        mark.copy_from_slice(&hash.0[..16]);
        Other::Unseen(mark)
    }

    fn still_holds(&mut self, record: RecordId, mark: [u8; 16]) -> Result<bool> {
        let met = self.r.tx.prints_of(self.space, record)?;
        for meeting in met {
            let Some(kind) = has_prints(&meeting.one.kind) else { continue };
            let is_it = self.other(record, meeting.other.record, false) == Other::Unseen(mark);
            if is_it && self.sees(record, kind)? && !self.sees(meeting.other.record, kind)? {
                return Ok(!self.is_settled(record, meeting.other.record)?);
            }
        }
        Ok(false)
    }

    fn sees(&mut self, record: RecordId, kind: Kind) -> Result<bool> {
        if let Some(seen) = self.seen.get(&record) {
            return Ok(*seen);
        }
        let rows = self.r.tx.audience(self.space, record)?;
        // Prints are made of what the register's roles read: whoever sees the record by another role is told nothing of it.
        let by = rights::roles_by(&self.scope, kind.name(), rows.iter().filter(|row| row.here).map(|row| row.key));
        let seen = by.meets(Roles::REGISTER);
        self.seen.insert(record, seen);
        Ok(seen)
    }

    fn state(&mut self, record: RecordId) -> Result<Option<&State>> {
        if !self.states.contains_key(&record) {
            let state = self.r.tx.state(self.space, record)?.map(|row| read_state(&row.bytes)).transpose()?;
            self.states.insert(record, state);
        }
        Ok(self.states.get(&record).and_then(Option::as_ref))
    }

    /// Whether somebody said what the two are: the same, or not.
    fn is_settled(&mut self, one: RecordId, other: RecordId) -> Result<bool> {
        for (record, other) in [(one, other), (other, one)] {
            let Some(state) = self.state(record)? else { return Ok(true) };
            let says_not = state
                .sets
                .get(NOT_SAME)
                .is_some_and(|set| set.adds.iter().any(|add| add.element.as_id() == Some(other)));
            if says_not || state.links().contains(&other) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether two estates lie in one township.
    fn are_near(&self, one: RecordId, other: RecordId) -> Result<bool> {
        let homes = |record| Ok::<_, ServerError>(self.r.tx.home(self.space, record)?.unwrap_or_default());
        let above = self.r.with_above(&homes(one)?, None)?;
        let others = self.r.with_above(&homes(other)?, None)?;
        for unit in above.intersection(&others) {
            if self.is_township(*unit)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_township(&self, unit: UnitId) -> Result<bool> {
        let level = self.r.tx.unit(unit)?.and_then(|u| Level::from_name(&u.level));
        Ok(matches!(level, Some(Level::Township)))
    }
}
