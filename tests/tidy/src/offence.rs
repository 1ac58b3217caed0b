//! What a rule found: where, what, and what to do about it.
//!
//! Owns the wording of a message. Invariant: a message can be clicked (`path:line`) and says how the offence is cured.

use std::fmt;

/// One broken rule at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offence {
    /// Path below the project's folder.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub cure: &'static str,
}

impl Offence {
    /// Names an offence.
    pub fn new(path: &str, line: usize, what: impl Into<String>, cure: &'static str) -> Self {
        Self { path: path.to_owned(), line, what: what.into(), cure }
    }
}

impl fmt::Display for Offence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}; {}", self.path, self.line, self.what, self.cure)
    }
}

/// Fails the running test with one line for each offence.
#[cfg(test)]
pub fn assert_none(offences: &[Offence]) {
    let listed: Vec<String> = offences.iter().map(ToString::to_string).collect();
    assert!(offences.is_empty(), "\n{}\n", listed.join("\n"));
}
