//! Steps: what of a step is not taken, whatever the author's roles, by the table of the record's kind.
//!
//! Owns the judgement of matter, power and guards at admission, by the same table as a phone's. Refuses to decide outcomes:
//! a step that the status does not allow is admitted, and overtaken. Invariant: what it looks at is what stands at
//! admission and the time at which the step counts, so that a step typed in time is in time however late it comes.

use crate::error::Result;
use crate::rights::{Judgement, roles_of};
use crate::store::StateRow;
use crate::writing::Reading;
use gridwalk_model::change::Change;
use gridwalk_model::guard::{Guard, Taking};
use gridwalk_model::id::{AccountId, UnitId};
use gridwalk_model::kind::{Kind, case, case_file};
use gridwalk_model::op::Op;
use gridwalk_model::posts::Posts;
use gridwalk_model::power::{Power, Powers};
use gridwalk_model::role::{Role, Roles};
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::step_table::StepRow;
use std::collections::BTreeSet;

/// Why the step of a change is not taken; `None` if it has none, or it is.
pub(crate) fn refuses(r: &Reading<'_>, change: &Change, row: Option<&StateRow>) -> Result<Option<Judgement>> {
    let Some(kind) = Kind::from_name(&change.kind) else { return Ok(None) };
    let taken = change.ops.iter().find_map(|op| match op {
        Op::Step { step, answers, .. } => Some((step, answers)),
        _ => None,
    });
    let Some((step, answers)) = taken else { return Ok(None) };
    let table = kind.steps();
    if let Some(refused) = lacks_power(r, change.author, table.power_of(step))? {
        return Ok(Some(refused));
    }
    let state = match row {
        Some(row) => read_state(&row.bytes)?,
        None => State::new(change.record),
    };
    if table.row(state.status(), step).is_none() {
        return Ok(None);
    }
    let Some(open) = table.row_in(&state, step) else {
        return Ok(Some(Judgement::Refused { code: "step_of_another_kind", hint: step.clone() }));
    };
    let at = change.typed_at.max(change.heard).min(r.now);
    let (roles, posts) = posts(r, change.author, &state, open)?;
    let taking = Taking { account: change.author, roles, posts: posts.as_ref(), at, answers: Some(answers) };
    let stopped = open.check_guards(&state, &taking, Guard::judged_at_admission);
    Ok(stopped.err().map(|refusal| Judgement::Refused { code: refusal.code(), hint: hint(&state, step, &refusal) }))
}

/// The roles of somebody's posts and, if a guard asks, how those lie to the units that the case names.
fn posts(r: &Reading<'_>, author: AccountId, state: &State, row: &StepRow) -> Result<(Roles, Option<Posts>)> {
    let grants = r.grants(author)?;
    let living = || grants.iter().filter(|grant| grant.until.is_none());
    let roles = roles_of(living());
    if !row.guards.iter().any(|guard| guard.asks_posts()) {
        return Ok((roles, None));
    }
    let units = living().filter(|grant| roles_of([*grant]).meets(row.roles)).map(|grant| grant.unit).collect();
    let is_within = |unit, of: &BTreeSet<UnitId>| Ok(!r.with_above(&[unit], None)?.is_disjoint(of));
    Posts::of(&case::ever_dispatched_to(state), &units, is_within).map(|posts| (roles, Some(posts)))
}

/// What helps whoever is stopped: the lines to which an answer is owed, else the step.
fn hint(state: &State, step: &str, refusal: &gridwalk_model::Rejection) -> String {
    if refusal.code() == Guard::AnsweredAll.code() { case_file::owed(state).join(" ") } else { step.to_owned() }
}

/// That the author is no handler of a department that holds the power.
pub(crate) fn lacks_power(r: &Reading<'_>, author: AccountId, power: Option<Power>) -> Result<Option<Judgement>> {
    let Some(power) = power else { return Ok(None) };
    let Some(tree) = r.tx.spaces()?.into_iter().find(|space| space.reference) else { return Ok(None) };
    let mut held = Powers::NONE;
    for grant in r.grants(author)?.iter().filter(|g| g.until.is_none() && g.role == Role::Handler.name()) {
        if let Some(unit) = r.tx.state(tree.id, grant.unit.record())? {
            held = held.and(Powers::of_unit(&read_state(&unit.bytes)?));
        }
    }
    let refused = || Judgement::Refused { code: "step_needs_power", hint: power.name().to_owned() };
    Ok((!held.has(power)).then(refused))
}
