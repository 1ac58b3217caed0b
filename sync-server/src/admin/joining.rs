//! Joining: somebody scanned a poster, and their phone becomes a device of an account that it made itself.
//!
//! Owns what becomes of such a request. Refuses to look at signatures and turns: the caller has. Invariant: an account and
//! a device are made once; the same phone asking again gets the same answer, also when the poster was taken down since; an
//! id that another key has is nobody else's.

use super::poster::{hangs, login_of};
use super::{checked_name, enrolment};
use crate::error::{Result, problem};
use crate::grant::{self, NewGrant};
use crate::rate;
use crate::store::{AccountRow, DeviceRow, JoinedRow, PosterRow};
use crate::writing::{Reading, Writing};
use gridwalk_model::id::{AccountId, DeviceId};
use gridwalk_model::kind::Shape;
use gridwalk_model::role::Role;
use gridwalk_model::time::Timestamp;
use gridwalk_model::value::Value;
use gridwalk_sync::ProblemCode;
use gridwalk_sync::enrol::{Enrolled, JoinRequest};
use gridwalk_sync::poster::{PosterCode, SENTENCE_VERSION};

/// Makes a newcomer of whoever asks.
pub(crate) fn join(w: &Writing<'_>, request: &JoinRequest, public_key: [u8; 32]) -> Result<Enrolled> {
    if let Some(known) = known(&w.reading(), request, public_key)? {
        return enrolment::told(w, &known);
    }
    let poster = poster(&w.reading(), request)?;
    let said = Said::of(request)?;
    let (account, device) = (request.account, request.device);
    if account == AccountId::default() || w.tx.account(account)?.is_some() {
        return Err(taken());
    }
    let login = login_of(account);
    if w.tx.account_by_login(&login)?.is_some() {
        return Err(taken());
    }
    let name = said.name.clone();
    w.tx.account_put(&AccountRow { id: account, login, name, password: String::new(), made_at: w.now })?;
    let row = DeviceRow {
        id: device,
        account,
        name: said.device_name,
        public_key,
        enrolled_at: w.now,
        revoked_at: None,
        purged_at: None,
    };
    w.tx.device_put(&row)?;
    w.tx.joined_put(&JoinedRow {
        account,
        poster: poster.id,
        device,
        phone: said.phone,
        agreed_at: Timestamp(request.agreed_at),
        sentence: i64::from(request.sentence),
        joined_at: w.now,
        refused_at: None,
        reason: String::new(),
    })?;
    w.audit(None, "joined", &format!("account {account} device {device} poster {}", poster.id))?;
    grant::grant(w, &NewGrant { account, unit: poster.unit, role: Role::Newcomer.name(), kinds: &[], by: None })?;
    enrolment::told(w, &row)
}

/// Takes the turns of a poster and of whoever is not known by it yet.
pub(crate) fn take_turns(r: &Reading<'_>, request: &JoinRequest, public_key: [u8; 32]) -> Result<()> {
    rate::of_joiner(r.running, &public_key)?;
    if known(r, request, public_key)?.is_none() {
        rate::of_poster(r.running, poster(r, request)?.id)?;
    }
    Ok(())
}

/// The device that this key made before.
fn known(r: &Reading<'_>, request: &JoinRequest, public_key: [u8; 32]) -> Result<Option<DeviceRow>> {
    match r.tx.device(request.device)? {
        None => Ok(None),
        Some(row) if (row.account, row.public_key) == (request.account, public_key) => {
            if row.revoked_at.is_some() {
                return Err(problem(ProblemCode::Revoked, "the device was revoked"));
            }
            Ok(Some(row))
        }
        Some(_) => Err(taken()),
    }
}

/// The poster that hangs now with this code.
fn poster(r: &Reading<'_>, request: &JoinRequest) -> Result<PosterRow> {
    let unknown = || problem(ProblemCode::BadCode, "no poster has this code");
    let code: PosterCode = request.code.parse().map_err(|_| unknown())?;
    let poster = r.tx.poster_by_hash(code.hash())?.ok_or_else(unknown)?;
    if !hangs(&poster, r.now) {
        return Err(problem(ProblemCode::PosterOver, "the poster was taken down, or its time is over"));
    }
    if request.device == DeviceId::default() { Err(taken()) } else { Ok(poster) }
}

fn taken() -> crate::ServerError {
    problem(ProblemCode::Clash, "the id is another's")
}

/// What somebody says of themselves, as it may be stored.
struct Said {
    name: String,
    phone: String,
    device_name: String,
}

impl Said {
    fn of(request: &JoinRequest) -> Result<Self> {
        let malformed = |what| problem(ProblemCode::Malformed, what);
        let name = checked_name(&request.name).map_err(|_| malformed("the name is missing or too long"))?;
        let device_name = checked_name(&request.device_name).map_err(|_| malformed("the phone needs a name"))?;
        let phone = Shape::Phone.tidy(Value::Text(request.phone.clone()));
        Shape::Phone.check("reporter_phone", &phone).map_err(|_| malformed("the phone number is none"))?;
        if !(1..=SENTENCE_VERSION).contains(&request.sentence) || request.agreed_at <= 0 {
            return Err(malformed("nobody agreed to the sentence on privacy"));
        }
        Ok(Self { name, phone: phone.as_text().unwrap_or_default().to_owned(), device_name })
    }
}
