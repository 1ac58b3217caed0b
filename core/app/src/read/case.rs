//! One case: its card, its timeline, who has it now, what is owed and what comes next.

use super::Reader;
use super::card::Card;
use super::case_board::{CallLine, HoldLine};
use super::row_line::RowLine;
use super::{ClassView, ClockLine, ProposalView, shown};
use gridwalk_model::kind::{Kind, case, case_file, emergency_plan, home};
use gridwalk_model::matter::Matter;
use gridwalk_model::same_matter::MatterAt;
use gridwalk_model::{AccountId, RecordId, State, Timestamp, UnitId};
use gridwalk_store::{RowFilter, StoreError};
use std::collections::BTreeSet;

/// A case as its screen draws it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CaseView {
    /// The case itself, with its steps.
    #[serde(flatten)]
    pub card: Card,
    /// What sort of matter it is shown as.
    pub matter: &'static str,
    /// The unit that has it now.
    pub dispatched_to: Option<UnitId>,
    /// That unit's name.
    pub dispatched_to_name: Option<String>,
    /// The units that help.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub joint: Vec<NamedUnit>,
    /// Whose phone has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lease: Option<LeaseLine>,
    /// By when it is to be settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// What it is about, with conditions, limit and department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<ClassView>,
    /// How it stands by the clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockLine>,
    /// Whom rules propose, while it may be dispatched; a person decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed: Option<ProposalView>,
    /// Since when nothing is measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_since: Option<Timestamp>,
    /// Who owes the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_receiver: Option<PersonLine>,
    /// Lines to which an answer is owed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owed: Vec<String>,
    /// Calls, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<CallLine>,
    /// How it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldLine>,
    /// Orders, penalties and shutdowns, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<ActLine>,
    /// How many re-checks it had.
    pub rechecks: usize,
    /// How many of them failed.
    pub rechecks_failed: usize,
    /// The day of the next re-check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_recheck: Option<String>,
    /// The days on which somebody asks whether a dispute is settled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub follow_ups: Vec<FollowUpLine>,
    /// Until when what was decided is public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_until: Option<Timestamp>,
    /// Everybody who reported it, the first first.
    pub reporters: Vec<PersonLine>,
    /// Other reports of the same matter that are shown as this one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub same: Vec<RecordId>,
    /// The lines by which it and they came.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// Plans for such an incident, nearest unit first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<RowLine>,
    /// Whether it is a drill: it is counted nowhere.
    pub drill: bool,
    /// What was found in a drill, as far as it is here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<RowLine>,
    /// Whether it is done.
    pub done: bool,
}

/// A unit with its name.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct NamedUnit {
    /// The unit.
    pub unit: UnitId,
    /// Its name, as far as it is here.
    pub name: Option<String>,
}

/// Somebody with their name.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct PersonLine {
    /// Who.
    pub account: AccountId,
    /// What they are called, as far as it is known here.
    pub name: Option<String>,
}

/// That a phone has the case.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LeaseLine {
    /// Whose phone.
    #[serde(flatten)]
    pub holder: PersonLine,
    /// Since when.
    pub since: Timestamp,
    /// From when on it may be recalled, if nothing is done on it.
    pub until: Timestamp,
    /// Whether that is so now.
    pub over: bool,
}

/// What a department did by a power that it holds.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ActLine {
    /// The step's code.
    pub step: String,
    /// The number of the document.
    pub number: String,
    /// The legal basis.
    pub basis: String,
    /// The day that the document bears.
    pub issued: Option<String>,
}

impl Reader<'_> {
    /// A case; `None` if there is no such case on this phone.
    pub fn case(&self, record: RecordId) -> Result<Option<CaseView>, StoreError> {
        let loaded = self.load([record])?;
        let Some(view) = shown(&loaded, record) else { return Ok(None) };
        let Some(front) = view.front().filter(|f| f.kind() == Kind::Case.name()) else { return Ok(None) };
        let dispatched_to = case::dispatched_to(front);
        let (rechecks, rechecks_failed) = case_file::rounds(front);
        let class = self.class_of(front)?;
        Ok(Some(CaseView {
            card: self.card_of(&loaded, &view)?,
            matter: Matter::shown(front).name(),
            dispatched_to,
            dispatched_to_name: dispatched_to.map(|u| self.unit_name(u)).transpose()?.flatten(),
            joint: case::joint_units(front).into_iter().map(|u| self.named_unit(u)).collect::<Result<_, _>>()?,
            lease: self.lease(front)?,
            deadline: case_file::deadline(front),
            proposed: self.proposed_for(front, class.as_ref())?,
            class,
            clock: self.clock_line(front)?,
            paused_since: case_file::paused_since(front),
            first_receiver: case_file::first_receiver(front).map(|who| self.person_line(who)).transpose()?,
            owed: case_file::owed(front).into_iter().map(str::to_owned).collect(),
            calls: self.calls(front)?,
            hold: HoldLine::of(front),
            acts: case_file::acts(front).into_iter().map(ActLine::from).collect(),
            rechecks,
            rechecks_failed,
            next_recheck: case_file::next_recheck(front).and_then(super::case_board::day),
            follow_ups: case_file::follow_ups(front).into_iter().map(FollowUpLine::from).collect(),
            public_until: case_file::public_until(front),
            reporters: self.reporters(&view.members)?,
            same: view.members.iter().map(|member| member.record).filter(|same| *same != front.record).collect(),
            lines: lines(&view.members),
            plans: self.plans_for(front)?,
            drill: case::is_drill(front),
            found: self.found_in(front)?,
            done: case::DONE.contains(&front.status()),
        }))
    }

    fn reporters(&self, members: &[&State]) -> Result<Vec<PersonLine>, StoreError> {
        let mut found: Vec<AccountId> = Vec::new();
        for account in members.iter().flat_map(|member| case_file::reporters(member)) {
            if !found.contains(&account) {
                found.push(account);
            }
        }
        found.into_iter().map(|account| self.person_line(account)).collect()
    }

    /// Cases that name a drill as where they were found.
    fn found_in(&self, state: &State) -> Result<Vec<RowLine>, StoreError> {
        let mut found = Vec::new();
        if !case::is_drill(state) {
            return Ok(found);
        }
        for row in self.each_row(RowFilter::kind(Kind::Case.name())) {
            let row = row?;
            let other = self.store.predicted(row.record, self.actor.now)?.state;
            if other.head_ids(case::FOUND_IN).contains(&state.record) {
                found.push(row.into());
            }
        }
        Ok(found)
    }

    /// Plans for an incident: those of the units above it that are for its category, as long as they hold.
    fn plans_for(&self, state: &State) -> Result<Vec<RowLine>, StoreError> {
        if Matter::shown(state) != Matter::Incident {
            return Ok(Vec::new());
        }
        let Some(unit) = home::own_units(state).first().copied() else { return Ok(Vec::new()) };
        let category = MatterAt::of(state).category;
        let mut plans = Vec::new();
        for above in self.ruled_place(unit)?.units {
            let filter = RowFilter { unit: Some(above.id), ..RowFilter::kind(Kind::EmergencyPlan.name()) };
            for row in self.store.rows(&filter)? {
                let plan = self.store.predicted(row.record, self.actor.now)?.state;
                if emergency_plan::is_for(&plan, category.as_deref())
                    && emergency_plan::holds_on(&plan, self.actor.today())
                {
                    plans.push(row.into());
                }
            }
        }
        Ok(plans)
    }

    /// Whom rules propose for a case that the reader may dispatch now.
    fn proposed_for(&self, state: &State, class: Option<&ClassView>) -> Result<Option<ProposalView>, StoreError> {
        let open = Kind::Case.steps().open_to(state, &self.actor).iter().any(|row| row.step == case::DISPATCH);
        let unit = home::own_units(state).first().copied();
        match (class, unit) {
            (Some(class), Some(unit)) if open => self.proposed(&class.class.of, unit),
            _ => Ok(None),
        }
    }

    fn lease(&self, state: &State) -> Result<Option<LeaseLine>, StoreError> {
        let line = |lease: case::Lease| {
            let (since, until, over) = (lease.since, lease.until(), lease.is_over(self.actor.now));
            Ok(LeaseLine { holder: self.person_line(lease.account)?, since, until, over })
        };
        case::lease(state).map(line).transpose()
    }

    fn person_line(&self, account: AccountId) -> Result<PersonLine, StoreError> {
        Ok(PersonLine { account, name: self.person(account)? })
    }

    fn named_unit(&self, unit: UnitId) -> Result<NamedUnit, StoreError> {
        Ok(NamedUnit { unit, name: self.unit_name(unit)? })
    }
}

/// The lines by which any of them came, each once.
fn lines(members: &[&State]) -> Vec<String> {
    let lines: BTreeSet<&str> = members.iter().flat_map(|member| case_file::lines(member)).collect();
    lines.into_iter().map(str::to_owned).collect()
}

/// A day on which somebody asks whether a dispute is settled.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct FollowUpLine {
    /// The day.
    pub due: Option<String>,
    /// When somebody did.
    pub done: Option<Timestamp>,
}

impl From<case_file::FollowUp> for FollowUpLine {
    fn from(one: case_file::FollowUp) -> Self {
        Self { due: super::case_board::day(one.due), done: one.done }
    }
}

impl From<case_file::Act> for ActLine {
    fn from(act: case_file::Act) -> Self {
        let issued = act.issued.and_then(super::case_board::day);
        Self { step: act.step, number: act.number, basis: act.basis, issued }
    }
}
