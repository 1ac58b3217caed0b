//! A column: the values of one place in many states.
//!
//! Owns how they are packed. Refuses to know what they mean. Invariant: what is read is what was pushed, item by item;
//! a form is chosen only if it gives back every byte.

use super::item;
use gridwalk_model::codec::{Malformed, Reader, Writer};
use gridwalk_model::limits;

/// Items one after the other.
const PLAIN: u64 = 0;
/// One item for all rows.
const SAME: u64 = 1;
/// Unsigned numbers, each as its step from the one before: zigzag, seven bits a byte.
const STEPS: u64 = 2;
/// Items of one head, their bytes turned: all the first ones, then all the second ones.
const TURNED: u64 = 3;

/// A column as it is gathered.
#[derive(Default)]
pub(super) struct Column {
    items: Vec<u8>,
    ends: Vec<usize>,
}

fn uint_item(n: u64) -> Vec<u8> {
    let mut w = Writer::default();
    w.uint(n);
    w.finish()
}

fn zigzag(step: i64) -> u64 {
    (step << 1 ^ step >> 63).cast_unsigned()
}

fn unzigzag(n: u64) -> i64 {
    (n >> 1).cast_signed() ^ -(n & 1).cast_signed()
}

fn push_varint(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push((n & 0x7f) as u8 | 0x80);
        n >>= 7;
    }
    out.push((n & 0x7f) as u8);
}

impl Column {
    pub(super) fn push(&mut self, item: &[u8]) {
        self.items.extend_from_slice(item);
        self.ends.push(self.items.len());
    }

    pub(super) fn push_uint(&mut self, n: u64) {
        self.push(&uint_item(n));
    }

    pub(super) fn push_bytes(&mut self, bytes: &[u8]) {
        let mut w = Writer::default();
        w.bytes(bytes);
        self.push(&w.finish());
    }

    fn each(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(from, to)| self.items.get(from..*to).unwrap_or_default())
    }

    /// The numbers, if all are unsigned and written the one way there is.
    fn steps(&self) -> Option<Vec<u8>> {
        let (mut out, mut before) = (Vec::with_capacity(self.ends.len()), 0_u64);
        for item in self.each() {
            let n = item::uint(item).filter(|n| *n <= i64::MAX.cast_unsigned())?;
            if item.len() > 1 && uint_item(n) != item {
                return None;
            }
            push_varint(&mut out, zigzag(n.cast_signed().wrapping_sub(before.cast_signed())));
            before = n;
        }
        Some(out)
    }

    /// Head and turned bytes, if all items have one length and are ids, hashes or digits.
    fn turned(&self) -> Option<(&[u8], Vec<u8>)> {
        let first = self.each().next()?;
        let (major, _, head_length) = item::head(first)?;
        let (head, body) = first.split_at_checked(head_length)?;
        if body.len() < 4 || !(major == 2 || major == 3) {
            return None;
        }
        let fits = |i: &[u8]| {
            i.len() == first.len()
                && i.starts_with(head)
                && (major == 2 || i.iter().skip(head_length + 1).take(6).all(u8::is_ascii_digit))
        };
        if !self.each().all(fits) {
            return None;
        }
        let mut out = Vec::with_capacity(self.items.len());
        for at in head_length..first.len() {
            out.extend(self.each().filter_map(|i| i.get(at)));
        }
        Some((head, out))
    }

    pub(super) fn write(&self, w: &mut Writer) {
        let first = self.each().next().unwrap_or_default();
        if self.each().all(|i| i == first) && !first.is_empty() {
            w.array(2).uint(SAME).bytes(first);
        } else if let Some(steps) = self.steps() {
            w.array(2).uint(STEPS).bytes(&steps);
        } else if let Some((head, turned)) = self.turned() {
            w.array(3).uint(TURNED).bytes(head).bytes(&turned);
        } else {
            w.array(2).uint(PLAIN).bytes(&self.items);
        }
    }
}

/// A column as it is read, one item after the other.
pub(super) enum Unravelled<'b> {
    Plain(&'b [u8]),
    Same(&'b [u8]),
    Steps { rest: &'b [u8], before: u64, item: Vec<u8> },
    Turned { head: &'b [u8], bytes: &'b [u8], count: usize, at: usize, item: Vec<u8> },
}

impl<'b> Unravelled<'b> {
    /// Reads a column; `most`: more rows than that it cannot have.
    pub(super) fn read(r: &mut Reader<'b>, most: usize) -> Result<Self, Malformed> {
        let parts = r.array()?;
        let form = r.uint()?;
        let first = r.bytes()?;
        match (parts, form) {
            (2, PLAIN) => Ok(Self::Plain(first)),
            (2, SAME) => Ok(Self::Same(first)),
            (2, STEPS) => Ok(Self::Steps { rest: first, before: 0, item: Vec::new() }),
            (3, TURNED) => {
                let bytes = r.bytes()?;
                let (_, length, _) = item::head(first).ok_or(Malformed::Shape)?;
                let length = usize::try_from(length).ok().filter(|n| *n > 0 && *n <= limits::TEXT_BYTES_MAX);
                let length = length.ok_or(Malformed::Shape)?;
                let count = bytes.len() / length;
                if count * length != bytes.len() || count > most {
                    return Err(Malformed::Shape);
                }
                Ok(Self::Turned { head: first, bytes, count, at: 0, item: Vec::new() })
            }
            _ => Err(Malformed::Shape),
        }
    }

    /// The next item.
    pub(super) fn next(&mut self) -> Result<&[u8], Malformed> {
        match self {
            Self::Same(item) => Ok(item),
            Self::Plain(rest) => {
                let length = item::leaf_length(rest).ok_or(Malformed::Shape)?;
                let (item, after) = rest.split_at_checked(length).ok_or(Malformed::Shape)?;
                *rest = after;
                Ok(item)
            }
            Self::Steps { rest, before, item } => {
                let (mut n, mut shift) = (0_u64, 0_u32);
                loop {
                    let (byte, after) = rest.split_first().ok_or(Malformed::Shape)?;
                    *rest = after;
                    n |= u64::from(byte & 0x7f).checked_shl(shift).ok_or(Malformed::Shape)?;
                    if byte & 0x80 == 0 {
                        break;
                    }
                    shift += 7;
                }
                *before = before.cast_signed().wrapping_add(unzigzag(n)).cast_unsigned();
                *item = uint_item(*before);
                Ok(item)
            }
            Self::Turned { head, bytes, count, at, item } => {
                if at >= count {
                    return Err(Malformed::Shape);
                }
                item.clear();
                item.extend_from_slice(head);
                item.extend(bytes.iter().skip(*at).step_by(*count));
                *at += 1;
                Ok(item)
            }
        }
    }
}
