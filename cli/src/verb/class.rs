//! Case classes: find, show, propose a unit, and when one is due.
//!
//! Owns the way from a class that somebody names to what holds of it. Refuses to reckon and to dispatch. Invariant: nothing
//! here needs a network.

use crate::answer::Answer;
use crate::args::{ClassDue, ClassList, ClassVerb, ClassWhich};
use crate::failure::Failure;
use crate::find;
use crate::line_text::moment;
use crate::phone::Phone;
use crate::typed;
use crate::words::Words;
use gridwalk_app::read::{ClassView, ProposalView};
use gridwalk_model::case_class::ClassRef;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::work_time::{Deadline, Limit, Pauses};
use gridwalk_model::{Timestamp, UnitId};
use serde_json::json;
use std::fmt::Write as _;

/// One of the verbs on case classes.
pub fn run(phone: &Phone<'_>, verb: &ClassVerb) -> Result<Answer, Failure> {
    match verb {
        ClassVerb::List(args) => list(phone, args),
        ClassVerb::Find(args) => {
            let found = phone.reader()?.classes(at(phone, args.at.as_deref())?, Some(&args.query))?;
            Ok(lines(phone.words, &found))
        }
        ClassVerb::Show(args) => {
            let class = named(phone, &args.class, at(phone, args.at.as_deref())?)?;
            Ok(Answer::new(card(phone.words, &class), &class))
        }
        ClassVerb::Propose(args) => propose(phone, args),
        ClassVerb::Due(args) => due(phone, args),
    }
}

/// The unit that a text names; the only one that this phone's person works in, or none of several.
fn at(phone: &Phone<'_>, named: Option<&str>) -> Result<Option<UnitId>, Failure> {
    match named {
        Some(text) => find::unit(phone, text).map(Some),
        None => Ok(find::own_unit(phone).ok()),
    }
}

fn list(phone: &Phone<'_>, args: &ClassList) -> Result<Answer, Failure> {
    let mut found = phone.reader()?.classes(at(phone, args.at.as_deref())?, None)?;
    let is = |wanted: &Option<String>, said: &str| wanted.as_deref().is_none_or(|wanted| wanted == said);
    found.retain(|view| {
        let class = &view.class;
        is(&args.codeset, &class.of.codeset) && is(&args.category, &class.category) && is(&args.kind, &class.kind)
    });
    Ok(lines(phone.words, &found))
}

/// The class that a text names: by codeset/version/code, or the only one that a search finds, or that is called so.
fn named(phone: &Phone<'_>, text: &str, at: Option<UnitId>) -> Result<ClassView, Failure> {
    let reader = phone.reader()?;
    if let Ok(of) = text.parse::<ClassRef>() {
        return reader.class(&of, at)?.ok_or_else(|| Failure::not_found(text));
    }
    let found = reader.classes(at, Some(text))?;
    let called: Vec<&ClassView> = found.iter().filter(|view| view.class.name.zh_hans == text.trim()).collect();
    match (called.as_slice(), found.as_slice()) {
        ([one], _) => Ok((*one).clone()),
        (_, [one]) => Ok(one.clone()),
        (_, []) => Err(Failure::not_found(text)),
        _ => Err(Failure::of("several_fit", 4).with("what", text).then(lines(phone.words, &found).text)),
    }
}

/// The whole code of the class that a text names, as it holds where this phone's person works.
pub fn code_of(phone: &Phone<'_>, text: &str) -> Result<String, Failure> {
    named(phone, text, at(phone, None)?).map(|view| view.class.of.to_string())
}

/// A limit in people's words.
pub fn limit_text(words: &Words, limit: Limit) -> String {
    format!("{} {}", limit.number(), words.get(&format!("time_unit.{}", limit.unit.code())))
}

fn lines(words: &Words, found: &[ClassView]) -> Answer {
    let line = |view: &ClassView| {
        let (class, language) = (&view.class, words.language());
        let (name, department) = (class.name.text(language), class.department_name(language));
        format!("{}  {name}  {}  {department}", class.of, limit_text(words, view.limit))
    };
    let drawn: Vec<String> = found.iter().map(line).collect();
    let text = if drawn.is_empty() { words.get("cli.nothing").to_owned() } else { drawn.join("\n") };
    Answer::new(text, &found)
}

fn card(words: &Words, view: &ClassView) -> String {
    let (class, language) = (&view.class, words.language());
    let area = view.area.map_or_else(String::new, |area| format!("（{}）", words.code("area_type", area.code())));
    let category = words.code("case_category", &class.category);
    let mut text = format!("{}  {}", class.of, class.name.text(language));
    let parts = [
        ("class_kind", format!("{} · {category}", words.code("case_kind", &class.kind))),
        ("class_file", class.file_when.text(language).to_owned()),
        ("class_limit", format!("{}{area}", limit_text(words, view.limit))),
        ("class_close", class.close_when.text(language).to_owned()),
        ("class_department", class.department_name(language).to_owned()),
        ("class_source", class.source.clone()),
    ];
    for (key, said) in parts.into_iter().filter(|(_, said)| !said.is_empty()) {
        let _ = write!(text, "\n  {}  {said}", words.get(&format!("cli.{key}")));
    }
    if !class.in_use {
        let _ = write!(text, "\n  {}", words.get("cli.class_not_in_use"));
    }
    text
}

fn propose(phone: &Phone<'_>, args: &ClassWhich) -> Result<Answer, Failure> {
    let words = phone.words;
    let unit = match &args.at {
        Some(text) => find::unit(phone, text)?,
        None => find::own_unit(phone)?,
    };
    let class = named(phone, &args.class, Some(unit))?;
    let view = phone.reader()?.proposed(&class.class.of, unit)?.ok_or_else(|| Failure::not_found(&args.class))?;
    Ok(Answer::new(proposal_text(words, &view), &view))
}

fn proposal_text(words: &Words, view: &ProposalView) -> String {
    let mut text = card(words, &view.class);
    let by = view.proposal.by();
    let said = match (&view.unit_name, by) {
        (Some(name), Some(_)) => words.fill("cli.class_proposed", &[("unit", name)]),
        _ => words.get("cli.class_nobody").to_owned(),
    };
    let _ = write!(text, "\n{said}");
    for row in &view.proposal.rows {
        let mark = if Some(row) == by { "→" } else { "·" };
        let table = match (&view.table, row.table) {
            (Some(edition), Some(_)) => edition.clone(),
            (None, Some(table)) => table.to_string(),
            (_, None) => words.get("cli.class_shipped").to_owned(),
        };
        let number = row.row.to_string();
        let place = words.fill("cli.class_row", &[("table", &table), ("row", &number)]);
        let nobody = if row.unit.is_none() { words.get("cli.class_no_such_unit") } else { "" };
        let _ = write!(text, "\n  {mark} {place}  {}  {} {nobody}", row.cells.join(" "), row.note);
    }
    text
}

fn due(phone: &Phone<'_>, args: &ClassDue) -> Result<Answer, Failure> {
    let (words, office) = (phone.words, at(phone, args.at.as_deref())?);
    let limit = match (&args.limit, &args.class) {
        (Some(text), _) => Limit::meant(text).ok_or_else(|| Failure::usage("not_a_limit", text.as_str()))?,
        (None, class) => named(phone, class.as_deref().unwrap_or_default(), office)?.limit,
    };
    let reader = phone.reader()?;
    let from = match &args.from {
        Some(text) => {
            typed::moment(text).map(Timestamp).ok_or_else(|| Failure::usage("not_a_moment", text.as_str()))?
        }
        None => reader.actor.now,
    };
    let pauses =
        args.pause.iter().map(|text| read_pause(text).ok_or_else(|| Failure::usage("not_a_pause", text.as_str())));
    let pauses = Pauses::new(pauses.collect::<Result<Vec<_>, _>>()?);
    let limit_said = limit_text(words, limit);
    match reader.due_at(limit, from, office, &pauses)? {
        Ok(deadline) => {
            let standing = deadline.standing(reader.actor.now, None);
            let text = due_text(words, &limit_said, from, &deadline);
            let text = format!("{text}\n{}", words.get(&format!("clock.{}", standing.clock_code())));
            Ok(Answer::new(text, &json!({ "limit": limit, "from": from, "deadline": deadline, "standing": standing })))
        }
        Err(why) => {
            let text = format!("{limit_said}  {}", words.get(&format!("clock.{}", why.clock_code())));
            Ok(Answer::new(text, &json!({ "limit": limit, "from": from, "deadline": null, "why": why.clock_code() })))
        }
    }
}

fn due_text(words: &Words, limit: &str, from: Timestamp, deadline: &Deadline) -> String {
    let (begins, due, warned) = (moment(from), clock_text(deadline.due), moment(deadline.warn_at));
    let mut text =
        words.fill("cli.class_due", &[("limit", limit), ("from", &begins), ("due", &due), ("warned", &warned)]);
    for year in &deadline.missing_years {
        let _ = write!(text, "\n⚠ {}", words.fill("clock.year_missing", &[("year", &year.to_string())]));
    }
    text
}

/// A moment by China's clock: `2024-05-13 17:30`; the last moment of a day as 24:00 of it.
pub fn clock_text(at: Timestamp) -> String {
    let day = at.china_day();
    match CivilDate::from_days(day - 1) {
        Some(ended) if Timestamp::of_china_day(day) == at => format!("{ended} 24:00"),
        _ => moment(at),
    }
}

fn read_pause(text: &str) -> Option<(Timestamp, Option<Timestamp>)> {
    let (from, to) = text.split_once('/')?;
    let moment = |text: &str| typed::moment(text.trim()).map(Timestamp);
    let to = if to.trim().is_empty() { None } else { Some(moment(to)?) };
    Some((moment(from)?, to))
}
