//! The rest of the register: estates with their property company, premises, facilities, an address that nobody looked at,
//! and a villagers' group with its walking order.
//!
//! Owns what of it is made up. Refuses to write but through a phone's write path. Invariant: nothing here draws from the
//! city's seed: who lives behind which door stays as it was.

use crate::city::{City, Grid};
use crate::error::Result;
use crate::phone::Phone;
use gridwalk_model::command::{AddPlace, AddVillageHousehold, Command, Edits, NewResident};
use gridwalk_model::kind::{Kind, PARENT};
use gridwalk_model::unit_code::UnitCode;
use gridwalk_model::{RecordId, UnitId, walk_order};

/// Families of the villagers' group, in walking order.
const GROUP: [&str; 5] = ["沙家", "杭家", "陶家", "莫家", "计家"];

/// The code of the villagers' group: the first of the first grid's village.
pub fn group_code(city: &City) -> Option<String> {
    let grid = UnitCode::parse(&city.grids.first()?.place.code).ok()?;
    Some(format!("{}-G01", grid.parent()?))
}

fn add(phone: &Phone, kind: Kind, at: Option<RecordId>, edits: Edits) -> Result<RecordId> {
    let record = phone.new_record()?;
    let unit = at.is_none().then_some(phone.unit);
    phone.execute(&Command::AddPlace(AddPlace { record, kind, unit, parent: at, edits }))?;
    Ok(record)
}

/// An estate with the company that looks after it.
pub fn estate(phone: &Phone, grid: &Grid) -> Result<RecordId> {
    let street =
        grid.blocks.first().map_or("", |block| block.name.trim_end_matches(|c: char| c == '幢' || c.is_ascii_digit()));
    let company = Edits::none().put("name", format!("{street}物业（示例）")).put("kind", "property_company");
    let company = add(phone, Kind::Organisation, None, company)?;
    let doors: usize = grid.blocks.iter().map(|block| block.doors.len()).sum();
    let edits = Edits::none()
        .put("name", format!("{street}小区"))
        .put("management", "company")
        .put("property_company", company)
        .put("owners_committee", true)
        .put("plan", "一小区一方案：先修充电棚，再装道闸（示例）")
        .add("facilities", "charging_shed")
        .add("facilities", "gate_guard")
        .put("doors", i64::try_from(doors).unwrap_or_default());
    let estate = add(phone, Kind::Estate, None, edits)?;
    let office = Edits::none().put("name", format!("{street}物业服务中心")).put("kind", "office");
    add(phone, Kind::Premises, Some(estate), office.put("organisation", company))?;
    Ok(estate)
}

/// A shop and two facilities at a building, and its address, which nobody looked at yet.
pub fn around(phone: &Phone, estate: RecordId, building: RecordId, address: &str) -> Result<()> {
    let shop = Edits::none().put("name", format!("{address}便利店")).put("kind", "shop").put("state", "open");
    add(phone, Kind::Premises, Some(building), shop)?;
    let hydrant = Edits::none().put("name", format!("{address}消火栓")).put("kind", "hydrant").put("state", "intact");
    add(phone, Kind::Facility, Some(building), hydrant)?;
    let shed =
        Edits::none().put("name", format!("{address}充电棚")).put("kind", "charging_shed").put("state", "damaged");
    add(phone, Kind::Facility, Some(estate), shed)?;
    let plate = Edits::none().put("text", address).put("door_qr", format!("https://mp.example/{building}"));
    add(phone, Kind::Address, Some(building), plate)?;
    add(phone, Kind::CheckPoint, Some(building), Edits::none().put("name", format!("{address}巡查点")))?;
    Ok(())
}

/// A villagers' group, house by house in walking order, typed by whoever looks after the village.
pub fn group(phone: &Phone, city: &City) -> Result<()> {
    let Some(first) = group_code(city) else { return Ok(()) };
    for code in [first.replace("-G01", "-G02"), first] {
        walked(phone, &code)?;
    }
    Ok(())
}

/// The families of a group or natural village, in walking order.
fn walked(phone: &Phone, code: &str) -> Result<()> {
    let found = phone.read(|p| Ok(p.notebook.store().search(code, &[Kind::Unit.name()], 5)?))?;
    let unit = found.into_iter().find(|row| row.subtitle == code).map(|row| row.record.unit());
    let Some(unit) = unit else { return Ok(()) };
    for (nth, (family, walk)) in GROUP.into_iter().zip(walk_order::spread(GROUP.len())).enumerate() {
        // Every second family is registered with the one before: one booklet, two houses.
        household(phone, unit, family, (&format!("{code}-{}", nth / 2), walk))?;
    }
    Ok(())
}

fn household(phone: &Phone, unit: UnitId, family: &str, at: (&str, walk_order::WalkKey)) -> Result<()> {
    let (head, (booklet, walk)) = (family.replace('家', "老大"), at);
    let edits = Edits::none().put("name", head.as_str()).put("booklet", booklet);
    let residents = vec![NewResident { record: phone.new_record()?, edits }];
    let command = AddVillageHousehold {
        record: phone.new_record()?,
        house: phone.new_record()?,
        unit,
        house_name: family.to_owned(),
        walk: Some(walk),
        edits: Edits::none().put("label", family).put("head", head.as_str()),
        residents,
    };
    phone.execute(&Command::AddVillageHousehold(command))?;
    Ok(())
}

/// What puts a building into an estate.
pub fn in_estate(edits: Edits, estate: RecordId) -> Edits {
    edits.put(PARENT, estate)
}
