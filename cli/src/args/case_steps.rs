//! The verbs of steps that all kinds of case take, each with what its step asks for.
//!
//! Owns their arguments and under which names the step knows them. Refuses to judge: what must be answered is the
//! table's to say, and its refusal names it. Invariant: a verb is a step of the table, and its arguments are what that
//! asks for.

use super::Shortcut;
use super::step_typed::Typed;
use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

/// Steps that all kinds of case take.
#[derive(Subcommand)]
pub enum WayStep {
    /// 立案: it meets the conditions of its class; limit and date are worked out here
    #[command(
        after_help = "Examples:\n  gridwalk case file 路灯不亮 --class 路灯井盖\n  gridwalk case file 路灯不亮 --class gbt30428_part/2013/0106 --limit '4 工作时'"
    )]
    File(File),
    /// 现场办结: settled where it was found
    #[command(after_help = "Example:\n  gridwalk case solve-on-spot 楼道堆物 --result 已当场清理")]
    SolveOnSpot(Shortcut),
    /// 先期处置: no more harm comes of it; the clock goes on
    #[command(after_help = "Example:\n  gridwalk case make-safe 招牌松动 --measure 拉警戒带")]
    MakeSafe(Shortcut),
    /// 到场: somebody is there
    #[command(after_help = "Example:\n  gridwalk case arrive 招牌松动")]
    Arrive(Shortcut),
    /// 会商: who, and what was agreed
    #[command(after_help = "Example:\n  gridwalk case consult 楼道堆物 --who '网格长、派出所' --agreed 周五前清运")]
    Consult(Consult),
    /// 呼叫街道（区级）: to be answered the same day, or by the date that is said
    #[command(after_help = "Example:\n  gridwalk case call-up 楼道堆物 --unit 光明街道 --matter 无法清运")]
    CallUp(CallUp),
    /// 回应呼叫: the unit that was called answers
    #[command(
        after_help = "Example:\n  gridwalk case answer-call 楼道堆物 --unit 光明街道 --result 抢修队已出发 --due 2026-12-31"
    )]
    AnswerCall(AnswerCall),
    /// 延期: before the date, with a reason
    #[command(after_help = "Example:\n  gridwalk case extend 路灯不亮 --due 2026-12-31 --reason 缺备件")]
    Extend(Extend),
    /// 挂账: with leader, team, plan and next date; the clock stands still
    #[command(
        after_help = "Example:\n  gridwalk case hold 违建 --reason 待拆除 --leader 李书记 --team 专班 --plan 年内拆除 --next-on 2026-12-31"
    )]
    Hold(Hold),
    /// 接手: from whoever's phone has it
    #[command(after_help = "Example:\n  gridwalk case take-over 路灯不亮 --from 王安")]
    TakeOver(TakeOver),
    /// 收回派遣: the lease of the phone that has it ran out
    #[command(after_help = "Example:\n  gridwalk case recall 路灯不亮 --reason 超期未处置")]
    Recall(Shortcut),
    /// 作废
    #[command(after_help = "Example:\n  gridwalk case void 路灯不亮 --reason 重复上报")]
    Void(Shortcut),
    /// 催办: a unit
    #[command(after_help = "Example:\n  gridwalk case urge 路灯不亮 --unit 市政所 --reason 居民再次反映")]
    Urge(Urge),
    /// 督办: a measure for a unit, never for a person
    #[command(
        after_help = "Example:\n  gridwalk case supervise 路灯不亮 --unit 市政所 --measure 限期办结 --due 2026-12-01"
    )]
    Supervise(Supervise),
}

impl WayStep {
    /// What was typed, by the names of the step's answers.
    pub fn typed(&self) -> Typed<'_> {
        match self {
            Self::File(a) => Typed::of("file", &a.record)
                .with("class", a.class.as_deref())
                .with("limit", a.limit.as_deref())
                .with("due", a.due.as_deref())
                .with("condition", a.condition.as_deref())
                .with("note", a.note.as_deref()),
            Self::SolveOnSpot(a) => Typed::short("solve_on_spot", a),
            Self::MakeSafe(a) => Typed::short("make_safe", a),
            Self::Arrive(a) => Typed::short("arrive", a),
            Self::Consult(a) => {
                Typed::of("consult", &a.record).with("who", a.who.as_deref()).with("agreed", a.agreed.as_deref())
            }
            Self::CallUp(a) => Typed::of("call_up", &a.record)
                .with("unit", a.unit.as_deref())
                .with("matter", a.matter.as_deref())
                .with("due", a.due.as_deref()),
            Self::AnswerCall(a) => Typed::of("answer_call", &a.record)
                .with("unit", a.unit.as_deref())
                .with("result", a.result.as_deref())
                .with("due", a.due.as_deref()),
            Self::Extend(a) => {
                Typed::of("extend", &a.record).with("due", a.due.as_deref()).with("reason", a.reason.as_deref())
            }
            Self::Hold(a) => Typed::of("hold", &a.record)
                .with("reason", a.reason.as_deref())
                .with("leader", a.leader.as_deref())
                .with("team", a.team.as_deref())
                .with("plan", a.plan.as_deref())
                .with("next_on", a.next_on.as_deref()),
            Self::TakeOver(a) => {
                Typed::of("take_over", &a.record).with("from", a.from.as_deref()).with("note", a.note.as_deref())
            }
            Self::Recall(a) => Typed::short("recall", a),
            Self::Void(a) => Typed::short("void", a),
            Self::Urge(a) => {
                Typed::of("urge", &a.record).with("unit", a.unit.as_deref()).with("reason", a.reason.as_deref())
            }
            Self::Supervise(a) => Typed::of("supervise", &a.record)
                .with("unit", a.unit.as_deref())
                .with("measure", a.measure.as_deref())
                .with("due", a.due.as_deref()),
        }
    }
}

/// Steps about whoever waits for an answer.
#[derive(Subcommand)]
pub enum AnswerStep {
    /// 答复: one of the lines by which it came
    #[command(after_help = "Example:\n  gridwalk case reply 水管漏水 --line hotline --text 已修复")]
    Reply(Reply),
    /// 又有反映: somebody saw the same; all who reported it are thanked
    #[command(
        after_help = "Examples:\n  gridwalk case also-report 井盖缺失 --note 我也看到了 --picture here.jpg\n  gridwalk case also-report 水管漏水 --line hotline"
    )]
    AlsoReport(AlsoReport),
    /// 发布认领: an ask that a volunteer may take up
    #[command(after_help = "Example:\n  gridwalk case seek 老人需要代购 --note 每周两次")]
    Seek(Shortcut),
    /// 认领: you would see to it; you see whom it is about when somebody agreed
    #[command(after_help = "Example:\n  gridwalk case claim 老人需要代购")]
    Claim(Shortcut),
    /// 同意认领: it is with the volunteer from now on, with the contact
    #[command(after_help = "Example:\n  gridwalk case entrust 老人需要代购")]
    Entrust(Shortcut),
    /// 婉拒认领: others may take it up
    #[command(after_help = "Example:\n  gridwalk case turn-away 老人需要代购 --reason 已有人联系")]
    TurnAway(Shortcut),
    /// 收回认领: it goes another way
    #[command(after_help = "Example:\n  gridwalk case call-in 老人需要代购 --reason 由社区办理")]
    CallIn(Shortcut),
    /// 回访: whether whoever asked is satisfied
    #[command(after_help = "Example:\n  gridwalk case follow-up 企业诉求 --satisfied yes")]
    FollowUp(FollowUp),
    /// 重新办理: the first receiver stays who they were
    #[command(after_help = "Example:\n  gridwalk case handle-again 企业诉求 --reason 不满意")]
    HandleAgain(Shortcut),
    /// 移交首接: to somebody who then accepts
    #[command(after_help = "Example:\n  gridwalk case pass-on 企业诉求 --to 王安")]
    PassOn(PassOn),
    /// 接手首接: what was passed on to you
    #[command(after_help = "Example:\n  gridwalk case receive 企业诉求")]
    Receive(Shortcut),
}

impl AnswerStep {
    /// What was typed, by the names of the step's answers.
    pub fn typed(&self) -> Typed<'_> {
        match self {
            Self::Reply(a) => {
                Typed::of("reply", &a.record).with("line", a.line.as_deref()).with("text", a.text.as_deref())
            }
            Self::AlsoReport(a) => Typed::of("also_report", &a.record)
                .with("line", a.line.as_deref())
                .with("note", a.note.as_deref())
                .picture(a.picture.as_deref()),
            Self::Seek(a) => Typed::short("seek", a),
            Self::Claim(a) => Typed::short("claim", a),
            Self::Entrust(a) => Typed::short("entrust", a),
            Self::TurnAway(a) => Typed::short("turn_away", a),
            Self::CallIn(a) => Typed::short("call_in", a),
            Self::FollowUp(a) => Typed::of("follow_up", &a.record)
                .with("satisfied", a.satisfied.as_deref())
                .with("note", a.note.as_deref()),
            Self::HandleAgain(a) => Typed::short("handle_again", a),
            Self::PassOn(a) => {
                Typed::of("pass_on", &a.record).with("to", a.to.as_deref()).with("note", a.note.as_deref())
            }
            Self::Receive(a) => Typed::short("receive", a),
        }
    }
}

/// Arguments of `case file`.
#[derive(ClapArgs)]
pub struct File {
    /// The case
    pub record: String,
    /// What it is about, by code or by name
    #[arg(long, value_name = "CLASS")]
    pub class: Option<String>,
    /// Another limit than that of the class, such as '2 工作日'
    #[arg(long, value_name = "LIMIT")]
    pub limit: Option<String>,
    /// Another date than that of the limit
    #[arg(long, value_name = "MOMENT")]
    pub due: Option<String>,
    /// Which condition it meets
    #[arg(long)]
    pub condition: Option<String>,
    /// A note
    #[arg(long)]
    pub note: Option<String>,
}

/// Arguments of `case consult`.
#[derive(ClapArgs)]
pub struct Consult {
    /// The case
    pub record: String,
    /// Who took part
    #[arg(long)]
    pub who: Option<String>,
    /// What was agreed
    #[arg(long)]
    pub agreed: Option<String>,
}

/// Arguments of `case call-up`.
#[derive(ClapArgs)]
pub struct CallUp {
    /// The case
    pub record: String,
    /// Which unit
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,
    /// What for
    #[arg(long)]
    pub matter: Option<String>,
    /// By when
    #[arg(long, value_name = "MOMENT")]
    pub due: Option<String>,
}

/// Arguments of `case answer-call`.
#[derive(ClapArgs)]
pub struct AnswerCall {
    /// The case
    pub record: String,
    /// The unit that was called
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,
    /// What it answers
    #[arg(long)]
    pub result: Option<String>,
    /// By when it is to be done: the limit that the unit sets itself
    #[arg(long, value_name = "MOMENT")]
    pub due: Option<String>,
}

/// Arguments of `case extend`.
#[derive(ClapArgs)]
pub struct Extend {
    /// The case
    pub record: String,
    /// The new date
    #[arg(long, value_name = "MOMENT")]
    pub due: Option<String>,
    /// Why
    #[arg(long)]
    pub reason: Option<String>,
}

/// Arguments of `case hold`.
#[derive(ClapArgs)]
pub struct Hold {
    /// The case
    pub record: String,
    /// Why
    #[arg(long)]
    pub reason: Option<String>,
    /// Who leads
    #[arg(long)]
    pub leader: Option<String>,
    /// Who works on it
    #[arg(long)]
    pub team: Option<String>,
    /// What they mean to do
    #[arg(long)]
    pub plan: Option<String>,
    /// When it is looked at again
    #[arg(long, value_name = "DATE")]
    pub next_on: Option<String>,
}

/// Arguments of `case take-over`.
#[derive(ClapArgs)]
pub struct TakeOver {
    /// The case
    pub record: String,
    /// From whom
    #[arg(long, value_name = "PERSON")]
    pub from: Option<String>,
    /// A note
    #[arg(long)]
    pub note: Option<String>,
}

/// Arguments of `case urge`.
#[derive(ClapArgs)]
pub struct Urge {
    /// The case
    pub record: String,
    /// Which unit
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,
    /// Why
    #[arg(long)]
    pub reason: Option<String>,
}

/// Arguments of `case supervise`.
#[derive(ClapArgs)]
pub struct Supervise {
    /// The case
    pub record: String,
    /// Which unit
    #[arg(long, value_name = "UNIT")]
    pub unit: Option<String>,
    /// Which measure
    #[arg(long)]
    pub measure: Option<String>,
    /// By when
    #[arg(long, value_name = "MOMENT")]
    pub due: Option<String>,
}

/// Arguments of `case reply`.
#[derive(ClapArgs)]
pub struct Reply {
    /// The case
    pub record: String,
    /// Which line
    #[arg(long, value_name = "LINE")]
    pub line: Option<String>,
    /// The answer
    #[arg(long)]
    pub text: Option<String>,
}

/// Arguments of `case follow-up`.
#[derive(ClapArgs)]
pub struct FollowUp {
    /// The case
    pub record: String,
    /// Whether
    #[arg(long, value_name = "YES|NO")]
    pub satisfied: Option<String>,
    /// What they said
    #[arg(long)]
    pub note: Option<String>,
}

/// Arguments of `case pass-on`.
#[derive(ClapArgs)]
pub struct PassOn {
    /// The case
    pub record: String,
    /// To whom
    #[arg(long, value_name = "PERSON")]
    pub to: Option<String>,
    /// A note
    #[arg(long)]
    pub note: Option<String>,
}

/// Arguments of `case also-report`.
#[derive(ClapArgs)]
pub struct AlsoReport {
    /// The case
    pub record: String,
    /// The line by which it came again
    #[arg(long)]
    pub line: Option<String>,
    /// What was seen
    #[arg(long)]
    pub note: Option<String>,
    /// A picture of it
    #[arg(long, value_name = "FILE")]
    pub picture: Option<PathBuf>,
}
