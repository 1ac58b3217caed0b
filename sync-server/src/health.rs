//! Whether the server lives, and whether it can do its work.
//!
//! Owns `GET /health` and `GET /ready`. Refuses to tell anything about data. Invariant: `health` asks nothing of the
//! disk; `ready` does.

use crate::error::{Result, problem};
use crate::server::Server;
use axum::Json;
use axum::extract::State;
use gridwalk_sync::ProblemCode;
use serde_json::{Value, json};

/// `GET /health`: the process answers.
pub async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// `GET /ready`: the database can be read, and pushes can be taken.
pub async fn ready(State(server): State<Server>) -> Result<Json<Value>> {
    let running = server.running().clone();
    let (spaces, short) = running
        .work(|running| Ok((running.read(|r| Ok(r.tx.spaces()?.len()))?, running.disk_is_short())))
        .await
        .map_err(|_| problem(ProblemCode::Unavailable, "the database does not answer"))?;
    Ok(Json(json!({ "status": if short { "reads_only" } else { "ok" }, "spaces": spaces })))
}
