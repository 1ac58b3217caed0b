//! A value that is hidden from this phone, told by the server for a reason while there is a line.
//!
//! Owns the question. Refuses to keep the answer. Invariant: what is told stands in no file of the phone.

use crate::error::AppError;
use crate::notebook::Notebook;
use crate::sync_engine::carry::Carrier;
use crate::transport::Transport;
use gridwalk_model::RecordId;
use gridwalk_sync::client::{self, NoAnswer};
use gridwalk_sync::reveal::{RevealRequest, Revealed};
use std::sync::Arc;

impl Notebook {
    /// Asks the server for the values of a field, and says why; the server's audit keeps that.
    pub async fn reveal(
        self: &Arc<Self>,
        transport: &dyn Transport,
        record: RecordId,
        field: &str,
        reason: &str,
    ) -> Result<Revealed, AppError> {
        let carrier = Carrier::new(self)?;
        let missing = || AppError::Store(gridwalk_store::StoreError::NotFound);
        let space = self.store().space_of(record)?.ok_or_else(missing)?;
        let asked = RevealRequest { space, record, field: field.to_owned(), reason: reason.to_owned() };
        let json = serde_json::to_vec(&asked).map_err(|_| AppError::NotUnderstood)?;
        let answer = carrier.post_json(transport, "/v1/reveal", json).await??;
        match client::read_revealed(answer.status().as_u16(), answer.body()) {
            Ok(revealed) => Ok(revealed),
            Err(NoAnswer::Refused(problem)) => Err(AppError::Problem(problem)),
            Err(_) => Err(AppError::NotUnderstood),
        }
    }
}
