//! The body of an ODK XForm.
//!
//! Owns which element is which control. Refuses nothing that a client may pass over. Invariant: controls stand in the
//! order of the document.

use super::reader::{Paths, action, parts, plain, text};
use super::xml::Element;
use crate::definition::{Attribute, Control, ControlKind, Item, Items, Itemset, Part};
use crate::import::Refusal;

/// The controls in the body.
pub(super) fn read(body: &Element, paths: &Paths) -> Result<Vec<Control>, Refusal> {
    let above = String::new();
    body.elements().filter_map(|element| control(element, paths, &above).transpose()).collect()
}

fn kind_of(name: &str) -> Option<ControlKind> {
    Some(match name {
        "input" => ControlKind::Input,
        "select1" => ControlKind::SelectOne,
        "select" => ControlKind::SelectMany,
        "odk:rank" | "rank" => ControlKind::Rank,
        "range" => ControlKind::Range,
        "upload" => ControlKind::Upload,
        "trigger" => ControlKind::Trigger,
        "secret" => ControlKind::Secret,
        "group" => ControlKind::Group,
        "repeat" => ControlKind::Repeat,
        "action" => ControlKind::Action,
        _ => return None,
    })
}

fn control(element: &Element, paths: &Paths, above: &str) -> Result<Option<Control>, Refusal> {
    let Some(kind) = kind_of(&element.name) else { return Ok(None) };
    let attribute = if kind == ControlKind::Repeat { "nodeset" } else { "ref" };
    let node = paths.resolve(element, attribute, above)?;
    let above = node.map_or(above, |id| paths.path(id));
    let mut control = Control { kind, node, ..Control::default() };
    for (name, value) in &element.attributes {
        match name.as_str() {
            "appearance" => control.appearance = Some(value.clone()),
            "bind" => {}
            own if own == attribute => {}
            _ => control.attributes.push(Attribute::new(name.clone(), value.clone())),
        }
    }
    let mut items = Vec::new();
    for child in element.elements() {
        match child.name.as_str() {
            "label" => control.label = Some(text(child)),
            "hint" => control.hint = Some(text(child)),
            "item" => items.push(item(child)),
            "itemset" => control.items = Items::Set(itemset(child)),
            _ => {
                if let Some(action) = action(child, paths, above)? {
                    control.actions.push(action);
                } else if let Some(own) = self::control(child, paths, above)? {
                    control.children.push(own);
                } else {
                    control.others.push(plain(child));
                }
            }
        }
    }
    if !items.is_empty() {
        control.items = Items::Inline(items);
    }
    Ok(Some(control))
}

fn item(element: &Element) -> Item {
    let value = element.first("value").map(Element::own_text).unwrap_or_default();
    Item { value: value.trim().to_owned(), label: element.first("label").map(text).unwrap_or_default() }
}

fn itemset(element: &Element) -> Itemset {
    let reference = |name: &str| {
        let own = element.first(name)?;
        let words = |part: Part| match part {
            Part::Plain(text) => text.trim().to_owned(),
            Part::Output(value) => value,
        };
        own.get("ref").map(str::to_owned).or_else(|| parts(own).into_iter().next().map(words))
    };
    Itemset {
        nodeset: element.get("nodeset").unwrap_or_default().to_owned(),
        value: reference("value").or_else(|| reference("copy")).unwrap_or_default(),
        label: reference("label").unwrap_or_default(),
    }
}
