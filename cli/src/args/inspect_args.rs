//! The command line of inspections: begun by a template, answered item by item, finished, looked at again.
//!
//! Owns the arguments. Refuses to act. Invariant: an inspection is named by its id, or by the place that it is of.

use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

/// Verbs on inspections.
#[derive(Subcommand)]
pub enum InspectVerb {
    /// 检查表: the templates for a place, or all of them, with item, standard, evidence, penalty and severity
    #[command(
        after_help = "Examples:\n  gridwalk inspect templates\n  gridwalk inspect templates 海州化工厂\n  gridwalk inspect templates 海州化工厂 --json"
    )]
    Templates {
        /// The place
        place: Option<String>,
    },
    /// Begin one: its items are kept as they stand today
    #[command(
        after_help = "Origins: street, department, third_party\n\nExamples:\n  gridwalk inspect begin 海州化工厂 --origin third_party --office 安评公司\n  gridwalk inspect begin 海州化工厂 --template small_chemical --campaign 小化工检查 --on 2026-12-01"
    )]
    Begin(InspectBegin),
    /// What came of an item; what failed is a hazard in the same save
    #[command(
        after_help = "Results: passed, failed, not_applicable\n\nExamples:\n  gridwalk inspect answer 海州化工厂 chem_licence passed --number 嘉应急〔2026〕9号\n  gridwalk inspect answer 海州化工厂 chem_store failed --note 禁忌物混放 --picture store.jpg\n  gridwalk inspect answer 海州化工厂 有限空间作业 not_applicable"
    )]
    Answer(InspectAnswer),
    /// Finish one: every item is answered, and somebody signed
    #[command(
        after_help = "Examples:\n  gridwalk inspect finish 海州化工厂 --signed-by 王经理 --signature sign.jpg\n  gridwalk inspect finish 海州化工厂 --unsigned 负责人拒签"
    )]
    Finish(InspectFinish),
    /// 复查: begin the round that is due; only what failed is looked at again
    #[command(
        after_help = "Example:\n  gridwalk inspect again 海州化工厂\n  gridwalk inspect answer 海州化工厂 chem_store passed"
    )]
    Again {
        /// The inspection, or its place
        inspection: String,
        /// The day; today if nothing is said
        #[arg(long)]
        on: Option<String>,
        /// Who looks: an office or a firm
        #[arg(long)]
        office: Option<String>,
    },
    /// What is to be looked at again, the soonest first, then what failed in every round
    #[command(after_help = "Examples:\n  gridwalk inspect due\n  gridwalk inspect due --unit 光明社区 --json")]
    Due(InspectList),
    /// Inspections that this phone holds
    #[command(after_help = "Examples:\n  gridwalk inspect list\n  gridwalk inspect list --campaign 小化工检查 --json")]
    List(InspectList),
    /// How many there were, by template and origin
    #[command(after_help = "Example:\n  gridwalk inspect count --unit 光明社区")]
    Count(InspectList),
    /// One with its items and rounds
    #[command(after_help = "Example:\n  gridwalk inspect show 海州化工厂")]
    Show {
        /// The inspection, or its place
        inspection: String,
    },
}

/// Arguments of `inspect begin`.
#[derive(ClapArgs)]
pub struct InspectBegin {
    /// The place: premises, a home, or a place of a campaign's list
    pub place: String,
    /// The template: its code or its name; the one that fits best if nothing is said
    #[arg(long)]
    pub template: Option<String>,
    /// At whose instance: a code or its word
    #[arg(long, default_value = "street")]
    pub origin: String,
    /// Who looks: an office or a firm
    #[arg(long)]
    pub office: Option<String>,
    /// The campaign that it is part of
    #[arg(long)]
    pub campaign: Option<String>,
    /// The day; today if nothing is said
    #[arg(long)]
    pub on: Option<String>,
}

/// Arguments of `inspect answer`.
#[derive(ClapArgs)]
pub struct InspectAnswer {
    /// The inspection, or its place
    pub inspection: String,
    /// The item: its code or its name
    pub item: String,
    /// What came of it: a code or its word
    pub result: String,
    /// More about it
    #[arg(long)]
    pub note: Option<String>,
    /// The number of the document, or what was measured
    #[arg(long)]
    pub number: Option<String>,
    /// A picture of it; may be repeated
    #[arg(long = "picture", value_name = "FILE")]
    pub pictures: Vec<PathBuf>,
}

/// Arguments of `inspect finish`.
#[derive(ClapArgs)]
pub struct InspectFinish {
    /// The inspection, or its place
    pub inspection: String,
    /// Who signed on the premises
    #[arg(long)]
    pub signed_by: Option<String>,
    /// Why nobody signed
    #[arg(long, conflicts_with = "signed_by")]
    pub unsigned: Option<String>,
    /// A picture of the signature
    #[arg(long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
    /// More about it
    #[arg(long)]
    pub note: Option<String>,
    /// How many people are there, where the campaign asks for it
    #[arg(long)]
    pub people: Option<i64>,
}

/// Which inspections.
#[derive(ClapArgs)]
pub struct InspectList {
    /// Only those in this unit and below
    #[arg(long)]
    pub unit: Option<String>,
    /// Only those of this campaign
    #[arg(long)]
    pub campaign: Option<String>,
}
