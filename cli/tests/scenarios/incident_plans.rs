//! When something happens, the plan for it is on the phone already, also on a volunteer's.

use super::street::{Phone, Street, fails};

const TOWNSHIP: &str = "330402007";
const GRID: &str = "330402007024001";
const PLAN: &str = "内涝应急预案";

fn plans(phone: &Phone, case: &str) -> Vec<String> {
    let shown = phone.ok(&["case", "show", case]);
    let plans = shown["plans"].as_array().cloned().unwrap_or_default();
    plans.iter().map(|plan| plan["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_plan_is_on_every_phone_below_its_unit_before_it_is_needed() {
    let street = Street::new();
    street.user("tao", "duty_officer", TOWNSHIP);
    street.user("vol", "volunteer", GRID);
    let [ann, tao, vol] = ["ann", "tao", "vol"].map(|login| street.phone(login));
    let add = |title: &str, more: &[&str]| {
        let mut args = vec!["emergency-plan", "add", title, "--in", TOWNSHIP];
        args.extend(more);
        tao.ok(&args);
    };
    add(
        PLAN,
        &[
            "--set",
            "measures=封闭地下车库；转移一楼老人；沙袋堵门",
            "--set",
            "gather_at=光明小学操场",
            "--set",
            "leads=值班长总指挥，网格长带队",
            "--add",
            "categories=road_water",
        ],
    );
    add("通用疏散预案", &["--set", "measures=先人后物"]);
    add("火灾预案", &["--set", "measures=先断电", "--add", "categories=fire_equipment"]);
    add("旧预案", &["--set", "measures=作废", "--set", "until=2020-01-01"]);
    assert_eq!(
        fails(&ann, &["emergency-plan", "add", "我的预案", "--set", "measures=跑"]).0,
        3,
        "supervisors write plans"
    );
    for phone in [&tao, &ann, &vol] {
        phone.sync();
    }
    // The water comes, and the network is gone.
    street.stop();
    for phone in [&ann, &vol] {
        phone.ok(&[
            "case",
            "report",
            "小区进水",
            "--unit",
            GRID,
            "--set",
            "kind=incident",
            "--set",
            "category=road_water",
        ]);
        assert_eq!(plans(phone, "小区进水"), [PLAN, "通用疏散预案"], "{}", phone.name);
        let text = phone.text(&["emergency-plan", "show", PLAN]);
        for word in ["转移一楼老人", "光明小学操场", "值班长总指挥"] {
            assert!(text.contains(word), "{}: {text}", phone.name);
        }
    }
    ann.ok(&["case", "report", "垃圾满了", "--unit", GRID, "--set", "category=waste"]);
    assert!(plans(&ann, "垃圾满了").is_empty(), "no incident, no plan");
}
