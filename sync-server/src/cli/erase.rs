//! `erase`: personal data that goes for good.
//!
//! Owns the verb. Refuses to erase what was not counted first. Invariant: it says that nothing comes back before anything
//! goes; a login stands behind each erasure.

use super::reply::{Failure, Reply, naming};
use super::{Context, acting};
use gridwalk_model::id::RecordId;
use gridwalk_server::admin::{Erasing, ErasureSummary};
use serde_json::json;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server erase record RECORD --reason consent_withdrawn --basis 本人申请2026-014 --by sun
  gridwalk-server erase record RECORD --reason consent_withdrawn --basis 本人申请2026-014 --by sun --confirm 12
  gridwalk-server erase record RECORD --field health,income --reason purpose_ended --basis 走访项目结束 --by sun
  gridwalk-server erase record RECORD --below --reason unlawful --basis 整改通知第3号 --by sun --json
  gridwalk-server erase due --basis 保存期限制度第5条 --by sun
  gridwalk-server erase due --basis 保存期限制度第5条 --by sun --confirm 500 --json

Reasons 事由: purpose_ended, period_over, consent_withdrawn, unlawful, by_law (个人信息保护法第47条).
Without --confirm nothing is written: it says how many values would go. Erasing cannot be undone, by nobody. What goes is
gone from the journal, every phone at its next sync, pictures and files; that it was there, and when and why it went, stays.
Backups of before keep it until they are destroyed: a backup that is put back erases again by itself, from erasures.txt in
the server's folder. Keep that file's newest copy beside the backups.
不加 --confirm 只统计、不清除。清除后任何人都无法恢复。恢复备份后会按 erasures.txt 重新清除，请将其最新副本与备份一同保存。")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Erase records, or fields of them 清除记录或其中的项目
    Record {
        /// The records 记录编号
        #[arg(required = true)]
        records: Vec<RecordId>,
        /// Only these fields 仅这些项目
        #[arg(long = "field", value_delimiter = ',', value_name = "FIELD")]
        fields: Vec<String>,
        /// Everything below them as well: visits, cases, members 连同下属记录
        #[arg(long)]
        below: bool,
        /// Why: one of the reasons 事由
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        stated: Stated,
    },
    /// Erase what is due: sensitive fields whose retention is over, newcomers whose time is over 清除到期信息
    Due {
        /// Only this unit and what is below it; then no newcomers 仅此辖区及以下
        #[arg(long, value_name = "CODE")]
        unit: Option<String>,
        #[command(flatten)]
        stated: Stated,
    },
}

#[derive(Debug, clap::Args)]
struct Stated {
    /// What it rests on: a request, an order, a rule; it stands in the audit 依据
    #[arg(long)]
    basis: String,
    /// Login of the security administrator who decides 决定人（安全管理员）
    #[arg(long)]
    by: String,
    /// How many values go, as counted; for `due` no more than so many 确认清除的数量
    #[arg(long, value_name = "COUNT")]
    confirm: Option<u64>,
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let (language, folder) = (context.language, context.folder);
    let (done, named) = match &args.act {
        Act::Record { records, fields, below, reason, stated } => {
            let (records, fields, reason) = (records.clone(), fields.clone(), reason.clone());
            let (basis, confirm) = (stated.basis.clone(), stated.confirm);
            let wanted = Erasing { records, fields, below: *below, reason, basis, confirm };
            (acting(context, Some(stated.by.trim()))?.erase(&wanted), "")
        }
        Act::Due { unit, stated } => {
            let unit = unit.as_deref();
            (
                acting(context, Some(stated.by.trim()))?.erase_due(unit, &stated.basis, stated.confirm),
                unit.unwrap_or_default(),
            )
        }
    };
    let done = naming(done, language, folder, named)?;
    Ok(Reply::new(text(context, &done), json!(done)))
}

fn text(context: &Context<'_>, done: &ErasureSummary) -> String {
    let language = context.language;
    let number = |n: u64| n.to_string();
    let (values, records) = (number(done.taken.values), number(done.taken.records));
    let (pictures, newcomers) = (number(done.taken.pictures), number(done.newcomers.len() as u64));
    let both = number(done.taken.values + done.newcomers.len() as u64);
    let gaps = [
        ("values", values.as_str()),
        ("records", &records),
        ("pictures", &pictures),
        ("newcomers", &newcomers),
        ("confirm", &both),
    ];
    let mut lines = vec![language.say(if done.dry_run { "say.erase_would" } else { "say.erase_did" }, &gaps)];
    if done.dry_run {
        lines.push(language.say("say.erase_for_good", &gaps));
    }
    for other in &done.same {
        lines.push(language.say("say.erase_same", &[("record", &other.to_string())]));
    }
    if done.remains {
        lines.push(language.word("say.erase_remains"));
    }
    lines.join("\n")
}
