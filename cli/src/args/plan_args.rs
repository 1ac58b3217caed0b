//! What can be typed about visit plans.
//!
//! Owns the arguments. Refuses to act. Invariant: whose consent a plan stands on is typed with the plan itself.

use super::{Edit, List};
use clap::{Args as ClapArgs, Subcommand};

/// Verbs on visit plans.
#[derive(Subcommand)]
pub enum PlanVerb {
    /// Add one to a household, a dwelling or premises
    #[command(
        after_help = "Purposes: alone_old, left_behind_child, needy_child, disabled, low_income, asked, newcomer, rented_home, premises_safety, enterprise, follow_up, other\n\nExamples:\n  gridwalk plan add 王家 alone_old --every 30 --consent-by 王奶奶 --consent-on 2026-11-20\n  gridwalk plan add 老王小吃 premises_safety --every 90\n  gridwalk plan add 王家 follow_up --case 楼下堆放液化气罐 --due 2026-12-01"
    )]
    Add(PlanAdd),
    /// Nobody is sent any more; consent that is taken back ends a plan the same day
    #[command(
        after_help = "Reasons: consent_withdrawn, done, moved_away, not_needed, replaced\n\nExample:\n  gridwalk plan end 王家 consent_withdrawn"
    )]
    End(PlanEnd),
    /// Open the form of a plan, or save it
    #[command(after_help = "Example:\n  gridwalk plan edit PLAN --set every_days=14")]
    Edit(Edit),
    /// The plan of a door, or one plan
    #[command(after_help = "Example:\n  gridwalk plan show 王家")]
    Show(PlanShow),
    /// Plans of a door or unit, by the day of the next visit
    #[command(after_help = "Example:\n  gridwalk plan list\n  gridwalk plan list --in 光明社区第一网格")]
    List(List),
    /// What is due: plans, household links and doors to come to again
    #[command(after_help = "Examples:\n  gridwalk plan due\n  gridwalk plan due --in 光明社区第一网格 --json")]
    Due(PlanDue),
}

/// Arguments of `plan add`.
#[derive(ClapArgs)]
pub struct PlanAdd {
    /// The household, dwelling or premises
    pub door: String,
    /// What for
    pub purpose: String,
    /// After how many days somebody comes again
    #[arg(long, value_name = "DAYS")]
    pub every: Option<i64>,
    /// The first day; today if nothing is said
    #[arg(long)]
    pub from: Option<String>,
    /// The last day
    #[arg(long)]
    pub until: Option<String>,
    /// By when a visit that is paid once is paid
    #[arg(long)]
    pub due: Option<String>,
    /// The case that orders it
    #[arg(long)]
    pub case: Option<String>,
    /// Who gave consent: 王奶奶本人, 女儿
    #[arg(long, value_name = "WHO")]
    pub consent_by: Option<String>,
    /// On which day; today if nothing is said
    #[arg(long, value_name = "DAY")]
    pub consent_on: Option<String>,
    /// The resident whom it is about
    #[arg(long, value_name = "RESIDENT")]
    pub resident: Option<String>,
    /// Who visits, in words
    #[arg(long, value_name = "WHO")]
    pub visitor: Option<String>,
    /// I visit
    #[arg(long)]
    pub mine: bool,
    /// A note
    #[arg(long)]
    pub note: Option<String>,
}

/// Arguments of `plan end`.
#[derive(ClapArgs)]
pub struct PlanEnd {
    /// The plan, or the door that has just one
    pub plan: String,
    /// Why
    pub reason: String,
    /// On which day; today if nothing is said
    #[arg(long)]
    pub on: Option<String>,
    /// The basis that was printed
    #[arg(long)]
    pub basis: Option<String>,
}

/// Arguments of `plan show`.
#[derive(ClapArgs)]
pub struct PlanShow {
    /// The plan, or the door that has just one
    pub plan: String,
}

/// Arguments of `plan due`.
#[derive(ClapArgs)]
pub struct PlanDue {
    /// Only in this unit and below
    #[arg(long = "in", value_name = "UNIT", visible_alias = "unit")]
    pub within: Option<String>,
    /// Without plans that name somebody else
    #[arg(long)]
    pub mine: bool,
    /// At most so many of each list
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
}
