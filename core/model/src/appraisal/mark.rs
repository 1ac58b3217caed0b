//! Marks: what happened to a case, yes or no.
//!
//! Owns their names, by which formulas ask for them. Refuses to find them out: `fact` does. Invariant: a name stays what it
//! is for ever, for it stands in facts that were kept.

use std::collections::BTreeSet;

macro_rules! marks {
    ($($(#[$doc:meta])* $mark:ident = $name:literal),+ $(,)?) => {
        /// What happened to a case.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Mark { $($(#[$doc])* $mark),+ }

        impl Mark {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$mark),+];

            /// Its name in formulas.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$mark => $name),+ }
            }
        }
    };
}

marks! {
    /// It is closed now.
    Closed = "closed",
    /// It was closed once.
    WasClosed = "was_closed",
    /// It is void.
    Void = "void",
    /// Nobody looked at it yet.
    Unverified = "unverified",
    /// It is the same as another case, under which it is counted.
    Double = "double",
    /// It is a drill: nothing of it is counted.
    Drill = "drill",
    /// It is held now.
    Held = "held",
    /// It was held once.
    WasHeld = "was_held",
    /// Its deadline was extended.
    Extended = "extended",
    /// A unit was urged.
    Urged = "urged",
    /// A unit was supervised.
    Supervised = "supervised",
    /// It was sent back to be done better.
    Reworked = "reworked",
    /// It was verified and never sent back.
    CheckedRight = "checked_right",
    /// It was handled again after it was closed.
    HandledAgain = "handled_again",
    /// Whoever asked was called back.
    CalledBack = "called_back",
    /// They were content when they were asked last.
    Satisfied = "satisfied",
    /// It is of the gravest level.
    Grave = "grave",
}

/// The marks of a case.
pub type Marks = BTreeSet<Mark>;
