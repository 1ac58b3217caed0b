//! Import of a table of divisions: units that are not here yet are added, with their grids.
//!
//! Owns what a second import of the same table does: nothing; and what is noted of an import, so that it is listed and taken
//! back as one. Refuses to take units away and, unless told to, to rename them. Invariant: those above are written before
//! those below, a few hundred to a transaction, so that an import that was cut off goes on where it was when it is run again.

use super::unit::{NewUnit, add, rename};
use super::unit_table::{UnitRow as TableRow, UnitTable};
use super::{Admin, place, reference_space};
use crate::console;
use crate::error::{Result, ServerError};
use crate::limits;
use crate::store::UnitRow;
use crate::store::import::{RunRow, Span};
use crate::writing::Writing;
use gridwalk_model::id::AccountId;
use gridwalk_model::unit_code::{Level, UnitCode};
use std::collections::{BTreeMap, HashMap};

/// How a table is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportOptions {
    /// Grids to make in each village.
    pub grids: u16,
    /// Whether units that have another name here take that of the table.
    pub update_names: bool,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self { grids: 1, update_names: false }
    }
}

/// What an import found and did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct ImportSummary {
    /// Its number; none of a dry run, and of an import that had nothing to write.
    pub import: Option<i64>,
    /// Units of the table by level, with the grids that belong to it.
    pub counts: BTreeMap<&'static str, u64>,
    /// Units that were not here.
    pub added: u64,
    /// Units that took the name of the table.
    pub named: u64,
    /// Units that stay as they were.
    pub unchanged: u64,
    /// Of those, how many have another name here.
    pub names_differ: u64,
    /// Spaces made for counties.
    pub spaces_made: u64,
    /// Codes of the table that units had before and have no more: they are not given anew, nor is anything below them.
    pub abolished: Vec<String>,
}

/// A unit that ought to be here.
struct Wanted {
    code: UnitCode,
    name: String,
    level: Level,
    kind: Option<String>,
    parent: Option<UnitCode>,
}

impl Wanted {
    fn of(row: &TableRow) -> Self {
        let TableRow { code, name, level, kind, parent, .. } = row.clone();
        Self { code, name, level, kind, parent }
    }

    fn grid(village: &TableRow, number: u16) -> Option<Self> {
        Some(Self {
            code: village.code.child(number)?,
            name: format!("{}第{number}网格", village.name),
            level: Level::Grid,
            kind: Some("basic".to_owned()),
            parent: Some(village.code.clone()),
        })
    }
}

impl Admin {
    /// Imports a table; `progress` hears how many units of how many are done.
    pub fn import_units(
        &self,
        table: &UnitTable,
        options: ImportOptions,
        progress: impl FnMut(u64, u64),
    ) -> Result<ImportSummary> {
        self.import_units_of("", table, options, progress)
    }

    /// What an import would do; nothing is written.
    pub fn plan_units(&self, table: &UnitTable, options: ImportOptions) -> Result<ImportSummary> {
        let Planned { wanted, here, mut summary } = self.planned(table, options)?;
        for unit in &wanted {
            match here.get(&unit.code.to_string()) {
                Some(known) if takes_name(known, &unit.name, options) => summary.named += 1,
                Some(_) => count_unchanged(unit, &here, &mut summary),
                None => {
                    summary.added += 1;
                    let above = unit.parent.as_ref().and_then(UnitCode::level);
                    summary.spaces_made += u64::from(unit.level != Level::City && above == Some(Level::City));
                }
            }
        }
        Ok(summary)
    }

    /// Imports the table of a file.
    pub fn import_units_of(
        &self,
        file: &str,
        table: &UnitTable,
        options: ImportOptions,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<ImportSummary> {
        self.may_import(false)?;
        let Planned { wanted, mut here, mut summary } = self.planned(table, options)?;
        let spaces_before = self.server.read(|r| Ok(r.tx.spaces()?.len()))?;
        let mut run = None;
        let mut done = 0;
        for some in wanted.chunks(limits::IMPORT_UNITS_A_TRANSACTION) {
            done += some.len() as u64;
            if some.iter().any(|u| needs_writing(u, &here, options)) {
                self.server.write(|w| {
                    let noted = run
                        .as_ref()
                        .map_or_else(|| self.begin_units(w, file, table.rows.len()), |r: &RunRow| Ok(r.clone()))?;
                    let (replica, before) = console::written(w, self.author(), noted.space)?;
                    some.iter().try_for_each(|u| put(w, self.author(), u, options, &mut here, &mut summary))?;
                    let (_, after) = console::written(w, self.author(), noted.space)?;
                    if after > before {
                        w.tx.import_span_put(noted.id, Span { replica, from: before + 1, to: after })?;
                    }
                    run = Some(noted);
                    Ok(())
                })?;
            } else {
                for unit in some {
                    count_unchanged(unit, &here, &mut summary);
                }
            }
            progress(done, wanted.len() as u64);
        }
        let spaces = self.server.read(|r| Ok(r.tx.spaces()?.len()))?;
        summary.spaces_made = spaces.saturating_sub(spaces_before) as u64;
        if let Some(run) = run {
            self.server.write(|w| {
                let counts = serde_json::json!({
                    "rows": table.rows.len(), "created": { "unit": summary.added }, "changed": { "unit": summary.named },
                    "same": summary.unchanged,
                });
                w.tx.import_run_set(&RunRow { ended_at: Some(w.now), counts: counts.to_string(), ..run.clone() })?;
                w.audit(self.by, "units_imported", &run.id.to_string())
            })?;
            summary.import = Some(run.id);
        }
        Ok(summary)
    }

    /// Notes that an import of units begins.
    fn begin_units(&self, w: &Writing<'_>, file: &str, rows: usize) -> Result<RunRow> {
        let reference = reference_space(w.tx)?.id;
        let city = w.tx.units()?.into_iter().find(|unit| unit.level == Level::City.name()).map(|unit| unit.id);
        let mut run = RunRow {
            id: 0,
            source: [0; 16],
            space: reference,
            unit: city.unwrap_or_default(),
            what: UNITS.to_owned(),
            file: file.to_owned(),
            account: self.by,
            begun_at: w.now,
            ended_at: None,
            undone_at: None,
            counts: serde_json::json!({ "rows": rows }).to_string(),
        };
        run.id = w.tx.import_run_add(&run)?;
        w.tx.import_run_set(&run)?;
        w.audit(self.by, "import_begun", &format!("{} {UNITS}", run.id))?;
        Ok(run)
    }

    fn planned(&self, table: &UnitTable, options: ImportOptions) -> Result<Planned> {
        if options.grids > limits::VILLAGE_GRIDS_MAX {
            return Err(ServerError::Refused("grids_range"));
        }
        let former = self.server.read(|r| place::former_codes(r.tx))?;
        let mut wanted = wanted(table, options.grids);
        let is_former = |code: &UnitCode| former.contains(&code.to_string());
        wanted.retain(|unit| !with_above(&unit.code).iter().any(is_former));
        let mut summary = ImportSummary::default();
        let abolished = table.rows.iter().map(|row| &row.code).filter(|code| is_former(code));
        summary.abolished = abolished.map(ToString::to_string).collect();
        for unit in &wanted {
            *summary.counts.entry(unit.level.name()).or_default() += 1;
        }
        let units = self.server.read(|r| reference_space(r.tx).and_then(|_| r.tx.units()))?;
        let here = units.into_iter().map(|u| (u.code.clone(), u)).collect();
        Ok(Planned { wanted, here, summary })
    }
}

/// What an import of units is called among the imports.
pub(crate) const UNITS: &str = "units";

/// An import before anything is written.
struct Planned {
    wanted: Vec<Wanted>,
    here: HashMap<String, UnitRow>,
    summary: ImportSummary,
}

/// A code and those of the units above it.
fn with_above(code: &UnitCode) -> Vec<UnitCode> {
    std::iter::successors(Some(code.clone()), UnitCode::parent).collect()
}

fn wanted(table: &UnitTable, grids: u16) -> Vec<Wanted> {
    let rows = table.rows.iter().map(Wanted::of);
    let listed: std::collections::HashSet<&UnitCode> = table.rows.iter().map(|row| &row.code).collect();
    let villages = table.rows.iter().filter(|row| row.level == Level::Village);
    let made = villages.flat_map(|village| (1..=grids).filter_map(move |number| Wanted::grid(village, number)));
    // A grid that the table names itself is taken from there.
    rows.chain(made.filter(|grid| !listed.contains(&grid.code))).collect()
}

fn needs_writing(unit: &Wanted, here: &HashMap<String, UnitRow>, options: ImportOptions) -> bool {
    here.get(&unit.code.to_string()).is_none_or(|known| takes_name(known, &unit.name, options))
}

/// A unit whose code stands for its name takes any name; others only when told to.
fn takes_name(known: &UnitRow, name: &str, options: ImportOptions) -> bool {
    known.name != name && (options.update_names || known.name == known.code)
}

fn put(
    w: &Writing<'_>,
    author: AccountId,
    unit: &Wanted,
    options: ImportOptions,
    here: &mut HashMap<String, UnitRow>,
    summary: &mut ImportSummary,
) -> Result<()> {
    let key = unit.code.to_string();
    if let Some(known) = here.get_mut(&key) {
        if takes_name(known, &unit.name, options) {
            rename(w, author, known, &unit.name)?;
            known.name.clone_from(&unit.name);
            summary.named += 1;
        } else {
            count_unchanged(unit, here, summary);
        }
        return Ok(());
    }
    let above = match &unit.parent {
        Some(parent) => Some(here.get(&parent.to_string()).ok_or(ServerError::NotFound("unit"))?),
        None => None,
    };
    let new = NewUnit { code: &unit.code, name: &unit.name, level: unit.level, kind: unit.kind.as_deref(), above };
    let row = add(w, author, &new)?;
    here.insert(key, row);
    summary.added += 1;
    Ok(())
}

fn count_unchanged(unit: &Wanted, here: &HashMap<String, UnitRow>, summary: &mut ImportSummary) {
    summary.unchanged += 1;
    summary.names_differ += u64::from(here.get(&unit.code.to_string()).is_some_and(|known| known.name != unit.name));
}
