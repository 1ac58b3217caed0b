//! `quarantine`: changes that wait for a person's decision.
//!
//! Owns the verb. Refuses to show what was typed: the console does that, to those who may see it. Invariant: who
//! declines says why.

use super::Context;
use super::reply::{Failure, Reply};
use gridwalk_model::id::ReplicaId;
use gridwalk_model::name::{Mark, Name};
use gridwalk_server::ServerError;
use gridwalk_server::page::moment;
use serde_json::json;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server quarantine list
  gridwalk-server quarantine approve NAME --by li
  gridwalk-server quarantine decline NAME --by li --reason 该户已由新网格员核实

NAME is as `list` prints it. Steps of one phone on one record are decided together. 名称见 list。")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// What waits 待审列表
    List,
    /// Admit a change with its original time 审核通过
    Approve {
        /// The change 更改
        name: String,
        /// Login of who decides 审核人
        #[arg(long)]
        by: String,
    },
    /// Give a change back to its author 退回
    Decline {
        /// The change 更改
        name: String,
        /// Login of who decides 审核人
        #[arg(long)]
        by: String,
        /// Why 原因
        #[arg(long)]
        reason: String,
    },
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    match &args.act {
        Act::List => list(context),
        Act::Approve { name, by } => decide(context, name, by, None),
        Act::Decline { name, by, reason } => decide(context, name, by, Some(reason)),
    }
}

fn list(context: &Context<'_>) -> Result<Reply, Failure> {
    let rows = context.admin.waiting().map_err(|e| context.failure(&e))?;
    let line = |w: &gridwalk_server::admin::Waiting| {
        let why = if w.unstated.is_empty() { String::new() } else { context.language.word("say.waits_unstated") };
        let names: Vec<String> = w.unstated.iter().map(|f| context.language.word(&format!("sensitive.{f}"))).collect();
        let line = format!("{}\t{}\t{}\t{}\t{}", w.name, moment(w.received_at), w.space_name, w.kind, w.author_login);
        format!("{line}\t{why}{}", names.join("、")).trim_end().to_owned()
    };
    let lines: Vec<String> = rows.iter().map(line).collect();
    let text = if lines.is_empty() { context.language.word("say.nothing_waits") } else { lines.join("\n") };
    let json = |w: &gridwalk_server::admin::Waiting| {
        json!({
            "name": w.name.to_string(), "space": w.space, "space_name": w.space_name, "record": w.record,
            "kind": w.kind, "author": w.author_login, "received_at": w.received_at, "step": w.step,
            "unstated": w.unstated,
        })
    };
    Ok(Reply::new(text, json!({ "waiting": rows.iter().map(json).collect::<Vec<_>>() })))
}

fn decide(context: &Context<'_>, name: &str, by: &str, reason: Option<&str>) -> Result<Reply, Failure> {
    let language = context.language;
    if reason.is_some_and(|reason| reason.trim().is_empty()) {
        return Err(Failure::said(language, "reason_missing", &[]));
    }
    let read = read_name(name).ok_or_else(|| Failure::said(language, "name_of_change", &[("found", name)]))?;
    let done = context.admin.decide_quarantined(read, reason, by);
    let decided = done.map_err(|e| match e {
        ServerError::NotFound("change") => Failure::said(language, "not_quarantined", &[]),
        e => context.failure(&e),
    })?;
    let names: Vec<String> = decided.iter().map(ToString::to_string).collect();
    let key = if reason.is_none() { "say.approved" } else { "say.declined" };
    let text = language.say(key, &[("name", &names.join(", "))]);
    Ok(Reply::new(text, json!({ "decided": names, "approved": reason.is_none() })))
}

/// Reads a name as `list` prints it: replica, seq and mark.
fn read_name(text: &str) -> Option<Name> {
    let (replica, rest) = text.trim().split_once(':')?;
    let (seq, mark) = rest.split_once('~')?;
    let hex = data_encoding::HEXLOWER_PERMISSIVE;
    let replica = ReplicaId::from_slice(&hex.decode(replica.as_bytes()).ok()?)?;
    let mark = Mark(hex.decode(mark.as_bytes()).ok()?.try_into().ok()?);
    Some(Name { replica, seq: seq.parse().ok()?, mark })
}
