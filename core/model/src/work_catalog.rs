//! The example of a work list that ships: six categories, 42 items, each marked 示例 in its number.
//!
//! Owns the embedded table and its reading. Refuses to be in force: items go in as proposals, and a county admits what it
//! needs. Invariant: every line of the table is an item whose codes are known.

use crate::code_set::{self, CodeSet};
use crate::command::Edits;
use crate::kind::work_item;
use std::sync::LazyLock;

/// An item of the example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleItem {
    /// Its number, with the mark of an example.
    pub number: &'static str,
    /// A code of `work_category`.
    pub category: &'static str,
    /// A code of `work_sort`.
    pub sort: &'static str,
    /// A code of `work_target`.
    pub target: &'static str,
    /// After how many days it is done again.
    pub every_days: i64,
    /// The fact that it asks for, if it asks for one.
    pub fact: Option<&'static str>,
    /// Titles in simplified and traditional Chinese and in English.
    pub titles: [&'static str; 3],
    /// By which standard it is done, in the same languages.
    pub standards: [&'static str; 3],
}

impl SampleItem {
    /// What a proposal of it says, in a language (`zh-Hans`, `zh-Hant`, `en`).
    pub fn edits(&self, language: &str) -> Edits {
        let nth = match language {
            "zh-Hant" => 1,
            "en" => 2,
            _ => 0,
        };
        let edits = Edits::none()
            .put("number", self.number)
            .put("title", self.titles[nth])
            .put("standard", self.standards[nth])
            .put("category", self.category)
            .put("sort", self.sort)
            .put(work_item::TARGET, self.target)
            .put(work_item::EVERY_DAYS, self.every_days);
        self.fact.map_or(edits.clone(), |fact| edits.put(work_item::FACT, fact))
    }
}

/// The items of the example.
pub fn sample_items() -> &'static [SampleItem] {
    static ITEMS: LazyLock<Vec<SampleItem>> =
        LazyLock::new(|| code_set::rows(include_str!("../../../catalog/work/items.csv")).filter_map(item).collect());
    &ITEMS
}

fn item(line: &'static str) -> Option<SampleItem> {
    let cells: Vec<&str> = line.split(',').collect();
    let [
        number,
        category,
        sort,
        target,
        every,
        fact,
        title,
        title_hant,
        title_en,
        standard,
        standard_hant,
        standard_en,
    ] = cells.try_into().ok()?;
    let known = CodeSet::WorkCategory.has(category) && CodeSet::WorkSort.has(sort) && CodeSet::WorkTarget.has(target);
    known.then_some(SampleItem {
        number,
        category,
        sort,
        target,
        every_days: every.parse().ok()?,
        fact: Some(fact).filter(|f| !f.is_empty()),
        titles: [title, title_hant, title_en],
        standards: [standard, standard_hant, standard_en],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;
    use std::collections::BTreeSet;

    #[test]
    fn six_categories_of_seven_items() {
        let items = sample_items();
        assert_eq!(items.len(), 42);
        for category in CodeSet::WorkCategory.entries() {
            assert_eq!(items.iter().filter(|i| i.category == category.code).count(), 7, "{}", category.code);
        }
        let numbers: BTreeSet<_> = items.iter().map(|i| i.number).collect();
        assert_eq!(numbers.len(), 42);
        for item in items {
            assert!(item.number.starts_with("示例") && item.every_days > 0, "{item:?}");
            assert!(item.titles.iter().chain(&item.standards).all(|t| !t.is_empty()), "{item:?}");
            assert_eq!(item.sort == "fact", item.fact.is_some(), "{item:?}");
        }
    }

    #[test]
    fn every_fact_is_kept_by_the_register() {
        for item in sample_items() {
            let Some((kind, field)) = item.fact.and_then(|f| f.split_once('.')) else { continue };
            let table = Kind::from_name(kind).unwrap().table();
            assert!(table.field(field).or(table.set(field)).is_some(), "{item:?}");
            assert_eq!(kind, item.target, "{item:?}");
        }
    }
}
