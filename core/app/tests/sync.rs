//! The engine against the real server: what is typed reaches everybody, whatever the line does.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod field;

use field::{Fault, Field, GRID, Phone, wait};
use gridwalk_app::{AppError, Step};
use gridwalk_model::command::{AddBuilding, Command, Decide, EditRecord, Edits};
use gridwalk_model::id::RecordId;
use gridwalk_server::grant;
use gridwalk_sync::ProblemCode;
use gridwalk_sync::session::Rest;
use std::task::{Context, Poll, Waker};

fn add_building(phone: &Phone, name: &str) -> RecordId {
    let record = phone.notebook.new_record().unwrap();
    let edits = Edits::none().put("name", name);
    phone.notebook.execute(&Command::AddBuilding(AddBuilding { record, unit: GRID, edits })).unwrap().record
}

fn edit(phone: &Phone, basis: gridwalk_model::Basis, field: &str, value: &str) {
    let edits = Edits::none().put(field, value);
    let command = Command::EditRecord(EditRecord { record: basis.record, basis, also: Vec::new(), edits });
    phone.notebook.execute(&command).unwrap();
}

#[test]
fn offline_saves_meet_disagree_and_are_decided() {
    let mut field = Field::new();
    let (mut ann, mut bob) = (field.phone(0), field.phone(0));
    let building = add_building(&ann, "三号楼");
    assert_eq!(ann.waiting(), 1);
    let report = ann.sync(&field.line);
    assert!(report.is_done(), "{report:?}");
    assert_eq!((report.pushed, report.mismatch.len(), ann.waiting()), (1, 0, 0), "{report:?}");
    let report = bob.sync(&field.line);
    assert!(report.is_done() && report.agreed >= 2, "{report:?}");
    assert_eq!(bob.heads(building, "name"), ["三号楼"]);

    let (on_ann, on_bob) = (ann.notebook.basis(building).unwrap(), bob.notebook.basis(building).unwrap());
    edit(&ann, on_ann.clone(), "name", "三号楼东");
    edit(&ann, on_ann, "address", "人民路3号");
    edit(&bob, on_bob, "name", "三号楼西");
    for phone in [&mut ann, &mut bob] {
        assert!(phone.sync(&field.line).is_done());
    }
    assert!(ann.sync(&field.line).is_done());
    for phone in [&ann, &bob] {
        assert_eq!(phone.heads(building, "name"), ["三号楼东", "三号楼西"], "both are kept");
        assert_eq!(phone.heads(building, "address"), ["人民路3号"], "edits that do not overlap merge in silence");
    }
    let decide = Decide {
        record: building,
        basis: bob.notebook.basis(building).unwrap(),
        also: Vec::new(),
        field: "name".into(),
        within: None,
        choice: Some("三号楼东".into()),
    };
    bob.notebook.execute(&Command::Decide(decide)).unwrap();
    assert!(bob.sync(&field.line).is_done() && ann.sync(&field.line).is_done());
    for phone in [&ann, &bob] {
        assert_eq!(phone.heads(building, "name"), ["三号楼东"]);
        assert_eq!(phone.waiting(), 0);
    }
}

#[test]
fn a_form_opened_before_a_pull_disagrees_and_does_not_overwrite() {
    let mut field = Field::new();
    let (mut ann, mut bob) = (field.phone(0), field.phone(0));
    let building = add_building(&ann, "一号楼");
    ann.sync(&field.line);
    bob.sync(&field.line);
    let draft = ann.notebook.open_draft(building, "building", GRID, "{}").unwrap();
    edit(&bob, bob.notebook.basis(building).unwrap(), "name", "一号楼甲");
    bob.sync(&field.line);
    assert!(ann.sync(&field.line).is_done());
    edit(&ann, draft.basis, "name", "一号楼乙");
    assert_eq!(ann.heads(building, "name"), ["一号楼乙", "一号楼甲"]);
    assert!(ann.notebook.store().drafts().unwrap().is_empty(), "the save ended the draft");
    ann.sync(&field.line);
    bob.sync(&field.line);
    assert_eq!(bob.heads(building, "name"), ["一号楼乙", "一号楼甲"]);
}

#[test]
fn a_change_counts_as_sent_only_when_it_left_the_phone() {
    let mut field = Field::new();
    let mut ann = field.phone(0);
    let status = |phone: &Phone| phone.notebook.store().outbox().unwrap()[0].status.code();
    assert!(ann.sync(&field.line).is_done());
    add_building(&ann, "五号楼");
    field.line.fault("/v1/push", Fault::NoLine);
    assert!(!ann.sync(&field.line).is_done());
    assert_eq!(status(&ann), "saved", "nothing left the phone");
    field.line.fault("/v1/push", Fault::Problem(ProblemCode::StorageFull));
    ann.sync(&field.line);
    assert_eq!(status(&ann), "saved", "the server said that it took nothing");
    field.line.fault("/v1/push", Fault::Cut);
    assert!(!ann.sync(&field.line).is_done());
    assert_eq!(status(&ann), "sent", "it left, and nobody knows what became of it");
    field.line.fault("/v1/pull", Fault::Lost);
    assert!(!ann.sync(&field.line).is_done());
    assert_eq!(status(&ann), "applied", "the verdict is known, the record not yet pulled");
    assert!(ann.sync(&field.line).is_done());
    assert_eq!(ann.waiting(), 0);
}

#[test]
fn a_phone_too_old_or_too_new_to_pull_goes_on_pushing() {
    let newest = gridwalk_sync::PROTOCOL_VERSIONS[0];
    let cases = [(0, ProblemCode::UpdateNeeded), (newest + 1, ProblemCode::ServerOld)];
    for (version, code) in cases {
        let mut field = Field::new();
        let mut ann = field.phone(0);
        let mut bob = field.phone(0);
        assert!(ann.sync(&field.line).is_done());
        field.line.spoken = Some(version);
        for n in ["一号楼", "二号楼"] {
            let building = add_building(&ann, n);
            match ann.sync(&field.line).rest {
                Some(Rest::UpdateNeeded) => assert_eq!(code, ProblemCode::UpdateNeeded),
                Some(Rest::Refused { problem }) => assert_eq!(problem.code, code),
                rest => panic!("{rest:?}"),
            }
            field.line.spoken = None;
            assert!(bob.sync(&field.line).is_done());
            field.line.spoken = Some(version);
            assert_eq!(bob.heads(building, "name"), [n], "it was pushed all the same");
            assert_eq!(ann.heads(building, "name"), [n], "and stays in its author's view");
        }
        assert_eq!(ann.waiting(), 2, "held until a pull shows them");
        field.line.spoken = None;
        assert!(ann.sync(&field.line).is_done(), "after the update everything goes on");
        assert_eq!(ann.waiting(), 0);
    }
}

#[test]
fn whatever_the_line_does_a_change_arrives_once() {
    #[rustfmt::skip]
    let scripts: &[&[(&str, Fault)]] = &[
        &[("/v1/push", Fault::Lost)],
        &[("/v1/push", Fault::Cut)],
        &[("/v1/push", Fault::Cut), ("/v1/push", Fault::Cut), ("/v1/pull", Fault::Lost)],
        &[("/v1/push", Fault::Twice)],
        &[("/v1/push", Fault::Page(500))],
        &[("/v1/push", Fault::Page(413))],
        &[("/v1/push", Fault::Page(200))],
        &[("/v1/push", Fault::Problem(ProblemCode::Fault))],
        &[("/v1/push", Fault::Problem(ProblemCode::TooMany))],
        &[("/v1/push", Fault::Problem(ProblemCode::StorageFull))],
        &[("/v1/push", Fault::Problem(ProblemCode::Forbidden))],
        &[("/v1/pull", Fault::Lost)],
        &[("/v1/pull", Fault::Cut)],
        &[("/v1/pull", Fault::Twice)],
        &[("/v1/pull", Fault::Page(302))],
        &[("/v1/pull", Fault::Problem(ProblemCode::Unavailable))],
        &[("/v1/me", Fault::Page(404))],
        &[("/v1/me", Fault::Lost)],
        &[("/v1/push", Fault::Cut), ("/v1/pull", Fault::Cut), ("/v1/push", Fault::Twice), ("/v1/pull", Fault::Page(200))],
    ];
    for script in scripts {
        let mut field = Field::new();
        let (mut ann, mut bob) = (field.phone(0), field.phone(0));
        let building = add_building(&ann, "五号楼");
        for (path, fault) in *script {
            field.line.fault(path, *fault);
        }
        let mut sessions = 0;
        while !ann.sync(&field.line).is_done() {
            sessions += 1;
            assert_eq!(ann.heads(building, "name"), ["五号楼"], "never out of its author's sight: {script:?}");
            assert!(sessions < 6, "{script:?}");
        }
        assert!(field.line.faults.lock().unwrap().is_empty(), "{script:?}");
        assert_eq!(ann.waiting(), 0, "{script:?}");
        assert!(ann.notebook.store().attention().unwrap().is_empty(), "{script:?}");
        assert!(bob.sync(&field.line).is_done());
        assert_eq!(bob.heads(building, "name"), ["五号楼"], "{script:?}");
        let state = bob.notebook.store().confirmed(building).unwrap().unwrap();
        assert_eq!(state.edits.len(), 1, "admitted once: {script:?}");
    }
}

#[test]
fn killed_at_any_await_nothing_is_lost_and_nothing_doubled() {
    let mut field = Field::new();
    field.line.slow = true;
    let mut finished = false;
    for polls in 1..200 {
        let mut ann = field.phone(0);
        let (one, two) = (add_building(&ann, "七号楼"), add_building(&ann, "八号楼"));
        {
            let mut session = Box::pin(ann.engine.sync_once(&field.line));
            let mut context = Context::from_waker(Waker::noop());
            for _ in 0..polls {
                if let Poll::Ready(report) = session.as_mut().poll(&mut context) {
                    finished = report.unwrap().is_done();
                    break;
                }
            }
        }
        let mut ann = ann.kill();
        assert_eq!(ann.heads(one, "name"), ["七号楼"]);
        assert!(ann.sync(&field.line).is_done());
        assert_eq!(ann.waiting(), 0);
        for record in [one, two] {
            assert_eq!(ann.notebook.store().confirmed(record).unwrap().unwrap().edits.len(), 1);
        }
        if finished {
            assert!(polls > 6, "the session gives way at each request");
            return;
        }
    }
    panic!("the session never finished by itself");
}

#[test]
fn every_step_may_be_the_last_before_a_kill() {
    let mut field = Field::new();
    let mut ann = field.phone(0);
    let mut buildings = Vec::new();
    for life in 1..8 {
        buildings.push(add_building(&ann, &format!("{life}号楼")));
        let mut steps = 0;
        while steps < life && !matches!(wait(ann.engine.sync_step(&field.line)).unwrap(), Step::Rested(_)) {
            steps += 1;
        }
        ann = ann.kill();
        for building in &buildings {
            assert_eq!(ann.heads(*building, "name").len(), 1, "after {steps} steps");
        }
    }
    assert!(ann.sync(&field.line).is_done());
    assert_eq!(ann.waiting(), 0);
    for building in buildings {
        assert_eq!(ann.notebook.store().confirmed(building).unwrap().unwrap().edits.len(), 1);
    }
}

#[test]
fn a_change_that_no_frame_can_carry_needs_attention_and_holds_up_nobody() {
    let mut field = Field::new();
    let mut ann = field.phone(0);
    let mut buildings: Vec<RecordId> = (0..5).map(|n| add_building(&ann, &format!("{n}号楼"))).collect();
    edit(&ann, ann.notebook.basis(buildings[2]).unwrap(), "note", &"长".repeat(1500));
    buildings.extend((5..9).map(|n| add_building(&ann, &format!("{n}号楼"))));
    field.line.change_bytes_max = Some(2000);
    let report = ann.sync(&field.line);
    assert!(report.is_done(), "{report:?}");
    assert!(report.halved >= 2 && report.poisoned == 1, "{report:?}");
    assert_eq!((ann.waiting(), ann.notebook.store().attention().unwrap().len()), (0, 1));
    for building in buildings {
        assert!(ann.notebook.store().confirmed(building).unwrap().is_some());
    }
    assert!(ann.sync(&field.line).is_done());
    assert_eq!(ann.notebook.store().attention().unwrap().len(), 1, "listed once");
}

#[test]
fn clocks_that_lie_by_years_are_set_right_by_the_first_answer() {
    for skew_ms in [3 * 86_400_000, -2 * 365 * 86_400_000, 70 * 365 * 86_400_000_i64] {
        let mut field = Field::new();
        let ann = field.phone(0);
        // The clock is turned while the phone is off: nothing tells but the first answer.
        ann.turn_clock(skew_ms);
        let mut ann = ann.kill();
        let building = add_building(&ann, "九号楼");
        field.line.fault("/v1/me", Fault::Page(404));
        let report = ann.sync(&field.line);
        assert!(report.is_done() && report.clocks >= 1, "{report:?}");
        let state = ann.notebook.store().confirmed(building).unwrap().unwrap();
        let true_ms = field.server().running().now().0;
        let effective = state.fields["name"].heads[0].tag.effective.0;
        assert!((0..=true_ms).contains(&effective), "{effective}");
        assert_eq!(ann.notebook.now().0, true_ms);
        // Turned once more while it runs: the steady clock does not mind. Off and on again: the offset was stored.
        ann.turn_clock(-skew_ms);
        assert_eq!(ann.sync(&field.line).clocks, 0);
        let mut ann = ann.kill();
        assert_eq!(ann.sync(&field.line).clocks, 0);
    }
}

#[test]
fn a_revoked_phone_hands_over_its_draft_and_is_purged() {
    let mut field = Field::new();
    let (mut ann, mut bob) = (field.phone(0), field.phone(0));
    let building = add_building(&ann, "二号楼");
    ann.sync(&field.line);
    ann.notebook.open_draft(building, "building", GRID, "{\"name\":\"二号楼北\"}").unwrap();
    edit(&ann, ann.notebook.basis(building).unwrap(), "address", "解放路2号");
    let device = ann.notebook.enrolment().unwrap().device;
    field.server().write(|w| grant::revoke(w, device, None)).unwrap();
    field.line.fault("/v1/handover", Fault::Cut);
    assert_eq!(ann.sync(&field.line).rest, Some(Rest::Later { after_s: None }));
    assert_eq!(ann.notebook.store().drafts().unwrap().len(), 1, "nothing goes without a receipt");
    let mut ann = ann.kill();
    let report = ann.sync(&field.line);
    assert_eq!((report.rest.clone(), report.purged), (Some(Rest::Revoked), true), "{report:?}");
    assert!(ann.notebook.store().drafts().unwrap().is_empty());
    assert!(ann.notebook.store().confirmed(building).unwrap().is_none());
    assert!(ann.notebook.enrolment().unwrap().revoked);
    let again = ann.sync(&field.line);
    assert_eq!((again.rest, again.purged), (Some(Rest::Revoked), false), "once is enough");
    assert!(bob.sync(&field.line).is_done());
    assert_eq!(bob.heads(building, "address"), Vec::<String>::new(), "what a revoked phone pushed waits");
}

#[test]
fn after_a_restore_phones_give_back_what_the_server_lost() {
    let mut field = Field::new();
    let (mut ann, mut bob) = (field.phone(0), field.phone(0));
    let kept = add_building(&ann, "十号楼");
    ann.sync(&field.line);
    bob.sync(&field.line);
    let copy = field.folder.path().join("copy").join(server_file(&field));
    std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
    field.server().back_up(&copy).unwrap();
    let lost = add_building(&ann, "十一号楼");
    ann.sync(&field.line);
    assert_eq!(ann.waiting(), 0);
    field.put_back(&copy, true);
    let report = ann.sync(&field.line);
    assert!(report.is_done() && report.timelines >= 1 && report.pushed >= 1, "{report:?}");
    assert!(bob.sync(&field.line).is_done());
    for record in [kept, lost] {
        for phone in [&ann, &bob] {
            assert_eq!(phone.notebook.store().confirmed(record).unwrap().unwrap().edits.len(), 1);
        }
    }
}

#[test]
fn a_phone_that_a_restored_server_forgot_is_enrolled_anew_with_all_that_is_on_it() {
    let mut field = Field::new();
    let (mut ann, bob) = (field.stranger(0), field.stranger(0));
    field.grant(&ann);
    let copy = field.folder.path().join("copy").join(server_file(&field));
    std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
    field.server().back_up(&copy).unwrap();
    let enrol = |field: &Field, ann: &Phone, code: &str| wait(ann.notebook.enrol(&field.line, "line", code, "手机"));
    enrol(&field, &ann, &field.code(&ann)).unwrap();
    let sent = add_building(&ann, "一号楼");
    ann.sync(&field.line);
    field.put_back(&copy, true);
    let typed = add_building(&ann, "二号楼");
    assert_eq!(ann.sync(&field.line).rest, Some(Rest::UnknownDevice));
    let mut ann = ann.kill();
    assert!(matches!(enrol(&field, &ann, &field.code(&bob)), Err(AppError::CodeOfAnother)), "nobody else's phone");
    enrol(&field, &ann, &field.code(&ann)).unwrap();
    assert!(ann.sync(&field.line).is_done());
    assert!(ann.notebook.store().attention().unwrap().is_empty());
    for building in [sent, typed] {
        assert_eq!(ann.notebook.store().confirmed(building).unwrap().unwrap().edits.len(), 1);
    }
}

#[test]
fn two_copies_of_one_phone_become_two_replicas_and_both_are_heard() {
    let mut field = Field::new();
    let mut ann = field.phone(0);
    let first = add_building(&ann, "一号楼");
    ann.sync(&field.line);
    let mut copy = ann.copy(&field.folder.path().join("copy.db"));
    let (on_ann, on_copy) = (add_building(&ann, "二号楼"), add_building(&copy, "三号楼"));
    assert!(ann.sync(&field.line).is_done());
    let mut steps = Vec::new();
    while !matches!(steps.last(), Some(Step::Rested(_))) {
        steps.push(wait(copy.engine.sync_step(&field.line)).unwrap());
    }
    assert_eq!(steps[1], Step::Clash { space: field.county, renewed: true }, "known by the push already");
    assert_eq!(steps.last(), Some(&Step::Rested(Rest::Done)));
    assert!(ann.sync(&field.line).is_done());
    for phone in [&ann, &copy] {
        assert_eq!(phone.waiting(), 0);
        for building in [first, on_ann, on_copy] {
            assert_eq!(phone.notebook.store().confirmed(building).unwrap().unwrap().edits.len(), 1);
        }
    }
}

#[test]
fn a_server_put_back_unnoticed_asks_for_what_it_lacks() {
    let mut field = Field::new();
    let mut ann = field.phone(0);
    add_building(&ann, "一号楼");
    ann.sync(&field.line);
    let copy = field.folder.path().join("copy").join(server_file(&field));
    std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
    field.server().back_up(&copy).unwrap();
    let lost = add_building(&ann, "二号楼");
    ann.sync(&field.line);
    field.put_back(&copy, false);
    let later = add_building(&ann, "三号楼");
    let report = ann.sync(&field.line);
    assert!(report.is_done() && report.gaps == 1 && report.lost == 0, "{report:?}");
    for building in [lost, later] {
        assert_eq!(ann.notebook.store().confirmed(building).unwrap().unwrap().edits.len(), 1);
    }
}

#[test]
fn a_space_that_came_with_a_grant_is_met_and_pulled() {
    let mut field = Field::new();
    let mut ann = field.stranger(0);
    wait(ann.notebook.enrol(&field.line, "line", &field.code(&ann), "手机")).unwrap();
    let known = |phone: &Phone| phone.notebook.enrolment().unwrap().spaces.iter().any(|s| s.space == field.county);
    assert!(ann.sync(&field.line).is_done() && !known(&ann));
    field.grant(&ann);
    assert!(ann.sync(&field.line).is_done() && !known(&ann), "who the person is is asked once an hour");
    field.hands.pass(3_700_000);
    assert!(ann.sync(&field.line).is_done() && known(&ann));
    let building = add_building(&ann, "一号楼");
    let mut ann = ann.kill();
    assert!(known(&ann) && ann.sync(&field.line).is_done());
    assert!(ann.notebook.store().confirmed(building).unwrap().is_some());
}

fn server_file(field: &Field) -> std::ffi::OsString {
    let file = std::ffi::OsString::from("gridwalk.db");
    assert!(field.folder.path().join("server").join(&file).exists());
    file
}

#[test]
fn enrolment_says_what_is_wrong_and_survives_a_cut() {
    let mut field = Field::new();
    let ann = field.stranger(0);
    field.grant(&ann);
    let good = field.code(&ann);
    let enrol = |code: &str| wait(ann.notebook.enrol(&field.line, "line", code, "手机"));
    assert!(matches!(enrol("ABCD-EFGH"), Err(AppError::Problem(p)) if p.code == ProblemCode::BadCode));
    let edits = Edits::none().put("name", "楼");
    let too_early = Command::AddBuilding(AddBuilding { record: RecordId([1; 16]), unit: GRID, edits });
    assert!(matches!(ann.notebook.execute(&too_early), Err(AppError::NotEnrolled)));
    field.line.fault("/v1/enrol", Fault::Cut);
    assert!(enrol(&good).unwrap_err().is_transient());
    enrol(&good).unwrap();
    assert!(matches!(enrol(&good), Err(AppError::AlreadyEnrolled)));
    let mut ann = ann.kill();
    assert!(ann.sync(&field.line).is_done(), "the enrolment survives a kill");
}

#[test]
fn a_page_asked_for_ahead_is_used_only_if_the_phone_still_stands_where_it_was_asked_from() {
    let mut field = Field::new();
    let mut ann = field.phone(0);
    let buildings: Vec<RecordId> = (0..30).map(|n| add_building(&ann, &format!("{n}号楼"))).collect();
    assert!(ann.sync(&field.line).is_done());
    for saves_between in [false, true] {
        let mut bob = field.phone(1);
        bob.notebook.store().set_page_bytes_aim(1000);
        let pulls = || field.line.asked.lock().unwrap().iter().filter(|path| *path == "/v1/pull").count();
        let (before, mut pages, mut typed) = (pulls(), 0, None);
        loop {
            match wait(bob.engine.sync_step(&field.line)).unwrap() {
                Step::Pulled { more, .. } => {
                    pages += 1;
                    assert!(!more || pulls() - before > pages, "the next page is here before this one is told of");
                    if more && saves_between && typed.is_none() {
                        typed = Some(add_building(&bob, "新楼"));
                    }
                }
                Step::Rested(_) => break,
                _ => {}
            }
        }
        assert!(bob.sync(&field.line).is_done());
        let fallen = pulls() - before - pages - 1;
        assert!(if saves_between { fallen > 0 } else { fallen == 0 }, "{fallen} of {pages} pages were asked for twice");
        for record in buildings.iter().chain(&typed) {
            assert_eq!(bob.notebook.store().confirmed(*record).unwrap().unwrap().edits.len(), 1);
        }
    }
}
