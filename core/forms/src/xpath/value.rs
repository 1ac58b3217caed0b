//! Values of expressions and what they are as text, number or truth.
//!
//! Owns the five types and their conversions (XPath 1.0, 3 to 4). Refuses to choose between them. Invariant: nodes stand
//! in the order that the expression gives them, each once.

use super::host::Dialect;
use super::moment::{Moment, Zone, looks_like_date};
use super::number::{number_of, text_of_number};
use crate::tree::{Spot, Tree};
use std::borrow::Cow;

/// What an expression gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'t> {
    /// Nodes.
    Nodes(Vec<Spot>),
    /// A text.
    Text(Cow<'t, str>),
    /// A number.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// A date with or without a time; none if it is not one.
    Moment(Option<Moment>),
}

/// What conversions need to know.
#[derive(Clone, Copy, Debug)]
pub struct Ways {
    /// Whether a text that is a date counts as days.
    pub dialect: Dialect,
    /// The clock by which a date without a zone is meant.
    pub zone: Zone,
}

impl Ways {
    /// The number of a text.
    pub fn number(self, text: &str) -> f64 {
        if self.dialect == Dialect::Forms && looks_like_date(text) {
            return Moment::read(text, self.zone).map_or(f64::NAN, Moment::days);
        }
        number_of(text)
    }
}

impl<'t> Value<'t> {
    /// As text: the first node's, a number's shortest.
    pub fn into_text(self, tree: &'t Tree, ways: Ways) -> Cow<'t, str> {
        match self {
            Value::Nodes(nodes) => nodes.first().map_or(Cow::Borrowed(""), |first| tree.text(*first)),
            Value::Text(text) => text,
            // In a form what is not a number is no answer.
            Value::Number(number) if number.is_nan() && ways.dialect == Dialect::Forms => Cow::Borrowed(""),
            Value::Number(number) => Cow::Owned(text_of_number(number)),
            Value::Flag(flag) => Cow::Borrowed(if flag { "true" } else { "false" }),
            Value::Moment(None) => Cow::Borrowed("Invalid Date"),
            Value::Moment(Some(moment)) => Cow::Owned(moment.written(ways.zone)),
        }
    }

    /// As a number.
    pub fn number(&self, tree: &Tree, ways: Ways) -> f64 {
        match self {
            Value::Nodes(nodes) => nodes.first().map_or(f64::NAN, |first| ways.number(&tree.text(*first))),
            Value::Text(text) => ways.number(text),
            Value::Number(number) => *number,
            Value::Flag(flag) => f64::from(u8::from(*flag)),
            Value::Moment(moment) => moment.map_or(f64::NAN, Moment::days),
        }
    }

    /// As true or false.
    pub fn flag(&self) -> bool {
        match self {
            Value::Nodes(nodes) => !nodes.is_empty(),
            Value::Text(text) => !text.is_empty(),
            Value::Number(number) => *number != 0.0 && !number.is_nan(),
            Value::Flag(flag) => *flag,
            Value::Moment(moment) => moment.is_some_and(|moment| moment.ms != 0),
        }
    }
}
