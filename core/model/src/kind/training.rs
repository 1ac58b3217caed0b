//! Training 岗前培训: what somebody has to have learned before work comes to them, and for how long it counts.
//!
//! Owns the training's field table and when it is owed. Refuses to know who did it: each person has a `training_done`.
//! Invariant: nothing is owed before an office says that a training is required.

use super::field::{int, text};
use super::{Field, Home, Kind, KindTable, ReachesDown, SearchUse, Shape, SortBy, UNIT, task};
use crate::code_set::CodeSet;
use crate::role::{Role, Roles};
use crate::step_table::StepTable;
use crate::value::Value;
use crate::view::GroupView;

/// Whether it is required before the first case is taken.
pub const REQUIRED: &str = "required";
/// For how many days it counts; for good if nothing is said.
pub const VALID_DAYS: &str = "valid_days";
/// The set of roles that it is for.
pub const FOR_ROLES: &str = "for_roles";
/// The set of questions that it asks.
pub const QUESTIONS: &str = "questions";

const fn field(name: &'static str, shape: Shape) -> Field {
    Field::new(name, shape, Roles::FIELD, task::GIVERS)
}

/// What Gridwalk says about trainings.
pub static TABLE: KindTable = KindTable {
    kind: Kind::Training,
    fields: &[
        field(UNIT, Shape::UnitRef).required(),
        field("title", text(80)).required().search(SearchUse::Name),
        field("duty", text(500)),
        field("text", text(8000)).search(SearchUse::Text),
        field(VALID_DAYS, int(1, 3660)),
        field(REQUIRED, Shape::Bool),
    ],
    sets: &[field(FOR_ROLES, Shape::Code(CodeSet::TrainedRole)), field(QUESTIONS, text(500))],
    steps: StepTable::none,
    home: Home::Unit,
    delete: task::GIVERS,
    author_sees: false,
    reaches_down: ReachesDown::Always,
    place: false,
    title: &["title"],
    subtitle: &[],
    sort: SortBy::Newest(""),
};

/// A training as its record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Training {
    /// What it is called.
    pub title: String,
    /// Whether it is required before the first case is taken.
    pub required: bool,
    /// For how many days it counts.
    pub valid_days: Option<i64>,
    /// The roles that it is for.
    pub roles: Roles,
}

impl Training {
    /// The training that a view shows.
    pub fn of(view: &GroupView<'_>) -> Self {
        let value = |name: &str| view.value(name);
        let elements = view.members.iter().filter_map(|member| member.sets.get(FOR_ROLES));
        let codes = elements.flat_map(|set| set.elements());
        let roles = codes.filter_map(|code| Role::from_name(code.as_text()?)).collect();
        Self {
            title: value("title").and_then(Value::as_text).unwrap_or_default().to_owned(),
            required: value(REQUIRED).and_then(Value::as_bool).unwrap_or(false),
            valid_days: value(VALID_DAYS).and_then(Value::as_int),
            roles,
        }
    }

    /// Whether somebody with these roles, who was last checked off on that day, owes it on a day.
    pub fn is_owed(&self, roles: Roles, done_on: Option<i64>, day: i64) -> bool {
        let counts = |on: i64| self.valid_days.is_none_or(|days| day < on.saturating_add(days));
        self.required && self.roles.meets(roles) && !done_on.is_some_and(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_training_is_owed_where_it_is_required_by_the_role_until_it_is_checked_off_and_anew_when_it_ran_out() {
        let training = |required, valid_days| Training {
            title: "岗前培训".to_owned(),
            required,
            valid_days,
            roles: Role::Gridworker.into(),
        };
        // required, valid days, role, checked off on, day, owed
        let rows = [
            (false, None, Role::Gridworker, None, 100, false),
            (true, None, Role::Gridworker, None, 100, true),
            (true, None, Role::Handler, None, 100, false),
            (true, None, Role::Gridworker, Some(1), 9999, false),
            (true, Some(30), Role::Gridworker, Some(70), 99, false),
            (true, Some(30), Role::Gridworker, Some(70), 100, true),
        ];
        for (required, valid, role, done, day, owed) in rows {
            assert_eq!(training(required, valid).is_owed(role.into(), done, day), owed, "{required} {valid:?} {role}");
        }
        assert!(CodeSet::TrainedRole.entries().iter().all(|entry| Role::from_name(entry.code).is_some()));
    }
}
