//! Yearly editions: what a person confirmed of a year's changes is done to the units.
//!
//! Owns what each confirmed change does. Refuses what nobody confirmed, and codes that were abolished. Invariant: a unit
//! outlives its codes, no unit is deleted, and by every code that it had it is found.

use super::unit::{NewUnit, add, ends, rename, write};
use super::unit_sheet::UnitSheet;
use super::{Admin, boundary, checked_name, place, power};
use crate::error::{Result, ServerError};
use crate::store::UnitRow;
use crate::tree;
use crate::writing::Writing;
use gridwalk_model::edition::plan::{Plan, Succession, put_in_order};
use gridwalk_model::edition::{Division, Happening, Proposal, propose};
use gridwalk_model::id::{AccountId, UnitId};
use gridwalk_model::kind::PARENT;
use gridwalk_model::unit_code::UnitCode;
use gridwalk_model::value::Value;
use gridwalk_model::wish::Wish;
use std::collections::BTreeSet;

/// What the changes of a year did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct EditionSummary {
    /// Units that took another name.
    pub renamed: u64,
    /// Units that took another code, those below a renumbered one too.
    pub renumbered: u64,
    /// Units that are new.
    pub added: u64,
    /// Units that are no more, their records kept.
    pub ended: u64,
    /// Confirmed changes that were done before.
    pub unchanged: u64,
}

/// One of two editions that are compared: CSV or a workbook with the columns `code`, `name` and, if there, `parent` and
/// `addresses` (names that both editions share, `;` between). Lines that are no division are passed over.
pub fn read_edition(bytes: &[u8]) -> Result<Vec<Division>> {
    let sheet = UnitSheet::find(bytes, "", None, &["code", "name"]);
    let sheet = sheet.map_err(|_| ServerError::Refused("edition_table"))?;
    let mut divisions = Vec::new();
    for row in sheet.rows() {
        let Ok(code) = UnitCode::parse(&sheet.text(row, "code")) else { continue };
        let mut division = Division::new(code, sheet.text(row, "name"));
        division.parent = UnitCode::parse(&sheet.text(row, "parent")).ok();
        let addresses = sheet.text(row, "addresses");
        let addresses = addresses.split([';', '；']).map(str::trim).filter(|address| !address.is_empty());
        division.addresses = addresses.map(str::to_owned).collect();
        divisions.push(division);
    }
    if divisions.is_empty() { Err(ServerError::Refused("edition_table")) } else { Ok(divisions) }
}

/// What probably changed between two editions, in the order in which it would be done.
pub fn proposals(before: &[u8], after: &[u8]) -> Result<Vec<Proposal>> {
    let mut proposals = propose(&read_edition(before)?, &read_edition(after)?);
    put_in_order(&mut proposals);
    Ok(proposals)
}

impl Admin {
    /// Does what was confirmed, all of it or nothing; what was done before stays as it is.
    pub fn apply_edition(&self, plan: &Plan) -> Result<EditionSummary> {
        Succession::default().apply(plan).map_err(|fault| ServerError::Refused(fault.code()))?;
        self.act_by(|w| {
            power::runs_the_system(w.tx, self.by)?;
            // What was confirmed as the machine's own names nobody.
            let confirmed = plan.confirmed.iter().map(|one| one.by).filter(|by| *by != AccountId::default());
            for by in confirmed.collect::<BTreeSet<_>>() {
                power::runs_the_system(w.tx, Some(by))?;
            }
            if plan.from_day > w.now.china_day() {
                return Err(ServerError::Refused("edition_too_early"));
            }
            let told: BTreeSet<&UnitCode> =
                plan.confirmed.iter().flat_map(|c| &c.proposal.before).map(|(code, _)| code).collect();
            let mut year = Year { w, admin: self, day: plan.from_day, told, done: EditionSummary::default() };
            for proposal in plan.in_order() {
                year.change(proposal)?;
            }
            let done = year.done;
            let by: BTreeSet<String> = plan.confirmed.iter().map(|c| c.by.to_string()).collect();
            let by = by.into_iter().collect::<Vec<_>>().join(" ");
            let detail = format!("{} changes from {} confirmed by {by}", plan.confirmed.len(), plan.from_day);
            w.audit(self.by, "edition_applied", &detail)?;
            Ok(done)
        })
    }
}

/// A year's changes under way.
struct Year<'a> {
    w: &'a Writing<'a>,
    admin: &'a Admin,
    day: i64,
    /// Codes that changes of this year tell of themselves.
    told: BTreeSet<&'a UnitCode>,
    done: EditionSummary,
}

/// A code with the name that goes with it.
type Named = (UnitCode, String);

impl Year<'_> {
    fn change(&mut self, proposal: &Proposal) -> Result<()> {
        let (before, after) = (&proposal.before, &proposal.after);
        match proposal.what {
            Happening::Add => after.iter().try_for_each(|new| self.add(new, None)),
            Happening::Abolish => before.iter().try_for_each(|(code, _)| self.abolish(code)),
            Happening::Rename | Happening::Renumber => match (before.first(), after.first()) {
                (Some((code, _)), Some(to)) => self.renumber(code, to).map(drop),
                _ => Ok(()),
            },
            Happening::Split => match before.first() {
                Some((code, _)) => self.split(code, after),
                None => Ok(()),
            },
            Happening::Merge => match after.first() {
                Some(to) => self.merge(before, to),
                None => Ok(()),
            },
        }
    }

    fn unit(&self, code: &UnitCode) -> Result<Option<UnitRow>> {
        self.w.tx.unit_by_code(&code.to_string())
    }

    /// The unit that a change is about; none if the change was done before.
    fn still(&mut self, code: &UnitCode, to: &UnitCode) -> Result<Option<UnitRow>> {
        if code == to {
            return self.unit(code)?.map(Some).ok_or(ServerError::NotFound("unit"));
        }
        match (self.unit(code)?, self.unit(to)?) {
            (Some(unit), None) => Ok(Some(unit)),
            (Some(_), Some(_)) => Err(ServerError::Refused("code_taken")),
            (None, Some(_)) => Ok(None),
            (None, None) => Err(ServerError::NotFound("unit")),
        }
    }

    /// Gives a unit its new code and name; the units below it that no change tells of follow with theirs.
    fn renumber(&mut self, code: &UnitCode, (to, name): &Named) -> Result<Option<UnitRow>> {
        let Some(unit) = self.still(code, to)? else {
            self.done.unchanged += 1;
            return self.unit(to);
        };
        let name = checked_name(name)?;
        let (renamed, renumbered) = (unit.name != name, code != to);
        if renamed {
            rename(self.w, self.admin.author(), &unit, &name)?;
            self.done.renamed += 1;
        }
        if renumbered {
            self.recode(&unit, code, to)?;
            self.follow_code(&unit, to)?;
            for below in tree::with_below(self.w.tx, unit.id)?.into_iter().filter(|below| *below != unit.id) {
                self.follow(below, code, to)?;
            }
        }
        self.done.unchanged += u64::from(!renamed && !renumbered);
        Ok(Some(unit))
    }

    /// Puts a unit below the one that its new code names, if that is another one: its records stay in the space in which
    /// they are, and are seen by whoever stands above it now.
    fn follow_code(&self, unit: &UnitRow, to: &UnitCode) -> Result<()> {
        let Some(above) = to.parent().map(|above| self.unit(&above)).transpose()?.flatten() else { return Ok(()) };
        if above.id == unit.id || self.w.tx.units_above(unit.id, None)? == [above.id] {
            return Ok(());
        }
        write(self.w, self.admin.author(), unit.id, &[Wish::put(PARENT, above.id.record())])
    }

    fn recode(&mut self, unit: &UnitRow, code: &UnitCode, to: &UnitCode) -> Result<()> {
        let wishes = [Wish::put("code", to.to_string()), formerly(code)];
        write(self.w, self.admin.author(), unit.id, &wishes)?;
        self.done.renumbered += 1;
        Ok(())
    }

    fn follow(&mut self, below: UnitId, code: &UnitCode, to: &UnitCode) -> Result<()> {
        let Some(row) = self.w.tx.unit(below)? else { return Ok(()) };
        let Ok(own) = UnitCode::parse(&row.code) else { return Ok(()) };
        let Some(rest) = row.code.strip_prefix(code.digits()).filter(|_| !self.told.contains(&own)) else {
            return Ok(());
        };
        let Ok(new) = UnitCode::parse(&format!("{}{rest}", to.digits())) else { return Ok(()) };
        if self.unit(&new)?.is_some() {
            return Err(ServerError::Refused("code_taken"));
        }
        self.recode(&row, &own, &new)
    }

    /// One goes on, under its own code if that stays, else under the first new one; the others are new beside it and
    /// are found by its old code, too.
    fn split(&mut self, code: &UnitCode, after: &[Named]) -> Result<()> {
        let Some(goes_on) = after.iter().find(|(to, _)| to == code).or(after.first()) else { return Ok(()) };
        self.renumber(code, goes_on)?;
        let kind = self.unit(&goes_on.0)?.map(|unit| unit.kind);
        for new in after.iter().filter(|new| *new != goes_on) {
            self.add(new, Some((code, kind.as_deref().filter(|kind| !kind.is_empty()))))?;
        }
        Ok(())
    }

    /// One goes on, the one with the new code or else the first; the others end below it, so that its people see their
    /// records, and it is found by their codes.
    fn merge(&mut self, before: &[Named], to: &Named) -> Result<()> {
        let Some((goes_on, _)) = before.iter().find(|(code, _)| *code == to.0).or(before.first()) else {
            return Ok(());
        };
        let Some(unit) = self.renumber(goes_on, to)? else { return Ok(()) };
        let author = self.admin.author();
        for (code, _) in before.iter().filter(|(code, _)| code != goes_on) {
            let Some(ending) = self.unit(code)? else { continue };
            if ending.space != unit.space {
                return Err(ServerError::Refused("move_space"));
            }
            write(self.w, author, unit.id, &[formerly(code)])?;
            for below in self.w.tx.units_below(ending.id)? {
                write(self.w, author, below, &[Wish::put(PARENT, unit.id.record())])?;
            }
            let wishes = [
                Wish::put(PARENT, unit.id.record()),
                Wish::clear("code"),
                formerly(code),
                Wish::put("valid_to", self.day),
            ];
            write(self.w, author, ending.id, &wishes)?;
            boundary::end(self.w, self.admin, ending.id, self.day)?;
            self.done.ended += 1;
        }
        Ok(())
    }

    fn add(&mut self, (code, name): &Named, from: Option<(&UnitCode, Option<&str>)>) -> Result<()> {
        if self.unit(code)?.is_some() {
            self.done.unchanged += 1;
            return Ok(());
        }
        if place::formerly(self.w.tx, code)?.is_some() {
            return Err(ServerError::Refused("reused"));
        }
        let above = code.parent().ok_or(ServerError::Refused("level_root"))?;
        let above = self.unit(&above)?.ok_or(ServerError::NotFound("unit"))?;
        let level = code.level().ok_or(ServerError::Refused("unit_code"))?;
        let (name, author) = (checked_name(name)?, self.admin.author());
        let kind = from.and_then(|(_, kind)| kind);
        let unit = add(self.w, author, &NewUnit { code, name: &name, level, kind, above: Some(&above) })?;
        let mut wishes = vec![Wish::put("valid_from", self.day)];
        wishes.extend(from.map(|(old, _)| formerly(old)));
        write(self.w, author, unit.id, &wishes)?;
        self.done.added += 1;
        Ok(())
    }

    fn abolish(&mut self, code: &UnitCode) -> Result<()> {
        let unit = self.unit(code)?.ok_or(ServerError::NotFound("unit"))?;
        if ends(self.w.tx, unit.id)? == Some(self.day) {
            self.done.unchanged += 1;
            return Ok(());
        }
        write(self.w, self.admin.author(), unit.id, &[Wish::put("valid_to", self.day)])?;
        boundary::end(self.w, self.admin, unit.id, self.day)?;
        self.done.ended += 1;
        Ok(())
    }
}

fn formerly(code: &UnitCode) -> Wish {
    Wish::Add { set: "former_codes".to_owned(), element: Value::from(code.to_string()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edition_is_read_by_its_columns() {
        let table = "\u{feff}name,code,addresses\n一社区,330402001001,东路1;东路2\n,省,\n二村,330402002201,\n";
        let read = read_edition(table.as_bytes()).unwrap();
        let told: Vec<(String, usize)> = read.iter().map(|d| (d.code.to_string(), d.addresses.len())).collect();
        assert_eq!(told, [("330402001001".to_owned(), 2), ("330402002201".to_owned(), 0)]);
        assert!(read_edition(b"a,b\n1,2\n").is_err() && read_edition(b"code,name\n").is_err());
    }
}
