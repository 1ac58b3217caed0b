//! Narrowing a digest that did not agree, and telling the server what came of it.
//!
//! Owns one question's way, and one report's. Refuses to write states: what differs is fetched anew by pulls. Invariant:
//! what was found is on the disk before the next step; what was not is found again after the next page.

use super::carry::Carrier;
use super::{Step, SyncEngine};
use crate::error::AppError;
use crate::transport::Transport;
use gridwalk_model::digest::{Ask, Differing, Pair, Reach};
use gridwalk_model::id::SpaceId;
use gridwalk_sync::client::{self, NoAnswer};
use gridwalk_sync::digest_codec;
use gridwalk_sync::narrow::{self, Narrowed};

/// The pairs that a question was about.
fn pairs_of(ask: &Ask) -> Vec<Pair> {
    match ask {
        Ask::Pairs(_) => Vec::new(),
        Ask::Buckets { pairs, .. } | Ask::Items { pairs, .. } => pairs.clone(),
    }
}

impl SyncEngine {
    pub(super) async fn narrow(
        &mut self,
        carrier: &Carrier,
        transport: &dyn Transport,
        space: SpaceId,
    ) -> Result<Step, AppError> {
        let store = self.notebook.store();
        if self.reach == Reach::Total {
            store.verify_rows(space)?;
        }
        let Some(request) = store.digest_request(space, &self.reach)? else {
            self.session.narrow_later(space);
            return Ok(Step::Stale { space });
        };
        let bytes = digest_codec::request_bytes(&request);
        let answer = match carrier.post(transport, "/v1/digest", &bytes).await? {
            Ok(answer) => answer,
            Err(cut) => return Ok(self.no_line(&cut, None)),
        };
        let reply = match client::read_digest(answer.status().as_u16(), answer.body()) {
            Ok(reply) => reply,
            Err(why) => return self.narrow_failed(why),
        };
        let pairs = pairs_of(&request.ask);
        let reach = std::mem::take(&mut self.reach);
        let found = match narrow::after(&reach, request.ask, reply) {
            Narrowed::Further(reach) => {
                self.reach = reach;
                0
            }
            Narrowed::Found { differing, partial } => {
                store.note_differing(space, &pairs, &differing, partial)?;
                self.session.narrowed(space);
                differing.len() as u64
            }
            Narrowed::Agreed => {
                store.note_differing(space, &pairs, &Differing::default(), false)?;
                self.session.narrowed(space);
                0
            }
            Narrowed::Later => {
                self.session.narrow_later(space);
                0
            }
            Narrowed::NotUnderstood => return self.narrow_failed(NoAnswer::Later(None)),
        };
        Ok(Step::Narrowed { space, found })
    }

    fn narrow_failed(&mut self, why: NoAnswer) -> Result<Step, AppError> {
        self.note(&why)?;
        self.session.narrow_failed(why.clone());
        Ok(Step::NoAnswer(why))
    }

    /// Tells the server of divergences that came to an end; a server that does not take them is told another time.
    pub(super) async fn tell(&mut self, carrier: &Carrier, transport: &dyn Transport) -> Result<Step, AppError> {
        let store = self.notebook.store();
        let reports = store.divergences()?;
        let bytes = digest_codec::reports_bytes(&reports);
        let answer = match carrier.post(transport, "/v1/divergences", &bytes).await? {
            Ok(answer) => answer,
            Err(cut) => return Ok(self.no_line(&cut, None)),
        };
        self.session.to_tell(false);
        match client::read_done(answer.status().as_u16(), answer.body()) {
            Ok(()) => {
                store.divergences_told(&reports)?;
                self.session.to_tell(store.divergences_wait()?);
                Ok(Step::Told { reports: reports.len() as u64 })
            }
            Err(why) => self.narrow_failed(why),
        }
    }
}
