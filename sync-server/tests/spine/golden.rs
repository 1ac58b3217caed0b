//! Databases of every schema that ever shipped: opened, upgraded and folded by the newest, for ever. A file once written
//! is never edited; a new schema gets a new one (`GRIDWALK_WRITE_GOLDEN=1 cargo test -p gridwalk-server --test spine
//! golden`, with the new name in here).

use crate::world::{World, options, record};
use gridwalk_model::id::AccountId;
use gridwalk_model::op::Op;
use gridwalk_server::ingest::decide::{Decision, decide};
use gridwalk_server::{Server, grant, role_kinds, verify};
use std::path::PathBuf;

/// Files, the newest last.
const FILES: [&str; 13] = [
    "server-v3.db",
    "server-v4.db",
    "server-v5.db",
    "server-v6.db",
    "server-v7.db",
    "server-v8.db",
    "server-v9.db",
    "server-v10.db",
    "server-v11.db",
    "server-v12.db",
    "server-v13.db",
    "server-v14.db",
    "server-v15.db",
];

/// The first of them were written by servers that did not note which version of the roles' kinds they knew.
const WITHOUT_A_VERSION: usize = 5;

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(name)
}

/// A county in which something of everything happened: a disagreement, a refusal, a decision, a departure.
fn furnished() -> World {
    let world = World::new();
    let (mut one, mut two) = (world.worker(1, 11), world.worker(2, 11));
    let first = one.building(&world, record(1), 11, "甲楼");
    one.push(&world, std::slice::from_ref(&first));
    let mine = one.put(&world, record(1), "building", Op::put("floors", 3), vec![first.name()]);
    let other = two.put(&world, record(1), "building", Op::put("floors", 4), vec![first.name()]);
    one.push(&world, &[mine]);
    two.push(&world, &[other]);
    let below = one.dwelling(&world, record(2), record(1), 11);
    let far = one.building(&world, record(3), 21, "远处");
    one.push(&world, &[below, far]);
    world.move_unit(11, 20);
    world.server.write(|w| grant::revoke(w, two.device, None)).unwrap();
    let late = two.put(&world, record(1), "building", Op::put("note", "晚到"), vec![]);
    two.push(&world, std::slice::from_ref(&late));
    let decision = Decision { space: world.space, name: late.name(), approve: true, reason: "", by: world.admin };
    world.server.write(|w| decide(w, &decision)).unwrap();
    world.verify();
    world
}

#[test]
fn a_furnished_server_can_be_kept_as_a_fixture() {
    let world = furnished();
    let newest = FILES[FILES.len() - 1];
    let folder = tempfile::tempdir().unwrap();
    let file = if std::env::var_os("GRIDWALK_WRITE_GOLDEN").is_some() && !golden(newest).exists() {
        golden(newest)
    } else {
        folder.path().join(newest)
    };
    // As it lay there before it was sealed: nobody keeps a seal beside these files.
    let clear = world.server.running().key.to_bytes();
    world.server.write(|w| w.tx.meta_set("server_key", &clear)).unwrap();
    world.server.back_up(&file).unwrap();
    let schema = world.server.running().store.facts().unwrap().schema;
    assert_eq!(newest, format!("server-v{schema}.db"), "a new schema needs a new file");
}

#[test]
fn databases_of_every_schema_are_opened_and_fold_to_what_they_held() {
    for name in FILES {
        let mut world = World::new();
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(golden(name), folder.path().join("gridwalk.db")).unwrap();
        world.tick(1_000_000);
        world.server = Server::open(options(folder.path(), &world.clock, &world.ids)).unwrap();
        world.dir = folder;
        let clear = world.server.running().key.to_bytes();
        assert!(!crate::own_key::holds(world.dir.path(), &clear), "{name}: the key is sealed at the first start");
        let spaces = world.server.read(|r| r.tx.spaces()).unwrap();
        (world.reference, world.space) = (spaces[0].id, spaces[1].id);
        world.verify();
        let walked = world.server.read(|r| verify::digests(r, world.space)).unwrap();
        assert!(walked.is_ok(), "{name}: {walked:?}");
        assert_eq!(world.values(record(1), "floors").len(), 2, "{name}: the disagreement stands");
        assert_eq!(world.values(record(1), "note").len(), 1, "{name}: what was approved");
        let mut phone = world.worker(9, 20);
        phone.pull(&world, 1 << 16);
        assert_eq!(phone.records(&world), [record(1), record(2)], "{name}: a new phone sees what is");
        let change = phone.building(&world, record(8), 21, "新楼");
        assert_eq!(phone.verdicts(&world, &[change]), ["applied"], "{name}: and goes on");
        world.verify();
        if FILES[..WITHOUT_A_VERSION].contains(&name) {
            roles_have_what_is_new(name, &world);
        }
    }
}

/// Grants of the first version list what their role worked with then: whoever has one works with all kinds of this version,
/// and their phones were told.
fn roles_have_what_is_new(name: &str, world: &World) {
    let (old, new) = (AccountId([1; 16]), AccountId([9; 16]));
    let (grants, epochs) = world
        .server
        .read(|r| {
            let grants = (r.tx.grants(old)?, r.tx.grants(new)?);
            Ok((grants, (r.tx.epoch(world.space, old)?, r.tx.epoch(world.space, new)?)))
        })
        .unwrap();
    assert!(role_kinds::is_for(&grants.0[0], "organisation"), "{name}: {:?}", grants.0);
    assert!(!role_kinds::is_for(&grants.1[0], "organisation"), "{name}: a list that somebody chose stays as it is");
    assert!(epochs.0 > epochs.1, "{name}: {epochs:?}");
}
