//! A county has all small chemical works of a village looked at: 118 of 123 are.

use super::street::{Phone, Street};
use serde_json::{Value as Json, json};

const VILLAGE: &str = "330402007024";
const SECOND_GRID: &str = "330402007024002";
const REGISTERED: usize = 121;

fn name(nth: usize) -> String {
    format!("南湖{nth:03}化工厂")
}

fn place<'a>(list: &'a [Json], label: &str) -> &'a str {
    list.iter().find(|t| t["label"] == label).unwrap_or_else(|| panic!("no {label}"))["record"].as_str().unwrap()
}

fn listed(phone: &Phone, which: &str) -> Vec<Json> {
    phone.ok(&["canvass", "list", "--which", which]).as_array().unwrap().clone()
}

fn total(phone: &Phone) -> Json {
    phone.ok(&["campaign", "coverage"])["total"].clone()
}

/// The supervisor answers an ask at once, whichever walker holds it looks whether it is so, and the supervisor ends it.
fn settle(case: &str, bob: &Phone, walkers: [&Phone; 2]) {
    let on = |phone: &Phone, step: &str, note: &str| {
        phone.ok(&["case", "step", case, step, "--answer", note]);
        phone.sync();
    };
    on(bob, "solve_on_spot", "result=已答复");
    for walker in walkers {
        walker.sync();
    }
    let here = walkers.into_iter().find(|walker| walker.run(&["case", "show", case]).status.success());
    on(here.unwrap(), "verify", "note=已核实");
    bob.sync();
    on(bob, "close", "note=办结");
}

#[test]
fn small_chemical_works_118_of_123() {
    let street = Street::new();
    street.admin(&["user", "add", "carl", "--role", "gridworker", "--unit", SECOND_GRID]);
    let (ann, carl, bob) = (street.phone("ann"), street.phone("carl"), street.phone("bob"));
    for nth in 1..=REGISTERED {
        let who = if nth <= 70 { &ann } else { &carl };
        who.ok(&["premises", "add", &name(nth), "--set", "kind=小化工"]);
    }
    ann.ok(&["premises", "add", "建设路小卖部", "--set", "kind=shop"]);
    ann.ok(&["premises", "add", "早已关闭的化工厂", "--set", "kind=小化工", "--set", "state=closed"]);
    [&ann, &carl, &bob].into_iter().for_each(Phone::sync);

    let title = "小化工检查";
    bob.ok(&["campaign", "add", title, "--unit", VILLAGE, "--sort", "place_inspection", "--ask", "finding"]);
    let made = bob.ok(&["campaign", "baseline", title, "--of", "premises", "--only", "小化工"]);
    assert_eq!(
        made,
        json!({"places": REGISTERED, "before": 0, "added": REGISTERED}),
        "neither shops nor what is closed"
    );
    [&bob, &ann, &carl].into_iter().for_each(Phone::sync);
    street_is_walked(&street, &ann, &carl);
    [&ann, &carl, &bob, &ann, &carl].into_iter().for_each(Phone::sync);

    // Two people found the same works: proposed as one, said to be one by whoever looks, and taken back at will.
    let twins: Vec<Json> = listed(&bob, "found").into_iter().filter(|t| t["label"] == "河东染料厂").collect();
    let [one, other] = [&twins[0], &twins[1]].map(|t| t["record"].as_str().unwrap().to_owned());
    assert_eq!((twins.len(), total(&bob)["baseline"].as_u64()), (2, Some(124)));
    bob.ok(&["same", &one, &other]);
    let unchecked = listed(&bob, "unchecked").len();
    let numbers = total(&bob);
    assert_eq!((numbers["checked"].as_u64(), numbers["baseline"].as_u64(), unchecked), (Some(118), Some(123), 5));
    assert_eq!((numbers["found"].as_u64(), numbers["left"].as_u64()), (Some(4), Some(2)));
    for which in ["baseline", "checked", "found", "left"] {
        assert_eq!(
            listed(&bob, which).len() as u64,
            numbers[which].as_u64().unwrap(),
            "{which}: the number can be listed"
        );
    }
    bob.sync();
    let coverage = bob.ok(&["campaign", "coverage"]);
    let units: Vec<u64> =
        coverage["units"].as_array().unwrap().iter().map(|u| u["baseline"].as_u64().unwrap()).collect();
    // The works that two people found count once, in the grid of whichever of the two is shown.
    assert!([[123, 71, 52], [123, 70, 53]].iter().any(|either| units == either), "by grid and up: {coverage}");

    // The ledger: who left and why, what is struck off, and an ask that is still open keeps its place in it.
    let ledger = bob.ok(&["campaign", "ledger", title]);
    let left = ledger["left"].as_array().unwrap();
    assert!(left.iter().all(|t| t["left"]["reason"] == "shut_for_good" && t["left"]["by"].is_string()), "{ledger}");
    assert_eq!((ledger["struck_off"].as_u64(), &ledger["asks"]["raised"]), (Some(116), &Json::from(2)));
    let needs = bob.ok(&["canvass", "needs"]);
    let case = needs[0]["raised"].as_str().unwrap();
    settle(case, &bob, [&ann, &carl]);
    let ledger = bob.ok(&["campaign", "ledger", title]);
    assert_eq!(ledger["asks"], json!({"raised": 2, "closed": 1, "not_here": 0}));
    assert_eq!(ledger["struck_off"], 117);

    // One of those shut for good is open after all.
    let back = left[0]["record"].as_str().unwrap();
    bob.ok(&["canvass", "back", back]);
    assert_eq!(total(&bob)["baseline"], 124);
    bob.ok(&["canvass", "gone", back, "已永久关闭"]);
    assert_eq!(total(&bob)["baseline"], 123);

    bob.ok(&["campaign", "close", title]);
    assert_eq!(bob.ok(&["campaign", "list"]).as_array().unwrap().len(), 0);
    assert!(bob.text(&["campaign", "list", "--all"]).contains("118/123"));
    bob.ok(&["campaign", "reopen", title]);
    let again = bob.ok(&["campaign", "baseline", title, "--of", "premises", "--only", "small_chemical"]);
    assert_eq!((&again["added"], &again["before"]), (&json!(0), &json!(REGISTERED)), "what left is not put back on it");
    [&bob, &ann].into_iter().for_each(Phone::sync);
    assert_eq!(total(&ann)["baseline"], 71, "a gridworker sees their own grid");
}

/// Ann and Carl walk without a signal.
fn street_is_walked(street: &Street, ann: &Phone, carl: &Phone) {
    let address = street.stop();
    for (phone, from, to) in [(ann, 1, 70), (carl, 71, REGISTERED)] {
        let list = listed(phone, "baseline");
        assert_eq!(list.len(), to - from + 1);
        for nth in from..=to {
            let target = place(&list, &name(nth));
            let call = |rest: &[&str]| phone.ok(&[&["canvass", "call", target], rest].concat());
            match nth {
                30 | 31 | 100 => drop(call(&["shut"])),
                5 | 90 => drop(phone.ok(&["canvass", "gone", target, "shut_for_good", "--note", "设备已拆，门已封"])),
                55 => drop(call(&["refused"])),
                110 => {}
                40 | 41 => {
                    drop(call(&["seen", "--finding", "原料混放", "--need", "advice", "--say", "申请搬迁", "--raise"]));
                }
                _ => drop(call(&["seen", "--finding", "未见异常"])),
            }
        }
    }
    for (phone, found) in
        [(ann, "河东染料厂"), (carl, "河东染料厂"), (ann, "小桥助剂厂"), (carl, "西街胶水厂"), (carl, "后巷清洗剂厂")]
    {
        let made = phone.ok(&["canvass", "add", found, "--sort", "premises"]);
        let target = made["record"].as_str().unwrap();
        phone.ok(&["canvass", "call", target, "seen", "--finding", "无手续"]);
    }
    street.start_again(&address);
}
