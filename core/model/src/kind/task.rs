//! Task 交办任务: something that a township or county wants of its units by a moment, with a few numbers or texts asked for.
//!
//! Owns the task's field table and its workflow. Refuses to hold what comes back: each unit that owes it says so in a
//! `task_feedback` of its own. Invariant: a task names units and no person; who owes it is a set, so that two desks that
//! add units without a signal add them all.

use super::field::text;
use super::{Field, Home, Kind, KindTable, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::role::{Role, Roles};
use crate::step_table::StepTable;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::GroupView;
use std::sync::LazyLock;

/// The step by which it is given.
pub const GIVE: &str = "give";
/// The step by which it is taken back.
pub const WITHDRAW: &str = "withdraw";
/// The status of a task that is to be done.
pub const GIVEN: &str = "given";
/// The set of units that owe it.
pub const TARGETS: &str = "targets";
/// By when it is due.
pub const DUE: &str = "due";
/// What the numbers that it asks for are called.
pub const NUMBERS: [&str; 4] = ["number_1", "number_2", "number_3", "number_4"];
/// What the texts that it asks for are called.
pub const TEXTS: [&str; 4] = ["text_1", "text_2", "text_3", "text_4"];

/// Who gives tasks.
pub const GIVERS: Roles = Roles::SUPERVISORS.and(Roles::of(&[Role::DutyOfficer]));

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::STAFF, GIVERS)
}

fn steps() -> &'static StepTable {
    static STEPS: LazyLock<StepTable> =
        LazyLock::new(|| StepTable::read(include_str!("../../../../catalog/workflows/task.csv")));
    &STEPS
}

/// What Gridwalk says about tasks.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Task,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field("title", text(80)).required().search(SearchUse::Name),
        field("text", text(4000)).search(SearchUse::Text),
        field(DUE, Shape::Moment).required(),
        field("number_1", text(40)),
        field("number_2", text(40)),
        field("number_3", text(40)),
        field("number_4", text(40)),
        field("text_1", text(40)),
        field("text_2", text(40)),
        field("text_3", text(40)),
        field("text_4", text(40)),
    ],
    sets: &[field(TARGETS, Shape::UnitRef)],
    steps,
    home: Home::Unit,
    delete: GIVERS,
    author_sees: false,
    reaches_down: ReachesDown::Always,
    place: false,
    title: &["title"],
    subtitle: &[],
    sort: SortBy::Newest(""),
};

/// One thing that a task asks for: the field that holds the answer, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Asked {
    /// The field of the feedback.
    pub field: &'static str,
    /// What it is called.
    pub called: String,
}

/// What a task asks for, numbers first.
pub fn asked(view: &GroupView<'_>) -> Vec<Asked> {
    let called = |field: &'static str| {
        let value = view.value(field).and_then(Value::as_text)?;
        Some(Asked { field, called: value.to_owned() })
    };
    NUMBERS.into_iter().chain(TEXTS).filter_map(called).collect()
}

/// How a unit that owes a task stands with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nothing came back, and it is past due.
    Overdue,
    /// Something came back, and more is asked for.
    AskedMore,
    /// Nothing came back yet.
    Open,
    /// It came back after it was due.
    FedBackLate,
    /// It came back in time.
    FedBack,
}

impl Standing {
    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::AskedMore => "asked_more",
            Self::Open => "open",
            Self::FedBackLate => "fed_back_late",
            Self::FedBack => "fed_back",
        }
    }

    /// How it stands that first came back at a moment and is in a status, of a task that is due at another.
    pub fn of(first: Option<Timestamp>, status: &str, due: Option<Timestamp>, now: Timestamp) -> Self {
        let past = |at: Timestamp| due.is_some_and(|due| at > due);
        match first {
            Some(_) if status == super::task_feedback::ASKED_MORE => Self::AskedMore,
            Some(at) if past(at) => Self::FedBackLate,
            Some(_) => Self::FedBack,
            None if past(now) => Self::Overdue,
            None => Self::Open,
        }
    }

    /// Whether it counts as come back.
    pub const fn is_back(self) -> bool {
        matches!(self, Self::FedBack | Self::FedBackLate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_stands_by_what_first_came_back_and_by_the_clock() {
        let at = |ms| Some(Timestamp(ms));
        // first came back, status, due, now, how it stands
        let rows = [
            (None, "new", at(10), 10, Standing::Open),
            (None, "new", at(10), 11, Standing::Overdue),
            (None, "new", None, 11, Standing::Open),
            (at(10), "fed_back", at(10), 99, Standing::FedBack),
            (at(11), "fed_back", at(10), 99, Standing::FedBackLate),
            (at(9), "asked_more", at(10), 99, Standing::AskedMore),
        ];
        for (first, status, due, now, standing) in rows {
            assert_eq!(Standing::of(first, status, due, Timestamp(now)), standing, "{first:?} {status} {now}");
        }
    }

    #[test]
    fn volunteers_are_given_no_tasks_and_only_leaders_give_them() {
        assert!(!TABLE.readers().has(Role::Volunteer) && !TABLE.writers().has(Role::Gridworker));
        assert_eq!(steps().takers(GIVE), Some(GIVERS));
        assert_eq!(steps().statuses(), ["new", GIVEN, "withdrawn"]);
    }
}
