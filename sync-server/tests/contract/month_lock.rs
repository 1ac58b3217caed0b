//! A month of a space is locked once, and comes back as it was.

use crate::{Make, OTHER, SPACE, read, with_spaces, write};
use gridwalk_model::appraisal::Month;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, UnitId};
use gridwalk_model::time::Timestamp;
use gridwalk_server::store::month_lock::MonthLockRow;

pub fn a_month_is_locked_once(make: Make<'_>) {
    let fresh = with_spaces(make);
    let store = &*fresh.store;
    let (month, other) = (Month::from_index(5), Month::from_index(6));
    let lock = |n: u8| MonthLockRow {
        unit: UnitId([1; 16]),
        at: Timestamp(7),
        by: AccountId([2; 16]),
        hash: Hash([n; 32]),
        bytes: vec![n; 3],
    };
    assert_eq!(read(store, |tx| tx.month_lock(SPACE, month)), None);
    write(store, |tx| tx.month_lock_put(SPACE, month, &lock(3)));
    assert!(store.write(&mut |tx| tx.month_lock_put(SPACE, month, &lock(4))).is_err());
    assert_eq!(read(store, |tx| tx.month_lock(SPACE, month)), Some(lock(3)), "nothing is written over it");
    assert_eq!(read(store, |tx| tx.month_lock(SPACE, other)), None);
    assert_eq!(read(store, |tx| tx.month_lock(OTHER, month)), None);
}
