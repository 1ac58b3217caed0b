//! Databases of every schema that ever shipped: opened and upgraded for ever. A schema's files are never edited; a new
//! schema gets new ones (`GRIDWALK_WRITE_GOLDEN=1 cargo test -p gridwalk-store --test golden`, with the new names in here).

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod desk;

use desk::{Desk, SPACE, Server, record, refused};
use gridwalk_model::Timestamp;
use gridwalk_model::exchange::Verdict;
use gridwalk_model::hash::Hash;
use gridwalk_model::undo::Former;
use gridwalk_model::wish::Wish;
use gridwalk_model::{RecordId, Value};
use gridwalk_store::{CarriedKind, SealedCopy};
use gridwalk_store::{OpenOptions, OutboxStatus, Remembered, ReplicaMark, Store, flag};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::PathBuf;

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden").join(name)
}

fn name(text: &str) -> [Wish; 1] {
    [Wish::put("name", text)]
}

/// One of everything: a disagreement, a leaving record with a draft, changes saved, sent, waiting, refused.
fn furnish(desk: &Desk) {
    let mut server = Server::default();
    let other = Desk::number(2);
    for n in 1..=6 {
        desk.save(record(n), &name(&format!("{n}栋")));
    }
    desk.sync(&mut server);
    other.sync(&mut server);
    other.save(record(1), &name("幸福楼"));
    other.sync(&mut server);
    desk.save(record(1), &name("和平楼"));
    let point = gridwalk_model::geo::Point::from_degrees(34.6, 119.2).unwrap();
    desk.save(record(2), &[Wish::put("point", point.to_value())]);
    desk.sync(&mut server);
    let basis = desk.open_draft(record(3));
    desk.store.keep_draft(basis.draft.unwrap(), r#"{"name":"解放楼"}"#).unwrap();
    server.hide(desk.author, record(3), true);
    server.judge = refused("not_in_scope");
    desk.save(record(4), &name("不行"));
    desk.sync(&mut server);
    server.judge = Verdict::Quarantined;
    desk.save(record(5), &name("待审"));
    desk.sync(&mut server);
    server.judge = Verdict::Applied;
    desk.save(record(6), &name("已发"));
    desk.push(&mut server);
    desk.save(record(7), &name("新楼"));
    let on_its_way = desk.store.frames(None, 10).unwrap().remove(0);
    desk.store.mark_offered(on_its_way.space, on_its_way.replica, &on_its_way.items).unwrap();
    let picture = desk.store.keep_picture(b"a picture", desk.now()).unwrap();
    let element = Value::Map(BTreeMap::from([("hash".to_owned(), Value::Bytes(picture.0.to_vec()))]));
    let wishes = [Wish::put("name", "更新的楼"), Wish::Attach { element }];
    let request = desk.request(record(8), &wishes, desk.store.begin(record(8), desk.now()).unwrap());
    let former = vec![Former::of(None, &wishes)];
    let about = Remembered { name: "add_building", remedy: "takes_away", undoes: None, former };
    desk.store.save_command(&[request], Some(&about)).unwrap();
    desk.store.keep_names(&[], &[(desk.author, "王安".to_owned())], desk.now()).unwrap();
    let (seal, at) = (Hash([1; 32]), gridwalk_model::Timestamp(5));
    desk.store.carry(CarriedKind::Bundle, seal, None, b"a bundle of somebody", at).unwrap();
    desk.store.carried_refused(seal, "bundle_foreign").unwrap();
    let (_, names) = desk.store.hand_over().unwrap();
    let copy = SealedCopy { seal: Hash([2; 32]), sealed: b"what was handed over".to_vec() };
    desk.store.keep_sealed_hand_over(&names, &copy).unwrap();
}

/// The lasting tables, as SQLite keeps them.
fn schema(db: &Connection) -> String {
    let sql = "SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'view_%' ORDER BY name";
    let mut statement = db.prepare(sql).unwrap();
    let lines: Vec<String> = statement.query_map([], |r| r.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    lines.join("\n") + "\n"
}

/// Set to write the files of a new schema; without it the test only proves that they could be written.
const WRITE: &str = "GRIDWALK_WRITE_GOLDEN";

#[test]
fn a_furnished_phone_can_be_kept_as_a_fixture() {
    let desk = Desk::new();
    furnish(&desk);
    let folder = tempfile::tempdir().unwrap();
    let into = if std::env::var_os(WRITE).is_some() { golden("") } else { folder.path().to_owned() };
    let db = desk.raw();
    if cfg!(feature = "encrypted") {
        // A copy of it would be encrypted as well: fixtures are made in the clear.
        return assert!(!schema(&db).is_empty());
    }
    std::fs::write(into.join("phone-v15.schema.txt"), schema(&db)).unwrap();
    let _ = std::fs::remove_file(into.join("phone-v15.db"));
    db.execute("VACUUM INTO ?1", [into.join("phone-v15.db").to_str().unwrap()]).unwrap();
    let kept = Connection::open(into.join("phone-v15.db")).unwrap();
    similar_asserts::assert_eq!(schema(&kept), schema(&db));
}

#[test]
fn a_phone_of_schema_1_opens_with_everything_in_it() {
    opens_whole("phone-v1.db", &[OutboxStatus::Waits, OutboxStatus::Applied, OutboxStatus::Saved]);
}

#[test]
fn a_phone_of_schema_2_opens_with_everything_in_it() {
    let statuses = [OutboxStatus::Waits, OutboxStatus::Applied, OutboxStatus::Sent, OutboxStatus::Saved];
    opens_whole("phone-v2.db", &statuses);
}

#[test]
fn a_phone_of_schema_3_opens_with_everything_in_it() {
    let statuses = [OutboxStatus::Waits, OutboxStatus::Applied, OutboxStatus::Sent, OutboxStatus::Saved];
    opens_whole("phone-v3.db", &statuses);
}

#[test]
fn a_phone_of_schema_4_opens_with_everything_in_it() {
    opens_with_what_it_carries("phone-v4.db");
}

#[test]
fn a_phone_of_schema_5_opens_with_everything_in_it() {
    opens_with_what_it_carries("phone-v5.db");
}

#[test]
fn a_phone_of_schema_6_opens_with_everything_in_it() {
    opens_with_what_it_carries("phone-v6.db");
}

#[test]
fn a_phone_of_schema_7_opens_with_everything_in_it() {
    opens_with_what_it_carries("phone-v7.db");
}

#[test]
fn a_phone_of_schema_8_opens_with_everything_in_it() {
    opens_with_what_it_carries("phone-v8.db");
}

#[test]
fn a_phone_of_schema_9_opens_with_everything_in_it() {
    opens_with_what_it_carries("phone-v9.db");
}

#[test]
fn a_phone_of_schema_10_opens_with_everything_in_it() {
    opens_with_what_it_carries("phone-v10.db");
}

#[test]
fn a_phone_of_schema_11_opens_with_everything_in_it() {
    opens_with_what_it_carries("phone-v11.db");
}

#[test]
fn a_phone_of_schema_12_opens_with_everything_in_it() {
    opens_with_what_it_carries("phone-v12.db");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("phone.db");
    std::fs::copy(golden("phone-v12.db"), &path).unwrap();
    let mark = ReplicaMark { held: Some(desk::FIRST), next: [2; 16] };
    let store = Store::open(&path, OpenOptions::new(mark, || [0x99; 16])).unwrap();
    let undoable = store.undoable(10).unwrap();
    assert_eq!((undoable.len(), undoable[0].record, undoable[0].name.as_str()), (1, record(8), "add_building"));
}

#[test]
fn a_phone_of_schema_13_opens_with_everything_in_it() {
    opens_with_what_it_carries("phone-v13.db");
    // Whoever wrote what was pulled before there were names can be asked about.
    let store = opened(&tempfile::tempdir().unwrap(), "phone-v13.db");
    assert!(!store.people_to_ask(Timestamp(i64::MAX)).unwrap().is_empty());
}

#[test]
fn a_phone_of_schema_14_opens_with_everything_in_it() {
    opens_with_what_it_carries("phone-v14.db");
    let store = opened(&tempfile::tempdir().unwrap(), "phone-v14.db");
    assert_eq!(store.people_called("王安").unwrap().len(), 1);
}

/// A copy of a fixture in a folder, opened.
fn opened(folder: &tempfile::TempDir, file: &str) -> Store {
    let path = folder.path().join("phone.db");
    std::fs::copy(golden(file), &path).unwrap();
    let mark = ReplicaMark { held: Some(desk::FIRST), next: [2; 16] };
    Store::open(&path, OpenOptions::new(mark, || [0x99; 16])).unwrap()
}

#[test]
fn a_phone_of_schema_15_opens_with_everything_in_it() {
    opens_with_what_it_carries("phone-v15.db");
    let store = opened(&tempfile::tempdir().unwrap(), "phone-v15.db");
    let waiting: Vec<RecordId> = store.pictures_waiting().unwrap().iter().map(|w| w.record).collect();
    assert_eq!(waiting, [record(8)]);
}

fn opens_with_what_it_carries(file: &str) {
    let statuses = [OutboxStatus::Waits, OutboxStatus::Applied, OutboxStatus::Sent, OutboxStatus::Saved];
    opens_whole(file, &statuses);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("phone.db");
    std::fs::copy(golden(file), &path).unwrap();
    let mark = ReplicaMark { held: Some(desk::FIRST), next: [2; 16] };
    let store = Store::open(&path, OpenOptions::new(mark, || [0x99; 16])).unwrap();
    assert_eq!(store.carried_seal(Hash([1; 32])).unwrap().as_deref(), Some(b"a bundle of somebody".as_slice()));
    assert_eq!(store.carried().unwrap()[0].code.as_deref(), Some("bundle_foreign"));
    let (_, names) = store.hand_over().unwrap();
    assert_eq!(store.sealed_hand_over(&names).unwrap().unwrap().sealed, b"what was handed over");
}

fn opens_whole(file: &str, statuses: &[OutboxStatus]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("phone.db");
    std::fs::copy(golden(file), &path).unwrap();
    let mark = ReplicaMark { held: Some(desk::FIRST), next: [2; 16] };
    let store = Store::open(&path, OpenOptions::new(mark, || [0x99; 16])).unwrap();
    store.rebuild_views(|_, _| {}).unwrap();
    assert_eq!(store.replica().unwrap().0[0], 1, "the same replica as before");
    let found: Vec<OutboxStatus> = store.outbox().unwrap().iter().map(|o| o.status).collect();
    assert_eq!(found, statuses);
    let attention = store.attention().unwrap();
    assert_eq!((attention.len(), attention[0].record, attention[0].code.as_str()), (1, record(4), "not_in_scope"));
    let drafts = store.drafts().unwrap();
    assert_eq!((drafts.len(), drafts[0].record, drafts[0].content.as_str()), (1, record(3), r#"{"name":"解放楼"}"#));
    let counts = store.counts().unwrap();
    assert_eq!((counts.records, counts.leaving, counts.disagreements), (6, 1, 1));
    let row = |n| store.row(record(n)).unwrap();
    assert!(row(1).unwrap().has(flag::DISAGREEMENT) && row(2).unwrap().point().is_some() && row(3).is_none());
    assert_eq!(row(5).unwrap().title, "待审");
    assert_eq!(store.search("新楼", &[], 5).unwrap()[0].record, record(7));
    let standing = store.space(SPACE).unwrap();
    let saves = 9 + statuses.len();
    assert_eq!((standing.seq, standing.cursor.map(|c| c.0)), (saves as u64, standing.timeline()));
    assert_eq!(store.hand_over().unwrap().0.len(), saves + 1, "every change and a draft");
}

#[test]
fn the_schema_is_the_one_that_was_committed() {
    let desk = Desk::new();
    let db = desk.raw();
    similar_asserts::assert_eq!(schema(&db), std::fs::read_to_string(golden("phone-v15.schema.txt")).unwrap());
}
