//! What can be typed about visits.
//!
//! Owns the arguments. Refuses to act. Invariant: what was typed before there were lists of visits is still understood:
//! `gridwalk visit DOOR OUTCOME`.

use super::{Edit, List, OneRecord};
use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

/// Arguments of `visit`: a visit that was paid, or a verb.
#[derive(ClapArgs)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct VisitArgs {
    /// What to do beside recording one
    #[command(subcommand)]
    pub verb: Option<VisitVerb>,
    /// The visit
    #[command(flatten)]
    pub paid: Option<Visit>,
}

/// Verbs on visits.
#[derive(Subcommand)]
pub enum VisitVerb {
    /// Before knocking: who lives there, what can be confirmed, earlier visits, when to come again
    #[command(after_help = "Example:\n  gridwalk visit begin 王家")]
    Begin(OneRecord),
    /// Visits to a door, or in a unit, the newest first
    #[command(
        after_help = "Examples:\n  gridwalk visit list --in 王家\n  gridwalk visit list --in 光明社区第一网格 --json"
    )]
    List(List),
    /// One visit with who was met and what was raised
    #[command(after_help = "Example:\n  gridwalk visit list --in 王家\n  gridwalk visit show 0199…")]
    Show(OneRecord),
    /// Correct one: open the form (prints its basis), or save it
    #[command(after_help = "Example:\n  gridwalk visit edit 0199… --set note=王大爷和孙子在家")]
    Edit(Edit),
    /// Doors where nobody answered, with the hour to come again
    #[command(after_help = "Examples:\n  gridwalk visit again\n  gridwalk visit again --in 光明社区 --json")]
    Again(List),
}

/// Arguments of a visit that was paid.
#[derive(ClapArgs, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub struct Visit {
    /// The household, dwelling, premises, estate, facility or household link
    pub door: String,
    /// What came of it
    pub outcome: String,
    /// A note
    #[arg(long)]
    pub note: Option<String>,
    /// When; now if nothing is said
    #[arg(long)]
    pub at: Option<String>,
    /// It was ticked on paper and is typed in now: `--at` is the time on the paper
    #[arg(long, requires = "at")]
    pub from_paper: bool,
    /// How: door, phone, chat; at the door if nothing is said
    #[arg(long)]
    pub mode: Option<String>,
    /// The same as --mode phone
    #[arg(long, conflicts_with = "mode")]
    pub by_phone: bool,
    /// A resident who was met; may be repeated
    #[arg(long, value_name = "RESIDENT")]
    pub met: Vec<String>,
    /// Somebody else who was met, in words: 对门邻居
    #[arg(long, value_name = "WHO")]
    pub met_other: Option<String>,
    /// An opinion that was heard: it becomes a case, an ask; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub heard: Vec<String>,
    /// Something dangerous that was found: it becomes a case, a hazard; may be repeated. What stands before an = is its
    /// category; a text that has the sign in it and no category is written =TEXT
    #[arg(long, value_name = "[CATEGORY=]TEXT")]
    pub found: Vec<String>,
    /// A record that was found as it is written; may be repeated
    #[arg(long, value_name = "RECORD")]
    pub confirm: Vec<String>,
    /// The door and all who live behind it were found as they are written; the outcome `no_change` says so by itself
    #[arg(long)]
    pub unchanged: bool,
    /// When somebody is to come again
    #[arg(long, value_name = "WHEN")]
    pub again: Option<String>,
    /// Where the form was filled in, as the platform says: LAT,LON;crs=…;accuracy=…;mock=yes
    #[arg(long, value_name = "POINT")]
    pub stood_at: Option<String>,
    /// When the form was opened
    #[arg(long, value_name = "MOMENT")]
    pub opened: Option<String>,
    /// Attach a picture (JPEG, PNG); may be repeated
    #[arg(long = "picture", value_name = "FILE")]
    pub pictures: Vec<PathBuf>,
    /// Keep it half filled, as a draft; nothing is recorded yet, and its pictures stay where they are until it is finished
    #[arg(long)]
    pub keep: bool,
    /// The draft that this finishes: what is not said again stays as it was kept
    #[arg(long, value_name = "DRAFT", conflicts_with = "keep")]
    pub draft: Option<String>,
    /// The basis of the door that was printed
    #[arg(long)]
    pub basis: Option<String>,
}
