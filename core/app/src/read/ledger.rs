//! The ledger 台账 of a unit: hazards, held matters and matters that were called up, entered, open, struck off.
//!
//! Owns what stands on it, its numbers by unit and by month. Refuses a step of its own: everything here follows from the
//! steps of the cases. Invariant: what entered never leaves; it is struck off (销号) by being closed after it was verified,
//! or leaves with the reason for which it was voided, and held is no way out.

use super::case_board::{HoldLine, day};
use super::row_line::RowLine;
use super::{Reader, StoreError};
use gridwalk_model::appraisal::Month;
use gridwalk_model::kind::{Kind, case, case_file};
use gridwalk_model::matter::Matter;
use gridwalk_model::state::Step;
use gridwalk_model::{AccountId, State, Timestamp, UnitId, Value};
use gridwalk_store::RowFilter;
use std::collections::BTreeMap;

/// Which rows of the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerAsked {
    /// Of this unit and below; all that are here if nothing is said.
    pub unit: Option<UnitId>,
    /// A month: what stood on the ledger in it.
    pub month: Option<Month>,
    /// Only what is struck off, or only what is open.
    pub struck: Option<bool>,
}

/// The ledger.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CaseLedger {
    /// All units together.
    pub count: LedgerCount,
    /// The same for each unit, by name.
    pub by_unit: Vec<UnitLedger>,
    /// The rows behind the numbers: what is open first, the oldest first.
    pub rows: Vec<LedgerLine>,
}

/// How many matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct LedgerCount {
    /// Entered; in the month, where one is asked for.
    pub entered: usize,
    /// Open now, or at the end of the month.
    pub open: usize,
    /// Of these: held.
    pub held: usize,
    /// Struck off; in the month, where one is asked for.
    pub struck: usize,
    /// Voided; in the month, where one is asked for.
    pub voided: usize,
}

/// A unit's part.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct UnitLedger {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub name: Option<String>,
    /// Its numbers.
    #[serde(flatten)]
    pub count: LedgerCount,
}

/// A matter of the ledger.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LedgerLine {
    /// The case.
    #[serde(flatten)]
    pub row: RowLine,
    /// What its unit is called.
    pub unit_name: Option<String>,
    /// Why it stands here: `hazard`, `held`, `called`.
    pub why: Vec<&'static str>,
    /// The day on which it entered.
    pub entered: String,
    /// How it is held, or was last.
    pub hold: Option<HoldLine>,
    /// Whether it is held now.
    pub held: bool,
    /// How it left the open ones, if it did.
    pub struck: Option<StruckLine>,
    #[serde(skip)]
    entered_on: i64,
}

/// How a matter was struck off, or voided.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct StruckLine {
    /// The day.
    pub on: String,
    /// Who closed it.
    pub by: AccountId,
    /// What they are called, as far as it is known here.
    pub by_name: Option<String>,
    /// Who verified it; nobody where it was voided.
    pub verified_by: Option<AccountId>,
    /// What they are called, as far as it is known here.
    pub verified_by_name: Option<String>,
    /// What they said.
    pub why: Option<String>,
    /// Whether it was voided instead.
    pub voided: bool,
    #[serde(skip)]
    on_day: i64,
}

impl Reader<'_> {
    /// The ledger of a unit and what is below it.
    pub fn case_ledger(&self, asked: &LedgerAsked) -> Result<CaseLedger, StoreError> {
        let filter = RowFilter { unit: asked.unit, with_below: true, ..RowFilter::kind(Kind::Case.name()) };
        let (mut rows, mut units, mut count) = (Vec::new(), BTreeMap::new(), LedgerCount::default());
        for row in self.all_rows(filter)? {
            let state = self.store.predicted(row.record, self.actor.now)?.state;
            let Some(line) = self.ledger_line(row.into(), &state)? else { continue };
            let Some(open) = line.stands(asked.month) else { continue };
            count.add(&line, open, asked.month);
            if let Some(unit) = line.row.unit {
                units.entry(unit).or_insert_with(LedgerCount::default).add(&line, open, asked.month);
            }
            if asked.struck.is_none_or(|struck| struck != open) {
                rows.push((!open, line));
            }
        }
        rows.sort_by_key(|(settled, line)| (*settled, line.entered_on, line.row.record));
        let named = |(unit, count)| Ok(UnitLedger { unit, name: self.unit_name(unit)?, count });
        let mut by_unit = units.into_iter().map(named).collect::<Result<Vec<_>, StoreError>>()?;
        by_unit.sort_by(|a, b| (&a.name, a.unit).cmp(&(&b.name, b.unit)));
        Ok(CaseLedger { count, by_unit, rows: rows.into_iter().map(|(_, line)| line).collect() })
    }

    /// The line of a case; none of one that never entered.
    fn ledger_line(&self, row: RowLine, state: &State) -> Result<Option<LedgerLine>, StoreError> {
        let entries = entries(state);
        let Some(entered) = entries.iter().map(|(_, at)| *at).min() else { return Ok(None) };
        let struck = match out(state) {
            Some(end) => Some(self.struck_line(end, state)?),
            None => None,
        };
        let entered_on = entered.china_day();
        Ok(Some(LedgerLine {
            unit_name: row.unit.map(|unit| self.unit_name(unit)).transpose()?.flatten(),
            why: entries.into_iter().map(|(why, _)| why).collect(),
            entered: day(entered_on).unwrap_or_default(),
            hold: case_file::last_hold(state).map(HoldLine::from),
            held: case_file::hold(state).is_some(),
            struck,
            entered_on,
            row,
        }))
    }

    fn struck_line(&self, end: &Step, state: &State) -> Result<StruckLine, StoreError> {
        let voided = end.to == VOIDED;
        let verified = state.applied().rev().find(|step| step.step == "verify").filter(|_| !voided);
        let said = |step: &Step, ask: &str| step.answers.get(ask).and_then(Value::as_text).map(str::to_owned);
        let why = said(end, "reason").or_else(|| said(end, "note")).or_else(|| said(verified?, "note"));
        let on_day = end.tag.effective.china_day();
        let verified_by = verified.map(|step| step.tag.author);
        Ok(StruckLine {
            on: day(on_day).unwrap_or_default(),
            by: end.tag.author,
            by_name: self.person(end.tag.author)?,
            verified_by,
            verified_by_name: verified_by.map(|by| self.person(by)).transpose()?.flatten(),
            why,
            voided,
            on_day,
        })
    }
}

/// The status of a case that was voided.
const VOIDED: &str = "voided";
/// The statuses in which a case is on the ledger no more: what is closed was verified first, by its workflow.
const OUT: [&str; 2] = case::DONE;

/// What put a case on the ledger, and when: it is a hazard, it was held, somebody was called up. Each once.
fn entries(state: &State) -> Vec<(&'static str, Timestamp)> {
    let first = |step: &str| state.applied().find(|taken| taken.step == step).map(|taken| taken.tag.effective);
    // Only what was looked at is a hazard; what the public sent waits to be confirmed.
    let looked_at = state.applied().find(|step| step.to != "unverified").map(|step| step.tag.effective);
    let hazard = looked_at.filter(|_| Matter::shown(state) == Matter::Hazard);
    let called = case_file::calls(state).into_iter().map(|call| call.at).min();
    let all = [("hazard", hazard), ("held", first("hold")), ("called", called)];
    all.into_iter().filter_map(|(why, at)| Some((why, at?))).collect()
}

/// The step by which it left the open ones, as long as nobody took it up again: calling back leaves a closed case closed.
fn out(state: &State) -> Option<&Step> {
    if !OUT.contains(&state.status()) {
        return None;
    }
    let steps: Vec<&Step> = state.applied().collect();
    let open_last = steps.iter().rposition(|step| !OUT.contains(&step.to.as_str()));
    steps.get(open_last.map_or(0, |at| at + 1)).copied()
}

impl LedgerLine {
    /// Whether it is open, or at the end of the month; none if it did not stand on the ledger in the month.
    fn stands(&self, month: Option<Month>) -> Option<bool> {
        let Some(month) = month else { return Some(self.struck.is_none()) };
        let days = month.days();
        let left = self.struck.as_ref().map(|struck| struck.on_day);
        let here = self.entered_on < days.end && left.is_none_or(|day| day >= days.start);
        here.then(|| left.is_none_or(|day| day >= days.end))
    }
}

impl LedgerCount {
    fn add(&mut self, line: &LedgerLine, open: bool, month: Option<Month>) {
        let within = |day: i64| month.is_none_or(|month| month.days().contains(&day));
        self.entered += usize::from(within(line.entered_on));
        self.open += usize::from(open);
        self.held += usize::from(open && line.held);
        if let Some(struck) = line.struck.as_ref().filter(|_| !open) {
            self.struck += usize::from(!struck.voided);
            self.voided += usize::from(struck.voided);
        }
    }
}
