//! Loss of power, full disks and failing devices under the real stores, as often as somebody likes.
//!
//! Owns a disk in memory below SQLite, small worlds on such disks, and the oracle that judges what is left. Refuses to
//! stand in for anything above the disk: notebook, engine, router and both stores are the ones that ship. Invariant: one
//! seed is one schedule; a harness that does not find its controls is not trusted.

pub mod action;
pub mod disk;
pub mod hold;
pub mod image;
pub mod ledger;
pub mod migrate;
pub mod oracle;
pub mod purge;
pub mod rot;
pub mod round;
pub mod still;
pub mod sweep;
pub mod vfs;
pub mod world;
