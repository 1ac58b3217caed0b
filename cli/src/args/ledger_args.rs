//! What can be typed about the ledger.
//!
//! Owns the arguments. Refuses to act. Invariant: without a word it is all that is here.

use clap::Args as ClapArgs;
use std::path::PathBuf;

/// Arguments of `ledger`.
#[derive(ClapArgs)]
pub struct LedgerArgs {
    /// Of this unit and what is below it; all that is on this phone if nothing is said
    #[arg(long)]
    pub unit: Option<String>,
    /// What stood on the ledger in this month, such as 2026-11
    #[arg(long)]
    pub month: Option<String>,
    /// Only what is struck off or voided
    #[arg(long, conflicts_with = "open")]
    pub struck: bool,
    /// Only what is open
    #[arg(long)]
    pub open: bool,
    /// Write a sheet to print, as HTML, to this file; - writes it here
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
