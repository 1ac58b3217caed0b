//! What a source stands for: of each record's fields the head that the source wrote or found as it says.
//!
//! Owns the memory of one row and finding the value in it. Refuses to keep values: it names changes, and the bodies have
//! them. Invariant: the newest name of a field counts, so that an import has seen just what it stood for last.

use crate::error::Result;
use crate::store::Tx;
use gridwalk_model::change::SealedChange;
use gridwalk_model::id::{ReplicaId, SpaceId};
use gridwalk_model::name::{Mark, Name};
use gridwalk_model::op::Op;
use gridwalk_model::state::State;
use gridwalk_model::value::Value;

/// Names of changes, the newest last, each with the fields that it stands for; without any for all that it wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stands(Vec<(Name, Vec<String>)>);

impl Stands {
    /// Reads its bytes; what is not whole is left out.
    pub fn read(mut bytes: &[u8]) -> Self {
        let mut list = Vec::new();
        while let Some(entry) = read_entry(&mut bytes) {
            list.push(entry);
        }
        Self(list)
    }

    /// Its bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * 33);
        for (name, fields) in &self.0 {
            bytes.extend(name.replica.0);
            bytes.extend(name.seq.to_be_bytes());
            bytes.extend(name.mark.0);
            bytes.push(u8::try_from(fields.len()).unwrap_or(u8::MAX));
            for field in fields.iter().take(usize::from(u8::MAX)) {
                bytes.push(u8::try_from(field.len()).unwrap_or_default());
                bytes.extend(field.as_bytes());
            }
        }
        bytes
    }

    /// Adds an own change: it stands for all that it wrote.
    pub fn wrote(&mut self, name: Name) {
        self.0.push((name, Vec::new()));
    }

    /// Adds a head of others that says what the source says.
    pub fn found(&mut self, name: Name, field: &str) {
        match self.0.iter_mut().find(|(known, fields)| *known == name && !fields.is_empty()) {
            Some((_, fields)) => fields.push(field.to_owned()),
            None => self.0.push((name, vec![field.to_owned()])),
        }
    }

    /// The name that stands for a field, with its value.
    pub fn value(
        &self,
        tx: &dyn Tx,
        space: SpaceId,
        state: &State,
        field: &str,
    ) -> Result<Option<(Name, Option<Value>)>> {
        let heads = state.fields.get(field).map_or(&[][..], |register| register.heads.as_slice());
        for (name, fields) in self.0.iter().rev() {
            if !fields.is_empty() && !fields.iter().any(|own| own == field) {
                continue;
            }
            if let Some(head) = heads.iter().find(|head| head.tag.names.contains(name)) {
                return Ok(Some((*name, head.value.clone())));
            }
            if let Some(op) = written(tx, space, *name, field)? {
                let Op::Put { value, .. } = op else { continue };
                return Ok(Some((*name, value)));
            }
        }
        Ok(None)
    }
}

/// The operation by which a change wrote a field, if it did.
fn written(tx: &dyn Tx, space: SpaceId, name: Name, field: &str) -> Result<Option<Op>> {
    let Some(first) = tx.first_of(space, name)? else { return Ok(None) };
    let body = tx.inbox(space, first.0, first.1)?.and_then(|row| row.body);
    let Some(sealed) = body.and_then(|body| SealedChange::open(&body).ok()) else { return Ok(None) };
    let writes = |op: &&Op| matches!(op, Op::Put { field: own, within: None, .. } if own == field);
    Ok(sealed.change.ops.iter().find(writes).cloned())
}

fn read_entry(bytes: &mut &[u8]) -> Option<(Name, Vec<String>)> {
    let mut take = |n: usize| {
        let (head, rest) = bytes.split_at_checked(n)?;
        *bytes = rest;
        Some(head)
    };
    let replica = ReplicaId(take(16)?.try_into().ok()?);
    let seq = u64::from_be_bytes(take(8)?.try_into().ok()?);
    let mark = Mark(take(8)?.try_into().ok()?);
    let count = *take(1)?.first()?;
    let mut fields = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let length = *take(1)?.first()?;
        fields.push(String::from_utf8_lossy(take(usize::from(length))?).into_owned());
    }
    Some((Name { replica, seq, mark }, fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back() {
        let name = |n: u8| Name { replica: ReplicaId([n; 16]), seq: u64::from(n) << 40, mark: Mark([n; 8]) };
        let mut stands = Stands::default();
        stands.wrote(name(1));
        stands.found(name(2), "phone");
        stands.found(name(2), "note");
        let bytes = stands.bytes();
        assert_eq!(Stands::read(&bytes), stands);
        assert_eq!(Stands::read(&bytes[..bytes.len() - 1]).0.len(), 1, "what is not whole is left out");
    }
}
