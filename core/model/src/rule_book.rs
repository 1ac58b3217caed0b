//! The rule book: what all rule tables together say somewhere on a day.
//!
//! Owns which table holds where: those that ship, then those of the units above, the nearer and the newer over the others.
//! Refuses to know how tables travel. Invariant: whoever holds the same tables reads the same in them, with a network or
//! without.

#[cfg(test)]
mod tests;

use crate::case_class::ClassBook;
use crate::dispatch_rule::{Place, RuleLayer};
use crate::id::UnitId;
use crate::inspection::TemplateBook;
use crate::kind::rule_table::RuleTable;
use crate::rule_table::{AreaType, TableSort, holidays, read_area, work_weeks};
use crate::unit_code::UnitCode;
use crate::work_time::{Calendar, Office, OfficeHours, Week, Zone};

/// Hours and holidays of an office in China.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeRules {
    /// Its hours.
    pub hours: OfficeHours,
    /// The days off and make-up days by which it works.
    pub calendar: Calendar,
}

impl OfficeRules {
    /// The office, as `Deadline::of` and `Office::elapsed` take it.
    pub const fn office(&self) -> Office<'_> {
        Office { zone: &Zone::CHINA, hours: &self.hours, calendar: &self.calendar }
    }
}

/// All tables that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleBook {
    tables: Vec<RuleTable>,
}

impl RuleBook {
    /// These tables, in any order.
    pub fn new(tables: impl IntoIterator<Item = RuleTable>) -> Self {
        let mut tables: Vec<_> = tables.into_iter().collect();
        // A record's id bears its time: of two for one day the one that was made later holds.
        tables.sort_by_key(|table| (table.from, table.record));
        Self { tables }
    }

    /// All tables, the older first.
    pub fn tables(&self) -> &[RuleTable] {
        &self.tables
    }

    /// Tables of a sort for a unit or one above it that hold on a day, those of the units above first; `units` is the unit
    /// itself and those above, in order.
    fn over<'a>(&'a self, sort: TableSort, units: &'a [UnitId], day: i64) -> impl Iterator<Item = &'a RuleTable> {
        let of_unit = move |unit: &UnitId| {
            let unit = *unit;
            self.tables.iter().filter(move |t| t.sort == sort && t.of_unit == unit && t.holds_on(day))
        };
        units.iter().rev().flat_map(of_unit)
    }

    /// The days off and make-up days at a unit: those that ship, and over them notices that were brought in, each in place
    /// of the one of its year. A notice holds as soon as it is known.
    pub fn calendar(&self, units: &[UnitId]) -> Calendar {
        let mut calendar = Calendar::shipped().clone();
        for table in self.over(TableSort::Holidays, units, i64::MAX) {
            calendar.announce(holidays(table.rows.iter().cloned()));
        }
        calendar
    }

    /// The hours of an office: its own since it says some, before that those of the unit above.
    pub fn hours(&self, units: &[UnitId]) -> OfficeHours {
        let mut versions: Vec<(i64, Week)> = OfficeHours::shipped().versions().to_vec();
        for unit in units.iter().rev() {
            let of_unit = self.over(TableSort::WorkHours, std::slice::from_ref(unit), i64::MAX);
            let own: Vec<(i64, Week)> = of_unit.flat_map(|table| work_weeks(table.rows.iter().cloned())).collect();
            if let Some(first) = own.iter().map(|(from, _)| *from).min() {
                versions.retain(|(from, _)| *from < first);
                versions.extend(own);
            }
        }
        OfficeHours::new(versions)
    }

    /// The hours of an office with its holidays: what a deadline is reckoned by.
    pub fn office(&self, units: &[UnitId]) -> OfficeRules {
        OfficeRules { hours: self.hours(units), calendar: self.calendar(units) }
    }

    /// The classes at a unit on a day.
    pub fn classes(&self, units: &[UnitId], day: i64) -> ClassBook {
        let mut book = ClassBook::shipped().clone();
        for table in self.over(TableSort::CaseClasses, units, day) {
            book.replace(table.rows.iter().cloned());
        }
        book
    }

    /// The templates of inspections at a unit on a day.
    pub fn templates(&self, units: &[UnitId], day: i64) -> TemplateBook {
        let mut book = TemplateBook::shipped().clone();
        for table in self.over(TableSort::InspectionTemplates, units, day) {
            book.replace(table.rows.iter().cloned());
        }
        book
    }

    /// The tables of dispatch rules at a unit on a day, the nearest and newest first, those that ship last.
    pub fn dispatch_rules(&self, units: &[UnitId], day: i64) -> Vec<RuleLayer> {
        let own = self.over(TableSort::DispatchRules, units, day);
        let mut layers: Vec<RuleLayer> =
            own.map(|table| RuleLayer::new(Some(table.record), table.rows.iter().cloned())).collect();
        layers.reverse();
        layers.push(RuleLayer::shipped());
        layers
    }

    /// Of which type the area of a place is on a day, if somebody said so.
    pub fn area(&self, place: &Place, day: i64) -> Option<AreaType> {
        let units: Vec<UnitId> = place.units.iter().map(|unit| unit.id).collect();
        let tables = self.over(TableSort::AreaTypes, &units, day);
        let rows: Vec<(UnitCode, AreaType)> =
            tables.flat_map(|table| &table.rows).filter_map(|cells| read_area(cells).ok()).collect();
        place.area(&rows)
    }
}
