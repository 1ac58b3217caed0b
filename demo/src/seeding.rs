//! Seeding: the grids' workers type the register, building by building, and everybody syncs.
//!
//! Owns the order. Refuses to write anywhere but through a phone's write path. Invariant: each grid is typed by one
//! worker of that grid.

use crate::city::{Block, City};
use crate::crew::{Crew, PARTNER, SUPERVISOR};
use crate::error::Result;
use crate::people::Person;
use crate::phone::Phone;
use crate::register;
use crate::screen::{Screen, Tone};
use crate::town::{Home, Town, Vacancy};
use gridwalk_model::RecordId;
use gridwalk_model::command::{
    AddBuilding, AddDwelling, AddHousehold, AddHouseholdLink, AddVisitPlan, Command, Edits, NewResident,
};
use gridwalk_model::kind::visit_plan::ACCOUNT;
use indicatif::ProgressBar;

/// How many households the demo links.
const LINKED: usize = 5;

/// Types the whole city, and lets everybody sync. With `sabotage` the partner's phone drops a page of it.
pub async fn seed(crew: &mut Crew, city: &City, screen: &Screen, sabotage: bool) -> Result<Town> {
    let mut town = Town::default();
    // Who does not know the units yet could not name one.
    for phone in &mut crew.phones {
        phone.sync().await?;
    }
    let bar = screen.bar(city.residents(), "seeding");
    for (nth, grid) in city.grids.iter().enumerate() {
        let Some(phone) = crew.phones.iter().find(|p| p.post.grid == Some(nth)) else { continue };
        let estate = register::estate(phone, grid)?;
        for block in &grid.blocks {
            build(phone, (nth, estate), block, &mut town, &bar)?;
            // Ctrl-C gets its turn.
            tokio::task::yield_now().await;
        }
    }
    if let Some(supervisor) = crew.phones.get(SUPERVISOR) {
        register::group(supervisor, city)?;
    }
    bar.finish_and_clear();
    screen.say(Tone::Strong, "first_sync", &[])?;
    // Those who typed go first, so that the others get everything at once.
    let mut order: Vec<usize> = (0..crew.phones.len()).collect();
    let waiting: Vec<u64> = crew.phones.iter().map(Phone::waiting).collect::<Result<_>>()?;
    order.sort_by_key(|nth| waiting[*nth] == 0);
    for nth in order {
        let phone = &mut crew.phones[nth];
        if sabotage && nth == PARTNER {
            phone.line.arm();
        }
        sync_and_say(phone, screen, "").await?;
    }
    Ok(town)
}

/// Syncs a phone and tells it.
pub async fn sync_and_say(phone: &mut Phone, screen: &Screen, did: &str) -> Result<()> {
    let swallowed = phone.line.swallowed();
    let synced = phone.sync().await?;
    let at_odds = phone.read(|p| Ok(p.notebook.store().counts()?.disagreements))?;
    screen.sync(phone, did, &synced, at_odds)?;
    let dropped = phone.line.swallowed() - swallowed;
    if dropped > 0 {
        screen.event("page_dropped", &[("name", &phone.post.name), ("n", &dropped.to_string())])?;
    }
    Ok(())
}

fn build(
    phone: &Phone,
    (grid, estate): (usize, RecordId),
    block: &Block,
    town: &mut Town,
    bar: &ProgressBar,
) -> Result<()> {
    let building = phone.new_record()?;
    let floors = block.doors.iter().map(|d| d.floor).max().unwrap_or(1);
    let edits = Edits::none()
        .put("name", block.name.as_str())
        .put("address", block.address.as_str())
        .put("kind", "apartment")
        .put("floors", floors);
    let edits = register::in_estate(edits, estate);
    phone.execute(&Command::AddBuilding(AddBuilding { record: building, unit: phone.unit, edits }))?;
    register::around(phone, estate, building, &block.address)?;
    for (nth, door) in block.doors.iter().enumerate() {
        let dwelling = phone.new_record()?;
        let usage = if door.family.is_some() { "owner" } else { "vacant" };
        let edits = Edits::none()
            .put("number", door.number.as_str())
            .put("floor", door.floor)
            .put("entrance", door.entrance.as_str())
            .put("use", usage);
        let edits = if nth == 0 { let_out(edits) } else { edits };
        phone.execute(&Command::AddDwelling(AddDwelling { record: dwelling, building, edits }))?;
        let Some(family) = &door.family else {
            town.vacancies.push(Vacancy { grid, dwelling, label: format!("{} {}", block.name, door.number) });
            continue;
        };
        let home = move_in(phone, grid, (building, dwelling), &family.people)?;
        bar.inc(home.residents.len() as u64);
        town.homes.push(home);
    }
    link(phone, block, &town.homes, building)
}

/// A home that is let by the room, with its landlord: a place, and no list of lodgers.
fn let_out(edits: Edits) -> Edits {
    edits
        .put("rented", true)
        .put("rental_kind", "by_room")
        .put("rooms", 4)
        .put("landlord_name", "房东（示例）")
        .put("landlord_phone", "13800008888")
}

/// The first households of a building as a household link, with the first one's head.
fn link(phone: &Phone, block: &Block, homes: &[Home], building: RecordId) -> Result<()> {
    let linked: Vec<&Home> = homes.iter().filter(|home| home.building == building).take(LINKED).collect();
    let Some(first) = linked.first() else { return Ok(()) };
    let edits = Edits::none().put("label", format!("{}联户", block.name)).put("head", first.head.as_str());
    let edits = edits.put("head_household", first.household);
    let edits = linked.iter().fold(edits, |edits, home| edits.add("households", home.household));
    let record = phone.new_record()?;
    phone.execute(&Command::AddHouseholdLink(AddHouseholdLink { record, unit: phone.unit, edits }))?;
    plan(phone, first)
}

/// A household that asked to be visited every month.
fn plan(phone: &Phone, home: &Home) -> Result<()> {
    let (today, whose) = (phone.reader()?.actor.today(), phone.reader()?.actor.account);
    let edits = Edits::none()
        .put(ACCOUNT, RecordId(whose.0))
        .put("purpose", "asked")
        .put("every_days", 30)
        .put("consent_by", home.head.as_str())
        .put("consent_on", today);
    let record = phone.new_record()?;
    phone.execute(&Command::AddVisitPlan(AddVisitPlan { record, door: home.household, case: None, edits }))?;
    Ok(())
}

fn move_in(phone: &Phone, grid: usize, (building, dwelling): (RecordId, RecordId), people: &[Person]) -> Result<Home> {
    let household = phone.new_record()?;
    let head = people.first().map(|p| p.name.clone()).unwrap_or_default();
    let mut residents = Vec::new();
    for person in people {
        residents.push(NewResident { record: phone.new_record()?, edits: edits_of(person) });
    }
    let size = i64::try_from(people.len()).unwrap_or(i64::MAX);
    let mut edits = Edits::none().put("head", head.as_str()).put("size", size).put("kind", "family");
    if let Some(number) = people.iter().find_map(|p| p.phone.clone()) {
        edits = edits.put("phone", number);
    }
    let ids = residents.iter().map(|r| r.record).collect();
    phone.execute(&Command::AddHousehold(AddHousehold { record: household, dwelling, edits, residents }))?;
    Ok(Home { grid, building, household, head, residents: ids })
}

fn edits_of(person: &Person) -> Edits {
    let mut edits = Edits::none()
        .put("name", person.name.as_str())
        .put("sex", person.sex)
        .put("birth", person.birth_days)
        .put("id_number", person.id_number.as_str())
        .put("relation", person.relation);
    if let Some(number) = &person.phone {
        edits = edits.put("phone", number.as_str());
    }
    edits
}
