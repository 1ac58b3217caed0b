//! `doctor`: is the server well, and what to do where it is not.
//!
//! Owns the verb. Refuses to mend. Invariant: it says something useful also where the database cannot be opened.

use super::Context;
use super::reply::Reply;
use gridwalk_server::doctor::{self, Finding, Grade};
use gridwalk_server::words::Language;
use gridwalk_server::{ServerError, doctor::examine};
use serde_json::{Map, Value, json};
use std::path::Path;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server doctor                      a minute's look: the journal is sampled
  gridwalk-server doctor --full               every page, every entry, every state
  gridwalk-server doctor --json --listen 0.0.0.0:8080

Ends with 0 when nothing is broken; warnings alone do not change that. 没有故障时退出码为 0，仅有提醒也为 0。")]
pub struct Args {
    /// Read everything, not samples 全面检查
    #[arg(long)]
    full: bool,
    /// The address that the server shall listen on 监听地址
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: String,
}

/// Looks at a server that could be opened, here or in the process that has the folder.
pub(super) fn run(context: &Context<'_>, args: &Args) -> Reply {
    let mut findings = vec![doctor::folder(context.folder)];
    if !context.relayed {
        findings.push(doctor::port(&args.listen));
    }
    match examine(context.admin.server().running(), args.full) {
        Ok(found) => findings.extend(found),
        Err(error) => findings.push(doctor::closed(&error)),
    }
    told(context.language, &findings)
}

/// Says what can be said where the database could not be opened.
pub(super) fn without(language: Language, folder: &Path, error: &ServerError, args: &Args) -> Reply {
    told(language, &[doctor::folder(folder), doctor::port(&args.listen), doctor::closed(error)])
}

fn told(language: Language, findings: &[Finding]) -> Reply {
    let worst = findings.iter().map(|f| f.grade).max().unwrap_or(Grade::Good);
    let (mut lines, mut list) = (Vec::new(), Vec::new());
    for finding in findings {
        let gaps: Vec<(&str, &str)> = finding.gaps.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let said = language.say(&format!("doctor.{}", finding.code), &gaps);
        let way = (finding.grade != Grade::Good).then(|| language.say(&format!("doctor.{}_way", finding.code), &gaps));
        let mark = match finding.grade {
            Grade::Good => "●",
            Grade::Warning => "◐",
            Grade::Bad => "✖",
        };
        lines.push(format!("{mark} {said}"));
        lines.extend(way.iter().map(|way| format!("  → {way}")));
        let gaps: Map<String, Value> = gaps.iter().map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
        list.push(json!({
            "code": finding.code, "grade": finding.grade, "message": said, "way_on": way, "found": gaps,
        }));
    }
    let good = worst != Grade::Bad;
    Reply { good, ..Reply::new(lines.join("\n"), json!({ "worst": worst, "good": good, "findings": list })) }
}
