//! Case classes: what a case can be about, with its filing condition, time limit, closing condition and responsible unit.
//!
//! Owns the row of a class and the book of all classes that hold somewhere on a day. Refuses to know cases and to dispatch
//! one. Invariant: a class is known by code set, version and code together; what an office says of one replaces the row of
//! that name and no other.

#[cfg(test)]
mod tests;

use crate::code_set::{self, CodeSet};
use crate::limits;
use crate::rule_table::{AreaType, Column, Fault, cell};
use crate::search_key;
use crate::work_time::{Limit, TimeUnit};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

/// The columns of a table of classes.
pub const COLUMNS: &[Column] = &[
    ("codeset", &["编码体系", "代码集"]),
    ("version", &["版本"]),
    ("code", &["代码", "编码", "小类代码"]),
    ("zh", &["名称", "小类名称"]),
    ("zh_hant", &["繁体名称"]),
    ("en", &["英文名称"]),
    ("kind", &["事件种类"]),
    ("category", &["事件类别"]),
    ("department", &["责任单位", "责任部门"]),
    ("limit_a", &["时限", "处置时限", "A类时限"]),
    ("limit_b", &["B类时限"]),
    ("limit_c", &["C类时限"]),
    ("time_unit", &["时限单位", "计时单位"]),
    ("file_zh", &["立案条件"]),
    ("file_zh_hant", &["立案条件（繁体）"]),
    ("file_en", &["立案条件（英文）"]),
    ("close_zh", &["结案条件"]),
    ("close_zh_hant", &["结案条件（繁体）"]),
    ("close_en", &["结案条件（英文）"]),
    ("source", &["来源", "依据"]),
    ("in_use", &["启用"]),
    ("near_m", &["附近范围", "附近范围（米）", "合并范围"]),
];

/// The name of a class: code set, version, code. A bare code says nothing: cities renumber.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassRef {
    /// The code set: `gbt30428_event`.
    pub codeset: String,
    /// Its version: the year of a standard, or a number.
    pub version: String,
    /// The code.
    pub code: String,
}

impl fmt::Display for ClassRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.codeset, self.version, self.code)
    }
}

impl serde::Serialize for ClassRef {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text was not the name of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a class with its code set and version")]
pub struct NotAClassRef;

impl std::str::FromStr for ClassRef {
    type Err = NotAClassRef;
    fn from_str(text: &str) -> Result<Self, NotAClassRef> {
        let parts: Vec<&str> = text.trim().split('/').collect();
        let [codeset, version, code] = parts.try_into().map_err(|_| NotAClassRef)?;
        let is_name = |part: &str| {
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
            (1..=40).contains(&part.len()) && part.chars().all(fits)
        };
        let said = is_name(codeset) && is_name(version) && is_name(code);
        let class = || Self { codeset: codeset.to_owned(), version: version.to_owned(), code: code.to_owned() };
        said.then(class).ok_or(NotAClassRef)
    }
}

/// A text in simplified Chinese, traditional Chinese and English; the latter two may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Worded {
    /// Simplified Chinese.
    #[serde(rename = "zh-Hans")]
    pub zh_hans: String,
    /// Traditional Chinese.
    #[serde(rename = "zh-Hant", skip_serializing_if = "String::is_empty")]
    pub zh_hant: String,
    /// English.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub en: String,
}

impl Worded {
    pub(crate) fn of(cells: &[String], first: usize) -> Self {
        let text = |at: usize| cell(cells, at).to_owned();
        Self { zh_hans: text(first), zh_hant: text(first + 1), en: text(first + 2) }
    }

    /// The text in a language; in simplified Chinese where nobody wrote it in that.
    pub fn text(&self, language: &str) -> &str {
        let wanted = match language {
            "zh-Hant" => &self.zh_hant,
            "en" => &self.en,
            _ => &self.zh_hans,
        };
        if wanted.is_empty() { &self.zh_hans } else { wanted }
    }
}

/// What a case can be about.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CaseClass {
    /// Its name.
    #[serde(rename = "class")]
    pub of: ClassRef,
    /// What people call it.
    pub name: Worded,
    /// A code of `case_kind`.
    pub kind: String,
    /// A code of `case_category`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub category: String,
    /// Who is responsible: a code of `duty_department`, or a name.
    pub department: String,
    /// The limits in areas of type A, B and C.
    pub limits: [Limit; 3],
    /// When it is filed.
    pub file_when: Worded,
    /// When it is closed.
    pub close_when: Worded,
    /// Where the row is from; 示例 for what the project made up to begin with.
    pub source: String,
    /// Whether new cases are filed by it.
    pub in_use: bool,
    /// How far from a new one an open case may be to be offered in its place, metres.
    pub near_m: u32,
}

impl CaseClass {
    /// The class that a row says.
    pub fn read(cells: &[String]) -> Result<Self, Fault> {
        let text = |at: usize| cell(cells, at);
        let must = |column: &'static str, at: usize| match text(at) {
            "" => Err(Fault::cell(column, "missing", "")),
            said => Ok(said.to_owned()),
        };
        let of = [text(0), text(1), text(2)].join("/");
        let of = of.parse::<ClassRef>().map_err(|_| Fault::cell("code", "class_ref", &of))?;
        must("zh", 3)?;
        let kind = CodeSet::CaseKind.meant(if text(6).is_empty() { "hazard" } else { text(6) });
        let kind = kind.ok_or_else(|| Fault::cell("kind", "kind_unknown", text(6)))?;
        let category = match text(7) {
            "" => "",
            said => {
                CodeSet::CaseCategory.meant(said).ok_or_else(|| Fault::cell("category", "category_unknown", said))?
            }
        };
        let department = must("department", 8)?;
        let unit = TimeUnit::meant(text(12)).ok_or_else(|| Fault::cell("time_unit", "time_unit", text(12)))?;
        let limit = |column: &'static str, at: usize, or: Option<Limit>| match (text(at), or) {
            ("", Some(limit)) => Ok(limit),
            (said, _) => Limit::read(said, unit).ok_or_else(|| Fault::cell(column, "limit_invalid", said)),
        };
        let a = limit("limit_a", 9, None)?;
        let b = limit("limit_b", 10, Some(a))?;
        let c = limit("limit_c", 11, Some(b))?;
        must("file_zh", 13)?;
        must("close_zh", 16)?;
        let near = limits::CASE_NEAR_M_MIN..=limits::CASE_NEAR_M_MAX;
        let near_m = match text(21) {
            "" => limits::CASE_NEAR_M,
            said => {
                let read = said.parse().ok().filter(|metres| near.contains(metres));
                read.ok_or_else(|| Fault::cell("near_m", "near_invalid", said))?
            }
        };
        Ok(Self {
            of,
            name: Worded::of(cells, 3),
            kind: kind.to_owned(),
            category: category.to_owned(),
            department: CodeSet::DutyDepartment.meant(&department).map_or(department, str::to_owned),
            limits: [a, b, c],
            file_when: Worded::of(cells, 13),
            close_when: Worded::of(cells, 16),
            source: text(19).to_owned(),
            in_use: !["no", "否", "停用", "0"].contains(&text(20).to_lowercase().as_str()),
            near_m,
        })
    }

    /// Its limit in an area; where nobody said of which type the area is, the shortest.
    pub const fn limit(&self, area: Option<AreaType>) -> Limit {
        match area {
            None | Some(AreaType::A) => self.limits[0],
            Some(AreaType::B) => self.limits[1],
            Some(AreaType::C) => self.limits[2],
        }
    }

    /// Who is responsible, in a language.
    pub fn department_name(&self, language: &str) -> &str {
        CodeSet::DutyDepartment.entry(&self.department).map_or(self.department.as_str(), |e| e.label(language))
    }

    /// Whether a search finds it: by its name in any language, by pinyin, its code or its category.
    pub fn is_found_by(&self, query: &str) -> bool {
        let category = CodeSet::CaseCategory.entry(&self.category);
        let words = category.map_or([""; 3], |e| [e.zh_hans, e.zh_hant, e.en]);
        let names = [self.name.zh_hans.as_str(), &self.name.zh_hant, &self.name.en];
        let mut texts = names.into_iter().chain(words).filter(|text| !text.is_empty());
        let of = self.of.to_string();
        self.of.code == query || of.contains(query) || texts.any(|text| search_key::matches(query, text))
    }
}

/// All classes that hold somewhere on a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClassBook {
    classes: BTreeMap<ClassRef, CaseClass>,
}

impl ClassBook {
    /// The classes that ship, to begin with.
    pub fn shipped() -> &'static Self {
        static BOOK: LazyLock<ClassBook> = LazyLock::new(|| {
            let mut book = ClassBook::default();
            for table in TABLES {
                book.replace(code_set::rows(table).map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>()));
            }
            book
        });
        &BOOK
    }

    /// Takes rows in, each in place of the class of its name.
    pub fn replace(&mut self, rows: impl IntoIterator<Item = Vec<String>>) {
        let read = rows.into_iter().filter_map(|cells| CaseClass::read(&cells).ok());
        self.classes.extend(read.map(|class| (class.of.clone(), class)));
    }

    /// The class of a name, also one by which no new case is filed.
    pub fn class(&self, of: &ClassRef) -> Option<&CaseClass> {
        self.classes.get(of)
    }

    /// All classes by which new cases are filed, by code set, version and code.
    pub fn all(&self) -> impl Iterator<Item = &CaseClass> {
        self.classes.values().filter(|class| class.in_use)
    }

    /// Those that a search finds: whose name or code is the query first, then by name's length.
    pub fn find(&self, query: &str) -> Vec<&CaseClass> {
        let query = query.trim();
        let mut found: Vec<&CaseClass> = self.all().filter(|class| class.is_found_by(query)).collect();
        let rank = |class: &CaseClass| {
            let is = class.of.code == query || class.name.zh_hans == query;
            // What is found by its category alone comes after what is called so.
            let called = [&class.name.zh_hans, &class.name.zh_hant, &class.name.en];
            let says = called.into_iter().any(|name| search_key::matches(query, name));
            (!is, !says, class.name.zh_hans.chars().count())
        };
        found.sort_by_cached_key(|class| rank(class));
        found
    }

    /// Those of a case category.
    pub fn of_category<'a>(&'a self, category: &'a str) -> impl Iterator<Item = &'a CaseClass> {
        self.all().filter(move |class| class.category == category)
    }
}

/// The tables that ship.
pub const TABLES: [&str; 4] = [
    include_str!("../../../catalog/classes/parts.csv"),
    include_str!("../../../catalog/classes/events.csv"),
    include_str!("../../../catalog/classes/safety.csv"),
    include_str!("../../../catalog/classes/community.csv"),
];
