//! The type `range`: a number between two others, on steps.
//!
//! Owns what fits together. Refuses steps that lead nowhere and labels that stand beside no step. Invariant: numbers are
//! compared as decimals, so that 0.1 three times is 0.3.

use super::choices::Lists;
use super::draft::Draft;
use super::parameters::{COLUMN, Parameters, get, no_number, only};
use super::refusal::{Code, Refusal};
use std::cmp::Ordering;

/// A decimal number: an integer and the number of its digits behind the point.
#[derive(Clone, Copy, Debug)]
struct Decimal {
    units: i128,
    scale: u32,
}

/// Digits behind the point, beyond which a number of a form is no number.
const DIGITS: usize = 10;

impl Decimal {
    fn parse(text: &str) -> Option<Decimal> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let (digits, exponent) = match digits.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok().filter(|e| e.unsigned_abs() <= 4)?),
            None => (digits, 0),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |text: &str| text.len() <= DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(whole) || !plain(part) || whole.len() + part.len() == 0 {
            return None;
        }
        let units: i128 = format!("{whole}{part}").parse().ok()?;
        let places = i32::try_from(part.len()).ok()? - exponent;
        let (units, scale) = match u32::try_from(places) {
            Ok(scale) => (units, scale),
            Err(_) => (units * 10_i128.pow(places.unsigned_abs()), 0),
        };
        Some(Decimal { units: sign * units, scale })
    }

    /// Both as integers of one unit.
    fn aligned(self, other: Decimal) -> (i128, i128) {
        let scale = self.scale.max(other.scale);
        (self.units * 10_i128.pow(scale - self.scale), other.units * 10_i128.pow(scale - other.scale))
    }

    fn minus(self, other: Decimal) -> Decimal {
        let (a, b) = self.aligned(other);
        Decimal { units: a - b, scale: self.scale.max(other.scale) }
    }

    fn abs(self) -> Decimal {
        Decimal { units: self.units.abs(), ..self }
    }

    fn is_multiple_of(self, other: Decimal) -> bool {
        let (a, b) = self.aligned(other);
        b != 0 && a % b == 0
    }

    fn is_whole(self) -> bool {
        self.units % 10_i128.pow(self.scale) == 0
    }

    fn compare(self, other: Decimal) -> Ordering {
        let (a, b) = self.aligned(other);
        a.cmp(&b)
    }

    fn is_between(self, a: Decimal, b: Decimal) -> bool {
        let (low, high) = if a.compare(b).is_gt() { (b, a) } else { (a, b) };
        self.compare(low).is_ge() && self.compare(high).is_le()
    }
}

const PARAMETERS: &[&str] = &["end", "placeholder", "start", "step", "tick_interval", "tick_labelset"];

fn refused(code: Code, name: &str, row: u32) -> Refusal {
    Refusal::survey(code, row, COLUMN).with("parameter", name)
}

fn decimal(parameters: &Parameters, name: &str, row: u32) -> Result<Option<Decimal>, Refusal> {
    let Some(text) = get(parameters, name) else { return Ok(None) };
    Decimal::parse(text).map(Some).ok_or_else(|| no_number(name, text, row))
}

/// The numbers of a range.
struct Range {
    start: Decimal,
    end: Decimal,
    step: Decimal,
    tick: Option<Decimal>,
    placeholder: Option<Decimal>,
}

impl Range {
    fn read(parameters: &Parameters, row: u32) -> Result<Range, Refusal> {
        let needed = |name: &str, default: i128| {
            Ok(decimal(parameters, name, row)?.unwrap_or(Decimal { units: default, scale: 0 }))
        };
        let range = Range {
            start: needed("start", 1)?,
            end: needed("end", 10)?,
            step: needed("step", 1)?,
            tick: decimal(parameters, "tick_interval", row)?,
            placeholder: decimal(parameters, "placeholder", row)?,
        };
        let width = range.end.minus(range.start).abs();
        for (name, step) in [("step", Some(range.step)), ("tick_interval", range.tick)] {
            let Some(step) = step else { continue };
            if step.units == 0 {
                return Err(refused(Code::RangeZero, name, row));
            }
            if step.compare(width).is_gt() {
                return Err(refused(Code::RangeTooLarge, name, row));
            }
        }
        if range.tick.is_some_and(|tick| !tick.is_multiple_of(range.step)) {
            return Err(refused(Code::RangeStep, "tick_interval", row));
        }
        if let Some(placeholder) = range.placeholder {
            if !placeholder.minus(range.start).is_multiple_of(range.step) {
                return Err(refused(Code::RangeStep, "placeholder", row));
            }
            if !placeholder.is_between(range.start, range.end) {
                return Err(refused(Code::RangeOutside, "placeholder", row));
            }
        }
        Ok(range)
    }

    /// Looks at the labels beside the ticks.
    fn look_at_labels(&self, list: &str, lists: &Lists, no_ticks: bool, row: u32) -> Result<(), Refusal> {
        let name = "tick_labelset";
        let Some(list) = lists.get(list) else {
            return Err(refused(Code::ListMissing, name, row).with("list", list));
        };
        let mut ends: Vec<Decimal> = Vec::new();
        for choice in &list.choices {
            let value = Decimal::parse(&choice.name)
                .ok_or_else(|| refused(Code::RangeLabelNumber, name, row).with("value", choice.name.clone()))?;
            if !value.is_between(self.start, self.end) {
                return Err(refused(Code::RangeOutside, name, row).with("value", choice.name.clone()));
            }
            let on_step = |step: Decimal| value.minus(self.start).is_multiple_of(step);
            if !on_step(self.tick.unwrap_or(self.step)) || !on_step(self.step) {
                return Err(refused(Code::RangeStep, name, row).with("value", choice.name.clone()));
            }
            if !ends.iter().any(|end| end.compare(value).is_eq()) {
                ends.push(value);
            }
        }
        let both = |end: Decimal| ends.iter().any(|own| own.compare(end).is_eq());
        let two = if self.start.compare(self.end).is_eq() { 1 } else { 2 };
        if no_ticks && (ends.len() != two || !both(self.start) || !both(self.end)) {
            return Err(refused(Code::RangeLabelEnds, name, row));
        }
        Ok(())
    }
}

/// Reads the parameters of a range into its control.
pub(super) fn complete(draft: &mut Draft, mut parameters: Parameters, lists: &Lists) -> Result<(), Refusal> {
    let row = draft.row;
    only(&parameters, PARAMETERS, row)?;
    let appearance = draft.appearance().unwrap_or_default().to_owned();
    let (vertical, no_ticks) = (appearance.contains("vertical"), appearance.contains("no-ticks"));
    let ticks = ["tick_interval", "placeholder", "tick_labelset"];
    if !appearance.is_empty()
        && !vertical
        && !no_ticks
        && let Some(found) = ticks.into_iter().find(|name| get(&parameters, name).is_some())
    {
        return Err(refused(Code::RangeAppearance, found, row));
    }
    for (name, default) in [("start", "1"), ("end", "10"), ("step", "1")] {
        if get(&parameters, name).is_none() {
            parameters.push((name.to_owned(), default.to_owned()));
        }
    }
    let range = Range::read(&parameters, row)?;
    let labels = get(&parameters, "tick_labelset").map(str::to_owned);
    if let Some(list) = &labels {
        range.look_at_labels(list, lists, no_ticks, row)?;
    }
    let numbers = [Some(range.start), Some(range.end), Some(range.step), range.tick, range.placeholder];
    if numbers.into_iter().flatten().any(|number| !number.is_whole()) {
        draft.bind_mut().set("type", "decimal");
    }
    for (name, value) in parameters {
        match &*name {
            "tick_interval" => draft.control.set("odk:tick-interval", value),
            "placeholder" => draft.control.set("odk:placeholder", value),
            "tick_labelset" => {}
            _ => draft.control.set(&name, value),
        }
    }
    draft.itemset = labels;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::parameters::parse;
    use super::*;

    fn range(text: &str, appearance: &str) -> Result<Draft, Code> {
        let mut draft = Draft { row: 2, ..Draft::default() };
        if !appearance.is_empty() {
            draft.control.set("appearance", appearance);
        }
        let parameters = parse(text, 2).unwrap();
        complete(&mut draft, parameters, &Lists::default()).map(|()| draft).map_err(|refusal| refusal.code)
    }

    #[test]
    fn decimals_are_exact() {
        let draft = range("start=0 end=0.3 step=0.1 placeholder=0.3", "").unwrap();
        assert_eq!(draft.bind.unwrap().text("type"), Some("decimal"));
        assert_eq!(draft.control.text("odk:placeholder"), Some("0.3"));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (text, appearance, code) in [
            ("step=0", "", Code::RangeZero),
            ("step=20", "", Code::RangeTooLarge),
            ("start=a", "", Code::ParameterNumber),
            ("step=2 tick_interval=3", "", Code::RangeStep),
            ("placeholder=11", "", Code::RangeOutside),
            ("placeholder=2", "picker", Code::RangeAppearance),
            ("tick_labelset=none", "", Code::ListMissing),
            ("size=3", "", Code::ParameterUnknown),
        ] {
            assert_eq!(range(text, appearance).unwrap_err(), code, "{text}");
        }
    }
}
