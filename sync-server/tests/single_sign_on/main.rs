//! People log in through an office's own provider: a real one, in a process of its own, over HTTP.
//!
//! Owns a provider, a server on a socket, and a browser that goes from the one to the other. The provider is a program for
//! Node that `cargo test-all --setup` installs beside this file; `cargo test-all` runs these stories in a step of their own.

#![expect(clippy::unwrap_used, reason = "a test's failure is the message")]

use gridwalk_model::time::Timestamp;
use gridwalk_model::unit_code::UnitCode;
use gridwalk_server::admin::{Admin, InitPlan, NewAccount};
use gridwalk_server::login::Token;
use gridwalk_server::login::carrier::STATE_COOKIE;
use gridwalk_server::login::oidc::{BACK_PATH, Settings};
use gridwalk_server::login::token::Use;
use gridwalk_server::serving::{self, Door};
use gridwalk_server::{Clock, Server, ServerOptions, SystemClock};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// The machine's clock, and by how much the server's is ahead of it.
#[derive(Default)]
struct Ahead(AtomicI64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_ms(self.0.load(Ordering::SeqCst))
    }
}

/// A provider in a process of its own.
struct Provider {
    child: Child,
    /// Open as long as it lives: it writes warnings there, too.
    _out: BufReader<ChildStdout>,
    issuer: String,
}

impl Provider {
    fn start(port: u16, back: &str) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/single_sign_on/provider.mjs");
        let mut command = Command::new("node");
        command.args([script, &port.to_string(), back]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut issuer = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut issuer).unwrap();
        assert!(issuer.starts_with("http://"), "the provider starts; cargo test-all --setup installs it");
        Self { child, _out: out, issuer: issuer.trim().to_owned() }
    }

    fn port(&self) -> u16 {
        self.issuer.rsplit_once(':').unwrap().1.parse().unwrap()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

/// A server on a socket, its provider, and two people: `zhang`, a gridworker, and `li`, a system administrator.
struct Office {
    runtime: Runtime,
    server: Server,
    admin: Admin,
    clock: Arc<Ahead>,
    address: String,
    provider: Option<Provider>,
    _stop: oneshot::Sender<()>,
    _folder: tempfile::TempDir,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Ahead::default());
        let options = ServerOptions { clock: clock.clone(), durable: false, ..ServerOptions::new(folder.path()) };
        let server = Server::create(options).unwrap();
        let admin = Admin::new(server.clone());
        let code = UnitCode::parse("330402").unwrap();
        let plan =
            InitPlan {
                code, city_name: None, county_name: Some("南湖区".into()), admin: NewAccount::new("li", "李")
            };
        admin.init(&plan).unwrap();
        admin.add_account_with(&NewAccount::new("zhang", "张三"), Some(("gridworker", "330402"))).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = server.clone();
        runtime.spawn(async move {
            let stopped = async { drop(stopped.await) };
            serving::serve(&serving, Door::plain(listener), stopped).await
        });
        let mut office = Self { runtime, server, admin, clock, address, provider: None, _stop: stop, _folder: folder };
        office.restart(0);
        office
    }

    /// The provider is started anew, with other keys.
    fn restart(&mut self, port: u16) {
        self.provider = None;
        let back = format!("{}{BACK_PATH}", self.address);
        self.provider = Some(Provider::start(port, &back));
    }

    fn issuer(&self) -> &str {
        &self.provider.as_ref().unwrap().issuer
    }

    fn settings(&self) -> Settings {
        Settings {
            issuer: self.issuer().to_owned(),
            client: "gridwalk".to_owned(),
            secret: "a secret of forty-two signs that is a test".to_owned().into(),
            address: self.address.clone(),
            authority_pem: None,
        }
    }

    fn count(&self, code: &str) -> usize {
        let rows = self.server.read(|r| r.tx.audit_newest(1000)).unwrap();
        rows.iter().filter(|row| row.code == code).count()
    }
}

/// A browser: its cookies by whom they are of, and who sits before it.
struct Browser<'o> {
    office: &'o Office,
    client: reqwest::Client,
    cookies: BTreeMap<String, BTreeMap<String, String>>,
    person: &'static str,
}

impl<'o> Browser<'o> {
    fn of(office: &'o Office, person: &'static str) -> Self {
        // The server's own client has chosen ring; a browser of the test does so, too.
        let _chosen_before = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { office, client, cookies: BTreeMap::new(), person }
    }

    /// One request: status, where it leads, body.
    fn get(&mut self, url: &str) -> (u16, Option<String>, String) {
        let at = reqwest::Url::parse(url).unwrap();
        let jar = self.cookies.entry(at.authority().to_owned()).or_default();
        let cookies: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.client.get(at.clone()).header("cookie", cookies.join("; ")).header("x-person", self.person);
        let (status, headers, body) = self.office.runtime.block_on(async {
            let response = request.send().await.unwrap();
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            (status, headers, response.text().await.unwrap())
        });
        for line in headers.get_all("set-cookie") {
            let (name, value) = line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            jar.insert(name.to_owned(), value.to_owned());
        }
        let leads = headers.get("location").map(|to| at.join(to.to_str().unwrap()).unwrap().to_string());
        (status, leads, body)
    }

    /// Goes to the provider and comes back as far as the server's own door, which it does not enter yet.
    fn sent_back(&mut self) -> String {
        let mut at = format!("{}/v1/login/oidc", self.office.address);
        for _ in 0..12 {
            let (status, leads, body) = self.get(&at);
            at = leads.unwrap_or_else(|| panic!("{at} leads nowhere: {status} {body}"));
            if at.starts_with(&format!("{}{BACK_PATH}", self.office.address)) {
                return at;
            }
        }
        panic!("the way to the provider has no end");
    }

    fn log_in(&mut self) -> u16 {
        let back = self.sent_back();
        self.get(&back).0
    }

    /// What the session tells.
    fn session(&mut self) -> Option<serde_json::Value> {
        let (status, _, body) = self.get(&format!("{}/v1/session", self.office.address));
        (status == 200).then(|| serde_json::from_str(&body).unwrap())
    }

    fn own_cookies(&mut self) -> &mut BTreeMap<String, String> {
        let authority = reqwest::Url::parse(&self.office.address).unwrap().authority().to_owned();
        self.cookies.entry(authority).or_default()
    }

    /// Another nonce or verifier than what the server noted when it sent this browser away.
    fn forge(&mut self, forged: impl Fn(String, String) -> (String, String)) {
        let state = Token::parse(&self.own_cookies()[STATE_COOKIE]).unwrap().hash(Use::Access);
        let change = |w: &gridwalk_server::Writing<'_>| {
            let (nonce, verifier) = w.tx.oidc_try_use(state, w.now)?.unwrap();
            let (nonce, verifier) = forged(nonce, verifier);
            w.tx.oidc_try_put(state, (&nonce, &verifier), (w.now, w.now.plus_ms(60_000)))
        };
        self.office.server.write(change).unwrap();
    }
}

#[test]
fn whoever_an_administrator_linked_logs_in_and_nobody_else() {
    let office = Office::new();
    let mut zhang = Browser::of(&office, "z-1");
    let start = format!("{}/v1/login/oidc", office.address);
    assert_eq!(zhang.get(&start).0, 404, "no provider yet");
    assert_eq!(office.admin.link_oidc("zhang", "z-1").unwrap_err().code(), "oidc_missing");
    office.admin.set_oidc(Some(&office.settings())).unwrap();
    assert_eq!((zhang.log_in(), zhang.session()), (401, None), "known there, and linked to nobody here");
    office.admin.link_oidc("zhang", "z-1").unwrap();
    assert_eq!(office.admin.link_oidc("li", "z-1").unwrap_err().code(), "oidc_taken");
    let back = zhang.sent_back();
    let (status, leads, page) = zhang.get(&back);
    assert!(status == 200 && leads.is_none() && page.contains("http-equiv=\"refresh\""), "{status} {page}");
    let told = zhang.session().unwrap();
    assert_eq!((told["login"].as_str(), told["stage"].as_str()), (Some("zhang"), Some("whole")));
    assert_eq!(zhang.get(&back).0, 401, "the way back is good once");

    office.admin.link_oidc("li", "l-1").unwrap();
    let mut li = Browser::of(&office, "l-1");
    assert_eq!(li.log_in(), 200);
    assert_eq!(li.session().unwrap()["stage"], "set_up_needed", "a power asks for the second factor here, too");
    assert_eq!(office.admin.unlink_oidc("zhang").unwrap(), 1);
    assert_eq!((zhang.session(), zhang.log_in()), (None, 401), "linked no more");
    office.admin.set_oidc(None).unwrap();
    assert_eq!(zhang.get(&start).0, 404);
    assert_eq!((office.count("logged_in"), office.count("login_failed")), (2, 3));
}

#[test]
fn what_comes_back_otherwise_than_it_went_is_nobody() {
    let office = Office::new();
    office.admin.set_oidc(Some(&office.settings())).unwrap();
    office.admin.link_oidc("zhang", "z-1").unwrap();
    let mut zhang = Browser::of(&office, "z-1");
    let back = zhang.sent_back();
    assert_eq!(Browser::of(&office, "x").get(&back).0, 401, "another browser, as when somebody sends a link");
    assert_eq!(zhang.get(&back).0, 200, "the one that was sent");

    let mut thief = Browser::of(&office, "z-1");
    let first = thief.sent_back();
    let mut other = Browser::of(&office, "z-1");
    let second = other.sent_back();
    let part = |url: &str, name: &str| {
        let url = reqwest::Url::parse(url).unwrap();
        url.query_pairs().find(|(n, _)| n == name).unwrap().1.to_string()
    };
    let swapped = first.replace(&part(&first, "code"), &part(&second, "code"));
    assert_eq!(thief.get(&swapped).0, 401, "somebody else's code: the verifier is not its own");

    let mut zhang = Browser::of(&office, "z-1");
    let back = zhang.sent_back();
    zhang.forge(|_, verifier| ("another nonce".to_owned(), verifier));
    assert_eq!(zhang.get(&back).0, 401, "another nonce");
    let back = zhang.sent_back();
    zhang.forge(|nonce, _| (nonce, "v".repeat(43)));
    assert_eq!(zhang.get(&back).0, 401, "another verifier");
    let back = zhang.sent_back();
    zhang.forge(|nonce, verifier| (nonce, verifier));
    assert_eq!(zhang.get(&back).0, 200, "forged to be the same");
    let back = zhang.sent_back();
    let elsewhere = back.replace("iss=http", "iss=https");
    assert_ne!(back, elsewhere, "the provider says who it is");
    assert_eq!(zhang.get(&elsewhere).0, 401, "another provider");
    let back = zhang.sent_back();
    office.clock.0.fetch_add(11 * 60_000, Ordering::SeqCst);
    assert_eq!(zhang.get(&back).0, 401, "too long away");
}

#[test]
fn clocks_may_differ_by_a_minute_and_not_by_hours() {
    let office = Office::new();
    office.admin.set_oidc(Some(&office.settings())).unwrap();
    office.admin.link_oidc("zhang", "z-1").unwrap();
    for (ahead_s, status) in [(-1200, 401), (-45, 200), (0, 200), (45, 200), (1200, 401), (3 * 3600, 401)] {
        office.clock.0.store(ahead_s * 1000, Ordering::SeqCst);
        assert_eq!(Browser::of(&office, "z-1").log_in(), status, "{ahead_s} s ahead");
    }
}

#[test]
fn a_provider_takes_other_keys_and_one_that_is_away_is_told_as_away() {
    let mut office = Office::new();
    office.admin.set_oidc(Some(&office.settings())).unwrap();
    office.admin.link_oidc("zhang", "z-1").unwrap();
    assert_eq!(Browser::of(&office, "z-1").log_in(), 200);
    let port = office.provider.as_ref().unwrap().port();
    office.restart(port);
    assert_eq!(Browser::of(&office, "z-1").log_in(), 200, "other keys");
    office.provider = None;
    let start = format!("{}/v1/login/oidc", office.address);
    assert_eq!(Browser::of(&office, "z-1").get(&start).0, 503, "it is away");
    for address in ["http://sso.example", "https://sso.example?x=1", "ftp://sso.example", "sso.example", ""] {
        let settings = Settings {
            issuer: address.to_owned(),
            client: "x".into(),
            secret: "x".to_owned().into(),
            address: office.address.clone(),
            authority_pem: None,
        };
        assert_eq!(office.admin.set_oidc(Some(&settings)).unwrap_err().code(), "oidc_address", "{address}");
    }
}
