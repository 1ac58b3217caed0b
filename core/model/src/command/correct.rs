//! Correct a change that was refused or declined: the same command again, right this time.

use super::canvass::AddCampaign;
use super::{
    Actor, AddBuilding, AddDwelling, AddHousehold, AddHouseholdLink, AddPlace, AddResident, AddVisitPlan, Canvass,
    Command, Decision, DeleteRecord, EditRecord, Edits, OpenPost, ProposeWork, RecordVisit, ReportCase, TakeStep,
    canvass, charge, inspect, survey,
};
use crate::basis::Basis;
use crate::change::Change;
use crate::id::RecordId;
use crate::kind::{Kind, PARENT, UNIT, visit};
use crate::op::Op;
use crate::rejection::Rejection;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::Held;
use std::collections::BTreeMap;

/// The same again, right this time.
#[derive(Debug, Clone, PartialEq)]
pub struct Correct {
    /// The save that needs attention.
    pub save: u64,
    /// The record that it was about.
    pub record: RecordId,
    /// What is wanted instead.
    pub with: Box<Command>,
}

impl Correct {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let mut decision = self.with.decide(held, actor)?;
        if matches!(*self.with, Command::Correct(_)) {
            return Err(Rejection::CorrectsAnotherRecord);
        }
        let about = std::iter::once(&mut decision.first).chain(&mut decision.more).find(|w| w.record == self.record);
        about.ok_or(Rejection::CorrectsAnotherRecord)?.instead_of = Some(self.save);
        Ok(decision)
    }
}

/// The command that a change came from, with further edits: what a form offers when somebody corrects it. `exists`:
/// whether the record is here without that change. `None` where there is nothing to say again (a link, a file).
pub fn again(change: &Change, exists: bool, basis: &Basis, further: &Edits) -> Option<Command> {
    let record = change.record;
    let (mut edits, mut step, mut deletes) = (Edits::none(), None, false);
    for op in &change.ops {
        match op {
            Op::Put { field, value, within: None, .. } => drop(edits.fields.insert(field.clone(), value.clone())),
            Op::Add { set, element } => edits.add.push((set.clone(), element.clone())),
            Op::Step { step: code, answers, .. } => step = Some((code.clone(), answers.clone())),
            Op::Delete { .. } => deletes = true,
            _ => {}
        }
    }
    let only_step = edits.is_empty();
    edits.fields.extend(further.fields.clone());
    edits.add.extend(further.add.clone());
    edits.remove.extend(further.remove.clone());
    let basis = basis.clone();
    let answers = survey::answered(&change.ops);
    if exists && change.kind == Kind::Submission.name() && !answers.is_empty() {
        return Some(Command::Survey(Box::new(survey::fill_again(record, basis, answers, &edits))));
    }
    if exists {
        let step = step.filter(|_| only_step);
        return here_again(record, basis, edits, step, deletes);
    }
    if change.kind == Kind::Submission.name() {
        return Some(Command::Survey(Box::new(survey::begin_again(record, answers, &edits)?)));
    }
    made_again(Kind::from_name(&change.kind)?, record, edits, step.map(|(_, answers)| answers).unwrap_or_default())
}

/// What made a record that is not here.
fn made_again(kind: Kind, record: RecordId, mut edits: Edits, answers: BTreeMap<String, Value>) -> Option<Command> {
    let mut home = |field: &str| edits.fields.remove(field).flatten().and_then(|v| v.as_id());
    let (unit, parent) = (home(UNIT).map(RecordId::unit), home(PARENT));
    Some(match kind {
        Kind::Building => {
            let edits = parent.map_or(edits.clone(), |estate| edits.put(PARENT, estate));
            Command::AddBuilding(AddBuilding { record, unit: unit?, edits })
        }
        Kind::Dwelling => Command::AddDwelling(AddDwelling { record, building: parent?, edits }),
        Kind::Household => {
            Command::AddHousehold(AddHousehold { record, dwelling: parent?, edits, residents: Vec::new() })
        }
        Kind::Resident => Command::AddResident(AddResident { record, household: parent?, edits }),
        Kind::Case => Command::ReportCase(ReportCase { record, unit, parent, edits, answers }),
        Kind::HouseholdLink => Command::AddHouseholdLink(AddHouseholdLink { record, unit: unit?, edits }),
        Kind::Post => Command::OpenPost(OpenPost { record, unit: parent?.unit(), edits }),
        Kind::Campaign => Command::Canvass(Canvass::AddCampaign(AddCampaign { record, unit: unit?, edits })),
        Kind::Target => Command::Canvass(Canvass::AddTarget(canvass::target_again(record, unit, parent?, edits)?)),
        Kind::Attempt => Command::Canvass(Canvass::RecordAttempt(canvass::attempt_again(record, parent?, edits)?)),
        kind @ (Kind::Estate
        | Kind::Address
        | Kind::Premises
        | Kind::Organisation
        | Kind::Facility
        | Kind::CheckPoint
        | Kind::EmergencyPlan) => Command::AddPlace(AddPlace { record, kind, unit, parent, edits }),
        kind @ (Kind::Inspection | Kind::InspectionItem) => inspect::again(kind, parent?, &edits)?,
        Kind::WorkItem => Command::ProposeWork(ProposeWork { record, unit: unit?, edits }),
        kind @ (Kind::Task
        | Kind::TaskFeedback
        | Kind::Notice
        | Kind::OpenNotice
        | Kind::NoticeReceipt
        | Kind::Training
        | Kind::Objection
        | Kind::Activity) => Command::Charge(charge::again(kind, record, unit?, edits)?),
        Kind::VisitPlan => Command::AddVisitPlan(AddVisitPlan { record, door: parent?, case: None, edits }),
        Kind::Visit => visit_again(record, parent?, edits),
        Kind::Unit
        | Kind::Boundary
        | Kind::Review
        | Kind::Handover
        | Kind::CheckRound
        | Kind::BackCheck
        | Kind::FieldUse
        | Kind::RuleTable
        | Kind::MonthLock
        | Kind::Patrol
        | Kind::TrainingDone
        | Kind::Attendance
        | Kind::Form
        | Kind::FormPiece
        | Kind::Submission
        | Kind::WorkDone => return None,
    })
}

/// What was wanted of a record that is here: it gone, a step of it, or other fields.
fn here_again(
    record: RecordId,
    basis: Basis,
    edits: Edits,
    step: Option<(String, BTreeMap<String, Value>)>,
    deletes: bool,
) -> Option<Command> {
    Some(match step {
        _ if deletes => Command::DeleteRecord(DeleteRecord { record, basis, also: Vec::new() }),
        Some((step, mut answers)) => {
            answers.extend(edits.fields.into_iter().filter_map(|(name, value)| Some((name, value?))));
            Command::TakeStep(TakeStep { record, basis, step, answers })
        }
        None if edits.is_empty() => return None,
        None => Command::EditRecord(EditRecord { record, basis, also: Vec::new(), edits }),
    })
}

/// The visit again. Its door, its cases and what it confirmed were saved beside it and are not said again.
fn visit_again(record: RecordId, door: RecordId, mut edits: Edits) -> Command {
    let mut take = |field: &str| edits.fields.remove(field).flatten();
    let outcome = take(visit::OUTCOME).and_then(|v| v.as_text().map(str::to_owned)).unwrap_or_default();
    let at = take(visit::AT).and_then(|v| v.as_int()).map(Timestamp);
    let basis = Basis::blank(door);
    Command::RecordVisit(RecordVisit { record, door, basis, outcome, at, edits, ..RecordVisit::default() })
}
