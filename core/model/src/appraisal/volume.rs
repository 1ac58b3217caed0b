//! Volumes: how many cases were reported in each month, by line, class, kind or origin.
//!
//! Owns the counting, for those who compare months. Refuses to judge whether a volume is good. Invariant: a case that came by
//! three lines counts once in each of them, and once in all.

use super::fact::{CaseFact, Fact};
use super::mark::Mark;
use super::month::Month;
use std::collections::BTreeMap;

/// By what volumes are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VolumeBy {
    /// The lines by which cases came; none of them is the grid's own.
    Line,
    /// Their classes; empty where nobody named one.
    Class,
    /// Their kinds.
    Kind,
    /// Where they come from.
    Origin,
}

impl VolumeBy {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Line, Self::Class, Self::Kind, Self::Origin];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Class => "class",
            Self::Kind => "kind",
            Self::Origin => "origin",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }

    /// Under what a case is counted.
    fn keys(self, case: &CaseFact) -> Vec<&str> {
        match self {
            Self::Line if case.lines.is_empty() => vec![crate::kind::case_file::OWN_LINE],
            Self::Line => case.lines.iter().map(String::as_str).collect(),
            Self::Class => vec![case.class.as_deref().unwrap_or_default()],
            Self::Kind => vec![&case.kind],
            Self::Origin => case.origins.iter().map(String::as_str).collect(),
        }
    }
}

/// How many cases were reported, month by month.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Volume {
    /// The months, the oldest first.
    pub months: Vec<Month>,
    /// All cases of each month.
    pub all: Vec<usize>,
    /// The cases of each month by line, class, kind or origin.
    pub parts: BTreeMap<String, Vec<usize>>,
}

/// Counts volumes of the months up to one; void cases, drills, cases that are the same as another, and cases at which
/// nobody looked do not count.
pub fn volume<'a>(facts: impl Iterator<Item = &'a Fact>, by: VolumeBy, last: Month, months: i32) -> Volume {
    let months: Vec<Month> = last.and_before(months).collect();
    let mut volume = Volume { all: vec![0; months.len()], months, parts: BTreeMap::new() };
    for fact in facts {
        let Fact::Case(case) = fact else { continue };
        let Some(at) = volume.months.iter().position(|month| *month == Month::of(case.reported)) else { continue };
        if [Mark::Void, Mark::Unverified, Mark::Double, Mark::Drill].into_iter().any(|mark| case.has(mark)) {
            continue;
        }
        volume.all[at] += 1;
        for key in by.keys(case) {
            let part = volume.parts.entry(key.to_owned()).or_insert_with(|| vec![0; volume.months.len()]);
            part[at] += 1;
        }
    }
    volume
}
