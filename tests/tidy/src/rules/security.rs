//! Every promise of `docs/security.md` names tests that exist and run.
//!
//! Owns the reading of its tables: the last cell of a row holds the tests. Invariant: a promise without a test is not made.

use std::collections::BTreeSet;

use crate::{Offence, Tree};

/// The page.
const PAGE: &str = "docs/security.md";

/// Finds rows without a test, and tests that are not there or do not run.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let Some(page) = tree.files.iter().find(|file| file.path == PAGE) else { return Vec::new() };
    let tests = tests(tree);
    let mut offences = Vec::new();
    for (at, line) in page.text.lines().enumerate().filter(|(_, line)| is_row(line)) {
        let cell = line.trim().trim_end_matches('|').rsplit('|').next().unwrap_or_default();
        let named: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
        if named.is_empty() {
            offences.push(Offence::new(PAGE, at + 1, "a promise that nothing shows", "name its test, or say it below"));
        }
        for name in named.into_iter().filter(|name| !tests.contains(name)) {
            let what = format!("no test {name} runs");
            offences.push(Offence::new(PAGE, at + 1, what, "name a test that runs"));
        }
    }
    offences
}

/// Whether a line is a row of a table, and no head.
fn is_row(line: &str) -> bool {
    line.starts_with("| ") && !line.starts_with("| threat |")
}

/// The names of all tests that run: functions after an attribute of a test, and stories of a contract that is stamped.
fn tests(tree: &Tree) -> BTreeSet<&str> {
    let mut tests = BTreeSet::new();
    for (file, _) in tree.rust() {
        let mut is_test = false;
        for line in file.text.lines().map(str::trim) {
            let name = line.trim_start_matches("pub ").trim_start_matches("async ").strip_prefix("fn ");
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                is_test = true;
            } else if line.starts_with("#[ignore") {
                is_test = false;
            } else if let Some((name, _)) = name.and_then(|rest| rest.split_once('(')) {
                if is_test {
                    tests.insert(name);
                }
                is_test = false;
            } else if file.path.ends_with("tests/contract/main.rs")
                && let Some((_, story)) = line.trim_end_matches(',').split_once("::")
            {
                tests.insert(story);
            }
        }
    }
    tests
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offence::assert_none;

    #[test]
    fn planted_promises_without_a_test_are_caught() {
        let page = "| threat | promise | shown by |\n|---|---|---|\n| a | b | `runs`, `stamped` |\n| a | b | `sleeps` |\n| a | b | none |\n| a | b | `gone` |\n";
        let tests = "#[tokio::test]\nasync fn runs() {}\n#[test]\n#[ignore = \"x\"]\nfn sleeps() {}\nfn gone() {}\n";
        let contract = "contract! {\n    noun::stamped,\n}\n";
        let files = [(PAGE, page), ("a/tests/b.rs", tests), ("a/tests/contract/main.rs", contract)];
        let found: Vec<String> = check(&Tree::planted(&files)).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 3, "{found:?}");
        for (found, what) in found.iter().zip(["no test sleeps", "nothing shows", "no test gone"]) {
            assert!(found.contains(what), "{found}");
        }
    }

    #[test]
    fn every_promise_names_tests_that_run() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
