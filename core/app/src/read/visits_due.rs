//! Visits that are due: plans, household links of this month and doors to call back at, in one list.
//!
//! Owns how the three come together and how far ahead the list looks. Refuses to judge a plan: the model does. Invariant:
//! plans are read along the order of their next day, so that a list costs what is due and not what is planned.

use super::call_backs::CallBack;
use super::row_line::RowLine;
use super::visit::paid_at;
use super::{Reader, shown};
use gridwalk_model::kind::visit_plan::{Plan, Standing, sort_key_of};
use gridwalk_model::kind::{Kind, PARENT, visit, visit_plan};
use gridwalk_model::view::GroupView;
use gridwalk_model::{AccountId, RecordId, Timestamp, UnitId, Value, limits};
use gridwalk_store::{RowFilter, StoreError, ViewRow};

/// How many days ahead the list looks.
const AHEAD_DAYS: i64 = 7;

/// What is due to be visited.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct VisitsDue {
    /// Somebody should have been there; the longest ago first.
    pub overdue: Vec<DueLine>,
    /// Somebody goes today, or before the month is out.
    pub today: Vec<DueLine>,
    /// The days after today.
    pub coming: Vec<DueLine>,
    /// Doors where nobody answered.
    pub call_backs: Vec<CallBack>,
    /// Visits of today on which somebody was met.
    pub done: usize,
}

/// A visit that is due.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct DueLine {
    /// The plan, or the household link.
    #[serde(flatten)]
    pub row: RowLine,
    /// What is visited.
    pub door: Option<RowLine>,
    /// What for: a code of `visit_purpose`; `None` for a household link.
    pub purpose: Option<String>,
    /// By which day, days since 1970-01-01.
    pub due: i64,
    /// How it stands.
    pub standing: Standing,
    /// When somebody was met last.
    pub last_visited: Option<Timestamp>,
    /// The case that ordered it.
    pub case: Option<RecordId>,
    /// Whose it is, where somebody was named.
    pub account: Option<AccountId>,
}

impl VisitsDue {
    /// Every list cut to so many lines.
    #[must_use]
    pub fn cut(mut self, lines: usize) -> Self {
        for list in [&mut self.overdue, &mut self.today, &mut self.coming] {
            list.truncate(lines);
        }
        self.call_backs.truncate(lines);
        self
    }
}

/// A plan on its screen.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct PlanLine {
    /// The plan; its title is the purpose's code.
    #[serde(flatten)]
    pub row: RowLine,
    /// What is visited.
    pub door: Option<RowLine>,
    /// How it stands.
    pub standing: Standing,
    /// The day of the next visit, days since 1970-01-01.
    pub next_due: Option<i64>,
    /// When somebody was met last.
    pub last_visited: Option<Timestamp>,
}

impl Reader<'_> {
    /// What is due in a unit and below, or everywhere; of plans that name an account only those of the reader, and of those
    /// whose work the reader took on, if asked.
    pub fn visits_due(&self, unit: Option<UnitId>, mine: bool) -> Result<VisitsDue, StoreError> {
        let today = self.actor.today();
        let mut due = VisitsDue { call_backs: self.call_backs(unit)?, done: self.met_today(unit)?, ..<_>::default() };
        let mut lines = self.plans_due(unit, today)?;
        lines.extend(self.links_as_due(unit, today)?);
        if mine {
            let accounts = self.stands_in_for()?;
            lines.retain(|line| line.account.is_none_or(|account| accounts.contains(&account)));
        }
        lines.sort_by(|a, b| (a.due, &a.row.title).cmp(&(b.due, &b.row.title)));
        for line in lines {
            match line.standing {
                Standing::Overdue => due.overdue.push(line),
                Standing::Today => due.today.push(line),
                _ => due.coming.push(line),
            }
        }
        Ok(due)
    }

    /// Plans of a unit and below, of a door, or all, by the day of the next visit.
    pub fn plans(&self, unit: Option<UnitId>, door: Option<RecordId>, limit: u32) -> Result<Vec<PlanLine>, StoreError> {
        let kind = RowFilter::kind(Kind::VisitPlan.name());
        let rows = self.store.rows(&RowFilter { unit, with_below: true, parent: door, limit, ..kind })?;
        let mut plans = Vec::new();
        for row in rows {
            let loaded = self.load([row.record])?;
            let Some(view) = shown(&loaded, row.record) else { continue };
            plans.push(self.plan_line(&Plan::of(&view), row)?);
        }
        Ok(plans)
    }

    /// Plans of a unit and below that name an account and are not over, by the day of the next visit.
    pub(super) fn plans_of(&self, account: AccountId, unit: Option<UnitId>) -> Result<Vec<PlanLine>, StoreError> {
        let filter = RowFilter { unit, with_below: true, ..RowFilter::kind(Kind::VisitPlan.name()) };
        let mut plans = Vec::new();
        for row in self.each_row(filter) {
            let row = row?;
            let loaded = self.load([row.record])?;
            let Some(view) = shown(&loaded, row.record) else { continue };
            let plan = Plan::of(&view);
            // Behind those that are due some day stand only those that are over.
            if plan.next_due().is_none() || plans.len() >= limits::DUE_LINES_MAX {
                break;
            }
            if plan.account == Some(account) && plan.standing(self.actor.today()) != Standing::Ended {
                plans.push(self.plan_line(&plan, row)?);
            }
        }
        Ok(plans)
    }

    fn plan_line(&self, plan: &Plan, row: ViewRow) -> Result<PlanLine, StoreError> {
        Ok(PlanLine {
            door: row.parent.map(|door| self.line_of(door)).transpose()?.flatten(),
            standing: plan.standing(self.actor.today()),
            next_due: plan.next_due(),
            last_visited: plan.last_visited,
            row: row.into(),
        })
    }

    fn plans_due(&self, unit: Option<UnitId>, today: i64) -> Result<Vec<DueLine>, StoreError> {
        let last = sort_key_of(today + AHEAD_DAYS);
        let mut lines = Vec::new();
        let plans = RowFilter { unit, with_below: true, ..RowFilter::kind(Kind::VisitPlan.name()) };
        for row in self.each_row(plans) {
            let row = row?;
            if row.sort > last || lines.len() >= limits::DUE_LINES_MAX {
                break;
            }
            let loaded = self.load([row.record])?;
            let Some(view) = shown(&loaded, row.record) else { continue };
            lines.extend(self.plan_due(&view, row.into(), today)?);
        }
        Ok(lines)
    }

    fn plan_due(&self, view: &GroupView<'_>, row: RowLine, today: i64) -> Result<Option<DueLine>, StoreError> {
        let plan = Plan::of(view);
        let Some(due) = plan.next_due().filter(|_| plan.standing(today) != Standing::Ended) else { return Ok(None) };
        let case = view.field(visit_plan::CASE, gridwalk_model::view::Policy::Review);
        let door = view.front().and_then(|front| front.head_ids(PARENT).first().copied());
        Ok(Some(DueLine {
            door: door.map(|door| self.line_of(door)).transpose()?.flatten(),
            due,
            standing: plan.standing(today),
            last_visited: plan.last_visited,
            case: case.and_then(|f| f.value.and_then(Value::as_id)),
            account: plan.account,
            purpose: Some(plan.purpose),
            row,
        }))
    }

    /// Links whose visit of this month is due: by the month's last day, overdue where last month's was not paid either.
    fn links_as_due(&self, unit: Option<UnitId>, today: i64) -> Result<Vec<DueLine>, StoreError> {
        let mut lines = Vec::new();
        for link in self.links_due(unit)? {
            let since = link.last_visited.unwrap_or_else(|| link.row.record.made_at());
            let due = gridwalk_model::kind::household_link::due_by(since, link.last_visited.is_some());
            lines.push(DueLine {
                door: Some(link.row.clone()),
                purpose: None,
                due,
                standing: if due < today { Standing::Overdue } else { Standing::Today },
                last_visited: link.last_visited,
                case: None,
                account: None,
                row: link.row,
            });
        }
        Ok(lines)
    }

    /// How many visits of today met somebody.
    fn met_today(&self, unit: Option<UnitId>) -> Result<usize, StoreError> {
        let paid = RowFilter { unit, with_below: true, ..RowFilter::kind(Kind::Visit.name()) };
        let rows = self.store.rows(&paid)?;
        let today = rows.iter().take_while(|row| paid_at(row).china_day() == self.actor.today());
        Ok(today.filter(|row| visit::is_answered(&row.title)).count())
    }
}
