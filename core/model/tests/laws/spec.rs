//! What the rules say of a journal as a whole, without folding it.
//!
//! Owns a second definition of heads, sets, instances and deletes. Refuses to call the fold. Invariant: nothing here
//! depends on the order of the entries but the reach of a delete.

use crate::server::Server;
use gridwalk_model::journal::{Entry, Stamps};
use gridwalk_model::name::hits;
use gridwalk_model::op::{ATTACHED, LINKS};
use gridwalk_model::{Name, Op, OpName, RecordId, SealedChange, Value};
use std::collections::{BTreeMap, BTreeSet};

/// A place that holds a value: instance and field.
pub type Place = (Option<String>, String);

/// One admitted body of a record.
pub struct Body<'a> {
    pub stamps: &'a Stamps,
    pub change: &'a SealedChange,
    pub id: Name,
    /// All names that the journal knows.
    pub names: Vec<Name>,
}

/// The bodies admitted on a record.
pub fn bodies(server: &Server, record: RecordId) -> Vec<Body<'_>> {
    let of_record = server.journal.iter().filter(|(r, _)| *r == record);
    let body = |e| match e {
        &Entry::Change { ref stamps, ref change, id, .. } => {
            Some(Body { stamps, change, id, names: server.all_names(id) })
        }
        _ => None,
    };
    of_record.filter_map(|(_, e)| body(e)).collect()
}

fn writes(body: &Body<'_>) -> Vec<(Place, Option<Value>)> {
    let put = |op: &Op| match op {
        Op::Put { field, value, within, .. } => Some(((within.clone(), field.clone()), value.clone())),
        _ => None,
    };
    body.change.change.ops.iter().filter_map(put).collect()
}

/// The heads of every place: what was written there and what nobody who wrote there had seen.
pub fn heads(bodies: &[Body<'_>]) -> BTreeMap<Place, BTreeMap<Name, Option<String>>> {
    let mut found: BTreeMap<Place, BTreeMap<Name, Option<String>>> = BTreeMap::new();
    for body in bodies.iter().filter(|b| !b.stamps.erased) {
        for ((within, field), value) in writes(body) {
            let seen = |b: &Body<'_>| Server::has_seen(b.change, within.as_deref(), &field, &body.names);
            if !bodies.iter().any(|b| b.id != body.id && seen(b)) {
                let text = value.map(|v| format!("{v:?}"));
                found.entry((within, field)).or_default().insert(body.id, text);
            }
        }
    }
    found
}

/// The living adds of every set: what was added and what no remove had seen.
pub fn adds(bodies: &[Body<'_>]) -> BTreeSet<(String, Name, u32, String)> {
    let mut gone: BTreeMap<&str, BTreeSet<OpName>> = BTreeMap::new();
    for op in bodies.iter().flat_map(|b| &b.change.change.ops) {
        match op {
            Op::Remove { set, dots } => gone.entry(set).or_default().extend(dots),
            Op::Unlink { dots } => gone.entry(LINKS).or_default().extend(dots),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for body in bodies.iter().filter(|b| !b.stamps.erased) {
        for (index, op) in (0..).zip(&body.change.change.ops) {
            let (set, element) = match op {
                Op::Add { set, element } => (set.as_str(), element.clone()),
                Op::Attach { element } => (ATTACHED, element.clone()),
                Op::Link { other } => (LINKS, Value::Id(*other)),
                _ => continue,
            };
            let named = |n: &Name| gone.get(set).is_some_and(|g| g.contains(&OpName { change: *n, index }));
            if !body.names.iter().any(named) {
                found.insert((set.to_owned(), body.id, index, format!("{element:?}")));
            }
        }
    }
    found
}

/// The instances that are shown: added, or with a head inside, by a change that no remove had seen.
pub fn living(bodies: &[Body<'_>]) -> BTreeSet<String> {
    let mut gone: BTreeMap<&str, BTreeSet<Name>> = BTreeMap::new();
    for op in bodies.iter().flat_map(|b| &b.change.change.ops) {
        if let Op::RemoveInstance { within, dots } = op {
            gone.entry(within).or_default().extend(dots);
        }
    }
    let unseen = |key: &str, names: &[Name]| !names.iter().any(|n| gone.get(key).is_some_and(|g| g.contains(n)));
    let mut found = BTreeSet::new();
    for body in bodies.iter().filter(|b| !b.stamps.erased) {
        for op in &body.change.change.ops {
            if let Op::AddInstance { within } = op
                && unseen(within, &body.names)
            {
                found.insert(within.clone());
            }
        }
    }
    for ((within, _), heads) in heads(bodies) {
        let Some(key) = within else { continue };
        let names = |id: &Name| bodies.iter().find(|b| b.id == *id).map(|b| b.names.clone()).unwrap_or_default();
        if heads.keys().any(|id| unseen(&key, &names(id))) {
            found.insert(key);
        }
    }
    found
}

/// Whether a person said something about the thing itself; to link it or to delete it says nothing.
fn typed_by_a_person(body: &Body<'_>) -> bool {
    let says = |op: &Op| !matches!(op, Op::Link { .. } | Op::Unlink { .. } | Op::Delete { .. } | Op::Unknown { .. });
    let ops = &body.change.change.ops;
    !body.change.change.machine && ops.iter().any(says) && !ops.iter().any(|o| matches!(o, Op::Delete { .. }))
}

/// The first stamp that is not what the rules allow.
pub fn wrong_stamp(server: &Server, bodies: &[Body<'_>]) -> Option<String> {
    for body in bodies.iter().filter(|b| !b.stamps.erased) {
        let (change, stamps) = (&body.change.change, body.stamps);
        let before = |b: &&Body<'_>| b.id.replica == body.id.replica && b.stamps.pos < stamps.pos;
        let own = bodies.iter().filter(before).filter(|b| hits(&b.names, &change.seen));
        let floor = own.map(|b| b.stamps.effective).max();
        if floor.is_some_and(|f| f > stamps.effective) || stamps.effective > stamps.received_at {
            return Some(format!("{:?} counts from {:?}", body.id, stamps.effective));
        }
        for op in &change.ops {
            let Op::Delete { timeline, .. } = op else { continue };
            let later = server.branches.iter().skip_while(|b| b.id != *timeline).skip(1);
            if later.into_iter().any(|b| stamps.covers > Some(b.from)) {
                return Some(format!("{:?} covers what its timeline never had", body.id));
            }
        }
    }
    None
}

/// Edits by people that no deletion covers; `None` where nothing was deleted.
pub fn edits_beyond_deletion(bodies: &[Body<'_>]) -> Option<BTreeSet<Name>> {
    let mut deletions = Vec::new();
    for body in bodies {
        for op in &body.change.change.ops {
            if let Op::Delete { own, .. } = op {
                deletions.push((body.stamps.covers.unwrap_or(0), own));
            }
        }
    }
    let covered = |b: &Body<'_>| deletions.iter().any(|(pos, own)| b.stamps.pos <= *pos || hits(&b.names, own));
    let edits = bodies.iter().filter(|b| typed_by_a_person(b) && !b.stamps.erased && !covered(b));
    if deletions.is_empty() { None } else { Some(edits.map(|b| b.id).collect()) }
}

/// Whether two bodies wrote one place and neither had seen the other.
pub fn has_concurrent_writes(bodies: &[Body<'_>]) -> bool {
    let seen = |a: &Body<'_>, b: &Body<'_>| hits(&b.names, &a.change.change.seen);
    bodies.iter().enumerate().any(|(i, a)| {
        bodies[..i].iter().any(|b| {
            let places: BTreeSet<Place> = writes(b).into_iter().map(|(p, _)| p).collect();
            a.change.change.author != b.change.change.author
                && !seen(a, b)
                && !seen(b, a)
                && writes(a).iter().any(|(p, _)| places.contains(p))
        })
    })
}
