//! Bundles at the server: carried by others, twice, by revoked ones, to the wrong door.

use crate::phone::Phone;
use crate::world::{World, problem, record};
use gridwalk_model::change::SealedChange;
use gridwalk_model::exchange::Verdict;
use gridwalk_model::hash::Hash;
use gridwalk_sync::bundle::{self, Bundle, BundleReply, FrameOutcome};
use gridwalk_sync::{ProblemCode, client, compress, frame_codec, receipt, seal};

fn sealed(world: &World, author: &Phone, changes: &[SealedChange], seed: u8) -> Vec<u8> {
    let frames = changes.iter().map(|c| author.frame(world, std::slice::from_ref(c))).collect();
    let bundle = Bundle { device: author.device, frames };
    bundle::seal_bundle(&bundle, &world.server.running().key.verifying_key(), &[seed; 32]).unwrap()
}

fn bring(world: &World, carrier: &Phone, sealed: &[u8]) -> (u16, Vec<u8>) {
    world.send(carrier.request(world, "POST", "/v1/bundle", compress::pack(sealed)))
}

fn opened(world: &World, author: &Phone, sealed: &[u8], answer: &(u16, Vec<u8>)) -> BundleReply {
    let reply = client::read_bundle(answer.0, &answer.1, seal::seal_hash(sealed)).unwrap();
    let server = world.server.running().key.verifying_key();
    bundle::open_reply(&reply, &author.key, &server).unwrap()
}

fn verdicts(reply: &BundleReply) -> Vec<&str> {
    let of = |o: &'_ FrameOutcome| match o {
        FrameOutcome::Reply(reply) => reply.verdicts[0].verdict.code(),
        FrameOutcome::Problem { .. } => "problem",
    };
    reply.outcomes.iter().map(of).collect()
}

/// How often a body stands in the journal.
fn journalled(world: &World, hash: Hash) -> usize {
    let entries = world.server.read(|r| r.tx.journal_after(world.space, 0, 10_000)).unwrap();
    let holds = |e: &gridwalk_server::store::JournalRow| e.entry.windows(32).any(|w| w == hash.0);
    entries.iter().filter(|e| holds(e)).count()
}

#[test]
fn whoever_brings_it_and_however_often_each_body_is_journalled_once() {
    let world = World::new();
    let (mut author, first, second) = (world.worker(1, 11), world.worker(2, 21), world.phone(3));
    let changes = [author.building(&world, record(1), 11, "一号楼"), author.building(&world, record(2), 11, "二号楼")];
    let bundle = sealed(&world, &author, &changes, 1);
    let reply = opened(&world, &author, &bundle, &bring(&world, &first, &bundle));
    assert_eq!(verdicts(&reply), ["applied", "applied"]);
    let FrameOutcome::Reply(push) = &reply.outcomes[1] else { panic!("a reply") };
    assert!(receipt::verify(&push.receipt, &world.server.running().key.verifying_key()) && push.receipt.upto == 2);
    let head = world.head();
    let again = opened(&world, &author, &bundle, &bring(&world, &second, &bundle));
    assert_eq!(verdicts(&again), ["applied", "applied"], "a second carrier, without any rights");
    let made_again = sealed(&world, &author, &changes, 2);
    assert_eq!(verdicts(&opened(&world, &author, &made_again, &bring(&world, &author, &made_again))).len(), 2);
    assert_eq!(author.verdicts(&world, &changes), ["applied", "applied"], "and the author pushes the same");
    assert_eq!(world.head(), head, "nothing was journalled again");
    for change in &changes {
        assert_eq!(journalled(&world, change.hash), 1);
    }
    world.verify();
}

#[test]
fn a_revoked_author_is_quarantined_and_a_revoked_carrier_may_carry() {
    let world = World::new();
    let (mut author, mut revoked) = (world.worker(1, 11), world.worker(2, 11));
    let change = [author.building(&world, record(1), 11, "一号楼")];
    let of_revoked = [revoked.building(&world, record(2), 11, "二号楼")];
    world.tick(1);
    world.server.write(|w| gridwalk_server::grant::revoke(w, revoked.device, None)).unwrap();
    let bundle = sealed(&world, &author, &change, 1);
    assert_eq!(verdicts(&opened(&world, &author, &bundle, &bring(&world, &revoked, &bundle))), ["applied"]);
    let bundle = sealed(&world, &revoked, &of_revoked, 1);
    assert_eq!(verdicts(&opened(&world, &revoked, &bundle, &bring(&world, &author, &bundle))), ["quarantined"]);
}

#[test]
fn one_frame_that_comes_to_nothing_keeps_no_other_back() {
    let world = World::new();
    let (mut author, carrier) = (world.worker(1, 11), world.worker(2, 11));
    let changes: Vec<SealedChange> = (1..=3).map(|n| author.building(&world, record(n), 11, "楼")).collect();
    let forged = {
        let mut frame = author.frame(&world, &changes[1..2]);
        frame_codec::sign(&mut frame, &carrier.key);
        frame
    };
    let frames = vec![author.frame(&world, &changes[..1]), author.frame(&world, &changes[2..]), forged];
    let key = world.server.running().key.verifying_key();
    let bundle = bundle::seal_bundle(&Bundle { device: author.device, frames }, &key, &[1; 32]).unwrap();
    let reply = opened(&world, &author, &bundle, &bring(&world, &carrier, &bundle));
    assert!(matches!(&reply.outcomes[0], FrameOutcome::Reply(r) if r.verdicts[0].verdict == Verdict::Applied));
    let FrameOutcome::Problem { code, expected, .. } = &reply.outcomes[1] else { panic!("a gap") };
    assert_eq!((code.as_str(), *expected), ("gap", Some(2)));
    let FrameOutcome::Problem { code, .. } = &reply.outcomes[2] else { panic!("not signed by its device") };
    assert_eq!(code, "bad_signature");
    assert!(world.server.read(|r| r.tx.state(world.space, record(2))).unwrap().is_none());
}

#[test]
fn what_is_not_a_bundle_for_this_server_has_a_code() {
    let world = World::new();
    let (mut author, carrier) = (world.worker(1, 11), world.worker(2, 11));
    let change = author.building(&world, record(1), 11, "楼");
    let bundle = Bundle { device: author.device, frames: vec![author.frame(&world, &[change])] };
    let foreign = bundle::seal_bundle(&bundle, &carrier.key.verifying_key(), &[1; 32]).unwrap();
    let code = |sealed: &[u8]| problem(&bring(&world, &carrier, sealed)).code;
    assert_eq!(code(&foreign), ProblemCode::BundleForeign);
    let key = world.server.running().key.verifying_key();
    let mut bent = bundle::seal_bundle(&bundle, &key, &[1; 32]).unwrap();
    *bent.last_mut().unwrap() ^= 1;
    assert_eq!(code(&bent), ProblemCode::BundleDamaged);
    assert_eq!(code(b"words"), ProblemCode::Malformed);
    let device = gridwalk_model::id::DeviceId([0x77; 16]);
    let stranger = bundle::seal_bundle(&Bundle { device, frames: vec![] }, &key, &[1; 32]).unwrap();
    assert_eq!(code(&stranger), ProblemCode::AuthorUnknown);
    let unsigned = http::Request::post("/v1/bundle").body(compress::pack(&stranger)).unwrap();
    assert_eq!(problem(&world.send(unsigned)).code, ProblemCode::BadSignature);
}

#[test]
fn the_carrier_can_not_read_the_reply() {
    let world = World::new();
    let (mut author, carrier) = (world.worker(1, 11), world.worker(2, 11));
    let change = [author.building(&world, record(1), 11, "楼")];
    let bundle = sealed(&world, &author, &change, 1);
    let answer = bring(&world, &carrier, &bundle);
    let reply = client::read_bundle(answer.0, &answer.1, seal::seal_hash(&bundle)).unwrap();
    let server = world.server.running().key.verifying_key();
    assert_eq!(bundle::open_reply(&reply, &carrier.key, &server), Err(seal::Unsealed::Foreign));
    assert!(client::read_bundle(answer.0, &answer.1, Hash::default()).is_err(), "about another bundle");
}
