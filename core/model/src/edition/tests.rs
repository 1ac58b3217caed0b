//! Editions: small ones written by hand, a real one, and random ones.

use super::plan::{Confirmed, Plan, PlanFault, Succession};
use super::*;
use crate::id::AccountId;
use proptest::prelude::*;
use std::path::PathBuf;

fn code(text: &str) -> UnitCode {
    UnitCode::parse(text).unwrap()
}

fn division(text: &str, name: &str, addresses: &[&str]) -> Division {
    Division { addresses: addresses.iter().map(|a| (*a).to_owned()).collect(), ..Division::new(code(text), name) }
}

/// What happened, codes before, codes after, confidence.
fn told(proposals: &[Proposal]) -> Vec<String> {
    let codes = |list: &[(UnitCode, String)]| list.iter().map(|(c, _)| c.to_string()).collect::<Vec<_>>().join("+");
    let line = |p: &Proposal| {
        let what = p.what.code();
        format!("{what} {}>{} {}", codes(&p.before), codes(&p.after), p.confidence.confidence_code())
    };
    proposals.iter().map(line).collect()
}

fn plan(day: i64, proposals: Vec<Proposal>) -> Plan {
    let by = AccountId([1; 16]);
    Plan { from_day: day, confirmed: proposals.into_iter().map(|proposal| Confirmed { proposal, by }).collect() }
}

#[test]
fn names_and_codes_tell() {
    let old = [
        division("320706102", "花果山乡", &[]),
        division("320706102201", "沙杭村村民委员会", &[]),
        division("320706102202", "前云村村委会", &[]),
        division("320706102203", "大山村村民委员会", &[]),
        division("320706102204", "东岭村村民委员会", &[]),
        division("320706103", "新坝镇", &[]),
        division("320706103201", "新坝村村民委员会", &[]),
        division("320706103202", "北山村村民委员会", &[]),
        division("320706103203", "南山村村民委员会", &[]),
    ];
    let new = [
        division("320706002", "花果山街道", &[]),
        division("320706002201", "沙杭村村民委员会", &[]),
        division("320706002202", "前云村村民委员会", &[]),
        division("320706002203", "大山村村民委员会", &[]),
        division("320706002005", "西坡社区居民委员会", &[]),
        division("320706103", "新坝镇", &[]),
        division("320706103201", "新坝东村村民委员会", &[]),
        division("320706103202", "南山村村民委员会", &[]),
        division("320706103211", "北山一村村民委员会", &[]),
    ];
    let found = propose(&old, &new);
    assert_eq!(
        told(&found),
        [
            "add >320706002005 weak",
            "renumber 320706102>320706002 strong",
            "renumber 320706102201>320706002201 sure",
            "renumber 320706102202>320706002202 strong",
            "renumber 320706102203>320706002203 sure",
            "abolish 320706102204> weak",
            "rename 320706103201>320706103201 strong",
            "rename 320706103202>320706103202 strong",
            "abolish 320706103203> weak",
            "add >320706103211 weak",
        ]
    );
}

#[test]
fn addresses_tell_of_splits_and_merges() {
    let old = [
        division("320706102201", "大村", &["1", "2", "3", "4", "5", "6"]),
        division("320706102202", "甲村", &["7", "8"]),
        division("320706102203", "乙村", &["9"]),
        division("320706102204", "丙村", &["10", "11", "12"]),
        division("320706102205", "丁村", &["13", "14"]),
    ];
    let new = [
        division("320706102201", "大村", &["1", "2", "3", "4"]),
        division("320706102206", "小村", &["5", "6"]),
        division("320706102207", "甲乙村", &["7", "8", "9"]),
        division("320706102208", "新村", &["10", "11", "12"]),
        division("320706102205", "丁村", &["13", "14"]),
    ];
    assert_eq!(
        told(&propose(&old, &new)),
        [
            "split 320706102201>320706102201+320706102206 strong",
            "merge 320706102202+320706102203>320706102207 strong",
            "renumber 320706102204>320706102208 strong",
        ]
    );
}

#[test]
fn names_alone_hint_at_splits_and_merges() {
    let old = [
        division("320706102201", "东山村村民委员会", &[]),
        division("320706102202", "白云南村村民委员会", &[]),
        division("320706102203", "白云北村村民委员会", &[]),
    ];
    let new = [
        division("320706102211", "东山一村村民委员会", &[]),
        division("320706102212", "东山二村村民委员会", &[]),
        division("320706102213", "白云村村民委员会", &[]),
    ];
    let found = propose(&old, &new);
    assert_eq!(
        told(&found),
        ["split 320706102201>320706102211+320706102212 weak", "merge 320706102202+320706102203>320706102213 weak"]
    );
    assert!(found.iter().all(|p| p.evidence == [Evidence::NameExtended]));
}

#[test]
fn old_codes_stay_findable() {
    let (a, b, c, d) = (code("320706102201"), code("320706102202"), code("320706102203"), code("320706102204"));
    let proposal = |what, before: &[&UnitCode], after: &[&UnitCode]| {
        let named = |list: &[&UnitCode]| list.iter().map(|c| ((*c).clone(), String::new())).collect();
        Proposal { what, before: named(before), after: named(after), evidence: vec![], confidence: Confidence::Sure }
    };
    let mut codes = Succession::default();
    codes.apply(&plan(100, vec![proposal(Happening::Renumber, &[&a], &[&b])])).unwrap();
    codes.apply(&plan(200, vec![proposal(Happening::Split, &[&b], &[&c, &d])])).unwrap();
    codes.apply(&plan(300, vec![proposal(Happening::Abolish, &[&d], &[])])).unwrap();
    assert_eq!(codes.current(&a), std::slice::from_ref(&c));
    assert_eq!(codes.on(&a, 250), [c.clone(), d.clone()]);
    assert_eq!(codes.on(&a, 150), std::slice::from_ref(&b));
    assert_eq!(codes.former(&c), [b.clone(), a.clone()]);
    assert_eq!((codes.retired_on(&b), codes.is_retired(&c)), (Some(200), false));
    let before = codes.clone();
    let wrong = [
        (plan(300, vec![]), PlanFault::NotLater),
        (plan(400, vec![proposal(Happening::Add, &[], &[&a])]), PlanFault::Reused(a.clone())),
        (plan(400, vec![proposal(Happening::Split, &[&c], &[&b])]), PlanFault::WrongCount(vec![c.clone(), b.clone()])),
        (
            plan(400, vec![proposal(Happening::Abolish, &[&c], &[]), proposal(Happening::Add, &[], &[&c])]),
            PlanFault::Reused(c.clone()),
        ),
        (
            plan(400, vec![proposal(Happening::Abolish, &[&c], &[]), proposal(Happening::Rename, &[&c], &[&c])]),
            PlanFault::ToldTwice(c.clone()),
        ),
    ];
    for (plan, fault) in wrong {
        assert_eq!(codes.apply(&plan), Err(fault));
        assert_eq!(codes, before, "whole or not at all");
    }
}

fn real_changes() -> Option<String> {
    let shared = std::env::var_os("GRIDWALK_SHARED").map(PathBuf::from)?;
    std::fs::read_to_string(shared.join("data/admin/changes_2022_to_2023.csv")).ok()
}

#[test]
fn a_plan_is_done_from_the_top_down_and_what_is_gone_last() {
    let (county, old) = (|c: &str| format!("320706{c}"), |c: &str| format!("320772{c}"));
    let edition = |lines: &[(String, &str)]| -> Vec<Division> {
        lines.iter().map(|(number, name)| Division::new(code(number), *name)).collect()
    };
    let before = edition(&[
        (old(""), "高新区"),
        (old("401"), "南云台林场"),
        (old("401498"), "虚拟社区"),
        (county("102211"), "沙杭村"),
        (county("102212"), "并走的村"),
    ]);
    let after =
        edition(&[(county("407"), "南云台林场"), (county("407201"), "林场社区"), (county("102211"), "沙杭社区")]);
    let confirmed: Vec<Confirmed> = propose(&before, &after)
        .into_iter()
        .rev()
        .map(|proposal| Confirmed { proposal, by: AccountId::default() })
        .collect();
    let plan = Plan { from_day: 19_000, confirmed };
    let told = plan.in_order().into_iter().map(|p| {
        let digits = |list: &[(UnitCode, String)]| list.first().map_or("", |(code, _)| code.digits()).to_owned();
        format!("{} {}>{}", p.what.code(), digits(&p.before), digits(&p.after))
    });
    let told: Vec<String> = told.collect();
    assert_eq!(
        told,
        [
            "renumber 320772401>320706407",
            "rename 320706102211>320706102211",
            "add >320706407201",
            "abolish 320706102212>",
            "abolish 320772401498>",
            "abolish 320772>",
        ]
    );
}

#[test]
fn a_real_year_is_understood() {
    let Some(table) = real_changes() else {
        eprintln!("skipped: GRIDWALK_SHARED names no folder with the table");
        return;
    };
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for line in table.trim_start_matches('\u{feff}').lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let edition = if cells[0] == "add" { &mut new } else { &mut old };
        edition.push(Division::new(code(cells[1]), cells[2]));
    }
    let found = propose(&old, &new);
    let count = |what: Happening, evidence: Evidence| {
        found.iter().filter(|p| p.what == what && p.evidence.contains(&evidence)).count()
    };
    assert_eq!(count(Happening::Rename, Evidence::SameCode), 406, "codes on both sides are renames");
    assert_eq!(count(Happening::Renumber, Evidence::SameName), 100, "the same name under another code");
    let line = told(&found).into_iter().find(|line| line.starts_with("renumber 131127203>"));
    assert_eq!(line.as_deref(), Some("renumber 131127203>131127111 strong"), "a township that became a town");
    let before: usize = found.iter().map(|p| p.before.len()).sum();
    let after: usize = found.iter().map(|p| p.after.len()).sum();
    assert_eq!((before, after), (old.len(), new.len()), "every line stands in one proposal");
    for what in
        [Happening::Rename, Happening::Renumber, Happening::Split, Happening::Merge, Happening::Add, Happening::Abolish]
    {
        eprintln!("{}: {}", what.code(), found.iter().filter(|p| p.what == what).count());
    }
    let mut codes = Succession::default();
    codes.apply(&plan(19_000, found)).unwrap();
    assert_eq!(codes.current(&code("131127203201")), [code("131127111201")]);
}

proptest! {
    #[test]
    fn every_code_that_came_or_went_is_told_once(
        old in proptest::collection::btree_map(200u16..230, ("[东西][山村]{1,2}", proptest::collection::btree_set("[a-m]", 0..4)), 0..12),
        new in proptest::collection::btree_map(200u16..230, ("[东西][山村]{1,2}", proptest::collection::btree_set("[a-m]", 0..4)), 0..12),
    ) {
        let list = |edition: &BTreeMap<u16, (String, BTreeSet<String>)>| -> Vec<Division> {
            let one = |(n, (name, addresses)): (&u16, &(String, BTreeSet<String>))| Division {
                addresses: addresses.clone(),
                ..Division::new(code(&format!("320706102{n}")), name.clone())
            };
            edition.iter().map(one).collect()
        };
        let (mut before, after) = (list(&old), list(&new));
        let found = propose(&before, &after);
        let sources: Vec<_> = found.iter().flat_map(|p| p.before.iter().map(|(c, _)| c)).collect();
        let targets: Vec<_> = found.iter().flat_map(|p| p.after.iter().map(|(c, _)| c)).collect();
        for division in &before {
            let gone = !after.iter().any(|d| d.code == division.code);
            let times = sources.iter().filter(|c| **c == &division.code).count();
            prop_assert!(times <= 1 && (times == 1 || !gone), "{:?} {}", division, times);
        }
        for division in &after {
            let come = !before.iter().any(|d| d.code == division.code);
            let times = targets.iter().filter(|c| **c == &division.code).count();
            prop_assert!(times <= 1 && (times == 1 || !come), "{:?} {}", division, times);
        }
        before.reverse();
        prop_assert_eq!(propose(&before, &after), found);
        let same = propose(&after, &after);
        prop_assert!(same.is_empty(), "{:?}", same);
    }
}
