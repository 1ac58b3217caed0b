//! Appraisal 考核: months in numbers, by published formulas over what was verified.
//!
//! Owns facts of cases and of places on lists, the formulas of `catalog/appraisal`, numbers with the rows behind them, and
//! volumes. Refuses to know kilometres, minutes and logins: no fact holds them. Invariant: a number is that of a list which can
//! be asked for, and what is counted anew from all facts is what replacing single facts comes to.

pub mod book;
pub mod condition;
pub mod fact;
pub mod formula;
pub mod mark;
pub mod month;
pub mod number;
pub mod objection;
pub mod place;
#[cfg(test)]
mod tests;
pub mod volume;

pub use book::Book;
pub use condition::Condition;
pub use fact::{CaseFact, Fact};
pub use formula::{Adjustment, Anchor, Formula, Formulas, Group, Label, Sense};
pub use mark::{Mark, Marks};
pub use month::Month;
pub use number::{Applied, Asked, LeftOut, Number, Sheet, sheet};
pub use objection::ObjectionFact;
pub use place::PlaceFact;
