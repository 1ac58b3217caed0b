//! Campaign 专项: a round over all places of a list, for a time: a canvass in an emergency, an inspection, a big visit.
//!
//! Owns the campaign's field table and the answers that a round can ask for. Refuses to hold its places: each is a
//! `target`, at home in its own grid. Invariant: a campaign names no person, so that volunteers may hold it.

use super::field::text;
use super::{Field, Home, Kind, KindTable, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::code_set::CodeSet;
use crate::role::{Role, Roles};
use crate::state::State;
use crate::step_table::StepTable;
use crate::time::Timestamp;
use crate::value::Value;

/// The set of answers without which nobody counts as met: names of an attempt's fields.
pub const ASKS: &str = "asks";
/// The first day.
pub const FROM: &str = "from";
/// The last day.
pub const UNTIL: &str = "until";
/// When it was closed.
pub const CLOSED_AT: &str = "closed_at";

/// Who leads campaigns.
pub const LEADERS: Roles = Roles::SUPERVISORS.and(Roles::of(&[Role::DutyOfficer]));

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::FIELD.and(Roles::GUESTS), LEADERS)
}

/// What Gridwalk says about campaigns.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Campaign,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field("title", text(80)).required().search(SearchUse::Name),
        field("sort", Shape::Code(CodeSet::CampaignSort)).required(),
        field(FROM, Shape::Date).required(),
        field(UNTIL, Shape::Date),
        field("text", text(4000)).search(SearchUse::Text),
        field(CLOSED_AT, Shape::Moment),
        field("closing_note", text(500)),
    ],
    sets: &[field(ASKS, Shape::Code(CodeSet::CampaignAsk))],
    steps: StepTable::none,
    home: Home::Unit,
    delete: LEADERS,
    author_sees: false,
    reaches_down: ReachesDown::Always,
    place: false,
    title: &["title"],
    subtitle: &[FROM, UNTIL],
    sort: SortBy::Newest(""),
};

/// The days between which a campaign ran, days since 1970-01-01: from its first to its last, or to the one on which it was
/// closed, if that came before; one that says no end goes on.
pub fn days(state: &State) -> (i64, i64) {
    let said = |name: &str| state.value(name).and_then(Value::as_int);
    let closed = said(CLOSED_AT).map(|at| Timestamp(at).china_day());
    let ends = said(UNTIL).into_iter().chain(closed).min();
    (said(FROM).unwrap_or_default(), ends.unwrap_or(i64::MAX))
}
