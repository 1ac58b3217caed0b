//! What colleagues are called: asked once of those whom a pulled state names, kept for a month, gone with a purge.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod desk;

use desk::{Desk, Server, record};
use gridwalk_model::wish::Wish;
use gridwalk_model::{AccountId, Timestamp, limits};
use gridwalk_store::HandOver;

fn asked(desk: &Desk, at: i64) -> Vec<AccountId> {
    let people = desk.store.people_to_ask(Timestamp(at)).unwrap();
    people.into_iter().map(|(account, ..)| account).collect()
}

#[test]
fn those_whom_states_name_are_asked_about_and_no_others() {
    let (desk, other, mut server) = (Desk::number(1), Desk::number(2), Server::default());
    let now = limits::NAME_HOLDS_MS * 10;
    assert!(asked(&desk, now).is_empty(), "nobody is known on a new phone");
    other.save(record(1), &[Wish::put("name", "1栋")]);
    other.sync(&mut server);
    desk.save(record(2), &[Wish::put("name", "2栋")]);
    assert!(asked(&desk, now).is_empty(), "what was typed here names nobody new");
    desk.sync(&mut server);
    assert_eq!(asked(&desk, now), [desk.author, other.author]);

    // One is told, of the other the server knows nothing: it is asked again after a day.
    let told = [(other.author, "李朵".to_owned())];
    desk.store.keep_names(&[desk.author, other.author], &told, Timestamp(now)).unwrap();
    assert_eq!(desk.store.person(other.author).unwrap().as_deref(), Some("李朵"));
    assert_eq!(desk.store.people_called("李朵").unwrap(), [other.author]);
    assert!(asked(&desk, now + 1).is_empty());
    assert_eq!(asked(&desk, now + limits::NAME_ASKED_AGAIN_MS), [desk.author]);
    assert_eq!(asked(&desk, now + limits::NAME_HOLDS_MS), [desk.author, other.author]);

    // Whom no record here names any more, nobody asks about; the name that was told stays.
    server.hide(desk.author, record(1), true);
    desk.sync(&mut server);
    assert_eq!(asked(&desk, now + limits::NAME_HOLDS_MS), [desk.author]);
    assert!(desk.store.person(other.author).unwrap().is_some());
}

#[test]
fn names_go_with_a_purge() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.save(record(1), &[Wish::put("name", "1栋")]);
    desk.sync(&mut server);
    desk.store.keep_names(&[], &[(desk.author, "王安".to_owned())], Timestamp(1)).unwrap();
    let (_, receipt): (_, HandOver) = desk.store.hand_over().unwrap();
    desk.store.purge(&receipt).unwrap();
    assert_eq!(desk.store.person(desk.author).unwrap(), None);
    let bytes = std::fs::read(desk.path()).unwrap();
    assert!(!bytes.windows("王安".len()).any(|window| window == "王安".as_bytes()));
}
