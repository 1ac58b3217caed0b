//! No test sleeps: time is injected, and what must be waited for is awaited.

use crate::{Offence, Tree};

const CURE: &str = "inject the clock, or await the event itself";

/// Finds sleeping tests.
pub fn check(tree: &Tree) -> Vec<Offence> {
    let mut offences = Vec::new();
    for (file, source) in tree.rust() {
        for line in source.calls("sleep") {
            if file.is_test_line(line) || file.path.starts_with("tests/") {
                offences.push(Offence::new(&file.path, line, "a test sleeps", CURE));
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
    fn a_planted_sleep_is_caught() {
        let call = "fn a() { std::thread::sleep(d); }\n";
        let test = format!("#[cfg(test)]\nmod tests {{\n{call}}}\n");
        let tree = Tree::planted(&[
            ("core/app/src/back_off.rs", call),
            ("core/app/src/worker.rs", &test),
            ("tests/sim/src/phone.rs", call),
            ("cli/tests/two_phones.rs", "async fn a() { sleep(d).await; }\n"),
        ]);
        let found: Vec<(String, usize)> =
            check(&tree).into_iter().map(|offence| (offence.path, offence.line)).collect();
        let expected = [("core/app/src/worker.rs", 3), ("tests/sim/src/phone.rs", 1), ("cli/tests/two_phones.rs", 1)];
        assert_eq!(found, expected.map(|(path, line)| (path.to_owned(), line)));
    }

    #[test]
    fn no_test_of_the_project_sleeps() {
        assert_none(&check(&Tree::read().unwrap()));
    }
}
