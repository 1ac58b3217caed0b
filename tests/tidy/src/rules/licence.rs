//! What is shipped may be shipped: every dependency's licence is on the list, and some crates are not wanted at all.

use cargo_metadata::Metadata;

use crate::Offence;

/// Licences that an Apache-2.0 program may carry without further duties than naming them.
const ALLOWED: &[&str] = &[
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "MIT",
    "MIT-0",
    "0BSD",
    "BlueOak-1.0.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "Unicode-3.0",
    "Unlicense",
    "WTFPL",
    "Zlib",
    // SQLite's own: a blessing in place of a licence, as it is in the public domain.
    "blessing",
];
/// Crates that do not enter, each with its reason.
const BANNED: &[(&str, &str)] = &[
    ("openssl", "rustls with ring is the one TLS"),
    ("native-tls", "rustls with ring is the one TLS"),
    ("aws-lc-rs", "rustls with ring is the one TLS"),
    ("aws-lc-sys", "rustls with ring is the one TLS"),
    ("sqlx", "it holds rusqlite back"),
    ("diesel", "SQL stands in .sql files"),
];

/// Crates that enter by one other alone, which a phone's build asks for: never by default, never into the server.
const BY_ONE: &[(&str, &str)] = &[("openssl-sys", "libsqlite3-sys"), ("openssl-src", "openssl-sys")];

/// A dependency: its name and its licence as an SPDX expression.
pub type Dependency = (String, Option<String>);

/// Reads all dependencies of this platform.
pub fn dependencies(metadata: &Metadata) -> Vec<Dependency> {
    // Only what is resolved for this platform; the list of packages alone also holds the others.
    let resolved = metadata.resolve.as_ref().map(|resolve| &*resolve.nodes).unwrap_or_default();
    let used = |id| resolved.iter().any(|node| node.id == id);
    let packages = metadata.packages.iter().filter(|package| used(package.id.clone()));
    packages.map(|package| (package.name.to_string(), package.license.clone())).collect()
}

/// Finds banned crates in a lock file, which knows the dependencies of every platform.
pub fn check_lock(lock: &str) -> Vec<Offence> {
    let mut offences = Vec::new();
    for (at, line) in lock.lines().enumerate() {
        let name = line.strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"'));
        if let Some((name, reason)) = BANNED.iter().find(|(banned, _)| Some(*banned) == name) {
            let cure = "see who brings it with `cargo tree --target all -i`";
            offences.push(Offence::new("Cargo.lock", at + 1, format!("{name} is banned: {reason}"), cure));
        }
    }
    offences
}

/// Finds crates that came in by another way than the one that is theirs, or that a build takes along without being asked.
pub fn check_ways(all_features: &Metadata, by_default: &Metadata) -> Vec<Offence> {
    let offence = |what: String| {
        let cure = "the database of phones alone is encrypted; see docs/adr";
        Offence::new("Cargo.lock", 1, what, cure)
    };
    let users = |metadata: &Metadata, name: &str| -> Vec<String> {
        let nodes = metadata.resolve.as_ref().map(|resolve| &*resolve.nodes).unwrap_or_default();
        let uses = nodes.iter().filter(|node| node.deps.iter().any(|dep| metadata[&dep.pkg].name.as_str() == name));
        uses.map(|node| metadata[&node.id].name.to_string()).collect()
    };
    let mut offences = Vec::new();
    for (name, one) in BY_ONE {
        let others = users(all_features, name).into_iter().filter(|user| user != one);
        offences.extend(others.map(|user| offence(format!("{name} comes in by {user}: only {one} may bring it"))));
        let unasked = users(by_default, name).into_iter();
        offences.extend(unasked.map(|user| offence(format!("{name} comes in by {user} without being asked for"))));
    }
    offences
}

/// Finds dependencies whose licence is not on the list.
pub fn check(dependencies: &[Dependency]) -> Vec<Offence> {
    let mut offences = Vec::new();
    for (name, licence) in dependencies {
        let licence = licence.as_deref().unwrap_or("no licence");
        if !is_allowed(licence) {
            let what = format!("{name} is under {licence}");
            offences.push(Offence::new(
                "Cargo.lock",
                1,
                what,
                "choose another crate, or argue for the licence in an ADR",
            ));
        }
    }
    offences
}

/// Whether an SPDX expression can be met from the list: `OR` lets choose, `AND` asks for both.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = &*words;
    any_of(&mut rest) && rest.is_empty()
}

fn any_of(words: &mut &[&str]) -> bool {
    let mut met = all_of(words);
    while let [first, rest @ ..] = *words
        && *first == "OR"
    {
        *words = rest;
        // Both sides are read, whatever the first one said.
        met |= all_of(words);
    }
    met
}

fn all_of(words: &mut &[&str]) -> bool {
    let mut met = one(words);
    while let [first, rest @ ..] = *words
        && *first == "AND"
    {
        *words = rest;
        met &= one(words);
    }
    met
}

fn one(words: &mut &[&str]) -> bool {
    match *words {
        ["(", rest @ ..] => {
            *words = rest;
            let met = any_of(words);
            let closed = words.first() == Some(&")");
            *words = words.get(1..).unwrap_or_default();
            met && closed
        }
        [licence, "WITH", exception, rest @ ..] => {
            *words = rest;
            ALLOWED.contains(&&*format!("{licence} WITH {exception}"))
        }
        [licence, rest @ ..] => {
            *words = rest;
            ALLOWED.contains(licence)
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata;
    use crate::offence::assert_none;

    #[test]
    fn expressions_are_read() {
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "MIT/Apache-2.0",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "GPL-2.0 OR Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(is_allowed(good), "{good}");
        }
        for bad in ["GPL-3.0-only", "MIT AND GPL-3.0", "(MIT OR ISC) AND AGPL-3.0", "no licence", "", "(MIT"] {
            assert!(!is_allowed(bad), "{bad}");
        }
    }

    #[test]
    fn planted_dependencies_are_caught() {
        let mit = Some("MIT".to_owned());
        let planted = [
            ("fine".to_owned(), mit.clone()),
            ("fine_too".to_owned(), mit),
            ("copyleft".to_owned(), Some("GPL-3.0-or-later".to_owned())),
            ("unlicensed".to_owned(), None),
        ];
        assert_eq!(check(&planted).len(), 2);
        let lock = "[[package]]\nname = \"openssl\"\n[[package]]\nname = \"ring\"\n";
        let found: Vec<usize> = check_lock(lock).into_iter().map(|offence| offence.line).collect();
        assert_eq!(found, [2]);
    }

    #[test]
    fn every_dependency_may_enter() {
        let dependencies = dependencies(&metadata::read().unwrap());
        assert!(dependencies.len() > 50, "cargo told only {} dependencies", dependencies.len());
        assert_none(&check(&dependencies));
        let lock = std::fs::read_to_string(crate::tree::root().join("Cargo.lock")).unwrap();
        assert!(lock.contains("name = \"ring\""), "the lock file is read wrongly");
        assert_none(&check_lock(&lock));
    }

    #[test]
    fn only_an_encrypted_database_brings_openssl() {
        let (all, default) = (metadata::read().unwrap(), metadata::read_default().unwrap());
        assert_none(&check_ways(&all, &default));
        assert!(!check_ways(&all, &all).is_empty(), "a build that takes it along unasked is not caught");
    }
}
