//! A state's bytes: what travels down and what stands in both databases.
//!
//! Owns the layout: every tag, replica and author once, referred to by index. Refuses to know compression and storage.
//! Invariant: equal states encode to equal bytes, and decoding gives back an equal state.
//! Layout (array): format, record, pos, kinds, named, replicas, authors, tags, fields, sets, instances, steps, deletes,
//! edits, opaque; of a state that a mask took something from also the names of that. A register with one plain head is `[name, tag, value]`; any other `[name, [heads], early]`.

use crate::change_codec::{read_op, write_op};
use crate::codec::{Malformed, Reader, Writer};
use crate::id::{AccountId, RecordId, ReplicaId, UnitId};
use crate::journal::Outcome;
use crate::limits;
use crate::name::{Mark, Name, OpName};
use crate::state::{Add, Deletion, Edit, Head, Instance, ObservedSet, Register, State, Step, Tag};
use crate::time::Timestamp;
use minicbor::data::Type;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Version of the fold and of this layout; part of digests, so that releases that fold differently never compare.
pub const FOLD_VERSION: u32 = 1;

/// The tables that the body of a state refers to.
struct Tables {
    replicas: Vec<ReplicaId>,
    authors: Vec<AccountId>,
    tags: Vec<Arc<Tag>>,
}

/// The bytes of a state.
pub fn state_bytes(state: &State) -> Vec<u8> {
    let tables = Tables::of(state);
    let mut w = Writer::default();
    w.array(if state.masked.is_empty() { 15 } else { 16 })
        .uint(u64::from(FOLD_VERSION))
        .bytes(&state.record.0)
        .uint(state.pos)
        .array(state.kinds.len());
    for kind in &state.kinds {
        w.text(kind);
    }
    w.array(state.named.len());
    for unit in &state.named {
        w.bytes(&unit.0);
    }
    tables.write(&mut w);
    tables.write_fields(&mut w, &state.fields);
    w.array(state.sets.len());
    for (name, set) in &state.sets {
        w.array(3).text(name).array(set.adds.len());
        for add in &set.adds {
            w.array(3).uint(tables.tag(&add.tag)).uint(u64::from(add.index)).value(&add.element);
        }
        tables.write_op_names(&mut w, &set.early);
    }
    w.array(state.instances.len());
    for (key, instance) in &state.instances {
        w.array(4).text(key).array(instance.adds.len());
        for tag in &instance.adds {
            w.uint(tables.tag(tag));
        }
        tables.write_fields(&mut w, &instance.fields);
        tables.write_names(&mut w, &instance.early);
    }
    tables.write_story(&mut w, state);
    if !state.masked.is_empty() {
        w.array(state.masked.len());
        for (name, trace) in &state.masked {
            w.array(2).text(name).text(trace);
        }
    }
    w.finish()
}

impl Tables {
    fn of(state: &State) -> Self {
        let mut tags: BTreeSet<&Arc<Tag>> = BTreeSet::new();
        tags.extend(state.registers().flat_map(|(_, _, r)| r.heads.iter().map(|h| &h.tag)));
        tags.extend(state.sets.values().flat_map(|s| s.adds.iter().map(|a| &a.tag)));
        tags.extend(state.instances.values().flat_map(|i| &i.adds));
        tags.extend(state.steps.iter().map(|s| &s.tag));
        tags.extend(state.edits.iter().map(|e| &e.tag));
        let tags: Vec<_> = tags.into_iter().cloned().collect();
        let mut replicas: BTreeSet<ReplicaId> =
            tags.iter().flat_map(|t| t.names.iter().chain([&t.id])).map(|n| n.replica).collect();
        let early =
            state.registers().flat_map(|(_, _, r)| &r.early).chain(state.instances.values().flat_map(|i| &i.early));
        replicas.extend(early.map(|n| n.replica));
        replicas.extend(state.sets.values().flat_map(|s| &s.early).map(|n| n.change.replica));
        replicas.extend(state.deletes.iter().flat_map(|d| d.own.iter().chain([&d.id])).map(|n| n.replica));
        replicas.extend(state.opaque.iter().map(|(n, _)| n.replica));
        replicas.extend(
            state
                .steps
                .iter()
                .filter_map(|s| if let Outcome::Overtaken(by) = s.outcome { by } else { None })
                .map(|n| n.replica),
        );
        let authors: BTreeSet<AccountId> =
            tags.iter().map(|t| t.author).chain(state.deletes.iter().map(|d| d.author)).collect();
        Self { replicas: replicas.into_iter().collect(), authors: authors.into_iter().collect(), tags }
    }

    fn tag(&self, tag: &Arc<Tag>) -> u64 {
        self.tags.binary_search(tag).map_or(0, |i| i as u64)
    }

    fn author(&self, author: AccountId) -> u64 {
        self.authors.binary_search(&author).map_or(0, |i| i as u64)
    }

    fn write(&self, w: &mut Writer) {
        w.array(self.replicas.len());
        for replica in &self.replicas {
            w.bytes(&replica.0);
        }
        w.array(self.authors.len());
        for author in &self.authors {
            w.bytes(&author.0);
        }
        w.array(self.tags.len());
        for tag in &self.tags {
            w.array(if tag.names == [tag.id] { 3 } else { 4 });
            self.write_name(w, &tag.id);
            w.int(tag.effective.0).uint(self.author(tag.author));
            if tag.names != [tag.id] {
                self.write_names(w, &tag.names);
            }
        }
    }

    fn write_name(&self, w: &mut Writer, name: &Name) {
        let replica = self.replicas.binary_search(&name.replica).map_or(0, |i| i as u64);
        w.array(3).uint(replica).uint(name.seq).bytes(&name.mark.0);
    }

    fn write_names(&self, w: &mut Writer, names: &[Name]) {
        w.array(names.len());
        for name in names {
            self.write_name(w, name);
        }
    }

    fn write_op_names(&self, w: &mut Writer, names: &[OpName]) {
        w.array(names.len());
        for name in names {
            w.array(2);
            self.write_name(w, &name.change);
            w.uint(u64::from(name.index));
        }
    }

    fn write_fields(&self, w: &mut Writer, fields: &BTreeMap<String, Register>) {
        w.array(fields.len());
        for (name, register) in fields {
            w.array(3).text(name);
            match register.heads.as_slice() {
                [head] if register.early.is_empty() && head.replaced.is_none() && !head.gone => {
                    w.uint(self.tag(&head.tag)).maybe(head.value.as_ref());
                }
                heads => {
                    w.array(heads.len());
                    for head in heads {
                        w.array(4).uint(self.tag(&head.tag)).maybe(head.value.as_ref());
                        w.maybe(head.replaced.as_ref()).bool(head.gone);
                    }
                    self.write_names(w, &register.early);
                }
            }
        }
    }

    fn write_story(&self, w: &mut Writer, state: &State) {
        w.array(state.steps.len());
        for step in &state.steps {
            w.array(5).uint(self.tag(&step.tag)).text(&step.step).text(&step.to).text_map(&step.answers);
            match &step.outcome {
                Outcome::Applied => w.bool(true),
                Outcome::Overtaken(None) => w.bool(false),
                Outcome::Overtaken(Some(by)) => {
                    self.write_name(w, by);
                    &mut *w
                }
            };
        }
        w.array(state.deletes.len());
        for deletion in &state.deletes {
            w.array(4);
            self.write_name(w, &deletion.id);
            w.uint(self.author(deletion.author)).uint(deletion.covers);
            self.write_names(w, &deletion.own);
        }
        w.array(state.edits.len());
        for edit in &state.edits {
            w.array(2).uint(self.tag(&edit.tag)).uint(edit.pos);
        }
        w.array(state.opaque.len());
        for (name, op) in &state.opaque {
            w.array(2);
            self.write_name(w, name);
            write_op(w, op);
        }
    }
}

/// Reads a state from its bytes.
pub fn read_state(bytes: &[u8]) -> Result<State, Malformed> {
    let mut r = Reader::new(bytes);
    let parts = r.array()?;
    if !matches!(parts, 15 | 16) || r.uint()? != u64::from(FOLD_VERSION) {
        return Err(Malformed::Shape);
    }
    let mut state = State::new(RecordId(r.b16()?));
    state.pos = r.uint()?;
    for _ in 0..r.array()? {
        state.kinds.push(r.text(limits::FIELD_NAME_BYTES_MAX)?);
    }
    for _ in 0..r.array()? {
        state.named.push(UnitId(r.b16()?));
    }
    let tables = Tables::read(&mut r)?;
    state.fields = tables.read_fields(&mut r)?;
    for _ in 0..r.array()? {
        r.array_of(3)?;
        let name = r.text(limits::FIELD_NAME_BYTES_MAX)?;
        let mut set = ObservedSet::default();
        for _ in 0..r.array()? {
            r.array_of(3)?;
            set.adds.push(Add { tag: tables.read_tag(&mut r)?, index: index(&mut r)?, element: r.value()? });
        }
        for _ in 0..r.array()? {
            r.array_of(2)?;
            set.early.push(OpName { change: tables.read_name(&mut r)?, index: index(&mut r)? });
        }
        state.sets.insert(name, set);
    }
    for _ in 0..r.array()? {
        r.array_of(4)?;
        let key = r.text(2 * limits::FIELD_NAME_BYTES_MAX)?;
        let mut instance = Instance::default();
        for _ in 0..r.array()? {
            instance.adds.push(tables.read_tag(&mut r)?);
        }
        instance.fields = tables.read_fields(&mut r)?;
        instance.early = tables.read_names(&mut r)?;
        state.instances.insert(key, instance);
    }
    tables.read_story(&mut r, &mut state)?;
    if parts == 16 {
        state.masked = read_masked(&mut r)?;
    }
    r.end()?;
    Ok(state)
}

/// What a mask took out: at least one thing, each once, in order of their names.
fn read_masked(r: &mut Reader<'_>) -> Result<BTreeMap<String, String>, Malformed> {
    let mut masked: BTreeMap<String, String> = BTreeMap::new();
    for _ in 0..r.array()? {
        r.array_of(2)?;
        let name = r.text(limits::FIELD_NAME_BYTES_MAX)?;
        if masked.last_key_value().is_some_and(|(last, _)| *last >= name) {
            return Err(Malformed::NotDeterministic);
        }
        masked.insert(name, r.text(limits::TEXT_BYTES_MAX)?);
    }
    if masked.is_empty() { Err(Malformed::NotDeterministic) } else { Ok(masked) }
}

fn index(r: &mut Reader<'_>) -> Result<u32, Malformed> {
    u32::try_from(r.uint()?).map_err(|_| Malformed::Shape)
}

fn pick<'a, T>(list: &'a [T], r: &mut Reader<'_>) -> Result<&'a T, Malformed> {
    let at = usize::try_from(r.uint()?).map_err(|_| Malformed::Shape)?;
    list.get(at).ok_or(Malformed::Shape)
}

impl Tables {
    fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut tables = Self { replicas: Vec::new(), authors: Vec::new(), tags: Vec::new() };
        for _ in 0..r.array()? {
            tables.replicas.push(ReplicaId(r.b16()?));
        }
        for _ in 0..r.array()? {
            tables.authors.push(AccountId(r.b16()?));
        }
        for _ in 0..r.array()? {
            let parts = r.array()?;
            let id = tables.read_name(r)?;
            let effective = Timestamp(r.int()?);
            let author = *pick(&tables.authors, r)?;
            let names = if parts == 4 { tables.read_names(r)? } else { vec![id] };
            tables.tags.push(Arc::new(Tag { effective, id, names, author }));
        }
        Ok(tables)
    }

    fn read_tag(&self, r: &mut Reader<'_>) -> Result<Arc<Tag>, Malformed> {
        pick(&self.tags, r).cloned()
    }

    fn read_name(&self, r: &mut Reader<'_>) -> Result<Name, Malformed> {
        r.array_of(3)?;
        let replica = *pick(&self.replicas, r)?;
        let seq = r.uint()?;
        Ok(Name { replica, seq, mark: Mark(r.bytes()?.try_into().map_err(|_| Malformed::Shape)?) })
    }

    fn read_names(&self, r: &mut Reader<'_>) -> Result<Vec<Name>, Malformed> {
        (0..r.array()?).map(|_| self.read_name(r)).collect()
    }

    fn read_fields(&self, r: &mut Reader<'_>) -> Result<BTreeMap<String, Register>, Malformed> {
        let mut fields = BTreeMap::new();
        for _ in 0..r.array()? {
            r.array_of(3)?;
            let name = r.text(limits::FIELD_NAME_BYTES_MAX)?;
            let mut register = Register::default();
            if matches!(r.0.datatype()?, Type::Array) {
                for _ in 0..r.array()? {
                    r.array_of(4)?;
                    let (tag, value) = (self.read_tag(r)?, r.maybe()?);
                    register.heads.push(Head { tag, value, replaced: r.maybe()?, gone: r.bool()? });
                }
                register.early = self.read_names(r)?;
            } else {
                let (tag, value) = (self.read_tag(r)?, r.maybe()?);
                register.heads.push(Head { tag, value, replaced: None, gone: false });
            }
            fields.insert(name, register);
        }
        Ok(fields)
    }

    fn read_story(&self, r: &mut Reader<'_>, state: &mut State) -> Result<(), Malformed> {
        for _ in 0..r.array()? {
            r.array_of(5)?;
            let (tag, step, to) =
                (self.read_tag(r)?, r.text(limits::FIELD_NAME_BYTES_MAX)?, r.text(limits::FIELD_NAME_BYTES_MAX)?);
            let answers = r.text_map()?;
            let outcome = match r.0.datatype()? {
                Type::Bool if r.bool()? => Outcome::Applied,
                Type::Bool => Outcome::Overtaken(None),
                _ => Outcome::Overtaken(Some(self.read_name(r)?)),
            };
            state.steps.push(Step { tag, step, to, answers, outcome });
        }
        for _ in 0..r.array()? {
            r.array_of(4)?;
            let id = self.read_name(r)?;
            let author = *pick(&self.authors, r)?;
            state.deletes.push(Deletion { id, author, covers: r.uint()?, own: self.read_names(r)? });
        }
        for _ in 0..r.array()? {
            r.array_of(2)?;
            state.edits.push(Edit { tag: self.read_tag(r)?, pos: r.uint()? });
        }
        for _ in 0..r.array()? {
            r.array_of(2)?;
            state.opaque.push((self.read_name(r)?, read_op(r)?));
        }
        Ok(())
    }
}
