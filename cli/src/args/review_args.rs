//! The verbs of reviewers, and of those to whom something came back.

use super::{Edits, OneRecord};
use clap::{Args as ClapArgs, Subcommand};

/// Verbs of reviewers.
#[derive(Subcommand)]
pub enum ReviewVerb {
    /// What is to be reviewed, with what asks for a look
    #[command(
        after_help = "Examples:\n  gridwalk review queue\n  gridwalk review queue --kind visit --hinted --oldest\n  gridwalk review queue --unit 光明社区第一网格 --json"
    )]
    Queue(Queue),
    /// How a record stands, and what was said of it
    #[command(after_help = "Example:\n  gridwalk review show 王家")]
    Show(OneRecord),
    /// 审核通过: it is right as it stands; of several, those with a hint are left to be looked at one by one
    #[command(after_help = "Examples:\n  gridwalk review approve 0199…\n  gridwalk review approve 0199… 019a… 019b…")]
    Approve(Approve),
    /// 退回修改: back to the phone that made it, with a comment on each field
    #[command(
        name = "return",
        after_help = "Example:\n  gridwalk review return 0199… --field 'note=谁在家？' --field outcome=是否见到本人 --note 请补充"
    )]
    Return(Return),
    /// 复核抽样: draw a round of back-checks, see what it drew
    #[command(subcommand)]
    Sample(SampleVerb),
    /// 复核: say what was found when a record was looked at again
    #[command(
        after_help = "Examples:\n  gridwalk review backcheck 0199… --round 十一月抽查 --result agrees\n  gridwalk review backcheck 0199… --round 十一月抽查 --result differs --found outcome=nobody_home"
    )]
    Backcheck(Backcheck),
    /// Take a review back
    #[command(after_help = "Example:\n  gridwalk review withdraw 0199… --reason 看错了")]
    Withdraw(Withdraw),
}

/// Arguments of `review queue`.
#[derive(ClapArgs)]
pub struct Queue {
    /// Only of this kind; may be repeated
    #[arg(long)]
    pub kind: Vec<String>,
    /// Only in this unit and below
    #[arg(long)]
    pub unit: Option<String>,
    /// Only what this account made
    #[arg(long, value_name = "ACCOUNT")]
    pub by: Option<String>,
    /// Only those that something asks a look for
    #[arg(long)]
    pub hinted: bool,
    /// The one that waits longest first
    #[arg(long)]
    pub oldest: bool,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
}

/// Arguments of `review approve`.
#[derive(ClapArgs)]
pub struct Approve {
    /// The records
    #[arg(required = true, value_name = "RECORD")]
    pub records: Vec<String>,
    /// A note
    #[arg(long)]
    pub note: Option<String>,
    /// The basis that was printed; that of now if nothing is said
    #[arg(long)]
    pub basis: Option<String>,
}

/// Arguments of `review return`.
#[derive(ClapArgs)]
pub struct Return {
    /// The record
    pub record: String,
    /// A comment on a field or set; may be repeated
    #[arg(long = "field", value_name = "NAME=COMMENT")]
    pub fields: Vec<String>,
    /// About the whole
    #[arg(long)]
    pub note: Option<String>,
    /// The basis that was printed; that of now if nothing is said
    #[arg(long)]
    pub basis: Option<String>,
}

/// Arguments of `review withdraw`.
#[derive(ClapArgs)]
pub struct Withdraw {
    /// The review, or the record whose newest review it is
    pub record: String,
    /// Why
    #[arg(long)]
    pub reason: Option<String>,
}

/// Arguments of `returned`.
#[derive(ClapArgs)]
pub struct Returned {
    /// What to do with it
    #[command(subcommand)]
    pub verb: Option<ReturnedVerb>,
    /// What came back to anybody, not only to this person
    #[arg(long)]
    pub all: bool,
}

/// What to do with what came back.
#[derive(Subcommand)]
pub enum ReturnedVerb {
    /// Correct the record; on the basis that was printed with the comments, this answers them
    #[command(after_help = "Example:\n  gridwalk returned correct 0199… --set note=老王夫妇在家")]
    Correct(ReturnedCorrect),
    /// Say why it is right as it is
    #[command(after_help = "Example:\n  gridwalk returned answer 0199… --note 已当面核对")]
    Answer(ReturnedAnswer),
}

/// Arguments of `returned correct`.
#[derive(ClapArgs)]
pub struct ReturnedCorrect {
    /// The record
    pub record: String,
    /// What is different now
    #[command(flatten)]
    pub edits: Edits,
    /// The basis that was printed; that of now if nothing is said
    #[arg(long)]
    pub basis: Option<String>,
}

/// Arguments of `returned answer`.
#[derive(ClapArgs)]
pub struct ReturnedAnswer {
    /// The record
    pub record: String,
    /// Why
    #[arg(long)]
    pub note: String,
}

/// Arguments of `handover`.
#[derive(ClapArgs)]
pub struct Handover {
    /// What to do with one
    #[command(subcommand)]
    pub verb: Option<HandoverVerb>,
}

/// What to do with a handover.
#[derive(Subcommand)]
pub enum HandoverVerb {
    /// Take it on: its cases are yours from now on
    #[command(after_help = "Example:\n  gridwalk handover accept")]
    Accept {
        /// The handover; the only one that is offered to you if nothing is said
        record: Option<String>,
    },
    /// Say no
    #[command(after_help = "Example:\n  gridwalk handover decline")]
    Decline {
        /// The handover; the only one that is offered to you if nothing is said
        record: Option<String>,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

/// Verbs on rounds of back-checks.
#[derive(Subcommand)]
pub enum SampleVerb {
    /// Draw a round: the same seed over the same records draws the same ones
    #[command(
        after_help = "Examples:\n  gridwalk review sample draw 十一月抽查 --percent 5 --least 3\n  gridwalk review sample draw 复查 --unit 光明社区第一网格 --by 0199… --from 2026-11-01 --until 2026-11-30"
    )]
    Draw(SampleDraw),
    /// List the rounds
    #[command(after_help = "Example:\n  gridwalk review sample list")]
    List,
    /// What a round drew, what was found, and the sums by maker
    #[command(after_help = "Example:\n  gridwalk review sample show 十一月抽查")]
    Show(OneRecord),
}

/// Arguments of `review sample draw`.
#[derive(ClapArgs)]
pub struct SampleDraw {
    /// What the round is called
    pub title: String,
    /// Of which kind
    #[arg(long, default_value = "visit")]
    pub kind: String,
    /// In which unit and below; the only one you work in if nothing is said
    #[arg(long)]
    pub unit: Option<String>,
    /// Only what this account made
    #[arg(long, value_name = "ACCOUNT")]
    pub by: Option<String>,
    /// How many of a hundred
    #[arg(long, default_value_t = 5)]
    pub percent: u32,
    /// How many at least
    #[arg(long, default_value_t = 1)]
    pub least: u32,
    /// First day; thirty days ago if nothing is said
    #[arg(long)]
    pub from: Option<String>,
    /// Last day; today if nothing is said
    #[arg(long)]
    pub until: Option<String>,
    /// 32 hexadecimal digits, to draw the same again
    #[arg(long)]
    pub seed: Option<String>,
}

/// Arguments of `review backcheck`.
#[derive(ClapArgs)]
pub struct Backcheck {
    /// The record that was looked at again
    pub record: String,
    /// What came of it: agrees, differs, not_met
    #[arg(long)]
    pub result: String,
    /// The round that drew it
    #[arg(long)]
    pub round: Option<String>,
    /// What was found in a field; may be repeated
    #[arg(long = "found", value_name = "FIELD=VALUE")]
    pub found: Vec<String>,
    /// A note
    #[arg(long)]
    pub note: Option<String>,
}
