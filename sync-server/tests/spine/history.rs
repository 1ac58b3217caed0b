//! The journal: who may read a record's history, and what a changed byte is worth.

use crate::world::{World, problem, record};
use gridwalk_model::codec::Reader;
use gridwalk_model::op::Op;
use gridwalk_server::verify::{self, Bad};
use gridwalk_sync::{ProblemCode, compress, handover};

#[test]
fn a_history_is_for_those_who_see_the_record() {
    let world = World::new();
    let (mut phone, far) = (world.worker(1, 11), world.worker(2, 21));
    let a = phone.building(&world, record(1), 11, "a");
    let b = phone.put(&world, record(1), "building", Op::put("name", "b"), vec![a.name()]);
    phone.push(&world, &[a, b]);
    let path = format!("/v1/history/{}/{}", world.space, record(1));
    let (status, body) = world.send(phone.request(&world, "GET", &path, Vec::new()));
    assert_eq!(status, 200);
    let history = compress::unpack(&body, 1 << 20).unwrap();
    assert_eq!(Reader::new(&history).array(), Ok(2));
    let contract = format!("start-here = history\n{}", include_str!("../../../docs/protocol/gridwalk.cddl"));
    assert!(cddl::validate_cbor_from_slice(&contract, &history, None).is_ok(), "as the contract says");
    assert!(cddl::validate_cbor_from_slice(&contract, &history[..history.len() - 1], None).is_err());
    let hidden = world.send(far.request(&world, "GET", &path, Vec::new()));
    let missing = world.send(phone.request(&world, "GET", &path.replace("0101", "0202"), Vec::new()));
    assert_eq!(problem(&hidden).code, ProblemCode::NotFound);
    assert_eq!(hidden, missing, "nobody learns from the answer whether it exists");
}

#[test]
fn a_changed_byte_is_found_and_named() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    let changes: Vec<_> = (1..=5).map(|n| phone.building(&world, record(n), 11, "a")).collect();
    phone.push(&world, &changes);
    world.verify();
    let copy = world.copy_folder();
    let pos: u64 = {
        let db = rusqlite::Connection::open(copy.path().join("gridwalk.db")).unwrap();
        let space = world.space.0.to_vec();
        let pos: i64 = db
            .query_row("SELECT pos FROM journal WHERE space = ? ORDER BY pos LIMIT 1 OFFSET 2", [&space], |r| r.get(0))
            .unwrap();
        db.execute(
            "UPDATE journal SET entry = CAST(entry || x'00' AS BLOB) WHERE space = ? AND pos = ?",
            (&space, pos),
        )
        .unwrap();
        // Of the county alone: a unit has the same number, and units are looked at when the server starts.
        let spoil = "UPDATE state SET bytes = CAST(bytes || x'00' AS BLOB) WHERE space = ? AND record = ?";
        db.execute(spoil, [&space, &record(2).0.to_vec()]).unwrap();
        pos.try_into().unwrap()
    };
    let mut world = world;
    world.restore(copy);
    world
        .server
        .read(|r| {
            assert_eq!(verify::chain(r, world.space)?, Err(Bad::Chain { pos }));
            assert!(verify::states(r, world.space).is_err() || verify::states(r, world.space)?.is_err());
            Ok(())
        })
        .unwrap();
}

#[test]
fn left_overs_of_a_revoked_device_are_kept_and_receipted() {
    let world = World::new();
    let phone = world.worker(1, 11);
    world.server.write(|w| gridwalk_server::grant::revoke(w, phone.device, None)).unwrap();
    let left = handover::HandOver { device: phone.device, changes: vec![], drafts: vec![], pictures: vec![] };
    let bytes = handover::bundle_bytes(&left);
    let (status, body) = world.send(phone.request(&world, "POST", "/v1/handover", compress::pack(&bytes)));
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    let hash = handover::bundle_hash(&bytes);
    let key = world.server.running().key.verifying_key();
    let receipt = gridwalk_sync::client::read_handover(status, &body, hash, &key).unwrap();
    assert_eq!(receipt.bundle, hash);
    assert_eq!(world.server.read(|r| r.tx.hand_over(hash)).unwrap(), Some(bytes));
    let said = format!("{{\"spaces\":[\"{}\"]}}", world.space).into_bytes();
    assert_eq!(world.send(phone.request(&world, "POST", "/v1/purged", said)).0, 204);
    let row = world.server.read(|r| r.tx.device(phone.device)).unwrap().unwrap();
    assert!(row.purged_at.is_some());
}

#[test]
fn health_needs_no_signature() {
    let world = World::new();
    let get = |path: &str| world.send(http::Request::get(path).body(Vec::new()).unwrap());
    assert_eq!(get("/health").0, 200);
    let (status, body) = get("/ready");
    assert_eq!((status, String::from_utf8(body).unwrap().as_str()), (200, r#"{"status":"ok","spaces":2}"#));
    let (status, body) = get("/v1/events");
    assert_eq!(problem(&(status, body)).code, ProblemCode::BadSignature);
}
