//! Objection 考核异议: that a row or a figure of a month in numbers is not right, and what was decided about it.
//!
//! Owns the field table and the workflow. Refuses to count: `appraisal` leaves out what an objection that was upheld names.
//! Invariant: whoever raised it neither explains nor decides it, and what was typed stays, whatever was decided.

use super::field::text;
use super::{Field, Home, Kind, KindTable, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::role::Roles;
use crate::step_table::StepTable;
use std::sync::LazyLock;

/// The step by which it is raised.
pub const OBJECT: &str = "object";
/// The step by which somebody says how it came to be.
pub const EXPLAIN: &str = "explain";
/// The step by which it is found to be right.
pub const UPHOLD: &str = "uphold";
/// The step by which it is found not to be right.
pub const DISMISS: &str = "dismiss";
/// The step by which whoever raised it takes it back.
pub const WITHDRAW: &str = "withdraw_objection";
/// The status of one that nobody explained or decided.
pub const RAISED: &str = "raised";
/// The status of one that was explained and not decided.
pub const EXPLAINED: &str = "explained";
/// The status of one that was found to be right.
pub const UPHELD: &str = "upheld";
/// The field that says which month, as 2026-10.
pub const MONTH: &str = "month";
/// The field that says which figure, by its code.
pub const NUMBER: &str = "number";
/// The field that says which row; without one it is the whole figure of the unit.
pub const ROW: &str = "row";
/// The field that says why.
pub const REASON: &str = "reason";

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::STAFF, Roles::STAFF)
}

fn steps() -> &'static StepTable {
    static STEPS: LazyLock<StepTable> =
        LazyLock::new(|| StepTable::read(include_str!("../../../../catalog/workflows/objection.csv")));
    &STEPS
}

/// What Gridwalk says about objections.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Objection,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field(MONTH, text(7)).required(),
        field(NUMBER, text(40)).required(),
        field(ROW, Shape::Ref(&[Kind::Case, Kind::Target])),
        field(REASON, text(1000)).required().search(SearchUse::Text),
    ],
    sets: &[],
    steps,
    home: Home::Unit,
    delete: Roles::NONE,
    author_sees: true,
    reaches_down: ReachesDown::No,
    place: false,
    title: &[REASON],
    subtitle: &[MONTH],
    sort: SortBy::Newest(""),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::Role;

    #[test]
    fn whoever_is_counted_raises_it_and_whoever_leads_more_than_a_village_decides() {
        assert!(steps().takers(OBJECT).is_some_and(|who| who.has(Role::Gridworker) && who.has(Role::Handler)));
        for decided in [UPHOLD, DISMISS] {
            let who = steps().takers(decided).unwrap();
            assert!(who.has(Role::TownshipSupervisor) && who.has(Role::CountySupervisor));
            assert!(!who.has(Role::VillageSupervisor) && !who.has(Role::DutyOfficer), "{decided}");
        }
        assert!(!TABLE.readers().has(Role::Volunteer));
    }
}
