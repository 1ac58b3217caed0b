//! Open cases near a new one, cases that may be one matter, and what came again, as text.
//!
//! Owns the offer before a report, and the lists. Refuses to compare and to link: the read models and `same` do. Invariant: who
//! was offered an open case makes a new one only by saying so.

use super::class;
use crate::answer::Answer;
use crate::args::{NearArgs, Report};
use crate::failure::Failure;
use crate::line_text::{moment, row};
use crate::phone::Phone;
use crate::words::Words;
use crate::{find, typed};
use gridwalk_app::read::{AgainLine, AlikeCases, NearCase};
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::command::Edits;
use gridwalk_model::geo::Point;
use gridwalk_model::kind::{Kind, Shape};
use gridwalk_model::same_matter::{Alike, MatterAt};
use gridwalk_model::{RecordId, UnitId, Value};
use std::fmt::Write as _;

/// Stops a report that may be of an open case, unless whoever reports says that it is another matter.
pub fn offer(
    phone: &Phone<'_>,
    args: &Report,
    edits: &Edits,
    (unit, parent, class): (Option<UnitId>, Option<RecordId>, Option<&str>),
) -> Result<(), Failure> {
    if args.new {
        return Ok(());
    }
    let said = |field: &str| edits.fields.get(field).and_then(Option::as_ref);
    let matter = MatterAt {
        class: class.and_then(|class| class.parse().ok()),
        category: said("category").and_then(Value::as_text).map(str::to_owned),
        point: said("point").and_then(Point::from_value),
        place: parent,
    };
    let near = phone.reader()?.cases_near(&matter, unit, None)?;
    let Some(first) = near.first() else { return Ok(()) };
    let words = phone.words;
    let ways =
        [words.fill("cli.near_add", &[("case", &first.row.record.to_string())]), words.get("cli.near_new").into()];
    let failure = ways.into_iter().fold(Failure::of("case_near", 3), Failure::then);
    Err(failure.offering(near.into_iter().map(|near| near.row).collect()))
}

/// Open cases near one that is here, or near a point.
pub fn near(phone: &Phone<'_>, args: &NearArgs) -> Result<Answer, Failure> {
    let reader = phone.reader()?;
    let found = if let Some(named) = &args.record {
        reader.cases_near_to(find::record(phone, named, &[Kind::Case.name()])?)?
    } else {
        let places: Vec<&str> = Kind::PLACES.iter().map(|kind| kind.name()).collect();
        let class = args.class.as_deref().map(|class| class::code_of(phone, class)).transpose()?;
        let category = |text| typed::value(phone, Shape::Code(CodeSet::CaseCategory), text);
        let category = args.category.as_deref().map(category).transpose()?;
        let matter = MatterAt {
            class: class.and_then(|class| class.parse().ok()),
            category: category.as_ref().and_then(Value::as_text).map(str::to_owned),
            point: args.point.as_deref().map(typed::read_point).transpose()?,
            place: args.at.as_deref().map(|text| find::record(phone, text, &places)).transpose()?,
        };
        if matter == MatterAt::default() {
            return Err(Failure::usage("near_what", ""));
        }
        reader.cases_near(&matter, find::own_unit(phone).ok(), None)?
    };
    let words = phone.words;
    let lines: Vec<String> = found.iter().map(|near| near_line(words, near)).collect();
    let text = if lines.is_empty() { words.get("cli.nothing").to_owned() } else { lines.join("\n") };
    Ok(Answer::new(text, &found))
}

fn near_line(words: &Words, near: &NearCase) -> String {
    let count = words.fill("cli.near_reporters", &[("count", &near.reporters.to_string())]);
    format!("{}\n    {} · {} · {count}", row(words, &near.row), why(words, &near.alike), moment(near.at))
}

/// Why two cases may be one.
fn why(words: &Words, alike: &Alike) -> String {
    let sort = words.get(if alike.class { "cli.near_class" } else { "cli.near_category" });
    let mut text = sort.to_owned();
    if alike.place {
        let _ = write!(text, "{}{}", words.comma(), words.get("cli.near_place"));
    }
    if let Some(metres) = alike.metres {
        let _ = write!(text, "{}{metres} m", words.comma());
    }
    text
}

/// Pairs that may be one matter.
pub fn alike(phone: &Phone<'_>, pairs: &[AlikeCases]) -> String {
    let words = phone.words;
    let line = |pair: &AlikeCases| {
        let (one, other) = (pair.row.record, pair.other.record);
        let (row, beside) = (row(words, &pair.row), row(words, &pair.other));
        format!("{row}\n{beside}\n    {}\n→ gridwalk same {one} {other}", why(words, &pair.alike))
    };
    pairs.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What came again, each with the cases that are the reason.
pub fn again(phone: &Phone<'_>, lines: &[AgainLine]) -> String {
    let words = phone.words;
    let line = |line: &AgainLine| {
        let (count, days) = (line.count.to_string(), line.days.to_string());
        let head = words.fill("cli.came_again", &[("count", &count), ("days", &days)]);
        let cases = line.cases.iter().map(|case| format!("\n    {}  {}", moment(case.at), row(words, &case.row)));
        format!("⚠ {head}{}", cases.collect::<String>())
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}
