//! Code sets: short closed lists, shipped with the program, that fields take their codes from.
//!
//! Owns the embedded tables of `catalog/codes` and their lookup. Refuses to be a validation of history: a code that a
//! record holds and that this version lacks is shown as it is. Invariant: a code once shipped is never taken away.

use std::sync::LazyLock;

/// One code with its labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeEntry {
    /// The code, as stored.
    pub code: &'static str,
    /// Label in simplified Chinese.
    pub zh_hans: &'static str,
    /// Label in traditional Chinese.
    pub zh_hant: &'static str,
    /// Label in English.
    pub en: &'static str,
}

impl CodeEntry {
    /// The label in a language (`zh-Hans`, `zh-Hant`, `en`); simplified Chinese for others.
    pub fn label(&self, language: &str) -> &'static str {
        match language {
            "zh-Hant" => self.zh_hant,
            "en" => self.en,
            _ => self.zh_hans,
        }
    }
}

macro_rules! code_sets {
    ($($(#[$doc:meta])* $set:ident = $name:literal),+ $(,)?) => {
        /// The code sets that field tables name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum CodeSet { $($(#[$doc])* $set),+ }

        impl CodeSet {
            /// All code sets.
            pub const ALL: &'static [Self] = &[$(Self::$set),+];

            /// Its name, which is that of its file in `catalog/codes`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$set => $name),+ }
            }

            const fn table(self) -> &'static str {
                match self { $(Self::$set => include_str!(concat!("../../../catalog/codes/", $name, ".csv"))),+ }
            }
        }
    };
}

code_sets! {
    /// GB/T 2261.1.
    Sex = "sex",
    /// GB/T 2261.2.
    Marital = "marital",
    /// GB/T 4658, first level.
    Education = "education",
    /// GB/T 4761, short list: relation to the head of the household.
    Relation = "relation",
    /// Levels of units.
    UnitLevel = "unit_level",
    /// Kinds of units: classes of townships and villages, kinds of grids.
    UnitKind = "unit_kind",
    /// Kinds of buildings.
    BuildingKind = "building_kind",
    /// What a dwelling is used for.
    DwellingUse = "dwelling_use",
    /// Kinds of households.
    HouseholdKind = "household_kind",
    /// What a household needs when somebody comes, or in an emergency.
    HouseholdNeed = "household_need",
    /// Parts that a resident takes on, as the resident says.
    ResidentTag = "resident_tag",
    /// What came of a visit.
    VisitOutcome = "visit_outcome",
    /// What a case is about.
    CaseCategory = "case_category",
    /// How grave a case is; codes sort by gravity.
    CaseLevel = "case_level",
}

impl CodeSet {
    /// The code set of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| s.name() == name)
    }

    /// Its entries, in the order of the file.
    pub fn entries(self) -> &'static [CodeEntry] {
        static TABLES: LazyLock<Vec<Vec<CodeEntry>>> =
            LazyLock::new(|| CodeSet::ALL.iter().map(|s| rows(s.table()).filter_map(entry).collect()).collect());
        TABLES.get(self as usize).map_or(&[], Vec::as_slice)
    }

    /// The entry of a code.
    pub fn entry(self, code: &str) -> Option<&'static CodeEntry> {
        self.entries().iter().find(|e| e.code == code)
    }

    /// Whether it has the code.
    pub fn has(self, code: &str) -> bool {
        self.entry(code).is_some()
    }
}

/// Lines of a table without comments, empty lines and the heading. Cells hold no commas and no quotes.
pub(crate) fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).skip(1)
}

fn entry(line: &'static str) -> Option<CodeEntry> {
    let cells: Vec<&str> = line.split(',').collect();
    let [code, zh_hans, zh_hant, en] = cells.try_into().ok()?;
    Some(CodeEntry { code, zh_hans, zh_hant, en })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_line_of_every_table_is_a_code() {
        for set in CodeSet::ALL {
            let lines: Vec<_> = rows(set.table()).collect();
            let codes: BTreeSet<_> = set.entries().iter().map(|e| e.code).collect();
            assert!(lines.len() > 1, "{}", set.name());
            assert_eq!(codes.len(), lines.len(), "{} has a broken line or a code twice", set.name());
            for e in set.entries() {
                let all = [e.code, e.zh_hans, e.zh_hant, e.en];
                assert!(all.iter().all(|c| !c.is_empty() && c.trim() == *c), "{e:?}");
            }
        }
    }

    #[test]
    fn levels_are_those_of_units() {
        for level in crate::unit_code::Level::ALL {
            assert!(CodeSet::UnitLevel.has(level.name()), "{level}");
        }
    }

    #[test]
    fn gravity_sorts() {
        let codes: Vec<_> = CodeSet::CaseLevel.entries().iter().map(|e| e.code).collect();
        assert!(codes.is_sorted());
    }

    #[test]
    fn every_hazard_of_the_field_has_a_category() {
        let hazards = ["液化气罐", "飞线充电", "电动车进楼", "占用消防通道", "三合一", "厂中厂", "群租房", "小化工"];
        for hazard in hazards {
            assert!(CodeSet::CaseCategory.entries().iter().any(|e| e.zh_hans.contains(hazard)), "{hazard}");
        }
    }
}
