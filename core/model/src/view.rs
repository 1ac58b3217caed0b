//! What a reader sees of the states that they hold: winning values, disagreements, same-as groups.
//!
//! Owns the choice among heads and the merging of groups. Refuses to know kinds' labels and to fold.
//! Invariant: a view is a function of the states held; dropped and built again it is the same.

use crate::erasure::Erased;
use crate::id::RecordId;
use crate::moved::is_reserved;
use crate::name::Name;
use crate::state::{Head, Instance, Register, State};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How the view chooses among heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// Different values are a disagreement; the greatest effective time is shown first.
    #[default]
    Review,
    /// The greatest effective time, without review.
    Latest,
    /// The greatest value, without review.
    Max,
}

/// One field as shown.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldView<'a> {
    /// The value shown first.
    pub value: Option<&'a Value>,
    /// The head it comes from.
    pub head: &'a Head,
    /// The distinct values at odds, the shown one first; empty when they agree or a policy chooses.
    pub at_odds: Vec<Option<&'a Value>>,
}

/// Chooses among heads; `None` where there are none.
pub fn show<'a>(heads: impl IntoIterator<Item = &'a Head>, policy: Policy) -> Option<FieldView<'a>> {
    let mut heads: Vec<&Head> = heads.into_iter().collect();
    heads.sort_by_key(|h| std::cmp::Reverse(h.tag.order()));
    let best = match policy {
        Policy::Max => heads.iter().copied().reduce(|best, h| if greater(h, best) { h } else { best })?,
        Policy::Review | Policy::Latest => heads.first().copied()?,
    };
    let mut at_odds: Vec<Option<&Value>> = Vec::new();
    if policy == Policy::Review {
        for head in &heads {
            if !at_odds.contains(&head.value.as_ref()) {
                at_odds.push(head.value.as_ref());
            }
        }
    }
    if at_odds.len() < 2 {
        at_odds.clear();
    }
    Some(FieldView { value: best.value.as_ref(), head: best, at_odds })
}

impl State {
    /// The value of a field that is shown first, where what is at odds is for a person to look at.
    pub fn value(&self, field: &str) -> Option<&Value> {
        show(&self.fields.get(field)?.heads, Policy::Review)?.value
    }
}

fn greater(a: &Head, b: &Head) -> bool {
    match (&a.value, &b.value) {
        (Some(a), Some(b)) => a.order(b) == std::cmp::Ordering::Greater,
        (Some(_), None) => true,
        _ => false,
    }
}

/// Where states are held; the only door of this module to rows.
pub trait Held {
    /// The state of a record, if the reader holds it.
    fn state(&self, record: RecordId) -> Option<&State>;
    /// Records held whose links name this one.
    fn linking_to(&self, record: RecordId) -> Vec<RecordId>;
}

impl Held for BTreeMap<RecordId, State> {
    fn state(&self, record: RecordId) -> Option<&State> {
        self.get(&record)
    }
    fn linking_to(&self, record: RecordId) -> Vec<RecordId> {
        self.values().filter(|s| s.links().contains(&record)).map(|s| s.record).collect()
    }
}

/// A link counts when at least one side held says so and no side held lacks it.
fn linked(held: &impl Held, a: RecordId, b: RecordId) -> bool {
    let side = |x: RecordId, y: RecordId| held.state(x).map(|s| s.links().contains(&y));
    match (side(a, b), side(b, a)) {
        (None, None) => false,
        (x, y) => x.unwrap_or(true) && y.unwrap_or(true),
    }
}

/// The same-as group of a record, sorted; it may pass through records that are not held.
pub fn group_of(held: &impl Held, record: RecordId) -> Vec<RecordId> {
    let mut group = BTreeSet::from([record]);
    let mut queue = vec![record];
    while let Some(at) = queue.pop() {
        let mut next = held.state(at).map(State::links).unwrap_or_default();
        next.extend(held.linking_to(at));
        for other in next {
            if !group.contains(&other) && linked(held, at, other) {
                group.insert(other);
                queue.push(other);
            }
        }
    }
    group.into_iter().collect()
}

/// A record, or a same-as group under its smallest living id, as a reader sees it.
#[derive(Debug)]
pub struct GroupView<'a> {
    /// The id it is shown under.
    pub shown: RecordId,
    /// All members, held or not, living or not.
    pub group: Vec<RecordId>,
    /// The living members that are held.
    pub members: Vec<&'a State>,
}

/// The view that `record` belongs to; `None` if no member that is held lives.
pub fn view_of(held: &impl Held, record: RecordId) -> Option<GroupView<'_>> {
    let group = group_of(held, record);
    let members: Vec<&State> = group.iter().filter_map(|r| held.state(*r)).filter(|s| !s.is_deleted()).collect();
    let shown = members.first()?.record;
    Some(GroupView { shown, group, members })
}

impl<'a> GroupView<'a> {
    /// A group of one, for readers that hold its state already.
    pub fn alone(state: &'a State) -> Self {
        Self { shown: state.record, group: vec![state.record], members: vec![state] }
    }

    /// Whether a field or set of it was erased, when and why: by the newest word; with no name, whether all of it was.
    pub fn erased(&self, field: &str) -> Option<Erased> {
        self.members.iter().filter_map(|m| m.erased(field)).max_by_key(|erased| erased.at)
    }

    /// Fields and sets that were erased by name.
    pub fn erased_fields(&self) -> BTreeSet<&'a str> {
        self.members.iter().flat_map(|m| m.erased_fields()).collect()
    }

    /// Names of all fields that any member has, the server's own left out.
    pub fn field_names(&self) -> BTreeSet<&'a str> {
        let all = self.members.iter().flat_map(|m| m.fields.iter().filter(|(f, _)| !m.is_masked(f)));
        all.filter(|(f, r)| !r.heads.is_empty() && !is_reserved(f)).map(|(f, _)| f.as_str()).collect()
    }

    /// A field over all members.
    pub fn field(&self, name: &str, policy: Policy) -> Option<FieldView<'a>> {
        let shown = self.members.iter().filter(|m| !m.is_masked(name));
        show(shown.filter_map(|m| m.fields.get(name)).flat_map(|r| &r.heads), policy)
    }

    /// The value of a field over all members that is shown first, where what is at odds is for a person to look at.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.field(name, Policy::Review)?.value
    }

    /// Fields and sets that a mask hid in any member, each with the trace of its value, if the reader may see one.
    pub fn masked(&self) -> BTreeMap<&'a str, &'a str> {
        let mut names: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, trace) in self.members.iter().flat_map(|m| &m.masked) {
            let shown = names.entry(name).or_default();
            *shown = if shown.is_empty() { trace } else { shown };
        }
        names
    }

    /// A set's elements over all members: by effective time of the first living add, then name.
    pub fn set(&self, name: &str) -> Vec<&'a Value> {
        let mut adds: Vec<_> = self.members.iter().filter_map(|m| m.sets.get(name)).flat_map(|s| &s.adds).collect();
        adds.sort_by_key(|a| (a.tag.order(), a.index));
        let mut list: Vec<&Value> = Vec::new();
        for add in adds {
            if !list.contains(&&add.element) {
                list.push(&add.element);
            }
        }
        list
    }

    /// Names of all sets with a living add, links left out.
    pub fn set_names(&self) -> BTreeSet<&'a str> {
        let all = self.members.iter().flat_map(|m| m.sets.iter());
        all.filter(|(n, s)| !s.adds.is_empty() && n.as_str() != crate::op::LINKS).map(|(n, _)| n.as_str()).collect()
    }

    /// Living instances by key; the same key in two members is one instance.
    pub fn instances(&self) -> BTreeMap<&'a str, Vec<&'a Instance>> {
        let mut map: BTreeMap<&str, Vec<&Instance>> = BTreeMap::new();
        for member in &self.members {
            for (key, instance) in member.instances.iter().filter(|(_, i)| i.alive()) {
                map.entry(key).or_default().push(instance);
            }
        }
        map
    }

    /// The member that the group is shown as.
    pub fn front(&self) -> Option<&'a State> {
        self.members.first().copied()
    }

    /// Steps of the front member that did not take effect.
    pub fn overtaken(&self) -> Vec<Name> {
        let steps = self.front().into_iter().flat_map(|s| &s.steps);
        steps.filter(|s| s.outcome != crate::journal::Outcome::Applied).map(|s| s.tag.id).collect()
    }

    /// Whether any member was edited after its deletion.
    pub fn is_edited_after_deletion(&self) -> bool {
        self.members.iter().any(|m| m.is_edited_after_deletion())
    }
}

/// Fields of an instance over all members that hold it.
pub fn instance_field<'a>(instances: &[&'a Instance], field: &str, policy: Policy) -> Option<FieldView<'a>> {
    let registers = instances.iter().filter_map(|i| i.fields.get(field));
    show(registers.flat_map(|r: &'a Register| &r.heads), policy)
}
