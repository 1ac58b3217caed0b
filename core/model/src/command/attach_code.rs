//! Attach the code on a door plate to the place at which somebody stands: to its address, or to a new one.
//!
//! Whoever stands before the plate has seen the address: it is confirmed by it.

use super::{Actor, AddPlace, Decision, Edits, Opened, edits};
use crate::basis::Basis;
use crate::id::RecordId;
use crate::kind::{Kind, PARENT, address};
use crate::limits;
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;

/// The code on a door plate.
#[derive(Debug, Clone, PartialEq)]
pub struct AttachCode {
    /// The id that a new address is to have.
    pub record: RecordId,
    /// The estate, building or dwelling.
    pub at: RecordId,
    /// What stood on the screen of its address, if it has one.
    pub address: Option<Basis>,
    /// What the code says.
    pub code: String,
}

impl AttachCode {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let table = Kind::Address.table();
        let code = table.accept(address::DOOR_QR, Value::from(self.code.as_str()))?;
        let Some(basis) = &self.address else {
            let edits = Edits::none()
                .put("text", address_text(held, self.at))
                .put(address::DOOR_QR, code)
                .put(address::STATE, address::LOOKED_AT);
            let (record, parent) = (self.record, Some(self.at));
            return AddPlace { record, kind: Kind::Address, unit: None, parent, edits }.decide(held, actor);
        };
        let opened = Opened::of(held, basis.record, basis)?;
        if opened.table.kind != Kind::Address {
            return Err(Rejection::WrongKind { wanted: Kind::Address.name() });
        }
        let mut wishes = Vec::new();
        for (field, value) in [(address::DOOR_QR, code), (address::STATE, Value::from(address::LOOKED_AT))] {
            edits::permit(table, field, actor.roles)?;
            if opened.is_news(field, Some(&value)) {
                wishes.push(Wish::put(field, value));
            }
        }
        if wishes.is_empty() { Err(Rejection::NothingToDo) } else { Ok(opened.write(wishes).into()) }
    }
}

/// The address of a place as its records say it: what is above first.
fn address_text(held: &impl Held, at: RecordId) -> String {
    let (mut parts, mut at) = (Vec::new(), Some(at));
    for _ in 0..limits::PARENTS_DEPTH_MAX {
        let Some(state) = at.and_then(|record| held.state(record)) else { break };
        let text = |name: &str| {
            let value = state.value(name)?;
            value.as_text().map(str::to_owned)
        };
        let part = match Kind::from_name(state.kind()) {
            Some(Kind::Dwelling) => {
                let entrance = text("entrance").map(|e| format!("{e}单元")).unwrap_or_default();
                text("number").map(|number| format!("{entrance}{number}室"))
            }
            _ => text("address").or_else(|| text("name")),
        };
        let whole = text("address").is_some();
        parts.extend(part);
        // An address of its own says where it is.
        at = if whole { None } else { state.head_ids(PARENT).first().copied() };
    }
    parts.reverse();
    parts.concat().chars().take(limits::ADDRESS_CHARS_MAX).collect()
}
