//! Values: what a person typed, as plain data.
//!
//! Owns the shapes a value can have. Refuses to know field tables: the operation and the value carry all that folding
//! needs. Invariant: equal values encode to equal bytes (see `codec`), so a float is never NaN and never -0.

use crate::id::RecordId;
use std::collections::BTreeMap;
use std::fmt;

/// A typed value. `None` beside it (a cleared field) is expressed by `Option<Value>`.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A whole number; also dates as days since 1970-01-01 and moments as milliseconds.
    Int(i64),
    /// A decimal number; finite.
    Float(f64),
    /// Text, as typed.
    Text(String),
    /// Bytes, such as a content hash.
    Bytes(Vec<u8>),
    /// A reference to another record or a unit.
    Id(RecordId),
    /// A list.
    List(Vec<Value>),
    /// A map with text keys.
    Map(BTreeMap<String, Value>),
}

impl Value {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(t) = self { Some(t) } else { None }
    }
    /// The whole number, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(i) = self { Some(*i) } else { None }
    }
    /// The yes or no, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(b) = self { Some(*b) } else { None }
    }
    /// The reference, if it is one.
    pub fn as_id(&self) -> Option<RecordId> {
        if let Self::Id(id) = self { Some(*id) } else { None }
    }
    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&BTreeMap<String, Value>> {
        if let Self::Map(m) = self { Some(m) } else { None }
    }

    /// A finite float in its one form: -0 becomes 0, and what is not finite is nothing.
    pub fn float(x: f64) -> Option<Self> {
        x.is_finite().then_some(Self::Float(if x == 0.0 { 0.0 } else { x }))
    }

    /// A total order for `max` and for sorting in views: by shape, then by value.
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Float(a), Self::Float(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Bytes(a), Self::Bytes(b)) => a.cmp(b),
            (Self::Id(a), Self::Id(b)) => a.cmp(b),
            _ => self
                .rank()
                .cmp(&other.rank())
                .then_with(|| crate::codec::value_bytes(self).cmp(&crate::codec::value_bytes(other))),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Bool(_) => 0,
            Self::Int(_) => 1,
            Self::Float(_) => 2,
            Self::Text(_) => 3,
            Self::Bytes(_) => 4,
            Self::Id(_) => 5,
            Self::List(_) => 6,
            Self::Map(_) => 7,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(i) => write!(f, "{i}"),
            Self::Float(x) => write!(f, "{x:?}"),
            Self::Text(t) => write!(f, "{t:?}"),
            Self::Bytes(b) => write!(f, "h'{}'", data_encoding::HEXLOWER.encode(b)),
            Self::Id(id) => write!(f, "@{id}"),
            Self::List(l) => write!(f, "{l:?}"),
            Self::Map(m) => write!(f, "{m:?}"),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<i64> for Value {
    fn from(i: i64) -> Self {
        Self::Int(i)
    }
}
impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}
impl From<RecordId> for Value {
    fn from(id: RecordId) -> Self {
        Self::Id(id)
    }
}
