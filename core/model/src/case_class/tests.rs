//! Tests of case classes: each hazard of the field is filed with limit, conditions and a unit.
//!
//! Owns the examples. Refuses to know cases. Invariant: a row of a table here is a row of the rule.

use super::*;
use std::collections::BTreeSet;

fn cells(row: &str) -> Vec<String> {
    row.split(',').map(str::to_owned).collect()
}

#[test]
fn every_hazard_that_the_field_names_is_filed_with_limit_conditions_and_a_unit() {
    // What people call it, the category of a case, its class.
    let hazards = [
        ("液化气罐", "fire_gas_cylinder", "gridwalk_safety/1/0101"),
        ("飞线充电", "fire_loose_wire_charging", "gridwalk_safety/1/0102"),
        ("电动车进楼", "fire_ebike_indoors", "gridwalk_safety/1/0103"),
        ("占用消防通道", "fire_lane_blocked", "gridwalk_safety/1/0104"),
        ("三合一", "fire_three_in_one", "gridwalk_safety/1/0106"),
        ("厂中厂", "plant_in_plant", "gridwalk_safety/1/0201"),
        ("群租房", "home_overcrowded_let", "gridwalk_safety/1/0301"),
        ("小化工", "plant_small_chemical", "gridwalk_safety/1/0202"),
        ("招牌破损", "sign_loose", "gbt30428_event/2013/0205"),
        ("自来水管破裂", "water_pipe", "gbt30428_event/2013/0402"),
    ];
    let book = ClassBook::shipped();
    for (hazard, category, class) in hazards {
        let found = book.find(hazard);
        assert_eq!(found[0].of.to_string(), class, "{hazard}");
        assert_eq!(found[0].category, category, "{hazard}");
        assert_eq!(found[0].kind, "hazard");
        assert!(book.of_category(category).any(|c| c.of.to_string() == class), "{hazard}");
        for language in ["zh-Hans", "zh-Hant", "en"] {
            let said = [&found[0].name, &found[0].file_when, &found[0].close_when].map(|text| text.text(language));
            assert!(said.iter().all(|text| !text.is_empty()), "{hazard}");
            assert!(!found[0].department_name(language).is_empty(), "{hazard}");
        }
        assert!(AreaType::ALL.into_iter().all(|area| found[0].limit(Some(area)).amount > 0), "{hazard}");
    }
}

#[test]
fn every_category_of_a_case_has_a_class() {
    let lacking: Vec<&str> = CodeSet::CaseCategory
        .entries()
        .iter()
        .filter(|entry| ClassBook::shipped().of_category(entry.code).next().is_none())
        .map(|entry| entry.code)
        .collect();
    assert_eq!(lacking, [""; 0]);
    for kind in CodeSet::CaseKind.entries() {
        assert!(ClassBook::shipped().all().any(|class| class.kind == kind.code), "{}", kind.code);
    }
}

#[test]
fn what_ships_is_worded_in_three_languages_and_names_where_it_is_from() {
    for class in ClassBook::shipped().all() {
        for text in [&class.name, &class.file_when, &class.close_when] {
            assert!(!text.zh_hant.is_empty() && !text.en.is_empty(), "{}", class.of);
        }
        assert!(CodeSet::DutyDepartment.has(&class.department), "{}", class.of);
        assert!(class.source.contains("示例"), "{}", class.of);
        assert_eq!(class.of.to_string().parse(), Ok(class.of.clone()));
    }
    let sets: BTreeSet<&str> = ClassBook::shipped().all().map(|class| class.of.codeset.as_str()).collect();
    assert_eq!(sets.len(), 4);
    // The minors of events that the standard's seed has.
    let events = ClassBook::shipped().all().filter(|class| class.of.codeset == "gbt30428_event");
    assert_eq!(events.count(), 18 + 5 + 5 + 9 + 13 + 5);
}

#[test]
fn classes_are_found_by_pinyin_by_code_and_by_category() {
    let first = |query: &str| ClassBook::shipped().find(query).first().map(|class| class.name.zh_hans.clone());
    assert_eq!(first("fxcd"), Some("飞线充电".to_owned()));
    assert_eq!(first("baolulaji"), Some("暴露垃圾".to_owned()));
    assert_eq!(first("gbt30428_event/2013/0205"), Some("招牌破损".to_owned()));
    assert_eq!(first("fire lane"), Some("占用消防通道".to_owned()));
    assert_eq!(first("飛線充電"), Some("飞线充电".to_owned()));
    assert_eq!(first("qqq"), None);
}

#[test]
fn an_office_s_row_takes_the_place_of_the_one_of_its_name_and_of_no_other() {
    let mut book = ClassBook::shipped().clone();
    let before = book.all().count();
    book.replace([
        cells(
            "gridwalk_safety,1,0102,飞线充电,,,,飞线充电,滨江消防救援站,4,8,,工作时,有人飞线,,,拆了,,,市办〔2026〕1号,",
        ),
        cells("gridwalk_safety,1,0103,电动车进楼,,,,,消防,1,,,工作日,进楼,,,出楼,,,我市,停用"),
        cells("local,2026,9001,占道洗车,,,隐患,,城管,4,,,工作时,占道洗车,,,停止,,,我市,"),
        cells("local,2026,9002,坏行,,,隐患,,城管,四,,,工作时,x,,,y,,,我市,"),
    ]);
    let class = |text: &str| book.class(&text.parse().unwrap());
    let wires = class("gridwalk_safety/1/0102").unwrap();
    let limits = [None, Some(AreaType::B), Some(AreaType::C)].map(|area| wires.limit(area).to_string());
    assert_eq!(limits, ["4 work_hour", "8 work_hour", "8 work_hour"], "an empty cell says what the one before it says");
    assert_eq!(wires.department_name("en"), "滨江消防救援站");
    assert!(!class("gridwalk_safety/1/0103").unwrap().in_use, "old cases are still named by it");
    assert!(book.find("电动车进楼").iter().all(|class| class.of.code != "0103"), "no new one is");
    assert!(class("local/2026/9001").is_some() && class("local/2026/9002").is_none());
    assert_eq!(book.all().count(), before, "one is new, one is out of use");
}
