//! Back-checks: draw a round, see what it drew, say what was found.

use super::saved;
use crate::answer::Answer;
use crate::args::{Backcheck, SampleDraw, SampleVerb};
use crate::failure::Failure;
use crate::line_text::{moment, row, rows};
use crate::phone::Phone;
use crate::{find, typed};
use gridwalk_model::RecordId;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::command::{Command, DrawSample, RecordBackCheck};
use gridwalk_model::id::DraftId;
use gridwalk_model::kind::review::REVIEWED;
use gridwalk_model::kind::{Kind, Shape};
use std::fmt::Write as _;

/// How many days back a round goes if nothing is said.
const DAYS_BACK: i64 = 30;

/// One of the verbs on rounds.
pub fn run(phone: &Phone<'_>, verb: &SampleVerb) -> Result<Answer, Failure> {
    match verb {
        SampleVerb::Draw(args) => draw(phone, args),
        SampleVerb::List => {
            let list = phone.reader()?.samples()?;
            Ok(Answer::new(rows(phone.words, &list), &list))
        }
        SampleVerb::Show(args) => show(phone, round(phone, &args.record)?),
    }
}

fn round(phone: &Phone<'_>, text: &str) -> Result<RecordId, Failure> {
    find::record(phone, text, &[Kind::CheckRound.name()])
}

fn date(text: &str) -> Result<CivilDate, Failure> {
    CivilDate::parse(text.trim()).ok_or_else(|| Failure::usage("not_a_moment", text))
}

fn draw(phone: &Phone<'_>, args: &SampleDraw) -> Result<Answer, Failure> {
    let kind = Kind::from_name(&args.kind).ok_or_else(|| Failure::usage("no_such_kind", &args.kind))?;
    let unit = args.unit.as_deref().map_or_else(|| find::own_unit(phone), |text| find::unit(phone, text))?;
    let today = phone.notebook.actor()?.today();
    let day = |text: Option<&str>, otherwise: i64| match text {
        Some(text) => date(text),
        None => CivilDate::from_days(otherwise).ok_or_else(|| Failure::usage("not_a_moment", "")),
    };
    let wrong = || Failure::usage("not_a_seed", args.seed.as_deref().unwrap_or_default());
    let seed = match &args.seed {
        Some(text) => text.trim().parse::<DraftId>().map_err(|_| wrong())?.0,
        None => phone.notebook.new_draft()?.0,
    };
    let record = phone.notebook.new_record()?;
    let command = DrawSample {
        record,
        unit,
        title: args.title.clone(),
        seed,
        per_million: args.percent.saturating_mul(10_000),
        least: args.least,
        of: kind,
        by: args.by.as_ref().map(|text| find::person(phone, text)).transpose()?,
        days: (day(args.from.as_deref(), today - DAYS_BACK)?, day(args.until.as_deref(), today)?),
    };
    phone.execute(&Command::DrawSample(command))?;
    show(phone, record)
}

fn show(phone: &Phone<'_>, record: RecordId) -> Result<Answer, Failure> {
    let words = phone.words;
    let sample = phone.reader()?.sample(record)?.ok_or_else(|| Failure::not_found(record.to_string()))?;
    let mut text = format!("{}  {}  {}/{}", sample.round, sample.title, sample.drawn.len(), sample.of);
    for line in &sample.drawn {
        let _ = write!(text, "\n{}  {}", moment(line.row.changed_at), row(words, &line.row));
        let Some(check) = &line.check else { continue };
        let _ = write!(text, "\n    {}  {}", moment(check.at), words.code("back_check_result", &check.result));
        for field in &check.fields {
            let sign = if field.same { "=" } else { "≠" };
            let written = phone.field_text(&line.row.kind, &field.field, &field.written)?;
            let _ =
                write!(text, "\n    {}: {written} {sign} {}", words.field(&line.row.kind, &field.field), field.found);
        }
    }
    for sum in &sample.makers {
        let _ = write!(text, "\n  {}  {} · {} · {}", phone.person(sum.by)?, sum.drawn, sum.checked, sum.agree);
    }
    Ok(Answer::new(text, &sample))
}

/// Says what was found.
pub fn backcheck(phone: &Phone<'_>, args: &Backcheck) -> Result<Answer, Failure> {
    let kinds: Vec<&str> = REVIEWED.iter().map(|k| k.name()).collect();
    let named = find::record(phone, &args.record, &kinds)?;
    let (_, basis, _) = saved::bases(phone, named, None)?;
    let result = typed::value(phone, Shape::Code(CodeSet::BackCheckResult), &args.result)?;
    let mut found = std::collections::BTreeMap::new();
    for text in &args.found {
        let (name, value) = typed::pair(text)?;
        found.insert(name.to_owned(), value.to_owned());
    }
    let command = RecordBackCheck {
        record: phone.notebook.new_record()?,
        basis,
        round: args.round.as_deref().map(|text| round(phone, text)).transpose()?,
        result: result.as_text().unwrap_or_default().to_owned(),
        found,
        note: args.note.clone(),
    };
    saved::execute(phone, &Command::RecordBackCheck(command))
}
