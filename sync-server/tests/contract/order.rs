//! Orders and limits of lists: they are those of bytes, the same on every database.

use crate::noun::received;
use crate::{Make, OTHER, SPACE, hash, read, record, replica, with_spaces, write};
use gridwalk_model::exchange::{Key, Verdict};
use gridwalk_model::id::{AccountId, UnitId};
use gridwalk_model::time::Timestamp;
use gridwalk_server::store::{
    AccountRow, AudienceRow, AuditRow, EntryKind, InboxRow, JournalRow, SpaceRow, StateRow, UnitRow,
};

const KEY: Key = Key([5; 16]);

/// In order of their bytes; a dictionary would have another.
const TEXTS: [&str; 5] = ["A", "B", "a", "ä", "网"];

pub fn texts_are_in_order_of_their_bytes(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    write(store, |tx| {
        for (n, text) in (0_u8..5).zip(TEXTS).rev() {
            let name = text.to_owned();
            tx.account_put(&AccountRow {
                id: AccountId([n; 16]),
                login: name.clone(),
                name: name.clone(),
                password: String::new(),
                made_at: Timestamp(0),
            })?;
            let id = UnitId([n; 16]);
            let (level, kind) = (String::new(), String::new());
            tx.unit_put(&UnitRow { id, space: SPACE, code: name.clone(), name: name.clone(), level, kind })?;
            tx.digest_set(SPACE, KEY, text, 1)?;
            let id = gridwalk_model::id::SpaceId([n + 10; 16]);
            tx.space_put(&SpaceRow { id, name, reference: false, pos: 0, chain: hash(0), safe_pos: 0 })?;
        }
        Ok(())
    });
    read(store, |tx| {
        assert_eq!(tx.accounts()?.iter().map(|a| a.login.as_str()).collect::<Vec<_>>(), TEXTS);
        assert_eq!(tx.units()?.iter().map(|u| u.code.as_str()).collect::<Vec<_>>(), TEXTS);
        assert!(tx.digests_of(SPACE, KEY)?.into_iter().map(|(kind, _)| kind).eq(TEXTS));
        assert_eq!(tx.spaces()?.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), TEXTS);
        Ok(())
    });
}

pub fn quarantine_is_listed_in_order_of_receipt(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let row = |n, seq, ms| InboxRow { received_at: Timestamp(ms), ..received(n, seq) };
    write(store, |tx| {
        tx.inbox_put(&row(2, 1, 30))?;
        tx.inbox_put(&row(1, 2, 20))?;
        tx.inbox_put(&row(1, 1, 20))?;
        tx.inbox_put(&InboxRow { space: OTHER, ..row(3, 1, 1) })?;
        tx.inbox_put(&InboxRow { step: false, ..row(1, 3, 40) })?;
        tx.inbox_put(&InboxRow { verdict: Verdict::Applied, ..row(1, 4, 1) })?;
        tx.inbox_put(&InboxRow { first: (replica(1), 1), ..row(1, 5, 1) })
    });
    read(store, |tx| {
        let dots = |rows: Vec<InboxRow>| rows.iter().map(|r| (r.replica.0[0], r.seq)).collect::<Vec<_>>();
        assert_eq!(dots(tx.quarantined(Some(SPACE))?), [(1, 1), (1, 2), (2, 1), (1, 3)]);
        assert_eq!(dots(tx.quarantined(None)?), [(1, 1), (1, 2), (2, 1), (1, 3), (3, 1)]);
        assert_eq!(tx.quarantined_counts()?, [(SPACE, 4), (OTHER, 1)]);
        assert_eq!(dots(tx.quarantined_steps(SPACE, replica(1), record(1))?), [(1, 1), (1, 2)]);
        Ok(())
    });
}

pub fn lists_stop_where_they_are_told(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    write(store, |tx| {
        (1..=5_u8).rev().try_for_each(|n| {
            tx.state_put(&StateRow {
                space: SPACE,
                record: record(n),
                kind: "case".to_owned(),
                pos: n.into(),
                author: AccountId::default(),
                bytes: vec![n].into(),
            })
        })
    });
    read(store, |tx| {
        let of = |after, max| -> gridwalk_server::Result<Vec<u8>> {
            Ok(tx.states_after(SPACE, after, max)?.iter().map(|r| r.record.0[0]).collect())
        };
        assert_eq!(of(None, 2)?, [1, 2]);
        assert_eq!(of(Some(record(2)), 2)?, [3, 4]);
        assert_eq!(of(Some(record(4)), 2)?, [5]);
        assert!(of(Some(record(5)), 2)?.is_empty());
        Ok(())
    });
}

pub fn tail_and_backfill_walk_in_their_order(make: Make<'_>) {
    let fresh = with_spaces(make);
    let store = &*fresh.store;
    let row =
        |n: u8, pos, kind: &str, here| AudienceRow { key: KEY, record: record(n), kind: kind.to_owned(), pos, here };
    write(store, |tx| {
        for row in
            [row(1, 9, "case", true), row(2, 8, "visit", true), row(3, 7, "case", false), row(4, 6, "case", true)]
        {
            tx.audience_put(SPACE, &row)?;
        }
        tx.audience_put(SPACE, &AudienceRow { key: Key([6; 16]), ..row(5, 1, "case", true) })
    });
    let case = ["case".to_owned()];
    let both = ["visit".to_owned(), "case".to_owned()];
    read(store, |tx| {
        let tail = |kinds: &[String], after, max| {
            tx.audience_tail(SPACE, KEY, kinds, after, max).map(|rows| rows.iter().map(|r| r.pos).collect::<Vec<_>>())
        };
        assert_eq!(tail(&both, 0, 10)?, [6, 7, 8, 9], "what left is in the tail");
        assert_eq!(tail(&both, 6, 2)?, [7, 8], "after, not from");
        assert_eq!(tail(&case, 7, 10)?, [9]);
        assert!(tail(&[], 0, 10)?.is_empty());
        let fill = |kinds: &[String], after, max| {
            let rows = tx.audience_backfill(SPACE, KEY, kinds, after, max);
            rows.map(|rows| rows.iter().map(|(row, _)| row.record.0[0]).collect::<Vec<_>>())
        };
        assert_eq!(fill(&both, None, 10)?, [1, 2, 4], "what left is not in the backfill");
        assert_eq!(fill(&both, Some(record(1)), 1)?, [2]);
        assert_eq!(fill(&case, Some(record(1)), 9)?, [4]);
        assert_eq!(tx.audience_records(SPACE, KEY)?, [record(1), record(2), record(4)]);
        Ok(())
    });
}

pub fn the_newest_comes_first_where_asked(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    write(store, |tx| {
        for n in 1..=4_u8 {
            let account = Some(AccountId([n; 16]));
            let (code, detail) = ("granted".to_owned(), n.to_string());
            tx.audit_add(n.into(), &AuditRow { at: Timestamp(50), account, code, detail }, hash(n))?;
            tx.journal_add(&JournalRow {
                space: SPACE,
                pos: n.into(),
                record: None,
                kind: EntryKind::Lost,
                replica: replica(1),
                seq: 1,
                received_at: Timestamp(1),
                entry: vec![],
                chain: hash(n),
            })?;
        }
        Ok(())
    });
    read(store, |tx| {
        let audit = tx.audit_newest(2)?;
        assert_eq!(audit.iter().map(|a| a.detail.as_str()).collect::<Vec<_>>(), ["4", "3"]);
        assert_eq!(tx.audit_counts()?, [("granted".to_owned(), 4)]);
        assert_eq!(audit[0].account, Some(AccountId([4; 16])));
        assert_eq!(tx.journal_newest(SPACE, 3)?.iter().map(|r| r.pos).collect::<Vec<_>>(), [4, 3, 2]);
        assert!(tx.journal_after(SPACE, 2, 1)?.iter().map(|r| r.pos).eq([3]));
        Ok(())
    });
}
