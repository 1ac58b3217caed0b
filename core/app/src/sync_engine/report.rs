//! What a step did, and what a session came to.
//!
//! Owns the counting. Refuses to hold anything that was typed. Invariant: a report is the sum of its steps.

use gridwalk_model::exchange::{NamedVerdict, Page, PageRow, PushFrame, PushReply};
use gridwalk_model::id::SpaceId;
use gridwalk_store::Applied;
use gridwalk_sync::client::NoAnswer;
use gridwalk_sync::session::Rest;
use std::collections::BTreeMap;

/// How many changes got which verdict, by its code.
pub type VerdictCounts = BTreeMap<&'static str, u64>;

/// What one step did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Asked who the person is.
    Met,
    /// The server knows a phone that joined by a poster.
    Joined,
    /// A frame was answered.
    Pushed {
        /// The space.
        space: SpaceId,
        /// How many changes it held.
        changes: u64,
        /// Their verdicts.
        verdicts: VerdictCounts,
    },
    /// A frame was too large; so many changes next time.
    Halved {
        /// The space.
        space: SpaceId,
        /// Most changes of the next frame.
        changes: usize,
    },
    /// A change that no frame can carry needs attention; its number goes up without it.
    Poisoned {
        /// The space.
        space: SpaceId,
        /// Its number.
        seq: u64,
    },
    /// The server expects another number.
    Gap {
        /// The space.
        space: SpaceId,
        /// That number.
        expected: u64,
        /// What this phone no longer has.
        lost: Option<(u64, u64)>,
    },
    /// A number is taken by another body.
    Clash {
        /// The space.
        space: SpaceId,
        /// Whether the phone took a new replica id.
        renewed: bool,
    },
    /// Something waits for another session.
    Stalled {
        /// The space.
        space: SpaceId,
    },
    /// A bundle of somebody else was brought to the server, and its reply is here; or the server will never take it.
    Carried {
        /// Why not.
        code: Option<&'static str>,
    },
    /// The server said whether a sealed hand-over is safe.
    Vouched {
        /// Whether it is, and the copy is gone.
        safe: bool,
    },
    /// A page was applied.
    Pulled {
        /// The space.
        space: SpaceId,
        /// States that it carried.
        rows: u64,
        /// Records that left.
        left: u64,
        /// Verdicts that it carried.
        verdicts: VerdictCounts,
        /// Whether another page waits.
        more: bool,
        /// Whether a new timeline began.
        new_timeline: bool,
        /// Whether the phone took a new replica id.
        renewed: bool,
        /// Whether the digest was compared and agreed; `None` where the page carried none.
        agreed: Option<bool>,
        /// Records told anew because they differed or were damaged.
        repaired: u64,
    },
    /// A question about a digest that did not agree was answered.
    Narrowed {
        /// The space.
        space: SpaceId,
        /// Records found to differ.
        found: u64,
    },
    /// The server told which records here may be the same as others of the county.
    CandidatesTold {
        /// The space.
        space: SpaceId,
        /// How many pairs.
        found: u64,
    },
    /// The server has all of a picture.
    PictureGiven,
    /// The server has a piece more of a picture, or said how much it has.
    PicturePiece,
    /// The server does not take a picture yet.
    PictureWaits,
    /// The server was told of divergences.
    Told {
        /// How many.
        reports: u64,
    },
    /// A page came too late for where the phone stands now.
    Stale {
        /// The space.
        space: SpaceId,
    },
    /// There was no usable answer.
    NoAnswer(NoAnswer),
    /// There was no line.
    NoLine,
    /// Everything left was handed over.
    HandedOver {
        /// Changes.
        changes: usize,
        /// Open forms.
        drafts: usize,
    },
    /// The phone was purged, or something was typed since the hand-over.
    Purged {
        /// Whether it was.
        done: bool,
    },
    /// The server was told of the purge.
    Acknowledged,
    /// The session is over.
    Rested(Rest),
}

fn count(verdicts: &[NamedVerdict]) -> VerdictCounts {
    let mut counts = VerdictCounts::new();
    for named in verdicts {
        *counts.entry(named.verdict.code()).or_default() += 1;
    }
    counts
}

impl Step {
    pub(super) fn pushed(frame: &PushFrame, reply: &PushReply) -> Self {
        Self::Pushed { space: frame.space, changes: frame.items.len() as u64, verdicts: count(&reply.verdicts) }
    }

    pub(super) fn pulled(page: &Page, applied: &Applied) -> Self {
        let left = page.rows.iter().filter(|r| matches!(r, PageRow::Left { .. })).count() as u64;
        Self::Pulled {
            space: page.space,
            rows: page.rows.len() as u64 - left,
            left,
            verdicts: count(&page.verdicts),
            more: applied.more,
            new_timeline: applied.new_timeline,
            renewed: applied.renewed,
            agreed: page.digest.map(|_| applied.mismatch.is_none()),
            repaired: applied.repaired,
        }
    }
}

/// What a session came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct SyncReport {
    /// Changes pushed, and answered.
    pub pushed: u64,
    /// Verdicts of pushed changes and of those asked for, by code; a change that got two counts twice.
    pub verdicts: VerdictCounts,
    /// Bundles of others that the server took.
    pub carried: u64,
    /// Bundles of others that the server will never take, by code.
    pub not_carried: VerdictCounts,
    /// Pages applied.
    pub pages: u64,
    /// States that they carried.
    pub rows: u64,
    /// Records that left.
    pub left: u64,
    /// Frames halved.
    pub halved: u64,
    /// Changes that no frame can carry.
    pub poisoned: u64,
    /// Gaps answered.
    pub gaps: u64,
    /// Numbers declared as lost.
    pub lost: u64,
    /// How often the phone took a new replica id and restamped.
    pub restamped: u64,
    /// New timelines met.
    pub timelines: u64,
    /// How often the server said that the clock is off.
    pub clocks: u64,
    /// Pages that came too late.
    pub stale: u64,
    /// Digests that agreed.
    pub agreed: u64,
    /// Questions about digests that did not agree.
    pub narrowed: u64,
    /// Records told anew because they differed or were damaged.
    pub repaired: u64,
    /// Divergences that the server was told of.
    pub told: u64,
    /// Records told that may be the same as others.
    pub candidates: u64,
    /// Pictures that the server has now.
    pub pictures: u64,
    /// Pictures that it does not take yet.
    pub pictures_wait: u64,
    /// Spaces whose digest did not agree, once for each page that showed it: a bug, which is reported.
    pub mismatch: Vec<SpaceId>,
    /// Whether everything left was handed over and purged.
    pub purged: bool,
    /// How it ended.
    pub rest: Option<Rest>,
}

impl SyncReport {
    /// Adds a step.
    pub fn add(&mut self, step: &Step) {
        match step {
            Step::Pushed { changes, verdicts, .. } => {
                self.pushed += changes;
                self.add_verdicts(verdicts);
            }
            Step::Pulled { space, rows, left, verdicts, new_timeline, renewed, agreed, repaired, .. } => {
                self.pages += 1;
                self.repaired += repaired;
                self.rows += rows;
                self.left += left;
                self.timelines += u64::from(*new_timeline);
                self.restamped += u64::from(*renewed);
                self.agreed += u64::from(*agreed == Some(true));
                if *agreed == Some(false) {
                    self.mismatch.push(*space);
                }
                self.add_verdicts(verdicts);
            }
            Step::Carried { code: None } => self.carried += 1,
            Step::Carried { code: Some(code) } => *self.not_carried.entry(code).or_default() += 1,
            Step::Narrowed { .. } => self.narrowed += 1,
            Step::Told { reports } => self.told += reports,
            Step::CandidatesTold { found, .. } => self.candidates += found,
            Step::PictureGiven => self.pictures += 1,
            Step::PictureWaits => self.pictures_wait += 1,
            Step::Halved { .. } => self.halved += 1,
            Step::Poisoned { .. } => self.poisoned += 1,
            Step::Gap { lost, .. } => {
                self.gaps += 1;
                self.lost += lost.map_or(0, |(from, to)| to.saturating_sub(from) + 1);
            }
            Step::Clash { renewed, .. } => self.restamped += u64::from(*renewed),
            Step::Stale { .. } => self.stale += 1,
            Step::Purged { done } => self.purged |= done,
            Step::Rested(rest) => self.rest = Some(rest.clone()),
            Step::NoAnswer(NoAnswer::ClockOff(_)) => self.clocks += 1,
            Step::Met
            | Step::PicturePiece
            | Step::Joined
            | Step::Vouched { .. }
            | Step::Stalled { .. }
            | Step::NoAnswer(_)
            | Step::NoLine
            | Step::HandedOver { .. }
            | Step::Acknowledged => {}
        }
    }

    fn add_verdicts(&mut self, verdicts: &VerdictCounts) {
        for (code, n) in verdicts {
            *self.verdicts.entry(code).or_default() += n;
        }
    }

    /// Whether everything is pushed and every page is here.
    pub fn is_done(&self) -> bool {
        self.rest == Some(Rest::Done)
    }
}
