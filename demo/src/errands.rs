//! Errands: what is done now and then beside the daily round: patrols, the work list, reviews, what was done by mistake,
//! a handover, a table from the office.
//!
//! Owns what is made up of it, and in which round. Refuses to go around the write path. Invariant: an errand whose people
//! or places are not there is left out, and each that was run is told.

use crate::crew::{PARTNER, SUPERVISOR};
use crate::daily;
use crate::error::Result;
use crate::phone::Phone;
use crate::story::Story;
use gridwalk_app::AppError;
use gridwalk_app::read::QueueFilter;
use gridwalk_model::RecordId;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::command::patrol::{EndPatrol, PassCheckPoint, Patrol, StartPatrol};
use gridwalk_model::command::{
    AcceptHandover, Command, ConfirmUnchanged, DoWork, Edits, ProposeWork, ReviewRecord, SplitHousehold, TakeStep,
    Verdict,
};
use gridwalk_model::kind::{Kind, work_item};
use gridwalk_model::value::Value;
use std::collections::BTreeMap;

/// A table of people as offices keep them, with a number that lost its last digits.
const TABLE: &str = "小区,楼栋,单元,房号,姓名,性别,身份证号,与户主关系
示例苑,1幢,1,101,表格甲（示例）,男,990402197001010017,户主
示例苑,1幢,1,102,表格乙（示例）,女,3.304E+17,户主
示例苑,1幢,1,103,表格丙（示例）,女,990402198001010029,户主
";

/// The items of the work list: one at each building, one for the grid as a whole.
const ITEMS: [(&str, &str, i64); 2] =
    [("查看楼道消防通道（示例）", "building", 30), ("召开网格议事会（示例）", "unit", 90)];

/// The errands of a round, by its number.
pub async fn run(story: &mut Story<'_>, round: u32) -> Result<()> {
    match round % crate::story::ROUNDS {
        1 => {
            admit_work(story)?;
            table(story).await
        }
        2 => confirm_and_split(story),
        3 => stand_in(story).await,
        4 => {
            take_on(story)?;
            work(story)
        }
        5 => patrol(story),
        6 => review(story),
        0 => {
            answer_returned(story)?;
            undo(story)
        }
        _ => Ok(()),
    }
}

fn rows(phone: &Phone, kind: Kind) -> Result<Vec<RecordId>> {
    let reader = phone.reader()?;
    let found = phone.read(|_| Ok::<_, AppError>(reader.list(kind, None, None, 0)?))?;
    Ok(found.into_iter().map(|row| row.record).collect())
}

/// The county lets items into the work list; they reach the grids with the next sync.
fn admit_work(story: &Story<'_>) -> Result<()> {
    let Some(phone) = story.crew.phones.get(SUPERVISOR) else { return Ok(()) };
    if !rows(phone, Kind::WorkItem)?.is_empty() {
        return Ok(());
    }
    let today = phone.reader()?.actor.today();
    for (title, target, every) in ITEMS {
        let edits = Edits::none().put("title", title).put("category", "safety").put("sort", "task");
        let edits = edits.put(work_item::TARGET, target).put(work_item::EVERY_DAYS, every);
        let record = phone.new_record()?;
        phone.execute(&Command::ProposeWork(ProposeWork { record, unit: phone.unit, edits }))?;
        let Some(basis) = phone.open(record)? else { continue };
        let answers = [
            ("begins", Value::Int(today)),
            ("ends", Value::Int(today + 60)),
            ("purpose", "冬季防火".into()),
            ("for_unit", Value::Id(phone.unit.record())),
        ];
        let answers = answers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        phone.execute(&Command::TakeStep(TakeStep { record, basis, step: work_item::ADMIT.to_owned(), answers }))?;
    }
    story.screen.event("work_admitted", &[("one", &phone.post.name), ("n", &ITEMS.len().to_string())])
}

/// What is on the list is done: at a building, and for the grid as a whole.
fn work(story: &Story<'_>) -> Result<()> {
    let Some(phone) = story.crew.phones.first() else { return Ok(()) };
    let reader = phone.reader()?;
    let items = phone.read(|_| Ok::<_, AppError>(reader.work_list(false)?))?;
    let mut done = 0_u32;
    for item in items {
        let place = if item.target == Kind::Unit.name() {
            Some(phone.unit.record())
        } else {
            rows(phone, Kind::Building)?.first().copied()
        };
        let Some(basis) = place.map(|place| phone.open(place)).transpose()?.flatten() else { continue };
        let (record, note) = (phone.new_record()?, Some("已办（示例）".to_owned()));
        let work = DoWork { record, item: item.row.record, basis, at: None, value: None, note };
        done += u32::from(phone.execute(&Command::DoWork(work))?.is_some());
    }
    if done == 0 {
        Ok(())
    } else {
        story.screen.event("work_done", &[("one", &phone.post.name), ("n", &done.to_string())])
    }
}

/// A table from the office: the row whose number lost digits stays out, and somebody is told where.
async fn table(story: &Story<'_>) -> Result<()> {
    let Some(code) = story.crew.phones.first().map(|phone| phone.post.unit_code.clone()) else { return Ok(()) };
    let file = story.office.folder().join("people.csv");
    tokio::fs::write(&file, TABLE).await?;
    let file = file.display().to_string();
    let told = story.office.verb(&["import", "people", &file, "--unit", &code, "--skip-blocked"], None).await?;
    let count = |json: &serde_json::Value| json.as_u64().unwrap_or_default().to_string();
    let gaps = [("n", &*count(&told["created"]["resident"])), ("blocked", &*count(&told["blocked_rows"]))];
    story.screen.event("imported_table", &gaps)
}

/// A household is confirmed with all who live there, and one of another household moves into one of their own.
fn confirm_and_split(story: &mut Story<'_>) -> Result<()> {
    let Some(home) = story.town.home(&mut story.rng, 0) else { return Ok(()) };
    let Some(phone) = story.crew.phones.first() else { return Ok(()) };
    let Some(basis) = phone.open(home.household)? else { return Ok(()) };
    let mut members = Vec::new();
    for resident in &home.residents {
        members.extend(phone.open(*resident)?);
    }
    let confirm = ConfirmUnchanged { record: home.household, basis, at: None, members };
    if phone.execute(&Command::ConfirmUnchanged(confirm))?.is_some() {
        story.screen.event("confirmed", &[("one", &phone.post.name), ("head", &home.head)])?;
    }
    let several = story
        .town
        .homes
        .iter()
        .find(|other| other.grid == 0 && other.residents.len() > 2 && other.household != home.household);
    let Some(other) = several else { return Ok(()) };
    let (Some(basis), Some(leaver)) = (phone.open(other.household)?, other.residents.last()) else { return Ok(()) };
    let residents: Vec<_> = phone.open(*leaver)?.into_iter().collect();
    let edits = Edits::none().put("label", format!("{}{}", other.head, crate::upkeep::SPLIT));
    let (record, dwelling) = (phone.new_record()?, None);
    let split = SplitHousehold { record, basis, dwelling, edits, residents };
    if phone.execute(&Command::SplitHousehold(split))?.is_some() {
        story.screen.event("split", &[("one", &phone.post.name), ("head", &other.head)])?;
    }
    Ok(())
}

/// The first walker is away for some days, and the partner stands in.
async fn stand_in(story: &Story<'_>) -> Result<()> {
    let phones = &story.crew.phones;
    let (Some(one), Some(other)) = (phones.first(), phones.get(PARTNER)) else { return Ok(()) };
    let today = one.reader()?.actor.today();
    let day = |day: i64| CivilDate::from_days(day).map(|d| d.to_string()).unwrap_or_default();
    let (from, until) = (day(today), day(today + 3));
    let (login, by) = (&one.post.login, &other.post.login);
    let words = ["user", "substitute", login.as_str(), "--by", by, "--from", &from, "--until", &until];
    if story.office.verb(&words, None).await.is_err() {
        return Ok(());
    }
    story.screen.event("stands_in", &[("one", &other.post.name), ("other", &one.post.name), ("until", &until)])
}

/// Who stands in takes the work on: cases, and the visits that were planned.
fn take_on(story: &Story<'_>) -> Result<()> {
    let Some(phone) = story.crew.phones.get(PARTNER) else { return Ok(()) };
    let reader = phone.reader()?;
    let offered = phone.read(|_| Ok::<_, AppError>(reader.handovers()?))?;
    let Some(view) = offered.into_iter().find(|view| view.mine && view.status == "offered") else { return Ok(()) };
    let Some(basis) = phone.open(view.record)? else { return Ok(()) };
    let mut cases = Vec::new();
    for case in &view.cases {
        cases.extend(phone.open(case.record)?);
    }
    let (n, plans) = (cases.len().to_string(), view.plans.len().to_string());
    if phone.execute(&Command::AcceptHandover(AcceptHandover { record: view.record, basis, cases }))?.is_some() {
        story.screen.event("took_on", &[("one", &phone.post.name), ("cases", &n), ("plans", &plans)])?;
    }
    Ok(())
}

/// Somebody goes on duty, passes the check-points of the grid, and comes off duty.
fn patrol(story: &Story<'_>) -> Result<()> {
    let Some(phone) = story.crew.phones.first() else { return Ok(()) };
    let (record, open) = (phone.new_record()?, rows(phone, Kind::Patrol)?);
    let start = StartPatrol { record, unit: phone.unit, at: None, open };
    if phone.execute(&Command::Patrol(Patrol::Start(start)))?.is_none() {
        return Ok(());
    }
    let mut passed = 0_u32;
    for check_point in rows(phone, Kind::CheckPoint)? {
        let Some(basis) = phone.open(record)? else { continue };
        let pass = PassCheckPoint { record, basis, check_point, at: None, point: None };
        passed += u32::from(phone.execute(&Command::Patrol(Patrol::Pass(pass)))?.is_some());
    }
    if let Some(basis) = phone.open(record)? {
        phone.execute(&Command::Patrol(Patrol::End(EndPatrol { record, basis, at: None, note: None })))?;
    }
    story.screen.event("patrolled", &[("one", &phone.post.name), ("n", &passed.to_string())])
}

/// The supervisor looks through the first walker's visits: one is right, the next comes back with a comment on a field.
fn review(story: &Story<'_>) -> Result<()> {
    let Some(phone) = story.crew.phones.get(SUPERVISOR) else { return Ok(()) };
    let by = story
        .crew
        .phones
        .first()
        .map(|one| Ok::<_, crate::error::DemoError>(one.reader()?.actor.account))
        .transpose()?;
    let reader = phone.reader()?;
    let filter = QueueFilter { kinds: vec![Kind::Visit], by, limit: 2, ..QueueFilter::default() };
    let queue = phone.read(|_| Ok::<_, AppError>(reader.review_queue(&filter)?))?;
    let comment: BTreeMap<String, String> = [("note".to_owned(), "请写明与谁核对".to_owned())].into();
    let (mut approved, mut returned) = (0_u32, 0_u32);
    for (line, verdict) in queue.iter().zip([Verdict::Approve, Verdict::Return(comment)]) {
        let Some(basis) = phone.open(line.row.record)? else { continue };
        let is_return = verdict != Verdict::Approve;
        let (record, also, note) = (phone.new_record()?, Vec::new(), None);
        if phone.execute(&Command::ReviewRecord(ReviewRecord { record, basis, also, verdict, note }))?.is_some() {
            *(if is_return { &mut returned } else { &mut approved }) += 1;
        }
    }
    let (approved, returned) = (approved.to_string(), returned.to_string());
    let gaps = [("one", &*phone.post.name), ("approved", &approved), ("returned", &returned)];
    story.screen.event("looked_through", &gaps)
}

/// Whoever got something back corrects it on the same record.
fn answer_returned(story: &Story<'_>) -> Result<()> {
    for phone in &story.crew.phones {
        let reader = phone.reader()?;
        for line in phone.read(|_| Ok::<_, AppError>(reader.returned(false)?))? {
            let Some((basis, also)) = gridwalk_app::read::card::read_basis(&line.basis) else { continue };
            let (record, edits) = (basis.record, Edits::none().put("note", "与户主本人当面核对"));
            let edit = gridwalk_model::command::EditRecord { record, basis, also, edits };
            if phone.execute(&Command::EditRecord(edit))?.is_some() {
                story.screen.event("answered", &[("one", &phone.post.name)])?;
            }
        }
    }
    Ok(())
}

/// Somebody types into the wrong household, and takes it back.
fn undo(story: &mut Story<'_>) -> Result<()> {
    let Some(home) = story.town.home(&mut story.rng, 0) else { return Ok(()) };
    let Some(phone) = story.crew.phones.get(PARTNER) else { return Ok(()) };
    if !daily::edit(phone, home.household, Edits::none().put("note", "填错了户"))? {
        return Ok(());
    }
    let reader = phone.reader()?;
    let newest = phone.read(|_| {
        let line = reader.undo_list(1)?.pop();
        Ok::<_, AppError>(line.map(|line| reader.undo_of(line.command, None, false)).transpose()?.flatten())
    })?;
    if let Some(undo) = newest
        && phone.execute(&Command::Undo(undo))?.is_some()
    {
        story.screen.event("undone", &[("one", &phone.post.name), ("head", &home.head)])?;
    }
    Ok(())
}
