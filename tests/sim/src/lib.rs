//! A world of simulated phones around the real server: the real core, seeded clocks and ids, a hostile network.
//!
//! Owns the schedules, the faults and the checkers. Refuses to stand in for anything: stores, engine, router and fold are
//! the ones that ship. Invariant: one seed is one world; a seed that fails can be run again.

pub mod action;
pub mod asks;
pub mod county;
pub mod coverage;
pub mod dump;
pub mod founding;
pub mod heal;
pub mod instance;
pub mod invariant;
pub mod ledger;
pub mod machine;
pub mod newer;
pub mod phone;
pub mod plant;
pub mod power;
pub mod replay;
pub mod run;
pub mod server;
pub mod shape;
pub mod transport;
pub mod world;
