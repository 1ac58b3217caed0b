//! The rows of a loop, once for each choice.
//!
//! Owns `%(name)s` and `%(label)s`. Refuses to change anything else. Invariant: names stay unique, as each choice has a
//! group of its own.

use super::choices::Choice;
use super::draft::Draft;
use super::value::{Map, Value};

/// A row of a loop for one choice.
pub(super) fn of_choice(draft: &Draft, choice: &Choice) -> Draft {
    let mut own = draft.clone();
    own.name = filled(&own.name, choice, None);
    own.label = own.label.map(|label| value(&label, choice));
    own.hint = own.hint.map(|hint| value(&hint, choice));
    own.bind = own.bind.as_ref().map(|bind| map(bind, choice));
    own.control = map(&own.control, choice);
    own.media = map(&own.media, choice);
    own.default = own.default.map(|text| filled(&text, choice, None));
    own
}

fn map(own: &Map, choice: &Choice) -> Map {
    Map(own.iter().map(|(name, inside)| (name.to_owned(), value(inside, choice))).collect())
}

fn value(own: &Value, choice: &Choice) -> Value {
    match own {
        Value::Text(text) => Value::Text(filled(text, choice, None)),
        Value::Map(inside) => {
            let text = |(language, inside): (&str, &Value)| match inside {
                Value::Text(text) => (language.to_owned(), Value::Text(filled(text, choice, Some(language)))),
                Value::Map(_) => (language.to_owned(), inside.clone()),
            };
            Value::Map(Map(inside.iter().map(text).collect()))
        }
    }
}

fn filled(text: &str, choice: &Choice, language: Option<&str>) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let label = match &choice.label {
        Some(Value::Text(label)) => label.as_str(),
        Some(Value::Map(labels)) => language.and_then(|language| labels.text(language)).unwrap_or_default(),
        None => "",
    };
    text.replace("%(name)s", &choice.name).replace("%(label)s", label).replace("%%", "%")
}
