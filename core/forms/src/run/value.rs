//! What an answer of a type is kept as.
//!
//! Owns the forms of numbers and dates. Refuses to judge answers: what is no number is blank. Invariant: what is kept is
//! kept as it is if it is set again.

use super::plan::DataType;
use crate::xpath::{Moment, Zone, number_of, text_of_number};

/// What is kept of a text that was typed or reckoned for a type.
pub fn kept(data_type: DataType, text: &str) -> String {
    match data_type {
        DataType::Text => text.to_owned(),
        DataType::Whole => {
            let number = number_of(text).trunc();
            if number.abs() <= f64::from(i32::MAX) { text_of_number(number) } else { String::new() }
        }
        DataType::Decimal => {
            let number = number_of(text);
            if number.is_finite() { decimal(number) } else { String::new() }
        }
        DataType::Point => point(text).unwrap_or_default(),
        DataType::Trace => points(text, 2, false).unwrap_or_default(),
        DataType::Shape => points(text, 3, true).unwrap_or_default(),
        DataType::Date => {
            let day = text.split('T').next().unwrap_or("");
            Moment::read(day, Zone::UTC).map(|_| day.to_owned()).unwrap_or_default()
        }
    }
}

/// A number with a point in it.
fn decimal(number: f64) -> String {
    let text = text_of_number(number);
    if text.contains('.') { text } else { text + ".0" }
}

/// A point with all its numbers as decimals. Where both degrees are 0 a phone had no position: that is no point.
fn point(text: &str) -> Option<String> {
    let numbers: Vec<f64> = text.split_whitespace().map(number_of).collect();
    let [lat, lon, ..] = numbers.as_slice() else { return None };
    let nowhere = *lat == 0.0 && *lon == 0.0;
    if numbers.len() > 4 || numbers.iter().any(|number| !number.is_finite()) || nowhere {
        return None;
    }
    let on_earth = lat.abs() <= 90.0 && lon.abs() <= 180.0;
    on_earth.then(|| numbers.iter().map(|number| decimal(*number)).collect::<Vec<_>>().join(" "))
}

/// Points with semicolons between them, at least so many, closed or open (ODK XForms, “Data types”).
fn points(text: &str, least: usize, closed: bool) -> Option<String> {
    let text = text.trim().trim_end_matches(|letter: char| letter == ';' || letter.is_whitespace());
    let points: Option<Vec<String>> = text.split(';').map(point).collect();
    let points = points.filter(|points| points.len() >= least)?;
    let degrees = |point: &String| point.split(' ').take(2).map(str::to_owned).collect::<Vec<_>>();
    let meets = points.first().map(degrees) == points.last().map(degrees);
    (meets == closed).then(|| points.join(";"))
}
