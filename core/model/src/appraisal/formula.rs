//! Formulas: what each number counts, what the score is made of, as published in `catalog/appraisal`.
//!
//! Owns the reading of the tables. Refuses to count. Invariant: what does not read is left out, and a test holds that
//! everything that ships reads.

use super::condition::Condition;
use crate::code_set::{self, CodeEntry};
use std::sync::LazyLock;

const NUMBERS: &str = include_str!("../../../../catalog/appraisal/numbers.csv");
const ADJUSTMENTS: &str = include_str!("../../../../catalog/appraisal/adjustments.csv");
const CONDITIONS: &str = include_str!("../../../../catalog/appraisal/conditions.csv");

/// A name in three languages.
pub type Label = CodeEntry;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$of])* $variant),+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in the tables.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The one of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

words! {
    /// Which time of a case lies in the month for which it is counted.
    Anchor {
        /// When it was reported.
        Reported = "reported",
        /// Its deadline.
        Due = "due",
        /// When somebody first looked at what was done.
        Checked = "checked",
        /// When it was closed first.
        Closed = "closed",
        /// When whoever asked was called back last.
        CalledBack = "called_back",
        /// None: the place stood on a list of a campaign that ran in the month.
        Listed = "listed",
    }
}

words! {
    /// By whom numbers are counted.
    Group {
        /// By the grid in which it is.
        Grid = "grid",
        /// By the unit that leads, else the one in which it is.
        Unit = "unit",
        /// By whoever settled it.
        Worker = "worker",
    }
}

words! {
    /// Whether more is better.
    Sense {
        /// It is.
        More = "more",
        /// Less is.
        Less = "less",
    }
}

words! {
    /// What an adjustment does to a score.
    Effect {
        /// It multiplies it.
        Multiplier = "multiplier",
        /// It leaves nothing of it.
        Veto = "veto",
    }
}

/// What is counted: below the line what meets all of `base` and none of `left_out`; above it what meets all of `top`, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counting {
    /// Its code.
    pub code: &'static str,
    /// Its name.
    pub label: Label,
    /// Which time has to lie in the month.
    pub of: Anchor,
    /// The denominator.
    pub base: Vec<Condition>,
    /// The numerator.
    pub top: Vec<Condition>,
    /// What is left out, with the first that holds as the reason.
    pub left_out: Vec<Condition>,
}

/// A number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formula {
    /// What it counts.
    pub counting: Counting,
    /// By whom it is counted.
    pub by: Vec<Group>,
    /// Whether more is better.
    pub sense: Sense,
    /// How much of the score it is.
    pub weight: u32,
}

/// A multiplier or a veto.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    /// What it counts.
    pub counting: Counting,
    /// What it does.
    pub effect: Effect,
    /// From how many of a thousand on.
    pub from_permille: u32,
    /// And from how many on.
    pub from_count: usize,
    /// What the score is multiplied with.
    pub percent: u32,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Formulas {
    /// Version of the table.
    pub version: u32,
    /// The numbers, in order.
    pub numbers: Vec<Formula>,
    /// Multipliers and vetoes.
    pub adjustments: Vec<Adjustment>,
}

impl Formulas {
    /// Those that ship.
    pub fn shipped() -> &'static Self {
        static SHIPPED: LazyLock<Formulas> = LazyLock::new(|| Formulas::read(NUMBERS, ADJUSTMENTS));
        &SHIPPED
    }

    /// Those of two tables: the ones that a month was locked by.
    pub fn read(numbers: &'static str, adjustments: &'static str) -> Self {
        Self {
            version: version(numbers),
            numbers: code_set::rows(numbers).filter_map(formula).collect(),
            adjustments: code_set::rows(adjustments).filter_map(adjustment).collect(),
        }
    }

    /// The number of that code.
    pub fn number(&self, code: &str) -> Option<&Formula> {
        self.numbers.iter().find(|formula| formula.counting.code == code)
    }

    /// What of the tables does not read: line by line, for the test that holds that nothing is left out.
    pub fn unread() -> Vec<&'static str> {
        let numbers = code_set::rows(NUMBERS).filter(|line| formula(line).is_none());
        let adjustments = code_set::rows(ADJUSTMENTS).filter(|line| adjustment(line).is_none());
        numbers.chain(adjustments).collect()
    }

    /// The tables as they are published, for exports.
    pub const fn published() -> [(&'static str, &'static str); 3] {
        [("numbers.csv", NUMBERS), ("adjustments.csv", ADJUSTMENTS), ("conditions.csv", CONDITIONS)]
    }
}

/// Conditions in words.
pub fn conditions() -> &'static [Label] {
    static LABELS: LazyLock<Vec<Label>> = LazyLock::new(|| code_set::rows(CONDITIONS).filter_map(labels).collect());
    &LABELS
}

/// A condition in words of a language; its name where nobody wrote any.
pub fn in_words(condition: Condition, language: &str) -> String {
    let name = condition.name();
    let label = conditions().iter().find(|label| label.code == name);
    label.map_or_else(|| name.clone(), |label| label.label(language).to_owned())
}

fn version(table: &str) -> u32 {
    table.lines().find_map(|line| line.strip_prefix("# version ")?.trim().parse().ok()).unwrap_or(0)
}

fn labels(line: &'static str) -> Option<Label> {
    let cells: Vec<&str> = line.split(',').collect();
    let [code, zh_hans, zh_hant, en] = cells.try_into().ok()?;
    Some(Label { code, zh_hans, zh_hant, en })
}

fn all(names: &str) -> Option<Vec<Condition>> {
    names.split_whitespace().map(Condition::from_name).collect()
}

fn formula(line: &'static str) -> Option<Formula> {
    let cells: Vec<&'static str> = line.split(',').collect();
    let [code, of, base, top, left_out, by, sense, weight, zh_hans, zh_hant, en] = cells.try_into().ok()?;
    let label = Label { code, zh_hans, zh_hant, en };
    let counting = Counting {
        code,
        label,
        of: Anchor::from_name(of)?,
        base: all(base)?,
        top: all(top)?,
        left_out: all(left_out)?,
    };
    let by = by.split_whitespace().map(Group::from_name).collect::<Option<_>>()?;
    Some(Formula { counting, by, sense: Sense::from_name(sense)?, weight: weight.parse().ok()? })
}

fn adjustment(line: &'static str) -> Option<Adjustment> {
    let cells: Vec<&'static str> = line.split(',').collect();
    let [code, effect, of, base, top, left_out, permille, count, percent, zh_hans, zh_hant, en] =
        cells.try_into().ok()?;
    let label = Label { code, zh_hans, zh_hant, en };
    let counting = Counting {
        code,
        label,
        of: Anchor::from_name(of)?,
        base: all(base)?,
        top: all(top)?,
        left_out: all(left_out)?,
    };
    Some(Adjustment {
        counting,
        effect: Effect::from_name(effect)?,
        from_permille: permille.parse().ok()?,
        from_count: count.parse().ok()?,
        percent: percent.parse().ok()?,
    })
}
