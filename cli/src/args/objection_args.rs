//! What can be typed about objections to a month's figures.
//!
//! Owns the arguments. Refuses to act. Invariant: an objection is named by its reason or its id.

use clap::{Args as ClapArgs, Subcommand};

/// Verbs on objections.
#[derive(Subcommand)]
pub enum ObjectionVerb {
    /// 提出异议: a row or a whole figure of a month is not right; before the month is locked
    #[command(
        after_help = "Examples:\n  gridwalk objection raise on_time --month 2026-10 --row 路灯不亮 --reason 断网三日，当日已修好\n  gridwalk objection raise 覆盖率 --month 2026-10 --unit 光明社区第一网格 --reason 整栋已拆除"
    )]
    Raise(ObjectionRaise),
    /// Objections and how each stands, those that nobody decided first
    #[command(after_help = "Example:\n  gridwalk objection list --month 2026-10 --json")]
    List {
        /// Of this month only, as 2026-10
        #[arg(long, value_name = "MONTH")]
        month: Option<String>,
    },
    /// 说明: how it came to be; by somebody else than whoever raised it
    #[command(after_help = "Example:\n  gridwalk objection explain 断网三日，当日已修好 --text 派遣记录显示三日后签收")]
    Explain {
        /// Its reason or id
        objection: String,
        /// What is to be said
        #[arg(long)]
        text: String,
    },
    /// 裁定成立: what it names is left out of the figure, and counted anew
    #[command(after_help = "Example:\n  gridwalk objection uphold 断网三日，当日已修好 --reason 基站维修公告属实")]
    Uphold(Decided),
    /// 裁定不成立: the figure stays
    #[command(after_help = "Example:\n  gridwalk objection dismiss 断网三日，当日已修好 --reason 当日有网")]
    Dismiss(Decided),
    /// 撤回: by whoever raised it
    #[command(after_help = "Example:\n  gridwalk objection withdraw 断网三日，当日已修好")]
    Withdraw {
        /// Its reason or id
        objection: String,
    },
}

/// Arguments of `objection raise`.
#[derive(ClapArgs)]
pub struct ObjectionRaise {
    /// The figure: its code or its name
    pub number: String,
    /// The month, as 2026-10; this one where none is said
    #[arg(long, value_name = "MONTH")]
    pub month: Option<String>,
    /// The row that it is about: a case or a place of a list; the whole figure of the unit without one
    #[arg(long, value_name = "RECORD")]
    pub row: Option<String>,
    /// The unit that is counted; that of the row, else the only one you work in
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,
    /// Why
    #[arg(long)]
    pub reason: String,
}

/// Arguments of a decision.
#[derive(ClapArgs)]
pub struct Decided {
    /// Its reason or id
    pub objection: String,
    /// Why it is decided so
    #[arg(long)]
    pub reason: String,
}
