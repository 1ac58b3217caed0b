//! Which kinds of records a role works with, and what follows when a version of the server knows more of them, or hides
//! other fields of them.
//!
//! Owns the meaning of a grant that lists no kinds, and the one look at it when the server starts. Refuses to know what a
//! role may do with a kind. Invariant: whoever was given a role works with all that this version knows of it, without
//! being given it anew; a list that somebody chose stays as it is.

use crate::error::Result;
use crate::rights;
use crate::server::Server;
use crate::store::GrantRow;
use crate::writing::Writing;
use gridwalk_model::kind::Kind;
use gridwalk_model::role::{Role, Roles};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Under which name the kinds of all roles stand, as they were when phones were last told.
const TOLD: &str = "role_kinds";
/// Under which name that stands which was hidden from all roles then.
const HIDDEN: &str = "role_masks";
/// What the roles that keep the register worked with in the first version. A grant of that time lists it.
const FIRST_REGISTER: [&str; 6] = ["building", "dwelling", "household", "resident", "case", "visit"];
/// The same of all others in the field.
const FIRST_FIELD: [&str; 2] = ["building", "case"];
/// The same of administration. All others saw units whether they were listed or not.
const FIRST_POWERS: [&str; 1] = ["unit"];

/// The kinds that a role works with when nobody says otherwise: those of which it may read something.
pub fn kinds_of(role: Role) -> Vec<String> {
    gridwalk_model::kind::read_by(role).map(str::to_owned).collect()
}

/// The kinds of a grant: those that it lists, else those of its role.
pub fn kinds(grant: &GrantRow) -> Cow<'_, [String]> {
    if grant.kinds.is_empty() {
        Cow::Owned(Role::from_name(&grant.role).map(kinds_of).unwrap_or_default())
    } else {
        Cow::Borrowed(&grant.kinds)
    }
}

/// Whether a grant is for records of a kind.
pub fn is_for(grant: &GrantRow, kind: &str) -> bool {
    if grant.kinds.is_empty() {
        let known = Role::from_name(&grant.role).zip(Kind::from_name(kind));
        known.is_some_and(|(role, kind)| kind.table().readers().has(role))
    } else {
        grant.kinds.iter().any(|listed| listed == kind)
    }
}

/// The kinds of all roles as this version knows them, in one text.
fn known() -> String {
    let line = |role: Role| format!("{role}:{};", kinds_of(role).join(","));
    Role::ALL.into_iter().map(line).collect()
}

/// What this version hides from all roles of the kinds that they read, in one text.
fn hidden() -> String {
    let mut text = String::new();
    for role in Role::ALL {
        for kind in Kind::ALL.into_iter().filter(|kind| kind.table().readers().has(role)) {
            let mut names = kind.table().hidden_from(role.into());
            let handled = kind.table().fields.iter().filter(|field| field.handled.is_some());
            names.extend(handled.map(|field| field.name));
            if !names.is_empty() {
                text.extend([role.name(), ":", kind.name(), ":", &names.join(","), ";"]);
            }
        }
    }
    text
}

fn first_of(role: Role) -> &'static [&'static str] {
    match role {
        _ if Roles::REGISTER.has(role) => &FIRST_REGISTER,
        _ if Roles::FIELD.has(role) => &FIRST_FIELD,
        _ => &FIRST_POWERS,
    }
}

/// Whether a list of the time before lists could be left out is that of the role, and not somebody's choice.
fn is_of_role(grant: &GrantRow) -> bool {
    let Some(role) = Role::from_name(&grant.role) else { return false };
    let (listed, all): (BTreeSet<&String>, Vec<String>) = (grant.kinds.iter().collect(), kinds_of(role));
    let holds = |name: &&str| grant.kinds.iter().any(|kind| kind == name);
    first_of(role).iter().all(holds) && listed.iter().all(|kind| all.contains(kind))
}

/// Notes what this version knows, where there is nobody yet to be told.
pub(crate) fn note(w: &Writing<'_>) -> Result<()> {
    w.tx.meta_set(TOLD, known().as_bytes())?;
    w.tx.meta_set(HIDDEN, hidden().as_bytes())
}

/// If the roles have other kinds than when phones were last told: a new epoch for everybody who has those of a role; if
/// other fields are hidden, for everybody.
pub(crate) fn settle(server: &Server) -> Result<()> {
    let (told, masks) = server.read(|r| Ok((r.tx.meta(TOLD)?, r.tx.meta(HIDDEN)?)))?;
    let other_masks = masks.as_deref() != Some(hidden().as_bytes());
    if told.as_deref() == Some(known().as_bytes()) && !other_masks {
        return Ok(());
    }
    server.write(|w| {
        for account in w.tx.granted_accounts()? {
            let living: Vec<GrantRow> = w.tx.grants(account)?.into_iter().filter(|g| g.until.is_none()).collect();
            let of_first = |grant: &&GrantRow| told.is_none() && is_of_role(grant);
            for grant in living.iter().filter(of_first) {
                w.tx.grant_of_role(grant.id)?;
                w.audit(None, "kinds_of_role", &format!("grant {}: account {account}", grant.id))?;
            }
            if living.iter().any(|grant| other_masks || grant.kinds.is_empty() || of_first(&grant)) {
                rights::raise_epochs(w, account)?;
            }
        }
        note(w)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use gridwalk_model::id::{AccountId, UnitId};
    use gridwalk_model::time::Timestamp;

    fn grant(role: &str, kinds: &str) -> GrantRow {
        let kinds = kinds.split(' ').filter(|k| !k.is_empty()).map(str::to_owned).collect();
        let (account, unit, role) = (AccountId([1; 16]), UnitId([2; 16]), role.to_owned());
        GrantRow { id: 1, account, unit, role, kinds, since: Timestamp(0), until: None }
    }

    #[test]
    fn a_list_of_the_first_version_is_that_of_its_role_and_any_other_is_a_choice() {
        // role, kinds listed, whether they are those of the role
        let rows = [
            ("gridworker", "building dwelling household resident case visit", true),
            ("gridworker", "unit building dwelling household resident case visit", true),
            ("county_supervisor", "unit building estate dwelling household resident case visit", true),
            ("gridworker", "building dwelling household resident case", false),
            ("gridworker", "case", false),
            ("volunteer", "unit building case", true),
            ("volunteer", "case", false),
            ("volunteer", "building case resident", false),
            ("security_auditor", "unit", true),
            ("role_of_tomorrow", "building case", false),
        ];
        for (role, kinds, is) in rows {
            assert_eq!(is_of_role(&grant(role, kinds)), is, "{role}: {kinds}");
        }
    }

    #[test]
    fn a_grant_without_a_list_has_the_kinds_of_its_role() {
        assert_eq!(kinds(&grant("gridworker", "")).into_owned(), kinds_of(Role::Gridworker));
        assert_eq!(kinds(&grant("gridworker", "case")).into_owned(), ["case"]);
        assert!(kinds(&grant("role_of_tomorrow", "")).is_empty());
        for (role, listed) in [("gridworker", ""), ("volunteer", ""), ("gridworker", "case"), ("role_of_tomorrow", "")]
        {
            let grant = grant(role, listed);
            let all: Vec<&str> = Kind::ALL.into_iter().map(Kind::name).filter(|kind| is_for(&grant, kind)).collect();
            let listed = kinds(&grant).into_owned();
            assert_eq!(all.len(), listed.len(), "{role}: {all:?} and {listed:?}");
            assert!(listed.iter().all(|kind| all.contains(&kind.as_str())), "{role}: {all:?} and {listed:?}");
        }
        for name in FIRST_REGISTER {
            assert!(kinds_of(Role::Gridworker).iter().any(|kind| kind == name), "{name}");
        }
    }
}
