//! Places on earth: points, boundaries, distances, and which grid a point lies in.
//!
//! Owns the value forms of point and polygon. Refuses shifted coordinates (GCJ-02, BD-09): they exist at the map's
//! edge only, and a point without its reference system is no point.
//! Invariant: coordinates are whole numbers of 10⁻⁷ degrees, so that equal places are equal bytes.

use crate::id::{RecordId, UnitId};
use crate::limits;
use crate::time::Timestamp;
use crate::value::Value;
use ::geo::{Area, BoundingRect, Coord, Covers, Distance, Haversine, LineString};
use std::collections::BTreeMap;

/// Units of a coordinate in one degree.
const PER_DEGREE: f64 = 1e7;

/// The reference system of a point; both agree within decimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Crs {
    /// WGS 84, as satellites say it.
    #[default]
    Wgs84,
    /// China Geodetic Coordinate System 2000, as surveys say it.
    Cgcs2000,
}

impl Crs {
    /// Its name in data.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wgs84 => "wgs84",
            Self::Cgcs2000 => "cgcs2000",
        }
    }

    /// The system of that name; shifted ones are none.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Wgs84, Self::Cgcs2000].into_iter().find(|c| c.name() == name)
    }
}

/// Where a point comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum PointSource {
    /// A satellite fix.
    #[default]
    Satellite,
    /// Cells and wireless networks.
    Network,
    /// Picked on a map.
    Map,
    /// Taken from an imported table.
    Import,
    /// Typed in as numbers.
    Typed,
}

impl PointSource {
    const ALL: [Self; 5] = [Self::Satellite, Self::Network, Self::Map, Self::Import, Self::Typed];

    /// Its name in data.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Satellite => "satellite",
            Self::Network => "network",
            Self::Map => "map",
            Self::Import => "import",
            Self::Typed => "typed",
        }
    }

    /// The source of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }
}

/// A point with what is known of how it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Point {
    /// Latitude, 10⁻⁷ degrees, north positive.
    pub lat_e7: i32,
    /// Longitude, 10⁻⁷ degrees, east positive.
    pub lon_e7: i32,
    /// Radius of the accuracy, centimetres, if known.
    pub accuracy_cm: Option<u32>,
    /// Height above the ellipsoid, centimetres, if known.
    pub altitude_cm: Option<i32>,
    /// What the satellites' clock said, which nobody sets, if known.
    pub satellite_at: Option<Timestamp>,
    /// Reference system.
    pub crs: Crs,
    /// Where it comes from.
    pub source: PointSource,
    /// Whether the platform says that the fix is made up.
    pub mock: bool,
}

impl Point {
    /// A point in WGS 84; `None` outside the earth.
    pub fn new(lat_e7: i32, lon_e7: i32) -> Option<Self> {
        on_earth(lat_e7, lon_e7).then(|| Self { lat_e7, lon_e7, ..Self::default() })
    }

    /// From decimal degrees, rounded to 10⁻⁷; `None` outside the earth.
    pub fn from_degrees(lat: f64, lon: f64) -> Option<Self> {
        Self::new(e7(lat)?, e7(lon)?)
    }

    /// Latitude in decimal degrees.
    pub fn lat(&self) -> f64 {
        f64::from(self.lat_e7) / PER_DEGREE
    }

    /// Longitude in decimal degrees.
    pub fn lon(&self) -> f64 {
        f64::from(self.lon_e7) / PER_DEGREE
    }

    /// Its value in a field.
    pub fn to_value(&self) -> Value {
        let mut map = BTreeMap::from([
            ("lat_e7".to_owned(), Value::Int(self.lat_e7.into())),
            ("lon_e7".to_owned(), Value::Int(self.lon_e7.into())),
            ("crs".to_owned(), self.crs.name().into()),
            ("source".to_owned(), self.source.name().into()),
        ]);
        if let Some(accuracy_cm) = self.accuracy_cm {
            map.insert("accuracy_cm".to_owned(), Value::Int(accuracy_cm.into()));
        }
        if let Some(altitude_cm) = self.altitude_cm {
            map.insert("altitude_cm".to_owned(), Value::Int(altitude_cm.into()));
        }
        if let Some(satellite_at) = self.satellite_at {
            map.insert("satellite_ms".to_owned(), Value::Int(satellite_at.0));
        }
        if self.mock {
            map.insert("mock".to_owned(), Value::Bool(true));
        }
        Value::Map(map)
    }

    /// Reads a field's value; `None` where it is no point or does not name its reference system. Keys of a later
    /// version are passed over; a source of a later version counts as the least trusted, an import.
    pub fn from_value(value: &Value) -> Option<Self> {
        let map = value.as_map()?;
        let int = |key: &str| map.get(key)?.as_int();
        let lat_e7 = int("lat_e7")?.try_into().ok()?;
        let lon_e7 = int("lon_e7")?.try_into().ok()?;
        Some(Self {
            accuracy_cm: match map.get("accuracy_cm") {
                Some(accuracy) => Some(accuracy.as_int()?.try_into().ok()?),
                None => None,
            },
            altitude_cm: int("altitude_cm").and_then(|cm| cm.try_into().ok()),
            satellite_at: int("satellite_ms").map(Timestamp),
            crs: Crs::from_name(map.get("crs")?.as_text()?)?,
            source: PointSource::from_name(map.get("source")?.as_text()?).unwrap_or(PointSource::Import),
            mock: map.get("mock").and_then(Value::as_bool).unwrap_or(false),
            ..Self::new(lat_e7, lon_e7)?
        })
    }

    /// Distance along the great circle, metres.
    pub fn distance_m(&self, other: &Self) -> f64 {
        let place = |p: &Self| ::geo::Point::new(p.lon(), p.lat());
        Haversine.distance(place(self), place(other))
    }

    /// Planar coordinates for tests of containment: whole numbers, so that predicates are exact.
    fn coord(&self) -> Coord<f64> {
        Coord { x: f64::from(self.lon_e7), y: f64::from(self.lat_e7) }
    }
}

/// Semi-major axis of WGS 84, metres.
const WGS84_M: f64 = 6_378_137.0;
/// Square of its eccentricity.
const WGS84_E2: f64 = 0.006_694_379_990_14;

/// Metres of one degree of latitude and of one degree of longitude there, on the ellipsoid.
pub fn metres_per_degree(lat: f64) -> (f64, f64) {
    let angle = lat.to_radians();
    let w2 = 1.0 - WGS84_E2 * angle.sin().powi(2);
    let meridian = WGS84_M * (1.0 - WGS84_E2) / (w2 * w2.sqrt());
    let parallel = WGS84_M / w2.sqrt() * angle.cos();
    (meridian.to_radians(), parallel.to_radians())
}

const fn on_earth(lat_e7: i32, lon_e7: i32) -> bool {
    lat_e7.unsigned_abs() <= 900_000_000 && lon_e7.unsigned_abs() <= 1_800_000_000
}

fn e7(degrees: f64) -> Option<i32> {
    let scaled = (degrees * PER_DEGREE).round();
    let fits = scaled >= f64::from(i32::MIN) && scaled <= f64::from(i32::MAX);
    #[expect(clippy::cast_possible_truncation, reason = "rounded and within the range")]
    fits.then_some(scaled as i32)
}

/// A boundary: one ring, without the first vertex said again at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polygon {
    vertices: Vec<(i32, i32)>,
}

impl Polygon {
    /// From vertices (latitude, longitude, 10⁻⁷ degrees). `None` with fewer than three distinct ones, with more than
    /// the limit, outside the earth or without an area.
    pub fn new(mut vertices: Vec<(i32, i32)>) -> Option<Self> {
        vertices.dedup();
        if vertices.len() > 1 && vertices.first() == vertices.last() {
            vertices.pop();
        }
        let fits =
            (3..=limits::VERTICES_MAX).contains(&vertices.len()) && vertices.iter().all(|(a, o)| on_earth(*a, *o));
        let polygon = Self { vertices };
        (fits && polygon.planar().unsigned_area() > 0.0).then_some(polygon)
    }

    /// The vertices (latitude, longitude, 10⁻⁷ degrees), each once.
    pub fn vertices(&self) -> &[(i32, i32)] {
        &self.vertices
    }

    /// Its value in a field: a list of pairs.
    pub fn to_value(&self) -> Value {
        let pair = |(lat, lon): &(i32, i32)| Value::List(vec![Value::Int((*lat).into()), Value::Int((*lon).into())]);
        Value::List(self.vertices.iter().map(pair).collect())
    }

    /// Reads a field's value; `None` where it is no boundary.
    pub fn from_value(value: &Value) -> Option<Self> {
        let Value::List(pairs) = value else { return None };
        let pair = |value: &Value| match value {
            Value::List(pair) => match pair.as_slice() {
                [lat, lon] => Some((lat.as_int()?.try_into().ok()?, lon.as_int()?.try_into().ok()?)),
                _ => None,
            },
            _ => None,
        };
        Self::new(pairs.iter().map(pair).collect::<Option<_>>()?)
    }

    /// Whether the point lies in it or on its edge.
    pub fn covers(&self, point: &Point) -> bool {
        self.planar().covers(&::geo::Point::from(point.coord()))
    }

    fn planar(&self) -> ::geo::Polygon<f64> {
        let ring = self.vertices.iter().map(|(lat, lon)| Coord { x: f64::from(*lon), y: f64::from(*lat) });
        ::geo::Polygon::new(LineString::new(ring.collect()), Vec::new())
    }
}

struct Cell {
    unit: UnitId,
    planar: ::geo::Polygon<f64>,
    area: f64,
    low: Coord<f64>,
    high: Coord<f64>,
}

/// The grids of a phone or a county, ready to be asked *which grid am I in*.
pub struct GridIndex {
    /// The smallest first, then by unit: the first that covers a point is the answer.
    cells: Vec<Cell>,
}

impl GridIndex {
    /// Builds the index.
    pub fn new(grids: impl IntoIterator<Item = (UnitId, Polygon)>) -> Self {
        let mut cells: Vec<Cell> = grids.into_iter().filter_map(|(unit, polygon)| cell(unit, &polygon)).collect();
        cells.sort_by(|a, b| a.area.total_cmp(&b.area).then(a.unit.cmp(&b.unit)));
        Self { cells }
    }

    /// The grid that the point lies in; where grids lie over each other (a dedicated grid inside a basic one) or the
    /// point is on an edge, the smallest, then the one with the smallest id.
    pub fn which_grid(&self, point: &Point) -> Option<UnitId> {
        let at = point.coord();
        let boxed = |c: &&Cell| c.low.x <= at.x && at.x <= c.high.x && c.low.y <= at.y && at.y <= c.high.y;
        let covering = |c: &&Cell| c.planar.covers(&::geo::Point::from(at));
        self.cells.iter().filter(boxed).find(covering).map(|c| c.unit)
    }

    /// How many grids it holds.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }
}

fn cell(unit: UnitId, polygon: &Polygon) -> Option<Cell> {
    let planar = polygon.planar();
    let bounds = planar.bounding_rect()?;
    Some(Cell { unit, area: planar.unsigned_area(), low: bounds.min(), high: bounds.max(), planar })
}

/// The grid that a point lies in, asked once; build a `GridIndex` to ask more often.
pub fn which_grid(point: &Point, grids: &[(UnitId, Polygon)]) -> Option<UnitId> {
    GridIndex::new(grids.iter().cloned()).which_grid(point)
}

/// The boundary of a unit's record, if its value is one.
pub fn grid_of(unit: RecordId, boundary: &Value) -> Option<(UnitId, Polygon)> {
    Some((unit.unit(), Polygon::from_value(boundary)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn square(lat: i32, lon: i32, side: i32) -> Polygon {
        Polygon::new(vec![(lat, lon), (lat, lon + side), (lat + side, lon + side), (lat + side, lon)]).unwrap()
    }

    fn unit(n: u8) -> UnitId {
        UnitId([n; 16])
    }

    #[test]
    fn a_point_says_its_reference_system() {
        let point = Point { accuracy_cm: Some(450), mock: true, ..Point::from_degrees(34.6, 119.2).unwrap() };
        assert_eq!(Point::from_value(&point.to_value()), Some(point));
        let fix = Point { altitude_cm: Some(-120), satellite_at: Some(Timestamp(1_700_000_000_000)), ..point };
        let fix = Point { source: PointSource::Typed, ..fix };
        assert_eq!(Point::from_value(&fix.to_value()), Some(fix));
        for shifted in ["gcj02", "bd09", ""] {
            let Value::Map(mut map) = point.to_value() else { panic!() };
            map.insert("crs".to_owned(), shifted.into());
            assert_eq!(Point::from_value(&Value::Map(map.clone())), None, "{shifted}");
            map.remove("crs");
            assert_eq!(Point::from_value(&Value::Map(map)), None, "untagged");
        }
        assert_eq!(Point::from_degrees(90.1, 0.0), None);
        assert_eq!(Point::from_degrees(f64::NAN, 0.0), None);
        assert_eq!(Point::from_degrees(1e300, 0.0), None);
    }

    #[test]
    fn a_degree_of_latitude_is_111_kilometres() {
        let metres = Point::from_degrees(34.0, 119.0).unwrap().distance_m(&Point::from_degrees(35.0, 119.0).unwrap());
        assert!((metres - 111_195.0).abs() < 5.0, "{metres}");
    }

    #[test]
    fn the_smallest_grid_wins() {
        let index = GridIndex::new([
            (unit(1), square(0, 0, 1000)),
            (unit(2), square(0, 1000, 1000)),
            (unit(3), square(400, 400, 100)),
        ]);
        let at = |lat, lon| index.which_grid(&Point::new(lat, lon).unwrap());
        assert_eq!(at(10, 10), Some(unit(1)));
        assert_eq!(at(450, 450), Some(unit(3)), "a dedicated grid inside a basic one");
        assert_eq!(at(10, 1000), Some(unit(1)), "on the shared edge");
        assert_eq!(at(10, 1500), Some(unit(2)));
        assert_eq!(at(-1, 10), None);
        assert_eq!(index.len(), 3);
    }

    #[test]
    fn a_hollow_shape_is_judged_by_its_edge_not_its_box() {
        let hook = Polygon::new(vec![(0, 0), (0, 300), (300, 300), (300, 200), (100, 200), (100, 0)]).unwrap();
        assert!(hook.covers(&Point::new(250, 250).unwrap()));
        assert!(!hook.covers(&Point::new(250, 50).unwrap()));
    }

    #[test]
    fn what_is_no_boundary() {
        assert_eq!(Polygon::new(vec![(0, 0), (0, 1), (0, 0)]), None);
        assert_eq!(Polygon::new(vec![(0, 0), (1, 1), (2, 2)]), None, "no area");
        assert_eq!(Polygon::new(vec![(0, 0), (0, 9), (999_999_999, 9)]), None, "beyond the pole");
        let closed = Polygon::new(vec![(0, 0), (0, 9), (9, 9), (0, 0)]).unwrap();
        assert_eq!(closed.vertices().len(), 3, "said once");
        assert_eq!(Polygon::from_value(&Value::List(vec![Value::Int(1)])), None);
    }

    proptest! {
        #[test]
        fn points_keep_their_value(lat in -900_000_000i32..=900_000_000, lon in -1_800_000_000i32..=1_800_000_000) {
            let point = Point::new(lat, lon).unwrap();
            prop_assert_eq!(Point::from_value(&point.to_value()), Some(point));
            prop_assert_eq!(Point::from_degrees(point.lat(), point.lon()), Some(point));
        }

        #[test]
        fn the_index_says_what_asking_each_grid_says(
            grids in proptest::collection::vec((0i32..900, 0i32..900, 1i32..400), 1..12), lat in 0i32..1300, lon in 0i32..1300,
        ) {
            let grids: Vec<_> = grids.iter().zip(0u8..).map(|((a, o, s), n)| (unit(n), square(*a, *o, *s))).collect();
            let point = Point::new(lat, lon).unwrap();
            let mut covering: Vec<_> = grids.iter().filter(|(_, p)| p.covers(&point)).collect();
            covering.sort_by(|(u, p), (v, q)| p.planar().unsigned_area().total_cmp(&q.planar().unsigned_area()).then(u.cmp(v)));
            prop_assert_eq!(which_grid(&point, &grids), covering.first().map(|(u, _)| *u));
            for (unit, polygon) in &grids {
                prop_assert_eq!(grid_of(unit.record(), &polygon.to_value()), Some((*unit, polygon.clone())));
            }
        }
    }
}
