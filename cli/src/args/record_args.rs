//! The command line of what is done with any record: undone, searched for, moved, restored, sent.

use clap::Args as ClapArgs;

/// Arguments of `undo`.
#[derive(ClapArgs)]
pub struct Undo {
    /// The number of a save of the command; the last command that is not undone if nothing is said
    pub save: Option<u64>,
    /// Only say what can be undone, and what that would do
    #[arg(long)]
    pub list: bool,
    /// How many commands the list shows
    #[arg(long, default_value_t = 10)]
    pub limit: u32,
    /// Pass over what cannot be undone, and undo the newest command that can
    #[arg(long, conflicts_with_all = ["save", "list"])]
    pub older: bool,
    /// Go on with the rest where something stands in the way
    #[arg(long)]
    pub rest: bool,
    /// Why, where a step asks for it
    #[arg(long)]
    pub reason: Option<String>,
}

/// Arguments of `search`.
#[derive(ClapArgs)]
pub struct Search {
    /// Any part of a name or number, or pinyin initials
    pub text: String,
    /// Only of this kind; may be repeated
    #[arg(long)]
    pub kind: Vec<String>,
    /// At most so many
    #[arg(long, default_value_t = 20)]
    pub limit: u32,
}

/// Arguments of `move`.
#[derive(ClapArgs)]
pub struct Move {
    /// The record
    pub record: String,
    /// The unit (for buildings and cases) or the record above (for all else)
    #[arg(long, value_name = "RECORD")]
    pub to: String,
    /// The basis that was printed
    #[arg(long)]
    pub basis: Option<String>,
}

/// Arguments of `apart`.
#[derive(ClapArgs)]
pub struct Apart {
    /// One
    pub one: String,
    /// The other; the only other one if nothing is said
    pub other: Option<String>,
}

/// Arguments of `deleted`.
#[derive(ClapArgs)]
pub struct Deleted {
    /// Only of this kind
    #[arg(long)]
    pub kind: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
}

/// Arguments of `sync`.
#[derive(ClapArgs)]
pub struct Sync {
    /// Go on until Ctrl-C: the server says when there is something
    #[arg(long)]
    pub watch: bool,
}
