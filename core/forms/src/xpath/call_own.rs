//! Gridwalk's own functions: numbers of China's registers, regions, grids, pinyin and working time.
//!
//! Owns how they are called from a form. Refuses to hold facts: the model has the rules, the host the regions and grids.
//! Invariant: a blank answer is neither valid nor invalid; what cannot be told is blank.

use super::eval::{Evaluator, Place};
use super::fault::EvalFault;
use super::function::Function;
use super::geo;
use super::moment::Moment;
use super::number::text_of_number;
use super::syntax::Expr;
use super::value::Value;
use gridwalk_model::id_number::{self, IdWarning};
use gridwalk_model::time::Timestamp;
use gridwalk_model::work_time::{Deadline, Limit, Office, Pauses, TimeUnit};
use gridwalk_model::{search_key, uscc};
use std::borrow::Cow;

type Outcome<'t> = Result<Value<'t>, EvalFault>;

impl<'t> Evaluator<'t> {
    pub(super) fn call_own(&self, function: Function, arguments: &'t [Expr], at: Place) -> Option<Outcome<'t>> {
        let text = |index: usize| self.eval_text(&arguments[index], at);
        let optional = |index: usize| arguments.get(index).map(|argument| self.eval_text(argument, at)).transpose();
        let words = |text: Option<String>| Value::Text(Cow::Owned(text.unwrap_or_default()));
        Some(match function {
            Function::CnIdValid => text(0).map(|number| Value::Flag(is_valid_id(&number))),
            Function::CnIdBirth => text(0).map(|number| words(birth(&number))),
            Function::CnIdSex => text(0).map(|number| words(id_number::read(&number).sex.map(str::to_owned))),
            Function::UsccValid => {
                text(0).map(|code| Value::Flag(uscc::read(&code).is_ok_and(|reading| reading.warnings.is_empty())))
            }
            Function::PinyinMatch => {
                text(0).and_then(|query| Ok(Value::Flag(query.is_empty() || search_key::matches(&query, &text(1)?))))
            }
            Function::RegionName => text(0).and_then(|code| {
                let level = optional(1)?;
                Ok(words(self.host.region_name(&code, level.as_deref())))
            }),
            Function::InGrid => text(0).and_then(|point| {
                let grid = optional(1)?;
                let place = geo::place(&point);
                let inside = place.and_then(|place| self.host.in_grid(place.lat, place.lon, grid.as_deref()));
                Ok(Value::Flag(inside.unwrap_or(false)))
            }),
            Function::AddWorktime => self.add_worktime(arguments, at),
            _ => return None,
        })
    }

    /// The moment at which so much time of a unit has run since another: `add-worktime(now(), 4, 'work_hour')`.
    fn add_worktime(&self, arguments: &'t [Expr], at: Place) -> Outcome<'t> {
        let start = self.moment(self.eval(&arguments[0], at)?)?;
        let amount = text_of_number(self.eval_number(&arguments[1], at)?);
        let unit = self.eval_text(&arguments[2], at)?;
        let unit = TimeUnit::meant(&unit).ok_or(EvalFault::Argument("add-worktime"))?;
        let deadline = start.zip(Limit::read(&amount, unit)).and_then(|(start, limit)| {
            Deadline::of(limit, Timestamp(start.ms), Office::shipped(), &Pauses::none()).ok()
        });
        Ok(match deadline {
            Some(deadline) => Value::Moment(Some(Moment { ms: deadline.due.0 })),
            None => Value::Text(Cow::Borrowed("")),
        })
    }
}

/// Whether a citizen's number is in order; an old one of 15 digits is, too.
fn is_valid_id(number: &str) -> bool {
    let reading = id_number::read(number);
    reading.full.is_some() && reading.warnings.iter().all(|warning| *warning == IdWarning::Legacy)
}

/// The birth date that a number says, as `2001-02-03`.
fn birth(number: &str) -> Option<String> {
    let birth = id_number::read(number).birth?;
    Some(format!("{:04}-{:02}-{:02}", birth.year(), birth.month(), birth.day()))
}
