//! What a Rust file is made of, as far as the rules ask: functions, test code, inline modules, constants, strings.
//!
//! Owns the little grammar that this takes. Refuses to resolve names. Invariant: a place that it names is a line of the
//! file, and a function's end is the line of its closing brace.

use std::ops::RangeInclusive;

use crate::lexer::{self, Kind, Token};

/// A function and where it stands.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// From `fn` to the closing brace.
    pub lines: RangeInclusive<usize>,
}

/// An inline module (`mod name { … }`).
#[derive(Debug, PartialEq, Eq)]
pub struct InlineModule {
    /// Its name.
    pub name: String,
    /// The line of its name.
    pub line: usize,
    /// Whether it says what it owns, inside or above.
    pub documented: bool,
}

/// A file's tokens and which lines are test code.
#[derive(Debug)]
pub struct Source {
    /// The tokens in their order.
    pub tokens: Vec<Token>,
    /// How many lines the file has.
    pub lines: usize,
    tests: Vec<RangeInclusive<usize>>,
}

impl Source {
    /// Reads a text.
    pub fn read(text: &str) -> Self {
        let tokens = lexer::tokens(text);
        let tests = test_ranges(&tokens);
        Self { tokens, lines: text.lines().count(), tests }
    }

    /// Whether the line stands in an item marked `#[cfg(test)]` or `#[test]`.
    pub fn is_test_line(&self, line: usize) -> bool {
        self.tests.iter().any(|range| range.contains(&line))
    }

    /// How many lines are not test code.
    pub fn lines_outside_tests(&self) -> usize {
        (1..=self.lines).filter(|line| !self.is_test_line(*line)).count()
    }

    /// The functions that have a body.
    pub fn functions(&self) -> Vec<Function> {
        (0..self.tokens.len()).filter_map(|at| self.function_at(at)).collect()
    }

    fn function_at(&self, at: usize) -> Option<Function> {
        let name = self.word(at + 1).filter(|_| self.word(at) == Some("fn"))?;
        let open = item_end(&self.tokens, at).filter(|end| self.sign(*end, '{'))?;
        let close = matching(&self.tokens, open)?;
        Some(Function { name: name.to_owned(), lines: self.tokens[at].line..=self.tokens[close].line })
    }

    /// The modules written inside the file.
    pub fn inline_modules(&self) -> Vec<InlineModule> {
        (0..self.tokens.len())
            .filter(|at| self.word(*at) == Some("mod") && self.sign(at + 2, '{'))
            .filter_map(|at| {
                let name = self.word(at + 1)?.to_owned();
                let inside = self.tokens.get(at + 3).is_some_and(|token| token.kind == Kind::InnerDoc);
                // Back to the end of the item before: what stands between belongs to this module.
                let before = self.tokens[..at].iter().rev();
                let own = before.take_while(|token| !matches!(token.kind, Kind::Sign(';' | '{' | '}')));
                let above = own.into_iter().any(|token| token.kind == Kind::OuterDoc);
                Some(InlineModule { name, line: self.tokens[at].line, documented: inside || above })
            })
            .collect()
    }

    /// The lines on which a path such as `SystemTime::now` is used.
    pub fn uses(&self, path: &[&str]) -> Vec<usize> {
        (0..self.tokens.len()).filter(|at| self.is_path(*at, path)).map(|at| self.tokens[at].line).collect()
    }

    fn is_path(&self, at: usize, path: &[&str]) -> bool {
        path.iter().enumerate().all(|(step, part)| {
            let place = at + 3 * step;
            let joined = step == 0 || (self.sign(place - 1, ':') && self.sign(place - 2, ':'));
            joined && self.word(place) == Some(part)
        })
    }

    /// The lines on which a function or method of this name is called.
    pub fn calls(&self, name: &str) -> Vec<usize> {
        (0..self.tokens.len())
            .filter(|at| self.word(*at) == Some(name) && self.sign(at + 1, '('))
            .filter(|at| *at == 0 || self.word(at - 1) != Some("fn"))
            .map(|at| self.tokens[at].line)
            .collect()
    }

    /// The first arguments of calls of a function, where they are a text or a name, with their lines; a method of that
    /// name is another thing.
    pub fn first_arguments(&self, function: &str) -> Vec<(&str, usize)> {
        (0..self.tokens.len())
            .filter(|at| self.word(*at) == Some(function) && self.sign(at + 1, '('))
            .filter(|at| *at == 0 || (self.word(at - 1) != Some("fn") && !self.sign(at - 1, '.')))
            .filter_map(|at| match &self.tokens.get(at + 2)?.kind {
                Kind::Text(text) | Kind::Word(text) => Some((&**text, self.tokens[at].line)),
                _ => None,
            })
            .collect()
    }

    /// The tokens of an item's body with its braces, such as `enum` `Name`; none where it is not there.
    pub fn item(&self, keyword: &str, name: &str) -> &[Token] {
        let found =
            (0..self.tokens.len()).find(|at| self.word(*at) == Some(keyword) && self.word(at + 1) == Some(name));
        let body = found.and_then(|at| {
            let open = item_end(&self.tokens, at)?;
            Some(open..=matching(&self.tokens, open)?)
        });
        body.map_or(&[], |range| &self.tokens[range])
    }

    /// The constants with their line and the first word of their type.
    pub fn constants(&self) -> Vec<(&str, &str, usize)> {
        (0..self.tokens.len())
            .filter(|at| matches!(self.word(*at), Some("const" | "static")) && self.sign(at + 2, ':'))
            .filter_map(|at| Some((self.word(at + 1)?, self.word(at + 3)?, self.tokens[at].line)))
            .collect()
    }

    /// The strings with their line.
    pub fn strings(&self) -> impl Iterator<Item = (&str, usize)> {
        self.tokens.iter().filter_map(|token| match &token.kind {
            Kind::Text(text) => Some((&**text, token.line)),
            _ => None,
        })
    }

    fn word(&self, at: usize) -> Option<&str> {
        word(&self.tokens, at)
    }

    fn sign(&self, at: usize, sign: char) -> bool {
        is_sign(&self.tokens, at, sign)
    }
}

fn word(tokens: &[Token], at: usize) -> Option<&str> {
    match &tokens.get(at)?.kind {
        Kind::Word(word) => Some(word),
        _ => None,
    }
}

fn is_sign(tokens: &[Token], at: usize, sign: char) -> bool {
    tokens.get(at).is_some_and(|token| token.kind == Kind::Sign(sign))
}

/// The place of the bracket that closes the one at `open`.
fn matching(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            Kind::Sign('{' | '(' | '[') => depth += 1,
            Kind::Sign('}' | ')' | ']') => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The first `{` or `;` of an item that begins at `at`, outside round and square brackets.
fn item_end(tokens: &[Token], at: usize) -> Option<usize> {
    let mut here = at;
    while let Some(token) = tokens.get(here) {
        match token.kind {
            Kind::Sign('{' | ';') => return Some(here),
            Kind::Sign('(' | '[') => here = matching(tokens, here)?,
            Kind::Sign('}') => return None,
            _ => {}
        }
        here += 1;
    }
    None
}

/// The lines of items marked as tests.
fn test_ranges(tokens: &[Token]) -> Vec<RangeInclusive<usize>> {
    let mut ranges = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let attribute = is_sign(tokens, at, '#') && is_sign(tokens, at + 1, '[');
        let Some(close) = attribute.then(|| matching(tokens, at + 1)).flatten() else {
            at += 1;
            continue;
        };
        if marks_a_test(&tokens[at + 2..close])
            && let Some(end) = end_of_marked(tokens, close + 1)
        {
            ranges.push(tokens[at].line..=tokens[end].line);
            at = end;
        }
        at += 1;
    }
    ranges
}

/// Where the item after an attribute ends: its closing brace or semicolon.
fn end_of_marked(tokens: &[Token], mut at: usize) -> Option<usize> {
    while is_sign(tokens, at, '#') && is_sign(tokens, at + 1, '[') {
        at = matching(tokens, at + 1)? + 1;
    }
    let end = item_end(tokens, at)?;
    if is_sign(tokens, end, '{') { matching(tokens, end) } else { Some(end) }
}

/// Whether an attribute's inside is `test`, `x::test`, `cfg(test)` or `cfg(all(test, …))`.
fn marks_a_test(inside: &[Token]) -> bool {
    let words: Vec<&str> = (0..inside.len()).filter_map(|at| word(inside, at)).collect();
    match words.as_slice() {
        ["cfg", "test"] | ["cfg", "all", "test", ..] => true,
        [first, ..] => *first != "cfg" && *first != "cfg_attr" && words.last() == Some(&"test") && inside.len() <= 4,
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "\
//! Head.
pub fn first(
    a: [u8; 2],
) -> u8 {
    let f = |x: u8| { x };
    f(a[0])
}
trait T { fn no_body(&self); fn with_body(&self) -> u8 where Self: Sized { 1 } }
#[cfg(test)]
mod tests {
    #[test]
    fn t() { sleep(1); }
}
#[cfg(not(test))]
fn after() {}
";

    #[test]
    fn functions_are_found_with_their_last_line() {
        let source = Source::read(SAMPLE);
        let found: Vec<(String, RangeInclusive<usize>)> =
            source.functions().into_iter().map(|function| (function.name, function.lines)).collect();
        let expected = [("first", 2..=7), ("with_body", 8..=8), ("t", 12..=12), ("after", 15..=15)]
            .map(|(n, l)| (n.to_owned(), l));
        assert_eq!(found, expected);
    }

    #[test]
    fn test_code_is_told_from_code() {
        let source = Source::read(SAMPLE);
        let marked: Vec<usize> = (1..=source.lines).filter(|line| source.is_test_line(*line)).collect();
        assert_eq!(marked, [9, 10, 11, 12, 13]);
        assert!(Source::read("#[tokio::test]\nasync fn a() {}").is_test_line(2));
        assert!(!Source::read("#[cfg(not(test))]\nfn a() {}").is_test_line(2));
        assert!(Source::read("#[cfg(all(test, unix))]\nmod a {}").is_test_line(2));
    }

    #[test]
    fn paths_calls_and_constants_are_found() {
        let source =
            Source::read("const A_MAX: u32 = 1;\nlet t = std::time::SystemTime::now();\nsleep(t);\nfn sleep() {}");
        assert_eq!(source.uses(&["SystemTime", "now"]), [2]);
        assert_eq!(source.calls("sleep"), [3]);
        assert_eq!(source.constants(), [("A_MAX", "u32", 1)]);
    }

    #[test]
    fn inline_modules_are_asked_for_their_docs() {
        let source = Source::read("mod a { //! Owns a.\n }\nmod b { fn x() {} }\nmod c;");
        let found: Vec<(String, bool)> = source.inline_modules().into_iter().map(|m| (m.name, m.documented)).collect();
        assert_eq!(found, [("a".to_owned(), true), ("b".to_owned(), false)]);
    }
}
