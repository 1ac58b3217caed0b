//! The model and the protocol take no clock, no randomness, no file, no network and no thread: all is handed to them.

use crate::{Offence, Tree};

/// Folders whose code is pure.
const PURE: &[&str] = &["core/model/src/", "core/forms/src/", "core/sync/src/"];
/// Paths that reach outside.
const REACHES: &[&[&str]] = &[
    &["SystemTime", "now"],
    &["Instant", "now"],
    &["OffsetDateTime", "now_utc"],
    &["Uuid", "now_v7"],
    &["Uuid", "new_v4"],
    &["Uuid", "new_v7"],
    &["ContextV7", "new"],
    &["Timestamp", "now"],
    &["SysRng"],
    &["OsRng"],
    &["getrandom"],
    &["rand", "rng"],
    &["rand", "random"],
    &["thread", "spawn"],
    &["std", "fs"],
    &["std", "net"],
    &["std", "env"],
    &["std", "process"],
    &["tokio"],
    &["rusqlite"],
    &["reqwest"],
    &["tracing"],
];
const CURE: &str = "let the caller hand it in (clock and ids stand in core/app)";

/// Finds pure code that reaches outside.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for (file, source) in tree.rust().filter(|(file, _)| PURE.iter().any(|folder| file.path.starts_with(folder))) {
        for reach in REACHES {
            for line in source.uses(reach).into_iter().filter(|line| !file.is_test_line(*line)) {
                let what = format!("{} in a pure crate", reach.join("::"));
                offences.push(Offence::new(&file.path, line, what, CURE));
            }
        }
    }
    offences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offence::assert_none;

    #[test]
    fn a_planted_clock_is_caught_but_not_in_tests_or_comments() {
        let clock = "fn a() { let t = std::time::SystemTime::now(); }\n// SystemTime::now()\n";
        let test = "#[cfg(test)]\nmod tests { fn a() { let id = Uuid::now_v7(); } }\n";
        let tree = Tree::planted(&[
            ("core/model/src/time.rs", clock),
            ("core/sync/src/id.rs", "use getrandom::fill;\n"),
            ("core/model/src/id.rs", test),
            ("core/app/src/clock.rs", clock),
        ]);
        let found: Vec<String> = check(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("core/model/src/time.rs:1: SystemTime::now in a pure crate"), "{found:?}");
        assert!(found[1].starts_with("core/sync/src/id.rs:1: getrandom"), "{found:?}");
    }

    #[test]
    fn the_pure_crates_are_pure() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
