//! The server's own limits; those that phones share stand in the model.
//!
//! Owns the numbers. Refuses to know where they are checked. Invariant: units stand last in the names.

/// Free space on the disk below which pushes get 507 and reads go on, bytes.
pub const DISK_FREE_BYTES_MIN: u64 = 256 * 1024 * 1024;
/// Largest body of a pull request, packed or unpacked, bytes.
pub const PULL_REQUEST_BYTES_MAX: usize = 512 * 1024;
/// Largest body of any other request, bytes.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Most connections that only read.
pub const READERS_MAX: usize = 8;
/// Hints that wait for a slow listener before it is told to look everywhere.
pub const EVENTS_WAITING_MAX: usize = 256;
/// Least time between two hints to one listener, milliseconds.
pub const EVENTS_APART_MS: u64 = 1000;
/// How often a silent stream of events says that it lives, seconds.
pub const EVENTS_ALIVE_S: u64 = 20;
/// Longest reason of a decision, bytes.
pub const REASON_BYTES_MAX: usize = 2000;
/// Most journal entries of a record told at once.
pub const HISTORY_ENTRIES_MAX: usize = 2000;
/// Most seqs that one frame may declare lost.
pub const LOST_MAX: u64 = 1_000_000;
