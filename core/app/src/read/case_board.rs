//! The boards of cases: called and not answered, held, answers owed, soon due, overdue.
//!
//! Owns what stands on each and its order. Refuses to measure work time: the clock of a case does. Invariant: what is held
//! stands on no list of what is overdue, and on its own until it goes on.

use super::Reader;
use super::row_line::RowLine;
use gridwalk_model::civil_date::CivilDate;
use gridwalk_model::kind::{case, case_file};
use gridwalk_model::work_time::Standing;
use gridwalk_model::{AccountId, State, Timestamp, UnitId};
use gridwalk_store::StoreError;

/// Which board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Board {
    /// 呼而未应: calls that wait for an answer, those past their limit first.
    Called,
    /// 挂账: held, by the day on which each is looked at again.
    Held,
    /// Lines to which an answer is owed; those that the reader owes first.
    Owed,
    /// Past their deadline and in nobody's ledger of held matters.
    Overdue,
    /// 即将超时: most of the time has run, and the deadline is ahead.
    Warned,
    /// Disputes of which it is time to ask whether they are settled.
    FollowUp,
}

impl Board {
    /// Whether a case in this status may stand on it: what cannot is not read.
    fn may_show(self, status: &str) -> bool {
        let done = case::DONE.contains(&status);
        match self {
            Self::Held => status == "held",
            Self::Overdue | Self::Warned => !done,
            Self::FollowUp => status == "closed",
            Self::Called | Self::Owed => true,
        }
    }
}

/// One case of a board.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct BoardLine {
    /// The case.
    #[serde(flatten)]
    pub row: RowLine,
    /// Calls that wait for an answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<CallLine>,
    /// How it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldLine>,
    /// Lines to which an answer is owed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owed: Vec<String>,
    /// Who owes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_receiver: Option<AccountId>,
    /// What they are called, as far as it is known here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_receiver_name: Option<String>,
    /// By when it is to be settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// The day since which somebody is to ask whether it is settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<String>,
}

/// A call.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct CallLine {
    /// Which unit was called.
    pub unit: UnitId,
    /// Its name, as far as it is here.
    pub unit_name: Option<String>,
    /// Who called.
    pub by: AccountId,
    /// What they are called, as far as it is known here.
    pub by_name: Option<String>,
    /// When.
    pub at: Timestamp,
    /// By when it was to be answered.
    pub due: Timestamp,
    /// When it was.
    pub answered: Option<Timestamp>,
    /// The limit that the unit set itself when it answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promised: Option<Timestamp>,
    /// Whether it was not answered in time.
    pub late: bool,
}

/// How a case is held.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct HoldLine {
    /// Why.
    pub reason: String,
    /// Who leads.
    pub leader: String,
    /// Who works on it.
    pub team: String,
    /// What they mean to do.
    pub plan: String,
    /// The day on which it is looked at again.
    pub next_on: Option<String>,
}

impl HoldLine {
    pub(super) fn of(state: &State) -> Option<Self> {
        case_file::hold(state).map(Self::from)
    }
}

impl From<case_file::Hold> for HoldLine {
    fn from(hold: case_file::Hold) -> Self {
        let case_file::Hold { reason, leader, team, plan, next_on } = hold;
        Self { reason, leader, team, plan, next_on: next_on.and_then(day) }
    }
}

/// A day as people write it.
pub(super) fn day(days: i64) -> Option<String> {
    CivilDate::from_days(days).map(|date| date.to_string())
}

impl Reader<'_> {
    /// The cases of a board, in this unit and below, or all that are here.
    pub fn case_board(&self, board: Board, unit: Option<UnitId>) -> Result<Vec<BoardLine>, StoreError> {
        let mut lines = Vec::new();
        for row in self.case_rows(unit, None)?.into_iter().filter(|row| board.may_show(&row.status)) {
            let state = self.store.predicted(row.record, self.actor.now)?.state;
            if self.stands_on(board, &state)? {
                lines.push(self.board_line(row.into(), &state)?);
            }
        }
        let mine = |line: &BoardLine| line.first_receiver == Some(self.actor.account);
        match board {
            Board::Called => lines.sort_by_key(|line| line.calls.iter().map(|call| call.due).min()),
            Board::Held => lines.sort_by_key(|line| line.hold.as_ref().and_then(|hold| hold.next_on.clone())),
            Board::Owed => lines.sort_by_key(|line| (!mine(line), line.row.record)),
            Board::Overdue | Board::Warned => lines.sort_by_key(|line| line.deadline),
            Board::FollowUp => lines.sort_by_key(|line| line.follow_up.clone()),
        }
        Ok(lines)
    }

    /// Asked of the state alone where that tells: names are looked up only of what stands on the board.
    fn stands_on(&self, board: Board, state: &State) -> Result<bool, StoreError> {
        let among = |statuses: &[&str]| statuses.contains(&state.status());
        let settled = among(&case::DONE) || among(&case::SETTLED) || state.status() == "held";
        let deadline = case_file::deadline(state);
        Ok(match board {
            Board::Called => case_file::calls(state).iter().any(|call| call.answered.is_none()),
            Board::Held => case_file::hold(state).is_some(),
            Board::Owed => !case_file::owed(state).is_empty(),
            Board::FollowUp => self.follow_up(state).is_some(),
            Board::Overdue => !settled && deadline.is_some_and(|deadline| deadline < self.actor.now),
            // Only of what may be one the clock is asked: it reads the tables of the office.
            Board::Warned if settled || deadline.is_none_or(|deadline| deadline < self.actor.now) => false,
            Board::Warned => self.clock_line(state)?.and_then(|clock| clock.standing) == Some(Standing::Warned),
        })
    }

    fn board_line(&self, row: RowLine, state: &State) -> Result<BoardLine, StoreError> {
        let mut calls = self.calls(state)?;
        calls.retain(|call| call.answered.is_none());
        let first_receiver = case_file::first_receiver(state);
        Ok(BoardLine {
            row,
            calls,
            hold: HoldLine::of(state),
            owed: case_file::owed(state).into_iter().map(str::to_owned).collect(),
            first_receiver,
            first_receiver_name: first_receiver.map(|who| self.person(who)).transpose()?.flatten(),
            deadline: case_file::deadline(state),
            follow_up: self.follow_up(state),
        })
    }

    /// The first day that has come on which somebody was to ask and nobody did.
    fn follow_up(&self, state: &State) -> Option<String> {
        let today = self.actor.today();
        let due = |one: &case_file::FollowUp| one.done.is_none() && one.due <= today;
        case_file::follow_ups(state).into_iter().find(due).and_then(|one| day(one.due))
    }

    pub(super) fn calls(&self, state: &State) -> Result<Vec<CallLine>, StoreError> {
        let line = |call: case_file::Call| {
            Ok(CallLine {
                unit: call.unit,
                unit_name: self.unit_name(call.unit)?,
                by: call.by,
                by_name: self.person(call.by)?,
                at: call.at,
                due: call.due,
                answered: call.answered,
                promised: call.promised,
                late: call.is_late(self.actor.now),
            })
        };
        case_file::calls(state).into_iter().map(line).collect()
    }
}
