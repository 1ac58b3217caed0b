//! Forms: a workbook becomes a definition that phones hold, and a definition becomes a form that is being filled.
//!
//! Owns what a form is, how one is read and written, and what its expressions mean. Refuses to know files, SQL,
//! network, clocks and randomness: bytes, moments and seeds come in as arguments. Invariant: the same bytes give the
//! same definition, and the same definition and answers give the same state, on a phone as on the server.

pub mod definition;
pub mod filling;
pub mod import;
pub mod run;
pub mod tree;
pub mod xform;
pub mod xpath;
