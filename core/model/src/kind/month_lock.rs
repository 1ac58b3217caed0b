//! Month lock 考核锁定: that the figures of a month do not change any more in a county, told to everybody below it.
//!
//! Owns the field table and the id, which follows from county and month. Refuses to hold figures: the server keeps those.
//! Invariant: a month is locked once, at the server; there is no command by which a phone makes one.

use super::field::text;
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, Shape, SortBy};
use crate::appraisal::Month;
use crate::id::{RecordId, UnitId};
use crate::role::{Role, Roles};
use crate::state::State;
use crate::step_table::StepTable;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::{Policy, show};

/// The field that says which month, as 2026-10.
pub const MONTH: &str = "month";
/// The field that says since when.
pub const AT: &str = "at";
/// The field that holds the hash of what was counted.
pub const HASH: &str = "hash";

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::STAFF, Roles::of(&[Role::SystemAdmin]))
}

/// What Gridwalk says about locks of months.
pub static TABLE: KindTable = KindTable {
    kind: Kind::MonthLock,
    fields: &[
        field(PARENT, Shape::Ref(&[Kind::Unit])).required(),
        field(MONTH, text(7)).required(),
        field(AT, Shape::Moment).required(),
        field(HASH, text(64)).required(),
    ],
    sets: &[],
    steps: StepTable::none,
    home: Home::Parent(&[Kind::Unit]),
    delete: Roles::NONE,
    author_sees: false,
    reaches_down: ReachesDown::Always,
    place: false,
    title: &[MONTH],
    subtitle: &[],
    sort: SortBy::Newest(AT),
};

/// The id of the lock of a month in a county.
pub fn lock_of(unit: UnitId, month: Month) -> RecordId {
    RecordId::made_of("gridwalk 2026 month lock", unit.record(), &month.index().to_be_bytes())
}

/// Which month a record says is locked, and since when.
pub fn locked(state: &State) -> Option<(Month, Timestamp)> {
    let value = |name: &str| show(&state.fields.get(name)?.heads, Policy::Review)?.value;
    let of_kind = state.kind() == Kind::MonthLock.name() && !state.is_deleted();
    let month = value(MONTH).and_then(Value::as_text)?.parse().ok().filter(|_| of_kind)?;
    Some((month, Timestamp(value(AT).and_then(Value::as_int)?)))
}
