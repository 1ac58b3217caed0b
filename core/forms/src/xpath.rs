//! Expressions: XPath 1.0 with the functions of the ODK XForms specification and a few of our own.
//!
//! Owns grammar, functions and values. Refuses to know forms: what an expression cannot see in its tree (other lists,
//! texts in a language, the moment, chance) a `Host` tells it. Invariant: an expression is compiled once, and the same
//! expression over the same tree and the same host gives the same value.

mod axis;
mod call;
mod call_node;
mod call_number;
mod call_own;
mod call_text;
mod call_time;
mod compare;
mod digest;
mod eval;
mod fault;
mod function;
mod geo;
mod host;
mod index;
mod lexer;
mod moment;
mod number;
mod parser;
mod shuffle;
mod syntax;
mod value;

pub use eval::{Evaluator, equality};
pub use fault::{EvalFault, ParseFault};
pub use function::Function;
pub use host::{Dialect, Host, Localised, NoHost, Pattern, Patterns};
pub use index::Indices;
pub use moment::{DAY_MS, Moment, Zone};
pub use number::{number_of, text_of_number};
pub use parser::Prefixes;
pub use syntax::{Axis, Expr, NodeTest, Operator, Path, Start, Step};
pub use value::{Value, Ways};

use crate::tree::Names;

/// Compiles an expression: names become numbers of the tree's table, functions are known and rightly called.
pub fn compile(text: &str, names: &mut Names, prefixes: &Prefixes, dialect: Dialect) -> Result<Expr, ParseFault> {
    parser::parse(text, names, prefixes, dialect)
}

#[cfg(test)]
mod tests;
