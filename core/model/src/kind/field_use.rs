//! Field use 敏感信息启用: that a sensitive field is in use in a unit and all below it, what for, and how long values stay
//! when it is switched off.
//!
//! Owns the field table, and the rule when a field is in use and when its values are due for erasure. Refuses to erase.
//! Invariant: without such a record a sensitive field is off; one that was switched off is never switched on again, a
//! new one is made, so that what was in use when stays known.

use super::field::{int, text};
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, SearchUse, Shape, SortBy};
use crate::id::UnitId;
use crate::role::{Role, Roles};
use crate::state::State;
use crate::step_table::StepTable;
use crate::time::Timestamp;
use crate::value::Value;
use std::collections::BTreeSet;

/// Who switches fields on and off: whoever answers for people, and not whoever runs the machine.
pub const SWITCHERS: Roles = Roles::of(&[Role::SecurityAdmin]);
/// The field that names the kind of which a field is in use.
pub const OF_KIND: &str = "kind";
/// The field that names the field.
pub const OF_FIELD: &str = "field";
/// The field that says what for.
pub const PURPOSE: &str = "purpose";
/// The field that says how many days values stay after it was switched off.
pub const DAYS: &str = "days";
/// The field that says since when.
pub const FROM: &str = "from";
/// The field that says until when.
pub const UNTIL: &str = "until";

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::REGISTER.and(Roles::POWERS), SWITCHERS)
}

/// What Gridwalk says about fields in use.
pub static TABLE: KindTable = KindTable {
    kind: Kind::FieldUse,
    fields: &[
        field(PARENT, Shape::Ref(&[Kind::Unit])).required(),
        field("kind", text(40)).required(),
        field("field", text(40)).required(),
        field("purpose", text(500)).required().search(SearchUse::Text),
        field("days", int(1, 36_500)).required(),
        field("from", Shape::Moment).required(),
        field("until", Shape::Moment),
    ],
    sets: &[],
    steps: StepTable::none,
    home: Home::Parent(&[Kind::Unit]),
    delete: Roles::of(&[Role::SystemAdmin]),
    author_sees: false,
    reaches_down: ReachesDown::Always,
    place: false,
    title: &[OF_FIELD],
    subtitle: &[PURPOSE],
    sort: SortBy::Natural(&[OF_KIND, OF_FIELD]),
};

/// That a field is, or was, in use in a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldUse {
    /// The unit, with all below.
    pub unit: UnitId,
    /// Name of the kind.
    pub kind: String,
    /// Name of the field.
    pub field: String,
    /// What for.
    pub purpose: String,
    /// How many days values stay after it was switched off.
    pub days: i64,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub until: Option<Timestamp>,
}

impl FieldUse {
    /// What a record says; `None` for one that is deleted or not whole.
    pub fn of(state: &State) -> Option<Self> {
        if state.kind() != Kind::FieldUse.name() || state.is_deleted() {
            return None;
        }
        let value = |name: &str| state.value(name);
        let text = |name: &str| value(name).and_then(Value::as_text).map(str::to_owned);
        let moment = |name: &str| value(name).and_then(Value::as_int).map(Timestamp);
        Some(Self {
            unit: value(PARENT)?.as_id()?.unit(),
            kind: text(OF_KIND)?,
            field: text(OF_FIELD)?,
            purpose: text(PURPOSE).unwrap_or_default(),
            days: value(DAYS)?.as_int()?,
            from: moment(FROM)?,
            until: moment(UNTIL),
        })
    }

    /// Whether it holds at a moment.
    pub fn is_on(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// When values that it covered are due for erasure, once it was switched off.
    pub fn due_at(&self) -> Option<Timestamp> {
        self.until.map(|until| until.plus_days(self.days))
    }

    fn covers(&self, kind: &str, field: &str, units: &BTreeSet<UnitId>) -> bool {
        self.kind == kind && self.field == field && units.contains(&self.unit)
    }
}

/// Whether a sensitive field is in use at a moment for records whose units, with all above them, are these.
pub fn in_use(uses: &[FieldUse], kind: &str, field: &str, units: &BTreeSet<UnitId>, at: Timestamp) -> bool {
    uses.iter().any(|u| u.covers(kind, field, units) && u.is_on(at))
}

/// What becomes of values of a sensitive field that is not in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It is in use.
    InUse,
    /// It was switched off; values stay unshown until then.
    StaysUntil(Timestamp),
    /// Values are due for erasure since then.
    DueSince(Timestamp),
    /// Nobody ever stated a purpose here: values are due at once.
    NeverInUse,
}

/// What becomes of values of a field at a moment, for records whose units, with all above them, are these.
pub fn standing(uses: &[FieldUse], kind: &str, field: &str, units: &BTreeSet<UnitId>, now: Timestamp) -> Standing {
    if in_use(uses, kind, field, units, now) {
        return Standing::InUse;
    }
    let ended = uses.iter().filter(|u| u.covers(kind, field, units) && u.from <= now);
    match ended.filter_map(FieldUse::due_at).max() {
        Some(due) if now < due => Standing::StaysUntil(due),
        Some(due) => Standing::DueSince(due),
        None => Standing::NeverInUse,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNTY: UnitId = UnitId([1; 16]);
    const GRID: UnitId = UnitId([2; 16]);

    fn of(unit: UnitId, from: i64, until: Option<i64>, days: i64) -> FieldUse {
        let (kind, field) = ("resident".to_owned(), "health".to_owned());
        let (from, until) = (Timestamp(from), until.map(Timestamp));
        FieldUse { unit, kind, field, purpose: "x".to_owned(), days, from, until }
    }

    #[test]
    fn a_field_is_in_use_where_and_while_somebody_says_so() {
        let (below, beside) = (BTreeSet::from([COUNTY, GRID]), BTreeSet::from([COUNTY]));
        let day = |n: i64| n * crate::time::DAY_MS;
        let of_county = of(COUNTY, day(10), Some(day(20)), 5);
        let of_grid = of(GRID, day(12), None, 5);
        // uses, units, day, what becomes of values
        let rows = [
            (vec![], &below, 1, Standing::NeverInUse),
            (vec![of_county.clone()], &below, 9, Standing::NeverInUse),
            (vec![of_county.clone()], &below, 10, Standing::InUse),
            (vec![of_county.clone()], &below, 20, Standing::StaysUntil(Timestamp(day(25)))),
            (vec![of_county.clone()], &below, 25, Standing::DueSince(Timestamp(day(25)))),
            (vec![of_county.clone(), of_grid.clone()], &below, 25, Standing::InUse),
            (vec![of_county.clone(), of_grid.clone()], &beside, 24, Standing::StaysUntil(Timestamp(day(25)))),
            (vec![of_grid], &beside, 24, Standing::NeverInUse),
            (vec![of_county.clone(), of(COUNTY, day(30), None, 5)], &below, 31, Standing::InUse),
            (
                vec![of_county, of(GRID, day(15), Some(day(18)), 50)],
                &below,
                26,
                Standing::StaysUntil(Timestamp(day(68))),
            ),
        ];
        for (nth, (uses, units, at, want)) in rows.into_iter().enumerate() {
            let now = Timestamp(day(at));
            assert_eq!(standing(&uses, "resident", "health", units, now), want, "row {nth}");
            assert_eq!(in_use(&uses, "resident", "health", units, now), want == Standing::InUse, "row {nth}");
            assert!(!in_use(&uses, "resident", "religion", units, now), "row {nth}");
        }
    }

    #[test]
    fn administrators_switch_and_volunteers_hear_nothing() {
        assert_eq!(TABLE.writers(), SWITCHERS);
        assert!(!TABLE.readers().has(Role::Volunteer));
        assert!(TABLE.readers().has(Role::Gridworker));
    }
}
