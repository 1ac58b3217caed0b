//! Functions that give numbers.
//!
//! Owns arithmetic, trigonometry and the sphere. Refuses dates. Invariant: a blank is not a number.

use super::eval::{Evaluator, Place};
use super::fault::EvalFault;
use super::function::Function;
use super::geo;
use super::host::Dialect;
use super::number::{round_half_up, round_places};
use super::syntax::Expr;
use super::value::Value;

impl<'t> Evaluator<'t> {
    pub(super) fn call_number(
        &self,
        function: Function,
        arguments: &'t [Expr],
        at: Place,
    ) -> Option<Result<Value<'t>, EvalFault>> {
        let number = |index: usize| self.eval_number(&arguments[index], at);
        let one = |apply: fn(f64) -> f64| Some(number(0).map(|number| Value::Number(apply(number))));
        match function {
            Function::Abs => one(f64::abs),
            Function::Acos => one(f64::acos),
            Function::Asin => one(f64::asin),
            Function::Atan => one(f64::atan),
            Function::Ceiling => one(f64::ceil),
            Function::Cos => one(f64::cos),
            Function::Exp => one(f64::exp),
            Function::Exp10 => one(|number| 10f64.powf(number)),
            Function::Floor => one(f64::floor),
            Function::Int => one(f64::trunc),
            Function::Log => one(f64::ln),
            Function::Log10 => one(f64::log10),
            Function::Sin => one(f64::sin),
            Function::Sqrt => one(f64::sqrt),
            Function::Tan => one(f64::tan),
            Function::Pi => Some(Ok(Value::Number(std::f64::consts::PI))),
            Function::Random => Some(Ok(Value::Number(self.host.random()))),
            Function::Atan2 => Some(self.two(arguments, at, f64::atan2)),
            Function::Pow => Some(self.two(arguments, at, f64::powf)),
            Function::Round if self.dialect == Dialect::Plain => one(round_half_up),
            Function::Round if arguments.len() == 1 => one(|number| round_places(number, 0.0)),
            Function::Round => Some(self.two(arguments, at, round_places)),
            Function::Max => Some(self.extreme(arguments, at, f64::max)),
            Function::Min => Some(self.extreme(arguments, at, f64::min)),
            Function::Area | Function::Distance | Function::Geofence | Function::Intersects => {
                Some(self.sphere(function, arguments, at))
            }
            _ => None,
        }
    }

    fn two(&self, arguments: &'t [Expr], at: Place, apply: fn(f64, f64) -> f64) -> Result<Value<'t>, EvalFault> {
        let (one, two) = (self.eval_number(&arguments[0], at)?, self.eval_number(&arguments[1], at)?);
        Ok(Value::Number(if one.is_nan() || two.is_nan() { f64::NAN } else { apply(one, two) }))
    }

    /// Each node's number, or the one of a value.
    fn numbers(&self, arguments: &'t [Expr], at: Place) -> Result<Vec<f64>, EvalFault> {
        let mut numbers = Vec::new();
        for argument in arguments {
            match self.eval(argument, at)? {
                Value::Nodes(nodes) => {
                    numbers.extend(nodes.iter().map(|node| self.ways().number(&self.tree.text(*node))));
                }
                value => numbers.push(value.number(self.tree, self.ways())),
            }
        }
        Ok(numbers)
    }

    fn extreme(&self, arguments: &'t [Expr], at: Place, pick: fn(f64, f64) -> f64) -> Result<Value<'t>, EvalFault> {
        let numbers = self.numbers(arguments, at)?;
        if numbers.iter().any(|number| number.is_nan()) {
            return Ok(Value::Number(f64::NAN));
        }
        Ok(Value::Number(numbers.into_iter().reduce(pick).unwrap_or(f64::NAN)))
    }

    fn sphere(&self, function: Function, arguments: &'t [Expr], at: Place) -> Result<Value<'t>, EvalFault> {
        let mut texts: Vec<String> = Vec::new();
        for argument in arguments {
            match self.eval(argument, at)? {
                Value::Nodes(nodes) => texts.extend(nodes.iter().map(|node| self.tree.text(*node).into_owned())),
                value => texts.push(value.into_text(self.tree, self.ways()).into_owned()),
            }
        }
        match function {
            Function::Area => Ok(Value::Number(geo::line_of(&texts).map_or(0.0, |line| geo::area(&line)))),
            Function::Distance => {
                let line = geo::line_of(&texts).ok_or(EvalFault::Argument("distance"))?;
                Ok(Value::Number(geo::distance(&line)))
            }
            Function::Intersects => {
                let line = texts.first().and_then(|text| geo::line(text));
                Ok(Value::Flag(line.is_some_and(|line| geo::crosses_itself(&line))))
            }
            _ => {
                let [point, ring] = texts.as_slice() else { return Ok(Value::Flag(false)) };
                let inside = geo::place(point).zip(geo::line(ring));
                Ok(Value::Flag(inside.is_some_and(|(point, ring)| geo::is_inside(point, &ring))))
            }
        }
    }
}
