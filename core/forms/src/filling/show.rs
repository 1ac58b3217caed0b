//! What of a submission is shown: its questions as they are asked now, its repeats, and what is wrong.
//!
//! Owns lines for shells. Refuses to draw and to say words of its own. Invariant: what is not asked is not shown.

use super::Filling;
use crate::definition::ControlKind;
use crate::run::{Choice, Violation};
use serde::Serialize;

/// A question that is asked now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Question {
    /// Its path, with the places of copies: `/data/kid[2]/age`.
    pub path: String,
    /// The form's words for it.
    pub label: String,
    /// More words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// What it is on the screens: a code.
    pub control: &'static str,
    /// The answer.
    pub answer: String,
    /// Whether one is needed.
    pub required: bool,
    /// Whether a person may not change it.
    pub readonly: bool,
    /// What is wrong with the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// The choices, each with its value and its words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<(String, String)>,
    /// All answers, where people disagree; an empty one took the answer back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub at_odds: Vec<String>,
}

/// Something that stands in the way of the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The question.
    pub path: String,
    /// A code: `required` or `constraint`.
    pub code: &'static str,
    /// The form's words for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A repeat that is asked now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RepeatLine {
    /// Its path without the place of a copy.
    pub path: String,
    /// The form's words for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// How many copies there are.
    pub copies: usize,
    /// Whether their number follows from a count.
    pub counted: bool,
}

const fn control_code(kind: ControlKind) -> Option<&'static str> {
    Some(match kind {
        ControlKind::Input => "input",
        ControlKind::SelectOne => "select_one",
        ControlKind::SelectMany => "select_many",
        ControlKind::Rank => "rank",
        ControlKind::Range => "range",
        ControlKind::Upload => "upload",
        ControlKind::Trigger => "trigger",
        ControlKind::Secret => "secret",
        ControlKind::Group | ControlKind::Repeat | ControlKind::Action => return None,
    })
}

impl Filling {
    /// The questions that are asked now, in the form's order.
    pub fn questions(&self) -> Vec<Question> {
        let mut list = Vec::new();
        for one in self.placed() {
            let standing = self.run.standing(one.spot);
            let Some(control) = standing.control.filter(|_| standing.relevant).and_then(control_code) else { continue };
            if self.run.is_group(one.spot) {
                continue;
            }
            let path = self.run.path(one.spot);
            let choices = match standing.control {
                Some(ControlKind::SelectOne | ControlKind::SelectMany | ControlKind::Rank) => {
                    self.run.choices(one.spot)
                }
                _ => Vec::new(),
            };
            let at_odds = self.at_odds.get(&(one.copy.clone(), self.field(one.spot)));
            list.push(Question {
                label: standing.label.unwrap_or_default(),
                hint: standing.hint,
                control,
                answer: standing.value,
                required: standing.required,
                readonly: standing.readonly,
                problem: standing.violation.map(|(violation, message)| problem(&path, violation, message)),
                choices: choices.into_iter().map(|Choice { value, label }| (value, label)).collect(),
                at_odds: at_odds.into_iter().flatten().map(|answer| answer.clone().unwrap_or_default()).collect(),
                path,
            });
        }
        list
    }

    /// The repeats that are asked now.
    pub fn repeats(&self) -> Vec<RepeatLine> {
        let mut list = Vec::new();
        for one in self.placed().iter().filter(|one| self.run.is_group(one.spot)) {
            for repeat in self.run.repeats(one.spot) {
                if !self.run.is_repeat_relevant(repeat, one.spot) {
                    continue;
                }
                let definition = self.run.form().definition();
                let name = definition.node(repeat).map_or("", |node| node.name.as_str());
                list.push(RepeatLine {
                    path: format!("{}/{name}", self.run.path(one.spot)),
                    label: self.run.label(repeat, one.spot),
                    copies: self.run.copies(repeat, one.spot).len(),
                    counted: self.run.is_counted(repeat),
                });
            }
        }
        list
    }

    /// What is missing or not right.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let wrong = |one: &super::Placed| {
            let (violation, message) = self.run.violation(one.spot)?;
            Some(problem(&self.run.path(one.spot), violation, message))
        };
        self.placed().iter().filter_map(wrong).collect()
    }
}

fn problem(path: &str, violation: Violation, message: Option<String>) -> Problem {
    let code = match violation {
        Violation::Constraint => "constraint",
        Violation::Required => "required",
    };
    Problem { path: path.to_owned(), code, message }
}
