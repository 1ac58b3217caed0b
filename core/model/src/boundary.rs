//! Boundaries of grids as a set: whether they close, cross, overlap or leave gaps, and which edition holds on a day.
//!
//! Owns the topology check, which names the units and the place of everything that is wrong. Refuses to mend a boundary,
//! and refuses the network and the map. Invariant: what is exactly divided is never blamed; areas are square metres on
//! the ellipsoid, and the answer does not depend on the order of the units.

use crate::geo::{Point, Polygon, Vertex, metres_per_degree};
use crate::id::UnitId;
use crate::limits;
use ::geo::{
    Area, BooleanOps, BoundingRect, Coord, Distance, Euclidean, InteriorPoint, Intersects, LineString, MultiPolygon,
    Orient, orient::Direction,
};

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
    /// A hole lies outside the ring that it is cut out of, or two holes lie over each other.
    HoleOutside,
    /// Two parts of one boundary lie over each other.
    PartsOverlap,
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
            Self::HoleOutside => "hole_outside",
            Self::PartsOverlap => "parts_overlap",
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
    /// Whether it lies over basic grids on purpose, as a dedicated grid does; then it overlaps none. It fills the hole
    /// that a basic grid leaves for it.
    pub dedicated: bool,
}

/// The ring of a drawn boundary, judged before it is one: closed, long enough, not crossing itself. The vertices are
/// (latitude, longitude, 10⁻⁷ degrees), the first said again at the end.
pub fn check_ring(unit: UnitId, vertices: &[Vertex]) -> Result<Polygon, Offence> {
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

/// The parts of a drawn boundary, each the ring around it and then those around its holes, judged before it is one: every
/// ring sound, holes in the ring that they are cut out of, parts apart.
pub fn check_parts(unit: UnitId, parts: &[Vec<Vec<Vertex>>]) -> Result<Polygon, Offence> {
    let mut drawn = Vec::with_capacity(parts.len());
    for part in parts {
        let rings: Vec<Polygon> = part.iter().map(|ring| check_ring(unit, ring)).collect::<Result<_, _>>()?;
        drawn.push(rings);
    }
    let plane = Plane::around(drawn.iter().flatten());
    let offends = |defect, ground: MultiPolygon<f64>| {
        ground.iter().find_map(|part| plane.offence(defect, &[unit], part, limits::SLIVER_M2)).map_or(Ok(()), Err)
    };
    for rings in &drawn {
        let drawn: Vec<MultiPolygon<f64>> = rings.iter().map(|ring| plane.draw(ring)).collect();
        let Some((outer, holes)) = drawn.split_first() else { continue };
        for (n, hole) in holes.iter().enumerate() {
            offends(Defect::HoleOutside, hole.difference(outer))?;
            holes[..n].iter().try_for_each(|other| offends(Defect::HoleOutside, hole.intersection(other)))?;
        }
    }
    let at = parts.iter().flatten().flatten().next().and_then(|(lat, lon)| Point::new(*lat, *lon));
    let none = || Offence { defect: Defect::NoArea, units: vec![unit], at, area_m2: 0.0 };
    let polygon = Polygon::of_parts(parts.to_vec()).ok_or_else(none)?;
    let grounds = plane.draw(&polygon).0;
    for (n, one) in grounds.iter().enumerate() {
        grounds[..n].iter().try_for_each(|other| offends(Defect::PartsOverlap, one.intersection(other)))?;
    }
    Ok(polygon)
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
    let crossing = owned.filter_map(|(unit, polygon)| Some((unit, polygon.rings().find_map(crossing)?)));
    let crossing: Vec<(UnitId, Point)> = crossing.collect();
    let sound = |unit: UnitId| !crossing.iter().any(|(other, _)| *other == unit);
    let drawn: Vec<(&Grid, MultiPolygon<f64>)> =
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
        if drawn.iter().any(|(g, _)| !g.dedicated) && crossing.is_empty() {
            // What a dedicated grid fills is in a grid: the hole that a basic one leaves for it is none.
            let filled = ::geo::unary_union(drawn.iter().map(|(_, ground)| ground));
            for part in &around.difference(&filled) {
                let beside = drawn.iter().filter(|(g, p)| !g.dedicated && is_beside(p, part)).map(|(g, _)| g.unit);
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
        let vertices = polygons.flat_map(Polygon::vertices);
        let first = (i32::MAX, i32::MIN, i32::MAX, i32::MIN);
        let (south, north, west, east) = vertices.fold(first, |(south, north, west, east), (lat, lon)| {
            (south.min(lat), north.max(lat), west.min(lon), east.max(lon))
        });
        let middle = |a: i32, b: i32| f64::midpoint(f64::from(a), f64::from(b)) / 1e7;
        let (lat, lon) = (middle(south, north), middle(west, east));
        let (per_lat, per_lon) = metres_per_degree(lat);
        Self { lat, lon, per_lat, per_lon }
    }

    fn draw(&self, polygon: &Polygon) -> MultiPolygon<f64> {
        let corner = |(lat, lon): &Vertex| Coord {
            x: (f64::from(*lon) / 1e7 - self.lon) * self.per_lon,
            y: (f64::from(*lat) / 1e7 - self.lat) * self.per_lat,
        };
        let line = |ring: &Vec<Vertex>| LineString::new(ring.iter().map(corner).collect());
        let part = |part: &Vec<Vec<Vertex>>| {
            let mut rings = part.iter().map(line);
            let drawn = ::geo::Polygon::new(rings.next().unwrap_or_else(LineString::empty), rings.collect());
            // Unions tell ground from holes by the way round; files are drawn either way.
            drawn.orient(Direction::Default)
        };
        MultiPolygon::new(polygon.parts().iter().map(part).collect())
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

/// Whether a polygon touches the place, which rounding may have moved by less than a hand.
fn is_beside(ground: &MultiPolygon<f64>, part: &::geo::Polygon<f64>) -> bool {
    ground.iter().any(|polygon| Euclidean.distance(polygon, part) < 0.1)
}

fn boxes_meet(a: &MultiPolygon<f64>, b: &MultiPolygon<f64>) -> bool {
    a.bounding_rect().zip(b.bounding_rect()).is_some_and(|(a, b)| a.intersects(&b))
}

/// A vertex (latitude, longitude, 10⁻⁷ degrees), wide enough for exact products.
type Wide = (i128, i128);

/// Where a ring (without its first vertex said again) crosses or touches itself, in exact whole numbers.
fn crossing(ring: &[Vertex]) -> Option<Point> {
    let wide = |(lat, lon): Vertex| -> Wide { (lat.into(), lon.into()) };
    let next = |at: usize| wide(ring[(at + 1) % ring.len()]);
    let edges: Vec<(Wide, Wide)> =
        ring.iter().enumerate().map(|(at, v)| (wide(*v), next(at))).filter(|(from, to)| from != to).collect();
    for (n, one) in edges.iter().enumerate() {
        for (m, other) in edges.iter().enumerate().skip(n + 1) {
            let follows = m == n + 1 || (n == 0 && m == edges.len() - 1);
            let east_of = |a: &(Wide, Wide), b: &(Wide, Wide)| a.0.1.min(a.1.1) > b.0.1.max(b.1.1);
            if east_of(one, other) || east_of(other, one) {
                continue;
            }
            if let Some((lat, lon)) = meeting(*one, *other, follows) {
                return Point::new(lat.try_into().ok()?, lon.try_into().ok()?);
            }
        }
    }
    None
}

/// Where two edges meet; edges that follow each other do so at their shared vertex, and meet only if they turn back.
fn meeting(one: (Wide, Wide), other: (Wide, Wide), follows: bool) -> Option<Wide> {
    let minus = |to: Wide, from: Wide| (to.0 - from.0, to.1 - from.1);
    let cross = |by: Wide, to: Wide| by.0 * to.1 - by.1 * to.0;
    let side = |edge: (Wide, Wide), of: Wide| cross(minus(edge.1, edge.0), minus(of, edge.0)).signum();
    let boxed = |edge: (Wide, Wide), of: Wide| {
        let between = |from: i128, to: i128, it: i128| (from.min(to)..=from.max(to)).contains(&it);
        between(edge.0.0, edge.1.0, of.0) && between(edge.0.1, edge.1.1, of.1)
    };
    let on = |edge: (Wide, Wide), of: Wide| side(edge, of) == 0 && boxed(edge, of);
    if follows {
        let (shared, from, to) = if one.1 == other.0 { (one.1, one.0, other.1) } else { (one.0, one.1, other.0) };
        return (on((from, shared), to) || on((shared, to), from)).then_some(shared);
    }
    let ends = [(one, other.0), (one, other.1), (other, one.0), (other, one.1)];
    if let Some((_, touching)) = ends.into_iter().find(|(edge, end)| on(*edge, *end)) {
        return Some(touching);
    }
    let apart = |edge: (Wide, Wide), of: (Wide, Wide)| side(edge, of.0) * side(edge, of.1) < 0;
    (apart(one, other) && apart(other, one)).then(|| {
        let (along, across) = (minus(one.1, one.0), minus(other.1, other.0));
        let (part, whole) = (cross(minus(other.0, one.0), across), cross(along, across));
        (one.0.0 + along.0 * part / whole, one.0.1 + along.1 * part / whole)
    })
}

#[cfg(test)]
mod tests;
