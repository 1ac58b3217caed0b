//! The store's promises, each in its own words, against a real SQLite file.

mod desk;

use desk::{Desk, Server, record};
use gridwalk_model::wish::Wish;
use gridwalk_store::{OutboxStatus, flag};

#[test]
fn what_a_person_saved_is_in_the_view_at_once() {
    let desk = Desk::new();
    desk.save(record(1), &[Wish::put("name", "幸福楼")]);
    let row = desk.store.row(record(1)).unwrap().unwrap();
    assert_eq!((row.title.as_str(), row.flags), ("幸福楼", flag::UNCONFIRMED));
    assert_eq!(desk.text(record(1), "name"), ["幸福楼"]);
    let outbox = desk.store.outbox().unwrap();
    assert_eq!((outbox.len(), outbox[0].status), (1, OutboxStatus::Saved));
}

#[test]
fn between_verdict_and_page_nothing_vanishes_and_nothing_is_folded_twice() {
    let (desk, mut server) = (Desk::new(), Server::default());
    desk.sync(&mut server);
    desk.save(record(1), &[Wish::put("name", "幸福楼")]);
    desk.push(&mut server);
    assert_eq!(desk.store.outbox().unwrap()[0].status, OutboxStatus::Sent, "it leaves with the page, not the verdict");
    assert_eq!(desk.text(record(1), "name"), ["幸福楼"]);
    desk.pull(&server);
    assert!(desk.store.outbox().unwrap().is_empty());
    assert_eq!(desk.text(record(1), "name"), ["幸福楼"]);
    assert_eq!(desk.store.row(record(1)).unwrap().unwrap().flags, 0);
}
