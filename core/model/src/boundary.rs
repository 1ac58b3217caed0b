//! Boundaries of grids as a set: whether they close, cross, overlap or leave gaps, and which edition holds on a day.
//!
//! Owns the topology check, which names the units and the place of everything that is wrong. Refuses to mend a boundary,
//! and refuses the network and the map. Invariant: what is exactly divided is never blamed; areas are square metres on
//! the ellipsoid, and the answer does not depend on the order of the units.

use crate::geo::{Point, Polygon, metres_per_degree};
use crate::id::UnitId;
use crate::limits;
use ::geo::{Area, BooleanOps, BoundingRect, Coord, InteriorPoint, Intersects, LineString, MultiPolygon};

/// One edition of a unit's boundary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// The first day on which it holds, days since 1970-01-01.
    pub from_day: i64,
    /// The first day on which it does not hold any more; none while it holds.
    pub until_day: Option<i64>,
    /// The boundary.
    pub polygon: Polygon,
}

impl Edition {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: i64) -> bool {
        self.from_day <= day && self.until_day.is_none_or(|until| day < until)
    }
}

/// The edition that holds on a day: the latest that began, where several hold; none before the first.
pub fn valid_on(editions: &[Edition], day: i64) -> Option<&Edition> {
    editions.iter().filter(|e| e.holds_on(day)).max_by_key(|e| e.from_day)
}

/// Days on which several editions of one unit hold, as pairs of indices: each to be told to who edits them.
pub fn contradictions(editions: &[Edition]) -> Vec<(usize, usize)> {
    let ends = |e: &Edition| e.until_day.unwrap_or(i64::MAX);
    let both = |a: &Edition, b: &Edition| a.from_day < ends(b) && b.from_day < ends(a);
    let pairs = (0..editions.len()).flat_map(|a| (a + 1..editions.len()).map(move |b| (a, b)));
    pairs.filter(|(a, b)| both(&editions[*a], &editions[*b])).collect()
}

/// What is wrong with a set of boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Defect {
    /// The ring does not come back to where it began.
    Open,
    /// There are too few or too many vertices, or no area.
    NoArea,
    /// The ring crosses or touches itself.
    CrossesItself,
    /// Two siblings lie over each other.
    Overlap,
    /// A part of the parent is in none of its grids.
    Gap,
    /// A part of a grid lies outside its parent.
    OutsideParent,
}

impl Defect {
    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::NoArea => "no_area",
            Self::CrossesItself => "crosses_itself",
            Self::Overlap => "overlap",
            Self::Gap => "gap",
            Self::OutsideParent => "outside_parent",
        }
    }
}

/// One thing that is wrong, with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Offence {
    /// What is wrong.
    pub defect: Defect,
    /// The units that it concerns, sorted; of a gap, those around it.
    pub units: Vec<UnitId>,
    /// A point in the middle of it, or where a ring crosses itself.
    pub at: Option<Point>,
    /// How much ground it concerns, m²; 0 for what has no area.
    pub area_m2: f64,
}

/// A unit of the set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// The unit.
    pub unit: UnitId,
    /// Its boundary.
    pub polygon: Polygon,
    /// Whether it lies over basic grids on purpose, as a dedicated grid does; then it neither overlaps nor fills.
    pub dedicated: bool,
}

/// The ring of a drawn boundary, judged before it is one: closed, long enough, not crossing itself. The vertices are
/// (latitude, longitude, 10⁻⁷ degrees), the first said again at the end.
pub fn check_ring(unit: UnitId, vertices: &[(i32, i32)]) -> Result<Polygon, Offence> {
    let at = vertices.first().and_then(|(lat, lon)| Point::new(*lat, *lon));
    let offence = |defect, at| Offence { defect, units: vec![unit], at, area_m2: 0.0 };
    if vertices.first() != vertices.last() || vertices.is_empty() {
        return Err(offence(Defect::Open, at));
    }
    // A bow tie's halves cancel each other out, so that crossings are looked for before the area.
    if vertices.len() <= limits::VERTICES_MAX + 1
        && let Some(at) = crossing(&vertices[..vertices.len() - 1])
    {
        return Err(offence(Defect::CrossesItself, Some(at)));
    }
    Polygon::new(vertices.to_vec()).ok_or_else(|| offence(Defect::NoArea, at))
}

/// Everything that is wrong with the grids of one parent: the largest areas first, then by units. Slivers up to
/// `tolerance_m2` are inaccuracy of drawing and are passed over.
pub fn check(parent: Option<(UnitId, &Polygon)>, grids: &[Grid], tolerance_m2: f64) -> Vec<Offence> {
    let mut grids: Vec<&Grid> = grids.iter().collect();
    grids.sort_by_key(|g| g.unit);
    let all = grids.iter().map(|g| &g.polygon).chain(parent.map(|(_, polygon)| polygon));
    let plane = Plane::around(all);
    let mut offences = Vec::new();
    let owned = grids.iter().map(|g| (g.unit, &g.polygon)).chain(parent);
    let crossing = owned.filter_map(|(unit, polygon)| Some((unit, crossing(polygon.vertices())?)));
    let crossing: Vec<(UnitId, Point)> = crossing.collect();
    let sound = |unit: UnitId| !crossing.iter().any(|(other, _)| *other == unit);
    let drawn: Vec<(&Grid, ::geo::Polygon<f64>)> =
        grids.iter().filter(|g| sound(g.unit)).map(|g| (*g, plane.draw(&g.polygon))).collect();
    let mut tell = |defect, units: &[UnitId], left: &MultiPolygon<f64>| {
        offences.extend(left.iter().filter_map(|part| plane.offence(defect, units, part, tolerance_m2)));
    };
    for (n, (one, a)) in drawn.iter().enumerate() {
        for (other, b) in drawn.iter().skip(n + 1).filter(|(other, _)| !one.dedicated && !other.dedicated) {
            if boxes_meet(a, b) {
                tell(Defect::Overlap, &[one.unit, other.unit], &a.intersection(b));
            }
        }
    }
    if let Some((unit, polygon)) = parent.filter(|(unit, _)| sound(*unit)) {
        let around = plane.draw(polygon);
        for (grid, drawn) in &drawn {
            tell(Defect::OutsideParent, &[grid.unit, unit], &drawn.difference(&around));
        }
        // A grid that crosses itself has no certain inside, so that no gap is certain either.
        let basic: Vec<&::geo::Polygon<f64>> = drawn.iter().filter(|(g, _)| !g.dedicated).map(|(_, p)| p).collect();
        if !basic.is_empty() && crossing.is_empty() {
            for part in &around.difference(&::geo::unary_union(basic)) {
                let beside = drawn.iter().filter(|(g, p)| !g.dedicated && p.intersects(part)).map(|(g, _)| g.unit);
                let units: Vec<UnitId> = std::iter::once(unit).chain(beside).collect();
                tell(Defect::Gap, &units, &MultiPolygon::new(vec![part.clone()]));
            }
        }
    }
    let crossed = crossing.into_iter().map(|(unit, at)| (vec![unit], Some(at)));
    offences.extend(crossed.map(|(units, at)| Offence { defect: Defect::CrossesItself, units, at, area_m2: 0.0 }));
    let rank = |o: &Offence| o.defect != Defect::CrossesItself;
    offences.sort_by(|a, b| {
        let size = b.area_m2.total_cmp(&a.area_m2);
        rank(a).cmp(&rank(b)).then(size).then_with(|| (a.defect, &a.units).cmp(&(b.defect, &b.units)))
    });
    offences.truncate(limits::OFFENCES_MAX);
    offences
}

/// The area of a boundary on the ellipsoid, m².
pub fn area_m2(polygon: &Polygon) -> f64 {
    let plane = Plane::around(std::iter::once(polygon));
    plane.draw(polygon).unsigned_area()
}

/// The local plane in metres: straight lines stay straight, so that shared edges stay shared. Over the ten kilometres
/// of a village its areas are right to a thousandth.
struct Plane {
    lat: f64,
    lon: f64,
    per_lat: f64,
    per_lon: f64,
}

impl Plane {
    fn around<'a>(polygons: impl Iterator<Item = &'a Polygon>) -> Self {
        let vertices = polygons.flat_map(|p| p.vertices().iter().copied());
        let first = (i32::MAX, i32::MIN, i32::MAX, i32::MIN);
        let (south, north, west, east) = vertices.fold(first, |(south, north, west, east), (lat, lon)| {
            (south.min(lat), north.max(lat), west.min(lon), east.max(lon))
        });
        let middle = |a: i32, b: i32| f64::midpoint(f64::from(a), f64::from(b)) / 1e7;
        let (lat, lon) = (middle(south, north), middle(west, east));
        let (per_lat, per_lon) = metres_per_degree(lat);
        Self { lat, lon, per_lat, per_lon }
    }

    fn draw(&self, polygon: &Polygon) -> ::geo::Polygon<f64> {
        let ring = polygon.vertices().iter().map(|(lat, lon)| Coord {
            x: (f64::from(*lon) / 1e7 - self.lon) * self.per_lon,
            y: (f64::from(*lat) / 1e7 - self.lat) * self.per_lat,
        });
        ::geo::Polygon::new(LineString::new(ring.collect()), Vec::new())
    }

    fn offence(
        &self,
        defect: Defect,
        units: &[UnitId],
        part: &::geo::Polygon<f64>,
        tolerance_m2: f64,
    ) -> Option<Offence> {
        let area_m2 = part.unsigned_area();
        if area_m2 <= tolerance_m2.max(limits::SLIVER_M2) {
            return None;
        }
        let inside = part.interior_point();
        let degrees = |p: ::geo::Point<f64>| {
            Point::from_degrees(p.y() / self.per_lat + self.lat, p.x() / self.per_lon + self.lon)
        };
        let mut units = units.to_vec();
        units.sort_unstable();
        units.dedup();
        Some(Offence { defect, units, at: inside.and_then(degrees), area_m2 })
    }
}

fn boxes_meet(a: &::geo::Polygon<f64>, b: &::geo::Polygon<f64>) -> bool {
    a.bounding_rect().zip(b.bounding_rect()).is_some_and(|(a, b)| a.intersects(&b))
}

/// Where a ring (without its first vertex said again) crosses or touches itself, in exact whole numbers.
fn crossing(ring: &[(i32, i32)]) -> Option<Point> {
    let edges: Vec<((i32, i32), (i32, i32))> =
        (0..ring.len()).map(|i| (ring[i], ring[(i + 1) % ring.len()])).filter(|(a, b)| a != b).collect();
    for (n, one) in edges.iter().enumerate() {
        for (m, other) in edges.iter().enumerate().skip(n + 1) {
            let follows = m == n + 1 || (n == 0 && m == edges.len() - 1);
            let apart = one.0.1.max(one.1.1) < other.0.1.min(other.1.1) || other.0.1.max(other.1.1) < one.0.1.min(one.1.1);
            if apart {
                continue;
            }
            if let Some((lat, lon)) = meeting(*one, *other, follows) {
                return Point::new(lat, lon);
            }
        }
    }
    None
}

/// Where two edges meet; edges that follow each other do so at their shared vertex, and meet only if they turn back.
fn meeting(
    (a, b): ((i32, i32), (i32, i32)),
    (c, d): ((i32, i32), (i32, i32)),
    follows: bool,
) -> Option<(i32, i32)> {
    let turn = |o: (i32, i32), p: (i32, i32), q: (i32, i32)| {
        let (o, p, q) = (wide(o), wide(p), wide(q));
        ((p.0 - o.0) * (q.1 - o.1) - (p.1 - o.1) * (q.0 - o.0)).signum()
    };
    let within = |p: (i32, i32), s: (i32, i32), e: (i32, i32)| {
        p.0 >= s.0.min(e.0) && p.0 <= s.0.max(e.0) && p.1 >= s.1.min(e.1) && p.1 <= s.1.max(e.1)
    };
    let (abc, abd, cda, cdb) = (turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b));
    if follows {
        let (shared, from, to) = if b == c { (b, a, d) } else { (a, b, c) };
        let back = turn(from, shared, to) == 0 && (within(to, from, shared) || within(from, shared, to));
        return back.then_some(shared);
    }
    let touches = [(abc, c, a, b), (abd, d, a, b), (cda, a, c, d), (cdb, b, c, d)];
    if let Some((_, p, ..)) = touches.into_iter().find(|(side, p, s, e)| *side == 0 && within(*p, *s, *e)) {
        return Some(p);
    }
    (abc * abd < 0 && cda * cdb < 0).then(|| {
        let (a, b, c, d) = (wide(a), wide(b), wide(c), wide(d));
        let cross = |u: (i128, i128), v: (i128, i128)| u.0 * v.1 - u.1 * v.0;
        let (along, across) = ((b.0 - a.0, b.1 - a.1), (d.0 - c.0, d.1 - c.1));
        let (t, whole) = (cross((c.0 - a.0, c.1 - a.1), across), cross(along, across));
        let on = |from: i128, by: i128| i32::try_from(from + by * t / whole).unwrap_or(0);
        (on(a.0, along.0), on(a.1, along.1))
    })
}

fn wide((lat, lon): (i32, i32)) -> (i128, i128) {
    (lat.into(), lon.into())
}

#[cfg(test)]
mod tests;
