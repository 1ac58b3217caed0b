//! A village's 43 grids are redrawn into 49 while two phones are offline: nothing that was typed is lost, and what is old
//! keeps its old grid.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod field;

use field::{Field, Phone, wait};
use gridwalk_app::read::Reader;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::command::{AddBuilding, AddDwelling, Command, EditRecord, Edits, RecordVisit, ReportCase};
use gridwalk_model::edition::plan::{Confirmed, Plan};
use gridwalk_model::edition::{Happening, Proposal};
use gridwalk_model::geo::Point;
use gridwalk_model::id::AccountId;
use gridwalk_model::kind::Kind;
use gridwalk_model::{RecordId, UnitId};
use gridwalk_server::admin::{Admin, BoundaryFile, BoundaryOptions, ImportOptions, UnitTable, proposals};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const VILLAGE: &str = "320706102211";
const TABLE: &str = "code,name,parent,level
3207,连云港市,32,city
320706,海州区,3207,county
320706102,某镇,320706,township
320706102211,沙杭村,320706102,village
";
/// Grids before; the first six are each cut in two.
const BEFORE: usize = 43;
const CUT: usize = 6;
/// The corner of the first grid, and how wide a grid is, degrees.
const CORNER: (f64, f64) = (34.60, 119.20);
const WIDE: f64 = 0.002;

fn day(text: &str) -> i64 {
    CivilDate::parse(text).unwrap().days()
}

fn code(number: usize) -> String {
    format!("{VILLAGE}{number:03}")
}

/// A grid's box: all or half of the place of the grid with that number, from 0.
fn ring(place: usize, from: f64, to: f64) -> serde_json::Value {
    #[expect(clippy::cast_precision_loss, reason = "a handful of grids")]
    let west = |part: f64| CORNER.1 + (place as f64 + part) * WIDE;
    let (south, north) = (CORNER.0, CORNER.0 + WIDE);
    json!([[[west(from), south], [west(to), south], [west(to), north], [west(from), north], [west(from), south]]])
}

fn boundaries(rings: impl IntoIterator<Item = (String, serde_json::Value)>) -> BoundaryFile {
    let feature = |(code, ring)| {
        json!({ "type": "Feature", "properties": { "code": code },
                "geometry": { "type": "Polygon", "coordinates": ring } })
    };
    let features: Vec<_> = rings.into_iter().map(feature).collect();
    BoundaryFile::read(json!({ "features": features }).to_string().as_bytes(), Some("wgs84")).unwrap()
}

fn options(from: &str) -> BoundaryOptions {
    BoundaryOptions { from_day: day(from), dry_run: false, anyway: false, tolerance_m2: 1.0 }
}

/// The middle of a part of a grid's place.
fn at(place: usize, part: f64) -> Point {
    #[expect(clippy::cast_precision_loss, reason = "a handful of grids")]
    Point::from_degrees(CORNER.0 + WIDE / 2.0, CORNER.1 + (place as f64 + part) * WIDE).unwrap()
}

/// A county with one village of 43 grids and their boundaries.
fn village() -> (Field, Admin) {
    let field = Field::new();
    let admin = Admin::new(field.server());
    let table = UnitTable::read(TABLE.as_bytes()).unwrap();
    let grids = ImportOptions { grids: u16::try_from(BEFORE).unwrap(), update_names: false };
    admin.import_units(&table, grids, |_, _| ()).unwrap();
    let rings = (0..BEFORE).map(|n| (code(n + 1), ring(n, 0.0, 1.0)));
    let summary = admin.import_boundaries(&boundaries(rings), options("2025-01-01")).unwrap();
    assert!(summary.written && summary.offences.is_empty(), "{summary:?}");
    (field, admin)
}

fn phone(field: &mut Field, admin: &Admin) -> Phone {
    let mut phone = field.stranger(0);
    admin.grant(&phone.login, "gridworker", VILLAGE, &[]).unwrap();
    wait(phone.notebook.enrol(&field.line, "line", &field.code(&phone), "手机")).unwrap();
    settle(field, &mut [&mut phone]);
    phone
}

fn settle(field: &Field, phones: &mut [&mut Phone]) {
    for phone in phones {
        let report = phone.sync(&field.line);
        assert!(report.is_done() && report.mismatch.is_empty(), "{report:?}");
    }
}

fn units(admin: &Admin) -> BTreeMap<String, UnitId> {
    admin.units(Some(VILLAGE)).unwrap().into_iter().map(|unit| (unit.code, unit.id)).collect()
}

fn report_case(phone: &Phone, unit: UnitId, title: &str) -> RecordId {
    let record = phone.notebook.new_record().unwrap();
    let edits = Edits::none().put("title", title).put("category", "fire_gas_cylinder");
    let command = ReportCase { record, unit: Some(unit), parent: None, edits, answers: BTreeMap::new() };
    phone.notebook.execute(&Command::ReportCase(command)).unwrap().record
}

fn reader(phone: &Phone) -> Reader<'_> {
    Reader { store: phone.notebook.store(), actor: phone.notebook.actor().unwrap() }
}

/// What a person confirms: all that the tool proposes.
fn confirmed(from: &str, found: Vec<Proposal>) -> Plan {
    let confirmed = found.into_iter().map(|proposal| Confirmed { proposal, by: AccountId::default() });
    Plan { from_day: day(from), confirmed: confirmed.collect() }
}

fn edition(lines: impl IntoIterator<Item = (String, String, String)>) -> Vec<u8> {
    let lines = lines.into_iter().map(|(code, name, addresses)| format!("{code},{name},{addresses}\n"));
    format!("code,name,addresses\n{}", lines.collect::<String>()).into_bytes()
}

/// The tables before and after: the first six grids lose their eastern addresses to new grids.
fn tables(admin: &Admin) -> (Vec<u8>, Vec<u8>) {
    let names: BTreeMap<String, String> =
        admin.units(Some(VILLAGE)).unwrap().into_iter().map(|unit| (unit.code, unit.name)).collect();
    let line = |n: usize, addresses: String| (code(n + 1), names[&code(n + 1)].clone(), addresses);
    let before = (0..BEFORE).map(|n| line(n, format!("西{n};东{n}")));
    let kept = (0..BEFORE).map(|n| line(n, if n < CUT { format!("西{n}") } else { format!("西{n};东{n}") }));
    let new = (0..CUT).map(|n| (code(BEFORE + n + 1), format!("沙杭村第{}网格", BEFORE + n + 1), format!("东{n}")));
    (edition(before), edition(kept.chain(new)))
}

#[test]
fn forty_three_grids_become_forty_nine_while_two_phones_are_offline() {
    let (mut field, admin) = village();
    let (mut ann, mut bob) = (phone(&mut field, &admin), phone(&mut field, &admin));
    let old = units(&admin);
    let grid = |n: usize| old[&code(n + 1)];
    assert_eq!(old.len(), BEFORE + 1);

    // A building with a door, and ten of the twelve cases, known to all.
    let (building, dwelling) = (ann.notebook.new_record().unwrap(), ann.notebook.new_record().unwrap());
    let add = AddBuilding { record: building, unit: grid(0), edits: Edits::none().put("name", "3 幢") };
    ann.notebook.execute(&Command::AddBuilding(add)).unwrap();
    let add = AddDwelling { record: dwelling, building, edits: Edits::none().put("number", "402") };
    ann.notebook.execute(&Command::AddDwelling(add)).unwrap();
    let mut cases: BTreeMap<RecordId, UnitId> =
        (0..10).map(|n| (report_case(&ann, grid(n), &format!("液化气{n}")), grid(n))).collect();
    settle(&field, &mut [&mut ann, &mut bob]);

    // Offline: each reports a case in a grid that is being cut; bob writes on one of ann's; ann is half through a visit.
    cases.insert(report_case(&ann, grid(1), "离线上报甲"), grid(1));
    cases.insert(report_case(&bob, grid(2), "离线上报乙"), grid(2));
    let (touched, _) = cases.iter().next().unwrap();
    let basis = bob.notebook.basis(*touched).unwrap();
    let edits = Edits::none().put("description", "楼道也有");
    let edit = EditRecord { record: *touched, basis, also: Vec::new(), edits };
    bob.notebook.execute(&Command::EditRecord(edit)).unwrap();
    let visit = ann.notebook.new_record().unwrap();
    let half = r#"{"outcome":"seen","note":"老人独自在家，"}"#;
    ann.notebook.open_draft(visit, "visit", grid(0), half).unwrap();

    // The office redraws.
    let (before, after) = tables(&admin);
    let found = proposals(&before, &after).unwrap();
    assert_eq!(found.iter().filter(|p| p.what == Happening::Split).count(), CUT, "{found:?}");
    assert_eq!(found.len(), CUT, "what stays is not told");
    let plan = confirmed("2025-10-01", found);
    let done = admin.apply_edition(&plan).unwrap();
    assert_eq!((done.added, done.ended, done.renumbered), (6, 0, 0), "{done:?}");
    let again = admin.apply_edition(&plan).unwrap();
    assert_eq!((again.added, again.unchanged), (0, 12), "the same again changes nothing: {again:?}");
    let halves = (0..CUT).flat_map(|n| [(code(n + 1), ring(n, 0.0, 0.5)), (code(BEFORE + n + 1), ring(n, 0.5, 1.0))]);
    let summary = admin.import_boundaries(&boundaries(halves), options("2025-10-01")).unwrap();
    assert!(summary.written, "{summary:?}");
    let new = units(&admin);
    assert_eq!(new.len(), 49 + 1);

    // They come back.
    settle(&field, &mut [&mut ann, &mut bob]);
    settle(&field, &mut [&mut ann, &mut bob]);
    for phone in [&ann, &bob] {
        assert_eq!(phone.waiting(), 0);
        let reader = reader(phone);
        let held = reader.list(Kind::Case, None, None, 100).unwrap();
        let held: BTreeMap<RecordId, UnitId> = held.iter().map(|row| (row.record, row.unit.unwrap())).collect();
        assert_eq!(held, cases, "twelve open cases, each in the grid that it was reported in");
        assert_eq!(phone.heads(*touched, "description"), ["楼道也有"]);
        let grids = reader.list(Kind::Unit, None, None, 1000).unwrap();
        let grids: BTreeSet<&str> = grids.iter().map(|row| row.subtitle.as_str()).filter(|c| c.len() == 15).collect();
        assert_eq!(grids.len(), 49);
        let found = |part: f64, text: &str| phone.notebook.store().which_grid(&at(0, part), day(text)).unwrap();
        let (kept, cut_off) = (Some(grid(0)), Some(new[&code(BEFORE + 1)]));
        assert_eq!((found(0.25, "2025-10-09"), found(0.75, "2025-10-09")), (kept, cut_off));
        assert_eq!(found(0.75, "2025-09-30"), kept, "the day before it was the old grid");
        assert_eq!(phone.notebook.store().which_grid(&at(20, 0.5), day("2025-10-09")).unwrap(), Some(grid(20)));
    }
    let drafts = reader(&ann).drafts().unwrap();
    assert_eq!(drafts.len(), 1);
    assert_eq!(drafts[0].content["note"], "老人独自在家，", "the half-filled visit is as it was left");
    let basis = ann.notebook.basis(dwelling).unwrap();
    let edits = Edits::none().put("note", "老人独自在家，已联系女儿");
    let visited = RecordVisit { edits, ..RecordVisit::plain(visit, dwelling, basis, "seen") };
    let visited = Command::RecordVisit(visited);
    ann.notebook.execute(&visited).unwrap();
    settle(&field, &mut [&mut ann, &mut bob]);
    assert_eq!(bob.heads(visit, "note"), ["老人独自在家，已联系女儿"]);
}

#[test]
fn what_overlaps_is_named_with_its_place_and_not_written() {
    let (_field, admin) = village();
    let over = boundaries([(code(1), ring(0, 0.0, 1.25))]);
    let told = admin.import_boundaries(&over, options("2025-10-01")).unwrap();
    assert!(!told.written);
    let offence = &told.offences[0];
    let named: Vec<&str> = offence.units.iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!((offence.defect, named.len()), ("overlap", 2), "{told:?}");
    assert!(named.contains(&code(1).as_str()) && named.contains(&code(2).as_str()), "{named:?}");
    assert!((offence.lon.unwrap() - at(1, 0.125).lon()).abs() < 1e-4, "{offence:?}");
    let before = admin.boundaries(Some(&code(1)), day("2025-10-01")).unwrap();
    assert!((40_000..41_500).contains(&before[0].area_m2), "nothing was written: {before:?}");
    let dry = BoundaryOptions { dry_run: true, anyway: true, ..options("2025-10-01") };
    assert!(!admin.import_boundaries(&over, dry).unwrap().written);
    assert!(admin.check_boundaries(Some(VILLAGE), day("2025-10-01"), 1.0).unwrap().is_empty());
}

#[test]
fn a_file_drawn_on_a_shifted_map_is_told_five_hundred_metres_east() {
    use gridwalk_model::crs::{Degrees, MapCrs};
    let (_field, admin) = village();
    let shifted = |n: usize| {
        let mut ring = ring(n, 0.0, 1.0);
        for vertex in ring[0].as_array_mut().unwrap() {
            let truth = Degrees::new(vertex[1].as_f64().unwrap(), vertex[0].as_f64().unwrap());
            let shown = MapCrs::Gcj02.from_wgs84(truth);
            *vertex = json!([shown.lon, shown.lat]);
        }
        (code(n + 1), ring)
    };
    let claimed = boundaries((0..BEFORE).map(shifted));
    let told = admin.import_boundaries(&claimed, options("2025-10-01")).unwrap();
    assert_eq!((told.verdict, told.looks_like, told.written), ("looks_like", Some("gcj02"), false));
    let right = BoundaryFile { crs: MapCrs::Gcj02, ..claimed };
    let told = admin.import_boundaries(&right, options("2025-10-01")).unwrap();
    assert_eq!((told.verdict, told.written), ("fits", true), "{:?}", told.offences);
}

#[test]
fn a_village_is_renumbered_and_two_grids_merge_and_old_codes_are_found() {
    let (mut field, admin) = village();
    let mut ann = phone(&mut field, &admin);
    let old = units(&admin);
    let case = report_case(&ann, old[&code(43)], "并入前的事件");
    settle(&field, &mut [&mut ann]);

    let named = |code: &str, name: &str| (code.parse().unwrap(), name.to_owned());
    let plan = |what, before: Vec<_>, after: Vec<_>| {
        let (evidence, confidence) = (Vec::new(), gridwalk_model::edition::Confidence::Weak);
        Proposal { what, before, after, evidence, confidence }
    };
    let merge = plan(
        Happening::Merge,
        vec![named(&code(42), ""), named(&code(43), "")],
        vec![named(&code(42), "沙杭村东片网格")],
    );
    let done = admin.apply_edition(&confirmed("2025-10-01", vec![merge])).unwrap();
    assert_eq!((done.renamed, done.ended), (1, 1), "{done:?}");
    let renumber = plan(Happening::Renumber, vec![named(VILLAGE, "")], vec![named("320706103201", "沙杭新村")]);
    let done = admin.apply_edition(&confirmed("2025-10-02", vec![renumber])).unwrap();
    assert_eq!((done.renamed, done.renumbered), (1, 43), "the village and its 42 grids: {done:?}");

    settle(&field, &mut [&mut ann]);
    let survivor = old[&code(42)];
    for former in [code(42), code(43)] {
        let found: Vec<_> = admin.units(Some(&former)).unwrap().into_iter().map(|unit| unit.id).collect();
        assert!(found.contains(&survivor), "{former} on the server");
        let rows = reader(&ann).search(&former, &["unit"], 10).unwrap().rows;
        assert!(rows.iter().any(|row| row.record == survivor.record()), "{former} on the phone: {rows:?}");
    }
    let row = ann.notebook.store().row(case).unwrap().unwrap();
    assert_eq!(row.unit, Some(old[&code(43)]), "the old case keeps its old grid");
    let below = reader(&ann).list(Kind::Case, Some(survivor), None, 10).unwrap();
    assert_eq!(below.len(), 1, "and is found below the grid that goes on");
    let empty = reader(&ann).posts(None, true).unwrap();
    assert_eq!(empty.len(), 42, "the ended grid's posts are nobody's to fill");
    let gone = plan(Happening::Abolish, vec![named("320706103201001", "")], Vec::new());
    admin.apply_edition(&confirmed("2025-10-03", vec![gone])).unwrap();
    settle(&field, &mut [&mut ann]);
    assert_eq!(reader(&ann).posts(None, true).unwrap().len(), 41, "nor are those of an abolished one");
    assert_eq!(admin.units(Some(VILLAGE)).unwrap()[0].code.len(), 0, "the ended grid has no code");
    let reused = admin.add_unit(&code(43), "重用", None).unwrap_err();
    assert_eq!(reused.code(), "reused", "a code that was given up is never given anew");
    let old_table = UnitTable::read(TABLE.as_bytes()).unwrap();
    let again = admin.import_units(&old_table, ImportOptions { grids: 43, update_names: false }, |_, _| ()).unwrap();
    assert_eq!((again.added, again.abolished), (0, vec![VILLAGE.to_owned()]), "nor by the table of an earlier year");
    let park = admin.add_unit("320706103201043", "香樟园区", Some("park")).unwrap();
    assert_eq!((park.level.as_str(), park.kind.as_str()), ("grid", "park"));
    assert_eq!(admin.add_unit("320706103201-G08", "八组", Some("natural_village")).unwrap().level, "group");
}
