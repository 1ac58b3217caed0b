//! Inspections 检查: what is looked at in a kind of place, by which standard, and how the rounds of re-checks stand.
//!
//! Owns the row of a template, the book of all templates that hold somewhere on a day, and the standing of an item through
//! its rounds. Refuses to know records. Invariant: a template is known by code set, version and code together; an office
//! that brings in rows of one replaces the whole of it and no other.

#[cfg(test)]
mod tests;

use crate::case_class::{ClassRef, Worded};
use crate::code_set::{self, CodeSet};
use crate::limits;
use crate::rule_table::{Column, Fault, cell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The columns of a table of templates: one row an item.
pub const COLUMNS: &[Column] = &[
    ("codeset", &["编码体系", "代码集"]),
    ("version", &["版本"]),
    ("code", &["检查表代码", "代码"]),
    ("zh", &["检查表", "检查表名称"]),
    ("zh_hant", &["检查表（繁体）"]),
    ("en", &["检查表（英文）"]),
    ("of", &["适用场所", "场所类型"]),
    ("item", &["检查项代码", "项目代码"]),
    ("item_zh", &["检查项", "检查项目"]),
    ("item_zh_hant", &["检查项（繁体）"]),
    ("item_en", &["检查项（英文）"]),
    ("standard_zh", &["标准", "检查标准"]),
    ("standard_zh_hant", &["标准（繁体）"]),
    ("standard_en", &["标准（英文）"]),
    ("evidence", &["取证", "证据"]),
    ("penalty_zh", &["处罚", "处罚依据"]),
    ("penalty_zh_hant", &["处罚（繁体）"]),
    ("penalty_en", &["处罚（英文）"]),
    ("severity", &["严重程度", "等级"]),
    ("class", &["隐患小类", "事件小类"]),
    ("recheck_days", &["复查天数", "复查期限"]),
    ("source", &["来源", "依据"]),
];

/// The place in the column `of` that means a home that is let, which is no premises.
pub const HOME: &str = "dwelling";

/// What has to be brought along with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// A picture of what failed.
    Picture,
    /// The number of the document that shows that it passed.
    Document,
    /// What was measured, whatever came of it.
    Number,
    /// Nothing.
    None,
}

impl Evidence {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Picture, Self::Document, Self::Number, Self::None];

    /// The stable code, which is one of the code set `inspection_evidence`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Document => "document",
            Self::Number => "number",
            Self::None => "none",
        }
    }
}

/// What came of looking at an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemResult {
    /// It is as it must be.
    Passed,
    /// There is no such thing here.
    NotApplicable,
    /// It is not.
    Failed,
}

impl ItemResult {
    /// All of them, the best first.
    pub const ALL: [Self; 3] = [Self::Passed, Self::NotApplicable, Self::Failed];

    /// The stable code, which is one of the code set `inspection_result`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::NotApplicable => "not_applicable",
            Self::Failed => "failed",
        }
    }

    /// The result of that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|result| result.code() == code)
    }
}

/// An item of a template.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct TemplateItem {
    /// Its code: the same thing has the same code in all templates of a code set.
    pub item: String,
    /// What is looked at.
    pub name: Worded,
    /// What must be so.
    pub standard: Worded,
    /// What has to be brought along.
    pub evidence: Evidence,
    /// Who may punish it, by which law, and how.
    pub penalty: Worded,
    /// How grave it is: a code of `inspection_severity`.
    pub severity: &'static str,
    /// The class of the hazard that a failure opens.
    pub class: ClassRef,
    /// After how many days each round of re-checks is due.
    pub recheck_days: Vec<i64>,
    #[serde(skip)]
    cells: Vec<String>,
}

impl TemplateItem {
    /// Its row, as a record keeps it.
    pub fn cells(&self) -> &[String] {
        &self.cells
    }

    /// After how many days the round that follows this one is due; `None` after the last.
    pub fn days_after(&self, round: u32) -> Option<i64> {
        self.recheck_days.get(usize::try_from(round).ok()?).copied()
    }
}

/// A row: the template that it is of, and its item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateRow {
    /// The template.
    pub of: ClassRef,
    /// What people call it.
    pub name: Worded,
    /// The kinds of places that it is for.
    pub places: Vec<String>,
    /// The item.
    pub item: TemplateItem,
}

impl TemplateRow {
    /// What a row says.
    pub fn read(cells: &[String]) -> Result<Self, Fault> {
        let text = |at: usize| cell(cells, at);
        let must = |column: &'static str, at: usize| match text(at) {
            "" => Err(Fault::cell(column, "missing", "")),
            said => Ok(said.to_owned()),
        };
        let of = [text(0), text(1), text(2)].join("/");
        let of = of.parse::<ClassRef>().map_err(|_| Fault::cell("code", "class_ref", &of))?;
        must("zh", 3)?;
        let item = must("item", 7)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if item.chars().count() > limits::INSPECTION_CODE_CHARS_MAX || !item.chars().all(plain) {
            return Err(Fault::cell("item", "item_code", &item));
        }
        must("item_zh", 8)?;
        must("standard_zh", 11)?;
        let evidence = CodeSet::InspectionEvidence.meant(if text(14).is_empty() { "none" } else { text(14) });
        let evidence = evidence.and_then(|code| Evidence::ALL.into_iter().find(|e| e.code() == code));
        let severity = CodeSet::InspectionSeverity.meant(text(18));
        Ok(Self {
            of,
            name: Worded::of(cells, 3),
            places: places(text(6))?,
            item: TemplateItem {
                item,
                name: Worded::of(cells, 8),
                standard: Worded::of(cells, 11),
                evidence: evidence.ok_or_else(|| Fault::cell("evidence", "evidence_unknown", text(14)))?,
                penalty: Worded::of(cells, 15),
                severity: severity.ok_or_else(|| Fault::cell("severity", "severity_unknown", text(18)))?,
                class: text(19).parse().map_err(|_| Fault::cell("class", "class_ref", text(19)))?,
                recheck_days: recheck_days(text(20))
                    .ok_or_else(|| Fault::cell("recheck_days", "recheck_days", text(20)))?,
                cells: cells.iter().take(COLUMNS.len()).map(|cell| cell.trim().to_owned()).collect(),
            },
        })
    }
}

/// The kinds of places of a cell.
fn places(text: &str) -> Result<Vec<String>, Fault> {
    let meant = |word: &str| {
        let home = word == HOME || word == "出租房";
        let code = if home { Some(HOME) } else { CodeSet::PremisesKind.meant(word) };
        code.map(str::to_owned).ok_or_else(|| Fault::cell("of", "place_unknown", word))
    };
    let words = text.split([' ', '、', '，', ';', '；']).filter(|word| !word.is_empty());
    let places = words.map(meant).collect::<Result<Vec<_>, _>>()?;
    if places.is_empty() { Err(Fault::cell("of", "missing", "")) } else { Ok(places) }
}

/// The days of a cell: one for each round, none of them nothing.
fn recheck_days(text: &str) -> Option<Vec<i64>> {
    let words = text.split([' ', '、', '，', ';', '；']).filter(|word| !word.is_empty());
    let days = words.map(|word| word.parse().ok().filter(|days| (1..=limits::RECHECK_DAYS_MAX).contains(days)));
    let days = days.collect::<Option<Vec<i64>>>()?;
    (days.len() == limits::RECHECK_ROUNDS as usize).then_some(days)
}

/// A template: what is looked at in a kind of place.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Template {
    /// Its name.
    #[serde(rename = "template")]
    pub of: ClassRef,
    /// What people call it.
    pub name: Worded,
    /// The kinds of places that it is for: codes of `premises_kind`, and [`HOME`].
    pub places: Vec<String>,
    /// Its items, in order.
    pub items: Vec<TemplateItem>,
}

impl Template {
    /// The templates that rows say, each with its items in the order of the rows; of two rows for one item the first counts.
    pub fn of_rows(rows: impl IntoIterator<Item = Vec<String>>) -> Vec<Self> {
        let mut templates: Vec<Self> = Vec::new();
        for row in rows.into_iter().filter_map(|cells| TemplateRow::read(&cells).ok()) {
            match templates.iter_mut().find(|template| template.of == row.of) {
                Some(template) if template.items.iter().any(|item| item.item == row.item.item) => {}
                Some(template) => template.items.push(row.item),
                None => {
                    let TemplateRow { of, name, places, item } = row;
                    templates.push(Self { of, name, places, items: vec![item] });
                }
            }
        }
        templates
    }

    /// Whether it is for a kind of place.
    pub fn is_for(&self, place: &str) -> bool {
        self.places.iter().any(|own| own == place)
    }
}

/// All templates that hold somewhere on a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TemplateBook {
    templates: BTreeMap<ClassRef, Template>,
}

impl TemplateBook {
    /// The templates that ship, to begin with.
    pub fn shipped() -> &'static Self {
        static BOOK: LazyLock<TemplateBook> = LazyLock::new(|| {
            let mut book = TemplateBook::default();
            for table in TABLES {
                book.replace(code_set::rows(table).map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>()));
            }
            book
        });
        &BOOK
    }

    /// Takes rows in: what they say of a template stands in place of the whole template.
    pub fn replace(&mut self, rows: impl IntoIterator<Item = Vec<String>>) {
        self.templates.extend(Template::of_rows(rows).into_iter().map(|template| (template.of.clone(), template)));
    }

    /// The template of a name.
    pub fn template(&self, of: &ClassRef) -> Option<&Template> {
        self.templates.get(of)
    }

    /// All templates, by code set, version and code.
    pub fn all(&self) -> impl Iterator<Item = &Template> {
        self.templates.values()
    }

    /// Those for a kind of place; the one for the fewest kinds first.
    pub fn for_place(&self, place: &str) -> Vec<&Template> {
        let mut found: Vec<&Template> = self.all().filter(|template| template.is_for(place)).collect();
        found.sort_by_key(|template| template.places.len());
        found
    }
}

/// The tables that ship.
pub const TABLES: [&str; 3] = [
    include_str!("../../../catalog/inspections/premises.csv"),
    include_str!("../../../catalog/inspections/works.csv"),
    include_str!("../../../catalog/inspections/homes_and_care.csv"),
];

/// What came of one item in one round; in the first inspection the round is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looked {
    /// The round.
    pub round: u32,
    /// The day.
    pub on: i64,
    /// The worst that somebody says of it: as long as people disagree, a hazard is one.
    pub result: ItemResult,
}

/// How an item stands after all rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemStanding {
    /// Nobody looked at it yet.
    Open,
    /// It never failed.
    Fine,
    /// It failed, and passed in that round.
    Settled {
        /// The round.
        round: u32,
    },
    /// It failed, and that round is to look again.
    Due {
        /// The next round.
        round: u32,
        /// Its day.
        on: i64,
    },
    /// It failed in every round: only a department that holds the power goes on.
    HandedOver {
        /// The day of the last round.
        since: i64,
    },
}

impl ItemStanding {
    /// Of what was found in each round, in any order.
    pub fn of(item: &TemplateItem, looked: &[Looked]) -> Self {
        // Of one round the worst counts.
        let mut rounds: BTreeMap<u32, Looked> = BTreeMap::new();
        for one in looked {
            let kept = rounds.entry(one.round).or_insert(*one);
            if one.result > kept.result {
                *kept = *one;
            }
        }
        let Some(first) = rounds.get(&0) else { return Self::Open };
        if first.result != ItemResult::Failed {
            return Self::Fine;
        }
        match rounds.values().next_back() {
            Some(last) if last.result == ItemResult::Failed => match item.days_after(last.round) {
                Some(days) => Self::Due { round: last.round + 1, on: last.on.saturating_add(days) },
                None => Self::HandedOver { since: last.on },
            },
            Some(last) => Self::Settled { round: last.round },
            None => Self::Open,
        }
    }

    /// The stable code.
    pub const fn standing_code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Fine => "fine",
            Self::Settled { .. } => "settled",
            Self::Due { .. } => "due",
            Self::HandedOver { .. } => "handed_over",
        }
    }
}

/// The next round of re-checks: the least that some item waits for, with its items and the first of their days.
pub fn next_round(standings: &[(String, ItemStanding)]) -> Option<(u32, i64, BTreeSet<String>)> {
    let due = || {
        standings.iter().filter_map(|(item, standing)| match standing {
            ItemStanding::Due { round, on } => Some((*round, *on, item)),
            _ => None,
        })
    };
    let round = due().map(|(round, _, _)| round).min()?;
    let of_round = || due().filter(move |(of, _, _)| *of == round);
    let on = of_round().map(|(_, on, _)| on).min()?;
    Some((round, on, of_round().map(|(_, _, item)| item.clone()).collect()))
}
