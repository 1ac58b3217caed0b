//! A township asks seven grids for a number: two of them answer without a signal, one from two phones at once.

use super::street::{Phone, Street, fails};
use gridwalk_model::civil_date::CivilDate;
use serde_json::Value as Json;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

const TOWNSHIP: &str = "330402007";
const VILLAGE: &str = "330402007024";
const GRID: &str = "330402007024001";
const NEXT: &str = "330402007024002";
const ELSEWHERE: &str = "330402007029001";
const TASK: &str = "报送消火栓数";

/// The day so many days from today, as it is typed.
fn day(ahead: i64) -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let today = i64::try_from((seconds + 8 * 3600) / 86_400).unwrap();
    CivilDate::from_days(today + ahead).unwrap().to_string()
}

fn show(phone: &Phone) -> Json {
    phone.ok(&["task", "show", TASK])
}

fn unit<'a>(view: &'a Json, unit: &str) -> &'a Json {
    view["units"].as_array().unwrap().iter().find(|line| line["unit"] == unit).unwrap_or_else(|| panic!("{view}"))
}

fn counts(view: &Json) -> [i64; 4] {
    ["targets", "fed_back", "open", "late"].map(|name| view["count"][name].as_i64().unwrap())
}

fn open(phone: &Phone) -> usize {
    phone.ok(&["task", "list"]).as_array().unwrap().len()
}

#[test]
fn seven_grids_are_asked_and_two_feed_back_without_a_signal() {
    let street = Street::new();
    for n in 3..=7 {
        street.admin(&["unit", "add", &format!("{VILLAGE}00{n}"), &format!("第{n}网格")]);
    }
    street.user("dora", "township_supervisor", TOWNSHIP);
    for (login, role, of) in [
        ("wen", "gridworker", GRID),
        ("amy", "gridworker", NEXT),
        ("zoe", "gridworker", ELSEWHERE),
        ("vera", "volunteer", GRID),
    ] {
        street.user(login, role, of);
    }
    let [ann, bob, dora, wen, amy, zoe, vera] =
        ["ann", "bob", "dora", "wen", "amy", "zoe", "vera"].map(|login| street.phone(login));
    let due = day(2);
    let mut give = vec!["task", "give", TASK, "--grids-of", VILLAGE, "--due", due.as_str()];
    give.extend(["--number", "数量", "--answer", "位置", "--text", "含小区内部"]);
    assert_eq!(fails(&ann, &give), (3, "step_not_permitted".to_owned()));
    dora.ok(&give);
    for phone in [&dora, &ann, &wen, &amy, &zoe, &bob, &vera] {
        phone.sync();
    }
    assert_eq!(counts(&show(&dora)), [7, 0, 7, 0]);
    assert_eq!(counts(&show(&bob)), [7, 0, 7, 0], "the village's supervisor sees that it is asked of their grids");
    assert_eq!(counts(&show(&ann)), [1, 0, 1, 0], "a grid counts itself");
    assert_eq!((open(&ann), open(&zoe), open(&vera)), (1, 0, 0), "whoever owes nothing has nothing on the list");

    // No signal: two phones of one grid, each with its part, and the grid beside it.
    let address = street.stop();
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures/lane.jpg");
    ann.ok(&["task", "feedback", TASK, "--set", "数量=7", "--picture", picture.to_str().unwrap()]);
    wen.ok(&["task", "feedback", TASK, "--set", "位置=北门两处", "--note", "一处漏水"]);
    amy.ok(&["task", "feedback", TASK, "--set", "数量=5"]);
    assert_eq!(fails(&ann, &["task", "feedback", TASK, "--set", "长度=5"]), (2, "not_asked".to_owned()));
    assert_eq!(fails(&zoe, &["task", "feedback", TASK, "--set", "数量=5"]), (3, "not_yours".to_owned()));
    assert_eq!((open(&ann), open(&wen)), (0, 0), "it is off the list as soon as it is typed");
    street.start_again(&address);
    for phone in [&ann, &wen, &amy, &dora, &ann, &wen, &bob] {
        phone.sync();
    }
    merged(&street, [&ann, &wen, &bob, &dora, &amy]);
    let grid = street.unit(GRID);
    more_is_asked_for(&street, &[&ann, &dora, &amy], &grid);
    late_and_taken_back(&street, &ann, &dora, &bob);
}

/// What two phones of one grid said is one record, and the grid beside it holds none of that.
fn merged(street: &Street, [ann, wen, bob, dora, amy]: [&Phone; 5]) {
    let (grid, next) = (street.unit(GRID), street.unit(NEXT));
    for phone in [dora, bob, ann, wen] {
        let view = show(phone);
        let said = unit(&view, &grid);
        assert_eq!((&said["standing"], &said["at_odds"]), (&"fed_back".into(), &false.into()), "{}", phone.name);
        let answers: Vec<&Json> = said["answers"].as_array().unwrap().iter().map(|answer| &answer["value"]).collect();
        assert_eq!(
            (answers, &said["note"]),
            (vec![&Json::from(7), &"北门两处".into()], &"一处漏水".into()),
            "one record"
        );
    }
    let view = show(dora);
    assert_eq!((counts(&view), &view["sums"][0]["sum"]), ([7, 2, 5, 0], &Json::from(12)), "{view}");
    assert_eq!(unit(&view, &next)["standing"], "fed_back");
    let record = unit(&view, &grid)["feedback"].as_str().unwrap();
    assert_eq!(
        dora.ok(&["history", record])["lines"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|line| line["name"] == "feed_back")
            .count(),
        2,
        "from two phones"
    );
    let told = dora.text(&["task", "show", TASK]);
    assert!(told.contains("数量合计 12（2 个单位）") && told.contains("一处漏水") && told.contains("待反馈"), "{told}");
    amy.sync();
    assert_eq!(show(amy)["units"].as_array().unwrap().len(), 1, "what the grid beside said is not on this phone");
}

/// The township wants more of one grid, which answers once more.
fn more_is_asked_for(street: &Street, [ann, dora, amy]: &[&Phone; 3], grid: &str) {
    let more = ["task", "return", TASK, "--from", GRID, "--reason", "请写明型号"];
    assert_eq!(fails(ann, &more), (3, "step_not_permitted".to_owned()));
    assert_eq!(fails(dora, &["task", "return", TASK, "--from", "第3网格", "--reason", "x"]).1, "nothing_back");
    dora.ok(&more);
    dora.sync();
    ann.sync();
    assert_eq!(open(ann), 1, "it is on the list again");
    assert!(ann.text(&["task", "show", TASK]).contains("请写明型号"));
    let address = street.stop();
    ann.ok(&["task", "feedback", TASK, "--set", "数量=8", "--note", "SS100 型"]);
    street.start_again(&address);
    ann.sync();
    dora.sync();
    let view = show(dora);
    assert_eq!((&unit(&view, grid)["standing"], &view["sums"][0]["sum"]), (&"fed_back".into(), &Json::from(13)));
    // What somebody undoes is owed again, and may be said anew.
    amy.ok(&["undo"]);
    assert_eq!(open(amy), 1);
    amy.ok(&["task", "feedback", TASK, "--set", "数量=6", "--not-done"]);
    amy.sync();
    dora.sync();
    let view = show(dora);
    assert_eq!((counts(&view), &view["count"]["done"]), ([7, 2, 5, 0], &Json::from(1)), "{view}");
}

/// Time runs out; one more grid is named, and then the task is taken back.
fn late_and_taken_back(street: &Street, ann: &Phone, dora: &Phone, bob: &Phone) {
    street.days_pass(3);
    assert_eq!(counts(&show(dora)), [7, 2, 5, 5], "what came in time stays in time");
    let third = street.unit(&format!("{VILLAGE}003"));
    bob.ok(&["task", "feedback", TASK, "--unit", "第3网格", "--set", "数量=1"]);
    dora.ok(&["task", "edit", TASK, "--add", &format!("targets={}", street.unit(ELSEWHERE))]);
    bob.sync();
    dora.sync();
    let view = show(dora);
    assert_eq!((counts(&view), &unit(&view, &third)["standing"]), ([8, 3, 5, 6], &"fed_back_late".into()), "{view}");
    dora.ok(&["task", "withdraw", TASK, "--reason", "已有数据"]);
    dora.sync();
    bob.sync();
    ann.sync();
    assert_eq!((open(bob), bob.ok(&["task", "list", "--all"]).as_array().unwrap().len()), (0, 1));
    assert_eq!(show(ann)["status"], "withdrawn");
    // A village gives tasks to its own grids, and to nobody else.
    let own = ["task", "give", "清点灭火器", "--to", GRID, "--due", &day(9)];
    bob.ok(&own);
    bob.sync();
    ann.sync();
    assert_eq!(open(ann), 1);
    assert!(street.admin(&["audit", "verify"])["good"] == true);
}
