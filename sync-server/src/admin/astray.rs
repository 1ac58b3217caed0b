//! Places that redrawn boundaries left behind: their point lies in another grid than their record says.
//!
//! Owns finding them, and moving those that a person confirmed. Refuses to move anything by itself, and to move cases: what
//! happened stays in the grid in which it happened. Invariant: a place moves by an ordinary change of its unit, so that
//! phones that are offline lose nothing; what is confirmed together is one act, undone as one.

use super::boundary::boundary_on;
use super::{Admin, place, power, reference_space};
use crate::console::{self, ConsoleWrite};
use crate::error::{Result, ServerError};
use crate::store::{Tx, UnitRow};
use crate::tree;
use crate::writing::Writing;
use gridwalk_model::exchange::Key;
use gridwalk_model::geo::{GridIndex, Point, Polygon};
use gridwalk_model::id::{RecordId, SpaceId, UnitId};
use gridwalk_model::kind::{Kind, UNIT};
use gridwalk_model::limits::FRAME_CHANGES_MAX;
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::unit_code::Level;
use gridwalk_model::value::Value;
use gridwalk_model::wish::Wish;
use std::collections::{BTreeMap, BTreeSet};

/// Kinds whose records stand somewhere and stay there.
pub const KINDS: [Kind; 7] =
    [Kind::Estate, Kind::Building, Kind::Address, Kind::Premises, Kind::Organisation, Kind::Facility, Kind::CheckPoint];

/// A unit by what people call it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct UnitName {
    /// Its code; empty if it is no more.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A place beside the grids of a day.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct PlaceView {
    /// Its record.
    pub record: RecordId,
    /// Its kind.
    pub kind: &'static str,
    /// What it is called.
    pub name: String,
    /// The grid that its record says.
    pub from: UnitName,
    /// The grid that its point lies in, if in any.
    pub to: Option<UnitName>,
    /// How far its point is from that grid's edge, metres; from that of the grid of its record where it lies in none.
    pub edge_m: Option<i64>,
    /// The radius of the point's accuracy, metres, if known.
    pub accuracy_m: Option<i64>,
}

/// How the places of a unit lie beside the grids of a day.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Lying {
    /// In another grid than their record says.
    pub astray: Vec<PlaceView>,
    /// In no grid at all.
    pub outside: Vec<PlaceView>,
    /// Without a point: nobody can say.
    pub without_point: Vec<PlaceView>,
    /// With several grids in their record, for somebody to decide first.
    pub at_odds: Vec<PlaceView>,
    /// How many lie where their record says.
    pub fitting: u64,
}

/// Which of the places that lie astray are to be moved.
#[derive(Debug, Clone, Copy)]
pub enum Chosen<'a> {
    /// All.
    All,
    /// These.
    These(&'a [RecordId]),
}

/// A place that is to be moved.
struct Stray {
    space: SpaceId,
    kind: Kind,
    to: UnitId,
    view: PlaceView,
}

/// The grids of a day.
struct Grids {
    units: BTreeMap<UnitId, UnitRow>,
    polygons: BTreeMap<UnitId, Polygon>,
    index: GridIndex,
    ended: BTreeSet<UnitId>,
}

impl Admin {
    /// How the places of a unit and of all below it lie beside the grids of a day (days since 1970-01-01).
    pub fn places_beside_grids(&self, below: &str, day: i64) -> Result<Lying> {
        self.server.read(|r| Ok(find(r.tx, below, day)?.0))
    }

    /// Moves the places that were chosen into the grids in which they lie, in the name of an account.
    pub fn move_astray(&self, below: &str, day: i64, chosen: Chosen<'_>, by: &str) -> Result<Vec<PlaceView>> {
        self.act_by(|w| {
            let author = self.in_the_name_of(w, by)?;
            power::supervises(&w.reading(), author, place::unit_coded(w.tx, below)?.id)?;
            let mut strays = find(w.tx, below, day)?.1;
            if let Chosen::These(records) = chosen {
                if records.iter().any(|record| strays.iter().all(|stray| stray.view.record != *record)) {
                    return Err(ServerError::Refused("not_astray"));
                }
                strays.retain(|stray| records.contains(&stray.view.record));
            }
            let spaces: BTreeSet<SpaceId> = strays.iter().map(|stray| stray.space).collect();
            for space in spaces {
                let here: Vec<&Stray> = strays.iter().filter(|stray| stray.space == space).collect();
                for some in here.chunks(FRAME_CHANGES_MAX) {
                    move_some(w, author, some)?;
                }
                w.audit(Some(author), "places_moved", &format!("space {space} places {}", here.len()))?;
            }
            Ok(strays.into_iter().map(|stray| stray.view).collect())
        })
    }
}

fn move_some(w: &Writing<'_>, author: gridwalk_model::id::AccountId, strays: &[&Stray]) -> Result<()> {
    let wishes: Vec<[Wish; 1]> = strays.iter().map(|stray| [Wish::put(UNIT, stray.to.record())]).collect();
    let wanted = strays.iter().zip(&wishes).map(|(stray, wishes)| ConsoleWrite {
        author,
        machine: false,
        judged: false,
        space: stray.space,
        record: stray.view.record,
        kind: stray.kind.name(),
        unit: stray.to,
        wishes,
        basis: None,
    });
    console::write_all(w, &wanted.collect::<Vec<_>>()).map(drop)
}

/// All places of a unit, and those of them that are to be moved.
fn find(tx: &dyn Tx, below: &str, day: i64) -> Result<(Lying, Vec<Stray>)> {
    let base = place::unit_coded(tx, below)?;
    let spaces = place::spaces_below(tx, base.id)?;
    let grids = Grids::of_day(tx, &spaces, day)?;
    let (mut lying, mut strays) = (Lying::default(), Vec::new());
    for space in spaces {
        for record in tx.audience_records(space, Key::unit(base.id))? {
            let Some(row) = tx.state(space, record)? else { continue };
            let Some(kind) = Kind::from_name(&row.kind).filter(|kind| KINDS.contains(kind)) else { continue };
            let state = read_state(&row.bytes)?;
            if state.is_deleted() || state.moved_to().is_some() {
                continue;
            }
            strays.extend(judge(tx, &grids, &mut lying, (space, kind), &state)?);
        }
    }
    for list in [&mut lying.astray, &mut lying.outside, &mut lying.without_point, &mut lying.at_odds] {
        list.sort_by(|a, b| (&a.from.code, &a.name, a.record).cmp(&(&b.from.code, &b.name, b.record)));
    }
    strays.sort_by_key(|stray| stray.view.record);
    Ok((lying, strays))
}

fn judge(
    tx: &dyn Tx,
    grids: &Grids,
    lying: &mut Lying,
    (space, kind): (SpaceId, Kind),
    state: &State,
) -> Result<Option<Stray>> {
    let homes: Vec<UnitId> = state.head_ids(UNIT).into_iter().map(RecordId::unit).collect();
    let Some(from) = homes.first().copied() else { return Ok(None) };
    let point = state.value("point").and_then(Point::from_value);
    let mut view = PlaceView {
        record: state.record,
        kind: kind.name(),
        name: title(state, kind),
        from: grids.name(tx, from)?,
        to: None,
        edge_m: None,
        accuracy_m: point.and_then(|point| point.accuracy_cm).map(|cm| i64::from(cm) / 100),
    };
    if homes.len() > 1 {
        lying.at_odds.push(view);
        return Ok(None);
    }
    let Some(point) = point else {
        lying.without_point.push(view);
        return Ok(None);
    };
    let found = grids.index.which_grid(&point);
    view.edge_m = found.or(Some(from)).and_then(|unit| grids.edge_m(unit, &point));
    match found {
        None => lying.outside.push(view),
        Some(to) if to == from || grids.is_of(tx, from, to)? => lying.fitting += 1,
        Some(to) => {
            view.to = Some(grids.name(tx, to)?);
            lying.astray.push(view.clone());
            return Ok(Some(Stray { space, kind, to, view }));
        }
    }
    Ok(None)
}

impl Grids {
    /// The grids, and their boundaries on a day, whose records live in these spaces.
    fn of_day(tx: &dyn Tx, spaces: &BTreeSet<SpaceId>, day: i64) -> Result<Self> {
        let reference = reference_space(tx)?.id;
        let (mut units, mut polygons, mut ended) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        for unit in tx.units()?.into_iter().filter(|unit| spaces.contains(&unit.space)) {
            if [Level::Grid, Level::MicroGrid].iter().any(|level| level.name() == unit.level) {
                let state = tx.state(reference, unit.id.record())?.map(|row| read_state(&row.bytes)).transpose()?;
                let until = state.as_ref().and_then(|state| state.value("valid_to")?.as_int());
                if until.is_some_and(|until| until <= day) {
                    ended.insert(unit.id);
                } else if let Some(polygon) = boundary_on(tx, reference, unit.id, day)? {
                    polygons.insert(unit.id, polygon);
                }
            }
            units.insert(unit.id, unit);
        }
        let index = GridIndex::new(polygons.iter().map(|(unit, polygon)| (*unit, polygon.clone())));
        Ok(Self { units, polygons, index, ended })
    }

    fn name(&self, tx: &dyn Tx, unit: UnitId) -> Result<UnitName> {
        let row = match self.units.get(&unit) {
            Some(row) => Some(row.clone()),
            None => tx.unit(unit)?,
        };
        Ok(row.map_or_else(
            || UnitName { code: String::new(), name: String::new() },
            |row| UnitName { code: row.code, name: row.name },
        ))
    }

    fn edge_m(&self, unit: UnitId, point: &Point) -> Option<i64> {
        #[expect(clippy::cast_possible_truncation, reason = "no place is further away than the earth is round")]
        self.polygons.get(&unit).map(|polygon| polygon.edge_m(point).round() as i64)
    }

    /// Whether a record's unit and the grid that its point lies in agree: one is a part of the other, and goes on. What
    /// stands in a village as a whole is in no wrong grid of it; what stands in a grid that is no more is.
    fn is_of(&self, tx: &dyn Tx, from: UnitId, to: UnitId) -> Result<bool> {
        if self.ended.contains(&from) {
            return Ok(false);
        }
        Ok(tree::with_above(tx, &[to], None)?.contains(&from) || tree::with_above(tx, &[from], None)?.contains(&to))
    }
}

/// What people call a record: the first of its titles that says something.
fn title(state: &State, kind: Kind) -> String {
    let text = |field: &&str| state.value(field).and_then(Value::as_text).map(str::to_owned);
    kind.table().title.iter().find_map(text).unwrap_or_default()
}
