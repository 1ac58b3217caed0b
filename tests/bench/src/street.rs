//! The street: a whole register on one phone, and as many residents on the floor.
//!
//! Owns what the register holds beside residents: units with boundaries, buildings, dwellings, households, cases,
//! visits. Refuses to measure. Invariant: everything is a function of the generator's seed and the number of residents.

use crate::benchmark::Bench;
use crate::fault::Fault;
use crate::floor::{Floor, Ready};
use crate::generator::{self, BUILDING, GRID, HOUSEHOLD, REFERENCE, Register, SPACE, VILLAGE, home, state};
use crate::phone::{PAGE_ROWS, Phone};
use gridwalk_model::geo::{Point, Polygon};
use gridwalk_model::kind::PARENT;
use gridwalk_model::{RecordId, State, UnitId, Value};

/// South-west corner of the first grid, 10⁻⁷ degrees.
const CORNER: (i32, i32) = (345_900_000, 1_191_500_000);
/// Side of a grid, 10⁻⁷ degrees.
const SIDE: i32 = 40_000;
/// Grids in one row of the map.
const ACROSS: usize = 8;
/// Cases, visits and so on: one for so many residents.
const RARE: usize = 250;

/// Makes the nth record of a kind.
type Make = fn(Register, usize) -> Result<State, Fault>;

/// A phone with the whole register, and the floor beside it.
pub struct Street {
    /// The phone.
    pub phone: Phone,
    /// The floor.
    pub floor: Floor,
    /// Number of the next resident that nobody has typed yet.
    pub next: usize,
    /// How many residents were there from the beginning.
    pub residents: usize,
}

/// The street's own unit.
pub fn street_unit(register: Register) -> UnitId {
    register.record(b't', 0).unit()
}

/// A village of the street.
pub fn village_unit(register: Register, number: usize) -> UnitId {
    register.record(b'v', number).unit()
}

/// A grid of the street.
pub fn grid_unit(register: Register, number: usize) -> UnitId {
    register.record(b'g', number).unit()
}

/// How many grids so many residents fill.
pub fn grids(residents: usize) -> usize {
    residents.div_ceil(HOUSEHOLD * BUILDING * GRID)
}

fn corner(grid: usize) -> (i32, i32) {
    let step = |n: usize| i32::try_from(n).unwrap_or(0) * SIDE;
    (CORNER.0 + step(grid / ACROSS), CORNER.1 + step(grid % ACROSS))
}

/// A point inside a grid, so many thousandths of its side from its corner.
pub fn point_in(grid: usize, north: i32, east: i32) -> Option<Point> {
    let (lat, lon) = corner(grid);
    Point::new(lat + SIDE / 1000 * north, lon + SIDE / 1000 * east)
}

fn boundary(grid: usize) -> Option<(&'static str, Value)> {
    let (lat, lon) = corner(grid);
    // A bend in each side, as real boundaries have.
    let bend = SIDE / 50;
    let ring = [
        (lat, lon),
        (lat + bend, lon + SIDE / 2),
        (lat, lon + SIDE),
        (lat + SIDE / 2, lon + SIDE + bend),
        (lat + SIDE, lon + SIDE),
        (lat + SIDE + bend, lon + SIDE / 2),
        (lat + SIDE, lon),
        (lat + SIDE / 2, lon + bend),
    ];
    Polygon::new(ring.to_vec()).map(|p| ("boundary", p.to_value()))
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn units(register: Register, residents: usize) -> Result<Vec<State>, Fault> {
    let grids = grids(residents);
    let villages = grids.div_ceil(VILLAGE);
    let mut states = Vec::new();
    let mut unit = |unit: UnitId, fields: &[(&'static str, Value)]| {
        let pos = states.len() as u64 + 1;
        let change = register.change_of("unit", states.len(), unit.record(), unit, fields)?;
        states.push(state(change, pos));
        Ok::<_, Fault>(())
    };
    unit(street_unit(register), &[("name", text("海州街道")), ("level", text("township"))])?;
    for n in 0..villages {
        let above = (PARENT, Value::Id(street_unit(register).record()));
        unit(
            village_unit(register, n),
            &[above, ("name", text(format!("第{}社区", n + 1))), ("level", text("village"))],
        )?;
    }
    for n in 0..grids {
        let above = (PARENT, Value::Id(village_unit(register, n / VILLAGE).record()));
        let fields = [above, ("name", text(format!("第{}网格", n + 1))), ("level", text("grid"))];
        unit(grid_unit(register, n), &fields.into_iter().chain(boundary(n)).collect::<Vec<_>>())?;
    }
    Ok(states)
}

/// The state of the nth record of a kind.
fn place(
    register: Register,
    (kind, letter, number): (&str, u8, usize),
    resident: usize,
    fields: &[(&'static str, Value)],
) -> Result<State, Fault> {
    let record = register.record(letter, number);
    let change = register.change_of(kind, number, record, register.grid(resident), fields)?;
    Ok(state(change, number as u64 + 1))
}

fn building(register: Register, n: usize) -> Result<State, Fault> {
    let first = n * BUILDING * HOUSEHOLD;
    let spot = i32::try_from(n % GRID).unwrap_or(0) * 40;
    let point = point_in(n / GRID, spot, 1000 - spot).map(|p| ("point", p.to_value()));
    let door = generator::address(first);
    let address = door.split('幢').next().unwrap_or_default().to_owned();
    let fields =
        [home(register.grid(first)), ("name", text(format!("{}幢", n % GRID + 1))), ("address", text(address))];
    place(register, ("building", b'b', n), first, &fields.into_iter().chain(point).collect::<Vec<_>>())
}

fn dwelling(register: Register, n: usize) -> Result<State, Fault> {
    let above = (PARENT, Value::Id(register.record(b'b', n / BUILDING)));
    let number = format!("{}0{}", n / 4 % 8 + 1, n % 2 + 1);
    let floor = Value::Int(i64::try_from(n / 4 % 8 + 1).unwrap_or(1));
    let fields = [above, ("number", text(number)), ("floor", floor), ("entrance", text(format!("{}", n % 4 + 1)))];
    place(register, ("dwelling", b'd', n), n * HOUSEHOLD, &fields)
}

fn household(register: Register, n: usize) -> Result<State, Fault> {
    let above = (PARENT, Value::Id(register.record(b'd', n)));
    let head = register.resident(n * HOUSEHOLD).fields[1].1.clone();
    let fields = [above, ("head", head), ("size", Value::Int(3)), ("kind", text("family"))];
    place(register, ("household", b'h', n), n * HOUSEHOLD, &fields)
}

fn visit(register: Register, n: usize) -> Result<State, Fault> {
    let resident = n * RARE;
    let above = (PARENT, Value::Id(register.household(resident)));
    let fields = [above, ("outcome", text("met")), ("at", Value::Int(generator::typed_ms(resident)))];
    place(register, ("visit", b'w', n), resident, &fields)
}

fn case(register: Register, n: usize) -> Result<State, Fault> {
    let resident = n * RARE;
    let fields =
        [home(register.grid(resident)), ("title", text("楼道堆物")), ("place", text(generator::address(resident)))];
    place(register, ("case", b'c', n), resident, &fields)
}

/// The states of residents.
pub fn residents(register: Register, count: usize) -> impl Iterator<Item = State> {
    (0..count).filter_map(move |n| register.change(&register.resident(n)).ok().map(|c| state(c, n as u64 + 1)))
}

/// A phone with nothing but the street's units on it.
pub fn phone(bench: &Bench, name: &str) -> Result<Phone, Fault> {
    let register = bench.register();
    let phone = Phone::enrolled(bench.path(name), street_unit(register), [SPACE, REFERENCE])?;
    phone.fill(REFERENCE, street_unit(register), units(register, bench.rows)?)?;
    Ok(phone)
}

/// A floor with so many residents.
pub fn floor(bench: &Bench, name: &str, count: usize) -> Result<Floor, Fault> {
    let mut floor = Floor::open(&bench.path(name))?;
    for from in (0..count).step_by(PAGE_ROWS) {
        let rows: Vec<Ready> =
            (from..count.min(from + PAGE_ROWS)).map(|n| Ready::of(bench.register(), n)).collect::<Result<_, _>>()?;
        floor.save(&rows)?;
    }
    Ok(floor)
}

impl Street {
    /// Builds the phone and the floor.
    pub fn build(bench: &Bench) -> Result<Self, Fault> {
        let (register, count) = (bench.register(), bench.rows);
        bench.tell(&format!("a phone with the whole street: {count} residents and what they live in"));
        let phone = phone(bench, "street.db")?;
        let unit = street_unit(register);
        let homes = count.div_ceil(HOUSEHOLD);
        let all: [(usize, Make); 5] = [
            (homes.div_ceil(BUILDING), building),
            (homes, dwelling),
            (homes, household),
            (count.div_ceil(RARE), visit),
            (count.div_ceil(RARE), case),
        ];
        let rest = all.into_iter().flat_map(|(count, make)| (0..count).filter_map(move |n| make(register, n).ok()));
        phone.fill(SPACE, unit, rest.chain(residents(register, count)))?;
        bench.tell(&format!("a floor with {count} residents"));
        let floor = floor(bench, "street-floor.db", count)?;
        Ok(Self { phone, floor, next: count, residents: count })
    }

    /// The record of a resident that is on the phone from the beginning; spread over all of them.
    pub fn spread(&self, nth: usize) -> usize {
        nth.wrapping_mul(7919) % self.residents.max(1)
    }

    /// Numbers of residents that nobody has typed yet.
    pub fn fresh(&mut self, count: usize) -> std::ops::Range<usize> {
        self.next += count;
        self.next - count..self.next
    }

    /// The record of a resident.
    pub fn record(register: Register, number: usize) -> RecordId {
        register.record(b'r', number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gridwalk_app::read::Reader;
    use gridwalk_model::kind::Kind;

    /// The floor's full text is the phone's, table by table, and finds the same people.
    #[test]
    fn the_floor_and_the_phone_hold_the_same() {
        let mut bench = Bench::new(300, &std::env::temp_dir()).unwrap();
        let street = bench.street().unwrap();
        let store = street.phone.notebook.store();
        assert_eq!(store.full_text_tables().unwrap(), street.floor.full_text_tables().unwrap());
        let reader = Reader { store, actor: street.phone.notebook.actor().unwrap() };
        let kinds = [Kind::Resident.name()];
        for (text, long) in [("王", false), ("138", true), ("ww", false), ("wang", true)] {
            let ours = reader.search(text, &kinds, 1000).unwrap().rows.len();
            let either = gridwalk_model::search_key::letters_of(text).map_or_else(String::new, |l| format!(" OR {l}"));
            let quoted = format!("\"{text}\"{either}");
            let floor = street.floor.count(if long { "view_search" } else { "view_gram" }, &quoted).unwrap();
            assert_eq!(ours, floor as usize, "{text}");
            assert!(ours > 0, "{text}");
        }
        let summary = reader.grid_summary(Some(grid_unit(Register::new(1), 0))).unwrap();
        let residents = summary.counts.iter().find(|c| c.kind == "resident").unwrap().count;
        assert_eq!(residents, 300, "all are at home in the first grid, through household, dwelling and building");
    }
}
