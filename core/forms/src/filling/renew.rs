//! A newer version of a form over what was filled by an older one.
//!
//! Owns which question of the one is which of the other. Refuses to drop an answer and to save. Invariant: an answer stays
//! with its question, goes to the one question that has its name and its type, or is set aside and told; where people disagree
//! nothing is moved. Two people who renew one submission apart write the same.

use super::{Filling, Place};
use crate::definition::{Control, ControlKind, FormDefinition, NodeId};
use crate::run::{Form, Run, Situation};
use gridwalk_model::RecordId;
use gridwalk_model::submission::{Answered, copy_of, copy_parts, field_of, is_meta, made_copy};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a newer version does to a submission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Renewal {
    /// How many answers stay with their questions.
    pub kept: usize,
    /// Answers that go to a question elsewhere.
    pub renamed: Vec<Renamed>,
    /// Answers that the newer version has no place for. They stay in the record.
    pub aside: Vec<SetAside>,
    /// Paths of questions whose answers stay and do not count in the newer version: they are not asked, or are no choice.
    pub uncounted: Vec<String>,
    /// Paths of questions that are asked now and were not there.
    pub new: Vec<String>,
}

/// An answer whose question stands elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Renamed {
    /// The question as it was: its path below the root.
    pub from: String,
    /// The question as it is.
    pub to: String,
    /// The answer.
    pub answer: String,
}

/// An answer without a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SetAside {
    /// The copy of a repeat in which it stood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy: Option<String>,
    /// The field of the question.
    pub field: String,
    /// What was answered: several where people disagree.
    pub answers: Vec<String>,
}

/// Where a leaf stands, and what it takes.
#[derive(PartialEq, Eq)]
struct Leaf {
    /// The path of the innermost repeat around it.
    repeat: Option<String>,
    data_type: String,
    control: Option<ControlKind>,
}

/// The leaves and the repeats of a form, by their paths below the root.
#[derive(Default)]
struct Places {
    leaves: BTreeMap<String, Leaf>,
    /// Each with the repeat around it, an outer one before those in it.
    repeats: BTreeMap<String, Option<String>>,
}

/// Where things of the older version are in the newer one.
#[derive(Default)]
struct Names {
    leaves: BTreeMap<String, String>,
    repeats: BTreeMap<String, String>,
}

fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The one and only of several.
fn only<T>(mut several: impl Iterator<Item = T>) -> Option<T> {
    several.next().filter(|_| several.next().is_none())
}

fn controls(body: &[Control], found: &mut BTreeMap<u32, ControlKind>) {
    for control in body {
        if let Some(node) = control.node {
            found.entry(node.0).or_insert(control.kind);
        }
        controls(&control.children, found);
    }
}

impl Places {
    fn of(definition: &FormDefinition) -> Self {
        let mut kinds = BTreeMap::new();
        controls(&definition.body, &mut kinds);
        let parents: BTreeSet<u32> = definition.nodes.iter().filter_map(|node| Some(node.parent?.0)).collect();
        let (mut places, mut paths, mut around) = (Self::default(), Vec::new(), Vec::<Option<String>>::new());
        for (at, node) in (0u32..).zip(&definition.nodes) {
            let outer = node.parent.and_then(|parent| around[parent.0 as usize].clone());
            let path = match node.parent {
                None => String::new(),
                Some(parent) => {
                    let whole = definition.path(NodeId(at));
                    format!("{}/{}", paths[parent.0 as usize], name_of(&whole))
                }
            };
            if node.repeat.is_some() {
                places.repeats.insert(path.clone(), outer.clone());
            } else if !parents.contains(&at) && node.parent.is_some() {
                let data_type = node.bind.as_ref().and_then(|bind| bind.data_type.clone());
                let data_type = data_type.unwrap_or_else(|| "string".to_owned());
                places
                    .leaves
                    .insert(path.clone(), Leaf { repeat: outer.clone(), data_type, control: kinds.get(&at).copied() });
            }
            around.push(if node.repeat.is_some() { Some(path.clone()) } else { outer });
            paths.push(path);
        }
        places
    }
}

impl Names {
    fn between(old: &Places, new: &Places) -> Self {
        let mut names = Self::default();
        // In the order of paths an outer repeat comes before those in it.
        for (path, outer) in &old.repeats {
            let Ok(outer) = names.repeat_of(outer.as_ref()) else { continue };
            let is_new = |other: &&String| {
                name_of(other) == name_of(path) && !old.repeats.contains_key(*other) && new.repeats[*other] == outer
            };
            let same = new.repeats.get(path) == Some(&outer);
            if let Some(to) = if same { Some(path) } else { only(new.repeats.keys().filter(is_new)) } {
                names.repeats.insert(path.clone(), to.clone());
            }
        }
        for (path, leaf) in &old.leaves {
            let Ok(repeat) = names.repeat_of(leaf.repeat.as_ref()) else { continue };
            let same = new.leaves.get(path).is_some_and(|other| other.repeat == repeat);
            let is_new = |(other, there): &(&String, &Leaf)| {
                let alike = there.data_type == leaf.data_type && there.control == leaf.control;
                alike && there.repeat == repeat && name_of(other) == name_of(path) && !old.leaves.contains_key(*other)
            };
            let moved = || only(new.leaves.iter().filter(is_new)).map(|(path, _)| path);
            if let Some(to) = if same { Some(path) } else { moved() } {
                names.leaves.insert(path.clone(), to.clone());
            }
        }
        // Two questions of one name that both went: which of them is the new one nobody can say.
        let mut targets: BTreeMap<String, usize> = BTreeMap::new();
        names.leaves.values().for_each(|to| *targets.entry(to.clone()).or_default() += 1);
        names.leaves.retain(|from, to| from == to || targets[to] == 1);
        names
    }

    /// Where the repeat around something is now, if there is one around it and the newer version has it.
    fn repeat_of(&self, old: Option<&String>) -> Result<Option<String>, Gone> {
        old.map(|old| self.repeats.get(old).cloned().ok_or(Gone)).transpose()
    }
}

/// A repeat that the newer version lacks.
struct Gone;

/// A copy of a repeat that stands elsewhere.
struct Moved {
    copy: String,
    inside: Option<String>,
    /// Whether the older version let people add it.
    added: bool,
}

/// An answer that was brought elsewhere.
struct Brought {
    from: Place,
    to: Place,
    told: Renamed,
}

/// The key of a copy in the newer version.
fn moved_key(of: RecordId, key: &str, paths: (&str, &str), around: (Option<&str>, Option<&str>)) -> Option<String> {
    let (from, to) = paths;
    if from == to {
        return Some(key.to_owned());
    }
    let id: RecordId = copy_parts(key)?.1.parse().ok()?;
    let [_, _, a, b, c, d, ..] = id.0;
    let place = u32::from_be_bytes([a, b, c, d]);
    let made = made_copy(of, from, around.0, place) == key;
    Some(if made { made_copy(of, to, around.1, place) } else { copy_of(to, id) })
}

impl Filling {
    /// The same submission by a newer version of its form, with what that does to it. What moved is told by
    /// [`Filling::answers`]; nothing is saved and this one stays as it is.
    pub fn renewed(&self, form: Form, situation: Situation) -> (Filling, Renewal) {
        let old = Places::of(self.run.form().definition());
        let new = Places::of(form.definition());
        let names = Names::between(&old, &new);
        let mut filling = Filling::over(Run::reopen(form, situation), self.submission);
        filling.said.clone_from(&self.said);
        filling.at_odds.clone_from(&self.at_odds);
        filling.held = self.held.clone();
        let copies = self.copies_moved(&names);
        filling.bring_copies(&copies);
        let renamed = self.bring_answers(&names, &copies, &mut filling);
        filling.put_back(false);
        filling.run.resumed();
        filling.recall();
        filling.set_aside();
        let renewal = self.compared(&filling, &old, renamed, &names);
        (filling, renewal)
    }

    /// Where the copies that are there now will be, by their keys.
    fn copies_moved(&self, names: &Names) -> BTreeMap<String, Moved> {
        let mut moved = BTreeMap::new();
        let mut todo = vec![(self.run.root(), None::<String>, None::<String>)];
        while let Some((spot, old, new)) = todo.pop() {
            for child in self.run.below(spot).into_iter().filter(|child| self.run.is_group(*child)) {
                let Some(key) = self.key_of(child) else {
                    todo.push((child, old.clone(), new.clone()));
                    continue;
                };
                let repeat = self.run.definition_of(child);
                let path = self.below_root(repeat);
                let around = (old.as_deref(), new.as_deref());
                let to = names.repeats.get(&path);
                let copy = to.and_then(|to| moved_key(self.submission, &key, (&path, to), around));
                if let Some(copy) = &copy {
                    let added = !self.run.is_counted(repeat);
                    moved.insert(key.clone(), Moved { copy: copy.clone(), inside: new.clone(), added });
                }
                todo.push((child, Some(key), copy));
            }
        }
        moved
    }

    fn bring_copies(&mut self, copies: &BTreeMap<String, Moved>) {
        for (key, Moved { copy, inside, added }) in copies {
            let Some((repeat, _)) = copy_parts(copy) else { continue };
            if key == copy || !added || self.held.alive.contains(copy) {
                continue;
            }
            self.held.living.entry((repeat.to_owned(), inside.clone())).or_default().insert(copy.clone());
            self.held.known.insert(copy.clone());
            self.held.alive.insert(copy.clone());
            self.untold.push(Answered::Added { copy: copy.clone(), inside: inside.clone() });
        }
    }

    /// Brings answers to where their questions are now.
    fn bring_answers(&self, names: &Names, copies: &BTreeMap<String, Moved>, to: &mut Filling) -> Vec<Brought> {
        let mut renamed = Vec::new();
        for one in self.placed().into_iter().filter(|one| !self.run.is_group(one.spot)) {
            let path = self.below_root(self.run.definition_of(one.spot));
            let Some(target) = names.leaves.get(&path).filter(|target| **target != path) else { continue };
            let from: Place = (one.copy, field_of(&path));
            let Some(Some(answer)) = self.said.get(&from).cloned() else { continue };
            let copy = from.0.as_ref().and_then(|key| Some(copies.get(key)?.copy.clone()));
            let place: Place = (copy, field_of(target));
            let settled = !self.at_odds.contains_key(&from) && from.0.is_some() == place.0.is_some();
            if !settled || to.said.contains_key(&place) {
                continue;
            }
            for (place, answer) in [(&place, Some(answer.clone())), (&from, None)] {
                let (copy, field) = place.clone();
                to.untold.push(Answered::Put { copy, field, answer: answer.clone() });
                to.said.insert(place.clone(), answer);
            }
            renamed.push(Brought { from, to: place, told: Renamed { from: path, to: target.clone(), answer } });
        }
        renamed
    }

    fn compared(&self, new: &Filling, old: &Places, renamed: Vec<Brought>, names: &Names) -> Renewal {
        let counted = |filling: &Filling| -> BTreeMap<Place, (String, String)> {
            let leaves = filling.placed().into_iter().filter(|one| !filling.run.is_group(one.spot));
            let said = leaves.filter_map(|one| {
                let place = (one.copy, filling.field(one.spot));
                let answer = filling.said.get(&place)?.clone()?;
                let value = filling.run.value(one.spot);
                let counts = filling.run.standing(one.spot).relevant && (!value.is_empty() || answer.is_empty());
                Some((place, (filling.run.path(one.spot), if counts { answer } else { String::new() })))
            });
            said.collect()
        };
        let (before, after) = (counted(self), counted(new));
        let answers = |field: &str| !is_meta(field);
        let kept = before.keys().filter(|place| answers(&place.1) && after.contains_key(*place)).count();
        let came_from: BTreeMap<&Place, &Place> = renamed.iter().map(|one| (&one.to, &one.from)).collect();
        let counted_before = |place: &Place| {
            let was = came_from.get(place).map_or(place, |from| *from);
            before.get(was).is_none_or(|(_, answer)| !answer.is_empty())
        };
        let silent = after.iter().filter(|(place, (_, answer))| answer.is_empty() && counted_before(place));
        let uncounted = silent.map(|(_, (path, _))| path.clone()).collect();
        let aside = new.aside.iter().map(|((copy, field), answers)| {
            let (copy, field, answers) = (copy.clone(), field.clone(), answers.clone());
            SetAside { copy, field, answers }
        });
        let was = |path: &str| old.leaves.contains_key(path) || names.leaves.values().any(|to| to == path);
        let asked = new.questions().into_iter().map(|question| question.path);
        let fresh = asked.filter(|path| {
            let spot = new.run.node(path);
            spot.is_some_and(|spot| !was(&new.below_root(new.run.definition_of(spot))))
        });
        let renamed = renamed.into_iter().map(|one| one.told).collect();
        Renewal { kept, renamed, aside: aside.collect(), uncounted, new: fresh.collect() }
    }
}
