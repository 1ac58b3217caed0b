//! Moves between spaces: a house and all below it is handed over to another county, and nothing typed on it is lost.

use crate::phone::{Phone, Typed};
use crate::world::{World, options, problem, record, unit};
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::journal::Outcome;
use gridwalk_model::moved::MOVED_TO;
use gridwalk_model::name::Name;
use gridwalk_model::op::Op;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::wish::Wish;
use gridwalk_model::{Destination, SealedChange, State, Value};
use gridwalk_server::console::{self, ConsoleWrite};
use gridwalk_server::store::row::EntryKind;
use gridwalk_server::{Server, ServerOptions, mover, server, tree};
use std::collections::BTreeMap;

/// The house, its dwelling and the household in it.
const HOUSE: RecordId = record(1);
const HOME: RecordId = record(2);
const FAMILY: RecordId = record(3);

/// Two counties more beside the first: 3 with grid 31, and 4 with grid 41.
struct Counties {
    world: World,
    a: SpaceId,
    b: SpaceId,
    c: SpaceId,
}

impl Counties {
    fn new() -> Self {
        let world = World::new();
        let a = world.space;
        let county = |n: u8, name: &str| {
            world.server.write(|w| {
                let space = server::make_space(w, name, false)?;
                write_unit(w, &world, n, 1)?;
                tree::assign_space(w, unit(n), space)?;
                write_unit(w, &world, n * 10, n)?;
                write_unit(w, &world, n * 10 + 1, n * 10)?;
                Ok(space)
            })
        };
        let (b, c) = (county(3, "b").unwrap(), county(4, "c").unwrap());
        Self { world, a, b, c }
    }

    /// What follows happens in this space.
    fn stand_in(&mut self, space: SpaceId) -> &World {
        self.world.space = space;
        &self.world
    }

    /// A county supervisor of the first county, with a house, a dwelling and a household pushed.
    fn settled(&mut self) -> (Phone, [SealedChange; 3]) {
        let world = self.stand_in(self.a);
        let mut chief = world.phone(9);
        world.grant(&chief, 2, "county_supervisor");
        let house = chief.building(world, HOUSE, 11, "a");
        let home = chief.dwelling(world, HOME, HOUSE, 11);
        let ops = vec![Op::put("parent", HOME), Op::put("label", "Wang")];
        let family = chief.save(world, Typed { record: FAMILY, kind: "household", unit: 11, ops, seen: vec![] });
        let all = [house, home, family];
        chief.push(world, &all);
        (chief, all)
    }

    /// Moves a place to a grid.
    fn move_to(&mut self, who: &mut Phone, space: SpaceId, id: RecordId, grid: u8, seen: Vec<Name>) -> SealedChange {
        let world = self.stand_in(space);
        let moved = who.put(world, id, "building", Op::put("unit", unit(grid).record()), seen);
        assert_eq!(who.verdicts(world, std::slice::from_ref(&moved)), ["applied"]);
        moved
    }

    fn state(&self, space: SpaceId, id: RecordId) -> State {
        let row = self.world.server.read(|r| r.tx.state(space, id)).unwrap().unwrap();
        read_state(&row.bytes).unwrap()
    }

    fn values(&self, space: SpaceId, id: RecordId, field: &str) -> Vec<Value> {
        let state = self.state(space, id);
        let heads = state.fields.get(field).into_iter().flat_map(|r| &r.heads);
        heads.filter_map(|h| h.value.clone()).collect()
    }

    fn held(&mut self, who: &mut Phone, space: SpaceId) -> Vec<RecordId> {
        let world = self.stand_in(space);
        who.pull(world, 1000);
        who.records(world)
    }

    /// Nothing is due, chains hold, states are the folds of their journals, and no body stands twice on a record.
    fn verify(&self) {
        self.world.verify();
        self.world
            .server
            .read(|r| {
                assert!(r.tx.moves_due(9)?.is_empty(), "a move is still due");
                for space in [self.a, self.b, self.c] {
                    let rows = r.tx.journal_after(space, 0, 10_000)?;
                    let mut met = std::collections::BTreeSet::new();
                    for row in rows.iter().filter(|row| matches!(row.kind, EntryKind::Change | EntryKind::Carried)) {
                        let body = r.tx.inbox(space, row.replica, row.seq)?.unwrap().hash;
                        assert!(met.insert((row.record, body)), "a body stands twice on a record");
                    }
                }
                Ok(())
            })
            .unwrap();
    }
}

fn write_unit(w: &gridwalk_server::Writing<'_>, world: &World, n: u8, below: u8) -> gridwalk_server::Result<Name> {
    let wishes = [
        Wish::put("name", format!("unit {n}")),
        Wish::put("code", format!("{n}")),
        Wish::put("parent", unit(below).record()),
    ];
    let wanted = ConsoleWrite {
        author: world.admin,
        machine: true,
        judged: false,
        space: world.reference,
        record: unit(n).record(),
        kind: "unit",
        unit: unit(n),
        wishes: &wishes,
        basis: None,
    };
    console::write(w, &wanted)
}

fn there(id: RecordId, space: SpaceId) -> RecordId {
    Destination::of(id, space).record
}

#[test]
fn prints_stay_behind_in_no_county_and_are_made_anew_under_the_others_key() {
    let mut counties = Counties::new();
    let (mut chief, [house, ..]) = counties.settled();
    let (a, b) = (counties.a, counties.b);
    let world = counties.stand_in(a);
    let twins = [4, 5].map(|n| {
        let ops = vec![Op::put("parent", FAMILY), Op::put("name", "Wang"), Op::put("id_number", "11010519491231002X")];
        chief.save(world, Typed { record: record(n), kind: "resident", unit: 11, ops, seen: vec![] })
    });
    assert_eq!(chief.verdicts(world, &twins), ["applied"; 2]);
    let met = |counties: &Counties, space, id| counties.world.server.read(|r| r.tx.prints_of(space, id)).unwrap();
    let before = met(&counties, a, record(4));
    assert_eq!((before.len(), before[0].other.record), (1, record(5)));
    counties.move_to(&mut chief, a, HOUSE, 31, vec![house.name()]);
    assert!(met(&counties, a, record(4)).is_empty(), "who moved away meets nobody here");
    let after = met(&counties, b, there(record(4), b));
    assert_eq!((after.len(), after[0].other.record), (1, there(record(5), b)));
    assert_ne!(after[0].one.kept, before[0].one.kept, "each county has a key of its own");
    counties.verify();
}

#[test]
fn a_house_is_handed_over_with_all_below_it() {
    let mut counties = Counties::new();
    let (mut chief, [house, home, family]) = counties.settled();
    let (a, b) = (counties.a, counties.b);
    let (mut old, mut new) = (counties.world.worker(1, 11), counties.world.worker(2, 31));
    assert_eq!(counties.held(&mut old, a), [HOUSE, HOME, FAMILY]);
    let moved = counties.move_to(&mut chief, a, HOUSE, 31, vec![house.name()]);
    assert_eq!(counties.held(&mut old, a), [], "who saw it there is told that it left");
    let mut all = [HOUSE, HOME, FAMILY].map(|id| there(id, b));
    all.sort_unstable();
    assert_eq!(counties.held(&mut new, b), all, "and who is there sees it with all below");
    let heads = |space, id, field: &str| -> Vec<(Name, gridwalk_model::AccountId)> {
        counties.state(space, id).fields[field].heads.iter().map(|h| (h.tag.id, h.tag.author)).collect()
    };
    let by = chief.account;
    assert_eq!(heads(b, there(HOUSE, b), "unit"), [(moved.name(), by)], "under the names that they were typed under");
    assert_eq!(heads(b, there(HOUSE, b), "name"), [(house.name(), by)]);
    assert_eq!(heads(b, there(HOME, b), "number"), [(home.name(), by)]);
    assert_eq!(heads(b, there(FAMILY, b), "label"), [(family.name(), by)]);
    assert_eq!(
        counties.values(b, there(HOME, b), "parent"),
        [Value::Id(there(HOUSE, b))],
        "what moved along is named anew"
    );
    assert_eq!(counties.values(b, there(FAMILY, b), "parent"), [Value::Id(there(HOME, b))]);
    assert_eq!(counties.state(b, there(HOUSE, b)).origins(), [HOUSE]);
    assert_eq!(counties.state(a, HOUSE).moved_to(), Some(Destination::of(HOUSE, b)));
    let effective = |space, id| counties.state(space, id).fields["name"].heads[0].tag.effective;
    assert_eq!(effective(a, HOUSE), effective(b, there(HOUSE, b)), "at the time at which it counted");
    counties.verify();
}

#[test]
fn what_was_typed_without_a_signal_is_carried_over() {
    let mut counties = Counties::new();
    let (mut chief, [house, ..]) = counties.settled();
    let (a, b) = (counties.a, counties.b);
    let (mut old, mut new) = (counties.world.worker(1, 11), counties.world.worker(2, 31));
    counties.held(&mut old, a);
    let world = counties.stand_in(a);
    let floors = old.put(world, HOUSE, "building", Op::put("floors", 6), vec![]);
    let name = old.put(world, HOUSE, "building", Op::put("name", "old"), vec![house.name()]);
    let door = old.dwelling(world, record(4), HOUSE, 11);
    let moved = counties.move_to(&mut chief, a, HOUSE, 31, vec![house.name()]);
    counties.held(&mut new, b);
    let world = counties.stand_in(b);
    let newer = new.put(world, there(HOUSE, b), "building", Op::put("name", "new"), vec![house.name()]);
    assert_eq!(new.verdicts(world, std::slice::from_ref(&newer)), ["applied"]);
    let world = counties.stand_in(a);
    assert_eq!(old.verdicts(world, &[floors, name, door]), ["applied"; 3], "it had been theirs when they typed");
    assert_eq!(counties.values(b, there(HOUSE, b), "floors"), [6.into()]);
    assert_eq!(counties.values(b, there(HOUSE, b), "name").len(), 2, "who did not see each other disagrees");
    assert_eq!(counties.values(b, there(record(4), b), "number"), ["501".into()], "a new door of a house that is gone");
    assert_eq!(counties.held(&mut old, a), []);
    assert!(counties.held(&mut new, b).contains(&there(record(4), b)));
    let world = counties.stand_in(a);
    assert_eq!(old.verdicts(world, std::slice::from_ref(&moved)).len(), 1);
    counties.verify();
}

#[test]
fn a_house_that_comes_back_is_a_third_record_and_old_ids_lead_to_it() {
    let mut counties = Counties::new();
    let (mut chief, [house, ..]) = counties.settled();
    let (a, b) = (counties.a, counties.b);
    let mut old = counties.world.worker(1, 11);
    counties.held(&mut old, a);
    let world = counties.stand_in(a);
    let late = old.put(world, HOUSE, "building", Op::put("floors", 9), vec![]);
    let moved = counties.move_to(&mut chief, a, HOUSE, 31, vec![house.name()]);
    let mut other = counties.world.worker(2, 31);
    counties.held(&mut other, b);
    let in_b = there(HOUSE, b);
    counties.move_to(&mut other, b, in_b, 12, vec![moved.name()]);
    let back = there(in_b, a);
    assert_eq!(counties.state(b, in_b).moved_to(), Some(Destination { space: a, record: back }));
    assert_eq!(counties.state(a, back).origins(), [in_b, HOUSE], "all ids that it had, the last one first");
    assert_eq!(counties.held(&mut other, b), []);
    let mut third = counties.world.worker(3, 12);
    let held = counties.held(&mut third, a);
    assert_eq!(held.len(), 3, "with all below");
    assert_eq!(counties.values(a, there(there(HOME, b), a), "parent"), [Value::Id(back)]);
    let world = counties.stand_in(a);
    assert_eq!(old.verdicts(world, &[late]), ["applied"]);
    assert_eq!(counties.values(a, back, "floors"), [9.into()], "what is late goes all the way");
    let world = counties.stand_in(a);
    let door = third.dwelling(world, record(5), HOUSE, 12);
    assert_eq!(third.verdicts(world, &[door]), ["applied"]);
    assert_eq!(counties.held(&mut third, a).len(), 4, "below the old id is below the house");
    counties.verify();
}

#[test]
fn two_moves_at_once_end_where_the_first_went_and_stand_side_by_side() {
    let mut counties = Counties::new();
    let (mut chief, [house, ..]) = counties.settled();
    let (a, b, c) = (counties.a, counties.b, counties.c);
    let mut other = counties.world.phone(8);
    counties.world.grant(&other, 2, "county_supervisor");
    let one = counties.move_to(&mut chief, a, HOUSE, 31, vec![house.name()]);
    let two = counties.move_to(&mut other, a, HOUSE, 41, vec![house.name()]);
    let in_b = there(HOUSE, b);
    assert_eq!(counties.values(b, in_b, "unit").len(), 2, "both are kept");
    assert!(counties.state(b, in_b).moved_to().is_none(), "while people disagree it stays where it is");
    let mut new = counties.world.worker(2, 31);
    assert_eq!(counties.held(&mut new, b).len(), 3);
    let mut third = counties.world.worker(3, 41);
    assert_eq!(counties.held(&mut third, b).len(), 3, "hidden from nobody: the people of the other unit see it, too");
    let spaces = counties.world.server.read(|r| gridwalk_server::admin::spaces_of(r.tx, third.account)).unwrap();
    let without_units = spaces.iter().find(|s| s.space == b).map(|s| s.units.len());
    assert_eq!(without_units, Some(0), "they are told of the space, and of no unit there");
    counties.move_to(&mut new, b, in_b, 41, vec![one.name(), two.name()]);
    assert_eq!(counties.held(&mut third, c).len(), 3, "decided: it goes there");
    assert_eq!((counties.held(&mut new, b), counties.held(&mut third, b)), (vec![], vec![]));
    counties.verify();
}

#[test]
fn a_child_of_two_parents_stays_until_somebody_decides() {
    let mut counties = Counties::new();
    let (mut chief, [house, home, _]) = counties.settled();
    let (a, b) = (counties.a, counties.b);
    let mut other = counties.world.phone(8);
    counties.world.grant(&other, 2, "county_supervisor");
    let world = counties.stand_in(a);
    let second = chief.building(world, record(7), 12, "second");
    let below = other.put(world, HOME, "dwelling", Op::put("parent", record(7)), vec![]);
    chief.push(world, &[second]);
    assert_eq!(other.verdicts(world, std::slice::from_ref(&below)), ["applied"]);
    counties.move_to(&mut chief, a, HOUSE, 31, vec![house.name()]);
    assert!(counties.state(a, HOME).moved_to().is_none());
    let mut twelfth = counties.world.worker(1, 12);
    assert_eq!(counties.held(&mut twelfth, a), [HOME, FAMILY, record(7)]);
    let (mut new, mut third) = (counties.world.worker(2, 31), counties.world.worker(3, 41));
    assert_eq!(counties.held(&mut new, a), [HOME, FAMILY], "hidden from nobody: its other house went to their county");
    let moved = counties.move_to(&mut new, b, there(HOUSE, b), 41, heads(&counties.state(b, there(HOUSE, b)), "unit"));
    assert_eq!((counties.held(&mut new, a), counties.held(&mut third, a)), (vec![], vec![HOME, FAMILY]));
    let in_c = there(there(HOUSE, b), counties.c);
    counties.move_to(&mut third, counties.c, in_c, 31, vec![moved.name()]);
    assert_eq!((counties.held(&mut new, a), counties.held(&mut third, a)), (vec![HOME, FAMILY], vec![]));
    let world = counties.stand_in(a);
    let decided = chief.put(world, HOME, "dwelling", Op::put("parent", HOUSE), vec![home.name(), below.name()]);
    assert_eq!(chief.verdicts(world, &[decided]), ["applied"]);
    assert_eq!(counties.held(&mut twelfth, a), [record(7)]);
    let back = there(there(there(HOUSE, b), counties.c), b);
    assert_eq!(counties.values(b, there(HOME, b), "parent"), [Value::Id(back)]);
    assert!(counties.state(a, FAMILY).moved_to().is_some());
    counties.verify();
}

#[test]
fn what_moved_is_seen_in_the_former_county_when_a_late_parent_is_there() {
    let mut counties = Counties::new();
    let (mut chief, [house, ..]) = counties.settled();
    let (a, b) = (counties.a, counties.b);
    let (second, flat, wang) = (record(7), record(8), record(9));
    let mut late = counties.world.phone(8);
    counties.world.grant(&late, 2, "county_supervisor");
    let world = counties.stand_in(a);
    let block = chief.building(world, second, 12, "second");
    let door = chief.dwelling(world, flat, second, 12);
    let ops = vec![Op::put("parent", FAMILY), Op::put("name", "Wang")];
    let resident = chief.save(world, Typed { record: wang, kind: "resident", unit: 11, ops, seen: vec![] });
    chief.push(world, &[block.clone(), door, resident]);
    let below = late.put(world, FAMILY, "household", Op::put("parent", flat), vec![]);
    counties.move_to(&mut chief, a, HOUSE, 31, vec![house.name()]);
    let world = counties.stand_in(a);
    assert_eq!(late.verdicts(world, std::slice::from_ref(&below)), ["applied"]);
    let (family, wang) = (there(FAMILY, b), there(wang, b));
    assert_eq!(counties.values(b, family, "parent").len(), 2, "carried after it, and nobody decided");
    let sorted = |mut ids: Vec<RecordId>| {
        ids.sort_unstable();
        ids
    };
    let both = sorted(vec![family, wang]);
    let (mut eleventh, mut twelfth) = (counties.world.worker(1, 11), counties.world.worker(3, 12));
    let mut new = counties.world.worker(2, 31);
    assert_eq!(counties.held(&mut twelfth, b), both, "hidden from nobody: whoever has the flat sees who lives in it");
    let asked = eleventh.pull_raw(&counties.world, &eleventh.pull_request(b, 1000, &[]));
    assert_eq!(problem(&asked).status, 404, "nothing of theirs reaches there: they do not hear that it exists");
    assert_eq!(counties.held(&mut new, b), sorted(vec![there(HOUSE, b), there(HOME, b), family, wang]));
    let world = counties.stand_in(b);
    let label = twelfth.put(world, family, "household", Op::put("label", "Wang Li"), vec![]);
    assert_eq!(twelfth.verdicts(world, &[label]), ["applied"], "and may write what they see");
    counties.move_to(&mut chief, a, second, 11, vec![block.name()]);
    assert_eq!(counties.held(&mut twelfth, b), [], "it follows the flat's house from grid to grid");
    assert_eq!(counties.held(&mut eleventh, b), both);
    let seen = heads(&counties.state(b, family), "parent");
    let world = counties.stand_in(b);
    let decided = eleventh.put(world, family, "household", Op::put("parent", flat), seen);
    assert_eq!(eleventh.verdicts(world, &[decided]), ["applied"]);
    assert_eq!(counties.values(a, there(family, a), "parent"), [Value::Id(flat)], "decided: it goes there");
    assert_eq!(counties.held(&mut new, b), sorted(vec![there(HOUSE, b), there(HOME, b)]));
    counties.verify();
}

/// The names of a field's heads.
fn heads(state: &State, field: &str) -> Vec<Name> {
    state.fields[field].heads.iter().map(|h| h.tag.id).collect()
}

#[test]
fn a_stop_between_any_two_steps_loses_nothing() {
    for stop_after in 0..8 {
        let mut counties = Counties::new();
        let (mut chief, [house, ..]) = counties.settled();
        let (a, b) = (counties.a, counties.b);
        let by_hand = |restored: bool| {
            let shared = options(counties.world.dir.path(), &counties.world.clock, &counties.world.ids);
            ServerOptions { moves_by_hand: !restored, ..shared }
        };
        let (first, second) = (by_hand(false), by_hand(true));
        counties.world.server.close().unwrap();
        counties.world.server = placeholder();
        counties.world.server = Server::open(first).unwrap();
        counties.move_to(&mut chief, a, HOUSE, 31, vec![house.name()]);
        for _ in 0..stop_after {
            mover::settle_one(counties.world.server.running()).unwrap();
        }
        counties.world.server = placeholder();
        counties.world.server = Server::open(second).unwrap();
        let mut new = counties.world.worker(2, 31);
        assert_eq!(counties.held(&mut new, b).len(), 3, "stopped after {stop_after}");
        counties.verify();
    }
}

/// A server of another folder, so that the lock on the first one is given up.
fn placeholder() -> Server {
    World::new().server
}

#[test]
fn a_restored_server_hands_over_to_the_same_record_again() {
    let mut counties = Counties::new();
    let (mut chief, [house, home, family]) = counties.settled();
    let (a, b) = (counties.a, counties.b);
    let copy = counties.world.copy_folder();
    let moved = counties.move_to(&mut chief, a, HOUSE, 31, vec![house.name()]);
    let mut new = counties.world.worker(2, 31);
    counties.held(&mut new, b);
    let world = counties.stand_in(b);
    let ops = vec![Op::put("name", "new")];
    let typed = Typed { record: there(HOUSE, b), kind: "building", unit: 31, ops, seen: vec![house.name()] };
    let typed = new.save(world, typed);
    new.push(world, std::slice::from_ref(&typed));
    let key = new.key.clone();
    counties.world.restore(copy);
    counties
        .world
        .server
        .write(|w| {
            let row = gridwalk_server::store::AccountRow {
                id: new.account,
                login: "again".into(),
                name: "again".into(),
                password: String::new(),
                made_at: w.now,
            };
            w.tx.account_put(&row)
        })
        .unwrap();
    counties.world.enrol(new.account, new.device, &key);
    counties.world.grant(&new, 31, "gridworker");
    let world = counties.stand_in(b);
    assert_eq!(new.verdicts(world, &[typed]), ["applied"], "given back before the house is there");
    let world = counties.stand_in(a);
    assert_eq!(chief.verdicts(world, &[house, home, family, moved]), ["applied"; 4]);
    let mut held = [HOUSE, HOME, FAMILY].map(|id| there(id, b));
    held.sort_unstable();
    assert_eq!(counties.held(&mut new, b), held, "no twin");
    assert_eq!(counties.values(b, there(HOUSE, b), "name"), ["new".into()], "what it had seen it still replaces");
    counties.verify();
}

#[test]
fn what_waits_for_a_supervisor_is_carried_when_it_is_approved() {
    let mut counties = Counties::new();
    let (mut chief, [house, ..]) = counties.settled();
    let (a, b) = (counties.a, counties.b);
    let mut worker = counties.world.phone(1);
    let grant = counties.world.grant(&worker, 11, "gridworker");
    counties.held(&mut worker, a);
    let world = counties.stand_in(a);
    let typed = worker.put(world, HOUSE, "building", Op::put("floors", 3), vec![]);
    world.ungrant(grant);
    assert_eq!(worker.verdicts(world, std::slice::from_ref(&typed)), ["quarantined"]);
    counties.move_to(&mut chief, a, HOUSE, 31, vec![house.name()]);
    assert!(counties.values(b, there(HOUSE, b), "floors").is_empty());
    let decision = gridwalk_server::ingest::decide::Decision {
        space: a,
        name: typed.name(),
        approve: true,
        reason: "",
        by: counties.world.admin,
    };
    counties.world.server.write(|w| gridwalk_server::ingest::decide::decide(w, &decision)).unwrap();
    assert_eq!(counties.values(b, there(HOUSE, b), "floors"), [3.into()]);
    counties.verify();
}

#[test]
fn a_late_step_takes_effect_where_the_case_lives() {
    let mut counties = Counties::new();
    let (mut chief, _) = counties.settled();
    let (a, b) = (counties.a, counties.b);
    let step = |step: &str, to: &str| Op::Step { step: step.into(), to: to.into(), answers: BTreeMap::new() };
    let case = record(6);
    let world = counties.stand_in(a);
    let ops = vec![Op::put("unit", unit(11).record()), Op::put("title", "gas"), step("report", "reported")];
    let report = chief.save(world, Typed { record: case, kind: "case", unit: 11, ops, seen: vec![] });
    chief.push(world, std::slice::from_ref(&report));
    let mut old = counties.world.phone(1);
    counties.world.grant(&old, 2, "county_supervisor");
    counties.held(&mut old, a);
    let world = counties.stand_in(a);
    let late = old.save(
        world,
        Typed { record: case, kind: "case", unit: 11, ops: vec![step("accept", "accepted")], seen: vec![] },
    );
    let ops = vec![Op::put("unit", unit(31).record())];
    let moved = chief.save(world, Typed { record: case, kind: "case", unit: 11, ops, seen: vec![report.name()] });
    assert_eq!(chief.verdicts(world, &[moved]), ["applied"]);
    let outcomes = |counties: &Counties, space, id| -> Vec<Outcome> {
        counties.state(space, id).steps.iter().map(|s| s.outcome).collect()
    };
    assert_eq!(outcomes(&counties, b, there(case, b)), [Outcome::Applied]);
    let world = counties.stand_in(a);
    assert_eq!(old.verdicts(world, &[late]), ["applied"]);
    assert!(matches!(outcomes(&counties, a, case)[1], Outcome::Overtaken(Some(_))), "not on the record that is gone");
    let expected = counties.state(b, there(case, b));
    assert_eq!(expected.steps.len(), 2);
    counties.verify();
}

#[test]
fn nobody_but_the_server_says_where_a_record_went() {
    let mut counties = Counties::new();
    let (mut chief, _) = counties.settled();
    let world = counties.stand_in(counties.a);
    let op = Op::put(MOVED_TO, Destination::of(HOUSE, world.reference).to_value());
    let forged = chief.put(world, HOUSE, "building", op, vec![]);
    assert_eq!(chief.verdicts(world, &[forged]), ["refused"]);
    let nowhere = Op::put("unit", unit(1).record());
    let city = chief.put(world, HOUSE, "building", nowhere, vec![]);
    chief.push(world, &[city]);
    assert!(counties.state(counties.a, HOUSE).moved_to().is_none(), "the space of units takes no houses");
    counties.verify();
}

#[test]
fn an_administrator_moves_a_place_by_any_id_that_it_ever_had() {
    let mut counties = Counties::new();
    counties.settled();
    let there = counties.world.phone(8);
    counties.world.grant(&there, 3, "county_supervisor");
    let admin = gridwalk_server::admin::Admin::new(counties.world.server.clone());
    let (a, b) = (counties.a, counties.b);
    // The small county's codes are too short for the verb's reader: long ones are written beside them.
    for (n, code) in [(31, "330411001001001"), (12, "330402001001002")] {
        let row = counties.world.server.read(|r| r.tx.unit(unit(n))).unwrap().unwrap();
        let row = gridwalk_server::store::UnitRow { code: code.into(), ..row };
        counties.world.server.write(|w| w.tx.unit_put(&row)).unwrap();
    }
    let there = admin.move_place(HOUSE, "330411001001001", "person 9").unwrap();
    assert_eq!(there, Destination::of(HOUSE, b));
    let again = admin.move_place(HOUSE, "330411001001001", "person 8").unwrap_err();
    assert_eq!(again.code(), "same_place");
    assert_eq!(admin.move_place(HOUSE, "330402001001002", "person 9").unwrap_err().code(), "power_lacking");
    assert_eq!(admin.move_place(HOME, "330402001001002", "person 8").unwrap_err().code(), "not_a_place");
    let back = admin.move_place(HOUSE, "330402001001002", "person 8").unwrap();
    assert_eq!(back, Destination::of(there.record, a));
    counties.verify();
}
