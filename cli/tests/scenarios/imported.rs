//! A community's table of residents comes from the office: looked at, imported, corrected at the door, imported anew, taken
//! back.

use super::street::{Phone, Street};
use serde_json::Value as Json;

const GRID: &str = "330402007024001";

fn write(street: &Street, name: &str, text: &str) -> String {
    let path = street.folder().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn table(rows: &str) -> String {
    format!("光明社区人口登记表,,,,,,,\n楼栋,单元,房号,姓名,性别,身份证号,与户主关系,联系电话\n{rows}")
}

const ROWS: &str = "8幢,1,101,王小明,男,11010519491231021x,户主,13800000001
8幢,1,101,李芳,女,11010519491231002x,妻子,
8幢,1,102,赵六,男,,户主,13800000003
";

fn phones(phone: &Phone, name: &str) -> Vec<String> {
    let card = phone.ok(&["resident", "show", name]);
    let line = card["fields"].as_array().unwrap().iter().find(|line| line["field"] == "phone").unwrap().clone();
    let odd = line["at_odds"].as_array().filter(|heads| !heads.is_empty()).cloned();
    let heads = odd.unwrap_or_else(|| vec![line["value"].clone()]);
    heads.iter().filter_map(Json::as_str).map(str::to_owned).collect()
}

#[test]
fn a_table_imported_corrected_in_the_field_imported_anew_and_undone() {
    let street = Street::new();
    let ann = street.phone("ann");

    // The first look finds a number that a spreadsheet spoilt, and says where it is and what can be done.
    let spoilt = write(&street, "人口.csv", &table(&ROWS.replace("11010519491231002x", "1.10105E+17")));
    let looked = street.admin(&["import", "people", &spoilt, "--unit", GRID, "--dry-run"]);
    let problem = looked["problems"].as_array().unwrap().iter().find(|p| p["blocks"] == true).unwrap();
    assert_eq!(
        (&problem["code"], &problem["row"], &problem["column"]),
        (&"digits_lost".into(), &4.into(), &"F".into())
    );
    let told = street.admin_text(&["--lang", "zh", "import", "people", &spoilt, "--unit", GRID, "--dry-run"]);
    assert!(told.contains("人口.csv F4（身份证号）“1.10105E+17”") && told.contains("设为“文本”格式"), "{told}");
    let refused = street.admin_fails(&["import", "people", &spoilt, "--unit", GRID]);
    assert_eq!(refused["error"]["code"], "import_blocked");

    // Mended, it goes in while the server runs, and ann has it on her phone.
    let mended = write(&street, "人口.csv", &table(ROWS));
    let looked = street.admin(&["import", "people", &mended, "--unit", GRID, "--dry-run"]);
    let first = street.admin(&["import", "people", &mended, "--unit", GRID]);
    assert_eq!(first["created"], looked["created"]);
    assert_eq!(first["created"], serde_json::json!({"building": 1, "dwelling": 2, "household": 2, "resident": 3}));
    ann.sync();
    assert_eq!(phones(&ann, "赵六"), ["13800000003"]);

    // In the evening, without a signal, two people at their doors give her other numbers.
    let address = street.stop();
    ann.ok(&["resident", "edit", "赵六", "--set", "phone=13900000003"]);
    ann.ok(&["resident", "edit", "王小明", "--set", "phone=13900000001"]);
    street.start_again(&address);

    // The office's next table has a new number of Zhao, an old one of Wang, and somebody new. It comes before ann's phone does.
    let rows = ROWS.replace("13800000003", "13700000003") + "8幢,1,103,钱七,男,,户主,\n";
    let next = write(&street, "人口.csv", &table(&rows));
    let second = street.admin(&["import", "people", &next, "--unit", GRID]);
    assert_eq!((&second["changed"]["resident"], &second["created"]["resident"]), (&1.into(), &1.into()));
    ann.sync();
    assert_eq!(phones(&ann, "王小明"), ["13900000001"], "what the table did not change stays as ann wrote it");
    let mut both = phones(&ann, "赵六");
    both.sort();
    assert_eq!(both, ["13700000003", "13900000003"], "what both changed stands side by side");
    assert_eq!(ann.ok(&["disagreements"])[0]["title"], "赵六");

    // The same table once more is nothing new, whoever was first.
    let third = street.admin(&["import", "people", &next, "--unit", GRID]);
    assert_eq!(
        (&third["created"], &third["changed"], &third["kept"]),
        (&serde_json::json!({}), &serde_json::json!({}), &2.into())
    );

    // Taken back: what it made is gone, what stood beside ann's number too; ann's own stays.
    let undone = street.admin(&["import", "undo", &second["import"].to_string()]);
    assert_eq!((&undone["deleted"], &undone["put_back"]), (&3.into(), &1.into()), "{undone}");
    let undone = street.admin(&["import", "undo", &first["import"].to_string()]);
    let left: Vec<&str> = undone["left"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|l| l["why"] == "changed_since")
        .map(|l| l["title"].as_str().unwrap())
        .collect();
    assert!(left.contains(&"王小明") && left.contains(&"赵六"), "{undone}");
    ann.sync();
    assert_eq!(phones(&ann, "王小明"), ["13900000001"]);
    let found = ann.ok(&["search", "李芳"]);
    assert_eq!(found["rows"].as_array().unwrap().len(), 0, "{found}");
    let listed = street.admin(&["import", "list"]);
    let runs = listed["imports"].as_array().unwrap().iter();
    let statuses: Vec<(&Json, &Json)> = runs.map(|run| (&run["what"], &run["status"])).collect();
    let (people, units) = (Json::from("people"), Json::from("units"));
    let (done, undone) = (Json::from("done"), Json::from("undone"));
    assert_eq!(statuses, [(&people, &done), (&people, &undone), (&people, &undone), (&units, &done)]);
}
