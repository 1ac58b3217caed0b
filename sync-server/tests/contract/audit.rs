//! The rows of the audit are found by their numbers, which rise.

use crate::{Make, hash, read, write};
use gridwalk_model::id::AccountId;
use gridwalk_model::time::Timestamp;
use gridwalk_server::store::{AuditHeadRow, AuditRow, ChainedRow, Store};

pub fn rows_are_found_by_their_numbers(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    assert!(read(store, |tx| tx.audit_numbers(10)).is_empty());
    assert_eq!(read(store, |tx| tx.audit_numbered(1)), None);
    let row = |n: u8, account| AuditRow {
        at: Timestamp(90 - i64::from(n)),
        account,
        code: "granted".to_owned(),
        detail: format!("第{n}行"),
    };
    let rows = [row(1, Some(AccountId([1; 16]))), row(2, None), row(3, Some(AccountId([3; 16])))];
    write(store, |tx| (1..).zip(&rows).try_for_each(|(n, row)| tx.audit_add(n, row, hash(1))));
    let numbers = read(store, |tx| {
        let numbers = tx.audit_numbers(10)?;
        assert_eq!(numbers.len(), 3);
        assert!(numbers.is_sorted_by(|newer, older| newer > older), "newest first, whatever the clock said");
        assert_eq!(tx.audit_numbers(2)?, numbers[..2]);
        assert!(tx.audit_numbers(0)?.is_empty());
        for (number, row) in numbers.iter().zip(rows.iter().rev()) {
            assert_eq!(tx.audit_numbered(*number)?.as_ref(), Some(row));
        }
        assert_eq!(tx.audit_numbered(numbers[0] + 1)?, None, "not yet");
        let found: Vec<_> = numbers.iter().map(|n| tx.audit_numbered(*n)).collect::<Result<_, _>>()?;
        assert_eq!(found.into_iter().flatten().collect::<Vec<_>>(), tx.audit_newest(10)?, "beside the newest");
        Ok(numbers)
    });
    write(store, |tx| tx.audit_add(4, &row(4, None), hash(4)));
    read(store, |tx| {
        let later = tx.audit_numbers(10)?;
        assert_eq!(later[1..], numbers, "a number stays");
        assert_eq!(tx.audit_numbered(later[0])?, Some(row(4, None)));
        Ok(())
    });
}

pub fn rows_and_heads_are_only_added(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let row = AuditRow { at: Timestamp(1), account: None, code: "granted".to_owned(), detail: String::new() };
    let head = |n: i64| AuditHeadRow { n, body: n.to_be_bytes().to_vec(), signature: vec![2] };
    assert_eq!(read(store, |tx| Ok((tx.audit_last()?, tx.audit_head_last()?))), (None, None));
    write(store, |tx| {
        tx.audit_add(1, &row, hash(1))?;
        tx.audit_add(2, &row, hash(2))?;
        tx.audit_head_add(&head(1))?;
        tx.audit_head_add(&head(2))
    });
    read(store, |tx| {
        assert_eq!(tx.audit_last()?, Some((2, Some(hash(2)))));
        let chained = |number, n| ChainedRow { number, row: row.clone(), chain: Some(hash(n)) };
        assert_eq!(tx.audit_after(0, 9)?, [chained(1, 1), chained(2, 2)]);
        assert_eq!((tx.audit_after(1, 9)?, tx.audit_after(0, 1)?), (vec![chained(2, 2)], vec![chained(1, 1)]));
        assert_eq!((tx.audit_head_last()?, tx.audit_heads_after(0, 1)?), (Some(head(2)), vec![head(1)]));
        Ok(())
    });
    refused(store, &|tx| tx.audit_chain_set(1, hash(9)));
    refused(store, &|tx| tx.audit_add(2, &row, hash(9)));
    refused(store, &|tx| tx.audit_head_add(&head(2)));
}

fn refused(store: &dyn Store, job: &dyn Fn(&dyn gridwalk_server::store::Tx) -> gridwalk_server::Result<()>) {
    assert!(store.write(&mut |tx| job(tx)).is_err(), "what stands in the audit stays as it is");
}
