//! Items: the records that a table asks for, each once.
//!
//! Owns their shape and how several rows make one. Refuses to know files and the store. Invariant: what stands above an
//! item stands before it in the list.

use super::key::Key;
use gridwalk_model::id::UnitId;
use gridwalk_model::kind::Kind;
use gridwalk_model::value::Value;
use std::collections::HashMap;

/// A record that a table asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its kind.
    pub kind: Kind,
    /// What it is known by.
    pub key: Key,
    /// What it was known by while its number was left out.
    pub without_number: Option<Key>,
    /// The key of the place that it is in: its building, or itself.
    pub place: Key,
    /// The item above.
    pub parent: Option<usize>,
    /// The unit whose business it is.
    pub unit: UnitId,
    /// Fields with what the table says.
    pub values: Vec<(&'static str, Value)>,
    /// Fields that the table clears.
    pub cleared: Vec<&'static str>,
    /// Elements of sets that the table names.
    pub elements: Vec<(&'static str, Value)>,
    /// Further items that fields refer to.
    pub refers: Vec<(&'static str, usize)>,
    /// Whether a row names the unit.
    pub unit_said: bool,
    /// The first row that asks for it.
    pub row: u32,
}

/// A field in which two rows differ about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Differs {
    /// The field.
    pub field: &'static str,
    /// The row that came first.
    pub row: u32,
}

/// All items of a table.
#[derive(Debug, Default)]
pub struct Items {
    /// In the order in which they are written.
    pub list: Vec<Item>,
    by_key: HashMap<(Kind, Key), usize>,
}

impl Items {
    /// Whether a key was met, and where.
    pub fn find(&self, kind: Kind, key: Key) -> Option<usize> {
        self.by_key.get(&(kind, key)).copied()
    }

    /// Takes an item; of one that is known, what is new joins it and what differs is told.
    pub fn take(&mut self, item: Item) -> (usize, Vec<Differs>) {
        let Some(at) = self.find(item.kind, item.key) else {
            let at = self.list.len();
            self.by_key.insert((item.kind, item.key), at);
            self.list.push(item);
            return (at, Vec::new());
        };
        let Some(known) = self.list.get_mut(at) else { return (at, Vec::new()) };
        let mut differs = Vec::new();
        for (field, value) in item.values {
            match known.values.iter().find(|(name, _)| *name == field) {
                Some((_, first)) if *first != value => differs.push(Differs { field, row: known.row }),
                Some(_) => {}
                None => known.values.push((field, value)),
            }
        }
        for field in item.cleared {
            if !known.cleared.contains(&field) {
                known.cleared.push(field);
            }
        }
        for element in item.elements {
            if !known.elements.contains(&element) {
                known.elements.push(element);
            }
        }
        for refers in item.refers {
            if !known.refers.iter().any(|(field, _)| *field == refers.0) {
                known.refers.push(refers);
            }
        }
        (at, differs)
    }
}
