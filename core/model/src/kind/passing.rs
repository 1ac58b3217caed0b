//! Passing 经过: that somebody on a patrol was at one of its check-points, when, and where a phone thought that it was.
//!
//! Owns its form as an element of a set. Refuses to judge how near that is: the point stays with its reference system,
//! its accuracy and what the platform says of a made-up fix. Invariant: passings stand beside each other.

use crate::geo::Point;
use crate::id::RecordId;
use crate::time::Timestamp;
use crate::value::Value;

/// Somebody was at a check-point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passing {
    /// The check-point.
    pub check_point: RecordId,
    /// When.
    pub at: Timestamp,
    /// Where the phone thought that it was, if it knew.
    pub point: Option<Point>,
}

impl Passing {
    /// As an element of a set.
    pub fn to_value(self) -> Value {
        let entries = [("at", Value::Int(self.at.0)), ("check_point", Value::Id(self.check_point))];
        let entries = entries.into_iter().chain(self.point.map(|point| ("where", point.to_value())));
        Value::Map(entries.map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// Of an element; `None` for what is none.
    pub fn from_value(value: &Value) -> Option<Self> {
        let map = value.as_map()?;
        let point = match map.get("where") {
            Some(point) => Some(Point::from_value(point)?),
            None => None,
        };
        let known = 2 + usize::from(point.is_some());
        let at = map
            .get("at")?
            .as_int()
            .filter(|ms| (super::field::MOMENT_MS.0..=super::field::MOMENT_MS.1).contains(ms))?;
        let check_point = map.get("check_point")?.as_id()?;
        (map.len() == known).then_some(Self { check_point, at: Timestamp(at), point })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passing_is_read_as_it_was_written() {
        let fix = Point { accuracy_cm: Some(1200), mock: true, ..Point::new(307_500_000, 1_207_600_000).unwrap() };
        for point in [None, Some(fix)] {
            let passing = Passing { check_point: RecordId([3; 16]), at: Timestamp(1_700_000_000_000), point };
            assert_eq!(Passing::from_value(&passing.to_value()), Some(passing));
        }
        assert_eq!(Passing::from_value(&Value::Map([("at".to_owned(), Value::Int(1))].into())), None);
        let more = [("at", Value::Int(1)), ("check_point", Value::Id(RecordId([1; 16]))), ("speed", Value::Int(9))];
        let more = more.map(|(name, value)| (name.to_owned(), value)).into();
        assert_eq!(Passing::from_value(&Value::Map(more)), None);
    }
}
