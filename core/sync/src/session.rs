//! One sync session of a phone, as decisions without I/O: what to ask next, and what each answer changes.
//!
//! Owns the order (who am I, push, what is carried for others, pull, again if something new waits; hand-over and purge
//! when revoked), the sizes of frames, and when to stop asking. Refuses to hold changes and pages. Invariant: a session
//! ends: nothing is offered twice without something having changed in between, and every retry is counted.

mod carrying;

use crate::client::NoAnswer;
use crate::problem::Problem;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{ReplicaId, SpaceId};
use gridwalk_model::limits;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Whose changes a frame holds, and where.
pub type Lane = (SpaceId, ReplicaId);

/// What waits to be pushed in one lane, as far as a session must know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// The lane.
    pub lane: Lane,
    /// Its first seq.
    pub first: u64,
    /// The hash of that change.
    pub hash: Hash,
}

/// What a session does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Ask who the device's person is.
    Meet,
    /// Push this lane's first changes, at most so many, declaring a stretch as lost if there is one.
    Push {
        /// The lane.
        lane: Lane,
        /// Most changes.
        changes_max: usize,
        /// What this database no longer has.
        lost: Option<(u64, u64)>,
    },
    /// Bring this bundle of somebody else to the server.
    Carry(Hash),
    /// Ask whether what was handed over, and stands here as a sealed copy, is safe.
    Vouch(Hash),
    /// Hand this sealed copy over again: the server lost it.
    GiveAgain(Hash),
    /// Ask for the next page of this space.
    Pull(SpaceId),
    /// Ask the next question about the digest of this space, which did not agree.
    Narrow(SpaceId),
    /// Tell the server of divergences that came to an end.
    Tell,
    /// Hand over everything that is left.
    HandOver,
    /// Purge what the receipt names.
    Purge,
    /// Tell the server that it is done.
    Acknowledge,
    /// The session is over.
    Rest(Rest),
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "rest", rename_all = "snake_case")]
pub enum Rest {
    /// Everything is pushed and every page is here.
    Done,
    /// No usable answer; the same again later. Seconds to wait, if the server said so.
    Later {
        /// Seconds.
        after_s: Option<u64>,
    },
    /// Something still waits here that the server did not take in this session.
    Stalled,
    /// The server's disk is full: pulled, not pushed.
    StorageFull,
    /// This version may only push.
    UpdateNeeded,
    /// The device was revoked; what was left is handed over and purged.
    Revoked,
    /// The server does not know this device: it must be enrolled anew.
    UnknownDevice,
    /// The server said no for good: a fault to report.
    Refused {
        /// What it said.
        problem: Box<Problem>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Meet,
    Push,
    Carry,
    Vouch,
    Pull,
    HandOver,
    Purge,
    Acknowledge,
    Rest,
}

/// What to do with a frame that was too large or malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shrunk {
    /// Half as many changes.
    To(usize),
    /// The one change that it holds is poison.
    Poison,
    /// It cannot be smaller, and nobody says that the change is at fault: it waits for another session.
    Stalled,
}

/// A session. Frame sizes outlive it: a line that is too slow for a large frame stays so.
#[derive(Debug, Clone)]
pub struct Session {
    stage: Stage,
    carried: VecDeque<Hash>,
    copies: VecDeque<(Hash, bool)>,
    pulls: VecDeque<SpaceId>,
    spaces: Vec<SpaceId>,
    sizes: BTreeMap<Lane, usize>,
    lost: BTreeMap<Lane, (u64, u64)>,
    offered: BTreeSet<(Lane, u64, Hash)>,
    stalled: BTreeSet<Lane>,
    retries: BTreeMap<Lane, u32>,
    stale: u32,
    renewals: u32,
    clocks: u32,
    no_push: bool,
    narrowing: Narrowing,
    end: Rest,
}

/// What a session knows of digests that did not agree.
#[derive(Debug, Clone, Default)]
struct Narrowing {
    /// The space that is being narrowed.
    open: Option<SpaceId>,
    /// How often each was narrowed to records.
    rounds: BTreeMap<SpaceId, u32>,
    /// How often each had to be pulled first.
    later: BTreeMap<SpaceId, u32>,
    /// Whether reports wait to be told.
    tell: bool,
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl Session {
    /// A session that has not begun.
    pub fn new() -> Self {
        Self {
            stage: Stage::Rest,
            carried: VecDeque::new(),
            copies: VecDeque::new(),
            pulls: VecDeque::new(),
            spaces: Vec::new(),
            sizes: BTreeMap::new(),
            lost: BTreeMap::new(),
            offered: BTreeSet::new(),
            stalled: BTreeSet::new(),
            retries: BTreeMap::new(),
            stale: 0,
            renewals: 0,
            clocks: 0,
            no_push: false,
            narrowing: Narrowing::default(),
            end: Rest::Done,
        }
    }

    /// Begins anew; `meet`: whether to ask who the person is first.
    pub fn begin(&mut self, spaces: Vec<SpaceId>, meet: bool) {
        let sizes = std::mem::take(&mut self.sizes);
        let lost = std::mem::take(&mut self.lost);
        let stage = if meet { Stage::Meet } else { Stage::Push };
        *self = Self { stage, spaces, sizes, lost, ..Self::new() };
    }

    /// Whether it is over (or has not begun).
    pub fn is_over(&self) -> bool {
        self.stage == Stage::Rest
    }

    /// What comes next; `waiting` is what the outbox offers now, one entry a lane.
    pub fn next(&mut self, waiting: &[Waiting]) -> Next {
        let open = waiting.iter().find(|w| self.is_open(w)).copied();
        match self.stage {
            Stage::Meet => Next::Meet,
            Stage::HandOver => Next::HandOver,
            Stage::Purge => Next::Purge,
            Stage::Acknowledge => Next::Acknowledge,
            Stage::Rest => Next::Rest(self.end.clone()),
            Stage::Push => {
                if let Some(w) = open {
                    return self.push(w.lane);
                }
                self.stage = Stage::Carry;
                self.next(waiting)
            }
            Stage::Carry => {
                if let Some(bundle) = self.carried.front() {
                    return Next::Carry(*bundle);
                }
                self.stage = Stage::Vouch;
                self.next(waiting)
            }
            Stage::Vouch => match self.copies.front() {
                Some((copy, true)) => Next::GiveAgain(*copy),
                Some((copy, false)) => Next::Vouch(*copy),
                None => {
                    self.stage = Stage::Pull;
                    self.pulls = self.spaces.iter().copied().collect();
                    self.next(waiting)
                }
            },
            Stage::Pull if self.narrowing.open.is_some() => self.narrowing.open.map_or(Next::Tell, Next::Narrow),
            Stage::Pull => match (self.pulls.front(), open) {
                (Some(space), _) => Next::Pull(*space),
                (None, Some(w)) => {
                    self.stage = Stage::Push;
                    self.push(w.lane)
                }
                (None, None) if self.narrowing.tell => Next::Tell,
                (None, None) => {
                    self.stage = Stage::Rest;
                    if self.end == Rest::Done && !waiting.is_empty() {
                        self.end = Rest::Stalled;
                    }
                    Next::Rest(self.end.clone())
                }
            },
        }
    }

    fn push(&self, lane: Lane) -> Next {
        Next::Push { lane, changes_max: self.changes_max(lane), lost: self.lost.get(&lane).copied() }
    }

    fn changes_max(&self, lane: Lane) -> usize {
        self.sizes.get(&lane).copied().unwrap_or(limits::FRAME_CHANGES_MAX)
    }

    fn is_open(&self, w: &Waiting) -> bool {
        !self.no_push && !self.stalled.contains(&w.lane) && !self.offered.contains(&(w.lane, w.first, w.hash))
    }

    /// The person's spaces, as the server says; an answer that is none changes nothing.
    pub fn met(&mut self, spaces: Option<Vec<SpaceId>>) {
        self.spaces = spaces.unwrap_or_else(|| std::mem::take(&mut self.spaces));
        self.stage = Stage::Push;
    }

    /// A frame that began with this change was answered with verdicts.
    pub fn pushed(&mut self, w: Waiting) {
        self.offered.insert((w.lane, w.first, w.hash));
        self.retries.remove(&w.lane);
        self.lost.remove(&w.lane);
        if let Some(size) = self.sizes.get_mut(&w.lane) {
            *size *= 2;
            if *size >= limits::FRAME_CHANGES_MAX {
                self.sizes.remove(&w.lane);
            }
        }
    }

    /// A frame of so many changes was too large or malformed; `sure`: the server itself says so; `body`: whether its
    /// first change still has one.
    pub fn too_large(&mut self, lane: Lane, changes: usize, sure: bool, body: bool) -> Shrunk {
        if changes > 1 {
            self.sizes.insert(lane, changes / 2);
            return Shrunk::To(changes / 2);
        }
        if sure && body {
            return Shrunk::Poison;
        }
        self.stalled.insert(lane);
        Shrunk::Stalled
    }

    /// The server expects another seq; `lost` is what this database cannot give.
    pub fn gap(&mut self, lane: Lane, lost: Option<(u64, u64)>) {
        match lost {
            Some(stretch) => self.lost.insert(lane, stretch),
            None => self.lost.remove(&lane),
        };
        self.retry(lane);
    }

    /// A dot was taken; `renewed`: the phone took a new replica id and restamped.
    pub fn clash(&mut self, lane: Lane, renewed: bool) {
        if renewed {
            self.renewed();
        } else {
            self.stalled.insert(lane);
        }
    }

    fn retry(&mut self, lane: Lane) {
        let retries = self.retries.entry(lane).or_default();
        *retries += 1;
        if *retries > limits::SYNC_RETRIES_MAX {
            self.stalled.insert(lane);
        }
    }

    fn renewed(&mut self) {
        self.renewals += 1;
        self.no_push |= self.renewals > limits::SYNC_RETRIES_MAX;
    }

    /// A page was applied.
    pub fn pulled(&mut self, space: SpaceId, more: bool, new_timeline: bool, renewed: bool) {
        self.stale = 0;
        if !more {
            self.skip(space);
        }
        if new_timeline {
            self.offered.retain(|(lane, ..)| lane.0 != space);
        }
        if renewed {
            self.renewed();
        }
    }

    /// The digest of a space did not agree. `partial`: what was fetched anew was known not to be all. Whether it is
    /// narrowed now; if not, this session has done what it can.
    pub fn differs(&mut self, space: SpaceId, partial: bool) -> bool {
        let rounds = self.narrowing.rounds.get(&space).copied().unwrap_or(0);
        let goes_on = rounds == 0 || partial && rounds < limits::DIGEST_ROUNDS_MAX;
        if goes_on {
            self.narrowing.open = Some(space);
        }
        goes_on
    }

    /// Narrowing came to its end: the space is pulled again, for the records that differ and for what is new.
    pub fn narrowed(&mut self, space: SpaceId) {
        *self.narrowing.rounds.entry(space).or_default() += 1;
        self.pull_again(space);
    }

    /// Something newer stands at the server: the space is pulled first, and narrowed again if it still differs; so often.
    pub fn narrow_later(&mut self, space: SpaceId) {
        let later = self.narrowing.later.entry(space).or_default();
        *later += 1;
        if *later > limits::SYNC_RETRIES_MAX {
            self.narrowing.open = None;
            self.end = Rest::Stalled;
        } else {
            self.pull_again(space);
        }
    }

    fn pull_again(&mut self, space: SpaceId) {
        self.narrowing.open = None;
        if !self.pulls.contains(&space) {
            self.pulls.push_front(space);
        }
    }

    /// There was no usable answer to a question about digests: the next session asks again.
    pub fn narrow_failed(&mut self, why: NoAnswer) {
        self.narrowing.open = None;
        match why {
            NoAnswer::Refused(problem) => self.end = Rest::Refused { problem },
            other => self.failed(other),
        }
    }

    /// Whether reports of divergences wait to be told.
    pub const fn to_tell(&mut self, waits: bool) {
        self.narrowing.tell = waits;
    }

    /// A page came too late for where the phone stands now.
    pub fn stale(&mut self, space: SpaceId) {
        self.stale += 1;
        if self.stale > limits::SYNC_RETRIES_MAX {
            self.skip(space);
            self.end = Rest::Stalled;
        }
    }

    /// Leaves a space for this session.
    pub fn skip(&mut self, space: SpaceId) {
        self.stale = 0;
        self.pulls.retain(|s| *s != space);
    }

    /// There was no usable answer to a push.
    pub fn push_failed(&mut self, lane: Lane, why: NoAnswer) {
        match why {
            NoAnswer::StorageFull => {
                self.no_push = true;
                self.end = Rest::StorageFull;
            }
            NoAnswer::Refused(problem) => {
                self.stalled.insert(lane);
                self.end = Rest::Refused { problem };
            }
            NoAnswer::Later(after_s) => {
                self.no_push = true;
                self.end = Rest::Later { after_s };
            }
            other => self.failed(other),
        }
    }

    /// There was no usable answer to a pull.
    pub fn pull_failed(&mut self, space: SpaceId, why: NoAnswer) {
        match why {
            NoAnswer::Refused(problem) => {
                self.skip(space);
                self.end = Rest::Refused { problem };
            }
            other => self.failed(other),
        }
    }

    /// There was no usable answer to anything else, or for reasons that are the whole session's.
    pub fn failed(&mut self, why: NoAnswer) {
        match why {
            NoAnswer::Revoked if !matches!(self.stage, Stage::HandOver | Stage::Purge | Stage::Acknowledge) => {
                self.stage = Stage::HandOver;
            }
            NoAnswer::ClockOff(_) if self.clocks < limits::SYNC_RETRIES_MAX => self.clocks += 1,
            other => self.rest(match other {
                NoAnswer::Revoked => Rest::Revoked,
                NoAnswer::UnknownDevice => Rest::UnknownDevice,
                NoAnswer::StorageFull => Rest::StorageFull,
                NoAnswer::UpdateNeeded => Rest::UpdateNeeded,
                NoAnswer::Refused(problem) => Rest::Refused { problem },
                NoAnswer::Later(after_s) => Rest::Later { after_s },
                NoAnswer::ClockOff(_) => Rest::Later { after_s: None },
            }),
        }
    }

    /// The line was cut during a push of so many changes: a smaller frame may get through next time.
    pub fn cut(&mut self, lane: Lane, changes: usize) {
        self.sizes.insert(lane, (changes / 2).max(1));
    }

    /// The hand-over has its receipt.
    pub fn handed_over(&mut self) {
        self.stage = Stage::Purge;
    }

    /// The purge is done, or something was typed since the hand-over and it is made again.
    pub fn purged(&mut self, done: bool) {
        self.stage = if done { Stage::Acknowledge } else { Stage::HandOver };
    }

    /// The server knows of the purge.
    pub fn acknowledged(&mut self) {
        self.rest(Rest::Revoked);
    }

    fn rest(&mut self, end: Rest) {
        self.end = end;
        self.stage = Stage::Rest;
    }
}

#[cfg(test)]
mod tests;
