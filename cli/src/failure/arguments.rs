//! What the command line's parser says, in the person's language.
//!
//! Owns asking the catalogue. Refuses to parse, and which complaint has which key. Invariant: what it has no words for is
//! shown as the parser says it.

use crate::args::Args;
use crate::words::Words;
use clap::CommandFactory as _;

/// A complaint in words; `None` where there are no words.
pub fn told(words: &Words, error: &clap::Error) -> Option<String> {
    gridwalk_command_line::complaint(&|key| words.find(key), &Args::command(), error)
}

/// The verbs that there are, where one was typed that there is not; where none was typed the parser lists them itself.
pub fn verbs(words: &Words, error: &clap::Error) -> Option<String> {
    if error.kind() != clap::error::ErrorKind::InvalidSubcommand {
        return None;
    }
    let list = gridwalk_command_line::verbs(&Args::command(), error)?;
    Some(words.fill("arguments.one_of", &[("list", &list)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Language;
    use clap::Parser as _;

    #[test]
    fn complaints_are_chinese() {
        let zh = Words::of(Language::Zh);
        let complain = |args: &[&str]| {
            let line = std::iter::once("gridwalk").chain(args.iter().copied());
            told(&zh, &Args::try_parse_from(line).err().unwrap()).unwrap()
        };
        // What is typed wrong, and what the complaint names.
        let rows: [(&[&str], &str); 7] = [
            (&["sync", "now"], "多出的内容：now"),
            (&["undo", "--nosuch"], "--nosuch"),
            (&["undo", "x"], "“x”"),
            (&["nosuch"], "可用：enrol, "),
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
