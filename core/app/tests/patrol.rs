//! A patrol over the real server: passings are told, the track is not, and it fades on the phone to the last byte.
#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod field;

use field::*;
use gridwalk_app::AppError;
use gridwalk_app::read::Reader;
use gridwalk_model::codec::value_bytes;
use gridwalk_model::command::*;
use gridwalk_model::geo::{Point, PointSource};
use gridwalk_model::kind::Kind;
use gridwalk_model::{RecordId, Rejection, Timestamp, Value};
use gridwalk_server::grant::{self, NewGrant};
use std::path::Path;

const DAY_MS: i64 = 24 * 3_600_000;
/// Whether nothing at all is found in a phone's file.
const ENCRYPTED: bool = cfg!(feature = "encrypted");
const GATE: (i32, i32) = (307_512_340, 1_207_645_670);

fn reader(phone: &Phone) -> Reader<'_> {
    Reader { store: phone.notebook.store(), actor: phone.notebook.actor().unwrap() }
}

fn fix(lat: i32, lon: i32) -> Point {
    let new = Point::new(GATE.0 + lat, GATE.1 + lon).unwrap();
    Point { accuracy_cm: Some(600), source: PointSource::Satellite, ..new }
}

fn check_point(phone: &Phone, name: &str, at: Point) -> RecordId {
    let record = phone.notebook.new_record().unwrap();
    let edits = Edits::none().put("name", name).put("point", at.to_value()).put("radius_m", 30);
    let command = AddPlace { record, kind: Kind::CheckPoint, unit: Some(GRID), parent: None, edits };
    phone.notebook.execute(&Command::AddPlace(command)).unwrap();
    record
}

fn refused<T: std::fmt::Debug>(result: Result<T, AppError>) -> &'static str {
    match result.unwrap_err() {
        AppError::Rejected(rejection) => rejection.code(),
        other => panic!("{other:?}"),
    }
}

/// Whether a folder's files, or the file and what lies beside it, hold these bytes.
fn holds(folder: &Path, name: &str, bytes: &[u8]) -> bool {
    let mut found = false;
    for entry in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap()) {
        let path = entry.path();
        if path.is_dir() && name.is_empty() {
            found |= holds(&path, "", bytes);
        } else if path.is_file() && entry.file_name().to_string_lossy().starts_with(name) {
            let held = std::fs::read(&path).unwrap();
            found |= held.windows(bytes.len()).any(|w| w == bytes);
        }
    }
    found
}

/// The bytes of a coordinate as a point's value has them.
fn coordinate(value: i32) -> Vec<u8> {
    value_bytes(&Value::Int(value.into()))
}

#[test]
fn off_duty_no_place_is_taken_and_on_duty_check_points_pass_by_themselves() {
    let mut field = Field::new();
    let (mut ann, mut bob) = (field.phone(0), field.phone(0));
    ann.sync(&field.line);
    let gate = check_point(&ann, "北门", fix(0, 0));
    let shed = check_point(&ann, "充电棚", fix(20_000, 0));
    let notebook = ann.notebook.clone();
    assert_eq!(refused(notebook.record_fix(fix(0, 0), None)), "off_duty");
    assert_eq!(refused(notebook.pass_check_point(gate, None, None)), "off_duty");
    let patrol = notebook.start_patrol(GRID, None).unwrap().record;
    assert_eq!(refused(notebook.start_patrol(GRID, None)), "on_duty_already");
    field.hands.pass(60_000);
    let early = Timestamp(notebook.now().0 - 61_000);
    assert_eq!(refused(notebook.record_fix(fix(0, 0), Some(early))), "off_duty", "before duty began");

    // 900 of 10⁻⁷ degrees of latitude are ten metres.
    assert_eq!(notebook.record_fix(fix(900, 0), None).unwrap().passed, [gate]);
    field.hands.pass(60_000);
    assert_eq!(notebook.record_fix(fix(100, 0), None).unwrap().passed, [], "once is enough");
    let mock = Point { mock: true, ..fix(20_000, 0) };
    field.hands.pass(60_000);
    assert_eq!(notebook.record_fix(mock, None).unwrap().passed, [], "a made-up fix reaches nothing");
    notebook.pass_check_point(shed, None, Some(mock)).unwrap();
    notebook.end_patrol(None, Some("均完好".to_owned())).unwrap();
    assert_eq!(refused(notebook.record_fix(fix(0, 0), None)), "off_duty");

    ann.sync(&field.line);
    bob.sync(&field.line);
    let view = reader(&bob).patrol(patrol).unwrap().unwrap();
    assert_eq!((view.by, view.passed, view.check_points.len()), (ann.account, 2, 2));
    let shown: Vec<_> = view.check_points.iter().flat_map(|c| &c.passings).collect();
    let of_gate = shown.iter().find(|p| !p.mock).unwrap();
    assert_eq!((of_gate.metres, of_gate.reached, of_gate.accuracy_cm), (Some(10), Some(true), Some(600)));
    assert_eq!((of_gate.crs, shown.iter().find(|p| p.mock).unwrap().reached), (Some("wgs84"), Some(false)));
    assert_eq!(reader(&bob).own_track(patrol).unwrap(), None, "a track is its own person's");
    let json = serde_json::to_string(&view).unwrap();
    assert!(!["kilometre", "distance", "speed", "duration"].iter().any(|word| json.contains(word)), "{json}");
    let end = bob.notebook.end_patrol(None, None);
    assert_eq!(refused(end), "off_duty", "nobody ends another's duty");
}

#[test]
fn a_track_fades_on_the_phone_and_is_in_no_journal() {
    let mut field = Field::new();
    let mut ann = field.phone(0);
    ann.sync(&field.line);
    let patrol = ann.notebook.start_patrol(GRID, None).unwrap().record;
    for step in 0..40 {
        field.hands.pass(30_000);
        ann.notebook.record_fix(fix(step * 731, (step % 7) * 4_321), None).unwrap();
    }
    ann.notebook.end_patrol(None, None).unwrap();
    ann.sync(&field.line);
    let own = reader(&ann).own_track(patrol).unwrap().unwrap();
    assert!((2..=40).contains(&own.points.len()) && own.grain == "fine" && !own.shared, "{own:?}");
    let turn = coordinate(GATE.1 + 6 * 4_321);
    let folder = field.folder.path().to_owned();
    assert!(ENCRYPTED || holds(&folder, "phone1.db", &turn), "it is on the phone, so that the next lines can fail");
    assert!(!holds(&folder.join("server"), "", &turn), "and nowhere at the server");

    field.hands.pass(8 * DAY_MS);
    let mut ann = ann.kill();
    let coarse = reader(&ann).own_track(patrol).unwrap().unwrap();
    assert!(coarse.grain == "coarse" && coarse.points.iter().all(|p| p.accuracy_cm.is_none()), "{coarse:?}");
    assert!(coarse.points.iter().all(|p| p.at.0 % 900_000 == 0), "quarters of an hour");
    assert!(!holds(&folder, "phone1.db", &turn), "the fine points are in no byte of the file");
    let cell = coordinate(coarse.points[0].lat_e7);
    assert!(ENCRYPTED || holds(&folder, "phone1.db", &cell));

    field.hands.pass(23 * DAY_MS);
    ann = ann.kill();
    assert_eq!(reader(&ann).own_track(patrol).unwrap().unwrap().points, []);
    assert!(!holds(&folder, "phone1.db", &cell), "after a month nothing is left");
    assert!(reader(&ann).patrol(patrol).unwrap().is_some(), "the patrol itself stays");
}

#[test]
fn a_track_is_dropped_at_will() {
    let mut field = Field::new();
    let mut ann = field.phone(0);
    ann.sync(&field.line);
    let patrol = ann.notebook.start_patrol(GRID, None).unwrap().record;
    for step in 0..5 {
        field.hands.pass(30_000);
        ann.notebook.record_fix(fix(step * 7_310, step * 5_000), None).unwrap();
    }
    let far = coordinate(GATE.1 + 4 * 5_000);
    let folder = field.folder.path().to_owned();
    assert!(ENCRYPTED || holds(&folder, "phone1.db", &far));
    ann.notebook.drop_track(patrol).unwrap();
    assert!(!holds(&folder, "phone1.db", &far), "nothing of it is left in the file");
    assert_eq!(reader(&ann).own_track(patrol).unwrap().unwrap().points, []);
    let another = ann.notebook.new_record().unwrap();
    assert!(matches!(ann.notebook.drop_track(another), Err(AppError::Rejected(Rejection::UnknownRecord))));
}

#[test]
fn a_shared_track_is_seen_by_supervisors_and_fades_at_the_server_too() {
    let mut field = Field::new();
    let (mut ann, mut bob, mut carl) = (field.phone(0), field.phone(0), field.phone(0));
    let leads = NewGrant { account: bob.account, unit: GRID, role: "village_supervisor", kinds: EVERY_KIND, by: None };
    field.server().write(|w| grant::grant(w, &leads)).unwrap();
    ann.sync(&field.line);
    let patrol = ann.notebook.start_patrol(GRID, None).unwrap().record;
    for step in 0..30 {
        field.hands.pass(60_000);
        ann.notebook.record_fix(fix(step * 731, (step % 5) * 9_321), None).unwrap();
    }
    assert_eq!(refused(ann.notebook.share_track(patrol)), "on_duty_already", "first it ends");
    ann.notebook.end_patrol(None, None).unwrap();
    ann.sync(&field.line);
    for phone in [&mut bob, &mut carl] {
        phone.sync(&field.line);
    }
    let asked = |phone: &Phone| wait(phone.notebook.shared_track(&field.line, patrol)).unwrap();
    assert_eq!((asked(&bob), asked(&ann)), (None, None), "nothing is shared that nobody shared");
    assert_eq!(refused(bob.notebook.share_track(patrol)), "not_your_duty");

    ann.notebook.share_track(patrol).unwrap();
    field.line.fault("/v1/tracks", Fault::NoLine);
    ann.sync(&field.line);
    assert_eq!(asked(&bob), None);
    ann.sync(&field.line);
    let fine = asked(&bob).unwrap();
    assert!(fine.len() > 2 && fine.iter().all(|p| p.at.accuracy_cm == Some(600)), "{fine:?}");
    assert_eq!(asked(&carl), None, "a gridworker of the same grid is no supervisor");
    assert!(reader(&ann).own_track(patrol).unwrap().unwrap().told);
    let (folder, turn) = (field.folder.path().join("server"), coordinate(GATE.1 + 4 * 9_321));
    assert!(holds(&folder, "tracks.db", &turn) && !holds(&folder, "gridwalk.db", &turn), "beside the journal");

    field.hands.pass(8 * DAY_MS);
    let coarse = asked(&bob).unwrap();
    assert!(coarse.len() <= fine.len() && coarse.iter().all(|p| p.at.accuracy_cm.is_none()), "{coarse:?}");
    let now = gridwalk_server::Clock::now(&field.hands);
    assert_eq!(field.server().running().tracks.fade(now).unwrap(), 1);
    assert!(!holds(&folder, "tracks.db", &turn));
    field.hands.pass(23 * DAY_MS);
    assert_eq!(asked(&bob), None, "after a month it is gone");

    ann.sync(&field.line);
    let again = ann.notebook.start_patrol(GRID, None).unwrap().record;
    field.hands.pass(60_000);
    ann.notebook.record_fix(fix(0, 0), None).unwrap();
    ann.notebook.end_patrol(None, None).unwrap();
    ann.notebook.share_track(again).unwrap();
    ann.sync(&field.line);
    bob.sync(&field.line);
    let of_again = |phone: &Phone| wait(phone.notebook.shared_track(&field.line, again)).unwrap();
    assert_eq!(of_again(&bob).map(|t| t.len()), Some(1));
    ann.notebook.drop_track(again).unwrap();
    ann.sync(&field.line);
    assert_eq!(of_again(&bob), None, "dropped here, dropped there");
}
