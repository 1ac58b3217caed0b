//! Child processes of a verb: run, streamed, counted, ended.
//!
//! Owns their life: each child leads a process group of its own, and on Ctrl-C, SIGTERM or a spent time limit the whole
//! group is ended, so that no compiler, server or phone stays behind. Refuses to know what a command means.
//! Invariant: when [`run`] returns, the child has ended.

use std::io::Write;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long a group may take to end by itself once it was asked to.
const GRACE: Duration = Duration::from_secs(10);

/// Where a child's standard output is repeated while it runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Echo {
    /// On standard output.
    Out,
    /// On standard error, where standard output is kept for one JSON object.
    Err,
}

/// Why a child is no longer running.
pub enum Ended {
    /// It ended by itself.
    Itself(ExitStatus),
    /// It was ended because its time was up.
    TimeUp,
    /// It was ended because the person (or the machine) asked for it.
    Interrupted,
    /// It never began.
    NotStarted(std::io::Error),
}

/// What a child left behind.
pub struct Outcome {
    /// Why it is no longer running.
    pub ended: Ended,
    /// Its standard output, by line, without colours.
    pub lines: Vec<String>,
    /// Wall-clock seconds that it took.
    pub seconds: f64,
}

/// The folder of the workspace, whatever folder the command was called from.
pub fn workspace() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.parent().map_or_else(|| own.clone(), PathBuf::from)
}

/// The cargo that called this program, else the one on the path.
pub fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// Cargo's `run` of one of the workspace's programs, in the workspace's folder; its arguments follow after `--`.
pub fn program(package: &str) -> std::process::Command {
    let mut command = std::process::Command::new(cargo());
    command.current_dir(workspace()).args(["run", "--quiet", "--package", package]);
    command
}

/// A program's end as our own.
pub fn code(status: std::process::ExitStatus) -> std::process::ExitCode {
    if status.success() { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::FAILURE }
}

/// Runs a command in the workspace's folder to its end, repeating its output line by line.
///
/// `command` is the program and its arguments; `cargo` stands for the cargo in use. `limit` is in seconds.
pub fn run(command: &[String], limit: u64, echo: Echo) -> std::io::Result<Outcome> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(follow(
        command,
        Duration::from_secs(limit),
        echo,
    ))
}

async fn follow(command: &[String], limit: Duration, echo: Echo) -> std::io::Result<Outcome> {
    let started = Instant::now();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut lines = Vec::new();
    let ended = match start(command) {
        Err(fault) => Ended::NotStarted(fault),
        Ok(mut child) => {
            let mut output = child.stdout.take().map(|out| BufReader::new(out).lines());
            let end = tokio::select! {
                status = read_to_end(&mut child, &mut output, &mut lines, echo) => Some(Ended::Itself(status?)),
                () = asked_to_end(&mut interrupt, &mut terminate) => None,
                () = tokio::time::sleep(limit) => Some(Ended::TimeUp),
            };
            if !matches!(end, Some(Ended::Itself(_))) {
                end_group(&mut child).await?;
                // The pipe closes when the last of the group has ended; who left the group is not waited for.
                let _ = tokio::time::timeout(GRACE, read_lines(&mut output, &mut lines, echo)).await;
            }
            end.unwrap_or(Ended::Interrupted)
        }
    };
    Ok(Outcome { ended, lines, seconds: started.elapsed().as_secs_f64() })
}

fn start(command: &[String]) -> std::io::Result<Child> {
    let (program, arguments) = command
        .split_first()
        .ok_or_else(|| std::io::Error::new(std::io::ErrorKind::InvalidInput, "an empty command"))?;
    let program = if program == "cargo" { cargo() } else { program.clone() };
    Command::new(program)
        .args(arguments)
        .current_dir(workspace())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}

async fn read_to_end(
    child: &mut Child,
    output: &mut Option<Lines<BufReader<ChildStdout>>>,
    lines: &mut Vec<String>,
    echo: Echo,
) -> std::io::Result<ExitStatus> {
    read_lines(output, lines, echo).await?;
    child.wait().await
}

async fn read_lines(
    output: &mut Option<Lines<BufReader<ChildStdout>>>,
    lines: &mut Vec<String>,
    echo: Echo,
) -> std::io::Result<()> {
    let Some(output) = output else { return Ok(()) };
    while let Some(line) = output.next_line().await? {
        say(echo, &line)?;
        lines.push(without_colours(&line));
    }
    Ok(())
}

/// Writes one line where the child's output is repeated.
pub fn say(echo: Echo, line: &str) -> std::io::Result<()> {
    match echo {
        Echo::Out => writeln!(std::io::stdout(), "{line}"),
        Echo::Err => writeln!(std::io::stderr(), "{line}"),
    }
}

async fn asked_to_end(interrupt: &mut Signal, terminate: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// Asks the child's whole group to end, and insists when it does not.
async fn end_group(child: &mut Child) -> std::io::Result<()> {
    let Some(group) = child.id() else { return Ok(()) };
    tell_group(group, "INT").await?;
    if tokio::time::timeout(GRACE, child.wait()).await.is_err() {
        child.start_kill()?;
        child.wait().await?;
    }
    // Whoever of the group outlived its leader ends now; an empty group is no fault.
    tell_group(group, "KILL").await
}

/// Sends a signal to a process group through the shell: the workspace forbids the unsafe call.
async fn tell_group(group: u32, signal: &str) -> std::io::Result<()> {
    Command::new("sh").args(["-c", &format!("kill -{signal} -{group}")]).stderr(Stdio::null()).status().await.map(drop)
}

/// Takes terminal colours (CSI sequences) out of a line.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(letter) = rest.next() {
        if letter == '\u{1b}' {
            rest.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &[&str]) -> Vec<String> {
        command.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_child_is_read_to_its_end() {
        let outcome = run(&words(&["sh", "-c", "echo one; echo two; exit 3"]), 60, Echo::Err).unwrap();
        assert_eq!(outcome.lines, ["one", "two"]);
        assert!(matches!(outcome.ended, Ended::Itself(status) if status.code() == Some(3)));
    }

    #[test]
    fn a_child_over_its_time_is_ended_with_its_group() {
        // The leader waits for a child of its own that would run for ever and holds the pipe open as long as it lives.
        let outcome = run(&words(&["sh", "-c", "tail -f /dev/null & echo begun; wait"]), 1, Echo::Err).unwrap();
        assert!(matches!(outcome.ended, Ended::TimeUp));
        assert_eq!(outcome.lines, ["begun"]);
        assert!(outcome.seconds < GRACE.as_secs_f64(), "the grandchild outlived the group's end");
    }

    #[test]
    fn a_program_that_is_not_there_is_told() {
        let outcome = run(&words(&["gridwalk-no-such-program"]), 60, Echo::Err).unwrap();
        assert!(matches!(outcome.ended, Ended::NotStarted(_)));
    }

    #[test]
    fn colours_are_taken_out() {
        assert_eq!(without_colours("test a ... \u{1b}[32mok\u{1b}[m"), "test a ... ok");
    }
}
