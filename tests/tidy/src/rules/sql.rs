//! SQL stands in the two stores and nowhere else, and what is longer than a line stands in a `.sql` file.

use crate::{Offence, Tree};

/// Folders in which SQL may stand.
const STORES: &[&str] =
    &["core/store/", "sync-server/src/store/", "sync-server/src/store.rs", "sync-server/migrations/"];

/// The floors that the core is measured against, one file each on purpose, their SQL in them; and the file system below
/// the stores, which makes a setting in their place to see whether anybody notices.
const FLOORS: [&str; 3] = ["tests/bench/src/floor.rs", "tests/bench/src/import_floor.rs", "tests/crash/src/vfs.rs"];

/// Types of questions as XLSForm calls them, which begin like a statement.
const QUESTION_TYPES: [&str; 2] = ["select one from file", "select multiple from file"];

/// Finds SQL in the wrong place, and long SQL in Rust text.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for file in &tree.files {
        let in_store = STORES.iter().any(|place| file.path.starts_with(place));
        if file.ends_in("sql") && !in_store {
            offences.push(Offence::new(
                &file.path,
                1,
                "an SQL file outside the stores",
                "move it to the store that owns the table",
            ));
        }
        let Some(source) = file.rust.as_ref().filter(|_| !FLOORS.contains(&file.path.as_str())) else { continue };
        for (text, line) in source.strings().filter(|(text, line)| is_sql(text) && !file.is_test_line(*line)) {
            if !in_store {
                let cure = "ask the store for it by a function";
                offences.push(Offence::new(&file.path, line, "SQL outside the stores", cure));
            } else if text.trim().contains('\n') {
                let cure = "move it to a .sql file beside the module (include_str!)";
                offences.push(Offence::new(&file.path, line, "SQL of several lines in Rust text", cure));
            }
        }
    }
    offences
}

/// Whether a string is a statement: its first words are those of one, and prose does not go on like that.
fn is_sql(text: &str) -> bool {
    let lower = text.trim().to_lowercase();
    if QUESTION_TYPES.contains(&lower.as_str()) {
        return false;
    }
    let has = |part: &str| lower.contains(part);
    let starts = |part: &str| lower.starts_with(part);
    (starts("select ") && (has(" from ") || has("(") || text.trim().starts_with("SELECT")))
        || (starts("select\n"))
        || (starts("insert ") && has(" into "))
        || starts("delete from ")
        || (starts("update ") && has(" set "))
        || (starts("with ") && has(" as (") && has("select"))
        || ["create ", "drop ", "alter "].iter().any(|verb| {
            ["table ", "index ", "unique index ", "trigger ", "virtual table ", "view "]
                .iter()
                .any(|noun| starts(&format!("{verb}{noun}")))
        })
        || (starts("pragma ") && !starts("pragma of"))
        || (starts("begin ") && (has(" immediate") || has(" exclusive")))
        || (starts("vacuum ") && has(" into "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offence::assert_none;

    #[test]
    fn planted_sql_is_caught() {
        let select = "fn a() { run(\"SELECT id FROM record\"); }\n";
        let long = "fn a() { run(\"\n  INSERT INTO record\n  VALUES (1)\"); }\n";
        let tree = Tree::planted(&[
            ("core/app/src/read.rs", select),
            ("core/store/src/read.rs", select),
            ("core/store/src/write.rs", long),
            ("sync-server/src/store/read.rs", select),
            ("sync-server/src/api/push.rs", "fn a() { run(\"delete from inbox\"); }\n"),
            ("cli/src/a.sql", "SELECT 1"),
            ("cli/src/prose.rs", "fn a() { say(\"select a place, update it, then begin\"); }\n"),
        ]);
        let found: Vec<String> = check(&tree).into_iter().map(|offence| offence.path).collect();
        assert_eq!(
            found,
            ["core/app/src/read.rs", "core/store/src/write.rs", "sync-server/src/api/push.rs", "cli/src/a.sql"]
        );
    }

    #[test]
    fn sql_stands_only_in_the_stores() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
