//! Erasure: what was typed about somebody goes for good, and everything that rests on it stands.
//!
//! Owns the blanking of bodies wherever the server keeps them, the journal's word on it, and the folding anew. Refuses to
//! say who may erase, and to bring anything back: nothing here can be undone. Invariant: a body keeps its hash, its names
//! and its place in the chain; whatever is left of it is named, with its own hash, by an entry of the journal; what it
//! covered stays covered.

pub mod again;
pub mod list;
pub mod newcomer;
pub mod remains;

use crate::api::history;
use crate::error::{Result, ServerError};
use crate::ingest::admit::{self, Appended};
use crate::journal_codec::{self, Blanked, ErasedEntry};
use crate::limits;
use crate::store::row::EntryKind;
use crate::store::{ErasureRow, InboxRow, JournalRow, Tx};
use crate::writing::{Reading, Writing};
use gridwalk_model::change::SealedChange;
use gridwalk_model::erasure::Erasure;
use gridwalk_model::exchange::Verdict;
use gridwalk_model::fold;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, RecordId, ReplicaId, SpaceId};
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use std::collections::{BTreeMap, BTreeSet};

/// What an erasure took, or would take.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Taken {
    /// Records.
    pub records: u64,
    /// Values, former ones included; each once, by however many names its body goes.
    pub values: u64,
    /// Bodies that were blanked.
    pub bodies: u64,
    /// Pictures that were attached.
    pub pictures: u64,
}

impl Taken {
    /// Adds another's.
    pub fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.values += other.values;
        self.bodies += other.bodies;
        self.pictures += other.pictures;
    }
}

/// Where a record lives and lived: it may have moved from space to space, under another id each time.
pub fn whereabouts(tx: &dyn Tx, record: RecordId) -> Result<Vec<(SpaceId, RecordId)>> {
    let spaces = tx.spaces()?;
    let (mut ids, mut found) = (vec![record], Vec::new());
    let mut at = 0;
    while let Some(id) = ids.get(at).copied() {
        for space in &spaces {
            let Some(row) = tx.state(space.id, id)? else { continue };
            found.push((space.id, id));
            let state = read_state(&row.bytes)?;
            let further = state.moved_to().map(|to| to.record).into_iter().chain(state.origins());
            for further in further {
                if !ids.contains(&further) {
                    ids.push(further);
                }
            }
        }
        at += 1;
    }
    Ok(found)
}

/// Everything received of a record, first deliveries first.
fn bodies_of(tx: &dyn Tx, space: SpaceId, record: RecordId) -> Result<Vec<InboxRow>> {
    let admitted = tx.journal_of(space, record)?.into_iter();
    let admitted = admitted.filter(|row| matches!(row.kind, EntryKind::Change | EntryKind::Carried));
    let mut firsts: Vec<(ReplicaId, u64)> = admitted.map(|row| (row.replica, row.seq)).collect();
    firsts.extend(tx.inbox_unadmitted(space, record)?.into_iter().map(|row| row.first));
    let mut rows: BTreeMap<(ReplicaId, u64), InboxRow> = BTreeMap::new();
    for first in firsts {
        let names = tx.names_of(space, first)?;
        for dot in names.iter().map(|name| (name.replica, name.seq)).chain([first]) {
            if let Some(row) = tx.inbox(space, dot.0, dot.1)?.filter(|row| row.first == first || dot == first) {
                rows.insert(dot, row);
            }
        }
    }
    let (mut list, others): (Vec<_>, Vec<_>) = rows.into_values().partition(|row| row.first == (row.replica, row.seq));
    list.extend(others);
    Ok(list)
}

/// A body as it is kept, if there is one that can be read.
fn kept(row: &InboxRow) -> Option<SealedChange> {
    SealedChange::kept(row.body.as_deref()?, row.hash).ok()
}

/// A body of which something goes, and which operations.
struct Due {
    row: InboxRow,
    body: SealedChange,
    places: BTreeSet<u32>,
}

/// What an erasure takes of a record, wherever it lives and lived.
fn due(tx: &dyn Tx, record: RecordId, erasure: &Erasure) -> Result<BTreeMap<(SpaceId, RecordId), Vec<Due>>> {
    let mut all = BTreeMap::new();
    for (space, id) in whereabouts(tx, record)? {
        let mut bodies = Vec::new();
        for row in bodies_of(tx, space, id)? {
            let Some(body) = kept(&row) else { continue };
            let places = body.change.taken_by(erasure);
            if !places.is_empty() {
                bodies.push(Due { row, body, places });
            }
        }
        all.insert((space, id), bodies);
    }
    Ok(all)
}

/// How much that is; a body that was carried to another space is one body.
fn sum(due: &BTreeMap<(SpaceId, RecordId), Vec<Due>>) -> Taken {
    let (mut taken, mut met) = (Taken { records: u64::from(!due.is_empty()), ..Taken::default() }, BTreeSet::new());
    for Due { row, body, places } in due.values().flatten() {
        if row.first == (row.replica, row.seq) && met.insert(row.hash) {
            taken.values += places.len() as u64;
            taken.bodies += 1;
            taken.pictures += pictures_in(body, places).len() as u64;
        }
    }
    taken
}

/// What an erasure would take of a record, without taking it.
pub fn count(r: &Reading<'_>, record: RecordId, erasure: &Erasure) -> Result<Taken> {
    Ok(sum(&due(r.tx, record, erasure)?))
}

fn pictures_in(body: &SealedChange, places: &BTreeSet<u32>) -> Vec<Hash> {
    let ops = (0..).zip(&body.change.ops).filter(|(at, _)| places.contains(at));
    let pictures = ops.filter_map(|(_, op)| gridwalk_model::picture::Picture::from_value(op.attached()?));
    pictures.map(|picture| picture.hash).collect()
}

/// Erases of a record, wherever it lives and lived; what was taken. The list beside the database learns of it first.
pub fn erase(w: &Writing<'_>, record: RecordId, erasure: &Erasure) -> Result<Taken> {
    let due = due(w.tx, record, erasure)?;
    if due.is_empty() {
        return Err(ServerError::NotFound("record"));
    }
    let left = |one: &Due| blank(w, &one.row, &one.body.without(&one.places));
    for ((space, id), bodies) in &due {
        let bodies = bodies.iter().map(left).collect::<Result<Vec<_>>>()?;
        take_down(w, (*space, *id), erasure, true, &bodies)?;
        list::keep(w, *space, *id, erasure, &bodies)?;
    }
    remains::hand_overs(w)?;
    Ok(sum(&due))
}

/// Says in the journal what was taken of a record, and lets go of what stands beside its journal.
fn take_down(
    w: &Writing<'_>,
    (space, record): (SpaceId, RecordId),
    erasure: &Erasure,
    say: bool,
    bodies: &[Blanked],
) -> Result<()> {
    note(w, (space, record), erasure, say, bodies)?;
    remains::note(w, record)?;
    if erasure.is_whole() {
        w.tx.import_rows_drop(record)?;
    }
    Ok(())
}

/// Puts what is left of a body into its place.
fn blank(w: &Writing<'_>, row: &InboxRow, left: &SealedChange) -> Result<Blanked> {
    w.tx.inbox_body_set(row, &left.bytes)?;
    let first = w.tx.inbox(row.space, row.first.0, row.first.1)?;
    let admitted = first.is_some_and(|first| first.verdict == Verdict::Applied);
    Ok(Blanked::of(row.name(), row.device, admitted, left))
}

/// The journal's word on an erasure: which bodies, and what of the record if that is to be said; then the record is folded
/// anew.
pub(crate) fn note(
    w: &Writing<'_>,
    (space, record): (SpaceId, RecordId),
    erasure: &Erasure,
    say: bool,
    bodies: &[Blanked],
) -> Result<()> {
    let mut said = say.then_some(erasure);
    let mut parts = bodies.chunks(limits::ERASED_BODIES_MAX);
    let mut next = parts.next();
    while next.is_some() || said.is_some() {
        let pos = w.pos_next(space)?;
        let bodies = next.take().unwrap_or_default().to_vec();
        for body in &bodies {
            known(w, (space, record), pos, erasure, body)?;
        }
        let entry = ErasedEntry { pos, record, erasure: said.take().cloned(), bodies };
        let entry = journal_codec::erased_bytes(&entry);
        let (kind, dot) = (EntryKind::Erase, (ReplicaId::default(), 0));
        let row = Appended { pos, record: Some(record), kind, dot, entry, body: Hash::default() };
        admit::append(w, space, row)?;
        next = parts.next();
    }
    fold_anew(w, space, record)
}

/// Notes what is left of a body under its name.
pub(crate) fn known(
    w: &Writing<'_>,
    (space, record): (SpaceId, RecordId),
    pos: u64,
    erasure: &Erasure,
    body: &Blanked,
) -> Result<()> {
    let (erasure, Blanked { name, device, admitted, places, rest }) = (erasure.clone(), body.clone());
    w.tx.erasure_put(&ErasureRow { space, name, record, device, pos, admitted, places, rest, erasure })
}

/// Whether a record does not say yet that this was erased of it.
pub(crate) fn is_unsaid(state: &State, erasure: &Erasure) -> bool {
    let mut fields = erasure.fields.iter().map(String::as_str).chain(erasure.is_whole().then_some(""));
    fields.any(|field| state.erased(field).is_none_or(|said| said.at < erasure.at))
}

/// Folds a record from its journal, and writes all that follows from it.
fn fold_anew(w: &Writing<'_>, space: SpaceId, record: RecordId) -> Result<()> {
    let Some(before) = w.tx.state(space, record)? else { return Ok(()) };
    let state = fold::fold(record, &history::entries(&w.reading(), space, record)?);
    admit::keep(w, space, &state, (Some(&before), None), AccountId::default())
}

/// Whether an entry of the journal says that this is what an erasure left of the body that was admitted.
pub(crate) fn is_told(r: &Reading<'_>, row: &JournalRow, admitted: Hash, rest: Hash) -> Result<bool> {
    let name = gridwalk_model::name::Name { replica: row.replica, seq: row.seq, mark: admitted.mark() };
    let Some(known) = r.tx.erasure_of(row.space, name)?.filter(|known| known.rest == rest && known.pos > 0) else {
        return Ok(false);
    };
    let entry = r.tx.journal_after(row.space, known.pos - 1, 1)?.pop();
    let entry = entry.filter(|entry| entry.pos == known.pos && entry.kind == EntryKind::Erase);
    let said = entry.and_then(|entry| journal_codec::read_erased(&entry.entry).ok());
    Ok(said.is_some_and(|said| said.bodies.iter().any(|body| body.name == name && body.rest == rest)))
}
