//! Arguments of verbs on the phone itself: its beginning, its PIN, its end.

use clap::{Args as ClapArgs, Subcommand};

/// Arguments of `enrol`.
#[derive(ClapArgs)]
pub struct Enrol {
    /// The invitation as scanned; or the server's address, and then the code (http:// only on this machine, or with
    /// --plain-http)
    pub url: String,
    /// The one-time code
    pub code: Option<String>,
    /// The pin of the server's own key, where no public authority vouches for it
    #[arg(long)]
    pub pin: Option<String>,
    /// What you call this phone
    #[arg(long, default_value = "gridwalk")]
    pub name: String,
    /// Allow http:// to other machines: only on a network that you trust
    #[arg(long)]
    pub plain_http: bool,
}

/// Arguments of `join`.
#[derive(ClapArgs)]
pub struct Join {
    /// The poster as scanned
    pub text: String,
    /// Your name
    #[arg(long)]
    pub name: String,
    /// Your phone number
    #[arg(long = "phone-number", value_name = "NUMBER")]
    pub number: String,
    /// You agree to the sentence on privacy; without it, it is shown and nothing is done
    #[arg(long)]
    pub agree: bool,
    /// What you call this phone
    #[arg(long, default_value = "gridwalk")]
    pub device: String,
    /// Allow http:// to other machines: only on a network that you trust
    #[arg(long)]
    pub plain_http: bool,
}

/// Verbs on the PIN. It is asked for at the terminal, or taken from `GRIDWALK_PIN` (and a new one from `GRIDWALK_NEW_PIN`).
#[derive(Subcommand)]
pub enum PinVerb {
    /// Set a PIN, or change it: six to twelve digits
    #[command(
        after_help = "Examples:\n  gridwalk pin set\n  GRIDWALK_PIN=739154 GRIDWALK_NEW_PIN=280617 gridwalk pin set"
    )]
    Set,
    /// A new PIN for a forgotten one, with a new enrolment code; everything on the phone stays
    #[command(
        after_help = "Whoever gives out the code has looked at the person: gridwalk-server user enrol NAME\n\nExample:\n  gridwalk pin reset K7QF-2M9D-…"
    )]
    Reset(PinReset),
    /// Whether the phone is locked, how long the next try waits, what is left of the offline lease
    #[command(after_help = "Example:\n  gridwalk pin status")]
    Status,
}

/// Arguments of `pin reset`.
#[derive(ClapArgs)]
pub struct PinReset {
    /// The new enrolment code
    pub code: String,
}

/// Arguments of `wipe`.
#[derive(ClapArgs)]
pub struct Wipe {
    /// Yes, remove everything from this phone
    #[arg(long, required = true)]
    pub yes: bool,
    /// Also what the server has not confirmed
    #[arg(long)]
    pub even_unsent: bool,
}

/// Verbs on training.
#[derive(Subcommand)]
pub enum TrainingVerb {
    /// Begin: from now on every verb means a made-up street; nothing of it is ever sent
    #[command(
        after_help = "Examples:\n  gridwalk training begin\n  gridwalk building doors '示例小区 1 幢'\n  gridwalk visit 102 nobody_home\n  gridwalk sync                  # what was typed is taken, and nothing is sent"
    )]
    Begin,
    /// End: the made-up street is removed, the phone's own work is there again
    #[command(after_help = "Example:\n  gridwalk training end --yes")]
    End {
        /// Yes, what was typed for practice may go
        #[arg(long)]
        yes: bool,
    },
    /// Whether somebody practises
    #[command(after_help = "Example:\n  gridwalk training status")]
    Status,
}
