//! Arguments of `print`.
//!
//! Owns what is printed of what. Refuses to draw. Invariant: a sheet is of one building or of one group.

use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

/// Sheets to print, as HTML.
#[derive(Subcommand)]
pub enum PrintVerb {
    /// 入户登记表: the doors of a building, or the households of a group in walking order, with boxes to tick
    #[command(
        after_help = "Examples:\n  gridwalk print doors --building '3 幢' --out doors.html\n  gridwalk print doors --unit 沙杭村三组 --out group.html\n\nWhat was ticked is typed in later with its real time:\n  gridwalk visit 王家 seen --at '2026-11-22 19:05' --from-paper\n  gridwalk canvass call 402 nobody_home --at '2026-11-22 19:05' --from-paper"
    )]
    Doors(PrintOf),
    /// 摸排表: every door of a building with outcomes and needs, without a name
    #[command(after_help = "Example:\n  gridwalk print canvass --building '3 幢' --out canvass.html")]
    Canvass(PrintOf),
}

/// What a sheet is of, and where it goes.
#[derive(ClapArgs)]
pub struct PrintOf {
    /// The building
    #[arg(long, value_name = "BUILDING", conflicts_with = "unit", required_unless_present = "unit")]
    pub building: Option<String>,
    /// The group or grid, where there are no doors to count
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,
    /// The file; - for the standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub out: PathBuf,
}
