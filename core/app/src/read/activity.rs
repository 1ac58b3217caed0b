//! Volunteers' activities: what is on, who comes as the organiser sees it, and one's own hours.
//!
//! Owns their shapes. Refuses totals of anybody but whoever looks: hours are their own. Invariant: people stand by name,
//! never by how much they did.

use super::row_line::RowLine;
use super::{Reader, StoreError, shown};
use gridwalk_model::kind::addressed::{self, ORGANISER, WHO};
use gridwalk_model::kind::attendance::{self, ACTIVITY, attendance_of, minutes};
use gridwalk_model::kind::{Kind, activity};
use gridwalk_model::view::{GroupView, Held as _};
use gridwalk_model::{AccountId, RecordId, State, Timestamp, Value};
use gridwalk_store::RowFilter;

/// An activity.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ActivityLine {
    /// The activity.
    #[serde(flatten)]
    pub row: RowLine,
    /// Who organises it.
    pub organiser: Option<AccountId>,
    /// What they are called, as far as it is known here.
    pub organiser_name: Option<String>,
    /// When it begins.
    pub from: Option<Timestamp>,
    /// When it ends.
    pub until: Option<Timestamp>,
    /// Where.
    #[serde(rename = "where")]
    pub place: Option<String>,
    /// What it is about.
    pub text: Option<String>,
    /// How many are wanted.
    pub places: Option<i64>,
    /// Why it was called off.
    pub called_off: Option<String>,
    /// One's own status, if one ever signed up.
    pub mine: Option<String>,
    /// How many signed up or came: told to the organiser alone.
    pub coming: Option<usize>,
}

/// An activity with who comes.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct ActivityView {
    /// The activity.
    #[serde(flatten)]
    pub line: ActivityLine,
    /// Those whose attendance this phone may hold: all for the organiser, else one's own; by name.
    pub people: Vec<AttendanceLine>,
}

/// Somebody at an activity.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct AttendanceLine {
    /// The attendance.
    pub record: RecordId,
    /// Whose.
    pub who: AccountId,
    /// What they are called, as far as it is known here.
    pub name: Option<String>,
    /// Where it stands.
    pub status: String,
    /// For how long they were there, by the organiser's word.
    pub minutes: Option<i64>,
}

/// One's own hours.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct OwnHours {
    /// All of it.
    pub minutes: i64,
    /// Where they come from, the newest first.
    pub activities: Vec<OwnActivity>,
}

/// One's own part in an activity.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct OwnActivity {
    /// The activity.
    pub activity: Option<RecordId>,
    /// What it was called.
    pub title: String,
    /// Where it stands.
    pub status: String,
    /// For how long.
    pub minutes: Option<i64>,
    /// When the organiser said so, or one signed up.
    pub at: Timestamp,
}

impl Reader<'_> {
    /// Activities that are still to come or on; `all`: also what is over or called off.
    pub fn activities(&self, all: bool) -> Result<Vec<ActivityLine>, StoreError> {
        let mut list = Vec::new();
        for row in self.all_rows(RowFilter::kind(Kind::Activity.name()))? {
            let line = self.activity_line(row.into())?;
            let over = line.until.or(line.from).is_some_and(|end| end < self.actor.now);
            if all || (!over && line.called_off.is_none()) {
                list.push(line);
            }
        }
        list.sort_by_key(|line| (line.from, line.row.record));
        Ok(list)
    }

    /// An activity with who comes; `None` if it is not on this phone.
    pub fn activity(&self, activity: RecordId) -> Result<Option<ActivityView>, StoreError> {
        let row = self.store.row(activity)?.filter(|row| row.kind == Kind::Activity.name());
        let Some(row) = row else { return Ok(None) };
        let line = self.activity_line(row.into())?;
        Ok(Some(ActivityView { people: self.people_of(activity)?, line }))
    }

    fn activity_line(&self, row: RowLine) -> Result<ActivityLine, StoreError> {
        let loaded = self.load([row.record])?;
        let view = shown(&loaded, row.record);
        let of = |name: &str| view.as_ref()?.value(name);
        let moment = |name: &str| of(name).and_then(Value::as_int).map(Timestamp);
        let text = |name: &str| of(name).and_then(Value::as_text).map(str::to_owned);
        let organiser = loaded.state(row.record).and_then(|state| addressed::named(state, ORGANISER));
        let own = attendance_of(row.record, self.actor.account);
        let mine =
            self.load([own])?.state(own).filter(|state| !state.is_deleted()).map(|state| state.status().to_owned());
        let coming = if organiser == Some(self.actor.account) {
            let there = [attendance::SIGNED_UP, attendance::CAME];
            Some(self.people_of(row.record)?.iter().filter(|one| there.contains(&one.status.as_str())).count())
        } else {
            None
        };
        Ok(ActivityLine {
            organiser,
            organiser_name: organiser.map(|who| self.person(who)).transpose()?.flatten(),
            from: moment(activity::FROM),
            until: moment(activity::UNTIL),
            place: text("where"),
            text: text("text"),
            places: of(activity::PLACES).and_then(Value::as_int),
            called_off: text(activity::CALLED_OFF),
            mine,
            coming,
            row,
        })
    }

    fn people_of(&self, activity: RecordId) -> Result<Vec<AttendanceLine>, StoreError> {
        let mut people = Vec::new();
        for state in self.attendances()? {
            let who = addressed::named(&state, WHO).filter(|_| state.head_ids(ACTIVITY).contains(&activity));
            if let Some(who) = who {
                let (name, status) = (self.person(who)?, state.status().to_owned());
                people.push(AttendanceLine { record: state.record, who, name, status, minutes: minutes(&state) });
            }
        }
        people.sort_by(|a, b| (&a.name, a.who).cmp(&(&b.name, b.who)));
        Ok(people)
    }

    /// All attendances that this phone holds: one's own, and those of activities that one organises.
    fn attendances(&self) -> Result<Vec<State>, StoreError> {
        let rows = self.all_rows(RowFilter::kind(Kind::Attendance.name()))?;
        let state = |record| Ok(self.store.predicted(record, self.actor.now)?.state);
        rows.into_iter().map(|row| state(row.record)).collect()
    }

    /// The hours of whoever looks, and nobody else's.
    pub fn own_hours(&self) -> Result<OwnHours, StoreError> {
        let mut activities = Vec::new();
        for state in self.attendances()? {
            if addressed::named(&state, WHO) != Some(self.actor.account) {
                continue;
            }
            let title = GroupView::alone(&state);
            let title = title.value("title").and_then(Value::as_text).unwrap_or_default().to_owned();
            let at = state.last_applied().map(|step| step.tag.effective).unwrap_or_default();
            let (activity, status) = (state.head_ids(ACTIVITY).first().copied(), state.status().to_owned());
            activities.push(OwnActivity { activity, title, status, minutes: minutes(&state), at });
        }
        activities.sort_by_key(|one| (std::cmp::Reverse(one.at), one.activity));
        let sum = activities.iter().filter_map(|one| one.minutes).fold(0_i64, i64::saturating_add);
        Ok(OwnHours { minutes: sum, activities })
    }
}
