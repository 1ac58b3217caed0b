//! The log and the numbers are for whoever looks after the machine: nothing that a person typed is in them.
//!
//! Owns the only test of its process: what is captured is what this story said, and no other test's.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]
#![allow(dead_code, reason = "the small world is shared with the stories of the spine, which use all of it")]

#[path = "../spine/phone.rs"]
mod phone;
#[path = "../contract/watched.rs"]
mod watched;
#[path = "../spine/world.rs"]
mod world;

use crate::phone::Typed;
use crate::world::{World, record};
use gridwalk_model::op::Op;
use gridwalk_server::admin::{Admin, NewAccount, Password};
use gridwalk_server::ingest::decide::{Decision, decide};
use gridwalk_server::{grant, serving};
use gridwalk_sync::handover::{self, HandOver, LeftDraft};
use gridwalk_sync::{compress, frame_codec};
use std::io::Write;
use std::sync::{Arc, Mutex};
use tower::ServiceExt as _;

/// What people type in this story. None of it may be in the log, whole or in part.
const TYPED: &[&str] = &[
    "王秀英",
    "13805138888",
    "320705199003074521",
    "解放东路",
    "海棠苑",
    "邻居吵架",
    "wangxiuying",
    "Str0ng-Passw0rd",
    "红米手机",
    "ABCD-EFGH",
    "李建国",
    "不属实",
    "bearer-5f3a",
    "张三丰",
];

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Captured {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// A request from outside, signed by nobody, through everything that stands before the routes.
fn send(world: &World, request: http::request::Builder, body: &str) -> u16 {
    let (_stopping, stopped) = tokio::sync::watch::channel(false);
    let router = serving::layered(world.server.router(), stopped);
    let request = request.body(axum::body::Body::from(body.to_owned())).unwrap();
    world.runtime.block_on(router.oneshot(request)).unwrap().status().as_u16()
}

/// A day at the office, with everything that can go wrong.
fn live(world: &World) {
    let admin = Admin::new(world.server.clone());
    let person = NewAccount {
        password: Some(Password::chosen("Str0ng-Passw0rd").unwrap()),
        ..NewAccount::new("wangxiuying", "王秀英")
    };
    admin.add_account(&person).unwrap();
    assert!(admin.add_account(&person).is_err(), "the login is taken");
    let mut phone = world.worker(1, 11);
    let ops = vec![
        Op::put("name", "王秀英"),
        Op::put("phone", "13805138888"),
        Op::put("id_number", "320705199003074521"),
        Op::put("address", "解放东路海棠苑"),
    ];
    let typed = |n, ops| Typed { record: record(n), kind: "resident", unit: 11, ops, seen: vec![] };
    let change = phone.save(world, typed(1, ops.clone()));
    phone.push(world, &[change]);
    phone.pull(world, 1000);
    let refused = phone.save(world, Typed { unit: 21, ..typed(2, ops.clone()) });
    phone.push(world, &[refused]);
    let mut torn = phone.frame(world, &[phone.clone().save(world, typed(3, ops.clone()))]);
    torn.signature[0] ^= 1;
    assert_eq!(phone.push_frame(world, &torn).0, 401);
    let bytes = frame_codec::frame_bytes(&phone.frame(world, &[]));
    assert_eq!(phone.push_bytes(world, [bytes, "王秀英".into()].concat()).0, 400);
    world.server.write(|w| grant::revoke(w, phone.device, None)).unwrap();
    let waits = phone.save(world, typed(1, vec![Op::put("note", "邻居吵架")]));
    phone.push(world, std::slice::from_ref(&waits));
    let decision =
        Decision { space: world.space, name: waits.name(), approve: false, reason: "不属实", by: world.admin };
    world.server.write(|w| decide(w, &decision)).unwrap();
    let draft = LeftDraft {
        space: world.space,
        record: record(1),
        kind: "resident".into(),
        basis: vec![],
        content: r#"{"name":"李建国"}"#.into(),
    };
    let left = HandOver { device: phone.device, changes: vec![], drafts: vec![draft], pictures: vec![] };
    let left = handover::seal_left(&left, &world.server.running().key.verifying_key(), &[9; 32]).unwrap();
    world.send(phone.request(world, "POST", "/v1/handover", compress::pack(&left)));
    world.send(phone.request(world, "POST", "/v1/handover", left));
    let enrol = r#"{"code":"ABCD-EFGH","public_key":"AA","device_name":"红米手机"}"#;
    let post = |path: &str| http::Request::post(path).header("authorization", "Bearer bearer-5f3a");
    assert_eq!(send(world, post("/v1/enrol"), enrol), 403);
    assert_eq!(send(world, post("/v1/enrol"), "{\"code\":\"ABCD-EFGH\",\"device_name\":\"红米手机\""), 400);
    let form = post("/setup?code=ABCD-EFGH").header("content-type", "application/x-www-form-urlencoded");
    send(world, form, "name=张三丰&login=wangxiuying&password=Str0ng-Passw0rd");
    let login = |login: &str, password: &str| format!(r#"{{"login":"{login}","password":"{password}"}}"#);
    let page = |path: &str| http::Request::post(path).header("origin", "https://grid").header("host", "grid");
    assert_eq!(send(world, page("/v1/login"), &login("wangxiuying", "Str0ng-Passw0rd-not")), 401);
    assert_eq!(send(world, page("/v1/login"), &login("Str0ng-Passw0rd", "王秀英")), 401);
    admin.grant("wangxiuying", "gridworker", "11", &[]).unwrap();
    assert_eq!(send(world, page("/v1/login"), &login("wangxiuying", "Str0ng-Passw0rd")), 200);
    send(world, http::Request::get("/v1/history/13805138888/320705199003074521?name=wangxiuying"), "");
    send(world, http::Request::get("/wangxiuying/13805138888").header("x-request-id", "wangxiuying"), "");
    send(world, http::Request::builder().method("WANGXIUYING").uri("/v1/push"), "");
    send(world, http::Request::get("/"), "");
}

#[test]
fn nothing_that_was_typed_is_in_the_log_or_in_the_numbers() {
    let captured = Captured::default();
    let writer = captured.clone();
    let log = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let world = World::new();
    tracing::subscriber::with_default(log, || live(&world));
    let (text, numbers) = (captured.text(), world.server.running().metrics.page(world.server.running()).unwrap());
    for told in [&text, &numbers] {
        let lower = told.to_lowercase();
        for typed in TYPED {
            assert!(!lower.contains(&typed.to_lowercase()), "{typed} in {told}");
        }
    }
    let answered: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|l: &serde_json::Value| l["fields"]["message"] == "answered")
        .collect();
    assert!(answered.len() == 18, "every request has its line: {}", answered.len());
    for line in &answered {
        let span = &line["span"];
        assert!(span["route"].is_string() && span["method"].is_string() && span["id"].is_string(), "{line}");
        assert!(line["fields"]["status"].is_u64() && line["fields"]["took_ms"].is_u64(), "{line}");
    }
    let last = answered.last().unwrap();
    assert_eq!(last["span"]["route"], "/");
    assert!(last["span"]["id"].as_str().unwrap().parse::<uuid::Uuid>().is_ok(), "ids are made here");
    assert!(text.contains("\"device\":"), "a device by its short hash");
    assert!(!text.contains(&world.phone(7).device.to_string()[..8]), "and never by its id");
    for wanted in [
        "gridwalk_requests_total{method=\"POST\",route=\"/v1/push\",status=\"200\"} 3",
        "gridwalk_changes_total{verdict=\"refused\"} 1",
        "gridwalk_changes_total{verdict=\"quarantined\"} 1",
        "gridwalk_audit_acts_total{code=\"declined\"} 1",
        "process_resident_memory_bytes",
        "process_cpu_seconds_total",
        "gridwalk_build_info{",
    ] {
        assert!(numbers.contains(wanted), "{wanted} is not in\n{numbers}");
    }
}
