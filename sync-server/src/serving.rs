//! Serving: the routes on a socket, with request ids and logs, until somebody says stop.
//!
//! Owns what surrounds every request. Refuses to log anything about people: method, path, status, time, request id.
//! Invariant: after the word to stop, requests under way are finished, streams end, and no new ones are taken.

pub mod connection;
mod slow;

use crate::error::{Result, ServerError};
use crate::limits;
use crate::metrics;
use crate::observe::REQUEST_ID;
use crate::problem;
use crate::security;
use crate::server::Server;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use futures_util::StreamExt as _;
use http::{HeaderValue, header};
use std::any::Any;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};

/// Done when the process is asked to stop: by Ctrl-C or, where there are signals, by SIGTERM.
pub async fn stop_asked() {
    let interrupt = async {
        // Without a handler there is nothing to wait for but the other signal.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

/// Where a server is asked.
pub struct Door {
    /// The socket.
    pub listener: TcpListener,
    /// How TLS is spoken there, if it is.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// The socket of the numbers, if anybody reads them.
    pub for_metrics: Option<TcpListener>,
}

impl Door {
    /// A socket without TLS and numbers.
    pub const fn plain(listener: TcpListener) -> Self {
        Self { listener, tls: None, for_metrics: None }
    }
}

/// Serves until `stop` is done; then finishes what is under way and writes everything into the main file.
pub async fn serve(server: &Server, door: Door, stop: impl Future<Output = ()> + Send + 'static) -> Result<()> {
    let (stopping, stopped) = watch::channel(false);
    let Door { listener, tls, for_metrics } = door;
    let mut router = layered(server.router(), stopped.clone());
    if tls.is_some() {
        router = router.layer(middleware::map_response(strictly));
    }
    let serving = tokio::spawn(connection::take(listener, tls, router, stopped.clone()));
    let numbers = for_metrics.map(|listener| {
        let told = until_told(stopped.clone());
        let serving = axum::serve(listener, metrics::router(server.clone())).with_graceful_shutdown(told);
        tokio::spawn(serving.into_future())
    });
    let plans = tokio::spawn(keeping_plans(server.clone()));
    let fading = tokio::spawn(fade_tracks(server.clone()));
    let renewing = tokio::spawn(renewing_certificate(server.clone()));
    let signing = tokio::spawn(signing_heads(server.clone()));
    tokio::pin!(serving);
    tokio::select! {
        ended = &mut serving => ended.map_err(|_| ServerError::Cut)?,
        () = stop => {
            // The receivers live in this function: somebody hears it.
            stopping.send_replace(true);
            if tokio::time::timeout(Duration::from_secs(limits::STOP_GRACE_S), &mut serving).await.is_err() {
                tracing::warn!("requests were cut off at the stop");
            }
        }
    }
    plans.abort();
    renewing.abort();
    fading.abort();
    signing.abort();
    if let Some(numbers) = numbers {
        numbers.abort();
    }
    let server = server.clone();
    tokio::task::spawn_blocking(move || server.close()).await.map_err(|_| ServerError::Cut)?
}

/// Roles begin and end on their days, and items of the work list are over on theirs, also while nobody administers anything.
async fn keeping_plans(server: Server) {
    let mut every = tokio::time::interval(Duration::from_secs(limits::PLANS_EVERY_S));
    loop {
        every.tick().await;
        let (server, looked) = (server.clone(), server.clone());
        let kept = tokio::task::spawn_blocking(move || crate::admin::keep_plans(&server)).await;
        if let Ok(Err(error)) = kept {
            tracing::error!(error = %error, "roles that begin or end today were not changed");
        }
        let over = tokio::task::spawn_blocking(move || crate::admin::keep_expiry(&looked)).await;
        if let Ok(Err(error)) = over {
            tracing::error!(error = %error, "items of the work list that are over were not struck off");
        }
    }
}

/// Takes out of shared tracks what may not be kept any more, again and again.
async fn fade_tracks(server: Server) {
    let mut each = tokio::time::interval(Duration::from_secs(limits::TRACKS_FADE_EACH_S));
    loop {
        each.tick().await;
        let faded = server.running().work(|running| running.tracks.fade(running.options.clock.now())).await;
        if let Err(error) = faded {
            tracing::error!(%error, "shared tracks could not fade");
        }
    }
}

/// Signs a head of audit and journals when an hour has begun.
async fn signing_heads(server: Server) {
    let mut each = tokio::time::interval(Duration::from_secs(limits::HEADS_LOOKED_AT_EACH_S));
    loop {
        each.tick().await;
        let server = server.clone();
        let signed = tokio::task::spawn_blocking(move || server.sign_hourly()).await;
        if let Ok(Err(error)) = signed {
            tracing::error!(%error, "the audit's head could not be signed");
        }
    }
}

/// Renews the server's own certificate before it ends.
async fn renewing_certificate(server: Server) {
    let mut each = tokio::time::interval(Duration::from_secs(limits::CERTIFICATE_LOOKED_AT_EACH_S));
    loop {
        each.tick().await;
        let server = server.clone();
        match tokio::task::spawn_blocking(move || server.renew_in_time()).await {
            Ok(Ok(true)) => tracing::info!("the certificate was renewed"),
            Ok(Err(error)) => tracing::error!(%error, "the certificate could not be renewed"),
            _ => {}
        }
    }
}

/// Whoever came by TLS comes by TLS for two years (RFC 6797).
async fn strictly(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000"));
    response
}

/// A handler that panicked is a fault like others: a plain answer, and a line in the log.
fn panicked(_cause: Box<dyn Any + Send>) -> Response {
    security::panicked();
    problem::answer(&ServerError::Cut.to_problem())
}

async fn until_told(mut stopped: watch::Receiver<bool>) {
    // A sender that is gone means the same.
    let _gone = stopped.wait_for(|stop| *stop).await;
}

/// The routes with request ids, and streams that end at the stop.
pub fn layered(router: Router, stopped: watch::Receiver<bool>) -> Router {
    router
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(stopped, ending_streams))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(middleware::from_fn(own_request_ids))
}

/// A request id is given here: one from outside could carry anything into the log.
async fn own_request_ids(mut request: Request, next: Next) -> Response {
    request.headers_mut().remove(REQUEST_ID);
    next.run(request).await
}

/// An open stream of events ends when the server stops; its phone comes again.
async fn ending_streams(State(stopped): State<watch::Receiver<bool>>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("text/event-stream")) {
        return response;
    }
    let end = Box::pin(until_told(stopped));
    response.map(|body| Body::from_stream(body.into_data_stream().take_until(end)))
}
