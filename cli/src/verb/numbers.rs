//! The numbers of a month with the formulas beside them, the rows behind one, and volumes month by month.

use crate::answer::Answer;
use crate::args::{Numbers, NumbersBy, VolumesBy};
use crate::failure::Failure;
use crate::find;
use crate::line_text::row;
use crate::phone::Phone;
use crate::words::Words;
use gridwalk_model::UnitId;
use gridwalk_model::appraisal::formula::{Counting, in_words};
use gridwalk_model::appraisal::volume::{Volume, VolumeBy};
use gridwalk_model::appraisal::{Condition, Formula, Formulas, Group, Month, Number, Sheet};
use std::fmt::Write as _;

/// How many months volumes are told of.
const VOLUME_MONTHS: i32 = 6;

/// One's own numbers, then all; or the rows of one; or volumes.
pub fn run(phone: &Phone<'_>, args: &Numbers) -> Result<Answer, Failure> {
    let (reader, month) = (phone.reader()?, month_of(phone, args.month.as_deref())?);
    let unit = args.unit.as_deref().map(|text| find::unit(phone, text)).transpose()?;
    if let Some(by) = args.volumes {
        let volume = reader.volumes(unit, volume_by(by), month, VOLUME_MONTHS)?;
        return Ok(Answer::new(volumes(phone.words, volume_by(by), &volume), &volume));
    }
    if let Some(name) = &args.rows {
        return rows(phone, month, unit, name);
    }
    let (words, view) = (phone.words, reader.numbers(month, unit, args.by.map(group))?);
    let mut text = format!("{month}  {}", words.get("numbers.mine"));
    if view.locked_at.is_some() {
        let _ = write!(text, "  {}", words.get("numbers.locked"));
    }
    text += &sheet(words, &view.mine, true);
    let _ = write!(text, "\n{}", words.get("numbers.all"));
    text += &sheet(words, &view.all, true);
    for one in &view.groups {
        let _ = write!(text, "\n{}", one.name.as_deref().unwrap_or("…"));
        text += &sheet(words, &one.sheet, false);
    }
    Ok(Answer::new(text, &view))
}

/// The month that a text says; this one if there is none.
pub fn month_of(phone: &Phone<'_>, text: Option<&str>) -> Result<Month, Failure> {
    match text {
        Some(text) => text.parse().map_err(|_| Failure::usage("not_a_month", text)),
        None => Ok(Month::of(phone.reader()?.actor.now)),
    }
}

/// What a figure, or what multiplies a score, is called.
pub fn called<'a>(words: &Words, code: &'a str) -> &'a str {
    let formulas = Formulas::shipped();
    let adjusted = || formulas.adjustments.iter().find(|a| a.counting.code == code).map(|a| &a.counting);
    let counting = formulas.number(code).map(|formula| &formula.counting).or_else(adjusted);
    counting.map_or(code, |counting| counting.label.label(words.language()))
}

const fn group(by: NumbersBy) -> Group {
    match by {
        NumbersBy::Grid => Group::Grid,
        NumbersBy::Unit => Group::Unit,
        NumbersBy::Worker => Group::Worker,
    }
}

const fn volume_by(by: VolumesBy) -> VolumeBy {
    match by {
        VolumesBy::Line => VolumeBy::Line,
        VolumesBy::Class => VolumeBy::Class,
        VolumesBy::Kind => VolumeBy::Kind,
        VolumesBy::Origin => VolumeBy::Origin,
    }
}

/// The number that somebody means by its code or its name in any language.
fn meant(name: &str) -> Result<&'static Formula, Failure> {
    let is = |formula: &&Formula| {
        let label = formula.counting.label;
        [label.code, label.zh_hans, label.zh_hant, label.en].contains(&name)
    };
    Formulas::shipped().numbers.iter().find(is).ok_or_else(|| Failure::usage("no_such_number", name))
}

fn rows(phone: &Phone<'_>, month: Month, unit: Option<UnitId>, name: &str) -> Result<Answer, Failure> {
    let (words, formula) = (phone.words, meant(name)?);
    let missing = || Failure::usage("no_such_number", name);
    let view = phone.reader()?.number_rows(month, unit, formula.counting.code)?.ok_or_else(missing)?;
    let (top, rest) = (view.top.len(), view.top.len() + view.rest.len());
    let name = formula.counting.label.label(words.language());
    let mut text = format!("{month}  {name}  {top}/{rest}  {}", counted(words, &formula.counting));
    for line in &view.top {
        let _ = write!(text, "\n+ {}", row(words, line));
    }
    for line in &view.rest {
        let _ = write!(text, "\n− {}", row(words, line));
    }
    for line in &view.left_out {
        let reason = Condition::from_name(&line.reason).map(|condition| in_words(condition, words.language()));
        let reason = reason.as_deref().unwrap_or(&line.reason);
        let _ = write!(text, "\n  {}  （{} {reason}）", row(words, &line.row), words.get("numbers.left_out"));
    }
    Ok(Answer::new(text, &view))
}

/// What a number counts: above the line ÷ below it, without what is left out.
fn counted(words: &Words, counting: &Counting) -> String {
    let all = |conditions: &[Condition]| {
        conditions.iter().map(|c| in_words(*c, words.language())).collect::<Vec<_>>().join(words.comma())
    };
    let (top, base) = (all(&counting.top), all(&counting.base));
    let left_out = match counting.left_out.as_slice() {
        [] => String::new(),
        some => words.fill("numbers.without", &[("what", &all(some))]),
    };
    words.fill("numbers.formula", &[("top", &top), ("base", &base), ("without", &left_out)])
}

fn share(permille: Option<u32>) -> String {
    permille.map_or_else(|| "—".to_owned(), |permille| format!("{}.{} %", permille / 10, permille % 10))
}

/// The numbers of a sheet that count something; `with_formulas`: what each counts beside it.
fn sheet(words: &Words, sheet: &Sheet, with_formulas: bool) -> String {
    let mut text = String::new();
    let counts = |number: &&Number| number.base > 0 || !number.left_out.is_empty();
    for number in sheet.numbers.iter().filter(counts) {
        let Some(formula) = Formulas::shipped().number(number.number) else { continue };
        let name = formula.counting.label.label(words.language());
        let _ = write!(text, "\n  {name}  {}/{}  {}", number.top, number.base, share(number.permille));
        if with_formulas {
            let _ = write!(text, "  {}", counted(words, &formula.counting));
        }
    }
    for applied in &sheet.adjustments {
        let adjustment = Formulas::shipped().adjustments.iter().find(|a| a.counting.code == applied.number.number);
        let name = adjustment.map_or(applied.number.number, |a| a.counting.label.label(words.language()));
        let _ = write!(text, "\n  × {} %  {name}", applied.percent);
    }
    match sheet.score {
        Some(score) => drop(write!(text, "\n  {}  {}", words.get("numbers.score"), share(Some(score)))),
        None => drop(write!(text, "\n  {}", words.get("numbers.nothing"))),
    }
    text
}

fn volumes(words: &Words, by: VolumeBy, volume: &Volume) -> String {
    let months: Vec<String> = volume.months.iter().map(ToString::to_string).collect();
    let counts = |counts: &[usize]| {
        counts.iter().fold(String::new(), |mut text, count| {
            let _ = write!(text, "{count:>7} ");
            text
        })
    };
    let mut text = format!("{}\n{} {}", months.join(" "), counts(&volume.all), words.get("numbers.all"));
    for (key, part) in &volume.parts {
        let name = match by {
            VolumeBy::Kind => words.code("case_kind", key),
            VolumeBy::Line | VolumeBy::Origin => words.code("case_line", key),
            VolumeBy::Class => words.code("case_category", key),
        };
        let name = if name == key { words.find(&format!("numbers.from.{key}")).unwrap_or(name) } else { name };
        let _ = write!(text, "\n{} {}", counts(part), if name.is_empty() { "—" } else { name });
    }
    text
}
