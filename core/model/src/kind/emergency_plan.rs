//! Emergency plan 预案: what is done when something happens, in which order, by whom, and where people gather.
//!
//! Owns the plan's field table. Refuses to hold incidents and drills: those are cases, and find the plans that fit. Invariant:
//! a plan names posts and units and no resident, and reaches everybody who works below its unit, volunteers too, so that it
//! is on every phone before it is needed.

use super::field::text;
use super::{Field, Home, Kind, KindTable, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::code_set::CodeSet;
use crate::role::{Role, Roles};
use crate::state::State;
use crate::step_table::StepTable;

/// The set of what it is for: codes of `case_category`; a plan that names none is for whatever happens.
pub const CATEGORIES: &str = "categories";

/// Who writes plans.
pub const WRITERS: Roles = Roles::SUPERVISORS.and(Roles::of(&[Role::DutyOfficer]));

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::FIELD, WRITERS)
}

/// What Gridwalk says about emergency plans.
pub static TABLE: KindTable = KindTable {
    kind: Kind::EmergencyPlan,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field("title", text(80)).required().search(SearchUse::Name),
        field("measures", text(4000)).required().search(SearchUse::Text),
        field("leads", text(200)).search(SearchUse::Text),
        field("gather_at", text(200)).search(SearchUse::Name),
        field("supplies", text(1000)).search(SearchUse::Text),
        field("from", Shape::Date),
        field("until", Shape::Date),
    ],
    sets: &[field(CATEGORIES, Shape::Code(CodeSet::CaseCategory))],
    steps: StepTable::none,
    home: Home::Unit,
    delete: WRITERS,
    author_sees: false,
    reaches_down: ReachesDown::Always,
    place: false,
    title: &["title"],
    subtitle: &["leads", "gather_at"],
    sort: SortBy::Pinyin("title"),
};

/// Whether a plan is for a category: it names it, or names none.
pub fn is_for(plan: &State, category: Option<&str>) -> bool {
    let adds = plan.sets.get(CATEGORIES).into_iter().flat_map(|set| &set.adds);
    let mut named = adds.filter_map(|add| add.element.as_text()).peekable();
    named.peek().is_none() || named.any(|code| Some(code) == category)
}

/// Whether it holds on a day: from its first to its last, as far as it says them.
pub fn holds_on(plan: &State, day: i64) -> bool {
    let said = |field: &str| plan.value(field)?.as_int();
    said("from").is_none_or(|from| from <= day) && said("until").is_none_or(|until| day <= until)
}
