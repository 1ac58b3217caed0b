//! gridwalk: a phone on the command line.
//!
//! Owns the arguments, the drawing of answers and the exit codes. Refuses to decide, merge or store: the app does.
//! Invariant: every answer is drawn from the same read models as a phone's screens, and `--json` prints them whole.

mod answer;
mod args;
mod card_text;
mod failure;
mod find;
mod line_text;
mod paper;
mod phone;
mod typed;
mod verb;
mod words;

use answer::Answer;
use args::{Args, Language};
use clap::Parser;
use failure::Failure;
use std::io::Write;
use std::process::ExitCode;
use words::Words;

/// Changes and states are many small pieces: the platform's allocator takes a sixth of all time for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(e) => {
            let words = Words::of(Language::wished());
            let json = std::env::args().any(|a| a == "--json");
            // Whoever named no verb is shown which there are.
            let help = e.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
            if e.use_stderr() && (json || (words.language() != "en" && !help)) {
                return complain_as(json, &words, &Failure::of_arguments(&words, &e));
            }
            if e.use_stderr() {
                let _ = writeln!(std::io::stderr(), "✖ {}", words.get("cli.bad_arguments"));
            }
            let _ = e.print();
            if let Some(verbs) = failure::verbs(&words, &e) {
                let _ = writeln!(std::io::stderr(), "\n{verbs}");
            }
            return ExitCode::from(u8::try_from(e.exit_code()).unwrap_or(2));
        }
    };
    let words = Words::of(args.lang);
    match verb::run(&args, &words).await {
        Ok(answer) => print(&args, &answer),
        Err(failure) => complain(&args, &words, &failure),
    }
}

fn print(args: &Args, answer: &Answer) -> ExitCode {
    let mut out = std::io::stdout().lock();
    let written = if args.json {
        serde_json::to_string_pretty(&answer.json).map_or(Ok(()), |text| writeln!(out, "{text}"))
    } else {
        writeln!(out, "{}", answer.text.trim_end())
    };
    // A reader that closed the pipe has what it wanted.
    let _ = written.and_then(|()| out.flush());
    ExitCode::from(answer.exit)
}

fn complain(args: &Args, words: &Words, failure: &Failure) -> ExitCode {
    complain_as(args.json, words, failure)
}

fn complain_as(json: bool, words: &Words, failure: &Failure) -> ExitCode {
    let mut err = std::io::stderr().lock();
    let text = if json { failure.json(words).to_string() } else { failure.text(words) };
    let _ = writeln!(err, "{text}");
    ExitCode::from(failure.exit)
}
