//! Answer to an item of an inspection 检查项: what came of looking at one thing.
//!
//! Owns the answer's field table and the worst that is said of it. Refuses to know what must be so: the inspection keeps that.
//! Invariant: its id follows from inspection and item, so that two people who fill one inspection without a signal merge by
//! field, and disagree where they do.

use super::field::text;
use super::inspection::{INSPECTORS, READERS};
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, SearchUse, Shape, SortBy};
use crate::code_set::CodeSet;
use crate::inspection::ItemResult;
use crate::limits;
use crate::state::State;
use crate::step_table::StepTable;

/// The code of its item.
pub const ITEM: &str = "item";
/// What came of it: a code.
pub const RESULT: &str = "result";
/// The number of a document, or what was measured.
pub const NUMBER: &str = "number";
/// The hazard that it opened, or that was open.
pub const CASE: &str = "case";
/// The day on which it is looked at again.
pub const RECHECK_ON: &str = "recheck_on";

/// What is looked at, as a list shows it.
pub const TITLE: &str = "title";

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, READERS, INSPECTORS)
}

/// What Gridwalk says about the answers to an inspection's items.
pub static TABLE: KindTable = KindTable {
    kind: Kind::InspectionItem,
    fields: &[
        field(PARENT, Shape::Ref(&[Kind::Inspection])).required(),
        field(ITEM, text(limits::INSPECTION_CODE_CHARS_MAX)).required(),
        field(TITLE, text(120)).required().search(SearchUse::Name),
        field(RESULT, Shape::Code(CodeSet::InspectionResult)).required(),
        field(NUMBER, text(80)),
        field("note", text(1000)).search(SearchUse::Text),
        field(CASE, Shape::Ref(&[Kind::Case])),
        field(RECHECK_ON, Shape::Date),
    ],
    sets: &[],
    steps: StepTable::none,
    home: Home::Parent(&[Kind::Inspection]),
    delete: INSPECTORS,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &[TITLE],
    subtitle: &[RESULT, "note"],
    sort: SortBy::Natural(&[ITEM]),
};

/// The worst that somebody says of an item, where several do; `None` where nobody looked.
pub fn worst(answer: &State) -> Option<ItemResult> {
    if answer.is_deleted() {
        return None;
    }
    let heads = &answer.fields.get(RESULT)?.heads;
    heads.iter().filter_map(|head| ItemResult::from_code(head.value.as_ref()?.as_text()?)).max()
}
