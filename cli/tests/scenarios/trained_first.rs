//! Nobody is sent out untrained: an office says which training is required, and from then on a case is taken only by whoever was
//! checked off; what was taken before that word came stands, and is told.

use super::street::{Phone, Street, fails};
use serde_json::Value as Json;

const TOWNSHIP: &str = "330402007";
const VILLAGE: &str = "330402007024";
const GRID: &str = "330402007024001";
const COURSE: &str = "网格员岗前培训";
const STATION: &str = "330402007-D05";

fn sync(phones: &[&Phone]) {
    for phone in phones {
        phone.sync();
    }
}

fn report(phone: &Phone, case: &str) {
    phone.ok(&["case", "report", case, "--set", "kind=hazard"]);
    phone.sync();
}

/// Accepts and dispatches to the grid; what was warned of.
fn dispatch(bob: &Phone, case: &str) -> Vec<Json> {
    bob.sync();
    bob.ok(&["case", "accept", case]);
    let done = bob.ok(&["case", "dispatch", case, "--to", GRID]);
    bob.sync();
    done["warnings"].as_array().unwrap().clone()
}

fn offers_take(phone: &Phone, case: &str) -> bool {
    phone.ok(&["case", "show", case]).to_string().contains(r#""step":"take""#)
}

fn account(phone: &Phone) -> String {
    phone.ok(&["whoami"])["account"].as_str().unwrap().to_owned()
}

#[test]
fn a_training_is_checked_off_before_the_first_case_is_taken() {
    let street = Street::new();
    street.user("dora", "township_supervisor", TOWNSHIP);
    street.user("wen", "gridworker", GRID);
    let [ann, bob, dora, wen] = ["ann", "bob", "dora", "wen"].map(|login| street.phone(login));
    let cases = ["路灯不亮", "井盖松动", "楼道堆物", "消火栓漏水"];
    for case in cases {
        report(&ann, case);
    }
    // Off until an office says otherwise.
    let add = [
        "course",
        "add",
        COURSE,
        "--for",
        "gridworker",
        "--text",
        "职责、文明用语、法律责任",
        "--question",
        "何谓先期处置",
    ];
    assert_eq!(fails(&ann, &add).0, 3);
    dora.ok(&add);
    sync(&[&dora, &bob, &ann, &wen]);
    assert!(dispatch(&bob, cases[0]).is_empty());
    sync(&[&ann, &wen]);
    ann.ok(&["case", "take", cases[0]]);
    ann.sync();

    dora.ok(&["course", "edit", COURSE, "--set", "required=yes", "--set", "valid_days=365"]);
    sync(&[&dora, &bob]);
    // Wen has not heard of it, and takes a case without a signal: it stands, and those who lead are told.
    let warned = dispatch(&bob, cases[1]);
    assert_eq!(warned.len(), 1, "the dispatcher hears that somebody there is not trained: {warned:?}");
    assert_eq!(warned[0]["code"], "untrained_there");
    assert!(bob.text(&["course", "missing"]).contains(COURSE));
    sync(&[&ann]);
    let owed = ann.ok(&["course", "list"]);
    assert_eq!((&owed[0]["owed"], &owed[0]["questions"][0]), (&true.into(), &"何谓先期处置".into()), "{owed}");
    assert!(!offers_take(&ann, cases[1]), "the step is not offered");
    assert!(ann.text(&["case", "show", cases[1]]).contains("尚未登记合格：网格员岗前培训"), "with its reason");
    assert_eq!(fails(&ann, &["case", "take", cases[1]]), (3, "not_trained".to_owned()));
    let said = String::from_utf8(ann.run_plain(&["case", "take", cases[1]]).stderr).unwrap();
    assert!(said.contains("培训") && said.contains("gridwalk course list"), "with its reason: {said}");

    // Never one's own, never by a colleague; then by who leads.
    assert_eq!(fails(&ann, &["course", "check-off", COURSE, &account(&ann)]).1, "own_record");
    assert_eq!(fails(&ann, &["course", "check-off", COURSE, &account(&wen)]).0, 3);
    assert_eq!(fails(&bob, &["course", "check-off", COURSE, "me"]).1, "own_record");
    let address = street.stop();
    bob.ok(&["course", "check-off", COURSE, &account(&ann), "--online", "--note", "九十分"]);
    street.start_again(&address);
    sync(&[&bob, &ann, &wen, &dora]);
    assert!(offers_take(&ann, cases[1]));
    ann.ok(&["case", "take", cases[1]]);
    ann.sync();
    assert_eq!(fails(&wen, &["case", "take", cases[1]]).0, 3, "a colleague is not trained by it");
    assert!(!wen.ok(&["course", "list"])[0]["done_on"].is_i64());

    taken_all_the_same(&street, [&dora, &bob, &wen], cases[2]);
    it_runs_out(&street, &bob, &ann, cases[3]);
}

/// What somebody takes whose phone has not heard of the training stands at the server, and is told to those who lead.
fn taken_all_the_same(street: &Street, [dora, bob, wen]: [&Phone; 3], case: &str) {
    dora.ok(&["course", "edit", COURSE, "--set", "required=no"]);
    dora.sync();
    dispatch(bob, case);
    wen.sync();
    let address = street.stop();
    wen.ok(&["case", "take", case]);
    street.start_again(&address);
    dora.ok(&["course", "edit", COURSE, "--set", "required=yes"]);
    sync(&[dora, wen, bob]);
    let taken = bob.ok(&["case", "show", case]);
    assert_eq!(taken["status"], "taken", "nothing typed is lost: {taken}");
    let missing = bob.ok(&["course", "missing", "--unit", VILLAGE]);
    let of_wen: Vec<&Json> =
        missing.as_array().unwrap().iter().filter(|line| line["account"] == account(wen)).collect();
    assert_eq!((of_wen.len(), &of_wen[0]["taken"][0]["title"]), (1, &Json::from(case)), "{missing}");
}

/// After its days it is owed anew; and what was checked off by mistake is struck.
fn it_runs_out(street: &Street, bob: &Phone, ann: &Phone, case: &str) {
    dispatch(bob, case);
    sync(&[ann]);
    assert!(offers_take(ann, case));
    bob.ok(&["course", "strike", COURSE, &account(ann), "--reason", "登记错人"]);
    sync(&[bob, ann]);
    assert!(!offers_take(ann, case), "struck");
    bob.ok(&["course", "check-off", COURSE, &account(ann)]);
    sync(&[bob, ann]);
    assert!(offers_take(ann, case));
    street.days_pass(366);
    ann.sync();
    assert!(!offers_take(ann, case), "a year later it is owed anew");
}

/// Handlers hold no posts: whoever took what was dispatched to a department is one, and is told of, too.
#[test]
fn a_handler_who_goes_untrained_is_told_of_by_what_they_took() {
    let street = Street::new();
    street.admin(&["unit", "add", STATION, "治东派出所"]);
    street.user("pan", "handler", STATION);
    street.user("carl", "county_supervisor", "330402");
    let [ann, bob, pan, carl] = ["ann", "bob", "pan", "carl"].map(|login| street.phone(login));
    report(&ann, "电动车飞线");
    bob.sync();
    bob.ok(&["case", "accept", "电动车飞线"]);
    bob.ok(&["case", "dispatch", "电动车飞线", "--to", "治东派出所"]);
    bob.sync();
    pan.sync();
    pan.ok(&["case", "take", "电动车飞线"]);
    pan.sync();
    carl.ok(&["course", "add", COURSE, "--for", "handler", "--unit", "330402"]);
    carl.sync();
    assert!(carl.ok(&["course", "missing"]).as_array().unwrap().is_empty(), "nothing is required yet");
    carl.ok(&["course", "edit", COURSE, "--set", "required=yes"]);
    sync(&[&carl, &pan]);
    let missing = carl.ok(&["course", "missing"]);
    let lines = missing.as_array().unwrap();
    assert_eq!(lines.len(), 1, "gridworkers owe nothing that is for handlers: {missing}");
    assert_eq!((&lines[0]["account"], &lines[0]["unit_name"]), (&account(&pan).into(), &"治东派出所".into()));
    assert_eq!(lines[0]["taken"][0]["title"], "电动车飞线");
    carl.ok(&["course", "check-off", COURSE, &account(&pan)]);
    assert!(carl.ok(&["course", "missing"]).as_array().unwrap().is_empty());
}
