//! The server under load: many phones of the protocol that push at once, and phones that poll for nothing.
//!
//! Owns the load. Refuses to make it while it is measured: every request is sealed, signed and packed before. Invariant:
//! the server is a process of its own whose commits wait for the disk, and its processor time is its own.

use crate::benchmark::{Bench, Figure};
use crate::child::Running;
use crate::county::{County, Device};
use crate::fault::Fault;
use crate::measure::{Times, ms};
use crate::wire::{self, Line};
use gridwalk_model::exchange::{Backfill, PullRequest};
use gridwalk_model::hash::Hash;
use gridwalk_model::state_codec::FOLD_VERSION;
use gridwalk_sync::{client, compress, frame_codec, page_codec};
use std::time::{Duration, Instant};

/// Phones that push at once.
const PHONES: u16 = 32;
/// Frames of each.
const FRAMES: usize = 30;
/// Changes of a frame.
const CHANGES: usize = 20;
/// Changes that should be admitted in a second.
const CHANGES_A_SECOND: f64 = 5000.0;
/// Polls that find nothing.
const POLLS: usize = 2000;
/// Processor time that one may take.
const POLL_CPU: Duration = Duration::from_micros(200);
/// Residents that stand in the county before.
const STANDING: usize = 2000;

#[expect(clippy::cast_precision_loss, reason = "a count")]
const fn float(n: usize) -> f64 {
    n as f64
}

fn nonce(phone: u16, nth: usize) -> [u8; 16] {
    let mut nonce = [0; 16];
    let hash = Hash::with_context("gridwalk bench nonce", &[&phone.to_le_bytes(), &nth.to_le_bytes()]);
    nonce.copy_from_slice(&hash.0[..16]);
    nonce
}

/// Pushes and polls.
pub fn server(bench: &mut Bench) -> Result<Vec<Figure>, Fault> {
    let county = County::build(&bench.path("loaded"), bench.register(), STANDING, PHONES + 1)?;
    let server = Running::start(&county.folder)?;
    Ok(vec![pushes(bench, &county, &server)?, polls(bench, &county, &server)?])
}

fn pushes(bench: &Bench, county: &County, server: &Running) -> Result<Figure, Fault> {
    bench.tell(&format!("{PHONES} phones with {FRAMES} frames of {CHANGES} residents each"));
    let mut requests: Vec<Vec<Vec<u8>>> = Vec::new();
    let mut next = STANDING;
    for n in 1..=PHONES {
        let mut device = Device::new(county.space, n);
        let mut of_phone = Vec::with_capacity(FRAMES);
        for nth in 0..FRAMES {
            let changes =
                (next..next + CHANGES).map(|n| device.change(&county.resident(n))).collect::<Result<Vec<_>, _>>()?;
            next += CHANGES;
            let body = compress::pack(&frame_codec::frame_bytes(&device.frame(&changes)));
            of_phone.push(wire::request(&device, "/v1/push", &body, nonce(n, nth)));
        }
        requests.push(of_phone);
    }
    let (before, start) = (server.cpu_s()?, Instant::now());
    let phones: Vec<_> = requests
        .into_iter()
        .map(|requests| {
            let address = server.address.clone();
            std::thread::spawn(move || push_all(&address, &requests))
        })
        .collect();
    let mut took = Vec::new();
    for phone in phones {
        took.extend(phone.join().map_err(|_| Fault::Expected("a phone that pushes".to_owned()))??);
    }
    let (elapsed, cpu) = (start.elapsed().as_secs_f64(), server.cpu_s()? - before);
    let changes = float(took.len() * CHANGES);
    let times = Times::of(took);
    Ok(Figure::new("push_rate", CHANGES_A_SECOND / (changes / elapsed), 1.0)
        .with("admitted", changes / elapsed, "changes/s")
        .with("p50 of a push", ms(times.median()), "ms")
        .with("p99 of a push", ms(times.at(99)), "ms")
        .with("server cpu", cpu, "s")
        .with("cpu a change", cpu / changes * 1e6, "µs"))
}

fn push_all(address: &str, requests: &[Vec<u8>]) -> Result<Vec<Duration>, Fault> {
    let mut line = Line::connect(address)?;
    let mut took = Vec::with_capacity(requests.len());
    for request in requests {
        let start = Instant::now();
        let (status, body) = line.ask(request)?;
        took.push(start.elapsed());
        let reply = compress::unpack(&body, 1 << 20).ok().and_then(|b| frame_codec::read_reply(&b).ok());
        let applied = reply.is_some_and(|r| r.verdicts.iter().all(|v| v.verdict.code() == "applied"));
        if status != 200 || !applied {
            return Err(Fault::Expected("a frame that is applied".to_owned()));
        }
    }
    Ok(took)
}

/// Polls of a phone that stands at the head.
fn polls(bench: &Bench, county: &County, server: &Running) -> Result<Figure, Fault> {
    bench.tell(&format!("{POLLS} polls that find nothing"));
    let device = Device::new(county.space, 1);
    let mut ask = PullRequest {
        space: county.space,
        replica: device.replica,
        cursor: None,
        epoch: None,
        backfill: Backfill::Start,
        asked: Vec::new(),
        forgotten: 0,
        fold_version: FOLD_VERSION,
        bytes_aim: 1,
        refetch: Vec::new(),
    };
    let mut line = Line::connect(&server.address)?;
    let bytes = page_codec::request_bytes(&ask);
    let (status, body) = line.ask(&wire::request(&device, "/v1/pull", &compress::pack(&bytes), nonce(0, POLLS)))?;
    let client::PullAnswer::Page(page) = client::read_pull(status, &body, frame_codec::request_hash(&bytes)) else {
        return Err(Fault::Expected("a page".to_owned()));
    };
    ask.cursor = Some((page.timeline(), page.cursor));
    (ask.epoch, ask.backfill) = (Some(page.epoch), Backfill::Done);
    let body = compress::pack(&page_codec::request_bytes(&ask));
    let requests: Vec<_> = (0..POLLS).map(|nth| wire::request(&device, "/v1/pull", &body, nonce(0, nth))).collect();
    let (before, mut took) = (server.cpu_s()?, Vec::with_capacity(POLLS));
    for request in &requests {
        let start = Instant::now();
        if line.ask(request)?.0 != 200 {
            return Err(Fault::Expected("a page".to_owned()));
        }
        took.push(start.elapsed());
    }
    let cpu = Duration::from_secs_f64((server.cpu_s()? - before) / float(POLLS));
    let figure = Figure::new("poll_cpu", cpu.as_secs_f64() / POLL_CPU.as_secs_f64(), 1.0);
    Ok(figure.with("cpu a poll", ms(cpu), "ms").with("median of a poll", ms(Times::of(took).median()), "ms"))
}
