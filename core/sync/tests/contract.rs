//! Everything that travels against `docs/protocol/gridwalk.cddl`, and wrong ones.
//!
//! Owns the comparison of codecs and contract. Refuses to know what a body does. Invariant: a rule that no real encoding
//! meets, or that accepts a bent one, fails here.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

use ed25519_dalek::SigningKey;
use gridwalk_model::admission::{Branch, predict};
use gridwalk_model::codec::{Reader, Writer};
use gridwalk_model::exchange::{
    Backfill, BackfillPlace, Elsewhere, Epoch, Erased, Grant, Key, NamedVerdict, Page, PageRow, PullRequest, PushFrame,
    PushItem, PushReply, Receipt, Verdict,
};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, RecordId, ReplicaId, SpaceId, TimelineId, UnitId};
use gridwalk_model::name::Name;
use gridwalk_model::op::Op;
use gridwalk_model::state_codec::state_bytes;
use gridwalk_model::time::Timestamp;
use gridwalk_model::workflow::Workflow;
use gridwalk_model::{Change, State};
use gridwalk_sync::arrival::{Arrivals, ArrivedPhone, Newcomer, NewcomerSeen, PhoneSeen};
use gridwalk_sync::bundle::{self, Bundle, BundleReply, FrameOutcome};
use gridwalk_sync::enrol::{EnrolRequest, Enrolled, Me, Purged, SpaceInfo, Vouched};
use gridwalk_sync::handover::{self, HandOver, LeftChange, LeftDraft, LeftPicture};
use gridwalk_sync::seal::{self, Purpose};
use gridwalk_sync::{Problem, ProblemCode, frame_codec, page_codec, part, receipt};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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

fn receipt() -> Receipt {
    let (space, replica) = (SpaceId([3; 16]), ReplicaId([4; 16]));
    Receipt { space, replica, upto: 3, chain: Hash([5; 32]), at: Timestamp(-1), signature: [8; 64] }
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
    let problem = FrameOutcome::Problem { space, replica, code: "gap".into(), expected: Some(7), seq: None };
    let reply = PushReply { timeline: TimelineId([2; 16]), verdicts: vec![], receipt: receipt() };
    let outcomes = vec![problem, FrameOutcome::Reply(reply)];
    let about = seal::seal_hash(&sealed);
    let reply = BundleReply { device, bundle: about, at: Timestamp(8), outcomes, signature: [0; 64] };
    assert_eq!(accepts("signed-bundle-reply", &bundle::signed_bytes(&reply)), Ok(()));
    let sealed = bundle::seal_reply(reply, &server, &phone.verifying_key(), &[8; 32]).unwrap();
    assert_eq!(accepts("seal", &sealed), Ok(()));
    assert_eq!(accepts("bundle-reply", &opened(&sealed, Purpose::BundleReply, &phone)), Ok(()));
    let change = LeftChange { list: "attention".into(), body: [1, 2].as_slice().into() };
    let (record, kind, content) = (RecordId([9; 16]), "visit".to_owned(), "{}".to_owned());
    let draft = LeftDraft { space, record, kind, basis: vec![1], content };
    let plain = HandOver { device, changes: vec![change], drafts: vec![draft], pictures: vec![] };
    assert_eq!(accepts("hand-over", &handover::bundle_bytes(&plain)), Ok(()));
    let pictures = vec![LeftPicture { space, record, bytes: vec![0xff, 0xd8] }];
    let left = handover::bundle_bytes(&HandOver { pictures, ..plain });
    assert_eq!(accepts("hand-over", &left), Ok(()));
    let given = handover::sign_receipt(handover::bundle_hash(&left), Timestamp(8), &server);
    assert_eq!(accepts("hand-over-receipt", &handover::receipt_bytes(&given)), Ok(()));
    assert_eq!(accepts("signed-hand-over-receipt", &handover::signed_bytes(&given)), Ok(()));
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
    assert_eq!(accepts("signed-frame", &frame_codec::signed_bytes(&frame)), Ok(()));
    assert_eq!(accepts("signed-receipt", &receipt::signed_bytes(&receipt())), Ok(()));
    let reply = PushReply { timeline: TimelineId([2; 16]), verdicts, receipt: receipt() };
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

#[test]
fn candidates_keep_the_contract() {
    use gridwalk_model::candidate::{CandidateReply, CandidateRequest, Other, Told};
    use gridwalk_sync::candidate_codec::{reply_bytes, request_bytes};

    let (space, timeline) = (SpaceId([3; 16]), TimelineId([4; 16]));
    let (record, held) = (RecordId([6; 16]), vec![(RecordId([6; 16]), [7; 16])]);
    let after = Some((Key([5; 16]), Some(record)));
    let begin = CandidateRequest { space, since: None, after: None, held: Vec::new() };
    let since = CandidateRequest { space, since: Some((timeline, 9)), after, held: held.clone() };
    for request in [begin, since] {
        assert_eq!(accepts("candidate-request", &request_bytes(&request)), Ok(()));
    }
    let (unit, agreed) = (UnitId([8; 16]), vec!["id_number".to_owned()]);
    let told =
        |other, score| Told {
            record, other, unit, unit_name: "南湖一村".to_owned(), agreed: agreed.clone(), score
        };
    let reply = |found| CandidateReply { upto: (timeline, 9), after, more: true, found, gone: held.clone() };
    let found = vec![told(Other::Seen(record), 98), told(Other::Unseen([9; 16]), 60)];
    assert_eq!(accepts("candidate-reply", &reply_bytes(&reply(found))), Ok(()));
    assert!(accepts("candidate-reply", &reply_bytes(&reply(vec![told(Other::Seen(record), 101)]))).is_err());
}

#[test]
fn a_shared_track_is_as_the_contract_says() {
    use gridwalk_model::geo::Point;
    use gridwalk_model::track::TrackPoint;
    use gridwalk_sync::track_codec::{TrackTold, told_bytes, track_bytes};
    let at = Point { accuracy_cm: Some(800), mock: true, ..Point::new(307_500_000, 1_207_600_000).unwrap() };
    let track = vec![TrackPoint { at, when: Timestamp(1_700_000_000_000) }];
    assert_eq!(accepts("track", &track_bytes(&track)), Ok(()));
    for track in [None, Some(track)] {
        let told = TrackTold { space: SpaceId([3; 16]), patrol: RecordId([4; 16]), track };
        assert_eq!(accepts("track-told", &told_bytes(&told)), Ok(()));
    }
    assert!(accepts("track-told", &[0xa0]).is_err());
}

/// A real state: of a resident with a name of its own, typed by a person.
fn state_of(n: u8) -> (RecordId, Arc<[u8]>) {
    let record = RecordId([n; 16]);
    let change = Change {
        space: SpaceId([3; 16]),
        replica: ReplicaId([4; 16]),
        seq: u64::from(n),
        prev: Hash::default(),
        record,
        kind: "resident".to_owned(),
        unit: UnitId([5; 16]),
        author: AccountId([6; 16]),
        machine: false,
        device: DeviceId([7; 16]),
        typed_at: Timestamp(8),
        heard: Timestamp(8),
        seen: vec![],
        was: vec![],
        instead_of: None,
        salt: [9; 16],
        ops: vec![
            Op::put("name", "王".repeat(usize::from(n))),
            Op::put("floor", i64::from(n)),
            Op::put("sex", "female"),
        ],
        extra: vec![],
    };
    let own = [change.seal().unwrap()];
    (record, state_bytes(&predict(&State::new(record), &own, Timestamp(9), &Workflow::default(), &[])).into())
}

fn page(rows: Vec<PageRow>) -> Page {
    let (timeline, space) = (TimelineId([2; 16]), SpaceId([3; 16]));
    Page {
        space,
        answers: Hash([1; 32]),
        branches: vec![Branch { id: TimelineId([1; 16]), from: 0 }, Branch { id: timeline, from: 40 }],
        epoch: Epoch { timeline, n: 2 },
        cursor: 70,
        at_head: false,
        backfill: Backfill::After(BackfillPlace { key: Key([1; 16]), record: RecordId([9; 16]) }),
        now: Timestamp(-1),
        rows,
        verdicts: vec![],
        chain: (0, Hash::default()),
        digest: None,
        safe_pos: 0,
        grants: vec![],
        elsewhere: vec![],
        erased: vec![],
    }
}

fn shown(n: u8) -> PageRow {
    let (record, state) = state_of(n);
    PageRow::State { record, state, held_by: vec![Key([n % 2; 16]), Key([7; 16])] }
}

/// The body of a page, out of its envelope.
fn body(page: &Page) -> Vec<u8> {
    let bytes = page_codec::page_bytes(page);
    let mut r = Reader::new(&bytes);
    r.array_of(2).and_then(|()| r.hash()).unwrap();
    r.bytes().unwrap().to_vec()
}

/// The rows of a body, by their keys: of the page, or of what is woven in it.
fn by_key(r: &mut Reader<'_>) -> BTreeMap<u64, Vec<u8>> {
    (0..r.map().unwrap()).map(|_| (r.uint().unwrap(), r.raw().unwrap().to_vec())).collect()
}

#[test]
fn a_page_keeps_the_contract() {
    let rest = Page {
        at_head: true,
        backfill: Backfill::Done,
        digest: Some(u128::MAX),
        chain: (3, Hash([5; 32])),
        verdicts: vec![NamedVerdict {
            name: Name { replica: ReplicaId([4; 16]), seq: 3, mark: Hash([5; 32]).mark() },
            verdict: Verdict::Applied,
            pos: 9,
        }],
        grants: vec![Grant { unit: UnitId([1; 16]), role: "gridworker".into(), kinds: vec!["case".into()] }],
        elsewhere: vec![Elsewhere {
            space: SpaceId([8; 16]),
            pos: 4,
            epoch: Epoch { timeline: TimelineId([9; 16]), n: 0 },
            digest: 7,
        }],
        erased: vec![Erased {
            name: Name { replica: ReplicaId([4; 16]), seq: 3, mark: Hash([5; 32]).mark() },
            places: BTreeSet::from([0, 2]),
        }],
        ..page(vec![])
    };
    let few = page(vec![shown(1), PageRow::Left { record: RecordId([2; 16]) }]);
    for page in [page(vec![]), few, rest] {
        assert_eq!(accepts("page", &page_codec::page_bytes(&page)), Ok(()));
        assert_eq!(accepts("page-body", &body(&page)), Ok(()));
    }
}

#[test]
fn a_woven_page_keeps_the_contract_with_columns_of_every_form() {
    let mut rows: Vec<PageRow> = (1..40).map(shown).collect();
    rows.push(PageRow::Left { record: RecordId([50; 16]) });
    let page = page(rows);
    assert_eq!(accepts("page", &page_codec::page_bytes(&page)), Ok(()));
    let woven = by_key(&mut Reader::new(&body(&page))).remove(&9).unwrap();
    assert_eq!(accepts("woven-rows", &woven), Ok(()));
    assert!(accepts("page-rows", &woven).is_err());
    let parts = by_key(&mut Reader::new(&woven));
    let mut r = Reader::new(&parts[&7]);
    let count = r.array().unwrap();
    let columns = (0..count).map(|_| r.raw().unwrap()).chain([2, 3, 6].map(|key| &parts[&key][..]));
    assert_eq!(
        columns.map(|c| c[1]).collect::<BTreeSet<u8>>(),
        BTreeSet::from([0, 1, 2, 3]),
        "every form of a column was tried"
    );
}

#[test]
fn a_bent_page_breaks_it() {
    let whole = by_key(&mut Reader::new(&body(&page(vec![shown(1)]))));
    let written = |rows: &BTreeMap<u64, Vec<u8>>| {
        let mut w = Writer::default();
        w.map(rows.len());
        for (key, raw) in rows {
            w.uint(*key).raw(raw);
        }
        w.finish()
    };
    assert_eq!(accepts("page-body", &written(&whole)), Ok(()), "the way of bending is sound");
    for key in 1..=14 {
        let mut bent = whole.clone();
        bent.remove(&key);
        assert!(accepts("page-body", &written(&bent)).is_err(), "without {key}");
        bent.insert(key, vec![0xfb, 0x3f, 0xf1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a]);
        assert!(accepts("page-body", &written(&bent)).is_err(), "{key} is a float");
    }
    for (key, raw, why) in [
        (3, &[0x80][..], "no timeline"),
        (7, &[0x02], "an unknown word for a backfill"),
        (9, &[0x81, 0x81, 0x41, 0x00], "a record with a short id"),
        (9, &[0x81, 0x83, 0x41, 0x00, 0x40, 0x80], "a state of no bytes"),
        (9, &[0xa0], "woven of nothing"),
        (12, &[0x41, 0x00], "a short sum"),
        (16, &[0x00], "a row that nobody knows"),
    ] {
        let mut bent = whole.clone();
        bent.insert(key, raw.to_vec());
        assert!(accepts("page-body", &written(&bent)).is_err(), "{why}");
    }
    let cut = PageRow::State { record: RecordId([1; 16]), state: [0x9f].as_slice().into(), held_by: vec![] };
    assert!(accepts("page", &page_codec::page_bytes(&page(vec![cut]))).is_err(), "a state that is none");
}

#[test]
fn what_is_told_in_json_keeps_the_contract() {
    let space =
        SpaceInfo { space: SpaceId([1; 16]), reference: true, name: "南湖区".into(), units: vec![UnitId([2; 16])] };
    let key = data_encoding::BASE64URL_NOPAD.encode(&key_of(1).verifying_key().to_bytes());
    let (account, name, roles) = (AccountId([3; 16]), "王小明".to_owned(), vec!["gridworker".to_owned()]);
    let asked =
        EnrolRequest { code: "K7Q2".into(), public_key: key.clone(), device_name: "手机".into(), account: None };
    let me = Me {
        account,
        name: name.clone(),
        roles: roles.clone(),
        spaces: vec![space.clone()],
        pins: vec![key.clone()],
        now: 5,
    };
    let (device, spaces) = (DeviceId([4; 16]), vec![space]);
    let phone = ArrivedPhone {
        device,
        device_name: "手机".into(),
        account,
        name: name.clone(),
        roles: roles.clone(),
        units: vec!["光明社区".into()],
        since: 5,
    };
    let newcomer =
        Newcomer {
            account, name: name.clone(), phone: "139****4321".into(), unit: "第一网格".into(), joined_at: 5
        };
    let enrolled = Enrolled { device, account, name, roles, server_key: key, spaces, now: 5 };
    let problem = Problem { expected: Some(7), now: Some(-1), ..Problem::new(ProblemCode::Gap, "seq 7 is missing") };
    let told = [
        ("enrol-request", json!(asked)),
        ("enrolled", json!(enrolled)),
        ("me", json!(me)),
        ("arrivals", json!(Arrivals { phones: vec![phone.clone()], newcomers: vec![newcomer.clone()] })),
        ("arrived-phone", json!(phone)),
        ("newcomer", json!(newcomer)),
        ("phone-seen", json!(PhoneSeen { device, digits: "042 917".into() })),
        ("newcomer-seen", json!(NewcomerSeen { account, accepted: false, reason: "号码有误".into() })),
        ("vouched", json!(Vouched { safe: true })),
        ("purged", json!(Purged { spaces: vec![SpaceId([1; 16])] })),
        ("problem", json!(problem)),
    ];
    let accepts = |rule: &str, told: &Value| {
        let text = format!("start-here = {rule}\n{CONTRACT}");
        cddl::validate_json_from_str(&text, &told.to_string(), None).map_err(|e| e.to_string())
    };
    for (rule, body) in &told {
        assert_eq!(accepts(rule, body), Ok(()), "{rule}");
        for field in body.as_object().unwrap().keys().filter(|field| !["expected", "now"].contains(&field.as_str())) {
            let mut bent = body.clone();
            bent.as_object_mut().unwrap().remove(field);
            let may_lack = ["pins", "reason"].contains(&field.as_str());
            assert_eq!(accepts(rule, &bent).is_ok(), may_lack, "{rule} without {field}");
            bent[field] = json!({});
            assert!(accepts(rule, &bent).is_err(), "{rule}: {field} is a map");
        }
    }
}
