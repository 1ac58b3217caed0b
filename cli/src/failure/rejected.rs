//! What a refusal of the model says beyond its code's sentence: which dates, which kind, which step.
//!
//! Owns that one detail in words. Refuses to hold what was typed. Invariant: dates are dates and codes are words, in
//! every language.

use crate::line_text::moment;
use crate::words::Words;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::kind::{DATE_DAYS, Kind, Shape};
use gridwalk_model::{Rejection, Timestamp};

/// What a number of a field counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counts {
    Days,
    Milliseconds,
    Things,
}

/// What the numbers of a field or answer of this name count, where every kind that has one says the same.
fn counts(field: &str, max: i64) -> Counts {
    let fields = Kind::ALL.into_iter().filter_map(|kind| kind.table().field(field)).map(|f| f.shape);
    let rows = Kind::ALL.into_iter().flat_map(|kind| &kind.steps().rows);
    let asks = rows.flat_map(|row| &row.asks).filter(|ask| ask.name == field).map(|ask| ask.shape);
    let shapes: Vec<Shape> = fields.chain(asks).collect();
    let all = |shape: Shape| !shapes.is_empty() && shapes.contains(&shape) && !shapes.iter().any(is_number);
    // No date that a field takes is as late as the first moment of any day that anybody typed.
    if all(Shape::Moment) && (!shapes.contains(&Shape::Date) || max > DATE_DAYS.1) {
        Counts::Milliseconds
    } else if all(Shape::Date) {
        Counts::Days
    } else {
        Counts::Things
    }
}

const fn is_number(shape: &Shape) -> bool {
    matches!(shape, Shape::Int { .. })
}

fn drawn(counts: Counts, number: i64) -> String {
    match counts {
        Counts::Days => CivilDate::from_days(number).map_or_else(|| number.to_string(), |date| date.to_string()),
        Counts::Milliseconds => moment(Timestamp(number)),
        Counts::Things => number.to_string(),
    }
}

/// The detail in words; `None` where the code's sentence and the field tell all.
pub fn detail(words: &Words, rejection: &Rejection) -> Option<String> {
    let fill = |key: &str, places: &[(&str, &str)]| Some(words.fill(&format!("rejected.{key}"), places));
    match rejection {
        Rejection::OutOfRange { field, min, max } => {
            let of = counts(field, *max);
            let (least, most) = DATE_DAYS;
            let open = |at: i64| of == Counts::Days && (at == least || at == most);
            let (min_text, max_text) = (drawn(of, *min), drawn(of, *max));
            match (open(*min), open(*max)) {
                (false, true) => fill("from", &[("min", &min_text)]),
                (true, false) => fill("until", &[("max", &max_text)]),
                _ => fill("between", &[("min", &min_text), ("max", &max_text)]),
            }
        }
        Rejection::TooLong { chars_max, .. } => fill("too_long", &[("max", &chars_max.to_string())]),
        Rejection::WrongShape { wanted, .. } => words.find(&format!("shape.{wanted}")).map(str::to_owned),
        Rejection::UnknownField { kind, .. } | Rejection::UnknownSet { kind, .. } => Some(words.kind(kind).to_owned()),
        Rejection::UnknownStep { kind, step } => fill("of_kind", &[("what", step), ("kind", words.kind(kind))]),
        Rejection::StepNotOpen { step, status } => {
            fill("step_in", &[("step", words.step(step)), ("status", words.case_status(status))])
        }
        Rejection::StepNotPermitted { step }
        | Rejection::StepOfAnotherKind { step }
        | Rejection::StepNeedsPower { step, .. }
        | Rejection::StepGuarded { step, .. } => Some(words.step(step).to_owned()),
        Rejection::MissingAnswer { step, ask } | Rejection::WrongAnswer { step, ask } => {
            let ask = words.find(&format!("ask.{ask}")).unwrap_or(ask);
            fill("asked", &[("step", words.step(step)), ("ask", ask)])
        }
        Rejection::WrongParent { kind } | Rejection::UnknownKind { kind } => Some(words.kind(kind).to_owned()),
        Rejection::WrongKind { wanted } => fill("wanted", &[("kind", words.kind(wanted))]),
        Rejection::SurelyWrong { why, .. } => words.find(&format!("blocking.{why}")).map(str::to_owned),
        Rejection::UndoHindered { why } => words.find(&format!("hindrance.{why}")).map(str::to_owned),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Language;

    #[test]
    fn a_range_of_days_is_told_in_dates() {
        let zh = Words::of(Language::Zh);
        let en = Words::of(Language::En);
        let day = |text| CivilDate::parse(text).unwrap().days();
        let range = |field, min, max| Rejection::OutOfRange { field, min, max };
        let birth = range("birth", DATE_DAYS.0, day("2026-11-23"));
        assert_eq!(detail(&zh, &birth).unwrap(), "不晚于 2026-11-23");
        let ends = range("ends", day("2026-12-01"), DATE_DAYS.1);
        assert_eq!(detail(&en, &ends).unwrap(), "2026-12-01 or later");
        assert_eq!(detail(&zh, &range("size", 0, 999)).unwrap(), "0 至 999");
        assert_eq!(
            detail(&zh, &range("built", day("1850-01-01"), day("2000-01-01"))).map(|t| t.is_empty()),
            Some(false)
        );
    }

    #[test]
    fn codes_are_words() {
        let zh = Words::of(Language::Zh);
        let wrong = Rejection::WrongShape { field: "size", wanted: "int" };
        assert_eq!(detail(&zh, &wrong).unwrap(), "要填整数");
        let closed = Rejection::StepNotOpen { step: "accept".to_owned(), status: "reported".to_owned() };
        assert!(!detail(&zh, &closed).unwrap().contains("accept"));
    }

    #[test]
    fn every_shape_has_a_word() {
        for language in [Language::Zh, Language::ZhHant, Language::En] {
            let words = Words::of(language);
            for kind in Kind::ALL {
                for field in kind.table().fields.iter().chain(kind.table().sets) {
                    assert!(words.find(&format!("shape.{}", field.shape.name())).is_some(), "{}", field.shape.name());
                }
            }
        }
    }
}
