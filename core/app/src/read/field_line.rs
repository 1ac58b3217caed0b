//! One field of a card: what it says, in which shape, and whether people disagree about it.
//!
//! Owns the way from values to what shells draw. Refuses words: codes stay codes. Invariant: a field that the reader's
//! roles do not read is never filled.

use super::named::{Named, shape_name};
use gridwalk_model::AccountId;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::erasure::Erased;
use gridwalk_model::kind::{CONFIRMED, Field, Kind, NOT_SAME, Shape};
use gridwalk_model::role::Roles;
use gridwalk_model::state::State;
use gridwalk_model::value::Value;
use gridwalk_model::view::{GroupView, Policy};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A field as a card draws it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct FieldLine {
    /// Its name.
    pub field: String,
    /// Name of its shape; `unknown` for a field of a later version.
    pub shape: &'static str,
    /// The code set that its codes come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_set: Option<&'static str>,
    /// What it says; null where it was cleared.
    pub value: Json,
    /// Title of the record or unit that it refers to, as far as that is here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Kind of that record: its title may be a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_kind: Option<String>,
    /// The values at odds, the shown one first; empty where people agree.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub at_odds: Vec<Json>,
    /// What those stand for, by their text.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub at_odds_named: BTreeMap<String, Named>,
    /// When and why what it said was erased, where nothing was written since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased: Option<Erased>,
}

/// A set as a card draws it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct SetLine {
    /// Its name.
    pub set: String,
    /// The code set that its elements come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_set: Option<&'static str>,
    /// Name of the elements' shape.
    pub shape: &'static str,
    /// Its elements.
    pub elements: Vec<Json>,
    /// What those stand for, by their text.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub named: BTreeMap<String, Named>,
}

/// A value as JSON: dates in ISO form, ids and bytes as text, codes as they are.
pub fn json(shape: Option<Shape>, value: &Value) -> Json {
    match (shape, value) {
        (Some(Shape::Date), Value::Int(days)) => {
            CivilDate::from_days(*days).map_or(Json::from(*days), |d| Json::from(d.to_string()))
        }
        (_, Value::Bool(b)) => Json::from(*b),
        (_, Value::Int(i)) => Json::from(*i),
        (_, Value::Float(x)) => Json::from(*x),
        (_, Value::Text(text)) => Json::from(text.as_str()),
        (_, Value::Bytes(bytes)) => Json::from(data_encoding::HEXLOWER.encode(bytes)),
        (_, Value::Id(id)) => Json::from(id.to_string()),
        (_, Value::List(list)) => list.iter().map(|v| json(None, v)).collect(),
        (_, Value::Map(map)) => Json::Object(map.iter().map(|(k, v)| (k.clone(), json(None, v))).collect()),
    }
}

/// The same for what may be cleared.
pub fn json_or_null(shape: Option<Shape>, value: Option<&Value>) -> Json {
    value.map_or(Json::Null, |v| json(shape, v))
}

/// The code set of a field's codes.
pub fn code_set(field: &Field) -> Option<&'static str> {
    if let Shape::Code(set) = field.shape { Some(set.name()) } else { None }
}

/// All fields that have something to say: those of the table in its order, then those of a later version.
pub fn fields(view: &GroupView<'_>, roles: Roles) -> Vec<FieldLine> {
    let table = Kind::from_name(view.front().map_or("", State::kind)).map(Kind::table);
    let known = table.map_or(&[][..], |t| t.fields);
    let mut list = Vec::new();
    for field in known.iter().filter(|f| f.read.meets(roles)) {
        if let Some(shown) = view.field(field.name, field.policy) {
            let shape = Some(field.shape);
            if shown.value.is_none() && shown.at_odds.is_empty() {
                continue;
            }
            list.push(FieldLine {
                field: field.name.to_owned(),
                shape: field.shape.name(),
                code_set: code_set(field),
                title: None,
                title_kind: None,
                value: json_or_null(shape, shown.value),
                at_odds: shown.at_odds.iter().map(|v| json_or_null(shape, *v)).collect(),
                at_odds_named: BTreeMap::new(),
                erased: None,
            });
        }
    }
    for name in view.field_names().into_iter().filter(|n| !known.iter().any(|f| f.name == *n)) {
        let Some(shown) = view.field(name, Policy::Review) else { continue };
        list.push(FieldLine {
            field: name.to_owned(),
            shape: "unknown",
            code_set: None,
            title: None,
            title_kind: None,
            value: json_or_null(None, shown.value),
            at_odds: shown.at_odds.iter().map(|v| json_or_null(None, *v)).collect(),
            at_odds_named: BTreeMap::new(),
            erased: None,
        });
    }
    list.extend(erased(view, roles));
    list
}

/// Fields and sets that say nothing because what they said was erased.
fn erased(view: &GroupView<'_>, roles: Roles) -> Vec<FieldLine> {
    let table = Kind::from_name(view.front().map_or("", State::kind)).map(Kind::table);
    let field = |name: &str| table.and_then(|t| t.field(name).or_else(|| t.set(name)));
    let says = |name: &str| {
        let policy = field(name).map_or(Policy::Review, |f| f.policy);
        !view.set(name).is_empty() || view.field(name, policy).is_some_and(|shown| shown.value.is_some())
    };
    let read = |name: &&str| field(name).is_none_or(|f| f.read.meets(roles)) && !says(name);
    let line = |name: &str| FieldLine {
        field: name.to_owned(),
        shape: shape_name(field(name).map(|f| f.shape)),
        code_set: None,
        title: None,
        title_kind: None,
        value: Json::Null,
        at_odds: Vec::new(),
        at_odds_named: BTreeMap::new(),
        erased: view.erased(name),
    };
    view.erased_fields().into_iter().filter(read).map(line).collect()
}

/// All sets with elements that the roles read.
pub fn sets(view: &GroupView<'_>, roles: Roles) -> Vec<SetLine> {
    let table = Kind::from_name(view.front().map_or("", State::kind)).map(Kind::table);
    let line = |name: &str| {
        let field = table.and_then(|t| t.set(name));
        if field.is_some_and(|f| !f.read.meets(roles)) || name.starts_with('@') || [CONFIRMED, NOT_SAME].contains(&name)
        {
            return None;
        }
        let elements = view.set(name).into_iter().map(|e| json(field.map(|f| f.shape), e)).collect();
        let (code_set, shape) = (field.and_then(code_set), shape_name(field.map(|f| f.shape)));
        Some(SetLine { set: name.to_owned(), code_set, shape, elements, named: BTreeMap::new() })
    };
    view.set_names().into_iter().filter_map(line).collect()
}

/// A field that has a value which the reader is not shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenLine {
    /// Its name.
    pub field: &'static str,
    /// Whether the reader wrote a value, which was sent.
    pub sent: bool,
    /// The trace of the value that the reader may see; empty if they may not.
    pub trace: String,
}

/// Fields that have a value which the reader is not shown: by the field tables, or by a mask on the way here.
pub fn hidden(view: &GroupView<'_>, reader: AccountId, roles: Roles) -> Vec<HiddenLine> {
    let Some(kind) = Kind::from_name(view.front().map_or("", State::kind)) else { return Vec::new() };
    let (table, masked) = (kind.table(), view.masked());
    let heads = |name: &str| {
        let registers: Vec<_> = view.members.iter().filter_map(|m| m.fields.get(name)).collect();
        registers.into_iter().flat_map(|r| &r.heads)
    };
    let known = table.fields.iter().chain(table.sets);
    let here = |f: &&Field| masked.contains_key(f.name) || (!f.read.meets(roles) && heads(f.name).next().is_some());
    let line = |f: &Field| HiddenLine {
        field: f.name,
        sent: heads(f.name).any(|head| head.tag.author == reader),
        trace: masked.get(f.name).copied().unwrap_or_default().to_owned(),
    };
    known.filter(here).map(line).collect()
}
