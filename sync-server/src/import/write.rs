//! Imports: a file planned against what is here, and written in chunks.
//!
//! Owns the order: read, map, settle, write a few hundred records to a transaction, note what was written. Refuses to write
//! past the console's pen. Invariant: an import that was cut off leaves whole chunks, and going on with it is importing the
//! same file again.

use super::file::{self, FileFault};
use super::heading::{self, Headings};
use super::item::Items;
use super::key::Secret;
use super::mapping::{Mapping, fingerprint};
use super::problem::{Problem, ProblemCode, letters};
use super::register::Register;
use super::request::{ColumnView, MapGiven, NotImported, Report, Request};
use super::row::{self, Reading, Told};
use super::settle::{Fate, Settled, Settling};
use super::staff::{self, PersonRead};
use super::target::What;
use super::unit::Units;
use super::uses::Uses;
use super::{Opened, Sheet};
use crate::admin::Admin;
use crate::console::{self, ConsoleWrite};
use crate::error::Result;
use crate::limits;
use crate::store::Tx;
use crate::store::import::{MappingRow, RunRow, Span};
use crate::writing::Writing;
use gridwalk_model::id::RecordId;
use gridwalk_model::time::Timestamp;
use std::collections::BTreeSet;

/// A file that is ready to be settled.
pub(super) struct Planned {
    pub(super) units: Units,
    pub(super) secret: Secret,
    pub(super) mapping: MappingRow,
    pub(super) told: Told,
    pub(super) people: Vec<PersonRead>,
    pub(super) report: Report,
}

/// The mapping of an import before its headings are known.
struct Known {
    rows: Vec<MappingRow>,
    given: Option<Mapping>,
}

type Done<T> = std::result::Result<T, NotImported>;

impl Admin {
    /// Imports a file of people, buildings or premises; `go_on` hears how many records of how many are done, and says
    /// whether to go on.
    pub fn import_table(&self, request: &Request<'_>, mut go_on: impl FnMut(u64, u64) -> bool) -> Done<Report> {
        self.may_import(false)?;
        let opened = file::open(request.bytes, request.file)?;
        let mut planned = self.plan(request, &opened)?;
        drop(opened);
        let blocked = planned.report.blocked_rows > 0 && !request.skip_blocked;
        let register = self.server().read(|r| register(r.tx, &planned))?;
        let settling = Settling {
            source: planned.mapping.source,
            space: planned.units.base.space,
            secret: &planned.secret,
            register: &register,
            only_empty: request.only_empty,
            author: self.author(),
        };
        let items = std::mem::take(&mut planned.told.items);
        if request.dry_run || blocked {
            let report = self.server().read(|r| dry(r.tx, &settling, &items, planned.report))?;
            return if request.dry_run { Ok(report) } else { Err(NotImported::Blocked(Box::new(report))) };
        }
        Ok(self.write_items(
            request,
            (&planned.units, &planned.mapping),
            &settling,
            &items,
            planned.report,
            &mut go_on,
        )?)
    }

    /// Reads a file against what is here, without writing.
    pub(super) fn plan(&self, request: &Request<'_>, opened: &Opened) -> Done<Planned> {
        let server_key = self.server().running().key.to_bytes();
        let fresh = self.server().running().options.ids.b16();
        self.server().read(|r| {
            let units = Units::below(r.tx, request.unit)?;
            let secret = Secret::new(&server_key, units.base.space);
            let known = Known { rows: r.tx.import_mappings()?, given: None };
            Ok(plan(r.tx, request, opened, known, (units, secret, fresh, r.now)))
        })?
    }

    fn write_items(
        &self,
        request: &Request<'_>,
        (units, mapping): (&Units, &MappingRow),
        settling: &Settling<'_>,
        items: &Items,
        mut report: Report,
        go_on: &mut impl FnMut(u64, u64) -> bool,
    ) -> Result<Report> {
        let mut run = self.begin(request, units, mapping)?;
        report.import = Some(run.id);
        let (all, mut records) = (items.list.len(), Vec::with_capacity(items.list.len()));
        let mut done = 0;
        while done < all && !report.stopped {
            let end = all.min(done + limits::IMPORT_ITEMS_A_TRANSACTION);
            let chunk = done..end;
            let settled = self.server().write(|w| {
                records.truncate(chunk.start);
                write_chunk(w, settling, items, chunk.clone(), &mut records, run.id)
            })?;
            for (item, settled) in items.list.get(chunk).unwrap_or_default().iter().zip(&settled) {
                report.count(item.kind, settled);
            }
            done = end;
            report.stopped = !go_on(done as u64, all as u64) && done < all;
        }
        run.counts = serde_json::to_string(&counts(&report)).unwrap_or_default();
        self.server().write(|w| {
            run.ended_at = (!report.stopped).then_some(w.now);
            w.audit(self.by(), if report.stopped { "import_stopped" } else { "imported" }, &run.id.to_string())?;
            w.tx.import_run_set(&run)
        })?;
        Ok(report)
    }

    /// Notes an import that begins, and remembers its mapping.
    pub(super) fn begin(&self, request: &Request<'_>, units: &Units, mapping: &MappingRow) -> Result<RunRow> {
        self.server().write(|w| {
            w.tx.import_mapping_put(&MappingRow { used_at: w.now, ..mapping.clone() })?;
            let mut run = RunRow {
                id: 0,
                source: mapping.source,
                space: units.base.space,
                unit: units.base.id,
                what: request.what.name().to_owned(),
                file: request.file.to_owned(),
                account: self.by(),
                begun_at: w.now,
                ended_at: None,
                undone_at: None,
                counts: String::new(),
            };
            run.id = w.tx.import_run_add(&run)?;
            w.audit(self.by(), "import_begun", &format!("{} {}", run.id, run.what))?;
            Ok(run)
        })
    }
}

/// What of a report is kept with the import.
pub(super) fn counts(report: &Report) -> serde_json::Value {
    serde_json::json!({
        "rows": report.rows, "blocked_rows": report.blocked_rows, "created": report.created, "changed": report.changed,
        "same": report.same, "gone": report.gone, "kept": report.kept, "disagreements": report.disagreements,
    })
}

fn register(tx: &dyn Tx, planned: &Planned) -> Result<Register> {
    // Rows that all were imported before need no look at the rest.
    for item in &planned.told.items.list {
        if tx.import_row(&planned.mapping.source, &item.key)?.is_none() {
            return Register::load(tx, &planned.units, &planned.secret);
        }
    }
    Ok(Register::default())
}

fn dry(tx: &dyn Tx, settling: &Settling<'_>, items: &Items, mut report: Report) -> Result<Report> {
    let mut records: Vec<Option<RecordId>> = Vec::with_capacity(items.list.len());
    for item in &items.list {
        let settled = settling.settle(tx, item, &records)?;
        records.push(settled.record);
        report.count(item.kind, &settled);
    }
    Ok(report)
}

fn write_chunk(
    w: &Writing<'_>,
    settling: &Settling<'_>,
    items: &Items,
    chunk: std::ops::Range<usize>,
    records: &mut Vec<Option<RecordId>>,
    run: i64,
) -> Result<Vec<Settled>> {
    let items = items.list.get(chunk).unwrap_or_default();
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        let settled = settling.settle(w.tx, item, records)?;
        records.push(settled.record);
        all.push(settled);
    }
    let written: Vec<usize> = (0..all.len()).filter(|at| !all[*at].wishes.is_empty()).collect();
    let wanted: Vec<ConsoleWrite<'_>> = written
        .iter()
        .map(|at| ConsoleWrite {
            author: settling.author,
            machine: true,
            judged: false,
            space: settling.space,
            record: all[*at].record.unwrap_or_default(),
            kind: items[*at].kind.name(),
            unit: items[*at].unit,
            wishes: &all[*at].wishes,
            basis: Some(&all[*at].basis),
        })
        .collect();
    let names = console::write_all(w, &wanted)?;
    drop(wanted);
    if let (Some(first), Some(last)) = (names.first(), names.last()) {
        w.tx.import_span_put(run, Span { replica: first.replica, from: first.seq, to: last.seq })?;
    }
    for (at, name) in written.iter().zip(&names) {
        all[*at].stands.wrote(*name);
        all[*at].noted = true;
    }
    for (item, settled) in items.iter().zip(&all).filter(|(_, settled)| settled.noted && settled.fate != Fate::Gone) {
        let record = settled.record.unwrap_or_default();
        w.tx.import_row_put(&settling.source, &item.key, record, &settled.stands.bytes())?;
    }
    Ok(all)
}

/// The sheet that is asked for, or the one with headings that are known.
fn sheet<'a>(
    opened: &'a Opened,
    request: &Request<'_>,
    also: &BTreeSet<String>,
) -> std::result::Result<(&'a Sheet, Headings), FileFault> {
    let found = |sheet: &'a Sheet| heading::find(sheet, request.what, also).map(|headings| (sheet, headings));
    if let Some(asked) = request.sheet {
        let by_name = opened.sheets.iter().find(|sheet| sheet.name == asked);
        let by_number = || opened.sheets.get(asked.parse::<usize>().ok()?.checked_sub(1)?);
        let sheet = by_name.or_else(by_number);
        let names = opened.sheets.iter().map(|sheet| sheet.name.as_str()).collect::<Vec<_>>().join("、");
        let sheet = sheet.ok_or_else(|| FileFault::found("sheet_unknown", names))?;
        return found(sheet).ok_or_else(|| FileFault::found("no_heading", &sheet.name));
    }
    let mut all: Vec<_> = opened.sheets.iter().filter_map(found).collect();
    match (all.pop(), all.as_slice()) {
        (Some(one), []) => Ok(one),
        (Some(last), more) => {
            let names: Vec<_> = more.iter().chain([&last]).map(|(sheet, _)| sheet.name.as_str()).collect();
            Err(FileFault::found("sheets_several", names.join("、")))
        }
        (None, _) => Err(FileFault::found("no_heading", opened.sheets.first().map_or("", |sheet| &sheet.name))),
    }
}

/// The mapping of a file: that which is asked for, else that of the same headings, else the proposed one; corrected.
fn mapping(
    request: &Request<'_>,
    headings: &Headings,
    known: &Known,
    fresh: [u8; 16],
) -> std::result::Result<(MappingRow, Mapping, bool), FileFault> {
    let what = request.what;
    let print = fingerprint(headings, what);
    let name = match request.map {
        Some(MapGiven::Named(name) | MapGiven::File { name, .. }) => Some(name),
        None => None,
    };
    let same =
        |row: &&MappingRow| row.what == what.name() && name.map_or(row.headings == print, |name| row.name == name);
    let found = known.rows.iter().find(same);
    let mut mapping = Mapping::proposed(headings, what);
    if let Some(row) = found {
        mapping.take(Mapping::from_toml(&row.body)?);
    }
    if let Some(given) = &known.given {
        mapping.take(given.clone());
    }
    mapping.correct(what, &request.corrections)?;
    let row = MappingRow {
        source: found.map_or(fresh, |row| row.source),
        name: name.map_or_else(|| found.map(|row| row.name.clone()).unwrap_or_default(), str::to_owned),
        what: what.name().to_owned(),
        headings: print,
        body: toml::to_string(&mapping).unwrap_or_default(),
        used_at: Timestamp(0),
    };
    Ok((row, mapping, found.is_some()))
}

fn plan(
    tx: &dyn Tx,
    request: &Request<'_>,
    opened: &Opened,
    mut known: Known,
    (units, secret, fresh, now): (Units, Secret, [u8; 16], Timestamp),
) -> Done<Planned> {
    if let Some(MapGiven::File { text, .. }) = request.map {
        known.given = Some(Mapping::from_toml(text)?);
    }
    let stored = known.rows.iter().filter(|row| row.what == request.what.name());
    let mut also: BTreeSet<String> =
        stored.filter_map(|row| Mapping::from_toml(&row.body).ok()).flat_map(|mapping| mapping.headings()).collect();
    also.extend(known.given.iter().flat_map(Mapping::headings));
    let columns = request.corrections.columns.iter();
    also.extend(columns.filter_map(|text| Some(super::target::normal(text.rsplit_once('=')?.0))));
    let (sheet, headings) = sheet(opened, request, &also)?;
    let (row, mapping, remembered) = mapping(request, &headings, &known, fresh)?;
    let mapped = mapping.mapped(&headings, request.what);
    let rows = sheet.rows.get(headings.rows..).unwrap_or_default();
    let mut report = Report {
        what: request.what.name(),
        file: request.file.to_owned(),
        format: opened.format,
        sheet: sheet.name.clone(),
        mapping: row.name.clone(),
        remembered,
        columns: columns_of(&headings, &mapping, request.what),
        ..Report::default()
    };
    let reading = Reading {
        tx,
        units: &units,
        what: request.what,
        mapping: &mapping,
        mapped: &mapped,
        secret: &secret,
        source: row.source,
        today: now.china_day(),
        uses: Uses::at(tx, now),
    };
    let mut told = if request.what == What::Staff { Told::default() } else { row::read_rows(rows, &reading)?? };
    let mut people = Vec::new();
    if request.what == What::Staff {
        (people, told.rows) = staff::people(tx, rows, &mapped, &units, &mut told.problems)?;
    }
    for problem in of_columns(sheet, &headings, &mapping, request.what) {
        told.problems.note(problem);
    }
    report.rows = told.rows;
    report.take(std::mem::take(&mut told.problems));
    Ok(Planned { units, secret, mapping: row, told, people, report })
}

fn columns_of(headings: &Headings, mapping: &Mapping, what: What) -> Vec<ColumnView> {
    let mapped = mapping.mapped(headings, what);
    let view = |column: &heading::Column| ColumnView {
        column: letters(column.at),
        heading: column.heading.clone(),
        field: mapped.iter().find(|m| m.column.at == column.at).map_or_else(String::new, |m| m.target.name.to_owned()),
    };
    headings.columns.iter().map(view).collect()
}

/// What is odd about columns: hidden ones that are read, and those that nobody knows.
fn of_columns(sheet: &Sheet, headings: &Headings, mapping: &Mapping, what: What) -> Vec<Problem> {
    let problem = |code, column: &heading::Column| Problem {
        code,
        blocks: false,
        row: 0,
        column: letters(column.at),
        heading: column.heading.clone(),
        found: String::new(),
        other_row: 0,
    };
    let mapped = mapping.mapped(headings, what);
    let hidden = mapped.iter().filter(|mapped| sheet.hidden.contains(&mapped.column.at));
    let hidden = hidden.map(|mapped| problem(ProblemCode::ColumnHidden, mapped.column));
    let unknown = mapping.unknown(headings, what).into_iter();
    hidden.chain(unknown.map(|column| problem(ProblemCode::ColumnUnknown, column))).collect()
}
