//! What people type as they speak, and what they are told: fields by their words, a half filled visit that loses nothing,
//! lists that reach all the way down, and no post called empty that one is only not told of.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;

fn stairwell(ann: &Phone) {
    ann.ok(&["estate", "add", "香樟苑小区"]);
    ann.ok(&["building", "add", "3 幢", "--estate", "香樟苑小区"]);
    ann.ok(&["dwelling", "add", "402", "--building", "3 幢"]);
    ann.ok(&["household", "add", "王家", "--dwelling", "402", "--resident", "王小明", "--resident", "王奶奶"]);
}

fn field<'a>(card: &'a Json, name: &str) -> &'a Json {
    let fields = card["fields"].as_array().unwrap();
    &fields.iter().find(|f| f["field"] == name).unwrap_or_else(|| panic!("{name}: {card}"))["value"]
}

fn message(phone: &Phone, args: &[&str]) -> String {
    let refused = phone.run_plain(args);
    assert!(!refused.status.success(), "{args:?}");
    String::from_utf8(refused.stderr).unwrap()
}

#[test]
fn fields_are_named_by_the_words_that_screens_show() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    stairwell(&ann);
    ann.ok(&["resident", "edit", "王小明", "--set", "联系电话=13800000001", "--set", "户号=320100"]);
    let card = ann.ok(&["resident", "show", "王小明"]);
    assert_eq!((field(&card, "phone"), field(&card, "booklet")), (&"13800000001".into(), &"320100".into()));
    ann.ok(&["estate", "edit", "香樟苑小区", "--set", "物业电话=0573-83000000", "--add", "配套设施=电梯"]);
    ann.ok(&["resident", "edit", "王小明", "--clear", "联系电话"]);
    ann.sync();
    bob.sync();
    bob.ok(&["review", "return", "王奶奶", "--field", "姓名=请写全名"]);
    let unknown = message(&ann, &["estate", "edit", "香樟苑小区", "--add", "aliases=x"]);
    assert!(unknown.contains("facilities") && unknown.contains("配套设施"), "what can be added is told: {unknown}");
    let kind = message(&ann, &["premises", "add", "小王超市", "--at", "3 幢", "--set", "kind=杂货铺"]);
    assert!(kind.contains("场所类别") && !kind.contains("：kind"), "{kind}");
    let later = message(&ann, &["visit", "王家", "seen", "--at", "2099-01-01 10:00"]);
    assert!(later.contains("时间") && !later.contains("：at"), "{later}");
    let much = message(&ann, &["canvass", "list", "用气安全摸排"]);
    assert!(much.contains("多出的内容"), "{much}");
}

#[test]
fn a_list_below_a_place_reaches_all_the_way_down() {
    let street = Street::new();
    let ann = street.phone("ann");
    stairwell(&ann);
    for above in ["3 幢", "402", "香樟苑小区"] {
        assert_eq!(ann.ok(&["household", "list", "--in", above]).as_array().unwrap().len(), 1, "{above}");
        assert_eq!(ann.ok(&["resident", "list", "--in", above]).as_array().unwrap().len(), 2, "{above}");
        assert_eq!(ann.ok(&["resident", "list", "--in", above, "--limit", "1"]).as_array().unwrap().len(), 1);
    }
    assert!(ann.ok(&["premises", "list", "--in", "3 幢"]).as_array().unwrap().is_empty());
}

#[test]
fn a_half_filled_visit_loses_nothing_when_it_is_finished() {
    let street = Street::new();
    let ann = street.phone("ann");
    stairwell(&ann);
    let picture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pictures/lane.jpg");
    let kept = ann.ok(&[
        "visit",
        "王家",
        "seen",
        "--note",
        "老人独自在家",
        "--heard",
        "楼道灯坏了",
        "--met",
        "王奶奶",
        "--mode",
        "phone",
        "--picture",
        picture,
        "--keep",
    ]);
    let draft = kept["draft"].as_str().unwrap();
    let listed = ann.text(&["drafts"]);
    for said in ["王家", "老人独自在家", "楼道灯坏了", "见到本人", "王奶奶"] {
        assert!(listed.contains(said), "a draft says whose it is and what was typed: {listed}");
    }
    let done = ann.ok(&["visit", "王家", "seen", "--heard", "水管漏水", "--draft", draft]);
    assert_eq!(done["cases"].as_array().unwrap().len(), 2, "what was heard before and what was heard since: {done}");
    let visit = ann.ok(&["visit", "show", done["record"].as_str().unwrap()]);
    assert_eq!((field(&visit, "note"), &visit["mode"]), (&"老人独自在家".into(), &"phone".into()), "{visit}");
    assert_eq!(visit["met"][0]["title"], "王奶奶");
    assert_eq!(visit["pictures"].as_array().unwrap().len(), 1, "and its picture");
    assert!(ann.ok(&["drafts"]).as_array().unwrap().is_empty());
}

#[test]
fn nobody_is_told_that_a_post_is_empty_who_is_told_no_posts() {
    let street = Street::new();
    street.user("vera", "volunteer", "330402007024001");
    let (ann, vera) = (street.phone("ann"), street.phone("vera"));
    let posts = |phone: &Phone| phone.ok(&["call"])["levels"][0]["posts"].as_array().unwrap().len();
    assert!(posts(&ann) > 1);
    assert_eq!((posts(&vera), vera.ok(&["call"])["posts_told"].as_bool()), (0, Some(false)));
    assert!(vera.ok(&["posts", "--empty"]).as_array().unwrap().is_empty());
    assert!(!vera.text(&["call"]).contains("（空）"));
    let refused = message(&vera, &["building", "add", "4 幢"]);
    assert!(refused.contains("不能新增楼栋"), "{refused}");
    assert_eq!(fails(&vera, &["building", "add", "4 幢"]), (3, "field_not_permitted".to_owned()));
}

const TWO_GRIDS: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"code":"330402007024001"},"geometry":{"type":"Polygon","coordinates":[[[120.10,30.50],[120.11,30.50],[120.11,30.51],[120.10,30.51],[120.10,30.50]]]}},
{"type":"Feature","properties":{"code":"330402007024002"},"geometry":{"type":"Polygon","coordinates":[[[120.11,30.50],[120.12,30.50],[120.12,30.51],[120.11,30.51],[120.11,30.50]]]}}]}"#;

#[test]
fn what_is_odd_beside_what_stands_there_is_told_at_once() {
    let street = Street::new();
    let file = street.folder().join("grids.geojson");
    std::fs::write(&file, TWO_GRIDS).unwrap();
    let path = file.to_str().unwrap();
    street.admin(&["unit", "boundaries", "import", path, "--from", "2026-01-01", "--crs", "wgs84", "--anyway"]);
    let ann = street.phone("ann");
    let address = street.stop();
    let codes = |saved: &Json| -> Vec<(String, String)> {
        let text = |one: &Json| one.as_str().unwrap().to_owned();
        saved["warnings"].as_array().unwrap().iter().map(|w| (text(&w["field"]), text(&w["code"]))).collect()
    };
    let odd = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
    let here = ann.ok(&["building", "add", "8 幢", "--set", "point=30.505,120.105;crs=wgs84"]);
    assert!(codes(&here).is_empty(), "{here}");
    let there = ann.ok(&["building", "add", "9 幢", "--set", "point=30.505,120.115;crs=wgs84"]);
    assert_eq!(codes(&there), odd("point", "point_outside_grid"), "without a network: {there}");
    let back = ann.ok(&["building", "edit", "9 幢", "--set", "point=30.505,120.106;crs=wgs84"]);
    assert!(codes(&back).is_empty());

    stairwell(&ann);
    let right = ann.ok(&["resident", "edit", "王奶奶", "--set", "id_number=11010519491231002X"]);
    assert!(codes(&right).is_empty(), "{right}");
    let sex = ann.ok(&["resident", "edit", "王奶奶", "--set", "sex=男"]);
    assert_eq!(codes(&sex), odd("sex", "id_sex_differs"), "what was typed after the number is held against it, too");
    let birth = ann.ok(&["resident", "edit", "王奶奶", "--set", "birth=1950-01-01"]);
    assert_eq!(codes(&birth), odd("birth", "id_birth_differs"));
    assert!(codes(&ann.ok(&["resident", "edit", "王奶奶", "--set", "note=独居"])).is_empty());
    street.start_again(&address);
}

#[test]
fn two_people_for_one_post_are_both_kept_and_a_word_names_a_role_a_level_and_a_kind() {
    let street = Street::new();
    let table = "姓名,登录名,手机,岗位,网格,网格岗位\n孙二,sun2,13800000012,网格员,330402007024002,法律顾问\n孙三,sun3,13800000013,网格员,330402007024002,法律顾问\n";
    let file = street.folder().join("staff.csv");
    std::fs::write(&file, table).unwrap();
    let path = file.to_str().unwrap();
    let told = street.admin(&["import", "staff", path, "--unit", "330402007024"]);
    assert!(told.to_string().contains("post_twice"), "{told}");
    let posts = || {
        let posts = street.admin(&["unit", "post", "list", "--below", "330402007024002"]);
        let all = posts["posts"].as_array().unwrap().clone();
        let advisers = all.into_iter().filter(|post| post["role"] == "legal_adviser");
        let mut names: Vec<String> = advisers.map(|post| post["name"].as_str().unwrap_or("").to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(posts(), ["孙三", "孙二"], "nobody vanishes");
    street.admin(&["import", "staff", path, "--unit", "330402007024"]);
    assert_eq!(posts(), ["孙三", "孙二"], "the same table again changes nothing");

    street.admin(&["user", "add", "gao", "--role", "网格员", "--unit", "330402007024001"]);
    let levels = street.admin(&["unit", "list", "--below", "330402007024", "--level", "网格"]);
    assert_eq!(levels["units"].as_array().unwrap().len(), 2);
    assert_eq!(
        street.admin(&["unit", "list", "--below", "330402007024", "--level", "村"])["units"][0]["level"],
        "village"
    );
    let refused = street.admin_fails(&["unit", "list", "--level", "楼"]);
    assert!(refused.to_string().contains("village"), "an unknown level is not an empty list: {refused}");
    street.admin(&["unit", "add", "330402007024003", "香樟园区", "--kind", "园区专属网格"]);
}

#[test]
fn what_is_named_exactly_is_found_and_every_way_that_is_told_is_there() {
    let street = Street::new();
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    stairwell(&ann);
    for number in ["301", "1301"] {
        ann.ok(&["dwelling", "add", number, "--building", "3 幢", "--set", "entrance=1"]);
    }
    ann.sync();
    bob.sync();
    for campaign in ["台风摸排", "防汛摸排"] {
        bob.ok(&["campaign", "add", campaign, "--unit", "330402007024001", "--sort", "应急摸排"]);
        bob.ok(&["campaign", "baseline", campaign, "--of", "dwelling"]);
    }
    bob.sync();
    ann.sync();
    // 301 is a door, and also a part of 1301's number; it is on the lists of two campaigns.
    assert_eq!(fails(&ann, &["canvass", "call", "301", "seen"]), (4, "several_fit".to_owned()));
    ann.ok(&["canvass", "call", "301", "seen", "--campaign", "台风摸排"]);
    let checked = ann.ok(&["canvass", "list", "--campaign", "台风摸排", "--which", "checked"]);
    assert_eq!((checked.as_array().unwrap().len(), &checked[0]["label"]), (1, &"1单元301室".into()), "{checked}");
    // A visit is corrected by its author as everything else is; a household's card says when it was paid.
    let visit = ann.ok(&["visit", "王家", "seen", "--note", "都好"])["record"].as_str().unwrap().to_owned();
    ann.ok(&["visit", "edit", &visit, "--set", "note=都好，孙子也在"]);
    assert!(ann.text(&["visit", "show", &visit]).contains("孙子也在"));
    let card = ann.text(&["household", "show", "王家"]);
    let paid = card.lines().find(|line| line.contains(&visit)).unwrap();
    let hour = paid.rsplit_once("  ").unwrap().1;
    assert!(hour.len() == 16 && hour.contains(':') && paid.contains("孙子也在"), "with its hour: {card}");
    // Whom to call in a grid that is named as the refusal says.
    assert!(ann.ok(&["call", "--unit", "330402007024001"])["levels"].as_array().is_some());
    // An unknown verb is answered with those that there are; sentences in English have no signs of Chinese in them.
    assert!(message(&ann, &["post", "list"]).contains("可用：set, vacate"));
    assert!(message(&ann, &["--lang", "en", "post", "list"]).contains("one of: set, vacate"));
    let edited = ann.text(&["--lang", "en", "undo", "--list"]);
    assert!(edited.contains(", ") && !edited.contains('、'), "{edited}");
}

#[test]
fn a_unit_is_found_by_the_code_that_it_had_and_not_those_below_it_that_begin_alike() {
    let street = Street::new();
    let (folder, ann) = (street.folder(), street.phone("ann"));
    let table = |code: &str| format!("代码,名称,上级代码\n{code},府南社区,330402007\n");
    let (before, after, plan) = (folder.join("旧.csv"), folder.join("新.csv"), folder.join("plan.json"));
    std::fs::write(&before, table("330402007024")).unwrap();
    std::fs::write(&after, table("330402007099")).unwrap();
    let [before, after, plan] = [&before, &after, &plan].map(|path| path.to_str().unwrap());
    street.admin(&["unit", "edition", "propose", before, after, "--from", "2025-01-01", "--plan", plan]);
    let open = street.admin(&["unit", "edition", "apply", plan]);
    assert_eq!((&open["renumbered"], &open["unconfirmed"]), (&0.into(), &1.into()), "it says what nobody confirmed");
    street.admin(&["unit", "edition", "confirm", plan, "--all", "--by", "li"]);
    street.admin(&["unit", "edition", "apply", plan]);
    ann.sync();
    let unit = ann.ok(&["unit", "330402007024"]);
    assert_eq!(unit["unit"], street.unit("330402007099"), "{unit}");
}
