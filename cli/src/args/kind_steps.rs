//! The verbs of steps of one kind of case, each with what its step asks for.
//!
//! Owns their arguments and under which names the step knows them. Refuses to judge: what must be answered is the
//! table's to say, and its refusal names it. Invariant: a verb is a step of the table, and its arguments are what that
//! asks for.

use super::Shortcut;
use super::step_typed::Typed;
use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

/// Steps of one kind of case.
#[derive(Subcommand)]
pub enum KindStep {
    /// 责令整改: by a department that holds the power
    #[command(
        after_help = "Example:\n  gridwalk case order 液化气罐 --basis 消防法第六十条 --number 嘉消责〔2026〕7号 --issued 2026-11-23 --until 2026-11-26"
    )]
    Order(Order),
    /// 顶格处罚: by a department that holds the power
    #[command(
        after_help = "Example:\n  gridwalk case penalty 液化气罐 --basis 消防法第六十条 --number 嘉消罚〔2026〕3号 --issued 2026-11-26 --yuan 50000"
    )]
    Penalty(Penalty),
    /// 关停: by a department that holds the power
    #[command(
        after_help = "Example:\n  gridwalk case shut 液化气罐 --basis 消防法第六十条 --number 嘉消停〔2026〕1号 --issued 2026-12-03"
    )]
    Shut(Act),
    /// 复查: a round, with its picture; one that failed says when the next is
    #[command(
        after_help = "Example:\n  gridwalk case recheck 液化气罐 --passed no --next-on 2026-12-03 --picture again.jpg"
    )]
    Recheck(Recheck),
    /// 排查: what the dispute is about
    #[command(after_help = "Example:\n  gridwalk case screen 邻里噪声 --result 双方愿意调解")]
    Screen(Shortcut),
    /// 调解会: who came, and what came of it
    #[command(
        after_help = "Example:\n  gridwalk case session 邻里噪声 --on 2026-11-23 --parties '甲、乙' --result 约定再谈 --next-on 2026-11-30"
    )]
    Session(Session),
    /// 达成协议: with a picture of the signatures
    #[command(
        after_help = "Example:\n  gridwalk case agree 邻里噪声 --parties '甲、乙' --text 晚十点后不装修 --on 2026-11-30 --picture signed.jpg"
    )]
    Agree(Agree),
    /// 议事: the council meets on it
    #[command(after_help = "Example:\n  gridwalk case convene 加装车棚 --on 2026-11-23 --who 议事会九人")]
    Convene(Convene),
    /// 议定: what the council decided
    #[command(after_help = "Example:\n  gridwalk case decide 加装车棚 --result 东侧建车棚")]
    Decide(Shortcut),
    /// 公示: for so many whole days, where
    #[command(after_help = "Example:\n  gridwalk case publish 加装车棚 --days 7 --where 公告栏")]
    Publish(Publish),
    /// 实施: it is done
    #[command(after_help = "Example:\n  gridwalk case carry-out 加装车棚 --result 建成二十个车位 --picture shed.jpg")]
    CarryOut(CarryOut),
    /// 不予实施
    #[command(after_help = "Example:\n  gridwalk case set-aside 加装车棚 --reason 消防通道不足")]
    SetAside(Shortcut),
    /// 告知: those who suggested it
    #[command(after_help = "Example:\n  gridwalk case tell 加装车棚 --how 上门告知")]
    Tell(Shortcut),
    /// 评价: how content they are
    #[command(after_help = "Example:\n  gridwalk case rate 加装车棚 --rating satisfied")]
    Rate(Rate),
}

impl KindStep {
    /// What was typed, by the names of the step's answers.
    pub fn typed(&self) -> Typed<'_> {
        match self {
            Self::Order(a) => a.act.typed("order").with("until", a.until.as_deref()),
            Self::Penalty(a) => a.act.typed("penalty").with("yuan", a.yuan.as_deref()),
            Self::Shut(a) => a.typed("shut"),
            Self::Recheck(a) => Typed::of("recheck", &a.record)
                .with("passed", a.passed.as_deref())
                .with("next_on", a.next_on.as_deref())
                .with("note", a.note.as_deref())
                .picture(a.picture.as_deref()),
            Self::Screen(a) => Typed::short("screen", a),
            Self::Session(a) => Typed::of("session", &a.record)
                .with("on", a.on.as_deref())
                .with("parties", a.parties.as_deref())
                .with("result", a.result.as_deref())
                .with("next_on", a.next_on.as_deref()),
            Self::Agree(a) => Typed::of("agree", &a.record)
                .with("parties", a.parties.as_deref())
                .with("text", a.text.as_deref())
                .with("on", a.on.as_deref())
                .picture(a.picture.as_deref()),
            Self::Convene(a) => {
                Typed::of("convene", &a.record).with("on", a.on.as_deref()).with("who", a.who.as_deref())
            }
            Self::Decide(a) => Typed::short("decide", a),
            Self::Publish(a) => {
                Typed::of("publish", &a.record).with("days", a.days.as_deref()).with("where", a.place.as_deref())
            }
            Self::CarryOut(a) => {
                Typed::of("carry_out", &a.record).with("result", a.result.as_deref()).picture(a.picture.as_deref())
            }
            Self::SetAside(a) => Typed::short("set_aside", a),
            Self::Tell(a) => Typed::short("tell", a),
            Self::Rate(a) => {
                Typed::of("rate", &a.record).with("rating", a.rating.as_deref()).with("note", a.note.as_deref())
            }
        }
    }
}

/// Arguments of what a department does by a power that it holds, and of `case shut`.
#[derive(ClapArgs)]
pub struct Act {
    /// The case
    pub record: String,
    /// The legal basis
    #[arg(long)]
    pub basis: Option<String>,
    /// The number of the document
    #[arg(long)]
    pub number: Option<String>,
    /// The day that it bears
    #[arg(long, value_name = "DATE")]
    pub issued: Option<String>,
}

impl Act {
    fn typed(&self, code: &'static str) -> Typed<'_> {
        Typed::of(code, &self.record)
            .with("basis", self.basis.as_deref())
            .with("number", self.number.as_deref())
            .with("issued", self.issued.as_deref())
    }
}

/// Arguments of `case order`.
#[derive(ClapArgs)]
pub struct Order {
    #[command(flatten)]
    act: Act,
    /// By when
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
}

/// Arguments of `case penalty`.
#[derive(ClapArgs)]
pub struct Penalty {
    #[command(flatten)]
    act: Act,
    /// The fine
    #[arg(long, value_name = "YUAN")]
    pub yuan: Option<String>,
}

/// Arguments of `case recheck`.
#[derive(ClapArgs)]
pub struct Recheck {
    /// The case
    pub record: String,
    /// Whether it passed
    #[arg(long, value_name = "YES|NO")]
    pub passed: Option<String>,
    /// When the next round is
    #[arg(long, value_name = "DATE")]
    pub next_on: Option<String>,
    /// A note
    #[arg(long)]
    pub note: Option<String>,
    /// What was found
    #[arg(long, value_name = "FILE")]
    pub picture: Option<PathBuf>,
}

/// Arguments of `case session`.
#[derive(ClapArgs)]
pub struct Session {
    /// The case
    pub record: String,
    /// The day
    #[arg(long, value_name = "DATE")]
    pub on: Option<String>,
    /// Who came
    #[arg(long, value_name = "NAMES")]
    pub parties: Option<String>,
    /// What came of it
    #[arg(long)]
    pub result: Option<String>,
    /// When they meet again
    #[arg(long, value_name = "DATE")]
    pub next_on: Option<String>,
}

/// Arguments of `case agree`.
#[derive(ClapArgs)]
pub struct Agree {
    /// The case
    pub record: String,
    /// The parties
    #[arg(long, value_name = "NAMES")]
    pub parties: Option<String>,
    /// What they agreed
    #[arg(long)]
    pub text: Option<String>,
    /// The day
    #[arg(long, value_name = "DATE")]
    pub on: Option<String>,
    /// The signatures
    #[arg(long, value_name = "FILE")]
    pub picture: Option<PathBuf>,
}

/// Arguments of `case convene`.
#[derive(ClapArgs)]
pub struct Convene {
    /// The case
    pub record: String,
    /// The day
    #[arg(long, value_name = "DATE")]
    pub on: Option<String>,
    /// Who was there
    #[arg(long)]
    pub who: Option<String>,
}

/// Arguments of `case publish`.
#[derive(ClapArgs)]
pub struct Publish {
    /// The case
    pub record: String,
    /// How many whole days
    #[arg(long, value_name = "DAYS")]
    pub days: Option<String>,
    /// Where
    #[arg(long = "where", value_name = "PLACE")]
    pub place: Option<String>,
}

/// Arguments of `case carry-out`.
#[derive(ClapArgs)]
pub struct CarryOut {
    /// The case
    pub record: String,
    /// What was done
    #[arg(long)]
    pub result: Option<String>,
    /// What it looks like
    #[arg(long, value_name = "FILE")]
    pub picture: Option<PathBuf>,
}

/// Arguments of `case rate`.
#[derive(ClapArgs)]
pub struct Rate {
    /// The case
    pub record: String,
    /// How content
    #[arg(long, value_name = "RATING")]
    pub rating: Option<String>,
    /// What they said
    #[arg(long)]
    pub note: Option<String>,
}
