//! A street to test on: the real server program on a free port of this machine, phones as folders.

#![allow(dead_code, reason = "each test binary uses its own part of it")]
#![expect(clippy::unwrap_used, reason = "a test stops where its street cannot be set up")]

use gridwalk_model::Timestamp;
use serde_json::Value as Json;
use std::cell::RefCell;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::SystemTime;

const DIVISIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalog/places/nanhu_330402.csv");
const VILLAGE: &str = "330402007024";
const GRID: &str = "330402007024001";
const OTHER_GRID: &str = "330402007029001";

/// The newest change to a source below a folder.
fn newest(folder: &Path) -> SystemTime {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap());
    let changed = entries.map(|e| {
        let about = e.metadata().unwrap();
        if about.is_dir() { newest(&e.path()) } else { about.modified().unwrap() }
    });
    changed.max().unwrap_or(SystemTime::UNIX_EPOCH)
}

/// The server program beside this one; built here if it is older than its sources.
fn server_program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let program = Path::new(env!("CARGO_BIN_EXE_gridwalk")).with_file_name("gridwalk-server");
        let sources = ["sync-server", "core/model", "core/sync", "catalog"].map(|f| newest(&root.join(f)));
        let built = std::fs::metadata(&program).and_then(|about| about.modified());
        if built.is_ok_and(|at| sources.into_iter().all(|source| source < at)) {
            return program;
        }
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "gridwalk-server", "--bin", "gridwalk-server"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status()
            .unwrap();
        assert!(built.success(), "the server program does not build");
        program
    })
}

/// A server with one real county, and room for phones.
pub struct Street {
    folder: tempfile::TempDir,
    server: RefCell<Option<Child>>,
    address: String,
    /// Id of a grid in which nobody here works.
    pub other_grid: String,
}

impl Street {
    /// Sets it up: a county, ann as gridworker of a grid, bob as supervisor of its village.
    pub fn new() -> Self {
        let mut street = Self::over(Path::new(DIVISIONS), ("330402", "南湖区"), 2);
        street.people();
        street
    }

    fn people(&mut self) {
        self.user("ann", "gridworker", GRID);
        self.user("bob", "village_supervisor", VILLAGE);
        self.other_grid = self.unit(OTHER_GRID);
    }

    /// A county by its table of divisions, with so many grids below each village, and nobody in it yet.
    pub fn over(divisions: &Path, county: (&str, &str), grids: usize) -> Self {
        Self::founded(divisions, county, grids, None)
    }

    /// The same as `new`, where it was that time when the county was set up, and goes on from there.
    pub fn in_the_year_of(at: Timestamp) -> Self {
        let mut street = Self::founded(Path::new(DIVISIONS), ("330402", "南湖区"), 2, Some(at));
        street.people();
        street
    }

    fn founded(divisions: &Path, (county, name): (&str, &str), grids: usize, at: Option<Timestamp>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if let Some(at) = at {
            put_clock(folder.path(), at);
        }
        admin(folder.path(), &["init", "--county", county, "--county-name", name, "--admin", "li"]);
        let grids = grids.to_string();
        admin(folder.path(), &["import", "units", divisions.to_str().unwrap(), "--grids", &grids]);
        let (server, address) = serve(folder.path(), "127.0.0.1:0");
        Self { server: RefCell::new(Some(server)), address, other_grid: String::new(), folder }
    }

    /// A county with the divisions of this table, as text.
    pub fn with_table(table: &str, county: (&str, &str), grids: usize) -> Self {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), table).unwrap();
        Self::over(file.path(), county, grids)
    }

    /// Somebody who works here.
    pub fn user(&self, login: &str, role: &str, unit: &str) {
        self.admin(&["user", "add", login, "--role", role, "--unit", unit]);
    }

    /// The id of the unit with that code.
    pub fn unit(&self, code: &str) -> String {
        let units = self.admin(&["unit", "list"]);
        let unit = units["units"].as_array().unwrap().iter().find(|u| u["code"] == code).unwrap();
        unit["unit"].as_str().unwrap().to_owned()
    }

    /// Where the server listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A phone that is enrolled for this login and has pulled.
    pub fn phone(&self, login: &str) -> Phone {
        let code = admin(self.folder.path(), &["user", "code", login, "--confirmed"]);
        let phone = Phone { name: login.to_owned(), folder: self.folder.path().join(login) };
        phone.ok(&["enrol", &self.address, code["code"].as_str().unwrap()]);
        phone.sync();
        phone
    }

    /// A verb of the server's program that succeeds.
    pub fn admin(&self, args: &[&str]) -> Json {
        admin(self.folder.path(), args)
    }

    /// What a verb of the server's program says to people.
    pub fn admin_text(&self, args: &[&str]) -> String {
        let mut server = Command::new(server_program());
        let output = server.arg("--folder").arg(self.folder.path().join("server")).args(args).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// The folder with everything, for files that come from elsewhere.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What a verb of the server's program that fails says to programs.
    pub fn admin_fails(&self, args: &[&str]) -> Json {
        let output = administer(self.folder.path(), args);
        assert!(!output.status.success(), "{args:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// What a verb of the server's program says to programs, whether it succeeds or fails.
    pub fn admin_any(&self, args: &[&str]) -> Json {
        serde_json::from_slice(&administer(self.folder.path(), args).stdout).unwrap()
    }

    /// A phone that nobody enrolled.
    pub fn stranger(&self) -> Phone {
        Phone { name: "stranger".to_owned(), folder: self.folder.path().join("stranger") }
    }

    /// The network is gone; returns the address to come back to.
    pub fn stop(&self) -> String {
        if let Some(mut server) = self.server.borrow_mut().take() {
            server.kill().unwrap();
            server.wait().unwrap();
        }
        self.address.clone()
    }

    /// So many days go by for everybody: the server is started again, and phones tell the new day from now on.
    pub fn days_pass(&self, days: i64) {
        let address = self.stop();
        let ahead_ms = clock_ahead(self.folder.path()).parse::<i64>().unwrap() + days * 86_400_000;
        std::fs::write(self.folder.path().join(CLOCK_AHEAD), ahead_ms.to_string()).unwrap();
        self.start_again(&address);
    }

    /// So many minutes go by while there is no network.
    pub fn minutes_pass(&self, minutes: i64) {
        assert!(self.server.borrow().is_none(), "a server that runs would not hear of it");
        let ahead_ms = self.ahead_ms() + minutes * 60_000;
        std::fs::write(self.folder.path().join(CLOCK_AHEAD), ahead_ms.to_string()).unwrap();
    }

    /// It is that time for everybody, as of now.
    pub fn clock_at(&self, at: Timestamp) {
        let address = self.stop();
        put_clock(self.folder.path(), at);
        self.start_again(&address);
    }

    /// By how much everybody's clock is ahead of the real one.
    pub fn ahead_ms(&self) -> i64 {
        clock_ahead(self.folder.path()).parse().unwrap()
    }

    /// It is back on a port of its own, with TLS; the new address.
    pub fn start_with_tls(&self) -> String {
        self.stop();
        let (server, address) = serve_with(self.folder.path(), "127.0.0.1:0", &["--tls"]);
        *self.server.borrow_mut() = Some(server);
        address
    }

    /// It is back.
    pub fn start_again(&self, address: &str) {
        let listen = address.trim_start_matches("http://");
        *self.server.borrow_mut() = Some(serve(self.folder.path(), listen).0);
    }
}

impl Drop for Street {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The file in a street's folder that says by how many milliseconds its clocks are ahead.
const CLOCK_AHEAD: &str = "clock-ahead";

/// Puts the clocks of everybody in this folder to that time.
fn put_clock(folder: &Path, at: Timestamp) {
    let now_ms = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    let ahead_ms = at.0 - i64::try_from(now_ms).unwrap();
    std::fs::write(folder.join(CLOCK_AHEAD), ahead_ms.to_string()).unwrap();
}

fn clock_ahead(folder: &Path) -> String {
    std::fs::read_to_string(folder.join(CLOCK_AHEAD)).unwrap_or_else(|_| "0".to_owned())
}

fn administer(folder: &Path, args: &[&str]) -> Output {
    let mut server = Command::new(server_program());
    server.env("GRIDWALK_CLOCK_AHEAD_MS", clock_ahead(folder));
    server.arg("--folder").arg(folder.join("server")).arg("--json").args(args).output().unwrap()
}

fn admin(folder: &Path, args: &[&str]) -> Json {
    let output = administer(folder, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn serve(folder: &Path, listen: &str) -> (Child, String) {
    serve_with(folder, listen, &[])
}

fn serve_with(folder: &Path, listen: &str, more: &[&str]) -> (Child, String) {
    let mut server = Command::new(server_program())
        .env("GRIDWALK_CLOCK_AHEAD_MS", clock_ahead(folder))
        .arg("--folder")
        .arg(folder.join("server"))
        .args(["--json", "serve", "--listen", listen])
        .args(more)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: Json = serde_json::from_str(&line).unwrap_or_else(|_| panic!("the server said {line:?}"));
    (server, said["listening"].as_str().unwrap().to_owned())
}

/// A phone: a folder.
pub struct Phone {
    /// Whose it is.
    pub name: String,
    folder: PathBuf,
}

impl Phone {
    /// A phone in this folder, which nobody enrolled.
    pub fn at(folder: PathBuf, name: &str) -> Self {
        Self { name: name.to_owned(), folder }
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gridwalk"));
        command.env("GRIDWALK_CLOCK_AHEAD_MS", clock_ahead(self.folder.parent().unwrap()));
        command.env_remove("GRIDWALK_LANG").env_remove("GRIDWALK_PHONE").arg("--phone").arg(&self.folder);
        command
    }

    /// Runs a verb with `--json`.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command().arg("--json").args(args).output().unwrap()
    }

    /// The same with variables of the environment.
    pub fn run_with(&self, variables: &[(&str, &str)], args: &[&str]) -> Output {
        self.command().envs(variables.iter().copied()).arg("--json").args(args).output().unwrap()
    }

    /// Runs a verb for people.
    pub fn run_plain(&self, args: &[&str]) -> Output {
        self.command().args(args).output().unwrap()
    }

    /// What a verb says to people.
    pub fn text(&self, args: &[&str]) -> String {
        String::from_utf8(self.run_plain(args).stdout).unwrap()
    }

    /// What a verb that succeeds says to programs.
    pub fn ok(&self, args: &[&str]) -> Json {
        let output = self.run(args);
        let said = [&output.stderr, &output.stdout].map(|out| String::from_utf8_lossy(out).into_owned());
        assert!(output.status.success(), "{} {args:?}: {}", self.name, said.concat());
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Syncs to the end.
    pub fn sync(&self) {
        let done = self.ok(&["sync"]);
        assert_eq!(done["done"], true, "{}: {done}", self.name);
        assert_eq!(done["report"]["mismatch"].as_array().unwrap().len(), 0, "{}: {done}", self.name);
    }
}

/// The exit code and the code of a verb that fails.
pub fn fails(phone: &Phone, args: &[&str]) -> (i32, String) {
    let output = phone.run(args);
    let said: Json = serde_json::from_slice(&output.stderr)
        .unwrap_or_else(|_| panic!("{args:?} said {}", String::from_utf8_lossy(&output.stdout)));
    assert!(!said["error"]["message"].as_str().unwrap().is_empty());
    (output.status.code().unwrap(), said["error"]["code"].as_str().unwrap().to_owned())
}
