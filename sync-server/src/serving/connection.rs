//! Connections: taken, spoken to in TLS or plainly, and cut when they are slow.
//!
//! Owns the limits on how many there are and how long they may take with a handshake, a head, a body or an answer. Refuses to know
//! what is asked. Invariant: a client that says nothing costs a connection for a bounded time, and of one address there
//! are boundedly many.

use super::slow::GoesOn;
use super::until_told;
use crate::limits;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use futures_util::stream;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

/// Where a request came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// Takes connections until told to stop; then finishes what is under way.
pub(super) async fn take(
    listener: TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
    router: Router,
    stopped: watch::Receiver<bool>,
) {
    let tls = tls.map(TlsAcceptor::from);
    let (mut open, mut of_address) = (JoinSet::<IpAddr>::new(), HashMap::<IpAddr, usize>::new());
    let told = until_told(stopped.clone());
    tokio::pin!(told);
    loop {
        let room = open.len() < limits::CONNECTIONS_MAX;
        tokio::select! {
            () = &mut told => break,
            Some(ended) = open.join_next(), if !open.is_empty() => {
                // A task that broke off took its address with it; the count is worked out anew when it is all gone.
                if let Ok(address) = ended { leave(&mut of_address, address); }
                if open.is_empty() { of_address.clear(); }
            }
            taken = listener.accept(), if room => match taken {
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(Duration::from_millis(limits::ACCEPT_AGAIN_MS)).await;
                }
                Ok((stream, from)) => {
                    let address = from.ip().to_canonical();
                    let count = of_address.entry(address).or_default();
                    if *count >= limits::CONNECTIONS_OF_ONE_ADDRESS_MAX {
                        crate::security::connections_of_one_address();
                        continue;
                    }
                    *count += 1;
                    let (tls, router, stopped) = (tls.clone(), router.clone(), stopped.clone());
                    open.spawn(async move {
                        speak(stream, address, tls, router, stopped).await;
                        address
                    });
                }
            }
        }
    }
    drop(listener);
    while open.join_next().await.is_some() {}
}

fn leave(of_address: &mut HashMap<IpAddr, usize>, address: IpAddr) {
    let left = of_address.get_mut(&address).map(|count| {
        *count = count.saturating_sub(1);
        *count
    });
    if left == Some(0) {
        of_address.remove(&address);
    }
}

async fn speak(
    stream: TcpStream,
    address: IpAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    stopped: watch::Receiver<bool>,
) {
    // A socket that refuses is as good as any.
    let _refused = stream.set_nodelay(true);
    // Below TLS, where each byte that the other side takes is seen.
    let stream = GoesOn::new(stream);
    let Some(tls) = tls else { return answer(stream, address, router, stopped).await };
    let hands = tokio::time::timeout(Duration::from_secs(limits::HANDSHAKE_S), tls.accept(stream));
    match hands.await {
        Ok(Ok(stream)) => answer(stream, address, router, stopped).await,
        Ok(Err(error)) => tracing::debug!(%error, "no handshake"),
        Err(_) => tracing::debug!("a handshake took too long"),
    }
}

async fn answer<S>(stream: S, address: IpAddr, router: Router, stopped: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(move |request: http::Request<Incoming>| {
        let mut request: Request = request.map(in_time);
        request.extensions_mut().insert(Peer(address));
        router.clone().oneshot(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(limits::HEAD_READ_S));
    let connection = http.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = until_told(stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

/// A body whose pieces must come within their time, and the whole within its.
fn in_time(body: Incoming) -> Body {
    if body.is_end_stream() {
        return Body::empty();
    }
    let end = Instant::now() + Duration::from_secs(limits::BODY_READ_S);
    let pieces = Body::new(body).into_data_stream();
    Body::from_stream(stream::unfold(Some(pieces), move |pieces| async move {
        let mut pieces = pieces?;
        let piece_by = (Instant::now() + Duration::from_secs(limits::BODY_PIECE_S)).min(end);
        match tokio::time::timeout_at(piece_by, futures_util::StreamExt::next(&mut pieces)).await {
            Ok(None) => None,
            Ok(Some(Ok(piece))) => Some((Ok(piece), Some(pieces))),
            Ok(Some(Err(error))) => Some((Err(io::Error::other(error)), None)),
            Err(_) => Some((Err(io::Error::from(io::ErrorKind::TimedOut)), None)),
        }
    }))
}
