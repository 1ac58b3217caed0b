//! Deterministic CBOR (RFC 8949 §4.2) with integer keys: values, names, operations, changes.
//!
//! Owns the bytes of a change. Refuses to know transport and storage. Invariant: one meaning has one encoding; bytes in
//! any other encoding are malformed; header fields and operations of a later version come back as they were. The
//! contract is `docs/protocol/gridwalk.cddl`.

use crate::change::Change;
use crate::hash::Hash;
use crate::id::{AccountId, DeviceId, RecordId, ReplicaId, SpaceId, TimelineId, UnitId};
use crate::limits;
use crate::name::{Mark, Name, OpName};
use crate::op::Op;
use crate::time::Timestamp;
use crate::value::Value;
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use std::collections::BTreeMap;

/// Why bytes are no change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// Not CBOR of the expected shape.
    #[error("not the expected CBOR")]
    Shape,
    /// CBOR, but not in its one deterministic form.
    #[error("not deterministic CBOR")]
    NotDeterministic,
    /// Over a limit.
    #[error("over a limit")]
    TooLarge,
    /// A required part is missing.
    #[error("incomplete")]
    Incomplete,
    /// One field written twice in a change.
    #[error("a field written twice")]
    FieldTwice,
    /// More than one step or delete in a change.
    #[error("more than one step or delete")]
    StepTwice,
}

impl Malformed {
    /// Stable code for verdicts and words.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Shape => "malformed",
            Self::NotDeterministic => "not_deterministic",
            Self::TooLarge => "too_large",
            Self::Incomplete => "incomplete",
            Self::FieldTwice => "field_twice",
            Self::StepTwice => "step_twice",
        }
    }
}

impl From<minicbor::decode::Error> for Malformed {
    fn from(_: minicbor::decode::Error) -> Self {
        Self::Shape
    }
}

/// Writes CBOR into memory, which cannot fail.
pub struct Writer(Encoder<Vec<u8>>);

impl Default for Writer {
    fn default() -> Self {
        Self(Encoder::new(Vec::with_capacity(256)))
    }
}

/// Swallows the impossible error of writing to memory.
macro_rules! w {
    ($writer:expr, $method:ident $(, $arg:expr)*) => {{
        let _infallible = $writer.0.$method($($arg),*);
        &mut *$writer
    }};
}

impl Writer {
    /// The bytes written.
    pub fn finish(self) -> Vec<u8> {
        self.0.into_writer()
    }
    /// A map head.
    pub fn map(&mut self, n: usize) -> &mut Self {
        w!(self, map, n as u64)
    }
    /// An array head.
    pub fn array(&mut self, n: usize) -> &mut Self {
        w!(self, array, n as u64)
    }
    /// An unsigned number, also as a key.
    pub fn uint(&mut self, n: u64) -> &mut Self {
        w!(self, u64, n)
    }
    /// A whole number.
    pub fn int(&mut self, n: i64) -> &mut Self {
        w!(self, i64, n)
    }
    /// Text.
    pub fn text(&mut self, t: &str) -> &mut Self {
        w!(self, str, t)
    }
    /// Bytes.
    pub fn bytes(&mut self, b: &[u8]) -> &mut Self {
        w!(self, bytes, b)
    }
    /// A yes or no.
    pub fn bool(&mut self, b: bool) -> &mut Self {
        w!(self, bool, b)
    }
    /// Nothing.
    pub fn null(&mut self) -> &mut Self {
        w!(self, null)
    }
    /// Bytes that are CBOR already.
    pub fn raw(&mut self, b: &[u8]) -> &mut Self {
        self.0.writer_mut().extend_from_slice(b);
        self
    }
    /// A name.
    pub fn name(&mut self, n: &Name) -> &mut Self {
        self.array(3).bytes(&n.replica.0).uint(n.seq).bytes(&n.mark.0)
    }
    /// A list of names.
    pub fn names(&mut self, list: &[Name]) -> &mut Self {
        self.array(list.len());
        for n in list {
            self.name(n);
        }
        self
    }
    /// A list of operations' names.
    pub fn op_names(&mut self, list: &[OpName]) -> &mut Self {
        self.array(list.len());
        for n in list {
            self.array(2).name(&n.change).uint(u64::from(n.index));
        }
        self
    }
    /// A value, or nothing.
    pub fn maybe(&mut self, v: Option<&Value>) -> &mut Self {
        match v {
            Some(v) => self.value(v),
            None => self.null(),
        }
    }
    /// A value. References are tagged 37 (a UUID as bytes).
    pub fn value(&mut self, v: &Value) -> &mut Self {
        match v {
            Value::Bool(b) => self.bool(*b),
            Value::Int(i) => self.int(*i),
            Value::Float(x) => self.float(*x),
            Value::Text(t) => self.text(t),
            Value::Bytes(b) => self.bytes(b),
            Value::Id(id) => w!(self, tag, minicbor::data::Tag::new(TAG_UUID)).bytes(&id.0),
            Value::List(l) => {
                self.array(l.len());
                for v in l {
                    self.value(v);
                }
                self
            }
            Value::Map(m) => self.text_map(m),
        }
    }
    /// A map with text keys in the deterministic order: by encoded key (shorter first).
    pub fn text_map(&mut self, m: &BTreeMap<String, Value>) -> &mut Self {
        let mut keys: Vec<_> = m.iter().collect();
        keys.sort_by(|(a, _), (b, _)| (a.len(), a.as_str()).cmp(&(b.len(), b.as_str())));
        self.map(keys.len());
        for (k, v) in keys {
            self.text(k).value(v);
        }
        self
    }
    /// The shortest float that holds the number (RFC 8949 §4.2.1).
    #[expect(clippy::cast_possible_truncation, reason = "the cast back proves that nothing was lost")]
    fn float(&mut self, x: f64) -> &mut Self {
        let single = x as f32;
        if f64::from(single).to_bits() != x.to_bits() {
            return w!(self, f64, x);
        }
        let mut half = Encoder::new(Vec::with_capacity(3));
        let _infallible = half.f16(single);
        let bytes = half.into_writer();
        match Decoder::new(&bytes).f16() {
            Ok(back) if back.to_bits() == single.to_bits() => self.raw(&bytes),
            _ => w!(self, f32, single),
        }
    }
}

/// CBOR tag of a binary UUID.
const TAG_UUID: u64 = 37;

/// Reads CBOR; every read is checked and bounded.
pub struct Reader<'b>(pub Decoder<'b>);

impl<'b> Reader<'b> {
    /// Reads these bytes from their beginning.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self(Decoder::new(bytes))
    }
    /// A map head of definite length.
    pub fn map(&mut self) -> Result<u64, Malformed> {
        self.0.map()?.ok_or(Malformed::NotDeterministic)
    }
    /// An array head of definite length.
    pub fn array(&mut self) -> Result<u64, Malformed> {
        self.0.array()?.ok_or(Malformed::NotDeterministic)
    }
    /// An array head of exactly this length.
    pub fn array_of(&mut self, n: u64) -> Result<(), Malformed> {
        if self.array()? == n { Ok(()) } else { Err(Malformed::Shape) }
    }
    /// A bounded array head.
    pub fn list(&mut self, max: usize) -> Result<usize, Malformed> {
        let n = usize::try_from(self.array()?).map_err(|_| Malformed::TooLarge)?;
        if n > max { Err(Malformed::TooLarge) } else { Ok(n) }
    }
    /// An unsigned number.
    pub fn uint(&mut self) -> Result<u64, Malformed> {
        Ok(self.0.u64()?)
    }
    /// A whole number.
    pub fn int(&mut self) -> Result<i64, Malformed> {
        Ok(self.0.i64()?)
    }
    /// A yes or no.
    pub fn bool(&mut self) -> Result<bool, Malformed> {
        Ok(self.0.bool()?)
    }
    /// Text of at most so many bytes.
    pub fn text(&mut self, max: usize) -> Result<String, Malformed> {
        let t = self.0.str()?;
        if t.len() > max { Err(Malformed::TooLarge) } else { Ok(t.to_owned()) }
    }
    /// Bytes.
    pub fn bytes(&mut self) -> Result<&'b [u8], Malformed> {
        Ok(self.0.bytes()?)
    }
    /// Sixteen bytes.
    pub fn b16(&mut self) -> Result<[u8; 16], Malformed> {
        self.bytes()?.try_into().map_err(|_| Malformed::Shape)
    }
    /// A hash.
    pub fn hash(&mut self) -> Result<Hash, Malformed> {
        Hash::from_slice(self.bytes()?).ok_or(Malformed::Shape)
    }
    /// Whether `null` comes next; it is consumed.
    pub fn null(&mut self) -> Result<bool, Malformed> {
        let is = self.0.datatype()? == Type::Null;
        if is {
            self.0.null()?;
        }
        Ok(is)
    }
    /// The bytes of the next item, whatever it is.
    pub fn raw(&mut self) -> Result<&'b [u8], Malformed> {
        let from = self.0.position();
        self.0.skip()?;
        self.0.input().get(from..self.0.position()).ok_or(Malformed::Shape)
    }
    /// A name.
    pub fn name(&mut self) -> Result<Name, Malformed> {
        self.array_of(3)?;
        let replica = ReplicaId(self.b16()?);
        let seq = self.uint()?;
        let mark = Mark(self.bytes()?.try_into().map_err(|_| Malformed::Shape)?);
        Ok(Name { replica, seq, mark })
    }
    /// A list of names.
    pub fn names(&mut self) -> Result<Vec<Name>, Malformed> {
        (0..self.list(limits::NAMES_MAX)?).map(|_| self.name()).collect()
    }
    /// A list of operations' names.
    pub fn op_names(&mut self) -> Result<Vec<OpName>, Malformed> {
        (0..self.list(limits::NAMES_MAX)?)
            .map(|_| {
                self.array_of(2)?;
                let change = self.name()?;
                let index = u32::try_from(self.uint()?).map_err(|_| Malformed::TooLarge)?;
                Ok(OpName { change, index })
            })
            .collect()
    }
    /// A value, or nothing.
    pub fn maybe(&mut self) -> Result<Option<Value>, Malformed> {
        if self.null()? { Ok(None) } else { self.value().map(Some) }
    }
    /// A value.
    pub fn value(&mut self) -> Result<Value, Malformed> {
        self.value_at(0)
    }

    fn value_at(&mut self, depth: usize) -> Result<Value, Malformed> {
        if depth > limits::VALUE_DEPTH_MAX {
            return Err(Malformed::TooLarge);
        }
        match self.0.datatype()? {
            Type::Bool => Ok(Value::Bool(self.bool()?)),
            Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
                Ok(Value::Int(self.int()?))
            }
            Type::F16 => Value::float(f64::from(self.0.f16()?)).ok_or(Malformed::NotDeterministic),
            Type::F32 => Value::float(f64::from(self.0.f32()?)).ok_or(Malformed::NotDeterministic),
            Type::F64 => Value::float(self.0.f64()?).ok_or(Malformed::NotDeterministic),
            Type::String => Ok(Value::Text(self.text(limits::TEXT_BYTES_MAX)?)),
            Type::Bytes => Ok(Value::Bytes(self.bytes()?.to_vec())),
            Type::Tag => {
                if self.0.tag()?.as_u64() != TAG_UUID {
                    return Err(Malformed::Shape);
                }
                Ok(Value::Id(RecordId(self.b16()?)))
            }
            Type::Array => {
                let n = self.list(limits::VALUE_ENTRIES_MAX)?;
                (0..n).map(|_| self.value_at(depth + 1)).collect::<Result<_, _>>().map(Value::List)
            }
            Type::Map => self.map_at(depth).map(Value::Map),
            _ => Err(Malformed::Shape),
        }
    }

    /// A map with text keys.
    pub fn text_map(&mut self) -> Result<BTreeMap<String, Value>, Malformed> {
        self.map_at(0)
    }

    fn map_at(&mut self, depth: usize) -> Result<BTreeMap<String, Value>, Malformed> {
        let n = usize::try_from(self.map()?).map_err(|_| Malformed::TooLarge)?;
        if n > limits::VALUE_ENTRIES_MAX {
            return Err(Malformed::TooLarge);
        }
        let mut map = BTreeMap::new();
        for _ in 0..n {
            let key = self.text(limits::FIELD_NAME_BYTES_MAX)?;
            let value = self.value_at(depth + 1)?;
            if map.insert(key, value).is_some() {
                return Err(Malformed::NotDeterministic);
            }
        }
        Ok(map)
    }

    /// Nothing may follow.
    pub fn end(&self) -> Result<(), Malformed> {
        if self.0.position() == self.0.input().len() { Ok(()) } else { Err(Malformed::Shape) }
    }
}

/// The bytes of one value.
pub fn value_bytes(value: &Value) -> Vec<u8> {
    let mut w = Writer::default();
    w.value(value);
    w.finish()
}

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
        _ => c.extra.push((key, r.raw()?.to_vec())),
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
        _ => Op::Unknown { code, raw: raw.to_vec() },
    };
    Ok(op)
}
