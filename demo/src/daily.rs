//! A day's work of one person: doors, corrections, reports, steps of cases.
//!
//! Owns what each role does between two syncs. Refuses to go around the write path. Invariant: nobody works on what is
//! not on their own phone.

use crate::canvass;
use crate::error::Result;
use crate::phone::Phone;
use crate::town::Town;
use crate::upkeep::CYLINDERS;
use crate::words::Words;
use gridwalk_app::AppError;
use gridwalk_model::command::{Command, Decide, EditRecord, Edits, Raised, RecordVisit, ReportCase, TakeStep};
use gridwalk_model::{RecordId, Role, UnitId, Value};
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

const OUTCOMES: [&str; 6] = ["seen", "seen", "no_change", "no_change", "nobody_home", "refused"];
const HEARD: [&str; 3] = ["楼道灯坏了半个月", "希望增设电动车充电桩", "小区门口停车太乱"];
const NEEDS: [&str; 4] = ["phone_first", "evening_visit", "carry_help", "gas_check"];
const MATTERS: [(&str, &str); 5] = [
    ("fire_gas_cylinder", "楼道存放液化气罐"),
    ("fire_lane_blocked", "消防通道堵塞"),
    ("street_light", "路灯不亮"),
    ("drain_blocked", "下水道堵塞"),
    ("sign_loose", "招牌松动"),
];
/// Most steps of cases that one person takes in a round.
const STEPS_A_ROUND: u64 = 3;

/// What somebody did since the last sync.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Did {
    /// Doors visited.
    pub visits: u64,
    /// Records edited.
    pub edits: u64,
    /// Cases reported.
    pub reports: u64,
    /// Steps of cases taken.
    pub steps: u64,
    /// Disagreements decided.
    pub decided: u64,
}

impl Did {
    /// In words.
    pub fn said(self, words: &Words) -> String {
        let parts = [
            ("did_visits", self.visits),
            ("did_edits", self.edits),
            ("did_reports", self.reports),
            ("did_steps", self.steps),
            ("did_decided", self.decided),
        ];
        let said = parts.iter().filter(|(_, n)| *n > 0).map(|(key, n)| words.say(key, &[("n", &n.to_string())]));
        said.collect::<Vec<_>>().join(&words.word("between"))
    }
}

/// A telephone number that nobody has.
pub fn number(rng: &mut ChaCha8Rng) -> String {
    format!("19{:09}", rng.random_range(0..1_000_000_000_u32))
}

/// A day's work by role.
pub fn work(phone: &Phone, town: &mut Town, rng: &mut ChaCha8Rng, handler: Option<UnitId>) -> Result<Did> {
    let mut did = Did::default();
    if let Some(grid) = phone.post.grid {
        walk(phone, town, rng, grid, &mut did)?;
    }
    if phone.post.role == Role::TownshipSupervisor {
        did.decided += decide_all(phone)?;
        canvass::lead(phone)?;
    }
    for case in town.cases.clone() {
        if did.steps < STEPS_A_ROUND && step(phone, case, handler)? {
            did.steps += 1;
        }
    }
    Ok(did)
}

fn walk(phone: &Phone, town: &mut Town, rng: &mut ChaCha8Rng, grid: usize, did: &mut Did) -> Result<()> {
    for _ in 0..2 {
        did.visits += u64::from(canvass::knock(phone, rng)?);
    }
    for _ in 0..rng.random_range(1..=3) {
        if let Some(home) = town.home(rng, grid) {
            did.visits += u64::from(visit(phone, home.household, rng)?);
        }
    }
    if rng.random_range(0..2) == 0
        && let Some(home) = town.home(rng, grid)
        && !home.residents.is_empty()
    {
        let resident = home.residents[rng.random_range(0..home.residents.len())];
        did.edits += u64::from(edit(phone, resident, Edits::none().put("phone", number(rng)))?);
    }
    if rng.random_range(0..4) == 0
        && let Some(home) = town.home(rng, grid)
    {
        let need = NEEDS[rng.random_range(0..NEEDS.len())];
        did.edits += u64::from(edit(phone, home.household, Edits::none().add("needs", need))?);
    }
    if rng.random_range(0..4) == 0
        && let Some(home) = town.home(rng, grid)
        && let Some(case) = report(phone, None, Some(home.building), rng)?
    {
        town.cases.push(case);
        did.reports += 1;
    }
    Ok(())
}

/// Knocks at a door.
fn visit(phone: &Phone, door: RecordId, rng: &mut ChaCha8Rng) -> Result<bool> {
    let outcome = OUTCOMES[rng.random_range(0..OUTCOMES.len())].to_owned();
    let Some(basis) = phone.open(door)? else { return Ok(false) };
    let reader = phone.reader()?;
    let Some(form) = phone.read(|_| Ok::<_, AppError>(reader.visit_form(door)?))? else { return Ok(false) };
    let mut visit = RecordVisit::plain(phone.new_record()?, door, basis, &outcome);
    visit.plans = form.plans.iter().filter_map(|planned| planned.basis.parse().ok()).collect();
    if outcome == "no_change" {
        visit.confirms = form.confirms.iter().filter_map(|one| one.basis.parse().ok()).collect();
    }
    if outcome == "seen" && rng.random_range(0..12) == 0 {
        visit.raised.push(Raised::heard(phone.new_record()?, HEARD[rng.random_range(0..HEARD.len())]));
    }
    Ok(phone.execute(&Command::RecordVisit(visit))?.is_some())
}

/// Edits a record as it stands on this phone's screen now.
pub fn edit(phone: &Phone, record: RecordId, edits: Edits) -> Result<bool> {
    let Some(basis) = phone.open(record)? else { return Ok(false) };
    let command = Command::EditRecord(EditRecord { record, basis, also: Vec::new(), edits });
    Ok(phone.execute(&command)?.is_some())
}

/// Reports a case at a building, or in a unit.
pub fn report(
    phone: &Phone,
    unit: Option<UnitId>,
    parent: Option<RecordId>,
    rng: &mut ChaCha8Rng,
) -> Result<Option<RecordId>> {
    if let Some(building) = parent
        && phone.open(building)?.is_none()
    {
        return Ok(None);
    }
    let (category, title) = MATTERS[rng.random_range(0..MATTERS.len())];
    let edits = Edits::none().put("title", title).put("category", category).put("level", "2");
    let record = phone.new_record()?;
    phone.execute(&Command::ReportCase(ReportCase { record, unit, parent, edits, answers: BTreeMap::new() }))
}

/// Takes the step of a case that is this person's to take, if there is one.
fn step(phone: &Phone, case: RecordId, handler: Option<UnitId>) -> Result<bool> {
    let reader = phone.reader()?;
    let Some(view) = phone.read(|_| Ok::<_, AppError>(reader.case(case)?))? else { return Ok(false) };
    let text = |text: &str| Value::from(text);
    let (role, status) = (phone.post.role, view.card.status.as_str());
    let walker = role == Role::Gridworker;
    let handles = role == Role::Handler || (walker && handler.is_none());
    let (step, answers): (&str, Vec<(&str, Value)>) = match status {
        "reported" if role == Role::TownshipSupervisor => ("accept", vec![]),
        "accepted" if role == Role::TownshipSupervisor => {
            let Some(unit) = handler.or(view.card.unit) else { return Ok(false) };
            ("dispatch", vec![("unit", Value::Id(unit.record()))])
        }
        "dispatched" if handles => ("take", vec![]),
        "taken" if handles => ("handle", vec![("result", text("已处置"))]),
        // Whoever handled it leaves the look to somebody else.
        "handled" if walker || role == Role::TownshipSupervisor => {
            ("verify", vec![("picture", photographed(phone, case)?)])
        }
        "verified" if role == Role::TownshipSupervisor => ("close", vec![]),
        _ => return Ok(false),
    };
    let Some(basis) = phone.open(case)? else { return Ok(false) };
    let answers = answers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let command = Command::TakeStep(TakeStep { record: case, basis, step: step.to_owned(), answers });
    Ok(phone.execute(&command)?.is_some())
}

/// Attaches a picture of what was found, and says by what its content is known.
fn photographed(phone: &Phone, case: RecordId) -> Result<Value> {
    let picture = phone.read(|p| p.notebook.keep_picture(CYLINDERS, None))?;
    if let Some(basis) = phone.open(case)? {
        let edits = Edits::none().attach(picture);
        phone.execute(&Command::EditRecord(EditRecord { record: case, basis, also: Vec::new(), edits }))?;
    }
    Ok(Value::Bytes(picture.hash.0.to_vec()))
}

/// Decides every disagreement that this phone shows: the value that stands first, seen with all others.
fn decide_all(phone: &Phone) -> Result<u64> {
    let reader = phone.reader()?;
    let list = phone.read(|_| Ok::<_, AppError>(reader.disagreements()?))?;
    let mut decided = 0;
    for one in list {
        let Some((basis, also)) = gridwalk_app::read::card::read_basis(&one.basis) else { continue };
        for line in &one.fields {
            let choice = line.sides.first().and_then(|side| value(&side.value));
            let (record, field) = (basis.record, line.field.clone());
            let command = Decide { record, basis: basis.clone(), also: also.clone(), field, within: None, choice };
            decided += u64::from(phone.execute(&Command::Decide(command))?.is_some());
        }
    }
    Ok(decided)
}

/// A side's value as it was typed: text and numbers are all that the demo disagrees about.
fn value(json: &serde_json::Value) -> Option<Value> {
    json.as_str().map(Value::from).or_else(|| json.as_i64().map(Value::from))
}
