//! Buildings, dwellings, households and residents: add, edit, show, list.

use super::saved;
use crate::answer::Answer;
use crate::args::{Add, Edit, List, RegisterVerb};
use crate::failure::Failure;
use crate::line_text::{moment, row, rows};
use crate::phone::Phone;
use crate::words::Words;
use crate::{card_text, find, typed};
use gridwalk_app::read::door_matrix::Door;
use gridwalk_model::command::{
    AddBuilding, AddDwelling, AddHousehold, AddHouseholdLink, AddPlace, AddResident, Command, EditRecord, Edits,
    NewResident, home_unit,
};
use gridwalk_model::kind::{Home, Kind, PARENT, Shape, UNIT};
use gridwalk_model::limits::LIST_ROWS_MAX;
use gridwalk_model::{RecordId, Timestamp};
use serde_json::json;
use std::fmt::Write as _;

/// One of the verbs on a kind.
pub fn run(phone: &Phone<'_>, kind: Kind, verb: &RegisterVerb) -> Result<Answer, Failure> {
    match verb {
        RegisterVerb::Add(args) => add(phone, kind, args),
        RegisterVerb::Edit(args) => edit(phone, kind, args),
        RegisterVerb::Show(args) => show(phone, kind, find::record(phone, &args.record, &[kind.name()])?),
        RegisterVerb::List(args) => list(phone, kind, args),
        RegisterVerb::Due(args) => super::call::due(phone, args),
        RegisterVerb::Doors(args) => doors(phone, find::record(phone, &args.record, &[Kind::Building.name()])?),
    }
}

/// The kinds that a record of this kind can be in.
fn above(kind: Kind) -> Vec<&'static str> {
    match kind.table().home {
        Home::Parent(kinds) => kinds.iter().map(|k| k.name()).collect(),
        Home::Unit | Home::Itself => vec![Kind::Unit.name()],
    }
}

/// The kinds that a record of this kind, which has a unit of its own, can be at.
fn near(kind: Kind) -> Vec<&'static str> {
    match kind.table().field(PARENT).map(|f| f.shape) {
        Some(Shape::Ref(kinds)) => kinds.iter().map(|k| k.name()).collect(),
        _ => Vec::new(),
    }
}

/// Where a record of this kind is to be, as far as it was said: its field and what stands in it.
pub fn place_of(phone: &Phone<'_>, kind: Kind, args: &Add) -> Result<Option<(&'static str, RecordId)>, Failure> {
    let field = if kind.table().home == Home::Unit { UNIT } else { PARENT };
    Ok(match (&args.at, &args.within) {
        (Some(text), _) => Some((PARENT, find::record(phone, text, &near(kind))?)),
        (None, Some(text)) => Some((field, find::record(phone, text, &above(kind))?)),
        (None, None) if field == UNIT => find::own_unit(phone).ok().map(|unit| (UNIT, unit.record())),
        (None, None) => None,
    })
}

fn add(phone: &Phone<'_>, kind: Kind, args: &Add) -> Result<Answer, Failure> {
    let mut edits = typed::edits(phone, kind, &args.edits)?;
    if let (Some(title), Some(field)) = (&args.title, kind.table().title.first()) {
        edits = edits.put(field, title.as_str());
    }
    let record = phone.notebook.new_record()?;
    let within = args.within.as_deref().map(|text| find::record(phone, text, &above(kind))).transpose()?;
    let at = args.at.as_deref().map(|text| find::record(phone, text, &near(kind))).transpose()?;
    if at.is_some() && kind.table().home != Home::Unit {
        return Err(Failure::usage("not_at_work", "--at"));
    }
    if !args.residents.is_empty() && kind != Kind::Household {
        return Err(Failure::usage("residents_of_households", "--resident"));
    }
    let parent = || within.ok_or_else(|| in_what(phone, kind));
    let command = match kind {
        Kind::Building => {
            let unit = within.map_or_else(|| find::own_unit(phone), |r| Ok(r.unit()))?;
            let edits = at.map_or(edits.clone(), |estate| edits.put(PARENT, estate));
            Command::AddBuilding(AddBuilding { record, unit, edits })
        }
        Kind::HouseholdLink => {
            let unit = within.map_or_else(|| find::own_unit(phone), |r| Ok(r.unit()))?;
            Command::AddHouseholdLink(AddHouseholdLink { record, unit, edits })
        }
        Kind::Dwelling => Command::AddDwelling(AddDwelling { record, building: parent()?, edits }),
        Kind::Household => {
            let resident = |name: &String| -> Result<NewResident, Failure> {
                let edits = Edits::none().put("name", name.as_str());
                Ok(NewResident { record: phone.notebook.new_record()?, edits })
            };
            let residents = args.residents.iter().map(resident).collect::<Result<_, _>>()?;
            Command::AddHousehold(AddHousehold { record, dwelling: parent()?, edits, residents })
        }
        Kind::Estate
        | Kind::Address
        | Kind::Premises
        | Kind::Organisation
        | Kind::Facility
        | Kind::CheckPoint
        | Kind::EmergencyPlan => {
            let named = within.map(RecordId::unit);
            let unit = if named.is_none() && at.is_none() { Some(find::own_unit(phone)?) } else { named };
            Command::AddPlace(AddPlace { record, kind, unit, parent: at, edits })
        }
        _ => Command::AddResident(AddResident { record, household: parent()?, edits }),
    };
    saved::execute(phone, &command)
}

/// What was not said: what the new record is in.
fn in_what(phone: &Phone<'_>, kind: Kind) -> Failure {
    let kinds: Vec<&str> = above(kind).into_iter().map(|name| phone.words.kind(name)).collect();
    let failure = Failure::usage("in_what", kinds.join(" / "));
    match phone.words.find(&format!("way_on.in_what_{kind}")) {
        Some(way) => failure.then(way),
        None => failure,
    }
}

/// Opens a form, or saves one.
pub fn edit(phone: &Phone<'_>, kind: Kind, args: &Edit) -> Result<Answer, Failure> {
    let named = find::record(phone, &args.record, &[kind.name()])?;
    if args.edits.is_empty() {
        return open(phone, kind, named);
    }
    let edits = typed::edits(phone, kind, &args.edits)?;
    let (record, basis, also) = saved::bases(phone, named, args.basis.as_deref())?;
    saved::execute(phone, &Command::EditRecord(EditRecord { record, basis, also, edits }))
}

/// Opens a form: a draft keeps its basis, and the basis is printed.
fn open(phone: &Phone<'_>, kind: Kind, record: RecordId) -> Result<Answer, Failure> {
    let (words, reader) = (phone.words, phone.reader()?);
    let card = reader.card(record)?.filter(|c| c.kind == kind.name());
    let card = card.ok_or_else(|| Failure::not_found(record.to_string()))?;
    let unit = home_unit(&reader.load([record])?, card.record).unwrap_or_default();
    let draft = phone.notebook.open_draft(card.record, kind.name(), unit, "{}")?;
    let others = card.basis.split_once('.').map(|(_, rest)| format!(".{rest}")).unwrap_or_default();
    let basis = format!("{}{others}", draft.basis);
    let text = format!(
        "{}\n\n{} {}\n{}:\n{basis}\n→ gridwalk {} edit {} --set FIELD=VALUE --basis …",
        card_text::card(words, &card),
        words.get("sync.draft"),
        draft.draft,
        words.get("cli.basis"),
        kind.name(),
        card.record
    );
    let mut model = serde_json::to_value(&card).unwrap_or_default();
    model["draft"] = json!(draft.draft);
    model["basis"] = json!(basis);
    Ok(Answer::new(text, &model))
}

/// The card of a record.
pub fn show(phone: &Phone<'_>, kind: Kind, record: RecordId) -> Result<Answer, Failure> {
    let (words, reader) = (phone.words, phone.reader()?);
    let missing = || Failure::not_found(record.to_string());
    if kind == Kind::Household {
        let household = reader.household_card(record)?.ok_or_else(missing)?;
        let mut text = card_text::card(words, &household.card);
        let parts = [
            ("cli.address", &household.address),
            ("kind.resident", &household.residents),
            ("cli.away", &household.away),
        ];
        for (word, lines) in parts.into_iter().filter(|(_, lines)| !lines.is_empty()) {
            let _ = write!(text, "\n{}:", words.get(word));
            for line in lines {
                let _ = write!(text, "\n  {}", row(words, line));
            }
        }
        let visits = reader.visits(None, Some(record), LIST_ROWS_MAX)?;
        if !visits.is_empty() {
            let _ = write!(text, "\n{}:", words.get("kind.visit"));
        }
        for visit in &visits {
            let _ = write!(text, "\n  {}  {}", row(words, &visit.row), moment(visit.at));
        }
        return Ok(Answer::new(text, &household));
    }
    let place = reader.place_card(record)?.filter(|p| p.card.kind == kind.name()).ok_or_else(missing)?;
    let mut text = card_text::card(words, &place.card);
    if !place.address.is_empty() {
        let _ = write!(text, "\n{}:", words.get("cli.address"));
    }
    for line in &place.address {
        let _ = write!(text, "\n  {}", row(words, line));
    }
    for unit in &place.units {
        let name = unit.name.as_deref().unwrap_or("…");
        let _ = write!(text, "\n{}: {name} {}", words.get("cli.in_units"), unit.count);
    }
    if !place.premises.is_empty() {
        let _ = write!(text, "\n{}: {}", words.get("cli.uses_premises"), place.premises.len());
    }
    for line in &place.premises {
        let _ = write!(text, "\n  {}", row(words, line));
    }
    for below in &place.below {
        let _ = write!(text, "\n{}: {}", words.kind(below.kind), below.rows.len());
        for line in &below.rows {
            let _ = write!(text, "\n  {}", row(words, line));
        }
    }
    Ok(Answer::new(text, &place))
}

fn list(phone: &Phone<'_>, kind: Kind, args: &List) -> Result<Answer, Failure> {
    let kinds = ["unit", "estate", "building", "dwelling", "household", "premises"];
    let within = args.within.as_deref().map(|text| find::record(phone, text, &kinds)).transpose()?;
    let reader = phone.reader()?;
    let is_unit = |r: RecordId| reader.store.row(r).map(|row| row.is_none_or(|row| row.kind == Kind::Unit.name()));
    let (unit, parent) = match within {
        Some(record) if is_unit(record)? => (Some(record.unit()), None),
        other => (None, other),
    };
    let list = reader.list(kind, unit, parent, args.limit)?;
    Ok(Answer::new(rows(phone.words, &list), &list))
}

fn doors(phone: &Phone<'_>, building: RecordId) -> Result<Answer, Failure> {
    let words = phone.words;
    let matrix = phone.reader()?.door_matrix(building)?.ok_or_else(|| Failure::not_found(building.to_string()))?;
    let counts = [matrix.lived_in, matrix.doors, matrix.not_visited].map(|count| count.to_string());
    let said = matrix.said.map(|said| said.to_string());
    let mut text = match &said {
        Some(said) => {
            let places =
                [("lived_in", counts[0].as_str()), ("doors", &counts[1]), ("said", said), ("missing", &counts[2])];
            format!("{}  {}", matrix.building.title, words.fill("cli.doors_said", &places))
        }
        None => format!("{}  {}/{}", matrix.building.title, matrix.lived_in, matrix.doors),
    };
    for entrance in &matrix.entrances {
        let _ = write!(text, "\n{}", entrance.entrance);
        for floor in &entrance.floors {
            let _ = write!(text, "\n  {:>3}", floor.floor.map_or_else(|| "—".to_owned(), |f| f.to_string()));
            for (number, door) in floor.in_order() {
                let _ = write!(text, "  [{number} {}]", door_text(words, door));
            }
        }
    }
    Ok(Answer::new(text, &matrix))
}

/// Who lives behind a door, when somebody answered last, and what is odd about it; of one that nobody entered, that.
fn door_text(words: &Words, door: Option<&Door>) -> String {
    let Some(door) = door else { return words.get("cli.not_visited").to_owned() };
    let who: Vec<_> = door.households.iter().map(|household| household.title.as_str()).collect();
    let mut text = if who.is_empty() { words.get("cli.empty").to_owned() } else { who.join(words.comma()) };
    if let Some(at) = door.last_seen_at {
        let _ = write!(text, " {}", moment(Timestamp(at)));
    }
    for code in &door.warnings {
        let _ = write!(text, " ⚠ {}", words.find(&format!("warning.{code}")).unwrap_or(code));
    }
    text
}
