//! Facts that were kept up with, asked for at any time, are those made anew from all states.

use crate::phone::{Phone, Typed};
use crate::world::{World, record, unit, write_unit};
use gridwalk_model::appraisal::{Asked, Fact, Formulas, Group, Mark, Month, Sheet, sheet};
use gridwalk_model::change::SealedChange;
use gridwalk_model::id::RecordId;
use gridwalk_model::kind::Kind;
use gridwalk_model::kind::month_lock::lock_of;
use gridwalk_model::name::OpName;
use gridwalk_model::op::{LINKS, Op};
use gridwalk_model::wish::Wish;
use gridwalk_model::{Timestamp, Value};
use gridwalk_server::admin::{Admin, MonthAsked};
use gridwalk_server::appraisal::{facts, forget, keep_up};

const COUNTED: [&str; 4] = ["case", "campaign", "target", "attempt"];
/// The month in which the world's clock stands: 2023-11.
const NOVEMBER: &str = "2023-11";
const HOUR: i64 = 3_600_000;

/// A sequence that looks random and is the same for ever.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % n as u64).unwrap()
    }
}

fn now(world: &World) -> Timestamp {
    world.server.read(|r| Ok(r.now)).unwrap()
}

/// All facts of the months around, as they are made now.
fn kept(world: &World) -> Vec<(Month, Vec<Fact>)> {
    let november: Month = NOVEMBER.parse().unwrap();
    let months = november.plus(6).and_before(12);
    world.server.read(|r| months.map(|month| Ok((month, facts(r.tx, world.space, month)?))).collect()).unwrap()
}

fn ask(world: &World) -> Vec<(Month, Vec<Fact>)> {
    keep_up(world.server.running(), world.space).unwrap();
    kept(world)
}

fn op(step: &str, to: &str, answers: &[(&str, Value)]) -> Op {
    let answers = answers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Op::Step { step: step.into(), to: to.into(), answers }
}

/// Reports a case that is not there yet, else takes one of the steps that are open, as far as the server lets it.
fn go_on(world: &World, phone: &mut Phone, case: RecordId, dice: &mut Dice) {
    let row = world.server.read(|r| r.tx.state(world.space, case)).unwrap();
    let change = if row.is_none() {
        let grid = [11, 12, 21][dice.below(3)];
        let ops = vec![
            Op::put("title", "t"),
            Op::put("kind", "ask"),
            Op::put("unit", unit(grid).record()),
            op("report", "reported", &[]),
        ];
        phone.save(world, Typed { record: case, kind: "case", unit: grid, ops, seen: vec![] })
    } else {
        let state = world.state(case);
        let open: Vec<_> = Kind::Case.steps().rows.iter().filter(|r| r.from == state.status()).collect();
        let row = open[dice.below(open.len())];
        let due = Value::Int(now(world).0 + HOUR * i64::try_from(dice.below(400)).unwrap());
        let text = || Value::from("x");
        let answers =
            [("unit", Value::Id(unit(11).record())), ("due", due), ("satisfied", Value::Bool(dice.below(2) == 0))];
        let told = ["reason", "result", "leader", "team", "plan", "measure", "who", "agreed", "matter", "text"]
            .map(|name| (name, text()));
        let answers: Vec<_> = answers.into_iter().chain(told).chain([("next_on", Value::Int(20_000))]).collect();
        phone.put(world, case, "case", op(row.step, row.to, &answers), vec![])
    };
    phone.verdict(world, &change);
}

/// Stands at a door again; every third time something is raised with it.
fn knock(world: &World, phone: &mut Phone, n: u8, dice: &mut Dice) {
    let outcome = ["nobody_home", "seen", "needs", "refused"][dice.below(4)];
    let target = record(100 + u8::try_from(dice.below(3)).unwrap());
    let mut ops = vec![Op::put("parent", target), Op::put("outcome", outcome), Op::put("at", now(world).0)];
    if dice.below(3) == 0 {
        ops.push(Op::put("raised", record(1 + u8::try_from(dice.below(8)).unwrap())));
    }
    let change = phone.save(world, Typed { record: record(n), kind: "attempt", unit: 11, ops, seen: vec![] });
    assert_eq!(phone.verdicts(world, &[change]), ["applied"]);
}

/// Says of a case that it is another, or no more: on its own record alone, as when the other side's word is still on its way.
fn join(world: &World, phone: &mut Phone, dice: &mut Dice) {
    let mut some = || record(1 + u8::try_from(dice.below(8)).unwrap());
    let (one, other) = (some(), some());
    let here = |case| world.server.read(|r| r.tx.state(world.space, case)).unwrap().is_some();
    if one == other || !here(one) || !here(other) {
        return;
    }
    let change = say_same(world, phone, one, other);
    phone.verdict(world, &change);
}

/// Links a case to another; where it is linked already, takes that back.
fn say_same(world: &World, phone: &mut Phone, one: RecordId, other: RecordId) -> SealedChange {
    let state = world.state(one);
    let adds = state.sets.get(LINKS).into_iter().flat_map(|set| &set.adds);
    let had: Vec<_> = adds
        .filter(|add| add.element == Value::Id(other))
        .map(|add| OpName { change: add.tag.id, index: add.index })
        .collect();
    let op = if had.is_empty() { Op::Link { other } } else { Op::Unlink { dots: had } };
    phone.put(world, one, "case", op, vec![])
}

#[test]
fn cases_are_one_in_the_numbers_when_both_sides_say_so() {
    let (world, mut dice) = (World::new(), Dice(7));
    let mut phone = world.phone(3);
    world.grant_kinds(&phone, 2, "county_supervisor", &COUNTED);
    for n in 1..=3 {
        go_on(&world, &mut phone, record(n), &mut dice);
    }
    let mut say = |one: u8, other: u8| {
        let change = say_same(&world, &mut phone, record(one), record(other));
        assert_eq!(phone.verdicts(&world, &[change]), ["applied"]);
        ask(&world);
        let sheet = of_month(&world, NOVEMBER.parse().unwrap());
        let closing = sheet.number("closing").unwrap();
        let doubles = closing.left_out.iter().filter(|left| left.reason == Mark::Double.name());
        (closing.base, doubles.map(|left| left.record).collect::<Vec<_>>())
    };
    assert_eq!(say(2, 1), (3, vec![]), "one side alone: nobody lists them as one, and each is counted");
    assert_eq!(say(1, 2), (2, vec![record(2)]));
    assert_eq!(say(3, 2), (2, vec![record(2)]));
    assert_eq!(say(2, 3), (1, vec![record(2), record(3)]), "by way of the second");
    assert_eq!(
        say(1, 2),
        (2, vec![record(3)]),
        "taken back by the other side's word alone: the second stands for the third"
    );
}

/// A campaign with three doors, two of them one.
fn campaign(world: &World, phone: &mut Phone) {
    let november: Month = NOVEMBER.parse().unwrap();
    let ops = vec![
        Op::put("unit", unit(10).record()),
        Op::put("title", "专项"),
        Op::put("sort", "safety"),
        Op::put("from", november.first_day() + 2),
        Op::put("until", november.first_day() + 33),
    ];
    let mut changes =
        vec![phone.save(world, Typed { record: record(99), kind: "campaign", unit: 10, ops, seen: vec![] })];
    for (n, label) in [(100, "3幢2单元501室"), (101, "3幢2单元0501室"), (102, "3幢2单元502室")] {
        let ops = vec![
            Op::put("unit", unit(11).record()),
            Op::put("parent", record(99)),
            Op::put("sort", "door"),
            Op::put("label", label),
        ];
        changes.push(phone.save(world, Typed { record: record(n), kind: "target", unit: 11, ops, seen: vec![] }));
    }
    assert_eq!(phone.verdicts(world, &changes), ["applied"; 4]);
}

fn of_month(world: &World, month: Month) -> Sheet {
    let found = world.server.read(|r| facts(r.tx, world.space, month)).unwrap();
    sheet(Formulas::shipped(), found.iter(), &Asked { month, now: now(world), by: None })
}

#[test]
fn facts_that_are_kept_up_with_are_those_made_anew() {
    for seed in 0..5 {
        let (world, mut dice) = (World::new(), Dice(seed));
        let mut phone = world.phone(3);
        world.grant_kinds(&phone, 2, "county_supervisor", &COUNTED);
        campaign(&world, &mut phone);
        for n in 0..90 {
            world.tick(HOUR * i64::try_from(dice.below(12)).unwrap());
            match dice.below(6) {
                0 => knock(&world, &mut phone, 110 + n, &mut dice),
                1 => join(&world, &mut phone, &mut dice),
                _ => go_on(&world, &mut phone, record(1 + u8::try_from(dice.below(8)).unwrap()), &mut dice),
            }
            if dice.below(4) == 0 {
                ask(&world);
            }
        }
        let asked = ask(&world);
        assert_eq!(keep_up(world.server.running(), world.space).unwrap(), 0, "nothing is looked at twice");
        world.server.write(|w| forget(w.tx, world.space)).unwrap();
        assert!(kept(&world).iter().all(|(_, facts)| facts.is_empty()));
        assert_eq!(ask(&world), asked, "seed {seed}");
        let raised = asked
            .iter()
            .flat_map(|(_, facts)| facts)
            .any(|f| matches!(f, Fact::Case(c) if c.origins.contains("campaign")));
        let places = asked.iter().flat_map(|(_, facts)| facts).filter(|f| matches!(f, Fact::Place(_))).count();
        assert!(raised && places == 6, "three doors in two months, seed {seed}");
        let coverage = of_month(&world, NOVEMBER.parse().unwrap());
        assert_eq!(coverage.number("coverage").unwrap().base, 2, "two spellings of one door are one");
    }
}

#[test]
fn what_is_deleted_or_void_is_counted_no_more_and_no_door_is_told() {
    let (world, mut dice) = (World::new(), Dice(7));
    let mut phone = world.phone(3);
    world.grant_kinds(&phone, 2, "county_supervisor", &COUNTED);
    campaign(&world, &mut phone);
    for n in 1..=3 {
        go_on(&world, &mut phone, record(n), &mut dice);
    }
    let november: Month = NOVEMBER.parse().unwrap();
    ask(&world);
    assert_eq!(of_month(&world, november).number("closing").unwrap().base, 3);
    let void = phone.put(&world, record(1), "case", op("void", "voided", &[("reason", "重复".into())]), vec![]);
    let timeline = world.server.read(|r| r.tx.branches(world.space)).unwrap()[0].id;
    let gone = phone.put(&world, record(2), "case", Op::Delete { timeline, pos: world.head(), own: vec![] }, vec![]);
    assert_eq!(phone.verdicts(&world, &[void, gone]), ["applied"; 2]);
    ask(&world);
    let sheet = of_month(&world, november);
    let closing = sheet.number("closing").unwrap();
    assert_eq!((closing.base, closing.left_out[0].reason.as_str(), closing.left_out.len()), (1, Mark::Void.name(), 1));
    let rows = world.server.read(|r| {
        let mut all = Vec::new();
        r.tx.facts_of_month(world.space, november, |bytes| {
            all.extend_from_slice(bytes);
            Ok(())
        })?;
        Ok(String::from_utf8_lossy(&all).into_owned())
    });
    assert!(!rows.unwrap().contains("501"), "facts hold no address");
}

/// Whatever happens after a month was locked, over random histories: its figures stay, by grid, unit and worker.
#[test]
fn nothing_changes_the_figures_of_a_month_that_is_locked() {
    for seed in 0..3 {
        let (world, mut dice) = (World::new(), Dice(seed));
        let mut phone = world.phone(3);
        world.grant_kinds(&phone, 2, "county_supervisor", &COUNTED);
        for n in [(2, "330402"), (11, "330402001001001"), (12, "330402001001002"), (21, "330402001002001")] {
            let code = [Wish::put("code", n.1)];
            world.server.write(|w| write_unit(w, world.admin, world.reference, unit(n.0), &code)).unwrap();
        }
        campaign(&world, &mut phone);
        let mut n = 0;
        let mut live = |world: &World, steps: usize| {
            for _ in 0..steps {
                world.tick(HOUR * i64::try_from(dice.below(12)).unwrap());
                match dice.below(6) {
                    0 => knock(world, &mut phone, 110 + n, &mut dice),
                    _ => go_on(world, &mut phone, record(1 + u8::try_from(dice.below(8)).unwrap()), &mut dice),
                }
                n += 1;
            }
        };
        live(&world, 50);
        let (admin, november) = (Admin::new(world.server.clone()), NOVEMBER.parse::<Month>().unwrap());
        let early = admin.lock_month(november, "330402").unwrap_err();
        assert_eq!(early.code(), "month_not_over");
        world.tick(november.ends().0 - now(&world).0);
        let lock = admin.lock_month(november, "330402").unwrap();
        let asked = |by| MonthAsked { month: november, unit: "330402", by };
        let views = || {
            let each = [None, Some(Group::Grid), Some(Group::Unit), Some(Group::Worker)];
            each.map(|by| admin.appraised_month(&asked(by)).unwrap())
        };
        let before = views();
        assert!(before[0].all.number("closing").unwrap().base > 2 && before[0].later.is_none(), "seed {seed}");
        live(&world, 60);
        world.move_unit(11, 20);
        world.server.write(|w| forget(w.tx, world.space)).unwrap();
        let after = views();
        for (before, after) in before.iter().zip(&after) {
            assert_eq!((&before.all, &before.groups), (&after.all, &after.groups), "seed {seed}");
            assert_eq!(after.lock.as_ref(), Some(&lock));
        }
        let later = after[0].later.as_ref().expect("something came later");
        assert!(*later != after[0].all, "and is counted beside, seed {seed}");
        let told = world.server.read(|r| r.tx.state(world.reference, lock_of(unit(2), november))).unwrap();
        assert!(told.is_some(), "phones hear of it");
    }
}
