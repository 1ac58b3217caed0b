//! What can be typed about phones and people that are new.
//!
//! Owns the arguments. Refuses to act. Invariant: the digits are typed as the phone shows them.

use clap::{Args as ClapArgs, Subcommand};

/// Arguments of `arrivals`.
#[derive(ClapArgs)]
pub struct Arrivals {
    /// What to do; lists them if nothing is said
    #[command(subcommand)]
    pub verb: Option<ArrivalVerb>,
}

/// Verbs of supervisors on phones and people that are new.
#[derive(Subcommand)]
pub enum ArrivalVerb {
    /// 核对放行: let a phone in by the six digits that you see on it
    #[command(after_help = "Example:\n  gridwalk arrivals confirm 张三 '042 917'")]
    Confirm {
        /// The person, or the phone's id
        who: String,
        /// The digits on the phone's screen
        digits: String,
    },
    /// 确认: somebody who joined by a poster is a volunteer from now on
    #[command(after_help = "Example:\n  gridwalk arrivals accept 王小明")]
    Accept {
        /// The person, or the account's id
        who: String,
    },
    /// 不予确认: nothing more is taken from their phone without a decision
    #[command(after_help = "Example:\n  gridwalk arrivals refuse 王小明 --reason 号码有误")]
    Refuse {
        /// The person, or the account's id
        who: String,
        /// Why
        #[arg(long)]
        reason: String,
    },
}
