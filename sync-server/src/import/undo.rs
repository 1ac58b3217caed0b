//! Undoing: an import taken back as one, as far as nobody built on it since.
//!
//! Owns which of its changes are compensated. Refuses to touch what a person, or a later import, wrote: that is left alone
//! and named. Invariant: undoing twice changes nothing, and an undo that was cut off goes on where it was.

use super::settle::state_of;
use super::stands::Stands;
use super::target::What;
use crate::admin::{Admin, UNITS, staff_withdraw};
use crate::console::{self, ConsoleWrite};
use crate::error::{Result, ServerError};
use crate::limits;
use crate::store::Tx;
use crate::store::import::{RunRow, Span};
use crate::store::row::EntryKind;
use crate::writing::Writing;
use gridwalk_model::basis::Basis;
use gridwalk_model::change::SealedChange;
use gridwalk_model::exchange::Key;
use gridwalk_model::id::{AccountId, RecordId, SpaceId, UnitId};
use gridwalk_model::kind::Kind;
use gridwalk_model::kind::post::Post;
use gridwalk_model::name::Name;
use gridwalk_model::op::Op;
use gridwalk_model::state::State;
use gridwalk_model::unit_code::Level;
use gridwalk_model::value::Value;
use gridwalk_model::view::GroupView;
use gridwalk_model::wish::Wish;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Why something was left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftAlone {
    /// Somebody changed it since.
    ChangedSince,
    /// Something below it stays.
    StandsAbove,
    /// Records are at home in the unit.
    RecordsInside,
    /// Somebody has a role in the unit.
    RoleHeld,
    /// A city's or county's space is not taken away.
    OwnSpace,
}

/// A record that an undo left alone.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LeftView {
    /// The record.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// Why.
    pub why: LeftAlone,
    /// The fields that others changed; none where the record as a whole stays.
    pub fields: Vec<String>,
}

/// What an undo came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Undone {
    /// The import.
    pub import: i64,
    /// Records that it had made and that are gone.
    pub deleted: u64,
    /// Records in which fields are as before.
    pub put_back: u64,
    /// Records that were left alone.
    pub left_alone: u64,
    /// The first of them.
    pub left: Vec<LeftView>,
    /// Accounts that lost the role that it had given.
    pub roles_withdrawn: u64,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

/// An import that is being undone.
struct Undoing<'a> {
    run: &'a RunRow,
    spans: &'a [Span],
    author: AccountId,
    /// Records below the import's unit by what they refer to.
    referring: HashMap<RecordId, Vec<RecordId>>,
    /// Of an import of units: those in which somebody has a role.
    held: Option<BTreeSet<UnitId>>,
}

/// What is to be written to one record, and what its rows stand for then.
struct Compensation {
    record: RecordId,
    kind: String,
    unit: UnitId,
    wishes: Vec<Wish>,
    basis: Basis,
    deletes: bool,
}

impl Admin {
    /// All imports, the newest first.
    pub fn imports(&self) -> Result<Vec<RunRow>> {
        let mut runs = self.server().read(|r| r.tx.import_runs())?;
        runs.reverse();
        Ok(runs)
    }

    /// Undoes an import; `go_on` hears how many changes of how many were looked at, and says whether to go on.
    pub fn undo_import(&self, id: i64, mut go_on: impl FnMut(u64, u64) -> bool) -> Result<Undone> {
        let (run, spans) = self.server().read(|r| {
            let run = r.tx.import_runs()?.into_iter().find(|run| run.id == id);
            Ok((run.ok_or(ServerError::NotFound("import"))?, r.tx.import_spans(id)?))
        })?;
        self.may_import(run.what == What::Staff.name())?;
        if run.undone_at.is_some() {
            return Err(ServerError::Refused("import_undone"));
        }
        let of_units = run.what == UNITS;
        let (referring, held) = self.server().read(|r| {
            // What lies below a unit is found by its place; a register below the whole tree need not be looked through.
            let referring = if of_units { HashMap::new() } else { referring(r.tx, &run)? };
            Ok((referring, if of_units { Some(units_held(r.tx)?) } else { None }))
        })?;
        let undoing = Undoing { run: &run, spans: &spans, author: self.author(), referring, held };
        let mut undone = Undone { import: id, ..Undone::default() };
        let all: u64 = spans.iter().map(|span| span.to + 1 - span.from).sum();
        let mut done = 0;
        // What stands below was written last, and goes first.
        for span in spans.iter().rev() {
            let part = self.server().write(|w| undoing.span(w, *span))?;
            undone.add(part);
            done += span.to + 1 - span.from;
            if !go_on(done, all) && done < all {
                undone.stopped = true;
                return Ok(undone);
            }
        }
        // Posts first: those that it opened go, and what is left of them is empty when its roles end.
        let (posts, left) = self.server().write(|w| {
            let Some(at) = run.ended_at.filter(|_| run.what == What::Staff.name()) else { return Ok((0, 0)) };
            let given: BTreeSet<AccountId> = w.tx.import_staff(id)?.into_iter().map(|row| row.account).collect();
            // A post that somebody else fills by now is theirs.
            self.put_tree_back(w, at, |state| {
                let post = Post::of(&GroupView::alone(state));
                post.is_filled(w.now.china_day()) && post.account.is_some_and(|account| !given.contains(&account))
            })
        })?;
        undone.put_back += posts;
        undone.left_alone += left;
        undone.roles_withdrawn = self.withdraw_staff(id)?;
        self.server().write(|w| {
            w.audit(self.by(), "import_undone", &format!("{id} {} left alone", undone.left_alone))?;
            w.tx.import_run_set(&RunRow { undone_at: Some(w.now), ..run.clone() })
        })?;
        Ok(undone)
    }

    /// Ends the roles that an import gave.
    fn withdraw_staff(&self, run: i64) -> Result<u64> {
        self.server().write(|w| {
            let mut ended = 0;
            for row in w.tx.import_staff(run)? {
                let grant = if row.granted == 0 { None } else { w.tx.grant(row.granted)? };
                if let Some(grant) = grant.filter(|grant| grant.until.is_none()) {
                    staff_withdraw(w, self.by(), &grant)?;
                    ended += 1;
                }
            }
            Ok(ended)
        })
    }
}

impl Undone {
    fn add(&mut self, other: Self) {
        self.deleted += other.deleted;
        self.put_back += other.put_back;
        self.left_alone += other.left_alone;
        let room = limits::IMPORT_LEFT_ALONE_MAX.saturating_sub(self.left.len());
        self.left.extend(other.left.into_iter().take(room));
    }

    fn leave(&mut self, state: &State, why: LeftAlone, fields: Vec<String>) {
        let title = |field: &&str| state.value(field)?.as_text().map(str::to_owned);
        let titles = Kind::from_name(state.kind()).map_or(&[][..], |kind| kind.table().title);
        self.left_alone += 1;
        let (record, kind) = (state.record, state.kind().to_owned());
        self.left.push(LeftView {
            record,
            kind,
            title: titles.iter().find_map(title).unwrap_or_default(),
            why,
            fields,
        });
    }
}

impl Undoing<'_> {
    fn is_own(&self, name: &Name) -> bool {
        self.spans.iter().any(|span| span.replica == name.replica && (span.from..=span.to).contains(&name.seq))
    }

    fn space(&self) -> SpaceId {
        self.run.space
    }

    /// Takes back the changes of one stretch, the last first.
    fn span(&self, w: &Writing<'_>, span: Span) -> Result<Undone> {
        let (mut undone, mut going, mut all) = (Undone::default(), Vec::new(), Vec::<Compensation>::new());
        for seq in (span.from..=span.to).rev() {
            let body = w.tx.inbox(self.space(), span.replica, seq)?.and_then(|row| row.body);
            let Some(sealed) = body.and_then(|body| SealedChange::open(&body).ok()) else { continue };
            let record = sealed.change.record;
            let Some(state) = state_of(w.tx, self.space(), record)? else { continue };
            if state.is_deleted() || state.moved_to().is_some() || all.iter().any(|other| other.record == record) {
                continue;
            }
            let compensation = if self.made(w, record)? {
                self.unmake(w, &state, &sealed, &mut going, &mut undone)?
            } else {
                self.put_back(&state, &sealed, &mut undone)
            };
            all.extend(compensation);
        }
        for one in &all {
            undone.deleted += u64::from(one.deletes);
            undone.put_back += u64::from(!one.deletes);
        }
        self.write(w, &all)?;
        Ok(undone)
    }

    /// Whether the import made the record: its first change is the import's.
    fn made(&self, w: &Writing<'_>, record: RecordId) -> Result<bool> {
        let rows = w.tx.journal_of(self.space(), record)?;
        let first = rows.iter().find(|row| row.kind == EntryKind::Change);
        let name = first.map(|row| Name { replica: row.replica, seq: row.seq, ..Name::default() });
        Ok(name.is_some_and(|name| self.is_own(&name)))
    }

    fn unmake(
        &self,
        w: &Writing<'_>,
        state: &State,
        sealed: &SealedChange,
        going: &mut Vec<RecordId>,
        undone: &mut Undone,
    ) -> Result<Option<Compensation>> {
        if !self.is_untouched(state) {
            undone.leave(state, LeftAlone::ChangedSince, Vec::new());
            return Ok(None);
        }
        if let Some(why) = self.held_by_people(w, state)? {
            undone.leave(state, why, Vec::new());
            return Ok(None);
        }
        let mut on_it = w.tx.children(self.space(), state.record)?;
        on_it.extend(self.referring.get(&state.record).into_iter().flatten());
        if self.held.is_some() {
            on_it.extend(w.tx.units_below(state.record.unit())?.into_iter().map(UnitId::record));
        }
        for other in on_it {
            let lives = !going.contains(&other)
                && state_of(w.tx, self.space(), other)?.is_some_and(|other| !is_gone(&other, w.now.china_day()));
            if lives {
                undone.leave(state, LeftAlone::StandsAbove, Vec::new());
                return Ok(None);
            }
        }
        if self.holds_records(w, state)? {
            undone.leave(state, LeftAlone::RecordsInside, Vec::new());
            return Ok(None);
        }
        going.push(state.record);
        let timeline = w.reading().branches(self.space())?.last().map(|branch| branch.id).unwrap_or_default();
        let (wishes, basis) = (vec![Wish::Delete], Basis::of(state, timeline, 0));
        Ok(Some(compensation(sealed, wishes, basis, true)))
    }

    /// Why a unit is not taken away whatever is below it; none for other records.
    fn held_by_people(&self, w: &Writing<'_>, state: &State) -> Result<Option<LeftAlone>> {
        let (Some(held), Some(unit)) = (&self.held, w.tx.unit(state.record.unit())?) else { return Ok(None) };
        let has_space = matches!(Level::from_name(&unit.level), Some(Level::City | Level::County));
        Ok(match state.kind() == Kind::Unit.name() {
            true if has_space => Some(LeftAlone::OwnSpace),
            true if held.contains(&unit.id) => Some(LeftAlone::RoleHeld),
            _ => None,
        })
    }

    /// Whether records are at home in a unit, or were sent to it.
    fn holds_records(&self, w: &Writing<'_>, state: &State) -> Result<bool> {
        let Some(unit) = w.tx.unit(state.record.unit())?.filter(|_| self.held.is_some()) else { return Ok(false) };
        for record in w.tx.audience_records(unit.space, Key::unit(unit.id))? {
            let Some(inside) = state_of(w.tx, unit.space, record)? else { continue };
            // Units and posts below it are looked at one by one.
            let of_the_tree = [Kind::Unit.name(), Kind::Post.name()].contains(&inside.kind());
            if !of_the_tree && !inside.is_deleted() && inside.moved_to().is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether nobody but this import left anything in a record.
    fn is_untouched(&self, state: &State) -> bool {
        let mut heads = state.registers().flat_map(|(_, _, register)| &register.heads);
        let mut adds = state.sets.values().flat_map(|set| &set.adds);
        let quiet =
            state.edits.is_empty() && state.steps.is_empty() && state.opaque.is_empty() && state.deletes.is_empty();
        quiet && heads.all(|head| self.is_own(&head.tag.id)) && adds.all(|add| self.is_own(&add.tag.id))
    }

    /// Puts the fields of a record that was here before back to what they were, as far as the import's value still stands.
    fn put_back(&self, state: &State, sealed: &SealedChange, undone: &mut Undone) -> Option<Compensation> {
        let (mut wishes, mut seen, mut left) = (Vec::new(), Vec::new(), Vec::new());
        for op in &sealed.change.ops {
            match op {
                Op::Put { field, within: None, .. } => match self.before(state, field) {
                    Some((value, name)) => {
                        wishes.push(Wish::Put { field: field.clone(), value, within: None });
                        seen.push((field.as_str(), vec![name]));
                    }
                    None => left.push(field.clone()),
                },
                Op::Add { set, element } => {
                    let adds = state.sets.get(set).map_or(&[][..], |set| set.adds.as_slice());
                    let mut of_it = adds.iter().filter(|add| add.element == *element).peekable();
                    if of_it.peek().is_some() && of_it.all(|add| self.is_own(&add.tag.id)) {
                        wishes.push(Wish::Remove { set: set.clone(), element: element.clone() });
                    }
                }
                _ => {}
            }
        }
        if !left.is_empty() {
            undone.leave(state, LeftAlone::ChangedSince, left);
        }
        let fields = Basis::of_fields(state.record, seen);
        // Elements are taken out as they stand; fields have seen the import's own value alone.
        let elements = wishes.iter().any(|wish| matches!(wish, Wish::Remove { .. }));
        let basis = if elements { Basis::elements_of(state).with(&fields) } else { fields };
        (!wishes.is_empty()).then(|| compensation(sealed, wishes, basis, false))
    }

    /// What a field goes back to, and the import's head that goes: what it had replaced, or what stands beside it.
    fn before(&self, state: &State, field: &str) -> Option<(Option<Value>, Name)> {
        let heads = state.fields.get(field)?.heads.as_slice();
        let own = heads.iter().find(|head| self.is_own(&head.tag.id))?;
        let other = heads.iter().find(|head| !self.is_own(&head.tag.id));
        let value = other.map_or(own.replaced.clone(), |other| other.value.clone());
        let required =
            Kind::from_name(state.kind()).and_then(|kind| kind.table().field(field)).is_some_and(|f| f.required);
        (value.is_some() || !required).then_some((value, own.tag.id))
    }

    fn write(&self, w: &Writing<'_>, all: &[Compensation]) -> Result<()> {
        for one in all.iter().filter(|one| self.held.is_some() && !one.deletes) {
            space_named_back(w, one)?;
        }
        let wanted: Vec<ConsoleWrite<'_>> = all
            .iter()
            .map(|one| ConsoleWrite {
                author: self.author,
                machine: true,
                judged: false,
                space: self.space(),
                record: one.record,
                kind: &one.kind,
                unit: one.unit,
                wishes: &one.wishes,
                basis: Some(&one.basis),
            })
            .collect();
        let mut names = BTreeMap::new();
        for chunk in wanted.chunks(limits::IMPORT_ITEMS_A_TRANSACTION) {
            let written = console::write_all(w, chunk)?;
            names.extend(chunk.iter().map(|one| one.record).zip(written));
        }
        // The source stands for what it put back, so that the same table imported again is no disagreement with itself.
        for one in all.iter().filter(|one| !one.deletes) {
            let Some(name) = names.get(&one.record) else { continue };
            for (key, stands) in w.tx.import_rows_of(&self.run.source, one.record)? {
                let mut stands = Stands::read(&stands);
                stands.wrote(*name);
                w.tx.import_row_put(&self.run.source, &key, one.record, &stands.bytes())?;
            }
        }
        Ok(())
    }
}

/// Whether a record is no reason to keep what it is below: deleted, or a post that nobody fills.
fn is_gone(state: &State, day: i64) -> bool {
    state.is_deleted() || (state.kind() == Kind::Post.name() && !Post::of(&GroupView::alone(state)).is_filled(day))
}

/// The units in which somebody has a role now.
fn units_held(tx: &dyn Tx) -> Result<BTreeSet<UnitId>> {
    let mut held = BTreeSet::new();
    for account in tx.granted_accounts()? {
        held.extend(tx.grants(account)?.into_iter().filter(|grant| grant.until.is_none()).map(|grant| grant.unit));
    }
    Ok(held)
}

/// A space that is called as its unit is called so again when the unit is.
fn space_named_back(w: &Writing<'_>, one: &Compensation) -> Result<()> {
    let name = one.wishes.iter().find_map(|wish| match wish {
        Wish::Put { field, value: Some(value), within: None } if field == "name" => value.as_text(),
        _ => None,
    });
    let (Some(name), Some(unit)) = (name, w.tx.unit(one.record.unit())?) else { return Ok(()) };
    let space = w.space(unit.space)?;
    if space.name == unit.name { w.tx.space_rename(space.id, name) } else { Ok(()) }
}

/// What refers to what, below the unit of an import: an estate is kept while a building names it.
fn referring(tx: &dyn Tx, run: &RunRow) -> Result<HashMap<RecordId, Vec<RecordId>>> {
    let mut all: HashMap<RecordId, Vec<RecordId>> = HashMap::new();
    for record in tx.audience_records(run.space, Key::unit(run.unit))? {
        let Some(state) = state_of(tx, run.space, record)? else { continue };
        let heads = state.fields.values().flat_map(|register| &register.heads);
        for to in heads.filter_map(|head| head.value.as_ref()?.as_id()) {
            all.entry(to).or_default().push(record);
        }
    }
    Ok(all)
}

fn compensation(sealed: &SealedChange, wishes: Vec<Wish>, basis: Basis, deletes: bool) -> Compensation {
    let (record, kind, unit) = (sealed.change.record, sealed.change.kind.clone(), sealed.change.unit);
    Compensation { record, kind, unit, wishes, basis, deletes }
}
