//! The command line: verbs, their arguments and their help.
//!
//! Owns what can be typed. Refuses to act. Invariant: every verb says in its help what it does, with an example.

mod activity_args;
mod arrival_args;
mod bundle_args;
mod canvass_args;
mod case_args;
mod case_steps;
mod class_args;
mod course_args;
mod edit_args;
mod form_args;
mod inspect_args;
mod kind_steps;
mod language;
mod ledger_args;
mod notice_args;
mod number_args;
mod objection_args;
mod patrol_args;
mod phone_args;
mod picture_args;
mod plan_args;
mod print_args;
mod record_args;
mod register_args;
mod review_args;
mod step_typed;
mod task_args;
mod unit_args;
mod visit_args;
mod waiting_args;
mod work_args;

pub use activity_args::{ActivityAdd, ActivityConfirm, ActivityVerb};
pub use arrival_args::{ArrivalVerb, Arrivals};
pub use bundle_args::{BundleVerb, Rescue, Way};
pub use canvass_args::{
    AddTarget, Attempt, Baseline, CampaignAdd, CampaignVerb, CanvassVerb, Close, Coverage, Gone, Needs, Targets,
};
pub use case_args::{BoardArgs, BoardName, CaseList, CaseVerb, Dispatch, NearArgs, Report, Shortcut, Triage, Verify};
pub use case_steps::{AnswerStep, WayStep};
pub use class_args::{ClassDue, ClassList, ClassVerb, ClassWhich};
pub use course_args::{CourseAdd, CourseCheckOff, CourseStrike, CourseVerb};
pub use edit_args::Edits;
pub use form_args::{FormFile, FormRun, FormVerb};
pub use inspect_args::{InspectAnswer, InspectBegin, InspectFinish, InspectList, InspectVerb};
pub use kind_steps::KindStep;
pub use language::Language;
pub use ledger_args::LedgerArgs;
pub use notice_args::{NoticeGive, NoticeVerb};
pub use number_args::{EXAMPLES as NUMBERS_EXAMPLES, Numbers, NumbersBy, VolumesBy};
pub use objection_args::{ObjectionRaise, ObjectionVerb};
pub use patrol_args::{OnePatrol, PatrolVerb};
pub use phone_args::{Enrol, Join, PinVerb, TrainingVerb, Wipe};
pub use picture_args::{PictureAdd, PictureOf, PictureOne, PictureSave, PictureVerb};
pub use plan_args::{PlanAdd, PlanDue, PlanEnd, PlanVerb};
pub use print_args::{PrintOf, PrintVerb};
pub use record_args::{Apart, Deleted, Move, Search, Sync, Undo};
pub use register_args::{
    Check, Confirm, Different, EveryVerb, FacilityVerb, History, HouseholdVerb, Merge, MoveIn, MoveOut, Place,
    PlaceVerb, ResidentVerb, Reveal, Scan, Split, Village,
};
pub use review_args::{
    Approve, Backcheck, Handover, HandoverVerb, Queue, Return, Returned, ReturnedCorrect, ReturnedVerb, ReviewVerb,
    SampleDraw, SampleVerb, Withdraw,
};
pub use step_typed::Typed;
pub use task_args::{TaskFeedback, TaskGive, TaskReturn, TaskVerb, TaskWithdraw};
pub use unit_args::{Call, Near, PostVerb, PostWhich, Posts, UnitArgs};
pub use visit_args::{Visit, VisitArgs, VisitVerb};
pub use waiting_args::{Attention, AttentionVerb, Correct, Decide, DraftVerb, Drafts};
pub use work_args::{WorkAdmit, WorkDone, WorkDue, WorkPropose, WorkReason, WorkTwice, WorkVerb};

use clap::{Args as ClapArgs, Parser, Subcommand};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  gridwalk --phone ./ann enrol http://127.0.0.1:8080 K7QF-2M9D
  gridwalk --phone ./ann sync
  gridwalk --phone ./ann search wxm               # 王小明, by pinyin initials
  gridwalk --phone ./ann household edit 王家      # opens the form: prints its basis
  gridwalk --phone ./ann household edit 王家 --set label=王宅 --basis BASIS
  gridwalk --phone ./ann case report 楼下堆放液化气罐 --at '3 幢' --set category=fire_gas_cylinder
  gridwalk --phone ./ann outbox --lang en

A record is named by its id or by what search finds: `household show 王家`, `resident show wxm`.
Two terminals with two folders are two phones: see docs/users/two-phones.md.

Exit codes:
  0  done
  2  the command line is wrong
  3  refused: a rule says no, and the sentence says which
  4  not found on this phone, or several fit
  5  this phone is not enrolled, is enrolled already, or was revoked
  6  no answer from the server, or it refused the whole request
  7  the phone's folder cannot be used: full, busy, damaged
  8  done, but something needs attention or is still waiting to be sent (sync)
  1  anything else";

/// A phone on the command line: works without a network, sends and receives with `sync`.
#[derive(Parser)]
#[command(name = "gridwalk", version, after_help = EXAMPLES, disable_help_subcommand = true)]
pub struct Args {
    /// The phone's folder; it is made by `enrol`
    #[arg(long, global = true, env = "GRIDWALK_PHONE", value_name = "DIR", default_value = "gridwalk-phone")]
    pub phone: PathBuf,
    /// Language of what is printed
    #[arg(long, global = true, value_enum, default_value = "zh", env = "GRIDWALK_LANG")]
    pub lang: Language,
    /// Print JSON: the read model, whole
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do.
#[derive(Subcommand)]
pub enum Verb {
    /// 登记本机: make this phone known to a server with a one-time code
    #[command(
        after_help = "Example:\n  gridwalk --phone ./ann enrol http://127.0.0.1:8080 K7QF-2M9D --name 'Ann 的手机'"
    )]
    Enrol(Enrol),
    /// 扫海报: report to a grid by its poster, with no network and nobody beside you
    #[command(
        after_help = "What you type is kept on this phone and sent with the first sync; nothing is filed before somebody looked at it.\n\nExample:\n  gridwalk --phone ./wang join 'gridwalkposter1|…' --name 王小明 --phone-number 13812345678 --agree\n  gridwalk --phone ./wang case report 井盖没了"
    )]
    Join(Join),
    /// 待核对: phones that wait for their six digits, and people who joined by a poster; for supervisors, with a network
    #[command(
        after_help = "Examples:\n  gridwalk arrivals\n  gridwalk arrivals confirm 张三 '042 917'\n  gridwalk arrivals accept 王小明\n  gridwalk arrivals refuse 王小明 --reason 号码有误"
    )]
    Arrivals(Arrivals),
    /// Who this phone belongs to, and where they work
    #[command(after_help = "Example:\n  gridwalk whoami")]
    Whoami,
    /// PIN: set or change, reset a forgotten one, how the lock and the offline lease stand
    #[command(subcommand)]
    Pin(PinVerb),
    /// 清除本机: forgets the keys, then removes the database
    #[command(
        after_help = "What no receipt of the server names would be lost: then nothing is wiped, and it is said what to do first.\n\nExamples:\n  gridwalk sync && gridwalk wipe --yes\n  gridwalk bundle make unsent.gwb && gridwalk wipe --yes --even-unsent"
    )]
    Wipe(Wipe),
    /// 练习: a made-up street to try everything in; nothing of it is ever sent
    #[command(subcommand)]
    Training(TrainingVerb),
    /// 表单: check a form that somebody wrote in a spreadsheet (XLSForm), and convert it; nobody has to be enrolled for it
    #[command(subcommand)]
    Form(FormVerb),
    /// 我的一天: what waits, which cases have a step open for me, visits of today
    #[command(after_help = "Example:\n  gridwalk day")]
    Day,
    /// 小区: add, edit, show with its buildings, list
    #[command(subcommand)]
    Estate(PlaceVerb),
    /// 地址: add, edit, confirm, list
    #[command(subcommand)]
    Address(PlaceVerb),
    /// 单位/组织: add, edit, show, list
    #[command(subcommand)]
    Organisation(PlaceVerb),
    /// 场所: add, edit, show, list
    #[command(subcommand)]
    Premises(PlaceVerb),
    /// 部件/设施: add, check, show, list
    #[command(subcommand)]
    Facility(FacilityVerb),
    /// 楼栋: add, edit, show, list, doors
    #[command(subcommand)]
    Building(PlaceVerb),
    /// 房屋: add, edit, show, list
    #[command(subcommand)]
    Dwelling(PlaceVerb),
    /// 住户: add, edit, show, list, split, merge, walking order
    #[command(subcommand)]
    Household(HouseholdVerb),
    /// 居民: add, edit, show, list, move in, move out
    #[command(subcommand)]
    Resident(ResidentVerb),
    /// 事件: report, show, list, edit, and every step of the workflow
    #[command(subcommand)]
    Case(CaseVerb),
    /// 事件分类: filing condition, time limit, closing condition, responsible unit; whom rules propose; when it is due
    #[command(subcommand)]
    Class(ClassVerb),
    /// 照片: attach to a place, a case or a visit; list, save, take away
    #[command(subcommand)]
    Picture(PictureVerb),
    /// 走访: somebody knocked, and this came of it; begin, list, show, and where to come again
    #[command(
        after_help = "Outcomes: seen, no_change, family_met, neighbour_met, nobody_home, no_answer, call_back, no_access, closed, refused, moved_away, vacant\n\nExamples:\n  gridwalk visit 王家 nobody_home --note 晚上再来\n  gridwalk visit 王家 seen --met 王小明 --heard 楼道灯坏了半个月 --found 违规存放液化气罐=楼下十个钢瓶\n  gridwalk visit 402 no_change               # confirms the door and all who live behind it\n  gridwalk visit 王家 seen --note 老人独自在家 --keep   # half filled: a draft\n  gridwalk visit 王家 seen --note 已联系女儿 --draft DRAFT\n  gridwalk visit again"
    )]
    Visit(Box<VisitArgs>),
    /// 专项: add, list, show, baseline, coverage, ledger, close
    #[command(subcommand)]
    Campaign(CampaignVerb),
    /// 摸排: the places of a campaign's list, and what comes of standing before each
    #[command(subcommand)]
    Canvass(CanvassVerb),
    /// 检查: look at a place by a template, item by item; what failed is a hazard with its re-check; three rounds
    #[command(subcommand)]
    Inspect(InspectVerb),
    /// 走访计划: who is visited how often, what for and with whose consent; what is due
    #[command(subcommand)]
    Plan(PlanVerb),
    /// 工作清单: what is to be collected, done and visited; proposed, admitted by the county, due, done, asked twice
    #[command(subcommand)]
    Work(WorkVerb),
    /// 交办任务: from above to units; targets, due, feedback by grid, what is open and late
    #[command(subcommand)]
    Task(TaskVerb),
    /// 通知: for all who work below a unit; who has read it, and who has not
    #[command(subcommand)]
    Notice(NoticeVerb),
    /// 岗前培训: what is to be learned before the first case is taken, checked off by whoever leads
    #[command(subcommand)]
    Course(CourseVerb),
    /// 志愿活动: what volunteers come together for; hours are confirmed by the organiser, and are one's own
    #[command(subcommand)]
    Activity(ActivityVerb),
    /// 台账: hazards, held and called-up matters of a unit; entered, open, struck off (销号); or as a sheet to print
    #[command(
        after_help = "Examples:\n  gridwalk ledger --unit 光明社区\n  gridwalk ledger --month 2026-11 --struck\n  gridwalk ledger --unit 光明街道 --open --out ledger.html"
    )]
    Ledger(LedgerArgs),
    /// 巡查: on duty, past check-points, off duty; your own track
    #[command(subcommand)]
    Patrol(PatrolVerb),
    /// 预案: what is done when something happens; on every phone before it is needed
    #[command(
        subcommand,
        after_help = "Example:\n  gridwalk emergency-plan add 台风防汛预案 --in 光明街道 --set 'measures=转移低洼处住户；封闭地下车库' --set gather_at=光明小学 --add categories=road_water"
    )]
    EmergencyPlan(PlaceVerb),
    /// 巡查点位: add, edit, show, list
    #[command(subcommand)]
    CheckPoint(PlaceVerb),
    /// Units that this phone knows, or one unit in numbers
    #[command(after_help = "Examples:\n  gridwalk unit\n  gridwalk unit 光明社区第一网格")]
    Unit(UnitArgs),
    /// 联系谁: posts of a grid and of what is above it, and departments' duty numbers; works without a network
    #[command(after_help = "Examples:\n  gridwalk call\n  gridwalk call 光明社区第一网格 --json")]
    Call(Call),
    /// 考核数评: the numbers of a month with their formulas, the rows behind one, volumes
    #[command(after_help = NUMBERS_EXAMPLES)]
    Numbers(Numbers),
    /// 考核异议: object to a row or a figure of a month, explain, decide
    #[command(subcommand)]
    Objection(ObjectionVerb),
    /// 岗位: posts of units, or only the empty ones
    #[command(after_help = "Examples:\n  gridwalk posts --empty\n  gridwalk posts --unit 光明社区 --json")]
    Posts(Posts),
    /// 岗位维护: open, fill and vacate posts of units, by a supervisor; works without a network
    #[command(
        subcommand,
        after_help = "Examples:\n  gridwalk post set 光明社区第一网格 legal_adviser --set name=周律师 --set phone=13800000002\n  gridwalk post set 光明社区第一网格 网格员 --set phone=13800000001\n  gridwalk post vacate 光明社区第一网格 gridworker --until 2026-12-01"
    )]
    Post(PostVerb),
    /// 联户: add, edit, show, list; `due` lists those whose visit of this month is due
    #[command(
        subcommand,
        after_help = "Examples:\n  gridwalk link add 3幢联户 --unit 光明社区第一网格 --set head=王大爷 --add households=王家\n  gridwalk link due\n  gridwalk visit 3幢联户 seen"
    )]
    Link(RegisterVerb),
    /// Send what waits, receive what changed
    #[command(after_help = "Examples:\n  gridwalk sync\n  gridwalk sync --watch        # until Ctrl-C")]
    Sync(Sync),
    /// Print on paper: door lists and canvass sheets, as HTML
    #[command(subcommand)]
    Print(PrintVerb),
    /// 数据包: no network here? Seal what waits, and let another phone carry it
    #[command(subcommand)]
    Bundle(BundleVerb),
    /// 救援: a phone that will not sync any more? Everything that it has alone, sealed to the server
    Rescue(Rescue),
    /// 待上传: own changes that no pulled state contains yet, each with its status
    #[command(after_help = "Example:\n  gridwalk outbox\n  gridwalk outbox --json")]
    Outbox,
    /// 待处理: own changes that came back; correct or dismiss them
    Attention(Attention),
    /// 内容不一致: before, theirs, mine, who, when
    #[command(
        after_help = "Examples:\n  gridwalk disagreements\n  gridwalk disagreements 王家\n  gridwalk decide 王家 label --pick 2"
    )]
    Disagreements(MaybeRecord),
    /// 核定: say which of the values at odds it is
    #[command(
        after_help = "Examples:\n  gridwalk decide 王家 label --pick 2\n  gridwalk decide 王家 label --value 王宅"
    )]
    Decide(Decide),
    /// 审核: what is to be reviewed; approve it, or return it with a comment on each field
    #[command(subcommand)]
    Review(ReviewVerb),
    /// 退回修改: what came back to you, field by field; correct or explain it
    #[command(after_help = "Examples:\n  gridwalk returned\n  gridwalk returned correct 0199… --set note=老王夫妇在家")]
    Returned(Returned),
    /// 撤销: put right what was done last, or a command by its number; nothing is taken out of the history
    #[command(
        after_help = "Examples:\n  gridwalk undo --list        # what can be undone, and what that would do\n  gridwalk undo                # the last command\n  gridwalk undo --older        # the newest that can be undone, past those that cannot\n  gridwalk undo 42 --rest      # leave what others wrote since, and put the rest right\n  gridwalk undo 57 --reason 报重了"
    )]
    Undo(Undo),
    /// 交接: what goes from whom to whom; take it on
    #[command(after_help = "Examples:\n  gridwalk handover\n  gridwalk handover accept")]
    Handover(Handover),
    /// 草稿: open forms; keep, save or discard them
    Drafts(Drafts),
    /// Find records by any part of a name or number, or by pinyin initials
    #[command(
        after_help = "Examples:\n  gridwalk search 小明\n  gridwalk search wxm --kind resident\n  gridwalk search 8300"
    )]
    Search(Search),
    /// What is near a point (degrees), and in which grid it lies
    #[command(
        after_help = "Examples:\n  gridwalk near 30.75 120.76 --crs wgs84\n  gridwalk near 30.748 120.765 --crs gcj02 --metres 200"
    )]
    Near(Near),
    /// Move a place to another unit, or what is below it to another parent
    #[command(after_help = "Example:\n  gridwalk move 王家 --to 501")]
    Move(Move),
    /// Delete a record as it stands on the screen; who edits it meanwhile keeps it alive
    #[command(
        after_help = "Examples:\n  gridwalk delete 王小明\n  gridwalk deleted             # what was deleted, by whom\n  gridwalk restore 王小明"
    )]
    Delete(OnScreen),
    /// 已删除: records that somebody deleted, with who did; each can be restored
    #[command(after_help = "Examples:\n  gridwalk deleted\n  gridwalk deleted --kind resident --json")]
    Deleted(Deleted),
    /// 恢复: a deleted record lives again, whoever deleted it
    #[command(after_help = "Examples:\n  gridwalk restore 王小明\n  gridwalk undo                # deletes it again")]
    Restore(OnScreen),
    /// 认定为同一处/同一人: two records are one thing
    #[command(
        after_help = "Example:\n  gridwalk same 香樟苑小区 香樟苑\n  gridwalk apart 香樟苑小区    # they are two after all"
    )]
    Same(Pair),
    /// Take `same` back: what else was said to be the one record, or one of several by its id
    #[command(
        after_help = "Examples:\n  gridwalk apart 香樟苑小区                # where one other record was said to be the same\n  gridwalk apart 香樟苑小区 0199…          # that one of several"
    )]
    Apart(Apart),
    /// 扫码: what a door plate's code or a facility's number stands for; an unknown one can be attached to a place
    #[command(
        after_help = "Example:\n  gridwalk scan https://mp.example/330402007024-3-402\n  gridwalk scan 330402007024-3-402 --attach 402"
    )]
    Scan(Scan),
    /// What happened to a record: from this phone, or all of it from the server
    #[command(after_help = "Example:\n  gridwalk history 王小明\n  gridwalk history 王小明 --server")]
    History(History),
    /// 查看隐藏信息: have a hidden value shown by the server, for a reason that stands in the audit
    #[command(after_help = "Example:\n  gridwalk reveal 井盖没了 reporter_phone --reason 回访核实")]
    Reveal(Reveal),
    /// 可能重复: pairs that may be one person or thing, across grids, as the server told at the last sync
    #[command(
        after_help = "Example:\n  gridwalk duplicates\n  gridwalk same ONE OTHER\n  gridwalk different ONE OTHER"
    )]
    Duplicates,
    /// 不是同一处/同一人: two records that look alike are two, and are proposed no more
    #[command(after_help = "Example:\n  gridwalk different ONE OTHER\n  gridwalk different ONE OTHER --back")]
    Different(Different),
}

/// Verbs on buildings, dwellings, households and residents.
#[derive(Subcommand)]
pub enum RegisterVerb {
    /// Add one
    #[command(
        after_help = "Examples:\n  gridwalk building add '3 幢' --unit 光明社区第一网格\n  gridwalk dwelling add 402 --building '3 幢' --set floor=4\n  gridwalk household add 王家 --dwelling 402 --resident 王小明\n  gridwalk resident add 王小红 --household 王家 --set sex=女 --set birth=1990-05-01\n  gridwalk estate add 香樟苑小区\n  gridwalk building add '5 幢' --estate 香樟苑小区\n  gridwalk facility add 北门消火栓 --set kind=消火栓 --at 香樟苑小区"
    )]
    Add(Add),
    /// Open the form (prints its basis), or save it
    #[command(
        after_help = "Examples:\n  gridwalk household edit 王家                          # opens a form, prints its basis\n  gridwalk household edit 王家 --set label=王宅 --basis BASIS   # saves what the form shows\n  gridwalk household edit 王家 --set label=王宅              # opens and saves at once"
    )]
    Edit(Edit),
    /// Show one
    #[command(
        after_help = "Example:\n  gridwalk household show 王家\n  gridwalk resident show wxm --json        # by pinyin initials"
    )]
    Show(OneRecord),
    /// List them
    #[command(
        after_help = "Examples:\n  gridwalk building list\n  gridwalk household list --in '3 幢'     # however far below\n  gridwalk resident list --unit 光明社区第一网格 --limit 200 --json"
    )]
    List(List),
    /// The door matrix of a building
    #[command(after_help = "Example:\n  gridwalk building doors '3 幢'")]
    Doors(OneRecord),
    /// Household links whose visit of this month is due
    #[command(after_help = "Examples:\n  gridwalk link due\n  gridwalk link due --in 光明社区 --json")]
    Due(List),
}

/// Arguments of `add`.
#[derive(ClapArgs)]
pub struct Add {
    /// Name of a building or resident, number of a dwelling, label of a household
    pub title: Option<String>,
    /// What it is in: the unit of a building, the building of a dwelling, the dwelling of a household, the household of
    /// a resident
    #[arg(long = "in", value_name = "RECORD", visible_aliases = ["unit", "building", "dwelling", "household"])]
    pub within: Option<String>,
    /// What a building, premises, an organisation, a facility or an address is at: an estate, a building, a dwelling
    #[arg(long = "at", value_name = "RECORD", visible_alias = "estate")]
    pub at: Option<String>,
    /// A resident of the new household, by name; may be repeated
    #[arg(long = "resident", value_name = "NAME")]
    pub residents: Vec<String>,
    /// What is known
    #[command(flatten)]
    pub edits: Edits,
}

/// Arguments of `edit`.
#[derive(ClapArgs)]
pub struct Edit {
    /// The record
    pub record: String,
    /// What is changed; nothing opens the form
    #[command(flatten)]
    pub edits: Edits,
    /// The basis that the opened form printed
    #[arg(long)]
    pub basis: Option<String>,
}

/// One record.
#[derive(ClapArgs)]
pub struct OneRecord {
    /// Its id, or what search finds
    pub record: String,
}

/// One record, or all.
#[derive(ClapArgs)]
pub struct MaybeRecord {
    /// Its id, or what search finds
    pub record: Option<String>,
}

/// One record as it stands on a screen.
#[derive(ClapArgs)]
pub struct OnScreen {
    /// Its id, or what search finds
    pub record: String,
    /// The basis that was printed; that of now if nothing is said
    #[arg(long)]
    pub basis: Option<String>,
}

/// Two records.
#[derive(ClapArgs)]
pub struct Pair {
    /// One
    pub one: String,
    /// The other
    pub other: String,
}

/// Arguments of `list`.
#[derive(ClapArgs)]
pub struct List {
    /// Only those in this record or unit
    #[arg(long = "in", value_name = "RECORD", visible_aliases = ["unit", "building", "dwelling", "household"])]
    pub within: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    /// Verbs without an example in their help.
    fn bare(command: &clap::Command, path: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut subs = command.get_subcommands().peekable();
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        if subs.peek().is_none() && !help.contains("gridwalk ") {
            found.push(path.to_owned());
        }
        subs.for_each(|sub| found.extend(bare(sub, &format!("{path} {}", sub.get_name()))));
        found
    }

    #[test]
    fn every_verb_has_an_example() {
        assert_eq!(bare(&Args::command(), "gridwalk"), Vec::<String>::new());
    }
}
