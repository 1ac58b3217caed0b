//! Someone must be called at once, and there is no signal.

use super::street::Street;

const GRID: &str = "330402007024001";

#[test]
fn whom_to_call_without_a_signal() {
    let street = Street::new();
    street.admin(&["unit", "post", "set", GRID, "mediator", "--name", "倪大姐", "--phone", "13800000009"]);
    street.admin(&["unit", "post", "set", GRID, "community_police"]);
    let ann = street.phone("ann");
    street.stop();

    let text = ann.text(&["call"]);
    assert!(text.contains("倪大姐  13800000009"), "{text}");
    let empty = ann.ok(&["posts", "--unit", GRID, "--empty"]).to_string();
    assert!(empty.contains("community_police") && !empty.contains("mediator"), "{empty}");
}

#[test]
fn a_supervisor_corrects_whom_to_call_without_a_signal() {
    let street = Street::new();
    street.admin(&["unit", "post", "set", GRID, "mediator", "--name", "倪大姐", "--phone", "13800000009"]);
    let (ann, bob) = (street.phone("ann"), street.phone("bob"));
    let address = street.stop();
    // bob is at the grid and hears that the number is an old one, and who the lawyer is.
    bob.ok(&["post", "set", GRID, "mediator", "--set", "phone=13800000008"]);
    bob.ok(&["post", "set", GRID, "法律顾问", "--set", "name=周律师", "--set", "phone=13800000007"]);
    assert!(bob.text(&["call", GRID]).contains("倪大姐  13800000008"));
    let refused = super::street::fails(&ann, &["post", "set", GRID, "mediator", "--set", "phone=110"]);
    assert_eq!(refused, (3, "field_not_permitted".to_owned()));
    street.start_again(&address);
    bob.sync();
    assert!(
        bob.ok(&["outbox"]).as_array().unwrap().is_empty() && bob.ok(&["attention"]).as_array().unwrap().is_empty()
    );
    ann.sync();
    let text = ann.text(&["call"]);
    assert!(text.contains("倪大姐  13800000008") && text.contains("周律师  13800000007"), "{text}");
    let listed = street.admin(&["unit", "post", "list", "--below", GRID]);
    let names: Vec<_> = listed["posts"].as_array().unwrap().iter().map(|post| post["name"].clone()).collect();
    assert!(names.contains(&"周律师".into()) && names.contains(&"倪大姐".into()), "{listed}");
    // The lawyer leaves; what was said by mistake is undone, and the mediator goes, too.
    bob.ok(&["post", "vacate", GRID, "legal_adviser", "--until", "2026-01-01"]);
    bob.ok(&["undo"]);
    bob.ok(&["post", "vacate", GRID, "mediator", "--until", "2026-01-01"]);
    bob.sync();
    ann.sync();
    let empty = ann.ok(&["posts", "--unit", GRID, "--empty"]).to_string();
    assert!(empty.contains("mediator") && !empty.contains("legal_adviser"), "{empty}");
}
