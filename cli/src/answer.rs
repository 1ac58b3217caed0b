//! An answer: what a verb has to say, for people and for programs.

use serde::Serialize;
use serde_json::Value as Json;

/// What a verb has to say.
pub struct Answer {
    /// For people.
    pub text: String,
    /// For programs.
    pub json: Json,
    /// The exit code; 0 unless something is left to do.
    pub exit: u8,
}

impl Answer {
    /// Both forms of one thing.
    pub fn new(text: impl Into<String>, model: &impl Serialize) -> Self {
        Self { text: text.into(), json: serde_json::to_value(model).unwrap_or(Json::Null), exit: 0 }
    }
}
