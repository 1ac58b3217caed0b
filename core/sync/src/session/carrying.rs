//! What a session brings besides one's own changes: bundles of others, and the question whether a hand-over is safe.
//!
//! Owns these two queues. Refuses to hold seals: it knows them by their hashes. Invariant: each is asked once in a session,
//! and what comes to nothing keeps no page away.

use super::{Rest, Session};
use crate::client::NoAnswer;
use gridwalk_model::hash::Hash;

impl Session {
    /// What this phone carries for others, and which sealed copies wait to be called safe: once in this session.
    pub fn carry(&mut self, bundles: Vec<Hash>, copies: Vec<Hash>) {
        self.carried = bundles.into();
        self.copies = copies.into_iter().map(|copy| (copy, false)).collect();
    }

    /// The bundle was brought to the server, or never will be.
    pub fn carried(&mut self) {
        self.carried.pop_front();
    }

    /// There was no usable answer to a bundle: what is carried waits for another session, the rest goes on.
    pub fn carry_failed(&mut self, why: NoAnswer) {
        self.carried.clear();
        match why {
            NoAnswer::Later(after_s) => self.end = Rest::Later { after_s },
            NoAnswer::StorageFull => self.end = Rest::StorageFull,
            NoAnswer::Revoked | NoAnswer::Refused(_) | NoAnswer::UpdateNeeded => {}
            other @ (NoAnswer::UnknownDevice | NoAnswer::ClockOff(_)) => self.failed(other),
        }
    }

    /// The server spoke of a sealed copy; `lost`: it does not have it.
    pub fn vouched(&mut self, lost: bool) {
        let copy = self.copies.pop_front();
        if let Some((copy, false)) = copy.filter(|_| lost) {
            self.copies.push_front((copy, true));
        }
    }

    /// There was no usable answer about a sealed copy: it stays, the rest goes on.
    pub fn vouch_failed(&mut self) {
        self.copies.clear();
    }
}
