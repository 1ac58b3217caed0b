//! What the command line's parser says, in the language of whoever typed.
//!
//! Owns which words each of its complaints has. Refuses to parse. Invariant: what there are no words for, and what was
//! typed by somebody who reads English, is shown as the parser says it.

use clap::error::{ContextKind, ErrorKind};
use gridwalk_server::words::Language;

/// The language that was asked for on a line that is not understood otherwise.
pub fn wished() -> Option<String> {
    let typed: Vec<String> = std::env::args().collect();
    typed.iter().enumerate().find_map(|(at, word)| match word.strip_prefix("--lang")? {
        "" => typed.get(at + 1).cloned(),
        rest => rest.strip_prefix('=').map(str::to_owned),
    })
}

/// A complaint in words; `None` where it is shown as it is.
pub fn told(language: Language, error: &clap::Error) -> Option<String> {
    if language == Language::English || !error.use_stderr() {
        return None;
    }
    let context = |kind| error.get(kind).map(ToString::to_string).filter(|text| !text.trim().is_empty());
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
    let say = |key: &str, gaps: &[(&str, &str)]| {
        let words = language.core_word(&format!("arguments.{key}"))?;
        Some(gaps.iter().fold(words.to_owned(), |text, (name, gap)| text.replace(&format!("{{{name}}}"), gap)))
    };
    let argument = context(ContextKind::InvalidArg).unwrap_or_default();
    let verb = context(ContextKind::InvalidSubcommand).unwrap_or_default();
    let prior = context(ContextKind::PriorArg).unwrap_or_default();
    let value = value.unwrap_or_default();
    let gaps = [("argument", &*argument), ("value", &*value), ("verb", &*verb), ("prior", &*prior)];
    let mut lines = vec![say(key, &gaps)?];
    let valid = [ContextKind::ValidValue, ContextKind::ValidSubcommand].into_iter().find_map(context);
    lines.extend(valid.and_then(|list| say("one_of", &[("list", &list)])));
    let meant = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    lines.extend(meant.into_iter().find_map(context).and_then(|one| say("meant", &[("one", &one)])));
    let word = |part: &str| match part {
        "[OPTIONS]" => language.core_word("arguments.options").unwrap_or(part).to_owned(),
        "<COMMAND>" => language.core_word("arguments.command").unwrap_or(part).to_owned(),
        other => other.to_owned(),
    };
    let usage = context(ContextKind::Usage);
    let usage =
        usage.map(|text| text.trim_start_matches("Usage:").split_whitespace().map(word).collect::<Vec<_>>().join(" "));
    lines.extend(usage.and_then(|usage| say("usage", &[("usage", &usage)])));
    Some(lines.join("\n  "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::Parser as _;

    #[test]
    fn complaints_are_words_of_the_reader() {
        let rows: [(&[&str], &str); 3] =
            [(&["user", "add"], "<LOGIN>"), (&["nosuch"], "nosuch"), (&["user", "list", "--nosuch"], "--nosuch")];
        for (args, names) in rows {
            let line = std::iter::once("gridwalk-server").chain(args.iter().copied());
            let error = Cli::try_parse_from(line).err().unwrap();
            let said = told(Language::Chinese, &error).unwrap();
            assert!(said.contains(names) && !said.contains("error") && !said.contains("Usage"), "{said}");
            assert_eq!(told(Language::English, &error), None);
        }
    }
}
