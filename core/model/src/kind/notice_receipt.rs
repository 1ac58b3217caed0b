//! Notice receipt 通知回执: that somebody read a notice, and that they said so.
//!
//! Owns the field table and the id, which follows from notice and reader: two phones of one person make one receipt.
//! Refuses to be written by anybody else. Invariant: the first reading counts, whatever is read again.

use super::addressed::WHO;
use super::{Field, Home, Kind, KindTable, ReachesDown, Shape, SortBy, UNIT, notice};
use crate::id::{AccountId, RecordId};
use crate::role::Roles;
use crate::step_table::StepTable;
use crate::view::Policy;

/// The field that names the notice.
pub const NOTICE: &str = "notice";
/// When it was read.
pub const READ_AT: &str = "read_at";
/// When its reader said so.
pub const ACKNOWLEDGED_AT: &str = "acknowledged_at";

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::FIELD, Roles::FIELD).policy(Policy::Latest)
}

/// What Gridwalk says about receipts.
pub static TABLE: KindTable = KindTable {
    kind: Kind::NoticeReceipt,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field(NOTICE, Shape::Ref(&notice::KINDS)).required(),
        field(WHO, Shape::Account).required(),
        field(READ_AT, Shape::Moment).required(),
        field(ACKNOWLEDGED_AT, Shape::Moment),
    ],
    sets: &[],
    steps: StepTable::none,
    home: Home::Unit,
    delete: Roles::SUPERVISORS,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &[],
    subtitle: &[],
    sort: SortBy::Newest(READ_AT),
};

/// The id of a reader's receipt of a notice.
pub fn receipt_of(notice: RecordId, who: AccountId) -> RecordId {
    RecordId::made_of("gridwalk 2026 notice receipt", notice, &who.0)
}
