//! Silent divergences of every sort, planted behind a phone's back: found by the next pull, narrowed, mended by fetching
//! only what differs, and reported once.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod field;

use field::{Fault, Field, GRID, Phone};
use gridwalk_app::SyncReport;
use gridwalk_model::command::{AddBuilding, Command, EditRecord, Edits};
use gridwalk_model::exchange::Key;
use gridwalk_model::id::RecordId;
use gridwalk_server::admin::Admin;
use gridwalk_server::divergence::RecentDivergence;

fn add_building(phone: &Phone, name: &str) -> RecordId {
    let record = phone.notebook.new_record().unwrap();
    let edits = Edits::none().put("name", name);
    phone.notebook.execute(&Command::AddBuilding(AddBuilding { record, unit: GRID, edits })).unwrap().record
}

fn edit(phone: &Phone, record: RecordId, value: &str) {
    let basis = phone.notebook.basis(record).unwrap();
    let edits = Edits::none().put("name", value);
    phone.notebook.execute(&Command::EditRecord(EditRecord { record, basis, also: Vec::new(), edits })).unwrap();
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
    format!("x'{}'", record.0.iter().map(|b| format!("{b:02x}")).collect::<String>())
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

#[test]
fn every_sort_of_silent_divergence_is_found_mended_and_reported_once() {
    let (field, mut writer, mut reader, records) = filled(120);
    let at = |n: usize| format!("WHERE record = {}", hex(records[n]));
    let sorts = [
        ("deleted", format!("DELETE FROM record {}", at(1)), (1, 0, 0, 0)),
        ("made up", extra(records[2]), (0, 0, 0, 1)),
        ("older", older(&writer, &reader, records[3]), (0, 1, 0, 0)),
        ("damaged", format!("UPDATE record SET state = x'00ff' || substr(state, 3) {}", at(4)), (0, 0, 0, 1)),
        ("under no key", format!("UPDATE record SET held_by = x'' {}", at(5)), (0, 0, 0, 1)),
    ];
    for (n, (sort, sql, _)) in sorts.iter().enumerate() {
        if *sort == "older" {
            assert!(writer.sync(&field.line).is_done() && reader.sync(&field.line).is_done());
        }
        plant(&reader, sql);
        let report = reader.sync(&field.line);
        mended(&report, 1);
        all_equal(&field, &writer, &reader);
        let told = reports(&field);
        assert_eq!(told.len(), n + 1, "{sort}");
        let newest = told.iter().max_by_key(|d| d.found_at).unwrap();
        let found =
            told.iter().fold((0, 0, 0, 0), |(m, o, e, d), r| (m + r.missing, o + r.other, e + r.extra, d + r.damaged));
        let due =
            sorts.iter().take(n + 1).fold((0, 0, 0, 0), |(m, o, e, d), (_, _, c)| (m + c.0, o + c.1, e + c.2, d + c.3));
        assert_eq!((found, newest.outcome), (due, "repaired"), "{sort}");
        assert!(reader.sync(&field.line).told == 0, "told once");
        field.hands.pass(1_000);
    }
}

/// A row that no server has, made of another one: its id and its share are its own.
fn extra(of: RecordId) -> String {
    let id = RecordId([0x77; 16]);
    let (id, of) = (hex(id), hex(of));
    let columns = "space, kind, sum, pos, timeline, held_by, share, epoch_timeline, epoch_n, leaving";
    let state = format!("substr(state, 1, 3) || {id} || substr(state, 20)");
    format!(
        "INSERT INTO record (record, state, {columns}) SELECT {id}, {state}, {columns} FROM record WHERE record = {of};"
    )
}

/// The row as it stands now, put back after it has been changed.
fn older(writer: &Phone, reader: &Phone, record: RecordId) -> String {
    plant(reader, &format!("CREATE TABLE kept AS SELECT * FROM record WHERE record = {}", hex(record)));
    edit(writer, record, "改过的楼");
    "INSERT OR REPLACE INTO record SELECT * FROM kept; DROP TABLE kept;".to_owned()
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
    for steps in 1..9 {
        plant(&reader, &format!("DELETE FROM record WHERE record = {}", hex(records[steps])));
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
