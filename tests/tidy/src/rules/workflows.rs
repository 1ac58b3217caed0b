//! Every workflow has its page: a diagram and a table of its steps, in the words of the screen.
//!
//! Owns the pages in `docs/workflows`, which are made from `catalog/workflows` and the words. Refuses to judge the tables:
//! the model's tests do. Invariant: the pages are what the tables make, and there is none besides.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::words;
use crate::{Offence, Tree};

/// The folder of the tables.
const TABLES: &str = "catalog/workflows/";
/// The folder of the pages.
pub const PAGES: &str = "docs/workflows/";
/// The language of the pages.
const WORDS: &str = "catalog/words/zh-Hans.toml";

/// One line of a table: its cells by the names of the columns.
type Line<'a> = BTreeMap<&'a str, &'a str>;

/// Finds pages that are not what their tables make, and pages without a table.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let wanted = pages(tree);
    let cure = "cargo xtask systems";
    let mut offences = Vec::new();
    for (path, page) in &wanted {
        if tree.files.iter().find(|file| file.path == *path).is_none_or(|file| *file.text != **page) {
            offences.push(Offence::new(path, 1, "the page is not what the table makes", cure));
        }
    }
    let stand = tree.files.iter().filter(|file| file.path.starts_with(PAGES));
    for file in stand.filter(|file| !wanted.contains_key(&file.path)) {
        offences.push(Offence::new(&file.path, 1, "no table makes this page", "take it away"));
    }
    offences
}

/// The pages that the tables make, by their paths.
pub fn pages(tree: &Tree) -> BTreeMap<String, String> {
    let words = words::of(tree, WORDS);
    let table = |path: &str| Some(path.strip_prefix(TABLES)?.strip_suffix(".csv")?.to_owned());
    let tables = tree.files.iter().filter_map(|file| Some((table(&file.path)?, &file.text)));
    let tables = tables.filter(|(name, _)| !name.contains('/'));
    tables.map(|(name, text)| (format!("{PAGES}{name}.md"), page(&name, text, &words))).collect()
}

fn page(name: &str, text: &str, words: &BTreeMap<String, String>) -> String {
    let version = text.lines().find_map(|line| line.strip_prefix("# version ")).unwrap_or("?").trim();
    let mut rows = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let columns: Vec<&str> = rows.next().unwrap_or_default().split(',').collect();
    let lines: Vec<Line<'_>> = rows.map(|row| columns.iter().copied().zip(row.split(',')).collect()).collect();
    let title = words.get(&format!("kind.{name}")).map_or(name, String::as_str);
    let mut page = format!(
        "# {title} `{name}` · version {version}\n\nMade from [catalog/workflows/{name}.csv](../../catalog/workflows/{name}.csv) \
         by `cargo xtask systems`; `tests/tidy` fails when this page is not\nwhat the table makes. What stays in its status \
         stands in the table only.\n\n```mermaid\nstateDiagram-v2\n"
    );
    for ((from, to), steps) in arrows(&lines) {
        let steps: Vec<&str> = steps.into_iter().map(|step| word(words, "step", step)).collect();
        let from = if from == "new" { "[*]" } else { from };
        let _ = writeln!(page, "    {from} --> {to}: {}", steps.join(" / "));
    }
    for status in statuses(&lines) {
        let section = if name == "work_item" { "work_status" } else { "case_status" };
        let _ = writeln!(page, "    {status}: {}", word(words, section, status));
    }
    page += "```\n\n| in 状态 | step 步骤 | to | of | who 何人 | power 职权 | guard | asks 填写 | clock 计时 |\n";
    page += "|---|---|---|---|---|---|---|---|---|\n";
    for line in &lines {
        let cell = |column: &str| line.get(column).copied().unwrap_or_default();
        let step = format!("{} `{}`", word(words, "step", cell("step")), cell("step"));
        let list = |column: &str| cell(column).replace(' ', ", ");
        let of = if cell("of").is_empty() { "all".to_owned() } else { list("of") };
        let cells = [
            list("from"),
            step,
            list("to"),
            of,
            list("roles"),
            list("power"),
            list("guard"),
            list("asks"),
            list("clock"),
        ];
        let _ = writeln!(page, "| {} |", cells.join(" | "));
    }
    page
}

/// The ways from status to status, in the order of the table, each with its steps.
fn arrows<'a>(lines: &[Line<'a>]) -> Vec<((&'a str, &'a str), Vec<&'a str>)> {
    let mut arrows: Vec<((&str, &str), Vec<&str>)> = Vec::new();
    for line in lines {
        let (step, to) = (line["step"], line["to"]);
        for from in line["from"].split(' ').filter(|from| to != "=" && *from != to) {
            let at = arrows.iter().position(|(way, _)| *way == (from, to)).unwrap_or_else(|| {
                arrows.push(((from, to), Vec::new()));
                arrows.len() - 1
            });
            if !arrows[at].1.contains(&step) {
                arrows[at].1.push(step);
            }
        }
    }
    arrows
}

fn statuses<'a>(lines: &[Line<'a>]) -> Vec<&'a str> {
    let mut list = Vec::new();
    for status in lines.iter().map(|line| line["to"]).filter(|to| *to != "=") {
        if !list.contains(&status) {
            list.push(status);
        }
    }
    list
}

fn word<'a>(words: &'a BTreeMap<String, String>, section: &str, code: &'a str) -> &'a str {
    words.get(&format!("{section}.{code}")).map_or(code, String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offence::assert_none;

    #[test]
    fn a_page_that_the_table_does_not_make_is_caught() {
        let table = "# version 2\nfrom,step,to,roles,asks\nnew,report,reported,field,\nreported open,close,done,desk,\nopen,note,=,desk,\n";
        let stale = Tree::planted(&[
            ("catalog/workflows/thing.csv", table),
            ("catalog/workflows/former/thing_1.csv", table),
            ("docs/workflows/thing.md", "old"),
            ("docs/workflows/gone.md", "x"),
        ]);
        assert_eq!(check(&stale).len(), 2);
        let page = pages(&stale).remove("docs/workflows/thing.md").unwrap();
        for arrow in ["[*] --> reported: report", "reported --> done: close", "open --> done: close"] {
            assert!(page.contains(arrow), "{page}");
        }
        assert!(!page.contains("open --> open"), "{page}");
        assert_none(&check(&Tree::planted(&[
            ("catalog/workflows/thing.csv", table),
            ("docs/workflows/thing.md", &page),
        ])));
    }

    #[test]
    fn the_project_keeps_it() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
