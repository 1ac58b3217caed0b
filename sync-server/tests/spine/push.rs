//! What is checked of a frame as a whole, and that delivering anything twice changes nothing.

use crate::phone::Typed;
use crate::world::{World, problem, record};
use gridwalk_model::exchange::{PushItem, Verdict};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{DeviceId, ReplicaId};
use gridwalk_model::op::Op;
use gridwalk_server::grant;
use gridwalk_sync::{ProblemCode, compress, frame_codec};

#[test]
fn once_and_twice_is_the_same() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    let a = phone.building(&world, record(1), 11, "Lane 5");
    let b = phone.put(&world, record(1), "building", Op::put("floors", 6), vec![]);
    let first = phone.push(&world, &[a.clone(), b.clone()]);
    assert_eq!(first.verdicts.iter().map(|v| v.verdict.code()).collect::<Vec<_>>(), ["applied", "applied"]);
    assert_eq!((first.receipt.upto, first.receipt.chain), (2, b.hash));
    let head = world.head();
    world.tick(60_000);
    let again = phone.push(&world, &[a, b]);
    assert_eq!(again.verdicts, first.verdicts);
    assert_eq!(world.head(), head, "a second delivery takes no pos");
    world.verify();
}

#[test]
fn a_frame_that_was_cut_leaves_nothing_and_the_whole_one_is_taken_later() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    let changes = [phone.building(&world, record(1), 11, "a"), phone.building(&world, record(2), 11, "b")];
    let bytes = compress::pack(&frame_codec::frame_bytes(&phone.frame(&world, &changes)));
    let head = world.head();
    let half = phone.push_bytes(&world, bytes[..bytes.len() / 2].to_vec());
    assert_eq!(problem(&half).code, ProblemCode::Malformed);
    assert_eq!(world.head(), head);
    assert_eq!(phone.verdicts(&world, &changes[..1]), ["applied"], "a part in order is taken");
    assert_eq!(phone.verdicts(&world, &changes), ["applied", "applied"]);
}

#[test]
fn poison_among_good_is_refused_and_the_rest_goes_on() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    let good = phone.building(&world, record(1), 11, "a");
    let mut items = vec![PushItem { seq: 1, hash: good.hash, body: Some(good.bytes.clone()) }];
    let poison: [&[u8]; 3] = [b"", b"\xff\xff\xff", b"\xa1\x00\x01"];
    for (seq, bytes) in (2..).zip(poison) {
        items.push(PushItem { seq, hash: Hash::of_body(bytes), body: Some(bytes.into()) });
    }
    items.push(PushItem { seq: 5, hash: Hash([5; 32]), body: Some(good.bytes.clone()) });
    items.push(PushItem { seq: 6, hash: good.hash, body: Some(good.bytes.clone()) });
    phone.last.insert(world.space, (6, good.hash));
    let last = phone.building(&world, record(2), 11, "b");
    items.push(PushItem { seq: 7, hash: last.hash, body: Some(last.bytes.clone()) });
    let (status, body) = phone.push_frame(&world, &phone.frame_of(&world, items.clone()));
    assert_eq!(status, 200);
    let reply = frame_codec::read_reply(&compress::unpack(&body, 1 << 20).unwrap()).unwrap();
    let codes: Vec<_> = reply
        .verdicts
        .iter()
        .map(|v| match &v.verdict {
            Verdict::Refused { code, .. } => code.clone(),
            v => v.code().to_owned(),
        })
        .collect();
    let wanted = ["applied", "malformed", "malformed", "incomplete", "hash_differs", "frame_differs", "applied"];
    assert_eq!(codes, wanted);
    assert_eq!(reply.receipt.upto, 7, "what is refused uses its seq up");
    assert_eq!(phone.push_frame(&world, &phone.frame_of(&world, items)).0, 200);
    world.verify();
}

#[test]
fn a_gap_names_the_next_seq_and_what_is_lost_can_be_declared() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    let changes: Vec<_> = (1..=4).map(|n| phone.building(&world, record(n), 11, "a")).collect();
    phone.push(&world, &changes[..1]);
    let head = world.head();
    let gap = problem(&phone.push_frame(&world, &phone.frame(&world, &changes[2..])));
    assert_eq!((gap.code, gap.expected), (ProblemCode::Gap, Some(2)));
    let holed = [changes[1].clone(), changes[3].clone()];
    let gap = problem(&phone.push_frame(&world, &phone.frame(&world, &holed)));
    assert_eq!((gap.code, gap.expected), (ProblemCode::Gap, Some(3)));
    assert_eq!(world.head(), head, "a problem leaves nothing of the frame");
    let mut frame = phone.frame(&world, &changes[2..]);
    frame.lost = Some((2, 2));
    frame_codec::sign(&mut frame, &phone.key);
    let (status, body) = phone.push_frame(&world, &frame);
    assert_eq!(status, 200);
    let reply = frame_codec::read_reply(&compress::unpack(&body, 1 << 20).unwrap()).unwrap();
    assert_eq!(reply.receipt.upto, 4);
    let audit = world.server.read(|r| r.tx.audit_newest(1)).unwrap();
    assert_eq!(audit[0].code, "lost_declared");
    assert_eq!(phone.verdicts(&world, &changes[1..2]), ["applied"], "what is found again is taken");
    world.verify();
}

#[test]
fn a_dot_bears_one_body_and_a_replica_one_device() {
    let world = World::new();
    let phone = world.worker(1, 11);
    let mut clone = phone.clone();
    phone.push(&world, &[phone.clone().building(&world, record(1), 11, "a")]);
    let other = clone.building(&world, record(2), 11, "b");
    let clash = problem(&clone.push_frame(&world, &clone.frame(&world, &[other])));
    assert_eq!((clash.code, clash.seq), (ProblemCode::Clash, Some(1)));
    let mut thief = world.worker(2, 11);
    thief.replica = phone.replica;
    let taken = thief.building(&world, record(3), 11, "c");
    assert_eq!(problem(&thief.push_frame(&world, &thief.frame(&world, &[taken]))).code, ProblemCode::Clash);
}

#[test]
fn what_was_typed_before_a_phone_was_enrolled_anew_is_taken() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    let typed = phone.building(&world, record(1), 11, "a");
    phone.device = DeviceId([0xD1; 16]);
    world.enrol(phone.account, phone.device, &phone.key);
    assert_eq!(phone.verdicts(&world, &[typed]), ["applied"], "the body names the device that it was typed on");
    let mut other = world.worker(2, 11);
    other.replica = ReplicaId([0xD2; 16]);
    let foreign = other.save_with(
        &world,
        Typed { record: record(2), kind: "building", unit: 11, ops: vec![Op::put("name", "b")], seen: vec![] },
        |c| c.device = phone.device,
    );
    assert_eq!(other.verdicts(&world, &[foreign]), ["refused"], "but never the device of another account");
    world.verify();
}

#[test]
fn a_second_delivery_under_a_new_name_is_an_alias() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    let first = phone.building(&world, record(1), 11, "a");
    phone.push(&world, std::slice::from_ref(&first));
    // The phone came back from a backup: a new replica, the same change under a new name, another one that saw it.
    phone.replica = ReplicaId([77; 16]);
    phone.last.clear();
    let ops = first.change.ops.clone();
    let typed = Typed { record: record(1), kind: "building", unit: 11, ops, seen: vec![] };
    let renamed = phone.save_with(&world, typed, |c| {
        c.was = vec![first.name()];
        c.salt = first.change.salt;
    });
    let later = phone.put(&world, record(1), "building", Op::put("name", "b"), vec![renamed.name()]);
    let reply = phone.push(&world, &[renamed.clone(), later]);
    assert!(reply.verdicts.iter().all(|v| v.verdict == Verdict::Applied));
    assert_eq!(world.values(record(1), "name"), ["b".into()], "to have seen one name is to have seen the body");
    let entries = world.server.read(|r| r.tx.journal_of(world.space, record(1))).unwrap();
    assert_eq!(entries.len(), 3, "change, alias, change");
    assert_eq!(phone.verdicts(&world, &[renamed]), ["applied"]);
    world.verify();
}

#[test]
fn what_is_not_signed_right_is_not_read() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    let change = phone.building(&world, record(1), 11, "a");
    let mut frame = phone.frame(&world, std::slice::from_ref(&change));
    frame.signature[3] ^= 1;
    assert_eq!(problem(&phone.push_frame(&world, &frame)).code, ProblemCode::BadSignature, "the frame's");
    let body = compress::pack(&frame_codec::frame_bytes(&phone.frame(&world, std::slice::from_ref(&change))));
    let mut request = phone.request(&world, "POST", "/v1/push", body.clone());
    request.body_mut().push(0);
    assert_eq!(problem(&world.send(request)).code, ProblemCode::BadSignature, "the request's");
    let plain = http::Request::post("/v1/push").body(body.clone()).unwrap();
    assert_eq!(problem(&world.send(plain)).code, ProblemCode::BadSignature, "none");
    let mut stranger = phone.clone();
    stranger.device = DeviceId([99; 16]);
    assert_eq!(problem(&stranger.push_bytes(&world, body.clone())).code, ProblemCode::UnknownDevice);
    let request = phone.request(&world, "POST", "/v1/push", body.clone());
    let twice = (request.clone(), request);
    assert_eq!(world.send(twice.0).0, 200);
    assert_eq!(problem(&world.send(twice.1)).code, ProblemCode::Replayed);
    let old = phone.request(&world, "POST", "/v1/push", body);
    world.tick(6 * 60 * 1000);
    let off = problem(&world.send(old));
    assert_eq!(
        (off.code, off.now),
        (ProblemCode::ClockOff, Some(world.clock.0.load(std::sync::atomic::Ordering::SeqCst)))
    );
}

#[test]
fn another_phone_may_carry_a_frame() {
    let world = World::new();
    let mut author = world.worker(1, 11);
    let carrier = world.phone(2);
    let change = author.building(&world, record(1), 11, "a");
    let (status, _) = carrier.push_frame(&world, &author.frame(&world, &[change]));
    assert_eq!(status, 200);
    assert_eq!(world.values(record(1), "name"), ["a".into()]);
}

#[test]
fn a_bomb_and_a_flood_stop_at_their_limits() {
    let world = World::new();
    let phone = world.worker(1, 11);
    let bomb = phone.push_bytes(&world, compress::pack(&vec![0; 20_000_000]));
    assert_eq!(problem(&bomb).code, ProblemCode::TooLarge, "unpacked");
    let flood = phone.push_bytes(&world, vec![7; 300_000]);
    assert_eq!(problem(&flood).code, ProblemCode::TooLarge, "packed");
    let request = phone.pull_raw(&world, &phone.pull_request(gridwalk_model::SpaceId([9; 16]), 1000, &[]));
    assert_eq!(problem(&request).code, ProblemCode::NotFound);
}

#[test]
fn a_full_disk_takes_no_push_and_still_serves() {
    let mut world = World::new();
    let mut phone = world.worker(1, 11);
    let change = phone.building(&world, record(1), 11, "a");
    phone.push(&world, &[change]);
    world.server.close().unwrap();
    let mut options = crate::world::options(world.dir.path(), &world.clock, &world.ids);
    options.disk_free = std::sync::Arc::new(|_| Some(1000));
    drop(std::mem::replace(
        &mut world.server,
        gridwalk_server::Server::create(crate::world::options(
            tempfile::tempdir().unwrap().path(),
            &world.clock,
            &world.ids,
        ))
        .unwrap(),
    ));
    world.server = gridwalk_server::Server::open(options).unwrap();
    let change = phone.building(&world, record(2), 11, "b");
    let answer = phone.push_frame(&world, &phone.frame(&world, &[change]));
    insta::assert_snapshot!(String::from_utf8(answer.1).unwrap(), @r#"{"type":"urn:gridwalk:problem:storage_full","status":507,"code":"storage_full","detail":"the server's disk is nearly full"}"#);
    phone.pull(&world, 1000);
    assert_eq!(phone.records(&world), [record(1)]);
}

#[test]
fn a_revoked_device_still_delivers_and_no_longer_reads() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    let first = phone.building(&world, record(1), 11, "a");
    phone.push(&world, &[first]);
    phone.pull(&world, 1000);
    world.server.write(|w| grant::revoke(w, phone.device, None)).unwrap();
    let change = phone.put(&world, record(1), "building", Op::put("floors", 3), vec![]);
    assert_eq!(phone.verdicts(&world, &[change]), ["quarantined"]);
    let answer = phone.pull_raw(&world, &phone.pull_request(world.space, 1000, &[]));
    assert_eq!(problem(&answer).code, ProblemCode::Revoked);
}
