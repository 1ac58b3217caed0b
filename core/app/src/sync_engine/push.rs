//! Pushing a frame, and what its answer does.
//!
//! Owns one frame's way. Refuses to choose which. Invariant: a reply counts only if it is about this frame and its
//! receipt was signed by the server.

use super::carry::Carrier;
use super::{Step, SyncEngine};
use crate::error::AppError;
use crate::transport::Transport;
use gridwalk_model::exchange::{PushFrame, PushReply};
use gridwalk_store::{Outgoing, WaitingLane};
use gridwalk_sync::client::{self, NoAnswer, PushAnswer};
use gridwalk_sync::frame_codec;
use gridwalk_sync::session::{Lane, Shrunk, Waiting};

/// What a session must know of a lane.
pub(super) const fn in_lane(w: WaitingLane) -> Waiting {
    Waiting { lane: (w.space, w.replica), first: w.seq, hash: w.hash }
}

/// What a session must know of an outgoing frame.
pub(super) fn waiting(outgoing: &Outgoing) -> Option<Waiting> {
    let first = outgoing.items.first()?;
    Some(Waiting { lane: (outgoing.space, outgoing.replica), first: first.seq, hash: first.hash })
}

impl SyncEngine {
    pub(super) async fn push(
        &mut self,
        carrier: &Carrier,
        transport: &dyn Transport,
        outgoing: Outgoing,
        changes_max: usize,
        lost: Option<(u64, u64)>,
    ) -> Result<Step, AppError> {
        let Some(begun) = waiting(&outgoing) else { return Ok(Step::Stale { space: outgoing.space }) };
        let Outgoing { space, replica, mut items } = outgoing;
        items.truncate(changes_max.max(1));
        let lost = lost.filter(|(_, to)| to + 1 == begun.first);
        let device = carrier.enrolment().device;
        let mut frame = PushFrame { space, replica, device, lost, items, signature: [0; 64] };
        frame_codec::sign(&mut frame, carrier.key());
        let bytes = frame_codec::frame_bytes(&frame);
        let answer = match carrier.post(transport, "/v1/push", &bytes).await? {
            Ok(answer) => answer,
            Err(cut) => {
                if cut.may_have_arrived() {
                    self.notebook.store().mark_offered(space, replica, &frame.items)?;
                }
                return Ok(self.no_line(&cut, Some((begun.lane, frame.items.len()))));
            }
        };
        match client::read_push(answer.status().as_u16(), answer.body()) {
            PushAnswer::Reply(reply) if client::is_about(&reply, &frame, &carrier.server_key()?) => {
                self.replied(begun, &frame, &reply)
            }
            PushAnswer::Reply(_) => self.unknown(begun.lane, &frame, NoAnswer::Later(None)),
            PushAnswer::None(why @ NoAnswer::Later(_)) => self.unknown(begun.lane, &frame, why),
            PushAnswer::Gap(expected) => {
                let lost = self.notebook.store().on_gap(space, replica, expected)?;
                self.session.gap(begun.lane, lost);
                Ok(Step::Gap { space, expected, lost })
            }
            PushAnswer::Clash(seq) => {
                let renewed = self.notebook.store().on_clash(space, replica, seq)?;
                self.session.clash(begun.lane, renewed);
                Ok(Step::Clash { space, renewed })
            }
            PushAnswer::Halve { sure } => self.too_large(begun.lane, &frame, sure),
            PushAnswer::None(why) => {
                self.note(&why)?;
                Ok(self.push_failed(begun.lane, why))
            }
        }
    }

    fn push_failed(&mut self, lane: Lane, why: NoAnswer) -> Step {
        self.session.push_failed(lane, why.clone());
        Step::NoAnswer(why)
    }

    /// An answer that says nothing about the frame: the server may have taken it.
    fn unknown(&mut self, lane: Lane, frame: &PushFrame, why: NoAnswer) -> Result<Step, AppError> {
        self.notebook.store().mark_offered(frame.space, frame.replica, &frame.items)?;
        Ok(self.push_failed(lane, why))
    }

    fn replied(&mut self, begun: Waiting, frame: &PushFrame, reply: &PushReply) -> Result<Step, AppError> {
        self.notebook.learn_time(reply.receipt.at)?;
        self.notebook.renew_lease()?;
        let store = self.notebook.store();
        let changed = store.apply_push_reply(reply)?;
        store.mark_offered(frame.space, frame.replica, &frame.items)?;
        self.session.pushed(begun);
        self.notebook.tell(changed)?;
        Ok(Step::pushed(frame, reply))
    }

    fn too_large(&mut self, lane: Lane, frame: &PushFrame, sure: bool) -> Result<Step, AppError> {
        let (space, replica) = lane;
        let first = frame.items.first();
        let body = first.is_some_and(|i| i.body.is_some());
        Ok(match (self.session.too_large(lane, frame.items.len(), sure, body), first) {
            (Shrunk::To(changes), _) => Step::Halved { space, changes },
            (Shrunk::Poison, Some(first)) => {
                self.notebook.store().poison(space, replica, first.seq, "not_accepted")?;
                Step::Poisoned { space, seq: first.seq }
            }
            _ => Step::Stalled { space },
        })
    }
}
