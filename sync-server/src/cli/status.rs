//! `status`: how the server goes, in numbers.
//!
//! Owns the verb. Refuses to tell what records say. Invariant: the same numbers as the status page.

use super::Context;
use super::reply::{Failure, Reply};
use gridwalk_server::admin::Overview;
use gridwalk_server::page::moment;
use gridwalk_server::words::Language;
use serde_json::json;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server status
  gridwalk-server status --folder data --json")]
pub struct Args {}

pub(super) fn run(context: &Context<'_>, _: &Args) -> Result<Reply, Failure> {
    let overview = context.admin.overview().map_err(|e| context.failure(&e))?;
    Ok(Reply::new(text(context.language, &overview), json!(overview)))
}

fn text(language: Language, overview: &Overview) -> String {
    let word = |key: &str| language.word(&format!("page.{key}"));
    let mut lines = vec![
        format!("{}: {}", word("version"), overview.version),
        format!("{}: {}", word("accounts"), overview.accounts),
        format!("{}: {}", word("devices"), overview.devices),
        format!("{}: {}", word("waiting"), overview.waiting),
    ];
    lines.extend(overview.units.iter().map(|(level, n)| format!("{}: {n}", language.word(&format!("level.{level}")))));
    for space in &overview.spaces {
        let records: u64 = space.records.values().sum();
        lines.push(format!(
            "{} {}: {} {records}, {} {}",
            word("space"),
            space.name,
            word("records"),
            word("pos"),
            space.pos
        ));
    }
    for phone in &overview.silent {
        let since = phone.heard_at.map_or_else(|| word("never"), moment);
        lines.push(format!("{}: {} ({}), {} {since}", word("silent"), phone.name, phone.login, word("since")));
    }
    for count in overview.divergences.iter().filter(|c| c.reports > 0) {
        let ended = word(&format!("divergence_{}", count.outcome));
        lines.push(format!(
            "{}: {ended} {}, {} {}",
            word("divergences"),
            count.reports,
            word("records"),
            count.records
        ));
    }
    if overview.disk_short {
        lines.push(word("disk_short"));
    }
    lines.join("\n")
}
