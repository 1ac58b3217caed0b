//! Undo: put right what a former command did, by changes that can be undone themselves.
//!
//! What stands in the way is refused with its code, or left as it is where somebody says to go on with the rest.

use super::{Actor, Command, Decision};
use crate::id::RecordId;
use crate::kind::PARENT;
use crate::op::Op;
use crate::rejection::Rejection;
use crate::undo::{Compensation, Done, compensate};
use crate::view::Held;

/// What a former command did, put right.
#[derive(Debug, Clone, PartialEq)]
pub struct Undo {
    /// The saves of that command, all of them.
    pub done: Vec<Done>,
    /// Why, where a step asks for it.
    pub reason: Option<String>,
    /// Whether to go on with the rest where something stands in the way.
    pub go_on: bool,
}

impl Undo {
    /// The command that is undone: its first save.
    pub fn command(&self) -> Option<u64> {
        self.done.iter().map(|d| d.save).min()
    }

    /// What it comes to, and what stands in its way.
    pub fn compensation(&self, held: &impl Held, actor: &Actor) -> Compensation {
        compensate(&self.done, self.reason.as_deref(), held, actor)
    }

    /// The records that a decision looks at.
    pub fn looks_at(&self) -> Vec<RecordId> {
        let mut records: Vec<RecordId> = self.done.iter().map(|d| d.change.record).collect();
        // What goes back below another record has to know it.
        for done in &self.done {
            records.extend(done.former.field(None, PARENT).iter().flatten().filter_map(crate::value::Value::as_id));
            records.extend(done.change.ops.iter().filter_map(|op| match op {
                Op::Link { other } => Some(*other),
                _ => None,
            }));
        }
        records.sort_unstable();
        records.dedup();
        records
    }

    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let found = self.compensation(held, actor);
        match found.hindrances.first() {
            Some(hindrance) if !self.go_on || found.writes.is_empty() => {
                Err(Rejection::UndoHindered { why: hindrance.code })
            }
            _ if found.writes.is_empty() => Err(Rejection::NothingToUndo),
            _ => Decision::of(found.writes),
        }
    }
}

/// How a command is put right: what a person is told before they undo it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// What it made goes again, and can be restored.
    TakesAway,
    /// What it wrote goes back to what stood there.
    PutsBack,
    /// Both: records that it made go, fields that it wrote go back.
    TakesAwayAndPutsBack,
    /// What it deleted comes back.
    Restores,
    /// A disagreement is open again.
    Reopens,
    /// The two records are as they were: linked, or not.
    Relinks,
    /// A step leads back, where there is one.
    StepsBack,
    /// What it said is withdrawn.
    Withdraws,
    /// What it put right is done again.
    DoesAgain,
}

impl Remedy {
    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TakesAway => "takes_away",
            Self::PutsBack => "puts_back",
            Self::TakesAwayAndPutsBack => "takes_away_and_puts_back",
            Self::Restores => "restores",
            Self::Reopens => "reopens",
            Self::Relinks => "relinks",
            Self::StepsBack => "steps_back",
            Self::Withdraws => "withdraws",
            Self::DoesAgain => "does_again",
        }
    }
}

impl Command {
    /// How it is put right. A command that is not named here does not compile.
    pub fn remedy(&self) -> Remedy {
        match self {
            Self::AddBuilding(_)
            | Self::AddDwelling(_)
            | Self::AddHousehold(_)
            | Self::AddHouseholdLink(_)
            | Self::OpenPost(_)
            | Self::AddResident(_)
            | Self::AddPlace(_)
            | Self::AddVillageHousehold(_)
            | Self::AddVisitPlan(_)
            | Self::ProposeWork(_)
            | Self::DrawSample(_)
            | Self::RecordBackCheck(_)
            | Self::ReportCase(_) => Remedy::TakesAway,
            Self::AttachCode(c) if c.address.is_none() => Remedy::TakesAway,
            Self::RecordVisit(_) | Self::DoWork(_) | Self::SplitHousehold(_) => Remedy::TakesAwayAndPutsBack,
            Self::ConfirmUnchanged(_)
            | Self::AttachCode(_)
            | Self::CheckFacility(_)
            | Self::MoveIn(_)
            | Self::MoveOut(_)
            | Self::MergeHouseholds(_)
            | Self::SetWalk(_)
            | Self::EditRecord(_)
            | Self::EndVisitPlan(_)
            | Self::MoveRecord(_) => Remedy::PutsBack,
            Self::DeleteRecord(_) => Remedy::Restores,
            Self::Decide(_) => Remedy::Reopens,
            Self::LinkSame(_) | Self::UnlinkSame(_) | Self::NotSame(_) => Remedy::Relinks,
            Self::TakeStep(_) | Self::AcceptHandover(_) => Remedy::StepsBack,
            Self::ReviewRecord(_) => Remedy::Withdraws,
            Self::Canvass(c) => c.remedy(),
            Self::Charge(c) => c.remedy(),
            Self::Inspect(c) => c.remedy(),
            Self::Patrol(c) => c.remedy(),
            Self::Survey(c) => c.remedy(),
            Self::Undo(_) | Self::RestoreRecord(_) => Remedy::DoesAgain,
            Self::Correct(c) => c.with.remedy(),
        }
    }
}
