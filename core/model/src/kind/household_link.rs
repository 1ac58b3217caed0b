//! Household link 联户: a few neighbouring households with one of them as head, who are visited monthly.
//!
//! Owns the link's field table and when its visit is due. Refuses to hold residents: households do. Invariant: a link is
//! at home in a unit of its own, so that a household that moves away leaves it and nothing else changes.

use super::field::text;
use super::{Field, Home, Kind, KindTable, ReachesDown, SearchUse, Shape, SortBy, UNIT};
use crate::civil_date::CivilDate;
use crate::code_set::CodeSet;
use crate::id::RecordId;
use crate::role::Roles;
use crate::state::State;
use crate::step_table::StepTable;
use crate::time::Timestamp;
use crate::view::Policy;
use std::collections::BTreeSet;

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::REGISTER, Roles::REGISTER)
}

/// What Gridwalk says about household links.
pub static TABLE: KindTable = KindTable {
    kind: Kind::HouseholdLink,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field("label", text(80)).required().search(SearchUse::Name),
        field("head", text(80)).search(SearchUse::Name),
        field("head_household", Shape::Ref(&[Kind::Household])),
        field("phone", Shape::Phone).search(SearchUse::Number),
        field("last_visited", Shape::Moment).policy(Policy::Latest),
        field("note", text(2000)).search(SearchUse::Text),
    ],
    sets: &[field("households", Shape::Ref(&[Kind::Household])), field("needs", Shape::Code(CodeSet::HouseholdNeed))],
    steps: StepTable::none,
    home: Home::Unit,
    delete: Roles::REGISTER,
    author_sees: false,
    reaches_down: ReachesDown::No,
    place: false,
    title: &["label", "head"],
    subtitle: &["head", "phone"],
    sort: SortBy::Natural(&["label"]),
};

/// What looks odd about a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkWarning {
    /// A household of it stands in another link, too: two people answer for it, or nobody.
    InTwoLinks,
}

impl LinkWarning {
    /// The stable code that shells have words for.
    pub const fn warning_code(self) -> &'static str {
        match self {
            Self::InTwoLinks => "household_in_two_links",
        }
    }
}

/// The households that a link names: its members, and the one of its head.
pub fn households(link: &State) -> BTreeSet<RecordId> {
    let members =
        link.sets.get("households").into_iter().flat_map(|set| &set.adds).filter_map(|add| add.element.as_id());
    members.chain(link.head_ids("head_household")).collect()
}

/// Whether a link's visit of this month is due: it was not visited since the month began, as China's calendar has it.
pub fn is_due(last_visited: Option<Timestamp>, now: Timestamp) -> bool {
    let day = now.china_day();
    let Some(date) = CivilDate::from_days(day) else { return true };
    let first = day - i64::from(date.day()) + 1;
    last_visited.is_none_or(|at| at.china_day() < first)
}

/// The last day on which a link's next visit is in time: that of the month after its last visit, or of the month in
/// which it was made. Days since 1970-01-01.
pub fn due_by(since: Timestamp, visited: bool) -> i64 {
    let end = month_end(since.china_day());
    if visited { month_end(end + 1) } else { end }
}

/// The last day of the month that a day is in.
fn month_end(day: i64) -> i64 {
    let begins_month = |day: i64| CivilDate::from_days(day).is_none_or(|date| date.day() == 1);
    (day..day + 31).find(|last| begins_month(last + 1)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_due_once_a_month() {
        let at = |text: &str, hour: i64| {
            Timestamp(CivilDate::parse(text).unwrap().days() * 86_400_000 + (hour - 8) * 3_600_000)
        };
        // last visited, now, due
        let rows = [
            (None, at("2026-11-22", 9), true),
            (Some(at("2026-11-01", 0)), at("2026-11-22", 9), false),
            (Some(at("2026-10-31", 23)), at("2026-11-01", 0), true),
            (Some(at("2026-10-31", 23)), at("2026-10-31", 23), false),
            (Some(at("2025-11-22", 9)), at("2026-11-22", 9), true),
        ];
        for (last, now, due) in rows {
            assert_eq!(is_due(last, now), due, "{last:?} {now:?}");
        }
    }

    #[test]
    fn a_link_is_in_time_until_the_month_is_out() {
        let day = |text: &str| CivilDate::parse(text).unwrap().days();
        // since, visited, due by
        let rows = [
            ("2026-11-22", false, "2026-11-30"),
            ("2026-11-22", true, "2026-12-31"),
            ("2026-12-31", true, "2027-01-31"),
            ("2027-01-31", true, "2027-02-28"),
        ];
        for (since, visited, due) in rows {
            assert_eq!(due_by(Timestamp(day(since) * 86_400_000), visited), day(due), "{since}");
        }
    }
}
