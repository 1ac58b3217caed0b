//! The rules, one module each: what is forbidden, why, and the proof that it is caught.
//!
//! Owns nothing but the list. To add a rule: a module with a `check` function, a test that plants an offence, and a test
//! over the whole project.

pub mod arrow;
pub mod codes;
pub mod contract;
pub mod doors;
pub mod head;
pub mod licence;
pub mod limit;
pub mod link;
pub mod machine;
pub mod name;
pub mod purity;
pub mod reason;
pub mod security;
pub mod size;
pub mod sleep;
pub mod sql;
pub mod systems;
pub mod words;
pub mod workflows;
