//! Carrying requests: packed, signed, sent.
//!
//! Owns headers and the proof of each request. Refuses to know what is asked. Invariant: no request leaves unsigned,
//! and each has a nonce of its own.

use crate::enrol::{self, Enrolment};
use crate::error::AppError;
use crate::ids;
use crate::notebook::Notebook;
use crate::transport::{Answer, Transport, TransportError};
use bytes::Bytes;
use ed25519_dalek::{SigningKey, VerifyingKey};
use gridwalk_sync::proof::{self, Covered};
use gridwalk_sync::{CBOR, PROTOCOL_HEADER, PROTOCOL_VERSIONS, compress};
use http::{Method, Request, header};
use std::sync::Arc;

/// A device's way of asking.
pub(crate) struct Carrier {
    notebook: Arc<Notebook>,
    enrolment: Arc<Enrolment>,
    key: SigningKey,
}

/// An answer, or why there is no line.
pub(crate) type Carried = Result<http::Response<Bytes>, TransportError>;

impl Carrier {
    /// A carrier for the device that this phone is.
    pub(crate) fn new(notebook: &Arc<Notebook>) -> Result<Self, AppError> {
        notebook.refuse_in_training()?;
        let enrolment = notebook.enrolment().ok_or(AppError::NotEnrolled)?;
        let key = enrol::device_key(notebook.keys())?;
        Ok(Self { notebook: Arc::clone(notebook), enrolment, key })
    }

    pub(crate) fn enrolment(&self) -> &Enrolment {
        &self.enrolment
    }

    pub(crate) const fn key(&self) -> &SigningKey {
        &self.key
    }

    pub(crate) fn server_key(&self) -> Result<VerifyingKey, AppError> {
        self.enrolment.server_key()
    }

    /// Asks without a body.
    pub(crate) async fn get(&self, transport: &dyn Transport, path: &str) -> Result<Carried, AppError> {
        let request = self.request(Method::GET, path, Bytes::new(), None)?;
        sorted(transport.send(request).await)
    }

    /// Sends CBOR, packed.
    pub(crate) async fn post(&self, transport: &dyn Transport, path: &str, cbor: &[u8]) -> Result<Carried, AppError> {
        let request = self.request(Method::POST, path, compress::pack(cbor).into(), Some(CBOR))?;
        sorted(transport.send(request).await)
    }

    /// Sends JSON.
    pub(crate) async fn post_json(
        &self,
        transport: &dyn Transport,
        path: &str,
        json: Vec<u8>,
    ) -> Result<Carried, AppError> {
        let request = self.request(Method::POST, path, json.into(), Some("application/json"))?;
        sorted(transport.send(request).await)
    }

    /// Puts bytes as they are.
    pub(crate) async fn put(&self, transport: &dyn Transport, path: &str, bytes: Bytes) -> Result<Carried, AppError> {
        let request = self.request(Method::PUT, path, bytes, Some("application/octet-stream"))?;
        sorted(transport.send(request).await)
    }

    /// A signed request.
    pub(crate) fn request(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
        content: Option<&str>,
    ) -> Result<Request<Bytes>, AppError> {
        let covered = Covered { method: method.as_str(), path, query: "", body: &body };
        let nonce = ids::random(self.notebook.ids())?;
        let proofs = proof::headers(&covered, self.enrolment.device, &self.key, self.notebook.now(), nonce);
        let mut request =
            Request::builder().method(method).uri(path).header(PROTOCOL_HEADER, PROTOCOL_VERSIONS[0].to_string());
        for (name, value) in proofs {
            request = request.header(name, value);
        }
        if let Some(content) = content {
            request = request.header(header::CONTENT_TYPE, content);
        }
        request.body(body).map_err(|_| AppError::Transport(TransportError::Address))
    }
}

/// Parts what passes by itself from what does not.
fn sorted(answer: Answer) -> Result<Carried, AppError> {
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(e) if e.is_transient() => Ok(Err(e)),
        Err(e) => Err(e.into()),
    }
}
