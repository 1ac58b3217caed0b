//! A campaign's list as it stands: places with all attempts, and how many were checked, by building, grid and up.
//!
//! Owns the way from targets and attempts to places and counts. Refuses to judge: the model's `coverage` does.
//! Invariant: each number is that of a list which can be asked for, and a place is counted once.

use super::row_line::{self};
use super::{Reader, StoreError};
use gridwalk_model::call_back::{Attempt, Habit, Proposal, propose};
use gridwalk_model::coverage::{self, Count, Entry, Seat, Standing, Which};
use gridwalk_model::kind::{Kind, attempt, case, target};
use gridwalk_model::state::State;
use gridwalk_model::view::GroupView;
use gridwalk_model::{AccountId, RecordId, Timestamp, UnitId, Value};
use gridwalk_store::{RowFilter, ViewRow};
use std::collections::{BTreeMap, BTreeSet};

/// One attempt at a place.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct AttemptLine {
    /// The attempt.
    pub record: RecordId,
    /// What came of it: a code.
    pub outcome: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: AccountId,
    /// What is needed: codes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// The same in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need: Option<String>,
    /// What was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// How many were there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<i64>,
    /// The case that was raised with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raised: Option<RecordId>,
    /// The status of that case, if it is on this phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raised_status: Option<String>,
    /// When it was agreed to come again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again_at: Option<Timestamp>,
}

impl AttemptLine {
    /// Whether the case that it raised is known to be done.
    pub fn is_settled(&self) -> bool {
        self.raised_status.as_deref().is_some_and(|status| case::DONE.contains(&status))
    }
}

/// Why a place left the list, and who said so.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct LeftList {
    /// A code.
    pub reason: String,
    /// More about it.
    pub note: Option<String>,
    /// Who said so.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// One place of the list.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TargetLine {
    /// The target; the first of several that are one place.
    pub record: RecordId,
    /// All targets that are this place, where there are several that nobody confirmed to be one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub doubles: Vec<RecordId>,
    /// What stands there.
    pub label: String,
    /// What it is: a code.
    pub sort: String,
    /// The building or estate that it is counted under.
    pub building: Option<RecordId>,
    /// What that is called.
    pub building_name: Option<String>,
    /// The street.
    pub address: Option<String>,
    /// The unit that it is in.
    pub unit: UnitId,
    /// How it stands: a code.
    pub standing: &'static str,
    /// Whether it was found on the spot.
    pub found: bool,
    /// Why it left the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left: Option<LeftList>,
    /// 销号: done, and every case that it raised is done, too.
    pub struck_off: bool,
    /// All attempts, the newest first.
    pub attempts: Vec<AttemptLine>,
    /// When it was agreed on the newest attempt to come again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreed_at: Option<Timestamp>,
    /// Another hour to try, where nobody was met.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_back: Option<Proposal>,
    /// Codes of its badges.
    pub badges: Vec<&'static str>,
}

/// How many asks a campaign raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct AskCount {
    /// Cases raised with an attempt.
    pub raised: usize,
    /// Those that are done.
    pub closed: usize,
    /// Those that are not on this phone: whether they are done is not known here.
    pub not_here: usize,
}

/// The numbers of a unit, with all that is below it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct UnitCoverage {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub name: Option<String>,
    /// Its level: a code.
    pub level: Option<String>,
    /// The numbers.
    #[serde(flatten)]
    pub count: Count,
}

/// The numbers of a building or estate.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct BuildingCoverage {
    /// The building; none for what is in no building.
    pub building: Option<RecordId>,
    /// Its name.
    pub name: Option<String>,
    /// The unit that its places are in.
    pub unit: UnitId,
    /// The numbers.
    #[serde(flatten)]
    pub count: Count,
}

/// A campaign in numbers.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CoverageView {
    /// The campaign.
    pub campaign: RecordId,
    /// Its title.
    pub title: String,
    /// All places of the list that this phone holds.
    pub total: Count,
    /// The asks that it raised.
    pub asks: AskCount,
    /// Units from the campaign's own down to grids.
    pub units: Vec<UnitCoverage>,
    /// Buildings and estates.
    pub buildings: Vec<BuildingCoverage>,
}

/// All places of a campaign's list that this phone holds.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The moment at which it is read: call-backs lie after it.
    now: Timestamp,
    seats: Vec<Seat>,
    lines: BTreeMap<RecordId, TargetLine>,
    /// In the order of lists.
    order: Vec<RecordId>,
}

/// A target with all attempts at it, as far as it is held.
struct Read {
    entry: Entry,
    line: TargetLine,
}

impl Listing {
    /// The places that are asked for, in walking order.
    pub fn lines(&self, which: Which) -> Vec<TargetLine> {
        let taken: BTreeMap<RecordId, &Seat> =
            self.seats.iter().filter(|s| which.takes(s)).filter_map(|s| Some((self.front(s)?, s))).collect();
        let line = |front: &RecordId| self.line(taken.get(front)?, *front);
        self.order.iter().filter_map(line).collect()
    }

    /// The numbers.
    pub fn count(&self) -> Count {
        coverage::count(&self.seats)
    }

    /// Every attempt with the place that it was at.
    pub fn attempts(&self) -> impl Iterator<Item = (&TargetLine, &AttemptLine)> {
        self.lines.values().flat_map(|line| line.attempts.iter().map(move |attempt| (line, attempt)))
    }

    /// How many asks were raised.
    pub fn asks(&self) -> AskCount {
        let raised = self.attempts().map(|(_, attempt)| attempt).filter(|a| a.raised.is_some());
        raised.fold(AskCount::default(), |sum, attempt| AskCount {
            raised: sum.raised + 1,
            closed: sum.closed + usize::from(attempt.is_settled()),
            not_here: sum.not_here + usize::from(attempt.raised_status.is_none()),
        })
    }

    /// The target under which a place is shown: the first of its targets in the order of lists.
    fn front(&self, seat: &Seat) -> Option<RecordId> {
        match seat.targets.as_slice() {
            [only] => Some(*only),
            several => self.order.iter().find(|record| several.contains(record)).copied(),
        }
    }

    /// A place as one line, with the attempts at all of its targets.
    fn line(&self, seat: &Seat, front: RecordId) -> Option<TargetLine> {
        let mut line = self.lines.get(&front)?.clone();
        if seat.targets.len() > 1 {
            line.doubles.clone_from(&seat.targets);
            let others = seat.targets.iter().filter(|t| **t != front).filter_map(|t| self.lines.get(t));
            for other in others {
                line.attempts.extend(other.attempts.iter().cloned());
                line.left = line.left.or_else(|| other.left.clone());
            }
            line.attempts.sort_by_key(|a| (std::cmp::Reverse(a.at), a.record));
        }
        line.standing = seat.standing.code();
        line.found = seat.found;
        let open = line.attempts.iter().any(|a| a.raised.is_some() && !a.is_settled());
        line.struck_off = seat.standing.is_checked() && !open && !seat.left;
        if seat.standing.is_call_back() && !seat.left {
            line.agreed_at = line.attempts.first().and_then(|newest| newest.again_at.filter(|at| *at > newest.at));
            line.call_back = call_back(&line, self.now);
        }
        Some(line)
    }
}

impl Reader<'_> {
    /// A place of a list with all attempts, and when to come again; `None` if it is not on this phone.
    pub fn target_line(&self, target: RecordId) -> Result<Option<TargetLine>, StoreError> {
        let Some(row) = self.store.row(target)? else { return Ok(None) };
        let Some(row) = self.store.row(row.shown_as)?.filter(|r| r.kind == Kind::Target.name()) else {
            return Ok(None);
        };
        let Some(read) = self.target(&row)? else { return Ok(None) };
        let mut listing = Listing { now: self.actor.now, ..Listing::default() };
        listing.seats = coverage::seats(std::slice::from_ref(&read.entry));
        listing.order.push(row.record);
        listing.lines.insert(row.record, read.line);
        let seat = listing.seats.first();
        Ok(seat.and_then(|seat| listing.line(seat, row.record)))
    }

    /// The list of a campaign, or what of it lies in a unit with all below.
    pub fn listing(&self, campaign: RecordId, unit: Option<UnitId>) -> Result<Listing, StoreError> {
        let targets =
            RowFilter { parent: Some(campaign), unit, with_below: true, ..RowFilter::kind(Kind::Target.name()) };
        let mut listing = Listing { now: self.actor.now, ..Listing::default() };
        let mut entries = Vec::new();
        for row in self.each_row(targets) {
            let row = row?;
            let Some(read) = self.target(&row)? else { continue };
            listing.order.push(row.record);
            listing.lines.insert(row.record, read.line);
            entries.push(read.entry);
        }
        listing.seats = coverage::seats(&entries);
        Ok(listing)
    }

    /// The numbers of a campaign: all, by unit, by building.
    pub fn campaign_coverage(
        &self,
        campaign: RecordId,
        unit: Option<UnitId>,
    ) -> Result<Option<CoverageView>, StoreError> {
        let Some(row) = self.store.row(campaign)?.filter(|r| r.kind == Kind::Campaign.name()) else {
            return Ok(None);
        };
        let listing = self.listing(row.shown_as, unit)?;
        let units = self.unit_counts(&listing, row.unit)?;
        let mut buildings = Vec::new();
        let keys: BTreeSet<(UnitId, Option<RecordId>)> = listing.seats.iter().map(|s| (s.unit, s.building)).collect();
        for (unit, building) in keys {
            let of = listing.seats.iter().filter(|s| (s.unit, s.building) == (unit, building));
            let named = |s: &Seat| listing.lines.get(s.targets.first()?)?.building_name.clone();
            let name = match building.map(|b| self.store.row(b)).transpose()?.flatten() {
                Some(row) => Some(row.title),
                None => of.clone().find_map(named),
            };
            buildings.push(BuildingCoverage { building, name, unit, count: coverage::count(of) });
        }
        buildings
            .sort_by_cached_key(|b| gridwalk_model::search_key::natural_key(b.name.as_deref().unwrap_or("\u{ffff}")));
        let (total, asks) = (listing.count(), listing.asks());
        Ok(Some(CoverageView { campaign: row.record, title: row.title, total, asks, units, buildings }))
    }

    /// The numbers of each unit from the campaign's own down to those that the places are in.
    fn unit_counts(&self, listing: &Listing, up_to: Option<UnitId>) -> Result<Vec<UnitCoverage>, StoreError> {
        let of_places: BTreeSet<UnitId> = listing.seats.iter().map(|s| s.unit).collect();
        let mut above: BTreeMap<UnitId, UnitId> = BTreeMap::new();
        for unit in &of_places {
            let mut at = *unit;
            while !above.contains_key(&at) && Some(at) != up_to {
                let Some(parent) = self.store.row(at.record())?.and_then(|row| row.parent) else { break };
                above.insert(at, parent.unit());
                at = parent.unit();
            }
        }
        let all = coverage::with_above(of_places, &above, up_to.unwrap_or_default());
        let mut units = Vec::new();
        for (unit, below) in all {
            let count = coverage::count(listing.seats.iter().filter(|s| below.contains(&s.unit)));
            let row = self.store.row(unit.record())?;
            let sort = row.as_ref().map(|r| r.sort.clone()).unwrap_or_default();
            let level = match &row {
                Some(row) => self.level(row)?,
                None => None,
            };
            units.push((sort, UnitCoverage { unit, name: row.map(|r| r.title), level, count }));
        }
        units.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(units.into_iter().map(|(_, line)| line).collect())
    }

    /// The level of a unit: a code.
    pub(super) fn level(&self, unit: &ViewRow) -> Result<Option<String>, StoreError> {
        let predicted = self.store.predicted(unit.record, self.actor.now)?;
        Ok(text(&GroupView::alone(&predicted.state), "level"))
    }

    /// A target with the other members of its same-as group, and all attempts at it.
    fn target(&self, row: &ViewRow) -> Result<Option<Read>, StoreError> {
        let members = self.states(&self.store.members(row.record)?)?;
        let view = view_of(row.record, &members);
        if view.members.is_empty() {
            return Ok(None);
        }
        let id = |name: &str| view.value(name)?.as_id();
        let (place, building) = (self.shown_id(id(target::PLACE))?, self.shown_id(id(target::BUILDING))?);
        let label = text(&view, target::LABEL).unwrap_or_default();
        let sort = text(&view, "sort").unwrap_or_default();
        let attempts = self.attempts_at(row.record)?;
        let standing = attempts.iter().map(|a| Standing::of(&a.outcome)).max().unwrap_or_default();
        let found = view.field(target::FOUND, gridwalk_model::view::Policy::Review).and_then(|f| f.value?.as_bool());
        let unit = row.unit.unwrap_or_default();
        let left = left(&view);
        let door = coverage::door_key(&label, building.is_some()).filter(|_| sort == coverage::DOOR);
        let (found, has_left) = (found.unwrap_or(false), left.is_some());
        let entry = Entry { target: row.record, unit, building, place, door, standing, found, left: has_left };
        let line = TargetLine {
            record: row.record,
            doubles: Vec::new(),
            label,
            sort,
            building,
            building_name: text(&view, "building_name"),
            address: text(&view, "address"),
            unit,
            standing: standing.code(),
            found,
            left,
            struck_off: false,
            attempts,
            agreed_at: None,
            call_back: None,
            badges: row_line::badges(row),
        };
        Ok(Some(Read { entry, line }))
    }

    /// The attempts at a target, the newest first.
    fn attempts_at(&self, target: RecordId) -> Result<Vec<AttemptLine>, StoreError> {
        let filter = RowFilter { kind: Some(Kind::Attempt.name().to_owned()), ..RowFilter::children(target) };
        let mut list = Vec::new();
        for row in self.store.rows(&filter)? {
            let members = self.states(&self.store.members(row.record)?)?;
            let view = view_of(row.record, &members);
            let field = |name: &str| view.field(name, gridwalk_model::view::Policy::Review);
            let int = |name: &str| field(name)?.value?.as_int();
            let raised = field(attempt::RAISED).and_then(|f| f.value?.as_id());
            let needs = view.set(attempt::NEEDS).into_iter().filter_map(Value::as_text);
            list.push(AttemptLine {
                record: row.record,
                outcome: text(&view, "outcome").unwrap_or_default(),
                at: Timestamp(int("at").unwrap_or_default()),
                by: field("outcome").map_or(row.changed_by, |f| f.head.tag.author),
                needs: needs.map(str::to_owned).collect(),
                need: text(&view, "need"),
                finding: text(&view, "finding"),
                people: int("people"),
                raised,
                again_at: int(attempt::AGAIN_AT).map(Timestamp),
                raised_status: raised.map(|r| self.store.row(r)).transpose()?.flatten().map(|r| r.status),
            });
        }
        list.sort_by_key(|a| (std::cmp::Reverse(a.at), a.record));
        Ok(list)
    }

    /// The record that a record is shown as, where it is held.
    fn shown_id(&self, record: Option<RecordId>) -> Result<Option<RecordId>, StoreError> {
        let Some(record) = record else { return Ok(None) };
        Ok(Some(self.store.row(record)?.map_or(record, |row| row.shown_as)))
    }

    fn states(&self, records: &[RecordId]) -> Result<Vec<State>, StoreError> {
        let read = |record: &RecordId| Ok(self.store.predicted(*record, self.actor.now)?.state);
        let states = records.iter().map(read).collect::<Result<Vec<State>, StoreError>>()?;
        Ok(states.into_iter().filter(|s| !s.kinds.is_empty() && !s.is_deleted()).collect())
    }
}

/// Another hour for a place where nobody was met, after all attempts at it.
fn call_back(line: &TargetLine, now: Timestamp) -> Option<Proposal> {
    let attempts: Vec<Attempt> = line
        .attempts
        .iter()
        .map(|attempt| Attempt { at: attempt.at, answered: Standing::of(&attempt.outcome).is_checked() })
        .collect();
    // Premises and facilities are looked after by those who work there.
    let at_work = matches!(line.sort.as_str(), "premises" | "facility");
    propose(&attempts, if at_work { Habit::Work } else { Habit::Home }, now)
}

fn view_of(shown: RecordId, states: &[State]) -> GroupView<'_> {
    GroupView { shown, group: states.iter().map(|s| s.record).collect(), members: states.iter().collect() }
}

fn text(view: &GroupView<'_>, name: &str) -> Option<String> {
    view.value(name)?.as_text().map(str::to_owned)
}

fn left(view: &GroupView<'_>) -> Option<LeftList> {
    let field = view.field(target::LEFT, gridwalk_model::view::Policy::Review)?;
    let reason = field.value?.as_text()?.to_owned();
    let (by, at) = (field.head.tag.author, field.head.tag.effective);
    Some(LeftList { reason, note: text(view, target::LEFT_NOTE), by, at })
}
