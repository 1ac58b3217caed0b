//! What a phone tells people: who did what by name, values as words and dates, and a way on where nothing is here.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;

/// A household behind a door, known to two gridworkers of the grid, their supervisor and a volunteer.
fn known(street: &Street) -> (Phone, Phone, Phone, Phone, String) {
    for (login, name, role) in [("dora", "李朵", "gridworker"), ("vera", "何薇", "volunteer")] {
        street.admin(&["user", "add", login, "--name", name, "--role", role, "--unit", "330402007024001"]);
    }
    let phones = ["ann", "bob", "dora", "vera"].map(|login| street.phone(login));
    let [ann, bob, dora, vera] = phones;
    ann.ok(&["building", "add", "3 幢"]);
    ann.ok(&["dwelling", "add", "402", "--building", "3 幢"]);
    let made = ann.ok(&["household", "add", "王家", "--dwelling", "402", "--resident", "王小明"]);
    for phone in [&ann, &dora, &bob, &vera] {
        phone.sync();
    }
    let household = made["record"].as_str().unwrap().to_owned();
    (ann, bob, dora, vera, household)
}

fn account(phone: &Phone) -> String {
    phone.ok(&["whoami"])["account"].as_str().unwrap().to_owned()
}

/// What stood before and what was written, of the lines about a field; the newest first.
fn lines<'a>(history: &'a Json, field: &str) -> Vec<(&'a Json, &'a Json)> {
    let all = history["lines"].as_array().unwrap();
    all.iter().filter(|l| l["name"] == field).map(|l| (&l["before"], &l["value"])).collect()
}

#[test]
fn a_history_names_people_and_tells_each_own_edit() {
    let street = Street::new();
    let (ann, bob, dora, _, household) = known(&street);
    ann.ok(&["household", "edit", &household, "--set", "label=王宅"]);
    ann.ok(&["household", "edit", &household, "--set", "label=王府", "--add", "needs=evening_visit"]);
    ann.ok(&["household", "edit", &household, "--remove", "needs=evening_visit"]);
    // Without a signal every edit stands there, with what it replaced.
    let told = ann.ok(&["history", &household]);
    let (null, text) = (Json::Null, |value: &str| Json::from(value));
    let labels = lines(&told, "label");
    assert_eq!(
        labels,
        [(&text("王宅"), &text("王府")), (&text("王家"), &text("王宅")), (&null, &text("王家"))],
        "{told}"
    );
    let needs: Vec<&Json> = told["lines"].as_array().unwrap().iter().filter(|l| l["name"] == "needs").collect();
    assert_eq!((&needs[0]["what"], &needs[1]["what"]), (&text("removed"), &text("set")));
    assert_eq!(told["lines"][0]["status"], "saved");
    assert!(told["lines"].as_array().unwrap().iter().all(|l| l["by_name"] == "ann"), "{told}");
    let drawn = ann.text(&["history", &household]);
    assert!(drawn.contains("王宅 → 王府") && drawn.contains("晚间上门") && drawn.contains("402"), "{drawn}");
    assert!(!drawn.contains("evening_visit") && !drawn.contains(&account(&ann)), "{drawn}");

    // Another edits the same; everybody is told by name, on every phone and from the server.
    dora.ok(&["household", "edit", &household, "--set", "label=王氏"]);
    for phone in [&dora, &ann, &bob, &dora] {
        phone.sync();
    }
    for phone in [&ann, &bob, &dora] {
        for args in [&["history", &household][..], &["history", &household, "--server"], &["disagreements"]] {
            let drawn = phone.text(args);
            assert!(drawn.contains("李朵") && drawn.contains("ann"), "{} {args:?}: {drawn}", phone.name);
            for person in [&ann, &dora] {
                let tail = &account(person)[24..];
                assert!(!drawn.contains(tail), "{} {args:?}: {drawn}", phone.name);
            }
        }
    }
    let at_odds = bob.ok(&["disagreements"]);
    assert_eq!(at_odds[0]["fields"][0]["before"], "王家", "what stood there before anybody disagreed: {at_odds}");
    // Once the server has all of it, own edits still stand one by one.
    assert_eq!(lines(&ann.ok(&["history", &household]), "label").len(), 4);
}

#[test]
fn a_refused_edit_is_no_history() {
    let street = Street::new();
    let (ann, bob, dora, _, household) = known(&street);
    street.admin(&["user", "ungrant", "dora", "--role", "gridworker", "--unit", "330402007024001"]);
    dora.ok(&["household", "edit", &household, "--set", "label=王氏"]);
    let _refused = dora.run(&["sync"]);
    ann.sync();
    bob.sync();
    assert!(lines(&bob.ok(&["history", &household]), "label").len() == 1);
}

#[test]
fn steps_and_handed_work_name_people() {
    let street = Street::new();
    let (ann, bob, _, vera, _) = known(&street);
    let case = vera.ok(&["case", "report", "楼道堆物", "--set", "category=fire_exit_blocked"]);
    let case = case["record"].as_str().unwrap_or_default().to_owned();
    vera.sync();
    bob.sync();
    bob.ok(&["case", "accept", &case]);
    bob.sync();
    for phone in [&vera, &ann] {
        phone.sync();
        let card = phone.ok(&["case", "show", &case]);
        let by: Vec<&str> = card["steps"].as_array().unwrap().iter().map(|s| s["by_name"].as_str().unwrap()).collect();
        assert_eq!(by, ["何薇", "bob"], "{}", phone.name);
        let drawn = phone.text(&["case", "show", &case]);
        assert!(drawn.contains("何薇  上报") && drawn.contains("bob  受理"), "{drawn}");
    }
    // A volunteer knows those whom they met in a record, and nobody else of the staff.
    assert_eq!(fails(&vera, &["review", "queue", "--by", "李朵"]), (4, "not_here".to_owned()));
    // Gridworkers know those who fill a post where they work, though nothing of theirs is here.
    assert_eq!(ann.ok(&["review", "queue", "--by", "李朵"]).as_array().unwrap().len(), 0);
}

#[test]
fn undo_goes_past_what_has_no_way_back() {
    let street = Street::new();
    let (ann, bob, _, _, household) = known(&street);
    let case = ann.ok(&["case", "report", "井盖松动"]);
    let case = case["record"].as_str().unwrap().to_owned();
    ann.sync();
    bob.sync();
    bob.ok(&["household", "edit", &household, "--set", "note=二楼"]);
    bob.ok(&["case", "accept", &case]);
    assert_eq!(fails(&bob, &["undo"]), (3, "no_step_back".to_owned()));
    let output = bob.run_plain(&["undo"]);
    let said = String::from_utf8(output.stderr).unwrap();
    for part in
        ["不能撤销：受理", "井盖松动", "gridwalk case step", "void --answer reason=", "gridwalk undo --older", "王家"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    let undone = bob.ok(&["undo", "--older"]);
    assert_eq!(undone["undone"]["did"][0]["what"][0], "note");
    assert!(!undone["title"].as_str().unwrap().is_empty());
    // Nothing older is left: it is said so, and what can be done instead.
    let said = bob.run_plain(&["undo", "--older"]);
    let said = String::from_utf8(said.stderr).unwrap();
    assert!(said.contains("更早的操作也没有可撤销的"), "{said}");
    // What is deleted, and what came back, is called by its name.
    assert!(ann.text(&["delete", "王小明"]).contains("王小明"));
    assert!(ann.text(&["undo"]).contains("王小明"));
}

#[test]
fn where_nothing_is_there_is_a_way_on() {
    let street = Street::new();
    let (ann, bob, _, vera, _) = known(&street);
    for (phone, args, says) in [
        (&bob, &["undo"][..], "本机上还没有可撤销的操作"),
        (&ann, &["handover", "accept"], "gridwalk sync"),
        (&ann, &["patrol", "show"], "gridwalk patrol start"),
        (&ann, &["patrol", "track"], "gridwalk patrol start"),
        (&vera, &["review", "queue"], "gridwalk returned"),
        (&bob, &["review", "queue", "--kind", "visit"], "没有待审核的内容"),
    ] {
        for language in ["zh", "en"] {
            let output = phone.run_plain(&[&["--lang", language], args].concat());
            let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            assert!(language == "en" || said.contains(says), "{args:?}: {said}");
            let chinese = said.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert_eq!(chinese, language == "zh", "{args:?}: {said}");
            assert!(said.chars().count() > 12, "{args:?}: {said}");
        }
    }
}

/// What a phone says to people when it refuses.
fn refusal(phone: &Phone, args: &[&str]) -> String {
    let output = phone.run_plain(args);
    assert!(!output.status.success(), "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn refusals_are_words_and_dates() {
    let street = Street::new();
    let (ann, ..) = known(&street);
    // What is typed; what the sentence says; what it must not say.
    let rows: [(&[&str], &[&str], &[&str]); 10] = [
        (
            &["resident", "edit", "王小明", "--set", "birth=1700-01-01"],
            &["出生日期", "1850-01-01"],
            &["-43829", "outside"],
        ),
        (&["household", "edit", "王家", "--set", "needs=晚间上门"], &["--add needs=晚间上门"], &["没有这一项"]),
        (&["household", "edit", "王家", "--add", "size=4"], &["--set size=4"], &[]),
        (&["household", "edit", "王家", "--set", "nosuch=1"], &["住户", "nosuch"], &["has no field"]),
        (&["household", "edit", "王家", "--set", "size=x"], &["人数", "整数"], &["takes"]),
        (&["resident", "add", "王小红"], &["住户", "gridwalk resident add 王小红 --household"], &["household add"]),
        (&["case", "report"], &["缺少", "用法"], &["required", "Usage"]),
        (&["undo", "--nosuch"], &["没有 --nosuch"], &["unexpected"]),
        (&["print", "doors", "--building", "3 幢", "--out", "/nonexistent/x.html"], &["没有这个文件"], &["os error"]),
        (&["bundle", "take", "/nonexistent"], &["没有这个文件"], &["os error"]),
    ];
    for (args, says, never) in rows {
        let said = refusal(&ann, args);
        assert!(says.iter().all(|part| said.contains(part)), "{args:?}: {said}");
        assert!(!never.iter().any(|part| said.contains(part)), "{args:?}: {said}");
    }
}

#[test]
fn administration_is_told_in_words() {
    let street = Street::new();
    street.user("dora", "gridworker", "330402007024001");
    let said = |args: &[&str]| street.admin_fails(args)["error"].clone();
    let wrong = ["user", "substitute", "ann", "--by", "dora", "--from", "2026-12-08", "--until", "2026-12-01"];
    assert_eq!(said(&wrong)["code"], "dates_order");
    let right = ["user", "substitute", "ann", "--by", "dora", "--from", "2026-12-01", "--until", "2026-12-08"];
    street.admin(&right);
    let list = street.admin_text(&["audit", "list", "--last", "5"]);
    assert!(list.contains("ann") && list.contains("2026-12-01 2026-12-08"), "{list}");
    street.user("sun", "security_admin", "330402");
    let fields = said(&["field", "enable", "330402", "nosuch", "--purpose", "x", "--days", "9", "--by", "sun"]);
    assert!(fields["message"].as_str().unwrap().contains("id_number"), "{fields}");
    let place = said(&["place", "move", "x", "--to", "330402007024001", "--by", "li"]);
    assert!(!place["message"].as_str().unwrap().contains("gridwalk show"), "{place}");
}

#[test]
fn what_was_imported_is_called_by_its_door() {
    let street = Street::new();
    let ann = street.phone("ann");
    let file = street.folder().join("people.csv");
    std::fs::write(&file, "楼栋,房号,姓名\n5 幢,102,赵六\n").unwrap();
    street.admin(&["import", "people", file.to_str().unwrap(), "--unit", "330402007024001"]);
    ann.sync();
    let households = ann.ok(&["household", "list"]);
    assert_eq!(households[0]["title"], "102", "nobody named the household: {households}");
    assert!(ann.text(&["resident", "show", "赵六"]).contains("所在住户  102"));
    let history = ann.text(&["resident", "history", "赵六"]);
    assert!(history.contains("管理端") && history.contains("（空） → 赵六"), "{history}");
    let house = ann.text(&["household", "show", households[0]["record"].as_str().unwrap()]);
    assert!(house.starts_with("住户 102"), "{house}");
}
