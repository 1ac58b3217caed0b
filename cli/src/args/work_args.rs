//! What can be typed about the work list.
//!
//! Owns the arguments. Refuses to act. Invariant: an item is named by its title, its number or its id.

use clap::{Args as ClapArgs, Subcommand};

/// Verbs on the work list.
#[derive(Subcommand)]
pub enum WorkVerb {
    /// Items in force; with --all also what is proposed, declined, withdrawn or over
    #[command(
        after_help = "Example:\n  gridwalk work list\n  gridwalk work list --all     # also what waits for admission, and what is over"
    )]
    List(WorkList),
    /// One item with its steps
    #[command(after_help = "Example:\n  gridwalk work show 核对常住人数")]
    Show(WorkWhich),
    /// Where items are due and done
    #[command(
        after_help = "Examples:\n  gridwalk work due\n  gridwalk work due 核对常住人数 --in 光明社区第一网格\n  gridwalk work due --in 光明街道 --limit 0 --json     # numbers by unit only"
    )]
    Due(WorkDue),
    /// An item was done at a place
    #[command(
        after_help = "Examples:\n  gridwalk work done 核对常住人数 王家 --value 4      # the register has it, too\n  gridwalk work done 查看楼道消防通道 '3 幢' --note 已清理\n  gridwalk work done 召开网格议事会 --note 到会十一人      # the whole grid: no place"
    )]
    Done(WorkDone),
    /// 提出: put an item forward; it reaches nobody before the county admits it
    #[command(
        after_help = "Categories: people, places, safety, disputes, care, participation\nSorts: fact, task, visit\nTargets: household, dwelling, building, estate, premises, facility; unit: the grid as a whole\n\nExample:\n  gridwalk work propose 核对常住人数 --category people --sort fact --target household --every 180 --fact household.size"
    )]
    Propose(WorkPropose),
    /// 准入: the county lets an item in, with dates and what it is for
    #[command(
        after_help = "Example:\n  gridwalk work admit 核对常住人数 --from 2026-12-01 --until 2026-12-31 --purpose 年底人口核对"
    )]
    Admit(WorkAdmit),
    /// 不予准入: the county does not let it in
    #[command(after_help = "Example:\n  gridwalk work decline 核对常住人数 --reason 已有数据")]
    Decline(WorkReason),
    /// 撤回: it leaves the phones and stays in the ledger
    #[command(after_help = "Example:\n  gridwalk work withdraw 核对常住人数 --reason 与他项重复")]
    Withdraw(WorkReason),
    /// Put the 42 items of the example (示例) in as proposals; those that are here already are left alone
    #[command(after_help = "Example:\n  gridwalk work import --unit 光明街道")]
    Import(WorkUnit),
    /// 重复采集: what several items ask for, and where one fact was asked more than once in a year
    #[command(after_help = "Example:\n  gridwalk work twice --year 2026")]
    Twice(WorkTwice),
}

/// Arguments of `work list`.
#[derive(ClapArgs)]
pub struct WorkList {
    /// The whole ledger, not only what is in force
    #[arg(long)]
    pub all: bool,
}

/// One item.
#[derive(ClapArgs)]
pub struct WorkWhich {
    /// Its title, number or id
    pub item: String,
}

/// Arguments of `work due`.
#[derive(ClapArgs)]
pub struct WorkDue {
    /// Only this item
    pub item: Option<String>,
    /// Only in this unit and below
    #[arg(long = "in", value_name = "UNIT", visible_alias = "unit")]
    pub within: Option<String>,
    /// At most so many places of each item
    #[arg(long, default_value_t = 20)]
    pub limit: usize,
}

/// Arguments of `work done`.
#[derive(ClapArgs)]
pub struct WorkDone {
    /// The item
    pub item: String,
    /// The place; of an item for whole grids the grid, the only one you work in if nothing is said
    pub place: Option<String>,
    /// The fact that it asks for
    #[arg(long)]
    pub value: Option<String>,
    /// A note
    #[arg(long)]
    pub note: Option<String>,
    /// When; now if nothing is said
    #[arg(long)]
    pub at: Option<String>,
}

/// Arguments of `work propose`.
#[derive(ClapArgs)]
pub struct WorkPropose {
    /// What is to be done
    pub title: String,
    /// One of the six categories
    #[arg(long)]
    pub category: String,
    /// fact, task or visit
    #[arg(long)]
    pub sort: String,
    /// What it is done at
    #[arg(long)]
    pub target: String,
    /// After how many days it is done again; once if nothing is said
    #[arg(long, value_name = "DAYS")]
    pub every: Option<i64>,
    /// The fact that it asks for: household.size
    #[arg(long)]
    pub fact: Option<String>,
    /// Its number
    #[arg(long)]
    pub number: Option<String>,
    /// By which standard it is done
    #[arg(long)]
    pub standard: Option<String>,
    /// What it is for
    #[arg(long)]
    pub purpose: Option<String>,
    /// The unit that proposes it; the only one you work in if nothing is said
    #[arg(long)]
    pub unit: Option<String>,
}

/// Arguments of `work admit`.
#[derive(ClapArgs)]
pub struct WorkAdmit {
    /// The item
    pub item: String,
    /// The first day
    #[arg(long)]
    pub from: String,
    /// The last day
    #[arg(long)]
    pub until: String,
    /// What it is for
    #[arg(long)]
    pub purpose: String,
    /// The unit that it is for; yours if nothing is said
    #[arg(long)]
    pub unit: Option<String>,
}

/// An item and a reason.
#[derive(ClapArgs)]
pub struct WorkReason {
    /// The item
    pub item: String,
    /// Why
    #[arg(long)]
    pub reason: String,
}

/// A unit.
#[derive(ClapArgs)]
pub struct WorkUnit {
    /// The unit that proposes; the only one you work in if nothing is said
    #[arg(long)]
    pub unit: Option<String>,
}

/// Arguments of `work twice`.
#[derive(ClapArgs)]
pub struct WorkTwice {
    /// The year; this one if nothing is said
    #[arg(long)]
    pub year: Option<i64>,
    /// Only in this unit and below
    #[arg(long = "in", value_name = "UNIT", visible_alias = "unit")]
    pub within: Option<String>,
}
