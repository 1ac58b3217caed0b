//! No file over 500 lines, no function over 70: a reader holds them in the head. Tests are excepted.

use crate::{Offence, Tree};

const FILE_LINES: usize = 500;
const FUNCTION_LINES: usize = 70;

/// Finds files and functions that are too long.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for (file, source) in tree.rust().filter(|(file, _)| !file.is_test()) {
        let lines = source.lines_outside_tests();
        if lines > FILE_LINES {
            let what = format!("{lines} lines outside tests, {FILE_LINES} are allowed");
            offences.push(Offence::new(&file.path, 1, what, "cut the file along a seam"));
        }
        for function in source.functions() {
            let lines = function.lines.end() - function.lines.start() + 1;
            if lines > FUNCTION_LINES && !source.is_test_line(*function.lines.start()) {
                let what = format!("fn {} has {lines} lines, {FUNCTION_LINES} are allowed", function.name);
                offences.push(Offence::new(
                    &file.path,
                    *function.lines.start(),
                    what,
                    "push its loops or branches down",
                ));
            }
        }
    }
    offences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offence::assert_none;

    fn function(lines: usize) -> String {
        format!("fn long() {{\n{}}}\n", "    act();\n".repeat(lines - 2))
    }

    #[test]
    fn a_planted_long_function_and_file_are_caught() {
        let (fits, long) = (function(FUNCTION_LINES), function(FUNCTION_LINES + 1));
        let test = format!("#[cfg(test)]\nmod tests {{\n{}\n}}\n", function(900));
        let many = "use a;\n".repeat(FILE_LINES + 1);
        let tree = Tree::planted(&[
            ("cli/src/fits.rs", &fits),
            ("cli/src/long.rs", &long),
            ("cli/src/test_code.rs", &test),
            ("cli/tests/a.rs", &many),
            ("cli/src/many.rs", &many),
        ]);
        let found: Vec<String> = check(&tree).into_iter().map(|offence| offence.path).collect();
        assert_eq!(found, ["cli/src/long.rs", "cli/src/many.rs"]);
    }

    #[test]
    fn the_project_keeps_its_sizes() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
