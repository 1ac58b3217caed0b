//! Attempt: somebody stood before a campaign's target, and this came of it.
//!
//! Owns the attempt's field table. Refuses to hold names, numbers and contacts: what is needed is kept, not by whom.
//! Invariant: each attempt is a record of its own, so that those of two people never disagree; how the target stands is
//! worked out from all of them (`coverage`).

use super::field::{int, text};
use super::target::WALKERS;
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, Retention, SearchUse, Shape, SortBy};
use crate::code_set::CodeSet;
use crate::role::Roles;
use crate::step_table::StepTable;
use crate::view::Policy;

/// The set of what is needed.
pub const NEEDS: &str = "needs";
/// When it was agreed to come again.
pub const AGAIN_AT: &str = "again_at";
/// The case that was raised with it.
pub const RAISED: &str = "raised";

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::FIELD.and(Roles::GUESTS), WALKERS)
}

/// What Gridwalk says about attempts.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Attempt,
    fields: &[
        field(PARENT, Shape::Ref(&[Kind::Target])).required(),
        field("outcome", Shape::Code(CodeSet::CanvassOutcome)).required(),
        field("at", Shape::Moment).required(),
        field("from_paper", Shape::Bool),
        field("people", int(0, 9_999)),
        field("need", text(200)).search(SearchUse::Text).keep(Retention::DaysAfterEnd(180)),
        field("finding", text(500)).search(SearchUse::Text),
        field("where", Shape::Point),
        field(RAISED, Shape::Ref(&[Kind::Case])),
        field(AGAIN_AT, Shape::Moment).policy(Policy::Latest),
    ],
    sets: &[field(NEEDS, Shape::Code(CodeSet::CanvassNeed))],
    steps: StepTable::none,
    home: Home::Parent(&[Kind::Target]),
    delete: WALKERS,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &["outcome"],
    subtitle: &["need", "finding"],
    sort: SortBy::Newest("at"),
};
