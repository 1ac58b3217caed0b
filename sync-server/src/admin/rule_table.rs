//! Rule tables brought in, listed and withdrawn, each as a record below a county or city in the space of the tree.
//!
//! Owns where a table hangs. Refuses to read rows and to edit a table: a new one stands beside
//! the old. Invariant: a table is brought in whole or not at all.

use super::rule_file::{RuleFault, RuleFile};
use super::{Admin, place, power, reference_space, unit};
use crate::error::{Result, ServerError};
use crate::rule_book;
use crate::store::{Tx, UnitRow};
use crate::writing::Writing;
use gridwalk_model::id::{RecordId, UnitId};
use gridwalk_model::kind::rule_table::{EDITION, FROM, OF_UNIT, ROWS, RuleTable, SORT, SOURCE, UNTIL, numbered_row};
use gridwalk_model::kind::{Kind, PARENT};
use gridwalk_model::limits;
use gridwalk_model::rule_table::{TableSort, work_hours};
use gridwalk_model::state_codec::read_state;
use gridwalk_model::unit_code::Level;
use gridwalk_model::value::Value;
use gridwalk_model::wish::Wish;

/// Bytes of rows that one change takes; what is over goes into the next.
const CHANGE_ROWS_BYTES: usize = limits::CHANGE_BYTES_MAX / 2;
/// Rows that one change takes.
const CHANGE_ROWS: usize = limits::CHANGE_OPS_MAX / 2;

/// How a table is to be brought in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleImport {
    /// What it is of.
    pub sort: TableSort,
    /// Code of the unit for which it holds, with all below.
    pub unit: String,
    /// Which edition it is.
    pub edition: String,
    /// Where it is from.
    pub source: String,
    /// From which day on it holds; today if nothing is said, for hours from their first day on.
    pub from: Option<i64>,
    /// Whether it is only told what would be done.
    pub dry_run: bool,
}

/// A table as lists have it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RuleTableView {
    /// Its record; none of one that was only tried.
    pub record: Option<RecordId>,
    /// A code of `rule_table_sort`.
    pub sort: &'static str,
    /// Which edition.
    pub edition: String,
    /// Code of the unit for which it holds.
    pub unit_code: String,
    /// Its name.
    pub unit_name: String,
    /// From which day on it holds.
    pub from: i64,
    /// From which day on it does not hold any more.
    pub until: Option<i64>,
    /// Where it is from.
    pub source: String,
    /// How many rows it has.
    pub rows: usize,
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct RuleImported {
    /// The tables, one for each unit.
    pub tables: Vec<RuleTableView>,
    /// What is wrong or odd.
    pub faults: Vec<RuleFault>,
    /// Whether they were written.
    pub written: bool,
}

impl Admin {
    /// Brings a file in: one table for each unit that it names. Nothing is written if something is wrong with a row.
    pub fn import_rules(&self, file: &RuleFile, plan: &RuleImport) -> Result<RuleImported> {
        let mut done = RuleImported { faults: file.faults.clone(), ..RuleImported::default() };
        if file.is_blocked() {
            return Ok(done);
        }
        if plan.dry_run {
            done.tables =
                self.server.read(|r| planned(r.tx, file, plan, r.now.china_day()))?.into_iter().map(|t| t.0).collect();
            return Ok(done);
        }
        done.tables = self.act_by(|w| {
            let mut tables = Vec::new();
            for (mut view, unit, rows) in planned(w.tx, file, plan, w.now.china_day())? {
                power::rules(&w.reading(), self.by, unit.id)?;
                view.record = Some(self.write_table(w, &view, unit.id, rows)?);
                tables.push(view);
            }
            let of: Vec<String> = tables.iter().map(|table| table.unit_code.clone()).collect();
            w.audit(
                self.by,
                "rule_table_imported",
                &format!("{} {} {}", plan.sort.code(), plan.edition, of.join(" ")),
            )?;
            Ok(tables)
        })?;
        done.written = true;
        Ok(done)
    }

    /// Withdraws a table: from today on it does not hold any more.
    pub fn withdraw_rules(&self, record: RecordId) -> Result<RuleTableView> {
        self.act_by(|w| {
            let space = reference_space(w.tx)?.id;
            let row = w.tx.state(space, record)?.filter(|row| row.kind == Kind::RuleTable.name());
            let state = row.map(|row| read_state(&row.bytes)).transpose()?;
            let table = state.as_ref().and_then(RuleTable::of).ok_or(ServerError::NotFound("rule_table"))?;
            power::rules(&w.reading(), self.by, table.of_unit)?;
            let today = w.now.china_day();
            if table.until.is_some() {
                return Err(ServerError::Refused("rule_table_withdrawn"));
            }
            let wishes = [Wish::put(UNTIL, today)];
            unit::write_record(w, self.author(), Kind::RuleTable, record, table.told_by, &wishes)?;
            w.audit(self.by, "rule_table_withdrawn", &record.to_string())?;
            view(w.tx, &RuleTable { until: Some(today), ..table })
        })
    }

    /// The tables that were brought in for a unit or one above it, or for any unit: the older first.
    pub fn rule_tables(&self, at: Option<&str>) -> Result<Vec<RuleTableView>> {
        // Tables hang on cities and counties alone.
        let bears = |unit: &UnitRow| matches!(Level::from_name(&unit.level), Some(Level::County | Level::City));
        let all: Vec<UnitId> = self.units(None)?.into_iter().filter(bears).map(|unit| unit.id).collect();
        self.server.read(|r| {
            let units = match at {
                Some(code) => rule_book::chain(r.tx, place::unit_coded(r.tx, code)?.id)?,
                None => all.clone(),
            };
            let book = rule_book::at(r.tx, &units)?;
            let of = |table: &&RuleTable| at.is_none() || units.contains(&table.of_unit);
            book.tables().iter().filter(of).map(|table| view(r.tx, table)).collect()
        })
    }

    /// A unit with those above it, and the tables that are told there.
    pub fn rules_at(&self, code: Option<&str>) -> Result<(Vec<UnitId>, gridwalk_model::rule_book::RuleBook)> {
        self.server.read(|r| {
            let units = match code {
                Some(code) => rule_book::chain(r.tx, place::unit_coded(r.tx, code)?.id)?,
                None => Vec::new(),
            };
            Ok((units.clone(), rule_book::at(r.tx, &units)?))
        })
    }

    fn write_table(
        &self,
        w: &Writing<'_>,
        view: &RuleTableView,
        of_unit: UnitId,
        rows: &[Vec<String>],
    ) -> Result<RecordId> {
        let told_by = told_by(w.tx, of_unit)?;
        let record = w.running.options.ids.record(w.now);
        let mut wishes = vec![
            Wish::put(PARENT, told_by.record()),
            Wish::put(SORT, view.sort),
            Wish::put(EDITION, view.edition.as_str()),
            Wish::put(FROM, view.from),
        ];
        if of_unit != told_by {
            wishes.push(Wish::put(OF_UNIT, of_unit.record()));
        }
        if !view.source.is_empty() {
            wishes.push(Wish::put(SOURCE, view.source.as_str()));
        }
        let mut bytes = 0;
        for (number, cells) in (1..).zip(rows) {
            let row = numbered_row(number, cells);
            bytes += row.len() + 64;
            if bytes > CHANGE_ROWS_BYTES || wishes.len() >= CHANGE_ROWS {
                unit::write_record(w, self.author(), Kind::RuleTable, record, told_by, &wishes)?;
                wishes.clear();
                bytes = row.len() + 64;
            }
            wishes.push(Wish::Add { set: ROWS.to_owned(), element: Value::from(row) });
        }
        unit::write_record(w, self.author(), Kind::RuleTable, record, told_by, &wishes)?;
        Ok(record)
    }
}

/// A table to be, with its unit and its rows.
type Planned<'a> = (RuleTableView, UnitRow, &'a [Vec<String>]);

fn planned<'a>(tx: &dyn Tx, file: &'a RuleFile, plan: &RuleImport, today: i64) -> Result<Vec<Planned<'a>>> {
    let edition = plan.edition.trim();
    if edition.is_empty() || edition.chars().count() > 80 {
        return Err(ServerError::Refused("rule_table_edition"));
    }
    let mut tables = Vec::new();
    for (code, rows) in &file.rows {
        let code = code.as_ref().map_or_else(|| plan.unit.clone(), ToString::to_string);
        let unit = place::unit_coded(tx, &code)?;
        let first = |hours: &gridwalk_model::work_time::OfficeHours| hours.versions().first().map(|(day, _)| *day);
        let from = match (plan.from, plan.sort) {
            (Some(day), _) => day,
            (None, TableSort::WorkHours) => first(&work_hours(rows.iter().cloned())).unwrap_or(today),
            (None, _) => today,
        };
        let view = RuleTableView {
            record: None,
            sort: plan.sort.code(),
            edition: edition.to_owned(),
            unit_code: unit.code.clone(),
            unit_name: unit.name.clone(),
            from,
            until: None,
            source: plan.source.trim().to_owned(),
            rows: rows.len(),
        };
        tables.push((view, unit, rows.as_slice()));
    }
    Ok(tables)
}

/// The unit on which a table hangs: the county or city above, so that everybody there reckons by it.
fn told_by(tx: &dyn Tx, unit: UnitId) -> Result<UnitId> {
    for at in rule_book::chain(tx, unit)? {
        let level = tx.unit(at)?.and_then(|row| Level::from_name(&row.level));
        if matches!(level, Some(Level::County | Level::City)) {
            return Ok(at);
        }
    }
    Ok(unit)
}

fn view(tx: &dyn Tx, table: &RuleTable) -> Result<RuleTableView> {
    let unit = tx.unit(table.of_unit)?;
    let (unit_code, unit_name) = unit.map(|unit| (unit.code, unit.name)).unwrap_or_default();
    Ok(RuleTableView {
        record: Some(table.record),
        sort: table.sort.code(),
        edition: table.edition.clone(),
        unit_code,
        unit_name,
        from: table.from,
        until: table.until,
        source: table.source.clone(),
        rows: table.rows.len(),
    })
}
