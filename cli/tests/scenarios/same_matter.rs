//! One matter that several people report: offered before a new case is made, joined when nobody had a signal, warned of when it
//! comes again.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;

const TOWNSHIP: &str = "330402007";
const GRID: &str = "330402007024001";
/// Metres north, as degrees.
const HERE: &str = "point=30.7500,120.7600;crs=wgs84";
const NEAR: &str = "point=30.7501,120.7600;crs=wgs84";
const FAR: &str = "point=30.7600,120.7600;crs=wgs84";

fn board(phone: &Phone, which: &str) -> Vec<Json> {
    phone.ok(&["case", "board", which]).as_array().unwrap().clone()
}

/// When a case was reported, milliseconds.
fn reported(phone: &Phone, title: &str) -> i64 {
    phone.ok(&["case", "show", title])["steps"][0]["at"].as_i64().unwrap()
}

fn report<'a>(title: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["case", "report", title, "--unit", GRID];
    for set in more {
        args.extend([if set.starts_with("lines=") { "--add" } else { "--set" }, set]);
    }
    args
}

#[test]
fn an_open_case_near_by_is_offered_before_a_new_one_and_both_reporters_are_thanked() {
    let street = Street::new();
    street.user("vol", "volunteer", GRID);
    let [ann, bob, vol] = ["ann", "bob", "vol"].map(|login| street.phone(login));
    ann.ok(&report("井盖缺失", &["category=manhole", HERE]));
    ann.sync();
    vol.sync();
    // Without a signal, as everything that follows on the street.
    let address = street.stop();
    let again = report("路上少个井盖", &["category=manhole", NEAR]);
    assert_eq!(fails(&vol, &again), (3, "case_near".to_owned()));
    let said = String::from_utf8(vol.run_plain(&again).stderr).unwrap();
    assert!(said.contains("井盖缺失") && said.contains("also-report") && said.contains("--new"), "{said}");
    // Another sort of thing, or too far away, is another case.
    vol.ok(&report("路灯坏了", &["category=street_light", NEAR]));
    vol.ok(&report("那边少个井盖", &["category=manhole", FAR]));
    let near = vol.ok(&["case", "near", "--category", "井盖缺失破损", "--point", "30.7501,120.7600;crs=wgs84"]);
    assert_eq!(near.as_array().unwrap().len(), 1, "{near}");
    assert_eq!((&near[0]["alike"]["metres"], &near[0]["reporters"]), (&11.into(), &1.into()));
    let picture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pictures/lane.jpg");
    vol.ok(&["case", "also-report", "井盖缺失", "--note", "我也看到了", "--picture", picture]);
    assert_eq!(
        fails(&vol, &["case", "also-report", "井盖缺失", "--line", "hotline"]),
        (3, "field_not_permitted".to_owned())
    );
    street.start_again(&address);
    for phone in [&vol, &ann, &bob] {
        phone.sync();
    }
    let case = bob.ok(&["case", "show", "井盖缺失"]);
    let people: Vec<&str> = case["reporters"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
    assert_eq!(people, ["ann", "vol"]);
    bob.ok(&["case", "solve-on-spot", "井盖缺失", "--result", "已换"]);
    bob.sync();
    for phone in [&ann, &vol] {
        phone.sync();
        let mine = phone.ok(&["case", "list", "--mine"]);
        let thanked = mine["rows"].as_array().unwrap().iter().find(|row| row["title"] == "井盖缺失").unwrap();
        assert_eq!(thanked["thanked"], true, "{}: {mine}", phone.name);
        assert!(phone.text(&["case", "list", "--mine"]).contains("谢谢您"));
    }
    // As long as nobody looked whether it is done, it is open, and may be the same.
    let again = report("又少了井盖", &["category=manhole", HERE]);
    assert_eq!(fails(&ann, &again), (3, "case_near".to_owned()));
    bob.ok(&["case", "void", "那边少个井盖", "--reason", "重复"]);
    bob.sync();
    ann.sync();
    ann.ok(&report("还是少井盖", &["category=manhole", FAR]));
}

#[test]
fn three_lines_bring_one_pipe_within_forty_minutes_two_of_them_without_a_signal() {
    let street = Street::new();
    for login in ["cai", "dai"] {
        street.user(login, "intake_clerk", TOWNSHIP);
    }
    let [ann, bob, cai, dai] = ["ann", "bob", "cai", "dai"].map(|login| street.phone(login));
    let of = |title, line, place| report(title, &["kind=hazard", "category=water_pipe", line, place]);
    cai.ok(&of("东门水管爆裂", "lines=hotline", HERE));
    cai.sync();
    // Neither of the others has heard of it: what happens in the next 38 minutes happens without a signal.
    let address = street.stop();
    street.minutes_pass(15);
    dai.ok(&of("网传东门漏水", "lines=public_opinion", NEAR));
    street.minutes_pass(23);
    ann.ok(&of("群里说水管漏了", "lines=chat", HERE));
    street.minutes_pass(20);
    street.start_again(&address);
    for phone in [&dai, &ann, &cai, &dai, &ann, &bob] {
        phone.sync();
    }
    let [first, second, third] = ["东门水管爆裂", "网传东门漏水", "群里说水管漏了"].map(|title| reported(&bob, title));
    let minutes = [second - first, third - first].map(|ms| (ms + 30_000) / 60_000);
    assert_eq!(minutes, [15, 38], "each stands at the time at which it was written down, not at which it was sent");
    let pairs = board(&bob, "alike");
    assert_eq!(pairs.len(), 3, "three cases, and each may be each: {pairs:?}");
    assert!(bob.text(&["case", "board", "alike"]).contains("gridwalk same"));
    bob.ok(&["same", "东门水管爆裂", "网传东门漏水"]);
    bob.ok(&["same", "东门水管爆裂", "群里说水管漏了"]);
    bob.sync();
    cai.sync();
    assert!(board(&bob, "alike").is_empty(), "about these somebody decided");
    let owed = board(&cai, "owed");
    assert_eq!(owed.len(), 1, "one case");
    assert_eq!(owed[0]["owed"], serde_json::json!(["chat", "hotline", "public_opinion"]), "with three answers owed");
    let case = cai.ok(&["case", "show", "东门水管爆裂"]);
    assert_eq!(case["lines"], serde_json::json!(["chat", "hotline", "public_opinion"]), "and three sources");
    assert_eq!((case["reporters"].as_array().unwrap().len(), case["same"].as_array().unwrap().len()), (3, 2));
    let list = cai.ok(&["case", "list", "--open"]);
    assert_eq!(list["rows"].as_array().unwrap().len(), 1, "one line in the list");

    bob.ok(&["case", "solve-on-spot", "东门水管爆裂", "--result", "换了管"]);
    bob.sync();
    ann.sync();
    let picture = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pictures/lane.jpg");
    ann.ok(&["case", "verify", "东门水管爆裂", "--picture", picture]);
    ann.ok(&["case", "reply", "东门水管爆裂", "--line", "chat", "--text", "已修好"]);
    ann.sync();
    cai.sync();
    assert_eq!(fails(&cai, &["case", "close", "东门水管爆裂"]), (3, "answers_owed".to_owned()));
    cai.ok(&["case", "reply", "东门水管爆裂", "--line", "hotline", "--text", "已修好"]);
    cai.ok(&["case", "reply", "东门水管爆裂", "--line", "public_opinion", "--text", "已修好"]);
    cai.ok(&["case", "close", "东门水管爆裂"]);
    cai.sync();
    for phone in [&ann, &dai] {
        phone.sync();
        let mine = phone.ok(&["case", "list", "--mine"]);
        assert_eq!(mine["rows"][0]["thanked"], true, "whoever brought it by whichever line is thanked: {mine}");
    }
    assert_eq!(street.admin(&["audit", "verify"])["good"], true);
}

#[test]
fn what_comes_again_three_times_in_thirty_days_is_warned_of_with_its_reasons() {
    let street = Street::new();
    let [ann, bob] = ["ann", "bob"].map(|login| street.phone(login));
    for (nth, title) in ["垃圾一", "垃圾二", "垃圾三"].into_iter().enumerate() {
        assert!(board(&ann, "again").is_empty(), "{nth} are no warning");
        let mut again = report(title, &["category=waste", HERE]);
        again.push("--new");
        ann.ok(&again);
        ann.ok(&["case", "solve-on-spot", title, "--result", "已清"]);
        ann.sync();
        street.days_pass(12);
    }
    bob.sync();
    assert!(board(&bob, "again").len() == 1, "24 days lie between the first and the third");
    let warned = &board(&bob, "again")[0];
    assert_eq!((&warned["count"], &warned["days"]), (&3.into(), &30.into()));
    let titles: Vec<&str> = warned["cases"].as_array().unwrap().iter().map(|c| c["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["垃圾三", "垃圾二", "垃圾一"], "the reasons");
    assert!(bob.text(&["case", "board", "again"]).contains("30 天内发生 3 次"));
    street.days_pass(30);
    bob.sync();
    assert!(board(&bob, "again").is_empty(), "nothing since for 30 days");
}

#[test]
fn an_ask_is_taken_up_by_a_volunteer_who_sees_no_name_before_somebody_agreed() {
    const ASK: &str = "老人需要代购";
    let street = Street::new();
    for login in ["vol", "wei"] {
        street.user(login, "volunteer", GRID);
    }
    let [ann, bob, vol, wei] = ["ann", "bob", "vol", "wei"].map(|login| street.phone(login));
    let said = ["kind=ask", "category=ask_help", "reporter_name=吴阿婆", "reporter_phone=13800005678"];
    ann.ok(&report(ASK, &said));
    ann.sync();
    bob.sync();
    bob.ok(&["case", "accept", ASK]);
    bob.ok(&["case", "seek", ASK, "--note", "每周两次买菜"]);
    for phone in [&bob, &vol, &wei] {
        phone.sync();
    }
    let name_on = |phone: &Phone| {
        let raw = std::fs::read_dir(phone.folder())
            .unwrap()
            .map(|file| std::fs::read(file.unwrap().path()).unwrap_or_default());
        raw.into_iter().any(|bytes| bytes.windows("吴阿婆".len()).any(|part| part == "吴阿婆".as_bytes()))
    };
    assert!(!name_on(&vol) && !name_on(&wei), "no byte of it is on their phones");
    assert_eq!(fails(&vol, &["case", "handle", ASK, "--result", "买了"]).0, 3);
    // Both say so without a signal: one is first, and the other hears who was.
    let address = street.stop();
    vol.ok(&["case", "claim", ASK]);
    wei.ok(&["case", "claim", ASK]);
    street.start_again(&address);
    vol.sync();
    assert_eq!(wei.run(&["sync"]).status.code(), Some(8), "somebody was first: there is something to look at");
    let said = wei.text(&["case", "show", ASK]);
    assert!(said.contains("未生效"), "what she typed stays in the timeline: {said}");
    bob.sync();
    assert!(!name_on(&vol), "to say so is not to be agreed to");
    bob.ok(&["case", "entrust", ASK]);
    bob.sync();
    vol.sync();
    wei.run(&["sync"]);
    let case = vol.ok(&["case", "show", ASK]);
    assert_eq!((case["status"].as_str(), case["lease"]["name"].as_str()), (Some("entrusted"), Some("vol")));
    assert!(vol.text(&["case", "show", ASK]).contains("吴阿婆") && !name_on(&wei), "one of them is to go there");
    assert_eq!(fails(&wei, &["case", "handle", ASK, "--result", "买了"]), (3, "on_another_phone".to_owned()));
    vol.ok(&["case", "handle", ASK, "--result", "买了菜和药"]);
    vol.sync();
    bob.sync();
    assert_eq!(bob.ok(&["case", "show", ASK])["status"], "handled");
    assert_eq!(street.admin(&["audit", "verify"])["good"], true);
}
