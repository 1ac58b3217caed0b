//! Patrols: who is on duty, which check-points were passed, and to its own person the track.
//!
//! Owns the distance of a passing from its check-point. Refuses kilometres, minutes and rankings: a patrol is told by its
//! check-points. Invariant: a track is read from this phone's own tables, aged to the moment of reading.

use super::{Reader, StoreError};
use gridwalk_model::command::patrol::Duty;
use gridwalk_model::geo::Point;
use gridwalk_model::kind::patrol::PASSED;
use gridwalk_model::kind::{Kind, PARENT, Passing, check_point};
use gridwalk_model::track::{CheckPoint, Grain, TrackPoint, aged, simplify};
use gridwalk_model::view::GroupView;
use gridwalk_model::{AccountId, RecordId, Timestamp, UnitId, limits};
use gridwalk_store::{RowFilter, ViewRow};

/// A patrol.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct PatrolView {
    /// The patrol.
    pub record: RecordId,
    /// The grid.
    pub unit: Option<UnitId>,
    /// Its name.
    pub unit_name: Option<String>,
    /// Who went on duty.
    pub by: AccountId,
    /// When.
    pub started: Timestamp,
    /// When they came off duty; `None` while they are on.
    pub ended: Option<Timestamp>,
    /// The check-points of the grid and below, with their passings.
    pub check_points: Vec<CheckPointLine>,
    /// How many of them were passed.
    pub passed: usize,
}

/// A check-point of a patrol.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CheckPointLine {
    /// The check-point.
    pub record: RecordId,
    /// Its name.
    pub name: String,
    /// How near counts as there, metres.
    pub radius_m: u32,
    /// Its passings on this patrol.
    pub passings: Vec<PassingLine>,
    #[serde(skip)]
    point: Option<Point>,
}

impl CheckPointLine {
    /// Where it is and how near is there, if it says where.
    pub fn reach(&self) -> Option<CheckPoint> {
        Some(CheckPoint { at: self.point?, radius_m: self.radius_m })
    }
}

/// One passing.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct PassingLine {
    /// When.
    pub at: Timestamp,
    /// Reference system of the fix; none where there was no fix.
    pub crs: Option<&'static str>,
    /// Accuracy of the fix, centimetres.
    pub accuracy_cm: Option<u32>,
    /// Whether the platform says that the fix is made up.
    pub mock: bool,
    /// Metres from the check-point, by the fix.
    pub metres: Option<u32>,
    /// Whether the fix says that it was there; nothing where there was none, or the check-point says no place.
    pub reached: Option<bool>,
}

/// A track as its person sees it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TrackView {
    /// The patrol.
    pub patrol: RecordId,
    /// How much of it is left: `fine`, `coarse` or `gone`.
    pub grain: &'static str,
    /// Its points, simplified.
    pub points: Vec<TrackLine>,
    /// Whether supervisors may see it.
    pub shared: bool,
    /// Whether the server knows that.
    pub told: bool,
    /// From when on it is coarse only.
    pub coarse_from: Timestamp,
    /// From when on it is gone.
    pub gone_from: Timestamp,
}

/// One point of a track.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TrackLine {
    /// When.
    pub at: Timestamp,
    /// Latitude, 10⁻⁷ degrees.
    pub lat_e7: i32,
    /// Longitude, 10⁻⁷ degrees.
    pub lon_e7: i32,
    /// Reference system.
    pub crs: &'static str,
    /// Accuracy, centimetres.
    pub accuracy_cm: Option<u32>,
    /// Whether the platform says that it is made up.
    pub mock: bool,
}

impl From<TrackPoint> for TrackLine {
    fn from(point: TrackPoint) -> Self {
        Self {
            at: point.when,
            lat_e7: point.at.lat_e7,
            lon_e7: point.at.lon_e7,
            crs: point.at.crs.name(),
            accuracy_cm: point.at.accuracy_cm,
            mock: point.at.mock,
        }
    }
}

/// A track as it may be shown or told at a moment: aged, with as few points as stay near to it.
pub fn shown_track(track: &[TrackPoint], now: Timestamp) -> Vec<TrackPoint> {
    simplify(&aged(track, now), limits::TRACK_WITHIN_M)
}

impl Reader<'_> {
    /// Patrols of this phone's person that have no end.
    pub fn open_patrols(&self) -> Result<Vec<RecordId>, StoreError> {
        let mut open = Vec::new();
        for row in self.store.rows(&RowFilter::kind(Kind::Patrol.name()))? {
            let state = self.store.predicted(row.record, self.actor.now)?.state;
            if Duty::of(&state).is_some_and(|duty| duty.by == self.actor.account && duty.ended.is_none()) {
                open.push(row.record);
            }
        }
        Ok(open)
    }

    /// Patrols that this phone holds, the newest first.
    pub fn patrols(&self, unit: Option<UnitId>, limit: u32) -> Result<Vec<PatrolView>, StoreError> {
        let filter = RowFilter { unit, with_below: true, limit, ..RowFilter::kind(Kind::Patrol.name()) };
        let rows = self.store.rows(&filter)?;
        let views = rows.into_iter().map(|row| self.patrol(row.record)).collect::<Result<Vec<_>, _>>()?;
        Ok(views.into_iter().flatten().collect())
    }

    /// A patrol with its check-points; `None` if it is not on this phone.
    pub fn patrol(&self, record: RecordId) -> Result<Option<PatrolView>, StoreError> {
        let Some(row) = self.store.row(record)?.filter(|r| r.kind == Kind::Patrol.name()) else { return Ok(None) };
        let state = self.store.predicted(record, self.actor.now)?.state;
        let Some(duty) = Duty::of(&state) else { return Ok(None) };
        let passings: Vec<Passing> =
            GroupView::alone(&state).set(PASSED).into_iter().filter_map(Passing::from_value).collect();
        let filter = RowFilter { unit: row.unit, with_below: true, ..RowFilter::kind(Kind::CheckPoint.name()) };
        let mut check_points = Vec::new();
        for spot in self.store.rows(&filter)? {
            check_points.push(self.check_point(&spot, &passings)?);
        }
        let passed = check_points.iter().filter(|spot| !spot.passings.is_empty()).count();
        let unit_name = row.unit.map(|u| self.unit_name(u)).transpose()?.flatten();
        let Duty { by, started, ended } = duty;
        Ok(Some(PatrolView { record, unit: row.unit, unit_name, by, started, ended, check_points, passed }))
    }

    /// The track of a patrol of this phone's person; `None` where this phone has none.
    pub fn own_track(&self, patrol: RecordId) -> Result<Option<TrackView>, StoreError> {
        let Some(view) = self.patrol(patrol)?.filter(|p| p.by == self.actor.account) else { return Ok(None) };
        let now = self.actor.now;
        let word = self.store.track_word(patrol)?;
        let points = shown_track(&self.store.track(patrol)?, now);
        Ok(Some(TrackView {
            patrol,
            grain: Grain::at_age(now.0.saturating_sub(view.started.0)).code(),
            points: points.into_iter().map(TrackLine::from).collect(),
            shared: word.is_some_and(|w| w.shared),
            told: word.is_some_and(|w| w.told),
            coarse_from: Timestamp(view.started.0.saturating_add(limits::TRACK_COARSE_MS)),
            gone_from: Timestamp(view.started.0.saturating_add(limits::TRACK_GONE_MS)),
        }))
    }

    fn check_point(&self, row: &ViewRow, passings: &[Passing]) -> Result<CheckPointLine, StoreError> {
        let state = self.store.predicted(row.record, self.actor.now)?.state;
        let parent = state.value(PARENT).and_then(gridwalk_model::Value::as_id);
        let of_place = match (row.point(), parent) {
            (None, Some(place)) => self.store.row(place)?.and_then(|row| row.point()),
            (own, _) => own,
        };
        let said = state.value("radius_m").and_then(|v| u32::try_from(v.as_int()?).ok());
        let radius_m = said.unwrap_or(check_point::RADIUS_M);
        let reach = of_place.map(|at| CheckPoint { at, radius_m });
        let line = |passing: &Passing| PassingLine {
            at: passing.at,
            crs: passing.point.map(|p| p.crs.name()),
            accuracy_cm: passing.point.and_then(|p| p.accuracy_cm),
            mock: passing.point.is_some_and(|p| p.mock),
            metres: reach.zip(passing.point).map(|(reach, point)| whole_metres(reach.at.distance_m(&point))),
            reached: reach.zip(passing.point).map(|(reach, point)| reach.is_reached(&point)),
        };
        let passings = passings.iter().filter(|p| p.check_point == row.record).map(line).collect();
        Ok(CheckPointLine { record: row.record, name: row.title.clone(), radius_m, passings, point: of_place })
    }
}

fn whole_metres(metres: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a distance on earth, rounded")]
    let whole = metres.round().clamp(0.0, f64::from(u32::MAX)) as u32;
    whole
}
