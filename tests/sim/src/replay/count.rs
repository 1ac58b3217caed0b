//! What a replay is counted by: statistics over facts, and the clocks of the states, each figure under a name.
//!
//! Owns the names, which another script's count has, too. Refuses to know the file. Invariant: figures of several counties
//! are their sums.

use crate::run::SimError;
use gridwalk_model::appraisal::volume::{VolumeBy, volume};
use gridwalk_model::appraisal::{Asked, CaseFact, Fact, Formulas, Mark, Month, sheet};
use gridwalk_model::id::SpaceId;
use gridwalk_model::kind::{Kind, case_clock, case_file};
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::time::Timestamp;
use gridwalk_model::work_time::{Deadline, Standing, Zone};
use gridwalk_server::Server;
use gridwalk_server::appraisal::{facts, keep_up};
use std::collections::BTreeMap;

/// States read at a time.
const PAGE: usize = 2000;
/// The months that are asked for: from the file's first report to its last target.
const MONTHS: (&str, i32) = ("2060-01", 584);
/// The numbers whose months depend on nothing but the file.
const NUMBERS: [&str; 2] = ["closing", "on_time"];
/// The months in which cases were reported, as China's calendars have them.
const REPORTED: (&str, i32) = ("2012-01", 7);

/// Figures by name.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[serde(transparent)]
pub struct Counts(BTreeMap<String, u64>);

impl Counts {
    /// A figure; nothing counted is none.
    pub fn of(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// Adds those of another county.
    pub fn add(&mut self, other: &Self) {
        for (name, count) in &other.0 {
            self.note(name.clone(), *count);
        }
    }

    fn note(&mut self, name: String, count: u64) {
        if count > 0 {
            *self.0.entry(name).or_default() += count;
        }
    }

    /// Counts what a server knows now.
    pub fn take(&mut self, when: &str, server: &Server, space: SpaceId) -> Result<(), SimError> {
        let states = states(server, space)?;
        let now = server.read(|r| Ok(r.now))?;
        let zone = Zone::named("America/New_York").ok_or_else(|| SimError::Setup("the zone does not ship".into()))?;
        for state in &states {
            self.note(format!("{when}.clock.{}", standing(state, now)), 1);
            if when == "end" {
                self.note(format!("day.{}", day(zone, state)), 1);
            }
        }
        keep_up(server.running(), space)?;
        let month = |text: &str| text.parse::<Month>().map_err(|e| SimError::Setup(e.to_string()));
        for month in month(MONTHS.0)?.and_before(MONTHS.1) {
            let found = server.read(|r| facts(r.tx, space, month))?;
            self.month(when, &found, &Asked { month, now, by: None });
        }
        let last = month(REPORTED.0)?;
        for month in last.and_before(REPORTED.1) {
            let found = server.read(|r| facts(r.tx, space, month))?;
            let volume = volume(found.iter(), VolumeBy::Line, month, 1);
            for (line, counts) in &volume.parts {
                self.note(format!("{when}.volume.{month}.{line}"), counts.iter().sum::<usize>() as u64);
            }
        }
        Ok(())
    }

    /// The facts that were reported in a month, and the numbers of the month.
    fn month(&mut self, when: &str, found: &[Fact], asked: &Asked) {
        let cases = found.iter().filter_map(|fact| match fact {
            Fact::Case(case) if Month::of(case.reported) == asked.month => Some(case),
            _ => None,
        });
        for case in cases {
            self.note(format!("{when}.facts.{}", if case.has(Mark::Closed) { "closed" } else { "open" }), 1);
            self.note(format!("{when}.facts.{}", stands(case, asked.now)), 1);
        }
        let sheet = sheet(Formulas::shipped(), found.iter(), asked);
        for name in NUMBERS {
            let Some(number) = sheet.number(name) else { continue };
            let month = asked.month;
            self.note(format!("{when}.month.{month}.{name}.top"), number.top as u64);
            self.note(format!("{when}.month.{month}.{name}.base"), number.base as u64);
            self.note(format!("{when}.month.{month}.{name}.left_out"), number.left_out.len() as u64);
        }
    }
}

fn states(server: &Server, space: SpaceId) -> Result<Vec<State>, SimError> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let rows = server.read(|r| r.tx.states_after(space, after, PAGE))?;
        let Some(last) = rows.last() else { return Ok(all) };
        after = Some(last.record);
        for row in rows.iter().filter(|row| row.kind == Kind::Case.name()) {
            all.push(read_state(&row.bytes).map_err(|e| SimError::Setup(e.to_string()))?);
        }
    }
}

/// How a case stands by its own clock.
fn standing(state: &State, now: Timestamp) -> &'static str {
    let Some(measured) = case_clock::measured(state) else { return "void" };
    let Some(due) = case_file::deadline(state) else { return "no_clock" };
    match Deadline::agreed(measured.from, due).standing(now, measured.settled) {
        Standing::InTime => "in_time",
        Standing::Late => "late",
        Standing::Overdue => "overdue",
        Standing::Paused | Standing::Running | Standing::Warned => "running",
    }
}

/// How a case stands by what is counted.
fn stands(case: &CaseFact, now: Timestamp) -> &'static str {
    match (case.due, case.settled) {
        (None, _) => "no_clock",
        _ if case.is_on_time() => "in_time",
        (_, Some(_)) => "late",
        _ if case.is_overdue(now) => "overdue",
        _ => "running",
    }
}

/// The day in New York on which a case was reported.
fn day(zone: &Zone, state: &State) -> String {
    let at = state.steps.first().map(|step| step.tag.effective).unwrap_or_default();
    gridwalk_model::civil_date::CivilDate::from_days(zone.day(at)).map_or_else(String::new, |date| date.to_string())
}
