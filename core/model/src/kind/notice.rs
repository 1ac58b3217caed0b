//! Notice 通知: a word from an office to all who work below it, for a time, with a receipt where it asks for one.
//!
//! Owns the field tables of notices for staff and of those for volunteers too. Refuses to know who read it: each reader has
//! a `notice_receipt`. Invariant: what is not for volunteers is of a kind that volunteers do not read, so that no phone of
//! theirs holds it.

use super::field::text;
use super::{Field, Home, Kind, KindTable, ReachesDown, SearchUse, Shape, SortBy, UNIT, task};
use crate::role::Roles;
use crate::step_table::StepTable;

/// From when it is in force.
pub const FROM: &str = "from";
/// Until when.
pub const UNTIL: &str = "until";
/// Whether whoever reads it says so.
pub const RECEIPT: &str = "receipt";

/// Both kinds of notices.
pub const KINDS: [Kind; 2] = [Kind::Notice, Kind::OpenNotice];

const fn fields(readers: Roles) -> [Field; 6] {
    [
        Field::new(UNIT, Shape::UnitRef, readers, task::GIVERS).required(),
        Field::new("title", text(80), readers, task::GIVERS).required().search(SearchUse::Name),
        Field::new("text", text(4000), readers, task::GIVERS).search(SearchUse::Text),
        Field::new(FROM, Shape::Moment, readers, task::GIVERS).required(),
        Field::new(UNTIL, Shape::Moment, readers, task::GIVERS),
        Field::new(RECEIPT, Shape::Bool, readers, task::GIVERS),
    ]
}

const fn table(kind: Kind, fields: &'static [Field]) -> KindTable {
    KindTable {
        kind,
        fields,
        sets: &[],
        steps: StepTable::none,
        home: Home::Unit,
        delete: task::GIVERS,
        author_sees: false,
        reaches_down: ReachesDown::Always,
        place: false,
        title: &["title"],
        subtitle: &[],
        sort: SortBy::Newest(FROM),
    }
}

/// What Gridwalk says about notices for staff.
pub static TABLE: KindTable = table(Kind::Notice, &STAFF_FIELDS);
/// What Gridwalk says about notices for volunteers, too.
pub static OPEN_TABLE: KindTable = table(Kind::OpenNotice, &OPEN_FIELDS);

static STAFF_FIELDS: [Field; 6] = fields(Roles::STAFF);
static OPEN_FIELDS: [Field; 6] = fields(Roles::FIELD);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::Role;

    #[test]
    fn volunteers_read_what_is_marked_for_them_and_nothing_else() {
        assert!(!TABLE.readers().has(Role::Volunteer) && OPEN_TABLE.readers().has(Role::Volunteer));
        assert!(TABLE.opens_all(task::GIVERS) && !OPEN_TABLE.writers().has(Role::Volunteer));
        assert!(!TABLE.readers().has(Role::Newcomer) && !OPEN_TABLE.readers().has(Role::Newcomer));
    }
}
