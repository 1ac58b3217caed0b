//! Arrivals: a supervisor lets phones in and looks at who joined, each in what they have in hand.

use crate::phone::Phone;
use crate::world::{World, problem, unit};
use ed25519_dalek::SigningKey;
use gridwalk_model::id::{DeviceId, ReplicaId};
use gridwalk_server::store::JoinedRow;
use gridwalk_server::{Clock as _, limits};
use gridwalk_sync::ProblemCode;
use gridwalk_sync::arrival::{Arrivals, NewcomerSeen, PhoneSeen};
use gridwalk_sync::enrol::fingerprint;

fn post(world: &World, by: &Phone, path: &str, said: &impl serde::Serialize) -> (u16, Vec<u8>) {
    world.send(by.request(world, "POST", path, serde_json::to_vec(said).unwrap()))
}

fn list(world: &World, by: &Phone) -> Arrivals {
    let (status, body) = world.send(by.request(world, "GET", "/v1/arrivals", Vec::new()));
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    serde_json::from_slice(&body).unwrap()
}

fn waits(world: &World, n: u8, of: u8, role: &str) -> Phone {
    let phone = world.phone(n);
    world.grant_kinds(&phone, of, role, &[]);
    world.server.write(|w| w.tx.device_waiting_put(phone.device, w.now)).unwrap();
    phone
}

fn digits(phone: &Phone) -> String {
    fingerprint(phone.key.verifying_key().as_bytes())
}

fn seen(phone: &Phone) -> PhoneSeen {
    PhoneSeen { device: phone.device, digits: digits(phone) }
}

fn supervisor(world: &World, n: u8, of: u8) -> Phone {
    let phone = world.phone(n);
    world.grant_kinds(&phone, of, "village_supervisor", &[]);
    phone
}

fn codes(world: &World) -> Vec<String> {
    let rows = world.server.read(|r| r.tx.audit_after(0, 1000)).unwrap();
    rows.into_iter().map(|row| row.row.code).collect()
}

#[test]
fn a_supervisor_lets_in_the_phones_of_their_own_people_by_what_these_show() {
    let world = World::new();
    let (here, there) = (supervisor(&world, 30, 10), supervisor(&world, 31, 20));
    let new = waits(&world, 40, 11, "gridworker");
    let told = list(&world, &here);
    assert_eq!(told.phones.iter().map(|p| p.device).collect::<Vec<_>>(), [new.device]);
    let (status, body) = world.send(here.request(&world, "GET", "/v1/arrivals", Vec::new()));
    let said = String::from_utf8(body).unwrap();
    assert!(status == 200 && !said.contains(&digits(&new)) && !said.contains(&digits(&new).replace(' ', "")), "{said}");
    assert_eq!(list(&world, &there), Arrivals::default());
    // Whoever does not have the phone before them has no digits; the other village's supervisor is told of nobody.
    let guess = PhoneSeen { device: new.device, digits: "000 000".to_owned() };
    let answer = post(&world, &here, "/v1/arrivals/phone", &guess);
    assert_eq!((answer.0, problem(&answer).detail.as_str()), (403, "fingerprint_differs"));
    assert_eq!(post(&world, &there, "/v1/arrivals/phone", &seen(&new)).0, 404);
    assert_eq!(problem(&world.send(new.request(&world, "GET", "/v1/me", Vec::new()))).code, ProblemCode::Unconfirmed);
    assert_eq!(post(&world, &here, "/v1/arrivals/phone", &seen(&new)).0, 204);
    assert_eq!(world.send(new.request(&world, "GET", "/v1/me", Vec::new())).0, 200);
    assert_eq!(post(&world, &here, "/v1/arrivals/phone", &seen(&new)).0, 404, "it waits no more");
    let said: Vec<String> = codes(&world).into_iter().filter(|code| code.contains("confirmed")).collect();
    assert_eq!(said, ["device_not_confirmed", "device_confirmed"]);
    world.verify();
}

#[test]
fn nobody_lets_in_themselves_their_superior_or_a_power() {
    let world = World::new();
    let here = supervisor(&world, 30, 10);
    let above = waits(&world, 41, 1, "county_supervisor");
    let power = waits(&world, 42, 10, "security_admin");
    let both = waits(&world, 43, 11, "gridworker");
    world.grant_kinds(&both, 21, "gridworker", &[]);
    let nobody = waits(&world, 44, 11, "gridworker");
    for grant in world.server.read(|r| Ok(r.grants(nobody.account)?.iter().map(|g| g.id).collect::<Vec<_>>())).unwrap()
    {
        world.ungrant(grant);
    }
    let (device, key) = (DeviceId([45; 16]), SigningKey::from_bytes(&[45; 32]));
    world.enrol(here.account, device, &key);
    world.server.write(|w| w.tx.device_waiting_put(device, w.now)).unwrap();
    let own = Phone::new(here.account, device, ReplicaId([45; 16]), key);
    assert_eq!(list(&world, &here), Arrivals::default());
    for phone in [&above, &power, &both, &nobody, &own] {
        assert_eq!(post(&world, &here, "/v1/arrivals/phone", &seen(phone)).0, 404);
    }
    // A gridworker of the village, an administrator and a volunteer decide about nobody.
    let new = waits(&world, 46, 11, "gridworker");
    for (n, of, role) in
        [(50, 10, "gridworker"), (51, 1, "system_admin"), (52, 1, "security_admin"), (53, 10, "volunteer")]
    {
        let phone = world.phone(n);
        world.grant_kinds(&phone, of, role, &[]);
        assert_eq!(list(&world, &phone), Arrivals::default(), "{role}");
        assert_eq!(post(&world, &phone, "/v1/arrivals/phone", &seen(&new)).0, 404, "{role}");
    }
}

#[test]
fn tries_at_digits_have_turns() {
    let world = World::new();
    let here = supervisor(&world, 30, 10);
    let new = waits(&world, 40, 11, "gridworker");
    let guess = PhoneSeen { device: new.device, digits: "000 000".to_owned() };
    for _ in 0..limits::CONFIRMATION_BURST_MAX {
        assert_eq!(post(&world, &here, "/v1/arrivals/phone", &guess).0, 403);
    }
    assert_eq!(post(&world, &here, "/v1/arrivals/phone", &seen(&new)).0, 429);
    world.tick(limits::CONFIRMATION_EACH_MS);
    assert_eq!(post(&world, &here, "/v1/arrivals/phone", &seen(&new)).0, 204);
}

#[test]
fn a_supervisor_accepts_and_refuses_who_joined_in_their_grids() {
    let world = World::new();
    let (here, there) = (supervisor(&world, 30, 10), supervisor(&world, 31, 20));
    let joined = |n: u8, of: u8| {
        let phone = world.phone(n);
        world.grant_kinds(&phone, of, "newcomer", &[]);
        let row = JoinedRow {
            account: phone.account,
            poster: 1,
            device: phone.device,
            phone: "13957354321".to_owned(),
            agreed_at: world.clock.now(),
            sentence: 1,
            joined_at: world.clock.now(),
            refused_at: None,
            reason: String::new(),
        };
        world.server.write(|w| w.tx.joined_put(&row)).unwrap();
        phone
    };
    let (one, other) = (joined(60, 11), joined(61, 11));
    let told = list(&world, &here).newcomers;
    assert_eq!(
        told.iter().map(|n| (n.account, n.phone.as_str())).collect::<Vec<_>>(),
        [(one.account, "139****4321"), (other.account, "139****4321"),]
    );
    assert!(list(&world, &there).newcomers.is_empty());
    let yes = NewcomerSeen { account: one.account, accepted: true, reason: String::new() };
    let no = |reason: &str| NewcomerSeen { account: other.account, accepted: false, reason: reason.to_owned() };
    assert_eq!(post(&world, &there, "/v1/arrivals/newcomer", &yes).0, 404);
    assert_eq!(post(&world, &one, "/v1/arrivals/newcomer", &yes).0, 404, "nobody accepts themselves");
    assert_eq!(post(&world, &here, "/v1/arrivals/newcomer", &no(" ")).0, 403);
    assert_eq!(post(&world, &here, "/v1/arrivals/newcomer", &yes).0, 204);
    assert_eq!(post(&world, &here, "/v1/arrivals/newcomer", &no("号码有误")).0, 204);
    assert!(list(&world, &here).newcomers.is_empty());
    let roles = |phone: &Phone| {
        let grants = world.server.read(|r| Ok(r.grants(phone.account)?.to_vec())).unwrap();
        grants.into_iter().filter(|g| g.until.is_none()).map(|g| (g.unit, g.role)).collect::<Vec<_>>()
    };
    assert_eq!(roles(&one), [(unit(11), "volunteer".to_owned())]);
    assert!(roles(&other).is_empty());
    assert_eq!(world.server.read(|r| r.tx.joined(other.account)).unwrap().unwrap().reason, "号码有误");
    let said = codes(&world);
    assert!(["newcomer_accepted", "newcomer_refused"].iter().all(|code| said.iter().any(|c| c == code)), "{said:?}");
}
