//! The store's promises, each in its own words, against a real SQLite file.

mod desk;

use desk::{Desk, SPACE, Server, record, refused};
use gridwalk_model::exchange::{Backfill, Elsewhere, PageRow, Verdict};
use gridwalk_model::hash::Hash;
use gridwalk_model::op::Op;
use gridwalk_model::wish::Wish;
use gridwalk_model::{SealedChange, TimelineId, Timestamp};
use gridwalk_store::{OutboxStatus, PageOutcome, PurgeOutcome, flag};
use std::collections::BTreeMap;

fn name(text: &str) -> [Wish; 1] {
    [Wish::put("name", text)]
}

#[test]
fn what_a_person_saved_is_in_the_view_at_once() {
    let desk = Desk::new();
    desk.save(record(1), &name("幸福楼"));
    let row = desk.store.row(record(1)).unwrap().unwrap();
    assert_eq!((row.title.as_str(), row.flags), ("幸福楼", flag::UNCONFIRMED | flag::TYPED));
    assert_eq!(desk.text(record(1), "name"), ["幸福楼"]);
    let outbox = desk.store.outbox().unwrap();
    assert_eq!((outbox.len(), outbox[0].status), (1, OutboxStatus::Saved));
}

#[test]
fn between_verdict_and_page_nothing_vanishes_and_nothing_is_folded_twice() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.sync(&mut server);
    desk.save(record(1), &name("幸福楼"));
    desk.push(&mut server);
    assert_eq!(
        desk.store.outbox().unwrap()[0].status,
        OutboxStatus::Applied,
        "it leaves with the page, not the verdict"
    );
    assert_eq!(desk.text(record(1), "name"), ["幸福楼"]);
    desk.pull(&server);
    assert!(desk.store.outbox().unwrap().is_empty());
    assert_eq!(desk.text(record(1), "name"), ["幸福楼"]);
    assert_eq!(desk.store.row(record(1)).unwrap().unwrap().flags, flag::TYPED);
}

#[test]
fn sent_is_what_left_without_a_verdict_and_nothing_else() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.sync(&mut server);
    let status = || desk.store.outbox().unwrap().iter().map(|o| o.status).collect::<Vec<_>>();
    let offer = || {
        let frame = desk.store.frames(None, 10).unwrap().remove(0);
        desk.store.mark_offered(frame.space, frame.replica, &frame.items).unwrap();
        frame
    };
    desk.save(record(1), &name("甲"));
    let frame = offer();
    desk.save(record(2), &name("乙"));
    assert_eq!(status(), [OutboxStatus::Sent, OutboxStatus::Saved], "what was typed since has not left");
    let counts = desk.store.counts().unwrap();
    assert_eq!((counts.saved, counts.sent, counts.applied, counts.undecided()), (1, 1, 0, 2));
    desk.take(&frame, server.push(&frame));
    desk.store.mark_offered(frame.space, frame.replica, &frame.items).unwrap();
    assert_eq!(status(), [OutboxStatus::Applied, OutboxStatus::Saved], "a verdict is not taken back by a late mark");
    offer();
    desk.store.on_gap(SPACE, frame.replica, frame.items[0].seq).unwrap();
    assert_eq!(status(), [OutboxStatus::Saved, OutboxStatus::Saved], "the server says that it has neither");
    offer();
    desk.store.on_clash(SPACE, frame.replica, frame.items[0].seq).unwrap();
    assert_eq!(status(), [OutboxStatus::Saved, OutboxStatus::Saved], "under its new name it has not left");
    let mut restored = server.restored(0x72);
    offer();
    desk.pull(&restored);
    assert_eq!(status(), [OutboxStatus::Saved, OutboxStatus::Saved], "another timeline knows nothing of what left");
    desk.sync(&mut restored);
    assert_eq!(status(), []);
}

#[test]
fn a_page_that_knows_of_a_push_the_request_did_not_is_discarded() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.sync(&mut server);
    let request = desk.store.pull_request(SPACE).unwrap();
    desk.save(record(1), &name("幸福楼"));
    let frame = desk.store.frames(None, 10).unwrap().remove(0);
    server.push(&frame).unwrap();
    assert_eq!(desk.apply(&request, &server), PageOutcome::Stale, "the state has the change, the verdict is unknown");
    desk.pull(&server);
    assert_eq!(desk.text(record(1), "name"), ["幸福楼"]);
}

#[test]
fn a_page_is_applied_once_and_only_where_the_phone_stands() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &name("幸福楼"));
    desk.sync(&mut server);
    let request = desk.store.pull_request(SPACE).unwrap();
    let page = server.page(&request, desk.author);
    server.hide(desk.author, record(1), true);
    assert!(matches!(desk.apply(&request, &server), PageOutcome::Applied(_)));
    assert!(desk.store.confirmed(record(1)).unwrap().is_none());
    assert_eq!(desk.store.apply_page(&request, &page).unwrap(), PageOutcome::Stale, "it would bring the row back");
}

#[test]
fn a_record_that_left_with_a_draft_open_is_hidden_and_its_draft_stays() {
    let (mut desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &name("幸福楼"));
    desk.sync(&mut server);
    let basis = desk.open_draft(record(1));
    server.hide(desk.author, record(1), true);
    desk.pull(&server);
    assert_eq!(desk.store.row(record(1)).unwrap(), None, "no list shows it");
    assert_eq!(desk.store.drafts().unwrap().len(), 1);
    assert_eq!(desk.store.counts().unwrap().leaving, 1);
    assert!(desk.store.search("幸福", &[], 10).unwrap().is_empty());
    desk.reopen();
    assert_eq!(desk.store.drafts().unwrap()[0].basis, basis, "killed and opened again, it is the same draft");
    desk.store.save(&desk.request(record(1), &name("和平楼"), basis)).unwrap();
    assert_eq!(desk.text(record(1), "name"), ["和平楼"], "still folded over the hidden state");
    desk.sync(&mut server);
    assert_eq!(desk.store.counts().unwrap().leaving, 0, "settled, so forgotten");
    assert!(desk.store.confirmed(record(1)).unwrap().is_none());
    assert!(desk.store.outbox().unwrap().is_empty());
    assert_eq!(server.states[&record(1)].fields["name"].heads.len(), 1);
}

#[test]
fn discarding_the_draft_lets_a_leaving_record_go() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &name("幸福楼"));
    desk.sync(&mut server);
    let basis = desk.open_draft(record(1));
    server.hide(desk.author, record(1), true);
    desk.pull(&server);
    let before = desk.store.space(SPACE).unwrap().forgotten;
    desk.store.discard_draft(basis.draft.unwrap()).unwrap();
    assert!(desk.store.confirmed(record(1)).unwrap().is_none());
    assert_eq!(desk.store.space(SPACE).unwrap().forgotten, before + 1);
}

/// What a phone's database no longer holds after it was damaged and put back as far as it could be read.
#[expect(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]
fn lose(desk: &Desk, save: u64) {
    let db = desk.raw();
    assert_eq!(db.execute("DELETE FROM own_change WHERE save = ?1", [save.cast_signed()]).unwrap(), 1);
}

#[test]
fn a_leaving_record_whose_last_own_change_is_lost_goes_with_the_next_page() {
    let (desk, mut server) = (Desk::new(), Server::default());
    for n in 1..=3 {
        desk.save(record(n), &name("幸福楼"));
    }
    desk.sync(&mut server);
    desk.save(record(1), &name("和平楼"));
    desk.open_draft(record(2));
    let lost: Vec<_> = (1..=3).map(|n| desk.save(record(n), &[Wish::put("note", "会丢的")]).save).collect();
    for n in 1..=3 {
        server.hide(desk.author, record(n), true);
    }
    desk.pull(&server);
    assert_eq!(desk.store.counts().unwrap().leaving, 3);
    for save in lost {
        lose(&desk, save);
    }
    let before = desk.store.space(SPACE).unwrap().forgotten;
    desk.pull(&server);
    let held = |n| desk.store.confirmed(record(n)).unwrap().is_some();
    assert!(!held(3), "nothing is left that it could wait for");
    assert!(held(1) && held(2), "an own change and a draft are undecided still");
    assert_eq!(desk.store.counts().unwrap().leaving, 2);
    assert_eq!(desk.store.space(SPACE).unwrap().forgotten, before + 1, "a page under way would bring it back");
    assert_eq!(desk.text(record(1), "name"), ["和平楼"]);
    desk.pull(&server);
    assert_eq!(desk.store.counts().unwrap().leaving, 2, "no page takes what is undecided");
}

#[test]
fn a_leaving_record_whose_last_own_change_is_lost_goes_where_no_page_comes() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &name("幸福楼"));
    desk.sync(&mut server);
    server.safe_pos = server.pos;
    desk.pull(&server);
    let lost = desk.save(record(1), &[Wish::put("note", "会丢的")]).save;
    server.hide(desk.author, record(1), true);
    desk.pull(&server);
    lose(&desk, lost);
    let page = server.page(&desk.store.pull_request(SPACE).unwrap(), desk.author);
    let told = Elsewhere { space: SPACE, pos: page.cursor, epoch: page.epoch, digest: page.digest.unwrap() };
    assert!(desk.store.is_complete(&told, desk.now()).unwrap());
    assert_eq!(desk.store.counts().unwrap().leaving, 0);
    assert!(desk.store.confirmed(record(1)).unwrap().is_none());
}

#[test]
fn a_record_that_comes_back_while_it_waits_is_shown_again() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &name("幸福楼"));
    desk.sync(&mut server);
    desk.open_draft(record(1));
    server.hide(desk.author, record(1), true);
    desk.pull(&server);
    server.hide(desk.author, record(1), false);
    desk.pull(&server);
    assert_eq!(desk.store.row(record(1)).unwrap().unwrap().title, "幸福楼");
    assert_eq!(desk.store.counts().unwrap().leaving, 0);
}

#[test]
fn two_drafts_of_one_record_do_not_disagree_with_themselves() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &name("幸福楼"));
    desk.sync(&mut server);
    let (first, second) = (desk.open_draft(record(1)), desk.open_draft(record(1)));
    desk.store.save(&desk.request(record(1), &name("甲"), first)).unwrap();
    desk.sync(&mut server);
    server.safe_pos = server.pos;
    desk.pull(&server);
    desk.store.save(&desk.request(record(1), &name("乙"), second)).unwrap();
    assert_eq!(desk.text(record(1), "name"), ["乙"]);
    desk.sync(&mut server);
    assert_eq!(desk.text(record(1), "name"), ["乙"], "also at the server");
}

#[test]
fn what_goes_from_sent_between_begin_and_save_was_seen_all_the_same() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &name("幸福楼"));
    desk.sync(&mut server);
    let second = desk.save(record(1), &name("和平楼"));
    let basis = desk.store.begin(record(1), desk.now()).unwrap();
    let frame = desk.store.frames(None, 10).unwrap().remove(0);
    desk.store.poison(SPACE, frame.replica, second.name.seq, "not_accepted").unwrap();
    desk.sync(&mut server);
    desk.store.put_aside(second.save).unwrap();
    server.safe_pos = server.pos;
    desk.sync(&mut server);
    assert!(
        desk.store.hand_over().unwrap().0.is_empty(),
        "all is safe and gone: {:?}",
        desk.store.hand_over().unwrap().1
    );
    desk.store.save(&desk.request(record(1), &name("团结楼"), basis)).unwrap();
    assert_eq!(desk.text(record(1), "name"), ["团结楼"]);
    desk.sync(&mut server);
    assert_eq!(desk.text(record(1), "name"), ["团结楼"], "a lone writer never disagrees with itself");
}

#[test]
fn drafts_and_what_was_kept_in_them_survive_a_kill() {
    let mut desk = Desk::new();
    let basis = desk.open_draft(record(7));
    desk.store.keep_draft(basis.draft.unwrap(), r#"{"name":"幸"}"#).unwrap();
    desk.reopen();
    let draft = desk.store.draft(basis.draft.unwrap()).unwrap().unwrap();
    assert_eq!((draft.content.as_str(), draft.record), (r#"{"name":"幸"}"#, record(7)));
}

#[test]
fn a_clash_gives_a_new_replica_and_each_change_keeps_all_its_names() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.sync(&mut server);
    desk.save(record(1), &name("甲"));
    desk.save(record(1), &name("乙"));
    desk.save(record(2), &name("丙"));
    let before: Vec<SealedChange> = desk.store.outbox().unwrap().into_iter().map(|o| o.change).collect();
    let old = desk.store.replica().unwrap();
    assert!(desk.store.on_clash(SPACE, old, 1).unwrap());
    let after: Vec<SealedChange> = desk.store.outbox().unwrap().into_iter().map(|o| o.change).collect();
    let mut prev = Hash::default();
    for (n, (b, a)) in before.iter().zip(&after).enumerate() {
        assert_ne!(a.change.replica, old);
        assert_eq!((a.change.seq, a.change.prev), (n as u64 + 1, prev), "a chain of its own from the beginning");
        assert_eq!(a.change.was, b.names());
        assert_eq!((&a.change.ops, &a.change.seen), (&b.change.ops, &b.change.seen), "it says and has seen the same");
        prev = a.hash;
    }
    assert!(desk.store.on_clash(SPACE, desk.store.replica().unwrap(), 2).unwrap());
    let again = desk.store.outbox().unwrap().remove(1).change;
    assert_eq!(again.change.was.len(), 2);
    desk.sync(&mut server);
    assert_eq!(desk.text(record(1), "name"), ["乙"]);
    assert_eq!(server.journal.len(), 3);
}

#[test]
fn a_body_that_got_through_before_the_clash_is_not_journalled_twice() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.sync(&mut server);
    desk.save(record(1), &name("甲"));
    let frame = desk.store.frames(None, 10).unwrap().remove(0);
    server.push(&frame).unwrap();
    assert!(desk.store.on_clash(SPACE, frame.replica, 1).unwrap(), "its reply was lost, and a clone got in between");
    desk.save(record(1), &name("乙"));
    desk.sync(&mut server);
    assert_eq!((server.journal.len(), desk.text(record(1), "name")), (2, vec!["乙".to_owned()]));
    assert!(desk.store.outbox().unwrap().is_empty());
}

#[test]
fn another_mark_in_the_keystore_makes_another_replica() {
    let (mut desk, mut server) = (Desk::new(), Server::default());
    desk.sync(&mut server);
    desk.save(record(1), &name("甲"));
    let (was, dot) = (desk.store.replica().unwrap(), desk.store.outbox().unwrap()[0].change.name());
    desk.reopen();
    assert_eq!(desk.store.replica().unwrap(), was, "its own mark: the same replica");
    desk.mark.set([200; 16]);
    desk.reopen();
    assert_ne!(desk.store.replica().unwrap(), was, "a restored copy");
    assert_eq!(desk.store.outbox().unwrap()[0].change.change.was, [dot]);
}

#[test]
fn a_start_that_died_before_the_keystore_was_written_is_no_clone() {
    let mut desk = Desk::new();
    let (was, mark) = (desk.store.replica().unwrap(), desk.mark.get());
    desk.reopen();
    desk.mark.set(mark);
    desk.reopen();
    assert_eq!(desk.store.replica().unwrap(), was);
}

#[test]
fn a_chain_that_this_database_did_not_write_gives_a_new_replica_before_any_state_is_stored() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &name("甲"));
    desk.sync(&mut server);
    let image = desk.image();
    let (replica, mark) = (desk.store.replica().unwrap(), desk.mark.get());
    desk.save(record(2), &name("乙"));
    desk.sync(&mut server);
    let mut twin = Desk::from_image(&image);
    twin.mark.set(mark);
    twin.reopen();
    assert_eq!(twin.store.replica().unwrap(), replica, "the image alone does not tell");
    assert!(twin.pull(&server).renewed);
    assert_ne!(twin.store.replica().unwrap(), replica);
}

#[test]
fn a_page_of_a_new_timeline_gives_back_all_that_was_sent() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &name("甲"));
    desk.sync(&mut server);
    let backup = server.clone();
    desk.save(record(1), &name("乙"));
    desk.save(record(2), &name("丙"));
    desk.sync(&mut server);
    assert!(desk.store.outbox().unwrap().is_empty());
    let mut server = backup.restored(0x72);
    let applied = desk.pull(&server);
    assert!(applied.new_timeline);
    assert_eq!(desk.store.space(SPACE).unwrap().timeline(), Some(TimelineId([0x72; 16])));
    assert_eq!(desk.store.outbox().unwrap().iter().map(|o| o.save).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(desk.text(record(1), "name"), ["乙"], "what the server lost is still in its author's view");
    assert_eq!(desk.text(record(2), "name"), ["丙"]);
    desk.sync(&mut server);
    assert_eq!(server.journal.len(), 3, "given back, and nothing twice");
    assert_eq!(desk.text(record(1), "name"), ["乙"]);
    assert!(desk.store.outbox().unwrap().is_empty());
}

#[test]
fn a_server_that_lost_its_tail_gets_it_again() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &name("甲"));
    desk.sync(&mut server);
    let backup = server.clone();
    desk.save(record(1), &name("乙"));
    desk.sync(&mut server);
    desk.save(record(1), &name("丙"));
    let mut server = backup.restored(0x72);
    let frame = desk.store.frames(None, 10).unwrap().remove(0);
    assert_eq!(server.push(&frame), Err(desk::server::Problem::Gap(2)));
    assert_eq!(desk.store.on_gap(SPACE, frame.replica, 2).unwrap(), None);
    assert_eq!(desk.text(record(1), "name"), ["丙"]);
    desk.sync(&mut server);
    assert_eq!(desk.text(record(1), "name"), ["丙"]);
    assert_eq!(server.journal.len(), 3);
}

#[test]
fn what_this_database_no_longer_has_is_declared_lost() {
    let (desk, mut server) = (Desk::new(), Server::default());
    for text in ["甲", "乙", "丙"] {
        desk.save(record(1), &name(text));
    }
    desk.sync(&mut server);
    server.safe_pos = server.pos;
    desk.pull(&server);
    desk.save(record(1), &name("丁"));
    let replica = desk.store.replica().unwrap();
    assert_eq!(desk.store.on_gap(SPACE, replica, 2).unwrap(), Some((2, 3)));
}

#[test]
fn a_frame_ends_before_a_hole_so_that_the_next_one_can_declare_it() {
    let desk = Desk::new();
    let saved: Vec<_> = ["甲", "乙", "丙", "丁"].iter().map(|text| desk.save(record(1), &name(text))).collect();
    let db = desk.raw();
    db.execute("DELETE FROM own_change WHERE save = ?1", [saved[2].save.cast_signed()]).unwrap();
    let seqs =
        || desk.store.frames(None, 100).unwrap().iter().flat_map(|f| &f.items).map(|i| i.seq).collect::<Vec<_>>();
    assert_eq!(seqs(), [1, 2], "over the hole it would be refused whole, for ever");
    db.execute("DELETE FROM own_change WHERE seq <= 2", []).unwrap();
    assert_eq!(seqs(), [4]);
    let replica = desk.store.replica().unwrap();
    assert_eq!(desk.store.on_gap(SPACE, replica, 3).unwrap(), Some((3, 3)));
}

#[test]
fn a_refused_change_needs_attention_once_until_it_is_corrected() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &name("甲"));
    desk.sync(&mut server);
    server.judge = refused("not_in_scope");
    let bad = desk.save(record(1), &name("乙"));
    desk.sync(&mut server);
    let list = desk.store.attention().unwrap();
    assert_eq!((list.len(), list[0].save, list[0].code.as_str()), (1, bad.save, "not_in_scope"));
    assert_eq!(desk.text(record(1), "name"), ["甲"], "it is no longer in the view");
    assert!(desk.store.outbox().unwrap().is_empty());
    server.judge = Verdict::Applied;
    let basis = desk.store.begin(record(1), desk.now()).unwrap();
    let mut request = desk.request(record(1), &name("丙"), basis);
    request.instead_of = Some(bad.save);
    desk.store.save(&request).unwrap();
    assert!(desk.store.attention().unwrap().is_empty());
    let correction = desk.store.outbox().unwrap().remove(0).change;
    assert_eq!(correction.change.instead_of, Some(bad.name));
    assert!(correction.change.seen.contains(&bad.name));
    desk.sync(&mut server);
    let mut server = server.restored(0x72);
    desk.sync(&mut server);
    assert!(desk.store.attention().unwrap().is_empty(), "offered again, never listed again");
    assert_eq!(desk.text(record(1), "name"), ["丙"]);
}

#[test]
fn a_refused_change_is_offered_to_a_new_timeline_by_name_only() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.sync(&mut server);
    let backup = server.clone();
    server.judge = refused("not_in_scope");
    desk.save(record(1), &name("乙"));
    desk.sync(&mut server);
    let mut server = backup.restored(0x72);
    desk.pull(&server);
    let frame = desk.store.frames(None, 10).unwrap().remove(0);
    assert_eq!(frame.items[0].body, None);
    assert!(desk.store.row(record(1)).unwrap().is_none(), "a stub is never folded");
    desk.sync(&mut server);
    assert_eq!(desk.store.attention().unwrap().len(), 1);
    assert!(desk.store.outbox().unwrap().is_empty());
}

#[test]
fn a_change_declined_before_a_restore_and_admitted_after_it_leaves_needs_attention() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.sync(&mut server);
    server.judge = Verdict::Quarantined;
    desk.save(record(1), &name("乙"));
    desk.sync(&mut server);
    let mut backup = server.clone();
    server.decide(false);
    desk.sync(&mut server);
    assert_eq!(desk.store.attention().unwrap()[0].code, "declined");
    backup.decide(true);
    let mut server = backup.restored(0x72);
    desk.sync(&mut server);
    assert!(desk.store.attention().unwrap().is_empty());
    assert_eq!(desk.text(record(1), "name"), ["乙"]);
}

#[test]
fn a_quarantined_change_is_folded_and_badged_until_it_is_decided() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.sync(&mut server);
    server.judge = Verdict::Quarantined;
    desk.save(record(1), &name("乙"));
    desk.sync(&mut server);
    let row = desk.store.row(record(1)).unwrap().unwrap();
    assert!(row.has(flag::WAITS) && row.has(flag::UNCONFIRMED));
    assert_eq!(desk.store.outbox().unwrap()[0].status, OutboxStatus::Waits);
    server.decide(true);
    desk.sync(&mut server);
    assert_eq!(desk.store.row(record(1)).unwrap().unwrap().flags, flag::TYPED);
    assert!(desk.store.outbox().unwrap().is_empty());
}

/// The name is applied, safe and gone from the phone; another field waits for a supervisor; the record leaves.
fn left_with_something_waiting(desk: &Desk, server: &mut Server) {
    desk.save(record(1), &name("幸福楼"));
    desk.sync(server);
    server.safe_pos = server.pos;
    desk.pull(server);
    server.judge = Verdict::Quarantined;
    desk.save(record(1), &[Wish::put("floors", 7)]);
    desk.sync(server);
    server.hide(desk.author, record(1), true);
    desk.pull(server);
    assert_eq!(desk.text(record(1), "name"), Vec::<String>::new(), "forgotten: what waits is shown, alone");
}

/// It comes back, and what waited is approved.
fn come_back(desk: &Desk, server: &mut Server) {
    server.hide(desk.author, record(1), false);
    server.decide(true);
    server.judge = Verdict::Applied;
    desk.sync(server);
}

#[test]
fn who_types_over_what_left_has_seen_what_they_had_written_there() {
    for drafted in [false, true] {
        let (desk, mut server) = (Desk::new(), Server::default());
        left_with_something_waiting(&desk, &mut server);
        let basis = if drafted { desk.open_draft(record(1)) } else { desk.store.begin(record(1), desk.now()).unwrap() };
        desk.store.save(&desk.request(record(1), &name("和平楼"), basis)).unwrap();
        desk.sync(&mut server);
        come_back(&desk, &mut server);
        assert_eq!(desk.text(record(1), "name"), ["和平楼"], "a lone writer never disagrees with itself");
    }
}

#[test]
fn what_somebody_else_wrote_in_what_left_is_not_seen_by_typing_over_it() {
    let (desk, other, mut server) = (Desk::new(), Desk::number(2), Server::default());
    other.save(record(1), &name("团结楼"));
    other.sync(&mut server);
    desk.sync(&mut server);
    server.judge = Verdict::Quarantined;
    desk.save(record(1), &[Wish::put("floors", 7)]);
    desk.sync(&mut server);
    server.hide(desk.author, record(1), true);
    desk.pull(&server);
    desk.save(record(1), &name("和平楼"));
    desk.sync(&mut server);
    come_back(&desk, &mut server);
    assert_eq!(desk.text(record(1), "name"), ["团结楼", "和平楼"], "both are kept, and somebody decides");
}

#[test]
fn what_was_typed_over_what_left_stays_known_while_anything_of_it_waits() {
    let (desk, mut server) = (Desk::new(), Server::default());
    left_with_something_waiting(&desk, &mut server);
    server.judge = Verdict::Applied;
    desk.save(record(1), &name("和平楼"));
    desk.sync(&mut server);
    server.judge = Verdict::Quarantined;
    desk.save(record(1), &[Wish::put("floors", 8)]);
    desk.sync(&mut server);
    server.decide_first(true);
    desk.pull(&server);
    server.safe_pos = server.pos;
    desk.pull(&server);
    desk.save(record(1), &name("团结楼"));
    desk.sync(&mut server);
    come_back(&desk, &mut server);
    assert_eq!(desk.text(record(1), "name"), ["团结楼"], "also what is safe meanwhile");
    server.safe_pos = server.pos;
    desk.pull(&server);
    assert!(desk.store.hand_over().unwrap().0.is_empty(), "and then nothing keeps it");
}

#[test]
fn a_poison_change_is_listed_and_its_number_used_up() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.sync(&mut server);
    desk.save(record(1), &name("甲"));
    let big = desk.save(record(1), &name("乙"));
    desk.save(record(2), &name("丙"));
    desk.store.poison(SPACE, big.name.replica, big.name.seq, "too_large").unwrap();
    assert_eq!(desk.text(record(1), "name"), ["甲"]);
    desk.sync(&mut server);
    let list = desk.store.attention().unwrap();
    assert_eq!((list.len(), list[0].code.as_str()), (1, "too_large"), "the first reason stays");
    assert!(desk.store.outbox().unwrap().is_empty());
    assert_eq!(desk.text(record(2), "name"), ["丙"]);
}

#[test]
fn what_a_finished_backfill_did_not_bring_is_swept() {
    let (desk, mut server) = (Desk::new(), Server::default());
    for n in 1..=5 {
        desk.save(record(n), &name("楼"));
    }
    desk.sync(&mut server);
    desk.open_draft(record(4));
    server.rows_max = 1;
    // A new scope without departures in the tail: only the sweep can tell.
    let hidden = server.hidden.entry(desk.author).or_default();
    hidden.extend([record(2), record(4)]);
    server.recut(desk.author);
    let first = desk.store.pull_request(SPACE).unwrap();
    desk.apply(&first, &server);
    assert_ne!(desk.store.space(SPACE).unwrap().backfill, Backfill::Done);
    assert!(desk.store.confirmed(record(2)).unwrap().is_some(), "not before the end");
    desk.pull(&server);
    assert!(desk.store.confirmed(record(2)).unwrap().is_none());
    assert!(desk.store.row(record(4)).unwrap().is_none(), "hidden, for a draft stands on it");
    assert!(desk.store.confirmed(record(4)).unwrap().is_some());
    assert_eq!(desk.pull(&server).mismatch, None);
}

#[test]
fn heard_moves_with_complete_pages_only() {
    let (desk, mut server) = (Desk::new(), Server::default());
    for n in 1..=5 {
        desk.save(record(n), &name("楼"));
    }
    desk.push(&mut server);
    server.rows_max = 2;
    let request = desk.store.pull_request(SPACE).unwrap();
    desk.apply(&request, &server);
    assert_eq!(desk.store.space(SPACE).unwrap().heard.0, 0);
    desk.pull(&server);
    assert_eq!(desk.store.space(SPACE).unwrap().heard.0, server.now);
}

#[test]
fn a_missing_row_shows_in_the_digest() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &name("甲"));
    desk.sync(&mut server);
    assert!(desk.store.space(SPACE).unwrap().checked_at.is_some());
    server.judge = Verdict::Applied;
    let other = Desk::number(2);
    other.save(record(2), &name("乙"));
    other.sync(&mut server);
    let request = desk.store.pull_request(SPACE).unwrap();
    let mut page = server.page(&request, desk.author);
    page.rows.retain(|r| matches!(r, PageRow::State { record: r, .. } if *r != record(2)));
    let PageOutcome::Applied(applied) = desk.store.apply_page(&request, &page).unwrap() else { panic!() };
    assert!(applied.mismatch.is_some());
}

#[test]
fn a_disagreement_is_listed_and_deciding_it_ends_it() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &name("甲"));
    desk.sync(&mut server);
    let other = Desk::number(2);
    other.sync(&mut server);
    other.save(record(1), &name("乙"));
    other.sync(&mut server);
    desk.save(record(1), &name("丙"));
    desk.sync(&mut server);
    let listed = desk.store.disagreements(10).unwrap();
    assert_eq!((listed.len(), listed[0].record), (1, record(1)));
    assert_eq!(desk.store.counts().unwrap().disagreements, 1);
    desk.save(record(1), &name("乙"));
    assert!(desk.store.disagreements(10).unwrap().is_empty());
    desk.sync(&mut server);
    assert!(desk.store.disagreements(10).unwrap().is_empty());
}

#[test]
fn same_as_shows_one_row_and_taking_it_back_shows_two() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &name("幸福楼"));
    desk.save(record(2), &name("幸福大楼"));
    desk.save(record(1), &[Wish::Link { other: record(2) }]);
    assert_eq!(desk.store.rows(&gridwalk_store::RowFilter::kind("building")).unwrap().len(), 2, "one side lacks it");
    desk.save(record(2), &[Wish::Link { other: record(1) }]);
    let rows = desk.store.rows(&gridwalk_store::RowFilter::kind("building")).unwrap();
    assert_eq!((rows.len(), rows[0].record, rows[0].has(flag::GROUP)), (1, record(1), true));
    assert_eq!(desk.store.members(record(1)).unwrap(), [record(1), record(2)]);
    assert_eq!(desk.store.search("福大", &[], 9).unwrap()[0].record, record(1), "found under the row that is shown");
    desk.sync(&mut server);
    desk.save(record(2), &[Wish::Unlink { other: record(1) }]);
    assert_eq!(desk.store.rows(&gridwalk_store::RowFilter::kind("building")).unwrap().len(), 2);
}

#[test]
fn a_deleted_record_is_in_no_list_and_an_edit_brings_it_back_flagged() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &name("幸福楼"));
    desk.sync(&mut server);
    let other = Desk::number(2);
    other.sync(&mut server);
    desk.save(record(1), &[Wish::Delete]);
    assert!(desk.store.row(record(1)).unwrap().is_none());
    desk.sync(&mut server);
    other.save(record(1), &name("和平楼"));
    other.sync(&mut server);
    desk.pull(&server);
    assert!(desk.store.row(record(1)).unwrap().unwrap().has(flag::EDITED_AFTER_DELETION));
}

#[test]
fn safe_changes_go_except_where_something_builds_on_them() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &name("甲"));
    desk.save(record(2), &name("乙"));
    desk.sync(&mut server);
    desk.open_draft(record(2));
    server.safe_pos = server.pos;
    desk.pull(&server);
    let (left, _) = desk.store.hand_over().unwrap();
    let changes = left.iter().filter(|l| matches!(l, gridwalk_store::Left::Change { .. })).count();
    assert_eq!(changes, 1, "the one with the open draft");
}

#[test]
fn the_purge_takes_only_what_the_receipt_names() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &name("甲秘密甲"));
    desk.sync(&mut server);
    let draft = desk.open_draft(record(1));
    let (_, receipt) = desk.store.hand_over().unwrap();
    desk.store.keep_draft(draft.draft.unwrap(), r#"{"more":1}"#).unwrap();
    assert_eq!(desk.store.purge(&receipt).unwrap(), gridwalk_store::PurgeOutcome::TypedSince);
    assert_eq!(desk.store.drafts().unwrap().len(), 1);
    let (_, receipt) = desk.store.hand_over().unwrap();
    let replica = desk.store.replica().unwrap();
    assert_eq!(desk.store.purge(&receipt).unwrap(), gridwalk_store::PurgeOutcome::Purged);
    assert!(desk.store.rows(&gridwalk_store::RowFilter::default()).unwrap().is_empty());
    assert_ne!(desk.store.replica().unwrap(), replica, "the replica ended");
    let secret = "甲秘密甲".as_bytes();
    for file in std::fs::read_dir(desk.folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(secret.len()).any(|w| w == secret), "a byte of it is left");
    }
    desk.save(record(3), &name("乙"));
    assert_eq!(desk.text(record(3), "name"), ["乙"], "the file is whole");
}

#[test]
fn a_phone_that_was_purged_reads_what_comes_to_it_without_being_started_again() {
    let (desk, mut server) = (Desk::new(), Server::default());
    let wishes = (0..8).map(|n| Wish::put(&format!("a_field_with_a_long_name_{n}"), "幸福楼")).collect::<Vec<_>>();
    desk.save(record(1), &wishes);
    desk.sync(&mut server);
    assert!(desk.store.confirmed(record(1)).unwrap().is_some());
    let (_, receipt) = desk.store.hand_over().unwrap();
    assert_eq!(desk.store.purge(&receipt).unwrap(), PurgeOutcome::Purged);
    desk.pull(&server);
    assert!(desk.store.confirmed(record(1)).unwrap().is_some(), "packed against names that stand in the file");
    assert!(desk.store.pull_request(SPACE).unwrap().refetch.is_empty(), "nothing is damaged");
}

/// Takes a step of a case.
#[expect(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]
fn take(desk: &Desk, step: &str, to: &str) {
    let wish = Wish::Step { step: step.into(), to: to.into(), answers: BTreeMap::new() };
    let basis = desk.store.begin(record(1), desk.now()).unwrap();
    let mut request = desk.request(record(1), &[wish], basis);
    request.kind = "case".into();
    desk.store.save(&request).unwrap();
}

#[test]
fn an_overtaken_step_is_listed_to_its_author_until_they_put_it_aside() {
    let (ann, mut bob, mut server) = (Desk::number(1), Desk::number(2), Server::default());
    take(&ann, "report", "reported");
    ann.sync(&mut server);
    bob.sync(&mut server);
    take(&ann, "accept", "accepted");
    take(&bob, "accept", "accepted");
    ann.sync(&mut server);
    assert!(bob.store.overtaken(bob.author).unwrap().is_empty(), "nothing is settled before the server says so");
    bob.sync(&mut server);
    ann.sync(&mut server);
    assert!(ann.store.overtaken(ann.author).unwrap().is_empty(), "hers took effect");
    let list = bob.store.overtaken(bob.author).unwrap();
    assert_eq!((list.len(), list[0].record, list[0].step.tag.author), (1, record(1), bob.author));
    assert_eq!(list[0].by.as_ref().unwrap().tag.author, ann.author, "it names the other one");
    bob.store.rebuild_views(|_, _| {}).unwrap();
    assert_eq!(bob.store.overtaken(bob.author).unwrap(), list, "the list is a function of the states");
    assert_eq!(bob.store.overtaken_count(bob.author).unwrap(), 1);

    bob.store.put_overtaken_aside(list[0].step.tag.id).unwrap();
    assert_eq!(bob.store.overtaken_count(bob.author).unwrap(), 0);
    bob.store.rebuild_views(|_, _| {}).unwrap();
    bob.reopen();
    bob.sync(&mut server);
    assert!(bob.store.overtaken(bob.author).unwrap().is_empty(), "never listed again");
}

#[test]
fn prediction_takes_own_steps() {
    let desk = Desk::new();
    let step = |step: &str, to: &str| Wish::Step { step: step.into(), to: to.into(), answers: BTreeMap::new() };
    let basis = desk.store.begin(record(1), desk.now()).unwrap();
    let mut request = desk.request(record(1), &[step("report", "reported")], basis);
    request.kind = "case".into();
    desk.store.save(&request).unwrap();
    let state = desk.store.predicted(record(1), desk.now()).unwrap().state;
    assert!(matches!(state.steps[0].outcome, gridwalk_model::journal::Outcome::Applied), "{:?}", state.steps);
    let change = desk.store.outbox().unwrap().remove(0).change;
    assert!(matches!(change.change.ops[0], Op::Step { .. }));
}

#[test]
fn a_bundle_takes_all_that_waits_and_nothing_away() {
    let desk = Desk::new();
    let mut server = Server::default();
    desk.sync(&mut server);
    for n in 1..=600 {
        desk.save(record(u8::try_from(n % 200 + 1).unwrap()), &[Wish::put("name", format!("第{n}次"))]);
    }
    let before = desk.store.frames(None, 10).unwrap();
    let whole = desk.store.frames_to_bundle(usize::MAX, usize::MAX).unwrap();
    let seqs: Vec<u64> = whole.frames.iter().flat_map(|f| &f.0.items).map(|i| i.seq).collect();
    assert_eq!(seqs, (1..=600).collect::<Vec<u64>>());
    assert!(whole.frames.len() > 1 && whole.left_out == 0 && whole.frames.iter().all(|f| f.1.is_none()));
    let some = desk.store.frames_to_bundle(100_000, usize::MAX).unwrap();
    let taken: usize = some.frames.iter().map(|f| f.0.items.len()).sum();
    assert_eq!(taken as u64 + some.left_out, 600);
    assert_eq!(desk.store.frames(None, 10).unwrap(), before);
    assert_eq!(desk.store.outbox().unwrap().len(), 600);
}

#[test]
fn a_carried_bundle_goes_only_for_its_reply() {
    use gridwalk_store::{CarriedKind, Carrying};
    let desk = Desk::new();
    let (bundle, reply, day) = (Hash([1; 32]), Hash([2; 32]), 24 * 3600 * 1000);
    let take = |at: i64| desk.store.carry(CarriedKind::Bundle, bundle, None, b"sealed", Timestamp(at)).unwrap();
    assert_eq!((take(1), take(2)), (Carrying::Taken, Carrying::Known));
    assert_eq!(desk.store.bundles_to_carry().unwrap(), [bundle]);
    desk.store.carried_answered(bundle, reply, b"answer", Timestamp(3)).unwrap();
    assert!(desk.store.bundles_to_carry().unwrap().is_empty());
    assert_eq!(desk.store.carried().unwrap()[0].about, Some(bundle));
    assert_eq!(desk.store.carried_seal(reply).unwrap().as_deref(), Some(b"answer".as_slice()));
    assert_eq!(take(4), Carrying::Answered);
    assert_eq!(take(40 * day), Carrying::Taken, "after a month the way is free again");
    assert_eq!(desk.store.carried().unwrap().len(), 1);
    desk.store.carried_refused(bundle, "bundle_foreign").unwrap();
    assert!(desk.store.bundles_to_carry().unwrap().is_empty(), "never offered again");
    let other = Hash([3; 32]);
    desk.store.carry(CarriedKind::Bundle, other, None, b"sealed", Timestamp(41 * day)).unwrap();
    desk.store.carry(CarriedKind::Bundle, Hash([4; 32]), None, b"sealed", Timestamp(40_000 * day)).unwrap();
    assert!(desk.store.carried_seal(other).unwrap().is_some(), "a clock that lies by a century drops no bundle");
    assert!(desk.store.carried_seal(bundle).unwrap().is_none(), "one that no server takes may go");
    let take = |at: i64| desk.store.carry(CarriedKind::Bundle, bundle, None, b"sealed", Timestamp(at)).unwrap();
    take(40_001 * day);
    assert!(desk.store.put_down(bundle).unwrap() && !desk.store.put_down(bundle).unwrap());
}

#[test]
fn a_sealed_copy_outlives_the_purge_until_it_is_safe() {
    use gridwalk_store::SealedCopy;
    let desk = Desk::new();
    desk.save(record(1), &[Wish::put("name", "一栋")]);
    let (_, names) = desk.store.hand_over().unwrap();
    let copy = |n: u8| SealedCopy { seal: Hash([n; 32]), sealed: vec![n; 40] };
    desk.store.keep_sealed_hand_over(&names, &copy(1)).unwrap();
    assert_eq!(desk.store.sealed_hand_over(&names).unwrap(), Some(copy(1)), "a second try gives the same bytes");
    desk.save(record(2), &[Wish::put("name", "二栋")]);
    let (_, since) = desk.store.hand_over().unwrap();
    assert_eq!(desk.store.sealed_hand_over(&since).unwrap(), None, "something was typed since");
    desk.store.keep_sealed_hand_over(&since, &copy(2)).unwrap();
    assert!(desk.store.sealed_copies().unwrap().is_empty(), "what is still here in the open needs no copy");
    assert_eq!(desk.store.purge(&since).unwrap(), PurgeOutcome::Purged);
    assert_eq!(desk.store.sealed_copies().unwrap(), [copy(2).seal]);
    assert_eq!(desk.store.sealed_copy(copy(2).seal).unwrap(), Some(copy(2).sealed));
    desk.store.drop_sealed_copy(copy(2).seal).unwrap();
    assert!(desk.store.sealed_copies().unwrap().is_empty());
}

#[test]
fn a_reply_that_was_carried_for_days_takes_no_verdict_back() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.sync(&mut server);
    server.judge = Verdict::Quarantined;
    desk.save(record(1), &name("幸福楼"));
    let frame = desk.store.frames(None, 3).unwrap().remove(0);
    let Ok(old) = server.push(&frame) else { panic!("it is pushed") };
    let mut approved = old.clone();
    approved.verdicts[0].verdict = Verdict::Applied;
    approved.verdicts[0].pos += 1;
    desk.store.apply_push_reply(&approved).unwrap();
    desk.store.apply_push_reply(&old).unwrap();
    assert_eq!(desk.store.outbox().unwrap()[0].status, OutboxStatus::Applied);
}

/// Puts a record beside `old` that says that it came from there, as a page of another space would bring it.
fn arrive(server: &mut Server, old: gridwalk_model::RecordId, new: gridwalk_model::RecordId) {
    let other = Desk::number(2);
    other.sync(server);
    let came = Wish::put(gridwalk_model::moved::CAME_FROM, gridwalk_model::moved::origins_value(&[old]));
    other.save(new, &[Wish::put("name", "新楼"), came]);
    other.sync(server);
}

#[test]
fn who_holds_both_ends_of_a_move_sees_one_record_and_an_old_id_leads_to_it() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.sync(&mut server);
    desk.save(record(1), &name("旧楼"));
    desk.save(record(3), &[Wish::put("name", "门"), Wish::put("parent", record(1))]);
    desk.sync(&mut server);
    arrive(&mut server, record(1), record(9));
    desk.sync(&mut server);
    let shown = |desk: &Desk| -> Vec<_> {
        let rows = desk.store.rows(&gridwalk_store::RowFilter::kind("building")).unwrap();
        rows.into_iter().map(|r| r.record).collect()
    };
    assert_eq!(shown(&desk).len(), 2, "one of the two, and the door");
    assert!(!shown(&desk).contains(&record(1)), "it lives as another");
    assert_eq!(desk.store.living(record(1)).unwrap(), record(9));
    assert_eq!(desk.store.living(record(9)).unwrap(), record(9));
    let below = desk.store.rows(&gridwalk_store::RowFilter::children(record(9))).unwrap();
    assert_eq!(below.iter().map(|r| r.record).collect::<Vec<_>>(), [record(3)], "what still names the old id");
    let before = desk.store.rows(&gridwalk_store::RowFilter::kind("building")).unwrap();
    desk.store.rebuild_views(|_, _| ()).unwrap();
    assert_eq!(before, desk.store.rows(&gridwalk_store::RowFilter::kind("building")).unwrap(), "built again: the same");
    server.hide(desk.author, record(9), true);
    desk.sync(&mut server);
    assert_eq!((shown(&desk).len(), desk.store.living(record(1)).unwrap()), (2, record(1)), "as long as both are held");
    assert!(shown(&desk).contains(&record(1)));
}

#[test]
fn what_was_typed_under_an_old_id_is_no_disagreement_with_its_own_author() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.sync(&mut server);
    desk.save(record(1), &name("旧楼"));
    desk.sync(&mut server);
    arrive(&mut server, record(1), record(9));
    desk.save(record(1), &name("甲"));
    let typed = desk.store.own_changes().unwrap().last().unwrap().change.name();
    desk.pull(&server);
    desk.save(record(9), &name("乙"));
    let own = desk.store.own_changes().unwrap();
    assert!(own.last().unwrap().change.change.seen.contains(&typed), "seen, as it is the same thing");
    let open = desk.open_draft(record(1));
    desk.save(record(9), &name("丙"));
    let newest = desk.store.own_changes().unwrap().last().unwrap().change.name();
    desk.store.save(&desk.request(record(1), &name("丁"), open)).unwrap();
    let last = desk.store.own_changes().unwrap().last().unwrap().change.clone();
    assert!(last.change.seen.contains(&newest), "and the other way round, in a form that was open");
}
