//! Columns that a language lacks.
//!
//! Owns which columns may be translated. Refuses nothing: a text that is missing is that of the default language.
//! Invariant: a form of one language is never warned of.

use super::header::Sheet;
use super::refusal::{Warning, WarningCode};
use std::collections::BTreeMap;

const SURVEY: &[&str] =
    &["label", "hint", "guidance_hint", "image", "big-image", "audio", "video", "jr:constraintMsg", "jr:requiredMsg"];
const CHOICES: &[&str] = &["label", "image", "big-image", "audio", "video"];

/// The columns of each language.
fn languages<'a>(sheet: &'a Sheet, translatable: &[&str]) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut seen: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for parts in &sheet.parts {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let parts = match parts.as_slice() {
            ["media" | "bind", rest @ ..] if !rest.is_empty() => rest,
            all => all,
        };
        let (name, language) = match *parts {
            [name] => (name, "default"),
            [name, language] => (name, language),
            _ => continue,
        };
        if translatable.contains(&name) {
            seen.entry(language).or_default().push(name);
        }
    }
    seen
}

/// Warns of columns that one language has and another has not.
pub(super) fn look_at(survey: &Sheet, choices: &Sheet, warnings: &mut Vec<Warning>) {
    for (name, sheet, translatable) in [("survey", survey, SURVEY), ("choices", choices, CHOICES)] {
        let seen = languages(sheet, translatable);
        if seen.len() < 2 {
            continue;
        }
        let columns: std::collections::BTreeSet<&str> = seen.values().flatten().copied().collect();
        for (language, own) in &seen {
            for column in columns.iter().filter(|column| !own.contains(column)) {
                let warning = Warning::new(WarningCode::TranslationMissing, name, 1);
                warnings.push(warning.with("language", *language).with("header", *column));
            }
        }
    }
}

/// Warns that `or_other` is in English only.
pub(super) fn look_at_other(survey: &Sheet, choices: &Sheet, warnings: &mut Vec<Warning>) {
    let translated =
        |sheet: &Sheet, translatable: &[&str]| languages(sheet, translatable).keys().any(|own| *own != "default");
    if translated(survey, SURVEY) || translated(choices, CHOICES) {
        warnings.push(Warning::new(WarningCode::OtherUntranslated, "survey", 0));
    }
}
