//! Tracks of a patrol: fewer points, coarser with age, gone in the end; and which check-points were reached.
//!
//! Owns the rules. Refuses to record, and knows neither the worker nor the clock. Invariant: no point is made up but
//! by coarsening, which tells less each time, and what is older than the limit is gone.

use crate::geo::{Point, metres_per_degree};
use crate::limits;
use crate::time::Timestamp;

/// A point of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackPoint {
    /// Where.
    pub at: Point,
    /// When.
    pub when: Timestamp,
}

/// How much of a track is left at an age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// As it was recorded and simplified.
    Fine,
    /// Cells of some hundred metres and steps of a quarter of an hour.
    Coarse,
    /// Nothing.
    Gone,
}

impl Grain {
    /// What is left at that age; the future is as fine as now.
    pub const fn at_age(age_ms: i64) -> Self {
        if age_ms >= limits::TRACK_GONE_MS {
            Self::Gone
        } else if age_ms >= limits::TRACK_COARSE_MS {
            Self::Coarse
        } else {
            Self::Fine
        }
    }

    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Coarse => "coarse",
            Self::Gone => "gone",
        }
    }
}

/// The track with as few of its points as stay within that many metres of it (Douglas and Peucker). First and last stay.
pub fn simplify(track: &[TrackPoint], within_m: f64) -> Vec<TrackPoint> {
    let Some(last) = track.len().checked_sub(1) else { return Vec::new() };
    let mut kept = vec![false; track.len()];
    kept[0] = true;
    kept[last] = true;
    let mut parts = vec![(0, last)];
    while let Some((from, to)) = parts.pop() {
        let inner = (from + 1..to).map(|i| (off_m(&track[i].at, &track[from].at, &track[to].at), i));
        if let Some((off, at)) = inner.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(off, _)| *off > within_m) {
            debug_assert!(off.is_finite());
            kept[at] = true;
            parts.extend([(from, at), (at, to)]);
        }
    }
    track.iter().zip(kept).filter(|(_, kept)| *kept).map(|(point, _)| *point).collect()
}

/// How far a point lies from the line between two others, metres.
fn off_m(point: &Point, from: &Point, to: &Point) -> f64 {
    let (per_lat, per_lon) = metres_per_degree(from.lat());
    let plane = |p: &Point| ((p.lon() - from.lon()) * per_lon, (p.lat() - from.lat()) * per_lat);
    let ((x, y), (along, up)) = (plane(point), plane(to));
    let length2 = along * along + up * up;
    let share = if length2 > 0.0 { ((x * along + y * up) / length2).clamp(0.0, 1.0) } else { 0.0 };
    (x - share * along).hypot(y - share * up)
}

/// The track as it may still be kept at `now`: each point by its own age; gone by that of its quarter of an hour, so that
/// what was coarsened before goes at the same time as what was not. Coarse points stand in the middle of their
/// cell, at the beginning of their step, without accuracy, altitude and satellite time; one a step and cell.
pub fn aged(track: &[TrackPoint], now: Timestamp) -> Vec<TrackPoint> {
    let mut kept: Vec<TrackPoint> = Vec::with_capacity(track.len());
    for point in track {
        let age = |when: Timestamp| Grain::at_age(now.0.saturating_sub(when.0));
        let left = match (age(point.when), age(step_of(point.when))) {
            (Grain::Fine, _) => *point,
            (_, Grain::Gone) => continue,
            _ => coarse(point),
        };
        if kept.last() != Some(&left) {
            kept.push(left);
        }
    }
    kept
}

/// A point without what tells more than its cell and its quarter of an hour.
pub fn coarse(point: &TrackPoint) -> TrackPoint {
    let lat_e7 = cell(point.at.lat_e7, limits::TRACK_CELL_E7).clamp(-900_000_000, 900_000_000);
    // Meridians come together: a cell has as many rows of longitude as keep it about square.
    let narrow = (f64::from(lat_e7) / 1e7).to_radians().cos().max(0.01);
    #[expect(clippy::cast_possible_truncation, reason = "at most a hundred times a small number")]
    let width = (f64::from(limits::TRACK_CELL_E7) / narrow).round() as i32;
    let lon_e7 = cell(point.at.lon_e7, width).clamp(-1_800_000_000, 1_800_000_000);
    let at =
        Point { lat_e7, lon_e7, crs: point.at.crs, source: point.at.source, mock: point.at.mock, ..Point::default() };
    TrackPoint { at, when: step_of(point.when) }
}

/// The beginning of the step that a moment lies in.
const fn step_of(when: Timestamp) -> Timestamp {
    Timestamp(when.0.div_euclid(limits::TRACK_STEP_MS).saturating_mul(limits::TRACK_STEP_MS))
}

/// The middle of the cell of that width.
fn cell(coordinate: i32, width: i32) -> i32 {
    coordinate.div_euclid(width).saturating_mul(width).saturating_add(width / 2)
}

/// A place that a patrol is to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckPoint {
    /// Where.
    pub at: Point,
    /// How near is there, metres.
    pub radius_m: u32,
}

impl CheckPoint {
    /// Whether somebody there may have been at it: within its radius and the accuracy of the point. A fix that is so
    /// inaccurate that it says nothing, or made up, never is.
    pub fn is_reached(&self, at: &Point) -> bool {
        let accuracy_m = f64::from(at.accuracy_cm.unwrap_or(0)) / 100.0;
        let told = accuracy_m <= limits::CHECK_ACCURACY_M && !at.mock;
        told && self.at.distance_m(at) <= f64::from(self.radius_m) + accuracy_m
    }

    /// The first point of a track at which it was reached.
    pub fn hit(&self, track: &[TrackPoint]) -> Option<TrackPoint> {
        track.iter().find(|point| self.is_reached(&point.at)).copied()
    }
}

/// Which check-points a track reached, and when, in the order of the check-points.
pub fn hits(track: &[TrackPoint], points: &[CheckPoint]) -> Vec<Option<Timestamp>> {
    points.iter().map(|point| point.hit(track).map(|hit| hit.when)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DAY_MS: i64 = 24 * 3600 * 1000;

    fn at(lat_e7: i32, lon_e7: i32, when: i64) -> TrackPoint {
        let fix = Point { accuracy_cm: Some(800), altitude_cm: Some(5), ..Point::new(lat_e7, lon_e7).unwrap() };
        TrackPoint { at: fix, when: Timestamp(when) }
    }

    /// A walk from the corner of a Chinese city: steps in 10⁻⁷ degrees and seconds.
    fn walk(steps: &[(i32, i32, i64)]) -> Vec<TrackPoint> {
        let mut here = (346_000_000, 1_192_000_000, 1_700_000_000_000);
        let step = |(lat, lon, s): &(i32, i32, i64)| {
            here = (here.0 + lat, here.1 + lon, here.2 + s * 1000);
            at(here.0, here.1, here.2)
        };
        steps.iter().map(step).collect()
    }

    #[test]
    fn a_straight_way_is_two_points_and_a_corner_stays() {
        let straight = walk(&[(0, 0, 0), (1000, 1000, 10), (1000, 1000, 10), (1000, 1000, 10)]);
        assert_eq!(simplify(&straight, 1.0), [straight[0], straight[3]]);
        let corner = walk(&[(0, 0, 0), (5000, 0, 60), (0, 5000, 60)]);
        assert_eq!(simplify(&corner, 5.0), corner);
        let there_and_back = walk(&[(0, 0, 0), (5000, 0, 60), (-5000, 0, 60)]);
        assert_eq!(simplify(&there_and_back, 5.0), there_and_back, "the far end of a dead end");
        assert_eq!(simplify(&[], 5.0), []);
    }

    #[test]
    fn a_track_fades() {
        let track = walk(&[(0, 0, 0), (50, 50, 10), (60, 60, 20), (30_000, 0, 1800)]);
        let aged_by = |ms: i64| aged(&track, Timestamp(track[0].when.0 + ms));
        assert_eq!(aged_by(7 * DAY_MS - 1), track);
        let coarse = aged_by(8 * DAY_MS);
        assert_eq!(coarse.len(), 2, "{coarse:?}");
        assert!(coarse.iter().all(|p| p.at.accuracy_cm.is_none() && p.when.0 % 900_000 == 0));
        assert_eq!(aged_by(31 * DAY_MS), []);
        let month = Timestamp(track[0].when.0 + 30 * DAY_MS + 1);
        assert_eq!(aged(&coarse, month), aged(&track, month), "the end of the month comes to both at once");
        let codes = [0, 7 * DAY_MS, 30 * DAY_MS].map(|age| Grain::at_age(age).code());
        assert_eq!(codes, ["fine", "coarse", "gone"]);
    }

    #[test]
    fn check_points_are_reached_within_radius_and_accuracy() {
        let track = walk(&[(0, 0, 0), (10_000, 0, 60)]);
        let place = |lat: i32, radius_m| CheckPoint {
            at: Point::new(track[1].at.lat_e7 + lat, track[1].at.lon_e7).unwrap(),
            radius_m,
        };
        // 0.0001° of latitude are 11 m; the fixes are right to 8 m.
        let found = hits(&track, &[place(2000, 15), place(2000, 10), place(-10_000, 1)]);
        assert_eq!(found, [Some(track[1].when), None, Some(track[0].when)]);
        let bad = TrackPoint { at: Point { accuracy_cm: Some(90_000), ..track[1].at }, ..track[1] };
        let mock = TrackPoint { at: Point { mock: true, ..track[1].at }, ..track[1] };
        assert_eq!(hits(&[bad, mock], &[place(0, 50)]), [None], "a fix that says nothing, and one that is made up");
    }

    proptest! {
        #[test]
        fn a_simplified_track_stays_near(steps in proptest::collection::vec((-3000i32..3000, -3000i32..3000, 1i64..60), 0..60), within in 1.0f64..40.0) {
            let track = walk(&steps);
            let simple = simplify(&track, within);
            prop_assert!(simple.len() <= track.len());
            let mut rest = track.iter();
            prop_assert!(simple.iter().all(|kept| rest.any(|p| p == kept)), "points of the track, in order");
            for point in &track {
                let near = simple.windows(2).filter(|w| w[0].when <= point.when && point.when <= w[1].when);
                let off = near.map(|w| off_m(&point.at, &w[0].at, &w[1].at)).fold(f64::INFINITY, f64::min);
                prop_assert!(off <= within || simple.contains(point), "{} m", off);
            }
        }

        #[test]
        fn what_is_coarse_tells_no_more(lat in -850_000_000i32..850_000_000, lon in -1_790_000_000i32..1_790_000_000, when in 0i64..2_000_000_000_000, dlat in 0i32..4_000, dlon in 0i32..4_000) {
            let one = at(lat, lon, when);
            let blurred = coarse(&one);
            prop_assert_eq!(coarse(&blurred), blurred, "once is enough");
            prop_assert!(one.at.distance_m(&blurred.at) < 120.0);
            prop_assert!((0..limits::TRACK_STEP_MS).contains(&(when - blurred.when.0)));
            let other = coarse(&at(lat + dlat, lon + dlon, when));
            let apart = blurred.at.distance_m(&other.at);
            prop_assert!(apart == 0.0 || apart > 50.0 || lat.abs() > 600_000_000, "{}", apart);
        }

        #[test]
        fn age_only_takes_away(steps in proptest::collection::vec((-3000i32..3000, -3000i32..3000, 1i64..4000), 0..40), a in 0i64..40, b in 0i64..40) {
            let track = walk(&steps);
            let at = |days: i64| Timestamp(1_700_000_000_000 + days * DAY_MS);
            let (sooner, later) = (at(a.min(b)), at(a.max(b)));
            prop_assert_eq!(aged(&aged(&track, sooner), later), aged(&track, later), "in one step or in two");
        }
    }
}
