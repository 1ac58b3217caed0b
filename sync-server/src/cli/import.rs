//! `import`: tables from elsewhere.
//!
//! Owns the verb and its progress bar. Refuses a table with a fault in it, whole. Invariant: every fault is a sentence
//! with its line and its cure.

use super::Context;
use super::reply::{Failure, Reply};
use gridwalk_model::unit_code::Level;
use gridwalk_server::admin::unit_table::TableFault;
use gridwalk_server::admin::{ImportOptions, ImportSummary, UnitTable};
use gridwalk_server::words::Language;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server import units divisions.csv
  gridwalk-server import units divisions.csv --grids 3 --json

The table is CSV in UTF-8 with the columns code,name,parent,level,kind. Levels: province (skipped), prefecture or city,
county, township or town, village, grid. Importing the same table again changes nothing.")]
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
        /// Units that have another name here take that of the table 改用表中的名称
        #[arg(long)]
        update_names: bool,
    },
}

impl Args {
    pub(super) fn file(&self) -> &Path {
        let What::Units { file, .. } = &self.what;
        file
    }
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let What::Units { file, grids, update_names } = &args.what;
    let language = context.language;
    let file = file.display().to_string();
    let packed = context.input.file.as_deref().unwrap_or_default();
    let bytes = data_encoding::BASE64.decode(packed.as_bytes()).unwrap_or_default();
    let table = UnitTable::read(&bytes).map_err(|faults| table_failure(language, &file, &faults))?;
    let bar = bar(language, context.watched);
    let options = ImportOptions { grids: *grids, update_names: *update_names };
    let summary = context.admin.import_units(&table, options, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let summary = summary.map_err(|e| context.failure(&e))?;
    Ok(Reply::new(text(language, &file, &summary), json!(summary)))
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

fn text(language: Language, file: &str, summary: &ImportSummary) -> String {
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
    let mut lines =
        vec![language.say("say.imported", &done), language.say("say.import_counts", &[("counts", &counts)])];
    if summary.spaces_made > 0 {
        lines.push(language.say("say.import_spaces", &[("count", &number(summary.spaces_made))]));
    }
    if summary.names_differ > 0 {
        lines.push(language.say("say.names_differ", &[("count", &number(summary.names_differ))]));
    }
    lines.join("\n")
}

fn table_failure(language: Language, file: &str, faults: &[TableFault]) -> Failure {
    let mut failure = Failure::said(language, "table", &[("file", file), ("faults", &faults.len().to_string())]);
    failure.details = faults
        .iter()
        .map(|fault| {
            let gaps = [("line", fault.line.to_string()), ("found", fault.found.clone())];
            let gaps = [(gaps[0].0, gaps[0].1.as_str()), (gaps[1].0, gaps[1].1.as_str())];
            let message = language.say(&format!("table.{}", fault.code.code()), &gaps);
            json!({ "line": fault.line, "code": fault.code.code(), "found": fault.found, "message": message })
        })
        .collect();
    failure
}
