//! Commands: what a person wants, decided against what is known, into writes or a refusal.
//!
//! Owns one file a use case: its input, its decision, its tests. Refuses to know clocks, ids and storage: all come in.
//! Invariant: a command that changes something which stood on a screen carries the `Basis` of that screen, and a
//! decision is a function of what it is given.

mod accept_handover;
mod add_building;
mod add_dwelling;
mod add_household;
mod add_household_link;
mod add_place;
mod add_resident;
mod add_village_household;
mod add_visit_plan;
mod allowed;
mod attach_code;
mod back_check;
pub mod canvass;
pub mod charge;
mod check_facility;
mod confirm_unchanged;
mod correct;
mod decide;
mod delete_record;
mod do_work;
mod edit_record;
mod edits;
mod end_visit_plan;
pub mod inspect;
mod link_same;
mod merge_households;
mod move_record;
mod move_resident;
mod not_same;
mod open_post;
mod opened;
pub mod patrol;
mod propose_work;
mod record_visit;
mod report_case;
mod restore_record;
mod review_record;
mod sensitive;
mod set_walk;
mod split_household;
pub mod survey;
mod take_step;
#[cfg(test)]
pub(crate) mod tests;
mod undo;
mod unlink_same;
mod warned;

pub use accept_handover::AcceptHandover;
pub use add_building::AddBuilding;
pub use add_dwelling::AddDwelling;
pub use add_household::{AddHousehold, NewResident};
pub use add_household_link::AddHouseholdLink;
pub use add_place::AddPlace;
pub use add_resident::AddResident;
pub use add_village_household::AddVillageHousehold;
pub use add_visit_plan::AddVisitPlan;
pub use allowed::{Action, AnswerAsked, allowed_actions, fields_at_odds};
pub use attach_code::AttachCode;
pub use back_check::{DrawSample, RecordBackCheck};
pub use canvass::Canvass;
pub use charge::Charge;
pub use check_facility::CheckFacility;
pub use confirm_unchanged::ConfirmUnchanged;
pub use correct::{Correct, again};
pub use decide::Decide;
pub use delete_record::DeleteRecord;
pub use do_work::DoWork;
pub use edit_record::EditRecord;
pub use edits::Edits;
pub use end_visit_plan::EndVisitPlan;
pub use inspect::Inspect;
pub use link_same::LinkSame;
pub use merge_households::MergeHouseholds;
pub use move_record::{MoveRecord, Target};
pub use move_resident::{MoveIn, MoveOut};
pub use not_same::NotSame;
pub use open_post::OpenPost;
pub use opened::home_unit;
pub use patrol::Patrol;
pub use propose_work::ProposeWork;
pub use record_visit::{Filled, Raised, RecordVisit};
pub use report_case::ReportCase;
pub use restore_record::RestoreRecord;
pub(crate) use restore_record::word as restoring_word;
pub use review_record::{ReviewRecord, Verdict};
pub use sensitive::{may_be_sensitive, sensitive_in, sensitive_of};
pub use set_walk::SetWalk;
pub use split_household::SplitHousehold;
pub use survey::Survey;
pub use take_step::TakeStep;
pub use undo::{Remedy, Undo};
pub use unlink_same::UnlinkSame;
pub use warned::FieldWarning;

use opened::{Blank, Opened, parent_unit, says_same};

use crate::basis::Basis;
use crate::id::{AccountId, RecordId, UnitId};
use crate::power::Powers;
use crate::rejection::Rejection;
use crate::role::Roles;
use crate::time::Timestamp;
use crate::view::Held;
use crate::wish::Wish;

/// Who wants it, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub account: AccountId,
    /// The roles that it has by the grants last heard of.
    pub roles: Roles,
    /// The powers of the departments where it is a handler.
    pub powers: Powers,
    /// The phone's time.
    pub now: Timestamp,
}

impl Actor {
    /// The day that it is in China, days since 1970-01-01.
    pub const fn today(&self) -> i64 {
        self.now.china_day()
    }
}

/// What is to be written to one record: one change.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// The record.
    pub record: RecordId,
    /// Its kind, by name; that of a later version is kept as it is.
    pub kind: String,
    /// The unit whose business it is, as far as known here.
    pub unit: UnitId,
    /// What stood on the screen.
    pub basis: Basis,
    /// What is wanted.
    pub wishes: Vec<Wish>,
    /// The save that it corrects.
    pub instead_of: Option<u64>,
}

/// What a command comes to: the writes, to be saved together. Never empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The write that the command is about.
    pub first: Write,
    /// Writes to further records: the other side of a link, the residents of a new household.
    pub more: Vec<Write>,
}

impl Decision {
    /// All writes, in the order in which they are saved.
    pub fn writes(&self) -> impl Iterator<Item = &Write> {
        std::iter::once(&self.first).chain(&self.more)
    }

    /// All writes by value, in the order in which they are saved.
    pub fn into_writes(self) -> impl Iterator<Item = Write> {
        std::iter::once(self.first).chain(self.more)
    }

    fn of(mut writes: Vec<Write>) -> Result<Self, Rejection> {
        if writes.is_empty() {
            return Err(Rejection::NothingToDo);
        }
        let more = writes.split_off(1);
        writes.pop().map(|first| Self { first, more }).ok_or(Rejection::NothingToDo)
    }
}

impl From<Write> for Decision {
    fn from(first: Write) -> Self {
        Self { first, more: Vec::new() }
    }
}

/// Everything that a person can want of the register, the cases and the visits.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// A building in a unit.
    AddBuilding(AddBuilding),
    /// A dwelling in a building.
    AddDwelling(AddDwelling),
    /// A household in a dwelling, with its residents.
    AddHousehold(AddHousehold),
    /// A household link in a unit.
    AddHouseholdLink(AddHouseholdLink),
    /// A post below a unit.
    OpenPost(OpenPost),
    /// A resident in a household.
    AddResident(AddResident),
    /// Something at a place: an estate, an address, premises, an organisation, a facility.
    AddPlace(AddPlace),
    /// A household of a village with its house.
    AddVillageHousehold(AddVillageHousehold),
    /// An item of the work list that somebody puts forward.
    ProposeWork(ProposeWork),
    /// An item of the work list that was done at a place.
    DoWork(DoWork),
    /// A visit plan below a household, a door or premises.
    AddVisitPlan(AddVisitPlan),
    /// The end of a visit plan.
    EndVisitPlan(EndVisitPlan),
    /// Everything is as it is written.
    ConfirmUnchanged(ConfirmUnchanged),
    /// The code on a door plate.
    AttachCode(AttachCode),
    /// A look at a facility.
    CheckFacility(CheckFacility),
    /// A resident who moves into a household.
    MoveIn(MoveIn),
    /// A resident who moves away.
    MoveOut(MoveOut),
    /// A household out of another.
    SplitHousehold(SplitHousehold),
    /// A household that becomes part of another.
    MergeHouseholds(MergeHouseholds),
    /// A place in the walking order.
    SetWalk(SetWalk),
    /// Fields and sets of a record.
    EditRecord(EditRecord),
    /// A visit that was paid.
    RecordVisit(RecordVisit),
    /// A case at a place.
    ReportCase(ReportCase),
    /// A step of a workflow.
    TakeStep(TakeStep),
    /// The end of a disagreement.
    Decide(Decide),
    /// Another home for a record.
    MoveRecord(MoveRecord),
    /// The end of a record.
    DeleteRecord(DeleteRecord),
    /// A deleted record that is to live again.
    RestoreRecord(RestoreRecord),
    /// Two records that are one thing.
    LinkSame(LinkSame),
    /// Two records that look alike and are not one thing.
    NotSame(NotSame),
    /// Two records that are not one thing after all.
    UnlinkSame(UnlinkSame),
    /// What a reviewer says of a record.
    ReviewRecord(ReviewRecord),
    /// Campaigns and what comes of them.
    Canvass(Canvass),
    /// Tasks, and what comes back.
    Charge(Charge),
    /// Inspections by templates, and rounds of re-checks.
    Inspect(Box<Inspect>),
    /// Patrols on duty.
    Patrol(Patrol),
    /// Forms and submissions.
    Survey(Box<Survey>),
    /// A draw of records to look at again.
    DrawSample(DrawSample),
    /// A record that was looked at again.
    RecordBackCheck(RecordBackCheck),
    /// A handover, taken on.
    AcceptHandover(AcceptHandover),
    /// What a former command did, put right.
    Undo(Undo),
    /// The same again, right this time.
    Correct(Correct),
}

impl Command {
    /// Its name, for logs and shells.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AddBuilding(_) => "add_building",
            Self::AddDwelling(_) => "add_dwelling",
            Self::AddHousehold(_) => "add_household",
            Self::AddHouseholdLink(_) => "add_household_link",
            Self::OpenPost(_) => "open_post",
            Self::AddResident(_) => "add_resident",
            Self::AddPlace(_) => "add_place",
            Self::AddVillageHousehold(_) => "add_village_household",
            Self::ProposeWork(_) => "propose_work",
            Self::DoWork(_) => "do_work",
            Self::AddVisitPlan(_) => "add_visit_plan",
            Self::EndVisitPlan(_) => "end_visit_plan",
            Self::ConfirmUnchanged(_) => "confirm_unchanged",
            Self::AttachCode(_) => "attach_code",
            Self::CheckFacility(_) => "check_facility",
            Self::MoveIn(_) => "move_in",
            Self::MoveOut(_) => "move_out",
            Self::SplitHousehold(_) => "split_household",
            Self::MergeHouseholds(_) => "merge_households",
            Self::SetWalk(_) => "set_walk",
            Self::EditRecord(_) => "edit_record",
            Self::RecordVisit(_) => "record_visit",
            Self::ReportCase(_) => "report_case",
            Self::TakeStep(_) => "take_step",
            Self::Decide(_) => "decide",
            Self::MoveRecord(_) => "move_record",
            Self::DeleteRecord(_) => "delete_record",
            Self::RestoreRecord(_) => "restore_record",
            Self::LinkSame(_) => "link_same",
            Self::NotSame(_) => "not_same",
            Self::UnlinkSame(_) => "unlink_same",
            Self::ReviewRecord(_) => "review_record",
            Self::Canvass(c) => c.name(),
            Self::Charge(c) => c.name(),
            Self::Inspect(c) => c.name(),
            Self::Patrol(c) => c.name(),
            Self::Survey(c) => c.name(),
            Self::DrawSample(_) => "draw_sample",
            Self::RecordBackCheck(_) => "record_back_check",
            Self::AcceptHandover(_) => "accept_handover",
            Self::Undo(_) => "undo",
            Self::Correct(_) => "correct",
        }
    }

    /// The records that a decision looks at: their states, those above them by `parent` and their same-as groups are
    /// what `decide` has to be given, as far as they are held.
    pub fn looks_at(&self) -> Vec<RecordId> {
        match self {
            Self::AddBuilding(c) => vec![c.record],
            Self::AddHouseholdLink(c) => vec![c.record],
            Self::OpenPost(c) => vec![c.record],
            Self::AddDwelling(c) => vec![c.record, c.building],
            Self::AddHousehold(c) => {
                [c.record, c.dwelling].into_iter().chain(c.residents.iter().map(|r| r.record)).collect()
            }
            Self::AddResident(c) => vec![c.record, c.household],
            Self::AddPlace(c) => [c.record].into_iter().chain(c.parent).collect(),
            Self::AddVillageHousehold(c) => {
                [c.record, c.house].into_iter().chain(c.residents.iter().map(|r| r.record)).collect()
            }
            Self::ProposeWork(c) => vec![c.record],
            Self::DoWork(c) => vec![c.record, c.item, c.basis.record],
            Self::AddVisitPlan(c) => [c.record, c.door].into_iter().chain(c.case).collect(),
            Self::EndVisitPlan(c) => vec![c.record],
            Self::ConfirmUnchanged(c) => one_and(c.record, &c.members),
            Self::AttachCode(c) => [c.record, c.at].into_iter().chain(c.address.iter().map(|b| b.record)).collect(),
            Self::CheckFacility(c) => vec![c.record],
            Self::MoveIn(c) => one_and(c.record, &c.also).into_iter().chain([c.household]).collect(),
            Self::MoveOut(c) => one_and(c.record, &c.also),
            Self::SplitHousehold(c) => [c.record, c.basis.record]
                .into_iter()
                .chain(c.dwelling)
                .chain(c.residents.iter().map(|b| b.record))
                .collect(),
            Self::MergeHouseholds(c) => {
                let also = c.also.iter().chain(&c.residents).map(|b| b.record);
                [c.basis.record, c.into.record].into_iter().chain(also).collect()
            }
            Self::SetWalk(c) => std::iter::once(&c.first).chain(&c.more).map(|(basis, _)| basis.record).collect(),
            Self::EditRecord(c) => one_and(c.record, &c.also),
            Self::RecordVisit(c) => [c.record, c.door]
                .into_iter()
                .chain(c.met())
                .chain(c.raised.iter().map(|r| r.record))
                .chain(c.confirms.iter().chain(&c.plans).map(|b| b.record))
                .collect(),
            Self::ReportCase(c) => [c.record].into_iter().chain(c.parent).collect(),
            Self::TakeStep(c) => vec![c.record],
            Self::Decide(c) => one_and(c.record, &c.also),
            Self::MoveRecord(c) => match c.to {
                Target::Unit(_) => one_and(c.record, &c.also),
                Target::Parent(parent) => one_and(c.record, &c.also).into_iter().chain([parent]).collect(),
            },
            Self::DeleteRecord(c) => one_and(c.record, &c.also),
            Self::RestoreRecord(c) => vec![c.record],
            Self::LinkSame(c) => vec![c.basis.record, c.other.record],
            Self::NotSame(c) => vec![c.basis.record, c.other.record],
            Self::UnlinkSame(c) => vec![c.record, c.other],
            Self::ReviewRecord(c) => [c.record].into_iter().chain(one_and(c.basis.record, &c.also)).collect(),
            Self::Canvass(c) => c.looks_at(),
            Self::Charge(c) => c.looks_at(),
            Self::Inspect(c) => c.looks_at(),
            Self::Patrol(c) => c.looks_at(),
            Self::Survey(c) => c.looks_at(),
            Self::DrawSample(c) => vec![c.record],
            Self::RecordBackCheck(c) => vec![c.record, c.basis.record],
            Self::AcceptHandover(c) => one_and(c.record, &c.cases),
            Self::Undo(c) => c.looks_at(),
            Self::Correct(c) => c.with.looks_at(),
        }
    }

    /// Decides. `held` are predicted states: confirmed ones with the phone's own changes folded in.
    pub fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        match self {
            Self::AddBuilding(c) => c.decide(held, actor),
            Self::AddHouseholdLink(c) => c.decide(held, actor),
            Self::OpenPost(c) => c.decide(held, actor),
            Self::AddDwelling(c) => c.decide(held, actor),
            Self::AddHousehold(c) => c.decide(held, actor),
            Self::AddResident(c) => c.decide(held, actor),
            Self::AddPlace(c) => c.decide(held, actor),
            Self::AddVillageHousehold(c) => c.decide(held, actor),
            Self::ProposeWork(c) => c.decide(held, actor),
            Self::DoWork(c) => c.decide(held, actor),
            Self::AddVisitPlan(c) => c.decide(held, actor),
            Self::EndVisitPlan(c) => c.decide(held, actor),
            Self::ConfirmUnchanged(c) => c.decide(held, actor),
            Self::AttachCode(c) => c.decide(held, actor),
            Self::CheckFacility(c) => c.decide(held, actor),
            Self::MoveIn(c) => c.decide(held, actor),
            Self::MoveOut(c) => c.decide(held, actor),
            Self::SplitHousehold(c) => c.decide(held, actor),
            Self::MergeHouseholds(c) => c.decide(held, actor),
            Self::SetWalk(c) => c.decide(held, actor),
            Self::EditRecord(c) => c.decide(held, actor),
            Self::RecordVisit(c) => c.decide(held, actor),
            Self::ReportCase(c) => c.decide(held, actor),
            Self::TakeStep(c) => c.decide(held, actor),
            Self::Decide(c) => c.decide(held, actor),
            Self::MoveRecord(c) => c.decide(held, actor),
            Self::DeleteRecord(c) => c.decide(held, actor),
            Self::RestoreRecord(c) => c.decide(held, actor),
            Self::LinkSame(c) => c.decide(held, actor),
            Self::NotSame(c) => c.decide(held, actor),
            Self::UnlinkSame(c) => c.decide(held, actor),
            Self::ReviewRecord(c) => c.decide(held, actor),
            Self::Canvass(c) => c.decide(held, actor),
            Self::Charge(c) => c.decide(held, actor),
            Self::Inspect(c) => c.decide(held, actor),
            Self::Patrol(c) => c.decide(held, actor),
            Self::Survey(c) => c.decide(held, actor),
            Self::DrawSample(c) => c.decide(held, actor),
            Self::RecordBackCheck(c) => c.decide(held, actor),
            Self::AcceptHandover(c) => c.decide(held, actor),
            Self::Undo(c) => c.decide(held, actor),
            Self::Correct(c) => c.decide(held, actor),
        }
    }
}

fn one_and(record: RecordId, also: &[Basis]) -> Vec<RecordId> {
    std::iter::once(record).chain(also.iter().map(|b| b.record)).collect()
}
