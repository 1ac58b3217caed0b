//! The office: the server's own program, driven as an administrator would.
//!
//! Owns the child process, its folder and the verbs. Refuses to open the folder while the server runs. Invariant: when
//! an office goes, its server is stopped and its folder is gone.

use crate::city::COUNTY;
use crate::error::{DemoError, Result};
use crate::words::Words;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};

/// How long the server may take to say that it listens, or to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// The server's program with its folder.
pub struct Office {
    program: PathBuf,
    lang: &'static str,
    folder: tempfile::TempDir,
    server: Option<Child>,
    address: String,
}

/// Builds the server's program beside this one; both together, so that nothing is built twice.
pub async fn build() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().unwrap_or(Path::new("."));
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--bins", "--package", "gridwalk-server", "--package", "gridwalk-demo"]);
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    // What `cargo run` says about this crate would make build scripts run again that look at it (ring's does).
    let about_us =
        |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"].iter().any(|head| name.starts_with(head));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(about_us)) {
        command.env_remove(name);
    }
    if folder.file_name().is_some_and(|name| name == "release") {
        command.arg("--release");
    }
    // Into the folder that this program was built into, whatever says where that is.
    if let Some(target) = folder.parent() {
        command.arg("--target-dir").arg(target);
    }
    let built = command.kill_on_drop(true).output().await.map_err(|e| DemoError::Build(e.to_string()))?;
    if !built.status.success() {
        return Err(DemoError::Build(String::from_utf8_lossy(&built.stderr).into_owned()));
    }
    let program = folder.join(format!("gridwalk-server{}", std::env::consts::EXE_SUFFIX));
    if program.is_file() { Ok(program) } else { Err(DemoError::Build(program.display().to_string())) }
}

impl Office {
    /// An office with an empty folder.
    pub fn new(program: PathBuf, words: &Words) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("gridwalk-demo-").tempdir()?;
        Ok(Self { program, lang: words.lang(), folder, server: None, address: String::new() })
    }

    /// Where everything of this run lies.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the server's database lies.
    pub fn server_folder(&self) -> PathBuf {
        self.folder.path().join("server")
    }

    /// Where the server listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The first of all verbs: a server for the county that ships.
    pub async fn init(&self, login: &str, name: &str, password: &str) -> Result<Json> {
        let words = ["init", "--county", "330402", "--admin", login, "--admin-name", name, "--password-stdin"];
        self.verb(&words, Some(password)).await
    }

    /// Imports the county that ships.
    pub async fn import(&self, grids: u16) -> Result<Json> {
        let table = self.folder.path().join("nanhu_330402.csv");
        tokio::fs::write(&table, COUNTY).await?;
        let (table, grids) = (table.display().to_string(), grids.to_string());
        self.verb(&["import", "units", &table, "--grids", &grids], None).await
    }

    /// Runs a verb of the server's program; what it answers.
    pub async fn verb(&self, words: &[&str], input: Option<&str>) -> Result<Json> {
        let mut command = Command::new(&self.program);
        command.args(words).args(["--json", "--lang", self.lang, "--folder"]).arg(self.server_folder());
        command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn()?;
        if let (Some(text), Some(mut stdin)) = (input, child.stdin.take()) {
            stdin.write_all(format!("{text}\n").as_bytes()).await?;
        }
        let done = child.wait_with_output().await?;
        let answer: Json = serde_json::from_slice(&done.stdout).unwrap_or_default();
        if done.status.success() {
            return Ok(answer);
        }
        let said = answer["error"]["message"].as_str().map(str::to_owned);
        let said = said.unwrap_or_else(|| String::from_utf8_lossy(&done.stderr).trim().to_owned());
        let shown: Vec<&str> = words.iter().take(2).copied().collect();
        Err(DemoError::Verb { verb: shown.join(" "), said })
    }

    /// Starts the server on a free port of this machine.
    pub async fn serve(&mut self) -> Result<()> {
        let log_path = self.folder.path().join("server.log");
        let log = std::fs::File::create(&log_path)?;
        let mut command = Command::new(&self.program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--json", "--folder"]).arg(self.server_folder());
        command.env("GRIDWALK_LOG", "warn").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        // Ctrl-C of the terminal is for the demo, which then stops the server in order.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command.kill_on_drop(true).spawn()?;
        let out = child.stdout.take().ok_or_else(|| DemoError::NotServing("no output".to_owned()))?;
        self.server = Some(child);
        let mut lines = BufReader::new(out).lines();
        let first = tokio::time::timeout(PATIENCE, lines.next_line()).await;
        let said: Json = match first {
            Ok(Ok(Some(line))) => serde_json::from_str(&line).unwrap_or_default(),
            _ => Json::Null,
        };
        let Some(address) = said["listening"].as_str() else {
            let log = tokio::fs::read_to_string(&log_path).await.unwrap_or_default();
            return Err(DemoError::NotServing(format!("{said} {}", log.trim())));
        };
        address.clone_into(&mut self.address);
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(())
    }

    /// Asks the server to stop and waits for it; whether it ended well.
    pub async fn stop(&mut self) -> Result<bool> {
        let Some(mut child) = self.server.take() else { return Ok(true) };
        terminate(&child);
        if let Ok(status) = tokio::time::timeout(PATIENCE, child.wait()).await {
            return Ok(status?.success());
        }
        child.kill().await?;
        Ok(false)
    }

    /// Takes the folder away.
    pub fn clear(self) -> Result<()> {
        Ok(self.folder.close()?)
    }
}

/// SIGTERM, as a service manager would.
#[cfg(unix)]
fn terminate(child: &Child) {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        // One that is gone already needs no signal.
        let _gone = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
    }
}

#[cfg(not(unix))]
fn terminate(_: &Child) {}
