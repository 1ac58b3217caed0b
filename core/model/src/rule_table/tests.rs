//! Tests of rule tables: what is wrong with a row, and that what ships is sound.
//!
//! Owns the examples. Refuses files. Invariant: a row of a table here is a row of the rule.

use super::*;

fn cells(row: &str) -> Vec<String> {
    row.split(',').map(str::to_owned).collect()
}

#[test]
fn what_is_wrong_with_a_row_names_its_column() {
    // sort, row, column, code
    let rows = [
        (TableSort::Holidays, "2027,2027-01-01,2027-01-03,holiday,new_year,x", None),
        (TableSort::Holidays, "2027年,2027/1/1,,放假,元旦,国办发明电", None),
        (TableSort::Holidays, "2027,2027-02-30,,holiday,new_year", Some(("from", "not_a_date"))),
        (TableSort::Holidays, "2027,2027-02-03,2027-02-01,holiday,new_year", Some(("to", "ends_before"))),
        (TableSort::Holidays, "2027,2027-02-03,2027-05-01,holiday,new_year", Some(("to", "range_too_long"))),
        (TableSort::Holidays, "二〇二七,2027-02-03,,holiday,new_year", Some(("year", "not_a_year"))),
        (TableSort::Holidays, "2027,2029-02-03,,holiday,new_year", Some(("year", "year_other"))),
        (TableSort::Holidays, "2027,2027-02-03,,party,new_year", Some(("day", "day_kind"))),
        (TableSort::Holidays, "2027,2027-02-03,,holiday,birthday", Some(("occasion", "occasion"))),
        (TableSort::Holidays, "2027,2027-02-03,,make_up,new_year", Some(("from", "make_up_on_weekday"))),
        (TableSort::WorkHours, "2027-01-01,mon-fri sat,8:30,12:00:00", None),
        (TableSort::WorkHours, "2027-01-01,每天,０８：３０,24:00", None),
        (TableSort::WorkHours, "2027-01-01,fri-mon,8:30,12:00", Some(("days", "days_unknown"))),
        (TableSort::WorkHours, "2027-01-01,someday,8:30,12:00", Some(("days", "days_unknown"))),
        (TableSort::WorkHours, "2027-01-01,mon,25:00,12:00", Some(("begin", "not_a_time"))),
        (TableSort::WorkHours, "2027-01-01,mon,,12:00", Some(("begin", "missing"))),
        (TableSort::WorkHours, "2027-01-01,mon,12:00,8:30", Some(("end", "ends_before"))),
        (TableSort::AreaTypes, "330402001,A", None),
        (TableSort::AreaTypes, "330402001,Z", Some(("area", "area_type"))),
        (TableSort::AreaTypes, "here,a", Some(("unit", "unit_code"))),
        (TableSort::DispatchRules, "category:占用消防通道,*,*,department:消防@county", None),
        (TableSort::DispatchRules, "gridwalk_safety/1/01*,330402001,b,level:街道", Some(("propose", "proposal"))),
        (TableSort::DispatchRules, "no class,*,*,level:county", Some(("class", "class_ref"))),
        (TableSort::CaseClasses, "x,1,01,名称,,,hazard,,城管,2,,,工作日,立案,,,结案,,,我市,", None),
        (
            TableSort::CaseClasses,
            "x,1,01,名称,,,hazard,,城管,半天,,,工作日,立案,,,结案,,,我市,",
            Some(("limit_a", "limit_invalid")),
        ),
        (
            TableSort::CaseClasses,
            "x,1,01,名称,,,hazard,,城管,2,,,工作日,立案,,,结案,,,我市,,400",
            Some(("near_m", "near_invalid")),
        ),
        (TableSort::CaseClasses, "x,1,01,名称,,,hazard,,城管,2,,,工作日,立案,,,结案,,,我市,,250", None),
        (
            TableSort::CaseClasses,
            "x,1,01,名称,,,hazard,,城管,2,,,天时,立案,,,结案,,,我市,",
            Some(("time_unit", "time_unit")),
        ),
        (
            TableSort::CaseClasses,
            "x,1,01,名称,,,hazard,,,2,,,工作日,立案,,,结案,,,我市,",
            Some(("department", "missing")),
        ),
        (TableSort::CaseClasses, "x,1,01,名称,,,war,,城管,2,,,工作日,立案,,,结案", Some(("kind", "kind_unknown"))),
        (
            TableSort::CaseClasses,
            "x,1,01,名称,,,hazard,ufo,城管,2,,,工作日,立案,,,结案",
            Some(("category", "category_unknown")),
        ),
        (TableSort::CaseClasses, "x,1,0 1,名称,,,hazard,,城管,2,,,工作日,立案,,,结案", Some(("code", "class_ref"))),
    ];
    for (sort, row, wrong) in rows {
        let faults = sort.check(&[cells(row)]);
        let told = faults.first().map(|fault| (fault.column, fault.code));
        assert_eq!(told, wrong, "{row}");
        assert!(faults.iter().all(|fault| Fault::CODES.contains(&fault.code)), "{faults:?}");
        assert!(told.is_none_or(|(column, _)| sort.columns().iter().any(|(name, _)| *name == column)), "{row}");
    }
}

#[test]
fn a_day_a_class_or_a_unit_stands_once() {
    let holidays = ["2027,2027-01-01,2027-01-03,holiday,new_year,", "2027,2027-01-03,,make_up,new_year,"];
    let faults = TableSort::Holidays.check(&holidays.map(cells));
    assert_eq!(
        faults.iter().map(|f| (f.row, f.code, f.found.as_str())).collect::<Vec<_>>(),
        [(1, "row_twice", "2027-01-03")]
    );
    let areas = ["330402001,a", "330402001,b"];
    assert_eq!(TableSort::AreaTypes.check(&areas.map(cells))[0].code, "row_twice");
    let long = "长".repeat(limits::RULE_ROW_CHARS_MAX);
    assert!(
        TableSort::AreaTypes
            .check(&[vec!["330402".to_owned(), "a".to_owned(), long]])
            .iter()
            .any(|f| f.code == "row_too_long")
    );
}

#[test]
fn headings_are_found_by_either_name_and_rows_come_back_from_their_record() {
    for sort in TableSort::ALL {
        assert_eq!(TableSort::from_code(sort.code()), Some(sort));
        assert!(CodeSet::RuleTableSort.has(sort.code()), "{}", sort.code());
        for (at, (name, also)) in sort.columns().iter().enumerate() {
            assert_eq!(sort.column(&name.to_uppercase()), Some(at), "{name}");
            assert!(also.iter().all(|heading| sort.column(heading) == Some(at)), "{name}");
        }
    }
    let row = cells("2027,2027-01-01,,holiday,,");
    assert_eq!(unpacked(&packed(&row)), cells("2027,2027-01-01,,holiday"));
    assert_eq!(unpacked(&packed(&["a\tb\n".to_owned(), "c".to_owned()])), ["a b", "c"]);
    assert!(AreaType::ALL.iter().all(|area| AreaType::meant(area.code()) == Some(*area)));
}

/// Every row that ships is sound: what does not read would be left out in silence.
#[test]
fn what_ships_is_sound() {
    let tables = [
        (TableSort::Holidays, include_str!("../../../../catalog/calendars/holidays.csv")),
        (TableSort::WorkHours, include_str!("../../../../catalog/calendars/work_hours.csv")),
        (TableSort::DispatchRules, include_str!("../../../../catalog/classes/dispatch_rules.csv")),
    ];
    let classes = case_class::TABLES.map(|table| (TableSort::CaseClasses, table));
    for (sort, table) in tables.into_iter().chain(classes) {
        let heading = table.lines().find(|line| !line.starts_with('#')).unwrap();
        let columns: Vec<&str> = sort.columns().iter().map(|(name, _)| *name).collect();
        assert_eq!(heading.split(',').collect::<Vec<_>>(), columns);
        let rows: Vec<Vec<String>> = crate::code_set::rows(table).map(cells).collect();
        assert!(rows.iter().all(|row| row.len() == columns.len()), "{}", sort.code());
        assert_eq!(sort.check(&rows), [], "{}", sort.code());
    }
}
