//! Two phones on the command line against the real server: the programs themselves, on loopback.

#![expect(clippy::unwrap_used, reason = "a test stops at the first answer that is not what it must be")]

mod street;

use serde_json::Value as Json;
use street::{Phone, Street};

fn texts(list: &Json, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

/// A building, a door, a household and a resident, known to both phones.
fn settled(street: &Street) -> (Phone, Phone) {
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    ann.ok(&["building", "add", "3 幢"]);
    ann.ok(&["dwelling", "add", "402", "--building", "3 幢", "--set", "floor=4"]);
    ann.ok(&["household", "add", "王家", "--dwelling", "402", "--resident", "王小明", "--set", "phone=0573-8300 0001"]);
    ann.sync();
    bob.sync();
    (ann, bob)
}

#[test]
fn a_form_opened_before_a_pull_disagrees_and_does_not_overwrite() {
    let street = Street::new();
    let (ann, bob) = settled(&street);

    let opened = ann.ok(&["household", "edit", "王家"]);
    let basis = opened["basis"].as_str().unwrap();
    assert_eq!(ann.ok(&["drafts"]).as_array().unwrap().len(), 1, "an open form is a draft");

    bob.ok(&["household", "edit", "王家", "--set", "label=王府"]);
    bob.sync();
    ann.sync();
    assert_eq!(ann.ok(&["drafts"])[0]["changed_since"], true, "the pull arrived while the form was open");

    let record = opened["record"].as_str().unwrap();
    let saved = ann.ok(&["household", "edit", record, "--set", "label=王宅", "--basis", basis]);
    assert_eq!(saved["disagreement"]["fields"][0]["field"], "label");
    assert!(ann.ok(&["drafts"]).as_array().unwrap().is_empty(), "saving ends the draft");
    ann.sync();
    bob.sync();

    for phone in [&ann, &bob] {
        let lines = phone.ok(&["disagreements"]);
        let line = &lines[0]["fields"][0];
        let mut sides = texts(&line["sides"], "value");
        sides.sort();
        assert_eq!(sides, ["王宅", "王府"], "{}: nobody was overwritten", phone.name);
        assert_eq!(line["before"], "王家");
        assert_eq!(line["sides"].as_array().unwrap().iter().filter(|s| s["mine"] == true).count(), 1);
    }

    bob.ok(&["decide", record, "label", "--value", "王府（402）"]);
    bob.sync();
    ann.sync();
    for phone in [&ann, &bob] {
        assert!(phone.ok(&["disagreements"]).as_array().unwrap().is_empty(), "{}", phone.name);
        assert_eq!(phone.ok(&["household", "show", record])["title"], "王府（402）");
    }
    let code = street::fails(&bob, &["decide", record, "label", "--value", "王府（402）"]);
    assert_eq!(code, (3, "nothing_to_decide".to_owned()));
}

#[test]
fn a_later_edit_without_the_old_basis_overwrites_nobody_and_agrees() {
    let street = Street::new();
    let (ann, bob) = settled(&street);
    bob.ok(&["household", "edit", "王家", "--set", "label=王府"]);
    ann.ok(&["household", "edit", "王家", "--set", "size=3"]);
    for phone in [&bob, &ann, &bob] {
        phone.sync();
    }
    for phone in [&ann, &bob] {
        let card = phone.ok(&["household", "show", "王府"]);
        let value = |name: &str| {
            card["fields"].as_array().unwrap().iter().find(|f| f["field"] == name).unwrap()["value"].clone()
        };
        assert_eq!((value("label"), value("size")), ("王府".into(), 3.into()), "{}: edits apart merge", phone.name);
        assert!(phone.ok(&["disagreements"]).as_array().unwrap().is_empty());
    }
}

#[test]
fn without_a_network_all_is_saved_and_goes_out_later() {
    let street = Street::new();
    let (ann, bob) = settled(&street);
    let address = street.stop();
    ann.ok(&["visit", "王家", "nobody_home", "--note", "晚上再来"]);
    ann.ok(&["case", "report", "楼下堆放液化气罐", "--at", "3 幢", "--set", "category=违规存放液化气罐"]);
    assert_eq!(street::fails(&ann, &["sync"]), (6, "offline".to_owned()));
    let outbox = ann.ok(&["outbox"]);
    assert_eq!(texts(&outbox, "status"), ["saved", "saved"]);
    let drawn = ann.text(&["outbox"]);
    assert!(drawn.contains("○ 已存本机") && drawn.contains("家中无人"), "{drawn}");
    assert_eq!(ann.ok(&["day"])["visits"].as_array().unwrap().len(), 1);

    street.start_again(&address);
    ann.sync();
    bob.sync();
    assert!(ann.ok(&["outbox"]).as_array().unwrap().is_empty());
    assert_eq!(ann.text(&["outbox"]).trim(), "没有待上传的内容");
    assert_eq!(bob.ok(&["case", "show", "液化气"])["status"], "reported");

    bob.ok(&["case", "accept", "液化气"]);
    let unit = bob.ok(&["case", "show", "液化气"])["unit"].as_str().unwrap().to_owned();
    bob.ok(&["case", "dispatch", "液化气", "--to", &unit, "--due", "2099-01-01"]);
    bob.sync();
    ann.sync();
    ann.ok(&["case", "take", "液化气"]);
    assert_eq!(street::fails(&ann, &["case", "handle", "液化气"]), (3, "missing_answer".to_owned()));
    ann.ok(&["case", "handle", "液化气", "--result", "已搬走"]);
    ann.sync();
    bob.sync();
    let case = bob.ok(&["case", "show", "液化气"]);
    let steps = texts(&case["steps"], "step");
    assert_eq!(steps, ["report", "accept", "dispatch", "take", "handle"]);
}

#[test]
fn names_are_found_by_any_part_and_by_pinyin_initials() {
    let street = Street::new();
    let (ann, _) = settled(&street);
    for text in ["王小明", "小明", "明", "wxm", "xm", "WXM", "wangxiao"] {
        let found = ann.ok(&["search", text, "--kind", "resident"]);
        assert_eq!(texts(&found["rows"], "title"), ["王小明"], "{text}");
    }
    assert_eq!(texts(&ann.ok(&["search", "83000001"])["rows"], "kind"), ["household"]);
    assert_eq!(street::fails(&ann, &["resident", "show", "陈红"]), (4, "not_here".to_owned()));
}

#[test]
fn a_refused_change_needs_attention_until_it_is_corrected_or_dismissed() {
    let street = Street::new();
    let (ann, _) = settled(&street);
    for name in ["9 幢", "10 幢"] {
        ann.ok(&["building", "add", name, "--unit", &street.other_grid]);
    }
    assert_eq!(ann.run(&["sync"]).status.code(), Some(8), "done, and something is left to do");
    let items = ann.ok(&["attention"]);
    assert_eq!(texts(&items, "code"), ["not_in_scope", "not_in_scope"]);
    assert_eq!(items[0]["typed"]["name"], "9 幢", "it lies whole and editable");

    let saves: Vec<String> = items.as_array().unwrap().iter().map(|i| i["save"].to_string()).collect();
    let unit = ann.ok(&["whoami"])["units"][0]["unit"].as_str().unwrap().to_owned();
    ann.ok(&["attention", "correct", &saves[0], "--set", &format!("unit={unit}")]);
    ann.ok(&["attention", "dismiss", &saves[1]]);
    ann.sync();
    assert!(ann.ok(&["attention"]).as_array().unwrap().is_empty());
    assert_eq!(ann.ok(&["building", "show", "9 幢"])["unconfirmed"], 0, "admitted");
    assert_eq!(street::fails(&ann, &["attention", "dismiss", "99"]), (4, "no_such_item".to_owned()));
}

#[test]
fn a_step_that_another_took_first_needs_attention_until_it_is_dismissed() {
    let street = Street::new();
    let (ann, bob) = settled(&street);
    ann.ok(&["case", "report", "楼下堆放液化气罐", "--at", "3 幢", "--set", "category=违规存放液化气罐"]);
    ann.sync();
    bob.sync();
    bob.ok(&["case", "accept", "液化气"]);
    let unit = bob.ok(&["case", "show", "液化气"])["unit"].as_str().unwrap().to_owned();
    bob.ok(&["case", "dispatch", "液化气", "--to", &unit, "--due", "2099-01-01"]);
    bob.sync();
    ann.sync();
    for phone in [&ann, &bob] {
        phone.ok(&["case", "take", "液化气"]);
    }
    ann.sync();
    assert_eq!(bob.run(&["sync"]).status.code(), Some(8), "done, and something is left to look at");

    let items = bob.ok(&["attention"]);
    assert_eq!(texts(&items, "code"), ["overtaken"]);
    let person = |phone: &Phone| phone.ok(&["whoami"])["account"].clone();
    assert_eq!((&items[0]["mine"]["step"], &items[0]["mine"]["by"]), (&"take".into(), &person(&bob)));
    assert_eq!((&items[0]["theirs"]["step"], &items[0]["theirs"]["by"]), (&"take".into(), &person(&ann)));
    assert_eq!(bob.ok(&["day"])["counts"]["needs_attention"], 1);
    let drawn = bob.text(&["attention"]);
    let (account, item) = (person(&ann), items[0]["item"].as_str().unwrap());
    assert!(drawn.contains("未生效（情况已变）") && drawn.contains("签收  ann") && drawn.contains(item), "{drawn}");
    assert!(!drawn.contains(&account.as_str().unwrap()[28..]), "people are called by name: {drawn}");
    ann.sync();
    assert!(ann.ok(&["attention"]).as_array().unwrap().is_empty(), "hers took effect");

    bob.ok(&["attention", "dismiss", item]);
    bob.sync();
    assert!(bob.ok(&["attention"]).as_array().unwrap().is_empty(), "it stays put aside");
    assert_eq!(street::fails(&bob, &["attention", "dismiss", item]), (4, "no_such_item".to_owned()));
}

#[test]
fn bad_input_gets_a_sentence_and_a_way_on() {
    let street = Street::new();
    let (ann, _) = settled(&street);
    #[rustfmt::skip]
    let table: &[(&[&str], i32, &str)] = &[
        (&["household", "edit", "王家", "--set", "label"],               2, "not_a_pair"),
        (&["household", "edit", "王家", "--set", "label= "],             3, "empty_text"),
        (&["household", "edit", "王家", "--set", "colour=red"],          3, "unknown_field"),
        (&["household", "edit", "王家", "--set", "size=many"],           3, "wrong_shape"),
        (&["household", "edit", "王家", "--set", "note=x", "--basis", "?"], 2, "not_a_basis"),
        (&["household", "add", "李家"],                                  2, "in_what"),
        (&["visit", "王家", "dreamt"],                                   3, "unknown_code"),
        (&["visit", "王家", "seen", "--at", "2199-01-01"],               3, "not_yet"),
        (&["visit", "王家", "seen", "--at", "tomorrow"],                 2, "not_a_moment"),
        (&["search", "x", "--kind", "cat"],                              2, "no_such_kind"),
        (&["decide", "王家", "label"],                                   2, "pick_or_value"),
        (&["enrol", "http://127.0.0.1:1", "AAAA"],                       5, "already_enrolled"),
        (&["fly"],                                                       2, "bad_arguments"),
        (&["decide", "--pick"],                                          2, "bad_arguments"),
    ];
    for (args, exit, code) in table {
        let (got_exit, got_code) = street::fails(&ann, args);
        assert_eq!((got_exit, got_code.as_str()), (*exit, *code), "{args:?}");
    }
    let said = ann.run_plain(&["household", "show", "陈家"]);
    let said = String::from_utf8(said.stderr).unwrap();
    assert!(said.contains("本机没有找到“陈家”") && said.contains("→ "), "{said}");

    let said = String::from_utf8(ann.run_plain(&["visit", "王家", "dreamt"]).stderr).unwrap();
    assert!(said.contains("nobody_home  家中无人"), "what could have been written: {said}");
    let said = String::from_utf8(ann.run_plain(&["household", "edit", "王家", "--set", "colour=red"]).stderr).unwrap();
    assert!(said.contains("label  称呼"), "what could have been written: {said}");

    let stranger = street.stranger();
    assert_eq!(street::fails(&stranger, &["sync"]), (5, "no_phone".to_owned()));
    let nobody = ["enrol", "http://127.0.0.1:1", "WRONG"];
    assert_eq!(street::fails(&stranger, &nobody), (6, "no_server_there".to_owned()), "nothing is saved here yet");
    let wrong = ["enrol", street.address(), "WRONG"];
    assert_eq!(street::fails(&stranger, &wrong), (5, "bad_code".to_owned()));
}
