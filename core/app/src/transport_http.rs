//! HTTP in the field: reqwest over rustls with the ring provider.
//!
//! Owns addresses, time limits and certificates. Refuses to retry and to follow redirects: a hotel's login page must not
//! see a request. Invariant: plain HTTP leaves the machine only where that was allowed.

use crate::pinned::{self, Pins};
use crate::transport::{Answer, Pieces, Transport, TransportError};
use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use futures_util::stream::StreamExt as _;
use gridwalk_model::limits;
use std::sync::Once;
use std::time::Duration;

/// How long a connection may take.
const CONNECT_MS: u64 = 10_000;
/// How long a line may be silent while a whole answer comes.
const SILENCE_MS: u64 = 60_000;
/// How long a stream of events may be silent: the server says something every few seconds.
const EVENTS_SILENCE_MS: u64 = 120_000;

/// How a transport is made.
#[derive(Debug, Clone, Default)]
pub struct HttpOptions {
    /// Whether plain HTTP may leave this machine (an intranet without certificates; everything is signed all the same).
    pub allow_plain: bool,
    /// Further certificates to trust, PEM: an intranet's own authority.
    pub authorities_pem: Vec<Vec<u8>>,
    /// The keys that the server may have; if there are any, no authority counts.
    pub pins: Pins,
}

/// A way to one server by HTTP.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    base: reqwest::Url,
    client: reqwest::Client,
    events: reqwest::Client,
}

static PROVIDER: Once = Once::new();

fn unsent(error: reqwest::Error) -> TransportError {
    if pinned::refused(&error) {
        return TransportError::WrongServer;
    }
    if error.is_connect() || error.is_builder() { TransportError::NoConnection(error.into()) } else { fault(error) }
}

fn fault(error: impl std::error::Error + Send + Sync + 'static) -> TransportError {
    TransportError::unreachable(error)
}

/// The address that requests go to: a scheme, a host, a port, and nothing else.
fn base(address: &str, allow_plain: bool) -> Result<reqwest::Url, TransportError> {
    let address = address.trim();
    let whole = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
    let url = reqwest::Url::parse(&whole).map_err(|_| TransportError::Address)?;
    let host = url.host_str().ok_or(TransportError::Address)?;
    let bare = host.trim_matches(['[', ']']);
    let loopback = host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let scheme = match url.scheme() {
        "https" => true,
        "http" => allow_plain || loopback,
        _ => false,
    };
    let nothing_else = url.path() == "/" && url.query().is_none() && url.username().is_empty();
    if scheme && nothing_else { Ok(url) } else { Err(TransportError::Address) }
}

impl HttpTransport {
    /// A transport to this address (`https://host`, or `host` for the same).
    pub fn new(address: &str, options: &HttpOptions) -> Result<Self, TransportError> {
        PROVIDER.call_once(|| {
            // Whoever installed one before has chosen; that is as good.
            let _chosen_before = rustls::crypto::ring::default_provider().install_default();
        });
        let base = base(address, options.allow_plain)?;
        let mut authorities = Vec::new();
        for pem in &options.authorities_pem {
            authorities.extend(reqwest::Certificate::from_pem_bundle(pem).map_err(fault)?);
        }
        let pinned = if options.pins.now().is_empty() { None } else { Some(pinned::config(&options.pins)) };
        let pinned = pinned.transpose().map_err(fault)?;
        let builder = |silence_ms: u64| {
            let builder = reqwest::Client::builder()
                .connect_timeout(Duration::from_millis(CONNECT_MS))
                .read_timeout(Duration::from_millis(silence_ms))
                .redirect(reqwest::redirect::Policy::none());
            // A machine without any certificates can still reach its own loopback.
            if base.scheme() == "http" {
                builder.tls_certs_only([]).no_proxy()
            } else if let Some(pinned) = &pinned {
                builder.tls_backend_preconfigured(pinned.clone()).https_only(true)
            } else {
                builder.tls_certs_merge(authorities.clone())
            }
        };
        let client = builder(SILENCE_MS).build().map_err(fault)?;
        let events = builder(EVENTS_SILENCE_MS).build().map_err(fault)?;
        Ok(Self { base, client, events })
    }

    fn prepare(
        &self,
        client: &reqwest::Client,
        request: http::Request<Bytes>,
    ) -> Result<reqwest::RequestBuilder, TransportError> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let url = self.base.join(path).map_err(|_| TransportError::Address)?;
        if url.origin() != self.base.origin() {
            return Err(TransportError::Address);
        }
        Ok(client.request(parts.method, url).headers(parts.headers).body(body))
    }

    async fn carry(&self, request: http::Request<Bytes>) -> Answer {
        let mut answer = self.prepare(&self.client, request)?.send().await.map_err(unsent)?;
        let mut whole = http::Response::new(Bytes::new());
        *whole.status_mut() = answer.status();
        std::mem::swap(whole.headers_mut(), answer.headers_mut());
        let mut body = BytesMut::new();
        while let Some(piece) = answer.chunk().await.map_err(fault)? {
            if body.len() + piece.len() > limits::PAGE_BYTES_MAX {
                return Err(TransportError::TooLarge);
            }
            body.extend_from_slice(&piece);
        }
        *whole.body_mut() = body.freeze();
        Ok(whole)
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Answer> {
        Box::pin(self.carry(request))
    }

    fn listen(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<Pieces, TransportError>> {
        Box::pin(async move {
            let answer = self.prepare(&self.events, request)?.send().await.map_err(unsent)?;
            if !answer.status().is_success() {
                return Err(TransportError::NoEvents);
            }
            Ok(answer.bytes_stream().map(|piece| piece.map_err(fault)).boxed())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_the_machine_unless_allowed() {
        let cases = [
            ("https://gridwalk.example", false, true),
            ("gridwalk.example:8443", false, true),
            ("http://127.0.0.1:8080", false, true),
            ("http://[::1]:8080", false, true),
            ("http://localhost:8080/", false, true),
            ("http://gridwalk.example", false, false),
            ("http://127.0.0.1.example", false, false),
            ("http://10.0.0.7", false, false),
            ("http://10.0.0.7", true, true),
            ("https://gridwalk.example/prefix", false, false),
            ("https://name@gridwalk.example", false, false),
            ("ftp://gridwalk.example", true, false),
            ("", true, false),
        ];
        for (address, allow_plain, fine) in cases {
            assert_eq!(base(address, allow_plain).is_ok(), fine, "{address}");
        }
    }

    #[test]
    fn requests_go_to_their_server_alone() {
        let transport = HttpTransport::new("http://127.0.0.1:9", &HttpOptions::default()).unwrap();
        let to = |uri: &str| {
            let request = http::Request::get(uri).body(Bytes::new()).unwrap();
            transport.prepare(&transport.client, request).and_then(|r| r.build().map_err(fault))
        };
        assert_eq!(to("/v1/me").unwrap().url().as_str(), "http://127.0.0.1:9/v1/me");
        assert_eq!(to("http://elsewhere.example/v1/me").unwrap().url().as_str(), "http://127.0.0.1:9/v1/me");
        assert!(to("//elsewhere.example/v1/me").map_or(true, |r| r.url().host_str() == Some("127.0.0.1")));
    }
}
