//! What the command line's parser says, in the language of whoever typed.
//!
//! Owns asking the catalogue. Refuses to parse, and which complaint has which key. Invariant: what there are no words for,
//! and what was typed by somebody who reads English, is shown as the parser says it.

use super::Cli;
use clap::CommandFactory as _;
use gridwalk_server::words::Language;

/// The language that was asked for on a line that is not understood otherwise.
pub fn wished() -> Option<String> {
    let typed: Vec<String> = std::env::args().collect();
    gridwalk_command_line::wished_language(&typed).map(str::to_owned)
}

/// A complaint in words; `None` where it is shown as it is.
pub fn told(language: Language, error: &clap::Error) -> Option<String> {
    let words = |key: &str| language.core_word(key);
    gridwalk_command_line::complaint(&words, &Cli::command(), error)
        .filter(|_| language != Language::English && error.use_stderr())
}

/// The verbs that there are, where one was typed that there is not; where none was typed the parser lists them itself.
pub fn verbs(language: Language, error: &clap::Error) -> Option<String> {
    if error.kind() != clap::error::ErrorKind::InvalidSubcommand {
        return None;
    }
    let list = gridwalk_command_line::verbs(&Cli::command(), error)?;
    Some(language.core_word("arguments.one_of")?.replace("{list}", &list))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[test]
    fn complaints_are_words_of_the_reader() {
        let rows: [(&[&str], &str); 3] = [
            (&["user", "add"], "<LOGIN>"),
            (&["import", "lsit"], "可用：units, people"),
            (&["user", "list", "--nosuch"], "--nosuch"),
        ];
        for (args, names) in rows {
            let line = std::iter::once("gridwalk-server").chain(args.iter().copied());
            let error = Cli::try_parse_from(line).err().unwrap();
            let said = told(Language::Chinese, &error).unwrap();
            assert!(said.contains(names) && !said.contains("error") && !said.contains("Usage"), "{said}");
            assert_eq!(told(Language::English, &error), None);
        }
    }
}
