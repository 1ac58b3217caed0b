//! Calls functions: those about truth and choice here, the others in the files beside.
//!
//! Owns which file a function stands in. Refuses to check numbers of arguments: the parser did. Invariant: an argument
//! is reckoned only if the function needs it.

use super::eval::{Evaluator, Place};
use super::fault::EvalFault;
use super::function::Function;
use super::syntax::Expr;
use super::value::Value;
use std::borrow::Cow;

impl<'t> Evaluator<'t> {
    pub(super) fn call(&self, function: Function, arguments: &'t [Expr], at: Place) -> Result<Value<'t>, EvalFault> {
        match function {
            Function::True => Ok(Value::Flag(true)),
            Function::False => Ok(Value::Flag(false)),
            Function::Not => Ok(Value::Flag(!self.eval_flag(&arguments[0], at)?)),
            Function::Boolean => Ok(Value::Flag(self.eval_flag(&arguments[0], at)?)),
            Function::If => {
                let branch = if self.eval_flag(&arguments[0], at)? { &arguments[1] } else { &arguments[2] };
                self.eval(branch, at)
            }
            Function::BooleanFromString => {
                let text = self.eval_text(&arguments[0], at)?;
                Ok(Value::Flag(text == "1" || text == "true"))
            }
            Function::Checklist => self.checklist(arguments, at),
            Function::WeightedChecklist => self.weighted_checklist(arguments, at),
            Function::Coalesce => {
                for argument in arguments {
                    let text = self.eval_text(argument, at)?;
                    if !text.is_empty() {
                        return Ok(Value::Text(text));
                    }
                }
                Ok(Value::Text(Cow::Borrowed("")))
            }
            Function::Once => {
                let own = self.tree.text(at.node);
                if own.is_empty() { Ok(Value::Text(self.eval_text(&arguments[0], at)?)) } else { Ok(Value::Text(own)) }
            }
            function => self
                .call_nodes(function, arguments, at)
                .or_else(|| self.call_text(function, arguments, at))
                .or_else(|| self.call_number(function, arguments, at))
                .or_else(|| self.call_time(function, arguments, at))
                .or_else(|| self.call_own(function, arguments, at))
                .unwrap_or(Err(EvalFault::Argument(function.name()))),
        }
    }

    /// The least and the most that a list asks for; -1 is no bound.
    fn bounds(&self, arguments: &'t [Expr], at: Place) -> Result<(f64, f64), EvalFault> {
        let bound = |number: f64, none: f64| if (number + 1.0).abs() < f64::EPSILON { none } else { number };
        let least = bound(self.eval_number(&arguments[0], at)?, f64::NEG_INFINITY);
        let most = bound(self.eval_number(&arguments[1], at)?, f64::INFINITY);
        Ok((least, most))
    }

    /// Whether a value counts in a list: a node by what it holds.
    fn truths(&self, value: Value<'t>) -> Vec<bool> {
        match value {
            Value::Nodes(nodes) => nodes.iter().map(|node| !self.tree.text(*node).trim().is_empty()).collect(),
            value => vec![value.flag()],
        }
    }

    fn checklist(&self, arguments: &'t [Expr], at: Place) -> Result<Value<'t>, EvalFault> {
        let (least, most) = self.bounds(arguments, at)?;
        let mut count = 0u32;
        for argument in &arguments[2..] {
            let truths = self.truths(self.eval(argument, at)?);
            count += u32::try_from(truths.iter().filter(|truth| **truth).count()).unwrap_or(u32::MAX);
        }
        Ok(Value::Flag(f64::from(count) >= least && f64::from(count) <= most))
    }

    fn weighted_checklist(&self, arguments: &'t [Expr], at: Place) -> Result<Value<'t>, EvalFault> {
        let (least, most) = self.bounds(arguments, at)?;
        let mut sum = 0.0;
        for pair in arguments[2..].chunks_exact(2) {
            let truths = self.truths(self.eval(&pair[0], at)?);
            let weights: Vec<f64> = match self.eval(&pair[1], at)? {
                Value::Nodes(nodes) => nodes.iter().map(|node| self.ways().number(&self.tree.text(*node))).collect(),
                value => vec![value.number(self.tree, self.ways())],
            };
            sum += truths.iter().zip(weights).map(|(truth, weight)| if *truth { weight } else { 0.0 }).sum::<f64>();
        }
        Ok(Value::Flag(sum >= least && sum <= most))
    }
}
