//! What can be typed about units, their posts and points.
//!
//! Owns the arguments. Refuses to act. Invariant: a point says which reference system its degrees are of.

use super::Edits;
use clap::Args as ClapArgs;

/// Arguments of `unit`.
#[derive(ClapArgs)]
pub struct UnitArgs {
    /// A unit's id, name or code
    pub unit: Option<String>,
    /// At most so many in the list
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
}

/// Arguments of `call`.
#[derive(ClapArgs)]
pub struct Call {
    /// A grid's id, name or code, old codes too; the own one if nothing is said
    pub grid: Option<String>,
    /// The same as GRID
    #[arg(long, value_name = "UNIT", conflicts_with = "grid")]
    pub unit: Option<String>,
}

/// Arguments of `posts`.
#[derive(ClapArgs)]
pub struct Posts {
    /// Only posts that nobody fills today
    #[arg(long)]
    pub empty: bool,
    /// Only this unit and what is below it
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,
}

/// What can be done with a post.
#[derive(clap::Subcommand)]
pub enum PostVerb {
    /// 设岗、任职: open a post, or say who fills it; what is not said stays
    #[command(
        after_help = "Example:\n  gridwalk post set 光明社区第一网格 legal_adviser --set name=周律师 --set phone=13800000002\n  gridwalk post set 光明社区第一网格 楼栋长 --set number=3 --set name=李四"
    )]
    Set {
        #[command(flatten)]
        which: PostWhich,
        #[command(flatten)]
        edits: Edits,
    },
    /// 离任: say from which day on a post is empty; today if nothing is said
    #[command(after_help = "Example:\n  gridwalk post vacate 光明社区第一网格 gridworker --until 2026-12-01")]
    Vacate {
        #[command(flatten)]
        which: PostWhich,
        /// The first day on which it is empty
        #[arg(long, value_name = "DATE")]
        until: Option<String>,
    },
}

/// Which post.
#[derive(ClapArgs)]
pub struct PostWhich {
    /// The unit's id, name or code
    pub unit: String,
    /// Which post: a code or its word
    pub role: String,
    /// Which of several of one role
    #[arg(long, default_value_t = 1)]
    pub number: i64,
}

/// Arguments of `near`.
#[derive(ClapArgs)]
#[command(allow_negative_numbers = true)]
pub struct Near {
    /// Latitude, degrees
    pub lat: f64,
    /// Longitude, degrees
    pub lon: f64,
    /// Which reference system the degrees are of: wgs84, cgcs2000, gcj02 (AMap, Tencent), bd09 (Baidu)
    #[arg(long)]
    pub crs: Option<String>,
    /// Within so many metres
    #[arg(long, default_value_t = 500.0)]
    pub metres: f64,
    /// At most so many
    #[arg(long, default_value_t = 20)]
    pub limit: usize,
}
