//! Visit 走访: somebody knocked, called or wrote, and this came of it.
//!
//! Owns the visit's field table and what an outcome means. Refuses to ask where the visitor was: a visit by phone counts
//! the same, and a position that a platform gives is kept for the reviewer and not for long.
//! Invariant: a visit is where the household, door, place or link is that it was paid to.

use super::field::text;
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, Retention, SearchUse, Shape, SortBy};
use crate::code_set::CodeSet;
use crate::role::Roles;
use crate::step_table::StepTable;
use crate::value::Value;
use crate::view::{GroupView, Policy};

/// What a visit is paid to.
pub const ABOVE: &[Kind] =
    &[Kind::Household, Kind::Dwelling, Kind::Premises, Kind::Estate, Kind::Facility, Kind::HouseholdLink];
/// The field that holds what came of it.
pub const OUTCOME: &str = "outcome";
/// The field that holds when it was paid.
pub const AT: &str = "at";
/// The field that holds how it was paid.
pub const MODE: &str = "mode";
/// The field by which earlier versions said that it was paid by phone.
const BY_PHONE: &str = "by_phone";
/// The set of residents who were met.
pub const MET: &str = "met";
/// The set of cases that were raised.
pub const CASES: &str = "cases";
/// The set of plans that the visit was paid for.
pub const PLANS: &str = "plans";
/// The field of a case that names the visit on which it was raised.
pub const RAISED_ON: &str = "visit";
/// The field that says that it was ticked on paper and typed in later: its time is that on the paper.
pub const FROM_PAPER: &str = "from_paper";
/// The field that holds when somebody is to come again.
pub const AGAIN_AT: &str = "again_at";

/// The field that holds where the form was filled in, where that is known.
pub const STOOD_AT: &str = "stood_at";
/// The field that holds when the form was opened.
pub const OPENED_AT: &str = "opened_at";
/// The field that holds when it was saved.
pub const FINISHED_AT: &str = "finished_at";

/// How long it is kept how a form was filled in, days: as long as somebody may ask about it.
const WHILE_REVIEWED: Retention = Retention::DaysAfterEnd(90);

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::REGISTER, Roles::REGISTER)
}

/// What Gridwalk says about visits.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Visit,
    fields: &[
        field(PARENT, Shape::Ref(ABOVE)).required(),
        field(OUTCOME, Shape::Code(CodeSet::VisitOutcome)).required(),
        field(AT, Shape::Moment).required(),
        field(MODE, Shape::Code(CodeSet::VisitMode)),
        field(BY_PHONE, Shape::Bool),
        field("from_paper", Shape::Bool),
        field("met_other", text(120)).keep(Retention::DaysAfterEnd(730)),
        field(AGAIN_AT, Shape::Moment).policy(Policy::Latest),
        field("note", text(2000)).search(SearchUse::Text).keep(Retention::DaysAfterEnd(730)),
        field("stood_at", Shape::Point).keep(WHILE_REVIEWED),
        field("opened_at", Shape::Moment).keep(WHILE_REVIEWED),
        field("finished_at", Shape::Moment).keep(WHILE_REVIEWED),
    ],
    sets: &[
        field(MET, Shape::Ref(&[Kind::Resident])),
        field(CASES, Shape::Ref(&[Kind::Case])),
        field(PLANS, Shape::Ref(&[Kind::VisitPlan])),
    ],
    steps: StepTable::none,
    home: Home::Parent(ABOVE),
    delete: Roles::REGISTER,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &["outcome"],
    subtitle: &["note"],
    sort: SortBy::Newest("at"),
};

/// Outcomes of visits on which somebody of the place was met.
pub const ANSWERED: [&str; 3] = ["seen", "no_change", "family_met"];

/// Whether somebody of the place was met: it counts as visited.
pub fn is_answered(outcome: &str) -> bool {
    ANSWERED.contains(&outcome)
}

/// Whether nobody was met who could say anything: somebody has to come again, at another hour.
pub fn is_unanswered(outcome: &str) -> bool {
    matches!(outcome, "nobody_home" | "no_answer" | "call_back" | "no_access" | "closed")
}

/// How a visit was paid: its mode, or what earlier versions said of it; at the door where nobody said anything.
pub fn mode_of(view: &GroupView<'_>) -> String {
    let value = |named: &str| view.field(named, TABLE.field(named)?.policy)?.value;
    mode(value(MODE).and_then(Value::as_text), value(BY_PHONE).and_then(Value::as_bool)).to_owned()
}

fn mode(mode: Option<&str>, by_phone: Option<bool>) -> &str {
    mode.unwrap_or(if by_phone == Some(true) { "phone" } else { "door" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_answered_or_not_or_settled() {
        let codes = || CodeSet::VisitOutcome.entries().iter().map(|e| e.code);
        assert!(codes().all(|c| !(is_answered(c) && is_unanswered(c))));
        let settled: Vec<_> = codes().filter(|c| !is_answered(c) && !is_unanswered(c)).collect();
        assert_eq!(settled, ["neighbour_met", "refused", "moved_away", "vacant"]);
    }

    #[test]
    fn what_earlier_versions_wrote_is_read() {
        // mode, by_phone, read as
        let rows = [
            (None, None, "door"),
            (None, Some(true), "phone"),
            (None, Some(false), "door"),
            (Some("chat"), None, "chat"),
            (Some("door"), Some(true), "door"),
        ];
        for (said, by_phone, expected) in rows {
            assert_eq!(mode(said, by_phone), expected);
            assert!(CodeSet::VisitMode.has(expected));
        }
    }
}
