//! Roles: what a person is in the organisation, and sets of roles as field and step tables use them.
//!
//! Owns the roles' names and the three powers that one person never holds together. Refuses to know accounts and
//! scopes. Invariant: a name and a bit stay what they are for ever; new roles take new bits.

use std::fmt;

/// One role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Role {
    /// 网格员: walks the grid.
    Gridworker = 0,
    /// 志愿者: reports, and holds no residents' data.
    Volunteer = 1,
    /// 调解员: settles disputes.
    Mediator = 2,
    /// 处置人员: handles what was dispatched to a department.
    Handler = 3,
    /// 网格长（村社区）.
    VillageSupervisor = 4,
    /// 街镇分中心管理员.
    TownshipSupervisor = 5,
    /// 县区中心管理员.
    CountySupervisor = 6,
    /// 受理员.
    IntakeClerk = 7,
    /// 派遣员.
    Dispatcher = 8,
    /// 值班长.
    DutyOfficer = 9,
    /// 系统管理员.
    SystemAdmin = 10,
    /// 安全管理员.
    SecurityAdmin = 11,
    /// 安全审计员.
    SecurityAuditor = 12,
    /// 待确认志愿者: joined by a poster, known to nobody yet; reports, and sees nothing but that.
    Newcomer = 13,
    /// 检查员: comes for a time to inspect places; sees no resident and no household.
    Inspector = 14,
}

impl Role {
    /// All roles, in order of their bits.
    pub const ALL: [Self; 15] = [
        Self::Gridworker,
        Self::Volunteer,
        Self::Mediator,
        Self::Handler,
        Self::VillageSupervisor,
        Self::TownshipSupervisor,
        Self::CountySupervisor,
        Self::IntakeClerk,
        Self::Dispatcher,
        Self::DutyOfficer,
        Self::SystemAdmin,
        Self::SecurityAdmin,
        Self::SecurityAuditor,
        Self::Newcomer,
        Self::Inspector,
    ];

    /// Its name in data and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gridworker => "gridworker",
            Self::Volunteer => "volunteer",
            Self::Mediator => "mediator",
            Self::Handler => "handler",
            Self::VillageSupervisor => "village_supervisor",
            Self::TownshipSupervisor => "township_supervisor",
            Self::CountySupervisor => "county_supervisor",
            Self::IntakeClerk => "intake_clerk",
            Self::Dispatcher => "dispatcher",
            Self::DutyOfficer => "duty_officer",
            Self::SystemAdmin => "system_admin",
            Self::SecurityAdmin => "security_admin",
            Self::SecurityAuditor => "security_auditor",
            Self::Newcomer => "newcomer",
            Self::Inspector => "inspector",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.name() == name)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of roles. Bits that no role of this version has are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Roles(u32);

impl Roles {
    /// Nobody.
    pub const NONE: Self = Self(0);
    /// Supervisors of all levels.
    pub const SUPERVISORS: Self =
        Self::of(&[Role::VillageSupervisor, Role::TownshipSupervisor, Role::CountySupervisor]);
    /// The desks of a centre: intake, dispatch, duty.
    pub const DESKS: Self = Self::of(&[Role::IntakeClerk, Role::Dispatcher, Role::DutyOfficer]);
    /// Everybody who works with cases and places but volunteers.
    pub const STAFF: Self =
        Self::of(&[Role::Gridworker, Role::Mediator, Role::Handler]).and(Self::SUPERVISORS).and(Self::DESKS);
    /// Everybody who works with cases and places, volunteers too.
    pub const FIELD: Self = Self::of(&[Role::Volunteer]).and(Self::STAFF);
    /// Those who keep the register of dwellings, households and residents.
    pub const REGISTER: Self = Self::of(&[Role::Gridworker]).and(Self::SUPERVISORS);
    /// The three powers that are never in one hand.
    pub const POWERS: Self = Self::of(&[Role::SystemAdmin, Role::SecurityAdmin, Role::SecurityAuditor]);
    /// Those who come from outside, for a time: of what others see by its author they see only their own.
    pub const GUESTS: Self = Self::of(&[Role::Inspector]);
    /// Everybody whom somebody gave a post.
    pub const POSTED: Self = Self::FIELD.and(Self::POWERS).and(Self::GUESTS);
    /// Those of whom nobody knows more than what they said of themselves: they see what they wrote, and write nothing else.
    pub const CONFINED: Self = Self::of(&[Role::Newcomer]);
    /// Everybody who says what they saw.
    pub const TELLERS: Self = Self::FIELD.and(Self::CONFINED).and(Self::GUESTS);
    /// Every role there is.
    pub const EVERYONE: Self = Self::POSTED.and(Self::CONFINED);

    /// A set of these roles.
    pub const fn of(roles: &[Role]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < roles.len() {
            bits |= 1 << roles[i] as u32;
            i += 1;
        }
        Self(bits)
    }

    /// Both sets together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the role is among them.
    pub const fn has(self, role: Role) -> bool {
        self.0 & (1 << role as u32) != 0
    }

    /// Whether the two sets share a role.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether somebody is in it, and nobody who is not in the other.
    pub const fn only(self, other: Self) -> bool {
        self.0 != 0 && self.0 & !other.0 == 0
    }

    /// Whether nobody is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The bits, as stored.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// From bits, as stored.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The roles in it, in order of their bits.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |r| self.has(*r))
    }

    /// Reads names with spaces or commas between them; `supervisor`, `desk`, `field`, `register` and `everyone` stand
    /// for their sets. Returns the word that is no role, if one is not.
    pub fn from_names(text: &str) -> Result<Self, String> {
        let words = text.split([' ', ',', ';']).filter(|w| !w.is_empty());
        words.into_iter().try_fold(Self::NONE, |set, word| {
            let more = match word {
                "supervisor" => Self::SUPERVISORS,
                "desk" => Self::DESKS,
                "field" => Self::FIELD,
                "register" => Self::REGISTER,
                "everyone" => Self::EVERYONE,
                name => Role::from_name(name).map(Self::from).ok_or_else(|| name.to_owned())?,
            };
            Ok(set.and(more))
        })
    }

    /// Whether one person may hold all of these: of the three powers at most one.
    pub fn keeps_powers_apart(self) -> bool {
        (self.0 & Self::POWERS.0).count_ones() <= 1
    }
}

impl From<Role> for Roles {
    fn from(role: Role) -> Self {
        Self::of(&[role])
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles.into_iter().fold(Self::NONE, |set, r| set.and(r.into()))
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, role) in self.iter().enumerate() {
            write!(f, "{}{role}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roles({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_back() {
        for role in Role::ALL {
            assert_eq!(Role::from_name(role.name()), Some(role));
        }
        for bits in 0..1 << Role::ALL.len() {
            let roles = Roles::from_bits(bits);
            assert_eq!(Roles::from_names(&roles.to_string()), Ok(roles));
        }
        assert_eq!(Roles::from_names("handler king"), Err("king".to_owned()));
        assert_eq!(Roles::from_names("supervisor"), Ok(Roles::SUPERVISORS));
    }

    #[test]
    fn everyone_is_every_role() {
        assert_eq!(Role::ALL.into_iter().collect::<Roles>(), Roles::EVERYONE);
        assert!(!Roles::REGISTER.has(Role::Volunteer));
    }

    #[test]
    fn a_newcomer_is_in_no_set_but_their_own() {
        let known = [Roles::FIELD, Roles::STAFF, Roles::REGISTER, Roles::POWERS, Roles::POSTED, Roles::DESKS];
        assert!(known.iter().all(|set| !set.has(Role::Newcomer)));
        assert!(Roles::of(&[Role::Newcomer]).only(Roles::CONFINED) && !Roles::NONE.only(Roles::CONFINED));
        assert!(!Roles::of(&[Role::Newcomer, Role::Volunteer]).only(Roles::CONFINED));
    }

    #[test]
    fn a_guest_keeps_no_register_and_takes_no_post_of_the_field() {
        let inside = [Roles::FIELD, Roles::STAFF, Roles::REGISTER, Roles::POWERS, Roles::DESKS, Roles::CONFINED];
        assert!(inside.iter().all(|set| !set.meets(Roles::GUESTS)));
        assert!(Roles::POSTED.has(Role::Inspector) && Roles::TELLERS.has(Role::Inspector));
    }

    #[test]
    fn three_powers_are_apart() {
        assert!(Roles::of(&[Role::SystemAdmin, Role::CountySupervisor]).keeps_powers_apart());
        assert!(!Roles::of(&[Role::SystemAdmin, Role::SecurityAuditor]).keeps_powers_apart());
    }
}
