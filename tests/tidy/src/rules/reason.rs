//! One place for versions, and a reason beside each dependency.

use crate::{Offence, Tree};

/// Finds dependencies without a reason, and versions that stand outside the workspace's table.
pub fn check(tree: &Tree) -> Vec<Offence> {
    tree.files
        .iter()
        .filter(|file| file.path.ends_with("Cargo.toml"))
        .flat_map(|file| manifest(&file.path, &file.text))
        .collect()
}

fn manifest(path: &str, text: &str) -> Vec<Offence> {
    let mut offences = Vec::new();
    let mut table = "";
    let mut above = "";
    for (at, line) in text.lines().enumerate() {
        if line.starts_with('[') {
            table = line.trim();
        } else if is_entry(line) && table == "[workspace.dependencies]" {
            let own = line.contains("path = \"");
            if !own && !reasoned(line) && !above.starts_with('#') {
                offences.push(Offence::new(
                    path,
                    at + 1,
                    format!("{} has no reason", key(line)),
                    "write `# why` beside it",
                ));
            }
        } else if is_entry(line) && is_member_table(table) && !line.contains("workspace = true") {
            let what = format!("{} does not take the workspace's version", key(line));
            offences.push(Offence::new(path, at + 1, what, "list it in [workspace.dependencies] with its reason"));
        }
        above = line.trim();
    }
    offences
}

fn is_entry(line: &str) -> bool {
    line.contains('=') && line.starts_with(|letter: char| letter.is_alphanumeric())
}

fn is_member_table(table: &str) -> bool {
    let inside = table.trim_matches(['[', ']']);
    !inside.starts_with("workspace") && inside.ends_with("dependencies")
}

fn key(line: &str) -> &str {
    line.split(['=', '.']).next().unwrap_or(line).trim()
}

/// Whether a comment of at least two words follows the value; a `#` inside quotes is none.
fn reasoned(line: &str) -> bool {
    let mut in_text = false;
    let comment = line.find(|letter| {
        in_text ^= letter == '"';
        letter == '#' && !in_text
    });
    comment.is_some_and(|at| line[at + 1..].split_whitespace().count() >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offence::assert_none;

    #[test]
    fn planted_dependencies_without_reason_or_with_own_version_are_caught() {
        let top = "[workspace.dependencies]\nmodel = { path = \"core/model\" }\na = \"1\"  # draws the bar\nb = \"1\"\n\
                   # reads the tables\nc = \"1\"\nd = { version = \"1#x\" }\n[profile.dev]\ndebug = true\n";
        let crate_ = "[dependencies]\na.workspace = true\nb = { workspace = true, features = [] }\nc = \"2\"\n\
                      [dev-dependencies]\nd = \"3\"\n";
        let crate_ = crate_.replace("a.workspace = true", "a.workspace = true # x y");
        let tree = Tree::planted(&[("Cargo.toml", top), ("cli/Cargo.toml", &crate_)]);
        let found: Vec<(String, usize)> =
            check(&tree).into_iter().map(|offence| (offence.path, offence.line)).collect();
        let expected = [("Cargo.toml", 4), ("Cargo.toml", 7), ("cli/Cargo.toml", 4), ("cli/Cargo.toml", 6)];
        assert_eq!(found, expected.map(|(path, line)| (path.to_owned(), line)));
    }

    #[test]
    fn every_dependency_has_its_reason() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
