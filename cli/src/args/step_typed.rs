//! What was typed for a step: by the names of its answers.
//!
//! Owns the way from arguments to answers. Refuses to read them: their shapes are the table's. Invariant: what was not typed
//! is no answer.

use super::Shortcut;
use std::path::Path;

/// A step as it was typed.
pub struct Typed<'a> {
    /// The case.
    pub record: &'a str,
    /// The step's code.
    pub code: &'static str,
    /// What was typed for each answer.
    pub answers: Vec<String>,
    /// A text for whichever the step asks for.
    pub short: Option<&'a str>,
    /// A picture that the step rests on.
    pub picture: Option<&'a Path>,
}

impl<'a> Typed<'a> {
    /// Nothing but the case.
    pub fn of(code: &'static str, record: &'a str) -> Self {
        Self { record, code, answers: Vec::new(), short: None, picture: None }
    }

    /// A step that asks for one text at most.
    pub fn short(code: &'static str, args: &'a Shortcut) -> Self {
        Self { short: args.note.as_deref(), ..Self::of(code, &args.record) }
    }

    /// With that answer, if it was typed.
    #[must_use]
    pub fn with(mut self, name: &str, typed: Option<&str>) -> Self {
        self.answers.extend(typed.iter().map(|text| format!("{name}={text}")));
        self
    }

    /// On that picture, if one was named.
    #[must_use]
    pub const fn picture(mut self, file: Option<&'a Path>) -> Self {
        self.picture = file;
        self
    }
}
