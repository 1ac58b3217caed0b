//! A change's bytes: its header and its operations.
//!
//! Owns their keys. Refuses to know transport and storage. Invariant: bytes in any but the one deterministic encoding are
//! malformed; header fields and operations of a later version come back as they were. The contract is
//! `docs/protocol/gridwalk.cddl`.

use crate::change::Change;
use crate::codec::{Malformed, Reader, Writer, check_deterministic};
use crate::hash::Hash;
use crate::id::{AccountId, DeviceId, RecordId, ReplicaId, SpaceId, TimelineId, UnitId};
use crate::limits;
use crate::op::Op;
use crate::time::Timestamp;

/// The bytes of a change. Keys: see `docs/protocol/gridwalk.cddl`.
pub fn change_bytes(c: &Change) -> Vec<u8> {
    let mut w = Writer::default();
    let optional = [c.machine, !c.seen.is_empty(), !c.was.is_empty(), c.instead_of.is_some()];
    w.map(14 + optional.iter().filter(|o| **o).count() + c.extra.len());
    w.uint(0).uint(FORMAT).uint(1).bytes(&c.space.0).uint(2).bytes(&c.replica.0).uint(3).uint(c.seq);
    w.uint(4).bytes(&c.prev.0).uint(5).bytes(&c.record.0).uint(6).text(&c.kind).uint(7).bytes(&c.unit.0);
    w.uint(8).bytes(&c.author.0).uint(9).bytes(&c.device.0).uint(10).int(c.typed_at.0).uint(11).int(c.heard.0);
    w.uint(12).bytes(&c.salt).uint(13).array(c.ops.len());
    for op in &c.ops {
        write_op(&mut w, op);
    }
    if c.machine {
        w.uint(14).bool(true);
    }
    if !c.seen.is_empty() {
        w.uint(15).names(&c.seen);
    }
    if !c.was.is_empty() {
        w.uint(16).names(&c.was);
    }
    if let Some(name) = &c.instead_of {
        w.uint(17).name(name);
    }
    for (key, raw) in &c.extra {
        w.uint(*key).raw(raw);
    }
    w.finish()
}

/// The format of a change's header.
const FORMAT: u64 = 1;

/// Reads a change; anything but its one deterministic encoding is malformed.
pub fn read_change(bytes: &[u8]) -> Result<Change, Malformed> {
    let mut r = Reader::new(bytes);
    let mut c = Change {
        space: SpaceId::default(),
        replica: ReplicaId::default(),
        seq: 0,
        prev: Hash::default(),
        record: RecordId::default(),
        kind: String::new(),
        unit: UnitId::default(),
        author: AccountId::default(),
        machine: false,
        device: DeviceId::default(),
        typed_at: Timestamp(0),
        heard: Timestamp(0),
        seen: Vec::new(),
        was: Vec::new(),
        instead_of: None,
        salt: [0; 16],
        ops: Vec::new(),
        extra: Vec::new(),
    };
    let mut required = 0;
    for _ in 0..r.map()? {
        let key = r.uint()?;
        required += usize::from(key < 14);
        read_header(&mut r, &mut c, key)?;
    }
    r.end()?;
    if required != 14 {
        return Err(Malformed::Incomplete);
    }
    if change_bytes(&c) == bytes { Ok(c) } else { Err(Malformed::NotDeterministic) }
}

fn read_header(r: &mut Reader<'_>, c: &mut Change, key: u64) -> Result<(), Malformed> {
    match key {
        0 if r.uint()? != FORMAT => return Err(Malformed::Shape),
        0 => {}
        1 => c.space = SpaceId(r.b16()?),
        2 => c.replica = ReplicaId(r.b16()?),
        3 => c.seq = r.uint()?,
        4 => c.prev = r.hash()?,
        5 => c.record = RecordId(r.b16()?),
        6 => c.kind = r.text(limits::FIELD_NAME_BYTES_MAX)?,
        7 => c.unit = UnitId(r.b16()?),
        8 => c.author = AccountId(r.b16()?),
        9 => c.device = DeviceId(r.b16()?),
        10 => c.typed_at = Timestamp(r.int()?),
        11 => c.heard = Timestamp(r.int()?),
        12 => c.salt = r.b16()?,
        13 => {
            let n = r.list(limits::CHANGE_OPS_MAX)?;
            c.ops = (0..n).map(|_| read_op(r)).collect::<Result<_, _>>()?;
        }
        14 => c.machine = r.bool()?,
        15 => c.seen = r.names()?,
        16 => c.was = r.names()?,
        17 => c.instead_of = Some(r.name()?),
        _ if c.extra.last().is_some_and(|(last, _)| *last >= key) => return Err(Malformed::NotDeterministic),
        _ => {
            let raw = r.raw()?;
            check_deterministic(raw)?;
            c.extra.push((key, raw.to_vec()));
        }
    }
    Ok(())
}

/// Writes an operation: an array that begins with its code.
pub fn write_op(w: &mut Writer, op: &Op) {
    match op {
        Op::Put { field, value, within, seen } => {
            w.array(5).uint(if value.is_some() { 1 } else { 2 }).text(field).maybe(value.as_ref());
            match within {
                Some(within) => w.text(within),
                None => w.null(),
            };
            match seen {
                Some(seen) => w.names(seen),
                None => w.null(),
            };
        }
        Op::Add { set, element } => {
            w.array(3).uint(3).text(set).value(element);
        }
        Op::Remove { set, dots } => {
            w.array(3).uint(4).text(set).op_names(dots);
        }
        Op::AddInstance { within } => {
            w.array(2).uint(5).text(within);
        }
        Op::RemoveInstance { within, dots } => {
            w.array(3).uint(6).text(within).names(dots);
        }
        Op::Step { step, to, answers } => {
            w.array(4).uint(7).text(step).text(to).text_map(answers);
        }
        Op::Link { other } => {
            w.array(2).uint(8).bytes(&other.0);
        }
        Op::Unlink { dots } => {
            w.array(2).uint(9).op_names(dots);
        }
        Op::Attach { element } => {
            w.array(2).uint(10).value(element);
        }
        Op::Delete { timeline, pos, own } => {
            w.array(4).uint(11).bytes(&timeline.0).uint(*pos).names(own);
        }
        Op::Unknown { raw, .. } => {
            w.raw(raw);
        }
    }
}

/// Reads an operation; one whose code or length is of a later version is kept as it is.
pub fn read_op(r: &mut Reader<'_>) -> Result<Op, Malformed> {
    let raw = r.raw()?;
    let mut r = Reader::new(raw);
    let length = r.array()?;
    let code = r.uint()?;
    let name = limits::FIELD_NAME_BYTES_MAX;
    let op = match (code, length) {
        (1 | 2, 5) => {
            let field = r.text(name)?;
            let value = r.maybe()?;
            let within = if r.null()? { None } else { Some(r.text(2 * name)?) };
            let seen = if r.null()? { None } else { Some(r.names()?) };
            Op::Put { field, value, within, seen }
        }
        (3, 3) => Op::Add { set: r.text(name)?, element: r.value()? },
        (4, 3) => Op::Remove { set: r.text(name)?, dots: r.op_names()? },
        (5, 2) => Op::AddInstance { within: r.text(2 * name)? },
        (6, 3) => Op::RemoveInstance { within: r.text(2 * name)?, dots: r.names()? },
        (7, 4) => Op::Step { step: r.text(name)?, to: r.text(name)?, answers: r.text_map()? },
        (8, 2) => Op::Link { other: RecordId(r.b16()?) },
        (9, 2) => Op::Unlink { dots: r.op_names()? },
        (10, 2) => Op::Attach { element: r.value()? },
        (11, 4) => Op::Delete { timeline: TimelineId(r.b16()?), pos: r.uint()?, own: r.names()? },
        _ => {
            check_deterministic(raw)?;
            Op::Unknown { code, raw: raw.to_vec() }
        }
    };
    Ok(op)
}
