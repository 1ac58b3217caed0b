//! Address 地址: a standard address, with the names by which people know it and the code on its door plate.
//!
//! Owns the address's field table. Refuses to know who is behind the door. Invariant: an address that nobody looked at is
//! unconfirmed, and is found and used all the same.

use super::field::{of_place as field, text};
use super::{CONFIRMED, Home, Kind, KindTable, PARENT, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::code_set::CodeSet;
use crate::role::Roles;
use crate::step_table::StepTable;

/// The field that holds what the code on its door plate says.
pub const DOOR_QR: &str = "door_qr";
/// The field that says whether somebody looked.
pub const STATE: &str = "state";
/// Its code where nobody did.
pub const UNCONFIRMED: &str = "unconfirmed";
/// Its code where somebody did.
pub const LOOKED_AT: &str = "confirmed";

/// What Gridwalk says about addresses.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Address,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field(PARENT, Shape::Ref(&[Kind::Estate, Kind::Building, Kind::Dwelling])),
        field("text", text(200)).required().search(SearchUse::Name),
        field("code", text(40)).search(SearchUse::Number),
        field("door_qr", text(512)).search(SearchUse::Text),
        field(STATE, Shape::Code(CodeSet::AddressState)),
        field("point", Shape::Point),
        field("note", text(2000)).search(SearchUse::Text),
    ],
    sets: &[field("alias", text(200)).search(SearchUse::Name), field(CONFIRMED, Shape::Confirmation)],
    steps: StepTable::none,
    home: Home::Unit,
    delete: Roles::REGISTER,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: true,
    title: &["text"],
    subtitle: &["code"],
    sort: SortBy::Natural(&["text"]),
};
