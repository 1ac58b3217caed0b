//! Sets of boundaries, sound and broken.

use super::*;
use ::geo::GeodesicArea;
use proptest::prelude::*;

/// A corner near a Chinese city.
const AT: (i32, i32) = (346_000_000, 1_192_000_000);

fn unit(n: u8) -> UnitId {
    UnitId([n; 16])
}

fn polygon(offsets: &[(i32, i32)]) -> Polygon {
    Polygon::new(offsets.iter().map(|(lat, lon)| (AT.0 + lat, AT.1 + lon)).collect()).unwrap()
}

fn rectangle(south: i32, west: i32, north: i32, east: i32) -> Polygon {
    polygon(&[(south, west), (south, east), (north, east), (north, west)])
}

fn grid(n: u8, polygon: Polygon) -> Grid {
    Grid { unit: unit(n), polygon, dedicated: false }
}

/// What is wrong, with whom, how much in hundreds of m².
fn told(offences: &[Offence]) -> Vec<(&'static str, Vec<u8>, i64)> {
    let line = |o: &Offence| {
        #[expect(clippy::cast_possible_truncation, reason = "a test's square metres")]
        (o.defect.code(), o.units.iter().map(|u| u.0[0]).collect(), (o.area_m2 / 100.0).round() as i64)
    };
    offences.iter().map(line).collect()
}

#[test]
fn what_is_exactly_divided_is_sound() {
    let parent = rectangle(0, 0, 100_000, 200_000);
    let grids = [
        grid(1, polygon(&[(0, 0), (0, 100_000), (33_333, 77_777), (100_000, 100_000), (100_000, 0)])),
        grid(2, polygon(&[(0, 100_000), (0, 200_000), (100_000, 200_000), (100_000, 100_000), (33_333, 77_777)])),
        Grid { dedicated: true, ..grid(3, rectangle(10_000, 10_000, 20_000, 20_000)) },
    ];
    assert_eq!(check(Some((unit(9), &parent)), &grids, 0.0), []);
}

#[test]
fn the_offending_places_are_named() {
    let parent = rectangle(0, 0, 100_000, 200_000);
    let grids = [
        grid(1, rectangle(0, 0, 100_000, 90_000)),
        grid(2, rectangle(0, 80_000, 100_000, 150_000)),
        grid(3, rectangle(0, 160_000, 100_000, 205_000)),
    ];
    let found = check(Some((unit(9), &parent)), &grids, 1.0);
    // 0.001° of longitude there are 91.7 m, 0.01° of latitude 1109.4 m.
    assert_eq!(
        told(&found),
        [("overlap", vec![1, 2], 1018), ("gap", vec![2, 3, 9], 1018), ("outside_parent", vec![3, 9], 509)]
    );
    let places = [(0, 80_000, 90_000), (1, 150_000, 160_000), (2, 200_000, 205_000)];
    for (n, west, east) in places {
        let at = found[n].at.unwrap();
        assert!((AT.1 + west..=AT.1 + east).contains(&at.lon_e7), "{at:?}");
        assert!((AT.0..=AT.0 + 100_000).contains(&at.lat_e7), "{at:?}");
    }
    assert_eq!(check(Some((unit(9), &parent)), &grids, 200_000.0), [], "a stated tolerance");
    assert_eq!(told(&check(None, &grids, 1.0)).len(), 1, "without a parent siblings only");
}

#[test]
fn rings_that_are_none() {
    let ring = |offsets: &[(i32, i32)]| {
        let vertices: Vec<_> = offsets.iter().map(|(lat, lon)| (AT.0 + lat, AT.1 + lon)).collect();
        check_ring(unit(1), &vertices).map_err(|o| (o.defect, o.at.map(|p| (p.lat_e7 - AT.0, p.lon_e7 - AT.1))))
    };
    assert!(ring(&[(0, 0), (0, 9), (9, 9), (0, 0)]).is_ok());
    assert_eq!(ring(&[(0, 0), (0, 9), (9, 9)]), Err((Defect::Open, Some((0, 0)))));
    assert_eq!(ring(&[]), Err((Defect::Open, None)));
    assert_eq!(ring(&[(0, 0), (0, 9), (0, 0)]).map_err(|e| e.0), Err(Defect::CrossesItself));
    assert_eq!(ring(&[(0, 0), (0, 0), (0, 0)]).map_err(|e| e.0), Err(Defect::NoArea));
    let bow = [(0, 0), (100, 100), (100, 0), (0, 100), (0, 0)];
    assert_eq!(ring(&bow), Err((Defect::CrossesItself, Some((50, 50)))));
    let touching = [(0, 0), (0, 100), (50, 50), (100, 100), (100, 0), (50, 50), (0, 0)];
    assert_eq!(ring(&touching), Err((Defect::CrossesItself, Some((50, 50)))));
    let spike = [(0, 0), (0, 100), (0, 50), (100, 50), (0, 0)];
    assert_eq!(ring(&spike).map_err(|e| e.0), Err(Defect::CrossesItself));
}

/// The corners of a rectangle as a file draws them: closed, in degrees of 10⁻⁷ from the corner near the city.
fn corners(south: i32, west: i32, north: i32, east: i32) -> Vec<(i32, i32)> {
    let ring = [(south, west), (south, east), (north, east), (north, west), (south, west)];
    ring.map(|(lat, lon)| (AT.0 + lat, AT.1 + lon)).to_vec()
}

#[test]
fn a_hole_lies_in_its_ring_and_parts_lie_apart() {
    let told = |parts: &[Vec<Vec<(i32, i32)>>]| check_parts(unit(1), parts).map_err(|o| o.defect.code());
    let around = || corners(0, 0, 100_000, 100_000);
    let hole = |west: i32| corners(10_000, west, 20_000, west + 20_000);
    let part = told(&[vec![around(), hole(10_000), hole(50_000)], vec![corners(0, 200_000, 9_000, 209_000)]]).unwrap();
    assert_eq!(part.parts().iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);
    let whole = area_m2(&check_parts(unit(1), &[vec![around()]]).unwrap());
    assert!((area_m2(&part) / whole - (1.0 - 0.02 * 2.0 + 0.0081)).abs() < 0.0001, "{}", area_m2(&part) / whole);
    assert_eq!(told(&[vec![around(), hole(90_000)]]), Err("hole_outside"));
    assert_eq!(told(&[vec![around(), hole(10_000), hole(20_000)]]), Err("hole_outside"), "holes over each other");
    assert_eq!(told(&[vec![around()], vec![corners(0, 90_000, 9_000, 209_000)]]), Err("parts_overlap"));
    assert!(told(&[vec![around()], vec![corners(0, 100_000, 9_000, 209_000)]]).is_ok(), "to touch is not to overlap");
    let bow = [(0, 0), (100, 100), (100, 0), (0, 100), (0, 0)].map(|(lat, lon)| (AT.0 + lat, AT.1 + lon)).to_vec();
    assert_eq!(told(&[vec![around(), bow]]), Err("crosses_itself"), "every ring is looked at");
    assert_eq!(told(&[]), Err("no_area"));
}

#[test]
fn a_hole_that_a_dedicated_grid_fills_is_no_gap_and_one_that_none_fills_is() {
    let parent = rectangle(0, 0, 100_000, 100_000);
    let rings = vec![corners(0, 0, 100_000, 100_000), corners(40_000, 40_000, 60_000, 60_000)];
    let basic = grid(1, check_parts(unit(1), &[rings]).unwrap());
    let school = Grid { dedicated: true, ..grid(2, rectangle(40_000, 40_000, 60_000, 60_000)) };
    assert_eq!(check(Some((unit(9), &parent)), &[basic.clone(), school.clone()], 1.0), []);
    let half = Grid { polygon: rectangle(40_000, 40_000, 60_000, 50_000), ..school };
    // 0.002° by 0.001° there are 222 m by 92 m.
    assert_eq!(told(&check(Some((unit(9), &parent)), &[basic.clone(), half], 1.0)), [("gap", vec![1, 9], 204)]);
    assert_eq!(told(&check(Some((unit(9), &parent)), std::slice::from_ref(&basic), 1.0)), [("gap", vec![1, 9], 407)]);
    let other = grid(3, rectangle(45_000, 45_000, 55_000, 55_000));
    let found = check(None, &[basic.clone(), other], 1.0);
    assert_eq!(found, [], "a basic grid in the hole of another overlaps nothing");
    let over = grid(3, rectangle(45_000, 30_000, 55_000, 55_000));
    assert_eq!(told(&check(None, &[basic, over], 1.0)), [("overlap", vec![1, 3], 102)]);
}

#[test]
fn a_crossing_grid_is_named_and_the_rest_still_judged() {
    let parent = rectangle(0, 0, 100_000, 200_000);
    let bow = polygon(&[(0, 0), (100_000, 90_000), (100_000, 0), (0, 80_000)]);
    let grids = [
        grid(1, bow),
        grid(2, rectangle(0, 90_000, 100_000, 160_000)),
        grid(3, rectangle(0, 150_000, 100_000, 200_000)),
    ];
    let found = check(Some((unit(9), &parent)), &grids, 1.0);
    assert_eq!(told(&found), [("crosses_itself", vec![1], 0), ("overlap", vec![2, 3], 1018)]);
}

#[test]
fn the_edition_of_a_day() {
    let edition = |from_day, until_day| Edition { from_day, until_day, polygon: rectangle(0, 0, 9, 9) };
    let editions = [edition(100, Some(200)), edition(200, None), edition(300, None)];
    let on = |day| valid_on(&editions, day).map(|e| e.from_day);
    assert_eq!((on(99), on(100), on(199), on(200), on(400)), (None, Some(100), Some(100), Some(200), Some(300)));
    assert_eq!(contradictions(&editions), [(1, 2)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn areas_are_those_of_the_ellipsoid(lat in 18i32..53, lon in 75i32..134, height in 1_000i32..400_000, width in 1_000i32..400_000) {
        let corner = (lat * 10_000_000, lon * 10_000_000);
        let corners = [(0, 0), (0, width), (height, width), (height, 0)].map(|(a, o)| (corner.0 + a, corner.1 + o));
        let planar = area_m2(&Polygon::new(corners.to_vec()).unwrap());
        let ring = corners.map(|(a, o)| (f64::from(o) / 1e7, f64::from(a) / 1e7));
        let true_m2 = ::geo::Polygon::new(LineString::from(ring.to_vec()), vec![]).geodesic_area_unsigned();
        prop_assert!((planar / true_m2 - 1.0).abs() < 0.001, "{} {}", planar, true_m2);
    }

    #[test]
    fn a_parent_cut_along_lines_is_sound_until_a_grid_moves(
        cuts in proptest::collection::btree_set(1i32..99, 1..7), rows in proptest::collection::btree_set(1i32..99, 0..4),
        moved in any::<prop::sample::Index>(), by in 5i32..40,
    ) {
        let lines = |inner: &std::collections::BTreeSet<i32>| -> Vec<i32> {
            std::iter::once(0).chain(inner.iter().copied()).chain([100]).map(|n| n * 1_000).collect()
        };
        let (columns, rows) = (lines(&cuts), lines(&rows));
        let parent = rectangle(0, 0, 100_000, 100_000);
        let cells = rows.windows(2).flat_map(|r| columns.windows(2).map(move |c| rectangle(r[0], c[0], r[1], c[1])));
        let mut grids: Vec<Grid> = cells.zip(1u8..).map(|(cell, n)| grid(n, cell)).collect();
        let sound = check(Some((unit(99), &parent)), &grids, 0.0);
        prop_assert!(sound.is_empty(), "{:?}", sound);
        let at = moved.index(grids.len());
        let shifted = grids[at].polygon.vertices().map(|(lat, lon)| (lat, lon + by * 100)).collect();
        grids[at].polygon = Polygon::new(shifted).unwrap();
        let found = check(Some((unit(99), &parent)), &grids, 1.0);
        let named = grids[at].unit;
        prop_assert!(found.iter().any(|o| o.units.contains(&named) && o.defect != Defect::Gap), "{:?}", found);
        prop_assert!(found.iter().any(|o| o.defect == Defect::Gap), "{:?}", found);
        grids.reverse();
        prop_assert_eq!(check(Some((unit(99), &parent)), &grids, 1.0), found);
    }
}
