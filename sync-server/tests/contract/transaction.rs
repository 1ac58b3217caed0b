//! What a transaction is: whole or not at all, one snapshot, a pos without gaps.

use crate::{Make, OTHER, SPACE, hash, read, record, replica, with_spaces, write};
use gridwalk_model::id::{AccountId, DeviceId, SpaceId};
use gridwalk_model::time::Timestamp;
use gridwalk_server::store::{EntryKind, Hint, JournalRow, Store, Tx};
use gridwalk_server::{Result, ServerError};
use std::sync::atomic::{AtomicBool, Ordering};

const WRITERS: u8 = 4;
const EACH: usize = 12;

fn pos_next(tx: &dyn Tx, space: SpaceId) -> Result<u64> {
    let row = tx.space_locked(space)?.ok_or(ServerError::NotFound("space"))?;
    tx.space_moved(space, row.pos + 1, row.chain)?;
    Ok(row.pos + 1)
}

fn append(tx: &dyn Tx, n: u8) -> Result<u64> {
    let pos = pos_next(tx, SPACE)?;
    tx.journal_add(&JournalRow {
        space: SPACE,
        pos,
        record: Some(record(n)),
        kind: EntryKind::Change,
        replica: replica(n),
        seq: pos,
        received_at: Timestamp(7),
        entry: vec![n],
        chain: hash(n),
    })?;
    Ok(pos)
}

fn many_write(store: &dyn Store) {
    std::thread::scope(|scope| {
        for n in 0..WRITERS {
            scope.spawn(move || (0..EACH).for_each(|_| assert!(write(store, |tx| append(tx, n)) > 0)));
        }
    });
}

pub fn pos_has_no_gaps_whoever_writes_at_once(make: Make<'_>) {
    let fresh = with_spaces(make);
    many_write(&*fresh.store);
    let all = usize::from(WRITERS) * EACH;
    let rows = read(&*fresh.store, |tx| tx.journal_after(SPACE, 0, all * 2));
    let places: Vec<u64> = rows.iter().map(|row| row.pos).collect();
    assert_eq!(places, (1..=all as u64).collect::<Vec<_>>());
    assert_eq!(read(&*fresh.store, |tx| tx.space(OTHER)).unwrap().pos, 0, "each space counts for itself");
    let unknown = fresh.store.write(&mut |tx| pos_next(tx, SpaceId([9; 16])).map(drop));
    assert!(matches!(unknown, Err(ServerError::NotFound("space"))));
}

pub fn whoever_reads_sees_no_pos_come_late(make: Make<'_>) {
    let fresh = with_spaces(make);
    let (store, done) = (&*fresh.store, AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            many_write(store);
            done.store(true, Ordering::SeqCst);
        });
        let mut seen = 0;
        while !done.load(Ordering::SeqCst) {
            let (head, rows) = read(store, |tx| Ok((tx.space(SPACE)?.unwrap().pos, tx.journal_after(SPACE, 0, 1000)?)));
            let places: Vec<u64> = rows.iter().map(|row| row.pos).collect();
            assert_eq!(places, (1..=head).collect::<Vec<_>>(), "a snapshot holds all up to its head");
            assert!(head >= seen, "no snapshot is older than one before it");
            seen = head;
        }
    });
}

pub fn a_read_is_one_snapshot(make: Make<'_>) {
    let fresh = with_spaces(make);
    let store = &*fresh.store;
    read(store, |tx| {
        let before = tx.space(SPACE)?.unwrap().pos;
        std::thread::scope(|scope| scope.spawn(|| write(store, |tx| append(tx, 1))).join().unwrap());
        assert_eq!(tx.space(SPACE)?.unwrap().pos, before);
        assert!(tx.journal_after(SPACE, 0, 10)?.is_empty());
        Ok(())
    });
    assert_eq!(read(store, |tx| tx.space(SPACE)).unwrap().pos, 1);
}

pub fn an_error_undoes_everything(make: Make<'_>) {
    let fresh = with_spaces(make);
    let told = fresh.store.write(&mut |tx| {
        append(tx, 1)?;
        tx.meta_set("half", b"done")?;
        Err(ServerError::Refused("no"))
    });
    assert!(matches!(told, Err(ServerError::Refused("no"))));
    let (space, meta) = read(&*fresh.store, |tx| Ok((tx.space(SPACE)?.unwrap(), tx.meta("half")?)));
    assert_eq!((space.pos, meta), (0, None));
    assert_eq!(write(&*fresh.store, |tx| append(tx, 2)), 1, "the pos was given back");
}

pub fn a_part_is_undone_alone(make: Make<'_>) {
    let fresh = with_spaces(make);
    write(&*fresh.store, |tx| {
        append(tx, 1)?;
        let part = tx.part(&mut |tx| {
            append(tx, 2)?;
            tx.part(&mut |tx| append(tx, 3).map(drop))?;
            Err(ServerError::Refused("this part"))
        });
        assert!(matches!(part, Err(ServerError::Refused("this part"))));
        tx.part(&mut |tx| append(tx, 4).map(drop))
    });
    let rows = read(&*fresh.store, |tx| tx.journal_after(SPACE, 0, 10));
    assert_eq!(rows.iter().map(|r| (r.pos, r.entry[0])).collect::<Vec<_>>(), [(1, 1), (2, 4)]);
}

pub fn a_nonce_is_taken_once(make: Make<'_>) {
    let fresh = make();
    let (store, device) = (&*fresh.store, DeviceId([5; 16]));
    let taken: usize = std::thread::scope(|scope| {
        let tries: Vec<_> =
            (0..8).map(|_| scope.spawn(move || store.use_nonce(device, "n", 100, 0).unwrap())).collect();
        tries.into_iter().map(|t| usize::from(t.join().unwrap())).sum()
    });
    assert_eq!(taken, 1);
    assert!(store.use_nonce(DeviceId([6; 16]), "n", 90, 0).unwrap(), "another device has nonces of its own");
    assert!(store.use_nonce(device, "m", 200, 150).unwrap());
    assert!(store.use_nonce(device, "n", 201, 150).unwrap(), "what is too old to matter was forgotten");
    assert!(store.use_nonce(device, "late", 190, 150).unwrap());
    assert_eq!(
        store.heard().unwrap(),
        [(device, Timestamp(201_000)), (DeviceId([6; 16]), Timestamp(90_000))],
        "the last time of each, by device"
    );
}

pub fn a_code_is_used_once(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    write(store, |tx| tx.enrol_code_put(hash(1), AccountId([3; 16]), Timestamp(10), Timestamp(20)));
    let uses: usize = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| write(store, |tx| tx.enrol_code_use(hash(1), Timestamp(20))).is_some()))
            .collect();
        tries.into_iter().map(|t| usize::from(t.join().unwrap())).sum()
    });
    assert_eq!(uses, 1);
}

pub fn hints_reach_all_who_listen(make: Make<'_>) {
    let fresh = make();
    let (mut one, mut two) = (fresh.store.listen(), fresh.store.listen());
    fresh.store.tell(Hint::Space(SPACE));
    assert_eq!(one.blocking_recv().unwrap(), Hint::Space(SPACE));
    assert_eq!(two.blocking_recv().unwrap(), Hint::Space(SPACE));
}

pub fn a_backup_is_whole(make: Make<'_>) {
    let fresh = with_spaces(make);
    let folder = tempfile::tempdir().unwrap();
    write(&*fresh.store, |tx| append(tx, 1));
    let copy = folder.path().join("copy");
    fresh.store.back_up(&copy).unwrap();
    assert!(copy.metadata().unwrap().len() > 0);
    assert_eq!(fresh.store.check(true).unwrap(), None);
    fresh.store.checkpoint().unwrap();
    let facts = fresh.store.facts().unwrap();
    assert!(facts.bytes > 0 && facts.schema > 0 && !facts.engine.is_empty());
}
