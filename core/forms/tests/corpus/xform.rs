//! Reads an XForm into a definition, as far as the recorded fills need it.
//!
//! Owns a plain walk over the elements. Refuses to be the product's reader. Invariant: order is kept.

use gridwalk_forms::definition::{
    Action, ActionKind, Attribute, Bind, Control, ControlKind, FormDefinition, Instance, Item, Items, Itemset,
    Language, Message, Node, NodeId, NodeKind, Part, Repeat, Source, Text, TextEntry, TextValue, XmlElement,
};
use gridwalk_forms::tree::{Kind, Spot, Tree, read_xml};
use std::collections::HashMap;

struct Reader<'t> {
    tree: &'t Tree,
    form: FormDefinition,
    paths: HashMap<String, NodeId>,
}

impl Reader<'_> {
    fn local(&self, spot: Spot) -> &str {
        self.tree.names.text(self.tree.names.name(self.tree.name(spot)).local)
    }
    fn elements(&self, spot: Spot) -> Vec<Spot> {
        self.tree.children(spot).filter(|child| self.tree.kind(*child) == Kind::Element).collect()
    }
    fn child(&self, spot: Spot, name: &str) -> Option<Spot> {
        self.elements(spot).into_iter().find(|child| self.local(*child) == name)
    }
    fn attributes(&self, spot: Spot) -> Vec<Attribute> {
        let written = |node: Spot| self.tree.names.written(self.tree.name(node));
        self.tree.attributes(spot).map(|node| Attribute::new(written(node), self.tree.own_text(node))).collect()
    }
    fn attribute(&self, spot: Spot, name: &str) -> Option<String> {
        self.attributes(spot).into_iter().find(|attribute| attribute.name == name).map(|attribute| attribute.value)
    }

    fn instance_node(&mut self, spot: Spot, parent: Option<NodeId>, above: &str) -> NodeId {
        let written = self.tree.names.written(self.tree.name(spot));
        let path = format!("{above}/{written}");
        let elements = self.elements(spot);
        let value = if elements.is_empty() { self.tree.text(spot).into_owned() } else { String::new() };
        let id = NodeId(u32::try_from(self.form.nodes.len()).unwrap());
        self.form.nodes.push(Node { parent, name: written, value, ..Node::default() });
        self.paths.insert(path.clone(), id);
        for attribute in self.attributes(spot) {
            if attribute.name == "jr:template" || attribute.name == "template" {
                continue;
            }
            let own = NodeId(u32::try_from(self.form.nodes.len()).unwrap());
            self.paths.insert(format!("{path}/@{}", attribute.name), own);
            let kind = NodeKind::Attribute;
            self.form.nodes.push(Node {
                parent: Some(id),
                name: attribute.name,
                kind,
                value: attribute.value,
                ..Node::default()
            });
        }
        let mut seen: HashMap<String, (NodeId, bool)> = HashMap::new();
        for child in elements {
            let name = self.tree.names.written(self.tree.name(child));
            if let Some((known, _)) = seen.get(&name) {
                let known = *known;
                let repeat = self.form.nodes[known.0 as usize].repeat.get_or_insert_default();
                repeat.initial += 1;
                repeat.later += 1;
                if repeat.initial == 1 {
                    self.count_inner(child, known);
                }
                continue;
            }
            let template = self.attributes(child).iter().any(|attribute| attribute.name == "jr:template");
            let own = self.instance_node(child, Some(id), &path);
            seen.insert(name, (own, template));
            if template {
                self.form.nodes[own.0 as usize].repeat = Some(Box::new(Repeat { template, ..Repeat::default() }));
            }
        }
        id
    }

    /// How many copies of inner repeats the first copy of a repeat begins with.
    fn count_inner(&mut self, spot: Spot, id: NodeId) {
        let mut counts: HashMap<String, u32> = HashMap::new();
        for child in self.elements(spot) {
            let name = self.tree.names.written(self.tree.name(child));
            let found = self.form.children(id).find(|own| self.form.nodes[own.0 as usize].name == name);
            let Some(own) = found else { continue };
            let template = self.attributes(child).iter().any(|attribute| attribute.name == "jr:template");
            if !template {
                let count = counts.entry(name).or_default();
                *count += 1;
                if let Some(repeat) = self.form.nodes[own.0 as usize].repeat.as_mut() {
                    repeat.initial = *count;
                }
                self.count_inner(child, own);
            }
        }
    }

    fn bind(&mut self, spot: Spot) {
        let Some(path) = self.attribute(spot, "nodeset") else { return };
        let Some(id) = self.paths.get(path.trim()).copied() else { return };
        let get = |name: &str| self.attribute(spot, name);
        let message = |text: Option<String>| {
            text.map(|text| match text.strip_prefix("jr:itext('") {
                Some(id) => Message::Itext(id.trim_end_matches("')").to_owned()),
                None => Message::Plain(text),
            })
        };
        let bind = Bind {
            data_type: get("type"),
            relevant: get("relevant"),
            required: get("required"),
            required_message: message(get("jr:requiredMsg")),
            constraint: get("constraint"),
            constraint_message: message(get("jr:constraintMsg")),
            readonly: get("readonly"),
            calculate: get("calculate"),
            preload: get("jr:preload"),
            preload_params: get("jr:preloadParams"),
            save_to: None,
            others: Vec::new(),
        };
        self.form.nodes[id.0 as usize].bind = Some(Box::new(bind));
    }

    fn parts(&self, spot: Spot) -> Vec<Part> {
        let mut parts = Vec::new();
        for child in self.tree.children(spot) {
            match self.tree.kind(child) {
                Kind::Text => parts.push(Part::Plain(self.tree.text(child).into_owned())),
                Kind::Element if self.local(child) == "output" => {
                    let value = self.attribute(child, "value").or_else(|| self.attribute(child, "ref"));
                    parts.push(Part::Output(value.unwrap_or_default()));
                }
                _ => {}
            }
        }
        parts
    }

    fn text(&self, spot: Spot) -> Text {
        let reference = self.attribute(spot, "ref");
        let itext = reference
            .as_deref()
            .and_then(|text| text.strip_prefix("jr:itext('"))
            .map(|id| id.trim_end_matches("')").to_owned());
        let reference = if itext.is_some() { None } else { reference };
        Text { itext, reference, parts: self.parts(spot) }
    }

    fn xml(&self, spot: Spot) -> XmlElement {
        let children = self.elements(spot);
        XmlElement {
            name: self.tree.names.written(self.tree.name(spot)),
            attributes: self.attributes(spot).into_iter().map(|attribute| (attribute.name, attribute.value)).collect(),
            text: if children.is_empty() { self.tree.text(spot).into_owned() } else { String::new() },
            children: children.into_iter().map(|child| self.xml(child)).collect(),
        }
    }

    fn itext(&mut self, spot: Spot) {
        for (index, translation) in self.elements(spot).into_iter().enumerate() {
            let default = self.attribute(translation, "default").is_some();
            let name = self.attribute(translation, "lang").unwrap_or_default();
            self.form.itext.languages.push(Language { name, default });
            for text in self.elements(translation) {
                let id = self.attribute(text, "id").unwrap_or_default();
                let values = self.elements(text).into_iter().map(|value| TextValue {
                    language: u16::try_from(index).unwrap(),
                    form: self.attribute(value, "form"),
                    parts: self.parts(value),
                });
                let values: Vec<TextValue> = values.collect();
                match self.form.itext.entries.iter_mut().find(|entry| entry.id == id) {
                    Some(entry) => entry.values.extend(values),
                    None => self.form.itext.entries.push(TextEntry { id, values }),
                }
            }
        }
    }

    fn action(&self, spot: Spot) -> Option<Action> {
        let kind = match self.local(spot) {
            "setvalue" => ActionKind::SetValue,
            "setgeopoint" => ActionKind::SetGeopoint,
            "recordaudio" => ActionKind::RecordAudio,
            _ => return None,
        };
        let target = *self.paths.get(self.attribute(spot, "ref")?.trim())?;
        let events = self.attribute(spot, "event").or_else(|| self.attribute(spot, "ev:event"))?;
        Some(Action {
            kind,
            events: events.split_whitespace().map(str::to_owned).collect(),
            target,
            value: self.attribute(spot, "value"),
            text: self.tree.text(spot).into_owned(),
            others: Vec::new(),
        })
    }

    fn control(&mut self, spot: Spot) -> Option<Control> {
        let kind = match self.local(spot) {
            "input" => ControlKind::Input,
            "select1" => ControlKind::SelectOne,
            "select" => ControlKind::SelectMany,
            "rank" => ControlKind::Rank,
            "range" => ControlKind::Range,
            "upload" => ControlKind::Upload,
            "trigger" => ControlKind::Trigger,
            "secret" => ControlKind::Secret,
            "group" => ControlKind::Group,
            "repeat" => ControlKind::Repeat,
            "action" => ControlKind::Action,
            _ => return None,
        };
        let path = self.attribute(spot, "ref").or_else(|| self.attribute(spot, "nodeset"));
        let node = path.and_then(|path| self.paths.get(path.trim()).copied());
        let mut control = Control { kind, node, attributes: self.attributes(spot), ..Control::default() };
        if let (ControlKind::Repeat, Some(node)) = (kind, node) {
            let node = &mut self.form.nodes[node.0 as usize];
            let fresh = node.repeat.is_none();
            let repeat = node.repeat.get_or_insert_default();
            if fresh || (!repeat.template && repeat.initial == 0) {
                repeat.initial = 1;
            } else if !repeat.template {
                repeat.initial += 1;
            }
        }
        let mut items = Vec::new();
        for child in self.elements(spot) {
            match self.local(child) {
                "label" => control.label = Some(self.text(child)),
                "hint" => control.hint = Some(self.text(child)),
                "item" => items.push(Item {
                    value: self
                        .child(child, "value")
                        .map(|value| self.tree.text(value).into_owned())
                        .unwrap_or_default(),
                    label: self.child(child, "label").map(|label| self.text(label)).unwrap_or_default(),
                }),
                "itemset" => {
                    let of =
                        |name| self.child(child, name).and_then(|part| self.attribute(part, "ref")).unwrap_or_default();
                    let nodeset = self.attribute(child, "nodeset").unwrap_or_default();
                    control.items = Items::Set(Itemset { nodeset, value: of("value"), label: of("label") });
                }
                _ => {
                    if let Some(action) = self.action(child) {
                        control.actions.push(action);
                    } else if let Some(inner) = self.control(child) {
                        control.children.push(inner);
                    }
                }
            }
        }
        if !items.is_empty() {
            control.items = Items::Inline(items);
        }
        Some(control)
    }
}

/// Reads an XForm.
pub fn read(source: &str) -> Option<FormDefinition> {
    let mut tree = Tree::new();
    let document = read_xml(&mut tree, source).ok()?;
    let mut reader = Reader { tree: &tree, form: FormDefinition::default(), paths: HashMap::new() };
    let html = reader.elements(document).into_iter().next()?;
    let (head, body) = (reader.child(html, "head")?, reader.child(html, "body")?);
    let model = reader.child(head, "model")?;
    let parts = reader.elements(model);
    for (index, spot) in parts.iter().enumerate() {
        match reader.local(*spot) {
            "instance" if !parts[..index].iter().any(|before| reader.local(*before) == "instance") => {
                let root = reader.elements(*spot).into_iter().next()?;
                reader.instance_node(root, None, "");
            }
            "instance" => {
                let id = reader.attribute(*spot, "id").unwrap_or_default();
                let source = match reader.attribute(*spot, "src") {
                    Some(address) => Source::External(address),
                    None => {
                        Source::Xml(reader.elements(*spot).first().map(|root| reader.xml(*root)).unwrap_or_default())
                    }
                };
                reader.form.instances.push(Instance { id, source });
            }
            "itext" => reader.itext(*spot),
            "bind" => reader.bind(*spot),
            _ => {
                if let Some(action) = reader.action(*spot) {
                    reader.form.actions.push(action);
                }
            }
        }
    }
    for spot in reader.elements(body) {
        if let Some(control) = reader.control(spot) {
            reader.form.body.push(control);
        }
    }
    Some(reader.form)
}
