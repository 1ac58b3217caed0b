//! Confirmed states, as last pulled.
//!
//! Owns the rows of `record`, and when they go. Refuses to fold own changes. Invariant: a state is read only if its
//! checksum agrees; a row on which something typed is undecided is never forgotten.

use crate::column::{id, int, uint};
use crate::error::StoreError;
use crate::packed::{self, Vocabularies};
use crate::planted::Planted;
use crate::row::Ready;
use crate::store::{Arrived, Made, Work};
use crate::{departed, erased, own, person, told, undo};
use gridwalk_model::exchange::{Epoch, Key, digest_share};
use gridwalk_model::hash::Hash;
use gridwalk_model::op::ATTACHED;
use gridwalk_model::picture::hash_of;
use gridwalk_model::state_codec::{FOLD_VERSION, read_state, state_bytes};
use gridwalk_model::{AccountId, RecordId, SpaceId, State, TimelineId};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A confirmed state with where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Confirmed {
    pub space: SpaceId,
    pub state: State,
    pub timeline: TimelineId,
    pub leaving: bool,
}

/// Checksum of a state's bytes.
pub(crate) fn sum(bytes: &[u8]) -> [u8; 32] {
    *blake3::hash(bytes).as_bytes()
}

/// A row as it stands.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "taken apart by whoever asked for it; none is kept")]
pub(crate) enum Held {
    /// None.
    Nothing,
    /// Its bytes are not what was stored: it counts as one that is not here yet, and is told anew.
    Damaged { leaving: bool },
    /// As it was stored.
    Sound(Confirmed),
}

/// Reads a state whose checksum agrees.
fn verified(db: &Connection, row: &Row<'_>) -> Result<State, StoreError> {
    // A column of another type than the one stored is damage like any other.
    let column = |name: &str| row.get::<_, Vec<u8>>(name).map_err(|_| StoreError::Damaged);
    let (bytes, stored) = (packed::unpack(db, column("state")?)?, column("sum")?);
    if sum(&bytes)[..] != stored[..] {
        return Err(StoreError::Damaged);
    }
    read_state(&bytes).map_err(|_| StoreError::Damaged)
}

/// The confirmed state of a record; a damaged one is none.
pub(crate) fn confirmed(db: &Connection, record: RecordId) -> Result<Option<Confirmed>, StoreError> {
    Ok(if let Held::Sound(confirmed) = held(db, record)? { Some(confirmed) } else { None })
}

/// The row of a record.
pub(crate) fn held(db: &Connection, record: RecordId) -> Result<Held, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT space, state, sum, timeline, leaving FROM record WHERE record = ?1")?;
    let mut rows = statement.query(params![record.0])?;
    let Some(row) = rows.next()? else { return Ok(Held::Nothing) };
    let (space, timeline) = (id(row, "space", SpaceId)?, id(row, "timeline", TimelineId)?);
    let leaving = row.get("leaving")?;
    Ok(match verified(db, row) {
        Ok(state) if state.record == record => Held::Sound(Confirmed { space, state, timeline, leaving }),
        Ok(_) | Err(StoreError::Damaged) => Held::Damaged { leaving },
        Err(other) => return Err(other),
    })
}

/// Whether the record left the scope and waits.
pub(crate) fn is_leaving(db: &Connection, record: RecordId) -> Result<bool, StoreError> {
    let mut statement = db.prepare_cached("SELECT leaving FROM record WHERE record = ?1")?;
    Ok(statement.query_row(params![record.0], |r| r.get(0)).optional()?.unwrap_or(false))
}

/// Timeline and pos of the row held, if any.
fn held_pos(db: &Connection, record: RecordId) -> Result<Option<(TimelineId, u64)>, StoreError> {
    let mut statement = db.prepare_cached("SELECT timeline, pos FROM record WHERE record = ?1")?;
    let found =
        statement.query_row(params![record.0], |r| Ok((id(r, "timeline", TimelineId)?, uint(r, "pos")?))).optional()?;
    Ok(found)
}

/// Whether an applied own change may leave the outbox: the row held contains it, or no row is held; a leaving row
/// keeps it until it is forgotten.
pub(crate) fn may_file(
    work: &Work<'_>,
    record: RecordId,
    timeline: TimelineId,
    applied: u64,
) -> Result<bool, StoreError> {
    Ok(match held_pos(&work.tx, record)? {
        None => true,
        Some((at, pos)) => at == timeline && pos >= applied && !is_leaving(&work.tx, record)?,
    })
}

/// The bytes of a state as they will stand in the file.
enum Packed {
    /// Packed.
    Done(Vec<u8>),
    /// Not yet: the file has no vocabulary with all these names so far.
    Names(BTreeSet<String>),
}

/// A state that a page brings, with what could be made of it before the transaction.
pub(crate) struct ReadyState {
    record: RecordId,
    kind: String,
    pos: u64,
    sum: [u8; 32],
    share: u128,
    masked: bool,
    /// Where the newest erasure stands, with what is still attached; 0 and nothing where nothing was erased.
    erased: (u64, BTreeSet<Hash>),
    people: Vec<AccountId>,
    packed: Packed,
    of: Made,
}

impl ReadyState {
    /// Reads a record's state and makes of it what can be made without the database; with `row`, also its row.
    pub fn of(record: RecordId, bytes: &[u8], vocabularies: &Vocabularies, row: bool) -> Result<Self, StoreError> {
        let state = read_state(bytes).map_err(|_| StoreError::Damaged)?;
        if state.record != record {
            return Err(StoreError::Damaged);
        }
        let packed = match packed::pack_ahead(vocabularies, &state, bytes) {
            Some(packed) => Packed::Done(packed),
            None => Packed::Names(state.fields.keys().cloned().collect()),
        };
        let (kind, pos) = (state.kind().to_owned(), state.pos);
        let (share, masked) = (digest_share(record, pos, FOLD_VERSION), !state.masked.is_empty());
        let erased = (state.erased_pos(), attached_after(&state));
        let people = state.people();
        let ready = if row { Ready::of(&state) } else { None };
        let of = ready.map_or_else(|| Made::State(Box::new(state)), |row| Made::Row(Box::new(row)));
        Ok(Self { record, kind, pos, sum: sum(bytes), share, masked, erased, people, packed, of })
    }
}

/// What is attached to a state of which something was erased; nothing need be known of others.
fn attached_after(state: &State) -> BTreeSet<Hash> {
    if state.erased_pos() == 0 {
        return BTreeSet::new();
    }
    let attached = state.sets.get(ATTACHED).into_iter().flat_map(|set| &set.adds);
    attached.filter_map(|add| hash_of(&add.element)).collect()
}

/// What a planted bug makes of a state: one of the heads is lost where there are several.
fn heads_dropped(ready: ReadyState, bytes: &[u8]) -> Result<(ReadyState, Vec<u8>), StoreError> {
    let mut state = read_state(bytes).map_err(|_| StoreError::Damaged)?;
    for register in state.fields.values_mut().filter(|r| r.heads.len() > 1) {
        register.heads.remove(0);
    }
    let bytes = state_bytes(&state);
    let packed = Packed::Names(state.fields.keys().cloned().collect());
    Ok((ReadyState { sum: sum(&bytes), packed, of: Made::State(Box::new(state)), ..ready }, bytes))
}

/// Where and how a page brings a state.
pub(crate) struct Arriving<'a> {
    pub space: SpaceId,
    pub timeline: TimelineId,
    pub epoch: Epoch,
    pub bytes: &'a [u8],
    pub held_by: &'a [Key],
    /// It was asked for because the row held differs or is damaged: it counts whatever stands here.
    pub anew: bool,
}

/// Stores a state; one that is older than the row held, on the same timeline, only renews the row's marks.
pub(crate) fn put(work: &mut Work<'_>, mut ready: ReadyState, new: &Arriving<'_>) -> Result<(), StoreError> {
    let mut bytes = Cow::Borrowed(new.bytes);
    if work.planted(Planted::HeadsDropped) {
        let (less, fewer) = heads_dropped(ready, &bytes)?;
        (ready, bytes) = (less, fewer.into());
    }
    let ReadyState { record, kind, pos, sum, share, masked, erased: (erased_pos, attached), people, packed, of } =
        ready;
    let held: Vec<u8> = new.held_by.iter().flat_map(|k| k.0).collect();
    let keys = u128::try_from(new.held_by.len()).unwrap_or(0);
    work.touched.insert(record);
    let stored = match packed {
        Packed::Done(packed) => packed,
        Packed::Names(names) => packed::pack(work, &kind, &names, &bytes)?,
    };
    let row = params![
        record.0,
        new.space.0,
        kind,
        stored,
        sum,
        int(pos),
        new.timeline.0,
        held,
        share.wrapping_mul(keys).to_le_bytes(),
        new.epoch.timeline.0,
        int(new.epoch.n)
    ];
    // Nearly every row of a first sync is new: nothing is asked about it before.
    let is_new = work.tx.prepare_cached(include_str!("record/insert.sql"))?.execute(row)? > 0;
    if let Some((timeline, before)) = if is_new { None } else { held_pos(&work.tx, record)? } {
        if timeline == new.timeline && before > pos && !new.anew {
            let share = digest_share(record, before, FOLD_VERSION).wrapping_mul(keys).to_le_bytes();
            let renew = params![record.0, held, share, new.epoch.timeline.0, int(new.epoch.n)];
            work.tx.prepare_cached(include_str!("record/renew.sql"))?.execute(renew)?;
            return Ok(());
        }
        if timeline == new.timeline && before == pos && !new.anew {
            told::heard_again(work, new.space, &kind)?;
        }
        work.tx.prepare_cached(include_str!("record/put.sql"))?.execute(row)?;
        if masked {
            undo::forget_masked(work, record)?;
        }
        if erased_pos > 0 && (timeline != new.timeline || before < erased_pos) {
            erased::forget(work, new.space, record)?;
        }
    }
    if erased_pos > 0 && !work.planted(Planted::ErasedKept) {
        erased::pictures(work, record, &attached)?;
    }
    person::met(work, record, &people)?;
    work.arrived.insert(record, Arrived { space: new.space, of });
    Ok(())
}

/// The record left the scope: it is forgotten, or hidden until what is typed on it is settled.
pub(crate) fn leave(work: &mut Work<'_>, record: RecordId) -> Result<(), StoreError> {
    if work.planted(Planted::DraftDeletedOnLeave) {
        work.tx.execute("DELETE FROM draft WHERE record = ?1", params![record.0])?;
    }
    if held_pos(&work.tx, record)?.is_none() {
        return Ok(());
    }
    if !own::is_pending(work, record)? {
        return forget(work, record);
    }
    if !work.planted(Planted::LeftSkippedWhenPending) {
        work.tx.prepare_cached("UPDATE record SET leaving = 1 WHERE record = ?1")?.execute(params![record.0])?;
        work.arrived.remove(&record);
        work.touched.insert(record);
    }
    Ok(())
}

/// Forgets a leaving record once nothing typed on it is undecided.
pub(crate) fn settle(work: &mut Work<'_>, record: RecordId) -> Result<(), StoreError> {
    if is_leaving(&work.tx, record)? && !own::is_pending(work, record)? {
        forget(work, record)?;
    }
    Ok(())
}

/// Forgets what leaves a space and waits for nothing any more: what it waited for may have gone without a verdict, as
/// when a damaged database lost it. Where nothing leaves, no row is read.
pub(crate) fn settle_space(work: &mut Work<'_>, space: SpaceId) -> Result<(), StoreError> {
    let leaving: Vec<RecordId> = {
        let mut statement = work.tx.prepare_cached(include_str!("record/leaving.sql"))?;
        let rows = statement.query_map(params![space.0], |r| r.get(0).map(RecordId))?;
        rows.collect::<Result<_, _>>()?
    };
    leaving.into_iter().try_for_each(|record| settle(work, record))
}

fn forget(work: &mut Work<'_>, record: RecordId) -> Result<(), StoreError> {
    departed::note(work, record)?;
    undo::forget(work, record)?;
    let count = "UPDATE space SET forgotten = forgotten + 1 WHERE space = (SELECT space FROM record WHERE record = ?1)";
    work.tx.prepare_cached(count)?.execute(params![record.0])?;
    work.tx.prepare_cached("DELETE FROM record WHERE record = ?1")?.execute(params![record.0])?;
    own::file_applied(work, record)?;
    work.arrived.remove(&record);
    work.touched.insert(record);
    Ok(())
}

/// After a finished backfill: whatever is not marked with its epoch is out of scope.
pub(crate) fn sweep(work: &mut Work<'_>, space: SpaceId, epoch: Epoch) -> Result<(), StoreError> {
    let unmarked: Vec<RecordId> = {
        let mut statement = work.tx.prepare_cached(include_str!("record/unmarked.sql"))?;
        let rows = statement.query_map(params![space.0, epoch.timeline.0, int(epoch.n)], |r| r.get(0).map(RecordId))?;
        rows.collect::<Result<_, _>>()?
    };
    unmarked.into_iter().try_for_each(|record| leave(work, record))
}

/// The sum over the rows held: what the page's digest must equal.
pub(crate) fn digest(work: &mut Work<'_>, space: SpaceId) -> Result<u128, StoreError> {
    let mut statement = work.tx.prepare_cached("SELECT share FROM record WHERE space = ?1 AND leaving = 0")?;
    let mut rows = statement.query(params![space.0])?;
    let mut total = 0_u128;
    while let Some(row) = rows.next()? {
        total = total.wrapping_add(u128::from_le_bytes(row.get(0)?));
        work.counted.rows += 1;
    }
    Ok(total)
}
