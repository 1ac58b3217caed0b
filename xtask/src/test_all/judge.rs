//! How the output of a step becomes a row of the table.
//!
//! Owns the reading of libtest's lines and of closing JSON objects. Refuses to know what was run. Invariant: a step that
//! did not end well never counts as passed, whatever it printed; a test suite without a test is a failure.

use serde_json::{Map, Value};

use crate::report::{Row, Skip};

/// Judges a step by its name, exit code (none when a signal ended it) and printed lines.
pub type Judge = fn(&str, Option<i32>, &[String]) -> Row;

/// Passed when the exit code is 0; else the row says what was printed of failures, or last.
pub fn by_exit(step: &str, code: Option<i32>, lines: &[String]) -> Row {
    if code == Some(0) {
        return Row::passed(step);
    }
    let tells = |line: &&str| ["failed", "error", "panicked", "replay:"].iter().any(|word| line.contains(word));
    let told: Vec<&str> = lines.iter().map(|line| line.trim()).filter(tells).take(WORDS_SHOWN).collect();
    let last: Vec<&str> = lines.iter().rev().map(|line| line.trim()).filter(|line| !line.is_empty()).take(1).collect();
    Row::failed(step, beneath(&ended(code), if told.is_empty() { &last } else { &told }))
}

/// Counts libtest's closing lines, one for each test program.
pub fn by_libtest(step: &str, code: Option<i32>, lines: &[String]) -> Row {
    let mut row = Row { step: step.to_owned(), ..Row::default() };
    for line in lines {
        if let Some(counts) = line.strip_prefix("test result: ") {
            row.passed += count_before(counts, "passed");
            row.failed += count_before(counts, "failed");
        } else if let Some(skip) = ignored_test(line) {
            row.skips.push(skip);
        } else if let Some(name) = test_name(line).filter(|_| line.ends_with(" ... FAILED")) {
            row.faults.push(with_its_words(name, lines));
        }
    }
    if code != Some(0) && row.failed == 0 {
        row.failed = 1;
        row.faults.push(ended(code));
    } else if row.passed + row.failed == 0 {
        row.failed = 1;
        row.faults.push("no test ran".to_owned());
    }
    row
}

/// The demo's last JSON object must say `converged: true`.
pub fn demo_converged(step: &str, code: Option<i32>, lines: &[String]) -> Row {
    match (code, converged(lines)) {
        (Some(0), Some(true)) => Row::passed(step),
        (_, Some(false)) => Row::failed(step, "the phones and the server differ (converged: false)"),
        (Some(0), None) => Row::failed(step, "its last JSON object says nothing of `converged`"),
        _ => Row::failed(step, ended(code)),
    }
}

/// A sabotaged demo must say `converged: false` and exit with 1.
pub fn sabotage_found(step: &str, code: Option<i32>, lines: &[String]) -> Row {
    match (code, converged(lines)) {
        (Some(1), Some(false)) => Row::passed(step),
        (_, Some(true)) => Row::failed(step, "a phone dropped a page and nobody noticed (converged: true)"),
        (_, Some(false)) => Row::failed(step, format!("it was noticed, but {} instead of code 1", ended(code))),
        (_, None) => Row::failed(step, format!("no closing JSON object; {}", ended(code))),
    }
}

/// Lines of a failed test's own words that stand beside its name in the table.
const WORDS_SHOWN: usize = 6;
/// Characters of such a line that are shown.
const LINE_SHOWN: usize = 240;

/// A failed test's name, then what it printed last before it ended, so that the table alone says what was wrong.
fn with_its_words(name: &str, lines: &[String]) -> String {
    let head = format!("---- {name} stdout ----");
    let said: Vec<&str> = lines
        .iter()
        .skip_while(|line| **line != head)
        .skip(1)
        .map(|line| line.trim())
        .take_while(|line| !line.starts_with("---- ") && *line != "failures:")
        .filter(|line| !line.is_empty() && !line.starts_with("note: run with"))
        .collect();
    beneath(name, &said[said.len().saturating_sub(WORDS_SHOWN)..])
}

/// Lines beneath a fault's first, each cut to what a table can bear.
fn beneath(first: &str, said: &[&str]) -> String {
    said.iter().fold(first.to_owned(), |mut text, line| {
        text.push_str("\n           ");
        text.extend(line.chars().take(LINE_SHOWN));
        text
    })
}

fn converged(lines: &[String]) -> Option<bool> {
    last_object(lines)?.get("converged")?.as_bool()
}

/// The last JSON object that begins at the start of a line, on one line or on several.
pub fn last_object(lines: &[String]) -> Option<Map<String, Value>> {
    (0..lines.len()).rev().filter(|&at| lines[at].starts_with('{')).find_map(|at| {
        let text = lines[at..].join("\n");
        let first = serde_json::Deserializer::from_str(&text).into_iter::<Value>().next();
        match first {
            Some(Ok(Value::Object(object))) => Some(object),
            _ => None,
        }
    })
}

fn ended(code: Option<i32>) -> String {
    code.map_or_else(|| "ended by a signal".to_owned(), |code| format!("ended with code {code}"))
}

/// Reads `12 passed` out of `ok. 12 passed; 0 failed; …`.
fn count_before(counts: &str, word: &str) -> u64 {
    counts.split([';', '.']).find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok()).unwrap_or_default()
}

fn test_name(line: &str) -> Option<&str> {
    line.strip_prefix("test ")?.split(" ... ").next()
}

/// Reads `test name ... ignored, reason`.
fn ignored_test(line: &str) -> Option<Skip> {
    let (name, verdict) = line.strip_prefix("test ")?.split_once(" ... ignored")?;
    let why = verdict.trim_start_matches([',', ' ']);
    let why = if why.is_empty() { "ignored without a reason" } else { why };
    Some(Skip { name: name.to_owned(), why: why.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn libtest_is_counted_over_all_programs() {
        let printed = lines(
            "test merge::a ... ok\ntest b ... ignored, needs the folder\n\
             test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
             test c ... FAILED\n\
             test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        );
        let row = by_libtest("rust tests", Some(101), &printed);
        assert_eq!((row.passed, row.failed), (15, 1));
        assert_eq!(row.faults, ["c"]);
        assert_eq!(row.skips, [Skip { name: "b".into(), why: "needs the folder".into() }]);
    }

    #[test]
    fn a_failed_test_is_named_with_its_own_words() {
        let printed = lines(
            "test merge::a ... ok\ntest c ... FAILED\n\nfailures:\n\n---- c stdout ----\n\n\
             thread 'c' panicked at src/c.rs:7:5:\nleft: 1\nright: 2\nnote: run with `RUST_BACKTRACE=1`\n\n\
             failures:\n    c\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored",
        );
        let fault = &by_libtest("rust tests", Some(101), &printed).faults[0];
        let said: Vec<&str> = fault.lines().map(str::trim).collect();
        assert_eq!(said, ["c", "thread 'c' panicked at src/c.rs:7:5:", "left: 1", "right: 2"]);
    }

    #[test]
    fn a_step_judged_by_its_exit_says_what_it_printed_of_the_failure() {
        let printed = lines("phone 1: killed\nseed 7 failed: invariant 7 broken\nreplay: sim --from 7\nmore");
        let fault = &by_exit("simulator", Some(1), &printed).faults[0];
        let said: Vec<&str> = fault.lines().map(str::trim).collect();
        assert_eq!(said, ["ended with code 1", "seed 7 failed: invariant 7 broken", "replay: sim --from 7"]);
        assert!(by_exit("simulator", None, &lines("compiling\nlast words\n\n")).faults[0].ends_with("last words"));
    }

    #[test]
    fn a_suite_that_does_not_compile_or_holds_no_test_fails() {
        assert_eq!(by_libtest("t", Some(101), &[]).failed, 1);
        assert_eq!(by_libtest("t", Some(0), &lines("test result: ok. 0 passed; 0 failed; 0 ignored")).failed, 1);
        let died = lines("test result: ok. 9 passed; 0 failed; 0 ignored");
        assert_eq!(by_libtest("t", None, &died).failed, 1);
    }

    #[test]
    fn the_demo_is_judged_by_its_last_object() {
        let good =
            lines("syncing\n{\"converged\": false}\nmore\n{\n  \"phones\": {\"a\": 1},\n  \"converged\": true\n}");
        assert_eq!(demo_converged("demo", Some(0), &good).failed, 0);
        assert_eq!(demo_converged("demo", Some(1), &good).failed, 1);
        assert_eq!(demo_converged("demo", Some(0), &lines("no object")).failed, 1);
        assert_eq!(demo_converged("demo", Some(0), &lines("{\"converged\": false}")).failed, 1);
    }

    #[test]
    fn sabotage_must_be_found_in_the_object_and_in_the_exit_code() {
        let noticed = lines("{\"converged\":false}");
        assert_eq!(sabotage_found("s", Some(1), &noticed).failed, 0);
        assert_eq!(sabotage_found("s", Some(0), &noticed).failed, 1);
        assert_eq!(sabotage_found("s", Some(1), &lines("{\"converged\":true}")).failed, 1);
        assert_eq!(sabotage_found("s", Some(1), &[]).failed, 1);
    }
}
