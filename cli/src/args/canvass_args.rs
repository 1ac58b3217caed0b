//! The command line of campaigns: their lists of places, what comes of standing before each, and how many are checked.

use super::{Edit, Edits, OneRecord};
use clap::{Args as ClapArgs, Subcommand};

/// Verbs on campaigns.
#[derive(Subcommand)]
pub enum CampaignVerb {
    /// Open one: everybody who works below its unit sees it
    #[command(
        after_help = "Sorts: emergency_canvass 应急摸排, place_inspection 场所检查, big_visit 大走访\nAnswers that can be asked for: people, finding, where\n\nExample:\n  gridwalk campaign add 台风“竹节草”摸排 --unit 光明社区 --sort 应急摸排 --ask people --text '逐户敲门，问清需要什么'"
    )]
    Add(CampaignAdd),
    /// Change what it says
    #[command(after_help = "Example:\n  gridwalk campaign edit 小化工检查 --set until=2026-12-31")]
    Edit(Edit),
    /// Those that this phone holds, with how many places are checked
    #[command(after_help = "Examples:\n  gridwalk campaign list\n  gridwalk campaign list --all --json")]
    List {
        /// Closed ones, too
        #[arg(long)]
        all: bool,
    },
    /// One of them
    #[command(after_help = "Example:\n  gridwalk campaign show 小化工检查")]
    Show(OneRecord),
    /// 底数清单: put places of the register on its list; done again it adds only what is new
    #[command(
        after_help = "Examples:\n  gridwalk campaign baseline 台风摸排 --of dwelling --unit 光明社区第一网格\n  gridwalk campaign baseline 小化工检查 --of premises --only small_chemical"
    )]
    Baseline(Baseline),
    /// How many places are checked of how many: all, by unit, by building
    #[command(
        after_help = "Each number can be listed: see `gridwalk canvass list --which`.\n\nExamples:\n  gridwalk campaign coverage 小化工检查\n  gridwalk campaign coverage 台风摸排 --unit 光明社区第一网格 --json"
    )]
    Coverage(Coverage),
    /// 台账: every place that was ever on its list, what is struck off (销号), and what left it and why
    #[command(after_help = "Example:\n  gridwalk campaign ledger 小化工检查")]
    Ledger(OneRecord),
    /// Close it: what comes later from phones without a signal still counts
    #[command(after_help = "Example:\n  gridwalk campaign close 小化工检查 --note 已全部检查")]
    Close(Close),
    /// Open it again
    #[command(after_help = "Example:\n  gridwalk campaign reopen 小化工检查")]
    Reopen(OneRecord),
}

/// Verbs on the places of a campaign's list.
#[derive(Subcommand)]
pub enum CanvassVerb {
    /// The places of the list, in walking order
    #[command(
        after_help = "Which: unchecked (if nothing is said), baseline, checked, call_back, found, left, left_but_seen, doubles, not_yet, nobody_home, shut, refused, vacant, seen, needs\n\nExamples:\n  gridwalk canvass list\n  gridwalk canvass list --campaign 台风摸排 --which call_back --building '3 幢'"
    )]
    List(Targets),
    /// Somebody stood there, and this came of it
    #[command(
        after_help = "Outcomes: seen, vacant, refused, shut, nobody_home; whoever says what is needed has seen somebody\nNeeds: medicine, food_water, doctor, carrying, company, power_water, repair, advice, other\n\nExamples:\n  gridwalk canvass call 2单元501室 seen --people 3\n  gridwalk canvass call 2单元502室 seen --people 1 --need medicine --say 降压药 --raise"
    )]
    Call(Attempt),
    /// Add a place that the list lacks: found on the spot, and marked as such
    #[command(
        after_help = "Examples:\n  gridwalk canvass add 2单元503 --building '3 幢'\n  gridwalk canvass add 海州染料厂 --sort premises --campaign 小化工检查"
    )]
    Add(AddTarget),
    /// Take a place off the list, with a reason: it stays in the ledger
    #[command(
        after_help = "Reasons: shut_for_good, no_such_place, pulled_down, moved_away, not_of_this_list\n\nExample:\n  gridwalk canvass gone 海州染料厂 shut_for_good --note 门已封，水电已停"
    )]
    Gone(Gone),
    /// Put a place back on the list
    #[command(after_help = "Example:\n  gridwalk canvass back 海州染料厂")]
    Back(Back),
    /// What is needed, and what came of it
    #[command(after_help = "Example:\n  gridwalk canvass needs --campaign 台风摸排")]
    Needs(Needs),
}

/// Arguments of `campaign add`.
#[derive(ClapArgs)]
pub struct CampaignAdd {
    /// Its title
    pub title: String,
    /// The unit over whose places it goes
    #[arg(long)]
    pub unit: Option<String>,
    /// What it is for: a code or its word
    #[arg(long)]
    pub sort: String,
    /// The first day; today if nothing is said
    #[arg(long)]
    pub from: Option<String>,
    /// The last day
    #[arg(long)]
    pub until: Option<String>,
    /// What whoever walks is to do and say
    #[arg(long)]
    pub text: Option<String>,
    /// An answer without which nobody counts as met; may be repeated
    #[arg(long = "ask", value_name = "ANSWER")]
    pub asks: Vec<String>,
}

/// Arguments of `campaign baseline`.
#[derive(ClapArgs)]
pub struct Baseline {
    /// The campaign
    pub campaign: String,
    /// dwelling, premises, facility or estate; may be repeated
    #[arg(long = "of", value_name = "KIND", required = true)]
    pub kinds: Vec<String>,
    /// Only those of this kind of premises or facilities: a code or its word
    #[arg(long)]
    pub only: Option<String>,
    /// Only those in this unit and below; the campaign's if nothing is said
    #[arg(long)]
    pub unit: Option<String>,
}

/// Arguments of `campaign coverage`.
#[derive(ClapArgs)]
pub struct Coverage {
    /// The campaign; the only open one if nothing is said
    pub campaign: Option<String>,
    /// Only this unit and what is below it
    #[arg(long)]
    pub unit: Option<String>,
}

/// Arguments of `campaign close`.
#[derive(ClapArgs)]
pub struct Close {
    /// The campaign
    pub campaign: String,
    /// A word at the end
    #[arg(long)]
    pub note: Option<String>,
}

/// Arguments of `canvass list`.
#[derive(ClapArgs)]
pub struct Targets {
    /// The campaign; the only open one if nothing is said
    #[arg(long)]
    pub campaign: Option<String>,
    /// Only this unit and what is below it
    #[arg(long)]
    pub unit: Option<String>,
    /// Only in this building or estate
    #[arg(long)]
    pub building: Option<String>,
    /// Which of them
    #[arg(long, default_value = "unchecked")]
    pub which: String,
}

/// Arguments of `canvass call`.
#[derive(ClapArgs)]
pub struct Attempt {
    /// The place: its id, or what search finds
    pub target: String,
    /// What came of it: a code or its word
    pub outcome: String,
    /// The campaign, where the place is on the lists of several
    #[arg(long)]
    pub campaign: Option<String>,
    /// What is needed: a code or its word; may be repeated
    #[arg(long = "need", value_name = "CODE")]
    pub needs: Vec<String>,
    /// The same in words, without names and numbers of people
    #[arg(long = "say", value_name = "TEXT")]
    pub say: Option<String>,
    /// How many are there
    #[arg(long)]
    pub people: Option<i64>,
    /// What was found
    #[arg(long)]
    pub finding: Option<String>,
    /// Where it was recorded: `lat,lon;crs=…`
    #[arg(long = "where", value_name = "POINT")]
    pub at_point: Option<String>,
    /// When; now if nothing is said
    #[arg(long)]
    pub at: Option<String>,
    /// It was ticked on paper and is typed in now: `--at` is the time on the paper
    #[arg(long, requires = "at")]
    pub from_paper: bool,
    /// Raise a case with it
    #[arg(long)]
    pub raise: bool,
    /// When somebody is to come again; where nobody was met another hour is proposed
    #[arg(long)]
    pub again: Option<String>,
}

/// Arguments of `canvass add`.
#[derive(ClapArgs)]
pub struct AddTarget {
    /// What stands there: a door, or the name of premises
    pub label: String,
    /// The campaign; the only open one if nothing is said
    #[arg(long)]
    pub campaign: Option<String>,
    /// The building or estate
    #[arg(long)]
    pub building: Option<String>,
    /// The unit, where there is no building
    #[arg(long)]
    pub unit: Option<String>,
    /// What it is: door, premises, facility or estate
    #[arg(long, default_value = "door")]
    pub sort: String,
    /// What else is known
    #[command(flatten)]
    pub edits: Edits,
}

/// Arguments of `canvass gone`.
#[derive(ClapArgs)]
pub struct Gone {
    /// The place
    pub target: String,
    /// Why: a code or its word
    pub reason: String,
    /// The campaign, where the place is on the lists of several
    #[arg(long)]
    pub campaign: Option<String>,
    /// More about it
    #[arg(long)]
    pub note: Option<String>,
}

/// Arguments of `canvass back`.
#[derive(ClapArgs)]
pub struct Back {
    /// The place
    pub target: String,
    /// The campaign, where the place is on the lists of several
    #[arg(long)]
    pub campaign: Option<String>,
}

/// Arguments of `canvass needs`.
#[derive(ClapArgs)]
pub struct Needs {
    /// The campaign; the only open one if nothing is said
    #[arg(long)]
    pub campaign: Option<String>,
    /// Only this unit and what is below it
    #[arg(long)]
    pub unit: Option<String>,
}
