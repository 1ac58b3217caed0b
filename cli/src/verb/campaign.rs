//! Campaigns: open, list, make the baseline list, count, close.

use super::{register, saved};
use crate::answer::Answer;
use crate::args::{Baseline, CampaignAdd, CampaignVerb, Close, Coverage};
use crate::failure::Failure;
use crate::line_text::row;
use crate::phone::Phone;
use crate::words::Words;
use crate::{find, typed};
use gridwalk_app::BaselineAsked;
use gridwalk_app::read::campaign::CampaignLine;
use gridwalk_app::read::coverage::AskCount;
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::command::canvass::{AddCampaign, Canvass, CloseCampaign};
use gridwalk_model::command::{Command, Edits};
use gridwalk_model::coverage::Count;
use gridwalk_model::kind::{Kind, Shape, campaign};
use gridwalk_model::{RecordId, Value};
use std::fmt::Write as _;
use std::io::Write as _;

/// The kinds of which baseline lists are made.
const LISTED: [Kind; 4] = [Kind::Dwelling, Kind::Premises, Kind::Facility, Kind::Estate];

/// One of the verbs on campaigns.
pub fn run(phone: &Phone<'_>, verb: &CampaignVerb, quiet: bool) -> Result<Answer, Failure> {
    match verb {
        CampaignVerb::Add(args) => add(phone, args),
        CampaignVerb::Edit(args) => register::edit(phone, Kind::Campaign, args),
        CampaignVerb::List { all } => list(phone, *all),
        CampaignVerb::Show(args) => register::show(phone, Kind::Campaign, named(phone, Some(&args.record))?),
        CampaignVerb::Baseline(args) => baseline(phone, args, quiet),
        CampaignVerb::Coverage(args) => coverage(phone, args),
        CampaignVerb::Ledger(args) => ledger(phone, named(phone, Some(&args.record))?),
        CampaignVerb::Close(args) => close(phone, args, false),
        CampaignVerb::Reopen(args) => close(phone, &Close { campaign: args.record.clone(), note: None }, true),
    }
}

/// The campaign that was named, or the only open one.
pub fn named(phone: &Phone<'_>, text: Option<&str>) -> Result<RecordId, Failure> {
    if let Some(text) = text {
        return find::record(phone, text, &[Kind::Campaign.name()]);
    }
    let open = phone.reader()?.campaigns(true)?;
    match open.as_slice() {
        [only] => Ok(only.row.record),
        _ => Err(Failure::usage("which_campaign", "--campaign")),
    }
}

fn add(phone: &Phone<'_>, args: &CampaignAdd) -> Result<Answer, Failure> {
    let unit = args.unit.as_deref().map_or_else(|| find::own_unit(phone), |text| find::unit(phone, text))?;
    let code = |set: CodeSet, text: &str| typed::value(phone, Shape::Code(set), text);
    let mut edits =
        Edits::none().put("title", args.title.as_str()).put("sort", code(CodeSet::CampaignSort, &args.sort)?);
    for (field, text) in [(campaign::FROM, &args.from), (campaign::UNTIL, &args.until)] {
        if let Some(text) = text {
            edits = edits.put(field, typed::value(phone, Shape::Date, text)?);
        }
    }
    if let Some(text) = &args.text {
        edits = edits.put("text", text.as_str());
    }
    for ask in &args.asks {
        edits = edits.add(campaign::ASKS, code(CodeSet::CampaignAsk, ask)?);
    }
    let command = AddCampaign { record: phone.notebook.new_record()?, unit, edits };
    saved::execute(phone, &Command::Canvass(Canvass::AddCampaign(command)))
}

fn list(phone: &Phone<'_>, all: bool) -> Result<Answer, Failure> {
    let (words, found) = (phone.words, phone.reader()?.campaigns(!all)?);
    let line = |c: &CampaignLine| {
        let sort = words.code(CodeSet::CampaignSort.name(), &c.sort);
        let closed = if c.closed_at.is_some() { words.get("canvass.closed") } else { "" };
        format!("{}  {sort}  {}  {closed}", row(words, &c.row), ratio(words, &c.count)).trim_end().to_owned()
    };
    let text = found.iter().map(line).collect::<Vec<_>>().join("\n");
    Ok(Answer::new(if found.is_empty() { words.get("cli.nothing").to_owned() } else { text }, &found))
}

fn baseline(phone: &Phone<'_>, args: &Baseline, quiet: bool) -> Result<Answer, Failure> {
    let campaign = named(phone, Some(&args.campaign))?;
    let of_campaign = || -> Result<_, Failure> {
        let row = phone.reader()?.store.row(campaign)?;
        row.and_then(|r| r.unit).ok_or_else(|| Failure::usage("which_unit", "--unit"))
    };
    let unit = args.unit.as_deref().map_or_else(of_campaign, |text| find::unit(phone, text))?;
    let mut kinds = Vec::new();
    for name in &args.kinds {
        let kind = find::kind(phone, name)?;
        if !LISTED.contains(&kind) {
            return Err(Failure::usage(
                "not_on_baselines",
                LISTED.map(|kind| phone.words.kind(kind.name())).join(phone.words.comma()),
            ));
        }
        kinds.push(kind);
    }
    let sets = [CodeSet::PremisesKind, CodeSet::FacilityKind];
    let code = |text: &String| sets.into_iter().find_map(|set| set.meant(text)).map_or(text.clone(), str::to_owned);
    let only = args.only.as_ref().map(code);
    let asked = BaselineAsked { campaign, unit, kinds, only };
    let made = phone.notebook.make_baseline(&asked, |done, of| {
        if !quiet {
            let _ = writeln!(std::io::stderr(), "{done}/{of}");
        }
    })?;
    let places =
        [("added", made.added), ("before", made.before), ("places", made.places)].map(|(n, v)| (n, v.to_string()));
    let filled: Vec<(&str, &str)> = places.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Ok(Answer::new(phone.words.fill("canvass.listed", &filled), &made))
}

fn coverage(phone: &Phone<'_>, args: &Coverage) -> Result<Answer, Failure> {
    let campaign = named(phone, args.campaign.as_deref())?;
    let unit = args.unit.as_deref().map(|text| find::unit(phone, text)).transpose()?;
    let missing = || Failure::not_found(campaign.to_string());
    let (words, view) = (phone.words, phone.reader()?.campaign_coverage(campaign, unit)?.ok_or_else(missing)?);
    let mut text = format!("{}  {}", view.title, numbers(words, &view.total));
    text += &asks(words, &view.asks);
    for unit in &view.units {
        let _ = write!(text, "\n{}  {}", unit.name.as_deref().unwrap_or("…"), numbers(words, &unit.count));
    }
    for building in &view.buildings {
        let name = building.name.as_deref().unwrap_or_else(|| words.get("canvass.no_building"));
        let _ = write!(text, "\n  {name}  {}", numbers(words, &building.count));
    }
    Ok(Answer::new(text, &view))
}

fn ledger(phone: &Phone<'_>, campaign: RecordId) -> Result<Answer, Failure> {
    let missing = || Failure::not_found(campaign.to_string());
    let (words, view) = (phone.words, phone.reader()?.campaign_ledger(campaign)?.ok_or_else(missing)?);
    let mut text = format!("{}  {}", view.title, numbers(words, &view.count));
    text += &asks(words, &view.asks);
    let _ = write!(text, "\n{} {}", words.get("canvass.struck_off"), view.struck_off);
    for place in view.places.iter().chain(&view.left) {
        let _ = write!(text, "\n{}", super::canvass::line(words, place));
    }
    Ok(Answer::new(text, &view))
}

fn close(phone: &Phone<'_>, args: &Close, reopen: bool) -> Result<Answer, Failure> {
    let (record, basis, _) = saved::bases(phone, named(phone, Some(&args.campaign))?, None)?;
    let command = CloseCampaign { record, basis, reopen, note: args.note.clone() };
    saved::execute(phone, &Command::Canvass(Canvass::CloseCampaign(command)))
}

/// `118/123`.
fn ratio(words: &Words, count: &Count) -> String {
    format!("{} {}/{}", words.get("canvass.checked"), count.checked, count.baseline)
}

/// Both numbers, and what they are made of.
fn numbers(words: &Words, count: &Count) -> String {
    let mut text = ratio(words, count);
    for (code, number) in &count.standings {
        let _ = write!(text, " · {} {number}", standing(words, code));
    }
    let beside = [
        ("found", count.found),
        ("left", count.left),
        ("left_but_seen", count.left_but_seen),
        ("doubles", count.doubles),
    ];
    for (name, number) in beside.into_iter().filter(|(_, number)| *number > 0) {
        let _ = write!(text, " · {} {number}", words.get(&format!("canvass.{name}")));
    }
    text
}

fn asks(words: &Words, asks: &AskCount) -> String {
    if asks.raised == 0 {
        return String::new();
    }
    let filled = [asks.raised, asks.closed].map(|number| number.to_string());
    format!("\n{}", words.fill("canvass.asks", &[("raised", filled[0].as_str()), ("closed", filled[1].as_str())]))
}

/// How a place stands, in words.
pub fn standing<'a>(words: &'a Words, code: &'a str) -> &'a str {
    words.find(&format!("canvass.{code}")).unwrap_or_else(|| words.code(CodeSet::CanvassOutcome.name(), code))
}

/// A code of a set as typed, whether as its code or its word.
pub fn code(phone: &Phone<'_>, set: CodeSet, text: &str) -> Result<String, Failure> {
    let value = typed::value(phone, Shape::Code(set), text)?;
    Ok(Value::as_text(&value).unwrap_or_default().to_owned())
}
