//! What a changed program sends about hours, over HTTP: nobody's word about themselves, and nobody's in the organiser's place.

use crate::phone::{Phone, Typed};
use crate::world::{World, record, unit};
use gridwalk_model::id::AccountId;
use gridwalk_model::kind::addressed::{ORGANISER, WHO};
use gridwalk_model::kind::attendance::{ACTIVITY, attendance_of};
use gridwalk_model::op::Op;
use gridwalk_model::{RecordId, Value};

const KINDS: [&str; 2] = ["activity", "attendance"];
const OF: u8 = 9;

fn account(account: AccountId) -> Value {
    Value::Id(RecordId(account.0))
}

fn step(step: &str, to: &str, minutes: Option<i64>) -> Op {
    let answers = minutes.map(|minutes| ("minutes".to_owned(), Value::Int(minutes))).into_iter().collect();
    Op::Step { step: step.into(), to: to.into(), answers }
}

/// Who it is about, who is said to organise, and what is said.
fn said(phone: &mut Phone, world: &World, (who, organiser): (AccountId, AccountId), op: Op) -> String {
    let id = attendance_of(record(OF), who);
    let made = world.server.read(|r| r.tx.state(world.space, id)).unwrap().is_some();
    let fields = [
        Op::put("unit", unit(11).record()),
        Op::put(ACTIVITY, record(OF)),
        Op::put(WHO, account(who)),
        Op::put(ORGANISER, account(organiser)),
        Op::put("title", "清理楼道"),
    ];
    let ops = if made { vec![op] } else { fields.into_iter().chain([op]).collect() };
    let change = phone.save(world, Typed { record: id, kind: "attendance", unit: 11, ops, seen: vec![] });
    phone.verdicts(world, &[change])[0].to_owned()
}

#[test]
fn hours_that_a_changed_program_sends_are_refused_at_the_server() {
    let world = World::new();
    let mut people = [(1, "village_supervisor", 10), (2, "volunteer", 11), (3, "volunteer", 11), (4, "gridworker", 11)]
        .map(|(n, role, of)| {
            let phone = world.phone(n);
            world.grant_kinds(&phone, of, role, &KINDS);
            phone
        });
    let [lead, one, other, worker] = &mut people;
    let (leader, first, second) = (lead.account, one.account, other.account);
    let fields = vec![
        Op::put("unit", unit(11).record()),
        Op::put("title", "清理楼道"),
        Op::put(ORGANISER, account(leader)),
        Op::put("from", 1_600_000_000_000_i64),
    ];
    let activity =
        lead.save(&world, Typed { record: record(OF), kind: "activity", unit: 11, ops: fields, seen: vec![] });
    assert_eq!(lead.verdicts(&world, &[activity]), ["applied"]);
    let attend = || step("attend", "came", Some(600));
    // One's own hours, also by naming oneself the organiser; in the place of another; by a colleague who organises nothing.
    assert_eq!(said(one, &world, (first, leader), attend()), "refused");
    assert_eq!(said(one, &world, (first, first), attend()), "refused");
    assert_eq!(said(other, &world, (first, leader), step("sign_up", "signed_up", None)), "refused");
    assert_eq!(said(worker, &world, (second, worker.account), attend()), "refused");
    assert_eq!(said(lead, &world, (leader, leader), attend()), "refused", "nor the organiser's own");
    let none = world.server.read(|r| r.tx.state(world.space, attendance_of(record(OF), first))).unwrap();
    assert!(none.is_none(), "nothing of it stands");
    // What is right is taken, and a later word about oneself is not.
    assert_eq!(said(one, &world, (first, leader), step("sign_up", "signed_up", None)), "applied");
    assert_eq!(said(one, &world, (first, leader), attend()), "refused");
    assert_eq!(said(lead, &world, (first, leader), step("attend", "came", Some(90))), "applied");
    let id = attendance_of(record(OF), first);
    assert_eq!(gridwalk_model::kind::attendance::minutes(&world.state(id)), Some(90));
}
