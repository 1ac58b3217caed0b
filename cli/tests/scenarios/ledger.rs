//! The ledger of a village: a hazard, a held matter and one that was called up; closed after it was verified a matter is
//! struck off, and held is no way out.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;
use std::path::Path;

const TOWNSHIP: &str = "330402007";
const VILLAGE: &str = "330402007024";
const GRID: &str = "330402007024001";
const HAZARD: &str = "楼道堆物";
const HELD: &str = "化粪池满溢";
const CALLED: &str = "路灯整条不亮";

fn ledger(phone: &Phone, more: &[&str]) -> Json {
    phone.ok(&[&["ledger", "--unit", VILLAGE], more].concat())
}

fn counts(view: &Json) -> [i64; 5] {
    ["entered", "open", "held", "struck", "voided"].map(|name| view["count"][name].as_i64().unwrap())
}

fn titles(view: &Json) -> Vec<&str> {
    view["rows"].as_array().unwrap().iter().map(|line| line["title"].as_str().unwrap()).collect()
}

fn step(phone: &Phone, case: &str, code: &str, answers: &[&str]) {
    let mut args = vec!["case", "step", case, code];
    args.extend(answers.iter().flat_map(|answer| ["--answer", *answer]));
    phone.ok(&args);
}

fn sync(phones: &[&Phone]) {
    for phone in phones {
        phone.sync();
    }
}

#[test]
fn what_is_held_stays_on_the_ledger_and_what_is_verified_and_closed_is_struck_off() {
    let street = Street::new();
    street.user("tao", "duty_officer", TOWNSHIP);
    street.user("han", "gridworker", GRID);
    let [ann, bob, tao, han] = ["ann", "bob", "tao", "han"].map(|login| street.phone(login));
    ann.ok(&["case", "report", HAZARD, "--set", "kind=hazard"]);
    ann.ok(&["case", "report", HELD, "--set", "kind=ask"]);
    ann.ok(&["case", "report", CALLED, "--set", "kind=ask"]);
    ann.ok(&["case", "report", "问路", "--set", "kind=ask"]);
    assert_eq!(titles(&ledger(&ann, &[])), [HAZARD], "an ask is none of the ledger's");
    sync(&[&ann, &tao, &bob]);
    tao.ok(&["case", "accept", HELD]);
    let hold = ["reason=待旧改", "leader=李书记", "team=旧改专班", "plan=随旧改换管", "next_on=2027-03-01"];
    step(&tao, HELD, "hold", &hold);
    step(&ann, CALLED, "call_up", &[&format!("unit={}", street.unit(TOWNSHIP)), "matter=需街道协调"]);
    sync(&[&tao, &ann, &bob, &tao]);
    for phone in [&ann, &bob, &tao] {
        let view = ledger(phone, &[]);
        assert_eq!(counts(&view), [3, 3, 1, 0, 0], "{}: {view}", phone.name);
        let held = view["rows"].as_array().unwrap().iter().find(|line| line["title"] == HELD).unwrap();
        assert_eq!((&held["hold"]["leader"], &held["hold"]["next_on"]), (&"李书记".into(), &"2027-03-01".into()));
        assert_eq!((&held["why"][0], &held["held"], &held["struck"]), (&"held".into(), &true.into(), &Json::Null));
    }

    // The held one goes on, is done and verified by somebody else; only the end strikes it off.
    let address = street.stop();
    ann.ok(&["case", "take", HELD]);
    step(&ann, HELD, "handle", &["result=已换管"]);
    street.start_again(&address);
    sync(&[&ann, &han, &bob]);
    assert_eq!(counts(&ledger(&bob, &[])), [3, 3, 0, 0, 0], "handled is not struck off");
    assert_eq!(fails(&ann, &["case", "verify", HELD]).1, "own_handling");
    han.ok(&["case", "verify", HELD, "--note", "不再满溢"]);
    sync(&[&han, &bob]);
    bob.ok(&["case", "close", HELD, "--note", "旧改完成"]);
    // And the hazard was none after all.
    bob.ok(&["case", "void", HAZARD, "--reason", "报重了"]);
    sync(&[&bob, &ann]);
    let view = ledger(&ann, &["--struck"]);
    assert_eq!((counts(&view), titles(&view)), ([3, 1, 0, 1, 1], vec![HAZARD, HELD]), "{view}");
    let struck = &view["rows"][1]["struck"];
    assert_eq!((&struck["why"], &struck["voided"]), (&"旧改完成".into(), &false.into()));
    assert!(struck["verified_by"].is_string() && struck["by"] != struck["verified_by"], "{struck}");
    assert_eq!(view["rows"][1]["hold"]["team"], "旧改专班", "how it was held stands there for good");
    assert_eq!(titles(&ledger(&ann, &["--open"])), [CALLED]);
    let unit = &ledger(&bob, &[])["by_unit"];
    assert_eq!((unit.as_array().unwrap().len(), &unit[0]["struck"]), (1, &1.into()), "by unit: {unit}");

    by_month_and_on_paper(&street, &ann, &bob);
}

/// What was struck off in a month stands in that month; what is taken up again is open again.
fn by_month_and_on_paper(street: &Street, ann: &Phone, bob: &Phone) {
    let entered = ledger(bob, &[])["rows"][0]["entered"].as_str().unwrap()[..7].to_owned();
    assert_eq!(counts(&ledger(bob, &["--month", &entered])), [3, 1, 0, 1, 1]);
    assert_eq!(counts(&ledger(bob, &["--month", "2020-01"])), [0; 5]);
    assert_eq!(fails(bob, &["ledger", "--month", "2020"]), (2, "not_a_month".to_owned()));
    let file = street.folder().join("ledger.html");
    let written = bob.ok(&["ledger", "--unit", VILLAGE, "--out", file.to_str().unwrap()]);
    assert_eq!((&written["rows"], &written["sheets"]), (&3.into(), &1.into()));
    let sheet = std::fs::read_to_string(Path::new(&file)).unwrap();
    assert!(
        ["台账", "李书记", "销号", "不再满溢", "旧改完成"].iter().filter(|word| sheet.contains(**word)).count() >= 4
    );
    street.days_pass(40);
    bob.sync();
    assert_eq!(counts(&ledger(bob, &["--month", &entered])), [3, 1, 0, 1, 1], "a month that is over stays as it was");
    step(bob, HELD, "follow_up", &["satisfied=no"]);
    assert_eq!(counts(&ledger(bob, &[])), [3, 1, 0, 1, 1], "to be called back takes nothing up again");
    step(bob, HELD, "handle_again", &["reason=又满溢"]);
    bob.sync();
    ann.sync();
    assert_eq!(titles(&ledger(ann, &["--open"])), [HELD, CALLED], "taken up again, it is open again");
}
