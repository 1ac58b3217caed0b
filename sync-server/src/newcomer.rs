//! Newcomers: what somebody may do here of whom nobody knows more than what they said of themselves.
//!
//! Owns the bounds of their changes, beside the table of rights. Refuses to know posters. Invariant: a newcomer writes
//! reports of their own, in the form in which a phone would have made them, and only so many that nobody has looked at.

use crate::error::Result;
use crate::limits;
use crate::rights::{self, Judgement};
use crate::store::StateRow;
use crate::writing::Reading;
use gridwalk_model::change::Change;
use gridwalk_model::exchange::Key;
use gridwalk_model::id::{AccountId, SpaceId};
use gridwalk_model::kind::{Kind, UNIT, case};
use gridwalk_model::op::{ATTACHED, Op};
use gridwalk_model::picture::Picture;
use gridwalk_model::role::Roles;
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::workflow::START;

/// Whether an account is a newcomer's: by its grants that stand, or by those that it had if none does.
pub(crate) fn is_one(r: &Reading<'_>, account: AccountId) -> Result<bool> {
    let grants = r.grants(account)?;
    let living = rights::roles_of(grants.iter().filter(|grant| grant.until.is_none()));
    let roles = if living.is_empty() { rights::roles_of(grants.iter()) } else { living };
    Ok(roles.only(Roles::CONFINED))
}

/// What is not taken of a newcomer's change, whatever else the table says; `None` also of everybody else's.
pub(crate) fn refuses(r: &Reading<'_>, change: &Change, row: Option<&StateRow>) -> Result<Option<Judgement>> {
    if !is_one(r, change.author)? {
        return Ok(None);
    }
    let state = row.map(|row| read_state(&row.bytes)).transpose()?;
    let refused = |code, hint: &str| Ok(Some(Judgement::Refused { code, hint: hint.to_owned() }));
    if change.kind != Kind::Case.name() {
        return refused("not_in_scope", "");
    }
    if let Some(hint) = change.ops.iter().find_map(|op| unfit(op, state.as_ref())) {
        return refused("not_permitted", hint);
    }
    let attached = |op: &&Op| matches!(op, Op::Attach { .. });
    let stand = state.as_ref().and_then(|state| state.sets.get(ATTACHED)).map_or(0, |set| set.adds.len());
    if change.ops.iter().any(|op| attached(&op))
        && stand + change.ops.iter().filter(attached).count() > limits::NEWCOMER_PICTURES_MAX
    {
        return refused("not_permitted", ATTACHED);
    }
    // What is new stands in the list of those who look, or is nothing.
    let submits = |op: &Op| matches!(op, Op::Step { step, .. } if step == case::SUBMIT);
    if state.is_none() && !change.ops.iter().any(submits) {
        return refused("not_permitted", case::SUBMIT);
    }
    if state.is_none() && waiting(r, change.space, change.author)? >= limits::NEWCOMER_REPORTS_MAX {
        return refused("too_many_open", "");
    }
    Ok(None)
}

/// What of an operation no phone would have let a newcomer type: another shape, another place, a step or a link that is
/// not theirs.
fn unfit<'a>(op: &'a Op, state: Option<&State>) -> Option<&'a str> {
    let table = Kind::Case.table();
    match op {
        Op::Put { field, value, within: None, .. } => {
            let moves = field == UNIT && state.is_some();
            let fits = table.field(field).is_some_and(|known| {
                let shaped = |value| known.shape.check(known.name, value).is_ok();
                known.write.meets(Roles::CONFINED) && value.as_ref().is_none_or(shaped)
            });
            (moves || !fits).then_some(field.as_str())
        }
        Op::Step { step, answers, .. } => {
            let row = Kind::Case.steps().row(START, step);
            let fits = step == case::SUBMIT && row.is_some_and(|row| row.check_answers(answers).is_ok());
            (!fits).then_some(step.as_str())
        }
        Op::Attach { element } => Picture::from_value(element).is_none().then_some(ATTACHED),
        // Their own word they take back, as long as nobody wrote beside them.
        Op::Delete { .. } if state.is_some() => None,
        _ => Some("op"),
    }
}

/// How many reports of an account wait until somebody looks.
fn waiting(r: &Reading<'_>, space: SpaceId, author: AccountId) -> Result<usize> {
    let mut waiting = 0;
    for record in r.tx.audience_records(space, Key::author(author))? {
        let Some(row) = r.tx.state(space, record)? else { continue };
        if row.kind == Kind::Case.name() && read_state(&row.bytes)?.status() == case::UNVERIFIED {
            waiting += 1;
        }
    }
    Ok(waiting)
}
