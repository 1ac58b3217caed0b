//! Tests of dispatch rules: which row counts, and which were passed over.
//!
//! Owns the examples. Refuses to dispatch. Invariant: a row of a table here is a row of the rule.

use super::*;
use crate::case_class::ClassBook;

fn unit(n: u8, level: Level, code: &str, name: &str, above: Option<u8>) -> RuledUnit {
    let codes = UnitCode::parse(code).into_iter().collect();
    RuledUnit {
        id: UnitId([n; 16]),
        level: Some(level),
        name: name.to_owned(),
        codes,
        above: above.map(|n| UnitId([n; 16])),
    }
}

fn place() -> Place {
    let units = vec![
        unit(4, Level::Grid, "330402001001001", "第一网格", Some(3)),
        unit(3, Level::Village, "330402001001", "光明社区", Some(2)),
        unit(2, Level::Township, "330402001", "建设街道", Some(1)),
        unit(1, Level::County, "330402", "南湖区", None),
    ];
    Place { units }
}

fn departments() -> Vec<RuledUnit> {
    vec![
        unit(12, Level::Department, "330402-D02", "区消防救援大队", Some(1)),
        unit(11, Level::Department, "330402-D01", "区城市管理局", Some(1)),
        unit(13, Level::Department, "330402001-D01", "街道消防站", Some(2)),
    ]
}

fn class(of: &str) -> CaseClass {
    ClassBook::shipped().class(&of.parse().unwrap()).unwrap().clone()
}

fn layer(table: u8, rows: &[&str]) -> RuleLayer {
    let cells = rows.iter().map(|row| row.split(',').map(str::to_owned).collect::<Vec<_>>());
    RuleLayer::new(Some(RecordId([table; 16])), cells)
}

#[test]
fn what_ships_proposes_a_department_or_whoever_stands_above() {
    let layers = [RuleLayer::shipped()];
    // class, unit, row
    let rows = [
        ("gridwalk_safety/1/0104", 12, "department:消防@county"),
        ("gbt30428_event/2013/0102", 11, "department:城市管理@county"),
        ("gbt30428_event/2013/0401", 2, "level:township"),
        ("gridwalk_community/1/0101", 3, "level:village"),
    ];
    for (of, unit, propose) in rows {
        let proposal = super::propose(&layers, &class(of), &place(), None, &departments());
        assert_eq!(proposal.unit, Some(UnitId([unit; 16])), "{of}");
        assert_eq!(proposal.by().unwrap().cells[3], propose, "{of}");
    }
    // No police here: the next row counts, and the one that was passed over is told.
    let cylinders = super::propose(&layers, &class("gridwalk_safety/1/0101"), &place(), None, &departments());
    assert_eq!(cylinders.unit, Some(UnitId([12; 16])));
    assert_eq!((cylinders.rows[0].unit, cylinders.rows[0].cells[3].as_str()), (None, "department:公安@county"));
    let nowhere = super::propose(&layers, &class("gridwalk_safety/1/0101"), &Place::default(), None, &[]);
    assert_eq!((nowhere.unit, nowhere.by()), (None, None));
}

#[test]
fn the_nearest_table_counts_and_in_it_the_row_that_says_most() {
    let near = layer(
        1,
        &[
            "*,*,*,level:county,",
            "category:fire_lane_blocked,*,*,level:village,",
            "gridwalk_safety/1/01*,330402001001,*,330402-D02,",
            "gridwalk_safety/1/0104,*,*,level:township,",
            "gridwalk_safety/1/0104,330402001,*,330402001-D01,",
            "gridwalk_safety/1/0104,330402001001,*,level:grid,",
            "gridwalk_safety/1/0104,330402001001,a,level:village,",
            "gridwalk_safety/1/0104,330402999,*,level:county,",
        ],
    );
    let layers = [near, RuleLayer::shipped()];
    let row = |class: &CaseClass, place: &Place, area| {
        let proposal = super::propose(&layers, class, place, area, &departments());
        let by = proposal.by().unwrap();
        (by.table.is_some(), by.row)
    };
    let lane = class("gridwalk_safety/1/0104");
    assert_eq!(row(&lane, &place(), None), (true, 6), "the deepest place");
    assert_eq!(row(&lane, &place(), Some(AreaType::A)), (true, 7), "and the area");
    let above = |n: usize| Place { units: place().units[n..].to_vec() };
    assert_eq!(row(&lane, &above(2), None), (true, 5), "the street's own row");
    assert_eq!(row(&lane, &above(3), None), (true, 1), "of all rows that apply here only the first names a unit");
}

#[test]
fn an_area_is_of_the_type_of_the_deepest_unit_that_is_named() {
    let rows = |list: &[&str]| -> Vec<(UnitCode, AreaType)> {
        let cells = list.iter().map(|row| row.split(',').map(str::to_owned).collect::<Vec<_>>());
        cells.map(|cells| crate::rule_table::read_area(&cells).unwrap()).collect()
    };
    assert_eq!(place().area(&rows(&["330402,c", "330402001,a"])), Some(AreaType::A));
    assert_eq!(place().area(&rows(&["330402001,a", "330402,c"])), Some(AreaType::A));
    assert_eq!(place().area(&rows(&["330402,c", "330402,b"])), Some(AreaType::B), "the later one");
    assert_eq!(place().area(&rows(&["330481,c"])), None);
}
