//! A phone of a newer release, as far as the protocol goes: it writes kinds, fields, operations and header fields that this
//! release does not know.
//!
//! Owns its changes and their way up. Refuses to hold states: what it has seen it is told. Invariant: it keeps all that it
//! ever wrote, and offers what the server says that it lacks.

use crate::machine::SeededIds;
use crate::run::SimError;
use crate::server::SimServer;
use crate::transport::Network;
use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::SigningKey;
use gridwalk_app::transport::Transport as _;
use gridwalk_model::change::Change;
use gridwalk_model::codec::Writer;
use gridwalk_model::exchange::{PushFrame, PushItem};
use gridwalk_model::id::{AccountId, DeviceId, RecordId, ReplicaId, SpaceId, UnitId};
use gridwalk_model::op::Op;
use gridwalk_model::{Name, SealedChange, Timestamp};
use gridwalk_sync::client::{self, PushAnswer};
use gridwalk_sync::enrol::{EnrolRequest, Enrolled};
use gridwalk_sync::proof::{self, Covered};
use gridwalk_sync::{CBOR, PROTOCOL_HEADER, PROTOCOL_VERSIONS, compress, frame_codec};
use http::{Request, header};

/// A kind that this release does not know.
pub const UNKNOWN_KIND: &str = "drone_flight";
/// A field that this release does not know.
pub const UNKNOWN_FIELD: &str = "roof_colour";
/// An operation that this release does not know.
const UNKNOWN_OP: u64 = 77;
/// A header field that this release does not know.
const UNKNOWN_HEADER: u64 = 900;

/// What is to be written about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// The unit that the change names.
    pub unit: UnitId,
    /// What stands there.
    pub seen: Vec<Name>,
}

/// A phone of a newer release.
pub struct NewerPhone {
    device: DeviceId,
    account: AccountId,
    key: SigningKey,
    replica: ReplicaId,
    ids: SeededIds,
    space: SpaceId,
    written: Vec<SealedChange>,
    taken: usize,
}

fn b16(ids: &SeededIds) -> [u8; 16] {
    let mut bytes = [0; 16];
    ids.fill_bytes(&mut bytes);
    bytes
}

impl NewerPhone {
    /// Enrols one.
    pub async fn enrol(
        server: &SimServer,
        network: &Network,
        (seed, login, account): (u64, usize, AccountId),
    ) -> Result<Self, SimError> {
        let ids = SeededIds::new(seed, 900);
        let mut seed = [0; 32];
        ids.fill_bytes(&mut seed);
        let key = SigningKey::from_bytes(&seed);
        let ask = EnrolRequest {
            code: server.enrol_code(login)?,
            public_key: BASE64URL_NOPAD.encode(key.verifying_key().as_bytes()),
            device_name: "newer".to_owned(),
            account: None,
        };
        let body = serde_json::to_vec(&ask).map_err(|e| SimError::Setup(e.to_string()))?;
        let request = Request::post("/v1/enrol").header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Bytes::from(body)).map_err(|e| SimError::Setup(e.to_string()))?;
        let answer = network.send(request).await.map_err(|e| SimError::Setup(e.to_string()))?;
        let enrolled: Enrolled =
            serde_json::from_slice(answer.body()).map_err(|e| SimError::Setup(format!("enrolment: {e}")))?;
        let (device, replica, space) = (enrolled.device, ReplicaId(b16(&ids)), server.city.county);
        Ok(Self { device, account, key, replica, ids, space, written: Vec::new(), taken: 0 })
    }

    /// An id for a new record.
    pub fn new_record(&self) -> RecordId {
        RecordId(b16(&self.ids))
    }

    /// Everything that it wrote.
    pub fn written(&self) -> &[SealedChange] {
        &self.written
    }

    /// Writes what this release does not know: a field, an operation, a header field.
    pub fn write(&mut self, subject: Subject, token: &str, now: Timestamp) -> Result<(), SimError> {
        let mut raw = Writer::default();
        raw.array(2).uint(UNKNOWN_OP).text(token);
        let mut header = Writer::default();
        header.text(token);
        let Subject { record, kind, unit, seen } = subject;
        let change = Change {
            space: self.space,
            replica: self.replica,
            seq: self.written.len() as u64 + 1,
            prev: self.written.last().map(|c| c.hash).unwrap_or_default(),
            record,
            kind,
            unit,
            author: self.account,
            machine: false,
            device: self.device,
            typed_at: now,
            heard: now,
            seen,
            was: Vec::new(),
            instead_of: None,
            salt: b16(&self.ids),
            ops: vec![Op::put(UNKNOWN_FIELD, token), Op::Unknown { code: UNKNOWN_OP, raw: raw.finish() }],
            extra: vec![(UNKNOWN_HEADER, header.finish())],
        };
        self.written.push(change.seal().map_err(|e| SimError::Setup(e.to_string()))?);
        Ok(())
    }

    /// Offers everything again: the server was put back.
    pub const fn offer_all(&mut self) {
        self.taken = 0;
    }

    /// Offers what the server is not known to have; true when it has all.
    pub async fn push(&mut self, network: &Network, now: Timestamp) -> Result<bool, SimError> {
        let item = |c: &SealedChange| PushItem { seq: c.change.seq, hash: c.hash, body: Some(c.bytes.clone()) };
        let items: Vec<PushItem> = self.written.iter().skip(self.taken).take(8).map(item).collect();
        if items.is_empty() {
            return Ok(true);
        }
        let upto = self.taken + items.len();
        let (space, replica, device) = (self.space, self.replica, self.device);
        let mut frame = PushFrame { space, replica, device, lost: None, items, signature: [0; 64] };
        frame_codec::sign(&mut frame, &self.key);
        let body = Bytes::from(compress::pack(&frame_codec::frame_bytes(&frame)));
        let covered = Covered { method: "POST", path: "/v1/push", query: "", body: &body };
        let proofs = proof::headers(&covered, device, &self.key, now, b16(&self.ids));
        let mut request = Request::post("/v1/push")
            .header(header::CONTENT_TYPE, CBOR)
            .header(PROTOCOL_HEADER, PROTOCOL_VERSIONS[0].to_string());
        for (name, value) in proofs {
            request = request.header(name, value);
        }
        let request = request.body(body).map_err(|e| SimError::Setup(e.to_string()))?;
        let Ok(answer) = network.send(request).await else { return Ok(false) };
        match client::read_push(answer.status().as_u16(), answer.body()) {
            PushAnswer::Reply(_) => self.taken = upto,
            PushAnswer::Gap(expected) => self.taken = usize::try_from(expected).unwrap_or(1).saturating_sub(1),
            PushAnswer::Clash(seq) => return Err(SimError::Setup(format!("the newer phone's {seq} clashed"))),
            PushAnswer::Halve { .. } | PushAnswer::None(_) => {}
        }
        Ok(self.taken == self.written.len())
    }
}
