//! All limits stand in one file a side, so that they can be read together.

use crate::{Offence, Tree};

/// The files of limits.
const HOMES: &[&str] = &["core/model/src/limits.rs", "sync-server/src/limits.rs"];
const NUMBERS: &[&str] =
    &["u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64", "Duration"];
const CURE: &str = "move it to core/model/src/limits.rs (or the server's own limits.rs)";

/// Finds limits that stand elsewhere.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    let product = |path: &str| !path.starts_with("tests/") && !path.starts_with("xtask/");
    for (file, source) in tree.rust().filter(|(file, _)| product(&file.path) && !HOMES.contains(&&*file.path)) {
        for (name, kind, line) in source.constants() {
            let is_limit = name.split('_').any(|part| matches!(part, "MAX" | "LIMIT" | "LIMITS"));
            if is_limit && NUMBERS.contains(&kind) && !file.is_test_line(line) {
                offences.push(Offence::new(&file.path, line, format!("the limit {name} stands alone"), CURE));
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
    fn a_planted_limit_is_caught() {
        let limit = "pub const FRAME_BYTES_MAX: usize = 1;\n";
        let tree = Tree::planted(&[
            ("core/model/src/limits.rs", limit),
            ("core/sync/src/frame.rs", limit),
            ("core/sync/src/names.rs", "const MAX_NAME: &str = \"a\";\nconst MAXIMAL: u8 = 1;\n"),
        ]);
        let found: Vec<String> = check(&tree).into_iter().map(|offence| offence.path).collect();
        assert_eq!(found, ["core/sync/src/frame.rs"]);
    }

    #[test]
    fn the_limits_stand_together() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
