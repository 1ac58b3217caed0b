//! What the screens show: from the tree to controls.
//!
//! Owns which element has a control and where its choices come from. Refuses a question that shows nothing. Invariant:
//! controls stand in the order of the rows.

use super::choices::Lists;
use super::draft::{Draft, DraftAction, Kind, NEW_REPEAT, VALUE_CHANGED};
use super::expression::{has_reference, is_dynamic};
use super::kinds;
use super::refusal::{Code, Refusal};
use super::select::is_choice_file;
use super::survey::stem;
use super::tree::{Manner, Tree};
use super::value::{Map, Value};
use super::words;
use crate::definition::{
    Action, ActionKind, Attribute, Control, ControlKind, Item, Items, Itemset, NodeId, Text, XmlElement,
};
use std::collections::HashMap;

/// The body while it is built.
pub(super) struct Body<'a> {
    pub(super) tree: &'a Tree,
    pub(super) lists: &'a Lists,
    /// Nodes of elements.
    pub(super) nodes: &'a [NodeId],
    /// Elements that reckon when a question of a name changes.
    triggered: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Body<'a> {
    pub(super) fn new(tree: &'a Tree, lists: &'a Lists, nodes: &'a [NodeId]) -> Body<'a> {
        let mut triggered: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, element) in tree.elements.iter().enumerate() {
            for name in &element.draft.triggers {
                triggered.entry(name).or_default().push(place);
            }
        }
        Body { tree, lists, nodes, triggered }
    }

    pub(super) fn children(&self, place: usize) -> Result<Vec<Control>, Refusal> {
        let mut controls = Vec::new();
        for child in &self.tree.get(place).children {
            controls.extend(self.control(*child)?);
        }
        Ok(controls)
    }

    fn control(&self, place: usize) -> Result<Option<Control>, Refusal> {
        match self.tree.get(place).draft.kind {
            Kind::Group => self.group(place),
            Kind::Repeat => self.repeat(place).map(Some),
            Kind::Question => self.question(place),
            Kind::Survey | Kind::External | Kind::Entity | Kind::Attribute | Kind::Label => Ok(None),
        }
    }

    fn group(&self, place: usize) -> Result<Option<Control>, Refusal> {
        let draft = &self.tree.get(place).draft;
        if draft.bodyless {
            return Ok(None);
        }
        let label = if draft.label.is_some() { Some(words::label(self.tree, place)?) } else { None };
        let mut control = Control { kind: ControlKind::Group, label, ..Control::default() };
        self.attributes(place, &mut control, Some("appearance"))?;
        control.node = Some(self.nodes[place]);
        control.children = self.children(place)?;
        Ok(Some(control))
    }

    fn repeat(&self, place: usize) -> Result<Control, Refusal> {
        let mut repeat = Control { kind: ControlKind::Repeat, ..Control::default() };
        self.attributes(place, &mut repeat, None)?;
        repeat.node = Some(self.nodes[place]);
        repeat.children = self.children(place)?;
        for (own, element) in self.tree.elements.iter().enumerate().skip(place) {
            let acts = matches!(element.draft.kind, Kind::Question | Kind::Attribute);
            if acts && !element.draft.actions.is_empty() && self.tree.nearest_repeat(own) == Some(place) {
                repeat.actions.extend(self.actions(own, true)?);
            }
        }
        let label = Some(words::label(self.tree, place)?);
        let node = Some(self.nodes[place]);
        Ok(Control { kind: ControlKind::Group, node, label, children: vec![repeat], ..Control::default() })
    }

    /// The actions of an element: those on a new copy of its repeat, or all others.
    pub(super) fn actions(&self, place: usize, of_repeat: bool) -> Result<Vec<Action>, Refusal> {
        let draft = &self.tree.get(place).draft;
        let own = draft.actions.iter().filter(|action| (action.event == NEW_REPEAT) == of_repeat);
        own.map(|action| self.action(place, draft, action)).collect()
    }

    fn action(&self, place: usize, draft: &Draft, action: &DraftAction) -> Result<Action, Refusal> {
        let dynamic = draft.dynamic_default
            || draft.default.as_deref().is_some_and(|default| is_dynamic(default, &draft.question));
        let value = match (&draft.default, dynamic) {
            (Some(default), true) => Some(self.expression(place, default, "default", Manner::default())?),
            (Some(default), false) => Some(default.clone()),
            (None, _) => action.value.clone(),
        };
        Ok(Action {
            kind: action.kind,
            events: vec![action.event.to_owned()],
            target: self.nodes[place],
            value: value.filter(|_| action.kind == ActionKind::SetValue),
            text: String::new(),
            others: action.quality.iter().map(|quality| Attribute::new("odk:quality", quality.clone())).collect(),
        })
    }

    /// An expression of an element's row; a refusal says the row and the column.
    pub(super) fn expression(&self, place: usize, text: &str, column: &str, manner: Manner) -> Result<String, Refusal> {
        let row = self.tree.get(place).draft.row;
        let located = |refusal: Refusal| if row > 0 { refusal.at("survey", row, column) } else { refusal };
        self.tree.expression(text, Some(place), manner).map_err(located)
    }

    /// What the control column and its like say.
    fn attributes(&self, place: usize, control: &mut Control, as_is: Option<&str>) -> Result<(), Refusal> {
        for (name, value) in self.tree.get(place).draft.control.iter() {
            let Value::Text(text) = value else { continue };
            let text = match as_is {
                Some(own) if own == name => text.clone(),
                _ => self.expression(place, text, name, Manner::default())?,
            };
            match name {
                "appearance" => control.appearance = Some(text),
                _ => control.attributes.push(Attribute::new(name, text)),
            }
        }
        Ok(())
    }

    fn question(&self, place: usize) -> Result<Option<Control>, Refusal> {
        let draft = &self.tree.get(place).draft;
        let reckoned = draft.bind.as_ref().is_some_and(|bind| bind.has("calculate")) || !draft.triggers.is_empty();
        let shown = draft.label.is_some() || draft.hint.is_some();
        if draft.question == "calculate" || (reckoned && !shown) {
            let triggered = self.triggered.get(draft.name.as_str()).and_then(|targets| {
                targets.iter().find(|target| self.tree.get(**target).draft.question != "background-geopoint")
            });
            return match triggered {
                None => Ok(None),
                Some(target) => {
                    let target = &self.tree.get(*target).draft;
                    let refusal = Refusal::survey(Code::TriggerHidden, target.row, "trigger");
                    Err(refusal.with("name", draft.name.clone()).with("question", target.name.clone()))
                }
            };
        }
        let kind = kinds::of(&draft.question).map_or("", |kind| kind.tag);
        let kind = match kind {
            "" | "action" => return Ok(None),
            "select1" => ControlKind::SelectOne,
            "select" => ControlKind::SelectMany,
            "odk:rank" => ControlKind::Rank,
            "range" => ControlKind::Range,
            "upload" => ControlKind::Upload,
            "trigger" => ControlKind::Trigger,
            _ => ControlKind::Input,
        };
        let mut control = Control { kind, node: Some(self.nodes[place]), ..Control::default() };
        self.label_and_hint(place, &mut control)?;
        self.attributes(place, &mut control, None)?;
        self.choose(place, &mut control)?;
        control.others = draft.tags.iter().map(tag).collect();
        self.trigger(place, &mut control)?;
        Ok(Some(control))
    }

    fn label_and_hint(&self, place: usize, control: &mut Control) -> Result<(), Refusal> {
        let draft = &self.tree.get(place).draft;
        let shown = draft.label.is_some() || !draft.media.is_empty() || draft.hint.is_some();
        if !shown {
            return Err(located(Code::LabelMissing, draft, "label"));
        }
        if draft.media.has("big-image") && !draft.media.has("image") {
            return Err(located(Code::BigImageAlone, draft, "big-image"));
        }
        control.label = Some(words::label(self.tree, place)?);
        control.hint = words::hint(self.tree, place)?;
        Ok(())
    }

    fn trigger(&self, place: usize, control: &mut Control) -> Result<(), Refusal> {
        let draft = &self.tree.get(place).draft;
        let targets = self.triggered.get(draft.name.as_str()).map(Vec::as_slice).unwrap_or_default();
        let background = |target: &usize| self.tree.get(*target).draft.question == "background-geopoint";
        let (later, first): (Vec<usize>, Vec<usize>) = targets.iter().copied().partition(background);
        for target in first.into_iter().chain(later) {
            let other = &self.tree.get(self.tree.named(&self.tree.get(target).draft.name)?).draft;
            let place_of = self.tree.named(&other.name)?;
            let calculate = self.tree.get(target).draft.bind.as_ref().and_then(|bind| bind.text("calculate"));
            let (kind, value) = match calculate.filter(|_| !background(&target)) {
                _ if background(&target) => (ActionKind::SetGeopoint, None),
                None => (ActionKind::SetValue, None),
                // The expression is of the question that reckons, but the action stands at the one that triggers.
                Some(text) => {
                    (ActionKind::SetValue, Some(self.expression(place, text, "calculation", Manner::default())?))
                }
            };
            let events = vec![VALUE_CHANGED.to_owned()];
            control.actions.push(Action { kind, events, target: self.nodes[place_of], value, ..Action::default() });
        }
        Ok(())
    }

    /// Where the choices come from.
    fn choose(&self, place: usize, control: &mut Control) -> Result<(), Refusal> {
        let draft = &self.tree.get(place).draft;
        if let Some(query) = &draft.query {
            control.attributes.push(Attribute::new("query", self.query(place, query)?));
            return Ok(());
        }
        let Some(list) = draft.itemset.as_deref().filter(|_| control.kind != ControlKind::Upload) else {
            return Ok(());
        };
        if draft.question == "select one external" {
            return Ok(());
        }
        let selects = matches!(control.kind, ControlKind::SelectOne | ControlKind::SelectMany | ControlKind::Rank);
        if selects {
            let bound = draft.bind.as_ref().and_then(|bind| bind.text("type")).unwrap_or("string");
            if !matches!(bound, "string" | "odk:rank") {
                return Err(located(Code::SelectDataType, draft, "bind::type").with("type", bound));
            }
            if is_search(draft) {
                control.items = Items::Inline(self.inline(list, draft.label.is_some())?);
                return Ok(());
            }
        }
        let mut set = self.itemset(place, list, selects)?;
        if control.kind != ControlKind::Range {
            self.filter(place, &mut set, has_reference(list), selects)?;
            randomize(self, place, &mut set)?;
        }
        control.items = Items::Set(set.set);
        Ok(())
    }

    fn query(&self, place: usize, list: &str) -> Result<String, Refusal> {
        let filter = self.tree.get(place).draft.filter.as_deref();
        let manner = Manner { current: true, above: false };
        Ok(match filter {
            Some(filter) => {
                let filter = self.expression(place, filter, "choice_filter", manner)?;
                format!("instance('{list}')/root/item[{filter}]")
            }
            None => format!("instance('{list}')/root/item"),
        })
    }

    fn inline(&self, list: &str, labelled: bool) -> Result<Vec<Item>, Refusal> {
        let Some(list) = self.lists.get(list) else { return Ok(Vec::new()) };
        let itext = list.needs_itext();
        let item = |(nth, choice): (usize, &super::choices::Choice)| {
            let label = match &choice.label {
                _ if itext => Text { itext: Some(format!("{}-{nth}", list.name)), ..Text::default() },
                Some(Value::Text(text)) if labelled => {
                    Text { parts: words::parts(self.tree, text, None)?, ..Text::default() }
                }
                _ => Text::default(),
            };
            Ok(Item { value: choice.name.clone(), label })
        };
        list.choices.iter().enumerate().map(item).collect()
    }

    fn itemset(&self, place: usize, list: &str, selects: bool) -> Result<Choosing, Refusal> {
        let draft = &self.tree.get(place).draft;
        let (base, file) = stem(list);
        let set = |nodeset: String, value: &str, label: &str| Itemset {
            nodeset,
            value: value.to_owned(),
            label: label.to_owned(),
        };
        let rows = |name: &str| format!("instance('{name}')/root/item");
        let ranged = draft.question == "range";
        if is_choice_file(file) && !ranged {
            let (value, label) = if file == ".geojson" { ("id", "title") } else { ("name", "label") };
            let (value, label) = (draft.parameter("value").unwrap_or(value), draft.parameter("label").unwrap_or(label));
            return Ok(Choosing { set: set(rows(base), value, label), filter: None });
        }
        if has_reference(list) && !ranged {
            let manner = Manner { current: false, above: true };
            let path = self.expression(place, list, "type", manner)?.trim().to_owned();
            if !selects {
                let filter = Some("./geometry != ''".to_owned());
                return Ok(Choosing { set: set(path, "geometry", "geometry"), filter });
            }
            let (nodes, name) = path.rsplit_once('/').unwrap_or(("", &path));
            let filter = Some(format!("./{name} != ''"));
            return Ok(Choosing { set: set(nodes.to_owned(), name, name), filter });
        }
        let itext = self.lists.get(list).is_some_and(super::choices::ChoiceList::needs_itext);
        let label = if itext { "jr:itext(itextId)" } else { "label" };
        Ok(Choosing { set: set(rows(list), "name", label), filter: None })
    }

    fn filter(&self, place: usize, own: &mut Choosing, of_nodes: bool, _: bool) -> Result<(), Refusal> {
        if let Some(filter) = &self.tree.get(place).draft.filter {
            let manner = Manner { current: true, above: of_nodes };
            let mut filter = self.expression(place, filter, "choice_filter", manner)?;
            if of_nodes {
                filter = filter.replace(&format!("current()/{}", own.set.nodeset), ".").replace(&own.set.nodeset, ".");
            }
            own.filter = Some(filter);
        }
        if let Some(filter) = &own.filter {
            own.set.nodeset = format!("{}[{filter}]", own.set.nodeset);
        }
        Ok(())
    }
}

/// A set of choices, and the predicate that will stand behind it.
struct Choosing {
    set: Itemset,
    filter: Option<String>,
}

fn randomize(body: &Body<'_>, place: usize, own: &mut Choosing) -> Result<(), Refusal> {
    let draft = &body.tree.get(place).draft;
    if !draft.is_randomized() {
        return Ok(());
    }
    let nodes = &own.set.nodeset;
    own.set.nodeset = match draft.parameter("seed") {
        Some(seed) => {
            let seed = body.expression(place, seed, "parameters", Manner::default())?;
            format!("randomize({nodes}, {})", seed.trim())
        }
        None => format!("randomize({nodes})"),
    };
    Ok(())
}

/// Whether the choices are looked up by `search(…)` of the appearance.
pub(super) fn is_search(draft: &Draft) -> bool {
    let Some(appearance) = draft.appearance().filter(|appearance| appearance.len() > 7) else { return false };
    appearance.find("search(").is_some_and(|at| appearance[at..].contains(')'))
}

fn located(code: Code, draft: &Draft, column: &str) -> Refusal {
    let refusal = if draft.row > 0 { Refusal::survey(code, draft.row, column) } else { Refusal::new(code) };
    refusal.with("name", draft.name.clone())
}

/// A tag of OpenStreetMap.
fn tag(map: &Map) -> XmlElement {
    let text = map.text("label").unwrap_or_default().to_owned();
    let label = XmlElement { name: "label".to_owned(), text, ..XmlElement::default() };
    XmlElement {
        name: "tag".to_owned(),
        attributes: vec![("key".to_owned(), map.text("name").unwrap_or_default().to_owned())],
        children: vec![label],
        ..XmlElement::default()
    }
}
