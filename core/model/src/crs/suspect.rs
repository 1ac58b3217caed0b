//! The “500 m east?” detector: whether points that claim one reference system look like points of another.
//!
//! Owns the comparison with places that are known well. Refuses to correct anything: a person decides what an import
//! was drawn on. Invariant: points that lie where their references are are never suspected.

use super::{Degrees, MapCrs};
use crate::geo::{Point, Polygon};
use crate::limits;

/// What the points of an import look like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// Too few points to say.
    TooFew,
    /// They lie where they should.
    Fits {
        /// Mean distance to the references, metres.
        mean_m: f64,
        /// How many points agree.
        agree: usize,
    },
    /// They lie where points of another system would.
    LooksLike {
        /// That system.
        crs: MapCrs,
        /// Mean distance to the references as claimed, metres.
        mean_m: f64,
        /// How many points agree.
        agree: usize,
    },
    /// They lie elsewhere, and no system explains it.
    Unexplained {
        /// Mean distance to the references as claimed, metres.
        mean_m: f64,
    },
}

impl Verdict {
    /// The stable code that shells have words for.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooFew => "too_few",
            Self::Fits { .. } => "fits",
            Self::LooksLike { .. } => "looks_like",
            Self::Unexplained { .. } => "unexplained",
        }
    }
}

/// Judges an import by points whose true places are known: each as written, with its reference. The references may be
/// rough (the middle of an estate): the middle of all residuals counts, so that single wrong rows count for nothing.
pub fn judge(pairs: &[(Degrees, Point)], claimed: MapCrs) -> Verdict {
    if pairs.len() < limits::SUSPECT_POINTS_MIN {
        return Verdict::TooFew;
    }
    let residual = |crs: MapCrs, (at, truth): &(Degrees, Point)| crs.to_wgs84(*at).east_north_m(Degrees::from(truth));
    let middle = |crs: MapCrs| {
        let (east, north): (Vec<f64>, Vec<f64>) = pairs.iter().map(|pair| residual(crs, pair)).unzip();
        median(east).hypot(median(north))
    };
    let length = |crs: MapCrs, pair: &(Degrees, Point)| {
        let (east, north) = residual(crs, pair);
        east.hypot(north)
    };
    let off_m = middle(claimed);
    if off_m <= limits::SUSPECT_OFFSET_M {
        // Single points that are far off are no reason to doubt the rest, and would hide it in the mean.
        let near: Vec<f64> =
            pairs.iter().map(|p| length(claimed, p)).filter(|m| *m <= limits::SUSPECT_REACH_M).collect();
        return Verdict::Fits { mean_m: mean(&near), agree: near.len() };
    }
    let others = MapCrs::ALL.into_iter().filter(|crs| differs(*crs, claimed)).map(|crs| (middle(crs), crs));
    let best = others.min_by(|a, b| a.0.total_cmp(&b.0));
    let explained = best.filter(|(left_m, _)| *left_m <= limits::SUSPECT_OFFSET_M && *left_m < off_m / 2.0);
    if let Some((_, crs)) = explained {
        let agrees = |p: &&(Degrees, Point)| length(crs, p) < length(claimed, p).min(limits::SUSPECT_REACH_M);
        let agreeing: Vec<f64> = pairs.iter().filter(agrees).map(|p| length(claimed, p)).collect();
        if agreeing.len() * 3 >= pairs.len() * 2 {
            return Verdict::LooksLike { crs, mean_m: mean(&agreeing), agree: agreeing.len() };
        }
    }
    let all: Vec<f64> = pairs.iter().map(|p| length(claimed, p)).collect();
    Verdict::Unexplained { mean_m: mean(&all) }
}

/// Judges an import by the boundaries that its points should lie in: the system that puts the most inside is believed,
/// if it puts two thirds inside and clearly more than the claimed one. The mean is how far the points would move.
pub fn judge_by_grids(pairs: &[(Degrees, &Polygon)], claimed: MapCrs) -> Verdict {
    if pairs.len() < limits::SUSPECT_POINTS_MIN {
        return Verdict::TooFew;
    }
    let inside = |crs: MapCrs| pairs.iter().filter(|(at, grid)| lies_in(*at, crs, grid)).count();
    let moved_m = |crs: MapCrs| {
        let moves = pairs.iter().map(|(at, _)| {
            let (east, north) = claimed.to_wgs84(*at).east_north_m(crs.to_wgs84(*at));
            east.hypot(north)
        });
        mean(&moves.collect::<Vec<_>>())
    };
    let (here, most) = (inside(claimed), |agree: usize| agree * 3 >= pairs.len() * 2);
    let others = MapCrs::ALL.into_iter().filter(|crs| differs(*crs, claimed)).map(|crs| (inside(crs), crs));
    match others.max_by_key(|(agree, crs)| (*agree, std::cmp::Reverse(*crs))) {
        Some((agree, crs)) if most(agree) && agree * 4 > here * 5 => {
            Verdict::LooksLike { crs, mean_m: moved_m(crs), agree }
        }
        _ if most(here) => Verdict::Fits { mean_m: 0.0, agree: here },
        _ => Verdict::Unexplained { mean_m: 0.0 },
    }
}

/// What one point alone looks like beside the grid that it claims to be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lone {
    /// It lies in its grid.
    Inside,
    /// It lies outside its grid, but inside when it is taken for a point of this system.
    InsideAs(MapCrs),
    /// It lies outside its grid in every system.
    Outside,
}

impl Lone {
    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::InsideAs(_) => "inside_as",
            Self::Outside => "outside",
        }
    }
}

/// Judges one point by its grid: as claimed first, then shifted back as GCJ-02 or BD-09, then unshifted.
pub fn judge_lone(at: Degrees, claimed: MapCrs, grid: &Polygon) -> Lone {
    if lies_in(at, claimed, grid) {
        return Lone::Inside;
    }
    let others = [MapCrs::Gcj02, MapCrs::Bd09, MapCrs::Wgs84].into_iter().filter(|crs| differs(*crs, claimed));
    others.into_iter().find(|crs| lies_in(at, *crs, grid)).map_or(Lone::Outside, Lone::InsideAs)
}

/// Whether two systems put a point in different places.
fn differs(one: MapCrs, other: MapCrs) -> bool {
    one != other && (one.is_shifted() || other.is_shifted())
}

fn lies_in(at: Degrees, crs: MapCrs, grid: &Polygon) -> bool {
    crs.to_wgs84(at).point().is_some_and(|point| grid.covers(&point))
}

#[expect(clippy::cast_precision_loss, reason = "counts of points")]
fn mean(list: &[f64]) -> f64 {
    if list.is_empty() { 0.0 } else { list.iter().sum::<f64>() / list.len() as f64 }
}

fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list.get(list.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A place in or near a Chinese city.
    const AT: Degrees = Degrees::new(34.6, 119.2);

    fn square(at: Degrees, side: f64) -> Polygon {
        let corner = |lat: f64, lon: f64| {
            let point = Degrees::new(at.lat + lat * side, at.lon + lon * side).point().unwrap();
            (point.lat_e7, point.lon_e7)
        };
        Polygon::new(vec![corner(-1.0, -1.0), corner(-1.0, 1.0), corner(1.0, 1.0), corner(1.0, -1.0)]).unwrap()
    }

    /// Points drawn on a map of `crs`, with references that are off by so many ten-thousandths of a degree.
    fn drawn(crs: MapCrs, offs: &[(f64, f64)]) -> Vec<(Degrees, Point)> {
        let places = offs.iter().zip(0u8..).map(|((lat, lon), n)| {
            let truth = Degrees::new(AT.lat + f64::from(n) * 0.002, AT.lon + f64::from(n) * 0.003);
            (crs.from_wgs84(truth), Degrees::new(truth.lat + lat * 1e-4, truth.lon + lon * 1e-4).point().unwrap())
        });
        places.collect()
    }

    #[test]
    fn a_mistagged_import_is_found() {
        let mut pairs = drawn(MapCrs::Gcj02, &[(3.0, -4.0), (-2.0, 1.0), (0.5, 4.0), (-4.0, -2.0), (1.0, 1.0)]);
        let Verdict::LooksLike { crs, mean_m, agree } = judge(&pairs, MapCrs::Wgs84) else { panic!() };
        assert_eq!((crs, agree), (MapCrs::Gcj02, 5));
        assert!((350.0..650.0).contains(&mean_m), "{mean_m}");
        assert_eq!(judge(&pairs, MapCrs::Gcj02).code(), "fits");
        assert_eq!(judge(&pairs, MapCrs::Bd09).code(), "looks_like");
        assert_eq!(judge(&pairs[..2], MapCrs::Wgs84), Verdict::TooFew);
        pairs[4].1 = Point::from_degrees(1.0, 1.0).unwrap();
        assert!(matches!(judge(&pairs, MapCrs::Wgs84), Verdict::LooksLike { crs: MapCrs::Gcj02, agree: 4, .. }));
        for (_, reference) in &mut pairs {
            reference.lat_e7 += 300_000;
        }
        assert_eq!(judge(&pairs, MapCrs::Wgs84).code(), "unexplained", "three kilometres north is no shift");
    }

    #[test]
    fn grids_and_single_points_tell_too() {
        let places = [0.0, 0.01, 0.02, 0.03].map(|d| Degrees::new(AT.lat + d, AT.lon));
        let grids = places.map(|p| square(p, 0.001));
        for crs in MapCrs::ALL {
            let pairs: Vec<_> = places.iter().zip(&grids).map(|(p, g)| (crs.from_wgs84(*p), g)).collect();
            let verdict = judge_by_grids(&pairs, MapCrs::Wgs84);
            let lone = judge_lone(pairs[0].0, MapCrs::Wgs84, pairs[0].1);
            if crs.is_shifted() {
                assert!(matches!(verdict, Verdict::LooksLike { crs: c, agree: 4, .. } if c == crs), "{verdict:?}");
                assert_eq!(lone, Lone::InsideAs(crs));
            } else {
                assert_eq!((verdict.code(), lone), ("fits", Lone::Inside));
            }
        }
        assert_eq!(judge_lone(Degrees::new(35.0, 119.0), MapCrs::Wgs84, &grids[0]), Lone::Outside);
    }

    proptest! {
        #[test]
        fn what_is_right_is_never_suspected(
            which in 0usize..4, offs in proptest::collection::vec((-5.0f64..5.0, -5.0f64..5.0), 3..20),
        ) {
            let crs = MapCrs::ALL[which];
            let verdict = judge(&drawn(crs, &offs), crs);
            let all = matches!(verdict, Verdict::Fits { agree, .. } if agree == offs.len());
            prop_assert!(all, "{:?}", verdict);
        }

        #[test]
        fn a_shift_is_found_through_rough_references(
            which in 2usize..4, offs in proptest::collection::vec((-9.0f64..9.0, -9.0f64..9.0), 9..30),
        ) {
            let crs = MapCrs::ALL[which];
            let verdict = judge(&drawn(crs, &offs), MapCrs::Wgs84);
            let found = matches!(verdict, Verdict::LooksLike { crs: c, .. } if c == crs);
            prop_assert!(found, "{:?}", verdict);
        }
    }
}
