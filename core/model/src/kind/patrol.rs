//! Patrol 巡查: somebody went on duty in a grid, passed check-points, and came off duty.
//!
//! Owns the patrol's field table. Refuses to hold a track: that stays on the phone of whoever walked, where it fades,
//! because what is once in the journal cannot fade. Refuses kilometres, too: nobody is scored by them.
//! Invariant: a patrol that has no end is somebody on duty; off duty nothing is written about where they are.

use super::field::text;
use super::{Field, Home, Kind, KindTable, ReachesDown, Retention, Shape, SortBy, UNIT};
use crate::role::{Role, Roles};
use crate::step_table::StepTable;

/// When somebody went on duty.
pub const STARTED: &str = "started";
/// When they came off duty.
pub const ENDED: &str = "ended";
/// The set of passings.
pub const PASSED: &str = "passed";

/// Who goes on patrol and sees patrols of their units.
const PATROLS: Roles = Roles::of(&[Role::Gridworker, Role::DutyOfficer]).and(Roles::SUPERVISORS);

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, PATROLS, PATROLS)
}

/// What Gridwalk says about patrols.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Patrol,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field(STARTED, Shape::Moment).required(),
        field(ENDED, Shape::Moment),
        field("note", text(500)).keep(Retention::DaysAfterEnd(365)),
    ],
    sets: &[field(PASSED, Shape::Passing).keep(Retention::DaysAfterEnd(365))],
    steps: StepTable::none,
    home: Home::Unit,
    delete: Roles::SUPERVISORS,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &["note"],
    subtitle: &[],
    sort: SortBy::Newest(STARTED),
};
