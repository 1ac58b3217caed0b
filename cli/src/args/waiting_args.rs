//! Arguments of what waits: changes that came back, disagreements, and open forms.
//!
//! Owns `attention`, `decide` and `drafts`. Refuses to act. Invariant: a save and a form are named by what the lists print.

use super::Edits;
use clap::{Args as ClapArgs, Subcommand};

/// Arguments of `attention`.
#[derive(ClapArgs)]
pub struct Attention {
    /// What to do with an item
    #[command(subcommand)]
    pub verb: Option<AttentionVerb>,
}

/// What to do with what came back.
#[derive(Subcommand)]
pub enum AttentionVerb {
    /// The same again, right this time
    #[command(after_help = "Example:\n  gridwalk attention correct 12 --set size=4")]
    Correct(Correct),
    /// Put it aside: it is not wanted any more
    #[command(after_help = "Example:\n  gridwalk attention dismiss 12")]
    Dismiss(Dismiss),
}

/// Arguments of `attention correct`.
#[derive(ClapArgs)]
pub struct Correct {
    /// The item's number
    pub save: u64,
    /// What is different now; all else is said again as it was typed
    #[command(flatten)]
    pub edits: Edits,
}

/// Arguments of `attention dismiss`.
#[derive(ClapArgs)]
pub struct Dismiss {
    /// The item's number, or the letters and digits before an overtaken step
    pub item: String,
}

/// Arguments of `drafts`.
#[derive(ClapArgs)]
pub struct Drafts {
    /// What to do with a draft
    #[command(subcommand)]
    pub verb: Option<DraftVerb>,
}

/// What to do with a draft.
#[derive(Subcommand)]
pub enum DraftVerb {
    /// Throw it away
    #[command(after_help = "Example:\n  gridwalk drafts\n  gridwalk drafts discard DRAFT")]
    Discard {
        /// Its id
        draft: String,
    },
}

/// Arguments of `decide`.
#[derive(ClapArgs)]
pub struct Decide {
    /// The record
    pub record: String,
    /// The field
    pub field: String,
    /// The number of the value in `disagreements`
    #[arg(long, value_name = "N", conflicts_with_all = ["value", "clear"])]
    pub pick: Option<usize>,
    /// Another value
    #[arg(long, conflicts_with = "clear")]
    pub value: Option<String>,
    /// None of them: clear the field
    #[arg(long)]
    pub clear: bool,
    /// The basis that `disagreements` printed; that of now if nothing is said
    #[arg(long)]
    pub basis: Option<String>,
}
