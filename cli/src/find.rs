//! Finding what somebody named: by id, or by what search finds.
//!
//! Owns the ways to name a record. Refuses to guess: several hits are shown, none is chosen. Invariant: a title that
//! fits wholly wins over a second line that does, both over a number that stands in a title, and all over titles that only
//! contain it.

use crate::failure::Failure;
use crate::phone::Phone;
use gridwalk_app::read::{DeletedLine, RowLine};
use gridwalk_model::kind::Kind;
use gridwalk_model::unit_code::UnitCode;
use gridwalk_model::view::Held as _;
use gridwalk_model::{AccountId, RecordId, UnitId, limits};

/// The record that a text names, of one of these kinds or of any.
pub fn record(phone: &Phone<'_>, text: &str, kinds: &[&str]) -> Result<RecordId, Failure> {
    record_below(phone, text, kinds, None)
}

/// The one of these rows whose title the text is, else what it names among records of these kinds.
pub fn titled<'l>(
    phone: &Phone<'_>,
    text: &str,
    rows: impl IntoIterator<Item = &'l RowLine>,
    kinds: &[&str],
) -> Result<RecordId, Failure> {
    let mut called = rows.into_iter().filter(|row| row.title == text.trim());
    match (called.next(), called.next()) {
        (Some(one), None) => Ok(one.record),
        _ => record(phone, text, kinds),
    }
}

/// What `record` finds, among those below a record where one is named.
pub fn record_below(
    phone: &Phone<'_>,
    text: &str,
    kinds: &[&str],
    above: Option<RecordId>,
) -> Result<RecordId, Failure> {
    if let Ok(id) = text.parse::<RecordId>() {
        return Ok(id);
    }
    let mut found = phone.reader()?.search(text, kinds, limits::CHOICES_MAX)?.rows;
    found.retain(|row| above.is_none_or(|above| row.parent == Some(above)));
    if found.is_empty() {
        return Err(elsewhere(phone, text, kinds)?);
    }
    if found.len() > 1
        && let Some(unit) = once_coded(phone, text, &found)?
    {
        return Ok(unit);
    }
    one(text, found)
}

/// The only unit that once had exactly this code, and not only one that begins like it; of several the one that has a code
/// today.
fn once_coded(phone: &Phone<'_>, text: &str, found: &[RowLine]) -> Result<Option<RecordId>, Failure> {
    let Ok(code) = UnitCode::parse(text.trim()) else { return Ok(None) };
    if found.iter().any(|row| row.kind != Kind::Unit.name() || row.subtitle == text.trim()) {
        return Ok(None);
    }
    let loaded = phone.reader()?.load(found.iter().map(|row| row.record))?;
    let had = |row: &&RowLine| {
        let codes = loaded.state(row.record).and_then(|state| state.sets.get("former_codes"));
        let codes = codes.into_iter().flat_map(|set| set.elements());
        codes.filter_map(|had| UnitCode::parse(had.as_text()?).ok()).any(|had| had == code)
    };
    let mut had: Vec<&RowLine> = found.iter().filter(had).collect();
    if had.len() > 1 {
        had.retain(|row| !row.subtitle.is_empty());
    }
    Ok(if let [only] = had.as_slice() { Some(only.record) } else { None })
}

/// Why a name leads to nothing: what bears it was deleted, is of another kind, or is not here.
fn elsewhere(phone: &Phone<'_>, text: &str, kinds: &[&str]) -> Result<Failure, Failure> {
    let gone: Vec<DeletedLine> =
        deleted_called(phone, text)?.into_iter().filter(|l| kinds.is_empty() || kinds.contains(&&*l.kind)).collect();
    if let Some(line) = gone.first() {
        return Ok(Failure::of("deleted_here", 4)
            .with("what", text)
            .then(phone.words.fill("cli.restored_by", &[("record", &line.record.to_string())])));
    }
    if kinds.is_empty() {
        return Ok(Failure::not_found(text));
    }
    let of_others = phone.reader()?.search(text, &[], limits::CHOICES_MAX)?.rows;
    let whole: Vec<RowLine> = of_others.into_iter().filter(|row| row.title == text.trim()).collect();
    if whole.is_empty() {
        return Ok(Failure::not_found(text));
    }
    let wanted: Vec<&str> = kinds.iter().map(|kind| phone.words.kind(kind)).collect();
    Ok(Failure::of("other_kind", 4).with("what", text).with("wanted", wanted.join(phone.words.comma())).offering(whole))
}

/// Deleted records that bear this name.
fn deleted_called(phone: &Phone<'_>, text: &str) -> Result<Vec<DeletedLine>, Failure> {
    let lines = phone.reader()?.deleted(None, limits::LIST_ROWS_MAX)?;
    Ok(lines.into_iter().filter(|line| line.title == text.trim()).collect())
}

/// The deleted record that a text names.
pub fn deleted(phone: &Phone<'_>, text: &str) -> Result<RecordId, Failure> {
    if let Ok(id) = text.parse::<RecordId>() {
        return Ok(id);
    }
    match deleted_called(phone, text)?.as_slice() {
        [] => record(phone, text, &[]),
        [one] => Ok(one.record),
        several => {
            let ids: Vec<String> = several.iter().map(|line| format!("{}  {}", line.record, line.subtitle)).collect();
            Err(Failure::of("several_fit", 4).with("what", text).then(ids.join("\n")))
        }
    }
}

/// The kind that a text names: its code or its word.
pub fn kind(phone: &Phone<'_>, text: &str) -> Result<Kind, Failure> {
    let named = |kind: &Kind| kind.name() == text || phone.words.kind(kind.name()) == text;
    Kind::ALL.into_iter().find(named).ok_or_else(|| Failure::usage("no_such_kind", text))
}

fn one(text: &str, mut found: Vec<RowLine>) -> Result<RecordId, Failure> {
    let whole = |of: fn(&RowLine) -> &str| -> Vec<RowLine> {
        found.iter().filter(|row| of(row) == text.trim()).cloned().collect()
    };
    let (by_title, by_subtitle) = (whole(|row| &row.title), whole(|row| &row.subtitle));
    let by_number = found.iter().filter(|row| has_number(&row.title, text.trim())).cloned().collect();
    if let Some(best) = [by_title, by_subtitle, by_number].into_iter().find(|rows| !rows.is_empty()) {
        found = best;
    }
    match found.as_slice() {
        [] => Err(Failure::not_found(text)),
        [row] => Ok(row.record),
        _ => Err(Failure::several(text, found)),
    }
}

/// Whether a number stands in a title as it is, and not within a longer one: 301 in 1单元301室, not in 1单元1301室.
fn has_number(title: &str, number: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits(number) && title.split(|c: char| !c.is_ascii_digit()).any(|part| part == number)
}

/// The person whom a text names: by account, `me`, or the name that this phone knows them by.
pub fn person(phone: &Phone<'_>, text: &str) -> Result<AccountId, Failure> {
    if let Ok(account) = text.trim().parse() {
        return Ok(account);
    }
    if text.trim() == "me" {
        return Ok(phone.enrolment()?.account);
    }
    match phone.notebook.store().people_called(text.trim())?.as_slice() {
        [one] => Ok(*one),
        [] => Err(Failure::not_found(text)),
        several => {
            let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(Failure::of("several_fit", 4).with("what", text).then(ids.join("\n")))
        }
    }
}

/// The unit that a text names: by id, name or code.
pub fn unit(phone: &Phone<'_>, text: &str) -> Result<UnitId, Failure> {
    record(phone, text, &["unit"]).map(RecordId::unit)
}

/// The only unit that this phone's person works in.
pub fn own_unit(phone: &Phone<'_>) -> Result<UnitId, Failure> {
    let mut units: Vec<UnitId> = phone.enrolment()?.spaces.iter().flat_map(|s| s.units.clone()).collect();
    units.sort_unstable();
    units.dedup();
    match units.as_slice() {
        [unit] => Ok(*unit),
        _ => Err(Failure::usage("which_unit", "--unit")),
    }
}
