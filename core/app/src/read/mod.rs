//! Read models: one a screen, drawable, with what may be done and the basis of an edit.
//!
//! Owns their shapes and how they are filled from the store. Refuses to write, to know words and to lay out. Invariant:
//! each read model for editing returns the `Basis` of exactly what it shows.

pub mod activity;
pub mod appraisal;
pub mod attention;
pub mod call;
pub mod call_backs;
pub mod campaign;
pub mod candidates;
pub mod card;
pub mod case;
pub mod case_board;
pub mod case_class;
pub mod case_clock;
pub mod case_list;
mod case_posts;
pub mod course;
pub mod coverage;
pub mod deleted;
pub mod disagreements;
pub mod door_matrix;
pub mod drafts;
pub mod duplicates;
pub mod field_line;
pub mod form;
pub mod grid_summary;
pub mod handover;
pub mod history;
pub mod household_card;
pub mod inspection;
pub mod ledger;
pub mod links_due;
pub mod list;
pub mod my_day;
pub mod named;
pub mod notice;
pub mod objection;
pub mod odd_place;
pub mod outbox;
pub mod overtaken;
pub mod patrol;
pub mod picture;
pub mod place_card;
pub mod review;
pub mod row_line;
mod rows;
pub mod same_matter;
pub mod sampling;
pub mod scan;
pub mod search;
mod siblings;
pub mod sync_status;
pub mod task;
pub mod triage;
pub mod undo;
pub mod village_group;
pub mod visit;
pub mod visit_form;
pub mod visits_due;
pub mod withheld;
pub mod work;

pub use activity::{ActivityView, OwnHours};
pub use appraisal::{GroupNumbers, NumberRows, NumbersView};
pub use attention::AttentionView;
pub use call::{CallView, PostLine, UnitPosts};
pub use call_backs::CallBack;
pub use campaign::{CampaignLine, LedgerView, NeedLine};
pub use candidates::Candidate;
pub use card::Card;
pub use case::CaseView;
pub use case_board::{BoardLine, CallLine, HoldLine};
pub use case_class::{ClassView, ProposalView};
pub use case_clock::ClockLine;
pub use case_list::CaseListView;
pub use course::{TrainingLine, UntrainedLine};
pub use coverage::{AttemptLine, CoverageView, Listing, TargetLine};
pub use deleted::DeletedLine;
pub use disagreements::{DisagreementLine, DisagreementView, Side};
pub use door_matrix::DoorMatrix;
pub use drafts::DraftLine;
pub use duplicates::DuplicateLine;
pub use field_line::FieldLine;
pub use form::{FormLine, SubmissionLine, VersionLine};
pub use grid_summary::GridSummary;
pub use handover::{HandoverView, LeftHere};
pub use history::HistoryView;
pub use household_card::HouseholdCard;
pub use inspection::{InspectionCount, InspectionLine, InspectionView, InspectionsAsked, ItemLine};
pub use ledger::{CaseLedger, LedgerAsked, LedgerLine};
pub use links_due::LinkDue;
pub use my_day::MyDay;
pub use named::Named;
pub use notice::{NoticeLine, NoticeView};
pub use objection::ObjectionLine;
pub use outbox::OutboxLine;
pub use overtaken::OvertakenView;
pub use patrol::{PatrolView, TrackView};
pub use picture::PictureLine;
pub use place_card::PlaceCard;
pub use review::{QueueFilter, QueueLine, ReturnedLine, ReviewView};
pub use row_line::RowLine;
pub use same_matter::{AgainLine, AlikeCases, NearCase};
pub use sampling::{CheckLine, DrawnLine, FieldCompared, MakerSum, SampleView};
pub use scan::{Scanned, ScannedLine};
pub use search::SearchView;
pub use sync_status::SyncStatus;
pub use task::{TaskLine, TaskUnit, TaskView};
pub use triage::{TriageLine, TriageView};
pub use undo::{UndoLine, UndoPart};
pub use village_group::{VillageGroup, WalkLine};
pub use visit::{VisitLine, VisitView};
pub use visit_form::VisitForm;
pub use visits_due::{DueLine, PlanLine, VisitsDue};
pub use withheld::UsesOver;

use gridwalk_model::command::Actor;
use gridwalk_model::view::{GroupView, Held};
use gridwalk_model::{RecordId, State, UnitId};
pub use gridwalk_store::StoreError;
use gridwalk_store::{Predicted, Store};
use std::collections::BTreeMap;

/// Reads screens for one person at one moment.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// What the phone holds.
    pub store: &'a Store,
    /// Who looks, and when.
    pub actor: Actor,
}

/// The states behind one screen: predicted, as far as held.
#[derive(Debug, Default)]
pub struct Loaded {
    states: BTreeMap<RecordId, Predicted>,
}

impl Loaded {
    /// What is known of a record beside its state.
    pub fn predicted(&self, record: RecordId) -> Option<&Predicted> {
        self.states.get(&record)
    }

    /// Whether the record was read and stands here.
    pub fn has(&self, record: RecordId) -> bool {
        self.states.contains_key(&record)
    }
}

impl Loaded {
    /// Whether the record was here and is deleted.
    pub fn is_gone(&self, record: RecordId) -> bool {
        self.state(record).is_some_and(State::is_deleted)
    }
}

impl Held for Loaded {
    fn state(&self, record: RecordId) -> Option<&State> {
        self.states.get(&record).map(|p| &p.state)
    }

    fn linking_to(&self, record: RecordId) -> Vec<RecordId> {
        let linking = self.states.values().filter(|p| p.state.links().contains(&record));
        linking.map(|p| p.state.record).collect()
    }
}

impl Reader<'_> {
    /// Reads records with the members of their same-as groups and those above them: what screens show and what
    /// commands are decided over.
    pub fn load(&self, records: impl IntoIterator<Item = RecordId>) -> Result<Loaded, StoreError> {
        let mut loaded = Loaded::default();
        let mut queue: Vec<(RecordId, usize)> = records.into_iter().map(|r| (r, 0)).collect();
        while let Some((record, height)) = queue.pop() {
            if loaded.has(record) || height > gridwalk_model::limits::PARENTS_DEPTH_MAX {
                continue;
            }
            let predicted = self.store.predicted(record, self.actor.now)?;
            if predicted.state.kinds.is_empty() {
                continue;
            }
            queue.extend(self.store.members(record)?.into_iter().map(|member| (member, height)));
            let above = predicted.state.head_ids(gridwalk_model::kind::PARENT);
            queue.extend(above.into_iter().map(|parent| (parent, height + 1)));
            loaded.states.insert(record, predicted);
        }
        Ok(loaded)
    }

    /// The name of a unit, as far as its record is here.
    pub fn unit_name(&self, unit: UnitId) -> Result<Option<String>, StoreError> {
        Ok(self.store.row(unit.record())?.map(|row| row.title))
    }
}

/// The view of a record among what was loaded; of a deleted one too, so that its card can say so.
fn shown(loaded: &Loaded, record: RecordId) -> Option<GroupView<'_>> {
    gridwalk_model::view::view_of(loaded, record).or_else(|| loaded.state(record).map(GroupView::alone))
}
