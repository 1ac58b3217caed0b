//! The choices sheet: lists of choices, each with a name, labels, media and whatever columns its author added.
//!
//! Owns which choices are right. Refuses a choice without name, and two of one name in a list unless the form or its
//! importer allows them. Invariant: lists and choices stand in the order of the sheet.

use super::columns::CHOICES;
use super::expression::has_reference;
use super::header::Sheet;
use super::refusal::{Code, Refusal, Warning, WarningCode};
use super::value::{Map, Value};
use std::collections::{HashMap, HashSet};

/// A choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) row: u32,
    pub(super) name: String,
    pub(super) label: Option<Value>,
    pub(super) media: Map,
    pub(super) sms_option: Option<String>,
    pub(super) extra: Vec<(String, String)>,
}

/// The choices under one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ChoiceList {
    pub(super) name: String,
    pub(super) choices: Vec<Choice>,
    /// Whether a question shows it through `search()`.
    pub(super) used_by_search: bool,
}

impl ChoiceList {
    /// Whether its labels differ by language, show media, or hold references.
    pub(super) fn needs_itext(&self) -> bool {
        self.choices.iter().any(|choice| {
            !choice.media.is_empty()
                || match &choice.label {
                    Some(Value::Map(_)) => true,
                    Some(Value::Text(text)) => has_reference(text),
                    None => false,
                }
        })
    }
}

/// All lists.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    pub(super) all: Vec<ChoiceList>,
    places: HashMap<String, usize>,
    /// The columns that authors added, in the order of the sheet.
    pub(super) columns: Vec<String>,
}

impl Lists {
    pub(super) fn get(&self, name: &str) -> Option<&ChoiceList> {
        self.places.get(name).map(|place| &self.all[*place])
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut ChoiceList> {
        self.places.get(name).map(|place| &mut self.all[*place])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    fn of(&mut self, name: &str) -> &mut ChoiceList {
        let place = *self.places.entry(name.to_owned()).or_insert_with(|| {
            self.all.push(ChoiceList { name: name.to_owned(), ..ChoiceList::default() });
            self.all.len() - 1
        });
        &mut self.all[place]
    }
}

/// What is done with choices of one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Duplicates {
    Refused,
    Warned,
    Allowed,
}

/// The lists of the sheet.
pub(super) fn read(
    sheet: &Sheet,
    default_language: &str,
    duplicates: Duplicates,
    warnings: &mut Vec<Warning>,
) -> Result<Lists, Refusal> {
    let mut lists = Lists::default();
    if sheet.rows.is_empty() {
        return Ok(lists);
    }
    sheet.needs(CHOICES.sheet, "name")?;
    let dropped = dropped_headers(sheet, warnings);
    for (row, mut map) in sheet.maps(default_language, false) {
        let Some(list) = map.take_text("list name") else { continue };
        for header in &dropped {
            drop(map.remove(header));
        }
        let own = lists.of(&list);
        own.choices.push(choice(row, map).unwrap_or(Choice { row, ..Choice::default() }));
    }
    lists.columns = sheet.parts.iter().filter(|parts| parts.len() == 1).map(|parts| parts[0].clone()).collect();
    for list in &lists.all {
        look_at(list, duplicates, warnings)?;
    }
    Ok(lists)
}

/// Headers that can't name an element, as people write notes under them.
fn dropped_headers(sheet: &Sheet, warnings: &mut Vec<Warning>) -> Vec<String> {
    let first = sheet.parts.iter().filter_map(|parts| parts.first());
    let dropped: Vec<String> = first.filter(|name| *name != "list name" && name.contains(' ')).cloned().collect();
    for name in &dropped {
        warnings.push(Warning::new(WarningCode::ChoiceHeaderDropped, CHOICES.sheet, 1).with("header", name.clone()));
    }
    dropped
}

fn choice(row: u32, mut map: Map) -> Option<Choice> {
    let name = map.take_text("name")?;
    let label = map.remove("label");
    let media = match map.remove("media") {
        Some(Value::Map(media)) => media,
        _ => Map::default(),
    };
    let sms_option = map.take_text("sms_option");
    let text = |(name, value): (String, Value)| match value {
        Value::Text(text) => Some((name, text)),
        Value::Map(_) => None,
    };
    let extra = map.0.into_iter().filter_map(text).collect();
    Some(Choice { row, name, label, media, sms_option, extra })
}

fn look_at(list: &ChoiceList, duplicates: Duplicates, warnings: &mut Vec<Warning>) -> Result<(), Refusal> {
    let (mut seen, mut first) = (HashSet::new(), None);
    for choice in &list.choices {
        if choice.name.is_empty() {
            let refusal = Refusal::new(Code::ChoiceNameMissing).at(CHOICES.sheet, choice.row, "name");
            return Err(refusal.with("list", list.name.clone()));
        }
        if choice.label.is_none() {
            warnings.push(Warning::new(WarningCode::ChoiceLabelMissing, CHOICES.sheet, choice.row));
        }
        if duplicates != Duplicates::Allowed && !seen.insert(choice.name.as_str()) {
            first.get_or_insert(choice);
            if duplicates == Duplicates::Warned {
                let warning = Warning::new(WarningCode::ChoiceNameDuplicate, CHOICES.sheet, choice.row);
                warnings.push(warning.with("name", choice.name.clone()).with("list", list.name.clone()));
            }
        }
    }
    match first.filter(|_| duplicates == Duplicates::Refused) {
        None => Ok(()),
        Some(choice) => Err(Refusal::new(Code::ChoiceNameDuplicate)
            .at(CHOICES.sheet, choice.row, "name")
            .with("name", choice.name.clone())
            .with("list", list.name.clone())),
    }
}

/// The names of the lists of another sheet, and whether it has any.
pub(super) fn names(sheet: &Sheet) -> HashSet<String> {
    sheet.maps("default", false).into_iter().filter_map(|(_, mut map)| map.take_text("list name")).collect()
}

/// The rows of another sheet by their lists.
pub(super) fn rows_by_list(sheet: &Sheet) -> HashMap<String, Vec<Map>> {
    let mut lists: HashMap<String, Vec<Map>> = HashMap::new();
    for (_, mut map) in sheet.maps("default", false) {
        if let Some(list) = map.take_text("list name") {
            lists.entry(list).or_default().push(map);
        }
    }
    lists
}
