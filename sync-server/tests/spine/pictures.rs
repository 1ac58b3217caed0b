//! Pictures on their way to the server: after their change, for whom it is, and in what a backup holds.

use crate::phone::{Phone, Typed};
use crate::world::{World, record};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::RecordId;
use gridwalk_model::op::{ATTACHED, Op};
use gridwalk_model::picture::{Media, Picture};
use gridwalk_server::server::pictures_beside;
use gridwalk_sync::picture::{self, PictureTaken};

const HOUSE: RecordId = record(1);

fn content() -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n".as_slice(), &[7; 300]].concat()
}

fn described() -> Picture {
    let (hash, size) = (Hash::of_content(&content()), content().len() as u64);
    Picture { hash, size, media: Media::Png, width: 1, height: 1, taken_at: None, look: None }
}

fn give(world: &World, phone: &Phone, offset: usize, bytes: &[u8]) -> (u16, Option<PictureTaken>) {
    let path = picture::piece_path(world.space, HOUSE, described().hash, offset as u64);
    let (status, body) = world.send(phone.request(world, "PUT", &path, bytes.to_vec()));
    (status, serde_json::from_slice(&body).ok())
}

fn see(world: &World, phone: &Phone) -> (u16, Vec<u8>) {
    let path = picture::path(world.space, HOUSE, described().hash);
    world.send(phone.request(world, "GET", &path, Vec::new()))
}

/// A gridworker whose house bears a picture.
fn attached(world: &World) -> (Phone, i64) {
    let mut ann = world.phone(1);
    let grant = world.grant_kinds(&ann, 11, "gridworker", &[]);
    let house = ann.building(world, HOUSE, 11, "3");
    assert_eq!(ann.verdicts(world, &[house]), ["applied"]);
    assert_eq!(give(world, &ann, 0, b"").0, 404, "no change names it");
    let ops = vec![Op::Attach { element: described().to_value() }];
    let change = ann.save(world, Typed { record: HOUSE, kind: "building", unit: 11, ops, seen: vec![] });
    assert_eq!(ann.verdicts(world, &[change]), ["applied"]);
    (ann, grant)
}

#[test]
fn a_picture_comes_in_pieces_after_its_change_and_is_told_to_who_sees_the_record() {
    let world = World::new();
    let (ann, _) = attached(&world);
    let bob = world.phone(2);
    world.grant_kinds(&bob, 10, "village_supervisor", &[]);
    let carl = world.phone(3);
    world.grant_kinds(&carl, 20, "village_supervisor", &[]);
    assert_eq!(see(&world, &bob).0, 404, "it is not here yet");
    let told = |offset, stored| (200, Some(PictureTaken { offset, stored }));
    assert_eq!(give(&world, &ann, 0, b""), told(0, false));
    assert_eq!(give(&world, &ann, 0, &content()[..100]), told(100, false));
    assert_eq!(give(&world, &ann, 200, &content()[200..]), told(100, false), "a piece was lost: go on from there");
    assert_eq!(give(&world, &ann, 100, &content()[100..]), told(308, true));
    assert_eq!(give(&world, &ann, 0, b""), told(308, true));
    assert_eq!((see(&world, &bob), see(&world, &ann).0), ((200, content()), 200));
    assert_eq!((see(&world, &carl).0, give(&world, &carl, 0, b"").0), (404, 404), "another village");
}

#[test]
fn bytes_that_are_not_the_picture_are_refused_and_begin_anew() {
    let world = World::new();
    let (ann, _) = attached(&world);
    let mut spoilt = content();
    spoilt[200] ^= 1;
    assert_eq!(give(&world, &ann, 0, &spoilt).0, 400);
    assert_eq!(give(&world, &ann, 0, b"").1.unwrap().offset, 0);
    assert_eq!(give(&world, &ann, 0, &[content(), vec![0]].concat()).0, 400);
    assert!(give(&world, &ann, 0, &content()).1.unwrap().stored);
}

#[test]
fn who_lost_the_record_may_still_give_what_they_attached_and_what_was_taken_away_is_seen_by_nobody() {
    let world = World::new();
    let (ann, grant) = attached(&world);
    let mut bob = world.phone(2);
    world.grant_kinds(&bob, 10, "village_supervisor", &[]);
    world.ungrant(grant);
    assert_eq!(see(&world, &ann).0, 404);
    assert_eq!(
        give(&world, &ann, 0, &content()).1.unwrap(),
        PictureTaken { offset: 308, stored: true },
        "nothing that was taken is lost"
    );
    assert_eq!(see(&world, &bob), (200, content()));
    let dots = world.state(HOUSE).sets[ATTACHED].adds[0].names().collect();
    let ops = vec![Op::Remove { set: ATTACHED.to_owned(), dots }];
    let change = bob.save(&world, Typed { record: HOUSE, kind: "building", unit: 11, ops, seen: vec![] });
    assert_eq!(bob.verdicts(&world, &[change]), ["applied"]);
    assert_eq!(see(&world, &bob).0, 404);
}

#[test]
fn a_backup_holds_the_pictures_beside_it() {
    let world = World::new();
    let (ann, _) = attached(&world);
    give(&world, &ann, 0, &content());
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("backup.db");
    world.server.back_up(&to).unwrap();
    let name = described().hash.to_string();
    let kept = pictures_beside(&to).join("contents").join(&name[..2]).join(&name);
    assert_eq!(std::fs::read(kept).unwrap(), content());
}
