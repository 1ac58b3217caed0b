//! What can be typed about notices.
//!
//! Owns the arguments. Refuses to act. Invariant: a notice is named by its title or its id.

use clap::{Args as ClapArgs, Subcommand};

/// Verbs on notices.
#[derive(Subcommand)]
pub enum NoticeVerb {
    /// 发通知: a word to all who work below a unit, for a time; volunteers read only what is marked for them
    #[command(
        after_help = "Examples:\n  gridwalk notice give 寒潮预警 --text 检查外露水管 --until 2026-12-03 --receipt\n  gridwalk notice give 周末集合改到九点 --volunteers --unit 光明社区"
    )]
    Give(NoticeGive),
    /// Notices in force; with --all also those that are over
    #[command(after_help = "Examples:\n  gridwalk notice list\n  gridwalk notice list --all --json")]
    List {
        /// Also what is over or still to come
        #[arg(long)]
        all: bool,
    },
    /// Read one; that you read it is noted. Those who lead see who has read it and who has not
    #[command(after_help = "Example:\n  gridwalk notice show 寒潮预警")]
    Show {
        /// Its title or id
        notice: String,
    },
    /// 回执: say that you have read and understood it
    #[command(after_help = "Example:\n  gridwalk notice confirm 寒潮预警")]
    Confirm {
        /// Its title or id
        notice: String,
    },
}

/// Arguments of `notice give`.
#[derive(ClapArgs)]
pub struct NoticeGive {
    /// What it is called
    pub title: String,
    /// What it says
    #[arg(long)]
    pub text: Option<String>,
    /// From when; now if nothing is said
    #[arg(long)]
    pub from: Option<String>,
    /// Until when; a day alone is its end
    #[arg(long)]
    pub until: Option<String>,
    /// Whoever reads it says so
    #[arg(long)]
    pub receipt: bool,
    /// Volunteers read it, too
    #[arg(long)]
    pub volunteers: bool,
    /// The unit below which it is read; the only one you work in if nothing is said
    #[arg(long)]
    pub unit: Option<String>,
}
