//! A question, a group or a repeat as the survey sheet says it, before references became paths.
//!
//! Owns what a row may say. Refuses to know where it will stand. Invariant: what has children is a container.

use super::kinds::QuestionKind;
use super::value::{Map, Value};
use crate::definition::ActionKind;

/// What a draft is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    Survey,
    Group,
    Repeat,
    #[default]
    Question,
    /// An attachment that is declared by a row.
    External,
    Entity,
    Attribute,
    Label,
}

/// Something that happens on an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DraftAction {
    pub(super) kind: ActionKind,
    pub(super) event: &'static str,
    pub(super) value: Option<String>,
    pub(super) quality: Option<String>,
}

pub(super) const FIRST_LOAD: &str = "odk-instance-first-load";
pub(super) const INSTANCE_LOAD: &str = "odk-instance-load";
pub(super) const NEW_REPEAT: &str = "odk-new-repeat";
pub(super) const VALUE_CHANGED: &str = "xforms-value-changed";

impl DraftAction {
    pub(super) fn new(kind: ActionKind, event: &'static str) -> DraftAction {
        DraftAction { kind, event, value: None, quality: None }
    }
}

/// A row, or what a row makes besides itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) kind: Kind,
    /// The row, from 1; 0 if no row says it.
    pub(super) row: u32,
    /// The type of a question, as the table of types names it.
    pub(super) question: String,
    pub(super) name: String,
    pub(super) label: Option<Value>,
    pub(super) hint: Option<Value>,
    pub(super) guidance: Option<Value>,
    pub(super) media: Map,
    pub(super) bind: Option<Map>,
    pub(super) control: Map,
    /// Attributes of the node.
    pub(super) instance: Map,
    pub(super) default: Option<String>,
    pub(super) dynamic_default: bool,
    /// Names whose change makes this question reckon.
    pub(super) triggers: Vec<String>,
    pub(super) filter: Option<String>,
    pub(super) query: Option<String>,
    /// The list, file or reference that the choices come from.
    pub(super) itemset: Option<String>,
    pub(super) list_name: Option<String>,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) actions: Vec<DraftAction>,
    /// Has no control.
    pub(super) bodyless: bool,
    /// OpenStreetMap tags.
    pub(super) tags: Vec<Map>,
    /// The value of an attribute.
    pub(super) value: String,
    pub(super) children: Vec<Draft>,
}

impl Draft {
    /// What a row says.
    pub(super) fn of_row(kind: Kind, row: u32, question: &str, mut map: Map) -> Draft {
        Draft {
            kind,
            row,
            question: question.to_owned(),
            name: map.take_text("name").unwrap_or_default(),
            label: map.remove("label"),
            hint: map.remove("hint"),
            guidance: map.remove("guidance_hint"),
            media: map.take_map("media").unwrap_or_default(),
            bind: map.take_map("bind"),
            control: map.take_map("control").unwrap_or_default(),
            instance: map.take_map("instance").unwrap_or_default(),
            default: map.take_text("default"),
            filter: map.take_text("choice_filter"),
            ..Draft::default()
        }
    }

    /// A question that no row says.
    pub(super) fn made(question: &str, name: &str, bind: &[(&str, &str)]) -> Draft {
        let mut draft = Draft { question: question.to_owned(), name: name.to_owned(), row: 0, ..Draft::default() };
        for (key, value) in bind {
            draft.bind_mut().set(key, *value);
        }
        draft
    }

    /// The group that a form's own nodes stand in.
    pub(super) fn meta(children: Vec<Draft>) -> Draft {
        Draft { kind: Kind::Group, name: "meta".to_owned(), bodyless: true, children, ..Draft::default() }
    }

    pub(super) fn bind_mut(&mut self) -> &mut Map {
        self.bind.get_or_insert_default()
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn appearance(&self) -> Option<&str> {
        self.control.text("appearance")
    }

    /// Whether its choices come in an order of chance.
    pub(super) fn is_randomized(&self) -> bool {
        self.parameter("randomize") == Some("true")
    }

    /// Puts what the table of types says before what the row says.
    pub(super) fn complete(&mut self, kind: &QuestionKind) {
        if !kind.bind.is_empty() {
            let mut bind = Map::default();
            for (name, value) in kind.bind {
                bind.set(name, *value);
            }
            for (name, value) in self.bind.take().unwrap_or_default().0 {
                bind.set(&name, value);
            }
            self.bind = Some(bind);
        }
        if self.hint.is_none() && !kind.hint.is_empty() {
            self.hint = Some(kind.hint.into());
        }
        if !kind.media.is_empty() && !self.control.has("mediatype") {
            self.control.0.insert(0, ("mediatype".to_owned(), kind.media.into()));
        }
        if self.label.is_none() && self.appearance() == Some("label") {
            self.label = Some(" ".into());
        }
    }
}
