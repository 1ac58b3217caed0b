//! Rows of a page woven into columns: what many states share travels once, and like stands beside like.
//!
//! Owns the woven form of a page's rows. Refuses to know what a state means: it sees CBOR items only. Invariant:
//! unravelled, every state is the one that went in, byte for byte; what does not fit the form is not woven at all.
//!
//! A **shape** is a state's bytes with places left open: literal bytes, the number of a column, or null for the row's
//! own id. Heads, names (texts that begin an array) and keys are literal; every other item goes to a column, which is
//! known by the last name before it and how many items ago that was. So a field's values stand together, whatever other
//! fields a record has, and numbers that grow by steps are written as steps.

mod column;
mod item;

use column::{Column, Unravelled};
use gridwalk_model::codec::{Malformed, Reader, Writer};
use gridwalk_model::exchange::{Key, PageRow};
use gridwalk_model::id::RecordId;
use gridwalk_model::limits;
use item::Item;
use std::collections::HashMap;

/// Fewer rows than this are not worth weaving.
pub const WOVEN_ROWS_MIN: usize = 16;
/// No page has more rows, so none has more shapes.
const ROWS: usize = limits::PAGE_ROWS_MAX + limits::ASKED_MAX + limits::REFETCH_MAX;

/// One open place or stretch of a shape.
enum Part {
    Literal(Vec<u8>),
    Column(usize),
    Own,
}

/// The name before an item, and how many items ago that was.
type Place<'a> = (&'a [u8], usize);

/// What is gathered of a page.
#[derive(Default)]
struct Loom<'a> {
    /// Shapes as they are written: the parts of one, one after the other.
    shapes: Vec<(usize, Vec<u8>)>,
    shape_numbers: HashMap<Vec<u8>, u64>,
    /// The number of the shape before: most rows have the one of their neighbour.
    shape_before: Option<u64>,
    places: HashMap<Place<'a>, usize>,
    /// The places of the row before, in order: most rows have the same.
    places_before: Vec<(Place<'a>, usize)>,
    columns: Vec<Column>,
    keys: Vec<&'a [Key]>,
    key_numbers: HashMap<&'a [Key], u64>,
    records: Column,
    of_shape: Column,
    of_keys: Column,
}

/// Writes rows in woven form; `false` if they do not fit it, and nothing is written then.
pub fn write_rows(w: &mut Writer, rows: &[PageRow]) -> bool {
    let mut loom = Loom::default();
    if rows.len() < WOVEN_ROWS_MIN
        || rows.iter().any(|row| loom.take(row).is_none())
        || loom.columns.len() > limits::PAGE_COLUMNS_MAX
    {
        return false;
    }
    w.map(7).uint(1).uint(rows.len() as u64).uint(2);
    loom.records.write(w);
    w.uint(3);
    loom.of_shape.write(w);
    w.uint(4).array(loom.shapes.len());
    for (parts, shape) in &loom.shapes {
        w.array(*parts).raw(shape);
    }
    w.uint(5).array(loom.keys.len());
    for keys in &loom.keys {
        w.array(keys.len());
        for key in *keys {
            w.bytes(&key.0);
        }
    }
    w.uint(6);
    loom.of_keys.write(w);
    w.uint(7).array(loom.columns.len());
    for column in &loom.columns {
        column.write(w);
    }
    true
}

/// Ends a stretch of literal bytes; how many parts that is.
fn close(literal: &mut Vec<u8>, shape: &mut Writer) -> usize {
    if literal.is_empty() {
        return 0;
    }
    shape.bytes(literal);
    literal.clear();
    1
}

impl<'a> Loom<'a> {
    fn take(&mut self, row: &'a PageRow) -> Option<()> {
        match row {
            PageRow::Left { record } => {
                self.records.push_bytes(&record.0);
                self.of_shape.push_uint(0);
            }
            PageRow::State { record, state, held_by } => {
                self.records.push_bytes(&record.0);
                let number = self.shape(*record, state)?;
                self.of_shape.push_uint(number);
                let next = self.keys.len() as u64;
                let keys = *self.key_numbers.entry(held_by).or_insert_with(|| {
                    self.keys.push(held_by);
                    next
                });
                self.of_keys.push_uint(keys);
            }
        }
        Some(())
    }

    /// The number of a state's shape; its other items go to their columns.
    fn shape(&mut self, record: RecordId, state: &'a [u8]) -> Option<u64> {
        let (mut shape, mut parts) = (Writer::default(), 0);
        let mut literal = Vec::with_capacity(32);
        let (mut name, mut since, mut nth): (&[u8], usize, usize) = (&[], 0, 0);
        let mut walk = item::Walk::new(state);
        while let Some(item) = walk.next()? {
            match item {
                Item::Literal { bytes, names } => {
                    literal.extend_from_slice(bytes);
                    if names {
                        (name, since) = (bytes, 0);
                    }
                }
                Item::Leaf(bytes) => {
                    parts += close(&mut literal, &mut shape) + 1;
                    if bytes.len() == 17 && bytes[1..] == record.0 {
                        shape.null();
                        continue;
                    }
                    let column = self.column((name, since), nth);
                    (since, nth) = (since + 1, nth + 1);
                    self.columns.get_mut(column)?.push(bytes);
                    shape.uint(column as u64);
                }
            }
        }
        parts += close(&mut literal, &mut shape);
        Some(self.number(parts, shape.finish()))
    }

    /// The column of the nth item of a row.
    fn column(&mut self, place: Place<'a>, nth: usize) -> usize {
        match self.places_before.get(nth) {
            Some((before, column)) if *before == place => return *column,
            _ => {}
        }
        let next = self.columns.len();
        let column = *self.places.entry(place).or_insert(next);
        if column == next {
            self.columns.push(Column::default());
        }
        self.places_before.truncate(nth);
        self.places_before.push((place, column));
        column
    }

    fn number(&mut self, parts: usize, shape: Vec<u8>) -> u64 {
        let before = self.shape_before.filter(|n| self.nth(*n).is_some_and(|(_, known)| *known == shape));
        let next = self.shapes.len() as u64 + 1;
        let number = before.unwrap_or_else(|| {
            *self.shape_numbers.entry(shape).or_insert_with_key(|shape| {
                self.shapes.push((parts, shape.clone()));
                next
            })
        });
        self.shape_before = Some(number);
        number
    }

    fn nth(&self, number: u64) -> Option<&(usize, Vec<u8>)> {
        self.shapes.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }
}

/// Reads rows in woven form.
pub fn read_rows(r: &mut Reader<'_>) -> Result<Vec<PageRow>, Malformed> {
    let key = |r: &mut Reader<'_>, wanted| if r.uint()? == wanted { Ok(()) } else { Err(Malformed::Shape) };
    r.map_of(7)?;
    key(r, 1)?;
    let count = usize::try_from(r.uint()?).ok().filter(|n| *n <= ROWS).ok_or(Malformed::TooLarge)?;
    key(r, 2)?;
    let mut records = Unravelled::read(r, count)?;
    key(r, 3)?;
    let mut of_shape = Unravelled::read(r, count)?;
    key(r, 4)?;
    let shapes = read_shapes(r)?;
    key(r, 5)?;
    let mut keys: Vec<Vec<Key>> = Vec::new();
    for _ in 0..r.list(ROWS)? {
        keys.push(
            (0..r.list(limits::VALUE_ENTRIES_MAX)?).map(|_| Ok(Key(r.b16()?))).collect::<Result<_, Malformed>>()?,
        );
    }
    key(r, 6)?;
    let mut of_keys = Unravelled::read(r, count)?;
    key(r, 7)?;
    let mut columns = Vec::new();
    for _ in 0..r.list(limits::PAGE_COLUMNS_MAX)? {
        columns.push(Unravelled::read(r, usize::MAX)?);
    }
    let mut room = limits::PAGE_BYTES_MAX;
    let mut rows = Vec::with_capacity(count);
    for _ in 0..count {
        let record = RecordId(Reader::new(records.next()?).b16()?);
        let shape = Reader::new(of_shape.next()?).uint()?;
        let Some(shape) = shape.checked_sub(1) else {
            rows.push(PageRow::Left { record });
            continue;
        };
        let shape = usize::try_from(shape).ok().and_then(|n| shapes.get(n)).ok_or(Malformed::Shape)?;
        let mut state = Vec::with_capacity(1024.min(room));
        for part in shape {
            match part {
                Part::Literal(bytes) => state.extend_from_slice(bytes),
                Part::Column(number) => {
                    state.extend_from_slice(columns.get_mut(*number).ok_or(Malformed::Shape)?.next()?);
                }
                Part::Own => {
                    state.push(item::ID_HEAD);
                    state.extend_from_slice(&record.0);
                }
            }
            if state.len() > room {
                return Err(Malformed::TooLarge);
            }
        }
        room -= state.len();
        let held = usize::try_from(Reader::new(of_keys.next()?).uint()?).ok().and_then(|n| keys.get(n));
        let held_by = held.ok_or(Malformed::Shape)?.clone();
        room = room.checked_sub(16 * held_by.len()).ok_or(Malformed::TooLarge)?;
        rows.push(PageRow::State { record, state: state.into(), held_by });
    }
    Ok(rows)
}

fn read_shapes(r: &mut Reader<'_>) -> Result<Vec<Vec<Part>>, Malformed> {
    let mut shapes = Vec::new();
    for _ in 0..r.list(ROWS)? {
        let mut shape = Vec::new();
        for _ in 0..r.array()? {
            shape.push(if r.null()? {
                Part::Own
            } else if r.0.datatype()? == minicbor::data::Type::Bytes {
                Part::Literal(r.bytes()?.to_vec())
            } else {
                Part::Column(usize::try_from(r.uint()?).map_err(|_| Malformed::Shape)?)
            });
        }
        shapes.push(shape);
    }
    Ok(shapes)
}

#[cfg(test)]
mod tests;
