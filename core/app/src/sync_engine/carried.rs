//! What this phone brings to the server besides its own changes: bundles of others, and word of its sealed hand-over.
//!
//! Owns one such request and what its answer does. Refuses to open a seal. Invariant: a bundle leaves the store only in
//! the transaction that stores its reply; a sealed copy only when the server says that it is safe.

use super::carry::Carrier;
use super::{Step, SyncEngine};
use crate::error::AppError;
use crate::transport::Transport;
use gridwalk_model::hash::Hash;
use gridwalk_sync::client::{self, NoAnswer};
use gridwalk_sync::seal;

impl SyncEngine {
    pub(super) async fn carry_bundle(
        &mut self,
        carrier: &Carrier,
        transport: &dyn Transport,
        bundle: Hash,
    ) -> Result<Step, AppError> {
        let Some(sealed) = self.notebook.store().carried_seal(bundle)? else {
            self.session.carried();
            return Ok(Step::Carried { code: None });
        };
        let answer = match carrier.post(transport, "/v1/bundle", &sealed).await? {
            Ok(answer) => answer,
            Err(cut) => return Ok(self.no_line(&cut, None)),
        };
        let store = self.notebook.store();
        match client::read_bundle(answer.status().as_u16(), answer.body(), bundle) {
            Ok(reply) => {
                store.carried_answered(bundle, seal::seal_hash(&reply), &reply, self.notebook.now())?;
                self.session.carried();
                Ok(Step::Carried { code: None })
            }
            Err(NoAnswer::Refused(problem)) => {
                store.carried_refused(bundle, problem.code.name())?;
                self.session.carried();
                Ok(Step::Carried { code: Some(problem.code.name()) })
            }
            Err(why) => {
                self.note(&why)?;
                self.session.carry_failed(why.clone());
                Ok(Step::NoAnswer(why))
            }
        }
    }

    pub(super) async fn vouch(
        &mut self,
        carrier: &Carrier,
        transport: &dyn Transport,
        copy: Hash,
    ) -> Result<Step, AppError> {
        let answer = match carrier.get(transport, &format!("/v1/handover/{copy}")).await? {
            Ok(answer) => answer,
            Err(cut) => return Ok(self.no_line(&cut, None)),
        };
        match client::read_vouched(answer.status().as_u16(), answer.body()) {
            Ok(safe) => {
                if safe == Some(true) {
                    self.notebook.store().drop_sealed_copy(copy)?;
                }
                self.session.vouched(safe.is_none());
                Ok(Step::Vouched { safe: safe == Some(true) })
            }
            Err(why) => {
                self.note(&why)?;
                self.session.vouch_failed();
                Ok(Step::NoAnswer(why))
            }
        }
    }

    pub(super) async fn give_again(
        &mut self,
        carrier: &Carrier,
        transport: &dyn Transport,
        copy: Hash,
    ) -> Result<Step, AppError> {
        if let Some(sealed) = self.notebook.store().sealed_copy(copy)? {
            let answer = match carrier.post(transport, "/v1/handover", &sealed).await? {
                Ok(answer) => answer,
                Err(cut) => return Ok(self.no_line(&cut, None)),
            };
            let key = carrier.server_key()?;
            if let Err(why) = client::read_handover(answer.status().as_u16(), answer.body(), copy, &key) {
                self.note(&why)?;
                self.session.vouch_failed();
                return Ok(Step::NoAnswer(why));
            }
        }
        self.session.vouched(true);
        Ok(Step::Vouched { safe: false })
    }
}
