//! Grants without a list of kinds follow the version; lists that somebody chose do not.

use crate::world::{World, options, record};
use gridwalk_model::op::Op;
use gridwalk_server::Server;

/// The server starts again as another version would: on what it left, knowing other kinds than phones were told of.
fn upgraded(world: &mut World) {
    world.server.write(|w| w.tx.meta_set("role_kinds", b"gridworker:building;")).unwrap();
    started_again(world);
}

fn started_again(world: &mut World) {
    let folder = tempfile::tempdir().unwrap();
    world.server.back_up(&folder.path().join("gridwalk.db")).unwrap();
    world.keep_seal(folder.path());
    world.tick(1_000_000);
    world.server = Server::open(options(folder.path(), &world.clock, &world.ids)).unwrap();
    world.dir = folder;
}

#[test]
fn a_grant_without_a_list_is_for_all_kinds_that_its_role_has() {
    let world = World::new();
    let (mut all, mut some) = (world.phone(1), world.phone(2));
    world.grant_kinds(&all, 11, "gridworker", &[]);
    world.grant_kinds(&some, 11, "gridworker", &["building"]);
    let shop = |phone: &mut crate::phone::Phone, id| {
        phone.put(&world, record(id), "organisation", Op::put("name", "小卖部"), Vec::new())
    };
    let (theirs, others) = (shop(&mut all, 1), shop(&mut some, 2));
    assert_eq!(all.verdicts(&world, &[theirs]), ["applied"]);
    assert_eq!(some.verdicts(&world, &[others]), ["refused"]);
    for phone in [&mut all, &mut some] {
        phone.pull(&world, 1 << 16);
    }
    assert_eq!(all.records(&world), [record(1)]);
    assert!(some.records(&world).is_empty());
    world.verify();
}

#[test]
fn phones_hear_once_of_the_kinds_that_another_version_knows() {
    let mut world = World::new();
    let (all, some) = (world.phone(1), world.phone(2));
    world.grant_kinds(&all, 11, "gridworker", &[]);
    world.grant_kinds(&some, 11, "gridworker", &["building"]);
    let before = world.epochs(&all, &some);
    started_again(&mut world);
    assert_eq!(world.epochs(&all, &some), before, "the same version again tells nobody anything");
    upgraded(&mut world);
    assert_eq!(world.epochs(&all, &some), (before.0 + 1, before.1), "who has the kinds of a role, and nobody else");
    started_again(&mut world);
    assert_eq!(world.epochs(&all, &some), (before.0 + 1, before.1), "and once only");
}
