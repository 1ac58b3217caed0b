//! Staff: accounts with their roles, from a table.
//!
//! Owns reading a line of staff and giving it an account, a role and, if it names one, a post. Refuses passwords: people enrol their phones by code.
//! Invariant: all of a table is given in one transaction or nothing is, and a second import of it gives nothing more.

use super::cell::{Cell, Row};
use super::file;
use super::mapping::Mapped;
use super::problem::{Problem, ProblemCode, Problems, letters};
use super::request::{NotImported, Report, Request};
use super::target::normal;
use super::unit::{NoUnit, Units};
use super::write::counts;
use crate::admin::{Admin, NewAccount, fill_post, post_held, post_of_role, staff_account, staff_grant};
use crate::error::ServerError;
use crate::limits::POST_NUMBER_MAX;
use crate::store::import::StaffRow;
use crate::store::{Tx, UnitRow};
use crate::words::Language;
use crate::writing::Writing;
use gridwalk_model::check;
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::id::UnitId;
use gridwalk_model::kind::post;
use gridwalk_model::role::Role;
use std::collections::BTreeMap;

/// A person as a line says.
struct Person {
    row: u32,
    login: String,
    name: String,
    role: Role,
    unit: UnitId,
    phone: String,
    /// The post that they fill, with which of several it is.
    post: Option<(String, Option<i64>)>,
}

impl Admin {
    /// Imports a file of staff.
    pub fn import_staff(&self, request: &Request<'_>) -> std::result::Result<Report, NotImported> {
        self.may_import(true)?;
        let opened = file::open(request.bytes, request.file)?;
        let planned = self.plan_staff(request, &opened)?;
        let (units, mapping, mut report, people) = planned;
        let blocked = report.blocked_rows > 0 && !request.skip_blocked;
        let writes = !request.dry_run && !blocked;
        let mut run = if writes { Some(self.begin(request, &units, &mapping)?) } else { None };
        let mut outcome = None;
        let done = self.server().write(|w| {
            let mut told = report.clone();
            give(w, self, &people, run.as_ref().map(|run| run.id), &mut told)?;
            if let Some(run) = &mut run {
                run.counts = serde_json::to_string(&counts(&told)).unwrap_or_default();
                run.ended_at = Some(w.now);
                w.tx.import_run_set(run)?;
                w.audit(self.by(), "imported", &run.id.to_string())?;
                told.import = Some(run.id);
            }
            outcome = Some(told);
            // What a dry run would give is tried, and taken back.
            if writes { Ok(()) } else { Err(ServerError::Refused("dry_run")) }
        });
        match done {
            Ok(()) | Err(ServerError::Refused("dry_run")) => {}
            Err(fault) => return Err(fault.into()),
        }
        report = outcome.ok_or(ServerError::Cut)?;
        if blocked && !request.dry_run { Err(NotImported::Blocked(Box::new(report))) } else { Ok(report) }
    }
}

/// Gives each person an account and a role, as far as they lack them.
fn give(
    w: &Writing<'_>,
    admin: &Admin,
    people: &[Person],
    run: Option<i64>,
    report: &mut Report,
) -> crate::error::Result<()> {
    let mut named_posts = NamedPosts::of(people);
    for person in people {
        let known = w.tx.account_by_login(&person.login)?.map(|account| account.id);
        let made = known.is_none();
        let account = match known {
            Some(account) => account,
            None => staff_account(w, admin.by(), &NewAccount::new(&person.login, &person.name))?,
        };
        let unit = w.tx.unit(person.unit)?.ok_or(ServerError::NotFound("unit"))?;
        let granted = match staff_grant(w, admin.by(), account, person.role, &unit) {
            Ok(grant) => grant,
            Err(ServerError::Refused("grant_exists")) => 0,
            Err(ServerError::Refused(code)) => {
                report.problems.push(whole(ProblemCode::AccountInvalid, person.row, code));
                continue;
            }
            Err(fault) => return Err(fault),
        };
        let of_role = post::filled_by(person.role);
        let named = person.post.as_ref();
        // Where the post is that of the role, and no number says which, it is theirs or a free one: nobody's is taken over.
        let numbered = named.filter(|(role, number)| number.is_some() || of_role != Some(role));
        if let Some((role, number)) = numbered {
            let (number, other_row) = if let Some(number) = number {
                (*number, None)
            } else {
                named_posts.next(w.tx, &unit, role, person)?
            };
            if let Some(other_row) = other_row {
                let told = whole(ProblemCode::PostTwice, person.row, &format!("{} {number}", person.name));
                report.problems.push(Problem { other_row, ..told });
            }
            let at = (role.as_str(), number);
            count_post(report, fill_post(w, admin, &unit, at, (&person.name, &person.phone))?);
        }
        // Whoever the table gives another post does not fill that of the role, too.
        if named.is_none_or(|(post, _)| of_role == Some(post)) {
            let phone = Some(person.phone.as_str()).filter(|phone| !phone.is_empty());
            let filled = post_of_role(w, admin.by(), (account, person.role.name()), person.unit, phone)?;
            count_post(report, filled.filter(|_| numbered.is_none()));
        }
        *report.created.entry("account").or_default() += u64::from(made);
        *report.created.entry("grant").or_default() += u64::from(granted != 0);
        report.same += u64::from(!made && granted == 0);
        if let (Some(run), true) = (run, made || granted != 0) {
            w.tx.import_staff_put(run, StaffRow { account, granted, made })?;
        }
    }
    Ok(())
}

/// The posts that a table fills, so that two of its people never fill the same one.
struct NamedPosts {
    /// Numbers of posts by unit and role, each with the row that names it.
    taken: BTreeMap<(UnitId, String), BTreeMap<i64, u32>>,
}

impl NamedPosts {
    /// Those that the table names with their numbers.
    fn of(people: &[Person]) -> Self {
        let mut taken: BTreeMap<_, BTreeMap<i64, u32>> = BTreeMap::new();
        for person in people {
            if let Some((role, Some(number))) = &person.post {
                taken.entry((person.unit, role.clone())).or_default().insert(*number, person.row);
            }
        }
        Self { taken }
    }

    /// The number of a post that was named without one: the one that the person holds, else the first that the table gives
    /// nobody else; with the row of whoever it gave the first one before.
    fn next(
        &mut self,
        tx: &dyn Tx,
        unit: &UnitRow,
        role: &str,
        person: &Person,
    ) -> crate::error::Result<(i64, Option<u32>)> {
        let taken = self.taken.entry((unit.id, role.to_owned())).or_default();
        let held = post_held(tx, unit.id, role, &person.name)?.filter(|number| !taken.contains_key(number));
        let other = taken.values().next().copied();
        let number = held.or_else(|| (1..=POST_NUMBER_MAX).find(|number| !taken.contains_key(number))).unwrap_or(1);
        taken.insert(number, person.row);
        Ok((number, other))
    }
}

fn count_post(report: &mut Report, filled: Option<bool>) {
    match filled {
        Some(true) => *report.created.entry("post").or_default() += 1,
        Some(false) => *report.changed.entry("post").or_default() += 1,
        None => {}
    }
}

fn whole(code: ProblemCode, row: u32, found: &str) -> Problem {
    let (column, heading) = (String::new(), String::new());
    Problem { code, blocks: code.blocks(), row, column, heading, found: found.to_owned(), other_row: 0 }
}

/// The people of the rows of a table.
pub(super) fn people(
    tx: &dyn Tx,
    rows: &[Row],
    mapped: &[Mapped<'_>],
    units: &Units,
    problems: &mut Problems,
) -> crate::error::Result<(Vec<PersonRead>, u64)> {
    let (mut list, mut count) = (Vec::new(), 0);
    for row in rows {
        if mapped.iter().all(|mapped| row.cell(mapped.column.at).is_empty()) {
            continue;
        }
        count += 1;
        match person(tx, row, mapped, units)? {
            Ok(person) => list.push(PersonRead(person)),
            Err(problem) => {
                problems.blocked_rows += 1;
                problems.note(problem);
            }
        }
    }
    Ok((list, count))
}

/// A person that was read; only this module looks inside.
pub(super) struct PersonRead(Person);

impl Admin {
    fn plan_staff(
        &self,
        request: &Request<'_>,
        opened: &super::Opened,
    ) -> std::result::Result<(Units, crate::store::import::MappingRow, Report, Vec<Person>), NotImported> {
        let planned = self.plan(request, opened)?;
        let people = planned.people.into_iter().map(|PersonRead(person)| person).collect();
        Ok((planned.units, planned.mapping, planned.report, people))
    }
}

fn person(
    tx: &dyn Tx,
    row: &Row,
    mapped: &[Mapped<'_>],
    units: &Units,
) -> crate::error::Result<std::result::Result<Person, Problem>> {
    let of = |target: &str| mapped.iter().find(|mapped| mapped.target.name == target);
    let cell = |target: &str| of(target).map_or(&Cell::Empty, |mapped| row.cell(mapped.column.at));
    let wrong = |code: ProblemCode, target: &str| {
        let heading = of(target).map_or_else(|| target.to_owned(), |mapped| mapped.column.heading.clone());
        let column = of(target).map(|mapped| letters(mapped.column.at)).unwrap_or_default();
        let found = cell(target).text();
        Err(Problem { code, blocks: code.blocks(), row: row.number, column, heading, found, other_row: 0 })
    };
    let lost = ["login", "phone"].into_iter().find(|target| cell(target).lost_digits());
    if let Some(target) = lost {
        return Ok(wrong(ProblemCode::DigitsLost, target));
    }
    let name = cell("name").text();
    if name.is_empty() {
        return Ok(wrong(ProblemCode::Missing, "name"));
    }
    let phone = check::phone(&cell("phone").text()).map(|passed| passed.text).unwrap_or_default();
    let login = Some(cell("login").text()).filter(|login| !login.is_empty()).unwrap_or_else(|| phone.clone());
    if login.is_empty() {
        return Ok(wrong(ProblemCode::Missing, "login"));
    }
    if !crate::admin::is_login(&login) {
        return Ok(wrong(ProblemCode::AccountInvalid, "login"));
    }
    let unit = match cell("unit").text() {
        text if text.is_empty() => units.base.id,
        text => match units.named(tx, &text)? {
            Ok(unit) => unit,
            Err(NoUnit::Ambiguous) => return Ok(wrong(ProblemCode::UnitAmbiguous, "unit")),
            Err(NoUnit::Unknown) => return Ok(wrong(ProblemCode::UnitUnknown, "unit")),
        },
    };
    let Some(role) = role(&cell("role").text()) else { return Ok(wrong(ProblemCode::WordUnknown, "role")) };
    let post = match cell("post").text() {
        text if text.is_empty() => None,
        text => match (post_role(&text), cell("post_number").text().as_str()) {
            (None, _) => return Ok(wrong(ProblemCode::WordUnknown, "post")),
            (Some(role), "") => Some((role, None)),
            (Some(role), number) => match number.parse().ok().filter(|number| (1..=POST_NUMBER_MAX).contains(number)) {
                Some(number) => Some((role, Some(number))),
                None => return Ok(wrong(ProblemCode::NotANumber, "post_number")),
            },
        },
    };
    Ok(Ok(Person { row: row.number, login, name, role, unit, phone, post }))
}

/// The post that a cell names, by its code or its word.
fn post_role(text: &str) -> Option<String> {
    let named = |entry: &&gridwalk_model::code_set::CodeEntry| {
        [entry.code, entry.zh_hans, entry.zh_hant, entry.en].contains(&text)
    };
    CodeSet::PostRole.entries().iter().find(named).map(|entry| entry.code.to_owned())
}

/// The role that a cell names, by its code or its word; a gridworker where nothing stands.
fn role(text: &str) -> Option<Role> {
    if text.is_empty() {
        return Some(Role::Gridworker);
    }
    let called = |role: &Role, fits: &dyn Fn(&str) -> bool| {
        let word = |language: Language| language.core_word(&format!("role.{}", role.name())).is_some_and(fits);
        role.name() == text || Language::ALL.into_iter().any(word)
    };
    let whole = Role::ALL.into_iter().find(|role| called(role, &|word| word == text));
    // 网格长 for 网格长（村社区）, where only one role is called so.
    let bare = normal(text);
    let mut shortly = Role::ALL.into_iter().filter(|role| called(role, &|word| normal(word) == bare));
    whole.or_else(|| shortly.next().filter(|_| shortly.next().is_none()))
}
