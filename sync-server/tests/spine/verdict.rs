//! The verdict table: who may write what, judged by what stands and by what stood.

use crate::phone::{Phone, Typed};
use crate::world::{World, record, unit};
use gridwalk_model::exchange::{PageRow, Verdict};
use gridwalk_model::id::SpaceId;
use gridwalk_model::name::Name;
use gridwalk_model::op::Op;
use gridwalk_server::ingest::decide::{Decision, decide};
use gridwalk_sync::{compress, frame_codec};
use std::collections::BTreeMap;

fn decide_on(world: &World, name: Name, approve: bool) -> Vec<Name> {
    let decision = Decision { space: world.space, name, approve, reason: "because", by: world.admin };
    world.server.write(|w| decide(w, &decision)).unwrap()
}

/// A building of grid 11, written by a phone that keeps its rights.
fn building(world: &World) -> Phone {
    let mut owner = world.worker(9, 11);
    let change = owner.building(world, record(1), 11, "a");
    owner.push(world, &[change]);
    owner
}

#[test]
fn who_never_had_the_right_is_refused() {
    let world = World::new();
    building(&world);
    let mut neighbour = world.worker(2, 12);
    let change = neighbour.put(&world, record(1), "building", Op::put("floors", 3), vec![]);
    let refused = Verdict::Refused { code: "not_in_scope".into(), hint: String::new() };
    assert_eq!(neighbour.verdict(&world, &change), refused);
    let new = neighbour.building(&world, record(2), 21, "far away");
    assert_eq!(neighbour.verdict(&world, &new), refused);
    let mine = neighbour.building(&world, record(3), 12, "here");
    assert_eq!(neighbour.verdict(&world, &mine), Verdict::Applied);
    let below = neighbour.dwelling(&world, record(4), record(1), 12);
    assert_eq!(neighbour.verdict(&world, &below), refused, "a child is where its parent is, whatever it says");
    world.verify();
}

#[test]
fn a_role_writes_what_its_table_allows_and_a_record_keeps_its_kind() {
    let world = World::new();
    building(&world);
    let mut phone = world.worker(2, 11);
    let ops = vec![Op::put("title", "ten gas cylinders"), Op::put("unit", unit(11).record()), Op::put("deadline", 5)];
    let change = phone.save(&world, Typed { record: record(5), kind: "case", unit: 11, ops, seen: vec![] });
    let not = Verdict::Refused { code: "not_permitted".into(), hint: "deadline".into() };
    assert_eq!(phone.verdict(&world, &change), not);
    let change = phone.put(&world, record(1), "resident", Op::put("name", "x"), vec![]);
    let differs = Verdict::Refused { code: "kind_differs".into(), hint: "building".into() };
    assert_eq!(phone.verdict(&world, &change), differs);
    let rename =
        Typed { record: unit(11).record(), kind: "unit", unit: 11, ops: vec![Op::put("name", "mine")], seen: vec![] };
    let reference: SpaceId = world.reference;
    let change = phone.save_with(&world, rename, |c| {
        c.space = reference;
        c.seq = 1;
    });
    let mut frame = phone.frame(&world, &[change]);
    frame.space = reference;
    frame_codec::sign(&mut frame, &phone.key);
    let (_, body) = phone.push_frame(&world, &frame);
    let reply = frame_codec::read_reply(&compress::unpack(&body, 1 << 20).unwrap()).unwrap();
    assert_eq!(reply.verdicts[0].verdict.code(), "refused", "a phone renames no unit");
}

#[test]
fn a_record_that_left_while_the_grant_stands_is_still_taken() {
    let world = World::new();
    let mut owner = building(&world);
    let mut far = world.worker(2, 11);
    far.pull(&world, 100_000);
    world.tick(1000);
    world.grant(&owner, 20, "gridworker");
    let name = world.state(record(1)).fields["unit"].heads[0].tag.id;
    let moved = owner.put(&world, record(1), "building", Op::put("unit", unit(21).record()), vec![name]);
    assert_eq!(owner.verdicts(&world, &[moved]), ["applied"]);
    world.tick(1000);
    let typed_offline = far.put(&world, record(1), "building", Op::put("floors", 4), vec![]);
    assert_eq!(far.verdicts(&world, &[typed_offline]), ["applied"], "it was shown, and the grant stands");
    far.pull(&world, 100_000);
    assert!(far.records(&world).is_empty());
    world.tick(1000);
    let after = far.put(&world, record(1), "building", Op::put("floors", 5), vec![]);
    assert_eq!(far.verdicts(&world, &[after]), ["refused"], "the phone knew that it had left");
    world.verify();
}

#[test]
fn whoever_takes_their_own_word_back_deletes_no_word_that_came_meanwhile() {
    let world = World::new();
    building(&world);
    let (mut author, mut other) = (world.worker(2, 11), world.worker(3, 11));
    let ops = vec![Op::put("title", "ten gas cylinders"), Op::put("unit", unit(11).record())];
    let raised = author.save(&world, Typed { record: record(5), kind: "case", unit: 11, ops, seen: vec![] });
    assert_eq!(author.verdict(&world, &raised), Verdict::Applied);
    let opened_at = world.head();
    let name = world.state(record(5)).fields["title"].heads[0].tag.id;
    let meanwhile = other.put(&world, record(5), "case", Op::put("title", "twelve gas cylinders"), vec![name]);
    assert_eq!(other.verdict(&world, &meanwhile), Verdict::Applied);
    let timeline = world.server.read(|r| r.tx.branches(world.space)).unwrap()[0].id;
    let delete = |pos| Op::Delete { timeline, pos, own: vec![] };
    let unaware = author.put(&world, record(5), "case", delete(opened_at), vec![]);
    assert_eq!(author.verdict(&world, &unaware), Verdict::Applied, "only their own word goes");
    let state = world.state(record(5));
    assert!(state.is_edited_after_deletion() && !state.is_deleted(), "{state:?}");
    let aware = author.put(&world, record(5), "case", delete(world.head()), vec![]);
    let not = Verdict::Refused { code: "not_permitted".into(), hint: String::new() };
    assert_eq!(author.verdict(&world, &aware), not, "the word of somebody else is not theirs to delete");
    world.verify();
}

#[test]
fn a_withdrawn_grant_lets_a_person_decide_both_ways() {
    let world = World::new();
    building(&world);
    let mut phone = world.phone(2);
    let grant = world.grant(&phone, 10, "gridworker");
    phone.pull(&world, 100_000);
    world.tick(1000);
    let typed_at = world.clock.0.load(std::sync::atomic::Ordering::SeqCst);
    let a = phone.put(&world, record(1), "building", Op::put("floors", 4), vec![]);
    let b = phone.put(&world, record(1), "building", Op::put("entrances", 2), vec![]);
    world.ungrant(grant);
    world.tick(1000);
    assert_eq!(phone.verdicts(&world, &[a.clone(), b.clone()]), ["quarantined", "quarantined"]);
    assert!(world.values(record(1), "floors").is_empty());
    world.tick(86_400_000);
    assert_eq!(decide_on(&world, a.name(), true), [a.name()]);
    assert_eq!(decide_on(&world, b.name(), false), [b.name()]);
    assert_eq!(world.values(record(1), "floors"), [4.into()]);
    let state = world.state(record(1));
    assert_eq!(state.fields["floors"].heads[0].tag.effective.0, typed_at, "its original time");
    assert!(world.values(record(1), "entrances").is_empty());
    let again = phone.push(&world, &[a.clone(), b.clone()]);
    assert_eq!(again.verdicts[0].verdict, Verdict::Applied);
    assert_eq!(again.verdicts[1].verdict, Verdict::Declined { reason: "because".into() });
    let decision = Decision { space: world.space, name: a.name(), approve: false, reason: "", by: world.admin };
    assert!(world.server.write(|w| decide(w, &decision)).is_err(), "decided once");
    world.verify();
}

#[test]
fn a_quarantined_change_can_be_withdrawn_by_its_author() {
    let world = World::new();
    building(&world);
    let mut phone = world.phone(2);
    let grant = world.grant(&phone, 11, "gridworker");
    phone.pull(&world, 100_000);
    let change = phone.put(&world, record(1), "building", Op::put("floors", 4), vec![]);
    world.ungrant(grant);
    assert_eq!(phone.verdicts(&world, std::slice::from_ref(&change)), ["quarantined"]);
    let mut stub = phone.frame(&world, std::slice::from_ref(&change));
    stub.items[0].body = None;
    assert_eq!(phone.push_frame(&world, &stub).0, 200);
    assert_eq!(phone.verdict(&world, &change), Verdict::Declined { reason: "withdrawn".into() });
}

#[test]
fn a_seq_without_a_body_is_used_up_for_good() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    let change = phone.building(&world, record(1), 11, "a");
    let mut stub = phone.frame(&world, std::slice::from_ref(&change));
    stub.items[0].body = None;
    assert_eq!(phone.push_frame(&world, &stub).0, 200);
    assert_eq!(phone.verdict(&world, &change).code(), "refused", "a body that comes later changes nothing");
}

fn step(phone: &mut Phone, world: &World, step: &str, to: &str) -> gridwalk_model::SealedChange {
    let answers = BTreeMap::from([("result".to_owned(), "done".into()), ("note".to_owned(), "n".into())]);
    let op = Op::Step { step: step.into(), to: to.into(), answers };
    phone.put(world, record(5), "case", op, vec![])
}

#[test]
fn steps_behind_a_quarantined_step_wait_with_it_and_are_decided_together() {
    let world = World::new();
    let mut phone = world.phone(2);
    let grant = world.grant(&phone, 11, "gridworker");
    let mut desk = world.phone(3);
    world.grant(&desk, 2, "duty_officer");
    let ops = vec![Op::put("title", "t"), Op::put("unit", unit(11).record())];
    let case = desk.save(&world, Typed { record: record(5), kind: "case", unit: 11, ops, seen: vec![] });
    assert_eq!(desk.verdicts(&world, &[case]), ["applied"]);
    phone.pull(&world, 100_000);
    let report = step(&mut phone, &world, "report", "reported");
    world.ungrant(grant);
    assert_eq!(phone.verdicts(&world, std::slice::from_ref(&report)), ["quarantined"]);
    world.grant(&phone, 11, "gridworker");
    let note = phone.put(&world, record(5), "case", Op::put("description", "d"), vec![]);
    let solve = step(&mut phone, &world, "solve_on_spot", "handled");
    assert_eq!(phone.verdicts(&world, &[note, solve.clone()]), ["applied", "quarantined"], "a field need not wait");
    assert_eq!(decide_on(&world, solve.name(), true), [report.name(), solve.name()]);
    assert_eq!(world.state(record(5)).status(), "handled");
    world.verify();
}

#[test]
fn an_author_keeps_the_case_that_went_on() {
    let world = World::new();
    let mut phone = world.worker(2, 11);
    let ops = vec![Op::put("title", "t"), Op::put("unit", unit(11).record())];
    let case = phone.save(&world, Typed { record: record(5), kind: "case", unit: 11, ops, seen: vec![] });
    phone.push(&world, std::slice::from_ref(&case));
    let mut desk = world.phone(3);
    world.grant(&desk, 2, "duty_officer");
    let moved = desk.put(&world, record(5), "case", Op::put("unit", unit(21).record()), vec![case.name()]);
    assert_eq!(desk.verdicts(&world, &[moved]), ["applied"]);
    phone.pull(&world, 100_000);
    assert_eq!(phone.records(&world), [record(5)], "the author's key shows it");
    let more = phone.put(&world, record(5), "case", Op::put("description", "d"), vec![]);
    assert_eq!(phone.verdicts(&world, &[more]), ["applied"], "and is a right");
}

#[test]
fn verdicts_are_told_by_name_with_the_state() {
    let world = World::new();
    let mut phone = world.worker(1, 11);
    let a = phone.building(&world, record(1), 11, "a");
    let b = phone.building(&world, record(2), 21, "b");
    phone.pull(&world, 100_000);
    phone.push(&world, &[a.clone(), b.clone()]);
    phone.pull(&world, 100_000);
    let unknown = Name { seq: 9, ..a.name() };
    let page = phone.pull_page(&world, world.space, 100_000, &[a.name(), b.name(), unknown]);
    let told: Vec<_> = page.verdicts.iter().map(|v| (v.name, v.verdict.code())).collect();
    assert_eq!(told, [(a.name(), "applied"), (b.name(), "refused")]);
    assert!(
        matches!(&page.rows[..], [PageRow::State { record: r, .. }] if *r == record(1)),
        "beside `applied` the state"
    );
    assert_eq!(page.chain, (2, b.hash));
}

#[test]
fn what_had_seen_a_waiting_change_covers_it_whenever_it_comes() {
    let world = World::new();
    building(&world);
    let mut phone = world.phone(2);
    let grant = world.grant(&phone, 11, "gridworker");
    phone.pull(&world, 100_000);
    let first = phone.put(&world, record(1), "building", Op::put("floors", 4), vec![]);
    world.ungrant(grant);
    assert_eq!(phone.verdicts(&world, std::slice::from_ref(&first)), ["quarantined"]);
    world.grant(&phone, 11, "gridworker");
    let second = phone.put(&world, record(1), "building", Op::put("floors", 5), vec![first.name()]);
    assert_eq!(phone.verdicts(&world, std::slice::from_ref(&second)), ["applied"]);
    assert_eq!(world.values(record(1), "floors"), [5.into()]);
    decide_on(&world, first.name(), true);
    assert_eq!(world.values(record(1), "floors"), [5.into()], "a lone writer never disagrees with itself");
    world.verify();
}
