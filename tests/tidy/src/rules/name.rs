//! A file is named after what it owns; some names own nothing.

use crate::{Offence, Tree};

/// Names that say nothing, whole or as a part between `_` and `-`.
const EMPTY: &[&str] = &["util", "utils", "helper", "helpers", "misc", "manager", "impl2"];
/// Names that say nothing when they stand alone.
const EMPTY_ALONE: &[&str] = &["common", "base"];
const CURE: &str = "name it after the thing of the field that it owns (GLOSSARY.md)";

/// Finds files and folders with empty names.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let named_badly = |path: &str| path.split('/').any(|part| is_empty_name(part.split('.').next().unwrap_or(part)));
    let bad = tree.files.iter().filter(|file| named_badly(&file.path));
    bad.map(|file| Offence::new(&file.path, 1, "the name says nothing", CURE)).collect()
}

fn is_empty_name(name: &str) -> bool {
    EMPTY_ALONE.contains(&name) || name.split(['_', '-']).any(|part| EMPTY.contains(&part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offence::assert_none;

    #[test]
    fn planted_names_are_caught() {
        let paths = [
            "cli/src/utils.rs",
            "cli/src/sync_manager.rs",
            "core/common/src/lib.rs",
            "docs/misc.md",
            "core/store/src/database.rs",
            "docs/baseline.md",
        ];
        let tree = Tree::planted(&paths.map(|path| (path, "")));
        let found: Vec<String> = check(&tree).into_iter().map(|offence| offence.path).collect();
        assert_eq!(found, &paths[..4]);
    }

    #[test]
    fn every_name_says_something() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
