//! Conditions: what formulas ask of what they count.
//!
//! Owns their names and whether one holds. Refuses words: those stand in `catalog/appraisal/conditions.csv`. Invariant: no
//! condition asks for a distance, a duration or a login.

use super::fact::{CAMPAIGN, CaseFact, VISIT};
use super::mark::Mark;
use crate::code_set::CodeSet;
use crate::coverage::Seat;
use crate::matter::Matter;
use crate::time::Timestamp;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// That it is a case.
    Case,
    /// That it is a place of a list.
    Place,
    /// That it bears a mark.
    Marked(Mark),
    /// That it is of a kind.
    Kind(Matter),
    /// That it came from there: a line, a visit, a campaign.
    From(&'static str),
    /// That it has a deadline.
    HasDue,
    /// That its deadline is ahead, and it is not settled.
    NotYetDue,
    /// That it was settled by its deadline.
    OnTime,
    /// That its deadline passed before it was settled.
    Overdue,
    /// That it was settled by its deadline and is not closed.
    WaitsForCheck,
    /// That somebody was met there, or there is nobody to meet.
    Confirmed,
    /// That it is no place of the list any more.
    LeftList,
    /// That an objection to it was upheld: a reason alone, which no formula asks for.
    Objected,
}

/// What a formula looks at.
#[derive(Debug, Clone, Copy)]
pub enum Item<'a> {
    /// A case.
    Case(&'a CaseFact),
    /// A place, as all its targets together stand.
    Seat(&'a Seat),
}

/// The conditions that have one name each.
const NAMED: [(&str, Condition); 10] = [
    ("case", Condition::Case),
    ("place", Condition::Place),
    ("has_due", Condition::HasDue),
    ("not_yet_due", Condition::NotYetDue),
    ("on_time", Condition::OnTime),
    ("overdue", Condition::Overdue),
    ("waits_for_check", Condition::WaitsForCheck),
    ("confirmed", Condition::Confirmed),
    ("left_list", Condition::LeftList),
    ("objected", Condition::Objected),
];

/// What stands before the name of an origin.
const FROM: &str = "from_";

impl Condition {
    /// The condition of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        let named = NAMED.iter().find(|(of, _)| *of == name).map(|(_, condition)| *condition);
        let marked = || Mark::ALL.iter().find(|mark| mark.name() == name).map(|mark| Self::Marked(*mark));
        let kind = || Matter::from_name(name).map(Self::Kind);
        named.or_else(marked).or_else(kind).or_else(|| origin(name.strip_prefix(FROM)?).map(Self::From))
    }

    /// Its name.
    pub fn name(self) -> String {
        match self {
            Self::Marked(mark) => mark.name().to_owned(),
            Self::Kind(matter) => matter.name().to_owned(),
            Self::From(origin) => format!("{FROM}{origin}"),
            _ => NAMED.iter().find(|(_, of)| *of == self).map(|(name, _)| (*name).to_owned()).unwrap_or_default(),
        }
    }

    /// Whether it holds at a moment.
    pub fn holds(self, of: Item<'_>, now: Timestamp) -> bool {
        match of {
            Item::Case(case) => self.holds_of_case(case, now),
            Item::Seat(seat) => match self {
                Self::Place => true,
                Self::Confirmed => seat.standing.is_checked(),
                Self::LeftList => seat.left,
                _ => false,
            },
        }
    }

    fn holds_of_case(self, case: &CaseFact, now: Timestamp) -> bool {
        match self {
            Self::Case => true,
            Self::Place | Self::Confirmed | Self::LeftList | Self::Objected => false,
            Self::Marked(mark) => case.has(mark),
            Self::Kind(matter) => case.kind == matter.name(),
            Self::From(origin) => case.origins.contains(origin),
            Self::HasDue => case.due.is_some(),
            Self::NotYetDue => case.settled.is_none() && case.due.is_some_and(|due| due >= now),
            Self::OnTime => case.is_on_time(),
            Self::Overdue => case.is_overdue(now),
            Self::WaitsForCheck => case.is_on_time() && !case.has(Mark::WasClosed),
        }
    }
}

/// The origin of that name: a line, or what is none.
fn origin(name: &str) -> Option<&'static str> {
    let line = CodeSet::CaseLine.entries().iter().map(|entry| entry.code).find(|code| *code == name);
    line.or_else(|| [VISIT, CAMPAIGN].into_iter().find(|other| *other == name))
}
