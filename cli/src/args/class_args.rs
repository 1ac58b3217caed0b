//! Arguments of the verbs on case classes.
//!
//! Owns what can be typed. Refuses to act. Invariant: every argument says what it means.

use clap::{Args as ClapArgs, Subcommand};

/// What to do with case classes.
#[derive(Subcommand)]
pub enum ClassVerb {
    /// All classes, or those of a code set, a category or a kind
    #[command(
        after_help = "Examples:\n  gridwalk class list --codeset gbt30428_event\n  gridwalk class list --kind hazard --json"
    )]
    List(ClassList),
    /// Classes by a word, pinyin, its initials, a code or a category
    #[command(
        after_help = "Examples:\n  gridwalk class find 飞线\n  gridwalk class find fxcd\n  gridwalk class find fire_lane_blocked --json"
    )]
    Find(ClassFind),
    /// One class: filing condition, limit, closing condition, who is responsible
    #[command(
        after_help = "Examples:\n  gridwalk class show 占用消防通道\n  gridwalk class show gridwalk_safety/1/0104 --at 光明社区 --json"
    )]
    Show(ClassWhich),
    /// Which unit rules propose for a class at a place, and by which row; a dispatcher decides
    #[command(
        after_help = "Examples:\n  gridwalk class propose 占用消防通道 --at 光明社区第一网格\n  gridwalk class propose gbt30428_event/2013/0205 --at 330402001 --json"
    )]
    Propose(ClassWhich),
    /// When a class or a limit is due that starts then: by office hours, holidays and make-up days
    #[command(
        after_help = "Examples:\n  gridwalk class due 企业诉求 --from '2024-05-09 15:00'\n  gridwalk class due --limit '4 工作时' --from '2026-09-30 16:00' --pause '2026-10-09 09:00/2026-10-09 10:00'"
    )]
    Due(ClassDue),
}

/// Arguments of `class list`.
#[derive(ClapArgs)]
pub struct ClassList {
    /// Only of this code set: gbt30428_part, gbt30428_event, gridwalk_safety, gridwalk_community
    #[arg(long)]
    pub codeset: Option<String>,
    /// Only of this category of cases
    #[arg(long)]
    pub category: Option<String>,
    /// Only of this kind: hazard, ask, dispute, proposal, incident
    #[arg(long)]
    pub kind: Option<String>,
    /// As it holds at this unit; yours if nothing is said
    #[arg(long, value_name = "UNIT")]
    pub at: Option<String>,
}

/// Arguments of `class find`.
#[derive(ClapArgs)]
pub struct ClassFind {
    /// A word, pinyin, initials, a code or a category
    pub query: String,
    /// As it holds at this unit; yours if nothing is said
    #[arg(long, value_name = "UNIT")]
    pub at: Option<String>,
}

/// A class at a unit.
#[derive(ClapArgs)]
pub struct ClassWhich {
    /// Its name, or codeset/version/code
    pub class: String,
    /// As it holds at this unit; yours if nothing is said
    #[arg(long, value_name = "UNIT")]
    pub at: Option<String>,
}

/// Arguments of `class due`.
#[derive(ClapArgs)]
pub struct ClassDue {
    /// The class; its limit counts
    #[arg(required_unless_present = "limit")]
    pub class: Option<String>,
    /// A limit instead: '4 工作时', '3 workday'
    #[arg(long, value_name = "LIMIT", conflicts_with = "class")]
    pub limit: Option<String>,
    /// When it starts; now if nothing is said
    #[arg(long, value_name = "MOMENT")]
    pub from: Option<String>,
    /// When its clock stood: FROM/TO, or FROM/ for one that goes on; may be repeated
    #[arg(long, value_name = "FROM/TO")]
    pub pause: Vec<String>,
    /// The office whose hours count; yours if nothing is said
    #[arg(long, value_name = "UNIT")]
    pub at: Option<String>,
}
