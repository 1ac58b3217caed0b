//! Every decoder of bytes has a door at which it is besieged with spoiled input.
//!
//! Owns what counts as a decoder: a public function of core or server that begins with bytes and may refuse them. Refuses to
//! know what the doors do. Invariant: a decoder that no door names stands in the list of exceptions, with its reason.

use crate::{Offence, Tree};

/// What decoders are called, or what their names begin with.
const NAMES: [&str; 6] = ["read", "decode", "open", "unpack", "parse", "from_bytes"];
/// Where the doors stand.
const DOORS: &str = "tests/fuzz/src/doors/";
/// Decoders without a door of their own: file, function, why.
const WITHOUT: &[(&str, &str, &str)] = &[
    ("core/model/src/change_codec.rs", "read_change", "behind `SealedChange::open`, which has one"),
    ("sync-server/src/journal_codec.rs", "read_change", "rows of the server's own journal, chained"),
    ("sync-server/src/journal_codec.rs", "read_carried", "rows of the server's own journal, chained"),
    ("sync-server/src/journal_codec.rs", "read_erased", "behind `list::is_line`, which has one"),
    ("sync-server/src/appraisal/locked.rs", "read", "a document of the server's own database"),
    ("sync-server/src/admin/unit_table.rs", "read_sheet", "behind `UnitTable::read`, which has one"),
    ("core/sync/src/seal.rs", "open", "behind bundles and hand-overs, which have some"),
];
const CURE: &str = "give it a door in tests/fuzz/src/doors, or a reason in tests/tidy/src/rules/doors.rs";

/// Finds decoders without a door.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let besieged: String =
        tree.files.iter().filter(|file| file.path.starts_with(DOORS)).map(|file| file.text.as_str()).collect();
    let mut offences = Vec::new();
    let product = |path: &str| path.starts_with("core/") || path.starts_with("sync-server/");
    for file in tree.files.iter().filter(|file| file.ends_in("rs") && product(&file.path) && !file.is_test()) {
        for (line, text) in (1..).zip(file.text.lines()).filter(|(line, _)| !file.is_test_line(*line)) {
            let Some(name) = decoder(text) else { continue };
            let excused = WITHOUT.iter().any(|(path, function, _)| *path == file.path && *function == name);
            if !excused && !is_named(&besieged, file.stem(), name) {
                offences.push(Offence::new(&file.path, line, format!("{name} has no door"), CURE));
            }
        }
    }
    offences
}

/// The name of the decoder that a line begins.
fn decoder(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("pub fn ")?;
    let (name, arguments) = rest.split_once('(')?;
    let (_, first) = arguments.split_once(": ")?;
    let named =
        NAMES.iter().any(|begins| name.strip_prefix(begins).is_some_and(|n| n.is_empty() || n.starts_with('_')));
    let refuses = line.contains("-> Result<") || line.contains("-> Option<");
    (named && refuses && first.starts_with("&[u8]")).then_some(name)
}

/// Whether the doors call a function by its name, with the module or a type of its module before a name that says little.
fn is_named(doors: &str, stem: &str, name: &str) -> bool {
    let calls = |text: &str| doors.contains(&format!("{text}("));
    let kind: String = stem.split('_').map(|part| part[..1].to_uppercase() + &part[1..]).collect();
    calls(&format!("{stem}::{name}")) || calls(&format!("{kind}::{name}")) || (name.contains('_') && calls(name)) || {
        let typed = doors.match_indices(&format!("::{name}(")).any(|(at, _)| {
            let before = &doors[..at];
            let from = before.rfind(|c: char| !c.is_alphanumeric()).map_or(0, |at| at + 1);
            before[from..].starts_with(char::is_uppercase) && before[from..].contains(&kind)
        });
        typed || SAID_OTHERWISE.iter().any(|(of, how)| *of == stem && doors.contains(how))
    }
}

/// Decoders whose module and type are called differently: the module, how a door calls it.
const SAID_OTHERWISE: &[(&str, &str)] = &[
    ("wire", "FormDefinition::decode("),
    ("reader", "xform::read("),
    ("change", "SealedChange::open("),
    ("edition", "read_edition("),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offence::assert_none;

    #[test]
    fn a_decoder_without_a_door_is_caught() {
        let decoder = |name: &str| {
            format!("impl A {{\n    pub fn {name}(bytes: &[u8]) -> Result<Self, Malformed> {{\n    }}\n}}\n")
        };
        let tree = Tree::planted(&[
            ("core/sync/src/frame_codec.rs", &decoder("read_frame")),
            ("core/sync/src/part.rs", &decoder("read")),
            ("core/sync/src/piece.rs", &decoder("read")),
            ("core/sync/src/told_codec.rs", &decoder("read_told")),
            ("core/sync/src/ready.rs", &decoder("readiness")),
            ("tests/fuzz/src/doors/file.rs", "fn a() { read_frame(b); Part::read(b); }\n"),
        ]);
        let found: Vec<String> = check(&tree).into_iter().map(|offence| offence.path).collect();
        assert_eq!(found, ["core/sync/src/piece.rs", "core/sync/src/told_codec.rs"]);
    }

    #[test]
    fn every_exception_is_a_decoder() {
        let tree = Tree::read().unwrap();
        for (path, function, _) in WITHOUT {
            let file = tree.files.iter().find(|file| file.path == *path);
            let stands = file.is_some_and(|file| file.text.lines().any(|line| decoder(line) == Some(function)));
            assert!(stands, "{path} has no {function}");
        }
    }

    #[test]
    fn every_decoder_has_a_door() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
