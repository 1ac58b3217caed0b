//! The office's tables of buildings, premises and staff; and an estate with what it has and its one plan.

use super::street::{Street, fails};
use serde_json::{Value as Json, json};

const VILLAGE: &str = "330402007024";
const GRID: &str = "330402007024001";

const BUILDINGS: &str = "小区,楼栋,层数,单元数,单元,房号,是否出租,出租方式,房东
香樟苑,1幢,6,2,1,101,是,整租,周房东
香樟苑,1幢,6,2,1,102,否,,
香樟苑,2幢,6,2,1,101,否,,
";
const PREMISES: &str = "小区,楼栋,场所名称,场所类型,联系人,联系电话,企业名称
香樟苑,1幢,香樟便利店,商店,钱店主,13800000021,香樟便利店（示例）
香樟苑,2幢,香樟面馆,餐饮,孙店主,13800000022,香樟餐饮（示例）
";

#[test]
fn buildings_premises_and_staff_come_as_tables_and_go_again() {
    let street = Street::new();
    let write = |name: &str, text: &str| {
        let path = street.folder().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (buildings, premises) = (write("楼栋.csv", BUILDINGS), write("场所.csv", PREMISES));
    let staff = format!("姓名,手机,网格,网格岗位\n指导员（示例）,13800000031,{GRID},网格指导员\n");
    let staff = write("人员.csv", &staff);
    let run = |what: &str, file: &str, unit: &str| street.admin(&["import", what, file, "--unit", unit]);
    let first = run("buildings", &buildings, GRID);
    assert_eq!(first["created"], json!({"estate": 1, "building": 2, "dwelling": 3}), "{first}");
    let second = run("premises", &premises, GRID);
    assert_eq!(second["created"], json!({"premises": 2, "organisation": 2}), "{second}");
    let third = run("staff", &staff, VILLAGE);
    assert_eq!(third["created"]["post"], 1, "{third}");
    // Once more is nothing new.
    for (what, file, unit) in
        [("buildings", &buildings, GRID), ("premises", &premises, GRID), ("staff", &staff, VILLAGE)]
    {
        let again = run(what, file, unit);
        let made = |list: &Json| list.as_object().unwrap().values().filter_map(Json::as_u64).sum::<u64>();
        assert_eq!((made(&again["created"]), made(&again["changed"])), (0, 0), "{what}: {again}");
    }
    let ann = street.phone("ann");
    let card = ann.ok(&["dwelling", "list", "--in", "1幢"]);
    assert_eq!(card.as_array().unwrap().len(), 2, "{card}");
    assert!(ann.text(&["call"]).contains("网格指导员  指导员（示例）  13800000031"));
    ann.ok(&["premises", "edit", "香樟面馆", "--set", "state=closed"]);
    ann.sync();

    // The premises' table was another village's: it is taken back, but for what ann wrote since.
    let undone = street.admin(&["import", "undo", &second["import"].to_string()]);
    let left: Vec<&str> =
        undone["left"].as_array().unwrap().iter().map(|line| line["title"].as_str().unwrap()).collect();
    assert!(left.contains(&"香樟面馆") && !left.contains(&"香樟便利店"), "{undone}");
    street.admin(&["import", "undo", &third["import"].to_string()]);
    ann.sync();
    assert!(ann.ok(&["search", "香樟便利店"])["rows"].as_array().unwrap().is_empty());
    assert_eq!(ann.ok(&["search", "香樟面馆"])["rows"].as_array().unwrap().len(), 1);
    assert!(!ann.text(&["call"]).contains("指导员（示例）"));
}

#[test]
fn an_estate_with_what_it_has_and_its_one_plan() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    let has =
        ["--add", "facilities=charging_shed", "--add", "facilities=门卫", "--set", "plan=一小区一方案：先修充电棚"];
    let estate = ann.ok(&[&["estate", "add", "香樟苑小区", "--set", "management=company"][..], &has].concat());
    let estate = estate["record"].as_str().unwrap();
    ann.sync();
    bob.sync();
    let address = street.stop();
    // Without a signal: ann writes down a lift, bob that the guards are gone and what comes next.
    ann.ok(&["estate", "edit", estate, "--add", "facilities=lift"]);
    bob.ok(&["estate", "edit", estate, "--remove", "facilities=gate_guard", "--set", "plan=一小区一方案：加装道闸"]);
    street.start_again(&address);
    for phone in [&ann, &bob, &ann] {
        phone.sync();
    }
    for phone in [&ann, &bob] {
        let card = phone.ok(&["estate", "show", estate]);
        let of = |list: &str, key: &str, name: &str| -> Json {
            card[list].as_array().unwrap().iter().find(|line| line[key] == name).cloned().unwrap_or_default()
        };
        let mut facilities: Vec<String> = of("sets", "set", "facilities")["elements"]
            .as_array()
            .unwrap()
            .iter()
            .map(|code| code.as_str().unwrap().to_owned())
            .collect();
        facilities.sort();
        assert_eq!(facilities, ["charging_shed", "lift"], "{card}");
        assert_eq!(of("fields", "field", "plan")["value"], "一小区一方案：加装道闸");
    }
    assert!(ann.text(&["search", "加装道闸"]).contains("香樟苑小区"), "an estate is found by its plan");
    assert_eq!(fails(&ann, &["estate", "edit", estate, "--add", "facilities=helipad"]).1, "unknown_code");
}
