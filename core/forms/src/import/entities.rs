//! The entities sheet: which lists a filled form makes or changes, and what it saves there.
//!
//! Owns declarations and the properties that questions are saved to. Refuses what can't be made or found again.
//! Invariant: a list is declared once.

use super::columns::{ENTITIES, ENTITY_COLUMNS};
use super::draft::{Draft, DraftAction, FIRST_LOAD, Kind};
use super::expression::{is_name, references};
use super::header::Sheet;
use super::place::{Path, Use};
use super::refusal::{Code, Refusal};
use super::value::Map;
use crate::definition::ActionKind;

/// One list, and what the form does with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Declaration {
    pub(super) list: String,
    pub(super) row: u32,
    /// The node that says it.
    pub(super) draft: Draft,
    /// Names that its expressions refer to, each once.
    variables: Vec<String>,
    /// Where the form refers to it, in the order of the survey sheet.
    pub(super) uses: Vec<Use>,
}

/// All declarations, and the lists in the order in which the survey sheet first uses them.
#[derive(Clone, Debug, Default)]
pub(super) struct Declarations {
    pub(super) all: Vec<Declaration>,
    pub(super) used: Vec<usize>,
}

impl Declarations {
    pub(super) fn has(&self, list: &str) -> bool {
        self.all.iter().any(|declaration| declaration.list == list)
    }

    /// The declarations of the sheet.
    pub(super) fn read(sheet: &Sheet) -> Result<Declarations, Refusal> {
        let mut declarations = Declarations::default();
        for (row, map) in sheet.maps("default", false) {
            let declaration = declaration(row, &map)?;
            if declarations.has(&declaration.list) {
                return Err(refused(Code::EntityNameDuplicate, row, "list_name", &declaration.list));
            }
            declarations.all.push(declaration);
        }
        Ok(declarations)
    }

    /// Takes note of what a row of the survey sheet refers to. Gives the property that it is saved to.
    pub(super) fn note(
        &mut self,
        path: &Path,
        row: u32,
        map: &mut Map,
        name: &str,
        is_group: bool,
    ) -> Result<(), Refusal> {
        if let Some(property) = map.map("bind").and_then(|bind| bind.text("entities:saveto")).map(str::to_owned) {
            let (place, property) = self.property(&property, row)?;
            self.look_at_property(place, &property, row, is_group)?;
            if let Some(super::value::Value::Map(bind)) =
                map.0.iter_mut().find(|(own, _)| own == "bind").map(|(_, value)| value)
            {
                bind.set("entities:saveto", property.clone());
            }
            self.add(place, Use { path: path.clone(), row, property: Some(property), question: None });
        }
        let asked = |declaration: &Declaration| declaration.variables.iter().any(|variable| variable == name);
        let found: Vec<usize> = (0..self.all.len()).filter(|place| asked(&self.all[*place])).collect();
        for place in found {
            self.add(place, Use { path: path.clone(), row, property: None, question: Some(name.to_owned()) });
        }
        Ok(())
    }

    fn add(&mut self, place: usize, own: Use) {
        if !self.used.contains(&place) {
            self.used.push(place);
        }
        self.all[place].uses.push(own);
    }

    /// The list and the property of a cell like `list#property`.
    fn property(&self, text: &str, row: u32) -> Result<(usize, String), Refusal> {
        let refused = |code| Refusal::survey(code, row, "save_to");
        if self.all.is_empty() {
            return Err(refused(Code::SaveToWithoutEntities));
        }
        let parts: Vec<&str> = text.split('#').collect();
        match parts.as_slice() {
            [property] if self.all.len() == 1 => Ok((0, (*property).to_owned())),
            [_] => Err(refused(Code::SaveToListMissing)),
            [list, property] => {
                let place = self.all.iter().position(|declaration| declaration.list == *list);
                let place = place.ok_or_else(|| refused(Code::SaveToListUnknown).with("list", *list))?;
                Ok((place, (*property).to_owned()))
            }
            _ => Err(refused(Code::SaveToHashes)),
        }
    }

    fn look_at_property(&self, place: usize, property: &str, row: u32, is_group: bool) -> Result<(), Refusal> {
        let refused = |code| Err(Refusal::survey(code, row, "save_to").with("name", property));
        if property.is_empty() {
            return refused(Code::NameInvalid);
        }
        if is_group {
            return refused(Code::SaveToGroup);
        }
        if matches!(&*property.to_lowercase(), "name" | "label") {
            return refused(Code::SaveToReserved);
        }
        if property.starts_with("__") {
            return refused(Code::NameUnderscores);
        }
        if !is_name(property) {
            return refused(Code::NameInvalid);
        }
        match self.all[place].uses.iter().find(|own| own.property.as_deref() == Some(property)) {
            None => Ok(()),
            Some(other) => {
                let refusal = Refusal::survey(Code::SaveToDuplicate, row, "save_to").with("name", property);
                Err(refusal.with("other", other.row.to_string()))
            }
        }
    }
}

fn refused(code: Code, row: u32, column: &str, list: &str) -> Refusal {
    Refusal::new(code).at(ENTITIES.sheet, row, column).with("list", list)
}

fn declaration(row: u32, map: &Map) -> Result<Declaration, Refusal> {
    let unknown: Vec<&str> = map.iter().map(|(name, _)| name).filter(|name| !ENTITY_COLUMNS.contains(name)).collect();
    if let Some(first) = unknown.first() {
        let refusal = Refusal::new(Code::HeaderUnknown).at(ENTITIES.sheet, 1, first);
        return Err(refusal.with("headers", unknown.join(", ")));
    }
    let text = |name: &str| map.text(name).map(str::to_owned);
    let list = text("dataset").unwrap_or_default();
    look_at_list(&list, row)?;
    let (id, create_if, update_if, label) = (text("entity_id"), text("create_if"), text("update_if"), text("label"));
    if id.is_none() && update_if.is_some() {
        return Err(refused(Code::EntityIdMissing, row, "entity_id", &list));
    }
    if id.is_some() && create_if.is_some() && update_if.is_none() {
        return Err(refused(Code::EntityUpdateMissing, row, "update_if", &list));
    }
    if id.is_none() && label.is_none() {
        return Err(refused(Code::EntityLabelMissing, row, "label", &list));
    }
    let mut variables: Vec<String> = Vec::new();
    for (column, value) in [("entity_id", &id), ("create_if", &create_if), ("update_if", &update_if), ("label", &label)]
    {
        let Some(value) = value else { continue };
        let found = references(value).map_err(|_| refused(Code::ReferenceMalformed, row, column, &list))?;
        for reference in found {
            if !variables.iter().any(|own| own == reference.name) {
                variables.push(reference.name.to_owned());
            }
        }
    }
    let draft = entity(&list, row, id, create_if, update_if, label);
    Ok(Declaration { list, row, draft, variables, uses: Vec::new() })
}

fn look_at_list(list: &str, row: u32) -> Result<(), Refusal> {
    let code = if list.is_empty() {
        Code::EntityNameMissing
    } else if list.starts_with("__") {
        Code::NameUnderscores
    } else if list.contains('.') {
        Code::EntityNamePoint
    } else if !is_name(list) {
        Code::NameInvalid
    } else {
        return Ok(());
    };
    Err(refused(code, row, "list_name", list).with("name", list))
}

fn attribute(name: &str, value: &str, calculate: Option<String>) -> Draft {
    let mut draft = Draft { kind: Kind::Attribute, name: name.to_owned(), value: value.to_owned(), ..Draft::default() };
    if let Some(calculate) = calculate {
        reckoned(&mut draft, calculate);
    }
    draft
}

fn reckoned(draft: &mut Draft, calculate: String) {
    let bind = draft.bind_mut();
    bind.set("calculate", calculate);
    bind.set("readonly", "true()");
    bind.set("type", "string");
}

/// The node `entity` with its attributes, by the ODK entities specification.
fn entity(
    list: &str,
    row: u32,
    id: Option<String>,
    create_if: Option<String>,
    update_if: Option<String>,
    label: Option<String>,
) -> Draft {
    let mut entity = Draft { kind: Kind::Entity, name: "entity".to_owned(), row, ..Draft::default() };
    entity.children.push(attribute("dataset", list, None));
    let mut own = attribute("id", "", None);
    own.bind_mut().set("readonly", "true()");
    own.bind_mut().set("type", "string");
    if id.is_none() || create_if.is_some() {
        entity.children.push(attribute("create", "1", create_if));
        if id.is_none() {
            let mut action = DraftAction::new(ActionKind::SetValue, FIRST_LOAD);
            action.value = Some("uuid()".to_owned());
            own.actions.push(action);
        }
    }
    if let Some(id) = id {
        entity.children.push(attribute("update", "1", update_if));
        let found = format!("instance('{list}')/root/item[name={id}]");
        for (name, element) in
            [("baseVersion", "__version"), ("trunkVersion", "__trunkVersion"), ("branchId", "__branchId")]
        {
            entity.children.push(attribute(name, "", Some(format!("{found}/{element}"))));
        }
        own.bind_mut().set("calculate", id);
    }
    entity.children.push(own);
    if let Some(label) = label {
        let mut draft = Draft { kind: Kind::Label, name: "label".to_owned(), ..Draft::default() };
        reckoned(&mut draft, label);
        entity.children.push(draft);
    }
    entity
}
