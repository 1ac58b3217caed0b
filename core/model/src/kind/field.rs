//! Fields: what a kind says about each of its fields, and whether a value fits.
//!
//! Owns shapes, rights, retention and use in search. Refuses to take part in folding: field tables act in views and
//! commands only. Invariant: a value that was accepted fits; to accept it again changes nothing.

use super::Kind;
use super::confirmation::Confirmation;
use super::passing::Passing;
use super::review::{Comment, is_sight};
use crate::case_class::ClassRef;
use crate::code_set::CodeSet;
use crate::geo::{Point, Polygon};
use crate::hash::Hash;
use crate::limits;
use crate::rejection::Rejection;
use crate::role::Roles;
use crate::time::DAY_MS;
use crate::unit_code::{UnitCode, half_width};
use crate::value::Value;
use crate::view::Policy;
use crate::walk_order::WalkKey;
use crate::work_time::Limit;

/// Earliest and latest date that a field takes, days since 1970-01-01: the years 1850 to 2199.
pub const DATE_DAYS: (i64, i64) = (-43_829, 84_005);
/// Earliest and latest moment that a field takes, milliseconds: the same years.
pub const MOMENT_MS: (i64, i64) = (DATE_DAYS.0 * DAY_MS, DATE_DAYS.1 * DAY_MS);

/// The shape of a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Text of so many characters at most.
    Text {
        /// Most characters.
        chars_max: usize,
    },
    /// A whole number.
    Int {
        /// Least.
        min: i64,
        /// Greatest.
        max: i64,
    },
    /// A civil date: days since 1970-01-01.
    Date,
    /// A moment: milliseconds since 1970 UTC.
    Moment,
    /// Yes or no.
    Bool,
    /// A code of a code set, as text.
    Code(CodeSet),
    /// A reference to a record of one of these kinds.
    Ref(&'static [Kind]),
    /// A reference to a unit.
    UnitRef,
    /// A unit's code in its canonical form.
    UnitCode,
    /// A place on earth: see `geo::Point`.
    Point,
    /// A boundary: see `geo::Polygon`.
    Polygon,
    /// A citizen's ID number, as typed; see `id_number` for what is warned of.
    IdNumber,
    /// A place in a walking order; see `walk_order`.
    WalkKey,
    /// The social credit code of an organisation; see `uscc` for what is warned of.
    Uscc,
    /// That somebody found everything as it is written: a map of `at`, a moment, and `by`, an account.
    Confirmation,
    /// That somebody was at a check-point: a map of `check_point`, `at`, and `where`, a point.
    Passing,
    /// A phone number: digits, with `+`, `-` and spaces taken out but a leading `+`.
    Phone,
    /// A person's account, as a reference.
    Account,
    /// A comment on a field: a map of `field` and `text`.
    Comment,
    /// Units: a list of references.
    Units,
    /// Several texts: names of parties, of those who were there.
    Texts {
        /// Most characters of each.
        chars_max: usize,
    },
    /// A picture of the same record, by the hash of its content.
    Picture,
    /// What a reviewer saw: a map of fields and the marks of what stood in them.
    Sight,
    /// A case class by its whole name: code set, version, code.
    CaseClass,
    /// A limit with its unit of time: `2 workday`.
    Limit,
    /// Bytes that nobody reads as they are.
    Bytes {
        /// Most of them.
        bytes_max: usize,
    },
}

impl Shape {
    /// Its name, for refusals and generated documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Int { .. } => "int",
            Self::Date => "date",
            Self::Moment => "moment",
            Self::Bool => "bool",
            Self::Code(_) => "code",
            Self::Ref(_) => "record",
            Self::UnitRef => "unit",
            Self::UnitCode => "unit_code",
            Self::Point => "point",
            Self::Polygon => "polygon",
            Self::IdNumber => "id_number",
            Self::WalkKey => "walk_key",
            Self::Uscc => "uscc",
            Self::Confirmation => "confirmation",
            Self::Passing => "passing",
            Self::Phone => "phone",
            Self::Account => "account",
            Self::Comment => "comment",
            Self::Sight => "sight",
            Self::Units => "units",
            Self::Texts { .. } => "texts",
            Self::Picture => "picture",
            Self::CaseClass => "case_class",
            Self::Limit => "limit",
            Self::Bytes { .. } => "bytes",
        }
    }

    /// Whether it refers to records of that kind.
    pub fn refers_to(self, kind: Kind) -> bool {
        matches!(self, Self::Ref(kinds) if kinds.contains(&kind))
    }

    /// The value in the one form in which it is stored: trimmed, half-width, canonical. It may still not fit.
    pub fn tidy(self, value: Value) -> Value {
        if let (Self::Texts { .. }, Value::List(list)) = (self, &value) {
            let tidied = |one: &Value| one.as_text().map_or(one.clone(), |text| Value::Text(tidy_text(text)));
            return Value::List(list.iter().map(tidied).collect());
        }
        let Value::Text(text) = value else { return value };
        Value::Text(match self {
            Self::Text { .. } => tidy_text(&text),
            Self::Code(_) | Self::CaseClass => text.trim().to_owned(),
            Self::Uscc => crate::uscc::normalize(&text),
            Self::UnitCode => UnitCode::parse(&text).map_or(text, |c| c.to_string()),
            Self::IdNumber => crate::id_number::normalize(&text),
            Self::Phone => tidy_phone(&text),
            Self::Limit => Limit::meant(&text).map_or(text, |limit| limit.to_string()),
            _ => text,
        })
    }

    /// Whether the value fits, as it is.
    pub fn check(self, field: &'static str, value: &Value) -> Result<(), Rejection> {
        let wrong = Rejection::WrongShape { field, wanted: self.name() };
        let within = |min: i64, max: i64| match value.as_int() {
            Some(i) if (min..=max).contains(&i) => Ok(()),
            Some(_) => Err(Rejection::OutOfRange { field, min, max }),
            None => Err(wrong.clone()),
        };
        let text = || value.as_text().ok_or(wrong.clone());
        let list = |value: &Value| match value {
            Value::List(list) if (1..=limits::ANSWER_ELEMENTS_MAX).contains(&list.len()) => Ok(list.clone()),
            _ => Err(wrong.clone()),
        };
        let holds = |fits: bool| if fits { Ok(()) } else { Err(wrong.clone()) };
        match self {
            Self::Text { chars_max } => check_text(field, text()?, chars_max),
            Self::IdNumber | Self::Uscc => check_text(field, text()?, limits::ID_NUMBER_CHARS_MAX),
            Self::WalkKey => holds(WalkKey::parse(text()?).is_some()),
            Self::Confirmation => holds(Confirmation::from_value(value).is_some()),
            Self::Passing => holds(Passing::from_value(value).is_some()),
            Self::Int { min, max } => within(min, max),
            Self::Date => within(DATE_DAYS.0, DATE_DAYS.1),
            Self::Moment => within(MOMENT_MS.0, MOMENT_MS.1),
            Self::Bool => holds(value.as_bool().is_some()),
            Self::Code(set) if set.has(text()?) => Ok(()),
            Self::Code(set) => Err(Rejection::UnknownCode { field, code_set: set.name() }),
            Self::Ref(_) | Self::UnitRef | Self::Account => holds(value.as_id().is_some()),
            Self::Comment => holds(Comment::from_value(value).is_some()),
            Self::Sight => holds(is_sight(value)),
            Self::Units => holds(list(value)?.iter().all(|unit| unit.as_id().is_some())),
            Self::Texts { chars_max } => list(value)?
                .iter()
                .try_for_each(|one| check_text(field, one.as_text().ok_or(wrong.clone())?, chars_max)),
            Self::Picture => holds(matches!(value, Value::Bytes(hash) if Hash::from_slice(hash).is_some())),
            Self::UnitCode => holds(UnitCode::parse(text()?).is_ok_and(|c| c.to_string() == *text().unwrap_or(""))),
            Self::Point => holds(Point::from_value(value).is_some()),
            Self::Polygon => holds(Polygon::from_value(value).is_some()),
            Self::Phone => holds(is_phone(text()?)),
            Self::Bytes { bytes_max } => {
                holds(matches!(value, Value::Bytes(bytes) if (1..=bytes_max).contains(&bytes.len())))
            }
            Self::CaseClass => holds(text()?.parse::<ClassRef>().is_ok()),
            Self::Limit => holds(Limit::meant(text()?).is_some_and(|limit| limit.to_string() == text().unwrap_or(""))),
        }
    }
}

fn check_text(field: &'static str, text: &str, chars_max: usize) -> Result<(), Rejection> {
    if text.trim().is_empty() {
        return Err(Rejection::EmptyText { field });
    }
    if text.chars().nth(chars_max).is_some() { Err(Rejection::TooLong { field, chars_max }) } else { Ok(()) }
}

/// Full-width digits and letters become half-width ones; Chinese punctuation stays.
fn tidy_text(text: &str) -> String {
    let tidy = |c: char| if half_width(c).is_ascii_alphanumeric() { half_width(c) } else { c };
    text.trim().chars().map(tidy).collect()
}

fn tidy_phone(text: &str) -> String {
    text.chars().map(half_width).filter(|c| !c.is_whitespace() && !matches!(c, '-' | '(' | ')')).collect()
}

fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (limits::PHONE_DIGITS_MIN..=limits::PHONE_DIGITS_MAX).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
}

/// How long a value is kept; an administrator may shorten or lengthen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Retention {
    /// As long as the record.
    #[default]
    Lasting,
    /// So many days after the record's end: the case closed, the resident moved out.
    DaysAfterEnd(u32),
}

/// What search does with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SearchUse {
    /// It is not found by this field.
    #[default]
    None,
    /// Found by any part of the text.
    Text,
    /// Found by any part, by pinyin and by its initials.
    Name,
    /// Found by any run of digits, such as the last four.
    Number,
}

/// A field of a kind; of a set, the shape is that of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in changes and states; never used for anything else again.
    pub name: &'static str,
    /// The shape of its value.
    pub shape: Shape,
    /// How the view chooses among heads.
    pub policy: Policy,
    /// Who may read it.
    pub read: Roles,
    /// Who may write it.
    pub write: Roles,
    /// How long it is kept.
    pub keep: Retention,
    /// What search does with it.
    pub search: SearchUse,
    /// Whether a record of the kind is not complete without it.
    pub required: bool,
    /// Whether it is written when the record is made and never after.
    pub once: bool,
    /// Why it is sensitive, if it is: then it is off until an administrator states what for and how long.
    pub sensitive: Option<Sensitivity>,
    /// Whether it is sensitive of children only; see [`super::resident::is_child`].
    pub of_children: bool,
    /// Whether only those of its readers read it who handle the record; these others go on reading what they wrote.
    pub handled: Option<Roles>,
    /// Who may know that there is a value that they do not read: they see a trace of it, and may have it shown for a reason.
    pub known: Roles,
}

/// Why a field is sensitive, by article 28 of the law on personal information.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sensitivity {
    /// Health.
    Health,
    /// What somebody believes in or stands for.
    Belief,
    /// What somebody earns.
    Means,
    /// What belongs to a child under 14.
    Child,
}

impl Sensitivity {
    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Health => "health",
            Self::Belief => "belief",
            Self::Means => "means",
            Self::Child => "child",
        }
    }
}

impl Field {
    /// A field that these roles read and write, under review, not searched, not required.
    pub const fn new(name: &'static str, shape: Shape, read: Roles, write: Roles) -> Self {
        let (policy, keep, search) = (Policy::Review, Retention::Lasting, SearchUse::None);
        Self {
            name,
            shape,
            policy,
            read,
            write,
            keep,
            search,
            required: false,
            once: false,
            sensitive: None,
            handled: None,
            known: Roles::NONE,
            of_children: false,
        }
    }

    /// With that policy.
    #[must_use]
    pub const fn policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }
    /// Read by these roles only.
    #[must_use]
    pub const fn read(self, read: Roles) -> Self {
        Self { read, ..self }
    }
    /// Written by these roles only.
    #[must_use]
    pub const fn write(self, write: Roles) -> Self {
        Self { write, ..self }
    }
    /// Kept so long.
    #[must_use]
    pub const fn keep(self, keep: Retention) -> Self {
        Self { keep, ..self }
    }
    /// Searched in that way.
    #[must_use]
    pub const fn search(self, search: SearchUse) -> Self {
        Self { search, ..self }
    }
    /// Written when the record is made and never after.
    #[must_use]
    pub const fn once(self) -> Self {
        Self { once: true, ..self }
    }
    /// Required.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }
    /// Sensitive: off until an administrator states what for and how long.
    #[must_use]
    pub const fn sensitive(self, why: Sensitivity) -> Self {
        Self { sensitive: Some(why), ..self }
    }
    /// Sensitive of a child under 14, and of nobody else.
    #[must_use]
    pub const fn sensitive_of_children(self) -> Self {
        Self { sensitive: Some(Sensitivity::Child), of_children: true, ..self }
    }

    /// Read by those alone of its readers who handle the record; these roles go on reading what they wrote.
    #[must_use]
    pub const fn handled(self, writers: Roles) -> Self {
        Self { handled: Some(writers), ..self }
    }
    /// These roles may know that there is a value, also where they do not read it.
    #[must_use]
    pub const fn known(self, known: Roles) -> Self {
        Self { known, ..self }
    }

    /// Whether the value fits, as it is.
    pub fn check(&self, value: &Value) -> Result<(), Rejection> {
        self.shape.check(self.name, value)
    }

    /// The value in the form in which it is stored, if it fits then.
    pub fn accept(&self, value: Value) -> Result<Value, Rejection> {
        let value = self.shape.tidy(value);
        self.check(&value)?;
        Ok(value)
    }
}

/// The set in which confirmations are kept.
pub const CONFIRMED: &str = "confirmed";

/// The set of records that somebody said are not the same as this one, although they look alike.
pub const NOT_SAME: &str = "not_same";

/// How long the person to call somewhere is kept after its end, days.
pub(super) const AFTER_CLOSING: Retention = Retention::DaysAfterEnd(365);

/// A field of a place: whoever works in the field reads it, whoever keeps the register writes it.
pub(super) const fn of_place(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::FIELD, Roles::REGISTER)
}

/// Text of so many characters at most.
pub(super) const fn text(chars_max: usize) -> Shape {
    Shape::Text { chars_max }
}

/// A whole number in a range.
pub(super) const fn int(min: i64, max: i64) -> Shape {
    Shape::Int { min, max }
}
