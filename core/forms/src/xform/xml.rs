//! Elements on their way to text and back.
//!
//! Owns escapes and white space. Refuses documents that are nested too deep. Invariant: what is written is well-formed.

use crate::import::{Code, Refusal};
use gridwalk_model::limits;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;

/// What stands in an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Child {
    Element(Element),
    Text(String),
}

/// An element with its prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Child>,
}

impl Element {
    pub(super) fn new(name: &str) -> Element {
        Element { name: name.to_owned(), ..Element::default() }
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.attributes.iter_mut().find(|(own, _)| own == name) {
            Some((_, old)) => *old = value,
            None => self.attributes.push((name.to_owned(), value)),
        }
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Element {
        self.set(name, value);
        self
    }

    pub(super) fn push(&mut self, child: Element) {
        self.children.push(Child::Element(child));
    }

    pub(super) fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.children.push(Child::Text(text.to_owned()));
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|child| match child {
            Child::Element(element) => Some(element),
            Child::Text(_) => None,
        })
    }

    pub(super) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements().filter(move |element| element.name == name)
    }

    pub(super) fn first(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.name == name)
    }

    pub(super) fn child_mut(&mut self, name: &str) -> Option<&mut Element> {
        self.children.iter_mut().find_map(|child| match child {
            Child::Element(element) if element.name == name => Some(element),
            _ => None,
        })
    }

    /// The text that stands directly in it.
    pub(super) fn own_text(&self) -> String {
        let text = |child: &Child| match child {
            Child::Text(text) => text.clone(),
            Child::Element(_) => String::new(),
        };
        self.children.iter().map(text).collect()
    }

    /// Writes it. Elements stand on lines of their own where no text is beside them.
    pub(super) fn write(&self, out: &mut String, indent: usize, lines: bool) {
        let pad = if lines { "  ".repeat(indent) } else { String::new() };
        let end = if lines { "\n" } else { "" };
        out.push_str(&pad);
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attributes {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape(value, true, out);
            out.push('"');
        }
        if self.children.is_empty() {
            out.push_str("/>");
            out.push_str(end);
            return;
        }
        out.push('>');
        let mixed = self.children.iter().any(|child| matches!(child, Child::Text(_)));
        if mixed {
            self.write_mixed(out);
        } else {
            out.push_str(end);
            self.elements().for_each(|element| element.write(out, indent + 1, lines));
            out.push_str(&pad);
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
        out.push_str(end);
    }

    /// Words with values between them.
    fn write_mixed(&self, out: &mut String) {
        for child in &self.children {
            match child {
                Child::Text(text) => escape(text, false, out),
                Child::Element(element) => element.write(out, 0, false),
            }
        }
    }
}

fn escape(text: &str, quotes: bool, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if quotes => out.push_str("&quot;"),
            // XML 1.0 has no place for these.
            '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
}

fn damaged(fault: impl std::fmt::Display) -> Refusal {
    Refusal::new(Code::FileDamaged).with("fault", fault.to_string())
}

/// Reads a document. Prefixes become those that this project writes, whatever the document calls them.
pub(super) fn parse(text: &str) -> Result<Element, Refusal> {
    let mut reader = Reader::from_str(text);
    let (mut open, mut scopes, mut root) = (Vec::<Element>::new(), Vec::<HashMap<String, String>>::new(), None);
    loop {
        match reader.read_event().map_err(damaged)? {
            Event::Start(start) => {
                if open.len() >= 4 * limits::FORM_DEPTH_MAX {
                    return Err(Refusal::new(Code::TooDeep));
                }
                open.push(element(&start, &mut scopes)?);
            }
            Event::Empty(start) => {
                let element = element(&start, &mut scopes)?;
                scopes.pop();
                close(element, &mut open, &mut root);
            }
            Event::End(_) => {
                scopes.pop();
                if let Some(element) = open.pop() {
                    close(element, &mut open, &mut root);
                }
            }
            Event::Text(text) => add_text(&mut open, &text.xml10_content()),
            Event::CData(text) => add_text(&mut open, &text.xml10_content()),
            Event::GeneralRef(name) => {
                let letter = if let Some(letter) = name.resolve_char_ref().map_err(damaged)? {
                    letter.to_string()
                } else {
                    let name = name.xml10_content();
                    quick_xml::escape::resolve_xml_entity(&name)
                        .ok_or_else(|| damaged(format!("entity {name}")))?
                        .to_owned()
                };
                add_text(&mut open, &letter);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    root.filter(|_| open.is_empty()).ok_or_else(|| damaged("no element"))
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.push(element),
        None => *root = root.take().or(Some(element)),
    }
}

fn add_text(open: &mut [Element], text: &str) {
    let Some(element) = open.last_mut() else { return };
    match element.children.last_mut() {
        Some(Child::Text(own)) => own.push_str(text),
        _ => element.text(text),
    }
}

fn element(start: &BytesStart<'_>, scopes: &mut Vec<HashMap<String, String>>) -> Result<Element, Refusal> {
    let mut scope = scopes.last().cloned().unwrap_or_default();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(damaged)?;
        let name = attribute.key.as_ref().to_owned();
        let value = quick_xml::escape::unescape(&attribute.value).map_err(damaged)?.into_owned();
        match name.strip_prefix("xmlns") {
            Some("") => drop(scope.insert(String::new(), value.clone())),
            Some(prefix) if prefix.starts_with(':') => drop(scope.insert(prefix[1..].to_owned(), value.clone())),
            _ => {}
        }
        attributes.push((name, value.replace(['\n', '\r', '\t'], " ")));
    }
    let name = start.name().as_ref().to_owned();
    let name = renamed(&name, &scope, true);
    let attributes = attributes.into_iter().map(|(name, value)| (renamed(&name, &scope, false), value)).collect();
    scopes.push(scope);
    Ok(Element { name, attributes, children: Vec::new() })
}

/// A name with the prefix that this project writes for its namespace.
fn renamed(name: &str, scope: &HashMap<String, String>, element: bool) -> String {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    if prefix == "xmlns" || prefix == "xml" || (prefix.is_empty() && !element) {
        return name.to_owned();
    }
    let Some(address) = scope.get(prefix) else { return name.to_owned() };
    let entities = ("entities", "http://www.opendatakit.org/xforms/entities");
    let known = super::NAMESPACES.into_iter().chain([entities]).find(|(_, own)| own == address);
    match known {
        Some(("", _)) => local.to_owned(),
        Some((prefix, _)) => format!("{prefix}:{local}"),
        None => name.to_owned(),
    }
}
