//! Plans fall due on their day, in order of their days, and are done once.

use crate::{Make, read, write};
use gridwalk_model::id::{AccountId, UnitId};
use gridwalk_model::time::Timestamp;
use gridwalk_server::store::{PlannedRow, Store};

const fn at(ms: i64) -> Timestamp {
    Timestamp(ms)
}

/// A role that begins.
fn begins(n: u8, when: i64) -> PlannedRow {
    PlannedRow {
        id: 0,
        at: at(when),
        begins: true,
        account: AccountId([n; 16]),
        unit: UnitId([n + 100; 16]),
        role: "gridworker".to_owned(),
        kinds: vec!["case".to_owned(), "visit".to_owned()],
    }
}

/// Whose plans are due.
fn due(store: &dyn Store, now: i64) -> Vec<AccountId> {
    read(store, |tx| tx.planned_due(at(now))).iter().map(|plan| plan.account).collect()
}

pub fn plans_fall_due_and_are_done(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let who = |n| AccountId([n; 16]);
    let ends = PlannedRow { begins: false, role: "网格长".to_owned(), kinds: Vec::new(), ..begins(2, 10) };
    write(store, |tx| {
        tx.planned_add(&begins(1, 20))?;
        tx.planned_add(&ends)?;
        tx.planned_add(&begins(3, 20))?;
        tx.planned_add(&begins(4, 30))
    });
    assert!(due(store, 9).is_empty(), "no day has come");
    assert_eq!(due(store, 10), [who(2)], "on the moment");
    assert_eq!(due(store, 19), [who(2)]);
    assert_eq!(due(store, 29), [who(2), who(1), who(3)], "by day, then as they were added");
    assert_eq!(due(store, 30).len(), 4);

    let plans = read(store, |tx| tx.planned_due(at(20)));
    let [end, first, second] = [plans[0].id, plans[1].id, plans[2].id];
    assert!(end > first && second > end && first > 0, "numbered as they were added");
    let stored = [
        PlannedRow { id: end, ..ends },
        PlannedRow { id: first, ..begins(1, 20) },
        PlannedRow { id: second, ..begins(3, 20) },
    ];
    assert_eq!(plans, stored, "as they were given");

    write(store, |tx| tx.planned_done(first, at(21)));
    assert_eq!(due(store, 29), [who(2), who(3)], "that one alone is done");
    write(store, |tx| {
        tx.planned_done(first, at(22))?;
        tx.planned_done(second + 1000, at(22))?;
        tx.planned_done(end, at(22))
    });
    assert_eq!(due(store, 99), [who(3), who(4)], "what is done stays done");
    write(store, |tx| tx.planned_add(&begins(1, 20)));
    let again = read(store, |tx| tx.planned_due(at(20)));
    assert_eq!(again.iter().map(|plan| plan.account).collect::<Vec<_>>(), [who(3), who(1)], "planned anew");
    assert!(![end, first, second].contains(&again[1].id), "under a number of its own");
}
