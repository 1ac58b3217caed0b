//! What is sealed and cut against `docs/protocol/gridwalk.cddl`, and wrong ones.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

use ed25519_dalek::SigningKey;
use gridwalk_model::exchange::{
    Backfill, BackfillPlace, Epoch, Key, NamedVerdict, PullRequest, PushFrame, PushItem, PushReply, Receipt, Verdict,
};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{DeviceId, RecordId, ReplicaId, SpaceId, TimelineId};
use gridwalk_model::name::Name;
use gridwalk_model::time::Timestamp;
use gridwalk_sync::bundle::{self, Bundle, BundleReply, FrameOutcome};
use gridwalk_sync::handover::{self, HandOver, LeftChange, LeftDraft};
use gridwalk_sync::seal::{self, Purpose};
use gridwalk_sync::{frame_codec, page_codec, part};

const CONTRACT: &str = include_str!("../../../docs/protocol/gridwalk.cddl");

fn accepts(rule: &str, bytes: &[u8]) -> Result<(), String> {
    let text = format!("start-here = {rule}\n{CONTRACT}");
    cddl::validate_cbor_from_slice(&text, bytes, None).map_err(|e| e.to_string())
}

fn key_of(n: u8) -> SigningKey {
    SigningKey::from_bytes(&[n; 32])
}

fn opened(sealed: &[u8], purpose: Purpose, key: &SigningKey) -> Vec<u8> {
    seal::open(sealed, purpose, key, 1 << 20).unwrap()
}

#[test]
fn seals_parts_and_what_they_hold_keep_the_contract() {
    let (server, phone) = (key_of(1), key_of(2));
    let (device, space, replica) = (DeviceId([6; 16]), SpaceId([3; 16]), ReplicaId([4; 16]));
    let items = vec![PushItem { seq: 1, hash: Hash([5; 32]), body: None }];
    let frame = PushFrame { space, replica, device, lost: None, items, signature: [0; 64] };
    let bundle = Bundle { device, frames: vec![frame] };
    let sealed = bundle::seal_bundle(&bundle, &server.verifying_key(), &[7; 32]).unwrap();
    assert_eq!(accepts("seal", &sealed), Ok(()));
    assert_eq!(accepts("bundle", &opened(&sealed, Purpose::Bundle, &server)), Ok(()));
    for part in part::cut(&sealed, 100).unwrap() {
        assert_eq!(accepts("part", &part.bytes()), Ok(()));
    }
    let outcome = FrameOutcome::Problem { space, replica, code: "gap".into(), expected: Some(7), seq: None };
    let about = seal::seal_hash(&sealed);
    let reply = BundleReply { device, bundle: about, at: Timestamp(8), outcomes: vec![outcome], signature: [0; 64] };
    let sealed = bundle::seal_reply(reply, &server, &phone.verifying_key(), &[8; 32]).unwrap();
    assert_eq!(accepts("seal", &sealed), Ok(()));
    assert_eq!(accepts("bundle-reply", &opened(&sealed, Purpose::BundleReply, &phone)), Ok(()));
    let change = LeftChange { list: "attention".into(), body: [1, 2].as_slice().into() };
    let (record, kind, content) = (RecordId([9; 16]), "visit".to_owned(), "{}".to_owned());
    let draft = LeftDraft { space, record, kind, basis: vec![1], content };
    let left = handover::bundle_bytes(&HandOver { device, changes: vec![change], drafts: vec![draft] });
    assert_eq!(accepts("hand-over", &left), Ok(()));
}

#[test]
fn frames_replies_and_requests_keep_the_contract() {
    let (space, replica, device) = (SpaceId([3; 16]), ReplicaId([4; 16]), DeviceId([6; 16]));
    let bodies = [None, Some([1, 2].as_slice().into())];
    let items = bodies.into_iter().map(|body| PushItem { seq: 3, hash: Hash([5; 32]), body }).collect();
    let frame = PushFrame { space, replica, device, lost: Some((1, 2)), items, signature: [7; 64] };
    assert_eq!(accepts("push-frame", &frame_codec::frame_bytes(&frame)), Ok(()));
    let name = Name { replica, seq: 3, mark: Hash([5; 32]).mark() };
    let verdicts = [
        Verdict::Applied,
        Verdict::Quarantined,
        Verdict::Declined { reason: "双份".into() },
        Verdict::Refused { code: "not_in_scope".into(), hint: "case".into() },
    ];
    let verdicts = verdicts.map(|verdict| NamedVerdict { name, verdict, pos: 9 }).to_vec();
    let receipt = Receipt { space, replica, upto: 3, chain: Hash([5; 32]), at: Timestamp(-1), signature: [8; 64] };
    let reply = PushReply { timeline: TimelineId([2; 16]), verdicts, receipt };
    assert_eq!(accepts("push-reply", &frame_codec::reply_bytes(&reply)), Ok(()));
    let place = BackfillPlace { key: Key([1; 16]), record: RecordId([9; 16]) };
    for backfill in [Backfill::Start, Backfill::Done, Backfill::After(place)] {
        let known = backfill != Backfill::Start;
        let timeline = TimelineId([2; 16]);
        let request = PullRequest {
            space,
            replica,
            cursor: known.then_some((timeline, 7)),
            epoch: known.then_some(Epoch { timeline, n: 1 }),
            backfill,
            asked: vec![name],
            forgotten: 0,
            fold_version: 1,
            bytes_aim: 1 << 16,
            refetch: if known { vec![RecordId([9; 16])] } else { Vec::new() },
        };
        assert_eq!(accepts("pull-request", &page_codec::request_bytes(&request)), Ok(()));
    }
}

#[test]
fn wrong_ones_break_it() {
    let sealed = seal::seal(&key_of(1).verifying_key(), Purpose::HandOver, None, b"word", &[1; 32]).unwrap();
    assert!(accepts("part", &sealed).is_err() && accepts("bundle", &sealed).is_err());
    assert!(accepts("seal", &sealed[..sealed.len() - 1]).is_err());
    let part = part::cut(&sealed, 100).unwrap()[0].bytes();
    assert!(accepts("seal", &part).is_err());
}

#[test]
fn narrowing_and_reports_keep_the_contract() {
    use gridwalk_model::digest::{Ask, Differing, DigestReply, DigestRequest, Divergence, Outcome, Pair};
    use gridwalk_model::exchange::{Epoch, Key};
    use gridwalk_model::id::TimelineId;
    use gridwalk_sync::digest_codec::{reply_bytes, reports_bytes, request_bytes};

    let (space, timeline) = (SpaceId([3; 16]), TimelineId([4; 16]));
    let epoch = Epoch { timeline, n: 2 };
    let pairs = vec![Pair { key: Key([5; 16]), kind: "case".to_owned() }];
    let asks = [
        Ask::Pairs(vec![(pairs[0].clone(), 7)]),
        Ask::Buckets { pairs: pairs.clone(), sums: vec![1, 2] },
        Ask::Items { pairs: pairs.clone(), buckets: 2, chosen: vec![1], items: vec![(RecordId([6; 16]), 9)] },
    ];
    for ask in asks {
        let bytes = request_bytes(&DigestRequest { space, cursor: (timeline, 8), epoch, fold_version: 1, ask });
        assert_eq!(accepts("digest-request", &bytes), Ok(()));
    }
    let differing = Differing { missing: vec![RecordId([1; 16])], ..Differing::default() };
    let replies =
        [DigestReply::Later, DigestReply::Pairs(pairs), DigestReply::Buckets(vec![1]), DigestReply::Items(differing)];
    assert!(replies.iter().all(|reply| accepts("digest-reply", &reply_bytes(reply)).is_ok()));
    let (kinds, keys) = (vec!["case".to_owned()], vec![Key([5; 16])]);
    let found_at = Timestamp(1);
    let counts = (1, 2, 3, 4, 10);
    let (missing, other, extra, damaged, repaired) = counts;
    let outcome = Outcome::Again;
    let report =
        Divergence { id: [7; 16], space, found_at, kinds, keys, missing, other, extra, damaged, repaired, outcome };
    assert_eq!(accepts("divergences", &reports_bytes(std::slice::from_ref(&report))), Ok(()));
    let open = Divergence { outcome: Outcome::Open, ..report };
    assert!(accepts("divergences", &reports_bytes(&[open])).is_err(), "only what came to an end is told");
}
