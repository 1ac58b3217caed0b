//! `place`: a building or case put into another unit, also of another county.
//!
//! Owns the verb. Refuses to hand anything over: that follows from the unit. Invariant: a person's login stands behind it.

use super::Context;
use super::reply::{Failure, Reply, naming};
use gridwalk_model::id::RecordId;
use serde_json::json;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server place move 019cabd8-3800-741f-a3f7-880b9199fc11 --to 330411001001001 --by zhang

A unit of another county hands the place over to it, with everything below it: there it is a new record.
移到其他县（区）时，连同其下全部记录一并移交，在当地为新记录。")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Put a place into another unit 移到其他辖区
    Move {
        /// The record's id, as `gridwalk building show --json` prints it 记录编号
        record: String,
        /// Code of the unit 辖区代码
        #[arg(long, value_name = "CODE")]
        to: String,
        /// Login of who decides 决定人
        #[arg(long)]
        by: String,
    },
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let Act::Move { record, to, by } = &args.act;
    let language = context.language;
    let id: RecordId = record.parse().map_err(|_| Failure::said(language, "record_id", &[("found", record)]))?;
    let lives = naming(context.admin.move_place(id, to, by), language, context.folder, to)?;
    let there = lives.record.to_string();
    let text = language.say("say.place_moved", &[("record", &there), ("to", to)]);
    Ok(Reply::new(text, json!({ "record": lives.record, "space": lives.space, "handed_over": lives.record != id })))
}
