//! Every command undone: what it did is put right, what others did since is told and kept.

use super::*;
use crate::appraisal::Month;
use crate::command::canvass::*;
use crate::command::charge::*;
use crate::command::inspect::{AnswerItem, BeginInspection, BeginRecheck, FinishInspection, Hazard, Inspect};
use crate::command::patrol::*;
use crate::command::survey::{BeginSubmission, FillSubmission, PublishForm, Survey};
use crate::command::tests::{BUILDING, CASE, DWELLING, GRID, HOUSEHOLD, Notebook, RESIDENT, actor, edit, step, street};
use crate::command::*;
use crate::hash::Hash;
use crate::id::UnitId;
use crate::kind::attendance::attendance_of;
use crate::kind::notice_receipt::receipt_of;
use crate::kind::training_done::done_of;
use crate::rejection::Rejection;
use crate::role::Role;
use crate::submission::{Answered, copy_of};
use crate::view::Policy;
use crate::walk_order::WalkKey;
use proptest::prelude::*;
use std::collections::BTreeSet;

const WORKER: Role = Role::Gridworker;
const NEIGHBOUR: Role = Role::TownshipSupervisor;

/// A handover as administration writes it.
pub(crate) fn offer(street: &mut Notebook, record: RecordId, from: AccountId, to: AccountId) {
    use crate::kind::handover;
    let wishes = vec![
        Wish::put(crate::kind::UNIT, Value::Id(GRID.record())),
        Wish::put(handover::FROM, Value::Id(RecordId(from.0))),
        Wish::put(handover::TO, Value::Id(RecordId(to.0))),
        Wish::put(handover::SINCE, 1),
        Wish::Step { step: handover::OFFER.to_owned(), to: handover::OFFERED.to_owned(), answers: BTreeMap::new() },
    ];
    let kind = Kind::Handover.name().to_owned();
    let write = Write { record, kind, unit: GRID, basis: Basis::blank(record), wishes, instead_of: None };
    street.save(99, write.into());
}

/// What a phone remembers of its commands.
#[derive(Default)]
struct Memory {
    done: Vec<Done>,
    saves: u64,
}

impl Memory {
    fn run(&mut self, street: &mut Notebook, who: Role, command: &Command) -> Result<Vec<Done>, Rejection> {
        let decision = command.decide(&street.held, &actor(who))?;
        let former: Vec<Former> =
            decision.writes().map(|w| Former::of(street.held.get(&w.record), &w.wishes)).collect();
        let changes = street.save(who as u8 + 1, decision);
        let mut list = Vec::new();
        for (change, former) in changes.into_iter().zip(former) {
            self.saves += 1;
            let former = Former::from_bytes(&former.to_bytes()).unwrap();
            list.push(Done {
                save: self.saves,
                names: change.names(),
                basis: Basis::blank(change.change.record),
                change: (*change.change).clone(),
                former,
                again: Vec::new(),
                below: Vec::new(),
            });
        }
        if matches!(command, Command::Undo(_)) {
            self.done.extend(list.iter().cloned());
        }
        Ok(list)
    }

    /// What a screen would hand over: the basis of now, the undos since, and what stands below.
    fn shown(&self, street: &Notebook, done: &[Done]) -> Vec<Done> {
        let made: BTreeSet<RecordId> = done.iter().map(|d| d.change.record).collect();
        let shown = |d: &Done| {
            let record = d.change.record;
            let later = self.done.iter().filter(|u| u.change.record == record && u.save > d.save);
            let stands = |s: &&State| !s.is_deleted() && !made.contains(&s.record) && s.kind() != "review";
            let below = street.held.values().filter(stands).filter(|s| s.head_ids(PARENT).contains(&record));
            Done {
                basis: street.basis(record),
                again: later.flat_map(|u| u.names.clone()).collect(),
                below: if d.former.created { below.map(|s| s.record).collect() } else { Vec::new() },
                ..d.clone()
            }
        };
        done.iter().map(shown).collect()
    }

    fn undo(&mut self, street: &mut Notebook, who: Role, done: &[Done], go_on: bool) -> Result<Vec<Done>, Rejection> {
        let reason = Some("录错了".to_owned());
        let undo = Command::Undo(Undo { done: self.shown(street, done), reason, go_on });
        self.run(street, who, &undo)
    }
}

/// What everybody sees of all records: fields with their values, sets with their elements; not those that are gone.
fn picture(street: &Notebook) -> BTreeMap<(RecordId, String), BTreeSet<String>> {
    let mut all = BTreeMap::new();
    for state in street.held.values().filter(|s| !s.is_deleted() && s.kind() != "review") {
        all.insert((state.record, "·".to_owned()), BTreeSet::from([state.is_edited_after_deletion().to_string()]));
        for (name, register) in &state.fields {
            let values: BTreeSet<String> =
                register.heads.iter().filter_map(|h| h.value.as_ref()).map(|v| format!("{v:?}")).collect();
            if !values.is_empty() {
                all.insert((state.record, name.clone()), values);
            }
        }
        for (name, set) in state.sets.iter().filter(|(name, _)| *name != crate::op::RESTORED) {
            let elements: BTreeSet<String> = set.elements().into_iter().map(|e| format!("{e:?}")).collect();
            if !elements.is_empty() {
                all.insert((state.record, name.clone()), elements);
            }
        }
    }
    all
}

fn new(n: u8) -> RecordId {
    RecordId([n; 16])
}

/// A second household with a resident, a second building, a facility; two people at odds about a label; a link.
fn quarter() -> Notebook {
    let mut street = street();
    let name = |name: &str| Edits::none().put("name", name);
    let lives = vec![NewResident { record: new(61), edits: name("陈红") }];
    let edits = Edits::none().put("label", "陈家");
    let household = AddHousehold { record: new(60), dwelling: DWELLING, edits, residents: lives };
    let hydrant = Edits::none().put("name", "消火栓").put("kind", "hydrant");
    for command in [
        Command::AddHousehold(household),
        Command::AddBuilding(AddBuilding { record: new(62), unit: GRID, edits: name("5 幢") }),
        Command::AddPlace(AddPlace {
            record: new(63),
            kind: Kind::Facility,
            unit: Some(GRID),
            parent: None,
            edits: hydrant,
        }),
    ] {
        street.do_as(WORKER, &command).unwrap();
    }
    let edits = Edits::none().put("name", "旧井盖").put("kind", "manhole");
    let gone = AddPlace { record: new(55), kind: Kind::Facility, unit: Some(GRID), parent: None, edits };
    street.do_as(WORKER, &Command::AddPlace(gone)).unwrap();
    let delete = DeleteRecord { record: new(55), basis: street.basis(new(55)), also: Vec::new() };
    street.do_as(WORKER, &Command::DeleteRecord(delete)).unwrap();
    street.do_as(NEIGHBOUR, &survey(Survey::Publish(form_version("1")))).unwrap();
    street.do_as(WORKER, &survey(Survey::Begin(submission(new(171))))).unwrap();
    street.do_as(NEIGHBOUR, &campaign(new(64))).unwrap();
    street.do_as(NEIGHBOUR, &target(new(65))).unwrap();
    street.do_as(WORKER, &plan(new(68))).unwrap();
    street.do_as(NEIGHBOUR, &task(new(57))).unwrap();
    for made in [notice(new(48)), course(new(47)), activity(new(46))] {
        street.do_as(NEIGHBOUR, &made).unwrap();
    }
    street.do_as(WORKER, &patrol(new(69))).unwrap();
    let first = inspection("street", -1);
    street.do_as(WORKER, &inspect(Inspect::Begin(first.clone()))).unwrap();
    street.do_as(WORKER, &answered(first.record())).unwrap();
    street.do_as(WORKER, &inspect(Inspect::Begin(inspection("department", -1)))).unwrap();
    let edits = Edits::none().put("name", "东门");
    let point = AddPlace { record: new(59), kind: Kind::CheckPoint, unit: Some(GRID), parent: None, edits };
    street.do_as(NEIGHBOUR, &Command::AddPlace(point)).unwrap();
    street.do_as(NEIGHBOUR, &work(new(58))).unwrap();
    let (begins, ends) = (actor(WORKER).today(), actor(WORKER).today() + 30);
    let answers = [("begins", begins.into()), ("ends", ends.into()), ("purpose", "核对".into())];
    let answers = answers.map(|(ask, answer): (&str, Value)| (ask.to_owned(), answer)).into();
    let admit = TakeStep { record: new(58), basis: street.basis(new(58)), step: "admit".to_owned(), answers };
    street.do_as(Role::CountySupervisor, &Command::TakeStep(admit)).unwrap();
    offer(&mut street, new(66), actor(NEIGHBOUR).account, actor(WORKER).account);
    let link = LinkSame { basis: street.basis(BUILDING), other: street.basis(new(62)) };
    street.do_as(WORKER, &Command::LinkSame(link)).unwrap();
    let (mine, theirs) = (Edits::none().put("label", "王宅"), Edits::none().put("label", "王府"));
    let (mine, theirs) = (edit(&street, HOUSEHOLD, mine), edit(&street, HOUSEHOLD, theirs));
    street.do_as(WORKER, &mine).unwrap();
    street.do_as(NEIGHBOUR, &theirs).unwrap();
    assert_eq!(street.values(HOUSEHOLD, "label").len(), 2, "at odds");
    street
}

type Example = fn(&Notebook) -> Command;

/// One of each command that puts everything right again when it is undone.
#[expect(clippy::too_many_lines, reason = "one example a command")]
fn examples() -> Vec<(Role, Example)> {
    vec![
        (WORKER, |_| {
            Command::AddBuilding(AddBuilding { record: new(70), unit: GRID, edits: Edits::none().put("name", "7 幢") })
        }),
        (WORKER, |_| {
            Command::AddDwelling(AddDwelling {
                record: new(70),
                building: BUILDING,
                edits: Edits::none().put("number", "9"),
            })
        }),
        (WORKER, |_| {
            let lives = vec![NewResident { record: new(71), edits: Edits::none().put("name", "赵一") }];
            let edits = Edits::none().put("label", "赵家");
            Command::AddHousehold(AddHousehold { record: new(70), dwelling: DWELLING, edits, residents: lives })
        }),
        (WORKER, |_| {
            let edits = Edits::none().put("label", "3 幢联户");
            Command::AddHouseholdLink(AddHouseholdLink { record: new(70), unit: GRID, edits })
        }),
        (Role::VillageSupervisor, |_| {
            let edits = Edits::none().put("role", "mediator").put("name", "马调解");
            Command::OpenPost(OpenPost { record: new(70), unit: GRID, edits })
        }),
        (WORKER, |_| {
            Command::AddResident(AddResident {
                record: new(70),
                household: HOUSEHOLD,
                edits: Edits::none().put("name", "孙"),
            })
        }),
        (WORKER, |_| {
            let edits = Edits::none().put("name", "小卖部").put("kind", "shop");
            Command::AddPlace(AddPlace {
                record: new(70),
                kind: Kind::Premises,
                unit: Some(GRID),
                parent: Some(BUILDING),
                edits,
            })
        }),
        (WORKER, |_| {
            Command::AddVillageHousehold(AddVillageHousehold {
                record: new(70),
                house: new(71),
                unit: GRID,
                house_name: "老屋".to_owned(),
                walk: None,
                edits: Edits::none().put("label", "李家"),
                residents: vec![NewResident { record: new(72), edits: Edits::none().put("name", "李四") }],
            })
        }),
        (WORKER, |s| {
            Command::ConfirmUnchanged(ConfirmUnchanged {
                record: BUILDING,
                basis: s.basis(BUILDING),
                at: None,
                members: Vec::new(),
            })
        }),
        (WORKER, |s| {
            let state = "damaged".to_owned();
            Command::CheckFacility(CheckFacility { record: new(63), basis: s.basis(new(63)), state, at: None })
        }),
        (WORKER, |s| {
            Command::MoveIn(MoveIn {
                record: RESIDENT,
                basis: s.basis(RESIDENT),
                also: Vec::new(),
                household: new(60),
                on: None,
            })
        }),
        (WORKER, |s| {
            Command::MoveOut(MoveOut {
                record: RESIDENT,
                basis: s.basis(RESIDENT),
                also: Vec::new(),
                on: None,
                to: Some("外地".to_owned()),
            })
        }),
        (WORKER, |s| {
            Command::SplitHousehold(SplitHousehold {
                record: new(70),
                basis: s.basis(HOUSEHOLD),
                dwelling: None,
                edits: Edits::none().put("label", "分户"),
                residents: vec![s.basis(RESIDENT)],
            })
        }),
        (WORKER, |s| {
            let residents = vec![s.basis(RESIDENT)];
            Command::MergeHouseholds(MergeHouseholds {
                basis: s.basis(HOUSEHOLD),
                also: Vec::new(),
                into: s.basis(new(60)),
                residents,
                on: None,
            })
        }),
        (WORKER, |s| {
            let (key, other) = (WalkKey::parse("b.a1").or(WalkKey::parse("b")), s.basis(new(60)));
            let key = key.unwrap_or_else(walk_key);
            Command::SetWalk(SetWalk { first: (s.basis(HOUSEHOLD), key.clone()), more: vec![(other, key)] })
        }),
        (WORKER, |s| {
            let edits = Edits::none().put("phone", "13800000001").put("size", 3).add("needs", "gas_check");
            edit(s, new(60), edits)
        }),
        (WORKER, |s| {
            let raised = vec![Raised::heard(new(71), "楼道灯不亮"), Raised::found(new(72), "楼道堆物")];
            let (basis, confirms) = (s.basis(HOUSEHOLD), vec![s.basis(HOUSEHOLD)]);
            let visit = RecordVisit::plain(new(70), HOUSEHOLD, basis, "seen");
            Command::RecordVisit(RecordVisit { raised, confirms, ..visit })
        }),
        (WORKER, |_| {
            let edits = Edits::none().put("title", "路灯不亮");
            Command::ReportCase(ReportCase {
                record: new(70),
                unit: Some(GRID),
                parent: None,
                edits,
                answers: BTreeMap::new(),
            })
        }),
        (Role::Dispatcher, |s| step(s, "dispatch", &[("unit", Value::Id(new(2)))])),
        (WORKER, |s| {
            Command::Decide(Decide {
                record: HOUSEHOLD,
                basis: s.basis(HOUSEHOLD),
                also: Vec::new(),
                field: "label".to_owned(),
                within: None,
                choice: Some("王宅".into()),
            })
        }),
        (WORKER, |s| {
            Command::MoveRecord(MoveRecord {
                record: DWELLING,
                basis: s.basis(DWELLING),
                also: Vec::new(),
                to: Target::Parent(new(62)),
            })
        }),
        (WORKER, |s| {
            Command::DeleteRecord(DeleteRecord { record: new(63), basis: s.basis(new(63)), also: Vec::new() })
        }),
        (NEIGHBOUR, |s| Command::RestoreRecord(RestoreRecord { record: new(55), basis: s.basis(new(55)) })),
        (WORKER, |s| Command::LinkSame(LinkSame { basis: s.basis(HOUSEHOLD), other: s.basis(new(60)) })),
        (WORKER, |s| {
            Command::UnlinkSame(UnlinkSame {
                record: BUILDING,
                basis: s.basis(BUILDING),
                other: new(62),
                other_basis: Some(s.basis(new(62))),
            })
        }),
        (NEIGHBOUR, |s| {
            Command::ReviewRecord(ReviewRecord {
                record: new(70),
                basis: s.basis(BUILDING),
                also: Vec::new(),
                verdict: Verdict::Approve,
                note: None,
            })
        }),
    ]
}

/// The same for tasks, notices, trainings and activities.
fn examples_of_charges() -> Vec<(Role, Example)> {
    vec![
        (NEIGHBOUR, |_| task(new(70))),
        (WORKER, |_| {
            let edits = Edits::none().put("done", true).put("number_1", 3);
            Command::Charge(Charge::FeedBack(FeedBack { task: new(57), unit: GRID, basis: None, edits }))
        }),
        (NEIGHBOUR, |_| notice(new(70))),
        (WORKER, |_| {
            let (notice, basis) = (new(48), Basis::blank(receipt_of(new(48), actor(WORKER).account)));
            Command::Charge(Charge::ReadNotice(ReadNotice { notice, unit: GRID, basis, acknowledged: true }))
        }),
        (NEIGHBOUR, |_| course(new(70))),
        (NEIGHBOUR, |_| {
            let (training, who) = (new(47), actor(WORKER).account);
            let (basis, on, online, note) = (Basis::blank(done_of(training, who)), None, true, None);
            Command::Charge(Charge::CheckOff(CheckOff { training, who, unit: GRID, basis, on, online, note }))
        }),
        (NEIGHBOUR, |_| activity(new(70))),
        (WORKER, |_| {
            let (record, month, row) = (new(70), Month::of(actor(WORKER).now), Some(CASE));
            let (number, reason) = ("closing".to_owned(), "已办结".to_owned());
            Command::Charge(Charge::Object(Object { record, unit: GRID, month, number, row, reason }))
        }),
        (WORKER, |_| {
            let (activity, basis) = (new(46), Basis::blank(attendance_of(new(46), actor(WORKER).account)));
            Command::Charge(Charge::SignUp(SignUp { activity, unit: GRID, basis }))
        }),
        (NEIGHBOUR, |_| {
            let (activity, who) = (new(46), actor(Role::Volunteer).account);
            let (basis, minutes, note) = (Basis::blank(attendance_of(activity, who)), Some(90), None);
            Command::Charge(Charge::ConfirmHours(ConfirmHours { activity, who, unit: GRID, basis, minutes, note }))
        }),
    ]
}

/// The same for campaigns.
fn examples_of_campaigns() -> Vec<(Role, Example)> {
    vec![
        (WORKER, |_| plan(new(70))),
        (NEIGHBOUR, |_| {
            let day = crate::civil_date::CivilDate::from_days(19_000).unwrap();
            let (title, seed, days) = ("抽查".to_owned(), [7; 16], (day, day));
            let (record, unit, of) = (new(70), GRID, Kind::Visit);
            Command::DrawSample(DrawSample { record, unit, title, seed, per_million: 1, least: 3, of, by: None, days })
        }),
        (NEIGHBOUR, |s| {
            let (record, basis, result) = (new(70), s.basis(BUILDING), "differs".to_owned());
            let found = [("name".to_owned(), "三幢".to_owned())].into();
            Command::RecordBackCheck(RecordBackCheck { record, basis, round: None, result, found, note: None })
        }),
        (WORKER, |s| {
            let (basis, other) = (s.basis(RESIDENT), s.basis(new(61)));
            Command::NotSame(NotSame { basis, other, back: false })
        }),
        (WORKER, |_| {
            let (record, code) = (new(70), "https://mp.example/1".to_owned());
            Command::AttachCode(AttachCode { record, at: BUILDING, address: None, code })
        }),
        (WORKER, |_| patrol(new(70))),
        (WORKER, |s| {
            let (record, basis, check_point) = (new(69), s.basis(new(69)), new(59));
            Command::Patrol(Patrol::Pass(PassCheckPoint { record, basis, check_point, at: None, point: None }))
        }),
        (WORKER, |s| {
            let (record, basis) = (new(69), s.basis(new(69)));
            Command::Patrol(Patrol::End(EndPatrol { record, basis, at: None, note: None }))
        }),
        (WORKER, |s| {
            let reason = crate::code_set::CodeSet::VisitPlanEnd.entries()[0].code.to_owned();
            Command::EndVisitPlan(EndVisitPlan { record: new(68), basis: s.basis(new(68)), reason, on: None })
        }),
        (NEIGHBOUR, |_| work(new(70))),
        (WORKER, |s| {
            let (record, item, basis) = (new(70), new(58), s.basis(HOUSEHOLD));
            Command::DoWork(DoWork { record, item, basis, at: None, value: Some(Value::Int(4)), note: None })
        }),
        (NEIGHBOUR, |_| campaign(new(70))),
        (NEIGHBOUR, |s| {
            let (record, basis) = (new(64), s.basis(new(64)));
            Command::Canvass(Canvass::CloseCampaign(CloseCampaign { record, basis, reopen: false, note: None }))
        }),
        (NEIGHBOUR, |_| {
            Command::Canvass(Canvass::MakeBaseline(MakeBaseline { campaign: new(64), places: vec![DWELLING] }))
        }),
        (NEIGHBOUR, |_| target(new(70))),
        (WORKER, |s| {
            let (record, basis) = (new(66), s.basis(new(66)));
            Command::AcceptHandover(AcceptHandover { record, basis, cases: Vec::new() })
        }),
        (NEIGHBOUR, |s| {
            let reason = Some(crate::code_set::CodeSet::TargetLeft.entries()[0].code.to_owned());
            let (record, basis) = (new(65), s.basis(new(65)));
            Command::Canvass(Canvass::TakeOff(TakeOff { record, basis, also: Vec::new(), reason, note: None }))
        }),
        (NEIGHBOUR, |_| {
            Command::Canvass(Canvass::RecordAttempt(RecordAttempt {
                record: new(70),
                target: new(65),
                outcome: crate::code_set::CodeSet::CanvassOutcome.entries()[0].code.to_owned(),
                at: None,
                needs: vec!["medicine".to_owned()],
                edits: Edits::none(),
                ask: Some(RaisedAsk { record: new(71), title: "要送药".to_owned() }),
            }))
        }),
    ]
}

fn patrol(record: RecordId) -> Command {
    Command::Patrol(Patrol::Start(StartPatrol { record, unit: GRID, at: None, open: Vec::new() }))
}

/// The same of forms. One is here already, with a submission that was begun.
fn examples_of_surveys() -> Vec<(Role, Example)> {
    vec![
        (NEIGHBOUR, |s| {
            let mut next = form_version("2");
            next.basis = Some(s.basis(next.record()));
            survey(Survey::Publish(next))
        }),
        (WORKER, |_| survey(Survey::Begin(submission(new(172))))),
        (WORKER, |s| {
            let (copy, field) = (copy_of("/person", new(173)), "/person/name".to_owned());
            let put = |copy: Option<String>, field: &str| Answered::Put {
                copy,
                field: field.to_owned(),
                answer: Some("王小明".to_owned()),
            };
            let answers =
                vec![put(None, "/name"), Answered::Added { copy: copy.clone(), inside: None }, put(Some(copy), &field)];
            let (record, basis) = (new(171), s.basis(new(171)));
            let version = Some(Hash::of_content(b"another"));
            survey(Survey::Fill(FillSubmission { record, basis, answers, version, finish: true }))
        }),
    ]
}

fn survey(command: Survey) -> Command {
    Command::Survey(Box::new(command))
}

fn form_version(version: &str) -> PublishForm {
    PublishForm {
        unit: GRID,
        form_id: "visit".to_owned(),
        title: "入户走访".to_owned(),
        version: version.to_owned(),
        definition: version.as_bytes().repeat(crate::limits::FORM_PIECE_BYTES + 1),
        basis: None,
    }
}

fn submission(record: RecordId) -> BeginSubmission {
    let version = Hash::of_content(&form_version("1").definition);
    let (title, answers) = ("入户走访".to_owned(), Vec::new());
    BeginSubmission {
        record,
        unit: GRID,
        about: Some(BUILDING),
        form: form_version("1").record(),
        version,
        title,
        answers,
    }
}

/// The same of inspections.
fn examples_of_inspections() -> Vec<(Role, Example)> {
    vec![
        (WORKER, |_| inspect(Inspect::Begin(inspection("third_party", 0)))),
        (WORKER, |_| answered(inspection("department", -1).record())),
        (WORKER, |s| {
            let record = inspection("street", -1).record();
            inspect(Inspect::Finish(FinishInspection {
                record,
                basis: s.basis(record),
                items: vec!["drill".to_owned()],
                signed_by: Some("王经理".to_owned()),
                unsigned: None,
                signature: None,
                note: None,
                attempt: Some((new(65), new(70))),
                people: Some(3),
            }))
        }),
        (WORKER, |_| {
            let (of, items, on) = (inspection("street", -1).record(), vec!["drill".to_owned()], actor(WORKER).today());
            inspect(Inspect::Recheck(BeginRecheck { of, round: 1, items, on: Some(on), office: None }))
        }),
    ]
}

fn inspect(command: Inspect) -> Command {
    Command::Inspect(Box::new(command))
}

/// A look at a building by one item, so many days from today.
fn inspection(origin: &str, days: i64) -> BeginInspection {
    let book = crate::inspection::TemplateBook::shipped();
    let mut template = book.for_place("hotel").into_iter().next().unwrap().clone();
    template.items.retain(|item| item.item == "drill");
    let on = Some(actor(WORKER).today() + days);
    BeginInspection {
        place: BUILDING,
        template,
        origin: origin.to_owned(),
        on,
        campaign: None,
        target: None,
        office: None,
    }
}

/// The item failed.
fn answered(inspection: RecordId) -> Command {
    let (item, result, hazard) = ("drill".to_owned(), "failed".to_owned(), Some(Hazard::default()));
    let (note, number, pictures, basis) = (None, None, Vec::new(), None);
    inspect(Inspect::Answer(AnswerItem { inspection, item, result, note, number, pictures, basis, hazard }))
}

fn plan(record: RecordId) -> Command {
    let purpose = crate::code_set::CodeSet::VisitPurpose.entries()[0].code;
    let edits = Edits::none().put("purpose", purpose).put("every_days", 30).put("from", 19_000);
    let edits = edits.put("until", 21_000).put("consent_by", "本人").put("consent_on", 19_000);
    Command::AddVisitPlan(AddVisitPlan { record, door: HOUSEHOLD, case: None, edits })
}

fn work(record: RecordId) -> Command {
    let edits = Edits::none().put("title", "核对人数").put("category", "people").put("sort", "fact");
    let edits = edits.put("target", "household").put("fact", "household.size");
    Command::ProposeWork(ProposeWork { record, unit: GRID, edits })
}

fn notice(record: RecordId) -> Command {
    let edits = Edits::none().put("title", "寒潮预警");
    Command::Charge(Charge::GiveNotice(GiveNotice { record, unit: GRID, volunteers: false, edits }))
}

fn course(record: RecordId) -> Command {
    let edits = Edits::none().put("title", "岗前培训").add("for_roles", "gridworker");
    Command::Charge(Charge::AddTraining(AddTraining { record, unit: GRID, edits }))
}

fn activity(record: RecordId) -> Command {
    let edits = Edits::none().put("title", "清理楼道").put("from", 1_600_000_000_000_i64);
    Command::Charge(Charge::AddActivity(AddActivity { record, unit: GRID, edits }))
}

fn task(record: RecordId) -> Command {
    let edits = Edits::none().put("title", "报送消火栓数").put("due", 1_900_000_000_000_i64).put("number_1", "数量");
    let edits = edits.add("targets", GRID.record());
    Command::Charge(Charge::GiveTask(GiveTask { record, unit: GRID, edits }))
}

fn campaign(record: RecordId) -> Command {
    let edits = Edits::none().put("title", "台风摸排").put("sort", "emergency_canvass");
    Command::Canvass(Canvass::AddCampaign(AddCampaign { record, unit: GRID, edits }))
}

fn target(record: RecordId) -> Command {
    let (unit, building, label) = (Some(GRID), Some(BUILDING), "2单元501".to_owned());
    let edits = Edits::none();
    Command::Canvass(Canvass::AddTarget(AddTarget {
        record,
        campaign: new(64),
        unit,
        building,
        place: None,
        label,
        edits,
    }))
}

fn walk_key() -> WalkKey {
    crate::walk_order::insert(&[], 0, crate::walk_order::WriterTag::of(crate::id::ReplicaId([9; 16])))
        .map(|(key, _)| key)
        .unwrap()
}

/// The number of each command. Whoever adds one is told here by the compiler, and gives an example above.
fn number(command: &Command) -> usize {
    match command {
        Command::AddBuilding(_) => 0,
        Command::AddDwelling(_) => 1,
        Command::AddHousehold(_) => 2,
        Command::AddHouseholdLink(_) => 3,
        Command::OpenPost(_) => 42,
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
        Command::RestoreRecord(_) => 43,
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
        Command::Inspect(inspect) => match **inspect {
            Inspect::Begin(_) => 46,
            Inspect::Answer(_) => 47,
            Inspect::Finish(_) => 48,
            Inspect::Recheck(_) => 49,
        },
        Command::AttachCode(_) => 37,
        Command::ProposeWork(_) => 38,
        Command::DoWork(_) => 39,
        Command::Charge(Charge::GiveTask(_)) => 44,
        Command::Charge(Charge::FeedBack(_)) => 45,
        Command::Charge(Charge::GiveNotice(_)) => 50,
        Command::Charge(Charge::ReadNotice(_)) => 51,
        Command::Charge(Charge::AddTraining(_)) => 52,
        Command::Charge(Charge::CheckOff(_)) => 53,
        Command::Charge(Charge::AddActivity(_)) => 54,
        Command::Charge(Charge::SignUp(_)) => 55,
        Command::Charge(Charge::ConfirmHours(_)) => 56,
        Command::Charge(Charge::Object(_)) => 57,
        Command::Survey(survey) => match **survey {
            Survey::Publish(_) => 58,
            Survey::Begin(_) => 59,
            Survey::Fill(_) => 60,
        },
        Command::DrawSample(_) => 40,
        Command::RecordBackCheck(_) => 41,
        // Undone in every example below, and the same as the command inside it.
        Command::Undo(_) | Command::Correct(_) => usize::MAX,
    }
}

#[test]
fn every_command_has_its_undo_and_the_undo_its_own() {
    let mut numbers = BTreeSet::new();
    for (who, example) in examples()
        .into_iter()
        .chain(examples_of_campaigns())
        .chain(examples_of_inspections())
        .chain(examples_of_charges())
        .chain(examples_of_surveys())
    {
        let (mut street, mut memory) = (quarter(), Memory::default());
        if who == Role::Dispatcher {
            street.do_as(Role::IntakeClerk, &step(&street, "accept", &[])).unwrap();
        }
        let before = picture(&street);
        let command = example(&street);
        numbers.insert(number(&command));
        let name = command.name();
        let done = memory.run(&mut street, who, &command).unwrap_or_else(|r| panic!("{name}: {r}"));
        let after = picture(&street);
        let who = if name == "take_step" { NEIGHBOUR } else { who };
        let undo = memory.undo(&mut street, who, &done, false).unwrap_or_else(|r| panic!("undo of {name}: {r}"));
        assert_eq!(picture(&street), before, "{name}");
        if matches!(name, "take_step" | "review_record" | "accept_handover") {
            continue;
        }
        let again =
            memory.undo(&mut street, who, &undo, false).unwrap_or_else(|r| panic!("undo of undo of {name}: {r}"));
        assert_eq!(picture(&street), after, "{name} again");
        memory.undo(&mut street, who, &again, false).unwrap_or_else(|r| panic!("third undo of {name}: {r}"));
        assert_eq!(picture(&street), before, "{name} undone again");
    }
    assert_eq!(numbers.into_iter().collect::<Vec<_>>(), (0..61).collect::<Vec<_>>(), "a command has no example");
}

#[test]
fn a_decided_disagreement_is_open_again_with_all_its_values() {
    let (mut street, mut memory) = (quarter(), Memory::default());
    let decide = Decide {
        record: HOUSEHOLD,
        basis: street.basis(HOUSEHOLD),
        also: Vec::new(),
        field: "label".to_owned(),
        within: None,
        choice: Some("老王家".into()),
    };
    let done = memory.run(&mut street, WORKER, &Command::Decide(decide)).unwrap();
    assert_eq!(street.values(HOUSEHOLD, "label"), [Some("老王家".into())]);
    memory.undo(&mut street, WORKER, &done, false).unwrap();
    let mut open: Vec<String> = street.values(HOUSEHOLD, "label").iter().map(|v| format!("{v:?}")).collect();
    open.sort();
    let mut wanted: Vec<String> = ["王宅", "王府"].map(|v| format!("{:?}", Some(Value::from(v)))).into();
    wanted.sort();
    assert_eq!(open, wanted);
    assert_eq!(memory.undo(&mut street, WORKER, &done, false), Err(Rejection::NothingToUndo));
}

#[test]
fn what_was_written_with_a_step_that_stays_stays_with_it() {
    let (mut street, mut memory) = (quarter(), Memory::default());
    let lead = Role::CountySupervisor;
    let step = |street: &Notebook, step: &str, answers: &[(&str, Value)]| {
        let answers = answers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let (record, basis) = (new(58), street.basis(new(58)));
        Command::TakeStep(TakeStep { record, basis, step: step.to_owned(), answers })
    };
    let back = step(&street, "take_back", &[("reason", "重复".into())]);
    street.do_as(lead, &back).unwrap();
    let answers = [("begins", Value::Int(20_000)), ("ends", Value::Int(20_030)), ("purpose", "核对".into())];
    let admit = step(&street, "admit", &answers);
    let done = memory.run(&mut street, lead, &admit).unwrap();
    let before = picture(&street);
    let refused = memory.undo(&mut street, lead, &done, true).unwrap_err();
    assert_eq!(refused, Rejection::UndoHindered { why: "no_step_back" });
    assert_eq!(picture(&street), before, "an item that stays admitted keeps its dates");
}

#[test]
fn what_others_wrote_since_stands_in_the_way_and_stays() {
    let (mut street, mut memory) = (quarter(), Memory::default());
    let edits = Edits::none().put("phone", "13800000001").put("note", "一楼");
    let command = edit(&street, new(60), edits);
    let done = memory.run(&mut street, WORKER, &command).unwrap();
    street.do_as(NEIGHBOUR, &edit(&street, new(60), Edits::none().put("phone", "13800000002"))).unwrap();
    let found = compensate(&memory.shown(&street, &done), None, &street.held, &actor(WORKER));
    let told = &found.hindrances[0];
    assert_eq!((told.code, told.what.as_deref()), ("changed_since", Some("phone")));
    assert_eq!(told.by, Some(actor(NEIGHBOUR).account), "and says whose it is");
    let refused = memory.undo(&mut street, WORKER, &done, false).unwrap_err();
    assert_eq!(refused, Rejection::UndoHindered { why: "changed_since" });
    memory.undo(&mut street, WORKER, &done, true).unwrap();
    assert_eq!(street.shown(new(60), "phone"), Some("13800000002".into()), "theirs stays");
    assert_eq!(street.shown(new(60), "note"), None, "the rest is put right");
}

#[test]
fn what_one_made_goes_only_as_long_as_nobody_built_on_it() {
    let (mut street, mut memory) = (quarter(), Memory::default());
    let add = AddBuilding { record: new(70), unit: GRID, edits: Edits::none().put("name", "7 幢") };
    let done = memory.run(&mut street, WORKER, &Command::AddBuilding(add)).unwrap();
    let mut below = (street.clone(), Memory { saves: memory.saves, ..Memory::default() });
    let door = AddDwelling { record: new(71), building: new(70), edits: Edits::none().put("number", "1") };
    below.0.do_as(WORKER, &Command::AddDwelling(door)).unwrap();
    let refused = below.1.undo(&mut below.0, WORKER, &done, false).unwrap_err();
    assert_eq!(refused, Rejection::UndoHindered { why: "has_below" });
    street.do_as(NEIGHBOUR, &edit(&street, new(70), Edits::none().put("note", "新楼"))).unwrap();
    let refused = memory.undo(&mut street, WORKER, &done, true).unwrap_err();
    assert_eq!(refused, Rejection::UndoHindered { why: "edited_since" });
}

#[test]
fn a_case_goes_until_somebody_took_it_up_and_is_voided_then() {
    let (mut street, mut memory) = (quarter(), Memory::default());
    let report = |record| {
        let edits = Edits::none().put("title", "路灯不亮");
        Command::ReportCase(ReportCase { record, unit: Some(GRID), parent: None, edits, answers: BTreeMap::new() })
    };
    let one = memory.run(&mut street, WORKER, &report(new(70))).unwrap();
    memory.undo(&mut street, WORKER, &one, false).unwrap();
    assert!(street.held[&new(70)].is_deleted(), "nobody had it: its reporter takes it back");
    let two = memory.run(&mut street, WORKER, &report(new(71))).unwrap();
    let accept =
        TakeStep { record: new(71), basis: street.basis(new(71)), step: "accept".to_owned(), answers: [].into() };
    street.do_as(Role::IntakeClerk, &Command::TakeStep(accept)).unwrap();
    let found = compensate(&memory.shown(&street, &two), Some("x"), &street.held, &actor(WORKER));
    assert_eq!((found.hindrances[0].code, found.writes.len()), ("no_step_back", 0));
    assert!(found.hindrances[0].ways.contains(&"void"), "the way on: somebody voids it");
    memory.undo(&mut street, NEIGHBOUR, &two, false).unwrap();
    let case = &street.held[&new(71)];
    assert_eq!((case.status(), case.is_deleted()), ("voided", false), "it cannot vanish any more");
    assert_eq!(case.last_applied().unwrap().answers.get("reason"), Some(&"录错了".into()));
}

#[test]
fn steps_lead_back_or_say_how_to_get_on() {
    let (mut street, mut memory) = (quarter(), Memory::default());
    let accept = step(&street, "accept", &[]);
    let done = memory.run(&mut street, Role::IntakeClerk, &accept).unwrap();
    let found = compensate(&memory.shown(&street, &done), None, &street.held, &actor(Role::IntakeClerk));
    assert_eq!(found.hindrances[0].code, "no_step_back");
    assert!(found.hindrances[0].ways.contains(&"dispatch"));
    let dispatch = step(&street, "dispatch", &[("unit", Value::Id(new(2)))]);
    let first = memory.run(&mut street, Role::Dispatcher, &dispatch).unwrap();
    street.do_as(WORKER, &step(&street, "take", &[])).unwrap();
    let found = compensate(&memory.shown(&street, &first), None, &street.held, &actor(NEIGHBOUR));
    assert_eq!((found.hindrances[0].code, found.hindrances[0].what.as_deref()), ("step_followed", Some("take")));
    let hand_back = step(&street, "hand_back", &[("reason", "不归我".into())]);
    let done = memory.run(&mut street, WORKER, &hand_back).unwrap();
    memory.undo(&mut street, NEIGHBOUR, &done, false).unwrap();
    assert_eq!(crate::kind::case::dispatched_to(&street.held[&CASE]), Some(UnitId([2; 16])), "where it was before");
}

#[test]
fn former_values_read_back() {
    let street = quarter();
    let wishes = [
        Wish::put("label", "x"),
        Wish::clear("note"),
        Wish::Step { step: "s".into(), to: "t".into(), answers: [].into() },
    ];
    let former = Former::of(street.held.get(&HOUSEHOLD), &wishes);
    assert_eq!(former.field(None, "label").len(), 2);
    assert_eq!(Former::from_bytes(&former.to_bytes()), Ok(former));
    assert!(Former::of(None, &wishes).created);
    assert!(Former::from_bytes(&[0]).is_err());
}

/// What somebody does next, of few records and fields, so that much meets.
fn command(street: &Notebook, what: u8, which: u8, value: u8) -> Command {
    let record = [HOUSEHOLD, new(60), BUILDING, new(63), RESIDENT][usize::from(which) % 5];
    let edits = Edits::none();
    let text = format!("说明{}", value % 4);
    match what % 9 {
        0 => edit(street, record, edits.put("note", text)),
        1 => edit(street, record, edits.clear("note")),
        2 => edit(street, HOUSEHOLD, edits.put("label", text).add("needs", "gas_check")),
        3 => edit(street, new(60), edits.remove("needs", "gas_check").put("note", text)),
        4 => edit(street, new(60), edits.add("needs", "gas_check")),
        5 => Command::DeleteRecord(DeleteRecord { record: new(63), basis: street.basis(new(63)), also: Vec::new() }),
        6 => Command::MoveRecord(MoveRecord {
            record: DWELLING,
            basis: street.basis(DWELLING),
            also: Vec::new(),
            to: Target::Parent(if value.is_multiple_of(2) { BUILDING } else { new(62) }),
        }),
        7 => Command::LinkSame(LinkSame { basis: street.basis(HOUSEHOLD), other: street.basis(new(60)) }),
        _ => Command::Decide(Decide {
            record: HOUSEHOLD,
            basis: street.basis(HOUSEHOLD),
            also: Vec::new(),
            field: "label".to_owned(),
            within: None,
            choice: Some(text.into()),
        }),
    }
}

proptest! {
    /// Whatever one phone did, undone from the last to the first: every field and set is what it was, and nothing of the
    /// timeline is gone.
    #[test]
    fn random_commands_undone_leave_everything_as_it_was(acts in prop::collection::vec((0u8..9, 0u8..5, 0u8..8), 1..14)) {
        let (mut street, mut memory) = (quarter(), Memory::default());
        let before = picture(&street);
        let mut all = Vec::new();
        for (what, which, value) in acts {
            let command = command(&street, what, which, value);
            if let Ok(done) = memory.run(&mut street, WORKER, &command) {
                all.push((done, picture(&street)));
            }
        }
        let (mut pos, mut left) = (street.pos, all.clone());
        while let Some((done, after)) = left.pop() {
            prop_assert_eq!(picture(&street), after);
            match memory.undo(&mut street, WORKER, &done, false) {
                Ok(_) => prop_assert!(street.pos > pos, "an undo is one more change"),
                Err(refused) => prop_assert_eq!(refused, Rejection::NothingToUndo),
            }
            pos = street.pos;
        }
        prop_assert_eq!(picture(&street), before);
        for (done, _) in all {
            for save in done {
                let known = |name: &Name| street.held[&save.change.record].edits.iter().any(|e| e.tag.names.contains(name));
                let is_edit = save.change.is_edit();
                let deleted = !street.held[&save.change.record].deletes.is_empty();
                prop_assert!(!is_edit || deleted || save.names.iter().all(known), "the timeline keeps it");
            }
        }
    }

    /// The same with somebody else writing in between: what they wrote last stands, whatever is undone.
    #[test]
    fn an_undo_never_takes_away_what_somebody_else_wrote_since(acts in prop::collection::vec((0u8..5, 0u8..5, 0u8..8, any::<bool>()), 1..14)) {
        let (mut street, mut memory) = (quarter(), Memory::default());
        let mut all = Vec::new();
        for (what, which, value, theirs) in acts {
            let command = command(&street, what, which, value);
            if theirs {
                let _ = street.do_as(NEIGHBOUR, &command);
            } else if let Ok(done) = memory.run(&mut street, WORKER, &command) {
                all.push(done);
            }
        }
        let theirs = |street: &Notebook| -> BTreeSet<(RecordId, String, String)> {
            let heads = street.held.values().flat_map(|s| s.fields.iter().flat_map(move |(f, r)| r.heads.iter().map(move |h| (s.record, f, h))));
            heads.filter(|(_, _, h)| h.tag.author == actor(NEIGHBOUR).account).map(|(r, f, h)| (r, f.clone(), format!("{:?}", h.value))).collect()
        };
        let stands = theirs(&street);
        for done in all.into_iter().rev() {
            let _ = memory.undo(&mut street, WORKER, &done, true);
        }
        prop_assert!(stands.is_subset(&theirs(&street)));
        let _ = Policy::Review;
    }
}

#[test]
fn a_lease_is_with_one_phone_whoever_surfaces_later() {
    use crate::journal::Outcome;
    use crate::kind::case::leased_to;
    let mut street = quarter();
    let (old, successor, unit) = (actor(WORKER).account, actor(NEIGHBOUR).account, Value::Id(new(2)));
    street.do_as(Role::IntakeClerk, &step(&street, "accept", &[])).unwrap();
    street.do_as(Role::Dispatcher, &step(&street, "dispatch", &[("unit", unit)])).unwrap();
    street.do_as(WORKER, &step(&street, "take", &[])).unwrap();
    assert_eq!(leased_to(&street.held[&CASE]), Some(old));
    // The old phone goes on without a signal; the successor takes the work on.
    let unaware = step(&street, "handle", &[("result", "修好了".into())]).decide(&street.held, &actor(WORKER)).unwrap();
    offer(&mut street, new(67), old, successor);
    let cases = vec![street.basis(CASE)];
    let accept = AcceptHandover { record: new(67), basis: street.basis(new(67)), cases };
    let refused = Command::AcceptHandover(accept.clone()).decide(&street.held, &actor(WORKER));
    assert_eq!(refused.map_err(|r| r.code()), Err("not_yours"));
    street.do_as(NEIGHBOUR, &Command::AcceptHandover(accept)).unwrap();
    assert_eq!(leased_to(&street.held[&CASE]), Some(successor));
    assert_eq!(street.held[&new(67)].status(), "handed_over");
    street.save(WORKER as u8 + 1, unaware);
    let case = &street.held[&CASE];
    assert_eq!((case.status(), leased_to(case)), ("taken", Some(successor)), "one survivor");
    let late = case.steps.last().unwrap();
    assert!(matches!(late.outcome, Outcome::Overtaken(Some(_))), "kept, and told as overtaken: {late:?}");
    street.do_as(NEIGHBOUR, &step(&street, "handle", &[("result", "换了灯".into())])).unwrap();
    assert_eq!(street.held[&CASE].status(), "handled");
}
