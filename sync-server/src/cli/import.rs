//! `import`: tables from elsewhere.
//!
//! Owns the verb and its progress bar. Refuses a table with a fault in it, whole, unless told to leave its rows out.
//! Invariant: every fault is a sentence with its row, its column and its cure.

use super::reply::{Failure, Reply};
use super::{Context, import_text};
use gridwalk_model::unit_code::Level;
use gridwalk_server::admin::unit_table::{NotRead, TableFault};
use gridwalk_server::admin::{ImportOptions, ImportSummary, UnitTable};
use gridwalk_server::import::mapping::Corrections;
use gridwalk_server::import::{MapGiven, NotImported, Request, What as Table};
use gridwalk_server::limits::TABLE_FAULTS_MAX;
use gridwalk_server::words::Language;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server import units divisions.csv --grids 3 --dry-run
  gridwalk-server import people 人口.xlsx --unit 330402001001 --dry-run
  gridwalk-server import people 人口.xlsx --unit 330402001001 --sheet 一社区 --map 一社区
  gridwalk-server import people 人口.csv --unit 330402001001 --column 姓名=name --column 代号=- --value sex:男性=1
  gridwalk-server import people 人口.csv --unit 330402001001 --empty-clears note
  gridwalk-server import buildings 楼栋.csv --unit 330402001 --crs gcj02
  gridwalk-server import premises 场所.xlsx --unit 330402001 --skip-blocked
  gridwalk-server import staff 网格员.xlsx --unit 330402
  gridwalk-server import list
  gridwalk-server import undo 3

Tables are CSV (UTF-8 or GB18030) or XLSX 表格可为 CSV 或 XLSX. Columns are found by their headings; what is found is shown
by --dry-run, corrected with --column, and remembered. Importing the same table again changes nothing; changed cells become
changes, and what people typed meanwhile is kept beside them 再次导入不会重复，也不会覆盖他人的修改。
An empty cell says nothing; -清空- or (clear) in a cell clears the field 空格不改动，填 -清空- 才清空.
The table of units has the columns code,name,parent,level,kind 代码、名称、上级代码、级别、类型.")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Administrative divisions, with grids under each village 行政区划
    Units {
        /// The table 表格文件
        file: PathBuf,
        /// Grids to make in each village 每村（社区）网格数
        #[arg(long, default_value_t = 1, value_name = "N")]
        grids: u16,
        /// The sheet, where several hold units 工作表
        #[arg(long, value_name = "SHEET")]
        sheet: Option<String>,
        /// Units that have another name here take that of the table 改用表中的名称
        #[arg(long)]
        update_names: bool,
        /// Tell what would be done, and write nothing 只检查不写入
        #[arg(long)]
        dry_run: bool,
    },
    /// Residents with their buildings, dwellings and households 人口
    People(TableArgs),
    /// Buildings, and their dwellings 楼栋、房屋
    Buildings(TableArgs),
    /// Premises, and the organisations in them 场所
    Premises(TableArgs),
    /// Accounts with their roles 人员账号
    Staff(TableArgs),
    /// Imports so far 导入记录
    List,
    /// Take an import back, but for what people changed since 撤销导入
    Undo {
        /// Its number, see list 编号
        id: i64,
    },
}

#[derive(Debug, clap::Args)]
struct TableArgs {
    /// The table 表格文件
    file: PathBuf,
    /// Code of the unit that it is for 所属辖区代码
    #[arg(long, value_name = "CODE")]
    unit: String,
    /// The sheet, by name or number 工作表
    #[arg(long, value_name = "SHEET")]
    sheet: Option<String>,
    /// A mapping's file, or the name that it is remembered by 对照方案
    #[arg(long, value_name = "FILE|NAME")]
    map: Option<String>,
    /// A column's field; - leaves it out 列对应字段
    #[arg(long = "column", value_name = "HEADING=FIELD")]
    columns: Vec<String>,
    /// What a word of the table means 表中词语对应代码
    #[arg(long = "value", value_name = "FIELD:WORD=CODE")]
    values: Vec<String>,
    /// A field whose empty cells mean what stands above 空格沿用上一行
    #[arg(long, value_name = "FIELD")]
    fill_down: Vec<String>,
    /// A field whose empty cells clear what stands there 空格表示清空
    #[arg(long, value_name = "FIELD")]
    empty_clears: Vec<String>,
    /// The system of the coordinates: wgs84, cgcs2000, gcj02, bd09 坐标系
    #[arg(long)]
    crs: Option<String>,
    /// Tell what would be done, and write nothing 只检查不写入
    #[arg(long)]
    dry_run: bool,
    /// Leave rows out in which something is surely wrong 跳过有错的行
    #[arg(long)]
    skip_blocked: bool,
    /// Leave fields alone that say something else already 只填空白
    #[arg(long)]
    only_empty: bool,
}

impl Args {
    pub(super) fn file(&self) -> Option<&Path> {
        match &self.what {
            What::Units { file, .. } => Some(file),
            What::People(args) | What::Buildings(args) | What::Premises(args) | What::Staff(args) => Some(&args.file),
            What::List | What::Undo { .. } => None,
        }
    }

    /// The mapping's file, if what is given is one.
    pub(super) fn map_file(&self) -> Option<&Path> {
        match &self.what {
            What::People(args) | What::Buildings(args) | What::Premises(args) | What::Staff(args) => {
                args.map.as_deref().map(Path::new).filter(|map| map.is_file())
            }
            _ => None,
        }
    }
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    match &args.what {
        What::Units { file, grids, sheet, update_names, dry_run } => {
            let options = ImportOptions { grids: *grids, update_names: *update_names };
            units(context, (file, sheet.as_deref()), options, *dry_run)
        }
        What::People(args) => table(context, Table::People, args),
        What::Buildings(args) => table(context, Table::Buildings, args),
        What::Premises(args) => table(context, Table::Premises, args),
        What::Staff(args) => table(context, Table::Staff, args),
        What::List => {
            let runs = context.admin.imports().map_err(|e| context.failure(&e))?;
            Ok(import_text::list(context.language, &runs))
        }
        What::Undo { id } => {
            let (bar, stop) = (bar(context.language, context.watched), stop_asked(context));
            let undone = context.admin.undo_import(*id, |done, all| {
                bar.set_length(all);
                bar.set_position(done);
                !stop.load(Ordering::Relaxed)
            });
            bar.finish_and_clear();
            Ok(import_text::undone(context.language, &undone.map_err(|e| context.failure(&e))?))
        }
    }
}

fn table(context: &Context<'_>, what: Table, args: &TableArgs) -> Result<Reply, Failure> {
    let file = args.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let unpack = |text: &str| data_encoding::BASE64.decode(text.as_bytes()).unwrap_or_default();
    let bytes = unpack(context.input.file.as_deref().unwrap_or_default());
    let map_text = context.input.files.first().map(|text| String::from_utf8_lossy(&unpack(text)).into_owned());
    let stem = args.map.as_deref().map(|map| Path::new(map).file_stem().unwrap_or_default().to_string_lossy());
    let map = match (&map_text, &stem, &args.map) {
        (Some(text), Some(name), _) => Some(MapGiven::File { name, text }),
        (None, _, Some(name)) => Some(MapGiven::Named(name)),
        _ => None,
    };
    let corrections = Corrections {
        columns: args.columns.clone(),
        values: args.values.clone(),
        fill_down: args.fill_down.clone(),
        empty_clears: args.empty_clears.clone(),
        crs: args.crs.clone(),
    };
    let request = Request {
        what,
        file: &file,
        bytes: &bytes,
        unit: &args.unit,
        sheet: args.sheet.as_deref(),
        map,
        corrections,
        dry_run: args.dry_run,
        skip_blocked: args.skip_blocked,
        only_empty: args.only_empty,
    };
    let (bar, stop) = (bar(context.language, context.watched), stop_asked(context));
    let done = if what == Table::Staff {
        context.admin.import_staff(&request)
    } else {
        context.admin.import_table(&request, |done, all| {
            bar.set_length(all);
            bar.set_position(done);
            !stop.load(Ordering::Relaxed)
        })
    };
    bar.finish_and_clear();
    match done {
        Ok(report) => Ok(import_text::report(context.language, &report, args.dry_run)),
        Err(NotImported::Blocked(report)) => Err(import_text::blocked(context.language, &report)),
        Err(NotImported::File(fault)) => Err(import_text::file_fault(context.language, &file, &fault)),
        Err(NotImported::Server(error)) => Err(match error.code() {
            "unit_code" => super::reply::unit_code_failure(context.language, &args.unit),
            _ => context.failure(&error),
        }),
    }
}

/// Becomes true when somebody presses Ctrl-C: the chunk at hand is finished, and what is written stays.
fn stop_asked(context: &Context<'_>) -> Arc<AtomicBool> {
    let asked = Arc::new(AtomicBool::new(false));
    if !context.relayed {
        let told = asked.clone();
        std::thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
                told.store(true, Ordering::Relaxed);
            }
        });
    }
    asked
}

fn units(
    context: &Context<'_>,
    (file, sheet): (&Path, Option<&str>),
    options: ImportOptions,
    dry_run: bool,
) -> Result<Reply, Failure> {
    let language = context.language;
    let name = file.display().to_string();
    let short = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let packed = context.input.file.as_deref().unwrap_or_default();
    let bytes = data_encoding::BASE64.decode(packed.as_bytes()).unwrap_or_default();
    let table = UnitTable::read_sheet(&bytes, &short, sheet).map_err(|not_read| match not_read {
        NotRead::File(fault) => import_text::file_fault(language, &name, &fault),
        NotRead::Table { sheet, faults } => table_failure(language, &name, &sheet, &faults),
    })?;
    if dry_run {
        let summary = context.admin.plan_units(&table, options).map_err(|e| context.failure(&e))?;
        return Ok(Reply::new(text(language, &name, &summary, dry_run), json!(summary)));
    }
    let bar = bar(language, context.watched);
    let summary = context.admin.import_units_of(&short, &table, options, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let summary = summary.map_err(|e| context.failure(&e))?;
    Ok(Reply::new(text(language, &name, &summary, dry_run), json!(summary)))
}

fn bar(language: Language, watched: bool) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(
        None,
        if watched { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() },
    );
    if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:40}] {pos}/{len}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.with_message(language.word("say.importing"))
}

fn text(language: Language, file: &str, summary: &ImportSummary, dry_run: bool) -> String {
    let number = |n: u64| n.to_string();
    let of_level = |level: Level| {
        let count = summary.counts.get(level.name())?;
        Some(format!("{} {count}", language.word(&format!("level.{level}"))))
    };
    let counts: Vec<String> = Level::ALL.into_iter().filter_map(of_level).collect();
    let counts = counts.join(if language == Language::English { ", " } else { "，" });
    let done = [
        ("file", file),
        ("added", &number(summary.added)),
        ("changed", &number(summary.named)),
        ("unchanged", &number(summary.unchanged)),
    ];
    let said = if dry_run { "say.import_units_would" } else { "say.imported" };
    let mut lines = vec![language.say(said, &done), language.say("say.import_counts", &[("counts", &counts)])];
    if summary.spaces_made > 0 {
        lines.push(language.say("say.import_spaces", &[("count", &number(summary.spaces_made))]));
    }
    if !summary.abolished.is_empty() {
        let some = summary.abolished.iter().take(TABLE_FAULTS_MAX).cloned().collect::<Vec<_>>().join(", ");
        let count = number(summary.abolished.len() as u64);
        lines.push(language.say("say.import_abolished", &[("count", &count), ("codes", &some)]));
    }
    if summary.names_differ > 0 {
        lines.push(language.say("say.names_differ", &[("count", &number(summary.names_differ))]));
    }
    if dry_run {
        lines.push(language.word("say.import_next"));
    }
    if let Some(import) = summary.import {
        lines.push(language.say("say.import_undo", &[("import", &import.to_string())]));
    }
    lines.join("\n")
}

fn table_failure(language: Language, file: &str, sheet: &str, faults: &[TableFault]) -> Failure {
    let mut failure = Failure::said(language, "table", &[("file", file), ("faults", &faults.len().to_string())]);
    let told = |fault: &TableFault| {
        let (line, code) = (fault.line.to_string(), fault.code.code());
        let place = match fault.column.as_str() {
            "" => language.say("say.table_row", &[("sheet", sheet), ("row", &line)]),
            column => format!("{sheet} {column}{line}"),
        };
        let message = language.say(&format!("table.{code}"), &[("place", &place), ("found", &fault.found)]);
        json!({
            "line": fault.line, "sheet": sheet, "column": fault.column, "code": code, "found": fault.found,
            "message": message,
        })
    };
    failure.details = faults.iter().map(told).collect();
    failure
}
