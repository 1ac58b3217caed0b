//! Case 事件: a matter at a place, from report to close.
//!
//! Owns the case's field table, its workflow and the way to the unit that it was dispatched to. Refuses lists of
//! complainants: the contact is shown to the handler only, and no search finds it.
//! Invariant: the workflow is the table in `catalog/workflows/case.csv`, and nothing else.

use super::field::text;
use super::home;
use super::{Field, Home, Kind, KindTable, NOT_SAME, PARENT, ReachesDown, Retention, SearchUse, Shape, SortBy, UNIT};
use crate::code_set::CodeSet;
use crate::id::{AccountId, UnitId};
use crate::journal::Outcome;
use crate::limits;
use crate::matter::{Matter, Matters};
use crate::role::{Role, Roles};
use crate::state::{State, Step};
use crate::step_table::StepTable;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::{self, Policy};
use std::sync::LazyLock;

/// The step that opens a case.
pub const REPORT: &str = "report";
/// The step by which a case comes from somebody whom nobody knows: it waits until somebody looked.
pub const SUBMIT: &str = "submit";
/// The status of a case at which nobody has looked yet: it is not filed.
pub const UNVERIFIED: &str = "unverified";
/// The step that gives a case to a unit; its answer `unit` names it.
pub const DISPATCH: &str = "dispatch";
/// The answer to a dispatch that names the units that help.
const JOINT: &str = "joint";
/// The step that calls a unit above, or a department; its answer `unit` names it.
const CALL_UP: &str = "call_up";
/// The step by which a volunteer says that they would see to an ask.
pub use crate::workflow::CLAIM;
/// The step by which somebody of the staff agrees to that: the ask is theirs since, with whom it is about.
pub use crate::workflow::ENTRUST;
/// The step by which a phone has a case.
pub use crate::workflow::TAKE;
/// The step by which another phone has it.
pub use crate::workflow::TAKE_OVER;
/// The code of the item of an inspection that it is about.
pub const ITEM: &str = "item";
/// The set of inspections that found it.
pub const INSPECTIONS: &str = "inspections";
/// The field that says of an incident that it is a drill 演练: it is played through, and counted nowhere.
pub const DRILL: &str = "drill";
/// The field that names the drill, or the other case, in which it was found.
pub const FOUND_IN: &str = "found_in";
/// The statuses in which a case is done.
pub const DONE: [&str; 2] = ["closed", "voided"];
/// The statuses in which a case is settled, whatever is still to be looked at or told: nothing of it is late any more, and
/// whoever reported it is thanked.
pub const SETTLED: [&str; 4] = ["handled", "verified", "told", "closed"];

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::FIELD, Roles::FIELD)
}

/// What whoever saw something says of it; also of what nobody looked at yet.
const fn seen(field: Field) -> Field {
    field.read(Roles::TELLERS).write(Roles::TELLERS)
}

/// What an inspection says of what failed.
const fn inspected(field: Field) -> Field {
    let inspectors = Roles::FIELD.and(Roles::GUESTS);
    field.read(inspectors).write(inspectors)
}

/// The statuses in which a case is in hand of the unit that it was dispatched to.
const IN_HAND: [&str; 5] = ["dispatched", "taken", "held", "handled", "verified"];

/// Those who have a case in hand that was dispatched to their unit, as long as nobody took it.
pub const HOLDERS: Roles = Roles::of(&[Role::Handler, Role::Gridworker, Role::Mediator]);

/// A complainant's contact: for whoever handles the case, a volunteer to whom it was entrusted among them, and for the intake
/// clerk who wrote it down. No search finds it.
const fn contact(field: Field) -> Field {
    let clerk = Roles::of(&[Role::IntakeClerk]);
    let handlers = HOLDERS.and(Roles::of(&[Role::Volunteer]));
    let field = field.write(Roles::TELLERS).read(handlers.and(Roles::SUPERVISORS).and(clerk)).handled(clerk);
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
        inspected(field(PARENT, Shape::Ref(Kind::PLACES))),
        seen(field("title", text(crate::limits::CASE_TITLE_CHARS_MAX))).required().search(SearchUse::Name),
        seen(field("kind", Shape::Code(CodeSet::CaseKind))),
        field("visit", Shape::Ref(&[Kind::Visit])).write(Roles::REGISTER),
        field(DRILL, Shape::Bool).write(Roles::SUPERVISORS.and(Roles::DESKS)),
        field(FOUND_IN, Shape::Ref(&[Kind::Case])),
        seen(field("category", Shape::Code(CodeSet::CaseCategory))),
        seen(field("description", text(4000))).search(SearchUse::Text),
        seen(field("place", text(200))).search(SearchUse::Name),
        seen(field("point", Shape::Point)),
        field("level", Shape::Code(CodeSet::CaseLevel)).policy(Policy::Max),
        field("deadline", Shape::Moment).write(Roles::SUPERVISORS.and(Roles::DESKS)),
        inspected(field(ITEM, text(limits::INSPECTION_CODE_CHARS_MAX))),
        contact(field("reporter_name", text(80))),
        contact(field("reporter_phone", Shape::Phone)),
    ],
    sets: &[
        field("visit_plans", Shape::Ref(&[Kind::VisitPlan])).write(Roles::REGISTER),
        field("lines", Shape::Code(CodeSet::CaseLine)).write(Roles::STAFF),
        inspected(field(INSPECTIONS, Shape::Ref(&[Kind::Inspection]))),
        field(NOT_SAME, Shape::Ref(&[Kind::Case])).write(Roles::STAFF),
    ],
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
    let mut applied = state.applied().rev();
    let held = |status: &str| IN_HAND.contains(&status);
    if !held(state.status()) {
        return None;
    }
    let dispatch = applied.find(|s| s.step == DISPATCH || !held(&s.to)).filter(|s| s.step == DISPATCH)?;
    Some(dispatch.answers.get("unit")?.as_id()?.unit())
}

/// The units that help the one that the case was dispatched to.
pub fn joint_units(state: &State) -> Vec<UnitId> {
    let mut applied = state.applied().rev();
    let dispatch = dispatched_to(state).and_then(|_| applied.find(|s| s.step == DISPATCH));
    dispatch.map(joint).unwrap_or_default()
}

fn joint(step: &Step) -> Vec<UnitId> {
    match step.answers.get(JOINT) {
        Some(Value::List(units)) => units.iter().filter_map(|unit| Some(unit.as_id()?.unit())).collect(),
        _ => Vec::new(),
    }
}

/// That a phone has a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Whose phone.
    pub account: AccountId,
    /// Since when.
    pub since: Timestamp,
    /// When whoever has it last did something on it.
    pub last: Timestamp,
}

impl Lease {
    /// From when on it may be recalled.
    pub const fn until(&self) -> Timestamp {
        self.last.plus_ms(limits::CASE_LEASE_MS)
    }

    /// Whether it may be recalled.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now > self.until()
    }
}

/// Whose phone has the case, since when.
pub fn lease(state: &State) -> Option<Lease> {
    let account = leased_to(state)?;
    let (given, _) = leases(state).next()?;
    let applied = state.steps.iter().filter(|s| s.outcome == Outcome::Applied);
    let own = applied.filter(|s| s.tag.author == account).map(|s| s.tag.effective);
    let since = given.tag.effective;
    Some(Lease { account, since, last: own.fold(since, Timestamp::max) })
}

/// The steps by which somebody had the case, the last first, each with whom.
pub use crate::admission::leases;

/// Whoever's phone has the case: who took it last, or to whom it was entrusted, as long as it is not handled or handed back.
pub fn leased_to(state: &State) -> Option<AccountId> {
    leases(state).next().filter(|(step, _)| step.to == state.status()).map(|(_, holder)| holder)
}

/// Whoever said last that they would see to it.
pub fn claimed_by(state: &State) -> Option<AccountId> {
    state.applied().rev().find(|s| s.step == CLAIM).map(|s| s.tag.author)
}

/// Whether somebody said so once, of an ask that is with nobody else for as long as it is claimed.
pub fn has_claimed(state: &State, account: AccountId) -> bool {
    let claims = |s: &Step| s.step == CLAIM && s.tag.author == account;
    claimed_by(state) == Some(account) || (state.status() != "claimed" && state.applied().any(claims))
}

/// Whether it is a drill: an incident of which a desk said so.
pub fn is_drill(state: &State) -> bool {
    let heads = state.fields.get(DRILL).map_or(&[][..], |register| register.heads.as_slice());
    let said = view::show(heads, Policy::Review).and_then(|shown| shown.value?.as_bool());
    said == Some(true) && Matters::of(state).has(Matter::Incident)
}

/// Whether an account handles the case now: whoever took it last since it was dispatched; before anybody did, those whom
/// `hold` says to have the unit in hand that it was dispatched to; of one that nobody looked at, that in which it is.
pub fn is_handled_by(state: &State, account: AccountId, mut hold: impl FnMut(UnitId) -> bool) -> bool {
    if state.status() == UNVERIFIED {
        // Whoever is to look may have to ask whoever saw it.
        return home::own_units(state).into_iter().any(hold);
    }
    if state.status() == "entrusted" {
        return leased_to(state) == Some(account);
    }
    let Some(unit) = dispatched_to(state) else { return false };
    let mut since = state.applied().rev().take_while(|s| s.step != DISPATCH);
    match since.find(|s| s.step == TAKE || s.step == TAKE_OVER) {
        Some(taken) => taken.tag.author == account,
        None => hold(unit),
    }
}

/// Every unit that the case was ever dispatched to, to lead or to help, or that was called: they go on seeing it.
pub fn ever_dispatched_to(state: &State) -> Vec<UnitId> {
    let asked = |s: &&Step| s.step == DISPATCH || s.step == CALL_UP;
    let applied = state.applied().filter(asked);
    let lead = |s: &Step| Some(s.answers.get("unit")?.as_id()?.unit());
    let mut units: Vec<_> = applied.flat_map(|s| lead(s).into_iter().chain(joint(s))).collect();
    units.sort_unstable();
    units.dedup();
    units
}
