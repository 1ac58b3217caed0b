//! Back-check round 复核抽样: a draw of records that are looked at again.
//!
//! Owns the round's field table: with its seed and share everybody who may draws the same records again. Refuses to list
//! them: what is drawn is worked out, so that a record that surfaces late is drawn like any other. Invariant: whose work
//! is drawn does not read the seed.

use super::field::{int, text};
use super::{Field, Home, Kind, KindTable, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::role::Roles;
use crate::sampling::Draw;
use crate::state::State;
use crate::step_table::StepTable;
use crate::value::Value;

/// The field that names the round.
pub const TITLE: &str = "title";
/// The field that holds the seed: 32 hexadecimal digits.
pub const SEED: &str = "seed";
/// The field that says how many of a million are drawn.
pub const PER_MILLION: &str = "per_million";
/// The field that says how many are drawn at least.
pub const LEAST: &str = "least";
/// The field that names the kind that is drawn from.
pub const OF: &str = "of";
/// The field that names whose records are drawn from, if only one person's.
pub const BY: &str = "by";
/// The first day of what is drawn from.
pub const FROM: &str = "from";
/// The last day of what is drawn from.
pub const UNTIL: &str = "until";

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::SUPERVISORS, Roles::SUPERVISORS)
}

/// What Gridwalk says about rounds of back-checks.
pub static TABLE: KindTable = KindTable {
    kind: Kind::CheckRound,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field(TITLE, text(80)).required().search(SearchUse::Name),
        field(SEED, text(32)).required(),
        field(PER_MILLION, int(0, 1_000_000)).required(),
        field(LEAST, int(0, 1000)).required(),
        field(OF, text(40)).required(),
        field(BY, Shape::Account),
        field(FROM, Shape::Date).required(),
        field(UNTIL, Shape::Date).required(),
    ],
    sets: &[],
    steps: StepTable::none,
    home: Home::Unit,
    delete: Roles::SUPERVISORS,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &[TITLE],
    subtitle: &[],
    sort: SortBy::Newest(""),
};

/// A round as its record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// The draw.
    pub draw: Draw,
    /// How many are drawn at least.
    pub least: usize,
    /// The kind that is drawn from.
    pub of: Kind,
    /// First and last day, days since 1970-01-01.
    pub days: (i64, i64),
    /// Whose records, if only one person's.
    pub by: Option<crate::AccountId>,
}

impl Round {
    /// The round of a state; `None` for one that is not whole.
    pub fn of(state: &State) -> Option<Self> {
        let value = |name: &str| state.value(name);
        let int = |name: &str| value(name).and_then(Value::as_int);
        let seed = data_encoding::HEXLOWER_PERMISSIVE.decode(value(SEED)?.as_text()?.as_bytes()).ok()?;
        Some(Self {
            draw: Draw { seed: seed.try_into().ok()?, per_million: int(PER_MILLION)?.try_into().ok()? },
            least: int(LEAST)?.try_into().ok()?,
            of: Kind::from_name(value(OF)?.as_text()?)?,
            days: (int(FROM)?, int(UNTIL)?),
            by: value(BY).and_then(Value::as_id).map(|id| crate::AccountId(id.0)),
        })
    }

    /// Whether a record of that person, last written on that day, is drawn from.
    pub fn covers(&self, by: crate::AccountId, day: i64) -> bool {
        self.by.is_none_or(|only| only == by) && (self.days.0..=self.days.1).contains(&day)
    }
}
