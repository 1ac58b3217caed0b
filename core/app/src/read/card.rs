//! The card of any record: its fields, sets, steps, what may be done, and the basis of an edit.

use super::field_line::{self, FieldLine, SetLine};
use super::named::Named;
use super::{Loaded, PictureLine, Reader, row_line, shown, withheld};
use gridwalk_model::command::{Action, allowed_actions, home_unit};
use gridwalk_model::erasure::Erased;
use gridwalk_model::journal::Outcome;
use gridwalk_model::kind::{CONFIRMED, Confirmation, Kind, KindTable, Shape};
use gridwalk_model::review::{Review, Standing, standing};
use gridwalk_model::state::State;
use gridwalk_model::view::{GroupView, Held};
use gridwalk_model::{AccountId, Basis, RecordId, Timestamp, UnitId};
use gridwalk_store::StoreError;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A record as its card draws it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Card {
    /// The record that the card shows: the front of its same-as group.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// First line.
    pub title: String,
    /// Second line.
    pub subtitle: String,
    /// Status of its workflow; empty for kinds without one.
    pub status: String,
    /// Codes of its badges.
    pub badges: Vec<&'static str>,
    /// The unit that it is at home in.
    pub unit: Option<UnitId>,
    /// That unit's name.
    pub unit_name: Option<String>,
    /// Its fields.
    pub fields: Vec<FieldLine>,
    /// Its sets.
    pub sets: Vec<SetLine>,
    /// Its pictures, in the order in which they came.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<PictureLine>,
    /// The last time that somebody found everything as it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Confirmation>,
    /// Names of fields that have a value which is not shown to this reader.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<&'static str>,
    /// Those of them of which the reader wrote a value: it was sent, and is not shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<&'static str>,
    /// What the reader may see of hidden values, by field: `王*`, `138****5678`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub traces: BTreeMap<&'static str, String>,
    /// Names of sensitive fields that have a value and are not in use: told to those who switch fields on and off.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<&'static str>,
    /// Its steps, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepLine>,
    /// The members of its same-as group, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<RecordId>,
    /// How it stands by its reviews, where there are some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// Its reviews, the newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<Review>,
    /// When and why all of it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased: Option<Erased>,
    /// Whether it is deleted.
    pub deleted: bool,
    /// Own changes that no pulled state contains yet.
    pub unconfirmed: usize,
    /// Whether it left the scope and waits for what is typed on it.
    pub leaving: bool,
    /// Trainings that whoever looks owes, for which a step is not offered to them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_trained: Vec<String>,
    /// What may be done.
    pub allowed_actions: Vec<Action>,
    /// The basis of an edit: of the record, then of the other members of its group and of the returns that are shown,
    /// with dots between.
    pub basis: String,
}

/// One step of the timeline.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct StepLine {
    /// Its code.
    pub step: String,
    /// The status that it leads to.
    pub to: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: AccountId,
    /// What they are called, as far as it is known here.
    pub by_name: Option<String>,
    /// What it asked for, answered.
    pub answers: BTreeMap<String, Json>,
    /// Names of the answers' shapes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub shapes: BTreeMap<String, &'static str>,
    /// The code sets that answers come from.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub code_sets: BTreeMap<String, &'static str>,
    /// Names of the units and people that answers hold, as far as those are here.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub titles: BTreeMap<String, String>,
    /// Whether it took effect; if not, the case had moved on.
    pub applied: bool,
}

/// The text of several bases: what a shell carries from a screen to a save.
pub fn basis_text(bases: &[Basis]) -> String {
    bases.iter().map(ToString::to_string).collect::<Vec<_>>().join(".")
}

/// Reads it back: the basis of the record, and those of the other members of its group.
pub fn read_basis(text: &str) -> Option<(Basis, Vec<Basis>)> {
    let mut bases = text.trim().split('.').map(|part| part.parse().ok()).collect::<Option<Vec<Basis>>>()?;
    let rest = bases.split_off(1);
    Some((bases.pop()?, rest))
}

impl Reader<'_> {
    /// The card of a record, or of what it became when it moved to another space; `None` if it is not on this phone.
    pub fn card(&self, record: RecordId) -> Result<Option<Card>, StoreError> {
        let record = self.store.living(record)?;
        let loaded = self.load([record])?;
        match shown(&loaded, record) {
            Some(view) => self.card_of(&loaded, &view).map(Some),
            None => Ok(None),
        }
    }

    /// The other records that are said to be the same thing, held or not.
    pub fn same_things(&self, record: RecordId) -> Result<Vec<RecordId>, StoreError> {
        let mut all = self.store.members(record)?;
        all.extend(self.store.predicted(record, self.actor.now)?.state.links());
        all.retain(|other| *other != record);
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }

    /// The bases of what a card shows.
    pub fn bases(&self, loaded: &Loaded, view: &GroupView<'_>) -> Result<Vec<Basis>, StoreError> {
        view.members
            .iter()
            .filter(|m| loaded.has(m.record))
            .map(|m| self.store.begin(m.record, self.actor.now))
            .collect()
    }

    pub(super) fn card_of(&self, loaded: &Loaded, view: &GroupView<'_>) -> Result<Card, StoreError> {
        let front = view.front().cloned().unwrap_or_default();
        let row = self.store.row(view.shown)?;
        let unit = home_unit(loaded, view.shown);
        let members = view.group.iter().copied().filter(|_| view.group.len() > 1).collect();
        let own = view.members.iter().filter_map(|m| loaded.predicted(m.record));
        let reviews = self.reviews_of(view)?;
        let not_in_use = self.not_in_use(loaded, view)?;
        let table = Kind::from_name(front.kind()).map(Kind::table);
        let named = self.title_of(view.shown)?;
        let mut fields = self.with_titles(field_line::fields(view, self.actor.roles), table)?;
        fields.retain(|line| !not_in_use.contains(line.field.as_str()));
        let mut sets = self.with_elements_named(field_line::sets(view, self.actor.roles), table)?;
        sets.retain(|line| !not_in_use.contains(line.set.as_str()));
        let mut hidden = field_line::hidden(view, self.actor.account, self.actor.roles);
        hidden.retain(|line| !not_in_use.contains(line.field));
        let traces = hidden.iter().filter(|line| !line.trace.is_empty()).map(|line| (line.field, line.trace.clone()));
        let mut allowed = if front.is_deleted() { Vec::new() } else { allowed_actions(view, &self.actor) };
        self.leave_out_elsewhere(&front, &mut allowed)?;
        let not_trained = self.leave_out_untrained(front.kind(), &mut allowed)?;
        Ok(Card {
            record: view.shown,
            kind: front.kind().to_owned(),
            title: named.map(|named| named.title).unwrap_or_default(),
            subtitle: row.as_ref().map(|r| r.subtitle.clone()).unwrap_or_default(),
            status: row.as_ref().map(|r| r.status.clone()).unwrap_or_default(),
            badges: row.as_ref().map(row_line::badges).unwrap_or_default(),
            unit,
            unit_name: unit.map(|u| self.unit_name(u)).transpose()?.flatten(),
            fields,
            sets,
            pictures: self.pictures_of(view)?,
            confirmed: view.set(CONFIRMED).into_iter().filter_map(Confirmation::from_value).max(),
            sent: hidden.iter().filter(|line| line.sent).map(|line| line.field).collect(),
            traces: traces.collect(),
            hidden: hidden.iter().map(|line| line.field).collect(),
            withheld: self.withheld(view, &not_in_use),
            steps: self.steps(&front)?,
            members,
            erased: view.erased(""),
            deleted: front.is_deleted(),
            unconfirmed: own.clone().map(|p| p.own).sum(),
            leaving: own.clone().any(|p| p.leaving),
            not_trained,
            allowed_actions: withheld::without(allowed, &not_in_use),
            basis: self.basis_with_returns(loaded, view)?,
            standing: (!reviews.is_empty()).then(|| standing(&reviews)),
            reviews,
        })
    }

    /// Fields that refer to records and people, with what those are called.
    fn with_titles(&self, mut fields: Vec<FieldLine>, table: Option<&KindTable>) -> Result<Vec<FieldLine>, StoreError> {
        for line in &mut fields {
            let shape = table.and_then(|t| t.field(&line.field)).map(|f| f.shape);
            if shape.is_none() {
                continue;
            }
            (line.title, line.title_kind) = match self.named(shape, &line.value)? {
                Some(named) => (Some(named.title), named.kind),
                None => (None, None),
            };
            line.at_odds_named = self.all_named(shape, &line.at_odds)?;
        }
        Ok(fields)
    }

    /// Sets that hold records, with the titles of those.
    fn with_elements_named(
        &self,
        mut sets: Vec<SetLine>,
        table: Option<&KindTable>,
    ) -> Result<Vec<SetLine>, StoreError> {
        for line in &mut sets {
            let shape = table.and_then(|t| t.set(&line.set)).map(|f| f.shape);
            if shape.is_some() {
                line.named = self.all_named(shape, &line.elements)?;
            }
        }
        Ok(sets)
    }

    /// What values stand for, by their text.
    fn all_named(&self, shape: Option<Shape>, values: &[Json]) -> Result<BTreeMap<String, Named>, StoreError> {
        let mut all = BTreeMap::new();
        for value in values {
            if let (Some(text), Some(named)) = (value.as_str(), self.named(shape, value)?) {
                all.insert(text.to_owned(), named);
            }
        }
        Ok(all)
    }

    /// The steps of a state, with what those are called whom they name.
    fn steps(&self, state: &State) -> Result<Vec<StepLine>, StoreError> {
        let table = Kind::from_name(state.kind()).map(Kind::steps);
        let mut lines = Vec::new();
        for step in &state.steps {
            let rows = || table.into_iter().flat_map(|t| &t.rows).filter(|row| row.step == step.step);
            let shape = |name: &str| rows().flat_map(|row| &row.asks).find(|ask| ask.name == name).map(|ask| ask.shape);
            let mut line = StepLine {
                step: step.step.clone(),
                to: step.to.clone(),
                at: step.tag.effective,
                by: step.tag.author,
                by_name: self.person(step.tag.author)?,
                answers: BTreeMap::new(),
                shapes: BTreeMap::new(),
                code_sets: BTreeMap::new(),
                titles: BTreeMap::new(),
                applied: step.outcome == Outcome::Applied,
            };
            for (name, answer) in &step.answers {
                let shape = shape(name);
                let value = field_line::json(shape, answer);
                if let Some(named) = self.named(shape, &value)? {
                    line.titles.insert(name.clone(), named.title);
                }
                line.shapes.extend(shape.map(|shape| (name.clone(), shape.name())));
                if let Some(Shape::Code(set)) = shape {
                    line.code_sets.insert(name.clone(), set.name());
                }
                line.answers.insert(name.clone(), value);
            }
            lines.push(line);
        }
        Ok(lines)
    }

    /// The record that a record is shown as.
    pub fn shown_as(&self, record: RecordId) -> Result<Option<RecordId>, StoreError> {
        let loaded = self.load([record])?;
        Ok(shown(&loaded, record).map(|view| view.shown).filter(|_| loaded.state(record).is_some()))
    }
}
