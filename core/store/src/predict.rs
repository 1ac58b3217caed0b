//! The author's view of a record: its confirmed state with the phone's own changes folded in.
//!
//! Owns which own changes are folded. Refuses to fold by itself: the model does. Invariant: no own change is folded
//! into a state that contains it, and none that the state lacks is left out.

use crate::column::id;
use crate::error::StoreError;
use crate::own::{self, JustSaved, Own};
use crate::record::Held;
use crate::store::Store;
use crate::{departed, origin, query, record, row, space};
use gridwalk_model::admission::{self, Branch};
use gridwalk_model::kind::PARENT;
use gridwalk_model::limits::PARENTS_DEPTH_MAX;
use gridwalk_model::{Basis, Name, RecordId, SpaceId, State, TimelineId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::{BTreeMap, BTreeSet};

/// A record as its author sees it.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is shown on its own")]
pub struct Predicted {
    /// The state, own changes folded in; blank if nothing is known of the record.
    pub state: State,
    /// The space that it lives in; `None` if nothing is known of the record.
    pub space: Option<SpaceId>,
    /// The timeline of the confirmed state; of the space before there is one.
    pub timeline: TimelineId,
    /// Whether a confirmed state stands below.
    pub confirmed: bool,
    /// Whether the record left the scope and waits for what is typed on it.
    pub leaving: bool,
    /// How many own changes were folded in.
    pub own: usize,
    /// Whether one of them waits for a supervisor.
    pub waits: bool,
    /// Whether the confirmed state was found damaged: it counts as one that is not here yet.
    pub damaged: bool,
}

/// Every name that a state still knows.
fn names_in(state: &State) -> BTreeSet<Name> {
    let heads = state.registers().flat_map(|(_, _, r)| r.heads.iter().map(|h| &h.tag));
    let adds = state.sets.values().flat_map(|s| s.adds.iter().map(|a| &a.tag));
    let instances = state.instances.values().flat_map(|i| &i.adds);
    let steps = state.steps.iter().map(|s| &s.tag);
    let edits = state.edits.iter().map(|e| &e.tag);
    let tags = heads.chain(adds).chain(instances).chain(steps).chain(edits);
    let mut names: BTreeSet<Name> = tags.flat_map(|t| t.names.iter().copied()).collect();
    names.extend(state.deletes.iter().map(|d| d.id));
    names.extend(state.opaque.iter().map(|(name, _)| *name));
    names
}

/// Marks a database in which the planted bug `folded_twice` sits: readers must know of it, too.
#[cfg(feature = "planted")]
pub(crate) const FOLDS_TWICE: &str = "PRAGMA application_id = 2";

#[cfg(feature = "planted")]
fn folds_twice(db: &Connection) -> Result<bool, StoreError> {
    let id: i64 = db.pragma_query_value(None, "application_id", |r| r.get(0))?;
    Ok(id == 2)
}

#[cfg(not(feature = "planted"))]
#[expect(clippy::unnecessary_wraps, reason = "its twin with the feature can fail")]
const fn folds_twice(_db: &Connection) -> Result<bool, StoreError> {
    Ok(false)
}

/// Leaves only those that the confirmed state lacks.
fn lacking(own: Vec<Own>, state: &State, timeline: TimelineId, branches: &[Branch]) -> Vec<Own> {
    if own.is_empty() {
        return own;
    }
    let known = names_in(state);
    let lacks =
        |o: &Own| !o.is_contained(timeline, state.pos, branches) && !o.change.names().iter().any(|n| known.contains(n));
    own.into_iter().filter(lacks).collect()
}

/// The author's view of a record at the phone's time `now`.
pub(crate) fn predicted(db: &Connection, record: RecordId, now: Timestamp) -> Result<Predicted, StoreError> {
    predicted_beside(db, record, now, &JustSaved::new())
}

/// The same in a transaction that saved these.
pub(crate) fn predicted_beside(
    db: &Connection,
    record: RecordId,
    now: Timestamp,
    saved: &JustSaved,
) -> Result<Predicted, StoreError> {
    let (confirmed, lost) = match record::held(db, record)? {
        Held::Sound(confirmed) => (Some(confirmed), None),
        Held::Damaged { leaving } => (None, Some(leaving)),
        Held::Nothing => (None, None),
    };
    // What a damaged state contained of this phone's own is still here, as long as nobody vouched for it.
    let own = if lost.is_some() { own::not_refused(db, record)? } else { own::foldable(db, record, saved)? };
    let damaged = lost.is_some();
    let home = confirmed.as_ref().map(|c| c.space).or_else(|| own.first().map(|o| o.space));
    // Only own changes and a blank state need to know where the space stands.
    let of_space = home.filter(|_| confirmed.is_none() || !own.is_empty());
    let (space_timeline, branches) = of_space.map(|s| space::history(db, s)).transpose()?.unwrap_or_default();
    let space_timeline = space_timeline.unwrap_or_default();
    let leaving = confirmed.as_ref().is_some_and(|c| c.leaving) || lost == Some(true);
    let waits = own.iter().any(|o| o.verdict.as_deref() == Some("quarantined"));
    let (state, timeline, held) = match confirmed {
        Some(c) => (c.state, c.timeline, true),
        None => (State::new(record), space_timeline, false),
    };
    let own = if held && !folds_twice(db)? { lacking(own, &state, timeline, &branches) } else { own };
    let state = if own.is_empty() {
        state
    } else {
        let kind = if state.kinds.is_empty() { own[0].change.change.kind.clone() } else { state.kind().to_owned() };
        admission::predict(&state, own.iter().map(|o| &o.change), now, row::workflow_of(&kind), &branches)
    };
    Ok(Predicted { state, space: home, timeline, confirmed: held, leaving, own: own.len(), waits, damaged })
}

/// The basis of a record as its author sees it.
pub(crate) fn basis(db: &Connection, record: RecordId, now: Timestamp) -> Result<Basis, StoreError> {
    basis_of(db, record, &predicted(db, record, now)?)
}

fn basis_of(db: &Connection, record: RecordId, shown: &Predicted) -> Result<Basis, StoreError> {
    let own = own::as_model(&origin::own_changes(db, record)?);
    let basis = Basis::of(&shown.state, shown.timeline, space::saves(db)?);
    let before = if shown.confirmed { None } else { departed::of(db, record)? };
    Ok(before.into_iter().fold(basis, |basis, before| basis.with(&before)).closed(&own))
}

/// The space that a record lives in, as far as it is known here.
fn home(db: &Connection, record: RecordId) -> Result<Option<SpaceId>, StoreError> {
    let mut statement = db.prepare_cached(include_str!("predict/home.sql"))?;
    Ok(statement.query_row(params![record.0], |r| id(r, "space", SpaceId)).optional()?)
}

/// The predicted states that a decision looks at: the records, their same-as groups, and all above them.
fn looked_at(db: &Connection, records: &[RecordId], now: Timestamp) -> Result<BTreeMap<RecordId, State>, StoreError> {
    let mut held = BTreeMap::new();
    let mut level: BTreeSet<RecordId> = records.iter().copied().collect();
    for record in records {
        level.extend(query::members(db, *record)?);
    }
    for _ in 0..=PARENTS_DEPTH_MAX {
        let mut above = BTreeSet::new();
        for record in level {
            let shown = predicted(db, record, now)?;
            if shown.space.is_none() {
                continue;
            }
            above.extend(shown.state.head_ids(PARENT));
            held.insert(record, shown.state);
        }
        above.retain(|r| !held.contains_key(r));
        if above.is_empty() {
            break;
        }
        level = above;
    }
    Ok(held)
}

impl Store {
    /// The predicted states that a decision over these records looks at: they, their same-as groups, and all above them.
    pub fn looked_at(&self, records: &[RecordId], now: Timestamp) -> Result<BTreeMap<RecordId, State>, StoreError> {
        self.read(|db| looked_at(db, records, now))
    }

    /// The space that a record lives in, as far as it is known here.
    pub fn space_of(&self, record: RecordId) -> Result<Option<SpaceId>, StoreError> {
        self.read(|db| home(db, record))
    }

    /// The record as its author sees it at the phone's time `now`.
    pub fn predicted(&self, record: RecordId, now: Timestamp) -> Result<Predicted, StoreError> {
        let shown = self.read(|db| predicted(db, record, now))?;
        self.note_damage(&shown);
        Ok(shown)
    }

    /// The confirmed state, as last pulled; nothing of the phone's own.
    pub fn confirmed(&self, record: RecordId) -> Result<Option<State>, StoreError> {
        self.read(|db| Ok(record::confirmed(db, record)?.map(|c| c.state)))
    }

    /// Begins an edit without a draft: the basis of what stands on the screen now.
    pub fn begin(&self, record: RecordId, now: Timestamp) -> Result<Basis, StoreError> {
        let (shown, basis) = self.read(|db| {
            let shown = predicted(db, record, now)?;
            let basis = basis_of(db, record, &shown)?;
            Ok((shown, basis))
        })?;
        self.note_damage(&shown);
        Ok(basis)
    }

    fn note_damage(&self, shown: &Predicted) {
        if shown.damaged {
            self.saw_damage(shown.state.record);
        }
    }
}
