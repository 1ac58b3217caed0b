//! Enrolment: how a phone becomes a device of somebody's account.
//!
//! Owns the phone's end of it and what is kept of the answer. Refuses to know how codes are made. Invariant: the private
//! key is in the vault before the public one leaves the phone, and never leaves it itself.

use crate::error::AppError;
use crate::ids;
use crate::join::Joining;
use crate::keys::{self, KeyVault};
use crate::notebook::Notebook;
use crate::transport::Transport;
use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{SigningKey, VerifyingKey};
use gridwalk_model::id::{AccountId, DeviceId};
use gridwalk_model::time::Timestamp;
use gridwalk_sync::enrol::{EnrolRequest, Enrolled, Me, SpaceInfo, fingerprint};
use gridwalk_sync::invitation::Invitation;
use gridwalk_sync::pin::Pin;
use gridwalk_sync::{Problem, ProblemCode};
use zeroize::Zeroizing;

/// What a phone keeps of its enrolment, in the key vault.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and stands so in the vault")]
pub struct Enrolment {
    /// The server's address, as typed at enrolment.
    pub address: String,
    /// The device.
    pub device: DeviceId,
    /// What the person calls the phone.
    pub device_name: String,
    /// The person's account.
    pub account: AccountId,
    /// The person's name.
    pub name: String,
    /// Names of the person's roles.
    pub roles: Vec<String>,
    /// The server's Ed25519 public key, base64url.
    pub server_key: String,
    /// The pins of the keys that the server may have; none where authorities vouch for it.
    #[serde(default)]
    pub pins: Vec<String>,
    /// The spaces that the account works in.
    pub spaces: Vec<SpaceInfo>,
    /// Whether the server revoked the device, and everything was handed over and purged.
    #[serde(default)]
    pub revoked: bool,
    /// Whether the server was told of the purge.
    #[serde(default)]
    pub purge_told: bool,
    /// Whether the server said that it knows no such device, as one does that was put back to before the enrolment: the
    /// phone may be enrolled anew for the same account, with all that is on it.
    #[serde(default)]
    pub unknown: bool,
    /// Whether this is a notebook to practise in: no server knows it, and nothing leaves it.
    #[serde(default)]
    pub training: bool,
    /// How it joined, if by a poster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joining: Option<Joining>,
}

impl Enrolment {
    pub(crate) fn load(vault: &dyn KeyVault) -> Result<Option<Self>, AppError> {
        let Some(bytes) = vault.load(keys::ENROLMENT)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|_| AppError::EnrolmentDamaged)
    }

    pub(crate) fn keep(&self, vault: &dyn KeyVault) -> Result<(), AppError> {
        let bytes = serde_json::to_vec(self).map_err(|_| AppError::EnrolmentDamaged)?;
        Ok(vault.keep(keys::ENROLMENT, &bytes)?)
    }

    /// The server's key, for receipts.
    pub(crate) fn server_key(&self) -> Result<VerifyingKey, AppError> {
        read_key(&self.server_key).ok_or(AppError::EnrolmentDamaged)
    }

    /// The same with what the server says now.
    pub(crate) fn after(&self, me: Me) -> Self {
        let Me { name, roles, spaces, pins, .. } = me;
        // Only a phone that knows the server by its key learns of the next one, over a line that the key vouches for.
        let pins = if self.pins.is_empty() || pins.is_empty() { self.pins.clone() } else { pins };
        Self { name, roles, spaces, pins, revoked: false, purge_told: false, unknown: false, ..self.clone() }
    }

    /// The pins of the keys that the server may have.
    pub fn pins(&self) -> Vec<Pin> {
        self.pins.iter().filter_map(|pin| pin.parse().ok()).collect()
    }
}

fn read_key(text: &str) -> Option<VerifyingKey> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok()
}

/// The device's signing key.
pub(crate) fn device_key(vault: &dyn KeyVault) -> Result<SigningKey, AppError> {
    let seed = vault.load(keys::DEVICE_KEY)?.ok_or(AppError::NotEnrolled)?;
    let seed: Zeroizing<[u8; 32]> = Zeroizing::new(seed.as_slice().try_into().map_err(|_| AppError::EnrolmentDamaged)?);
    Ok(SigningKey::from_bytes(&seed))
}

impl Notebook {
    /// The six digits that the person compares with whoever gave them the code.
    pub fn fingerprint(&self) -> Result<String, AppError> {
        Ok(fingerprint(device_key(self.keys())?.verifying_key().as_bytes()))
    }

    /// Enrols this phone with an invitation: the transport must know its pin.
    pub async fn enrol_invited(
        &self,
        transport: &dyn Transport,
        invitation: &Invitation,
        device_name: &str,
    ) -> Result<(), AppError> {
        let Invitation { address, code, pin } = invitation;
        let living = self.enrolment().filter(|e| !e.revoked && !e.unknown);
        let same = |e: &Enrolment| pin.as_ref().is_some_and(|pin| e.pins.contains(&pin.to_string()));
        // Whoever knows the key by its pin takes another one by its pin only.
        let is_told = |e: &Enrolment| pin.is_some() || e.pins.is_empty();
        match living.filter(|known| !same(known) && is_told(known)) {
            Some(known) => self.enrol_under_another_key(transport, address, code, &known).await?,
            None => self.enrol(transport, address, code, device_name).await?,
        }
        let Some(enrolment) = self.enrolment().filter(|_| pin.is_some()) else { return Ok(()) };
        let pins = pin.iter().map(ToString::to_string).collect();
        self.set_enrolment(Enrolment { pins, ..(*enrolment).clone() })
    }

    /// Enrols this phone with a one-time code. `address` is kept for later; the transport goes there already. The same
    /// code may be sent again after a cut: the key is the same.
    pub async fn enrol(
        &self,
        transport: &dyn Transport,
        address: &str,
        code: &str,
        device_name: &str,
    ) -> Result<(), AppError> {
        let before = self.enrolment();
        if before.as_ref().is_some_and(|e| !e.revoked && !e.unknown) {
            return Err(AppError::AlreadyEnrolled);
        }
        let enrolled = self.redeem(transport, code, device_name).await?;
        if before.is_some_and(|e| !e.revoked && e.account != enrolled.account) {
            return Err(AppError::CodeOfAnother);
        }
        self.learn_time(Timestamp(enrolled.now))?;
        self.renew_lease()?;
        self.set_enrolment(Enrolment {
            address: address.to_owned(),
            device: enrolled.device,
            device_name: device_name.to_owned(),
            account: enrolled.account,
            name: enrolled.name,
            roles: enrolled.roles,
            server_key: enrolled.server_key,
            spaces: enrolled.spaces,
            ..Enrolment::default()
        })
    }

    /// Redeems a code for this phone's key.
    async fn redeem(&self, transport: &dyn Transport, code: &str, device_name: &str) -> Result<Enrolled, AppError> {
        let key = self.key_to_enrol()?;
        let ask = EnrolRequest {
            code: code.trim().to_owned(),
            public_key: BASE64URL_NOPAD.encode(key.verifying_key().as_bytes()),
            device_name: device_name.to_owned(),
            // A code that somebody mixed up would else make this phone a second device, of another person.
            account: self.enrolment().filter(|e| !e.revoked).map(|e| e.account),
        };
        let body = serde_json::to_vec(&ask).map_err(|_| AppError::NotUnderstood)?;
        let request = http::Request::post("/v1/enrol").header(http::header::CONTENT_TYPE, "application/json");
        let request = request.body(Bytes::from(body)).map_err(|_| AppError::NotUnderstood)?;
        let answer = transport.send(request).await?;
        if !answer.status().is_success() {
            let problem = serde_json::from_slice::<Problem>(answer.body()).ok();
            return Err(match problem {
                Some(problem) if problem.code == ProblemCode::Clash => AppError::CodeOfAnother,
                Some(problem) => AppError::Problem(Box::new(problem)),
                None => AppError::NotUnderstood,
            });
        }
        let enrolled: Enrolled = serde_json::from_slice(answer.body()).map_err(|_| AppError::NotUnderstood)?;
        read_key(&enrolled.server_key).ok_or(AppError::NotUnderstood)?;
        Ok(enrolled)
    }

    /// Proves with a new code that the phone is in the hands of the person whose it is: the server knows it already, and
    /// everything stays as it is.
    pub(crate) async fn enrol_again(&self, transport: &dyn Transport, code: &str) -> Result<(), AppError> {
        let enrolment = self.enrolment().filter(|e| !e.revoked).ok_or(AppError::NotEnrolled)?;
        let enrolled = self.redeem(transport, code, &enrolment.device_name).await?;
        if (enrolled.account, enrolled.device) != (enrolment.account, enrolment.device) {
            return Err(AppError::CodeOfAnother);
        }
        self.learn_time(Timestamp(enrolled.now))?;
        self.set_enrolment(Enrolment { server_key: enrolled.server_key, ..(*enrolment).clone() })?;
        self.renew_lease()
    }

    /// The server of this phone has other keys than it had, and somebody gave its person a new code: it is the same server if it
    /// knows the phone by both of its ids, of which no request that it takes unsigned tells the one. Everything stays as it is.
    async fn enrol_under_another_key(
        &self,
        transport: &dyn Transport,
        address: &str,
        code: &str,
        known: &Enrolment,
    ) -> Result<(), AppError> {
        let enrolled = match self.redeem(transport, code, &known.device_name).await {
            // Nobody is there who could say otherwise.
            Err(AppError::Transport(_)) if known.pins.is_empty() => return Err(AppError::AlreadyEnrolled),
            redeemed => redeemed?,
        };
        if (enrolled.account, enrolled.device) != (known.account, known.device) {
            return Err(AppError::CodeOfAnother);
        }
        if enrolled.server_key == known.server_key && known.pins.is_empty() {
            return Err(AppError::AlreadyEnrolled);
        }
        self.learn_time(Timestamp(enrolled.now))?;
        self.renew_lease()?;
        let (address, server_key) = (address.to_owned(), enrolled.server_key);
        self.set_enrolment(Enrolment { address, server_key, pins: Vec::new(), ..known.clone() })
    }

    /// The key of an enrolment that was begun and cut, or that the server lost, else a new one; a revoked device's key is not used again.
    pub(crate) fn key_to_enrol(&self) -> Result<SigningKey, AppError> {
        if self.enrolment().is_none_or(|e| !e.revoked) && self.keys().load(keys::DEVICE_KEY)?.is_some() {
            return device_key(self.keys());
        }
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(ids::random(self.ids())?);
        self.keys().keep(keys::DEVICE_KEY, &*seed)?;
        device_key(self.keys())
    }
}
