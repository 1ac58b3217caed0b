//! Failures: a code, a sentence in the person's language, and a way on.
//!
//! Owns exit codes and which words a failure has. Refuses to hide a cause: what has no words is shown as it is.
//! Invariant: no failure carries what was typed into a field.

mod arguments;
mod rejected;

pub use arguments::verbs;

use crate::words::Words;
use gridwalk_app::AppError;
use gridwalk_app::read::{RowLine, StoreError};
use gridwalk_app::sync_engine::Rest;
use gridwalk_model::Rejection;
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::kind::{CONFIRMED, Kind};
use serde_json::json;
use std::fmt::Write as _;

/// Why a verb came to nothing.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: u8,
    told: Box<Told>,
}

/// What a name to choose from is.
#[derive(Debug, Clone, Copy)]
enum Named {
    /// A code of this set.
    Code(CodeSet),
    /// A field of this kind.
    Field(Kind),
    /// A set of this kind.
    Set(Kind),
}

/// What is told of a failure.
#[derive(Debug)]
struct Told {
    /// Stable code.
    code: String,
    /// The section of the words where its sentence stands.
    section: &'static str,
    /// What fills the sentence's places.
    places: Vec<(&'static str, String)>,
    /// The field that it is about.
    field: Option<String>,
    /// The kind whose field it is, where that is known.
    kind: Option<Kind>,
    /// Records to choose from.
    choices: Vec<RowLine>,
    /// Codes or fields to choose from, each with the key of its word.
    names: Vec<(&'static str, Named)>,
    /// The model's refusal, of which there is more to say.
    rejection: Option<Rejection>,
    /// What the machine said no to.
    machine: Option<std::io::ErrorKind>,
    /// What was said in words already, where the code's own sentence does not tell enough.
    said: Option<String>,
    /// Ways on in words already, where the code's own does not fit.
    ways: Vec<String>,
    /// The cause in plain English, for whoever mends it.
    cause: String,
}

impl Failure {
    /// A failure of this program's own.
    pub fn of(code: &str, exit: u8) -> Self {
        Self::coded("cli", code, exit, String::new())
    }

    /// A failure with its words in a section.
    pub fn coded(section: &'static str, code: &str, exit: u8, cause: String) -> Self {
        let told = Told {
            code: code.to_owned(),
            section,
            places: Vec::new(),
            field: None,
            kind: None,
            choices: Vec::new(),
            names: Vec::new(),
            rejection: None,
            machine: None,
            said: None,
            ways: Vec::new(),
            cause,
        };
        Self { exit, told: Box::new(told) }
    }

    /// Something on the command line does not fit.
    pub fn usage(code: &str, what: impl Into<String>) -> Self {
        Self::of(code, 2).with("what", what)
    }

    /// What was named is not here.
    pub fn not_found(what: impl Into<String>) -> Self {
        Self::of("not_here", 4).with("what", what)
    }

    /// A sync that came to rest before it was done; `None` where the numbers tell all.
    pub fn rested(rest: &Rest) -> Option<Self> {
        let problem = |code: &str, exit| Some(Self::coded("problem", code, exit, String::new()));
        match rest {
            Rest::Done | Rest::Stalled => None,
            Rest::Later { .. } => Some(Self::coded("fault", "offline", 6, String::new())),
            Rest::StorageFull => problem("storage_full", 6),
            Rest::UpdateNeeded => problem("update_needed", 6),
            Rest::Revoked => problem("revoked", 5),
            Rest::UnknownDevice => problem("unknown_device", 5),
            Rest::Refused { problem } => Some(Self::coded("problem", problem.code.name(), 6, problem.detail.clone())),
        }
    }

    /// The same on the way to an enrolment, where nothing was typed yet that could be saved here.
    #[must_use]
    pub fn at_enrolment(mut self) -> Self {
        if self.told.code == "offline" {
            self.told.section = "cli";
            "no_server_there".clone_into(&mut self.told.code);
        }
        self
    }

    /// What the command line's parser says, as this program says it.
    pub fn of_arguments(words: &Words, error: &clap::Error) -> Self {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
        let failure = Self::coded("cli", "bad_arguments", 2, first.to_owned());
        match arguments::told(words, error).filter(|_| words.language() != "en") {
            Some(said) => failure.saying(format!("{}：{said}", words.get("cli.bad_arguments"))),
            None => failure,
        }
    }

    /// Several fit what was named.
    pub fn several(what: impl Into<String>, choices: Vec<RowLine>) -> Self {
        Self::of("several_fit", 4).with("what", what).offering(choices)
    }

    /// With records to choose from.
    #[must_use]
    pub fn offering(mut self, choices: Vec<RowLine>) -> Self {
        self.told.choices = choices;
        self
    }

    /// With a place filled.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.told.places.push((name, value.into()));
        self
    }

    /// About a record of this kind.
    #[must_use]
    pub fn about(mut self, kind: Option<Kind>) -> Self {
        self.told.kind = kind;
        self
    }

    /// With what the machine said no to.
    #[must_use]
    pub fn because(mut self, error: &std::io::Error) -> Self {
        self.told.machine = Some(error.kind());
        self.told.cause = error.to_string();
        self
    }

    /// The field that it is about.
    pub fn field(&self) -> Option<&str> {
        self.told.field.as_deref()
    }

    /// With a sentence that tells more than the code's own.
    #[must_use]
    pub fn saying(mut self, said: impl Into<String>) -> Self {
        self.told.said = Some(said.into());
        self
    }

    /// With a way on that fits better than the code's own; several stand below each other.
    #[must_use]
    pub fn then(mut self, way: impl Into<String>) -> Self {
        self.told.ways.push(way.into());
        self
    }

    /// With the codes of a set to choose from.
    #[must_use]
    pub fn choosing(mut self, set: CodeSet) -> Self {
        self.told.names = codes_of(set);
        self
    }

    /// With the file that it is about, where its sentence has a place for it.
    #[must_use]
    pub fn about_file(self, file: &std::path::Path) -> Self {
        self.with("file", file.display().to_string())
    }

    /// Its stable code.
    pub fn code(&self) -> &str {
        &self.told.code
    }

    fn sentence(&self, words: &Words) -> String {
        let told = &self.told;
        if let Some(said) = &told.said {
            return said.clone();
        }
        let places: Vec<(&str, &str)> = told.places.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let key = format!("{}.{}", told.section, told.code);
        let known = words.find(&key).is_some();
        let mut text = if known { words.fill(&key, &places) } else { told.code.clone() };
        let (colon, open, close) = if words.language() == "en" { (": ", " (", ")") } else { ("：", "（", "）") };
        if let Some(field) = &told.field {
            let of_kind = told.kind.map(|kind| words.field(kind.name(), field)).filter(|word| word != field);
            let word = of_kind.map(str::to_owned).or_else(|| words.field_of_any(field));
            let ask = || words.find(&format!("ask.{field}")).unwrap_or(field).to_owned();
            let _ = write!(text, "{colon}{}", word.unwrap_or_else(ask));
        }
        if let Some(detail) = told.rejection.as_ref().and_then(|r| rejected::detail(words, r)) {
            let _ = write!(text, "{open}{detail}{close}");
        }
        if let Some(kind) = told.machine {
            let _ = write!(text, "{colon}{}", words.machine(kind));
        }
        // The cause is for whoever mends it, in their language; a refusal has said all in words.
        let said_all = told.rejection.is_some() || told.machine.is_some();
        if !(told.cause.is_empty() || (known && said_all)) {
            let cause = if words.language() == "en" || !known { format!(": {}", told.cause) } else { String::new() };
            let _ = write!(text, " [{}{cause}]", told.code);
        }
        text
    }

    /// The ways on, one a line.
    fn way_on(&self, words: &Words) -> Option<String> {
        if !self.told.ways.is_empty() {
            return Some(self.told.ways.join("\n"));
        }
        words.find(&format!("way_on.{}", self.told.code)).map(str::to_owned)
    }

    /// The codes or fields to choose from, with their words.
    fn names(&self, words: &Words) -> Vec<(&'static str, String)> {
        let word = |(name, of): &(&'static str, Named)| match of {
            Named::Code(set) => (*name, words.code(set.name(), name).to_owned()),
            Named::Field(kind) => (*name, words.field(kind.name(), name).to_owned()),
            Named::Set(kind) => (*name, format!("{}  --add", words.field(kind.name(), name))),
        };
        self.told.names.iter().map(word).collect()
    }

    /// For people.
    pub fn text(&self, words: &Words) -> String {
        let mut text = format!("✖ {}", self.sentence(words));
        for row in &self.told.choices {
            let title = words.titled(&row.kind, &row.title);
            let _ = write!(text, "\n  {}  {} {title}", row.record, words.kind(&row.kind));
            if !row.subtitle.is_empty() {
                let _ = write!(text, " · {}", row.subtitle);
            }
        }
        for (name, word) in self.names(words) {
            let _ = write!(text, "\n  {name}  {word}");
        }
        if let Some(way_on) = self.way_on(words) {
            for way in way_on.lines() {
                let _ = write!(text, "\n→ {way}");
            }
        }
        text
    }

    /// For programs.
    pub fn json(&self, words: &Words) -> serde_json::Value {
        json!({ "error": {
            "code": self.told.code,
            "message": self.sentence(words),
            "way_on": self.way_on(words),
            "field": self.told.field,
            "cause": if self.told.cause.is_empty() { None } else { Some(&self.told.cause) },
            "choices": self.told.choices,
            "names": self.told.names.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            "exit": self.exit,
        }})
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        let mut failure = Self::coded("rejection", rejection.code(), 3, rejection.to_string());
        failure.told.field = rejection.field().map(str::to_owned);
        failure.told.names = offered(&rejection);
        failure.told.rejection = Some(rejection);
        failure
    }
}

/// The codes of a set.
fn codes_of(set: CodeSet) -> Vec<(&'static str, Named)> {
    set.entries().iter().map(|entry| (entry.code, Named::Code(set))).collect()
}

/// What could have been written instead.
fn offered(rejection: &Rejection) -> Vec<(&'static str, Named)> {
    match rejection {
        Rejection::UnknownCode { code_set, .. } => CodeSet::from_name(code_set).map(codes_of).unwrap_or_default(),
        Rejection::UnknownField { kind, .. } | Rejection::UnknownSet { kind, .. } => {
            let Some(kind) = Kind::from_name(kind) else { return Vec::new() };
            let typed = |f: &&gridwalk_model::kind::Field| !f.name.starts_with('@') && f.name != CONFIRMED;
            let fields = kind.table().fields.iter().filter(typed).map(|f| (f.name, Named::Field(kind)));
            let sets = kind.table().sets.iter().filter(typed).map(|f| (f.name, Named::Set(kind)));
            let of_sets = matches!(rejection, Rejection::UnknownSet { .. });
            if of_sets { sets.collect() } else { fields.chain(sets).collect() }
        }
        _ => Vec::new(),
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        AppError::from(error).into()
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        let (code, cause) = (error.code(), causes(&error));
        let exit = match error {
            AppError::Rejected(rejection) => return rejection.into(),
            AppError::Problem(problem) => {
                let exit =
                    if matches!(code, "revoked" | "unknown_device" | "bad_code" | "poster_over") { 5 } else { 6 };
                return Self::coded("problem", code, exit, problem.detail);
            }
            AppError::NotEnrolled | AppError::AlreadyEnrolled | AppError::CodeOfAnother | AppError::OtherPoster => 5,
            AppError::Transport(_) | AppError::NotUnderstood => 6,
            AppError::Store(StoreError::NotFound) => 4,
            AppError::Store(_) | AppError::Vault(_) | AppError::KeyLost => 7,
            AppError::Sealed(_)
            | AppError::Part(_)
            | AppError::Locked
            | AppError::LeaseOver
            | AppError::PinTooSimple => 3,
            AppError::PinWrong { wait_ms: ms } | AppError::PinWait { ms } => {
                return Self::coded("fault", code, 3, String::new()).with("seconds", ((ms + 999) / 1000).to_string());
            }
            // What is refused about a file is said by its code; there is no cause behind it.
            AppError::Picture(fault) => return Self::coded("fault", fault.code(), 3, String::new()),
            AppError::UnsentLeft { count } => {
                return Self::coded("fault", code, 3, String::new()).with("count", count.to_string());
            }
            _ => 1,
        };
        Self::coded("fault", code, exit, cause)
    }
}

/// An error with its causes, one after the other.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
