//! 沙杭村, a village of eight groups without doors to count: its households come from the village's table, and are found by
//! the initials of what people call them.
//!
//! Code and name are those that the National Bureau of Statistics of China published (edition of 2023); people, groups'
//! names and houses are made up.

use super::street::{Street, fails};
use serde_json::Value as Json;
use std::fmt::Write as _;

const TABLE: &str = "code,name,parent,level,kind
320700000000,连云港市,320000000000,prefecture,
320706000000,海州区,320700000000,county,
320706102000,新坝镇,320706000000,township,town
320706102211,沙杭村委会,320706102000,village,villagers_committee
";
const VILLAGE: &str = "320706102211";

#[test]
fn a_village_of_eight_groups_found_by_initials() {
    let street = Street::with_table(TABLE, ("320706", "海州区"), 1);
    for number in 1..=8 {
        let (code, name) = (format!("{VILLAGE}-G0{number}"), format!("沙杭村{number}组"));
        street.admin(&["unit", "add", &code, &name, "--kind", "villagers_group"]);
    }
    street.user("ann", "gridworker", VILLAGE);

    // The village's table knows groups and families, no buildings and no doors; one group is written as people say it.
    let mut table = String::from("沙杭村户籍登记表,,,,\n村民小组,户主姓名,姓名,与户主关系,手机号码\n");
    for group in 1..=8 {
        for family in 1..=5 {
            let head = ["张", "王", "李", "赵", "孙"][family - 1];
            let called = if group == 3 { "第三村民小组".to_owned() } else { format!("{group}组") };
            let head = format!("{head}{}", ["一", "二", "三", "四", "五", "六", "七", "八"][group - 1]);
            let _ = writeln!(table, "{called},{head},{head},户主,1380000{group}{family:03}");
            let _ = writeln!(table, "{called},{head},{head}妻,妻子,");
        }
    }
    let _ = writeln!(table, "8组,老李家后坪,李大山,户主,");
    let file = street.folder().join("沙杭村.csv");
    std::fs::write(&file, encoding(&table)).unwrap();
    let asked = ["import", "people", file.to_str().unwrap(), "--unit", VILLAGE];
    let looked = street.admin(&[&asked[..], &["--dry-run"]].concat());
    assert_eq!((&looked["format"], &looked["blocked_rows"]), (&"gb18030".into(), &0.into()), "{looked}");
    let done = street.admin(&asked);
    assert_eq!(done["created"], serde_json::json!({"building": 41, "household": 41, "resident": 81}));

    // On ann's phone, without a signal: the village has eight groups, and each its families.
    let ann = street.phone("ann");
    street.stop();
    let units = ann.ok(&["unit"]);
    let groups = units.as_array().unwrap().iter().filter(|u| u["title"].as_str().unwrap().ends_with("组")).count();
    assert_eq!(groups, 8);
    let third = ann.ok(&["household", "walk", "沙杭村3组"]);
    assert_eq!(third["households"].as_array().unwrap().len(), 5);
    let found = ann.ok(&["search", "lljhp"]);
    let titles: Vec<&Json> = found["rows"].as_array().unwrap().iter().map(|row| &row["title"]).collect();
    assert!(titles.contains(&&Json::from("老李家后坪")), "{found}");

    // The families of a group on paper, to be visited where no phone goes.
    let sheet = street.folder().join("三组.html");
    let printed = ann.ok(&["print", "doors", "--unit", "沙杭村3组", "--out", sheet.to_str().unwrap()]);
    assert_eq!((&printed["rows"], &printed["sheets"]), (&5.into(), &1.into()));
    let html = std::fs::read_to_string(sheet).unwrap();
    assert!(html.contains("张三") && html.contains("沙杭村3组") && !html.contains("1380000"), "no numbers on paper");

    // What was ticked is typed in later, with the time on the paper.
    let visit = ["visit", "张三", "nobody_home", "--from-paper", "--at", "2026-11-20 19:05"];
    assert_eq!(fails(&ann, &visit[..4]).0, 2, "without the time on the paper it is not taken");
    let typed = ann.ok(&visit);
    let card = ann.ok(&["visit", "show", typed["record"].as_str().unwrap()]);
    let told = card.to_string();
    assert!(
        told.contains("from_paper")
            && ann.text(&["visit", "show", typed["record"].as_str().unwrap()]).contains("纸上登记"),
        "{told}"
    );
}

/// The table as an office's spreadsheet saves it.
fn encoding(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}
