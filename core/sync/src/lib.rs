//! The protocol between phones and server, sans-I/O: bytes, signatures, problems, and both ends' session logic.
//!
//! Owns how the shapes of `gridwalk_model::exchange` travel. Refuses to open sockets, files or databases and to ask
//! clocks: time, keys and nonces come in as arguments. Invariant: what does not decode, verify or fit its limit is an
//! error value, never a panic.

pub mod arrival;
pub mod bundle;
pub mod candidate_codec;
pub mod client;
pub mod compress;
pub mod digest_codec;
pub mod enrol;
pub mod frame_codec;
pub mod handover;
pub mod history_codec;
pub mod invitation;
pub mod narrow;
pub mod page_codec;
pub mod part;
pub mod people;
pub mod picture;
pub mod pin;
pub mod poster;
pub mod problem;
pub mod proof;
pub mod receipt;
pub mod reveal;
pub mod seal;
pub mod session;
pub mod track_codec;
pub mod woven;

pub use problem::{Problem, ProblemCode};

/// Versions of the protocol that this build speaks, newest first.
pub const PROTOCOL_VERSIONS: [u32; 1] = [1];

/// How many of them, the newest, a server serves for every call; pushing and handing over are served for all.
pub const PROTOCOL_VERSIONS_SERVED: usize = 2;

/// The header in which a phone says its protocol version.
pub const PROTOCOL_HEADER: &str = "gridwalk-protocol";

/// Content type of CBOR bodies.
pub const CBOR: &str = "application/cbor";
