//! The rows of the audit are found by their numbers, which rise.

use crate::{Make, read, write};
use gridwalk_model::id::AccountId;
use gridwalk_model::time::Timestamp;
use gridwalk_server::store::AuditRow;

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
    write(store, |tx| rows.iter().try_for_each(|row| tx.audit_add(row)));
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
    write(store, |tx| tx.audit_add(&row(4, None)));
    read(store, |tx| {
        let later = tx.audit_numbers(10)?;
        assert_eq!(later[1..], numbers, "a number stays");
        assert_eq!(tx.audit_numbered(later[0])?, Some(row(4, None)));
        Ok(())
    });
}
