//! `unit edition`: a year's changes, proposed from two tables, confirmed by a person, applied.
//!
//! Owns the plan file, which people may read and edit. Refuses to apply a line that nobody confirmed. Invariant: to
//! propose and to confirm writes the plan file and nothing else.

use super::Context;
use super::post::date;
use super::reply::{Failure, Reply};
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::edition::plan::{Confirmed, Plan};
use gridwalk_model::edition::{Confidence, Proposal};
use gridwalk_server::ServerError;
use gridwalk_server::admin::proposals;
use gridwalk_server::page::moment;
use gridwalk_server::store::AccountRow;
use gridwalk_server::words::Language;
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server unit edition propose 2026.csv 2027.csv --from 2027-01-01 --plan plan.json
  gridwalk-server unit edition show plan.json --open
  gridwalk-server unit edition confirm plan.json --sure --by li
  gridwalk-server unit edition confirm plan.json --line 3 --line 8 --by li
  gridwalk-server unit edition apply plan.json --json

The tables are CSV or XLSX with the columns code,name 代码、名称 and, if there, parent and addresses (or codes of grids, with
; between). A line of the plan may be corrected by hand before it is confirmed; each bears who confirmed it and when. It is done
from the top down, what is gone last. No code is given to another unit anew, also not within one plan: whoever keeps a code
keeps it in one line. Old codes stay findable 旧代码仍可查到.")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Compare two editions, and write what probably changed into a plan 比对
    Propose {
        /// The edition before 旧表
        before: PathBuf,
        /// The edition after 新表
        after: PathBuf,
        /// From which day on it holds 生效日
        #[arg(long, value_name = "DATE", value_parser = date)]
        from: i64,
        /// The plan file to write 计划文件
        #[arg(long, value_name = "FILE")]
        plan: PathBuf,
    },
    /// Look at a plan 查看
    Show {
        /// The plan file 计划文件
        plan: PathBuf,
        /// Only lines that nobody confirmed 仅未确认项
        #[arg(long)]
        open: bool,
    },
    /// Confirm lines of a plan 确认
    Confirm {
        /// The plan file 计划文件
        plan: PathBuf,
        /// The number of a line; may be repeated 行号
        #[arg(long = "line", value_name = "N")]
        lines: Vec<usize>,
        /// All lines that nothing speaks against 全部确定项
        #[arg(long)]
        sure: bool,
        /// All lines 全部
        #[arg(long)]
        all: bool,
        /// Login of who confirms 确认人
        #[arg(long)]
        by: String,
    },
    /// Do what was confirmed 执行
    Apply {
        /// The plan file 计划文件
        plan: PathBuf,
    },
}

/// A plan as its file holds it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct PlanFile {
    from: String,
    lines: Vec<PlanLine>,
}

/// A proposal with whether somebody confirmed it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct PlanLine {
    n: usize,
    confirmed: bool,
    /// Login of who confirmed it.
    #[serde(default)]
    by: Option<String>,
    /// Their name.
    #[serde(default)]
    by_name: Option<String>,
    /// When.
    #[serde(default)]
    confirmed_at: Option<String>,
    #[serde(flatten)]
    proposal: Proposal,
}

impl Args {
    /// The tables and plans that the verb reads.
    pub(super) fn files(&self) -> Vec<&Path> {
        match &self.act {
            Act::Propose { before, after, .. } => vec![before, after],
            Act::Show { plan, .. } | Act::Confirm { plan, .. } | Act::Apply { plan } => vec![plan],
        }
    }
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let bytes = |n: usize| {
        let packed = context.input.files.get(n).map(String::as_str).unwrap_or_default();
        data_encoding::BASE64.decode(packed.as_bytes()).unwrap_or_default()
    };
    match &args.act {
        Act::Propose { from, plan, .. } => {
            let found = proposals(&bytes(0), &bytes(1)).map_err(|e| context.failure(&e))?;
            let lines = (1..).zip(found).map(|(n, proposal)| PlanLine::new(n, proposal));
            let from = CivilDate::from_days(*from).map(|date| date.to_string()).unwrap_or_default();
            written(context, plan, &PlanFile { from, lines: lines.collect() })
        }
        Act::Show { open, .. } => {
            let file = read(context, &bytes(0))?;
            Ok(told(context.language, &file, |line| !(*open && line.confirmed)))
        }
        Act::Confirm { plan, lines, sure, all, by } => {
            let (login, name) = person(context, by)?;
            let at = moment(context.admin.server().running().now());
            let mut file = read(context, &bytes(0))?;
            if let Some(none) = lines.iter().find(|n| !file.lines.iter().any(|line| line.n == **n)) {
                let numbers = [("line", none.to_string()), ("lines", file.lines.len().to_string())];
                let gaps: Vec<(&str, &str)> = numbers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                return Err(Failure::said(context.language, "plan_line", &gaps));
            }
            for line in file.lines.iter_mut().filter(|line| !line.confirmed || line.by.is_none()) {
                let is_sure = *sure && line.proposal.confidence == Confidence::Sure;
                if *all || is_sure || lines.contains(&line.n) {
                    line.confirmed = true;
                    line.by = Some(login.clone());
                    line.by_name = Some(name.clone());
                    line.confirmed_at = Some(at.clone());
                }
            }
            written(context, plan, &file)
        }
        Act::Apply { .. } => {
            let file = read(context, &bytes(0))?;
            let from_day = CivilDate::parse(&file.from).map(CivilDate::days);
            let from_day = from_day.ok_or_else(|| context.failure(&ServerError::Refused("plan_file")))?;
            let open = file.lines.iter().filter(|line| !line.confirmed).count();
            let confirmed = file.lines.into_iter().filter(|line| line.confirmed);
            let confirmed: Vec<Confirmed> = confirmed.map(|line| signed(context, line)).collect::<Result<_, _>>()?;
            let done = context.admin.apply_edition(&Plan { from_day, confirmed }).map_err(|e| context.failure(&e))?;
            let numbers = [
                ("renamed", done.renamed.to_string()),
                ("renumbered", done.renumbered.to_string()),
                ("added", done.added.to_string()),
                ("ended", done.ended.to_string()),
            ];
            let gaps: Vec<(&str, &str)> = numbers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let mut text = context.language.say("say.edition_applied", &gaps);
            if open > 0 {
                text = text + "\n" + &context.language.say("say.edition_open", &[("count", &open.to_string())]);
            }
            let mut model = json!(done);
            model["unconfirmed"] = json!(open);
            Ok(Reply::new(text, model))
        }
    }
}

impl PlanLine {
    const fn new(n: usize, proposal: Proposal) -> Self {
        Self { n, confirmed: false, by: None, by_name: None, confirmed_at: None, proposal }
    }
}

/// The account with a login: its id is asked again when the plan is applied.
fn account(context: &Context<'_>, login: &str) -> Result<AccountRow, Failure> {
    let found =
        context.admin.server().read(|r| r.tx.account_by_login(login.trim())).map_err(|e| context.failure(&e))?;
    found.ok_or_else(|| context.failure(&ServerError::NotFound("account")))
}

fn person(context: &Context<'_>, login: &str) -> Result<(String, String), Failure> {
    account(context, login).map(|account| (account.login, account.name))
}

/// A confirmed line with the account of who confirmed it; one without a name was made by hand and is not done.
fn signed(context: &Context<'_>, line: PlanLine) -> Result<Confirmed, Failure> {
    let unsigned = || context.failure(&ServerError::Refused("plan_unsigned"));
    let login = line.by.filter(|_| line.confirmed_at.is_some()).ok_or_else(unsigned)?;
    Ok(Confirmed { proposal: line.proposal, by: account(context, &login)?.id })
}

fn read(context: &Context<'_>, bytes: &[u8]) -> Result<PlanFile, Failure> {
    serde_json::from_slice(bytes).map_err(|_| context.failure(&ServerError::Refused("plan_file")))
}

fn written(context: &Context<'_>, path: &Path, file: &PlanFile) -> Result<Reply, Failure> {
    let fault = |e: std::io::Error| context.failure(&ServerError::File(e));
    let text = serde_json::to_string_pretty(file).map_err(|e| fault(e.into()))?;
    std::fs::write(context.input.from.join(path), text).map_err(fault)?;
    Ok(told(context.language, file, |_| true))
}

/// A plan's lines, in words and whole.
fn told(language: Language, file: &PlanFile, shown: impl Fn(&PlanLine) -> bool) -> Reply {
    let confirmed = file.lines.iter().filter(|line| line.confirmed).count().to_string();
    let gaps = [("lines", file.lines.len().to_string()), ("confirmed", confirmed)];
    let gaps: Vec<(&str, &str)> = gaps.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut lines: Vec<String> =
        file.lines.iter().filter(|line| shown(line)).map(|line| drawn(language, line)).collect();
    lines.push(language.say("say.plan_written", &gaps));
    let shown: Vec<&PlanLine> = file.lines.iter().filter(|line| shown(line)).collect();
    Reply::new(lines.join("\n"), json!({ "from": file.from, "lines": shown }))
}

fn drawn(language: Language, line: &PlanLine) -> String {
    let named = |list: &[(gridwalk_model::unit_code::UnitCode, String)]| {
        list.iter().map(|(code, name)| format!("{code} {name}")).collect::<Vec<_>>().join(" + ")
    };
    let PlanLine { n, confirmed, by_name, confirmed_at, proposal, .. } = line;
    let mark = if *confirmed { "✔" } else { "○" };
    let what = language.word(&format!("edition.{}", proposal.what.code()));
    let how = language.word(&format!("edition.{}", proposal.confidence.confidence_code()));
    let who: Vec<&str> = by_name.iter().chain(confirmed_at).map(String::as_str).collect();
    let who = who.join(" ");
    format!("{mark} {n}\t{what}\t{} → {}\t{how}\t{who}", named(&proposal.before), named(&proposal.after))
}
