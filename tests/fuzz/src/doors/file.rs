//! Doors for files: bundles and hand-overs, their parts, tables and workbooks, boundaries, mappings.
//!
//! Owns their list. Refuses to know where files come from. Invariant: what is sealed is spoiled inside the seal as well,
//! for whoever seals may be anybody.

use crate::corpus::Corpus;
use crate::door::{By, Door};
use ed25519_dalek::SigningKey;
use gridwalk_model::codec::Writer;
use gridwalk_model::edition::{Division, Proposal, propose};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{DeviceId, RecordId, ReplicaId, SpaceId};
use gridwalk_model::limits;
use gridwalk_model::rule_table::TableSort;
use gridwalk_model::time::Timestamp;
use gridwalk_model::unit_code::UnitCode;
use gridwalk_server::admin::rule_file::RuleFile;
use gridwalk_server::admin::{BoundaryFile, UnitTable, read_edition};
use gridwalk_server::audit::head::of_lines;
use gridwalk_server::erase::list;
use gridwalk_server::import::file;
use gridwalk_server::import::mapping::Mapping;
use gridwalk_server::journal_codec::{self, ErasedEntry};
use gridwalk_server::sealing;
use gridwalk_sync::bundle::{self, Bundle, BundleReply, FrameOutcome};
use gridwalk_sync::frame_codec;
use gridwalk_sync::handover::{self, HandOver, LeftChange, LeftDraft, LeftPicture};
use gridwalk_sync::part::{self, Part};
use gridwalk_sync::seal::{self, Purpose};
use std::io::Write as _;

/// Room for a file that is unpacked: workbooks have their own limit behind the door.
const UNPACKED_MAX: usize = 256 << 20;

/// The doors.
pub fn doors(corpus: &Corpus) -> Vec<Door> {
    let mut doors = sealed(corpus);
    doors.extend(tables());
    doors.extend(erasures());
    doors.extend(pictures());
    doors
}

fn file(name: &'static str, usual: Vec<Vec<u8>>, enter: impl Fn(&[u8]) -> bool + 'static) -> Door {
    Door::new(name, By::File, usual, enter)
}

fn sealed(corpus: &Corpus) -> Vec<Door> {
    let server = SigningKey::from_bytes(&[7; 32]);
    let public = server.verifying_key();
    let pushed = corpus.asked("/v1/push");
    let frames: Vec<_> = pushed.iter().filter_map(|f| frame_codec::read_frame(f).ok()).collect();
    let device = frames.first().map(|frame| frame.device).unwrap_or_default();
    let frames = frames.into_iter().filter(|frame| frame.device == device).take(3).collect();
    let bundle = Bundle { device, frames };
    let seal = bundle::seal_bundle(&bundle, &public, &[9; 32]).unwrap_or_default();
    let inside = seal::open(&seal, Purpose::Bundle, &server, limits::SEALED_BYTES_MAX).unwrap_or_default();
    let changes = corpus.changes().into_iter().take(3);
    let left = HandOver {
        device: DeviceId([3; 16]),
        changes: changes.map(|body| LeftChange { list: "outbox".to_owned(), body: body.into() }).collect(),
        drafts: vec![LeftDraft {
            space: SpaceId::default(),
            record: RecordId::default(),
            kind: "visit".to_owned(),
            basis: Vec::new(),
            content: "{}".to_owned(),
        }],
        pictures: vec![LeftPicture { space: SpaceId::default(), record: RecordId::default(), bytes: vec![0xff; 40] }],
    };
    let receipt = handover::sign_receipt(Hash::default(), Timestamp(0), &server);
    let parts: Vec<Part> = part::cut(&seal, 200).unwrap_or_default();
    let pieces = parts.iter().take(4).flat_map(|part| [part.bytes(), part.text().into_bytes()]).collect();
    let rescued = handover::seal_left(&left, &public, &[9; 32]).into_iter().collect();
    let phone = SigningKey::from_bytes(&[8; 32]);
    let problem = FrameOutcome::Problem {
        space: SpaceId::default(),
        replica: ReplicaId::default(),
        code: "gap".to_owned(),
        expected: Some(3),
        seq: None,
    };
    let reply = BundleReply {
        device: DeviceId([3; 16]),
        bundle: Hash::default(),
        at: Timestamp(1),
        outcomes: vec![problem],
        signature: [0; 64],
    };
    let answered = bundle::seal_reply(reply, &server, &phone.verifying_key(), &[9; 32]).into_iter().collect();
    let trusted = server.verifying_key();
    let (opening, rescuing, spoiling) = (server.clone(), server.clone(), server);
    vec![
        file("bundle", vec![seal], move |b| bundle::open_bundle(b, &opening).is_ok()),
        file("bundle_inside", vec![inside], move |b| {
            let again = seal::seal(&public, Purpose::Bundle, None, b, &[9; 32]).unwrap_or_default();
            bundle::open_bundle(&again, &spoiling).is_ok()
        }),
        file("hand_over", vec![handover::bundle_bytes(&left)], |b| handover::read_bundle(b).is_ok()),
        file("rescue_file", rescued, move |b| handover::open_left(b, &rescuing).is_ok()),
        file("hand_over_receipt", vec![handover::receipt_bytes(&receipt)], |b| handover::read_receipt(b).is_ok()),
        file("bundle_reply", answered, move |b| bundle::open_reply(b, &phone, &trusted).is_ok()),
        file("bundle_part", pieces, |b| Part::read(b).is_ok()),
    ]
}

/// A picture's limit: a byte of brightness for each pixel that it may have, and the coefficients of one that comes in scans.
const PICTURE_MAX: usize = 400 << 20;

fn pictures() -> Vec<Door> {
    let jpeg = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../cli/tests/pictures/cylinders-small.jpg"));
    let png = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../cli/tests/pictures/cylinders-tiny.png"));
    let enter = |bytes: &[u8]| gridwalk_app::picture::check(bytes).is_ok();
    vec![
        file("picture_jpeg", vec![jpeg.to_vec()], enter).with_memory(PICTURE_MAX),
        file("picture_png", vec![png.to_vec()], enter),
    ]
}

/// Two units with a head of columns.
const UNITS: &str = "code,name,parent,level,kind\n3207,连云港市,,prefecture,\n320706,连云区,3207,county,\n320706102,墟沟街道,320706,town,\n320706102211,沙杭村,320706102,village,220\n";
/// Residents as an office writes them.
const PEOPLE: &str = "小区,楼栋,门牌,姓名,身份证号,电话,出生日期\n香樟苑,3幢,101,王小明,110101199003070011,13800000001,1990-03-07\n香樟苑,3幢,102,李芳,,,33000\n";
/// A boundary.
const BOUNDARY: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"320706102211001"},"geometry":{"type":"Polygon","coordinates":[[[119.1,34.6],[119.2,34.6],[119.2,34.7],[119.1,34.6]]]}}]}"#;
/// A year's holidays.
const HOLIDAYS: &str = "年份,起,止,类别,节日\n2027,2027-01-01,2027-01-03,放假,元旦\n2027,2027-01-09,,上班,元旦\n";
/// A mapping.
const MAPPING: &str = "[columns]\n\"代号\" = \"key\"\n\"住哪幢\" = \"building.name\"\n\"谁\" = \"resident.name\"\n";
/// A sheet's rows.
const SHEET: &str = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>姓名</t></is></c><c r=\"B1\"><v>33000.5</v></c></row><row r=\"2\"><c r=\"A2\" t=\"b\"><v>1</v></c><c r=\"B2\" t=\"e\"><v>#REF!</v></c></row>";

fn tables() -> Vec<Door> {
    let bytes = |text: &str| text.as_bytes().to_vec();
    vec![
        file("unit_table", vec![bytes(UNITS)], |b| UnitTable::read(b).is_ok()),
        file("edition", vec![bytes("code,name,parent\n320706102211,沙杭村,320706102\n")], |b| {
            read_edition(b).is_ok()
        }),
        file("edition_proposal", vec![proposals()], |b| serde_json::from_slice::<Vec<Proposal>>(b).is_ok()),
        file("boundaries", vec![bytes(BOUNDARY)], |b| BoundaryFile::read(b, Some("wgs84")).is_ok()),
        file("table", vec![bytes(PEOPLE), gb18030(PEOPLE), utf16(PEOPLE)], |b| file::open(b, "人口").is_ok()),
        file("mapping", vec![bytes(MAPPING)], |b| Mapping::from_toml(&String::from_utf8_lossy(b)).is_ok()),
        file("rule_table", vec![bytes(HOLIDAYS), gb18030(HOLIDAYS)], |b| {
            RuleFile::read(b, "t.csv", TableSort::Holidays).is_ok_and(|read| !read.is_blocked())
        }),
        file("dispatch_rules", vec![bytes("unit,from,days,begin,end\n330402,2027-01-01,mon-fri,8:30,12:00\n")], |b| {
            RuleFile::read(b, "t.csv", TableSort::WorkHours).is_ok()
        }),
        file("audit_heads", vec![heads()], |b| {
            of_lines(&String::from_utf8_lossy(b)).iter().any(|kept| kept.head().is_ok())
        }),
        file("seal_file", vec![bytes(&format!("{}\n{}\n", "0f".repeat(32), "a1".repeat(32)))], sealing::is_file),
        file("workbook", vec![workbook(SHEET.as_bytes())], |b| file::open(b, "人口").is_ok()).with_memory(UNPACKED_MAX),
        file("workbook_sheet", vec![bytes(SHEET)], |b| file::open(&workbook(b), "人口").is_ok())
            .with_memory(UNPACKED_MAX),
    ]
}

/// What an edition's plan proposes, as its file holds it.
fn proposals() -> Vec<u8> {
    let listed = |code: &str, name: &str| -> Vec<Division> {
        UnitCode::parse(code).into_iter().map(|code| Division::new(code, name)).collect()
    };
    let (old, new) = (listed("320706102211", "沙杭村"), listed("320706102299", "沙杭社区"));
    serde_json::to_vec(&propose(&old, &new)).unwrap_or_default()
}

/// The list beside the database: as it stands there, and with anything in a line that is signed.
fn erasures() -> Vec<Door> {
    let key = SigningKey::from_bytes(&[7; 32]);
    let public = key.verifying_key();
    let mut newcomer = Writer::default();
    newcomer.array(2).uint(2).bytes(&[5; 16]);
    let newcomer = newcomer.finish();
    let entry = ErasedEntry { pos: 0, record: RecordId([3; 16]), erasure: None, bodies: Vec::new() };
    let mut record = Writer::default();
    record.array(3).uint(1).bytes(&[4; 16]).bytes(&journal_codec::erased_bytes(&entry));
    let record = record.finish();
    let line = list::line_of(&newcomer, &key).into_bytes();
    vec![
        file("erasures", vec![line], move |b| list::is_line(&String::from_utf8_lossy(b), &public)),
        file("erasure_inside", vec![newcomer, record], move |b| {
            list::is_line(&list::line_of(b, &key), &key.verifying_key())
        }),
    ]
}

/// A line that an office keeps of the audit's head, as `audit head` prints it.
fn heads() -> Vec<u8> {
    let mut body = Writer::default();
    body.array(8).uint(1).int(3).int(1_795_431_600_000).int(12).bytes(&[1; 32]).bytes(&[2; 32]);
    body.bool(false).array(1).array(3).bytes(&[3; 16]).uint(5).bytes(&[4; 32]);
    let encode = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
    format!("gridwalk-head-1 {} {}\n# kept\n", encode(&body.finish()), encode(&[7; 64])).into_bytes()
}

fn gb18030(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

fn utf16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// A workbook of one sheet with these rows; empty if it cannot be packed.
pub(super) fn workbook(rows: &[u8]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let begin = format!("<worksheet xmlns=\"{MAIN}\"><sheetData>");
    let sheet = [begin.as_bytes(), rows, b"</sheetData></worksheet>"];
    let parts = [
        ("[Content_Types].xml", b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_vec()),
        (
            "_rels/.rels",
            format!("<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"r1\" Type=\"{LINKS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>").into_bytes(),
        ),
        (
            "xl/workbook.xml",
            format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{LINKS}\"><sheets><sheet name=\"人口\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>").into_bytes(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!("<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"r1\" Type=\"{LINKS}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>").into_bytes(),
        ),
        ("xl/worksheets/sheet1.xml", sheet.concat()),
    ];
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let begun = archive.start_file(name, zip::write::SimpleFileOptions::default());
        if begun.is_err() || archive.write_all(&bytes).is_err() {
            return Vec::new();
        }
    }
    archive.finish().map(std::io::Cursor::into_inner).unwrap_or_default()
}
