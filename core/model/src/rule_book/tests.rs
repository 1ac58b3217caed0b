//! Tests of the rule book: which table holds where, and since when.
//!
//! Owns the examples. Refuses to know how tables travel. Invariant: a row of a table here is a row of the rule.

use super::*;
use crate::civil_date::CivilDate;
use crate::dispatch_rule::RuledUnit;
use crate::id::RecordId;
use crate::unit_code::Level;
use crate::work_time::{DayKind, Span};

const COUNTY: UnitId = UnitId([1; 16]);
const STREET: UnitId = UnitId([2; 16]);
const GRID: UnitId = UnitId([3; 16]);
const UNITS: [UnitId; 3] = [GRID, STREET, COUNTY];

fn day(text: &str) -> i64 {
    CivilDate::parse(text).unwrap().days()
}

fn table(n: u8, sort: TableSort, of_unit: UnitId, from: &str, rows: &[&str]) -> RuleTable {
    RuleTable {
        record: RecordId([n; 16]),
        sort,
        edition: n.to_string(),
        told_by: COUNTY,
        of_unit,
        from: day(from),
        until: None,
        source: String::new(),
        rows: rows.iter().map(|row| row.split(',').map(str::to_owned).collect()).collect(),
    }
}

#[test]
fn a_notice_is_replaced_as_a_whole_and_one_that_was_withdrawn_is_none() {
    let next = table(1, TableSort::Holidays, COUNTY, "2026-11-01", &["2027,2026-12-31,2027-01-03,holiday,new_year,x"]);
    let local = table(2, TableSort::Holidays, STREET, "2026-11-02", &["2026,2026-03-03,,holiday,local,三月三"]);
    let book = RuleBook::new([local.clone(), next.clone()]);
    let calendar = book.calendar(&UNITS);
    assert_eq!(calendar.kind(day("2026-12-31")), Some(DayKind::Holiday), "named by the notice of the next year");
    assert_eq!(calendar.kind(day("2026-03-03")), Some(DayKind::Holiday));
    assert_eq!(
        calendar.kind(day("2026-10-01")),
        None,
        "the street's notice of 2026 stands in place of the whole year's"
    );
    assert!(calendar.knows(2027));
    assert!(book.calendar(&[COUNTY]).kind(day("2026-03-03")).is_none(), "the county does not know the street's");
    let withdrawn = RuleBook::new([RuleTable { until: Some(day("2026-11-03")), ..local }, next]);
    assert_eq!(withdrawn.calendar(&UNITS).kind(day("2026-10-01")), Some(DayKind::Holiday));
}

#[test]
fn an_office_keeps_the_hours_of_the_unit_above_until_it_says_its_own() {
    let book = RuleBook::new([
        table(1, TableSort::WorkHours, COUNTY, "2026-01-01", &["2026-01-01,mon-fri,9:00,17:00"]),
        table(2, TableSort::WorkHours, GRID, "2026-07-01", &["2026-07-01,mon-sat,8:00,20:00"]),
        table(3, TableSort::WorkHours, GRID, "2026-10-01", &["2026-10-01,mon-sat,8:00,18:00"]),
    ]);
    let opens = |units: &[UnitId], on: &str| {
        let hours = book.hours(units);
        hours.on(day(on), None).iter().map(|span| (span.begin() / 60, span.end() / 60)).collect::<Vec<_>>()
    };
    assert_eq!(opens(&UNITS, "2025-12-31"), [(8, 12), (13, 17)], "those that ship, to the full hour");
    assert_eq!(opens(&UNITS, "2026-06-30"), [(9, 17)]);
    assert_eq!(opens(&UNITS, "2026-07-04"), [(8, 20)]);
    assert_eq!(opens(&UNITS, "2026-10-10"), [(8, 18)]);
    assert_eq!(opens(&UNITS[1..], "2026-10-12"), [(9, 17)]);
    assert_eq!(book.hours(&[]), *OfficeHours::shipped());
    assert!(book.office(&UNITS).office().is_workday(day("2026-07-04")), "a Saturday of the grid's own hours");
    assert!(!book.office(&UNITS[1..]).office().is_workday(day("2026-07-04")));
    assert!(book.hours(&UNITS).on(day("2026-07-05"), Some(DayKind::MakeUp)).contains(&Span::new(480, 1200).unwrap()));
}

#[test]
fn classes_rules_and_areas_hold_from_their_day_the_nearer_over_the_farther() {
    let class = |limit: &str| format!("gridwalk_safety,1,0102,飞线充电,,,,,消防,{limit},,,工作时,x,,,y,,,我市,");
    let book = RuleBook::new([
        table(3, TableSort::CaseClasses, STREET, "2026-10-01", &[&class("2")]),
        table(1, TableSort::CaseClasses, COUNTY, "2026-10-02", &[&class("8")]),
        table(4, TableSort::DispatchRules, COUNTY, "2026-10-01", &["*,*,*,level:county,"]),
        table(5, TableSort::AreaTypes, COUNTY, "2026-10-01", &["330402,b"]),
    ]);
    let limit = |units: &[UnitId], on: &str| {
        let of = "gridwalk_safety/1/0102".parse().unwrap();
        book.classes(units, day(on)).class(&of).unwrap().limit(None).to_string()
    };
    assert_eq!(limit(&UNITS, "2026-09-30"), "1 workday");
    assert_eq!(limit(&UNITS, "2026-10-02"), "2 work_hour");
    assert_eq!(limit(&[COUNTY], "2026-10-02"), "8 work_hour");
    assert_eq!(book.dispatch_rules(&UNITS, day("2026-09-30")).len(), 1);
    let layers = book.dispatch_rules(&UNITS, day("2026-10-01"));
    assert_eq!(layers.iter().map(|l| l.table.is_some()).collect::<Vec<_>>(), [true, false]);
    let codes = vec!["330402".parse().unwrap()];
    let county = RuledUnit { id: COUNTY, level: Some(Level::County), name: String::new(), codes, above: None };
    let place = Place { units: vec![county] };
    assert_eq!(book.area(&place, day("2026-10-01")), Some(AreaType::B));
    assert_eq!(book.area(&place, day("2026-09-30")), None);
}
