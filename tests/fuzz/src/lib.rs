//! Spoiled input for every decoder that the network, a file, a QR code or a keyboard reaches.
//!
//! Owns the list of those doors, the spoiling, and the watch over time and memory. Refuses to know what a decoder means.
//! Invariant: whatever comes in, a decoder answers: it does not panic, does not take more memory than a small multiple
//! of what it may read, and does not take long.

pub mod corpus;
pub mod door;
pub mod doors;
pub mod spoil;
pub mod watch;
