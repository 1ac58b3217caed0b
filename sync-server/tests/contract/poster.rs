//! Posters and who joined by them come back as they were given.

use crate::{Make, hash, read, write};
use gridwalk_model::id::{AccountId, DeviceId, UnitId};
use gridwalk_model::time::Timestamp;
use gridwalk_server::store::{GrantRow, JoinedRow, PosterRow};

const GRID: UnitId = UnitId([7; 16]);

const fn at(ms: i64) -> Timestamp {
    Timestamp(ms)
}

fn joined(n: u8, joined_at: i64) -> JoinedRow {
    JoinedRow {
        account: AccountId([n; 16]),
        poster: 1,
        device: DeviceId([n; 16]),
        phone: "13800000001".to_owned(),
        agreed_at: at(5),
        sentence: 1,
        joined_at: at(joined_at),
        refused_at: None,
        reason: String::new(),
    }
}

pub fn posters_and_whoever_joined_come_back(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    write(store, |tx| {
        let (first, second) =
            (tx.poster_add(hash(1), GRID, at(10), None)?, tx.poster_add(hash(2), GRID, at(11), Some(at(99)))?);
        assert_eq!((first, second), (1, 2), "numbers go up");
        tx.poster_withdrawn_set(2, Some(at(20)))?;
        tx.joined_put(&joined(4, 30))?;
        tx.joined_put(&joined(3, 40))?;
        for (n, role, until) in [(4, "newcomer", None), (3, "newcomer", Some(at(45))), (3, "volunteer", None)] {
            let account = AccountId([n; 16]);
            let (kinds, since, role) = (Vec::new(), at(41), role.to_owned());
            tx.grant_add(&GrantRow { id: 0, account, unit: GRID, role, kinds, since, until })?;
        }
        tx.joined_refused_set(AccountId([3; 16]), Some(at(50)), "骚扰")
    });
    let first = PosterRow { id: 1, hash: hash(1), unit: GRID, made_at: at(10), until: None, withdrawn_at: None };
    let second = PosterRow {
        id: 2,
        hash: hash(2),
        until: Some(at(99)),
        withdrawn_at: Some(at(20)),
        made_at: at(11),
        ..first.clone()
    };
    let refused = JoinedRow { refused_at: Some(at(50)), reason: "骚扰".to_owned(), ..joined(3, 40) };
    read(store, |tx| {
        assert_eq!(tx.posters()?, [first.clone(), second.clone()]);
        assert_eq!((tx.poster(2)?, tx.poster(3)?), (Some(second.clone()), None));
        assert_eq!((tx.poster_by_hash(hash(1))?, tx.poster_by_hash(hash(9))?), (Some(first.clone()), None));
        assert_eq!(tx.joined_all()?, [joined(4, 30), refused.clone()], "in the order in which they came");
        assert_eq!(tx.joined_undecided("newcomer", 9)?, [joined(4, 30)], "by what they hold now");
        assert!(tx.joined_undecided("newcomer", 0)?.is_empty());
        assert_eq!((tx.joined(AccountId([3; 16]))?, tx.joined(AccountId([9; 16]))?), (Some(refused.clone()), None));
        Ok(())
    });
}
