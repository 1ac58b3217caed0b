//! Phones older and newer than the server: none is ever kept from giving away what was typed.

use crate::world::{World, problem, record};
use gridwalk_sync::handover::{self, HandOver};
use gridwalk_sync::{PROTOCOL_HEADER, PROTOCOL_VERSIONS, ProblemCode, compress, frame_codec, page_codec};
use http::HeaderValue;

/// The same request by a phone of this version; `None` is one so old that it does not say.
fn spoken(mut request: http::Request<Vec<u8>>, version: Option<u32>) -> http::Request<Vec<u8>> {
    request.headers_mut().remove(PROTOCOL_HEADER);
    if let Some(version) = version {
        request.headers_mut().insert(PROTOCOL_HEADER, HeaderValue::from(version));
    }
    request
}

#[test]
fn whoever_is_too_old_or_too_new_to_pull_still_pushes_and_hands_over() {
    let newest = PROTOCOL_VERSIONS[0];
    let oldest = *gridwalk_server::auth::served().last().unwrap();
    let cases = [
        (None, ProblemCode::UpdateNeeded, 426),
        (Some(oldest - 1), ProblemCode::UpdateNeeded, 426),
        (Some(newest + 1), ProblemCode::ServerOld, 501),
    ];
    for (version, code, status) in cases {
        let world = World::new();
        let mut phone = world.worker(1, 11);
        let change = phone.building(&world, record(1), 11, "a");
        let frame = compress::pack(&frame_codec::frame_bytes(&phone.frame(&world, &[change])));
        let pushed = world.send(spoken(phone.request(&world, "POST", "/v1/push", frame), version));
        assert_eq!(pushed.0, 200, "{version:?}");
        let reply = frame_codec::read_reply(&compress::unpack(&pushed.1, 1 << 20).unwrap()).unwrap();
        assert_eq!(reply.verdicts[0].verdict.code(), "applied");
        let asked = page_codec::request_bytes(&phone.pull_request(world.space, 1000, &[]));
        let pull = phone.request(&world, "POST", "/v1/pull", compress::pack(&asked));
        let pulled = problem(&world.send(spoken(pull, version)));
        assert_eq!((pulled.code, pulled.status), (code, status));
        let me = world.send(spoken(phone.request(&world, "GET", "/v1/me", vec![]), version));
        assert_eq!(me.0, 200, "a session begins with it");
        let left = HandOver { device: phone.device, changes: vec![], drafts: vec![], pictures: vec![] };
        let left = handover::seal_left(&left, &world.server.running().key.verifying_key(), &[9; 32]).unwrap();
        let given = phone.request(&world, "POST", "/v1/handover", compress::pack(&left));
        assert_eq!(world.send(spoken(given, version)).0, 200);
        world.verify();
    }
}

#[test]
fn each_answer_says_the_newest_version_that_is_served() {
    let world = World::new();
    let request = http::Request::get("/health").body(axum::body::Body::empty()).unwrap();
    let answer = world.runtime.block_on(tower::ServiceExt::oneshot(world.server.router(), request)).unwrap();
    assert_eq!(answer.headers()[PROTOCOL_HEADER], PROTOCOL_VERSIONS[0].to_string());
}
