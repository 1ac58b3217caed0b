//! Bugs that can be planted, to see whether the simulator finds them.
//!
//! Owns their names. Refuses to exist in a build without the feature `planted`: there every question is answered with
//! no, and the compiler takes the branches out. Invariant: at most one is planted.

/// A planted bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Planted {
    /// Of several heads of a field only the newest is kept.
    HeadsDropped,
    /// Who no longer sees a record is not told.
    NoDeparture,
    /// The console's replica stays the same over a restore.
    ConsoleSeqReused,
    /// The digest sums records of kinds outside the scope.
    DigestAllKinds,
    /// A backfill skips what is older than the cursor.
    BackfillBelowCursor,
    /// The admission of what was approved does not stamp what is not here yet.
    NoEarly,
    /// Rights are judged by what is so at receipt.
    JudgedAtReceipt,
    /// A record's audience is written some time after its pos was taken.
    GlobalSequence,
    /// What comes to a record after it moved to another space is not carried after it.
    LateNotCarried,
    /// A page says of a record that came back to a key both its state and, after it, that it left.
    LeftAfterState,
    /// States go out as they are stored, whoever asks.
    MaskSkipped,
    /// A backup is put back without the list of erasures: whoever puts it back leaves the list behind.
    ErasuresNotReplayed,
    /// Phones are not told what was erased of what they gave.
    ErasuresNotTold,
}

impl Planted {
    /// All, by name.
    pub const ALL: [(&'static str, Self); 13] = [
        ("heads_dropped", Self::HeadsDropped),
        ("no_departure", Self::NoDeparture),
        ("console_seq", Self::ConsoleSeqReused),
        ("digest_all_kinds", Self::DigestAllKinds),
        ("bf_below_cursor", Self::BackfillBelowCursor),
        ("no_early", Self::NoEarly),
        ("judged_at_receipt", Self::JudgedAtReceipt),
        ("global_seq", Self::GlobalSequence),
        ("late_not_carried", Self::LateNotCarried),
        ("left_after", Self::LeftAfterState),
        ("mask_skipped", Self::MaskSkipped),
        ("erasures_not_replayed", Self::ErasuresNotReplayed),
        ("erasures_not_told", Self::ErasuresNotTold),
    ];

    /// The bug of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(n, _)| *n == name).map(|(_, p)| p)
    }
}
