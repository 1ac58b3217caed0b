//! `audit`: is the journal whole, and who did what.
//!
//! Owns the verb. Refuses to mend. Invariant: the first bad row is named.

use super::Context;
use super::reply::{Failure, Reply};
use gridwalk_model::{AccountId, UnitId};
use gridwalk_server::Reading;
use gridwalk_server::ServerError;
use gridwalk_server::audit;
use gridwalk_server::audit::verify::{BadAct, Seen};
use gridwalk_server::page::moment;
use gridwalk_server::store::AuditRow;
use gridwalk_server::verify::{self, Bad};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server audit verify
  gridwalk-server audit verify --by chen
  gridwalk-server audit head >> /mnt/office/gridwalk-heads.txt
  gridwalk-server audit verify --heads /mnt/office/gridwalk-heads.txt
  gridwalk-server audit list --last 50 --json
  gridwalk-server audit undo 42 --by zhang")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Walk the chains of audit and journal, and hold every state against its journal 核验审计与日志
    Verify {
        /// Also against the heads in a file that was kept elsewhere 另存的签名链头
        #[arg(long, value_name = "FILE")]
        heads: Option<PathBuf>,
        /// Login of the auditor who looks 审计员
        #[arg(long)]
        by: Option<String>,
    },
    /// The newest signed head of audit and journals, a line to keep elsewhere 最新签名链头
    Head,
    /// Undo an act by its number in the list; nothing is taken out of journal or audit 撤销一项操作
    Undo {
        /// The number 编号
        number: i64,
        /// Login of who undoes it 操作人
        #[arg(long)]
        by: Option<String>,
        /// Leave what others wrote since, and undo the rest 其余照撤
        #[arg(long)]
        rest: bool,
    },
    /// What administration did, newest first 操作记录
    List {
        /// So many rows 条数
        #[arg(long, default_value_t = 20, value_name = "N")]
        last: usize,
        /// Login of the auditor who looks 审计员
        #[arg(long)]
        by: Option<String>,
    },
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    match &args.act {
        Act::Verify { by, .. } => reading(context, by.as_deref()).and_then(|()| verify(context)),
        Act::Head => newest_head(context),
        Act::List { last, by } => reading(context, by.as_deref()).and_then(|()| list(context, *last)),
        Act::Undo { number, by, rest } => undo(context, *number, by.as_deref(), *rest),
    }
}

impl Args {
    /// The file of heads, if the verb names one.
    pub(super) fn files(&self) -> Vec<&Path> {
        match &self.act {
            Act::Verify { heads: Some(file), .. } => vec![file],
            _ => Vec::new(),
        }
    }
}

/// Whoever reads in somebody's name has the power to.
fn reading(context: &Context<'_>, by: Option<&str>) -> Result<(), Failure> {
    super::acting(context, by)?.may_read_the_audit().map_err(|e| context.failure(&e))
}

fn newest_head(context: &Context<'_>) -> Result<Reply, Failure> {
    let head = context.admin.server().audit_head().map_err(|e| context.failure(&e))?;
    let line = head.map(|head| head.to_string());
    Ok(Reply::new(line.clone().unwrap_or_default(), json!({ "head": line })))
}

/// What the audit itself shows: the heads beside the database count, and those in a file that the verb named.
fn acts(context: &Context<'_>) -> Result<std::result::Result<Seen, BadAct>, Failure> {
    let server = context.admin.server();
    let failure = |e: &ServerError| context.failure(e);
    let mut elsewhere = audit::verify::beside(&server.running().options.folder).map_err(|e| failure(&e))?;
    for file in &context.input.files {
        let bytes = data_encoding::BASE64.decode(file.as_bytes()).unwrap_or_default();
        elsewhere.extend(audit::head::of_lines(&String::from_utf8_lossy(&bytes)));
    }
    server.read(|r| audit::verify::acts(r, &elsewhere)).map_err(|e| failure(&e))
}

fn verify(context: &Context<'_>) -> Result<Reply, Failure> {
    let server = context.admin.server();
    let acts = acts(context)?;
    let spaces = server.read(|r| r.tx.spaces()).map_err(|e| context.failure(&e))?;
    let (mut entries, mut records, mut sums, mut lines, mut bad) = (0, 0, 0, Vec::new(), Vec::new());
    for space in &spaces {
        let walked = server
            .read(|r| Ok((verify::chain(r, space.id)?, verify::states(r, space.id)?, verify::digests(r, space.id)?)));
        let (chain, states, digests) = walked.map_err(|e| context.failure(&e))?;
        let chain = chain.map(|n| entries += n).err();
        let (states, digests) = (states.map(|n| records += n).err(), digests.map(|n| sums += n).err());
        for found in [chain, states, digests].into_iter().flatten() {
            lines.push(sentence(context, &space.name, &found));
            bad.push(bad_json(&space.id.to_string(), &found));
        }
    }
    let seen = acts.unwrap_or_else(|found| {
        lines.push(context.language.say(&format!("say.{}", found.code()), &[("place", &found.place())]));
        bad.push(json!({ "space": Value::Null, "code": found.code(), "place": found.place() }));
        Seen::default()
    });
    let good = bad.is_empty();
    if good {
        let gaps = [("acts", &*seen.rows.to_string()), ("heads", &*seen.heads.to_string())];
        lines.push(context.language.say("say.acts_good", &gaps));
        if seen.lost_by_restore > 0 {
            lines.push(context.language.say("say.acts_restored", &[("heads", &seen.lost_by_restore.to_string())]));
        }
        let (entries, records) = (entries.to_string(), records.to_string());
        let gaps = [("entries", &*entries), ("records", &*records), ("spaces", &*spaces.len().to_string())];
        lines.push(context.language.say("say.audit_good", &gaps));
    }
    let json = json!({
        "good": good, "spaces": spaces.len(), "entries": entries, "records": records, "sums": sums,
        "acts": seen.rows, "heads": seen.heads, "heads_lost_by_restore": seen.lost_by_restore, "bad": bad,
    });
    Ok(Reply { good, ..Reply::new(lines.join("\n"), json) })
}

/// Code and place of what was found.
fn place(found: &Bad) -> (&'static str, String) {
    match found {
        Bad::Chain { pos } => ("audit_chain", pos.to_string()),
        Bad::Body { pos } => ("audit_body", pos.to_string()),
        Bad::End { pos } => ("audit_end", pos.to_string()),
        Bad::Audience { record } => ("audit_audience", record.to_string()),
        Bad::Digest { key, kind } => ("audit_digest", format!("{} {kind}", UnitId(key.0))),
        Bad::State { record } => ("audit_state", record.to_string()),
    }
}

fn sentence(context: &Context<'_>, space: &str, found: &Bad) -> String {
    let (code, place) = place(found);
    context.language.say(&format!("say.{code}"), &[("space", space), ("place", &place)])
}

fn bad_json(space: &str, found: &Bad) -> Value {
    let (code, place) = place(found);
    json!({ "space": space, "code": code, "place": place })
}

fn list(context: &Context<'_>, last: usize) -> Result<Reply, Failure> {
    let read = context.admin.server().read(|r| Ok((r.tx.audit_numbers(last)?, r.tx.audit_newest(last)?)));
    let (numbers, rows) = read.map_err(|e| context.failure(&e))?;
    let rows: Vec<_> = numbers.into_iter().zip(rows).collect();
    let lines = context.admin.server().read(|r| rows.iter().map(|(number, row)| line(r, *number, row)).collect());
    let lines: Vec<String> = lines.map_err(|e| context.failure(&e))?;
    let json = |(number, row): &(i64, gridwalk_server::store::AuditRow)| json!({ "number": number, "at": row.at, "code": row.code, "account": row.account, "detail": row.detail });
    Ok(Reply::new(lines.join("\n"), json!({ "audit": rows.iter().map(json).collect::<Vec<_>>() })))
}

/// An act as people read it: those whom it names by their logins.
fn line(r: &Reading<'_>, number: i64, row: &AuditRow) -> gridwalk_server::Result<String> {
    let login = |id: AccountId| r.tx.account(id).map(|account| account.map(|a| a.login));
    let who = row.account.map(login).transpose()?.flatten().unwrap_or_default();
    let mut detail = Vec::new();
    for word in row.detail.split(' ') {
        let named = word.parse().ok().map(login).transpose()?.flatten();
        detail.push(named.unwrap_or_else(|| word.to_owned()));
    }
    Ok(format!("{number}\t{}\t{}\t{who}\t{}", moment(row.at), row.code, detail.join(" ")))
}

/// Why an act is not undone, with the way on; what the act was about stands in the sentence.
fn no_way_back(context: &Context<'_>, number: i64, error: &gridwalk_server::ServerError) -> Failure {
    let act = context.admin.server().read(|r| r.tx.audit_numbered(number)).ok().flatten();
    match (error, act) {
        (gridwalk_server::ServerError::Refused(code), Some(act)) if context.language.has(&format!("error.{code}")) => {
            let number = number.to_string();
            Failure::said(context.language, code, &[("number", &number), ("detail", &act.detail)])
        }
        _ => context.failure(error),
    }
}

fn undo(context: &Context<'_>, number: i64, by: Option<&str>, rest: bool) -> Result<Reply, Failure> {
    let admin = super::acting(context, by)?;
    let done = admin.undo(number, rest).map_err(|error| no_way_back(context, number, &error))?;
    let (number, count) = (number.to_string(), done.records.len().to_string());
    let text =
        context.language.say("say.act_undone", &[("number", &number), ("code", &done.act.code), ("count", &count)]);
    let json =
        json!({ "undone": number, "code": done.act.code, "records": done.records, "hindrances": done.hindrances });
    Ok(Reply::new(text, json))
}
