//! Dependencies between the crates point one way. The table is the drawing of ARCHITECTURE.md; cargo says what is true.

use cargo_metadata::Metadata;

use crate::Offence;

/// Each crate and the crates of the workspace that it may use, for its code and for its tests.
const ARROWS: &[(&str, &[&str])] = &[
    ("gridwalk-model", &[]),
    ("gridwalk-store", &["gridwalk-model"]),
    ("gridwalk-sync", &["gridwalk-model"]),
    ("gridwalk-app", &["gridwalk-model", "gridwalk-store", "gridwalk-sync"]),
    ("gridwalk-cli", &["gridwalk-model", "gridwalk-app"]),
    ("gridwalk-server", &["gridwalk-model", "gridwalk-sync"]),
    ("gridwalk-sim", &["gridwalk-model", "gridwalk-store", "gridwalk-sync", "gridwalk-app", "gridwalk-server"]),
    ("gridwalk-tidy", &[]),
    (
        "xtask",
        &["gridwalk-model", "gridwalk-store", "gridwalk-sync", "gridwalk-app", "gridwalk-server", "gridwalk-sim"],
    ),
];
/// Crates that may enter only some rooms.
const ROOMS: &[(&str, &[&str])] = &[
    ("rusqlite", &["gridwalk-store", "gridwalk-server"]),
    ("refinery", &["gridwalk-store", "gridwalk-server"]),
    ("axum", &["gridwalk-server", "gridwalk-sim"]),
    ("reqwest", &["gridwalk-app"]),
    ("getrandom", &["gridwalk-app", "gridwalk-server", "gridwalk-cli", "xtask"]),
];

/// One dependency as cargo tells it: who, on whom.
pub type Edge = (String, String);

/// Reads the direct dependencies of the workspace's crates.
pub fn edges(metadata: &Metadata) -> Vec<Edge> {
    let packages = metadata.workspace_packages();
    let of = |package: &cargo_metadata::Package| {
        let own = package.name.to_string();
        package.dependencies.iter().map(move |other| (own.clone(), other.name.clone())).collect::<Vec<Edge>>()
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
    for (own, other) in edges {
        let manifest = format!("{own}'s Cargo.toml");
        let wrong_way = crates.contains(other) && allowed(own).is_some_and(|others| !others.contains(&&**other));
        if wrong_way {
            let what = format!("{own} uses {other}");
            offences.push(Offence::new(&manifest, 1, what, "the arrow points the other way (ARCHITECTURE.md)"));
        }
        let room = ROOMS.iter().find(|(name, _)| name == other);
        if room.is_some_and(|(_, owners)| !owners.contains(&&**own)) {
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
        (own.to_owned(), other.to_owned())
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
