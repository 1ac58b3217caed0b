//! Reads XML into a tree.
//!
//! Owns namespaces and what is kept: comments and instructions too, since expressions can ask for them. Refuses
//! documents that nest deeper than a form may. Invariant: an element that holds nothing but one text is one node.

use super::{Kind, NONE, NameId, Spot, Tree};
use gridwalk_model::limits;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

/// Why bytes are no document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum XmlFault {
    /// They are not well-formed XML.
    #[error("not well-formed XML")]
    Malformed,
    /// It nests deeper than a form may.
    #[error("XML that nests too deep")]
    TooDeep,
}

const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

struct Reader<'a> {
    tree: &'a mut Tree,
    open: Vec<Spot>,
    /// Prefixes that are declared, with the depth at which they are.
    scope: Vec<(String, String, usize)>,
    text: String,
}

/// Reads a document, and returns its root.
pub fn read_xml(tree: &mut Tree, source: &str) -> Result<Spot, XmlFault> {
    let document = tree.document();
    let scope = vec![("xml".to_owned(), XML_NAMESPACE.to_owned(), 0)];
    let mut reader = Reader { tree, open: vec![document], scope, text: String::new() };
    let mut events = quick_xml::Reader::from_str(source);
    events.config_mut().expand_empty_elements = true;
    loop {
        match events.read_event().map_err(|_| XmlFault::Malformed)? {
            Event::Start(start) => reader.start(&start)?,
            Event::End(_) => reader.end()?,
            Event::Text(text) => {
                let text = text.xml_content(XmlVersion::Implicit1_0);
                reader.text.push_str(&text);
            }
            Event::CData(data) => {
                reader.text.push_str(&data);
            }
            Event::GeneralRef(reference) => reader.reference(&reference)?,
            Event::Comment(comment) => {
                let text = comment.into_inner().into_owned();
                reader.beside(Kind::Comment, NameId::NONE, &text);
            }
            Event::PI(instruction) => {
                let name = reader.tree.names.plain(instruction.target());
                reader.beside(Kind::Instruction, name, instruction.content().trim_start());
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if reader.open.len() == 1 { Ok(document) } else { Err(XmlFault::Malformed) }
}

impl Reader<'_> {
    fn here(&self) -> Spot {
        self.open.last().copied().unwrap_or(Spot(NONE))
    }

    fn flush(&mut self) {
        if !self.text.is_empty() && self.open.len() > 1 {
            let (here, text) = (self.here(), std::mem::take(&mut self.text));
            self.tree.leaf(here, Kind::Text, NameId::NONE, &text);
        }
        self.text.clear();
    }

    fn beside(&mut self, kind: Kind, name: NameId, text: &str) {
        self.flush();
        let here = self.here();
        self.tree.leaf(here, kind, name, text);
    }

    fn reference(&mut self, reference: &quick_xml::events::BytesRef<'_>) -> Result<(), XmlFault> {
        if let Some(letter) = reference.resolve_char_ref().map_err(|_| XmlFault::Malformed)? {
            self.text.push(letter);
            return Ok(());
        }
        let text = quick_xml::escape::resolve_predefined_entity(reference).ok_or(XmlFault::Malformed)?;
        self.text.push_str(text);
        Ok(())
    }

    fn resolve(&self, prefix: &str) -> Option<&str> {
        let found = self.scope.iter().rev().find(|(known, _, _)| known == prefix);
        found.map(|(_, address, _)| address.as_str()).or_else(|| prefix.is_empty().then_some(""))
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), XmlFault> {
        self.flush();
        if self.open.len() > 4 * limits::FORM_DEPTH_MAX {
            return Err(XmlFault::TooDeep);
        }
        let depth = self.open.len();
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| XmlFault::Malformed)?;
            let name = attribute.key.as_ref().to_owned();
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| XmlFault::Malformed)?;
            let declared = if name == "xmlns" { Some("") } else { name.strip_prefix("xmlns:") };
            if let Some(prefix) = declared {
                self.scope.push((prefix.to_owned(), value.clone().into_owned(), depth));
            }
            attributes.push((name, value.into_owned()));
        }
        let name = start.name().into_inner().to_owned();
        let name = self.name(&name, true)?;
        let here = self.here();
        let element = self.tree.element(here, name);
        for (written, value) in attributes {
            let declared = if written == "xmlns" { Some("") } else { written.strip_prefix("xmlns:") };
            if let Some(prefix) = declared {
                let name = self.tree.names.plain(prefix);
                self.tree.attribute(element, Kind::Namespace, name, &value);
            } else {
                let name = self.name(&written, false)?;
                self.tree.attribute(element, Kind::Attribute, name, &value);
            }
        }
        self.open.push(element);
        Ok(())
    }

    fn name(&mut self, written: &str, element: bool) -> Result<NameId, XmlFault> {
        let (prefix, local) = written.split_once(':').unwrap_or(("", written));
        let address = match prefix {
            "" if !element => String::new(),
            _ => self.resolve(prefix).ok_or(XmlFault::Malformed)?.to_owned(),
        };
        Ok(self.tree.names.intern(prefix, local, &address))
    }

    fn end(&mut self) -> Result<(), XmlFault> {
        let here = self.here();
        if self.tree.nodes[here.index()].first == NONE {
            let text = std::mem::take(&mut self.text);
            self.tree.set_text(here, &text);
        }
        self.flush();
        if self.open.len() < 2 {
            return Err(XmlFault::Malformed);
        }
        self.open.pop();
        let depth = self.open.len();
        self.scope.retain(|(_, _, at)| *at < depth || *at == 0);
        Ok(())
    }
}
