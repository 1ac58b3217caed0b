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
use gridwalk_model::id::AccountId;
use gridwalk_server::ServerError;
use gridwalk_server::admin::proposals;
use gridwalk_server::words::Language;
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server unit edition propose 2026.csv 2027.csv --from 2027-01-01 --plan plan.json
  gridwalk-server unit edition confirm plan.json --sure
  gridwalk-server unit edition confirm plan.json --line 3 --line 8
  gridwalk-server unit edition apply plan.json --json

The tables are CSV in UTF-8 with the columns code,name and, if there, parent and addresses (or codes of grids, with ;
between). A line of the plan may be corrected by hand before it is confirmed. Old codes stay findable 旧代码仍可查到.")]
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
    #[serde(flatten)]
    proposal: Proposal,
}

impl Args {
    /// The tables and plans that the verb reads.
    pub(super) fn files(&self) -> Vec<&Path> {
        match &self.act {
            Act::Propose { before, after, .. } => vec![before, after],
            Act::Confirm { plan, .. } | Act::Apply { plan } => vec![plan],
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
            let lines = (1..).zip(found).map(|(n, proposal)| PlanLine { n, confirmed: false, proposal });
            let from = CivilDate::from_days(*from).map(|date| date.to_string()).unwrap_or_default();
            written(context, plan, &PlanFile { from, lines: lines.collect() })
        }
        Act::Confirm { plan, lines, sure, all } => {
            let mut file = read(context, &bytes(0))?;
            for line in &mut file.lines {
                let is_sure = *sure && line.proposal.confidence == Confidence::Sure;
                line.confirmed |= *all || is_sure || lines.contains(&line.n);
            }
            written(context, plan, &file)
        }
        Act::Apply { .. } => {
            let file = read(context, &bytes(0))?;
            let from_day = CivilDate::parse(&file.from).map(CivilDate::days);
            let from_day = from_day.ok_or_else(|| context.failure(&ServerError::Refused("plan_file")))?;
            let by = AccountId::default();
            let confirmed = file.lines.into_iter().filter(|line| line.confirmed);
            let confirmed = confirmed.map(|line| Confirmed { proposal: line.proposal, by }).collect();
            let done = context.admin.apply_edition(&Plan { from_day, confirmed }).map_err(|e| context.failure(&e))?;
            let numbers = [
                ("renamed", done.renamed.to_string()),
                ("renumbered", done.renumbered.to_string()),
                ("added", done.added.to_string()),
                ("ended", done.ended.to_string()),
            ];
            let gaps: Vec<(&str, &str)> = numbers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            Ok(Reply::new(context.language.say("say.edition_applied", &gaps), json!(done)))
        }
    }
}

fn read(context: &Context<'_>, bytes: &[u8]) -> Result<PlanFile, Failure> {
    serde_json::from_slice(bytes).map_err(|_| context.failure(&ServerError::Refused("plan_file")))
}

fn written(context: &Context<'_>, path: &Path, file: &PlanFile) -> Result<Reply, Failure> {
    let fault = |e: std::io::Error| context.failure(&ServerError::File(e));
    let text = serde_json::to_string_pretty(file).map_err(|e| fault(e.into()))?;
    std::fs::write(context.input.from.join(path), text).map_err(fault)?;
    let language = context.language;
    let confirmed = file.lines.iter().filter(|line| line.confirmed).count().to_string();
    let gaps = [("lines", file.lines.len().to_string()), ("confirmed", confirmed)];
    let gaps: Vec<(&str, &str)> = gaps.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut lines: Vec<String> = file.lines.iter().map(|line| drawn(language, line)).collect();
    lines.push(language.say("say.plan_written", &gaps));
    Ok(Reply::new(lines.join("\n"), json!(file)))
}

fn drawn(language: Language, line: &PlanLine) -> String {
    let named = |list: &[(gridwalk_model::unit_code::UnitCode, String)]| {
        list.iter().map(|(code, name)| format!("{code} {name}")).collect::<Vec<_>>().join(" + ")
    };
    let PlanLine { n, confirmed, proposal } = line;
    let mark = if *confirmed { "✔" } else { "○" };
    let what = language.word(&format!("edition.{}", proposal.what.code()));
    let how = language.word(&format!("edition.{}", proposal.confidence.confidence_code()));
    format!("{mark} {n}\t{what}\t{} → {}\t{how}", named(&proposal.before), named(&proposal.after))
}
