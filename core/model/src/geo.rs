//! Places on earth: points, boundaries, distances, and which grid a point lies in.
//!
//! Owns the value forms of point and polygon. Refuses shifted coordinates (GCJ-02, BD-09): they exist at the map's
//! edge only, and a point without its reference system is no point.
//! Invariant: coordinates are whole numbers of 10⁻⁷ degrees, so that equal places are equal bytes.

use crate::id::{RecordId, UnitId};
use crate::limits;
use crate::time::Timestamp;
use crate::value::Value;
use ::geo::{Area, BoundingRect, Coord, Covers, Distance, Euclidean, Haversine, LineString};
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

    fn coord(&self) -> Coord<f64> {
        planar_coord(self.lat_e7, self.lon_e7)
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

/// A corner of a boundary: latitude and longitude, 10⁻⁷ degrees.
pub type Vertex = (i32, i32);

/// A boundary: one part or several that lie apart, each a ring with the holes that are cut out of it. Rings stand without
/// their first vertex said again at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Polygon {
    /// Of each part the ring around it, then those around its holes.
    parts: Vec<Vec<Vec<Vertex>>>,
}

impl Polygon {
    /// One ring without holes. `None` with fewer than three distinct vertices, with more than the limit, outside the
    /// earth or without an area.
    pub fn new(vertices: Vec<Vertex>) -> Option<Self> {
        Self::of_parts(vec![vec![vertices]])
    }

    /// Of parts, each the ring around it and then those around its holes; whether the holes lie in it is not looked at.
    /// `None` where a ring is none, or all have more vertices than the limit.
    pub fn of_parts(parts: Vec<Vec<Vec<Vertex>>>) -> Option<Self> {
        let rings = |part: Vec<Vec<Vertex>>| part.into_iter().map(ring).collect::<Option<Vec<_>>>();
        let parts: Vec<Vec<Vec<Vertex>>> = parts.into_iter().map(rings).collect::<Option<_>>()?;
        let polygon = Self { parts };
        let whole = !polygon.parts.is_empty() && polygon.parts.iter().all(|part| !part.is_empty());
        (whole && polygon.vertices().count() <= limits::VERTICES_MAX).then_some(polygon)
    }

    /// Of each part the ring around it, then those around its holes.
    pub fn parts(&self) -> &[Vec<Vec<Vertex>>] {
        &self.parts
    }

    /// All rings.
    pub fn rings(&self) -> impl Iterator<Item = &[Vertex]> + Clone {
        self.parts.iter().flatten().map(Vec::as_slice)
    }

    /// The vertices of all rings, each once.
    pub fn vertices(&self) -> impl Iterator<Item = Vertex> + Clone {
        self.rings().flatten().copied()
    }

    /// Its value in a field: a list of pairs for one ring alone, else a map with the parts, each a list of rings.
    pub fn to_value(&self) -> Value {
        let pair = |(lat, lon): &Vertex| Value::List(vec![Value::Int((*lat).into()), Value::Int((*lon).into())]);
        let ring = |ring: &Vec<Vertex>| Value::List(ring.iter().map(pair).collect());
        let part = |part: &Vec<Vec<Vertex>>| Value::List(part.iter().map(ring).collect());
        match self.parts.as_slice() {
            [one] if one.len() == 1 => ring(&one[0]),
            parts => Value::Map(BTreeMap::from([("parts".to_owned(), Value::List(parts.iter().map(part).collect()))])),
        }
    }

    /// Reads a field's value; `None` where it is no boundary.
    pub fn from_value(value: &Value) -> Option<Self> {
        let list = |value: &Value| if let Value::List(list) = value { Some(list.clone()) } else { None };
        let pair = |value: &Value| match list(value)?.as_slice() {
            [lat, lon] => Some((lat.as_int()?.try_into().ok()?, lon.as_int()?.try_into().ok()?)),
            _ => None,
        };
        let ring = |value: &Value| list(value)?.iter().map(pair).collect::<Option<Vec<Vertex>>>();
        let part = |value: &Value| list(value)?.iter().map(ring).collect::<Option<Vec<_>>>();
        match value {
            Value::Map(map) => Self::of_parts(list(map.get("parts")?)?.iter().map(part).collect::<Option<_>>()?),
            _ => Self::new(ring(value)?),
        }
    }

    /// Whether the point lies in it or on an edge of it; what lies in a hole does not.
    pub fn covers(&self, point: &Point) -> bool {
        covers(&self.planar(), point.coord())
    }

    /// How far a point is from its nearest edge, metres; on the ground of the point, so that it is right for what is near.
    pub fn edge_m(&self, point: &Point) -> f64 {
        let (per_lat, per_lon) = metres_per_degree(point.lat());
        let plane = |(lat, lon): &Vertex| {
            let north = (f64::from(*lat) - f64::from(point.lat_e7)) / PER_DEGREE * per_lat;
            let east = (f64::from(*lon) - f64::from(point.lon_e7)) / PER_DEGREE * per_lon;
            Coord { x: east, y: north }
        };
        let closed = |ring: &[Vertex]| LineString::new(ring.iter().chain(ring.first()).map(plane).collect());
        let here = ::geo::Point::new(0.0, 0.0);
        self.rings().map(|ring| Euclidean.distance(&here, &closed(ring))).fold(f64::INFINITY, f64::min)
    }

    fn planar(&self) -> ::geo::MultiPolygon<f64> {
        let line =
            |ring: &Vec<Vertex>| LineString::new(ring.iter().map(|(lat, lon)| planar_coord(*lat, *lon)).collect());
        let part = |part: &Vec<Vec<Vertex>>| {
            let mut rings = part.iter().map(line);
            ::geo::Polygon::new(rings.next().unwrap_or_else(LineString::empty), rings.collect())
        };
        ::geo::MultiPolygon::new(self.parts.iter().map(part).collect())
    }
}

/// A ring's vertices, each once; none if there are too few, if one is not on earth, or if they enclose nothing.
fn ring(mut vertices: Vec<Vertex>) -> Option<Vec<Vertex>> {
    vertices.dedup();
    if vertices.len() > 1 && vertices.first() == vertices.last() {
        vertices.pop();
    }
    let fits = vertices.len() >= 3 && vertices.iter().all(|(lat, lon)| on_earth(*lat, *lon));
    let line = || LineString::new(vertices.iter().map(|(lat, lon)| planar_coord(*lat, *lon)).collect());
    (fits && ::geo::Polygon::new(line(), Vec::new()).unsigned_area() > 0.0).then_some(vertices)
}

/// Planar coordinates for tests of containment: whole numbers, so that predicates are exact.
fn planar_coord(lat_e7: i32, lon_e7: i32) -> Coord<f64> {
    Coord { x: f64::from(lon_e7), y: f64::from(lat_e7) }
}

fn covers(planar: &::geo::MultiPolygon<f64>, at: Coord<f64>) -> bool {
    planar.iter().any(|part| part.covers(&::geo::Point::from(at)))
}

struct Cell {
    unit: UnitId,
    planar: ::geo::MultiPolygon<f64>,
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
        let covering = |c: &&Cell| covers(&c.planar, at);
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
    fn holes_are_outside_and_islands_inside() {
        let corners = |lat: i32, lon: i32, side: i32| square(lat, lon, side).parts()[0][0].clone();
        let ground = vec![vec![corners(0, 0, 1000), corners(400, 400, 100)], vec![corners(5000, 0, 10)]];
        let ground = Polygon::of_parts(ground).unwrap();
        let at = |lat, lon| Point::new(lat, lon).unwrap();
        let rows = [(10, 10, true), (450, 450, false), (400, 450, true), (5005, 5, true), (3000, 5, false)];
        for (lat, lon, inside) in rows {
            assert_eq!(ground.covers(&at(lat, lon)), inside, "{lat} {lon}");
        }
        assert_eq!(Polygon::from_value(&ground.to_value()), Some(ground.clone()));
        assert!(matches!(square(0, 0, 9).to_value(), Value::List(_)), "one ring is written as it always was");
        let index = GridIndex::new([(unit(1), ground.clone()), (unit(2), square(-1000, -1000, 9000))]);
        assert_eq!(index.which_grid(&at(450, 450)), Some(unit(2)), "what lies in the hole is the other's");
        assert_eq!(index.which_grid(&at(5005, 5)), Some(unit(1)));
        assert!((ground.edge_m(&at(450, 450)) - 0.5).abs() < 0.1, "{}", ground.edge_m(&at(450, 450)));
        let line = vec![(0, 0), (0, 9), (0, 5)];
        assert_eq!(Polygon::of_parts(vec![vec![corners(0, 0, 9), line]]), None, "a hole has an area");
        assert_eq!((Polygon::of_parts(vec![]), Polygon::of_parts(vec![vec![]])), (None, None));
    }

    #[test]
    fn what_is_no_boundary() {
        assert_eq!(Polygon::new(vec![(0, 0), (0, 1), (0, 0)]), None);
        assert_eq!(Polygon::new(vec![(0, 0), (1, 1), (2, 2)]), None, "no area");
        assert_eq!(Polygon::new(vec![(0, 0), (0, 9), (999_999_999, 9)]), None, "beyond the pole");
        let closed = Polygon::new(vec![(0, 0), (0, 9), (9, 9), (0, 0)]).unwrap();
        assert_eq!(closed.vertices().count(), 3, "said once");
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
