//! What can be typed about volunteers' activities.
//!
//! Owns the arguments. Refuses to act. Invariant: an activity is named by its title or its id; hours are asked of oneself.

use clap::{Args as ClapArgs, Subcommand};

/// Verbs on activities.
#[derive(Subcommand)]
pub enum ActivityVerb {
    /// 发起活动: what volunteers come together for; you organise it
    #[command(
        after_help = "Examples:\n  gridwalk activity add 清理楼道 --from '2026-11-28 09:00' --until '2026-11-28 11:00' --where 3幢门口 --places 10\n  gridwalk activity add 义诊 --from '2026-11-29 08:30' --unit 光明社区"
    )]
    Add(ActivityAdd),
    /// Activities that are on or to come; with --all also those that are over
    #[command(after_help = "Example:\n  gridwalk activity list --all")]
    List {
        /// Also what is over or called off
        #[arg(long)]
        all: bool,
    },
    /// One activity; its organiser sees who comes
    #[command(after_help = "Example:\n  gridwalk activity show 清理楼道")]
    Show {
        /// Its title or id
        activity: String,
    },
    /// 报名: say that you come
    #[command(after_help = "Example:\n  gridwalk activity join 清理楼道")]
    Join {
        /// The activity
        activity: String,
    },
    /// 取消报名: say that you do not
    #[command(after_help = "Example:\n  gridwalk activity leave 清理楼道")]
    Leave {
        /// The activity
        activity: String,
    },
    /// 确认时长: the organiser says that somebody came, and for how long; never of oneself
    #[command(
        after_help = "Examples:\n  gridwalk activity confirm 清理楼道 vera --hours 2.5\n  gridwalk activity confirm 清理楼道 wang --absent"
    )]
    Confirm(ActivityConfirm),
    /// 志愿时长: your own hours; nobody else's are told to you, nor yours to others
    #[command(after_help = "Example:\n  gridwalk activity hours")]
    Hours,
    /// Change it, or call it off with the reason
    #[command(after_help = "Example:\n  gridwalk activity edit 清理楼道 --set called_off=下雨")]
    Edit(super::Edit),
}

/// Arguments of `activity add`.
#[derive(ClapArgs)]
pub struct ActivityAdd {
    /// What it is called
    pub title: String,
    /// When it begins
    #[arg(long)]
    pub from: String,
    /// When it ends
    #[arg(long)]
    pub until: Option<String>,
    /// Where
    #[arg(long = "where", value_name = "PLACE")]
    pub place: Option<String>,
    /// What it is about
    #[arg(long)]
    pub text: Option<String>,
    /// How many are wanted
    #[arg(long)]
    pub places: Option<i64>,
    /// The unit below which everybody is told of it; the only one you work in if nothing is said
    #[arg(long)]
    pub unit: Option<String>,
}

/// Arguments of `activity confirm`.
#[derive(ClapArgs)]
pub struct ActivityConfirm {
    /// The activity
    pub activity: String,
    /// Who came: a name or an account
    pub person: String,
    /// For how many hours: 2 or 2.5
    #[arg(long, required_unless_present = "absent")]
    pub hours: Option<f64>,
    /// They did not come
    #[arg(long, conflicts_with = "hours")]
    pub absent: bool,
    /// A note
    #[arg(long)]
    pub note: Option<String>,
}
