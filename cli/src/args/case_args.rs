//! The verbs on cases: report, list, and every step of the workflow.

use super::{AnswerStep, Edit, Edits, KindStep, OneRecord, WayStep};
use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

/// Verbs on cases.
#[derive(Subcommand)]
pub enum CaseVerb {
    /// 上报: say that it is there
    #[command(
        after_help = "Examples:\n  gridwalk case report 楼下堆放液化气罐 --at '3 幢' --set category=fire_gas_cylinder --set level=3 --picture cylinders.jpg\n  gridwalk case report 路灯不亮 --unit 光明社区第一网格 --class 路灯井盖 --set 'point=30.52,120.94;crs=wgs84'\n  gridwalk case report 防汛演练 --unit 光明社区第一网格 --drill\n  gridwalk case report 沙袋不足 --found-in 防汛演练"
    )]
    Report(Report),
    /// 附近同类: open cases that may be the same matter
    #[command(
        after_help = "Examples:\n  gridwalk case near 井盖缺失\n  gridwalk case near --category manhole --point '30.75,120.76;crs=wgs84'\n  gridwalk case near --class 飞线充电 --at '3 幢'"
    )]
    Near(NearArgs),
    /// Show one with its timeline
    #[command(after_help = "Example:\n  gridwalk case show 路灯不亮")]
    Show(OneRecord),
    /// List them
    #[command(after_help = "Example:\n  gridwalk case list\n  gridwalk case list --json")]
    List(CaseList),
    /// Open the form, or save it
    #[command(after_help = "Example:\n  gridwalk case edit 路灯不亮 --set note=东侧第二盏")]
    Edit(Edit),
    /// 呼而未应, 挂账, 待答复, 即将超时, 逾期, 疑似同一事件, 反复发生: what waits for somebody
    #[command(
        after_help = "Examples:\n  gridwalk case board called\n  gridwalk case board held --unit 光明街道\n  gridwalk case board owed --json"
    )]
    Board(BoardArgs),
    /// Take any step by its code
    #[command(
        after_help = "Examples:\n  gridwalk case step 楼下堆放液化气罐 dispatch --answer unit=派出所 --answer joint=执法队、消防站 --answer due=2026-12-01\n  gridwalk case step 楼下堆放液化气罐 call_up --answer unit=光明街道 --answer matter=无法清运\n  gridwalk case step 楼下堆放液化气罐 hold --answer reason=待拆除 --answer leader=李书记 --answer team=专班 --answer plan=年内拆除 --answer next_on=2026-12-31\n  gridwalk case step 水管漏水 reply --answer line=hotline --answer text=已修复\n  gridwalk case step 楼下堆放液化气罐 recheck --answer passed=no --answer next_on=2026-12-08 --picture again.jpg"
    )]
    Step(Step),
    /// 待核实: reports of people whom nobody knows yet, as nobody has looked at them
    #[command(
        after_help = "Examples:\n  gridwalk case triage\n  gridwalk case confirm 井盖没了 --note 已到现场看过\n  gridwalk case turn-down 井盖没了 --reason 井盖完好"
    )]
    Triage(Triage),
    /// 核实: somebody looked, and it is filed
    #[command(after_help = "Example:\n  gridwalk case confirm 井盖没了")]
    Confirm(Shortcut),
    /// 不予采纳: somebody looked, and there is nothing; the reason is told to whoever reported it
    #[command(after_help = "Example:\n  gridwalk case turn-down 井盖没了 --reason 现场未见")]
    TurnDown(Shortcut),
    /// 受理
    #[command(after_help = "Example:\n  gridwalk case accept 路灯不亮")]
    Accept(Shortcut),
    /// 派遣: hand it to a unit
    #[command(
        after_help = "Example:\n  gridwalk case dispatch 路灯不亮 --to 光明社区第一网格\n  gridwalk case dispatch 路灯不亮 --proposed"
    )]
    Dispatch(Dispatch),
    /// 签收: this phone has it
    #[command(after_help = "Example:\n  gridwalk case take 路灯不亮")]
    Take(Shortcut),
    /// 处置: what was done
    #[command(after_help = "Example:\n  gridwalk case handle 路灯不亮 --result 换了灯泡")]
    Handle(Shortcut),
    /// 核查: somebody other than whoever handled it looked, with a picture
    #[command(after_help = "Example:\n  gridwalk case verify 楼下堆放液化气罐 --picture after.jpg --note 已清运")]
    Verify(Verify),
    /// 返工: the verification failed
    #[command(after_help = "Example:\n  gridwalk case rework 路灯不亮 --reason 仍不亮")]
    Rework(Shortcut),
    /// 退单: not ours
    #[command(after_help = "Example:\n  gridwalk case hand-back 路灯不亮 --reason 不属本单位")]
    HandBack(Shortcut),
    /// 结案
    #[command(after_help = "Example:\n  gridwalk case close 路灯不亮")]
    Close(Shortcut),
    /// The other steps that all kinds take
    #[command(flatten)]
    Way(WayStep),
    /// Steps about whoever waits for an answer
    #[command(flatten)]
    Answer(AnswerStep),
    /// Steps of one kind
    #[command(flatten)]
    Kind(KindStep),
}

/// Arguments of `case report`.
#[derive(ClapArgs)]
pub struct Report {
    /// What it is
    pub title: String,
    /// The building or dwelling that it is at
    #[arg(long, value_name = "RECORD")]
    pub at: Option<String>,
    /// The unit; that of the building, or the only one you work in, if nothing is said
    #[arg(long)]
    pub unit: Option<String>,
    /// What it is about, by code or by name: its conditions and its limit are shown with the case
    #[arg(long)]
    pub class: Option<String>,
    /// What is known
    #[command(flatten)]
    pub edits: Edits,
    /// A note to the report
    #[arg(long)]
    pub note: Option<String>,
    /// It is another matter than the open cases near it
    #[arg(long)]
    pub new: bool,
    /// 演练: an incident that is played through and counted nowhere
    #[arg(long)]
    pub drill: bool,
    /// The drill, or the other case, in which it was found
    #[arg(long, value_name = "CASE")]
    pub found_in: Option<String>,
}

/// Arguments of `case near`.
#[derive(ClapArgs)]
pub struct NearArgs {
    /// A case that is here
    pub record: Option<String>,
    /// What it is about, by code or by name
    #[arg(long, conflicts_with = "record")]
    pub class: Option<String>,
    /// What sort of thing it is
    #[arg(long, conflicts_with = "record")]
    pub category: Option<String>,
    /// Where, such as '30.75,120.76;crs=wgs84'
    #[arg(long, conflicts_with = "record")]
    pub point: Option<String>,
    /// The building or dwelling that it is at
    #[arg(long, value_name = "RECORD", conflicts_with = "record")]
    pub at: Option<String>,
}

/// Arguments of `case list`.
#[derive(ClapArgs)]
pub struct CaseList {
    /// Only in this status
    #[arg(long)]
    pub status: Option<String>,
    /// Only those that are not done
    #[arg(long)]
    pub open: bool,
    /// Only those that you reported, or saw, too
    #[arg(long)]
    pub mine: bool,
    /// Only in this unit and below
    #[arg(long)]
    pub unit: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
}

/// Arguments of `case triage`.
#[derive(ClapArgs)]
pub struct Triage {
    /// Only in this unit and below
    #[arg(long)]
    pub unit: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
}

/// Arguments of `case step`.
#[derive(ClapArgs)]
pub struct Step {
    /// The case
    pub record: String,
    /// The step's code
    #[arg(value_name = "STEP")]
    pub code: String,
    /// What the step asks for
    #[arg(long = "answer", value_name = "NAME=VALUE")]
    pub answers: Vec<String>,
    /// A picture that is attached to the case, and that the step rests on
    #[arg(long, value_name = "FILE")]
    pub picture: Option<PathBuf>,
    /// The basis that was printed
    #[arg(long)]
    pub basis: Option<String>,
}

/// Arguments of `case verify`.
#[derive(ClapArgs)]
pub struct Verify {
    /// The case
    pub record: String,
    /// The picture of what was found
    #[arg(long, value_name = "FILE")]
    pub picture: Option<PathBuf>,
    /// Of a proposal: who of the supervisory committee looked
    #[arg(long)]
    pub committee: Option<String>,
    /// A note
    #[arg(long)]
    pub note: Option<String>,
}

/// Arguments of `case board`.
#[derive(ClapArgs)]
pub struct BoardArgs {
    /// Which
    #[arg(value_enum)]
    pub which: BoardName,
    /// Only in this unit and below
    #[arg(long)]
    pub unit: Option<String>,
}

/// The boards of cases.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum BoardName {
    /// Called, not answered
    Called,
    /// Held
    Held,
    /// Answers owed
    Owed,
    /// Past the deadline and not held
    Overdue,
    /// Soon past it
    Warned,
    /// Settled disputes, to be asked about
    FollowUp,
    /// Open ones that may be one matter
    Alike,
    /// Three or more of a sort at one place within 30 days
    Again,
}

/// Arguments of `case dispatch`.
#[derive(ClapArgs)]
pub struct Dispatch {
    /// The case
    pub record: String,
    /// The unit that is to settle it
    #[arg(long, value_name = "UNIT")]
    pub to: Option<String>,
    /// The one that the rules propose, as shown with the case
    #[arg(long, conflicts_with = "to")]
    pub proposed: bool,
    /// What it is about, by code or by name; as it was filed, if nothing is said
    #[arg(long)]
    pub class: Option<String>,
    /// Another limit than that of the class, such as '2 工作日'
    #[arg(long)]
    pub limit: Option<String>,
    /// Units that help
    #[arg(long, value_name = "UNITS")]
    pub joint: Option<String>,
    /// By when
    #[arg(long)]
    pub due: Option<String>,
    /// A note
    #[arg(long)]
    pub note: Option<String>,
}

/// Arguments of the short steps: each asks for one text at most.
#[derive(ClapArgs)]
pub struct Shortcut {
    /// The case
    pub record: String,
    /// What the step asks for: result, reason, measure, how, or a note
    #[arg(long, visible_aliases = ["result", "reason", "measure", "how"])]
    pub note: Option<String>,
}
