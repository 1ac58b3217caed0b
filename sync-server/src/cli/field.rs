//! `field`: sensitive fields, switched on with a purpose and a retention, switched off, listed; values due for erasure.
//!
//! Owns the verb. Refuses to show values. Invariant: a person's login stands behind each switch.

use super::post::date;
use super::reply::{Failure, Reply, naming};
use super::{Context, acting};
use gridwalk_model::kind::{Field, Kind};
use gridwalk_model::time::Timestamp;
use gridwalk_server::admin::{FieldPurpose, FieldUseView};
use gridwalk_server::page::moment;
use gridwalk_server::words::Language;
use serde_json::json;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server field enable 330402 health --purpose 独居老人走访帮扶 --days 90 --by sun
  gridwalk-server field enable 330402007 school --purpose 留守儿童关爱 --days 30 --by sun
  gridwalk-server field disable 330402 health --by sun
  gridwalk-server field list --below 330402
  gridwalk-server field due --json

Fields 项目: id_number, health, religion, political_status, income, school, guardian_name, guardian_phone.
A field is off until an administrator states what for and for how long; it is on in the unit and all below it. When it
is switched off, nobody is shown its values any more, and after the days they are due for erasure.
敏感信息须由系统管理员或安全管理员写明用途和保存期限后方可启用；停用后不再显示，期满列入应清除清单。")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Args)]
struct Which {
    /// Code of the unit: a county's or below it 辖区代码（县区及以下）
    unit: String,
    /// The field 项目
    field: String,
    /// The kind of record 记录类别
    #[arg(long, default_value = "resident")]
    kind: String,
    /// Login of the administrator who decides 决定人
    #[arg(long)]
    by: String,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Switch a field on, with its purpose and retention 启用
    Enable {
        #[command(flatten)]
        which: Which,
        /// What for 用途
        #[arg(long)]
        purpose: String,
        /// Days that values stay after it is switched off 停用后保存天数
        #[arg(long)]
        days: i64,
        /// The first day; now if nothing is said 起
        #[arg(long, value_name = "DATE", value_parser = date)]
        from: Option<i64>,
    },
    /// Switch a field off: retention runs from now 停用
    Disable {
        #[command(flatten)]
        which: Which,
    },
    /// What is in use where, what was, and what there is 启用情况
    List {
        /// Only this unit and what is below it 仅此辖区及以下
        #[arg(long, value_name = "CODE")]
        below: Option<String>,
    },
    /// Values that are due for erasure: where they are, not what they say 应清除清单
    Due {
        /// Only this unit and what is below it 仅此辖区及以下
        #[arg(long, value_name = "CODE")]
        below: Option<String>,
    },
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let (language, folder) = (context.language, context.folder);
    let one = |view: FieldUseView| Reply::new(line(language, &view), json!(view));
    match &args.act {
        Act::Enable { which, purpose, days, from } => {
            let from = from.map(Timestamp::of_china_day);
            let (kind, field, purpose) = (which.kind.clone(), which.field.clone(), purpose.clone());
            let wanted = FieldPurpose { kind, field, purpose, days: *days, from };
            let done = acting(context, Some(which.by.trim()))?.enable_field(&which.unit, &wanted);
            naming(done, language, folder, &which.unit).map(one)
        }
        Act::Disable { which } => {
            let done = acting(context, Some(which.by.trim()))?.disable_field(&which.unit, &which.kind, &which.field);
            naming(done, language, folder, &which.unit).map(one)
        }
        Act::List { below } => {
            let uses = context.admin.field_uses(below.as_deref());
            let uses = naming(uses, language, folder, below.as_deref().unwrap_or_default())?;
            let all: Vec<(Kind, &Field)> =
                Kind::ALL.into_iter().flat_map(|k| k.table().sensitive().map(move |f| (k, f))).collect();
            let off = |(kind, field): &&(Kind, &Field)| {
                !uses.iter().any(|u| u.on && (u.kind.as_str(), u.field.as_str()) == (kind.name(), field.name))
            };
            let lines = uses.iter().map(|u| line(language, u));
            let lines: Vec<String> = lines.chain(all.iter().filter(off).map(|f| off_line(language, f))).collect();
            let there_are: Vec<_> = all
                .iter()
                .map(|(kind, field)| json!({ "kind": kind.name(), "field": field.name, "why": why(field) }))
                .collect();
            Ok(Reply::new(lines.join("\n"), json!({ "uses": uses, "fields": there_are })))
        }
        Act::Due { below } => {
            let due = context.admin.fields_due(below.as_deref());
            let due = naming(due, language, folder, below.as_deref().unwrap_or_default())?;
            let line = |d: &gridwalk_server::admin::FieldDue| {
                let since = d.since.map_or_else(|| language.word("say.field_never_in_use"), moment);
                let name = language.word(&format!("sensitive.{}", d.field));
                format!("{}\t{}\t{name}\t{}\t{since}", d.record, d.kind, d.unit_codes.join(","))
            };
            let lines: Vec<String> = due.iter().map(line).collect();
            let text = if lines.is_empty() { language.word("say.nothing_due") } else { lines.join("\n") };
            Ok(Reply::new(text, json!({ "due": due })))
        }
    }
}

fn why(field: &Field) -> &'static str {
    field.sensitive.map_or("", gridwalk_model::kind::Sensitivity::code)
}

fn line(language: Language, of: &FieldUseView) -> String {
    let name = language.word(&format!("sensitive.{}", of.field));
    let from = moment(of.from);
    let standing = match (of.on, of.until) {
        (true, _) => language.say("say.field_on", &[("from", &from)]),
        (false, None) => language.say("say.field_on_later", &[("from", &from)]),
        (false, Some(until)) => {
            let due = of.due_at.map(moment).unwrap_or_default();
            language.say("say.field_off", &[("until", &moment(until)), ("due", &due)])
        }
    };
    let days = of.days.to_string();
    let kept = language.say("say.field_kept", &[("days", &days)]);
    format!("{}\t{}\t{name} ({})\t{standing}\t{}\t{kept}", of.unit_code, of.unit_name, of.field, of.purpose)
}

fn off_line(language: Language, (_, field): &(Kind, &Field)) -> String {
    let name = language.word(&format!("sensitive.{}", field.name));
    format!("—\t—\t{name} ({})\t{}", field.name, language.word("say.field_not_on"))
}
