//! The sync engine: one small step at a time, each at most one request and one transaction. Only while many pages follow
//! each other, the next ones are asked for while one is applied.
//!
//! Owns the meeting of session, store and transport. Refuses to wait, to spawn and to ask clocks; what comes next is
//! decided by `gridwalk_sync::session`. Invariant: between any two steps, and at any await, the phone may die: whatever
//! was not acted on is asked again.

mod candidates;
mod carried;
pub(crate) mod carry;
mod hand;
mod narrow;
mod pace;
pub(crate) mod people;
mod picture;
mod pull;
mod push;
mod report;
mod revoke;
mod track;

pub use gridwalk_sync::session::Rest;
pub use report::{Step, SyncReport, VerdictCounts};

use crate::enrol::Enrolment;
use crate::error::AppError;
use crate::join::{self, First, Joining};
use crate::notebook::Notebook;
use crate::transport::{Transport, TransportError};
use carry::Carrier;
use gridwalk_model::Timestamp;
use gridwalk_model::digest::Reach;
use gridwalk_model::id::SpaceId;
use gridwalk_model::limits;
use gridwalk_store::HandOver;
use gridwalk_sync::client::{self, NoAnswer};
use gridwalk_sync::session::{Lane, Next, Session, Waiting};
use hand::Hand;
use pace::Pace;
use picture::Giving;
use pull::{Ahead, Emptying};
use std::collections::BTreeSet;
use std::sync::Arc;

/// How long what the server said of the person holds, milliseconds.
const MET_VALID_MS: i64 = 3_600_000;

/// A phone's end of sync. Whoever drives it may drop it at any time and make a new one.
pub struct SyncEngine {
    notebook: Arc<Notebook>,
    session: Session,
    running: bool,
    met_at_ms: Option<i64>,
    handed_over: HandOver,
    reach: Reach,
    ahead: Option<Ahead>,
    asked: BTreeSet<SpaceId>,
    pace: Pace,
    writing: Hand,
    reading: Hand,
    emptying: Emptying,
    giving: Giving,
}

impl SyncEngine {
    /// An engine that has not asked anything yet.
    pub fn new(notebook: Arc<Notebook>) -> Self {
        let (session, handed_over) = (Session::new(), HandOver::default());
        let (writing, reading) = (Hand::default(), Hand::default());
        Self {
            notebook,
            session,
            running: false,
            met_at_ms: None,
            handed_over,
            reach: Reach::Total,
            ahead: None,
            asked: BTreeSet::new(),
            pace: Pace::default(),
            writing,
            reading,
            emptying: Emptying::default(),
            giving: Giving::default(),
        }
    }

    /// The notebook.
    pub const fn notebook(&self) -> &Arc<Notebook> {
        &self.notebook
    }

    /// Asks who the person is at the beginning of the next session: a space may have come.
    pub const fn meet_again(&mut self) {
        self.met_at_ms = None;
    }

    /// Does the next thing; a session ends with `Step::Rested`, and the step after it begins a new one.
    pub async fn sync_step(&mut self, transport: &dyn Transport) -> Result<Step, AppError> {
        let carrier = Carrier::new(&self.notebook)?;
        let ahead = self.ahead.take();
        if !self.running {
            let now = self.notebook.steady_ms();
            let first = joining_of(&self.notebook).is_some();
            let meet = first || self.met_at_ms.is_none_or(|at| now.saturating_sub(at) > MET_VALID_MS);
            self.session.begin(self.notebook.spaces()?, meet);
            let store = self.notebook.store();
            let copies = if meet { store.sealed_copies()? } else { Vec::new() };
            self.session.carry(store.bundles_to_carry()?, copies);
            self.session.to_tell(self.notebook.store().divergences_wait()?);
            self.reach = Reach::Total;
            self.asked.clear();
            self.giving.begin();
            self.running = true;
        }
        let waiting = self.notebook.store().waiting()?;
        let waiting: Vec<Waiting> = waiting.into_iter().map(push::in_lane).collect();
        match self.session.next(&waiting) {
            Next::Meet => match joining_of(&self.notebook) {
                Some(joining) => self.join(&carrier, &joining, transport).await,
                None => self.meet(&carrier, transport).await,
            },
            Next::Push { lane, changes_max, lost } => {
                let frames = self.notebook.store().frames(Some(lane.0), changes_max)?;
                let frame = frames.into_iter().find(|o| (o.space, o.replica) == lane);
                let Some(frame) = frame else { return Ok(self.rest(Rest::Stalled)) };
                self.push(&carrier, transport, frame, changes_max, lost).await
            }
            Next::Carry(bundle) => self.carry_bundle(&carrier, transport, bundle).await,
            Next::Vouch(copy) => self.vouch(&carrier, transport, copy).await,
            Next::GiveAgain(copy) => self.give_again(&carrier, transport, copy).await,
            Next::Pull(space) => self.pull(&carrier, transport, space, ahead).await,
            Next::Narrow(space) => self.narrow(&carrier, transport, space).await,
            Next::Tell => self.tell(&carrier, transport).await,
            Next::HandOver => self.hand_over(&carrier, transport).await,
            Next::Purge => self.purge(),
            Next::Acknowledge => self.acknowledge(&carrier, transport).await,
            Next::Rest(Rest::Done) => {
                if let Some(step) = self.ask_candidates(&carrier, transport).await? {
                    return Ok(step);
                }
                if let Some(step) = self.give_picture(&carrier, transport).await? {
                    return Ok(step);
                }
                track::tell(&self.notebook, &carrier, transport).await?;
                people::ask(&self.notebook, &carrier, transport).await?;
                self.notebook.store().drop_pictures(self.notebook.now())?;
                Ok(self.rest(Rest::Done))
            }
            Next::Rest(rest) => Ok(self.rest(rest)),
        }
    }

    /// Steps until the session rests.
    pub async fn sync_once(&mut self, transport: &dyn Transport) -> Result<SyncReport, AppError> {
        let mut report = SyncReport::default();
        for _ in 0..limits::SYNC_STEPS_MAX {
            let step = match self.sync_step(transport).await {
                Ok(step) => step,
                Err(e) => {
                    self.running = false;
                    return Err(e);
                }
            };
            report.add(&step);
            if let Step::Rested(_) = step {
                return Ok(report);
            }
        }
        report.add(&self.rest(Rest::Stalled));
        Ok(report)
    }

    fn rest(&mut self, rest: Rest) -> Step {
        self.running = false;
        Step::Rested(rest)
    }

    /// The first word of a phone that joined by a poster; then it meets the server like every other.
    async fn join(
        &mut self,
        carrier: &Carrier,
        joining: &Joining,
        transport: &dyn Transport,
    ) -> Result<Step, AppError> {
        match join::say(&self.notebook, carrier, joining, transport).await? {
            First::Heard => Ok(Step::Joined),
            First::NoLine(cut) => Ok(self.no_line(&cut, None)),
            First::None(why) => {
                self.note(&why)?;
                self.session.failed(why.clone());
                Ok(Step::NoAnswer(why))
            }
        }
    }

    async fn meet(&mut self, carrier: &Carrier, transport: &dyn Transport) -> Result<Step, AppError> {
        let answer = match carrier.get(transport, "/v1/me").await? {
            Ok(answer) => answer,
            Err(cut) => return Ok(self.no_line(&cut, None)),
        };
        match client::read_me(answer.status().as_u16(), answer.body()) {
            Ok(me) => {
                self.notebook.learn_time(Timestamp(me.now))?;
                let now = carrier.enrolment().after(me);
                if now != *carrier.enrolment() {
                    self.notebook.set_enrolment(now)?;
                }
                self.met_at_ms = Some(self.notebook.steady_ms());
                self.session.met(Some(self.notebook.spaces()?));
            }
            Err(why @ NoAnswer::ClockOff(_)) => {
                self.note(&why)?;
                self.session.failed(why.clone());
                return Ok(Step::NoAnswer(why));
            }
            // Whoever is revoked is told so again by the pull; anything else is no reason not to sync.
            Err(_) => self.session.met(None),
        }
        Ok(Step::Met)
    }

    /// Learns what an answer says about clocks and about the enrolment, whatever else it says.
    fn note(&self, why: &NoAnswer) -> Result<(), AppError> {
        match (why, self.notebook.enrolment()) {
            (NoAnswer::ClockOff(now), _) => self.notebook.learn_time(Timestamp(*now)),
            // Whoever joined by themselves says again who they are.
            (NoAnswer::UnknownDevice, Some(enrolment)) if enrolment.joining.is_some() => {
                let joining = enrolment.joining.clone().map(|joining| Joining { heard: false, ..joining });
                self.notebook.set_enrolment(Enrolment { joining, ..(*enrolment).clone() })
            }
            (NoAnswer::UnknownDevice, Some(enrolment)) if !enrolment.unknown => {
                self.notebook.set_enrolment(Enrolment { unknown: true, ..(*enrolment).clone() })
            }
            _ => Ok(()),
        }
    }

    /// There is no line: the session ends, and a frame that was under way is made smaller.
    fn no_line(&mut self, cut: &TransportError, frame: Option<(Lane, usize)>) -> Step {
        tracing::debug!(error = cut as &dyn std::error::Error, "no line");
        if let Some((lane, changes)) = frame {
            self.session.cut(lane, changes);
        }
        self.session.failed(NoAnswer::Later(None));
        Step::NoLine
    }
}

/// How this phone joined, as long as the server has not heard of it.
fn joining_of(notebook: &Notebook) -> Option<Joining> {
    notebook.enrolment()?.joining.clone().filter(|joining| !joining.heard)
}
