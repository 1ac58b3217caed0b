//! Rows: from the lines of a table to the items that it asks for.
//!
//! Owns what a line of each table names: estate, building, dwelling, household, resident, premises, organisation. Refuses
//! to know what is here already. Invariant: a line in which anything blocks gives no item at all.

use super::cell::{Cell, Row};
use super::file::FileFault;
use super::item::{Item, Items};
use super::key::{self, Key, Secret};
use super::line::{Line, problem, read_line, text_of};
use super::mapping::{Mapped, Mapping};
use super::natural_key::{building_key, dwelling_key, household_key, organisation_key, resident_key};
use super::problem::{Problem, ProblemCode, Problems};
use super::target::What;
use super::unit::{NoUnit, Units};
use super::uses::Uses;
use crate::error::Result;
use crate::store::Tx;
use gridwalk_model::check::{self, BirthWarning, Warning};
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::crs::{Degrees, arrive};
use gridwalk_model::door::{self, Door};
use gridwalk_model::geo::PointSource;
use gridwalk_model::id::UnitId;
use gridwalk_model::id_number::{self, IdWarning};
use gridwalk_model::kind::{Kind, Shape, resident};
use gridwalk_model::phone::PhoneWarning;
use gridwalk_model::value::Value;

/// The circumstances of reading.
pub struct Reading<'a> {
    /// To look units up.
    pub tx: &'a dyn Tx,
    /// The units that rows may name.
    pub units: &'a Units,
    /// What the table is of.
    pub what: What,
    /// How it is read.
    pub mapping: &'a Mapping,
    /// The columns that are read.
    pub mapped: &'a [Mapped<'a>],
    /// For keys.
    pub secret: &'a Secret,
    /// The source: the numbers that it gives rows are its own.
    pub source: [u8; 16],
    /// The day, days since 1970-01-01.
    pub today: i64,
    /// Where sensitive fields are in use.
    pub uses: Uses<'a>,
}

/// What a table came to.
#[derive(Debug, Default)]
pub struct Told {
    /// The items.
    pub items: Items,
    /// What is wrong or odd.
    pub problems: Problems,
    /// Lines with anything in them.
    pub rows: u64,
}

/// Reads all rows. A file whose coordinates name no system is refused whole.
pub fn read_rows(rows: &[Row], reading: &Reading<'_>) -> Result<std::result::Result<Told, FileFault>> {
    let placed = reading.mapped.iter().any(|mapped| mapped.target.name == "latitude");
    if placed && reading.mapping.crs.is_none() {
        return Ok(Err(FileFault::new("crs")));
    }
    let mut told = Told::default();
    let mut above: Vec<Option<Cell>> = vec![None; reading.mapped.len()];
    for row in rows {
        let mut line = read_line(row, reading, &mut above, &mut told.problems);
        if line.cells.is_empty() && line.sensitive.is_empty() && !line.blocked {
            continue;
        }
        told.rows += 1;
        take_line(&mut line, reading, &mut told)?;
        told.problems.blocked_rows += u64::from(line.blocked);
    }
    Ok(Ok(told))
}

/// Gives the items of a line, unless anything in it blocks.
fn take_line(line: &mut Line<'_>, reading: &Reading<'_>, told: &mut Told) -> Result<()> {
    let unit = match line.text("unit").map(|cell| reading.units.named(reading.tx, cell)).transpose()? {
        None => reading.units.base.id,
        Some(Ok(unit)) => unit,
        Some(Err(why)) => {
            let code = if why == NoUnit::Ambiguous { ProblemCode::UnitAmbiguous } else { ProblemCode::UnitUnknown };
            block(line, reading, told, code, "unit");
            return Ok(());
        }
    };
    beside_the_number(line, told, reading.today);
    odd_of_persons(line, told, reading.today);
    leave_out_unused(line, reading, unit, told)?;
    let mut items = match layers(line, reading, unit) {
        Ok(items) => items,
        Err((code, target)) => {
            block(line, reading, told, code, target);
            return Ok(());
        }
    };
    if line.blocked {
        return Ok(());
    }
    let twice = twice(line, &items, told);
    if twice.as_ref().is_some_and(|twice| twice.blocks) {
        line.blocked = true;
        told.problems.note_all(twice);
        return Ok(());
    }
    let (mut places, mut differ): (Vec<usize>, bool) = (Vec::with_capacity(items.len()), false);
    for Layer { mut item, parent, refers } in items.drain(..) {
        item.parent = parent.and_then(|nth| places.get(nth).copied());
        item.refers = refers.into_iter().filter_map(|(field, nth)| Some((field, *places.get(nth)?))).collect();
        let kind = item.kind;
        let (place, differs) = told.items.take(item);
        for differs in differs {
            let target = format!("{kind}.{}", differs.field);
            let cell = line.cells.iter().find(|(mapped, _)| mapped.target.name == target);
            let found = cell.map(|(mapped, value)| text_of(Some(mapped), value)).unwrap_or_default();
            let mut odd = problem(ProblemCode::DiffersFromRow, line.row, cell.map(|(mapped, _)| *mapped), &found);
            odd.other_row = differs.row;
            // The house is named and the head told by several rows of a household; only cells of the table can differ.
            if cell.is_some() {
                told.problems.note(odd);
                differ = true;
            }
        }
        places.push(place);
    }
    // A row that says something else of what it stands in is not the same row again.
    told.problems.note_all(twice.filter(|_| !differ));
    Ok(())
}

fn block(line: &mut Line<'_>, reading: &Reading<'_>, told: &mut Told, code: ProblemCode, target: &str) {
    let cell = line.cells.iter().find(|(mapped, _)| mapped.target.name == target);
    let found = cell.map(|(mapped, value)| text_of(Some(mapped), value)).unwrap_or_default();
    line.blocked = true;
    if code == ProblemCode::Missing && line.faulty.contains(target) {
        // What is wrong with the cell is told already.
        return;
    }
    // An empty cell has a column all the same.
    let mapped = reading.mapped.iter().find(|mapped| mapped.target.name == target);
    let mut problem = problem(code, line.row, mapped, &found);
    if problem.heading.is_empty() {
        target.clone_into(&mut problem.heading);
    }
    told.problems.note(problem);
}

/// Birth and sex beside the identity number: told where they differ, taken from it where nothing stands.
fn beside_the_number(line: &mut Line<'_>, told: &mut Told, today: i64) {
    let Some(number) = line.text("resident.id_number") else { return };
    let birth = line.value("resident.birth").and_then(Value::as_int).and_then(CivilDate::from_days);
    let warnings = id_number::warnings(number, CivilDate::from_days(today), birth, line.text("resident.sex"));
    let differs = warnings.into_iter().filter(|w| matches!(w, IdWarning::BirthDiffers | IdWarning::SexDiffers));
    for warning in differs {
        let cell = line.cells.iter().find(|(mapped, _)| mapped.target.name == "resident.id_number");
        let code = ProblemCode::Odd(warning.code());
        told.problems.note(problem(code, line.row, cell.map(|(mapped, _)| *mapped), number));
    }
}

/// Days of birth that nobody alive has, and hotlines where a person's own number belongs.
fn odd_of_persons(line: &Line<'_>, told: &mut Told, today: i64) {
    for (mapped, value) in &line.cells {
        let Some((kind, field)) = mapped.target.field() else { continue };
        let odd = match (field.shape, value) {
            (Shape::Date, Value::Int(day)) if (kind, field.name) == (Kind::Resident, resident::BIRTH) => {
                let days = CivilDate::from_days(*day).zip(CivilDate::from_days(today));
                days.and_then(|(born, today)| check::birth(born, today)).map(BirthWarning::warning_code)
            }
            (Shape::Phone, Value::Text(text)) => {
                let warnings = check::phone_in(kind, field.name, text).map(|passed| passed.warnings);
                let short = Warning::Phone(PhoneWarning::Short);
                warnings.is_ok_and(|list| list.contains(&short)).then(|| short.code())
            }
            _ => None,
        };
        if let Some(code) = odd {
            told.problems.note(problem(ProblemCode::Odd(code), line.row, Some(mapped), &text_of(Some(mapped), value)));
        }
    }
}

/// Leaves out what is sensitive and not in use where the row is, and says so of each cell.
fn leave_out_unused(line: &mut Line<'_>, reading: &Reading<'_>, unit: UnitId, told: &mut Told) -> Result<()> {
    let child = resident::is_child(line.value("resident.birth"), line.value("resident.id_number"), reading.today);
    for (mapped, _) in &line.cells {
        let Some((kind, field)) = mapped.target.field() else { continue };
        let sensitive = field.sensitive.is_some() && (child || !field.of_children);
        if sensitive && !reading.uses.has(unit, kind, field.name)? {
            line.left_out.insert(mapped.target.name);
            // What it says is nobody's to read.
            told.problems.note(problem(ProblemCode::NotInUse, line.row, Some(mapped), "…"));
        }
    }
    for (mapped, found) in std::mem::take(&mut line.sensitive) {
        let Some((kind, field)) = mapped.target.field() else { continue };
        if reading.uses.has(unit, kind, field.name)? {
            line.blocked |= found.blocks;
            told.problems.note(found);
        } else if line.left_out.insert(mapped.target.name) {
            told.problems.note(problem(ProblemCode::NotInUse, line.row, Some(mapped), "…"));
        }
    }
    Ok(())
}

/// That the last item of a line stood in an earlier row: the same row again is left out, another one blocks.
fn twice(line: &Line<'_>, items: &[Layer], told: &Told) -> Option<Problem> {
    let last = items.last()?;
    let known = told.items.list.get(told.items.find(last.item.kind, last.item.key)?)?;
    // One building has as many lines as it has doors; only what a line is for can stand there twice.
    if last.item.kind == Kind::Household {
        return None;
    }
    let parent = |layer: &Layer| layer.parent.and_then(|nth| items.get(nth)).map(|above| above.item.key);
    let known_parent = known.parent.and_then(|at| told.items.list.get(at)).map(|above| above.key);
    let same = known.values == last.item.values && known_parent == parent(last);
    let mut twice = problem(
        if same { ProblemCode::RowTwice } else { ProblemCode::KeyTwice },
        line.row,
        None,
        &last
            .item
            .values
            .iter()
            .find(|(name, _)| ["name", "number"].contains(name))
            .map(|(_, v)| text_of(None, v))
            .unwrap_or_default(),
    );
    twice.other_row = known.row;
    Some(twice)
}

/// An item of a line, with those of the same line above it and beside it.
struct Layer {
    item: Item,
    parent: Option<usize>,
    refers: Vec<(&'static str, usize)>,
}

/// A line's layers as they are built.
struct Layers<'a, 'b> {
    line: &'a Line<'b>,
    reading: &'a Reading<'b>,
    unit: UnitId,
    village: UnitId,
    list: Vec<Layer>,
}

/// What a line lacks: the code and the target.
type Lacks = (ProblemCode, &'static str);

fn layers(line: &Line<'_>, reading: &Reading<'_>, unit: UnitId) -> std::result::Result<Vec<Layer>, Lacks> {
    let mut layers = Layers { line, reading, unit, village: reading.units.village(unit), list: Vec::new() };
    match reading.what {
        What::People => layers.people()?,
        What::Buildings => layers.buildings()?,
        What::Premises => layers.premises()?,
        What::Staff => {}
    }
    Ok(layers.list)
}

impl Layers<'_, '_> {
    fn key(&self, parts: &[&[u8]]) -> Key {
        self.reading.secret.key(parts)
    }

    fn push(&mut self, kind: Kind, key: Key, parent: Option<usize>, more: Vec<(&'static str, Value)>) -> usize {
        let (mut values, elements) = self.line.of(kind);
        for (field, value) in more {
            if !values.iter().any(|(name, _)| *name == field) {
                values.push((field, value));
            }
        }
        let place = parent.and_then(|nth| self.list.get(nth)).map_or(key, |above| above.item.place);
        let (unit, row) = (self.unit, self.line.row);
        let unit_said = self.line.text("unit").is_some();
        let refers = Vec::new();
        let without_number = None;
        let of = |target: &&'static str| Some(target.split_once('.')?.1).filter(|_| target.starts_with(kind.name()));
        let cleared = self.line.cleared.iter().filter_map(of).collect();
        let item = Item {
            kind,
            key,
            without_number,
            place,
            parent: None,
            unit,
            values,
            cleared,
            elements,
            refers,
            unit_said,
            row,
        };
        self.list.push(Layer { item, parent, refers: Vec::new() });
        self.list.len() - 1
    }

    /// The key that the table itself gives its rows, or the one made of what they say.
    fn own_key(&self, natural: Key) -> Key {
        let given = self.line.text("key");
        given.map_or(natural, |given| self.key(&[b"external", &self.reading.source, given.as_bytes()]))
    }

    fn estate(&mut self, name: Option<&str>) -> Option<(usize, String)> {
        let name = name?;
        let bare = key::bare(name);
        let key = self.key(&[b"estate", &self.village.0, bare.as_bytes()]);
        Some((self.push(Kind::Estate, key, None, vec![("name", name.into())]), bare))
    }

    fn building(&mut self, name: &str, estate: Option<(usize, String)>, house: bool) -> usize {
        let (above, of) = estate.map_or((None, String::new()), |(nth, of)| (Some(nth), of));
        let key = building_key(self.reading.secret, self.village, &of, name);
        let own = self.reading.what == What::Buildings && self.line.value("dwelling.number").is_none();
        let key = if own { self.own_key(key) } else { key };
        let mut more = vec![("name", Value::from(name))];
        if house {
            more.push(("kind", "house".into()));
        }
        let nth = self.push(Kind::Building, key, above, more);
        // What is in an estate's building is a place of its own: records stand together by building.
        self.list[nth].item.place = key;
        nth
    }

    fn dwelling(&mut self, building: usize, number: &str, address: &Door) -> usize {
        let said = address.entrance.text();
        let entrance = self.line.text("dwelling.entrance").or(said).map(key::part).unwrap_or_default();
        let short = key::part(number);
        let key = dwelling_key(self.reading.secret, self.list[building].item.key, &entrance, &short);
        let key = if self.reading.what == What::Buildings { self.own_key(key) } else { key };
        let floor = door::read(&format!("{short}室")).floor.or(address.floor);
        let mut more = vec![];
        more.extend(floor.map(|floor| ("floor", Value::Int(i64::from(floor)))));
        let nth = self.push(Kind::Dwelling, key, Some(building), more);
        let values = &mut self.list[nth].item.values;
        values.retain(|(name, _)| !["number", "entrance"].contains(name));
        values.push(("number", short.into()));
        if !entrance.is_empty() {
            values.push(("entrance", entrance.into()));
        }
        nth
    }

    fn buildings(&mut self) -> std::result::Result<(), Lacks> {
        let line = self.line;
        let name = line.text("building.name").ok_or((ProblemCode::Missing, "building.name"))?;
        let estate = self.estate(line.text("estate.name"));
        let building = self.building(name, estate, false);
        let point = self.point()?;
        self.list[building].item.values.extend(point);
        if let Some(number) = line.text("dwelling.number") {
            self.dwelling(building, number, &Door::default());
        }
        Ok(())
    }

    fn people(&mut self) -> std::result::Result<(), Lacks> {
        let line = self.line;
        let address = line.text("address").map(door::read).unwrap_or_default();
        let head = line.text("household.head").map(str::to_owned).or_else(|| self.is_head());
        let number = line.text("dwelling.number").or_else(|| address.door.text()).map(str::to_owned);
        let said = address.building.each().first().map(|number| format!("{number}幢"));
        let named = line.text("building.name").map(str::to_owned).or(said);
        // In a village a house without a number is called after its family.
        let house = number.is_none();
        let name = named.or_else(|| head.clone().filter(|_| house)).ok_or((ProblemCode::Missing, "building.name"))?;
        let place =
            Some(address.place.as_str()).filter(|place| !place.is_empty() && line.text("estate.name").is_none());
        let estate =
            self.estate(line.text("estate.name").or(place.filter(|place| place.ends_with(['苑', '园', '区', '庭']))));
        let building = self.building(&name, estate, house);
        let door = number.map_or(building, |number| self.dwelling(building, &number, &address));
        let resident = line.says_of(Kind::Resident);
        if !resident && !line.says_of(Kind::Household) && line.text("household.key").is_none() {
            return Ok(());
        }
        let given = line.text("household.key").or(line.text("household.head"));
        let key = household_key(self.reading.secret, self.list[door].item.key, given.unwrap_or_default());
        let more = head.map(|head| ("head", head.into())).into_iter().collect();
        let household = self.push(Kind::Household, key, Some(door), more);
        if resident { self.resident(household, door) } else { Ok(()) }
    }

    /// The name of a line whose person is the head of the household.
    fn is_head(&self) -> Option<String> {
        let head = matches!(self.line.text("resident.relation")?, "01" | "02");
        head.then(|| self.line.text("resident.name").map(str::to_owned))?
    }

    fn resident(&mut self, household: usize, door: usize) -> std::result::Result<(), Lacks> {
        let line = self.line;
        let name = line.text("resident.name").ok_or((ProblemCode::Missing, "resident.name"))?;
        let read = line.text("resident.id_number").map(id_number::read);
        let sure = read.filter(|read| read.warnings.iter().all(|w| *w == IdWarning::Legacy));
        let mut more = Vec::new();
        if let Some(read) = &sure {
            more.extend(read.birth.map(|birth| ("birth", Value::Int(birth.days()))));
            more.extend(read.sex.map(|sex| ("sex", sex.into())));
        }
        let birth = line.value("resident.birth").and_then(Value::as_int);
        let natural =
            resident_key(self.reading.secret, self.list[door].item.key, line.text("resident.id_number"), name, birth);
        let key = self.own_key(natural);
        // The record may have come to be while its number was left out.
        let borne = sure.as_ref().and_then(|read| read.birth).map(CivilDate::days);
        let bare = resident_key(self.reading.secret, self.list[door].item.key, None, name, birth.or(borne));
        let nth = self.push(Kind::Resident, key, Some(household), more);
        self.list[nth].item.without_number = Some(bare).filter(|bare| *bare != key);
        Ok(())
    }

    fn premises(&mut self) -> std::result::Result<(), Lacks> {
        let line = self.line;
        let name = line.text("premises.name").ok_or((ProblemCode::Missing, "premises.name"))?;
        line.value("premises.kind").ok_or((ProblemCode::Missing, "premises.kind"))?;
        let estate = self.estate(line.text("estate.name"));
        let in_estate = estate.as_ref().map(|(nth, _)| *nth);
        let above = match line.text("building.name") {
            Some(building) => Some(self.building(building, estate, false)),
            None => in_estate,
        };
        let organisation = self.organisation();
        let at = above.map_or_else(
            || line.text("premises.address").map(key::bare).unwrap_or_default(),
            |nth| data_encoding::HEXLOWER.encode(&self.list[nth].item.key),
        );
        let natural = self.key(&[b"premises", &self.village.0, at.as_bytes(), key::bare(name).as_bytes()]);
        let point = self.point()?.into_iter().collect();
        let nth = self.push(Kind::Premises, self.own_key(natural), above, point);
        self.list[nth].refers.extend(organisation.map(|nth| ("organisation", nth)));
        Ok(())
    }

    fn organisation(&mut self) -> Option<usize> {
        let line = self.line;
        let (name, uscc) = (line.text("organisation.name"), line.text("organisation.uscc"));
        let called = name.or_else(|| uscc.and(line.text("premises.name")))?;
        let key = organisation_key(self.reading.secret, self.village, uscc, called);
        Some(self.push(Kind::Organisation, key, None, vec![("name", called.into())]))
    }

    /// The point of a line, as far as it gives one.
    fn point(&self) -> std::result::Result<Option<(&'static str, Value)>, Lacks> {
        let (lat, lon) = (self.line.text("latitude"), self.line.text("longitude"));
        let (Some(lat), Some(lon)) = (lat, lon) else { return Ok(None) };
        let wrong = (ProblemCode::NotAPlace, "latitude");
        let (Ok(lat), Ok(lon)) = (lat.parse(), lon.parse()) else { return Err(wrong) };
        let point = arrive(Degrees::new(lat, lon), self.reading.mapping.crs.as_deref(), PointSource::Import);
        point.map(|point| Some(("point", point.to_value()))).map_err(|_| wrong)
    }
}
