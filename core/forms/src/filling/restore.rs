//! A submission that was begun before, on this phone or another: its record's answers put back into a run.
//!
//! Owns the order of putting back. Refuses to drop what has no place: it is set aside and shown. Invariant: where people
//! disagree the value that is shown first counts, and the others are told beside it.

use super::{Copies, Filling, Place};
use crate::definition::NodeId;
use crate::run::{Form, Run, Situation};
use crate::tree::Spot;
use gridwalk_model::submission::{INSIDE, copy_parts, field_of, is_answer, made_copy};
use gridwalk_model::value::Value;
use gridwalk_model::view::{Policy, show};
use gridwalk_model::{RecordId, State, limits};
use std::collections::BTreeSet;

impl Filling {
    /// Resumes a submission from its record.
    pub fn resume(form: Form, situation: Situation, record: &State) -> Filling {
        let mut filling = Filling::over(Run::reopen(form, situation), record.record);
        filling.read(record);
        filling.put_back(false);
        filling.run.resumed();
        filling.recall();
        filling.set_aside();
        filling
    }

    /// Names the copies that the form made, and puts back what was answered in those that a count brought back.
    pub(super) fn recall(&mut self) {
        self.name_copies();
        if !self.fresh.is_empty() {
            self.run.returning();
            self.put_back(true);
            self.run.at_hand();
            self.name_copies();
            self.fresh.clear();
        }
    }

    pub(super) fn put_back(&mut self, only_fresh: bool) {
        // An answer may bring questions and copies along that have answers of their own.
        for _ in 0..limits::FORM_DEPTH_MAX {
            let moved = self.put_copies_back() | self.put_answers_back(only_fresh);
            self.run.returned();
            if !moved {
                break;
            }
        }
        self.name_copies();
        if !only_fresh {
            self.fresh.clear();
        }
    }

    fn read(&mut self, record: &State) {
        let mut copies = Copies::default();
        for (key, instance) in &record.instances {
            let Some((repeat, _)) = copy_parts(key) else { continue };
            copies.known.insert(key.clone());
            if instance.alive() {
                let inside = instance.fields.get(INSIDE).and_then(|field| show(&field.heads, Policy::Review)?.value);
                let inside = inside.and_then(Value::as_text).map(str::to_owned);
                copies.living.entry((repeat.to_owned(), inside)).or_default().insert(key.clone());
                copies.alive.insert(key.clone());
            }
        }
        for (within, field, register) in record.registers().filter(|(_, field, _)| is_answer(field)) {
            if within.is_some_and(|key| !copies.alive.contains(key)) {
                continue;
            }
            let Some(shown) = show(&register.heads, Policy::Review) else { continue };
            let text = |value: Option<&Value>| value.and_then(Value::as_text).map(str::to_owned);
            let place = (within.map(str::to_owned), field.to_owned());
            if !shown.at_odds.is_empty() {
                self.at_odds.insert(place.clone(), shown.at_odds.iter().map(|value| text(*value)).collect());
            }
            self.said.insert(place, text(shown.value));
        }
        self.held = copies;
    }

    fn put_copies_back(&mut self) -> bool {
        let mut moved = false;
        let mut todo = vec![(self.run.root(), None::<String>)];
        while let Some((spot, around)) = todo.pop() {
            for repeat in self.run.repeats(spot) {
                if !self.run.is_counted(repeat) {
                    moved |= self.fit(repeat, spot, around.as_deref());
                }
            }
            self.name_copies_of(spot, around.as_deref());
            for child in self.run.below(spot) {
                if self.run.is_group(child) {
                    todo.push((child, self.key_of(child).or_else(|| around.clone())));
                }
            }
        }
        moved
    }

    /// Brings the copies of a repeat in line with those of the record.
    fn fit(&mut self, repeat: NodeId, parent: Spot, around: Option<&str>) -> bool {
        let copies = &self.held;
        let path = self.below_root(repeat);
        let begins = u32::try_from(self.run.copies(repeat, parent).len()).unwrap_or(u32::MAX);
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        let held = if let Some(held) = self.copies.get(&(parent, repeat.0)) {
            wanted.extend(held.iter().cloned());
            held.clone()
        } else {
            let made: Vec<String> = (0..begins).map(|place| made_copy(self.submission, &path, around, place)).collect();
            // One that the form begins with and that somebody took out stays out.
            let stays = |key: &&String| !copies.known.contains(*key) || copies.alive.contains(*key);
            wanted.extend(made.iter().filter(stays).cloned());
            made
        };
        let inside = around.map(str::to_owned);
        wanted.extend(copies.living.get(&(field_of(&path), inside)).into_iter().flatten().cloned());
        let mut keys = held.clone();
        for (at, key) in held.iter().enumerate().rev() {
            if !wanted.contains(key) {
                self.run.leave_out(repeat, parent, at);
                keys.remove(at);
            }
        }
        for key in wanted {
            if !keys.contains(&key) {
                let at = keys.partition_point(|held| *held < key);
                self.run.copy_back(repeat, parent, at);
                keys.insert(at, key);
            }
        }
        let moved = keys != held;
        self.copies.insert((parent, repeat.0), keys);
        moved
    }

    fn put_answers_back(&mut self, only_fresh: bool) -> bool {
        let mut moved = false;
        for one in self.placed() {
            if self.run.is_group(one.spot) || (only_fresh && !one.fresh) {
                continue;
            }
            let place: Place = (one.copy, self.field(one.spot));
            let Some(said) = self.said.get(&place) else { continue };
            let said = said.clone().unwrap_or_default();
            if self.is_reckoned(one.spot) {
                self.by_person.insert(one.spot);
            }
            if self.run.typed(one.spot) != said {
                self.run.put_back(one.spot, &said);
                moved = true;
            }
        }
        moved
    }

    /// Names what has no place in this version of the form.
    pub(super) fn set_aside(&mut self) {
        let answers = self.placed().into_iter().filter(|one| !self.run.is_group(one.spot));
        let has: BTreeSet<Place> = answers.map(|one| (one.copy, self.field(one.spot))).collect();
        let left = self.said.iter().filter(|(place, _)| !has.contains(*place));
        self.aside = left
            .filter_map(|(place, said)| {
                let several = self.at_odds.get(place).into_iter().flatten().flatten().cloned();
                let answers: Vec<String> =
                    if self.at_odds.contains_key(place) { several.collect() } else { said.iter().cloned().collect() };
                (!answers.is_empty()).then(|| (place.clone(), answers))
            })
            .collect();
    }

    /// The record's id.
    pub fn submission(&self) -> RecordId {
        self.submission
    }
}
