//! Units on the command line: whom to call, empty posts, household links, points with their reference system.

#![expect(clippy::unwrap_used, reason = "a test stops at the first answer that is not what it must be")]

mod street;

use serde_json::Value as Json;
use street::Street;

const GRID: &str = "330402007024001";
const VILLAGE: &str = "330402007024";
const TOWNSHIP: &str = "330402007";

fn level<'a>(call: &'a Json, name: &str) -> &'a Json {
    let levels = call["levels"].as_array().unwrap();
    levels.iter().find(|l| l["name"].as_str().unwrap().contains(name)).unwrap_or_else(|| panic!("{name}: {call}"))
}

fn names(list: &Json) -> Vec<&str> {
    list.as_array().unwrap().iter().filter_map(|line| line["name"].as_str()).collect()
}

#[test]
fn whom_to_call_is_on_the_phone_and_stays_there_without_a_network() {
    let street = Street::new();
    let set = |unit: &str, role: &str, name: &str, phone: &str| {
        street.admin(&["unit", "post", "set", unit, role, "--name", name, "--phone", phone]);
    };
    set(GRID, "gridworker", "安小红", "13800000001");
    set(GRID, "branch_head", "党书记", "13800000002");
    set(VILLAGE, "legal_adviser", "周律师", "0573-83000002");
    set(TOWNSHIP, "community_police", "钱警官", "13800000003");
    street.admin(&["unit", "post", "set", GRID, "mediator"]);
    street.admin(&["unit", "add", "330402007-D05", "综合执法队"]);
    street.admin(&["unit", "duty", "330402007-D05", "0573-83000005", "--hours", "24小时"]);
    street.admin(&["user", "add", "vera", "--role", "volunteer", "--unit", GRID]);
    let (ann, vera) = (street.phone("ann"), street.phone("vera"));
    let address = street.stop();

    let call = ann.ok(&["call"]);
    let own = &call["levels"][0];
    assert_eq!(names(&own["posts"]), ["安小红", "党书记"], "{call}");
    assert_eq!(own["posts"][2]["filled"], false, "the mediator's post was opened and is empty");
    let all: Vec<&str> = call["levels"].as_array().unwrap().iter().flat_map(|l| names(&l["posts"])).collect();
    assert!(all.contains(&"周律师") && all.contains(&"钱警官"), "those above are here, too: {call}");
    let desks: Vec<&Json> =
        call["levels"].as_array().unwrap().iter().flat_map(|l| l["departments"].as_array().unwrap()).collect();
    assert_eq!((desks.len(), &desks[0]["phone"]), (1, &Json::from("057383000005")), "{call}");
    assert!(ann.text(&["call"]).contains("法律顾问  周律师  057383000002"));
    for held in [&vera.ok(&["call", GRID]), &vera.ok(&["posts"])] {
        let text = held.to_string();
        assert!(!text.contains("13800000") && !text.contains("周律师"), "volunteers hold no posts: {text}");
    }

    let empty = ann.ok(&["posts", "--empty"]);
    let roles: Vec<&str> = empty[0]["posts"].as_array().unwrap().iter().map(|p| p["role"].as_str().unwrap()).collect();
    let due = ["instructor", "mediator", "community_police", "legal_adviser", "building_chief"];
    assert_eq!((empty.as_array().unwrap().len(), &roles[..]), (1, &due[..]), "opened or not: {empty}");

    street.start_again(&address);
    street.admin(&["unit", "post", "vacate", GRID, "gridworker", "--until", "2026-01-01"]);
    ann.sync();
    let empty = ann.ok(&["posts", "--empty"]);
    assert_eq!(empty[0]["posts"][0]["role"], "gridworker", "{empty}");
    let listed = street.admin(&["unit", "post", "list", "--below", VILLAGE, "--empty"]);
    let listed: Vec<(&str, bool)> = listed["posts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["role"].as_str().unwrap(), p["record"].is_null()))
        .collect();
    let opened: Vec<&str> = listed.iter().filter(|(_, unopened)| !unopened).map(|(role, _)| *role).collect();
    assert_eq!(opened, ["gridworker", "mediator"], "{listed:?}");
    let nobody = listed.iter().filter(|post| **post == ("gridworker", true)).count();
    assert_eq!(nobody, 1, "the other grid's is told although nobody opened it: {listed:?}");
    let _ = level(&call, "网格");
}

#[test]
fn a_household_link_is_visited_monthly() {
    let street = Street::new();
    let ann = street.phone("ann");
    ann.ok(&["building", "add", "3 幢"]);
    ann.ok(&["dwelling", "add", "402", "--building", "3 幢"]);
    ann.ok(&["household", "add", "王家", "--dwelling", "402"]);
    ann.ok(&["link", "add", "3幢联户", "--set", "head=王大爷", "--add", "households=王家"]);
    let due = ann.ok(&["link", "due"]);
    assert_eq!((due[0]["title"].as_str(), due[0]["households"].as_u64()), (Some("3幢联户"), Some(1)), "{due}");
    ann.sync();
    ann.ok(&["visit", "3幢联户", "seen"]);
    assert!(ann.ok(&["link", "due"]).as_array().unwrap().is_empty(), "visited this month");
    ann.sync();
    let bob = street.phone("bob");
    assert!(bob.ok(&["link", "due"]).as_array().unwrap().is_empty());
    let shown = bob.ok(&["link", "show", "3幢联户"]);
    assert_eq!(shown["subtitle"], "王大爷", "{shown}");
}

#[test]
fn a_household_in_two_links_is_warned_of_and_both_are_kept() {
    let street = Street::new();
    street.admin(&["user", "add", "dora", "--role", "gridworker", "--unit", GRID]);
    let (ann, dora) = (street.phone("ann"), street.phone("dora"));
    ann.ok(&["building", "add", "3 幢"]);
    for (door, household) in [("402", "王家"), ("403", "陈家")] {
        ann.ok(&["dwelling", "add", door, "--building", "3 幢"]);
        ann.ok(&["household", "add", household, "--dwelling", door]);
    }
    let first = ann.ok(&["link", "add", "甲组", "--add", "households=王家"]);
    assert!(first["warnings"].as_array().unwrap().is_empty(), "{first}");
    let second = ann.ok(&["link", "add", "乙组", "--add", "households=王家", "--add", "households=陈家"]);
    let warning = &second["warnings"][0];
    assert_eq!(
        (&warning["code"], &warning["beside"]),
        (&"household_in_two_links".into(), &first["record"]),
        "{second}"
    );
    assert_eq!(second["warnings"].as_array().unwrap().len(), 1);
    let told = ann.text(&["link", "edit", "甲组", "--add", "households=陈家"]);
    assert!(told.contains("⚠") && told.contains("该户已在另一联户组内"), "{told}");
    ann.ok(&["undo"]);
    ann.sync();
    dora.sync();
    // Two people link one household without a signal: nobody can be warned, and the list of links tells.
    ann.ok(&["link", "add", "丙组", "--add", "households=陈家"]);
    ann.sync();
    dora.sync();
    let due = dora.ok(&["link", "due"]);
    let shared: Vec<(&str, usize)> = due
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["title"].as_str().unwrap(), line["shared"].as_array().unwrap().len()))
        .collect();
    assert_eq!(shared, [("丙组", 1), ("乙组", 2), ("甲组", 1)], "{due}");
    assert!(dora.text(&["link", "due"]).contains("其中 2 户同时在其他联户组内"));
}

#[test]
fn a_point_without_a_reference_system_is_refused() {
    let street = Street::new();
    let ann = street.phone("ann");
    let refused = street::fails(&ann, &["building", "add", "3 幢", "--set", "point=30.75,120.76"]);
    assert_eq!(refused, (2, "untagged".to_owned()));
    assert_eq!(street::fails(&ann, &["near", "30.75", "120.76"]), (2, "untagged".to_owned()));
    let point = "point=30.75,120.76;crs=wgs84;accuracy=8;source=satellite;mock=yes";
    ann.ok(&["building", "add", "3 幢", "--set", point]);
    let card = ann.ok(&["building", "show", "3 幢"]);
    let point = &card["fields"].as_array().unwrap().iter().find(|f| f["field"] == "point").unwrap()["value"];
    assert_eq!((&point["mock"], &point["accuracy_cm"]), (&Json::from(true), &Json::from(800)), "{card}");
    let near = ann.ok(&["near", "30.75", "120.76", "--crs", "gcj02", "--metres", "1000"]);
    let metres = near["rows"][0]["metres"].as_u64().unwrap();
    assert!((350..700).contains(&metres), "what a map shows there lies some 500 m away: {near}");
}

/// A file beside the server's folder.
fn file(name: &str, text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

#[test]
fn boundaries_without_a_reference_system_are_refused_and_with_one_they_reach_phones() {
    let street = Street::new();
    let ring = "[[[120.76,30.75],[120.77,30.75],[120.77,30.76],[120.76,30.76],[120.76,30.75]]]";
    let geojson = format!(
        r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{"code":"{GRID}"}},
        "geometry":{{"type":"Polygon","coordinates":{ring}}}}}]}}"#
    );
    let (_folder, path) = file("grids.geojson", &geojson);
    let import = ["unit", "boundaries", "import", path.as_str(), "--from", "2026-01-01"];
    let refused = street.admin_fails(&import);
    assert_eq!(refused["error"]["code"], "untagged", "{refused}");
    assert!(refused["error"]["message"].as_str().unwrap().contains("--crs"), "{refused}");
    let dry = street.admin(&[&import[..], &["--crs", "gcj02", "--dry-run"]].concat());
    assert_eq!((&dry["written"], &dry["verdict"]), (&Json::from(false), &Json::from("too_few")), "{dry}");
    assert!((1_000_000..1_100_000).contains(&dry["units"][0]["area_m2"].as_i64().unwrap()), "{dry}");
    street.admin(&[&import[..], &["--crs", "gcj02"]].concat());
    let listed = street.admin(&["unit", "boundaries", "list", "--below", VILLAGE, "--on", "2026-06-01"]);
    assert_eq!(listed["units"].as_array().unwrap().len(), 1, "{listed}");

    let ann = street.phone("ann");
    let near = |lat: &str, lon: &str, crs: &str| ann.ok(&["near", lat, lon, "--crs", crs])["grid"].is_string();
    assert!(near("30.7501", "120.7601", "gcj02"), "the corner as the map shows it");
    assert!(!near("30.7501", "120.7699", "wgs84"), "the same degrees as a satellite says them lie beyond the edge");
}

#[test]
fn a_years_changes_are_proposed_confirmed_and_applied_and_old_codes_are_found() {
    let street = Street::new();
    let ann = street.phone("ann");
    let name = |unit: &Json| unit["name"].as_str().unwrap().to_owned();
    let listed = street.admin(&["unit", "list", "--below", VILLAGE, "--level", "village"]);
    let village = name(&listed["units"][0]);
    let table = |code: &str, name: &str| format!("code,name\n{code},{name}\n");
    let (_one, before) = file("2025.csv", &table(VILLAGE, &village));
    let (_two, after) = file("2026.csv", &table("330402007099", &village));
    let (_plan, plan) = file("plan.json", "");
    let propose = ["unit", "edition", "propose", &before, &after, "--from", "2026-01-01", "--plan", &plan];
    let proposed = street.admin(&propose);
    assert_eq!(
        (&proposed["lines"][0]["what"], &proposed["lines"][0]["confirmed"]),
        (&Json::from("renumber"), &Json::from(false))
    );
    let nothing = street.admin(&["unit", "edition", "apply", &plan]);
    assert_eq!(nothing["renumbered"], 0, "what nobody confirmed is not done: {nothing}");
    street.admin(&["unit", "edition", "confirm", &plan, "--line", "1", "--by", "li"]);
    let done = street.admin(&["unit", "edition", "apply", &plan]);
    assert_eq!(done["renumbered"], 3, "the village and its two grids: {done}");

    let by_old = street.admin(&["unit", "list", "--below", VILLAGE]);
    assert_eq!(by_old["units"][0]["code"], "330402007099", "{by_old}");
    ann.sync();
    let found = ann.ok(&["unit", GRID]);
    assert_eq!(
        found["unit"],
        by_old["units"].as_array().unwrap().iter().find(|u| u["code"] == "330402007099001").unwrap()["unit"]
    );
}

#[test]
fn a_table_of_staff_fills_posts_that_phones_know_and_a_cell_clears_when_it_says_so() {
    let street = Street::new();
    let ann = street.phone("ann");
    let (_staff, staff) = file(
        "staff.csv",
        &format!("姓名,手机,网格,网格岗位\n安小红,13800000001,{GRID},网格员\n周律师,13800000002,{GRID},法律顾问\n"),
    );
    let done = street.admin(&["import", "staff", &staff, "--unit", VILLAGE]);
    assert_eq!(done["created"]["post"], 2, "{done}");
    ann.sync();
    let call = ann.ok(&["call"]);
    let walkers: Vec<&Json> =
        call["levels"][0]["posts"].as_array().unwrap().iter().filter(|p| p["role"] == "gridworker").collect();
    assert_eq!(
        (&walkers[0]["name"], &walkers[1]["name"]),
        (&"ann".into(), &"安小红".into()),
        "nobody's post is taken over"
    );
    assert!(ann.text(&["call"]).contains("法律顾问  周律师  13800000002"));
    street.admin(&["import", "undo", &done["import"].to_string()]);
    ann.sync();
    assert!(!ann.text(&["call"]).contains("周律师"));

    let table = |phone: &str| format!("楼栋,房号,姓名,性别,联系电话,健康状况\n8幢,101,王小明,男,{phone},有慢性病\n");
    let (_one, first) = file("first.csv", &table("13800000003"));
    let (_two, second) = file("second.csv", &table("-清空-"));
    let looked = street.admin_text(&["--lang", "zh", "import", "people", &first, "--unit", GRID, "--dry-run"]);
    assert!(looked.contains("F2（健康状况）") && !looked.contains("有慢性病"), "{looked}");
    street.admin(&["import", "people", &first, "--unit", GRID]);
    ann.sync();
    let card = || ann.ok(&["resident", "show", "王小明"]).to_string();
    assert!(card().contains("13800000003") && !card().contains("慢性病"));
    street.admin(&["import", "people", &second, "--unit", GRID]);
    ann.sync();
    assert!(!card().contains("13800000003"));
}
