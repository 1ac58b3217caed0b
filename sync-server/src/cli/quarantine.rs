//! `quarantine`: changes that wait for a person's decision.
//!
//! Owns the verb. Refuses to show what was typed: the console does that, to those who may see it. Invariant: who
//! declines says why.

use super::Context;
use super::reply::{Failure, Reply};
use gridwalk_model::id::ReplicaId;
use gridwalk_model::name::{Mark, Name};
use gridwalk_server::ServerError;
use gridwalk_server::admin::Waiting;
use gridwalk_server::page::moment;
use serde_json::json;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server quarantine list
  gridwalk-server quarantine list --author zhang
  gridwalk-server quarantine approve NAME --by zhang
  gridwalk-server quarantine approve --author zhang --by zhang      # all that waits of one person 该人全部
  gridwalk-server quarantine decline NAME --by zhang --reason 该户已由新网格员核实

NAME is as `list` prints it. Steps of one phone on one record are decided together. 名称见 list。")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// What waits 待审列表
    List {
        /// Only this person's, by login 仅此人
        #[arg(long, value_name = "LOGIN")]
        author: Option<String>,
    },
    /// Admit a change with its original time 审核通过
    Approve {
        /// The change 更改
        #[arg(required_unless_present = "author")]
        name: Option<String>,
        /// All that waits of this person, by login 该人全部
        #[arg(long, value_name = "LOGIN", conflicts_with = "name")]
        author: Option<String>,
        /// Login of who decides 审核人
        #[arg(long)]
        by: String,
    },
    /// Give a change back to its author 退回
    Decline {
        /// The change 更改
        #[arg(required_unless_present = "author")]
        name: Option<String>,
        /// All that waits of this person, by login 该人全部
        #[arg(long, value_name = "LOGIN", conflicts_with = "name")]
        author: Option<String>,
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
        Act::List { author } => list(context, author.as_deref()),
        Act::Approve { name, author, by } => decide(context, (name.as_deref(), author.as_deref()), by, None),
        Act::Decline { name, author, by, reason } => {
            decide(context, (name.as_deref(), author.as_deref()), by, Some(reason))
        }
    }
}

/// What waits, of everybody or of one person.
fn waiting(context: &Context<'_>, author: Option<&str>) -> Result<Vec<Waiting>, Failure> {
    let mut rows = context.admin.waiting().map_err(|e| context.failure(&e))?;
    rows.retain(|row| author.is_none_or(|author| row.author_login == author.trim()));
    Ok(rows)
}

fn list(context: &Context<'_>, author: Option<&str>) -> Result<Reply, Failure> {
    let rows = waiting(context, author)?;
    let kind = |kind: &str| {
        let word = context.language.core_word(&format!("kind.{kind}"));
        word.map_or_else(|| kind.to_owned(), str::to_owned)
    };
    let line = |w: &Waiting| {
        let why = if w.unstated.is_empty() { String::new() } else { context.language.word("say.waits_unstated") };
        let names: Vec<String> = w.unstated.iter().map(|f| context.language.word(&format!("sensitive.{f}"))).collect();
        let line =
            format!("{}\t{}\t{}\t{}\t{}", w.name, moment(w.received_at), w.space_name, kind(&w.kind), w.author_login);
        format!("{line}\t{why}{}", names.join("、")).trim_end().to_owned()
    };
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    if let (Some(first), true) = (rows.first(), rows.len() > 1) {
        lines.push(context.language.say("say.waits_of_one", &[("author", &first.author_login)]));
    }
    let text = if lines.is_empty() { context.language.word("say.nothing_waits") } else { lines.join("\n") };
    let json = |w: &Waiting| {
        json!({
            "name": w.name.to_string(), "space": w.space, "space_name": w.space_name, "record": w.record,
            "kind": w.kind, "author": w.author_login, "received_at": w.received_at, "step": w.step,
            "unstated": w.unstated,
        })
    };
    Ok(Reply::new(text, json!({ "waiting": rows.iter().map(json).collect::<Vec<_>>() })))
}

/// Decides one change, or all that waits of one person; each with those that are decided with it.
fn decide(
    context: &Context<'_>,
    (name, author): (Option<&str>, Option<&str>),
    by: &str,
    reason: Option<&str>,
) -> Result<Reply, Failure> {
    let language = context.language;
    if reason.is_some_and(|reason| reason.trim().is_empty()) {
        return Err(Failure::said(language, "reason_missing", &[]));
    }
    let mut wanted = Vec::new();
    if let Some(text) = name {
        wanted.push(read_name(text).ok_or_else(|| Failure::said(language, "name_of_change", &[("found", text)]))?);
    }
    if author.is_some() {
        wanted.extend(waiting(context, author)?.into_iter().map(|row| row.name));
    }
    let mut decided: Vec<Name> = Vec::new();
    for name in wanted {
        if decided.contains(&name) {
            continue;
        }
        let done = context.admin.decide_quarantined(name, reason, by).map_err(|e| match e {
            ServerError::NotFound("change") => Failure::said(language, "not_quarantined", &[]),
            e => context.failure(&e),
        })?;
        decided.extend(done);
    }
    if decided.is_empty() {
        return Err(Failure::said(language, "not_quarantined", &[]));
    }
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
