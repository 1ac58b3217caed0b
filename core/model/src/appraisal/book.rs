//! The book of facts: one a record, found by month, replaced when its record changes.
//!
//! Owns replacing. Refuses to store: a server keeps the same rows in its database. Invariant: after any history of
//! replacing, in any order, it is what it would be made anew from the last facts.

use super::fact::Fact;
use super::formula::{Formulas, Group};
use super::month::Month;
use super::number::{Asked, Sheet, sheet};
use crate::id::RecordId;
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Facts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Book {
    facts: BTreeMap<RecordId, Fact>,
    months: BTreeMap<Month, BTreeSet<RecordId>>,
}

impl Book {
    /// Puts the fact of a record in place of what was known of it; `None` takes it out.
    pub fn replace(&mut self, record: RecordId, fact: Option<Fact>) {
        if let Some(former) = self.facts.remove(&record) {
            for month in former.months() {
                if let Some(records) = self.months.get_mut(&month) {
                    records.remove(&record);
                    if records.is_empty() {
                        self.months.remove(&month);
                    }
                }
            }
        }
        if let Some(fact) = fact {
            for month in fact.months() {
                self.months.entry(month).or_default().insert(record);
            }
            self.facts.insert(record, fact);
        }
    }

    /// The fact of a record.
    pub fn fact(&self, record: RecordId) -> Option<&Fact> {
        self.facts.get(&record)
    }

    /// All facts.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        self.facts.values()
    }

    /// The months of which it holds facts.
    pub fn known_months(&self) -> impl DoubleEndedIterator<Item = Month> + '_ {
        self.months.keys().copied()
    }

    /// The facts of a month.
    pub fn of_month(&self, month: Month) -> impl Iterator<Item = &Fact> {
        self.months.get(&month).into_iter().flatten().filter_map(|record| self.facts.get(record))
    }

    /// The numbers of a month, all together.
    pub fn total(&self, month: Month, now: Timestamp) -> Sheet {
        sheet(Formulas::shipped(), self.of_month(month), &Asked { month, now, by: None })
    }

    /// The numbers of a month by grid, unit or worker, whose are known.
    pub fn by(&self, group: Group, month: Month, now: Timestamp) -> BTreeMap<RecordId, Sheet> {
        grouped(Formulas::shipped(), self.of_month(month), &Asked { month, now, by: Some(group) })
    }
}

/// The numbers of each grid, unit or worker among some facts; all of them as one where nobody is asked for.
pub fn grouped<'a>(
    formulas: &Formulas,
    facts: impl Iterator<Item = &'a Fact>,
    asked: &Asked,
) -> BTreeMap<RecordId, Sheet> {
    let (objections, counted): (Vec<&Fact>, Vec<&Fact>) = facts.partition(|fact| fact.objection().is_some());
    let mut groups: BTreeMap<RecordId, Vec<&Fact>> = BTreeMap::new();
    for fact in counted {
        let key = asked.by.map_or(Some(RecordId::default()), |group| fact.key(group));
        if let Some(key) = key {
            groups.entry(key).or_default().push(fact);
        }
    }
    // Whoever raised an objection, it takes out what it names wherever that is counted.
    let count = |facts: Vec<&'a Fact>| sheet(formulas, facts.into_iter().chain(objections.iter().copied()), asked);
    groups.into_iter().map(|(key, facts)| (key, count(facts))).filter(|(_, sheet)| !sheet.is_empty()).collect()
}
