//! Record kinds: the field table, home and workflow of each.
//!
//! Owns what a kind's fields are, who reads and writes them, where its records are at home, and the steps of its
//! workflow. Refuses to take part in folding: states of unknown kinds and fields fold all the same.
//! Invariant: names of kinds, fields and sets never change and are never used again for something else.

pub mod activity;
pub mod address;
pub mod addressed;
pub mod attempt;
pub mod attendance;
pub mod back_check;
pub mod boundary;
pub mod building;
pub mod campaign;
pub mod case;
pub mod case_clock;
pub mod case_file;
pub mod check_point;
pub mod check_round;
pub mod confirmation;
pub mod dwelling;
pub mod emergency_plan;
pub mod estate;
pub mod facility;
pub mod field;
pub mod field_use;
pub mod form;
pub mod handover;
pub mod home;
pub mod household;
pub mod household_link;
pub mod inspection;
pub mod inspection_item;
pub mod month_lock;
pub mod notice;
pub mod notice_receipt;
pub mod objection;
pub mod organisation;
pub mod passing;
pub mod patrol;
pub mod post;
pub mod premises;
pub mod resident;
pub mod review;
pub mod rule_table;
pub mod submission;
mod table;
pub mod target;
pub mod task;
pub mod task_feedback;
pub mod training;
pub mod training_done;
pub mod unit;
pub mod visit;
pub mod visit_plan;
pub mod work_done;
pub mod work_item;

use crate::role::{Role, Roles};
use crate::state::State;
use crate::step_table::{StepRow, StepTable};
use crate::view::Policy;
use crate::workflow::Workflow;
pub use confirmation::Confirmation;
pub use field::{CONFIRMED, DATE_DAYS, Field, NOT_SAME, Retention, SearchUse, Sensitivity, Shape};
pub use passing::Passing;
use std::fmt;

/// The field that holds a place's home unit.
pub const UNIT: &str = "unit";
/// The field that holds the record that this one is below.
pub const PARENT: &str = "parent";

/// A kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// 辖区 or 部门: a node of the organisation tree.
    Unit,
    /// 小区.
    Estate,
    /// 楼栋.
    Building,
    /// 房屋.
    Dwelling,
    /// 住户.
    Household,
    /// 居民.
    Resident,
    /// 地址.
    Address,
    /// 场所.
    Premises,
    /// 单位/组织.
    Organisation,
    /// 部件/设施.
    Facility,
    /// 事件.
    Case,
    /// 走访.
    Visit,
    /// 岗位: a place below a unit that somebody fills.
    Post,
    /// 边界: one edition of where a unit lies.
    Boundary,
    /// 联户: neighbouring households with one head.
    HouseholdLink,
    /// 审核: somebody looked at a record and approves it, or returns it.
    Review,
    /// 交接: somebody's work goes to somebody else.
    Handover,
    /// 复核抽样: a draw of records that are looked at again.
    CheckRound,
    /// 复核结果: what was found when a record was looked at again.
    BackCheck,
    /// 敏感信息启用: that a sensitive field is in use in a unit, and what for.
    FieldUse,
    /// 专项.
    Campaign,
    /// A place of a campaign's baseline list.
    Target,
    /// Somebody stood before a campaign's target.
    Attempt,
    /// 检查: somebody looks at a place by a template, or again at what failed.
    Inspection,
    /// 检查项: the answer to an item of an inspection.
    InspectionItem,
    /// 走访计划.
    VisitPlan,
    /// 巡查点位.
    CheckPoint,
    /// 巡查.
    Patrol,
    /// 工作事项: an item of the work list.
    WorkItem,
    /// 工作记录: that an item was done at a place.
    WorkDone,
    /// 预案: what is done when something happens.
    EmergencyPlan,
    /// 考核锁定: that the figures of a month do not change any more.
    MonthLock,
    /// 考核异议: that a row or a figure of a month is not right.
    Objection,
    /// 制度表: a dated table of holidays, office hours, case classes, dispatch rules or types of area.
    RuleTable,
    /// 交办任务.
    Task,
    /// 任务反馈: what a unit that owes a task says of it.
    TaskFeedback,
    /// 通知, for staff.
    Notice,
    /// 通知, for volunteers too.
    OpenNotice,
    /// 通知回执.
    NoticeReceipt,
    /// 岗前培训.
    Training,
    /// 培训记录: of one person.
    TrainingDone,
    /// 表单: what somebody asks, in all its versions.
    Form,
    /// A piece of the definition of a form's version.
    FormPiece,
    /// 填报: a form that somebody fills.
    Submission,
    /// 志愿活动.
    Activity,
    /// 活动参加记录: of one person.
    Attendance,
}

/// Where records of a kind are at home, and so who sees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// The record is a unit, and at home in itself.
    Itself,
    /// In the unit of its field `unit`.
    Unit,
    /// Where the record of its field `parent` is, which has one of these kinds.
    Parent(&'static [Kind]),
}

/// Whether those who work below a unit see its records of a kind: a county's campaign, a grid's posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReachesDown {
    /// No: they are seen by those who hold the unit or one above it.
    No,
    /// All of them.
    Always,
    /// Those that have a value in this field in one of its heads.
    When(&'static str),
}

impl ReachesDown {
    /// Whether a record that is in this state reaches down.
    pub fn is_so(self, state: &State) -> bool {
        match self {
            Self::No => false,
            Self::Always => true,
            Self::When(field) => state.fields.get(field).is_some_and(|f| f.heads.iter().any(|h| h.value.is_some())),
        }
    }
}

/// How a list of the kind is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// By these fields one after the other, numbers in them by size: 2 before 10.
    Natural(&'static [&'static str]),
    /// By pinyin of this field.
    Pinyin(&'static str),
    /// By this moment, the newest first; without one by the record's id, which bears its time.
    Newest(&'static str),
    /// By this reference, and those of one by this moment, the newest first.
    NewestIn(&'static str, &'static str),
    /// By the day on which it is due next, the soonest first; what is due no more stands last.
    Soonest,
}

/// All that a kind says about its records.
#[derive(Debug)]
pub struct KindTable {
    /// The kind.
    pub kind: Kind,
    /// Its fields, the reserved ones first.
    pub fields: &'static [Field],
    /// Its sets; the shape is that of an element.
    pub sets: &'static [Field],
    /// The steps of its workflow; none for most.
    pub steps: fn() -> &'static StepTable,
    /// Where its records are at home.
    pub home: Home,
    /// Who deletes records.
    pub delete: Roles,
    /// Whether its author sees a record wherever it is: reports and submissions only.
    pub author_sees: bool,
    /// Whether those who work below its unit see a record.
    pub reaches_down: ReachesDown,
    /// Whether a record is a place of its own, with a point that says where.
    pub place: bool,
    /// Fields that make the title: the first that has a value.
    pub title: &'static [&'static str],
    /// Fields that make the line below it: all that have a value.
    pub subtitle: &'static [&'static str],
    /// How lists are sorted.
    pub sort: SortBy,
}

impl Kind {
    /// All kinds, those above before those below.
    pub const ALL: [Self; 46] = [
        Self::Unit,
        Self::FieldUse,
        Self::RuleTable,
        Self::Form,
        Self::FormPiece,
        Self::MonthLock,
        Self::Post,
        Self::Boundary,
        Self::Estate,
        Self::Building,
        Self::Dwelling,
        Self::Household,
        Self::HouseholdLink,
        Self::Resident,
        Self::Address,
        Self::Premises,
        Self::Organisation,
        Self::Facility,
        Self::Case,
        Self::VisitPlan,
        Self::Visit,
        Self::WorkItem,
        Self::WorkDone,
        Self::Task,
        Self::TaskFeedback,
        Self::Notice,
        Self::OpenNotice,
        Self::NoticeReceipt,
        Self::Training,
        Self::TrainingDone,
        Self::Activity,
        Self::Attendance,
        Self::Review,
        Self::Handover,
        Self::CheckRound,
        Self::BackCheck,
        Self::Campaign,
        Self::Target,
        Self::Attempt,
        Self::Inspection,
        Self::InspectionItem,
        Self::CheckPoint,
        Self::Patrol,
        Self::EmergencyPlan,
        Self::Objection,
        Self::Submission,
    ];

    /// The kinds that a case may hang on.
    pub const PLACES: &[Self] = &[Self::Estate, Self::Building, Self::Dwelling, Self::Premises, Self::Facility];

    /// Its name in changes and states.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Estate => "estate",
            Self::Building => "building",
            Self::Dwelling => "dwelling",
            Self::Household => "household",
            Self::Resident => "resident",
            Self::Address => "address",
            Self::Premises => "premises",
            Self::Organisation => "organisation",
            Self::Facility => "facility",
            Self::Case => "case",
            Self::Visit => "visit",
            Self::Post => "post",
            Self::Boundary => "boundary",
            Self::HouseholdLink => "household_link",
            Self::Review => "review",
            Self::Handover => "handover",
            Self::CheckRound => "check_round",
            Self::BackCheck => "back_check",
            Self::FieldUse => "field_use",
            Self::Campaign => "campaign",
            Self::Target => "target",
            Self::Attempt => "attempt",
            Self::Inspection => "inspection",
            Self::InspectionItem => "inspection_item",
            Self::VisitPlan => "visit_plan",
            Self::CheckPoint => "check_point",
            Self::Patrol => "patrol",
            Self::WorkItem => "work_item",
            Self::WorkDone => "work_done",
            Self::RuleTable => "rule_table",
            Self::MonthLock => "month_lock",
            Self::Objection => "objection",
            Self::Task => "task",
            Self::TaskFeedback => "task_feedback",
            Self::EmergencyPlan => "emergency_plan",
            Self::Notice => "notice",
            Self::OpenNotice => "open_notice",
            Self::NoticeReceipt => "notice_receipt",
            Self::Training => "training",
            Self::TrainingDone => "training_done",
            Self::Activity => "activity",
            Self::Attendance => "attendance",
            Self::Form => "form",
            Self::FormPiece => "form_piece",
            Self::Submission => "submission",
        }
    }

    /// The kind of that name; `None` for kinds of a later version.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.name() == name)
    }

    /// Its table.
    pub const fn table(self) -> &'static KindTable {
        match self {
            Self::Unit => &unit::TABLE,
            Self::Estate => &estate::TABLE,
            Self::Building => &building::TABLE,
            Self::Dwelling => &dwelling::TABLE,
            Self::Household => &household::TABLE,
            Self::Resident => &resident::TABLE,
            Self::Address => &address::TABLE,
            Self::Premises => &premises::TABLE,
            Self::Organisation => &organisation::TABLE,
            Self::Facility => &facility::TABLE,
            Self::Case => &case::TABLE,
            Self::Visit => &visit::TABLE,
            Self::Post => &post::TABLE,
            Self::Boundary => &boundary::TABLE,
            Self::HouseholdLink => &household_link::TABLE,
            Self::Review => &review::TABLE,
            Self::Handover => &handover::TABLE,
            Self::CheckRound => &check_round::TABLE,
            Self::BackCheck => &back_check::TABLE,
            Self::FieldUse => &field_use::TABLE,
            Self::Campaign => &campaign::TABLE,
            Self::Target => &target::TABLE,
            Self::Attempt => &attempt::TABLE,
            Self::Inspection => &inspection::TABLE,
            Self::InspectionItem => &inspection_item::TABLE,
            Self::VisitPlan => &visit_plan::TABLE,
            Self::CheckPoint => &check_point::TABLE,
            Self::Patrol => &patrol::TABLE,
            Self::WorkItem => &work_item::TABLE,
            Self::WorkDone => &work_done::TABLE,
            Self::RuleTable => &rule_table::TABLE,
            Self::MonthLock => &month_lock::TABLE,
            Self::Objection => &objection::TABLE,
            Self::Task => &task::TABLE,
            Self::TaskFeedback => &task_feedback::TABLE,
            Self::EmergencyPlan => &emergency_plan::TABLE,
            Self::Notice => &notice::TABLE,
            Self::OpenNotice => &notice::OPEN_TABLE,
            Self::NoticeReceipt => &notice_receipt::TABLE,
            Self::Training => &training::TABLE,
            Self::TrainingDone => &training_done::TABLE,
            Self::Activity => &activity::TABLE,
            Self::Attendance => &attendance::TABLE,
            Self::Form => &form::TABLE,
            Self::FormPiece => &form::PIECE_TABLE,
            Self::Submission => &submission::TABLE,
        }
    }

    /// The steps of its workflow; no rows for kinds without one.
    pub fn steps(self) -> &'static StepTable {
        (self.table().steps)()
    }

    /// Its workflow, for admission and prediction.
    pub fn workflow(self) -> &'static Workflow {
        &self.steps().workflow
    }

    /// The steps that these roles may take in this status.
    pub fn allowed_steps(self, status: &str, roles: Roles) -> Vec<&'static StepRow> {
        self.steps().allowed(status, roles)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The workflow of a kind by name; an empty one for unknown kinds.
pub fn workflow_of(kind: &str) -> &'static Workflow {
    Kind::from_name(kind).map_or(&StepTable::none().workflow, Kind::workflow)
}

/// The policy of a field by names; review for what is unknown.
pub fn policy_of(kind: &str, field: &str) -> Policy {
    Kind::from_name(kind).and_then(|k| k.table().field(field)).map_or(Policy::Review, |f| f.policy)
}

/// Names of the kinds of which a role reads something; a guest has of what its author sees only their own, and it is not
/// among these.
pub fn read_by(role: Role) -> impl Iterator<Item = &'static str> {
    let reads =
        move |kind: &Kind| kind.table().readers().has(role) && !(kind.table().author_sees && Roles::GUESTS.has(role));
    Kind::ALL.into_iter().filter(reads).map(Kind::name)
}

#[cfg(test)]
mod tests;
