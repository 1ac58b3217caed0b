//! Handover 交接: somebody's work goes to somebody else, for good or for some days.
//!
//! Owns the handover's field table and workflow. Refuses to give rights: grants do. Invariant: a handover says who hands
//! over to whom and from which day; what of it is taken over is the cases' own steps.

use super::field::text;
use super::{Field, Home, Kind, KindTable, ReachesDown, Shape, SortBy, UNIT};
use crate::id::AccountId;
use crate::role::Roles;
use crate::state::State;
use crate::step_table::StepTable;
use crate::value::Value;
use std::sync::LazyLock;

/// The step by which a handover is offered.
pub const OFFER: &str = "offer_handover";
/// The step by which the successor takes it on.
pub const ACCEPT: &str = "accept_handover";
/// The status of a handover that its successor has not taken on.
pub const OFFERED: &str = "offered";
/// The status of a handover that its successor took on.
pub const HANDED_OVER: &str = "handed_over";
/// The field that names who hands over.
pub const FROM: &str = "from";
/// The field that names who takes over.
pub const TO: &str = "to";
/// The field that holds the first day of the successor.
pub const SINCE: &str = "since";
/// The field that holds the day from which the work is back with who handed it over.
pub const UNTIL: &str = "until";

/// Who reads handovers: those whose work it is, and those who look after them.
const READERS: Roles = Roles::STAFF;

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, READERS, Roles::SUPERVISORS)
}

fn steps() -> &'static StepTable {
    static STEPS: LazyLock<StepTable> =
        LazyLock::new(|| StepTable::read(include_str!("../../../../catalog/workflows/handover.csv")));
    &STEPS
}

/// What Gridwalk says about handovers.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Handover,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field(FROM, Shape::Account).required(),
        field(TO, Shape::Account).required(),
        field(SINCE, Shape::Date).required(),
        field(UNTIL, Shape::Date),
        field("note", text(500)),
    ],
    sets: &[],
    steps,
    home: Home::Unit,
    delete: Roles::SUPERVISORS,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &["note"],
    subtitle: &[],
    sort: SortBy::Newest(""),
};

/// The account that a field of a handover names.
pub fn account(state: &State, field: &str) -> Option<AccountId> {
    let shown = state.value(field)?;
    shown.as_id().map(|id| AccountId(id.0))
}

/// The day that a field of a handover holds.
pub fn day(state: &State, field: &str) -> Option<i64> {
    state.value(field).and_then(Value::as_int)
}
