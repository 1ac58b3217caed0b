//! Trainings: which there are, what somebody owes, and who goes without one that is required.
//!
//! Owns the question whether somebody may take a case. Refuses to judge days: the model does. Invariant: nothing typed is
//! lost: a phone that knows what is owed leaves the step out, what was taken all the same stands, and is told.

use super::row_line::RowLine;
use super::{Reader, StoreError, shown};
use gridwalk_model::command::{Action, Command, FieldWarning, TakeStep};
use gridwalk_model::kind::case::DISPATCH;
use gridwalk_model::kind::training::{self, Training};
use gridwalk_model::kind::training_done::{checked_off_on, done_of};
use gridwalk_model::kind::{Kind, post};
use gridwalk_model::rejection::Rejection;
use gridwalk_model::role::{Role, Roles};
use gridwalk_model::unit_code::Level;
use gridwalk_model::view::Held as _;
use gridwalk_model::workflow::TAKE;
use gridwalk_model::{AccountId, RecordId, Timestamp, UnitId, Value};
use gridwalk_store::RowFilter;
use std::collections::BTreeSet;

/// A training.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TrainingLine {
    /// The training.
    #[serde(flatten)]
    pub row: RowLine,
    /// The duty that it is for.
    pub duty: Option<String>,
    /// What it says.
    pub text: Option<String>,
    /// What it asks.
    pub questions: Vec<String>,
    /// Codes of the roles that it is for.
    pub for_roles: Vec<&'static str>,
    /// Whether it is required before the first case is taken.
    pub required: bool,
    /// For how many days it counts.
    pub valid_days: Option<i64>,
    /// The day on which that of whoever looks was checked off, days since 1970-01-01.
    pub done_on: Option<i64>,
    /// Whether they owe it.
    pub owed: bool,
    #[serde(skip)]
    training: Training,
}

/// Somebody who goes without a training that is required.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct UntrainedLine {
    /// Their account.
    pub account: AccountId,
    /// What they are called.
    pub name: Option<String>,
    /// Where they work.
    pub unit: Option<UnitId>,
    /// What that is called.
    pub unit_name: Option<String>,
    /// The training.
    pub training: RecordId,
    /// What it is called.
    pub title: String,
    /// Cases that they took without it.
    pub taken: Vec<TakenLine>,
}

/// A case that was taken by somebody who was not trained.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TakenLine {
    /// The case.
    pub case: RecordId,
    /// Its title.
    pub title: String,
    /// When it was taken.
    pub at: Timestamp,
}

impl Reader<'_> {
    /// All trainings that this phone holds, with how whoever looks stands with each.
    pub fn trainings(&self) -> Result<Vec<TrainingLine>, StoreError> {
        let (mut list, own) = (Vec::new(), self.own_units()?);
        for row in self.all_rows(RowFilter::kind(Kind::Training.name()))? {
            let loaded = self.load([row.record])?;
            let Some(view) = shown(&loaded, row.record) else { continue };
            let training = Training::of(&view);
            let done_on = self.done_on(row.record, self.actor.account)?;
            let mine = self.is_for_any(row.unit, &own)?;
            let text = |name: &str| view.value(name).and_then(Value::as_text).map(str::to_owned);
            let asks = loaded.state(row.record).and_then(|state| state.sets.get(training::QUESTIONS));
            let asks = asks.map(|set| set.elements()).unwrap_or_default();
            list.push(TrainingLine {
                duty: text("duty"),
                text: text("text"),
                questions: asks.into_iter().filter_map(|ask| ask.as_text().map(str::to_owned)).collect(),
                for_roles: training.roles.iter().map(Role::name).collect(),
                required: training.required,
                valid_days: training.valid_days,
                done_on,
                owed: mine && training.is_owed(self.actor.roles, done_on, self.actor.today()),
                training,
                row: row.into(),
            });
        }
        Ok(list)
    }

    /// The day on which somebody's training was checked off, as far as this phone holds it.
    fn done_on(&self, training: RecordId, who: AccountId) -> Result<Option<i64>, StoreError> {
        let record = done_of(training, who);
        Ok(self.load([record])?.state(record).and_then(checked_off_on))
    }

    /// Whether a training of a unit is for somebody who works in one of these.
    fn is_for_any(&self, of: Option<UnitId>, units: &BTreeSet<UnitId>) -> Result<bool, StoreError> {
        let above: BTreeSet<UnitId> = of.into_iter().collect();
        for unit in units {
            if self.is_within(Some(*unit), &above)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What whoever looks owes before they take a case.
    pub fn owed_trainings(&self) -> Result<Vec<TrainingLine>, StoreError> {
        Ok(self.trainings()?.into_iter().filter(|line| line.owed).collect())
    }

    /// No if a command takes a case for somebody who owes a training.
    pub fn refuse_untrained(&self, command: &Command) -> Result<Result<(), Rejection>, StoreError> {
        let takes = |step: &TakeStep| -> Result<bool, StoreError> {
            let row = (step.step == TAKE).then(|| self.store.row(step.record)).transpose()?.flatten();
            Ok(row.is_some_and(|row| row.kind == Kind::Case.name()))
        };
        Ok(match command {
            Command::TakeStep(step) if takes(step)? && !self.owed_trainings()?.is_empty() => Err(Rejection::NotTrained),
            _ => Ok(()),
        })
    }

    /// Leaves the step out by which a case is taken, for somebody who owes a training; what they owe.
    pub(super) fn leave_out_untrained(&self, kind: &str, allowed: &mut Vec<Action>) -> Result<Vec<String>, StoreError> {
        let takes = |action: &Action| matches!(action, Action::Step { step, .. } if *step == TAKE);
        if kind != Kind::Case.name() || !allowed.iter().any(takes) {
            return Ok(Vec::new());
        }
        let owed: Vec<String> = self.owed_trainings()?.into_iter().map(|line| line.row.title).collect();
        if !owed.is_empty() {
            allowed.retain(|action| !takes(action));
        }
        Ok(owed)
    }

    /// What a dispatcher hears of a unit in which somebody is who would have to take the case, and is not trained.
    pub fn untrained_there(&self, command: &Command) -> Result<Vec<FieldWarning>, StoreError> {
        let Command::TakeStep(step) = command else { return Ok(Vec::new()) };
        let unit = step.answers.get("unit").and_then(Value::as_id).map(RecordId::unit);
        let Some(unit) = unit.filter(|_| step.step == "dispatch") else { return Ok(Vec::new()) };
        let lines = self.untrained_by_posts(Some(unit))?;
        let line = |line: UntrainedLine| FieldWarning {
            record: step.record,
            field: "unit".to_owned(),
            code: "untrained_there",
            beside: Some(line.training),
        };
        Ok(lines.into_iter().map(line).take(1).collect())
    }

    /// Those below a unit who go without a training that is required, with the cases that they took all the same; by unit
    /// and name.
    pub fn untrained(&self, unit: Option<UnitId>) -> Result<Vec<UntrainedLine>, StoreError> {
        let trainings = self.trainings()?;
        if !Kind::TrainingDone.seen_by_unit().meets(self.actor.roles) || !trainings.iter().any(|line| line.required) {
            return Ok(Vec::new());
        }
        let mut lines = self.untrained_by_posts(unit)?;
        let posted: BTreeSet<AccountId> = self.posted(None)?.into_iter().filter_map(|(post, _)| post.account).collect();
        for row in self.all_rows(RowFilter { unit, with_below: true, ..RowFilter::kind(Kind::Case.name()) })? {
            let state = self.store.predicted(row.record, self.actor.now)?.state;
            let mut lead = None;
            for step in state.applied() {
                if step.step == DISPATCH {
                    lead = step.answers.get("unit").and_then(Value::as_id).map(RecordId::unit);
                }
                if step.step != TAKE {
                    continue;
                }
                let who = step.tag.author;
                if !posted.contains(&who) && !lines.iter().any(|line| line.account == who) {
                    lines.extend(self.untrained_handler(&trainings, who, lead)?);
                }
                for line in lines.iter_mut().filter(|line| line.account == who) {
                    let (case, title, at) = (row.record, row.title.clone(), step.tag.effective);
                    line.taken.push(TakenLine { case, title, at });
                }
            }
        }
        Ok(lines)
    }

    /// What somebody owes who took a case that was dispatched to a department: handlers hold no posts, and are known by that.
    fn untrained_handler(
        &self,
        trainings: &[TrainingLine],
        account: AccountId,
        lead: Option<UnitId>,
    ) -> Result<Vec<UntrainedLine>, StoreError> {
        let Some(at) = lead else { return Ok(Vec::new()) };
        let row = self.store.row(at.record())?;
        let level = row.map(|row| self.level(&row)).transpose()?.flatten();
        if level.as_deref() != Some(Level::Department.name()) {
            return Ok(Vec::new());
        }
        let (mut lines, works) = (Vec::new(), BTreeSet::from([at]));
        for line in trainings.iter().filter(|line| line.required) {
            let done_on = self.done_on(line.row.record, account)?;
            let owed = line.training.is_owed(Role::Handler.into(), done_on, self.actor.today());
            if owed && self.is_for_any(line.row.unit, &works)? {
                let (training, title) = (line.row.record, line.row.title.clone());
                let (name, unit_name) = (self.person(account)?, self.unit_name(at)?);
                lines.push(UntrainedLine { account, name, unit: lead, unit_name, training, title, taken: Vec::new() });
            }
        }
        Ok(lines)
    }

    /// The same without cases; nothing for those who may not hold who was trained.
    fn untrained_by_posts(&self, unit: Option<UnitId>) -> Result<Vec<UntrainedLine>, StoreError> {
        let mut lines = Vec::new();
        let trainings = self.trainings()?;
        if !Kind::TrainingDone.seen_by_unit().meets(self.actor.roles) || !trainings.iter().any(|line| line.required) {
            return Ok(lines);
        }
        for (post, at) in self.posted(unit)? {
            let Some(account) = post.account else { continue };
            let role = Role::ALL.into_iter().find(|role| post::filled_by(*role) == Some(post.role.as_str()));
            let Some(role) = role.map(Roles::from) else { continue };
            let works: BTreeSet<UnitId> = at.into_iter().collect();
            for line in trainings.iter().filter(|line| line.required) {
                let done_on = self.done_on(line.row.record, account)?;
                let owed = line.training.is_owed(role, done_on, self.actor.today());
                if owed && self.is_for_any(line.row.unit, &works)? {
                    lines.push(UntrainedLine {
                        account,
                        name: post.name.clone(),
                        unit: at,
                        unit_name: at.map(|unit| self.unit_name(unit)).transpose()?.flatten(),
                        training: line.row.record,
                        title: line.row.title.clone(),
                        taken: Vec::new(),
                    });
                }
            }
        }
        lines.sort_by(|a, b| (&a.unit_name, &a.name, &a.title).cmp(&(&b.unit_name, &b.name, &b.title)));
        Ok(lines)
    }
}
