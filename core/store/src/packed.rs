//! How states stand in the file: packed against the names of their kind's fields.
//!
//! Owns the packed form and the vocabularies. Refuses to know what a state says beyond its fields' names. Invariant:
//! what is unpacked is byte for byte what came; a vocabulary is never changed and holds no value, so that nothing of a
//! record that is gone stays behind in one; what an earlier release stored plain is read as it stands.

use crate::error::StoreError;
use crate::store::Work;
use gridwalk_model::State;
use gridwalk_model::codec::{Reader, Writer};
use gridwalk_model::limits::{FIELD_NAME_BYTES_MAX, PAGE_BYTES_MAX, VOCABULARIES_MAX, VOCABULARY_NAMES_MAX};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use zstd::dict::EncoderDictionary;
use zstd::zstd_safe::{CCtx, DCtx, get_frame_content_size};

/// First byte of a packed state; a plain one begins with the head of a CBOR array.
const PACKED: u8 = 1;
/// zstd's level. What a state holds beside its names are ids, hashes and values that appear once: higher levels, which also
/// build a table of how often each byte comes, save one byte in a hundred and take three times as long.
const LEVEL: i32 = -1;
/// What every zstd frame begins with; it is left out.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

thread_local! {
    /// Working memory of zstd: making it anew costs more than packing.
    static PRESS: RefCell<(CCtx<'static>, DCtx<'static>)> = RefCell::new((CCtx::create(), DCtx::create()));
}

/// The names that states of one kind are packed against.
pub(crate) struct Vocabulary {
    id: u64,
    names: BTreeSet<String>,
    /// The names as zstd takes them: made once, as making it costs as much as packing a state.
    dictionary: EncoderDictionary<'static>,
}

/// The vocabularies of kinds, shared with whoever packs before there is a transaction: none of them ever changes.
pub(crate) type Vocabularies = Arc<BTreeMap<String, Arc<Vocabulary>>>;

impl Vocabulary {
    fn new(id: u64, names: BTreeSet<String>, bytes: &[u8]) -> Self {
        Self { id, names, dictionary: EncoderDictionary::copy(bytes, LEVEL) }
    }

    /// No names: nothing is packed against it.
    fn none() -> Self {
        Self::new(0, BTreeSet::new(), &[])
    }

    fn knows<'a>(&self, mut names: impl Iterator<Item = &'a String>) -> bool {
        names.all(|name| self.names.contains(name))
    }
}

/// Names as a state lists its fields, each with nothing in it.
fn listed(names: &BTreeSet<String>) -> Vec<u8> {
    let mut w = Writer::default();
    for name in names {
        w.array(3).text(name).uint(0);
    }
    w.finish()
}

fn names_of(bytes: &[u8]) -> BTreeSet<String> {
    let mut reader = Reader::new(bytes);
    let mut name = || {
        reader.array_of(3).ok()?;
        let name = reader.text(FIELD_NAME_BYTES_MAX).ok()?;
        reader.uint().ok().map(|_| name)
    };
    std::iter::from_fn(&mut name).collect()
}

/// The newest vocabulary of a kind.
fn newest(db: &Connection, kind: &str) -> Result<Option<Vocabulary>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT id, names FROM vocabulary WHERE kind = ?1 ORDER BY id DESC LIMIT 1")?;
    let found = statement.query_row(params![kind], |r| {
        let bytes: Vec<u8> = r.get(1)?;
        Ok(Vocabulary::new(r.get::<_, i64>(0)?.cast_unsigned(), names_of(&bytes), &bytes))
    });
    Ok(found.optional()?)
}

/// A new vocabulary with these names, if there is room for one.
fn added(db: &Connection, kind: &str, names: BTreeSet<String>) -> Result<Option<Vocabulary>, StoreError> {
    let count: i64 = db.prepare_cached("SELECT count(*) FROM vocabulary")?.query_row([], |r| r.get(0))?;
    if names.len() > VOCABULARY_NAMES_MAX || count.cast_unsigned() >= VOCABULARIES_MAX {
        return Ok(None);
    }
    let bytes = listed(&names);
    db.prepare_cached("INSERT INTO vocabulary (kind, names) VALUES (?1, ?2)")?.execute(params![kind, bytes])?;
    Ok(Some(Vocabulary::new(db.last_insert_rowid().cast_unsigned(), names, &bytes)))
}

/// Sees to it that the transaction has a vocabulary with all names of a state, as far as limits go.
fn prepare(work: &mut Work<'_>, kind: &str, names: &BTreeSet<String>) -> Result<Arc<Vocabulary>, StoreError> {
    if let Some(known) = work.vocabularies.get(kind).filter(|v| v.knows(names.iter())) {
        return Ok(Arc::clone(known));
    }
    let held = newest(&work.tx, kind)?;
    let vocabulary = match held {
        Some(held) if held.knows(names.iter()) => held,
        held => {
            let names = held.iter().flat_map(|v| &v.names).chain(names).cloned().collect();
            added(&work.tx, kind, names)?.or(held).unwrap_or_else(Vocabulary::none)
        }
    };
    let vocabulary = Arc::new(vocabulary);
    Arc::make_mut(&mut work.vocabularies).insert(kind.to_owned(), Arc::clone(&vocabulary));
    Ok(vocabulary)
}

/// Packs the bytes of a state with these names; what would not get smaller stays plain.
pub(crate) fn pack(
    work: &mut Work<'_>,
    kind: &str,
    names: &BTreeSet<String>,
    bytes: &[u8],
) -> Result<Vec<u8>, StoreError> {
    let vocabulary = prepare(work, kind, names)?;
    Ok(if vocabulary.id > 0 { packed(&vocabulary, bytes) } else { bytes.to_vec() })
}

/// Packs the bytes of a state before there is a transaction, if a vocabulary with all its names stands in the file.
pub(crate) fn pack_ahead(vocabularies: &Vocabularies, state: &State, bytes: &[u8]) -> Option<Vec<u8>> {
    let vocabulary = vocabularies.get(state.kind()).filter(|v| v.id > 0 && v.knows(state.fields.keys()))?;
    Some(packed(vocabulary, bytes))
}

fn packed(vocabulary: &Vocabulary, bytes: &[u8]) -> Vec<u8> {
    let mut frame: Vec<u8> = Vec::with_capacity(zstd::zstd_safe::compress_bound(bytes.len()));
    let dictionary = vocabulary.dictionary.as_cdict();
    let done = PRESS.with_borrow_mut(|press| press.0.compress_using_cdict(&mut frame, bytes, dictionary));
    let Some(body) = done.ok().and_then(|_| frame.strip_prefix(&MAGIC)).filter(|b| b.len() + 16 < bytes.len()) else {
        return bytes.to_vec();
    };
    let mut packed = Vec::with_capacity(body.len() + 6);
    packed.push(PACKED);
    push_number(&mut packed, vocabulary.id);
    packed.extend_from_slice(body);
    packed
}

/// The bytes of a state as it came.
pub(crate) fn unpack(db: &Connection, stored: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let Some(rest) = stored.strip_prefix(&[PACKED]) else { return Ok(stored) };
    let (id, body) = number(rest).ok_or(StoreError::Damaged)?;
    let mut statement = db.prepare_cached("SELECT names FROM vocabulary WHERE id = ?1")?;
    let mut rows = statement.query(params![id.cast_signed()])?;
    let row = rows.next()?.ok_or(StoreError::Damaged)?;
    let names = row.get_ref(0)?.as_blob().map_err(|_| StoreError::Damaged)?;
    let frame = [&MAGIC, body].concat();
    let size = get_frame_content_size(&frame).ok().flatten().ok_or(StoreError::Damaged)?;
    let size = usize::try_from(size).ok().filter(|size| *size <= PAGE_BYTES_MAX).ok_or(StoreError::Damaged)?;
    let mut bytes: Vec<u8> = Vec::with_capacity(size);
    PRESS
        .with_borrow_mut(|press| press.1.decompress_using_dict(&mut bytes, &frame, names))
        .map_err(|_| StoreError::Damaged)?;
    Ok(bytes)
}

/// Seven bits a byte, the lowest first.
fn push_number(out: &mut Vec<u8>, mut n: u64) {
    while n >= 0x80 {
        out.push(n.to_le_bytes()[0] | 0x80);
        n >>= 7;
    }
    out.push(n.to_le_bytes()[0]);
}

fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut n = 0_u64;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        n |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((n, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back_as_written() {
        for n in [0, 1, 127, 128, 300, 1 << 40] {
            let mut out = Vec::new();
            push_number(&mut out, n);
            out.push(9);
            assert_eq!(number(&out), Some((n, &[9][..])));
        }
        assert_eq!(number(&[0x80; 12]), None);
    }

    #[test]
    fn a_vocabulary_lists_its_names_and_nothing_else() {
        let names: BTreeSet<String> = ["name", "phone"].map(str::to_owned).into();
        assert_eq!(names_of(&listed(&names)), names);
        assert_eq!(names_of(b"\xff"), BTreeSet::new());
    }
}
