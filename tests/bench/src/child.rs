//! Processes of their own: the server and the phone, so that memory and processor time are told apart.
//!
//! Owns how they are started, heard and ended. Refuses to measure. Invariant: whoever started a child ends it.

use crate::county::{County, Device};
use crate::fault::Fault;
use gridwalk_app::{
    Enrolment, FileVault, HttpOptions, HttpTransport, KeyVault as _, Notebook, NotebookOptions, OsIds, SyncEngine,
    SystemClock, keys,
};
use gridwalk_model::id::SpaceId;
use gridwalk_server::{Server, ServerOptions, serving};
use serde_json::{Value as Json, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

/// A server that runs.
pub struct Running {
    child: Child,
    /// Where it listens: `127.0.0.1:port`.
    pub address: String,
    _out: BufReader<ChildStdout>,
}

fn start(role: &str, arguments: &[&str]) -> Result<(Child, BufReader<ChildStdout>), Fault> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--child").arg(role).args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn()?;
    let out = child.stdout.take().ok_or_else(|| Fault::Expected("a child's output".to_owned()))?;
    Ok((child, BufReader::new(out)))
}

impl Running {
    /// Starts a server on a folder.
    pub fn start(folder: &Path) -> Result<Self, Fault> {
        let (child, mut out) = start("server", &[&folder.to_string_lossy()])?;
        let mut address = String::new();
        out.read_line(&mut address)?;
        Ok(Self { child, address: address.trim().to_owned(), _out: out })
    }

    /// Processor time that it took so far, seconds.
    pub fn cpu_s(&self) -> Result<f64, Fault> {
        cpu_s(&self.child.id().to_string())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Runs the first sync of a phone in a process of its own; what it says of itself.
pub fn first_sync(folder: &Path, address: &str, county: &County) -> Result<Json, Fault> {
    let space = county.space.to_string();
    let (mut child, mut out) = start("phone", &[&folder.to_string_lossy(), address, &space, &county.server_key])?;
    let mut said = String::new();
    out.read_line(&mut said)?;
    if !child.wait()?.success() {
        return Err(Fault::Expected("a phone that syncs".to_owned()));
    }
    Ok(serde_json::from_str(&said)?)
}

/// Processor time of a process, user and system, seconds.
fn cpu_s(process: &str) -> Result<f64, Fault> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let after = stat.rsplit(") ").next().unwrap_or_default();
    let ticks: f64 = after.split(' ').skip(11).take(2).filter_map(|t| t.parse::<f64>().ok()).sum();
    // Linux counts in hundredths for whoever reads it here.
    Ok(ticks / 100.0)
}

/// Peak of the memory that this process had, KiB.
fn peak_kib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    line.and_then(|l| l.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or(0.0)
}

/// What a child process does.
pub fn run(arguments: &[String]) -> Result<(), Fault> {
    match arguments {
        [role, folder] if role == "server" => serve(Path::new(folder)),
        [role, folder, address, space, key] if role == "phone" => phone(Path::new(folder), address, space, key),
        _ => Err(Fault::Expected("a child's role".to_owned())),
    }
}

fn serve(folder: &Path) -> Result<(), Fault> {
    let server = Server::open(ServerOptions::new(folder))?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
        Ok(serving::serve(&server, serving::Door::plain(listener), serving::stop_asked()).await?)
    })
}

/// A phone's notebook in a folder, enrolled as the first device.
pub fn notebook(folder: &Path, space: SpaceId, server_key: &str) -> Result<Arc<Notebook>, Fault> {
    std::fs::create_dir_all(folder)?;
    let device = Device::new(space, 0);
    let vault = FileVault::new(folder.join("keys"));
    if vault.load(keys::DEVICE_KEY)?.is_none() {
        let enrolment = Enrolment {
            address: "http://localhost".to_owned(),
            device: device.id,
            device_name: "手机".to_owned(),
            account: device.account,
            name: "王网格".to_owned(),
            roles: vec!["gridworker".to_owned()],
            server_key: server_key.to_owned(),
            spaces: Vec::new(),
            ..Enrolment::default()
        };
        vault.keep(keys::ENROLMENT, &serde_json::to_vec(&enrolment)?)?;
        vault.keep(keys::DEVICE_KEY, device.key.as_bytes())?;
    }
    let (clock, ids) = (Arc::new(SystemClock::new()), Arc::new(OsIds));
    let path = folder.join("phone.db");
    Ok(Arc::new(Notebook::open(NotebookOptions { path, clock, ids, keys: Arc::new(vault) })?))
}

fn phone(folder: &Path, address: &str, space: &str, key: &str) -> Result<(), Fault> {
    let space = space.parse().map_err(|_| Fault::Expected("a space".to_owned()))?;
    let notebook = notebook(folder, space, key)?;
    let transport = HttpTransport::new(&format!("http://{address}"), &HttpOptions::default())
        .map_err(gridwalk_app::AppError::from)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (start, before) = (Instant::now(), cpu_s("self")?);
    let report = runtime.block_on(SyncEngine::new(notebook).sync_once(&transport))?;
    let said = json!({
        "seconds": start.elapsed().as_secs_f64(),
        "cpu_s": cpu_s("self")? - before,
        "peak_kib": peak_kib(),
        "rows": report.rows,
        "pages": report.pages,
        "agreed": report.agreed,
    });
    writeln!(std::io::stdout(), "{said}")?;
    Ok(())
}
