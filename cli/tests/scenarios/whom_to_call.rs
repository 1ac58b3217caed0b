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
    let empty = ann.ok(&["posts", "--empty"]).to_string();
    assert!(empty.contains("community_police") && !empty.contains("mediator"), "{empty}");
}
