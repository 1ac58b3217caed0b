//! The command line of patrols: on duty, past check-points, off duty; and the track, which its person sees first.

use super::OneRecord;
use clap::{Args as ClapArgs, Subcommand};

/// Verbs on patrols.
#[derive(Subcommand)]
pub enum PatrolVerb {
    /// On duty in a grid: from now on fixes and passings are taken
    #[command(after_help = "Example:\n  gridwalk patrol start --unit 光明社区第一网格")]
    Start(Start),
    /// Off duty: nothing is written about where you are any more
    #[command(after_help = "Example:\n  gridwalk patrol stop --note 消火栓均完好")]
    Stop(Stop),
    /// Past a check-point
    #[command(
        after_help = "Example:\n  gridwalk patrol pass 北门消火栓 --where '30.75,120.76;crs=wgs84;accuracy=8;source=satellite'"
    )]
    Pass(Pass),
    /// A fix from the platform, on duty: it joins the track on this phone, and passes the check-points that it reaches
    #[command(after_help = "Example:\n  gridwalk patrol fix '30.75,120.76;crs=wgs84;accuracy=8;source=satellite'")]
    Fix(Fix),
    /// Patrols that this phone holds
    #[command(after_help = "Example:\n  gridwalk patrol list --unit 光明社区 --json")]
    List(PatrolList),
    /// One of them, with its check-points; the last one if nothing is said
    #[command(after_help = "Example:\n  gridwalk patrol show")]
    Show(OnePatrol),
    /// Your own track, as long as it is kept: fine for 7 days, coarse up to 30, then gone; another's, if shared with you
    #[command(
        after_help = "Examples:\n  gridwalk patrol track\n  gridwalk patrol track PATROL       # asks the server"
    )]
    Track(OnePatrol),
    /// Let your supervisors see the track of a patrol that has ended; it fades there as it fades here
    #[command(after_help = "Example:\n  gridwalk patrol share && gridwalk sync")]
    Share(OnePatrol),
    /// Drop the track of a patrol: nothing of it is left here, nor where it was shared
    #[command(after_help = "Example:\n  gridwalk patrol drop")]
    Drop(OnePatrol),
}

/// Arguments of `patrol start`.
#[derive(ClapArgs)]
pub struct Start {
    /// The grid; the only one of this phone if nothing is said
    #[arg(long)]
    pub unit: Option<String>,
    /// When; now if nothing is said
    #[arg(long)]
    pub at: Option<String>,
}

/// Arguments of `patrol stop`.
#[derive(ClapArgs)]
pub struct Stop {
    /// A word about it
    #[arg(long)]
    pub note: Option<String>,
    /// When; now if nothing is said
    #[arg(long)]
    pub at: Option<String>,
}

/// Arguments of `patrol pass`.
#[derive(ClapArgs)]
pub struct Pass {
    /// The check-point
    #[command(flatten)]
    pub spot: OneRecord,
    /// Where the phone thinks that it is: `lat,lon;crs=…`
    #[arg(long = "where", value_name = "POINT")]
    pub point: Option<String>,
    /// When; now if nothing is said
    #[arg(long)]
    pub at: Option<String>,
}

/// Arguments of `patrol fix`.
#[derive(ClapArgs)]
pub struct Fix {
    /// `lat,lon;crs=…;accuracy=…;source=satellite;mock=no`
    pub point: String,
    /// When; now if nothing is said
    #[arg(long)]
    pub at: Option<String>,
}

/// Arguments of `patrol list`.
#[derive(ClapArgs)]
pub struct PatrolList {
    /// Only this unit and what is below it
    #[arg(long)]
    pub unit: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 20)]
    pub limit: u32,
}

/// A patrol.
#[derive(ClapArgs)]
pub struct OnePatrol {
    /// Its id; your own last one if nothing is said
    pub patrol: Option<String>,
}
