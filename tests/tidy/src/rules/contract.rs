//! The contract of the server's store stays small: what a second database has to implement fits on a page.

use crate::{Offence, Tree};

/// Where the traits stand that a database implements.
const FILES: &[&str] = &["sync-server/src/store/mod.rs", "sync-server/src/store/cell.rs"];
/// Most functions that they may have together.
const FUNCTIONS_MAX: usize = 25;

/// Counts the functions of the contract's traits.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut count = 0;
    let mut offences = Vec::new();
    for file in tree.files.iter().filter(|file| FILES.contains(&file.path.as_str())) {
        let mut inside = false;
        for (at, line) in file.text.lines().enumerate() {
            inside = line.starts_with("pub trait ") || (inside && line != "}");
            if inside && line.starts_with("    fn ") {
                count += 1;
                if count == FUNCTIONS_MAX + 1 {
                    let cure = "build it on those that are there: a noun's function needs a statement, not a trait";
                    offences.push(Offence::new(
                        &file.path,
                        at + 1,
                        "the store's contract has too many functions",
                        cure,
                    ));
                }
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
    fn a_planted_function_too_many_is_caught() {
        let functions =
            |n: usize| format!("pub trait Store {{\n{}}}\nfn free() {{}}\n", "    fn a(&self);\n".repeat(n));
        let (few, many) = (functions(FUNCTIONS_MAX), functions(FUNCTIONS_MAX + 1));
        assert_none(&check(&Tree::planted(&[("sync-server/src/store/mod.rs", &few)])));
        assert_eq!(check(&Tree::planted(&[("sync-server/src/store/mod.rs", &many)])).len(), 1);
        assert_none(&check(&Tree::planted(&[("core/store/src/lib.rs", &many)])));
    }

    #[test]
    fn the_contract_of_the_store_is_small() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
