//! What can be typed about tasks from above.
//!
//! Owns the arguments. Refuses to act. Invariant: a task is named by its title or its id.

use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

/// Verbs on tasks from above.
#[derive(Subcommand)]
pub enum TaskVerb {
    /// 交办: give units something to do by a moment, with numbers or texts that each of them answers
    #[command(
        after_help = "Examples:\n  gridwalk task give 报送消火栓数 --grids-of 光明社区 --due '2026-12-01 18:00' --number 数量 --number 损坏\n  gridwalk task give 开展冬季防火宣传 --to 光明社区第一网格 --due 2026-12-05 --answer 做法"
    )]
    Give(TaskGive),
    /// Tasks that you owe, or gave, and that are open; with --all also what is back or withdrawn
    #[command(after_help = "Examples:\n  gridwalk task list\n  gridwalk task list --all --json")]
    List {
        /// Also what is back from everybody, and what was withdrawn
        #[arg(long)]
        all: bool,
    },
    /// One task: what came back from each unit, what is open, what is late, sums of the numbers
    #[command(after_help = "Example:\n  gridwalk task show 报送消火栓数")]
    Show {
        /// Its title or id
        task: String,
    },
    /// 反馈: say what became of it in your unit; again as often as needed
    #[command(
        after_help = "Examples:\n  gridwalk task feedback 报送消火栓数 --set 数量=7 --set 损坏=1\n  gridwalk task feedback 开展冬季防火宣传 --set 做法=入户发放 --note 两户不在家 --picture 宣传.jpg\n  gridwalk task feedback 报送消火栓数 --not-done --note 等物业提供图纸"
    )]
    Feedback(TaskFeedback),
    /// 要求补充: ask a unit for more
    #[command(after_help = "Example:\n  gridwalk task return 报送消火栓数 --from 光明社区第一网格 --reason 请附照片")]
    Return(TaskReturn),
    /// 撤回: it is not wanted any more; what came back stays
    #[command(after_help = "Example:\n  gridwalk task withdraw 报送消火栓数 --reason 已有数据")]
    Withdraw(TaskWithdraw),
    /// Add units that owe it, or take them off; another moment, another text
    #[command(
        after_help = "Examples:\n  gridwalk task edit 报送消火栓数 --add targets=光明社区第二网格\n  gridwalk task edit 报送消火栓数 --set due='2026-12-03 18:00'"
    )]
    Edit(super::Edit),
}

/// Arguments of `task give`.
#[derive(ClapArgs)]
pub struct TaskGive {
    /// What is to be done
    pub title: String,
    /// A unit that owes it; several times for several
    #[arg(long = "to", value_name = "UNIT")]
    pub to: Vec<String>,
    /// All grids of this unit owe it; several times for several
    #[arg(long, value_name = "UNIT")]
    pub grids_of: Vec<String>,
    /// By when: 2026-12-01, or '2026-12-01 18:00'; a day alone is its end
    #[arg(long)]
    pub due: String,
    /// What it is about
    #[arg(long)]
    pub text: Option<String>,
    /// What a number is called that each unit answers; up to four
    #[arg(long, value_name = "CALLED")]
    pub number: Vec<String>,
    /// What a text is called that each unit answers; up to four
    #[arg(long, value_name = "CALLED")]
    pub answer: Vec<String>,
    /// The unit that gives it; the only one you work in if nothing is said
    #[arg(long)]
    pub unit: Option<String>,
}

/// Arguments of `task feedback`.
#[derive(ClapArgs)]
pub struct TaskFeedback {
    /// The task
    pub task: String,
    /// The unit that speaks; the only one of yours that owes it if nothing is said
    #[arg(long)]
    pub unit: Option<String>,
    /// An answer: what it is called, and the number or text
    #[arg(long = "set", value_name = "CALLED=ANSWER")]
    pub set: Vec<String>,
    /// It is not done; it is, if nothing is said
    #[arg(long)]
    pub not_done: bool,
    /// A note
    #[arg(long)]
    pub note: Option<String>,
    /// Pictures
    #[arg(long = "picture", value_name = "FILE")]
    pub pictures: Vec<PathBuf>,
}

/// Arguments of `task return`.
#[derive(ClapArgs)]
pub struct TaskReturn {
    /// The task
    pub task: String,
    /// From which unit
    #[arg(long)]
    pub from: String,
    /// What is missing
    #[arg(long)]
    pub reason: String,
}

/// Arguments of `task withdraw`.
#[derive(ClapArgs)]
pub struct TaskWithdraw {
    /// The task
    pub task: String,
    /// Why
    #[arg(long)]
    pub reason: String,
}
