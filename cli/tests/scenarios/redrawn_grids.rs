//! A village's 43 grids are redrawn into 49 while two phones are offline: twelve open cases and a half-filled visit.

use super::street::{Phone, Street};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const VILLAGE: &str = "320706102211";
const TABLE: &str = "code,name,parent,level
3207,连云港市,32,city
320706,海州区,3207,county
320706102,新坝镇,320706,township
320706102211,沙杭村,320706102,village
";
const BEFORE: usize = 43;
/// The first six are each cut in two.
const CUT: usize = 6;

fn code(place: usize) -> String {
    format!("{VILLAGE}{:03}", place + 1)
}

/// A part of the place of the grid with that number, from 0; places stand from west to east.
fn feature(place: usize, code: &str, from: f64, to: f64) -> Json {
    #[expect(clippy::cast_precision_loss, reason = "a handful of grids")]
    let west = |part: f64| 119.20 + (place as f64 + part) * 0.002;
    let (south, north) = (34.600, 34.602);
    let ring = [[west(from), south], [west(to), south], [west(to), north], [west(from), north], [west(from), south]];
    json!({ "type": "Feature", "properties": { "code": code },
            "geometry": { "type": "Polygon", "coordinates": [ring] } })
}

fn path(file: &Path) -> &str {
    file.to_str().unwrap()
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file
}

/// The county, its boundaries, and two gridworkers of the whole village.
fn village(folder: &Path) -> Street {
    let street = Street::with_table(TABLE, ("320706", "海州区"), BEFORE);
    let features: Vec<Json> = (0..BEFORE).map(|n| feature(n, &code(n), 0.0, 1.0)).collect();
    let file =
        write(folder, "before.geojson", &json!({ "type": "FeatureCollection", "features": features }).to_string());
    let done = street.admin(&["unit", "boundaries", "import", path(&file), "--from", "2025-01-01", "--crs", "wgs84"]);
    assert_eq!(done["written"], true, "{done}");
    for login in ["ann", "ben"] {
        street.user(login, "gridworker", VILLAGE);
    }
    street
}

/// The office redraws: two editions of the table with each grid's addresses, a plan, and the new boundaries.
fn redraw(street: &Street, folder: &Path) {
    let units = street.admin(&["unit", "list", "--below", VILLAGE, "--level", "grid"]);
    let units = units["units"].as_array().unwrap();
    let name = |place: usize| units.iter().find(|u| u["code"] == code(place)).unwrap()["name"].as_str().unwrap();
    let line = |n: usize, addresses: &str| format!("{},{},{addresses}\n", code(n), name(n));
    let before: String = (0..BEFORE).map(|n| line(n, &format!("西{n};东{n}"))).collect();
    let stays = |n: usize| if n < CUT { format!("西{n}") } else { format!("西{n};东{n}") };
    let after: String = (0..BEFORE).map(|n| line(n, &stays(n))).collect();
    let cut_off = |n: usize| format!("{},沙杭村第{}网格,东{n}\n", code(BEFORE + n), BEFORE + n + 1);
    let new: String = (0..CUT).map(cut_off).collect();
    let before = write(folder, "before.csv", &format!("code,name,addresses\n{before}"));
    let after = write(folder, "after.csv", &format!("code,name,addresses\n{after}{new}"));
    let plan = folder.join("plan.json");
    let from = ["--from", "2025-10-01", "--plan", path(&plan)];
    let proposed = street.admin(&[&["unit", "edition", "propose", path(&before), path(&after)], &from[..]].concat());
    let lines = proposed["lines"].as_array().unwrap();
    assert_eq!(lines.iter().filter(|line| line["what"] == "split").count(), CUT, "{proposed}");
    let numbers: Vec<String> = (1..=lines.len()).map(|n| n.to_string()).collect();
    let chosen = numbers.iter().flat_map(|n| ["--line", n]);
    street.admin(
        &["unit", "edition", "confirm", path(&plan), "--by", "li"].into_iter().chain(chosen).collect::<Vec<_>>(),
    );
    let done = street.admin(&["unit", "edition", "apply", path(&plan)]);
    assert_eq!((done["added"].as_u64(), done["ended"].as_u64()), (Some(6), Some(0)), "{done}");

    let halves = |n: usize| [feature(n, &code(n), 0.0, 0.5), feature(n, &code(BEFORE + n), 0.5, 1.0)];
    let features: Vec<Json> = (0..CUT).flat_map(halves).collect();
    let file =
        write(folder, "after.geojson", &json!({ "type": "FeatureCollection", "features": features }).to_string());
    let done = street.admin(&["unit", "boundaries", "import", path(&file), "--from", "2025-10-01", "--crs", "wgs84"]);
    assert_eq!(done["written"], true, "{done}");
}

/// Places in the first two grids: the building and the shop lie in halves that will be cut off.
fn places(ann: &Phone, grids: &[String]) -> (String, String) {
    let added = |phone: &Phone, args: &[&str]| phone.ok(args)["record"].as_str().unwrap().to_owned();
    let building =
        added(ann, &["building", "add", "3 幢", "--unit", &grids[0], "--set", "point=34.601,119.2015;crs=wgs84"]);
    let market = added(
        ann,
        &[
            "premises",
            "add",
            "集市",
            "--unit",
            &grids[1],
            "--set",
            "kind=shop",
            "--set",
            "point=34.601,119.2035;crs=wgs84",
        ],
    );
    ann.ok(&["building", "add", "4 幢", "--unit", &grids[0], "--set", "point=34.601,119.2005;crs=wgs84"]);
    ann.ok(&["building", "add", "老仓库", "--unit", &grids[0]]);
    ann.ok(&["building", "add", "河对岸的泵房", "--unit", &grids[0], "--set", "point=34.605,119.2005;crs=wgs84"]);
    (building, market)
}

fn lies<'a>(lying: &'a Json, list: &str) -> Vec<(&'a str, &'a str, Option<&'a str>)> {
    let text = |place: &'a Json| {
        (place["name"].as_str().unwrap(), place["from"]["code"].as_str().unwrap(), place["to"]["code"].as_str())
    };
    lying[list].as_array().unwrap().iter().map(text).collect()
}

/// What stands in the eastern halves is listed, and moved when somebody says so: all in one act, undone as one.
fn places_follow(street: &Street, building: &str, market: &str) {
    let list = ["unit", "boundaries", "places", "--below", VILLAGE];
    let lying = street.admin(&[&list[..], &["--on", "2025-09-30"]].concat());
    assert!(lies(&lying, "astray").is_empty(), "by the boundaries before they lie where they are: {lying}");
    let lying = street.admin(&list);
    let (new, next) = (code(BEFORE), code(BEFORE + 1));
    let astray = [("3 幢", code(0), &new), ("集市", code(1), &next)];
    let astray: Vec<(&str, &str, Option<&str>)> =
        astray.iter().map(|(name, from, to)| (*name, from.as_str(), Some(to.as_str()))).collect();
    assert_eq!(lies(&lying, "astray"), astray, "{lying}");
    assert_eq!(lies(&lying, "without_point"), [("老仓库", code(0).as_str(), None)]);
    assert_eq!(lies(&lying, "outside"), [("河对岸的泵房", code(0).as_str(), None)]);
    assert_eq!((&lying["fitting"], &lying["astray"][0]["edge_m"]), (&json!(1), &json!(46)), "{lying}");
    let told = street.admin_text(&["--lang", "zh", "unit", "boundaries", "places", "--below", VILLAGE]);
    assert!(told.contains("楼栋 3 幢") && told.contains("距边界 46 米") && told.contains("没有坐标"), "{told}");

    let by_li = ["unit", "boundaries", "move", "--below", VILLAGE, "--all", "--by", "li"];
    assert_eq!(
        street.admin_fails(&by_li)["error"]["code"],
        "power_lacking",
        "who draws boundaries moves nobody's places"
    );
    street.user("mo", "village_supervisor", VILLAGE);
    let chosen = ["unit", "boundaries", "move", "--below", VILLAGE, "--by", "mo"];
    let fits = lying["without_point"][0]["record"].as_str().unwrap();
    let refused = street.admin_fails(&[&chosen[..], &["--record", fits]].concat());
    assert_eq!(refused["error"]["code"], "not_astray", "{refused}");
    let moved = street.admin(&[&chosen[..], &["--record", market]].concat());
    assert_eq!(moved["moved"].as_array().unwrap().len(), 1, "{moved}");
    assert_eq!(lies(&street.admin(&list), "astray"), astray[..1], "one was moved, the other waits");
    let moved = street.admin(&[&chosen[..], &["--all"]].concat());
    assert_eq!(moved["moved"][0]["record"], building, "{moved}");
    let number = |code: &str| {
        let acts = street.admin(&["audit", "list", "--last", "9"]);
        acts["audit"].as_array().unwrap().iter().find(|act| act["code"] == code).unwrap()["number"].to_string()
    };
    street.admin(&["audit", "undo", &number("places_moved")]);
    assert_eq!(lies(&street.admin(&list), "astray"), astray[..1], "back where it was");
    street.admin(&["audit", "undo", &number("undone")]);
    assert!(lies(&street.admin(&list), "astray").is_empty(), "and where it lies");
}

fn report(phone: &Phone, title: &str, unit: &str) -> (String, String) {
    let saved = phone.ok(&["case", "report", title, "--unit", unit, "--set", "category=fire_gas_cylinder"]);
    (saved["record"].as_str().unwrap().to_owned(), unit.to_owned())
}

fn held(phone: &Phone) -> BTreeMap<String, String> {
    let text = |row: &Json, name: &str| row[name].as_str().unwrap().to_owned();
    let list = phone.ok(&["case", "list", "--limit", "100"]);
    list["rows"].as_array().unwrap().iter().map(|row| (text(row, "record"), text(row, "unit"))).collect()
}

#[test]
fn forty_three_grids_become_forty_nine_with_two_phones_offline() {
    let folder = tempfile::tempdir().unwrap();
    let street = village(folder.path());
    let (ann, ben) = (street.phone("ann"), street.phone("ben"));
    let grids: Vec<String> = (0..BEFORE).map(|n| street.unit(&code(n))).collect();
    let (building, market) = places(&ann, &grids);
    ann.ok(&["dwelling", "add", "402", "--building", "3 幢"]);
    ann.ok(&["household", "add", "王家", "--dwelling", "402"]);
    let mut cases: BTreeMap<String, String> = (0..10).map(|n| report(&ann, &format!("液化气{n}"), &grids[n])).collect();
    ann.sync();
    ben.sync();

    // Nobody has a network. Each reports in a grid that is being cut; ben adds to a case of ann's; ann is half through a visit.
    let address = street.stop();
    cases.extend([report(&ann, "离线上报甲", &grids[1]), report(&ben, "离线上报乙", &grids[2])]);
    let touched = cases.keys().next().unwrap().clone();
    ben.ok(&["case", "edit", &touched, "--set", "description=楼道也有"]);
    let kept = ann.ok(&["visit", "王家", "seen", "--note", "老人独自在家，", "--keep"]);
    redraw(&street, folder.path());
    places_follow(&street, &building, &market);

    street.start_again(&address);
    for phone in [&ann, &ben, &ann] {
        phone.sync();
    }
    for phone in [&ann, &ben] {
        assert!(phone.ok(&["outbox"]).as_array().unwrap().is_empty(), "{}", phone.name);
        assert_eq!(held(phone), cases, "{}: twelve cases, each in the grid that it was reported in", phone.name);
        let shown = phone.ok(&["case", "show", &touched]).to_string();
        assert!(shown.contains("楼道也有"), "{}: {shown}", phone.name);
        let near =
            |lon: &str| phone.ok(&["near", "34.601", lon, "--crs", "wgs84"])["grid"].as_str().unwrap().to_owned();
        assert_eq!(near("119.2005"), grids[0], "the western half is what it was");
        assert_eq!(near("119.2015"), street.unit(&code(BEFORE)), "the eastern half is the new grid's");
    }
    let homes = |phone: &Phone| {
        let unit = |kind: &str, name: &str| phone.ok(&[kind, "show", name])["unit"].as_str().unwrap().to_owned();
        [unit("building", "3 幢"), unit("premises", "集市"), unit("building", "4 幢")]
    };
    let now = [street.unit(&code(BEFORE)), street.unit(&code(BEFORE + 1)), grids[0].clone()];
    assert_eq!((homes(&ann), homes(&ben)), (now.clone(), now), "places are where they were put");
    let listed = street.admin(&["unit", "list", "--below", VILLAGE, "--level", "grid"]);
    let codes: BTreeSet<&str> =
        listed["units"].as_array().unwrap().iter().map(|u| u["code"].as_str().unwrap()).collect();
    assert_eq!(codes.len(), 49);

    let drafts = ann.ok(&["drafts"]);
    assert_eq!(
        (&drafts[0]["draft"], &drafts[0]["content"]["note"]),
        (&kept["draft"], &json!("老人独自在家，")),
        "{drafts}"
    );
    let draft = kept["draft"].as_str().unwrap();
    let visit = ann.ok(&["visit", "王家", "seen", "--note", "老人独自在家，已联系女儿", "--draft", draft]);
    assert_eq!(visit["record"], kept["record"]);
    assert!(ann.ok(&["drafts"]).as_array().unwrap().is_empty(), "the save ended the draft");
    ann.sync();
    ben.sync();
    let shown = ben.ok(&["visit", "show", kept["record"].as_str().unwrap()]).to_string();
    assert!(shown.contains("已联系女儿"), "{shown}");
}
