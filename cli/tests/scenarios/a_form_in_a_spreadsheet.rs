//! A supervisor writes a form in a spreadsheet and is told in which row it is none, before any phone has seen it.

use serde_json::Value as Json;
use std::path::Path;
use std::process::{Command, Output};

/// Nobody is enrolled: a folder for the phone that stays empty.
fn gridwalk(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_gridwalk"))
        .args(words)
        .current_dir(folder)
        .env("GRIDWALK_PHONE", folder.join("phone"))
        .output()
        .unwrap()
}

fn told(folder: &Path, words: &[&str]) -> (i32, Json) {
    let output = gridwalk(folder, words);
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}")))
}

const HEAD: &str = "survey,,,,,\n,type,name,label,relevant,calculation\n";
const LIST: &str = "choices,,,,,\n,list_name,name,label,,\n,place,home,在家,,\n,place,away,外出,,\n";

fn form(rows: &str) -> String {
    format!("{HEAD}{rows}{LIST}settings,,,,,\n,form_title,form_id,version,,\n,入户走访,visit,3,,\n")
}

#[test]
fn a_form_written_in_a_spreadsheet_is_checked_before_any_phone_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let write = |name: &str, rows: &str| std::fs::write(at.join(name), form(rows)).unwrap();
    write("misspelt.csv", ",text,called,姓名,,\n,select_one place,where,在哪里,${caled} != '',\n");
    let (code, refused) = told(at, &["form", "check", "misspelt.csv", "--json"]);
    let refusal = &refused["refusal"];
    assert_eq!((code, refused["accepted"].as_bool()), (3, Some(false)), "{refused}");
    assert_eq!(refusal["code"], "reference_unknown");
    assert_eq!(
        (&refusal["sheet"], &refusal["row"], &refusal["column"]),
        (&"survey".into(), &3.into(), &"relevant".into())
    );
    let said = String::from_utf8(gridwalk(at, &["--lang", "zh", "form", "check", "misspelt.csv"]).stdout).unwrap();
    assert!(said.contains("第 3 行") && said.contains("没有叫「caled」的题目"), "{said}");
    let said = String::from_utf8(gridwalk(at, &["--lang", "en", "form", "check", "misspelt.csv"]).stdout).unwrap();
    assert!(said.contains("row 3") && said.contains("no question called \"caled\""), "{said}");
    assert!(!at.join("misspelt.xml").exists());
    assert_eq!(gridwalk(at, &["form", "convert", "misspelt.csv", "--out", "misspelt.xml"]).status.code(), Some(3));
    assert!(!at.join("misspelt.xml").exists(), "nothing is written of what is no form");

    write("visit.csv", ",text,called,姓名,,\n,select_one place,where,在哪里,${called} != '',\n");
    let (code, sound) = told(at, &["form", "check", "visit.csv", "--json"]);
    assert_eq!((code, &sound["accepted"], &sound["questions"]), (0, &true.into(), &2.into()), "{sound}");
    assert_eq!((&sound["id"], &sound["title"], &sound["version"]), (&"visit".into(), &"入户走访".into(), &"3".into()));
    assert_eq!(gridwalk(at, &["form", "convert", "visit.csv", "--out", "visit.xml"]).status.code(), Some(0));
    let (code, again) = told(at, &["form", "check", "visit.xml", "--json"]);
    assert_eq!((code, &again["questions"], &again["id"]), (0, &2.into(), &"visit".into()), "{again}");

    write("circle.csv", ",calculate,a,,,${b} + 1\n,calculate,b,,,${a} + 1\n");
    let (code, circle) = told(at, &["form", "check", "circle.csv", "--json"]);
    assert_eq!(
        (code, &circle["runs"], circle["circle"].as_array().map(Vec::len)),
        (3, &false.into(), Some(2)),
        "{circle}"
    );
    write("odd.csv", ",calculate,a,,,no-such(1)\n");
    let (code, odd) = told(at, &["form", "check", "odd.csv", "--json"]);
    assert_eq!((code, &odd["expressions"][0]["code"]), (3, &"expression-unknown-function".into()), "{odd}");

    std::fs::write(at.join("letter.pdf"), "%PDF-1.7 no form at all").unwrap();
    assert_eq!(told(at, &["form", "check", "letter.pdf", "--json"]).1["refusal"]["code"], "file_unknown");
    assert_eq!(gridwalk(at, &["form", "check", "nowhere.xlsx"]).status.code(), Some(7));
}
