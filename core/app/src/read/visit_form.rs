//! The form of a visit: who can be met, what can be confirmed at one tap, and when to come again.
//!
//! Owns which records one tap confirms, and which earlier visits count as attempts at a door. Refuses to choose the hour:
//! the model does. Invariant: the form holds the basis of each record that a save from it writes to.

use super::row_line::RowLine;
use super::visit::{VisitLine, paid_at};
use super::visits_due::PlanLine;
use super::{Reader, shown};
use gridwalk_model::call_back::{Attempt, Habit, Proposal, propose};
use gridwalk_model::kind::{CONFIRMED, Confirmation, Kind, resident, visit};
use gridwalk_model::view::{Held, Policy};
use gridwalk_model::{RecordId, Timestamp, limits};
use gridwalk_store::{RowFilter, StoreError};

/// How many earlier visits the form shows.
const EARLIER: u32 = 5;

/// The form of a visit to one door.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct VisitForm {
    /// What is visited.
    pub door: RowLine,
    /// The basis of the door.
    pub basis: String,
    /// What it is in, the nearest first.
    pub address: Vec<RowLine>,
    /// Residents who may be met there.
    pub residents: Vec<RowLine>,
    /// What one tap confirms: the door, and who lives behind it.
    pub confirms: Vec<Confirms>,
    /// Visit plans that a visit now is paid for, each with its basis.
    pub plans: Vec<Planned>,
    /// Earlier visits to the door, the newest first.
    pub visits: Vec<VisitLine>,
    /// When it was agreed to come again, where nobody came since.
    pub agreed_at: Option<Timestamp>,
    /// Another hour, where nobody answered last.
    pub call_back: Option<Proposal>,
}

/// A visit plan that a visit now is paid for.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Planned {
    /// The plan.
    #[serde(flatten)]
    pub plan: PlanLine,
    /// Its basis.
    pub basis: String,
}

/// A record that one tap confirms.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Confirms {
    /// The record.
    #[serde(flatten)]
    pub row: RowLine,
    /// When somebody found it unchanged last.
    pub confirmed: Option<Confirmation>,
    /// Its basis.
    pub basis: String,
}

impl Reader<'_> {
    /// The form of a visit; `None` if there is no such door on this phone, or nobody visits such a thing.
    pub fn visit_form(&self, door: RecordId) -> Result<Option<VisitForm>, StoreError> {
        let Some(card) = self.card(door)? else { return Ok(None) };
        let Some(kind) = Kind::from_name(&card.kind).filter(|k| visit::ABOVE.contains(k)) else { return Ok(None) };
        let Some(row) = self.line_of(card.record)? else { return Ok(None) };
        let households = match kind {
            Kind::Household => vec![row.clone()],
            Kind::Dwelling => self.living_below(card.record, Kind::Household)?,
            _ => Vec::new(),
        };
        let mut residents = Vec::new();
        for household in &households {
            residents.extend(self.living_below(household.record, Kind::Resident)?);
        }
        let address = self.above(card.record)?;
        let mut tapped = vec![row.clone()];
        if kind == Kind::Household {
            tapped.extend(address.first().filter(|above| above.kind == Kind::Dwelling.name()).cloned());
        } else {
            tapped.extend(households);
        }
        // Of several households behind one door nobody can say which one the visit was paid to.
        let planned = if tapped.len() > 2 { &tapped[..1] } else { &tapped[..] };
        let planned: Vec<RecordId> = planned.iter().map(|row| row.record).collect();
        tapped.extend(residents.iter().cloned());
        // Whoever stands at the door sees its address.
        for door in tapped.clone().iter().filter(|row| row.kind == Kind::Dwelling.name()) {
            let addresses = self.living_below(door.record, Kind::Address)?;
            tapped.extend(addresses.into_iter().filter(|a| a.badges.contains(&"unconfirmed_address")));
        }
        let mut confirms = Vec::new();
        for row in tapped {
            confirms.extend(self.confirms(row)?);
        }
        let agreed_at = self.agreed_at(card.record)?;
        Ok(Some(VisitForm {
            visits: self.visits(None, Some(card.record), EARLIER)?,
            plans: self.planned(&planned)?,
            call_back: self.call_back(card.record)?,
            door: row,
            basis: card.basis,
            address,
            residents,
            confirms,
            agreed_at,
        }))
    }

    /// When to knock again at a door; `None` where somebody answered last, or nobody knocked.
    pub fn call_back(&self, door: RecordId) -> Result<Option<Proposal>, StoreError> {
        let kind = self.store.row(door)?.map(|row| row.kind).unwrap_or_default();
        let works = [Kind::Premises, Kind::Facility].iter().any(|k| k.name() == kind);
        let habit = if works { Habit::Work } else { Habit::Home };
        Ok(propose(&self.attempts(door)?, habit, self.actor.now))
    }

    /// Who knocked at a door: at itself, at the dwelling that a household lives in, at the households of a dwelling.
    pub(super) fn attempts(&self, door: RecordId) -> Result<Vec<Attempt>, StoreError> {
        let mut doors = vec![door];
        if let Some(row) = self.store.row(door)? {
            let above = match row.parent.map(|parent| self.store.row(parent)).transpose()?.flatten() {
                Some(above) if above.kind == Kind::Dwelling.name() => Some(above.record),
                _ => None,
            };
            doors.extend(above);
            if row.kind == Kind::Dwelling.name() {
                let below = RowFilter { parent: Some(door), ..RowFilter::kind(Kind::Household.name()) };
                doors.extend(self.store.rows(&below)?.into_iter().map(|row| row.record));
            }
        }
        let mut attempts = Vec::new();
        for door in doors {
            let paid = RowFilter { parent: Some(door), ..RowFilter::kind(Kind::Visit.name()) };
            for row in self.store.rows(&paid)? {
                let (answered, in_vain) = (visit::is_answered(&row.title), visit::is_unanswered(&row.title));
                if answered || in_vain {
                    attempts.push(Attempt { at: paid_at(&row), answered });
                }
            }
        }
        Ok(attempts)
    }

    fn planned(&self, doors: &[RecordId]) -> Result<Vec<Planned>, StoreError> {
        let mut planned = Vec::new();
        for door in doors {
            for plan in self.plans(None, Some(*door), limits::LIST_ROWS_MAX)? {
                if plan.standing.takes_visits() {
                    let basis = self.store.begin(plan.row.record, self.actor.now)?.to_string();
                    planned.push(Planned { plan, basis });
                }
            }
        }
        Ok(planned)
    }

    /// When it was agreed on the newest visit to come again.
    pub(super) fn agreed_at(&self, door: RecordId) -> Result<Option<Timestamp>, StoreError> {
        let paid = RowFilter { parent: Some(door), limit: 1, ..RowFilter::kind(Kind::Visit.name()) };
        let Some(newest) = self.store.rows(&paid)?.pop() else { return Ok(None) };
        let loaded = self.load([newest.record])?;
        let agreed = shown(&loaded, newest.record).and_then(|v| v.field(visit::AGAIN_AT, Policy::Latest)?.value);
        Ok(agreed.and_then(gridwalk_model::Value::as_int).map(Timestamp))
    }

    /// Records of a kind below another who are there still.
    fn living_below(&self, parent: RecordId, kind: Kind) -> Result<Vec<RowLine>, StoreError> {
        let filter = RowFilter { parent: Some(parent), limit: limits::LIST_ROWS_MAX, ..RowFilter::kind(kind.name()) };
        let gone = if kind == Kind::Resident { resident::MOVED_OUT } else { gridwalk_model::kind::household::ENDED };
        let mut living = Vec::new();
        for row in self.store.rows(&filter)? {
            let loaded = self.load([row.record])?;
            let value = |field: &str| loaded.state(row.record)?.value(field);
            if value(gone).is_none() {
                living.push(row.into());
            }
        }
        Ok(living)
    }

    fn confirms(&self, row: RowLine) -> Result<Option<Confirms>, StoreError> {
        let keeps = Kind::from_name(&row.kind).is_some_and(|k| k.table().set(CONFIRMED).is_some());
        let loaded = self.load([row.record])?;
        let Some(view) = shown(&loaded, row.record).filter(|_| keeps) else { return Ok(None) };
        let confirmed = view.set(CONFIRMED).into_iter().filter_map(Confirmation::from_value).max();
        let basis = self.store.begin(row.record, self.actor.now)?.to_string();
        Ok(Some(Confirms { row, confirmed, basis }))
    }
}
