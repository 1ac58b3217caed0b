//! Patrols: on duty, past check-points, off duty.
//!
//! Owns the three commands. Refuses every place and moment off duty, with a code. Invariant: only whoever went on duty
//! writes where they were.

#[cfg(test)]
mod tests;

use super::{Actor, Blank, Decision, Edits, Opened};
use crate::basis::Basis;
use crate::geo::Point;
use crate::id::{AccountId, RecordId, UnitId};
use crate::kind::patrol::{ENDED, PASSED, STARTED};
use crate::kind::{Kind, Passing, UNIT};
use crate::rejection::Rejection;
use crate::state::State;
use crate::time::Timestamp;
use crate::view::{Held, Policy, show};
use crate::wish::Wish;

/// Everything that a person can want of a patrol.
#[derive(Debug, Clone, PartialEq)]
pub enum Patrol {
    /// On duty.
    Start(StartPatrol),
    /// Past a check-point.
    Pass(PassCheckPoint),
    /// Off duty.
    End(EndPatrol),
}

/// On duty.
#[derive(Debug, Clone, PartialEq)]
pub struct StartPatrol {
    /// The id that the patrol is to have.
    pub record: RecordId,
    /// The grid.
    pub unit: UnitId,
    /// When; the actor's now if nothing is said.
    pub at: Option<Timestamp>,
    /// Patrols of this phone that have no end: of two at once only one is a person's.
    pub open: Vec<RecordId>,
}

/// Past a check-point.
#[derive(Debug, Clone, PartialEq)]
pub struct PassCheckPoint {
    /// The patrol.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// The check-point.
    pub check_point: RecordId,
    /// When; the actor's now if nothing is said.
    pub at: Option<Timestamp>,
    /// Where the phone thinks that it is, if it knows.
    pub point: Option<Point>,
}

/// Off duty.
#[derive(Debug, Clone, PartialEq)]
pub struct EndPatrol {
    /// The patrol.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// When; the actor's now if nothing is said.
    pub at: Option<Timestamp>,
    /// A word about it.
    pub note: Option<String>,
}

/// What a patrol says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duty {
    /// Who went on duty.
    pub by: AccountId,
    /// When.
    pub started: Timestamp,
    /// When they came off duty.
    pub ended: Option<Timestamp>,
}

impl Duty {
    /// Of a patrol's state; `None` for what is none.
    pub fn of(state: &State) -> Option<Self> {
        let started = show(&state.fields.get(STARTED)?.heads, Policy::Review)?;
        let ended = || state.value(ENDED)?.as_int();
        let by = started.head.tag.author;
        Some(Self { by, started: Timestamp(started.value?.as_int()?), ended: ended().map(Timestamp) })
    }

    /// Whether a moment lies in it, and it is this person's.
    pub fn holds(&self, account: AccountId, at: Timestamp) -> Result<(), Rejection> {
        if self.by != account {
            return Err(Rejection::NotYourDuty);
        }
        let within = self.started <= at && self.ended.is_none_or(|end| at <= end);
        if within { Ok(()) } else { Err(Rejection::OffDuty) }
    }
}

impl Patrol {
    /// How it is put right.
    pub const fn remedy(&self) -> super::Remedy {
        match self {
            Self::Start(_) => super::Remedy::TakesAway,
            Self::Pass(_) | Self::End(_) => super::Remedy::PutsBack,
        }
    }

    /// Its name, for logs and shells.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Start(_) => "start_patrol",
            Self::Pass(_) => "pass_check_point",
            Self::End(_) => "end_patrol",
        }
    }

    /// The records that a decision looks at.
    pub fn looks_at(&self) -> Vec<RecordId> {
        match self {
            Self::Start(c) => std::iter::once(c.record).chain(c.open.iter().copied()).collect(),
            Self::Pass(c) => vec![c.record, c.check_point],
            Self::End(c) => vec![c.record],
        }
    }

    /// Decides.
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        match self {
            Self::Start(c) => c.decide(held, actor),
            Self::Pass(c) => c.decide(held, actor),
            Self::End(c) => c.decide(held, actor),
        }
    }
}

fn moment(at: Option<Timestamp>, actor: &Actor) -> Result<Timestamp, Rejection> {
    let at = at.unwrap_or(actor.now);
    if at > actor.now { Err(Rejection::NotYet { field: "at" }) } else { Ok(at) }
}

/// The patrol, open for writing, with what it says.
fn opened<'a>(held: &'a impl Held, record: RecordId, basis: &'a Basis) -> Result<(Opened<'a>, Duty), Rejection> {
    let opened = Opened::of(held, record, basis)?;
    let wrong = Rejection::WrongKind { wanted: Kind::Patrol.name() };
    if opened.table.kind != Kind::Patrol {
        return Err(wrong);
    }
    let duty = Duty::of(opened.state).ok_or(wrong)?;
    Ok((opened, duty))
}

impl StartPatrol {
    fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let blank = Blank::of(held, self.record, Kind::Patrol)?;
        let open = self.open.iter().filter_map(|record| Duty::of(held.state(*record)?));
        if open.into_iter().any(|duty| duty.by == actor.account && duty.ended.is_none()) {
            return Err(Rejection::OnDutyAlready);
        }
        let edits = Edits::none().put(STARTED, moment(self.at, actor)?.0);
        Ok(blank.write(self.unit, Some((UNIT, self.unit.record())), &edits, actor)?.into())
    }
}

impl PassCheckPoint {
    fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let (opened, duty) = opened(held, self.record, &self.basis)?;
        let at = moment(self.at, actor)?;
        duty.holds(actor.account, at)?;
        let spot = held.state(self.check_point).ok_or(Rejection::UnknownRecord)?;
        if spot.kind() != Kind::CheckPoint.name() {
            return Err(Rejection::WrongKind { wanted: Kind::CheckPoint.name() });
        }
        let passing = Passing { check_point: self.check_point, at, point: self.point };
        let edits = Edits::none().add(PASSED, passing.to_value());
        Ok(opened.write(edits.wishes(opened.table, actor.roles, |_, _| true)?).into())
    }
}

impl EndPatrol {
    fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let (opened, duty) = opened(held, self.record, &self.basis)?;
        let at = moment(self.at, actor)?;
        duty.holds(actor.account, at)?;
        if duty.ended.is_some() {
            return Err(Rejection::OffDuty);
        }
        let mut wishes = vec![Wish::put(ENDED, at.0)];
        if let Some(note) = &self.note {
            let note = Edits::none().put("note", note.as_str());
            wishes.extend(note.wishes(opened.table, actor.roles, |_, _| true)?);
        }
        super::edits::permit(opened.table, ENDED, actor.roles)?;
        Ok(opened.write(wishes).into())
    }
}
