//! What a kind's table answers: whether a value fits, who writes, who reads, what is missing.
//!
//! Owns the lookups. Refuses to hold a table: each kind has its own. Invariant: what a version does not know is for every
//! writer of the kind.

use super::{Field, KindTable};
use crate::op::{ATTACHED, LINKS, Op};
use crate::rejection::Rejection;
use crate::role::Roles;
use crate::state::State;
use crate::value::Value;

impl KindTable {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == name)
    }

    /// The set of that name.
    pub fn set(&self, name: &str) -> Option<&'static Field> {
        self.sets.iter().find(|f| f.name == name)
    }

    /// Its sensitive fields and sets: off until an administrator states what for.
    pub fn sensitive(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.fields.iter().chain(self.sets).filter(|f| f.sensitive.is_some())
    }

    /// The value of a field in the form in which it is stored, if it fits then.
    pub fn accept(&self, field: &str, value: Value) -> Result<Value, Rejection> {
        let unknown = || Rejection::UnknownField { kind: self.kind.name(), field: field.to_owned() };
        self.field(field).ok_or_else(unknown)?.accept(value)
    }

    /// An element of a set in the form in which it is stored, if it fits then.
    pub fn accept_element(&self, set: &str, element: Value) -> Result<Value, Rejection> {
        let unknown = || Rejection::UnknownSet { kind: self.kind.name(), field: set.to_owned() };
        self.set(set).ok_or_else(unknown)?.accept(element)
    }

    /// The field of a change that is written once and stands in the record already: another course of a boundary is
    /// another record.
    pub fn written_before<'a>(&self, ops: &'a [Op], state: &State) -> Option<&'a str> {
        ops.iter().find_map(|op| match op {
            Op::Put { field, within: None, .. } if self.stands_for_good(field, state) => Some(field.as_str()),
            _ => None,
        })
    }

    /// Whether a field is one that is written once, and stands in the record already.
    pub fn stands_for_good(&self, field: &str, state: &State) -> bool {
        let stands = || state.fields.get(field).is_some_and(|register| !register.heads.is_empty());
        self.field(field).is_some_and(|field| field.once) && stands()
    }

    /// Required fields for which `has` says no.
    pub fn missing(&self, has: impl Fn(&str) -> bool) -> Vec<Rejection> {
        let required = self.fields.iter().filter(|f| f.required && !has(f.name));
        required.map(|f| Rejection::MissingField { field: f.name }).collect()
    }

    /// Roles that write at least one field.
    pub fn writers(&self) -> Roles {
        self.fields.iter().fold(Roles::NONE, |all, f| all.and(f.write))
    }

    /// Roles that read at least one field.
    pub fn readers(&self) -> Roles {
        self.fields.iter().fold(Roles::NONE, |all, f| all.and(f.read))
    }

    /// Names of fields and sets that these roles do not read: what a mask hides.
    pub fn hidden_from(&self, roles: Roles) -> Vec<&'static str> {
        self.fields.iter().chain(self.sets).filter(|f| !f.read.meets(roles)).map(|f| f.name).collect()
    }

    /// Whether these roles may do this. What this version does not know is for every writer of the kind; whether a
    /// step is open is the workflow's to say.
    pub fn permits(&self, op: &Op, roles: Roles) -> Result<(), Rejection> {
        let field_not = |field: &str| Rejection::FieldNotPermitted { field: field.to_owned() };
        let (allowed, name) = match op {
            Op::Put { field, within: None, .. } => {
                (self.field(field).map_or(self.writers(), |f| f.write), field.as_str())
            }
            Op::Add { set, .. } | Op::Remove { set, .. } => {
                (self.set(set).map_or(self.writers(), |f| f.write), set.as_str())
            }
            Op::Step { step, .. } => {
                let takers = (self.steps)().takers(step).unwrap_or(self.writers());
                let not = || Rejection::StepNotPermitted { step: step.clone() };
                return if takers.meets(roles) { Ok(()) } else { Err(not()) };
            }
            Op::Put { field, .. } => (self.writers(), field.as_str()),
            Op::AddInstance { within } | Op::RemoveInstance { within, .. } => (self.writers(), within.as_str()),
            Op::Link { .. } | Op::Unlink { .. } => (self.writers(), LINKS),
            Op::Attach { .. } if !self.kind.bears_pictures() => (Roles::NONE, ATTACHED),
            Op::Attach { .. } => (self.writers(), ATTACHED),
            Op::Delete { .. } => (self.delete, "delete"),
            Op::Unknown { .. } => (self.writers(), "unknown"),
        };
        if allowed.meets(roles) { Ok(()) } else { Err(field_not(name)) }
    }
}
