//! `gridwalk-tidy`: reads the project's source and says where a rule of the house is broken.
//!
//! Owns the rules that no compiler checks: sizes, arrows between crates, purity, where SQL may stand, names, licences,
//! reasons, words. Refuses to know what the code does. Invariant: every rule is a test over the whole project and a test
//! that a planted offence is caught; every message names file, line and cure.

pub mod lexer;
pub mod metadata;
pub mod offence;
pub mod rules;
pub mod source;
pub mod tree;

pub use offence::Offence;
pub use source::Source;
pub use tree::{File, Tree};
