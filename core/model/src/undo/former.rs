//! What a save replaced: the values that stood there before it.
//!
//! Owns how it is read off the state before the save, and its bytes. Refuses to know what becomes of it. Invariant: all
//! heads of a field are kept, so that a disagreement that was decided can be opened again.

use crate::codec::{Malformed, Reader, value_bytes};
use crate::id::{RecordId, UnitId};
use crate::name::OpName;
use crate::op::{LINKS, Op};
use crate::state::State;
use crate::value::Value;
use crate::wish::Wish;
use std::collections::BTreeMap;

/// What stood in a field before: its heads' values, each once; none if nothing did.
pub type FormerField = ((Option<String>, String), Vec<Option<Value>>);

/// What a save replaced.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Former {
    /// Whether the record did not exist before.
    pub created: bool,
    /// The status that it had before a step.
    pub status: String,
    /// The unit that a case was dispatched to before a step.
    pub unit: Option<RecordId>,
    /// Fields that were written.
    pub fields: Vec<FormerField>,
    /// Elements that were taken out of sets; links stand among them.
    pub removed: Vec<(String, Value)>,
}

impl Former {
    /// What wishes replace in a state: that of the record just before they are saved, none where there is no record yet.
    pub fn of(before: Option<&State>, wishes: &[Wish]) -> Self {
        let Some(before) = before.filter(|s| !s.kinds.is_empty()) else {
            return Self { created: true, ..Self::default() };
        };
        let mut former = Self::default();
        for wish in wishes {
            match wish {
                Wish::Put { field, within, .. } | Wish::PutBeside { field, within, .. } => {
                    let heads = before.register(within.as_deref(), field).into_iter().flat_map(|r| &r.heads);
                    let mut values = Vec::new();
                    for head in heads {
                        if !values.contains(&head.value) {
                            values.push(head.value.clone());
                        }
                    }
                    former.fields.push(((within.clone(), field.clone()), values));
                }
                Wish::Remove { set, element } => former.take(before, set, element),
                Wish::Unlink { other } => former.take(before, LINKS, &Value::Id(*other)),
                Wish::Step { .. } => {
                    before.status().clone_into(&mut former.status);
                    former.unit = crate::kind::case::dispatched_to(before).map(UnitId::record);
                }
                _ => {}
            }
        }
        former
    }

    /// The same for operations whose dots are known: what the server finds in its journal.
    pub fn of_ops(before: &State, ops: &[Op]) -> Self {
        let wishes = ops.iter().flat_map(|op| match op {
            Op::Put { field, value, within, .. } => {
                vec![Wish::Put { field: field.clone(), value: value.clone(), within: within.clone() }]
            }
            Op::Remove { set, dots } => taken_out(before, set, dots),
            Op::Unlink { dots } => taken_out(before, LINKS, dots),
            Op::Step { step, to, answers } => {
                vec![Wish::Step { step: step.clone(), to: to.clone(), answers: answers.clone() }]
            }
            _ => Vec::new(),
        });
        Self::of(Some(before), &wishes.collect::<Vec<_>>())
    }

    fn take(&mut self, before: &State, set: &str, element: &Value) {
        let gone = (set.to_owned(), element.clone());
        let here = before.sets.get(set).is_some_and(|s| s.adds.iter().any(|a| a.element == *element));
        if here && !self.removed.contains(&gone) {
            self.removed.push(gone);
        }
    }

    /// What stood in a field.
    pub fn field(&self, within: Option<&str>, field: &str) -> &[Option<Value>] {
        let found = self.fields.iter().find(|((w, f), _)| w.as_deref() == within && f == field);
        found.map_or(&[], |(_, values)| values.as_slice())
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let maybe = |value: &Option<Value>| Value::List(value.iter().cloned().collect());
        let field = |((within, field), values): &FormerField| {
            let within = Value::List(within.iter().map(|w| Value::from(w.as_str())).collect());
            Value::List(vec![Value::from(field.as_str()), within, Value::List(values.iter().map(maybe).collect())])
        };
        let removed = |(set, element): &(String, Value)| Value::List(vec![Value::from(set.as_str()), element.clone()]);
        let entries = [
            ("created", Value::Bool(self.created)),
            ("fields", Value::List(self.fields.iter().map(field).collect())),
            ("removed", Value::List(self.removed.iter().map(removed).collect())),
            ("status", Value::from(self.status.as_str())),
            ("unit", Value::List(self.unit.iter().map(|u| Value::Id(*u)).collect())),
        ];
        value_bytes(&Value::Map(entries.map(|(name, value)| (name.to_owned(), value)).into()))
    }

    /// Reads its bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let value = Reader::new(bytes).value()?;
        value.as_map().and_then(Self::read).ok_or(Malformed::Incomplete)
    }

    fn read(map: &BTreeMap<String, Value>) -> Option<Self> {
        let field = |value: &Value| {
            let [name, within, heads] = list(value)? else { return None };
            let within = list(within)?.first().map(|w| w.as_text().map(str::to_owned));
            let heads: Option<Vec<_>> = list(heads)?.iter().map(|h| Some(list(h)?.first().cloned())).collect();
            Some(((within.flatten(), name.as_text()?.to_owned()), heads?))
        };
        let removed = |value: &Value| match list(value)? {
            [set, element] => Some((set.as_text()?.to_owned(), element.clone())),
            _ => None,
        };
        Some(Self {
            created: map.get("created")?.as_bool()?,
            status: map.get("status")?.as_text()?.to_owned(),
            unit: list(map.get("unit")?)?.first().and_then(Value::as_id),
            fields: list(map.get("fields")?)?.iter().map(field).collect::<Option<_>>()?,
            removed: list(map.get("removed")?)?.iter().map(removed).collect::<Option<_>>()?,
        })
    }
}

/// The elements whose adds were taken out.
fn taken_out(before: &State, set: &str, dots: &[OpName]) -> Vec<Wish> {
    let adds = before.sets.get(set).into_iter().flat_map(|s| &s.adds);
    let gone = adds.filter(|add| add.names().any(|name| dots.contains(&name)));
    gone.map(|add| Wish::Remove { set: set.to_owned(), element: add.element.clone() }).collect()
}

fn list(value: &Value) -> Option<&[Value]> {
    if let Value::List(list) = value { Some(list) } else { None }
}
