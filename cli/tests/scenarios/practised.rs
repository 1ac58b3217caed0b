//! Somebody tries everything out in a made-up street before their first evening: nothing of it is ever sent, and their own
//! work stands beside it untouched.

use super::street::{Street, fails};

#[test]
fn what_is_typed_in_training_never_leaves_the_phone() {
    let street = Street::new();
    let ann = street.phone("ann");
    ann.ok(&["building", "add", "3 幢"]);
    assert_eq!(ann.ok(&["training", "begin"])["training"], true);
    assert_eq!(fails(&ann, &["training", "begin"]), (3, "training_already".into()));

    let shown = ann.text(&["building", "doors", "示例小区 1 幢"]);
    assert!(shown.contains("练习") && shown.contains("302"), "{shown}");
    assert!(ann.ok(&["outbox"]).as_array().unwrap().is_empty(), "the street itself waits for nobody");
    assert_eq!(fails(&ann, &["building", "show", "3 幢"]).1, "not_here", "one's own work is not in the way");
    ann.ok(&["visit", "102", "nobody_home"]);
    ann.ok(&["household", "add", "示例赵家", "--dwelling", "201", "--resident", "示例赵五"]);
    ann.ok(&["case", "report", "示例：井盖松动", "--at", "示例小区 1 幢"]);
    assert_eq!(ann.ok(&["outbox"]).as_array().unwrap().len(), 4);
    assert_eq!(ann.ok(&["sync"])["changes"], 4, "what was typed is taken, so that a sync can be practised too");
    assert!(ann.ok(&["outbox"]).as_array().unwrap().is_empty());
    assert_eq!(ann.ok(&["household", "show", "示例赵家"])["title"], "示例赵家");
    let file = street.folder().join("practice.gwb");
    for away in [["bundle", "make"], ["rescue", file.to_str().unwrap()]] {
        let way: Vec<&str> = away.into_iter().chain((away[0] == "bundle").then(|| file.to_str().unwrap())).collect();
        assert_eq!(fails(&ann, &way).1, "training", "{way:?}");
    }

    assert_eq!(fails(&ann, &["training", "end"]).1, "training_end");
    assert_eq!(ann.ok(&["training", "end", "--yes"])["training"], false);
    assert_eq!(fails(&ann, &["training", "end", "--yes"]), (3, "training_none".into()));
    assert_eq!(ann.ok(&["outbox"]).as_array().unwrap().len(), 1, "as it was");
    ann.sync();
    let bob = street.phone("bob");
    assert_eq!(bob.ok(&["building", "show", "3 幢"])["title"], "3 幢");
    let found = bob.ok(&["search", "示例"]).to_string();
    assert!(
        !found.contains("示例小区") && !found.contains("示例赵家"),
        "nothing of the practice reached anybody: {found}"
    );
}
