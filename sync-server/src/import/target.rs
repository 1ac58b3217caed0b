//! Targets: what a column of a table can be.
//!
//! Owns the four tables and the lists of headings in `catalog/imports`. Refuses to know files and rows. Invariant: a target
//! is a field of a kind, or one of the few words that the lists name beside.

use gridwalk_model::check::half_width;
use gridwalk_model::kind::{Field, Kind};
use std::sync::LazyLock;

/// What a table is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// Residents with where they live.
    People,
    /// Buildings, and their dwellings if there are any.
    Buildings,
    /// Premises, and the organisations in them.
    Premises,
    /// Accounts with their roles.
    Staff,
}

/// A target with the headings by which it is known, the shown one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its name: `resident.name`, `unit`.
    pub name: &'static str,
    /// Headings as they are written.
    pub headings: Vec<&'static str>,
    normal: Vec<String>,
}

impl What {
    /// All.
    pub const ALL: [Self; 4] = [Self::People, Self::Buildings, Self::Premises, Self::Staff];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Buildings => "buildings",
            Self::Premises => "premises",
            Self::Staff => "staff",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.name() == name)
    }

    /// The kind that a row is of; none for staff.
    pub const fn kind(self) -> Option<Kind> {
        match self {
            Self::People => Some(Kind::Resident),
            Self::Buildings => Some(Kind::Building),
            Self::Premises => Some(Kind::Premises),
            Self::Staff => None,
        }
    }

    /// Its targets.
    pub fn targets(self) -> &'static [Target] {
        static TABLES: LazyLock<[Vec<Target>; 4]> = LazyLock::new(|| {
            [
                list(include_str!("../../../catalog/imports/people.csv")),
                list(include_str!("../../../catalog/imports/buildings.csv")),
                list(include_str!("../../../catalog/imports/premises.csv")),
                list(include_str!("../../../catalog/imports/staff.csv")),
            ]
        });
        TABLES.get(self as usize).map_or(&[], Vec::as_slice)
    }

    /// The target of that name; a field of the row's own kind without its kind.
    pub fn target(self, name: &str) -> Option<&'static Target> {
        let own = self.kind().map(|kind| format!("{kind}.{name}"));
        let named = |t: &&Target| t.name == name || own.as_deref() == Some(t.name);
        self.targets().iter().find(named)
    }

    /// The target that a heading names.
    pub fn known_as(self, heading: &str) -> Option<&'static Target> {
        let heading = normal(heading);
        self.targets().iter().find(|t| t.normal.contains(&heading))
    }
}

impl Target {
    /// Whether a table may clear it: a field of a record that the record can be without.
    pub fn can_be_cleared(&self) -> bool {
        let Some((kind, field)) = self.field() else { return false };
        kind.table().field(field.name).is_some() && !field.required && !field.once
    }

    /// The field that it is, with its kind; none for those that are no field of a record.
    pub fn field(&self) -> Option<(Kind, &'static Field)> {
        let (kind, field) = self.name.split_once('.')?;
        let kind = Kind::from_name(kind)?;
        let table = kind.table();
        Some((kind, table.field(field).or_else(|| table.set(field))?))
    }
}

fn list(table: &'static str) -> Vec<Target> {
    let row = |line: &'static str| {
        let (name, headings) = line.split_once(',')?;
        let headings: Vec<&'static str> = headings.split('|').collect();
        let normal = headings.iter().map(|heading| normal(heading)).collect();
        Some(Target { name, headings, normal })
    };
    table.lines().skip(1).filter_map(row).collect()
}

/// A heading as it is compared: half-width, small letters, without brackets and what is in them, spaces and signs.
pub fn normal(heading: &str) -> String {
    let (mut depth, mut text) = (0_u32, String::new());
    for c in half_width(heading).chars() {
        match c {
            '(' | '[' | '【' | '（' | '〔' => depth += 1,
            ')' | ']' | '】' | '）' | '〕' => depth = depth.saturating_sub(1),
            c if depth == 0 && c.is_alphanumeric() => text.extend(c.to_lowercase()),
            _ => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Targets that are no field of a record.
    const OTHERS: [&str; 11] = [
        "unit",
        "key",
        "household.key",
        "address",
        "latitude",
        "longitude",
        "login",
        "name",
        "phone",
        "post",
        "post_number",
    ];

    #[test]
    fn every_target_is_a_field_or_one_of_the_few_and_every_heading_names_one() {
        for what in What::ALL {
            let mut met = BTreeSet::new();
            for target in what.targets() {
                let staff = what == What::Staff && target.name == "role";
                assert!(target.field().is_some() || OTHERS.contains(&target.name) || staff, "{target:?}");
                for (heading, normal) in target.headings.iter().zip(&target.normal) {
                    assert!(!normal.is_empty() && met.insert(normal.clone()), "{what:?} {heading} stands twice");
                }
            }
            assert!(what.targets().len() >= 5);
        }
    }

    #[test]
    fn headings_are_known_in_any_dress() {
        let people = |heading: &str| What::People.known_as(heading).map(|t| t.name);
        assert_eq!(people(" 姓 名* "), Some("resident.name"));
        assert_eq!(people("身份证号码（必填）"), Some("resident.id_number"));
        assert_eq!(people("ＩＤ Number"), Some("resident.id_number"));
        assert_eq!(people("户主姓名"), Some("household.head"));
        assert_eq!(people("温度"), None);
        assert_eq!(What::People.target("name").unwrap().name, "resident.name");
        assert_eq!(What::Premises.target("organisation.uscc").unwrap().name, "organisation.uscc");
    }
}
