//! Large bodies: all of them together have a bounded part of the memory, and whoever finds none is told when to come again.

use crate::world::World;
use axum::body::Body;
use gridwalk_server::limits;
use http_body_util::BodyExt as _;
use std::time::Duration;
use tower::ServiceExt as _;

/// A signed hand-over that says to be large; its body comes as it comes.
fn large(world: &World, phone: &crate::phone::Phone, body: Body) -> http::Request<Body> {
    let request = phone.request(world, "POST", "/v1/handover", b"x".to_vec());
    let (mut parts, _) = request.into_parts();
    let told = gridwalk_model::limits::SEALED_BYTES_MAX;
    parts.headers.insert("content-length", told.into());
    http::Request::from_parts(parts, body)
}

#[test]
fn large_bodies_share_their_memory_and_whoever_finds_none_comes_again() {
    let world = World::new();
    let phone = world.worker(1, 11);
    let never = || Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    world.runtime.block_on(async {
        tokio::time::pause();
        let ask = |request| world.server.router().oneshot(request);
        let mut held: Vec<_> = (0..4).map(|_| tokio::spawn(ask(large(&world, &phone, never())))).collect();
        tokio::task::yield_now().await;
        let began = tokio::time::Instant::now();
        let full = ask(large(&world, &phone, Body::from("x"))).await.unwrap();
        assert_eq!((full.status().as_u16(), full.headers()["retry-after"].to_str().unwrap()), (503, "20"));
        assert!(began.elapsed() >= Duration::from_secs(limits::LARGE_BODY_WAITS_S), "it waited for its turn");
        let small = phone.request(&world, "GET", "/v1/me", Vec::new()).map(Body::from);
        assert_eq!(ask(small).await.unwrap().status().as_u16(), 200, "small ones go on");
        let one = held.pop().unwrap();
        one.abort();
        assert!(one.await.unwrap_err().is_cancelled());
        for _ in 0..2 {
            let read = ask(large(&world, &phone, Body::from("x"))).await.unwrap();
            let (status, body) = (read.status().as_u16(), read.into_body().collect().await.unwrap().to_bytes());
            assert_eq!(status, 400, "read, and room given back: {}", String::from_utf8_lossy(&body));
        }
    });
}
