//! The survey sheet: row by row into groups, repeats and questions.
//!
//! Owns the order of rows and what opens and closes. Refuses a row that says nothing it can be. Invariant: what was
//! opened last is closed first.

use super::choices::Lists;
use super::columns::{SETTINGS_ALIASES, yes_no};
use super::draft::{Draft, DraftAction, FIRST_LOAD, Kind, NEW_REPEAT};
use super::entities::Declarations;
use super::expression::{is_dynamic, is_name, only_reference, references};
use super::kinds::today_called;
use super::parameters::{COLUMN, Parameters};
use super::place::{Path, Step};
use super::refusal::{Code, Refusal, Warning, WarningCode};
use super::settings::Settings;
use super::value::Map;
use crate::definition::ActionKind;
use gridwalk_model::limits;
use std::collections::{HashMap, HashSet};

/// What the other sheets say.
pub(super) struct Others {
    pub(super) lists: Lists,
    /// Lists of the external choices sheet.
    pub(super) external: HashSet<String>,
    /// OpenStreetMap tags.
    pub(super) tags: HashMap<String, Vec<Map>>,
    pub(super) entities: Declarations,
    /// Names of all sheets as they stand.
    pub(super) sheets: Vec<String>,
}

/// A container that is open.
struct Open {
    draft: Draft,
    /// `group`, `repeat` or `loop`; empty for the form.
    control: &'static str,
    /// The list of a loop.
    list: Option<String>,
    names: HashSet<String>,
    lower: HashSet<String>,
}

/// Whether rows stand in a table list, and of which list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TableList {
    /// They stand in none.
    None,
    /// Its first select will say it.
    Begun,
    /// Of this one.
    Of(String),
}

/// The sheet while it is read.
pub(super) struct Survey<'a> {
    pub(super) others: &'a mut Others,
    pub(super) settings: &'a mut Settings,
    pub(super) warnings: &'a mut Vec<Warning>,
    open: Vec<Open>,
    path: Path,
    /// Rows that stand in the form's own group.
    pub(super) meta: Vec<Draft>,
    pub(super) table_list: TableList,
    /// How often each name stands.
    pub(super) names: HashMap<String, usize>,
    questions: HashSet<String>,
    repeats: HashSet<String>,
    triggers: Vec<(String, u32)>,
    pub(super) geometries: Vec<(String, u32)>,
    /// Names of instances that rows bring along.
    pub(super) instances: HashSet<String>,
    pub(super) other_seen: bool,
}

/// A row while it is read.
pub(super) struct Row {
    pub(super) number: u32,
    pub(super) kind: String,
    pub(super) map: Map,
    pub(super) parameters: Parameters,
    actions: Vec<DraftAction>,
    dynamic: bool,
    triggers: Vec<String>,
}

impl Row {
    /// What the row says, as a question of a type.
    pub(super) fn draft(self, kind: Kind, question: &str) -> Draft {
        let mut draft = Draft::of_row(kind, self.number, question, self.map);
        draft.actions = self.actions;
        draft.dynamic_default = self.dynamic;
        draft.triggers = self.triggers;
        draft
    }

    pub(super) fn appearance(&self) -> Option<&str> {
        self.map.map("control")?.text("appearance")
    }

    pub(super) fn name(&self) -> &str {
        self.map.text("name").unwrap_or_default()
    }
}

impl<'a> Survey<'a> {
    pub(super) fn new(
        others: &'a mut Others,
        settings: &'a mut Settings,
        warnings: &'a mut Vec<Warning>,
    ) -> Survey<'a> {
        let draft = Draft { kind: Kind::Survey, name: settings.root.clone(), ..Draft::default() };
        let form = Open::new(draft, "", None);
        Survey {
            others,
            settings,
            warnings,
            open: vec![form],
            path: Path::default(),
            meta: Vec::new(),
            table_list: TableList::None,
            names: HashMap::new(),
            questions: HashSet::new(),
            repeats: HashSet::new(),
            triggers: Vec::new(),
            geometries: Vec::new(),
            instances: HashSet::new(),
            other_seen: false,
        }
    }

    /// Reads the rows. Gives the form without its own group.
    pub(super) fn read(&mut self, rows: Vec<(u32, Map)>) -> Result<Draft, Refusal> {
        for (number, map) in rows {
            self.row(number, map)?;
        }
        for (name, row) in &self.triggers {
            if !self.questions.contains(name) {
                return Err(Refusal::survey(Code::ReferenceUnknown, *row, "trigger").with("name", name.clone()));
            }
        }
        self.look_at_geometries()?;
        if let [_, .., last] = self.open.as_slice() {
            let refusal = Refusal::survey(Code::BeginUnmatched, last.draft.row, "type");
            return Err(refusal.with("control", last.control).with("name", last.draft.name.clone()));
        }
        Ok(self.open.pop().map(|form| form.draft).unwrap_or_default())
    }

    fn row(&mut self, number: u32, mut map: Map) -> Result<(), Refusal> {
        if let Some(disabled) = map.remove("disabled") {
            self.warnings.push(Warning::new(WarningCode::DisabledColumn, "survey", number));
            if disabled.text().and_then(yes_no) == Some(true) {
                return Ok(());
            }
        }
        if map.is_empty() {
            return Ok(());
        }
        let Some(kind) = map.text("type").map(|kind| today_called(kind).to_owned()) else {
            if map.has("name") || map.has("label") {
                return Err(Refusal::survey(Code::TypeMissing, number, "type"));
            }
            self.warnings.push(Warning::new(WarningCode::RowSkipped, "survey", number));
            return Ok(());
        };
        let mut row = self.prepare(number, kind, map)?;
        if let Some(appearance) = row.appearance() {
            super::slow::look_at_appearance(appearance, number, self.warnings);
        }
        if row.kind == "audit" {
            return self.audit(row);
        }
        let calculated = row.map.map("bind").is_some_and(|bind| bind.has("calculate"));
        if row.kind == "calculate" && !calculated && !row.dynamic {
            return Err(Refusal::survey(Code::CalculationMissing, number, "calculation"));
        }
        if matches!(&*row.kind, "subscriberid" | "simserial") {
            let warning = Warning::new(WarningCode::DevicePropertyGone, "survey", number);
            self.warnings.push(warning.with("type", row.kind.clone()));
        }
        if let Some((_, setting)) = SETTINGS_ALIASES.iter().find(|(name, _)| *name == row.kind) {
            let value = row.map.text("name").unwrap_or("None").to_owned();
            self.settings.set(setting[0], &value);
            return Ok(());
        }
        let (begin, end) = (begins(&row.kind), ends(&row.kind));
        if end.is_none() {
            self.name(&mut row)?;
        }
        let (is_group, name) = (begin.is_some() || end.is_some(), row.name().to_owned());
        self.others.entities.note(
            &self.path,
            number,
            &mut row.map,
            if end.is_some() { "" } else { &name },
            is_group,
        )?;
        if let Some(control) = end {
            return self.end(&row, control);
        }
        if let Some((control, list)) = begin {
            return self.begin(row, control, list);
        }
        self.question(row, name)
    }

    /// What every row is looked at for: triggers, defaults, parameters.
    fn prepare(&mut self, number: u32, kind: String, mut map: Map) -> Result<Row, Refusal> {
        let mut triggers = Vec::new();
        if let Some(text) = map.take_text("trigger") {
            triggers = triggers_of(&text, number)?;
            self.triggers.extend(triggers.iter().map(|name| (name.clone(), number)));
        }
        let (mut actions, mut dynamic) = (Vec::new(), false);
        if let Some(default) = map.text("default")
            && is_dynamic(default, &kind)
        {
            dynamic = true;
            actions.push(DraftAction::new(ActionKind::SetValue, FIRST_LOAD));
            if self.open.iter().any(|open| open.control == "repeat") {
                actions.push(DraftAction::new(ActionKind::SetValue, NEW_REPEAT));
            }
        }
        let parameters = super::parameters::parse(map.text(COLUMN).unwrap_or_default(), number)?;
        Ok(Row { number, kind, map, parameters, actions, dynamic, triggers })
    }

    /// Looks at the name of a row, and gives a note without one its own.
    fn name(&mut self, row: &mut Row) -> Result<(), Refusal> {
        let refused = |code| Refusal::survey(code, row.number, "name");
        if !row.map.has("name") {
            if row.kind != "note" {
                return Err(refused(Code::NameMissing));
            }
            row.map.set("name", format!("generated_note_name_{}", row.number));
        }
        let name = row.map.text("name").unwrap_or_default();
        if !is_name(name) {
            return Err(refused(Code::NameInvalid).with("name", name));
        }
        *self.names.entry(name.to_owned()).or_default() += 1;
        if name == "meta" {
            return Err(refused(Code::NameReserved).with("name", name));
        }
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        if !open.names.insert(name.to_owned()) {
            return Err(refused(Code::NameDuplicate).with("name", name));
        }
        if !open.lower.insert(name.to_lowercase()) {
            self.warnings.push(Warning::new(WarningCode::NameCase, "survey", row.number).with("name", name));
        }
        Ok(())
    }

    fn end(&mut self, row: &Row, control: &'static str) -> Result<(), Refusal> {
        let open = self.open.pop_if(|open| open.control == control && !control.is_empty());
        let Some(Open { mut draft, list, .. }) = open else {
            let refusal = Refusal::survey(Code::EndUnmatched, row.number, "type").with("control", control);
            return Err(refusal.with("name", row.name()));
        };
        self.path.0.pop();
        self.table_list = TableList::None;
        if let Some(list) = list {
            draft = self.columns_of(draft, &list);
        }
        self.push(draft);
        Ok(())
    }

    fn begin(&mut self, mut row: Row, control: &'static str, list: Option<String>) -> Result<(), Refusal> {
        let number = row.number;
        if self.open.len() > limits::FORM_DEPTH_MAX {
            return Err(Refusal::survey(Code::TooDeep, number, "type"));
        }
        if control == "repeat" {
            self.look_at_repeat(&row)?;
        }
        if control == "loop" {
            let refused = |code| Refusal::survey(code, number, "type");
            let list = list.as_deref().ok_or_else(|| refused(Code::LoopListMissing))?;
            if self.others.lists.get(list).is_none() {
                return Err(refused(Code::ListMissing).with("list", list));
            }
        }
        let appearance = row.appearance().map(str::to_owned);
        let intent = row.map.take_text("intent");
        row.actions.clear();
        let kind = if control == "repeat" { Kind::Repeat } else { Kind::Group };
        let mut draft = row.draft(kind, "");
        if let Some(count) = draft.control.text("jr:count").map(str::to_owned)
            && only_reference(&count).is_none()
        {
            // An expression gets a node of its own, which the count then refers to.
            let name = format!("{}_count", draft.name);
            let mut made = Draft::made("calculate", &name, &[("readonly", "true()"), ("calculate", &count)]);
            made.row = number;
            self.push(made);
            draft.control.set("jr:count", format!("${{{name}}}"));
        }
        if let Some(words) = appearance.filter(|words| words.split_whitespace().any(|word| word == "table-list")) {
            self.table_list = TableList::Begun;
            table(&mut draft, &words);
        }
        if let Some(intent) = intent {
            draft.control.set("intent", intent);
        }
        let step = Step { repeats: kind == Kind::Repeat, name: draft.name.clone() };
        self.path.0.push(step);
        self.open.push(Open::new(draft, control, list.filter(|_| control == "loop")));
        Ok(())
    }

    fn look_at_repeat(&mut self, row: &Row) -> Result<(), Refusal> {
        let name = row.name();
        let refused = |code| Err(Refusal::survey(code, row.number, "name").with("name", name));
        if name == self.settings.root {
            return refused(Code::RepeatNamedLikeForm);
        }
        if !self.repeats.insert(name.to_owned()) {
            return refused(Code::RepeatNameDuplicate);
        }
        if !row.map.has("label") && !row.map.has("media") {
            self.warnings.push(Warning::new(WarningCode::RepeatLabelMissing, "survey", row.number).with("name", name));
        }
        Ok(())
    }

    fn question(&mut self, row: Row, name: String) -> Result<(), Refusal> {
        if matches!(&*row.kind, "csv-external" | "xml-external") {
            self.instances.insert(stem(&name).0.to_owned());
        }
        self.questions.insert(name);
        let found = super::select::parse(&row.kind).map(super::select::Parsed::owned);
        match found {
            Some(select) => self.select(row, &select),
            None => self.other_question(row),
        }
    }

    /// Adds a child to what is open.
    pub(super) fn push(&mut self, draft: Draft) {
        if let Some(open) = self.open.last_mut() {
            open.draft.children.push(draft);
        }
    }

    fn look_at_geometries(&self) -> Result<(), Refusal> {
        for (target, row) in &self.geometries {
            let known = self.instances.contains(target)
                || self.others.lists.get(target).is_some()
                || self.others.entities.has(target)
                || only_reference(target).is_some_and(|name| self.repeats.contains(name));
            if !known {
                return Err(Refusal::survey(Code::ReferenceGeometry, *row, COLUMN).with("value", target.clone()));
            }
        }
        Ok(())
    }

    /// A loop becomes a group with a group for each choice; `%(name)s` and `%(label)s` are the choice's.
    fn columns_of(&self, mut group: Draft, list: &str) -> Draft {
        let children = std::mem::take(&mut group.children);
        let choices = self.others.lists.get(list).map(|list| list.choices.as_slice()).unwrap_or_default();
        for choice in choices.iter().filter(|choice| choice.name != "none") {
            let mut column = Draft { kind: Kind::Group, name: choice.name.clone(), row: group.row, ..Draft::default() };
            column.label.clone_from(&choice.label);
            column.children = children.iter().map(|child| super::repeated::of_choice(child, choice)).collect();
            group.children.push(column);
        }
        group
    }
}

impl Open {
    fn new(draft: Draft, control: &'static str, list: Option<String>) -> Open {
        Open { draft, control, list, names: HashSet::new(), lower: HashSet::new() }
    }
}

/// A table list is a field list; its label and hint become a note above the table.
fn table(draft: &mut Draft, appearance: &str) {
    let others = appearance.split_whitespace().filter(|word| *word != "table-list");
    let words = others.fold("field-list".to_owned(), |words, word| words + " " + word);
    draft.control.set("appearance", words);
    if draft.label.is_some() || draft.hint.is_some() {
        let name = format!("generated_table_list_label_{}", draft.row);
        let mut note = Draft::made("note", &name, &[]);
        note.label = draft.label.take();
        note.hint = draft.hint.take();
        draft.children.push(note);
    }
}

/// The file's name without its kind, and the kind with its point.
pub(super) fn stem(name: &str) -> (&str, &str) {
    let leading = name.len() - name.trim_start_matches('.').len();
    match name[leading..].rfind('.') {
        Some(at) => name.split_at(leading + at),
        None => (name, ""),
    }
}

fn control_of(word: &str) -> Option<&'static str> {
    match word {
        "group" => Some("group"),
        "repeat" | "lgroup" | "looped group" => Some("repeat"),
        "loop" => Some("loop"),
        _ => None,
    }
}

/// What a type like `begin repeat` opens, and the list behind it.
fn begins(kind: &str) -> Option<(&'static str, Option<String>)> {
    let rest = kind.strip_prefix("begin")?;
    let rest = rest.strip_prefix(|c: char| c.is_whitespace() || c == '_')?;
    if let Some(control) = control_of(rest) {
        return Some((control, None));
    }
    let (before, list) = rest.rsplit_once(' ')?;
    let before = before.strip_suffix(" over").unwrap_or(before);
    let plain = !list.is_empty() && !list.contains(char::is_whitespace);
    control_of(before).filter(|_| plain).map(|control| (control, Some(list.to_owned())))
}

fn ends(kind: &str) -> Option<&'static str> {
    let rest = kind.strip_prefix("end")?;
    control_of(rest.strip_prefix(|c: char| c.is_whitespace() || c == '_')?)
}

/// The names in a trigger column: references with commas between them.
fn triggers_of(text: &str, row: u32) -> Result<Vec<String>, Refusal> {
    let refused = |code| Refusal::survey(code, row, "trigger").with("value", text);
    if text.len() <= 2 || !text.contains("${") {
        return Err(refused(Code::ReferenceMalformed));
    }
    let mut names = Vec::new();
    for part in text.split(',') {
        let found = references(part).map_err(|_| refused(Code::ReferenceMalformed))?;
        match found.as_slice() {
            [] => {}
            [only] => names.push(only.name.to_owned()),
            _ => return Err(refused(Code::ReferenceComma)),
        }
    }
    Ok(names)
}
