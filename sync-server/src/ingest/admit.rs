//! Admission: one change into the journal, the state and the audience.
//!
//! Owns the order in which these are written, and the chain. Refuses to judge. Invariant: a body stands in the journal
//! at most once; the state written is the fold of the journal, byte for byte.

use crate::audience;
use crate::error::{Result, ServerError};
use crate::ingest::heads_dropped;
use crate::journal_codec;
use crate::mover;
use crate::planted::Planted;
use crate::print;
use crate::store::row::EntryKind;
use crate::store::{InboxRow, JournalRow, StateRow, Tx};
use crate::tree;
use crate::writing::Writing;
use gridwalk_model::admission::{self, Circumstances, Known};
use gridwalk_model::change::{Change, SealedChange};
use gridwalk_model::exchange::Verdict;
use gridwalk_model::fold;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, RecordId, ReplicaId, SpaceId};
use gridwalk_model::journal::Entry;
use gridwalk_model::kind::{Kind, workflow_of};
use gridwalk_model::name::Name;
use gridwalk_model::state::State;
use gridwalk_model::state_codec::{read_state, state_bytes};
use gridwalk_model::time::Timestamp;
use std::sync::Arc;

/// A row for the journal's end.
pub struct Appended {
    /// Its place.
    pub pos: u64,
    /// The record, if it is about one.
    pub record: Option<RecordId>,
    /// What it is.
    pub kind: EntryKind,
    /// The dot that it is about.
    pub dot: (ReplicaId, u64),
    /// Its bytes.
    pub entry: Vec<u8>,
    /// Hash of the body it admits; zero without one.
    pub body: Hash,
}

/// Appends to the journal and its chain.
pub fn append(w: &Writing<'_>, space: SpaceId, row: Appended) -> Result<()> {
    let chain = w.chain_on(space, |before| journal_codec::chain(before, row.body, &row.entry))?;
    w.tx.journal_add(&JournalRow {
        space,
        pos: row.pos,
        record: row.record,
        kind: row.kind,
        replica: row.dot.0,
        seq: row.dot.1,
        received_at: w.now,
        entry: row.entry,
        chain,
    })
}

/// What is known of a name.
fn look_up(tx: &dyn Tx, space: SpaceId, name: Name) -> Result<Option<Known>> {
    let Some(first) = tx.first_of(space, name)? else { return look_elsewhere(tx, space, name) };
    let Some(row) = tx.inbox(space, first.0, first.1)? else { return Ok(None) };
    if let (Verdict::Applied, Some(effective)) = (&row.verdict, row.effective) {
        return Ok(Some(Known::Admitted(effective)));
    }
    Ok(Some(Known::Waiting(body(&row))))
}

fn body(row: &InboxRow) -> Option<Arc<Change>> {
    let sealed = row.body.as_deref().and_then(|b| SealedChange::kept(b, row.hash).ok());
    sealed.map(|sealed| sealed.change)
}

/// A change of another space, of a record that moved: it may be carried here yet.
fn look_elsewhere(tx: &dyn Tx, space: SpaceId, name: Name) -> Result<Option<Known>> {
    for other in tx.spaces()?.into_iter().filter(|s| s.id != space && !s.reference) {
        let Some(first) = tx.first_of(other.id, name)? else { continue };
        let Some(row) = tx.inbox(other.id, first.0, first.1)? else { continue };
        return Ok(Some(Known::Waiting(body(&row))));
    }
    Ok(None)
}

/// A record's state with its row; blank if there is none.
pub fn load(w: &Writing<'_>, space: SpaceId, record: RecordId) -> Result<(State, Option<StateRow>)> {
    let row = w.tx.state(space, record)?;
    Ok((read_or_blank(row.as_ref(), record)?, row))
}

fn read_or_blank(row: Option<&StateRow>, record: RecordId) -> Result<State> {
    let state = row.map(|r| read_state(&r.bytes)).transpose()?;
    Ok(state.unwrap_or_else(|| State::new(record)))
}

/// Admits a change whose first delivery stands in the inbox; the pos it took.
pub fn admit(w: &Writing<'_>, row: &InboxRow, sealed: &SealedChange, approved_by: Option<AccountId>) -> Result<u64> {
    let before = w.tx.state(row.space, sealed.change.record)?;
    let names = w.tx.names_of(row.space, row.first)?;
    let (pos, effective) = enter(w, row, sealed, Entering { before, names, approved_by })?;
    w.tx.verdict_set(row.space, row.first, &Verdict::Applied, pos, Some(effective))?;
    Ok(pos)
}

/// What is known of a change that enters the journal.
pub struct Entering {
    /// The record's state before it.
    pub before: Option<StateRow>,
    /// All names of its body, in order.
    pub names: Vec<Name>,
    /// Who approved it, if it had been quarantined.
    pub approved_by: Option<AccountId>,
}

/// Writes all that an admitted change makes but its row in the inbox, `row`; its pos and its effective time.
pub fn enter(w: &Writing<'_>, row: &InboxRow, sealed: &SealedChange, entering: Entering) -> Result<(u64, Timestamp)> {
    let (space, change) = (row.space, &sealed.change);
    let Entering { before, names, approved_by } = entering;
    let mut state = read_or_blank(before.as_ref(), change.record)?;
    let pos = w.pos_next(space)?;
    let at = Circumstances {
        pos,
        received_at: w.now,
        first_received_at: row.received_at,
        workflow: workflow_of(&change.kind),
        branches: &w.reading().branches(space)?,
        approved_by,
    };
    let mut stamps = admission::admit(&state, change, &at, |name| look_up(w.tx, space, name))?;
    if approved_by.is_some() && w.running.planted(Planted::NoEarly) {
        stamps.early.clear();
        stamps.also_seen.clear();
        stamps.also_seen_in.clear();
    }
    // The name under which it was received, also where something of the body was erased since.
    let (id, effective) = (row.name(), stamps.effective);
    let entry = journal_codec::change_bytes(&stamps, &names, id, sealed.hash);
    let record = Some(change.record);
    append(w, space, Appended { pos, record, kind: EntryKind::Change, dot: row.first, entry, body: sealed.hash })?;
    fold::apply(&mut state, &Entry::Change { stamps, change: sealed.clone(), names, id });
    if heads_dropped(w) {
        drop_heads(&mut state);
    }
    keep(w, space, &state, (before.as_ref(), Some(change)), change.author)?;
    Ok((pos, effective))
}

/// Writes a state that has just been folded, and all that follows from it; with the one before, and the change between
/// them where it is one.
pub fn keep(
    w: &Writing<'_>,
    space: SpaceId,
    state: &State,
    (before, change): (Option<&StateRow>, Option<&Change>),
    author: AccountId,
) -> Result<()> {
    let author = before.map_or(author, |b| b.author);
    let (record, kind) = (state.record, state.kind().to_owned());
    let bytes = state_bytes(state).into();
    w.tx.state_put(&StateRow { space, record, kind, pos: state.pos, author, bytes })?;
    mover::note(w, space, state)?;
    print::refresh(w, space, state, (before, change))?;
    let pos_before = before.map(|b| b.pos);
    let late = w.running.planted(Planted::GlobalSequence) && state.kind() != Kind::Unit.name();
    if late && w.running.put_off(space, record, pos_before) {
        return Ok(());
    }
    if state.kind() != Kind::Unit.name() || !w.is_reference(space)? {
        return audience::refresh(w, space, state, author, pos_before);
    }
    // A unit's own place comes first: its keys are those of the units above it.
    let moved = tree::derive(w, space, state)?;
    audience::refresh(w, space, state, author, pos_before)?;
    moved.map_or(Ok(()), |above_before| tree::recut(w, record.unit(), &above_before))
}

/// A body that is known came under other names: those that are new are journalled as aliases, once it is admitted.
pub fn alias(w: &Writing<'_>, space: SpaceId, first: (ReplicaId, u64), names: &[Name]) -> Result<()> {
    let row = w.tx.inbox(space, first.0, first.1)?.ok_or(ServerError::NotFound("first delivery"))?;
    for name in names {
        if w.tx.first_of(space, *name)?.is_some() {
            continue;
        }
        w.tx.name_put(space, *name, first)?;
        let (Verdict::Applied, Some(record)) = (&row.verdict, row.record) else { continue };
        let pos = w.pos_next(space)?;
        let (alias, of) = (*name, row.name());
        let entry = journal_codec::alias_bytes(pos, alias, of);
        let (record, dot, body) = (Some(record), (alias.replica, alias.seq), Hash::default());
        append(w, space, Appended { pos, record, kind: EntryKind::Alias, dot, entry, body })?;
        let Some(record) = record else { continue };
        let (mut state, before) = load(w, space, record)?;
        fold::apply(&mut state, &Entry::Alias { pos, alias, of });
        keep(w, space, &state, (before.as_ref(), None), AccountId::default())?;
    }
    Ok(())
}

/// Writes audiences that a planted bug put off.
pub fn flush_late(w: &Writing<'_>) -> Result<()> {
    for (space, record, pos_before) in w.running.take_put_off() {
        audience::refresh_late(w, space, record, pos_before)?;
    }
    Ok(())
}

/// What the planted bug `heads_dropped` does: of several heads the newest stays.
fn drop_heads(state: &mut State) {
    for register in state.fields.values_mut().filter(|r| r.heads.len() > 1) {
        register.heads.drain(..register.heads.len() - 1);
    }
}
