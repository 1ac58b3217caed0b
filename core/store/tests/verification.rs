//! What a phone pays to know that its rows are what they were: nothing while it is idle, all of them once a day.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod desk;

use desk::{Desk, SPACE, Server, record};
use gridwalk_model::limits::{VERIFY_IDLE_MS, VERIFY_TURN_MS};
use gridwalk_model::wish::Wish;

const ROWS: u8 = 30;

fn filled() -> (Desk, Server) {
    let (desk, mut server) = (Desk::new(), Server::default());
    for n in 1..=ROWS {
        desk.save(record(n), &[Wish::put("name", "楼")]);
    }
    desk.sync(&mut server);
    (desk, server)
}

/// Rows that the next pull reads to sum and to verify.
fn rows_of_a_pull(desk: &Desk, server: &Server) -> u64 {
    let before = desk.store.rows_checked();
    assert_eq!(desk.pull(server).mismatch, None);
    desk.store.rows_checked() - before
}

/// Something else than the store writes into its file.
fn behind_its_back(desk: &Desk, sql: &str) {
    assert_eq!(desk.raw().execute(sql, []).unwrap(), 1);
}

#[test]
fn an_idle_pull_reads_no_row_and_one_that_follows_a_save_sums_them_once() {
    let (desk, mut server) = filled();
    for _ in 0..3 {
        assert_eq!(rows_of_a_pull(&desk, &server), 0);
    }
    desk.save(record(1), &[Wish::put("name", "新楼")]);
    assert_eq!(rows_of_a_pull(&desk, &server), u64::from(ROWS), "whatever was written, it may have been a row");
    desk.push(&mut server);
    assert_eq!(rows_of_a_pull(&desk, &server), u64::from(ROWS));
    assert_eq!(rows_of_a_pull(&desk, &server), 0);
}

#[test]
fn a_row_that_something_else_took_away_is_missed_by_the_very_next_pull() {
    let (desk, server) = filled();
    assert_eq!(rows_of_a_pull(&desk, &server), 0);
    behind_its_back(&desk, "DELETE FROM record WHERE record = (SELECT min(record) FROM record)");
    assert!(desk.pull(&server).mismatch.is_some());
    assert!(desk.pull(&server).mismatch.is_some(), "a sum that differs is never kept");
}

#[test]
fn a_phone_that_was_opened_again_sums_its_rows_anew() {
    let (mut desk, server) = filled();
    desk.reopen();
    assert_eq!(rows_of_a_pull(&desk, &server), u64::from(ROWS));
    assert_eq!(rows_of_a_pull(&desk, &server), 0);
}

#[test]
fn checksums_are_verified_in_a_turn_a_day() {
    let (desk, mut server) = filled();
    server.now += VERIFY_TURN_MS - 1_000;
    assert_eq!(rows_of_a_pull(&desk, &server), 0, "the rows came less than a day ago");
    server.now += 1_000;
    assert_eq!(rows_of_a_pull(&desk, &server), u64::from(ROWS));
    server.now += VERIFY_IDLE_MS;
    assert_eq!(rows_of_a_pull(&desk, &server), 0, "the turn has ended");
    behind_its_back(&desk, "UPDATE record SET state = x'00' WHERE record = (SELECT min(record) FROM record)");
    desk.pull(&server);
    assert_eq!(desk.store.pull_request(SPACE).unwrap().refetch, [], "its sum is what it was");
    server.now += VERIFY_TURN_MS;
    let request = desk.store.pull_request(SPACE).unwrap();
    desk.apply(&request, &server);
    assert_eq!(desk.store.pull_request(SPACE).unwrap().refetch, [record(1)]);
}

#[test]
fn what_a_read_finds_damaged_is_asked_for_by_the_next_pull() {
    let (desk, server) = filled();
    behind_its_back(&desk, "UPDATE record SET state = x'00' WHERE record = (SELECT max(record) FROM record)");
    assert!(desk.store.predicted(record(ROWS), desk.now()).unwrap().damaged);
    assert!(desk.store.predicted(record(ROWS), desk.now()).unwrap().damaged, "seen twice");
    let request = desk.store.pull_request(SPACE).unwrap();
    assert_eq!(request.refetch, [record(ROWS)]);
    desk.apply(&request, &server);
    behind_its_back(&desk, "UPDATE record SET state = x'00' WHERE record = (SELECT min(record) FROM record)");
    desk.store.begin(record(1), desk.now()).unwrap();
    assert_eq!(desk.store.pull_request(SPACE).unwrap().refetch, [record(1), record(ROWS)], "by whoever begins to type");
}
