//! The server's socket as strangers meet it: slow ones are cut, panics are a plain 500, and nothing tells what runs here.

#![expect(clippy::unwrap_used, reason = "a test's failure is the message")]

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use gridwalk_server::serving::{self, Door};
use gridwalk_server::{Server, ServerOptions, limits};
use http_body_util::BodyExt as _;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

/// A server on a port of its own, and the folder that must live as long.
async fn open() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::create(ServerOptions::new(folder.path())).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move { serving::serve(&server, Door::plain(listener), std::future::pending()).await });
    (folder, address)
}

/// Everything that comes until the connection ends.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    let _reset = stream.read_to_end(&mut text).await;
    String::from_utf8_lossy(&text).into_owned()
}

/// The clock stands until nothing else is to be done, then it jumps: minutes pass in milliseconds.
#[tokio::test(start_paused = true)]
async fn a_client_that_never_ends_its_head_is_cut() {
    let (_folder, address) = open().await;
    let mut slow = TcpStream::connect(&address).await.unwrap();
    slow.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\nx-slow: ").await.unwrap();
    let began = tokio::time::Instant::now();
    let told = rest(slow).await;
    assert!(told.is_empty() || told.starts_with("HTTP/1.1 408"), "{told}");
    assert!(began.elapsed() >= Duration::from_secs(limits::HEAD_READ_S));
    let mut idle = TcpStream::connect(&address).await.unwrap();
    idle.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let told = rest(idle).await;
    assert!(told.starts_with("HTTP/1.1 200"), "answered, and then cut when it lay idle: {told}");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_drips_is_cut_and_its_phone_may_come_again() {
    let (_folder, address) = open().await;
    let mut slow = TcpStream::connect(&address).await.unwrap();
    slow.write_all(b"POST /v1/enrol HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{").await.unwrap();
    let told = rest(slow).await;
    assert!(
        told.starts_with("HTTP/1.1 503") && told.contains("\"unavailable\""),
        "no 400: the phone halves on that: {told}"
    );
}

/// Many answers wait in the line for a reader that takes none of them: more than any machine's buffers hold.
#[tokio::test(start_paused = true)]
async fn a_reader_that_takes_nothing_is_cut() {
    const ASKED: usize = 1500;
    let (_folder, address) = open().await;
    let mut slow = TcpStream::connect(&address).await.unwrap();
    slow.write_all("GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(ASKED).as_bytes()).await.unwrap();
    // The clock is a paused one: it goes on by itself once nothing else is to be done.
    let nothing = tokio::time::timeout(Duration::from_secs(10 * limits::WRITE_STUCK_S), std::future::pending::<()>());
    assert!(nothing.await.is_err());
    let told = rest(slow).await;
    let answers = told.matches("HTTP/1.1 200").count();
    assert!((1..ASKED).contains(&answers), "{answers} answers: nobody cut the line");
}

/// Whoever did not sign is answered before a byte of what they would send is asked for; and who goes on is told to wait.
#[tokio::test]
async fn strangers_are_refused_before_their_bodies_are_read_and_then_told_to_wait() {
    let (_folder, address) = open().await;
    let ask = async |path: &str, said: &str| {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 60000000\r\n{said}\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        tokio::time::timeout(Duration::from_secs(20), rest(stream)).await.unwrap()
    };
    let forged = format!(
        "content-digest: sha-256=:AA==:\r\nsignature-input: gw=(\"@method\" \"@path\" \"@query\" \"content-digest\");\
         created=1;nonce=\"n\";keyid=\"{}\";alg=\"ed25519\"\r\nsignature: gw=:{}:\r\n",
        gridwalk_model::id::DeviceId([7; 16]),
        data_encoding::BASE64.encode(&[1; 64]),
    );
    for path in ["/v1/handover", "/v1/bundle", "/v1/tracks", "/v1/push"] {
        let (unsigned, forged) = (ask(path, "").await, ask(path, &forged).await);
        assert!(unsigned.starts_with("HTTP/1.1 401") && unsigned.contains("bad_signature"), "{path}: {unsigned}");
        assert!(forged.starts_with("HTTP/1.1 401") && forged.contains("unknown_device"), "{path}: {forged}");
    }
    let most = 2 * limits::ADDRESS_BURST_MAX;
    for asked in 0.. {
        let told = ask("/v1/handover", "").await;
        if told.starts_with("HTTP/1.1 429") {
            assert!(told.contains("retry-after: "), "{told}");
            return;
        }
        assert!(asked < most, "a stranger is never told to wait");
    }
}

#[tokio::test]
async fn a_panic_is_a_plain_500_and_says_nothing() {
    async fn broken() -> &'static str {
        panic!("secret of the house")
    }
    let (_stopping, stopped) = tokio::sync::watch::channel(false);
    let router = serving::layered(Router::new().route("/", get(broken)), stopped);
    let answer = router.oneshot(http::Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status().as_u16(), 500);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    assert!(body.contains("\"fault\"") && !body.contains("secret"), "{body}");
}

#[tokio::test]
async fn strangers_are_not_told_what_runs_here() {
    let (_folder, address) = open().await;
    for path in ["/health", "/ready", "/nowhere", "/v1/pull", "/openapi.json", "/"] {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let asked = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(asked.as_bytes()).await.unwrap();
        let told = rest(stream).await.to_lowercase();
        let head = told.split("\r\n\r\n").next().unwrap();
        assert!(!head.contains("server:") && !head.contains("x-powered-by"), "{head}");
        for word in [env!("CARGO_PKG_VERSION"), "axum", "hyper", "tokio", "rust", "sqlite", ".rs:"] {
            assert!(!told.contains(word), "{path} tells {word}");
        }
    }
}
