//! Functions of dates and times.
//!
//! Owns what counts as a date. Refuses to know the moment: the host does. Invariant: what is no date is an invalid one,
//! but a day that does not exist is a fault.

use super::eval::{Evaluator, Place};
use super::fault::EvalFault;
use super::function::Function;
use super::moment::{DAY_MS, Moment, decimal_time, looks_like_date};
use super::syntax::Expr;
use super::value::Value;
use std::borrow::Cow;

type Outcome<'t> = Result<Value<'t>, EvalFault>;

impl<'t> Evaluator<'t> {
    pub(super) fn call_time(&self, function: Function, arguments: &'t [Expr], at: Place) -> Option<Outcome<'t>> {
        Some(match function {
            Function::Now => Ok(Value::Moment(Some(Moment { ms: self.host.now_ms() }))),
            Function::Today => {
                let shift = i64::from(self.host.zone().minutes) * 60_000;
                let ms = (self.host.now_ms() + shift).div_euclid(DAY_MS) * DAY_MS - shift;
                Ok(Value::Moment(Some(Moment { ms })))
            }
            Function::Date | Function::DateTime => self.eval(&arguments[0], at).and_then(|value| self.date(value)),
            Function::DecimalDateTime => self.eval(&arguments[0], at).and_then(|value| match value {
                Value::Flag(_) => Err(EvalFault::Argument("decimal-date-time")),
                value => Ok(Value::Number(self.moment(value)?.map_or(f64::NAN, Moment::days))),
            }),
            Function::DecimalTime => {
                self.eval_text(&arguments[0], at).map(|text| Value::Number(decimal_time(&text, self.host.zone())))
            }
            Function::FormatDate | Function::FormatDateTime => self.format(arguments, at),
            Function::Number => {
                let value = match arguments.first() {
                    Some(argument) => self.eval(argument, at),
                    None => Ok(Value::Text(self.tree.text(at.node))),
                };
                value.map(|value| Value::Number(value.number(self.tree, self.ways())))
            }
            _ => return None,
        })
    }

    fn date(&self, value: Value<'t>) -> Outcome<'t> {
        match value {
            Value::Flag(_) => Ok(Value::Text(Cow::Borrowed(""))),
            Value::Text(_) | Value::Nodes(_) => {
                let text = value.into_text(self.tree, self.ways());
                if text.is_empty() { Ok(Value::Text(text)) } else { Ok(Value::Moment(self.moment(Value::Text(text))?)) }
            }
            value => Ok(Value::Moment(self.moment(value)?)),
        }
    }

    /// The moment that a value is, if it is one.
    pub(super) fn moment(&self, value: Value<'t>) -> Result<Option<Moment>, EvalFault> {
        match value {
            Value::Moment(moment) => Ok(moment),
            Value::Number(days) => Ok(Moment::of_days(days)),
            Value::Flag(_) => Ok(None),
            value => {
                let text = value.into_text(self.tree, self.ways());
                let zone = self.host.zone();
                match Moment::read(&text, zone) {
                    None if looks_like_date(&text) => Err(EvalFault::Argument("date")),
                    None => Ok(Moment::read_loosely(&text, zone)),
                    moment => Ok(moment),
                }
            }
        }
    }

    fn format(&self, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        let value = self.eval(&arguments[0], at)?;
        let pattern = self.eval_text(&arguments[1], at)?;
        let moment = self.moment(value).ok().flatten();
        let text = moment.map(|moment| moment.format(&pattern, self.host.zone()));
        Ok(Value::Text(Cow::Owned(text.unwrap_or_default())))
    }
}
