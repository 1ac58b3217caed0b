//! Dependencies between the crates point one way. The table is the drawing of ARCHITECTURE.md; cargo says what is true.

use cargo_metadata::{DependencyKind, Metadata};

use crate::Offence;

/// Each crate and the crates of the workspace that it may use.
const ARROWS: &[(&str, &[&str])] = &[
    ("gridwalk-model", &[]),
    ("gridwalk-forms", &["gridwalk-model"]),
    ("gridwalk-store", &["gridwalk-model"]),
    ("gridwalk-sync", &["gridwalk-model"]),
    ("gridwalk-app", &["gridwalk-model", "gridwalk-forms", "gridwalk-store", "gridwalk-sync"]),
    ("gridwalk-command-line", &[]),
    ("gridwalk-cli", &["gridwalk-model", "gridwalk-forms", "gridwalk-app", "gridwalk-command-line"]),
    ("gridwalk-server", &["gridwalk-model", "gridwalk-sync", "gridwalk-command-line"]),
    ("gridwalk-demo", &["gridwalk-model", "gridwalk-sync", "gridwalk-app", "gridwalk-server"]),
    ("gridwalk-sim", &["gridwalk-model", "gridwalk-store", "gridwalk-sync", "gridwalk-app", "gridwalk-server"]),
    ("gridwalk-bench", &["gridwalk-model", "gridwalk-store", "gridwalk-sync", "gridwalk-app", "gridwalk-server"]),
    ("gridwalk-crash", &["gridwalk-model", "gridwalk-store", "gridwalk-app", "gridwalk-server", "gridwalk-sim"]),
    (
        "gridwalk-fuzz",
        &["gridwalk-model", "gridwalk-forms", "gridwalk-sync", "gridwalk-app", "gridwalk-server", "gridwalk-sim"],
    ),
    ("gridwalk-tidy", &[]),
    (
        "xtask",
        &[
            "gridwalk-model",
            "gridwalk-forms",
            "gridwalk-store",
            "gridwalk-sync",
            "gridwalk-app",
            "gridwalk-server",
            "gridwalk-sim",
            "gridwalk-tidy",
        ],
    ),
];
/// What a crate's tests may use besides: two real programs that talk to each other.
const TEST_ARROWS: &[(&str, &[&str])] =
    &[("gridwalk-app", &["gridwalk-server", "axum"]), ("gridwalk-cli", &["gridwalk-server"])];
/// Crates that may enter only some rooms.
const ROOMS: &[(&str, &[&str])] = &[
    ("rusqlite", &["gridwalk-store", "gridwalk-server", "gridwalk-bench", "gridwalk-crash"]),
    ("refinery", &["gridwalk-store", "gridwalk-server"]),
    ("axum", &["gridwalk-server", "gridwalk-sim"]),
    ("reqwest", &["gridwalk-app", "gridwalk-server"]),
    ("getrandom", &["gridwalk-app", "gridwalk-server", "gridwalk-cli", "xtask"]),
];

/// One dependency as cargo tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The crate that uses.
    pub own: String,
    /// The crate that is used.
    pub other: String,
    /// Whether only its tests use it.
    pub for_tests: bool,
}

/// Reads the direct dependencies of the workspace's crates.
pub fn edges(metadata: &Metadata) -> Vec<Edge> {
    let packages = metadata.workspace_packages();
    let of = |package: &cargo_metadata::Package| {
        let edge = |other: &cargo_metadata::Dependency| Edge {
            own: package.name.to_string(),
            other: other.name.clone(),
            for_tests: other.kind == DependencyKind::Development,
        };
        package.dependencies.iter().map(edge).collect::<Vec<Edge>>()
    };
    packages.into_iter().flat_map(of).collect()
}

/// Finds arrows that point the wrong way and crates in the wrong room. `crates` are the names of the workspace.
pub fn check(crates: &[String], edges: &[Edge]) -> Vec<Offence> {
    let mut offences = Vec::new();
    let allowed = |name: &str| ARROWS.iter().find(|(own, _)| *own == name).map(|(_, others)| *others);
    for name in crates.iter().filter(|name| allowed(name).is_none()) {
        let what = format!("{name} has no row in the table of arrows");
        offences.push(Offence::new(
            "Cargo.toml",
            1,
            what,
            "add it to tests/tidy/src/rules/arrow.rs and ARCHITECTURE.md",
        ));
    }
    for Edge { own, other, for_tests } in edges {
        let manifest = format!("{own}'s Cargo.toml");
        let tested = *for_tests && TEST_ARROWS.iter().any(|(name, others)| name == own && others.contains(&&**other));
        let wrong_way =
            crates.contains(other) && allowed(own).is_some_and(|others| !others.contains(&&**other)) && !tested;
        if wrong_way {
            let what = format!("{own} uses {other}");
            offences.push(Offence::new(&manifest, 1, what, "the arrow points the other way (ARCHITECTURE.md)"));
        }
        let room = ROOMS.iter().find(|(name, _)| name == other);
        if room.is_some_and(|(_, owners)| !owners.contains(&&**own)) && !tested {
            let what = format!("{own} uses {other}");
            offences.push(Offence::new(&manifest, 1, what, "only the crates listed in rules/arrow.rs may"));
        }
    }
    offences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata;
    use crate::offence::assert_none;

    fn edge(own: &str, other: &str) -> Edge {
        Edge { own: own.to_owned(), other: other.to_owned(), for_tests: false }
    }

    #[test]
    fn planted_arrows_are_caught() {
        let crates: Vec<String> = ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
        let good = [edge("gridwalk-app", "gridwalk-store"), edge("gridwalk-store", "rusqlite")];
        assert_none(&check(&crates, &good));
        for bad in [
            edge("gridwalk-server", "gridwalk-app"),
            edge("gridwalk-server", "gridwalk-store"),
            edge("gridwalk-model", "gridwalk-sync"),
            edge("gridwalk-app", "rusqlite"),
        ] {
            assert_eq!(check(&crates, std::slice::from_ref(&bad)).len(), 1, "{bad:?}");
        }
        assert_eq!(check(&["gridwalk-new".to_owned()], &[]).len(), 1);
        let program = edge("gridwalk-cli", "gridwalk-server");
        assert_eq!(check(&crates, std::slice::from_ref(&program)).len(), 1);
        assert_none(&check(&crates, &[Edge { for_tests: true, ..program }]));
    }

    #[test]
    fn the_arrows_of_the_workspace_point_one_way() {
        let metadata = metadata::read().unwrap();
        let crates: Vec<String> =
            metadata.workspace_packages().iter().map(|package| package.name.to_string()).collect();
        let edges = edges(&metadata);
        assert!(edges.contains(&edge("gridwalk-app", "gridwalk-model")), "cargo told no arrows");
        assert_none(&check(&crates, &edges));
    }
}
