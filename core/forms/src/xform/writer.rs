//! A definition as an ODK XForm.
//!
//! Owns where each thing stands in the document. Refuses nothing: every definition can be written. Invariant: a text
//! that a language lacks is written as `-`, since clients of XForms do not fall back by themselves.

use super::NAMESPACES;
use super::xml::Element;
use crate::definition::{
    Action, ActionKind, Attribute, Bind, Control, ControlKind, FormDefinition, Instance, ItemTable, Items, Itext,
    Message, NodeId, NodeKind, Part, Source, Text, TextEntry, XmlElement,
};

impl FormDefinition {
    /// The form as an ODK XForm.
    pub fn to_xform(&self) -> String {
        let writer = Writer::new(self);
        let mut out = "<?xml version=\"1.0\"?>\n".to_owned();
        writer.form().write(&mut out, 0, true);
        out
    }
}

struct Writer<'a> {
    form: &'a FormDefinition,
    /// The path of each node.
    paths: Vec<String>,
    children: Vec<Vec<usize>>,
}

impl<'a> Writer<'a> {
    fn new(form: &'a FormDefinition) -> Writer<'a> {
        let mut paths: Vec<String> = Vec::with_capacity(form.nodes.len());
        let mut children = vec![Vec::new(); form.nodes.len()];
        for (place, node) in form.nodes.iter().enumerate() {
            let parent = node.parent.map(|parent| parent.0 as usize);
            let above = parent.and_then(|parent| paths.get(parent)).map_or("", String::as_str);
            let sign = if node.kind == NodeKind::Attribute { "@" } else { "" };
            paths.push(format!("{above}/{sign}{}", node.name));
            if let Some(own) = parent.and_then(|parent| children.get_mut(parent)) {
                own.push(place);
            }
        }
        Writer { form, paths, children }
    }

    fn path(&self, id: NodeId) -> &str {
        self.paths.get(id.0 as usize).map_or("", String::as_str)
    }

    fn form(&self) -> Element {
        let mut html = Element::new("h:html");
        for (prefix, address) in NAMESPACES {
            let name = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
            html.set(&name, address);
        }
        for Attribute { name, value } in &self.form.namespaces {
            html.set(&format!("xmlns:{name}"), value.clone());
        }
        let (mut head, mut title) = (Element::new("h:head"), Element::new("h:title"));
        title.text(&self.form.title);
        head.push(title);
        head.push(self.model());
        let mut body = Element::new("h:body");
        if let Some(style) = &self.form.style {
            body.set("class", style.clone());
        }
        for control in &self.form.body {
            body.push(self.control(control));
        }
        html.push(head);
        html.push(body);
        html
    }

    fn model(&self) -> Element {
        let mut model = Element::new("model");
        for (name, value) in [
            ("odk:xforms-version", &self.form.xforms_version),
            ("entities:entities-version", &self.form.entities_version),
        ] {
            if let Some(value) = value {
                model.set(name, value.clone());
            }
        }
        if let Some(attributes) = &self.form.submission {
            let mut submission = Element::new("submission");
            for own in attributes {
                submission.set(&own.name, own.value.clone());
            }
            model.push(submission);
        }
        if !self.form.itext.languages.is_empty() {
            model.push(itext(&self.form.itext));
        }
        let mut instance = Element::new("instance");
        if !self.form.nodes.is_empty() {
            let mut root = self.node(0, false, false);
            root.attributes.insert(0, ("id".to_owned(), self.form.id.clone()));
            if !self.form.version.is_empty() {
                root.set("version", self.form.version.clone());
            }
            instance.push(root);
        }
        model.push(instance);
        for own in &self.form.instances {
            model.push(secondary(own));
        }
        for (place, node) in self.form.nodes.iter().enumerate() {
            if let Some(own) = &node.bind {
                model.push(bind(&self.paths[place], own));
            }
        }
        for action in &self.form.actions {
            model.push(self.action(action));
        }
        model
    }

    /// An element of the primary instance. In a copy beside a template, repeats have none of their own; within a template
    /// they have as many copies as a new copy of it begins with.
    fn node(&self, place: usize, mut beside: bool, within: bool) -> Element {
        let mut element = self.bare(place);
        for attribute in self.inside(place, NodeKind::Attribute) {
            let node = &self.form.nodes[attribute];
            element.set(&node.name, node.value.clone());
        }
        for child in self.inside(place, NodeKind::Element) {
            let repeat = self.form.nodes[child].repeat.as_deref();
            let templated = repeat.is_some_and(|repeat| repeat.template) && !beside;
            if templated {
                element.push(self.template(child));
                beside = true;
            }
            let copies = repeat.map_or(1, |repeat| if within { repeat.later } else { repeat.initial });
            for copy in 0..copies {
                let mut own = self.node(child, beside, within);
                self.seed(child, copy, &mut own);
                element.push(own);
            }
            beside &= !templated;
        }
        element
    }

    fn inside(&self, place: usize, kind: NodeKind) -> impl Iterator<Item = usize> + '_ {
        self.children[place].iter().copied().filter(move |child| self.form.nodes[*child].kind == kind)
    }

    fn bare(&self, place: usize) -> Element {
        let node = &self.form.nodes[place];
        let mut element = Element::new(&node.name);
        element.text(&node.value);
        element
    }

    fn template(&self, place: usize) -> Element {
        let mut element = self.bare(place).with("jr:template", "");
        for child in self.inside(place, NodeKind::Element) {
            let repeats = self.form.nodes[child].repeat.as_ref().is_some_and(|repeat| repeat.template);
            element.push(if repeats { self.template(child) } else { self.node(child, false, true) });
        }
        element
    }

    /// Puts what a copy says otherwise than its template.
    fn seed(&self, place: usize, copy: u32, element: &mut Element) {
        let repeat = self.form.nodes[place].repeat.as_deref();
        let seeds = repeat.map(|repeat| repeat.seeds.as_slice()).unwrap_or_default();
        for seed in seeds.iter().filter(|seed| seed.copy == copy) {
            let below = self.path(seed.node).strip_prefix(self.paths[place].as_str()).unwrap_or_default();
            let steps: Vec<&str> = below.split('/').filter(|step| !step.is_empty()).collect();
            put(element, &steps, &seed.value);
        }
    }

    fn action(&self, action: &Action) -> Element {
        let name = match action.kind {
            ActionKind::SetValue => "setvalue",
            ActionKind::SetGeopoint => "odk:setgeopoint",
            ActionKind::RecordAudio => "odk:recordaudio",
        };
        let mut element =
            Element::new(name).with("ref", self.path(action.target)).with("event", action.events.join(" "));
        if let Some(value) = &action.value {
            element.set("value", value.clone());
        }
        for own in &action.others {
            element.set(&own.name, own.value.clone());
        }
        element.text(&action.text);
        element
    }

    fn control(&self, control: &Control) -> Element {
        let (name, reference) = match control.kind {
            ControlKind::Input => ("input", "ref"),
            ControlKind::SelectOne => ("select1", "ref"),
            ControlKind::SelectMany => ("select", "ref"),
            ControlKind::Rank => ("odk:rank", "ref"),
            ControlKind::Range => ("range", "ref"),
            ControlKind::Upload => ("upload", "ref"),
            ControlKind::Trigger => ("trigger", "ref"),
            ControlKind::Secret => ("secret", "ref"),
            ControlKind::Group => ("group", "ref"),
            ControlKind::Repeat => ("repeat", "nodeset"),
            ControlKind::Action => ("action", "ref"),
        };
        let mut element = Element::new(name);
        if let Some(id) = control.node {
            element.set(reference, self.path(id));
        }
        if let Some(appearance) = &control.appearance {
            element.set("appearance", appearance.clone());
        }
        for own in &control.attributes {
            element.set(&own.name, own.value.clone());
        }
        if let Some(label) = &control.label {
            element.push(text("label", label));
        }
        if let Some(hint) = &control.hint {
            element.push(text("hint", hint));
        }
        items(&control.items, &mut element);
        for other in &control.others {
            element.push(plain(other));
        }
        for child in &control.children {
            element.push(self.control(child));
        }
        for action in &control.actions {
            element.push(self.action(action));
        }
        element
    }
}

/// Sets the value of what steps lead to.
fn put(element: &mut Element, steps: &[&str], value: &str) {
    match steps {
        [] => {
            element.children.clear();
            element.text(value);
        }
        [first, rest @ ..] => match (first.strip_prefix('@'), element.child_mut(first)) {
            (Some(name), _) => element.set(name, value),
            (None, Some(child)) => put(child, rest, value),
            (None, None) => {}
        },
    }
}

fn items(items: &Items, element: &mut Element) {
    match items {
        Items::None => {}
        Items::Inline(items) => {
            for item in items {
                let (mut own, mut value) = (Element::new("item"), Element::new("value"));
                own.push(text("label", &item.label));
                value.text(&item.value);
                own.push(value);
                element.push(own);
            }
        }
        Items::Set(set) => {
            let mut own = Element::new("itemset").with("nodeset", set.nodeset.clone());
            own.push(Element::new("value").with("ref", set.value.clone()));
            own.push(Element::new("label").with("ref", set.label.clone()));
            element.push(own);
        }
    }
}

fn add_parts(parts: &[Part], element: &mut Element) {
    for part in parts {
        match part {
            Part::Plain(text) => element.text(text),
            Part::Output(value) => element.push(Element::new("output").with("value", value.clone())),
        }
    }
}

fn text(name: &str, text: &Text) -> Element {
    let mut element = Element::new(name);
    if let Some(id) = &text.itext {
        element.set("ref", format!("jr:itext('{id}')"));
    } else if let Some(reference) = &text.reference {
        element.set("ref", reference.clone());
    }
    add_parts(&text.parts, &mut element);
    element
}

fn itext(own: &Itext) -> Element {
    let mut itext = Element::new("itext");
    for (place, language) in own.languages.iter().enumerate() {
        let mut translation = Element::new("translation").with("lang", language.name.clone());
        if language.default {
            translation.set("default", "true()");
        }
        for entry in &own.entries {
            translation.push(entry_in(entry, place));
        }
        itext.push(translation);
    }
    itext
}

/// An entry in a language. A form that another language has and this one lacks is `-`, but for media.
fn entry_in(entry: &TextEntry, language: usize) -> Element {
    let mut element = Element::new("text").with("id", entry.id.clone());
    let mut forms: Vec<Option<&str>> = Vec::new();
    for value in &entry.values {
        if !forms.contains(&value.form.as_deref()) {
            forms.push(value.form.as_deref());
        }
    }
    for form in forms {
        let found =
            entry.values.iter().find(|value| usize::from(value.language) == language && value.form.as_deref() == form);
        if found.is_none() && matches!(form, Some("image" | "big-image" | "audio" | "video")) {
            continue;
        }
        let mut own = Element::new("value");
        if let Some(form) = form {
            own.set("form", form);
        }
        match found {
            Some(value) => add_parts(&value.parts, &mut own),
            None => own.text("-"),
        }
        element.push(own);
    }
    element
}

fn secondary(instance: &Instance) -> Element {
    let mut element = Element::new("instance").with("id", instance.id.clone());
    match &instance.source {
        Source::External(address) => element.set("src", address.clone()),
        Source::Xml(root) => element.push(plain(root)),
        Source::Items(table) => element.push(rows(table)),
    }
    element
}

fn rows(table: &ItemTable) -> Element {
    let mut root = Element::new("root");
    for row in &table.rows {
        let mut item = Element::new("item");
        for (column, cell) in table.columns.iter().zip(row) {
            let Some(cell) = cell else { continue };
            let mut own = Element::new(column);
            own.text(cell);
            item.push(own);
        }
        root.push(item);
    }
    root
}

fn plain(own: &XmlElement) -> Element {
    let mut element = Element::new(&own.name);
    own.attributes.iter().for_each(|(name, value)| element.set(name, value.clone()));
    element.text(&own.text);
    for child in &own.children {
        element.push(plain(child));
    }
    element
}

fn bind(path: &str, bind: &Bind) -> Element {
    let mut element = Element::new("bind").with("nodeset", path);
    let message = |message: &Option<Message>| {
        message.as_ref().map(|message| match message {
            Message::Plain(text) => text.clone(),
            Message::Itext(id) => format!("jr:itext('{id}')"),
        })
    };
    for (name, value) in [
        ("type", bind.data_type.clone()),
        ("relevant", bind.relevant.clone()),
        ("required", bind.required.clone()),
        ("jr:requiredMsg", message(&bind.required_message)),
        ("constraint", bind.constraint.clone()),
        ("jr:constraintMsg", message(&bind.constraint_message)),
        ("readonly", bind.readonly.clone()),
        ("calculate", bind.calculate.clone()),
        ("jr:preload", bind.preload.clone()),
        ("jr:preloadParams", bind.preload_params.clone()),
        ("entities:saveto", bind.save_to.clone()),
    ] {
        if let Some(value) = value {
            element.set(name, value);
        }
    }
    for own in &bind.others {
        element.set(&own.name, own.value.clone());
    }
    element
}
