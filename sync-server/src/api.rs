//! What devices call: bytes in, bytes out, around the functions that decide.
//!
//! Owns the handlers of push, pull, history, hand-over and purge, and the limits on bodies. Refuses to decide.
//! Invariant: nothing of a body is read before its size is bounded and its head was signed, nothing of it counts before it
//! is known to be what was signed for, and all large bodies together have a bounded part of the memory.

pub mod arrival;
pub mod bundle;
pub mod candidate;
pub mod digest;
pub mod enrol;
pub mod events;
pub mod handover;
pub mod history;
pub mod join;
pub mod login;
pub mod oidc;
pub mod people;
pub mod picture;
pub mod reveal;
pub mod track;

use crate::auth;
use crate::error::{Result, ServerError, problem};
use crate::ingest;
use crate::limits as own_limits;
use crate::pull::{self, Asked};
use crate::rate;
use crate::server::{Running, Server};
use crate::store::DeviceRow;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt as _;
use gridwalk_model::codec::Malformed;
use gridwalk_model::limits;
use gridwalk_sync::compress::{self, Unpack};
use gridwalk_sync::{CBOR, Problem, ProblemCode, frame_codec, page_codec};
use http::header;
use http::request::Parts;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// A signed request read whole, within a limit. Whoever did not sign its head is refused before its body is read, and a
/// large body is read when there is room for it.
pub(crate) async fn read_signed(server: &Server, request: Request, bytes_max: usize) -> Result<(Parts, Bytes)> {
    let (mut parts, body) = request.into_parts();
    let running = server.running();
    if let Err(refused) = auth::head(running, &mut parts) {
        pass_over(&parts, body).await;
        return Err(rate::of_refused(running, refused, &parts.extensions));
    }
    let room = room(running, told(&parts).unwrap_or(bytes_max).min(bytes_max)).await?;
    let (parts, bytes) = read(Request::from_parts(parts, body), bytes_max).await?;
    Ok((parts, Bytes::from_owner(Kept { bytes, _room: room })))
}

/// A body, and its part of what large ones share: given back with it.
struct Kept {
    bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Waits for room for a large body.
async fn room(running: &Running, bytes: usize) -> Result<Option<OwnedSemaphorePermit>> {
    if bytes <= own_limits::LARGE_BODY_BYTES {
        return Ok(None);
    }
    let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
    if let Ok(free) = running.bodies.clone().try_acquire_many_owned(kib) {
        return Ok(Some(free));
    }
    let waits = Duration::from_secs(own_limits::LARGE_BODY_WAITS_S);
    let taken = tokio::time::timeout(waits, running.bodies.clone().acquire_many_owned(kib)).await;
    taken.ok().and_then(std::result::Result::ok).map(Some).ok_or_else(|| {
        let mut full = Problem::new(ProblemCode::Unavailable, "other large bodies are being read");
        full.retry_after_s = Some(own_limits::LARGE_BODY_WAITS_S);
        full.into()
    })
}

/// Lets a body of a refused request pass, piece by piece, if it is no larger than a frame: a phone that is still sending
/// would not hear why it was refused.
async fn pass_over(parts: &Parts, body: Body) {
    if told(parts).is_some_and(|bytes| bytes <= limits::FRAME_BYTES_MAX) {
        let mut pieces = body.into_data_stream();
        while let Some(Ok(_)) = pieces.next().await {}
    }
}

/// How large a request says that its body is.
fn told(parts: &Parts) -> Option<usize> {
    parts.headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A request read whole, within a limit.
pub(crate) async fn read(request: Request, bytes_max: usize) -> Result<(Parts, Bytes)> {
    let (parts, body) = request.into_parts();
    if told(&parts).is_some_and(|n| n > bytes_max) {
        return Err(problem(ProblemCode::TooLarge, "the body is larger than its limit"));
    }
    let body: Body = body;
    let bytes = axum::body::to_bytes(body, bytes_max).await.map_err(|e| {
        use std::error::Error as _;
        let too_large = e.source().is_some_and(|s| s.to_string().contains("length limit"));
        let source =
            |e: &(dyn std::error::Error + 'static)| e.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let kinds = std::iter::successors(e.source(), |e| (*e).source()).filter_map(source);
        if kinds.into_iter().any(|kind| kind == std::io::ErrorKind::TimedOut) {
            // A slow line is no fault of what it carries: the phone tries again, and with less.
            return problem(ProblemCode::Unavailable, "the body took too long");
        }
        let code = if too_large { ProblemCode::TooLarge } else { ProblemCode::Malformed };
        problem(code, "the body was cut or is larger than its limit")
    })?;
    Ok((parts, bytes))
}

fn unpack(body: &[u8], max: usize) -> Result<Vec<u8>> {
    compress::unpack(body, max).map_err(|e| match e {
        Unpack::TooLarge => problem(ProblemCode::TooLarge, "larger than its limit when unpacked"),
        Unpack::NotZstd => problem(ProblemCode::Malformed, "not zstd"),
    })
}

fn malformed(e: Malformed) -> ServerError {
    let code = if e == Malformed::TooLarge { ProblemCode::TooLarge } else { ProblemCode::Malformed };
    problem(code, &e.to_string())
}

fn packed(bytes: &[u8]) -> Response {
    ([(header::CONTENT_TYPE, CBOR)], compress::pack(bytes)).into_response()
}

/// `POST /v1/push`.
pub async fn push(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, body) = read_signed(&server, request, limits::FRAME_BYTES_MAX).await?;
    server.running().work(move |running| push_now(running, &parts, &body)).await
}

fn push_now(running: &Running, parts: &Parts, body: &[u8]) -> Result<Response> {
    let carrier = auth::proven(running, parts, body)?;
    if running.disk_is_short() {
        return Err(ServerError::DiskFull);
    }
    let frame = frame_codec::read_frame(&unpack(body, limits::FRAME_BYTES_MAX)?).map_err(malformed)?;
    let reply = ingest::push(running, carrier, frame)?;
    running.metrics.judged(&reply.verdicts);
    Ok(packed(&frame_codec::reply_bytes(&reply)))
}

/// `POST /v1/pull`.
pub async fn pull(State(server): State<Server>, request: Request) -> Result<Response> {
    let (parts, body) = read_signed(&server, request, own_limits::PULL_REQUEST_BYTES_MAX).await?;
    let running = server.running();
    let asked = asked(running, &parts, &body)?;
    // A signature and three questions: to hand that to another thread and back would cost more than it.
    if let Some(page) = running.read(|r| pull::without_news(r, &asked))? {
        return Ok(packed(&page_codec::page_bytes(&page)));
    }
    let work = move |running: &Running| {
        let page = running.read(|r| pull::page(r, &asked))?;
        Ok(packed(&page_codec::page_bytes(&page)))
    };
    running.work(work).await
}

/// What a request proves to ask.
fn asked(running: &Running, parts: &Parts, body: &[u8]) -> Result<Asked> {
    let device = auth::proven(running, parts, body)?;
    auth::speaks(parts)?;
    let bytes = unpack(body, own_limits::PULL_REQUEST_BYTES_MAX)?;
    let request = page_codec::read_request(&bytes).map_err(malformed)?;
    Ok(Asked { device, request, answers: frame_codec::request_hash(&bytes) })
}

/// The device of a request, which must not be revoked.
pub(crate) fn living_device(running: &Running, parts: &Parts, body: &[u8]) -> Result<DeviceRow> {
    let device = auth::device(running, parts, body)?;
    if device.revoked_at.is_some() {
        return Err(problem(ProblemCode::Revoked, "the device was revoked"));
    }
    Ok(device)
}
