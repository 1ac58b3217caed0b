//! Own changes: the outbox and what was sent, in one table with two lanes.
//!
//! Owns their rows. Refuses to know what they fold to. Invariant: a body leaves this table only when the server says
//! that it is safe, or with the purge of a revoked phone.

use crate::column::{id, int, maybe_id, maybe_uint, uint};
use crate::error::StoreError;
use crate::store::{Store, Work};
use crate::undo::{self, Beside};
use crate::{picture, record};
use gridwalk_model::admission::Branch;
use gridwalk_model::hash::Hash;
use gridwalk_model::wish::OwnChange;
use gridwalk_model::{Name, RecordId, ReplicaId, SealedChange, SpaceId, TimelineId, Timestamp};
use rusqlite::{Connection, Row, named_params, params};
use std::collections::BTreeMap;

/// Which of the two lanes an own change stands in.
pub(crate) const OUTBOX: i64 = 0;
pub(crate) const SENT: i64 = 1;

/// An own change with where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Own {
    pub save: u64,
    pub space: SpaceId,
    pub record: RecordId,
    pub replica: ReplicaId,
    pub seq: u64,
    pub hash: Hash,
    pub change: SealedChange,
    pub lane: i64,
    pub stub: bool,
    /// Whether it left for the server, whose verdict is not known.
    pub offered: bool,
    pub verdict: Option<String>,
    /// Where it was applied last, also after that verdict was taken back by a new timeline.
    pub held: Option<(TimelineId, u64)>,
}

/// What a transaction saved, by its save: rows made of it need not decode it once more.
pub(crate) type JustSaved = BTreeMap<u64, SealedChange>;

impl Own {
    fn from_row(row: &Row<'_>, saved: &JustSaved) -> rusqlite::Result<Self> {
        let (save, hash) = (uint(row, "save")?, id(row, "hash", Hash)?);
        let change = match saved.get(&save).filter(|saved| saved.hash == hash) {
            Some(saved) => saved.clone(),
            None => SealedChange::kept(&row.get::<_, Vec<u8>>("body")?, hash)
                .map_err(|e| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, Box::new(e)))?,
        };
        let held_pos = maybe_uint(row, "held_pos")?;
        Ok(Self {
            save,
            space: id(row, "space", SpaceId)?,
            record: id(row, "record", RecordId)?,
            replica: id(row, "replica", ReplicaId)?,
            seq: uint(row, "seq")?,
            hash,
            change,
            lane: row.get("lane")?,
            stub: row.get("stub")?,
            offered: row.get("offered")?,
            verdict: row.get("verdict")?,
            held: maybe_id(row, "held_timeline", TimelineId)?.zip(held_pos),
        })
    }

    /// How it stands in the outbox.
    pub fn status(&self) -> OutboxStatus {
        match self.verdict.as_deref() {
            _ if self.stub => OutboxStatus::NeedsAttention,
            Some("applied") => OutboxStatus::Applied,
            Some(_) => OutboxStatus::Waits,
            None if self.offered => OutboxStatus::Sent,
            None => OutboxStatus::Saved,
        }
    }

    /// Whether the server said no to it.
    pub fn is_refused(&self) -> bool {
        self.stub || matches!(self.verdict.as_deref(), Some("refused" | "declined"))
    }

    /// Whether a state of this timeline and pos contains it, as far as verdicts tell.
    pub fn is_contained(&self, timeline: TimelineId, pos: u64, branches: &[Branch]) -> bool {
        self.held.is_some_and(|(at, applied)| contains(timeline, pos, at, applied, branches))
    }
}

/// Whether a state at (`timeline`, `pos`) contains what was applied at (`at`, `applied`): a pos counts on another
/// timeline only below every branch point between the two.
fn contains(timeline: TimelineId, pos: u64, at: TimelineId, applied: u64, branches: &[Branch]) -> bool {
    if timeline == at {
        return pos >= applied;
    }
    let place = |id: TimelineId| branches.iter().position(|b| b.id == id);
    let (Some(a), Some(b)) = (place(timeline), place(at)) else { return false };
    let (early, late) = (a.min(b), a.max(b));
    let shared = branches[early + 1..=late].iter().map(|b| b.from).min().unwrap_or(0);
    applied <= shared && pos >= applied
}

fn list(db: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Own>, StoreError> {
    list_beside(db, sql, params, &JustSaved::new())
}

fn list_beside(
    db: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    saved: &JustSaved,
) -> Result<Vec<Own>, StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params, |row| Own::from_row(row, saved))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// All own changes on a record, in order of saving.
pub(crate) fn of_record(db: &Connection, record: RecordId) -> Result<Vec<Own>, StoreError> {
    list(db, "SELECT * FROM own_change WHERE record = ?1 ORDER BY save", params![record.0])
}

/// Those of a record that its view folds: in the outbox, and no stub.
pub(crate) fn foldable(db: &Connection, record: RecordId, saved: &JustSaved) -> Result<Vec<Own>, StoreError> {
    list_beside(db, include_str!("own/foldable.sql"), params![record.0], saved)
}

/// All of a record that nobody refused: what its author's view is made of where no confirmed state can be read.
pub(crate) fn not_refused(db: &Connection, record: RecordId) -> Result<Vec<Own>, StoreError> {
    let own = of_record(db, record)?;
    Ok(own.into_iter().filter(|o| !o.is_refused()).collect())
}

/// What of a space's outbox has no verdict, in order of saving; at most so many.
pub(crate) fn undecided(db: &Connection, space: SpaceId, most: usize) -> Result<Vec<Own>, StoreError> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    list(db, include_str!("own/undecided.sql"), params![space.0, most])
}

/// Names of a space's outbox: what waits for its state first, then what has no verdict, then what waits for a
/// supervisor; at most so many.
pub(crate) fn names_to_ask(db: &Connection, space: SpaceId, most: usize) -> Result<Vec<Name>, StoreError> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    names(db, include_str!("own/names_to_ask.sql"), params![space.0, most])
}

/// Names that this replica gave, up to a seq, to changes that have no verdict.
pub(crate) fn undecided_names(
    db: &Connection,
    space: SpaceId,
    replica: ReplicaId,
    upto: u64,
) -> Result<Vec<Name>, StoreError> {
    names(db, include_str!("own/undecided_names.sql"), params![space.0, replica.0, int(upto)])
}

fn names(db: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Name>, StoreError> {
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params, |r| {
        let mark = id(r, "hash", Hash)?.mark();
        Ok(Name { replica: id(r, "replica", ReplicaId)?, seq: uint(r, "seq")?, mark })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Everything that is left, in order of saving.
pub(crate) fn all(db: &Connection) -> Result<Vec<Own>, StoreError> {
    list(db, "SELECT * FROM own_change ORDER BY save", [])
}

/// The own change with this save.
pub(crate) fn by_save(db: &Connection, save: u64) -> Result<Option<Own>, StoreError> {
    Ok(list(db, "SELECT * FROM own_change WHERE save = ?1", params![int(save)])?.pop())
}

/// The own change with this dot.
pub(crate) fn by_dot(db: &Connection, space: SpaceId, dot: (ReplicaId, u64)) -> Result<Option<Own>, StoreError> {
    let sql = "SELECT * FROM own_change WHERE space = ?1 AND replica = ?2 AND seq = ?3 ORDER BY save";
    Ok(list(db, sql, params![space.0, dot.0.0, int(dot.1)])?.pop())
}

/// As the model's rules take them.
pub(crate) fn as_model(own: &[Own]) -> Vec<OwnChange> {
    own.iter().map(|o| OwnChange { save: o.save, change: o.change.clone() }).collect()
}

/// Puts a new change into the outbox, with what undoing it takes beside it.
pub(crate) fn append(
    work: &mut Work<'_>,
    save: u64,
    change: &SealedChange,
    beside: Option<&Beside<'_>>,
) -> Result<(), StoreError> {
    let c = &change.change;
    work.tx.prepare_cached(include_str!("own/append.sql"))?.execute(named_params! {
        ":save": int(save),
        ":space": c.space.0,
        ":record": c.record.0,
        ":replica": c.replica.0,
        ":seq": int(c.seq),
        ":hash": change.hash.0,
        ":body": &*change.bytes,
        ":command": beside.map(|b| int(b.command.unwrap_or(save))),
        ":command_name": beside.map(|b| b.about.name),
        ":remedy": beside.map(|b| b.about.remedy),
        ":former": beside.map(|b| b.former.to_bytes()),
        ":undoes": beside.and_then(|b| b.about.undoes).map(int),
    })?;
    work.touched.insert(c.record);
    Ok(())
}

/// Whether something typed on the record is undecided: a draft, or an own change without verdict.
pub(crate) fn is_pending(work: &Work<'_>, record: RecordId) -> Result<bool, StoreError> {
    let mut statement = work.tx.prepare_cached(include_str!("own/is_pending.sql"))?;
    Ok(statement.query_row(params![record.0], |r| r.get(0))?)
}

/// The record is forgotten: what of it was applied counts as sent from now on.
pub(crate) fn file_applied(work: &mut Work<'_>, record: RecordId) -> Result<(), StoreError> {
    let sql = "UPDATE own_change SET lane = 1 WHERE record = ?1 AND lane = 0 AND verdict = 'applied'";
    work.tx.prepare_cached(sql)?.execute(params![record.0])?;
    Ok(())
}

/// Another timeline began: all of `sent` goes back to the outbox, and no verdict stands.
pub(crate) fn give_back(work: &mut Work<'_>, space: SpaceId) -> Result<(), StoreError> {
    let records: Vec<RecordId> = {
        let mut statement = work.tx.prepare("SELECT DISTINCT record FROM own_change WHERE space = ?1")?;
        let rows = statement.query_map(params![space.0], |r| r.get(0).map(RecordId))?;
        rows.collect::<Result<_, _>>()?
    };
    work.tx
        .execute("UPDATE own_change SET lane = 0, verdict = NULL, offered = 0 WHERE space = ?1", params![space.0])?;
    work.touched.extend(records);
    picture::give_back(work, space)
}

/// Drops from `sent` what the server says is safe, except where an open draft or an older change that is still
/// under way builds on it. Where no row is held, own changes of a record go together: only they know what the screen
/// does not show.
pub(crate) fn drop_safe(work: &mut Work<'_>, space: SpaceId, safe_pos: u64) -> Result<usize, StoreError> {
    undo::drop_own(work, include_str!("own/drop_safe.sql"), params![space.0, int(safe_pos)])
}

/// How an own change stands, as people read it every day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutboxStatus {
    /// On this phone, and not known to have left it.
    Saved,
    /// It left for the server, whose verdict is not known.
    Sent,
    /// Applied by the server, its record not pulled yet.
    Applied,
    /// Waits for a supervisor.
    Waits,
    /// Only its number is still offered; it stands under needs attention.
    NeedsAttention,
}

impl OutboxStatus {
    /// Stable code, a key of the words.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Sent => "sent",
            Self::Applied => "applied",
            Self::Waits => "waits",
            Self::NeedsAttention => "needs_attention",
        }
    }
}

/// One line of the outbox.
#[derive(Debug, Clone)]
pub struct OutboxItem {
    /// How-manieth save of this phone.
    pub save: u64,
    /// The space.
    pub space: SpaceId,
    /// The record.
    pub record: RecordId,
    /// How it stands.
    pub status: OutboxStatus,
    /// Whether its record left the scope and waits for this change to be settled.
    pub leaving: bool,
    /// When it was typed.
    pub typed_at: Timestamp,
    /// The change.
    pub change: SealedChange,
}

impl Store {
    /// The outbox of all spaces, in order of saving.
    pub fn outbox(&self) -> Result<Vec<OutboxItem>, StoreError> {
        self.read(|db| {
            let own =
                list(db, "SELECT * FROM own_change INDEXED BY own_change_outbox WHERE lane = 0 ORDER BY save", [])?;
            own.into_iter()
                .map(|o| {
                    Ok(OutboxItem {
                        save: o.save,
                        space: o.space,
                        record: o.record,
                        status: o.status(),
                        leaving: record::is_leaving(db, o.record)?,
                        typed_at: o.change.change.typed_at,
                        change: o.change,
                    })
                })
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pos_counts_on_another_timeline_only_below_the_branch_point() {
        let (a, b, c) = (TimelineId([1; 16]), TimelineId([2; 16]), TimelineId([3; 16]));
        let branches = [Branch { id: a, from: 0 }, Branch { id: b, from: 10 }, Branch { id: c, from: 7 }];
        assert!(contains(a, 9, a, 9, &branches) && !contains(a, 8, a, 9, &branches));
        assert!(contains(b, 12, a, 10, &branches), "applied before the restore, and restored");
        assert!(!contains(b, 12, a, 11, &branches), "applied, and lost by the restore");
        assert!(!contains(c, 12, a, 9, &branches), "lost by the second restore");
        assert!(contains(a, 9, c, 5, &branches), "an old state of what a later verdict says was there all along");
        assert!(!contains(TimelineId([9; 16]), 12, a, 5, &branches), "a timeline that was never heard of");
    }
}
