//! Work item 工作事项: a fact to collect, work to do or a visit to pay, admitted by the county before it reaches phones.
//!
//! Owns the item's field table, its workflow and the days on which it is in force. Refuses to reach anybody before the
//! county has admitted it with dates and a purpose: what everybody may ask of a grid, the grid is asked five times.
//! Invariant: an item is told to those below only while it is admitted; what was proposed, withdrawn or is over stays with
//! those who keep the list.

use super::field::{DATE_DAYS, int, text};
use super::{Field, Home, Kind, KindTable, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::code_set::CodeSet;
use crate::rejection::Rejection;
use crate::role::{Role, Roles};
use crate::step_table::StepTable;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::GroupView;
use crate::wish::Wish;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The step that puts an item forward.
pub const PROPOSE: &str = "propose";
/// The step by which the county lets it in.
pub const ADMIT: &str = "admit";
/// The step that takes it back.
pub const TAKE_BACK: &str = "take_back";
/// The step by which the server strikes it off on the day after its last.
pub const EXPIRE: &str = "expire";
/// The status of an item that was struck off.
pub const EXPIRED: &str = "expired";
/// The status of an item that is let in.
pub const LET_IN: &str = "admitted";
/// The field that says when it was admitted; it is empty while it is not.
pub const ADMITTED: &str = "admitted";
/// The first day.
pub const FROM: &str = "from";
/// The last day.
pub const UNTIL: &str = "until";
/// What it is for.
pub const PURPOSE: &str = "purpose";
/// The fact that it asks for: `kind.field`, or a word of its own.
pub const FACT: &str = "fact";
/// What it is done at: the name of a kind.
pub const TARGET: &str = "target";
/// After how many days it is done again.
pub const EVERY_DAYS: &str = "every_days";

/// Who reads the list: everybody who may have to do it or put something on it, and no volunteers.
const READERS: Roles = Roles::REGISTER.and(Roles::DESKS).and(Roles::of(&[Role::Handler, Role::Mediator]));
/// Who puts items forward: a department, a township, the county itself.
const PROPOSERS: Roles = Roles::of(&[Role::Handler, Role::TownshipSupervisor, Role::CountySupervisor]);
/// Who keeps the list.
const COUNTY: Roles = Roles::of(&[Role::CountySupervisor]);

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, READERS, PROPOSERS)
}

fn steps() -> &'static StepTable {
    static STEPS: LazyLock<StepTable> =
        LazyLock::new(|| StepTable::read(include_str!("../../../../catalog/workflows/work_item.csv")));
    &STEPS
}

/// What Gridwalk says about work items.
pub static TABLE: KindTable = KindTable {
    kind: Kind::WorkItem,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field("title", text(80)).required().search(SearchUse::Name),
        field("category", Shape::Code(CodeSet::WorkCategory)).required(),
        field("sort", Shape::Code(CodeSet::WorkSort)).required(),
        field(TARGET, Shape::Code(CodeSet::WorkTarget)).required(),
        field("number", text(20)).search(SearchUse::Number),
        field("standard", text(1000)).search(SearchUse::Text),
        field(PURPOSE, text(500)).search(SearchUse::Text),
        field(FACT, text(64)),
        field(EVERY_DAYS, int(1, 1000)),
        field(FROM, Shape::Date).write(COUNTY),
        field(UNTIL, Shape::Date).write(COUNTY),
        field(ADMITTED, Shape::Moment).write(COUNTY),
    ],
    sets: &[],
    steps,
    home: Home::Unit,
    delete: PROPOSERS,
    author_sees: true,
    reaches_down: ReachesDown::When(ADMITTED),
    place: false,
    title: &["title"],
    subtitle: &["number"],
    sort: SortBy::Natural(&["number", "title"]),
};

/// What a step writes beside itself: admission the dates, the purpose and the unit that it is admitted for; withdrawal
/// takes the admission away.
/// No where the last day is before the first.
pub fn moved_by(step: &str, answers: &BTreeMap<String, Value>, now: Timestamp) -> Result<Vec<Wish>, Rejection> {
    let day = |ask: &str| answers.get(ask).and_then(Value::as_int).unwrap_or_default();
    let (begins, ends) = (day("begins"), day("ends"));
    match step {
        ADMIT if ends < begins => Err(Rejection::OutOfRange { field: UNTIL, min: begins, max: DATE_DAYS.1 }),
        ADMIT => {
            let told = [(UNIT, "for_unit"), (FROM, "begins"), (UNTIL, "ends"), (PURPOSE, PURPOSE)].into_iter();
            let put = |(field, ask): (&str, &str)| Some(Wish::put(field, answers.get(ask)?.clone()));
            Ok(told.filter_map(put).chain([Wish::put(ADMITTED, now.0)]).collect())
        }
        TAKE_BACK | EXPIRE => Ok(vec![Wish::clear(ADMITTED)]),
        _ => Ok(Vec::new()),
    }
}

/// An item as its record says; days since 1970-01-01.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkItem {
    /// What is to be done.
    pub title: String,
    /// A code of `work_sort`.
    pub sort: String,
    /// A code of `work_target`.
    pub target: String,
    /// The fact that it asks for.
    pub fact: Option<String>,
    /// After how many days it is done again; once between its dates if nothing is said.
    pub every_days: Option<i64>,
    /// The first day.
    pub from: Option<i64>,
    /// The last day.
    pub until: Option<i64>,
    /// Whether it is admitted.
    pub admitted: bool,
}

/// How an item stands at a place on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// It should have been done.
    Overdue,
    /// The last day on which it is in time.
    Today,
    /// It can be done any day.
    Open,
    /// Done; the next time is still to come.
    Done,
}

impl Due {
    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Today => "today",
            Self::Open => "open",
            Self::Done => "done",
        }
    }
}

impl WorkItem {
    /// The item that a view shows.
    pub fn of(view: &GroupView<'_>) -> Self {
        let value = |held: &str| view.field(held, TABLE.field(held)?.policy)?.value;
        let text = |held: &str| value(held).and_then(Value::as_text).map(str::to_owned);
        let int = |held: &str| value(held).and_then(Value::as_int);
        Self {
            title: text("title").unwrap_or_default(),
            sort: text("sort").unwrap_or_default(),
            target: text(TARGET).unwrap_or_default(),
            fact: text(FACT),
            every_days: int(EVERY_DAYS).filter(|days| *days > 0),
            from: int(FROM),
            until: int(UNTIL),
            admitted: int(ADMITTED).is_some(),
        }
    }

    /// Whether it is to be done on a day.
    pub fn is_in_force(&self, day: i64) -> bool {
        self.admitted && self.from.is_some_and(|from| from <= day) && self.until.is_some_and(|until| day <= until)
    }

    /// The last day on which it is in time at a place where it was last done on that day: one that was never done has
    /// as long as its first round takes.
    pub fn due_by(&self, last: Option<i64>) -> Option<i64> {
        let (from, until) = (self.from?, self.until?);
        let last = last.filter(|day| *day >= from);
        match (self.every_days, last) {
            (Some(every), Some(last)) => Some(last.saturating_add(every)).filter(|day| *day <= until),
            (Some(every), None) => Some(from.saturating_add(every - 1).min(until)),
            (None, Some(_)) => None,
            (None, None) => Some(until),
        }
    }

    /// How it stands on a day at a place where it was last done on that day.
    pub fn due(&self, last: Option<i64>, today: i64) -> Due {
        let again = last.is_some_and(|day| self.from.is_some_and(|from| day >= from));
        match self.due_by(last) {
            None => Due::Done,
            Some(day) if day < today => Due::Overdue,
            Some(day) if day == today => Due::Today,
            Some(_) if again => Due::Done,
            Some(_) => Due::Open,
        }
    }

    /// The field or set of the register that its fact is kept in, at a place of that kind.
    pub fn kept_in(&self, kind: Kind) -> Option<&'static Field> {
        let (of, named) = self.fact.as_deref()?.split_once('.')?;
        let table = kind.table();
        table.fields.iter().chain(table.sets).find(|f| of == kind.name() && f.name == named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(every_days: Option<i64>) -> WorkItem {
        WorkItem {
            title: "核对常住人数".to_owned(),
            sort: "fact".to_owned(),
            target: "household".to_owned(),
            fact: Some("household.size".to_owned()),
            every_days,
            from: Some(100),
            until: Some(200),
            admitted: true,
        }
    }

    #[test]
    fn an_item_at_a_place_on_a_day() {
        // every, last done, today, how it stands
        let rows = [
            (Some(30), None, 100, Due::Open),
            (Some(30), None, 129, Due::Today),
            (Some(30), None, 130, Due::Overdue),
            (Some(30), Some(110), 111, Due::Done),
            (Some(30), Some(110), 140, Due::Today),
            (Some(30), Some(110), 141, Due::Overdue),
            (Some(30), Some(90), 111, Due::Open),
            (Some(30), Some(180), 199, Due::Done),
            (None, None, 150, Due::Open),
            (None, None, 200, Due::Today),
            (None, Some(120), 199, Due::Done),
        ];
        for (every, last, today, due) in rows {
            assert_eq!(item(every).due(last, today), due, "{every:?} {last:?} {today}");
        }
    }

    #[test]
    fn only_what_is_admitted_is_in_force_between_its_days() {
        let days = [99, 100, 200, 201].map(|day| item(None).is_in_force(day));
        assert_eq!(days, [false, true, true, false]);
        assert!(!WorkItem { admitted: false, ..item(None) }.is_in_force(150));
        assert!(!WorkItem { until: None, ..item(None) }.is_in_force(150));
        assert!(!TABLE.readers().has(Role::Volunteer));
    }

    #[test]
    fn a_fact_is_kept_where_it_belongs() {
        assert_eq!(item(None).kept_in(Kind::Household).map(|f| f.name), Some("size"));
        assert_eq!(item(None).kept_in(Kind::Premises), None);
        assert!(CodeSet::WorkTarget.entries().iter().all(|e| Kind::from_name(e.code).is_some()));
    }

    #[test]
    fn every_status_is_reached_and_an_item_can_be_let_in_again() {
        let statuses = steps().statuses();
        assert_eq!(statuses, ["new", "proposed", "admitted", "declined", "withdrawn", "expired"]);
        for status in ["proposed", "withdrawn", "declined", "expired"] {
            assert!(steps().row(status, ADMIT).is_some_and(|row| row.roles == COUNTY), "{status}");
        }
    }
}
