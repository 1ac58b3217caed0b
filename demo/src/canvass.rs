//! A campaign over the doors of a township: opened by its supervisor, walked by gridworkers.
//!
//! Owns what is made up. Refuses to go around the write path. Invariant: nobody stands before a door that is not on
//! their own phone's list.

use crate::error::Result;
use crate::phone::Phone;
use gridwalk_app::{AppError, BaselineAsked};
use gridwalk_model::command::canvass::{AddCampaign, Canvass, RaisedAsk, RecordAttempt};
use gridwalk_model::command::{Command, Edits};
use gridwalk_model::coverage::Which;
use gridwalk_model::kind::Kind;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

const OUTCOMES: [&str; 5] = ["seen", "seen", "seen", "nobody_home", "vacant"];
/// How rarely somebody needs something.
const NEEDS_ONE_IN: u32 = 6;

/// Opens the campaign once this phone holds doors, and makes its list.
pub fn lead(phone: &Phone) -> Result<()> {
    let reader = phone.reader()?;
    if !phone.read(|_| Ok::<_, AppError>(reader.campaigns(false)?))?.is_empty() {
        return Ok(());
    }
    let campaign = phone.new_record()?;
    let asked = BaselineAsked { campaign, unit: phone.unit, kinds: vec![Kind::Dwelling], only: None };
    if phone.read(|_| Ok::<_, AppError>(reader.baseline_places(&asked)?))?.is_empty() {
        return Ok(());
    }
    let edits = Edits::none().put("title", "台风摸排（示例）").put("sort", "emergency_canvass").add("asks", "people");
    let new = AddCampaign { record: campaign, unit: phone.unit, edits };
    if phone.execute(&Command::Canvass(Canvass::AddCampaign(new)))?.is_some() {
        phone.read(|p| p.notebook.make_baseline(&asked, |_, _| {}))?;
    }
    Ok(())
}

/// Stands before a door that nobody has checked yet; whether there was one.
pub fn knock(phone: &Phone, rng: &mut ChaCha8Rng) -> Result<bool> {
    let reader = phone.reader()?;
    let open = phone.read(|_| Ok::<_, AppError>(reader.campaigns(true)?))?;
    let Some(campaign) = open.first() else { return Ok(false) };
    let doors = phone.read(|_| Ok::<_, AppError>(reader.listing(campaign.row.record, None)?))?.lines(Which::Unchecked);
    if doors.is_empty() {
        return Ok(false);
    }
    let door = &doors[rng.random_range(0..doors.len())];
    let outcome = OUTCOMES[rng.random_range(0..OUTCOMES.len())].to_owned();
    let met = outcome == "seen";
    let mut edits = Edits::none();
    if met {
        edits = edits.put("people", i64::from(rng.random_range(1..5_u8)));
    }
    let (mut needs, mut ask) = (Vec::new(), None);
    if met && rng.random_range(0..NEEDS_ONE_IN) == 0 {
        needs.push("medicine".to_owned());
        ask = Some(RaisedAsk { record: phone.new_record()?, title: format!("{} 需要药品", door.label) });
    }
    let record = phone.new_record()?;
    let attempt = RecordAttempt { record, target: door.record, outcome, at: None, needs, edits, ask };
    Ok(phone.execute(&Command::Canvass(Canvass::RecordAttempt(attempt)))?.is_some())
}
