//! Who arrived: phones that wait and people who joined, as a supervisor's own phone asks and answers the server.
//!
//! Owns the questions. Refuses to keep what is told. Invariant: nothing of it stands in a file of the phone; without a line
//! nothing is decided.

use crate::error::AppError;
use crate::notebook::Notebook;
use crate::sync_engine::carry::Carrier;
use crate::transport::Transport;
use gridwalk_sync::arrival::{Arrivals, NewcomerSeen, PhoneSeen};
use gridwalk_sync::client::{self, NoAnswer};
use std::sync::Arc;

fn why(no: NoAnswer) -> AppError {
    match no {
        NoAnswer::Refused(problem) => AppError::Problem(problem),
        _ => AppError::NotUnderstood,
    }
}

impl Notebook {
    /// Those whom this phone's person may decide about.
    pub async fn arrivals(self: &Arc<Self>, transport: &dyn Transport) -> Result<Arrivals, AppError> {
        self.pass_gate()?;
        let answer = Carrier::new(self)?.get(transport, "/v1/arrivals").await??;
        client::read_arrivals(answer.status().as_u16(), answer.body()).map_err(why)
    }

    /// A phone shows these digits: it is let in.
    pub async fn confirm_phone(self: &Arc<Self>, transport: &dyn Transport, seen: &PhoneSeen) -> Result<(), AppError> {
        self.say(transport, "/v1/arrivals/phone", seen).await
    }

    /// Somebody who joined is a volunteer from now on, or is told no.
    pub async fn decide_newcomer(
        self: &Arc<Self>,
        transport: &dyn Transport,
        seen: &NewcomerSeen,
    ) -> Result<(), AppError> {
        self.say(transport, "/v1/arrivals/newcomer", seen).await
    }

    async fn say(
        self: &Arc<Self>,
        transport: &dyn Transport,
        path: &str,
        said: &impl serde::Serialize,
    ) -> Result<(), AppError> {
        self.pass_gate()?;
        let json = serde_json::to_vec(said).map_err(|_| AppError::NotUnderstood)?;
        let answer = Carrier::new(self)?.post_json(transport, path, json).await??;
        client::read_done(answer.status().as_u16(), answer.body()).map_err(why)
    }
}
