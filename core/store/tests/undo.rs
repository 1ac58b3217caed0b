//! What is remembered of commands so that they can be undone: beside the save, then alone, then gone.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod desk;

use desk::{Desk, Server, record};
use gridwalk_model::RecordId;
use gridwalk_model::limits::UNDO_SAVES_KEPT;
use gridwalk_model::undo::Former;
use gridwalk_model::wish::Wish;
use gridwalk_store::{Remembered, Saved};

/// A command that names these records anew.
fn command(desk: &Desk, records: &[RecordId], name: &str, undoes: Option<u64>) -> Vec<Saved> {
    let wishes = [Wish::put("name", name)];
    let now = desk.now();
    let held = desk.store.looked_at(records, now).unwrap();
    let requests: Vec<_> =
        records.iter().map(|r| desk.request(*r, &wishes, desk.store.begin(*r, desk.now()).unwrap())).collect();
    let former = records.iter().map(|r| Former::of(held.get(r), &wishes)).collect();
    let about = Remembered { name: "rename", remedy: "puts_back", undoes, former };
    desk.store.save_command(&requests, Some(&about)).unwrap()
}

/// Commands that can be undone with their records' numbers, the last first, and whether each is undone.
fn listed(desk: &Desk) -> Vec<(u64, Vec<u8>, bool)> {
    let items = desk.store.undoable(50).unwrap();
    let of = |saves: &[gridwalk_store::UndoItem]| {
        (saves[0].command, saves.iter().map(|i| i.record.0[0]).collect(), saves[0].undone_by.is_some())
    };
    items.chunk_by(|a, b| a.command == b.command).map(of).collect()
}

/// So many records of their own.
fn many(mark: u8, count: usize) -> Vec<RecordId> {
    let id = |n: usize| {
        let mut id = [mark; 16];
        id[8..].copy_from_slice(&n.to_be_bytes());
        RecordId(id)
    };
    (0..count).map(id).collect()
}

fn moved(desk: &Desk) -> i64 {
    let db = desk.raw();
    db.query_row("SELECT count(*) FROM undo", [], |r| r.get(0)).unwrap()
}

#[test]
fn what_is_safe_goes_and_can_be_undone_all_the_same() {
    let (desk, mut server) = (Desk::new(), Server::default());
    command(&desk, &[record(1), record(2)], "旧", None);
    command(&desk, &[record(1)], "新", None);
    desk.sync(&mut server);
    let all = vec![(3, vec![1], false), (1, vec![1, 2], false)];
    assert_eq!((listed(&desk), moved(&desk)), (all.clone(), 0), "it stands beside the save");
    let before = desk.store.saves_with(2).unwrap();
    server.safe_pos = server.pos;
    desk.save(record(3), &[Wish::put("name", "别的")]);
    desk.sync(&mut server);
    assert_eq!((listed(&desk), moved(&desk)), (all, 3), "it stands alone");
    assert!(desk.store.own_changes().unwrap().len() <= 1, "what is safe went");
    assert_eq!(desk.store.saves_with(2).unwrap(), before, "its body and what it replaced with it");

    let undo = command(&desk, &[record(1)], "旧", Some(3))[0].save;
    assert_eq!(listed(&desk)[1], (3, vec![1], true), "what is safe is marked as undone");
    command(&desk, &[record(1)], "新", Some(undo));
    assert_eq!(listed(&desk)[1], (undo, vec![1], true), "and what is not");
    let undos: Vec<u64> = desk.store.undos_on(record(1), 3).unwrap().iter().map(|i| i.save).collect();
    assert_eq!(undos, [undo, undo + 1]);
}

#[test]
fn a_record_that_is_forgotten_takes_along_what_was_done_to_it() {
    let (desk, mut server) = (Desk::new(), Server::default());
    command(&desk, &[record(1), record(2)], "旧", None);
    desk.sync(&mut server);
    server.safe_pos = server.pos;
    command(&desk, &[record(1), record(2)], "新", None);
    desk.sync(&mut server);
    assert_eq!((listed(&desk).len(), moved(&desk)), (2, 2));
    server.hide(desk.author, record(1), true);
    desk.sync(&mut server);
    assert_eq!(listed(&desk), [(3, vec![2], false), (1, vec![2], false)]);
    server.safe_pos = server.pos;
    desk.sync(&mut server);
    assert_eq!(listed(&desk), [(3, vec![2], false), (1, vec![2], false)], "also once its last change went");
}

#[test]
fn the_oldest_make_room_and_the_newest_command_is_whole() {
    let (desk, mut server) = (Desk::new(), Server::default());
    let kept = usize::try_from(UNDO_SAVES_KEPT).unwrap();
    command(&desk, &[record(1)], "旧", None);
    command(&desk, &[record(2)], "旧", None);
    desk.sync(&mut server);
    server.safe_pos = server.pos;
    desk.save(record(9), &[Wish::put("name", "别的")]);
    desk.sync(&mut server);
    let later = "UPDATE meta SET saves = saves + ?1";
    desk.store.lend_writer(|db| db.execute(later, [UNDO_SAVES_KEPT.cast_signed() - 3])).unwrap();
    command(&desk, &[record(3)], "后来", None);
    assert_eq!(listed(&desk).len(), 2, "the first made room");
    assert_eq!(desk.store.saves_with(1).unwrap(), []);
    let big = command(&desk, &many(4, kept + 5), "更多", None);
    assert_eq!(desk.store.saves_with(big[0].save).unwrap().len(), kept + 5);
    assert_eq!(desk.store.undoable(50).unwrap().len(), kept + 5);
}

/// What an earlier release wrote down by itself is still there.
#[test]
fn what_an_earlier_schema_remembered_can_be_undone() {
    let mut desk = Desk::new();
    command(&desk, &[record(1)], "旧", None);
    {
        let db = desk.raw();
        let as_before = "INSERT INTO undo SELECT * FROM remembered;
            UPDATE own_change SET command = NULL, command_name = NULL, remedy = NULL, former = NULL";
        db.execute_batch(as_before).unwrap();
    }
    desk.reopen();
    assert_eq!(listed(&desk), [(1, vec![1], false)]);
    let mut server = Server::default();
    desk.sync(&mut server);
    server.safe_pos = server.pos;
    desk.save(record(2), &[Wish::put("name", "别的")]);
    desk.sync(&mut server);
    assert_eq!((listed(&desk), moved(&desk)), (vec![(1, vec![1], false)], 1));
}
