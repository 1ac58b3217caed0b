//! `calendar`: holidays, office hours, case classes, dispatch rules and types of area: brought in, shown, checked, withdrawn.
//!
//! Owns the verb. Refuses to reckon. Invariant: what is wrong with a table is said with its row and column.

use super::post::date;
use super::reply::{Failure, Reply, naming};
use super::{Context, acting, import_text};
use gridwalk_model::case_class::ClassBook;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::id::{RecordId, UnitId};
use gridwalk_model::rule_book::RuleBook;
use gridwalk_model::rule_table::TableSort;
use gridwalk_model::work_time::hours::{HOLIDAY, MAKE_UP, SLOTS};
use gridwalk_model::work_time::{DayKind, Week};
use gridwalk_server::ServerError;
use gridwalk_server::admin::rule_file::{RuleFault, RuleFile};
use gridwalk_server::admin::{RuleImport, RuleImported, RuleTableView};
use gridwalk_server::words::Language;
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server calendar check holidays-2027.csv --of holidays
  gridwalk-server calendar import holidays-2027.csv --of holidays --unit 3304 --edition 2027 --dry-run
  gridwalk-server calendar import holidays-2027.csv --of holidays --unit 3304 --edition 2027 --source 国办发明电 --by li
  gridwalk-server calendar import hours.xlsx --of work_hours --unit 330402 --edition 夏令 --json
  gridwalk-server calendar import limits.csv --of case_classes --unit 330402 --edition 2027 --from 2027-01-01
  gridwalk-server calendar show --unit 330402 --year 2026
  gridwalk-server calendar check --unit 330402
  gridwalk-server calendar withdraw 019cabd8-3800-741f-a3f7-880b9199fc11 --by li

Tables 表 (--of) and their columns 列:
  holidays        year,from,to,day,occasion,source      day: holiday, make_up
  work_hours      from,days,begin,end [,unit]           days: mon-fri, sat, make_up, holiday; begin 08:30
  case_classes    codeset,version,code,zh,…             see catalog/classes; one row replaces the class of its name
  dispatch_rules  class,place,area,propose,note
  area_types      unit,area                             area: a, b, c
  inspection_templates  codeset,version,code,zh,…       see catalog/inspections; rows replace the template of their name
CSV or XLSX; headings may be Chinese (年份、起、止、类别 …). A table holds for its unit and all below, in place of what ships, and
reaches every phone there by sync; nothing is edited in place, and audit undo takes an import back.
导入的表随同步下发到手机，离线可用；旧表保留，可整体撤销。")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Bring a table in 导入
    Import {
        /// The file, CSV or XLSX 文件
        file: PathBuf,
        /// What it is of 内容
        #[arg(long, value_name = "TABLE", value_parser = sort)]
        of: TableSort,
        /// For which unit, with all below 适用辖区代码
        #[arg(long, value_name = "CODE")]
        unit: String,
        /// Which edition 版本
        #[arg(long)]
        edition: String,
        /// Where it is from 来源
        #[arg(long, default_value = "")]
        source: String,
        /// From which day on [default: today; hours: their first day] 生效日
        #[arg(long, value_name = "DATE", value_parser = date)]
        from: Option<i64>,
        /// Only tell what would be done 试运行
        #[arg(long)]
        dry_run: bool,
        /// Login of who decides 决定人
        #[arg(long)]
        by: Option<String>,
    },
    /// What holds at a unit: tables, hours, days off of a year 查看
    Show {
        /// At which unit; what ships if nothing is said 辖区代码
        #[arg(long, value_name = "CODE")]
        unit: Option<String>,
        /// Days off and make-up days of which year [default: this] 年份
        #[arg(long)]
        year: Option<i32>,
    },
    /// What is wrong with a file, or missing in what holds 检查
    Check {
        /// The file; without one what holds is checked 文件
        #[arg(requires = "of")]
        file: Option<PathBuf>,
        /// What it is of 内容
        #[arg(long, value_name = "TABLE", value_parser = sort)]
        of: Option<TableSort>,
        /// At which unit 辖区代码
        #[arg(long, value_name = "CODE")]
        unit: Option<String>,
    },
    /// A table does not hold from today on 停用
    Withdraw {
        /// Its id, as show tells it 编号
        table: RecordId,
        /// Login of who decides 决定人
        #[arg(long)]
        by: Option<String>,
    },
}

fn sort(text: &str) -> Result<TableSort, String> {
    let known = || TableSort::ALL.map(TableSort::code).join(", ");
    TableSort::from_code(text.trim()).ok_or_else(known)
}

impl Args {
    pub(super) fn files(&self) -> Vec<&Path> {
        match &self.act {
            Act::Import { file, .. } | Act::Check { file: Some(file), .. } => vec![file],
            _ => Vec::new(),
        }
    }
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let (language, folder) = (context.language, context.folder);
    match &args.act {
        Act::Import { file, of, unit, edition, source, from, dry_run, by } => {
            let read = read(context, file, *of)?;
            let (unit, edition, source) = (unit.clone(), edition.clone(), source.clone());
            let plan = RuleImport { sort: *of, unit, edition, source, from: *from, dry_run: *dry_run };
            let done = acting(context, by.as_deref())?.import_rules(&read, &plan);
            let done = naming(done, language, folder, &plan.unit)?;
            imported(language, &done, *dry_run, file)
        }
        Act::Show { unit, year } => show(context, unit.as_deref(), *year),
        Act::Check { file: Some(file), of: Some(of), .. } => {
            let read = read(context, file, *of)?;
            let done = RuleImported { faults: read.faults.clone(), ..RuleImported::default() };
            if read.is_blocked() {
                return imported(language, &done, true, file);
            }
            let rows: usize = read.rows.values().map(Vec::len).sum();
            let mut lines: Vec<String> = done.faults.iter().map(|fault| sentence(language, fault)).collect();
            lines.push(language.say("say.rule_table_sound", &[("rows", &rows.to_string())]));
            Ok(Reply::new(lines.join("\n"), json!({ "rows": rows, "faults": faults_json(language, &done.faults) })))
        }
        Act::Check { unit, .. } => check(context, unit.as_deref()),
        Act::Withdraw { table, by } => {
            let done = acting(context, by.as_deref())?.withdraw_rules(*table).map_err(|e| context.failure(&e))?;
            Ok(Reply::new(line(language, &done), json!(done)))
        }
    }
}

fn read(context: &Context<'_>, file: &Path, of: TableSort) -> Result<RuleFile, Failure> {
    let packed = context.input.files.first().map(String::as_str).unwrap_or_default();
    let bytes = data_encoding::BASE64.decode(packed.as_bytes()).unwrap_or_default();
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    RuleFile::read(&bytes, &name, of).map_err(|fault| match fault.code {
        "no_heading" => {
            let columns: Vec<&str> = of.columns().iter().map(|(name, _)| *name).collect();
            Failure::said(context.language, "rule_headings", &[("file", &name), ("found", &columns.join(","))])
        }
        "too_many_rows" => Failure::said(context.language, "rule_rows", &[("file", &name), ("found", &fault.found)]),
        _ => import_text::file_fault(context.language, &name, &fault),
    })
}

fn imported(language: Language, done: &RuleImported, dry_run: bool, file: &Path) -> Result<Reply, Failure> {
    let blocking = done.faults.iter().filter(|fault| fault.blocks).count();
    if blocking > 0 {
        let name = file.display().to_string();
        let mut failure = Failure::said(language, "rule_table", &[("file", &name), ("faults", &blocking.to_string())]);
        failure.details = faults_json(language, &done.faults);
        return Err(failure);
    }
    let mut lines: Vec<String> = done.tables.iter().map(|table| line(language, table)).collect();
    lines.extend(done.faults.iter().map(|fault| sentence(language, fault)));
    let rows: usize = done.tables.iter().map(|table| table.rows).sum();
    let gaps = [("tables", done.tables.len().to_string()), ("rows", rows.to_string())];
    let gaps: Vec<(&str, &str)> = gaps.iter().map(|(name, value)| (*name, value.as_str())).collect();
    lines.push(language.say(if dry_run { "say.rule_tables_dry" } else { "say.rule_tables_imported" }, &gaps));
    let faults = faults_json(language, &done.faults);
    Ok(Reply::new(lines.join("\n"), json!({ "tables": done.tables, "faults": faults, "written": done.written })))
}

fn faults_json(language: Language, faults: &[RuleFault]) -> Vec<serde_json::Value> {
    let one = |fault: &RuleFault| {
        json!({ "row": fault.row, "column": fault.column, "heading": fault.heading, "code": fault.code,
                "found": fault.found, "blocks": fault.blocks, "message": sentence(language, fault) })
    };
    faults.iter().map(one).collect()
}

fn sentence(language: Language, fault: &RuleFault) -> String {
    let what = language.word(&format!("rule_fault.{}", fault.code));
    let row = fault.row.to_string();
    let gaps = [
        ("row", row.as_str()),
        ("column", &fault.column),
        ("heading", &fault.heading),
        ("found", &fault.found),
        ("what", &what),
    ];
    let form = if fault.column.is_empty() { "say.rule_fault_row" } else { "say.rule_fault" };
    language.say(form, &gaps)
}

fn label(language: Language, set: CodeSet, code: &str) -> String {
    set.entry(code).map_or_else(|| code.to_owned(), |entry| entry.label(language.tag()).to_owned())
}

fn day(days: i64) -> String {
    CivilDate::from_days(days).map_or_else(|| days.to_string(), |date| date.to_string())
}

fn line(language: Language, table: &RuleTableView) -> String {
    let sort = label(language, CodeSet::RuleTableSort, table.sort);
    let until = table.until.map(day).unwrap_or_default();
    let record = table.record.map(|record| record.to_string()).unwrap_or_default();
    let (from, rows) = (day(table.from), table.rows);
    format!(
        "{record}\t{sort}\t{}\t{} {}\t{from}…{until}\t{rows}\t{}",
        table.edition, table.unit_name, table.unit_code, table.source
    )
}

fn show(context: &Context<'_>, unit: Option<&str>, year: Option<i32>) -> Result<Reply, Failure> {
    let (language, folder) = (context.language, context.folder);
    let found = unit.unwrap_or_default();
    let tables = naming(context.admin.rule_tables(unit), language, folder, found)?;
    let (units, book) = naming(context.admin.rules_at(unit), language, folder, found)?;
    let today = context.admin.server().running().options.clock.now().china_day();
    let year = year.or_else(|| CivilDate::from_days(today).map(CivilDate::year)).unwrap_or_default();
    let mut lines: Vec<String> = tables.iter().map(|table| line(language, table)).collect();
    let (hours, hours_json) = hours(language, &book, &units);
    lines.extend(hours);
    let calendar = book.calendar(&units);
    if !calendar.knows(year) {
        lines.push(language.say("say.year_missing", &[("year", &year.to_string())]));
    }
    let mut days = Vec::new();
    for (number, special) in calendar.days(year) {
        let kind = language.core_word(&format!("day_kind.{}", special.kind.code())).unwrap_or(special.kind.code());
        let occasion = label(language, CodeSet::Occasion, &special.occasion);
        lines.push(format!("{}\t{kind}\t{occasion}\t{}", day(number), special.source));
        days.push(
            json!({ "day": day(number), "kind": special.kind, "occasion": special.occasion, "source": special.source }),
        );
    }
    let classes = book.classes(&units, today).all().count();
    lines.push(language.say("say.classes_hold", &[("classes", &classes.to_string())]));
    let json = json!({ "tables": tables, "hours": hours_json, "year": year, "known": calendar.knows(year), "days": days,
                       "classes": classes });
    Ok(Reply::new(lines.join("\n"), json))
}

fn hours(language: Language, book: &RuleBook, units: &[UnitId]) -> (Vec<String>, Vec<serde_json::Value>) {
    let (mut lines, mut all) = (Vec::new(), Vec::new());
    for (from, week) in book.hours(units).versions() {
        let slots: Vec<(&str, Vec<String>)> = (0..SLOTS).map(|slot| (NAMES[slot], spans(week, slot))).collect();
        let said = slots.iter().filter(|(_, spans)| !spans.is_empty());
        let said: Vec<String> = said
            .map(|(name, spans)| format!("{} {}", language.word(&format!("weekday.{name}")), spans.join(" ")))
            .collect();
        lines.push(format!("{}\t{}", day(*from), said.join(" · ")));
        let json: serde_json::Map<String, serde_json::Value> =
            slots.into_iter().map(|(name, spans)| (name.to_owned(), json!(spans))).collect();
        all.push(json!({ "from": day(*from), "days": json }));
    }
    (lines, all)
}

/// What the sorts of day are called in tables.
const NAMES: [&str; SLOTS] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "make_up", "holiday"];
const _: () = assert!(MAKE_UP == 7 && HOLIDAY == 8);

fn spans(week: &Week, slot: usize) -> Vec<String> {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    week.slot(slot).iter().map(|span| format!("{}-{}", clock(span.begin()), clock(span.end()))).collect()
}

/// What is missing in what holds: years without a notice, an office that never works, departments that no code set has.
fn check(context: &Context<'_>, unit: Option<&str>) -> Result<Reply, Failure> {
    let (language, folder) = (context.language, context.folder);
    let (units, book) = naming(context.admin.rules_at(unit), language, folder, unit.unwrap_or_default())?;
    let today = context.admin.server().running().options.clock.now().china_day();
    let year = CivilDate::from_days(today).map(CivilDate::year).ok_or_else(|| context.failure(&ServerError::Cut))?;
    let (calendar, hours) = (book.calendar(&units), book.hours(&units));
    let mut found: Vec<(&str, String)> = Vec::new();
    // A limit of a month reaches into the next year from December on; the notice comes out in November.
    let ahead = CivilDate::from_days(today + 60).map_or(year, CivilDate::year);
    found.extend((year..=ahead).filter(|y| !calendar.knows(*y)).map(|y| ("year_missing", y.to_string())));
    if (0..7).all(|n| hours.on(today + n, None).is_empty()) && hours.on(today, Some(DayKind::MakeUp)).is_empty() {
        found.push(("no_hours", String::new()));
    }
    let classes = book.classes(&units, today);
    let shipped = ClassBook::shipped();
    let unworded = classes.all().filter(|class| shipped.class(&class.of).is_none() && class.category.is_empty());
    found.extend(unworded.map(|class| ("class_without_category", class.of.to_string())));
    let said = |(code, what): &(&str, String)| language.say(&format!("say.{code}"), &[("year", what), ("found", what)]);
    let mut lines: Vec<String> = found.iter().map(said).collect();
    if lines.is_empty() {
        lines.push(language.word("say.calendar_sound"));
    }
    let json: Vec<_> = found.iter().map(|one| json!({ "code": one.0, "found": one.1, "message": said(one) })).collect();
    Ok(Reply { text: lines.join("\n"), good: found.is_empty(), json: json!({ "found": json }) })
}
