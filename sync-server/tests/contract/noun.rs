//! Every noun comes back as it was given, and absent is not the same as empty.

use crate::{Make, OTHER, SPACE, hash, read, record, replica, with_spaces, write};
use gridwalk_model::admission::Branch;
use gridwalk_model::digest::{Divergence, Outcome};
use gridwalk_model::exchange::{Key, Verdict};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, SpaceId, TimelineId, UnitId};
use gridwalk_model::name::{Mark, Name};
use gridwalk_model::time::Timestamp;
use gridwalk_server::Result;
use gridwalk_server::store::import::{MappingRow, RunRow, Span, StaffRow};
use gridwalk_server::store::{
    AccountRow, AudienceRow, AuditRow, DeviceRow, DivergenceRow, EntryKind, FrameRow, GrantRow, InboxRow, JournalRow,
    SpaceRow, StateRow, Store, Tx, UnitRow,
};

/// A space that comes to be beside the two.
const THIRD: SpaceId = SpaceId([3; 16]);

const fn account(n: u8) -> AccountId {
    AccountId([n; 16])
}

const fn device(n: u8) -> DeviceId {
    DeviceId([n; 16])
}

const fn unit(n: u8) -> UnitId {
    UnitId([n; 16])
}

const fn key(n: u8) -> Key {
    Key([n; 16])
}

const fn at(ms: i64) -> Timestamp {
    Timestamp(ms)
}

fn name(n: u8, seq: u64) -> Name {
    Name { replica: replica(n), seq, mark: Mark([n; 8]) }
}

/// A row of the inbox that is its own first delivery.
pub fn received(n: u8, seq: u64) -> InboxRow {
    InboxRow {
        space: SPACE,
        replica: replica(n),
        seq,
        hash: hash(n),
        body: Some(vec![n, 0, 255].into()),
        device: device(n),
        record: Some(record(n)),
        step: true,
        received_at: at(-5),
        first: (replica(n), seq),
        verdict: Verdict::Quarantined,
        verdict_pos: 3,
        effective: None,
    }
}

pub fn spaces_come_back(make: Make<'_>) {
    let fresh = with_spaces(make);
    let store = &*fresh.store;
    let branches = [Branch { id: TimelineId([8; 16]), from: 0 }, Branch { id: TimelineId([7; 16]), from: 40 }];
    write(store, |tx| {
        tx.space_rename(SPACE, "清河县")?;
        tx.space_moved(SPACE, 3, hash(4))?;
        tx.safe_set(SPACE, 12)?;
        tx.received_last_set(SPACE, at(90))?;
        tx.received_last_set(OTHER, at(80))?;
        branches.iter().try_for_each(|b| tx.branch_add(SPACE, b))?;
        tx.meta_set("a", b"1")?;
        tx.meta_set("a", b"")
    });
    read(store, |tx| {
        let space = tx.space(SPACE)?.unwrap();
        assert_eq!((space.name.as_str(), space.pos, space.chain, space.safe_pos), ("清河县", 3, hash(4), 12));
        assert!(!space.reference && tx.space(OTHER)?.unwrap().reference);
        assert_eq!(tx.spaces()?.iter().map(|s| s.id).collect::<Vec<_>>(), [OTHER, SPACE], "the reference space first");
        assert_eq!(tx.standing()?.1, at(90), "the greatest of all");
        assert_eq!(tx.branches(SPACE)?, branches);
        assert!(tx.branches(OTHER)?.is_empty());
        assert_eq!((tx.meta("a")?, tx.meta("b")?), (Some(Vec::new()), None));
        Ok(())
    });
    let locked = write(store, |tx| tx.space_locked(SPACE));
    assert_eq!(locked, read(store, |tx| tx.space(SPACE)));
    let nobody = make();
    assert_eq!(read(&*nobody.store, |tx| Ok(tx.standing()?.1)), at(0));
}

pub fn the_inbox_comes_back(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let bare = InboxRow {
        body: None,
        record: None,
        step: false,
        verdict: Verdict::Refused { code: "too_large".to_owned(), hint: "请分开".to_owned() },
        ..received(2, u64::from(u32::MAX) * 4)
    };
    write(store, |tx| tx.inbox_put(&received(1, 1)).and_then(|()| tx.inbox_put(&bare)));
    read(store, |tx| {
        assert_eq!(tx.inbox(SPACE, replica(1), 1)?, Some(received(1, 1)));
        assert_eq!(tx.inbox(SPACE, replica(2), bare.seq)?.as_ref(), Some(&bare));
        assert_eq!(tx.inbox(OTHER, replica(1), 1)?, None);
        Ok(())
    });
    let first = (replica(1), 1);
    write(store, |tx| tx.verdict_set(SPACE, first, &Verdict::Applied, 9, Some(at(77))));
    let row = read(store, |tx| tx.inbox(SPACE, replica(1), 1)).unwrap();
    assert_eq!((row.verdict, row.verdict_pos, row.effective), (Verdict::Applied, 9, Some(at(77))));
    let declined = Verdict::Declined { reason: "又一次".to_owned() };
    write(store, |tx| tx.verdict_set(SPACE, first, &declined, 10, None));
    let row = read(store, |tx| tx.inbox(SPACE, replica(1), 1)).unwrap();
    assert_eq!(
        (row.verdict, row.verdict_pos, row.effective),
        (declined, 10, Some(at(77))),
        "the time once given stays"
    );
    let filled = InboxRow { body: Some(vec![4].into()), ..bare };
    write(store, |tx| tx.inbox_put(&filled));
    assert_eq!(read(store, |tx| tx.inbox(SPACE, replica(2), filled.seq)), Some(filled), "a lost seq may be filled");
}

pub fn names_lead_to_the_first_delivery(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let first = (replica(1), 4);
    write(store, |tx| {
        tx.name_put(SPACE, name(2, 9), first)?;
        tx.name_put(SPACE, name(1, 4), first)?;
        tx.name_put(SPACE, name(1, 4), (replica(7), 7))
    });
    read(store, |tx| {
        assert_eq!(tx.first_of(SPACE, name(1, 4))?, Some(first), "the first stays");
        assert_eq!(tx.first_of(SPACE, Name { mark: Mark([0; 8]), ..name(1, 4) })?, None, "another body");
        assert_eq!(tx.first_of(OTHER, name(1, 4))?, None);
        assert_eq!(tx.names_of(SPACE, first)?, [name(1, 4), name(2, 9)]);
        assert!(tx.names_of(SPACE, (replica(7), 7))?.is_empty());
        Ok(())
    });
}

pub fn replicas_and_frames_are_kept(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let frame = FrameRow {
        space: SPACE,
        replica: replica(1),
        device: device(1),
        carrier: device(2),
        received_at: at(5),
        signed: vec![1, 2],
        signature: [3; 64],
    };
    write(store, |tx| {
        tx.replica_put(replica(1), device(1))?;
        tx.inbox_put(&received(1, 6))?;
        tx.upto_set(SPACE, replica(1), 5)?;
        tx.upto_set(SPACE, replica(2), 5)?;
        tx.upto_set(SPACE, replica(1), 6)?;
        tx.frame_put(&frame)?;
        tx.frame_put(&frame)
    });
    read(store, |tx| {
        assert_eq!((tx.replica_device(replica(1))?, tx.replica_device(replica(2))?), (Some(device(1)), None));
        assert_eq!((tx.upto(SPACE, replica(1))?, tx.upto(OTHER, replica(1))?), (6, 0));
        let last = tx.inbox(SPACE, replica(1), 6)?.unwrap();
        assert_eq!(tx.chain_end(SPACE, replica(1))?, (6, last.hash));
        assert_eq!(tx.chain_end(SPACE, replica(2))?, (5, Hash::default()), "it was declared lost");
        assert_eq!(tx.chain_end(OTHER, replica(1))?, (0, Hash::default()));
        Ok(())
    });
    let again = store.write(&mut |tx| tx.replica_put(replica(1), device(2)));
    assert!(again.is_err(), "a replica belongs to one device for ever");
}

pub fn the_journal_comes_back(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let kinds = [EntryKind::Change, EntryKind::Alias, EntryKind::Erase, EntryKind::Lost];
    let row = |pos: u64, kind| JournalRow {
        space: SPACE,
        pos,
        record: (kind != EntryKind::Lost).then_some(record(1)),
        kind,
        replica: replica(2),
        seq: pos + 10,
        received_at: at(1000 + i64::try_from(pos).unwrap()),
        entry: vec![0, 1, 2],
        chain: hash(9),
    };
    let rows: Vec<JournalRow> = (1..).zip(kinds).map(|(pos, kind)| row(pos, kind)).collect();
    write(store, |tx| rows.iter().try_for_each(|row| tx.journal_add(row)));
    read(store, |tx| {
        assert_eq!(tx.journal_after(SPACE, 0, 10)?, rows);
        assert_eq!(tx.journal_of(SPACE, record(1))?, rows[..3]);
        assert_eq!((tx.journal_time_after(SPACE, 2)?, tx.journal_time_after(SPACE, 4)?), (Some(at(1003)), None));
        assert!(tx.journal_of(OTHER, record(1))?.is_empty());
        Ok(())
    });
    assert!(store.write(&mut |tx| tx.journal_add(&rows[0])).is_err(), "a place is taken once");
}

pub fn states_homes_and_children_come_back(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let row = StateRow {
        space: SPACE,
        record: record(1),
        kind: "dwelling".to_owned(),
        pos: 4,
        author: account(1),
        bytes: vec![0; 3].into(),
    };
    let later = StateRow { pos: 5, bytes: vec![].into(), ..row.clone() };
    let (name, chain) = ("c".to_owned(), hash(1));
    let third = SpaceRow { id: THIRD, name, reference: false, pos: 0, chain, safe_pos: 0 };
    write(store, |tx| {
        tx.state_put(&row)?;
        tx.state_put(&StateRow { kind: "case".to_owned(), record: record(2), ..row.clone() })?;
        tx.state_put(&later)?;
        tx.parents_set(SPACE, record(1), &[record(7), record(8)], true)?;
        tx.parents_set(SPACE, record(2), &[record(8)], true)?;
        tx.parents_set(SPACE, record(1), &[record(8)], false)?;
        tx.parents_set(SPACE, record(2), &[record(8)], false)?;
        tx.home_add(OTHER, record(2), 1, at(10), &[unit(1)])?;
        tx.home_add(THIRD, record(2), 2, at(10), &[unit(5)])?;
        tx.home_add(THIRD, record(2), 3, at(10), &[])?;
        tx.space_put(&third)?;
        tx.home_add(SPACE, record(1), 1, at(10), &[unit(1)])?;
        tx.home_add(SPACE, record(1), 2, at(20), &[unit(3), unit(2)])?;
        tx.home_add(SPACE, record(1), 3, at(30), &[])?;
        tx.home_add(SPACE, record(1), 3, at(31), &[unit(4)])
    });
    read(store, |tx| {
        assert_eq!((tx.state(SPACE, record(1))?, tx.state(OTHER, record(1))?), (Some(later.clone()), None));
        assert_eq!(tx.state_counts(SPACE)?, [("case".to_owned(), 1), ("dwelling".to_owned(), 1)]);
        assert_eq!(tx.children(SPACE, record(8))?, [record(1), record(2)]);
        assert!(tx.children(SPACE, record(7))?.is_empty(), "what a record stands below is set as a whole");
        assert_eq!(tx.home_nearest(SPACE, record(1))?, Some((SPACE, vec![unit(4)])), "here first");
        assert_eq!(tx.home_nearest(SPACE, record(2))?, Some((THIRD, vec![])), "elsewhere, but where the units are");
        assert_eq!(tx.home_nearest(OTHER, record(2))?, Some((OTHER, vec![unit(1)])), "here, whatever is here");
        assert_eq!(tx.home_nearest(SPACE, record(3))?, None);
        assert_eq!((tx.home(SPACE, record(1))?, tx.home(SPACE, record(2))?), (Some(vec![unit(4)]), None));
        assert_eq!(
            tx.homes_since(SPACE, record(1), at(25))?,
            Some(vec![unit(2), unit(3), unit(4)]),
            "it was there still"
        );
        assert_eq!(tx.homes_since(SPACE, record(1), at(0))?.unwrap().len(), 4);
        assert_eq!(tx.homes_since(SPACE, record(1), at(99))?, Some(vec![unit(4)]));
        assert_eq!(tx.homes_since(SPACE, record(2), at(0))?, None);
        Ok(())
    });
}

pub fn audience_and_digests_come_back(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let row = |k, here| AudienceRow { key: key(k), record: record(1), kind: "visit".to_owned(), pos: 6, here };
    write(store, |tx| {
        tx.audience_put(SPACE, &row(2, true))?;
        tx.audience_put(SPACE, &row(1, true))?;
        tx.audience_put(SPACE, &AudienceRow { pos: 7, ..row(2, false) })?;
        tx.audience_moved(OTHER, record(1), 90)?;
        tx.audience_moved(SPACE, record(1), 4)?;
        tx.audience_put(SPACE, &row(3, true))?;
        tx.audience_drop(SPACE, key(3), record(1))?;
        tx.digest_set(SPACE, key(1), "visit", u128::MAX)?;
        tx.digest_set(SPACE, key(1), "visit", 1)?;
        tx.digest_set(SPACE, key(1), "case", u128::MAX - 1)
    });
    read(store, |tx| {
        let moved = AudienceRow { pos: 4, ..row(1, true) };
        assert_eq!(tx.audience(SPACE, record(1))?, [moved, AudienceRow { pos: 7, ..row(2, false) }], "what left stays");
        assert_eq!(tx.audience_records(SPACE, key(1))?, [record(1)]);
        assert!(tx.audience_records(SPACE, key(2))?.is_empty(), "it left");
        assert!(tx.audience_any(SPACE, key(2))? && !tx.audience_any(OTHER, key(2))?, "it was there");
        assert_eq!((tx.digest(SPACE, key(1), "visit")?, tx.digest(SPACE, key(1), "case")?), (1, u128::MAX - 1));
        assert_eq!(tx.digest(SPACE, key(2), "visit")?, 0);
        assert_eq!(tx.digests_of(SPACE, key(1))?, [("case".to_owned(), u128::MAX - 1), ("visit".to_owned(), 1)]);
        let sums = [(key(1), "case".to_owned(), u128::MAX - 1), (key(1), "visit".to_owned(), 1)];
        assert_eq!(tx.digests(SPACE)?, sums);
        assert_eq!(tx.audience_orphan(SPACE)?, Some(record(1)), "somebody sees it, and it has no state");
        assert!(tx.audience_counted(SPACE, key(1), "visit", None, 9)?.is_empty());
        Ok(())
    });
    let (kind, author, bytes) = ("visit".to_owned(), account(1), vec![].into());
    let state = StateRow { space: SPACE, record: record(1), kind, pos: 5, author, bytes };
    write(store, |tx| tx.state_put(&state));
    read(store, |tx| {
        assert_eq!(tx.audience_orphan(SPACE)?, None);
        assert_eq!(tx.audience_counted(SPACE, key(1), "visit", None, 9)?, [(record(1), 5)], "with the state's pos");
        assert!(tx.audience_counted(SPACE, key(1), "visit", Some(record(1)), 9)?.is_empty());
        Ok(())
    });
    reports_count_once(store);
}

fn reports_count_once(store: &dyn Store) {
    let report = Divergence {
        id: [1; 16],
        space: SPACE,
        found_at: at(3),
        kinds: vec!["case".to_owned(), "visit".to_owned()],
        keys: vec![key(1)],
        missing: 1,
        other: 2,
        extra: 3,
        damaged: 4,
        repaired: 9,
        outcome: Outcome::Repaired,
    };
    let row = DivergenceRow { device: device(1), received_at: at(5), report };
    let known = write(store, |tx| Ok([tx.divergence_put(&row)?, tx.divergence_put(&row)?]));
    assert_eq!(known, [true, false], "delivered twice");
    read(store, |tx| {
        assert_eq!(tx.divergence_counts()?, [("repaired".to_owned(), 1, 10)]);
        assert_eq!(tx.divergences_newest(5)?, std::slice::from_ref(&row));
        Ok(())
    });
}

pub fn moves_wait_in_order_and_once(make: Make<'_>) {
    let fresh = with_spaces(make);
    let store = &*fresh.store;
    let (first, second, third) = ((OTHER, record(9)), (SPACE, record(1)), (SPACE, record(5)));
    write(store, |tx| {
        for (space, record) in [first, second, first, third] {
            tx.move_due_put(space, record)?;
        }
        assert_eq!(tx.moves_due(10)?, [first, second, third], "as they were noted, each once");
        assert_eq!(tx.moves_due(2)?, [first, second]);
        assert!(tx.move_is_due(first.0, first.1)? && !tx.move_is_due(first.0, second.1)?);
        assert!(tx.move_due_drop(second.0, second.1)? && !tx.move_due_drop(second.0, second.1)?);
        Ok(())
    });
    assert_eq!(read(store, |tx| tx.moves_due(10)), [first, third]);
}

pub fn units_remember_who_stood_above(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let row = |n: u8| UnitRow {
        id: unit(n),
        space: SPACE,
        code: format!("{n}"),
        name: format!("第{n}网格"),
        level: "grid".to_owned(),
        kind: "basic".to_owned(),
    };
    write(store, |tx| {
        (1..4).try_for_each(|n| tx.unit_put(&row(n)))?;
        assert!(tx.units_above_set(unit(3), &[unit(1)], at(10))?);
        assert!(!tx.units_above_set(unit(3), &[unit(1)], at(15))?, "nothing changed");
        assert!(tx.units_above_set(unit(3), &[unit(2)], at(20))?);
        tx.unit_put(&UnitRow { code: "9".to_owned(), ..row(2) })
    });
    read(store, |tx| {
        assert_eq!((tx.unit(unit(1))?, tx.unit(unit(9))?), (Some(row(1)), None));
        assert_eq!((tx.unit_by_code("9")?.unwrap().id, tx.unit_by_code("2")?), (unit(2), None));
        assert_eq!(tx.units()?.iter().map(|u| u.code.as_str()).collect::<Vec<_>>(), ["1", "3", "9"]);
        assert_eq!(tx.units_above(unit(3), None)?, [unit(2)]);
        assert_eq!(tx.units_above(unit(3), Some(at(20)))?, [unit(1), unit(2)], "up to and with its end");
        assert_eq!(tx.units_above(unit(3), Some(at(21)))?, [unit(2)]);
        assert_eq!((tx.units_below(unit(1))?, tx.units_below(unit(2))?), (vec![], vec![unit(3)]));
        Ok(())
    });
    assert!(write(store, |tx| tx.units_above_set(unit(3), &[], at(30))));
    assert!(write(store, |tx| tx.units_above_set(unit(3), &[unit(2)], at(30))), "back within one moment");
    assert_eq!(read(store, |tx| tx.units_above(unit(3), None)), [unit(2)]);
}

pub fn grants_end_and_epochs_rise(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let grant = |who| GrantRow {
        id: 0,
        account: account(who),
        unit: unit(1),
        role: "gridworker".to_owned(),
        kinds: vec!["case".to_owned(), "visit".to_owned()],
        since: at(5),
        until: None,
    };
    let [one, two] = [2, 1].map(|who| write(store, |tx| tx.grant_add(&grant(who))));
    assert!(two > one && one > 0);
    write(store, |tx| {
        tx.grant_add(&GrantRow { kinds: Vec::new(), until: Some(at(6)), ..grant(2) })?;
        tx.epoch_raise(SPACE, account(2))?;
        tx.epoch_raise(SPACE, account(2))
    });
    read(store, |tx| {
        assert_eq!(tx.grant(one)?, Some(GrantRow { id: one, ..grant(2) }));
        let of_two = tx.grants(account(2))?;
        assert_eq!(of_two.iter().map(|g| (g.kinds.len(), g.until)).collect::<Vec<_>>(), [(2, None), (0, Some(at(6)))]);
        assert_eq!(tx.granted_accounts()?, [account(1), account(2)]);
        assert_eq!((tx.epoch(SPACE, account(2))?, tx.epoch(OTHER, account(2))?), (2, 0));
        Ok(())
    });
    write(store, |tx| tx.grant_of_role(one));
    assert_eq!(read(store, |tx| tx.grant(one)), Some(GrantRow { id: one, kinds: Vec::new(), ..grant(2) }));
    assert_eq!(read(store, |tx| tx.grant(two)), Some(GrantRow { id: two, ..grant(1) }), "and no other");
    write(store, |tx| tx.grant_end(one, at(9)).and_then(|()| tx.grant_end(one, at(99))));
    read(store, |tx| {
        assert_eq!(tx.grant(one)?.unwrap().until, Some(at(9)), "ended once");
        assert_eq!((tx.granted_accounts()?, tx.grant(one + 1000)?), (vec![account(1)], None));
        Ok(())
    });
}

pub fn accounts_and_devices_come_back(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let person = |n: u8, login: &str| AccountRow {
        id: account(n),
        login: login.to_owned(),
        name: "王秀英".to_owned(),
        password: String::new(),
        made_at: at(3),
    };
    let phone = |n: u8, when| DeviceRow {
        id: device(n),
        account: account(1),
        name: "手机".to_owned(),
        public_key: [n; 32],
        enrolled_at: at(when),
        revoked_at: None,
        purged_at: None,
    };
    let ended = DeviceRow { revoked_at: Some(at(8)), purged_at: Some(at(9)), ..phone(1, 50) };
    write(store, |tx| {
        tx.account_put(&person(1, "wang"))?;
        tx.account_put(&AccountRow { password: "$argon2id$".to_owned(), ..person(1, "wang") })?;
        tx.device_put(&phone(1, 50))?;
        tx.device_put(&phone(2, 40))?;
        tx.device_put(&ended)
    });
    read(store, |tx| {
        assert_eq!((tx.account(account(1))?.unwrap().password.as_str(), tx.account(account(2))?), ("$argon2id$", None));
        assert_eq!((tx.account_by_login("wang")?.unwrap().id, tx.account_by_login("Wang")?), (account(1), None));
        assert_eq!((tx.device(device(1))?, tx.device(device(9))?), (Some(ended.clone()), None));
        assert_eq!(tx.devices(account(1))?, [phone(2, 40), ended.clone()], "by the time of enrolment");
        Ok(())
    });
    assert!(store.write(&mut |tx| tx.account_put(&person(2, "wang"))).is_err(), "a login is unique");
}

pub fn codes_consoles_and_left_overs_are_kept(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let (old, new) = (TimelineId([1; 16]), TimelineId([2; 16]));
    write(store, |tx| {
        tx.enrol_code_put(hash(1), account(1), at(10), at(20))?;
        assert_eq!(tx.enrol_code_used(hash(1), at(15))?, None);
        assert!(!tx.enrol_code_waits(hash(1))? && !tx.enrol_code_waits(hash(2))?);
        tx.enrol_code_waits_set(hash(1))?;
        assert!(tx.enrol_code_waits(hash(1))?);
        tx.device_waiting_put(device(1), at(15))?;
        tx.device_waiting_put(device(1), at(16))?;
        assert_eq!((tx.device_waiting(device(1))?, tx.device_waiting(device(2))?), (Some(at(15)), None));
        tx.device_waiting_put(device(2), at(14))?;
        assert_eq!(tx.devices_waiting()?, [(device(2), at(14)), (device(1), at(15))], "the longest first");
        tx.device_waiting_end(device(2))?;
        tx.device_waiting_end(device(1))?;
        assert_eq!(tx.device_waiting(device(1))?, None);
        assert_eq!(tx.enrol_code_use(hash(1), at(21))?, None, "too late");
        assert_eq!(tx.enrol_code_use(hash(2), at(15))?, None, "no such code");
        assert_eq!(tx.enrol_code_use(hash(1), at(15))?, Some(account(1)));
        assert_eq!(tx.enrol_code_use(hash(1), at(15))?, None, "used");
        assert_eq!(tx.enrol_code_used(hash(1), at(20))?, Some((account(1), at(15))));
        assert_eq!(tx.enrol_code_used(hash(1), at(21))?, None);
        tx.console_put(account(1), old, replica(1))?;
        tx.hand_over_put(hash(3), device(1), at(5), b"sealed")?;
        tx.hand_over_put(hash(3), device(2), at(6), b"other")?;
        let row = AuditRow { at: at(1), account: None, code: "restored".to_owned(), detail: String::new() };
        tx.audit_add(1, &row, hash(1))
    });
    read(store, |tx| {
        assert_eq!((tx.console(account(1), old)?, tx.console(account(1), new)?), (Some(replica(1)), None));
        assert_eq!((tx.console_any(account(1))?, tx.console_any(account(2))?), (Some(replica(1)), None));
        assert_eq!(
            (tx.hand_over(hash(3))?, tx.hand_over(hash(4))?),
            (Some(b"sealed".to_vec()), None),
            "the first stays"
        );
        assert_eq!((tx.hand_over_at(hash(3))?, tx.hand_over_at(hash(4))?), (Some((at(5), device(1))), None));
        Ok(())
    });
}

/// What a transaction writes.
type Writes<'w> = &'w dyn Fn(&dyn Tx) -> Result<()>;

/// One after the other, everything that rights, scopes and timelines are read from is written, and everything else that
/// a push writes: the count says so of the former only.
pub fn what_rights_rest_on_is_counted(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let count = || read(store, |tx| Ok(tx.standing()?.0));
    let (name, chain) = ("c".to_owned(), hash(1));
    let space = SpaceRow { id: THIRD, name, reference: false, pos: 0, chain, safe_pos: 0 };
    let grant = GrantRow {
        id: 0,
        account: account(1),
        unit: unit(1),
        role: "gridworker".to_owned(),
        kinds: Vec::new(),
        since: at(5),
        until: None,
    };
    let device = DeviceRow {
        id: device(1),
        account: account(1),
        name: String::new(),
        public_key: [1; 32],
        enrolled_at: at(1),
        revoked_at: None,
        purged_at: None,
    };
    let (code, name, level, kind) = Default::default();
    let unit_row = UnitRow { id: unit(1), space: THIRD, code, name, level, kind };
    let counted: [(&str, Writes<'_>); 9] = [
        ("a space", &|tx| tx.space_put(&space)),
        ("a timeline", &|tx| tx.branch_add(THIRD, &Branch { id: TimelineId([8; 16]), from: 0 })),
        ("a unit", &|tx| tx.unit_put(&unit_row)),
        ("the tree", &|tx| tx.units_above_set(unit(1), &[unit(2)], at(1)).map(drop)),
        ("a grant", &|tx| tx.grant_add(&grant).map(drop)),
        ("a grant's kinds", &|tx| tx.grant_of_role(1)),
        ("a grant's end", &|tx| tx.grant_end(1, at(9))),
        ("an epoch", &|tx| tx.epoch_raise(THIRD, account(1))),
        ("a device", &|tx| tx.device_put(&device)),
    ];
    for (what, job) in counted {
        let before = count();
        write(store, job);
        assert!(count() > before, "{what}");
    }
    let before = count();
    write(store, |tx| {
        tx.space_moved(THIRD, 1, hash(2))?;
        tx.inbox_put(&received(1, 1))?;
        tx.digest_set(THIRD, Key([1; 16]), "case", 1)?;
        tx.received_last_set(THIRD, at(4))?;
        tx.upto_set(THIRD, replica(1), 1)
    });
    assert_eq!(count(), before, "what a push writes has the pos for its mark");
}

pub fn imports_are_remembered(make: Make<'_>) {
    let fresh = with_spaces(make);
    let store = &*fresh.store;
    let mapping = |source: u8, at: i64| MappingRow {
        source: [source; 16],
        name: "一社区".to_owned(),
        what: "people".to_owned(),
        headings: [7; 16],
        body: "[columns]".to_owned(),
        used_at: Timestamp(at),
    };
    let run = RunRow {
        id: 0,
        source: [1; 16],
        space: SPACE,
        unit: UnitId([3; 16]),
        what: "people".to_owned(),
        file: "人口.xlsx".to_owned(),
        account: None,
        begun_at: Timestamp(5),
        ended_at: None,
        undone_at: None,
        counts: String::new(),
    };
    let span = |from, to| Span { replica: replica(1), from, to };
    let staff = StaffRow { account: AccountId([4; 16]), granted: 9, made: true };
    let id = write(store, |tx| {
        tx.import_mapping_put(&mapping(1, 5))?;
        tx.import_mapping_put(&mapping(2, 6))?;
        tx.import_mapping_put(&mapping(1, 7))?;
        tx.import_row_put(&[1; 16], &[2; 16], record(3), b"old")?;
        tx.import_row_put(&[1; 16], &[2; 16], record(4), b"new")?;
        tx.import_row_put(&[2; 16], &[2; 16], record(4), b"other")?;
        let id = tx.import_run_add(&run)?;
        tx.import_span_put(id, span(6, 9))?;
        tx.import_span_put(id, span(1, 5))?;
        tx.import_staff_put(id, staff)?;
        tx.import_staff_put(id, staff)?;
        let ended_at = Some(Timestamp(8));
        tx.import_run_set(&RunRow { id, ended_at, counts: "{}".to_owned(), ..run.clone() })?;
        Ok(id)
    });
    read(store, |tx| {
        assert_eq!(tx.import_mappings()?, [mapping(1, 7), mapping(2, 6)], "the last used first");
        assert_eq!(tx.import_row(&[1; 16], &[2; 16])?, Some((record(4), b"new".to_vec())));
        assert_eq!(tx.import_row(&[1; 16], &[3; 16])?, None);
        assert_eq!(tx.import_rows_of(&[1; 16], record(4))?, [([2; 16], b"new".to_vec())]);
        assert_eq!(tx.import_rows_of(&[1; 16], record(3))?, []);
        let runs = tx.import_runs()?;
        assert_eq!(runs, [RunRow { id, ended_at: Some(Timestamp(8)), counts: "{}".to_owned(), ..run.clone() }]);
        assert_eq!(tx.import_spans(id)?, [span(1, 5), span(6, 9)], "in the order in which they were written");
        assert_eq!(tx.import_staff(id)?, [staff]);
        Ok(())
    });
}
