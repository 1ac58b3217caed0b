//! Places: what is near a point, and which grid the point lies in.
//!
//! Owns the R*Tree and the editions of boundaries. Refuses to compute geometry: the model does. Invariant: the tree only
//! narrows; distance and covering are decided on exact coordinates, and of each unit one edition at most holds on a day.

use crate::error::StoreError;
use crate::query::{self, ViewRow};
use crate::store::{Store, Work};
use gridwalk_model::codec::{Reader, value_bytes};
use gridwalk_model::geo::{self, Point, Polygon};
use gridwalk_model::{UnitId, Value};
use rusqlite::{named_params, params};

/// Length of one degree of latitude, metres; the shortest on earth, so that a box is never too small.
const DEGREE_M: f64 = 110_574.0;

/// The first day of a boundary that says none: before every date that a field takes.
const ALWAYS: i64 = -1_000_000;

/// One edition of a unit's boundary, as a row shows it.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    /// The unit.
    pub unit: UnitId,
    /// The boundary.
    pub polygon: Value,
    /// The first day on which it holds.
    pub from: Option<i64>,
    /// The first day on which it does not hold any more.
    pub until: Option<i64>,
}

/// Takes a row off the map.
pub(crate) fn remove(work: &Work<'_>, key: i64) -> Result<(), StoreError> {
    work.tx.prepare_cached("DELETE FROM view_place WHERE id = ?1")?.execute(params![key])?;
    work.tx.prepare_cached("DELETE FROM view_boundary WHERE id = ?1")?.execute(params![key])?;
    Ok(())
}

/// Writes where a row is on the map, where nothing of it stands.
pub(crate) fn index(
    work: &Work<'_>,
    key: i64,
    point: Option<Point>,
    boundary: Option<&Bounds>,
) -> Result<(), StoreError> {
    let bounds = match (boundary, point) {
        (Some(bounds), _) => Polygon::from_value(&bounds.polygon).and_then(|p| {
            let lat = p.vertices().map(|v| v.0);
            let lon = p.vertices().map(|v| v.1);
            Some((lat.clone().min()?, lat.max()?, lon.clone().min()?, lon.max()?))
        }),
        (None, Some(p)) => Some((p.lat_e7, p.lat_e7, p.lon_e7, p.lon_e7)),
        (None, None) => None,
    };
    let Some((lat_min, lat_max, lon_min, lon_max)) = bounds else { return Ok(()) };
    let insert = "INSERT INTO view_place VALUES (?1, ?2, ?3, ?4, ?5)";
    work.tx.prepare_cached(insert)?.execute(params![key, lat_min, lat_max, lon_min, lon_max])?;
    if let Some(Bounds { unit, polygon, from, until }) = boundary {
        let insert = "INSERT INTO view_boundary VALUES (?1, ?2, ?3, ?4, ?5)";
        let from = from.unwrap_or(ALWAYS);
        work.tx.prepare_cached(insert)?.execute(params![key, value_bytes(polygon), unit.0, from, until])?;
    }
    Ok(())
}

impl Store {
    /// Rows with a point within so many metres, the nearest first, each with its distance in metres.
    pub fn near(
        &self,
        at: &Point,
        metres: f64,
        kinds: &[&str],
        limit: usize,
    ) -> Result<Vec<(ViewRow, f64)>, StoreError> {
        let lat = metres / DEGREE_M * 1e7;
        let lon = lat / at.lat().to_radians().cos().abs().max(0.01);
        let (y, x) = (f64::from(at.lat_e7), f64::from(at.lon_e7));
        let rows = self.read(|db| {
            query::rows(
                db,
                include_str!("place/near.sql"),
                named_params! {
                ":south": y - lat, ":north": y + lat, ":west": x - lon, ":east": x + lon },
            )
        })?;
        let mut found: Vec<(ViewRow, f64)> = rows
            .into_iter()
            .filter(|r| kinds.is_empty() || kinds.contains(&r.kind.as_str()))
            .filter_map(|r| r.point().map(|p| p.distance_m(at)).map(|d| (r, d)))
            .filter(|(_, d)| *d <= metres)
            .collect();
        found.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.record.cmp(&b.0.record)));
        found.truncate(limit);
        Ok(found)
    }

    /// Whether an edition of a unit's boundary that holds on that day is here.
    pub fn has_boundary(&self, unit: UnitId, day: i64) -> Result<bool, StoreError> {
        self.read(|db| {
            let mut statement = db.prepare_cached(include_str!("place/bounded.sql"))?;
            Ok(statement.query_row(named_params! { ":unit": unit.0, ":day": day }, |r| r.get(0))?)
        })
    }

    /// The unit whose boundary, in the edition of that day (days since 1970-01-01), holds the point; the smallest, where
    /// boundaries lie in one another.
    pub fn which_grid(&self, at: &Point, day: i64) -> Result<Option<UnitId>, StoreError> {
        let grids = self.read(|db| {
            let mut statement = db.prepare_cached(include_str!("place/around.sql"))?;
            let rows = statement
                .query_map(named_params! { ":lat": at.lat_e7, ":lon": at.lon_e7, ":day": day }, |r| {
                    Ok((UnitId(r.get(0)?), r.get::<_, Vec<u8>>(1)?))
                })?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })?;
        let polygon = |bytes: &[u8]| Reader::new(bytes).value().ok().as_ref().and_then(Polygon::from_value);
        let grids: Vec<(UnitId, Polygon)> =
            grids.into_iter().filter_map(|(unit, bytes)| Some((unit, polygon(&bytes)?))).collect();
        Ok(geo::which_grid(at, &grids))
    }
}
