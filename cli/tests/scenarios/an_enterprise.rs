//! An enterprise asks, is answered and called back, is not satisfied, and is heard again by whoever heard it first.

use super::street::{Phone, Street, fails};

const ASK: &str = "招工难";
const GRID: &str = "330402007024001";

fn settle(ann: &Phone, bob: &Phone, result: &str) {
    bob.ok(&["case", "dispatch", ASK, "--to", GRID]);
    bob.sync();
    ann.sync();
    ann.ok(&["case", "take", ASK]);
    ann.ok(&["case", "handle", ASK, "--result", result]);
    ann.sync();
    bob.sync();
    bob.ok(&["case", "verify", ASK, "--note", "企业已收到"]);
}

#[test]
fn an_enterprise_that_is_not_satisfied_is_handled_again_by_the_same_first_receiver() {
    let street = Street::new();
    let [ann, bob] = ["ann", "bob"].map(|login| street.phone(login));
    let lines = ["--add", "lines=enterprise"];
    let mut args = vec!["case", "report", ASK, "--set", "kind=ask", "--class", "企业诉求"];
    args.extend(lines);
    ann.ok(&args);
    ann.sync();
    bob.sync();
    bob.ok(&["case", "accept", ASK]);
    settle(&ann, &bob, "联系了招聘会");
    assert_eq!(fails(&bob, &["case", "close", ASK]), (3, "answers_owed".to_owned()));
    bob.ok(&["case", "reply", ASK, "--line", "enterprise", "--text", "五月十二日登门答复"]);
    bob.ok(&["case", "close", ASK]);
    bob.sync();
    ann.sync();
    let again = ["case", "handle-again", ASK, "--reason", "没有招到人"];
    assert_eq!(fails(&ann, &again), (3, "nobody_unsatisfied".to_owned()), "nobody was called back");
    ann.ok(&["case", "follow-up", ASK, "--satisfied", "no", "--note", "没有招到人"]);
    ann.ok(&again);
    ann.sync();
    bob.sync();
    let case = bob.ok(&["case", "show", ASK]);
    assert_eq!((&case["status"], &case["owed"][0]), (&"accepted".into(), &"enterprise".into()), "owed anew");
    assert_eq!(case["first_receiver"]["account"], ann.ok(&["whoami"])["account"], "the same as before");
    settle(&ann, &bob, "送上门五名应聘者");
    bob.ok(&["case", "reply", ASK, "--line", "enterprise", "--text", "已录用三人"]);
    bob.ok(&["case", "close", ASK]);
    bob.sync();
    ann.sync();
    ann.ok(&["case", "follow-up", ASK, "--satisfied", "yes"]);
    assert_eq!(fails(&ann, &again), (3, "nobody_unsatisfied".to_owned()), "content at last");
    let text = ann.text(&["case", "show", ASK]);
    assert!(text.contains("企业诉求") && text.contains("回访") && text.contains("重新办理"), "{text}");
}
