//! What is noticed about every request: a line in the log and a few numbers.
//!
//! Owns what a line may hold: request id, method, route, status, time. Refuses to write down a path, a query, a header or
//! a body: a path names records. Invariant: nothing that a person typed gets from a request into the log or a number.

use crate::auth;
use crate::server::Server;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use gridwalk_sync::PROTOCOL_HEADER;
use http::HeaderValue;
use std::time::Instant;
use tracing::Instrument as _;

/// The header of a request's id, which the server gives.
pub const REQUEST_ID: http::HeaderName = http::HeaderName::from_static("x-request-id");

/// Watches a request: its line in the log, its numbers, and the protocol version that the server speaks.
pub(crate) async fn watch(State(server): State<Server>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let id = request.headers().get(REQUEST_ID).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let method = method_of(request.method());
    let span = tracing::info_span!("request", id, method, route);
    async move {
        let mut response = next.run(request).await;
        let status = response.status().as_u16();
        let took = began.elapsed();
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(status, took_ms, "answered");
        server.running().metrics.answered(method, &route, status, took);
        if let Some(newest) = auth::served().first() {
            response.headers_mut().insert(PROTOCOL_HEADER, HeaderValue::from(*newest));
        }
        response
    }
    .instrument(span)
    .await
}

/// A method that anybody made up is none of ours.
fn method_of(method: &http::Method) -> &'static str {
    match *method {
        http::Method::GET => "GET",
        http::Method::POST => "POST",
        http::Method::HEAD => "HEAD",
        http::Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
