//! Masks, worked out again from the field tables, the grants and where records are at home.
//!
//! Owns the oracle of what a reader may be given, and the three places at which it is held against: pages on the wire,
//! rows on a phone, and the bytes of its file. Refuses to ask the code that masks. Invariant: a value that the tables
//! hide is on no page, in no row and in no file but its author's own.

use super::scope::{chain, homes, is_author, is_newcomers, is_of_tree, reads};
use super::{Broken, RIGHTS, hold};
use crate::dump::{Granted, PhoneDump, ServerDump, SpaceDump};
use crate::ledger::{Ledger, Typed};
use gridwalk_model::id::{AccountId, RecordId, SpaceId, UnitId};
use gridwalk_model::journal::{Entry, Outcome};
use gridwalk_model::kind::{Kind, UNIT};
use gridwalk_model::name::Name;
use gridwalk_model::op::Op;
use gridwalk_model::role::{Role, Roles};
use gridwalk_model::state::State;
use gridwalk_model::value::Value;
use std::collections::BTreeMap;

fn roles<'a>(grants: impl Iterator<Item = &'a Granted>) -> Roles {
    grants.filter_map(|g| Role::from_name(&g.role)).collect()
}

/// The roles by which an account sees a record: of grants for its kind at its units or above them, of those below a unit
/// that it reaches down from, and of all of them for its author.
fn roles_for(server: &ServerDump, space: SpaceId, account: AccountId, state: &State) -> Roles {
    let Some(kind) = Kind::from_name(state.kind()) else { return Roles::EVERYONE };
    let grants = || server.grants.iter().filter(|g| g.account == account);
    let units = homes(server, space, state);
    let of_tree = kind != Kind::Unit && kind.table().reaches_down.is_so(state) && is_of_tree(server, space);
    let above = |g: &&Granted| {
        let of_kind = g.kinds.contains(state.kind()) || (of_tree && reads(g, kind.table()));
        of_kind && units.iter().any(|unit| chain(server, *unit).contains(&g.unit))
    };
    let down = kind.table().reaches_down.is_so(state) || kind == Kind::Unit;
    let below = |g: &&Granted| down && chain(server, g.unit).iter().any(|unit| units.contains(unit));
    let authored = server.spaces.get(&space).is_some_and(|dump| is_author(dump, account, state));
    let seen = roles(grants().filter(above)).and(roles(grants().filter(below)));
    if authored { seen.and(roles(grants())) } else { seen }
}

/// Names of what the tables hide of a state.
fn hidden(state: &State, roles: Roles, handles: bool) -> Vec<String> {
    let Some(kind) = Kind::from_name(state.kind()) else { return Vec::new() };
    let table = kind.table();
    let closed = |name: &&String| {
        let known = table.fields.iter().chain(table.sets).find(|field| field.name == name.as_str());
        let read = known.map_or(table.writers(), |field| field.read);
        let of_handler = known.is_some_and(|field| field.handled.is_some()) && !handles;
        !name.starts_with('@') && (of_handler || roles.iter().all(|role| !read.has(role)))
    };
    let mut names: Vec<String> = state.fields.keys().chain(state.sets.keys()).filter(closed).cloned().collect();
    names.sort_unstable();
    names
}

/// Whether an account handles a case: it took it last since it was dispatched; or nobody did, and it has a grant at the
/// unit that it was dispatched to or above, as one of those who have cases in hand. One that nobody looked at yet is handled by
/// those who have its own unit in hand.
fn handles(server: &ServerDump, account: AccountId, state: &State) -> bool {
    let holds =
        |g: &Granted| ["handler", "gridworker", "mediator"].contains(&g.role.as_str()) && g.kinds.contains("case");
    let held = |unit: UnitId| {
        let above = chain(server, unit);
        server.grants.iter().any(|g| g.account == account && above.contains(&g.unit) && holds(g))
    };
    if state.status() == "unverified" && state.kind() == "case" {
        let heads: Vec<UnitId> = state.head_ids(UNIT).into_iter().map(RecordId::unit).collect();
        return if heads.is_empty() { state.named.iter().copied().any(held) } else { heads.into_iter().any(held) };
    }
    if state.status() == "entrusted" && state.kind() == "case" {
        let mut applied = state.steps.iter().rev().filter(|step| step.outcome == Outcome::Applied);
        return applied.find(|step| step.step == "claim").is_some_and(|step| step.tag.author == account);
    }
    let in_hand = ["dispatched", "taken", "held", "handled", "verified"].contains(&state.status());
    let applied: Vec<_> = state.steps.iter().filter(|step| step.outcome == Outcome::Applied).collect();
    let dispatched = applied.iter().rposition(|step| step.step == "dispatch");
    let Some(at) = dispatched.filter(|_| in_hand && state.kind() == "case") else { return false };
    let after = &applied[at + 1..];
    if after.iter().any(|step| ["accepted", "reported", "filed"].contains(&step.to.as_str())) {
        return false;
    }
    if let Some(taken) = after.iter().rev().find(|step| ["take", "take_over"].contains(&step.step.as_str())) {
        return taken.tag.author == account;
    }
    let Some(unit) = applied[at].answers.get("unit").and_then(Value::as_id).map(RecordId::unit) else { return false };
    held(unit)
}

/// What supervisors may see of the number of whoever reported: its first three and its last four digits.
fn trace(state: &State, name: &str, roles: Roles) -> String {
    let supervises = roles.iter().any(|role| role.name().ends_with("_supervisor"));
    let heads = state.fields.get(name).map_or(&[][..], |r| r.heads.as_slice());
    let newest = heads.iter().max_by_key(|head| head.tag.order());
    let shown =
        newest.filter(|_| supervises && name == "reporter_phone").and_then(|head| head.value.as_ref()?.as_text());
    shown.map(|text| format!("{}****{}", &text[..3], &text[text.len() - 4..])).unwrap_or_default()
}

/// What a phone of an account should hold of a stored state.
pub fn given(server: &ServerDump, space: SpaceId, account: AccountId, stored: &State) -> State {
    let roles = roles_for(server, space, account, stored);
    let mut state = stored.clone();
    for name in &hidden(stored, roles, handles(server, account, stored)) {
        state.masked.insert(name.clone(), trace(stored, name, roles));
        state.sets.remove(name);
        if let Some(mut register) = state.fields.remove(name) {
            register.early.clear();
            register.heads.retain(|head| head.tag.author == account);
            for head in &mut register.heads {
                (head.value, head.replaced, head.gone) = (None, None, false);
            }
            if !register.heads.is_empty() {
                state.fields.insert(name.clone(), register);
            }
        }
    }
    if let Some(kind) = Kind::from_name(stored.kind())
        && !kind.table().writers().meets(roles)
    {
        state.instances.clear();
        state.opaque.clear();
    }
    state
}

/// The table of rights, on the wire: no state on a page shows what none of the account's roles reads. `before`: the grants
/// that stood when it was last looked; within one action a page may come first, and a withdrawal after it.
pub fn rights_a_page_is_masked(
    server: &ServerDump,
    before: &[Granted],
    account: AccountId,
    states: &[State],
) -> Result<(), Broken> {
    let all = roles(server.grants.iter().chain(before).filter(|g| g.account == account));
    for state in states {
        // Who handles a case may change between the page and this look: whoever ever could is not judged here.
        let once = state.status() == "unverified"
            || state.steps.iter().any(|step| ["dispatch", "claim"].contains(&step.step.as_str()));
        let handled = handles(server, account, state) || once;
        for name in hidden(state, all, handled) {
            let heads = state.fields.get(&name).into_iter().flat_map(|r| &r.heads);
            let mut shown = heads.filter(|h| h.tag.author != account || h.value.is_some() || h.replaced.is_some());
            let bare = shown.next().is_none() && !state.sets.contains_key(&name);
            hold(RIGHTS, bare, || {
                format!("a page shows {account} ({all}) {name} of {} {}", state.kind(), state.record)
            })?;
        }
    }
    Ok(())
}

/// The table of rights, in a file: what others typed into a field that is hidden from the phone is not in its bytes, as
/// far as it holds the record; what left its scope is wiped with a purge.
pub fn rights_a_file_keeps_nothing_hidden(
    (phone, account): (usize, AccountId),
    file: &[u8],
    (phone_dump, server, ledger): (&PhoneDump, &ServerDump, &Ledger),
    is_own: impl Fn(usize) -> bool,
) -> Result<(), Broken> {
    let mut hides: BTreeMap<(RecordId, &str), bool> = BTreeMap::new();
    for typed in ledger.typed.iter().filter(|t| !is_own(t.phone)) {
        if !phone_dump.rows.contains_key(&typed.record) {
            continue;
        }
        let is_hidden = *hides.entry((typed.record, &typed.field)).or_insert_with(|| {
            let found = server.spaces.iter().find_map(|(space, s)| Some((*space, s.states.get(&typed.record)?)));
            found.is_none_or(|(space, state)| {
                let handled = state.steps.iter().any(|step| ["dispatch", "submit"].contains(&step.step.as_str()));
                hidden(state, roles_for(server, space, account, state), handled).contains(&typed.field)
            })
        });
        let Value::Text(text) = &typed.value else { continue };
        let findable = ["reporter_phone", "contact_name"].contains(&typed.field.as_str());
        let found = || file.windows(text.len()).any(|window| window == text.as_bytes());
        hold(RIGHTS, !(is_hidden && findable && found()), || {
            format!("phone {phone} keeps {text:?}, hidden {} of {}", typed.field, typed.record)
        })?;
    }
    Ok(())
}

/// The table of rights, in the file of somebody whom nobody knows yet: nothing is in its bytes that anybody else
/// typed, but on what they reported themselves.
pub fn rights_a_newcomers_file_holds_nobody_elses_words(
    (phone, account): (usize, AccountId),
    file: &[u8],
    (phone_dump, server, ledger): (&PhoneDump, &ServerDump, &Ledger),
    is_own: impl Fn(usize) -> bool,
) -> Result<(), Broken> {
    if server.grants.iter().any(|g| g.account == account && !is_newcomers(g)) {
        return Ok(());
    }
    // A word that begins one which they may hold is no proof: an index cuts words.
    let may_hold = |t: &&Typed| is_own(t.phone) || phone_dump.rows.contains_key(&t.record);
    let names = phone_dump.rows.values().flat_map(|held| held.state.registers()).flat_map(|(_, _, r)| &r.heads);
    let names = names.filter_map(|head| head.value.as_ref()?.as_text());
    let theirs = ledger.typed.iter().filter(may_hold).filter_map(|t| t.value.as_text());
    let theirs: Vec<&str> = theirs.chain(names).collect();
    let begins = |text: &str| theirs.iter().any(|word| word.starts_with(text));
    for typed in ledger.typed.iter().filter(|t| !is_own(t.phone)) {
        let Value::Text(text) = &typed.value else { continue };
        if phone_dump.rows.contains_key(&typed.record) || begins(text) {
            continue;
        }
        // One word may begin as another one does.
        let whole = |at: usize| !file.get(at + text.len()).is_some_and(u8::is_ascii_digit);
        let mut starts = file.windows(text.len()).enumerate().filter(|(_, window)| *window == text.as_bytes());
        hold(RIGHTS, !starts.any(|(at, _)| whole(at)), || {
            format!("newcomer's phone {phone} keeps {text:?}, {} of {}", typed.field, typed.record)
        })?;
    }
    Ok(())
}

/// Who wrote into the field that is hidden from all roles of a world, by the names of the changes.
fn writers_of_hidden(space: &SpaceDump) -> BTreeMap<(RecordId, Name), AccountId> {
    let mut writers = BTreeMap::new();
    for journalled in &space.journal {
        if let Entry::Change { change, names, .. } | Entry::Carried { change, names, .. } = &journalled.entry
            && change.change.ops.iter().any(writes_hidden)
        {
            writers.extend(names.iter().map(|name| ((journalled.record, *name), change.change.author)));
        }
    }
    writers
}

fn writes_hidden(op: &Op) -> bool {
    matches!(op, Op::Put { field, within: None, .. } if field == "reporter_phone")
}

/// The table of rights, in the journal: whoever writes into a field that nobody is shown has seen their own there only.
pub fn rights_nobody_has_seen_what_is_hidden(space: &SpaceDump) -> Result<(), Broken> {
    let writers = writers_of_hidden(space);
    let dispatched = |record| {
        space
            .states
            .get(&record)
            .is_some_and(|s| s.steps.iter().any(|step| ["dispatch", "submit"].contains(&step.step.as_str())))
    };
    for journalled in space.journal.iter().filter(|j| !dispatched(j.record)) {
        let Entry::Change { change, .. } = &journalled.entry else { continue };
        let (change, record) = (&change.change, journalled.record);
        for op in change.ops.iter().filter(|op| writes_hidden(op)) {
            let Op::Put { seen, .. } = op else { continue };
            let others = seen
                .as_ref()
                .unwrap_or(&change.seen)
                .iter()
                .find(|name| writers.get(&(record, **name)).is_some_and(|author| *author != change.author));
            hold(RIGHTS, others.is_none(), || {
                format!("{} says they have seen {others:?} in a field of {record} that nobody is shown", change.author)
            })?;
        }
    }
    Ok(())
}
