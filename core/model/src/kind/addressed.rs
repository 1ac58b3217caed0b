//! Addressed records: those about one person, which that person sees wherever they are, and others only as far as the kind
//! says so.
//!
//! Owns which kinds are so, by which fields they name people, and who else sees and writes them. Refuses to know grants:
//! the server's rights ask here. Invariant: nobody confirms anything about themselves, and what is somebody's alone is on
//! nobody else's phone but that of whoever the record names beside them.

use super::Kind;
use crate::change::Change;
use crate::id::{AccountId, RecordId};
use crate::op::Op;
use crate::role::Roles;
use crate::state::State;
use crate::value::Value;

/// The field that names whom a record is about.
pub const WHO: &str = "who";
/// The field that names who organised what they came to.
pub const ORGANISER: &str = "organiser";

impl Kind {
    /// The fields that name the people to whom its records are addressed; none for most kinds.
    pub const fn addressed(self) -> &'static [&'static str] {
        match self {
            Self::NoticeReceipt | Self::TrainingDone => &[WHO],
            Self::Attendance => &[WHO, ORGANISER],
            _ => &[],
        }
    }

    /// Who sees its records by the unit that they are at home in; the others see only what is addressed to them.
    pub fn seen_by_unit(self) -> Roles {
        match self {
            Self::NoticeReceipt | Self::TrainingDone => Roles::SUPERVISORS.and(Roles::DESKS),
            // Hours are their own: not even those who lead the unit have them.
            Self::Attendance => Roles::NONE,
            _ => self.table().readers(),
        }
    }
}

/// The accounts that a record is addressed to, by any of its heads.
pub fn addressees(state: &State) -> Vec<AccountId> {
    let Some(kind) = Kind::from_name(state.kind()) else { return Vec::new() };
    kind.addressed().iter().flat_map(|field| state.head_ids(field)).map(account).collect()
}

/// The account that a field of a record names; nobody where people disagree.
pub fn named(state: &State, field: &str) -> Option<AccountId> {
    match state.head_ids(field).as_slice() {
        [one] => Some(account(*one)),
        _ => None,
    }
}

const fn account(id: RecordId) -> AccountId {
    AccountId(id.0)
}

/// What a change about somebody does that its author may not, whatever their roles: a field or step.
pub fn oversteps<'a>(change: &'a Change, state: Option<&State>) -> Option<&'a str> {
    let kind = Kind::from_name(&change.kind).filter(|kind| !kind.addressed().is_empty())?;
    let written = |field: &str| {
        let put = |op: &Op| match op {
            Op::Put { field: at, value: Some(Value::Id(id)), within: None, .. } if at == field => Some(account(*id)),
            _ => None,
        };
        change.ops.iter().find_map(put)
    };
    let of = |field: &str| state.and_then(|state| named(state, field)).or_else(|| written(field));
    let (who, own) = (of(WHO), of(WHO) == Some(change.author));
    // Whom it names stays: nobody makes somebody's record another one's.
    for field in kind.addressed() {
        let stood = state.and_then(|state| named(state, field));
        let other = stood.zip(written(field)).is_some_and(|(stood, written)| stood != written);
        if other || (who.is_none() && *field == WHO) {
            return Some(field);
        }
    }
    change.ops.iter().find_map(|op| match op {
        Op::Step { step, .. } => match step.as_str() {
            super::attendance::SIGN_UP | super::attendance::LEAVE => (!own).then_some(step.as_str()),
            super::attendance::ATTEND | super::attendance::MISS => {
                (own || of(ORGANISER) != Some(change.author)).then_some(step.as_str())
            }
            _ => own.then_some(step.as_str()),
        },
        Op::Put { field, .. } if kind == Kind::NoticeReceipt => (!own).then_some(field.as_str()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::Role;

    #[test]
    fn a_volunteers_hours_are_seen_by_nobody_for_their_unit() {
        for role in Role::ALL {
            assert!(!Kind::Attendance.seen_by_unit().has(role), "{role}");
        }
        assert!(!Kind::TrainingDone.seen_by_unit().has(Role::Gridworker), "not by those who work beside them");
        assert!(Kind::Case.addressed().is_empty() && Kind::Case.seen_by_unit().has(Role::Gridworker));
        for kind in Kind::ALL.into_iter().filter(|kind| !kind.addressed().is_empty()) {
            let table = kind.table();
            assert!(table.readers().has(Role::Volunteer), "{kind}: whoever it is addressed to reads it");
            for field in kind.addressed() {
                let field = table.field(field).unwrap();
                assert_eq!((field.shape, field.required), (super::super::Shape::Account, true), "{kind}");
            }
        }
    }
}
