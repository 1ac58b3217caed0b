//! How requests leave the phone, as a trait: HTTP in the field, a router in one process in tests.
//!
//! Owns the trait and its errors. Refuses to know what is asked and what answers mean. Invariant: a transport never
//! retries by itself; whoever drives it decides.

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;

/// No answer came.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// No connection came about: nothing left the phone.
    #[error("no connection to the server")]
    NoConnection(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The connection was cut; whether the request was acted on is not known.
    #[error("no answer from the server")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Whoever answers has another key than the server that this phone was enrolled with: nothing left the phone.
    #[error("not the server that this phone knows")]
    WrongServer,
    /// The answer is larger than the limit.
    #[error("the answer is larger than its limit")]
    TooLarge,
    /// The address is not one that requests may go to (plain HTTP leaves loopback only when it was allowed).
    #[error("not an address that requests may go to")]
    Address,
    /// This transport has no stream of events.
    #[error("no stream of events")]
    NoEvents,
}

impl TransportError {
    /// Unreachable, for this reason.
    pub fn unreachable(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unreachable(reason.into())
    }

    /// Whether the same again later may work.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::NoConnection(_))
    }

    /// Whether the request may have reached the server all the same.
    pub const fn may_have_arrived(&self) -> bool {
        matches!(self, Self::Unreachable(_) | Self::TooLarge)
    }
}

/// The answer to one request, or why there is none.
pub type Answer = Result<http::Response<Bytes>, TransportError>;

/// A body as it comes, piece by piece.
pub type Pieces = BoxStream<'static, Result<Bytes, TransportError>>;

/// A way to the server. Requests carry a path (`/v1/push`); the transport knows the address.
pub trait Transport: Send + Sync {
    /// Sends one request and waits for the whole answer. Dropping the future gives up waiting, nothing else.
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Answer>;

    /// Opens a body that never ends (server-sent events).
    fn listen(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<Pieces, TransportError>> {
        drop(request);
        Box::pin(async { Err(TransportError::NoEvents) })
    }
}
