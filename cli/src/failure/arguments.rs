//! What the command line's parser says, in the person's language.
//!
//! Owns which words each of its complaints has. Refuses to parse. Invariant: what it has no words for is shown as the
//! parser says it.

use crate::words::Words;
use clap::error::{ContextKind, ErrorKind};

/// A complaint in words, with what could have been written instead and how it is used; `None` where there are no words.
pub fn told(words: &Words, error: &clap::Error) -> Option<String> {
    let context = |kind| error.get(kind).map(ToString::to_string).filter(|text| !text.trim().is_empty());
    let argument = context(ContextKind::InvalidArg).unwrap_or_default();
    let value = context(ContextKind::InvalidValue);
    let key = match error.kind() {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if value.is_none() => "value_missing",
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => "invalid_value",
        ErrorKind::UnknownArgument => "unknown_argument",
        ErrorKind::InvalidSubcommand => "unknown_verb",
        ErrorKind::MissingRequiredArgument => "missing_argument",
        ErrorKind::MissingSubcommand => "missing_verb",
        ErrorKind::ArgumentConflict => "conflict",
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => "wrong_count",
        ErrorKind::NoEquals => "value_missing",
        ErrorKind::InvalidUtf8 => "not_utf8",
        _ => return None,
    };
    let verb = context(ContextKind::InvalidSubcommand).unwrap_or_default();
    let prior = context(ContextKind::PriorArg).unwrap_or_default();
    let places = [
        ("argument", argument.as_str()),
        ("value", value.as_deref().unwrap_or_default()),
        ("verb", verb.as_str()),
        ("prior", prior.as_str()),
    ];
    let mut lines = vec![words.fill(&format!("arguments.{key}"), &places)];
    let valid = [ContextKind::ValidValue, ContextKind::ValidSubcommand].into_iter().find_map(context);
    lines.extend(valid.map(|list| words.fill("arguments.one_of", &[("list", &list)])));
    let meant = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    lines.extend(meant.into_iter().find_map(context).map(|one| words.fill("arguments.meant", &[("one", &one)])));
    let usage = context(ContextKind::Usage);
    let word = |part: &str| match part {
        "[OPTIONS]" => words.get("arguments.options").to_owned(),
        "<COMMAND>" => words.get("arguments.command").to_owned(),
        other => other.to_owned(),
    };
    let usage =
        usage.map(|text| text.trim_start_matches("Usage:").split_whitespace().map(word).collect::<Vec<_>>().join(" "));
    lines.extend(usage.map(|usage| words.fill("arguments.usage", &[("usage", &usage)])));
    Some(lines.join("\n  "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Args, Language};
    use clap::Parser as _;

    #[test]
    fn complaints_are_chinese() {
        let zh = Words::of(Language::Zh);
        let complain = |args: &[&str]| {
            let line = std::iter::once("gridwalk").chain(args.iter().copied());
            told(&zh, &Args::try_parse_from(line).err().unwrap()).unwrap()
        };
        // What is typed wrong, and what the complaint names.
        let rows: [(&[&str], &str); 6] = [
            (&["undo", "--nosuch"], "--nosuch"),
            (&["undo", "x"], "“x”"),
            (&["nosuch"], "nosuch"),
            (&["search"], "<TEXT>"),
            (&["--lang", "fr", "day"], "zh-Hant"),
            (&["sync", "--watch=1"], "--watch"),
        ];
        for (args, names) in rows {
            let said = complain(args);
            assert!(said.contains(names), "{args:?}: {said}");
            for english in ["error", "unexpected", "required", "possible", "Usage", "invalid"] {
                assert!(!said.contains(english), "{args:?}: {said}");
            }
        }
    }
}
