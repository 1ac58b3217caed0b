//! Somebody edits the audit on the server's disk, behind its back: the walk names the first row that was touched.

use crate::world::{TestClock, TestIds, World, options};
use gridwalk_model::id::AccountId;
use gridwalk_model::time::Timestamp;
use gridwalk_server::audit::verify::{BadAct, Seen, acts, beside};
use gridwalk_server::audit::{START, SignedHead, head, link};
use gridwalk_server::store::AuditRow;
use gridwalk_server::{Server, ServerOptions};
use rusqlite::Connection;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// A server's folder, closed, with rows of the audit numbered from 1.
struct Closed {
    dir: tempfile::TempDir,
    clock: Arc<TestClock>,
    ids: Arc<TestIds>,
}

impl Closed {
    /// So many rows; a head was signed after each third row, and one at the stop.
    fn with(rows: i64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(1_700_000_000_000)));
        let closed = Self { dir, clock, ids: Arc::new(TestIds::default()) };
        let server = Server::create(closed.options()).unwrap();
        for n in 1..=rows {
            server.write(|w| w.audit(Some(AccountId([1; 16])), "granted", &format!("grant {n}"))).unwrap();
            if n % 3 == 0 {
                closed.clock.0.fetch_add(3_600_000, Ordering::SeqCst);
                assert!(server.sign_hourly().unwrap() && !server.sign_hourly().unwrap(), "once an hour");
            }
        }
        server.close().unwrap();
        closed
    }

    fn options(&self) -> ServerOptions {
        options(self.dir.path(), &self.clock, &self.ids)
    }

    fn open(&self) -> Server {
        Server::open(self.options()).unwrap()
    }

    /// Somebody with the file and without the key.
    fn edit(&self, sql: &str) {
        let db = self.behind();
        db.execute_batch(sql).unwrap();
    }

    fn behind(&self) -> Connection {
        let db = Connection::open(self.dir.path().join("gridwalk.db")).unwrap();
        for trigger in ["audit_row_changed", "audit_row_removed", "audit_head_changed", "audit_head_removed"] {
            db.execute_batch(&format!("DROP TRIGGER IF EXISTS {trigger}")).unwrap();
        }
        db
    }

    fn verify(&self) -> Result<Seen, BadAct> {
        verify(&self.open())
    }
}

fn verify(server: &Server) -> Result<Seen, BadAct> {
    let kept = beside(&server.running().options.folder).unwrap();
    server.read(|r| acts(r, &kept)).unwrap()
}

/// Moves numbers from `from` on up or down by one, without two rows ever bearing one number.
fn renumber(from: i64, by: i64) -> String {
    format!("UPDATE audit SET id = -id - ({by}) WHERE id >= {from}; UPDATE audit SET id = -id WHERE id < 0;")
}

#[test]
fn an_audit_that_nobody_touched_is_whole() {
    for rows in [0, 1, 2, 3, 10] {
        let seen = Closed::with(rows).verify().unwrap();
        assert_eq!((seen.rows, seen.lost_by_restore), (rows, 0));
    }
    assert_eq!(Closed::with(10).verify().unwrap().heads, 4, "one each hour and one at the stop");
}

#[test]
fn the_database_itself_refuses_to_change_the_audit() {
    let closed = Closed::with(4);
    let db = Connection::open(closed.dir.path().join("gridwalk.db")).unwrap();
    for sql in [
        "UPDATE audit SET detail = 'grant 9' WHERE id = 2",
        "DELETE FROM audit WHERE id = 2",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET signature = body",
    ] {
        assert!(db.execute_batch(sql).unwrap_err().to_string().contains("only added to"), "{sql}");
    }
}

#[test]
fn a_row_that_was_changed_is_named() {
    for (row, column) in [(1, "detail = 'x'"), (4, "at = at + 1"), (7, "account = NULL"), (10, "code = 'withdrawn'")] {
        let closed = Closed::with(10);
        closed.edit(&format!("UPDATE audit SET {column} WHERE id = {row}"));
        assert_eq!(closed.verify(), Err(BadAct::Changed(row)), "{column}");
    }
}

#[test]
fn a_row_that_was_removed_is_named() {
    for row in [1, 5, 9] {
        let closed = Closed::with(10);
        closed.edit(&format!("DELETE FROM audit WHERE id = {row}"));
        assert_eq!(closed.verify(), Err(BadAct::Removed(row)), "the gap");
        closed.edit(&renumber(row + 1, -1));
        assert_eq!(closed.verify(), Err(BadAct::Removed(row)), "numbers were closed up over it");
    }
}

#[test]
fn a_row_that_was_inserted_is_named() {
    let forged = |n: i64| {
        format!("INSERT INTO audit SELECT {n}, at, account, code, 'grant 99', randomblob(32) FROM audit LIMIT 1")
    };
    for row in [1, 5, 10] {
        let closed = Closed::with(10);
        closed.edit(&format!("{} {}", renumber(row, 1), forged(row)));
        assert_eq!(closed.verify(), Err(BadAct::Inserted(row)), "pushed in");
    }
    let closed = Closed::with(10);
    closed.edit(&forged(11));
    assert_eq!(closed.verify(), Err(BadAct::Inserted(11)), "put at the end");
    let closed = Closed::with(10);
    let db = closed.behind();
    let last: Vec<u8> = db.query_row("SELECT chain FROM audit WHERE id = 10", [], |r| r.get(0)).unwrap();
    let row = AuditRow { at: Timestamp(1), account: None, code: "granted".to_owned(), detail: "grant 11".to_owned() };
    let chain = link(gridwalk_model::hash::Hash::from_slice(&last).unwrap(), 11, &row);
    db.execute("INSERT INTO audit VALUES (11, 1, NULL, 'granted', 'grant 11', ?)", [&chain.0[..]]).unwrap();
    drop(db);
    assert_eq!(closed.verify(), Err(BadAct::Inserted(11)), "put at the end with the right chain");
    let server = closed.open();
    server.write(|w| w.audit(None, "granted", "grant 12")).unwrap();
    assert_eq!(verify(&server), Err(BadAct::Inserted(11)), "what follows hides nothing");
}

#[test]
fn rows_that_were_reordered_are_named() {
    let swap = |a: i64, b: i64| {
        format!(
            "UPDATE audit SET id = 999 WHERE id = {a}; UPDATE audit SET id = {a} WHERE id = {b}; UPDATE audit SET id = {b} WHERE id = 999;"
        )
    };
    for (a, b) in [(1, 2), (4, 9), (9, 10)] {
        let closed = Closed::with(10);
        closed.edit(&swap(a, b));
        assert_eq!(closed.verify(), Err(BadAct::Reordered(a)), "{a} and {b}");
        let closed = Closed::with(10);
        let chain = |n: i64| format!("(SELECT chain FROM audit WHERE id = {n})");
        closed.edit(&format!(
            "CREATE TEMP TABLE was AS SELECT {} AS a, {} AS b; {} UPDATE audit SET chain = (SELECT a FROM was) WHERE id = {a}; UPDATE audit SET chain = (SELECT b FROM was) WHERE id = {b};",
            chain(a), chain(b), swap(a, b)
        ));
        assert_eq!(closed.verify(), Err(BadAct::Reordered(a)), "{a} and {b}, each under the other's hash");
    }
}

#[test]
fn an_end_that_was_cut_off_is_named() {
    let closed = Closed::with(10);
    closed.edit("DELETE FROM audit WHERE id > 7");
    assert_eq!(closed.verify(), Err(BadAct::Cut(8)), "the rows");
    // The heads over them as well.
    closed.edit("DELETE FROM audit_head WHERE n > 2");
    assert_eq!(closed.verify(), Err(BadAct::Cut(8)), "and the heads");
    // And what is written afterwards does not close the gap.
    let server = closed.open();
    server.write(|w| w.audit(None, "granted", "grant 11")).unwrap();
    assert_eq!(verify(&server), Err(BadAct::Removed(8)));
    drop(server);
    // The mark as well: then only the list beside the database is left, and the audit says that the mark was lost.
    let closed = Closed::with(10);
    closed.edit(
        "DELETE FROM audit WHERE id > 7; DELETE FROM audit_head WHERE n > 2; DELETE FROM meta WHERE name = 'audit_end'",
    );
    assert_eq!(closed.verify(), Err(BadAct::Mark));
    let server = closed.open();
    server.write(|w| w.audit(None, "granted", "grant 11")).unwrap();
    let newest = server.read(|r| r.tx.audit_newest(2)).unwrap();
    assert_eq!(newest[1].code, "audit_mark_lost");
    assert!(verify(&server).is_err(), "the list beside the database knows better");
    // A mark of an earlier day put back with all that belonged to it: the list beside the database, or an office's.
    let early = Closed::with(4);
    let later = std::fs::read(Closed::with(10).dir.path().join(head::HEADS)).unwrap();
    assert_eq!(early.verify().map(|seen| seen.rows), Ok(4));
    std::fs::write(early.dir.path().join(head::HEADS), later).unwrap();
    assert_eq!(early.verify(), Err(BadAct::Cut(5)));
}

#[test]
fn a_history_made_anew_without_the_key_is_found_by_mark_and_heads() {
    let closed = Closed::with(10);
    let db = closed.behind();
    db.execute("UPDATE audit SET detail = 'grant 99' WHERE id = 5", []).unwrap();
    let mut get = db.prepare("SELECT id, at, account, code, detail FROM audit ORDER BY id").unwrap();
    let rows: Vec<(i64, AuditRow)> = get
        .query_map([], |r| {
            let account = r.get::<_, Option<[u8; 16]>>(2)?.map(AccountId);
            Ok((r.get(0)?, AuditRow { at: Timestamp(r.get(1)?), account, code: r.get(3)?, detail: r.get(4)? }))
        })
        .unwrap()
        .map(Result::unwrap)
        .collect();
    drop(get);
    let mut chain = START;
    for (n, row) in &rows {
        chain = link(chain, *n, row);
        db.execute("UPDATE audit SET chain = ? WHERE id = ?", rusqlite::params![&chain.0[..], n]).unwrap();
    }
    drop(db);
    assert_eq!(closed.verify(), Err(BadAct::Rewritten(4)), "after the last head that still agrees");
    closed.edit("DELETE FROM audit_head WHERE n > 1");
    assert_eq!(closed.verify(), Err(BadAct::Rewritten(4)), "by the mark");
    closed.edit("DELETE FROM audit_head WHERE n = 1");
    assert_eq!(closed.verify(), Err(BadAct::Rewritten(1)));
}

#[test]
fn heads_that_are_gone_or_forged_are_named() {
    let closed = Closed::with(10);
    closed.edit("UPDATE audit_head SET signature = zeroblob(64) WHERE n = 2");
    assert_eq!(closed.verify(), Err(BadAct::Head(2)));
    let closed = Closed::with(10);
    closed.edit("DELETE FROM audit_head WHERE n = 3");
    assert_eq!(closed.verify(), Err(BadAct::Head(3)));
    let closed = Closed::with(10);
    closed.edit("DELETE FROM audit_head WHERE n = 4");
    assert_eq!(closed.verify(), Err(BadAct::Head(4)), "by the list beside the database");
    std::fs::remove_file(closed.dir.path().join(head::HEADS)).unwrap();
    assert_eq!(closed.verify().map(|seen| seen.heads), Ok(3), "without any list nobody can tell");
}

#[test]
fn a_journal_that_was_cut_is_found_by_the_heads() {
    let world = World::new();
    let mut worker = world.worker(1, 11);
    let change = worker.building(&world, crate::world::record(1), 11, "甲楼");
    assert_eq!(worker.verdicts(&world, &[change]), ["applied"]);
    world.server.close().unwrap();
    let space = world.space;
    assert!(verify(&world.server).is_ok());
    let db = Connection::open(world.dir.path().join("gridwalk.db")).unwrap();
    db.execute("DELETE FROM journal WHERE space = ?", [&space.0[..]]).unwrap();
    drop(db);
    assert!(matches!(verify(&world.server), Err(BadAct::Journal(found, 1)) if found == space));
}

#[test]
fn rows_of_a_former_schema_are_chained_once() {
    let closed = Closed::with(3);
    // As a server of before left it.
    closed.edit("UPDATE audit SET chain = NULL; DELETE FROM audit_head; DELETE FROM meta WHERE name = 'audit_end'");
    std::fs::remove_file(closed.dir.path().join(head::HEADS)).unwrap();
    let server = closed.open();
    assert_eq!(verify(&server).map(|seen| seen.rows), Ok(4));
    assert_eq!(server.read(|r| r.tx.audit_newest(1)).unwrap()[0].code, "audit_chained");
    server.close().unwrap();
    drop(server);
    // Not again: a hash that is missing now was taken out.
    closed.edit("UPDATE audit SET chain = NULL WHERE id = 2");
    assert_eq!(closed.verify(), Err(BadAct::Changed(2)));
}

#[test]
fn after_a_restore_heads_of_the_lost_time_are_told_as_lost_and_not_as_forged() {
    let closed = Closed::with(4);
    let server = closed.open();
    let copy = closed.dir.path().join("backup.db");
    server.back_up(&copy).unwrap();
    closed.clock.0.fetch_add(3_600_000, Ordering::SeqCst);
    server.write(|w| w.audit(None, "granted", "grant 5")).unwrap();
    assert!(server.sign_hourly().unwrap());
    let kept: Vec<SignedHead> = server.audit_head().unwrap().into_iter().collect();
    server.close().unwrap();
    drop(server);
    std::fs::copy(&copy, closed.dir.path().join("gridwalk.db")).unwrap();
    for name in ["gridwalk.db-wal", "gridwalk.db-shm"] {
        let _absent = std::fs::remove_file(closed.dir.path().join(name));
    }
    let unsaid = closed.open();
    assert!(matches!(verify(&unsaid), Err(BadAct::Cut(_))), "an old copy that nobody owned up to");
    drop(unsaid);
    closed.clock.0.fetch_add(3_600_000, Ordering::SeqCst);
    let server = Server::open(ServerOptions { restored: true, ..closed.options() }).unwrap();
    assert_eq!(verify(&server).map(|seen| seen.lost_by_restore), Ok(1));
    assert_eq!(
        server.read(|r| acts(r, &kept)).unwrap().map(|seen| seen.lost_by_restore),
        Ok(1),
        "an office's own copy"
    );
}
