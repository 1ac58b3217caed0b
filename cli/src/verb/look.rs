//! Looking: who, my day, units, search, near.

use crate::answer::Answer;
use crate::args::{Near, Search, UnitArgs};
use crate::failure::Failure;
use crate::line_text::{moment, row, rows};
use crate::phone::Phone;
use crate::{find, typed, words::Words};
use gridwalk_app::read::SyncStatus;
use gridwalk_model::UnitId;
use gridwalk_model::crs::Degrees;
use gridwalk_model::geo::PointSource;
use gridwalk_model::kind::Kind;
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Who this phone belongs to.
pub fn whoami(phone: &Phone<'_>) -> Result<Answer, Failure> {
    let enrolment = phone.enrolment()?;
    let (words, roles) = (phone.words, phone.notebook.roles()?);
    let names: Vec<&str> = roles.iter().map(gridwalk_model::Role::name).collect();
    let drawn: Vec<_> = names.iter().map(|r| words.find(&format!("role.{r}")).unwrap_or(r)).collect();
    let mut text = format!("{}  {}\n  {}", enrolment.name, drawn.join(words.comma()), enrolment.address);
    let fingerprint = phone.notebook.fingerprint()?;
    let _ = write!(text, "\n  {} {fingerprint}", words.get("cli.fingerprint"));
    let reader = phone.reader()?;
    let mut units = Vec::new();
    let own: BTreeSet<UnitId> = enrolment.spaces.iter().flat_map(|s| s.units.iter().copied()).collect();
    for unit in own {
        let name = reader.unit_name(unit)?;
        let _ = write!(text, "\n  {}  {}", unit, name.as_deref().unwrap_or("…"));
        units.push(json!({ "unit": unit, "name": name }));
    }
    let model = json!({
        "account": enrolment.account, "name": enrolment.name, "device": enrolment.device,
        "device_name": enrolment.device_name, "address": enrolment.address, "roles": names, "units": units,
        "spaces": enrolment.spaces, "revoked": enrolment.revoked,
        "fingerprint": fingerprint,
    });
    Ok(Answer::new(text, &model))
}

/// How sync stands, on one line.
fn sync_line(words: &Words, sync: &SyncStatus) -> String {
    let c = &sync.counts;
    let mut text = format!(
        "{} {} · {} {} · {} {} · {} {} · {} {} · {} {}",
        words.badge("saved"),
        c.saved,
        words.badge("sent"),
        c.sent,
        words.badge("applied"),
        c.applied,
        words.badge("waits"),
        c.waits,
        words.badge("needs_attention"),
        c.needs_attention,
        words.get("sync.draft"),
        c.drafts
    );
    if let Some(at) = sync.checked_at {
        let _ = write!(text, "\n{} {}", words.get("sync.checked_at"), moment(at));
    }
    let repairs = sync.spaces.iter().filter_map(|s| s.repair);
    if let Some(repair) = repairs.max_by_key(|r| r.at) {
        let _ = write!(text, " · {} {}", repair.records, words.get("cli.repaired"));
    }
    text
}

/// The first screen.
pub fn day(phone: &Phone<'_>) -> Result<Answer, Failure> {
    let (words, day) = (phone.words, phone.reader()?.my_day()?);
    let mut text = sync_line(words, &day.sync);
    let _ = write!(text, "\n\n{} ({})", words.get("kind.case"), day.cases.len());
    for case in &day.cases {
        let steps: Vec<_> = case.steps.iter().map(|s| words.step(s)).collect();
        let _ = write!(text, "\n{}\n    → {}", row(words, &case.row), steps.join(" · "));
    }
    let _ = write!(text, "\n\n{}", super::plan::due_text(words, &day.due));
    let _ = write!(text, "\n\n{} ({})", words.get("kind.visit"), day.visits.len());
    for visit in &day.visits {
        let _ = write!(text, "\n{}", row(words, visit));
    }
    if !day.returned.is_empty() {
        let _ = write!(text, "\n\n{}", super::review::drawn(phone, &day.returned)?);
    }
    if !day.disagreements.is_empty() {
        let _ = write!(text, "\n\n{}\n{}", words.get("sync.disagreement"), rows(words, &day.disagreements));
    }
    Ok(Answer::new(text, &day))
}

/// Units, or one in numbers.
pub fn unit(phone: &Phone<'_>, args: &UnitArgs) -> Result<Answer, Failure> {
    let (words, reader) = (phone.words, phone.reader()?);
    let Some(named) = &args.unit else {
        let list = reader.list(Kind::Unit, None, None, args.limit)?;
        return Ok(Answer::new(rows(words, &list), &list));
    };
    let summary = reader.grid_summary(Some(find::unit(phone, named)?))?;
    let mut text = summary.name.clone().unwrap_or_default();
    for count in &summary.counts {
        let _ = write!(text, "\n  {}  {}", words.kind(count.kind), count.count);
    }
    for count in &summary.cases {
        let _ = write!(text, "\n    {}  {}", words.case_status(&count.status), count.count);
    }
    Ok(Answer::new(text, &summary))
}

/// Search.
pub fn search(phone: &Phone<'_>, args: &Search) -> Result<Answer, Failure> {
    let kinds: Vec<&str> = args.kind.iter().map(String::as_str).collect();
    if let Some(unknown) = kinds.iter().find(|k| Kind::from_name(k).is_none()) {
        return Err(Failure::usage("no_such_kind", *unknown));
    }
    let found = phone.reader()?.search(&args.text, &kinds, args.limit)?;
    Ok(Answer::new(rows(phone.words, &found.rows), &found))
}

/// What is near.
pub fn near(phone: &Phone<'_>, args: &Near) -> Result<Answer, Failure> {
    let at = typed::arrived(Degrees::new(args.lat, args.lon), args.crs.as_deref(), PointSource::Typed)?;
    let found = phone.reader()?.near(&at, args.metres, &[], args.limit)?;
    let grid = found.grid_name.as_deref().unwrap_or(phone.words.get("cli.no_grid"));
    Ok(Answer::new(format!("{grid}\n{}", rows(phone.words, &found.rows)), &found))
}
