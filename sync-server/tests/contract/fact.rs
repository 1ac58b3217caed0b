//! Facts come back by month, each record under its own months only, and states that are counted in the order of changes.

use crate::{Make, OTHER, SPACE, read, record, with_spaces, write};
use gridwalk_model::appraisal::Month;
use gridwalk_model::id::{AccountId, RecordId, SpaceId};
use gridwalk_server::store::fact::FactsUpto;
use gridwalk_server::store::{StateRow, Store};

fn month(n: i32) -> Month {
    Month::from_index(n)
}

fn of_month(store: &dyn Store, space: SpaceId, n: i32) -> Vec<Vec<u8>> {
    read(store, |tx| {
        let mut found = Vec::new();
        tx.facts_of_month(space, month(n), |bytes| {
            found.push(bytes.to_vec());
            Ok(())
        })?;
        Ok(found)
    })
}

pub fn facts_come_back_by_month(make: Make<'_>) {
    let fresh = with_spaces(make);
    let store = &*fresh.store;
    write(store, |tx| {
        tx.fact_replace(SPACE, record(2), [month(5), month(6)], b"two")?;
        tx.fact_replace(SPACE, record(1), [month(5)], b"one")?;
        tx.fact_replace(OTHER, record(1), [month(5)], b"elsewhere")
    });
    assert_eq!(of_month(store, SPACE, 5), [b"one".to_vec(), b"two".to_vec()]);
    write(store, |tx| tx.fact_replace(SPACE, record(2), [month(6), month(7)], b"new"));
    assert_eq!(of_month(store, SPACE, 5), [b"one".to_vec()], "it left the month");
    assert_eq!(read(store, |tx| tx.facts_of_record(SPACE, record(2))), [(6, b"new".to_vec()), (7, b"new".to_vec())]);
    write(store, |tx| tx.fact_replace(SPACE, record(1), [], b""));
    assert!(of_month(store, SPACE, 5).is_empty());
    assert_eq!(of_month(store, OTHER, 5), [b"elsewhere".to_vec()]);

    write(store, |tx| {
        tx.raised_set(SPACE, record(8), Some(record(1)))?;
        tx.raised_set(SPACE, record(9), Some(record(1)))
    });
    let is_raised = |n: u8| read(store, |tx| tx.is_raised(SPACE, record(n)));
    assert!(is_raised(1) && !is_raised(8) && !read(store, |tx| tx.is_raised(OTHER, record(1))));
    write(store, |tx| tx.raised_set(SPACE, record(8), None));
    assert!(is_raised(1), "another attempt says so, too");
    write(store, |tx| tx.raised_set(SPACE, record(9), Some(record(2))));
    assert!(!is_raised(1) && is_raised(2));
    assert_eq!(read(store, |tx| tx.raised_by(SPACE, record(9))), [record(2)]);

    let upto = FactsUpto { pos: 7, record: record(3), version: 2 };
    assert_eq!(read(store, |tx| tx.facts_upto(SPACE)), None);
    write(store, |tx| tx.facts_upto_set(SPACE, &upto));
    write(store, |tx| tx.facts_upto_set(SPACE, &FactsUpto { pos: 8, ..upto }));
    assert_eq!(read(store, |tx| tx.facts_upto(SPACE)), Some(FactsUpto { pos: 8, ..upto }));
    write(store, |tx| tx.facts_clear(SPACE));
    assert!(of_month(store, SPACE, 6).is_empty() && !is_raised(2));
    assert_eq!(of_month(store, OTHER, 5).len(), 1, "the other space keeps its own");
}

pub fn states_that_are_counted_come_in_the_order_in_which_they_changed(make: Make<'_>) {
    let fresh = with_spaces(make);
    let store = &*fresh.store;
    let state = |n: u8, kind: &str, pos: u64| StateRow {
        space: SPACE,
        record: record(n),
        kind: kind.to_owned(),
        pos,
        author: AccountId([1; 16]),
        bytes: vec![n].into(),
    };
    write(store, |tx| {
        for row in [state(1, "case", 30), state(2, "resident", 20), state(3, "attempt", 10), state(4, "target", 40)] {
            tx.state_put(&row)?;
        }
        tx.state_put(&state(5, "campaign", 40))
    });
    let after = |pos: u64, of: u8, limit: usize| {
        let after = FactsUpto { pos, record: record(of), version: 0 };
        let rows = read(store, |tx| tx.counted_after(SPACE, &after, limit));
        rows.into_iter().map(|row| row.record.0[0]).collect::<Vec<_>>()
    };
    assert_eq!(after(0, 0, 10), [3, 1, 4, 5], "no resident is looked at");
    assert_eq!((after(10, 3, 10), after(10, 3, 2), after(40, 4, 10)), (vec![1, 4, 5], vec![1, 4], vec![5]));
    write(store, |tx| tx.state_put(&state(3, "attempt", 50)));
    assert_eq!(after(40, 5, 10), [3], "what changed again comes again");
    assert!(
        read(store, |tx| tx.counted_after(OTHER, &FactsUpto { pos: 0, record: RecordId([0; 16]), version: 0 }, 9))
            .is_empty()
    );
}
