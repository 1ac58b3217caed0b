//! Prints come back with whom they meet: within a space and a kind, each pair once, and not where too many share one.

use crate::{Make, OTHER, SPACE, read, record, with_spaces, write};
use gridwalk_model::candidate::Kept;
use gridwalk_model::exchange::Key;
use gridwalk_model::id::{RecordId, SpaceId};
use gridwalk_model::limits::SHARED_PRINT_MAX;
use gridwalk_server::store::print::{Meeting, PrintRow};
use gridwalk_server::store::{AudienceRow, Store};

const KEY: Key = Key([5; 16]);
const ELSE: Key = Key([6; 16]);

/// The prints of a resident.
fn resident(n: u8, pos: u64, strong: Option<u8>, named: Option<u8>) -> PrintRow {
    let print = |byte: u8| [byte; 16];
    let kept = Kept { strong: strong.map(print), named: named.map(print) };
    PrintRow { record: record(n), kind: "resident".to_owned(), pos, kept }
}

fn put(store: &dyn Store, space: SpaceId, rows: &[PrintRow]) {
    write(store, |tx| rows.iter().try_for_each(|row| tx.print_put(space, row)));
}

/// Whom a record meets; in which order is not promised.
fn met(store: &dyn Store, space: SpaceId, n: u8) -> Vec<RecordId> {
    let found = read(store, |tx| tx.prints_of(space, record(n)));
    assert!(found.iter().all(|meeting| meeting.one.record == record(n)), "it was looked at");
    let mut others: Vec<RecordId> = found.iter().map(|meeting| meeting.other.record).collect();
    others.sort_unstable();
    others
}

/// Who meets whom, as listed.
fn pairs<'m>(found: impl IntoIterator<Item = &'m Meeting>) -> Vec<(RecordId, RecordId)> {
    found.into_iter().map(|meeting| (meeting.one.record, meeting.other.record)).collect()
}

fn pair(one: u8, other: u8) -> (RecordId, RecordId) {
    (record(one), record(other))
}

pub fn prints_come_back_with_whom_they_meet(make: Make<'_>) {
    let fresh = with_spaces(make);
    let store = &*fresh.store;
    let (one, two) = (resident(1, 1, Some(10), Some(20)), resident(2, 2, Some(10), Some(20)));
    let named = resident(3, 3, None, Some(20));
    let shop = PrintRow { kind: "organisation".to_owned(), ..resident(4, 4, Some(10), Some(20)) };
    let crossed = resident(7, 7, Some(20), Some(10));
    let (bare, as_bare) = (resident(5, 5, None, None), resident(6, 6, None, None));
    put(store, SPACE, &[one.clone(), two.clone(), named.clone(), shop, bare, as_bare, crossed]);
    put(store, OTHER, &[resident(8, 8, Some(10), Some(20))]);

    assert_eq!(met(store, SPACE, 1), [record(2), record(3)], "who shares both is listed once");
    let of_three = read(store, |tx| tx.prints_of(SPACE, record(3)));
    let with = |other: &PrintRow| Meeting { one: named.clone(), other: other.clone() };
    assert!(of_three.len() == 2 && of_three.contains(&with(&one)) && of_three.contains(&with(&two)), "{of_three:?}");
    assert!(met(store, SPACE, 4).is_empty(), "another kind");
    assert!(met(store, SPACE, 5).is_empty(), "no print is not a print");
    assert!(met(store, SPACE, 7).is_empty(), "a strong print is no named one");
    assert!(met(store, OTHER, 8).is_empty() && met(store, OTHER, 1).is_empty(), "another space");
    assert!(met(store, SPACE, 9).is_empty(), "nobody knows it");

    let moved = resident(2, 9, Some(11), None);
    put(store, SPACE, &[moved, resident(9, 10, Some(11), None)]);
    assert_eq!(met(store, SPACE, 2), [record(9)], "a record has one row, the last");
    assert_eq!(met(store, SPACE, 1), [record(3)]);
    write(store, |tx| {
        tx.print_drop(OTHER, record(3))?;
        tx.print_drop(SPACE, record(9))?;
        tx.print_drop(SPACE, record(9))
    });
    assert!(met(store, SPACE, 2).is_empty() && met(store, SPACE, 9).is_empty(), "dropped");
    assert_eq!(met(store, SPACE, 1), [record(3)], "in the other space it was not");
}

pub fn prints_since_a_pos_are_in_its_order(make: Make<'_>) {
    let fresh = with_spaces(make);
    let store = &*fresh.store;
    let rows = [
        resident(1, 30, Some(10), Some(20)),
        resident(2, 20, Some(10), None),
        resident(3, 10, None, Some(20)),
        resident(4, 40, Some(11), Some(21)),
    ];
    put(store, SPACE, &rows);
    put(store, OTHER, &[resident(1, 50, Some(10), None), resident(5, 60, Some(10), None)]);
    read(store, |tx| {
        let all = tx.prints_since(SPACE, 0, 10)?;
        assert_eq!(pairs(all.iter().map(|(_, m)| m)), [pair(3, 1), pair(2, 1), pair(1, 2), pair(1, 3)]);
        assert_eq!(all.iter().map(|(pos, _)| *pos).collect::<Vec<_>>(), [10, 20, 30, 30], "beside each its pos");
        assert_eq!(all[1].1, Meeting { one: rows[1].clone(), other: rows[0].clone() });
        assert_eq!(tx.prints_since(SPACE, 10, 10)?, all[1..], "after, not from");
        assert_eq!(tx.prints_since(SPACE, 10, 2)?, all[1..3], "the first of them");
        assert!(tx.prints_since(SPACE, 30, 10)?.is_empty(), "the last meets nobody");
        let elsewhere = tx.prints_since(OTHER, 50, 10)?;
        assert_eq!(pairs(elsewhere.iter().map(|(_, m)| m)), [pair(5, 1)]);
        Ok(())
    });
}

pub fn prints_of_a_key_are_of_what_it_sees(make: Make<'_>) {
    let fresh = with_spaces(make);
    let store = &*fresh.store;
    let rows = [
        resident(1, 40, Some(10), None),
        resident(2, 30, Some(10), Some(20)),
        resident(3, 20, None, Some(20)),
        resident(4, 10, Some(10), None),
    ];
    put(store, SPACE, &rows);
    let seen = |key, n, kind: &str, here| AudienceRow { key, record: record(n), kind: kind.to_owned(), pos: 1, here };
    write(store, |tx| {
        tx.audience_put(SPACE, &seen(KEY, 1, "resident", true))?;
        tx.audience_put(SPACE, &seen(KEY, 2, "resident", true))?;
        tx.audience_put(SPACE, &seen(KEY, 3, "resident", false))?;
        tx.audience_put(SPACE, &seen(ELSE, 3, "resident", true))?;
        tx.audience_put(OTHER, &seen(KEY, 4, "resident", true))
    });
    let kinds = ["organisation".to_owned(), "resident".to_owned()];
    read(store, |tx| {
        let all = tx.prints_of_key(SPACE, KEY, &kinds, None, 10)?;
        let expected = [pair(1, 2), pair(1, 4), pair(2, 1), pair(2, 3), pair(2, 4)];
        assert_eq!(pairs(&all), expected, "by record; the other may be unseen, and what left is not looked at");
        assert_eq!(all[3], Meeting { one: rows[1].clone(), other: rows[2].clone() });
        assert_eq!(tx.prints_of_key(SPACE, KEY, &kinds, None, 3)?, all[..3]);
        assert_eq!(tx.prints_of_key(SPACE, KEY, &kinds, Some(record(1)), 10)?, all[2..], "after, not from");
        assert!(tx.prints_of_key(SPACE, KEY, &kinds, Some(record(2)), 10)?.is_empty());
        assert!(tx.prints_of_key(SPACE, KEY, &kinds[..1], None, 10)?.is_empty(), "of other kinds");
        assert!(tx.prints_of_key(SPACE, KEY, &[], None, 10)?.is_empty(), "of no kind");
        assert_eq!(pairs(&tx.prints_of_key(SPACE, ELSE, &kinds, None, 10)?), [pair(3, 2)]);
        assert!(tx.prints_of_key(OTHER, KEY, &kinds, None, 10)?.is_empty(), "no prints there");
        Ok(())
    });
}

pub fn prints_that_too_many_share_meet_nobody(make: Make<'_>) {
    let fresh = with_spaces(make);
    let store = &*fresh.store;
    let most = u8::try_from(SHARED_PRINT_MAX).unwrap();
    let strong: Vec<PrintRow> = (1..=most).map(|n| resident(n, u64::from(n), Some(10), None)).collect();
    let named: Vec<PrintRow> = (101..=100 + most).map(|n| resident(n, u64::from(n), None, Some(20))).collect();
    put(store, SPACE, &strong);
    put(store, SPACE, &named);
    let seen = |n| AudienceRow { key: KEY, record: record(n), kind: "resident".to_owned(), pos: 1, here: true };
    write(store, |tx| [1, 101].into_iter().try_for_each(|n| tx.audience_put(SPACE, &seen(n))));
    let kinds = ["resident".to_owned()];
    let counts = || {
        read(store, |tx| {
            let (of_strong, of_named) = (tx.prints_of(SPACE, record(1))?, tx.prints_of(SPACE, record(101))?);
            let since = tx.prints_since(SPACE, 0, 1000)?;
            let of_key = tx.prints_of_key(SPACE, KEY, &kinds, None, 1000)?;
            Ok([of_strong.len(), of_named.len(), since.len(), of_key.len()])
        })
    };
    let others = SHARED_PRINT_MAX - 1;
    let group = SHARED_PRINT_MAX * others;
    assert_eq!(counts(), [others, others, 2 * group, 2 * others], "as many as may");
    put(store, SPACE, &[resident(most + 1, 250, Some(10), None)]);
    assert_eq!(counts(), [0, others, group, others], "one too many, of the strong");
    put(store, SPACE, &[resident(101 + most, 251, None, Some(20))]);
    assert_eq!(counts(), [0; 4], "and of the named");
    write(store, |tx| tx.print_drop(SPACE, record(most + 1)));
    assert_eq!(counts(), [others, 0, group, others], "and as many again");
}
