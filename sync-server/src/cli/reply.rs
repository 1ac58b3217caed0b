//! What a verb says: sentences for people, one object for programs.
//!
//! Owns the way from an error's code to its sentence. Refuses to know verbs. Invariant: each failure has a stable code
//! and a sentence that says what to do.

use gridwalk_model::kind::Kind;
use gridwalk_model::role::Role;
use gridwalk_server::words::Language;
use gridwalk_server::{Result, ServerError};
use serde_json::{Value, json};
use std::error::Error as _;
use std::path::Path;

/// A verb's answer.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Reply {
    /// For people.
    pub text: String,
    /// For programs.
    pub json: Value,
    /// Whether the process ends with 0.
    pub good: bool,
}

impl Reply {
    /// A good answer.
    pub fn new(text: impl Into<String>, json: Value) -> Self {
        Self { text: text.into(), json, good: true }
    }
}

/// Why a verb came to nothing.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Failure {
    /// Stable code.
    pub code: String,
    /// The sentence.
    pub message: String,
    /// More sentences, each with its line of the file and its code.
    pub details: Vec<Value>,
}

impl Failure {
    /// A failure with its sentence.
    pub fn new(code: &str, message: String) -> Self {
        Self { code: code.to_owned(), message, details: Vec::new() }
    }

    /// A failure whose sentence stands under `error.`.
    pub fn said(language: Language, code: &str, gaps: &[(&str, &str)]) -> Self {
        Self::new(code, language.say(&format!("error.{code}"), gaps))
    }

    /// The failure of an error.
    pub fn of(language: Language, folder: &Path, error: &ServerError) -> Self {
        let folder = folder.display().to_string();
        let code = error.code();
        match error {
            ServerError::NotFound(what) => {
                Self::said(language, code, &[("what", &language.word(&format!("what.{what}")))])
            }
            ServerError::File(cause) => Self::said(language, code, &[("found", &cause.to_string())]),
            ServerError::Corrupt(found) => Self::said(language, code, &[("folder", &folder), ("found", found)]),
            ServerError::Refused(_) if language.has(&format!("error.{code}")) => {
                let roles = Role::ALL.map(Role::name).join(", ");
                let kinds = Kind::ALL.map(Kind::name).join(", ");
                Self::said(language, code, &[("roles", &roles), ("kinds", &kinds), ("folder", &folder)])
            }
            _ if language.has(&format!("error.{code}")) => Self::said(language, code, &[("folder", &folder)]),
            _ => {
                let mut found = error.to_string();
                let mut source = error.source();
                while let Some(cause) = source {
                    found = format!("{found}: {cause}");
                    source = cause.source();
                }
                let message = language.say("error.fault", &[("code", code), ("found", &found)]);
                Self::new(code, message)
            }
        }
    }

    /// For people.
    pub fn text(&self) -> String {
        let details = self.details.iter().filter_map(|d| d["message"].as_str());
        std::iter::once(self.message.as_str()).chain(details).collect::<Vec<_>>().join("\n  ")
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        json!({ "error": { "code": self.code, "message": self.message, "details": self.details } })
    }
}

/// A failure where a code of what was typed is not one.
pub fn unit_code_failure(language: Language, found: &str) -> Failure {
    Failure::said(language, "unit_code", &[("found", found)])
}

/// Replaces the failure of a unit's code by one that names what was typed.
pub fn naming<T>(result: Result<T>, language: Language, folder: &Path, found: &str) -> std::result::Result<T, Failure> {
    result.map_err(|error| match error {
        ServerError::Refused("unit_code") => unit_code_failure(language, found),
        error => Failure::of(language, folder, &error),
    })
}
