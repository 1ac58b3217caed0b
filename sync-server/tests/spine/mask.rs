//! Masks: what a page and a history carry of fields that not everybody reads.

use crate::phone::{Phone, Typed};
use crate::world::{KINDS, World, options, record, unit};
use gridwalk_model::State;
use gridwalk_model::Value;
use gridwalk_model::change::SealedChange;
use gridwalk_model::id::RecordId;
use gridwalk_model::op::Op;
use gridwalk_model::state_codec::read_state;
use gridwalk_server::Server;
use gridwalk_sync::reveal::{RevealRequest, Revealed};
use gridwalk_sync::{compress, history_codec};

const SHOP: RecordId = record(1);
const CASE: RecordId = record(2);
/// Values that no page for the wrong reader may hold.
const CONTACT: &str = "13811112222";
const REPORTER: &str = "13933334444";

/// A shop with somebody to call, and a case with somebody who reported it, in a grid.
fn typed(world: &World, phone: &mut Phone, grid: u8) -> [SealedChange; 2] {
    let home = || Op::put("unit", unit(grid).record());
    let ops = vec![home(), Op::put("name", "小卖部"), Op::put("kind", "shop"), Op::put("contact_phone", CONTACT)];
    let shop = phone.save(world, Typed { record: SHOP, kind: "premises", unit: grid, ops, seen: vec![] });
    let ops = vec![home(), Op::put("title", "井盖没了"), Op::put("reporter_phone", REPORTER)];
    let case = phone.save(world, Typed { record: CASE, kind: "case", unit: grid, ops, seen: vec![] });
    let changes = [shop, case];
    assert_eq!(phone.verdicts(world, &changes), ["applied"; 2]);
    changes
}

fn held(world: &World, phone: &Phone, id: RecordId) -> State {
    read_state(&phone.held[&world.space].rows[&id].0).unwrap()
}

fn bytes(world: &World, phone: &Phone) -> Vec<u8> {
    phone.held[&world.space].rows.values().flat_map(|(state, ..)| state.clone()).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|w| w == text.as_bytes())
}

fn role(world: &World, n: u8, grid: u8, role: &str) -> Phone {
    let phone = world.phone(n);
    world.grant_kinds(&phone, grid, role, &[]);
    phone
}

#[test]
fn a_page_carries_what_its_reader_may_see() {
    let world = World::new();
    let mut author = role(&world, 1, 11, "gridworker");
    let changes = typed(&world, &mut author, 11);
    // role, sees the shop's contact, sees who reported
    let rows = [
        (2, "gridworker", true, false),
        (3, "volunteer", false, false),
        (4, "handler", false, false),
        (5, "village_supervisor", true, false),
        (6, "intake_clerk", false, false),
    ];
    for (n, name, contact, reporter) in rows {
        let mut phone = role(&world, n, 11, name);
        phone.pull(&world, 1);
        assert_eq!(phone.records(&world), [SHOP, CASE], "{name}");
        let bytes = bytes(&world, &phone);
        assert_eq!((holds(&bytes, CONTACT), holds(&bytes, REPORTER)), (contact, reporter), "{name}");
        let (shop, case) = (held(&world, &phone, SHOP), held(&world, &phone, CASE));
        assert_eq!(shop.is_masked("contact_phone"), !contact, "{name}");
        assert_eq!(case.is_masked("reporter_phone"), !reporter, "{name}");
        assert_eq!(
            (shop.pos, shop.fields["name"].clone()),
            (world.state(SHOP).pos, world.state(SHOP).fields["name"].clone())
        );
        // The same records told anew, as after a digest that did not agree.
        let mut request = phone.pull_request(world.space, 1 << 16, &changes.clone().map(|c| c.name()));
        request.refetch = vec![SHOP, CASE];
        let (status, body) = phone.pull_raw(&world, &request);
        assert_eq!(status, 200);
        let page = compress::unpack(&body, 1 << 20).unwrap();
        assert_eq!((holds(&page, CONTACT), holds(&page, REPORTER)), (contact, reporter), "{name}, told anew");
        for (id, canary, sees) in [(SHOP, CONTACT, contact), (CASE, REPORTER, reporter)] {
            let path = format!("/v1/history/{}/{id}", world.space);
            let (status, body) = world.send(phone.request(&world, "GET", &path, Vec::new()));
            let history = compress::unpack(&body, 1 << 20).unwrap();
            assert_eq!((status, holds(&history, canary)), (200, sees), "{name}: history");
            let told = history_codec::read_history(&history).unwrap();
            assert_eq!(
                told[0].change.as_ref().unwrap().change.ops.len(),
                if sees { world_ops(id) } else { world_ops(id) - 1 }
            );
        }
    }
    world.verify();
}

const fn world_ops(id: RecordId) -> usize {
    if id.0[0] == SHOP.0[0] { 4 } else { 3 }
}

#[test]
fn roles_count_where_their_grants_reach() {
    let world = World::new();
    let mut author = role(&world, 1, 10, "gridworker");
    typed(&world, &mut author, 12);
    let mut phone = role(&world, 2, 11, "gridworker");
    world.grant_kinds(&phone, 12, "volunteer", &[]);
    phone.pull(&world, 1 << 16);
    assert!(!holds(&bytes(&world, &phone), CONTACT), "a gridworker next door is a volunteer here");
    world.grant_kinds(&phone, 12, "gridworker", &["premises"]);
    phone.pull(&world, 1 << 16);
    assert!(holds(&bytes(&world, &phone), CONTACT), "both roles together read more");
}

#[test]
fn a_kind_of_which_a_role_reads_nothing_is_in_no_scope_also_where_it_is_listed() {
    let world = World::new();
    let mut author = world.worker(1, 11);
    let building = author.building(&world, record(1), 11, "a");
    let door = author.dwelling(&world, record(2), record(1), 11);
    assert_eq!(author.verdicts(&world, &[building, door]), ["applied"; 2]);
    let mut volunteer = world.phone(2);
    world.grant_kinds(&volunteer, 11, "volunteer", &KINDS);
    volunteer.pull(&world, 1 << 16);
    assert_eq!(volunteer.records(&world), [record(1)], "no dwelling, whatever the grant lists");
}

#[test]
fn another_role_is_another_epoch_and_another_state_of_the_same_pos() {
    let world = World::new();
    let mut author = role(&world, 1, 11, "gridworker");
    typed(&world, &mut author, 11);
    let mut phone = world.phone(2);
    let grant = world.grant_kinds(&phone, 11, "gridworker", &[]);
    phone.pull(&world, 1 << 16);
    assert!(holds(&bytes(&world, &phone), CONTACT));
    let (epoch, pos) = (phone.held[&world.space].epoch, held(&world, &phone, SHOP).pos);
    world.ungrant(grant);
    world.grant_kinds(&phone, 11, "volunteer", &[]);
    phone.pull(&world, 1 << 16);
    assert!(!holds(&bytes(&world, &phone), CONTACT));
    assert_ne!(phone.held[&world.space].epoch, epoch);
    assert_eq!(held(&world, &phone, SHOP).pos, pos);
}

#[test]
fn what_the_author_may_not_read_stays_by_name() {
    let world = World::new();
    let mut author = role(&world, 1, 11, "volunteer");
    let ops = vec![Op::put("unit", unit(11).record()), Op::put("title", "井盖"), Op::put("reporter_phone", REPORTER)];
    let mine = author.save(&world, Typed { record: CASE, kind: "case", unit: 11, ops, seen: vec![] });
    assert_eq!(author.verdicts(&world, std::slice::from_ref(&mine)), ["applied"]);
    let mut other = role(&world, 2, 11, "gridworker");
    let theirs = other.put(&world, CASE, "case", Op::put("reporter_phone", CONTACT), vec![]);
    assert_eq!(other.verdicts(&world, std::slice::from_ref(&theirs)), ["applied"]);
    assert_eq!(world.values(CASE, "reporter_phone").len(), 2);
    for (phone, own) in [(&mut author, &mine), (&mut other, &theirs)] {
        phone.pull(&world, 1 << 16);
        let state = held(&world, phone, CASE);
        let heads = &state.fields["reporter_phone"].heads;
        assert_eq!(heads.iter().map(|h| (h.tag.id, h.value.clone())).collect::<Vec<_>>(), [(own.name(), None)]);
        assert!(state.is_masked("reporter_phone"));
    }
}

#[test]
fn a_version_that_hides_other_fields_is_a_new_epoch_for_everybody() {
    let mut world = World::new();
    let (all, some) = (world.phone(1), world.phone(2));
    world.grant_kinds(&all, 11, "gridworker", &[]);
    world.grant_kinds(&some, 11, "gridworker", &["building"]);
    let before = world.epochs(&all, &some);
    for raised in [1, 1] {
        // The first time as if another version had told phones; the second time as this one left it.
        if world.epochs(&all, &some) == before {
            world.server.write(|w| w.tx.meta_set("role_masks", b"volunteer:case:title;")).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        world.server.back_up(&folder.path().join("gridwalk.db")).unwrap();
        world.keep_seal(folder.path());
        world.tick(1_000_000);
        world.server = Server::open(options(folder.path(), &world.clock, &world.ids)).unwrap();
        world.dir = folder;
        assert_eq!(world.epochs(&all, &some), (before.0 + raised, before.1 + raised), "lists that somebody chose, too");
    }
}

fn step(world: &World, phone: &mut Phone, step: &str, to: &str, answers: &[(&str, Value)]) {
    let answers = answers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let step = Op::Step { step: step.into(), to: to.into(), answers };
    let change = phone.put(world, CASE, "case", step, vec![]);
    assert_eq!(phone.verdicts(world, &[change]), ["applied"]);
}

#[test]
fn a_complainants_contact_follows_the_case() {
    let world = World::new();
    let mut clerk = role(&world, 1, 10, "intake_clerk");
    let ops = vec![Op::put("unit", unit(11).record()), Op::put("title", "井盖"), Op::put("reporter_phone", REPORTER)];
    let case = clerk.save(&world, Typed { record: CASE, kind: "case", unit: 11, ops, seen: vec![] });
    assert_eq!(clerk.verdicts(&world, &[case]), ["applied"]);
    let mut people: Vec<(&str, Phone)> = vec![
        ("clerk", clerk),
        ("another clerk", role(&world, 2, 10, "intake_clerk")),
        ("handler", role(&world, 3, 12, "handler")),
        ("another handler", role(&world, 4, 12, "handler")),
        ("handler elsewhere", role(&world, 5, 11, "handler")),
        ("duty officer", role(&world, 6, 10, "duty_officer")),
    ];
    let see = |people: &mut Vec<(&'static str, Phone)>| -> Vec<&str> {
        let sees = |(name, phone): &mut (&'static str, Phone)| {
            phone.pull(&world, 1 << 16);
            holds(&bytes(&world, phone), REPORTER).then_some(*name)
        };
        people.iter_mut().filter_map(sees).collect()
    };
    assert_eq!(see(&mut people), ["clerk"], "reported: nobody but who wrote it down");
    step(&world, &mut people[0].1, "report", "reported", &[]);
    step(&world, &mut people[0].1, "accept", "accepted", &[]);
    step(&world, &mut people[5].1, "dispatch", "dispatched", &[("unit", Value::Id(unit(12).record()))]);
    assert_eq!(
        see(&mut people),
        ["clerk", "handler", "another handler"],
        "dispatched: who has its unit's cases in hand"
    );
    step(&world, &mut people[2].1, "take", "taken", &[]);
    assert_eq!(see(&mut people), ["clerk", "handler"], "taken: whoever took it");
    let case = held(&world, &people[5].1, CASE);
    assert_eq!(case.masked["reporter_phone"], "139****4444", "a desk may know that there is one");
    assert_eq!(held(&world, &people[3].1, CASE).masked["reporter_phone"], "", "others see no trace of it");
    world.verify();
}

#[test]
fn a_value_is_shown_for_a_reason_and_the_audit_says_so() {
    let world = World::new();
    let mut author = role(&world, 1, 11, "gridworker");
    typed(&world, &mut author, 11);
    let ask = |phone: &Phone, field: &str, reason: &str| {
        let asked =
            RevealRequest { space: world.space, record: CASE, field: field.to_owned(), reason: reason.to_owned() };
        world.send(phone.request(&world, "POST", "/v1/reveal", serde_json::to_vec(&asked).unwrap()))
    };
    let officer = role(&world, 2, 10, "duty_officer");
    let (status, body) = ask(&officer, "reporter_phone", "call back about the cover");
    let told: Revealed = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, told.values), (200, vec![REPORTER.to_owned()]));
    let audit = world.server.read(|r| r.tx.audit_after(0, 1000)).unwrap();
    let lines: Vec<_> = audit.iter().filter(|row| row.row.code == "revealed").collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].row.account, Some(officer.account));
    assert!(lines[0].row.detail.contains("reporter_phone: call back about the cover"), "{}", lines[0].row.detail);
    assert!(!lines[0].row.detail.contains(REPORTER), "the value is not in it");

    // who asks, field, reason, status
    let (volunteer, far) = (role(&world, 3, 11, "volunteer"), role(&world, 4, 21, "village_supervisor"));
    let rows = [
        (&officer, "reporter_phone", " ", 400),
        (&officer, "title", "x", 403),
        (&officer, "no_such_field", "x", 404),
        (&author, "reporter_phone", "x", 403),
        (&volunteer, "reporter_phone", "x", 403),
        (&far, "reporter_phone", "x", 404),
    ];
    for (phone, field, reason, want) in rows {
        let (status, body) = ask(phone, field, reason);
        assert_eq!(status, want, "{field} {reason}");
        assert!(!holds(&body, REPORTER));
    }
    let after = world.server.read(|r| r.tx.audit_after(0, 1000)).unwrap();
    assert_eq!(after.iter().filter(|row| row.row.code == "revealed").count(), 1, "who is refused is told nothing");
}
