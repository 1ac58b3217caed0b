//! The basis of an edit: the dots that stood on the screen when a person began to type.
//!
//! Owns what `seen` is made of. Refuses to know drafts' storage and screens. Invariant: a command that edits cannot be
//! decided without one, and `seen` comes from nowhere else.

use crate::codec::{Malformed, Reader, Writer};
use crate::id::{AccountId, DraftId, RecordId, TimelineId};
use crate::limits;
use crate::name::{Name, OpName, tidy};
use crate::state::State;
use crate::value::Value;
use crate::wish::{OwnChange, closure, closure_in};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The names behind one field on the screen.
type FieldDots = BTreeMap<(Option<String>, String), Vec<Name>>;

/// The adds behind one element of a set on the screen; the element as bytes.
type ElementDots = (Vec<u8>, Vec<OpName>);

/// The dots on the screen of one record. Opaque to shells: they carry it as text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Basis {
    /// The record.
    pub record: RecordId,
    /// The draft that keeps it, if a form is open.
    pub draft: Option<DraftId>,
    /// The timeline of the confirmed state.
    pub timeline: TimelineId,
    /// Pos of the confirmed state.
    pub pos: u64,
    /// How many changes the phone had saved by then: own changes saved later count as seen.
    pub saves: u64,
    fields: FieldDots,
    sets: BTreeMap<String, Vec<ElementDots>>,
    instances: BTreeMap<String, Vec<Name>>,
    /// Fields that a mask hid: nothing but own values stood there, and of those only the names.
    masked: BTreeSet<String>,
}

/// A text was no basis.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a basis")]
pub struct NotABasis;

impl Basis {
    /// The basis of a record as shown: its own state with the phone's unsent changes folded in.
    pub fn of(state: &State, timeline: TimelineId, saves: u64) -> Self {
        let names = |tags: &mut dyn Iterator<Item = &Vec<Name>>| tidy(tags.flatten().copied().collect::<Vec<_>>());
        let fields = state
            .registers()
            .map(|(within, field, r)| {
                let key = (within.map(str::to_owned), field.to_owned());
                (key, names(&mut r.heads.iter().map(|h| &h.tag.names)))
            })
            .filter(|(_, n)| !n.is_empty())
            .collect();
        let sets = state.sets.iter().map(|(name, set)| {
            let mut elements: BTreeMap<Vec<u8>, Vec<OpName>> = BTreeMap::new();
            for add in &set.adds {
                elements.entry(crate::codec::value_bytes(&add.element)).or_default().extend(add.names());
            }
            (name.clone(), elements.into_iter().map(|(e, d)| (e, tidy(d))).collect())
        });
        let instances = state.instances.iter().map(|(key, i)| {
            let heads = i.fields.values().flat_map(|r| r.heads.iter().map(|h| &h.tag.names));
            (key.clone(), names(&mut i.adds.iter().map(|t| &t.names).chain(heads)))
        });
        Self {
            record: state.record,
            draft: None,
            timeline,
            pos: state.pos,
            saves,
            fields,
            sets: sets.collect(),
            instances: instances.collect(),
            masked: state.masked.keys().cloned().collect(),
        }
    }

    /// Whether a mask hid the field from whoever looked.
    pub fn is_masked(&self, field: &str) -> bool {
        self.masked.contains(field)
    }

    /// The same with what own changes on the screen had seen: they may be gone from the phone when it is saved.
    #[must_use]
    pub fn closed(mut self, own: &[OwnChange]) -> Self {
        for ((within, field), names) in &mut self.fields {
            let seen = std::mem::take(names).into_iter().collect();
            let hidden = within.is_none() && self.masked.contains(field);
            *names = if hidden { closure_in(seen, own, field) } else { closure(seen, own) };
        }
        for names in self.instances.values_mut() {
            *names = closure(std::mem::take(names).into_iter().collect(), own);
        }
        self
    }

    /// What some people wrote that stands in a record's fields: they have seen it, also when the record is gone.
    pub fn of_own(state: &State, authors: &BTreeSet<AccountId>) -> Self {
        let mut basis = Self::blank(state.record);
        for (within, field, register) in state.registers() {
            let own = register.heads.iter().filter(|h| authors.contains(&h.tag.author));
            let names: Vec<Name> = own.flat_map(|h| h.tag.names.iter().copied()).collect();
            if !names.is_empty() {
                basis.fields.insert((within.map(str::to_owned), field.to_owned()), tidy(names));
            }
        }
        basis
    }

    /// The same with what another one knows of the fields.
    #[must_use]
    pub fn with(mut self, other: &Self) -> Self {
        self.masked.extend(other.masked.iter().cloned());
        for (key, names) in &other.fields {
            let held = self.fields.entry(key.clone()).or_default();
            held.extend(names);
            *held = tidy(std::mem::take(held));
        }
        self
    }

    /// The basis of a record that does not exist yet: nothing stood on the screen.
    pub fn blank(record: RecordId) -> Self {
        Self { record, ..Self::default() }
    }

    /// A basis of which only some fields stood on the screen, each with these names: what a source of tables had seen.
    pub fn of_fields<'a>(record: RecordId, fields: impl IntoIterator<Item = (&'a str, Vec<Name>)>) -> Self {
        let fields = fields.into_iter().map(|(field, names)| ((None, field.to_owned()), tidy(names)));
        Self { fields: fields.collect(), ..Self::blank(record) }
    }

    /// A basis of which only the sets of a record stood on the screen.
    pub fn elements_of(state: &State) -> Self {
        let whole = Self::of(state, TimelineId::default(), 0);
        Self { fields: FieldDots::new(), instances: BTreeMap::new(), ..whole }
    }

    /// What stood in a field.
    pub fn field(&self, within: Option<&str>, field: &str) -> &[Name] {
        self.fields.get(&(within.map(str::to_owned), field.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// The adds of an element that stood in a set.
    pub fn element(&self, set: &str, element: &Value) -> &[OpName] {
        let bytes = crate::codec::value_bytes(element);
        let list = self.sets.get(set).map_or(&[][..], Vec::as_slice);
        list.iter().find(|(e, _)| *e == bytes).map_or(&[], |(_, d)| d.as_slice())
    }

    /// What stood of an instance: its adds and the heads of its fields.
    pub fn instance(&self, within: &str) -> &[Name] {
        self.instances.get(within).map_or(&[], Vec::as_slice)
    }

    /// Every name that it holds.
    pub fn names(&self) -> BTreeSet<Name> {
        let ops = self.sets.values().flatten().flat_map(|(_, dots)| dots.iter().map(|d| d.change));
        self.fields.values().chain(self.instances.values()).flatten().copied().chain(ops).collect()
    }

    /// Its bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.array(if self.masked.is_empty() { 8 } else { 9 }).bytes(&self.record.0);
        match self.draft {
            Some(draft) => w.bytes(&draft.0),
            None => w.null(),
        };
        w.bytes(&self.timeline.0).uint(self.pos).uint(self.saves).array(self.fields.len());
        for ((within, field), names) in &self.fields {
            w.array(3);
            match within {
                Some(within) => w.text(within),
                None => w.null(),
            };
            w.text(field).names(names);
        }
        w.array(self.sets.len());
        for (name, elements) in &self.sets {
            w.array(2).text(name).array(elements.len());
            for (element, dots) in elements {
                w.array(2).bytes(element).op_names(dots);
            }
        }
        w.array(self.instances.len());
        for (key, names) in &self.instances {
            w.array(2).text(key).names(names);
        }
        if !self.masked.is_empty() {
            w.array(self.masked.len());
            for field in &self.masked {
                w.text(field);
            }
        }
        w.finish()
    }

    /// Reads its bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotABasis> {
        Self::read(bytes).map_err(|_| NotABasis)
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let name_max = 2 * limits::FIELD_NAME_BYTES_MAX;
        let mut r = Reader::new(bytes);
        let parts = r.array()?;
        if !matches!(parts, 8 | 9) {
            return Err(Malformed::Shape);
        }
        let mut basis = Self { record: RecordId(r.b16()?), ..Self::default() };
        basis.draft = if r.null()? { None } else { Some(DraftId(r.b16()?)) };
        basis.timeline = TimelineId(r.b16()?);
        basis.pos = r.uint()?;
        basis.saves = r.uint()?;
        for _ in 0..r.array()? {
            r.array_of(3)?;
            let within = if r.null()? { None } else { Some(r.text(name_max)?) };
            basis.fields.insert((within, r.text(name_max)?), r.names()?);
        }
        for _ in 0..r.array()? {
            r.array_of(2)?;
            let name = r.text(name_max)?;
            let mut elements = Vec::new();
            for _ in 0..r.array()? {
                r.array_of(2)?;
                elements.push((r.bytes()?.to_vec(), r.op_names()?));
            }
            basis.sets.insert(name, elements);
        }
        for _ in 0..r.array()? {
            r.array_of(2)?;
            basis.instances.insert(r.text(name_max)?, r.names()?);
        }
        if parts == 9 {
            for _ in 0..r.array()? {
                basis.masked.insert(r.text(name_max)?);
            }
        }
        r.end()?;
        Ok(basis)
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", data_encoding::BASE64URL_NOPAD.encode(&self.to_bytes()))
    }
}

impl std::str::FromStr for Basis {
    type Err = NotABasis;
    fn from_str(text: &str) -> Result<Self, NotABasis> {
        let bytes = data_encoding::BASE64URL_NOPAD.decode(text.trim().as_bytes()).map_err(|_| NotABasis)?;
        Self::from_bytes(&bytes)
    }
}
