//! Reviews as a story told step by step: what is said of a record, what is typed meanwhile, how it stands then.

use super::*;
use crate::basis::Basis;
use crate::command::tests::{BUILDING, CASE, DWELLING, HOUSEHOLD, Notebook, RESIDENT, actor, edit, step, street};
use crate::command::{Command, DeleteRecord, EditRecord, Edits, RecordVisit, ReviewRecord, TakeStep, Verdict};
use crate::role::Role;

const VISIT: RecordId = RecordId([40; 16]);

fn visited() -> Notebook {
    let mut street = street();
    let visit = RecordVisit {
        record: VISIT,
        door: HOUSEHOLD,
        basis: street.basis(HOUSEHOLD),
        outcome: "seen".to_owned(),
        edits: Edits::none().put("note", "都好"),
        ..RecordVisit::default()
    };
    street.do_as(Role::Gridworker, &Command::RecordVisit(visit)).unwrap();
    street
}

fn review(record: u8, basis: Basis, verdict: Verdict, note: Option<&str>) -> Command {
    let (record, note) = (RecordId([record; 16]), note.map(str::to_owned));
    Command::ReviewRecord(ReviewRecord { record, basis, also: Vec::new(), verdict, note })
}

fn returning(comments: &[(&str, &str)]) -> Verdict {
    Verdict::Return(comments.iter().map(|(f, t)| ((*f).to_owned(), (*t).to_owned())).collect())
}

fn reviews(street: &Notebook, subject: RecordId) -> Vec<Review> {
    let sight = Sight::of(&[&street.held[&subject]]);
    let below = street.held.values().filter(|s| s.head_ids(crate::kind::PARENT) == [subject]);
    below.filter_map(|s| Review::of(s, &sight)).collect()
}

fn stands(street: &Notebook, subject: RecordId) -> Standing {
    standing(&reviews(street, subject))
}

const SUPERVISOR: Role = Role::VillageSupervisor;

#[test]
fn an_approval_is_of_what_the_reviewer_saw() {
    let mut street = visited();
    assert_eq!(stands(&street, VISIT), Standing::Unreviewed);
    let on_screen = street.basis(VISIT);
    street.do_as(SUPERVISOR, &review(50, on_screen.clone(), Verdict::Approve, None)).unwrap();
    assert_eq!(stands(&street, VISIT), Standing::Approved);
    street.do_as(Role::Gridworker, &edit(&street, VISIT, Edits::none().put("note", "改了"))).unwrap();
    assert_eq!(stands(&street, VISIT), Standing::ChangedSince);
    assert_eq!(reviews(&street, VISIT)[0].changed, ["note"]);
    // Approved again, but over the screen of before: that is no approval of the note that came since.
    street.do_as(SUPERVISOR, &review(51, on_screen, Verdict::Approve, None)).unwrap();
    assert_eq!(stands(&street, VISIT), Standing::ChangedSince);
    street.do_as(SUPERVISOR, &review(52, street.basis(VISIT), Verdict::Approve, None)).unwrap();
    assert_eq!(stands(&street, VISIT), Standing::Approved);
    let withdraw = Command::TakeStep(TakeStep {
        record: RecordId([52; 16]),
        basis: street.basis(RecordId([52; 16])),
        step: "withdraw".to_owned(),
        answers: [("reason".to_owned(), Value::from("看错了"))].into(),
    });
    street.do_as(SUPERVISOR, &withdraw).unwrap();
    assert_eq!(stands(&street, VISIT), Standing::ChangedSince, "what was approved before counts again");
}

#[test]
fn a_return_stays_until_a_correction_that_saw_it() {
    let mut street = visited();
    let before = street.basis(VISIT);
    let back = review(50, street.basis(VISIT), returning(&[("note", "谁在家？")]), Some("请补充"));
    street.do_as(SUPERVISOR, &back).unwrap();
    let told = &reviews(&street, VISIT)[0];
    assert_eq!((told.to.as_slice(), told.note.as_deref()), (&[actor(Role::Gridworker).account][..], Some("请补充")));
    assert_eq!(told.comments, [Comment { field: "note".to_owned(), text: "谁在家？".to_owned() }]);
    // Its author edits on without a signal: the screen shows no comment yet.
    let unaware =
        EditRecord { record: VISIT, basis: before, also: Vec::new(), edits: Edits::none().put("note", "老王") };
    street.do_as(Role::Gridworker, &Command::EditRecord(unaware)).unwrap();
    assert_eq!(stands(&street, VISIT), Standing::Returned, "both are kept");
    assert_eq!(reviews(&street, VISIT)[0].changed, ["note"], "and it is told that it was edited since");
    let shown = vec![street.basis(RecordId([50; 16]))];
    let edits = Edits::none().put("note", "老王夫妇");
    let aware = EditRecord { record: VISIT, basis: street.basis(VISIT), also: shown, edits };
    street.do_as(Role::Gridworker, &Command::EditRecord(aware)).unwrap();
    assert_eq!(stands(&street, VISIT), Standing::Answered);
    assert_eq!(street.shown(VISIT, "note"), Some(Value::from("老王夫妇")), "the correction moves the register on");
    assert_eq!(reviews(&street, VISIT)[0].answered.as_ref().unwrap().by, actor(Role::Gridworker).account);
    street.do_as(SUPERVISOR, &review(51, street.basis(VISIT), Verdict::Approve, None)).unwrap();
    assert_eq!(stands(&street, VISIT), Standing::Approved);
}

#[test]
fn who_corrects_something_else_answers_nothing() {
    let mut street = visited();
    street.do_as(SUPERVISOR, &review(50, street.basis(VISIT), returning(&[("note", "谁？")]), None)).unwrap();
    let by = |street: &Notebook, field: &str, value: &str| {
        Command::EditRecord(EditRecord {
            record: VISIT,
            basis: street.basis(VISIT),
            also: vec![street.basis(RecordId([50; 16]))],
            edits: Edits::none().put(field, value),
        })
    };
    street.do_as(Role::TownshipSupervisor, &by(&street, "outcome", "no_change")).unwrap();
    assert_eq!(stands(&street, VISIT), Standing::Returned);
    street.do_as(Role::TownshipSupervisor, &by(&street, "note", "问过了")).unwrap();
    assert_eq!(stands(&street, VISIT), Standing::Answered, "whoever mends what was commented on has answered");
}

#[test]
fn a_case_is_approved_with_its_steps() {
    let mut street = street();
    street.do_as(SUPERVISOR, &review(50, street.basis(CASE), Verdict::Approve, None)).unwrap();
    assert_eq!(stands(&street, CASE), Standing::Approved);
    street.do_as(Role::IntakeClerk, &step(&street, "accept", &[])).unwrap();
    assert_eq!(stands(&street, CASE), Standing::ChangedSince);
    assert_eq!(reviews(&street, CASE)[0].to, [actor(Role::Gridworker).account], "its report is the author's");
}

#[test]
fn what_chooses_by_itself_is_no_change() {
    let mut street = street();
    street.do_as(SUPERVISOR, &review(50, street.basis(HOUSEHOLD), Verdict::Approve, None)).unwrap();
    let visit = RecordVisit {
        record: VISIT,
        door: HOUSEHOLD,
        basis: street.basis(HOUSEHOLD),
        outcome: "seen".to_owned(),
        ..RecordVisit::default()
    };
    street.do_as(Role::Gridworker, &Command::RecordVisit(visit)).unwrap();
    assert!(street.shown(HOUSEHOLD, "last_visited").is_some());
    assert_eq!(stands(&street, HOUSEHOLD), Standing::Approved);
    let edits = Edits::none().add("needs", "gas_check");
    street.do_as(Role::Gridworker, &edit(&street, HOUSEHOLD, edits)).unwrap();
    assert_eq!(reviews(&street, HOUSEHOLD)[0].changed, ["needs"]);
    street.do_as(SUPERVISOR, &review(51, street.basis(HOUSEHOLD), Verdict::Approve, None)).unwrap();
    let edits = Edits::none().remove("needs", "gas_check");
    street.do_as(Role::Gridworker, &edit(&street, HOUSEHOLD, edits)).unwrap();
    assert_eq!(stands(&street, HOUSEHOLD), Standing::ChangedSince, "what was taken away is missed");
}

#[test]
fn reviews_that_are_refused() {
    let mut street = visited();
    let gone = |record| Command::DeleteRecord(DeleteRecord { record, basis: street.basis(record), also: Vec::new() });
    let delete = gone(RESIDENT);
    street.do_as(Role::Gridworker, &delete).unwrap();
    let said = |subject: RecordId, verdict: Verdict| review(50, street.basis(subject), verdict, None);
    let unit = RecordId([1; 16]);
    #[rustfmt::skip]
    let table = [
        (said(VISIT, Verdict::Approve),                           Role::Gridworker, "own_record"),
        (said(VISIT, Verdict::Approve),                           Role::Volunteer,  "field_not_permitted"),
        (said(VISIT, Verdict::Approve),                           Role::Dispatcher, "field_not_permitted"),
        (said(VISIT, returning(&[])),                             SUPERVISOR,       "missing_answer"),
        (said(VISIT, returning(&[("colour", "?")])),              SUPERVISOR,       "unknown_field"),
        (said(VISIT, returning(&[("note", " ")])),                SUPERVISOR,       "wrong_shape"),
        (said(RESIDENT, Verdict::Approve),                        SUPERVISOR,       "record_deleted"),
        (said(unit, Verdict::Approve),                            SUPERVISOR,       "unknown_record"),
    ];
    for (command, who, code) in table {
        assert_eq!(command.decide(&street.held, &actor(who)).map_err(|r| r.code()), Err(code), "{command:?}");
    }
    for subject in [BUILDING, DWELLING, HOUSEHOLD, VISIT, CASE] {
        assert!(said(subject, Verdict::Approve).decide(&street.held, &actor(SUPERVISOR)).is_ok());
    }
}

#[test]
fn a_deleted_review_says_nothing_and_the_reviews_stay_when_their_subject_goes() {
    let mut street = visited();
    let shown = |street: &Notebook, record| DeleteRecord {
        record,
        basis: street.basis(record),
        also: vec![street.basis(RecordId([50; 16]))],
    };
    street.do_as(SUPERVISOR, &review(50, street.basis(VISIT), returning(&[("note", "谁？")]), None)).unwrap();
    let mut gone = street.clone();
    let delete = Command::DeleteRecord(DeleteRecord { also: Vec::new(), ..shown(&gone, RecordId([50; 16])) });
    gone.do_as(SUPERVISOR, &delete).unwrap();
    assert_eq!(stands(&gone, VISIT), Standing::Unreviewed);
    let delete = Command::DeleteRecord(shown(&street, VISIT));
    street.do_as(Role::Gridworker, &delete).unwrap();
    assert!(street.held[&VISIT].is_deleted() && !street.held[&RecordId([50; 16])].is_deleted());
}

#[test]
fn a_sight_reads_back() {
    let street = visited();
    let sight = Sight::of(&[&street.held[&VISIT]]);
    assert_eq!(Sight::from_value(&sight.to_value()), Some(sight.clone()));
    assert!(sight.changed(&sight).is_empty());
    assert_eq!(Sight::from_value(&Value::from("x")), None);
    let of_volunteers = |state: &State| review::seen_by_authors(state).len();
    assert_eq!(of_volunteers(&street.held[&VISIT]), 0);
}
