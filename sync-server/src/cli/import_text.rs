//! What an import says.
//!
//! Owns the sentences of reports, problems and undoing. Refuses to import. Invariant: every problem is said with its sheet,
//! its row and its column, and with what can be done.

use super::reply::{Failure, Reply};
use gridwalk_server::import::undo::{LeftAlone, Undone};
use gridwalk_server::import::{FileFault, Problem, ProblemCode, Report};
use gridwalk_server::limits::IMPORT_PROBLEMS_SHOWN_MAX;
use gridwalk_server::store::import::RunRow;
use gridwalk_server::words::Language;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A problem as a sentence, with its cure.
fn sentence(language: Language, sheet: &str, problem: &Problem) -> String {
    let code = problem.code.code();
    let what = match problem.code {
        ProblemCode::Odd(code) => language.core_word(&format!("warning.{code}")).unwrap_or(code).to_owned(),
        _ => language.say(&format!("import_problem.{code}"), &[("other", &problem.other_row.to_string())]),
    };
    let cure = match problem.code {
        ProblemCode::Odd(_) => language.word("import_cure.odd"),
        _ => language.word(&format!("import_cure.{code}")),
    };
    let row = problem.row.to_string();
    let gaps = [
        ("sheet", sheet),
        ("row", row.as_str()),
        ("column", problem.column.as_str()),
        ("heading", problem.heading.as_str()),
        ("found", problem.found.as_str()),
        ("what", what.as_str()),
        ("cure", cure.as_str()),
    ];
    let form = match (problem.row, problem.column.is_empty(), problem.found.is_empty()) {
        (0, ..) => "import_at_column",
        (_, true, _) => "import_at_row",
        (_, false, true) => "import_at_empty_cell",
        (_, false, false) => "import_at_cell",
    };
    language.say(&format!("say.{form}"), &gaps)
}

fn problem_json(language: Language, sheet: &str, problem: &Problem) -> Value {
    json!({
        "code": problem.code.code(), "blocks": problem.blocks, "sheet": sheet, "row": problem.row,
        "column": problem.column, "heading": problem.heading, "found": problem.found, "other_row": problem.other_row,
        "message": sentence(language, sheet, problem),
    })
}

fn report_json(language: Language, report: &Report) -> Value {
    let mut value = json!(report);
    let problems = report.problems.iter().map(|problem| problem_json(language, &report.sheet, problem));
    value["problems"] = problems.collect();
    value
}

fn kinds(language: Language, counts: &BTreeMap<&'static str, u64>) -> String {
    let word = |kind: &str| {
        let core = language.core_word(&format!("kind.{kind}"));
        core.map_or_else(|| language.word(&format!("what.{kind}")), str::to_owned)
    };
    let counts: Vec<String> = counts.iter().map(|(kind, count)| format!("{} {count}", word(kind))).collect();
    if counts.is_empty() {
        return "0".to_owned();
    }
    counts.join(if language == Language::English { ", " } else { "，" })
}

/// The lines about problems: what blocks first.
fn problem_lines(language: Language, report: &Report) -> Vec<String> {
    let mut sorted: Vec<&Problem> = report.problems.iter().collect();
    sorted.sort_by_key(|problem| (!problem.blocks, problem.row));
    let lines = sorted.iter().take(IMPORT_PROBLEMS_SHOWN_MAX);
    let mut lines: Vec<String> =
        lines.map(|problem| format!("  {}", sentence(language, &report.sheet, problem))).collect();
    let all: u64 = report.problem_counts.values().sum();
    let more = all.saturating_sub(lines.len() as u64);
    if more > 0 {
        lines.push(format!("  {}", language.say("say.import_more", &[("count", &more.to_string())])));
    }
    lines
}

fn columns(language: Language, report: &Report) -> String {
    let field = |field: &str| {
        let target = || language.word(&format!("import_target.{}", field.replace('.', "_")));
        language.core_word(&format!("field.{field}")).map_or_else(target, str::to_owned)
    };
    let column = |column: &gridwalk_server::import::request::ColumnView| {
        let to = if column.field.is_empty() {
            language.word("say.import_left_out")
        } else {
            format!("{} ({})", field(&column.field), column.field)
        };
        format!("  {} {} → {to}", column.column, column.heading)
    };
    report.columns.iter().map(column).collect::<Vec<_>>().join("\n")
}

/// What an import came to, or would.
pub(super) fn report(language: Language, report: &Report, dry_run: bool) -> Reply {
    let number = |n: u64| n.to_string();
    let mut lines = vec![language.say(
        "say.import_read",
        &[("file", &report.file), ("sheet", &report.sheet), ("format", report.format), ("rows", &number(report.rows))],
    )];
    if dry_run {
        lines.push(columns(language, report));
    }
    lines.extend(problem_lines(language, report));
    let gaps = [
        ("created", kinds(language, &report.created)),
        ("changed", kinds(language, &report.changed)),
        ("same", number(report.same)),
        ("blocked", number(report.blocked_rows)),
        ("kept", number(report.kept)),
        ("disagreements", number(report.disagreements)),
        ("gone", number(report.gone)),
        ("import", report.import.unwrap_or_default().to_string()),
    ];
    let gaps: Vec<(&str, &str)> = gaps.iter().map(|(name, text)| (*name, text.as_str())).collect();
    lines.push(language.say(if dry_run { "say.import_would" } else { "say.import_did" }, &gaps));
    let further = [
        (report.blocked_rows, "say.import_blocked"),
        (report.disagreements, "say.import_disagreements"),
        (report.kept, "say.import_kept"),
        (report.gone, "say.import_gone"),
        (u64::from(report.stopped), "say.import_stopped"),
    ];
    lines.extend(further.into_iter().filter(|(count, _)| *count > 0).map(|(_, key)| language.say(key, &gaps)));
    let next = if dry_run { "say.import_next" } else { "say.import_undo" };
    if dry_run || report.import.is_some() {
        lines.push(language.say(next, &gaps));
    }
    Reply::new(lines.join("\n"), report_json(language, report))
}

/// Rows are blocked: nothing was imported.
pub(super) fn blocked(language: Language, report: &Report) -> Failure {
    let count = report.blocked_rows.to_string();
    let mut failure = Failure::said(language, "import_blocked", &[("file", &report.file), ("count", &count)]);
    let mut sorted: Vec<&Problem> = report.problems.iter().filter(|problem| problem.blocks).collect();
    sorted.sort_by_key(|problem| problem.row);
    failure.details = sorted.into_iter().map(|problem| problem_json(language, &report.sheet, problem)).collect();
    failure
}

/// The file is not read.
pub(super) fn file_fault(language: Language, file: &str, fault: &FileFault) -> Failure {
    let gaps = [("file", file), ("found", fault.found.as_str())];
    Failure::new(&format!("import_{}", fault.code), language.say(&format!("import_file.{}", fault.code), &gaps))
}

/// The imports so far.
pub(super) fn list(language: Language, runs: &[RunRow]) -> Reply {
    let status = |run: &RunRow| match (run.undone_at, run.ended_at) {
        (Some(_), _) => "undone",
        (None, Some(_)) => "done",
        (None, None) => "stopped",
    };
    let json = |run: &RunRow| {
        let counts: Value = serde_json::from_str(&run.counts).unwrap_or_default();
        json!({
            "import": run.id, "what": run.what, "file": run.file, "unit": run.unit, "status": status(run),
            "begun_at": run.begun_at.0, "ended_at": run.ended_at.map(|at| at.0),
            "undone_at": run.undone_at.map(|at| at.0), "counts": counts,
        })
    };
    let line = |run: &RunRow| {
        let word = language.word(&format!("say.import_status_{}", status(run)));
        let counts: Value = serde_json::from_str(&run.counts).unwrap_or_default();
        let at = gridwalk_server::page::moment(run.begun_at);
        let rows = counts["rows"].as_u64().unwrap_or_default();
        let what = language.word(&format!("say.import_of_{}", run.what));
        format!("{}\t{at}\t{what}\t{}\t{rows}\t{word}", run.id, run.file)
    };
    let lines: Vec<String> = runs.iter().map(line).collect();
    let text = if lines.is_empty() { language.word("say.import_none") } else { lines.join("\n") };
    Reply::new(text, json!({ "imports": runs.iter().map(json).collect::<Vec<_>>() }))
}

/// What undoing came to.
pub(super) fn undone(language: Language, undone: &Undone) -> Reply {
    let number = |n: u64| n.to_string();
    let gaps = [
        ("import", undone.import.to_string()),
        ("deleted", number(undone.deleted)),
        ("put_back", number(undone.put_back)),
        ("left", number(undone.left_alone)),
        ("roles", number(undone.roles_withdrawn)),
    ];
    let gaps: Vec<(&str, &str)> = gaps.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let mut lines = vec![language.say("say.import_undone", &gaps)];
    for left in undone.left.iter().take(IMPORT_PROBLEMS_SHOWN_MAX) {
        let kind = language.core_word(&format!("kind.{}", left.kind)).unwrap_or(&left.kind).to_owned();
        let why = match left.why {
            LeftAlone::ChangedSince => "say.import_left_changed",
            LeftAlone::StandsAbove => "say.import_left_above",
            LeftAlone::RecordsInside => "say.import_left_inside",
            LeftAlone::RoleHeld => "say.import_left_role",
            LeftAlone::OwnSpace => "say.import_left_space",
        };
        let field = |field: &String| {
            let key = format!("field.{}.{field}", left.kind);
            language.core_word(&key).unwrap_or(field).to_owned()
        };
        let fields = left.fields.iter().map(field).collect::<Vec<_>>().join(", ");
        lines.push(format!("  {}", language.say(why, &[("kind", &kind), ("title", &left.title), ("fields", &fields)])));
    }
    if undone.stopped {
        lines.push(language.say("say.import_stopped", &gaps));
    }
    Reply::new(lines.join("\n"), json!(undone))
}
