//! The session's laws, played with answers written by hand: no store, no line, no clock.
//!
//! Owns what a session asks for after each kind of answer, and that it ends however often a server says the same. Refuses to
//! know frames, pages and signatures. Invariant: every test drives `Session` by its own functions alone, as the client does.

use super::*;

const SPACE: SpaceId = SpaceId([1; 16]);
const OTHER: SpaceId = SpaceId([2; 16]);
const LANE: Lane = (SPACE, ReplicaId([7; 16]));

fn waiting(first: u64) -> Waiting {
    Waiting { lane: LANE, first, hash: Hash([u8::try_from(first).unwrap_or(0); 32]) }
}

fn push(changes_max: usize) -> Next {
    Next::Push { lane: LANE, changes_max, lost: None }
}

fn begun() -> Session {
    let mut session = Session::new();
    session.begin(vec![SPACE, OTHER], false);
    session
}

#[test]
fn it_pushes_then_pulls_every_space_then_rests() {
    let mut s = Session::new();
    assert!(s.is_over());
    s.begin(vec![SPACE], true);
    assert_eq!(s.next(&[waiting(1)]), Next::Meet);
    s.met(Some(vec![SPACE, OTHER]));
    assert_eq!(s.next(&[waiting(1)]), push(limits::FRAME_CHANGES_MAX));
    s.pushed(waiting(1));
    assert_eq!(s.next(&[]), Next::Pull(SPACE));
    s.pulled(SPACE, true, false, false);
    assert_eq!(s.next(&[]), Next::Pull(SPACE), "another page waits");
    s.pulled(SPACE, false, false, false);
    assert_eq!(s.next(&[]), Next::Pull(OTHER));
    assert_eq!(s.next(&[waiting(2)]), Next::Pull(OTHER), "what is typed meanwhile waits for its turn");
    s.pulled(OTHER, false, false, false);
    assert_eq!(s.next(&[waiting(2)]), push(limits::FRAME_CHANGES_MAX));
    s.pushed(waiting(2));
    assert_eq!(s.next(&[]), Next::Pull(SPACE));
    s.pulled(SPACE, false, false, false);
    s.pulled(OTHER, false, false, false);
    assert_eq!(s.next(&[]), Next::Rest(Rest::Done));
    assert!(s.is_over());
}

#[test]
fn what_is_carried_goes_once_and_keeps_no_page_away() {
    let (one, two) = (Hash([8; 32]), Hash([9; 32]));
    let mut s = begun();
    s.carry(vec![one, two], vec![]);
    assert_eq!(s.next(&[waiting(1)]), push(limits::FRAME_CHANGES_MAX), "one's own comes first");
    s.pushed(waiting(1));
    assert_eq!(s.next(&[]), Next::Carry(one));
    s.carried();
    assert_eq!(s.next(&[]), Next::Carry(two));
    s.carry_failed(NoAnswer::Later(Some(5)));
    assert_eq!(s.next(&[]), Next::Pull(SPACE));
    s.skip(SPACE);
    s.skip(OTHER);
    assert_eq!(s.next(&[]), Next::Rest(Rest::Later { after_s: Some(5) }));
}

#[test]
fn a_sealed_copy_is_given_again_once_if_the_server_lost_it() {
    let copy = Hash([8; 32]);
    let mut s = begun();
    s.carry(vec![], vec![copy]);
    assert_eq!(s.next(&[]), Next::Vouch(copy));
    s.vouched(true);
    assert_eq!(s.next(&[]), Next::GiveAgain(copy));
    s.vouched(true);
    assert_eq!(s.next(&[]), Next::Pull(SPACE));
    s.carry(vec![], vec![copy]);
    s.vouch_failed();
    assert_eq!(s.next(&[]), Next::Pull(SPACE));
}

#[test]
fn what_no_verdict_takes_away_is_not_offered_twice_but_again_on_a_new_timeline() {
    let mut s = begun();
    s.next(&[waiting(1)]);
    s.pushed(waiting(1));
    assert_eq!(s.next(&[waiting(1)]), Next::Pull(SPACE), "the reply was of another timeline");
    s.pulled(SPACE, false, true, false);
    s.pulled(OTHER, false, false, false);
    assert_eq!(s.next(&[waiting(1)]), push(limits::FRAME_CHANGES_MAX));
    s.pushed(waiting(1));
    s.next(&[waiting(1)]);
    s.skip(SPACE);
    s.skip(OTHER);
    assert_eq!(s.next(&[waiting(1)]), Next::Rest(Rest::Stalled));
}

#[test]
fn a_digest_that_differs_is_narrowed_and_pulled_again_once() {
    let mut s = begun();
    s.next(&[]);
    s.pulled(SPACE, false, false, false);
    assert!(s.differs(SPACE, false));
    assert_eq!(s.next(&[]), Next::Narrow(SPACE), "before anything else is pulled");
    s.narrow_later(SPACE);
    assert_eq!(s.next(&[]), Next::Pull(SPACE), "the head moved on");
    s.pulled(SPACE, false, false, false);
    assert!(s.differs(SPACE, false), "nothing was fetched anew yet");
    s.narrowed(SPACE);
    s.to_tell(true);
    assert_eq!(s.next(&[]), Next::Pull(SPACE));
    s.pulled(SPACE, false, false, false);
    assert!(!s.differs(SPACE, false), "a second mismatch right after a repair");
    assert_eq!(s.next(&[]), Next::Pull(OTHER));
    s.pulled(OTHER, false, false, false);
    assert_eq!(s.next(&[]), Next::Tell);
    s.to_tell(false);
    assert_eq!(s.next(&[]), Next::Rest(Rest::Done));
}

#[test]
fn narrowing_ends_however_often_it_goes_on() {
    let mut s = begun();
    s.next(&[]);
    let rounds = (0..).take_while(|_| {
        let goes_on = s.differs(SPACE, true);
        s.narrowed(SPACE);
        goes_on
    });
    assert_eq!(rounds.count(), limits::DIGEST_ROUNDS_MAX as usize);
    for _ in 0..=limits::SYNC_RETRIES_MAX {
        s.narrow_later(SPACE);
    }
    assert_eq!(s.end, Rest::Stalled);
}

#[test]
fn frames_halve_to_one_and_grow_again() {
    let mut s = begun();
    assert_eq!(s.too_large(LANE, 5, true, true), Shrunk::To(2));
    assert_eq!(s.next(&[waiting(1)]), push(2));
    assert_eq!(s.too_large(LANE, 2, true, true), Shrunk::To(1));
    assert_eq!(s.too_large(LANE, 1, true, true), Shrunk::Poison);
    assert_eq!(s.next(&[waiting(1)]), push(1), "its number is sent without a body");
    s.pushed(waiting(1));
    assert_eq!(s.next(&[waiting(2)]), push(2));
    assert_eq!(s.too_large(LANE, 1, false, true), Shrunk::Stalled, "a proxy's word poisons nothing");
    assert_eq!(s.next(&[waiting(2)]), Next::Pull(SPACE));
    assert_eq!(begun().too_large(LANE, 1, true, false), Shrunk::Stalled, "nor is a number alone poison");
}

#[test]
fn a_cut_line_gets_smaller_frames_in_the_next_session() {
    let mut s = begun();
    s.cut(LANE, 100);
    s.failed(NoAnswer::Later(None));
    assert_eq!(s.next(&[waiting(1)]), Next::Rest(Rest::Later { after_s: None }));
    s.begin(vec![SPACE], false);
    assert_eq!(s.next(&[waiting(1)]), push(50));
}

#[test]
fn a_gap_declares_what_is_lost_and_ends_after_a_few_retries() {
    let mut s = begun();
    s.gap(LANE, Some((3, 4)));
    assert_eq!(
        s.next(&[waiting(5)]),
        Next::Push { lane: LANE, changes_max: limits::FRAME_CHANGES_MAX, lost: Some((3, 4)) }
    );
    for _ in 0..limits::SYNC_RETRIES_MAX {
        s.gap(LANE, None);
    }
    assert_eq!(s.next(&[waiting(5)]), Next::Pull(SPACE));
}

#[test]
fn a_server_that_cries_clash_for_ever_is_not_followed_for_ever() {
    let mut s = begun();
    for _ in 0..=limits::SYNC_RETRIES_MAX {
        assert!(matches!(s.next(&[waiting(1)]), Next::Push { .. }));
        s.clash(LANE, true);
    }
    assert_eq!(s.next(&[waiting(1)]), Next::Pull(SPACE));
}

#[test]
fn a_full_disk_up_there_lets_pulls_go_on() {
    let mut s = begun();
    s.push_failed(LANE, NoAnswer::StorageFull);
    assert_eq!(s.next(&[waiting(1)]), Next::Pull(SPACE));
    s.skip(SPACE);
    s.skip(OTHER);
    assert_eq!(s.next(&[waiting(1)]), Next::Rest(Rest::StorageFull));
}

#[test]
fn a_500_for_a_push_does_not_keep_pages_away() {
    let mut s = begun();
    s.push_failed(LANE, NoAnswer::Later(Some(30)));
    assert_eq!(s.next(&[waiting(1)]), Next::Pull(SPACE));
    s.pull_failed(SPACE, NoAnswer::Later(None));
    assert_eq!(s.next(&[waiting(1)]), Next::Rest(Rest::Later { after_s: None }));
}

#[test]
fn revoked_hands_over_again_what_was_typed_since() {
    let mut s = begun();
    s.pull_failed(SPACE, NoAnswer::Revoked);
    assert_eq!(s.next(&[]), Next::HandOver);
    s.handed_over();
    assert_eq!(s.next(&[]), Next::Purge);
    s.purged(false);
    assert_eq!(s.next(&[]), Next::HandOver);
    s.handed_over();
    s.purged(true);
    assert_eq!(s.next(&[]), Next::Acknowledge);
    s.acknowledged();
    assert_eq!(s.next(&[]), Next::Rest(Rest::Revoked));
}

#[test]
fn a_clock_is_corrected_a_few_times_and_no_more() {
    let mut s = begun();
    for _ in 0..limits::SYNC_RETRIES_MAX {
        s.push_failed(LANE, NoAnswer::ClockOff(5));
        assert!(matches!(s.next(&[waiting(1)]), Next::Push { .. }));
    }
    s.push_failed(LANE, NoAnswer::ClockOff(5));
    assert_eq!(s.next(&[waiting(1)]), Next::Rest(Rest::Later { after_s: None }));
}

#[test]
fn stale_pages_are_asked_for_again_but_not_for_ever() {
    let mut s = begun();
    s.next(&[]);
    for _ in 0..limits::SYNC_RETRIES_MAX {
        s.stale(SPACE);
        assert_eq!(s.next(&[]), Next::Pull(SPACE));
    }
    s.stale(SPACE);
    assert_eq!(s.next(&[]), Next::Pull(OTHER));
}
