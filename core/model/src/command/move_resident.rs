//! Move a resident in or out: between households, or away, with the day.

use super::{Actor, Decision, Opened, edits, parent_unit};
use crate::basis::Basis;
use crate::civil_date::CivilDate;
use crate::id::RecordId;
use crate::kind::{Kind, PARENT, resident};
use crate::rejection::Rejection;
use crate::value::Value;
use crate::view::Held;
use crate::wish::Wish;

/// A resident who moves into a household.
#[derive(Debug, Clone, PartialEq)]
pub struct MoveIn {
    /// The resident.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// The same of the other members of the resident's same-as group.
    pub also: Vec<Basis>,
    /// The household.
    pub household: RecordId,
    /// The day; today if nothing is said.
    pub on: Option<CivilDate>,
}

/// A resident who moves away.
#[derive(Debug, Clone, PartialEq)]
pub struct MoveOut {
    /// The resident.
    pub record: RecordId,
    /// What stood on the screen.
    pub basis: Basis,
    /// The same of the other members of the resident's same-as group.
    pub also: Vec<Basis>,
    /// The day; today if nothing is said.
    pub on: Option<CivilDate>,
    /// Where to, as the resident or a neighbour says.
    pub to: Option<String>,
}

/// The field that says where somebody went.
const MOVED_TO: &str = "moved_to";

fn open<'a>(
    held: &'a impl Held,
    record: RecordId,
    (basis, also): (&'a Basis, &'a [Basis]),
    actor: &Actor,
) -> Result<Vec<Opened<'a>>, Rejection> {
    let all = Opened::all(held, record, basis, also)?;
    for opened in &all {
        if opened.table.kind != Kind::Resident {
            return Err(Rejection::WrongKind { wanted: Kind::Resident.name() });
        }
        for field in [PARENT, resident::MOVED_IN, resident::MOVED_OUT] {
            edits::permit(opened.table, field, actor.roles)?;
        }
    }
    Ok(all)
}

/// The day, not one to come.
fn day(on: Option<CivilDate>, actor: &Actor, field: &'static str) -> Result<i64, Rejection> {
    let today = actor.today();
    let day = on.map_or(today, CivilDate::days);
    if day > today { Err(Rejection::NotYet { field }) } else { Ok(day) }
}

impl MoveIn {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let all = open(held, self.record, (&self.basis, &self.also), actor)?;
        let unit = parent_unit(held, self.household, &[Kind::Household])?;
        let on = day(self.on, actor, resident::MOVED_IN)?;
        let mut writes = Vec::new();
        for opened in &all {
            let here = opened.state.head_ids(PARENT) == [self.household] && opened.saw_all(None, PARENT);
            let away = !opened.is_news(resident::MOVED_OUT, None);
            if here && away {
                continue;
            }
            let mut wishes = Vec::new();
            if !here {
                wishes.push(Wish::put(PARENT, Value::Id(self.household)));
            }
            wishes.push(Wish::put(resident::MOVED_IN, on));
            for field in [resident::MOVED_OUT, MOVED_TO] {
                if opened.is_news(field, None) {
                    wishes.push(Wish::clear(field));
                }
            }
            let mut write = opened.write(wishes);
            write.unit = unit;
            writes.push(write);
        }
        Decision::of(writes)
    }
}

impl MoveOut {
    pub(super) fn decide(&self, held: &impl Held, actor: &Actor) -> Result<Decision, Rejection> {
        let all = open(held, self.record, (&self.basis, &self.also), actor)?;
        let on = day(self.on, actor, resident::MOVED_OUT)?;
        let mut wishes = vec![Wish::put(resident::MOVED_OUT, on)];
        if let Some(to) = &self.to {
            let to = Kind::Resident.table().accept(MOVED_TO, Value::from(to.as_str()))?;
            wishes.push(Wish::put(MOVED_TO, to));
        }
        Decision::of(all.iter().map(|opened| opened.write(wishes.clone())).collect())
    }
}
