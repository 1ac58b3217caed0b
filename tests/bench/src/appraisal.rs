//! A county's month in numbers, where a year has fifty thousand cases.
//!
//! Owns the cases and the question. Refuses to count. Invariant: every case came in through ingest, signed, step by step, and
//! the question is the one that the command line asks.

use crate::benchmark::{Bench, Figure};
use crate::county::{COUNTY_CODE, County, Device};
use crate::fault::Fault;
use crate::generator::Register;
use crate::measure::{Times, ms, timed};
use gridwalk_model::appraisal::{Group, Month};
use gridwalk_model::exchange::Verdict;
use gridwalk_model::id::UnitId;
use gridwalk_model::op::Op;
use gridwalk_model::{RecordId, SealedChange, Timestamp, Value};
use gridwalk_server::admin::{Admin, MonthAsked};
use gridwalk_server::grant::{self, NewGrant};
use gridwalk_server::{Server, ServerOptions, ingest};
use std::time::Duration;

/// Cases of a year.
const CASES: usize = 50_000;
/// Grids over which they are spread.
const GRIDS: usize = 20;
/// Cases whose steps travel together.
const TOGETHER: usize = 20;
/// How often the question is asked.
const ASKED: usize = 9;
/// How long it may take.
const ALLOWED: Duration = Duration::from_secs(1);
/// One of so many stays open.
const OPEN: usize = 10;
const HOUR_MS: i64 = 3_600_000;
const YEAR_MS: i64 = 365 * 24 * HOUR_MS;

/// A case as it goes.
struct Case {
    record: RecordId,
    unit: UnitId,
    at: i64,
    number: usize,
}

/// The numbers of a month of a county, by grid.
pub fn month(bench: &mut Bench) -> Result<Vec<Figure>, Fault> {
    let register = bench.register();
    let county = County::build(&bench.path("appraised"), register, 0, 3)?;
    let mut options = ServerOptions::new(&county.folder);
    options.durable = false;
    let server = Server::open(options)?;
    let now = server.read(|r| Ok(r.now))?;
    bench.tell(&format!("{CASES} cases of a year, each through its steps"));
    play(&server, &county, register, now)?;
    let admin = Admin::new(server.clone());
    let asked = MonthAsked { month: Month::of(now).plus(-2), unit: COUNTY_CODE, by: Some(Group::Grid) };
    let (first, view) = timed(|| Ok(admin.appraised_month(&asked)?))?;
    let rows = view.all.number("closing").map_or(0, |number| number.base);
    if rows < CASES / 20 {
        return Err(Fault::Expected("a month with a twelfth of the year's cases".to_owned()));
    }
    let times = (0..ASKED).map(|_| timed(|| Ok(admin.appraised_month(&asked)?)).map(|(time, _)| time));
    let times = Times::of(times.collect::<Result<_, Fault>>()?);
    server.close()?;
    let rows = u32::try_from(rows).map_or(0.0, f64::from);
    Ok(vec![Figure::within("county_month", times.median(), ALLOWED).with("cases of the month", rows, "cases").with(
        "the first question, all facts made",
        ms(first),
        "ms",
    )])
}

/// Two people who may do everything: one of them handles, the other one does the rest.
fn play(server: &Server, county: &County, register: Register, now: Timestamp) -> Result<(), Fault> {
    let (mut desk, mut handler) = (Device::new(county.space, 1), Device::new(county.space, 2));
    let unit = register.record(b'c', 1).unit();
    server.write(|w| {
        [&desk, &handler].into_iter().try_for_each(|device| {
            let role = "county_supervisor";
            let new = NewGrant { account: device.account, unit, role, kinds: &["case"], by: None };
            grant::grant(w, &new).map(|_| ())
        })
    })?;
    let apart = YEAR_MS / i64::try_from(CASES).unwrap_or(1);
    let case = |number: usize| Case {
        record: register.record(b'c', 1000 + number),
        unit: crate::street::grid_unit(register, number % GRIDS),
        at: now.0 - YEAR_MS + apart * i64::try_from(number).unwrap_or(0),
        number,
    };
    for first in (0..CASES).step_by(TOGETHER) {
        let cases: Vec<Case> = (first..CASES.min(first + TOGETHER)).map(case).collect();
        let closed = || cases.iter().filter(|case| case.number % OPEN != 0);
        let mut changes = Vec::new();
        for case in &cases {
            let fields = [("title", "楼道堆物"), ("kind", "ask")].map(|(name, text)| Op::put(name, text));
            let ops = fields.into_iter().chain([Op::put("unit", case.unit.record()), step("report", "reported", &[])]);
            changes.push(desk.change_to("case", (case.record, case.unit), case.at, ops.collect())?);
            changes.push(case.step(&mut desk, 1, "accept", "accepted", &[])?);
            let due = Value::Int(case.at + 48 * HOUR_MS);
            let to = [("unit", Value::Id(case.unit.record())), ("due", due)];
            changes.push(case.step(&mut desk, 2, "dispatch", "dispatched", &to)?);
        }
        push(server, &desk, &std::mem::take(&mut changes))?;
        for case in closed() {
            changes.push(case.step(&mut handler, 3, "take", "taken", &[])?);
            let hours = 4 + i64::try_from(case.number % 60).unwrap_or(0);
            changes.push(case.step(&mut handler, hours, "handle", "handled", &[("result", "已清理".into())])?);
        }
        push(server, &handler, &std::mem::take(&mut changes))?;
        for case in closed() {
            changes.push(case.step(&mut desk, 70, "verify", "verified", &[])?);
            changes.push(case.step(&mut desk, 71, "close", "closed", &[])?);
        }
        push(server, &desk, &changes)?;
    }
    Ok(())
}

fn step(code: &str, to: &str, answers: &[(&str, Value)]) -> Op {
    let answers = answers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Op::Step { step: code.to_owned(), to: to.to_owned(), answers }
}

impl Case {
    fn step(
        &self,
        by: &mut Device,
        hours: i64,
        code: &str,
        to: &str,
        answers: &[(&str, Value)],
    ) -> Result<SealedChange, Fault> {
        by.change_to("case", (self.record, self.unit), self.at + hours * HOUR_MS, vec![step(code, to, answers)])
    }
}

fn push(server: &Server, by: &Device, changes: &[SealedChange]) -> Result<(), Fault> {
    let reply = ingest::push(server.running(), by.id, by.frame(changes))?;
    match reply.verdicts.iter().find(|v| v.verdict != Verdict::Applied) {
        None => Ok(()),
        Some(other) => Err(Fault::Expected(format!("every step to be applied: {other:?}"))),
    }
}
