//! Settling: what one item comes to beside what is here, and with which basis it is written.
//!
//! Owns the comparison of a table's cell with what its source stood for last, and with what people made of it since.
//! Refuses to write. Invariant: a cell that did not change says nothing; one that did has seen what its source had said
//! before and no more, so that what a person typed in between stands beside it as a disagreement.

use super::item::Item;
use super::key::Secret;
use super::register::Register;
use super::stands::Stands;
use crate::error::Result;
use crate::store::Tx;
use gridwalk_model::basis::Basis;
use gridwalk_model::id::{AccountId, RecordId, SpaceId};
use gridwalk_model::kind::resident::ID_NUMBER;
use gridwalk_model::kind::{Home, PARENT, UNIT};
use gridwalk_model::name::Name;
use gridwalk_model::state::State;
use gridwalk_model::state_codec::read_state;
use gridwalk_model::value::Value;
use gridwalk_model::wish::Wish;

/// The circumstances of settling.
pub struct Settling<'a> {
    /// The source.
    pub source: [u8; 16],
    /// The space.
    pub space: SpaceId,
    /// For ids.
    pub secret: &'a Secret,
    /// What stands here that no row of the source became yet.
    pub register: &'a Register,
    /// Whether fields that say something else already are left as they are.
    pub only_empty: bool,
    /// Who imports.
    pub author: AccountId,
}

/// What becomes of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is new.
    Created,
    /// Something in it is new.
    Changed,
    /// All is as the table says, or as it said before.
    Same,
    /// Somebody deleted it, or moved it away, or what it stands in.
    Gone,
}

/// A record, what the source stands for in it, and its state.
type Found = (RecordId, Stands, Option<State>);

/// An item settled.
#[derive(Debug, Clone)]
pub struct Settled {
    /// Its record; none if what it stands in is gone.
    pub record: Option<RecordId>,
    /// What becomes of it.
    pub fate: Fate,
    /// What is written.
    pub wishes: Vec<Wish>,
    /// What the source had seen.
    pub basis: Basis,
    /// What the source stands for, without what is written now.
    pub stands: Stands,
    /// Whether that is to be noted though nothing is written.
    pub noted: bool,
    /// Fields where what is written will stand beside what others wrote.
    pub disagreements: u64,
    /// Fields in which others wrote something else, and the table says nothing new.
    pub kept: u64,
}

impl Settled {
    fn gone(record: Option<RecordId>) -> Self {
        let basis = Basis::blank(record.unwrap_or_default());
        let (wishes, stands) = (Vec::new(), Stands::default());
        Self { record, fate: Fate::Gone, wishes, basis, stands, noted: false, disagreements: 0, kept: 0 }
    }
}

impl Settling<'_> {
    /// Settles an item; `records` are those of the items before it.
    pub fn settle(&self, tx: &dyn Tx, item: &Item, records: &[Option<RecordId>]) -> Result<Settled> {
        let parent = item.parent.and_then(|at| records.get(at).copied());
        if parent == Some(None) {
            return Ok(Settled::gone(None));
        }
        let (record, stands, state) = self.find(tx, item)?;
        let new = state.is_none();
        let state = state.unwrap_or_else(|| State::new(record));
        if state.is_deleted() || state.moved_to().is_some() {
            return Ok(Settled::gone(None));
        }
        let mut values: Vec<(&str, Value)> = Vec::with_capacity(item.values.len() + 3);
        if item.kind.table().home == Home::Unit {
            // Where nobody says, a record that is here stays where people put it.
            if new || item.unit_said {
                values.push((UNIT, item.unit.record().into()));
            }
        }
        values.extend(parent.flatten().map(|parent| (PARENT, parent.into())));
        let refers = item.refers.iter().filter_map(|(field, at)| Some((*field, (*records.get(*at)?)?.into())));
        values.extend(refers);
        values.extend(item.values.iter().map(|(field, value)| (*field, value.clone())));
        let mut settled = Settled {
            record: Some(record),
            fate: if new { Fate::Created } else { Fate::Same },
            wishes: Vec::with_capacity(values.len()),
            basis: Basis::blank(record),
            stands,
            noted: false,
            disagreements: 0,
            kept: 0,
        };
        let mut seen: Vec<(&str, Vec<Name>)> = Vec::new();
        for (field, value) in values {
            self.cell(tx, &state, &mut settled, &mut seen, (field, Some(value)))?;
        }
        let said = |field: &str| item.values.iter().any(|(name, _)| *name == field);
        for field in item.cleared.iter().filter(|field| !new && !said(field)) {
            self.cell(tx, &state, &mut settled, &mut seen, (field, None))?;
        }
        for (set, element) in &item.elements {
            let here = state.sets.get(*set).is_some_and(|set| set.adds.iter().any(|add| add.element == *element));
            if !here {
                settled.wishes.push(Wish::Add { set: (*set).to_owned(), element: element.clone() });
            }
        }
        settled.basis = Basis::of_fields(record, seen);
        if !new && !settled.wishes.is_empty() {
            settled.fate = Fate::Changed;
        }
        Ok(settled)
    }

    fn cell<'f>(
        &self,
        tx: &dyn Tx,
        state: &State,
        settled: &mut Settled,
        seen: &mut Vec<(&'f str, Vec<Name>)>,
        (field, value): (&'f str, Option<Value>),
    ) -> Result<()> {
        let heads = state.fields.get(field).map_or(&[][..], |register| register.heads.as_slice());
        let others_differ = |own: Option<Name>| {
            let others = heads.iter().filter(|head| own.is_none_or(|own| !head.tag.names.contains(&own)));
            others.into_iter().any(|head| head.value != value)
        };
        match settled.stands.value(tx, self.space, state, field)? {
            Some((name, last)) if last == value => {
                settled.kept += u64::from(others_differ(Some(name)));
                return Ok(());
            }
            Some((name, _)) => {
                settled.disagreements += u64::from(others_differ(Some(name)));
                seen.push((field, vec![name]));
            }
            None => {
                if value.is_none() && heads.is_empty() {
                    return Ok(());
                }
                if let Some(head) = heads.iter().find(|head| head.value == value) {
                    settled.stands.found(head.tag.id, field);
                    settled.noted = true;
                    return Ok(());
                }
                if self.only_empty && !heads.is_empty() {
                    settled.kept += 1;
                    return Ok(());
                }
                settled.disagreements += u64::from(!heads.is_empty());
            }
        }
        settled.wishes.push(value.map_or_else(|| Wish::clear(field), |value| Wish::put(field, value)));
        Ok(())
    }

    /// The record of an item: the one that its row became, one that is here and is called so, or a new one.
    fn find(&self, tx: &dyn Tx, item: &Item) -> Result<Found> {
        if let Some((record, stands)) = tx.import_row(&self.source, &item.key)? {
            let state = state_of(tx, self.space, record)?;
            // What an undo deleted is begun anew; what a person deleted stays so.
            if !state.as_ref().is_some_and(|state| self.was_undone(state)) {
                return Ok((record, Stands::read(&stands), state));
            }
        }
        if let Some(record) = self.register.find(item.kind, item.key) {
            return Ok((record, Stands::default(), state_of(tx, self.space, record)?));
        }
        if let Some(found) = self.find_without_number(tx, item)? {
            return Ok(found);
        }
        let mut generation = 0;
        loop {
            let record = self.secret.record(item.place, item.key, generation);
            match state_of(tx, self.space, record)? {
                Some(state) if self.was_undone(&state) => generation += 1,
                state => return Ok((record, Stands::default(), state)),
            }
        }
    }

    /// A living record without a number that the row would be, had it none.
    fn find_without_number(&self, tx: &dyn Tx, item: &Item) -> Result<Option<Found>> {
        let Some(key) = item.without_number else { return Ok(None) };
        let row = tx.import_row(&self.source, &key)?.map(|(record, stands)| (record, Stands::read(&stands)));
        let found = row.or_else(|| Some((self.register.find(item.kind, key)?, Stands::default())));
        let Some((record, stands)) = found else { return Ok(None) };
        let state = state_of(tx, self.space, record)?;
        let has_number = |state: &State| state.fields.get(ID_NUMBER).is_some_and(|r| !r.heads.is_empty());
        let fits = state.as_ref().is_some_and(|state| !state.is_deleted() && !has_number(state));
        Ok(fits.then_some((record, stands, state)))
    }

    fn was_undone(&self, state: &State) -> bool {
        state.is_deleted() && state.deletes.iter().all(|deletion| deletion.author == self.author)
    }
}

/// A record's state.
pub(super) fn state_of(tx: &dyn Tx, space: SpaceId, record: RecordId) -> Result<Option<State>> {
    Ok(tx.state(space, record)?.map(|row| read_state(&row.bytes)).transpose()?)
}
