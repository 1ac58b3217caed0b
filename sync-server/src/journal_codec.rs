//! What a row of the journal says, as bytes, and the chain over them.
//!
//! Owns the layout of an entry and the context of the chain's hash. Refuses to know tables. Invariant: from a row and the
//! body it names, the model's `Entry` comes back as it was folded.

use crate::error::{Result, ServerError};
use crate::limits as own_limits;
use crate::store::JournalRow;
use crate::store::row::EntryKind;
use gridwalk_model::change::SealedChange;
use gridwalk_model::codec::{Malformed, Reader, Writer};
use gridwalk_model::erasure::Erasure;
use gridwalk_model::hash::Hash;
use gridwalk_model::id::{AccountId, DeviceId, RecordId, ReplicaId, SpaceId};
use gridwalk_model::journal::{Entry, Outcome, SeenByOp, Stamps};
use gridwalk_model::limits;
use gridwalk_model::moved::Carriage;
use gridwalk_model::name::Name;
use gridwalk_model::time::Timestamp;
use std::collections::BTreeSet;

/// The chain after an entry: over the chain before it, the body's hash (zero without a body) and the entry's bytes.
pub fn chain(before: Hash, body: Hash, entry: &[u8]) -> Hash {
    Hash::with_context("gridwalk 2026 journal chain", &[&before.0, &body.0, entry])
}

/// The bytes of an admitted change: its stamps, its names, the name it was admitted under, its body's hash.
pub fn change_bytes(stamps: &Stamps, names: &[Name], id: Name, body: Hash) -> Vec<u8> {
    let mut w = Writer::default();
    w.array(14 + apart(stamps)).uint(1);
    write_admitted(&mut w, stamps, names, id, body);
    write_apart(&mut w, stamps);
    w.finish()
}

/// The bytes of a carried entry: those of an admitted change, then where it came from, the ids that stand for others
/// here, and what its deletion covers.
pub fn carried_bytes(stamps: &Stamps, names: &[Name], id: Name, body: Hash, carriage: &Carriage) -> Vec<u8> {
    let mut w = Writer::default();
    w.array(18 + apart(stamps)).uint(5);
    write_admitted(&mut w, stamps, names, id, body);
    w.bytes(&carriage.from.0).uint(carriage.pos).array(carriage.ids.len());
    for (old, new) in &carriage.ids {
        w.array(2).bytes(&old.0).bytes(&new.0);
    }
    w.names(&carriage.covered);
    write_apart(&mut w, stamps);
    w.finish()
}

/// A last part is there only for the few writes that cover something of their own: the bytes of all others stay the same.
fn apart(stamps: &Stamps) -> usize {
    usize::from(!stamps.also_seen_in.is_empty())
}

fn write_apart(w: &mut Writer, stamps: &Stamps) {
    if apart(stamps) == 0 {
        return;
    }
    w.array(stamps.also_seen_in.len());
    for (index, names) in &stamps.also_seen_in {
        w.array(2).uint(u64::from(*index)).names(names);
    }
}

fn read_apart(r: &mut Reader<'_>) -> Result<SeenByOp, Malformed> {
    let mut apart = SeenByOp::new();
    for _ in 0..r.list(limits::CHANGE_OPS_MAX)? {
        r.array_of(2)?;
        let index = u32::try_from(r.uint()?).map_err(|_| Malformed::Shape)?;
        apart.insert(index, r.names()?);
    }
    Ok(apart)
}

fn write_admitted(w: &mut Writer, stamps: &Stamps, names: &[Name], id: Name, body: Hash) {
    w.uint(stamps.pos).int(stamps.received_at.0).int(stamps.effective.0);
    w.names(&stamps.early).names(&stamps.also_seen);
    match stamps.outcome {
        None => w.null(),
        Some(Outcome::Applied) => w.array(1).uint(0),
        Some(Outcome::Overtaken(None)) => w.array(1).uint(1),
        Some(Outcome::Overtaken(Some(by))) => w.array(2).uint(1).name(&by),
    };
    match stamps.covers {
        None => w.null(),
        Some(pos) => w.uint(pos),
    };
    match stamps.approved_by {
        None => w.null(),
        Some(account) => w.bytes(&account.0),
    };
    w.uint(u64::from(stamps.workflow_version)).bool(stamps.erased).names(names).name(&id).bytes(&body.0);
}

/// The bytes of an alias.
pub fn alias_bytes(pos: u64, alias: Name, of: Name) -> Vec<u8> {
    let mut w = Writer::default();
    w.array(4).uint(2).uint(pos).name(&alias).name(&of);
    w.finish()
}

/// The bytes of seqs declared lost.
pub fn lost_bytes(pos: u64, replica: ReplicaId, from: u64, to: u64) -> Vec<u8> {
    let mut w = Writer::default();
    w.array(5).uint(4).uint(pos).bytes(&replica.0).uint(from).uint(to);
    w.finish()
}

/// What an erasure's entry says: what of the record, and the bodies of which something went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedEntry {
    /// Its place.
    pub pos: u64,
    /// The record.
    pub record: RecordId,
    /// What of it, when and why; nothing where only bodies are named.
    pub erasure: Option<Erasure>,
    /// The bodies.
    pub bodies: Vec<Blanked>,
}

/// A body of which an erasure took something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blanked {
    /// One of its names.
    pub name: Name,
    /// The device that gave it.
    pub device: DeviceId,
    /// Whether it had been admitted.
    pub admitted: bool,
    /// The operations that were blanked, by their place.
    pub places: BTreeSet<u32>,
    /// The hash of what is left.
    pub rest: Hash,
}

impl Blanked {
    /// What an erasure left of a body, under that name.
    pub fn of(name: Name, device: DeviceId, admitted: bool, left: &SealedChange) -> Self {
        Self { name, device, admitted, places: left.change.blanked(), rest: Hash::of_body(&left.bytes) }
    }
}

/// The bytes of an erasure.
pub fn erased_bytes(entry: &ErasedEntry) -> Vec<u8> {
    let mut w = Writer::default();
    w.array(5).uint(3).uint(entry.pos).bytes(&entry.record.0);
    match &entry.erasure {
        Some(erasure) => erasure.write(&mut w),
        None => {
            w.null();
        }
    }
    w.array(entry.bodies.len());
    for body in &entry.bodies {
        w.array(5).name(&body.name).bytes(&body.device.0).bool(body.admitted).places(&body.places);
        w.bytes(&body.rest.0);
    }
    w.finish()
}

/// Reads an erasure.
pub fn read_erased(bytes: &[u8]) -> Result<ErasedEntry, Malformed> {
    let mut r = Reader::new(bytes);
    r.array_of(5)?;
    if r.uint()? != 3 {
        return Err(Malformed::Shape);
    }
    let (pos, record) = (r.uint()?, RecordId(r.b16()?));
    let erasure = if r.null()? { None } else { Some(Erasure::read(&mut r)?) };
    let mut bodies = Vec::new();
    for _ in 0..r.list(own_limits::ERASED_BODIES_MAX)? {
        r.array_of(5)?;
        let (name, device, admitted) = (r.name()?, DeviceId(r.b16()?), r.bool()?);
        bodies.push(Blanked { name, device, admitted, places: r.places()?, rest: r.hash()? });
    }
    r.end()?;
    Ok(ErasedEntry { pos, record, erasure, bodies })
}

/// What an admitted change's bytes say.
pub struct Admitted {
    /// Its stamps.
    pub stamps: Stamps,
    /// All its names then.
    pub names: Vec<Name>,
    /// The name it was admitted under.
    pub id: Name,
    /// Its body's hash.
    pub body: Hash,
}

/// Reads an admitted change.
pub fn read_change(bytes: &[u8]) -> Result<Admitted, Malformed> {
    let mut r = Reader::new(bytes);
    let parts = r.array()?;
    if !matches!(parts, 14 | 15) {
        return Err(Malformed::Shape);
    }
    let mut admitted = read_admitted(&mut r)?;
    if parts == 15 {
        admitted.stamps.also_seen_in = read_apart(&mut r)?;
    }
    r.end()?;
    Ok(admitted)
}

/// Reads a carried entry.
pub fn read_carried(bytes: &[u8]) -> Result<(Admitted, Carriage), Malformed> {
    let mut r = Reader::new(bytes);
    let parts = r.array()?;
    if !matches!(parts, 18 | 19) {
        return Err(Malformed::Shape);
    }
    let mut admitted = read_admitted(&mut r)?;
    let (from, pos) = (SpaceId(r.b16()?), r.uint()?);
    let mut ids = Vec::new();
    for _ in 0..r.array()? {
        r.array_of(2)?;
        ids.push((RecordId(r.b16()?), RecordId(r.b16()?)));
    }
    let covered = r.names()?;
    if parts == 19 {
        admitted.stamps.also_seen_in = read_apart(&mut r)?;
    }
    r.end()?;
    Ok((admitted, Carriage { from, pos, ids, covered }))
}

/// The body that a row admits or carries; `None` for rows without one.
pub fn body_of(row: &JournalRow) -> Result<Option<Hash>, Malformed> {
    Ok(match row.kind {
        EntryKind::Change => Some(read_change(&row.entry)?.body),
        EntryKind::Carried => Some(read_carried(&row.entry)?.0.body),
        EntryKind::Alias | EntryKind::Erase | EntryKind::Lost => None,
    })
}

fn read_admitted(r: &mut Reader<'_>) -> Result<Admitted, Malformed> {
    let (_code, pos, received_at, effective) = (r.uint()?, r.uint()?, r.int()?, r.int()?);
    let (early, also_seen) = (r.names()?, r.names()?);
    let outcome = if r.null()? { None } else { Some(read_outcome(r)?) };
    let covers = if r.null()? { None } else { Some(r.uint()?) };
    let approved_by = if r.null()? { None } else { Some(AccountId(r.b16()?)) };
    let workflow_version = u32::try_from(r.uint()?).map_err(|_| Malformed::Shape)?;
    let erased = r.bool()?;
    let (names, id, body) = (r.names()?, r.name()?, r.hash()?);
    let stamps = Stamps {
        pos,
        received_at: Timestamp(received_at),
        effective: Timestamp(effective),
        early,
        also_seen,
        also_seen_in: SeenByOp::new(),
        outcome,
        covers,
        approved_by,
        workflow_version,
        erased,
    };
    Ok(Admitted { stamps, names, id, body })
}

fn read_outcome(r: &mut Reader<'_>) -> Result<Outcome, Malformed> {
    let parts = r.array()?;
    match (r.uint()?, parts) {
        (0, 1) => Ok(Outcome::Applied),
        (1, 1) => Ok(Outcome::Overtaken(None)),
        (1, 2) => Ok(Outcome::Overtaken(Some(r.name()?))),
        _ => Err(Malformed::Shape),
    }
}

/// The model's entry of a row; `body` is what the inbox holds under the row's dot. `None` for rows that fold nothing.
pub fn entry(row: &JournalRow, body: Option<&[u8]>) -> Result<Option<Entry>> {
    Ok(match row.kind {
        EntryKind::Change => {
            let Admitted { stamps, names, id, body: hash } = read_change(&row.entry)?;
            let change = SealedChange::kept(body.ok_or(ServerError::NotFound("body"))?, hash)?;
            Some(Entry::Change { stamps, change, names, id })
        }
        EntryKind::Carried => {
            let (Admitted { stamps, names, id, body: hash }, carriage) = read_carried(&row.entry)?;
            let change = SealedChange::kept(body.ok_or(ServerError::NotFound("body"))?, hash)?;
            Some(Entry::Carried { stamps, change, names, id, carriage })
        }
        EntryKind::Alias => {
            let mut r = Reader::new(&row.entry);
            r.array_of(4)?;
            let (_code, pos, alias, of) = (r.uint()?, r.uint()?, r.name()?, r.name()?);
            Some(Entry::Alias { pos, alias, of })
        }
        EntryKind::Erase => {
            let erasure = read_erased(&row.entry)?.erasure.map(Box::new);
            Some(Entry::Erase { pos: row.pos, erasure })
        }
        EntryKind::Lost => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use gridwalk_model::name::Mark;

    #[test]
    fn stamps_come_back() {
        let name = |seq| Name { replica: ReplicaId([3; 16]), seq, mark: Mark(seq.to_be_bytes()) };
        for outcome in
            [None, Some(Outcome::Applied), Some(Outcome::Overtaken(None)), Some(Outcome::Overtaken(Some(name(7))))]
        {
            let stamps = Stamps {
                pos: 9,
                received_at: Timestamp(-5),
                effective: Timestamp(70),
                early: vec![name(1)],
                also_seen: vec![name(2), name(3)],
                also_seen_in: outcome.map(|_| (4, vec![name(3)])).into_iter().collect(),
                outcome,
                covers: outcome.map(|_| 4),
                approved_by: outcome.map(|_| AccountId([8; 16])),
                workflow_version: 2,
                erased: false,
            };
            let bytes = change_bytes(&stamps, &[name(5), name(6)], name(5), Hash([1; 32]));
            let back = read_change(&bytes).unwrap();
            assert_eq!(
                (back.stamps, back.names, back.id, back.body),
                (stamps.clone(), vec![name(5), name(6)], name(5), Hash([1; 32]))
            );
            let ids = vec![(RecordId([1; 16]), RecordId([2; 16])), (RecordId([3; 16]), RecordId([4; 16]))];
            let carriage = Carriage { from: SpaceId([7; 16]), pos: 40, ids, covered: vec![name(8), name(9)] };
            let bytes = carried_bytes(&stamps, &[name(5)], name(5), Hash([1; 32]), &carriage);
            let (back, back_carriage) = read_carried(&bytes).unwrap();
            assert_eq!((back.stamps, back.names, back_carriage), (stamps, vec![name(5)], carriage));
        }
    }

    #[test]
    fn every_kind_of_entry_keeps_the_contract() {
        const CONTRACT: &str = include_str!("../../docs/protocol/gridwalk.cddl");
        let text = format!("start-here = journal-entry\n{CONTRACT}");
        let accepts = |bytes: &[u8]| cddl::validate_cbor_from_slice(&text, bytes, None).map_err(|e| e.to_string());
        let name = |seq| Name { replica: ReplicaId([3; 16]), seq, mark: Mark([9; 8]) };
        let outcomes =
            [None, Some(Outcome::Applied), Some(Outcome::Overtaken(None)), Some(Outcome::Overtaken(Some(name(7))))];
        let carriage = Carriage {
            from: SpaceId([7; 16]),
            pos: 40,
            ids: vec![(RecordId([1; 16]), RecordId([2; 16]))],
            covered: vec![name(8)],
        };
        for outcome in outcomes {
            let stamps = Stamps {
                pos: 1,
                received_at: Timestamp(-5),
                effective: Timestamp(7),
                early: vec![name(1)],
                also_seen: Vec::new(),
                also_seen_in: outcome.map(|_| (0, vec![name(3)])).into_iter().collect(),
                outcome,
                covers: outcome.map(|_| 4),
                approved_by: outcome.map(|_| AccountId([8; 16])),
                workflow_version: 2,
                erased: false,
            };
            let change = change_bytes(&stamps, &[name(5)], name(5), Hash([1; 32]));
            assert_eq!(accepts(&change), Ok(()));
            let carried = carried_bytes(&stamps, &[name(5)], name(5), Hash([1; 32]), &carriage);
            assert_eq!(accepts(&carried), Ok(()));
            assert!(accepts(&change[..change.len() - 1]).is_err());
            let nameless = change_bytes(&stamps, &[], name(5), Hash([1; 32]));
            assert!(accepts(&nameless).is_err(), "an admitted change has a name");
        }
        assert_eq!(accepts(&alias_bytes(3, name(1), name(2))), Ok(()));
        assert_eq!(accepts(&lost_bytes(3, ReplicaId([1; 16]), 4, 6)), Ok(()));
        for erasure in [None, Some(Erasure { reason: "period_over".to_owned(), ..Erasure::default() })] {
            let (device, rest) = (DeviceId([2; 16]), Hash([4; 32]));
            let places = BTreeSet::from([0, 3]);
            let bodies = vec![Blanked { name: name(1), device, admitted: true, places, rest }];
            let entry = ErasedEntry { pos: 3, record: RecordId([1; 16]), erasure, bodies };
            let bytes = erased_bytes(&entry);
            assert_eq!((accepts(&bytes), read_erased(&bytes)), (Ok(()), Ok(entry)));
        }
    }
}
