//! Asking which records here may be the same as others of the county: once at the end of a session, if it is time.
//!
//! Owns the way of one question and of the further ones that it may need. Refuses to compare. Invariant: no answer, and
//! no server that understands the question, is never a reason why a session is not done.

use super::carry::Carrier;
use super::{Step, SyncEngine};
use crate::error::AppError;
use crate::transport::Transport;
use gridwalk_model::candidate::CandidateRequest;
use gridwalk_model::id::TimelineId;
use gridwalk_model::limits;
use gridwalk_model::role::Roles;
use gridwalk_sync::{candidate_codec, client};

impl SyncEngine {
    /// Asks for one space for which it is time; `None` if it is for none any more, or nothing comes back.
    pub(super) async fn ask_candidates(
        &mut self,
        carrier: &Carrier,
        transport: &dyn Transport,
    ) -> Result<Option<Step>, AppError> {
        if !self.notebook.roles()?.meets(Roles::REGISTER) {
            return Ok(None);
        }
        let reference = |space| carrier.enrolment().spaces.iter().any(|s| s.space == space && s.reference);
        for space in self.notebook.spaces()?.into_iter().filter(|space| !reference(*space)) {
            if !self.asked.insert(space) {
                continue;
            }
            let Some(request) = self.notebook.store().candidate_request(space, self.notebook.now())? else { continue };
            let Some(found) = self.ask_all(carrier, transport, request).await? else { return Ok(None) };
            return Ok(Some(Step::CandidatesTold { space, found }));
        }
        Ok(None)
    }

    /// One question with those that follow from it; how many candidates were told.
    async fn ask_all(
        &self,
        carrier: &Carrier,
        transport: &dyn Transport,
        mut request: CandidateRequest,
    ) -> Result<Option<u64>, AppError> {
        let (mut found, mut begun): (u64, Option<(TimelineId, u64)>) = (0, None);
        for _ in 0..limits::SYNC_STEPS_MAX {
            let bytes = candidate_codec::request_bytes(&request);
            let Ok(answer) = carrier.post(transport, "/v1/candidates", &bytes).await? else { return Ok(None) };
            let Ok(reply) = client::read_candidates(answer.status().as_u16(), answer.body()) else { return Ok(None) };
            if request.since.is_none() {
                begun.get_or_insert(reply.upto);
            }
            self.notebook.store().keep_told(&request, &reply, begun, self.notebook.now())?;
            found += reply.found.len() as u64;
            request = match (reply.after, reply.more) {
                (Some(_), _) => CandidateRequest { after: reply.after, held: Vec::new(), ..request },
                (None, true) => CandidateRequest { since: Some(reply.upto), held: Vec::new(), ..request },
                (None, false) => return Ok(Some(found)),
            };
        }
        Ok(Some(found))
    }
}
