//! The server's heart, driven through its router on a real file with a seeded clock and seeded ids.
//!
//! Owns a small phone that seals and signs changes, and the stories that it lives through.

#![expect(clippy::unwrap_used, reason = "a test may unwrap: its failure is the message")]

mod appraisal;
mod arrivals;
mod attendance;
mod audit;
mod bodies;
mod bundle;
mod candidates;
mod crowd;
mod erasure;
mod golden;
mod history;
mod joining;
mod login;
mod mask;
mod matrix;
mod moves;
mod own_key;
mod page;
mod people;
mod phone;
mod pictures;
mod powers;
mod push;
mod rate;
mod restore;
mod role_kinds;
mod sensitive;
mod spaces;
mod statements;
mod steps;
mod storm;
mod verdict;
mod version;
#[allow(dead_code, reason = "shared with the contract, which also runs jobs again")]
#[path = "../contract/watched.rs"]
mod watched;
mod world;
