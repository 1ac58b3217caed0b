//! On duty: where somebody is, while they are on duty and as long as a track may be kept.
//!
//! Owns the way of a fix into the track on this phone and to the check-points that it reaches. Refuses fixes off duty and
//! computes no kilometres. Invariant: no point of a track stands in a change; what is told to the server goes beside the
//! journal, simplified, and only when its person shared it.

use crate::error::AppError;
use crate::notebook::Notebook;
use crate::read::{PatrolView, Reader};
use gridwalk_model::command::Command;
use gridwalk_model::command::patrol::{EndPatrol, PassCheckPoint, Patrol, StartPatrol};
use gridwalk_model::geo::Point;
use gridwalk_model::track::TrackPoint;
use gridwalk_model::{RecordId, Rejection, Timestamp, UnitId};

/// What became of a fix.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FixKept {
    /// The patrol.
    pub patrol: RecordId,
    /// Check-points that it reached for the first time.
    pub passed: Vec<RecordId>,
}

impl Notebook {
    /// On duty in a grid from now on, or from a moment before.
    pub fn start_patrol(&self, unit: UnitId, at: Option<Timestamp>) -> Result<crate::Changed, AppError> {
        let open = self.reader()?.open_patrols()?;
        let start = StartPatrol { record: self.new_record()?, unit, at, open };
        self.execute(&Command::Patrol(Patrol::Start(start)))
    }

    /// Off duty.
    pub fn end_patrol(&self, at: Option<Timestamp>, note: Option<String>) -> Result<crate::Changed, AppError> {
        let record = self.patrol_on()?;
        let end = EndPatrol { record, basis: self.basis(record)?, at, note };
        self.execute(&Command::Patrol(Patrol::End(end)))
    }

    /// Past a check-point, as its person says.
    pub fn pass_check_point(
        &self,
        check_point: RecordId,
        at: Option<Timestamp>,
        point: Option<Point>,
    ) -> Result<crate::Changed, AppError> {
        let record = self.patrol_on()?;
        let pass = PassCheckPoint { record, basis: self.basis(record)?, check_point, at, point };
        self.execute(&Command::Patrol(Patrol::Pass(pass)))
    }

    /// A fix from the platform, on duty: it joins the track on this phone, and passes the check-points that it reaches for
    /// the first time on this patrol.
    pub fn record_fix(&self, point: Point, at: Option<Timestamp>) -> Result<FixKept, AppError> {
        let now = self.now();
        let when = at.unwrap_or(now);
        if when > now {
            return Err(Rejection::NotYet { field: "at" }.into());
        }
        let patrol = self.patrol_on()?;
        let view = self.on_duty()?.patrol(patrol)?.ok_or(Rejection::OffDuty)?;
        if when < view.started {
            return Err(Rejection::OffDuty.into());
        }
        self.store().keep_track_point(patrol, &TrackPoint { at: point, when })?;
        let mut passed = Vec::new();
        for spot in view.check_points.iter().filter(|spot| spot.passings.is_empty()) {
            if spot.reach().is_some_and(|reach| reach.is_reached(&point)) {
                let (basis, at) = (self.basis(patrol)?, Some(when));
                let pass = PassCheckPoint { record: patrol, basis, check_point: spot.record, at, point: Some(point) };
                self.execute_behind_gate(&Command::Patrol(Patrol::Pass(pass)), None)?;
                passed.push(spot.record);
            }
        }
        Ok(FixKept { patrol, passed })
    }

    /// Supervisors may see the track of a patrol of this phone's person, for as long as it is kept; once it has ended.
    pub fn share_track(&self, patrol: RecordId) -> Result<(), AppError> {
        if self.own_patrol(patrol)?.ended.is_none() {
            return Err(Rejection::OnDutyAlready.into());
        }
        self.store().share_track(patrol, self.now())?;
        Ok(())
    }

    /// The track of a patrol goes, here and wherever it was shared.
    pub fn drop_track(&self, patrol: RecordId) -> Result<(), AppError> {
        self.own_patrol(patrol)?;
        self.store().drop_track(patrol, self.now())?;
        Ok(())
    }

    /// The patrol that this phone's person is on.
    fn patrol_on(&self) -> Result<RecordId, AppError> {
        self.on_duty()?.open_patrols()?.first().copied().ok_or_else(|| Rejection::OffDuty.into())
    }

    fn own_patrol(&self, patrol: RecordId) -> Result<PatrolView, AppError> {
        let view = self.reader()?.patrol(patrol)?.ok_or(Rejection::UnknownRecord)?;
        if view.by == self.actor()?.account { Ok(view) } else { Err(Rejection::NotYourDuty.into()) }
    }

    /// What stands behind the gate: a track goes on while the phone is locked in a pocket.
    fn on_duty(&self) -> Result<Reader<'_>, AppError> {
        Ok(Reader { store: self.store(), actor: self.actor()? })
    }
}
