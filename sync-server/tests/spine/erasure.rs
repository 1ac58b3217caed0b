//! Erasure: nothing of what was erased is in any file of the server, and everything that rests on it stands.

use crate::phone::{Phone, Typed};
use crate::world::{World, problem, record, unit};
use gridwalk_model::Value;
use gridwalk_model::change::SealedChange;
use gridwalk_model::erasure::REASONS;
use gridwalk_model::exchange::{PushItem, Verdict};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::RecordId;
use gridwalk_model::op::Op;
use gridwalk_model::picture::{Media, Picture};
use gridwalk_model::state_codec::read_state;
use gridwalk_server::admin::{Admin, Erasing, ErasureSummary};
use gridwalk_server::erase::list::ERASURES;
use gridwalk_server::ingest::decide::{Decision, decide};
use gridwalk_server::picture::PICTURES;
use gridwalk_server::server::pictures_beside;
use gridwalk_server::store::sqlite::DATABASE;
use gridwalk_server::{ServerError, verify};
use gridwalk_sync::handover::{self, HandOver, LeftChange};
use gridwalk_sync::picture;
use std::path::Path;

const HOUSE: RecordId = record(1);
const WHO: RecordId = record(4);

fn content() -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n".as_slice(), b"CANARY-pixels", &[7; 300]].concat()
}

fn described() -> Picture {
    let (hash, size) = (Hash::of_content(&content()), content().len() as u64);
    Picture { hash, size, media: Media::Png, width: 1, height: 1, taken_at: None, look: None }
}

/// How often a text stands in any file below a folder.
fn found(folder: &Path, text: &str) -> usize {
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            count += found(&path, text);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            count += bytes.windows(text.len()).filter(|window| *window == text.as_bytes()).count();
        }
    }
    count
}

fn erase(world: &World, fields: &[&str], confirm: Option<u64>) -> Result<ErasureSummary, ServerError> {
    world.tick(1000);
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    let (reason, basis) = (REASONS[0].to_owned(), "the survey is over".to_owned());
    let wanted = Erasing { records: vec![WHO], fields, below: false, reason, basis, confirm };
    Admin::new(world.server.clone()).erase(&wanted)
}

fn typed(phone: &mut Phone, world: &World, ops: Vec<Op>, seen: &[&SealedChange]) -> SealedChange {
    let seen = seen.iter().map(|change| change.name()).collect();
    phone.save(world, Typed { record: WHO, kind: "building", unit: 11, ops, seen })
}

/// A building with values written over, a picture, and a change that waits.
fn told() -> (World, Phone, Vec<SealedChange>) {
    let world = World::new();
    let mut ann = world.phone(1);
    world.grant_kinds(&ann, 11, "gridworker", &[]);
    let house = ann.building(&world, HOUSE, 11, "house that stays");
    let first = typed(
        &mut ann,
        &world,
        vec![
            Op::put("unit", unit(11).record()),
            Op::put("name", "CANARY-name-1"),
            Op::put("address", "CANARY-phone"),
            Op::put("note", "CANARY-note"),
            Op::Attach { element: described().to_value() },
        ],
        &[],
    );
    let second = typed(&mut ann, &world, vec![Op::put("name", "CANARY-name-2")], &[&first]);
    assert_eq!(ann.verdicts(&world, &[house.clone(), first.clone(), second.clone()]), ["applied"; 3]);
    let path = picture::piece_path(world.space, WHO, described().hash, 0);
    assert_eq!(world.send(ann.request(&world, "PUT", &path, content())).0, 200);
    ann.pull(&world, 1 << 20);
    (world, ann, vec![house, first, second])
}

/// A backup as it is put into a folder of its own, pictures and all, and without the list of erasures.
fn backed_up(world: &World) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let file = copy.path().join(DATABASE);
    world.server.back_up(&file).unwrap();
    world.keep_seal(copy.path());
    std::fs::rename(pictures_beside(&file), copy.path().join(PICTURES)).unwrap();
    let list = copy.path().join(format!("{DATABASE}-{ERASURES}"));
    if list.exists() {
        std::fs::remove_file(list).unwrap();
    }
    copy
}

fn canaries(world: &World) -> Vec<&'static str> {
    let all = ["CANARY-name-1", "CANARY-name-2", "CANARY-phone", "CANARY-note", "CANARY-pixels"];
    all.into_iter().filter(|text| found(world.dir.path(), text) > 0).collect()
}

#[test]
fn an_erased_record_is_in_no_file_of_the_server_and_the_chain_holds() {
    let (world, mut ann, changes) = told();
    assert_eq!(canaries(&world).len(), 5, "they are there, so that the next lines can fail");
    let before = world.head();
    let dry = erase(&world, &[], None).unwrap();
    assert_eq!((dry.dry_run, dry.taken.values, dry.taken.bodies, dry.taken.pictures), (true, 5, 2, 1));
    assert_eq!(erase(&world, &[], Some(4)).unwrap_err().code(), "confirm_differs");
    assert_eq!((world.head(), canaries(&world).len()), (before, 5), "nothing was written");
    let done = erase(&world, &[], Some(5)).unwrap();
    assert_eq!((done.dry_run, done.taken.values, done.remains), (false, 5, false));
    assert_eq!(canaries(&world), Vec::<&str>::new());
    assert!(found(world.dir.path(), "house that stays") > 0);
    world.verify();
    let state = world.state(WHO);
    assert_eq!(state.erased_whole().unwrap().reason, REASONS[0]);
    assert!(state.fields["name"].heads.is_empty() && world.values(WHO, "address").is_empty());

    let pages = ann.pull(&world, 1 << 20);
    let told: Vec<_> = pages.iter().flat_map(|page| &page.erased).collect();
    assert_eq!(told.len(), 2, "who gave the bodies is told what went of them");
    let left = changes[1].without(&told.iter().find(|e| e.name == changes[1].name()).unwrap().places);
    assert!(!left.bytes.windows(6).any(|w| w == b"CANARY"));
    let (state, ..) = &ann.held[&world.space].rows[&WHO];
    assert!(read_state(state).unwrap().erased("name").is_some());
    assert!(pages.iter().all(|page| page.digest.is_some()), "the digest agrees");
    assert!(ann.pull(&world, 1 << 20).iter().all(|page| page.erased.is_empty()), "once");
    let path = format!("/v1/history/{}/{WHO}", world.space);
    let (status, body) = world.send(ann.request(&world, "GET", &path, Vec::new()));
    assert_eq!(status, 200);
    let body = gridwalk_sync::compress::unpack(&body, 1 << 20).unwrap();
    assert!(!body.windows(6).any(|w| w == b"CANARY"));
    assert_eq!(ann.verdicts(&world, &changes[1..2]), ["applied"], "delivered again it changes nothing");
    let after = backed_up(&world);
    assert_eq!(found(after.path(), "CANARY"), 0);
    world.verify();
}

#[test]
fn an_erased_field_goes_with_all_that_it_ever_said_and_the_rest_stays() {
    let (world, mut ann, changes) = told();
    let dry = erase(&world, &["name"], None).unwrap();
    assert_eq!((dry.taken.values, dry.taken.pictures), (2, 0));
    erase(&world, &["name"], Some(2)).unwrap();
    assert_eq!(canaries(&world), ["CANARY-phone", "CANARY-note", "CANARY-pixels"]);
    assert_eq!(world.values(WHO, "address"), ["CANARY-phone".into()]);
    assert_eq!(erase(&world, &["name"], None).unwrap().taken.values, 0);
    assert_eq!(erase(&world, &["no_such"], None).unwrap_err().code(), "erase_field");
    world.verify();
    // Who did not know waits for a person, with what it was about only.
    let late = typed(&mut ann, &world, vec![Op::put("name", "late")], &[&changes[2]]);
    let other = typed(&mut ann, &world, vec![Op::put("address", "13800138000")], &[&changes[1]]);
    assert_eq!(ann.verdicts(&world, &[late.clone(), other]), ["quarantined", "applied"]);
    assert!(world.values(WHO, "name").is_empty());
    let by = world.admin;
    let decision = Decision { space: world.space, name: late.name(), approve: true, reason: "", by };
    world.server.write(|w| decide(w, &decision)).unwrap();
    assert_eq!(world.values(WHO, "name"), ["late".into()], "a person said so");
    world.tick(1000);
    ann.pull(&world, 1 << 20);
    let knows = typed(&mut ann, &world, vec![Op::put("name", "anew")], &[&late]);
    assert_eq!(ann.verdicts(&world, &[knows]), ["applied"]);
    assert_eq!(world.values(WHO, "name"), ["anew".into()]);
    assert!(world.state(WHO).erased("name").is_some(), "that it was erased once stays known");
    world.verify();
}

#[test]
fn a_backup_that_is_put_back_erases_again_and_takes_nothing_back() {
    let (mut world, mut ann, changes) = told();
    let copy = backed_up(&world);
    let third = typed(&mut ann, &world, vec![Op::put("name", "CANARY-name-3")], &[&changes[2]]);
    assert_eq!(ann.verdicts(&world, std::slice::from_ref(&third)), ["applied"]);
    erase(&world, &[], Some(6)).unwrap();
    assert_eq!(found(world.dir.path(), "CANARY"), 0);
    assert!(found(copy.path(), "CANARY") > 0, "the backup knows it still");
    std::fs::copy(world.dir.path().join(ERASURES), copy.path().join(ERASURES)).unwrap();
    world.restore(copy);
    assert_eq!(found(world.dir.path(), "CANARY"), 0, "the list of erasures was read");
    assert!(world.state(WHO).erased_whole().is_some());
    world.verify();
    // A phone that had not heard gives back what the backup lacked: nothing of it is stored.
    assert_eq!(ann.verdicts(&world, std::slice::from_ref(&third)), ["applied"]);
    assert_eq!(found(world.dir.path(), "CANARY"), 0);
    world.verify();
    ann.pull(&world, 1 << 20);
    assert_eq!(ann.records(&world), [HOUSE, WHO]);
}

/// Whatever the phone has heard: nothing, the first of two erasures, or both.
#[test]
fn what_was_erased_one_after_the_other_of_a_body_that_a_backup_lacks_stays_erased() {
    for heard in [vec![], vec![0], vec![1], vec![0, 1]] {
        let (mut world, mut ann, changes) = told();
        let copy = backed_up(&world);
        let fields = [("name", "CANARY-third-name"), ("note", "CANARY-third-note"), ("phone", "13800000003")];
        let ops = fields.map(|(field, text)| Op::put(field, text)).to_vec();
        let third = typed(&mut ann, &world, ops, &[&changes[2]]);
        assert_eq!(ann.verdicts(&world, std::slice::from_ref(&third)), ["applied"]);
        erase(&world, &["name"], Some(3)).unwrap();
        erase(&world, &["note"], Some(2)).unwrap();
        let left = |world: &World| ["CANARY-third-name", "CANARY-third-note"].map(|text| found(world.dir.path(), text));
        assert_eq!(left(&world), [0, 0]);
        std::fs::copy(world.dir.path().join(ERASURES), copy.path().join(ERASURES)).unwrap();
        world.restore(copy);
        let places = heard.iter().copied().collect::<std::collections::BTreeSet<_>>();
        let given = if heard.is_empty() { third.clone() } else { third.without(&places) };
        let item = PushItem { seq: third.change.seq, hash: third.hash, body: Some(given.bytes.clone()) };
        assert_eq!(ann.push_frame(&world, &ann.frame_of(&world, vec![item])).0, 200);
        let row = world.server.read(|r| r.tx.inbox(world.space, third.change.replica, third.change.seq));
        assert_eq!(row.unwrap().unwrap().verdict, Verdict::Applied, "heard of {heard:?}");
        assert_eq!(left(&world), [0, 0], "heard of {heard:?}");
        assert_eq!(
            world.values(WHO, "phone"),
            [Value::from("13800000003")],
            "what was not erased came back: heard of {heard:?}"
        );
        let state = world.state(WHO);
        assert!(state.erased("name").is_some() && state.erased("note").is_some(), "heard of {heard:?}");
        world.verify();
    }
}

#[test]
fn a_phone_that_has_heard_gives_back_what_is_left() {
    let (mut world, mut ann, changes) = told();
    let copy = backed_up(&world);
    let third = typed(&mut ann, &world, vec![Op::put("name", "CANARY-name-3")], &[&changes[2]]);
    assert_eq!(ann.verdicts(&world, std::slice::from_ref(&third)), ["applied"]);
    erase(&world, &[], Some(6)).unwrap();
    let places = ann.pull(&world, 1 << 20).iter().flat_map(|p| p.erased.clone()).find(|e| e.name == third.name());
    let left = third.without(&places.unwrap().places);
    std::fs::copy(world.dir.path().join(ERASURES), copy.path().join(ERASURES)).unwrap();
    world.restore(copy);
    let item =
        |body: &SealedChange| PushItem { seq: third.change.seq, hash: third.hash, body: Some(body.bytes.clone()) };
    let frame = ann.frame_of(&world, vec![item(&left)]);
    assert_eq!(ann.push_frame(&world, &frame).0, 200);
    let row = world.server.read(|r| r.tx.inbox(world.space, third.change.replica, third.change.seq)).unwrap().unwrap();
    assert_eq!((row.verdict, row.hash), (Verdict::Applied, third.hash), "under the name that it had");
    assert!(world.values(WHO, "name").is_empty());
    world.verify();
    // Another body under that hash is none.
    let mut other = ann.clone();
    other.last.insert(world.space, (third.change.seq, third.hash));
    let fourth = typed(&mut other, &world, vec![Op::put("note", "n")], &[]);
    let bent = PushItem { seq: fourth.change.seq, hash: fourth.hash, body: Some(left.bytes.clone()) };
    let answer = ann.push_frame(&world, &ann.frame_of(&world, vec![bent]));
    assert_eq!(answer.0, 200, "{:?}", problem_of(&answer));
    let row =
        world.server.read(|r| r.tx.inbox(world.space, fourth.change.replica, fourth.change.seq)).unwrap().unwrap();
    assert!(matches!(row.verdict, Verdict::Refused { .. }));
}

fn problem_of(answer: &(u16, Vec<u8>)) -> Option<String> {
    (answer.0 != 200).then(|| format!("{:?}", problem(answer)))
}

#[test]
fn a_body_that_somebody_else_changed_is_not_passed_off_as_erased() {
    let (world, _ann, changes) = told();
    erase(&world, &["name"], Some(2)).unwrap();
    let row = world.server.read(|r| r.tx.inbox(world.space, changes[1].change.replica, changes[1].change.seq));
    let row = row.unwrap().unwrap();
    let bent = changes[1].without(&std::collections::BTreeSet::from([0, 1]));
    world.server.write(|w| w.tx.inbox_body_set(&row, &bent.bytes)).unwrap();
    let chain = world.server.read(|r| verify::chain(r, world.space)).unwrap();
    assert!(matches!(chain, Err(verify::Bad::Body { .. })), "{chain:?}");
}

#[test]
fn what_a_phone_handed_over_is_erased_too_before_and_after() {
    let (world, ann, changes) = told();
    let left = |change: &SealedChange| {
        let changes = vec![LeftChange { list: "sent".to_owned(), body: change.bytes.clone() }];
        let left = HandOver { device: ann.device, changes, drafts: Vec::new(), pictures: Vec::new() };
        handover::seal_left(&left, &world.server.running().key.verifying_key(), &[9; 32]).unwrap()
    };
    let admin = Admin::new(world.server.clone());
    let keep = |sealed: &[u8]| {
        admin.keep_rescued(sealed).unwrap();
        handover::hash_of(sealed)
    };
    let before = keep(&left(&changes[1]));
    erase(&world, &[], Some(5)).unwrap();
    let after = keep(&left(&changes[2]));
    for seal in [before, after] {
        let opened = admin.left_over(seal).unwrap();
        assert!(!opened.changes[0].body.windows(6).any(|w| w == b"CANARY"));
        assert!(SealedChange::open(&opened.changes[0].body).unwrap().is_blanked());
    }
}
