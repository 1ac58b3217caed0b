//! The command line of the register: what is done with estates, doors, households, residents and facilities beside
//! adding, editing, showing and listing.

use super::{Add, OnScreen, OneRecord, Pair, RegisterVerb};
use clap::{Args as ClapArgs, Subcommand};

/// What is done with every record of the register.
#[derive(Subcommand)]
pub enum EveryVerb {
    /// 确认无变化: somebody looked, and everything is as it is written
    #[command(
        after_help = "Examples:\n  gridwalk household confirm 王家\n  gridwalk household confirm 王家 --members   # and all who live there: one save, taken back as one"
    )]
    Confirm(Confirm),
    /// Who wrote each field last, when, and what stood there before
    #[command(after_help = "Example:\n  gridwalk resident history 王小明")]
    History(OneRecord),
    /// 可能重复: records of this phone that may be what is about to be added
    #[command(after_help = "Example:\n  gridwalk resident candidates 王小明 --set birth=1990-05-01")]
    Candidates(Add),
}

/// Verbs on places.
#[derive(Subcommand)]
pub enum PlaceVerb {
    /// What every kind has
    #[command(flatten)]
    Register(RegisterVerb),
    /// What every record has
    #[command(flatten)]
    Every(EveryVerb),
}

/// Verbs on households.
#[derive(Subcommand)]
pub enum HouseholdVerb {
    /// What every kind has
    #[command(flatten)]
    Register(RegisterVerb),
    /// What every record has
    #[command(flatten)]
    Every(EveryVerb),
    /// Add a household of a village with its house: no door to count, a place in the walking order
    #[command(after_help = "Example:\n  gridwalk household village 李家 --unit 三组 --resident 李二 --after 王家")]
    Village(Village),
    /// The households of a villagers' group, or of a grid, in walking order
    #[command(after_help = "Example:\n  gridwalk household walk 三组")]
    Walk(OneRecord),
    /// Put a household behind another in the walking order; at its beginning if none is named
    #[command(after_help = "Example:\n  gridwalk household place 李家 --unit 三组 --after 王家")]
    Place(Place),
    /// Some of its residents are a household of their own from now on
    #[command(after_help = "Example:\n  gridwalk household split 王家 王小家 --resident 王小明 --dwelling 501")]
    Split(Split),
    /// Those of one household live in another from now on
    #[command(after_help = "Example:\n  gridwalk household merge 王小家 王家")]
    Merge(Merge),
}

/// Verbs on residents.
#[derive(Subcommand)]
pub enum ResidentVerb {
    /// What every kind has
    #[command(flatten)]
    Register(RegisterVerb),
    /// What every record has
    #[command(flatten)]
    Every(EveryVerb),
    /// 迁入: a resident lives in another household, or is back
    #[command(after_help = "Example:\n  gridwalk resident move-in 王小明 --household 李家 --on 2026-11-20")]
    MoveIn(MoveIn),
    /// 迁出: a resident moved away
    #[command(after_help = "Example:\n  gridwalk resident move-out 王小明 --on 2026-11-20 --to 杭州")]
    MoveOut(MoveOut),
}

/// Verbs on facilities.
#[derive(Subcommand)]
pub enum FacilityVerb {
    /// What every kind has
    #[command(flatten)]
    Register(RegisterVerb),
    /// What every record has
    #[command(flatten)]
    Every(EveryVerb),
    /// 检查: how it was found
    #[command(
        after_help = "States: intact, damaged, lost, abandoned\n\nExample:\n  gridwalk facility check 3 幢消火栓 破损"
    )]
    Check(Check),
}

/// Arguments of `confirm`.
#[derive(ClapArgs)]
pub struct Confirm {
    /// What was looked at
    #[command(flatten)]
    pub screen: OnScreen,
    /// When; now if nothing is said
    #[arg(long)]
    pub at: Option<String>,
    /// 连同住户成员一并确认: those who live in the household, too
    #[arg(long)]
    pub members: bool,
}

/// Arguments of `household village`.
#[derive(ClapArgs)]
pub struct Village {
    /// Label of the household; its house is called the same
    pub label: String,
    /// The villagers' group, or the grid
    #[arg(long)]
    pub unit: Option<String>,
    /// The household that it comes after in the walking order; at the end if nothing is said
    #[arg(long)]
    pub after: Option<String>,
    /// A resident by name; may be repeated
    #[arg(long = "resident", value_name = "NAME")]
    pub residents: Vec<String>,
}

/// Arguments of `household place`.
#[derive(ClapArgs)]
pub struct Place {
    /// The household
    pub record: String,
    /// The villagers' group, or the grid
    #[arg(long)]
    pub unit: Option<String>,
    /// The household that it comes after
    #[arg(long)]
    pub after: Option<String>,
}

/// Arguments of `household split`.
#[derive(ClapArgs)]
pub struct Split {
    /// The household
    pub record: String,
    /// Label of the new one
    pub label: String,
    /// A resident who goes; may be repeated
    #[arg(long = "resident", value_name = "RECORD", required = true)]
    pub residents: Vec<String>,
    /// The door or house of the new one; that of the old one if nothing is said
    #[arg(long)]
    pub dwelling: Option<String>,
}

/// Arguments of `household merge`.
#[derive(ClapArgs)]
pub struct Merge {
    /// The household that ends
    pub record: String,
    /// The one that goes on
    pub into: String,
    /// The day; today if nothing is said
    #[arg(long)]
    pub on: Option<String>,
}

/// Arguments of `resident move-in`.
#[derive(ClapArgs)]
pub struct MoveIn {
    /// The resident
    pub record: String,
    /// The household
    #[arg(long)]
    pub household: String,
    /// The day; today if nothing is said
    #[arg(long)]
    pub on: Option<String>,
}

/// Arguments of `resident move-out`.
#[derive(ClapArgs)]
pub struct MoveOut {
    /// The resident
    pub record: String,
    /// The day; today if nothing is said
    #[arg(long)]
    pub on: Option<String>,
    /// Where to
    #[arg(long)]
    pub to: Option<String>,
}

/// Arguments of `facility check`.
#[derive(ClapArgs)]
pub struct Check {
    /// The facility
    pub record: String,
    /// How it was found: a code or its word
    pub state: String,
    /// When; now if nothing is said
    #[arg(long)]
    pub at: Option<String>,
}

/// Arguments of `scan`.
#[derive(ClapArgs)]
pub struct Scan {
    /// What the code says
    pub text: String,
    /// The estate, building or dwelling whose plate bears it
    #[arg(long, value_name = "PLACE")]
    pub attach: Option<String>,
}

/// Arguments of `history`.
#[derive(ClapArgs)]
pub struct History {
    /// The record
    pub record: String,
    /// All of it, from the server
    #[arg(long)]
    pub server: bool,
}

/// Arguments of `reveal`.
#[derive(ClapArgs)]
pub struct Reveal {
    /// The record
    pub record: String,
    /// The field, by its name
    pub field: String,
    /// Why; it is kept with your name
    #[arg(long)]
    pub reason: String,
}

/// Arguments of `different`.
#[derive(ClapArgs)]
pub struct Different {
    /// The two records
    #[command(flatten)]
    pub pair: Pair,
    /// Take it back
    #[arg(long)]
    pub back: bool,
}
