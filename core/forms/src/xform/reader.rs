//! An ODK XForm as a definition.
//!
//! Owns how a document's instance, binds, texts and body come together. Refuses a document without model or instance,
//! and paths that lead nowhere. Invariant: what the writer wrote is read as the definition that it was.

use super::NAMESPACES;
use super::controls;
use super::xml::{Child, Element, parse};
use crate::definition::{
    Action, ActionKind, Attribute, Bind, FormDefinition, Instance, ItemTable, Itext, Language, Message, Node, NodeId,
    NodeKind, Part, Repeat, Seed, Source, Text, TextEntry, TextValue, XmlElement,
};
use crate::import::{Code, Refusal};
use gridwalk_model::limits;
use std::collections::{HashMap, HashSet};

/// Reads a document.
pub fn read(bytes: &[u8]) -> Result<FormDefinition, Refusal> {
    if bytes.len() > limits::FORM_FILE_BYTES_MAX {
        return Err(Refusal::new(Code::FileTooLarge));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Refusal::new(Code::FileUnknown))?;
    let html = parse(text.strip_prefix('\u{feff}').unwrap_or(text))?;
    let missing = |what: &str| Refusal::new(Code::XFormIncomplete).with("element", what);
    let head = html.first("h:head").ok_or_else(|| missing("h:head"))?;
    let model = head.first("model").ok_or_else(|| missing("model"))?;
    let body = html.first("h:body").ok_or_else(|| missing("h:body"))?;
    let mut instances = model.named("instance");
    let primary = instances.next().and_then(|instance| instance.elements().next());
    let root = primary.ok_or_else(|| missing("instance"))?;
    let mut form = FormDefinition {
        title: head.first("h:title").map(Element::own_text).unwrap_or_default().trim().to_owned(),
        id: root.get("id").unwrap_or_default().to_owned(),
        version: root.get("version").unwrap_or_default().to_owned(),
        style: body.get("class").map(str::to_owned),
        xforms_version: model.get("odk:xforms-version").map(str::to_owned),
        entities_version: model.get("entities:entities-version").map(str::to_owned),
        namespaces: namespaces(&html),
        itext: model.first("itext").map(itext).unwrap_or_default(),
        instances: instances.map(secondary).collect(),
        submission: model.first("submission").map(attributes),
        ..FormDefinition::default()
    };
    let mut repeats = HashSet::new();
    repeated(body, &mut repeats);
    add_node(&mut form.nodes, &repeats, None, "", &[Inside { template: false, elements: vec![root] }]);
    let mut paths = Paths::of(&form);
    for bind in model.named("bind") {
        let id = paths.of_nodeset(bind.get("nodeset").or_else(|| bind.get("ref")).unwrap_or_default())?;
        if let Some(name) = bind.get("id") {
            paths.binds.insert(name.to_owned(), id);
        }
        form.nodes[id.0 as usize].bind = Some(Box::new(bind_of(bind)));
    }
    form.actions =
        model.elements().filter_map(|element| action(element, &paths, "").transpose()).collect::<Result<_, _>>()?;
    form.body = controls::read(body, &paths)?;
    Ok(form)
}

/// Nodes by their paths.
pub(super) struct Paths {
    by_path: HashMap<String, NodeId>,
    all: Vec<String>,
    binds: HashMap<String, NodeId>,
}

impl Paths {
    fn of(form: &FormDefinition) -> Paths {
        let (mut by_path, mut paths) = (HashMap::new(), Vec::<String>::with_capacity(form.nodes.len()));
        for (place, node) in form.nodes.iter().enumerate() {
            let above = node.parent.map_or("", |parent| paths[parent.0 as usize].as_str());
            let sign = if node.kind == NodeKind::Attribute { "@" } else { "" };
            let path = format!("{above}/{sign}{}", node.name);
            by_path.insert(path.clone(), NodeId(u32::try_from(place).unwrap_or(u32::MAX)));
            paths.push(path);
        }
        Paths { by_path, all: paths, binds: HashMap::new() }
    }

    /// The path of a node.
    pub(super) fn path(&self, id: NodeId) -> &str {
        self.all.get(id.0 as usize).map_or("", String::as_str)
    }

    fn of_nodeset(&self, path: &str) -> Result<NodeId, Refusal> {
        let path = path.trim();
        let found = self.by_path.get(path).or_else(|| {
            let root = self.all.first()?;
            self.by_path.get(&format!("{root}/{path}"))
        });
        found.copied().ok_or_else(|| Refusal::new(Code::XFormPath).with("path", path))
    }

    /// The node that a control or an action refers to, from where its container stands.
    pub(super) fn resolve(&self, element: &Element, attribute: &str, above: &str) -> Result<Option<NodeId>, Refusal> {
        if let Some(name) = element.get("bind") {
            let found = self.binds.get(name).copied();
            return found.map(Some).ok_or_else(|| Refusal::new(Code::XFormPath).with("path", name));
        }
        let Some(path) = element.get(attribute).map(str::trim) else { return Ok(None) };
        if path.starts_with('/') {
            return self.of_nodeset(path).map(Some);
        }
        let mut whole: Vec<&str> = above.split('/').collect();
        for step in path.split('/') {
            match step {
                "." => {}
                ".." => drop(whole.pop()),
                step => whole.push(step),
            }
        }
        self.of_nodeset(&whole.join("/")).or_else(|_| self.of_nodeset(path)).map(Some)
    }
}

fn namespaces(html: &Element) -> Vec<Attribute> {
    let own = html.attributes.iter().filter_map(|(name, value)| Some((name.strip_prefix("xmlns:")?, value)));
    let known = |prefix: &str| NAMESPACES.iter().any(|(own, _)| *own == prefix);
    own.filter(|(prefix, _)| !known(prefix)).map(|(prefix, value)| Attribute::new(prefix, value.clone())).collect()
}

fn attributes(element: &Element) -> Vec<Attribute> {
    element.attributes.iter().map(|(name, value)| Attribute::new(name.clone(), value.clone())).collect()
}

/// The paths of all repeats of the body, as they are written.
fn repeated(element: &Element, repeats: &mut HashSet<String>) {
    for child in element.elements() {
        if child.name == "repeat" {
            repeats.extend(child.get("nodeset").map(|path| path.trim().to_owned()));
        }
        repeated(child, repeats);
    }
}

const TEMPLATE: &str = "jr:template";

/// Elements of one name in one container.
struct Inside<'a> {
    /// Whether the container is a template, or stands in one.
    template: bool,
    elements: Vec<&'a Element>,
}

impl Inside<'_> {
    fn copies(&self) -> usize {
        self.elements.iter().filter(|element| element.get(TEMPLATE).is_none()).count()
    }
}

/// Adds a node with all below it. `found` are its elements by the container that they stand in.
fn add_node(
    nodes: &mut Vec<Node>,
    repeats: &HashSet<String>,
    parent: Option<NodeId>,
    above: &str,
    found: &[Inside<'_>],
) {
    let all: Vec<&Element> = found.iter().flat_map(|inside| &inside.elements).copied().collect();
    let template = all.iter().find(|element| element.get(TEMPLATE).is_some());
    let Some(first) = template.or(all.first()).copied() else { return };
    let id = NodeId(u32::try_from(nodes.len()).unwrap_or(u32::MAX));
    let path = format!("{above}/{}", first.name);
    let copies: Vec<&Element> = all.iter().filter(|element| element.get(TEMPLATE).is_none()).copied().collect();
    let most = |template: bool| found.iter().filter(|own| own.template == template).map(Inside::copies).max();
    let initial = most(false).unwrap_or_default();
    let later = u32::try_from(most(true).unwrap_or_default()).unwrap_or(u32::MAX);
    let repeats_here = template.is_some() || repeats.contains(&path);
    let repeat = repeats_here.then(|| {
        let initial = u32::try_from(initial).unwrap_or(u32::MAX);
        Box::new(Repeat { initial, template: template.is_some(), seeds: Vec::new(), later })
    });
    let bare = first.elements().next().is_none();
    let value = if bare { first.own_text() } else { String::new() };
    nodes.push(Node { parent, name: first.name.clone(), value, repeat, ..Node::default() });
    let with_attributes = copies.first().copied().unwrap_or(first);
    for (name, value) in &with_attributes.attributes {
        let own =
            name == TEMPLATE || name.starts_with("xmlns:") || (parent.is_none() && matches!(&**name, "id" | "version"));
        if !own {
            let (name, value) = (name.clone(), value.clone());
            nodes.push(Node { parent: Some(id), name, kind: NodeKind::Attribute, value, ..Node::default() });
        }
    }
    let mut names: Vec<&str> = Vec::new();
    for child in all.iter().flat_map(|element| element.elements()) {
        if !names.contains(&child.name.as_str()) {
            names.push(&child.name);
        }
    }
    for name in names {
        let mut inside: Vec<Inside<'_>> = Vec::new();
        for container in found {
            for element in &container.elements {
                let template = container.template || element.get(TEMPLATE).is_some();
                inside.push(Inside { template, elements: element.named(name).collect() });
            }
        }
        add_node(nodes, repeats, Some(id), &path, &inside);
    }
    if repeats_here && parent.is_some() {
        let mut seeds = Vec::new();
        for (copy, element) in copies.iter().take(initial).enumerate() {
            seeds_of(nodes, id, first, element, u32::try_from(copy).unwrap_or(u32::MAX), &mut seeds);
        }
        if let Some(repeat) = &mut nodes[id.0 as usize].repeat {
            repeat.seeds = seeds;
        }
    }
}

/// Where a copy differs from the template, but for repeats inside.
fn seeds_of(nodes: &[Node], id: NodeId, template: &Element, own: &Element, copy: u32, seeds: &mut Vec<Seed>) {
    if own.elements().next().is_none() && own.own_text() != template.own_text() {
        seeds.push(Seed { copy, node: id, value: own.own_text() });
    }
    for (place, node) in nodes.iter().enumerate().skip(id.0 as usize + 1) {
        if node.parent != Some(id) || node.kind == NodeKind::Attribute || node.repeat.is_some() {
            continue;
        }
        if let (Some(template), Some(own)) = (template.first(&node.name), own.first(&node.name)) {
            seeds_of(nodes, NodeId(u32::try_from(place).unwrap_or(u32::MAX)), template, own, copy, seeds);
        }
    }
}

/// The id in `jr:itext('id')`.
pub(super) fn itext_id(text: &str) -> Option<&str> {
    let inside = text.trim().strip_prefix("jr:itext(")?.strip_suffix(')')?.trim();
    let quoted = |quote: char| inside.strip_prefix(quote)?.strip_suffix(quote);
    quoted('\'').or_else(|| quoted('"'))
}

fn message(text: &str) -> Message {
    match itext_id(text) {
        Some(id) => Message::Itext(id.to_owned()),
        None => Message::Plain(text.to_owned()),
    }
}

fn bind_of(element: &Element) -> Bind {
    let mut bind = Bind::default();
    for (name, value) in &element.attributes {
        let value = value.clone();
        match name.as_str() {
            "nodeset" | "ref" | "id" => {}
            "type" => bind.data_type = Some(value),
            "relevant" => bind.relevant = Some(value),
            "required" => bind.required = Some(value),
            "jr:requiredMsg" => bind.required_message = Some(message(&value)),
            "constraint" => bind.constraint = Some(value),
            "jr:constraintMsg" => bind.constraint_message = Some(message(&value)),
            "readonly" => bind.readonly = Some(value),
            "calculate" => bind.calculate = Some(value),
            "jr:preload" => bind.preload = Some(value),
            "jr:preloadParams" => bind.preload_params = Some(value),
            "entities:saveto" => bind.save_to = Some(value),
            _ => bind.others.push(Attribute::new(name.clone(), value)),
        }
    }
    bind
}

/// Words and values, with all characters that stand there (XML 1.0, 2.10).
pub(super) fn parts(element: &Element) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for child in &element.children {
        match child {
            Child::Text(text) => parts.push(Part::Plain(text.clone())),
            Child::Element(output) if output.name == "output" => {
                let value = output.get("value").or_else(|| output.get("ref")).unwrap_or_default();
                parts.push(Part::Output(value.to_owned()));
            }
            Child::Element(_) => {}
        }
    }
    parts
}

/// A label or a hint.
pub(super) fn text(element: &Element) -> Text {
    let reference = element.get("ref");
    let itext = reference.and_then(itext_id).map(str::to_owned);
    let reference = reference.filter(|_| itext.is_none()).map(str::to_owned);
    Text { itext, reference, parts: parts(element) }
}

fn itext(element: &Element) -> Itext {
    let mut itext = Itext::default();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (language, translation) in element.named("translation").enumerate() {
        let Ok(language) = u16::try_from(language) else { break };
        let name = translation.get("lang").unwrap_or_default().to_owned();
        itext.languages.push(Language { name, default: translation.get("default").is_some() });
        for text in translation.named("text") {
            let id = text.get("id").unwrap_or_default().to_owned();
            let place = *places.entry(id.clone()).or_insert_with(|| {
                itext.entries.push(TextEntry { id, values: Vec::new() });
                itext.entries.len() - 1
            });
            let value = |value: &Element| TextValue {
                language,
                form: value.get("form").map(str::to_owned),
                parts: parts(value),
            };
            itext.entries[place].values.extend(text.named("value").map(value));
        }
    }
    itext
}

fn secondary(element: &Element) -> Instance {
    let id = element.get("id").unwrap_or_default().to_owned();
    let source = match (element.get("src"), element.elements().next()) {
        (Some(address), _) => Source::External(address.to_owned()),
        (None, Some(root)) => table(root).map_or_else(|| Source::Xml(plain(root)), Source::Items),
        (None, None) => Source::default(),
    };
    Instance { id, source }
}

/// The rows of a list, if the element is one.
fn table(root: &Element) -> Option<ItemTable> {
    let mut table = ItemTable::default();
    if root.name != "root" || !root.attributes.is_empty() {
        return None;
    }
    table.columns = columns(root);
    let places: HashMap<&str, usize> =
        table.columns.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect();
    for item in root.elements() {
        if item.name != "item" || !item.attributes.is_empty() {
            return None;
        }
        let mut row: Vec<Option<String>> = Vec::new();
        for cell in item.elements() {
            if cell.elements().next().is_some() || !cell.attributes.is_empty() {
                return None;
            }
            let place = *places.get(cell.name.as_str())?;
            row.resize(row.len().max(place + 1), None);
            if row[place].replace(cell.own_text()).is_some() {
                return None;
            }
        }
        table.rows.push(row);
    }
    Some(table)
}

/// The columns of all rows: one that a later row has first stands where that row has it.
fn columns(root: &Element) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    for item in root.elements() {
        let mut before = None::<&str>;
        for cell in item.elements() {
            if seen.insert(&cell.name) {
                let place = before.and_then(|before| columns.iter().position(|name| name == before));
                columns.insert(place.map_or(0, |place| place + 1), cell.name.clone());
            }
            before = Some(&cell.name);
        }
    }
    columns
}

/// An element as it is.
pub(super) fn plain(element: &Element) -> XmlElement {
    let children: Vec<XmlElement> = element.elements().map(plain).collect();
    let text = if children.is_empty() { element.own_text() } else { String::new() };
    XmlElement { name: element.name.clone(), attributes: element.attributes.clone(), text, children }
}

/// An action, if the element is one.
pub(super) fn action(element: &Element, paths: &Paths, above: &str) -> Result<Option<Action>, Refusal> {
    let kind = match element.name.as_str() {
        "setvalue" => ActionKind::SetValue,
        "odk:setgeopoint" => ActionKind::SetGeopoint,
        "odk:recordaudio" => ActionKind::RecordAudio,
        _ => return Ok(None),
    };
    let target = paths.resolve(element, "ref", above)?;
    let target = target.ok_or_else(|| Refusal::new(Code::XFormIncomplete).with("element", element.name.clone()))?;
    let events = element.get("event").or_else(|| element.get("ev:event")).unwrap_or_default();
    let known = |name: &str| matches!(name, "ref" | "bind" | "event" | "ev:event" | "value");
    let others = element.attributes.iter().filter(|(name, _)| !known(name));
    Ok(Some(Action {
        kind,
        events: events.split_whitespace().map(str::to_owned).collect(),
        target,
        value: element.get("value").map(str::to_owned),
        text: element.own_text(),
        others: others.map(|(name, value)| Attribute::new(name.clone(), value.clone())).collect(),
    }))
}
