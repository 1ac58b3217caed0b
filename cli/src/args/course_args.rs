//! What can be typed about trainings (岗前培训).
//!
//! Owns the arguments. Refuses to act. Invariant: a training is named by its title or its id, a person by their name here or
//! their account. To practise on a made-up street is `training`, and another thing.

use clap::{Args as ClapArgs, Subcommand};

/// Verbs on trainings.
#[derive(Subcommand)]
pub enum CourseVerb {
    /// Add a training: for which roles, and whether it is required before the first case is taken
    #[command(
        after_help = "Roles: gridworker, handler, mediator, volunteer\n\nExamples:\n  gridwalk course add 网格员岗前培训 --for gridworker --required --text 职责、文明用语、法律责任 --question 先期处置是什么\n  gridwalk course add 消防基础 --for gridworker --for handler --valid-days 365 --required"
    )]
    Add(CourseAdd),
    /// Trainings, with how you stand with each
    #[command(after_help = "Example:\n  gridwalk course list")]
    List,
    /// What a training says and asks
    #[command(after_help = "Example:\n  gridwalk course show 网格员岗前培训")]
    Show {
        /// Its title or id
        training: String,
    },
    /// 登记: check somebody's training off, never your own
    #[command(
        after_help = "Examples:\n  gridwalk course check-off 网格员岗前培训 ann\n  gridwalk course check-off 消防基础 ann --on 2026-11-20 --online --note 九十分"
    )]
    CheckOff(CourseCheckOff),
    /// Take it back that somebody was trained, with the reason
    #[command(after_help = "Example:\n  gridwalk course strike 消防基础 ann --reason 登记错人")]
    Strike(CourseStrike),
    /// Who goes without a training that is required, and which cases they took all the same
    #[command(after_help = "Example:\n  gridwalk course missing --unit 光明社区")]
    Missing {
        /// Only below this unit
        #[arg(long)]
        unit: Option<String>,
    },
    /// Change what it says, or whether it is required
    #[command(after_help = "Example:\n  gridwalk course edit 消防基础 --set required=yes")]
    Edit(super::Edit),
}

/// Arguments of `course add`.
#[derive(ClapArgs)]
pub struct CourseAdd {
    /// What it is called
    pub title: String,
    /// A role that it is for; several times for several
    #[arg(long = "for", value_name = "ROLE")]
    pub roles: Vec<String>,
    /// It is required before the first case is taken
    #[arg(long)]
    pub required: bool,
    /// For how many days it counts; for good if nothing is said
    #[arg(long)]
    pub valid_days: Option<i64>,
    /// What it says
    #[arg(long)]
    pub text: Option<String>,
    /// The duty that it is for
    #[arg(long)]
    pub duty: Option<String>,
    /// A question that it asks; several times for several
    #[arg(long = "question", value_name = "QUESTION")]
    pub questions: Vec<String>,
    /// The unit below which it is for everybody of its roles; the only one you work in if nothing is said
    #[arg(long)]
    pub unit: Option<String>,
}

/// Arguments of `course check-off`.
#[derive(ClapArgs)]
pub struct CourseCheckOff {
    /// The training
    pub training: String,
    /// Who was trained
    pub person: String,
    /// On which day; today if nothing is said
    #[arg(long)]
    pub on: Option<String>,
    /// It was online
    #[arg(long)]
    pub online: bool,
    /// A note
    #[arg(long)]
    pub note: Option<String>,
    /// The unit in which they work; that of their post if nothing is said, else yours
    #[arg(long)]
    pub unit: Option<String>,
}

/// Arguments of `course strike`.
#[derive(ClapArgs)]
pub struct CourseStrike {
    /// The training
    pub training: String,
    /// Whose
    pub person: String,
    /// Why
    #[arg(long)]
    pub reason: String,
}
