//! Bugs planted on purpose, so that the simulator can prove that it finds them.
//!
//! Owns their names. Refuses to act unless the cargo feature `planted` is on. Invariant: without the feature none of
//! them can be chosen.

/// A bug on the phone's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    /// An own change leaves the outbox with its verdict, before any state contains it.
    OutboxDroppedOnVerdict,
    /// Only one head of a disagreement is stored.
    HeadsDropped,
    /// A departure is not noted while something typed on the record is undecided.
    LeftSkippedWhenPending,
    /// A seq is given out a second time.
    SeqReused,
    /// Own changes are taken as applied up to the receipt's seq, whatever their verdicts.
    AcknowledgedByWatermark,
    /// An own change is folded into a state that contains it.
    FoldedTwice,
    /// What was last heard of the server is the time of any page, complete or not.
    HeardByAnyPage,
    /// A draft goes with the record that it stands on.
    DraftDeletedOnLeave,
    /// Nothing waits for the disk, whatever was acknowledged.
    FsyncSkipped,
    /// What was erased of own changes stays in them, and pictures with it.
    ErasedKept,
}
