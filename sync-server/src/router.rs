//! The map of the server: every route.
//!
//! Owns which path leads to which handler. Refuses to decide anything. Invariant: a route that is not here does not
//! exist.

use crate::health;
use crate::server::Server;
use axum::Router;
use axum::routing::get;

/// All routes.
pub fn router(server: Server) -> Router {
    Router::new().route("/health", get(health::health)).route("/ready", get(health::ready)).with_state(server)
}
