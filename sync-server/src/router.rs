//! The map of the server: every route.
//!
//! Owns which path leads to which handler. Refuses to decide anything. Invariant: a route that is not here does not
//! exist.

use crate::api::{self, bundle, digest, enrol, events, handover, history};
use crate::health;
use crate::page;
use crate::server::Server;
use axum::Router;
use axum::routing::{get, post};

/// All routes.
pub fn router(server: Server) -> Router {
    Router::new()
        .route("/v1/push", post(api::push))
        .route("/v1/pull", post(api::pull))
        .route("/v1/digest", post(digest::digest))
        .route("/v1/divergences", post(digest::divergences))
        .route("/v1/events", get(events::events))
        .route("/v1/enrol", post(enrol::enrol))
        .route("/v1/me", get(enrol::me))
        .route("/v1/history/{space}/{record}", get(history::history))
        .route("/v1/bundle", post(bundle::bundle))
        .route("/v1/handover", post(handover::hand_over))
        .route("/v1/handover/{seal}", get(handover::vouch))
        .route("/v1/purged", post(handover::purged))
        .route("/", get(page::status))
        .route("/setup", get(page::set_up_form).post(page::set_up_post))
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .with_state(server)
}
