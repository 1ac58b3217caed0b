//! `appraisal lock`, `objections`, `export`, `ranking`: what is done with a month once it is over.
//!
//! Owns the sentences and the files of an export. Refuses to decide. Invariant: an export holds the document that was locked,
//! byte by byte, and tables that are counted from it alone.

use super::Context;
use super::appraisal::Asked;
use super::reply::{Failure, Reply};
use gridwalk_model::appraisal::{Condition, Formulas, Group, Month, Sheet};
use gridwalk_server::admin::{LockView, MonthAsked, MonthView, ObjectionView, RankedUnit};
use gridwalk_server::page::moment;
use gridwalk_server::words::Language;
use gridwalk_server::{ServerError, admin::Admin};
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What else is asked of a month.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Act {
    /// Lock a month of a county: nothing changes its figures any more 锁定一个月
    Lock {
        #[command(flatten)]
        asked: Asked,
    },
    /// Objections to a month's rows and figures 考核异议
    Objections {
        #[command(flatten)]
        asked: Asked,
    },
    /// A locked month as files: the document, numbers, rows, formulas 导出已锁定的月份
    Export {
        #[command(flatten)]
        asked: Asked,
        /// An empty folder, or one to be made 目标文件夹
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
    },
    /// Townships of a county, or counties of a city, by score; off unless somebody switched it on 单位排名（默认关闭）
    Ranking {
        /// The month, as 2026-10; none where it is only switched 月份
        month: Option<Month>,
        /// Code of the county or city 区县或市的代码
        #[arg(long, value_name = "CODE")]
        unit: String,
        /// Switch it on or off 开启或关闭
        #[arg(long, value_name = "on|off", value_parser = switch)]
        switch: Option<bool>,
        /// Login of who asks 操作人
        #[arg(long, value_name = "LOGIN")]
        by: Option<String>,
    },
}

fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(text.to_owned()),
    }
}

pub(super) fn run(context: &Context<'_>, act: &Act) -> Result<Reply, Failure> {
    let language = context.language;
    let failed = |e: &ServerError| context.failure(e);
    match act {
        Act::Lock { asked } => {
            let admin = super::acting(context, asked.by.as_deref())?;
            let lock = admin.lock_month(asked.month, &asked.unit).map_err(|e| failed(&e))?;
            let gaps =
                [("month", lock.month.to_string()), ("rows", lock.rows.to_string()), ("hash", lock.hash.clone())];
            Ok(Reply::new(said(language, "appraisal.lock_done", &gaps), json!(lock)))
        }
        Act::Objections { asked } => {
            let admin = super::acting(context, asked.by.as_deref())?;
            let all = admin.objections(asked.month, &asked.unit).map_err(|e| failed(&e))?;
            let lines: Vec<String> = all.iter().map(|one| objection(language, one)).collect();
            let none = || language.word("appraisal.no_objections");
            let text = if lines.is_empty() { none() } else { lines.join("\n") };
            Ok(Reply::new(text, json!({ "objections": all })))
        }
        Act::Export { asked, to } => {
            let admin = super::acting(context, asked.by.as_deref())?;
            export(context, &admin, asked, to)
        }
        Act::Ranking { month, unit, switch, by } => {
            let admin = super::acting(context, by.as_deref())?;
            let mut text = Vec::new();
            if let Some(on) = switch {
                let unit = admin.set_ranking(unit, *on).map_err(|e| failed(&e))?;
                let word = if *on { "appraisal.ranking_on" } else { "appraisal.ranking_is_off" };
                text.push(language.say(word, &[("code", &unit.code)]));
            }
            let ranked = match month {
                Some(month) => admin.ranking(*month, unit).map_err(|e| failed(&e))?,
                None => Vec::new(),
            };
            text.extend(ranked.iter().map(rank));
            Ok(Reply::new(text.join("\n"), json!({ "switched": switch, "ranking": ranked })))
        }
    }
}

fn said(language: Language, key: &str, gaps: &[(&str, String)]) -> String {
    let gaps: Vec<(&str, &str)> = gaps.iter().map(|(name, text)| (*name, text.as_str())).collect();
    language.say(key, &gaps)
}

/// That a month is locked, as its numbers say.
pub(super) fn lock_line(language: Language, lock: &LockView) -> String {
    let by = lock.by.clone().unwrap_or_else(|| language.word("appraisal.machine"));
    said(language, "appraisal.locked", &[("at", moment(lock.at)), ("by", by), ("hash", lock.hash.clone())])
}

/// What would be counted now, number by number where it differs.
pub(super) fn later(language: Language, locked: &Sheet, later: &Sheet) -> String {
    let mut text = format!("\n{}", language.word("appraisal.later"));
    for now in &later.numbers {
        let then = locked.number(now.number);
        let differs = then.is_none_or(|then| (then.top, then.base) != (now.top, now.base));
        if !differs && then.is_some_and(|then| then.base_rows == now.base_rows && then.top_rows == now.top_rows) {
            continue;
        }
        let (top, base) = then.map_or((0, 0), |then| (then.top, then.base));
        let _ = write!(text, "\n  {}  {top}/{base} → {}/{}", name(language, now.number), now.top, now.base);
    }
    text
}

fn name(language: Language, code: &str) -> String {
    let formulas = Formulas::shipped();
    let adjusted = || formulas.adjustments.iter().find(|a| a.counting.code == code).map(|a| &a.counting);
    let counting = formulas.number(code).map(|formula| &formula.counting).or_else(adjusted);
    counting.map_or(code, |counting| counting.label.label(language.tag())).to_owned()
}

fn objection(language: Language, one: &ObjectionView) -> String {
    let row = one.fact.row.map_or_else(|| language.word("appraisal.whole_figure"), |row| row.to_string());
    let key = format!("objection_status.{}", one.fact.status);
    let status = language.core_word(&key).unwrap_or(&one.fact.status);
    let late = if one.after_lock { language.word("appraisal.after_lock") } else { String::new() };
    let by = one.by_login.as_deref().unwrap_or_default();
    format!("{status}  {}  {}  {row}  {by}  {}{late}", one.unit_code, name(language, &one.fact.number), one.fact.record)
}

fn rank(one: &RankedUnit) -> String {
    let place = one.place.map_or_else(|| "—".to_owned(), |place| place.to_string());
    format!("{place}  {} {}  {}", one.code, one.name, super::appraisal::share(one.sheet.score))
}

fn export(context: &Context<'_>, admin: &Admin, asked: &Asked, to: &Path) -> Result<Reply, Failure> {
    let failed = |e: &ServerError| context.failure(e);
    let (lock, document) = admin.export_month(asked.month, &asked.unit).map_err(|e| failed(&e))?;
    let io = |e: std::io::Error| context.failure(&ServerError::from(e));
    std::fs::create_dir_all(to).map_err(io)?;
    if std::fs::read_dir(to).map_err(io)?.next().is_some() {
        let what = to.display().to_string();
        return Err(Failure::said(context.language, "folder_not_empty", &[("what", &what)]));
    }
    let view = |by| {
        let asked = MonthAsked { month: asked.month, unit: &asked.unit, by };
        admin.appraised_month(&asked).map_err(|e| failed(&e))
    };
    let all = view(None)?;
    let each = [Group::Grid, Group::Unit, Group::Worker];
    let groups = each.into_iter().map(|by| Ok((by, view(Some(by))?))).collect::<Result<Vec<_>, Failure>>()?;
    let published: serde_json::Value = serde_json::from_slice(&document).unwrap_or_default();
    let tables = published["formulas"].as_object().cloned().unwrap_or_default();
    let mut files = vec![
        ("month.json".to_owned(), document),
        ("figures.csv".to_owned(), figures(context.language, &all, &groups)),
        ("rows.csv".to_owned(), rows(context.language, &all)),
    ];
    files.extend(tables.iter().filter_map(|(name, text)| Some((format!("formulas-{name}"), text.as_str()?.into()))));
    for (name, bytes) in &files {
        std::fs::write(to.join(name), bytes).map_err(io)?;
    }
    let what = to.display().to_string();
    let gaps = [
        ("month", asked.month.to_string()),
        ("what", what.clone()),
        ("files", files.len().to_string()),
        ("hash", lock.hash.clone()),
    ];
    let names: Vec<&String> = files.iter().map(|(name, _)| name).collect();
    let told = json!({ "lock": lock, "folder": what, "files": names });
    Ok(Reply::new(said(context.language, "appraisal.exported", &gaps), told))
}

/// A cell as a spreadsheet shows it: what begins like a formula is text.
fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text.to_owned() }
}

fn table(rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        let row: Vec<String> = row.iter().map(|text| cell(text)).collect();
        // What is written to memory does not fail.
        drop(writer.write_record(&row));
    }
    writer.into_inner().unwrap_or_default()
}

fn permille(permille: Option<u32>) -> String {
    permille.map(|permille| permille.to_string()).unwrap_or_default()
}

/// Every number of the whole and of each grid, unit and worker; a score in a line of its own.
fn figures(language: Language, all: &MonthView, groups: &[(Group, MonthView)]) -> Vec<u8> {
    let head = ["by", "code", "name", "number", "label", "top", "base", "left_out", "permille"];
    let mut lines = vec![head.map(str::to_owned).to_vec()];
    let mut sheet = |by: &str, code: &str, named: &str, sheet: &Sheet| {
        let numbers = sheet.numbers.iter().filter(|number| number.base > 0 || !number.left_out.is_empty());
        let numbers = numbers.chain(sheet.adjustments.iter().map(|applied| &applied.number));
        lines.extend(numbers.map(|n| {
            let counts = [n.top, n.base, n.left_out.len()].map(|count| count.to_string());
            let [top, base, left_out] = counts;
            let texts = [by, code, named, n.number].map(str::to_owned).into_iter();
            let rest = [name(language, n.number), top, base, left_out, permille(n.permille)];
            texts.chain(rest).collect::<Vec<String>>()
        }));
        let score = [by, code, named, "score", &language.word("appraisal.score"), "", "", ""].map(str::to_owned);
        lines.push(score.into_iter().chain([permille(sheet.score)]).collect());
    };
    sheet("all", &all.unit, &all.unit_name, &all.all);
    for (by, view) in groups {
        for group in &view.groups {
            sheet(by.name(), &group.code, &group.name, &group.sheet);
        }
    }
    table(lines)
}

/// Every row of every number: above the line, below it, left out and why.
fn rows(language: Language, all: &MonthView) -> Vec<u8> {
    let mut lines = vec![["number", "record", "counts", "reason"].map(str::to_owned).to_vec()];
    for number in &all.all.numbers {
        for record in &number.base_rows {
            let counts = if number.top_rows.contains(record) { "above" } else { "below" };
            lines.push(vec![number.number.to_owned(), record.to_string(), counts.to_owned(), String::new()]);
        }
        for left in &number.left_out {
            let condition = Condition::from_name(&left.reason);
            let reason = condition.map(|c| gridwalk_model::appraisal::formula::in_words(c, language.tag()));
            let reason = reason.unwrap_or_else(|| left.reason.clone());
            lines.push(vec![number.number.to_owned(), left.record.to_string(), "left_out".to_owned(), reason]);
        }
    }
    table(lines)
}
