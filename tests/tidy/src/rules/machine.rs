//! What is committed is true on every machine: no path of one, no host of a package registry or its mirror.

use crate::{Offence, Tree};

/// Written in two halves, so that this file does not catch itself.
const FORBIDDEN: &[(&str, &str)] = &[
    ("/wo", "rk/"),
    ("/ro", "ot/"),
    ("/Us", "ers/"),
    ("/ho", "me/"),
    ("C:\\Us", "ers"),
    ("static.cra", "tes.io"),
    ("index.cra", "tes.io"),
    ("registry.np", "mjs"),
    ("registry.npm", "mirror"),
    ("py", "pi.org"),
    ("pythonho", "sted.org"),
    ("repo.ma", "ven"),
    ("repo1.ma", "ven"),
    ("deb.deb", "ian.org"),
    ("archive.ubu", "ntu.com"),
    ("proxy.gol", "ang"),
    ("rspr", "oxy.cn"),
];

/// Finds paths of a machine and hosts of registries.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let forbidden: Vec<String> = FORBIDDEN.iter().map(|(head, tail)| format!("{head}{tail}")).collect();
    let mut offences = Vec::new();
    for file in &tree.files {
        for (at, line) in file.text.lines().enumerate() {
            for part in forbidden.iter().filter(|part| holds(line, part)) {
                let what = format!("{part} is of one machine or registry");
                offences.push(Offence::new(
                    &file.path,
                    at + 1,
                    what,
                    "say it relative to the project, or leave it out",
                ));
            }
        }
    }
    offences
}

/// Whether a line holds the part; a path only where it begins, so that `core/work/` is no offence. The rows of a list
/// stand, by the ODK XForms specification, in elements that read like a path of a machine.
fn holds(line: &str, part: &str) -> bool {
    let rows = format!("{}{}item", "/ro", "ot/");
    let begins = |at: usize| {
        let before = line[..at].chars().next_back();
        let alone = before.is_none_or(|letter| !letter.is_alphanumeric() && !"-_.}".contains(letter));
        !line[at..].starts_with(&rows) && (!part.starts_with('/') || alone)
    };
    line.match_indices(part).any(|(at, _)| begins(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offence::assert_none;

    #[test]
    fn planted_paths_and_hosts_are_caught() {
        let path = format!("see {}{}x", "/ro", "ot/");
        let host = format!("npm --registry https://{}{}.org", "registry.np", "mjs");
        let tree = Tree::planted(&[
            ("docs/a.md", &path),
            ("Makefile", &host),
            ("docs/b.md", "core/work/x and /works/ are fine"),
            ("docs/c.md", &format!("instance('town'){}{}item[name='a']", "/ro", "ot/")),
        ]);
        let found: Vec<String> = check(&tree).into_iter().map(|offence| offence.path).collect();
        assert_eq!(found, ["docs/a.md", "Makefile"]);
    }

    #[test]
    fn the_project_speaks_of_no_machine() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
