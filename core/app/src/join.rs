//! Joining by a poster: a phone that nobody enrolled begins by itself, with a network or without.
//!
//! Owns what the phone makes before anybody knows it, and the first word with the server. Refuses to know how codes are
//! made. Invariant: whatever was typed before the server heard of the phone is kept, whatever the server says then; the
//! private key is in the vault before the public one leaves.

use crate::enrol::Enrolment;
use crate::error::AppError;
use crate::ids;
use crate::notebook::Notebook;
use crate::sync_engine::carry::Carrier;
use crate::transport::{Transport, TransportError};
use data_encoding::BASE64URL_NOPAD;
use gridwalk_model::Timestamp;
use gridwalk_model::command::Edits;
use gridwalk_model::id::{AccountId, DeviceId};
use gridwalk_model::kind::Shape;
use gridwalk_model::limits;
use gridwalk_model::role::{Role, Roles};
use gridwalk_model::value::Value;
use gridwalk_sync::client::{self, NoAnswer};
use gridwalk_sync::enrol::{JoinRequest, SpaceInfo};
use gridwalk_sync::poster::{Poster, SENTENCE_VERSION};

/// How a phone joined, as it is kept with its enrolment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Joining {
    /// The poster's code.
    pub code: String,
    /// The person's phone number.
    pub phone: String,
    /// When they agreed to the sentence on privacy.
    pub agreed_at: i64,
    /// The version of that sentence.
    pub sentence: u32,
    /// Whether the server knows the phone.
    pub heard: bool,
}

/// What somebody says of themselves who joins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joiner {
    /// Their name.
    pub name: String,
    /// Their phone number.
    pub phone: String,
    /// What they call the phone.
    pub device_name: String,
}

impl Joiner {
    /// The same in the form in which it is stored, or what does not fit.
    fn tidy(&self) -> Result<Self, AppError> {
        let fits = |field, shape: Shape, text: &str| -> Result<String, AppError> {
            let value = shape.tidy(Value::Text(text.to_owned()));
            shape.check(field, &value)?;
            Ok(value.as_text().unwrap_or_default().to_owned())
        };
        let text = Shape::Text { chars_max: limits::PERSON_NAME_CHARS_MAX };
        Ok(Self {
            name: fits("reporter_name", text, &self.name)?,
            phone: fits("reporter_phone", Shape::Phone, &self.phone)?,
            device_name: fits("name", text, &self.device_name)?,
        })
    }
}

impl Notebook {
    /// Joins by a poster, without asking anybody: reports can be typed from now on, and are sent with the first contact.
    /// `joiner` agreed to the sentence on privacy. A phone that the server has not heard of yet may be shown another poster
    /// of the same grid; everything on it stays.
    pub fn join(&self, poster: &Poster, joiner: &Joiner) -> Result<(), AppError> {
        let joiner = joiner.tidy()?;
        let before = self.enrolment();
        let server_key = BASE64URL_NOPAD.encode(&poster.server_key);
        let spaces = spaces(poster);
        let (account, device) = match &before {
            None => {
                self.key_to_enrol()?;
                (AccountId(ids::random(self.ids())?), DeviceId(ids::random(self.ids())?))
            }
            Some(e) if e.joining.as_ref().is_some_and(|joining| !joining.heard) => {
                let units =
                    |spaces: &[SpaceInfo]| spaces.iter().map(|s| (s.space, s.units.clone())).collect::<Vec<_>>();
                if e.server_key != server_key || units(&e.spaces) != units(&spaces) {
                    return Err(AppError::OtherPoster);
                }
                (e.account, e.device)
            }
            Some(_) => return Err(AppError::AlreadyEnrolled),
        };
        self.renew_lease()?;
        self.set_enrolment(Enrolment {
            address: poster.address.clone(),
            device,
            device_name: joiner.device_name,
            account,
            name: joiner.name,
            roles: vec![Role::Newcomer.name().to_owned()],
            server_key,
            pins: poster.pin.iter().map(ToString::to_string).collect(),
            spaces,
            joining: Some(Joining {
                code: poster.code.to_string(),
                phone: joiner.phone,
                agreed_at: self.now().0,
                sentence: SENTENCE_VERSION,
                heard: false,
            }),
            ..Enrolment::default()
        })
    }

    /// A report with its newcomer's own name and number, for whoever looks at it; everybody else's as it is.
    pub fn with_contact(&self, edits: Edits) -> Result<Edits, AppError> {
        let Some(enrolment) = self.enrolment() else { return Ok(edits) };
        let Some(joining) = enrolment.joining.as_ref().filter(|_| self.roles().is_ok_and(|r| r.only(Roles::CONFINED)))
        else {
            return Ok(edits);
        };
        let mut edits = edits;
        for (field, said) in [("reporter_name", &enrolment.name), ("reporter_phone", &joining.phone)] {
            if !edits.fields.contains_key(field) {
                edits = edits.put(field, said.as_str());
            }
        }
        Ok(edits)
    }
}

/// The spaces of a poster, as the server would tell them.
fn spaces(poster: &Poster) -> Vec<SpaceInfo> {
    let info =
        |space, reference| SpaceInfo { space, reference, name: poster.unit_name.clone(), units: vec![poster.unit] };
    vec![info(poster.reference, true), info(poster.space, false)]
}

/// What came of the first word with the server.
pub(crate) enum First {
    /// It knows the phone now.
    Heard,
    /// There was no usable answer.
    None(NoAnswer),
    /// There was no line.
    NoLine(TransportError),
}

/// Says who this phone is.
pub(crate) async fn say(
    notebook: &Notebook,
    carrier: &Carrier,
    joining: &Joining,
    transport: &dyn Transport,
) -> Result<First, AppError> {
    let enrolment = carrier.enrolment();
    let ask = JoinRequest {
        code: joining.code.clone(),
        device: enrolment.device,
        account: enrolment.account,
        public_key: BASE64URL_NOPAD.encode(carrier.key().verifying_key().as_bytes()),
        device_name: enrolment.device_name.clone(),
        name: enrolment.name.clone(),
        phone: joining.phone.clone(),
        agreed_at: joining.agreed_at,
        sentence: joining.sentence,
    };
    let json = serde_json::to_vec(&ask).map_err(|_| AppError::NotUnderstood)?;
    let answer = match carrier.post_json(transport, "/v1/join", json).await? {
        Ok(answer) => answer,
        Err(cut) => return Ok(First::NoLine(cut)),
    };
    let joined = match client::read_joined(answer.status().as_u16(), answer.body(), enrolment.device) {
        Ok(joined) if joined.server_key == enrolment.server_key && joined.account == enrolment.account => joined,
        // Another server answers than the one whose key stands on the poster.
        Ok(_) => return Ok(First::None(NoAnswer::Later(None))),
        Err(why) => return Ok(First::None(why)),
    };
    notebook.learn_time(Timestamp(joined.now))?;
    notebook.renew_lease()?;
    notebook.set_enrolment(Enrolment {
        name: joined.name,
        roles: joined.roles,
        spaces: joined.spaces,
        joining: Some(Joining { heard: true, ..joining.clone() }),
        ..enrolment.clone()
    })?;
    Ok(First::Heard)
}
