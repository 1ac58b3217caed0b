//! Enrolment: a code and a public key become a device.
//!
//! Owns what a phone is told when it comes, and later when it asks who it is. Refuses to see a private key.
//! Invariant: a code makes one device; the same phone asking again with the same code gets the same answer, because an
//! answer may be lost on its way.

use super::{EnrolCode, checked_name, place};
use crate::error::{Result, ServerError, problem};
use crate::store::{AccountRow, DeviceRow};
use crate::tls;
use crate::writing::{Reading, Writing};
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::VerifyingKey;
use gridwalk_model::id::{AccountId, DeviceId};
use gridwalk_sync::ProblemCode;
use gridwalk_sync::enrol::{EnrolRequest, Enrolled, Me};

/// Makes the phone that asks a device of the account that the code is for.
pub(crate) fn enrol(w: &Writing<'_>, request: &EnrolRequest) -> Result<Enrolled> {
    let bad_code = || problem(ProblemCode::BadCode, "the code is wrong, used or too old");
    let code = EnrolCode::parse(&request.code).map_err(|_| bad_code())?;
    let public_key = public_key(&request.public_key)?;
    let name = checked_name(&request.device_name)
        .map_err(|_| problem(ProblemCode::Malformed, "the phone needs a name of at most 80 characters"))?;
    let device = match w.tx.enrol_code_use(code.hash(), w.now)? {
        // The transaction ends here, and the code is as it was.
        Some(account) if request.account.is_some_and(|own| own != account) => {
            return Err(problem(ProblemCode::Clash, "the code is for somebody else, and the phone is not theirs"));
        }
        Some(account) => {
            // A forgotten PIN: the person asked for a new code, and the phone is known already.
            if let Some(known) = known_device(w, account, public_key)? {
                w.audit(Some(account), "device_enrolled_again", &known.id.to_string())?;
                return told(w, &known);
            }
            let id = DeviceId(w.running.options.ids.b16());
            let device =
                DeviceRow { id, account, name, public_key, enrolled_at: w.now, revoked_at: None, purged_at: None };
            w.tx.device_put(&device)?;
            if w.tx.enrol_code_waits(code.hash())? {
                w.tx.device_waiting_put(id, w.now)?;
            }
            w.audit(Some(account), "device_enrolled", &id.to_string())?;
            device
        }
        None => enrolled_before(w, &code, public_key)?.ok_or_else(bad_code)?,
    };
    told(w, &device)
}

/// What a phone is told that has become a device, or is one.
pub(super) fn told(w: &Writing<'_>, device: &DeviceRow) -> Result<Enrolled> {
    let account = w.tx.account(device.account)?.ok_or(ServerError::NotFound("account"))?;
    let me = me(&w.reading(), account)?;
    Ok(Enrolled {
        device: device.id,
        account: me.account,
        name: me.name,
        roles: me.roles,
        server_key: BASE64URL_NOPAD.encode(&w.running.key.verifying_key().to_bytes()),
        spaces: me.spaces,
        now: me.now,
    })
}

/// Who a device's person is, and where they work now.
pub(crate) fn me_of(r: &Reading<'_>, account: AccountId) -> Result<Me> {
    me(r, r.tx.account(account)?.ok_or(ServerError::NotFound("account"))?)
}

fn me(r: &Reading<'_>, account: AccountRow) -> Result<Me> {
    Ok(Me {
        account: account.id,
        name: account.name,
        roles: place::roles_of(r.tx, account.id)?,
        spaces: place::spaces_of(r.tx, account.id)?,
        pins: tls::pins(r)?,
        now: r.now.0,
    })
}

/// The account's living device of this key.
fn known_device(w: &Writing<'_>, account: AccountId, public_key: [u8; 32]) -> Result<Option<DeviceRow>> {
    let mut devices = w.tx.devices(account)?.into_iter();
    Ok(devices.find(|d| d.public_key == public_key && d.revoked_at.is_none()))
}

/// The device that this key made with this code while the code could still be used.
fn enrolled_before(w: &Writing<'_>, code: &EnrolCode, public_key: [u8; 32]) -> Result<Option<DeviceRow>> {
    let Some((account, used_at)) = w.tx.enrol_code_used(code.hash(), w.now)? else { return Ok(None) };
    let mut devices = w.tx.devices(account)?.into_iter();
    Ok(devices.find(|d| d.public_key == public_key && d.enrolled_at == used_at && d.revoked_at.is_none()))
}

pub(crate) fn public_key(text: &str) -> Result<[u8; 32]> {
    let malformed = || problem(ProblemCode::Malformed, "the public key is not an Ed25519 key in base64url");
    let bytes = BASE64URL_NOPAD.decode(text.trim().trim_end_matches('=').as_bytes()).map_err(|_| malformed())?;
    let key = <[u8; 32]>::try_from(bytes).map_err(|_| malformed())?;
    let read = VerifyingKey::from_bytes(&key).map_err(|_| malformed())?;
    if read.is_weak() { Err(malformed()) } else { Ok(key) }
}
