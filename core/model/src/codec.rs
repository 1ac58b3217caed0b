//! Deterministic CBOR (RFC 8949 §4.2) with integer keys: the writer, the reader, values and names.
//!
//! Owns what one meaning looks like in bytes. Refuses to know what a change or a state is made of (`change_codec`,
//! `state_codec`), transport and storage. Invariant: one meaning has one encoding; bytes in any other encoding are
//! malformed.

mod deterministic;

pub use deterministic::check as check_deterministic;

use crate::hash::Hash;
use crate::id::{RecordId, ReplicaId};
use crate::limits;
use crate::name::{Mark, Name, OpName};
use crate::value::Value;
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Places of operations in a body.
    pub fn places(&mut self, places: &BTreeSet<u32>) -> &mut Self {
        self.array(places.len());
        for place in places {
            self.uint(u64::from(*place));
        }
        self
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
    /// A map head of exactly this many rows.
    pub fn map_of(&mut self, n: u64) -> Result<(), Malformed> {
        if self.map()? == n { Ok(()) } else { Err(Malformed::Shape) }
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
    /// Places of operations in a body.
    pub fn places(&mut self) -> Result<BTreeSet<u32>, Malformed> {
        let places = 0..self.list(limits::CHANGE_OPS_MAX)?;
        places.map(|_| u32::try_from(self.uint()?).map_err(|_| Malformed::Shape)).collect()
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
