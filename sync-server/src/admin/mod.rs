//! Administration: accounts and what they may do where, phones, and the organisation tree.
//!
//! Owns the functions behind the command line, the set-up page and the simulator's stage directions. Refuses to know
//! words and terminals. Invariant: every act leaves a row in the audit, in the transaction that does it; units are
//! records, and written as changes like all others.

mod account;
pub mod act;
mod appraisal;
pub(crate) mod arrival;
mod astray;
mod boundary;
pub mod boundary_file;
mod confirming;
mod edition;
pub mod enrol_code;
pub(crate) mod enrolment;
mod erase;
mod expiry;
mod field_use;
mod grant;
mod handover;
mod import;
mod init;
pub(crate) mod joining;
mod left_over;
mod month;
mod moving;
mod oidc;
mod overview;
pub mod password;
mod place;
mod post;
mod poster;
mod power;
pub mod rule_file;
mod rule_table;
mod session;
mod undo;
mod unit;
mod unit_sheet;
pub mod unit_table;
mod waiting;

pub use crate::role_kinds::kinds_of;
pub use account::{AccountView, NewAccount};
pub use appraisal::{AppraisedGroup, MonthAsked, MonthView};
pub use astray::{Chosen, KINDS as STANDING_KINDS, Lying, PlaceView, UnitName};
pub use boundary::{BoundaryOptions, BoundarySummary, OffenceView, UnitArea};
pub use boundary_file::BoundaryFile;
pub use confirming::WaitingDevice;
pub use edition::{EditionSummary, proposals, read_edition};
pub use enrol_code::EnrolCode;
pub use erase::{Erasing, ErasureSummary};
pub(crate) use expiry::keep_expiry;
pub use field_use::{FieldDue, FieldPurpose, FieldUseView};
pub use grant::GrantView;
pub use handover::HandedOver;
pub(crate) use handover::keep_plans;
pub(crate) use import::UNITS;
pub use import::{ImportOptions, ImportSummary};
pub use init::{InitPlan, Initialised};
pub use month::{LockView, ObjectionView, RankedUnit};
pub use overview::{Overview, RecentChange, SilentDevice, SpaceCount};
pub use password::Password;
pub use place::spaces_of;
pub use post::{PostHolder, PostView};
pub(crate) use post::{came as post_of_role, fill as fill_posts, fill_post, held as post_held};
pub use poster::{MadePoster, NewcomerView, PosterView};
pub use rule_table::{RuleImport, RuleImported, RuleTableView};
pub use session::SessionView;
pub use undo::Undone;
pub use unit_table::UnitTable;
pub use waiting::Waiting;

use crate::error::{Result, ServerError};
use crate::limits;
use crate::server::Server;
use crate::store::{AccountRow, SpaceRow, Tx};
use crate::writing::Writing;
use gridwalk_model::id::AccountId;

/// Administration of one server, by somebody.
#[derive(Clone)]
pub struct Admin {
    server: Server,
    by: Option<AccountId>,
}

impl Admin {
    /// Administration by whoever has the machine.
    pub const fn new(server: Server) -> Self {
        Self { server, by: None }
    }

    /// Administration by this account: the audit and the changes name it.
    #[must_use]
    pub fn acting_as(self, account: AccountId) -> Self {
        Self { by: Some(account), ..self }
    }

    /// The server.
    pub const fn server(&self) -> &Server {
        &self.server
    }

    /// Does something in one transaction that is nobody's but the machine's: what asks for no power is open to no login.
    fn act<T>(&self, job: impl FnMut(&Writing<'_>) -> Result<T>) -> Result<T> {
        if self.by.is_some() {
            return Err(power::LACKING);
        }
        self.server.write(job)
    }

    /// Does something in one transaction that asks by itself whose it is.
    fn act_by<T>(&self, job: impl FnMut(&Writing<'_>) -> Result<T>) -> Result<T> {
        self.server.write(job)
    }

    /// The account in whose name something is done; a login acts in no name but its own.
    fn in_the_name_of(&self, w: &Writing<'_>, login: &str) -> Result<AccountId> {
        let account = account_named(w.tx, login)?.id;
        if self.by.is_none_or(|by| by == account) { Ok(account) } else { Err(power::LACKING) }
    }

    /// Whether whoever this is may bring tables in and take them back: those of people's posts are the security
    /// administrator's, all others the system administrator's.
    pub(crate) fn may_import(&self, of_staff: bool) -> Result<()> {
        let may = if of_staff { power::manages_people } else { power::runs_the_system };
        self.server.read(|r| may(r.tx, self.by))
    }

    /// Whether whoever this is may read what administration did.
    pub fn may_read_the_audit(&self) -> Result<()> {
        self.server.read(|r| power::reads_the_audit(r.tx, self.by))
    }

    /// By whom it is, if by an account.
    pub(crate) const fn by(&self) -> Option<AccountId> {
        self.by
    }

    /// Who counts as the author of changes.
    pub(crate) fn author(&self) -> AccountId {
        self.by.unwrap_or_default()
    }
}

/// The space of the organisation tree.
pub(crate) fn reference_space(tx: &dyn Tx) -> Result<SpaceRow> {
    let found = tx.spaces()?.into_iter().find(|space| space.reference);
    found.ok_or(ServerError::Refused("not_set_up"))
}

/// The account with this login.
pub(crate) fn account_named(tx: &dyn Tx, login: &str) -> Result<AccountRow> {
    tx.account_by_login(login.trim())?.ok_or(ServerError::NotFound("account"))
}

/// A name of a person or a unit as it may be stored.
pub(crate) fn checked_name(text: &str) -> Result<String> {
    let name = text.trim();
    let chars = name.chars().count();
    let fits = (1..=limits::NAME_CHARS_MAX).contains(&chars) && !name.chars().any(char::is_control);
    if fits { Ok(name.to_owned()) } else { Err(ServerError::Refused("name_invalid")) }
}

/// The unit with this code, in any padding, or the one that had it.
pub(crate) fn unit_of_code(tx: &dyn Tx, code: &str) -> Result<crate::store::UnitRow> {
    place::unit_coded(tx, code)
}

/// Whether a text can be a login.
pub(crate) fn is_login(text: &str) -> bool {
    account::checked_login(text).is_ok()
}

/// Makes an account without a password: its person enrols phones by code.
pub(crate) fn staff_account(w: &Writing<'_>, by: Option<AccountId>, new: &NewAccount) -> Result<AccountId> {
    let id = account::put_account(w, new, String::new())?;
    w.audit(by, "account_added", &id.to_string())?;
    Ok(id)
}

/// Gives an account a role in a unit; the grant's number.
pub(crate) fn staff_grant(
    w: &Writing<'_>,
    by: Option<AccountId>,
    account: AccountId,
    role: gridwalk_model::role::Role,
    unit: &crate::store::UnitRow,
) -> Result<i64> {
    grant::put_grant(w, by, account, role.name(), unit, &[]).map(|view| view.grant.id)
}

/// Withdraws a role that an import gave.
pub(crate) fn staff_withdraw(w: &Writing<'_>, by: Option<AccountId>, held: &crate::store::GrantRow) -> Result<()> {
    grant::withdraw(w, by, held)
}
