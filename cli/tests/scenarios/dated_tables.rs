//! Holidays, office hours, classes and rules: what ships, what an office puts in its place, and what a phone makes of it
//! without a network.

use super::street::{Phone, Street};
use gridwalk_model::Timestamp;
use gridwalk_model::civil_date::CivilDate;
use serde_json::Value as Json;

const COUNTY: &str = "330402";
const TOWNSHIP: &str = "330402007";
const VILLAGE: &str = "330402007024";
const GRID: &str = "330402007024001";

/// A moment by China's clock.
fn at(text: &str) -> i64 {
    let (date, clock) = text.split_once(' ').unwrap();
    let (hour, minute) = clock.split_once(':').unwrap();
    let minutes = hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap();
    Timestamp::of_china_day(CivilDate::parse(date).unwrap().days()).plus_ms(minutes * 60_000).0
}

fn due(phone: &Phone, args: &[&str]) -> Json {
    phone.ok(&[&["class", "due"], args].concat())["deadline"].clone()
}

#[test]
fn what_is_due_is_reckoned_without_a_case_and_without_a_signal() {
    let street = Street::new();
    let ann = street.phone("ann");
    street.stop();
    // Three working days: Friday, Saturday the 11th that makes up for the holiday, Monday.
    let deadline = due(&ann, &["企业诉求", "--from", "2024-05-09 15:00"]);
    assert_eq!(deadline["due"], at("2024-05-13 17:30"));
    assert_eq!(deadline["warn_at"], at("2024-05-13 08:30"));
    // Held for a day, it is due a day later; while it is held there is no deadline.
    let held = ["企业诉求", "--from", "2024-05-09 15:00", "--pause", "2024-05-10 09:00/2024-05-10 17:00"];
    assert_eq!(due(&ann, &held)["due"], at("2024-05-14 17:30"));
    let open = ann.ok(&["class", "due", "企业诉求", "--from", "2024-05-09 15:00", "--pause", "2024-05-10 09:00/"]);
    assert_eq!((open["deadline"].is_null(), open["why"].as_str()), (true, Some("paused")));
    let text = ann.text(&["class", "due", "--limit", "2 自然日", "--from", "2024-04-30 10:00"]);
    assert!(text.contains("2024-05-02 24:00"), "{text}");
    assert_eq!(super::street::fails(&ann, &["class", "due", "--limit", "很快"]), (2, "not_a_limit".to_owned()));
}

/// The hazards that people in grids speak of, by title: class, category, limit, and the department that the rules propose.
const HAZARDS: [(&str, &str, &str, &str, &str); 11] = [
    ("楼下十个钢瓶", "违规存放液化气罐", "fire_gas_cylinder", "24 urgent_hour", "区公安分局"),
    ("三楼拉线充电", "飞线充电", "fire_loose_wire_charging", "1 workday", "区消防救援大队"),
    ("电动车推上楼", "电动车进楼", "fire_ebike_indoors", "4 urgent_hour", "区消防救援大队"),
    ("车停在消防通道", "占用消防通道", "fire_lane_blocked", "2 urgent_hour", "区消防救援大队"),
    ("店里住人", "三合一场所", "fire_three_in_one", "3 workday", "区消防救援大队"),
    ("一栋厂房五家厂", "厂中厂", "plant_in_plant", "10 workday", "区应急管理局"),
    ("院里分装化学品", "小化工", "plant_small_chemical", "24 urgent_hour", "区应急管理局"),
    ("一套房住十二人", "群租房", "home_overcrowded_let", "10 workday", "区住建局"),
    ("出租房燃气软管老化", "燃气泄漏隐患", "home_gas", "2 urgent_hour", "区住建局"),
    ("出租房私拉电线", "电线老化私拉乱接", "home_wiring", "2 workday", "区住建局"),
    ("店招牌晃动", "招牌破损", "sign_loose", "4 urgent_hour", "区城市管理局"),
];

/// A limit as it was stamped, by the words of the tables.
fn stamped(limit: &Json) -> String {
    let (amount, unit) = (limit["amount"].as_u64().unwrap(), limit["unit"].as_str().unwrap());
    let of_one = if unit.ends_with("_hour") { 60 } else { 1 };
    assert_eq!(amount % of_one, 0, "{limit}");
    format!("{} {unit}", amount / of_one)
}

#[test]
fn every_hazard_of_the_field_is_filed_with_a_class_a_limit_and_a_unit() {
    let street = Street::new();
    let departments = ["区公安分局", "区消防救援大队", "区应急管理局", "区住建局", "区城市管理局"];
    for (n, name) in (1..).zip(departments) {
        street.admin(&["unit", "add", &format!("330402-D0{n}"), name]);
    }
    let [ann, bob] = ["ann", "bob"].map(|login| street.phone(login));
    let address = street.stop();
    for (title, class, category, ..) in HAZARDS {
        let category = format!("category={category}");
        ann.ok(&["case", "report", title, "--class", class, "--set", &category, "--set", "place=南门"]);
    }
    street.start_again(&address);
    ann.sync();
    bob.sync();
    // What is filed is filed without a signal, too: the tables are on the phone.
    street.stop();
    for (title, class, category, limit, unit) in HAZARDS {
        bob.ok(&["case", "accept", title]);
        bob.ok(&["case", "file", title, "--condition", "现场属实"]);
        let case = bob.ok(&["case", "show", title]);
        assert_eq!((&case["status"], &case["matter"]), (&"filed".into(), &"hazard".into()), "{title}");
        let about = &case["class"];
        assert_eq!((&about["name"]["zh-Hans"], &about["category"]), (&class.into(), &category.into()), "{case}");
        for condition in ["file_when", "close_when"] {
            assert!(!about[condition]["zh-Hans"].as_str().unwrap().is_empty(), "{title}: {condition}");
        }
        let clock = &case["clock"];
        assert_eq!(stamped(&clock["limit"]), limit, "{title}");
        let (due, from) = (clock["deadline"]["due"].as_i64().unwrap(), clock["from"].as_i64().unwrap());
        assert!(due > from, "{title}: {clock}");
        if let Some(hours) = limit.strip_suffix(" urgent_hour") {
            assert_eq!(due - from, hours.parse::<i64>().unwrap() * 3_600_000, "{title}: hours without a night");
        }
        let filed = case["steps"].as_array().unwrap().iter().find(|step| step["step"] == "file").unwrap();
        assert_eq!(filed["answers"]["class"], about["class"], "it was stamped, not looked up: {filed}");
        assert!(["limit", "due"].iter().all(|stamp| !filed["answers"][stamp].is_null()), "{filed}");
        assert_eq!((&case["deadline"], &case["proposed"]["unit_name"]), (&due.into(), &unit.into()), "{title}");
        let text = bob.text(&["case", "show", title]);
        assert!(["立案条件", "结案条件", "处置时限", class, unit].iter().all(|word| text.contains(word)), "{text}");
    }
}

/// Writes a file into the street's folder.
fn file(street: &Street, name: &str, text: &str) -> String {
    let path = street.folder().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn import(street: &Street, file: &str, of: &str, unit: &str) -> Json {
    let done = street.admin(&["calendar", "import", file, "--of", of, "--unit", unit, "--edition", of, "--by", "li"]);
    assert_eq!(done["written"], true, "{done}");
    done
}

/// What phones reckon before and after: due after two work hours, limit of the class, unit of the class.
fn reckoned(phone: &Phone) -> (i64, String, String) {
    let due = due(phone, &["--limit", "2 工作时", "--from", "2026-09-30 19:00", "--at", TOWNSHIP]);
    let class = phone.ok(&["class", "show", "gridwalk_safety/1/0104", "--at", GRID]);
    let limit = format!("{} {}", class["limit"]["amount"], class["limit"]["unit"].as_str().unwrap());
    let proposed = phone.ok(&["class", "propose", "gridwalk_safety/1/0104", "--at", GRID]);
    (due["due"].as_i64().unwrap(), limit, proposed["unit_name"].as_str().unwrap().to_owned())
}

#[test]
fn an_office_replaces_its_tables_and_phones_reckon_by_them_offline() {
    let street = Street::new();
    street.admin(&["unit", "add", "330402-D02", "区消防救援大队"]);
    let ann = street.phone("ann");
    let shipped = (at("2026-10-08 10:30"), "120 urgent_hour".to_owned(), "区消防救援大队".to_owned());
    assert_eq!(reckoned(&ann), shipped);
    let long = ["--limit", "20 工作日", "--from", "2026-12-20 10:00"];
    assert_eq!(due(&ann, &long)["missing_years"], serde_json::json!([2027]));
    assert!(ann.text(&[&["class", "due"], &long[..]].concat()).contains("2027"), "people are told");

    // A file with a slip in it is not taken in: row, column and cure are told.
    let slip = "年份,起,止,类别,节日\n2027,2027-01-01,2027-01-03,放假,元旦\n2027,2027-02-30,,放假,春节\n";
    let slip = file(&street, "slip.csv", slip);
    let failed =
        street.admin_fails(&["calendar", "import", &slip, "--of", "holidays", "--unit", COUNTY, "--edition", "2027"]);
    let told = &failed["error"]["details"][0];
    assert_eq!(
        (told["row"].as_u64(), told["column"].as_str(), told["code"].as_str()),
        (Some(3), Some("B"), Some("not_a_date"))
    );
    assert!(told["message"].as_str().unwrap().contains("2027-02-30"), "{failed}");

    // A made-up notice: the real one of the year comes out in November before it.
    let notice = file(
        &street,
        "2027.csv",
        "year,from,to,day,occasion,source\n2027,2027-01-01,2027-01-03,holiday,new_year,示例\n",
    );
    let plan = ["calendar", "import", &notice, "--of", "holidays", "--unit", COUNTY, "--edition", "2027", "--dry-run"];
    assert_eq!(street.admin(&plan)["written"], false);
    assert!(street.admin(&["calendar", "show", "--unit", COUNTY])["tables"].as_array().unwrap().is_empty());
    import(&street, &notice, "holidays", COUNTY);
    let hours =
        "unit,from,days,begin,end\n330402007,2026-01-01,每天,08:00,20:00\n330402,2026-01-01,mon-fri,09:00,17:00\n";
    let done = import(&street, &file(&street, "hours.csv", hours), "work_hours", COUNTY);
    assert_eq!(done["tables"].as_array().unwrap().len(), 2, "a table for each office");
    let classes = "codeset,version,code,zh,department,limit_a,limit_b,time_unit,file_zh,close_zh\n\
                   gridwalk_safety,1,0104,占用消防通道,消防,1,4,工作时,车道被占,车道畅通\n";
    import(&street, &file(&street, "classes.csv", classes), "case_classes", COUNTY);
    import(&street, &file(&street, "areas.csv", &format!("unit,area\n{TOWNSHIP},b\n")), "area_types", COUNTY);
    let rules = format!("class,place,area,propose,note\ngridwalk_safety/1/0104,{VILLAGE},*,level:village,社区先清障\n");
    import(&street, &file(&street, "rules.csv", &rules), "dispatch_rules", COUNTY);

    assert_eq!(reckoned(&ann), shipped, "nothing changes before the phone heard of it");
    ann.sync();
    let address = street.stop();
    let village = ann.ok(&["unit", VILLAGE])["name"].as_str().map(str::to_owned);
    let (due_at, limit, unit) = reckoned(&ann);
    assert_eq!((due_at, limit.as_str()), (at("2026-10-08 09:00"), "240 work_hour"));
    assert!(village.is_none_or(|name| name == unit) && unit != "区消防救援大队", "{unit}");
    let by = ann.ok(&["class", "propose", "gridwalk_safety/1/0104", "--at", GRID]);
    assert_eq!(
        (by["proposal"]["rows"][0]["row"].as_u64(), by["table"].as_str()),
        (Some(1), Some("dispatch_rules")),
        "{by}"
    );
    assert!(due(&ann, &long).get("missing_years").is_none(), "the notice is known now");

    // Somebody took the wrong file for the classes: the import is taken back as one.
    street.start_again(&address);
    let acts = street.admin(&["audit", "list"]);
    let is_it = |act: &&Json| act["code"] == "rule_table_imported" && act.to_string().contains("case_classes");
    let act = acts["audit"].as_array().unwrap().iter().find(is_it).unwrap()["number"].to_string();
    street.admin(&["audit", "undo", &act]);
    ann.sync();
    assert_eq!(reckoned(&ann).1, "120 urgent_hour");
    let shown = street.admin(&["calendar", "show", "--unit", TOWNSHIP, "--year", "2027"]);
    assert_eq!((shown["known"].as_bool(), shown["tables"].as_array().unwrap().len()), (Some(true), 5), "{shown}");
    let table = shown["tables"].as_array().unwrap().iter().find(|t| t["sort"] == "dispatch_rules").unwrap();
    street.admin(&["calendar", "withdraw", table["record"].as_str().unwrap(), "--by", "li"]);
    ann.sync();
    assert_eq!(reckoned(&ann).2, "区消防救援大队");
}
