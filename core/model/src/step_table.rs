//! Step tables: the rows of a kind's workflow with who takes a step, of what, by which power, and what it asks for.
//!
//! Owns the reading of `catalog/workflows` and the judgement whether a step may be taken now. Refuses to decide
//! outcomes (`admission` does, once). Invariant: the workflow that admission looks up holds exactly these rows; a status
//! and a step lead to one status.

use crate::code_set::{self, CodeSet};
use crate::command::Actor;
use crate::guard::{Guard, Taking};
use crate::kind::{Kind, Shape};
use crate::limits;
use crate::matter::Matters;
use crate::power::Power;
use crate::rejection::Rejection;
use crate::role::Roles;
use crate::state::State;
use crate::value::Value;
use crate::workflow::Workflow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One thing that a step asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    /// The answer's name.
    pub name: &'static str,
    /// The answer's shape.
    pub shape: Shape,
    /// Whether the step is not taken without it.
    pub required: bool,
}

/// What a step does to what is measured of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockEffect {
    /// It begins anew.
    Starts,
    /// It stands still.
    Pauses,
    /// It goes on.
    Resumes,
    /// It is over.
    Ends,
}

impl ClockEffect {
    /// All effects.
    pub const ALL: [Self; 4] = [Self::Starts, Self::Pauses, Self::Resumes, Self::Ends];

    /// Its name in step tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Starts => "starts",
            Self::Pauses => "pauses",
            Self::Resumes => "resumes",
            Self::Ends => "ends",
        }
    }
}

/// One row: in this status, of these matters, these roles may take this step, which leads there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// The status in which it is open.
    pub from: &'static str,
    /// The step's code.
    pub step: &'static str,
    /// The status it leads to.
    pub to: &'static str,
    /// Of which kinds of case.
    pub of: Matters,
    /// Who takes it.
    pub roles: Roles,
    /// What the taker's own department must hold.
    pub power: Option<Power>,
    /// What must be so.
    pub guards: Vec<Guard>,
    /// What it asks for.
    pub asks: Vec<Ask>,
    /// What it does to what is measured.
    pub clock: Option<ClockEffect>,
}

/// A kind's steps.
#[derive(Debug, Clone, Default)]
pub struct StepTable {
    /// The rows, in the order of the file; a line that names several statuses is a row for each.
    pub rows: Vec<StepRow>,
    /// The same as from, step, to.
    pub workflow: Workflow,
}

impl StepTable {
    /// The table of kinds without a workflow.
    pub fn none() -> &'static Self {
        static NONE: LazyLock<StepTable> = LazyLock::new(StepTable::default);
        &NONE
    }

    /// Reads a table: `# version N`, a heading that names the columns, then the rows. Columns that an older table does not
    /// have say nothing. Rows that do not read are left out; a test holds that the tables shipped have none.
    pub fn read(table: &'static str) -> Self {
        let version = table.lines().find_map(|l| l.strip_prefix("# version ")?.trim().parse().ok()).unwrap_or(0);
        let heading = table.lines().map(str::trim).find(|l| !l.is_empty() && !l.starts_with('#')).unwrap_or_default();
        let columns: Vec<&str> = heading.split(',').collect();
        let rows: Vec<StepRow> = code_set::rows(table).filter_map(|line| read_line(&columns, line)).flatten().collect();
        let mut workflow = Workflow::new(version, rows.iter().map(|r| (r.from, r.step, r.to)));
        let leased = rows.iter().filter(|r| r.guards.contains(&Guard::Holder));
        workflow.leased = leased.map(|r| r.step.to_owned()).collect();
        Self { rows, workflow }
    }

    /// The first row of a step in a status.
    pub fn row(&self, status: &str, step: &str) -> Option<&StepRow> {
        self.rows.iter().find(|r| r.from == status && r.step == step)
    }

    /// The row of a step as it stands open in a state.
    pub fn row_in(&self, state: &State, step: &str) -> Option<&StepRow> {
        let of = Matters::of(state);
        self.rows.iter().find(|r| r.from == state.status() && r.step == step && r.of.meets(of))
    }

    /// The steps that these roles may take in this status, of some matter or other; each once.
    pub fn allowed(&self, status: &str, roles: Roles) -> Vec<&StepRow> {
        let mut list: Vec<&StepRow> = Vec::new();
        for row in self.rows.iter().filter(|r| r.from == status && r.roles.meets(roles)) {
            if list.iter().all(|other| other.step != row.step) {
                list.push(row);
            }
        }
        list
    }

    /// The steps that somebody may take of a record in this state: of its matter, with the power, and past the guards.
    pub fn open_to(&self, state: &State, actor: &Actor) -> Vec<&StepRow> {
        let (of, taking) = (Matters::of(state), Taking::asked(actor));
        let powered = |r: &StepRow| r.power.is_none_or(|power| actor.powers.has(power));
        let passes = |r: &StepRow| r.guards.iter().all(|guard| guard.lets(state, r.step, &taking));
        let open =
            self.rows.iter().filter(|r| r.from == state.status() && r.roles.meets(actor.roles) && r.of.meets(of));
        open.filter(|r| powered(r) && passes(r)).collect()
    }

    /// Who takes a step in one status or another; `None` for an unknown step.
    pub fn takers(&self, step: &str) -> Option<Roles> {
        self.rows.iter().filter(|r| r.step == step).map(|r| r.roles).reduce(Roles::and)
    }

    /// The power that a step needs, in whichever status.
    pub fn power_of(&self, step: &str) -> Option<Power> {
        self.rows.iter().find(|r| r.step == step)?.power
    }

    /// Every status, in the order of the file.
    pub fn statuses(&self) -> Vec<&'static str> {
        let mut list = Vec::new();
        for status in self.rows.iter().flat_map(|r| [r.from, r.to]) {
            if !list.contains(&status) {
                list.push(status);
            }
        }
        list
    }

    /// The row, if these roles may take the step in this status with these answers: of a record that is being made, or of
    /// which the step's guards were looked at.
    pub fn check(
        &self,
        kind: &'static str,
        status: &str,
        step: &str,
        roles: Roles,
        answers: &BTreeMap<String, Value>,
    ) -> Result<&StepRow, Rejection> {
        let row = self.open_row(kind, status, step, Matters::ALL)?;
        if !row.roles.meets(roles) {
            return Err(Rejection::StepNotPermitted { step: step.to_owned() });
        }
        row.check_answers(answers)?;
        Ok(row)
    }

    /// The row, if somebody may take the step of a record in this state with these answers.
    pub fn judge(
        &self,
        state: &State,
        step: &str,
        actor: &Actor,
        answers: &BTreeMap<String, Value>,
    ) -> Result<&StepRow, Rejection> {
        let kind = Kind::from_name(state.kind()).map_or("", Kind::name);
        let power = self.power_of(step);
        if let Some(power) = power.filter(|power| !actor.powers.has(*power)) {
            return Err(Rejection::StepNeedsPower { step: step.to_owned(), power: power.name() });
        }
        let row = self.open_row(kind, state.status(), step, Matters::of(state))?;
        if !row.roles.meets(actor.roles) {
            return Err(Rejection::StepNotPermitted { step: step.to_owned() });
        }
        row.check_answers(answers)?;
        row.check_guards(state, &Taking { answers: Some(answers), ..Taking::asked(actor) }, |_| true)?;
        Ok(row)
    }

    fn open_row(&self, kind: &'static str, status: &str, step: &str, of: Matters) -> Result<&StepRow, Rejection> {
        if self.takers(step).is_none() {
            return Err(Rejection::UnknownStep { kind, step: step.to_owned() });
        }
        let mut open = self.rows.iter().filter(|r| r.from == status && r.step == step).peekable();
        if open.peek().is_none() {
            return Err(Rejection::StepNotOpen { step: step.to_owned(), status: status.to_owned() });
        }
        open.find(|r| r.of.meets(of)).ok_or_else(|| Rejection::StepOfAnotherKind { step: step.to_owned() })
    }
}

impl StepRow {
    /// Whether it leads to another status.
    pub fn leads_on(&self) -> bool {
        self.from != self.to
    }

    /// The answers in the form in which they are stored.
    pub fn tidy(&self, answers: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
        let shape = |name: &str| self.asks.iter().find(|a| a.name == name).map(|a| a.shape);
        let tidied = |name: &String, value: &Value| shape(name).map_or(value.clone(), |s| s.tidy(value.clone()));
        answers.iter().map(|(name, value)| (name.clone(), tidied(name, value))).collect()
    }

    /// Whether the answers are those that the step asks for.
    pub fn check_answers(&self, answers: &BTreeMap<String, Value>) -> Result<(), Rejection> {
        if let Some(ask) = self.asks.iter().find(|a| a.required && !answers.contains_key(a.name)) {
            return Err(Rejection::MissingAnswer { step: self.step.to_owned(), ask: ask.name.to_owned() });
        }
        let wrong = |name: &String| Rejection::WrongAnswer { step: self.step.to_owned(), ask: name.clone() };
        for (name, value) in answers {
            let ask = self.asks.iter().find(|a| a.name == name).ok_or_else(|| wrong(name))?;
            ask.shape.check(ask.name, value).map_err(|_| wrong(name))?;
        }
        Ok(())
    }

    /// Whether those of the guards let it pass that are judged here.
    pub fn check_guards(
        &self,
        state: &State,
        taking: &Taking<'_>,
        judged: impl Fn(Guard) -> bool,
    ) -> Result<(), Rejection> {
        let stops = |guard: &&Guard| judged(**guard) && !guard.lets(state, self.step, taking);
        match self.guards.iter().find(stops) {
            Some(guard) => Err(Rejection::StepGuarded { step: self.step.to_owned(), guard: *guard }),
            None => Ok(()),
        }
    }
}

/// The rows of a line: one for each status that it names.
fn read_line(columns: &[&str], line: &'static str) -> Option<Vec<StepRow>> {
    let cells: Vec<&'static str> = line.split(',').collect();
    if cells.len() != columns.len() {
        return None;
    }
    let cell = |name: &str| columns.iter().position(|column| *column == name).map(|at| cells[at]);
    let named = |name: &str| cell(name).filter(|text| !text.is_empty());
    let (step, to) = (named("step")?, named("to")?);
    let roles = Roles::from_names(named("roles")?).ok()?;
    let of = cell("of").map_or(Some(Matters::ALL), Matters::from_names)?;
    let power = named("power").map(|power| Power::from_name(power).ok_or(())).transpose().ok()?;
    let guards = cell("guard").unwrap_or_default().split_whitespace().map(Guard::from_name).collect::<Option<_>>()?;
    let asks = cell("asks")?.split_whitespace().map(ask).collect::<Option<_>>()?;
    let effect = |name| ClockEffect::ALL.into_iter().find(|effect| effect.name() == name).ok_or(());
    let clock = named("clock").map(effect).transpose().ok()?;
    let row = StepRow { from: "", step, to, of, roles, power, guards, asks, clock };
    let at = |from: &'static str| StepRow { from, to: if to == "=" { from } else { to }, ..row.clone() };
    Some(named("from")?.split_whitespace().map(at).collect())
}

fn ask(word: &'static str) -> Option<Ask> {
    let (name, shape) = word.split_once(':')?;
    let required = shape.ends_with('!');
    let shape = match shape.trim_end_matches('!') {
        "text" => Shape::Text { chars_max: limits::ANSWER_CHARS_MAX },
        "texts" => Shape::Texts { chars_max: limits::ANSWER_CHARS_MAX },
        "number" => Shape::Int { min: 0, max: limits::ANSWER_NUMBER_MAX },
        "date" => Shape::Date,
        "moment" => Shape::Moment,
        "unit" => Shape::UnitRef,
        "units" => Shape::Units,
        "account" => Shape::Account,
        "bool" => Shape::Bool,
        "picture" => Shape::Picture,
        "class" => Shape::CaseClass,
        "limit" => Shape::Limit,
        set => Shape::Code(CodeSet::from_name(set)?),
    };
    Some(Ask { name, shape, required })
}
