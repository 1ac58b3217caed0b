//! What both programs say of their command lines and of the machine below them.
//!
//! Owns which key of the catalogue each complaint of the parser and each fault of a file has. Refuses words, verbs and
//! languages: the catalogue is asked through a function. Invariant: what there are no words for is shown as the parser
//! says it.

use std::io::ErrorKind as Fault;

use clap::error::{ContextKind, ErrorKind};

/// A catalogue as it is asked here: a key such as `arguments.conflict`, and its words where it has some.
pub type Catalogue<'a> = &'a dyn Fn(&str) -> Option<&'a str>;

/// The language named by `--lang` among these words, also where the line is not understood otherwise.
pub fn wished_language(typed: &[String]) -> Option<&str> {
    typed.iter().enumerate().find_map(|(at, word)| match word.strip_prefix("--lang")? {
        "" => typed.get(at + 1).map(String::as_str),
        rest => rest.strip_prefix('='),
    })
}

/// A complaint in words, with what could have been written instead and how it is used; `None` where there are no words.
pub fn complaint(catalogue: Catalogue<'_>, program: &clap::Command, error: &clap::Error) -> Option<String> {
    let context = |kind| error.get(kind).map(ToString::to_string).filter(|text| !text.trim().is_empty());
    let value = context(ContextKind::InvalidValue);
    let argument = context(ContextKind::InvalidArg);
    // What is no option and has no place is too much, not unknown.
    let too_much = error.kind() == ErrorKind::UnknownArgument && argument.as_ref().is_some_and(|a| !a.starts_with('-'));
    let key = if too_much { "too_much" } else { complaint_key(error.kind(), value.is_some())? };
    let say = |key: &str, gaps: &[(&str, &str)]| {
        let words = catalogue(&format!("arguments.{key}"))?;
        Some(gaps.iter().fold(words.to_owned(), |text, (name, gap)| text.replace(&format!("{{{name}}}"), gap)))
    };
    let named = [
        ("argument", argument),
        ("value", value),
        ("verb", context(ContextKind::InvalidSubcommand)),
        ("prior", context(ContextKind::PriorArg)),
    ];
    let gaps = named.each_ref().map(|(name, gap)| (*name, gap.as_deref().unwrap_or_default()));
    let mut lines = vec![say(key, &gaps)?];
    let valid = context(ContextKind::ValidValue).or_else(|| verbs(program, error));
    lines.extend(valid.and_then(|list| say("one_of", &[("list", &list)])));
    let meant = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    lines.extend(meant.into_iter().find_map(context).and_then(|one| say("meant", &[("one", &one)])));
    let usage = context(ContextKind::Usage).map(|text| usage(catalogue, &text));
    lines.extend(usage.and_then(|usage| say("usage", &[("usage", &usage)])));
    Some(lines.join("\n  "))
}

/// The verbs that there are where one was typed that there is not, or none.
pub fn verbs(program: &clap::Command, error: &clap::Error) -> Option<String> {
    if !matches!(error.kind(), ErrorKind::InvalidSubcommand | ErrorKind::MissingSubcommand) {
        return None;
    }
    let usage = error.get(ContextKind::Usage)?.to_string();
    // The line of use names the program and the verbs that were understood.
    let path = usage.split_whitespace().skip_while(|word| word.starts_with("Usage")).skip(1);
    let command = path.take_while(|word| !word.starts_with(['[', '<', '-'])).fold(program, |command, name| {
        command.get_subcommands().find(|verb| verb.get_name() == name).unwrap_or(command)
    });
    let names: Vec<&str> =
        command.get_subcommands().filter(|verb| !verb.is_hide_set()).map(clap::Command::get_name).collect();
    Some(names.join(", ")).filter(|list| !list.is_empty())
}

fn complaint_key(kind: ErrorKind, has_value: bool) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if !has_value => "value_missing",
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
    })
}

/// A line of use with the parser's own placeholders in words.
fn usage(catalogue: Catalogue<'_>, text: &str) -> String {
    let word = |part| match part {
        "[OPTIONS]" => catalogue("arguments.options").unwrap_or(part),
        "<COMMAND>" => catalogue("arguments.command").unwrap_or(part),
        other => other,
    };
    text.trim_start_matches("Usage:").split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

/// The catalogue's key for what the machine says no to.
pub const fn machine_key(fault: Fault) -> &'static str {
    match fault {
        Fault::NotFound => "machine.not_found",
        Fault::PermissionDenied => "machine.not_permitted",
        Fault::AlreadyExists => "machine.exists",
        Fault::NotADirectory => "machine.no_folder",
        Fault::IsADirectory => "machine.is_folder",
        Fault::StorageFull | Fault::QuotaExceeded => "machine.full",
        Fault::ReadOnlyFilesystem => "machine.read_only",
        Fault::InvalidFilename => "machine.name",
        Fault::InvalidData | Fault::UnexpectedEof => "machine.unreadable",
        Fault::TimedOut | Fault::Interrupted => "machine.cut",
        Fault::AddrNotAvailable => "machine.address",
        _ => "machine.other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_language_is_found_on_a_line_that_nobody_understands() {
        assert_eq!(wished_language(&line(&["g", "nosuch", "--lang", "en"])), Some("en"));
        assert_eq!(wished_language(&line(&["g", "--lang=zh-Hant", "--nosuch"])), Some("zh-Hant"));
        assert_eq!(wished_language(&line(&["g", "--language", "en"])), None);
        assert_eq!(wished_language(&line(&["g", "--lang"])), None);
    }

    #[test]
    fn a_complaint_names_what_was_typed_and_how_it_is_used() {
        let program = || clap::Command::new("g").arg(clap::Arg::new("HERE").required(true));
        let error = program().try_get_matches_from(["g"]).err().unwrap();
        let words = |key: &str| match key {
            "arguments.missing_argument" => Some("{argument} 没有写"),
            "arguments.usage" => Some("用法：{usage}"),
            _ => None,
        };
        assert_eq!(complaint(&words, &program(), &error).as_deref(), Some("<HERE> 没有写\n  用法：g <HERE>"));
        assert_eq!(complaint(&|_| None, &program(), &error), None);
    }

    #[test]
    fn an_unknown_verb_is_answered_with_those_that_there_are() {
        let verbs_of = |name| clap::Command::new(name).subcommands(["add", "list"].map(clap::Command::new));
        let program = || clap::Command::new("g").subcommand(verbs_of("case")).subcommand(verbs_of("visit"));
        let told = |line: &[&str]| verbs(&program(), &program().try_get_matches_from(line).err().unwrap()).unwrap();
        assert_eq!(told(&["g", "case", "lst"]), "add, list");
        assert_eq!(told(&["g", "nosuch"]), "case, visit");
    }
}
