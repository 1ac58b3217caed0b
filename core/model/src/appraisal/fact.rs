//! Facts of a case: what became of it, from its state alone.
//!
//! Owns what is taken from a state: where, who, when, by when, and which marks it bears. Refuses to know today: what is late
//! is asked when it is counted. Invariant: equal states give equal facts, and no fact holds a distance, a duration or a
//! complainant.

use super::formula::{Anchor, Group};
use super::mark::{Mark, Marks};
use super::month::Month;
use super::objection::ObjectionFact;
use super::place::PlaceFact;
use crate::id::{AccountId, RecordId, UnitId};
use crate::kind::case_file;
use crate::kind::{case, case_clock, home, visit};
use crate::matter::Matter;
use crate::state::{State, Step};
use crate::time::Timestamp;
use crate::value::Value;
use crate::view::{self, Policy};
use std::collections::BTreeSet;

/// The origin of what was heard on a visit.
pub const VISIT: &str = "visit";
/// The origin of what a campaign raised.
pub const CAMPAIGN: &str = "campaign";
/// The level of the gravest cases.
const GRAVE: &str = "4";

/// A case as far as it is counted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct CaseFact {
    /// The case.
    pub record: RecordId,
    /// Its kind.
    pub kind: String,
    /// Its class, else its category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// The lines by which it came.
    pub lines: BTreeSet<String>,
    /// Where it comes from: its lines, a visit, a campaign; the grid itself where nothing else is known.
    pub origins: BTreeSet<String>,
    /// The unit that it is at home in, its grid mostly.
    pub unit: UnitId,
    /// The unit that leads 主办: that of the last dispatch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<UnitId>,
    /// Who answers for it: whoever settled it last, else has it, else received it first, else reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<AccountId>,
    /// When it was reported.
    pub reported: Timestamp,
    /// When it was filed first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed: Option<Timestamp>,
    /// When it was dispatched first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispatched: Option<Timestamp>,
    /// When it was settled; of one that was handled again, the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Timestamp>,
    /// When somebody first looked at what was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Timestamp>,
    /// When it was closed first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Timestamp>,
    /// When whoever asked was called back last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called_back: Option<Timestamp>,
    /// By when it was to be settled, as it stood when it was, extensions and holds included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// What happened to it.
    pub marks: Marks,
    /// Cases that its own record names as the same: once they are named no more, those are counted anew.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub links: BTreeSet<RecordId>,
}

impl CaseFact {
    /// Of a case; `raised`: whether a campaign raised it; `shown_as`: the id under which whoever counts lists its group, by
    /// `view::view_of`. `None` of what is no case, is deleted, or nobody reported.
    pub fn of(state: &State, raised: bool, shown_as: RecordId) -> Option<Self> {
        let is_case = state.kind() == crate::kind::Kind::Case.name() && !state.is_deleted();
        let first = state.applied().next().filter(|_| is_case)?;
        let at = |name: &str| state.applied().find(|s| s.step == name).map(|s| s.tag.effective);
        let first_round = first_round(state);
        let judged = first_round.as_ref().unwrap_or(state);
        let lines: BTreeSet<String> = case_file::lines(state).into_iter().map(str::to_owned).collect();
        Some(Self {
            record: state.record,
            kind: Matter::shown(state).name().to_owned(),
            class: class(state),
            origins: origins(state, &lines, raised),
            lines,
            unit: home::own_units(state).first().copied().unwrap_or_default(),
            lead: lead(state),
            worker: worker(state),
            reported: first.tag.effective,
            filed: at("file"),
            dispatched: at(case::DISPATCH),
            settled: case_clock::measured(judged).and_then(|measured| measured.settled),
            checked: state.applied().find(|s| is_check(s)).map(|s| s.tag.effective),
            closed: at("close"),
            called_back: last_call_back(state).map(|s| s.tag.effective),
            due: case_file::deadline(judged),
            marks: marks(state, shown_as),
            links: state.links().into_iter().collect(),
        })
    }

    /// Whether it was settled by its deadline.
    pub fn is_on_time(&self) -> bool {
        self.settled.zip(self.due).is_some_and(|(settled, due)| settled <= due)
    }

    /// Whether it was not settled by its deadline, or is not, and that has passed.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.due.is_some_and(|due| self.settled.unwrap_or(now) > due)
    }

    /// Whether it bears a mark.
    pub fn has(&self, mark: Mark) -> bool {
        self.marks.contains(&mark)
    }

    /// Its time that a formula asks for.
    pub fn at(&self, anchor: Anchor) -> Option<Timestamp> {
        match anchor {
            Anchor::Reported => Some(self.reported),
            Anchor::Due => self.due,
            Anchor::Checked => self.checked,
            Anchor::Closed => self.closed,
            Anchor::CalledBack => self.called_back,
            Anchor::Listed => None,
        }
    }
}

/// One thing that is counted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// A case.
    Case(CaseFact),
    /// A place on a campaign's list.
    Place(PlaceFact),
    /// An objection: it is not counted, and takes out what it names once it is upheld.
    Objection(ObjectionFact),
}

impl Fact {
    /// The record.
    pub const fn record(&self) -> RecordId {
        match self {
            Self::Case(case) => case.record,
            Self::Place(place) => place.record,
            Self::Objection(objection) => objection.record,
        }
    }

    /// The unit that it is at home in.
    pub const fn unit(&self) -> UnitId {
        match self {
            Self::Case(case) => case.unit,
            Self::Place(place) => place.unit,
            Self::Objection(objection) => objection.unit,
        }
    }

    /// The months for which it is asked.
    pub fn months(&self) -> BTreeSet<Month> {
        match self {
            Self::Case(case) => Anchor::ALL.iter().filter_map(|anchor| case.at(*anchor)).map(Month::of).collect(),
            Self::Place(place) => place.months().collect(),
            Self::Objection(objection) => [objection.month].into(),
        }
    }

    /// Whose it is where it is counted by unit: the one that leads, else the one that it is in.
    pub fn answering(&self) -> UnitId {
        match self {
            Self::Case(case) => case.lead.unwrap_or(case.unit),
            Self::Place(place) => place.unit,
            Self::Objection(objection) => objection.unit,
        }
    }

    /// Whose it is where it is counted by worker.
    pub const fn worker(&self) -> Option<AccountId> {
        match self {
            Self::Case(case) => case.worker,
            Self::Place(place) => place.confirmed_by,
            Self::Objection(objection) => objection.by,
        }
    }

    /// The objection that it is.
    pub const fn objection(&self) -> Option<&ObjectionFact> {
        if let Self::Objection(objection) = self { Some(objection) } else { None }
    }

    /// Under which id it is grouped.
    pub fn key(&self, group: Group) -> Option<RecordId> {
        match group {
            Group::Grid => Some(self.unit().record()),
            Group::Unit => Some(self.answering().record()),
            Group::Worker => self.worker().map(|account| RecordId(account.0)),
        }
    }
}

/// The state as it stood when the case was first closed, if it was taken up again since.
fn first_round(state: &State) -> Option<State> {
    state.applied().find(|s| s.step == case_clock::AGAIN)?;
    let close = state.steps.iter().position(|s| s.outcome == crate::journal::Outcome::Applied && s.step == "close")?;
    Some(State { steps: state.steps[..=close].to_vec(), ..state.clone() })
}

fn is_check(step: &Step) -> bool {
    matches!(step.step.as_str(), "verify" | "rework")
}

fn last_call_back(state: &State) -> Option<&Step> {
    state.applied().rev().find(|s| s.step == "follow_up" && s.answers.contains_key("satisfied"))
}

fn text<'a>(state: &'a State, field: &str, policy: Policy) -> Option<&'a str> {
    view::show(&state.fields.get(field)?.heads, policy)?.value?.as_text()
}

fn class(state: &State) -> Option<String> {
    let category = || text(state, "category", Policy::Review).map(str::to_owned);
    case_clock::class(state).map(|class| class.to_string()).or_else(category)
}

fn origins(state: &State, lines: &BTreeSet<String>, raised: bool) -> BTreeSet<String> {
    let mut origins = lines.clone();
    let on_visit =
        state.fields.get(visit::RAISED_ON).is_some_and(|field| field.heads.iter().any(|h| h.value.is_some()));
    if on_visit {
        origins.insert(VISIT.to_owned());
    }
    if raised {
        origins.insert(CAMPAIGN.to_owned());
    }
    if origins.is_empty() {
        origins.insert(case_file::OWN_LINE.to_owned());
    }
    origins
}

fn lead(state: &State) -> Option<UnitId> {
    let dispatch = state.applied().rev().find(|s| s.step == case::DISPATCH)?;
    Some(dispatch.answers.get("unit").and_then(Value::as_id)?.unit())
}

fn worker(state: &State) -> Option<AccountId> {
    let reporter = || state.applied().next().map(|s| s.tag.author);
    let has_it = || case::leased_to(state).or_else(|| case_file::first_receiver(state)).or_else(reporter);
    case_file::handled_by(state).or_else(has_it)
}

fn marks(state: &State, shown_as: RecordId) -> Marks {
    let taken = |names: &[&str]| state.applied().any(|s| names.contains(&s.step.as_str()));
    let status = state.status();
    let satisfied = last_call_back(state).and_then(|s| s.answers.get("satisfied").and_then(Value::as_bool));
    let bears = |mark: &Mark| match mark {
        Mark::Closed => status == "closed",
        Mark::WasClosed => taken(&["close"]),
        Mark::Void => status == "voided",
        Mark::Unverified => status == case::UNVERIFIED,
        Mark::Double => shown_as != state.record,
        Mark::Drill => case::is_drill(state),
        Mark::Held => status == "held",
        Mark::WasHeld => taken(&["hold"]),
        Mark::Extended => taken(&["extend"]),
        Mark::Urged => taken(&["urge"]),
        Mark::Supervised => taken(&["supervise"]),
        Mark::Reworked => taken(&["rework"]),
        Mark::CheckedRight => taken(&["verify"]) && !taken(&["rework"]),
        Mark::HandledAgain => taken(&[case_clock::AGAIN]),
        Mark::CalledBack => satisfied.is_some(),
        Mark::Satisfied => satisfied == Some(true),
        Mark::Grave => text(state, "level", Policy::Max) == Some(GRAVE),
    };
    Mark::ALL.iter().copied().filter(bears).collect()
}
