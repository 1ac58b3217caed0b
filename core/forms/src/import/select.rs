//! Selects: which list a question chooses from, and how.
//!
//! Owns the types of selects with all old spellings, `or_other`, files of choices, table lists. Refuses lists that are
//! not there. Invariant: a select has a list, a file, a query or a reference.

use super::choices::{Choice, ChoiceList};
use super::draft::{Draft, Kind};
use super::expression::{has_reference, is_name, only_reference};
use super::kinds::SELECTS;
use super::parameters::{COLUMN, get, no_number, one_of, only};
use super::refusal::{Code, Refusal, Warning, WarningCode};
use super::survey::{Row, Survey, TableList, stem};
use super::value::{Map, Value};

/// A type like `select_one town or_other`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parsed<'a> {
    command: &'static str,
    kind: &'static str,
    list: &'a str,
    other: bool,
}

/// The same, on its own.
#[derive(Clone, Debug)]
pub(super) struct Select {
    command: &'static str,
    kind: &'static str,
    list: String,
    other: bool,
}

impl Parsed<'_> {
    pub(super) fn owned(self) -> Select {
        Select { command: self.command, kind: self.kind, list: self.list.to_owned(), other: self.other }
    }
}

/// The parts of a select's type.
pub(super) fn parse(kind: &str) -> Option<Parsed<'_>> {
    SELECTS.iter().find_map(|(command, own)| {
        let rest = kind.strip_prefix(command)?.strip_prefix(' ')?;
        let (list, other) = match rest.split_once(' ') {
            None => (rest, false),
            Some((list, "or specify other" | "or_other" | "or other")) => (list, true),
            Some(_) => return None,
        };
        let plain = !list.is_empty() && !list.contains(char::is_whitespace);
        plain.then_some(Parsed { command, kind: own, list, other })
    })
}

/// Kinds of files that choices come from.
pub(super) fn is_choice_file(kind: &str) -> bool {
    matches!(kind, ".xml" | ".csv" | ".geojson")
}

const EXTERNAL: &str = "select one external";
const MANY: &str = "select all that apply";

impl Survey<'_> {
    /// A select with what it brings along.
    pub(super) fn select(&mut self, row: Row, select: &Select) -> Result<(), Refusal> {
        let (instance, file) = stem(&select.list);
        let filter = row.map.text("choice_filter").map(str::to_owned);
        self.look_at_external(&row, select, filter.is_some())?;
        if select.kind != EXTERNAL {
            self.instances.insert(instance.to_owned());
        }
        look_at_file(&row, select)?;
        let elsewhere = select.kind == EXTERNAL || is_choice_file(file) || has_reference(&select.list);
        if self.others.lists.get(&select.list).is_none() && !elsewhere {
            return Err(self.list_missing(&row, &select.list));
        }
        if select.kind == MANY && !is_choice_file(file) {
            self.look_at_spaces(&row, &select.list)?;
        }
        let other = if select.other { Some(self.other(&row, select, filter.is_some())?) } else { None };
        look_at_parameters(&row, select)?;
        let (number, parameters) = (row.number, row.parameters.clone());
        let mut draft = row.draft(Kind::Question, select.kind);
        draft.parameters = parameters;
        self.choose(&mut draft, select, file);
        if self.table_list != TableList::None {
            self.table_row(&mut draft, select, number)?;
        }
        if self.settings.says("add_none_option", false) && select.kind == MANY {
            add_none(&mut draft);
        }
        self.push(draft);
        if let Some(other) = other {
            self.push(other);
        }
        Ok(())
    }

    fn look_at_external(&mut self, row: &Row, select: &Select, filtered: bool) -> Result<(), Refusal> {
        if select.kind != EXTERNAL {
            return Ok(());
        }
        if !filtered {
            self.warnings.push(Warning::new(WarningCode::ExternalWithoutFilter, "survey", row.number));
        }
        self.warnings.push(Warning::new(WarningCode::ExternalSelect, "survey", row.number));
        if self.others.external.is_empty() {
            let refusal = Refusal::new(Code::SheetMissing).at("external_choices", 0, "");
            return Err(super::similar(refusal, "external_choices", &self.others.sheets));
        }
        if self.others.external.contains(&select.list) {
            return Ok(());
        }
        let refusal = Refusal::survey(Code::ExternalListMissing, row.number, "type");
        Err(refusal.with("list", select.list.clone()))
    }

    fn list_missing(&self, row: &Row, list: &str) -> Refusal {
        if self.others.lists.is_empty() {
            let refusal = Refusal::new(Code::SheetMissing).at("choices", 0, "");
            return super::similar(refusal, "choices", &self.others.sheets);
        }
        Refusal::survey(Code::ListMissing, row.number, "type").with("list", list)
    }

    fn look_at_spaces(&self, row: &Row, list: &str) -> Result<(), Refusal> {
        let choices = self.others.lists.get(list).map(|list| list.choices.as_slice()).unwrap_or_default();
        match choices.iter().find(|choice| choice.name.contains(' ')) {
            None => Ok(()),
            Some(choice) => {
                let refusal = Refusal::new(Code::ChoiceNameSpace).at("choices", choice.row, "name");
                let refusal = refusal.with("name", choice.name.clone()).with("list", list);
                Err(refusal.with("question", row.name()))
            }
        }
    }

    /// Adds the choice `other`, and gives the question that asks what else.
    fn other(&mut self, row: &Row, select: &Select, filtered: bool) -> Result<Draft, Refusal> {
        self.other_seen = true;
        let refused = |code| Refusal::survey(code, row.number, "type").with("list", select.list.clone());
        if filtered {
            return Err(Refusal { column: Some("choice_filter".to_owned()), ..refused(Code::OtherWithFilter) });
        }
        let list = self.others.lists.get_mut(&select.list).filter(|list| !list.choices.is_empty());
        add_other(list.ok_or_else(|| refused(Code::OtherWithoutChoices))?);
        let relevant = format!("selected(../{}, 'other')", row.name());
        let mut draft = Draft::made("text", &format!("{}_other", row.name()), &[("relevant", &relevant)]);
        draft.label = Some("Specify other.".into());
        draft.row = row.number;
        Ok(draft)
    }

    /// Says where the choices come from.
    fn choose(&self, draft: &mut Draft, select: &Select, file: &str) {
        draft.itemset = Some(select.list.clone());
        let known = self.others.lists.get(&select.list).is_some_and(|list| !list.choices.is_empty());
        if draft.filter.is_some() {
            if select.kind == EXTERNAL {
                draft.query = Some(select.list.clone());
            } else if known {
                draft.list_name = Some(select.list.clone());
            }
        } else if !draft.is_randomized() && !is_choice_file(file) && !has_reference(&select.list) {
            draft.list_name = Some(select.list.clone());
        }
        if select.kind == EXTERNAL {
            draft.query = Some(select.list.clone()).filter(|_| draft.filter.is_some());
        }
    }

    fn table_row(&mut self, draft: &mut Draft, select: &Select, row: u32) -> Result<(), Refusal> {
        match &self.table_list {
            TableList::Of(list) if *list != select.list => {
                let refusal = Refusal::survey(Code::TableListMixed, row, "type");
                return Err(refusal.with("list", select.list.clone()).with("other", list.clone()));
            }
            TableList::Begun => {
                if draft.filter.is_some() {
                    return Err(Refusal::survey(Code::TableListWithFilter, row, "choice_filter"));
                }
                self.table_list = TableList::Of(select.list.clone());
                let mut head = Draft::made(select.kind, &format!("reserved_name_for_field_list_labels_{row}"), &[]);
                head.control.set("appearance", "label");
                head.itemset = Some(select.list.clone());
                self.push(head);
            }
            TableList::None | TableList::Of(_) => {}
        }
        draft.control.set("appearance", "list-nolabel");
        Ok(())
    }
}

fn add_other(list: &mut ChoiceList) {
    if list.choices.iter().any(|choice| choice.name == "other") {
        return;
    }
    let mut languages = Map::default();
    for choice in &list.choices {
        if let Some(Value::Map(labels)) = &choice.label {
            labels.iter().for_each(|(language, _)| languages.set(language, "Other"));
        }
    }
    let label = if languages.is_empty() { "Other".into() } else { Value::Map(languages) };
    list.choices.push(Choice { name: "other".to_owned(), label: Some(label), ..Choice::default() });
}

fn add_none(draft: &mut Draft) {
    let none = "(.='none' or not(selected(., 'none')))";
    let bind = draft.bind_mut();
    let constraint = match bind.text("constraint") {
        Some(constraint) => format!("{constraint} and {none}"),
        None => none.to_owned(),
    };
    bind.set("constraint", constraint);
}

fn look_at_file(row: &Row, select: &Select) -> Result<(), Refusal> {
    let named = matches!(
        select.command,
        "select_one_from_file" | "select_multiple_from_file" | "select one from file" | "select multiple from file"
    );
    let file = select.list.rsplit('/').next().unwrap_or_default().trim_start_matches('.');
    let kinds: Vec<&str> = file.split('.').skip(1).collect();
    let fits = matches!(kinds.as_slice(), [kind] if is_choice_file(&format!(".{kind}")));
    if named && !fits {
        let refusal = Refusal::survey(Code::ListFileKind, row.number, "type");
        return Err(refusal.with("file", select.list.clone()));
    }
    Ok(())
}

fn look_at_parameters(row: &Row, select: &Select) -> Result<(), Refusal> {
    let (parameters, number) = (&row.parameters, row.number);
    if matches!(select.command, "select_one_from_file" | "select_multiple_from_file") {
        only(parameters, &["label", "randomize", "seed", "value"], number)?;
        for name in ["value", "label"] {
            if let Some(value) = get(parameters, name).filter(|value| !is_name(value)) {
                let column = format!("{COLUMN} ({name})");
                return Err(Refusal::survey(Code::NameInvalid, number, &column).with("name", value));
            }
        }
    } else {
        only(parameters, &["randomize", "seed"], number)?;
    }
    one_of(parameters, "randomize", &["true", "false"], number)?;
    let Some(seed) = get(parameters, "seed") else { return Ok(()) };
    if get(parameters, "randomize").is_none() {
        let refusal = Refusal::survey(Code::ParameterNeeds, number, COLUMN).with("parameter", "seed");
        return Err(refusal.with("other", "randomize=true"));
    }
    if only_reference(seed).is_none() && seed.parse::<f64>().is_err() {
        return Err(no_number("seed", seed, number));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_select_has_many_spellings() {
        for (kind, list, other) in [
            ("select_one town", "town", false),
            ("select one from town", "town", false),
            ("select all that apply from town or specify other", "town", true),
            ("select_multiple town or_other", "town", true),
            ("select one from file towns.csv", "towns.csv", false),
            ("select_one ${person}", "${person}", false),
            ("rank town", "town", false),
        ] {
            let parsed = parse(kind).unwrap();
            assert_eq!((parsed.list, parsed.other), (list, other), "{kind}");
        }
        assert_eq!(parse("select_one"), None);
        assert_eq!(parse("select_one a b"), None);
        assert_eq!(parse("text"), None);
    }
}
