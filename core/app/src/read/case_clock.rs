//! The clock of a case on a phone: its class, its limit, how much time ran, and what is stamped into a step.
//!
//! Owns the way from a case to the tables of its place and of the office that answers for it. Refuses to reckon: the model
//! does. Invariant: nothing here needs a network, and what somebody typed is never replaced.

use super::Reader;
use super::case_class::ClassView;
use gridwalk_model::case_class::ClassRef;
use gridwalk_model::command::{Command, TakeStep};
use gridwalk_model::kind::{Kind, case, case_clock, case_file, home};
use gridwalk_model::matter::Matters;
use gridwalk_model::rule_book::OfficeRules;
use gridwalk_model::step_table::ClockEffect;
use gridwalk_model::view::{self, Policy};
use gridwalk_model::work_time::{Deadline, Limit, Pauses, Standing, TimeUnit};
use gridwalk_model::{RecordId, State, Timestamp, UnitId, Value};
use gridwalk_store::StoreError;

/// How a case stands by the clock.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ClockLine {
    /// When it was reported, or taken up again.
    pub since: Timestamp,
    /// When the limit began that runs now.
    pub from: Timestamp,
    /// The limit that was stamped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// By when it is to be settled, when people are warned, and of which years nobody knows the holidays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// How it stands; none without a deadline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// Minutes by 紧急工作时 since it was reported, until it was settled.
    pub urgent_minutes: u64,
    /// Minutes by 工作时, as the office that answers works.
    pub work_minutes: u64,
    /// When somebody made it safe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_safe: Option<Timestamp>,
    /// Minutes until somebody arrived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrived_minutes: Option<u64>,
    /// When it was settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled: Option<Timestamp>,
}

/// Whole minutes, to the nearest: 44 minutes and 59 seconds are 45.
const fn minutes(ms: u64) -> u64 {
    (ms + 30_000) / 60_000
}

impl Reader<'_> {
    /// How a case stands by the clock; `None` before anybody looked at it and of one that is void.
    pub(super) fn clock_line(&self, state: &State) -> Result<Option<ClockLine>, StoreError> {
        let Some(measured) = case_clock::measured(state) else { return Ok(None) };
        let rules = self.office_rules(office_of(state))?;
        let (office, pauses) = (rules.office(), measured.pauses());
        let limit = case_clock::limit(state);
        let deadline = case_file::deadline(state).map(|due| {
            let reckoned = limit.and_then(|limit| Deadline::of(limit, measured.from, office, &pauses).ok());
            reckoned.filter(|deadline| deadline.due == due).unwrap_or_else(|| Deadline::agreed(measured.from, due))
        });
        let held = pauses.open_since().is_some() && measured.settled.is_none();
        let stands =
            |by: &Deadline| if held { Standing::Paused } else { by.standing(self.actor.now, measured.settled) };
        let standing = deadline.as_ref().map(stands);
        let until = measured.settled.unwrap_or(self.actor.now);
        let ran = |unit| minutes(office.elapsed(unit, measured.since, until, &pauses).amount);
        let arrived = measured.arrived.map(|at| at.0.saturating_sub(measured.since.0).max(0).unsigned_abs());
        Ok(Some(ClockLine {
            since: measured.since,
            from: measured.from,
            limit,
            deadline,
            standing,
            urgent_minutes: ran(TimeUnit::UrgentHour),
            work_minutes: ran(TimeUnit::WorkHour),
            made_safe: measured.made_safe,
            arrived_minutes: arrived.map(minutes),
            settled: measured.settled,
        }))
    }

    /// The class of a case: what a step named last, else the only class of its category.
    pub(super) fn class_of(&self, state: &State) -> Result<Option<ClassView>, StoreError> {
        let unit = home::own_units(state).first().copied();
        match self.class_named(state, unit)? {
            Some(class) => self.class(&class, unit),
            None => Ok(None),
        }
    }

    fn class_named(&self, state: &State, unit: Option<UnitId>) -> Result<Option<ClassRef>, StoreError> {
        if let Some(class) = case_clock::class(state) {
            return Ok(Some(class));
        }
        let heads = state.fields.get("category").map_or(&[][..], |register| register.heads.as_slice());
        let category = view::show(heads, Policy::Review).and_then(|shown| shown.value?.as_text());
        let Some(category) = category else { return Ok(None) };
        let of = Matters::of(state);
        let mut found = self
            .classes(unit, None)?
            .into_iter()
            .filter(|view| view.class.category == category && of.iter().any(|matter| matter.name() == view.class.kind));
        // Of several a person chooses: a manhole is nine things, by what lies below it.
        Ok(found.next().filter(|_| found.next().is_none()).map(|view| view.class.of))
    }

    /// A step of a case with what the rules say of class, limit and date, where nobody typed it; `None` for other commands,
    /// and where the rules say nothing.
    pub(crate) fn stamped(&self, command: &Command) -> Result<Option<Command>, StoreError> {
        let Command::TakeStep(taken) = command else { return Ok(None) };
        if !case_clock::STAMPED.contains(&taken.step.as_str()) {
            return Ok(None);
        }
        let state = self.store.predicted(taken.record, self.actor.now)?.state;
        let row = Kind::Case.steps().row_in(&state, &taken.step).filter(|_| state.kind() == Kind::Case.name());
        let Some(row) = row else { return Ok(None) };
        let taken = TakeStep { answers: row.tidy(&taken.answers), ..taken.clone() };
        // What somebody typed wrongly is left as it is: the step is refused, and they are told.
        if row.check_answers(&taken.answers).is_err() {
            return Ok(None);
        }
        let asks = |name: &str| row.asks.iter().any(|ask| ask.name == name && !ask.required);
        let wanted = |name: &str| asks(name) && !taken.answers.contains_key(name);
        let stamps = match (wanted(case_clock::CLASS), wanted(case_clock::DUE)) {
            (false, false) => return Ok(None),
            (_, true) if row.clock == Some(ClockEffect::Resumes) && goes_on(&state, &taken) => {
                let class = self.by_rules(&state, &taken, row.clock, false)?;
                self.resumed(&state)?.into_iter().chain(class).collect()
            }
            (_, due) => self.by_rules(&state, &taken, row.clock, due)?,
        };
        let mut answers = taken.answers.clone();
        for (name, value) in stamps.into_iter().filter(|(name, _)| asks(name)) {
            answers.entry(name.to_owned()).or_insert(value);
        }
        Ok(Some(Command::TakeStep(TakeStep { answers, ..taken })))
    }

    /// The class of a case and, if `due` is wanted, its limit and date.
    fn by_rules(
        &self,
        state: &State,
        taken: &TakeStep,
        effect: Option<ClockEffect>,
        due: bool,
    ) -> Result<Vec<(&'static str, Value)>, StoreError> {
        let typed = |name: &str| taken.answers.get(name).and_then(Value::as_text);
        let class = match typed(case_clock::CLASS).and_then(|text| text.parse().ok()) {
            Some(class) => self.class(&class, home::own_units(state).first().copied())?,
            None => self.class_of(state)?,
        };
        let limit = typed(case_clock::LIMIT).and_then(Limit::meant).or(class.as_ref().map(|class| class.limit));
        let named = class.map(|class| (case_clock::CLASS, Value::from(class.class.of.to_string().as_str())));
        let mut stamps: Vec<_> = named.into_iter().collect();
        let Some(limit) = limit.filter(|_| due) else { return Ok(stamps) };
        let (from, pauses) = match case_clock::measured(state) {
            Some(measured) if effect.is_none() => (measured.from, measured.pauses()),
            _ => (self.actor.now, Pauses::none()),
        };
        let to = taken.answers.get("unit").and_then(Value::as_id).map(RecordId::unit);
        let rules = self.office_rules(to.or_else(|| office_of(state)))?;
        if let Ok(deadline) = Deadline::of(limit, from, rules.office(), &pauses) {
            stamps.push((case_clock::LIMIT, limit.to_string().as_str().into()));
            stamps.push((case_clock::DUE, Value::Int(deadline.due.0)));
        }
        Ok(stamps)
    }

    /// What goes on after it was held is due as much later: by work time if it was reckoned so, else by the calendar.
    fn resumed(&self, state: &State) -> Result<Vec<(&'static str, Value)>, StoreError> {
        let (Some(measured), Some(due)) = (case_clock::measured(state), case_file::deadline(state)) else {
            return Ok(Vec::new());
        };
        let (rules, now) = (self.office_rules(office_of(state))?, self.actor.now);
        let reckoned = |pauses| {
            Deadline::of(case_clock::limit(state)?, measured.from, rules.office(), &pauses).ok().map(|d| d.due)
        };
        let due = match reckoned(measured.pauses_before()).filter(|was| *was == due) {
            Some(_) => reckoned(measured.pauses_until(now)),
            None => case_clock::resumed_due(state, now),
        };
        Ok(due.map(|due| (case_clock::DUE, Value::Int(due.0))).into_iter().collect())
    }

    fn office_rules(&self, unit: Option<UnitId>) -> Result<OfficeRules, StoreError> {
        let place = unit.map(|unit| self.ruled_place(unit)).transpose()?.unwrap_or_default();
        let units: Vec<UnitId> = place.units.iter().map(|unit| unit.id).collect();
        Ok(self.rule_book()?.office(&units))
    }
}

/// Whether a limit ran before the case was held that goes on now: nobody types another limit or class with the step.
fn goes_on(state: &State, taken: &TakeStep) -> bool {
    let typed = |name| taken.answers.contains_key(name);
    case_file::deadline(state).is_some() && !typed(case_clock::LIMIT) && !typed(case_clock::CLASS)
}

/// Whose hours count: those of the unit that has it, else of the place.
fn office_of(state: &State) -> Option<UnitId> {
    case::dispatched_to(state).or_else(|| home::own_units(state).first().copied())
}
