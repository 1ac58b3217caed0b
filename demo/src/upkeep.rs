//! Upkeep: what keeps a register true: one thing typed twice, people who move, a facility that was looked at, tables that
//! come and go, a year's new names, records that are looked at again; and a photograph.
//!
//! Owns what is made up of it, and in which round. Refuses to go around the write path. Invariant: what has no people or
//! no place is left out, and each that was done is told.

use crate::crew::{ADMIN, SUPERVISOR};
use crate::error::Result;
use crate::phone::Phone;
use crate::story::{ROUNDS, Story};
use gridwalk_app::AppError;
use gridwalk_app::read::RowLine;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::command::{
    AddPlace, CheckFacility, Command, DrawSample, Edits, LinkSame, MergeHouseholds, MoveIn, MoveOut, RecordBackCheck,
    ReportCase,
};
use gridwalk_model::{Basis, Kind, RecordId};
use std::collections::BTreeMap;

/// A made-up photograph.
pub const CYLINDERS: &[u8] = include_bytes!("../pictures/cylinders.jpg");
/// The ending of the label of a household that was split off.
pub const SPLIT: &str = "家分户";

/// Tables as offices keep them, with the verb that takes each.
const TABLES: [(&str, &str); 3] = [
    (
        "buildings",
        "小区,楼栋,层数,单元,房号,是否出租,出租方式\n示例新村,1幢,6,1,101,是,整租\n示例新村,1幢,6,1,102,否,\n",
    ),
    ("premises", "小区,楼栋,场所名称,场所类型,企业名称\n示例新村,1幢,示例面馆,餐饮,示例餐饮公司（示例）\n"),
    ("staff", "姓名,手机,网格岗位\n指导员（示例）,13800009999,网格指导员\n"),
];

/// The upkeep of a round, by its number.
pub async fn run(story: &mut Story<'_>, round: u32) -> Result<()> {
    match round % ROUNDS {
        1 => year(story).await,
        2 => tables(story).await,
        3 => {
            moves(story)?;
            merge(story)
        }
        4 => photograph(story),
        5 => checks(story),
        6 => twice(story),
        7 => look_again(story),
        0 => take_back(story).await,
        _ => Ok(()),
    }
}

fn rows(phone: &Phone, kind: Kind) -> Result<Vec<RowLine>> {
    let reader = phone.reader()?;
    phone.read(|_| Ok::<_, AppError>(reader.list(kind, None, None, 0)?))
}

/// A new edition of the divisions renames a village in which nobody here works: proposed, confirmed by a person, applied.
async fn year(story: &Story<'_>) -> Result<()> {
    let listed = story.office.verb(&["unit", "list", "--level", "village"], None).await?;
    let villages = listed["units"].as_array().cloned().unwrap_or_default();
    let works_in = |code: &str| story.crew.phones.iter().any(|phone| phone.post.unit_code.starts_with(code));
    let text = |unit: &serde_json::Value, name: &str| unit[name].as_str().unwrap_or_default().to_owned();
    let mut pairs = villages.iter().map(|unit| (text(unit, "code"), text(unit, "name")));
    let Some((code, name)) = pairs.rfind(|(code, _)| !works_in(code)) else { return Ok(()) };
    let folder = story.office.folder();
    let [before, after, plan] = ["2025.csv", "2026.csv", "plan.json"].map(|name| folder.join(name));
    tokio::fs::write(&before, format!("code,name\n{code},{name}\n")).await?;
    tokio::fs::write(&after, format!("code,name\n{code},新{name}\n")).await?;
    let [before, after, plan] = [before, after, plan].map(|path| path.display().to_string());
    let propose = ["unit", "edition", "propose", &before, &after, "--from", "2026-01-01", "--plan", &plan];
    story.office.verb(&propose, None).await?;
    story.office.verb(&["unit", "edition", "confirm", &plan, "--line", "1", "--by", ADMIN], None).await?;
    let done = story.office.verb(&["unit", "edition", "apply", &plan], None).await?;
    let n = done["renamed"].as_u64().unwrap_or_default().to_string();
    story.screen.event("year_applied", &[("n", &n), ("from", &name), ("to", &format!("新{name}"))])
}

/// Tables of buildings, premises and staff.
async fn tables(story: &mut Story<'_>) -> Result<()> {
    let Some(code) = story.crew.phones.first().map(|phone| phone.post.unit_code.clone()) else { return Ok(()) };
    let mut made = BTreeMap::new();
    for (what, table) in TABLES {
        let file = story.office.folder().join(format!("{what}.csv"));
        tokio::fs::write(&file, table).await?;
        let file = file.display().to_string();
        let told = story.office.verb(&["import", what, &file, "--unit", &code], None).await?;
        let created = told["created"].as_object().into_iter().flat_map(|kinds| kinds.values());
        let created: u64 = created.filter_map(serde_json::Value::as_u64).sum();
        made.insert(what, created.to_string());
        if what == "premises" {
            story.town.import = told["import"].as_i64();
        }
    }
    let gaps: Vec<(&str, &str)> = made.iter().map(|(what, n)| (*what, n.as_str())).collect();
    story.screen.event("tables", &gaps)
}

/// One of the tables was another village's: it is taken back.
async fn take_back(story: &mut Story<'_>) -> Result<()> {
    let Some(import) = story.town.import.take() else { return Ok(()) };
    let undone = story.office.verb(&["import", "undo", &import.to_string()], None).await?;
    let n = undone["deleted"].as_u64().unwrap_or_default().to_string();
    story.screen.event("taken_back", &[("n", &n)])
}

/// Somebody moves away; somebody else moves into another household.
fn moves(story: &Story<'_>) -> Result<()> {
    let Some(phone) = story.crew.phones.first() else { return Ok(()) };
    let mut large = story.town.homes.iter().filter(|home| home.grid == 0 && home.residents.len() > 2);
    let (Some(one), Some(other)) = (large.next(), large.next()) else { return Ok(()) };
    let (leaver, mover) = (one.residents[1], other.residents[1]);
    let (also, on) = (Vec::new(), None);
    if let Some(basis) = phone.open(leaver)? {
        let to = Some("外地（示例）".to_owned());
        let command = MoveOut { record: leaver, basis, also: also.clone(), on, to };
        if phone.execute(&Command::MoveOut(command))?.is_some() {
            story.screen.event("moved_out", &[("one", &phone.post.name), ("head", &one.head)])?;
        }
    }
    if let Some(basis) = phone.open(mover)? {
        let command = MoveIn { record: mover, basis, also, household: one.household, on };
        if phone.execute(&Command::MoveIn(command))?.is_some() {
            let gaps = [("one", &*phone.post.name), ("head", &other.head), ("to", &one.head)];
            story.screen.event("moved_in", &gaps)?;
        }
    }
    Ok(())
}

/// The household that was split off goes back into the one that it came from.
fn merge(story: &Story<'_>) -> Result<()> {
    let Some(phone) = story.crew.phones.first() else { return Ok(()) };
    let split = rows(phone, Kind::Household)?.into_iter().find(|row| row.title.ends_with(SPLIT));
    let Some(split) = split else { return Ok(()) };
    let head = split.title.trim_end_matches(SPLIT);
    let Some(home) = story.town.homes.iter().find(|home| home.grid == 0 && home.head == head) else { return Ok(()) };
    let reader = phone.reader()?;
    let card = phone.read(|_| Ok::<_, AppError>(reader.household_card(split.record)?))?;
    let (Some(basis), Some(into)) = (phone.open(split.record)?, phone.open(home.household)?) else { return Ok(()) };
    let mut residents: Vec<Basis> = Vec::new();
    for resident in card.iter().flat_map(|card| &card.residents) {
        residents.extend(phone.open(resident.record)?);
    }
    let command = MergeHouseholds { basis, also: Vec::new(), into, residents, on: None };
    if phone.execute(&Command::MergeHouseholds(command))?.is_some() {
        story.screen.event("merged_households", &[("one", &phone.post.name), ("head", head)])?;
    }
    Ok(())
}

/// Gas cylinders are photographed, and reported with the picture; its bytes follow with the next sync.
fn photograph(story: &mut Story<'_>) -> Result<()> {
    let Some(phone) = story.crew.phones.first() else { return Ok(()) };
    let Some(building) = rows(phone, Kind::Building)?.first().map(|row| row.record) else { return Ok(()) };
    let picture = phone.read(|p| p.notebook.keep_picture(CYLINDERS, None))?;
    let edits = Edits::none().put("title", "楼下存放液化气罐（附照片）").put("category", "fire_gas_cylinder");
    let (record, parent, edits) = (phone.new_record()?, Some(building), edits.attach(picture));
    let report = ReportCase { record, unit: None, parent, edits, answers: BTreeMap::new() };
    let Some(case) = phone.execute(&Command::ReportCase(report))? else { return Ok(()) };
    story.town.cases.push(case);
    let size = picture.size.div_ceil(1024).to_string();
    story.screen.event("photographed", &[("one", &phone.post.name), ("size", &size)])
}

/// The grid's facilities are looked at.
fn checks(story: &Story<'_>) -> Result<()> {
    let Some(phone) = story.crew.phones.first() else { return Ok(()) };
    let mut looked = 0_u32;
    for (nth, row) in rows(phone, Kind::Facility)?.into_iter().take(3).enumerate() {
        let Some(basis) = phone.open(row.record)? else { continue };
        let state = if nth == 0 { "damaged" } else { "intact" }.to_owned();
        let command = CheckFacility { record: row.record, basis, state, at: None };
        looked += u32::from(phone.execute(&Command::CheckFacility(command))?.is_some());
    }
    story.screen.event("facilities_checked", &[("one", &phone.post.name), ("n", &looked.to_string())])
}

/// The supervisor adds an estate that stands there already, and then says that the two are one.
fn twice(story: &Story<'_>) -> Result<()> {
    let Some(phone) = story.crew.phones.get(SUPERVISOR) else { return Ok(()) };
    let Some(first) = rows(phone, Kind::Estate)?.into_iter().next() else { return Ok(()) };
    let (record, unit) = (phone.new_record()?, first.unit);
    let edits = Edits::none().put("name", first.title.as_str()).add("facilities", "lift");
    let command = AddPlace { record, kind: Kind::Estate, unit, parent: None, edits };
    let Some(twin) = phone.execute(&Command::AddPlace(command))? else { return Ok(()) };
    let (Some(basis), Some(other)) = (phone.open(first.record)?, phone.open(twin)?) else { return Ok(()) };
    if phone.execute(&Command::LinkSame(LinkSame { basis, other }))?.is_some() {
        story.screen.event("same", &[("one", &phone.post.name), ("estate", &first.title)])?;
    }
    Ok(())
}

/// A sample of the visits is drawn and looked at again.
fn look_again(story: &Story<'_>) -> Result<()> {
    let Some(phone) = story.crew.phones.get(SUPERVISOR) else { return Ok(()) };
    let reader = phone.reader()?;
    let today = reader.actor.today();
    let days = CivilDate::from_days(today - 1).zip(CivilDate::from_days(today + 1));
    let Some(days) = days else { return Ok(()) };
    let round = phone.new_record()?;
    let draw = DrawSample {
        record: round,
        unit: phone.unit,
        title: "走访复核（示例）".to_owned(),
        seed: round.0,
        per_million: 100_000,
        least: 2,
        of: Kind::Visit,
        by: None,
        days,
    };
    if phone.execute(&Command::DrawSample(draw))?.is_none() {
        return Ok(());
    }
    let sample = phone.read(|_| Ok::<_, AppError>(reader.sample(round)?))?;
    let drawn: Vec<RecordId> = sample.iter().flat_map(|sample| &sample.drawn).map(|line| line.row.record).collect();
    let mut checked = 0_u32;
    for visit in drawn.iter().take(2) {
        let Some(basis) = phone.open(*visit)? else { continue };
        let (record, result) = (phone.new_record()?, "agrees".to_owned());
        let check = RecordBackCheck { record, basis, round: Some(round), result, found: BTreeMap::new(), note: None };
        checked += u32::from(phone.execute(&Command::RecordBackCheck(check))?.is_some());
    }
    let (n, checked) = (drawn.len().to_string(), checked.to_string());
    story.screen.event("looked_again", &[("one", &phone.post.name), ("n", &n), ("checked", &checked)])
}
