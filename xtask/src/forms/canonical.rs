//! When two XForms are the same: binds as a set, the body in order, texts by language and id, instances by id.
//!
//! Owns white space and order that mean nothing. Refuses to compare prefixes of namespaces as anything but text.
//! Invariant: an XForm is the same as itself, whatever its layout.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;

/// An element without what means nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: Vec<String>,
    children: Vec<Element>,
}

fn one_space(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join(" ")
}

fn start(start: &BytesStart<'_>) -> Result<Element, String> {
    let name = start.name().as_ref().to_owned();
    let mut attributes = BTreeMap::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|fault| fault.to_string())?;
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|fault| fault.to_string())?;
        attributes.insert(attribute.key.as_ref().to_owned(), one_space(&value));
    }
    Ok(Element { name, attributes, ..Element::default() })
}

fn parse(text: &str) -> Result<Element, String> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    let mut words = String::new();
    loop {
        let event = reader.read_event().map_err(|fault| fault.to_string())?;
        if !matches!(event, Event::Text(_) | Event::CData(_) | Event::GeneralRef(_)) {
            let own = one_space(&std::mem::take(&mut words));
            if let Some(last) = open.last_mut().filter(|_| !own.is_empty()) {
                let before = last.children.len();
                last.text.push(format!("{before}:{own}"));
            }
        }
        match event {
            Event::Start(tag) => open.push(start(&tag)?),
            Event::Empty(tag) => {
                let element = start(&tag)?;
                open.last_mut().ok_or("no parent")?.children.push(element);
            }
            Event::End(_) => {
                let element = open.pop().ok_or("no element")?;
                open.last_mut().ok_or("no parent")?.children.push(element);
            }
            Event::Text(text) => words.push_str(&text.xml10_content()),
            Event::CData(text) => words.push_str(&text.xml10_content()),
            Event::GeneralRef(name) => match name.resolve_char_ref().map_err(|fault| fault.to_string())? {
                Some(letter) => words.push(letter),
                None => words.push_str(quick_xml::escape::resolve_xml_entity(&name.xml10_content()).ok_or("entity")?),
            },
            Event::Eof => break,
            _ => {}
        }
    }
    open.pop().and_then(|mut top| top.children.pop()).ok_or_else(|| "no root".to_owned())
}

impl Element {
    fn first(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    fn show(&self) -> String {
        let attributes: Vec<String> =
            self.attributes.iter().map(|(name, value)| format!(" {name}={value:?}")).collect();
        let children: Vec<String> = self.children.iter().map(Element::show).collect();
        let text: Vec<String> = self.text.iter().map(|text| format!("«{text}»")).collect();
        format!("<{}{}>{}{}", self.name, attributes.concat(), text.concat(), children.concat())
    }

    fn key(&self, name: &str) -> String {
        self.attributes.get(name).cloned().unwrap_or_default()
    }
}

/// The parts of a form that are compared, by name.
fn sections(html: &Element) -> Result<BTreeMap<String, Vec<String>>, String> {
    let head = html.first("h:head").ok_or("no head")?;
    let model = head.first("model").ok_or("no model")?;
    let body = html.first("h:body").ok_or("no body")?;
    let mut sections: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |name: &str, what: String| sections.entry(name.to_owned()).or_default().push(what);
    let shell = |element: &Element| Element { children: Vec::new(), ..element.clone() }.show();
    add("root", shell(html));
    add("title", head.first("h:title").map(Element::show).unwrap_or_default());
    add("model", shell(model));
    add("body", shell(body));
    body.children.iter().for_each(|child| add("body", child.show()));
    for child in &model.children {
        match child.name.as_str() {
            "instance" => {
                let name =
                    child.attributes.get("id").map_or("primary instance".to_owned(), |id| format!("instance {id}"));
                add(&name, shell(child));
                let rows = child.children.iter().flat_map(|root| &root.children).map(Element::show);
                rows.for_each(|row| add(&name, row));
                child.children.iter().for_each(|root| add(&name, shell(root)));
            }
            "bind" => add(&format!("bind {}", child.key("nodeset")), child.show()),
            "itext" => {
                for translation in child.named("translation") {
                    add("languages", shell(translation));
                    for text in translation.named("text") {
                        let mut values: Vec<String> = text.children.iter().map(Element::show).collect();
                        values.sort_unstable();
                        add(&format!("itext {} {}", translation.key("lang"), text.key("id")), values.concat());
                    }
                }
            }
            name => add(name, child.show()),
        }
    }
    for (name, parts) in &mut sections {
        if !name.starts_with("body") && !name.contains("instance") {
            parts.sort_unstable();
        }
    }
    Ok(sections)
}

/// How much of a difference is shown, characters.
const SHOWN: usize = 160;

/// The id that an XForm gives its form.
pub fn id_of(form: &str) -> Option<String> {
    let html = parse(form).ok()?;
    let root = html.first("h:head")?.first("model")?.first("instance")?.children.first()?;
    root.attributes.get("id").cloned()
}

/// What differs between two XForms, each in a line.
pub fn differences(own: &str, other: &str) -> Vec<String> {
    let (own, other) =
        match (parse(own).and_then(|own| sections(&own)), parse(other).and_then(|other| sections(&other))) {
            (Ok(own), Ok(other)) => (own, other),
            (own, other) => return vec![format!("not read: own {:?}, other {:?}", own.err(), other.err())],
        };
    let names: std::collections::BTreeSet<&String> = own.keys().chain(other.keys()).collect();
    let none = Vec::new();
    let mut found = Vec::new();
    for name in names {
        let (a, b) = (own.get(name).unwrap_or(&none), other.get(name).unwrap_or(&none));
        if a == b {
            continue;
        }
        let place = a.iter().zip(b).position(|(a, b)| a != b).unwrap_or(a.len().min(b.len()));
        let part = |parts: &[String]| parts.get(place).cloned().unwrap_or_else(|| "nothing".to_owned());
        let (a, b) = (part(a), part(b));
        let from = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count().saturating_sub(SHOWN / 2);
        let show = |text: &str| text.chars().skip(from).take(SHOWN).collect::<String>();
        found.push(format!("{name}:\n      own   {}\n      other {}", show(&a), show(&b)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(binds: &str, body: &str) -> String {
        format!(
            "<h:html><h:head><h:title>a</h:title><model><instance><data/></instance>{binds}</model></h:head><h:body>{body}</h:body></h:html>"
        )
    }

    #[test]
    fn layout_and_the_order_of_binds_mean_nothing_and_the_order_of_the_body_does() {
        let (a, b) = ("<bind nodeset=\"/data/a\" type=\"int\"/>", "<bind type=\"int\"  nodeset=\"/data/b\"></bind>");
        let (x, y) =
            ("<input ref=\"/data/a\"><label>A</label></input>", "<input ref=\"/data/b\"><label> B </label></input>");
        let one = form(&format!("{a}{b}"), &format!("{x}{y}"));
        let two = form(&format!("{b}\n{a}"), &format!("{x}\n  {y}"));
        assert_eq!(differences(&one, &two), Vec::<String>::new());
        assert_eq!(differences(&one, &form(&format!("{a}{b}"), &format!("{y}{x}"))).len(), 1);
    }
}
