//! `appraisal`: the numbers of a month with their formulas, and the rows behind one.
//!
//! Owns the verb. Refuses to count. Invariant: a number stands beside what it counts and what it leaves out.

use super::Context;
use super::month;
use super::reply::{Failure, Reply};
use gridwalk_model::appraisal::formula::{Counting, in_words};
use gridwalk_model::appraisal::{Condition, Formulas, Group, Month, Number, Sheet};
use gridwalk_server::admin::{MonthAsked, MonthView};
use gridwalk_server::words::Language;
use serde_json::json;
use std::fmt::Write as _;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server appraisal month 2026-10 --unit 330402001
  gridwalk-server appraisal month 2026-10 --unit 330402 --each grid --json
  gridwalk-server appraisal rows on_time 2026-10 --unit 330402001
  gridwalk-server appraisal objections 2026-10 --unit 330402
  gridwalk-server appraisal lock 2026-10 --unit 330402 --by wanghong
  gridwalk-server appraisal export 2026-10 --unit 330402 --to ./2026-10
  gridwalk-server appraisal ranking 2026-10 --unit 330402 --switch on")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// The numbers of a month 一个月的数
    Month {
        #[command(flatten)]
        asked: Asked,
        /// Each grid, unit or worker beside the others 按网格、单位或人员分列
        #[arg(long, value_parser = each, value_name = "grid|unit|worker")]
        each: Option<Group>,
    },
    /// The rows behind a number 一个数背后的各行
    Rows {
        /// The number's code or name 指标
        number: String,
        #[command(flatten)]
        asked: Asked,
    },
    #[command(flatten)]
    Over(month::Act),
}

#[derive(Debug, clap::Args)]
pub(super) struct Asked {
    /// The month, as 2026-10 月份
    pub(super) month: Month,
    /// Code of the unit 辖区代码
    #[arg(long, value_name = "CODE")]
    pub(super) unit: String,
    /// Login of who asks 查询人
    #[arg(long, value_name = "LOGIN")]
    pub(super) by: Option<String>,
}

fn each(text: &str) -> Result<Group, String> {
    Group::from_name(text).ok_or_else(|| text.to_owned())
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    match &args.act {
        Act::Month { asked, each } => {
            let view = ask(context, asked, *each)?;
            Ok(Reply::new(told(context.language, &view), json!(view)))
        }
        Act::Rows { number, asked } => {
            let view = ask(context, asked, None)?;
            let found = Formulas::shipped().numbers.iter().find(|formula| {
                let label = formula.counting.label;
                [label.code, label.zh_hans, label.zh_hant, label.en].contains(&number.as_str())
            });
            let found = found.and_then(|formula| Some((&formula.counting, view.all.number(formula.counting.code)?)));
            let Some((counting, number)) = found else {
                return Err(Failure::said(context.language, "no_such_number", &[("what", number)]));
            };
            Ok(Reply::new(rows(context.language, counting, number), json!(number)))
        }
        Act::Over(act) => month::run(context, act),
    }
}

fn ask(context: &Context<'_>, asked: &Asked, by: Option<Group>) -> Result<MonthView, Failure> {
    let admin = super::acting(context, asked.by.as_deref())?;
    let asked = MonthAsked { month: asked.month, unit: &asked.unit, by };
    admin.appraised_month(&asked).map_err(|e| context.failure(&e))
}

pub(super) fn share(permille: Option<u32>) -> String {
    permille.map_or_else(|| "—".to_owned(), |permille| format!("{}.{} %", permille / 10, permille % 10))
}

/// What a number counts: above the line ÷ below it, without what is left out.
fn formula(language: Language, counting: &Counting) -> String {
    let all = |conditions: &[Condition]| {
        conditions.iter().map(|c| in_words(*c, language.tag())).collect::<Vec<_>>().join(", ")
    };
    let mut text = format!("{} ÷ {}", all(&counting.top), all(&counting.base));
    if !counting.left_out.is_empty() {
        let _ = write!(text, " − {}", all(&counting.left_out));
    }
    text
}

fn sheet(language: Language, sheet: &Sheet, with_formulas: bool) -> String {
    let mut text = String::new();
    for number in sheet.numbers.iter().filter(|n| n.base > 0 || !n.left_out.is_empty()) {
        let Some(of) = Formulas::shipped().number(number.number) else { continue };
        let name = of.counting.label.label(language.tag());
        let _ = write!(text, "\n  {name}  {}/{}  {}", number.top, number.base, share(number.permille));
        if with_formulas {
            let _ = write!(text, "  = {}", formula(language, &of.counting));
        }
    }
    for applied in &sheet.adjustments {
        let of = Formulas::shipped().adjustments.iter().find(|a| a.counting.code == applied.number.number);
        let name = of.map_or(applied.number.number, |a| a.counting.label.label(language.tag()));
        let _ = write!(text, "\n  × {} %  {name}", applied.percent);
    }
    let _ = write!(text, "\n  {}  {}", language.word("appraisal.score"), share(sheet.score));
    text
}

fn told(language: Language, view: &MonthView) -> String {
    let mut text = format!("{}  {} {}", view.month, view.unit, view.unit_name);
    if view.own {
        let _ = write!(text, "  {}", language.word("appraisal.own"));
    }
    if let Some(lock) = &view.lock {
        let _ = write!(text, "\n  {}", month::lock_line(language, lock));
    }
    text += &sheet(language, &view.all, true);
    text += &view.later.as_ref().map(|later| month::later(language, &view.all, later)).unwrap_or_default();
    for group in &view.groups {
        let _ = write!(text, "\n{} {}", group.code, group.name);
        text += &sheet(language, &group.sheet, false);
    }
    text
}

fn rows(language: Language, counting: &Counting, number: &Number) -> String {
    let name = counting.label.label(language.tag());
    let mut text = format!("{name}  {}/{}  = {}", number.top, number.base, formula(language, counting));
    for record in &number.base_rows {
        let mark = if number.top_rows.contains(record) { '+' } else { '−' };
        let _ = write!(text, "\n{mark} {record}");
    }
    for left in &number.left_out {
        let reason = Condition::from_name(&left.reason).map(|condition| in_words(condition, language.tag()));
        let _ = write!(text, "\n  {}  {}", left.record, reason.as_deref().unwrap_or(&left.reason));
    }
    text
}
