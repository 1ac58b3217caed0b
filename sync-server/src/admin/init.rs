//! The first act: the spaces, the first units, the first administrator.
//!
//! Owns what a new server consists of. Refuses to be done twice. Invariant: a server has an administrator or nothing.

use super::account::{checked_login, put_account};
use super::grant::put_grant;
use super::{Admin, EnrolCode, NewAccount, Password, checked_name, password, unit};
use crate::error::{Result, ServerError};
use crate::server::make_space;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, SpaceId, UnitId};
use gridwalk_model::role::Role;
use gridwalk_model::unit_code::{Level, UnitCode};

/// Where the hash of the set-up code is kept.
const SET_UP_CODE: &str = "set_up_code";

/// What a new server is for.
#[derive(Debug, Clone)]
pub struct InitPlan {
    /// Code of the county to begin with, or of the city.
    pub code: UnitCode,
    /// The city's name; its code stands for it until an import names it.
    pub city_name: Option<String>,
    /// The county's name; its code stands for it until an import names it.
    pub county_name: Option<String>,
    /// The first administrator.
    pub admin: NewAccount,
}

impl InitPlan {
    /// Whether a server can be made of it, before there is any.
    pub fn check(&self) -> Result<()> {
        codes(&self.code)?;
        checked_login(&self.admin.login)?;
        let names = [Some(&self.admin.name), self.city_name.as_ref(), self.county_name.as_ref()];
        names.into_iter().flatten().try_for_each(|name| checked_name(name).map(drop))
    }
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Initialised {
    /// The first administrator's account.
    pub admin: AccountId,
    /// Its password, if one was made up.
    pub password: Option<Password>,
    /// The space of the organisation tree.
    pub reference: SpaceId,
    /// The city.
    pub city: UnitId,
    /// The county with its space, if the plan named one.
    pub county: Option<(UnitId, SpaceId)>,
}

impl Admin {
    /// Whether somebody administers this server.
    pub fn is_set_up(&self) -> Result<bool> {
        self.server.read(|r| Ok(!r.tx.accounts()?.is_empty()))
    }

    /// Makes the code that the set-up page asks for; only its hash is kept, and the one before no longer counts.
    pub fn make_set_up_code(&self) -> Result<EnrolCode> {
        let code = EnrolCode::new(self.server.running().options.ids.b16());
        self.act(|w| w.tx.meta_set(SET_UP_CODE, &code.hash().0))?;
        Ok(code)
    }

    /// What is kept of the set-up code, if one was made.
    pub fn set_up_code_hash(&self) -> Result<Option<Hash>> {
        self.server.read(|r| Ok(r.tx.meta(SET_UP_CODE)?.and_then(|bytes| Hash::from_slice(&bytes))))
    }

    /// Makes the space of the tree, the city, the county with its space, and the first administrator.
    pub fn init(&self, plan: &InitPlan) -> Result<Initialised> {
        let (city_code, county_code) = codes(&plan.code)?;
        let name = |name: &Option<String>, code: &UnitCode| name.as_deref().map_or(Ok(code.to_string()), checked_name);
        let secret = self.secret(plan.admin.password.as_ref())?;
        let (admin, reference, city, county) = self.act(|w| {
            if !w.tx.accounts()?.is_empty() {
                return Err(ServerError::Refused("already_set_up"));
            }
            let kept = if secret.made_up.is_some() { password::given(&secret.kept) } else { secret.kept.clone() };
            let admin = put_account(w, &plan.admin, kept)?;
            let city_name = name(&plan.city_name, &city_code)?;
            let reference = make_space(w, &city_name, true)?;
            let city =
                unit::NewUnit { code: &city_code, name: &city_name, level: Level::City, kind: None, above: None };
            let city = unit::add(w, self.author(), &city)?;
            let county = match &county_code {
                None => None,
                Some(code) => {
                    let name = name(&plan.county_name, code)?;
                    let above = Some(&city);
                    let county = unit::NewUnit { code, name: &name, level: Level::County, kind: None, above };
                    let county = unit::add(w, self.author(), &county)?;
                    Some((county.id, county.space))
                }
            };
            put_grant(w, self.by, admin, Role::SystemAdmin.name(), &city, &[])?;
            w.audit(self.by, "initialised", &city_code.to_string())?;
            Ok((admin, reference, city.id, county))
        })?;
        Ok(Initialised { admin, password: secret.made_up, reference, city, county })
    }
}

/// The city's code, and the county's if it is one.
fn codes(code: &UnitCode) -> Result<(UnitCode, Option<UnitCode>)> {
    match (code.level(), code.parent()) {
        (Some(Level::City), _) => Ok((code.clone(), None)),
        (Some(Level::County), Some(city)) if city.level() == Some(Level::City) => Ok((city, Some(code.clone()))),
        _ => Err(ServerError::Refused("county_code")),
    }
}
