//! What else people of many roles type: plans, work, reviews, campaigns, patrols, steps, and what puts things right.
//!
//! Owns one command for each wish, as far as a phone holds what it is about, and the number of every command there is.
//! Refuses to check anything. Invariant: whoever adds a command is told here by the compiler.

use super::field::*;
use super::{KINDS, pick, records, state};
use gridwalk_app::read::Reader;
use gridwalk_model::appraisal::Month;
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::command::canvass::*;
use gridwalk_model::command::charge::*;
use gridwalk_model::command::inspect::*;
use gridwalk_model::command::patrol::*;
use gridwalk_model::command::survey::*;
use gridwalk_model::command::*;
use gridwalk_model::id::AccountId;
use gridwalk_model::inspection::{Template, TemplateBook};
use gridwalk_model::kind::form::Form;
use gridwalk_model::kind::inspection::{Inspection, answer_of};
use gridwalk_model::kind::submission::Submission;
use gridwalk_model::kind::work_item::WorkItem;
use gridwalk_model::kind::{Kind, Shape, attendance, handover, notice_receipt, task_feedback, training_done};
use gridwalk_model::submission::{Answered, copy_of, made_copy};
use gridwalk_model::view::GroupView;
use gridwalk_model::{RecordId, Value};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// One thing beyond the register; numbers choose among what is on the phone.
#[derive(Debug, Clone)]
pub enum More {
    Plan(usize),
    EndPlan(usize),
    Propose(usize),
    /// A step of a case, an item, a review or a handover.
    Step(usize, usize, usize),
    Work(usize, usize),
    NotSame(usize, usize, usize),
    Code(usize),
    Review(usize, usize, bool),
    Campaign,
    Close(usize),
    Baseline(usize, usize),
    Target(usize, u8),
    TakeOff(usize),
    Attempt(usize, usize),
    Sample,
    BackCheck(usize),
    CheckPoint,
    Emergency,
    Duty,
    Pass(usize, usize),
    OffDuty(usize),
    TakeOn(usize),
    Decide(usize, usize),
    Undo(usize),
    Post(usize),
    Restore(usize),
    Task,
    FeedBack(usize, u8),
    /// A form, a submission, and what somebody answers.
    Form(u8),
    Submission(usize, usize),
    Answer(usize, u8),
    /// A look at premises, an answer, the end of one, and another look.
    Inspect(usize),
    Item(usize, usize, usize),
    Finish(usize),
    Recheck(usize),
    Notice(usize),
    Read(usize),
    Course,
    CheckOff(usize),
    Activity,
    SignUp(usize),
    Hours(usize),
    Object(usize),
}

/// Any of it.
pub fn more() -> impl Strategy<Value = More> {
    let some = || any::<prop::sample::Index>().prop_map(|i| i.index(1000));
    prop_oneof![
        2 => some().prop_map(More::Plan),
        1 => some().prop_map(More::EndPlan),
        1 => some().prop_map(More::Propose),
        5 => (some(), some(), some()).prop_map(|(k, n, s)| More::Step(k, n, s)),
        2 => (some(), some()).prop_map(|(i, p)| More::Work(i, p)),
        1 => (some(), some(), some()).prop_map(|(k, a, b)| More::NotSame(k, a, b)),
        1 => some().prop_map(More::Code),
        2 => (some(), some(), any::<bool>()).prop_map(|(k, n, yes)| More::Review(k, n, yes)),
        1 => Just(More::Campaign),
        1 => some().prop_map(More::Close),
        1 => (some(), some()).prop_map(|(c, p)| More::Baseline(c, p)),
        1 => (some(), any::<u8>()).prop_map(|(c, n)| More::Target(c, n)),
        1 => some().prop_map(More::TakeOff),
        3 => (some(), some()).prop_map(|(t, o)| More::Attempt(t, o)),
        1 => Just(More::Sample),
        1 => some().prop_map(More::BackCheck),
        1 => Just(More::CheckPoint),
        1 => Just(More::Emergency),
        1 => Just(More::Duty),
        1 => (some(), some()).prop_map(|(p, c)| More::Pass(p, c)),
        1 => some().prop_map(More::OffDuty),
        1 => some().prop_map(More::TakeOn),
        1 => (some(), some()).prop_map(|(k, n)| More::Decide(k, n)),
        2 => some().prop_map(More::Undo),
        1 => some().prop_map(More::Post),
        2 => some().prop_map(More::Restore),
        1 => Just(More::Task),
        2 => (some(), any::<u8>()).prop_map(|(t, n)| More::FeedBack(t, n)),
        1 => any::<u8>().prop_map(More::Form),
        2 => (some(), some()).prop_map(|(f, p)| More::Submission(f, p)),
        3 => (some(), any::<u8>()).prop_map(|(s, n)| More::Answer(s, n)),
        1 => some().prop_map(More::Inspect),
        4 => (some(), some(), some()).prop_map(|(n, i, r)| More::Item(n, i, r)),
        1 => some().prop_map(More::Finish),
        1 => some().prop_map(More::Recheck),
        1 => some().prop_map(More::Notice),
        1 => some().prop_map(More::Read),
        1 => Just(More::Course),
        1 => some().prop_map(More::CheckOff),
        1 => Just(More::Activity),
        2 => some().prop_map(More::SignUp),
        1 => some().prop_map(More::Hours),
        1 => some().prop_map(More::Object),
    ]
}

/// Kinds whose records take steps.
const STEPPED: [Kind; 7] =
    [Kind::Case, Kind::WorkItem, Kind::Review, Kind::Handover, Kind::Task, Kind::TaskFeedback, Kind::Objection];
/// Kinds that are looked at again.
const LOOKED_AT: [Kind; 5] = [Kind::Visit, Kind::Case, Kind::Household, Kind::Building, Kind::Premises];

/// An answer of that shape.
fn answer(phone: &Phone, name: &str, shape: Shape) -> Option<Value> {
    let today = phone.notebook.actor().unwrap().today();
    Some(match shape {
        Shape::Text { .. } => "好".into(),
        Shape::Date => Value::Int(if name == "ends" { today + 30 } else { today }),
        Shape::Moment => Value::Int(phone.notebook.now().0),
        Shape::UnitRef => Value::Id(GRID.record()),
        Shape::Account => Value::Id(RecordId(phone.account.0)),
        Shape::Bool => Value::Bool(true),
        Shape::Code(set) => set.entries().first()?.code.into(),
        _ => return None,
    })
}

/// A step that this person may take on one of these.
fn step(phone: &Phone, kind: Kind, n: usize, s: usize) -> Option<Command> {
    let record = pick(phone, kind, n)?;
    let roles = phone.notebook.roles().unwrap();
    let rows = kind.allowed_steps(state(phone, record).status(), roles);
    let row = rows.get(s % rows.len().max(1))?;
    let asks = row.asks.iter().filter_map(|ask| Some((ask.name.to_owned(), answer(phone, ask.name, ask.shape)?)));
    let answers: BTreeMap<String, Value> = asks.collect();
    let (basis, step) = (phone.notebook.basis(record).unwrap(), row.step.to_owned());
    Some(Command::TakeStep(TakeStep { record, basis, step, answers }))
}

fn survey(command: Survey) -> Command {
    Command::Survey(Box::new(command))
}

fn inspect(command: Inspect) -> Command {
    Command::Inspect(Box::new(command))
}

/// Two items for which no picture has to be shown.
fn template() -> Template {
    let book = TemplateBook::shipped();
    let mut template = book.for_place("hotel").first().copied().cloned().unwrap();
    template.items.retain(|item| ["drill", "guest_register"].contains(&&*item.item));
    template.items.reverse();
    template
}

/// The command, as far as this phone holds what it is about.
#[expect(clippy::too_many_lines, reason = "a table: one arm a command")]
pub fn wanted(phone: &Phone, more: &More) -> Option<Command> {
    let record = phone.notebook.new_record().unwrap();
    let basis = |r: RecordId| phone.notebook.basis(r).unwrap();
    let actor = phone.notebook.actor().unwrap();
    let pick = |kind: Kind, n: usize| pick(phone, kind, n);
    let first = |set: CodeSet, n: usize| set.entries()[n % set.entries().len()].code.to_owned();
    Some(match more {
        More::Plan(n) => {
            let edits = Edits::none().put("purpose", "newcomer").put("every_days", 30);
            Command::AddVisitPlan(AddVisitPlan { record, door: pick(Kind::Household, *n)?, case: None, edits })
        }
        More::EndPlan(n) => {
            let plan = pick(Kind::VisitPlan, *n)?;
            Command::EndVisitPlan(EndVisitPlan { record: plan, basis: basis(plan), reason: "done".into(), on: None })
        }
        More::Propose(n) => {
            let target = ["household", "building", "unit"][n % 3];
            let edits = Edits::none().put("title", "事项").put("category", "people").put("sort", "task");
            Command::ProposeWork(ProposeWork { record, unit: COUNTY, edits: edits.put("target", target) })
        }
        More::Step(k, n, s) => return step(phone, STEPPED[k % STEPPED.len()], *n, *s),
        More::Work(i, p) => {
            let items = records(phone, Kind::WorkItem).into_iter().filter_map(|item| {
                let view = state(phone, item);
                let read = WorkItem::of(&GroupView::alone(&view));
                read.is_in_force(actor.today()).then_some((item, read.target))
            });
            let items: Vec<_> = items.collect();
            let (item, target) = items.get(i % items.len().max(1))?.clone();
            let place = if target == "unit" { GRID.record() } else { pick(Kind::from_name(&target)?, *p)? };
            Command::DoWork(DoWork { record, item, basis: basis(place), at: None, value: None, note: None })
        }
        More::NotSame(k, a, b) => {
            let kind = [Kind::Resident, Kind::Estate, Kind::Premises][k % 3];
            let (basis, other) = (basis(pick(kind, *a)?), basis(pick(kind, *b)?));
            Command::NotSame(NotSame { basis, other, back: false })
        }
        More::Code(n) => {
            let (at, code) = (pick(Kind::Building, *n)?, format!("https://mp.example/{n}"));
            Command::AttachCode(AttachCode { record, at, address: None, code })
        }
        More::Review(k, n, yes) => {
            let of = pick(LOOKED_AT[k % LOOKED_AT.len()], *n)?;
            let comments = || [("note".to_owned(), "写明".to_owned())].into();
            let verdict = if *yes { Verdict::Approve } else { Verdict::Return(comments()) };
            Command::ReviewRecord(ReviewRecord { record, basis: basis(of), also: vec![], verdict, note: None })
        }
        More::Campaign => {
            let unit = if actor.roles.meets(gridwalk_model::role::Roles::SUPERVISORS) { COUNTY } else { GRID };
            let edits = Edits::none().put("title", "摸排").put("sort", "emergency_canvass");
            Command::Canvass(Canvass::AddCampaign(AddCampaign { record, unit, edits }))
        }
        More::Close(n) => {
            let campaign = pick(Kind::Campaign, *n)?;
            let basis = basis(campaign);
            let reopen = n.is_multiple_of(2);
            Command::Canvass(Canvass::CloseCampaign(CloseCampaign { record: campaign, basis, reopen, note: None }))
        }
        More::Baseline(c, p) => {
            let (campaign, places) = (pick(Kind::Campaign, *c)?, vec![pick(Kind::Dwelling, *p)?]);
            Command::Canvass(Canvass::MakeBaseline(MakeBaseline { campaign, places }))
        }
        More::Target(c, n) => Command::Canvass(Canvass::AddTarget(AddTarget {
            record,
            campaign: pick(Kind::Campaign, *c)?,
            unit: Some(GRID),
            building: None,
            place: None,
            label: format!("{n}室"),
            edits: Edits::none(),
        })),
        More::TakeOff(n) => {
            let target = pick(Kind::Target, *n)?;
            let reason = (n % 3 != 0).then(|| first(CodeSet::TargetLeft, *n));
            let (basis, also) = (basis(target), vec![]);
            Command::Canvass(Canvass::TakeOff(TakeOff { record: target, basis, also, reason, note: None }))
        }
        More::Attempt(t, o) => Command::Canvass(Canvass::RecordAttempt(RecordAttempt {
            record,
            target: pick(Kind::Target, *t)?,
            outcome: ["seen", "nobody_home", "needs", "shut"][o % 4].to_owned(),
            at: None,
            needs: if o % 4 == 2 { vec!["medicine".to_owned()] } else { vec![] },
            edits: Edits::none(),
            ask: (o % 4 == 2)
                .then(|| RaisedAsk { record: phone.notebook.new_record().unwrap(), title: "要送药".to_owned() }),
        })),
        More::Sample => {
            let day = gridwalk_model::civil_date::CivilDate::from_days(actor.today())?;
            let (title, of, days) = ("抽查".to_owned(), Kind::Household, (day, day));
            let (unit, seed) = (COUNTY, [7; 16]);
            Command::DrawSample(DrawSample { record, unit, title, seed, per_million: 1, least: 1, of, by: None, days })
        }
        More::BackCheck(n) => {
            let (basis, result) = (basis(pick(Kind::Household, *n)?), first(CodeSet::BackCheckResult, 0));
            let found = BTreeMap::new();
            Command::RecordBackCheck(RecordBackCheck { record, basis, round: None, result, found, note: None })
        }
        More::CheckPoint => {
            let edits = Edits::none().put("name", "北门");
            Command::AddPlace(AddPlace { record, kind: Kind::CheckPoint, unit: Some(GRID), parent: None, edits })
        }
        More::Emergency => {
            let edits = Edits::none().put("title", "内涝预案").put("measures", "先人后物");
            Command::AddPlace(AddPlace { record, kind: Kind::EmergencyPlan, unit: Some(GRID), parent: None, edits })
        }
        More::Duty => {
            let open = records(phone, Kind::Patrol);
            Command::Patrol(Patrol::Start(StartPatrol { record, unit: GRID, at: None, open }))
        }
        More::Pass(p, c) => {
            let (patrol, check_point) = (pick(Kind::Patrol, *p)?, pick(Kind::CheckPoint, *c)?);
            let basis = basis(patrol);
            Command::Patrol(Patrol::Pass(PassCheckPoint { record: patrol, basis, check_point, at: None, point: None }))
        }
        More::OffDuty(p) => {
            let patrol = pick(Kind::Patrol, *p)?;
            Command::Patrol(Patrol::End(EndPatrol { record: patrol, basis: basis(patrol), at: None, note: None }))
        }
        More::TakeOn(n) => {
            let handover = pick(Kind::Handover, *n)?;
            let cases = records(phone, Kind::Case).into_iter().map(basis).collect();
            Command::AcceptHandover(AcceptHandover { record: handover, basis: basis(handover), cases })
        }
        More::Decide(k, n) => {
            let record = pick(KINDS[k % KINDS.len()], *n)?;
            let (field, choice) = ("note".to_owned(), Some(Value::from("定")));
            Command::Decide(Decide { record, basis: basis(record), also: vec![], field, within: None, choice })
        }
        More::Post(n) => {
            let edits = Edits::none().put("role", first(CodeSet::PostRole, *n)).put("name", "王");
            Command::OpenPost(OpenPost { record, unit: GRID, edits })
        }
        More::Restore(n) => {
            let deleted = phone.notebook.store().deleted(None, 100).unwrap();
            let record = deleted.get(n % deleted.len().max(1))?.record;
            Command::RestoreRecord(RestoreRecord { record, basis: basis(record) })
        }
        More::Task => {
            let due = phone.notebook.now().0 + 86_400_000;
            let edits = Edits::none().put("title", "报数").put("due", due).put("number_1", "数量");
            let edits = edits.add("targets", GRID.record());
            Command::Charge(Charge::GiveTask(GiveTask { record, unit: COUNTY, edits }))
        }
        More::FeedBack(t, n) => {
            let task = pick(Kind::Task, *t)?;
            let said = task_feedback::feedback_of(task, GRID);
            let basis = Some(basis(said));
            let edits = Edits::none().put("number_1", i64::from(*n)).put("done", n % 2 == 0);
            Command::Charge(Charge::FeedBack(FeedBack { task, unit: GRID, basis, edits }))
        }
        More::Inspect(n) => inspect(Inspect::Begin(BeginInspection {
            place: pick(Kind::Premises, *n)?,
            template: template(),
            origin: first(CodeSet::InspectionOrigin, *n),
            on: Some(actor.today()),
            campaign: None,
            target: None,
            office: Some("街道".to_owned()),
        })),
        More::Item(n, i, r) => {
            let inspection = pick(Kind::Inspection, *n)?;
            let items = Inspection::of(&state(phone, inspection))?.items;
            let item = items.get(i % items.len().max(1))?.item.clone();
            let record = answer_of(inspection, &item);
            let basis = (!state(phone, record).kinds.is_empty()).then(|| basis(record));
            let (result, hazard) = (first(CodeSet::InspectionResult, *r), Some(Hazard::default()));
            let (note, number, pictures) = (None, Some(r.to_string()), Vec::new());
            inspect(Inspect::Answer(AnswerItem { inspection, item, result, note, number, pictures, basis, hazard }))
        }
        More::Finish(n) => {
            let record = pick(Kind::Inspection, *n)?;
            let items = Inspection::of(&state(phone, record))?.items.into_iter().map(|item| item.item).collect();
            let (basis, unsigned) = (basis(record), Some("无人".to_owned()));
            let (signed_by, signature, note, attempt, people) = (None, None, None, None, None);
            let finish =
                FinishInspection { record, basis, items, signed_by, unsigned, signature, note, attempt, people };
            inspect(Inspect::Finish(finish))
        }
        More::Form(n) => {
            let unit = if n % 2 == 0 { GRID } else { COUNTY };
            let mut publish = PublishForm {
                unit,
                form_id: "visit".to_owned(),
                title: "入户走访".to_owned(),
                version: n.to_string(),
                definition: vec![*n; 40_000],
                basis: None,
            };
            let here = !state(phone, publish.record()).kinds.is_empty();
            publish.basis = here.then(|| basis(publish.record()));
            survey(Survey::Publish(publish))
        }
        More::Submission(f, p) => {
            let form = pick(Kind::Form, *f)?;
            let version = Form::of(&state(phone, form))?.newest()?.definition;
            let (about, title, answers) = (pick(Kind::Dwelling, *p), "入户走访".to_owned(), Vec::new());
            survey(Survey::Begin(BeginSubmission { record, unit: GRID, about, form, version, title, answers }))
        }
        More::Answer(s, n) => {
            let record = pick(Kind::Submission, *s)?;
            let copy = made_copy(record, "/person", None, u32::from(n % 3));
            let put = |copy: Option<String>, field: &str| Answered::Put {
                copy,
                field: field.to_owned(),
                answer: (n % 5 > 0).then(|| n.to_string()),
            };
            let answers = match n % 4 {
                0 => vec![Answered::Removed { copy }],
                1 => vec![Answered::Added {
                    copy: copy_of("/person", phone.notebook.new_record().unwrap()),
                    inside: None,
                }],
                _ => vec![put(Some(copy), "/person/name"), put(None, "/name")],
            };
            let (basis, finish) = (basis(record), n % 7 == 0);
            let form = Submission::of(&state(phone, record)).and_then(|one| Form::of(&state(phone, one.form)));
            let version = form.and_then(|form| Some(form.newest()?.definition)).filter(|_| n % 3 == 0);
            survey(Survey::Fill(FillSubmission { record, basis, answers, version, finish }))
        }
        More::Recheck(n) => {
            let of = Inspection::of(&state(phone, pick(Kind::Inspection, *n)?))?.root();
            let (items, on) = (vec!["drill".to_owned()], Some(actor.today()));
            inspect(Inspect::Recheck(BeginRecheck { of, round: 1, items, on, office: None }))
        }
        More::Notice(n) => {
            let (unit, volunteers) = (COUNTY, n.is_multiple_of(2));
            let edits = Edits::none().put("title", "通知");
            Command::Charge(Charge::GiveNotice(GiveNotice { record, unit, volunteers, edits }))
        }
        More::Read(n) => {
            let notice = pick(Kind::Notice, *n).or_else(|| pick(Kind::OpenNotice, *n))?;
            let basis = basis(notice_receipt::receipt_of(notice, actor.account));
            let acknowledged = n.is_multiple_of(2);
            Command::Charge(Charge::ReadNotice(ReadNotice { notice, unit: GRID, basis, acknowledged }))
        }
        More::Course => {
            let edits = Edits::none().put("title", "岗前培训").add("for_roles", "mediator");
            Command::Charge(Charge::AddTraining(AddTraining { record, unit: COUNTY, edits }))
        }
        More::CheckOff(n) => {
            let (training, who) = (pick(Kind::Training, *n)?, AccountId([0x77; 16]));
            let basis = basis(training_done::done_of(training, who));
            let (on, online, note) = (None, n.is_multiple_of(2), None);
            Command::Charge(Charge::CheckOff(CheckOff { training, who, unit: GRID, basis, on, online, note }))
        }
        More::Activity => {
            let edits = Edits::none().put("title", "清理楼道").put("from", phone.notebook.now().0);
            Command::Charge(Charge::AddActivity(AddActivity { record, unit: GRID, edits }))
        }
        More::SignUp(n) => {
            let activity = pick(Kind::Activity, *n)?;
            let basis = basis(attendance::attendance_of(activity, actor.account));
            Command::Charge(Charge::SignUp(SignUp { activity, unit: GRID, basis }))
        }
        More::Hours(n) => {
            let (activity, who) = (pick(Kind::Activity, *n)?, AccountId([0x78; 16]));
            let basis = basis(attendance::attendance_of(activity, who));
            let (minutes, note) = (Some(90), None);
            Command::Charge(Charge::ConfirmHours(ConfirmHours { activity, who, unit: GRID, basis, minutes, note }))
        }
        More::Object(n) => {
            let (month, number) = (Month::of(phone.notebook.now()), "closing".to_owned());
            let row = pick(Kind::Case, *n).filter(|_| n.is_multiple_of(2));
            let reason = "已办结".to_owned();
            Command::Charge(Charge::Object(Object { record, unit: GRID, month, number, row, reason }))
        }
        More::Undo(n) => {
            let reader = Reader { store: phone.notebook.store(), actor };
            let lines = reader.undo_list(20).unwrap();
            let line = lines.get(n % lines.len().max(1))?;
            Command::Undo(reader.undo_of(line.command, Some("填错".to_owned()), true).unwrap()?)
        }
    })
}

/// How many commands there are.
pub const COMMANDS: usize = 62;

/// The number of each command. Whoever adds one is told here by the compiler, raises [`COMMANDS`] and has people type it.
pub fn number(command: &Command) -> usize {
    match command {
        Command::AddBuilding(_) => 0,
        Command::AddDwelling(_) => 1,
        Command::AddHousehold(_) => 2,
        Command::AddHouseholdLink(_) => 3,
        Command::AddResident(_) => 4,
        Command::AddPlace(_) => 5,
        Command::AddVillageHousehold(_) => 6,
        Command::ConfirmUnchanged(_) => 7,
        Command::CheckFacility(_) => 8,
        Command::MoveIn(_) => 9,
        Command::MoveOut(_) => 10,
        Command::SplitHousehold(_) => 11,
        Command::MergeHouseholds(_) => 12,
        Command::SetWalk(_) => 13,
        Command::EditRecord(_) => 14,
        Command::RecordVisit(_) => 15,
        Command::ReportCase(_) => 16,
        Command::TakeStep(_) => 17,
        Command::Decide(_) => 18,
        Command::MoveRecord(_) => 19,
        Command::DeleteRecord(_) => 20,
        Command::LinkSame(_) => 21,
        Command::UnlinkSame(_) => 22,
        Command::ReviewRecord(_) => 23,
        Command::Canvass(Canvass::AddCampaign(_)) => 24,
        Command::Canvass(Canvass::CloseCampaign(_)) => 25,
        Command::Canvass(Canvass::MakeBaseline(_)) => 26,
        Command::Canvass(Canvass::AddTarget(_)) => 27,
        Command::Canvass(Canvass::TakeOff(_)) => 28,
        Command::Canvass(Canvass::RecordAttempt(_)) => 29,
        Command::AcceptHandover(_) => 30,
        Command::AddVisitPlan(_) => 31,
        Command::EndVisitPlan(_) => 32,
        Command::NotSame(_) => 33,
        Command::Patrol(Patrol::Start(_)) => 34,
        Command::Patrol(Patrol::Pass(_)) => 35,
        Command::Patrol(Patrol::End(_)) => 36,
        Command::AttachCode(_) => 37,
        Command::ProposeWork(_) => 38,
        Command::DoWork(_) => 39,
        Command::Survey(survey) => match **survey {
            Survey::Publish(_) => 59,
            Survey::Begin(_) => 60,
            Survey::Fill(_) => 61,
        },
        Command::DrawSample(_) => 40,
        Command::RecordBackCheck(_) => 41,
        Command::Undo(_) => 42,
        Command::Inspect(inspect) => match **inspect {
            Inspect::Begin(_) => 47,
            Inspect::Answer(_) => 48,
            Inspect::Finish(_) => 49,
            Inspect::Recheck(_) => 50,
        },
        Command::OpenPost(_) => 43,
        Command::RestoreRecord(_) => 44,
        Command::Charge(Charge::GiveTask(_)) => 45,
        Command::Charge(Charge::FeedBack(_)) => 46,
        Command::Charge(Charge::GiveNotice(_)) => 51,
        Command::Charge(Charge::ReadNotice(_)) => 52,
        Command::Charge(Charge::AddTraining(_)) => 53,
        Command::Charge(Charge::CheckOff(_)) => 54,
        Command::Charge(Charge::AddActivity(_)) => 55,
        Command::Charge(Charge::SignUp(_)) => 56,
        Command::Charge(Charge::ConfirmHours(_)) => 57,
        Command::Charge(Charge::Object(_)) => 58,
        // What somebody types again after a refusal is the command inside it.
        Command::Correct(again) => number(&again.with),
    }
}

/// The kinds that only administration writes.
pub const ADMINISTERED: [Kind; 5] = [Kind::Unit, Kind::FieldUse, Kind::Boundary, Kind::RuleTable, Kind::MonthLock];

/// A handover from one to another, as administration offers it.
pub fn offer(field: &Field, from: AccountId, to: AccountId) {
    use gridwalk_model::wish::Wish;
    use gridwalk_server::console::{self, ConsoleWrite};
    let (step, offered) = (handover::OFFER.to_owned(), handover::OFFERED.to_owned());
    let wishes = [
        Wish::put(gridwalk_model::kind::UNIT, GRID.record()),
        Wish::put(handover::FROM, Value::Id(RecordId(from.0))),
        Wish::put(handover::TO, Value::Id(RecordId(to.0))),
        Wish::put(handover::SINCE, 1),
        Wish::Step { step, to: offered, answers: BTreeMap::new() },
    ];
    let write = ConsoleWrite {
        author: AccountId::default(),
        machine: true,
        judged: false,
        space: field.county,
        record: RecordId([0x4a; 16]),
        kind: Kind::Handover.name(),
        unit: GRID,
        wishes: &wishes,
        basis: None,
    };
    field.server().write(|w| console::write(w, &write)).unwrap();
}

/// One of everything, in an order in which each is possible: who types it (0 and 2 walk the grid, 1 leads the county).
pub fn one_of_each() -> Vec<(usize, More)> {
    let seen = (0..5).flat_map(|k| (0..3).map(move |n| (1, More::Review(k, n, n == 0))));
    let looked = (0..5).map(|n| (1, More::BackCheck(n)));
    let head = [
        (1, More::Propose(0)),
        (1, More::Campaign),
        (0, More::Plan(0)),
        (1, More::Propose(1)),
        // The first step of an item is to be let in.
        (1, More::Step(1, 0, 0)),
        (1, More::Work(0, 0)),
    ];
    let rest = [
        (1, More::Restore(0)),
        (1, More::Task),
        (1, More::FeedBack(0, 7)),
        (1, More::Form(2)),
        (1, More::Submission(0, 0)),
        (1, More::Answer(0, 2)),
        (1, More::Answer(0, 5)),
        (1, More::Answer(0, 4)),
        (1, More::Notice(0)),
        (1, More::Notice(1)),
        (1, More::Read(0)),
        (1, More::Course),
        (1, More::CheckOff(0)),
        (0, More::Activity),
        (0, More::SignUp(0)),
        (0, More::Hours(0)),
        (0, More::Object(0)),
        (1, More::Baseline(0, 0)),
        (1, More::Target(0, 7)),
        (1, More::Attempt(0, 2)),
        (1, More::Attempt(0, 1)),
        (1, More::TakeOff(1)),
        (1, More::Close(1)),
        (0, More::EndPlan(0)),
        (1, More::NotSame(0, 0, 1)),
        (0, More::Code(0)),
        (1, More::Sample),
        (1, More::CheckPoint),
        (1, More::Emergency),
        (1, More::Post(0)),
        (0, More::Duty),
        (0, More::OffDuty(0)),
        (2, More::TakeOn(0)),
        (0, More::Inspect(0)),
        (0, More::Item(0, 0, 2)),
        (0, More::Item(0, 1, 0)),
        (0, More::Finish(0)),
        (0, More::Recheck(0)),
    ];
    head.into_iter().chain(rest).chain(seen).chain(looked).collect()
}
