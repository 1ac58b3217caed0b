//! What the office keeps in workbooks: a table of divisions and a list of residents, looked at, imported, taken back as one.

use super::street::{Phone, Street};
use serde_json::Value as Json;
use std::fmt::Write as _;
use std::io::Write as _;

const GRID: &str = "330402007024001";
const TOWN: &str = "330402901";
const VILLAGE: &str = "330402901201";

/// A cell as spreadsheets keep it.
#[derive(Clone, Copy)]
enum Cell {
    Nothing,
    Text(&'static str),
    Number(f64),
    /// A serial day with a format of dates.
    Day(u32),
}

use Cell::{Day, Nothing, Number, Text};

fn sheet(rows: &[&[Cell]]) -> String {
    let mut xml = String::new();
    for (nth, row) in rows.iter().enumerate() {
        write!(xml, "<row r=\"{}\">", nth + 1).unwrap();
        for (cell, letter) in row.iter().zip('A'..='Z') {
            let at = format!("{letter}{}", nth + 1);
            match cell {
                Nothing => Ok(()),
                Text(text) => write!(xml, "<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>"),
                Number(number) => write!(xml, "<c r=\"{at}\"><v>{number}</v></c>"),
                Day(serial) => write!(xml, "<c r=\"{at}\" s=\"1\"><v>{serial}</v></c>"),
            }
            .unwrap();
        }
        xml.push_str("</row>");
    }
    xml
}

/// A workbook in the street's folder; gives its path.
fn workbook(street: &Street, name: &str, sheets: &[(&str, String)]) -> String {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let (mut list, mut links, mut parts) = (String::new(), String::new(), Vec::new());
    for (nth, (title, rows)) in (1..).zip(sheets) {
        write!(list, "<sheet name=\"{title}\" sheetId=\"{nth}\" r:id=\"rId{nth}\"/>").unwrap();
        let target = format!("worksheets/sheet{nth}.xml");
        write!(links, "<Relationship Id=\"rId{nth}\" Type=\"{office}/worksheet\" Target=\"{target}\"/>").unwrap();
        let data = format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
        parts.push((format!("xl/{target}"), data));
    }
    write!(links, "<Relationship Id=\"rIdS\" Type=\"{office}/styles\" Target=\"styles.xml\"/>").unwrap();
    let book = format!("<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets>{list}</sheets></workbook>");
    let formats = "<cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>";
    let whole = format!("<Relationship Id=\"rId1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/>");
    let relations = |inside: &str| format!("<Relationships xmlns=\"{package}/relationships\">{inside}</Relationships>");
    parts.extend([
        ("[Content_Types].xml".to_owned(), format!("<Types xmlns=\"{package}/content-types\"/>")),
        ("_rels/.rels".to_owned(), relations(&whole)),
        ("xl/workbook.xml".to_owned(), book),
        ("xl/_rels/workbook.xml.rels".to_owned(), relations(&links)),
        ("xl/styles.xml".to_owned(), format!("<styleSheet xmlns=\"{main}\">{formats}</styleSheet>")),
    ]);
    let path = street.folder().join(name);
    let mut archive = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (part, text) in parts {
        archive.start_file(part, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
    path.to_str().unwrap().to_owned()
}

fn codes(street: &Street) -> Vec<String> {
    let units = street.admin(&["unit", "list", "--below", "330402"]);
    let code = |unit: &Json| unit["code"].as_str().unwrap().to_owned();
    units["units"].as_array().unwrap().iter().map(code).filter(|code| code.starts_with(TOWN)).collect()
}

fn imports(street: &Street) -> Vec<(Json, Json)> {
    let listed = street.admin(&["import", "list"]);
    listed["imports"].as_array().unwrap().iter().map(|run| (run["what"].clone(), run["status"].clone())).collect()
}

fn found(phone: &Phone, text: &str) -> usize {
    phone.ok(&["search", text])["rows"].as_array().unwrap().len()
}

#[test]
fn divisions_from_a_workbook_are_taken_back_but_for_what_hangs_on_them() {
    let street = Street::new();
    let head = [Text("code"), Text("name"), Text("parent"), Text("level"), Text("kind")];
    let above = [
        [Number(330_400_000_000.0), Text("嘉兴市"), Nothing, Text("prefecture"), Nothing],
        [Number(330_402_000_000.0), Text("南湖区"), Number(330_400_000_000.0), Text("county"), Nothing],
    ];
    let town = [Number(330_402_901_000.0), Text("新设镇"), Number(330_402_000_000.0), Text("township"), Text("town")];
    let villages = [
        [Text(VILLAGE), Text("甲村"), Number(330_402_901_000.0), Text("village"), Nothing],
        [Text("330402901202"), Text("乙村"), Number(330_402_901_000.0), Text("village"), Nothing],
    ];
    let rows = sheet(&[&head, &above[0], &above[1], &town, &villages[0], &villages[1]]);
    let table = workbook(&street, "区划.xlsx", &[("区划", rows)]);
    let import = ["import", "units", &table, "--grids", "2"];

    // Looked at first: what would be added is told, and nothing is.
    let before = imports(&street);
    let looked = street.admin(&[&import[..], &["--dry-run"]].concat());
    assert_eq!(
        (&looked["added"], &looked["unchanged"], &looked["import"]),
        (&7.into(), &2.into(), &Json::Null),
        "{looked}"
    );
    let told = street.admin_text(&[&["--lang", "zh"], &import[..], &["--dry-run"]].concat());
    assert!(told.contains("将新增辖区 7 个") && told.contains("没有写入任何内容"), "{told}");
    assert_eq!((codes(&street).len(), imports(&street)), (0, before.clone()));

    let done = street.admin(&import);
    assert_eq!((&done["added"], codes(&street).len()), (&7.into(), 7), "{done}");
    assert_eq!(imports(&street).len(), before.len() + 1);
    assert_eq!(imports(&street)[0], ("units".into(), "done".into()));
    let again = street.admin(&import);
    assert_eq!((&again["added"], &again["import"]), (&0.into(), &Json::Null), "a second import does nothing");

    // Somebody is given work in one of the new grids, and writes a house down in it.
    street.user("carl", "gridworker", "330402901201001");
    let carl = street.phone("carl");
    carl.ok(&["building", "add", "1 幢"]);
    carl.sync();
    street.admin(&["user", "add", "dora", "--role", "village_supervisor", "--unit", "330402901202"]);
    let number = done["import"].to_string();
    let undone = street.admin(&["import", "undo", &number]);
    let why = |title: &str| {
        let left = undone["left"].as_array().unwrap().iter().find(|left| left["title"] == title);
        left.map(|left| left["why"].as_str().unwrap().to_owned())
    };
    assert_eq!((&undone["deleted"], &undone["left_alone"]), (&3.into(), &4.into()), "{undone}");
    assert_eq!(why("甲村第1网格").as_deref(), Some("role_held"));
    assert_eq!((why("乙村").as_deref(), why("甲村").as_deref()), (Some("role_held"), Some("stands_above")));
    assert_eq!(codes(&street), [TOWN.to_owned(), VILLAGE.to_owned(), format!("{VILLAGE}001"), "330402901202".into()]);
    assert_eq!(street.admin_fails(&["import", "undo", &number])["error"]["code"], "import_undone");

    // When carl has gone, his building still keeps the grid.
    street.admin(&["user", "ungrant", "carl", "--role", "gridworker", "--unit", "330402901201001"]);
    let kept = street.admin_fails(&["unit", "remove", "330402901201001"]);
    assert_eq!(kept["error"]["code"], "unit_in_use");
    // What was free is free again: the same table makes it anew.
    let anew = street.admin(&import);
    assert_eq!((&anew["added"], codes(&street).len()), (&3.into(), 7), "{anew}");
    let undone = street.admin(&["import", "undo", &anew["import"].to_string()]);
    assert_eq!((&undone["deleted"], &undone["left_alone"]), (&3.into(), &0.into()), "{undone}");
    assert!(street.admin(&["audit", "verify"])["good"] == true);
}

#[test]
fn residents_from_a_workbook() {
    let street = Street::new();
    let ann = street.phone("ann");
    let head = [Text("楼栋"), Text("房号"), Text("姓名"), Text("出生日期"), Text("联系电话"), Text("身份证号")];
    let rows = sheet(&[
        &[Text("一社区人口登记表")],
        &head,
        &[Text("8幢"), Number(101.0), Text("王小明"), Day(32_875), Number(13_800_000_001.0), Nothing],
        &[Text("8幢"), Number(101.0), Text("李芳"), Text("１９９１．２．３"), Text("１３８００００００２"), Nothing],
        &[Text("8幢"), Number(102.0), Text("赵六"), Text("2090-01-01"), Number(12_345.0), Nothing],
        &[Text("8幢"), Number(103.0), Text("钱七"), Nothing, Nothing, Number(110_105_194_912_310_020.0)],
    ]);
    let notes = sheet(&[&[Text("填表说明")]]);
    let table = workbook(&street, "人口.xlsx", &[("说明", notes), ("一社区", rows)]);
    let import = ["import", "people", &table, "--unit", GRID, "--sheet", "一社区"];
    // The sheet that holds a table is found among notes; a row in which a number lost its digits holds all up.
    assert_eq!(street.admin_fails(&import[..5])["error"]["code"], "import_blocked");

    let looked = street.admin(&[&import[..], &["--dry-run"]].concat());
    let told: Vec<(&str, i64, &str)> = looked["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| (p["code"].as_str().unwrap(), p["row"].as_i64().unwrap(), p["column"].as_str().unwrap()))
        .collect();
    let odd =
        [("phone_mobile_length", 4, "E"), ("birth_unborn", 5, "D"), ("phone_short", 5, "E"), ("digits_lost", 6, "F")];
    for one in odd {
        assert!(told.contains(&one), "{one:?} {told:?}");
    }
    assert_eq!((&looked["format"], &looked["rows"], &looked["blocked_rows"]), (&"xlsx".into(), &4.into(), &1.into()));

    let done = street.admin(&[&import[..], &["--skip-blocked"]].concat());
    assert_eq!(done["created"], serde_json::json!({"building": 1, "dwelling": 2, "household": 2, "resident": 3}));
    ann.sync();
    let text = ann.text(&["resident", "show", "王小明"]);
    assert!(text.contains("1990-01-02") && text.contains("13800000001"), "{text}");
    assert!(ann.text(&["resident", "show", "李芳"]).contains("1991-02-03"));
    let undone = street.admin(&["import", "undo", &done["import"].to_string()]);
    assert_eq!(undone["deleted"], 8, "{undone}");
    ann.sync();
    assert_eq!((found(&ann, "王小明"), found(&ann, "8幢")), (0, 0));
}

#[test]
fn a_faulty_table_of_units_names_sheet_row_and_column_in_the_words_of_offices() {
    let street = Street::new();
    let head = [Text("代码"), Text("名称"), Text("上级代码"), Text("级别"), Text("类型")];
    let above = [
        [Number(330_400_000_000.0), Text("嘉兴市"), Nothing, Text("市"), Nothing],
        [Number(330_402_000_000.0), Text("南湖区"), Number(330_400_000_000.0), Text("县（区）"), Nothing],
    ];
    let town = [Number(330_402_901_000.0), Text("新设镇"), Number(330_402_000_000.0), Text("镇"), Text("镇")];
    let faulty = [
        [Text(VILLAGE), Nothing, Number(330_402_901_000.0), Text("村"), Nothing],
        [Text("330402902201"), Text("丙村"), Number(330_402_902_000.0), Text("村（社区）"), Nothing],
    ];
    let notes = || ("说明", sheet(&[&[Text("本表由民政提供")]]));
    let rows = sheet(&[&[Text("区划表")], &head, &above[0], &above[1], &town, &[Nothing], &faulty[0], &faulty[1]]);
    let table = workbook(&street, "有错.xlsx", &[notes(), ("区划", rows)]);
    let told = street.admin_fails(&["import", "units", &table, "--dry-run"])["error"]["details"].clone();
    let place = |fault: &Json| {
        let text = |name: &str| fault[name].as_str().unwrap().to_owned();
        format!("{} {}{} {}", text("sheet"), text("column"), fault["line"], text("code"))
    };
    let places: Vec<String> = told.as_array().unwrap().iter().map(place).collect();
    assert_eq!(places, ["区划 B7 name", "区划 C8 parent"], "{told}");
    let rows = sheet(&[&head, &above[0], &above[1], &town]);
    let table = workbook(&street, "区划.xlsx", &[notes(), ("区划", rows)]);
    assert_eq!(street.admin(&["import", "units", &table])["added"], 1);
    // What spreadsheets save as text ends its rows with two signs; rows are counted as they show them.
    let file = street.folder().join("人口.csv");
    std::fs::write(&file, "姓名,性别,楼栋,房号\r\n甲,男,1幢,101\r\n\r\n乙,雄,1幢,102\r\n").unwrap();
    let looked = street.admin(&["import", "people", file.to_str().unwrap(), "--unit", GRID, "--dry-run"]);
    assert_eq!((&looked["problems"][0]["row"], &looked["problems"][0]["column"]), (&4.into(), &"B".into()), "{looked}");
}
