//! Small chemical works are inspected by a gridworker and by a guest for thirty days, both without a signal: different items
//! merge, the same item said otherwise is kept side by side, what fails is a hazard with its re-checks, after three rounds it
//! is with the department, and when the guest's time is over nothing is left on their phone and nothing is lost.

use super::street::{Phone, Street, fails};
use gridwalk_model::civil_date::CivilDate;
use serde_json::Value as Json;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

const GRID: &str = "330402007024001";
const VILLAGE: &str = "330402007024";
const WORKS: &str = "城北化工厂";
const CAMPAIGN: &str = "小化工检查";

fn file(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(name).to_str().unwrap().to_owned()
}

fn answer(phone: &Phone, item: &str, result: &str, more: &[&str]) -> Json {
    phone.ok(&[&["inspect", "answer", WORKS, item, result], more].concat())
}

fn show(phone: &Phone) -> Json {
    phone.ok(&["inspect", "show", WORKS])
}

fn item(view: &Json, code: &str) -> Json {
    view["form"].as_array().unwrap().iter().find(|item| item["item"] == code).unwrap().clone()
}

fn day_of(text: &Json) -> i64 {
    CivilDate::parse(text.as_str().unwrap()).unwrap().days()
}

/// A day so many days from the real one, as China's calendar has it.
fn day(from_now: i64) -> String {
    let now_ms = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    CivilDate::from_days((now_ms + 8 * 3_600_000).div_euclid(86_400_000) + from_now).unwrap().to_string()
}

fn everybody(phones: [&Phone; 3]) {
    // Twice: what one brings the others have after they asked again.
    for _ in 0..2 {
        phones.into_iter().for_each(Phone::sync);
    }
}

/// Both begin without a signal, and each answers what is theirs; of one item they say otherwise.
fn both_look(ann: &Phone, tom: &Phone) -> String {
    let begin = |phone: &Phone, office: &str| {
        let args = ["inspect", "begin", WORKS, "--origin", "third_party", "--office", office, "--campaign", CAMPAIGN];
        phone.ok(&args)["record"].as_str().unwrap().to_owned()
    };
    let (one, other) = (begin(ann, "解放街道"), begin(tom, "安评公司"));
    assert_eq!(one, other, "one inspection, whoever begins it");
    let unproven = ["inspect", "answer", WORKS, "chem_store", "failed"];
    assert_eq!(fails(ann, &unproven), (3, "no_evidence".to_owned()));
    answer(ann, "chem_store", "failed", &["--note", "禁忌物混放", "--picture", &file("cylinders.jpg")]);
    for code in ["chem_licence", "chem_ledger", "training"] {
        answer(ann, code, "passed", &["--number", "嘉应急〔2026〕9号"]);
    }
    for code in ["chem_label", "explosion_proof", "ventilation"] {
        answer(ann, code, "合格", &[]);
    }
    let signed = ["inspect", "finish", WORKS, "--signed-by", "王经理"];
    assert_eq!(fails(ann, &signed), (3, "items_unanswered".to_owned()), "half of it is on the other phone");
    answer(tom, "wiring", "failed", &["--note", "私拉乱接", "--picture", &file("lane.jpg")]);
    answer(tom, "training", "not_applicable", &[]);
    // A slip is taken back with its hazard, and said right.
    answer(tom, "extinguishers", "failed", &["--picture", &file("lane.jpg")]);
    assert_eq!(tom.ok(&["case", "list"])["rows"].as_array().map(Vec::len), Some(2));
    tom.ok(&["undo"]);
    for code in ["extinguishers", "no_sleeping"] {
        answer(tom, code, "passed", &[]);
    }
    answer(tom, "vapour_alarm", "passed", &["--number", "0 %LEL"]);
    for code in ["waste", "hot_work", "confined"] {
        answer(tom, code, "不涉及", &[]);
    }
    one
}

/// A round: each item of it with what came of it, finished.
fn round(phone: &Phone, found: &[(&str, &str, Option<&str>)]) -> Json {
    let begun = phone.ok(&["inspect", "again", WORKS, "--office", "解放街道"]);
    for (code, result, picture) in found {
        let file = picture.map(file);
        let more: Vec<&str> = file.iter().flat_map(|file| ["--picture", file.as_str()]).collect();
        answer(phone, code, result, &more);
    }
    phone.ok(&["inspect", "finish", WORKS, "--signed-by", "王经理"]);
    begun["inspection"].clone()
}

#[test]
fn small_works_are_inspected_by_two_and_looked_at_again_three_times() {
    let street = Street::new();
    street.admin(&["user", "add", "tom", "--name", "安评公司检查员"]);
    street.admin(&["user", "grant", "tom", "--role", "inspector", "--unit", GRID, "--until", &day(30)]);
    let (ann, bob, tom) = (street.phone("ann"), street.phone("bob"), street.phone("tom"));
    ann.ok(&["building", "add", "3 幢"]);
    ann.ok(&["dwelling", "add", "301", "--in", "3 幢"]);
    ann.ok(&["household", "add", "王家", "--in", "301", "--resident", "王小明"]);
    ann.ok(&["case", "report", "楼道堆物", "--at", "3 幢"]);
    ann.ok(&["premises", "add", WORKS, "--set", "kind=小化工"]);
    ann.ok(&["premises", "add", "城南助剂厂", "--set", "kind=小化工"]);
    everybody([&ann, &bob, &tom]);
    bob.ok(&["campaign", "add", CAMPAIGN, "--unit", VILLAGE, "--sort", "place_inspection", "--ask", "finding"]);
    bob.ok(&["campaign", "baseline", CAMPAIGN, "--of", "premises", "--only", "小化工"]);
    everybody([&bob, &ann, &tom]);
    let asked = ann.text(&["inspect", "templates", WORKS]);
    assert!(
        asked.contains("禁忌物分开") && asked.contains("危险化学品安全管理条例") && asked.contains("1 · 3 · 7"),
        "{asked}"
    );

    let address = street.stop();
    let inspection = both_look(&ann, &tom);
    street.start_again(&address);
    everybody([&ann, &tom, &bob]);

    // Different items are one form; the same item said otherwise stands side by side until somebody decides.
    let view = show(&bob);
    assert_eq!(
        (view["record"].as_str(), &view["answered"], &view["failed"]),
        (Some(&*inspection), &14.into(), &2.into())
    );
    assert_eq!(view["offices"].as_array().unwrap().len(), 2);
    let trained = item(&view, "training");
    assert_eq!(trained["at_odds"], serde_json::json!(["not_applicable", "passed"]));
    bob.ok(&["decide", trained["record"].as_str().unwrap(), "result", "--value", "passed"]);
    everybody([&bob, &ann, &tom]);
    for phone in [&ann, &tom] {
        assert_eq!(item(&show(phone), "training")["at_odds"], Json::Null);
        assert_eq!(phone.ok(&["disagreements"]).as_array().unwrap().len(), 0);
    }
    ann.ok(&["inspect", "finish", WORKS, "--signed-by", "王经理", "--signature", &file("cylinders-tiny.png")]);
    everybody([&ann, &bob, &tom]);
    let coverage = bob.ok(&["campaign", "coverage"]);
    assert_eq!((&coverage["total"]["checked"], &coverage["total"]["baseline"]), (&1.into(), &2.into()));

    // Two hazards, each with its class and the day of its re-check.
    let cases = hazards(&bob);
    assert_eq!(cases.len(), 2);
    let days = |code: &str| day_of(&item(&view, code)["due"]) - day_of(&view["on"]);
    assert_eq!((days("chem_store"), days("wiring")), (1, 3), "the graver the sooner");
    let due = ann.ok(&["inspect", "due"]);
    assert_eq!((&due[0]["next_round"], day_of(&due[0]["next_on"]) - day_of(&view["on"])), (&1.into(), 1));
    assert_eq!(fails(&ann, &["inspect", "answer", WORKS, "no_such", "passed"]), (3, "item_unknown".to_owned()));

    a_guest_holds(&tom);
    three_rounds(&street, [&ann, &bob, &tom], &cases);
    let counts = bob.ok(&["inspect", "count", "--campaign", CAMPAIGN]);
    let (count, numbers) = (&counts[0], ["inspections", "finished", "failed", "settled", "due", "handed_over"]);
    assert_eq!(numbers.map(|name| count[name].as_u64().unwrap()), [1, 1, 2, 1, 0, 1], "{count}");
    the_guest_goes(&street, &tom, &bob);
}

/// What a guest holds while they are here: places, lists and inspections, and of cases their own.
fn a_guest_holds(tom: &Phone) {
    let all = tom.ok(&["search", "王"]);
    assert_eq!(all["rows"].as_array().map(Vec::len), Some(0), "no household and no resident: {all}");
    assert_eq!(fails(tom, &["dwelling", "show", "301"]).1, "not_here");
    let titles = tom.ok(&["case", "list"])["rows"].clone();
    let titles: Vec<&str> = titles.as_array().unwrap().iter().map(|row| row["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["城北化工厂 电气线路"], "their own and no other");
    assert_eq!(fails(tom, &["resident", "add", "张三", "--in", "王家"]).1, "not_here");
}

/// The time is over: what the guest typed on the last day waits for somebody, and their phone holds nothing.
fn the_guest_goes(street: &Street, tom: &Phone, bob: &Phone) {
    let other = "城南助剂厂";
    let address = street.stop();
    tom.ok(&["inspect", "begin", other, "--origin", "third_party", "--office", "安评公司"]);
    tom.ok(&["inspect", "answer", other, "chem_store", "failed", "--picture", &file("lane.jpg")]);
    street.start_again(&address);
    street.days_pass(10);
    let holds_none = |lists: &[&[&str]]| {
        // What a phone says of a sync when its person has no role any more is not asked here.
        tom.run(&["sync"]);
        tom.run(&["sync"]);
        for list in lists {
            let held = tom.ok(list);
            let rows = held.as_array().or_else(|| held["rows"].as_array()).cloned();
            assert_eq!(rows, Some(Vec::new()), "{list:?}");
        }
    };
    holds_none(&[&["premises", "list"], &["campaign", "list", "--all"]]);
    let waiting = street.admin(&["quarantine", "list"])["waiting"].as_array().unwrap().clone();
    assert_eq!(waiting.len(), 3, "the inspection, the answer and its hazard: {waiting:?}");
    street.admin(&["quarantine", "approve", "--author", "tom", "--by", "bob"]);
    // Until somebody decided their own words stood on their phone; now they stand where they belong.
    holds_none(&[&["inspect", "list"], &["case", "list"], &["premises", "list"]]);
    bob.sync();
    let view = bob.ok(&["inspect", "show", other]);
    assert_eq!((&view["answered"], &view["failed"]), (&1.into(), &1.into()), "nothing of it is lost");
    assert_eq!(bob.ok(&["case", "show", "城南助剂厂 危险化学品储存"])["status"], "reported");
    let again = ["user", "grant", "tom", "--role", "inspector", "--unit", GRID, "--until", &day(-1)];
    assert_eq!(street.admin_fails(&again)["error"]["code"], "grant_over");
}

/// The hazards that the inspection opened: what they are of, and their records.
fn hazards(phone: &Phone) -> Vec<(String, String)> {
    let view = show(phone);
    let form = view["form"].as_array().unwrap().iter().filter(|item| item["case"].is_string());
    let cases = form.map(|item| {
        let case = item["case"].as_str().unwrap();
        let card = phone.ok(&["case", "show", case]);
        assert_eq!(card["class"]["class"], item["class"], "{card}");
        assert_eq!((&card["status"], &item["standing"]), (&"reported".into(), &"due".into()), "{card}");
        (item["item"].as_str().unwrap().to_owned(), case.to_owned())
    });
    cases.collect()
}

/// Round one fails both, round two settles one, round three fails: then it is with the department.
fn three_rounds(street: &Street, phones: [&Phone; 3], cases: &[(String, String)]) {
    let [ann, bob, tom] = phones;
    let case = |code: &str| cases.iter().find(|(item, _)| item == code).unwrap().1.clone();
    street.days_pass(3);
    let first =
        round(ann, &[("chem_store", "failed", Some("cylinders-small.jpg")), ("wiring", "failed", Some("lane.jpg"))]);
    assert_eq!((&first["round"], &first["items"]), (&1.into(), &2.into()), "only what failed");
    everybody(phones);
    let due = tom.ok(&["inspect", "due"]);
    assert_eq!((&due[0]["next_round"], &due[0]["failed"]), (&2.into(), &2.into()));
    let card = bob.ok(&["case", "show", &case("wiring")]);
    assert_eq!((&card["rechecks"], &card["rechecks_failed"]), (&1.into(), &1.into()));
    assert!(card["next_recheck"].is_string());

    street.days_pass(7);
    round(ann, &[("chem_store", "passed", None), ("wiring", "failed", Some("cylinders.jpg"))]);
    everybody(phones);
    let settled = bob.ok(&["case", "show", &case("chem_store")]);
    assert_eq!(
        (&settled["rechecks"], &settled["rechecks_failed"], &settled["next_recheck"]),
        (&2.into(), &1.into(), &Json::Null)
    );
    assert_eq!(item(&show(ann), "chem_store")["standing"], "settled");

    street.days_pass(15);
    everybody(phones);
    let third = round(ann, &[("wiring", "failed", Some("cylinders-small.jpg"))]);
    assert_eq!((&third["round"], &third["items"]), (&3.into(), &1.into()));
    everybody(phones);
    assert_eq!(fails(tom, &["inspect", "again", WORKS]), (3, "nothing_to_recheck".to_owned()), "there is no fourth");
    let due = bob.ok(&["inspect", "due"]);
    assert_eq!((&due[0]["handed_over"], &due[0]["next_round"]), (&1.into(), &Json::Null));
    assert!(bob.text(&["inspect", "due"]).contains("已移交有权部门"));
    let card = bob.ok(&["case", "show", &case("wiring")]);
    assert_eq!((&card["rechecks"], &card["rechecks_failed"]), (&3.into(), &3.into()));
    let shut = ["case", "step", &*case("wiring"), "shut", "--answer", "number=1"];
    assert_eq!(fails(ann, &shut), (3, "step_needs_power".to_owned()), "a gridworker shuts nothing");
}
