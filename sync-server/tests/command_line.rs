//! The real program in a scratch folder, as a person at a terminal uses it.
//!
//! Owns the way from `init` to an enrolled phone and a clean stop. Refuses to look into the database: it reads what the
//! program prints and what the server answers.

#![expect(clippy::unwrap_used, reason = "a test's failure is the message")]

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::SigningKey;
use gridwalk_model::Timestamp;
use gridwalk_model::id::{DeviceId, RecordId, SpaceId};
use gridwalk_server::{Server, ServerOptions, limits};
use gridwalk_sync::handover::{self, HandOver, LeftChange, LeftDraft, LeftPicture};
use gridwalk_sync::proof::{self, Covered};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../catalog/places/nanhu_330402.csv");

fn program(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gridwalk-server"));
    command.args(args).arg("--folder").arg(folder);
    command.env("LANG", "C").env_remove("LC_ALL").env_remove("LC_MESSAGES").env_remove("GRIDWALK_FOLDER");
    command.stdin(Stdio::null());
    command
}

/// Runs a verb to its end: status, output, errors.
fn run(folder: &Path, args: &[&str]) -> (ExitStatus, String, String) {
    let output = program(folder, args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status, text(output.stdout), text(output.stderr))
}

/// Runs a verb that must end well: its JSON.
fn good(folder: &Path, args: &[&str]) -> Value {
    let (status, out, err) = run(folder, &[args, &["--json"]].concat());
    assert!(status.success(), "{args:?}: {out}{err}");
    assert_eq!(out.lines().count(), 1, "one object: {out}");
    serde_json::from_str(&out).unwrap()
}

/// Runs a verb that must fail: what it says.
fn bad(folder: &Path, args: &[&str]) -> String {
    let (status, out, err) = run(folder, args);
    assert!(!status.success() && out.is_empty(), "{args:?}: {out}");
    err
}

/// A server that runs until it is told to stop.
struct Serving {
    child: Child,
    out: BufReader<ChildStdout>,
    address: String,
    announced: Value,
}

impl Serving {
    fn start(folder: &Path, more: &[&str]) -> Self {
        let args = [&["serve", "--listen", "127.0.0.1:0", "--json"], more].concat();
        let mut child = program(folder, &args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let announced: Value = serde_json::from_str(&line).unwrap();
        let address = announced["listening"].as_str().unwrap().strip_prefix("http://").unwrap().to_owned();
        Self { child, out, address, announced }
    }

    /// One request on a connection of its own: status, head, body.
    fn ask(&self, method: &str, path: &str, headers: &[(&str, String)], body: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_lowercase(), unchunked(head, body))
    }

    /// SIGTERM, and how the process ended.
    fn stop(mut self) -> (ExitStatus, String) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap(), rest)
    }
}

fn unchunked(head: &str, body: &str) -> String {
    if !head.to_lowercase().contains("transfer-encoding: chunked") {
        return body.to_owned();
    }
    let (mut rest, mut whole) = (body, String::new());
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap();
        whole.push_str(&after[..size]);
        rest = after[size..].trim_start_matches("\r\n");
        if size == 0 {
            break;
        }
    }
    whole
}

fn scratch() -> (tempfile::TempDir, PathBuf) {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("server");
    (scratch, folder)
}

#[test]
fn from_an_empty_folder_to_an_enrolled_phone_and_a_clean_stop() {
    let (_scratch, folder) = scratch();
    let folder = folder.as_path();
    let init = good(folder, &["init", "--county", "330402", "--admin", "li"]);
    assert_eq!(init["admin"]["password"].as_str().unwrap().len(), 19);
    let import = good(folder, &["import", "units", TABLE, "--grids", "2"]);
    assert_eq!(import["counts"], json!({ "city": 1, "county": 1, "township": 13, "village": 143, "grid": 286 }));
    assert_eq!((&import["added"], &import["named"]), (&json!(442), &json!(2)), "{import}");
    let again = good(folder, &["import", "units", TABLE, "--grids", "2"]);
    assert_eq!((&again["added"], &again["named"], &again["unchanged"]), (&json!(0), &json!(0), &json!(444)));

    good(folder, &["user", "add", "zhang", "--name", "张三"]);
    let grid = &good(folder, &["unit", "list", "--level", "grid"])["units"][0];
    good(folder, &["user", "grant", "zhang", "--role", "gridworker", "--unit", grid["code"].as_str().unwrap()]);
    let said = bad(folder, &["user", "grant", "zhang", "--role", "king", "--unit", "330402"]);
    assert!(said.contains("no such role; there are: gridworker,"), "{said}");

    let server = Serving::start(folder, &[]);
    assert_eq!(server.announced["set_up"], Value::Null);
    // The folder is taken now: a second server is refused, and verbs go through the one that runs.
    let said = bad(folder, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(said.contains("another process works in the folder"), "{said}");
    let code = good(folder, &["user", "code", "zhang", "--confirmed"])["code"].as_str().unwrap().to_owned();
    let (device, now) = enrol_and_ask(&server, &code, grid);

    let (status, head, page) = server.ask("GET", "/", &[("accept-language", "zh-CN".to_owned())], "");
    assert_eq!(status, 200);
    assert!(head.contains("content-type: text/html; charset=utf-8") && head.contains("x-request-id: "), "{head}");
    assert!(
        page.contains("南湖区") && page.contains("<td class=\"n\">143</td>") && !page.contains("<script"),
        "{page}"
    );
    let (status, _, _) = server.ask("GET", "/setup", &[], "");
    assert_eq!(status, 404);
    // A stream that is open does not hold the stop up: it is ended.
    let mut stream = open_events(&server, device, now);
    let asked = std::time::Instant::now();
    let (ended, said) = server.stop();
    assert_eq!(ended.code(), Some(0));
    assert_eq!(said.trim(), r#"{"stopped":true}"#);
    assert!(asked.elapsed().as_secs() < limits::STOP_GRACE_S, "the stop waited for a stream");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert!(!folder.join("gridwalk.door").exists());
    let wal = std::fs::metadata(folder.join("gridwalk.db-wal")).map_or(0, |m| m.len());
    assert_eq!(wal, 0, "everything is in the main file");

    let copy = folder.join("copy.db");
    let copy = copy.to_str().unwrap();
    good(folder, &["backup", copy]);
    assert!(bad(folder, &["backup", copy]).contains("copy.db"), "a backup is never written over");
    let head = good(folder, &["audit", "head"])["head"].as_str().unwrap().to_owned();
    assert!(head.starts_with("gridwalk-head-1 "), "{head}");
    std::fs::write(folder.join("office.txt"), format!("{head}\n")).unwrap();
    let office = folder.join("office.txt").display().to_string();
    let verified = good(folder, &["audit", "verify", "--heads", &office]);
    assert!(verified["acts"].as_i64().unwrap() > 3 && verified["heads"].as_i64().unwrap() > 0, "{verified}");
    assert_eq!(verified["good"], true);
    assert!(verified["records"].as_u64().unwrap() >= 444);
    let devices = &good(folder, &["user", "list"])["accounts"][1]["devices"];
    assert_eq!(devices.as_array().unwrap().len(), 1);
}

/// A phone's open stream of events, its head read.
fn open_events(server: &Serving, device: DeviceId, now: Timestamp) -> TcpStream {
    let covered = Covered { method: "GET", path: "/v1/events", query: "", body: b"" };
    let mut stream = TcpStream::connect(&server.address).unwrap();
    write!(stream, "GET /v1/events HTTP/1.1\r\nhost: {}\r\ngridwalk-protocol: 1\r\n", server.address).unwrap();
    for (name, value) in proof::headers(&covered, device, &SigningKey::from_bytes(&[5; 32]), now, [8; 16]) {
        write!(stream, "{name}: {value}\r\n").unwrap();
    }
    stream.write_all(b"\r\n").unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    assert_eq!(&status, b"HTTP/1.1 200");
    stream
}

fn enrol_and_ask(server: &Serving, code: &str, grid: &Value) -> (DeviceId, Timestamp) {
    let key = SigningKey::from_bytes(&[5; 32]);
    let public_key = BASE64URL_NOPAD.encode(&key.verifying_key().to_bytes());
    let body =
        json!({ "code": code.to_lowercase(), "public_key": public_key, "device_name": "张三的手机" }).to_string();
    let (status, _, first) = server.ask("POST", "/v1/enrol", &[], &body);
    assert_eq!(status, 200, "{first}");
    let enrolled: Value = serde_json::from_str(&first).unwrap();
    assert_eq!((&enrolled["name"], &enrolled["roles"]), (&json!("张三"), &json!(["gridworker"])));
    let spaces = enrolled["spaces"].as_array().unwrap();
    assert_eq!(spaces.len(), 2, "the tree and the county");
    assert_eq!((&spaces[0]["reference"], &spaces[1]["name"]), (&json!(true), &json!("南湖区")));
    assert!(spaces.iter().all(|space| space["units"] == json!([grid["unit"]])));

    // The answer may have been lost: the same phone gets it again, another one does not.
    let (status, _, again) = server.ask("POST", "/v1/enrol", &[], &body);
    assert_eq!(status, 200);
    assert_eq!(serde_json::from_str::<Value>(&again).unwrap()["device"], enrolled["device"]);
    let stranger = SigningKey::from_bytes(&[6; 32]).verifying_key().to_bytes();
    let body = body.replace(&public_key, &BASE64URL_NOPAD.encode(&stranger));
    let (status, head, problem) = server.ask("POST", "/v1/enrol", &[], &body);
    assert_eq!(status, 403);
    assert!(head.contains("application/problem+json") && problem.contains("\"bad_code\""), "{problem}");

    let device: DeviceId = enrolled["device"].as_str().unwrap().parse().unwrap();
    let covered = Covered { method: "GET", path: "/v1/me", query: "", body: b"" };
    let now = Timestamp(enrolled["now"].as_i64().unwrap());
    let headers = proof::headers(&covered, device, &key, now, [7; 16]);
    let (status, _, me) = server.ask("GET", "/v1/me", &headers, "");
    assert_eq!(status, 200, "{me}");
    assert_eq!(serde_json::from_str::<Value>(&me).unwrap()["spaces"], enrolled["spaces"]);
    let (status, _, _) = server.ask("GET", "/v1/me", &[], "");
    assert_eq!(status, 401);
    (device, now)
}

#[test]
fn what_a_phone_left_behind_is_shown_to_somebody_and_the_audit_says_to_whom() {
    let (_scratch, folder) = scratch();
    let folder = folder.as_path();
    good(folder, &["init", "--county", "330402", "--admin", "li"]);
    good(folder, &["user", "add", "sun", "--role", "security_admin", "--unit", "330402"]);
    good(folder, &["user", "add", "zhang", "--role", "gridworker", "--unit", "330402"]);
    let draft = LeftDraft {
        space: SpaceId([1; 16]),
        record: RecordId([2; 16]),
        kind: "resident".into(),
        basis: vec![],
        content: "{\"name\":\"小明\"}".into(),
    };
    let bytes = [b"\xff\xd8\xff\xe0".as_slice(), &[9; 20]].concat();
    let picture = LeftPicture { space: SpaceId([2; 16]), record: RecordId([4; 16]), bytes: bytes.clone() };
    let left = HandOver {
        device: DeviceId([6; 16]),
        changes: vec![LeftChange { list: "attention".into(), body: [0xff].as_slice().into() }],
        drafts: vec![draft],
        pictures: vec![picture],
    };
    let server = Server::open(ServerOptions::new(folder)).unwrap();
    let sealed = handover::seal_left(&left, &server.running().key.verifying_key(), &[9; 32]).unwrap();
    let seal = handover::hash_of(&sealed);
    let zhang = server.read(|r| r.tx.account_by_login("zhang")).unwrap().unwrap().id;
    let device = |now| gridwalk_server::store::DeviceRow {
        id: left.device,
        account: zhang,
        name: "phone".to_owned(),
        public_key: [7; 32],
        enrolled_at: now,
        revoked_at: Some(now),
        purged_at: None,
    };
    server.write(|w| w.tx.device_put(&device(w.now))).unwrap();
    server.write(|w| w.tx.hand_over_put(seal, left.device, w.now, &sealed)).unwrap();
    server.close().unwrap();
    drop(server);
    let seal = seal.to_string();
    let kept = folder.join("left-pictures");
    let shown = good(folder, &["left-over", &seal, "--by", "sun", "--pictures", kept.to_str().unwrap()]);
    assert_eq!(std::fs::read(kept.join(shown["left"][2]["file"].as_str().unwrap())).unwrap(), bytes);
    assert_eq!(shown["device"], left.device.to_string());
    assert_eq!(shown["left"][0], json!({ "list": "attention", "bytes": "ff" }));
    assert_eq!(
        (&shown["left"][1]["kind"], &shown["left"][1]["content"]),
        (&json!("resident"), &json!(left.drafts[0].content))
    );
    let audit = good(folder, &["audit", "list"]).to_string();
    assert!(audit.contains("left_over_opened") && audit.contains(&seal), "{audit}");
    assert!(bad(folder, &["left-over", &seal, "--by", "nobody"]).contains("account"));
    assert!(bad(folder, &["left-over", &seal, "--by", "li"]).contains("power"));
    assert_eq!(good(folder, &["left-over", &seal, "--by", "zhang"])["device"], left.device.to_string(), "whose it was");
    assert!(bad(folder, &["left-over", "00ff", "--by", "li"]).contains("hand-over"));
}

#[test]
fn a_folder_without_a_server_is_set_up_in_the_browser() {
    let (_scratch, folder) = scratch();
    let folder = folder.as_path();
    let server = Serving::start(folder, &[]);
    let link = server.announced["set_up"].as_str().unwrap().to_owned();
    let code = link.split_once("code=").unwrap().1.to_owned();
    let (status, head, _) = server.ask("GET", "/", &[], "");
    assert_eq!(status, 303);
    assert!(head.contains("location: /setup"), "{head}");
    let (status, _, page) = server.ask("GET", &format!("/setup?code={code}%22%3E%3Cscript%3E"), &[], "");
    assert_eq!(status, 200);
    assert!(page.contains("&quot;&gt;&lt;script&gt;") && !page.contains("<script"), "{page}");

    let form = [("content-type", "application/x-www-form-urlencoded".to_owned())];
    let fill = |code: &str, county: &str, password: &str| {
        format!(
            "code={code}&county={county}&county_name=%E5%8D%97%E6%B9%96%E5%8C%BA&login=li&name=&password={password}"
        )
    };
    let other = "0000-0000-0000-0000-0000-0000-0000";
    assert_eq!(server.ask("POST", "/setup", &form, &fill(other, "330402", "long+enough+pw")).0, 403);
    assert_eq!(server.ask("POST", "/setup", &form, &fill(&code, "33040x", "long+enough+pw")).0, 422);
    let (status, _, page) = server.ask("POST", "/setup", &form, &fill(&code, "330402", "short"));
    assert_eq!(status, 422);
    assert!(page.contains("至少 10 个字符") && !page.contains("value=\"short\""), "{page}");
    assert_eq!(server.ask("POST", "/setup", &form, &fill(&code, "330402", "long+enough+pw")).0, 200);
    assert_eq!(server.ask("POST", "/setup", &form, &fill(&code, "330402", "long+enough+pw")).0, 404);
    assert_eq!(server.ask("GET", "/", &[], "").0, 200);
    let (ended, _) = server.stop();
    assert_eq!(ended.code(), Some(0));
    let accounts = good(folder, &["user", "list"]);
    assert_eq!(accounts["accounts"][0]["grants"][0]["role"], "system_admin");
}

#[test]
fn what_goes_wrong_is_one_clear_sentence() {
    let (scratch, folder) = scratch();
    let folder = folder.as_path();
    let said = bad(folder, &["status"]);
    assert!(said.contains("there is no server in the folder"), "{said}");
    let said = bad(folder, &["init", "--county", "3304", "--admin", "a b"]);
    assert!(said.contains("a login has 1 to 40"), "{said}");
    let said = bad(folder, &["init", "--county", "33", "--admin", "li"]);
    assert!(said.contains("33"), "{said}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let in_use = format!("the address {address} is in use by another program");
    let said = bad(folder, &["serve", "--listen", &address]);
    assert!(said.contains(&in_use), "{said}");
    assert!(!folder.exists(), "what failed left nothing behind");
    good(folder, &["init", "--county", "3304", "--admin", "li"]);
    let said = bad(folder, &["init", "--county", "3304", "--admin", "li"]);
    assert!(said.contains("there is a server in the folder"), "{said}");
    let said = bad(folder, &["user", "code", "nobody", "--lang", "zh"]);
    assert!(said.contains("没有这个账号"), "{said}");

    let table = scratch.path().join("bad.csv");
    let rows = "code,name,parent,level,kind\n3304,嘉兴市,,prefecture,\n330402,,3304,county,\n330403,乙,3304,shire,\n";
    std::fs::write(&table, rows).unwrap();
    let said = bad(folder, &["import", "units", table.to_str().unwrap()]);
    assert!(said.contains("was not imported; 2 fault") || said.contains("2 found"), "{said}");
    assert!(
        said.contains("bad.csv B3: the name is empty") && said.contains("bad.csv D4: there is no level shire"),
        "{said}"
    );
    let said = bad(folder, &["import", "units", "no_such_file.csv"]);
    assert!(said.contains("no_such_file.csv"), "{said}");

    let said = bad(folder, &["serve", "--listen", &address]);
    assert!(said.contains(&in_use), "{said}");

    let database = folder.join("gridwalk.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let middle = bytes.len() / 2;
    bytes[4096..middle].fill(0xa5);
    std::fs::write(&database, bytes).unwrap();
    let said = bad(folder, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(said.contains("is damaged") && said.contains("serve --restored"), "{said}");
}

#[test]
fn the_doctor_says_what_is_wrong_and_the_way_on() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("data");
    let codes = |told: &Value| -> Vec<String> {
        told["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap().to_owned()).collect()
    };
    let (status, out, _) = run(&folder, &["doctor", "--json", "--listen", "127.0.0.1:0"]);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert!(!status.success());
    assert_eq!(codes(&told), ["folder_missing", "port_free", "database_closed"]);
    good(&folder, &["init", "--county", "330402", "--admin", "li"]);
    let told = good(&folder, &["doctor", "--full", "--listen", "127.0.0.1:0"]);
    let found = codes(&told);
    for wanted in ["folder_good", "versions", "database_good", "keys_good", "clock_good", "backup_never", "chain_good"]
    {
        assert!(found.contains(&wanted.to_owned()), "{wanted}: {found:?}");
    }
    assert_eq!((&told["worst"], &told["good"]), (&json!("warning"), &json!(true)));
    let way_on = |f: &Value| (f["grade"] == "good") == f["way_on"].is_null();
    assert!(told["findings"].as_array().unwrap().iter().all(way_on), "{told}");
    let copy = scratch.path().join("copy.db");
    good(&folder, &["backup", copy.to_str().unwrap()]);
    assert!(codes(&good(&folder, &["doctor", "--listen", "127.0.0.1:0"])).contains(&"backup_good".to_owned()));
    let mut bytes = std::fs::read(folder.join("gridwalk.db")).unwrap();
    let at = bytes.len() / 2;
    bytes[at..at + 4096].fill(0x5a);
    std::fs::write(folder.join("gridwalk.db"), bytes).unwrap();
    let (status, out, _) = run(&folder, &["doctor", "--lang", "zh-Hant", "--listen", "127.0.0.1:0"]);
    assert!(!status.success() && out.contains("資料庫") && out.contains("→"), "{out}");
}

#[test]
fn a_person_is_let_in_listed_and_sent_away_from_the_command_line() {
    let (_scratch, folder) = scratch();
    good(&folder, &["init", "--county", "330402", "--admin", "li"]);
    good(&folder, &["user", "add", "zhang", "--role", "gridworker", "--unit", "330402"]);
    good(&folder, &["user", "add", "chen", "--role", "security_admin", "--unit", "330402"]);
    let serving = Serving::start(&folder, &[]);
    let code = good(&folder, &["user", "login-code", "zhang", "--by", "chen"])["code"].as_str().unwrap().to_owned();
    assert!(bad(&folder, &["user", "login-code", "li", "--by", "chen"]).contains("power"));
    assert!(bad(&folder, &["user", "password", "zhang", "--by", "li"]).contains("power"));
    let own = [("origin", format!("http://{}", serving.address))];
    let body = json!({ "login": "zhang", "password": "correct horse battery", "code": code }).to_string();
    let (status, head, told) = serving.ask("POST", "/v1/login", &own, &body);
    assert_eq!(status, 200, "{told}");
    let cookies = head.lines().filter_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next());
    assert_eq!(cookies.count(), 2, "{head}");
    let sessions = good(&folder, &["user", "sessions", "zhang"])["sessions"].as_array().unwrap().clone();
    assert_eq!((sessions.len(), sessions[0]["stage"].as_str()), (1, Some("whole")));
    let one = sessions[0]["session"].as_str().unwrap();
    assert_eq!(good(&folder, &["user", "sessions", "zhang", "--end", one, "--by", "chen"])["ended"], 1);
    assert_eq!(good(&folder, &["user", "sessions", "zhang", "--end", "all"])["ended"], 0);
    assert!(bad(&folder, &["user", "second-factor", "zhang", "--reset"]).contains("second factor"));
    assert!(bad(&folder, &["user", "oidc", "zhang", "--subject", "x"]).contains("oidc set"));
    assert!(good(&folder, &["oidc", "show"])["issuer"].is_null());
    let (status, _) = serving.stop();
    assert!(status.success());
    let acts = good(&folder, &["audit", "list"]).to_string();
    for act in ["login_code_made", "logged_in", "sessions_ended"] {
        assert!(acts.contains(act), "{act}: {acts}");
    }
}
