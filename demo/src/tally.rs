//! The tally: what really happened, counted from the server's inbox and journal.
//!
//! Owns the counting. Refuses to be told numbers. Invariant: each number can be counted again from the same folder.

use crate::error::Result;
use crate::phone::Phone;
use gridwalk_app::AppError;
use gridwalk_model::exchange::Verdict;
use gridwalk_model::journal::{Entry, Outcome};
use gridwalk_model::kind::policy_of;
use gridwalk_model::view::Policy;
use gridwalk_model::{RecordId, ReplicaId, SpaceId, State, Timestamp, fold};
use gridwalk_server::api::history;
use gridwalk_server::{Reading, Server, ServerError, verify};
use std::collections::BTreeSet;

/// Rows read at a time.
const STEP: usize = 500;

/// What the server received from phones, and what became of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// Changes received from phones.
    pub changes: u64,
    /// Of those, in the journal.
    pub applied: u64,
    /// That waited for a decision, or still do.
    pub quarantined: u64,
    /// Of those, admitted with their original time.
    pub approved: u64,
    /// Of those, given back to their authors.
    pub declined: u64,
    /// That never had the right.
    pub refused: u64,
    /// Applied to a record that had moved on since the author's phone last heard, without anybody being asked.
    pub merged: u64,
    /// Times that a field came to hold values at odds.
    pub disagreements: u64,
    /// Times that such a field came to hold one value again.
    pub decided: u64,
    /// Steps that came too late.
    pub overtaken: u64,
    /// Records of the county, units not counted.
    pub records: u64,
    /// Entries of all journals.
    pub journal: u64,
    /// Whether every journal's chain is whole and every state is the fold of its journal.
    pub journal_whole: bool,
}

/// The fields that people disagree about.
fn at_odds(state: &State) -> u64 {
    let open = |field: &str| policy_of(state.kind(), field) == Policy::Review;
    let registers = state.registers().filter(|(_, field, _)| open(field));
    let differ = |heads: &[gridwalk_model::state::Head]| heads.windows(2).any(|pair| pair[0].value != pair[1].value);
    registers.filter(|(_, _, register)| differ(&register.heads)).count() as u64
}

impl Tally {
    /// Counts a server's folder; `phones` are asked which replicas they had.
    pub fn count(server: &Server, phones: &[Phone]) -> Result<Self> {
        let mut replicas = BTreeSet::new();
        for phone in phones {
            let own = phone.read(|p| Ok::<_, AppError>(p.notebook.store().own_changes()?))?;
            replicas.extend(own.iter().map(|o| o.change.change.replica));
        }
        Ok(server.read(|r| Self::read(r, replicas))?)
    }

    fn read(r: &Reading<'_>, mut replicas: BTreeSet<ReplicaId>) -> std::result::Result<Self, ServerError> {
        let mut tally = Self { journal_whole: true, ..Self::default() };
        let spaces = r.tx.spaces()?;
        for space in &spaces {
            replicas.extend(writers(r, space.id)?);
        }
        let mut phones = BTreeSet::new();
        for replica in replicas {
            if r.tx.replica_device(replica)?.is_some_and(|device| device != r.running.device) {
                phones.insert(replica);
            }
        }
        for space in &spaces {
            tally.inbox(r, space.id, &phones)?;
            let entries = verify::chain(r, space.id)?;
            tally.journal += entries.as_ref().copied().unwrap_or_default();
            tally.journal_whole &= entries.is_ok() && verify::states(r, space.id)?.is_ok();
            tally.states(r, space.id, space.reference, &phones)?;
        }
        Ok(tally)
    }

    fn inbox(
        &mut self,
        r: &Reading<'_>,
        space: SpaceId,
        phones: &BTreeSet<ReplicaId>,
    ) -> std::result::Result<(), ServerError> {
        for replica in phones {
            for seq in 1..=r.tx.upto(space, *replica)? {
                let Some(row) = r.tx.inbox(space, *replica, seq)? else { continue };
                if row.first != (*replica, seq) {
                    continue;
                }
                self.changes += 1;
                match row.verdict {
                    Verdict::Applied => self.applied += 1,
                    Verdict::Refused { .. } => self.refused += 1,
                    Verdict::Quarantined => self.quarantined += 1,
                    Verdict::Declined { .. } => {
                        self.quarantined += 1;
                        self.declined += 1;
                    }
                }
            }
        }
        Ok(())
    }

    fn states(
        &mut self,
        r: &Reading<'_>,
        space: SpaceId,
        reference: bool,
        phones: &BTreeSet<ReplicaId>,
    ) -> std::result::Result<(), ServerError> {
        let mut after = None;
        loop {
            let rows = r.tx.states_after(space, after, STEP)?;
            for row in &rows {
                self.records += u64::from(!reference);
                self.record(row.record, &history::entries(r, space, row.record)?, phones);
            }
            after = rows.last().map(|row| row.record);
            if rows.len() < STEP {
                return Ok(());
            }
        }
    }

    /// Folds a record once more, entry by entry, and looks at what each did.
    fn record(&mut self, record: RecordId, entries: &[Entry], phones: &BTreeSet<ReplicaId>) {
        let mut state = State::new(record);
        let mut before: Vec<(ReplicaId, Timestamp)> = Vec::new();
        for entry in entries {
            let odds = at_odds(&state);
            fold::apply(&mut state, entry);
            let now = at_odds(&state);
            let Entry::Change { stamps, change, .. } = entry else { continue };
            let (replica, heard) = (change.change.replica, change.change.heard);
            let unseen = before.iter().any(|(other, received)| *other != replica && *received > heard);
            self.disagreements += now.saturating_sub(odds);
            self.decided += odds.saturating_sub(now);
            self.merged += u64::from(unseen && now <= odds && phones.contains(&replica));
            self.overtaken += u64::from(matches!(stamps.outcome, Some(Outcome::Overtaken(_))));
            let approved = u64::from(stamps.approved_by.is_some());
            self.approved += approved;
            self.quarantined += approved;
            before.push((replica, stamps.received_at));
        }
    }
}

/// Every replica that has anything in a space's journal.
fn writers(r: &Reading<'_>, space: SpaceId) -> std::result::Result<BTreeSet<ReplicaId>, ServerError> {
    let (mut found, mut pos) = (BTreeSet::new(), 0);
    loop {
        let rows = r.tx.journal_after(space, pos, STEP)?;
        found.extend(rows.iter().map(|row| row.replica));
        pos = rows.last().map_or(pos, |row| row.pos);
        if rows.len() < STEP {
            return Ok(found);
        }
    }
}
