//! Inspections: begun, answered, finished, looked at again; what is due, and how many there were.

use super::campaign::{code, named as campaign_named};
use super::{picture, saved};
use crate::answer::Answer;
use crate::args::{InspectAnswer, InspectBegin, InspectFinish, InspectList, InspectVerb};
use crate::failure::Failure;
use crate::line_text::moment;
use crate::phone::Phone;
use crate::words::Words;
use crate::{find, typed};
use gridwalk_app::read::{InspectionCount, InspectionLine, InspectionView, InspectionsAsked, ItemLine};
use gridwalk_app::{Changed, InspectionBegun, InspectionFinished, ItemAnswered};
use gridwalk_model::RecordId;
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::command::Edits;
use gridwalk_model::inspection::{Template, TemplateItem};
use gridwalk_model::kind::{Kind, Shape};
use gridwalk_model::picture::Picture;
use std::fmt::Write as _;
use std::path::PathBuf;

/// What is inspected, as somebody names it.
const PLACES: [Kind; 6] = [Kind::Premises, Kind::Dwelling, Kind::Building, Kind::Estate, Kind::Facility, Kind::Target];

/// One of the verbs on inspections.
pub fn run(phone: &Phone<'_>, verb: &InspectVerb) -> Result<Answer, Failure> {
    match verb {
        InspectVerb::Templates { place } => templates(phone, place.as_deref()),
        InspectVerb::Begin(args) => begin(phone, args),
        InspectVerb::Answer(args) => answer(phone, args),
        InspectVerb::Finish(args) => finish(phone, args),
        InspectVerb::Again { inspection, on, office } => {
            let of = inspected(phone, inspection, false)?;
            told(phone, &phone.notebook.begin_recheck(of, day(phone, on.as_deref())?, office.clone())?)
        }
        InspectVerb::Due(args) => {
            let found = phone.reader()?.inspections_due(asked(phone, args)?)?;
            Ok(lines(phone, &found, |line| drawn(phone.words, line)))
        }
        InspectVerb::List(args) => {
            let found = phone.reader()?.inspections(asked(phone, args)?)?;
            Ok(lines(phone, &found, |line| drawn(phone.words, line)))
        }
        InspectVerb::Count(args) => {
            let found = phone.reader()?.inspection_counts(asked(phone, args)?)?;
            Ok(lines(phone, &found, |count| counted(phone.words, count)))
        }
        InspectVerb::Show { inspection } => {
            let view = shown(phone, inspected(phone, inspection, false)?)?;
            Ok(Answer::new(card(phone.words, &view), &view))
        }
    }
}

fn lines<T: serde::Serialize>(phone: &Phone<'_>, found: &[T], line: impl Fn(&T) -> String) -> Answer {
    let text: Vec<String> = found.iter().map(line).collect();
    Answer::new(if text.is_empty() { phone.words.get("cli.nothing").to_owned() } else { text.join("\n") }, &found)
}

fn asked(phone: &Phone<'_>, args: &InspectList) -> Result<InspectionsAsked, Failure> {
    Ok(InspectionsAsked {
        unit: args.unit.as_deref().map(|text| find::unit(phone, text)).transpose()?,
        campaign: args.campaign.as_deref().map(|text| campaign_named(phone, Some(text))).transpose()?,
    })
}

fn day(phone: &Phone<'_>, text: Option<&str>) -> Result<Option<i64>, Failure> {
    text.map(|text| Ok(typed::value(phone, Shape::Date, text)?.as_int())).transpose().map(Option::flatten)
}

fn place(phone: &Phone<'_>, text: &str) -> Result<RecordId, Failure> {
    // A place of the register stands before the one of a list that was made from it.
    let (last, register) = PLACES.split_last().map_or((Kind::Target, &[][..]), |(last, rest)| (*last, rest));
    let kinds: Vec<&str> = register.iter().map(|kind| kind.name()).collect();
    match find::record(phone, text, &kinds) {
        Err(failure) if failure.code() == "other_kind" => find::record(phone, text, &[last.name()]),
        found => found,
    }
}

/// The inspection that a text names: by its id, or the newest of a place that is open, a round of re-checks before the
/// first. `open`: only one that is not finished.
fn inspected(phone: &Phone<'_>, text: &str, open: bool) -> Result<RecordId, Failure> {
    let reader = phone.reader()?;
    if let Ok(id) = text.parse::<RecordId>()
        && reader.inspection(id)?.is_some()
    {
        return Ok(id);
    }
    let place = place(phone, text)?;
    let of_place = |line: &&InspectionLine| line.place == place;
    let all = reader.inspections(InspectionsAsked::default())?;
    let mut found: Vec<&InspectionLine> = all.iter().filter(of_place).collect();
    found.sort_by(|a, b| b.on.cmp(&a.on));
    for line in &found {
        let Some(view) = reader.inspection(line.record)? else { continue };
        if !open {
            return Ok(line.record);
        }
        if let Some(round) = view.rounds.iter().rev().find(|round| round.finished_at.is_none()) {
            return Ok(round.record);
        }
        if line.finished_at.is_none() {
            return Ok(line.record);
        }
    }
    found.first().map(|line| line.record).ok_or_else(|| Failure::of("not_inspected", 4).with("what", text))
}

fn shown(phone: &Phone<'_>, record: RecordId) -> Result<InspectionView, Failure> {
    phone.reader()?.inspection(record)?.ok_or_else(|| Failure::not_found(record.to_string()))
}

/// What was saved, with how the inspection stands.
fn told(phone: &Phone<'_>, changed: &Changed) -> Result<Answer, Failure> {
    let mut answer = saved::tell(phone, changed)?;
    if let Some(view) = phone.reader()?.inspection(changed.record)? {
        let _ = write!(answer.text, "\n  {}", drawn(phone.words, &view.line));
        answer.json["inspection"] = serde_json::to_value(&view.line).unwrap_or_default();
    }
    Ok(answer)
}

fn templates(phone: &Phone<'_>, named: Option<&str>) -> Result<Answer, Failure> {
    let reader = phone.reader()?;
    let found = match named {
        Some(text) => reader.templates_for(place(phone, text)?)?,
        None => reader.templates(find::own_unit(phone).ok())?.all().cloned().collect(),
    };
    let language = phone.words.language();
    let drawn = |template: &Template| {
        let mut text = format!("{}  {}", template.of.code, template.name.text(language));
        // All of them at once are names; those of one place are read before somebody goes there.
        for item in template.items.iter().filter(|_| named.is_some()) {
            let _ = write!(text, "\n{}", asks(phone.words, item));
        }
        text
    };
    Ok(lines(phone, &found, drawn))
}

/// An item: what must be so, what is to be brought along, and what follows where it is not.
fn asks(words: &Words, item: &TemplateItem) -> String {
    let language = words.language();
    let (evidence, severity) =
        (words.code("inspection_evidence", item.evidence.code()), words.code("inspection_severity", item.severity));
    let days: Vec<String> = item.recheck_days.iter().map(ToString::to_string).collect();
    let (name, standard) = (item.name.text(language), item.standard.text(language));
    let mut text = format!("  {}  {name}  [{severity}] [{evidence}]\n    {standard}", item.item);
    let _ = write!(text, "\n    {}{}{}", words.get("inspection.recheck_days"), words.colon(), days.join(" · "));
    if !item.penalty.text(language).is_empty() {
        let _ = write!(text, "\n    {}", item.penalty.text(language));
    }
    text
}

fn begin(phone: &Phone<'_>, args: &InspectBegin) -> Result<Answer, Failure> {
    let place = place(phone, &args.place)?;
    let reader = phone.reader()?;
    let template = match &args.template {
        None => reader.templates_for(place)?.into_iter().next(),
        Some(text) => {
            let unit = reader.store.row(place)?.and_then(|row| row.unit);
            let named = |one: &&Template| {
                let names = [&one.name.zh_hans, &one.name.zh_hant, &one.name.en];
                one.of.code == *text || one.of.to_string() == *text || names.into_iter().any(|name| name == text)
            };
            reader.templates(unit)?.all().find(named).cloned()
        }
    };
    let named = args.template.clone().unwrap_or_else(|| args.place.clone());
    let template = template.ok_or_else(|| Failure::of("no_template", 4).with("what", named))?;
    let campaign = args.campaign.as_deref().map(|text| campaign_named(phone, Some(text))).transpose()?;
    let (origin, on) = (code(phone, CodeSet::InspectionOrigin, &args.origin)?, day(phone, args.on.as_deref())?);
    let begun = InspectionBegun { place, template, origin, on, campaign, office: args.office.clone() };
    told(phone, &phone.notebook.begin_inspection(begun)?)
}

fn kept(phone: &Phone<'_>, files: &[PathBuf]) -> Result<Vec<Picture>, Failure> {
    Ok(picture::attached(phone, Edits::none(), files, None)?.attach)
}

fn answer(phone: &Phone<'_>, args: &InspectAnswer) -> Result<Answer, Failure> {
    let inspection = inspected(phone, &args.inspection, true)?;
    let view = shown(phone, inspection)?;
    let named = |line: &&ItemLine| {
        let names = [&line.item.item, &line.item.name.zh_hans, &line.item.name.zh_hant, &line.item.name.en];
        names.into_iter().any(|name| *name == args.item)
    };
    // What no item is called goes on as it is, and is refused with what was asked for.
    let item = view.form.iter().find(named).map_or_else(|| args.item.clone(), |line| line.item.item.clone());
    let result = code(phone, CodeSet::InspectionResult, &args.result)?;
    let (note, number, pictures) = (args.note.clone(), args.number.clone(), kept(phone, &args.pictures)?);
    let changed = phone.notebook.answer_item(ItemAnswered { inspection, item, result, note, number, pictures })?;
    let mut answer = saved::tell(phone, &changed)?;
    let line = shown(phone, inspection)?.form.into_iter().find(|line| line.record == changed.record);
    if let Some(line) = line {
        let _ = write!(answer.text, "\n{}", item_text(phone.words, &line));
        answer.json["item"] = serde_json::to_value(&line).unwrap_or_default();
    }
    Ok(answer)
}

fn finish(phone: &Phone<'_>, args: &InspectFinish) -> Result<Answer, Failure> {
    let record = inspected(phone, &args.inspection, true)?;
    let files: Vec<PathBuf> = args.signature.iter().cloned().collect();
    let finished = InspectionFinished {
        record,
        signed_by: args.signed_by.clone(),
        unsigned: args.unsigned.clone(),
        signature: kept(phone, &files)?.into_iter().next(),
        note: args.note.clone(),
        people: args.people,
    };
    told(phone, &phone.notebook.finish_inspection(finished)?)
}

/// An inspection as one line.
fn drawn(words: &Words, line: &InspectionLine) -> String {
    let (place, on) = (line.place_name.as_deref().unwrap_or("…"), line.on.as_deref().unwrap_or_default());
    let mut text =
        format!("{}  {place}  {}  {on}  {}", line.record, line.title, words.code("inspection_origin", &line.origin));
    if line.round > 0 {
        let _ = write!(text, "  {} {}", words.get("inspection.round"), line.round);
    }
    let _ = write!(text, "  {}/{}", line.answered, line.items);
    let parts = [("failed", line.failed), ("settled", line.settled), ("handed_over", line.handed_over)];
    for (word, count) in parts.into_iter().filter(|(_, count)| *count > 0) {
        let _ = write!(text, "  {} {count}", words.get(&format!("inspection.{word}")));
    }
    if let (Some(round), Some(next)) = (line.next_round, &line.next_on) {
        let _ = write!(text, "\n    {} {round}  {next}", words.get("inspection.next"));
        if line.overdue {
            let _ = write!(text, "  [{}]", words.get("due.overdue"));
        }
    }
    if line.handed_over > 0 {
        let _ = write!(text, "\n    {}", words.get("inspection.to_department"));
    }
    text
}

fn counted(words: &Words, count: &InspectionCount) -> String {
    let parts = [
        ("finished", count.finished),
        ("places", count.places),
        ("failed", count.failed),
        ("settled", count.settled),
        ("due", count.due),
        ("handed_over", count.handed_over),
    ];
    let drawn = parts.map(|(word, n)| format!("{} {n}", words.get(&format!("inspection.{word}"))));
    let origin = words.code("inspection_origin", &count.origin);
    format!("{}  {origin}  {}  {}", count.title, count.inspections, drawn.join(" · "))
}

fn item_text(words: &Words, line: &ItemLine) -> String {
    let result = line.result.as_deref().map_or("…", |result| words.code("inspection_result", result));
    let mut text = format!("  {}  {}  {result}", line.item.item, line.item.name.text(words.language()));
    if !line.at_odds.is_empty() {
        let said: Vec<&str> = line.at_odds.iter().map(|code| words.code("inspection_result", code)).collect();
        let _ = write!(text, "  ≠ {}", said.join(" / "));
    }
    for said in [&line.number, &line.note].into_iter().flatten() {
        let _ = write!(text, "  {said}");
    }
    if line.pictures > 0 {
        let _ = write!(text, "  [{} {}]", words.code("inspection_evidence", "picture"), line.pictures);
    }
    if line.case.is_some() {
        let status = line.case_status.as_deref().map_or("…", |status| words.case_status(status));
        let _ = write!(text, "\n    → {} {status}", words.get("kind.case"));
        let _ = write!(text, "  {}", words.get(&format!("inspection_standing.{}", line.standing)));
        let _ = write!(text, " {}", line.due.as_deref().unwrap_or_default());
    }
    text.trim_end().to_owned()
}

fn card(words: &Words, view: &InspectionView) -> String {
    let mut text = drawn(words, &view.line);
    for (field, said) in [("signed_by", &view.signed_by), ("unsigned", &view.unsigned), ("note", &view.note)] {
        if let Some(said) = said {
            let _ = write!(text, "\n  {}  {said}", words.field(Kind::Inspection.name(), field));
        }
    }
    for line in &view.form {
        let _ = write!(text, "\n{}", item_text(words, line));
        if line.result.is_none() {
            let _ = write!(text, "\n    {}", line.item.standard.text(words.language()));
        }
    }
    for round in &view.rounds {
        let on = round.on.as_deref().unwrap_or_default();
        let done = round.finished_at.map(moment).unwrap_or_default();
        let (passed, failed) = (words.code("inspection_result", "passed"), words.code("inspection_result", "failed"));
        let numbers = format!("{passed} {} · {failed} {}", round.passed, round.failed);
        let _ = write!(text, "\n  {} {}  {on}  {numbers}  {done}", words.get("inspection.round"), round.round);
    }
    text
}
