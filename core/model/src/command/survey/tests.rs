//! Forms and submissions as commands: what is taken, what is refused, and what two people leave who answer one question.

use super::*;
use crate::command::tests::{BUILDING, CASE, GRID, Notebook, actor, street};
use crate::command::{Command, DeleteRecord, again};
use crate::hash::Hash;
use crate::id::RecordId;
use crate::kind::Kind;
use crate::kind::form::Form;
use crate::kind::submission::Submission;
use crate::limits;
use crate::role::{Role, Roles};
use crate::submission::copy_of;

const FILLED: RecordId = RecordId([40; 16]);
const WORKER: Role = Role::Gridworker;
const SUPERVISOR: Role = Role::VillageSupervisor;

fn publish(bytes: &[u8]) -> PublishForm {
    PublishForm {
        unit: GRID,
        form_id: "visit".to_owned(),
        title: "入户走访".to_owned(),
        version: "1".to_owned(),
        definition: bytes.to_vec(),
        basis: None,
    }
}

fn begin(bytes: &[u8], about: Option<RecordId>) -> BeginSubmission {
    let (form, version) = (publish(bytes).record(), Hash::of_content(bytes));
    let (title, answers) = ("入户走访".to_owned(), Vec::new());
    BeginSubmission { record: FILLED, unit: GRID, about, form, version, title, answers }
}

fn put(copy: Option<&str>, field: &str, answer: &str) -> Answered {
    let answer = Some(answer.to_owned()).filter(|answer| !answer.is_empty());
    Answered::Put { copy: copy.map(str::to_owned), field: field.to_owned(), answer }
}

fn fill(notebook: &Notebook, answers: Vec<Answered>, finish: bool) -> Survey {
    Survey::Fill(FillSubmission { record: FILLED, basis: notebook.basis(FILLED), answers, version: None, finish })
}

fn wanted(survey: Survey) -> Command {
    Command::Survey(Box::new(survey))
}

fn told(notebook: &Notebook, role: Role, survey: Survey) -> Result<(), &'static str> {
    wanted(survey).decide(&notebook.held, &actor(role)).map(drop).map_err(|rejection| rejection.code())
}

fn begun() -> Notebook {
    let mut notebook = street();
    notebook.do_as(SUPERVISOR, &wanted(Survey::Publish(publish(b"one")))).unwrap();
    notebook.do_as(WORKER, &wanted(Survey::Begin(begin(b"one", Some(BUILDING))))).unwrap();
    notebook
}

#[test]
fn a_form_is_brought_in_by_few_and_each_definition_once() {
    let notebook = begun();
    let next = |bytes: &[u8]| {
        let mut next = publish(bytes);
        next.basis = Some(notebook.basis(next.record()));
        Survey::Publish(next)
    };
    for role in Role::ALL {
        let may = crate::kind::form::PUBLISHERS.has(role);
        let answer = if may { Ok(()) } else { Err("field_not_permitted") };
        assert_eq!(told(&notebook, role, next(b"two")), answer, "{role}");
        let other = PublishForm { form_id: "census".to_owned(), ..publish(b"two") };
        assert_eq!(told(&notebook, role, Survey::Publish(other)), answer, "{role}: a form that is new");
    }
    assert_eq!(told(&notebook, SUPERVISOR, next(b"one")), Err("record_exists"));
    assert_eq!(told(&notebook, SUPERVISOR, next(b"")), Err("missing_field"));
    let large = vec![1; limits::FORM_DEFINITION_BYTES_MAX + 1];
    assert_eq!(told(&notebook, SUPERVISOR, next(&large)), Err("too_long"));
}

#[test]
fn a_definition_is_there_when_all_its_pieces_are() {
    let (mut notebook, bytes) = (street(), [&vec![7; limits::FORM_PIECE_BYTES][..], b"the end"].concat());
    notebook.do_as(SUPERVISOR, &wanted(Survey::Publish(publish(&bytes)))).unwrap();
    let mut next = publish(b"two");
    next.basis = Some(notebook.basis(next.record()));
    notebook.do_as(SUPERVISOR, &wanted(Survey::Publish(next))).unwrap();
    let form = Form::of(&notebook.held[&publish(b"").record()]).unwrap();
    assert_eq!(form.versions.len(), 2, "a version that was brought in stays");
    let version = form.version(Hash::of_content(&bytes)).unwrap();
    assert_eq!((version.pieces(), version.name.as_str()), (2, "1"));
    assert_eq!(version.assembled(form.record, |piece| notebook.held.get(&piece)).unwrap(), bytes);
    let last = version.piece_ids(form.record).last().unwrap();
    let without = |piece: RecordId| notebook.held.get(&piece).filter(|_| piece != last);
    assert_eq!(version.assembled(form.record, without), None);
    let first = version.piece_ids(form.record).next().unwrap();
    let twice = |piece: RecordId| notebook.held.get(if piece == last { &first } else { &piece });
    assert_eq!(version.assembled(form.record, twice), None, "other bytes than the hash says");
}

#[test]
fn a_submission_is_begun_of_a_form_that_is_here_about_what_it_may_be_about() {
    let notebook = begun();
    let other = |begin: BeginSubmission| Survey::Begin(BeginSubmission { record: RecordId([41; 16]), ..begin });
    let rows = [
        (WORKER, begin(b"one", None), Ok(())),
        (SUPERVISOR, begin(b"one", Some(CASE)), Ok(())),
        (WORKER, begin(b"two", None), Err("unknown_parent")),
        (WORKER, BeginSubmission { form: BUILDING, ..begin(b"one", None) }, Err("unknown_parent")),
        (WORKER, begin(b"one", Some(RecordId([42; 16]))), Err("unknown_parent")),
        (WORKER, begin(b"one", Some(FILLED)), Err("wrong_parent")),
        (Role::Volunteer, begin(b"one", None), Err("field_not_permitted")),
        (Role::Handler, begin(b"one", None), Err("field_not_permitted")),
        (Role::Inspector, begin(b"one", None), Err("field_not_permitted")),
        (Role::SystemAdmin, begin(b"one", None), Err("field_not_permitted")),
    ];
    for (role, begin, answer) in rows {
        assert_eq!(told(&notebook, role, other(begin.clone())), answer, "{role}: {begin:?}");
    }
    assert_eq!(told(&notebook, WORKER, Survey::Begin(begin(b"one", None))), Err("record_exists"));
}

#[test]
fn a_submission_is_filled_by_those_who_keep_the_register_also_after_its_end() {
    let mut notebook = begun();
    let name = || vec![put(None, "/name", "王小明")];
    for role in Role::ALL {
        let answer = if Roles::REGISTER.has(role) { Ok(()) } else { Err("field_not_permitted") };
        assert_eq!(told(&notebook, role, fill(&notebook, name(), false)), answer, "{role}");
    }
    assert_eq!(told(&notebook, WORKER, fill(&notebook, Vec::new(), false)), Err("nothing_to_do"));
    let kept = fill(&notebook, vec![put(None, "unit", "x")], false);
    assert_eq!(told(&notebook, WORKER, kept), Err("unknown_field"), "a question never names what the record is");
    let basis = notebook.basis(BUILDING);
    let wrong = FillSubmission { record: BUILDING, basis, answers: name(), version: None, finish: false };
    assert_eq!(told(&notebook, WORKER, Survey::Fill(wrong)), Err("wrong_kind"));

    notebook.do_as(WORKER, &wanted(fill(&notebook, name(), true))).unwrap();
    let late = fill(&notebook, vec![put(None, "/rooms", "3"), put(None, "/meta/instanceID", "uuid:1")], false);
    notebook.do_as(SUPERVISOR, &wanted(late)).unwrap();
    let said = Submission::of(&notebook.held[&FILLED]).unwrap();
    assert_eq!((said.answered, said.at_odds, said.finished_at), (2, 0, Some(actor(WORKER).now)));
    assert_eq!(said.about, Some(BUILDING));
}

#[test]
fn two_who_answer_one_question_apart_leave_both_answers_until_one_decides() {
    let mut notebook = begun();
    let (ann, bob) = (copy_of("/person", RecordId([50; 16])), copy_of("/person", RecordId([51; 16])));
    let added = |copy: &str| Answered::Added { copy: copy.to_owned(), inside: None };
    let one =
        vec![put(None, "/head", "王小明"), put(None, "/a", "1"), added(&ann), put(Some(&ann), "/person/name", "陈红")];
    let other =
        vec![put(None, "/head", "王大明"), put(None, "/b", "2"), added(&bob), put(Some(&bob), "/person/name", "李强")];
    // Both are decided over what stood before either.
    let (one, other) = (fill(&notebook, one, false), fill(&notebook, other, false));
    let decided = |role, survey: &Survey| wanted(survey.clone()).decide(&notebook.held, &actor(role)).unwrap();
    let (one, other) = (decided(WORKER, &one), decided(SUPERVISOR, &other));
    notebook.save(WORKER as u8 + 1, one);
    notebook.save(SUPERVISOR as u8 + 1, other);
    let heads = notebook.values(FILLED, "/head");
    assert!(
        heads.len() == 2 && heads.contains(&Some("王大明".into())) && heads.contains(&Some("王小明".into())),
        "{heads:?}"
    );
    let said = Submission::of(&notebook.held[&FILLED]).unwrap();
    assert_eq!((said.answered, said.at_odds), (5, 1), "the copies of both stand");
    let decision = fill(&notebook, vec![put(None, "/head", "王小明")], false);
    notebook.do_as(SUPERVISOR, &wanted(decision)).unwrap();
    assert_eq!(notebook.values(FILLED, "/head"), [Some("王小明".into())]);
    assert_eq!(Submission::of(&notebook.held[&FILLED]).unwrap().at_odds, 0);

    // What stands in a copy that is out counts no more, and is there.
    let out = fill(&notebook, vec![Answered::Removed { copy: bob }], false);
    notebook.do_as(SUPERVISOR, &wanted(out)).unwrap();
    assert_eq!(Submission::of(&notebook.held[&FILLED]).unwrap().answered, 4);
}

#[test]
fn what_the_server_did_not_take_is_said_again_with_all_answers() {
    let (mut notebook, copy) = (begun(), copy_of("/person", RecordId([50; 16])));
    let answers = vec![
        put(None, "/head", "王小明"),
        Answered::Added { copy: copy.clone(), inside: Some(copy_of("/house", RecordId([52; 16]))) },
        put(Some(&copy), "/person/name", ""),
        Answered::Removed { copy: copy_of("/person", RecordId([53; 16])) },
    ];
    let basis = notebook.basis(FILLED);
    let first =
        BeginSubmission { record: RecordId([43; 16]), answers: answers.clone(), ..begin(b"one", Some(BUILDING)) };
    let begin = wanted(Survey::Begin(first.clone()));
    let fill = wanted(fill(&notebook, answers, true));
    for (command, exists, basis) in [(&begin, false, crate::Basis::blank(first.record)), (&fill, true, basis)] {
        let decision = command.decide(&notebook.held, &actor(WORKER)).unwrap();
        let saved = notebook.clone().save(WORKER as u8 + 1, decision).remove(0);
        let said = again(&saved.change, exists, &basis, &Edits::none());
        assert_eq!(said.as_ref(), Some(command));
    }
    let delete = DeleteRecord { record: FILLED, basis: notebook.basis(FILLED), also: Vec::new() };
    notebook.do_as(SUPERVISOR, &Command::DeleteRecord(delete)).unwrap();
    assert_eq!(Submission::of(&notebook.held[&FILLED]), None);
    assert_eq!(Kind::Submission.table().delete, Roles::SUPERVISORS);
}
