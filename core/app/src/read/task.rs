//! Tasks from above: which there are, who owes each, what came back, and what is late by the clock.
//!
//! Owns their shapes and sums. Refuses to judge a unit's standing: the model does. Invariant: a phone counts only units
//! whose feedback it may hold, those that its person works in and what is below them; each counts once, whoever fed back.

use super::row_line::RowLine;
use super::{Reader, StoreError, shown};
use gridwalk_model::kind::Kind;
use gridwalk_model::kind::task::{self, Asked, Standing};
use gridwalk_model::kind::task_feedback::{self, feedback_of};
use gridwalk_model::limits::PARENTS_DEPTH_MAX;
use gridwalk_model::unit_code::Level;
use gridwalk_model::view::{GroupView, Held as _};
use gridwalk_model::{AccountId, RecordId, Timestamp, UnitId, Value};
use gridwalk_store::RowFilter;
use std::collections::BTreeSet;

/// A task.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TaskLine {
    /// The task.
    #[serde(flatten)]
    pub row: RowLine,
    /// What the unit is called that gave it.
    pub unit_name: Option<String>,
    /// Who gave it.
    pub given_by: Option<AccountId>,
    /// What they are called, as far as it is known here.
    pub given_by_name: Option<String>,
    /// When it was given.
    pub given_at: Option<Timestamp>,
    /// By when it is due.
    pub due: Option<Timestamp>,
    /// How it stands.
    pub count: TaskCount,
}

/// How many units, as far as this phone may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct TaskCount {
    /// Units that owe it.
    pub targets: usize,
    /// Of these: what came back is enough so far.
    pub fed_back: usize,
    /// Of those that came back: said to be done.
    pub done: usize,
    /// Nothing is back, or more is asked for.
    pub open: usize,
    /// Past due with nothing back, or back too late.
    pub late: usize,
}

/// A task with what came back.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TaskView {
    /// The task.
    #[serde(flatten)]
    pub line: TaskLine,
    /// What it is about.
    pub text: Option<String>,
    /// What it asks for.
    pub asked: Vec<Asked>,
    /// Sums of the numbers that came back, in the order of `asked`.
    pub sums: Vec<Sum>,
    /// The units that owe it: what is open first, then by name.
    pub units: Vec<TaskUnit>,
}

/// The sum of a number over all units.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Sum {
    /// What it is called.
    pub called: String,
    /// Over what came back.
    pub sum: i64,
    /// From so many units.
    pub units: usize,
}

/// A unit that owes a task.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TaskUnit {
    /// The unit.
    pub unit: UnitId,
    /// Its name, as far as its record is here.
    pub name: Option<String>,
    /// How it stands.
    pub standing: Standing,
    /// The record of what came back.
    pub feedback: Option<RecordId>,
    /// When it first came back.
    pub at: Option<Timestamp>,
    /// Who said it last.
    pub by: Option<AccountId>,
    /// What they are called, as far as it is known here.
    pub by_name: Option<String>,
    /// Whether it is said to be done.
    pub done: Option<bool>,
    /// Answers, in the order of what is asked.
    pub answers: Vec<Answered>,
    /// A note.
    pub note: Option<String>,
    /// What more is asked for.
    pub asked_more: Option<String>,
    /// Whether people said different things here.
    pub at_odds: bool,
}

/// An answer to what a task asks for.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Answered {
    /// What it is called.
    pub called: String,
    /// The number or text.
    pub value: serde_json::Value,
}

impl Reader<'_> {
    /// Tasks that concern whoever looks: given to units that they work in, to what is below those, or by those; the newest
    /// first. `all`: also what is withdrawn, or back from everybody.
    pub fn tasks(&self, all: bool) -> Result<Vec<TaskLine>, StoreError> {
        let (mut list, own) = (Vec::new(), self.own_units()?);
        for row in self.all_rows(RowFilter::kind(Kind::Task.name()))? {
            let view = self.task_of(row.into(), &own)?;
            let concerns = view.line.count.targets > 0 || self.is_within(view.line.row.unit, &own)?;
            let wanted = all || (view.line.row.status == task::GIVEN && view.line.count.open > 0);
            if concerns && wanted {
                list.push(view.line);
            }
        }
        Ok(list)
    }

    /// A task with what came back; `None` if it is not on this phone.
    pub fn task(&self, task: RecordId) -> Result<Option<TaskView>, StoreError> {
        let row = self.store.row(task)?.filter(|row| row.kind == Kind::Task.name());
        let own = self.own_units()?;
        row.map(|row| self.task_of(row.into(), &own)).transpose()
    }

    fn task_of(&self, row: RowLine, own: &BTreeSet<UnitId>) -> Result<TaskView, StoreError> {
        let loaded = self.load([row.record])?;
        let (mut due, mut text_of, mut asked, mut targets, mut given) = (None, None, Vec::new(), Vec::new(), None);
        if let Some(view) = shown(&loaded, row.record) {
            due = view.value(task::DUE).and_then(Value::as_int).map(Timestamp);
            text_of = text(&view, "text");
            asked = task::asked(&view);
        }
        if let Some(state) = loaded.state(row.record) {
            let elements = state.sets.get(task::TARGETS).map(|set| set.elements()).unwrap_or_default();
            targets = elements.into_iter().filter_map(|unit| unit.as_id().map(RecordId::unit)).collect();
            let step = state.steps.iter().find(|step| step.step == task::GIVE);
            given = step.map(|step| (step.tag.author, step.tag.effective));
        }
        let (mut units, mut count) = (Vec::new(), TaskCount::default());
        for unit in targets.into_iter().collect::<BTreeSet<_>>() {
            if self.is_within(Some(unit), own)? {
                let unit = self.task_unit(row.record, unit, due, &asked)?;
                count.add(&unit);
                units.push(unit);
            }
        }
        units.sort_by(|a, b| (a.standing, &a.name, a.unit).cmp(&(b.standing, &b.name, b.unit)));
        let line = TaskLine {
            unit_name: row.unit.map(|unit| self.unit_name(unit)).transpose()?.flatten(),
            given_by: given.map(|(by, _)| by),
            given_by_name: given.map(|(by, _)| self.person(by)).transpose()?.flatten(),
            given_at: given.map(|(_, at)| at),
            due,
            count,
            row,
        };
        Ok(TaskView { line, text: text_of, sums: sums(&asked, &units), asked, units })
    }

    fn task_unit(
        &self,
        task: RecordId,
        unit: UnitId,
        due: Option<Timestamp>,
        asked: &[Asked],
    ) -> Result<TaskUnit, StoreError> {
        let record = feedback_of(task, unit);
        let loaded = self.load([record])?;
        let name = self.unit_name(unit)?;
        let standing = Standing::of(None, gridwalk_model::workflow::START, due, self.actor.now);
        let (state, view) = match (loaded.state(record), shown(&loaded, record)) {
            (Some(state), Some(view)) if !state.is_deleted() => (state, view),
            _ => return Ok(TaskUnit { unit, name, standing, ..TaskUnit::nothing(unit) }),
        };
        let first = task_feedback::fed_back(state).next().map(|step| step.tag.effective);
        let last = task_feedback::fed_back(state).last().map(|step| step.tag.author);
        let more = state.last_applied().filter(|step| step.step == task_feedback::ASK_MORE);
        let answered = |one: &Asked| {
            let value = match view.value(one.field)? {
                Value::Int(number) => serde_json::json!(number),
                other => serde_json::json!(other.as_text()?),
            };
            Some(Answered { called: one.called.clone(), value })
        };
        Ok(TaskUnit {
            unit,
            name,
            standing: Standing::of(first, state.status(), due, self.actor.now),
            feedback: Some(record),
            at: first,
            by: last,
            by_name: last.map(|by| self.person(by)).transpose()?.flatten(),
            done: view.value(task_feedback::DONE).and_then(Value::as_bool),
            answers: asked.iter().filter_map(answered).collect(),
            note: text(&view, "note"),
            asked_more: more.and_then(|step| Some(step.answers.get("reason")?.as_text()?.to_owned())),
            at_odds: !gridwalk_model::command::fields_at_odds(&view, Kind::TaskFeedback).is_empty(),
        })
    }

    /// The units of a level at or below a unit, as far as they are here.
    pub fn units_of_level(&self, unit: UnitId, level: Level) -> Result<Vec<UnitId>, StoreError> {
        let (mut found, mut queue, mut known) = (Vec::new(), vec![unit.record()], BTreeSet::new());
        while let Some(at) = queue.pop() {
            let Some(row) = self.store.row(at)?.filter(|_| known.insert(at)) else { continue };
            if self.level(&row)?.as_deref() == Some(level.name()) {
                found.push(at.unit());
            }
            let below =
                self.all_rows(RowFilter { kind: Some(Kind::Unit.name().to_owned()), ..RowFilter::children(at) })?;
            queue.extend(below.into_iter().map(|row| row.record));
        }
        Ok(found)
    }

    /// The units in which whoever looks works, by the grants last heard of.
    pub(super) fn own_units(&self) -> Result<BTreeSet<UnitId>, StoreError> {
        Ok(self.store.spaces()?.into_iter().flat_map(|space| space.grants).map(|grant| grant.unit).collect())
    }

    /// Whether a unit is one of these, or below one.
    pub(super) fn is_within(&self, unit: Option<UnitId>, own: &BTreeSet<UnitId>) -> Result<bool, StoreError> {
        let mut at = unit;
        for _ in 0..PARENTS_DEPTH_MAX {
            match at {
                Some(unit) if own.contains(&unit) => return Ok(true),
                Some(unit) => at = self.store.row(unit.record())?.and_then(|row| row.parent).map(RecordId::unit),
                None => break,
            }
        }
        Ok(false)
    }
}

impl TaskUnit {
    fn nothing(unit: UnitId) -> Self {
        Self {
            unit,
            name: None,
            standing: Standing::Open,
            feedback: None,
            at: None,
            by: None,
            by_name: None,
            done: None,
            answers: Vec::new(),
            note: None,
            asked_more: None,
            at_odds: false,
        }
    }
}

impl TaskCount {
    fn add(&mut self, unit: &TaskUnit) {
        self.targets += 1;
        self.fed_back += usize::from(unit.standing.is_back());
        self.open += usize::from(!unit.standing.is_back());
        self.done += usize::from(unit.standing.is_back() && unit.done == Some(true));
        self.late += usize::from(matches!(unit.standing, Standing::Overdue | Standing::FedBackLate));
    }
}

/// The sums of the numbers that came back, also of those from whom more is asked.
fn sums(asked: &[Asked], units: &[TaskUnit]) -> Vec<Sum> {
    let numbers = asked.iter().filter(|one| task::NUMBERS.contains(&one.field));
    let sum = |one: &Asked| {
        let said = units.iter().flat_map(|unit| &unit.answers).filter(|answer| answer.called == one.called);
        let said: Vec<i64> = said.filter_map(|answer| answer.value.as_i64()).collect();
        Sum {
            called: one.called.clone(),
            sum: said.iter().fold(0_i64, |sum, n| sum.saturating_add(*n)),
            units: said.len(),
        }
    };
    numbers.map(sum).collect()
}

fn text(view: &GroupView<'_>, name: &str) -> Option<String> {
    view.value(name)?.as_text().map(str::to_owned)
}
