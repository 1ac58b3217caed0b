//! People log in: from browsers and from their own phones, with one factor or two, until somebody ends it.

use crate::own_key::holds;
use crate::phone::Phone;
use crate::world::{World, options};
use axum::body::Body;
use gridwalk_server::admin::{Admin, Password};
use gridwalk_server::limits;
use gridwalk_server::login::{Token, session};
use gridwalk_server::serving::connection::Peer;
use gridwalk_server::{Server, ServerError, ServerOptions};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tower::ServiceExt;

const PASSWORD: &str = "correct horse battery";

/// A browser with its cookies.
#[derive(Clone, Default)]
struct Browser {
    cookies: BTreeMap<String, String>,
    csrf: Option<String>,
    origin: Option<&'static str>,
    from: Option<&'static str>,
}

impl Browser {
    fn new() -> Self {
        Self { origin: Some("https://grid.example"), ..Self::default() }
    }

    /// What is answered: status, body, lines that set cookies.
    fn ask(&mut self, world: &World, method: &str, path: &str, body: &Value) -> (u16, Value, Vec<String>) {
        let mut request = http::Request::builder().method(method).uri(path).header("host", "grid.example");
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header("cookie", cookies.join("; "));
        }
        if let Some(origin) = self.origin {
            request = request.header("origin", origin);
        }
        if let Some(csrf) = &self.csrf {
            request = request.header("x-csrf-token", csrf);
        }
        let mut request = request.body(Body::from(body.to_string())).unwrap();
        if let Some(from) = self.from {
            request.extensions_mut().insert(Peer(from.parse().unwrap()));
        }
        let response = world.runtime.block_on(world.server.router().oneshot(request)).unwrap();
        let status = response.status().as_u16();
        let lines = response.headers().get_all("set-cookie").iter().map(|v| v.to_str().unwrap().to_owned());
        let lines: Vec<String> = lines.collect();
        for line in &lines {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let body = world.runtime.block_on(response.into_body().collect()).unwrap().to_bytes();
        let told: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if let Some(csrf) = told["csrf_token"].as_str() {
            self.csrf = Some(csrf.to_owned());
        }
        (status, told, lines)
    }

    fn post(&mut self, world: &World, path: &str, body: &Value) -> (u16, Value) {
        let (status, told, _) = self.ask(world, "POST", path, body);
        (status, told)
    }

    fn log_in(&mut self, world: &World, login: &str, password: &str) -> (u16, Value) {
        self.post(world, "/v1/login", &json!({ "login": login, "password": password }))
    }

    fn session(&mut self, world: &World) -> (u16, Value) {
        let (status, told, _) = self.ask(world, "GET", "/v1/session", &Value::Null);
        (status, told)
    }
}

/// A person with a role and a password; the login is `person N`.
fn person(world: &World, n: u8, of: u8, role: &str) -> Phone {
    let phone = world.phone(n);
    world.grant_kinds(&phone, of, role, &[]);
    let admin = Admin::new(world.server.clone());
    admin.set_password(&login(n), Some(&Password::chosen(PASSWORD).unwrap())).unwrap();
    phone
}

fn login(n: u8) -> String {
    format!("person {n}")
}

fn audit(world: &World) -> Vec<(String, bool, String)> {
    let rows = world.server.read(|r| r.tx.audit_newest(1000)).unwrap();
    rows.into_iter().rev().map(|row| (row.code, row.account.is_some(), row.detail)).collect()
}

fn codes(world: &World) -> Vec<String> {
    audit(world).into_iter().map(|(code, ..)| code).collect()
}

fn count(world: &World, code: &str) -> usize {
    codes(world).iter().filter(|c| *c == code).count()
}

/// A request of a phone in a session.
fn asked(world: &World, phone: &Phone, access: &str, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let mut request = phone.request(world, method, path, bytes);
    request.headers_mut().insert("authorization", format!("Bearer {access}").parse().unwrap());
    let (status, body) = world.send(request);
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

fn text(told: &Value, name: &str) -> String {
    told[name].as_str().unwrap_or_else(|| panic!("no {name} in {told}")).to_owned()
}

#[test]
fn a_browser_logs_in_is_renewed_and_logs_out() {
    let world = World::new();
    person(&world, 1, 11, "gridworker");
    let mut browser = Browser::new();
    let (status, told, lines) =
        browser.ask(&world, "POST", "/v1/login", &json!({ "login": login(1), "password": PASSWORD }));
    assert_eq!((status, told["stage"].as_str()), (200, Some("whole")), "{told}");
    assert_eq!((&told["roles"], &told["powers"]), (&json!(["gridworker"]), &json!([])));
    assert!(told["access"].is_null() && told["renewal"].is_null(), "no token of a browser is in a body");
    assert_eq!(lines.len(), 2);
    for line in &lines {
        assert!(line.starts_with("__Host-gridwalk-") && !line.contains("Domain"), "{line}");
        assert!(["Path=/", "Secure", "HttpOnly", "SameSite=Strict"].iter().all(|mark| line.contains(mark)), "{line}");
    }
    let (status, told) = browser.session(&world);
    assert_eq!((status, text(&told, "login")), (200, login(1)));
    let before = browser.clone();
    world.tick(limits::ACCESS_VALID_MS + 1);
    assert_eq!(browser.session(&world).0, 401, "the access token is over");
    assert_eq!(browser.post(&world, "/v1/refresh", &json!({})).0, 200);
    assert_eq!(browser.session(&world).0, 200);
    assert_eq!(before.clone().session(&world).0, 401, "and the one of before stays so");
    assert_eq!(browser.post(&world, "/v1/logout", &json!({})).0, 204);
    assert_eq!((browser.session(&world).0, browser.post(&world, "/v1/refresh", &json!({})).0), (401, 401));
    assert_eq!((count(&world, "logged_in"), count(&world, "logged_out")), (1, 1));
    let kept = std::fs::read(world.dir.path().join("gridwalk.db")).unwrap();
    let wal = std::fs::read(world.dir.path().join("gridwalk.db-wal")).unwrap_or_default();
    for token in before.cookies.values() {
        let bytes = data_encoding::BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
        let stands =
            |file: &[u8]| [&bytes[..], token.as_bytes()].iter().any(|t| file.windows(t.len()).any(|w| w == *t));
        assert!(!stands(&kept) && !stands(&wal), "a token stands in the database");
    }
}

#[test]
fn what_another_site_makes_a_browser_send_changes_nothing() {
    let world = World::new();
    person(&world, 1, 11, "gridworker");
    let mut elsewhere = Browser { origin: Some("https://evil.example"), ..Browser::new() };
    let (status, told) = elsewhere.log_in(&world, &login(1), PASSWORD);
    assert_eq!((status, text(&told, "detail")), (403, "other_origin".to_owned()));
    let mut browser = Browser::new();
    assert_eq!(browser.log_in(&world, &login(1), PASSWORD).0, 200);
    for origin in [Some("https://evil.example"), Some("null"), Some("http://grid.example"), None] {
        let mut other = Browser { origin, ..browser.clone() };
        for path in ["/v1/logout", "/v1/refresh", "/v1/login/totp"] {
            let (status, told) = other.post(&world, path, &json!({ "act": "set_up" }));
            assert_eq!((status, text(&told, "detail")), (403, "other_origin".to_owned()), "{path} {origin:?}");
        }
    }
    let mut other_person = Browser::new();
    person(&world, 2, 11, "gridworker");
    assert_eq!(other_person.log_in(&world, &login(2), PASSWORD).0, 200);
    for csrf in [None, Some("x".to_owned()), other_person.csrf] {
        let (status, told) = Browser { csrf, ..browser.clone() }.post(&world, "/v1/logout", &json!({}));
        assert_eq!((status, text(&told, "detail")), (403, "csrf_token".to_owned()));
    }
    assert_eq!(browser.session(&world).0, 200, "the session goes on");
}

#[test]
fn whatever_is_wrong_with_a_login_the_answer_and_the_work_are_the_same() {
    let mut world = World::new();
    person(&world, 1, 11, "gridworker");
    let without = world.phone(2);
    Admin::new(world.server.clone()).set_password(&login(2), Some(&Password::chosen(PASSWORD).unwrap())).unwrap();
    world.phone(3);
    let counts = world.count();
    let mut answers = Vec::new();
    let tries = [(login(1), "wrong password"), (login(9), PASSWORD), (login(3), PASSWORD), (login(2), "wrong")];
    for (login, password) in &tries {
        counts.lock().unwrap().clear();
        let answer = Browser::new().log_in(&world, login, password);
        answers.push((answer, counts.lock().unwrap().clone()));
    }
    assert!(answers.iter().all(|a| a == &answers[0]), "{answers:#?}");
    assert_eq!(answers[0].0.0, 401);
    let no_role = Browser::new().log_in(&world, &login(2), PASSWORD);
    assert_eq!(no_role, answers[0].0, "right, and no role");
    assert!(world.server.read(|r| r.tx.sessions_of(without.account, r.now)).unwrap().is_empty());
    let failed: Vec<_> = audit(&world).into_iter().filter(|(code, ..)| code == "login_failed").collect();
    assert_eq!(failed.iter().filter(|(_, known, _)| *known).count(), 4, "{failed:?}");
    assert_eq!(failed.len(), 5);
    assert!(failed.iter().all(|(_, _, detail)| !detail.contains("person")), "what was typed is not noted");
}

#[test]
fn tries_at_a_login_wait_and_the_person_gets_in_from_elsewhere() {
    let world = World::new();
    person(&world, 1, 11, "gridworker");
    let mut guesser = Browser { from: Some("10.0.0.7"), ..Browser::new() };
    for _ in 0..limits::LOGIN_FROM_BURST_MAX {
        assert_eq!(guesser.log_in(&world, &login(1), "guess guess").0, 401);
    }
    let (status, told) = guesser.log_in(&world, &login(1), PASSWORD);
    assert_eq!((status, &told["code"], &told["retry_after_s"]), (429, &json!("too_many"), &json!(60)));
    assert_eq!(guesser.log_in(&world, &login(8), "guess guess").0, 401, "others have turns of their own");
    let mut own = Browser { from: Some("10.0.0.8"), ..Browser::new() };
    assert_eq!(own.log_in(&world, &login(1), PASSWORD).0, 200);
    world.tick(limits::LOGIN_FROM_EACH_MS);
    assert_eq!(guesser.log_in(&world, &login(1), PASSWORD).0, 200, "one came back");
    let of_anywhere = (0..200_u8).find(|n| {
        let from: &'static str = format!("10.1.0.{n}").leak();
        Browser { from: Some(from), ..Browser::new() }.log_in(&world, &login(1), "guess guess").0 == 429
    });
    assert!(of_anywhere.is_some_and(|n| i64::from(n) <= limits::LOGIN_BURST_MAX), "{of_anywhere:?}");
}

#[test]
fn a_renewal_that_comes_twice_ends_the_session_for_both() {
    let world = World::new();
    person(&world, 1, 11, "gridworker");
    let mut browser = Browser::new();
    assert_eq!(browser.log_in(&world, &login(1), PASSWORD).0, 200);
    let mut thief = browser.clone();
    assert_eq!(thief.post(&world, "/v1/refresh", &json!({})).0, 200);
    assert_eq!(thief.session(&world).0, 200);
    assert_eq!(browser.post(&world, "/v1/refresh", &json!({})).0, 401);
    assert_eq!((thief.session(&world).0, thief.post(&world, "/v1/refresh", &json!({})).0), (401, 401));
    assert_eq!(count(&world, "session_reused"), 1);
}

#[test]
fn of_many_that_renew_at_once_one_succeeds() {
    let world = World::new();
    let phone = person(&world, 1, 11, "gridworker");
    let renewal = world
        .server
        .write(|w| Ok(session::begin(w, phone.account, None)?.and_then(|opened| opened.renewal)))
        .unwrap()
        .unwrap();
    let done: usize = std::thread::scope(|scope| {
        let one = || world.server.write(|w| session::renew(w, &renewal, None)).unwrap().is_some();
        let all: Vec<_> = (0..8).map(|_| scope.spawn(one)).collect();
        all.into_iter().map(|t| usize::from(t.join().unwrap())).sum()
    });
    assert_eq!(done, 1);
    let left = world.server.read(|r| r.tx.sessions_of(phone.account, r.now)).unwrap();
    assert!(left.is_empty(), "seven came too late: {left:?}");
}

#[test]
fn a_phones_session_is_good_with_its_signature_only() {
    let world = World::new();
    let (phone, other) = (person(&world, 1, 11, "gridworker"), person(&world, 2, 11, "gridworker"));
    let logging_in = |phone: &Phone, n: u8| {
        let body = json!({ "login": login(n), "password": PASSWORD }).to_string().into_bytes();
        let (status, body) = world.send(phone.request(&world, "POST", "/v1/login", body));
        (status, serde_json::from_slice::<Value>(&body).unwrap())
    };
    let (status, told) = logging_in(&phone, 1);
    assert_eq!((status, told["stage"].as_str(), &told["csrf_token"]), (200, Some("whole"), &Value::Null));
    assert_eq!(logging_in(&other, 1).0, 401, "a phone of somebody else");
    let (access, renewal) = (text(&told, "access"), text(&told, "renewal"));
    let session = |phone: &Phone| asked(&world, phone, &access, "GET", "/v1/session", &Value::Null).0;
    assert_eq!((session(&phone), session(&other)), (200, 401));
    let bare = http::Request::get("/v1/session").header("authorization", format!("Bearer {access}"));
    assert_eq!(world.send(bare.body(Vec::new()).unwrap()).0, 401, "the token alone is good for nothing");
    let stolen = Browser { cookies: [("__Host-gridwalk-access".to_owned(), access.clone())].into(), ..Browser::new() };
    assert_eq!(stolen.clone().session(&world).0, 401, "nor in a browser");
    let refresh = |phone: &Phone, renewal: &str| {
        let body = json!({ "renewal": renewal }).to_string().into_bytes();
        let (status, body) = world.send(phone.request(&world, "POST", "/v1/refresh", body));
        (status, serde_json::from_slice::<Value>(&body).unwrap())
    };
    let (status, told) = refresh(&phone, &renewal);
    assert_eq!(status, 200);
    let renewal = text(&told, "renewal");
    assert_eq!(refresh(&other, &renewal).0, 401, "renewed from another phone");
    assert_eq!(asked(&world, &phone, &text(&told, "access"), "GET", "/v1/session", &Value::Null).0, 401, "it is over");
    let (_, told) = logging_in(&phone, 1);
    let access = text(&told, "access");
    Admin::new(world.server.clone()).revoke(&login(1), Some(phone.device)).unwrap();
    assert_eq!(asked(&world, &phone, &access, "GET", "/v1/session", &Value::Null).0, 401);
    assert_eq!(logging_in(&phone, 1).0, 403, "revoked");
}

/// The routes of sessions name nobody in their paths: whose session it is, the token says. Crossed by who asks and whose
/// token it is, a token of somebody else is answered byte for byte like one that nobody has. It ends nothing, but where it is one that
/// renews: two have what one should have, and the session is over for both.
#[test]
fn a_session_of_somebody_else_is_answered_like_one_of_nobody() {
    let world = World::new();
    let people = [
        person(&world, 1, 11, "gridworker"),
        person(&world, 2, 10, "village_supervisor"),
        person(&world, 3, 11, "volunteer"),
    ];
    let log_in = |n: usize| {
        let body = json!({ "login": login(u8::try_from(n + 1).unwrap()), "password": PASSWORD });
        let (status, told) = world.send(people[n].request(&world, "POST", "/v1/login", body.to_string().into_bytes()));
        assert_eq!(status, 200, "{n}");
        let told: Value = serde_json::from_slice(&told).unwrap();
        (text(&told, "access"), text(&told, "renewal"))
    };
    let tokens: Vec<_> = (0..people.len()).map(log_in).collect();
    let nobodys = (data_encoding::BASE64URL_NOPAD.encode(&[7; 32]), data_encoding::BASE64URL_NOPAD.encode(&[8; 32]));
    let body = |path: &str, renewal: &str| match path {
        "/v1/password" => json!({ "old": PASSWORD, "new": "another correct horse" }),
        "/v1/login/totp" => json!({ "act": "set_up" }),
        "/v1/refresh" => json!({ "renewal": renewal }),
        _ => Value::Null,
    };
    let good = || {
        let session = |(phone, (access, _)): (&Phone, &(String, String))| {
            asked(&world, phone, access, "GET", "/v1/session", &Value::Null).0
        };
        people.iter().zip(&tokens).map(session).collect::<Vec<_>>()
    };
    let posted = ["/v1/password", "/v1/login/totp", "/v1/logout", "/v1/refresh"].map(|path| ("POST", path));
    for (method, path) in [("GET", "/v1/session")].into_iter().chain(posted) {
        assert_eq!(good(), [200; 3], "before {method} {path}");
        for (n, phone) in people.iter().enumerate() {
            let ask =
                |(access, renewal): &(String, String)| asked(&world, phone, access, method, path, &body(path, renewal));
            let unknown = ask(&nobodys);
            assert_eq!(unknown.0, 401, "{method} {path} by {n}");
            for (_, foreign) in tokens.iter().enumerate().filter(|(whose, _)| *whose != n) {
                assert_eq!(ask(foreign), unknown, "{method} {path} by {n}");
            }
        }
    }
    assert_eq!((good(), count(&world, "session_reused")), (vec![401; 3], 3));
}

#[test]
fn sessions_end_with_roles_passwords_and_a_restore() {
    let mut world = World::new();
    let phone = person(&world, 1, 11, "gridworker");
    let admin = Admin::new(world.server.clone());
    let begun = |world: &World| {
        let mut browser = Browser::new();
        assert_eq!(browser.log_in(world, &login(1), PASSWORD).0, 200);
        assert_eq!(browser.session(world).0, 200);
        browser
    };
    let mut browser = begun(&world);
    let other = world.grant_kinds(&phone, 12, "mediator", &[]);
    assert_eq!(browser.session(&world).0, 200, "a role more is no reason");
    world.ungrant(other);
    assert_eq!(browser.session(&world).0, 401, "a role less");
    let mut browser = begun(&world);
    admin.set_password(&login(1), Some(&Password::chosen(PASSWORD).unwrap())).unwrap();
    assert_eq!(browser.session(&world).0, 401, "another password");
    let mut browser = begun(&world);
    world.grant_kinds(&phone, 1, "security_auditor", &[]);
    assert_eq!(browser.session(&world).0, 401, "a power asks for a second factor");
    assert_eq!(browser.log_in(&world, &login(1), PASSWORD).1["stage"], "set_up_needed");
    admin.leave(&login(1), None, None).unwrap();
    assert_eq!(browser.session(&world).0, 401, "whoever left");
    assert_eq!(browser.log_in(&world, &login(1), PASSWORD).0, 401);
    world.grant(&phone, 11, "gridworker");
    let mut browser = begun(&world);
    let copy = world.copy_folder();
    world.restore(copy);
    assert_eq!(browser.session(&world).0, 401, "a copy was put back");
    assert!(count(&world, "sessions_ended") >= 4);
}

/// The six digits that an app shows for a secret.
fn digits(world: &World, secret: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("x").build().unwrap();
    let now = world.server.running().options.clock.now().0;
    totp.generate(u64::try_from(now / 1000).unwrap()).to_string()
}

fn totp(world: &World, browser: &mut Browser, act: &str, code: &str) -> (u16, Value) {
    browser.post(world, "/v1/login/totp", &json!({ "act": act, "code": code }))
}

/// Whether a session lacks nothing.
fn is_whole(world: &World, browser: &Browser) -> Result<(), u16> {
    let cookies: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = http::Request::get("/x").header("cookie", cookies.join("; ")).body(()).unwrap();
    match session::whole(world.server.running(), &request.into_parts().0, b"") {
        Ok(_) => Ok(()),
        Err(ServerError::Problem(problem)) => Err(problem.status),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn an_administrator_does_nothing_before_a_second_factor_and_no_code_counts_twice() {
    let world = World::new();
    person(&world, 1, 1, "system_admin");
    let mut browser = Browser::new();
    let (status, told) = browser.log_in(&world, &login(1), PASSWORD);
    assert_eq!(
        (status, text(&told, "stage"), &told["powers"]),
        (200, "set_up_needed".into(), &json!(["system_admin"]))
    );
    assert_eq!(is_whole(&world, &browser), Err(403));
    assert_eq!(browser.post(&world, "/v1/refresh", &json!({})).0, 401, "nothing renews half a login");
    assert_eq!(totp(&world, &mut browser, "code", "123456").0, 403, "there is none to show");
    let (_, told) = totp(&world, &mut browser, "set_up", "");
    let secret = text(&told, "secret");
    assert!(text(&told, "secret_uri").starts_with("otpauth://totp/Gridwalk:person"), "{told}");
    assert_eq!(totp(&world, &mut browser, "confirm", "000000").0, 401);
    assert_eq!(is_whole(&world, &browser), Err(403));
    let code = digits(&world, &secret);
    let pending = browser.clone();
    let (status, told) = totp(&world, &mut browser, "confirm", &code);
    assert_eq!((status, text(&told, "stage"), &told["recovery_left"]), (200, "whole".into(), &json!(10)));
    let recovery: Vec<String> = serde_json::from_value(told["recovery_codes"].clone()).unwrap();
    assert_eq!(recovery.len(), 10);
    assert_eq!((is_whole(&world, &browser), is_whole(&world, &pending)), (Ok(()), Err(401)));
    assert_eq!(totp(&world, &mut browser, "set_up", "").0, 403, "one that stands is not replaced");

    let again = || {
        let mut next = Browser::new();
        assert_eq!(next.log_in(&world, &login(1), PASSWORD).1["stage"], "code_needed");
        assert_eq!(is_whole(&world, &next), Err(403));
        next
    };
    let mut next = again();
    assert_eq!(totp(&world, &mut next, "code", &code).0, 401, "the step was taken");
    assert_eq!(totp(&world, &mut next, "set_up", "").0, 403, "the first factor alone changes no second one");
    world.tick(30_000);
    let code = digits(&world, &secret);
    assert_eq!(totp(&world, &mut next, "code", &code).0, 200);
    assert_eq!(totp(&world, &mut again(), "code", &code).0, 401, "of two with one code one gets in");
    world.tick(limits::SECOND_FACTOR_EACH_MS * limits::SECOND_FACTOR_BURST_MAX);
    let mut lost = again();
    assert_eq!(totp(&world, &mut lost, "recovery", &recovery[3].to_uppercase()).1["recovery_left"], 9);
    assert_eq!(is_whole(&world, &lost), Ok(()));
    assert_eq!(totp(&world, &mut again(), "recovery", &recovery[3]).0, 401, "each is good once");
    let mut guesser = again();
    let tries: Vec<u16> = (0..5).map(|_| totp(&world, &mut guesser, "code", "000000").0).collect();
    assert_eq!(tries, [401, 401, 401, 429, 429], "five tries, two of them above");
    let mut slow = again();
    world.tick(limits::SECOND_FACTOR_WAITS_MS + 1);
    assert_eq!(totp(&world, &mut slow, "recovery", &recovery[4]).0, 401, "ten minutes are enough");

    Admin::new(world.server.clone()).reset_second_factor(&login(1)).unwrap();
    assert_eq!(is_whole(&world, &browser), Err(401), "its sessions end with it");
    assert_eq!(Browser::new().log_in(&world, &login(1), PASSWORD).1["stage"], "set_up_needed");
    for (code, n) in [("second_factor_set", 1), ("recovery_code_used", 1), ("second_factor_reset", 1)] {
        assert_eq!(count(&world, code), n, "{code}");
    }
}

#[test]
fn a_first_login_chooses_a_password_with_a_code_that_is_good_once() {
    let world = World::new();
    let phone = world.worker(1, 11);
    let other = world.worker(2, 11);
    assert_ne!(phone.account, other.account);
    let admin = Admin::new(world.server.clone());
    let first = |n: u8, code: &str, password: &str| {
        Browser::new().post(&world, "/v1/login", &json!({ "login": login(n), "password": password, "code": code })).0
    };
    let (old, _) = admin.login_code(&login(1)).unwrap();
    let (code, _) = admin.login_code(&login(1)).unwrap();
    assert_eq!(first(1, &old.to_string(), PASSWORD), 401, "a later one took its place");
    assert_eq!(first(2, &code.to_string(), PASSWORD), 401, "it is somebody else's, and is not used up");
    assert_eq!(first(1, &code.to_string(), "short"), 403);
    let (enrols, _) = admin.enrol_code(&login(1)).unwrap();
    assert_eq!(first(1, &enrols.to_string(), PASSWORD), 401, "a phone's code is no person's");
    assert_eq!(first(1, &code.to_string(), PASSWORD), 200);
    assert_eq!(first(1, &code.to_string(), "another password"), 401, "used");
    assert_eq!(Browser::new().log_in(&world, &login(1), PASSWORD).0, 200);
    let (late, _) = admin.login_code(&login(1)).unwrap();
    world.tick(limits::LOGIN_CODE_VALID_MS + 1);
    assert_eq!(first(1, &late.to_string(), PASSWORD), 401, "too old");
}

#[test]
fn each_power_reaches_as_far_as_it_is_meant_to() {
    let world = World::new();
    let worker = person(&world, 1, 11, "gridworker");
    let (system, security, auditor) = (
        person(&world, 2, 1, "system_admin"),
        person(&world, 3, 1, "security_admin"),
        person(&world, 4, 1, "security_auditor"),
    );
    let by = |phone: &Phone| Admin::new(world.server.clone()).acting_as(phone.account);
    let password = Password::chosen(PASSWORD).unwrap();
    let refused = |done: Result<(), ServerError>| done.map_err(|e| e.code());
    for (phone, on_worker, on_admin) in [
        (&system, Err("power_lacking"), Err("power_lacking")),
        (&security, Ok(()), Err("power_lacking")),
        (&auditor, Err("power_lacking"), Err("power_lacking")),
        (&worker, Err("power_lacking"), Err("power_lacking")),
    ] {
        for (n, expected) in [(1, on_worker), (2, on_admin), (3, on_admin), (4, on_admin)] {
            let admin = by(phone);
            assert_eq!(refused(admin.set_password(&login(n), Some(&password)).map(drop)), expected, "{n}");
            assert_eq!(refused(admin.login_code(&login(n)).map(drop)), expected, "{n}");
        }
    }
    assert_eq!(by(&security).reset_second_factor(&login(2)).unwrap_err().code(), "power_lacking");
    for n in 1..=4 {
        assert_eq!(Browser::new().log_in(&world, &login(n), PASSWORD).0, 200);
    }
    assert_eq!(by(&auditor).sessions(&login(1)).unwrap().len(), 1, "the auditor sees");
    assert_eq!(by(&auditor).end_sessions(&login(1), None).unwrap_err().code(), "power_lacking", "and ends none");
    assert_eq!(by(&system).sessions(&login(1)).unwrap_err().code(), "power_lacking");
    assert_eq!(by(&worker).end_sessions(&login(1), None).unwrap(), 1, "one's own");
    let of_system = by(&security).sessions(&login(2)).unwrap();
    assert_eq!(by(&security).end_sessions(&login(2), Some(of_system[0].session.id)).unwrap(), 1);
    assert!(by(&security).sessions(&login(2)).unwrap().is_empty());
}

#[test]
fn of_too_many_sessions_the_oldest_end_and_old_ones_are_forgotten() {
    let world = World::new();
    let phone = person(&world, 1, 11, "gridworker");
    let mut first = Browser::new();
    assert_eq!(first.log_in(&world, &login(1), PASSWORD).0, 200);
    for _ in 0..limits::SESSIONS_OF_ONE_MAX {
        world.tick(1);
        world.server.write(|w| session::begin(w, phone.account, None)).unwrap();
    }
    assert_eq!(first.session(&world).0, 401);
    let living = |world: &World| world.server.read(|r| r.tx.sessions_of(phone.account, r.now)).unwrap().len();
    assert_eq!(living(&world), limits::SESSIONS_OF_ONE_MAX);
    world.tick(limits::SESSION_VALID_MS + limits::SESSION_REMEMBERED_MS + 2);
    let opened = world.server.write(|w| session::begin(w, phone.account, None)).unwrap().unwrap();
    assert_eq!(living(&world), 1);
    let token = Token::parse(&opened.access.text()).unwrap();
    assert_eq!(format!("{token:?}"), "Token(…)");
}

const ANOTHER: &str = "another password";

#[test]
fn a_person_changes_their_own_password_and_all_other_sessions_end() {
    let world = World::new();
    let phone = person(&world, 1, 11, "gridworker");
    let (mut browser, mut other) = (Browser::new(), Browser::new());
    assert_eq!(browser.log_in(&world, &login(1), PASSWORD).0, 200);
    assert_eq!(other.log_in(&world, &login(1), PASSWORD).0, 200);
    let change = |browser: &mut Browser, old: &str, new: &str| {
        browser.post(&world, "/v1/password", &json!({ "old": old, "new": new }))
    };
    let before = browser.clone();
    assert_eq!(change(&mut Browser { csrf: None, ..browser.clone() }, PASSWORD, ANOTHER).0, 403);
    let mut elsewhere = Browser { origin: Some("https://evil.example"), ..browser.clone() };
    assert_eq!(change(&mut elsewhere, PASSWORD, ANOTHER).0, 403);
    for (old, new, status, code) in [
        ("wrong password", ANOTHER, 401, "login_failed"),
        (PASSWORD, PASSWORD, 403, "password_same"),
        (PASSWORD, "short", 403, "password_short"),
    ] {
        let (answered, told) = change(&mut browser, old, new);
        assert!(answered == status && told.to_string().contains(code), "{code}: {answered} {told}");
    }
    assert_eq!(other.session(&world).0, 200, "so that the end can fail");
    let (status, told) = change(&mut browser, PASSWORD, ANOTHER);
    assert_eq!((status, told["stage"].as_str()), (200, Some("whole")), "{told}");
    assert_eq!(browser.session(&world).0, 200);
    assert_eq!((other.session(&world).0, other.post(&world, "/v1/refresh", &json!({})).0), (401, 401));
    let mut stale = Browser { csrf: browser.csrf.clone(), ..before };
    assert_eq!((stale.session(&world).0, stale.post(&world, "/v1/refresh", &json!({})).0), (401, 401));
    assert_eq!(browser.session(&world).0, 200, "what was left of the old session harms nobody");
    assert_eq!(Browser::new().log_in(&world, &login(1), PASSWORD).0, 401);
    assert_eq!(Browser::new().log_in(&world, &login(1), ANOTHER).0, 200);
    let kept = world.server.read(|r| r.tx.account(phone.account)).unwrap().unwrap().password;
    assert!(kept.starts_with("$argon2id$"), "{kept}");
    let failed =
        audit(&world).into_iter().filter(|(code, _, detail)| code == "login_failed" && detail == "change of password");
    assert_eq!(failed.count(), 1);
    assert!(!format!("{:?}", audit(&world)).contains(ANOTHER));
}

#[test]
fn a_password_that_was_given_is_changed_before_anything_else() {
    let world = World::new();
    let (worker, administrator) = (world.phone(1), world.phone(2));
    world.grant_kinds(&worker, 11, "gridworker", &[]);
    world.grant_kinds(&administrator, 1, "system_admin", &[]);
    let admin = Admin::new(world.server.clone());
    for (n, next) in [(1, "whole"), (2, "set_up_needed")] {
        let given = admin.set_password(&login(n), None).unwrap().unwrap().reveal().to_owned();
        let mut browser = Browser::new();
        assert_eq!(browser.log_in(&world, &login(n), &given).1["stage"], "password_needed");
        assert_eq!(browser.post(&world, "/v1/refresh", &json!({})).0, 401, "it is renewed by nothing");
        for act in [json!({ "act": "set_up" }), json!({ "act": "code", "code": "287082" })] {
            let (status, told) = browser.post(&world, "/v1/login/totp", &act);
            assert!(status == 403 && told.to_string().contains("password_needed"), "{status} {told}");
        }
        let (status, told) = browser.post(&world, "/v1/password", &json!({ "old": given, "new": ANOTHER }));
        assert_eq!((status, told["stage"].as_str()), (200, Some(next)), "{told}");
        assert_eq!(Browser::new().log_in(&world, &login(n), ANOTHER).1["stage"], next, "asked once");
    }
    // Of what an administrator chose for somebody two people know; of what a person typed at the machine one.
    let security = person(&world, 3, 1, "security_admin");
    let chosen = Password::chosen(PASSWORD).unwrap();
    admin.clone().acting_as(security.account).set_password(&login(1), Some(&chosen)).unwrap();
    assert_eq!(Browser::new().log_in(&world, &login(1), PASSWORD).1["stage"], "password_needed");
    // Whoever lacks the second factor changes nothing.
    let mut browser = Browser::new();
    assert_eq!(browser.log_in(&world, &login(3), PASSWORD).1["stage"], "set_up_needed");
    let (status, told) = browser.post(&world, "/v1/password", &json!({ "old": PASSWORD, "new": ANOTHER }));
    assert!(status >= 400 && told["code"] == "second_factor", "{status} {told}");
}

#[test]
fn a_copy_of_the_database_alone_has_no_second_factor_and_no_providers_secret() {
    let mut world = World::new();
    person(&world, 2, 1, "system_admin");
    let mut browser = Browser::new();
    assert_eq!(browser.log_in(&world, &login(2), PASSWORD).0, 200);
    let told = browser.post(&world, "/v1/login/totp", &json!({ "act": "set_up" })).1;
    let seed = data_encoding::BASE32_NOPAD.decode(text(&told, "secret").as_bytes()).unwrap();
    let settings = gridwalk_server::login::oidc::Settings {
        issuer: "https://sso.example".to_owned(),
        client: "gridwalk".to_owned(),
        secret: "canary-of-the-provider".to_owned().into(),
        address: "https://grid.example".to_owned(),
        authority_pem: None,
    };
    let admin = Admin::new(world.server.clone());
    admin.set_oidc(Some(&settings)).unwrap();
    assert!(admin.oidc().unwrap() == Some(settings.clone()));
    let secrets = [&seed[..], settings.secret.as_bytes()];
    let in_the_open = |folder: &std::path::Path| secrets.map(|secret| holds(folder, secret));
    assert_eq!(in_the_open(world.dir.path()), [false; 2]);

    // A backup: the database, and no key.
    let backup = tempfile::tempdir().unwrap();
    world.server.back_up(&backup.path().join("gridwalk.db")).unwrap();
    let names: Vec<_> = std::fs::read_dir(backup.path()).unwrap().map(|f| f.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name == gridwalk_server::sealing::FILE), "{names:?}");
    assert_eq!(in_the_open(backup.path()), [false; 2]);

    // As an earlier release left it: readable, and sealed by the next start. Then under another key.
    let account = world.server.read(|r| r.tx.account_by_login(&login(2))).unwrap().unwrap().id;
    world.server.write(|w| w.tx.second_factor_seal(account, &seed)).unwrap();
    world.server.write(|w| w.tx.meta_set("oidc", &serde_json::to_vec(&settings).unwrap())).unwrap();
    assert_eq!(in_the_open(world.dir.path()), [true; 2], "so that the search can find");
    let copy = world.copy_folder();
    world.restore(copy);
    let kept =
        || world.server.read(|r| Ok((r.tx.second_factor(account)?.unwrap().0, r.tx.meta("oidc")?.unwrap()))).unwrap();
    let before = kept();
    assert!([&before.0, &before.1].into_iter().all(|kept| gridwalk_server::sealing::is_sealed(kept)));
    let admin = Admin::new(world.server.clone());
    admin.rotate_seal().unwrap();
    assert!(before.0 != kept().0 && before.1 != kept().1);
    assert!(admin.oidc().unwrap() == Some(settings));

    // The database alone, and nobody kept the seal: everything goes on but what was sealed, which is told, and set up anew.
    let alone = ServerOptions { restored: true, ..options(backup.path(), &world.clock, &world.ids) };
    assert_eq!(Server::open(alone.clone()).err().map(|e| e.code()), Some("seal_missing"));
    world.server = Server::open_without_seal(alone).unwrap();
    world.dir = backup;
    assert_eq!(Admin::new(world.server.clone()).oidc().err().map(|e| e.code()), Some("seal_lost"));
    let mut browser = Browser::new();
    assert_eq!(browser.log_in(&world, &login(2), PASSWORD).0, 200);
    let (status, told) = browser.post(&world, "/v1/login/totp", &json!({ "act": "confirm", "code": "287082" }));
    assert!(status == 403 && told.to_string().contains("seal_lost"), "{status} {told}");
    Admin::new(world.server.clone()).reset_second_factor(&login(2)).unwrap();
    assert_eq!(browser.log_in(&world, &login(2), PASSWORD).0, 200);
    assert_eq!(browser.post(&world, "/v1/login/totp", &json!({ "act": "set_up" })).0, 200);
}
