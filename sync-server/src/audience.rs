//! Audience: which keys see a record, and the digests over what each key sees.
//!
//! Owns the way from a state to its keys, departures, and children that follow their parents. Refuses to judge rights and
//! to serve pages. Invariant: a record's keys are those of all its heads; a child's are those of all its parents, in
//! whatever space each lives; each rewriting of a record's rows takes a pos of its own.

use crate::error::{Result, ServerError};
use crate::mover::{self, whereabouts};
use crate::planted::Planted;
use crate::store::{AudienceRow, StateRow, Tx};
use crate::tree;
use crate::writing::Writing;
use gridwalk_model::exchange::{Key, digest_share};
use gridwalk_model::id::{AccountId, RecordId, SpaceId, UnitId};
use gridwalk_model::kind::{Kind, addressed, case, home, review};
use gridwalk_model::limits;
use gridwalk_model::state::State;
use gridwalk_model::state_codec::{FOLD_VERSION, read_state};
use gridwalk_model::unit_code::Level;
use std::collections::BTreeSet;

/// Whether somebody sees records of this kind wherever they are: whoever wrote them, or whom they are addressed to.
pub fn is_personal(kind: Kind) -> bool {
    kind.table().author_sees || !kind.addressed().is_empty()
}

/// Whether the author of a record of this kind sees it wherever it is.
pub fn author_sees(kind: &str) -> bool {
    Kind::from_name(kind).is_some_and(|k| k.table().author_sees)
}

/// The units that a record is at home in: those of its parents, wherever they live, as far as one is known; else its own;
/// a case also where it was dispatched to. One that was handed over to another space is at home nowhere here.
pub fn units_of(tx: &dyn Tx, space: SpaceId, state: &State) -> Result<Vec<UnitId>> {
    let mut units = Vec::new();
    if state.moved_to().is_some() {
        return Ok(units);
    }
    let mut placed = false;
    if home::is_below(state) {
        for parent in home::parents(state).into_iter().filter(|p| *p != state.record) {
            if let Some((_, Some(of_parent))) = whereabouts::at_home(tx, space, parent)? {
                placed = true;
                units.extend(of_parent);
            }
        }
    }
    if !placed {
        units.extend(home::own_units(state));
    }
    if state.kind() == Kind::Case.name() {
        units.extend(case::ever_dispatched_to(state));
    }
    units.sort_unstable();
    units.dedup();
    Ok(units)
}

/// The keys that see a record as it is.
pub fn keys(tx: &dyn Tx, space: SpaceId, state: &State, author: AccountId) -> Result<BTreeSet<Key>> {
    let units = units_of(tx, space, state)?;
    Ok(keys_of(&tree::with_above(tx, &units, None)?, state, author, &units))
}

/// Writes the rows of a record whose audience is not what its state says, under a pos of its own; sums stay as they are.
pub fn mend(w: &Writing<'_>, space: SpaceId, row: &StateRow) -> Result<BTreeSet<Key>> {
    let state = read_state(&row.bytes)?;
    let mut touched = keys(w.tx, space, &state, row.author)?;
    let pos = w.pos_next(space)?;
    let put = |key: Key, here: bool| {
        w.tx.audience_put(space, &AudienceRow { key, record: row.record, kind: row.kind.clone(), pos, here })
    };
    for key in &touched {
        put(*key, true)?;
    }
    let rows = w.tx.audience(space, row.record)?;
    for gone in rows.iter().filter(|a| a.here && !touched.contains(&a.key)) {
        put(gone.key, false)?;
    }
    touched.extend(rows.into_iter().map(|a| a.key));
    Ok(touched)
}

fn keys_of(above: &BTreeSet<UnitId>, state: &State, author: AccountId, units: &[UnitId]) -> BTreeSet<Key> {
    let mut keys: BTreeSet<Key> = above.iter().copied().map(Key::unit).collect();
    if state.kind() == Kind::Unit.name() {
        keys.insert(Key::own(state.record.unit()));
        // Whoever stands below a unit may have to call its departments.
        if is_department(state) {
            keys.extend(home::parents(state).into_iter().map(|parent| Key::own(parent.unit())));
        }
    }
    if Kind::from_name(state.kind()).is_some_and(|k| k.table().reaches_down.is_so(state)) {
        keys.extend(units.iter().copied().map(Key::own));
    }
    if author_sees(state.kind()) && !units.is_empty() {
        keys.insert(Key::author(author));
    }
    if !units.is_empty() {
        keys.extend(addressed::addressees(state).into_iter().map(Key::author));
    }
    if state.kind() == Kind::Review.name() && !units.is_empty() {
        keys.extend(review::seen_by_authors(state).into_iter().map(Key::author));
    }
    keys
}

/// Whether a unit says that it is a department, in any of its heads.
fn is_department(state: &State) -> bool {
    let heads = state.fields.get("level").into_iter().flat_map(|r| &r.heads);
    heads.filter_map(|h| h.value.as_ref()?.as_text()).any(|level| level == Level::Department.name())
}

/// A record whose audience is to be written.
struct Subject<'a> {
    space: SpaceId,
    state: &'a State,
    author: AccountId,
    /// The state's pos before, if it had one.
    pos_before: Option<u64>,
}

/// Writes the audience of a record whose state has just been folded; its pos is the state's.
pub fn refresh(
    w: &Writing<'_>,
    space: SpaceId,
    state: &State,
    author: AccountId,
    pos_before: Option<u64>,
) -> Result<()> {
    let parents = parents_of(w.tx, space, state)?;
    w.tx.parents_set(space, state.record, &parents, pos_before.is_none())?;
    let subject = Subject { space, state, author, pos_before };
    write_rows(w, &subject, state.pos, &mut vec![state.record])
}

/// The records that it is below, also under the ids that they have here since they moved here.
fn parents_of(tx: &dyn Tx, space: SpaceId, state: &State) -> Result<Vec<RecordId>> {
    let mut parents = if home::is_below(state) { home::parents(state) } else { Vec::new() };
    for parent in parents.clone() {
        parents.extend(whereabouts::here(tx, space, parent)?);
    }
    parents.sort_unstable();
    parents.dedup();
    Ok(parents)
}

/// Writes the audience of a record whose state stays as it is, under a new pos.
pub fn refresh_as_it_is(w: &Writing<'_>, space: SpaceId, record: RecordId) -> Result<()> {
    refresh_child(w, space, record, &mut Vec::new())
}

fn refresh_child(w: &Writing<'_>, space: SpaceId, record: RecordId, path: &mut Vec<RecordId>) -> Result<()> {
    let Some(StateRow { bytes, author, pos, .. }) = w.tx.state(space, record)? else { return Ok(()) };
    if path.contains(&record) || path.len() > limits::PARENTS_DEPTH_MAX {
        return Ok(());
    }
    let state = read_state(&bytes)?;
    path.push(record);
    let at = w.pos_next(space)?;
    write_rows(w, &Subject { space, state: &state, author, pos_before: Some(pos) }, at, path)?;
    path.pop();
    Ok(())
}

fn write_rows(w: &Writing<'_>, subject: &Subject<'_>, pos: u64, path: &mut Vec<RecordId>) -> Result<()> {
    let Subject { space, state, author, .. } = *subject;
    let (tx, record, kind) = (w.tx, state.record, state.kind().to_owned());
    let units = units_of(tx, space, state)?;
    // Of a record without a state nobody has a row.
    let new = subject.pos_before.is_none();
    if new || tx.home(space, record)?.as_ref() != Some(&units) {
        tx.home_add(space, record, pos, w.now, &units)?;
    }
    let keys = keys_of(&*w.with_above(&units, None)?, state, author, &units);
    let rows = if new { Vec::new() } else { tx.audience(space, record)? };
    let had: BTreeSet<Key> = rows.into_iter().filter(|row| row.here).map(|row| row.key).collect();
    for key in had.difference(&keys) {
        sum(w, subject, *key, true, false);
        if w.running.planted(Planted::NoDeparture) {
            tx.audience_drop(space, *key, record)?;
        } else {
            tx.audience_put(space, &AudienceRow { key: *key, record, kind: kind.clone(), pos, here: false })?;
        }
    }
    if had == keys {
        for key in &keys {
            sum(w, subject, *key, true, true);
        }
        return tx.audience_moved(space, record, pos);
    }
    for key in &keys {
        sum(w, subject, *key, had.contains(key), true);
        tx.audience_put(space, &AudienceRow { key: *key, record, kind: kind.clone(), pos, here: true })?;
    }
    let mut ids = state.origins();
    ids.push(record);
    let mut below = BTreeSet::new();
    for id in &ids {
        below.extend(tx.children(space, *id)?);
    }
    for child in below {
        refresh_child(w, space, child, path)?;
    }
    if state.kind() == Kind::Unit.name() { Ok(()) } else { mover::note_below_elsewhere(w, space, &ids) }
}

/// Takes a record's former share out of a key's sum and puts its present share in.
fn sum(w: &Writing<'_>, subject: &Subject<'_>, key: Key, was_here: bool, is_here: bool) {
    let Subject { space, state, pos_before, .. } = *subject;
    let share = |pos| digest_share(state.record, pos, FOLD_VERSION);
    let out = pos_before.filter(|_| was_here).map_or(0, share);
    let in_ = if is_here { share(state.pos) } else { 0 };
    if out != in_ {
        w.sum_add(space, key, state.kind(), in_.wrapping_sub(out));
    }
}

/// Writes a record's audience some time after its pos was taken: what the planted bug `global_seq` does.
pub fn refresh_late(w: &Writing<'_>, space: SpaceId, record: RecordId, pos_before: Option<u64>) -> Result<()> {
    let row = w.tx.state(space, record)?.ok_or(ServerError::NotFound("record"))?;
    let state = read_state(&row.bytes)?;
    refresh(w, space, &state, row.author, pos_before)
}
