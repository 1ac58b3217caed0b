//! What a save costs in statements: no noise moves these numbers, and whoever raises one says why.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod desk;

use desk::{Desk, Server, record};
use gridwalk_model::undo::Former;
use gridwalk_model::wish::Wish;
use gridwalk_store::Remembered;
use rusqlite::StatementStatus;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use std::cell::RefCell;

thread_local! {
    static EXECUTED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

#[allow(clippy::needless_pass_by_value, reason = "SQLite's hook is called so")]
fn note(event: TraceEvent<'_>) {
    if let TraceEvent::Stmt(_, sql) = event {
        EXECUTED.with_borrow_mut(|list| list.push(sql.to_owned()));
    }
}

/// The store's own statements that some work executes on the writer's connection; those of full text itself are not
/// counted.
fn executed(desk: &Desk, work: impl FnOnce()) -> Vec<String> {
    let watch = |on: Option<fn(TraceEvent<'_>)>| {
        desk.store.lend_writer(|db| db.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, on)).unwrap();
    };
    EXECUTED.with_borrow_mut(Vec::clear);
    watch(Some(note));
    work();
    watch(None);
    let own = |sql: &String| !sql.starts_with("--") && !sql.contains("'main'.'view_") && !sql.contains("\"main\".");
    EXECUTED.with_borrow(|list| list.iter().filter(|sql| own(sql)).cloned().collect())
}

fn wishes(from: usize) -> Vec<Wish> {
    (from..from + 20).map(|n| Wish::put(&format!("field_{}", n % 20), format!("值{n}"))).collect()
}

fn count_of(list: &[String], most: usize) {
    assert!(list.len() <= most, "{} statements, {most} were allowed:\n{}", list.len(), list.join("\n"));
}

#[test]
fn a_save_executes_few_statements() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &wishes(0));
    desk.sync(&mut server);
    let first = desk.request(record(2), &wishes(0), desk.store.begin(record(2), desk.now()).unwrap());
    count_of(
        &executed(&desk, || {
            desk.store.save(&first).unwrap();
        }),
        26,
    );
    let edit = [Wish::put("field_1", "新"), Wish::put("field_2", "新"), Wish::put("field_3", "新")];
    let again = desk.request(record(1), &edit, desk.store.begin(record(1), desk.now()).unwrap());
    count_of(
        &executed(&desk, || {
            desk.store.save(&again).unwrap();
        }),
        26,
    );
}

/// What undoing a save takes is written into the save's own row.
#[test]
fn a_save_that_can_be_undone_executes_no_statement_more() {
    let desk = Desk::new();
    desk.save(record(9), &wishes(0));
    let begin = |n| desk.request(record(n), &wishes(0), desk.store.begin(record(n), desk.now()).unwrap());
    let (plain, command) = (begin(1), begin(2));
    let about = Remembered { name: "edit_record", remedy: "puts_back", undoes: None, former: vec![Former::default()] };
    let count = |request, about| executed(&desk, || drop(desk.store.save_command(&[request], about).unwrap())).len();
    assert_eq!(count(plain, None), count(command, Some(&about)));
}

#[test]
fn many_saves_share_what_they_continue() {
    let desk = Desk::new();
    desk.save(record(1), &wishes(0));
    let requests: Vec<_> = (10..60)
        .map(|n| desk.request(record(n), &wishes(0), desk.store.begin(record(n), desk.now()).unwrap()))
        .collect();
    let all = executed(&desk, || drop(desk.store.save_all(&requests).unwrap()));
    count_of(&all, 16 + 13 * requests.len());
    let writes_of_space = all.iter().filter(|sql| sql.starts_with("UPDATE space")).count();
    assert_eq!(writes_of_space, 1, "the chain is lengthened once");
}

/// What full text holds is written again only where it changed.
#[test]
fn an_edit_of_what_is_not_searched_leaves_full_text_alone() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &[Wish::put("name", "幸福楼"), Wish::put("floors", 6)]);
    desk.sync(&mut server);
    let basis = || desk.store.begin(record(1), desk.now()).unwrap();
    let floors = desk.request(record(1), &[Wish::put("floors", 7)], basis());
    let touches = |sql: &String| sql.contains("INTO view_search") || sql.contains("FROM view_search");
    let executed_by = |request| {
        executed(&desk, || {
            desk.store.save(request).unwrap();
        })
    };
    assert_eq!(executed_by(&floors).iter().filter(|sql| touches(sql)).count(), 0);
    let name = desk.request(record(1), &[Wish::put("name", "和平楼")], basis());
    assert_eq!(executed_by(&name).iter().filter(|sql| touches(sql)).count(), 2);
}

/// SQLite puts a row into an index anew whenever a statement writes a column of it, whatever it writes.
#[test]
fn an_edit_that_moves_nothing_in_lists_writes_no_index_of_theirs() {
    let desk = Desk::new();
    desk.save(record(1), &[Wish::put("name", "幸福楼"), Wish::put("floors", 6)]);
    let updates = |wishes: &[Wish]| {
        let request = desk.request(record(1), wishes, desk.store.begin(record(1), desk.now()).unwrap());
        let all = executed(&desk, || {
            desk.store.save(&request).unwrap();
        });
        let of_rows = all.into_iter().filter(|sql| sql.starts_with("UPDATE view_row")).collect::<Vec<_>>();
        assert_eq!(of_rows.len(), 1);
        of_rows[0].contains("sort = ")
    };
    assert!(!updates(&[Wish::put("floors", 7)]));
    assert!(updates(&[Wish::put("name", "和平楼")]));
    assert_eq!(desk.store.row(record(1)).unwrap().unwrap().title, "和平楼");
}

/// SQLite's planner looks at no bound value, else it would prepare what sorts anew at each use.
#[test]
fn a_cached_statement_is_prepared_once() {
    let desk = Desk::new();
    desk.save(record(1), &wishes(0));
    desk.store.lend_writer(|db| {
        for n in 0..5_u8 {
            let mut statement =
                db.prepare_cached("SELECT save FROM own_change WHERE record = ?1 ORDER BY save").unwrap();
            let rows = statement.query_map([[n; 16]], |r| r.get::<_, i64>(0)).unwrap();
            assert!(rows.collect::<Result<Vec<_>, _>>().unwrap().len() <= 1);
            assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
        }
    });
}
