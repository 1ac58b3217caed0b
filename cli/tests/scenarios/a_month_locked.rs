//! A month is objected to while it can still change, locked once it is over, and exported as it was counted; what comes later
//! stands beside it. Units are ranked nowhere before somebody says so, and people never.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;
use std::path::Path;

const GRID: &str = "330402007024001";
const VILLAGE: &str = "330402007024";
const TOWNSHIP: &str = "330402007";
const COUNTY: &str = "330402";

/// Above the line, below it, and why rows are left out.
fn closing(sheet: &Json) -> (u64, u64, Vec<String>) {
    let number = sheet["numbers"].as_array().unwrap().iter().find(|n| n["number"] == "closing").unwrap();
    let left_out = number["left_out"].as_array().unwrap().iter();
    let reasons = left_out.map(|left| left["reason"].as_str().unwrap().to_owned()).collect();
    (number["top"].as_u64().unwrap(), number["base"].as_u64().unwrap(), reasons)
}

fn sync(phones: &[&Phone]) {
    for phone in phones {
        phone.sync();
    }
}

/// Ann reports and handles, bob dispatches; closed by bob where it is said.
fn settled(ann: &Phone, bob: &Phone, title: &str, closed: bool) {
    ann.ok(&["case", "report", title, "--set", "kind=hazard"]);
    sync(&[ann, bob]);
    bob.ok(&["case", "accept", title]);
    bob.ok(&["case", "dispatch", title, "--to", GRID, "--due", "2099-01-01"]);
    sync(&[bob, ann]);
    ann.ok(&["case", "take", title]);
    ann.ok(&["case", "handle", title, "--result", "清理完毕"]);
    sync(&[ann, bob]);
    if closed {
        close(bob, title);
    }
    sync(&[bob, ann]);
}

fn close(bob: &Phone, title: &str) {
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures/lane.jpg");
    bob.ok(&["case", "verify", title, "--picture", picture.to_str().unwrap()]);
    bob.ok(&["case", "close", title]);
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let file = |path: std::path::PathBuf| {
        (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap())
    };
    let mut files: Vec<_> = entries.map(file).collect();
    files.sort();
    files
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story, told from its beginning to its end")]
fn a_month_is_objected_to_then_locked_and_exported() {
    let street = Street::new();
    street.user("dora", "township_supervisor", TOWNSHIP);
    street.user("carl", "county_supervisor", COUNTY);
    street.user("wen", "gridworker", GRID);
    let [ann, bob, dora, carl, wen] = ["ann", "bob", "dora", "carl", "wen"].map(|login| street.phone(login));
    for (title, closed) in [("楼道堆物", true), ("井盖破损", true), ("路灯不亮", false)] {
        settled(&ann, &bob, title, closed);
    }
    let month = ann.ok(&["numbers"])["month"].as_str().unwrap().to_owned();
    let of_month = |unit: &str, rest: &[&str]| {
        street.admin(&[&["appraisal", "month", month.as_str(), "--unit", unit], rest].concat())
    };
    let refused = |args: &[&str]| street.admin_fails(args)["error"]["code"].as_str().unwrap().to_owned();
    assert_eq!(closing(&ann.ok(&["numbers"])["mine"]), (2, 3, vec![]));

    // Ann objects without a signal; nobody decides what they raised, and a village does not decide at all.
    ann.ok(&["objection", "raise", "结案率", "--row", "路灯不亮", "--reason", "配件停产，已换临时灯"]);
    assert_eq!(fails(&ann, &["objection", "raise", "里程", "--reason", "x"]).1, "no_such_number");
    dora.ok(&["objection", "raise", "coverage", "--unit", TOWNSHIP, "--reason", "整栋已拆除"]);
    assert_eq!(fails(&dora, &["objection", "uphold", "整栋已拆除", "--reason", "x"]).1, "own_objection");
    sync(&[&ann, &dora, &bob, &dora]);
    let why = "配件停产，已换临时灯";
    assert_eq!(fails(&ann, &["objection", "uphold", why, "--reason", "x"]).1, "step_not_permitted");
    bob.ok(&["objection", "explain", why, "--text", "派遣单注明七日"]);
    assert_eq!(fails(&bob, &["objection", "uphold", why, "--reason", "x"]).1, "step_not_permitted");
    assert_eq!(closing(&bob.ok(&["numbers"])["all"]), (2, 3, vec![]), "nothing is decided yet");
    sync(&[&bob, &dora]);
    let listed = dora.ok(&["objection", "list", "--month", &month]);
    assert_eq!(listed.as_array().unwrap().len(), 2, "{listed}");

    // Before it is over no month is locked, and none while an objection waits.
    let lock = ["appraisal", "lock", month.as_str(), "--unit", COUNTY, "--by", "carl"];
    assert_eq!(refused(&lock), "month_not_over");
    street.days_pass(31);
    assert_eq!(refused(&lock), "objections_open");
    sync(&[&dora]);
    dora.ok(&["objection", "uphold", why, "--reason", "停产公告属实"]);
    dora.ok(&["objection", "withdraw", "整栋已拆除"]);
    sync(&[&dora, &ann, &bob, &carl, &wen]);
    assert_eq!(closing(&ann.ok(&["numbers", "--month", &month])["mine"]), (2, 2, vec!["objected".to_owned()]));
    assert_eq!(closing(&of_month(TOWNSHIP, &[])["all"]), (2, 2, vec!["objected".to_owned()]));
    let text = dora.text(&["numbers", "--month", &month, "--rows", "closing"]);
    assert!(text.contains("路灯不亮") && text.contains("异议成立，不计"), "{text}");
    let objections = street.admin(&["appraisal", "objections", &month, "--unit", TOWNSHIP, "--by", "dora"]);
    let statuses: Vec<&str> =
        objections["objections"].as_array().unwrap().iter().map(|o| o["status"].as_str().unwrap()).collect();
    assert!(statuses.contains(&"upheld") && statuses.contains(&"withdrawn"), "{objections}");
    assert_eq!(refused(&["appraisal", "objections", &month, "--unit", TOWNSHIP, "--by", "ann"]), "power_lacking");

    // A county's month is locked by whoever supervises the county, once.
    assert_eq!(refused(&["appraisal", "lock", &month, "--unit", COUNTY, "--by", "dora"]), "power_lacking");
    assert_eq!(refused(&["appraisal", "lock", &month, "--unit", TOWNSHIP]), "month_lock_unit");
    assert_eq!(refused(&["appraisal", "export", &month, "--unit", COUNTY, "--to", "x"]), "month_not_locked");
    let locked = street.admin(&lock);
    let hash = locked["hash"].as_str().unwrap().to_owned();
    assert_eq!((hash.len(), &locked["by"]), (64, &"carl".into()));
    assert_eq!(refused(&lock), "month_is_locked");
    let first = street.folder().join("first");
    let export = |to: &Path| {
        street.admin(&["appraisal", "export", &month, "--unit", COUNTY, "--to", to.to_str().unwrap(), "--by", "carl"])
    };
    export(&first);
    let before = of_month(COUNTY, &["--each", "grid"]);
    assert_eq!(before["lock"]["hash"], hash.as_str());
    assert!(before["later"].is_null(), "nothing came later yet");

    // Wen has not heard of it, and objects without a signal; the case is closed; the grid is called otherwise.
    wen.ok(&["objection", "raise", "closing", "--month", &month, "--unit", GRID, "--reason", "应按实际天数"]);
    close(&bob, "路灯不亮");
    sync(&[&bob, &wen, &dora]);
    dora.ok(&["objection", "uphold", "应按实际天数", "--reason", "有理"]);
    sync(&[&dora, &wen, &ann]);
    street.admin(&["unit", "rename", GRID, "改名后的网格"]);
    let after = of_month(COUNTY, &["--each", "grid"]);
    assert_eq!((&after["all"], &after["groups"]), (&before["all"], &before["groups"]), "no figure changed");
    assert_eq!(closing(&after["later"]), (0, 0, vec!["objected".to_owned(); 3]), "and what came later stands beside");
    let text = street.admin_text(&["--lang", "zh", "appraisal", "month", &month, "--unit", TOWNSHIP]);
    assert!(text.contains("结案率  2/2") && text.contains("锁定之后的变化") && text.contains("2/2 → 0/0"), "{text}");
    let late = street.admin(&["appraisal", "objections", &month, "--unit", TOWNSHIP]);
    let late_ones = late["objections"].as_array().unwrap().iter().filter(|o| o["after_lock"] == true).count();
    assert_eq!(late_ones, 1, "{late}");
    let told = wen.ok(&["objection", "list", "--month", &month]);
    let hers = told.as_array().unwrap().iter().find(|o| o["title"] == "应按实际天数").unwrap();
    assert_eq!(hers["after_lock"], true, "{hers}");

    // Every phone below heard: no more objections, and its own numbers say that they are not those of the month.
    assert_eq!(
        fails(&ann, &["objection", "raise", "closing", "--month", &month, "--unit", GRID, "--reason", "x"]).1,
        "month_locked"
    );
    assert!(ann.ok(&["numbers", "--month", &month])["locked_at"].is_i64());
    assert!(ann.text(&["numbers", "--month", &month]).contains("该月已锁定"));
    assert!(ann.ok(&["numbers"])["locked_at"].is_null(), "this month is not");

    // The export is the same whenever it is made, and says itself what it rests on.
    let second = street.folder().join("second");
    let told = export(&second);
    assert_eq!(told["lock"]["hash"], hash.as_str());
    assert_eq!(files(&first), files(&second));
    let audit = street.admin_text(&["audit", "list"]);
    assert_eq!(audit.matches("month_exported").count(), 2, "whoever takes figures out leaves a line: {audit}");
    assert_eq!(
        refused(&["appraisal", "export", &month, "--unit", COUNTY, "--to", second.to_str().unwrap()]),
        "folder_not_empty"
    );
    let text =
        |name: &str| String::from_utf8(files(&second).into_iter().find(|(of, _)| of == name).unwrap().1).unwrap();
    assert!(text("figures.csv").contains("closing") && text("formulas-numbers.csv").contains("closing,reported,case"));
    assert_eq!(text("rows.csv").matches("closing,").count(), 3);
    assert!(!text("month.json").contains("路灯") && !text("figures.csv").contains("改名后的网格"));

    // Nobody is ranked before somebody says so, and then townships.
    let asked = ["appraisal", "ranking", month.as_str(), "--unit", COUNTY, "--by", "carl"];
    assert_eq!(refused(&asked), "ranking_off");
    assert_eq!(
        refused(&["appraisal", "ranking", "--switch", "on", "--unit", VILLAGE, "--by", "carl"]),
        "ranking_level"
    );
    assert_eq!(refused(&["appraisal", "ranking", "--switch", "on", "--unit", COUNTY, "--by", "dora"]), "power_lacking");
    let ranked = street.admin(&[&asked[..], &["--switch", "on"]].concat());
    let ranked = ranked["ranking"].as_array().unwrap();
    assert_eq!((&ranked[0]["code"], &ranked[0]["place"]), (&TOWNSHIP.into(), &1.into()), "{ranked:?}");
    assert!(ranked.iter().skip(1).all(|one| one["place"].is_null()), "where nothing is counted there is no place");
    street.admin(&["appraisal", "ranking", "--switch", "off", "--unit", COUNTY, "--by", "carl"]);
    assert_eq!(refused(&asked), "ranking_off");
}
