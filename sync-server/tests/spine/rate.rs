//! Too many requests: told when to come again, by the device that proved to ask and by the address of whoever is nobody.

use crate::world::World;
use gridwalk_server::limits;
use gridwalk_server::serving::connection::Peer;
use gridwalk_sync::{Problem, ProblemCode};

fn problem(body: &[u8]) -> Problem {
    serde_json::from_slice(body).unwrap()
}

#[test]
fn an_address_that_tries_codes_is_told_to_wait_and_others_go_on() {
    let world = World::new();
    let trying = |from: &str| {
        let body = br#"{"code":"0000","public_key":"","device_name":"x"}"#.to_vec();
        let mut request = http::Request::post("/v1/enrol").body(body).unwrap();
        request.extensions_mut().insert(Peer(from.parse().unwrap()));
        world.send(request)
    };
    for _ in 0..limits::ADDRESS_BURST_MAX {
        assert_eq!(trying("10.0.0.7").0, 403);
    }
    let (status, body) = trying("10.0.0.7");
    let told = problem(&body);
    assert_eq!((status, told.code, told.retry_after_s), (429, ProblemCode::TooMany, Some(1)));
    assert_eq!(trying("10.0.0.8").0, 403, "another address has turns of its own");
    world.tick(limits::ADDRESS_EACH_MS);
    assert_eq!((trying("10.0.0.7").0, trying("10.0.0.7").0), (403, 429), "one came back");
}

#[test]
fn a_device_that_asks_without_end_is_told_to_wait_and_an_impostor_uses_up_nothing() {
    let world = World::new();
    let (ann, bob) = (world.worker(1, 11), world.worker(2, 11));
    let asked = |phone: &crate::phone::Phone| world.send(phone.request(&world, "GET", "/v1/me", Vec::new()));
    let mut forged = ann.clone();
    forged.key = bob.key.clone();
    for _ in 0..10 {
        assert_eq!(asked(&forged).0, 401);
    }
    for n in 0..limits::DEVICE_BURST_MAX {
        assert_eq!(asked(&ann).0, 200, "{n}");
    }
    let (status, body) = asked(&ann);
    assert_eq!((status, problem(&body).retry_after_s), (429, Some(1)));
    assert_eq!(asked(&bob).0, 200);
    world.tick(limits::DEVICE_EACH_MS);
    assert_eq!((asked(&ann).0, asked(&ann).0), (200, 429));
}
