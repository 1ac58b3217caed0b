//! What was typed on the command line, as values: by the shape of the field.
//!
//! Owns the reading of `field=value`. Refuses to judge: whether a value fits is the model's to say. Invariant: a text
//! that is no value of its shape is passed on as text, so that the model's refusal names what is wanted.

mod point;

use crate::args;
use crate::failure::Failure;
use crate::find;
use crate::phone::Phone;
use crate::verb::{self, picture};
use crate::words::Words;
use gridwalk_model::Timestamp;
use gridwalk_model::check::half_width;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::command::Edits;
use gridwalk_model::kind::{Kind, Shape};
use gridwalk_model::step_table::StepRow;
use gridwalk_model::{RecordId, Value};
pub use point::{arrived, read as read_point};
use std::collections::BTreeMap;

/// Splits `name=value`.
pub fn pair(text: &str) -> Result<(&str, &str), Failure> {
    let (name, value) = text.split_once('=').ok_or_else(|| Failure::usage("not_a_pair", text))?;
    Ok((name.trim(), value))
}

/// A value of a shape.
pub fn value(phone: &Phone<'_>, shape: Shape, text: &str) -> Result<Value, Failure> {
    // Keyboards and paste give full-width digits and signs: where no prose is typed they mean their half-width twins.
    let half = half_width(text);
    let (half, trimmed) = (half.trim(), text.trim());
    Ok(match shape {
        Shape::Int { .. } => half.parse().map_or_else(|_| Value::from(text), Value::Int),
        Shape::Bool => match half {
            "yes" | "true" | "1" | "是" => Value::Bool(true),
            "no" | "false" | "0" | "否" => Value::Bool(false),
            _ => Value::from(text),
        },
        Shape::Date => CivilDate::parse(half).map_or_else(|| Value::from(text), |d| Value::Int(d.days())),
        Shape::Moment => moment(half).map_or_else(|| Value::from(text), Value::Int),
        Shape::Code(set) => Value::from(code(set, trimmed)),
        Shape::Ref(kinds) => {
            let names: Vec<&str> = kinds.iter().map(|k| k.name()).collect();
            Value::Id(find::record(phone, trimmed, &names)?)
        }
        Shape::UnitRef => Value::Id(find::unit(phone, trimmed)?.record()),
        Shape::Account => Value::Id(RecordId(find::person(phone, trimmed)?.0)),
        Shape::Point => point::read(half)?.to_value(),
        Shape::Units => {
            let units = names(trimmed).map(|name| Ok(Value::Id(find::unit(phone, name)?.record())));
            Value::List(units.collect::<Result<_, Failure>>()?)
        }
        Shape::Texts { .. } => Value::List(names(trimmed).map(Value::from).collect()),
        Shape::Picture => hash(half).map_or_else(|| Value::from(text), Value::Bytes),
        Shape::CaseClass => Value::from(verb::class::code_of(phone, trimmed)?),
        Shape::Text { .. }
        | Shape::Limit
        | Shape::Bytes { .. }
        | Shape::UnitCode
        | Shape::Polygon
        | Shape::IdNumber
        | Shape::Uscc
        | Shape::WalkKey
        | Shape::Confirmation
        | Shape::Passing
        | Shape::Comment
        | Shape::Sight
        | Shape::Phone => Value::from(text),
    })
}

/// A content hash in hexadecimal digits.
fn hash(text: &str) -> Option<Vec<u8>> {
    let digits = text.is_ascii().then(|| text.as_bytes().chunks(2).map(std::str::from_utf8))?;
    digits.map(|pair| u8::from_str_radix(pair.ok()?, 16).ok()).collect()
}

/// Several names in one text.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(['、', '，', ',', ';', '；']).map(str::trim).filter(|name| !name.is_empty())
}

/// A code as typed, or the code whose word was typed.
fn code(set: CodeSet, text: &str) -> String {
    let half = half_width(text);
    if set.has(&half) {
        return half;
    }
    if set.has(text) {
        return text.to_owned();
    }
    let word = |e: &&gridwalk_model::code_set::CodeEntry| [e.zh_hans, e.zh_hant, e.en].contains(&text);
    set.entries().iter().find(word).map_or_else(|| text.to_owned(), |e| e.code.to_owned())
}

/// `2026-11-22`, `2026-11-22 14:05`, or milliseconds.
pub fn moment(text: &str) -> Option<i64> {
    let half = half_width(text);
    let text = half.trim();
    if let Ok(ms) = text.parse() {
        return Some(ms);
    }
    let (date, clock) = text.split_once([' ', 'T']).unwrap_or((text, "00:00"));
    let (hours, minutes) = clock.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    if !(0..24).contains(&hours) || !(0..60).contains(&minutes) {
        return None;
    }
    let begins = Timestamp::of_china_day(CivilDate::parse(date)?.days());
    Some(begins.plus_ms(hours * 3_600_000 + minutes * 60_000).0)
}

/// The field or set that was named: by its name, or by its word as screens show it.
pub fn field_named(words: &Words, kind: Kind, typed: &str) -> String {
    let (table, half) = (kind.table(), half_width(typed));
    let half = half.trim();
    if table.field(half).or_else(|| table.set(half)).is_some() {
        return half.to_owned();
    }
    let plain = |word: &str| word.split(['（', '(']).next().unwrap_or_default().trim().to_owned();
    let all: Vec<&str> = table.fields.iter().chain(table.sets).map(|field| field.name).collect();
    let bears = |whole: bool| {
        let word = |name: &&&str| {
            let word = words.field(kind.name(), name);
            word == typed.trim() || (!whole && plain(word) == typed.trim())
        };
        let mut found = all.iter().filter(word);
        found.next().filter(|_| found.next().is_none()).map(|name| (*name).to_owned())
    };
    bears(true).or_else(|| bears(false)).unwrap_or_else(|| half.to_owned())
}

/// The edits of a form.
pub fn edits(phone: &Phone<'_>, kind: Kind, typed: &args::Edits) -> Result<Edits, Failure> {
    let table = kind.table();
    let mut edits = Edits::none();
    for text in &typed.set {
        let (name, value_text) = pair(text)?;
        let name = &*field_named(phone.words, kind, name);
        let read = match table.field(name) {
            Some(field) => value(phone, field.shape, value_text)?,
            None if table.set(name).is_some() => return Err(is_set(phone, kind, name, value_text)),
            None => Value::from(value_text),
        };
        edits = edits.put(name, read);
    }
    for name in &typed.clear {
        let name = &*field_named(phone.words, kind, name);
        if table.set(name).is_some() {
            return Err(is_set(phone, kind, name, "…"));
        }
        edits = edits.clear(name);
    }
    let element = |text: &str| -> Result<(String, Value), Failure> {
        let (name, value_text) = pair(text)?;
        let name = &*field_named(phone.words, kind, name);
        let read = match table.set(name) {
            Some(set) => value(phone, set.shape, value_text)?,
            None if table.field(name).is_some() => return Err(is_field(phone, kind, name, value_text)),
            None => Value::from(value_text),
        };
        Ok((name.to_owned(), read))
    };
    for text in &typed.add {
        let (set, read) = element(text)?;
        edits = edits.add(&set, read);
    }
    for text in &typed.remove {
        let (set, read) = element(text)?;
        edits = edits.remove(&set, read);
    }
    picture::attached(phone, edits, &typed.pictures, None)
}

/// A set was written like a field.
fn is_set(phone: &Phone<'_>, kind: Kind, name: &str, text: &str) -> Failure {
    let failure = Failure::of("is_a_set", 2).with("what", phone.words.field(kind.name(), name));
    failure.then(format!("--add {name}={text}")).then(format!("--remove {name}={text}"))
}

/// A field was written like a set.
fn is_field(phone: &Phone<'_>, kind: Kind, name: &str, text: &str) -> Failure {
    let failure = Failure::of("is_a_field", 2).with("what", phone.words.field(kind.name(), name));
    failure.then(format!("--set {name}={text}")).then(format!("--clear {name}"))
}

/// The answers to what a step asks.
pub fn answers(phone: &Phone<'_>, row: Option<&StepRow>, typed: &[String]) -> Result<BTreeMap<String, Value>, Failure> {
    let mut answers = BTreeMap::new();
    for text in typed {
        let (name, value_text) = pair(text)?;
        let ask = row.and_then(|r| r.asks.iter().find(|a| a.name == name));
        let read = match ask {
            Some(ask) => value(phone, ask.shape, value_text)?,
            None => Value::from(value_text),
        };
        answers.insert(name.to_owned(), read);
    }
    Ok(answers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_by_its_word() {
        let zh = Words::of(crate::args::Language::Zh);
        for (kind, typed, name) in [
            (Kind::Resident, "证件号码", "id_number"),
            (Kind::Resident, "户号", "booklet"),
            (Kind::Estate, "物业公司", "property_company"),
            (Kind::Estate, "配套设施", "facilities"),
            (Kind::Resident, " phone ", "phone"),
            (Kind::Resident, "ｐｈｏｎｅ", "phone"),
            (Kind::Resident, "无此项", "无此项"),
        ] {
            assert_eq!(field_named(&zh, kind, typed), name);
        }
        // A word leads to one field of its kind, or it would lead to a wrong one.
        for language in [crate::args::Language::Zh, crate::args::Language::ZhHant, crate::args::Language::En] {
            let words = Words::of(language);
            for kind in Kind::ALL {
                for field in kind.table().fields.iter().chain(kind.table().sets) {
                    let word = words.field(kind.name(), field.name);
                    let of_other = |f: &&gridwalk_model::kind::Field| words.field(kind.name(), f.name) == word;
                    if kind.table().fields.iter().chain(kind.table().sets).filter(of_other).count() == 1 {
                        assert_eq!(field_named(&words, kind, word), field.name, "{kind} {word}");
                    }
                }
            }
        }
    }

    #[test]
    fn moments_as_typed() {
        assert_eq!(moment("1970-01-01 08:00"), Some(0));
        assert_eq!(moment("1970-01-02"), Some(16 * 3_600_000));
        assert_eq!(moment("1700000000000"), Some(1_700_000_000_000));
        assert_eq!(moment("１９７０－０１－０１　０８：００"), Some(0));
        assert_eq!(moment("1970-01-01 25:00"), None);
        assert_eq!(moment("morgen"), None);
    }

    #[test]
    fn a_code_by_its_word() {
        assert_eq!(code(CodeSet::Sex, "女"), "2");
        assert_eq!(code(CodeSet::Sex, "female"), "2");
        assert_eq!(code(CodeSet::Sex, "2"), "2");
        assert_eq!(code(CodeSet::Sex, "２"), "2");
        assert_eq!(code(CodeSet::Sex, "??"), "??");
    }

    #[test]
    fn pairs() {
        assert_eq!(pair("note=a=b").unwrap(), ("note", "a=b"));
        assert_eq!(pair("note").unwrap_err().exit, 2);
    }
}
