//! What an expression asks of the form, or whoever runs it.
//!
//! Owns the questions. Refuses to answer them. Invariant: a host answers the same question alike for as long as one
//! expression is reckoned.

use super::moment::Zone;
use crate::tree::Spot;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Which functions there are and how texts count as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// The ODK XForms specification: dates are days since 1970.
    #[default]
    Forms,
    /// Plain XPath 1.0.
    Plain,
}

/// A text in the language that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Localised {
    /// A node of the tree holds it.
    Node(Spot),
    /// Its words.
    Words(String),
}

/// Answers what an expression cannot see in its tree.
pub trait Host {
    /// The node of a place of the form, in the copies of repeats that a node stands in.
    fn slot(&self, _slot: u32, _from: Spot) -> Option<Spot> {
        None
    }
    /// The node whose children are the root elements of an instance.
    fn instance(&self, _id: &str) -> Option<Spot> {
        None
    }
    /// The text of an itext id.
    fn itext(&self, _id: &str) -> Option<Localised> {
        None
    }
    /// The label of a choice: of a value, at the question that a path names.
    fn choice_name(&self, _value: &str, _path: &str, _from: Spot) -> Option<String> {
        None
    }
    /// The moment, in milliseconds since 1970.
    fn now_ms(&self) -> i64 {
        0
    }
    /// The clock that people use here.
    fn zone(&self) -> Zone {
        Zone::UTC
    }
    /// A number from 0 to 1, another one each time.
    fn random(&self) -> f64 {
        0.5
    }
    /// The version of the form.
    fn version(&self) -> String {
        String::new()
    }
    /// A property of the phone or its user.
    fn property(&self, _name: &str) -> Option<String> {
        None
    }
    /// The name of a region's code, of one of its levels.
    fn region_name(&self, _code: &str, _level: Option<&str>) -> Option<String> {
        None
    }
    /// Whether a point stands in a grid: the worker's own, or one that is named.
    fn in_grid(&self, _lat: f64, _lon: f64, _grid: Option<&str>) -> Option<bool> {
        None
    }
}

/// A host that knows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHost;

impl Host for NoHost {}

/// A compiled regular expression.
pub type Pattern = Rc<fancy_regex::Regex>;

/// Patterns that were compiled already.
#[derive(Debug, Default)]
pub struct Patterns {
    known: RefCell<HashMap<String, Option<Pattern>>>,
}

impl Patterns {
    /// The compiled pattern, or nothing if it is none.
    pub fn get(&self, pattern: &str) -> Option<Pattern> {
        if let Some(known) = self.known.borrow().get(pattern) {
            return known.clone();
        }
        let compiled = fancy_regex::RegexBuilder::new(pattern).backtrack_limit(200_000).build().ok().map(Rc::new);
        self.known.borrow_mut().insert(pattern.to_owned(), compiled.clone());
        compiled
    }
}
