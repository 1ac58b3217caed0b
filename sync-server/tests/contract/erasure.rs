//! What was erased is known by its names; other places in which it may lie are found.

use crate::{Make, read, write};
use gridwalk_model::erasure::Erasure;
use gridwalk_model::exchange::Verdict;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, RecordId, ReplicaId, SpaceId, UnitId};
use gridwalk_model::name::{Mark, Name};
use gridwalk_model::time::Timestamp;
use gridwalk_server::store::{ErasureRow, InboxRow, JoinedRow};
use std::collections::BTreeSet;

const SPACE: SpaceId = SpaceId([1; 16]);
const DEVICE: DeviceId = DeviceId([5; 16]);

fn row(seq: u64, pos: u64) -> ErasureRow {
    ErasureRow {
        space: SPACE,
        name: Name { replica: ReplicaId([2; 16]), seq, mark: Mark([3; 8]) },
        record: RecordId([4; 16]),
        device: DEVICE,
        pos,
        admitted: true,
        places: BTreeSet::from([0, 300]),
        rest: Hash([6; 32]),
        erasure: Erasure { fields: BTreeSet::from(["name".to_owned()]), ..Erasure::default() },
    }
}

fn received(seq: u64, verdict: Verdict) -> InboxRow {
    let replica = ReplicaId([2; 16]);
    InboxRow {
        space: SPACE,
        replica,
        seq,
        hash: Hash([3; 32]),
        body: Some([9, 9].as_slice().into()),
        device: DEVICE,
        record: Some(RecordId([4; 16])),
        step: false,
        received_at: Timestamp(1),
        first: (replica, seq),
        verdict,
        verdict_pos: 1,
        effective: None,
    }
}

pub fn what_was_erased_is_known_by_its_names(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let after = |pos, limit| read(store, |tx| tx.erasures_of_device(SPACE, DEVICE, pos, limit));
    write(store, |tx| {
        tx.erasure_put(&row(1, 30))?;
        tx.erasure_put(&row(2, 20))?;
        tx.erasure_put(&row(3, 0))
    });
    assert_eq!(read(store, |tx| tx.erasure_of(SPACE, row(1, 0).name)), Some(row(1, 30)));
    assert_eq!(read(store, |tx| tx.erasure_of(SPACE, row(4, 0).name)), None);
    assert_eq!(after(0, 9), [row(2, 20), row(1, 30)], "by pos, and none that the journal has not met");
    assert_eq!((after(20, 9), after(0, 1)), (vec![row(1, 30)], vec![row(2, 20)]));
    assert!(read(store, |tx| tx.erasures_of_device(SPACE, DeviceId([7; 16]), 0, 9)).is_empty());
    let newer = ErasureRow { rest: Hash([8; 32]), places: BTreeSet::from([1]), ..row(3, 40) };
    write(store, |tx| tx.erasure_put(&newer));
    assert_eq!(after(30, 9), [newer], "the newest word");
}

pub fn other_places_are_found_and_emptied(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let declined = Verdict::Declined { reason: "no".to_owned() };
    write(store, |tx| {
        tx.inbox_put(&received(1, Verdict::Applied))?;
        tx.inbox_put(&received(2, Verdict::Quarantined))?;
        tx.inbox_put(&received(3, declined.clone()))?;
        tx.inbox_body_set(&received(2, Verdict::Quarantined), &[7])
    });
    let waiting = read(store, |tx| tx.inbox_unadmitted(SPACE, RecordId([4; 16])));
    let blank = InboxRow { body: Some([7].as_slice().into()), ..received(2, Verdict::Quarantined) };
    assert_eq!(waiting, [blank, received(3, declined)]);
    assert!(read(store, |tx| tx.inbox_unadmitted(SPACE, RecordId([8; 16]))).is_empty());

    let (source, record) = ([1; 16], RecordId([4; 16]));
    write(store, |tx| {
        tx.import_row_put(&source, &[2; 16], record, &[])?;
        tx.import_row_put(&source, &[3; 16], RecordId([5; 16]), &[])?;
        tx.import_rows_drop(record)
    });
    assert!(read(store, |tx| tx.import_row(&source, &[2; 16])).is_none());
    assert!(read(store, |tx| tx.import_row(&source, &[3; 16])).is_some());

    write(store, |tx| {
        tx.hand_over_put(Hash([2; 32]), DEVICE, Timestamp(1), b"two")?;
        tx.hand_over_put(Hash([1; 32]), DEVICE, Timestamp(2), b"one")?;
        tx.hand_over_set(Hash([2; 32]), b"less")
    });
    let all = read(store, |tx| tx.hand_overs());
    assert_eq!(all, [(Hash([1; 32]), b"one".to_vec()), (Hash([2; 32]), b"less".to_vec())]);

    let joined = |n: u8, phone: &str| JoinedRow {
        account: AccountId([n; 16]),
        poster: 1,
        device: DEVICE,
        phone: phone.to_owned(),
        agreed_at: Timestamp(1),
        sentence: 1,
        joined_at: Timestamp(2),
        refused_at: None,
        reason: String::new(),
    };
    write(store, |tx| {
        tx.poster_add(Hash([1; 32]), UnitId([1; 16]), Timestamp(1), None)?;
        tx.joined_put(&joined(1, "13800138000"))?;
        tx.joined_put(&joined(2, "13800138001"))?;
        tx.joined_refused_set(AccountId([1; 16]), Some(Timestamp(3)), "why")?;
        tx.joined_erase(AccountId([1; 16]))
    });
    let gone = read(store, |tx| tx.joined(AccountId([1; 16]))).unwrap();
    assert_eq!((gone.phone.as_str(), gone.reason.as_str(), gone.refused_at), ("", "", Some(Timestamp(3))));
    assert_eq!(read(store, |tx| tx.joined(AccountId([2; 16]))), Some(joined(2, "13800138001")));
}

pub fn nothing_that_went_is_left_in_the_files(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    write(store, |tx| {
        tx.meta_set("a", &[1; 5000])?;
        tx.meta_set("a", &[])
    });
    store.write_anew().unwrap();
    assert_eq!(store.check(true).unwrap(), None);
    assert_eq!(read(store, |tx| tx.meta("a")), Some(Vec::new()), "what stands stays");
}
