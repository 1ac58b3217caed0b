//! What a machine must have for the tests, and how it is installed.
//!
//! Owns the list of tools. Refuses to install anything unless `--setup` asked for it. Invariant: everything that is
//! installed is named on the output before it happens.

use std::process::{Command, Stdio};

use crate::child::{self, Echo, Ended};
use crate::report::Row;

/// Where a tool comes from.
enum Source {
    /// A Debian or Ubuntu package.
    Debian(&'static str),
    /// A component of the pinned toolchain.
    Rustup(&'static str),
    /// What the lock file of this folder names, for Node.
    Node(&'static str),
}

/// A program that some step cannot run without.
pub struct Tool {
    /// The program's name.
    pub program: &'static str,
    /// A call that ends with 0 where the program is here.
    probe: &'static [&'static str],
    source: Source,
}

/// Lists the files that are committed.
pub static GIT: Tool = Tool { program: "git", probe: &["git", "--version"], source: Source::Debian("git") };
/// Compiles the SQLite and zstd that are bundled.
static C_COMPILER: Tool =
    Tool { program: "cc", probe: &["cc", "--version"], source: Source::Debian("build-essential") };
/// Checks the formatting.
pub static RUSTFMT: Tool =
    Tool { program: "rustfmt", probe: &["cargo", "fmt", "--version"], source: Source::Rustup("rustfmt") };
/// Checks the lints.
pub static CLIPPY: Tool =
    Tool { program: "clippy", probe: &["cargo", "clippy", "--version"], source: Source::Rustup("clippy") };
/// Configures the OpenSSL that the encrypted database is built with; the bare interpreter lacks these modules.
pub static PERL: Tool = Tool {
    program: "perl",
    probe: &["perl", "-MFindBin", "-MIPC::Cmd", "-MFile::Compare", "-MFile::Copy", "-e", "1"],
    source: Source::Debian("perl"),
};
/// Checks the server's numbers.
pub static PROMTOOL: Tool =
    Tool { program: "promtool", probe: &["promtool", "--version"], source: Source::Debian("prometheus") };

/// Runs the provider of logins.
pub static NODE: Tool = Tool { program: "node", probe: &["node", "--version"], source: Source::Debian("nodejs") };
/// Installs it.
static NPM: Tool = Tool { program: "npm", probe: &["npm", "--version"], source: Source::Debian("npm") };
/// The provider that people log in through in the server's test.
pub static PROVIDER: Tool = Tool {
    program: "oidc-provider",
    probe: &["test", "-f", "sync-server/tests/single_sign_on/node_modules/oidc-provider/package.json"],
    source: Source::Node("sync-server/tests/single_sign_on"),
};

/// Every tool of the tests.
static TOOLS: &[&Tool] = &[&GIT, &C_COMPILER, &RUSTFMT, &CLIPPY, &PERL, &PROMTOOL, &NODE, &NPM, &PROVIDER];

/// Seconds that installing may take.
const BUDGET: u64 = 240;

/// Whether a tool is on this machine.
pub fn is_here(tool: &Tool) -> bool {
    let Some((program, arguments)) = tool.probe.split_first() else { return false };
    let program = if *program == "cargo" { child::cargo() } else { (*program).to_owned() };
    Command::new(program)
        .args(arguments)
        .current_dir(child::workspace())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Installs what is lacking and says what.
pub fn install(echo: Echo) -> std::io::Result<Row> {
    let lacking: Vec<&Tool> = TOOLS.iter().copied().filter(|tool| !is_here(tool)).collect();
    if lacking.is_empty() {
        child::say(echo, "setup: nothing is lacking")?;
        return Ok(Row { budget: BUDGET, ..Row::passed("setup") });
    }
    let mut seconds = 0.0;
    let mut faults = Vec::new();
    for command in installing(&lacking, is_root()) {
        child::say(echo, &format!("setup: installing with `{}`", command.join(" ")))?;
        let outcome = child::run(&command, BUDGET, echo)?;
        seconds += outcome.seconds;
        if !matches!(outcome.ended, Ended::Itself(status) if status.success()) {
            faults.push(format!("`{}` did not end well", command.join(" ")));
        }
    }
    for tool in lacking.into_iter().filter(|tool| !is_here(tool)) {
        faults.push(format!("{} is still lacking; install {} by hand", tool.program, origin(tool)));
    }
    let row = if faults.is_empty() { Row::passed("setup") } else { Row::failed("setup", faults.join("; ")) };
    Ok(Row { budget: BUDGET, seconds, ..row })
}

/// The commands that install the given tools; Debian packages only for root.
fn installing(lacking: &[&Tool], root: bool) -> Vec<Vec<String>> {
    let packages: Vec<&str> = lacking.iter().filter_map(|tool| package(tool)).collect();
    let components: Vec<&str> = lacking.iter().filter_map(|tool| component(tool)).collect();
    let mut commands = Vec::new();
    if !packages.is_empty() && root {
        commands.push(words(&["apt-get", "update"], &[]));
        let install = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "--no-install-recommends"];
        commands.push(words(&install, &packages));
    }
    if !components.is_empty() {
        commands.push(words(&["rustup", "component", "add"], &components));
    }
    for folder in lacking.iter().filter_map(|tool| node_folder(tool)) {
        commands.push(words(&["npm", "ci", "--no-audit", "--no-fund", "--prefix"], &[folder]));
    }
    commands
}

fn words(head: &[&str], tail: &[&str]) -> Vec<String> {
    head.iter().chain(tail).map(|word| (*word).to_owned()).collect()
}

fn package(tool: &Tool) -> Option<&'static str> {
    match tool.source {
        Source::Debian(package) => Some(package),
        Source::Rustup(_) | Source::Node(_) => None,
    }
}

fn component(tool: &Tool) -> Option<&'static str> {
    match tool.source {
        Source::Rustup(component) => Some(component),
        Source::Debian(_) | Source::Node(_) => None,
    }
}

fn node_folder(tool: &Tool) -> Option<&'static str> {
    match tool.source {
        Source::Node(folder) => Some(folder),
        Source::Debian(_) | Source::Rustup(_) => None,
    }
}

fn origin(tool: &Tool) -> String {
    match tool.source {
        Source::Debian(package) => format!("the Debian package {package}"),
        Source::Rustup(component) => format!("the rustup component {component}"),
        Source::Node(folder) => format!("what the lock file in {folder} names"),
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_installs_packages_and_everyone_components() {
        let as_root = installing(&[&GIT, &CLIPPY], true);
        assert_eq!(as_root.len(), 3);
        assert!(as_root[1].ends_with(&["git".to_owned()]));
        let as_user = installing(&[&GIT, &CLIPPY], false);
        assert_eq!(as_user, [["rustup", "component", "add", "clippy"]]);
        let of_node = installing(&[&PROVIDER], false);
        assert!(of_node.len() == 1 && of_node[0].starts_with(&["npm".to_owned(), "ci".to_owned()]), "{of_node:?}");
    }

    #[test]
    fn nothing_lacking_installs_nothing() {
        assert!(installing(&[], true).is_empty());
    }
}
