//! Calendar: which days are off although they are weekdays, and which are worked although they are not.
//!
//! Owns the days by the year of the notice that named them. Refuses to guess: of a year without a notice it knows no more
//! than weekdays, and says so. Invariant: a notice replaces the one of its year as a whole.

use crate::code_set;
use crate::rule_table;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a day is by a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// 放假: nobody works.
    Holiday,
    /// 调休上班: people work in place of another day.
    MakeUp,
}

impl DayKind {
    /// The kind of that code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Holiday, Self::MakeUp].into_iter().find(|kind| kind.code() == code)
    }

    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Holiday => "holiday",
            Self::MakeUp => "make_up",
        }
    }
}

/// A day that a notice names.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SpecialDay {
    /// What it is.
    pub kind: DayKind,
    /// What for: a code of `occasion`.
    pub occasion: String,
    /// The notice.
    pub source: String,
}

/// Days off and make-up days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    years: BTreeMap<i32, BTreeMap<i64, SpecialDay>>,
}

impl Calendar {
    /// A calendar that knows no year.
    pub const fn unknown() -> Self {
        Self { years: BTreeMap::new() }
    }

    /// The calendar that ships: China's, by the notices of the State Council.
    pub fn shipped() -> &'static Self {
        static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| {
            let rows = code_set::rows(include_str!("../../../../catalog/calendars/holidays.csv"));
            let mut calendar = Calendar::unknown();
            calendar.announce(rule_table::holidays(rows.map(|l| l.split(',').map(str::to_owned).collect::<Vec<_>>())));
            calendar
        });
        &CALENDAR
    }

    /// Takes notices in, each in place of the one that its year had.
    pub fn announce(&mut self, notices: BTreeMap<i32, BTreeMap<i64, SpecialDay>>) {
        self.years.extend(notices);
    }

    /// Whether there is a notice for a year.
    pub fn knows(&self, year: i32) -> bool {
        self.years.contains_key(&year)
    }

    /// The years of which there is a notice.
    pub fn years(&self) -> impl Iterator<Item = i32> {
        self.years.keys().copied()
    }

    /// The days that the notice of a year names.
    pub fn days(&self, year: i32) -> impl Iterator<Item = (i64, &SpecialDay)> {
        self.years.get(&year).into_iter().flatten().map(|(day, special)| (*day, special))
    }

    /// What notices say of a day; where two do, the later year's.
    pub fn special(&self, day: i64) -> Option<&SpecialDay> {
        let year = crate::civil_date::CivilDate::from_days(day)?.year();
        // The notice of next year may name the last days of this one.
        [year.saturating_add(1), year].iter().find_map(|year| self.years.get(year)?.get(&day))
    }

    /// What a day is by notices.
    pub fn kind(&self, day: i64) -> Option<DayKind> {
        self.special(day).map(|special| special.kind)
    }
}
