//! Visit plan 走访计划: that a household, a door or premises is visited so often, what for, and with whose consent.
//!
//! Owns the plan's field table and when its next visit is due. Refuses causes: a purpose is a code of the project's own
//! list and never a diagnosis, an offence or a petition. Invariant: a plan that helps people stands on their consent;
//! without it, and from the day it is withdrawn, nobody is sent.

use super::field::{int, text};
use super::{Field, Home, Kind, KindTable, PARENT, ReachesDown, Retention, Shape, SortBy};
use crate::code_set::CodeSet;
use crate::id::AccountId;
use crate::role::Roles;
use crate::step_table::StepTable;
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::{GroupView, Policy};

/// What a plan is for.
pub const ABOVE: &[Kind] = &[Kind::Household, Kind::Dwelling, Kind::Premises];
/// The field that holds what for.
pub const PURPOSE: &str = "purpose";
/// The field that holds after how many days somebody comes again.
pub const EVERY_DAYS: &str = "every_days";
/// The first day.
pub const FROM: &str = "from";
/// The last day.
pub const UNTIL: &str = "until";
/// The day by which a visit that is paid once is paid.
pub const DUE: &str = "due";
/// The case that ordered it.
pub const CASE: &str = "case";
/// Who gave consent, in words.
pub const CONSENT_BY: &str = "consent_by";
/// On which day.
pub const CONSENT_ON: &str = "consent_on";
/// On which day it was taken back.
pub const CONSENT_WITHDRAWN: &str = "consent_withdrawn";
/// The day on which the plan ended.
pub const ENDED: &str = "ended";
/// Why.
pub const END_REASON: &str = "end_reason";
/// When somebody was met last on a visit of the plan.
pub const LAST_VISITED: &str = "last_visited";
/// The account that visits.
pub const ACCOUNT: &str = "account";
/// The set of a case that holds the plans which it ordered.
pub const ORDERED: &str = "visit_plans";
/// The reason of a plan that ends because consent was taken back.
pub const WITHDRAWN: &str = "consent_withdrawn";

/// How long what for and for whom is kept after the end, days.
const AFTER_END: Retention = Retention::DaysAfterEnd(30);

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::REGISTER, Roles::REGISTER)
}

/// What Gridwalk says about visit plans.
pub static TABLE: KindTable = KindTable {
    kind: Kind::VisitPlan,
    fields: &[
        field(PARENT, Shape::Ref(ABOVE)).required(),
        field(PURPOSE, Shape::Code(CodeSet::VisitPurpose)).required().keep(AFTER_END),
        field("resident", Shape::Ref(&[Kind::Resident])).keep(AFTER_END),
        field(EVERY_DAYS, int(1, 400)),
        field(FROM, Shape::Date),
        field(UNTIL, Shape::Date),
        field(DUE, Shape::Date),
        field(CASE, Shape::Ref(&[Kind::Case])),
        field("visitor", text(80)),
        field(ACCOUNT, Shape::Account),
        field(CONSENT_BY, text(80)).keep(AFTER_END),
        field(CONSENT_ON, Shape::Date).keep(AFTER_END),
        field(CONSENT_WITHDRAWN, Shape::Date),
        field(ENDED, Shape::Date),
        field(END_REASON, Shape::Code(CodeSet::VisitPlanEnd)),
        field(LAST_VISITED, Shape::Moment).policy(Policy::Latest),
        field("note", text(500)).keep(AFTER_END),
    ],
    sets: &[],
    steps: StepTable::none,
    home: Home::Parent(ABOVE),
    delete: Roles::REGISTER,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &[PURPOSE],
    subtitle: &["visitor", UNTIL],
    sort: SortBy::Soonest,
};

/// Whether visits of that purpose help people and stand on their consent; the others look at places and matters.
pub fn is_care(purpose: &str) -> bool {
    !matches!(purpose, "rented_home" | "premises_safety" | "enterprise" | "follow_up" | "newcomer")
}

/// How a plan stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Somebody should have been there.
    Overdue,
    /// Somebody goes today.
    Today,
    /// Somebody was there; the next day is still to come.
    Later,
    /// It has not begun.
    NotYet,
    /// Paid, and not again.
    Done,
    /// Over.
    Ended,
    /// It helps people who have not consented, or no longer do.
    NoConsent,
}

impl Standing {
    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Today => "today",
            Self::Later => "later",
            Self::NotYet => "not_yet",
            Self::Done => "done",
            Self::Ended => "ended",
            Self::NoConsent => "no_consent",
        }
    }

    /// Whether a visit that somebody pays now counts for the plan.
    pub const fn takes_visits(self) -> bool {
        matches!(self, Self::Overdue | Self::Today | Self::Later)
    }
}

/// A plan as its record says; days since 1970-01-01.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// What for.
    pub purpose: String,
    /// After how many days somebody comes again; once if nothing is said.
    pub every_days: Option<i64>,
    /// The first day.
    pub from: i64,
    /// The last day.
    pub until: Option<i64>,
    /// By when a visit that is paid once is paid.
    pub due: Option<i64>,
    /// The day on which it ended.
    pub ended: Option<i64>,
    /// Whether somebody consented, and nobody took it back.
    pub consent: bool,
    /// When somebody was met last.
    pub last_visited: Option<Timestamp>,
    /// Who visits.
    pub account: Option<AccountId>,
}

impl Plan {
    /// The plan that a view shows.
    pub fn of(view: &GroupView<'_>) -> Self {
        let value = |named: &str| view.field(named, TABLE.field(named)?.policy)?.value;
        let int = |named: &str| value(named).and_then(Value::as_int);
        let text = |named: &str| value(named).and_then(Value::as_text).map(str::to_owned);
        Self {
            purpose: text(PURPOSE).unwrap_or_default(),
            every_days: int(EVERY_DAYS).filter(|days| *days > 0),
            from: int(FROM).unwrap_or_else(|| view.shown.made_at().china_day()),
            until: int(UNTIL),
            due: int(DUE),
            ended: int(ENDED),
            consent: text(CONSENT_BY).is_some() && int(CONSENT_ON).is_some() && int(CONSENT_WITHDRAWN).is_none(),
            last_visited: int(LAST_VISITED).map(Timestamp),
            account: value(ACCOUNT).and_then(Value::as_id).map(|id| AccountId(id.0)),
        }
    }

    /// Whether somebody may be sent at all.
    pub fn stands(&self) -> bool {
        self.ended.is_none() && (self.consent || !is_care(&self.purpose))
    }

    /// The day of the next visit; `None` where there is none any more.
    pub fn next_due(&self) -> Option<i64> {
        if !self.stands() {
            return None;
        }
        let last = self.last_visited.map(Timestamp::china_day).filter(|day| *day >= self.from);
        let next = match (self.every_days, last) {
            (Some(every), Some(last)) => last.saturating_add(every),
            (Some(_), None) => self.from,
            (None, Some(_)) => return None,
            (None, None) => self.due.unwrap_or(self.from),
        };
        Some(next).filter(|next| self.until.is_none_or(|until| *next <= until))
    }

    /// How it stands on a day.
    pub fn standing(&self, today: i64) -> Standing {
        if self.ended.is_some() || self.until.is_some_and(|until| until < today) {
            return Standing::Ended;
        }
        if !self.stands() {
            return Standing::NoConsent;
        }
        match self.next_due() {
            None => Standing::Done,
            Some(_) if self.from > today => Standing::NotYet,
            Some(next) if next < today => Standing::Overdue,
            Some(next) if next == today => Standing::Today,
            Some(_) => Standing::Later,
        }
    }
}

/// What lists of plans are sorted by: the day of the next visit; those without one stand last.
pub fn sort_key(view: &GroupView<'_>) -> String {
    Plan::of(view).next_due().map_or_else(|| "~".to_owned(), sort_key_of)
}

/// The sort key of a day.
pub fn sort_key_of(day: i64) -> String {
    format!("{:010}", day.clamp(-1_000_000, 1_000_000) + 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(day: i64) -> Timestamp {
        Timestamp(day * 86_400_000)
    }

    #[test]
    fn a_plan_on_a_day() {
        let care = Plan { purpose: "alone_old".to_owned(), consent: true, every_days: Some(7), ..Plan::default() };
        let care = Plan { from: 100, until: Some(130), ..care };
        let once = Plan { purpose: "follow_up".to_owned(), from: 100, due: Some(105), ..Plan::default() };
        // plan, today, standing, next
        let rows = [
            (care.clone(), 99, Standing::NotYet, Some(100)),
            (care.clone(), 100, Standing::Today, Some(100)),
            (care.clone(), 101, Standing::Overdue, Some(100)),
            (Plan { last_visited: Some(on(100)), ..care.clone() }, 101, Standing::Later, Some(107)),
            (Plan { last_visited: Some(on(100)), ..care.clone() }, 107, Standing::Today, Some(107)),
            (Plan { last_visited: Some(on(90)), ..care.clone() }, 100, Standing::Today, Some(100)),
            (Plan { last_visited: Some(on(125)), ..care.clone() }, 126, Standing::Done, None),
            (care.clone(), 131, Standing::Ended, Some(100)),
            (Plan { consent: false, ..care.clone() }, 100, Standing::NoConsent, None),
            (Plan { ended: Some(101), ..care.clone() }, 101, Standing::Ended, None),
            (once.clone(), 101, Standing::Later, Some(105)),
            (once.clone(), 106, Standing::Overdue, Some(105)),
            (Plan { last_visited: Some(on(102)), ..once.clone() }, 106, Standing::Done, None),
        ];
        for (plan, today, standing, next) in rows {
            assert_eq!((plan.standing(today), plan.next_due()), (standing, next), "{plan:?} on {today}");
        }
        assert!(sort_key_of(99) < sort_key_of(100) && sort_key_of(i64::MAX).as_str() < "~");
    }

    #[test]
    fn purposes_help_people_by_consent_or_look_at_places() {
        let codes = CodeSet::VisitPurpose.entries().iter().map(|e| e.code);
        let care: Vec<_> = codes.filter(|c| is_care(c)).collect();
        assert_eq!(
            care,
            ["alone_old", "left_behind_child", "needy_child", "disabled", "low_income", "asked", "other"],
            "whatever is not known to look at a place needs consent"
        );
        assert!(is_care("of_a_later_version"));
        assert!(CodeSet::VisitPlanEnd.has(WITHDRAWN));
    }

    #[test]
    fn what_for_goes_with_retention() {
        for named in [PURPOSE, "resident", CONSENT_BY, "note"] {
            assert_eq!(TABLE.field(named).map(|f| f.keep), Some(AFTER_END), "{named}");
        }
    }
}
