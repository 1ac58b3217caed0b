//! Every statement that the store may run, as its source holds it, is planned: none walks through a large table.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod desk;

use desk::{Desk, Server, record};
use gridwalk_model::wish::Wish;
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// Tables that grow with what a phone holds, by the names and letters that statements give them.
const LARGE: &[&str] =
    &["record", "view_row", "own_change", "view_place", "view_boundary", "r", "o", "v", "u", "k", "p"];
/// Parts of statements and lists of them, which cannot be planned by themselves.
const PARTS: &[&str] =
    &["open/settings.sql", "row/tables.sql", "query/with_below.sql", "query/below.sql", "search/order.sql"];
/// What may walk through a large table, and why: the beginning of the statement, and the reason.
const WALKS: &[(&str, &str)] = &[
    ("SELECT record FROM record UNION", "a rebuild makes every row"),
    ("SELECT record FROM record WHERE space = ?1 AND (epoch_n", "once at the end of a backfill"),
    ("SELECT record FROM record ORDER BY record", "rescue and comparison read everything"),
    ("SELECT * FROM own_change ORDER BY save", "a hand-over takes everything"),
    ("SELECT (SELECT count(*) FROM own_change", "rows are counted along an index"),
    ("SELECT share FROM record WHERE space = ?1 AND leaving = 0", "the digest of a page at the head sums all rows"),
    ("SELECT record, kind, pos, held_by FROM record WHERE space", "a digest that differs is narrowed"),
    ("DELETE FROM ", "a purge takes everything"),
];
/// Indices of few rows: to walk through one is to read what was asked for.
const FEW: &[&str] = &["view_row_at_odds", "own_change_outbox", "record_leaving"];

/// Files below a folder with this ending.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// One statement with spaces only.
fn flat(sql: &str) -> String {
    let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every statement of the sources with where it stands.
fn statements() -> Vec<(String, String)> {
    let src = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let name = |path: &Path| path.strip_prefix(&src).unwrap().display().to_string();
    let mut all = Vec::new();
    for path in files(&src, "sql").iter().filter(|p| !PARTS.contains(&name(p).as_str())) {
        let text = flat(&std::fs::read_to_string(path).unwrap());
        all.extend(text.split(';').map(str::trim).filter(|s| !s.is_empty()).map(|s| (name(path), s.to_owned())));
    }
    for path in files(&src, "rs") {
        let text = std::fs::read_to_string(&path).unwrap();
        let quoted = text.split('"').filter(|part| {
            let verbs = ["SELECT ", "UPDATE ", "DELETE FROM "];
            verbs.iter().any(|verb| part.starts_with(verb)) && !part.contains(['{', '\n', '\\'])
        });
        // The beginning of a list's statement, whole lists are planned in `queries.rs`; and a copy of a whole database.
        let others = ["SELECT * FROM view_row WHERE front = 1", "SELECT sqlcipher_export('sealed')"];
        let whole = quoted.filter(|part| !others.contains(part));
        all.extend(whole.map(|part| (name(&path), part.to_owned())));
    }
    all
}

fn plan(db: &Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap_or_else(|e| panic!("{sql}: {e}"));
    let blank: Vec<Option<i64>> = vec![None; statement.parameter_count()];
    let rows = statement.query_map(rusqlite::params_from_iter(blank), |r| r.get(3)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn no_statement_walks_through_a_large_table() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &[Wish::put("name", "1栋")]);
    desk.sync(&mut server);
    let db = desk.raw();
    let all = statements();
    assert!(all.len() > 80, "only {} statements were found", all.len());
    let mut walks = Vec::new();
    for (place, sql) in &all {
        let allowed = WALKS.iter().any(|(start, _)| sql.starts_with(start));
        // A virtual table's scan is its own index; a point in the R*Tree is found by its bounds.
        let through = |step: &String| {
            let few = FEW.iter().any(|index| step.contains(&format!("USING INDEX {index}")));
            let table = step.strip_prefix("SCAN ").and_then(|s| s.split(' ').next());
            !few && table.is_some_and(|t| LARGE.contains(&t)) && !step.contains("VIRTUAL TABLE INDEX 2:")
        };
        let steps: Vec<String> = plan(&db, sql).into_iter().filter(through).collect();
        if !steps.is_empty() && !allowed {
            walks.push(format!("{place}: {sql}\n    {}", steps.join("\n    ")));
        }
    }
    assert!(walks.is_empty(), "{}", walks.join("\n"));
}
