//! Many at once: hints to listeners, and pushes from several threads.

use crate::world::{World, record};
use axum::body::Body;
use gridwalk_server::ingest;
use http_body_util::BodyExt;
use tower::ServiceExt;

#[test]
fn a_listener_is_told_of_what_it_sees_and_of_new_rights() {
    let world = World::new();
    let (mut phone, mut writer) = (world.worker(1, 11), world.worker(2, 11));
    let lost = world.phone(3);
    let change = writer.building(&world, record(1), 11, "a");
    let listen = |p: &crate::phone::Phone| p.request(&world, "GET", "/v1/events", Vec::new()).map(Body::from);
    let (request, silent) = (listen(&phone), listen(&lost));
    let frame = writer.frame(&world, &[change]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let told = runtime.block_on(async {
        let mut stream = world.server.router().oneshot(request).await.unwrap().into_body();
        let mut other = world.server.router().oneshot(silent).await.unwrap().into_body();
        let mut told = Vec::new();
        for _ in 0..2 {
            told.push(next(&mut stream).await);
        }
        ingest::push(world.server.running(), writer.device, frame).unwrap();
        told.push(next(&mut stream).await);
        world.grant(&lost, 21, "gridworker");
        told.push(next(&mut other).await);
        told
    });
    let hint = |space| format!("event: space\ndata: {space}\n\n");
    let mut at_first = [hint(world.space), hint(world.reference)];
    at_first.sort();
    assert_eq!(told[..2], at_first, "at first everything that may have been missed");
    assert_eq!(told[2], hint(world.space));
    assert!(at_first.contains(&told[3]), "whoever saw nothing is told of new rights");
    phone.pull(&world, 1000);
    assert_eq!(phone.records(&world), [record(1)]);
}

async fn next(body: &mut Body) -> String {
    String::from_utf8(body.frame().await.unwrap().unwrap().into_data().unwrap().to_vec()).unwrap()
}

#[test]
fn frames_that_wait_for_the_writer_are_counted_until_they_are_written() {
    let world = World::new();
    let running = world.server.running();
    let frames: Vec<_> = (1..=3)
        .map(|n| {
            let mut phone = world.worker(n, 11);
            let change = phone.building(&world, record(n), 11, "a");
            (phone.device, phone.frame(&world, &[change]))
        })
        .collect();
    let counted = || {
        let page = running.metrics.page(running).unwrap();
        let line = page.lines().find_map(|line| line.strip_prefix("gridwalk_frames_waiting "));
        line.unwrap().parse::<u32>().unwrap()
    };
    assert_eq!(counted(), 0);
    std::thread::scope(|scope| {
        let pushes = running.write(|_| {
            let push = |(device, frame)| scope.spawn(move || ingest::push(running, device, frame));
            let pushes: Vec<_> = frames.iter().map(|(device, frame)| push((*device, frame.clone()))).collect();
            let two = (0..100_000).any(|_| {
                std::thread::yield_now();
                counted() == 2
            });
            assert!(two, "one stands before the writer, two wait behind it");
            Ok(pushes)
        });
        pushes.unwrap().into_iter().for_each(|push| assert!(push.join().unwrap().is_ok()));
    });
    assert_eq!(counted(), 0, "and nobody waits for ever");
}

#[test]
fn pushes_from_many_threads_are_one_order_without_holes() {
    let world = World::new();
    let frames: Vec<_> = (1..=8)
        .map(|n| {
            let mut phone = world.worker(n, 11);
            let changes: Vec<_> =
                (0..12).map(|i| phone.building(&world, record(100 + i), 11, &format!("{n} {i}"))).collect();
            (phone.device, changes.iter().map(|c| phone.frame(&world, std::slice::from_ref(c))).collect::<Vec<_>>())
        })
        .collect();
    let before = world.head();
    std::thread::scope(|scope| {
        for (device, frames) in &frames {
            let running = world.server.running();
            scope.spawn(move || {
                for frame in frames {
                    let reply = ingest::push(running, *device, frame.clone()).unwrap();
                    assert_eq!(reply.verdicts[0].verdict.code(), "applied");
                    ingest::push(running, *device, frame.clone()).unwrap();
                }
            });
        }
    });
    let entries = world.server.read(|r| r.tx.journal_after(world.space, 0, 1000)).unwrap();
    let order: Vec<u64> = entries.iter().map(|e| e.pos).collect();
    assert_eq!(order, (before + 1..=before + 96).collect::<Vec<_>>());
    assert!((0..12).all(|i| world.values(record(100 + i), "name").len() == 8), "eight who had not seen each other");
    world.verify();
}
