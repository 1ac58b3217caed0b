//! First sync, polls and single edits: what they take, and what they put on the wire.
//!
//! Owns the pairing of a first sync with the floor's rows. Refuses to sync in any way but the phone's own. Invariant:
//! server and phone are processes of their own, on a real socket; bytes are counted between them.

use crate::benchmark::{Bench, Figure};
use crate::child::{self, Running};
use crate::county::{County, Device};
use crate::fault::Fault;
use crate::floor::{Floor, Ready};
use crate::measure::{Times, ms, pairs, ratio, timed};
use crate::wire::{self, Line, Relay, Traffic};
use gridwalk_app::{HttpOptions, HttpTransport, Notebook, SyncEngine};
use gridwalk_model::Value;
use gridwalk_model::codec::Writer;
use gridwalk_model::command::{Command, EditRecord, Edits};
use gridwalk_model::op::Op;
use gridwalk_sync::{compress, frame_codec};
use serde_json::Value as Json;
use std::sync::Arc;
use std::time::Duration;

/// Pairs of a first sync and the floor's rows.
const PAIRS: usize = 3;
/// Most memory of the phone's process, KiB.
const PEAK_KIB_MAX: f64 = 150.0 * 1024.0;
/// Most bytes of a poll that finds nothing new.
const IDLE_BYTES_MAX: f64 = 1024.0;
/// Most bytes of one edited field.
const EDIT_BYTES_MAX: f64 = 2048.0;

#[expect(clippy::cast_precision_loss, reason = "counts of bytes and rows")]
const fn float(n: u64) -> f64 {
    n as f64
}

fn number(said: &Json, name: &str) -> f64 {
    said.get(name).and_then(Json::as_f64).unwrap_or(0.0)
}

/// The floor's rows one after the other, packed as one stream.
fn packed_floor(bench: &Bench) -> Result<u64, Fault> {
    let mut w = Writer::default();
    for nth in 0..bench.rows {
        let resident = bench.register().resident(nth);
        w.array(22).bytes(&resident.record.0).bytes(&resident.unit.0);
        for (_, value) in &resident.fields {
            match value {
                Value::Id(record) => w.bytes(&record.0),
                plain => w.value(plain),
            };
        }
    }
    Ok(zstd::stream::encode_all(w.finish().as_slice(), 3)?.len() as u64)
}

/// First sync to an empty phone, its bytes and its memory; then polls and single edits.
pub fn first(bench: &mut Bench) -> Result<Vec<Figure>, Fault> {
    bench.tell(&format!("a server with {} residents", bench.rows));
    let county = County::build(&bench.path("county"), bench.register(), bench.rows, 2)?;
    let server = Running::start(&county.folder)?;
    bench.tell(&format!("{} rows of the floor made ready", bench.rows));
    let rows: Vec<Ready> = (0..bench.rows).map(|n| Ready::of(bench.register(), n)).collect::<Result<_, _>>()?;
    let mut said = Json::Null;
    let (ours, floor) = pairs(
        PAIRS,
        0,
        |nth| {
            said = child::first_sync(&bench.path(&format!("first-{nth}")), &server.address, &county)?;
            Ok(Duration::from_secs_f64(number(&said, "seconds")))
        },
        |nth| {
            let mut floor = Floor::open(&bench.path(&format!("first-floor-{nth}.db")))?;
            Ok(timed(|| floor.save(&rows))?.0)
        },
    )?;
    drop(rows);
    if number(&said, "rows") < float(bench.rows as u64) {
        return Err(Fault::Expected(format!("{} records on the phone", bench.rows)));
    }
    let relay = Relay::start(&server.address)?;
    let folder = bench.path("wired");
    child::first_sync(&folder, &relay.address, &county)?;
    let (wire, packed) = (relay.taken(), packed_floor(bench)?);
    let mut figures = vec![
        pair("first_sync", 1.5, &(ours, floor)).with("phone cpu", number(&said, "cpu_s"), "s"),
        Figure::new("first_sync_wire", float(wire.up + wire.down) / float(packed), 1.15)
            .with("wire", float(wire.up + wire.down) / 1024.0, "KiB")
            .with("floor, zstd 3", float(packed) / 1024.0, "KiB")
            .with("round trips", float(wire.turns), ""),
        Figure::new("first_sync_memory", number(&said, "peak_kib") / PEAK_KIB_MAX, 1.0).with(
            "peak",
            number(&said, "peak_kib") / 1024.0,
            "MiB",
        ),
    ];
    figures.extend(single(&county, &relay, &child::notebook(&folder, county.space, &county.server_key)?)?);
    Ok(figures)
}

fn pair(name: &str, goal: f64, (ours, floor): &(Times, Times)) -> Figure {
    Figure::new(name, ratio(ours.median(), floor.median()), goal)
        .with("ours", ms(ours.median()), "ms")
        .with("floor", ms(floor.median()), "ms")
        .with("pairs", float(ours.count() as u64), "")
}

fn bytes(name: &str, allowed: f64, t: Traffic) -> Figure {
    Figure::new(name, float(t.up + t.down) / allowed, 1.0)
        .with("up", float(t.up), "B")
        .with("down", float(t.down), "B")
        .with("round trips", float(t.turns), "")
}

/// One edit by somebody else; what it took on the line is not counted.
fn other_edits(county: &County, relay: &Relay, other: &mut Device, resident: usize) -> Result<(), Fault> {
    let change = other.change_of(&county.resident(resident), vec![Op::put("note", "晚上七点后在家")])?;
    let frame = compress::pack(&frame_codec::frame_bytes(&other.frame(&[change])));
    let nonce = [u8::try_from(resident).unwrap_or_default() + 1; 16];
    let (status, _) = Line::connect(&relay.address)?.ask(&wire::request(other, "/v1/push", &frame, nonce))?;
    if status != 200 {
        return Err(Fault::Expected("an edit that is taken".to_owned()));
    }
    relay.taken();
    Ok(())
}

/// What a poll without news, somebody else's edit and an own edit put on the wire.
pub fn single(county: &County, relay: &Relay, notebook: &Arc<Notebook>) -> Result<Vec<Figure>, Fault> {
    let transport = HttpTransport::new(&format!("http://{}", relay.address), &HttpOptions::default())
        .map_err(gridwalk_app::AppError::from)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut engine = SyncEngine::new(notebook.clone());
    let mut sync = || -> Result<Traffic, Fault> {
        runtime.block_on(engine.sync_once(&transport))?;
        Ok(relay.taken())
    };
    // The first one asks who the person is; no other one within the hour does.
    sync()?;
    let idle = sync()?;
    let mut other = Device::new(county.space, 1);
    // The first time that somebody wrote on a record here, the phone asks what they are called: once a month.
    other_edits(county, relay, &mut other, 2)?;
    let met = sync()?;
    other_edits(county, relay, &mut other, 0)?;
    let theirs = sync()?;
    let edited = county.resident(1).record;
    let edits = Edits::none().put("note", Value::Text("白天上班".to_owned()));
    let (basis, also) = (notebook.basis(edited)?, Vec::new());
    notebook.execute(&Command::EditRecord(EditRecord { record: edited, basis, also, edits }))?;
    let own = sync()?;
    Ok(vec![
        bytes("idle_wire", IDLE_BYTES_MAX, idle),
        bytes("edit_wire_reader", EDIT_BYTES_MAX, theirs).with(
            "of somebody not met before",
            float(met.up + met.down),
            "B",
        ),
        bytes("edit_wire_author", EDIT_BYTES_MAX, own),
    ])
}
