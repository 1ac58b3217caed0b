//! No network at all: a bundle leaves by another phone, its verdicts come back, and nothing depends on who dies when.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod field;

use field::{Fault, Field, GRID, Phone};
use gridwalk_app::{AppError, MadeBundle, Received};
use gridwalk_model::command::{AddBuilding, Command, Edits};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{DeviceId, RecordId};
use gridwalk_server::admin::Admin;
use gridwalk_server::grant;
use gridwalk_store::{CarriedKind, Carrying, OutboxStatus};
use gridwalk_sync::ProblemCode;
use gridwalk_sync::part::{self, Part, Parts};
use gridwalk_sync::seal::Unsealed;
use gridwalk_sync::session::Rest;

fn add_building(phone: &Phone, name: &str) -> RecordId {
    let record = phone.notebook.new_record().unwrap();
    let edits = Edits::none().put("name", name);
    phone.notebook.execute(&Command::AddBuilding(AddBuilding { record, unit: GRID, edits })).unwrap().record
}

fn bundle_of(phone: &Phone) -> MadeBundle {
    phone.notebook.bundle().unwrap().unwrap()
}

/// The reply that a carrier brought back.
fn reply_on(carrier: &Phone, bundle: Hash) -> Vec<u8> {
    let store = carrier.notebook.store();
    let carried = store.carried().unwrap();
    let reply = carried.iter().find(|c| c.kind == CarriedKind::BundleReply && c.about == Some(bundle)).unwrap();
    store.carried_seal(reply.seal).unwrap().unwrap()
}

fn statuses(phone: &Phone) -> Vec<OutboxStatus> {
    phone.notebook.store().outbox().unwrap().iter().map(|o| o.status).collect()
}

/// A phone that met the server, typed a building, and was revoked before it could send it.
fn revoked_with_a_building_unsent(field: &Field, phone: &mut Phone, name: &str) -> DeviceId {
    assert!(phone.sync(&field.line).is_done());
    add_building(phone, name);
    let device = phone.notebook.enrolment().unwrap().device;
    field.server().write(|w| grant::revoke(w, device, None)).unwrap();
    device
}

/// Records that hold this name as a value in the whole journal.
fn times_journalled(field: &Field, name: &str) -> usize {
    let (server, county) = (field.server(), field.county);
    let entries = server.read(|r| r.tx.journal_after(county, 0, 10_000)).unwrap();
    let bodies = entries.iter().filter_map(|e| server.read(|r| r.tx.inbox(county, e.replica, e.seq)).unwrap());
    bodies.filter_map(|row| row.body).filter(|b| b.windows(name.len()).any(|w| w == name.as_bytes())).count()
}

#[test]
fn three_phones_one_network() {
    let mut field = Field::new();
    let (mut ann, mut bob, mut eve) = (field.phone(0), field.phone(0), field.phone(0));
    for phone in [&mut ann, &mut bob, &mut eve] {
        assert!(phone.sync(&field.line).is_done());
    }
    let building = add_building(&ann, "三号楼");
    let made = bundle_of(&ann);
    assert_eq!((made.changes, made.left_out, ann.waiting()), (1, 0, 1), "everything stays in the outbox");
    assert!(!made.sealed.windows(9).any(|w| w == "三号楼".as_bytes()));

    let mut gathered = Parts::default();
    for part in part::cut(&made.sealed, 200).unwrap().into_iter().rev() {
        gathered.add(Part::read(part.text().as_bytes()).unwrap()).unwrap();
    }
    let (seal, sealed) = gathered.whole().unwrap().remove(0);
    assert_eq!(seal, made.seal);
    assert_eq!(bob.notebook.receive(&sealed).unwrap(), Received::Carrying(Carrying::Taken));
    assert_eq!(bob.notebook.receive(&sealed).unwrap(), Received::Carrying(Carrying::Known));
    let bob = bob.kill();
    let mut bob = bob;
    let report = bob.sync(&field.line);
    assert_eq!((report.carried, report.is_done()), (1, true), "{report:?}");
    assert_eq!(bob.heads(building, "name"), ["三号楼"], "the colleagues see it before its author has a network");
    assert_eq!(bob.sync(&field.line).carried, 0, "once");

    let reply = reply_on(&bob, made.seal);
    assert_eq!(eve.notebook.receive(&reply).unwrap(), Received::Carrying(Carrying::Taken), "for somebody else");
    let Received::Reply(taken) = ann.notebook.receive(&reply).unwrap() else { panic!("for its author") };
    assert_eq!(taken.verdicts.get("applied"), Some(&1));
    assert_eq!(statuses(&ann), [OutboxStatus::Applied], "it leaves the outbox with a pulled state alone");
    assert!(ann.notebook.bundle().unwrap().is_none(), "nothing waits for a verdict any more");
    assert_eq!(ann.notebook.take_bundle_reply(&reply).unwrap(), taken, "taken twice is as good");
    assert!(matches!(eve.notebook.take_bundle_reply(&reply), Err(AppError::Sealed(Unsealed::Foreign))));
    assert!(ann.sync(&field.line).is_done());
    assert_eq!((ann.waiting(), ann.heads(building, "name")), (0, vec!["三号楼".to_owned()]));
    assert_eq!(times_journalled(&field, "三号楼"), 1);
}

#[test]
fn two_carriers_and_the_author_bring_the_same() {
    let mut field = Field::new();
    let (mut ann, mut bob, mut eve) = (field.phone(0), field.phone(0), field.phone(0));
    assert!(ann.sync(&field.line).is_done());
    add_building(&ann, "三号楼");
    let first = bundle_of(&ann);
    add_building(&ann, "四号楼");
    let second = bundle_of(&ann);
    assert_eq!(second.changes, 2, "what has no receipt goes again");
    for (phone, sealed) in [(&bob, &first.sealed), (&eve, &first.sealed), (&eve, &second.sealed)] {
        phone.notebook.receive(sealed).unwrap();
    }
    assert_eq!(eve.sync(&field.line).carried, 2);
    assert!(ann.sync(&field.line).is_done());
    assert_eq!(bob.sync(&field.line).carried, 1);
    for (carrier, made) in [(&bob, &first), (&eve, &first), (&eve, &second)] {
        ann.notebook.take_bundle_reply(&reply_on(carrier, made.seal)).unwrap();
    }
    assert_eq!(ann.waiting(), 0, "replies that come late bring nothing back");
    assert_eq!((times_journalled(&field, "三号楼"), times_journalled(&field, "四号楼")), (1, 1));
}

#[test]
fn whoever_dies_at_any_point_nothing_is_lost() {
    for fault in
        [Fault::NoLine, Fault::Lost, Fault::Cut, Fault::Twice, Fault::Page(502), Fault::Problem(ProblemCode::Fault)]
    {
        let mut field = Field::new();
        let (mut ann, bob) = (field.phone(0), field.phone(0));
        assert!(ann.sync(&field.line).is_done());
        let building = add_building(&ann, "三号楼");
        let made = bundle_of(&ann);
        let ann = ann.kill();
        bob.notebook.receive(&made.sealed).unwrap();
        field.line.fault("/v1/bundle", fault);
        let mut bob = bob.kill();
        bob.sync(&field.line);
        let mut bob = bob.kill();
        let carried = bob.notebook.store().carried().unwrap();
        assert_eq!(carried.len(), 1, "the bundle or its reply: {fault:?} {carried:?}");
        bob.sync(&field.line);
        let mut ann = ann.kill();
        ann.notebook.take_bundle_reply(&reply_on(&bob, made.seal)).unwrap();
        assert_eq!(statuses(&ann), [OutboxStatus::Applied]);
        assert!(ann.sync(&field.line).is_done());
        assert_eq!((ann.waiting(), times_journalled(&field, "三号楼")), (0, 1));
        assert_eq!(ann.heads(building, "name"), ["三号楼"]);
    }
}

#[test]
fn what_the_server_will_never_take_is_told_and_not_offered_again() {
    let (mut field, mut other) = (Field::new(), Field::new());
    let (mut bob, mut stranger) = (field.phone(0), other.phone(0));
    let foreigner = other.phone(0);
    add_building(&stranger, "远方的楼");
    assert!(stranger.sync(&other.line).is_done());
    add_building(&stranger, "别处的楼");
    let foreign = bundle_of(&stranger);
    // Both servers were made with the same keys, so that only the way of a damaged one is left to see.
    assert!(matches!(foreigner.notebook.receive(&foreign.sealed), Ok(Received::Carrying(Carrying::Taken))));
    let mut bent = foreign.sealed.clone();
    *bent.last_mut().unwrap() ^= 1;
    bob.notebook.receive(&bent).unwrap();
    let report = bob.sync(&field.line);
    assert_eq!(report.not_carried.get("bundle_damaged"), Some(&1), "{report:?}");
    assert!(report.is_done());
    assert!(bob.sync(&field.line).not_carried.is_empty());
    assert_eq!(bob.notebook.store().carried().unwrap()[0].code.as_deref(), Some("bundle_damaged"));
    for (bytes, code) in [(&b"words"[..], "not_a_bundle"), (&foreign.sealed[..40], "not_a_bundle")] {
        assert_eq!(bob.notebook.receive(bytes).unwrap_err().code(), code);
    }
}

#[test]
fn a_revoked_authors_bundle_waits_for_a_person() {
    let mut field = Field::new();
    let (mut ann, mut bob) = (field.phone(0), field.phone(0));
    revoked_with_a_building_unsent(&field, &mut ann, "三号楼");
    let made = bundle_of(&ann);
    bob.notebook.receive(&made.sealed).unwrap();
    assert_eq!(bob.sync(&field.line).carried, 1);
    let taken = ann.notebook.take_bundle_reply(&reply_on(&bob, made.seal)).unwrap();
    assert_eq!(taken.verdicts.get("quarantined"), Some(&1));
    assert_eq!(statuses(&ann), [OutboxStatus::Waits]);
    assert_eq!(times_journalled(&field, "三号楼"), 0);
}

#[test]
fn a_sealed_hand_over_stays_on_the_phone_until_it_is_safe() {
    let mut field = Field::new();
    let mut ann = field.phone(0);
    let device = revoked_with_a_building_unsent(&field, &mut ann, "三号楼");
    field.line.fault("/v1/push", Fault::Page(502));
    field.line.fault("/v1/handover", Fault::Cut);
    assert!(matches!(ann.sync(&field.line).rest, Some(Rest::Later { .. })));
    let mut ann = ann.kill();
    field.line.fault("/v1/push", Fault::Page(502));
    let report = ann.sync(&field.line);
    assert!(report.purged && report.rest == Some(Rest::Revoked), "{report:?}");
    let copies = ann.notebook.store().sealed_copies().unwrap();
    assert_eq!(copies.len(), 1, "what was cut and what was sent again are one");
    let at = |field: &Field| field.server().read(|r| r.tx.hand_over_at(copies[0])).unwrap();
    assert!(at(&field).is_some());
    let kept = field.server().read(|r| r.tx.hand_over(copies[0])).unwrap().unwrap();
    assert!(!kept.windows(9).any(|w| w == "三号楼".as_bytes()), "sealed on the server, too");
    let left = Admin::new(field.server()).left_over(copies[0]).unwrap();
    assert_eq!((left.device, left.changes.len()), (device, 1));

    let mut ann = ann.kill();
    ann.sync(&field.line);
    assert_eq!(ann.notebook.store().sealed_copies().unwrap(), copies, "no backup holds it yet");
    field.hands.pass(1);
    field.server().back_up(&field.folder.path().join("backup.db")).unwrap();
    let mut ann = ann.kill();
    ann.sync(&field.line);
    assert!(ann.notebook.store().sealed_copies().unwrap().is_empty());
}

#[test]
fn a_hand_over_that_a_restored_server_lost_is_given_again() {
    let mut field = Field::new();
    let mut ann = field.phone(0);
    revoked_with_a_building_unsent(&field, &mut ann, "三号楼");
    let copy = field.folder.path().join("yesterday").join("gridwalk.db");
    std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
    field.server().back_up(&copy).unwrap();
    field.line.fault("/v1/push", Fault::Page(502));
    assert!(ann.sync(&field.line).purged);
    let copies = ann.notebook.store().sealed_copies().unwrap();
    field.put_back(&copy, true);
    let lost = field.server().read(|r| r.tx.hand_over_at(copies[0])).unwrap();
    assert_eq!(lost, None);
    let mut ann = ann.kill();
    ann.sync(&field.line);
    let back = field.server().read(|r| r.tx.hand_over_at(copies[0])).unwrap();
    assert!(back.is_some());
    assert_eq!(ann.notebook.store().sealed_copies().unwrap(), copies);
}

#[test]
fn a_server_put_back_takes_a_bundle_although_what_came_before_is_gone() {
    let mut field = Field::new();
    let (mut ann, mut bob) = (field.phone(0), field.phone(0));
    assert!(ann.sync(&field.line).is_done());
    let copy = field.folder.path().join("yesterday").join("gridwalk.db");
    std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
    field.server().back_up(&copy).unwrap();
    add_building(&ann, "一号楼");
    assert!(ann.sync(&field.line).is_done());
    field.server().back_up(&field.folder.path().join("backup.db")).unwrap();
    add_building(&bob, "另一栋");
    assert!(bob.sync(&field.line).is_done() && ann.sync(&field.line).is_done());
    assert!(ann.notebook.store().own_changes().unwrap().is_empty(), "it is safe, and went");
    add_building(&ann, "二号楼");
    let made = bundle_of(&ann);
    field.put_back(&copy, true);
    bob.notebook.receive(&made.sealed).unwrap();
    assert_eq!(bob.sync(&field.line).carried, 1);
    assert_eq!(times_journalled(&field, "二号楼"), 1, "the gap before it is declared, not a wedge");
    let taken = ann.notebook.take_bundle_reply(&reply_on(&bob, made.seal)).unwrap();
    assert_eq!((taken.verdicts.get("applied"), taken.problems.len()), (Some(&1), 0));
    assert_eq!(statuses(&ann), [OutboxStatus::Saved], "a verdict of a timeline that it has not met waits for the page");
    assert!(ann.sync(&field.line).is_done());
    assert_eq!((ann.waiting(), times_journalled(&field, "二号楼")), (0, 1));
}
