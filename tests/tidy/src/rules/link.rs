//! A link in a document leads somewhere: to a file or folder of the project that is there.

use std::path::{Component, Path};

use crate::{Offence, Tree};

/// Finds relative links of Markdown files that lead nowhere.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for file in tree.files.iter().filter(|file| file.ends_in("md")) {
        for (at, line) in file.text.lines().enumerate() {
            for target in targets(line).filter(|target| !is_outside(target)) {
                let path = resolve(&file.path, target);
                let is_there = tree.files.iter().any(|other| {
                    other.path == path || other.path.strip_prefix(&*path).is_some_and(|rest| rest.starts_with('/'))
                });
                if !is_there {
                    let what = format!("the link leads to {path}, which is not there");
                    offences.push(Offence::new(&file.path, at + 1, what, "mend the path or write the file"));
                }
            }
        }
    }
    offences
}

/// What stands in the round brackets of `[text](target)`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

fn is_outside(target: &str) -> bool {
    target.contains("://") || target.starts_with('#') || target.starts_with("mailto:")
}

/// The path that a link means, seen from the document that holds it; without its `#place`.
fn resolve(from: &str, target: &str) -> String {
    let target = target.split('#').next().unwrap_or(target);
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in Path::new(target).components() {
        match part {
            Component::ParentDir => drop(parts.pop()),
            Component::Normal(name) => parts.extend(name.to_str()),
            _ => {}
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offence::assert_none;

    #[test]
    fn planted_links_that_lead_nowhere_are_caught() {
        let links =
            "[a](../README.md#top) [b](users) [c](https://example.org) [d](#here)\n[e](gone.md)\n[f](../../x.md)\n";
        let tree = Tree::planted(&[("README.md", ""), ("docs/a.md", links), ("docs/users/b.md", "[up](../a.md)")]);
        let found: Vec<usize> = check(&tree).into_iter().map(|offence| offence.line).collect();
        assert_eq!(found, [2, 3]);
    }

    #[test]
    fn every_link_leads_somewhere() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
