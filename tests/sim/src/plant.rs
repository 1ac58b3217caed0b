//! Bugs planted to test the simulator: their names, and on which side they sit.
//!
//! Owns the list that the command line knows. Refuses to plant without the cargo feature. Invariant: at most one.

use crate::run::SimError;
use gridwalk_server::Planted as At;
use gridwalk_store::Planted as On;

/// A bug to plant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plant {
    /// On the phones.
    Phone(On),
    /// On the server.
    Server(At),
}

const fn phone(bug: On) -> Plant {
    Plant::Phone(bug)
}

const fn server(bug: At) -> Plant {
    Plant::Server(bug)
}

/// The bugs of this release, by name, with what each does.
pub const PLANTS: [(&str, Plant, &str); 22] = [
    ("outbox_on_verdict", phone(On::OutboxDroppedOnVerdict), "outbox dropped on verdict"),
    ("folded_twice", phone(On::FoldedTwice), "own change folded twice"),
    ("watermark", phone(On::AcknowledgedByWatermark), "acknowledged by watermark"),
    ("heard_any", phone(On::HeardByAnyPage), "time ticked by raw pulls"),
    ("left_after", server(At::LeftAfterState), "departure applied after the state"),
    ("left_skipped", phone(On::LeftSkippedWhenPending), "departure skipped when something is pending"),
    ("no_early", server(At::NoEarly), "approval without what comes early"),
    ("console_seq", server(At::ConsoleSeqReused), "console seq reused after a restore"),
    ("digest_all_kinds", server(At::DigestAllKinds), "digest over all kinds"),
    ("bf_below_cursor", server(At::BackfillBelowCursor), "backfill below the cursor skipped"),
    ("draft_on_leave", phone(On::DraftDeletedOnLeave), "draft deleted on leave"),
    ("heads_dropped", server(At::HeadsDropped), "heads dropped"),
    ("no_departure", server(At::NoDeparture), "departure not sent"),
    ("seq_reused", phone(On::SeqReused), "seq reused"),
    ("fsync_skipped", phone(On::FsyncSkipped), "fsync skipped"),
    ("global_seq", server(At::GlobalSequence), "global sequence as cursor"),
    ("judged_at_receipt", server(At::JudgedAtReceipt), "rights judged at receipt"),
    ("late_not_carried", server(At::LateNotCarried), "what comes after a move to another space is not carried"),
    ("erasures_not_replayed", server(At::ErasuresNotReplayed), "erasures not made again after a restore"),
    ("erasures_not_told", server(At::ErasuresNotTold), "phones not told what was erased of what they gave"),
    ("erased_kept", phone(On::ErasedKept), "what was erased of own changes stays on the phone"),
    ("mask_skipped", server(At::MaskSkipped), "states sent as they are stored, whoever asks"),
];

/// The bug of a name.
pub fn by_name(name: &str) -> Result<Plant, SimError> {
    let known = || PLANTS.map(|(n, ..)| n).join(", ");
    if !cfg!(feature = "planted") {
        return Err(SimError::Setup("built without the feature `planted`".to_owned()));
    }
    let found = PLANTS.iter().find(|(n, ..)| *n == name);
    found
        .map(|(_, plant, _)| *plant)
        .ok_or_else(|| SimError::Setup(format!("no bug is called {name:?}; there are: {}", known())))
}
