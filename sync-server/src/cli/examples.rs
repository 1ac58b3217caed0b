//! Examples in the help of every verb: a verb's group has them all, and each verb shows its own.
//!
//! Owns which example is whose. Refuses to write any. Invariant: an example stands once, in the group's help.

use clap::Command;

/// The word above the examples.
const HEADING: &str = "Examples 示例:";

/// The command line with its examples handed down from the groups to their verbs.
pub fn handed_down(command: Command) -> Command {
    let name = command.get_name().to_owned();
    below(command, &name, "")
}

fn below(mut command: Command, path: &str, above: &str) -> Command {
    let own = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let examples = format!("{own}\n{above}");
    let is_leaf = command.get_subcommands().next().is_none();
    if is_leaf && own.is_empty() {
        let named = |line: &&str| {
            let rest = line.trim_start().strip_prefix(path);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        };
        let lines: Vec<&str> = above.lines().filter(named).collect();
        if !lines.is_empty() {
            command = command.after_help(format!("{HEADING}\n{}", lines.join("\n")));
        }
    }
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(&name, |sub| below(sub, &format!("{path} {name}"), &examples));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::super::Cli;
    use super::*;
    use clap::CommandFactory as _;

    fn without(command: &Command, path: &str) -> Vec<String> {
        let mut bare = Vec::new();
        let mut subs = command.get_subcommands().peekable();
        if subs.peek().is_none() && !command.get_after_help().is_some_and(|help| help.to_string().contains(path)) {
            bare.push(path.to_owned());
        }
        subs.for_each(|sub| bare.extend(without(sub, &format!("{path} {}", sub.get_name()))));
        bare
    }

    #[test]
    fn every_verb_has_an_example_of_itself() {
        let line = handed_down(Cli::command());
        line.clone().debug_assert();
        assert_eq!(without(&line, "gridwalk-server"), Vec::<String>::new());
    }
}
