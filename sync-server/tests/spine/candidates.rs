//! One person in two grids: whoever sees one of the two records is told that there is another one, and nothing of it.

use crate::phone::{Phone, Typed};
use crate::world::{World, record, unit};
use gridwalk_model::candidate::{CandidateReply, CandidateRequest, Other};
use gridwalk_model::id::{RecordId, SpaceId, TimelineId};
use gridwalk_model::op::Op;
use gridwalk_server::store::Statement as S;
use gridwalk_sync::{candidate_codec, compress};

const NUMBER: &str = "11010519491231002X";

/// A resident behind a door of a grid; records `n` to `n + 3`.
fn resident(world: &World, phone: &mut Phone, n: u8, grid: u8, name: &str, number: &str) -> RecordId {
    let below =
        |parent: u8, field: &'static str, text: &str| vec![Op::put("parent", record(parent)), Op::put(field, text)];
    let building = phone.building(world, record(n), grid, "a");
    let mut typed = vec![building];
    let mut ops = below(n + 2, "name", name);
    ops.push(Op::put("id_number", number));
    for (at, kind, ops) in [
        (n + 1, "dwelling", below(n, "number", "402")),
        (n + 2, "household", below(n + 1, "label", "家")),
        (n + 3, "resident", ops),
    ] {
        typed.push(phone.save(world, Typed { record: record(at), kind, unit: grid, ops, seen: vec![] }));
    }
    assert_eq!(phone.verdicts(world, &typed), ["applied"; 4]);
    record(n + 3)
}

fn ask_raw(world: &World, phone: &Phone, request: &CandidateRequest) -> Vec<u8> {
    let body = compress::pack(&candidate_codec::request_bytes(request));
    let (status, body) = world.send(phone.request(world, "POST", "/v1/candidates", body));
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    compress::unpack(&body, 1 << 20).unwrap()
}

fn everything(space: SpaceId) -> CandidateRequest {
    CandidateRequest { space, since: None, after: None, held: Vec::new() }
}

fn ask(world: &World, phone: &Phone, since: Option<(TimelineId, u64)>) -> CandidateReply {
    let bytes = ask_raw(world, phone, &CandidateRequest { since, ..everything(world.space) });
    candidate_codec::read_reply(&bytes).unwrap()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_neighbours_record_is_told_as_a_mark_and_a_unit_and_nothing_else() {
    let world = World::new();
    let (mut ann, mut carl, bob) = (world.worker(1, 11), world.worker(2, 21), world.phone(3));
    world.grant(&bob, 2, "county_supervisor");
    let mine = resident(&world, &mut ann, 1, 11, "王小明", NUMBER);
    assert_eq!(ask(&world, &ann, None).found, []);
    let since = ask(&world, &ann, None).upto;
    let theirs = resident(&world, &mut carl, 31, 21, "王晓明", NUMBER);

    let raw = ask_raw(&world, &ann, &CandidateRequest { since: Some(since), ..everything(world.space) });
    let told = candidate_codec::read_reply(&raw).unwrap();
    assert_eq!(told.found.len(), 1);
    let one = &told.found[0];
    assert_eq!((one.record, one.unit, one.unit_name.as_str()), (mine, unit(21), "unit 21"));
    assert_eq!((one.agreed.as_slice(), one.score), (&["id_number".to_owned()][..], 60));
    let Other::Unseen(mark) = one.other else { panic!("{one:?}") };
    for part in [&theirs.0[..], "王晓明".as_bytes(), NUMBER.as_bytes(), "王小明".as_bytes()] {
        assert!(!holds(&raw, part), "nothing of a neighbour's data leaks");
    }
    let prints = world.server.read(|r| r.tx.prints_of(world.space, mine)).unwrap();
    for print in [prints[0].one.kept, prints[0].other.kept].iter().flat_map(|k| [k.strong, k.named]).flatten() {
        assert!(!holds(&raw, &print), "no print leaves the server");
    }

    // The other side hears the same, under another mark; asked for everything it is the same answer.
    let of_carl = ask(&world, &carl, None).found;
    assert_eq!((of_carl.len(), of_carl[0].record, of_carl[0].unit), (1, theirs, unit(11)));
    assert_ne!(of_carl[0].other, Other::Unseen(mark));
    assert_eq!(ask(&world, &ann, None).found, told.found);

    // Whoever sees both hears the pair, once.
    let of_bob = ask(&world, &bob, None).found;
    assert_eq!((of_bob.len(), of_bob[0].record, of_bob[0].other), (1, mine, Other::Seen(theirs)));

    // Whoever does not keep the register hears nothing.
    let volunteer = world.phone(4);
    world.grant_kinds(&volunteer, 11, "volunteer", &["building", "case"]);
    let nothing = ask(&world, &volunteer, None);
    assert!(nothing.found.is_empty() && nothing.gone.is_empty());
    world.verify();
}

#[test]
fn what_is_decided_deleted_or_no_longer_alike_is_told_no_more() {
    let world = World::new();
    let (mut ann, mut carl, mut bob) = (world.worker(1, 11), world.worker(2, 21), world.phone(3));
    world.grant(&bob, 2, "county_supervisor");
    let mine = resident(&world, &mut ann, 1, 11, "王小明", NUMBER);
    let theirs = resident(&world, &mut carl, 31, 21, "王晓明", NUMBER);
    let Other::Unseen(mark) = ask(&world, &ann, None).found[0].other else { panic!("seen") };
    let upto = ask(&world, &ann, None).upto;
    let held = |held: Vec<(RecordId, [u8; 16])>| {
        let request = CandidateRequest { since: Some(upto), held, ..everything(world.space) };
        candidate_codec::read_reply(&ask_raw(&world, &ann, &request)).unwrap()
    };
    assert_eq!(held(vec![(mine, mark)]).gone, [], "it holds");
    assert_eq!(
        held(vec![(theirs, mark), (mine, [7; 16])]).gone,
        [(theirs, mark), (mine, [7; 16])],
        "nobody learns by asking"
    );

    // Not the same: said once, by whoever sees both.
    let apart = Op::Add { set: "not_same".to_owned(), element: theirs.into() };
    let said = bob.save(&world, Typed { record: mine, kind: "resident", unit: 11, ops: vec![apart], seen: vec![] });
    assert_eq!(bob.verdicts(&world, std::slice::from_ref(&said)), ["applied"]);
    assert_eq!(held(vec![(mine, mark)]).gone, [(mine, mark)]);
    assert_eq!((ask(&world, &bob, None).found, ask(&world, &ann, None).found), (vec![], vec![]));

    // The number was mistyped: the prints are others.
    let other = resident(&world, &mut carl, 41, 21, "李四", NUMBER);
    assert_eq!(ask(&world, &ann, None).found.len(), 1);
    let name = world.state(other).fields["id_number"].heads[0].tag.id;
    let mended = carl.put(&world, other, "resident", Op::put("id_number", "440524188001010014"), vec![name]);
    assert_eq!(carl.verdicts(&world, &[mended]), ["applied"]);
    assert_eq!(ask(&world, &ann, None).found, []);

    // What is deleted meets nobody.
    let third = resident(&world, &mut carl, 51, 21, "王小明", NUMBER);
    assert_eq!(ask(&world, &ann, None).found.len(), 1);
    let timeline = world.server.read(|r| r.tx.branches(world.space)).unwrap()[0].id;
    let delete = Op::Delete { timeline, pos: world.head(), own: vec![] };
    let gone = carl.put(&world, third, "resident", delete, vec![]);
    assert_eq!(carl.verdicts(&world, &[gone]), ["applied"]);
    assert_eq!(ask(&world, &ann, None).found, []);
    assert!(world.server.read(|r| r.tx.prints_of(world.space, third)).unwrap().is_empty());
    world.verify();
}

#[test]
fn a_record_with_other_prints_costs_two_statements_and_others_none() {
    let mut world = World::new();
    let mut ann = world.worker(1, 11);
    let counts = world.count();
    let asked = |what: &mut dyn FnMut()| {
        counts.lock().unwrap().clear();
        what();
        let counts = counts.lock().unwrap();
        [S::PrintPut, S::PrintDrop, S::PrintsOf, S::PrintsSince].map(|s| counts.get(&s).copied().unwrap_or(0))
    };
    let mut made = record(0);
    assert_eq!(asked(&mut || made = resident(&world, &mut ann, 1, 11, "王小明", NUMBER)), [1, 0, 1, 0]);
    let phone = ann.put(&world, made, "resident", Op::put("phone", "13800000001"), vec![]);
    assert_eq!(asked(&mut || drop(ann.verdicts(&world, std::slice::from_ref(&phone)))), [0, 0, 0, 0], "as they were");
    world.verify();
}

#[test]
fn whoever_sees_one_that_a_new_record_meets_is_told_it_again_with_the_next_page() {
    let world = World::new();
    let (mut ann, mut carl) = (world.worker(1, 11), world.worker(2, 21));
    let mine = resident(&world, &mut ann, 1, 11, "王小明", NUMBER);
    ann.pull(&world, 1 << 16);
    let rows = |world: &World| world.server.read(|r| r.tx.audience(world.space, mine)).unwrap();
    let (before, state) = (rows(&world), world.state(mine));
    resident(&world, &mut carl, 51, 21, "张三", "440524188001010014");
    assert_eq!(rows(&world), before, "one that meets nobody moves nothing");
    resident(&world, &mut carl, 61, 21, "王晓明", NUMBER);
    let after = rows(&world);
    assert!(after.iter().zip(&before).all(|(now, then)| now.pos > then.pos && now.key == then.key), "{after:?}");
    assert_eq!(world.state(mine), state, "nothing of the other is in it");
    world.verify();
}

#[test]
fn what_more_share_than_a_few_brings_nobody_together() {
    let world = World::new();
    let mut ann = world.worker(1, 11);
    for n in 0..13 {
        let ops = vec![Op::put("unit", unit(11).record()), Op::put("name", "便民超市")];
        let typed = Typed { record: record(100 + n), kind: "premises", unit: 11, ops, seen: vec![] };
        let shop = ann.save(&world, typed);
        world.server.write(|_| Ok(())).unwrap();
        ann.verdicts(&world, &[shop]);
    }
    assert_eq!(ask(&world, &ann, None).found, []);
}
