//! Case 事件: a matter at a place, from report to close.
//!
//! Owns the case's field table, its workflow and the way to the unit that it was dispatched to. Refuses lists of
//! complainants: the contact is shown to the handler only, and no search finds it.
//! Invariant: the workflow is the table in `catalog/workflows/case.csv`, and nothing else.

use super::field::text;
use super::home;
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, Retention, SearchUse, Shape, SortBy, UNIT};
use crate::code_set::CodeSet;
use crate::id::{AccountId, UnitId};
use crate::journal::Outcome;
use crate::role::{Role, Roles};
use crate::state::State;
use crate::step_table::StepTable;
use crate::view::Policy;
use std::sync::LazyLock;

/// The step that opens a case.
pub const REPORT: &str = "report";
/// The step by which a case comes from somebody whom nobody knows: it waits until somebody looked.
pub const SUBMIT: &str = "submit";
/// The status of a case at which nobody has looked yet: it is not filed.
pub const UNVERIFIED: &str = "unverified";
/// The step that gives a case to a unit; its answer `unit` names it.
pub const DISPATCH: &str = "dispatch";
/// The step by which a phone has a case.
pub const TAKE: &str = "take";
/// The step by which another phone has it.
pub use crate::workflow::TAKE_OVER;
/// The statuses in which a case is done.
pub const DONE: [&str; 2] = ["closed", "voided"];

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::FIELD, Roles::FIELD)
}

/// What whoever saw something says of it; also of what nobody looked at yet.
const fn seen(field: Field) -> Field {
    field.read(Roles::TELLERS).write(Roles::TELLERS)
}

/// Those who have a case in hand that was dispatched to their unit, as long as nobody took it.
pub const HOLDERS: Roles = Roles::of(&[Role::Handler, Role::Gridworker, Role::Mediator]);

/// A complainant's contact: for whoever handles the case, and for the intake clerk who wrote it down. No search finds it.
const fn contact(field: Field) -> Field {
    let clerk = Roles::of(&[Role::IntakeClerk]);
    let field = field.write(Roles::TELLERS).read(HOLDERS.and(Roles::SUPERVISORS).and(clerk)).handled(clerk);
    field.known(Roles::SUPERVISORS.and(Roles::DESKS)).keep(Retention::DaysAfterEnd(180))
}

fn steps() -> &'static StepTable {
    static STEPS: LazyLock<StepTable> =
        LazyLock::new(|| StepTable::read(include_str!("../../../../catalog/workflows/case.csv")));
    &STEPS
}

/// What Gridwalk says about cases.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Case,
    fields: &[
        seen(field(UNIT, Shape::UnitRef)).required(),
        field(PARENT, Shape::Ref(Kind::PLACES)),
        seen(field("title", text(crate::limits::CASE_TITLE_CHARS_MAX))).required().search(SearchUse::Name),
        seen(field("kind", Shape::Code(CodeSet::CaseKind))),
        field("visit", Shape::Ref(&[Kind::Visit])).write(Roles::REGISTER),
        seen(field("category", Shape::Code(CodeSet::CaseCategory))),
        seen(field("description", text(4000))).search(SearchUse::Text),
        seen(field("place", text(200))).search(SearchUse::Name),
        seen(field("point", Shape::Point)),
        field("level", Shape::Code(CodeSet::CaseLevel)).policy(Policy::Max),
        field("deadline", Shape::Moment).write(Roles::SUPERVISORS.and(Roles::DESKS)),
        contact(field("reporter_name", text(80))),
        contact(field("reporter_phone", Shape::Phone)),
    ],
    sets: &[field("visit_plans", Shape::Ref(&[Kind::VisitPlan])).write(Roles::REGISTER)],
    steps,
    home: Home::Unit,
    delete: Roles::SUPERVISORS,
    author_sees: true,
    reaches_down: ReachesDown::No,
    place: true,
    title: &["title", "category"],
    subtitle: &["place"],
    sort: SortBy::Newest(""),
};

/// The unit that holds the case now: that of the last dispatch, as long as nobody handed it back or ended it.
pub fn dispatched_to(state: &State) -> Option<UnitId> {
    let mut applied = state.steps.iter().rev().filter(|s| s.outcome == Outcome::Applied);
    let held = |status: &str| matches!(status, "dispatched" | "taken" | "handled" | "verified");
    if !held(state.status()) {
        return None;
    }
    let dispatch = applied.find(|s| s.step == DISPATCH || !held(&s.to)).filter(|s| s.step == DISPATCH)?;
    Some(dispatch.answers.get("unit")?.as_id()?.unit())
}

/// Whoever's phone has the case: who took it last, as long as it is not handled or handed back.
pub fn leased_to(state: &State) -> Option<AccountId> {
    if state.status() != "taken" {
        return None;
    }
    let applied = state.steps.iter().rev().filter(|s| s.outcome == Outcome::Applied);
    let mut taken = applied.filter(|s| s.step == TAKE || s.step == TAKE_OVER);
    taken.next().map(|s| s.tag.author)
}

/// Whether an account handles the case now: whoever took it last since it was dispatched; before anybody did, those whom
/// `hold` says to have the unit in hand that it was dispatched to; of one that nobody looked at, that in which it is.
pub fn is_handled_by(state: &State, account: AccountId, mut hold: impl FnMut(UnitId) -> bool) -> bool {
    if state.status() == UNVERIFIED {
        // Whoever is to look may have to ask whoever saw it.
        return home::own_units(state).into_iter().any(hold);
    }
    let Some(unit) = dispatched_to(state) else { return false };
    let applied = state.steps.iter().rev().filter(|s| s.outcome == Outcome::Applied);
    let mut since = applied.take_while(|s| s.step != DISPATCH);
    match since.find(|s| s.step == TAKE || s.step == TAKE_OVER) {
        Some(taken) => taken.tag.author == account,
        None => hold(unit),
    }
}

/// Every unit that the case was ever dispatched to: those who had it go on seeing it.
pub fn ever_dispatched_to(state: &State) -> Vec<UnitId> {
    let applied = state.steps.iter().filter(|s| s.outcome == Outcome::Applied && s.step == DISPATCH);
    let mut units: Vec<_> = applied.filter_map(|s| Some(s.answers.get("unit")?.as_id()?.unit())).collect();
    units.sort_unstable();
    units.dedup();
    units
}
