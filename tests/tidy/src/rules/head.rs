//! Every module opens with `//!`: what it owns, what it refuses to know, its invariant.

use crate::lexer::Kind;
use crate::{Offence, Tree};

const CURE: &str = "open it with `//!`: what it owns, what it refuses to know, its invariant";
/// A head shorter than this says nothing.
const LETTERS: usize = 20;

/// Finds modules that do not say what they are.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for (file, source) in tree.rust() {
        if source.tokens.first().is_none_or(|token| token.kind != Kind::InnerDoc) {
            offences.push(Offence::new(&file.path, 1, "the module has no head", CURE));
        } else if head_letters(&file.text) < LETTERS {
            offences.push(Offence::new(&file.path, 1, "the module's head says nothing", CURE));
        }
        for module in source.inline_modules() {
            if !module.documented && !file.is_test_line(module.line) {
                let what = format!("mod {} has no head", module.name);
                offences.push(Offence::new(&file.path, module.line, what, CURE));
            }
        }
    }
    offences
}

fn head_letters(text: &str) -> usize {
    text.lines().take_while(|line| line.starts_with("//!")).map(|line| line.len() - "//!".len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offence::assert_none;

    #[test]
    fn planted_modules_without_a_head_are_caught() {
        let head = "//! Owns the doors of a building.\n";
        let tree = Tree::planted(&[
            ("cli/src/good.rs", &format!("{head}#[cfg(test)]\nmod tests {{}}\n")),
            ("cli/src/none.rs", "// A comment.\nuse a;\n"),
            ("cli/src/short.rs", "//! Placeholder.\n"),
            ("cli/src/inline.rs", &format!("{head}/// Opens.\nfn a() {{}}\nmod b {{ fn c() {{}} }}\n")),
        ]);
        let found: Vec<(String, usize)> =
            check(&tree).into_iter().map(|offence| (offence.path, offence.line)).collect();
        let expected = [("cli/src/none.rs", 1), ("cli/src/short.rs", 1), ("cli/src/inline.rs", 4)];
        assert_eq!(found, expected.map(|(path, line)| (path.to_owned(), line)));
    }

    #[test]
    fn every_module_of_the_project_has_a_head() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
