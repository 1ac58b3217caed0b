//! What a verb says: sentences for people, one object for programs.
//!
//! Owns the way from an error's code to its sentence. Refuses to know verbs. Invariant: each failure has a stable code
//! and a sentence that says what to do.

use gridwalk_model::code_set::{CodeEntry, CodeSet};
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
            ServerError::File(cause) => Self::said(language, code, &[("found", &machine(language, cause))]),
            ServerError::Corrupt(found) => Self::said(language, code, &[("folder", &folder), ("found", found)]),
            ServerError::Refused(_) if language.has(&format!("error.{code}")) => {
                let roles = Role::ALL.map(|role| with_word(language, "role", role.name())).join(between(language));
                let kinds = Kind::ALL.map(|kind| with_word(language, "kind", kind.name())).join(between(language));
                let (posts, fields) = (post_roles(language), sensitive_fields(language));
                let gaps = [("roles", &*roles), ("kinds", &kinds), ("folder", &folder), ("posts", &posts)];
                Self::said(language, code, &[&gaps[..], &[("fields", &fields)]].concat())
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

/// What stands between the parts of a list.
const fn between(language: Language) -> &'static str {
    if matches!(language, Language::English) { ", " } else { "、" }
}

/// A code with its word: `网格员 gridworker`; where the word is the code, once.
fn with_word(language: Language, section: &str, code: &str) -> String {
    match language.core_word(&format!("{section}.{code}")).filter(|word| *word != code && language != Language::English)
    {
        Some(word) => format!("{word} {code}"),
        None => code.to_owned(),
    }
}

/// The roles of posts, each with its word.
fn post_roles(language: Language) -> String {
    let word = |entry: &CodeEntry| match entry.label(language.tag()) {
        label if language != Language::English => format!("{label} {}", entry.code),
        _ => entry.code.to_owned(),
    };
    CodeSet::PostRole.entries().iter().map(word).collect::<Vec<_>>().join(between(language))
}

/// The fields that are off until somebody states what for, each with its word.
fn sensitive_fields(language: Language) -> String {
    let fields = Kind::ALL.into_iter().flat_map(|kind| kind.table().sensitive().map(move |f| (kind, f.name)));
    let word = |(kind, field): (Kind, &str)| {
        let named = with_word(language, &format!("field.{}", kind.name()), field);
        if kind == Kind::Resident { named } else { format!("{named} (--kind {})", kind.name()) }
    };
    fields.map(word).collect::<Vec<_>>().join(between(language))
}

/// An error about this file, as `machine` tells it.
pub fn about(file: &Path, error: &std::io::Error) -> ServerError {
    ServerError::File(std::io::Error::new(error.kind(), file.display().to_string()))
}

/// What the machine said no to, in words: the file that was named, and why.
pub fn machine(language: Language, error: &std::io::Error) -> String {
    let key = gridwalk_command_line::machine_key(error.kind());
    let why = language.core_word(key).unwrap_or(key);
    // An error of the machine's own bears its words in its language; one of ours names the file.
    let ours = error.get_ref().map(ToString::to_string).or_else(|| (key == "machine.other").then(|| error.to_string()));
    let colon = if language == Language::English { ": " } else { "：" };
    ours.map_or_else(|| why.to_owned(), |named| format!("{named}{colon}{why}"))
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
