//! A short siege of every door, so that a decoder that gives way is found before anybody asks for the long one.

use gridwalk_fuzz::{doors, watch};
use std::sync::Mutex;

/// Inputs for each door; `cargo xtask fuzz` gives twenty seconds of them.
const INPUTS: u64 = 2_000;

/// Memory is counted for the whole program: one at a time.
static ONE: Mutex<()> = Mutex::new(());

#[test]
fn no_decoder_panics_grows_or_dawdles() {
    let _alone = ONE.lock();
    let doors = doors::all();
    for door in &doors {
        match watch::besiege(door, 0, |given| given < INPUTS) {
            Ok(fared) => assert!(fared.given >= INPUTS),
            Err(finding) => panic!("{finding}"),
        }
    }
    let mut names: Vec<&str> = doors.iter().map(|door| door.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), doors.len(), "names are unique");
}

/// A door whose usual input is refused is besieged with noise alone.
#[test]
fn every_door_takes_what_it_is_used_to() {
    let _alone = ONE.lock();
    let refused: Vec<&str> = doors::all()
        .iter()
        .filter(|door| !door.usual.is_empty() && !door.usual.iter().any(|input| (door.enter)(input)))
        .map(|door| door.name)
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
}
