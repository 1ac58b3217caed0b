//! A submission that is being filled: a run of its form over the answers that its record holds.
//!
//! Owns the way from fields of a record to a run and back. Refuses to save: what was answered since the last save is told as
//! [`Answered`], and whoever asked saves it by a command. Invariant: what a person answered stands in what is told, or in the
//! record already; what a form reckons by itself is told only where it could not be reckoned again.

mod renew;
mod restore;
mod show;
#[cfg(test)]
mod tests;

pub use renew::{Renamed, Renewal, SetAside};
pub use show::{Problem, Question, RepeatLine};

use crate::definition::NodeId;
use crate::run::{Form, Run, RunFault, Situation};
use crate::tree::Spot;
use gridwalk_model::RecordId;
use gridwalk_model::submission::{Answered, copy_of, field_of, made_copy};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The place of an answer in a record: the copy of a repeat, and the field.
pub type Place = (Option<String>, String);

/// Why something was not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FillingFault {
    /// The form has no such question, or no such copy now.
    #[error("no question {0}")]
    NoQuestion(String),
    /// The question is not asked now.
    #[error("{0} is not asked now")]
    NotAsked(String),
    /// The run does not take it.
    #[error("{0}: {1}")]
    NotTaken(String, RunFault),
}

impl FillingFault {
    /// The stable code that shells have words for.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoQuestion(_) | Self::NotTaken(_, RunFault::NoAnswer) => "no_question",
            Self::NotAsked(_) => "question_not_asked",
            Self::NotTaken(_, RunFault::ReadOnly) => "read_only",
            Self::NotTaken(_, RunFault::Counted) => "counted",
            Self::NotTaken(_, RunFault::TooMany) => "too_many",
        }
    }

    /// The question.
    pub fn path(&self) -> &str {
        match self {
            Self::NoQuestion(path) | Self::NotAsked(path) | Self::NotTaken(path, _) => path,
        }
    }
}

/// A node of the run with its place in the record.
struct Placed {
    spot: Spot,
    copy: Option<String>,
    /// Whether it stands in a copy that a count has just made.
    fresh: bool,
}

/// Which copies of repeats a record has.
#[derive(Clone, Debug, Default)]
struct Copies {
    /// Living ones, by the repeat's field and the copy that they stand in.
    living: BTreeMap<(String, Option<String>), BTreeSet<String>>,
    /// All of which something was said.
    known: BTreeSet<String>,
    alive: BTreeSet<String>,
}

/// A submission that is being filled.
#[derive(Debug)]
pub struct Filling {
    run: Run,
    submission: RecordId,
    /// What the record holds, or what was told to be saved.
    said: BTreeMap<Place, Option<String>>,
    /// All values of the answers in which people disagree.
    at_odds: BTreeMap<Place, Vec<Option<String>>>,
    /// The keys of the copies of repeats that are not counted, beside the run's.
    copies: HashMap<(Spot, u32), Vec<String>>,
    /// Reckoned answers that a person wrote over.
    by_person: BTreeSet<Spot>,
    /// What the record has of them.
    held: Copies,
    /// Copies that a count made since it was looked at last.
    fresh: BTreeSet<Spot>,
    /// What was answered, and copies that came and went, and is not told yet.
    untold: Vec<Answered>,
    /// What the record holds and this version of the form has no place for.
    aside: BTreeMap<Place, Vec<String>>,
}

impl Filling {
    /// Begins a submission.
    pub fn begin(form: Form, situation: Situation, submission: RecordId) -> Filling {
        let mut filling = Filling::over(Run::open(form, situation), submission);
        filling.name_copies();
        filling.fresh.clear();
        filling
    }

    fn over(run: Run, submission: RecordId) -> Filling {
        Filling {
            run,
            submission,
            said: BTreeMap::new(),
            at_odds: BTreeMap::new(),
            copies: HashMap::new(),
            by_person: BTreeSet::new(),
            held: Copies::default(),
            fresh: BTreeSet::new(),
            untold: Vec::new(),
            aside: BTreeMap::new(),
        }
    }

    /// The run.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Moves the clock.
    pub fn set_now(&mut self, now_ms: i64) {
        self.run.set_now(now_ms);
    }

    /// Shows another language; false if the form has no such.
    pub fn set_language(&mut self, name: &str) -> bool {
        self.run.set_language(name)
    }

    /// Answers a question; an empty text takes the answer back.
    pub fn set(&mut self, path: &str, text: &str) -> Result<(), FillingFault> {
        let spot = self.run.node(path).ok_or_else(|| FillingFault::NoQuestion(path.to_owned()))?;
        if !self.run.standing(spot).relevant {
            return Err(FillingFault::NotAsked(path.to_owned()));
        }
        // What goes with this answer, such as a copy that is not counted any more, was said all the same.
        self.harvest();
        self.run.set(spot, text).map_err(|fault| FillingFault::NotTaken(path.to_owned(), fault))?;
        if self.is_reckoned(spot) {
            self.by_person.insert(spot);
        }
        self.recall();
        Ok(())
    }

    /// Adds a copy of the repeat at a path, with an id that nobody had before. Gives its path.
    pub fn add_copy(&mut self, path: &str, id: RecordId) -> Result<String, FillingFault> {
        let (repeat, parent) = self.run.repeat(path).ok_or_else(|| FillingFault::NoQuestion(path.to_owned()))?;
        let copy = copy_of(&self.below_root(repeat), id);
        let keys = self.copies.get(&(parent, repeat.0)).map_or(&[][..], Vec::as_slice);
        let at = keys.partition_point(|key| *key <= copy);
        let block =
            self.run.add_copy(repeat.0, parent, at).map_err(|fault| FillingFault::NotTaken(path.to_owned(), fault))?;
        let inside = self.copy_around(parent);
        self.copies.entry((parent, repeat.0)).or_default().insert(at, copy.clone());
        let field = field_of(&self.below_root(repeat));
        self.held.living.entry((field, inside.clone())).or_default().insert(copy.clone());
        self.held.known.insert(copy.clone());
        self.held.alive.insert(copy.clone());
        self.untold.push(Answered::Added { copy, inside });
        self.recall();
        Ok(self.run.path(block))
    }

    /// Takes out the copy at a path such as `/data/kid[2]`.
    pub fn remove_copy(&mut self, path: &str) -> Result<(), FillingFault> {
        let none = || FillingFault::NoQuestion(path.to_owned());
        let spot = self.run.node(path).ok_or_else(none)?;
        let repeat = self.run.definition_of(spot);
        let (_, parent) = path.rsplit_once('[').and_then(|(above, _)| self.run.repeat(above)).ok_or_else(none)?;
        let at = self.run.copies(repeat, parent).iter().position(|copy| *copy == spot).ok_or_else(none)?;
        self.harvest();
        let gone = self.keys_below(spot);
        self.run.remove_copy(repeat.0, parent, at).map_err(|fault| FillingFault::NotTaken(path.to_owned(), fault))?;
        if let Some(keys) = self.copies.get_mut(&(parent, repeat.0)).filter(|keys| at < keys.len()) {
            let copy = keys.remove(at);
            self.took_out(copy, &gone);
        }
        self.recall();
        Ok(())
    }

    /// One that was added and is not saved yet never was.
    fn took_out(&mut self, copy: String, below: &BTreeSet<String>) {
        let within = |one: &Answered| match one {
            Answered::Added { copy, .. } | Answered::Removed { copy } => below.contains(copy),
            Answered::Put { copy, .. } => copy.as_ref().is_some_and(|copy| below.contains(copy)),
        };
        let fresh = self.untold.iter().any(|one| matches!(one, Answered::Added { copy: added, .. } if *added == copy));
        self.untold.retain(|one| !within(one));
        self.held.living.values_mut().for_each(|keys| keys.retain(|key| !below.contains(key)));
        self.held.alive.retain(|key| !below.contains(key));
        self.held.known.extend(below.iter().cloned());
        if !fresh {
            self.untold.push(Answered::Removed { copy });
        }
    }

    /// The keys of a copy and of all copies in it.
    fn keys_below(&self, top: Spot) -> BTreeSet<String> {
        let placed = self.placed();
        let is_below = |spot: Spot| {
            let mut at = Some(spot);
            while let Some(spot) = at {
                if spot == top {
                    return true;
                }
                at = self.run.above(spot);
            }
            false
        };
        placed.into_iter().filter(|one| is_below(one.spot)).filter_map(|one| one.copy).collect()
    }

    /// What is known only at the end, such as when it was. Tells what is missing or not right; the record may be finished
    /// when nothing is.
    pub fn finish(&mut self) -> Vec<Problem> {
        self.run.finish();
        self.problems()
    }

    /// What was answered since it was told last, in the order in which it is to be saved.
    pub fn answers(&mut self) -> Vec<Answered> {
        self.harvest();
        let mut last: BTreeSet<Place> = BTreeSet::new();
        // Of two answers to one question the later one counts: a change writes a field once.
        let mut told: Vec<Answered> = Vec::new();
        for one in std::mem::take(&mut self.untold).into_iter().rev() {
            match &one {
                Answered::Put { copy, field, .. } if !last.insert((copy.clone(), field.clone())) => {}
                _ => told.push(one),
            }
        }
        told.reverse();
        told
    }

    /// Takes back what was told and could not be saved: it is told again.
    pub fn take_back(&mut self, answers: Vec<Answered>) {
        self.untold.splice(0..0, answers);
    }

    /// Notes what was answered since it was noted last.
    fn harvest(&mut self) {
        for Placed { spot, copy, .. } in self.placed() {
            if self.run.is_group(spot) || (self.is_reckoned(spot) && !self.keeps(spot)) {
                continue;
            }
            let place = (copy, self.field(spot));
            let typed = self.run.typed(spot);
            let same = match self.said.get(&place) {
                Some(said) => said.as_deref().unwrap_or_default() == typed,
                None => self.run.beginning(spot) == typed,
            };
            if same {
                continue;
            }
            let answer = (!typed.is_empty()).then(|| typed.to_owned());
            let put = Answered::Put { copy: place.0.clone(), field: place.1.clone(), answer: answer.clone() };
            self.untold.push(put);
            self.at_odds.remove(&place);
            self.said.insert(place, answer);
        }
    }

    /// Answers that the record holds and this version of the form has no place for: they stay in the record. Several to one
    /// question where people disagree.
    pub fn aside(&self) -> &BTreeMap<Place, Vec<String>> {
        &self.aside
    }

    /// Whether a node's answer follows from others.
    fn is_reckoned(&self, spot: Spot) -> bool {
        self.bind_calculate(spot).is_some()
    }

    /// Whether what is reckoned is kept all the same: a person wrote over it, or it is reckoned once.
    fn keeps(&self, spot: Spot) -> bool {
        self.by_person.contains(&spot) || self.bind_calculate(spot).is_some_and(|text| text.contains("once("))
    }

    fn bind_calculate(&self, spot: Spot) -> Option<&str> {
        let definition = self.run.form().definition();
        definition.node(self.run.definition_of(spot))?.bind.as_ref()?.calculate.as_deref()
    }

    /// The path of a node below the root, as fields are named by it.
    fn below_root(&self, node: NodeId) -> String {
        let path = self.run.form().definition().path(node);
        let below = path[1..].find('/').map_or("", |at| &path[at + 1..]);
        below.to_owned()
    }

    fn field(&self, spot: Spot) -> String {
        field_of(&self.below_root(self.run.definition_of(spot)))
    }

    /// The key of the copy in which a node stands, itself or a copy above it.
    fn copy_around(&self, spot: Spot) -> Option<String> {
        let mut at = Some(spot);
        while let Some(spot) = at {
            if let Some(key) = self.key_of(spot) {
                return Some(key);
            }
            at = self.run.above(spot);
        }
        None
    }

    /// The key of a copy of a repeat; `None` of any other node.
    fn key_of(&self, spot: Spot) -> Option<String> {
        let repeat = self.run.definition_of(spot);
        self.run.form().definition().node(repeat)?.repeat.as_ref()?;
        let parent = self.run.above(spot)?;
        let at = self.run.copies(repeat, parent).iter().position(|copy| *copy == spot)?;
        self.copies.get(&(parent, repeat.0))?.get(at).cloned()
    }

    /// Gives keys to copies that the form made by itself.
    fn name_copies(&mut self) {
        let mut todo = vec![(self.run.root(), None::<String>)];
        while let Some((spot, around)) = todo.pop() {
            self.name_copies_of(spot, around.as_deref());
            for child in self.run.below(spot).into_iter().filter(|child| self.run.is_group(*child)) {
                todo.push((child, self.key_of(child).or_else(|| around.clone())));
            }
        }
    }

    /// The same of the repeats that stand directly in a node.
    fn name_copies_of(&mut self, spot: Spot, around: Option<&str>) {
        for repeat in self.run.repeats(spot) {
            let there = self.run.copies(repeat, spot).len();
            let path = self.below_root(repeat);
            let counted = self.run.is_counted(repeat);
            let keys = self.copies.entry((spot, repeat.0)).or_default();
            keys.truncate(there);
            // Copies that people add are named when they are added: what has no name yet the form made.
            for place in keys.len()..there {
                if let Some(copy) = self.run.copies(repeat, spot).get(place).filter(|_| counted) {
                    self.fresh.insert(*copy);
                }
                let place = u32::try_from(place).unwrap_or(u32::MAX);
                keys.push(made_copy(self.submission, &path, around, place));
            }
        }
    }

    /// All nodes that are there, in order, each with the copy in which it stands.
    fn placed(&self) -> Vec<Placed> {
        let mut list = Vec::new();
        let mut todo = vec![(self.run.root(), None::<String>, false)];
        while let Some((spot, around, fresh)) = todo.pop() {
            let copy = self.key_of(spot).or(around);
            let fresh = fresh || self.fresh.contains(&spot);
            todo.extend(self.run.below(spot).into_iter().rev().map(|child| (child, copy.clone(), fresh)));
            list.push(Placed { spot, copy, fresh });
        }
        list
    }
}
