//! Names of colleagues: told of those whom the asker meets in what they see, and of nobody else.

use crate::phone::Phone;
use crate::world::{World, problem, record};
use gridwalk_model::id::{AccountId, RecordId};
use gridwalk_model::limits;
use gridwalk_model::op::Op;
use gridwalk_sync::ProblemCode;
use gridwalk_sync::people::{PeopleRequest, PeopleTold, PersonMet, PersonNamed};

fn met(world: &World, account: u8, record: RecordId) -> PersonMet {
    PersonMet { account: AccountId([account; 16]), space: world.space, record }
}

/// The names that somebody is told.
fn told(world: &World, phone: &Phone, people: &[PersonMet]) -> Vec<String> {
    let asked = serde_json::to_vec(&PeopleRequest { people: people.to_vec() }).unwrap();
    let (status, body) = world.send(phone.request(world, "POST", "/v1/people", asked));
    assert_eq!(status, 200);
    let told: PeopleTold = serde_json::from_slice(&body).unwrap();
    told.people.into_iter().map(|PersonNamed { name, .. }| name).collect()
}

#[test]
fn a_name_is_told_with_a_record_that_names_the_person() {
    let world = World::new();
    let (mut one, mut two) = (world.worker(1, 11), world.worker(2, 11));
    let (far, volunteer) = (world.worker(3, 21), world.phone(4));
    world.grant_kinds(&volunteer, 11, "volunteer", &[]);
    let building = one.building(&world, record(1), 11, "a");
    let door = one.dwelling(&world, record(2), record(1), 11);
    assert_eq!(one.verdicts(&world, &[building.clone(), door]), ["applied"; 2]);
    let edit = two.put(&world, record(1), "building", Op::put("name", "b"), vec![building.name()]);
    assert_eq!(two.verdicts(&world, &[edit]), ["applied"]);

    let both = [met(&world, 1, record(1)), met(&world, 2, record(1)), met(&world, 2, record(1))];
    assert_eq!(told(&world, &two, &both), ["person 1", "person 2"], "each once");
    // Who is asked about, with which record; whom the asker must not learn of that way.
    assert!(told(&world, &two, &[met(&world, 3, record(1))]).is_empty(), "the record does not name them");
    assert!(told(&world, &two, &[met(&world, 9, record(1))]).is_empty(), "there is no such account");
    assert!(told(&world, &far, &both).is_empty(), "the record is not theirs to see");
    assert!(told(&world, &two, &[met(&world, 1, record(99))]).is_empty(), "there is no such record");
    assert_eq!(told(&world, &volunteer, &[met(&world, 1, record(1))]), ["person 1"], "a volunteer sees the building");
    assert!(told(&world, &volunteer, &[met(&world, 1, record(2))]).is_empty(), "and no door in it");
}

#[test]
fn nobody_asks_for_more_than_fits() {
    let world = World::new();
    let phone = world.worker(1, 11);
    let asked = PeopleRequest { people: vec![met(&world, 1, record(1)); limits::PEOPLE_ASKED_MAX + 1] };
    let send = |body: Vec<u8>| problem(&world.send(phone.request(&world, "POST", "/v1/people", body))).code;
    assert_eq!(send(serde_json::to_vec(&asked).unwrap()), ProblemCode::TooLarge);
    assert_eq!(send(b"everybody".to_vec()), ProblemCode::Malformed);
}
