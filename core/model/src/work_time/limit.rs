//! Limits: so much time of one of four units.
//!
//! Owns the units and how limits are written. Refuses to know offices. Invariant: an amount is whole: minutes of hours,
//! days of days.

use crate::limits::LIMIT_MINUTES_MAX;
use std::fmt;

/// A unit of time by which matters are handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// 紧急工作时: runs day and night.
    UrgentHour,
    /// 工作时: runs while the office works.
    WorkHour,
    /// 工作日: a day on which the office works, over when it closes.
    Workday,
    /// 自然日: any day, over at midnight.
    NaturalDay,
}

impl TimeUnit {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::UrgentHour, Self::WorkHour, Self::Workday, Self::NaturalDay];

    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::UrgentHour => "urgent_hour",
            Self::WorkHour => "work_hour",
            Self::Workday => "workday",
            Self::NaturalDay => "natural_day",
        }
    }

    /// The unit that a cell means: its code, or its name in the field.
    pub fn meant(cell: &str) -> Option<Self> {
        let named = |unit: &Self| {
            let names: [&str; 2] = match unit {
                Self::UrgentHour => ["紧急工作时", "緊急工作時"],
                Self::WorkHour => ["工作时", "工作時"],
                Self::Workday => ["工作日", "工作日"],
                Self::NaturalDay => ["自然日", "日"],
            };
            unit.code() == cell || names.contains(&cell)
        };
        Self::ALL.into_iter().find(named)
    }

    /// Whether whole days are counted: the day on which the clock starts does not count (Civil Code, article 201).
    pub const fn is_days(self) -> bool {
        matches!(self, Self::Workday | Self::NaturalDay)
    }
}

/// So much time within which something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Limit {
    /// The unit.
    pub unit: TimeUnit,
    /// Minutes of hours, days of days.
    pub amount: u32,
}

impl Limit {
    /// So many whole hours or days.
    pub const fn of(count: u32, unit: TimeUnit) -> Self {
        Self { unit, amount: if unit.is_days() { count } else { count.saturating_mul(60) } }
    }

    /// What a cell says: `4`, `0.5`; `None` for what is no number, is not above zero or does not come to whole minutes.
    pub fn read(number: &str, unit: TimeUnit) -> Option<Self> {
        let (whole, part) = number.trim().split_once('.').unwrap_or((number.trim(), ""));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 6 || part.len() > 3 || !digits(whole) || !digits(part) {
            return None;
        }
        let thousandths = whole.parse::<u32>().ok()?.checked_mul(1000)? + format!("{part:0<3}").parse::<u32>().ok()?;
        let per = if unit.is_days() { 1 } else { 60 };
        let scaled = thousandths.checked_mul(per)?;
        let amount = scaled / 1000;
        (scaled % 1000 == 0 && amount > 0 && amount <= LIMIT_MINUTES_MAX).then_some(Self { unit, amount })
    }

    /// What somebody wrote: `4 工作时`, `0.5 urgent_hour`.
    pub fn meant(text: &str) -> Option<Self> {
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, unit) = text.split_at(end);
        Self::read(number, TimeUnit::meant(unit.trim())?)
    }

    /// Both together, if they are of one unit: an extension goes on where the limit ended.
    pub fn plus(self, more: Self) -> Option<Self> {
        let amount = self.amount.checked_add(more.amount).filter(|sum| *sum <= LIMIT_MINUTES_MAX)?;
        (self.unit == more.unit).then_some(Self { amount, ..self })
    }

    /// The number, as tables have it: `4`, `0.5`.
    pub fn number(self) -> String {
        if self.unit.is_days() || self.amount.is_multiple_of(60) {
            return (if self.unit.is_days() { self.amount } else { self.amount / 60 }).to_string();
        }
        let thousandths = u64::from(self.amount) * 1000 / 60;
        let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
        text.trim_end_matches('0').to_owned()
    }

    /// The amount as elapsed time has it: milliseconds of hours, days of days.
    pub(super) fn in_full(self) -> i64 {
        i64::from(self.amount) * if self.unit.is_days() { 1 } else { 60_000 }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number(), self.unit.code())
    }
}

/// How much time has run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Elapsed {
    /// The unit.
    pub unit: TimeUnit,
    /// Milliseconds of hours, whole days of days.
    pub amount: u64,
}

impl Elapsed {
    /// Whole minutes, of hours.
    pub const fn minutes(self) -> Option<u64> {
        if self.unit.is_days() { None } else { Some(self.amount / 60_000) }
    }
}
