//! Rights: what an account sees, and what becomes of a change by its author's rights.
//!
//! Owns scopes, epochs and the verdict table. Refuses to know bytes and bodies. Invariant: whoever could see a record
//! under a grant that stands may have typed on it, whatever has been moved since; what a grant that was withdrawn allowed
//! is for a person to decide; nothing else is taken.

use crate::addressed;
use crate::audience;
use crate::error::Result;
use crate::mover::whereabouts::{self, AtHome};
use crate::newcomer;
use crate::planted::Planted;
use crate::role_kinds;
use crate::step;
use crate::store::{AudienceRow, DeviceRow, GrantRow, SpaceRow, StateRow};
use crate::writing::{Reading, Writing};
use gridwalk_model::admission::takes_with_it;
use gridwalk_model::change::Change;
use gridwalk_model::exchange::{Grant, Key};
use gridwalk_model::id::{AccountId, RecordId, SpaceId, UnitId};
use gridwalk_model::kind::addressed::addressees as names_of;
use gridwalk_model::kind::{Home, Kind, PARENT, ReachesDown, review};
use gridwalk_model::moved;
use gridwalk_model::op::Op;
use gridwalk_model::role::{Role, Roles};
use gridwalk_model::state::Edit;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::time::Timestamp;
use std::collections::BTreeMap;

/// What an account sees in a space: keys, and the kinds under each, with the roles by which it sees them.
pub type Scope = BTreeMap<Key, BTreeMap<String, Roles>>;

/// The keys by which a scope sees a record of which these are the audience; none if it does not see it.
pub fn held_by(scope: &Scope, audience: &[AudienceRow]) -> Vec<Key> {
    let sees = |row: &&AudienceRow| row.here && scope.get(&row.key).is_some_and(|kinds| kinds.contains_key(&row.kind));
    audience.iter().filter(sees).map(|row| row.key).collect()
}

/// The roles by which an account sees a record that some keys see; none if it does not see it.
pub fn roles_by(scope: &Scope, kind: &str, keys: impl IntoIterator<Item = Key>) -> Roles {
    let by = |key: Key| scope.get(&key)?.get(kind).copied();
    keys.into_iter().filter_map(by).fold(Roles::NONE, Roles::and)
}

/// Adds kinds to those under a key, as far as the roles read anything of them; what this version does not know is for
/// whoever lists it.
fn open(scope: &mut Scope, key: Key, kinds: impl IntoIterator<Item = String>, roles: Roles) {
    let seen = |kind: &String| Kind::from_name(kind).is_none_or(|kind| kind.seen_by_unit().meets(roles));
    let under = scope.entry(key).or_default();
    kinds.into_iter().filter(seen).for_each(|kind| add_roles(under, kind, roles));
}

/// The same of what somebody wrote, or is addressed to them.
fn open_own(scope: &mut Scope, key: Key, kind: Kind, roles: Roles) {
    let under = scope.entry(key).or_default();
    if kind.table().readers().meets(roles) {
        add_roles(under, kind.name().to_owned(), roles);
    }
}

fn add_roles(under: &mut BTreeMap<String, Roles>, kind: String, roles: Roles) {
    let by = under.entry(kind).or_default();
    *by = by.and(roles);
}

/// The living grants of an account that reach into a space.
pub fn living_grants(r: &Reading<'_>, account: AccountId, space: SpaceId) -> Result<Vec<GrantRow>> {
    let reference = r.tx.spaces()?.into_iter().find(|s| s.reference).map(|s| s.id);
    let mut grants = Vec::new();
    for grant in r.grants(account)?.iter().filter(|g| g.until.is_none()) {
        let Some(unit) = r.tx.unit(grant.unit)? else { continue };
        if unit.space == space || Some(unit.space) == reference || Some(space) == reference {
            grants.push(grant.clone());
        }
    }
    Ok(grants)
}

/// The living grants of units of other spaces to which records of this one say that they belong: while people disagree
/// where a place is, it stays in one space and is seen by the people of both.
fn reaching_grants(r: &Reading<'_>, account: AccountId, space: SpaceId, own: &[GrantRow]) -> Result<Vec<GrantRow>> {
    let mut reaching = Vec::new();
    for grant in r.grants(account)?.iter().filter(|g| g.until.is_none()) {
        if own.iter().all(|o| o.id != grant.id) && r.tx.audience_any(space, Key::unit(grant.unit))? {
            reaching.push(grant.clone());
        }
    }
    Ok(reaching)
}

/// Whether anything that an account was ever given reaches into a space, grants that ended included: whoever lost them is
/// told what left. To everybody else it is as unknown as a space that does not exist.
pub fn ever_reached(r: &Reading<'_>, account: AccountId, space: &SpaceRow) -> Result<bool> {
    let reference = r.tx.spaces()?.into_iter().find(|s| s.reference).map(|s| s.id);
    for grant in r.grants(account)?.iter() {
        let home = r.tx.unit(grant.unit)?.map(|unit| unit.space);
        let is_there = space.reference || home.is_some_and(|home| home == space.id || Some(home) == reference);
        if is_there || r.tx.audience_any(space.id, Key::unit(grant.unit))? {
            return Ok(true);
        }
    }
    r.tx.audience_any(space.id, Key::author(account))
}

/// The scope of an account in a space. In the reference space everybody sees the units of their grants with all below,
/// and the records of those above; in every space what reaches down from those above. What an account wrote it sees in every space in which it is, while it has any grant.
pub fn scope(r: &Reading<'_>, account: AccountId, space: SpaceId) -> Result<Scope> {
    let mut grants = living_grants(r, account, space)?;
    grants.extend(reaching_grants(r, account, space, &grants)?);
    let is_reference = r.tx.space(space)?.is_some_and(|s| s.reference);
    let mut scope = Scope::new();
    for grant in &grants {
        let roles = roles_of([grant]);
        // Whoever nobody knows sees the frame, and what they wrote.
        if !roles.only(Roles::CONFINED) {
            open(&mut scope, Key::unit(grant.unit), role_kinds::kinds(grant).iter().cloned(), roles);
        }
        let from_above = told_from_above(grant, is_reference);
        if is_reference {
            open(&mut scope, Key::unit(grant.unit), from_above.iter().cloned(), roles);
        }
        for above in r.with_above(&[grant.unit], None)?.iter().copied() {
            open(&mut scope, Key::own(above), from_above.iter().cloned(), roles);
        }
    }
    let author = Key::author(account);
    let wrote = || -> Result<bool> { Ok(has_living_grant(r, account)? && r.tx.audience_any(space, author)?) };
    if !grants.is_empty() || wrote()? {
        let living = r.grants(account)?;
        let roles = roles_of(living.iter().filter(|g| g.until.is_none()));
        for kind in Kind::ALL.into_iter().filter(|kind| audience::is_personal(*kind)) {
            // What comes back to its author is read by them, whatever their role reads of others'.
            let by = if kind == Kind::Review { roles.and(kind.table().readers()) } else { roles };
            open_own(&mut scope, author, kind, by);
        }
    }
    Ok(scope)
}

/// The kinds that a grant's unit and those above it tell everybody who works there: what reaches down and the role reads;
/// in the reference space also the units themselves and where they lie.
fn told_from_above(grant: &GrantRow, is_reference: bool) -> Vec<String> {
    let role = roles_of([grant]);
    let tells = |kind: &Kind| match kind {
        Kind::Unit => is_reference,
        Kind::Boundary => is_reference && kind.table().readers().meets(role),
        _ => kind.table().reaches_down != ReachesDown::No && kind.table().readers().meets(role),
    };
    Kind::ALL.iter().filter(|k| tells(k)).map(|k| k.name().to_owned()).collect()
}

fn has_living_grant(r: &Reading<'_>, account: AccountId) -> Result<bool> {
    Ok(r.grants(account)?.iter().any(|g| g.until.is_none()))
}

/// The grants as a page tells them.
pub fn told(grants: &[GrantRow]) -> Vec<Grant> {
    let told = |g: &GrantRow| Grant { unit: g.unit, role: g.role.clone(), kinds: role_kinds::kinds(g).into_owned() };
    grants.iter().map(told).collect()
}

/// The account's scope changed: a new epoch wherever it reaches.
pub fn raise_epochs(w: &Writing<'_>, account: AccountId) -> Result<()> {
    for space in w.tx.spaces()? {
        w.tx.epoch_raise(space.id, account)?;
    }
    w.touch_rights(account);
    w.forget_known();
    Ok(())
}

/// What rights say of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It may be admitted.
    Applied,
    /// A person decides.
    Quarantined,
    /// Never had the right.
    Refused {
        /// Stable code.
        code: &'static str,
        /// What would help.
        hint: String,
    },
}

/// Which grants of the author reach the record: by what stands now, by what stood since the author last knew, and among
/// those withdrawn since.
#[derive(Debug, Default)]
struct Reach {
    now: Roles,
    since: Roles,
    withdrawn: Roles,
}

/// Judges a change: by the verdict table, and then its step by the table of its kind.
pub fn judge(r: &Reading<'_>, change: &Change, state: Option<&StateRow>, device: &DeviceRow) -> Result<Judgement> {
    let judged = by_grants(r, change, state, device)?;
    let refused = match &judged {
        Judgement::Applied => step::refuses(r, change, state)?,
        // Whoever lacks the power for a step is told so, rather than that their post does not take it.
        Judgement::Refused { code: "not_permitted", hint } => {
            let table = Kind::from_name(&change.kind).map(Kind::steps);
            step::lacks_power(r, change.author, table.and_then(|table| table.power_of(hint)))?
        }
        _ => None,
    };
    Ok(refused.unwrap_or(judged))
}

/// Judges a change by the verdict table.
fn by_grants(r: &Reading<'_>, change: &Change, state: Option<&StateRow>, device: &DeviceRow) -> Result<Judgement> {
    if let Some(state) = state.filter(|s| s.kind != change.kind) {
        return Ok(Judgement::Refused { code: "kind_differs", hint: state.kind.clone() });
    }
    if moved::writes_reserved(change) {
        return Ok(Judgement::Refused { code: "reserved_field", hint: String::new() });
    }
    if let (Some(kind), Some(row)) = (Kind::from_name(&change.kind), state)
        && kind.table().fields.iter().any(|field| field.once)
        && let Some(field) = kind.table().written_before(&change.ops, &read_state(&row.bytes)?)
    {
        return Ok(Judgement::Refused { code: "not_permitted", hint: field.to_owned() });
    }
    if let Some(refused) = newcomer::refuses(r, change, state)? {
        return Ok(refused);
    }
    if let Some(refused) = addressed::refuses(r, change, state)? {
        return Ok(refused);
    }
    let revoked = device.revoked_at.is_some();
    let is_author = match state {
        Some(row) => {
            let wrote = audience::author_sees(&change.kind) && row.author == change.author;
            wrote || is_addressed(row, change.author)?
        }
        None => false,
    };
    let takes_back = takes_back(r, change, state)?;
    let permitted = |change: &Change, roles: Roles| if takes_back { Ok(()) } else { permitted(change, roles) };
    if is_author {
        let granted = r.grants(change.author)?;
        let living: Vec<GrantRow> = granted.iter().filter(|g| g.until.is_none()).cloned().collect();
        let all = roles_of(granted.iter());
        if let Err(field) = permitted(change, all) {
            return Ok(Judgement::Refused { code: "not_permitted", hint: field });
        }
        let stands = !living.is_empty() && !revoked && permitted(change, roles_of(&living)).is_ok();
        return Ok(if stands { Judgement::Applied } else { Judgement::Quarantined });
    }
    let reach = reach(r, change, state)?;
    let may = |roles: Roles| !roles.is_empty() && permitted(change, roles).is_ok();
    if !revoked && (may(reach.now) || may(reach.now.and(reach.since))) {
        return Ok(Judgement::Applied);
    }
    let all = reach.now.and(reach.since).and(reach.withdrawn);
    let judged_late = r.running.planted(Planted::JudgedAtReceipt);
    Ok(match permitted(change, all) {
        _ if all.is_empty() => Judgement::Refused { code: "not_in_scope", hint: String::new() },
        Err(field) => Judgement::Refused { code: "not_permitted", hint: field },
        Ok(()) if judged_late && !revoked => Judgement::Refused { code: "not_in_scope", hint: String::new() },
        Ok(()) => Judgement::Quarantined,
    })
}

/// Whether it is the deletion of a record by the only person who had written on it when they opened it: they take their
/// own word back. What somebody typed meanwhile is not deleted by it, and so is no reason to refuse it.
fn takes_back(r: &Reading<'_>, change: &Change, state: Option<&StateRow>) -> Result<bool> {
    let Some(row) = state.filter(|row| row.author == change.author) else { return Ok(false) };
    if !change.ops.iter().all(|op| matches!(op, Op::Delete { .. })) {
        return Ok(false);
    }
    let branches = r.tx.branches(change.space)?;
    let goes = |edit: &Edit| change.ops.iter().any(|op| takes_with_it(op, edit, &branches));
    Ok(read_state(&row.bytes)?.edits.iter().filter(|edit| goes(edit)).all(|edit| edit.tag.author == change.author))
}

/// Whether it goes to this person wherever they are: a review because its subject does, other records because they name
/// them.
fn is_addressed(row: &StateRow, account: AccountId) -> Result<bool> {
    let Some(kind) = Kind::from_name(&row.kind) else { return Ok(false) };
    if kind != Kind::Review && kind.addressed().is_empty() {
        return Ok(false);
    }
    let state = read_state(&row.bytes)?;
    Ok(review::seen_by_authors(&state).contains(&account) || names_of(&state).contains(&account))
}

/// A role that this version does not know still counts as somebody: the empty set would be nobody.
pub(crate) fn roles_of<'a>(grants: impl IntoIterator<Item = &'a GrantRow>) -> Roles {
    let role = |g: &GrantRow| Role::from_name(&g.role).map_or(Roles::from_bits(1 << 31), |r| Roles::of(&[r]));
    grants.into_iter().fold(Roles::NONE, |all, g| all.and(role(g)))
}

/// Whether these roles may do all of it; else the field or step that they may not.
fn permitted(change: &Change, roles: Roles) -> Result<(), String> {
    let Some(kind) = Kind::from_name(&change.kind) else { return Ok(()) };
    for op in &change.ops {
        if kind.table().permits(op, roles).is_err() {
            return Err(match op {
                Op::Put { field, .. } => field.clone(),
                Op::Add { set, .. } | Op::Remove { set, .. } => set.clone(),
                Op::Step { step, .. } => step.clone(),
                _ => String::new(),
            });
        }
    }
    Ok(())
}

fn reach(r: &Reading<'_>, change: &Change, state: Option<&StateRow>) -> Result<Reach> {
    let lo = if r.running.planted(Planted::JudgedAtReceipt) { r.now } else { change.heard };
    let parents = if state.is_none() { parents_of(r, change)? } else { Vec::new() };
    let units = units_now(r, change, state, &parents)?;
    let now = r.with_above(&units, None)?;
    let units = units_since(r, change, state, (&units, &parents), lo)?;
    let since = r.with_above(&units, Some(lo))?;
    let mut reach = Reach::default();
    for grant in r.grants(change.author)?.iter().filter(|g| role_kinds::is_for(g, &change.kind)) {
        let roles = roles_of([grant]);
        if (roles.only(Roles::CONFINED) || is_anothers(change, roles)) && state.is_some() {
            continue;
        }
        match grant.until {
            None if now.contains(&grant.unit) => reach.now = reach.now.and(roles),
            None if since.contains(&grant.unit) => reach.since = reach.since.and(roles),
            Some(until) if until >= lo && since.contains(&grant.unit) => reach.withdrawn = reach.withdrawn.and(roles),
            _ => {}
        }
    }
    Ok(reach)
}

/// Whether a record of that kind is hidden from these roles where it is about somebody else.
fn is_anothers(change: &Change, roles: Roles) -> bool {
    let kind = Kind::from_name(&change.kind).filter(|kind| !kind.addressed().is_empty());
    kind.is_some_and(|kind| !kind.seen_by_unit().meets(roles))
}

/// The units that a change's record is at home in now; of a new one those of what it is put below, or that it names.
pub fn homes(r: &Reading<'_>, change: &Change, state: Option<&StateRow>) -> Result<Vec<UnitId>> {
    let parents = if state.is_none() { parents_of(r, change)? } else { Vec::new() };
    units_now(r, change, state, &parents)
}

/// The records that a change puts its record below.
/// The records that a change puts its record below; none for kinds that have a home of their own, whatever they name:
/// a building is not where its estate has its gate, nor a campaign's place where the campaign is led from.
fn parents_written(change: &Change) -> Vec<RecordId> {
    if Kind::from_name(&change.kind).is_some_and(|kind| kind.table().home == Home::Unit) {
        return Vec::new();
    }
    let parent = |op: &Op| match op {
        Op::Put { field, value: Some(value), within: None, .. } if field == PARENT => value.as_id(),
        _ => None,
    };
    change.ops.iter().filter_map(parent).collect()
}

/// Each record that a change puts its record below, with where it lives.
fn parents_of(r: &Reading<'_>, change: &Change) -> Result<Vec<(RecordId, Option<AtHome>)>> {
    let lives = |parent| Ok((parent, whereabouts::at_home(r.tx, change.space, parent)?));
    parents_written(change).into_iter().map(lives).collect()
}

/// Where the record is at home now; a new one where its parent is, or in the unit that the change names.
fn units_now(
    r: &Reading<'_>,
    change: &Change,
    state: Option<&StateRow>,
    parents: &[(RecordId, Option<AtHome>)],
) -> Result<Vec<UnitId>> {
    if state.is_some() {
        return Ok(r.tx.home(change.space, change.record)?.unwrap_or_default());
    }
    let is_unit = change.kind == Kind::Unit.name();
    for (parent, lives) in parents {
        if is_unit {
            return Ok(vec![parent.unit()]);
        }
        // One that nobody knows has no home here either; of one that moved away it may be told where it was.
        let units = match lives {
            Some((at, units)) if at.space == change.space => units.clone(),
            Some(_) => r.tx.home(change.space, *parent)?,
            None => None,
        };
        if let Some(units) = units {
            return Ok(units);
        }
    }
    Ok(vec![change.unit])
}

/// Where it was at home at any time since.
fn units_since(
    r: &Reading<'_>,
    change: &Change,
    state: Option<&StateRow>,
    (now, parents): (&[UnitId], &[(RecordId, Option<AtHome>)]),
    lo: Timestamp,
) -> Result<Vec<UnitId>> {
    if state.is_some() {
        return Ok(r.tx.homes_since(change.space, change.record, lo)?.unwrap_or_default());
    }
    for (parent, lives) in parents {
        let Some((at, _)) = lives else { continue };
        let here = Some(at.record).filter(|here| at.space == change.space && here != parent);
        let mut known = None;
        for parent in here.into_iter().chain([*parent]) {
            if let Some(units) = r.tx.homes_since(change.space, parent, lo)? {
                known.get_or_insert_with(Vec::new).extend(units);
            }
        }
        if let Some(units) = known {
            return Ok(units);
        }
    }
    Ok(now.to_vec())
}
