//! Pictures over the real server: cut lines, kills, a restored server, a revoked phone.
#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod field;

use field::*;
use gridwalk_app::read::{PictureLine, Reader};
use gridwalk_app::sync_engine::Rest;
use gridwalk_model::RecordId;
use gridwalk_model::command::*;
use gridwalk_model::limits::PICTURE_PIECE_BYTES_MAX;
use gridwalk_server::grant;
use gridwalk_store::PictureStanding;
use gridwalk_sync::handover;

/// The routes of pictures.
const PICTURES: &str = "/v1/pictures/";

/// A picture of noise, which no format makes smaller: more than two pieces.
fn noise(seed: u64) -> Vec<u8> {
    let (width, height) = (480_u32, 400_u32);
    let mut state = seed | 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u8::try_from(state >> 56).unwrap()
    };
    let pixels: Vec<u8> = (0..width * height * 3).map(|_| next()).collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    assert!(file.len() > 2 * PICTURE_PIECE_BYTES_MAX);
    file
}

/// A building with a picture.
fn photographed(phone: &Phone, bytes: &[u8]) -> RecordId {
    let record = phone.notebook.new_record().unwrap();
    let picture = phone.notebook.keep_picture(bytes, None).unwrap();
    let edits = Edits::none().put("name", "3 幢").attach(picture);
    phone.notebook.execute(&Command::AddBuilding(AddBuilding { record, unit: GRID, edits })).unwrap();
    record
}

fn only(phone: &Phone, record: RecordId) -> PictureLine {
    let reader = Reader { store: phone.notebook.store(), actor: phone.notebook.actor().unwrap() };
    let mut lines = reader.pictures(record).unwrap();
    assert_eq!(lines.len(), 1);
    lines.remove(0)
}

fn fetched(phone: &Phone, line: &Line, record: RecordId) -> Option<Vec<u8>> {
    wait(phone.notebook.fetched_picture(line, record, &only(phone, record).picture)).unwrap()
}

#[test]
fn a_picture_follows_its_change_and_goes_on_where_it_was_cut() {
    let mut field = Field::new();
    let (mut ann, mut bob) = (field.phone(0), field.phone(0));
    let bytes = noise(7);
    let record = photographed(&ann, &bytes);
    assert_eq!(only(&ann, record).standing, PictureStanding::Waits);
    // The question is answered, the first piece arrives and its answer is lost; everything that was typed is there.
    for fault in [Fault::Fine, Fault::Cut] {
        field.line.fault(PICTURES, fault);
    }
    let report = ann.sync(&field.line);
    assert!(report.is_done() && report.pictures == 0, "a picture holds up nothing: {report:?}");
    assert!(bob.sync(&field.line).is_done());
    assert_eq!(only(&bob, record).standing, PictureStanding::Elsewhere);
    assert_eq!(fetched(&bob, &field.line, record), None, "it is not here yet");
    // The phone dies, and another piece is lost on its way.
    let mut ann = ann.kill();
    for fault in [Fault::Fine, Fault::Lost] {
        field.line.fault(PICTURES, fault);
    }
    assert_eq!(ann.sync(&field.line).pictures, 0);
    field.line.fault(PICTURES, Fault::Twice);
    assert_eq!(ann.sync(&field.line).pictures, 1);
    assert_eq!(only(&ann, record).standing, PictureStanding::Here);
    let sent: usize = field.line.bytes.lock().unwrap().iter().filter(|b| b.0.starts_with(PICTURES)).map(|b| b.1).sum();
    assert_eq!(sent, bytes.len(), "what arrived is not sent again");
    assert_eq!(fetched(&bob, &field.line, record), Some(bytes.clone()));
    field.line.fault(PICTURES, Fault::NoLine);
    assert_eq!(fetched(&bob, &field.line, record), Some(bytes), "and is kept");
    assert_eq!((ann.sync(&field.line).pictures, bob.sync(&field.line).pictures), (0, 0));
}

#[test]
fn after_a_restore_phones_give_pictures_again() {
    let mut field = Field::new();
    let mut ann = field.phone(0);
    ann.sync(&field.line);
    let copy = field.folder.path().join("copy").join("gridwalk.db");
    std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
    field.server().back_up(&copy).unwrap();
    let bytes = noise(8);
    let record = photographed(&ann, &bytes);
    assert_eq!(ann.sync(&field.line).pictures, 1);
    field.put_back(&copy, true);
    let report = ann.sync(&field.line);
    assert_eq!((report.is_done(), report.pictures), (true, 1), "{report:?}");
    let mut bob = field.phone(0);
    bob.sync(&field.line);
    assert_eq!(fetched(&bob, &field.line, record), Some(bytes));
}

#[test]
fn a_revoked_phone_hands_over_its_picture_and_keeps_no_file() {
    let mut field = Field::new();
    let mut ann = field.phone(0);
    ann.sync(&field.line);
    let bytes = noise(9);
    photographed(&ann, &bytes);
    let device = ann.notebook.enrolment().unwrap().device;
    field.server().write(|w| grant::revoke(w, device, None)).unwrap();
    field.line.fault("/v1/handover", Fault::Cut);
    ann.sync(&field.line);
    let mut ann = ann.kill();
    let report = ann.sync(&field.line);
    assert_eq!((report.rest.clone(), report.purged), (Some(Rest::Revoked), true), "{report:?}");
    let folder = format!("{}-pictures", ann.options.path.display());
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
    let server = field.server();
    let audited = server.read(|r| r.tx.audit_newest(20)).unwrap();
    let row = audited.iter().find(|row| row.code == "handed_over").unwrap();
    let seal = row.detail.rsplit(' ').next().unwrap().to_owned();
    let seal = data_encoding::HEXLOWER.decode(seal.as_bytes()).unwrap();
    let seal = gridwalk_model::hash::Hash::from_slice(&seal).unwrap();
    let sealed = server.read(|r| r.tx.hand_over(seal)).unwrap().unwrap();
    let left = handover::open_left(&sealed, &server.running().key).unwrap();
    assert_eq!(left.pictures.iter().map(|p| &p.bytes).collect::<Vec<_>>(), [&bytes]);
}
