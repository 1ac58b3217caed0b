//! Editions of boundaries: imported as a set, checked as a set, written as records of their own.
//!
//! Owns what an import refuses: offences of topology, and coordinates that look like those of another reference system.
//! Refuses to change what an edition says: a new one ends it. Invariant: an import is written whole or not at all, and
//! the same import again changes nothing.

use super::boundary_file::{BoundaryFile, Drawn};
use super::{Admin, place, power, reference_space, unit};
use crate::error::{Result, ServerError};
use crate::store::{Tx, UnitRow};
use crate::writing::Writing;
use gridwalk_model::boundary::{self, Defect, Edition, Grid, Offence, area_m2, check_parts, valid_on};
use gridwalk_model::crs::suspect::{self, Verdict};
use gridwalk_model::crs::{Degrees, MapCrs};
use gridwalk_model::geo::{Point, Polygon, Vertex};
use gridwalk_model::id::{RecordId, SpaceId, UnitId};
use gridwalk_model::kind::unit::is_dedicated;
use gridwalk_model::kind::{Kind, PARENT};
use gridwalk_model::state_codec::read_state;
use gridwalk_model::unit_code::Level;
use gridwalk_model::value::Value;
use gridwalk_model::wish::Wish;
use std::collections::{BTreeMap, BTreeSet};

/// How boundaries are imported.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundaryOptions {
    /// The first day on which they hold, days since 1970-01-01.
    pub from_day: i64,
    /// Only tell what would be done.
    pub dry_run: bool,
    /// Write although something offends or looks shifted.
    pub anyway: bool,
    /// Slivers up to so many m² are inaccuracy of drawing.
    pub tolerance_m2: f64,
}

/// A unit with the area of its boundary.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct UnitArea {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The area on the ellipsoid, m².
    pub area_m2: i64,
    /// Whether this edition is new; else it stood here already.
    pub new: bool,
}

/// Something that is wrong, with its units by name and its place.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct OffenceView {
    /// What is wrong: a code.
    pub defect: &'static str,
    /// Codes and names of the units.
    pub units: Vec<(String, String)>,
    /// Where, WGS 84.
    pub lat: Option<f64>,
    /// Where, WGS 84.
    pub lon: Option<f64>,
    /// How much ground, m².
    pub area_m2: f64,
}

/// What an import found and did.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct BoundarySummary {
    /// The units of the file.
    pub units: Vec<UnitArea>,
    /// What is wrong with the set as it would stand.
    pub offences: Vec<OffenceView>,
    /// The “500 m east?” verdict: a code.
    pub verdict: &'static str,
    /// The system that the coordinates look like, if it is another one.
    pub looks_like: Option<&'static str>,
    /// Codes that no unit here has.
    pub unknown: Vec<String>,
    /// Whether it was written.
    pub written: bool,
}

/// An edition as it stands, with its record.
struct Held {
    record: RecordId,
    edition: Edition,
}

/// A unit of the file with its boundary.
struct Wanted {
    unit: UnitRow,
    polygon: Polygon,
    middle: Degrees,
}

impl Admin {
    /// Imports editions of boundaries. What offends is told, and keeps the import from being written.
    pub fn import_boundaries(&self, file: &BoundaryFile, options: BoundaryOptions) -> Result<BoundarySummary> {
        self.act_by(|w| {
            power::runs_the_system(w.tx, self.by)?;
            let space = reference_space(w.tx)?.id;
            let (mut wanted, mut offences, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
            for drawn in &file.drawn {
                match place::unit_coded(w.tx, &drawn.code.to_string()) {
                    Ok(unit) => match bounds(file.crs, unit.id, drawn) {
                        Ok(polygon) => wanted.push(Wanted { unit, polygon, middle: middle(&drawn.parts) }),
                        Err(offence) => offences.push(offence),
                    },
                    Err(ServerError::NotFound(_)) => unknown.push(drawn.code.to_string()),
                    Err(other) => return Err(other),
                }
            }
            offences.extend(topology(w.tx, space, &wanted, options)?);
            let verdict = judge(w.tx, space, &wanted, (file.crs, options.from_day))?;
            let looks_like = match verdict {
                Verdict::LooksLike { crs, .. } => Some(crs.code()),
                _ => None,
            };
            let fine = unknown.is_empty() && (options.anyway || (offences.is_empty() && looks_like.is_none()));
            let written = fine && !options.dry_run;
            let mut units = Vec::new();
            for one in &wanted {
                units.push(put(w, self, space, one, options.from_day, written)?);
            }
            if written {
                w.audit(self.by, "boundaries_imported", &format!("{} from {}", units.len(), options.from_day))?;
            }
            let offences = offences.iter().map(|o| view(w.tx, o)).collect::<Result<_>>()?;
            Ok(BoundarySummary { units, offences, verdict: verdict.code(), looks_like, unknown, written })
        })
    }

    /// What is wrong with the boundaries that hold on a day, for a unit and all below it or for all.
    pub fn check_boundaries(&self, below: Option<&str>, day: i64, tolerance_m2: f64) -> Result<Vec<OffenceView>> {
        let units = self.units(below)?;
        self.server.read(|r| {
            let space = reference_space(r.tx)?.id;
            let mut offences = Vec::new();
            for unit in &units {
                offences.extend(below_one(r.tx, space, unit.id, day, &BTreeMap::new(), tolerance_m2)?);
            }
            offences.iter().map(|o| view(r.tx, o)).collect()
        })
    }

    /// The units whose boundary is known on a day, with its area.
    pub fn boundaries(&self, below: Option<&str>, day: i64) -> Result<Vec<UnitArea>> {
        let units = self.units(below)?;
        self.server.read(|r| {
            let space = reference_space(r.tx)?.id;
            let mut areas = Vec::new();
            for unit in &units {
                if let Some(polygon) = boundary_on(r.tx, space, unit.id, day)? {
                    areas.push(area(unit, &polygon, false));
                }
            }
            Ok(areas)
        })
    }
}

/// The rings of a feature in WGS 84, if they bound something.
fn bounds(crs: MapCrs, unit: UnitId, drawn: &Drawn) -> std::result::Result<Polygon, Offence> {
    let vertex = |at: &Degrees| crs.to_wgs84(*at).point().map(|p| (p.lat_e7, p.lon_e7));
    let ring = |ring: &Vec<Degrees>| ring.iter().map(vertex).collect::<Option<Vec<Vertex>>>();
    let part = |part: &Vec<Vec<Degrees>>| part.iter().map(ring).collect::<Option<Vec<_>>>();
    let nowhere = || Offence { defect: Defect::NoArea, units: vec![unit], at: None, area_m2: 0.0 };
    let parts: Option<Vec<_>> = drawn.parts.iter().map(part).collect();
    check_parts(unit, &parts.ok_or_else(nowhere)?)
}

/// The middle of the vertices of all rings, as written.
fn middle(parts: &[Vec<Vec<Degrees>>]) -> Degrees {
    let all = parts.iter().flatten().flatten();
    let sum = all.fold((0.0, 0.0, 0.0), |(lat, lon, n), at| (lat + at.lat, lon + at.lon, n + 1.0));
    Degrees::new(sum.0 / sum.2, sum.1 / sum.2)
}

/// The same of a boundary that is known, the first vertex of each ring counted twice as in a file.
fn middle_of(polygon: &Polygon) -> Option<Point> {
    let degrees = |(lat, lon): &Vertex| Point::new(*lat, *lon).map(|p| Degrees::from(&p));
    let ring = |ring: &[Vertex]| ring.iter().chain(ring.first()).map(degrees).collect::<Option<Vec<_>>>();
    let rings: Option<Vec<Vec<Degrees>>> = polygon.rings().map(ring).collect();
    middle(&[rings?]).point()
}

/// Editions of a unit's boundary.
fn editions(tx: &dyn Tx, space: SpaceId, unit: UnitId) -> Result<Vec<Held>> {
    let mut held = Vec::new();
    for record in tx.children(space, unit.record())? {
        let Some(row) = tx.state(space, record)?.filter(|row| row.kind == Kind::Boundary.name()) else { continue };
        let state = read_state(&row.bytes)?;
        let day = |field: &str| state.value(field).and_then(Value::as_int);
        let polygon = state.value("boundary").and_then(Polygon::from_value);
        if let (Some(from_day), Some(polygon)) = (day("valid_from"), polygon.filter(|_| !state.is_deleted())) {
            held.push(Held { record, edition: Edition { from_day, until_day: day("valid_to"), polygon } });
        }
    }
    Ok(held)
}

/// The boundary of a unit on a day; without editions the one that the unit itself says.
pub(super) fn boundary_on(tx: &dyn Tx, space: SpaceId, unit: UnitId, day: i64) -> Result<Option<Polygon>> {
    let held: Vec<Edition> = editions(tx, space, unit)?.into_iter().map(|held| held.edition).collect();
    if !held.is_empty() {
        return Ok(valid_on(&held, day).map(|edition| edition.polygon.clone()));
    }
    let Some(row) = tx.state(space, unit.record())? else { return Ok(None) };
    Ok(read_state(&row.bytes)?.value("boundary").and_then(Polygon::from_value))
}

/// What is wrong with the units around those of the file, as they would stand.
fn topology(tx: &dyn Tx, space: SpaceId, wanted: &[Wanted], options: BoundaryOptions) -> Result<Vec<Offence>> {
    let new: BTreeMap<UnitId, &Polygon> = wanted.iter().map(|w| (w.unit.id, &w.polygon)).collect();
    let mut concerned = BTreeSet::new();
    for one in wanted {
        concerned.insert(one.unit.id);
        concerned.extend(tx.units_above(one.unit.id, None)?);
    }
    let mut offences = Vec::new();
    for unit in concerned {
        offences.extend(below_one(tx, space, unit, options.from_day, &new, options.tolerance_m2)?);
    }
    Ok(offences)
}

/// What is wrong with the boundaries directly below one unit. While a unit there has none yet, a gap is no offence.
fn below_one(
    tx: &dyn Tx,
    space: SpaceId,
    unit: UnitId,
    day: i64,
    new: &BTreeMap<UnitId, &Polygon>,
    tolerance_m2: f64,
) -> Result<Vec<Offence>> {
    let on_day = |unit: UnitId| match new.get(&unit) {
        Some(polygon) => Ok(Some((*polygon).clone())),
        None => boundary_on(tx, space, unit, day),
    };
    let (mut grids, mut whole) = (Vec::new(), true);
    for below in tx.units_below(unit)? {
        let Some(row) = tx.unit(below)? else { continue };
        let dedicated = is_dedicated(&row.kind);
        match on_day(below)? {
            Some(polygon) => grids.push(Grid { unit: below, polygon, dedicated }),
            None => whole &= dedicated || row.level == Level::Department.name(),
        }
    }
    if grids.is_empty() {
        return Ok(Vec::new());
    }
    let parent = on_day(unit)?;
    let mut offences = boundary::check(parent.as_ref().map(|p| (unit, p)), &grids, tolerance_m2);
    offences.retain(|o| whole || o.defect != Defect::Gap);
    Ok(offences)
}

/// Whether the coordinates look like those of another system: beside the editions before, else by what is above.
fn judge(tx: &dyn Tx, space: SpaceId, wanted: &[Wanted], (crs, day): (MapCrs, i64)) -> Result<Verdict> {
    let (mut before, mut above) = (Vec::new(), Vec::new());
    for one in wanted {
        let known = boundary_on(tx, space, one.unit.id, day)?;
        before.extend(known.as_ref().and_then(middle_of).map(|middle| (one.middle, middle)));
        for parent in tx.units_above(one.unit.id, None)? {
            above.extend(boundary_on(tx, space, parent, day)?.map(|polygon| (one.middle, polygon)));
        }
    }
    let by_editions = suspect::judge(&before, crs);
    if matches!(by_editions, Verdict::TooFew) {
        let pairs: Vec<(Degrees, &Polygon)> = above.iter().map(|(at, polygon)| (*at, polygon)).collect();
        return Ok(suspect::judge_by_grids(&pairs, crs));
    }
    Ok(by_editions)
}

/// Writes an edition, and ends the one before it, unless it stands here already.
fn put(w: &Writing<'_>, admin: &Admin, space: SpaceId, one: &Wanted, from: i64, written: bool) -> Result<UnitArea> {
    let held = editions(w.tx, space, one.unit.id)?;
    let same = |h: &&Held| h.edition.from_day == from && h.edition.polygon == one.polygon;
    let on_day: Vec<Edition> = held.iter().map(|h| h.edition.clone()).collect();
    let stands = held.iter().any(|h| same(&h)) || valid_on(&on_day, from).is_some_and(|e| e.polygon == one.polygon);
    if written && !stands {
        if held.iter().any(|h| h.edition.from_day == from) {
            return Err(ServerError::Refused("edition_of_that_day"));
        }
        let (author, unit) = (admin.author(), one.unit.id);
        for before in held.iter().filter(|h| h.edition.holds_on(from)) {
            let end = [Wish::put("valid_to", from)];
            unit::write_record(w, author, Kind::Boundary, before.record, unit, &end)?;
        }
        let mut wishes = vec![
            Wish::put(PARENT, unit.record()),
            Wish::put("boundary", one.polygon.to_value()),
            Wish::put("valid_from", from),
            Wish::put("area_m2", area(&one.unit, &one.polygon, true).area_m2),
        ];
        let next = held.iter().map(|h| h.edition.from_day).filter(|day| *day > from).min();
        wishes.extend(next.map(|day| Wish::put("valid_to", day)));
        let record = w.running.options.ids.record(w.now);
        unit::write_record(w, author, Kind::Boundary, record, unit, &wishes)?;
    }
    Ok(area(&one.unit, &one.polygon, !stands))
}

/// Ends the editions of a unit that hold on a day: the unit is no more.
pub(super) fn end(w: &Writing<'_>, admin: &Admin, unit: UnitId, day: i64) -> Result<()> {
    let space = reference_space(w.tx)?.id;
    for held in editions(w.tx, space, unit)?.into_iter().filter(|h| h.edition.holds_on(day)) {
        unit::write_record(w, admin.author(), Kind::Boundary, held.record, unit, &[Wish::put("valid_to", day)])?;
    }
    Ok(())
}

fn area(unit: &UnitRow, polygon: &Polygon, new: bool) -> UnitArea {
    #[expect(clippy::cast_possible_truncation, reason = "no ground is larger than the earth")]
    let area_m2 = area_m2(polygon).round() as i64;
    UnitArea { code: unit.code.clone(), name: unit.name.clone(), area_m2, new }
}

fn view(tx: &dyn Tx, offence: &Offence) -> Result<OffenceView> {
    let mut units = Vec::new();
    for unit in &offence.units {
        units.extend(tx.unit(*unit)?.map(|row| (row.code, row.name)));
    }
    let (lat, lon) = (offence.at.map(|p| p.lat()), offence.at.map(|p| p.lon()));
    Ok(OffenceView { defect: offence.defect.code(), units, lat, lon, area_m2: offence.area_m2.round() })
}
