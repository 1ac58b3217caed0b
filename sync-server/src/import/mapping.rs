//! Mappings: which column is which field, and which word which code.
//!
//! Owns proposing a mapping by headings, correcting it, its file form and its fingerprint. Refuses to read rows. Invariant:
//! a mapping names targets of its table only, and no target twice.

use super::file::FileFault;
use super::heading::{Column, Headings, meant};
use super::target::{Target, What, normal};
use gridwalk_model::crs::MapCrs;
use gridwalk_model::hash::Hash;
use std::collections::{BTreeMap, BTreeSet};

/// The word of a column that is left out on purpose.
pub const LEFT_OUT: &str = "-";

/// How a table is read. In a file it is TOML.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Headings with their targets.
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Of targets: words of the table with the codes that they mean.
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// Targets whose empty cells mean what stands above them.
    #[serde(default)]
    pub fill_down: BTreeSet<String>,
    /// Targets whose empty cells clear what stands in the record.
    #[serde(default)]
    pub empty_clears: BTreeSet<String>,
    /// The system of the coordinates.
    #[serde(default)]
    pub crs: Option<String>,
}

/// A correction of a mapping, as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Corrections {
    /// `姓名=name`.
    pub columns: Vec<String>,
    /// `sex:男性=1`.
    pub values: Vec<String>,
    /// Targets that are filled down.
    pub fill_down: Vec<String>,
    /// Targets whose empty cells clear.
    pub empty_clears: Vec<String>,
    /// The system of the coordinates.
    pub crs: Option<String>,
}

/// A column with its target.
#[derive(Debug, Clone, Copy)]
pub struct Mapped<'a> {
    /// The column.
    pub column: &'a Column,
    /// The target.
    pub target: &'static Target,
    /// Its place among the targets of its table.
    pub nth: usize,
}

impl Mapping {
    /// The mapping that headings propose by themselves.
    pub fn proposed(headings: &Headings, what: What) -> Self {
        let mut mapping = Self::default();
        let mut taken = BTreeSet::new();
        for column in &headings.columns {
            let target = meant(&column.heading, what).filter(|target| taken.insert(*target));
            if let Some(target) = target {
                mapping.columns.insert(column.heading.clone(), target.to_owned());
            }
        }
        mapping
    }

    /// Reads a mapping's file.
    pub fn from_toml(text: &str) -> Result<Self, FileFault> {
        toml::from_str(text).map_err(|fault| FileFault::found("mapping", fault.to_string()))
    }

    /// The headings that it names, in the form in which they are compared.
    pub fn headings(&self) -> BTreeSet<String> {
        self.columns.iter().filter(|(_, target)| *target != LEFT_OUT).map(|(heading, _)| normal(heading)).collect()
    }

    /// Takes what another mapping says before what it says itself.
    pub fn take(&mut self, other: Self) {
        for (heading, target) in other.columns {
            self.columns.retain(|own, of| normal(own) != normal(&heading) && (*of != target || target == LEFT_OUT));
            self.columns.insert(heading, target);
        }
        for (target, words) in other.values {
            self.values.entry(target).or_default().extend(words);
        }
        self.fill_down.extend(other.fill_down);
        self.empty_clears.extend(other.empty_clears);
        self.crs = other.crs.or(self.crs.take());
    }

    /// Takes corrections.
    pub fn correct(&mut self, what: What, corrections: &Corrections) -> Result<(), FileFault> {
        let wrong = |text: &str| FileFault::found("mapping", text);
        let target = |name: &str| what.target(name.trim()).map(|target| target.name.to_owned());
        let mut told = Self { crs: corrections.crs.clone(), ..Self::default() };
        for text in &corrections.columns {
            let (heading, name) = text.rsplit_once('=').ok_or_else(|| wrong(text))?;
            let left_out = (name.trim() == LEFT_OUT).then(|| LEFT_OUT.to_owned());
            let to = left_out.or_else(|| target(name)).ok_or_else(|| wrong(text))?;
            told.columns.insert(heading.trim().to_owned(), to);
        }
        for text in &corrections.values {
            let (name, rest) = text.split_once(':').ok_or_else(|| wrong(text))?;
            let (word, code) = rest.rsplit_once('=').ok_or_else(|| wrong(text))?;
            let words = told.values.entry(target(name).ok_or_else(|| wrong(text))?).or_default();
            words.insert(word.trim().to_owned(), code.trim().to_owned());
        }
        for name in &corrections.fill_down {
            told.fill_down.insert(target(name).ok_or_else(|| wrong(name))?);
        }
        for name in &corrections.empty_clears {
            told.empty_clears.insert(target(name).ok_or_else(|| wrong(name))?);
        }
        self.take(told);
        self.check(what)
    }

    /// No if it names what its table does not have.
    pub fn check(&self, what: What) -> Result<(), FileFault> {
        let wrong = |text: &str| Err(FileFault::found("mapping", text));
        let mut taken = BTreeSet::new();
        for (heading, target) in self.columns.iter().filter(|(_, target)| *target != LEFT_OUT) {
            match what.target(target) {
                Some(known) if taken.insert(known.name) => {}
                _ => return wrong(&format!("{heading} = {target}")),
            }
        }
        // What a record cannot be without is never cleared, and cells that mean what stands above are not empty.
        let kept = |name: &&String| {
            self.fill_down.contains(*name) || !what.target(name).is_some_and(super::target::Target::can_be_cleared)
        };
        if let Some(name) = self.empty_clears.iter().find(kept) {
            return wrong(name);
        }
        if let Some(name) = self.values.keys().chain(&self.fill_down).find(|name| what.target(name).is_none()) {
            return wrong(name);
        }
        match self.crs.as_deref().map(MapCrs::from_name) {
            Some(None) => wrong(self.crs.as_deref().unwrap_or_default()),
            _ => Ok(()),
        }
    }

    /// The columns of a sheet that it reads.
    pub fn mapped<'a>(&self, headings: &'a Headings, what: What) -> Vec<Mapped<'a>> {
        let of = |column: &'a Column| {
            let heading = normal(&column.heading);
            let lower = column.heading.rsplit_once('/').map(|(_, lower)| normal(lower));
            let named = |name: &String| normal(name) == heading || Some(normal(name)) == lower;
            let exact = self.columns.iter().find(|(name, _)| **name == column.heading);
            let (_, target) = exact.or_else(|| self.columns.iter().find(|(name, _)| named(name)))?;
            let target = what.target(target)?;
            let nth = what.targets().iter().position(|t| t.name == target.name)?;
            Some(Mapped { column, target, nth })
        };
        let mut taken = BTreeSet::new();
        headings.columns.iter().filter_map(of).filter(|mapped| taken.insert(mapped.nth)).collect()
    }

    /// The columns of a sheet of which it says nothing.
    pub fn unknown<'a>(&self, headings: &'a Headings, what: What) -> Vec<&'a Column> {
        let mapped: BTreeSet<usize> = self.mapped(headings, what).iter().map(|m| m.column.at).collect();
        let left_out = |column: &Column| {
            self.columns.iter().any(|(name, to)| to == LEFT_OUT && normal(name) == normal(&column.heading))
        };
        headings.columns.iter().filter(|column| !mapped.contains(&column.at) && !left_out(column)).collect()
    }
}

/// What headings are remembered by, whatever their order.
pub fn fingerprint(headings: &Headings, what: What) -> [u8; 16] {
    let names: BTreeSet<String> = headings.columns.iter().map(|column| normal(&column.heading)).collect();
    let joined = names.into_iter().collect::<Vec<_>>().join("\n");
    let hash = Hash::with_context("gridwalk import headings", &[what.name().as_bytes(), joined.as_bytes()]);
    let mut short = [0; 16];
    short.copy_from_slice(&hash.0[..16]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headings(names: &[&str]) -> Headings {
        let columns = names.iter().enumerate().map(|(at, name)| Column { at, heading: (*name).to_owned() }).collect();
        Headings { columns, rows: 1, known: names.len() }
    }

    #[test]
    fn a_mapping_is_proposed_corrected_and_read_from_a_file() {
        let head = headings(&["序号", "姓名", "性别", "电话", "手机", "代号"]);
        let mut mapping = Mapping::proposed(&head, What::People);
        let names = |mapping: &Mapping| -> Vec<(String, &'static str)> {
            mapping.mapped(&head, What::People).iter().map(|m| (m.column.heading.clone(), m.target.name)).collect()
        };
        let pair = |heading: &str, target: &'static str| (heading.to_owned(), target);
        let first = [pair("姓名", "resident.name"), pair("性别", "resident.sex"), pair("电话", "resident.phone")];
        assert_eq!(names(&mapping), first, "a second column of one field is left alone");
        let corrections = Corrections {
            columns: vec!["手机=phone".to_owned(), "代号=key".to_owned(), "序号=-".to_owned()],
            values: vec!["sex:男性=1".to_owned()],
            fill_down: vec!["building.name".to_owned()],
            empty_clears: vec!["note".to_owned()],
            crs: None,
        };
        mapping.correct(What::People, &corrections).unwrap();
        let second = [first[0].clone(), first[1].clone(), pair("手机", "resident.phone"), pair("代号", "key")];
        assert_eq!(names(&mapping), second);
        let unknown: Vec<_> = mapping.unknown(&head, What::People).iter().map(|c| c.heading.clone()).collect();
        assert_eq!(unknown, ["电话"]);
        let again = Mapping::from_toml(&toml::to_string(&mapping).unwrap()).unwrap();
        assert_eq!(again, mapping);
        assert!(Mapping::from_toml("columnes = 1").is_err());
        for kept in ["name", "building.name", "unit", "nose"] {
            let corrections = Corrections { empty_clears: vec![kept.to_owned()], ..Corrections::default() };
            assert!(mapping.clone().correct(What::People, &corrections).is_err(), "{kept} is never cleared");
        }
        for wrong in ["姓名", "姓名=nose", "a:b=c"] {
            let corrections = Corrections { columns: vec![wrong.to_owned()], ..Corrections::default() };
            assert_eq!(mapping.clone().correct(What::People, &corrections).unwrap_err().code, "mapping", "{wrong}");
        }
    }

    #[test]
    fn headings_are_remembered_in_any_order() {
        let one = fingerprint(&headings(&["姓名", "性别"]), What::People);
        assert_eq!(one, fingerprint(&headings(&["性 别", "姓名*"]), What::People));
        assert_ne!(one, fingerprint(&headings(&["姓名"]), What::People));
        assert_ne!(one, fingerprint(&headings(&["姓名", "性别"]), What::Staff));
    }
}
