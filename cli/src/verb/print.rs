//! Printing: doors and households on paper, for where no phone goes.
//!
//! Owns what stands on each sheet. Refuses numbers of identity cards and phones on any of them, and names on those that
//! volunteers carry. Invariant: the boxes are the codes that `visit` and the canvass take, in their words.

use crate::answer::Answer;
use crate::args::{Language, PrintOf, PrintVerb};
use crate::failure::Failure;
use crate::find;
use crate::line_text::moment;
use crate::paper::{Paper, PaperCell, PaperColumn};
use crate::phone::Phone;
use gridwalk_app::read::DoorMatrix;
use gridwalk_model::Timestamp;
use gridwalk_model::code_set::CodeSet;
use serde_json::{Value as Json, json};
use std::path::Path;

/// What can come of a knock, of all that can come of a visit: as many boxes as a pen finds at once.
const DOOR_OUTCOMES: [&str; 6] = ["seen", "family_met", "no_change", "nobody_home", "refused", "vacant"];

/// A door on a sheet.
struct Line {
    /// Entrance and floor, or the place in the walking order.
    place: String,
    /// The door, or the house.
    door: String,
    /// Who lives there.
    names: String,
}

/// What a sheet is of.
struct Subject {
    title: String,
    unit: String,
    lines: Vec<Line>,
}

/// Prints.
pub fn run(phone: &Phone<'_>, verb: &PrintVerb, language: Language) -> Result<Answer, Failure> {
    let (of, canvass) = match verb {
        PrintVerb::Doors(of) => (of, false),
        PrintVerb::Canvass(of) => (of, true),
    };
    let subject = match &of.building {
        Some(building) => building_lines(phone, building)?,
        None => group_lines(phone, of)?,
    };
    let paper = paper(phone, &subject, canvass, language, phone.reader()?.actor.now);
    let (html, sheets) = (paper.html(), paper.sheets());
    let model = json!({
        "title": paper.title, "of": subject.title, "unit": subject.unit, "rows": subject.lines.len(), "sheets": sheets,
        "file": of.out,
    });
    written(phone, &html, &of.out, ("print.written", subject.lines.len(), sheets), &model)
}

/// A sheet of something else than doors, to a file or to the screen.
pub fn put(phone: &Phone<'_>, paper: &Paper, file: &Path, of: &str) -> Result<Answer, Failure> {
    let (html, sheets, rows) = (paper.html(), paper.sheets(), paper.rows.len());
    let model = json!({ "title": paper.title, "of": of, "rows": rows, "sheets": sheets, "file": file });
    written(phone, &html, file, ("print.written_matters", rows, sheets), &model)
}

fn written(
    phone: &Phone<'_>,
    html: &str,
    out: &Path,
    (word, rows, sheets): (&str, usize, usize),
    model: &Json,
) -> Result<Answer, Failure> {
    if out.as_os_str() == "-" {
        return Ok(Answer::new(html.to_owned(), model));
    }
    let unwritten =
        |fault: std::io::Error| Failure::of("file", 7).with("what", out.display().to_string()).because(&fault);
    std::fs::write(out, html).map_err(unwritten)?;
    let places =
        [("file", out.to_string_lossy().into_owned()), ("rows", rows.to_string()), ("sheets", sheets.to_string())];
    let places: Vec<(&str, &str)> = places.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Ok(Answer::new(phone.words.fill(word, &places), model))
}

fn building_lines(phone: &Phone<'_>, building: &str) -> Result<Subject, Failure> {
    let record = find::record(phone, building, &["building"])?;
    let reader = phone.reader()?;
    let matrix = reader.door_matrix(record)?.ok_or_else(|| Failure::not_found(building))?;
    let unit = match matrix.building.unit {
        Some(unit) => reader.unit_name(unit)?.unwrap_or_default(),
        None => String::new(),
    };
    let title = [matrix.building.title.clone(), matrix.building.subtitle.clone()];
    let title = title.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
    Ok(Subject { title, unit, lines: matrix_lines(phone, &matrix) })
}

/// The doors as somebody meets them who climbs the stairs.
fn matrix_lines(phone: &Phone<'_>, matrix: &DoorMatrix) -> Vec<Line> {
    let mut lines = Vec::with_capacity(matrix.doors);
    for entrance in &matrix.entrances {
        for floor in entrance.floors.iter().rev() {
            for (number, door) in floor.in_order() {
                let mut place = Vec::new();
                if !entrance.entrance.is_empty() {
                    place.push(phone.words.fill("print.entrance", &[("entrance", &entrance.entrance)]));
                }
                place.extend(floor.floor.map(|n| phone.words.fill("print.floor", &[("floor", &n.to_string())])));
                let households = door.map_or(&[][..], |door| door.households.as_slice());
                let names: Vec<&str> = households.iter().map(|household| household.title.as_str()).collect();
                let (door, names) = (number.to_owned(), names.join(phone.words.comma()));
                lines.push(Line { place: place.join(" "), door, names });
            }
        }
    }
    lines
}

fn group_lines(phone: &Phone<'_>, of: &PrintOf) -> Result<Subject, Failure> {
    let named = of.unit.as_deref().unwrap_or_default();
    let group = phone.reader()?.village_group(find::unit(phone, named)?)?;
    let living = group.households.iter().filter(|line| line.ended.is_none());
    let store = phone.notebook.store();
    let mut lines = Vec::new();
    for (nth, line) in living.enumerate() {
        let house =
            line.row.parent.map(|parent| store.row(parent)).transpose().map_err(gridwalk_app::AppError::from)?;
        let door = house.flatten().map(|row| row.title).unwrap_or_default();
        lines.push(Line { place: (nth + 1).to_string(), door, names: line.row.title.clone() });
    }
    let title = group.unit_name.clone().unwrap_or_else(|| named.to_owned());
    Ok(Subject { unit: title.clone(), title, lines })
}

/// The words of a code set, in its order.
fn boxes(phone: &Phone<'_>, set: CodeSet) -> Vec<String> {
    set.entries().iter().map(|entry| phone.words.code(set.name(), entry.code).to_owned()).collect()
}

fn paper(phone: &Phone<'_>, subject: &Subject, canvass: bool, language: Language, now: Timestamp) -> Paper {
    let words = phone.words;
    let word = |key: &str| words.get(&format!("print.{key}")).to_owned();
    let printed = moment(now);
    let facts = vec![
        (word("unit"), subject.unit.clone()),
        (word("of"), subject.title.clone()),
        (word("rows"), subject.lines.len().to_string()),
        (word("printed"), printed),
    ];
    let (columns, boxes) = if canvass { canvass_columns(phone) } else { door_columns(phone) };
    let row = |line: &Line| -> Vec<PaperCell> {
        let known = [Some(&line.place), Some(&line.door), (!canvass).then_some(&line.names)];
        let known = known.into_iter().flatten().map(|text| PaperCell::Text(text.clone()));
        known.chain(boxes.iter().cloned()).collect()
    };
    let key = if canvass { "canvass" } else { "doors" };
    Paper {
        language: tag(language),
        title: word(key),
        facts,
        advice: word(if canvass { "canvass_advice" } else { "doors_advice" }),
        columns,
        rows: subject.lines.iter().map(row).collect(),
        row_mm: if canvass { 20 } else { 14 },
        page_words: word("page"),
        signed: vec![word("by"), word("on")],
    }
}

/// A language's tag in HTML.
pub const fn tag(language: Language) -> &'static str {
    match language {
        Language::Zh => "zh-Hans",
        Language::ZhHant => "zh-Hant",
        Language::En => "en",
    }
}

/// A column with its heading.
pub fn column(phone: &Phone<'_>, (key, share): (&str, u8)) -> PaperColumn {
    PaperColumn { heading: phone.words.get(&format!("print.{key}")).to_owned(), share }
}

/// The columns of a door list, and what is to be filled in.
fn door_columns(phone: &Phone<'_>) -> (Vec<PaperColumn>, Vec<PaperCell>) {
    let columns =
        [("place", 10), ("door", 8), ("household", 16), ("people", 7), ("came_of_it", 31), ("time", 10), ("note", 18)];
    let room = || PaperCell::Room(String::new());
    let set = CodeSet::VisitOutcome;
    let at_a_door = DOOR_OUTCOMES.into_iter().filter(|code| set.has(code));
    let boxes = PaperCell::Boxes(at_a_door.map(|code| phone.words.code(set.name(), code).to_owned()).collect());
    (columns.map(|one| column(phone, one)).to_vec(), vec![room(), boxes, room(), room()])
}

/// The columns of a canvass sheet, and what is to be filled in: no column for a name.
fn canvass_columns(phone: &Phone<'_>) -> (Vec<PaperColumn>, Vec<PaperCell>) {
    let columns = [("place", 9), ("door", 7), ("came_of_it", 29), ("time", 9), ("needs", 38), ("call_back", 8)];
    let room = || PaperCell::Room(String::new());
    let outcomes = PaperCell::Boxes(boxes(phone, CodeSet::CanvassOutcome));
    let needs = PaperCell::Boxes(boxes(phone, CodeSet::CanvassNeed));
    (columns.map(|one| column(phone, one)).to_vec(), vec![outcomes, room(), needs, room()])
}
