//! The end of a device: hand over what is left, purge, say so.
//!
//! Owns the order. Refuses to purge what no receipt names. Invariant: a phone that dies anywhere here hands over again.

use super::carry::Carrier;
use super::{Step, SyncEngine};
use crate::enrol::Enrolment;
use crate::error::AppError;
use crate::ids;
use crate::rescue;
use crate::transport::Transport;
use gridwalk_store::{HandOver as Names, PurgeOutcome, SealedCopy};
use gridwalk_sync::client;
use gridwalk_sync::enrol::Purged;
use gridwalk_sync::handover::{self, HandOver};
use gridwalk_sync::seal;
use zeroize::Zeroizing;

impl SyncEngine {
    pub(super) async fn hand_over(&mut self, carrier: &Carrier, transport: &dyn Transport) -> Result<Step, AppError> {
        let (left, names) = self.notebook.store().hand_over()?;
        let bundle = rescue::hand_over(carrier.enrolment().device, left);
        let copy = self.sealed(carrier, &bundle, &names)?;
        let answer = match carrier.post(transport, "/v1/handover", &copy.sealed).await? {
            Ok(answer) => answer,
            Err(cut) => return Ok(self.no_line(&cut, None)),
        };
        match client::read_handover(answer.status().as_u16(), answer.body(), copy.seal, &carrier.server_key()?) {
            Ok(_) => {
                self.handed_over = names;
                self.session.handed_over();
                Ok(Step::HandedOver { changes: bundle.changes.len(), drafts: bundle.drafts.len() })
            }
            Err(why) => {
                self.note(&why)?;
                self.session.failed(why.clone());
                Ok(Step::NoAnswer(why))
            }
        }
    }

    /// The hand-over as it travels: sealed once, and kept before it leaves, so that a second try gives the same.
    fn sealed(&self, carrier: &Carrier, left: &HandOver, names: &Names) -> Result<SealedCopy, AppError> {
        let store = self.notebook.store();
        if let Some(copy) = store.sealed_hand_over(names)? {
            return Ok(copy);
        }
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(ids::random(self.notebook.ids())?);
        let sealed = handover::seal_left(left, &carrier.server_key()?, &seed)?;
        let copy = SealedCopy { seal: seal::seal_hash(&sealed), sealed };
        store.keep_sealed_hand_over(names, &copy)?;
        Ok(copy)
    }

    /// Whether a revoked phone has nothing left to hand over and has said so: it rests at once.
    pub(super) fn is_ended(&self, carrier: &Carrier) -> Result<bool, AppError> {
        let enrolment = carrier.enrolment();
        Ok(enrolment.revoked && enrolment.purge_told && self.notebook.store().hand_over()?.0.is_empty())
    }

    pub(super) fn purge(&mut self) -> Result<Step, AppError> {
        let done = self.notebook.store().purge(&self.handed_over)? == PurgeOutcome::Purged;
        self.session.purged(done);
        if done && let Some(enrolment) = self.notebook.enrolment() {
            self.notebook.set_enrolment(Enrolment { revoked: true, purge_told: false, ..(*enrolment).clone() })?;
        }
        Ok(Step::Purged { done })
    }

    pub(super) async fn acknowledge(&mut self, carrier: &Carrier, transport: &dyn Transport) -> Result<Step, AppError> {
        let spaces = carrier.enrolment().spaces.iter().map(|s| s.space).collect();
        let json = serde_json::to_vec(&Purged { spaces }).map_err(|_| AppError::NotUnderstood)?;
        let answer = match carrier.post_json(transport, "/v1/purged", json).await? {
            Ok(answer) => answer,
            Err(cut) => return Ok(self.no_line(&cut, None)),
        };
        match client::read_done(answer.status().as_u16(), answer.body()) {
            Ok(()) => {
                self.notebook.set_enrolment(Enrolment { purge_told: true, ..carrier.enrolment().clone() })?;
                self.session.acknowledged();
            }
            Err(why) => {
                self.note(&why)?;
                self.session.failed(why);
            }
        }
        Ok(Step::Acknowledged)
    }
}
