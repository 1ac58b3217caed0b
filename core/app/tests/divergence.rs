//! Silent divergences of every sort, planted behind a phone's back: found by the next pull, narrowed, mended by fetching
//! only what differs, and reported once.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod field;

use field::{Fault, Field, GRID, Phone};
use gridwalk_app::SyncReport;
use gridwalk_model::State;
use gridwalk_model::command::{AddBuilding, Command, Edits};
use gridwalk_model::exchange::Key;
use gridwalk_model::id::RecordId;
use gridwalk_server::admin::Admin;
use gridwalk_server::divergence::RecentDivergence;

const DAY_MS: i64 = 24 * 3600 * 1000;

fn add_building(phone: &Phone, name: &str) -> RecordId {
    let record = phone.notebook.new_record().unwrap();
    let edits = Edits::none().put("name", name);
    phone.notebook.execute(&Command::AddBuilding(AddBuilding { record, unit: GRID, edits })).unwrap().record
}

/// A field with so many buildings, written by one phone and held by another.
fn filled(count: usize) -> (Field, Phone, Phone, Vec<RecordId>) {
    let mut field = Field::new();
    let (mut writer, mut reader) = (field.phone(0), field.phone(0));
    let records: Vec<RecordId> = (0..count).map(|n| add_building(&writer, &format!("{n}号楼"))).collect();
    assert!(writer.sync(&field.line).is_done());
    assert!(reader.sync(&field.line).is_done());
    (field, writer, reader, records)
}

fn hex(record: RecordId) -> String {
    format!("x'{:032x}'", u128::from_be_bytes(record.0))
}

fn plant(phone: &Phone, sql: &str) {
    phone.notebook.store().behind_its_back(sql).unwrap();
}

fn reports(field: &Field) -> Vec<RecentDivergence> {
    Admin::new(field.server()).overview().unwrap().last_divergences
}

/// Whether two phones of equal scope hold the same, and the server's sums bear out its states.
fn all_equal(field: &Field, one: &Phone, other: &Phone) {
    let held = |phone: &Phone| -> Vec<_> {
        phone.notebook.store().held().unwrap().into_iter().map(|h| (h.leaving, h.state)).collect()
    };
    assert_eq!(held(one), held(other));
    let server = field.server();
    let whole = |r: &gridwalk_server::Reading<'_>| gridwalk_server::verify::digests(r, field.county);
    assert!(server.read(whole).unwrap().is_ok());
}

fn mended(report: &SyncReport, records: u64) {
    assert!(report.is_done(), "{report:?}");
    assert_eq!((report.rows + report.left, report.repaired, report.told), (records, records, 1), "{report:?}");
}

/// A silent divergence, how it is reported, and whether it is one that sums do not show: checksums do, once a day.
struct Sort {
    name: &'static str,
    plant: Box<dyn Fn(&Phone)>,
    counts: Counts,
    in_turn: bool,
}

/// Missing, other, extra, damaged.
type Counts = (u64, u64, u64, u64);

fn sorts(records: &[RecordId]) -> [Sort; 5] {
    let (lost, near, aged) = (records[1], records[2], records[3]);
    let (damaged, bare) = (hex(records[4]), hex(records[5]));
    let by = move |sql: String| move |phone: &Phone| phone.notebook.store().behind_its_back(&sql).unwrap();
    let damage = by(format!("UPDATE record SET state = x'00ff' || substr(state, 3) WHERE record = {damaged}"));
    let strip = by(format!("UPDATE record SET held_by = x'' WHERE record = {bare}"));
    let lose = move |phone: &Phone| phone.notebook.store().lose_silently(lost).unwrap();
    let sort = |name, plant, counts, in_turn| Sort { name, plant, counts, in_turn };
    [
        sort("lost", Box::new(lose), (1, 0, 0, 0), false),
        sort("made up", Box::new(move |phone| make_up(phone, near)), (0, 0, 1, 0), false),
        sort("older", Box::new(move |phone| make_older(phone, aged)), (0, 1, 0, 0), false),
        sort("damaged", Box::new(damage), (0, 0, 0, 1), true),
        sort("under no key", Box::new(strip), (0, 0, 0, 1), true),
    ]
}

/// A record that no server has, whole in itself.
fn make_up(phone: &Phone, like: RecordId) {
    let store = phone.notebook.store();
    let state = store.confirmed(like).unwrap().unwrap();
    store.put_silently(&State { record: RecordId([0x77; 16]), ..state }, like).unwrap();
}

/// The record as it was before it had what it has now.
fn make_older(phone: &Phone, record: RecordId) {
    let store = phone.notebook.store();
    let mut state = store.confirmed(record).unwrap().unwrap();
    state.pos -= 1;
    state.fields.remove("name");
    store.put_silently(&state, record).unwrap();
}

#[test]
fn every_sort_of_silent_divergence_is_found_mended_and_reported_once() {
    let (field, writer, mut reader, records) = filled(120);
    let mut due: Counts = (0, 0, 0, 0);
    for (n, Sort { name, plant, counts, in_turn }) in sorts(&records).into_iter().enumerate() {
        plant(&reader);
        if in_turn {
            assert_eq!(reader.sync(&field.line).rows, 0, "{name}: not its turn");
            field.hands.pass(DAY_MS);
        }
        mended(&reader.sync(&field.line), 1);
        all_equal(&field, &writer, &reader);
        let told = reports(&field);
        assert_eq!(told.len(), n + 1, "{name}");
        let newest = told.iter().max_by_key(|d| d.found_at).unwrap();
        let add = |(m, o, e, d): Counts, (m2, o2, e2, d2): Counts| (m + m2, o + o2, e + e2, d + d2);
        let found = told.iter().map(|d| (d.missing, d.other, d.extra, d.damaged)).fold((0, 0, 0, 0), add);
        due = add(due, counts);
        assert_eq!((found, newest.outcome), (due, "repaired"), "{name}");
        assert!(reader.sync(&field.line).told == 0, "told once");
        field.hands.pass(1_000);
    }
}

#[test]
fn what_a_person_reads_and_is_damaged_comes_anew_with_the_next_session() {
    let (field, writer, mut reader, records) = filled(20);
    let at = hex(records[7]);
    plant(&reader, &format!("UPDATE record SET state = x'00ff' || substr(state, 3) WHERE record = {at}"));
    assert_eq!(reader.sync(&field.line).rows, 0, "nobody has looked at it");
    assert_eq!(reader.heads(records[7], "name"), [""; 0]);
    mended(&reader.sync(&field.line), 1);
    assert_eq!(reader.heads(records[7], "name"), ["7号楼"]);
    all_equal(&field, &writer, &reader);
}

#[test]
fn one_of_two_thousand_is_found_by_few_bytes_and_fetched_alone() {
    let (field, writer, mut reader, records) = filled(2_000);
    reader.notebook.store().lose_silently(records[1_234]).unwrap();
    field.line.bytes.lock().unwrap().clear();
    let report = reader.sync(&field.line);
    mended(&report, 1);
    all_equal(&field, &writer, &reader);
    let bytes = field.line.bytes.lock().unwrap().clone();
    let of =
        |path: &str| bytes.iter().filter(|b| b.0 == path).fold((0, 0, 0), |(n, s, a), b| (n + 1, s + b.1, a + b.2));
    let (questions, asked, answered) = of("/v1/digest");
    assert_eq!(questions, 3, "pairs, buckets, records");
    assert!(asked < 4_096, "{asked} bytes of questions");
    assert!(answered < 512, "{answered} bytes of answers");
    let (pulls, _, told) = of("/v1/pull");
    assert!(pulls <= 3 && told < 4_096, "{pulls} pages of {told} bytes");
}

#[test]
fn an_idle_session_reads_no_row() {
    let (field, _, mut reader, _) = filled(20);
    assert!(reader.sync(&field.line).is_done(), "what came for one space may have been a row of another");
    let checked = reader.notebook.store().rows_checked();
    for _ in 0..3 {
        assert!(reader.sync(&field.line).is_done());
        field.hands.pass(60_000);
    }
    assert_eq!(reader.notebook.store().rows_checked(), checked);
}

#[test]
fn what_a_repair_does_not_mend_is_reported_and_left_alone_for_a_day() {
    let (field, writer, mut reader, records) = filled(60);
    let at = hex(records[9]);
    let lost_again = format!(
        "CREATE TRIGGER lost_again AFTER INSERT ON record WHEN new.record = {at}
         BEGIN DELETE FROM record WHERE record = {at}; END;
         DELETE FROM record WHERE record = {at};"
    );
    plant(&reader, &lost_again);
    let asked = |field: &Field| field.line.asked.lock().unwrap().iter().filter(|p| *p == "/v1/digest").count();
    let report = reader.sync(&field.line);
    assert!(report.is_done() && report.told == 1, "{report:?}");
    let outcomes = |field: &Field| reports(field).iter().map(|d| d.outcome).collect::<Vec<_>>();
    assert_eq!(outcomes(&field), ["again"]);
    let before = asked(&field);
    assert!(before > 0);
    for _ in 0..3 {
        field.hands.pass(DAY_MS / 4);
        let report = reader.sync(&field.line);
        assert!(report.is_done() && !report.mismatch.is_empty(), "{report:?}");
        assert_eq!((asked(&field), report.told), (before, 0), "it rests");
    }
    plant(&reader, "DROP TRIGGER lost_again");
    field.hands.pass(DAY_MS / 4);
    mended(&reader.sync(&field.line), 1);
    assert!(asked(&field) > before);
    let mut ended = outcomes(&field);
    ended.sort_unstable();
    assert_eq!(ended, ["again", "repaired"]);
    all_equal(&field, &writer, &reader);
}

#[test]
fn a_lost_audience_row_is_mended_at_the_server_and_reaches_whoever_lacks_it() {
    let (mut field, mut writer, reader, records) = filled(30);
    drop(reader);
    let server = field.server();
    server.write(|w| w.tx.audience_drop(field.county, Key::unit(field::COUNTY), records[7])).unwrap();
    let mut late = field.phone(0);
    let report = late.sync(&field.line);
    assert!(report.is_done(), "{report:?}");
    assert!(report.narrowed > 0 && !report.mismatch.is_empty(), "{report:?}");
    assert!(writer.sync(&field.line).is_done());
    all_equal(&field, &writer, &late);
    assert_eq!(reports(&field).iter().map(|d| d.outcome).collect::<Vec<_>>(), ["settled"]);
}

#[test]
fn a_phone_may_die_at_any_step_of_a_repair() {
    let (field, writer, mut reader, records) = filled(90);
    for (steps, record) in records.iter().enumerate().take(9).skip(1) {
        plant(&reader, &format!("DELETE FROM record WHERE record = {}", hex(*record)));
        for _ in 0..steps {
            field::wait(reader.engine.sync_step(&field.line)).unwrap();
        }
        reader = reader.kill();
        for path in ["/v1/digest", "/v1/divergences"] {
            field.line.fault(path, Fault::Cut);
        }
        for _ in 0..3 {
            reader.sync(&field.line);
        }
        assert!(reader.sync(&field.line).is_done());
        all_equal(&field, &writer, &reader);
        assert_eq!(reports(&field).len(), steps, "one report for each");
    }
}
